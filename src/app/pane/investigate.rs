//! An investigation on top of the panes: the call, the probes so far, and what they come to.

use crate::app::list::List;
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::Explanation;
use crate::insight::facts::{Case, Probe};
use crate::model::RequestSpec;
use std::sync::Arc;

#[derive(Debug)]
pub struct Investigate {
    /// The call in question.
    pub exchange: Arc<Exchange>,
    /// The work under way; `None` once it has come to its end.
    pub job: Option<Job>,
    /// How many probes at most.
    pub budget: usize,
    /// What is known so far, and what it comes to.
    pub found: Option<(Box<Case>, Explanation)>,
    /// The probe under the cursor; the call itself comes first.
    pub list: List,
    /// The first line that is shown.
    pub top: usize,
    /// The next question for whoever holds the token, once it was asked for.
    pub by_hand: Option<ByHand>,
}

/// A question to somebody else, and the command that asks it.
#[derive(Debug)]
pub struct ByHand {
    pub probe: Probe,
    pub spec: RequestSpec,
    pub command: String,
}

impl Investigate {
    pub fn new(exchange: Arc<Exchange>, job: Job, budget: usize) -> Investigate {
        Investigate {
            exchange,
            job: Some(job),
            budget,
            found: None,
            list: List::default(),
            top: 0,
            by_hand: None,
        }
    }

    /// One that sends nothing from here.
    pub fn apart(case: Box<Case>, explanation: Explanation) -> Investigate {
        Investigate {
            exchange: case.call.exchange.clone(),
            job: None,
            budget: 0,
            found: Some((case, explanation)),
            list: List::default(),
            top: 0,
            by_hand: None,
        }
    }

    pub fn probes(&self) -> usize {
        self.found.as_ref().map_or(0, |(case, _)| case.probes.len())
    }

    /// The call or the probe under the cursor.
    pub fn selected(&self) -> Arc<Exchange> {
        let probes = self.found.iter().flat_map(|(case, _)| &case.probes);
        let mut exchanges = probes.map(|probed| &probed.facts.exchange);
        match self.list.cursor.checked_sub(1) {
            Some(at) => exchanges.nth(at).unwrap_or(&self.exchange).clone(),
            None => self.exchange.clone(),
        }
    }

    /// Moves among the probes, and past the last of them through what they come to.
    pub fn step(&mut self, step: isize, content: usize, height: usize) {
        let before = self.list.cursor;
        if step > 0 || self.top == 0 {
            self.list.step(step, self.probes() + 1);
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
