//! An investigation on top of the panes: the call, the probes so far, and the verdict.

use crate::app::list::List;
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::Explanation;
use crate::insight::facts::{Case, Probe};
use crate::model::RequestSpec;
use std::sync::Arc;

/// The sheet of one investigation, also while it is set aside.
#[derive(Debug)]
pub struct Investigate {
    /// The call being investigated.
    pub exchange: Arc<Exchange>,
    /// The work under way; `None` once it has ended.
    pub job: Option<Job>,
    /// The most probes it may send.
    pub budget: usize,
    /// What is known so far, and the explanation of it.
    pub found: Option<(Box<Case>, Explanation)>,
    /// The cursor over the call, which comes first, and its probes.
    pub list: List,
    /// The first line that is shown.
    pub top: usize,
    /// The next question to the person who holds the token, once it was asked for.
    pub by_hand: Option<ByHand>,
}

/// A question to somebody else, and the command that answers it.
#[derive(Debug)]
pub struct ByHand {
    pub probe: Probe,
    pub spec: RequestSpec,
    pub command: String,
}

impl Investigate {
    /// The sheet of an investigation that starts now.
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

    /// An investigation that sends nothing from here.
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

    /// The number of probes so far.
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

    /// Moves among the probes, then scrolls the text below the last of them.
    pub fn step(&mut self, step: isize, content: usize, height: usize) {
        let before = self.list.cursor;
        if step > 0 || self.top == 0 {
            self.list.step(step, self.probes() + 1);
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
