//! When someone types or pastes the value of a known token, its name replaces it before anything
//! can show or keep it.

use super::begun::Begun;
use super::perform::Performer;
use crate::app::{Effect, Key, KeyCode, Message, Pasted, State, name_typed};
use crate::model::Secret;

impl Performer {
    /// A paste that contains known values, together with the text that has their names instead.
    pub fn named(&self, text: String) -> Message {
        let mask = self.client.vault().mask();
        if !mask.finds(&text) {
            return match self.seen_token(&text) {
                Some(seen) => Message::PasteToken {
                    text: Pasted(text),
                    seen: Box::new(seen),
                },
                None => Message::Paste(text),
            };
        }
        Message::PasteKnown {
            named: mask.template(&text),
            text: Pasted(text),
        }
    }

    /// Whether a key only continues a value that its name has already replaced.
    pub fn swallows(&mut self, message: &Message) -> bool {
        let Some(mut begun) = self.begun.take() else {
            return false;
        };
        let Message::Key(Key {
            code: KeyCode::Char(c),
            ctrl: false,
            alt: false,
            ..
        }) = message
        else {
            return false;
        };
        begun.value.push(*c);
        let goes_on = self
            .client
            .vault()
            .begins(&begun.token, &Secret::new(begun.value.as_str()));
        if goes_on {
            self.begun = Some(begun);
        }
        goes_on
    }

    /// Replaces a known value that the last key completed.
    pub fn looks_at(&mut self, state: &mut State) -> Vec<Effect> {
        let Some(before) = state.typed_before_caret() else {
            return Vec::new();
        };
        let Some((start, token)) = self.client.vault().ends_with_known(&before) else {
            return Vec::new();
        };
        let value = before[start..].to_owned();
        let effects = name_typed(state, start, &before, &token);
        self.begun = Some(Begun { token, value });
        effects
    }
}
