//! Whether two answers are the same refusal: codes decide, and where there are none, the status.

use super::search::Answer;
use crate::insight::facts::{Facts, Page};
use crate::model::{Cause, Outcome, StatusClass};

/// The parts of an answer that decide whether two refusals are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub class: StatusClass,
    pub status: Option<u16>,
    /// Each code once, sorted.
    pub codes: Vec<String>,
    /// Why no answer came; `None` where one did.
    pub failure: Option<Cause>,
    pub is_page: bool,
    pub is_refused: bool,
    /// Nothing was sent.
    pub is_unsent: bool,
    /// Too many calls.
    pub is_limited: bool,
}

impl Said {
    /// Reduces an answer to what decides; wording does not.
    pub fn of(facts: &Facts) -> Said {
        let outcome = &facts.exchange.outcome;
        let class = outcome.looks();
        let entries = facts.errors.entries.iter();
        let mut codes: Vec<String> = entries.filter_map(|entry| entry.code.clone()).collect();
        codes.sort();
        codes.dedup();
        let is_fine = matches!(
            class,
            StatusClass::Informational | StatusClass::Success | StatusClass::Redirection
        );
        Said {
            class,
            status: outcome.status(),
            codes,
            failure: match outcome {
                Outcome::Failed(failure) => Some(failure.cause),
                Outcome::Answered(_) => None,
            },
            is_page: facts.page == Page::Html,
            is_refused: !is_fine || !facts.errors.entries.is_empty(),
            is_unsent: matches!(outcome, Outcome::Failed(failure) if !failure.was_sent),
            is_limited: facts.is_limited(),
        }
    }

    fn is_same(&self, other: &Said) -> bool {
        let by_codes = || {
            if self.codes.is_empty() && other.codes.is_empty() {
                self.status == other.status
            } else {
                self.codes == other.codes
            }
        };
        self.class == other.class && self.failure == other.failure && by_codes()
    }

    /// Compares this answer with those to the refused call and to the working one.
    pub fn beside(&self, refused: Option<&Said>, working: Option<&Said>) -> Answer {
        if !self.is_refused {
            // An HTML page in place of an API answer is no success.
            let is_odd = working.is_some_and(|own| !own.is_page) && self.is_page;
            return if is_odd { Answer::Other } else { Answer::Works };
        }
        match refused {
            Some(refused) if !self.is_same(refused) => Answer::Other,
            _ => Answer::Same,
        }
    }

    /// `403 forbidden`, `200`, `no answer (connect.refused)`
    pub fn words(&self) -> String {
        match (self.status, self.failure) {
            (Some(status), _) => {
                if self.codes.is_empty() {
                    status.to_string()
                } else {
                    format!("{status} {}", self.codes.join(", "))
                }
            }
            (None, Some(cause)) => format!("no answer ({})", cause.id()),
            (None, None) => "no answer".to_owned(),
        }
    }
}
