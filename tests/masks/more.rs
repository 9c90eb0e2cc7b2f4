//! More texts that hold one secret: in sentences, commands and dumps, packed, in the files and
//! the printed values of many languages, and under the names of many standards.

use super::table::{FRESH, NUMBER};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// `@` stands for the secret, `#` for a number that is one, `~` for a token of three parts.
const FORMS: &[(&str, &str)] = &[
    // In sentences, commands and dumps.
    ("a token of three parts alone", "~"),
    ("a token of three parts in JSON", r#"{"data":{"x":"~"}}"#),
    ("a token of three parts in a list", r#"["~"]"#),
    (
        "a token of three parts in a sentence",
        "you sent ~, which is old.",
    ),
    ("a token of three parts in a query", "https://h/cb?x=~&y=1"),
    ("a token of three parts in a path", "https://h/verify/~/now"),
    (
        "a token of three parts behind an escape",
        r#"{"a":"b\n~\n"}"#,
    ),
    (
        "a token of three parts behind percent signs",
        "/cb?h=Bearer%20~",
    ),
    ("a token of three parts in XML", "<a><b>~</b></a>"),
    ("a token of three parts in CSV", "id,x\n1,~\n"),
    (
        "a bearer in a sentence",
        r#"{"detail":"we got Bearer @ from you"}"#,
    ),
    ("a bearer at the end", "The header was: Bearer @"),
    ("a bearer in capitals", "we got BEARER @."),
    ("a bearer in percent", "/x?h=Bearer%20@"),
    (
        "a bearer under a name of no secret",
        r#"{"header":"Bearer @"}"#,
    ),
    ("a bearer in quotes", r#"you sent Bearer "@" to us"#),
    ("a bearer in a list", r#"{"authz":["Bearer @"]}"#),
    (
        "a header in a sentence",
        "you sent Authorization: Bearer @, which is old",
    ),
    (
        "a header in a sentence in quotes",
        r#"you sent "Authorization: @" to us"#,
    ),
    (
        "a header in a list",
        r#"{"headers":["Accept: */*","Authorization: Bearer @"]}"#,
    ),
    (
        "a key in a list of headers",
        r#"{"headers":["X-Api-Key: @","Accept: */*"]}"#,
    ),
    (
        "a cookie in a list of headers",
        r#"{"headers":["Cookie: a=1; sid=@","Accept: */*"]}"#,
    ),
    (
        "a digest in a sentence",
        r#"got Authorization: Digest username="ann", response="@""#,
    ),
    ("curl", "curl -H 'Authorization: Bearer @' https://h/x"),
    (
        "curl in double quotes",
        "curl -H \"X-Api-Key: @\" https://h/x",
    ),
    (
        "curl in JSON",
        r#"{"example":"curl -H \"X-Api-Key: @\" https://h/x"}"#,
    ),
    ("curl with a password", "curl -s -u ann:@ https://h/x"),
    (
        "curl with a password in quotes",
        "curl --user 'ann:@' https://h/x",
    ),
    ("curl with a cookie", "curl -b 'sid=@' https://h/x"),
    (
        "curl with a named cookie",
        "curl --cookie 'sid=@' https://h/x",
    ),
    ("curl with a bearer", "curl --oauth2-bearer @ https://h/x"),
    (
        "curl over lines",
        "curl 'https://h/x' \\\n  -H 'accept: */*' \\\n  -H 'authorization: @'\n",
    ),
    ("an option", "tool --token @ --verbose"),
    ("an option with a sign", "tool --api-key=@ -v"),
    ("an option in quotes", "tool --password '@' -v"),
    (
        "a dump of a request",
        "GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer @\r\nAccept: */*\r\n\r\n",
    ),
    (
        "a dump in JSON",
        r#"{"raw":"GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: @\r\nAccept: */*\r\n\r\n"}"#,
    ),
    (
        "a dump of an answer",
        "< HTTP/1.1 200 OK\n< Set-Cookie: sid=@; Path=/\n< Vary: x\n",
    ),
    (
        "an old cookie",
        "HTTP/1.1 200 OK\r\nSet-Cookie2: sid=@; Version=1\r\n\r\n",
    ),
    (
        "a header of a maker",
        "GET /x HTTP/1.1\r\nHost: h\r\nX-Acme-Key: @\r\n\r\n",
    ),
    (
        "a sentence with a made-up word, no colon",
        r#"{"detail":"invalid token @ for ann"}"#,
    ),
    (
        "a key in a sentence",
        "Incorrect API key provided: @. Look again.",
    ),
    // JSON in all its dress.
    ("numbers in a list", r#"{"tokens":[#,#]}"#),
    (
        "numbers in lists of lists",
        r#"{"secret":[[1,[#]],{"a":[#]}]}"#,
    ),
    (
        "numbers in a list, indented",
        "{\n \"tokens\": [\n  #,\n  #\n ]\n}",
    ),
    (
        "numbers in a list in a string",
        r#"{"log":"{\"tokens\":[#,#]}"}"#,
    ),
    ("numbers in a pair", r#"[["password",#],["a",1]]"#),
    ("numbers in a list of codes", r#"{"recovery_codes":[#,#]}"#),
    (
        "numbers in the value of a pair",
        r#"{"name":"password","value":[#]}"#,
    ),
    (
        "remarks",
        "{\"token\" /* why */ : /* x */ \"@\", // end\n \"n\": 1}",
    ),
    (
        "remarks in lines",
        "{\n  // the token\n  \"token\": // here\n    \"@\",\n  \"n\": 1,\n}",
    ),
    (
        "remarks with an apostrophe",
        "{\"secret\": { // it's\n \"a\": \"@\" /* don't */, \"b\": \"@\" } }",
    ),
    ("commas at the end", r#"{"tokens":["@",],"n":1,}"#),
    ("JSON5", "{token: '@', n: +1,}"),
    (
        "an event over two lines",
        "event: x\ndata: {\"token\":\ndata: \"@\"}\n\n",
    ),
    (
        "an event over two lines, set in",
        "data: {\ndata:   \"a\": 1, \"password\":\r\ndata:   #\ndata: }\n\n",
    ),
    (
        "an event over two lines, cut in the name",
        "data: {\"a\": {\"name\":\"Authorization\",\ndata: \"value\":\"@\"}}\n\n",
    ),
    (
        "name and value far apart",
        "{\"name\":\"Authorization\",%far%\"value\":\"@\"}",
    ),
    (
        "value and name far apart",
        "{\"value\":\"@\",%far%\"name\":\"Authorization\"}",
    ),
    (
        "name and value with objects between",
        "{\"name\":\"X-Api-Key\",\"a\":[%far%1],\"value\":\"@\"}",
    ),
    ("id and value", r#"{"id":"api_token","value":"@"}"#),
    ("label and value", r#"{"label":"API key","value":"@"}"#),
    ("name and content", r#"{"name":"password","content":"@"}"#),
    (
        "name and values",
        r#"{"name":"Authorization","values":["Bearer @"]}"#,
    ),
    // YAML, TOML, settings.
    ("YAML, a flow map", "a: {token: @, n: 1}\n"),
    (
        "YAML, a short one in a flow map",
        "a: {n: 1, token: @}\nb: 1\n",
    ),
    (
        "YAML, a flow map over lines",
        "a: {\n  n: 1,\n  token: @\n}\n",
    ),
    (
        "YAML, value before name",
        "env:\n- value: @\n  name: Authorization\n- value: b\n  name: A\n",
    ),
    (
        "YAML, value before name in quotes",
        "env:\n  - value: \"@\"\n    name: \"DB_PASSWORD\"\n",
    ),
    (
        "YAML, name and value in quotes",
        "env:\n  - name: \"DB_PASSWORD\"\n    value: \"@\"\n",
    ),
    (
        "YAML, name and value, more between",
        "env:\n- name: DB_PASSWORD\n  optional: true\n  value: @\n- name: A\n",
    ),
    ("YAML, a complex key", "? token\n: @\n? b\n: 1\n"),
    (
        "YAML, a complex key in quotes",
        "a:\n  ? \"api_key\"\n  : \"@\"\n",
    ),
    ("YAML, a folded block", "token: >-\n  @\nn: 1\n"),
    (
        "YAML, a block with a number",
        "a:\n  secret: |2-\n      x\n      @\n  n: 1\n",
    ),
    (
        "YAML, a block under a name and value",
        "- name: TOKEN\n  value: |\n    @\n",
    ),
    ("YAML, a tag", "a: 1\ntoken: !!str @\n"),
    ("YAML, over lines", "a: 1\npassword:\n  @\nn: 1\n"),
    ("TOML", "[db]\npassword = \"@\"\n"),
    (
        "TOML over lines",
        "a = 1\nkey_password = \"\"\"\nx\n@\"\"\"\n",
    ),
    (
        "TOML, literal over lines",
        "a = 1\nprivate_key = '''\nx\n\n@\n'''\nb = 2\n",
    ),
    (
        "TOML, an inline table",
        "db = { user = \"ann\", password = \"@\" }\n",
    ),
    ("TOML, a list", "tokens = [\n  \"a\",\n  \"@\",\n]\n"),
    ("TOML, a dotted name", "db.password = '@'\n"),
    ("INI", "[db]\nuser=ann\npassword=one two @\nport=1\n"),
    ("INI with a remark", "; the db\n[db]\npassword = @ ; old\n"),
    ("properties", "db.url=h\ndb.password=@\n"),
    ("properties with a colon", "db.url: h\ndb.password: @\n"),
    ("properties with a blank", "db.url h\ndb.password @\n"),
    (
        "properties that go on",
        "a=1\ndb.password=abc\\\n  @\nb=2\n",
    ),
    (
        "variables of a shell",
        "export HOST=h\nexport API_TOKEN=@\n",
    ),
    (
        "variables of a shell in quotes",
        "export API_TOKEN='a b @'\n",
    ),
    (
        "variables of another shell",
        "setenv API_TOKEN @\nset DB_PASSWORD=@\n",
    ),
    ("variables of a third shell", "$env:API_TOKEN = \"@\"\n"),
    ("a file for login", "machine h login ann password @\n"),
    (
        "settings of packages",
        "//registry.h/:_authToken=@\n_auth=@\n",
    ),
    // Tables.
    ("CSV with a mark of bytes", "\u{feff}token,id\n@,1\n"),
    (
        "CSV with quotes and a mark of bytes",
        "\u{feff}\"token\",\"id\"\n\"@\",\"1\"\n",
    ),
    ("CSV, ragged", "id,name,api_token\n1,ann,@,x\n2\n3,bob,@\n"),
    (
        "CSV, ragged from the start",
        "id,name,api_token,b\n1,ann,@\n",
    ),
    ("CSV of one column", "token\n@\n@\n"),
    ("CSV of one column in quotes", "\"api_token\"\n\"@\"\n"),
    (
        "CSV with remarks",
        "# exported today, by ann\n#\nid,api_token\n1,@\n",
    ),
    ("CSV with its sign", "sep=;\nid;password\n1;@\n"),
    (
        "CSV of names and values",
        "name,value\nuser,ann\npassword,@\n",
    ),
    (
        "CSV of names, values and more",
        "name,value,n\nuser,ann,1\npassword,@,2\n",
    ),
    (
        "CSV of names and values without heads",
        "user,ann\nport,80\ndb_password,@\n",
    ),
    (
        "CSV of names and values in quotes",
        "\"key\",\"value\"\n\"a\",\"b\"\n\"api_key\",\"@\"\n",
    ),
    (
        "tab-separated names and values",
        "user\tann\ndb_password\t@\n",
    ),
    (
        "CSV with a field over lines",
        "id,note,token\n1,\"a\nb, c\",@\n2,\"x\"\"\ny\",@\n",
    ),
    ("CSV with a secret over lines", "id,secret\n1,\"a\nb @\"\n"),
    ("CSV with blanks", "id, api token, n\n1, @, 2\n"),
    ("CSV in JSON", r#"{"csv":"id,api_token\n1,@\n"}"#),
    (
        "a table of Markdown",
        "| id | token |\n|----|-------|\n| 1  | @ |\n",
    ),
    ("a table of a terminal", "NAME   TOKEN\nann    @\n"),
    // HTML and XML.
    (
        "HTML, value before name",
        "<input value=\"@\" type=\"hidden\" name=\"csrf_token\">",
    ),
    (
        "HTML without quotes",
        "<input type=hidden name=csrf_token value=@>",
    ),
    (
        "HTML with single quotes",
        "<input type='hidden' name='csrf' value='@'/>",
    ),
    ("HTML, by id", "<input id=\"api_key\" value=\"@\">"),
    (
        "HTML, a field for passwords",
        "<input type=\"password\" value=\"@\" name=\"x\">",
    ),
    (
        "HTML, a text",
        "<textarea name=\"token\" rows=\"1\">@</textarea>",
    ),
    ("HTML, a head", "<meta content='@' name='csrf-token'>"),
    (
        "HTML, a head without quotes",
        "<meta name=csrf-token content=@>",
    ),
    (
        "HTML, by property",
        "<meta property=\"acme:token\" content=\"@\">",
    ),
    ("HTML, data", "<div data-api-key=\"@\"></div>"),
    (
        "HTML, data without quotes",
        "<div data-token=@ class=x></div>",
    ),
    (
        "HTML, a row",
        "<table><tr><th>token</th><td>@</td></tr></table>",
    ),
    (
        "HTML, a row of cells",
        "<tr><td>API Token:</td>\n <td><code>@</code></td></tr>",
    ),
    (
        "HTML, columns",
        "<table><tr><th>id</th><th>token</th></tr><tr><td>1</td><td>@</td></tr></table>",
    ),
    (
        "HTML, a list of definitions",
        "<dl><dt>Secret</dt><dd>@</dd></dl>",
    ),
    ("HTML, a name in bold", "<p><b>Password:</b> @</p>"),
    (
        "HTML, a label and a field",
        "<label>Token</label><input value=\"@\">",
    ),
    (
        "XML, name and value",
        "<h><name>Authorization</name><value>Bearer @</value></h>",
    ),
    (
        "XML, name and value, more between",
        "<h><name>Authorization</name><n>1</n><m/><value>@</value></h>",
    ),
    (
        "XML, name and value far apart",
        "<h><name>Authorization</name>%els%<value>@</value></h>",
    ),
    (
        "XML, value and name",
        "<h><value>@</value><name>Authorization</name></h>",
    ),
    (
        "XML, attributes far apart",
        "<h name=\"Authorization\" %atts% value=\"@\"/>",
    ),
    (
        "SOAP",
        "<wsse:Password Type=\"x#PasswordText\">@</wsse:Password>",
    ),
    // Languages.
    ("JavaScript", "<script>var token = \"@\";</script>"),
    ("JavaScript, a constant", "const apiKey = '@', n = 1;"),
    ("JavaScript, a member", "window.token = '@';"),
    (
        "JavaScript, an object",
        "window.secrets = {a: \"@\", b: 1};",
    ),
    (
        "JavaScript, a state",
        "window.__STATE__={\"user\":{\"accessToken\":\"@\"}};",
    ),
    (
        "JavaScript, a member by name",
        "headers['Authorization'] = 'Bearer @';",
    ),
    ("JavaScript, a call", "localStorage.setItem('token', '@');"),
    ("JavaScript, a template", "let password = `@`;"),
    ("SQL", "INSERT INTO users (id, token) VALUES (1, 'x''@');"),
    (
        "SQL, many rows",
        "INSERT INTO `u` (`token`, `id`) VALUES ('@', 1), ('@', 2);",
    ),
    (
        "SQL, a change",
        "UPDATE users SET a = 1, password = '@' WHERE id = 1",
    ),
    (
        "SQL, a condition",
        "SELECT * FROM users WHERE token='@' AND a = 1",
    ),
    ("SQL, a user", "CREATE USER ann IDENTIFIED BY '@'"),
    (
        "SQL in an error",
        r#"{"error":"SQLSTATE: INSERT INTO users (id, api_token) VALUES (1, '@')"}"#,
    ),
    ("PHP", "<?php return ['user' => 'ann', 'token' => '@'];"),
    ("PHP, array()", "array('password'=>'@')"),
    (
        "PHP, print_r",
        "Array\n(\n    [user] => ann\n    [token] => @\n)\n",
    ),
    (
        "PHP, var_dump",
        "array(1) {\n  [\"token\"]=>\n  string(21) \"@\"\n}\n",
    ),
    (
        "PHP, var_dump of a number",
        "array(1) {\n  [\"token\"]=>\n  int(#)\n}\n",
    ),
    (
        "PHP, an object",
        "object(U)#1 {\n  [\"password\":protected]=>\n  string(21) \"@\"\n}\n",
    ),
    ("PHP, packed", "a:1:{s:5:\"token\";s:21:\"@\";}"),
    ("Python", "User(id=1, token='@')"),
    (
        "Python, a tuple",
        "[('Authorization', 'Bearer @'), ('a', 'b')]",
    ),
    ("Python, a secret", "Settings(api_key=SecretStr('@'))"),
    (
        "Python, an environment",
        "environ({'HOME': '/', 'API_TOKEN': '@'})",
    ),
    (
        "Python, an assignment",
        "os.environ[\"API_TOKEN\"] = \"@\"\n",
    ),
    ("Ruby", "{:id=>1, :token=>\"@\"}"),
    ("Ruby, an object", "#<User id: 1, password: \"@\">"),
    ("Elixir", "%{token: \"@\", n: 1}"),
    ("Clojure", "{:token \"@\" :n 1}"),
    ("Go", "map[token:@ user:ann]"),
    ("Go, an object", "{Name:ann Password:@ N:1}"),
    ("Rust", "User { token: Some(\"@\"), n: 1 }"),
    ("Java", "{token=@, user=ann}"),
    ("Java, an object", "User[id=1, password=@]"),
    ("Perl", "$VAR1 = {\n  'token' => '@',\n};"),
    ("Lua", "{ [\"token\"] = \"@\" }"),
    (
        "a multipart body without quotes",
        "--b\r\nContent-Disposition: form-data; name=password\r\n\r\n@\r\n--b--\r\n",
    ),
    (
        "a multipart body, more heads",
        "--b\r\nContent-Disposition: form-data; name=token\r\nContent-Type: text/plain\r\n\r\n@\r\n--b--\r\n",
    ),
    (
        "a key in PGP",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n@\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n",
    ),
    (
        "a key in PEM with a head",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n@\n-----END RSA PRIVATE KEY-----\n",
    ),
    (
        "a key in PEM in JSON",
        r#"{"x":"-----BEGIN EC PRIVATE KEY-----\n@\n-----END EC PRIVATE KEY-----\n"}"#,
    ),
    (
        "a connection",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=@==;EndpointSuffix=h",
    ),
    (
        "a connection of a bus",
        "Endpoint=sb://h/;SharedAccessKeyName=Root;SharedAccessKey=@=",
    ),
    (
        "a connection of a database",
        "Server=h;User Id=ann;Password=@;Encrypt=True",
    ),
    (
        "a connection with blanks",
        "Server=h; User Id=ann; Pwd = @ ;Encrypt=True",
    ),
    ("a connection in JSON", r#"{"c":"Server=h;Uid=ann;Pwd=@;"}"#),
    ("a password in an address", "postgres://ann:@@h:5432/x"),
    (
        "a password with a slash in an address",
        "amqp://ann:a/b@@h:5672/x",
    ),
    ("a password without a user", "redis://:@@h:6379/0"),
    (
        "a password in an address in YAML",
        "db:\n  url: mysql://ann:@@h/x\n",
    ),
    ("a query of a signature", "https://h/x?sv=1&se=2&sig=@&sp=r"),
    ("a code in a query", "https://h/cb?code=@&state=x"),
    // Names.
    (
        "a code of a device",
        r#"{"device_code":"@","user_code":"ABCD-EFGH","expires_in":1800}"#,
    ),
    (
        "a verifier",
        "grant_type=authorization_code&code_verifier=@",
    ),
    ("an assertion", "grant_type=x&assertion=@"),
    ("an answer of SAML", "SAMLResponse=@&RelayState=x"),
    ("a refreshed pair", r#"{"access":"~","refresh":"@"}"#),
    ("a code for once", r##"{"otp":"#"}"##),
    ("a seed", r#"{"totp_seed":"@"}"#),
    (
        "codes for the worst",
        r#"{"recovery_codes":["@","x"],"backupCodes":["@"]}"#,
    ),
    ("a connection by name", r#"{"connection_string":"@"}"#),
    (
        "connections by name",
        r#"{"ConnectionStrings":{"Default":"@"}}"#,
    ),
    (
        "a key of an account",
        r#"{"account_key":"@","accountKey":"@"}"#,
    ),
    (
        "keys of many kinds",
        r#"{"signingKey":"@","encryption_key":"@","masterKey":"@","subscription-key":"@","auth_key":"@"}"#,
    ),
    (
        "a shared signature",
        r#"{"shared_access_signature":"@","sas":"@","sasUrl":"@"}"#,
    ),
    ("a session", r#"{"session":"@","session_key":"@"}"#),
    (
        "a mark against forgery",
        r#"{"csrf":"@","_csrf":"@","xsrf":"@"}"#,
    ),
    (
        "a short word for a password",
        r#"{"user":"ann","pass":"@","db_pass":"@"}"#,
    ),
    (
        "an entry of a container's login",
        r#"{"auths":{"h":{"auth":"@"}}}"#,
    ),
    ("credentials", r#"{"credential":"@","credentials":"@"}"#),
    ("a passcode", r##"{"passcode":"#","pass_code":"@"}"##),
    (
        "a phrase",
        r#"{"seed_phrase":"one two @","mnemonic":"one two @"}"#,
    ),
    ("a bearer by name", r#"{"bearer":"@"}"#),
    (
        "a private key of a set",
        r#"{"kty":"RSA","n":"x","e":"AQAB","d":"@"}"#,
    ),
    (
        "a webhook's secret",
        r#"{"webhook_secret":"@","signing-secret":"@"}"#,
    ),
];

/// What a text is, the text, and what must not be left of it.
pub fn forms() -> Vec<(String, String, Vec<String>)> {
    let secret = || vec![FRESH.to_owned(), NUMBER.to_owned()];
    let mut forms: Vec<_> = FORMS
        .iter()
        .map(|(what, form)| ((*what).to_owned(), filled(what, form), secret()))
        .collect();
    // As programs, pages and logs hold them.
    for text in include_str!("texts.txt").trim_end().split("\n====\n") {
        let what = text.lines().next().unwrap_or_default();
        forms.push((what.to_owned(), text.replace("@@", FRESH), secret()));
    }
    // A text in a text in a text.
    let mut text = format!("{{\"token\":\"{FRESH}\",\"n\":1}}");
    let mut numbers = format!("{{\"tokens\":[{NUMBER}],\"n\":1}}");
    for depth in 1..=4 {
        text = serde_json::json!({ "log": text }).to_string();
        numbers = serde_json::json!({ "log": numbers }).to_string();
        forms.push((format!("JSON, {depth} deep"), text.clone(), secret()));
        forms.push((format!("numbers, {depth} deep"), numbers.clone(), secret()));
    }
    let inner = format!("{{\"user\":\"ann\",\"password\":\"{FRESH}\"}}");
    let set_in = format!("{{\n  \"user\": \"ann\",\n  \"password\": \"{FRESH}\"\n}}");
    let list = format!("[{{\"token\":\"{FRESH}\"}}]");
    for (what, inner) in [
        ("JSON", inner),
        ("JSON, indented", set_in),
        ("a list", list),
    ] {
        for (packer, packed) in [
            ("base64", STANDARD.encode(&inner)),
            ("base64 for URLs", URL_SAFE_NO_PAD.encode(&inner)),
        ] {
            let lines = super::table::wrapped(&packed, 20, "\r\n");
            for (place, text) in [
                ("alone", packed.clone()),
                ("under a name", format!("{{\"data\":\"{packed}\"}}")),
                ("in a list", format!("[\"x\",\"{packed}\"]")),
                ("in a query", format!("https://h/x?state={packed}&a=1")),
                ("in XML", format!("<a>{packed}</a>")),
                ("in a sentence", format!("the cookie {packed} is old")),
                ("in lines", lines),
            ] {
                let left = vec![packed[packed.len() / 2..packed.len() - 4].to_owned()];
                forms.push((format!("{what} in {packer} {place}"), text, left));
            }
        }
    }
    let pair = STANDARD.encode(format!("ann:{FRESH}"));
    for text in [
        format!("we got Basic {pair} from you"),
        format!("curl -H 'Authorization: Basic {pair}' https://h/x"),
        format!("{{\"seen\":\"basic {pair}\"}}"),
        format!("{{\"auths\":{{\"h\":{{\"auth\":\"{pair}\"}}}}}}"),
    ] {
        forms.push((
            "a pair in base64".to_owned(),
            text,
            vec![pair[8..].to_owned()],
        ));
    }
    forms
}

fn filled(what: &str, form: &str) -> String {
    let members = (0..300).map(|n| format!("\"member{n}\":[{n},{{\"a\":\"b\"}}],"));
    let elements = (0..300).map(|n| format!("<e{n} a=\"b\">x</e{n}>"));
    let attributes = (0..300).map(|n| format!("a{n}=\"b\" "));
    let form = form
        .replace("%far%", &members.collect::<String>())
        .replace("%els%", &elements.collect::<String>())
        .replace("%atts%", &attributes.collect::<String>())
        .replace('~', &jwt(FRESH));
    let form = if what.contains("in an address") || what.contains("without a user") {
        form.replacen('@', FRESH, 1)
    } else {
        form.replace('@', FRESH)
    };
    let holds_no_number = ["with remarks", "an object", "SOAP"];
    if holds_no_number.iter().any(|known| what.ends_with(known)) {
        form
    } else {
        form.replace('#', NUMBER)
    }
}

/// A token of three parts.
pub fn jwt(signature: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = part("{\"sub\":\"ann\",\"iss\":\"https://login.acme.example\"}");
    format!(
        "{}.{claims}.{signature}",
        part("{\"typ\":\"JWT\",\"alg\":\"HS256\"}")
    )
}
