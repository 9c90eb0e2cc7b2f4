//! Judgements and recordings, case by case.

use super::*;
use crate::insight::redact::Mask;
use crate::model::RawExchange;
use crate::model::{
    Auth, Body, ExchangeId, Headers, MASK, Param, RequestSpec, SentRequest, Timestamp, TokenName,
    resolve,
};
use std::time::Duration;

fn answer(status: u16, body: &str) -> Outcome {
    Outcome::Answered(Response {
        status,
        body: body.as_bytes().to_vec(),
        ..Response::default()
    })
}

fn refused() -> Outcome {
    let failure = Failure::new(Cause::ConnectRefused, "Nobody listens.", "Start it.");
    Outcome::Failed(failure)
}

fn errors(of: &[(&str, &str)]) -> String {
    let entries: Vec<_> = of
        .iter()
        .map(|(code, title)| serde_json::json!({ "code": code, "title": title }))
        .collect();
    serde_json::json!({ "errors": entries }).to_string()
}

fn raw(outcome: Outcome) -> RawExchange {
    RawExchange {
        id: ExchangeId::new(Timestamp::UNIX_EPOCH, 0),
        environment: "acme".into(),
        case: None,
        typed: RequestSpec::new("GET", "{{base}}/x"),
        sent: SentRequest::default(),
        outcome,
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
        probe_of: None,
        run: None,
        origin: Default::default(),
    }
}

fn exchange(outcome: Outcome) -> Exchange {
    shown(raw(outcome))
}

fn shown(call: RawExchange) -> Exchange {
    Mask::default().exchange(call)
}

/// What comes of replaying `now` beside a recording of `was`.
fn judged(was: Outcome, now: Outcome) -> StepReport {
    let (step, _) = step_of(&exchange(was));
    judge(&step, &exchange(now))
}

#[test]
fn a_call_beside_itself_is_the_same() {
    let body = errors(&[("forbidden", "Forbidden"), ("", "Other")]);
    for outcome in [answer(403, &body), answer(200, "{}"), refused()] {
        let report = judged(outcome.clone(), outcome);
        assert_eq!(report.change, Change::Same, "{report:?}");
        assert_eq!(report.direction, None);
    }
}

#[test]
fn codes_are_compared_as_a_multiset_and_words_never_decide() {
    let was = errors(&[("a", "A"), ("b", "B"), ("b", "B")]);
    let shuffled = errors(&[("b", "B"), ("a", "A"), ("b", "B")]);
    assert_eq!(
        judged(answer(422, &was), answer(422, &shuffled)).change,
        Change::Same
    );

    let reworded = errors(&[("a", "Ah"), ("b", "B"), ("b", "B")]);
    let report = judged(answer(422, &was), answer(422, &reworded));
    assert_eq!(report.change, Change::Reworded);
    assert_eq!(report.differences, ["title of a was \"A\", is \"Ah\""]);

    let fewer = errors(&[("a", "A"), ("b", "B")]);
    let report = judged(answer(422, &was), answer(422, &fewer));
    assert_eq!(report.change, Change::Changed);
    assert_eq!(report.differences, ["codes were a, b, b, are a, b"]);
    assert_eq!(report.direction, None);
}

#[test]
fn a_change_says_which_way_it_went() {
    let no = || answer(403, &errors(&[("forbidden", "Forbidden")]));
    let yes = || answer(200, "{}");
    let report = judged(no(), yes());
    assert_eq!(
        (report.change, report.direction),
        (Change::Changed, Some(Direction::Fixed))
    );
    assert_eq!(
        report.differences,
        ["status was 403, is 200", "codes were forbidden, are none"]
    );
    let report = judged(yes(), no());
    assert_eq!(
        (report.change, report.direction),
        (Change::Changed, Some(Direction::Broken))
    );
    let report = judged(refused(), yes());
    assert_eq!(
        (report.change, report.direction),
        (Change::Changed, Some(Direction::Fixed))
    );
    assert_eq!(report.differences, ["no answer came before, status is 200"]);
    let report = judged(yes(), refused());
    assert_eq!(
        (report.change, report.direction),
        (Change::Failed, Some(Direction::Broken))
    );
    assert!(report.replayed.is_none() && report.failure.is_some());
    let report = judged(no(), answer(404, &errors(&[("forbidden", "Forbidden")])));
    assert_eq!((report.change, report.direction), (Change::Changed, None));
}

#[test]
fn a_call_that_never_left_is_failed_whatever_was_recorded() {
    let unsent = Failure::unsent(Cause::TokenMissing, "no value.", "Set it.");
    let report = judged(refused(), Outcome::Failed(unsent));
    assert_eq!((report.change, report.direction), (Change::Failed, None));
}

