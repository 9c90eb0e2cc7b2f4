//! A hidden value while it is typed. Its keys are taken here, before they could come into the
//! state, and it goes nowhere but to the vault.

use super::perform::Performer;
use crate::app::{Key, KeyCode, Message};
use crate::model::{Masked, TokenName};

pub struct Typing {
    token: TokenName,
    value: Masked,
}

/// What a key did to it.
enum Step {
    Typed,
    Given,
    Left,
}

impl Typing {
    pub fn new(token: TokenName) -> Typing {
        Typing {
            token,
            value: Masked::new(),
        }
    }

    fn press(&mut self, key: Key) -> Step {
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

impl Performer {
    /// What becomes of a key or a paste while a hidden value is typed, and of all else ever.
    pub fn hears(&mut self, message: Message) -> Option<Message> {
        let Some(typing) = &mut self.secret else {
            return Some(message);
        };
        let step = match message {
            Message::Key(key) => typing.press(key),
            Message::Paste(text) => {
                typing.value.paste(&text);
                Step::Typed
            }
            // A click must not close the question while its keys still come here.
            Message::Pointer(_) => return None,
            other => return Some(other),
        };
        match step {
            Step::Typed => Some(Message::SecretTyped(typing.value.count())),
            Step::Left => {
                self.secret = None;
                Some(Message::SecretGiven(None))
            }
            Step::Given => {
                let mut typing = self.secret.take()?;
                self.client.vault().lend(&typing.token, typing.value.take());
                let row = self.row_at_rest(&typing.token, false);
                Some(Message::SecretGiven(Some(Box::new(row))))
            }
        }
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
