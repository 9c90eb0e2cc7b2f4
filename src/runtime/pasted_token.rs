//! A pasted text that is a token: what it says of itself goes to the screen, its value stays here.

use super::perform::Performer;
use super::setup::mended;
use crate::app::Pasted;
use crate::app::pane::SeenToken;
use crate::engine::{clock, fingerprint, keep};
use crate::insight::token::{Seems, seems_token};
use crate::model::{Origin, Secret, TokenName};

/// No credential is longer, in bytes.
const LONGEST: usize = 16 * 1024;

impl Performer {
    /// What a text says of itself, if it is a token and nothing else.
    pub fn seen_token(&self, text: &str) -> Option<SeenToken> {
        if text.len() > LONGEST {
            return None;
        }
        let secret = Secret::new(text);
        let repair = keep::repaired(&secret);
        let value = repair.as_ref().map_or(&secret, |repair| &repair.value);
        let marks = self.client.vault().marks();
        let report = keep::examined(value, clock::now(), marks);
        let seems = seems_token(text, &report, repair.is_some())?;
        Some(SeenToken {
            fingerprint: fingerprint(value),
            mended: repair
                .iter()
                .flat_map(|repair| &repair.steps)
                .map(|step| mended(step))
                .collect(),
            is_certain: seems == Seems::Certainly,
            report,
        })
    }

    /// Keeps the value until the person decides, in the same place as a typed one.
    pub fn hold_token(&mut self, text: &Pasted) {
        self.forget_typed();
        self.new_token.value.paste(&text.0);
    }

    /// Uses the value that waits from now on, for this origin alone.
    pub fn use_token(&mut self, name: &TokenName, origin: Origin) {
        let value = self.new_token.value.take();
        let value = match keep::repaired(&value) {
            Some(repair) => repair.value,
            None => value,
        };
        self.client.vault().lend_to(name, value, origin);
    }
}
