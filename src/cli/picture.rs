//! A body for eyes: JSON on lines of its own, set in and coloured, everything else as it came.

use super::print::Out;
use crate::insight::{BodyText, Script};

/// Larger bodies are shown as they came: nobody reads them on a terminal.
const MOST: usize = 16_000_000;

/// The body under a blank line.
pub fn show(body: &[u8], media_type: Option<&str>, out: &mut Out) {
    out.line("");
    let lines = match body.len() <= MOST {
        true => BodyText::new(body, media_type),
        false => BodyText::default(),
    };
    let is_json = lines.is_indented() && lines.script(body, 0) == Script::Json;
    if !is_json {
        let text = String::from_utf8_lossy(body);
        out.text(&text);
        if !text.ends_with('\n') {
            out.line("");
        }
        return;
    }
    // A long text lies on several lines; here the terminal breaks it.
    let mut whole = String::new();
    for number in 0..lines.len() {
        let line = lines.line(body, number);
        whole.push_str(&line);
        if lines.begins_inside(number + 1) {
            continue;
        }
        let painted = painted(&whole, out);
        out.finished(&painted);
        whole.clear();
    }
}

/// A line of JSON: the name, the sign between, and what the value is told by.
fn painted(line: &str, out: &Out) -> String {
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
    let value = match style {
        Some(style) => out.styled(bare, style),
        None => out.styled(bare, "0"),
    };
    let name = match name.is_empty() {
        true => String::new(),
        false => out.styled(name, NAME),
    };
    format!("{margin}{name}{between}{value}{comma}")
}

/// Where the string ends that a line begins with.
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
