//! Where the value of a token comes from, and how one is got (RFC 6749): of whom, as which
//! client, and for what. Secrets stand here by where they come from, never by their values.

use super::{Origin, Placement, Timestamp, TokenName};
use std::time::Duration;
use url::Url;

/// Where a token's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// An environment variable of that name.
    Variable(String),
    /// The output of a program, started without a shell.
    Command(Vec<String>),
    Keyring,
    File(std::path::PathBuf),
    /// Asked for, and kept for this run only.
    Prompt,
    /// One of the practice tokens of the embedded sandbox.
    Sandbox,
    /// Got from an authorization server.
    Grant(Box<Grant>),
}

impl TokenSource {
    /// One word for lists and JSON.
    pub fn id(&self) -> &'static str {
        match self {
            TokenSource::Variable(_) => "env",
            TokenSource::Command(_) => "command",
            TokenSource::Keyring => "keyring",
            TokenSource::File(_) => "file",
            TokenSource::Prompt => "prompt",
            TokenSource::Sandbox => "sandbox",
            TokenSource::Grant(_) => "oauth",
        }
    }
}

/// Long, and letters mixed with digits as nobody types a name.
pub fn looks_like_a_value(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    name.len() >= 16 && digits >= 4
}

/// Where a value comes from, to be told: a variable, a path, a program. What looks like a value
/// was put there in place of its source, and nothing of it is shown.
pub fn told_source(text: &str) -> &str {
    let is_variable = |text: &str| {
        let letters = text.bytes().filter(u8::is_ascii_uppercase).count();
        let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        letters * 2 > text.len() && text.bytes().all(fits)
    };
    let mut parts = text.split(['/', '\\', ' ']);
    match parts.any(|part| looks_like_a_value(part) && !is_variable(part)) {
        true => "‹hidden, since it looks like a value›",
        false => text,
    }
}

/// A token as configured: its name, its source, and the origins it may travel to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub name: TokenName,
    pub source: TokenSource,
    /// Absent: those of the environments that name the token, see `Bindings`.
    pub origins: Option<Vec<Origin>>,
    pub placement: Placement,
    /// How long what a command gives is good: then it runs again.
    pub ttl: Option<Duration>,
}

impl Token {
    /// How it is got, where it is.
    pub fn grant(&self) -> Option<&Grant> {
        match &self.source {
            TokenSource::Grant(grant) => Some(grant),
            _ => None,
        }
    }
}

/// What is asked of an authorization server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub kind: GrantKind,
    pub server: Server,
    pub client_id: String,
    pub client_auth: ClientAuth,
    pub client_secret: Option<TokenSource>,
    /// In PEM; it is read for each signature, and not kept.
    pub private_key: Option<TokenSource>,
    /// The name by which the server knows that key.
    pub key_id: Option<String>,
    pub scopes: Vec<String>,
    pub audience: Option<String>,
    /// RFC 8707
    pub resource: Option<String>,
    /// What a server wants besides.
    pub parameters: Vec<(String, String)>,
}

/// Where it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// What its metadata is found by (RFC 8414, OpenID Connect Discovery).
    pub issuer: Option<String>,
    pub token_url: Option<String>,
    pub device_url: Option<String>,
    pub authorization_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantKind {
    ClientCredentials,
    /// RFC 8628
    DeviceCode,
    /// With PKCE (RFC 7636); `redirect` is the address on this machine that the server knows,
    /// where it does not take any port (RFC 8252, 7.3).
    AuthorizationCode {
        redirect: Option<String>,
    },
    RefreshToken(TokenSource),
    /// RFC 8693: a token for a token.
    TokenExchange {
        subject: TokenName,
        actor: Option<TokenName>,
    },
    /// RFC 7523, 2.1: an assertion that is given, or that is signed here for a subject.
    JwtBearer {
        assertion: Option<TokenSource>,
        subject: Option<String>,
    },
    /// RFC 6749, 4.3; RFC 9700 tells everybody to leave it.
    Password {
        user: String,
        password: TokenSource,
    },
}

