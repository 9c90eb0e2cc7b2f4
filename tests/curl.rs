//! curl commands through a real shell: what it hands to the program is what was to be sent, byte
//! for byte, and what was written is read back as the same request.
#![cfg(unix)]

use httriage::format::curl;
use httriage::format::export::{Ground, Written};
use httriage::insight::Exchange;
use httriage::insight::redact::Mask;
use httriage::model::RawExchange;
use httriage::model::{
    Body, Cause, Environment, ExchangeId, Failure, Headers, Outcome, Param, Part, RequestSpec,
    SentRequest, Session, Slot, SlotPlace, Step, Timestamp, TokenName, is_unsafe,
};
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What the shell started curl with, and what it fed it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Started {
    arguments: Vec<Vec<u8>>,
    input: Vec<u8>,
}

/// Runs commands with a program named curl that writes down how it was started.
fn run(text: &str, variables: &[(&str, &str)]) -> Vec<Started> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("curl");
    // One file a start, named in the order of the starts.
    let script = "#!/bin/sh\n\
        n=0; while [ -e \"$OUT.$n\" ]; do n=$((n+1)); done\n\
        [ $# -gt 0 ] && printf '%s\\0' \"$@\" > \"$OUT.$n\"\n\
        cat > \"$OUT.$n.in\"\n";
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let file = folder.path().join("commands.sh");
    std::fs::write(&file, text).unwrap();
    let usual = std::env::var("PATH").unwrap();
    let out = folder.path().join("started");
    let status = Command::new("sh")
        .arg(&file)
        .env_clear()
        .env("PATH", format!("{}:{usual}", folder.path().display()))
        .env("OUT", &out)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{text}");
    let mut all = Vec::new();
    for number in 0.. {
        let place = format!("{}.{number}", out.display());
        let Ok(arguments) = std::fs::read(&place) else {
            break;
        };
        let arguments = arguments.strip_suffix(b"\0").unwrap();
        all.push(Started {
            arguments: arguments.split(|&b| b == 0).map(<[u8]>::to_vec).collect(),
            input: std::fs::read(format!("{place}.in")).unwrap(),
        });
    }
    all
}

fn nowhere() -> Ground {
    Ground::of(Environment::default())
}

fn at(base_url: &str) -> Ground {
    Ground::of(Environment {
        base_url: base_url.into(),
        ..Environment::default()
    })
}

fn exchange(sent: SentRequest) -> Exchange {
    Mask::default().exchange(RawExchange {
        id: ExchangeId::from_number(1),
        environment: "acme".into(),
        case: None,
        typed: RequestSpec::default(),
        sent,
        outcome: Outcome::Failed(Failure::new(Cause::ConnectRefused, "", "")),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        probe_of: None,
        run: None,
        origin: Default::default(),
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
    })
}

/// The values that follow an option.
fn values(started: &Started, option: &str) -> Vec<Vec<u8>> {
    let pairs = started.arguments.windows(2);
    let named = pairs.filter(|pair| pair[0] == option.as_bytes());
    named.map(|pair| pair[1].clone()).collect()
}

