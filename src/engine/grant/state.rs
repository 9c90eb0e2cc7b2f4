//! What is held of tokens that were got, and what people hear of them.

use crate::engine::client::{Client, ClientOptions};
use crate::engine::clock;
use crate::engine::vault::Vault;
use crate::insight::Exchange;
use crate::insight::token::grant::Metadata;
use crate::insight::token::signature::PublicKey;
use crate::insight::token::step_up::StepUp;
use crate::model::{Got, Grant, Secret, Timestamp, TokenName, TokenSource};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// So long before its end a token is got anew; of one that lives less than five
/// minutes, a tenth of its life.
const MARGIN: Duration = Duration::from_secs(30);

/// What people hear of.
pub enum News {
    /// A call that was made for a token, or that was refused for one that had run out.
    Made(Box<Exchange>),
    Says(String),
    /// Somebody is to open a page and type a code.
    Device(DeviceShown),
    /// Somebody is to open a page, and then to paste the address it ends at where that is asked.
    Browser {
        name: TokenName,
        url: String,
        is_pasted: bool,
        /// Until when it is waited for.
        until: Timestamp,
    },
    Got(Box<Got>),
}

/// Who is there to say yes in a browser.
#[derive(Clone, Copy)]
pub enum Person {
    Nobody,
    Here,
    /// Whose browser is on another machine: asks for the address that it ended at.
    Pastes(fn() -> Option<Secret>),
}

/// Tokens that are got from their authorization servers, and held for this run. Copies share what
/// is held.
#[derive(Clone)]
pub struct Grants {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub client: Client,
    pub vault: Arc<Vault>,
    pub person: Person,
    pub tell: Box<dyn Fn(News) + Send + Sync>,
    pub held: Mutex<HashMap<TokenName, Held>>,
    pub locks: Mutex<HashMap<TokenName, Arc<tokio::sync::Mutex<()>>>>,
    pub metadata: Mutex<HashMap<String, Metadata>>,
    /// Public keys of issuers, by where they stand.
    pub keys: Mutex<HashMap<String, Vec<PublicKey>>>,
    /// The sign-ins that APIs asked for, until somebody signed in so.
    pub demands: Mutex<HashMap<TokenName, StepUp>>,
    /// Where an address that a browser ended at on another machine is waited for.
    pub landed: Mutex<Option<UnboundedSender<Secret>>>,
}

/// A value that was got, and when.
#[derive(Clone)]
pub(super) struct Held {
    pub number: u64,
    pub at: Timestamp,
    pub until: Option<Timestamp>,
    /// It took the place of one that was refused.
    pub after_refusal: bool,
    /// How it was got; another grant of the same name begins anew. Absent for a command.
    pub grant: Option<Grant>,
    pub got: Option<Got>,
}

impl Held {
    /// Whether it can still be sent: it lives longer than 30 seconds from now, or than a tenth of
    /// its life where that is less. A value without an end is always fresh.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let Some(until) = self.until else {
            return true;
        };
        let life = until.duration_since(self.at);
        let life = Duration::try_from(life).unwrap_or_default();
        let left = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        left > (life / 10).min(MARGIN)
    }

    /// Whether it was got as the settings say now; what a command printed counts for every source
    /// but a grant.
    pub fn is_of(&self, source: &TokenSource) -> bool {
        match source {
            TokenSource::Grant(grant) => self.grant.as_ref() == Some(grant),
            _ => self.grant.is_none(),
        }
    }
}

/// What a device shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceShown {
    pub name: TokenName,
    pub user_code: String,
    pub url: String,
    /// With the code in it.
    pub whole_url: Option<String>,
    pub until: Timestamp,
}

impl Grants {
    /// `tell` hears of every call made for a token, and of what a person has to do. Its calls go
    /// without the cookies and the consent of the other calls.
    pub fn new(
        vault: Arc<Vault>,
        options: &ClientOptions,
        person: Person,
        tell: impl Fn(News) + Send + Sync + 'static,
    ) -> Grants {
        let options = ClientOptions {
            consent: None,
            cookies: false,
            ..options.clone()
        };
        Grants {
            inner: Arc::new(Inner {
                client: Client::new(vault.clone(), options),
                vault,
                person,
                tell: Box::new(tell),
                held: Mutex::default(),
                locks: Mutex::default(),
                metadata: Mutex::default(),
                keys: Mutex::default(),
                demands: Mutex::default(),
                landed: Mutex::default(),
            }),
        }
    }

    /// What is known of a token that was got in this run, or is in the keyring.
    pub fn got(&self, name: &TokenName) -> Option<Got> {
        self.held().get(name)?.got.clone()
    }

    /// Takes the address that a browser on another machine ended at, for the sign-in that waits.
    pub fn came_back(&self, address: Secret) {
        let waiting = self.inner.landed.lock();
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        // Whoever does not wait any more has what it needs.
        let _ = waiting.as_ref().map(|waiting| waiting.send(address));
    }

    /// The next sign-in for this token asks for this (RFC 9470); whether that is new.
    pub fn ask_for(&self, name: &TokenName, demand: StepUp) -> bool {
        let old = self.demands().insert(name.clone(), demand.clone());
        old != Some(demand)
    }

    pub(super) fn demands(&self) -> MutexGuard<'_, HashMap<TokenName, StepUp>> {
        let demands = self.inner.demands.lock();
        demands.unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on such addresses come here.
    pub(super) fn landing(&self) -> UnboundedReceiver<Secret> {
        let (sender, landed) = unbounded_channel();
        let waiting = self.inner.landed.lock();
        *waiting.unwrap_or_else(PoisonError::into_inner) = Some(sender);
        landed
    }

    pub(super) fn tell(&self, news: News) {
        (self.inner.tell)(news);
    }

    pub(super) fn held(&self) -> MutexGuard<'_, HashMap<TokenName, Held>> {
        self.inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lock(&self, name: &TokenName) -> Arc<tokio::sync::Mutex<()>> {
        let locks = self.inner.locks.lock();
        let mut locks = locks.unwrap_or_else(PoisonError::into_inner);
        locks.entry(name.clone()).or_default().clone()
    }

    /// The number of a value that is good, as far as anybody knows.
    pub(super) fn fresh(&self, name: &TokenName, source: &TokenSource) -> Option<u64> {
        let held = self.held().get(name).cloned()?;
        let is_good = held.is_of(source) && held.is_fresh(clock::now());
        (is_good && self.inner.vault.has(name)).then_some(held.number)
    }
}
