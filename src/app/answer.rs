//! An answer that was read, and what the lines of its body are made of.

use crate::insight::api::knowledge::Knowledge;
use crate::insight::{BodyText, ErrorBody, Exchange, View, error_body, summary_with};
use crate::model::{ExchangeSummary, Filtered, Response, StatusClass, limits};
use std::sync::Arc;

/// An exchange with what was read out of it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub exchange: Arc<Exchange>,
    pub errors: ErrorBody,
    /// What is known of the API that answered.
    pub knowledge: Knowledge,
    pub body: Arc<BodyText>,
    /// The view that was asked for; a text that is not JSON is not indented by it.
    pub view: View,
    /// What a filter made of the body, if that is what is shown of it.
    pub filtered: Option<Arc<Filtered>>,
}

impl Shown {
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

    /// Its beginning in the next view.
    pub fn next_view(&self) -> Option<(View, Arc<BodyText>)> {
        self.exchange.outcome.response()?;
        let view = self.body.view().next();
        let source = self.source_in(view);
        let media_type = source.media_type();
        let body = BodyText::head_in_view(source.bytes(), media_type.as_deref(), view);
        Some((view, Arc::new(body)))
    }

    /// What `body` is made of.
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

    /// Its row in a list.
    pub fn summary(&self) -> ExchangeSummary {
        summary_with(&self.exchange, &self.errors.entries)
    }

    pub fn says_no(&self) -> bool {
        matches!(
            self.exchange.outcome.looks(),
            StatusClass::ClientError | StatusClass::ServerError | StatusClass::NoAnswer
        ) || !self.errors.entries.is_empty()
    }

    pub fn is_large(&self) -> bool {
        self.bytes().len() > limits::ON_THE_SPOT
    }

    /// The bytes that `body` is made of.
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

/// What lines are made of: the body of an answer, or what a filter made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Answer(Arc<Exchange>),
    /// Its bytes as they came, where it is a text in another encoding than UTF-8.
    AsSent(Arc<Exchange>),
    Filtered(Arc<Filtered>),
}

impl Source {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Source::Answer(exchange) => exchange.outcome.response().map_or(&[], |r| &r.body),
            Source::AsSent(_) => self.as_sent(),
            Source::Filtered(filtered) => &filtered.body,
        }
    }

    /// What goes into a file.
    pub fn as_sent(&self) -> &[u8] {
        match self {
            Source::Answer(exchange) | Source::AsSent(exchange) => {
                exchange.outcome.response().map_or(&[], Response::bytes)
            }
            Source::Filtered(filtered) => &filtered.body,
        }
    }

    pub fn media_type(&self) -> Option<String> {
        match self {
            Source::Answer(exchange) | Source::AsSent(exchange) => {
                exchange.outcome.response()?.headers.media_type()
            }
            Source::Filtered(_) => Some(Filtered::MEDIA_TYPE.to_owned()),
        }
    }
}
