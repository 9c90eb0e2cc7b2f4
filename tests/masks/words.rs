//! Secrets told by how they begin, by sentences, links, headers, and names of many languages, and
//! known values written as other bytes; beside each kind what looks like it and is none.

use super::table::FRESH;
use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// As random as a maker makes them.
const RANDOM: &str = "aB3dE5gH1jK2mN3pQ4rS5tU6vW7xY8zA9bC0dE1fG2hI3jK4lM5nO6pQ7rS8tU9vW0x";

/// What a maker puts before its credentials, and how many characters the whole of one has.
const BEGINNINGS: &[(&str, usize)] = &[
    ("ghp_", 40),
    ("gho_", 40),
    ("ghs_", 40),
    ("github_pat_", 70),
    ("glpat-", 26),
    ("sk_live_", 32),
    ("rk_live_", 32),
    ("whsec_", 38),
    ("xoxb-123456789012-1234567890123-", 56),
    ("xoxp-123456789012-", 60),
    ("xapp-1-A0123456789-", 60),
    ("AIza", 39),
    ("ya29.", 60),
    ("npm_", 40),
    ("hf_", 37),
    ("sk-proj-", 56),
    ("sk-ant-api03-", 60),
    ("dop_v1_", 60),
    ("shpat_", 38),
    ("hvs.", 30),
    ("glsa_", 46),
    ("SG.", 60),
    ("pypi-", 60),
    ("GOCSPX-", 35),
];

/// Texts in which one stands, as `@`, under names that say nothing.
const AROUND: &[&str] = &[
    "@",
    r#"{"value":"@","n":1}"#,
    r#"{"note":"used @ today"}"#,
    r#"["a","@"]"#,
    r#"{"log":"first\n@\nlast"}"#,
    "you sent @, which is old.",
    "https://h/x/@/y?a=1",
    "/x?q=@&page=2",
    "<p>@</p>",
    "a: @\nb: 1\n",
];

