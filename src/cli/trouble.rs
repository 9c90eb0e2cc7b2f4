//! Why a command could not do its work: one sentence with the remedy, and an exit code.

use crate::engine::HomeError;
use crate::engine::history::HistoryError;
use crate::format::FormatError;
use std::fmt;

/// An error message with its exit code.
#[derive(Debug)]
pub struct Trouble {
    pub code: u8,
    words: String,
}

impl Trouble {
    /// Wrong usage, or a file that cannot be read.
    pub fn usage(words: impl Into<String>) -> Trouble {
        Trouble {
            code: 2,
            words: words.into(),
        }
    }

    /// The work itself failed.
    pub fn failed(words: impl Into<String>) -> Trouble {
        Trouble {
            code: 1,
            words: words.into(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl From<HomeError> for Trouble {
    fn from(error: HomeError) -> Trouble {
        Trouble::usage(error.to_string())
    }
}

impl From<FormatError> for Trouble {
    fn from(error: FormatError) -> Trouble {
        Trouble::usage(error.to_string())
    }
}

impl From<HistoryError> for Trouble {
    fn from(error: HistoryError) -> Trouble {
        Trouble::failed(error.to_string())
    }
}
