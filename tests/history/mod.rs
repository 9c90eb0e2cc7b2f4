//! The history on disk: what was acknowledged is there, whatever happens to the process, to the
//! disk, or beside it.

mod anew;
mod child;
mod crash;
mod keep;
mod million;
mod trouble;
mod words;

use httriage::engine::Vault;
use httriage::engine::history::{History, Retention};
use httriage::insight::redact::Mask;
use httriage::insight::{Exchange, Query, summary};
use httriage::model::*;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(60);

fn now() -> Timestamp {
    "2026-05-12T12:00:00Z".parse().unwrap()
}

/// Knows no token.
fn vault() -> Arc<Vault> {
    Arc::new(Vault::new(&Settings::default(), |_| None))
}

fn query(text: &str) -> Query {
    let now = now().to_zoned(jiff::tz::TimeZone::UTC);
    Query::parse(text, &now).unwrap()
}

fn open(dir: &Path) -> History {
    History::open(dir, Retention::default(), vault()).unwrap()
}

fn remember(history: &History, exchange: Exchange) {
    history.remember(Arc::new(exchange)).wait().unwrap();
}

/// The call with that number; one of ten is refused, one of five belongs to a case.
fn call(number: u64) -> Exchange {
    shown(raw(number))
}

fn shown(exchange: RawExchange) -> Exchange {
    Mask::default().exchange(exchange)
}

fn raw(number: u64) -> RawExchange {
    let at = now() - Duration::from_secs(100_000_000) + Duration::from_millis(number);
    let refused = number % 10 == 3;
    let body = if refused {
        format!(r#"{{"errors":[{{"code":"not_allowed","title":"No","detail":"call {number}"}}]}}"#)
    } else {
        "{}".to_owned()
    };
    let path = format!("/core/runbooks/{number}");
    RawExchange {
        id: ExchangeId::new(at, 7),
        environment: "sandbox".into(),
        case: number.is_multiple_of(5).then(|| "ACME-1".to_owned()),
        typed: RequestSpec::new("GET", format!("{{{{base}}}}{path}")),
        sent: SentRequest {
            method: "GET".into(),
            url: format!("http://127.0.0.1:9{path}"),
            headers: Headers::from_iter([("accept", "*/*")]),
            body: Vec::new(),
            slots: Vec::new(),
            files: Vec::new(),
            token: Some(TokenRef {
                name: TokenName::new("support").unwrap(),
                fingerprint: Some("a361".into()),
            }),
        },
        outcome: Outcome::Answered(Response {
            status: if refused { 403 } else { 200 },
            headers: Headers::from_iter([("content-type", "application/json")]),
            body: body.into_bytes(),
            ..Response::default()
        }),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        started_at: at,
        took: Duration::from_micros(1_234_567),
        probe_of: None,
        run: None,
        origin: Default::default(),
    }
}

/// The call with that number, and this body as its answer.
fn call_with_body(number: u64, body: Vec<u8>) -> Exchange {
    shown(raw_with_body(number, body))
}

fn raw_with_body(number: u64, body: Vec<u8>) -> RawExchange {
    let mut exchange = raw(number);
    exchange.outcome = Outcome::Answered(Response {
        status: 200,
        body,
        ..Response::default()
    });
    exchange
}

/// Bytes that do not pack.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = (seed << 1) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn calls_come_back_newest_first_and_whole_after_the_program_ended() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    for number in 0..20 {
        remember(&history, call(number));
    }
    assert!(history.close(SOON));

    let history = open(dir.path());
    let recalled = history.recall(&query(""), 3, None).unwrap();
    let expected: Vec<_> = [19, 18, 17].map(|n| summary(&call(n))).into();
    assert_eq!(recalled, expected);
    let older = history
        .recall(&query(""), 2, Some(&recalled[2].id))
        .unwrap();
    assert_eq!(older[0], summary(&call(16)));
    assert_eq!(history.load(&call(13).id).unwrap(), Some(call(13)));
    assert_eq!(history.load(&call(99).id).unwrap(), None);
    assert_eq!(history.count(&query("")).unwrap(), 20);
    assert_eq!(history.count(&query("403")).unwrap(), 2);
    assert_eq!(history.count(&query("\"call 13\"")).unwrap(), 1);
    assert_eq!(history.count(&query("-403 case:acme-1")).unwrap(), 4);
    assert_eq!(history.cases().unwrap(), [("ACME-1".to_owned(), 4)]);
    assert!(history.close(SOON));
}

#[test]
fn an_id_may_be_abbreviated_as_long_as_it_is_the_only_one() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    remember(&history, call(0));
    let id = raw(0).id;
    assert_eq!(history.find(&id.as_str()[..5]).unwrap(), Some(id.clone()));
    remember(&history, call(1));
    assert_eq!(
        history.find(&id.as_str().to_uppercase()).unwrap(),
        Some(id.clone())
    );
    let said = history.find(&id.as_str()[..5]).unwrap_err().to_string();
    assert!(said.contains(id.as_str()), "{said}");
    assert!(said.contains(call(1).id.as_str()), "{said}");
    assert_eq!(history.find("zzz").unwrap(), None);
    assert_eq!(history.find("").unwrap(), None);
    assert_eq!(history.find("not an id").unwrap(), None);
}

#[test]
fn two_calls_under_one_id_are_both_kept_and_one_call_twice_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    let mut other = raw(2);
    other.id = raw(1).id;
    remember(&history, call(1));
    remember(&history, shown(other));
    remember(&history, call(1));
    assert_eq!(history.count(&query("")).unwrap(), 2);
    assert_eq!(history.load(&call(1).id).unwrap(), Some(call(1)));
}

#[test]
fn receipts_are_awaited_in_a_task_and_many_calls_share_a_sync() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(async {
        let receipts: Vec<_> = (0..1_000)
            .map(|number| history.remember(Arc::new(call(number))))
            .collect();
        for receipt in receipts {
            receipt.await.unwrap();
        }
    });
    assert_eq!(history.count(&query("")).unwrap(), 1_000);
    let late = history.clone();
    assert!(history.close(SOON));
    let said = late.remember(Arc::new(call(1_000))).wait().unwrap_err();
    assert!(said.to_string().contains("already closed"), "{said}");
}