#[test]
fn what_was_not_recorded_is_not_compared() {
    let mut step = Step::default();
    let report = judge(&step, &exchange(answer(500, "x")));
    assert_eq!(report.change, Change::Unrecorded);
    let nothing = "nothing was recorded, so there is nothing to compare";
    assert_eq!(report.differences, [nothing]);
    assert_eq!(judge(&step, &exchange(refused())).change, Change::Failed);

    let no = exchange(answer(403, &errors(&[("forbidden", "Forbidden")])));
    step.expect = Some(Expectation {
        status: Some(403),
        ..Expectation::default()
    });
    let report = judge(&step, &no);
    assert_eq!(report.change, Change::Same);
    assert_eq!(
        report.differences,
        ["no codes were recorded, they are forbidden"]
    );
    step.expect = Some(Expectation {
        codes: vec!["forbidden".into()],
        ..Expectation::default()
    });
    assert_eq!(judge(&step, &no).change, Change::Same);
}

#[test]
fn a_pointer_finds_texts_as_they_are_and_the_rest_as_json() {
    let response = Response {
        body: br#"{"data":[{"id":"7","n":12345678901234567890123,"a/b":{"m~n":[true]}}],"":1}"#
            .to_vec(),
        ..Response::default()
    };
    let cases = [
        ("/data/0/id", Some("7")),
        ("/data/0/n", Some("12345678901234567890123")),
        ("/data/0/a~1b/m~0n", Some("[true]")),
        ("/data/0/a~1b/m~0n/0", Some("true")),
        ("/", Some("1")),
        ("/data/00/id", None),
        ("/data/-", None),
        ("/data/1", None),
        ("/data/0/id/x", None),
    ];
    for (pointer, found) in cases {
        assert_eq!(captured(&response, pointer).as_deref(), found, "{pointer}");
    }
    assert!(captured(&response, "").unwrap().starts_with("{\"data\""));
    let cut = Response {
        body: b"{\"id\": 1".to_vec(),
        ..Response::default()
    };
    assert_eq!(captured(&cut, "/id"), None);
}

#[test]
fn a_step_holds_the_call_as_typed_and_its_token_by_name() {
    let mut call = raw(answer(200, "{}"));
    call.typed.auth = Auth::Bearer(TokenName::new("support").unwrap());
    call.typed.url = "{{base}}/core/runbooks/{{runbook}}?a=1".into();
    call.typed.headers = vec![
        Param::new("Core-Url", "https://acme.example"),
        Param::new("X-Api-Key", "{{token:second}}"),
        Param::new("X-Text", "a ‹token:second·a361›"),
        Param::data("X-Data", "{{token:second}}"),
        Param {
            enabled: false,
            ..Param::new("X-Off", "1")
        },
    ];
    let (step, notes) = step_of(&shown(call.clone()));
    assert_eq!(step.name, "GET /core/runbooks/{{runbook}}");
    assert_eq!(step.spec.auth, call.typed.auth);
    assert_eq!(step.spec.url, call.typed.url);
    assert_eq!(step.spec.headers[1].value, "{{token:second}}");
    // A mask is no name, and data stays data.
    assert_eq!(step.spec.headers[2].value, "a {{secret.X-Text}}");
    assert_eq!(step.spec.headers[3], call.typed.headers[3]);
    assert_eq!(step.spec.headers.len(), 4);
    assert_eq!(notes.len(), 2);
    assert!(notes[0].message.contains("switched off"));
}

