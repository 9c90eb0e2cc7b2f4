//! Words under secret names that are no secrets: pieces of a text, and labels in a language. And
//! values that a sentence speaks of: `Variable "$token" got invalid value "…"`.

use super::object::Object;
use super::{Places, SHORT_WORD, blanks, is_quote, string_end};
use crate::insight::redact::is_secret_name;
use crate::insight::redact::looks::{has_both, is_piece_of_text, is_sentence};
use crate::insight::redact::names::words;
use std::ops::Range;

/// Members beside a token that is a piece of a text.
const OF_PIECES: [&str; 20] = [
    "logprob",
    "logprobs",
    "token_logprobs",
    "top_logprobs",
    "start_offset",
    "end_offset",
    "text_offset",
    "offset",
    "offsets",
    "position",
    "lemma",
    "pos",
    "bytes",
    "detokenized",
    "input_ids",
    "token_ids",
    "attention_mask",
    "score",
    "token_str",
    "characterOffsetBegin",
];
/// Words of names of which two or more stand among labels of a program.
const OF_LABELS: [&str; 20] = [
    "cancel",
    "welcome",
    "forgot",
    "remember",
    "placeholder",
    "hint",
    "label",
    "required",
    "confirm",
    "back",
    "next",
    "close",
    "title",
    "button",
    "subtitle",
    "help",
    "description",
    "tooltip",
    "heading",
    "logout",
];
/// Under which labels in a language stand.
const LANGUAGES: [&str; 12] = [
    "i18n",
    "l10n",
    "translations",
    "translation",
    "locale",
    "locales",
    "labels",
    "strings",
    "messages",
    "texts",
    "lang",
    "language",
];
/// Words between a name and the value of it.
const BETWEEN: [&str; 22] = [
    "has",
    "had",
    "with",
    "got",
    "is",
    "was",
    "the",
    "a",
    "an",
    "its",
    "invalid",
    "rejected",
    "bad",
    "wrong",
    "illegal",
    "unexpected",
    "received",
    "incorrect",
    "malformed",
    "unknown",
    "of",
    "contains",
];
const VALUES: [&str; 3] = ["value", "input", "values"];
/// Words between a value and its name.
const BEFORE: [&str; 18] = [
    "at",
    "for",
    "of",
    "in",
    "the",
    "parameter",
    "param",
    "field",
    "header",
    "argument",
    "property",
    "variable",
    "attribute",
    "key",
    "option",
    "path",
    "query",
    "on",
];

