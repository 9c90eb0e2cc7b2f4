//! The short list beneath a URL that is being typed.

use crate::app::list::List;
use crate::insight::completion::{Candidate, completed, fitting};
use crate::model::Environment;

#[derive(Debug, Default)]
pub struct Completion {
    /// What a URL may become in the environment in use.
    known: Vec<Candidate>,
    /// Those that fit what is typed, by their places.
    found: Vec<usize>,
    pub list: List,
    /// The text when it was last looked at.
    seen: String,
    /// Whether anything was typed since the text got the caret.
    is_typed: bool,
}

impl Completion {
    /// The text is there, and nobody has typed yet.
    pub fn begin(&mut self, typed: &str) {
        self.seen = typed.to_owned();
        self.is_typed = false;
        self.close();
    }

    /// They may come after the first letters.
    pub fn know(&mut self, known: Vec<Candidate>, environment: &Environment) {
        self.known = known;
        self.close();
        if self.is_typed {
            self.found = fitting(&self.known, &self.seen, environment);
        }
    }

    /// After a key: a text that has changed is looked at anew.
    pub fn typed(&mut self, typed: &str, environment: &Environment) {
        if self.seen != typed {
            self.seen = typed.to_owned();
            self.is_typed = true;
            self.list.to_first();
            self.found = fitting(&self.known, typed, environment);
        }
    }

    pub fn close(&mut self) {
        self.found.clear();
        self.list.to_first();
    }

    pub fn step(&mut self, step: isize) {
        self.list.step(step, self.found.len());
    }

    pub fn is_open(&self) -> bool {
        !self.found.is_empty()
    }

    pub fn rows(&self) -> impl Iterator<Item = &Candidate> {
        self.found.iter().filter_map(|at| self.known.get(*at))
    }

    /// The text with the row under the cursor; the list is closed by that.
    pub fn take(&mut self, environment: &Environment) -> Option<String> {
        let at = self.found.get(self.list.cursor)?;
        let text = completed(self.known.get(*at)?, &self.seen, environment);
        self.begin(&text);
        Some(text)
    }
}
