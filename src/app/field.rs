//! One text input. It hides the text area's crate: that crate's shortcuts are off, its keys come
//! from our table, and drawing code gets the widget here.

use super::action::Action;
use super::keymap::{Key, KeyCode};
use std::fmt;
use tui_textarea::{CursorMove, Input, Key as AreaKey, TextArea, WrapMode};

/// A text input of one line or many, with caret, undo and search.
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

    /// Replaces the whole text and clears the undo steps; the caret goes to the end.
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

    /// Replaces the whole text as one step that can be undone.
    pub fn replace(&mut self, text: &str) {
        let text = self.fitting(text);
        self.area.select_all();
        self.area.insert_str(text);
    }

    /// Chooses the whole text: what is typed or pasted next takes its place, and a key that moves
    /// the caret keeps it.
    pub fn choose_all(&mut self) {
        if self.is_empty() {
            return;
        }
        // The area would mark it in a colour of its own, whatever the theme.
        let style = self.area.cursor_style();
        self.area.set_selection_style(style);
        self.area.select_all();
    }

    /// The whole text; a line feed parts its lines.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether it takes line breaks.
    pub fn is_multiline(&self) -> bool {
        self.lines
    }

    /// Whether nothing is typed, not even a line break.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Inserts text as it is; a field of one line drops the line breaks.
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

    /// Types a key that has no action in the table.
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

    /// Searches for a text from this caret on, whatever the case of its letters, and goes there;
    /// back to that caret if it is nowhere.
    pub fn look_for(&mut self, text: &str, from: (usize, usize)) {
        let word = |c: char| {
            if c.is_alphanumeric() {
                c.to_string()
            } else {
                format!("\\x{{{:x}}}", c as u32)
            }
        };
        let letters: String = text.chars().map(word).collect();
        let pattern = if letters.is_empty() {
            String::new()
        } else {
            format!("(?i){letters}")
        };
        // An escaped pattern can only fail by being too long.
        if self.area.set_search_pattern(pattern).is_err() {
            self.stop_looking();
        }
        // The area would mark matches in blue whatever the theme, so they get the caret's style.
        let style = self.area.cursor_style();
        self.area.set_search_style(style);
        self.jump(from);
        self.area.search_forward(true);
    }

    /// Moves the caret to a line and a column, as far as they exist.
    pub fn jump(&mut self, (row, column): (usize, usize)) {
        let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area
            .move_cursor(CursorMove::Jump(place(row), place(column)));
    }

    /// Moves to the next match or the one before, wrapping at the ends of the text.
    pub fn to_match(&mut self, forward: bool) {
        if forward {
            self.area.search_forward(false)
        } else {
            self.area.search_back(false)
        };
    }

    /// The match that the caret is on, counted from one, and the number of matches.
    pub fn matches(&self) -> (Option<usize>, usize) {
        let Some(pattern) = self.area.search_pattern() else {
            return (None, 0);
        };
        let caret = self.caret();
        let (mut count, mut current) = (0, None);
        for (row, line) in self.area.lines().iter().enumerate() {
            for found in pattern.find_iter(line) {
                count += 1;
                if row == caret.0 && line[..found.start()].chars().count() == caret.1 {
                    current = Some(count);
                }
            }
        }
        (current, count)
    }

    /// Ends the search; its marks go away, the caret stays.
    pub fn stop_looking(&mut self) {
        // An empty pattern is always valid.
        let _ = self.area.set_search_pattern("");
    }

    /// Inserts a line break, in a field of many lines only.
    pub fn new_line(&mut self) {
        if self.lines {
            self.area.insert_newline();
        }
    }

    /// Carries out an editing action of the table; any other does nothing.
    pub fn edit(&mut self, action: Action) {
        // Only what removes text removes what is chosen.
        if !matches!(action, Action::FieldClear | Action::FieldWordDelete) {
            self.area.cancel_selection();
        }
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

    /// Line and column of the caret, in characters from zero.
    pub fn caret(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// The widget to draw, caret included.
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }
}

/// The area's own `Debug` prints its undo steps, and typed text may be a secret.
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
    fn what_is_chosen_gives_way_to_what_is_typed_and_stays_where_the_caret_moves() {
        let typed = |first: Option<Action>| {
            let mut field = Field::line("404 since:7d");
            field.choose_all();
            if let Some(action) = first {
                field.edit(action);
            }
            field.type_key(Key::plain(KeyCode::Char('x')));
            field.text()
        };
        assert_eq!(typed(None), "x");
        assert_eq!(typed(Some(Action::FieldEnd)), "404 since:7dx");
        assert_eq!(typed(Some(Action::FieldHome)), "x404 since:7d");
        assert_eq!(typed(Some(Action::FieldClear)), "x");
        let mut field = Field::line("a");
        field.choose_all();
        field.paste("b");
        assert_eq!(field.text(), "b");
    }

    #[test]
    fn what_was_loaded_is_not_undone() {
        let mut field = Field::lines("a\r\nb");
        assert_eq!(field.caret(), (1, 1));
        field.edit(Action::FieldUndo);
        assert_eq!(field.text(), "a\nb");
    }

    #[test]
    fn a_text_is_found_as_it_stands_and_the_places_are_counted() {
        let mut field = Field::lines("a.b <x>\nA.B axb\nä <X>");
        field.look_for("a.b", (0, 0));
        assert_eq!((field.matches(), field.caret()), ((Some(1), 2), (0, 0)));
        field.to_match(true);
        assert_eq!((field.matches(), field.caret()), ((Some(2), 2), (1, 0)));
        field.to_match(true);
        assert_eq!(field.caret(), (0, 0));
        field.look_for("<x>", (1, 0));
        assert_eq!((field.matches(), field.caret()), ((Some(2), 2), (2, 2)));
        field.to_match(false);
        assert_eq!(field.caret(), (0, 4));
        field.look_for("nowhere", (1, 3));
        assert_eq!((field.matches(), field.caret()), ((None, 0), (1, 3)));
        field.look_for("", (1, 0));
        assert_eq!((field.matches(), field.caret()), ((None, 0), (1, 0)));
    }

    #[test]
    fn debug_does_not_show_what_was_typed() {
        assert_eq!(format!("{:?}", Field::line("secret")), "Field(1 lines)");
    }
}
