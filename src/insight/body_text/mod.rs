//! A body as lines to read: JSON with a line for each member, everything else as it came. Only
//! the places of the lines are kept; their text is cut out of the body as it was sent, so
//! numbers, escapes, the order of members and repeated ones stay as they were.

mod json_lines;
mod raw_lines;

use crate::model::limits;
use std::borrow::Cow;

/// How a body is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Indented if it is JSON, else as it came.
    #[default]
    Pretty,
    Raw,
    Hex,
}

impl View {
    pub fn title(self) -> &'static str {
        match self {
            View::Pretty => "pretty",
            View::Raw => "raw",
            View::Hex => "hex",
        }
    }

    pub fn next(self) -> View {
        match self {
            View::Pretty => View::Raw,
            View::Raw => View::Hex,
            View::Hex => View::Pretty,
        }
    }

    /// The view to begin with: bytes that are no text as numbers.
    pub fn of(body: &[u8]) -> View {
        let head = &body[..body.len().min(SAMPLE)];
        if head.contains(&0) {
            return View::Hex;
        }
        match std::str::from_utf8(head) {
            // A character may be cut off at the end; a few bad ones may be an old encoding.
            Err(_) if 10 * bad_characters(head) > head.len() => View::Hex,
            _ => View::Pretty,
        }
    }
}

/// Bytes that are looked at to tell text from other things.
const SAMPLE: usize = 4_096;
const HEX_BYTES: usize = 16;

fn bad_characters(bytes: &[u8]) -> usize {
    let chunks = bytes.utf8_chunks();
    chunks.map(|chunk| chunk.invalid().len()).sum()
}

/// Where the lines of a body are. The body itself stays where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyText {
    lines: Vec<Line>,
    /// The bytes, where they are shown as numbers; that needs no lines.
    hex_bytes: usize,
    is_indented: bool,
    /// Whether only the lines of its beginning are known.
    is_head: bool,
    /// Why a text that should be JSON is shown as it came.
    fault: Option<Fault>,
}

/// The place of a line in the body. Kept small: a large body has millions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    start: u32,
    end: u32,
    /// The line with the other bracket, if this one opens or closes something.
    partner: u32,
    depth: u16,
    /// Whether it is a later piece of a string that began on a line above.
    inside: bool,
}

/// Longer than any token, other than a string, that a cut may have broken.
const CUT: usize = 8;

const NO_PARTNER: u32 = u32::MAX;

/// Where a text stops being JSON, both counted from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    /// In characters.
    pub column: usize,
    pub what: &'static str,
}

impl BodyText {
    /// A text that begins like JSON is read as JSON; one that is said to be JSON gets a fault
    /// where it is not.
    pub fn new(body: &[u8], media_type: Option<&str>) -> BodyText {
        // The places of lines are 32 bits wide. What lies beyond is not shown.
        let body = body.get(..u32::MAX as usize - 1).unwrap_or(body);
        let said_to_be = media_type.map(is_json);
        let begins_like_it = begins_like_json(body);
        let mut text = BodyText::default();
        if begins_like_it || said_to_be == Some(true) {
            match json_lines::arrange(body, &mut text.lines) {
                Ok(()) => {
                    text.is_indented = true;
                    text.lines.shrink_to_fit();
                    return text;
                }
                Err(_) if body.is_empty() => {}
                Err(broken) if said_to_be.unwrap_or(true) => {
                    text.fault = Some(fault(body, broken));
                }
                Err(_) => {}
            }
        }
        text.lines = raw_lines::lines(body);
        text
    }

    /// A body in the view that a person chose.
    pub fn in_view(body: &[u8], media_type: Option<&str>, view: View) -> BodyText {
        match view {
            View::Pretty => BodyText::new(body, media_type),
            View::Raw => BodyText {
                lines: raw_lines::lines(body.get(..u32::MAX as usize - 1).unwrap_or(body)),
                ..BodyText::default()
            },
            View::Hex => BodyText {
                hex_bytes: body.len(),
                ..BodyText::default()
            },
        }
    }

