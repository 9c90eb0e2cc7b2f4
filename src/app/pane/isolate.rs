//! The search for the part that a refusal hangs on, on top of the panes: the calls so far, and the
//! result.

use crate::app::list::List;
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::isolate::Isolation;
use std::sync::Arc;

/// The sheet of one search, also while it is set aside.
#[derive(Debug)]
pub struct Isolate {
    /// The refused call.
    pub exchange: Arc<Exchange>,
    /// The work under way; `None` once it has ended, or while it waits for the person.
    pub job: Option<Job>,
    /// What is known so far.
    pub search: Option<Box<Isolation>>,
    /// Whether the call writes and the person has not yet agreed to send it again and again.
    pub asks: bool,
    /// Why nothing was sent.
    pub why_not: Option<String>,
    /// Whether parts are left out even though there is a call to compare with.
    pub alone: bool,
    /// The call under the cursor.
    pub list: List,
    /// The first line that is shown.
    pub top: usize,
}

impl Isolate {
    /// The sheet of a search that has not started.
    pub fn new(exchange: Arc<Exchange>) -> Isolate {
        Isolate {
            exchange,
            job: None,
            search: None,
            asks: false,
            why_not: None,
            alone: false,
            list: List::default(),
            top: 0,
        }
    }

    /// The number of calls that the search made so far.
    pub fn calls(&self) -> usize {
        self.search.as_ref().map_or(0, |search| search.asked.len())
    }

    /// The call under the cursor.
    pub fn selected(&self) -> Arc<Exchange> {
        let asked = self.search.as_ref().and_then(|search| {
            let asked = search.asked.get(self.list.cursor)?;
            Some(asked.exchange.clone())
        });
        asked.unwrap_or_else(|| self.exchange.clone())
    }

    /// Moves among the calls, then scrolls the text below the last of them.
    pub fn step(&mut self, step: isize, content: usize, height: usize) {
        let before = self.list.cursor;
        if step > 0 || self.top == 0 {
            self.list.step(step, self.calls());
        }
        if self.list.cursor == before {
            self.scroll(step, content, height);
        }
    }

    /// Scrolls by `lines`, no further than `content` lines in a window of `height` allow.
    pub fn scroll(&mut self, lines: isize, content: usize, height: usize) {
        let last = content.saturating_sub(height);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}
