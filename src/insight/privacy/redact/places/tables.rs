//! Tables of text: columns with secret names at their heads, rows of a name and a value, in CSV
//! of every sign, in Markdown, and as terminals show them.

use super::structure::{NAMED, NAMING};
use super::{LONGEST_NAME, Places, SHORT_WORD, is_of_name, is_secret_name, string_end};
use std::ops::Range;

/// Lines before the heads: remarks, and which sign stands between fields.
const LINES_BEFORE: usize = 40;
/// Rows that tell whether a text is a table.
const LOOKED_AT: usize = 20;

/// What of a table is secret.
enum Table {
    /// By the number of their column, with its name.
    Columns(Vec<(usize, String)>),
    /// Of each row: where its name stands and where its value.
    Pairs(usize, usize),
}

impl Places<'_> {
    /// Masks what stands in a table, if the text is one, or the text around a sign in another.
    pub(super) fn columns(&mut self, place: &Range<usize>) {
        let text = self.text;
        if !self.has_columns {
            self.has_columns = true;
            self.table(0, text.len());
        }
        // A table in a text in another one begins behind its mark.
        let line = self.column(place.start);
        let start = place.start - line;
        let is_near = start > self.table_end && line <= LONGEST_NAME;
        if is_near && matches!(text[start - 1], 1..=4) {
            let end = string_end(text, start, text[start - 1]);
            self.table_end = end;
            self.table(start, end);
        }
        self.printed_rows(place);
    }

    /// A table as clients of databases print it, anywhere in a text: a line parts its heads, in
    /// which the sign stands, from its rows.
    fn printed_rows(&mut self, place: &Range<usize>) {
        const WIDEST: usize = 2_000;
        let text = self.text;
        let end = self.line_end(place.end);
        let next = self.next_line(end);
        let may_rule = text.get(next).is_some_and(|b| b"-+|=: ".contains(b));
        let is_ruled = may_rule && is_rule(first_line(&text[next..]));
        if place.start < self.table_end || !is_ruled || end - place.end > WIDEST {
            return;
        }
        let start = place.start - self.column(place.start);
        self.table_end = end;
        if let Some((table, rows)) = self.table_of(text, start, b'|') {
            self.table_end = self.rows(text, rows, b'|', &table).max(end);
        }
    }

    fn table(&mut self, start: usize, end: usize) {
        let text = &self.text[..end];
        let mut at = start;
        if text[at..].starts_with("\u{feff}".as_bytes()) {
            at += 3;
        }
        let mut signs: Vec<u8> = b",;\t|".to_vec();
        for _ in 0..LINES_BEFORE {
            let line_end = memchr::memchr(b'\n', &text[at..]).map_or(end, |length| at + length);
            let line = text[at..line_end].trim_ascii();
            match line {
                [b's', b'e', b'p', b'=', sign] => signs = vec![*sign],
                [] | [b'#', ..] | [b'/', b'/', ..] => {}
                line if is_rule(line) => {}
                _ => break,
            }
            at = (line_end + 1).min(end);
        }
        if at >= end {
            return;
        }
        let found = signs.iter().find_map(|sign| {
            let (table, rows) = self.table_of(text, at, *sign)?;
            Some((table, rows, *sign))
        });
        match found {
            Some((table, rows, sign)) => {
                let behind = self.rows(text, rows, sign, &table);
                self.table_end = self.table_end.max(behind);
            }
            None => self.printed_table(text, at),
        }
    }

    /// What kind of table begins here, and where its rows do.
    fn table_of(&self, text: &[u8], at: usize, sign: u8) -> Option<(Table, usize)> {
        let heads = fields(text, at, sign);
        let names: Vec<String> = heads
            .fields
            .iter()
            .map(|head| self.name(head).trim().to_owned())
            .collect();
        let is_empty_edge =
            |number: usize| sign == b'|' && (number == 0 || number + 1 == names.len());
        let is_head = |(number, name): (usize, &String)| {
            let fits = |b: u8| is_of_name(&b) || b == b' ' || b == b'[' || b == b']';
            let is_name = !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(fits);
            (is_name && !is_made_up(name)) || name.is_empty() && is_empty_edge(number)
        };
        if !names.iter().enumerate().all(is_head) || heads.behind >= text.len() || heads.is_broken {
            return None;
        }
        let rule = first_line(&text[heads.behind..]);
        let is_ruled = is_rule(rule);
        let behind = if is_ruled {
            (heads.behind + rule.len() + 1).min(text.len())
        } else {
            heads.behind
        };
        let next = fields(text, behind, sign);
        let has_blanks = names.iter().any(|name| name.contains(' '));
        let same = next.fields.len() == names.len();
        if names.len() > 1 && (same || !has_blanks && (next.fields.len() > 1 || names.len() > 2)) {
            let secret = names.iter().enumerate();
            let secret: Vec<(usize, String)> = secret
                .filter(|(_, name)| is_secret_name(name))
                .map(|(number, name)| (number, name.clone()))
                .collect();
            // Two sentences with a comma each look like a table too.
            let is_told = |(number, _): &(usize, String)| {
                let field = next.fields.get(*number).map(|field| &text[field.clone()]);
                field.is_some_and(|field| field.iter().any(u8::is_ascii_digit))
            };
            if !secret.is_empty() && (!has_blanks || secret.iter().any(is_told)) {
                return Some((Table::Columns(secret), behind));
            }
            let column = |known: &[&str]| {
                let is_it = |name: &String| known.iter().any(|k| k.eq_ignore_ascii_case(name));
                names.iter().position(is_it)
            };
            if let (Some(name), Some(value)) = (column(&NAMING), column(&NAMED)) {
                return Some((Table::Pairs(name, value), behind));
            }
        }
        if names.len() == 2 && sign != b'|' && self.are_pairs(text, at, sign) {
            return Some((Table::Pairs(0, 1), at));
        }
        let is_one = names.len() == 1 && is_secret_name(&names[0]) && !has_blanks;
        (is_one && (is_ruled || self.is_list(text, behind)))
            .then(|| (Table::Columns(vec![(0, names[0].clone())]), behind))
    }

    /// Whether each row is a name and a value.
    fn are_pairs(&self, text: &[u8], mut at: usize, sign: u8) -> bool {
        let mut rows = 0;
        while at < text.len() && rows < LOOKED_AT {
            let row = fields(text, at, sign);
            let [name, value] = &row.fields[..] else {
                return false;
            };
            let (name, value) = (&text[name.clone()], &text[value.clone()]);
            if name.is_empty() || !name.iter().all(is_of_name) || value.starts_with(b" ") {
                return false;
            }
            rows += 1;
            at = row.behind;
        }
        rows > 1
    }

    /// Whether each line is one word that looks made up.
    fn is_list(&self, text: &[u8], from: usize) -> bool {
        let lines = text[from..].split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
        let mut lines = lines
            .filter(|line| !line.is_empty())
            .take(LOOKED_AT)
            .peekable();
        let fits = |line: &[u8]| {
            let line = line
                .strip_prefix(b"\"")
                .and_then(|l| l.strip_suffix(b"\""))
                .unwrap_or(line);
            line.len() >= SHORT_WORD
                && line.iter().any(u8::is_ascii_digit)
                && line
                    .iter()
                    .all(|b| b.is_ascii_graphic() && !b"{}<>:\"".contains(b))
        };
        lines.peek().is_some() && lines.all(fits)
    }

    /// Tells where they end: of a table that stands in another text at a line without its sign.
    fn rows(&mut self, text: &[u8], mut at: usize, sign: u8, table: &Table) -> usize {
        let is_printed = {
            let before = text[..at].trim_ascii_end();
            let line = before.iter().rev().take_while(|b| **b != b'\n').count();
            is_rule(&before[before.len() - line..])
        };
        while at < text.len() {
            let row = fields(text, at, sign);
            let line = first_line(&text[at..]);
            let is_count = line.starts_with(b"(") && line.ends_with(b")");
            if is_printed && (is_count || line.trim_ascii().is_empty()) {
                return row.behind;
            }
            match table {
                Table::Columns(secret) => {
                    let fields = secret
                        .iter()
                        .map(|(number, name)| (row.fields.get(*number), name));
                    for (field, name) in fields.take_while(|(field, _)| field.is_some()) {
                        if let Some(field) = field {
                            self.cell(text, field, name);
                        }
                    }
                }
                Table::Pairs(name, value) => {
                    if let (Some(name), Some(value)) =
                        (row.fields.get(*name), row.fields.get(*value))
                    {
                        let name = self.name(name);
                        if is_secret_name(name.trim()) {
                            self.cell(text, value, name.trim());
                        }
                    }
                }
            }
            at = row.behind;
        }
        text.len()
    }

    fn cell(&mut self, text: &[u8], field: &Range<usize>, name: &str) {
        let inside = &text[field.clone()];
        let start = field.start + inside.len() - inside.trim_ascii_start().len();
        let end = start + inside.trim_ascii().len();
        let is_line = inside.iter().all(|b| b"-: ".contains(b));
        if start < end && !is_line && !self.spares(name, &(start..end)) {
            self.add(start..end, None, true);
        }
    }

    /// `NAME   TOKEN` and below it what stands in these columns.
    fn printed_table(&mut self, text: &[u8], at: usize) {
        const WIDEST: usize = 1_000;
        let line_end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
        let head = text[at..line_end].trim_ascii_end();
        let fits = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b" _-".contains(b);
        if head.len() > WIDEST || !head.iter().all(fits) {
            return;
        }
        let begins = |at: &usize| *at == 0 || head[*at] != b' ' && head[..*at].ends_with(b"  ");
        let starts: Vec<usize> = (0..head.len()).filter(begins).collect();
        for (number, start) in starts.iter().enumerate() {
            let next = starts.get(number + 1).copied();
            let name = String::from_utf8_lossy(&head[*start..next.unwrap_or(head.len())]);
            let name = name.trim();
            if starts.len() < 2 || !is_secret_name(name) {
                continue;
            }
            let mut line = line_end + 1;
            while line < text.len() {
                let length = memchr::memchr(b'\n', &text[line..]);
                let line_end = length.map_or(text.len(), |length| line + length);
                let end = next.map_or(line_end, |next| line_end.min(line + next));
                if line + start < end {
                    self.cell(text, &(line + start..end), name);
                }
                line = line_end + 1;
            }
        }
    }
}

