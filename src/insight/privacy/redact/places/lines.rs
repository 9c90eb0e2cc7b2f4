//! Texts whose lines say what they are: YAML and heads of HTTP, where a name begins a line, and
//! CSV, where it heads a column.

use super::structure::{NAMING, TYPES};
use super::{Places, Reach, is_of_name, is_quote, skip_blanks, string_end};
use crate::insight::redact::names::is_secret_name;
use std::ops::Range;

/// Lines that tell whether a text is one of settings.
const LOOKED_AT: usize = 60;

impl Places<'_> {
    /// Whether only signs of a list or a quotation stand before a place in its line.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        let before = self.text[..at].iter().rev().take(super::LONGEST_NAME);
        let signs = before.take_while(|b| b" \t->*#".contains(b)).count();
        let start = at - signs;
        start == 0 || matches!(self.text[start - 1], b'\n' | b'\r' | 1..=3)
    }

    fn line_end(&self, at: usize) -> usize {
        let known = self.line_end.get();
        if (known.from..=known.found).contains(&at) && known.found > 0 {
            return known.found;
        }
        let rest = &self.text[at.min(self.text.len())..];
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let end = at + super::outer_mark(&rest[..end], b'"').unwrap_or(end);
        self.line_end.set(Reach {
            from: at,
            found: end,
        });
        end
    }

    /// `name: value` without quotation marks.
    pub(super) fn after_colon(&mut self, at: usize, start: usize, name: &str, starts_line: bool) {
        let text = self.text;
        let line_end = self.line_end(start);
        // What stands in the next line is no value of this one, but for a list and a block.
        if at >= line_end && !(starts_line && self.is_block(start, line_end)) {
            return;
        }
        if matches!(text.get(at), Some(b'{' | b'[')) {
            let before = text[..start]
                .iter()
                .rev()
                .find(|b| !b.is_ascii_whitespace());
            if starts_line || matches!(before, Some(b'{' | b',' | b'(')) {
                self.container(at, name, None);
            }
            return;
        }
        if !starts_line {
            return self.word_after_colon(at, name);
        }
        if at >= line_end || matches!(text.get(at), Some(b'|' | b'>')) {
            return self.block(start, line_end, name);
        }
        let line = &text[at..line_end];
        let comment = memchr::memmem::find(line, b" #");
        let value = line[..comment.unwrap_or(line.len())].trim_ascii_end();
        let range = at..at + value.len();
        let is_header = name.contains('-')
            || ["authorization", "cookie"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
        let is_word = value.iter().all(u8::is_ascii_alphabetic);
        let has_blanks = value.contains(&b' ');
        let is_short_number = value.len() < 6 && value.iter().all(u8::is_ascii_digit);
        let fits = is_header || !is_short_number && (!is_word && !has_blanks || self.is_yaml());
        if fits && !self.spares(name, &range) {
            self.done = range.end;
            self.add(range, None, true);
        }
    }

    /// In the middle of a text only what looks made up is a value: `unknown token: identifier`
    /// is none.
    pub(super) fn word_after_colon(&mut self, at: usize, name: &str) {
        // What is left of a word in which nothing looks made up does not either.
        if (self.plain_word.from..self.plain_word.found).contains(&at) {
            return;
        }
        let rest = &self.text[at..];
        let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'`,;)]}<>&\\\x01\x02\x03".contains(b);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let word = &rest[..length];
        let mixed = word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
        let range = at..at + length;
        if !mixed {
            self.plain_word = Reach {
                from: at,
                found: range.end,
            };
        } else if length >= 16 && !self.spares(name, &range) {
            self.done = range.end;
            self.add(range, None, true);
        }
    }

    /// Whether the lines below belong to this one, since they are set in from it.
    fn is_block(&self, start: usize, line_end: usize) -> bool {
        let next = self.next_line(line_end);
        next < self.text.len() && self.is_set_in(next, self.column(start))
    }

    /// Whether a line belongs to what begins in that column; lists need not be set in.
    fn is_set_in(&self, line: usize, column: usize) -> bool {
        let indent = self.indent(line);
        indent > column || indent == column && self.text[line + indent..].starts_with(b"- ")
    }

    fn next_line(&self, line_end: usize) -> usize {
        let is_pair = self.text[line_end.min(self.text.len())..].starts_with(b"\r\n");
        line_end + 1 + usize::from(is_pair)
    }

    fn column(&self, at: usize) -> usize {
        let known = self.line_start.get();
        // Behind what is known of the line, only what is new is looked through.
        let (from, start) = match known.from <= at {
            true => (known.from, known.found),
            false => (0, 0),
        };
        let ends = |b: &u8| matches!(b, b'\n' | b'\r' | 1..=3);
        let line = self.text[from..at].iter().rposition(ends);
        let start = line.map_or(start, |line| from + line + 1);
        self.line_start.set(Reach {
            from: at,
            found: start,
        });
        at - start
    }

    fn indent(&self, line: usize) -> usize {
        let rest = &self.text[line.min(self.text.len())..];
        rest.iter().take_while(|b| **b == b' ').count()
    }

    /// `name: |` and the lines that are set in below it, or a list of values.
    fn block(&mut self, start: usize, line_end: usize, name: &str) {
        let column = self.column(start);
        let mut line = self.next_line(line_end);
        let mut from = None;
        let mut end = line_end;
        let mut is_schema = false;
        while line < self.text.len() {
            let indent = self.indent(line);
            let this_end = self.line_end(line);
            if line + indent < this_end {
                if !self.is_set_in(line, column) {
                    break;
                }
                is_schema |= is_type(&self.text[line..this_end]);
                from.get_or_insert(line + indent);
                end = this_end;
            }
            line = self.next_line(this_end);
        }
        if let Some(from) = from
            && !is_schema
            && !self.spares(name, &(from..end))
        {
            self.add(from..end, None, true);
            self.done = end;
        }
    }

    /// Whether most lines begin with a name and a colon.
    fn is_yaml(&mut self) -> bool {
        let text = self.text;
        *self.is_yaml.get_or_insert_with(|| {
            let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
            let lines = lines.filter(|line| !line.is_empty()).take(LOOKED_AT);
            let (mut all, mut fine) = (0, 0);
            for line in lines {
                all += 1;
                let line = line.strip_prefix(b"- ").unwrap_or(line);
                let name = line
                    .iter()
                    .take_while(|b| super::may_be_in_name(b) && **b != b' ');
                let name = name.count();
                let is_member = name > 0 && matches!(line[name..], [b':'] | [b':', b' ', ..]);
                fine += usize::from(is_member || line.starts_with(b"#") || line == b"---");
            }
            all > 1 && fine * 10 >= all * 6
        })
    }

    /// `- name: DB_PASSWORD`, whose value stands in the next line.
    pub(super) fn pair_of_lines(&mut self, start: usize, end: usize, name: &str) {
        let text = self.text;
        // Nearly always something else stands behind it.
        let next = text[end..].iter().find(|b| !matches!(b, b' ' | b'\t'));
        if !matches!(next, Some(b'\n' | b'\r')) {
            return;
        }
        let line_end = self.line_end(end);
        if !text[end..line_end].trim_ascii().is_empty() {
            return;
        }
        let line = start - self.column(start);
        let before = text[line..start].trim_ascii_start();
        let before = before.strip_prefix(b"- ").unwrap_or(before).trim_ascii();
        let Some(key) = before.strip_suffix(b":") else {
            return;
        };
        let is_naming = |known: &&str| known.as_bytes().eq_ignore_ascii_case(key);
        if !NAMING.iter().any(is_naming) {
            return;
        }
        let next = skip_blanks(text, line_end);
        let Some(value) = text[next..].strip_prefix(b"value:") else {
            return;
        };
        let at = text.len() - value.len();
        let at = at + value.iter().take_while(|b| **b == b' ').count();
        match text.get(at) {
            Some(sign) if is_quote(sign) => self.string_value(at, name),
            _ => {
                let end = self.line_end(at);
                let end = at + text[at..end].trim_ascii_end().len();
                if at < end && !self.spares(name, &(at..end)) {
                    self.add(at..end, None, true);
                    self.done = end;
                }
            }
        }
    }

    /// The columns of a table whose heads are secret names; told by the first line.
    pub(super) fn columns(&mut self, place: &Range<usize>) {
        if self.has_columns.is_some() {
            return;
        }
        let first = memchr::memchr(b'\n', self.text).unwrap_or(self.text.len());
        if place.start > first {
            self.has_columns = Some(false);
            return;
        }
        let heads = b",;\t|".iter().find_map(|sign| {
            let heads = fields(self.text, 0, *sign);
            let next = fields(self.text, heads.behind, *sign);
            let is_head = |head: &Range<usize>| {
                let head = self.text[head.clone()].trim_ascii();
                !head.is_empty()
                    && head.len() <= super::LONGEST_NAME
                    && head.iter().all(|b| is_of_name(b) || *b == b' ')
            };
            let fits = heads.fields.len() > 1
                && heads.fields.len() == next.fields.len()
                && heads.fields.iter().all(is_head);
            fits.then_some((heads, *sign))
        });
        self.has_columns = Some(heads.is_some());
        let Some((heads, sign)) = heads else {
            return;
        };
        let names: Vec<Option<String>> = heads
            .fields
            .iter()
            .map(|head| Some(self.name(head).trim().to_owned()).filter(|n| is_secret_name(n)))
            .collect();
        let mut at = heads.behind;
        while at < self.text.len() {
            let row = fields(self.text, at, sign);
            for (field, name) in row.fields.iter().zip(&names) {
                if let Some(name) = name
                    && !self.spares(name, field)
                {
                    self.add(field.clone(), None, true);
                }
            }
            at = row.behind;
        }
    }
}

