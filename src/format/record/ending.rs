//! What became of a call: its answer or its failure, and the redirects on the way.

use super::scalars::{Span, Value, broken, duration, fields, headers, span};
use crate::format::FormatError;
use crate::insight::charset;
use crate::model::{Cause, CookieNews, Failure, Hop, Outcome, Response, Timing};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
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
    pub(super) fn of(outcome: &Outcome) -> Ending {
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

    pub(super) fn read(self, body: Vec<u8>) -> Result<Outcome, FormatError> {
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
pub(super) struct Step {
    status: u16,
    location: String,
    method: String,
    token_sent: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dropped: Vec<String>,
}

impl Step {
    pub(super) fn of(hop: &Hop) -> Step {
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

    pub(super) fn read(self) -> Hop {
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
pub(super) struct Answer {
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
pub(super) struct CookiesTold {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expired: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken_back: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refused: Vec<String>,
}

impl Answer {
    pub(super) fn of(response: &Response) -> Answer {
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

    pub(super) fn read(self, body: Vec<u8>) -> Result<Response, FormatError> {
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
