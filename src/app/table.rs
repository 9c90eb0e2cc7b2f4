//! Rows that are edited in place, each as one line of text. A row that is switched off stays but is
//! not sent.

use crate::app::list::List;
use crate::model::{Param, Part, is_plain};

/// How a row is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// `name = value`
    #[default]
    Pair,
    /// `Name: value`
    Header,
    /// `name = text` or `name @ path`, whichever sign comes first.
    Part,
}

/// Editable rows with a cursor: params, headers, form fields or parts.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub rows: Vec<Part>,
    pub list: List,
    pub spelling: Spelling,
}

impl Table {
    /// A table with these rows, the cursor on the first.
    pub fn new<R: Into<Part>>(spelling: Spelling, rows: impl IntoIterator<Item = R>) -> Table {
        Table {
            rows: rows.into_iter().map(Into::into).collect(),
            list: List::default(),
            spelling,
        }
    }

    /// A table without rows.
    pub fn empty(spelling: Spelling) -> Table {
        Table::new(spelling, Vec::<Part>::new())
    }

    /// The row under the cursor, if it is on one.
    pub fn row(&self) -> Option<&Part> {
        self.rows.get(self.list.cursor)
    }

    /// The row under the cursor as text.
    pub fn typed(&self) -> Option<String> {
        let row = self.row()?;
        Some(match (self.spelling, row.is_file) {
            (Spelling::Header, _) => format!("{}: {}", row.name, row.value),
            (_, true) => format!("{} @ {}", row.name, row.value),
            (_, false) => format!("{} = {}", row.name, row.value),
        })
    }

    /// All rows, with this text for the row under the cursor. Unchanged text changes nothing, since
    /// a line cannot hold everything that a row can.
    pub fn with(&self, before: &str, text: &str) -> Vec<Part> {
        let mut rows = self.rows.clone();
        if before != text
            && let Some(row) = rows.get_mut(self.list.cursor)
        {
            read(self.spelling, text, row);
        }
        rows
    }

    /// Takes in the typed text; drops a row without a name.
    pub fn take(&mut self, before: &str, text: &str) {
        self.rows = self.with(before, text);
        if self.row().is_some_and(|row| row.name.is_empty()) {
            self.remove();
        }
    }

    /// Adds a row at the end, still without a name.
    pub fn add(&mut self) {
        self.rows.push(Part::default());
        self.list.to_last(self.rows.len());
    }

    /// Switches the row under the cursor on or off.
    pub fn switch(&mut self) {
        if let Some(row) = self.rows.get_mut(self.list.cursor) {
            row.is_off = !row.is_off;
        }
    }

    /// Removes the row under the cursor, and gives it with its position.
    pub fn remove(&mut self) -> Option<(usize, Part)> {
        let at = self.list.cursor;
        if at >= self.rows.len() {
            return None;
        }
        let row = self.rows.remove(at);
        self.list.step(0, self.rows.len());
        Some((at, row))
    }

    /// Inserts a removed row again, at its old position if the table still reaches so far.
    pub fn put_back(&mut self, at: usize, row: Part) {
        let at = at.min(self.rows.len());
        self.rows.insert(at, row);
        self.list.cursor = at;
    }

    /// The number of rows that are sent.
    pub fn count(&self) -> usize {
        self.rows.iter().filter(|row| !row.is_off).count()
    }
}

/// The rows that have a name, as pairs.
pub fn params(rows: Vec<Part>) -> Vec<Param> {
    let named = rows.into_iter().filter(|row| !row.name.is_empty());
    named.map(Param::from).collect()
}

/// Blanks around the sign belong to neither side.
fn read(spelling: Spelling, text: &str, row: &mut Part) {
    let sign = match spelling {
        Spelling::Pair => '=',
        Spelling::Header => ':',
        Spelling::Part => match text.find(['=', '@']).map(|at| &text[at..]) {
            Some(rest) if rest.starts_with('@') => '@',
            _ => '=',
        },
    };
    let (name, value) = text.split_once(sign).unwrap_or((text, ""));
    row.name = name.trim().to_owned();
    row.value = value.trim().to_owned();
    let was_file = row.is_file;
    row.is_file = sign == '@';
    row.literal &= !(is_plain(&row.name) && is_plain(&row.value));
    if was_file && !row.is_file {
        row.file_name = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_of_a_part_tells_a_text_from_a_file() {
        let mut table = Table::empty(Spelling::Part);
        for text in ["note = a@b", "upload@ logs/a=b.txt", "alone"] {
            table.add();
            table.take("", text);
        }
        let seen: Vec<_> = table
            .rows
            .iter()
            .map(|r| (&*r.name, &*r.value, r.is_file))
            .collect();
        assert_eq!(
            seen,
            [
                ("note", "a@b", false),
                ("upload", "logs/a=b.txt", true),
                ("alone", "", false)
            ]
        );
        table.list.cursor = 1;
        assert_eq!(table.typed().unwrap(), "upload @ logs/a=b.txt");
    }

    #[test]
    fn a_row_of_data_stays_one_while_something_in_it_stands_in_braces() {
        let mut table = Table::new(Spelling::Header, [Param::data("X-A", "{{token:x}}")]);
        table.take("", "X-A: b {{token:x}}");
        assert!(table.rows[0].literal);
        table.take("", "X-A: b");
        assert!(!table.rows[0].literal);
    }

    #[test]
    fn what_a_line_cannot_hold_survives_a_look_at_it() {
        let row = Part {
            name: "note".into(),
            value: "two\nlines ".into(),
            media_type: Some("text/plain".into()),
            ..Part::default()
        };
        let mut table = Table::new(Spelling::Part, [row.clone()]);
        table.take("note = twolines ", "note = twolines ");
        assert_eq!(table.rows, [row]);
        table.take("note = twolines ", "note = one");
        assert_eq!(table.rows[0].value, "one");
        assert_eq!(table.rows[0].media_type.as_deref(), Some("text/plain"));
    }
}
