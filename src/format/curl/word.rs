//! The words of one command, whatever shell it was written for.

use crate::model::as_text;
use std::ops::Range;

/// One word, without its quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Bytes, because `$'\xff'` can write any.
    pub bytes: Vec<u8>,
    /// Where it begins, in bytes of the text.
    pub at: usize,
    /// The ranges in it that stand for variables of the shell.
    pub names: Vec<Range<usize>>,
}

impl Word {
    /// The word as text; bytes that are not UTF-8 become `�`.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Adds a `{{name}}` that stands for a shell variable.
    pub fn push_name(&mut self, name: &str) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name.as_bytes());
        self.names.push(start..self.bytes.len());
    }

    /// Escapes braces that the command itself wrote, so that only shell variables are filled in.
    /// Bytes that are not UTF-8 stay as they are.
    pub fn settle(&mut self) {
        let Ok(text) = std::str::from_utf8(&self.bytes) else {
            return;
        };
        let mut settled = String::new();
        let mut from = 0;
        for range in std::mem::take(&mut self.names) {
            settled.push_str(&as_text(&text[from..range.start]));
            settled.push_str(&text[range.clone()]);
            from = range.end;
        }
        settled.push_str(&as_text(&text[from..]));
        self.bytes = settled.into_bytes();
    }
}

/// One command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    pub words: Vec<Word>,
    /// The byte behind the command and its separator.
    pub end: usize,
    /// The sign that ended it: `\n`, `;`, `&`, `|`, or nothing at the end of the text.
    pub ended_by: Option<u8>,
    /// What the shell would give it on standard input.
    pub input: Option<Word>,
    /// The lines of a here-document that was opened before a pipe.
    pub skipped: Option<Range<usize>>,
    /// The file that standard input would be read from.
    pub input_file: Option<Word>,
    /// What has no value here: the place, and why.
    pub lost: Vec<(usize, String)>,
}

/// Quotes that are never closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclosed {
    pub at: usize,
    pub what: &'static str,
}

/// What a shell variable becomes: `{{name}}`, or the token that it defines.
pub fn variable(name: &str) -> String {
    match name.strip_prefix("HTTRIAGE_TOKEN_") {
        Some(token) if !token.is_empty() => {
            format!(
                "{{{{token:{}}}}}",
                token.to_ascii_lowercase().replace('_', "-")
            )
        }
        // A variable from our own export gets its name back.
        _ => match name.strip_prefix("HTTRIAGE_VAR_") {
            Some(own) if !own.is_empty() => format!("{{{{{}}}}}", own.to_ascii_lowercase()),
            _ => format!("{{{{{name}}}}}"),
        },
    }
}

/// Whether a byte may be part of a shell variable's name.
pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
