//! Values in brackets under a secret name: all that stands in them, or of what only tells about
//! secrets, as a list of tokens does, the members that hold them.

use super::object::Member;
use super::structure::TYPES;
use super::{Places, number_end, skip_blanks, string_end};
use crate::insight::redact::names::words;
use crate::insight::redact::spared::{is_about, is_complaint, is_spared};
use crate::insight::redact::telling::{holds, is_code, is_error, is_ordinary, is_telling, tells};
use crate::insight::redact::views::layer;
use crate::insight::redact::{is_secret_name, looks};
use std::ops::Range;

/// Of a description only these hold values.
const VALUES_OF_SCHEMA: [&str; 6] = ["default", "example", "examples", "const", "value", "enum"];
/// Members that only a description has.
const OF_SCHEMA: [&str; 15] = [
    "$ref",
    "minLength",
    "maxLength",
    "min_length",
    "max_length",
    "pattern",
    "writeOnly",
    "readOnly",
    "write_only",
    "read_only",
    "nullable",
    "placeholder",
    "help_text",
    "helpText",
    "inputType",
];
/// Members of an object that are looked through for what it is.
const MEMBERS: usize = 40;
/// Bytes that are looked ahead through for that.
const AHEAD: usize = 2_000;
/// Numbers of so many digits in a list are no numbers of words.
const LONG_NUMBER: usize = 8;
/// Brackets in brackets, beyond which they are only counted.
const DEEPEST: usize = 200;
/// Walks that are remembered, so that none is made twice.
const WALKS: usize = 8;

/// What of the texts in a bracket is secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Every one.
    All,
    /// Every one but for what tells about them.
    Map,
    /// What holds a secret by its name, or looks made up.
    Some,
    /// The values that a description gives.
    Schema,
    /// None: they are pieces of a text.
    Pieces,
}

struct Frame {
    open: usize,
    is_list: bool,
    sort: Sort,
    /// The name of the member that is walked through.
    key: Option<Range<usize>>,
    /// The one under which the bracket stands.
    told: Option<Range<usize>>,
    tells: Option<bool>,
}

