//! Where the value of a token comes from, and how to get one from a server (RFC 6749): from which
//! server, as which client, and for what. Secrets are here by their source, never by value.

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
    /// Typed by the person, and kept for this run only.
    Prompt,
    /// A practice token of the built-in sandbox.
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

/// Whether a name looks like a value: long, and letters mixed with digits in a way nobody names
/// things.
pub fn looks_like_a_value(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    name.len() >= 16 && digits >= 4
}

/// The source of a value as it may be shown: a variable, a path, a program. Anything that looks
/// like a value was put there by mistake, and is hidden.
pub fn told_source(text: &str) -> &str {
    let is_variable = |text: &str| {
        let letters = text.bytes().filter(u8::is_ascii_uppercase).count();
        let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        letters * 2 > text.len() && text.bytes().all(fits)
    };
    let mut parts = text.split(['/', '\\', ' ']);
    if parts.any(|part| looks_like_a_value(part) && !is_variable(part)) {
        "‹hidden, since it looks like a value›"
    } else {
        text
    }
}

/// A configured token: its name, its source, and the origins it may go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub name: TokenName,
    pub source: TokenSource,
    /// `None` means the origins of the environments that name the token; see `Bindings`.
    pub origins: Option<Vec<Origin>>,
    pub placement: Placement,
    /// How long the output of a command is used before it runs again.
    pub ttl: Option<Duration>,
}

impl Token {
    /// What to ask an authorization server for; `None` if the value comes from elsewhere.
    pub fn grant(&self) -> Option<&Grant> {
        match &self.source {
            TokenSource::Grant(grant) => Some(grant),
            _ => None,
        }
    }
}

/// What to ask an authorization server for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub kind: GrantKind,
    pub server: Server,
    pub client_id: String,
    pub client_auth: ClientAuth,
    pub client_secret: Option<TokenSource>,
    /// In PEM; it is read for each signature, and not kept.
    pub private_key: Option<TokenSource>,
    /// The server's name for that key.
    pub key_id: Option<String>,
    pub scopes: Vec<String>,
    pub audience: Option<String>,
    /// The resource that the token is for (RFC 8707).
    pub resource: Option<String>,
    /// Other parameters that a server wants.
    pub parameters: Vec<(String, String)>,
    /// Whether the token is to be bound to a key that is made for the run (DPoP, RFC 9449).
    pub dpop: bool,
}

/// The server to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// The issuer, by which its metadata is found (RFC 8414, OpenID Connect Discovery).
    pub issuer: Option<String>,
    pub token_url: Option<String>,
    pub device_url: Option<String>,
    pub authorization_url: Option<String>,
}

/// The ways to get a token from an authorization server, and what each needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantKind {
    ClientCredentials,
    /// RFC 8628
    DeviceCode,
    /// With PKCE (RFC 7636); `redirect` is the address on this machine that the server knows, if it
    /// does not accept any port (RFC 8252, 7.3).
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
    /// RFC 6749, 4.3; RFC 9700 says not to use it any more.
    Password {
        user: String,
        password: TokenSource,
    },
}

impl GrantKind {
    /// The names in `config.toml`, in the order that messages list them.
    pub const IDS: [&str; 7] = [
        "client_credentials",
        "device_code",
        "authorization_code",
        "refresh_token",
        "token_exchange",
        "jwt_bearer",
        "password",
    ];

    /// The name in `config.toml` and JSON.
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

    /// The name for people.
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

    /// Whether a person has to agree in a browser.
    pub fn needs_person(&self) -> bool {
        matches!(
            self,
            GrantKind::DeviceCode | GrantKind::AuthorizationCode { .. }
        )
    }
}

/// How the client proves who it is at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// By its id alone: it cannot keep a secret.
    None,
    /// By a secret in `Authorization` (RFC 6749, 2.3.1).
    Basic,
    /// By the same secret, in the form.
    Post,
    /// By an assertion signed with its key (RFC 7523, 2.2).
    PrivateKeyJwt,
    /// By the client certificate of the environment (RFC 8705, 2).
    Tls,
}

impl ClientAuth {
    /// Every way, in the order that messages list them.
    pub const ALL: [ClientAuth; 5] = [
        ClientAuth::Basic,
        ClientAuth::Post,
        ClientAuth::PrivateKeyJwt,
        ClientAuth::Tls,
        ClientAuth::None,
    ];

    /// The name in `config.toml`.
    pub fn id(self) -> &'static str {
        match self {
            ClientAuth::None => "none",
            ClientAuth::Basic => "basic",
            ClientAuth::Post => "post",
            ClientAuth::PrivateKeyJwt => "private_key_jwt",
            ClientAuth::Tls => "tls",
        }
    }
}

/// A secret that belongs to a grant. Each has a name next to the token's, such as `acme.secret`, so
/// that it can go into a call and is masked like a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantPart {
    ClientSecret,
    PrivateKey,
    Refresh,
    /// Signed with the key, for the client or for a subject.
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
    /// Signed with the key that the token is bound to, for one call.
    Proof,
}

impl GrantPart {
    /// Every part; the vault forgets them together with their token.
    pub const ALL: [GrantPart; 14] = [
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
        GrantPart::Proof,
    ];

    /// The longest name of a token got from a server: the names of its parts must fit too.
    pub const LONGEST_NAME: usize = 30;

    /// The word behind the token's name, as in `acme.secret`.
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
            GrantPart::Proof => "proof",
        }
    }

    /// Its name next to the token's; `None` if that would be too long.
    pub fn of(self, token: &TokenName) -> Option<TokenName> {
        TokenName::new(&format!("{token}.{}", self.word()))
    }
}

impl Grant {
    /// The secrets that have a source, each with its part.
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

    /// The tokens that are handed over to get this one.
    pub fn given(&self) -> Vec<&TokenName> {
        match &self.kind {
            GrantKind::TokenExchange { subject, actor } => {
                std::iter::once(subject).chain(actor).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What is known of a token that was got from a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    pub name: TokenName,
    /// As in `config.toml`: `client_credentials`.
    pub grant: &'static str,
    /// Whether a refresh token of an earlier grant got it.
    pub by_refresh: bool,
    pub at: Timestamp,
    /// By our own clock.
    pub until: Option<Timestamp>,
    pub asked: Vec<String>,
    /// `None` if the server did not say.
    pub given: Option<Vec<String>>,
    /// Whether it can be renewed without a person.
    pub renews: bool,
    /// Why it ends with this run, if it is not in the keyring.
    pub not_kept: Option<String>,
}

impl Got {
    /// The scopes of the token: if the server does not say, those that were requested (RFC 6749,
    /// 5.1).
    pub fn scopes(&self) -> Option<&[String]> {
        match &self.given {
            Some(given) => Some(given),
            None if self.asked.is_empty() => None,
            None => Some(&self.asked),
        }
    }
}

/// Why secrets cannot be sent to an address, as the end of a sentence: they go over TLS or stay on
/// this machine.
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

/// Whether a browser that returns to this address stays on this machine (RFC 8252, 7.3).
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
