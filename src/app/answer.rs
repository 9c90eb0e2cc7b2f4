//! A response once it is read, and where the lines of its body come from.

use crate::insight::api::knowledge::Knowledge;
use crate::insight::{BodyText, ErrorBody, Exchange, View, error_body, summary_with};
use crate::model::{ExchangeSummary, Filtered, Response, StatusClass, limits};
use std::sync::Arc;

/// An exchange with its error entries, the knowledge that applies to it, and its body as lines.
#[derive(Clone, Debug)]
pub struct Shown {
    pub exchange: Arc<Exchange>,
    pub errors: ErrorBody,
    /// What is known of the API that answered.
    pub knowledge: Knowledge,
    pub body: Arc<BodyText>,
    /// The view the person chose; text that is not JSON stays unindented in it.
    pub view: View,
    /// The results of a jq filter, while they are shown in place of the body.
    pub filtered: Option<Arc<Filtered>>,
}

impl Shown {
    /// Reads the errors and the first lines of the body; a long body gets the rest of its lines
    /// later.
    pub fn new(exchange: Arc<Exchange>, knowledge: Knowledge) -> Shown {
        let response = exchange.outcome.response();
        let errors = response.map(error_body).unwrap_or_default().for_people();
        let media_type = response.and_then(|r| r.headers.media_type());
        let view = response.map_or(View::Pretty, |r| View::of(&r.body));
        let body = response.map(|r| BodyText::head_in_view(&r.body, media_type.as_deref(), view));
        Shown {
            exchange,
            errors,
            knowledge,
            body: Arc::new(body.unwrap_or_default()),
            view,
            filtered: None,
        }
    }

    /// The beginning of the body in the next view; `None` without a response.
    pub fn next_view(&self) -> Option<(View, Arc<BodyText>)> {
        self.exchange.outcome.response()?;
        let view = self.body.view().next();
        let source = self.source_in(view);
        let media_type = source.media_type();
        let body = BodyText::head_in_view(source.bytes(), media_type.as_deref(), view);
        Some((view, Arc::new(body)))
    }

    /// Where the lines of `body` come from.
    pub fn source(&self) -> Source {
        self.source_in(self.view)
    }

    fn source_in(&self, view: View) -> Source {
        match &self.filtered {
            Some(filtered) => Source::Filtered(filtered.clone()),
            None if view == View::Hex => Source::AsSent(self.exchange.clone()),
            None => Source::Answer(self.exchange.clone()),
        }
    }

    /// Its row in the history.
    pub fn summary(&self) -> ExchangeSummary {
        summary_with(&self.exchange, &self.errors.entries)
    }

    /// Whether the call failed, by its status or by errors inside a success.
    pub fn says_no(&self) -> bool {
        matches!(
            self.exchange.outcome.looks(),
            StatusClass::ClientError | StatusClass::ServerError | StatusClass::NoAnswer
        ) || !self.errors.entries.is_empty()
    }

    /// Whether the body has too many bytes to find all its lines before the first picture.
    pub fn is_large(&self) -> bool {
        self.bytes().len() > limits::ON_THE_SPOT
    }

    /// The bytes that the lines of `body` come from; empty without a response.
    pub fn bytes(&self) -> &[u8] {
        match &self.filtered {
            Some(filtered) => &filtered.body,
            None => {
                let response = self.exchange.outcome.response();
                response.map_or(&[], |response| match self.view {
                    View::Hex => response.bytes(),
                    View::Pretty | View::Raw => &response.body,
                })
            }
        }
    }
}

/// Where lines come from: the body of a response, or what a filter made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Answer(Arc<Exchange>),
    /// The bytes as they came, where the text has another encoding than UTF-8.
    AsSent(Arc<Exchange>),
    Filtered(Arc<Filtered>),
}

impl Source {
    /// The bytes to show: text in UTF-8, save for `AsSent`.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Source::Answer(exchange) => exchange.outcome.response().map_or(&[], |r| &r.body),
            Source::AsSent(_) => self.as_sent(),
            Source::Filtered(filtered) => &filtered.body,
        }
    }

    /// The bytes to write to a file: as the server sent them.
    pub fn as_sent(&self) -> &[u8] {
        match self {
            Source::Answer(exchange) | Source::AsSent(exchange) => {
                exchange.outcome.response().map_or(&[], Response::bytes)
            }
            Source::Filtered(filtered) => &filtered.body,
        }
    }

    /// The media type from `Content-Type`, or that of a filter's results.
    pub fn media_type(&self) -> Option<String> {
        match self {
            Source::Answer(exchange) | Source::AsSent(exchange) => {
                exchange.outcome.response()?.headers.media_type()
            }
            Source::Filtered(_) => Some(Filtered::MEDIA_TYPE.to_owned()),
        }
    }
}
