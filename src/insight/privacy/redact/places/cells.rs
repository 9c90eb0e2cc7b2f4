//! Names and values that stand in elements beside each other: cells of a table of HTML, lists of
//! definitions, members of XML.

use super::markup::LONGEST_TAG;
use super::structure::{NAMED, NAMING};
use super::{LONGEST_NAME, Places, SHORT_WORD, is_of_name, skip_blanks};
use std::ops::Range;

/// Elements of HTML whose text may be a name.
const CELLS: [&str; 8] = ["th", "td", "dt", "label", "strong", "b", "em", "span"];
/// What is looked through for the value that belongs to a name.
const AHEAD: usize = 64 << 10;

impl Places<'_> {
    /// Whether a name is all the text of an element, but for a colon.
    pub(super) fn is_text_of_element(&self, start: usize, end: usize) -> bool {
        let text = self.text;
        let before = text[..start].iter().rev().take(LONGEST_NAME);
        let begins = before
            .into_iter()
            .find(|b| !b.is_ascii_whitespace() && !is_of_name(b))
            == Some(&b'>');
        let behind = text[end..].iter().take(LONGEST_NAME);
        let signs = behind
            .take_while(|b| b.is_ascii_whitespace() || **b == b':')
            .count();
        begins && text[end + signs..].starts_with(b"</")
    }

    /// `<key>password</key><string>…</string>`: the name is the text of one element, and what it
    /// names that of another beside it.
    pub(super) fn pair_of_elements(&mut self, start: usize, name: &str) {
        let text = self.text;
        let from = start.saturating_sub(LONGEST_TAG);
        let Some(open) = memchr::memrchr(b'<', &text[from..start]).map(|open| from + open) else {
            return;
        };
        let tag = self.tag_name(open + 1);
        let closing = memchr::memchr(b'<', &text[start..]).map(|length| start + length + 1);
        let Some(closed) = closing.and_then(|at| self.tag_end(at)) else {
            return;
        };
        let kind = kind_of(&tag);
        let is_among = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(kind));
        if is_among(&CELLS) {
            self.cell_beside(open, &tag, closed + 1, name);
        } else if is_among(&NAMING) {
            self.member_beside(open, closed + 1, name);
        }
    }

    /// The name of the element that begins here, without its prefix.
    pub(super) fn tag_name(&self, at: usize) -> String {
        let rest = self
            .text
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take(LONGEST_NAME);
        let length = rest.take_while(|b| is_of_name(b) || **b == b':').count();
        let tag = self.name(&(at..at + length));
        tag.rsplit(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    }

    /// The element for values behind that of a name, or before it; else the next one.
    fn member_beside(&mut self, open: usize, from: usize, name: &str) {
        let text = self.text;
        let is_value = |tag: &str| NAMED.contains(&kind_of(tag));
        let limit = text.len().min(from + self.allowance(AHEAD));
        let mut next: Option<usize> = None;
        let mut at = skip_blanks(text, from);
        while at < limit && text[at] == b'<' && text.get(at + 1) != Some(&b'/') {
            let Some(close) = self.tag_end(at + 1) else {
                break;
            };
            if text[close - 1] == b'/' {
                at = skip_blanks(text, close + 1);
                continue;
            }
            if is_value(&self.tag_name(at + 1)) {
                self.charge(at - from);
                return self.texts_inside(close + 1, name);
            }
            next.get_or_insert(close + 1);
            at = skip_blanks(text, self.element_end(close + 1, limit));
        }
        self.charge(at.saturating_sub(from));
        if let Some(inside) = self.value_before(open) {
            return self.add_text(inside, name);
        }
        if let Some(next) = next {
            self.texts_inside(next, name);
        }
    }

    /// Behind the element whose inside begins here.
    fn element_end(&self, from: usize, limit: usize) -> usize {
        let text = self.text;
        let mut depth = 1;
        let mut at = from;
        while depth > 0 && at < limit {
            let Some(length) = memchr::memchr(b'<', &text[at..limit]) else {
                return limit;
            };
            let tag = at + length;
            match self.tag_end(tag + 1) {
                Some(close) => {
                    let is_end = text[tag + 1] == b'/';
                    let is_alone = text[close - 1] == b'/';
                    match (is_end, is_alone) {
                        (true, _) => depth -= 1,
                        (false, false) => depth += 1,
                        _ => {}
                    }
                    at = close + 1;
                }
                None => at = tag + 1,
            }
        }
        at
    }

    /// The text of an element for values that ends right before a place.
    fn value_before(&self, open: usize) -> Option<Range<usize>> {
        let text = self.text;
        let from = open.saturating_sub(LONGEST_TAG);
        let before = text[from..open].trim_ascii_end();
        let end_tag = memchr::memmem::rfind(before, b"</")?;
        if !NAMED.contains(&kind_of(&self.tag_name(from + end_tag + 2))) {
            return None;
        }
        let start = memchr::memrchr(b'>', &before[..end_tag])? + 1;
        Some(from + start..from + end_tag)
    }

    /// The next text or field behind a cell, or what stands below it.
    fn cell_beside(&mut self, open: usize, own: &str, from: usize, name: &str) {
        const TAGS: usize = 8;
        let text = self.text;
        let mut at = from;
        for _ in 0..TAGS {
            let rest = text.get(at..).unwrap_or_default();
            at += rest
                .iter()
                .take_while(|b| b.is_ascii_whitespace() || **b == b':')
                .count();
            if text.get(at) != Some(&b'<') {
                let end = memchr::memchr(b'<', text.get(at..).unwrap_or_default());
                let end = end.map_or(text.len(), |length| at + length);
                return self.cell_text(at..end, name);
            }
            let Some(close) = self.tag_end(at + 1) else {
                return;
            };
            let is_end = text.get(at + 1) == Some(&b'/');
            let tag = self.tag_name(at + 1 + usize::from(is_end));
            let ends_row = is_end && ["tr", "table", "thead", "dl"].contains(&&*tag);
            if own == "th" && (ends_row || !is_end && tag == "th") {
                return self.column_of_cells(open, from, name);
            }
            if ends_row || !is_end && ["tr", "dt", "th"].contains(&&*tag) {
                return;
            }
            if !is_end && tag == "input" {
                if let Some(value) = self.value_attribute(at, close) {
                    self.add_attribute(value, name);
                }
                return;
            }
            at = close + 1;
        }
    }

    /// One word that looks made up: a cell may hold a sentence as well.
    fn cell_text(&mut self, range: Range<usize>, name: &str) {
        let inside = self.text[range.clone()].trim_ascii();
        let is_word = !inside.iter().any(u8::is_ascii_whitespace);
        let digits = inside.iter().any(u8::is_ascii_digit);
        if inside.len() >= SHORT_WORD && is_word && digits {
            self.add_text(range, name);
        }
    }

    /// The cells below one that heads its column.
    fn column_of_cells(&mut self, open: usize, from: usize, name: &str) {
        let text = self.text;
        if self.budget.get() == 0 {
            return;
        }
        let back = open.saturating_sub(LONGEST_TAG);
        self.charge(2 * (open - back));
        let row = memchr::memmem::rfind(&text[back..open], b"<tr").map_or(back, |at| back + at);
        let number = memchr::memmem::find_iter(&text[row..open], b"<th").count();
        let limit = text.len().min(from + self.allowance(text.len()));
        let mut at = from;
        let mut column = None;
        while let Some(tag) = memchr::memchr(b'<', &text[at..limit]).map(|length| at + length) {
            let rest = &text[tag + 1..];
            if rest.starts_with(b"/table") {
                break;
            }
            if rest.starts_with(b"tr") {
                column = Some(0);
            } else if let (true, Some(counted)) = (rest.starts_with(b"td"), column) {
                if counted == number
                    && let Some(close) = self.tag_end(tag + 1).filter(|close| *close < limit)
                {
                    let end = memchr::memmem::find(&text[close..limit], b"</td");
                    let end = end.map_or(limit, |length| close + length);
                    let start =
                        memchr::memrchr(b'>', &text[close..end]).map_or(close, |at| close + at);
                    // Inside of it another element may hold the text.
                    let inner = if start > close {
                        memchr::memrchr(b'<', &text[close + 1..start]).map(|at| close + 1 + at)
                    } else {
                        None
                    };
                    let range = match inner {
                        Some(inner) => {
                            let open = memchr::memrchr(b'>', &text[close..inner]);
                            open.map_or(close + 1, |at| close + at + 1)..inner
                        }
                        None => close + 1..end,
                    };
                    self.add_text(range, name);
                }
                column = Some(counted + 1);
            }
            at = tag + 1;
        }
        self.charge(at - from);
    }
}

/// Of what kind an element is, as its last word says: `param-name` gives a name.
fn kind_of(tag: &str) -> &str {
    tag.rsplit(['-', '_', '.']).next().unwrap_or(tag)
}
