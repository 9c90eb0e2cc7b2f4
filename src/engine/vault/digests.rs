//! The challenges of Digest (RFC 7616) that servers asked with, and the answers to them.

use crate::insight::token::digest::{DigestCall, DigestChallenge};
use crate::model::{Origin, Secret};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most servers whose challenges are remembered.
const MOST: usize = 1_000;

/// The last challenge of each server, and how often it was answered.
#[derive(Default)]
pub(super) struct Digests {
    asked: Mutex<HashMap<Origin, (DigestChallenge, u32)>>,
}

impl Digests {
    fn asked(&self) -> MutexGuard<'_, HashMap<Origin, (DigestChallenge, u32)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a challenge, and tells whether its nonce is another than before.
    pub(super) fn take(&self, origin: Origin, challenge: DigestChallenge) -> bool {
        let mut asked = self.asked();
        if asked.len() >= MOST && !asked.contains_key(&origin) {
            asked.clear();
        }
        let nonce = challenge.nonce.clone();
        let old = asked.insert(origin, (challenge, 0));
        old.is_none_or(|(old, _)| old.nonce != nonce)
    }

    /// The value of `Authorization` for a call; `None` where its server did not ask yet, or the
    /// system gives no randomness.
    pub(super) fn answer(
        &self,
        method: &str,
        url: &str,
        user: &str,
        password: &Secret,
    ) -> Option<Secret> {
        let origin = Origin::parse(url)?;
        let mut bytes = [0; 16];
        SystemRandom::new().fill(&mut bytes).ok()?;
        let mut asked = self.asked();
        let (challenge, count) = asked.get_mut(&origin)?;
        *count = count.saturating_add(1);
        let call = DigestCall {
            method,
            target: target(url),
            user,
            own_nonce: &URL_SAFE_NO_PAD.encode(bytes),
            count: *count,
        };
        Some(Secret::new(challenge.answer(&call, password.reveal())))
    }
}

/// Path and query of a URL, as they are sent.
fn target(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    if path.is_empty() { "/" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_what_the_first_line_of_the_call_says() {
        assert_eq!(target("https://a.example/x?y=1#z"), "/x?y=1");
        assert_eq!(target("https://a.example"), "/");
        assert_eq!(target("https://a.example:8443/a%20b"), "/a%20b");
    }
}
