//! What is known of each status and of each error code: one sentence for the screen, the usual
//! causes, what to check, whom to ask, and on what grounds each of these is said. The words
//! live in files (`assets/catalogue`, and one of the user's own) and arrive here as values.

use super::api::library::Library;
use crate::model::Cause;
use std::sync::Arc;

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

/// All that is known, looked up by status, by code and by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    pub statuses: Vec<StatusNote>,
    pub codes: Vec<CodeNote>,
    pub causes: Vec<CauseNote>,
    /// What is known of APIs.
    pub library: Arc<Library>,
}

impl Catalogue {
    pub fn status(&self, status: u16) -> Option<&StatusNote> {
        self.statuses.iter().find(|note| note.status == status)
    }

    /// By the exact spelling: an unknown code stays unknown, however alike it looks.
    pub fn code(&self, code: &str) -> Option<&CodeNote> {
        self.codes.iter().find(|note| note.code == code)
    }

    pub fn cause(&self, cause: Cause) -> Option<&CauseNote> {
        self.causes.iter().find(|note| note.cause == cause)
    }

    /// This catalogue with the other one laid over it. An entry of the other replaces ours as a
    /// whole, so that what a user wrote is never mixed with words that contradict it.
    pub fn overlay(mut self, other: Catalogue) -> Catalogue {
        for note in other.statuses {
            match self.statuses.iter_mut().find(|n| n.status == note.status) {
                Some(place) => *place = note,
                None => self.statuses.push(note),
            }
        }
        for note in other.codes {
            match self.codes.iter_mut().find(|n| n.code == note.code) {
                Some(place) => *place = note,
                None => self.codes.push(note),
            }
        }
        for note in other.causes {
            match self.causes.iter_mut().find(|n| n.cause == note.cause) {
                Some(place) => *place = note,
                None => self.causes.push(note),
            }
        }
        self.statuses.sort_by_key(|note| note.status);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Statement {
        Statement {
            text: text.into(),
            grounds: Grounds::Inferred,
        }
    }

    fn status(number: u16, meaning: &str) -> StatusNote {
        StatusNote {
            status: number,
            name: "Name".into(),
            meaning: says(meaning),
            causes: vec![Cause::ResourceAbsent],
            reasons: vec![],
            checks: vec![says("Look.")],
            ask: vec![],
            see: vec![],
        }
    }

    fn code(word: &str, meaning: &str) -> CodeNote {
        CodeNote {
            code: word.into(),
            title: None,
            statuses: vec![404],
            meaning: says(meaning),
            causes: vec![],
            checks: vec![],
            ask: vec![],
        }
    }

    #[test]
    fn the_users_entry_replaces_ours_as_a_whole_and_others_stay() {
        let ours = Catalogue {
            statuses: vec![status(404, "ours"), status(500, "ours")],
            codes: vec![code("not_found", "ours")],
            ..Catalogue::default()
        };
        let mut theirs = status(404, "theirs");
        theirs.checks.clear();
        let both = ours.overlay(Catalogue {
            statuses: vec![theirs, status(403, "theirs")],
            codes: vec![code("not_found", "theirs"), code("own", "theirs")],
            ..Catalogue::default()
        });
        let numbers: Vec<_> = both.statuses.iter().map(|n| n.status).collect();
        assert_eq!(numbers, [403, 404, 500]);
        assert_eq!(both.status(404).unwrap().meaning.text, "theirs");
        assert!(both.status(404).unwrap().checks.is_empty());
        assert_eq!(both.status(500).unwrap().meaning.text, "ours");
        assert_eq!(both.code("not_found").unwrap().meaning.text, "theirs");
        assert_eq!(both.codes.len(), 2);
    }

    #[test]
    fn an_unknown_status_or_code_is_unknown() {
        let catalogue = Catalogue {
            statuses: vec![],
            codes: vec![code("not_found", "ours")],
            ..Catalogue::default()
        };
        assert_eq!(catalogue.status(599), None);
        assert_eq!(catalogue.code("Not_Found"), None);
        assert_eq!(catalogue.code(""), None);
    }
}