impl GrantKind {
    /// The names in `config.toml`, in the order in which they are told.
    pub const IDS: [&str; 7] = [
        "client_credentials",
        "device_code",
        "authorization_code",
        "refresh_token",
        "token_exchange",
        "jwt_bearer",
        "password",
    ];

    pub fn id(&self) -> &'static str {
        match self {
            GrantKind::ClientCredentials => "client_credentials",
            GrantKind::DeviceCode => "device_code",
            GrantKind::AuthorizationCode { .. } => "authorization_code",
            GrantKind::RefreshToken(_) => "refresh_token",
            GrantKind::TokenExchange { .. } => "token_exchange",
            GrantKind::JwtBearer { .. } => "jwt_bearer",
            GrantKind::Password { .. } => "password",
        }
    }

    pub fn words(&self) -> &'static str {
        match self {
            GrantKind::ClientCredentials => "client credentials",
            GrantKind::DeviceCode => "device code",
            GrantKind::AuthorizationCode { .. } => "authorization code",
            GrantKind::RefreshToken(_) => "refresh token",
            GrantKind::TokenExchange { .. } => "token exchange",
            GrantKind::JwtBearer { .. } => "JWT bearer",
            GrantKind::Password { .. } => "password",
        }
    }

    /// Whether somebody has to say yes in a browser.
    pub fn needs_person(&self) -> bool {
        matches!(
            self,
            GrantKind::DeviceCode | GrantKind::AuthorizationCode { .. }
        )
    }
}

/// How the client says who it is at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// By its id alone: it cannot keep a secret.
    None,
    /// RFC 6749, 2.3.1, in `Authorization`.
    Basic,
    /// The same in the form.
    Post,
    /// RFC 7523, 2.2
    PrivateKeyJwt,
}

impl ClientAuth {
    pub const ALL: [ClientAuth; 4] = [
        ClientAuth::Basic,
        ClientAuth::Post,
        ClientAuth::PrivateKeyJwt,
        ClientAuth::None,
    ];

    pub fn id(self) -> &'static str {
        match self {
            ClientAuth::None => "none",
            ClientAuth::Basic => "basic",
            ClientAuth::Post => "post",
            ClientAuth::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// A secret that belongs to a grant. Each has a name beside that of the token, so that it goes
/// into a call, and is masked, as tokens are: `acme.secret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantPart {
    ClientSecret,
    PrivateKey,
    Refresh,
    /// What is signed with the key: for the client, or for a subject.
    Assertion,
    ClientAssertion,
    Password,
    Subject,
    Actor,
    DeviceCode,
    Code,
    Verifier,
    Identity,
    /// The token itself, for its issuer to say what it knows of it.
    Asked,
}

impl GrantPart {
    pub const ALL: [GrantPart; 13] = [
        GrantPart::ClientSecret,
        GrantPart::PrivateKey,
        GrantPart::Refresh,
        GrantPart::Assertion,
        GrantPart::ClientAssertion,
        GrantPart::Password,
        GrantPart::Subject,
        GrantPart::Actor,
        GrantPart::DeviceCode,
        GrantPart::Code,
        GrantPart::Verifier,
        GrantPart::Identity,
        GrantPart::Asked,
    ];

    /// The longest name of a token that can be got: its parts have names too.
    pub const LONGEST_NAME: usize = 30;

    pub fn word(self) -> &'static str {
        match self {
            GrantPart::ClientSecret => "secret",
            GrantPart::PrivateKey => "key",
            GrantPart::Refresh => "refresh",
            GrantPart::Assertion => "assertion",
            GrantPart::ClientAssertion => "signed",
            GrantPart::Password => "password",
            GrantPart::Subject => "subject",
            GrantPart::Actor => "actor",
            GrantPart::DeviceCode => "device",
            GrantPart::Code => "code",
            GrantPart::Verifier => "verifier",
            GrantPart::Identity => "identity",
            GrantPart::Asked => "asked",
        }
    }

    /// Its name beside that of the token; `None` where that is too long.
    pub fn of(self, token: &TokenName) -> Option<TokenName> {
        TokenName::new(&format!("{token}.{}", self.word()))
    }
}

