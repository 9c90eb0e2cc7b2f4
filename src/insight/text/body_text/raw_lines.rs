//! The lines of a text as it came.

use super::Lines;
use super::watch::{LOOK, Watch, piece_end};
use memchr::memchr_iter;

/// Ended by a line feed, with or without a carriage return; a long one in pieces. `None` if the
/// watch ended it.
pub fn lines(text: &[u8], watch: Watch) -> Option<Lines> {
    let mut lines = Lines::default();
    let mut start = 0;
    let mut look = LOOK;
    let last = !text.is_empty() && !text.ends_with(b"\n");
    let ends = memchr_iter(b'\n', text).chain(last.then_some(text.len()));
    for end in ends {
        let has_return = end > start && end < text.len() && text[end - 1] == b'\r';
        let stop = end - usize::from(has_return);
        loop {
            let cut = piece_end(text, start, stop);
            lines.push(start..cut, 0);
            start = cut;
            if start >= look {
                look = start + LOOK;
                if !watch(start) {
                    return None;
                }
            }
            if cut >= stop {
                break;
            }
        }
        start = end + 1;
    }
    lines.shrink();
    Some(lines)
}
