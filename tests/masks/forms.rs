//! Texts of every kind that hold one secret under a secret name, and ordinary ones that hold none.

use super::*;

/// Nobody knows this one but the text.
const FRESH: &str = "CANARYv4lue0123456789";
const NUMBER: &str = "73519284617350";

/// What a text is, and the text: `@` stands for the secret, `#` for a number that is one.
const FORMS: &[(&str, &str)] = &[
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

const NAMES: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "private_key",
    "privateKey",
    "access_key",
    "accessKey",
    "api_key",
    "api-key",
    "apikey",
    "client_assertion",
    "jwt",
    "sig",
    "signature",
    "x-auth-user",
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "JSESSIONID",
    "PHPSESSID",
    "ASP.NET_SessionId",
    "connect.sid",
    "session_id",
];

/// Bodies as APIs give them, in which nothing is secret.
const ORDINARY: &[&str] = &[
    r#"{"token_type":"Bearer","expires_in":3600,"scope":"read write"}"#,
    r#"{"tokenType":"bearer","token_expires_at":"2026-03-14T02:07:00Z","access_token_expires_in":1209600}"#,
    r#"{"design":"flat","signal":11,"assignee":"ann","signed":true,"resigned_at":null,"significance":"high"}"#,
    r#"{"author":"ann","authorized":true,"authority":"x","authorization_endpoint":"https://h/authorize","token_endpoint":"https://h/token","jwks_uri":"https://h/keys","token_endpoint_auth_methods_supported":["client_secret_basic","private_key_jwt"]}"#,
    r#"{"errors":[{"title":"Unauthorized","detail":"The token is expired. Get a new token: see the docs.","code":"token_expired","source":{"pointer":"/data/attributes/password"}}]}"#,
    r#"{"errors":{"password":["is too short (minimum is 8 characters)","can't be blank"],"token":["has expired"]}}"#,
    r#"{"password":["This field is required."],"user":["Unknown."]}"#,
    r#"{"error":{"code":400,"errors":{"password":"must be at least 8 characters"}}}"#,
    r#"{"field":"password","message":"is too short","code":"too_short"}"#,
    r#"{"grant_types_supported":["password","refresh_token","client_credentials"],"required":["token","secret"],"scopes":["token:read","secret:list"]}"#,
    r#"{"usage":{"prompt_tokens":123456,"completion_tokens":1000000,"total_tokens":1123456,"max_tokens":2000000}}"#,
    r#"{"components":{"schemas":{"User":{"properties":{"password":{"type":"string","format":"password","description":"At least 8 characters"},"token":{"$ref":"\#/components/schemas/Token"}}}}}}"#,
    r#"{"securitySchemes":{"token":{"type":"apiKey","in":"header","name":"X-Api-Key"}}}"#,
    r#"{"has_password":true,"password":null,"secret":"","token":false,"pin":1234,"password_count":3}"#,
    r#"{"session":{"user":"ann","started":"2026-03-14"},"session_id":42,"sid":"AC0123456789abcdef0123456789abcdef"}"#,
    r#"{"key":"ABC-1","primary_key":"id","keyboard":"qwerty","monkey":"see","accept":"yes"}"#,
    r#"{"message":"Unexpected token < in JSON at position 0","near":"token: IDENT"}"#,
    r#"{"Vary":"Authorization, Cookie","allow":["authorization","x-api-key"],"expose":"X-Auth-Token"}"#,
    r#"[{"name":"token-service","status":"running"},{"name":"secret","id":7}]"#,
    "token: expired",
    "password: must be at least 8 characters",
    "Invalid token: signature mismatch\n",
    "error: the password is wrong\nhint: reset it\n",
    "List<Token> parse(String secret) { return null; }",
    "<html><head><title>Sign in</title></head><body><p>Forgot your password? Token expired.</p></body></html>",
    "<xs:element name=\"password\" type=\"xs:string\"/>",
    "id,name,design\n1,ann,flat\n",
    "https://h/x?page=2&signal=1&design=flat#token",
    "openapi: 3.1.0\ncomponents:\n  schemas:\n    User:\n      password:\n        type: string\n        format: password\n",
    r#"{"path":"C:\\tokens\\new","text":"a \"token\" of love\n","html":"&lt;b&gt;token&lt;/b&gt;"}"#,
];

