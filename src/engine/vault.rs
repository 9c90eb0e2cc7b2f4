//! Tokens: from a name to a value, at the last moment before the wire, and only for the
//! origins it is bound to.

mod bound;
pub mod keep;
mod source;
#[cfg(test)]
mod tests;

use crate::insight::api::marks::Marks;
use crate::insight::asking::wrong_token;
use crate::insight::redact::Mask;
use crate::insight::token::{TokenReport, made_up};
use crate::model::{
    Environment, Failure, Headers, Origin, Secret, SentRequest, Settings, Timestamp, Token,
    TokenName, TokenRef, TokenSource, token_names_in,
};
use ring::digest;
use ring::rand::SecureRandom;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

pub struct Vault {
    tokens: Vec<Token>,
    environments: Vec<Environment>,
    practice: fn(&str) -> Option<Secret>,
    /// How a person is asked for a value; `None` where nobody can be.
    ask: Option<fn(&TokenName) -> Option<Secret>>,
    /// By what the maker of a value is told.
    marks: Arc<Marks>,
    read: Mutex<Known>,
    /// The origins that lent tokens are bound to.
    lent: Mutex<HashMap<TokenName, Origin>>,
    /// Where else a token may go, because the person said so; whether it is of the sandbox, too.
    permitted: Mutex<HashSet<(bool, TokenName, Origin)>>,
}

/// The values read so far, and what finds them; building that again for every call would cost
/// more than the call.
#[derive(Default)]
struct Known {
    values: HashMap<(bool, TokenName), Secret>,
    mask: Option<Arc<Mask>>,
}

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
            tokens: settings.tokens.clone(),
            environments: settings.environments.clone(),
            practice,
            ask: None,
            marks: Arc::default(),
            read: Mutex::default(),
            lent: Mutex::default(),
            permitted: Mutex::default(),
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
        if let Ok(mut lent) = self.lent.lock() {
            lent.insert(name.clone(), origin);
        }
        self.lend(name, value);
    }

    /// The tokens that were lent for a certain origin.
    pub fn lent(&self) -> Vec<TokenName> {
        let names = self.lent.lock().map(|lent| lent.keys().cloned().collect());
        let mut names: Vec<TokenName> = names.unwrap_or_default();
        names.sort();
        names
    }

    /// Tells which token has a value, of those whose value is at hand now.
    pub fn by_value(&self, sandbox: &[TokenName]) -> impl Fn(&Secret) -> Option<TokenName> {
        let lent = self.lent();
        let own = self.tokens.iter().map(|token| &token.name).chain(&lent);
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
        consent: Option<&Origin>,
    ) -> Result<(Filled, Option<TokenRef>), Failure> {
        let mut names = slots(sent);
        names.sort();
        names.dedup();

        let target = Origin::parse(&sent.url);
        let mut filled = Filled {
            url: sent.url.clone(),
            headers: sent.headers.clone(),
            body: sent.body.clone(),
        };
        for name in &names {
            self.check_origin(name, environment, target.as_ref(), consent)?;
            let secret = self.value(name, environment.sandbox).await?;
            check_characters(name, &secret)?;
            filled.put(name, &secret);
        }
        let token = match &sent.token {
            Some(token) => Some(self.reference(&token.name, environment.sandbox).await),
            None => None,
        };
        Ok((filled, token))
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
        Some(keep::examined(&value, Timestamp::now(), &self.marks))
    }

    /// As `report`, for a value that can be read without starting or asking anything.
    pub fn report_at_rest(&self, name: &TokenName, sandbox: bool) -> Option<TokenReport> {
        let value = self.at_rest(name, sandbox)?;
        Some(keep::examined(&value, Timestamp::now(), &self.marks))
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
        Ok((token, keep::examined(&value, Timestamp::now(), &self.marks)))
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
        match self.source(name, sandbox) {
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
            TokenSource::Variable(variable) => source::from_variable(name, variable),
            TokenSource::File(path) => source::from_file(name, path),
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
            (None, Some(TokenSource::Variable(variable))) => source::from_variable(name, variable),
            (None, Some(TokenSource::File(path))) => source::from_file(name, path),
            (None, Some(_)) => return None,
        };
        Some(value.map(|value| {
            let token = TokenRef {
                name: name.clone(),
                fingerprint: Some(fingerprint(&value)),
            };
            (token, keep::examined(&value, Timestamp::now(), &self.marks))
        }))
    }

    /// Every value read so far, to be masked wherever it surfaces.
    pub fn known(&self) -> Vec<(TokenRef, Secret)> {
        let Ok(read) = self.read.lock() else {
            return Vec::new();
        };
        read.known()
    }

    /// What masks every value read so far.
    pub fn mask(&self) -> Arc<Mask> {
        let Ok(mut read) = self.read.lock() else {
            return Arc::new(Mask::new(&[]));
        };
        if read.mask.is_none() {
            read.mask = Some(Arc::new(Mask::new(&read.known())));
        }
        read.mask
            .clone()
            .unwrap_or_else(|| Arc::new(Mask::new(&[])))
    }

    async fn value(&self, name: &TokenName, sandbox: bool) -> Result<Secret, Failure> {
        if let Some(secret) = self.remembered(sandbox, name) {
            return Ok(secret);
        }
        let secret = match self.source(name, sandbox) {
            None => Err(source::unknown(name)),
            Some(TokenSource::Sandbox) => {
                (self.practice)(name.as_str()).ok_or_else(|| source::no_practice(name))
            }
            Some(TokenSource::Variable(variable)) => source::from_variable(name, variable),
            Some(TokenSource::File(path)) => source::from_file(name, path),
            Some(TokenSource::Command(words)) => {
                source::from_command(name, words, &self.variables()).await
            }
            Some(TokenSource::Keyring) => source::from_keyring(name),
            Some(TokenSource::Prompt) => self.ask_for(name),
        }?;
        self.remember(sandbox, name, secret.clone());
        Ok(secret)
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

    /// The environment variables that hold values of tokens: no other program gets them from us.
    pub fn variables(&self) -> Vec<&str> {
        let sources = self.tokens.iter().map(|token| &token.source);
        let named = sources.filter_map(|source| match source {
            TokenSource::Variable(variable) => Some(variable.as_str()),
            _ => None,
        });
        named.collect()
    }

    /// Where the value comes from; `None` where no token of that name is known.
    pub fn source(&self, name: &TokenName, sandbox: bool) -> Option<&TokenSource> {
        if sandbox {
            return Some(&TokenSource::Sandbox);
        }
        let token = self.tokens.iter().find(|token| &token.name == name)?;
        Some(&token.source)
    }

    fn remembered(&self, sandbox: bool, name: &TokenName) -> Option<Secret> {
        let read = self.read.lock().ok()?;
        read.values.get(&(sandbox, name.clone())).cloned()
    }

    fn remember(&self, sandbox: bool, name: &TokenName, secret: Secret) {
        if let Ok(mut read) = self.read.lock() {
            read.values.insert((sandbox, name.clone()), secret);
            read.mask = None;
        }
    }
}

