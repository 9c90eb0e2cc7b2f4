//! Values as programs dump them: `{User:ann Password:0f1e…}`, `<<"0f1e…">>`, `{password,"0f1e…"}`,
//! and what stands before the address of a server.

use super::spoken::has_both;
use super::{LONGEST_NAME, Places, is_of_name, is_quote};
use crate::insight::redact::spared::says_nothing;

impl Places<'_> {
    /// Behind the signs that open a row of bytes.
    pub(super) fn behind_signs(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        match rest {
            [b'<', b'<', sign, ..] if is_quote(sign) => at + 2,
            _ => at,
        }
    }

    /// Whether a name stands in the dump of a struct or a map, in which blanks part members.
    pub(super) fn is_in_dump(&self, start: usize) -> bool {
        const FAR: usize = 400;
        let text = self.text;
        let before = start.checked_sub(1).map(|before| text[before]);
        match before {
            // Two of them begin a name that is filled in.
            Some(b'{') => !text[..start].ends_with(b"{{"),
            Some(b'[') => true,
            Some(b' ') => {
                let from = start.saturating_sub(FAR);
                let open = text[from..start]
                    .iter()
                    .rposition(|b| b"{[}]\n\"".contains(b));
                let Some(open) = open.map(|open| from + open) else {
                    return false;
                };
                // The first member stands right behind the bracket.
                let inside = text[open + 1..].iter().take(LONGEST_NAME);
                let word = inside.take_while(|b| is_of_name(b)).count();
                let joins = text.get(open + 1 + word) == Some(&b':')
                    && text
                        .get(open + 2 + word)
                        .is_some_and(|b| !b.is_ascii_whitespace());
                b"{[".contains(&text[open]) && word > 0 && joins
            }
            _ => false,
        }
    }

    /// `X-Api-Key:[0f1e…]`, as Go prints headers; tells whether values stood there.
    pub(super) fn listed(&mut self, at: usize, name: &str) -> bool {
        const LONGEST: usize = 1_000;
        let text = self.text;
        if text.get(at) != Some(&b'[') || at == 0 || text[at - 1] != b':' {
            return false;
        }
        let near = &text[at + 1..text.len().min(at + 1 + LONGEST)];
        let ends = |b: &u8| b"[]{}\"'\n\r\\\x01\x02\x03\x04".contains(b);
        let length = near.iter().position(ends).unwrap_or(near.len());
        let range = at + 1..at + 1 + length;
        let value = &text[range.clone()];
        let is_one = near.get(length) == Some(&b']') && value.len() >= 6 && has_both(value);
        if !is_one || self.spares(name, &range) {
            return false;
        }
        let range = self.credential(range, name);
        self.done = range.end;
        self.add(range, None, true);
        true
    }

    /// The value of such a member.
    pub(super) fn dumped(&mut self, at: usize, name: &str) {
        if self.listed(at, name) {
            return;
        }
        let rest = &self.text[at..];
        let ends = |b: &u8| b.is_ascii_whitespace() || b"{}[],\"'\\\x01\x02\x03\x04".contains(b);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let value = at..at + length;
        let is_short_number = length < 6 && rest[..length].iter().all(u8::is_ascii_digit);
        let is_pointer = rest.starts_with(b"0x") || rest.starts_with(b"<nil>");
        let opens = rest.first().is_some_and(|b| b"{[&(".contains(b));
        let says = says_nothing(&self.name(&value));
        // Alone in its brackets it may be anything that is written so.
        let is_alone = rest.get(length) == Some(&b'}') && self.text[..at].ends_with(b":");
        let start = self.text[..at].iter().rev().take(LONGEST_NAME + 1);
        let opens_right_before = start
            .into_iter()
            .find(|b| !is_of_name(b) && **b != b':')
            .is_some_and(|b| b"{[".contains(b));
        let is_one = !(is_alone && opens_right_before)
            || length >= super::SHORT_WORD
                && has_both(&rest[..length])
                && !rest[..length]
                    .trim_ascii_end()
                    .windows(2)
                    .any(|two| two[0] == b'=' && two[1].is_ascii_alphanumeric());
        if is_one
            && length > 0
            && !is_short_number
            && !is_pointer
            && !opens
            && !says
            && !self.spares(name, &value)
        {
            self.done = value.end;
            self.add(value, None, true);
        }
    }

    /// `ann:0f1e…@tcp(host:3306)/x`
    pub(super) fn data_source(&mut self, sign: usize) {
        const FAR: usize = 300;
        let from = sign.saturating_sub(FAR);
        let before = &self.text[from..sign];
        let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'`=<>()\\\x01\x02\x03\x04".contains(b);
        let start = before
            .iter()
            .rposition(ends)
            .map_or(from, |at| from + at + 1);
        if self.text[start..sign].contains(&b':') {
            self.add(start..sign, None, true);
        }
    }

    /// `{password,"0f1e…"}`: a pair of a name and a value.
    pub(super) fn pair_of_atoms(&mut self, start: usize, end: usize, name: &str) -> bool {
        let text = self.text;
        let opens = start > 0 && text[start - 1] == b'{';
        if !opens || text.get(end) != Some(&b',') {
            return false;
        }
        let value = self.behind_signs(super::skip_blanks(text, end + 1));
        let is_one = text.get(value).is_some_and(is_quote);
        if is_one {
            self.string_value(value, name);
        }
        is_one
    }
}
