//! What the authorization server has before it: its key, what was asked for and is not given yet,
//! and the call that it answers.

use super::clients::Registered;
use super::keys::Keys;
use super::reply::Form;
use crate::engine::sandbox::api::Request;
use crate::engine::sandbox::ledger::{Digest, STRONG, SignedIn};
use jiff::{SignedDuration, Timestamp};

/// How long a device waits for its person.
pub(super) const DEVICE_LIFETIME: SignedDuration = SignedDuration::from_secs(600);

/// What the server knows besides the world: its key, and what is asked for and not yet given.
#[derive(Default)]
pub(in super::super) struct Issuer {
    pub(super) keys: Option<Keys>,
    pub(super) devices: Vec<Wish>,
    pub(super) codes: Vec<Code>,
    pub(super) refresh: Vec<Refresh>,
    pub(super) families: u64,
}

/// The scopes there are; the API asks for `read` and `write`.
pub(super) const SCOPES: [&str; 4] = ["openid", "offline_access", "read", "write"];

/// The strengths of a sign-in that can be asked for.
pub(super) const STRENGTHS: [&str; 1] = [STRONG];

/// One call to the server, with what it is answered from.
pub(super) struct Call<'a> {
    /// `http://127.0.0.1:PORT`
    pub base: &'a str,
    pub request: &'a Request,
    pub form: Form,
    pub now: Timestamp,
    /// The key that the caller proved to have.
    pub bound: Option<String>,
}

/// A device that waits for its person.
pub(super) struct Wish {
    pub code: Digest,
    pub user_code: String,
    pub client: &'static Registered,
    pub scopes: Vec<String>,
    pub audience: Option<String>,
    pub expires_at: Timestamp,
    pub interval: i64,
    pub asked_at: Option<Timestamp>,
    pub decision: Decision,
}

pub(super) enum Decision {
    Waits,
    Denied,
    /// By the person with that id.
    Given(u64),
}

impl Wish {
    /// What has run out is told so for a while.
    pub fn is_worth_keeping(&self, now: Timestamp) -> bool {
        now.duration_since(self.expires_at) < DEVICE_LIFETIME
    }
}

/// A code on its way to the program that asked.
pub(super) struct Code {
    pub value: Digest,
    pub client: &'static str,
    pub redirect: String,
    /// The S256 challenge of RFC 7636.
    pub challenge: String,
    pub signed_in: SignedIn,
    pub user: u64,
    pub scopes: Vec<String>,
    pub audience: Option<String>,
    pub expires_at: Timestamp,
}

/// A refresh token that was given out; one that was used is kept, to know it again.
pub(super) struct Refresh {
    pub value: Digest,
    pub client: &'static str,
    pub user: u64,
    pub scopes: Vec<String>,
    pub audience: Option<String>,
    pub family: u64,
    pub used: bool,
    /// The key that it is bound to, as its token is.
    pub bound: Option<String>,
    pub signed_in: Option<SignedIn>,
}

impl Issuer {
    pub(super) fn keys(&mut self) -> Option<&Keys> {
        if self.keys.is_none() {
            self.keys = Keys::new();
        }
        self.keys.as_ref()
    }

    /// What has run out is gone.
    pub fn forget(&mut self, now: Timestamp) {
        self.devices.retain(|wish| wish.is_worth_keeping(now));
        self.codes.retain(|code| code.expires_at > now);
    }
}