impl Places<'_> {
    /// Texts and long numbers inside brackets, at any depth.
    pub(super) fn container(&mut self, open: usize, name: &str, quote: Option<Range<usize>>) {
        let is_walked = |walk: &Range<usize>| walk.contains(&open);
        if is_about(name) || self.walks.iter().rev().take(WALKS).any(is_walked) {
            return;
        }
        let text = self.text;
        let mut frames: Vec<Frame> = Vec::new();
        let mut uncounted = 0usize;
        let mut is_whole = true;
        let mut among_errors = None;
        // Within a text in another one, a mark of the outer one ends all.
        let own = quote.as_ref().map_or(b'"', |quote| text[quote.start]);
        let mut quote = quote;
        let mut at = open;
        while at < text.len() {
            match text[at] {
                sign if layer(sign) < layer(own) => break,
                sign @ (b'"' | b'\'' | 1..=4) => {
                    let (start, end) = (at + 1, string_end(text, at + 1, sign));
                    if let Some((value, is_index)) = self.behind_key(end) {
                        if is_index && frames.len() > 1 {
                            frames.pop();
                        }
                        if let Some(frame) = frames.last_mut() {
                            frame.key = Some(start..end);
                        }
                        quote = Some(end..(end + 1).min(text.len()));
                        at = value;
                        continue;
                    }
                    if let Some(frame) = frames.last_mut() {
                        let (is_held, is_sure) =
                            self.is_held(frame, name, &(start..end), &mut among_errors);
                        is_whole &= is_sure;
                        if is_held {
                            self.add(start..end, None, false);
                        }
                    }
                    at = end;
                }
                b'0'..=b'9' | b'-' => {
                    let end = number_end(text, at);
                    if let Some(frame) = frames.last() {
                        is_whole &= frame.sort != Sort::Some;
                        self.number_inside(frame, name, at..end, quote.clone());
                    }
                    at = end.max(at + 1);
                    continue;
                }
                b'/' if matches!(text.get(at + 1), Some(b'/' | b'*')) => {
                    let behind = super::skip_gap(text, at);
                    at = behind.max(at + 1);
                    continue;
                }
                b'{' | b'[' if frames.len() >= DEEPEST => uncounted += 1,
                b'{' | b'[' => {
                    let frame = self.frame(at, frames.last(), name);
                    is_whole &= matches!(frame.sort, Sort::All | Sort::Schema);
                    frames.push(frame);
                }
                b'}' | b']' if uncounted > 0 => uncounted -= 1,
                b'}' | b']' => {
                    frames.pop();
                    if frames.is_empty() {
                        at += 1;
                        break;
                    }
                }
                b',' if uncounted == 0 => {
                    if let Some(frame) = frames.last_mut() {
                        frame.key = None;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let end = at.min(text.len());
        self.walks.push(open..end);
        // What was left may hold more than its name says: it is looked through like other texts.
        if is_whole {
            self.done = end;
        }
    }

    /// Behind the sign that makes a string a name: `:`, `=>`, and the bracket of an index before.
    fn behind_key(&self, end: usize) -> Option<(usize, bool)> {
        let text = self.text;
        let at = skip_blanks(text, end + 1);
        match text.get(at..)? {
            [b':', ..] => Some((at + 1, false)),
            [b'=', b'>', ..] => Some((at + 2, false)),
            [b']', b'=', b'>', ..] => Some((at + 3, true)),
            _ => None,
        }
    }

    fn frame(&self, open: usize, outer: Option<&Frame>, name: &str) -> Frame {
        let is_list = self.text[open] == b'[';
        let Some(outer) = outer else {
            return Frame {
                open,
                is_list,
                sort: self.sort_of(open, name),
                key: None,
                told: None,
                tells: None,
            };
        };
        let told = outer.key.clone().or_else(|| outer.told.clone());
        let mut sort = outer.sort;
        if outer.is_list && !is_list && sort != Sort::Schema {
            // Of many things each tells itself what of it is secret.
            if is_plural(name) || is_soft(name) {
                sort = Sort::Some;
            }
        }
        if let Some(key) = outer.key.as_ref().map(|key| self.name(key))
            && sort != Sort::Schema
        {
            // What is a text itself, or a mask, is no name.
            let is_name = key.bytes().all(|b| super::may_be_in_name(&b)) && !key.contains('‹');
            let is_secret = is_name && is_secret_name(&key);
            if is_about(&key) {
                sort = if is_secret { Sort::Some } else { sort };
            } else if is_secret {
                sort = self.sort_of(open, &key);
            }
        }
        Frame {
            open,
            is_list,
            sort,
            key: None,
            told,
            tells: None,
        }
    }

    fn sort_of(&self, open: usize, name: &str) -> Sort {
        let is_list = self.text[open] == b'[';
        if is_list {
            return if is_name_of_pieces(name) && self.are_pieces(open) {
                Sort::Pieces
            } else {
                Sort::All
            };
        }
        if self.is_schema(open) {
            return Sort::Schema;
        }
        match (is_soft(name), is_plural(name)) {
            _ if self.is_reference(open) => Sort::Some,
            (true, true) => Sort::Map,
            (true, false) => Sort::Some,
            (false, _) => Sort::All,
        }
    }

    /// Whether a text is secret where it stands, and whether that is sure.
    fn is_held(
        &self,
        frame: &mut Frame,
        name: &str,
        range: &Range<usize>,
        among_errors: &mut Option<bool>,
    ) -> (bool, bool) {
        const LONGEST: usize = 300;
        let key = frame.key.as_ref().or(frame.told.as_ref());
        let key = key.map(|key| self.name(key));
        let told = key.as_deref().unwrap_or(name);
        if range.is_empty() || frame.sort == Sort::Pieces {
            return (false, true);
        }
        if frame.sort == Sort::Schema {
            let is_value = VALUES_OF_SCHEMA.contains(&told);
            return (is_value && !self.spares(told, range), true);
        }
        if self.spares(told, range) {
            return (false, true);
        }
        let value = self.name(range);
        if frame.is_list && frame.key.is_none() && is_complaint(&value) {
            return (false, true);
        }
        let Some(key) = key.as_deref() else {
            let mut among =
                || *among_errors.get_or_insert_with(|| self.is_among_errors(frame.open));
            let is_code = is_code(&value) && value.contains(['_', '.']);
            return (!(is_code && among()), true);
        };
        if is_error(key, &value) {
            let is_one = is_complaint(&value)
                || frame.sort == Sort::Some
                || *among_errors.get_or_insert_with(|| self.is_among_errors(frame.open))
                || self.complains(frame.open);
            if is_one {
                return (false, false);
            }
        }
        let is_long = range.len() > LONGEST;
        match frame.sort {
            Sort::All => {
                let tells = is_telling(key, &value)
                    && *frame
                        .tells
                        .get_or_insert_with(|| self.tells_much(frame.open));
                let in_errors = tells
                    || tells_of_error(key)
                        && looks::is_label(&value)
                        && *among_errors.get_or_insert_with(|| self.is_among_errors(frame.open));
                (!in_errors, !in_errors)
            }
            Sort::Map => {
                let tells = is_telling(key, &value);
                (!tells, !tells)
            }
            // Its own name says so where it is looked at by itself.
            _ if frame.key.is_some() && is_secret_name(key) => (false, false),
            // The name of one, in the place of one.
            _ if is_secret_name(&value) && !looks::has_both(&value) => (false, false),
            _ if holds(key) => (true, false),
            _ if tells(key) => (!is_telling(key, &value), false),
            _ if is_long => (!value.contains(' '), false),
            _ => (!is_ordinary(&value), false),
        }
    }

    fn number_inside(
        &mut self,
        frame: &Frame,
        name: &str,
        range: Range<usize>,
        quote: Option<Range<usize>>,
    ) {
        let key = frame.key.as_ref().or(frame.told.as_ref());
        let key = key.map(|key| self.name(key));
        let told = key.as_deref().unwrap_or(name);
        let digits = &self.text[range.clone()];
        if matches!(frame.sort, Sort::Schema | Sort::Pieces) {
            return;
        }
        // A list of long numbers counts nothing.
        if frame.is_list && frame.told.is_none() {
            if digits.len() >= LONG_NUMBER {
                self.add(range, quote, false);
            }
            return;
        }
        let is_spared = std::str::from_utf8(digits).is_ok_and(|digits| is_spared(told, digits));
        let is_one = match frame.sort {
            Sort::All => !(tells(told) && self.tells_much(frame.open)),
            Sort::Map => !tells(told),
            // Its own name says so where it is looked at by itself.
            _ => holds(told),
        };
        if is_one && !is_spared {
            self.number(range.start, told, quote, false);
        }
    }

    /// Whether an object has several members that tell about what it holds.
    fn tells_much(&self, open: usize) -> bool {
        let members = match self.text[open] {
            b'{' => self.members_of(open, AHEAD),
            _ => return false,
        };
        let tells = |member: &&Member| tells(&self.name(&member.key));
        members.iter().filter(tells).count() > 1
    }

    /// Whether an object says in words what is wrong.
    fn complains(&self, open: usize) -> bool {
        let members = match self.text[open] {
            b'{' => self.members_of(open, AHEAD),
            _ => return false,
        };
        members.iter().any(|member| {
            let value = self.string_at(member.value).map(|value| self.name(&value));
            value.is_some_and(|value| {
                is_complaint(&value) && is_error(&self.name(&member.key), &value)
            })
        })
    }

    /// Whether an object describes values and holds none: its `type` is one of JSON Schema's, or
    /// it has what only a description has.
    fn is_schema(&self, open: usize) -> bool {
        let members = self.members_of(open, AHEAD);
        members.iter().take(MEMBERS).any(|member| {
            let key = self.name(&member.key);
            let said = self.string_at(member.value).map(|said| self.name(&said));
            OF_SCHEMA.contains(&&*key)
                || key == "type" && said.is_some_and(|said| TYPES.contains(&&*said))
        })
    }

    /// Whether an object only says which secret is meant.
    fn is_reference(&self, open: usize) -> bool {
        let members = self.members_of(open, AHEAD);
        members.iter().any(|member| {
            let key = self.name(&member.key);
            let last = words(&key).pop().unwrap_or_default();
            last == "name" && is_secret_name(&key)
        })
    }

    /// Whether a list holds the pieces of a text: three or more, none of them made up.
    fn are_pieces(&self, open: usize) -> bool {
        const FEWEST: usize = 3;
        const MOST: usize = 200;
        let text = self.text;
        let limit = open + self.allowance(AHEAD);
        let mut at = skip_blanks(text, open + 1);
        let mut pieces = 0;
        while let Some(piece) = self.string_at(at).filter(|_| pieces < MOST && at < limit) {
            if !looks::is_piece_of_text(&self.name(&piece)) || piece.len() > AHEAD {
                return false;
            }
            pieces += 1;
            at = skip_blanks(text, piece.end + 1);
            if text.get(at) != Some(&b',') {
                break;
            }
            at = skip_blanks(text, at + 1);
        }
        self.charge(at - open);
        pieces >= FEWEST
    }
}

/// Whether it is among the members by which an error says where it is.
fn tells_of_error(key: &str) -> bool {
    ["name", "path", "field", "kind"].contains(&key)
}

/// Names under which more stands than a secret: who was given one, and what is read from it.
fn is_soft(name: &str) -> bool {
    const SOFT: [&str; 13] = [
        "token",
        "tokens",
        "jwt",
        "jwts",
        "cookie",
        "cookies",
        "authorization",
        "auth",
        "signature",
        "signatures",
        "sig",
        "assertion",
        "session",
    ];
    const HARD: [&str; 6] = ["secret", "secrets", "password", "passwords", "key", "keys"];
    let words = words(name);
    let is_among = |known: &[&str]| words.iter().any(|word| known.contains(&&**word));
    is_among(&SOFT) && !is_among(&HARD)
}

fn is_plural(name: &str) -> bool {
    let last = words(name).pop().unwrap_or_default();
    last.ends_with('s') && !last.ends_with("ss")
}

fn is_name_of_pieces(name: &str) -> bool {
    let last = words(name).pop().unwrap_or_default();
    matches!(&*last, "tokens" | "token")
}
