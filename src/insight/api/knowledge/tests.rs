//! What packs say, asked by host, status, code, words and header.

use super::*;
use crate::insight::json::read;

fn json(text: &str) -> Json {
    read(text).value.unwrap()
}

fn row() -> AnswerRow {
    AnswerRow {
        meaning: Meaning {
            cause: Some(Cause::RateToken),
            sure: 0.9,
            ..Meaning::default()
        },
        ..AnswerRow::default()
    }
}

#[test]
fn hosts_and_paths_fit_as_a_whole() {
    assert!(host_fits("API.GitHub.com", "api.github.com"));
    assert!(host_fits("a.b.ghe.com", "*.ghe.com"));
    assert!(!host_fits("ghe.com", "*.ghe.com"));
    assert!(!host_fits("evilghe.com", "*.ghe.com"));
    assert!(host_fits("api.eu.acme.example", "api.*.acme.example"));
    assert!(!host_fits("api.a.eu.acme.example", "api.*.acme.example"));
    assert!(path_fits("/repos/a/b", "/repos/*/*"));
    assert!(!path_fits("/repos/a/b/c", "/repos/*/*"));
    assert!(path_fits("/api/v3/x/y", "/api/v3/**"));
    assert!(!path_fits("/repos//b", "/repos/*/b"));
    assert!(path_fits("/a/graphql", "/**/graphql"));
    assert!(path_fits("/graphql", "/**/graphql"));
    assert!(!path_fits("/a/graphql/b", "/**/graphql"));
}

#[test]
fn pointers_lead_through_lists() {
    let body = json(r#"{"errors":[{"code":"a"},{"code":"b"}]}"#);
    let codes: Vec<_> = at(&body, "/errors/*/code")
        .filter_map(Json::to_text)
        .collect();
    assert_eq!(codes, ["a", "b"]);
    assert_eq!(at(&body, "/errors/1/code").count(), 1);
    assert_eq!(at(&body, "/nothing/*/code").count(), 0);
}

#[test]
fn a_row_fits_only_where_all_that_it_names_fits() {
    let headers = Headers::from_iter([("x-ratelimit-remaining", "0")]);
    let heard = Heard {
        status: 403,
        codes: vec!["limited"],
        words: Words::of("A secondary rate limit"),
        headers: Some(&headers),
        ..Heard::default()
    };
    let told = |row: AnswerRow| row.told(&heard, Layer::Api);
    assert_eq!(
        told(AnswerRow {
            status: vec![403],
            ..row()
        }),
        Some(Told::ByStatus)
    );
    assert_eq!(
        told(AnswerRow {
            status: vec![429],
            ..row()
        }),
        None
    );
    let words = vec![Phrase::new("rate limit").unwrap()];
    assert_eq!(
        told(AnswerRow {
            words: words.clone(),
            ..row()
        }),
        Some(Told::ByWords)
    );
    assert_eq!(
        told(AnswerRow {
            no_words: words,
            ..row()
        }),
        None
    );
    let header = |value: &str| vec![("x-ratelimit-remaining".to_owned(), value.to_owned())];
    assert_eq!(
        told(AnswerRow {
            headers: header("0"),
            ..row()
        }),
        Some(Told::ByHeader)
    );
    assert_eq!(
        told(AnswerRow {
            headers: header("1"),
            ..row()
        }),
        None
    );
    assert_eq!(
        told(AnswerRow {
            codes: vec!["limited".into()],
            ..row()
        }),
        Some(Told::ByCode)
    );
}

#[test]
fn what_is_not_known_of_the_request_is_no_evidence() {
    let row = |credential: &str| AnswerRow {
        credentials: vec![credential.to_owned()],
        ..row()
    };
    let unknown = Heard::default();
    let nothing = Heard {
        credential: Some(None),
        ..Heard::default()
    };
    let basic = Heard {
        credential: Some(Some(Sent {
            scheme: "basic".into(),
            ..Sent::default()
        })),
        ..Heard::default()
    };
    assert_eq!(row("none").told(&unknown, Layer::Api), None);
    assert_eq!(
        row("none").told(&nothing, Layer::Api),
        Some(Told::ByRequest)
    );
    assert_eq!(row("none").told(&basic, Layer::Api), None);
    assert_eq!(row("basic").told(&basic, Layer::Api), Some(Told::ByRequest));
    assert_eq!(row("basic").told(&unknown, Layer::Api), None);
}

#[test]
fn an_api_is_recognised_on_its_surest_ground() {
    let recognise = Recognise {
        hosts: vec!["api.acme.example".into()],
        headers: vec![("x-acme-id".into(), String::new())],
        body: vec![BodyForm {
            has: vec!["/message".into(), "/docs".into()],
            contains: Some("acme.example".into()),
        }],
        paths: vec!["/acme/**".into()],
    };
    let body = json(r#"{"message":"no","docs":"https://acme.example"}"#);
    let text = body.to_string();
    let headers = Headers::from_iter([("X-Acme-Id", "1")]);
    let by = |host, path, headers, body| recognise.by(host, path, headers, body, &text);
    let here = Some("api.acme.example");
    assert_eq!(by(here, None, None, None), RecognisedBy::Host);
    assert_eq!(
        by(Some("x"), None, Some(&headers), None),
        RecognisedBy::Header
    );
    assert_eq!(by(None, None, None, Some(&body)), RecognisedBy::Body);
    assert_eq!(by(None, Some("/acme/1"), None, None), RecognisedBy::Path);
    assert_eq!(by(None, Some("/other"), None, None), RecognisedBy::Nothing);
}

#[test]
fn a_success_that_says_no_is_a_refusal() {
    let when = |at: &str, sign| RefusedWhen {
        at: at.into(),
        sign,
    };
    let body = json(r#"{"ok":false,"error":"x","errors":[]}"#);
    assert!(when("/ok", Sign::Is("false".into())).holds(&body));
    assert!(when("/error", Sign::Present).holds(&body));
    assert!(!when("/errors", Sign::Present).holds(&body));
    assert!(!when("/none", Sign::Not("OK".into())).holds(&body));
    assert!(when("/error", Sign::Not("OK".into())).holds(&body));
}
