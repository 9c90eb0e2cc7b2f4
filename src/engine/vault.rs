//! The vault turns the name of a token into its value, at the last moment before sending, and only
//! for the origins that the token is bound to.

mod digests;
pub mod keep;
mod proof;
mod prove;
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
use digests::Digests;
use proof::Proofs;
use ring::digest;
use ring::rand::SecureRandom;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

/// Shorter values may be part of a typed word, so they are not recognised; in characters.
const SHORTEST_TYPED: usize = 8;
/// A value this long is recognised by its first `ENOUGH_TYPED` characters.
const LONG_TYPED: usize = 32;
const ENOUGH_TYPED: usize = 16;

/// Holds the values of tokens, fills them into requests, and masks them in everything shown.
pub struct Vault {
    tokens: RwLock<Vec<Token>>,
    starter: Starter,
    practice: fn(&str) -> Option<Secret>,
    /// Asks a person for a value; `None` where nobody can be asked.
    ask: Option<fn(&TokenName) -> Option<Secret>>,
    /// The marks that tell the vendor of a token.
    marks: Arc<Marks>,
    read: Mutex<Known>,
    bindings: Mutex<Bindings>,
    /// What was learned from credentials in pasted calls, without their values.
    seen: Mutex<HashMap<ExchangeId, Credential>>,
    proofs: Proofs,
    digests: Digests,
}

/// The values read so far, and the mask that finds them; building that for every call would cost
/// more than the call.
#[derive(Default)]
struct Known {
    values: HashMap<(bool, TokenName), Secret>,
    /// Passwords as sent, together with their users.
    pairs: HashMap<TokenName, Secret>,
    /// The values of other tokens that could be read when the first mask was made.
    at_rest: Option<Vec<(TokenName, Secret)>>,
    mask: Option<Arc<Mask>>,
    /// Cookies that answers set, as `name=value`.
    cookies: HashSet<String>,
    /// The secrets of environments: credentials in their variables and headers.
    of_places: Vec<Secret>,
    /// Tokens that the person was already warned about, because they cannot be masked.
    told: HashSet<TokenName>,
    /// Earlier values of tokens, oldest first: answers may still repeat them.
    former: Vec<(TokenName, Secret)>,
}

/// The most earlier values that are masked.
const MOST_FORMER: usize = 2_000;

/// The most cookies, and the most secrets of environments, that are masked.
const MOST_COOKIES: usize = 10_000;

