//! The answer in front: what it says, where the reader is in it.

use crate::app::list::List;
use crate::app::message::{Effect, Job};
use crate::insight::{BodyText, ErrorBody, View, error_body};
use crate::model::{Exchange, ExchangeId, StatusClass, limits};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseTab {
    Errors,
    Body,
    Headers,
    Timing,
}

impl ResponseTab {
    pub const ALL: [ResponseTab; 4] = [
        ResponseTab::Errors,
        ResponseTab::Body,
        ResponseTab::Headers,
        ResponseTab::Timing,
    ];

    pub fn title(self) -> &'static str {
        match self {
            ResponseTab::Errors => "Errors",
            ResponseTab::Body => "Body",
            ResponseTab::Headers => "Headers",
            ResponseTab::Timing => "Timing",
        }
    }
}

/// An exchange with what was read out of it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub exchange: Arc<Exchange>,
    pub errors: ErrorBody,
    pub body: Arc<BodyText>,
    /// The view that was asked for; a text that is not JSON is not indented by it.
    pub view: View,
}

impl Shown {
    pub fn new(exchange: Arc<Exchange>) -> Shown {
        let response = exchange.outcome.response();
        let errors = response.map(error_body).unwrap_or_default();
        let media_type = response.and_then(|r| r.headers.media_type());
        let view = response.map_or(View::Pretty, |r| View::of(&r.body));
        let body = response.map(|r| BodyText::head_in_view(&r.body, media_type.as_deref(), view));
        Shown {
            exchange,
            errors,
            body: Arc::new(body.unwrap_or_default()),
            view,
        }
    }

    /// Goes on to the next view; what is left to find out about it is asked for.
    fn step_view(&mut self) -> Option<Effect> {
        let response = self.exchange.outcome.response()?;
        let media_type = response.headers.media_type();
        self.view = self.body.view().next();
        let body = BodyText::head_in_view(&response.body, media_type.as_deref(), self.view);
        self.body = Arc::new(body);
        self.rest()
    }

    fn rest(&self) -> Option<Effect> {
        let effect = || Effect::Index {
            exchange: self.exchange.clone(),
            view: self.view,
        };
        self.body.is_head().then(effect)
    }

    /// The bytes that `body` is made of.
    pub fn bytes(&self) -> &[u8] {
        self.exchange.outcome.response().map_or(&[], |r| &r.body)
    }
}

/// How much of the tab in front the last picture could show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    pub lines: usize,
    pub height: usize,
    /// The lines of each error entry, in the tab that lists them.
    pub entries: Vec<std::ops::Range<usize>>,
}

#[derive(Debug)]
pub struct ResponsePane {
    pub shown: Option<Shown>,
    /// The call whose answer will be shown next.
    pub awaiting: Option<Job>,
    pub tab: ResponseTab,
    pub entries: List,
    /// The entries that are folded open.
    pub open: BTreeSet<usize>,
    /// The first line of the tab in front that is shown.
    pub top: usize,
    /// The first column of it.
    pub left: usize,
}

impl Default for ResponsePane {
    fn default() -> ResponsePane {
        ResponsePane {
            shown: None,
            awaiting: None,
            tab: ResponseTab::Body,
            entries: List::default(),
            open: BTreeSet::new(),
            top: 0,
            left: 0,
        }
    }
}

impl ResponsePane {
    /// Shows an exchange from its beginning, on the tab that says most. Of a large body only
    /// the head; the rest is asked for.
    pub fn show(&mut self, exchange: Arc<Exchange>) -> Vec<Effect> {
        let class = exchange.outcome.class();
        let mut shown = Shown::new(exchange);
        if let Some(before) = &self.shown
            && before.exchange.id == shown.exchange.id
            && !before.body.is_head()
        {
            (shown.body, shown.view) = (before.body.clone(), before.view);
        }
        let rest = shown.rest();
        let said_no = matches!(
            class,
            StatusClass::ClientError | StatusClass::ServerError | StatusClass::NoAnswer
        );
        self.tab = if said_no || !shown.errors.entries.is_empty() {
            ResponseTab::Errors
        } else {
            ResponseTab::Body
        };
        self.shown = Some(shown);
        self.entries = List::default();
        self.open.clear();
        (self.top, self.left) = (0, 0);
        rest.into_iter().collect()
    }

    /// The lines of a whole body are there; those of another exchange come too late.
    pub fn indexed(&mut self, id: &ExchangeId, view: View, body: Arc<BodyText>) {
        if let Some(shown) = &mut self.shown
            && shown.exchange.id == *id
            && shown.view == view
        {
            shown.body = body;
        }
    }

    /// Pretty, raw, hex, and round again.
    pub fn step_view(&mut self) -> Vec<Effect> {
        (self.top, self.left) = (0, 0);
        let rest = self.shown.as_mut().and_then(Shown::step_view);
        rest.into_iter().collect()
    }

    /// Whether there is a body in front to be read in another way.
    pub fn has_views(&self) -> bool {
        let has_bytes = self.shown.as_ref().is_some_and(|s| !s.bytes().is_empty());
        self.tab == ResponseTab::Body && has_bytes
    }

    pub fn step_tab(&mut self, step: isize) {
        let tabs = ResponseTab::ALL;
        let at = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let next = (at as isize + step).rem_euclid(tabs.len() as isize) as usize;
        self.tab = tabs[next];
        (self.top, self.left) = (0, 0);
    }

    /// Among the error entries the cursor moves, elsewhere the text.
    pub fn step(&mut self, step: isize, measured: &Measured) {
        let count = match (self.tab, &self.shown) {
            (ResponseTab::Errors, Some(shown)) => shown.errors.entries.len(),
            _ => 0,
        };
        let before = self.entries.cursor;
        self.entries.step(step, count);
        if count == 0 || self.entries.cursor == before {
            self.scroll(step, measured);
        } else if let Some(lines) = measured.entries.get(self.entries.cursor) {
            let lowest_top = (lines.end + 1).saturating_sub(measured.height);
            self.top = self.top.max(lowest_top).min(lines.start);
        }
    }

    pub fn scroll(&mut self, lines: isize, measured: &Measured) {
        let last = measured.lines.saturating_sub(measured.height);
        // The text may have become shorter since, or the window higher.
        self.top = self.top.min(last).saturating_add_signed(lines).min(last);
    }

    pub fn scroll_left(&mut self, columns: isize) {
        self.left = self.left.saturating_add_signed(columns).min(LONGEST_SCROLL);
    }

    pub fn to_first(&mut self) {
        (self.top, self.left) = (0, 0);
        self.entries.to_first();
    }

    pub fn to_last(&mut self, measured: &Measured) {
        self.top = measured.lines.saturating_sub(measured.height);
        if let Some(shown) = &self.shown {
            self.entries.to_last(shown.errors.entries.len());
        }
    }

    /// Folds the entry under the cursor open or shut, where entries can be seen.
    pub fn open_entry(&mut self) {
        if self.tab != ResponseTab::Errors {
            return;
        }
        let at = self.entries.cursor;
        if !self.open.remove(&at) {
            self.open.insert(at);
        }
    }
}

/// No line is shown in longer pieces or further indented, so nothing lies further right.
const LONGEST_SCROLL: usize = limits::LINE_BYTES + 2 * limits::INDENTED_DEPTH;
