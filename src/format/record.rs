//! A call as one compact line of JSON, with its bodies kept beside it. What was written is read
//! back exactly: every header byte, every body byte, every nanosecond.

use super::FormatError;
use crate::insight::{Exchange, charset};
use crate::model::{
    Auth, Body, CallOrigin, Cause, CookieNews, ErrorLine, ExchangeId, ExchangeSummary, Failure,
    Headers, Hop, Outcome, Param, Part, RawExchange, RequestSpec, Response, SentRequest, Slot,
    SlotPlace, Timestamp, Timing, TokenName, TokenRef,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
        v: match typed.says_more() {
            true => VERSION,
            false => FIRST,
        },
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

/// What a list says of a call; the id is kept outside.
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
        fields: match errors.iter().any(|e| e.field.is_some()) {
            true => errors.iter().map(|e| e.field.clone()).collect(),
            false => Vec::new(),
        },
        refused: *refused,
        probe: *is_probe,
        origin: origin_id(*origin),
        run: run.as_ref().map(|id| id.as_str().to_owned()),
        notes: notes.clone(),
    })
}

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

fn is_no(flag: &bool) -> bool {
    !flag
}

/// Seconds and nanoseconds: a number of nanoseconds alone leaves the range of many JSON readers.
type Instant = (i64, i32);
type Span = (u64, u32);
type TokenPair = (String, Option<String>);

#[derive(Serialize, Deserialize)]
struct Typed {
    method: String,
    url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    params: Vec<Row>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<Row>,
    body: BodyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bearer: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
}

#[derive(Serialize, Deserialize)]
struct Piece {
    name: String,
    value: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    file: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    called: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    off: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    literal: bool,
}

/// Name, value, and whether it is sent; a row of data says so behind.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Row {
    Filled(String, String, bool),
    Data(String, String, bool, Literal),
    Written(String, String, bool, Spelt),
}

/// How a pair was written, where that is not how it would be.
#[derive(Serialize, Deserialize)]
struct Spelt {
    written: String,
    #[serde(default, skip_serializing_if = "is_no")]
    literal: bool,
}

#[derive(Serialize, Deserialize)]
enum Literal {
    #[serde(rename = "literal")]
    Literal,
}

impl Row {
    fn of(row: &Param) -> Row {
        let Param {
            name,
            value,
            enabled,
            literal,
            ..
        } = row.clone();
        match (row.as_written(), literal) {
            (Some(pair), literal) => {
                let written = pair.to_owned();
                Row::Written(name, value, enabled, Spelt { written, literal })
            }
            (None, false) => Row::Filled(name, value, enabled),
            (None, true) => Row::Data(name, value, enabled, Literal::Literal),
        }
    }

