//! Elements and attributes of XML and HTML, and the parts of a multipart body, whose heads look
//! like attributes.

use super::structure::NAMING;
use super::{Places, is_of_name, is_quote, string_end};
use std::ops::Range;

/// No tag is longer, and no head of a part.
const LONGEST_TAG: usize = 4_000;

impl Places<'_> {
    /// `<password>…</password>`: every text inside, at any depth.
    pub(super) fn element(&mut self, start: usize, end: usize, name: &str) {
        let text = self.text;
        let open = text[..start]
            .iter()
            .rposition(|b| *b == b'<')
            .unwrap_or(start);
        let Some(close) = self.tag_end(end) else {
            return;
        };
        if text[close - 1] == b'/' {
            return;
        }
        let tag = text[open + 1..end].to_vec();
        if self.ends_behind(&tag, close) {
            self.texts_inside(close + 1, name);
        }
    }

    /// Where a tag ends that goes on from here.
    fn tag_end(&self, from: usize) -> Option<usize> {
        let text = &self.text[..self.text.len().min(from + LONGEST_TAG)];
        let mut at = from;
        while let Some(b) = text.get(at) {
            match b {
                b'>' => return Some(at),
                b'<' => return None,
                sign @ (b'"' | b'\'') => at = string_end(text, at + 1, *sign),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Whether an element of that name ends somewhere behind. In the names of types, as in
    /// `List<Token>`, none ever does.
    fn ends_behind(&mut self, tag: &[u8], at: usize) -> bool {
        // Of more, it is enough that anything ends behind.
        const TAGS: usize = 64;
        let text = self.text;
        let tag = match self.last_ends.len() < TAGS || self.last_ends.contains_key(tag) {
            true => tag,
            false => b"",
        };
        let last = self.last_ends.entry(tag.to_vec()).or_insert_with(|| {
            let end = [b"</", tag].concat();
            memchr::memmem::rfind(text, &end)
        });
        last.is_some_and(|last| last > at)
    }

    /// The texts up to where the element ends whose inside begins here.
    fn texts_inside(&mut self, from: usize, name: &str) {
        let text = self.text;
        let mut depth = 1;
        let mut at = from;
        while depth > 0 {
            let tag = memchr::memchr(b'<', &text[at..]).map_or(text.len(), |length| at + length);
            self.add_text(at..tag, name);
            let rest = &text[tag..];
            let behind = |sign: &[u8]| memchr::memmem::find(rest, sign).map(|end| end + sign.len());
            let length = if rest.starts_with(b"<![CDATA[") {
                let length = behind(b"]]>").unwrap_or(rest.len());
                let inside = length.saturating_sub(3).max(9);
                self.add_text(tag + 9..tag + inside, name);
                length
            } else if rest.starts_with(b"<!--") {
                behind(b"-->").unwrap_or(rest.len())
            } else {
                match self.tag_end(tag + 1) {
                    Some(close) if rest.starts_with(b"</") => {
                        depth -= 1;
                        close + 1 - tag
                    }
                    Some(close) => {
                        depth += usize::from(text[close - 1] != b'/');
                        close + 1 - tag
                    }
                    None => rest.len().min(1),
                }
            };
            at = tag + length;
            if at >= text.len() {
                break;
            }
        }
        self.done = at;
    }

    fn add_text(&mut self, range: Range<usize>, name: &str) {
        let inside = &self.text[range.clone()];
        let start = range.start + inside.len() - inside.trim_ascii_start().len();
        let end = start + inside.trim_ascii().len();
        if start < end && !self.spares(name, &(start..end)) {
            self.add(start..end, None, true);
        }
    }

    /// `<key>password</key><string>…</string>`: the name is the text of one element, and what it
    /// names that of the next.
    pub(super) fn pair_of_elements(&mut self, start: usize, name: &str) {
        let text = self.text;
        let from = start.saturating_sub(LONGEST_TAG);
        let before = &text[from..start - 1];
        let Some(open) = memchr::memrchr(b'<', before).map(|open| from + open + 1) else {
            return;
        };
        let tag = text[open..].iter().take_while(|b| is_of_name(b)).count();
        let tag = self.name(&(open..open + tag));
        if !NAMING.iter().any(|known| known.eq_ignore_ascii_case(&tag)) {
            return;
        }
        let next = self
            .tag_end(start)
            .is_none()
            .then(|| memchr::memchr(b'<', &text[start..]));
        let closing = next.flatten().map(|length| start + length + 1);
        let Some(closed) = closing.and_then(|at| self.tag_end(at)) else {
            return;
        };
        let next = super::skip_blanks(text, closed + 1);
        if text.get(next) != Some(&b'<') || text.get(next + 1) == Some(&b'/') {
            return;
        }
        if let Some(close) = self.tag_end(next + 1)
            && text[close - 1] != b'/'
        {
            self.texts_inside(close + 1, name);
        }
    }

    /// `name="password"` in a tag, whose value is another attribute or the text inside, or in the
    /// head of a part of a multipart body.
    pub(super) fn pair_of_attributes(&mut self, string: &Range<usize>, equals: usize, name: &str) {
        let text = self.text;
        let word = text[..equals].iter().rev().take(super::LONGEST_NAME);
        let start = equals - word.take_while(|b| is_of_name(b)).count();
        let attribute = self.name(&(start..equals));
        if !NAMING
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&attribute))
        {
            return;
        }
        let from = start.saturating_sub(LONGEST_TAG);
        let line =
            memchr::memrchr2(b'\n', b'\r', &text[from..start]).map_or(from, |at| from + at + 1);
        let head = b"content-disposition:";
        let is_part = text.get(line..line + head.len());
        if is_part.is_some_and(|line| line.eq_ignore_ascii_case(head)) {
            return self.part(string.end, name);
        }
        let open = memchr::memrchr2(b'<', b'>', &text[from..start]).map(|at| from + at);
        let Some(open) = open.filter(|open| text[*open] == b'<') else {
            return;
        };
        let Some(close) = self.tag_end(string.end + 1) else {
            return;
        };
        match self.value_attribute(open, close) {
            Some(at) => {
                let done = self.done;
                self.string_value(at, name);
                self.done = done.max(self.done);
            }
            None if text[close - 1] != b'/' => {
                let length = memchr::memchr(b'<', &text[close + 1..]);
                let end = length.map_or(text.len(), |length| close + 1 + length);
                self.add_text(close + 1..end, name);
                self.done = end;
            }
            None => {}
        }
    }

    /// Where the quotation mark stands that opens the value of `value` or `content`.
    fn value_attribute(&self, open: usize, close: usize) -> Option<usize> {
        let mut at = open + 1;
        while at < close {
            let word = self.text[at..close]
                .iter()
                .take_while(|b| is_of_name(b))
                .count();
            let equals = super::skip_blanks(self.text, at + word);
            let quote = super::skip_blanks(self.text, equals + 1);
            let sign = self.text.get(quote).filter(|sign| is_quote(sign));
            match sign {
                Some(sign) if word > 0 && self.text[equals] == b'=' => {
                    let name = self.name(&(at..at + word));
                    if ["value", "content"]
                        .iter()
                        .any(|known| known.eq_ignore_ascii_case(&name))
                    {
                        return Some(quote);
                    }
                    at = string_end(self.text, quote + 1, *sign) + 1;
                }
                _ => at += word.max(1),
            }
        }
        None
    }

    /// The value of a part begins behind an empty line and ends before the next boundary.
    fn part(&mut self, from: usize, name: &str) {
        let text = self.text;
        let head = &text[from..text.len().min(from + LONGEST_TAG)];
        let behind = |sign: &[u8]| memchr::memmem::find(head, sign).map(|at| at + sign.len());
        let Some(start) = behind(b"\r\n\r\n")
            .or_else(|| behind(b"\n\n"))
            .map(|at| from + at)
        else {
            return;
        };
        let boundary = memchr::memmem::find(&text[start..], b"\n--");
        let mut end = boundary.map_or(text.len(), |length| start + length);
        if boundary.is_some() && end > start && text[end - 1] == b'\r' {
            end -= 1;
        }
        if !self.spares(name, &(start..end)) {
            self.add(start..end, None, true);
        }
        self.done = end;
    }
}
