//! The value of a token while the person types it, unseen.

use crate::app::{Key, KeyCode, Message};
use crate::model::Masked;

/// The value of a token that is being defined.
#[derive(Default)]
pub struct NewToken {
    pub value: Masked,
    /// Whether keys go into it.
    pub typing: bool,
}

impl NewToken {
    /// Takes a key or a paste into the value; gives any other message back.
    pub fn takes(&mut self, message: Message) -> Option<Message> {
        match &message {
            Message::Paste(text) => self.value.paste(text),
            Message::Key(Key {
                code: KeyCode::Char('u'),
                ctrl: true,
                ..
            }) => self.value.clear(),
            Message::Key(Key {
                code: KeyCode::Char(c),
                ctrl: false,
                alt: false,
            }) => self.value.push(*c),
            Message::Key(Key {
                code: KeyCode::Backspace,
                ..
            }) => self.value.pop(),
            _ => return Some(message),
        }
        None
    }
}
