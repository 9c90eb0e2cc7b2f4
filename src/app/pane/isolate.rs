//! The search for the part that a refusal hangs on, on top of the panes: the calls so far, and
//! what they come to.

use crate::app::list::List;
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::isolate::Isolation;
use std::sync::Arc;

#[derive(Debug)]
pub struct Isolate {
    /// The refused call.
    pub exchange: Arc<Exchange>,
    /// The work under way; `None` once it has come to its end, or while it waits for a word.
    pub job: Option<Job>,
    /// What is known so far.
    pub search: Option<Box<Isolation>>,
    /// The call writes, and a person has not said yet that it may be sent again and again.
    pub asks: bool,
    /// Why nothing was sent.
    pub why_not: Option<String>,
    /// Whether parts are left out, though there is a call to compare with.
    pub alone: bool,
    /// The call under the cursor.
    pub list: List,
    /// The first line that is shown.
    pub top: usize,
}

impl Isolate {
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

    /// Moves among the calls, and past the last of them through what they come to.
    pub fn step(&mut self, step: isize, content: usize, height: usize) {
        let before = self.list.cursor;
        if step > 0 || self.top == 0 {
            self.list.step(step, self.calls());
        }
        if self.list.cursor == before {
            self.scroll(step, content, height);
        }
    }

    pub fn scroll(&mut self, lines: isize, content: usize, height: usize) {
        let last = content.saturating_sub(height);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}
