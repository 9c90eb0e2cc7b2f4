//! A body for people: JSON on lines of its own, indented and coloured, everything else as it came.

use crate::insight::{BodyText, Script};

/// Larger bodies are shown as they came: nobody reads them on a terminal.
const MOST: usize = 16_000_000;

/// A part of a line, and its ANSI style.
pub type Piece<'a> = (&'a str, Option<&'static str>);

/// Gives each line of a JSON body in pieces; `false` if the body is not JSON.
pub fn json_lines(
    body: &[u8],
    media_type: Option<&str>,
    mut take: impl FnMut(&[Piece<'_>]),
) -> bool {
    let lines = if body.len() <= MOST {
        BodyText::new(body, media_type)
    } else {
        BodyText::default()
    };
    let is_json = lines.is_indented() && lines.script(body, 0) == Script::Json;
    if !is_json {
        return false;
    }
    // A long text spans several lines; here the terminal wraps it.
    let mut whole = String::new();
    for number in 0..lines.len() {
        let line = lines.line(body, number);
        whole.push_str(&line);
        if lines.begins_inside(number + 1) {
            continue;
        }
        take(&pieces(&whole));
        whole.clear();
    }
    true
}

/// A line of JSON: the margin, the name, the sign between, the value, and the comma.
fn pieces(line: &str) -> [Piece<'_>; 5] {
    const NAME: &str = "36";
    const TEXT: &str = "32";
    const NUMBER: &str = "33";
    let inner = line.trim_start();
    let margin = &line[..line.len() - inner.len()];
    let (name, value) = match string_end(inner) {
        Some(end) if inner[end..].starts_with(':') => inner.split_at(end),
        _ => ("", inner),
    };
    let bare = value.trim_start_matches([':', ' ']);
    let between = &value[..value.len() - bare.len()];
    let (bare, comma) = match bare.strip_suffix(',') {
        Some(bare) => (bare, ","),
        None => (bare, ""),
    };
    let style = match bare.as_bytes().first() {
        Some(b'"') => Some(TEXT),
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Some(NUMBER),
        _ => None,
    };
    [
        (margin, None),
        (name, Some(NAME)),
        (between, None),
        (bare, style),
        (comma, None),
    ]
}

/// The end of the string that a line begins with.
fn string_end(line: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' if at > 0 && !escaped => return Some(at + 1),
            _ if at == 0 && c != '"' => return None,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}
