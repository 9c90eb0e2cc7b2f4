//! Credentials in sentences and on command lines: behind the word for their kind, behind a name
//! that stands in the middle of a text, as options of a program.

use super::{LONG_WORD, Places, SHORT_WORD, blanks, is_header, is_of_name, is_quote, string_end};
use crate::insight::redact::names::is_scheme;
use crate::insight::redact::spared::{is_algorithm, is_kept, says_nothing};
use crate::insight::redact::texts::values_of_basic;
use crate::insight::redact::views::escape;
use std::ops::Range;

/// No command line is read further.
pub(super) const LONGEST_COMMAND: usize = 8_000;

impl Places<'_> {
    /// `Bearer 0f1e…` anywhere; tells whether a credential stood there.
    pub(super) fn scheme(&mut self, place: &Range<usize>) -> bool {
        let text = self.text;
        if place.end < text.len() && escape(text, place.end).is_some() {
            self.deeper = true;
            return false;
        }
        let is_joined = place.start > 0 && is_of_name(&text[place.start - 1]);
        let gap = match text.get(place.end) {
            Some(b'+') => 1,
            // As a list of protocols has it.
            Some(b',') if blanks(text, place.end + 1) > 0 => 1 + blanks(text, place.end + 1),
            _ => blanks(text, place.end),
        };
        if is_joined || gap == 0 {
            return false;
        }
        let mut start = place.end + gap;
        if start < text.len() && escape(text, start).is_some() {
            self.deeper = true;
        }
        start += usize::from(text.get(start).is_some_and(is_quote));
        let rest = text.get(start..).unwrap_or_default();
        let fits = |b: &u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(b);
        let mut length = rest.iter().take_while(|b| fits(b)).count();
        while rest[..length].ends_with(b".") {
            length -= 1;
        }
        let fill = rest[length..].iter().take_while(|b| **b == b'=').count();
        // `Bearer realm="x"` asks for one.
        let is_name = rest[..length]
            .iter()
            .all(|b| b.is_ascii_alphabetic() || *b == b'_');
        let asks = |b: &u8| fits(b) || is_name && is_quote(b);
        if fill > 0 && rest.get(length + fill).is_some_and(asks) {
            return false;
        }
        let word = &rest[..length + fill];
        let kind = text[place.start].to_ascii_lowercase();
        let is_one = match std::str::from_utf8(word) {
            Ok(word) if kind == b'b' && text[place.start + 1] | 32 == b'a' => {
                length >= 4 && !values_of_basic(word).is_empty()
            }
            Ok(_) if kind == b'n' => length >= 40,
            Ok(_) if text[place.end] == b',' => is_made_up(word),
            Ok(word) => is_credential(word),
            Err(_) => false,
        };
        if is_one {
            let end = start + word.len();
            self.add(start..end, None, true);
            self.done = end;
        }
        is_one
    }

    /// A secret name behind which no sign stands: it is an option, the key of a pair of lines, or
    /// a word of a sentence.
    pub(super) fn without_sign(&mut self, start: usize, end: usize, gap: usize, name: &str) {
        let text = self.text;
        let at = end + gap;
        if gap > 0 && self.spoken_value(end, name) {
            return;
        }
        self.spoken_before(start, name);
        if name.starts_with("--") && gap > 0 {
            return self.option(at, name);
        }
        if self.row_of_record(start, at, name) {
            return;
        }
        let before = start.checked_sub(1).map(|before| text[before]);
        if before == Some(b':') && gap > 0 && text.get(at) == Some(&b'"') {
            return self.string_value(at, name);
        }
        if before == Some(b':') && self.is_end_of_place(start, end, name) {
            return;
        }
        if before == Some(b':') && text.get(end).is_some_and(is_quote) {
            // With a prefix it is the value of an attribute.
            let prefix = text[..start - 1].iter().rev().take(LONG_WORD);
            let quote = start - 1 - prefix.take_while(|b| is_of_name(b)).count();
            if quote >= 2 && is_quote(&text[quote - 1]) && text[quote - 2] == b'=' {
                self.attribute(quote - 2, end + 1, name);
            }
            return;
        }
        if gap > 0 && self.is_in_statement(start, at, name) {
            return;
        }
        if gap > 0 && text.get(at).is_some_and(is_quote) {
            let word = self.word(at + 1);
            let is_whole = text.get(word.end) == text.get(at) && word.len() >= SHORT_WORD;
            if is_whole && has_both(&text[word.clone()]) && !self.spares(name, &word) {
                self.done = word.end;
                self.add(word, None, true);
            }
            return;
        }
        if gap > 0 && self.in_brackets(at, name) {
            return;
        }
        if gap > 0 && self.told(at, name) || self.told_password(start, end, name) {
            return;
        }
        if gap > 0 && text.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            return self.word_after_blank(at, start, name);
        }
        self.pair_of_lines(start, end, name);
    }

    /// `Token [0f1e…] expired`, `invalid token (0f1e…)`; tells whether a value stood there.
    fn in_brackets(&mut self, at: usize, name: &str) -> bool {
        let text = self.text;
        let rest = text.get(at..).unwrap_or_default();
        let opens = match rest {
            [b'(' | b'[' | b'<', ..] => 1,
            _ if rest.starts_with("\u{201c}".as_bytes()) => 3,
            _ if rest.starts_with("\u{ab}".as_bytes()) => 2,
            _ => return false,
        };
        let start = at + opens + blanks(text, at + opens);
        let mut word = self.word(start);
        let plain = text[word.clone()].iter().take_while(|b| b.is_ascii());
        word.end = word.start + plain.count();
        let closes = text
            .get(word.end)
            .is_some_and(|sign| b")]>".contains(sign) || !sign.is_ascii());
        let is_one = closes && is_made_up(&text[word.clone()]) && !self.spares(name, &word);
        if is_one {
            self.done = word.end;
            self.add(word, None, true);
        }
        is_one
    }

    /// `API key not found: 0f1e…`: where the value stands, behind a few words and a colon.
    fn behind_not(&self, at: usize) -> Option<usize> {
        const MOST_WORDS: usize = 4;
        let text = self.text;
        let begins = [&b"not "[..], b"is ", b"was ", b"has ", b"does not "];
        if !begins.iter().any(|word| text[at..].starts_with(word)) {
            return None;
        }
        let mut at = at;
        for _ in 0..MOST_WORDS {
            let letters = text[at..]
                .iter()
                .take(LONG_WORD)
                .take_while(|b| b.is_ascii_alphabetic());
            let length = letters.count();
            at += length;
            match text.get(at) {
                Some(b':') if length > 0 => return Some(at + 1 + blanks(text, at + 1)),
                Some(b' ') if length > 0 => at += 1,
                _ => return None,
            }
        }
        None
    }

    /// `the token 0f1e… is old`, `API key provided: 0f1e…`
    fn word_after_blank(&mut self, at: usize, start: usize, name: &str) {
        const LONGEST_LINE: usize = 200;
        if let Some(value) = self.behind_not(at) {
            return self.word_after_colon(value, name, LONG_WORD);
        }
        let word = self.word(at);
        if word.end - word.start <= LONG_WORD && self.text.get(word.end) == Some(&b':') {
            let next = word.end + 1 + blanks(self.text, word.end + 1);
            return self.word_after_colon(next, name, LONG_WORD);
        }
        let text = &self.text[word.clone()];
        let column = self.column(start);
        let line = &self.text[start - column.min(LONGEST_LINE)..start];
        // Files and commands that give values without signs.
        let is_told = ["machine ", "default ", "setenv ", "ENV ", "ARG "]
            .iter()
            .any(|word| line.starts_with(word.as_bytes()));
        let is_property = self.starts_line(start) && name.contains('.') && text.len() >= SHORT_WORD;
        // A line of a file of settings is nothing but the two.
        let is_alone = self.starts_line(start) && self.line_end(word.end) == word.end;
        let is_setting = is_alone
            && (["requirepass", "masterauth"].contains(&name)
                || text.len() >= 6 && has_both(text) && !is_algorithm(&self.name(&word)));
        let is_one = is_told || is_setting || is_property && has_both(text) || is_made_up(text);
        if is_one && !self.spares(name, &word) {
            self.done = word.end;
            self.add(word, None, true);
        }
    }

    /// Up to a blank, a quotation mark or what ends a sentence.
    pub(super) fn word(&mut self, at: usize) -> Range<usize> {
        if (self.plain_word.from..self.plain_word.found).contains(&at) {
            return at..at;
        }
        let rest = &self.text[at..];
        let ends =
            |b: &u8| b.is_ascii_whitespace() || b"\"'`,;:()[]{}<>&\\=\x01\x02\x03\x04".contains(b);
        let mut length = rest.iter().position(ends).unwrap_or(rest.len());
        if !has_both(&rest[..length]) {
            self.plain_word = super::Reach {
                from: at,
                found: at + length,
            };
        }
        while rest[..length].ends_with(b".") {
            length -= 1;
        }
        at..at + length
    }

    /// `--token 0f1e…`
    fn option(&mut self, at: usize, name: &str) {
        let text = self.text;
        if text.get(at).is_some_and(is_quote) {
            return self.string_value(at, name);
        }
        let word = self.shell_word(at);
        let value = &text[word.clone()];
        let is_plain = value.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-');
        if !is_plain && !b"-<$[{(|".contains(&value[0]) && !self.spares(name, &word) {
            self.done = word.end;
            self.add(word, None, true);
        }
    }

    /// A word as a shell reads it, without its quotation marks.
    pub(super) fn shell_word(&self, at: usize) -> Range<usize> {
        let text = &self.text[..self.text.len().min(at + LONGEST_COMMAND)];
        match text.get(at) {
            Some(sign) if is_quote(sign) => at + 1..string_end(text, at + 1, *sign),
            _ => {
                let rest = text.get(at..).unwrap_or_default();
                let ends = |b: &u8| b.is_ascii_whitespace() || is_quote(b) || *b == b'\\';
                at..at + rest.iter().position(ends).unwrap_or(rest.len())
            }
        }
    }

    /// `'X-Api-Key: 0f1e…'`: what stands in quotation marks is a header.
    pub(super) fn header_in_quotes(&mut self, quote: u8, at: usize, name: &str) {
        let limit = self.line_end(at).min(at + LONGEST_COMMAND);
        if at >= limit {
            return;
        }
        let (mark, known) = self.header_end;
        let end = if mark == quote && (known.from..known.found).contains(&at) {
            known.found
        } else {
            string_end(&self.text[..limit], at, quote).min(limit)
        };
        self.header_end = (
            quote,
            super::Reach {
                from: at,
                found: end,
            },
        );
        let value = self.text[at..end].trim_ascii_end();
        let range = at..at + value.len();
        if !is_header(name) {
            return self.word_after_colon(at, name, SHORT_WORD);
        }
        if !says_nothing(&self.name(&range)) && !self.spares(name, &range) {
            let range = self.credential(range, name);
            self.done = range.end;
            self.add(range, None, true);
        }
    }

    /// In the middle of a text only what looks made up is a value: `unknown token: identifier`
    /// is none.
    pub(super) fn word_after_colon(&mut self, at: usize, name: &str, shortest: usize) {
        // What is left of a word in which nothing looks made up does not either.
        if (self.plain_word.from..self.plain_word.found).contains(&at) {
            return;
        }
        let at = self.behind_tag(at);
        let rest = self.text.get(at..).unwrap_or_default();
        let ends =
            |b: &u8| b.is_ascii_whitespace() || b"\"'`,;)]}<>&\\\x01\x02\x03\x04".contains(b);
        let mut length = rest.iter().position(ends).unwrap_or(rest.len());
        let word = &rest[..length];
        if self.scheme_word(at, name) == length && length > 0 {
            return self.behind_scheme(at + length, name);
        }
        if !has_both(word) {
            self.plain_word = super::Reach {
                from: at,
                found: at + length,
            };
            return;
        }
        while rest[..length].ends_with(b".") {
            length -= 1;
        }
        let range = at..at + length;
        if length >= shortest && !self.spares(name, &range) {
            self.done = range.end;
            self.add(range, None, true);
        }
    }

    /// How long the word is that stands here before a credential. Under the name for credentials
    /// any word may.
    pub(super) fn scheme_word(&self, at: usize, name: &str) -> usize {
        const LONGEST: usize = 20;
        let rest = self.text.get(at..).unwrap_or_default().iter();
        let word = rest
            .take_while(|b| b.is_ascii_alphabetic() || **b == b'-')
            .count();
        let word = match word {
            1..=LONGEST => word,
            _ => return 0,
        };
        let is_known = std::str::from_utf8(&self.text[at..at + word]).is_ok_and(is_scheme);
        if is_known || is_authorization(name) {
            word
        } else {
            0
        }
    }

    /// The credential of a value, without a word before it that names its kind.
    pub(super) fn credential(&self, range: Range<usize>, name: &str) -> Range<usize> {
        let word = self.scheme_word(range.start, name);
        let start = range.start + word + blanks(self.text, range.start + word);
        if word == 0 || start == range.start + word || start >= range.end {
            return range;
        }
        let rest = &self.text[start..range.end];
        let is_one = rest.len() >= SHORT_WORD && has_both(rest) && !rest.contains(&b' ');
        if is_one || is_kept(&String::from_utf8_lossy(rest)) {
            start..range.end
        } else {
            range
        }
    }

    /// `Authorization: Digest username="ann", response="…"`, or one word.
    pub(super) fn behind_scheme(&mut self, from: usize, name: &str) {
        let text = self.text;
        let start = from + blanks(text, from);
        let limit = text.len().min(start + LONGEST_COMMAND);
        let mut at = start;
        let mut end = start;
        loop {
            let word = text
                .get(at..limit)
                .unwrap_or_default()
                .iter()
                .take_while(|b| is_of_name(b))
                .count();
            if word == 0 || text.get(at + word) != Some(&b'=') {
                break;
            }
            let value = at + word + 1;
            end = match text.get(value) {
                Some(b'"') => (string_end(&text[..limit], value + 1, b'"') + 1).min(limit),
                _ => self.shell_word(value).end,
            };
            let comma = usize::from(text.get(end) == Some(&b','));
            at = end + comma + blanks(text, end + comma);
        }
        if end > start {
            self.add(start..end, None, true);
            self.done = end;
        } else if start > from {
            let start = start + usize::from(text.get(start).is_some_and(is_quote));
            let mut word = self.word(start);
            while text.get(word.end) == Some(&b'=') {
                word.end += 1;
            }
            let value = &text[word.clone()];
            if word.end - word.start >= SHORT_WORD
                && (has_both(value) || value.ends_with(b"="))
                && !self.spares(name, &word)
            {
                self.done = word.end;
                self.add(word, None, true);
            }
        }
    }
}

fn is_authorization(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("authorization")
}

pub(super) fn has_both(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic)
}

/// Whether a word of a sentence is none: a part of it mixes letters and digits and is long.
pub(super) fn is_made_up(word: &[u8]) -> bool {
    let mut parts = word.split(|b| !b.is_ascii_alphanumeric());
    let digits = |part: &[u8]| part.iter().filter(|b| b.is_ascii_digit()).count();
    word.len() >= LONG_WORD
        && !word.contains(&b'@')
        && parts.any(|part| part.len() >= SHORT_WORD && has_both(part) && digits(part) > 1)
}

/// Whether the word behind a scheme is a credential and not one of a sentence.
fn is_credential(word: &str) -> bool {
    const OTHERS: [&str; 6] = ["base64", "oauth", "sha", "hmac", "rfc", "http"];
    let lower = word.to_ascii_lowercase();
    word.len() >= 10
        && word.bytes().any(|b| b.is_ascii_digit())
        && !OTHERS.iter().any(|other| lower.starts_with(other))
}
