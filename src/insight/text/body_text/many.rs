//! Several JSON values, one a line or each behind a record separator (RFC 7464), as logs and
//! exports are sent: each is arranged as if it were alone.

use super::Lines;
use super::json_lines::{self, Broken};
use super::watch::{LOOK, Watch};

/// What stands before each value of a sequence (RFC 7464, 2.2).
const RECORD: u8 = 0x1e;

/// Whether a text of that type has a JSON value on every line, or is a sequence of them.
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
            | "application/json-seq"
    ) || media_type.ends_with("+ndjson")
        || media_type.ends_with("+jsonl")
        // RFC 8091
        || media_type.ends_with("+json-seq")
}

/// What stands between the values of a text.
pub fn separator(body: &[u8]) -> u8 {
    match body.trim_ascii_start().first() {
        Some(&RECORD) => RECORD,
        _ => b'\n',
    }
}

/// Fills in the lines, and on which of them each value begins. `None` if the watch ended it.
pub fn arrange(
    body: &[u8],
    lines: &mut Lines,
    values: &mut Vec<u32>,
    watch: Watch,
) -> Option<Result<(), Broken>> {
    let (mut start, mut look) = (0, LOOK);
    let between = separator(body);
    while start < body.len() {
        let length = memchr::memchr(between, &body[start..]);
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
