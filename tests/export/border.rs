//! What is secret leaves as a variable in every form, and nothing that belongs to an environment
//! leaves it.

use super::recorder::Recorder;
use super::{folder, has, run};
use httriage::format::export::{Ground, Written};
use httriage::format::{curl, har, http_file, hurl};
use httriage::insight::redact::Mask;
use httriage::model::{
    Auth, Author, Body, Environment, ExchangeId, Headers, Origin, Outcome, Param, Part,
    RawExchange, RequestSpec, Response, SentRequest, Session, Settings, Step, Timestamp, Token,
    TokenName, TokenSource,
};
use std::time::Duration;

type Form = fn(&Session, &Ground) -> Written;
const FORMS: &[(&str, Form)] = &[
    ("curl", curl::write_session),
    ("hurl", hurl::write_session),
    ("http", http_file::write_session),
];

/// No text may hold any of these.
const HEADER: &str = "value-of-the-header";
const VARIABLE: &str = "value-of-the-variable";
const PLAIN: &str = "value-of-no-secret";
const TYPED: &str = "value-that-was-typed";

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

fn ground(base: &str, author: Author) -> Ground {
    let environment = Environment {
        name: "prod".into(),
        base_url: base.into(),
        headers: vec![
            ("X-Api-Key".into(), HEADER.into()),
            ("X-Shared-Secret".into(), "{{quiet}}".into()),
            ("X-Bound".into(), "{{token:bound}}".into()),
        ],
        variables: vec![
            ("api_key".into(), VARIABLE.into()),
            ("cust".into(), PLAIN.into()),
            ("quiet".into(), VARIABLE.into()),
        ],
        tokens: vec![name("prod-admin")],
        ..Environment::default()
    };
    let settings = Settings {
        tokens: vec![
            Token {
                name: name("prod-admin"),
                source: TokenSource::Prompt,
                origins: None,
                placement: Default::default(),
                ttl: None,
            },
            Token {
                name: name("bound"),
                source: TokenSource::Prompt,
                origins: Origin::parse("https://other.example").map(|origin| vec![origin]),
                placement: Default::default(),
                ttl: None,
            },
        ],
        environments: vec![environment.clone()],
        ..Settings::default()
    };
    Ground::new(environment, author, &settings)
}

fn session(spec: RequestSpec) -> Session {
    Session {
        steps: vec![Step {
            name: "step".into(),
            spec,
            ..Step::default()
        }],
        ..Session::default()
    }
}

/// Everything but the comments.
fn commands(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    lines.collect::<Vec<_>>().join("\n")
}

/// Requests that hold a secret, each in another way.
fn secrets() -> Vec<(&'static str, RequestSpec)> {
    let with = |change: fn(&mut RequestSpec)| {
        let mut spec = RequestSpec::new("POST", "{{base}}/x");
        change(&mut spec);
        spec
    };
    vec![
        ("headers of the environment", with(|_| {})),
        (
            "variable in the query",
            with(|s| s.params = vec![Param::new("q", "{{api_key}}")]),
        ),
        (
            "variable in the URL",
            with(|s| s.url.push_str("?q={{api_key}}")),
        ),
        (
            "variable in a header",
            with(|s| s.headers = vec![Param::new("X-A", "a {{api_key}}")]),
        ),
        (
            "plain variable in a secret header",
            with(|s| {
                s.headers = vec![Param::new("X-Token", "{{quiet}}")];
            }),
        ),
        (
            "variable in JSON",
            with(|s| s.body = Body::Text("{\"a\":\"{{api_key}}\"}".into())),
        ),
        (
            "variable in a form",
            with(|s| s.body = Body::Form(vec![Param::new("q", "{{api_key}}")])),
        ),
        (
            "variable in a part",
            with(|s| {
                s.body = Body::Multipart(vec![Part {
                    name: "q".into(),
                    value: "{{api_key}}".into(),
                    ..Part::default()
                }]);
            }),
        ),
        (
            "typed header",
            with(|s| s.headers = vec![Param::new("Cookie", format!("sid={TYPED}"))]),
        ),
        (
            "typed bearer",
            with(|s| {
                s.headers = vec![Param::new("Authorization", format!("Bearer {TYPED}"))];
            }),
        ),
        (
            "typed parameter",
            with(|s| s.params = vec![Param::data("access_token", TYPED)]),
        ),
        (
            "typed in the URL",
            with(|s| s.url.push_str(&format!("?client_secret={TYPED}"))),
        ),
        (
            "user of the URL",
            with(|s| s.url = format!("http://me:{TYPED}@127.0.0.1:9/x")),
        ),
        (
            "typed in JSON",
            with(|s| s.body = Body::Text(format!("{{\"password\":\"{TYPED}\"}}"))),
        ),
        (
            "typed data",
            with(|s| {
                s.body =
                    Body::Bytes(format!("{{\"password\":\"{TYPED}\",\"a\":\"{{{{b}}}}\"}}").into());
            }),
        ),
        (
            "typed in a form",
            with(|s| s.body = Body::Form(vec![Param::new("password", TYPED)])),
        ),
    ]
}

