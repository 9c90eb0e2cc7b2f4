//! What is masked in a call, what is left, and how long that takes.

mod beside;
mod forms;
mod kinds;
mod known;
mod more;
mod practice;
mod speed;
pub mod table;
mod words;

use httriage::insight::redact::Mask;
use httriage::model::{
    ExchangeId, Headers, MASK, Outcome, RawExchange, RequestSpec, Response, Secret, SentRequest,
    Timestamp, TokenName, TokenRef,
};
use std::time::Duration;

fn named(name: &str, value: &str) -> (TokenRef, Secret) {
    let token = TokenRef {
        name: TokenName::new(name).unwrap(),
        fingerprint: Some("a361".into()),
    };
    (token, Secret::new(value))
}

/// Knows one token, of that value.
fn knows(value: &str) -> Mask {
    Mask::new(&[named("support", value)])
}

/// A token that no text here holds.
fn mask() -> Mask {
    knows("0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978")
}

fn exchange(sent: SentRequest, response: Response) -> RawExchange {
    RawExchange {
        id: ExchangeId::new(Timestamp::UNIX_EPOCH, 0),
        environment: "test".into(),
        case: None,
        typed: RequestSpec::new("GET", sent.url.clone()),
        sent,
        outcome: Outcome::Answered(response),
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

/// The body of an answer as it is kept.
fn kept(mask: &Mask, sent: SentRequest, body: &[u8]) -> Vec<u8> {
    let response = Response {
        body: body.to_vec(),
        ..Response::default()
    };
    let masked = mask.exchange(exchange(sent, response));
    masked.outcome.response().unwrap().body.clone()
}

fn in_body(body: &[u8]) -> String {
    String::from_utf8(kept(&mask(), SentRequest::default(), body)).unwrap()
}