fn is_harmless(written: &Written) {
    assert!(!written.text.contains(is_unsafe), "{:?}", written.text);
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "['\"\\\\$`!%{}\n\r\t\u{1b}\u{7f}\u{202e}\u{200d}\u{301}a-c-]{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_argument_arrives_as_it_was_sent(
        values_of in proptest::collection::vec(any_text(), 0..4),
        body in prop_oneof![
            any_text().prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..60),
        ],
        path in "[a-zA-Z0-9/._~!$&'()*+,;=:@%\\[\\]{}|-]{0,20}",
        method in prop_oneof![Just("GET"), Just("POST"), Just("PATCH"), Just("HEAD"), Just("x-y")],
    ) {
        let mut headers = Headers::new();
        for (number, value) in values_of.iter().enumerate() {
            let value: String = value.chars().filter(|c| !c.is_ascii_control() || *c == '\t').collect();
            headers.push(format!("x-{number}"), value);
        }
        let sent = SentRequest {
            method: method.into(),
            url: format!("https://a.example/{path}"),
            headers: headers.clone(),
            body: body.clone(),
            ..SentRequest::default()
        };
        let written = curl::write_exchange(&exchange(sent.clone()), &nowhere());
        is_harmless(&written);
        let started = run(&written.text, &[]);
        prop_assert_eq!(started.len(), 1);
        let started = &started[0];
        prop_assert!(started.arguments.contains(&sent.url.into_bytes()));
        let mut wanted: Vec<Vec<u8>> = headers.iter().map(|header| {
            // Of blanks alone curl would make no header at all.
            if header.value.trim_ascii().is_empty() {
[header.name.as_bytes(), b";"].concat()
} else {
[header.name.as_bytes(), b": ", &header.value].concat()
}
        }).collect();
        if !body.is_empty() {
            wanted.push(b"content-type:".to_vec());
        }
        prop_assert_eq!(values(started, "--header"), wanted);
        if body.contains(&0) {
            prop_assert_eq!(&started.input, &body);
        } else if !body.is_empty() {
            prop_assert_eq!(values(started, "--data-raw"), vec![body]);
        }
    }

    #[test]
    fn what_was_written_is_read_as_the_same_request(
        names in proptest::collection::vec("[a-z]{1,5}", 0..3),
        text in any_text(),
        path in "[a-z0-9/]{0,10}",
    ) {
        let text = text.replace(['\0', '\u{fffd}'], "");
        let mut spec = RequestSpec::new("PUT", format!("https://a.example/{path}"));
        spec.params = names.iter().map(|name| Param::new(name.clone(), text.replace([' ', '+', '%'], ""))).collect();
        spec.headers = vec![
            Param::new("accept", "*/*"),
            Param::new("x-a", text.replace(|c: char| c.is_control(), "").trim_start()),
            Param::new("content-type", "text/plain"),
        ];
        // A text of braces would be filled in, and names a variable that nobody has.
        prop_assume!(!text.contains("{{"));
        spec.body = if text.is_empty() { Body::Empty } else { Body::Text(text) };
        let written = curl::write_request(&spec, &nowhere());
        let read = curl::read(&written.text, "x", &[], &|_| None).unwrap();
        let mut read = read.requests[0].spec.clone();
        read.headers.retain(|row| !["accept-encoding", "user-agent"].contains(&row.name.as_str()));
        prop_assert_eq!(read, spec, "{}", written.text);
    }
}

#[test]
fn a_credential_is_a_variable_whose_value_is_what_was_lifted_out() {
    let mut spec = RequestSpec::new("POST", "https://a.example/x?access_token=tok-12345678");
    spec.headers = vec![
        Param::new("Authorization", "Bearer {{token:user-admin}}"),
        Param::new("X-Api-Key", "key 'of' mine"),
    ];
    spec.body = Body::Text("{\"password\": \"pw\\\"1\", \"a\": \"{{token:user-admin}}\"}".into());
    let written = curl::write_request(&spec, &at("https://a.example"));
    is_harmless(&written);
    for secret in ["tok-12345678", "of' mine", "pw\\"] {
        assert!(!written.text.contains(secret), "{}", written.text);
    }
    assert_eq!(
        written.variables,
        [
            "HTTRIAGE_TOKEN_ACCESS_TOKEN",
            "HTTRIAGE_TOKEN_USER_ADMIN",
            "HTTRIAGE_TOKEN_X_API_KEY",
            "HTTRIAGE_TOKEN_PASSWORD"
        ]
    );
    let started = run(
        &written.text,
        &[
            ("HTTRIAGE_TOKEN_ACCESS_TOKEN", "tok-12345678"),
            ("HTTRIAGE_TOKEN_USER_ADMIN", "$(touch /x) 'b'"),
            ("HTTRIAGE_TOKEN_X_API_KEY", "key 'of' mine"),
            ("HTTRIAGE_TOKEN_PASSWORD", "pw\\\"1"),
        ],
    );
    let headers = values(&started[0], "--header");
    let has = |line: &str| headers.contains(&line.as_bytes().to_vec());
    assert!(
        has("Authorization: Bearer $(touch /x) 'b'"),
        "{}",
        written.text
    );
    assert!(has("X-Api-Key: key 'of' mine"));
    assert_eq!(
        values(&started[0], "--data-raw"),
        [b"{\"password\": \"pw\\\"1\", \"a\": \"$(touch /x) 'b'\"}".to_vec()]
    );
    // It stands in the query, where curl has to encode it.
    assert_eq!(
        values(&started[0], "--url-query"),
        [b"access_token=tok-12345678".to_vec()]
    );
}

#[test]
fn masks_of_a_kept_call_are_variables_too() {
    let sent = SentRequest {
        method: "GET".into(),
        url: "https://a.example/?key=‹secret›".into(),
        headers: Headers::from_iter([
            ("authorization", "Bearer ‹token:support·a361›"),
            ("cookie", "‹secret›"),
            ("x-typed", "‹token:support·a361›"),
        ]),
        slots: vec![Slot {
            name: TokenName::new("support").unwrap(),
            place: SlotPlace::Header(0),
            range: 7.."Bearer ‹token:support·a361›".len(),
        }],
        ..SentRequest::default()
    };
    let written = curl::write_exchange(&exchange(sent), &nowhere());
    let variables = [
        ("HTTRIAGE_TOKEN_SECRET_1", "one"),
        ("HTTRIAGE_TOKEN_SECRET_2", "two"),
        ("HTTRIAGE_TOKEN_SUPPORT", "three"),
        ("HTTRIAGE_TOKEN_SECRET_3", "four"),
    ];
    let started = run(&written.text, &variables);
    assert_eq!(
        values(&started[0], "--data-urlencode"),
        [b"key=one".to_vec()]
    );
    let headers = values(&started[0], "--header");
    assert_eq!(
        headers,
        [
            b"authorization: Bearer three".to_vec(),
            b"cookie: two".to_vec(),
            // No token went there: the mask was typed.
            b"x-typed: four".to_vec()
        ]
    );
}

