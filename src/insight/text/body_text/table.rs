//! The lines of comma-separated values: a record each, its fields in columns.

use super::Lines;
use super::shape::LATER;
use super::watch::{LOOK, Watch, piece_end};
use crate::model::{limits, width};
use std::ops::Range;

/// How wide the columns are, and what parts them in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    separator: u8,
    widths: Vec<u16>,
}

/// Columns that are aligned; what lies behind them follows as it is.
const MOST_COLUMNS: usize = 500;

/// No column is wider; a longer field moves what follows it.
const WIDEST: usize = 40;

/// Fills in the lines. `None` if the watch ended it.
pub fn arrange(body: &[u8], separator: u8, lines: &mut Lines, watch: Watch) -> Option<Columns> {
    let mut columns = Columns {
        separator,
        widths: Vec::new(),
    };
    let (mut start, mut look) = (0, LOOK);
    while start < body.len() {
        if start >= look {
            look = start + LOOK;
            if !watch(start) {
                return None;
            }
        }
        let end = record_end(body, start);
        let record = start..end - usize::from(end > start && body[end - 1] == b'\r');
        columns.push(body, record, lines);
        start = end + 1;
    }
    Some(columns)
}

/// The line feed that ends a record: none of those in quotes, if the quotes end.
fn record_end(body: &[u8], start: usize) -> usize {
    let rest = &body[start..body.len().min(start + LONGEST_RECORD)];
    let mut inside = false;
    for at in memchr::memchr2_iter(b'\n', b'"', rest) {
        match rest[at] {
            b'"' => inside = !inside,
            _ if !inside => return start + at,
            _ => {}
        }
    }
    // A quote that is never closed would take all that follows with it.
    let end = memchr::memchr(b'\n', &body[start..]);
    end.map_or(body.len(), |end| start + end)
}

/// Bytes in which the end of a quoted field is looked for.
const LONGEST_RECORD: usize = 64_000;

impl Columns {
    fn push(&mut self, body: &[u8], record: Range<usize>, lines: &mut Lines) {
        let end = piece_end(body, record.start, record.end);
        let first = &body[record.start..end];
        for (column, field) in self.fields(first).take(MOST_COLUMNS).enumerate() {
            let width = shown_width(&first[field]).min(WIDEST) as u16;
            match self.widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => self.widths.push(width),
            }
        }
        lines.push(record.start..end, 0);
        let mut start = end;
        while start < record.end {
            let end = piece_end(body, start, record.end);
            lines.push(start..end, LATER);
            start = end;
        }
    }

    /// The fields of a record, quotes and all.
    fn fields<'a>(&self, record: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let separator = self.separator;
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let start = next?;
            let mut inside = false;
            let ends = record[start..].iter().position(|byte| {
                inside ^= *byte == b'"';
                *byte == separator && !inside
            });
            let end = ends.map_or(record.len(), |end| start + end);
            next = ends.map(|_| end + 1);
            Some(start..end)
        })
    }

    /// The record with its fields below each other.
    pub fn lay(&self, record: &[u8], text: &mut Vec<u8>, mut place: impl FnMut(usize, usize)) {
        for (column, field) in self.fields(record).enumerate() {
            for at in field.clone() {
                place(at, text.len());
                text.push(record[at]);
            }
            if field.end < record.len() {
                place(field.end, text.len());
                let used = shown_width(&record[field.clone()]);
                let wide = self
                    .widths
                    .get(column)
                    .map_or(0, |width| usize::from(*width));
                let blanks = wide.saturating_sub(used) + GAP;
                text.resize(text.len() + blanks, b' ');
            }
        }
    }
}

/// Blanks between two columns.
const GAP: usize = 2;

fn shown_width(field: &[u8]) -> usize {
    if field.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        field.len()
    } else {
        width(&String::from_utf8_lossy(field))
    }
}

const _: () = assert!(WIDEST < limits::LINE_BYTES);

#[cfg(test)]
mod tests {
    use super::super::BodyText;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn shown(body: &[u8]) -> Vec<String> {
        let text = BodyText::new(body, Some("text/csv"));
        let lines = (0..text.len()).map(|line| text.line(body, line));
        lines.map(|line| line.into_owned()).collect()
    }

    #[test]
    fn columns_stand_below_each_other_with_their_own_text() {
        assert_eq!(
            shown("id,name,note\r\n1,Zoë,\"a, \"\"b\"\"\"\n22,日本,\n".as_bytes()),
            ["id  name  note", "1   Zoë   \"a, \"\"b\"\"\"", "22  日本  "]
        );
    }

    #[test]
    fn a_record_over_several_lines_is_one_and_a_quote_left_open_takes_nothing_with_it() {
        assert_eq!(
            shown(b"a,\"b\nc\",d\n1,2,3\n"),
            ["a  \"b\nc\"  d", "1  2      3"]
        );
        assert_eq!(shown(b"a,\"b\n1,2\n"), ["a  \"b", "1  2"]);
    }

    #[test]
    fn a_million_columns_and_a_long_field_are_no_trouble() {
        let before = Instant::now();
        let wide = format!("{}\n1,2\n", "x,".repeat(1_000_000));
        assert!(shown(wide.as_bytes()).len() > 1_000);
        let quotes = "\"\n".repeat(100_000);
        assert!(shown(quotes.as_bytes()).len() >= 50_000);
        assert!(before.elapsed() < Duration::from_secs(10));
    }

    proptest! {
        #[test]
        fn no_field_is_lost(body in "([a-c,\"\\n\\r]|\\PC){0,80}") {
            let solid = |text: &str| text.replace([',', ' ', '\n', '\r'], "");
            prop_assert_eq!(solid(&shown(body.as_bytes()).concat()), solid(&body));
        }
    }
}