#[test]
fn a_secret_leaves_as_a_variable_in_every_form_and_is_said() {
    let ground = ground("http://127.0.0.1:9", Author::File);
    let mut cells = 0;
    for (kind, spec) in secrets() {
        for (form, write) in FORMS {
            cells += 1;
            let written = write(&session(spec.clone()), &ground);
            let what = format!("{form}, {kind}:\n{}\n{:?}", written.text, written.notes);
            for secret in [HEADER, VARIABLE, TYPED] {
                assert!(!written.text.contains(secret), "{what}");
                assert!(!written.notes.join("\n").contains(secret), "{what}");
            }
            if written.requests == 0 {
                // What it holds besides cannot stand in such a file.
                assert_eq!((*form, kind), ("http", "typed data"), "{what}");
                continue;
            }
            assert!(!written.variables.is_empty(), "{what}");
            for variable in &written.variables {
                assert!(
                    commands(&written.text).contains(variable) || *form == "hurl",
                    "{what}"
                );
            }
        }
    }
    println!("{cells} cells of secrets");
}

#[test]
fn a_command_with_its_variables_set_is_the_call_that_was_meant() {
    if !has("curl") {
        eprintln!("There is no curl here, and nothing is run.");
        return;
    }
    // Every sign that means something in a query.
    let value = "a+b/c=d&e#f{g}[h] i?j%k\"l'm$n`o\\p";
    for (kind, change) in [
        (
            "query",
            (|s| s.params = vec![Param::new("q", "{{token:prod-admin}}")]) as fn(&mut RequestSpec),
        ),
        ("query between others", |s| {
            s.params = vec![
                Param::new("a", "1"),
                Param::new("q", "{{token:prod-admin}}"),
                Param::new("z", "@canary"),
            ];
        }),
        ("query with a body", |s| {
            s.method = "PUT".into();
            s.params = vec![
                Param::new("q", "{{token:prod-admin}}"),
                Param::new("z", "2"),
            ];
            s.body = Body::Bytes(b"@canary".to_vec());
        }),
        ("query in the URL", |s| {
            s.url.push_str("?x[]=1&q={{token:prod-admin}}")
        }),
        ("form", |s| {
            s.method = "POST".into();
            s.body = Body::Form(vec![
                Param::data("a", "@canary"),
                Param::new("q", "{{token:prod-admin}}"),
            ]);
        }),
        ("header", |s| {
            s.headers = vec![Param::new("X-Q", "{{token:prod-admin}}")]
        }),
        ("body", |s| {
            s.method = "POST".into();
            s.body = Body::Text("@q={{token:prod-admin}}".into());
        }),
        ("head", |s| {
            s.method = "HEAD".into();
            s.params = vec![Param::new("q", "{{token:prod-admin}}")];
        }),
        ("delete", |s| {
            s.method = "DELETE".into();
            s.params = vec![Param::new("q", "{{token:prod-admin}}")];
        }),
    ] {
        let recorder = Recorder::new();
        let mut ground = ground(&recorder.base, Author::File);
        ground.environment.headers.clear();
        let mut spec = RequestSpec::new("GET", "{{base}}/x");
        change(&mut spec);
        let written = curl::write_session(&session(spec.clone()), &ground);
        let folder = folder();
        let file = folder.path().join("exported.sh");
        let set = "export HTTRIAGE_TOKEN_PROD_ADMIN=\"$(cat exported.value)\"\n";
        std::fs::write(folder.path().join("exported.value"), value).unwrap();
        std::fs::write(&file, format!("{set}{}", written.text)).unwrap();
        run("sh", &[file.to_str().unwrap()], &[], folder.path());
        let seen = recorder.take();
        assert_eq!(seen.len(), 1, "{kind}: {}", written.text);
        let seen = &seen[0];
        assert_eq!(seen.method, spec.method, "{kind}");
        let (_, query) = seen.target.split_once('?').unwrap_or_default();
        let body = String::from_utf8(seen.body.clone()).unwrap();
        let pairs = |text: &str| -> Vec<(String, String)> {
            let decoded = |text: &str| httriage::model::decoded(&text.replace('+', " ")).unwrap();
            text.split('&')
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(name, value)| (decoded(name), decoded(value)))
                .collect()
        };
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match kind {
            "query" | "head" | "delete" => assert_eq!(pairs(query), [own("q", value)], "{kind}"),
            "query between others" => assert_eq!(
                pairs(query),
                [own("a", "1"), own("q", value), own("z", "@canary")]
            ),
            "query with a body" => {
                assert_eq!(pairs(query), [own("q", value), own("z", "2")]);
                assert_eq!(body, "@canary");
            }
            "query in the URL" => assert_eq!(pairs(query), [own("x[]", "1"), own("q", value)]),
            "form" => assert_eq!(pairs(&body), [own("a", "@canary"), own("q", value)]),
            "header" => assert_eq!(seen.header("x-q"), Some(value.as_bytes())),
            "body" => assert_eq!(body, format!("@q={value}")),
            other => panic!("{other}"),
        }
    }
}

