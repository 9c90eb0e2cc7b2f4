//! Members of objects: where a name and its value stand, and those beside it.

use super::object::{Member, Object};
use super::{LONGEST_NAME, Places, is_quote, skip_blanks, string_end};
use crate::insight::redact::names::words;
use std::ops::Range;
use std::rc::Rc;

/// Bytes that are looked through on either side of a member for those beside it.
const FAR: usize = 64 << 10;
/// Bytes that are looked back through for what a value stands in.
const BACK: usize = 4_000;

impl Places<'_> {
    /// The object in which a key stands, whose value begins there.
    pub(super) fn object_of(&mut self, key: &Range<usize>, value: usize) -> Rc<Object> {
        let known = &self.object_seen;
        let is_known = known
            .members
            .binary_search_by_key(&key.start, |member| member.key.start)
            .is_ok();
        if is_known && key.start <= known.known_to {
            return Rc::clone(&self.object_seen);
        }
        let object = self.object_around(key, value);
        self.object_seen = Rc::new(object);
        Rc::clone(&self.object_seen)
    }

    fn object_around(&self, key: &Range<usize>, value: usize) -> Object {
        let text = self.text;
        let from = key.start - 1;
        let limit = from.saturating_sub(self.allowance(FAR));
        let mut members = Vec::new();
        let mut open = None;
        let mut start = from;
        while start > limit {
            let sign = blanks_before(text, start);
            match sign.checked_sub(1).map(|sign| text[sign]) {
                Some(b',') => {}
                Some(b'{') => {
                    open = Some(sign - 1);
                    break;
                }
                _ => break,
            }
            let Some((key, value)) = self.member_before(sign - 1, limit) else {
                break;
            };
            start = key.start - 1;
            members.push(Member { key, value });
        }
        self.charge(from - start);
        members.reverse();
        members.push(Member {
            key: key.clone(),
            value,
        });
        let limit = value + self.allowance(FAR);
        let mut at = self.behind_value(value, limit);
        while text.get(at) == Some(&b',') && at < limit {
            let Some((key, value)) = self.member(at + 1) else {
                break;
            };
            members.push(Member { key, value });
            at = self.behind_value(value, limit);
        }
        self.charge(at.saturating_sub(value));
        let known_to = if at < limit {
            usize::MAX
        } else {
            // Those in the nearer half know enough of what stands behind them.
            value + (limit - value) / 2
        };
        Object {
            members,
            open,
            known_to,
            ..Object::default()
        }
    }

    /// Those of its members that may be looked through for what belongs to a key: all, as long as
    /// that is not asked too often.
    pub(super) fn near<'o>(&self, object: &'o Object, key: &Range<usize>) -> &'o [Member] {
        /// A look at a member takes as long as one at so many bytes.
        const BYTES: usize = 32;
        let members = &object.members;
        let many = self.allowance(members.len() * BYTES) / BYTES;
        self.charge(many * BYTES);
        let at = members.partition_point(|member| member.key.start < key.start);
        let from = at.saturating_sub(many.div_ceil(2));
        let from = from.min(members.len().saturating_sub(many));
        &members[from..members.len().min(from + many)]
    }

    /// The members of an object that opens here, as far as its beginning tells.
    pub(super) fn members_of(&self, open: usize, bytes: usize) -> Vec<Member> {
        let limit = open + self.allowance(bytes);
        let mut members = Vec::new();
        let mut at = open + 1;
        while let Some((key, value)) = self.member(at) {
            members.push(Member { key, value });
            at = self.behind_value(value, limit);
            if self.text.get(at) != Some(&b',') || at > limit {
                break;
            }
            at += 1;
        }
        self.charge(at - open);
        members
    }

    /// The object that stands around the one which opens here, and the name of the inner one.
    pub(super) fn object_outside(&mut self, open: usize) -> Option<(String, Rc<Object>)> {
        let colon = blanks_before(self.text, open).checked_sub(1)?;
        let key = (self.text[colon] == b':').then(|| self.key_before(colon))??;
        let name = self.name(&key).into_owned();
        Some((name, self.object_of(&key, open)))
    }

    /// The last word of a member's name, in small letters.
    pub(super) fn last_word(&self, key: &Range<usize>) -> String {
        words(&self.name(key)).pop().unwrap_or_default()
    }

    /// What stands in the quotation marks that open here.
    pub(super) fn string_at(&self, at: usize) -> Option<Range<usize>> {
        let sign = *self.text.get(at).filter(|b| is_quote(b))?;
        let end = string_end(self.text, at + 1, sign).min(self.text.len());
        Some((at + 1).min(end)..end)
    }

    /// Whether `true` stands there.
    pub(super) fn is_true(&self, at: usize) -> bool {
        self.text
            .get(at..)
            .is_some_and(|rest| rest.starts_with(b"true"))
    }

    /// A member's name, without its quotation marks, and where its value begins.
    pub(super) fn member(&self, at: usize) -> Option<(Range<usize>, usize)> {
        let start = skip_blanks(self.text, at);
        let sign = *self.text.get(start).filter(|b| is_quote(b))?;
        let end = string_end(self.text, start + 1, sign);
        let colon = skip_blanks(self.text, end + 1);
        let is_member = self.text.get(colon) == Some(&b':');
        is_member.then(|| (start + 1..end, skip_blanks(self.text, colon + 1)))
    }

    /// Behind a value and the blanks that follow it; brackets are not followed beyond `limit`.
    pub(super) fn behind_value(&self, at: usize, limit: usize) -> usize {
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

    /// The name in quotation marks before a colon.
    pub(super) fn key_before(&self, colon: usize) -> Option<Range<usize>> {
        let end = blanks_before(self.text, colon).checked_sub(1)?;
        let sign = *self.text.get(end).filter(|b| is_quote(b))?;
        let from = end.saturating_sub(LONGEST_NAME);
        let start = memchr::memrchr(sign, &self.text[from..end])?;
        Some(from + start + 1..end)
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

    /// Whether the object around a place stands under a name that says that it tells errors.
    pub(super) fn is_among_errors(&self, at: usize) -> bool {
        let from = at.saturating_sub(self.allowance(BACK));
        let mut place = at;
        let is_one = self.is_below_errors(from, &mut place);
        self.charge(at - place);
        is_one
    }

    fn is_below_errors(&self, from: usize, place: &mut usize) -> bool {
        let text = self.text;
        let mut depth = 0usize;
        let mut levels = 0;
        while *place > from && levels < 4 {
            *place -= 1;
            match text[*place] {
                sign @ (b'"' | 1..=4) => match string_start(text, from, *place, sign) {
                    Some(start) => *place = start,
                    None => {
                        *place = from;
                        return false;
                    }
                },
                b'}' | b']' => depth += 1,
                b'{' | b'[' if depth > 0 => depth -= 1,
                b'{' | b'[' => {
                    levels += 1;
                    let colon = blanks_before(text, *place);
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

pub(super) fn blanks_before(text: &[u8], at: usize) -> usize {
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
pub(super) fn string_start(text: &[u8], from: usize, end: usize, quote: u8) -> Option<usize> {
    let mut at = end;
    loop {
        at = from + memchr::memrchr(quote, text.get(from..at)?)?;
        let escapes = text[from..at].iter().rev().take_while(|b| **b == b'\\');
        if escapes.count() % 2 == 0 {
            return Some(at);
        }
    }
}
