//! Writes a session file key by key, each text in its most readable form.

use crate::model::{Capture, Param, is_unsafe};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The text of a session file (TOML) so far.
#[derive(Default)]
pub struct File(pub String);

impl File {
    /// Adds a line with its line break.
    pub fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// Adds `key = value`; the value is already TOML.
    pub fn key(&mut self, key: &str, value: impl std::fmt::Display) {
        self.line(&format!("{key} = {value}"));
    }

    /// Adds a key with a text in its most readable quotes.
    pub fn text(&mut self, key: &str, text: &str) {
        self.key(key, quoted(text));
    }

    /// Adds `body`, unless it is empty.
    pub fn body(&mut self, text: &str) {
        if !text.is_empty() {
            self.text("body", text);
        }
    }

    /// Adds a list of rows under a key; rows that are off or literal become tables.
    pub fn pairs(&mut self, key: &str, rows: &[Param]) {
        if rows.is_empty() {
            return;
        }
        self.line(&format!("{key} = ["));
        for row in rows {
            let (name, value) = (quoted(&row.name), quoted(&row.value));
            self.line(&match (row.literal, row.enabled) {
                (true, _) => format!("  {{ name = {name}, value = {value}, literal = true }},"),
                (false, true) => format!("  [{name}, {value}],"),
                (false, false) => format!("  {{ name = {name}, value = {value}, off = true }},"),
            });
        }
        self.line("]");
    }

    /// Adds a list: one text beside its key, several one per line.
    pub fn list(&mut self, key: &str, texts: &[String]) {
        match texts {
            [] => {}
            [text] => self.key(key, format!("[{}]", quoted(text))),
            _ => {
                self.line(&format!("{key} = ["));
                for text in texts {
                    self.line(&format!("  {},", quoted(text)));
                }
                self.line("]");
            }
        }
    }

    /// Adds `capture = { … }`: variable names, and where their values stand in the answer.
    pub fn captures(&mut self, captures: &[(String, Capture)]) {
        let written: Vec<(String, String)> = captures
            .iter()
            .map(|(name, capture)| {
                let place = match capture {
                    Capture::Body(pointer) => quoted(pointer),
                    Capture::Header(name) => format!("{{ header = {} }}", quoted(name)),
                    Capture::Cookie(name) => format!("{{ cookie = {} }}", quoted(name)),
                };
                (name.clone(), place)
            })
            .collect();
        self.written_table("capture", &written);
    }

    /// Adds names with texts as an inline table.
    pub fn table(&mut self, key: &str, pairs: &[(String, String)]) {
        let pairs = pairs.iter();
        let written: Vec<(String, String)> = pairs
            .map(|(name, value)| (name.clone(), quoted(value)))
            .collect();
        self.written_table(key, &written);
    }

    /// Adds an inline table, sorted, each name once, as TOML requires.
    pub fn written_table(&mut self, key: &str, pairs: &[(String, String)]) {
        let named: BTreeMap<&str, &str> = pairs
            .iter()
            .map(|(name, pointer)| (name.as_str(), pointer.as_str()))
            .collect();
        if named.is_empty() {
            return;
        }
        let pairs: Vec<String> = named
            .iter()
            .map(|(name, value)| format!("{} = {value}", bare_or_quoted(name)))
            .collect();
        self.key(key, format!("{{ {} }}", pairs.join(", ")));
    }
}

/// A key, in quotes only where it needs them.
pub fn bare_or_quoted(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if !name.is_empty() && name.chars().all(is_bare) {
        name.to_owned()
    } else {
        basic(name)
    }
}

/// A text as a TOML string in its most readable form: literal where possible, over several lines
/// where it has them.
pub fn quoted(text: &str) -> String {
    let lines = text.contains('\n');
    let escapes = text.contains(['"', '\\']);
    let plain = !text.contains(is_unsafe);
    if lines && text.contains('\\') && plain && !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    if lines {
        return format!("\"\"\"\n{}\"\"\"", escaped(text, true));
    }
    if escapes && plain && !text.contains('\'') {
        return format!("'{text}'");
    }
    basic(text)
}

/// A basic string of TOML on one line.
pub fn basic(text: &str) -> String {
    format!("\"{}\"", escaped(text, false))
}

/// The inside of a basic string. With `lines`, quotes stay as they are, except where three of them,
/// or one at the end, would close the string.
pub fn escaped(text: &str, lines: bool) -> String {
    let mut inside = String::with_capacity(text.len() + 8);
    let mut quotes = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '"' {
            quotes += 1;
            if !lines || quotes == 3 || rest.peek().is_none() {
                inside.push('\\');
                quotes = 0;
            }
            inside.push('"');
            continue;
        }
        quotes = 0;
        match c {
            '\\' => inside.push_str("\\\\"),
            '\n' if !lines => inside.push_str("\\n"),
            '\r' => inside.push_str("\\r"),
            '\t' => inside.push_str("\\t"),
            c if is_unsafe(c) => {
                let number = c as u32;
                // Writing to a String cannot fail.
                let _ = if number > 0xffff {
                    write!(inside, "\\U{number:08X}")
                } else {
                    write!(inside, "\\u{number:04X}")
                };
            }
            c => inside.push(c),
        }
    }
    inside
}
