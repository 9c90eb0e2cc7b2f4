//! Notes about places in a file: a limited number, with equal ones counted, and with lines and
//! columns found without counting a large text anew each time.

use crate::model::Note;

/// The most notes that are kept; nobody reads more.
const MOST: usize = 200;

/// Collects the notes about one text; a limited number of them.
pub struct Notes<'t> {
    place: Place<'t>,
    list: Vec<Note>,
    tallies: Vec<Tally>,
}

/// How often something was found, and where first.
struct Tally {
    what: &'static str,
    count: usize,
    at: usize,
}

impl<'t> Notes<'t> {
    /// No notes yet; places are counted in this text.
    pub fn new(text: &'t str) -> Notes<'t> {
        Notes {
            place: Place {
                text,
                last: (0, 1, 0),
            },
            list: Vec::new(),
            tallies: Vec::new(),
        }
    }

    /// Adds a note about a byte of the text; `message` has no full stop.
    pub fn add(&mut self, at: usize, message: &str) {
        if self.list.len() == MOST {
            self.list.push(Note::new(
                "There is more that could be said; further notes were left out.",
            ));
        }
        if self.list.len() > MOST {
            return;
        }
        let note = self.note(at, message);
        self.list.push(note);
    }

    /// Counts something that gets one note with a number; `what` has no full stop.
    pub fn count(&mut self, at: usize, what: &'static str) {
        match self.tallies.iter_mut().find(|tally| tally.what == what) {
            Some(tally) => tally.count += 1,
            None => self.tallies.push(Tally { what, count: 1, at }),
        }
    }

    /// All notes, in the order of the text.
    pub fn into_list(mut self) -> Vec<Note> {
        for tally in std::mem::take(&mut self.tallies) {
            let message = match tally.count {
                1 => tally.what.to_owned(),
                count => format!("{} ({count} of them)", tally.what),
            };
            let note = self.note(tally.at, &message);
            self.list.push(note);
        }
        self.list
            .sort_by_key(|note| (note.line.is_none(), note.line, note.column));
        self.list
    }

    fn note(&mut self, at: usize, message: &str) -> Note {
        let (line, column) = self.place.of(at);
        Note {
            line: Some(line),
            column: Some(column),
            ..Note::new(sentence(message))
        }
    }
}

/// A library's message without its place, which our note gives.
pub fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The byte offset of a line and column, both from one.
pub fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let mut offset = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn sentence(message: &str) -> String {
    let mut text = format!("{message}.");
    if let Some(first) = text.get(..1).map(str::to_ascii_uppercase) {
        text.replace_range(..1, &first);
    }
    text
}

/// Finds lines and columns of a large text; continues from the last place.
struct Place<'t> {
    text: &'t str,
    /// A place, its line, and where the line begins.
    last: (usize, usize, usize),
}

impl<'t> Place<'t> {
    fn of(&mut self, at: usize) -> (usize, usize) {
        let (from, mut line, mut start) = match self.last {
            last if last.0 <= at => last,
            _ => (0, 1, 0),
        };
        let passed = self.text.get(from..at).unwrap_or_default();
        line += passed.matches('\n').count();
        if let Some(end) = passed.rfind('\n') {
            start = from + end + 1;
        }
        self.last = (at, line, start);
        let before = self.text.get(start..at).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}
