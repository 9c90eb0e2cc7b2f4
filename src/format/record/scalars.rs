//! The small things of a record: times, header values, tokens by name; and the one sentence for a
//! record that is broken.

use crate::format::FormatError;
use crate::model::{Headers, Timestamp, TokenName, TokenRef};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Seconds and nanoseconds: a number of nanoseconds alone leaves the range of many JSON readers.
pub(super) type Instant = (i64, i32);
pub(super) type Span = (u64, u32);
pub(super) type TokenPair = (String, Option<String>);

/// A header's value: text where it is UTF-8, as nearly all are.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Value {
    Text(String),
    Bytes { base64: String },
}

pub(super) fn fields(headers: &Headers) -> Vec<(String, Value)> {
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

pub(super) fn headers(fields: Vec<(String, Value)>) -> Result<Headers, FormatError> {
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

pub(super) fn token_pair(token: &TokenRef) -> TokenPair {
    (token.name.as_str().to_owned(), token.fingerprint.clone())
}

pub(super) fn token((name, fingerprint): TokenPair) -> Result<TokenRef, FormatError> {
    Ok(TokenRef {
        name: token_name(&name)?,
        fingerprint,
    })
}

pub(super) fn token_name(name: &str) -> Result<TokenName, FormatError> {
    TokenName::new(name).ok_or_else(|| broken("a token's name is not one"))
}

pub(super) fn instant(at: Timestamp) -> Instant {
    (at.as_second(), at.subsec_nanosecond())
}

pub(super) fn timestamp((seconds, nanoseconds): Instant) -> Result<Timestamp, FormatError> {
    Timestamp::new(seconds, nanoseconds).map_err(|_| broken("its time is not one"))
}

pub(super) fn span(duration: Duration) -> Span {
    (duration.as_secs(), duration.subsec_nanos())
}

pub(super) fn duration((seconds, nanoseconds): Span) -> Result<Duration, FormatError> {
    // `Duration::new` panics where carried nanoseconds overflow the seconds.
    match nanoseconds {
        0..=999_999_999 => Ok(Duration::new(seconds, nanoseconds)),
        _ => Err(broken("a duration in it is not one")),
    }
}

/// Writing these shapes cannot fail: every key is a text and no number is unbounded.
pub(super) fn text(shape: &impl Serialize) -> String {
    serde_json::to_string(shape).unwrap_or_default()
}

pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FormatError> {
    serde_json::from_str(text).map_err(|error| broken(&error.to_string()))
}

pub(super) fn is_no(flag: &bool) -> bool {
    !flag
}

pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, FormatError> {
    String::from_utf8(bytes).map_err(|_| broken("its text is not UTF-8"))
}

pub(super) fn broken(problem: &str) -> FormatError {
    FormatError {
        place: "record of a call".to_owned(),
        problem: problem.to_owned(),
        remedy: "The call cannot be shown; forget it, or look at it with the version that wrote it"
            .to_owned(),
    }
}
