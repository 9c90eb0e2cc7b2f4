//! Two bodies beside each other, case by case and at random.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn diff(was: &str, is: &str) -> BodyDiff {
    body_diff(was.as_bytes(), is.as_bytes(), &[])
}

/// `place: was > is`
fn told(diff: &BodyDiff) -> Vec<String> {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let rows = diff.differences.iter();
    rows.map(|d| format!("{}: {} > {}", d.place, side(&d.was), side(&d.is)))
        .collect()
}

#[test]
fn differences_stand_at_their_pointers() {
    let was = r#"{"data": {"stage": "active", "gone": 1, "same": [1, 2]}, "a/b": {"~": 1}}"#;
    let is = r#"{"a/b":{"~":2},"data":{"stage":"paused","same":[1,2,3],"new":null}}"#;
    assert_eq!(
        told(&diff(was, is)),
        [
            "/a~1b/~0: 1 > 2",
            "/data/stage: \"active\" > \"paused\"",
            "/data/same/2: nothing > 3",
            "/data/new: nothing > null",
            "/data/gone: 1 > nothing",
        ]
    );
}

#[test]
fn elements_with_an_id_are_found_again_wherever_they_stand() {
    let was = r#"[{"type":"task","id":"1","n":"a"},{"type":"task","id":"2","n":"b"}]"#;
    let is = r#"[{"type":"task","id":"2","n":"B"},{"type":"task","id":"3","n":"c"}]"#;
    let rows = told(&diff(was, is));
    assert_eq!(rows[0], "/0/n: \"b\" > \"B\"");
    assert!(rows[1].starts_with("/1: nothing > "));
    assert!(rows[2].starts_with("/0: {\"type\":\"task\",\"id\":\"1\""));
    assert_eq!(rows.len(), 3);
}

#[test]
fn dates_ids_and_links_with_ids_are_counted_and_left_out() {
    let was = json!({
        "created_at": "2026-01-01T00:00:00Z", "request_id": "a1", "elapsed_ms": 12,
        "links": { "self": "http://127.0.0.1:4100/core/runbooks/7?page=1" },
        "trace": "6f1c5c0e-4c2e-4f0d-9f5e-0a1b2c3d4e5f"
    });
    let is = json!({
        "created_at": "2026-02-02T10:00:00Z", "request_id": "b2", "elapsed_ms": 99,
        "links": { "self": "http://127.0.0.1:4999/core/runbooks/9?page=2" },
        "trace": "00000000-4c2e-4f0d-9f5e-0a1b2c3d4e5f"
    });
    let found = diff(&was.to_string(), &is.to_string());
    assert_eq!((told(&found), found.volatile), (vec![], 5));
    for (was, is) in [
        (
            json!({ "created_at": "2026-01-01" }),
            json!({ "created_at": null }),
        ),
        (json!({ "count": 1 }), json!({ "count": 2 })),
        (
            json!({ "self": "https://a.example/core/runbooks/7" }),
            json!({ "self": "https://a.example/core/tasks/7" }),
        ),
    ] {
        let found = diff(&was.to_string(), &is.to_string());
        assert_eq!(found.differences.len(), 1, "{was}");
    }
}

