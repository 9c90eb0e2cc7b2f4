//! The history on disk: what was acknowledged is there, whatever happens to the process, to the
//! disk, or beside it.

use httriage::engine::history::{History, Retention};
use httriage::insight::{Query, summary};
use httriage::model::*;
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

fn now() -> Timestamp {
    "2026-05-12T12:00:00Z".parse().unwrap()
}

fn query(text: &str) -> Query {
    Query::parse(text, now())
}

/// The call with that number; every tenth is refused.
fn call(number: u64) -> Exchange {
    let at = now() - SignedSeconds::ago(1_000_000) + Duration::from_millis(number);
    let refused = number % 10 == 3;
    let body = format!(
        "{{\"errors\":[{{\"code\":\"not_allowed\",\"title\":\"No\",\"detail\":\"call {number}\"}}]}}"
    );
    let url = format!("http://127.0.0.1:9/core/runbooks/{number}");
    Exchange {
        id: ExchangeId::new(at, 7),
        environment: "sandbox".into(),
        case: number.is_multiple_of(5).then(|| "ACME-1".to_owned()),
        typed: RequestSpec::new("GET", format!("{{{{base}}}}/core/runbooks/{number}")),
        sent: SentRequest {
            method: "GET".into(),
            url,
            headers: Headers::from_iter([("accept", "*/*")]),
            body: Vec::new(),
            token: Some(TokenRef {
                name: TokenName::new("support").unwrap(),
                fingerprint: Some("a361".into()),
            }),
        },
        outcome: Outcome::Answered(Response {
            status: if refused { 403 } else { 200 },
            headers: Headers::from_iter([("content-type", "application/json")]),
            body: if refused { body } else { "{}".to_owned() }.into_bytes(),
            ..Response::default()
        }),
        started_at: at,
        took: Duration::from_micros(1_234_567),
    }
}

struct SignedSeconds;
impl SignedSeconds {
    fn ago(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }
}

fn remember(history: &History, exchange: Exchange) {
    history.remember(Arc::new(exchange)).wait().unwrap();
}

#[test]
fn calls_come_back_newest_first_and_whole_after_the_program_ended() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(dir.path(), Retention::default()).unwrap();
    for number in 0..20 {
        remember(&history, call(number));
    }
    assert!(history.close(SOON));

    let history = History::open(dir.path(), Retention::default()).unwrap();
    let recalled = history.recall(&query(""), 3, None).unwrap();
    let expected: Vec<_> = [19, 18, 17].map(|n| summary(&call(n))).into();
    assert_eq!(recalled, expected);
    let older = history
        .recall(&query(""), 2, Some(&recalled[2].id))
        .unwrap();
    assert_eq!(older[0], summary(&call(16)));
    assert_eq!(history.load(&call(13).id).unwrap(), Some(call(13)));
    assert_eq!(history.count(&query("")).unwrap(), 20);
    assert_eq!(history.count(&query("403")).unwrap(), 2);
    assert_eq!(history.count(&query("\"call 13\"")).unwrap(), 1);
    assert_eq!(history.count(&query("-403 case:acme-1")).unwrap(), 4);
    assert_eq!(history.cases().unwrap(), [("ACME-1".to_owned(), 4)]);
    assert_eq!(history.find(call(4).id.as_str()).unwrap(), Some(call(4).id));
    assert!(history.close(SOON));
}
