//! A tolerant reader for the JSON of error bodies. It keeps what a usual reader loses (the
//! digits of numbers, the order of members, members that stand twice), takes what it can from a
//! text that is cut off, reads members without their outer braces, and says where it broke.

use crate::model::limits;
use std::collections::HashSet;
use std::fmt;

/// A value as it stood in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// In the digits of the source.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// In the order of the source, repeats included.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member of that name. Where it stands twice, the first that is not null.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        let mut named = members.iter().filter(|(key, _)| key == name);
        let first = named.next()?;
        if first.1 != Json::Null {
            return Some(&first.1);
        }
        let other = named.find(|(_, value)| *value != Json::Null);
        Some(&other.unwrap_or(first).1)
    }

    /// A text, number or truth value in words; `None` for null, lists and objects.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Json::Bool(value) => Some(value.to_string()),
            Json::Number(digits) => Some(digits.clone()),
            Json::Text(text) => Some(text.clone()),
            Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Json]> {
        match self {
            Json::List(values) => Some(values),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&[(String, Json)]> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// JSON on one line.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(digits) => f.write_str(digits),
            Json::Text(text) => write_text(f, text),
            Json::List(values) => {
                f.write_str("[")?;
                for (place, value) in values.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                for (place, (name, value)) in members.iter().enumerate() {
                    f.write_str(if place == 0 { "" } else { "," })?;
                    write_text(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn write_text(f: &mut fmt::Formatter, text: &str) -> fmt::Result {
    let quoted = serde_json::to_string(text).map_err(|_| fmt::Error)?;
    f.write_str(&quoted)
}

/// Something about a text that a person should know, and where; both count from one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    pub message: String,
    pub line: Option<usize>,
    /// In characters.
    pub column: Option<usize>,
}

impl Note {
    pub fn new(message: impl Into<String>) -> Note {
        Note {
            message: message.into(),
            line: None,
            column: None,
        }
    }

    /// A note about a byte offset of `text`.
    fn at(text: &str, offset: usize, message: String) -> Note {
        let before = text.get(..offset).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |place| place + 1);
        Note {
            message,
            line: Some(before.matches('\n').count() + 1),
            column: Some(before[start..].chars().count() + 1),
        }
    }
}

/// What came of reading a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The value, or the part of it that could be read.
    pub value: Option<Json>,
    /// The outer braces were missing.
    pub fragment: bool,
    /// The value was read to its end.
    pub complete: bool,
    /// The text stopped before the value did.
    pub ended_early: bool,
    /// What was odd, and where; the place where it broke stands last.
    pub notes: Vec<Note>,
}

/// Notes on one text: a person reads the first few, and finding a line costs a walk.
const NOTES: usize = 12;

/// Reads one value, or members without braces around them, in time linear in the text.
pub fn read(text: &str) -> Reading {
    let mut reader = Reader {
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
type Part<T> = (T, bool);

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    notes: Vec<Note>,
    /// Where reading had to stop.
    broken: Option<Note>,
    ended_early: bool,
    cut: bool,
}

impl Reader<'_> {
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

    fn value(&mut self) -> Part<Option<Json>> {
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
    fn members(&mut self, close: Option<u8>) -> Part<Vec<(String, Json)>> {
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
                (Some(b'}'), Some(_)) => {
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

    fn values(&mut self) -> Part<Vec<Json>> {
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
            let (value, more) = self.value();
            values.extend(value);
            if !more || !self.comma(Some(b']')) {
                return (values, false);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(note: &Note) -> (usize, usize) {
        (note.line.unwrap(), note.column.unwrap())
    }

    #[test]
    fn numbers_order_and_repeats_stay_as_they_came() {
        let text = r#"{"b":1.50,"a":12345678901234567890123,"b":[1e5,-0.0],"c":{}}"#;
        let reading = read(text);
        assert!(reading.complete && !reading.fragment);
        assert_eq!(reading.value.unwrap().to_string(), text);
        assert!(reading.notes[0].message.contains("\"b\" stands twice"));
    }

    #[test]
    fn of_two_members_the_first_that_is_not_null_is_shown() {
        let value = read(r#"{"a":null,"a":1,"a":2,"b":null}"#).value.unwrap();
        assert_eq!(value.get("a"), Some(&Json::Number("1".into())));
        assert_eq!(value.get("b"), Some(&Json::Null));
        assert_eq!(value.get("c"), None);
    }

    #[test]
    fn escapes_become_characters() {
        let cases = [
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t", 0),
            (r#""\u00e9\ud83d\ude00""#, "é😀", 0),
            (r#""\ud83d""#, "\u{fffd}", 1),
            (r#""\ud83d\u0041""#, "\u{fffd}A", 1),
            (r#""\x41 \u12""#, "\\x41 \\u12", 1),
            ("\"a\nb\"", "a\nb", 1),
        ];
        for (text, expected, notes) in cases {
            let reading = read(text);
            assert_eq!(reading.value, Some(Json::Text(expected.into())), "{text}");
            assert_eq!(reading.notes.len(), notes, "{text}");
        }
    }

    #[test]
    fn where_it_broke_is_named_by_line_and_column() {
        let cases = [
            ("{\"a\": 1,\n  \"b\" 2}", (2, 7), "colon", r#"{"a":1}"#),
            (
                "{\"é\": 1,\n\"b\": tru",
                (2, 9),
                "not finished",
                r#"{"é":1}"#,
            ),
            ("[1, 2", (1, 6), "number", "[1]"),
            ("[1, \"x", (1, 7), "text is not closed", "[1]"),
            ("[{\"a\":1}, {\"b\"", (1, 15), "no value", r#"[{"a":1},{}]"#),
            ("{a: 1}", (1, 2), "name of a member", "{}"),
            ("[1}", (1, 3), "comma", "[1]"),
            ("[1,]", (1, 3), "nothing behind", "[1]"),
            ("[\"a\" \"b\"]", (1, 6), "missing", r#"["a","b"]"#),
            ("[0123]", (1, 2), "number", r#"["0123"]"#),
            ("[1] x", (1, 5), "More text", "[1]"),
            ("[None]", (1, 2), "without quotes", "[]"),
            ("[\u{1}]", (1, 2), "U+0001", "[]"),
        ];
        for (text, expected, says, kept) in cases {
            let reading = read(text);
            let note = reading.notes.last().unwrap();
            assert_eq!(place(note), expected, "{text}: {note:?}");
            assert!(note.message.contains(says), "{text}: {note:?}");
            assert_eq!(reading.value.unwrap().to_string(), kept, "{text}");
        }
    }

    #[test]
    fn members_without_braces_are_read() {
        let cases = [
            (r#""errors": [1]"#, 0),
            ("\n  \"errors\" : [1],\n", 0),
            (r#""errors": [1] }"#, 1),
            ("\u{feff}\"errors\": [1]", 1),
        ];
        for (text, notes) in cases {
            let reading = read(text);
            assert!(reading.fragment && reading.complete, "{text}");
            assert_eq!(reading.value.unwrap().to_string(), r#"{"errors":[1]}"#);
            assert_eq!(reading.notes.len(), notes, "{text}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded_and_said() {
        let started = std::time::Instant::now();
        let deep = read(&"[".repeat(100_000));
        assert!(deep.notes[0].message.contains("levels deep"));
        let long = read(&format!("[{}1]", "1,".repeat(600_000)));
        assert!(
            long.notes
                .last()
                .unwrap()
                .message
                .contains("first 1000000 bytes")
        );
        assert_eq!(long.value.unwrap().as_list().unwrap().len(), 499_999);
        let wide: String = (0..90_000).map(|n| format!("\"{n}\":1,")).collect();
        assert!(read(&format!("{{{wide}\"x\":1}}")).complete);
        assert!(started.elapsed().as_secs() < 3);
    }

    #[test]
    fn nothing_is_no_value() {
        for text in ["", "  \n", "\u{feff}"] {
            assert_eq!(read(text).value, None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "[\\[\\]{}:,\"a-z0-9\\\\ \n.éu-]{0,60}") {
            let reading = read(&text);
            if let Some(value) = reading.value {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&value.to_string()).is_ok());
            }
        }

        #[test]
        fn what_a_strict_reader_accepts_is_read_whole(text in "[\\[\\]{}:,\"a1]{0,12}") {
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert!(read(&text).complete);
            }
        }
    }
}
