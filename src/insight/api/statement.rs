//! Sentences about a status, a code or a cause, and the grounds for each.

use crate::model::Cause;

/// How surely something is known. The screen never shows an inferred sentence as if it were
/// documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// Its author or standard documents it; the page in a few words.
    Documented(String),
    /// Somebody saw it happen; where, in a few words.
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
    /// `… (RFC 9110, 15.5.4)`: the sentence with its grounds, as people see it.
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

/// What a status code means, why it happens and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusNote {
    pub status: u16,
    /// The registered phrase: `Not Found`.
    pub name: String,
    /// One plain sentence.
    pub meaning: Statement,
    /// The usual causes, likeliest first.
    pub causes: Vec<Cause>,
    /// Why it happens.
    pub reasons: Vec<Statement>,
    /// What to do about it; each is an action.
    pub checks: Vec<Statement>,
    /// Who can help, and what to ask them for.
    pub ask: Vec<Statement>,
    /// Statuses that people confuse with this one.
    pub see: Vec<u16>,
}

/// What an API's own error code means and what to do about it.
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
    /// How to tell it from similar causes.
    pub signs: Vec<Statement>,
    /// What to do; each is an action.
    pub steps: Vec<Statement>,
}
