//! How much of a body is read between two looks at whoever waits for it.

use crate::model::limits;

/// Told how many bytes were read, from time to time; says whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(usize) -> bool;

/// Bytes that are read between two looks at the watch.
pub const LOOK: usize = 1 << 18;

/// Where a piece of at most `limits::LINE_BYTES` ends: never inside a character.
pub fn piece_end(text: &[u8], start: usize, stop: usize) -> usize {
    let most = start.saturating_add(limits::LINE_BYTES);
    if most >= stop {
        return stop;
    }
    // No character is longer than four bytes; bytes that make none are cut anywhere.
    let starts_one = |at: &usize| text[*at] & 0xc0 != 0x80;
    (most - 3..=most).rev().find(starts_one).unwrap_or(most)
}
