//! The walk over the text: one pass, depth bounded, and never a step without a byte behind it.

use super::{Json, Note, Reading};
use crate::model::limits;
use std::collections::HashSet;

/// Notes on one text: a person reads the first few, and finding a line costs a walk.
const NOTES: usize = 12;

/// Reads one value, or members without braces around them, in time linear in the text.
pub fn read(text: &str) -> Reading {
    let mut reader = JsonReader {
        text,
        at: 0,
        depth: 0,
        notes: Vec::new(),
        broken: None,
        ended_early: false,
        cut: text.len() > limits::ERROR_BYTES,
    };
    if reader.cut {
        let mut end = limits::ERROR_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        reader.text = &text[..end];
    }
    if let Some(rest) = reader.text.strip_prefix('\u{feff}') {
        reader.text = rest;
        reader.notes.push(Note {
            message: "The text begins with a byte order mark.".into(),
            line: Some(1),
            column: Some(1),
        });
    }
    reader.read()
}

/// A part of a value, and whether reading may go on behind it.
type JsonPart<T> = (T, bool);

struct JsonReader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    notes: Vec<Note>,
    /// Where reading had to stop.
    broken: Option<Note>,
    ended_early: bool,
    cut: bool,
}

impl JsonReader<'_> {
    fn read(mut self) -> Reading {
        self.skip_blanks();
        let start = self.at;
        let (value, mut complete) = match self.peek() {
            None => (None, false),
            Some(b'"') => {
                let text = self.string();
                self.skip_blanks();
                match (text, self.peek()) {
                    (Some(_), Some(b':')) => {
                        self.at = start;
                        return self.read_fragment();
                    }
                    (Some(text), _) => (Some(Json::Text(text)), true),
                    (None, _) => (None, false),
                }
            }
            Some(_) => self.value(),
        };
        if complete && !self.skip_blanks() {
            self.note("More text follows the end of the JSON.");
            complete = false;
        }
        self.reading(value, false, complete)
    }

    fn read_fragment(mut self) -> Reading {
        let (members, complete) = self.members(None);
        self.reading(Some(Json::Object(members)), true, complete)
    }

    fn reading(mut self, value: Option<Json>, fragment: bool, complete: bool) -> Reading {
        self.notes.extend(self.broken);
        Reading {
            value,
            fragment,
            complete,
            ended_early: self.ended_early,
            notes: self.notes,
        }
    }

    fn value(&mut self) -> JsonPart<Option<Json>> {
        match self.peek() {
            Some(open @ (b'{' | b'[')) => {
                if self.depth == limits::JSON_DEPTH {
                    let levels = limits::JSON_DEPTH;
                    self.stop(format!(
                        "The JSON is nested more than {levels} levels deep; what lies deeper was not read."
                    ));
                    return (None, false);
                }
                self.at += 1;
                self.depth += 1;
                let (value, whole) = if open == b'{' {
                    let (members, whole) = self.members(Some(b'}'));
                    (Json::Object(members), whole)
                } else {
                    let (values, whole) = self.values();
                    (Json::List(values), whole)
                };
                self.depth -= 1;
                (Some(value), whole)
            }
            Some(b'"') => {
                let text = self.string();
                let whole = text.is_some();
                (text.map(Json::Text), whole)
            }
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => {
                let value = self.number();
                let whole = value.is_some();
                (value, whole)
            }
            Some(b'a'..=b'z' | b'A'..=b'Z') => {
                let value = self.word();
                let whole = value.is_some();
                (value, whole)
            }
            Some(_) => {
                let found = self.found();
                self.stop(format!("A value should stand here, not {found}."));
                (None, false)
            }
            None => {
                self.note_end("a value is missing");
                (None, false)
            }
        }
    }

    /// Members up to the closing brace; without one, up to the end of the text.
    fn members(&mut self, close: Option<u8>) -> JsonPart<Vec<(String, Json)>> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut whole = false;
        loop {
            self.skip_blanks();
            match (self.peek(), close) {
                (None, None) => {
                    whole = true;
                    break;
                }
                (None, Some(_)) => {
                    self.note_end("an object is not closed");
                    break;
                }
                (found, Some(_)) if found == close => {
                    self.at += 1;
                    whole = true;
                    break;
                }
                (Some(b'}'), None) => {
                    // A paste that lost only its first brace.
                    self.note("A closing brace stands here without an opening one.");
                    self.at += 1;
                    whole = self.skip_blanks();
                    break;
                }
                (Some(b'"'), _) => {}
                (Some(_), _) => {
                    let found = self.found();
                    self.stop(format!(
                        "The name of a member should stand here, not {found}."
                    ));
                    break;
                }
            }
            let Some(name) = self.string() else { break };
            self.skip_blanks();
            match self.peek() {
                Some(b':') => self.at += 1,
                Some(_) => {
                    let found = self.found();
                    self.stop(format!("A colon should stand here, not {found}."));
                    break;
                }
                None => {
                    self.note_end("a member has no value");
                    break;
                }
            }
            self.skip_blanks();
            let (value, more) = self.value();
            members.extend(value.map(|value| (name, value)));
            if !more || !self.comma(close) {
                break;
            }
        }
        self.note_repeats(&members);
        (members, whole)
    }

    fn values(&mut self) -> JsonPart<Vec<Json>> {
        let mut values = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    return (values, true);
                }
                None => {
                    self.note_end("a list is not closed");
                    return (values, false);
                }
                Some(_) => {}
            }
            if self.at_member() {
                // Seen on pages of documentation: `"errors": [ "title": "…", "code": "…" ]`.
                self.note("The braces around an object are missing here.");
                let (members, whole) = self.members(Some(b']'));
                values.push(Json::Object(members));
                return (values, whole);
            }
            let (value, more) = self.value();
            values.extend(value);
            if !more || !self.comma(Some(b']')) {
                return (values, false);
            }
        }
    }

    /// Whether a text with a colon behind it comes next.
    fn at_member(&mut self) -> bool {
        if self.peek() != Some(b'"') {
            return false;
        }
        let text = &self.text[self.at + 1..];
        let mut escaped = false;
        let end = text.bytes().position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        end.is_some_and(|end| text[end + 1..].trim_start().starts_with(':'))
    }

    /// Steps over the comma between two members or values; false where nothing can follow.
    fn comma(&mut self, close: Option<u8>) -> bool {
        self.skip_blanks();
        match self.peek() {
            Some(b',') => {
                let place = self.at;
                self.at += 1;
                self.skip_blanks();
                // A fragment is cut out of something: a comma at its end is what one expects.
                if close.is_some() && self.peek() == close {
                    self.note_at(place, "This comma has nothing behind it.");
                }
                true
            }
            None => true,
            found if found == close => true,
            Some(b'"' | b'{' | b'[') => {
                self.note("A comma is missing here.");
                true
            }
            Some(b'}') if close.is_none() => true,
            Some(_) => {
                let found = self.found();
                self.stop(format!("A comma should stand here, not {found}."));
                false
            }
        }
    }

    /// A text between quotes; `None` where the closing one is missing, since half a code is
    /// worse than none.
    fn string(&mut self) -> Option<String> {
        let bytes = self.text.as_bytes();
        let mut text = String::new();
        self.at += 1;
        loop {
            let start = self.at;
            while let Some(byte) = bytes.get(self.at) {
                if matches!(byte, b'"' | b'\\' | 0..=0x1f) {
                    break;
                }
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match bytes.get(self.at) {
                None => {
                    self.note_end("a text is not closed");
                    return None;
                }
                Some(b'"') => {
                    self.at += 1;
                    return Some(text);
                }
                Some(b'\\') => self.escape(&mut text),
                Some(&control) => {
                    self.note("A line break or control character stands inside a text.");
                    text.push(char::from(control));
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, text: &mut String) {
        let place = self.at;
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let Some(unit) = self.unit(place) else {
                    return self.keep_backslash(text);
                };
                self.at = place + 6;
                let both = match unit {
                    0xd800..=0xdbff => self
                        .unit(self.at)
                        .filter(|low| (0xdc00..=0xdfff).contains(low)),
                    _ => None,
                };
                let point = match both {
                    Some(low) => {
                        self.at += 6;
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    None => unit,
                };
                if char::from_u32(point).is_none() {
                    self.note_at(place, "Half a character is written here; it shows as �.");
                }
                text.push(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
                return;
            }
            _ => return self.keep_backslash(text),
        };
        text.push(plain);
        self.at += 2;
    }

    fn keep_backslash(&mut self, text: &mut String) {
        self.note("This backslash begins no escape that JSON knows; it is kept.");
        text.push('\\');
        self.at += 1;
    }

    /// The number in `\u12ab` at that place.
    fn unit(&self, place: usize) -> Option<u32> {
        let digits = self.text.get(place..)?.strip_prefix("\\u")?.get(..4)?;
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }

    fn number(&mut self) -> Option<Json> {
        let rest = &self.text[self.at..];
        let part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        let length = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let digits = &rest[..length];
        if length == rest.len() && (self.depth > 0 || self.cut) {
            // 12 may have been 123.
            self.note_end("a number may go on");
            return None;
        }
        if is_number(digits) {
            self.at += length;
            return Some(Json::Number(digits.to_owned()));
        }
        self.note("This number is not written as JSON wants it; it is kept as text.");
        self.at += length;
        Some(Json::Text(digits.to_owned()))
    }

    fn word(&mut self) -> Option<Json> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let word = &rest[..length];
        let value = match word {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ if length == rest.len()
                && ["null", "true", "false"]
                    .iter()
                    .any(|w| w.starts_with(word)) =>
            {
                self.note_end("a word is not finished");
                return None;
            }
            _ => {
                self.stop("A value should stand here, not a word without quotes.");
                return None;
            }
        };
        self.at += length;
        Some(value)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over blanks; true at the end of the text.
    fn skip_blanks(&mut self) -> bool {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
        self.peek().is_none()
    }

    /// What stands here, in words that name no invisible character.
    fn found(&self) -> String {
        match self.text[self.at..].chars().next() {
            Some(c) if c.is_ascii_graphic() => format!("‘{c}’"),
            Some(c) => format!("U+{:04X}", c as u32),
            None => "the end".into(),
        }
    }

    /// One note for each kind of oddity: the first is where to look.
    fn note(&mut self, message: impl Into<String>) {
        self.note_at(self.at, message);
    }

    fn note_at(&mut self, place: usize, message: impl Into<String>) {
        let message = message.into();
        if self.is_news(&message) {
            self.notes.push(Note::at(self.text, place, message));
        }
    }

    fn is_news(&self, message: &str) -> bool {
        self.notes.len() < NOTES && self.notes.iter().all(|note| note.message != message)
    }

    fn note_end(&mut self, what: &str) {
        let message = if self.cut {
            let bytes = limits::ERROR_BYTES;
            format!("Only the first {bytes} bytes were searched for errors.")
        } else {
            format!("The text ends too early: {what}.")
        };
        self.at = self.text.len();
        self.ended_early = true;
        self.stop(message);
    }

    fn stop(&mut self, message: impl Into<String>) {
        let note = Note::at(self.text, self.at, message.into());
        self.broken.get_or_insert(note);
    }

    fn note_repeats(&mut self, members: &[(String, Json)]) {
        let mut seen = HashSet::with_capacity(members.len());
        for (name, _) in members {
            if !seen.insert(name.as_str()) {
                let start: String = name.chars().take(40).collect();
                let message = format!(
                    "The member \"{start}\" stands twice in one object; the first value is shown."
                );
                if self.is_news(&message) {
                    self.notes.push(Note::new(message));
                }
                return;
            }
        }
    }
}

/// RFC 8259, 6.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (text, None),
    };
    let (whole, part) = match number.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (number, None),
    };
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(digits)
        && exponent.is_none_or(digits)
}
