//! What stands where others have something else: codes as names, errors below a success, a success
//! whose page or document says no.

use super::{answer, shown};
use crate::insight::api::knowledge::{Knowledge, Pack, RefusedWhen, Sign};
use crate::insight::error_body::{error_body, error_text, refused};
use crate::model::Response;

fn first(text: &str) -> String {
    shown(&error_text(text.as_bytes(), None)).remove(0)
}

#[test]
fn a_name_that_is_made_for_errors_is_no_field_and_a_shouted_one_is_the_code() {
    let cases = [
        (
            r#"{"messages":{"resultCode":"Error","message":[{"code":"E7","text":"No such user"}]}}"#,
            r#"vendor E7 | - | No such user meta={"resultCode":"Error"}"#,
        ),
        (
            r#"{"error":{"VALID_TOKEN_REQUIRED":"Invalid CSRF token"},"results":{}}"#,
            "vendor VALID_TOKEN_REQUIRED | - | Invalid CSRF token",
        ),
        // A column of a table is a field, however it is written.
        (
            r#"{"errors":{"CREDIT_LIMIT":"must be positive"}}"#,
            "vendor - | - | must be positive pointer=CREDIT_LIMIT",
        ),
        (
            r#"{"errors":{"message":["is too long"]}}"#,
            "vendor - | - | is too long pointer=message",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(first(text), expected, "{text}");
    }
}

fn success(media_type: &str, body: &str) -> Response {
    answer(200, &[("content-type", media_type)], body.as_bytes())
}

fn says_no(media_type: &str, body: &str) -> bool {
    refused(&success(media_type, body), |_| Knowledge::default())
}

#[test]
fn a_success_says_no_in_more_ways_than_by_an_error() {
    let json = "application/json";
    for body in [
        r#"{"status":"0","message":"NOTOK","result":"Invalid API Key"}"#,
        r#"{"data":[{"errors":[{"code":1002,"message":"No rights."}]}]}"#,
    ] {
        assert!(says_no(json, body), "{body}");
    }
    for body in [
        r#"{"status":"1","message":"OK","result":"7"}"#,
        r#"{"status":"0","message":"No records","result":[]}"#,
        r#"{"data":[{"errors":[]}]}"#,
        r#"{"data":[{"id":7,"errors":["late"]}]}"#,
    ] {
        assert!(!says_no(json, body), "{body}");
    }
    let told = |status: &str| {
        format!(
            "<response><level0><status>{status}</status><body><code>200</code><msg>Wrong user.</msg></body></level0></response>"
        )
    };
    assert!(says_no("text/xml", &told("ERR")));
    assert!(!says_no("text/xml", &told("OK")));
}

#[test]
fn what_stands_where_the_result_would_is_the_sentence_beside_a_bare_no() {
    let body = r#"{"status":"0","message":"NOTOK","result":"Invalid API Key"}"#;
    let said = error_body(&success("application/json", body));
    assert_eq!(said.entries[0].detail.as_deref(), Some("Invalid API Key"));
}

#[test]
fn who_knows_the_api_finds_its_signs_in_documents_and_pages_too() {
    let knowing = |at: &str, sign: Sign| {
        let at = at.to_owned();
        let mut pack = Pack::default();
        pack.errors.refused.push(RefusedWhen { at, sign });
        move |_: Option<&crate::insight::json::Json>| Knowledge {
            packs: vec![pack.into()],
            ..Knowledge::default()
        }
    };
    let document = success("text/xml", "<reply><state>SHUT</state></reply>");
    let shut = || Sign::Is("SHUT".into());
    assert!(refused(&document, knowing("/reply/state", shut())));
    assert!(!refused(&document, knowing("/reply/other", shut())));
    let page = success("text/html", "<html>Rejected</html>");
    assert!(refused(&page, knowing("", Sign::Present)));
}

#[test]
fn the_problem_of_an_older_oauth_is_a_code() {
    let challenge = r#"OAuth realm="a", oauth_problem="token_expired""#;
    let said = error_body(&answer(401, &[("www-authenticate", challenge)], b""));
    assert_eq!(said.entries[0].code.as_deref(), Some("token_expired"));
}
