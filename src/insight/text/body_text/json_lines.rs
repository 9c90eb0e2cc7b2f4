//! Finds the lines of a JSON text, one for each member, in one pass that also checks the grammar.
//! It does not recurse, so no depth can exhaust the stack.

use super::Lines;
use super::shape::{CLOSES, DEPTH, INSIDE, LATER, OPENS};
use super::watch::{LOOK, Watch, piece_end};
use crate::model::limits;
use std::ops::Range;

/// The byte where a text stops being valid JSON or gets too deep to show, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    pub at: usize,
    pub what: &'static str,
}

/// The fault where text follows the end of the first value.
pub const MORE: &str = "there is more after the end";

/// What may come next.
#[derive(Clone, Copy)]
enum Next {
    Value,
    Name,
    /// A comma, a closing bracket, or the end.
    After,
}

/// The lines so far, with the brackets that are open.
struct Arranged<'a> {
    body: &'a [u8],
    lines: &'a mut Lines,
    indent: u16,
    open: Vec<u8>,
    /// Whether the current line begins with a closing bracket.
    closes: bool,
}

/// Fills in the lines, up to the fault where the text is broken. `None` if the watch stopped it.
pub fn arrange(body: &[u8], lines: &mut Lines, watch: Watch) -> Option<Result<(), Broken>> {
    arrange_at(body, 0, 0, lines, watch)
}

/// The same from a byte on, with that much extra indent.
pub fn arrange_at(
    body: &[u8],
    from: usize,
    indent: u16,
    lines: &mut Lines,
    watch: Watch,
) -> Option<Result<(), Broken>> {
    let mut arranged = Arranged {
        body,
        lines,
        indent,
        open: Vec::new(),
        closes: false,
    };
    arranged.run(from, watch).transpose()
}

impl Arranged<'_> {
    /// `Ok(None)` if the watch stopped it.
    fn run(&mut self, from: usize, watch: Watch) -> Result<Option<()>, Broken> {
        let body = self.body;
        let mut at = blank(body, from);
        let mut next = Next::Value;
        // Where the current line begins, and where its last token ends.
        let (mut start, mut end) = (at, at);
        let mut look = from + LOOK;
        loop {
            if at >= look {
                look = at + LOOK;
                if !watch(at) {
                    return Ok(None);
                }
            }
            let byte = body.get(at).copied();
            match (next, byte) {
                (Next::Value, Some(bracket @ (b'{' | b'['))) => {
                    let inner = blank(body, at + 1);
                    if body.get(inner) == Some(&(bracket + 2)) {
                        (at, end, next) = (inner + 1, inner + 1, Next::After);
                        continue;
                    }
                    if self.open.len() >= limits::INDENTED_DEPTH {
                        return Err(broken(at, "nested too deep to be indented"));
                    }
                    self.opens(start..at + 1, bracket);
                    (at, start) = (inner, inner);
                    next = inside(bracket);
                }
                (Next::Value, _) => {
                    end = scalar(body, at)?;
                    (at, next) = (blank(body, end), Next::After);
                }
                (Next::Name, Some(b'"')) => {
                    at = blank(body, string(body, at)?);
                    if body.get(at) != Some(&b':') {
                        return Err(broken(at, "a colon is missing"));
                    }
                    (at, next) = (blank(body, at + 1), Next::Value);
                }
                (Next::Name, _) => return Err(broken(at, "a name in quotes is missing")),
                (Next::After, Some(b',')) if !self.open.is_empty() => {
                    self.ends(start..at + 1);
                    at = blank(body, at + 1);
                    start = at;
                    next = inside(self.bracket());
                }
                (Next::After, Some(close @ (b'}' | b']'))) if close == self.bracket() + 2 => {
                    self.ends(start..end);
                    self.open.pop();
                    self.closes = true;
                    (start, end) = (at, at + 1);
                    at = blank(body, end);
                }
                (Next::After, None) if self.open.is_empty() => {
                    self.ends(start..end);
                    return Ok(Some(()));
                }
                (Next::After, Some(b' ' | b'\n' | b'\r' | b'\t')) => at = blank(body, at),
                (Next::After, _) => {
                    let what = match (self.open.is_empty(), byte) {
                        (_, None) => "the text ends too early",
                        (true, _) => MORE,
                        (false, _) => "a comma or the closing bracket is missing",
                    };
                    return Err(broken(at, what));
                }
            }
        }
    }

    /// The innermost open bracket; zero where none is open.
    fn bracket(&self) -> u8 {
        self.open.last().copied().unwrap_or(0)
    }

    fn depth(&self) -> u16 {
        (self.indent + self.open.len() as u16) & DEPTH
    }

    /// The current line opens an object or array.
    fn opens(&mut self, place: Range<usize>, bracket: u8) {
        let depth = self.depth();
        self.lines.seat();
        self.lines.open();
        self.open.push(bracket);
        // The rest of a long name counts as inside, so that it folds too.
        push(self.body, self.lines, place, depth, OPENS);
    }

    /// The current line ends with its value or with the bracket that it closes.
    fn ends(&mut self, place: Range<usize>) {
        let depth = self.depth();
        if std::mem::take(&mut self.closes) {
            self.lines.close();
            return push(self.body, self.lines, place, depth, CLOSES);
        }
        self.lines.seat();
        push(self.body, self.lines, place, depth, 0);
    }
}

