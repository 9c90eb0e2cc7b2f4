//! Compares two answers: outcome, status, codes, headers, then the body.

use super::volatile::is_volatile_header;
use super::{BodyDiff, Difference, body_diff};
use crate::insight::Exchange;
use crate::insight::error_body::error_body;
use crate::insight::replay::codes_text;
use crate::model::{Headers, Outcome, Response};

/// Everything that differs between two answers to the same call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerDiff {
    /// The decisive parts: outcome with status, codes, and the token that was sent.
    pub outcome: Vec<Difference>,
    /// By name; those that change with every answer are left out.
    pub headers: Vec<Difference>,
    pub body: BodyDiff,
}

impl AnswerDiff {
    /// Nothing differs: not the outcome, no header that counts, not the body.
    pub fn is_same(&self) -> bool {
        self.outcome.is_empty() && self.headers.is_empty() && self.body.is_same()
    }
}

/// Compares the older answer with the newer one.
pub fn answer_diff(was: &Exchange, is: &Exchange) -> AnswerDiff {
    let mut diff = AnswerDiff::default();
    let mut outcome = |place: &str, was: String, is: String| {
        if was != is {
            diff.outcome.push(Difference {
                place: place.to_owned(),
                was: Some(was),
                is: Some(is),
            });
        }
    };
    outcome("outcome", said(was), said(is));
    outcome("codes", codes(was), codes(is));
    let token = |exchange: &Exchange| {
        let token = exchange.token();
        token.map_or_else(|| "none".to_owned(), |token| token.label())
    };
    outcome("token", token(was), token(is));
    let (was, is) = (was.outcome.response(), is.outcome.response());
    if let (Some(was), Some(is)) = (was, is) {
        headers(&was.headers, &is.headers, &mut diff.headers);
    }
    diff.body = body_diff(body(was), body(is), &[]);
    diff
}

fn body(response: Option<&Response>) -> &[u8] {
    response.map_or(&[], |response| &response.body)
}

fn said(exchange: &Exchange) -> String {
    match &exchange.outcome {
        Outcome::Answered(_) => exchange.outcome.headline(),
        Outcome::Failed(failure) => {
            format!("{}, {}", exchange.outcome.headline(), failure.cause.id())
        }
    }
}

fn codes(exchange: &Exchange) -> String {
    let entries = exchange.outcome.response().map(error_body);
    let entries = entries.unwrap_or_default().entries;
    let mut codes: Vec<String> = entries
        .into_iter()
        .map(|entry| entry.code.unwrap_or_default())
        .collect();
    codes.sort();
    codes_text(&codes)
}

fn headers(was: &Headers, is: &Headers, found: &mut Vec<Difference>) {
    let all = |headers: &Headers, name: &str| -> Option<String> {
        let values: Vec<_> = headers.all(name).collect();
        (!values.is_empty()).then(|| values.join(", "))
    };
    let mut names: Vec<String> = was
        .iter()
        .chain(is.iter())
        .map(|header| header.name.to_ascii_lowercase())
        .filter(|name| !is_volatile_header(name))
        .collect();
    names.sort();
    names.dedup();
    for name in names {
        let (was, is) = (all(was, &name), all(is, &name));
        if was != is {
            found.push(Difference {
                place: name,
                was,
                is,
            });
        }
    }
}
