//! Elements and attributes of XML and HTML, and the parts of a multipart body, whose heads look
//! like attributes.

use super::structure::{NAMED, NAMING};
use super::{Places, is_of_name, is_quote, string_end};
use std::ops::Range;

/// No tag is longer, and no head of a part.
pub(super) const LONGEST_TAG: usize = 4_000;
/// Attributes of HTML that may give a name besides those of other texts.
const NAMING_IN_TAGS: [&str; 3] = ["itemprop", "http-equiv", "data-name"];

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

    /// Behind `<b>`, where that stands here.
    pub(super) fn behind_tag(&self, at: usize) -> usize {
        const LONGEST: usize = 20;
        let near = self.text.get(at..).unwrap_or_default();
        let near = &near[..near.len().min(LONGEST)];
        match near {
            [b'<', first, ..] if first.is_ascii_alphabetic() => {
                memchr::memchr(b'>', near).map_or(at, |end| at + end + 1)
            }
            _ => at,
        }
    }

    /// Where a tag ends that goes on from here.
    pub(super) fn tag_end(&self, from: usize) -> Option<usize> {
        let text = &self.text[..self.text.len().min(from + self.allowance(LONGEST_TAG))];
        let mut at = from;
        let end = loop {
            match text.get(at) {
                Some(b'>') => break Some(at),
                Some(b'<') | None => break None,
                Some(sign @ (b'"' | b'\'')) => at = string_end(text, at + 1, *sign),
                _ => {}
            }
            at += 1;
        };
        if end.is_none() {
            self.charge(at - from);
        }
        end
    }

    /// Whether an element of that name ends somewhere behind. In the names of types, as in
    /// `List<Token>`, none ever does.
    fn ends_behind(&mut self, tag: &[u8], at: usize) -> bool {
        // Of more, it is enough that anything ends behind.
        const TAGS: usize = 64;
        let text = self.text;
        let tag = if self.last_ends.len() < TAGS || self.last_ends.contains_key(tag) {
            tag
        } else {
            b""
        };
        let last = self.last_ends.entry(tag.to_vec()).or_insert_with(|| {
            let end = [b"</", tag].concat();
            memchr::memmem::rfind(text, &end)
        });
        last.is_some_and(|last| last > at)
    }

    /// The texts up to where the element ends whose inside begins here.
    pub(super) fn texts_inside(&mut self, from: usize, name: &str) {
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

    pub(super) fn add_text(&mut self, range: Range<usize>, name: &str) {
        let inside = &self.text[range.clone()];
        let start = range.start + inside.len() - inside.trim_ascii_start().len();
        let end = start + inside.trim_ascii().len();
        if start < end && !self.spares(name, &(start..end)) {
            self.add(start..end, None, true);
        }
    }

    /// `name="password"` in a tag, whose value is another attribute or the text inside, or in the
    /// head of a part of a multipart body.
    pub(super) fn pair_of_attributes(&mut self, string: &Range<usize>, equals: usize, name: &str) {
        self.attribute(equals, string.end + 1, name);
    }

    /// The same without quotation marks.
    pub(super) fn is_bare_attribute(&mut self, start: usize, end: usize, name: &str) -> bool {
        self.attribute(start - 1, end, name)
    }

    /// A secret name is the value of an attribute; `behind` is where that ends.
    pub(super) fn attribute(&mut self, equals: usize, behind: usize, name: &str) -> bool {
        let text = self.text;
        let word = text[..equals].iter().rev().take(super::LONGEST_NAME);
        let start = equals - word.take_while(|b| is_of_name(b)).count();
        let attribute = self.name(&(start..equals));
        let is_among = |known: &[&str]| known.iter().any(|k| k.eq_ignore_ascii_case(&attribute));
        let is_field = is_among(&["type"]) && name.eq_ignore_ascii_case("password");
        if !is_among(&NAMING) && !is_among(&NAMING_IN_TAGS) && !is_field {
            return false;
        }
        let from = start.saturating_sub(LONGEST_TAG);
        let line =
            memchr::memrchr2(b'\n', b'\r', &text[from..start]).map_or(from, |at| from + at + 1);
        let head = b"content-disposition:";
        let is_part = text.get(line..line + head.len());
        if is_part.is_some_and(|line| line.eq_ignore_ascii_case(head)) {
            self.part(behind, name);
            return true;
        }
        let open = memchr::memrchr2(b'<', b'>', &text[from..start]).map(|at| from + at);
        let Some(open) = open.filter(|open| text[*open] == b'<') else {
            return false;
        };
        let Some(close) = self.tag_end(behind) else {
            return false;
        };
        match self.value_attribute(open, close) {
            Some(value) => self.add_attribute(value, name),
            None if text[close - 1] != b'/' && !is_field => {
                let length = memchr::memchr(b'<', &text[close + 1..]);
                let end = length.map_or(text.len(), |length| close + 1 + length);
                let is_empty = text[close + 1..end].trim_ascii().is_empty();
                let holds_value = is_empty && NAMED.contains(&&*self.tag_name(end + 1));
                match self.tag_end(end + 1).filter(|_| holds_value) {
                    Some(inner) => self.texts_inside(inner + 1, name),
                    None => {
                        self.add_text(close + 1..end, name);
                        self.done = end;
                    }
                }
            }
            None => {}
        }
        true
    }

    pub(super) fn add_attribute(&mut self, value: Range<usize>, name: &str) {
        if !value.is_empty() && !self.spares(name, &value) {
            self.add(value, None, true);
        }
    }

    /// The value of `value` or `content`, without its quotation marks.
    pub(super) fn value_attribute(&self, open: usize, close: usize) -> Option<Range<usize>> {
        let text = self.text;
        let mut at = open + 1;
        while at < close {
            let word = text[at..close].iter().take_while(|b| is_of_name(b)).count();
            let equals = super::skip_blanks(text, at + word);
            if word == 0 || equals >= close || text[equals] != b'=' {
                at += word.max(1);
                continue;
            }
            let start = super::skip_blanks(text, equals + 1);
            let value = match text.get(start).filter(|sign| is_quote(sign)) {
                Some(sign) => start + 1..string_end(text, start + 1, *sign).min(close),
                None => {
                    let rest = text[start.min(close)..close].iter();
                    start..start + rest.take_while(|b| !b.is_ascii_whitespace()).count()
                }
            };
            let name = self.name(&(at..at + word));
            if ["value", "content"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&name))
            {
                return Some(value);
            }
            at = value.end + 1;
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
