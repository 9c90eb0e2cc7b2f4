//! Answers that repeat a value they refused: one member names the place of it, as in
//! `{"loc": ["body", "password"], "input": "…"}`, and others beside it hold it or speak of it.

use super::is_secret_name;
use super::members::blanks_before;
use super::object::Object;
use super::structure::{NAMED, NAMING, TYPES};
use super::{Places, number_end, skip_blanks};
use crate::insight::redact::looks::has_both;
use crate::insight::redact::names::words;
use std::ops::Range;

/// Last words of names under which a refused or a changed value stands.
const REFUSED: [&str; 18] = [
    "input",
    "data",
    "received",
    "actual",
    "given",
    "provided",
    "supplied",
    "submitted",
    "got",
    "entered",
    "rejected",
    "attempted",
    "from",
    "to",
    "old",
    "new",
    "before",
    "after",
];
/// Those by which a change of a document tells what was there and what is.
const CHANGED: [&str; 3] = ["old", "new", "previous"];
/// Last words of names under which a sentence about it stands.
const SENTENCES: [&str; 8] = [
    "detail",
    "message",
    "msg",
    "title",
    "description",
    "error",
    "reason",
    "cause",
];
/// What an object in another one is called that says where a value was.
const SOURCES: [&str; 4] = ["source", "location", "target", "origin"];
/// What an object is called that holds more about an error.
const CONTEXTS: [&str; 5] = ["meta", "context", "ctx", "params", "details"];
/// First words of names that end in `name`, where a place has one.
const NAMED_PLACES: [&str; 11] = [
    "argument",
    "arg",
    "property",
    "field",
    "parameter",
    "param",
    "member",
    "attribute",
    "header",
    "column",
    "variable",
];
/// First words of names that end in `path` and name no place in what was sent.
const OTHER_PATHS: [&str; 10] = [
    "schema", "file", "base", "request", "url", "api", "log", "class", "mount", "key",
];

/// How a member names what stands beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// By any name.
    Name,
    /// As a place in a document that is changed.
    Pointer,
    /// As a place in what was sent.
    Place,
}

