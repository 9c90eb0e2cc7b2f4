//! How a long reading of a body reports its progress and can be stopped.

use crate::model::limits;

/// Learns now and then how many bytes were read, and says whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(usize) -> bool;

/// How many bytes are read between two calls of the watch.
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