/// What it is called, its URL, its headers.
type Away = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);
/// What it is called, and what it adds to a request.
type Ask = (&'static str, fn(&mut RequestSpec));

/// Requests that leave `http://127.0.0.1:9`, each in another way.
const AWAY: &[Away] = &[
    ("another host", "http://evil.example/x", &[]),
    ("another port", "http://127.0.0.1:8/x", &[]),
    ("another scheme", "https://127.0.0.1:9/x", &[]),
    (
        "the home as a user",
        "http://127.0.0.1:9@evil.example/x",
        &[],
    ),
    ("the base as a user", "{{base}}@evil.example/x", &[]),
    ("the base as a beginning", "{{base}}.evil.example/x", &[]),
    ("more digits of the port", "{{base}}9/x", &[]),
    ("backslashes", "http:\\\\evil.example\\x", &[]),
    ("capitals", "HTTP://EVIL.example/x", &[]),
    ("a tab", "http://evil.example\t/x", &[]),
    ("full-width letters", "http://ｅvil.example/x", &[]),
    ("a variable as the host", "http://{{host}}/x", &[]),
    ("a Host header", "{{base}}/x", &[("Host", "evil.example")]),
    (
        "a Host header with a port",
        "{{base}}/x",
        &[("host", "127.0.0.1:8")],
    ),
    (
        "two Host headers",
        "{{base}}/x",
        &[("Host", "127.0.0.1:9"), ("Host", "evil.example")],
    ),
    (
        "a Host header by a variable",
        "{{base}}/x",
        &[("Host", "{{host}}")],
    ),
];

/// What such a request asks for.
const ASKS: &[Ask] = &[
    ("bearer", |s| s.auth = Auth::Bearer(name("prod-admin"))),
    ("header", |s| {
        s.headers.push(Param::new("X-A", "{{token:prod-admin}}"))
    }),
    ("parameter", |s| {
        s.params.push(Param::new("a", "{{token:prod-admin}}"))
    }),
    ("query", |s| s.url.push_str("?a={{token:prod-admin}}")),
    ("path", |s| s.url.push_str("/{{token:prod-admin}}")),
    ("body", |s| {
        s.body = Body::Text("{{token:prod-admin}}".into())
    }),
    ("form", |s| {
        s.body = Body::Form(vec![Param::new("a", "{{token:prod-admin}}")])
    }),
    ("variable", |s| s.params.push(Param::new("v", "{{cust}}"))),
    ("secret variable", |s| {
        s.headers.push(Param::new("X-A", "{{api_key}}"))
    }),
    ("a name like a token's", |s| {
        s.params.push(Param::data("prod_admin_token", "x"))
    }),
    ("a name that is a token's", |s| {
        s.headers.push(Param::data("Authorization", "prod-admin x"))
    }),
    ("a variable named like one", |s| {
        s.params.push(Param::new("a", "{{token_prod_admin}}"))
    }),
    ("nothing", |_| {}),
];

#[test]
fn nothing_of_an_environment_leaves_it_in_any_form_and_that_is_said() {
    let mut cells = 0;
    for (kind, url, headers) in AWAY {
        for (asked, ask) in ASKS {
            let mut away = RequestSpec::new("POST", *url);
            away.headers = headers.iter().map(|(n, v)| Param::new(*n, *v)).collect();
            ask(&mut away);
            // What a step at home asks the person for, this one must not get.
            let mut home = RequestSpec::new("GET", "{{base}}/home");
            home.auth = Auth::Bearer(name("prod-admin"));
            home.params = vec![Param::new("k", "{{api_key}}")];
            let mut session = session(home);
            session.steps.push(Step {
                name: "away".into(),
                spec: away,
                ..Step::default()
            });
            for (form, write) in FORMS {
                cells += 1;
                let ground = ground("http://127.0.0.1:9", Author::File);
                let written = write(&session, &ground);
                let what = format!(
                    "{form}, {kind}, {asked}:\n{}\n{:?}",
                    written.text, written.notes
                );
                let step = match *form {
                    "http" => written.text.split("### 2").nth(1),
                    _ => written.text.split("# 2. away").nth(1),
                };
                let commands = commands(step.expect(&what));
                for kept in [
                    HEADER,
                    VARIABLE,
                    PLAIN,
                    "X-Api-Key",
                    "X-Shared",
                    "HTTRIAGE_VAR_API_KEY",
                ] {
                    assert!(!commands.contains(kept), "{kept}: {what}");
                }
                let variables = variables_of(&commands, &written.text, form);
                for variable in variables {
                    let is_ours = ["PROD_ADMIN", "BOUND", "API_KEY", "CUST", "QUIET"]
                        .iter()
                        .any(|own| {
                            variable == format!("HTTRIAGE_TOKEN_{own}")
                                || variable == format!("HTTRIAGE_VAR_{own}")
                        });
                    assert!(!is_ours, "{variable}: {what}");
                }
                assert!(
                    step.unwrap().contains("\n# ") && !written.notes.is_empty(),
                    "{what}"
                );
            }
        }
    }
    println!("{cells} cells of the border");
}

/// The variables of the shell that a step uses: by themselves, or by their names in the head.
fn variables_of(commands: &str, text: &str, form: &str) -> Vec<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if form == "curl" {
        let found = commands.split("HTTRIAGE_").skip(1);
        let found = found.map(|rest| rest.split(|c| !is_word(c)).next().unwrap());
        return found.map(|rest| format!("HTTRIAGE_{rest}")).collect();
    }
    let mut variables = Vec::new();
    for line in text.lines() {
        let (name, rest) = match (line.strip_prefix("#     --"), line.strip_prefix('@')) {
            (Some(rest), _) => {
                let (name, rest) = rest.split_once('=').unwrap();
                (name.split_once(' ').unwrap().1, rest)
            }
            (None, Some(rest)) => rest.split_once(" = ").unwrap(),
            (None, None) => continue,
        };
        if commands.contains(&format!("{{{{{name}}}}}")) {
            let rest = rest.split_once("HTTRIAGE_").unwrap().1;
            let variable = rest.split(|c| !is_word(c)).next().unwrap();
            variables.push(format!("HTTRIAGE_{variable}"));
        }
    }
    variables
}