/// A request with the values in place. It never leaves the engine and cannot be printed.
pub struct Filled {
    pub url: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Vault {
    /// A vault for the tokens of the settings; `practice` gives the values of the sandbox's tokens.
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
            proofs: Proofs::default(),
            digests: Digests::default(),
        }
    }

    /// Lets the vault ask a person for values that are stored nowhere.
    pub fn asking(mut self, ask: fn(&TokenName) -> Option<Secret>) -> Vault {
        self.ask = Some(ask);
        self
    }

    /// Sets the marks that tell the vendor of a token.
    pub fn knowing(mut self, marks: Arc<Marks>) -> Vault {
        self.marks = marks;
        self
    }

    /// The marks that tell the vendor of a token.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Keeps what was learned from the credential of a pasted call, without its value.
    pub fn note_seen(&self, call: &ExchangeId, credential: Credential) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.insert(call.clone(), credential);
        }
    }

    /// What was learned from the credential of a pasted call, in this run.
    pub fn seen(&self, call: &ExchangeId) -> Option<Credential> {
        self.seen.lock().ok()?.get(call).cloned()
    }

    /// Masks cookies that an answer set, from now on.
    pub fn know_cookies(&self, given: &[(String, String)]) {
        let mut read = self.read();
        for (name, value) in given {
            if read.cookies.len() < MOST_COOKIES && read.cookies.insert(format!("{name}={value}")) {
                read.mask = None;
            }
        }
    }

    /// Masks the secrets of an environment wherever they appear.
    pub fn know_place(&self, environment: &Environment) {
        self.know(secrets_of(environment));
    }

    /// Masks the secrets among the variables of a session or a run, which belong to no environment.
    pub fn know_variables(&self, variables: &[(String, String)]) {
        self.know_place(&Environment {
            variables: variables.to_vec(),
            ..Environment::default()
        });
    }

    /// Masks these values without names from now on.
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

    /// Gives a token a value for this run, from a prompt or a pipe.
    pub fn lend(&self, name: &TokenName, value: Secret) {
        self.remember(false, name, value);
    }

    /// Makes up a token in the shape of a real one, to see what the API answers to an unknown
    /// token. Returns its name.
    pub fn lend_wrong(&self, sandbox: bool, like: Option<&TokenReport>) -> TokenName {
        let name = wrong_token();
        let mut bytes = [0; 32];
        // Zeros are just as unknown.
        let _ = ring::rand::SystemRandom::new().fill(&mut bytes);
        self.remember(sandbox, &name, Secret::new(made_up(&bytes, like)));
        name
    }

    /// As `lend`, for a value that may go to this origin only.
    pub fn lend_to(&self, name: &TokenName, value: Secret, origin: Origin) {
        self.bindings().lend(name, origin);
        self.lend(name, value);
    }

    /// The tokens that were lent for one origin only.
    pub fn lent(&self) -> Vec<TokenName> {
        self.bindings().lent()
    }

    /// A function that finds the token with a value, among those whose values are at hand now.
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

    /// Puts the values into a request. Fails, with nothing sent, when a value is missing, cannot
    /// stand in a header, or would go to an origin that the token is not bound to.
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
        let (proofs, names): (Vec<_>, Vec<_>) = names
            .into_iter()
            .partition(|name| self.owner_of_proof(name).is_some());
        for name in names {
            let secret = self.value(&name, environment.sandbox).await?;
            let mut own = sent.slots.iter().filter(|slot| slot.name == name);
            // A form field can hold any character.
            if !own.all(|slot| slot.place == SlotPlace::Form) {
                check_characters(&name, &secret)?;
            }
            let secret = self.as_sent(&name, secret, environment);
            values.insert(name, secret);
        }
        self.check_masks(&values)?;
        // A proof is good once, for this call: it is made last, and not remembered.
        for name in proofs {
            let Some(owner) = self.owner_of_proof(&name) else {
                continue;
            };
            let url = put(sent, &values).url;
            let proof = self.proof(&owner, sent, &url, &values)?;
            values.insert(name, proof);
        }
        if self.is_signed(sent, environment) {
            let unsigned = put(sent, &values);
            self.sign_request(sent, environment, &unsigned, &mut values)?;
        }
        let is_unasked = self.answer_digests(sent, environment, &mut values);
        let token = match &sent.token {
            Some(token) => Some(self.reference(&token.name, environment.sandbox).await),
            None => None,
        };
        let mut filled = put(sent, &values);
        if is_unasked {
            // The first call goes without, to be asked.
            let headers = filled.headers.iter();
            let others =
                headers.filter(|header| !header.name.eq_ignore_ascii_case("authorization"));
            let others = others.map(|header| (header.name.clone(), header.value.clone()));
            filled.headers = others.collect();
        }
        Ok((filled, token))
    }

    /// Fails with the reason where a token of the request may not go to its origin.
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
        names.try_for_each(|name| {
            let allowed = border.token(name, &bindings, consent);
            // A proof may go where its token may.
            match self.owner_of_proof(name).filter(|_| allowed.is_err()) {
                Some(owner) => border.token(&owner, &bindings, consent),
                None => allowed,
            }
        })
    }

    /// Joins a password with its user (RFC 7617), or a client's secret with its id, as they are
    /// sent; both forms are masked.
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

    /// Fails where a value could not be masked afterwards: after a panic that may have damaged the
    /// state here, or where the mask does not find the value.
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

    /// The token's name, with its fingerprint if its value can be read.
    pub async fn reference(&self, name: &TokenName, sandbox: bool) -> TokenRef {
        let value = self.value(name, sandbox).await.ok();
        TokenRef {
            name: name.clone(),
            fingerprint: value.map(|secret| fingerprint(&secret)),
        }
    }

    /// The value itself, for code that examines it without showing it.
    pub async fn secret(&self, name: &TokenName, sandbox: bool) -> Result<Secret, Failure> {
        self.value(name, sandbox).await
    }

    /// The value as the password of a database, for the code that speaks with it.
    pub async fn password<T>(
        &self,
        name: &TokenName,
        give: impl FnOnce(&str) -> T,
    ) -> Result<T, Failure> {
        let value = self.value(name, false).await?;
        Ok(give(value.reveal()))
    }

    /// What a value that was already read tells about itself; starts no program and asks nobody.
    pub fn report(&self, name: &TokenName, sandbox: bool) -> Option<TokenReport> {
        let value = self.remembered(sandbox, name)?;
        Some(keep::examined(&value, clock::now(), &self.marks))
    }

    /// As `report`, and also reads variables and files.
    pub fn report_at_rest(&self, name: &TokenName, sandbox: bool) -> Option<TokenReport> {
        let value = self.at_rest(name, sandbox)?;
        Some(keep::examined(&value, clock::now(), &self.marks))
    }

    /// What the value tells about itself; fails where it cannot be read.
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

    /// As `reference`, but starts no program and asks nobody; for lists.
    pub fn reference_at_rest(&self, name: &TokenName, sandbox: bool) -> TokenRef {
        let value = self.at_rest(name, sandbox);
        TokenRef {
            name: name.clone(),
            fingerprint: value.map(|secret| fingerprint(&secret)),
        }
    }

    /// Reads a value if that needs no program and no person, so that it is masked from now on.
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

    /// Whether the value in a variable or file is there and usable; `None` for other sources.
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

    /// The mask for every value read so far and for every token in a variable or file, used in this
    /// run or not.
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

    /// Where a text ends with a token's value, or with enough of a long one: where it begins, in
    /// bytes, and the token.
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
                // JWTs all begin alike, so only the whole value counts.
                _ if !value.is_ascii() || value.starts_with("eyJ") => value,
                LONG_TYPED.. => &value[..ENOUGH_TYPED],
                _ => value,
            };
            let start = text.strip_suffix(enough)?.len();
            Some((start, token.name.clone()))
        });
        found.min_by_key(|(start, _)| *start)
    }

    /// Whether the value of a token begins with this text.
    pub fn begins(&self, name: &TokenName, text: &Secret) -> bool {
        let known = self.read().known();
        let mut own = known.iter().filter(|(token, _)| &token.name == name);
        own.any(|(_, value)| value.reveal().starts_with(text.reveal()))
    }

    fn all_at_rest(&self) -> Vec<(TokenName, Secret)> {
        let value = |name: TokenName, source: &TokenSource| {
            let value = match source {
                TokenSource::Variable(variable) => source::from_variable(&name, variable),
                // Reading something other than a plain file may wait forever.
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
            // A private key is only read to sign.
            let sources = sources
                .into_iter()
                .filter(|(p, _)| *p != GrantPart::PrivateKey);
            sources.filter_map(|(part, source)| value(part.of(&token.name)?, source))
        });
        own.chain(of_grants).collect()
    }

    /// Tokens that were read and are too short to be masked; each is named only once per run.
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

    /// Lets a token go to another origin for this run, because the person agreed.
    pub fn permit(&self, sandbox: bool, name: &TokenName, origin: Origin) {
        self.bindings().permit(sandbox, name, origin);
    }

    /// The origins that a token may go to from an environment; empty where none is known yet.
    pub fn origins(&self, name: &TokenName, environment: &Environment) -> Vec<Origin> {
        self.bindings().origins(name, environment)
    }

    /// The state behind these two locks is valid between any two steps of a change, so it is used
    /// even after a panic: bindings hold and every value that was read is masked. Nothing is sent
    /// then; see `check_masks`.
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

    /// Reads the value of a token again from its source, and tells whether it changed.
    pub async fn read_anew(&self, name: &TokenName) -> Result<bool, Failure> {
        let source = self.source(name, false);
        let source = source.ok_or_else(|| source::unknown(name))?;
        let secret = self.value_of(name, &source).await?;
        let old = self.remembered(false, name);
        let is_other = old.is_none_or(|old| old.reveal() != secret.reveal());
        self.remember(false, name, secret);
        Ok(is_other)
    }

    /// Reads a secret of a grant, once per run, and binds it to this origin alone.
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

    /// Lends the value of a token under another name, to an origin that the person's settings name
    /// with it. Fails where the token lists its origins and this is not one.
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

    /// How long a value from the token's command stays good, by the settings.
    pub fn ttl(&self, name: &TokenName) -> Option<Duration> {
        let tokens = self.tokens();
        tokens.iter().find(|token| &token.name == name)?.ttl
    }

    /// A value that was already read, for code that stores it without showing it.
    pub fn at_hand(&self, name: &TokenName) -> Option<Secret> {
        self.remembered(false, name)
    }

    /// Whether a value was already read.
    pub fn has(&self, name: &TokenName) -> bool {
        self.remembered(false, name).is_some()
    }

    /// Drops a value that is no longer good. It stays masked.
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

    /// Starts other programs without giving them the values of tokens.
    pub fn starter(&self) -> &Starter {
        &self.starter
    }

    /// Where the value comes from; `None` where no token has that name.
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

    /// Takes over changed settings with new or removed tokens. What was lent and permitted in this
    /// run stays.
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
        // Values whose source changed are read again, and so are the parts of their grants.
        let parts = |name: &TokenName| {
            let parts = GrantPart::ALL.into_iter();
            parts.filter_map(|part| part.of(name)).collect::<Vec<_>>()
        };
        let parts: Vec<TokenName> = gone.iter().flat_map(parts).collect();
        gone.iter().for_each(|name| self.proofs.forget(name));
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
        // Drop the mask first, so that none lacks a value.
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

    /// All known values; of two tokens with the same value, the one that was used comes first.
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

/// The request with values in its slots.
fn put(sent: &SentRequest, values: &HashMap<TokenName, Secret>) -> Filled {
    let put = |slot: &Slot, out: &mut Vec<u8>| {
        let value = values.get(&slot.name).map_or("", Secret::reveal);
        if slot.place.is_encoded() {
            out.extend_from_slice(encoded(value).as_bytes())
        } else {
            out.extend_from_slice(value.as_bytes())
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

/// The first four hex digits of SHA-256 over a fixed prefix and the value; tells values apart
/// without showing them.
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
