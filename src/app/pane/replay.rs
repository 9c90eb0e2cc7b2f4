//! The report of a replay, on top of the panes.

use crate::insight::replay::ReplayReport;

#[derive(Clone, Debug)]
pub struct Replay {
    pub report: ReplayReport,
    pub top: usize,
}

impl Replay {
    pub fn new(report: ReplayReport) -> Replay {
        Replay { report, top: 0 }
    }

    pub fn scroll(&mut self, lines: isize, content: usize, height: usize) {
        let last = content.saturating_sub(height);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}
