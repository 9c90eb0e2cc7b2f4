//! Quotes bytes for a POSIX shell.

use crate::model::{is_unsafe, visible, visible_line};
use std::fmt::Write;

/// Writes a comment line. Some shells know no comments at a prompt (zsh), so the text must be
/// harmless there too.
pub fn remark(words: &str) -> String {
    let mut line = String::from("# ");
    for c in visible_line(words).chars() {
        if "\\$`\"'!;&|<>()".contains(c) {
            line.push('\\');
        }
        line.push(c);
    }
    line.push('\n');
    line
}

/// Appends bytes to a word: visible ones in single quotes, all others by `printf`.
pub fn quote(bytes: &[u8], word: &mut String) {
    let mut hidden = String::new();
    let mut quoted = false;
    for (text, raw) in characters(bytes) {
        let Some(c) = text else {
            if quoted {
                word.push('\'');
                quoted = false;
            }
            octal(raw, &mut hidden);
            continue;
        };
        if !hidden.is_empty() {
            let _ = write!(word, "\"$(printf '{hidden}')\"");
            hidden.clear();
        }
        if !quoted && c != '\'' {
            word.push('\'');
            quoted = true;
        }
        match c {
            '\'' if quoted => word.push_str("'\\''"),
            '\'' => word.push_str("\\'"),
            other => word.push(other),
        }
    }
    if quoted {
        word.push('\'');
    }
    if !hidden.is_empty() {
        let _ = write!(word, "\"$(printf '{hidden}')\"");
    }
}

/// Appends bytes as `\ooo` escapes, as `printf` reads them.
pub fn octal(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        let _ = write!(out, "\\{byte:03o}");
    }
}

/// The characters with their bytes; `None` for those that cannot be shown as they are, and for
/// bytes that are not UTF-8.
pub fn characters(bytes: &[u8]) -> Vec<(Option<char>, &[u8])> {
    let mut all = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        // Marks and joiners are safe only beside certain neighbours.
        let as_shown = visible(valid) == valid;
        for (at, c) in valid.char_indices() {
            let raw = &valid.as_bytes()[at..at + c.len_utf8()];
            let plain = !is_unsafe(c) && (as_shown || c.is_ascii());
            all.push((plain.then_some(c), raw));
        }
        if !chunk.invalid().is_empty() {
            all.push((None, chunk.invalid()));
        }
    }
    all
}