impl Places<'_> {
    /// Whether a value under a secret name is a piece of a text or a label.
    pub(super) fn is_wording(&mut self, key: &Range<usize>, value: usize, name: &str) -> bool {
        const LONGEST: usize = 80;
        let text = self.text;
        let last = words(name).pop().unwrap_or_default();
        let is_token = name.to_ascii_lowercase().starts_with("token");
        match text.get(value) {
            Some(b'[') => last == "tokens" && self.is_of_pieces(key, value),
            Some(b'"' | 1..=4) => {
                let Some(string) = self.string_at(value).filter(|s| s.len() <= LONGEST) else {
                    return false;
                };
                let said = self.name(&string);
                is_token && is_piece_of_text(&said) && self.is_of_pieces(key, value)
                    || is_label(&said) && self.is_among_labels(key, value)
            }
            _ => false,
        }
    }

    fn is_of_pieces(&mut self, key: &Range<usize>, value: usize) -> bool {
        let object = self.object_of(key, value);
        if let Some(known) = object.has_pieces.get() {
            return known;
        }
        let has_pieces = object.members.iter().any(|member| {
            let name = self.name(&member.key);
            let value = self.text.get(member.value);
            let is_figure = value.is_some_and(|b| b.is_ascii_digit() || b"-[n\"".contains(b));
            is_figure && OF_PIECES.contains(&&*name)
        });
        object.has_pieces.set(Some(has_pieces));
        has_pieces
    }

    /// Whether all the texts of an object are labels, and one says so.
    fn is_among_labels(&mut self, key: &Range<usize>, value: usize) -> bool {
        let object = self.object_of(key, value);
        if let Some(known) = object.has_labels.get() {
            return known;
        }
        let has_labels = self.has_labels(&object);
        object.has_labels.set(Some(has_labels));
        has_labels
    }

    fn has_labels(&mut self, object: &Object) -> bool {
        let mut labels = 0;
        let mut tells = 0;
        let mut is_alike = false;
        for member in &object.members {
            let name = self.name(&member.key);
            let said = match self.text.get(member.value) {
                Some(b'{') => continue,
                Some(sign) if is_quote(sign) => self.string_at(member.value),
                _ => return false,
            };
            let said = said.map(|said| self.name(&said)).unwrap_or_default();
            if !is_label(&said) {
                return false;
            }
            labels += 1;
            let words = words(&name);
            let is_told = words.iter().any(|word| OF_LABELS.contains(&&**word));
            tells += usize::from(is_told);
            is_alike |= is_secret_name(&name) && words.iter().any(|word| begin_alike(word, &said));
        }
        if labels > 1 && (tells > 1 || is_alike) {
            return true;
        }
        let outer = object.open.and_then(|open| self.object_outside(open));
        outer.is_some_and(|(name, _)| LANGUAGES.contains(&&*name.to_ascii_lowercase()))
    }

    /// `got invalid value "…"`, `: rejected value […]`: the value of what was named before.
    pub(super) fn spoken_value(&mut self, from: usize, name: &str) -> bool {
        const MOST: usize = 5;
        let text = self.text;
        let mut at = from + blanks(text, from);
        for number in 0..=MOST {
            let length = text[at.min(text.len())..]
                .iter()
                .take(super::LONG_WORD)
                .take_while(|b| b.is_ascii_alphabetic())
                .count();
            let word = text[at..at + length].to_ascii_lowercase();
            let word = std::str::from_utf8(&word).unwrap_or_default();
            at += length;
            at += blanks(text, at);
            if number > 0 && VALUES.contains(&word) || number == 0 && word == "value" {
                break;
            }
            if number == MOST || !BETWEEN.contains(&word) {
                return false;
            }
        }
        if matches!(text.get(at), Some(b':' | b'=')) {
            at += 1;
            at += blanks(text, at);
        }
        for word in ["is ", "was ", "of "] {
            at += if text[at.min(text.len())..].starts_with(word.as_bytes()) {
                word.len()
            } else {
                0
            };
        }
        let Some(sign) = text.get(at) else {
            return false;
        };
        let end = match sign {
            b'\\' => {
                self.deeper = true;
                return false;
            }
            sign if is_quote(sign) => string_end(text, at + 1, *sign).min(text.len()),
            b'[' | b'(' => {
                let close = if *sign == b'[' { b']' } else { b')' };
                let line = self.line_end(at);
                match memchr::memchr(close, &text[at..line]) {
                    Some(length) => at + length,
                    None => return false,
                }
            }
            _ => {
                let rest = &text[at..];
                let ends = |b: &u8| {
                    b.is_ascii_whitespace() || b"\"'`,;)]}<>\\\x01\x02\x03\x04".contains(b)
                };
                let mut length = rest.iter().position(ends).unwrap_or(rest.len());
                while rest[..length].ends_with(b".") {
                    length -= 1;
                }
                let word = String::from_utf8_lossy(&rest[..length]);
                if length >= SHORT_WORD && has_both(&word) && !self.spares(name, &(at..at + length))
                {
                    self.add(at..at + length, None, true);
                    self.done = at + length;
                    return true;
                }
                return false;
            }
        };
        let range = at + 1..end.max(at + 1);
        if range.is_empty() || self.spares(name, &range) || is_secret_name(&self.name(&range)) {
            return false;
        }
        self.done = range.end;
        self.add(range, None, true);
        true
    }

    /// How long a word is to be in the middle of a text to be the value of what is named before.
    pub(super) fn shortest_spoken(&self, start: usize) -> usize {
        const NEAR: usize = 40;
        let before = &self.text[start.saturating_sub(NEAR)..start];
        match memchr::memmem::find(before, b"value ") {
            Some(_) => SHORT_WORD,
            None => super::LONG_WORD,
        }
    }

    /// `value "…" at "input.password"`, `value '…' for parameter 'token'`
    pub(super) fn spoken_before(&mut self, start: usize, name: &str) {
        const FAR: usize = 60;
        const LONGEST: usize = 300;
        let text = self.text;
        let mut at = start;
        let mut words = 0;
        let from = start.saturating_sub(FAR);
        loop {
            while at > from && matches!(text[at - 1], b' ' | b':') {
                at -= 1;
            }
            let length = text[from..at]
                .iter()
                .rev()
                .take_while(|b| b.is_ascii_alphabetic())
                .count();
            let word = String::from_utf8_lossy(&text[at - length..at]).to_ascii_lowercase();
            if length == 0 || !BEFORE.contains(&&*word) {
                break;
            }
            at -= length;
            words += 1;
        }
        if words == 0 || at <= from {
            return;
        }
        let mut end = at - 1;
        // `value "…" (type string) at path "…"`
        if text[end] == b')'
            && let Some(open) = memchr::memrchr(b'(', &text[from..end])
        {
            end = (from + open).saturating_sub(1);
            while end > from && text[end] == b' ' {
                end -= 1;
            }
        }
        let open = match text[end] {
            b']' => b'[',
            sign if is_quote(&sign) => sign,
            _ => return,
        };
        let from = end.saturating_sub(LONGEST);
        let Some(open) = memchr::memrchr(open, &text[from..end]).map(|open| from + open) else {
            return;
        };
        let before = text[from..open].trim_ascii_end();
        let before = before.strip_suffix(b":").unwrap_or(before);
        let length = before
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        let word = String::from_utf8_lossy(&before[before.len() - length..]).to_ascii_lowercase();
        let range = open + 1..end;
        let told = ["value", "input", "got", "received"].contains(&&*word);
        if told
            && !range.is_empty()
            && !self.spares(name, &range)
            && !is_secret_name(&self.name(&range))
        {
            self.add(range, None, true);
        }
    }
}

/// A word with a capital letter, or a sentence.
fn is_label(said: &str) -> bool {
    let is_plain = said
        .chars()
        .all(|c| c.is_alphabetic() || " '’-.…?!:,()/*".contains(c));
    let is_capital = said
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || !c.is_ascii());
    is_plain && (is_capital || is_sentence(said)) && !said.trim().is_empty()
}

/// `password` and `Passwort`
fn begin_alike(word: &str, said: &str) -> bool {
    const LETTERS: usize = 4;
    let (Some(word), Some(said)) = (word.get(..LETTERS), said.get(..LETTERS)) else {
        return false;
    };
    word.eq_ignore_ascii_case(said)
}
