//! What comes out of an answer.

use super::entry::Entry;
use crate::insight::json::Note;
use crate::model::limits;

/// The errors that were read out of an answer; no entries where it says nothing of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    pub entries: Vec<Entry>,
    pub notes: Vec<Note>,
    /// Entries that came and were left out for people.
    pub more: usize,
}

impl ErrorBody {
    /// The entries that a person is shown and that reasoning looks at; scripts get all.
    pub fn first(&self) -> &[Entry] {
        &self.entries[..self.entries.len().min(limits::ENTRIES)]
    }

    /// The same without what nobody reads, and with the number of what is left out.
    #[must_use]
    pub fn for_people(mut self) -> ErrorBody {
        let (shown, all) = (self.first().len(), self.entries.len());
        if all > shown {
            self.entries.truncate(shown);
            let more = all - shown;
            self.more = more;
            self.notes.push(Note::new(format!(
                "The first {shown} errors are shown; there are {more} more in the body."
            )));
        }
        self
    }
}
