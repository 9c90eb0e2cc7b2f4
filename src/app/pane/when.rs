//! When a call stopped working, on top of the panes.

use crate::app::list::List;
use crate::insight::Exchange;
use crate::insight::when::Turned;
use std::sync::Arc;

#[derive(Debug)]
pub struct When {
    /// The call it was asked of.
    pub exchange: Arc<Exchange>,
    /// `None` while it is looked for, or why it could not be.
    pub found: Option<Result<Box<Turned>, String>>,
    /// The last good or the first bad call is under the cursor.
    pub list: List,
    pub top: usize,
}

impl When {
    pub fn new(exchange: Arc<Exchange>) -> When {
        When {
            exchange,
            found: None,
            list: List::default(),
            top: 0,
        }
    }

    /// The calls that can be opened, each with what it is.
    pub fn calls(&self) -> Vec<(&'static str, &Arc<Exchange>)> {
        let Some(Ok(turned)) = &self.found else {
            return Vec::new();
        };
        let both = [("last good", &turned.good), ("first bad", &turned.bad)];
        both.into_iter()
            .filter_map(|(what, call)| Some((what, call.as_ref()?)))
            .collect()
    }

    pub fn selected(&self) -> Arc<Exchange> {
        let calls = self.calls();
        let chosen = calls.get(self.list.cursor).map(|(_, call)| (*call).clone());
        chosen.unwrap_or_else(|| self.exchange.clone())
    }

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
