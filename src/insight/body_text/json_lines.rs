//! The lines of a JSON text, one for each member, found in one pass that also checks the
//! grammar. Nothing is nested in it, so no depth can exhaust the stack.

use super::{Line, NO_PARTNER, piece_end};
use crate::model::limits;

/// Where a text stops being JSON, or being shown as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    pub at: usize,
    pub what: &'static str,
}

/// What may come next.
#[derive(Clone, Copy)]
enum Next {
    Value,
    Name,
    /// A comma, a closing bracket, or the end.
    After,
}

/// Fills in the lines; where the text is broken, those before it are there.
pub fn arrange(body: &[u8], lines: &mut Vec<Line>) -> Result<(), Broken> {
    // The lines with the brackets that are open.
    let mut open: Vec<usize> = Vec::new();
    let mut at = blank(body, 0);
    let mut next = Next::Value;
    // The line under way: where it begins, where its last token ends, what it closes.
    let (mut start, mut end) = (at, at);
    let mut partner = NO_PARTNER;
    loop {
        let byte = body.get(at).copied();
        match (next, byte) {
            (Next::Value, Some(bracket @ (b'{' | b'['))) => {
                let inner = blank(body, at + 1);
                if body.get(inner) == Some(&(bracket + 2)) {
                    (at, end, next) = (inner + 1, inner + 1, Next::After);
                    continue;
                }
                if open.len() >= limits::INDENTED_DEPTH {
                    return Err(broken(at, "nested too deep to be indented"));
                }
                push(body, lines, start..at + 1, NO_PARTNER, open.len());
                open.push(lines.len() - 1);
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
            (Next::After, Some(b',')) if !open.is_empty() => {
                push(body, lines, start..at + 1, partner, open.len());
                partner = NO_PARTNER;
                at = blank(body, at + 1);
                start = at;
                next = inside(bracket_of(body, lines, &open));
            }
            (Next::After, Some(close @ (b'}' | b']')))
                if close == bracket_of(body, lines, &open) + 2 =>
            {
                push(body, lines, start..end, partner, open.len());
                if let Some(opening) = open.pop() {
                    lines[opening].partner = lines.len() as u32;
                    partner = opening as u32;
                }
                (start, end) = (at, at + 1);
                at = blank(body, end);
            }
            (Next::After, None) if open.is_empty() => {
                push(body, lines, start..end, partner, 0);
                return Ok(());
            }
            (Next::After, Some(byte)) if byte.is_ascii_whitespace() => at = blank(body, at),
            (Next::After, _) => {
                let what = match (open.is_empty(), byte) {
                    (_, None) => "the text ends too early",
                    (true, _) => "there is more after the end",
                    (false, _) => "a comma or the closing bracket is missing",
                };
                return Err(broken(at, what));
            }
        }
    }
}

/// Adds what stands behind the last line, as far as it goes.
pub fn rest(body: &[u8], lines: &mut Vec<Line>) {
    let (start, depth) = match lines.last() {
        None => (0, 0),
        Some(line) => {
            let opens = matches!(body[line.end as usize - 1], b'{' | b'[');
            (line.end as usize, line.depth + u16::from(opens))
        }
    };
    let start = blank(body, start);
    if start < body.len() {
        push(
            body,
            lines,
            start..body.len(),
            NO_PARTNER,
            usize::from(depth),
        );
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

/// The bracket opened last; zero where none is.
fn bracket_of(body: &[u8], lines: &[Line], open: &[usize]) -> u8 {
    let line = open.last().and_then(|line| lines.get(*line));
    line.map_or(0, |line| body[line.end as usize - 1])
}

fn blank(body: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = body.get(at) {
        at += 1;
    }
    at
}

fn scalar(body: &[u8], at: usize) -> Result<usize, Broken> {
    let word = |word: &str| match body[at..].starts_with(word.as_bytes()) {
        true => Ok(at + word.len()),
        false => Err(broken(at, "a value is missing")),
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

/// The end of the string that begins here.
fn string(body: &[u8], start: usize) -> Result<usize, Broken> {
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
        match at > from {
            true => Ok(at),
            false => Err(broken(at, "a digit is missing")),
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

/// Adds a line, in pieces if it is long. Its partner stands on the first piece.
fn push(
    body: &[u8],
    lines: &mut Vec<Line>,
    place: std::ops::Range<usize>,
    partner: u32,
    depth: usize,
) {
    let mut line = Line {
        start: place.start as u32,
        end: place.end as u32,
        partner,
        depth: depth as u16,
        inside: false,
    };
    if place.len() <= limits::LINE_BYTES {
        lines.push(line);
        return;
    }
    let mut start = place.start;
    while start < place.end {
        let (end, inside) = piece(body, start, place.end, line.inside);
        (line.start, line.end) = (start as u32, end as u32);
        lines.push(line);
        (line.inside, line.partner) = (inside, NO_PARTNER);
        start = if inside {
            end
        } else {
            blank(body, end).min(place.end)
        };
    }
}

/// The end of the piece that begins at `start`, and whether a string goes on behind it. An
/// escape stays whole, and so does a character.
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

/// The text of a line without the blanks between its tokens, but one after a colon.
pub fn tidy(bytes: &[u8], mut inside: bool, text: &mut Vec<u8>) {
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if inside {
            text.push(byte);
            if byte == b'\\' && at + 1 < bytes.len() {
                at += 1;
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
