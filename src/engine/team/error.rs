//! What can go wrong between this home and the team's database, in words that a person can act on.

use crate::engine::history::HistoryError;
use crate::model::{Failure, TeamUrl};
use std::fmt;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Why something was not done with the team; each names a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamError {
    /// The password or the TLS settings could not be had.
    Unprepared(Failure),
    /// Nobody answers there, or the answer stopped.
    Unreachable {
        url: String,
        why: String,
    },
    /// The server has no room or no time now.
    Busy {
        url: String,
        why: String,
    },
    /// The server does not let this login do it.
    Denied {
        url: String,
        why: String,
    },
    /// There are no tables of ours in the database.
    NotSetUp {
        url: String,
    },
    /// The tables are older than this program.
    Older {
        found: i32,
        known: i32,
    },
    /// A newer program made the tables, and this one can no longer use them.
    Newer {
        found: i32,
        known: i32,
        does: Use,
    },
    /// The server took none of it, for another reason.
    Refused {
        url: String,
        why: String,
    },
    History(HistoryError),
    /// The program ends.
    Stopped,
}

/// What an older program can no longer do with newer tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Read,
    Write,
}

impl TeamError {
    /// What an error of the database means for a person.
    pub(super) fn of(url: &TeamUrl, error: &Error) -> TeamError {
        let (url, why) = (url.to_string(), words(error));
        let Some(state) = error.code() else {
            return TeamError::Unreachable { url, why };
        };
        let denied = [
            SqlState::INVALID_PASSWORD,
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            SqlState::INSUFFICIENT_PRIVILEGE,
        ];
        let missing = [
            SqlState::INVALID_SCHEMA_NAME,
            SqlState::UNDEFINED_TABLE,
            SqlState::UNDEFINED_FUNCTION,
            SqlState::UNDEFINED_OBJECT,
        ];
        if denied.contains(state) {
            TeamError::Denied { url, why }
        } else if missing.contains(state) {
            TeamError::NotSetUp { url }
        } else if matches!(
            state.code().get(..2),
            Some("53" | "57" | "58" | "08" | "40" | "25")
        ) {
            TeamError::Busy { url, why }
        } else {
            TeamError::Refused { url, why }
        }
    }

    /// The server did not answer in time.
    pub(super) fn late(url: &TeamUrl) -> TeamError {
        TeamError::Unreachable {
            url: url.to_string(),
            why: "it did not answer in time".to_owned(),
        }
    }

    /// Whether it is about what was sent, and not about the way or the moment.
    pub(super) fn is_about_rows(&self) -> bool {
        matches!(self, TeamError::Refused { .. })
    }
}

/// The library's message names only the step; the reason stands beneath it.
fn words(error: &Error) -> String {
    if let Some(told) = error.as_db_error() {
        return told.message().to_owned();
    }
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(reason) = source {
        let reason_words = reason.to_string();
        if !words.contains(&reason_words) {
            words.push_str(": ");
            words.push_str(&reason_words);
        }
        source = reason.source();
    }
    words
}

impl From<HistoryError> for TeamError {
    fn from(error: HistoryError) -> TeamError {
        TeamError::History(error)
    }
}

impl From<Failure> for TeamError {
    fn from(failure: Failure) -> TeamError {
        TeamError::Unprepared(failure)
    }
}

impl fmt::Display for TeamError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            TeamError::Unprepared(failure) => write!(
                f,
                "The team's database was not asked: {} {}",
                failure.message, failure.hint
            ),
            TeamError::Unreachable { url, why } => write!(
                f,
                "The team's database {url} cannot be reached: {why}. What is to go waits here; check the network and url in [team] of config.toml."
            ),
            TeamError::Busy { url, why } => write!(
                f,
                "The team's database {url} takes nothing now: {why}. What is to go waits here and is tried again; tell whoever looks after the server."
            ),
            TeamError::Denied { url, why } => write!(
                f,
                "The team's database {url} does not allow it: {why}. Check name and token in [team] of config.toml; the owner gives rights with httriage team init --as-owner --writer LOGIN."
            ),
            TeamError::NotSetUp { url } => write!(
                f,
                "The database {url} holds no shared history yet. Its owner makes one with httriage team init --as-owner."
            ),
            TeamError::Older { found, known } => write!(
                f,
                "The team's tables are of version {found}, and this httriage needs {known}. Their owner brings them up to date with httriage team init --as-owner."
            ),
            TeamError::Newer { found, known, does } => write!(
                f,
                "The team's tables are of version {found}, and this httriage, which knows {known}, can no longer {} them. Update httriage; what is to go waits here.",
                match does {
                    Use::Read => "read",
                    Use::Write => "write",
                }
            ),
            TeamError::Refused { url, why } => write!(
                f,
                "The team's database {url} did not take it: {why}. httriage doctor looks at both sides."
            ),
            TeamError::History(error) => error.fmt(f),
            TeamError::Stopped => {
                f.write_str("The work with the team was stopped. Start httriage again.")
            }
        }
    }
}

impl std::error::Error for TeamError {}
