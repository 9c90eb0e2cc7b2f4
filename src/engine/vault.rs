//! Tokens: from a name to a value, at the last moment before the wire, and only for the
//! origins it is bound to.

pub mod keep;
mod sign;
mod source;
#[cfg(test)]
mod tests;

use super::child::Starter;
use crate::engine::clock;
use crate::format::export::secrets_of;
use crate::insight::api::marks::Marks;
use crate::insight::asking::wrong_token;
use crate::insight::facts::Credential;
use crate::insight::redact::Mask;
use crate::insight::token::{TokenReport, basic_pair, made_up};
use crate::model::{
    Author, Bindings, Border, Cause, Consent, Environment, ExchangeId, Failure, Grant, GrantPart,
    Headers, Origin, Placement, Secret, SentRequest, Settings, Slot, SlotPlace, Token, TokenName,
    TokenRef, TokenSource, encoded, with_slots,
};
use ring::digest;
use ring::rand::SecureRandom;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

/// Shorter values are typed as parts of words.
const SHORTEST_TYPED: usize = 8;
/// Of a value of so many characters the first few are enough to know it by.
const LONG_TYPED: usize = 32;
const ENOUGH_TYPED: usize = 16;

pub struct Vault {
    tokens: RwLock<Vec<Token>>,
    starter: Starter,
    practice: fn(&str) -> Option<Secret>,
    /// How a person is asked for a value; `None` where nobody can be.
    ask: Option<fn(&TokenName) -> Option<Secret>>,
    /// By what the maker of a value is told.
    marks: Arc<Marks>,
    read: Mutex<Known>,
    bindings: Mutex<Bindings>,
    /// What was told of credentials that strangers pasted, by looking at them once.
    seen: Mutex<HashMap<ExchangeId, Credential>>,
}

/// The values read so far, and what finds them; building that again for every call would cost
/// more than the call.
#[derive(Default)]
struct Known {
    values: HashMap<(bool, TokenName), Secret>,
    /// Passwords as they went out together with their users.
    pairs: HashMap<TokenName, Secret>,
    /// Those of the other tokens that could be read when the first mask was made.
    at_rest: Option<Vec<(TokenName, Secret)>>,
    mask: Option<Arc<Mask>>,
    /// Cookies that answers set, as `name=value`.
    cookies: HashSet<String>,
    /// What of the environments is secret: credentials in their variables and headers.
    of_places: Vec<Secret>,
    /// Tokens of which it was told that their values cannot be masked.
    told: HashSet<TokenName>,
    /// The values that tokens had before they got others, the oldest first: answers may still
    /// repeat them.
    former: Vec<(TokenName, Secret)>,
}

/// More former values than this are not looked for.
const MOST_FORMER: usize = 2_000;

/// More values than this are not looked for in what is shown.
const MOST_COOKIES: usize = 10_000;

