//! What is carried from entry to entry of a recording while it is read.

use crate::format::extract::Extractor;
use crate::format::notes::Notes;

pub(super) struct HarReader<'a> {
    pub(super) lifter: Extractor<'a>,
    pub(super) notes: Notes<'a>,
    pub(super) left_out: LeftOut,
    /// Calls that carried none.
    pub(super) without_credential: usize,
}

/// What was left out so often that it is only counted.
#[derive(Default)]
pub(super) struct LeftOut {
    pub(super) files: usize,
    pub(super) browser_headers: usize,
    pub(super) bodies: usize,
    pub(super) redirects: usize,
}

impl HarReader<'_> {
    /// A sentence about a place, without its full stop.
    pub(super) fn note(&mut self, at: usize, message: &str) {
        self.notes.add(at, message);
    }
}
