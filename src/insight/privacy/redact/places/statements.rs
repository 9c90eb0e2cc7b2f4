//! Secrets in statements of SQL: in rows that are put into a table, before and behind its name.

use super::{Places, is_of_name, is_quote, is_secret_name, skip_blanks, string_end};
use std::ops::Range;

/// No statement is read further.
const LONGEST_STATEMENT: usize = 64 << 10;

impl Places<'_> {
    /// `IDENTIFIED BY '…'`
    pub(super) fn identified(&mut self, from: usize) {
        let text = self.text;
        let mut at = skip_blanks(text, from);
        let word = text.get(at..at + 8);
        if word.is_some_and(|word| word.eq_ignore_ascii_case(b"password")) {
            at = skip_blanks(text, at + 8);
        }
        if text.get(at).is_some_and(is_quote) {
            self.string_value(at, "password");
        }
    }

    /// `ALTER USER ann WITH PASSWORD '…'`, `WHERE token IN ('…', '…')`: a value stands behind a
    /// name without a sign between them.
    pub(super) fn is_in_statement(&mut self, start: usize, at: usize, name: &str) -> bool {
        const FAR: usize = 200;
        const MOST: usize = 1_000;
        let text = self.text;
        let before = &text[start.saturating_sub(FAR)..start];
        let stands = |words: &[&[u8]]| {
            let is_it = |part: &[u8]| words.iter().any(|word| part.eq_ignore_ascii_case(word));
            before.windows(5).any(is_it)
        };
        match text.get(at..).unwrap_or_default() {
            [b'\'', ..] if name.eq_ignore_ascii_case("password") => {
                let is_one = stands(&[b"alter", b"creat", b" with"]);
                if is_one {
                    self.string_value(at, name);
                }
                is_one
            }
            [b'i' | b'I', b'n' | b'N', b' ', b'(', ..]
                if stands(&[b"where", b" and ", b"  or "]) =>
            {
                let mut at = at + 4;
                for _ in 0..MOST {
                    let (value, is_text, end) = literal(text, at);
                    if is_text && !self.spares(name, &value) {
                        self.add(value, None, true);
                    }
                    at = end + 1;
                    self.done = self.done.max(end);
                    if text.get(end) != Some(&b',') {
                        break;
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// `INSERT INTO t (id, token) VALUES (1, '…'), …`
    pub(super) fn insert(&mut self, from: usize) {
        let limit = from + self.allowance(LONGEST_STATEMENT);
        let text = &self.text[..self.text.len().min(limit)];
        let Some((columns, at)) = self.columns_of_insert(text, from) else {
            return;
        };
        if !columns.iter().any(Option::is_some) {
            return;
        }
        let mut at = at;
        while text.get(at) == Some(&b'(') {
            at += 1;
            let mut column = 0;
            while at < text.len() && text[at] != b')' {
                let (value, is_text, end) = literal(text, at);
                if let Some(Some(name)) = columns.get(column) {
                    let digits = text[value.clone()].iter().filter(|b| b.is_ascii_digit());
                    let counts =
                        is_text || digits.count() >= 6 || is_filled_in(&text[value.clone()]);
                    if counts && !value.is_empty() && !self.spares(name, &value) {
                        self.add(value, None, true);
                    }
                }
                column += 1;
                at = end + usize::from(text.get(end) == Some(&b','));
                if end >= text.len() || !b",)".contains(&text[end]) {
                    self.charge(at - from);
                    return;
                }
            }
            at = skip_blanks(text, at + 1);
            if text.get(at) == Some(&b',') {
                at = skip_blanks(text, at + 1);
            }
        }
        self.charge(at - from);
    }

    /// The names of its columns, those that are secret, and where its rows begin. Where the
    /// statement does not name them, what stands above it may.
    fn columns_of_insert(&mut self, text: &[u8], from: usize) -> Option<(Columns, usize)> {
        const LONGEST_LIST: usize = 4_000;
        let near = &text[from..text.len().min(from + LONGEST_LIST)];
        let table = near.trim_ascii_start();
        let length = table
            .iter()
            .take_while(|b| is_of_name(b) || b"`\"[]".contains(b));
        let table = &table[..length.count()];
        let mut at = skip_blanks(text, from) + table.len();
        at = skip_blanks(text, at);
        let columns = if text.get(at) == Some(&b'(') {
            let close = memchr::memchr(b')', &text[at..text.len().min(at + LONGEST_LIST)])?;
            let columns = columns_of_list(&text[at + 1..at + close]);
            at = skip_blanks(text, at + close + 1);
            Some(columns)
        } else {
            None
        };
        // What the server is asked to do with them may stand before the word.
        let rest = &text[at..text.len().min(at + 200)];
        let word = find_word(rest, b"values")?;
        at = skip_blanks(text, at + word + 6);
        let columns = columns.or_else(|| self.columns_above(from, table));
        Some((columns?, at))
    }

    /// The columns of a table as a remark in the line above names them, or the statement that made
    /// the table.
    fn columns_above(&mut self, from: usize, table: &[u8]) -> Option<Columns> {
        const LONGEST_LINE: usize = 1_000;
        const TABLES: usize = 64;
        let text = self.text;
        let line = from - self.column(from);
        let above = text[line.saturating_sub(LONGEST_LINE)..line].trim_ascii_end();
        let above = above.rsplit(|b| matches!(b, b'\n' | b'\r' | 1..=4)).next();
        let above = above.unwrap_or_default().trim_ascii();
        let remark = [&b"--"[..], b"#", b"/*", b"//"]
            .iter()
            .find_map(|sign| above.strip_prefix(*sign));
        if let Some(remark) = remark.filter(|remark| remark.contains(&b',')) {
            let start = remark.iter().rposition(|b| b":(".contains(b));
            return Some(columns_of_list(&remark[start.map_or(0, |at| at + 1)..]));
        }
        let table = bare_name(table);
        if let Some(known) = self.tables.get(&table) {
            return known.clone();
        }
        if self.tables.len() >= TABLES {
            return None;
        }
        let made = made_table(text, &table);
        self.tables.insert(table, made.clone());
        made
    }

    /// `COPY t (id, token) FROM stdin;` and rows with tabs, up to `\.`.
    pub(super) fn copied(&mut self, place: &Range<usize>) {
        const LONGEST_HEAD: usize = 4_000;
        let text = self.text;
        let line = place.start - self.column(place.start);
        let head = &text[line..place.start];
        let word = head.trim_ascii_start().get(..5).unwrap_or_default();
        if head.len() > LONGEST_HEAD || !word.eq_ignore_ascii_case(b"copy ") {
            return;
        }
        let brackets = memchr::memchr(b'(', head).zip(memchr::memrchr(b')', head));
        let Some((open, close)) = brackets.filter(|(open, close)| open < close) else {
            return;
        };
        let columns = columns_of_list(&head[open + 1..close]);
        let mut at = self.next_line(self.line_end(place.end));
        while at < text.len() && !text[at..].starts_with(b"\\.") {
            let end = self.line_end(at);
            let mut start = at;
            for (field, name) in text[at..end].split(|b| *b == b'\t').zip(&columns) {
                let range = start..start + field.len();
                if let Some(name) = name
                    && field != b"\\N"
                    && !self.spares(name, &range)
                {
                    self.add(range.clone(), None, true);
                }
                start = range.end + 1;
            }
            at = self.next_line(end);
        }
        self.done = at.min(text.len());
    }
}

/// Of each column its name, if it is a secret one.
pub(super) type Columns = Vec<Option<String>>;

fn columns_of_list(list: &[u8]) -> Columns {
    let columns = list.split(|b| *b == b',').map(|column| {
        let name = String::from_utf8_lossy(column);
        let name = name.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
        is_secret_name(name).then(|| name.to_owned())
    });
    columns.collect()
}

/// Where a word stands, in letters of any size, of which no other begins before it than those of
/// statements.
fn find_word(text: &[u8], word: &[u8]) -> Option<usize> {
    let end = text.iter().position(|b| b";(".contains(b))?;
    let mut places = text[..end].windows(word.len());
    places.position(|part| part.eq_ignore_ascii_case(word))
}

/// The last part of the name of a table, without its quotation marks.
fn bare_name(table: &[u8]) -> String {
    let name = String::from_utf8_lossy(table).to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    last.trim_matches(['`', '"', '[', ']']).to_owned()
}

/// The columns that `CREATE TABLE` gives a table.
fn made_table(text: &[u8], table: &str) -> Option<Columns> {
    const LONGEST_LIST: usize = 16_000;
    const MOST: usize = 1_000;
    if table.is_empty() {
        return None;
    }
    let begins = |at: &usize| {
        let word = text.get(at.saturating_sub(7)..at + 5);
        word.is_some_and(|word| word.eq_ignore_ascii_case(b"create table"))
    };
    let tables = memchr::memmem::find_iter(text, b"able").map(|at| at.saturating_sub(1));
    let capitals = memchr::memmem::find_iter(text, b"ABLE").map(|at| at.saturating_sub(1));
    tables
        .chain(capitals)
        .filter(begins)
        .take(MOST)
        .find_map(|at| {
            let rest = &text[at + 5..text.len().min(at + 5 + LONGEST_LIST)];
            let open = memchr::memchr2(b'(', b';', rest).filter(|open| rest[*open] == b'(')?;
            let named = rest[..open]
                .trim_ascii()
                .rsplit(|b| b.is_ascii_whitespace())
                .next()?;
            (bare_name(named) == table).then(|| columns_of_table(&rest[open + 1..]))
        })
}

/// The first word of each part of a list, up to the bracket that closes it.
fn columns_of_table(list: &[u8]) -> Columns {
    const OTHERS: [&str; 7] = [
        "primary",
        "unique",
        "key",
        "constraint",
        "foreign",
        "index",
        "check",
    ];
    let mut depth = 0usize;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, b) in list.iter().enumerate() {
        match b {
            b'(' => depth += 1,
            b')' if depth == 0 => {
                parts.push(&list[start..at]);
                break;
            }
            b')' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    let names = parts.into_iter().map(|part| {
        let part = part.trim_ascii();
        let word = part.split(|b| b.is_ascii_whitespace() || *b == b'(').next();
        bare_name(word.unwrap_or_default())
    });
    let names = names.filter(|name| !OTHERS.contains(&&**name));
    names
        .map(|name| is_secret_name(&name).then_some(name))
        .collect()
}

/// Whether a value without quotation marks is one that a program filled in to show it, and no
/// column, number or call.
fn is_filled_in(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    value.len() >= super::SHORT_WORD && digits > 0 && letters > 0 && !value.contains(&b'.')
}

/// A value of a row: what stands in it, whether that is a text, and where it ends.
fn literal(text: &[u8], from: usize) -> (Range<usize>, bool, usize) {
    let mut at = skip_blanks(text, from);
    if matches!(
        text.get(at..),
        Some([b'N' | b'n' | b'E' | b'e' | b'x' | b'X', b'\'', ..])
    ) {
        at += 1;
    }
    if let Some(sign) = text.get(at).filter(|b| matches!(**b, b'\'' | b'"')) {
        let start = at + 1;
        let mut end = string_end(text, start, *sign);
        // A mark inside is written twice.
        while text.get(end + 1) == Some(sign) {
            end = string_end(text, end + 2, *sign);
        }
        let end = end.min(text.len());
        return (start..end, true, skip_blanks(text, end + 1));
    }
    let mut depth = 0usize;
    let mut end = at;
    while let Some(b) = text.get(end) {
        match b {
            b'(' => depth += 1,
            b')' | b',' if depth == 0 => break,
            b')' => depth -= 1,
            b';' | b'"' | 1..=4 => break,
            b'\'' => end = string_end(text, end + 1, b'\''),
            _ => {}
        }
        end += 1;
    }
    let end = end.min(text.len());
    let length = text[at.min(end)..end]
        .iter()
        .take_while(|b| is_of_name(b))
        .count();
    (at..at + length, false, end)
}
