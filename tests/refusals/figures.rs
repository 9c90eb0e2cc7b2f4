//! What a set of verdicts is worth.

use super::judge::Judged;
use std::fmt;

/// A first cause that is wrong with so much confidence misleads.
const SURE: f32 = 0.6;

/// All in percent but the Brier score.
pub struct Figures {
    pub count: usize,
    pub first: f32,
    pub listed: f32,
    pub brier: f32,
    /// How many were said at 0.9 or more, and how many of them were right.
    pub nines: (usize, usize),
    pub wrong_and_sure: f32,
}

impl Figures {
    pub fn of(judged: &[&Judged]) -> Figures {
        let percent = |count: usize| 100.0 * count as f32 / judged.len().max(1) as f32;
        let count = |test: &dyn Fn(&Judged) -> bool| judged.iter().filter(|j| test(j)).count();
        let miss = |j: &&Judged| {
            let right = if j.is_right() { 1.0 } else { 0.0 };
            (j.confidence - right) * (j.confidence - right)
        };
        Figures {
            count: judged.len(),
            first: percent(count(&Judged::is_right)),
            listed: percent(count(&Judged::is_listed)),
            brier: judged.iter().map(miss).sum::<f32>() / judged.len().max(1) as f32,
            nines: (
                count(&|j| j.confidence >= 0.9),
                count(&|j| j.confidence >= 0.9 && j.is_right()),
            ),
            wrong_and_sure: percent(count(&|j| j.confidence >= SURE && !j.is_right())),
        }
    }

    pub fn at_nine(&self) -> f32 {
        match self.nines {
            (0, _) => 100.0,
            (all, right) => 100.0 * right as f32 / all as f32,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "{} cases, first cause {:.1} %, among those named {:.1} %, Brier {:.3}, at 0.9 {} of {} right ({:.1} %), wrong and sure {:.1} %",
            self.count,
            self.first,
            self.listed,
            self.brier,
            self.nines.1,
            self.nines.0,
            self.at_nine(),
            self.wrong_and_sure
        )
    }
}