impl Places<'_> {
    /// How a member of that name, with this value, names others.
    pub(super) fn naming(&self, key: &Range<usize>, value: &str) -> Option<Naming> {
        let name = self.name(key);
        let words = words(&name);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            [
                "field" | "property" | "param" | "parameter" | "variable" | "attribute" | "header",
            ]
            | ["loc" | "argument" | "arg" | "target"]
            | [.., "pointer" | "field" | "property" | "parameter"] => Some(Naming::Place),
            ["path"] if value.starts_with('/') => Some(Naming::Pointer),
            ["path"] => Some(Naming::Place),
            [first, .., "path"] if !OTHER_PATHS.contains(&first) => Some(Naming::Place),
            [first, .., "name" | "names"] if NAMED_PLACES.contains(&first) => Some(Naming::Place),
            _ => NAMING
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
                .then_some(Naming::Name),
        }
    }

    /// Masks what stands beside a member whose value names a secret; `end` is behind that value.
    pub(super) fn beside(&mut self, key: &Range<usize>, value: usize, name: &str, naming: Naming) {
        let name = last_part(name);
        if !is_secret_name(name) {
            return;
        }
        let quote = Some(key.end..key.end + 1);
        let object = self.object_of(key, value);
        self.values_beside(&object, key, name, naming, quote.clone());
        let Some(open) = object.open.filter(|_| naming != Naming::Pointer) else {
            return;
        };
        // `"source": {"pointer": "…"}, "meta": {…}`
        if let Some((outer, object)) = self.object_outside(open)
            && SOURCES.contains(&&*outer.to_ascii_lowercase())
        {
            self.values_beside(&object, key, name, Naming::Place, quote);
        }
    }

    fn values_beside(
        &mut self,
        object: &Object,
        naming_key: &Range<usize>,
        name: &str,
        naming: Naming,
        quote: Option<Range<usize>>,
    ) {
        for member in self.near(object, naming_key) {
            if member.key == *naming_key {
                continue;
            }
            let key = self.name(&member.key).to_ascii_lowercase();
            let last = self.last_word(&member.key);
            let is_open = self.text.get(member.value) == Some(&b'{');
            let is_value = NAMED.contains(&&*key)
                || naming != Naming::Name && NAMED.contains(&&*last)
                || naming == Naming::Pointer && CHANGED.contains(&&*last);
            // The whole of what was sent says of each member what it is.
            let is_refused = naming == Naming::Place
                && REFUSED.contains(&&*last)
                && !is_open
                && !self.is_type_name(member.value);
            if is_value || is_refused {
                let done = self.done;
                self.value(member.value, name, quote.clone());
                self.done = done;
            } else if naming == Naming::Place && SENTENCES.contains(&&*last) {
                self.quoted_parts(member.value);
            } else if naming == Naming::Place && is_open && CONTEXTS.contains(&&*key) {
                const AHEAD: usize = 2_000;
                for member in self.members_of(member.value, AHEAD) {
                    let last = self.last_word(&member.key);
                    if NAMED.contains(&&*last) || REFUSED.contains(&&*last) {
                        let done = self.done;
                        self.value(member.value, name, quote.clone());
                        self.done = done;
                    }
                }
            }
        }
    }

    /// Whether a value is the name of a type: `"received": "undefined"`.
    fn is_type_name(&self, at: usize) -> bool {
        const OTHERS: [&str; 8] = [
            "undefined",
            "nan",
            "float",
            "int",
            "str",
            "bool",
            "none",
            "date",
        ];
        let Some(said) = self.string_at(at).map(|said| self.name(&said)) else {
            return false;
        };
        TYPES.contains(&&*said) || OTHERS.contains(&&*said)
    }

    /// `input_value='…'` in the line below that of a name.
    pub(super) fn input_below(&mut self, start: usize, value: usize) {
        const LONGEST_LINE: usize = 300;
        let text = self.text;
        let line_start = |at: usize| {
            let from = at.saturating_sub(LONGEST_LINE);
            memchr::memrchr(b'\n', &text[from..at]).map(|line| from + line + 1)
        };
        let Some(line) = line_start(start) else {
            return;
        };
        let above = line_start(line - 1).unwrap_or(0);
        let name = String::from_utf8_lossy(text[above..line].trim_ascii()).into_owned();
        let name = last_part(&name);
        if !name.contains(' ') && is_secret_name(name) {
            self.value(value, name, None);
        }
    }

    /// What stands in quotation marks in a sentence, if it is the value that the sentence is
    /// about.
    fn quoted_parts(&mut self, at: usize) {
        const LONGEST: usize = 1_000;
        const SHORTEST: usize = 6;
        const BEFORE: [&str; 7] = [
            "value", "got", "received", "given", "provided", "input", "key",
        ];
        let Some(range) = self.string_at(at).filter(|range| range.len() <= LONGEST) else {
            return;
        };
        let text = self.text;
        let mut at = range.start;
        while at < range.end {
            let sign = text[at];
            let is_inside = at > range.start && text[at - 1].is_ascii_alphanumeric();
            if !matches!(sign, b'"' | b'\'' | b'`') || is_inside {
                at += 1;
                continue;
            }
            let Some(length) = memchr::memchr(sign, &text[at + 1..range.end]) else {
                return;
            };
            let mut end = at + 1 + length;
            let next = end + 1;
            if text[end - 1] == b'\\' {
                end -= 1;
            }
            let part = at + 1..end.max(at + 1);
            let value = self.name(&part);
            let before = String::from_utf8_lossy(&text[range.start..at]);
            let before = before.trim_end_matches(['\\', ' ', ':', '=']);
            let word = before.rsplit(' ').next().unwrap_or_default();
            let is_told = before.is_empty() || BEFORE.contains(&&*word.to_ascii_lowercase());
            let is_pattern = value.contains(['^', '$', '[', ']', '{', '}', '(', ')', '|', '/']);
            let is_one = is_told || has_both(&value) && value.len() >= SHORTEST;
            let names = is_secret_name(&value) && !has_both(&value);
            if is_one && !is_pattern && !names && !value.contains(' ') && !part.is_empty() {
                self.add(part, None, true);
            }
            at = next;
        }
    }

    /// The last part of a place that is given as a list: `["body", "password"]`.
    pub(super) fn is_place_in_list(&mut self, string: &Range<usize>, name: &str) -> bool {
        const MOST: usize = 12;
        let text = self.text;
        let mut behind = skip_blanks(text, string.end + 1);
        if text.get(behind) == Some(&b',') {
            let at = skip_blanks(text, behind + 1);
            if text.get(at).is_some_and(u8::is_ascii_digit) {
                behind = skip_blanks(text, number_end(text, at));
            }
        }
        if text.get(behind) != Some(&b']') {
            return false;
        }
        let mut at = string.start - 1;
        for _ in 0..MOST {
            let sign = blanks_before(text, at);
            match sign.checked_sub(1).map(|sign| text[sign]) {
                Some(b'[') => {
                    let colon = blanks_before(text, sign - 1);
                    let key = match colon.checked_sub(1).map(|colon| text[colon]) {
                        Some(b':') => self.key_before(colon - 1),
                        _ => None,
                    };
                    let Some(key) = key else {
                        return false;
                    };
                    let naming = self.naming(&key, "");
                    if naming == Some(Naming::Place) {
                        self.beside(&key, sign - 1, name, Naming::Place);
                    }
                    return naming == Some(Naming::Place);
                }
                Some(b',') => {
                    let end = blanks_before(text, sign - 1);
                    let from = end.saturating_sub(super::LONGEST_NAME);
                    let part = &text[from..end];
                    let start = match part.last() {
                        Some(mark) if super::is_quote(mark) => {
                            memchr::memrchr(*mark, &part[..part.len() - 1])
                        }
                        _ => part
                            .iter()
                            .rposition(|b| !b.is_ascii_digit())
                            .map(|at| at + 1),
                    };
                    match start {
                        Some(start) => at = from + start,
                        None => return false,
                    }
                }
                _ => return false,
            }
        }
        false
    }

    /// `urn:…:User:password`: a name that ends a value with colons in it.
    pub(super) fn is_end_of_place(&mut self, start: usize, end: usize, name: &str) -> bool {
        let text = self.text;
        let from = start.saturating_sub(super::LONGEST_NAME);
        let Some(sign) = text.get(end).filter(|sign| super::is_quote(sign)) else {
            return false;
        };
        let Some(open) = memchr::memrchr(*sign, &text[from..start]).map(|open| from + open) else {
            return false;
        };
        let colon = blanks_before(text, open);
        if colon == 0 || text[colon - 1] != b':' {
            return false;
        }
        let Some(key) = self.key_before(colon - 1) else {
            return false;
        };
        match self.naming(&key, "") {
            Some(naming) => {
                self.beside(&key, open, name, naming);
                true
            }
            None => false,
        }
    }
}

/// The part of a place that says what stands there: not its number in a list.
fn last_part(place: &str) -> &str {
    if !place.contains(['/', '.', '[']) {
        return place;
    }
    let parts = place.rsplit(['/', '.', '[', ']']);
    let says = |part: &&str| {
        !part.is_empty()
            && !part.bytes().all(|b| b.is_ascii_digit())
            && !NAMED.contains(part)
            && !matches!(*part, "sid" | "-")
    };
    let last = parts.clone().find(says).unwrap_or(place);
    // `ASP.NET_SessionId` and `connect.sid` are names with a point in them.
    match is_secret_name(last) || place.starts_with(['/', '$', '#']) {
        true => last,
        false if place.matches('.').count() == 1 && !place.contains(['/', '[']) => place,
        false => last,
    }
}