#[test]
fn a_body_too_long_for_an_argument_or_with_nul_goes_through_a_pipe() {
    for body in [vec![b'%'; 300_000], b"-a\0'\\%s\n\xff\n".to_vec()] {
        let sent = SentRequest {
            method: "POST".into(),
            url: "https://a.example/".into(),
            headers: Headers::from_iter([("content-type", "text/plain")]),
            body: body.clone(),
            ..SentRequest::default()
        };
        let written = curl::write_exchange(&exchange(sent), &nowhere());
        is_harmless(&written);
        let started = run(&written.text, &[]);
        assert_eq!(values(&started[0], "--data-binary"), [b"@-".to_vec()]);
        assert!(started[0].input == body);
    }
}

#[test]
fn a_session_is_one_command_a_step_and_open_variables_are_the_shells() {
    let step = |name: &str, spec: RequestSpec| Step {
        name: name.into(),
        spec,
        ..Step::default()
    };
    let mut first = step(
        "list",
        RequestSpec::new("GET", "{{base}}/core/runbooks/{{runbook}}"),
    );
    first.capture = vec![("task".into(), "/data/0/id".into())];
    let mut second = RequestSpec::new("PATCH", "/core/tasks/{{task}}");
    second.params = vec![Param::new("a", "b {{task}}")];
    second.body = Body::Text("{\"id\": \"{{task}}\"}".into());
    let session = Session {
        steps: vec![
            first,
            step("finish\n# it", second),
            step("broken", RequestSpec::new("G T", "/x")),
        ],
        ..Session::default()
    };
    let acme = Environment {
        variables: vec![("runbook".into(), "7".into())],
        ..Environment::default()
    };
    let written = curl::write_session(&session, &Ground::of(acme));
    assert_eq!(
        written.variables,
        ["HTTRIAGE_VAR_BASE", "HTTRIAGE_VAR_TASK"]
    );
    assert_eq!(written.notes.len(), 1, "{:?}", written.notes);
    let variables = [
        ("HTTRIAGE_VAR_BASE", "http://localhost:1"),
        ("HTTRIAGE_VAR_TASK", "t 9"),
    ];
    let started = run(&written.text, &variables);
    assert_eq!(started.len(), 2);
    assert!(
        started[0]
            .arguments
            .contains(&b"http://localhost:1/core/runbooks/7".to_vec())
    );
    assert!(
        started[1]
            .arguments
            .contains(&b"http://localhost:1/core/tasks/t 9".to_vec())
    );
    assert_eq!(values(&started[1], "--url-query"), [b"a=b t 9".to_vec()]);
    assert_eq!(
        values(&started[1], "--data-raw"),
        [b"{\"id\": \"t 9\"}".to_vec()]
    );
}

#[test]
fn files_are_read_by_curl_itself() {
    let mut spec = RequestSpec::new("POST", "https://a.example/");
    spec.body = Body::File("a 'b'.bin".into());
    let started = run(&curl::write_request(&spec, &nowhere()).text, &[]);
    assert_eq!(
        values(&started[0], "--data-binary"),
        [b"@a 'b'.bin".to_vec()]
    );
    let part = |name: &str, value: &str, is_file| Part {
        name: name.into(),
        value: value.into(),
        is_file,
        ..Part::default()
    };
    spec.body = Body::Multipart(vec![
        part("note", "a;\"b\"", false),
        part("up", "x.txt", true),
    ]);
    let written = curl::write_request(&spec, &nowhere());
    let started = run(&written.text, &[]);
    assert_eq!(
        values(&started[0], "--form-string"),
        [b"note=a;\"b\"".to_vec()]
    );
    assert_eq!(
        values(&started[0], "--form"),
        [b"up=@\"x.txt\";type=text/plain".to_vec()]
    );
    let read = curl::read(&written.text, "x", &[], &|_| None).unwrap();
    let Body::Multipart(parts) = &mut spec.body else {
        panic!("{spec:?}");
    };
    // What goes without being said is said.
    parts[1].media_type = Some("text/plain".into());
    assert_eq!(read.requests[0].spec.body, spec.body);
}
