//! The lines of a text as it came.

use super::{Line, NO_PARTNER, piece_end};
use memchr::memchr_iter;

/// Ended by a line feed, with or without a carriage return; a long one in pieces.
pub fn lines(text: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    let last = !text.is_empty() && !text.ends_with(b"\n");
    let ends = memchr_iter(b'\n', text).chain(last.then_some(text.len()));
    for end in ends {
        let has_return = end > start && end < text.len() && text[end - 1] == b'\r';
        let stop = end - usize::from(has_return);
        loop {
            let cut = piece_end(text, start, stop);
            lines.push(Line {
                start: start as u32,
                end: cut as u32,
                partner: NO_PARTNER,
                depth: 0,
                inside: false,
            });
            start = cut;
            if cut >= stop {
                break;
            }
        }
        start = end + 1;
    }
    lines.shrink_to_fit();
    lines
}
