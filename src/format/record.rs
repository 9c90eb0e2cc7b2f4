//! A call as one compact line of JSON, with its bodies kept beside it. What was written is read
//! back exactly: every header byte, every body byte, every nanosecond.

mod ending;
mod scalars;
mod sent;
#[cfg(test)]
pub(crate) mod tests;
mod typed;

use self::ending::{Ending, Step};
use self::scalars::{
    Instant, Span, TokenPair, broken, duration, instant, is_no, parse, span, text, timestamp,
    token, token_pair,
};
use self::sent::Sent;
use self::typed::Typed;
use super::FormatError;
use crate::insight::Exchange;
use crate::model::{
    Body, CallOrigin, Cause, ErrorLine, ExchangeId, ExchangeSummary, RawExchange, Response,
};
use serde::{Deserialize, Serialize};

/// Raised when an older program could no longer make sense of a record.
const VERSION: u32 = 2;
/// Of a record without anything that came later; an older program would fill data in.
const FIRST: u32 = 1;

/// What a record leaves out, because equal bodies are kept once: as typed, as sent, as received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bodies<B> {
    pub typed: B,
    pub sent: B,
    pub received: B,
}

/// The call without its bodies.
pub fn write(exchange: &Exchange) -> String {
    let RawExchange {
        id,
        environment,
        case,
        typed,
        sent,
        outcome,
        redirects,
        attempts,
        unverified,
        started_at,
        took,
        probe_of,
        origin,
        run,
    } = &**exchange;
    let typed = Typed::of(typed);
    text(&Record {
        v: if typed.says_more() { VERSION } else { FIRST },
        id: id.as_str().to_owned(),
        environment: environment.clone(),
        case: case.clone(),
        at: instant(*started_at),
        took: span(*took),
        typed,
        sent: Sent::of(sent),
        outcome: Ending::of(outcome),
        redirects: redirects.iter().map(Step::of).collect(),
        attempts: *attempts,
        unverified: unverified.clone(),
        probe_of: probe_of.as_ref().map(|id| id.as_str().to_owned()),
        origin: origin_id(*origin),
        run: run.as_ref().map(|id| id.as_str().to_owned()),
    })
}

/// The bodies that belong beside the record of this call.
pub fn bodies(exchange: &Exchange) -> Bodies<&[u8]> {
    Bodies {
        typed: match &exchange.typed.body {
            Body::Empty | Body::Form(_) | Body::Multipart(_) => &[],
            Body::Text(text) | Body::File(text) => text.as_bytes(),
            Body::Bytes(bytes) => bytes,
        },
        sent: &exchange.sent.body,
        received: exchange.outcome.response().map_or(&[], Response::bytes),
    }
}

/// A call as it was written, with the bodies that were kept beside it. An error where the record is
/// broken, or of a later program.
pub fn read(record: &str, bodies: Bodies<Vec<u8>>) -> Result<RawExchange, FormatError> {
    let record: Record = parse(record)?;
    known(record.v)?;
    Ok(RawExchange {
        id: ExchangeId::parse(&record.id).ok_or_else(|| broken("its id is not one"))?,
        environment: record.environment,
        case: record.case,
        typed: record.typed.read(bodies.typed)?,
        sent: record.sent.read(bodies.sent)?,
        outcome: record.outcome.read(bodies.received)?,
        redirects: record.redirects.into_iter().map(Step::read).collect(),
        attempts: record.attempts,
        unverified: record.unverified,
        started_at: timestamp(record.at)?,
        took: duration(record.took)?,
        probe_of: record.probe_of.as_deref().and_then(ExchangeId::parse),
        origin: CallOrigin::from_id(record.origin.as_deref().unwrap_or_default()),
        run: record.run.as_deref().and_then(ExchangeId::parse),
    })
}

/// What a list says of a call; its id and whose it is are kept outside.
pub fn write_summary(summary: &ExchangeSummary) -> String {
    let ExchangeSummary {
        id: _,
        started_at,
        took,
        environment,
        case,
        token,
        method,
        url,
        status,
        cause,
        message,
        errors,
        refused,
        is_probe,
        origin,
        run,
        notes,
        by: _,
    } = summary;
    text(&Line {
        v: FIRST,
        at: instant(*started_at),
        took: span(*took),
        environment: environment.clone(),
        case: case.clone(),
        token: token.as_ref().map(token_pair),
        method: method.clone(),
        url: url.clone(),
        status: *status,
        cause: cause.map(|cause| cause.id().to_owned()),
        message: message.clone(),
        errors: errors
            .iter()
            .map(|e| (e.title.clone(), e.detail.clone(), e.code.clone()))
            .collect(),
        fields: if errors.iter().any(|e| e.field.is_some()) {
            errors.iter().map(|e| e.field.clone()).collect()
        } else {
            Vec::new()
        },
        refused: *refused,
        probe: *is_probe,
        origin: origin_id(*origin),
        run: run.as_ref().map(|id| id.as_str().to_owned()),
        notes: notes.clone(),
    })
}

/// What a list says of a call, under the id that was kept outside. An error where the line is
/// broken, or of a later program.
pub fn read_summary(line: &str, id: ExchangeId) -> Result<ExchangeSummary, FormatError> {
    let line: Line = parse(line)?;
    known(line.v)?;
    Ok(ExchangeSummary {
        id,
        started_at: timestamp(line.at)?,
        took: duration(line.took)?,
        environment: line.environment,
        case: line.case,
        token: line.token.map(token).transpose()?,
        method: line.method,
        url: line.url,
        status: line.status,
        cause: line.cause.as_deref().and_then(Cause::from_id),
        message: line.message,
        errors: line
            .errors
            .into_iter()
            .zip(line.fields.into_iter().chain(std::iter::repeat(None)))
            .map(|((title, detail, code), field)| ErrorLine {
                title,
                detail,
                code,
                field,
            })
            .collect(),
        refused: line.refused,
        is_probe: line.probe,
        origin: CallOrigin::from_id(line.origin.as_deref().unwrap_or_default()),
        run: line.run.as_deref().and_then(ExchangeId::parse),
        notes: line.notes,
        by: None,
    })
}

#[derive(Serialize, Deserialize)]
struct Record {
    v: u32,
    id: String,
    environment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    at: Instant,
    took: Span,
    typed: Typed,
    sent: Sent,
    outcome: Ending,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    redirects: Vec<Step>,
    #[serde(default = "once")]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unverified: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probe_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<String>,
}

/// What was not known when a call was written down is not written either.
fn origin_id(origin: CallOrigin) -> Option<String> {
    Some(origin.id().to_owned()).filter(|_| origin != CallOrigin::Unknown)
}

/// Calls were made once before this was written down.
fn once() -> u32 {
    1
}

#[derive(Serialize, Deserialize)]
struct Line {
    v: u32,
    at: Instant,
    took: Span,
    environment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<TokenPair>,
    method: String,
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<(Option<String>, Option<String>, Option<String>)>,
    /// The parts of the input that the errors are about, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Option<String>>,
    #[serde(default, skip_serializing_if = "is_no")]
    refused: bool,
    #[serde(default, skip_serializing_if = "is_no")]
    probe: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
}

fn known(version: u32) -> Result<(), FormatError> {
    if version <= VERSION {
        return Ok(());
    }
    Err(FormatError {
        place: "record of a call".to_owned(),
        problem: format!("it has version {version}, and this program knows {VERSION}"),
        remedy: "Update httriage".to_owned(),
    })
}
