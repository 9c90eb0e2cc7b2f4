//! Takes the keys of a hidden value before they reach the state.

use super::perform::Performer;
use super::secret::Step;
use crate::app::Message;

impl Performer {
    /// Takes a key or a paste while a hidden value is being typed; any other message passes
    /// through.
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