#[test]
fn a_person_who_copies_a_request_keeps_the_border_of_a_call() {
    let ground = ground("http://127.0.0.1:9", Author::Person);
    for (kind, url, headers) in AWAY {
        let mut spec = RequestSpec::new("GET", *url);
        spec.headers = headers.iter().map(|(n, v)| Param::new(*n, *v)).collect();
        spec.auth = Auth::Bearer(name("prod-admin"));
        let written = curl::write_request(&spec, &ground);
        let what = format!("{kind}:\n{}", written.text);
        assert!(
            !commands(&written.text).contains("TOKEN_PROD_ADMIN"),
            "{what}"
        );
        assert!(!commands(&written.text).contains("X-Api-Key"), "{what}");
        assert!(
            written.text.starts_with("# ") && !written.notes.is_empty(),
            "{what}"
        );
    }
    let mut spec = RequestSpec::new("GET", "/x");
    spec.auth = Auth::Bearer(name("bound"));
    let written = curl::write_request(&spec, &ground);
    assert!(
        written
            .text
            .contains("Token bound belongs to https\\://other.example")
            || written
                .text
                .contains("Token bound belongs to https://other.example"),
        "{}",
        written.text
    );
    assert!(
        !commands(&written.text).contains("TOKEN_BOUND"),
        "{}",
        written.text
    );
}