/// `@` stands for the secret.
const FORMS: &[(&str, &str)] = &[
    // Sentences.
    ("a key is", "Your API key is @."),
    ("a password is", "The new password is s3cr@et."),
    (
        "a password was set",
        "The password for ann was changed to @",
    ),
    ("a token in quotes", r#"{"message":"the token is '@'"}"#),
    ("a secret with a colon", "Your client secret is: @"),
    ("a short password", "Your password is 0@"),
    ("a session", "Invalid session @"),
    ("a session by its id", "session id @ is unknown"),
    ("a ticket", "Ticket 'ST-12-@' not recognized"),
    (
        "a code",
        r#"{"error_description":"Invalid authorization code @"}"#,
    ),
    (
        "a row of a database",
        r#"ERROR: duplicate key DETAIL: Key (token)=(@) already exists."#,
    ),
    (
        "a row of two columns",
        "Key (tenant_id, api_token)=(7, @) already exists.",
    ),
    (
        "the first of two columns",
        "Key (api_token, tenant_id)=(@, 7) already exists.",
    ),
    (
        "an entry of a database",
        "Duplicate entry '@' for key 'users.api_token'",
    ),
    (
        "an entry in JSON",
        r#"{"message":"Duplicate entry '@' for key 'users_token_unique'"}"#,
    ),
    (
        "a value of a column",
        "Incorrect string value: '@' for column 'password' at row 1",
    ),
    (
        "SQL that was filled in",
        "(SQL: insert into `users` (`name`, `token`) values (ann, @))",
    ),
    (
        "SQL with a condition",
        "(SQL: select * from users where api_token = @ limit 1)",
    ),
    ("a trace", "#1 /app/a.php(12): App\\Auth->login('ann', '@')"),
    (
        "a trace in JSON",
        r##"{"trace":"#1 a.php(12): Auth->attempt('ann', '@')"}"##,
    ),
    (
        "a trace of a connection",
        "#0 a.php(3): PDO->__construct('mysql:host=h', 'root', '@')",
    ),
    (
        "a trace of a secret's function",
        "#0 a.php(3): verifyToken('@')",
    ),
    (
        "an address of a driver",
        "dial: ann:@@tcp(db:3306)/shop?x=1",
    ),
    (
        "what code falls back on",
        "const secret = process.env.APP_SECRET || \"@\"",
    ),
    (
        "what code falls back on, plainly",
        "token = config.token or '@'",
    ),
    (
        "what code falls back on, an index",
        "x = process.env['API_TOKEN'] ?? '@'",
    ),
    (
        "what code falls back on, a call",
        "x = os.getenv(\"API_TOKEN\") or \"@\"",
    ),
    // Links and headers.
    ("a ticket in a query", "https://h/cb?ticket=ST-12-@"),
    ("a verifier", "https://h/cb?oauth_token=a&oauth_verifier=@"),
    ("an artifact", "https://h/acs?SAMLart=@"),
    (
        "a mark of a sender",
        "https://h/cb?shop=a&hmac=0f1e2d3c4b5a@",
    ),
    ("a password in a query", "https://h/x?user=ann&pw=@"),
    ("a key of one word", "https://h/x?authkey=@&a=1"),
    ("a key", "https://h/x?page=2&key=@"),
    ("a key beside an id", "https://h/x?appid=12&key=@"),
    ("a key in a form", "appid=12&key=@&a=1"),
    ("a signature by its short name", "a=1&sign=0f1e2d3c4b5a@"),
    (
        "a link to reset",
        r#"{"text":"go to https://h/password/reset/@ now"}"#,
    ),
    (
        "a link to reset, escaped",
        r#"{"text":"https:\/\/h\/reset\/@"}"#,
    ),
    ("a magic link", "<a href=\"https://h/magic-link/@\">in</a>"),
    ("a link of a hook", r#"{"url":"https://h/hooks/@"}"#),
    ("a link alone", "Location: /verify-email/@"),
    (
        "a protocol of a socket",
        "Sec-WebSocket-Protocol: bearer, @",
    ),
    (
        "a signature of an exchange",
        "CB-ACCESS-SIGN: 0f1e2d3c4b5a@",
    ),
    ("a phrase of an exchange", "OK-ACCESS-PASSPHRASE: @"),
    (
        "a signature of a maker",
        "X-Acme-Hmac-Sha256: 0f1e2d3c4b5a@",
    ),
    // Names.
    (
        "short names of a password",
        r#"{"pw":"@","psw":"@","user_pw":"@","psk":"@"}"#,
    ),
    (
        "marks",
        r#"{"hmac":"0f1e2d3c4b5a@","salt":"0f1e2d3c4b5a@"}"#,
    ),
    (
        "short credentials",
        r#"{"creds":"ann:@","basicAuth":"ann:@"}"#,
    ),
    (
        "keys of programs",
        r#"{"appKey":"@","server_key":"@","ssh_key":"@"}"#,
    ),
    (
        "a key of a program in a file",
        "APP_NAME=x\nAPP_KEY=base64:@\n",
    ),
    ("a personal token", r#"{"pat":"@","github_pat":"@"}"#),
    (
        "links that let in",
        r#"{"magic_link":"https://h/in/@","passwordResetUrl":"https://h/r?t=@"}"#,
    ),
    ("German", r#"{"passwort":"@","Kennwort":"@"}"#),
    ("German, a form", "benutzer=ann&passwort=@"),
    ("French", r#"{"mot_de_passe":"@","motDePasse":"@"}"#),
    ("Spanish", r#"{"contraseña":"@","contrasena":"@"}"#),
    ("Spanish in a file", "usuario: ann\ncontraseña: @\n"),
    ("Portuguese", r#"{"senha":"@"}"#),
    ("Japanese", r#"{"パスワード":"@"}"#),
    ("Chinese", r#"{"密码":"@","用户":"ann"}"#),
    ("Chinese, a line", "用户：ann\n密码：@\n"),
    // Dumps.
    ("a struct of Go", "{User:ann Password:@ Age:7}"),
    ("a map of Go", "map[password:@ user:ann]"),
    ("a struct of Go in a line", "got &{ID:7 Token:@}"),
    ("a map of Erlang", "#{password => <<\"@\">>}"),
    (
        "a pair of Erlang",
        "[{user,<<\"ann\">>},{password,<<\"@\">>}]",
    ),
    ("a map of Elixir", "%{user: \"ann\", password: \"@\"}"),
    ("an array of PHP", "['user' => 'ann', 'password' => '@']"),
    ("an object of Java", "User(name=ann, password=@)"),
    (
        "an object of Java in braces",
        "User{name='ann', password='@'}",
    ),
    (
        "a parameter of XML",
        "<init-param><param-name>password</param-name><param-value>@</param-value></init-param>",
    ),
    (
        "a table of a database",
        " id | user | password \n----+------+----------\n  1 | ann  | @\n(1 row)\n",
    ),
    (
        "a table of one column",
        " api_token \n-----------\n @\n(1 row)\n",
    ),
    (
        "a table in lines",
        "+----+----------+\n| id | password |\n+----+----------+\n|  1 | @ |\n+----+----------+\n",
    ),
    (
        "a table in a text",
        "mysql> select * from users;\n+----+----------+\n| id | password |\n+----+----------+\n|  1 | @ |\n+----+----------+\n1 row in set\n",
    ),
    ("a file of settings", "bind 127.0.0.1\nrequirepass @\n"),
    ("a client of a database", "mysql -h db -u root -p@ shop"),
    ("a client with a blank", "mysqldump -u root -p @ shop"),
    ("a wrapper of a password", "sshpass -p @ ssh ann@h"),
    (
        "an option of a long name",
        "mysql --user=root --password=@ shop",
    ),
    ("a sign-in", "docker login -u ann -p @ h"),
];

/// Texts that stay as they are.
const ORDINARY: &[&str] = &[
    // Beginnings and what is public.
    "Tokens start with ghp_ or github_pat_, keys with sk_live_ and xoxb-.",
    r#"{"publishable":"pk_live_aB3dE5gH1jK2mN3pQ4rS5tU6vW7x"}"#,
    r#"{"id":"AKIAQ3EGRIKHTZ7XJ2M5","status":"Inactive"}"#,
    r#"{"a":"key-value-store-of-the-service-2024","b":"pat-management-of-all-services"}"#,
    r#"{"a":"ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","b":"npm_config_registry_of_the_company"}"#,
    r#"{"slug":"secret_santa_2024_list","event":"act.on.it.now.and.then"}"#,
    // Sentences.
    "The password is required. Your password is too short. The token is expired.",
    "The password is 8-characters long at least. The token is base64url encoded.",
    "The signature is HMAC-SHA256 over the body. The API key is not valid for eu-west-1.",
    "Your error code is 500123. Status code: 404123. The zip code is 123456.",
    "order code 12345678, exit code 137, error code ERR0000123456789012",
    "the code is in the repository, a session was closed, the ticket is open",
    "ticket PROJ-12345 and session 7 of 12; session 2026-03-14T02:07:00Z ended",
    "Key (email)=(ann@acme.example) already exists.",
    "Duplicate entry 'ann' for key 'users.email'",
    "UNIQUE constraint failed: users.api_token",
    "insert into users (name, token) values (?, ?), ($1, now()), (:a, NULL)",
    "#0 a.php(3): App->connect('ann', 'blue', 'fast')",
    "names like `password` or `passwd`, 'token' or 'secret', \"token\" or \"password\"",
    "as_token(\"editor\", \"POST\", \"/core/runbooks/7/tasks\", task)",
    "if (token || \"x\" == y) return getToken('refresh');",
    // Links and headers.
    "https://h/cb?state=aB3dE5gH1jK2mN3pQ4&key=name&sort=key&ticket=open",
    "https://h/invitations/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 /password/reset /magic/tricks",
    "https://h/webhooks/1234/deliveries and /reset-password and https://h/verify",
    "Authentication-Info: nextnonce=\"9e8d7c6b5a4f3e2d1c0b\"",
    "Sec-WebSocket-Protocol: chat, superchat",
    // Names.
    r#"{"path":"/a","pattern":"a1b2c3d4e5f6","pinned":"2026a1b2c3d4","seeds":"a1b2c3d4e5f6"}"#,
    r#"{"keyboard":"a1b2c3d4","monkey":"a1b2c3d4","hashtag":"a1b2c3d4","expat":"a1b2c3d4","expats":"a1b2c3d4"}"#,
    r#"{"salt":"himalayan","sign":"aquarius","pin":12,"pat":"the cat","seed":42,"hmac":"SHA-256"}"#,
    r#"{"reset_url":"https://h/password/reset","magic_link":true,"confirm_url":"https://h/confirm"}"#,
    r#"{"spin":"a1b2c3d4","upwards":"a1b2c3d4","design":"a1b2c3d4","assigned":"a1b2c3d4"}"#,
    r#"{"public":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ann@h","ssh_key":"none"}"#,
    "Passwort vergessen? Bitte das Kennwort neu setzen.",
    // Dumps.
    "write {{token:NAME}} or {jwt:role=anon} there",
    "code = \"XAmzContentSHA256Mismatch\", code: E_a1b2c3d4e5f6g7h8",
    "{User:ann Token:<nil> Age:7} map[user:ann token:expired]",
    " id | user \n----+------\n  1 | ann\n(1 row)\n",
    "mysql -h db -u root -p shop; docker run -p 8080:80 -u 1000:1000 x",
    "a login -p was seen; login failed",
];

fn with(text: &str, secret: &str) -> String {
    // Of an address the last sign is its own.
    match text.contains("@@") {
        true => text.replacen('@', secret, 1),
        false if text.contains("ann@h") => text.replacen('@', secret, 1),
        false => text.replace('@', secret),
    }
}

#[test]
fn what_a_maker_began_is_masked_whatever_stands_around_it() {
    let mut left = Vec::new();
    for (begins, length) in BEGINNINGS {
        let token = format!("{begins}{}", &RANDOM[..length - begins.len()]);
        for around in AROUND {
            let masked = in_body(around.replace('@', &token).as_bytes());
            if masked != around.replace('@', MASK) {
                left.push(format!("{begins}: {masked}"));
            }
        }
    }
    println!("{} texts", BEGINNINGS.len() * AROUND.len());
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn a_secret_beside_a_public_id_is_masked_and_the_id_is_not() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEYa";
    let secret = &secret[..40];
    for text in [
        format!("AKIAQ3EGRIKHTZ7XJ2M5:{secret}"),
        format!("[\"AKIAQ3EGRIKHTZ7XJ2M5\", \"{secret}\"]"),
    ] {
        let masked = in_body(text.as_bytes());
        assert_eq!(masked, text.replace(secret, MASK));
    }
}

#[test]
fn a_secret_that_sentences_links_and_dumps_tell_is_masked() {
    let mut left = Vec::new();
    for (what, form) in FORMS {
        let body = with(form, FRESH);
        let masked = in_body(body.as_bytes());
        if masked.contains(FRESH) || !masked.contains(MASK) {
            left.push(format!("{what}: {masked}"));
        }
        assert_eq!(in_body(masked.as_bytes()), masked, "{what} is masked twice");
        if serde_json::from_str::<serde_json::Value>(&body).is_ok() {
            let still = serde_json::from_str::<serde_json::Value>(&masked);
            assert!(still.is_ok(), "{what} is no JSON any more: {masked}");
        }
    }
    println!("{} texts", FORMS.len());
    assert!(
        left.is_empty(),
        "{} of {}: {left:#?}",
        left.len(),
        FORMS.len()
    );
}

#[test]
fn a_code_that_a_person_types_is_masked() {
    for text in [
        "Your code is @.",
        "Your verification code: @",
        "Use @ as your login code.",
        "@ is your Acme verification code",
        "Your OTP is @",
        r#"{"sms":"Your security code is @. Do not share it."}"#,
    ] {
        let masked = in_body(text.replace('@', "481632").as_bytes());
        assert_eq!(masked, text.replace('@', MASK));
    }
}

#[test]
fn what_only_looks_like_it_is_left() {
    let wrong: Vec<String> = ORDINARY
        .iter()
        .map(|text| in_body(text.as_bytes()))
        .zip(ORDINARY)
        .filter(|(masked, text)| masked != *text)
        .map(|(masked, _)| masked)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:#?}",
        wrong.len(),
        ORDINARY.len()
    );
}

#[test]
fn weak_names_of_headers_are_masked_by_their_values() {
    for (name, value, is_secret) in [
        ("x-otp", "481632", true),
        ("x-acme-hmac-sha256", "9e8d7c6b5a4f3e2d1c0b", true),
        ("cb-access-sign", "9e8d7c6b5a4f3e2d1c0b", true),
        ("x-sign", "plus", false),
        ("dpop", &super::more::jwt("x1"), true),
        ("sec-websocket-protocol", "chat", false),
    ] {
        let response = Response {
            headers: Headers::from_iter([(name, value)]),
            ..Response::default()
        };
        let masked = mask().exchange(exchange(SentRequest::default(), response));
        let shown = masked
            .outcome
            .response()
            .unwrap()
            .headers
            .get(name)
            .unwrap();
        assert_eq!(shown == MASK, is_secret, "{name}: {shown}");
    }
}

#[test]
fn a_host_in_the_place_of_a_user_is_shown() {
    for (url, shown) in [
        (
            "https://api.acme.example@evil.example/x",
            "https://api.acme.example@evil.example/x",
        ),
        (
            "http://127.0.0.1:8080@evil.example/x",
            "http://127.0.0.1:8080@evil.example/x",
        ),
        (
            "https://ann.lee:12345@h.example/x",
            "https://‹secret›@h.example/x",
        ),
        (
            "https://0f1e2d3c4b5a6978@h.example/x",
            "https://‹secret›@h.example/x",
        ),
    ] {
        assert_eq!(mask().url(url), shown);
    }
}

#[test]
fn a_known_value_is_found_in_other_bytes() {
    let value = "s3cr3t/value+0f1e 2d3c";
    let list = |join: &str, base: u32| {
        let bytes = value.bytes().map(|b| match base {
            16 => format!("{b:02x}"),
            _ => b.to_string(),
        });
        bytes.collect::<Vec<_>>().join(join)
    };
    let dump = |size: usize| {
        let lines = value
            .as_bytes()
            .chunks(16)
            .enumerate()
            .map(|(line, bytes)| {
                let groups = bytes
                    .chunks(size)
                    .map(|group| group.iter().map(|b| format!("{b:02x}")).collect::<String>());
                let groups: Vec<String> = groups.collect();
                let letters = String::from_utf8_lossy(bytes).into_owned();
                format!("{:08x}: {}  {letters}\n", line * 16, groups.join(" "))
            });
        lines.collect::<String>()
    };
    let json = |text: &str| serde_json::json!({ "d": text }).to_string();
    let twice = |shift: &str| STANDARD.encode(STANDARD.encode(format!("{shift}{value}:and more")));
    let shell = value.replace(' ', "\\ ").replace('+', "\\+");
    for (what, spelt) in [
        ("a list", format!("[{}]", list(", ", 10))),
        ("a list without blanks", format!("[{}]", list(",", 10))),
        ("bytes of Go", format!("[{}]", list(" ", 10))),
        ("hex with blanks", list(" ", 16)),
        ("hex with colons", list(":", 16)),
        ("a dump of pairs", dump(2)),
        ("a dump of bytes", dump(1)),
        ("a dump in JSON", json(&dump(2))),
        ("a dump in JSON in JSON", json(&json(&dump(1)))),
        (
            "a shell's bytes to the base of eight",
            value.bytes().map(|b| format!("\\{b:03o}")).collect(),
        ),
        (
            "base64 without its end",
            STANDARD.encode(value).trim_end_matches('=').to_owned(),
        ),
        ("base64 for URLs", URL_SAFE_NO_PAD.encode(value)),
        ("base64 twice", twice("")),
        ("base64 twice, shifted", twice("u")),
        ("base64 twice, shifted again", twice("us")),
        ("a form", value.replace('+', "%2B").replace(' ', "+")),
        ("mail", "s3cr3t/va=\r\nlue+0f1e=202d3c".to_owned()),
        ("a shell", shell),
        (
            "a shell's bytes",
            value.bytes().map(|b| format!("\\x{b:02x}")).collect(),
        ),
    ] {
        for text in [spelt.clone(), format!("got\n{spelt}\nfrom you")] {
            let masked = knows(value).text(&text);
            let rest = masked.replace("‹token:support·a361›", "");
            assert!(masked.contains("‹token:support·a361›"), "{what}: {masked}");
            let shown: Vec<char> = rest.chars().filter(|c| !" \n:".contains(*c)).collect();
            // What stands around it is as much as that.
            let most = if what.contains("JSON in") { 50 } else { 30 };
            assert!(
                shown.len() < most || what.starts_with("base64 twice"),
                "{what}: {masked}"
            );
        }
    }
    let short = knows("a b4c");
    assert_eq!(short.text("x=a+b4c&y"), "x=‹token:support·a361›&y");
}