#[test]
fn no_secret_that_was_typed_gets_into_a_step() {
    const VALUE: &str = "hunter2-and-more";
    let mut call = raw(answer(401, &format!("you sent {VALUE}")));
    call.typed.method = "POST".into();
    call.typed.url = format!("https://me:{VALUE}@h.example/x?api_key={VALUE}");
    call.typed.params = vec![Param::new("access_token", VALUE)];
    call.typed.headers = vec![
        Param::new("Authorization", format!("Bearer {VALUE}")),
        Param::new("X-Echo", VALUE),
    ];
    let bodies = [
        format!(r#"{{"user":"me","password":"{VALUE}","key_token":"{{{{token:a}}}}"}}"#),
        format!("user=me&pass%77ord={VALUE}&token={{{{token:a}}}}"),
    ];
    for body in bodies {
        for literal in [true, false] {
            call.typed.body = if literal {
                Body::Bytes(body.clone().into_bytes())
            } else {
                Body::Text(body.clone())
            };
            call.sent.headers = Headers::from_iter([("authorization", format!("Bearer {VALUE}"))]);
            let (step, notes) = step_of(&shown(call.clone()));
            let all = format!("{:?}", step.spec);
            assert!(!format!("{step:?}").contains("hunter2"), "{step:?}");
            assert!(!all.contains(MASK), "{all}");
            let names = step.spec.tokens();
            assert_eq!(names.is_empty(), literal, "{all}");
            assert!(all.contains("token:a}}") && all.contains("me"), "{all}");
            assert_eq!(step.spec.params[0].value, "{{secret.access_token}}");
            assert_eq!(
                step.spec.headers[0].value,
                "Bearer {{secret.Authorization}}"
            );
            let note = &notes.last().unwrap().message;
            assert!(
                note.contains("header Authorization") && note.contains("the body"),
                "{note}"
            );
            assert!(resolve(&step.spec, &Default::default()).is_err());
        }
    }
}

#[test]
fn a_body_that_is_no_text_is_named_and_not_replaced_by_none() {
    let mut call = raw(answer(200, ""));
    call.typed.body = Body::Bytes(vec![0xff, 0xfe, 0]);
    let (step, notes) = step_of(&shown(call.clone()));
    assert!(notes[0].message.contains("not text"));
    assert!(resolve(&step.spec, &Default::default()).is_err());
}

#[test]
fn a_session_takes_its_environment_from_the_first_call() {
    let first = exchange(answer(200, ""));
    let second = shown(RawExchange {
        environment: "other".into(),
        ..raw(answer(200, ""))
    });
    let (session, notes) = session_of("a", "b", [&first, &second], Keeping::default());
    assert_eq!(session.environment.as_deref(), Some("acme"));
    assert_eq!(session.steps.len(), 2);
    assert!(notes[0].message.contains("acme, other"));
}

/// A recorded body beside a new one, with pinned values and ignored places.
fn bodies(was: &str, now: &str, values: &[(&str, &str)], ignore: &[&str]) -> StepReport {
    let (mut step, _) = step_of(&exchange(answer(200, was)));
    let pair = |(pointer, value): &(&str, &str)| ((*pointer).to_owned(), (*value).to_owned());
    let expect = step.expect.as_mut().unwrap();
    expect.body = Some(was.to_owned());
    expect.values = values.iter().map(pair).collect();
    expect.ignore = ignore.iter().map(|place| (*place).to_owned()).collect();
    judge(&step, &exchange(answer(200, now)))
}

#[test]
fn paths_and_types_of_a_recorded_body_decide_and_its_values_do_not() {
    let was = r#"{"data":[{"id":"1","stage":"active"}]}"#;
    let same = bodies(was, was, &[], &[]);
    assert_eq!((same.change, same.body), (Change::Same, None));
    let values = bodies(was, r#"{"data":[{"id":"1","stage":"paused"}]}"#, &[], &[]);
    assert_eq!(values.change, Change::Same);
    assert!(values.differences[0].contains("none of them pinned"));
    assert_eq!(values.body.unwrap().differences[0].place, "/data/0/stage");
    let gone = bodies(was, r#"{"data":[{"id":"1"}]}"#, &[], &[]);
    assert_eq!(gone.change, Change::Changed);
    assert_eq!(gone.differences, ["/data/[]/stage is gone"]);
    let left_out = bodies(was, r#"{"data":[{"id":"1"}]}"#, &[], &["/data/[]/stage"]);
    assert_eq!(left_out.change, Change::Same);
    let emptied = bodies(was, r#"{"data":[]}"#, &[], &[]);
    assert!(emptied.differences[0].contains("was not empty"));
}

#[test]
fn pinned_values_decide() {
    let was = r#"{"data":{"n":7,"stage":"active"}}"#;
    let pins = [("/data/stage", "active"), ("/data/n", "7")];
    assert_eq!(bodies(was, was, &pins, &[]).change, Change::Same);
    let now = r#"{"data":{"n":8,"stage":"active"}}"#;
    let changed = bodies(was, now, &pins, &[]);
    assert_eq!(changed.change, Change::Changed);
    assert_eq!(changed.differences, ["/data/n should be \"7\", is \"8\""]);
}

#[test]
fn an_error_that_points_elsewhere_is_another_one() {
    let error = |pointer: &str| {
        serde_json::json!({ "errors": [{ "code": "blank", "source": { "pointer": pointer } }] })
            .to_string()
    };
    let report = judged(
        answer(422, &error("/data/name")),
        answer(422, &error("/data/key")),
    );
    assert_eq!(report.change, Change::Changed);
    assert!(report.differences[0].contains("/data/key"), "{report:?}");
}
