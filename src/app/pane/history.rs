//! The calls of this run, newest first.

use crate::app::list::List;
use crate::insight::{Entry, error_body};
use crate::model::{Exchange, Outcome, limits};
use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Row {
    pub exchange: Arc<Exchange>,
    pub entries: Vec<Entry>,
    pub open: bool,
}

#[derive(Debug, Default)]
pub struct History {
    pub rows: VecDeque<Row>,
    pub list: List,
    held_bytes: usize,
}

impl History {
    /// Puts a call on top; the cursor stays on the row it was on, unless it was on the newest.
    pub fn remember(&mut self, exchange: Arc<Exchange>) {
        let response = exchange.outcome.response();
        let entries = response.map(error_body).unwrap_or_default().entries;
        self.held_bytes += bytes(&exchange);
        self.rows.push_front(Row {
            exchange,
            entries,
            open: false,
        });
        if self.list.cursor > 0 {
            self.list.cursor += 1;
        }
        let full = |history: &History| {
            history.rows.len() > limits::CALLS_HELD
                || (history.held_bytes > limits::HELD_BODY_BYTES && history.rows.len() > 1)
        };
        while full(self) {
            let oldest = self.rows.pop_back();
            self.held_bytes -= oldest.map_or(0, |row| bytes(&row.exchange));
        }
        self.list.step(0, self.rows.len());
    }

    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.list.cursor)
    }

    pub fn step(&mut self, step: isize) {
        self.list.step(step, self.rows.len());
    }

    pub fn to_last(&mut self) {
        self.list.to_last(self.rows.len());
    }

    /// Expands the selected row, if there is more to say about it.
    pub fn expand(&mut self, open: bool) {
        if let Some(row) = self.rows.get_mut(self.list.cursor) {
            let failed = matches!(row.exchange.outcome, Outcome::Failed(_));
            row.open = open && (failed || !row.entries.is_empty());
        }
    }
}

fn bytes(exchange: &Exchange) -> usize {
    exchange.outcome.response().map_or(0, |r| r.body.len()) + exchange.sent.body.len()
}