impl Known {
    fn known(&self) -> Vec<(TokenRef, Secret)> {
        let values = self.values.iter();
        values
            .map(|((_, name), secret)| {
                let token = TokenRef {
                    name: name.clone(),
                    fingerprint: Some(fingerprint(secret)),
                };
                (token, secret.clone())
            })
            .collect()
    }
}

impl Filled {
    fn put(&mut self, name: &TokenName, secret: &Secret) {
        let slot = format!("{{{{token:{name}}}}}");
        let value = secret.reveal();
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let in_query = percent_braces(&slot).replace(':', "%3A");
        for form in [slot.clone(), percent_braces(&slot), in_query.clone()] {
            self.url = self.url.replace(&form, &encoded);
        }
        self.headers = self
            .headers
            .iter()
            .map(|header| match std::str::from_utf8(&header.value) {
                Ok(text) => (header.name.clone(), text.replace(&slot, value).into_bytes()),
                Err(_) => (header.name.clone(), header.value.clone()),
            })
            .collect();
        // The pairs of a form are encoded before, and so is what belongs into them.
        for (form, value) in [(&slot, value), (&in_query, encoded.as_str())] {
            if let Ok(text) = std::str::from_utf8(&self.body)
                && text.contains(form)
            {
                self.body = text.replace(form, value).into_bytes();
            }
        }
    }
}

/// Every token that a request asks for, as often as it does and in the order of the places.
pub fn slots(sent: &SentRequest) -> Vec<TokenName> {
    let mut names = token_names_in(&decoded_braces(&sent.url));
    for header in sent.headers.iter() {
        names.extend(token_names_in(&header.text()));
    }
    let body_text = std::str::from_utf8(&sent.body).ok();
    names.extend(body_text.map(token_names_in).unwrap_or_default());
    if let Some(text) = body_text.filter(|text| text.contains("%7B%7Btoken%3A")) {
        names.extend(token_names_in(&decoded_braces(text)));
    }
    names
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

/// URLs carry braces as they are or percent-encoded, depending on the part they stand in.
fn percent_braces(text: &str) -> String {
    text.replace('{', "%7B").replace('}', "%7D")
}

fn decoded_braces(url: &str) -> String {
    url.replace("%7B", "{")
        .replace("%7D", "}")
        .replace("%3A", ":")
}
