//! What comes out of an answer.

use super::entry::Entry;
use crate::insight::json::Note;
use crate::model::limits;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    pub entries: Vec<Entry>,
    pub notes: Vec<Note>,
}

impl ErrorBody {
    /// The entries that a person is shown and that reasoning looks at; scripts get all.
    pub fn first(&self) -> &[Entry] {
        &self.entries[..self.entries.len().min(limits::ENTRIES)]
    }

    /// How many more there are, as a sentence.
    pub fn more(&self) -> Option<String> {
        let (shown, all) = (self.first().len(), self.entries.len());
        (all > shown).then(|| {
            format!("The first {shown} errors are shown; there are {} more.", all - shown)
        })
    }
}
