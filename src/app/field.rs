//! One text input. Hides the text area's crate: its own shortcuts are off, its keys come from
//! our table, and whoever draws it asks for the widget here.

use super::action::Action;
use super::keymap::{Key, KeyCode};
use std::fmt;
use tui_textarea::{CursorMove, Input, Key as AreaKey, TextArea, WrapMode};

#[derive(Clone)]
pub struct Field {
    area: TextArea<'static>,
    lines: bool,
}

impl Field {
    /// A field of one line: line breaks cannot enter it.
    pub fn line(text: &str) -> Field {
        Field::new(text, false)
    }

    /// A field of many lines.
    pub fn lines(text: &str) -> Field {
        Field::new(text, true)
    }

    fn new(text: &str, lines: bool) -> Field {
        let mut field = Field {
            area: TextArea::default(),
            lines,
        };
        field.set(text);
        field
    }

    /// Replaces everything, with nothing left to undo; the caret goes to the end.
    pub fn set(&mut self, text: &str) {
        let text = self.fitting(text);
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.set_cursor_line_style(Default::default());
        if self.lines {
            area.set_wrap_mode(WrapMode::Glyph);
        }
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        self.area = area;
    }

    /// Replaces everything as one step that can be undone.
    pub fn replace(&mut self, text: &str) {
        let text = self.fitting(text);
        self.area.select_all();
        self.area.insert_str(text);
    }

    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub fn is_multiline(&self) -> bool {
        self.lines
    }

    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Inserts text as it is; a field of one line leaves out its line breaks.
    pub fn paste(&mut self, text: &str) {
        let text = self.fitting(text);
        self.area.insert_str(text);
    }

    fn fitting(&self, text: &str) -> String {
        if self.lines {
            text.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect()
        }
    }

    /// Types a key that the table gives no meaning.
    pub fn type_key(&mut self, key: Key) {
        let code = match key.code {
            KeyCode::Char(c) if !key.ctrl && !key.alt => AreaKey::Char(c),
            KeyCode::Tab if self.lines => AreaKey::Tab,
            KeyCode::Backspace => AreaKey::Backspace,
            KeyCode::Delete => AreaKey::Delete,
            _ => return,
        };
        self.area.input_without_shortcuts(Input {
            key: code,
            ctrl: false,
            alt: false,
            shift: false,
        });
    }

    pub fn new_line(&mut self) {
        if self.lines {
            self.area.insert_newline();
        }
    }

    /// The editing actions of the table; any other leaves the field as it is.
    pub fn edit(&mut self, action: Action) {
        match action {
            Action::FieldUndo => drop(self.area.undo()),
            Action::FieldRedo => drop(self.area.redo()),
            Action::FieldLeft => self.area.move_cursor(CursorMove::Back),
            Action::FieldRight => self.area.move_cursor(CursorMove::Forward),
            Action::FieldWordLeft => self.area.move_cursor(CursorMove::WordBack),
            Action::FieldWordRight => self.area.move_cursor(CursorMove::WordForward),
            Action::FieldUp => self.area.move_cursor(CursorMove::Up),
            Action::FieldDown => self.area.move_cursor(CursorMove::Down),
            Action::FieldHome => self.area.move_cursor(CursorMove::Head),
            Action::FieldEnd => self.area.move_cursor(CursorMove::End),
            Action::FieldClear => drop(self.area.delete_line_by_head()),
            Action::FieldWordDelete => drop(self.area.delete_word()),
            _ => {}
        }
    }

    /// Line and column of the caret, counted in characters from zero.
    pub fn caret(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// What draws it, caret and all.
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }
}

/// The area's own Debug prints its undo steps; what was typed may be a secret.
impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Field({} lines)", self.area.lines().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_a_line() {
        let mut field = Field::line("a");
        field.paste("b\r\nc\n");
        field.new_line();
        assert_eq!(field.text(), "abc");
    }

    #[test]
    fn typing_and_undo_work_by_the_table() {
        let mut field = Field::lines("");
        for c in "ab".chars() {
            field.type_key(Key::plain(KeyCode::Char(c)));
        }
        field.new_line();
        field.type_key(Key::plain(KeyCode::Char('c')));
        assert_eq!(field.text(), "ab\nc");
        field.edit(Action::FieldUndo);
        assert_eq!(field.text(), "ab\n");
        field.edit(Action::FieldHome);
        assert_eq!(field.caret(), (1, 0));
    }

    #[test]
    fn what_was_replaced_is_brought_back() {
        let mut field = Field::lines("a\nb");
        field.replace("c\nd\ne");
        assert_eq!(field.text(), "c\nd\ne");
        for _ in 0..2 {
            field.edit(Action::FieldUndo);
        }
        assert_eq!(field.text(), "a\nb");
    }

    #[test]
    fn what_was_loaded_is_not_undone() {
        let mut field = Field::lines("a\r\nb");
        assert_eq!(field.caret(), (1, 1));
        field.edit(Action::FieldUndo);
        assert_eq!(field.text(), "a\nb");
    }

    #[test]
    fn debug_does_not_show_what_was_typed() {
        assert_eq!(format!("{:?}", Field::line("secret")), "Field(1 lines)");
    }
}
