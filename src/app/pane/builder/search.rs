//! A search inside the text being edited.

use crate::app::field::Field;

/// The search line over a text being edited, and its matches.
#[derive(Debug)]
pub struct TextSearch {
    /// The words to search for.
    pub field: Field,
    /// The match that the caret is on, counted from one, and the number of matches.
    pub current: Option<usize>,
    pub count: usize,
    /// Where the caret was when the search began.
    from: (usize, usize),
}

impl TextSearch {
    /// Starts a search that returns to the current caret if nothing matches.
    pub fn new(text: &Field) -> TextSearch {
        TextSearch {
            field: Field::line(""),
            current: None,
            count: 0,
            from: text.caret(),
        }
    }

    /// Searches again after a key in the line.
    pub fn typed(&mut self, text: &mut Field) {
        text.look_for(&self.field.text(), self.from);
        (self.current, self.count) = text.matches();
    }

    /// Moves the caret of `text` to the next match, or to the one before.
    pub fn step(&mut self, text: &mut Field, forward: bool) {
        text.to_match(forward);
        (self.current, self.count) = text.matches();
    }
}