    fn read(self) -> Param {
        let (name, value, enabled, literal, written) = match self {
            Row::Filled(name, value, enabled) => (name, value, enabled, false, None),
            Row::Data(name, value, enabled, Literal::Literal) => (name, value, enabled, true, None),
            Row::Written(name, value, enabled, Spelt { written, literal }) => {
                (name, value, enabled, literal, Some(written))
            }
        };
        Param {
            name,
            value,
            enabled,
            literal,
            written,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BodyKind {
    Empty,
    Text,
    Bytes,
    Form(Vec<Row>),
    Multipart(Vec<Piece>),
    File,
}

impl Typed {
    fn of(spec: &RequestSpec) -> Typed {
        let RequestSpec {
            method,
            url,
            params,
            headers,
            body,
            auth,
            notes,
        } = spec;
        let rows = |rows: &[Param]| rows.iter().map(Row::of).collect();
        Typed {
            method: method.clone(),
            url: url.clone(),
            params: rows(params),
            headers: rows(headers),
            body: match body {
                Body::Empty => BodyKind::Empty,
                Body::Text(_) => BodyKind::Text,
                Body::Bytes(_) => BodyKind::Bytes,
                Body::Form(pairs) => BodyKind::Form(rows(pairs)),
                Body::Multipart(parts) => BodyKind::Multipart(
                    parts
                        .iter()
                        .map(|part| Piece {
                            name: part.name.clone(),
                            value: part.value.clone(),
                            file: part.is_file,
                            called: part.file_name.clone(),
                            media_type: part.media_type.clone(),
                            off: part.is_off,
                            literal: part.literal,
                        })
                        .collect(),
                ),
                Body::File(_) => BodyKind::File,
            },
            bearer: match auth {
                Auth::None => None,
                Auth::Bearer(name) => Some(name.as_str().to_owned()),
            },
            notes: notes.clone(),
        }
    }

    /// Whether a row says more than an older program can read.
    fn says_more(&self) -> bool {
        let in_rows = |rows: &[Row]| rows.iter().any(|row| !matches!(row, Row::Filled(..)));
        let in_body = match &self.body {
            BodyKind::Form(rows) => in_rows(rows),
            BodyKind::Multipart(pieces) => pieces.iter().any(|piece| piece.literal),
            BodyKind::Empty | BodyKind::Text | BodyKind::Bytes | BodyKind::File => false,
        };
        in_rows(&self.params) || in_rows(&self.headers) || in_body
    }

    fn read(self, body: Vec<u8>) -> Result<RequestSpec, FormatError> {
        let rows = |rows: Vec<Row>| rows.into_iter().map(Row::read).collect();
        Ok(RequestSpec {
            method: self.method,
            url: self.url,
            params: rows(self.params),
            headers: rows(self.headers),
            body: match self.body {
                BodyKind::Empty => Body::Empty,
                BodyKind::Text => Body::Text(utf8(body)?),
                BodyKind::Bytes => Body::Bytes(body),
                BodyKind::Form(pairs) => Body::Form(rows(pairs)),
                BodyKind::Multipart(pieces) => Body::Multipart(
                    pieces
                        .into_iter()
                        .map(|piece| Part {
                            name: piece.name,
                            value: piece.value,
                            is_file: piece.file,
                            file_name: piece.called,
                            media_type: piece.media_type,
                            is_off: piece.off,
                            literal: piece.literal,
                            written: None,
                        })
                        .collect(),
                ),
                BodyKind::File => Body::File(utf8(body)?),
            },
            auth: match self.bearer {
                None => Auth::None,
                Some(name) => Auth::Bearer(token_name(&name)?),
            },
            notes: self.notes,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Sent {
    method: String,
    url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, Value)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slots: Vec<Hole>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<TokenPair>,
}

/// Where a token went.
#[derive(Serialize, Deserialize)]
struct Hole {
    token: String,
    at: HolePlace,
    from: usize,
    to: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HolePlace {
    Url,
    Header(usize),
    Body,
    Form,
}

impl Hole {
    fn of(slot: &Slot) -> Hole {
        let Slot { name, place, range } = slot;
        Hole {
            token: name.as_str().to_owned(),
            at: match place {
                SlotPlace::Url => HolePlace::Url,
                SlotPlace::Header(number) => HolePlace::Header(*number),
                SlotPlace::Body => HolePlace::Body,
                SlotPlace::Form => HolePlace::Form,
            },
            from: range.start,
            to: range.end,
        }
    }

    fn read(self) -> Result<Slot, FormatError> {
        Ok(Slot {
            name: token_name(&self.token)?,
            place: match self.at {
                HolePlace::Url => SlotPlace::Url,
                HolePlace::Header(number) => SlotPlace::Header(number),
                HolePlace::Body => SlotPlace::Body,
                HolePlace::Form => SlotPlace::Form,
            },
            range: self.from..self.to,
        })
    }
}

impl Sent {
    fn of(sent: &SentRequest) -> Sent {
        let SentRequest {
            method,
            url,
            headers,
            body: _,
            slots,
            files: _,
            token,
        } = sent;
        Sent {
            method: method.clone(),
            url: url.clone(),
            headers: fields(headers),
            slots: slots.iter().map(Hole::of).collect(),
            token: token.as_ref().map(token_pair),
        }
    }

    fn read(self, body: Vec<u8>) -> Result<SentRequest, FormatError> {
        Ok(SentRequest {
            method: self.method,
            url: self.url,
            headers: headers(self.headers)?,
            body,
            slots: self
                .slots
                .into_iter()
                .map(Hole::read)
                .collect::<Result<_, _>>()?,
            files: Vec::new(),
            token: self.token.map(token).transpose()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ending {
    Answered(Answer),
    Failed {
        cause: String,
        message: String,
        hint: String,
        was_sent: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        partial: Option<Answer>,
    },
}

impl Ending {
    fn of(outcome: &Outcome) -> Ending {
        match outcome {
            Outcome::Answered(response) => Ending::Answered(Answer::of(response)),
            Outcome::Failed(Failure {
                cause,
                message,
                hint,
                partial,
                was_sent,
            }) => Ending::Failed {
                cause: cause.id().to_owned(),
                message: message.clone(),
                hint: hint.clone(),
                was_sent: *was_sent,
                partial: partial.as_deref().map(Answer::of),
            },
        }
    }

    fn read(self, body: Vec<u8>) -> Result<Outcome, FormatError> {
        Ok(match self {
            Ending::Answered(answer) => Outcome::Answered(answer.read(body)?),
            Ending::Failed {
                cause,
                message,
                hint,
                was_sent,
                partial,
            } => Outcome::Failed(Failure {
                cause: Cause::from_id(&cause)
                    .ok_or_else(|| broken(&format!("its cause \"{cause}\" is not known")))?,
                message,
                hint,
                was_sent,
                partial: match partial {
                    Some(answer) => Some(Box::new(answer.read(body)?)),
                    None => None,
                },
            }),
        })
    }
}

/// A redirect that was followed.
#[derive(Serialize, Deserialize)]
struct Step {
    status: u16,
    location: String,
    method: String,
    token_sent: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dropped: Vec<String>,
}

impl Step {
    fn of(hop: &Hop) -> Step {
        let Hop {
            status,
            location,
            method,
            token_sent,
            dropped,
        } = hop;
        Step {
            status: *status,
            location: location.clone(),
            method: method.clone(),
            token_sent: *token_sent,
            dropped: dropped.clone(),
        }
    }

    fn read(self) -> Hop {
        Hop {
            status: self.status,
            location: self.location,
            method: self.method,
            token_sent: self.token_sent,
            dropped: self.dropped,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    reason: String,
    version: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, Value)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trailers: Vec<(String, Value)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cookies: Option<CookiesTold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wire: Option<u64>,
    /// What the body beside it is written in, where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charset: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dns: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    connect: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tls: Option<Span>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reused: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_byte: Option<Span>,
    total: Span,
}

/// Names and sentences, no values.
#[derive(Serialize, Deserialize)]
struct CookiesTold {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expired: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken_back: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refused: Vec<String>,
}

impl Answer {
    fn of(response: &Response) -> Answer {
        let Response {
            status,
            reason,
            version,
            headers,
            trailers,
            body: _,
            as_sent,
            received,
            wire_bytes,
            body_cut,
            refused,
            cookies,
            timing:
                Timing {
                    dns,
                    connect,
                    tls,
                    reused,
                    first_byte,
                    total,
                },
        } = response;
        Answer {
            status: *status,
            reason: reason.clone(),
            version: version.clone(),
            headers: fields(headers),
            trailers: fields(trailers),
            cut: *body_cut,
            refused: *refused,
            cookies: (!cookies.is_empty()).then(|| CookiesTold {
                expired: cookies.expired.clone(),
                taken_back: cookies.taken_back.clone(),
                refused: cookies.refused.clone(),
            }),
            received: *received,
            wire: *wire_bytes,
            charset: as_sent.as_ref().map(|sent| sent.charset.clone()),
            dns: dns.map(span),
            connect: connect.map(span),
            tls: tls.map(span),
            reused: *reused,
            first_byte: first_byte.map(span),
            total: span(*total),
        }
    }

    fn read(self, body: Vec<u8>) -> Result<Response, FormatError> {
        let mut response = Response {
            status: self.status,
            reason: self.reason,
            version: self.version,
            headers: headers(self.headers)?,
            trailers: headers(self.trailers)?,
            body,
            as_sent: None,
            received: self.received,
            wire_bytes: self.wire,
            body_cut: self.cut,
            refused: self.refused,
            cookies: self
                .cookies
                .map_or_else(CookieNews::default, |told| CookieNews {
                    expired: told.expired,
                    taken_back: told.taken_back,
                    refused: told.refused,
                    given: Vec::new(),
                }),
            timing: Timing {
                dns: self.dns.map(duration).transpose()?,
                connect: self.connect.map(duration).transpose()?,
                tls: self.tls.map(duration).transpose()?,
                reused: self.reused,
                first_byte: self.first_byte.map(duration).transpose()?,
                total: duration(self.total)?,
            },
        };
        if let Some(charset) = &self.charset {
            charset::decode_as(&mut response, charset);
            // As it was counted when it came.
            response.received = self.received;
        }
        Ok(response)
    }
}

/// A header's value: text where it is UTF-8, as nearly all are.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Bytes { base64: String },
}

fn fields(headers: &Headers) -> Vec<(String, Value)> {
    headers
        .iter()
        .map(|header| {
            let value = match std::str::from_utf8(&header.value) {
                Ok(text) => Value::Text(text.to_owned()),
                Err(_) => Value::Bytes {
                    base64: STANDARD.encode(&header.value),
                },
            };
            (header.name.clone(), value)
        })
        .collect()
}

fn headers(fields: Vec<(String, Value)>) -> Result<Headers, FormatError> {
    let mut headers = Headers::new();
    for (name, value) in fields {
        let value = match value {
            Value::Text(text) => text.into_bytes(),
            Value::Bytes { base64 } => STANDARD
                .decode(base64)
                .map_err(|_| broken("the bytes of a header are not Base64"))?,
        };
        headers.push(name, value);
    }
    Ok(headers)
}

fn token_pair(token: &TokenRef) -> TokenPair {
    (token.name.as_str().to_owned(), token.fingerprint.clone())
}

fn token((name, fingerprint): TokenPair) -> Result<TokenRef, FormatError> {
    Ok(TokenRef {
        name: token_name(&name)?,
        fingerprint,
    })
}

fn token_name(name: &str) -> Result<TokenName, FormatError> {
    TokenName::new(name).ok_or_else(|| broken("a token's name is not one"))
}

fn instant(at: Timestamp) -> Instant {
    (at.as_second(), at.subsec_nanosecond())
}

fn timestamp((seconds, nanoseconds): Instant) -> Result<Timestamp, FormatError> {
    Timestamp::new(seconds, nanoseconds).map_err(|_| broken("its time is not one"))
}

fn span(duration: Duration) -> Span {
    (duration.as_secs(), duration.subsec_nanos())
}

fn duration((seconds, nanoseconds): Span) -> Result<Duration, FormatError> {
    // `Duration::new` panics where carried nanoseconds overflow the seconds.
    match nanoseconds {
        0..=999_999_999 => Ok(Duration::new(seconds, nanoseconds)),
        _ => Err(broken("a duration in it is not one")),
    }
}

/// Writing these shapes cannot fail: every key is a text and no number is unbounded.
fn text(shape: &impl Serialize) -> String {
    serde_json::to_string(shape).unwrap_or_default()
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FormatError> {
    serde_json::from_str(text).map_err(|error| broken(&error.to_string()))
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

fn utf8(bytes: Vec<u8>) -> Result<String, FormatError> {
    String::from_utf8(bytes).map_err(|_| broken("its text is not UTF-8"))
}

fn broken(problem: &str) -> FormatError {
    FormatError {
        place: "record of a call".to_owned(),
        problem: problem.to_owned(),
        remedy: "The call cannot be shown; forget it, or look at it with the version that wrote it"
            .to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