/// Adds the rest of the body behind the last line, without checking it.
pub fn rest(body: &[u8], lines: &mut Lines) {
    let (start, depth) = match lines.len().checked_sub(1) {
        None => (0, 0),
        Some(last) => {
            let inner = usize::from(lines.is(last, OPENS));
            (lines.place(last).end, lines.depth(last) + inner)
        }
    };
    let start = blank(body, start);
    if start < body.len() {
        lines.seat();
        push(body, lines, start..body.len(), depth as u16 & DEPTH, 0);
    }
}

fn broken(at: usize, what: &'static str) -> Broken {
    Broken { at, what }
}

fn inside(bracket: u8) -> Next {
    if bracket == b'{' {
        Next::Name
    } else {
        Next::Value
    }
}

/// The first byte at or after `at` that is no white space (RFC 8259, 2).
pub fn blank(body: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = body.get(at) {
        at += 1;
    }
    at
}

/// The end of the string, number or word that begins here; an error where none does.
pub fn scalar(body: &[u8], at: usize) -> Result<usize, Broken> {
    let word = |word: &str| {
        if body[at..].starts_with(word.as_bytes()) {
            Ok(at + word.len())
        } else {
            Err(broken(at, "a value is missing"))
        }
    };
    match body.get(at) {
        Some(b'"') => string(body, at),
        Some(b'-' | b'0'..=b'9') => number(body, at),
        Some(b't') => word("true"),
        Some(b'f') => word("false"),
        Some(b'n') => word("null"),
        Some(_) => Err(broken(at, "a value is missing")),
        None => Err(broken(at, "the text ends too early")),
    }
}

/// The end of the string that begins here, in bytes; an error for a bad escape or a missing quote.
pub fn string(body: &[u8], start: usize) -> Result<usize, Broken> {
    let mut at = start + 1;
    loop {
        match body.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(body, at)?,
            Some(0..0x20) => return Err(broken(at, "a control character stands in a string")),
            Some(_) => at += 1,
            None => return Err(broken(at, "the text ends inside a string")),
        }
    }
}

fn escape(body: &[u8], at: usize) -> Result<usize, Broken> {
    match body.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match body.get(at + 2..at + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            Some(_) => Err(broken(at, "an escape is not one that JSON knows")),
            None => Err(broken(body.len(), "the text ends inside a string")),
        },
        Some(_) => Err(broken(at, "an escape is not one that JSON knows")),
        None => Err(broken(at + 1, "the text ends inside a string")),
    }
}

fn number(body: &[u8], start: usize) -> Result<usize, Broken> {
    let digits = |from: usize| {
        let mut at = from;
        while let Some(b'0'..=b'9') = body.get(at) {
            at += 1;
        }
        if at > from {
            Ok(at)
        } else {
            Err(broken(at, "a digit is missing"))
        }
    };
    let first = start + usize::from(body[start] == b'-');
    let mut at = match body.get(first) {
        Some(b'0') => first + 1,
        _ => digits(first)?,
    };
    if body.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = body.get(at) {
        let signed = matches!(body.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(signed))?;
    }
    Ok(at)
}

/// Adds a line, in pieces if it is long; the first piece opens or closes.
fn push(body: &[u8], lines: &mut Lines, place: Range<usize>, depth: u16, what: u16) {
    if place.len() <= limits::LINE_BYTES {
        return lines.push(place, depth | what);
    }
    let mut start = place.start;
    let mut shape = depth | what;
    let mut goes_on = false;
    while start < place.end {
        let (end, inside) = piece(body, start, place.end, goes_on);
        lines.push(start..end, shape | if goes_on { INSIDE } else { 0 });
        (shape, goes_on) = (depth | LATER, inside);
        start = if inside {
            end
        } else {
            blank(body, end).min(place.end)
        };
    }
}

/// The end of the piece that begins at `start`, and whether a string continues behind it. Never
/// splits an escape or a character.
fn piece(body: &[u8], start: usize, stop: usize, mut inside: bool) -> (usize, bool) {
    let most = piece_end(body, start, stop);
    let mut at = start;
    while at < most {
        let step = match (inside, body[at]) {
            (true, b'\\') if body.get(at + 1) == Some(&b'u') => 6,
            (true, b'\\') => 2,
            _ => 1,
        };
        if at + step > most {
            break;
        }
        inside ^= body[at] == b'"';
        at += step;
    }
    (at, inside)
}

/// Appends a line to `text` with one space after each colon and no other white space between
/// tokens. `place` learns where each byte goes.
pub fn tidy(
    bytes: &[u8],
    mut inside: bool,
    text: &mut Vec<u8>,
    mut place: impl FnMut(usize, usize),
) {
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        place(at, text.len());
        if inside {
            text.push(byte);
            if byte == b'\\' && at + 1 < bytes.len() {
                at += 1;
                place(at, text.len());
                text.push(bytes[at]);
            }
            inside = byte != b'"';
        } else if byte == b':' {
            text.extend_from_slice(b": ");
        } else if !byte.is_ascii_whitespace() {
            text.push(byte);
            inside = byte == b'"';
        }
        at += 1;
    }
}

/// Whether the string that continues here ends before a colon, which makes it a name.
pub fn goes_on_as_name(rest: &[u8]) -> bool {
    let mut at = 0;
    while let Some(step) = memchr::memchr2(b'"', b'\\', rest.get(at..).unwrap_or_default()) {
        at += step;
        if rest[at] == b'"' {
            return rest.get(blank(rest, at + 1)) == Some(&b':');
        }
        at += 2;
    }
    false
}