/// `type: string`: below it stands what describes a value.
fn is_type(line: &[u8]) -> bool {
    let said = line
        .trim_ascii()
        .strip_prefix(b"type:")
        .map(<[u8]>::trim_ascii);
    said.is_some_and(|said| TYPES.iter().any(|known| known.as_bytes() == said))
}

struct Row {
    fields: Vec<Range<usize>>,
    /// Where the next one begins.
    behind: usize,
}

/// The fields of a row, without their quotation marks.
fn fields(text: &[u8], from: usize, sign: u8) -> Row {
    let mut fields = Vec::new();
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let end = if rest.first() == Some(&b'"') {
            let mut end = at + 1;
            // A quotation mark inside is written twice.
            loop {
                end = string_end(text, end, b'"');
                if text.get(end + 1) != Some(&b'"') {
                    break;
                }
                end += 2;
            }
            fields.push(at + 1..end.min(text.len()));
            (end + 1).min(text.len())
        } else {
            let ends = |b: &u8| *b == sign || *b == b'\n' || *b == b'\r';
            let end = at + rest.iter().position(ends).unwrap_or(rest.len());
            fields.push(at..end);
            end
        };
        match text.get(end) {
            Some(b) if *b == sign => at = end + 1,
            Some(b'\r') if text.get(end + 1) == Some(&b'\n') => {
                return Row {
                    fields,
                    behind: end + 2,
                };
            }
            Some(_) => {
                return Row {
                    fields,
                    behind: end + 1,
                };
            }
            None => {
                return Row {
                    fields,
                    behind: text.len(),
                };
            }
        }
    }
}
