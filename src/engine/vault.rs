//! Tokens: from a name to a value, at the last moment before the wire, and only for the
//! origins it is bound to.

pub mod keep;

use crate::insight::asking::wrong_token;
use crate::insight::redact::Mask;
use crate::insight::token::{TokenReport, made_up};
use crate::model::{
    Cause, Environment, Failure, Headers, Origin, Secret, SentRequest, Settings, Timestamp, Token,
    TokenName, TokenRef, TokenSource, token_names_in,
};
use ring::digest;
use ring::rand::SecureRandom;
use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A program that gives a value must do so before a person loses patience; long enough to
/// unlock a password manager with a finger.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// No credential is longer; a file above this is not one.
const LONGEST_VALUE: u64 = 64 * 1024;

pub struct Vault {
    tokens: Vec<Token>,
    environments: Vec<Environment>,
    practice: fn(&str) -> Option<Secret>,
    /// How a person is asked for a value; `None` where nobody can be.
    ask: Option<fn(&TokenName) -> Option<Secret>>,
    read: Mutex<Known>,
    /// The origins that lent tokens are bound to.
    lent: Mutex<HashMap<TokenName, Origin>>,
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
            read: Mutex::default(),
            lent: Mutex::default(),
        }
    }

    /// With a person at hand who can be asked for the value of a token that is not kept.
    pub fn asking(mut self, ask: fn(&TokenName) -> Option<Secret>) -> Vault {
        self.ask = Some(ask);
        self
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
        Some(keep::examined(&value, Timestamp::now()))
    }

    /// As `report`, for a value that can be read without starting or asking anything.
    pub fn report_at_rest(&self, name: &TokenName, sandbox: bool) -> Option<TokenReport> {
        let value = self.at_rest(name, sandbox)?;
        Some(keep::examined(&value, Timestamp::now()))
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
        Ok((token, keep::examined(&value, Timestamp::now())))
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
            Some(TokenSource::Variable(variable)) => from_variable(name, variable).ok(),
            Some(TokenSource::File(path)) => from_file(name, path).ok(),
            _ => self.remembered(sandbox, name),
        }
    }

    /// Whether the value is there, told without starting a program or asking anybody; `None`
    /// where that would be needed.
    pub fn look_at_rest(&self, name: &TokenName) -> Option<Result<(), Failure>> {
        let value = match self.source(name, false)? {
            TokenSource::Variable(variable) => from_variable(name, variable),
            TokenSource::File(path) => from_file(name, path),
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
            (None, None) => Err(unknown(name)),
            (None, Some(TokenSource::Sandbox)) => {
                (self.practice)(name.as_str()).ok_or_else(|| no_practice(name))
            }
            (None, Some(TokenSource::Variable(variable))) => from_variable(name, variable),
            (None, Some(TokenSource::File(path))) => from_file(name, path),
            (None, Some(_)) => return None,
        };
        Some(value.map(|value| {
            let token = TokenRef {
                name: name.clone(),
                fingerprint: Some(fingerprint(&value)),
            };
            (token, keep::examined(&value, Timestamp::now()))
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
            None => Err(unknown(name)),
            Some(TokenSource::Sandbox) => {
                (self.practice)(name.as_str()).ok_or_else(|| no_practice(name))
            }
            Some(TokenSource::Variable(variable)) => from_variable(name, variable),
            Some(TokenSource::File(path)) => from_file(name, path),
            Some(TokenSource::Command(words)) => from_command(name, words, &self.variables()).await,
            Some(TokenSource::Keyring) => from_keyring(name),
            Some(TokenSource::Prompt) => self.ask_for(name),
        }?;
        self.remember(sandbox, name, secret.clone());
        Ok(secret)
    }

    fn ask_for(&self, name: &TokenName) -> Result<Secret, Failure> {
        let hint = format!("Set {} for this run.", variable_for(name));
        let Some(ask) = self.ask else {
            let why = "its value is to be asked for, and nobody can be asked here";
            return Err(missing(name, why.into(), &hint));
        };
        let given = ask(name);
        given.ok_or_else(|| missing(name, "it was asked for, and none was given".into(), &hint))
    }

    /// The environment variables that hold values of tokens: no other program gets them from us.
    fn variables(&self) -> Vec<&str> {
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

    /// A token is bound to its own origins, else to those of the environments that name it,
    /// else to the environment in use; naming a host on the command line adds that one.
    fn check_origin(
        &self,
        name: &TokenName,
        environment: &Environment,
        target: Option<&Origin>,
        consent: Option<&Origin>,
    ) -> Result<(), Failure> {
        let own = self.tokens.iter().find(|t| &t.name == name);
        let mut bound: Vec<Origin> = match own {
            Some(token) if !environment.sandbox => token
                .origins
                .iter()
                .filter_map(|text| Origin::parse(text))
                .collect(),
            _ => Vec::new(),
        };
        if let Ok(lent) = self.lent.lock()
            && let Some(origin) = lent.get(name)
        {
            bound = vec![origin.clone()];
        }
        if bound.is_empty() && !environment.sandbox {
            bound = self
                .environments
                .iter()
                .filter(|e| e.tokens.contains(name))
                .filter_map(Environment::origin)
                .collect();
        }
        if bound.is_empty() {
            bound.extend(environment.origin());
        }
        if target.is_some_and(|t| bound.contains(t) || consent == Some(t)) {
            return Ok(());
        }
        let list: Vec<String> = bound.iter().map(Origin::to_string).collect();
        let belongs = if list.is_empty() {
            "no host yet".to_owned()
        } else {
            list.join(", ")
        };
        let goes = target.map_or_else(|| "an unknown place".to_owned(), Origin::to_string);
        Err(Failure::unsent(
            Cause::TokenWrongInstance,
            format!("token {name} belongs to {belongs}, and this call goes to {goes}."),
            "Choose the environment of that host, another token or none; origins in config.toml binds a token to more.",
        ))
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

/// The variable that always defines a token: `HTTRIAGE_TOKEN_USER_ADMIN` for `user-admin`.
pub fn variable_for(name: &TokenName) -> String {
    let name = name.as_str().replace(['-', '.'], "_").to_ascii_uppercase();
    format!("HTTRIAGE_TOKEN_{name}")
}

fn unknown(name: &TokenName) -> Failure {
    missing(
        name,
        "no token of that name is known here".into(),
        "See httriage token list; HTTRIAGE_TOKEN_<NAME> defines one for this run.",
    )
}

fn no_practice(name: &TokenName) -> Failure {
    missing(
        name,
        "the sandbox has no such token".into(),
        "See httriage token list --env sandbox.",
    )
}

fn missing(name: &TokenName, why: String, hint: &str) -> Failure {
    Failure::unsent(
        Cause::TokenMissing,
        format!("token {name} has no value, {why}."),
        hint,
    )
}

fn from_variable(name: &TokenName, variable: &str) -> Result<Secret, Failure> {
    match std::env::var(variable) {
        Ok(value) if !value.is_empty() => Ok(Secret::new(value)),
        Ok(_) => Err(missing(
            name,
            format!("the environment variable {variable} is empty"),
            &format!("Set {variable} before starting httriage."),
        )),
        Err(std::env::VarError::NotPresent) => Err(missing(
            name,
            format!("the environment variable {variable} is not set"),
            &format!("Set {variable} before starting httriage."),
        )),
        Err(std::env::VarError::NotUnicode(_)) => Err(stray(name, "bytes that are not UTF-8")),
    }
}

fn from_file(name: &TokenName, path: &Path) -> Result<Secret, Failure> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        missing(
            name,
            format!("the file {shown} cannot be read ({error})"),
            "Correct the path in config.toml.",
        )
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(missing(
                name,
                format!("others on this machine can read the file {shown}"),
                &format!("Run: chmod 600 {shown}"),
            ));
        }
    }
    if metadata.len() > LONGEST_VALUE {
        return Err(missing(
            name,
            format!("the file {shown} is too large for a token"),
            "Name the file that holds the token and nothing else.",
        ));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    from_bytes(name, bytes, &format!("the file {shown}"))
}

fn from_keyring(name: &TokenName) -> Result<Secret, Failure> {
    match keep::from_keyring(name) {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => Err(missing(
            name,
            "the system's keyring holds none of that name".into(),
            &format!(
                "Put it there: httriage token remove {name}, then httriage token add {name} --keyring."
            ),
        )),
        Err(why) => Err(missing(
            name,
            why,
            "Use env, command or file as its source in config.toml.",
        )),
    }
}

async fn from_command(
    name: &TokenName,
    words: &[String],
    variables: &[&str],
) -> Result<Secret, Failure> {
    let program = words.first().map(String::as_str).unwrap_or_default();
    let failed = |why: String| {
        missing(
            name,
            format!("the command {program} {why}"),
            "Run the command by hand to see what it says.",
        )
    };
    let mut command = tokio::process::Command::new(program);
    for variable in variables {
        command.env_remove(variable);
    }
    let run = command
        .args(&words[1..])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = match tokio::time::timeout(COMMAND_TIME, run).await {
        Err(_) => {
            return Err(failed(format!(
                "gave none within {} s",
                COMMAND_TIME.as_secs()
            )));
        }
        Ok(Err(error)) => return Err(failed(format!("could not be started ({error})"))),
        Ok(Ok(output)) => output,
    };
    if !output.status.success() {
        return Err(failed(format!("ended with {}", output.status)));
    }
    from_bytes(name, output.stdout, &format!("the command {program}"))
}

/// A value as found; one final line break belongs to the file and not to the value.
fn from_bytes(name: &TokenName, bytes: Vec<u8>, place: &str) -> Result<Secret, Failure> {
    let Ok(mut value) = String::from_utf8(bytes) else {
        return Err(stray(name, "bytes that are not UTF-8"));
    };
    if value.ends_with('\n') {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
    if value.is_empty() {
        return Err(missing(
            name,
            format!("{place} gave nothing"),
            "Put the token there.",
        ));
    }
    Ok(Secret::new(value))
}

fn check_characters(name: &TokenName, secret: &Secret) -> Result<(), Failure> {
    let odd = secret.reveal().chars().find(|c| !(' '..='~').contains(c));
    match odd {
        None => Ok(()),
        Some('\n' | '\r') => Err(stray(name, "a line break")),
        Some('\t') => Err(stray(name, "a tab")),
        Some(c) => Err(stray(name, &format!("the character U+{:04X}", c as u32))),
    }
}

fn stray(name: &TokenName, what: &str) -> Failure {
    Failure::unsent(
        Cause::TokenStrayCharacters,
        format!("the value of token {name} holds {what}, which cannot stand in a header."),
        "Copy the token again, without anything around it.",
    )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Auth, Body, Param, RequestSpec, resolve};

    fn practice(name: &str) -> Option<Secret> {
        (name == "support").then(|| Secret::new("0123456789abcdef"))
    }

    fn name(text: &str) -> TokenName {
        TokenName::new(text).unwrap()
    }

    fn file_token(dir: &tempfile::TempDir, content: &[u8], mode: u32) -> Vault {
        use std::os::unix::fs::PermissionsExt;
        let path = dir.path().join("token");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let token = Token {
            name: name("t"),
            source: TokenSource::File(path),
            origins: vec![],
        };
        Vault::new(
            &Settings {
                tokens: vec![token],
                ..Settings::default()
            },
            practice,
        )
    }

    fn at(base_url: &str) -> Environment {
        Environment {
            name: "e".into(),
            base_url: base_url.into(),
            ..Environment::default()
        }
    }

    fn request(url: &str, token: &str, environment: &Environment) -> SentRequest {
        let mut spec = RequestSpec::new("GET", url);
        spec.auth = Auth::Bearer(name(token));
        resolve(&spec, environment).unwrap()
    }

    #[tokio::test]
    async fn a_value_is_put_in_only_when_the_request_is_filled() {
        let vault = Vault::new(&Settings::default(), practice);
        let mut sandbox = Environment::sandbox();
        sandbox.base_url = "http://127.0.0.1:1".into();
        let sent = request("/x?key={{token:support}}", "support", &sandbox);
        let (filled, token) = vault.fill(&sent, &sandbox, None).await.ok().unwrap();
        assert_eq!(
            filled.headers.get("authorization").unwrap(),
            "Bearer 0123456789abcdef"
        );
        assert_eq!(filled.url, "http://127.0.0.1:1/x?key=0123456789abcdef");
        assert_eq!(token.unwrap().fingerprint.unwrap().len(), 4);
        assert_eq!(vault.known().len(), 1);
    }

    #[tokio::test]
    async fn one_final_line_break_of_a_file_is_not_part_of_the_value() {
        let dir = tempfile::tempdir().unwrap();
        let vault = file_token(&dir, b"value-of-token\n", 0o600);
        assert_eq!(
            vault.value(&name("t"), false).await.unwrap().reveal(),
            "value-of-token"
        );
    }

    #[tokio::test]
    async fn a_file_that_others_can_read_is_refused_with_the_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let vault = file_token(&dir, b"value-of-token", 0o644);
        let failure = vault.value(&name("t"), false).await.unwrap_err();
        assert_eq!(failure.cause, Cause::TokenMissing);
        assert!(failure.hint.starts_with("Run: chmod 600 "));
    }

    #[tokio::test]
    async fn a_value_that_cannot_stand_in_a_header_is_named_and_not_shown() {
        let dir = tempfile::tempdir().unwrap();
        let vault = file_token(&dir, b"abc\ndefsecret\n", 0o600);
        let here = at("https://a.example");
        let sent = request("/x", "t", &here);
        let failure = vault.fill(&sent, &here, None).await.err().unwrap();
        assert_eq!(failure.cause, Cause::TokenStrayCharacters);
        assert!(failure.message.contains("a line break") && !failure.message.contains("secret"));
    }

    #[tokio::test]
    async fn a_token_does_not_travel_to_another_origin_without_consent() {
        let dir = tempfile::tempdir().unwrap();
        let vault = file_token(&dir, b"value-of-token", 0o600);
        let here = at("https://a.example");
        let sent = request("https://b.example/x", "t", &here);
        let failure = vault.fill(&sent, &here, None).await.err().unwrap();
        assert_eq!(failure.cause, Cause::TokenWrongInstance);
        let consent = Origin::parse("https://b.example");
        assert!(vault.fill(&sent, &here, consent.as_ref()).await.is_ok());
    }

    #[tokio::test]
    async fn the_output_of_a_command_is_a_value_and_its_failure_a_sentence() {
        let command = |words: &[&str]| {
            let words = words.iter().map(|w| w.to_string()).collect();
            let token = Token {
                name: name("t"),
                source: TokenSource::Command(words),
                origins: vec![],
            };
            Vault::new(
                &Settings {
                    tokens: vec![token],
                    ..Settings::default()
                },
                practice,
            )
        };
        let value = command(&["printf", "from-a-command"])
            .value(&name("t"), false)
            .await;
        assert_eq!(value.unwrap().reveal(), "from-a-command");
        let failure = command(&["false"])
            .value(&name("t"), false)
            .await
            .unwrap_err();
        assert!(failure.message.contains("the command false ended with"));
    }

    #[test]
    fn the_variable_of_a_token_is_its_name_in_capitals() {
        assert_eq!(
            variable_for(&name("user-admin")),
            "HTTRIAGE_TOKEN_USER_ADMIN"
        );
    }

    #[tokio::test]
    async fn a_lent_token_goes_to_the_one_origin_it_came_with() {
        let vault = Vault::new(&Settings::default(), |_| None);
        let origin = Origin::parse("https://a.example").unwrap();
        vault.lend_to(&name("bearer"), Secret::new("v4lue"), origin);
        let sent = |url: &str| SentRequest {
            url: url.to_owned(),
            headers: Headers::from_iter([("authorization", "Bearer {{token:bearer}}")]),
            ..SentRequest::default()
        };
        // Wherever the person is at the moment.
        let elsewhere = Environment {
            base_url: "https://b.example".into(),
            ..Environment::default()
        };
        let there = sent("https://a.example/x");
        let (filled, _) = vault.fill(&there, &elsewhere, None).await.unwrap();
        assert_eq!(filled.headers.get("authorization").unwrap(), "Bearer v4lue");
        for url in [
            "https://b.example/",
            "http://a.example/",
            "https://a.example:8443/",
        ] {
            let refused = vault.fill(&sent(url), &elsewhere, None).await;
            assert_eq!(
                refused.err().unwrap().cause,
                Cause::TokenWrongInstance,
                "{url}"
            );
        }
        assert_eq!(vault.lent(), [name("bearer")]);
        let known = vault.by_value(&[]);
        assert_eq!(known(&Secret::new("v4lue")), Some(name("bearer")));
        assert_eq!(known(&Secret::new("other")), None);
    }

    #[tokio::test]
    async fn a_token_in_a_parameter_or_a_form_is_encoded_like_its_neighbours() {
        let vault = Vault::new(&Settings::default(), |_| None);
        vault.lend(&name("key"), Secret::new("a&b=c d"));
        let mut spec = RequestSpec::new("POST", "https://a.example/x");
        spec.params = vec![Param::new("k", "{{token:key}}")];
        spec.body = Body::Form(vec![Param::new("p", "{{token:key}}"), Param::new("q", "1")]);
        let home = Environment {
            base_url: "https://a.example".into(),
            ..Environment::default()
        };
        let sent = resolve(&spec, &home).unwrap();
        let (filled, _) = vault.fill(&sent, &home, None).await.unwrap();
        assert_eq!(filled.url, "https://a.example/x?k=a%26b%3Dc+d");
        assert_eq!(filled.body, b"p=a%26b%3Dc+d&q=1");
    }
}
