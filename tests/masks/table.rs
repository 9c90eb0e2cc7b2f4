//! Texts of every kind that hold one secret, and the spellings in which a known one is repeated.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Nobody knows this one but the text.
pub const FRESH: &str = "CANARYv4lue0123456789";
pub const NUMBER: &str = "73519284617350";

/// What a text is, and the text: `@` stands for the secret, `#` for a number that is one.
pub const FORMS: &[(&str, &str)] = &[
    ("JSON", r#"{"user":"ann","password":"@","n":1}"#),
    (
        "JSON, indented",
        "{\n  \"access_token\" : \"@\",\n  \"n\": 1\n}",
    ),
    ("JSON, a number", r#"{"password":#,"n":1}"#),
    ("JSON, a number in a list", r#"{"secrets":[1,#]}"#),
    (
        "JSON, deep under the name",
        r#"{"secret":{"a":[{"b":"@"}]}}"#,
    ),
    ("JSON, cut off", r#"{"a":1,"client_secret":"@"#),
    (
        "JSON, with quotes in the value",
        r#"{"password":"a\"b@c\"d"}"#,
    ),
    (
        "JSON, a letter of the name escaped",
        r#"{"pass\u0077ord":"@"}"#,
    ),
    (
        "JSON, the whole name escaped",
        r#"{"\u0074\u006f\u006b\u0065\u006e":"a\"b@c\"d"}"#,
    ),
    ("JSON in a string", r#"{"log":"{\"access_token\":\"@\"}"}"#),
    (
        "JSON in a string, a number",
        r#"{"log":"{\"password\": #}"}"#,
    ),
    (
        "JSON in a string in a string",
        r#"{"log":"{\"log\":\"{\\\"token\\\":\\\"@\\\"}\"}"}"#,
    ),
    (
        "JSON in a string, name escaped",
        r#"{"log":"{\"pass\\u0077ord\":\"@\"}"}"#,
    ),
    (
        "JSON in an attribute",
        r#"<div data-x="{&quot;apiKey&quot;:&quot;@&quot;}"/>"#,
    ),
    (
        "JSON in a query",
        "https://h/x?filter=%7B%22password%22%3A%22@%22%7D&a=1",
    ),
    ("JSON with single quotes", "{'token': '@', 'n': 1}"),
    ("a dictionary of Python", "{'token': b'@', 'n': None}"),
    ("a hash of Ruby", "{\"token\"=>\"@\"}"),
    (
        "an object of JavaScript",
        "var options = { apiKey: \"@\", n: 1 };",
    ),
    (
        "an event stream",
        "event: x\ndata: {\"access_token\":\"@\"}\n\n",
    ),
    ("an event stream of pairs", "data: token=@\n\n"),
    ("JSONP", "callback({\"session_token\":\"@\"});"),
    ("guarded JSON", ")]}',\n{\"token\":\"@\"}"),
    ("guarded by a loop", "for(;;);{\"token\":\"@\"}"),
    ("lines of JSON", "{\"a\":1}\n{\"token\":\"@\"}\n{\"b\":2}\n"),
    (
        "name and value",
        r#"{"headers":[{"name":"Authorization","value":"Bearer @"}]}"#,
    ),
    (
        "key and value",
        r#"[{"key":"DB_PASSWORD","value":"@"},{"key":"A","value":"b"}]"#,
    ),
    ("value and name", r#"{"value":"@","name":"X-Api-Key"}"#),
    (
        "name and value, more between",
        r#"{"name":"Cookie","comment":"x","n":[1,{"a":2}],"value":"sid=@"}"#,
    ),
    (
        "name and value, a number",
        r#"{"name":"password","value":#}"#,
    ),
    (
        "name and value in a string",
        r#"{"x":"{\"name\":\"Authorization\",\"value\":\"Bearer @\"}"}"#,
    ),
    (
        "a pair in a list",
        r#"[["authorization","Bearer @"],["accept","*/*"]]"#,
    ),
    (
        "names and values by turns",
        r#"["Host","h","Authorization","Bearer @","A","b"]"#,
    ),
    ("XML", "<r><password>@</password></r>"),
    (
        "XML with a prefix and attributes",
        "<a:Token xmlns:a=\"urn:x\" id=\"1\">@</a:Token>",
    ),
    (
        "XML, inside the element",
        "<Credentials><SecretKey><Value>@</Value></SecretKey></Credentials>",
    ),
    ("XML, an attribute", "<user name=\"ann\" password=\"@\"/>"),
    ("XML, CDATA", "<token><![CDATA[@]]></token>"),
    ("XML, key and value", "<add key=\"ApiKey\" value=\"@\"/>"),
    ("XML, value and key", "<add value=\"@\" key=\"ApiKey\"/>"),
    ("XML, a named entry", "<entry key=\"password\">@</entry>"),
    (
        "XML, a property list",
        "<dict><key>password</key><string>@</string></dict>",
    ),
    (
        "a field of HTML",
        "<input type=\"hidden\" name=\"csrf_token\" value=\"@\">",
    ),
    ("a head of HTML", "<meta name=\"csrf-token\" content=\"@\">"),
    (
        "a link of HTML",
        "<a href=\"https://h/cb?a=1&amp;access_token=@\">x</a>",
    ),
    ("YAML", "name: x\npassword: @\nn: 1\n"),
    ("YAML in quotes", "name: x\napi_key: \"@\"\n"),
    ("YAML, set in", "db:\n  host: h\n  passwd: @\n"),
    ("YAML, a block", "name: x\nprivate_key: |\n  a\n  @\nn: 1\n"),
    ("YAML, a list", "name: x\ntokens:\n- @\n- b\nn: 1\n"),
    (
        "YAML, name and value",
        "env:\n- name: DB_PASSWORD\n  value: @\n- name: A\n  value: b\n",
    ),
    (
        "YAML with blanks in the value",
        "name: x\npassphrase: one two @\nn: 1\n",
    ),
    (
        "a head of HTTP",
        "HTTP/1.1 200 OK\r\nHost: h\r\nX-Api-Key: @\r\n\r\n",
    ),
    (
        "an echoed request",
        "POST /x HTTP/1.1\r\nHost: h\r\nCookie: a=1; sid=@\r\n\r\n{}",
    ),
    ("settings", "host = h\ndb_password = @\n"),
    ("variables", "HOST=h\nDB_PASSWORD=@\nN=1\n"),
    ("CSV", "id,name,api_token\n1,ann,@\n2,bob,x\n"),
    (
        "CSV in quotes",
        "\"id\";\"password\"\n\"1\";\"a \"\"b\"\" @\"\n",
    ),
    ("tab-separated", "id\tsecret\tn\r\n1\t@\t2\r\n"),
    (
        "GraphQL",
        "mutation { login(user: \"ann\", password: \"@\") { id } }",
    ),
    (
        "GraphQL in JSON",
        r#"{"query":"mutation { login(password: \"@\") { id } }"}"#,
    ),
    (
        "variables of GraphQL",
        r#"{"query":"mutation L($p: String!) { login(password: $p) { id } }","variables":{"password":"@"}}"#,
    ),
    ("a form", "user=ann&password=@&n=1"),
    ("a form with blanks", "user=ann lee&password=one two @&n=1"),
    ("a form that is one pair with blanks", "password=one two @"),
    ("a form, the name encoded", "user=ann&api%5Fkey=@"),
    (
        "a form, a name in brackets",
        "user[name]=ann&user[password]=@",
    ),
    (
        "a form, brackets encoded",
        "user%5Bname%5D=ann&user%5Bpassword%5D=@",
    ),
    (
        "a multipart body",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n@\r\n--b--\r\n",
    ),
    ("a URL", "https://h/cb?a=1&access_token=@&b=2"),
    (
        "a fragment",
        "https://h/cb#access_token=@&token_type=bearer",
    ),
    ("a URL, the name encoded", "https://h/cb?api%5Fkey=@"),
    (
        "a URL in a query",
        "https://h/login?next=https%3A%2F%2Fh%2Fcb%3Faccess_token%3D@",
    ),
    (
        "a URL in brackets",
        "<https://h/x?access_token=@>; rel=\"next\", <https://h/y>; rel=prev",
    ),
    ("a refresh", "5; url=https://h/cb?sig=@"),
    ("a session in a path", "https://h/x;jsessionid=@?a=1"),
    (
        "a password in a URL",
        "{\"clone\":\"https://ann:@@h/x.git\"}",
    ),
    ("a token in place of a user", "https://@@h/x.git"),
    (
        "a key in PEM",
        "-----BEGIN PRIVATE KEY-----\n@\n-----END PRIVATE KEY-----\n",
    ),
    ("a log", "2026-03-14 02:07:00 INFO login token=@, user=ann"),
    (
        "a sentence with a pair",
        r#"{"detail":"the token=@ was refused"}"#,
    ),
    (
        "a sentence with a made-up word",
        r#"{"detail":"unknown token: @ for ann"}"#,
    ),
];

/// The text with its secret.
pub fn body_of(what: &str, form: &str) -> String {
    if what.contains("user") || what.contains("password in a URL") {
        return form.replacen('@', FRESH, 1);
    }
    // A fragment begins with the sign that stands for a number elsewhere.
    if what.contains("fragment") {
        form.replace('@', FRESH)
    } else {
        form.replace('@', FRESH).replace('#', NUMBER)
    }
}

fn letters(value: &str, write: impl Fn(char) -> String) -> String {
    value.chars().map(write).collect()
}

pub fn percent(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

fn hex(value: &str) -> String {
    value.bytes().map(|b| format!("{b:02x}")).collect()
}

fn in_json(value: &str) -> String {
    serde_json::json!(value)
        .to_string()
        .trim_matches('"')
        .to_owned()
}

pub fn wrapped(text: &str, at: usize, line_break: &str) -> String {
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(at)
        .map(|l| std::str::from_utf8(l).unwrap())
        .collect();
    lines.join(line_break)
}

/// A text in which the value stands in another form, and what that is.
pub fn spellings(value: &str) -> Vec<(&'static str, String)> {
    let long = format!("{}{value}{}", "x".repeat(70), "y".repeat(90));
    let packed = STANDARD.encode(&long);
    vec![
        ("as it is", value.to_owned()),
        ("in percent", percent(value)),
        ("in percent, small letters", percent(value).to_lowercase()),
        (
            "in percent, letter by letter",
            value.bytes().map(|b| format!("%{b:02X}")).collect(),
        ),
        ("in percent, twice", percent(&percent(value))),
        ("in JSON", in_json(value)),
        (
            "in JSON, slashes escaped",
            in_json(value).replace('/', "\\/"),
        ),
        ("in JSON, twice", in_json(&in_json(value))),
        ("in JSON, three times", in_json(&in_json(&in_json(value)))),
        (
            "in JSON, letter by letter",
            letters(value, |c| {
                let mut units = [0; 2];
                c.encode_utf16(&mut units)
                    .iter()
                    .map(|u| format!("\\u{u:04x}"))
                    .collect()
            }),
        ),
        (
            "in JSON, letter by letter, twice",
            letters(value, |c| format!("\\\\u{:04x}", c as u32)),
        ),
        (
            "in HTML",
            value
                .replace('&', "&amp;")
                .replace('"', "&quot;")
                .replace('<', "&lt;"),
        ),
        (
            "in HTML, by number",
            letters(value, |c| format!("&#{};", c as u32)),
        ),
        (
            "in HTML, by hexadecimal number",
            letters(value, |c| format!("&#x{:X};", c as u32)),
        ),
        ("in base64", STANDARD.encode(value)),
        (
            "in base64 behind one letter",
            STANDARD.encode(format!("a{value}b")),
        ),
        (
            "in base64 behind two",
            STANDARD.encode(format!("ab{value}c")),
        ),
        ("in base64 for URLs", URL_SAFE.encode(format!("?>{value}"))),
        ("in base64, in percent", percent(&STANDARD.encode(value))),
        (
            "in base64, in JSON",
            STANDARD.encode(value).replace('/', "\\/"),
        ),
        ("in base64, wrapped", wrapped(&packed, 76, "\r\n")),
        (
            "in base64, wrapped and set in",
            wrapped(&packed, 64, "\n    "),
        ),
        ("in base64, wrapped, in JSON", wrapped(&packed, 64, "\\n")),
        ("in hex", hex(value)),
        ("in hex, capitals", hex(value).to_uppercase()),
        (
            "in bytes of Python",
            value.bytes().map(|b| format!("\\x{b:02x}")).collect(),
        ),
        (
            "as a header in base64",
            STANDARD.encode(format!("Bearer {value}")),
        ),
        (
            "as a password in base64",
            STANDARD.encode(format!("ann:{value}")),
        ),
    ]
}
