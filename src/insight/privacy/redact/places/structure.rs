//! Names that stand as values beside what they name, as in
//! `{"name": "Authorization", "value": "…"}`.

use super::is_secret_name;
use super::members::blanks_before;
use super::{Places, number_end, skip_blanks, string_end};
use crate::insight::redact::spared::is_kept;
use std::ops::Range;

/// Under which a name stands as a value, and under which what it names.
pub(super) const NAMING: [&str; 15] = [
    "name",
    "id",
    "label",
    "property",
    "setting",
    "option",
    "key",
    "header",
    "param",
    "parameter",
    "field",
    "variable",
    "attribute",
    "k",
    "n",
];
pub(super) const NAMED: [&str; 5] = ["value", "val", "v", "values", "content"];
pub(super) const TYPES: [&str; 14] = [
    "string",
    "object",
    "array",
    "integer",
    "number",
    "boolean",
    "null",
    "apiKey",
    "http",
    "oauth2",
    "openIdConnect",
    "text",
    "password",
    "hidden",
];

/// Members of an object that are looked through for what it is.
const MEMBERS: usize = 40;
/// Bytes that are looked back through for what a value stands in.
const BACK: usize = 4_000;

impl Places<'_> {
    /// A secret name that is the value of something: what it names stands beside it.
    pub(super) fn pair(&mut self, string: Range<usize>, name: &str) {
        let Some(before) = string.start.checked_sub(1) else {
            return;
        };
        let sign = blanks_before(self.text, before);
        match sign.checked_sub(1).map(|sign| self.text[sign]) {
            Some(b':') => {
                let Some(key) = self.key_before(sign - 1) else {
                    return self.pair_of_lines(string.start - 1, string.end + 1, name);
                };
                self.pair_of_members(&key, string.start - 1, name);
            }
            Some(b'=') => self.pair_of_attributes(&string, sign - 1, name),
            Some(b'?') => self.pair_of_lines(string.start - 1, string.end + 1, name),
            Some(b'[' | b',') if self.is_place_in_list(&string, name) => {}
            Some(b'[' | b'(' | b',') => self.pair_in_list(&string, sign - 1, name),
            _ => {}
        }
    }

    /// A word that is the kind of something, and no secret name.
    pub(super) fn kind_of(&mut self, string: &Range<usize>, said: &str) {
        let Some(before) = string.start.checked_sub(1) else {
            return;
        };
        let sign = blanks_before(self.text, before);
        if sign > 0
            && self.text[sign - 1] == b':'
            && let Some(key) = self.key_before(sign - 1)
        {
            self.kind(&key, string.start - 1, said);
        }
    }

    /// `["Authorization", "Bearer …"]`, and the lists in which names and values alternate.
    fn pair_in_list(&mut self, string: &Range<usize>, before: usize, name: &str) {
        let text = self.text;
        let comma = skip_blanks(text, string.end + 1);
        let at = skip_blanks(text, comma + 1);
        let quote = match (text.get(comma), text.get(at)) {
            (Some(b','), Some(sign)) if super::is_quote(sign) => *sign,
            (Some(b','), Some(b'0'..=b'9')) => {
                let behind = skip_blanks(text, number_end(text, at));
                if matches!(text[before], b'[' | b'(')
                    && matches!(text.get(behind), Some(b']' | b')'))
                {
                    self.number(at, name, Some(string.end..string.end + 1), true);
                }
                return;
            }
            _ => return,
        };
        let end = string_end(text, at + 1, quote);
        let behind = skip_blanks(text, end + 1);
        let is_two = matches!(
            (text[before], text.get(behind)),
            (b'[', Some(b']')) | (b'(', Some(b')'))
        );
        let value = self.name(&(at + 1..end));
        let is_header = super::is_header(name);
        let is_word = value
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b"_-".contains(&b));
        let fits = if is_two {
            is_header || !is_word && value.len() >= 8
        } else {
            is_header && !is_word && (value.len() >= 16 || value.contains([' ', '=']))
        };
        if fits && !is_kept(&value) && !is_secret_name(&value) {
            self.string_value(at, name);
        }
    }

    /// The private members of a JSON Web Key (RFC 7518, 6), one of which is at this place.
    pub(super) fn key_of_set(&mut self, place: usize) {
        const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];
        const SHORTEST: usize = 8;
        let from = place.saturating_sub(BACK);
        let Some(open) = memchr::memrchr(b'{', &self.text[from..place]) else {
            return;
        };
        let open = from + open;
        if self.set_seen == Some(open) {
            return;
        }
        self.set_seen = Some(open);
        let limit = open + self.allowance(BACK);
        let mut at = open + 1;
        for _ in 0..MEMBERS {
            let Some((key, value)) = self.member(at) else {
                return;
            };
            let key = self.name(&key);
            if PRIVATE.contains(&&*key)
                && let Some(sign @ (b'"' | 1..=4)) = self.text.get(value)
            {
                let end = string_end(self.text, value + 1, *sign);
                if end - value > SHORTEST {
                    self.add(value + 1..end, None, true);
                }
            }
            at = self.behind_value(value, limit);
            if self.text.get(at) != Some(&b',') || at > limit {
                break;
            }
            at += 1;
        }
        self.charge(at - open);
    }
}
