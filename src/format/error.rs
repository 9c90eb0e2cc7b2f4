//! What is wrong with a text: where, what, and how to fix it.

use std::fmt;

/// Why a text cannot be read: the place, the problem and the remedy, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The file or option, with line and column where they are known: `config.toml:3:7`.
    pub place: String,
    pub problem: String,
    pub remedy: String,
}

impl FormatError {
    /// A problem at a byte offset of `text`; lines and columns count from one, in characters.
    pub fn at(
        file: &str,
        text: &str,
        offset: usize,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> FormatError {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        FormatError {
            place: format!("{file}:{line}:{column}"),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Line and column, both from one, where they are known.
    pub fn line_and_column(&self) -> (Option<usize>, Option<usize>) {
        let mut parts = self.place.rsplit(':').map(|part| part.parse().ok());
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(column), Some(line)) => (Some(line), Some(column)),
            _ => (None, None),
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}. {}", self.place, self.problem, self.remedy)
    }
}

impl std::error::Error for FormatError {}