#[test]
fn spelling_and_order_are_no_difference_and_digits_are() {
    let same = diff(r#"{"a": "\u00e4/", "b": 1}"#, r#"{"b":1,"a":"ä\/"}"#);
    assert!(same.is_same() && same.is_json);
    let digits = diff("[12345678901234567890123]", "[12345678901234567890124]");
    assert_eq!(digits.differences.len(), 1);
    assert_eq!(
        diff(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#)
            .differences
            .len(),
        1
    );
}

#[test]
fn ignored_places_are_left_out_with_all_that_is_in_them() {
    let was = r#"{"meta": {"page": {"total": 1}}, "metal": 1}"#;
    let is = r#"{"meta": {"page": {"total": 2}}, "metal": 2}"#;
    let found = body_diff(was.as_bytes(), is.as_bytes(), &["/meta".to_owned()]);
    assert_eq!(told(&found), ["/metal: 1 > 2"]);
    let (was, is) = (r#"[{"n": 1}, {"n": 1}]"#, r#"[{"n": 2}, {"n": 2}]"#);
    let ignoring = |place: &str| {
        let found = body_diff(was.as_bytes(), is.as_bytes(), &[place.to_owned()]);
        found.differences.len()
    };
    assert_eq!(
        (ignoring("/0/n"), ignoring("/[]/n"), ignoring("/[]/m")),
        (1, 0, 2)
    );
}

#[test]
fn other_texts_are_compared_line_by_line() {
    let found = diff("one\ntwo\nthree\n", "one\n2\nthree\n");
    assert!(!found.is_json);
    assert_eq!(told(&found), ["2: two > nothing", "2: nothing > 2"]);
}

#[test]
fn a_shape_breaks_where_something_is_gone_or_of_another_type() {
    let shape = |value: serde_json::Value| Shape::of(value.to_string().as_bytes()).unwrap();
    let was = shape(json!({ "data": [{ "id": "1", "end": null, "n": 1, "o": { "x": 1 } }] }));
    let fine = shape(json!({ "data": [
        { "id": "2", "end": "now", "n": null, "o": { "x": 2 }, "new": true },
        { "id": "3", "end": null, "n": 2, "o": { "x": 2 } }
    ] }));
    assert!(was.breaks(&fine, &[]).is_empty());
    let broken = shape(json!({ "data": [{ "id": 1, "end": null, "n": 1 }] }));
    let says = was.breaks(&broken, &[]);
    assert_eq!(
        says,
        ["/data/[]/id was a text, is a number", "/data/[]/o is gone"]
    );
    let empty = shape(json!({ "data": [] }));
    assert_eq!(
        was.breaks(&empty, &[]),
        ["the list at /data was not empty, and is"]
    );
}

#[test]
fn ten_thousand_differences_are_counted() {
    let rows = |by: i64| json!((0..10_000).map(|n| n + by).collect::<Vec<i64>>()).to_string();
    let found = diff(&rows(0), &rows(1));
    assert_eq!(found.differences.len() + found.unlisted, 10_000);
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            proptest::collection::hash_map("[a-c~/\"]{0,2}|id", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_body_is_the_same_as_itself_in_any_layout(value in any_json()) {
        let found = diff(&value.to_string(), &format!("{value:#}"));
        prop_assert!(found.is_same(), "{:?}", found);
        prop_assert_eq!(found.volatile, 0);
    }

    #[test]
    fn every_difference_is_found_at_a_place_that_exists(was in any_json(), is in any_json()) {
        let found = diff(&was.to_string(), &is.to_string());
        prop_assert_eq!(was == is, found.is_same() && found.volatile == 0);
        for difference in &found.differences {
            let new = is.pointer(&difference.place);
            prop_assert!(difference.is.is_none() || new.is_some(), "{}", difference.place);
        }
    }

    #[test]
    fn any_bytes_are_compared(was in any::<Vec<u8>>(), is in any::<Vec<u8>>()) {
        let found = body_diff(&was, &is, &[]);
        prop_assert!(was != is || found.is_same());
        let _ = Shape::of(&was);
    }
}

#[test]
fn answers_differ_in_what_decides_then_in_headers_then_in_the_body() {
    use crate::insight::diff::answer_diff;
    use crate::insight::redact::Mask;
    use crate::model::{
        ExchangeId, Headers, Outcome, RawExchange, RequestSpec, Response, SentRequest, Timestamp,
    };
    let answer = |status, headers: &[(&str, &str)], body: &str| RawExchange {
        id: ExchangeId::from_number(1),
        environment: String::new(),
        case: None,
        typed: RequestSpec::default(),
        sent: SentRequest::default(),
        outcome: Outcome::Answered(Response {
            status,
            headers: Headers::from_iter(headers.iter().copied()),
            body: body.as_bytes().to_vec(),
            ..Response::default()
        }),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
        probe_of: None,
        run: None,
        origin: Default::default(),
    };
    let was = answer(
        403,
        &[("Date", "then"), ("X-Request-Id", "1"), ("Server", "a")],
        r#"{"errors":[{"code":"forbidden"}]}"#,
    );
    let is = answer(
        200,
        &[("date", "now"), ("server", "b"), ("x-new", "1")],
        r#"{"data":[]}"#,
    );
    let [was, is] = [was, is].map(|call| Mask::default().exchange(call));
    let diff = answer_diff(&was, &is);
    let places: Vec<_> = diff.outcome.iter().map(|d| d.place.as_str()).collect();
    assert_eq!(places, ["outcome", "codes"]);
    let places: Vec<_> = diff.headers.iter().map(|d| d.place.as_str()).collect();
    assert_eq!(places, ["server", "x-new"]);
    assert_eq!(diff.body.differences.len(), 2);
    assert!(answer_diff(&was, &was).is_same());
}
