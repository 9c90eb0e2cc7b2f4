//! A search inside the text that is being typed.

use crate::app::field::Field;

#[derive(Debug)]
pub struct TextSearch {
    /// What is looked for.
    pub field: Field,
    /// Which of the places the caret is on, and how many there are.
    pub current: Option<usize>,
    pub count: usize,
    /// Where the caret was when it began.
    from: (usize, usize),
}

impl TextSearch {
    pub fn new(text: &Field) -> TextSearch {
        TextSearch {
            field: Field::line(""),
            current: None,
            count: 0,
            from: text.caret(),
        }
    }

    /// After a key in the line.
    pub fn typed(&mut self, text: &mut Field) {
        text.look_for(&self.field.text(), self.from);
        (self.current, self.count) = text.matches();
    }

    pub fn step(&mut self, text: &mut Field, forward: bool) {
        text.to_match(forward);
        (self.current, self.count) = text.matches();
    }
}