/// `----+-----`, `| --- | --- |`
fn is_rule(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.len() >= 3
        && line.iter().all(|b| b"-+|=: ".contains(b))
        && memchr::memmem::find(line, b"--").is_some()
}

fn first_line(text: &[u8]) -> &[u8] {
    const WIDEST: usize = 4_000;
    let near = &text[..text.len().min(WIDEST)];
    let end = memchr::memchr(b'\n', near).unwrap_or(near.len());
    near[..end].strip_suffix(b"\r").unwrap_or(&near[..end])
}

fn is_made_up(name: &str) -> bool {
    name.len() >= SHORT_WORD
        && name.bytes().filter(u8::is_ascii_digit).count() > 2
        && name.bytes().any(|b| b.is_ascii_alphabetic())
}

struct TableRow {
    fields: Vec<Range<usize>>,
    /// Where the next one begins.
    behind: usize,
    /// Something else stands behind a field in quotation marks, as in a list of JSON.
    is_broken: bool,
}

/// The fields of a row, without their quotation marks.
fn fields(text: &[u8], from: usize, sign: u8) -> TableRow {
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
        let (behind, is_broken) = match text.get(end) {
            Some(b) if *b == sign => {
                at = end + 1;
                continue;
            }
            Some(b'\r') if text.get(end + 1) == Some(&b'\n') => (end + 2, false),
            Some(b'\n' | b'\r') => (end + 1, false),
            Some(_) => (end + 1, true),
            None => (text.len(), false),
        };
        return TableRow {
            fields,
            behind,
            is_broken,
        };
    }
}