impl Grant {
    /// The secrets that come from somewhere, each with its part.
    pub fn sources(&self) -> Vec<(GrantPart, &TokenSource)> {
        let mut sources = Vec::new();
        let mut add = |part, source| sources.push((part, source));
        if let Some(source) = &self.client_secret {
            add(GrantPart::ClientSecret, source);
        }
        if let Some(source) = &self.private_key {
            add(GrantPart::PrivateKey, source);
        }
        match &self.kind {
            GrantKind::RefreshToken(source) => add(GrantPart::Refresh, source),
            GrantKind::JwtBearer {
                assertion: Some(source),
                ..
            } => add(GrantPart::Assertion, source),
            GrantKind::Password { password, .. } => add(GrantPart::Password, password),
            _ => {}
        }
        sources
    }

    /// The tokens that are given for it.
    pub fn given(&self) -> Vec<&TokenName> {
        match &self.kind {
            GrantKind::TokenExchange { subject, actor } => {
                std::iter::once(subject).chain(actor).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What is known of a token that was got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    pub name: TokenName,
    /// As in `config.toml`: `client_credentials`.
    pub grant: &'static str,
    /// Whether it was got with a refresh token that an earlier grant had left.
    pub by_refresh: bool,
    pub at: Timestamp,
    /// By our own clock.
    pub until: Option<Timestamp>,
    pub asked: Vec<String>,
    /// Absent where the server did not say.
    pub given: Option<Vec<String>>,
    /// Whether it can be got anew without anybody.
    pub renews: bool,
    /// Why it ends with this run, where it is not in the keyring.
    pub not_kept: Option<String>,
}

impl Got {
    /// RFC 6749, 5.1: a server that does not say the scopes gave those that were asked for.
    pub fn scopes(&self) -> Option<&[String]> {
        match &self.given {
            Some(given) => Some(given),
            None if self.asked.is_empty() => None,
            None => Some(&self.asked),
        }
    }
}

/// Why secrets cannot be sent to an address, as the end of a sentence: they go over TLS, or stay
/// on this machine.
pub fn why_no_endpoint(text: &str, is_issuer: bool) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else {
        return Some("it is no URL");
    };
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "\\{}".contains(c);
    if !matches!(url.scheme(), "http" | "https") {
        Some("it is no URL of the web")
    } else if url.scheme() == "http" && !is_here(&url) {
        Some("over http anybody on the way could read the client's secret")
    } else if !url.username().is_empty() || url.password().is_some() {
        Some("it holds a user")
    } else if url.fragment().is_some() {
        Some("it has a fragment")
    } else if is_issuer && url.query().is_some() {
        Some("it has a query")
    } else if text.contains(is_odd) {
        Some("it holds a blank, a brace or a backslash")
    } else {
        None
    }
}

/// RFC 8252, 7.3: whether a browser that comes back to an address stays on this machine.
pub fn is_way_back(text: &str) -> bool {
    let url = Url::parse(text).ok();
    url.is_some_and(|url| {
        let is_bare = url.query().is_none() && url.fragment().is_none();
        url.scheme() == "http" && is_here(&url) && is_bare
    })
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_the_place_of_its_source_is_not_told() {
        for source in [
            "ACME_TOKEN",
            "ACME_API_TOKEN_2024",
            "/srv/secrets/acme.token",
            "op",
            "~/tokens/acme",
        ] {
            assert_eq!(told_source(source), source);
        }
        let value = format!("gho_{}", "a1B2".repeat(6));
        for source in [
            value.clone(),
            format!("/tmp/{value}"),
            format!("op {value}"),
        ] {
            assert!(!told_source(&source).contains("a1B2"), "{source}");
        }
    }

    #[test]
    fn the_parts_of_a_grant_have_names_beside_that_of_the_token() {
        let longest = TokenName::new(&"a".repeat(GrantPart::LONGEST_NAME)).unwrap();
        let mut names: Vec<TokenName> = GrantPart::ALL
            .into_iter()
            .map(|part| part.of(&longest).unwrap())
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), GrantPart::ALL.len());
    }
}
