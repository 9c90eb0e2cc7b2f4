//! `name=value` in a query, a form, a log, and in files of settings.

use super::{LONGEST_NAME, Places, blanks, is_of_name, is_quote, skip_blanks};
use crate::insight::redact::views::OUTER;

/// Lines that tell whether a text is one of settings.
const LOOKED_AT: usize = 60;

impl Places<'_> {
    /// `name=value` in a query, a form, a log.
    pub(super) fn after_equals(&mut self, at: usize, start: usize, name: &str, is_setting: bool) {
        let text = self.text;
        let at = if is_setting || text.get(at) == Some(&b'>') {
            skip_blanks(text, at + usize::from(text.get(at) == Some(&b'>')))
        } else {
            at
        };
        let before = start.checked_sub(1).map(|before| text[before]);
        let in_query = matches!(before, Some(b'?' | b'&' | b'#'));
        if !in_query && (self.header_in_brackets(at, name) || self.behind_word(at, name)) {
            return;
        }
        if !in_query && self.opens_values(at) {
            return self.value(at, name, None);
        }
        if text.get(at).is_some_and(u8::is_ascii_uppercase) && self.behind_type(at) > at {
            return self.value(at, name, None);
        }
        if !in_query && self.starts_line(start) && !self.is_form() && self.is_settings() {
            return self.setting(at, name);
        }
        let rest = &text[at..];
        let end = if self.is_form() {
            let end = rest
                .iter()
                .position(|b| b"&\n\r\x01\x02\x03\x04".contains(b));
            at + end.unwrap_or(rest.len())
        } else {
            let length = (0..rest.len()).find(|length| {
                let next = rest.get(length + 1);
                match rest[*length] {
                    b if b.is_ascii_whitespace() => true,
                    b'&' | b'"' | b'\'' | b'`' | b'<' | b'>' => true,
                    b if OUTER.contains(&b) => true,
                    b'#' => in_query,
                    b'?' | b'/' => before == Some(b';'),
                    b'\\' => matches!(next, Some(b'"' | b'\'' | b'n' | b'r' | b't' | b'\\')),
                    b',' | b';' => {
                        let then = rest[length + 1..].iter().take(LONGEST_NAME);
                        let word = then.take_while(|b| is_of_name(b)).count();
                        let sign = rest.get(length + 1 + word);
                        !in_query
                            && (word == 0 && sign.is_none_or(|b| b.is_ascii_whitespace())
                                || word > 0 && sign == Some(&b'='))
                    }
                    _ => false,
                }
            });
            let mut end = at + length.unwrap_or(rest.len());
            while !in_query && end > at && b")]},;.".contains(&text[end - 1]) {
                end -= 1;
            }
            end
        };
        if at < end && !self.spares(name, &(at..end)) {
            self.add(at..end, None, true);
            self.done = end;
        }
    }

    /// `authorization=[Bearer 0f1e…]`, as maps of headers are printed.
    fn header_in_brackets(&mut self, at: usize, name: &str) -> bool {
        const LONGEST: usize = 8_000;
        let text = self.text;
        let next = text.get(at + 1);
        if text.get(at) != Some(&b'[')
            || !super::is_header(name)
            || next.is_none_or(|b| is_quote(b) || b"[]{\\".contains(b))
        {
            return false;
        }
        let line = &text[at..self.line_end(at).min(at + LONGEST)];
        let Some(length) = memchr::memchr2(b']', b'"', line).filter(|end| line[*end] == b']')
        else {
            return false;
        };
        let range = self.credential(at + 1..at + length, name);
        if !self.spares(name, &range) {
            self.done = range.end;
            self.add(range, None, true);
        }
        true
    }

    /// `authorization=Bearer 0f1e…`: whether a credential stands behind the word for its kind.
    fn behind_word(&mut self, at: usize, name: &str) -> bool {
        let word = self.scheme_word(at, name);
        if word == 0 || self.text.get(at + word) != Some(&b' ') {
            return false;
        }
        let found = self.found.len();
        if self.text[at + word + 1..].starts_with("‹".as_bytes()) {
            return true;
        }
        self.behind_scheme(at + word, name);
        self.found.len() > found
    }

    /// Whether the whole text is one form, in which blanks are a part of values.
    fn is_form(&mut self) -> bool {
        let text = self.text;
        *self.is_form.get_or_insert_with(|| {
            let text = text.trim_ascii();
            let pair = |pair: &[u8]| {
                let name = memchr::memchr(b'=', pair).map(|sign| &pair[..sign]);
                name.is_some_and(|name| {
                    !name.is_empty()
                        && name.len() <= LONGEST_NAME
                        && name.iter().all(|b| is_of_name(b) || b"[]%+$*".contains(b))
                })
            };
            memchr::memchr2(b'\n', b'\r', text).is_none() && text.split(|b| *b == b'&').all(pair)
        })
    }

    /// Whether a bracket has values in it, and is not the first letter of one.
    fn opens_values(&self, at: usize) -> bool {
        let Some(b'[' | b'{') = self.text.get(at) else {
            return false;
        };
        let next = super::skip_gap(self.text, at + 1);
        match self.text.get(next) {
            Some(b) if is_quote(b) || b"[]{}".contains(b) => true,
            Some(b) if b.is_ascii_alphabetic() => {
                let rest = self.text[next..].iter().take(LONGEST_NAME);
                let end = next + rest.take_while(|b| is_of_name(b)).count();
                let sign = self.text.get(end + blanks(self.text, end));
                matches!(sign, Some(b':' | b'='))
            }
            _ => false,
        }
    }

    /// To the end of the line, and of those in which it goes on, but for a remark.
    fn setting(&mut self, at: usize, name: &str) {
        let text = self.text;
        let mut end = self.line_end(at);
        let first = &text[at..end];
        let remark = |sign: &[u8]| memchr::memmem::find(first, sign);
        let remark = [remark(b" ;"), remark(b" #")].into_iter().flatten().min();
        // Of a line of pairs, as logs have them, the next pair is not its own.
        let pair = first.iter().enumerate().skip(1).find(|(at, b)| {
            let name = first[at + 1..].iter().take(LONGEST_NAME);
            let length = name.take_while(|b| is_of_name(b)).count();
            **b == b' ' && length > 0 && first.get(at + 1 + length) == Some(&b'=')
        });
        let first_end = [remark, pair.map(|(at, _)| at)].into_iter().flatten().min();
        match first_end {
            Some(length) => end = at + length,
            None => {
                while end > at && text[end - 1] == b'\\' && end < text.len() {
                    let next = skip_blanks(text, end);
                    let next_end = self.line_end(next);
                    if next_end <= end {
                        break;
                    }
                    end = next_end;
                }
            }
        }
        let value = text[at..end].trim_ascii_end();
        let range = at..at + value.len();
        if !self.spares(name, &range) {
            self.done = range.end;
            self.add(range, None, true);
        }
    }

    /// Whether most lines are `name=value`, heads and remarks.
    fn is_settings(&mut self) -> bool {
        let text = self.text;
        *self.is_settings.get_or_insert_with(|| {
            let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
            let lines = lines.filter(|line| !line.is_empty()).take(LOOKED_AT);
            let (mut all, mut fine) = (0, 0);
            for line in lines {
                all += 1;
                let name = line.iter().take_while(|b| is_of_name(b)).count();
                let sign = line.get(name + blanks(line, name));
                let is_pair = name > 0 && sign == Some(&b'=');
                fine += usize::from(is_pair || matches!(line[0], b'[' | b'#' | b';' | b'!'));
            }
            all > 1 && fine * 10 >= all * 6
        })
    }
}
