//! What is said of a status, a code or a cause, and on what grounds.

use crate::model::Cause;

/// How surely something is known. The screen never says the third as if it were the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// Written down by whoever defines it; which page, in a few words.
    Documented(String),
    /// Seen to happen; where, in a few words.
    Observed(String),
    /// Likely, by our own reasoning.
    Inferred,
}

impl Grounds {
    /// One word for lists and JSON.
    pub fn id(&self) -> &'static str {
        match self {
            Grounds::Documented(_) => "documented",
            Grounds::Observed(_) => "observed",
            Grounds::Inferred => "inferred",
        }
    }

    /// The page or the place, where there is one.
    pub fn source(&self) -> Option<&str> {
        match self {
            Grounds::Documented(source) | Grounds::Observed(source) => Some(source),
            Grounds::Inferred => None,
        }
    }
}

impl Statement {
    /// `… (RFC 9110, 15.5.4)`: the sentence with its ground, as it is shown and printed.
    pub fn with_grounds(&self) -> String {
        match &self.grounds {
            Grounds::Documented(source) => format!("{} ({source})", self.text),
            Grounds::Observed(source) => format!("{} (seen: {source})", self.text),
            Grounds::Inferred => format!("{} (our reading)", self.text),
        }
    }
}

/// A sentence, and why it may be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub text: String,
    pub grounds: Grounds,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusNote {
    pub status: u16,
    /// The registered phrase: `Not Found`.
    pub name: String,
    /// One plain sentence.
    pub meaning: Statement,
    /// The usual ones, likeliest first.
    pub causes: Vec<Cause>,
    /// Why it happens.
    pub reasons: Vec<Statement>,
    /// What to do about it; each is an action.
    pub checks: Vec<Statement>,
    /// Whom to ask, and for what.
    pub ask: Vec<Statement>,
    /// Statuses that are easily taken for this one.
    pub see: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeNote {
    /// As the API writes it.
    pub code: String,
    pub title: Option<String>,
    /// The statuses it comes with.
    pub statuses: Vec<u16>,
    pub meaning: Statement,
    pub causes: Vec<Cause>,
    pub checks: Vec<Statement>,
    pub ask: Vec<Statement>,
}

/// What a cause is, and what to do about it. Its summary and steps may hold `{token}`,
/// `{resource}`, `{parent}`, `{host}`, `{method}`, `{environment}` and `{wait}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseNote {
    pub cause: Cause,
    /// One plain sentence about a case at hand.
    pub summary: Statement,
    /// What it is in general.
    pub meaning: Statement,
    /// By what it is told from its neighbours.
    pub signs: Vec<Statement>,
    /// What to do; each is an action.
    pub steps: Vec<Statement>,
}
