//! Requests as the HTTP clients of editors read them.

use super::*;
use crate::format::export::sample::{ground, step};
use crate::model::{Auth, Body, Expectation, Param, Session, TokenName};

#[test]
fn a_session_becomes_named_requests_that_pass_values_on() {
    let mut list = step("list runbooks", "GET", "{{base}}/core/runbooks");
    list.spec.auth = Auth::Bearer(TokenName::new("acme-support").unwrap());
    list.spec.params = vec![Param::new("q", "a b#{{word}}")];
    list.capture = vec![("book".to_owned(), "/data/0/id".into())];
    list.expect = Some(Expectation {
        status: Some(200),
        ..Expectation::default()
    });
    let mut make = step("rename it", "PATCH", "{{base}}/core/runbooks/{{book}}");
    make.spec.body = Body::Text("{\n  \"name\": \"{{word}}\"\n}\n".to_owned());
    make.expect = Some(Expectation {
        status: Some(403),
        codes: vec!["forbidden".to_owned()],
        ..Expectation::default()
    });
    let session = Session {
        steps: vec![list, make],
        ..Session::default()
    };
    let written = write_session(&session, &ground());
    let agent = concat!("httriage/", env!("CARGO_PKG_VERSION"));
    let usual = format!("accept: application/json, */*;q=0.8\nuser-agent: {agent}\n");
    let expected = format!(
        r#"# Values come from the environment of VS Code. Other clients name them in a file of their own.
@word = {{{{$processEnv HTTRIAGE_VAR_WORD}}}}
@token_acme_support = {{{{$processEnv HTTRIAGE_TOKEN_ACME_SUPPORT}}}}

### 1. list runbooks
# Recorded: 200
# @name step_1
GET https://api.acme.example/core/runbooks?q=a+b%23{{{{word}}}} HTTP/1.1
{usual}authorization: Bearer {{{{token_acme_support}}}}

### 2. rename it
# Recorded: 403 forbidden
@book = {{{{step_1.response.body.$.data[0].id}}}}
# The line break at the end of the body is left out.
PATCH https://api.acme.example/core/runbooks/{{{{book}}}} HTTP/1.1
{usual}content-type: application/json

{{
  "name": "{{{{word}}}}"
}}
"#
    );
    assert_eq!(written.text, expected);
    let needed = ["HTTRIAGE_VAR_WORD", "HTTRIAGE_TOKEN_ACME_SUPPORT"];
    assert_eq!(written.variables, needed);
    assert_eq!(written.notes, [""; 0]);
}

#[test]
fn what_such_a_file_cannot_hold_is_said() {
    let mut session = Session::default();
    for body in [
        Body::Bytes(vec![0, 159]),
        Body::Text("### not a new request".to_owned()),
        Body::Text("{{ a brace".to_owned()),
        Body::Text("\u{1b}[31m".to_owned()),
    ] {
        let mut step = step("x", "PUT", "{{base}}/x");
        step.spec.body = body;
        session.steps.push(step);
    }
    let written = write_session(&session, &ground());
    assert_eq!(written.notes.len(), 4, "{:?}", written.notes);
    assert!(written.notes[0].contains("is no text"));
    assert!(written.notes[1].contains("begins with a sign"));
    assert!(written.notes[2].contains("As a curl command it is exact"));
    assert_eq!(written.requests, 0);
    assert!(!written.text.contains('\u{1b}'));
}

#[test]
fn no_line_of_a_body_is_code_a_file_or_a_request_to_another_client() {
    for line in [
        "?? js 1 == 1",
        "?? status == 200",
        "gql a < ./file",
        "proto < ./file",
        "query a { b }",
        "query=a&b=c",
        "mutation { a }",
        "fragment a on B { c }",
        "subscription { a }",
        "WS ws://evil.example/f",
        "WSS",
        "SSE 0",
        "GRPC evil.example/f/g",
        "MQTT mqtt://evil.example",
        "AMQP amqp://evil.example",
        "grpc://evil.example/f/g",
        "GET evil.example:9/f",
        "  GET  evil.example",
        "COPY that",
        "MERGE the two",
    ] {
        for body in [format!("{line}\nb"), format!("a\n{line}\nb")] {
            let mut session = Session::default();
            let mut step = step("x", "POST", "{{base}}/x");
            step.spec.body = Body::Text(body);
            session.steps.push(step);
            let written = write_session(&session, &ground());
            assert_eq!(written.requests, 0, "{line}");
            assert!(written.notes[0].contains("begins with a sign"), "{line}");
        }
    }
    for line in [
        "Getting there",
        "a=query",
        "OK then",
        "for 3",
        "{\"query\": 1}",
        "copy it",
    ] {
        let mut session = Session::default();
        let mut step = step("x", "POST", "{{base}}/x");
        step.spec.body = Body::Text(format!("{line}\nb"));
        session.steps.push(step);
        assert_eq!(write_session(&session, &ground()).requests, 1, "{line}");
    }
}

#[test]
fn a_credential_that_was_typed_is_a_variable_and_its_value_is_nowhere() {
    let mut step = step("x", "GET", "{{base}}/x");
    step.spec.headers = vec![Param::new("Authorization", "Bearer qpwoeiruty1029384756")];
    let session = Session {
        steps: vec![step],
        ..Session::default()
    };
    let written = write_session(&session, &ground());
    assert!(!written.text.contains("qpwoeiruty"), "{}", written.text);
    assert!(written.text.contains("{{$processEnv HTTRIAGE_TOKEN_"));
}
