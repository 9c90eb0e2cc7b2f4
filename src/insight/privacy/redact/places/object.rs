//! What is known of an object in a text: where its members stand.

use std::cell::Cell;
use std::ops::Range;

/// Where the name of a member stands, without its quotation marks, and where its value begins.
pub(super) struct Member {
    pub key: Range<usize>,
    pub value: usize,
}

/// Members of one object, as far as it was looked through.
#[derive(Default)]
pub(super) struct Object {
    pub members: Vec<Member>,
    /// Where it opens, if it was looked through up to there.
    pub open: Option<usize>,
    /// Members that begin behind this place may have others behind them that are not here.
    pub known_to: usize,
    /// What was found out of all of them, once it was needed.
    pub has_pieces: Cell<Option<bool>>,
    pub has_labels: Cell<Option<bool>>,
}