fn body_of(form: &str) -> String {
    form.replace('@', FRESH).replace('#', NUMBER)
}

#[test]
fn a_secret_under_its_name_is_masked_in_every_kind_of_text() {
    let mut left = Vec::new();
    for (what, form) in FORMS {
        // A fragment begins with the sign that stands for a number elsewhere.
        let body = match what.contains("fragment") {
            true => form.replace('@', FRESH),
            false => body_of(form),
        };
        let body = match what.contains("user") || what.contains("password in a URL") {
            true => form.replacen('@', FRESH, 1),
            false => body,
        };
        let masked = in_body(body.as_bytes());
        if masked.contains(FRESH) || masked.contains(NUMBER) || !masked.contains(MASK) {
            left.push(format!("{what}: {masked}"));
        }
        assert_eq!(in_body(masked.as_bytes()), masked, "{what} is masked twice");
        if serde_json::from_str::<serde_json::Value>(&body).is_ok() {
            let still = serde_json::from_str::<serde_json::Value>(&masked);
            assert!(still.is_ok(), "{what} is no JSON any more: {masked}");
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn what_stands_beside_a_secret_is_left() {
    for (body, masked) in [
        (
            r#"{"user":"ann","password":73519284617350,"n":[1,2]}"#,
            r#"{"user":"ann","password":"‹secret›","n":[1,2]}"#,
        ),
        (
            r#"{"log":"{\"password\": 73519284617350, \"n\": 1}"}"#,
            r#"{"log":"{\"password\": \"‹secret›\", \"n\": 1}"}"#,
        ),
        (
            "user=ann lee&password=one two three&n=1",
            "user=ann lee&password=‹secret›&n=1",
        ),
        (
            r#"{"headers":[{"name":"Authorization","value":"Bearer CANARYv4lue"},{"name":"Accept","value":"x"}]}"#,
            r#"{"headers":[{"name":"Authorization","value":"Bearer ‹secret›"},{"name":"Accept","value":"x"}]}"#,
        ),
        (
            "id,api_token,name\n1,CANARYv4lue,ann\n2,,bob\n",
            "id,api_token,name\n1,‹secret›,ann\n2,,bob\n",
        ),
        (
            "<r><user>ann</user><password>x1</password><n>1</n></r>",
            "<r><user>ann</user><password>‹secret›</password><n>1</n></r>",
        ),
        (
            "name: x\npassword: hunter\nn: 1\n",
            "name: x\npassword: ‹secret›\nn: 1\n",
        ),
        (
            "<https://h/x?page=2&access_token=CANARY1>; rel=\"next\"",
            "<https://h/x?page=2&access_token=‹secret›>; rel=\"next\"",
        ),
        (
            "https://h/cb?api%5Fkey=CANARY1&page=2#x",
            "https://h/cb?api%5Fkey=‹secret›&page=2#x",
        ),
        (
            "https://h/cb#access_token=CANARY1&token_type=bearer&state=x",
            "https://h/cb#access_token=‹secret›&token_type=bearer&state=x",
        ),
    ] {
        assert_eq!(in_body(body.as_bytes()), masked);
    }
}

#[test]
fn every_secret_name_is_one_in_json_a_query_a_header_and_xml() {
    for name in NAMES {
        let bodies = [
            format!("{{\"{name}\":\"{FRESH}\"}}"),
            format!("{{\"{}\":\"{FRESH}\"}}", name.to_uppercase()),
            format!("https://h/x?{name}={FRESH}"),
            format!("user=ann&{name}={FRESH}"),
            format!("<a><{name}>{FRESH}</{name}></a>"),
            format!("Host: h\n{name}: {FRESH}\n"),
            format!("{{\"name\":\"{name}\",\"value\":\"{FRESH}\"}}"),
        ];
        for body in bodies {
            let masked = in_body(body.as_bytes());
            assert!(!masked.contains(FRESH), "{masked}");
        }
        let response = Response {
            headers: Headers::from_iter([(*name, FRESH)]),
            ..Response::default()
        };
        let masked = mask().exchange(exchange(SentRequest::default(), response));
        let value = masked.outcome.response().unwrap().headers.get(name);
        assert_eq!(value.unwrap(), MASK, "{name}");
    }
}

#[test]
fn nothing_of_an_ordinary_answer_is_masked() {
    let (mut bytes, mut wrong) = (0, Vec::new());
    for body in ORDINARY {
        bytes += body.len();
        let masked = in_body(body.as_bytes());
        if masked != *body {
            wrong.push(masked);
        }
    }
    assert!(bytes > 2_500, "{bytes} bytes are too few to tell");
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:#?}",
        wrong.len(),
        ORDINARY.len()
    );
    // A cursor is a token by its name, and the contract says that those are secret.
    let cursor = in_body(br#"{"next_page_token":"CAUQAA","items":[]}"#);
    assert_eq!(cursor, r#"{"next_page_token":"‹secret›","items":[]}"#);
}

#[test]
fn secrets_in_headers_of_an_answer_are_masked_and_the_rest_of_them_is_left() {
    let places = [
        (
            "location",
            "https://h/cb?a=1#access_token=@&state=x",
            "https://h/cb?a=1#access_token=‹secret›&state=x",
        ),
        (
            "location",
            "https://h/cb?api%5Fkey=@",
            "https://h/cb?api%5Fkey=‹secret›",
        ),
        (
            "content-location",
            "/x?sig=@&page=2",
            "/x?sig=‹secret›&page=2",
        ),
        (
            "link",
            "<https://h/x?access_token=@>; rel=next",
            "<https://h/x?access_token=‹secret›>; rel=next",
        ),
        (
            "refresh",
            "0; url=https://h/cb?token=@",
            "0; url=https://h/cb?token=‹secret›",
        ),
        ("referer", "https://h/cb?jwt=@", "https://h/cb?jwt=‹secret›"),
        ("x-redirect-by", "https://ann:@@h/x", "https://‹secret›@h/x"),
        (
            "x-debug",
            "{\"password\":\"@\"}",
            "{\"password\":\"‹secret›\"}",
        ),
        (
            "www-authenticate",
            "Bearer realm=\"x\", error=\"invalid_token\"",
            "Bearer realm=\"x\", error=\"invalid_token\"",
        ),
        ("vary", "Authorization, Cookie", "Authorization, Cookie"),
    ];
    for (name, value, expected) in places {
        let response = Response {
            headers: Headers::from_iter([(name, value.replacen('@', FRESH, 1))]),
            ..Response::default()
        };
        let masked = mask().exchange(exchange(SentRequest::default(), response));
        let headers = &masked.outcome.response().unwrap().headers;
        assert_eq!(headers.get(name).unwrap(), expected);
    }
}

#[test]
fn what_an_answer_gives_away_is_masked_where_it_repeats_it() {
    let response = Response {
        headers: Headers::from_iter([
            ("set-cookie", format!("sid={FRESH}; Path=/")),
            ("x-trace", format!("session {FRESH} began")),
        ]),
        body: format!("{{\"you\":\"{FRESH}\",\"refresh_token\":\"r3fresh-{NUMBER}\",\"links\":{{\"self\":\"/x/r3fresh-{NUMBER}\"}}}}").into_bytes(),
        ..Response::default()
    };
    let sent = SentRequest {
        headers: Headers::from_iter([("cookie", "theme=dark; lang=en-GB; id=c00kie-of-mine")]),
        ..SentRequest::default()
    };
    let masked = mask().exchange(exchange(sent, response));
    let response = masked.outcome.response().unwrap();
    assert_eq!(
        response.headers.get("x-trace").unwrap(),
        "session ‹secret› began"
    );
    assert_eq!(
        String::from_utf8_lossy(&response.body),
        r#"{"you":"‹secret›","refresh_token":"‹secret›","links":{"self":"/x/‹secret›"}}"#
    );
    let mut call = exchange(SentRequest::default(), Response::default());
    call.sent.headers = Headers::from_iter([("cookie", "theme=dark; id=c00kie-of-mine")]);
    call.outcome = Outcome::Answered(Response {
        body: b"a dark theme for c00kie-of-mine".to_vec(),
        ..Response::default()
    });
    let masked = mask().exchange(call);
    let body = &masked.outcome.response().unwrap().body;
    assert_eq!(body, "a dark theme for ‹secret›".as_bytes());
}
