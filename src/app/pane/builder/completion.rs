//! The short list below a URL while the person types it.

use crate::app::list::List;
use crate::insight::completion::{Candidate, completed, fitting};
use crate::model::Environment;

/// The completions of the URL being typed, and the cursor over them.
#[derive(Debug, Default)]
pub struct Completion {
    /// Everything that a URL can become in the environment in use.
    known: Vec<Candidate>,
    /// Those that match the typed text, by position.
    found: Vec<usize>,
    pub list: List,
    /// The text at the last look.
    seen: String,
    /// Whether anything was typed since the text got the caret.
    is_typed: bool,
}

impl Completion {
    /// Starts with a text that nobody has changed yet.
    pub fn begin(&mut self, typed: &str) {
        self.seen = typed.to_owned();
        self.is_typed = false;
        self.close();
    }

    /// Takes in the candidates, which may arrive after the first letters.
    pub fn know(&mut self, known: Vec<Candidate>, environment: &Environment) {
        self.known = known;
        self.close();
        if self.is_typed {
            self.found = fitting(&self.known, &self.seen, environment);
        }
    }

    /// After each key: looks again if the text has changed.
    pub fn typed(&mut self, typed: &str, environment: &Environment) {
        if self.seen != typed {
            self.seen = typed.to_owned();
            self.is_typed = true;
            self.list.to_first();
            self.found = fitting(&self.known, typed, environment);
        }
    }

    /// Closes the list until the next change of the text.
    pub fn close(&mut self) {
        self.found.clear();
        self.list.to_first();
    }

    /// Moves the cursor by `step` rows.
    pub fn step(&mut self, step: isize) {
        self.list.step(step, self.found.len());
    }

    /// Whether any candidate matches.
    pub fn is_open(&self) -> bool {
        !self.found.is_empty()
    }

    /// The matching candidates, in the order shown.
    pub fn rows(&self) -> impl Iterator<Item = &Candidate> {
        self.found.iter().filter_map(|at| self.known.get(*at))
    }

    /// The text completed by the row under the cursor; closes the list.
    pub fn take(&mut self, environment: &Environment) -> Option<String> {
        let at = self.found.get(self.list.cursor)?;
        let text = completed(self.known.get(*at)?, &self.seen, environment);
        self.begin(&text);
        Some(text)
    }
}
