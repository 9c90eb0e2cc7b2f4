//! Which access tokens were given out. Their values are not kept: a digest is enough to know one
//! again.

use jiff::Timestamp;
use ring::digest as hash;
use std::collections::{HashMap, VecDeque};

/// Tokens remembered at once: more than practice gives out, few enough for a loop not to fill
/// the memory.
const MOST: usize = 10_000;

/// A sign-in with more than a password, as this server calls it.
pub(super) const STRONG: &str = "urn:practice:strong";

/// SHA-256 of a value.
pub(super) type Digest = [u8; 32];

pub(super) fn digest(value: &str) -> Digest {
    let mut out = [0; 32];
    out.copy_from_slice(hash::digest(&hash::SHA256, value.as_bytes()).as_ref());
    out
}

/// An access token as it was given out.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub number: u64,
    pub client: &'static str,
    /// For whom it speaks.
    pub user: u64,
    pub scopes: Vec<String>,
    /// The API it is for, where the client named one (RFC 8707).
    pub audience: Option<String>,
    pub expires_at: Timestamp,
    pub revoked: bool,
    /// Signed with a key that is published no more.
    pub is_retired: bool,
    /// Those that came of one sign-in fall together.
    pub family: u64,
    /// The thumbprint of the key that it is bound to (RFC 9449, 6).
    pub bound: Option<String>,
    /// When somebody signed in, and how strongly.
    pub signed_in: Option<SignedIn>,
}

/// A sign-in behind a token (RFC 9470, 6).
#[derive(Clone, Debug)]
pub(super) struct SignedIn {
    pub at: Timestamp,
    pub acr: Option<String>,
}

impl Issued {
    /// Whether it counts at a moment: neither revoked nor run out. Which key signed it is not asked
    /// here.
    pub fn is_good(&self, now: Timestamp) -> bool {
        !self.revoked && self.expires_at > now
    }
}

/// All that were given out.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    tokens: HashMap<Digest, Issued>,
    next: u64,
    /// The ids of proofs that were used, the oldest first.
    proofs: VecDeque<Digest>,
}

impl Ledger {
    /// `None` for a value that was never given out.
    pub fn of(&self, value: &str) -> Option<&Issued> {
        self.tokens.get(&digest(value))
    }

    pub(super) fn add(&mut self, value: &str, mut issued: Issued) {
        if self.tokens.len() >= MOST {
            let oldest = self.tokens.iter().min_by_key(|(_, issued)| issued.number);
            if let Some(oldest) = oldest.map(|(digest, _)| *digest) {
                self.tokens.remove(&oldest);
            }
        }
        self.next += 1;
        issued.number = self.next;
        self.tokens.insert(digest(value), issued);
    }

    /// Whether a proof with this id was not used before; it is used now.
    pub(super) fn is_first_use(&mut self, id: Digest) -> bool {
        if self.proofs.contains(&id) {
            return false;
        }
        if self.proofs.len() >= MOST {
            self.proofs.pop_front();
        }
        self.proofs.push_back(id);
        true
    }

    pub(super) fn revoke(&mut self, digest: &Digest) {
        if let Some(issued) = self.tokens.get_mut(digest) {
            issued.revoked = true;
        }
    }

    pub(super) fn revoke_family(&mut self, family: u64) {
        let tokens = self.tokens.values_mut();
        tokens
            .filter(|issued| issued.family == family)
            .for_each(|issued| issued.revoked = true);
    }
}