#[test]
fn a_kept_call_shows_nothing_of_its_environment_in_any_form() {
    let ground = ground("http://127.0.0.1:9", Author::Person);
    // As an older program kept it, before it knew what is secret.
    let sent = SentRequest {
        method: "POST".into(),
        url: format!("http://127.0.0.1:9/x?q={VARIABLE}&sig={TYPED}"),
        headers: Headers::from_iter([
            ("x-functions-key", TYPED),
            ("x-a", VARIABLE),
            ("x-b", HEADER),
        ]),
        body: format!("a={VARIABLE}").into_bytes(),
        ..SentRequest::default()
    };
    let exchange = Mask::default().exchange(RawExchange {
        id: ExchangeId::from_number(1),
        environment: "prod".into(),
        case: None,
        typed: RequestSpec::default(),
        sent,
        outcome: Outcome::Answered(Response {
            status: 403,
            headers: Headers::from_iter([("x-echo", HEADER)]),
            body: format!("no {VARIABLE}").into_bytes(),
            ..Response::default()
        }),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        probe_of: None,
        run: None,
        origin: Default::default(),
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
    });
    let recording = har::document(&exchange, &ground).to_string();
    let texts = [
        ("curl", curl::write_exchange(&exchange, &ground).text),
        ("hurl", hurl::write_exchange(&exchange, &ground).text),
        ("http", http_file::write_exchange(&exchange, &ground).text),
        ("har", recording),
    ];
    for (form, text) in texts {
        assert!(text.contains("127.0.0.1:9/x"), "{form}: {text}");
        for secret in [HEADER, VARIABLE, TYPED] {
            assert!(!text.contains(secret), "{form}: {text}");
        }
    }
}
