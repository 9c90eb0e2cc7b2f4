//! Values in brackets, and names that stand as values beside what they name, as in
//! `{"name": "Authorization", "value": "…"}`.

use super::is_secret_name;
use super::{Places, number_end, skip_blanks, string_end};
use crate::insight::redact::spared::{is_complaint, is_kept, is_spared};
use crate::insight::redact::views::layer;
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
/// Of a description only these hold values.
const VALUES_OF_SCHEMA: [&str; 6] = ["default", "example", "examples", "const", "value", "enum"];
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
/// Bytes that are looked ahead through for that.
const AHEAD: usize = 2_000;
/// Bytes that are looked through for the member that belongs to a name, on either side.
const FAR: usize = 64 << 10;
/// Numbers of so many digits in a list are no numbers of words.
const LONG_NUMBER: usize = 8;
/// Bytes that are looked back through for what a value stands in.
const BACK: usize = 4_000;

impl Places<'_> {
    /// Every text and long number inside brackets, at any depth.
    pub(super) fn container(&mut self, open: usize, name: &str, quote: Option<Range<usize>>) {
        let text = self.text;
        let is_schema = self.is_schema(open);
        let mut depth = 0usize;
        let mut inner: Option<String> = None;
        // Within a text in another one, a mark of the outer one ends all.
        let own = quote.as_ref().map_or(b'"', |quote| text[quote.start]);
        let mut quote = quote;
        let mut at = open;
        while at < text.len() {
            match text[at] {
                sign if layer(sign) < layer(own) => break,
                sign @ (b'"' | b'\'' | 1..=4) => {
                    let (start, end) = (at + 1, string_end(text, at + 1, sign));
                    let next = skip_blanks(text, end + 1);
                    if text.get(next) == Some(&b':') {
                        inner = Some(self.name(&(start..end)).into_owned());
                        quote = Some(end..(end + 1).min(text.len()));
                        at = next + 1;
                        continue;
                    }
                    let is_list = depth == 1 && text[open] == b'[';
                    let told = inner.as_deref().unwrap_or(name);
                    let value = self.name(&(start..end));
                    let spared = self.spares(told, &(start..end))
                        || start == end
                        || inner.as_ref().is_some_and(|inner| is_spared(inner, &value))
                        || is_list && is_complaint(&value)
                        || is_schema && !VALUES_OF_SCHEMA.contains(&told);
                    if !spared {
                        self.add(start..end, None, false);
                    }
                    at = end;
                }
                b'0'..=b'9' | b'-' => {
                    let told = inner.as_deref().unwrap_or(name);
                    let end = number_end(text, at);
                    let digits = &text[at..end];
                    // A list of long numbers counts nothing.
                    let is_listed =
                        text[open] == b'[' && inner.is_none() && digits.len() >= LONG_NUMBER;
                    if is_listed && !is_schema {
                        self.add(at..end, quote.clone(), false);
                    } else if !is_schema && !is_spared_number(told, digits) {
                        self.number(at, told, quote.clone(), false);
                    }
                    at = end;
                    continue;
                }
                b'/' if matches!(text.get(at + 1), Some(b'/' | b'*')) => {
                    let behind = super::skip_gap(text, at);
                    at = behind.max(at + 1);
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        at += 1;
                        break;
                    }
                }
                b',' if depth == 1 => inner = None,
                _ => {}
            }
            at += 1;
        }
        self.done = at.min(text.len());
    }

    /// Whether an object describes values and holds none: its `type` is one of JSON Schema's.
    fn is_schema(&self, open: usize) -> bool {
        let text = self.text;
        if text[open] != b'{' {
            return false;
        }
        let mut at = open + 1;
        for _ in 0..MEMBERS {
            let Some((key, value)) = self.member(at) else {
                return false;
            };
            let key = self.name(&key);
            if let Some(sign @ (b'"' | 1..=4)) = text.get(value) {
                let end = string_end(text, value + 1, *sign);
                let said = self.name(&(value + 1..end));
                if key == "$ref" || key == "type" && TYPES.contains(&said.as_ref()) {
                    return true;
                }
            }
            at = self.behind_value(value, open + AHEAD);
            if text.get(at) != Some(&b',') || at > open + AHEAD {
                return false;
            }
            at += 1;
        }
        false
    }

    /// A member's name, without its quotation marks, and where its value begins.
    fn member(&self, at: usize) -> Option<(Range<usize>, usize)> {
        let start = skip_blanks(self.text, at);
        let sign = *self.text.get(start).filter(|b| super::is_quote(b))?;
        let end = string_end(self.text, start + 1, sign);
        let colon = skip_blanks(self.text, end + 1);
        let is_member = self.text.get(colon) == Some(&b':');
        is_member.then(|| (start + 1..end, skip_blanks(self.text, colon + 1)))
    }

    /// Behind a value and the blanks that follow it; brackets are not followed beyond `limit`.
    fn behind_value(&self, at: usize, limit: usize) -> usize {
        let text = self.text;
        let behind = match text.get(at) {
            Some(sign @ (b'"' | b'\'' | 1..=4)) => string_end(text, at + 1, *sign) + 1,
            Some(b'{' | b'[') => {
                let mut depth = 0usize;
                let mut place = at;
                while place < text.len().min(limit) {
                    match text[place] {
                        sign @ (b'"' | b'\'' | 1..=4) => place = string_end(text, place + 1, sign),
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => {
                            depth = depth.saturating_sub(1);
                            if depth == 0 {
                                break;
                            }
                        }
                        _ => {}
                    }
                    place += 1;
                }
                place + 1
            }
            _ => {
                let rest = text.get(at..).unwrap_or_default();
                let ends = |b: &u8| b",}]".contains(b) || b.is_ascii_whitespace();
                at + rest.iter().position(ends).unwrap_or(rest.len())
            }
        };
        skip_blanks(text, behind)
    }

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
                if NAMING
                    .iter()
                    .any(|n| self.name(&key).eq_ignore_ascii_case(n))
                {
                    self.beside(&string, &key, name);
                }
            }
            Some(b'=') => self.pair_of_attributes(&string, sign - 1, name),
            Some(b'?') => self.pair_of_lines(string.start - 1, string.end + 1, name),
            Some(b'[' | b'(' | b',') => self.pair_in_list(&string, sign - 1, name),
            _ => {}
        }
    }

    /// The name in quotation marks before a colon.
    fn key_before(&self, colon: usize) -> Option<Range<usize>> {
        let end = blanks_before(self.text, colon).checked_sub(1)?;
        let sign = *self.text.get(end).filter(|b| super::is_quote(b))?;
        let from = end.saturating_sub(super::LONGEST_NAME);
        let start = memchr::memrchr(sign, &self.text[from..end])?;
        Some(from + start + 1..end)
    }

    /// The member of the same object that holds the value: behind the name, else before it.
    fn beside(&mut self, string: &Range<usize>, key: &Range<usize>, name: &str) {
        let quote = Some(string.end..string.end + 1);
        let is_value = |places: &Self, key: &Range<usize>| {
            let key = places.name(key);
            NAMED.iter().any(|known| key.eq_ignore_ascii_case(known))
        };
        let from = string.end;
        let limit = from + self.allowance(FAR);
        let mut at = skip_blanks(self.text, from + 1);
        while self.text.get(at) == Some(&b',') && at < limit {
            let Some((key, value)) = self.member(at + 1) else {
                break;
            };
            if is_value(self, &key) {
                self.charge(at - from);
                return self.value(value, name, quote);
            }
            at = self.behind_value(value, limit);
        }
        self.charge(at - from);
        let from = key.start - 1;
        let limit = from.saturating_sub(self.allowance(FAR));
        let mut start = from;
        while start > limit {
            let comma = blanks_before(self.text, start);
            if comma == 0 || self.text[comma - 1] != b',' {
                break;
            }
            let Some((key, value)) = self.member_before(comma - 1, limit) else {
                break;
            };
            if is_value(self, &key) {
                let done = self.done;
                self.value(value, name, quote);
                self.done = done.max(self.done);
                break;
            }
            start = key.start - 1;
        }
        self.charge(from - start);
    }

    /// The member that ends before a comma, and where its value begins.
    fn member_before(&self, comma: usize, limit: usize) -> Option<(Range<usize>, usize)> {
        let text = self.text;
        let end = blanks_before(text, comma);
        let start = match *text.get(end.checked_sub(1)?)? {
            sign @ (b'"' | b'\'' | 1..=4) => string_start(text, limit, end - 1, sign)?,
            b'}' | b']' => container_start(text, limit, end - 1)?,
            _ => {
                let word = text[limit.min(end)..end].iter().rev();
                end - word
                    .take_while(|b| super::is_of_name(b) || **b == b'+')
                    .count()
            }
        };
        let colon = blanks_before(text, start).checked_sub(1)?;
        let key = (text[colon] == b':').then(|| self.key_before(colon))??;
        Some((key, start))
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
        let fits = match is_two {
            true => is_header || !is_word && value.len() >= 8,
            false => is_header && !is_word && (value.len() >= 16 || value.contains([' ', '='])),
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

    /// Whether the object around a place stands under a name that says that it tells errors.
    pub(super) fn is_among_errors(&self, at: usize) -> bool {
        let text = self.text;
        let from = at.saturating_sub(BACK);
        let mut depth = 0usize;
        let mut place = at;
        let mut levels = 0;
        while place > from && levels < 4 {
            place -= 1;
            match text[place] {
                sign @ (b'"' | 1..=4) => match string_start(text, from, place, sign) {
                    Some(start) => place = start,
                    None => return false,
                },
                b'}' | b']' => depth += 1,
                b'{' | b'[' if depth > 0 => depth -= 1,
                b'{' | b'[' => {
                    levels += 1;
                    let colon = blanks_before(text, place);
                    if colon > 0
                        && text[colon - 1] == b':'
                        && let Some(key) = self.key_before(colon - 1)
                    {
                        let key = self.name(&key).to_ascii_lowercase();
                        if [
                            "error",
                            "violation",
                            "invalid",
                            "validation",
                            "problem",
                            "message",
                        ]
                        .iter()
                        .any(|word| key.contains(word))
                        {
                            return true;
                        }
                    }
                }
                _ => {}
            }
        }
        false
    }
}

fn is_spared_number(name: &str, number: &[u8]) -> bool {
    std::str::from_utf8(number).is_ok_and(|number| is_spared(name, number))
}

fn blanks_before(text: &[u8], at: usize) -> usize {
    let before = text[..at].iter().rev();
    at - before.take_while(|b| b.is_ascii_whitespace()).count()
}

/// Where the brackets open that close at `end`.
fn container_start(text: &[u8], from: usize, end: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = end + 1;
    while at > from {
        at -= 1;
        match text[at] {
            sign @ (b'"' | 1..=4) => at = string_start(text, from, at, sign)?,
            b'}' | b']' => depth += 1,
            b'{' | b'[' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The place of the quotation mark that begins a string which ends at `end`.
fn string_start(text: &[u8], from: usize, end: usize, quote: u8) -> Option<usize> {
    let mut at = end;
    loop {
        at = from + memchr::memrchr(quote, text.get(from..at)?)?;
        let escapes = text[from..at].iter().rev().take_while(|b| **b == b'\\');
        if escapes.count() % 2 == 0 {
            return Some(at);
        }
    }
}
