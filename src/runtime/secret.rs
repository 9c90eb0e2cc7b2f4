//! A hidden value while the person types it. It goes nowhere but to the vault.

use crate::app::{Key, KeyCode};
use crate::model::{Masked, TokenName};

/// The value of a token being typed, in answer to a question.
pub struct Typing {
    pub token: TokenName,
    pub value: Masked,
}

/// What a key did to the value.
pub enum Step {
    Typed,
    Given,
    Left,
}

impl Typing {
    /// An empty value for this token.
    pub fn new(token: TokenName) -> Typing {
        Typing {
            token,
            value: Masked::new(),
        }
    }

    /// Takes a key into the value, or ends it: Enter gives it, Esc or Ctrl-C leaves.
    pub fn press(&mut self, key: Key) -> Step {
        match key.code {
            KeyCode::Enter if self.value.count() > 0 => return Step::Given,
            KeyCode::Esc => return Step::Left,
            KeyCode::Char('c') if key.ctrl => return Step::Left,
            KeyCode::Char('u') if key.ctrl => self.value.clear(),
            KeyCode::Char(c) if !key.ctrl && !key.alt => self.value.push(c),
            KeyCode::Tab => self.value.push('\t'),
            KeyCode::Backspace => self.value.pop(),
            _ => {}
        }
        Step::Typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_make_the_value_and_an_empty_one_is_not_given() {
        let mut typing = Typing::new(TokenName::named("desk"));
        let mut press = |key: &str| typing.press(Key::parse(key).unwrap());
        assert!(matches!(press("enter"), Step::Typed));
        for key in ["a", "B", "x", "backspace", "f5", "left"] {
            assert!(matches!(press(key), Step::Typed));
        }
        assert!(matches!(press("enter"), Step::Given));
        assert!(matches!(press("esc"), Step::Left));
        assert!(matches!(press("ctrl-c"), Step::Left));
        assert_eq!(typing.value.count(), 2);
        typing.press(Key::parse("ctrl-u").unwrap());
        assert_eq!(typing.value.count(), 0);
    }
}
