//! Texts of every kind that hold one secret under a secret name, and ordinary ones that hold none.

use super::table::{FORMS, FRESH, NUMBER, body_of};
use super::*;

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
    // What names, schemes and signs of secrets stand in, and is none.
    "HTTP/1.1 200 OK\r\nX-Correlation-Key: 4711a0815b2c3d4e\r\nX-Password-Expires: 30 days\r\nCache-Key: a1b2\r\n\r\n",
    "Signature-Input: sig1=(\"@method\" \"@path\");created=1735689600;keyid=\"test-key-1\"\n",
    "sig=(\"@method\" \"@authority\");alg=\"ed25519\"",
    "authorization: none given",
    "Authorization: not set",
    "the log says authorization: none given, password: not set",
    r#"{"detail":"authorization: none given"}"#,
    r#"{"detail":"Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The access token expired\""}"#,
    r#"{"detail":"Use Bearer authentication or Basic authentication (RFC 7617), as the docs of oauth2 say."}"#,
    r#"{"detail":"The token of 2026-03-14T02:07:00Z has expired; see https://h/docs/tokens/v2-2026."}"#,
    r#"{"auth":"basic","session":"closed","refresh":3600,"csrf":"disabled","otp":"sms","credentials":"same-origin","pass":true}"#,
    r#"{"auth":{"type":"oauth2"},"session":{"state":"open"},"credentials":{"kind":"password"}}"#,
    r#"{"keys":[{"kty":"RSA","kid":"2026-03-key","use":"sig","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4","e":"AQAB"}]}"#,
    r#"{"public_key":"4711a0815b2c3d4e","sort_key":"2026#1","foreign_key":"user_id","key_count":12}"#,
    r#"{"id":"password","label":"Password","required":true,"type":"text"}"#,
    r#"{"error":"invalid_grant","error_description":"code expired","code":"E0001234567890ABC"}"#,
    "https://h/errors?code=invalid_request&state=x",
    r#"{"page":{"data":"eyJwYWdlIjoyLCJzb3J0IjoibmFtZSIsInVzZXIiOiJhbm4ifQ=="}}"#,
    "/* token */ // password\n{\"a\": 1}\n",
    "id: 1\ndata: {\"a\":1,\ndata: \"b\":2}\n\n",
    "- name: app\n  value: blue\n- name: token-service\n",
    "Wrong token, try again\nThen, leave\n",
    "name,value\ncolour,blue\nsize,12\n",
    "<tr><th>Token</th><th>Status</th></tr><tr><td></td><td>expired</td></tr>",
    "<dl><dt>Password</dt><dd>is too short</dd></dl><label>Token</label><input type=\"text\">",
    "<form><input type=\"password\" name=\"password\" id=\"password\" placeholder=\"Password\"></form>",
    "SELECT token FROM users; INSERT INTO t (id, name) VALUES (1, 'ann')",
    "curl -u \"$USER\" --token <TOKEN> -b jar.txt https://h/x",
    "use --token to say which, or --password-file FILE",
    "val token = parse(input); if (password == null) return",
    "[user] => ann\n[tokens] => Array\n",
    "docker run -e MODE=fast; the basic idea: negotiate first",
    "postgres://h:5432/x and http://h:80/a@b",
    r#"{"path":"C:\\tokens\\new","text":"a \"token\" of love\n","html":"&lt;b&gt;token&lt;/b&gt;"}"#,
];

#[test]
fn a_secret_under_its_name_is_masked_in_every_kind_of_text() {
    let mut left = Vec::new();
    for (what, form) in FORMS {
        let body = body_of(what, form);
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

#[test]
fn a_cookie_is_masked_however_it_is_repeated_and_its_plain_words_are_left() {
    let value = format!("{FRESH}/+ {FRESH}");
    let packed = super::table::percent(&value);
    for set in ["set-cookie", "set-cookie2"] {
        let response = Response {
            headers: Headers::from_iter([(set, format!("sid={packed}; Path=/"))]),
            body: format!(
                "a: {value}\nb: {packed}\nc: {}\nd: {:?}",
                packed.to_lowercase(),
                value
            )
            .into_bytes(),
            ..Response::default()
        };
        let masked = mask().exchange(exchange(SentRequest::default(), response));
        let body = String::from_utf8_lossy(&masked.outcome.response().unwrap().body).into_owned();
        assert!(
            !body.to_lowercase().contains(&FRESH.to_lowercase()),
            "{body}"
        );
        assert_eq!(
            body.lines().filter(|line| line.contains(MASK)).count(),
            4,
            "{body}"
        );
    }
    // What is signed holds an id that is told elsewhere.
    let sent = SentRequest {
        headers: Headers::from_iter([(
            "cookie",
            format!("theme=dark; page=2024; lang=en-GB; connect.sid=s%3A{FRESH}.c2lnbmVk1"),
        )]),
        ..SentRequest::default()
    };
    let echo = format!("dark page 2024 in en-GB, {FRESH}");
    let masked = kept(&mask(), sent, echo.as_bytes());
    assert_eq!(
        String::from_utf8_lossy(&masked),
        format!("dark page 2024 in en-GB, {MASK}")
    );
}

#[test]
fn what_an_answer_led_on_with_is_masked_in_the_answer_that_followed() {
    let response = Response {
        body: format!("{{\"you\":\"{FRESH}\",\"page\":2}}").into_bytes(),
        ..Response::default()
    };
    let mut call = exchange(SentRequest::default(), response);
    call.redirects = vec![httriage::model::Hop {
        status: 302,
        location: format!("https://h/cb?page=2#access_token={FRESH}"),
        method: "GET".to_owned(),
        token_sent: false,
        dropped: Vec::new(),
    }];
    let masked = mask().exchange(call);
    let body = String::from_utf8_lossy(&masked.outcome.response().unwrap().body).into_owned();
    assert_eq!(body, "{\"you\":\"‹secret›\",\"page\":2}");
    assert_eq!(
        masked.redirects[0].location,
        "https://h/cb?page=2#access_token=‹secret›"
    );
}

#[test]
fn a_short_number_of_a_session_is_masked_where_it_is_repeated() {
    let sent = SentRequest {
        headers: Headers::from_iter([("cookie", "page=2024111; sid=7351928")]),
        ..SentRequest::default()
    };
    let masked = kept(&mask(), sent, b"session 7351928 on page 2024111");
    assert_eq!(
        String::from_utf8_lossy(&masked),
        "session ‹secret› on page 2024111"
    );
}