    /// Its beginning, if it is large.
    pub fn head_in_view(body: &[u8], media_type: Option<&str>, view: View) -> BodyText {
        match (view, body.get(..limits::ON_THE_SPOT)) {
            (View::Pretty, _) => BodyText::head(body, media_type),
            (View::Raw, Some(head)) => BodyText {
                is_head: true,
                ..BodyText::in_view(head, media_type, view)
            },
            _ => BodyText::in_view(body, media_type, view),
        }
    }

    /// The view that it turned out to be.
    pub fn view(&self) -> View {
        match (self.hex_bytes, self.is_indented) {
            (1.., _) => View::Hex,
            (_, true) => View::Pretty,
            (_, false) => View::Raw,
        }
    }

    /// The lines of a large body's beginning, to be looked at until those of the rest are found.
    pub fn head(body: &[u8], media_type: Option<&str>) -> BodyText {
        let Some(head) = body.get(..limits::ON_THE_SPOT) else {
            return BodyText::new(body, media_type);
        };
        let mut text = BodyText {
            is_head: true,
            ..BodyText::default()
        };
        let tries = begins_like_json(head) || media_type.is_some_and(is_json);
        match tries.then(|| json_lines::arrange(head, &mut text.lines)) {
            // What breaks at the cut may well go on behind it.
            Some(Err(broken)) if broken.at + CUT >= head.len() => {
                text.is_indented = true;
                json_lines::rest(head, &mut text.lines);
            }
            Some(Ok(())) => text.is_indented = true,
            _ => text.lines = raw_lines::lines(head),
        }
        text
    }

    pub fn len(&self) -> usize {
        self.lines.len() + self.hex_bytes.div_ceil(HEX_BYTES)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_indented(&self) -> bool {
        self.is_indented
    }

    pub fn is_head(&self) -> bool {
        self.is_head
    }

    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// One line; `body` is the one that the lines were made of.
    pub fn line<'a>(&self, body: &'a [u8], number: usize) -> Cow<'a, str> {
        if self.hex_bytes > 0 {
            return Cow::Owned(hex_line(body, number));
        }
        let Some(line) = self.lines.get(number) else {
            return Cow::Borrowed("");
        };
        let bytes = body.get(line.start as usize..line.end as usize);
        let bytes = bytes.unwrap_or_default();
        if !self.is_indented {
            return String::from_utf8_lossy(bytes);
        }
        let mut text = vec![b' '; usize::from(line.depth) * 2];
        json_lines::tidy(bytes, line.inside, &mut text);
        Cow::Owned(String::from_utf8_lossy(&text).into_owned())
    }
}

/// `000010  68 65 6c 6c 6f …  hello`
fn hex_line(body: &[u8], number: usize) -> String {
    let start = number.saturating_mul(HEX_BYTES).min(body.len());
    let bytes = &body[start..body.len().min(start + HEX_BYTES)];
    let mut line = format!("{start:08x} ");
    for place in 0..HEX_BYTES {
        let gap = if place == HEX_BYTES / 2 { "  " } else { " " };
        line.push_str(gap);
        match bytes.get(place) {
            Some(byte) => line.push_str(&format!("{byte:02x}")),
            None => line.push_str("  "),
        }
    }
    line.push_str("  ");
    let shown = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '.',
    };
    line.extend(bytes.iter().map(shown));
    line
}

fn is_json(media_type: &str) -> bool {
    matches!(media_type, "application/json" | "text/json") || media_type.ends_with("+json")
}

fn begins_like_json(body: &[u8]) -> bool {
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

fn fault(body: &[u8], broken: json_lines::Broken) -> Fault {
    let before = &body[..broken.at.min(body.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let continues = |byte: &&u8| **byte & 0xc0 == 0x80;
    let within = &before[line_start..];
    Fault {
        line,
        column: within.len() - within.iter().filter(continues).count() + 1,
        what: broken.what,
    }
}

/// Where a piece of at most `limits::LINE_BYTES` ends: never inside a character.
fn piece_end(text: &[u8], start: usize, stop: usize) -> usize {
    let most = start.saturating_add(limits::LINE_BYTES);
    if most >= stop {
        return stop;
    }
    // No character is longer than four bytes; bytes that make none are cut anywhere.
    let starts_one = |at: &usize| text[*at] & 0xc0 != 0x80;
    (most - 3..=most).rev().find(starts_one).unwrap_or(most)
}

#[cfg(test)]
mod tests;
