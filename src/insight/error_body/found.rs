//! What goes into a shape and what comes out of it.

use super::entry::Entry;
use crate::insight::json::{Json, Note};
use crate::model::limits;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    pub entries: Vec<Entry>,
    pub notes: Vec<Note>,
}

/// A body as the shapes see it.
pub struct Document<'a> {
    /// The part of it that could be read as JSON.
    pub value: Option<&'a Json>,
    pub complete: bool,
    /// The outer braces were missing.
    pub fragment: bool,
    /// All of it, without blanks around.
    pub text: &'a str,
    /// In lower case; empty where unknown.
    pub media_type: &'a str,
}

/// Entries, no more than anyone reads, and how many more there were.
#[derive(Default)]
pub struct Found {
    pub entries: Vec<Entry>,
    more: usize,
}

impl Found {
    pub fn add(&mut self, make: impl FnOnce() -> Entry) {
        if self.entries.len() < limits::ENTRIES {
            self.entries.push(make());
        } else {
            self.more += 1;
        }
    }

    pub fn into_body(self, mut notes: Vec<Note>) -> ErrorBody {
        if self.more > 0 {
            let (shown, more) = (self.entries.len(), self.more);
            notes.push(Note::new(format!(
                "The first {shown} errors are shown; there are {more} more."
            )));
        }
        ErrorBody {
            entries: self.entries,
            notes,
        }
    }

    pub fn one(entry: Entry) -> Found {
        Found {
            entries: vec![entry],
            more: 0,
        }
    }

    pub fn append(&mut self, other: Found) {
        for entry in other.entries {
            self.add(|| entry);
        }
        self.more += other.more;
    }

    pub fn unless_empty(self) -> Option<Found> {
        (!self.entries.is_empty()).then_some(self)
    }
}