/// A request with the values in place. It never leaves the engine and cannot be printed.
pub struct Filled {
    pub url: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Vault {
    /// `practice` gives the values of the sandbox's own tokens.
    pub fn new(settings: &Settings, practice: fn(&str) -> Option<Secret>) -> Vault {
        Vault {
            tokens: RwLock::new(settings.tokens.clone()),
            starter: Starter::new(settings),
            practice,
            ask: None,
            marks: Arc::default(),
            read: Mutex::default(),
            bindings: Mutex::new(Bindings::of(settings)),
            seen: Mutex::default(),
        }
    }

    /// With a person at hand who can be asked for the value of a token that is not kept.
    pub fn asking(mut self, ask: fn(&TokenName) -> Option<Secret>) -> Vault {
        self.ask = Some(ask);
        self
    }

    /// With the marks by which makers of tokens are told.
    pub fn knowing(mut self, marks: Arc<Marks>) -> Vault {
        self.marks = marks;
        self
    }

    /// By what the maker of a value is told.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Keeps what was told of the credential of a pasted call; its value is not kept.
    pub fn note_seen(&self, call: &ExchangeId, credential: Credential) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.insert(call.clone(), credential);
        }
    }

    /// What was told of the credential of a pasted call, in this run.
    pub fn seen(&self, call: &ExchangeId) -> Option<Credential> {
        self.seen.lock().ok()?.get(call).cloned()
    }

    /// Cookies that an answer set are secrets from then on.
    pub fn know_cookies(&self, given: &[(String, String)]) {
        let mut read = self.read();
        for (name, value) in given {
            if read.cookies.len() < MOST_COOKIES && read.cookies.insert(format!("{name}={value}")) {
                read.mask = None;
            }
        }
    }

    /// What of an environment is secret is so wherever it surfaces.
    pub fn know_place(&self, environment: &Environment) {
        self.know(secrets_of(environment));
    }

    /// Values without names that are masked from here on.
    pub fn know(&self, secrets: impl IntoIterator<Item = Secret>) {
        let mut read = self.read();
        for secret in secrets {
            let is_same = |known: &Secret| known.reveal() == secret.reveal();
            if read.of_places.len() < MOST_COOKIES && !read.of_places.iter().any(is_same) {
                read.of_places.push(secret);
                read.mask = None;
            }
        }
    }

    /// A value for as long as this program runs, as a prompt or a pipe gave it.
    pub fn lend(&self, name: &TokenName, value: Secret) {
        self.remember(false, name, value);
    }

    /// Makes up a value that nobody was given, in the shape of a real one: what the API says to
    /// it is what it says to a token it does not know.
    pub fn lend_wrong(&self, sandbox: bool, like: Option<&TokenReport>) -> TokenName {
        let name = wrong_token();
        let mut bytes = [0; 32];
        // Zeros are just as unknown.
        let _ = ring::rand::SystemRandom::new().fill(&mut bytes);
        self.remember(sandbox, &name, Secret::new(made_up(&bytes, like)));
        name
    }

    /// As `lend`, for a value that came together with the one place it may travel to.
    pub fn lend_to(&self, name: &TokenName, value: Secret, origin: Origin) {
        self.bindings().lend(name, origin);
        self.lend(name, value);
    }

    /// The tokens that were lent for a certain origin.
    pub fn lent(&self) -> Vec<TokenName> {
        self.bindings().lent()
    }

    /// Tells which token has a value, of those whose value is at hand now.
    pub fn by_value(&self, sandbox: &[TokenName]) -> impl Fn(&Secret) -> Option<TokenName> {
        let lent = self.lent();
        let tokens = self.tokens();
        let own = tokens.iter().map(|token| &token.name).chain(&lent);
        let own = own.map(|name| (name, false));
        let all = own.chain(sandbox.iter().map(|name| (name, true)));
        let read = all.map(|(name, sandbox)| self.reference_at_rest(name, sandbox));
        let read: Vec<TokenRef> = read.filter(|token| token.fingerprint.is_some()).collect();
        move |value| {
            let print = Some(fingerprint(value));
            let same = read.iter().find(|token| token.fingerprint == print);
            same.map(|token| token.name.clone())
        }
    }

    /// Puts the values into a request. Refused with nothing sent when a value is missing, cannot
    /// stand in a header, or would travel to an origin the token is not bound to.
    pub async fn fill(
        &self,
        sent: &SentRequest,
        environment: &Environment,
        author: Author,
        consent: Option<&Consent>,
    ) -> Result<(Filled, Option<TokenRef>), Failure> {
        let names = sent.tokens();
        self.check_border(sent, environment, author, consent)?;
        self.know_place(environment);
        let mut values = HashMap::new();
        for name in names {
            let secret = self.value(&name, environment.sandbox).await?;
            let mut own = sent.slots.iter().filter(|slot| slot.name == name);
            // In a pair of a form anything can be written.
            if !own.all(|slot| slot.place == SlotPlace::Form) {
                check_characters(&name, &secret)?;
            }
            let secret = self.as_sent(&name, secret, environment);
            values.insert(name, secret);
        }
        self.check_masks(&values)?;
        let token = match &sent.token {
            Some(token) => Some(self.reference(&token.name, environment.sandbox).await),
            None => None,
        };
        Ok((put(sent, &values), token))
    }

    /// Whether every token of a request may go where it goes; if not, why.
    pub fn check_border(
        &self,
        sent: &SentRequest,
        environment: &Environment,
        author: Author,
        consent: Option<&Consent>,
    ) -> Result<(), Failure> {
        let names = sent.tokens();
        if names.is_empty() {
            return Ok(());
        }
        let border = Border::of(environment, author, sent)?;
        let bindings = self.bindings();
        let mut names = names.iter();
        names.try_for_each(|name| border.token(name, &bindings, consent))
    }

    /// A password goes out together with its user (RFC 7617), as the secret of a client with its
    /// id; both forms are masked.
    fn as_sent(&self, name: &TokenName, secret: Secret, environment: &Environment) -> Secret {
        let pair = match environment.placement(name) {
            Placement::Basic(user) => basic_pair(&user, secret.reveal()),
            Placement::Client(id) => basic_pair(&encoded(&id), &encoded(secret.reveal())),
            _ => return secret,
        };
        let pair = Secret::new(pair);
        let mut read = self.read();
        let is_new = read.pairs.insert(name.clone(), pair.clone());
        if is_new.is_none_or(|old| old.reveal() != pair.reveal()) {
            read.mask = None;
        }
        pair
    }

    /// What cannot be masked afterwards does not go: neither where somebody panicked over what is
    /// known here, nor where the mask does not find what it is made for.
    fn check_masks(&self, values: &HashMap<TokenName, Secret>) -> Result<(), Failure> {
        if self.read.is_poisoned() || self.bindings.is_poisoned() {
            return Err(Failure::unsent(
                Cause::TokenMissing,
                "a part of this program failed before, and it is not sure any more that tokens would be masked.",
                "Start httriage again. If it happens again, tell its makers.",
            ));
        }
        let mask = self.mask();
        let is_bare = |secret: &Secret| !Mask::is_too_short(secret) && !mask.hides(secret);
        match values.iter().find(|(_, secret)| is_bare(secret)) {
            None => Ok(()),
            Some((name, _)) => Err(Failure::unsent(
                Cause::TokenMissing,
                format!("the value of token {name} would not be masked in what is shown and kept."),
                "Start httriage again, or give the token another value.",
            )),
        }
    }

    /// The token's name with its fingerprint, if its value can be read.
    pub async fn reference(&self, name: &TokenName, sandbox: bool) -> TokenRef {
        let value = self.value(name, sandbox).await.ok();
        TokenRef {
            name: name.clone(),
            fingerprint: value.map(|secret| fingerprint(&secret)),
        }
    }

    /// The value itself, for whoever looks at it without showing it.
    pub async fn secret(&self, name: &TokenName, sandbox: bool) -> Result<Secret, Failure> {
        self.value(name, sandbox).await
    }

    /// What can be told of a value that was read before; it starts nothing and asks nobody.
    pub fn report(&self, name: &TokenName, sandbox: bool) -> Option<TokenReport> {
        let value = self.remembered(sandbox, name)?;
        Some(keep::examined(&value, clock::now(), &self.marks))
    }

    /// As `report`, for a value that can be read without starting or asking anything.
    pub fn report_at_rest(&self, name: &TokenName, sandbox: bool) -> Option<TokenReport> {
        let value = self.at_rest(name, sandbox)?;
        Some(keep::examined(&value, clock::now(), &self.marks))
    }

    /// What can be told of the value by looking at it, or why it cannot be read.
    pub async fn examine(
        &self,
        name: &TokenName,
        sandbox: bool,
    ) -> Result<(TokenRef, TokenReport), Failure> {
        let value = self.value(name, sandbox).await?;
        let token = TokenRef {
            name: name.clone(),
            fingerprint: Some(fingerprint(&value)),
        };
        Ok((token, keep::examined(&value, clock::now(), &self.marks)))
    }

    /// As `reference`, but starts no program and asks nobody: for lists.
    pub fn reference_at_rest(&self, name: &TokenName, sandbox: bool) -> TokenRef {
        let value = self.at_rest(name, sandbox);
        TokenRef {
            name: name.clone(),
            fingerprint: value.map(|secret| fingerprint(&secret)),
        }
    }

    /// Reads a value that can be read without starting or asking anything, so that it is masked
    /// from now on.
    pub fn read_at_rest(&self, name: &TokenName, sandbox: bool) {
        if let Some(value) = self.at_rest(name, sandbox) {
            self.remember(sandbox, name, value);
        }
    }

    fn at_rest(&self, name: &TokenName, sandbox: bool) -> Option<Secret> {
        match self.source(name, sandbox).as_ref() {
            Some(TokenSource::Sandbox) => (self.practice)(name.as_str()),
            Some(TokenSource::Variable(variable)) => source::from_variable(name, variable).ok(),
            Some(TokenSource::File(path)) => source::from_file(name, path).ok(),
            _ => self.remembered(sandbox, name),
        }
    }

    /// Whether the value is there, told without starting a program or asking anybody; `None`
    /// where that would be needed.
    pub fn look_at_rest(&self, name: &TokenName) -> Option<Result<(), Failure>> {
        let value = match self.source(name, false)? {
            TokenSource::Variable(variable) => source::from_variable(name, &variable),
            TokenSource::File(path) => source::from_file(name, &path),
            _ => return None,
        };
        Some(value.and_then(|secret| check_characters(name, &secret)))
    }

    /// As `examine`, but starts no program and asks nobody; `None` where the value is not at rest.
    pub fn examine_at_rest(
        &self,
        name: &TokenName,
        sandbox: bool,
    ) -> Option<Result<(TokenRef, TokenReport), Failure>> {
        let value = match (self.remembered(sandbox, name), self.source(name, sandbox)) {
            (Some(secret), _) => Ok(secret),
            (None, None) => Err(source::unknown(name)),
            (None, Some(TokenSource::Sandbox)) => {
                (self.practice)(name.as_str()).ok_or_else(|| source::no_practice(name))
            }
            (None, Some(TokenSource::Variable(variable))) => source::from_variable(name, &variable),
            (None, Some(TokenSource::File(path))) => source::from_file(name, &path),
            (None, Some(_)) => return None,
        };
        Some(value.map(|value| {
            let token = TokenRef {
                name: name.clone(),
                fingerprint: Some(fingerprint(&value)),
            };
            (token, keep::examined(&value, clock::now(), &self.marks))
        }))
    }

    /// What masks every value read so far, and that of every token that can be read without
    /// starting a program or asking anybody, whether it is used in this run or not.
    pub fn mask(&self) -> Arc<Mask> {
        let mut read = self.read();
        if let Some(mask) = &read.mask {
            return mask.clone();
        }
        read.at_rest.get_or_insert_with(|| self.all_at_rest());
        let mask = Arc::new(Mask::with_others(
            &read.known(),
            read.cookies.iter().cloned(),
            &read.of_places,
        ));
        read.mask = Some(mask.clone());
        mask
    }

    /// Where a text ends with a known value, or with so much of a long one that it is no other:
    /// the place where it begins, and its token.
    pub fn ends_with_known(&self, text: &str) -> Option<(usize, TokenName)> {
        let known = {
            let mut read = self.read();
            read.at_rest.get_or_insert_with(|| self.all_at_rest());
            read.known()
        };
        let found = known.iter().filter_map(|(token, secret)| {
            let value = secret.reveal();
            let enough = match value.len() {
                ..SHORTEST_TYPED => return None,
                // Tokens of this form begin alike, whoever they are of.
                _ if !value.is_ascii() || value.starts_with("eyJ") => value,
                LONG_TYPED.. => &value[..ENOUGH_TYPED],
                _ => value,
            };
            let start = text.strip_suffix(enough)?.len();
            Some((start, token.name.clone()))
        });
        found.min_by_key(|(start, _)| *start)
    }

    /// Whether a text is how the value of a token begins.
    pub fn begins(&self, name: &TokenName, text: &Secret) -> bool {
        let known = self.read().known();
        let mut own = known.iter().filter(|(token, _)| &token.name == name);
        own.any(|(_, value)| value.reveal().starts_with(text.reveal()))
    }

    fn all_at_rest(&self) -> Vec<(TokenName, Secret)> {
        let value = |name: TokenName, source: &TokenSource| {
            let value = match source {
                TokenSource::Variable(variable) => source::from_variable(&name, variable),
                // What is no plain file may wait for ever.
                TokenSource::File(path) if path.is_file() => source::from_file(&name, path),
                _ => return None,
            };
            Some((name, value.ok()?))
        };
        let tokens = self.tokens();
        let own = tokens.iter();
        let own = own.filter_map(|token| value(token.name.clone(), &token.source));
        let of_grants = tokens.iter().flat_map(|token| {
            let sources = token.grant().map(Grant::sources).unwrap_or_default();
            // A key is read for a signature alone.
            let sources = sources
                .into_iter()
                .filter(|(p, _)| *p != GrantPart::PrivateKey);
            sources.filter_map(|(part, source)| value(part.of(&token.name)?, source))
        });
        own.chain(of_grants).collect()
    }

    /// The tokens that were read and cannot be masked, since they are too short; each is named once.
    pub fn unmaskable(&self) -> Vec<TokenName> {
        let mut read = self.read();
        let short = read.values.iter();
        let short = short.filter(|(_, secret)| Mask::is_too_short(secret));
        let names: Vec<TokenName> = short.map(|((_, name), _)| name.clone()).collect();
        names
            .into_iter()
            .filter(|name| read.told.insert(name.clone()))
            .collect()
    }

    /// The person says that a token may go there too, for as long as this program runs.
    pub fn permit(&self, sandbox: bool, name: &TokenName, origin: Origin) {
        self.bindings().permit(sandbox, name, origin);
    }

    /// Where a token may go from an environment; nowhere yet, if there are none.
    pub fn origins(&self, name: &TokenName, environment: &Environment) -> Vec<Origin> {
        self.bindings().origins(name, environment)
    }

    /// What is behind these two locks is whole between any two steps of a change, so that it is
    /// used as it is even where somebody panicked meanwhile: whatever was bound stays bound, and
    /// every value that was read is masked. Nothing is sent any more then; see `check_masks`.
    fn read(&self) -> MutexGuard<'_, Known> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bindings(&self) -> MutexGuard<'_, Bindings> {
        self.bindings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn value(&self, name: &TokenName, sandbox: bool) -> Result<Secret, Failure> {
        if let Some(secret) = self.remembered(sandbox, name) {
            return Ok(secret);
        }
        let secret = match self.source(name, sandbox) {
            None => Err(source::unknown(name)),
            Some(source) => self.value_of(name, &source).await,
        }?;
        self.remember(sandbox, name, secret.clone());
        Ok(secret)
    }

    async fn value_of(&self, name: &TokenName, source: &TokenSource) -> Result<Secret, Failure> {
        match source {
            TokenSource::Sandbox => {
                (self.practice)(name.as_str()).ok_or_else(|| source::no_practice(name))
            }
            TokenSource::Variable(variable) => source::from_variable(name, variable),
            TokenSource::File(path) => source::from_file(name, path),
            TokenSource::Command(words) => source::from_command(name, words, &self.starter).await,
            TokenSource::Keyring => source::from_keyring(name),
            TokenSource::Prompt => self.ask_for(name),
            TokenSource::Grant(grant) => Err(source::not_got(name, grant)),
        }
    }

    /// Reads the value of a token anew from its source; whether it is another now.
    pub async fn read_anew(&self, name: &TokenName) -> Result<bool, Failure> {
        let source = self.source(name, false);
        let source = source.ok_or_else(|| source::unknown(name))?;
        let secret = self.value_of(name, &source).await?;
        let old = self.remembered(false, name);
        let is_other = old.is_none_or(|old| old.reveal() != secret.reveal());
        self.remember(false, name, secret);
        Ok(is_other)
    }

    /// Reads a secret that belongs to a grant, once in a run; it goes to that origin and nowhere
    /// else.
    pub async fn lend_part(
        &self,
        name: &TokenName,
        source: &TokenSource,
        origin: &Origin,
    ) -> Result<(), Failure> {
        let secret = match self.remembered(false, name) {
            Some(secret) => secret,
            None => self.value_of(name, source).await?,
        };
        self.lend_to(name, secret, origin.clone());
        Ok(())
    }

    /// Lends the value of a token under another name, for a place that the person's own settings
    /// name together with it. A token with a list of origins goes to none beside it.
    pub async fn lend_copy(
        &self,
        name: &TokenName,
        of: &TokenName,
        origin: &Origin,
    ) -> Result<(), Failure> {
        let tokens = self.tokens();
        let listed = tokens.iter().find(|token| token.name == *of);
        let listed = listed.and_then(|token| token.origins.as_ref());
        if listed.is_some_and(|listed| !listed.contains(origin)) {
            return Err(Failure::unsent(
                Cause::TokenWrongInstance,
                format!("token {of} does not belong to {origin}, where it would be exchanged."),
                format!("Add {origin} to the origins of token {of}, if it may go there."),
            ));
        }
        let secret = self.value(of, false).await?;
        self.lend_to(name, secret, origin.clone());
        Ok(())
    }

    /// How long what the command of a token gives is good.
    pub fn ttl(&self, name: &TokenName) -> Option<Duration> {
        let tokens = self.tokens();
        tokens.iter().find(|token| &token.name == name)?.ttl
    }

    /// A value that was read before, for whoever keeps it without showing it.
    pub fn at_hand(&self, name: &TokenName) -> Option<Secret> {
        self.remembered(false, name)
    }

    /// Whether a value is at hand without reading anything.
    pub fn has(&self, name: &TokenName) -> bool {
        self.remembered(false, name).is_some()
    }

    /// The value is not good any more. It stays masked.
    pub fn drop_value(&self, name: &TokenName) {
        let mut read = self.read();
        if let Some(secret) = read.values.remove(&(false, name.clone())) {
            read.retire(name, secret);
        }
        read.mask = None;
    }

    fn ask_for(&self, name: &TokenName) -> Result<Secret, Failure> {
        let hint = format!("Set {} for this run.", name.variable());
        let Some(ask) = self.ask else {
            let why = "its value is to be asked for, and nobody can be asked here";
            return Err(source::missing(name, why.into(), &hint));
        };
        let given = ask(name);
        given.ok_or_else(|| {
            source::missing(name, "it was asked for, and none was given".into(), &hint)
        })
    }

    /// What starts other programs without giving them the values of tokens.
    pub fn starter(&self) -> &Starter {
        &self.starter
    }

    /// Where the value comes from; `None` where no token of that name is known.
    pub fn source(&self, name: &TokenName, sandbox: bool) -> Option<TokenSource> {
        if sandbox {
            return Some(TokenSource::Sandbox);
        }
        let tokens = self.tokens();
        let token = tokens.iter().find(|token| &token.name == name)?;
        Some(token.source.clone())
    }

    fn tokens(&self) -> Vec<Token> {
        let tokens = self.tokens.read();
        tokens.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The settings are others from now on: tokens were defined or taken away. What was lent and
    /// permitted in this run stays.
    pub fn define(&self, settings: &Settings) {
        let gone: Vec<TokenName> = {
            let old = self.tokens();
            let is_gone = |token: &&Token| settings.token(&token.name) != Some(*token);
            let gone = old.iter().filter(is_gone);
            gone.map(|token| token.name.clone()).collect()
        };
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = settings.tokens.clone();
        self.bindings().settle(settings);
        let mut read = self.read();
        // What had another source is read anew, and so is what belongs to its grant.
        let parts = |name: &TokenName| {
            let parts = GrantPart::ALL.into_iter();
            parts.filter_map(|part| part.of(name)).collect::<Vec<_>>()
        };
        let parts: Vec<TokenName> = gone.iter().flat_map(parts).collect();
        let is_gone = |name: &TokenName| gone.contains(name) || parts.contains(name);
        read.values
            .retain(|(sandbox, name), _| *sandbox || !is_gone(name));
        (read.at_rest, read.mask) = (None, None);
    }

    fn remembered(&self, sandbox: bool, name: &TokenName) -> Option<Secret> {
        self.read().values.get(&(sandbox, name.clone())).cloned()
    }

    fn remember(&self, sandbox: bool, name: &TokenName, secret: Secret) {
        let mut read = self.read();
        // First, so that no mask is left that lacks a value.
        read.mask = None;
        let old = read.values.insert((sandbox, name.clone()), secret.clone());
        if let Some(old) = old.filter(|old| old.reveal() != secret.reveal()) {
            read.retire(name, old);
        }
    }
}

impl Known {
    fn retire(&mut self, name: &TokenName, secret: Secret) {
        if self.former.len() >= MOST_FORMER {
            self.former.remove(0);
        }
        self.former.push((name.clone(), secret));
    }

    /// Of two tokens with the same value, the one that was used comes first.
    fn known(&self) -> Vec<(TokenRef, Secret)> {
        let mut used: Vec<_> = self.values.iter().collect();
        used.sort_by_key(|(name, _)| *name);
        let used = used.into_iter().map(|((_, name), secret)| (name, secret));
        let others = self.at_rest.iter().flatten();
        let others = others.map(|(name, secret)| (name, secret));
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_by_key(|(name, _)| *name);
        let former = self.former.iter().map(|(name, secret)| (name, secret));
        used.chain(others)
            .chain(pairs)
            .chain(former)
            .map(|(name, secret)| {
                let token = TokenRef {
                    name: name.clone(),
                    fingerprint: Some(fingerprint(secret)),
                };
                (token, secret.clone())
            })
            .collect()
    }
}

/// The request with the values in the places of its slots.
fn put(sent: &SentRequest, values: &HashMap<TokenName, Secret>) -> Filled {
    let put = |slot: &Slot, out: &mut Vec<u8>| {
        let value = values.get(&slot.name).map_or("", Secret::reveal);
        match slot.place.is_encoded() {
            true => out.extend_from_slice(encoded(value).as_bytes()),
            false => out.extend_from_slice(value.as_bytes()),
        }
    };
    let url = with_slots(sent.url.as_bytes(), sent.slots_of_url(), put);
    let headers = sent.headers.iter().enumerate().map(|(number, header)| {
        let value = with_slots(&header.value, sent.slots_of_header(number), put);
        (header.name.clone(), value)
    });
    Filled {
        url: String::from_utf8_lossy(&url).into_owned(),
        headers: headers.collect(),
        body: with_slots(&sent.body, sent.slots_of_body(), put),
    }
}

/// First four hex digits of SHA-256 over a fixed prefix and the value.
pub fn fingerprint(secret: &Secret) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"httriage token fingerprint 1:");
    context.update(secret.reveal().as_bytes());
    let digest = context.finish();
    digest.as_ref()[..2]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn check_characters(name: &TokenName, secret: &Secret) -> Result<(), Failure> {
    let odd = secret.reveal().chars().find(|c| !(' '..='~').contains(c));
    match odd {
        None => Ok(()),
        Some('\n' | '\r') => Err(source::stray(name, "a line break")),
        Some('\t') => Err(source::stray(name, "a tab")),
        Some(c) => Err(source::stray(
            name,
            &format!("the character U+{:04X}", c as u32),
        )),
    }
}
