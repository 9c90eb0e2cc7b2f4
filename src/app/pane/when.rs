//! When a call stopped working, on top of the panes.

use crate::app::list::List;
use crate::insight::Exchange;
use crate::insight::when::Turned;
use std::sync::Arc;

/// The sheet that shows when a call stopped working.
#[derive(Debug)]
pub struct When {
    /// The call that the question is about.
    pub exchange: Arc<Exchange>,
    /// The turning point or why there is none; `None` while the search runs.
    pub found: Option<Result<Box<Turned>, String>>,
    /// The cursor over the last good and the first bad call.
    pub list: List,
    pub top: usize,
}

impl When {
    /// The sheet before the history has answered.
    pub fn new(exchange: Arc<Exchange>) -> When {
        When {
            exchange,
            found: None,
            list: List::default(),
            top: 0,
        }
    }

    /// The calls that can be opened, each with its label.
    pub fn calls(&self) -> Vec<(&'static str, &Arc<Exchange>)> {
        let Some(Ok(turned)) = &self.found else {
            return Vec::new();
        };
        let both = [("last good", &turned.good), ("first bad", &turned.bad)];
        both.into_iter()
            .filter_map(|(what, call)| Some((what, call.as_ref()?)))
            .collect()
    }

    /// The call under the cursor, else the one that the question is about.
    pub fn selected(&self) -> Arc<Exchange> {
        let calls = self.calls();
        let chosen = calls.get(self.list.cursor).map(|(_, call)| (*call).clone());
        chosen.unwrap_or_else(|| self.exchange.clone())
    }

    /// Moves the cursor, then scrolls the text below the calls.
    pub fn step(&mut self, step: isize, content: usize, height: usize) {
        let before = self.list.cursor;
        if step > 0 || self.top == 0 {
            self.list.step(step, self.calls().len());
        }
        if self.list.cursor == before {
            let last = content.saturating_sub(height);
            self.top = self.top.saturating_add_signed(step).min(last);
        }
    }
}
