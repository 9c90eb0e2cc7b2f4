//! Credentials that are known by their look: users and passwords in addresses, keys in PEM, tokens
//! of three parts, codes in queries, and what may be a text in base64.

use super::{Places, string_end};
use crate::insight::redact::jwt::jwt_length;
use crate::insight::redact::texts::is_host;
use crate::insight::redact::unpack::packed_length;
use crate::insight::redact::views::{LONGEST_ESCAPE, escape};
use std::ops::Range;

impl Places<'_> {
    /// `user:password@`, or a long user alone, behind `://`.
    pub(super) fn authority(&mut self, at: usize) {
        const LONGEST: usize = 2_000;
        const LONGEST_PASSWORD: usize = 200;
        let rest = &self.text[at..self.text.len().min(at + LONGEST)];
        let mut sign = None;
        // Behind a colon a port has digits alone; where it has none, a password may hold slashes.
        let colon = rest
            .iter()
            .position(|b| !is_of_user(b))
            .filter(|at| rest[*at] == b':');
        let port = colon.map(|colon| rest[colon + 1..].iter().take_while(|b| b.is_ascii_digit()));
        let is_password = colon.zip(port).is_some_and(|(colon, port)| {
            let behind = rest.get(colon + 1 + port.count());
            behind.is_some_and(|b| !b"/?#{$<\"'".contains(b) && !b.is_ascii_whitespace())
        });
        for (at, b) in rest.iter().enumerate() {
            match b {
                b'@' => sign = Some(at),
                b'/' | b'?' | b'#' if is_password && sign.is_none() && at < LONGEST_PASSWORD => {}
                b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b',' => break,
                b' ' | b'\n' | b'\r' | b'\t' | 1..=4 => break,
                _ => {}
            }
        }
        let Some(sign) = sign else {
            return;
        };
        let user = &rest[..sign];
        let is_long = user.len() >= 16 && user.iter().any(u8::is_ascii_digit);
        let is_host = std::str::from_utf8(user).is_ok_and(is_host);
        if (user.contains(&b':') || is_long) && !is_host {
            self.add(at..at + sign, None, true);
        }
    }

    /// What stands between the lines that begin and end a private key.
    pub(super) fn private_key(&mut self, at: usize) {
        // No key is longer.
        const LONGEST: usize = 32_000;
        let rest = &self.text[at..self.text.len().min(at + LONGEST)];
        let end = memchr::memmem::find(rest, b"-----END").unwrap_or(rest.len());
        let end = string_end(&rest[..end], 0, b'"');
        if !rest[..end].trim_ascii().is_empty() {
            self.add(at..at + end, None, true);
            self.done = at + end;
        }
    }

    /// What begins as JSON does in base64: a token of three parts, or a text.
    pub(super) fn packed(&mut self, at: usize) {
        let text = self.text;
        let begins = matches!(
            &text[at..at + 3],
            b"eyJ" | b"ewo" | b"ewk" | b"ew0" | b"eyA" | b"W3s" | b"WyJ"
        );
        if !begins || at < self.packed_end || !self.begins_word(at) {
            return;
        }
        let rest = &text[at..];
        if let Some(length) = jwt_length(rest) {
            self.packed_end = at + length;
            self.done = at + length;
            return self.add(at..at + length, None, true);
        }
        let end = at + packed_length(rest);
        self.packed_end = end;
        if end < text.len() && escape(text, end).is_some() {
            self.deeper = true;
        }
        self.packed.push(at..end);
    }

    /// Whether no word goes on here; an escape may end just before.
    fn begins_word(&self, at: usize) -> bool {
        let text = self.text;
        let before = at.checked_sub(1).map(|before| text[before]);
        if before.is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'+') {
            return true;
        }
        (at.saturating_sub(LONGEST_ESCAPE)..at)
            .any(|start| escape(text, start).is_some_and(|change| start + change.length == at))
    }

    /// A code in a query or a form, which is traded for a token.
    pub(super) fn code(&mut self, place: &Range<usize>) {
        const SHORTEST: usize = 16;
        let text = self.text;
        let before = place.start.checked_sub(1).map(|before| text[before]);
        if !before.is_none_or(|b| b"?&#".contains(&b)) {
            return;
        }
        let rest = &text[place.end..];
        let ends = |b: &u8| b.is_ascii_whitespace() || b"?&#\"'<>,;\\\x01\x02\x03\x04".contains(b);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let value = &rest[..length];
        let digits = value.iter().any(u8::is_ascii_digit);
        if length >= SHORTEST && digits && value.iter().any(u8::is_ascii_alphabetic) {
            self.add(place.end..place.end + length, None, true);
            self.done = place.end + length;
        }
    }
}

fn is_of_user(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(b)
}
