//! Texts whose lines say what they are: YAML and heads of HTTP, where a name begins a line.

use super::structure::{NAMED, NAMING, TYPES};
use super::{Places, Reach, SHORT_WORD, is_header, is_quote, skip_blanks};
use crate::insight::redact::spared::{is_about, says_nothing};

/// Lines that tell whether a text is one of settings.
const LOOKED_AT: usize = 60;
/// Lines of an item that are looked through for the value of a name, and bytes of one of them.
const LINES_OF_ITEM: usize = 40;
const LONGEST_LINE: usize = 1_000;
/// Bytes of a store that are looked through on either side of one of its lines.
const LONGEST_STORE: usize = 64 << 10;

impl Places<'_> {
    /// Whether only signs of a list or a quotation stand before a place in its line.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        let before = self.text[..at].iter().rev().take(super::LONGEST_NAME);
        let signs = before.take_while(|b| b" \t->*#".contains(b)).count();
        let start = at - signs;
        start == 0 || matches!(self.text[start - 1], b'\n' | b'\r' | 1..=4)
    }

    pub(super) fn line_end(&self, at: usize) -> usize {
        let known = self.line_end.get();
        if (known.from..=known.found).contains(&at) && known.found > 0 {
            return known.found;
        }
        // In growing steps, since a mark of an outer text may end it long before its line.
        let (mut end, mut size) = (at, 256);
        while end < self.text.len() {
            let part = &self.text[end..self.text.len().min(end + size)];
            let line = memchr::memchr2(b'\n', b'\r', part).unwrap_or(part.len());
            if let Some(length) = super::outer_mark(&part[..line], b'"') {
                end += length;
                break;
            }
            end += line;
            if line < part.len() {
                break;
            }
            size *= 2;
        }
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
        if self.behind_type(at) > at {
            return self.value(at, name, None);
        }
        if let Some(value) = self.behind_annotation(at) {
            return self.string_value(value, name);
        }
        if self.listed(at, name) {
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
            let before = start.checked_sub(1).map(|before| text[before]);
            return match before {
                // Where the mark is escaped, so is the one at the end.
                Some(quote) if is_quote(&quote) && text[..start - 1].ends_with(b"\\") => {
                    self.deeper = true;
                }
                Some(quote) if is_quote(&quote) => {
                    if is_header(name) || !self.told_password(start, start + name.len(), name) {
                        self.header_in_quotes(quote, at, name);
                    }
                }
                _ if self.is_in_flow(start) => self.flow_value(at, name),
                _ if self.told_password(start, start + name.len(), name) => {}
                _ => self.word_after_colon(at, name, self.shortest_spoken(start)),
            };
        }
        if at >= line_end || matches!(text.get(at), Some(b'|' | b'>')) {
            return self.block(start, line_end, name);
        }
        let line = &text[at..line_end];
        let comment = memchr::memmem::find(line, b" #");
        let value = line[..comment.unwrap_or(line.len())].trim_ascii_end();
        let range = at..at + value.len();
        let is_header = is_header(name);
        if says_nothing(&self.name(&range)) {
            return;
        }
        let is_word = value.iter().all(u8::is_ascii_alphabetic);
        let has_blanks = value.contains(&b' ');
        let is_short_number = value.len() < 6 && value.iter().all(u8::is_ascii_digit);
        let fits = is_header || !is_short_number && (!is_word && !has_blanks || self.is_yaml());
        if fits && !self.spares(name, &range) {
            let range = self.credential(range, name);
            self.done = range.end;
            self.add(range, None, true);
        } else if is_word {
            self.password_of_line(at, start, name);
        } else if has_blanks {
            // A remark may follow the value.
            self.word_after_colon(at, name, self.shortest_spoken(start));
        }
    }

    /// Whether a name stands in brackets, as in `{user: ann, token: x}`.
    fn is_in_flow(&self, start: usize) -> bool {
        let before = self.text[..start].iter().rev().take(super::LONGEST_NAME);
        let before = before.into_iter().find(|b| !b.is_ascii_whitespace());
        matches!(before, Some(b'{' | b','))
    }

    /// Up to the next comma or bracket; where the text is no YAML it may be an expression.
    fn flow_value(&mut self, at: usize, name: &str) {
        let line_end = self.line_end(at);
        // Where many names stand before the same comma, that is looked for once.
        if !(self.flow_end.from..=self.flow_end.found).contains(&at) || self.flow_end.found == 0 {
            let line = &self.text[at.min(line_end)..line_end];
            let length = memchr::memchr2(b',', b'}', line).unwrap_or(line.len());
            self.flow_end = Reach {
                from: at,
                found: at + length,
            };
        }
        let end = self.flow_end.found.min(line_end);
        let length = Some(end - at.min(end)).filter(|_| end < line_end);
        let value = self.text[at.min(end)..end].trim_ascii_end();
        let range = at..at + value.len();
        let is_short_number = value.len() < 6 && value.iter().all(u8::is_ascii_digit);
        if length.is_some() && !value.is_empty() && !is_short_number && self.is_yaml() {
            if !self.spares(name, &range) {
                self.done = range.end;
                self.add(range, None, true);
            }
            return;
        }
        self.word_after_colon(at, name, SHORT_WORD);
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

    pub(super) fn next_line(&self, line_end: usize) -> usize {
        let is_pair = self.text[line_end.min(self.text.len())..].starts_with(b"\r\n");
        line_end + 1 + usize::from(is_pair)
    }

    pub(super) fn column(&self, at: usize) -> usize {
        let known = self.line_start.get();
        if (known.found..=known.from).contains(&at) {
            return at - known.found;
        }
        // Behind what is known of the line, only what is new is looked through.
        let (from, start) = if known.from <= at {
            (known.from, known.found)
        } else {
            (0, 0)
        };
        let ends = |b: &u8| matches!(b, b'\n' | b'\r' | 1..=4);
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
            && !is_about(name)
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

    /// `- name: DB_PASSWORD`, whose value stands in a line below or above, and `? name`.
    pub(super) fn pair_of_lines(&mut self, start: usize, end: usize, name: &str) {
        let text = self.text;
        // Nearly always something else stands behind it.
        let next = text[end.min(text.len())..]
            .iter()
            .find(|b| !matches!(b, b' ' | b'\t'));
        if !matches!(next, Some(b'\n' | b'\r') | None) {
            return;
        }
        let line_end = self.line_end(end);
        let line = start - self.column(start);
        let before = text[line..start].trim_ascii();
        if matches!(before, b"?" | b"- ?") {
            let next = skip_blanks(text, line_end);
            if text[next..].starts_with(b":") {
                self.value_of_line(next + 1, next, name);
            }
            return;
        }
        let item = before.strip_prefix(b"- ").map(<[u8]>::trim_ascii_start);
        let Some(key) = item.unwrap_or(before).strip_suffix(b":") else {
            return;
        };
        if key == b"kind" && name == "Secret" {
            return self.store_of_lines(line, line_end);
        }
        let is_naming = |known: &&str| known.as_bytes().eq_ignore_ascii_case(key);
        if !NAMING.iter().any(is_naming) {
            return;
        }
        let key_start = line + memchr::memmem::find(&text[line..start], key).unwrap_or(0);
        let found = self.value_below(line_end, key_start - line);
        let found = found.or_else(|| match item {
            Some(_) => None,
            None => self.value_above(line, key_start - line),
        });
        if let Some((key, at)) = found {
            let done = self.done;
            self.value_of_line(at, key, name);
            self.done = done.max(self.done);
        }
    }

    /// The data of a secret of a cluster, one of whose lines this is.
    fn store_of_lines(&mut self, line: usize, line_end: usize) {
        let text = self.text;
        let column = self.indent(line);
        let mut starts = Vec::new();
        let mut at = line;
        let limit = line.saturating_sub(self.allowance(LONGEST_STORE));
        while at > limit {
            let from = at.saturating_sub(1 + LONGEST_LINE);
            let start = memchr::memrchr(b'\n', &text[from..at - 1]).map_or(from, |n| from + n + 1);
            if self.indent(start) < column || text[start..].starts_with(b"---") {
                break;
            }
            starts.push(start);
            at = start;
        }
        self.charge(line - at);
        let mut at = self.next_line(line_end);
        let limit = text.len().min(at + self.allowance(LONGEST_STORE));
        while at < limit {
            let end = self.line_end(at);
            let is_empty = text[at..end].trim_ascii().is_empty();
            if !is_empty && self.indent(at) < column || text[at..].starts_with(b"---") {
                break;
            }
            starts.push(at);
            at = self.next_line(end);
        }
        self.charge(at.saturating_sub(line));
        let done = self.done;
        for start in starts {
            let rest = &text[start + self.indent(start)..];
            let is_data = starts_with_key(rest, "data") || starts_with_key(rest, "stringData");
            if is_data && self.indent(start) == column {
                self.values_below(start, column);
            }
        }
        self.done = done.max(self.done);
    }

    /// The values of all names that are set in below a line.
    fn values_below(&mut self, line: usize, column: usize) {
        let text = self.text;
        let mut at = self.next_line(self.line_end(line));
        self.done = at;
        while at < text.len() {
            let end = self.line_end(at);
            let key = at + self.indent(at);
            if key < end {
                if self.indent(at) <= column {
                    break;
                }
                let colon = memchr::memmem::find(&text[key..end], b":");
                if let Some(colon) = colon.filter(|_| key >= self.done) {
                    self.value_of_line(key + colon + 1, key, "secret");
                }
            }
            at = self.next_line(end);
        }
    }

    /// Where `value:` begins in a line below that belongs to the same item, and behind it.
    fn value_below(&self, line_end: usize, column: usize) -> Option<(usize, usize)> {
        let text = self.text;
        let mut line = self.next_line(line_end);
        for _ in 0..LINES_OF_ITEM {
            let indent = self.indent(line);
            let rest = text.get(line + indent..)?;
            if indent < column || rest.starts_with(b"- ") && indent == column {
                return None;
            }
            if indent == column {
                if let Some(length) = value_key(rest) {
                    return Some((line + indent, line + indent + length));
                }
                if NAMING.iter().any(|known| starts_with_key(rest, known)) {
                    return None;
                }
            }
            let length = memchr::memchr(b'\n', rest)?;
            line = line + indent + length + 1;
        }
        None
    }

    /// The same in a line above, up to the one with the dash.
    fn value_above(&self, line: usize, column: usize) -> Option<(usize, usize)> {
        let text = self.text;
        let mut end = line.checked_sub(1)?;
        for _ in 0..LINES_OF_ITEM {
            let from = end.saturating_sub(LONGEST_LINE);
            let start = memchr::memrchr(b'\n', &text[from..end]).map_or(from, |at| from + at + 1);
            let signs = text[start..end]
                .iter()
                .take_while(|b| b" -".contains(b))
                .count();
            let has_dash = text[start..start + signs].contains(&b'-');
            if signs < column {
                return None;
            }
            if signs == column
                && let Some(length) = value_key(&text[start + signs..end])
            {
                return Some((start + signs, start + signs + length));
            }
            if has_dash {
                return None;
            }
            end = start.checked_sub(1)?;
        }
        None
    }

    /// A value in quotation marks, as a block, or the rest of the line.
    fn value_of_line(&mut self, behind: usize, key: usize, name: &str) {
        let text = self.text;
        let at = behind + super::blanks(text, behind);
        let end = self.line_end(at);
        match text.get(at) {
            Some(sign) if is_quote(sign) => self.string_value(at, name),
            Some(b'|' | b'>') => self.block(key, end, name),
            _ if at >= end => self.block(key, end, name),
            _ => {
                let end = at + text[at..end].trim_ascii_end().len();
                if at < end && !self.spares(name, &(at..end)) {
                    self.add(at..end, None, true);
                    self.done = end;
                }
            }
        }
    }
}

/// How long `value:` is, if a line begins with it.
fn value_key(line: &[u8]) -> Option<usize> {
    let key = NAMED.iter().find(|known| starts_with_key(line, known))?;
    Some(key.len() + 1)
}

fn starts_with_key(line: &[u8], key: &str) -> bool {
    line.starts_with(key.as_bytes()) && line.get(key.len()) == Some(&b':')
}

/// `type: string`: below it stands what describes a value.
fn is_type(line: &[u8]) -> bool {
    let said = line
        .trim_ascii()
        .strip_prefix(b"type:")
        .map(<[u8]>::trim_ascii);
    said.is_some_and(|said| TYPES.iter().any(|known| known.as_bytes() == said))
}
