//! Several JSON values, one a line, as logs and exports are sent: each is arranged as if it were
//! alone.

use super::Lines;
use super::json_lines::{self, Broken};
use super::watch::{LOOK, Watch};

/// Whether a text of that type has a JSON value on every line.
pub fn is_named(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines"
            | "application/json-lines"
            | "application/stream+json"
    ) || media_type.ends_with("+ndjson")
        || media_type.ends_with("+jsonl")
}

/// Fills in the lines, and on which of them each value begins. `None` if the watch ended it.
pub fn arrange(
    body: &[u8],
    lines: &mut Lines,
    values: &mut Vec<u32>,
    watch: Watch,
) -> Option<Result<(), Broken>> {
    let (mut start, mut look) = (0, LOOK);
    while start < body.len() {
        let length = memchr::memchr(b'\n', &body[start..]);
        let end = length.map_or(body.len(), |length| start + length);
        if start >= look {
            look = start + LOOK;
            if !watch(start) {
                return None;
            }
        }
        if !body[start..end].trim_ascii().is_empty() {
            values.push(lines.len() as u32);
            if let Err(broken) = json_lines::arrange_at(&body[..end], start, 0, lines, watch)? {
                return Some(Err(broken));
            }
        }
        start = end + 1;
    }
    Some(Ok(()))
}
