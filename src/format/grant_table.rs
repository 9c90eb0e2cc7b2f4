//! Reads `oauth = { … }` of a token in `config.toml`: how to get it. A secret is given by its
//! source; a value in its place is refused and not repeated in the error.

use super::FormatError;
use crate::model::{
    ClientAuth, Grant, GrantKind, GrantPart, Server, Token, TokenName, TokenSource, is_way_back,
    nearest, why_no_endpoint,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::Spanned;

type Text = Option<Spanned<String>>;
type Source = Option<Spanned<SecretTable>>;

/// The table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantTable {
    grant: Spanned<String>,
    issuer: Text,
    token_url: Text,
    device_url: Text,
    authorization_url: Text,
    client_id: Spanned<String>,
    client_secret: Source,
    client_auth: Text,
    private_key: Source,
    key_id: Option<String>,
    #[serde(default)]
    scopes: Vec<Spanned<String>>,
    audience: Option<String>,
    resource: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    dpop: bool,
    redirect_uri: Text,
    refresh_token: Source,
    subject_token: Text,
    actor_token: Text,
    assertion: Source,
    subject: Text,
    user: Text,
    password: Source,
}

/// Where a secret comes from.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum SecretTable {
    Given(SourceTable),
    /// Anything else, which may be the value itself.
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    env: Option<String>,
    command: Option<Vec<String>>,
    #[serde(default)]
    keyring: bool,
    file: Option<PathBuf>,
    #[serde(default)]
    prompt: bool,
}

impl SecretTable {
    /// The single source that is given; `None` for none, several, or a value.
    pub fn read(self) -> Option<TokenSource> {
        let SecretTable::Given(table) = self else {
            return None;
        };
        let command = table.command.filter(|words| !words.is_empty());
        let mut given = [
            table.env.map(TokenSource::Variable),
            command.map(TokenSource::Command),
            table.keyring.then_some(TokenSource::Keyring),
            table.file.map(TokenSource::File),
            table.prompt.then_some(TokenSource::Prompt),
        ]
        .into_iter()
        .flatten();
        let source = given.next();
        if given.next().is_some() { None } else { source }
    }
}

/// Name and text of the file, for the places of errors.
type Place<'a> = (&'a str, &'a str);

fn wrong(
    place: Place,
    at: usize,
    problem: impl Into<String>,
    remedy: impl Into<String>,
) -> FormatError {
    FormatError::at(place.0, place.1, at, problem, remedy)
}

impl GrantTable {
    /// Checks the table and makes a grant of it; an error names the line and the remedy.
    pub fn read(self, place: Place) -> Result<Grant, FormatError> {
        let start = self.grant.span().start;
        let wanted = self.grant.get_ref().clone();
        let missing = |problem: &str, remedy: &str| wrong(place, start, problem, remedy);
        if !GrantKind::IDS.contains(&wanted.as_str()) {
            let meant = nearest(&wanted, GrantKind::IDS);
            let meant = meant.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
            return Err(wrong(
                place,
                start,
                format!("\"{wanted}\" is no grant that is known"),
                format!("Write one of {}.{meant}", GrantKind::IDS.join(", ")),
            ));
        }
        if self.client_id.get_ref().is_empty() {
            return Err(wrong(
                place,
                self.client_id.span().start,
                "client_id is empty",
                "Write the id under which this program is registered.",
            ));
        }
        let mut only = Only {
            grant: &wanted,
            place,
        };
        let redirect = only.text("redirect_uri", self.redirect_uri, "authorization_code")?;
        let refresh = only.source("refresh_token", self.refresh_token, "refresh_token")?;
        let subject_token = only.text("subject_token", self.subject_token, "token_exchange")?;
        let actor_token = only.text("actor_token", self.actor_token, "token_exchange")?;
        let assertion = only.source("assertion", self.assertion, "jwt_bearer")?;
        let subject = only.text("subject", self.subject, "jwt_bearer")?;
        let user = only.text("user", self.user, "password")?;
        let password = only.source("password", self.password, "password")?;
        let client_secret = source("client_secret", self.client_secret, place)?;
        let key_at = self.private_key.as_ref().map(|key| key.span().start);
        let private_key = source("private_key", self.private_key, place)?;
        if private_key == Some(TokenSource::Prompt) {
            return Err(wrong(
                place,
                key_at.unwrap_or(start),
                "a private key has many lines, which nobody can be asked for",
                "Give file, command, env or keyring as its source.",
            ));
        }
        let client_auth = client_auth(
            self.client_auth,
            client_secret.is_some(),
            private_key.is_some(),
            place,
        )?;
        let server = Server {
            issuer: address("issuer", self.issuer, place)?,
            token_url: address("token_url", self.token_url, place)?,
            device_url: address("device_url", self.device_url, place)?,
            authorization_url: address("authorization_url", self.authorization_url, place)?,
        };
        let is_there = |own: &Option<String>| own.is_some() || server.issuer.is_some();
        if !is_there(&server.token_url) {
            return Err(missing(
                "nothing says where the token is to be had",
                "Give issuer, or token_url.",
            ));
        }
        let named = |text: Option<Spanned<String>>| {
            text.map(|text| {
                TokenName::new(text.get_ref()).ok_or_else(|| {
                    wrong(
                        place,
                        text.span().start,
                        "that cannot name a token",
                        "Give the name of a token and never its value.",
                    )
                })
            })
            .transpose()
        };
        let kind = match wanted.as_str() {
            "client_credentials" if client_auth == ClientAuth::None => {
                return Err(missing(
                    "client_credentials are for clients that can prove who they are",
                    "Give client_secret, or private_key.",
                ));
            }
            "client_credentials" => GrantKind::ClientCredentials,
            "device_code" if !is_there(&server.device_url) => {
                return Err(missing(
                    "nothing says where a device asks",
                    "Give issuer, or device_url.",
                ));
            }
            "device_code" => GrantKind::DeviceCode,
            "authorization_code" if !is_there(&server.authorization_url) => {
                return Err(missing(
                    "nothing says where a person signs in",
                    "Give issuer, or authorization_url.",
                ));
            }
            "authorization_code" => GrantKind::AuthorizationCode {
                redirect: redirect.map(|text| on_loopback(text, place)).transpose()?,
            },
            "refresh_token" => GrantKind::RefreshToken(refresh.ok_or_else(|| {
                missing(
                    "it has no refresh_token",
                    "Give its source, as refresh_token = { keyring = true }.",
                )
            })?),
            "token_exchange" => GrantKind::TokenExchange {
                subject: named(subject_token)?.ok_or_else(|| {
                    missing(
                        "it has no subject_token",
                        "Give the name of the token that is exchanged.",
                    )
                })?,
                actor: named(actor_token)?,
            },
            "jwt_bearer" if assertion.is_none() && private_key.is_none() => {
                return Err(missing(
                    "it has no assertion",
                    "Give private_key, to have one signed here, or assertion with its source.",
                ));
            }
            "jwt_bearer" => GrantKind::JwtBearer {
                assertion,
                subject: subject.map(Spanned::into_inner),
            },
            _ => match (user, password) {
                (Some(user), Some(password)) => GrantKind::Password {
                    user: user.into_inner(),
                    password,
                },
                _ => {
                    return Err(missing(
                        "it has no user and password",
                        "Give user, and password with its source.",
                    ));
                }
            },
        };
        let mut scopes = Vec::with_capacity(self.scopes.len());
        for scope in self.scopes {
            // RFC 6749, 3.3
            let fits = |c: char| matches!(c, '!' | '#'..='[' | ']'..='~');
            if scope.get_ref().is_empty() || !scope.get_ref().chars().all(fits) {
                return Err(wrong(
                    place,
                    scope.span().start,
                    format!("\"{}\" is no scope", scope.get_ref()),
                    "Write each scope by itself, as scopes = [\"read\", \"write\"].",
                ));
            }
            scopes.push(scope.into_inner());
        }
        if let Some(name) = self.parameters.keys().find(|name| is_ours(name)) {
            return Err(missing(
                &format!("the parameter {name} is sent by the grant itself"),
                "Use the key for it, or take it out of parameters.",
            ));
        }
        Ok(Grant {
            kind,
            server,
            client_id: self.client_id.into_inner(),
            client_auth,
            client_secret,
            private_key,
            key_id: self.key_id,
            scopes,
            audience: self.audience,
            resource: self.resource,
            parameters: self.parameters.into_iter().collect(),
            dpop: self.dpop,
        })
    }
}

/// Whether the grant itself sends this parameter, or it would put a secret into the file.
fn is_ours(name: &str) -> bool {
    const OURS: [&str; 20] = [
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "code",
        "code_verifier",
        "code_challenge",
        "code_challenge_method",
        "device_code",
        "redirect_uri",
        "refresh_token",
        "response_type",
        "scope",
        "state",
        "subject_token",
        "actor_token",
        "assertion",
        "username",
        "password",
    ];
    OURS.contains(&name)
}

/// Checks keys that only one kind of grant has.
struct Only<'a> {
    grant: &'a str,
    place: Place<'a>,
}

impl Only<'_> {
    fn check(&self, key: &str, at: usize, owner: &str) -> Result<(), FormatError> {
        if self.grant == owner {
            return Ok(());
        }
        Err(wrong(
            self.place,
            at,
            format!(
                "{key} belongs to the grant {owner}, and this is {}",
                self.grant
            ),
            "Take it out, or choose that grant.",
        ))
    }

    fn text(&mut self, key: &str, text: Text, owner: &str) -> Result<Text, FormatError> {
        if let Some(text) = &text {
            self.check(key, text.span().start, owner)?;
        }
        Ok(text)
    }

    fn source(
        &mut self,
        key: &str,
        given: Source,
        owner: &str,
    ) -> Result<Option<TokenSource>, FormatError> {
        if let Some(given) = &given {
            self.check(key, given.span().start, owner)?;
        }
        source(key, given, self.place)
    }
}

fn source(key: &str, given: Source, place: Place) -> Result<Option<TokenSource>, FormatError> {
    let Some(given) = given else {
        return Ok(None);
    };
    let at = given.span().start;
    let source = given.into_inner().read();
    let source = source.ok_or_else(|| {
        wrong(
            place,
            at,
            format!("{key} is given by one source, and never by its value"),
            format!(
                "Write {key} = {{ env = \"VAR\" }}, or one of command, file, keyring and prompt in its place."
            ),
        )
    })?;
    Ok(Some(source))
}

fn client_auth(
    given: Text,
    has_secret: bool,
    has_key: bool,
    place: Place,
) -> Result<ClientAuth, FormatError> {
    let Some(given) = given else {
        return Ok(match (has_secret, has_key) {
            (true, _) => ClientAuth::Basic,
            (false, true) => ClientAuth::PrivateKeyJwt,
            (false, false) => ClientAuth::None,
        });
    };
    let at = given.span().start;
    let known = ClientAuth::ALL
        .into_iter()
        .find(|known| known.id() == given.get_ref());
    let ids: Vec<&str> = ClientAuth::ALL.into_iter().map(ClientAuth::id).collect();
    match known {
        None => Err(wrong(
            place,
            at,
            format!("\"{}\" is no client_auth", given.get_ref()),
            format!("Write one of {}.", ids.join(", ")),
        )),
        Some(ClientAuth::Basic | ClientAuth::Post) if !has_secret => Err(wrong(
            place,
            at,
            format!("client_auth {} has no client_secret", given.get_ref()),
            "Give its source, as client_secret = { env = \"VAR\" }.",
        )),
        Some(ClientAuth::PrivateKeyJwt) if !has_key => Err(wrong(
            place,
            at,
            "client_auth private_key_jwt has no private_key",
            "Give its source, as private_key = { file = \"key.pem\" }.",
        )),
        Some(known) => Ok(known),
    }
}

/// Checks a URL that secrets are sent to: over TLS, or on this machine.
fn address(key: &str, given: Text, place: Place) -> Result<Option<String>, FormatError> {
    let Some(given) = given else {
        return Ok(None);
    };
    let why = why_no_endpoint(given.get_ref(), key == "issuer");
    match why {
        None => Ok(Some(given.into_inner())),
        Some(why) => Err(wrong(
            place,
            given.span().start,
            format!("{key} cannot be used: {why}"),
            "Write it as https://login.acme.example/oauth.",
        )),
    }
}

/// RFC 8252, 7.3: the redirect address must be on this machine.
fn on_loopback(given: Spanned<String>, place: Place) -> Result<String, FormatError> {
    let is_right = is_way_back(given.get_ref());
    if is_right {
        Ok(given.into_inner())
    } else {
        Err(wrong(
            place,
            given.span().start,
            "redirect_uri is no address on this machine",
            "Write it as it is registered, as http://127.0.0.1:8765/callback.",
        ))
    }
}

/// Checks across tokens: names that collide, and tokens that are exchanged for each other in a
/// circle. The error is the token, the problem and the remedy.
pub(super) fn check_names(tokens: &[Token]) -> Result<(), (String, String, &'static str)> {
    for token in tokens {
        let Some(grant) = token.grant() else {
            continue;
        };
        let name = &token.name;
        if name.as_str().len() > GrantPart::LONGEST_NAME {
            return Err((
                name.to_string(),
                "a token that is got has a name of at most 30 characters".to_owned(),
                "Give it a shorter one.",
            ));
        }
        let parts = GrantPart::ALL.into_iter();
        let mut parts = parts.filter_map(|part| part.of(name));
        if let Some(taken) = parts.find(|part| tokens.iter().any(|token| token.name == *part)) {
            return Err((
                taken.to_string(),
                format!("it has the name of a secret that belongs to token {name}"),
                "Give it another name.",
            ));
        }
        let mut given: Vec<&TokenName> = grant.given();
        let mut seen: Vec<&TokenName> = Vec::new();
        while let Some(next) = given.pop() {
            if next == name {
                return Err((
                    name.to_string(),
                    "it is exchanged for itself".to_owned(),
                    "Name another token as subject_token.",
                ));
            }
            if seen.contains(&next) {
                continue;
            }
            seen.push(next);
            let known = tokens.iter().find(|token| token.name == *next);
            given.extend(
                known
                    .and_then(Token::grant)
                    .into_iter()
                    .flat_map(Grant::given),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::format::config_file::read;
    use crate::model::{ClientAuth, GrantKind, Placement, TokenName, TokenSource};

    fn token(lines: &str) -> String {
        format!("[tokens.acme.oauth]\n{lines}\n")
    }

    const SERVICE: &str = "grant = \"client_credentials\"\nissuer = \"https://login.acme.example\"\nclient_id = \"tool\"\nclient_secret = { env = \"ACME_SECRET\" }";

    #[test]
    fn each_grant_is_read_with_what_belongs_to_it() {
        let text = r#"
            [tokens.service]
            origins = ["https://api.acme.example"]
            oauth = { grant = "client_credentials", issuer = "https://login.acme.example", client_id = "tool", client_secret = { env = "ACME_SECRET" }, scopes = ["read", "write"], audience = "api", client_auth = "post", parameters = { tenant = "7" } }
            [tokens.device]
            oauth = { grant = "device_code", issuer = "https://login.acme.example", client_id = "cli" }
            [tokens.person]
            header = "X-Acme"
            oauth = { grant = "authorization_code", authorization_url = "https://login.acme.example/a", token_url = "https://login.acme.example/t", client_id = "cli", redirect_uri = "http://127.0.0.1:8765/back" }
            [tokens.again]
            oauth = { grant = "refresh_token", token_url = "https://login.acme.example/t", client_id = "cli", refresh_token = { keyring = true } }
            [tokens.less]
            oauth = { grant = "token_exchange", token_url = "http://127.0.0.1:9/t", client_id = "cli", subject_token = "person", scopes = ["read"] }
            [tokens.signed]
            oauth = { grant = "jwt_bearer", token_url = "https://login.acme.example/t", client_id = "cli", private_key = { file = "key.pem" }, key_id = "k1", subject = "kim", resource = "https://api.acme.example" }
            [tokens.old]
            oauth = { grant = "password", token_url = "https://login.acme.example/t", client_id = "cli", user = "kim", password = { command = ["pass", "kim"] } }
            [tokens.bound]
            oauth = { grant = "device_code", issuer = "https://login.acme.example", client_id = "cli", dpop = true }
            [tokens.script]
            command = ["token"]
            ttl = "15m"
        "#;
        let settings = read(text, "config.toml").unwrap();
        let token = |name| settings.token(&TokenName::named(name)).unwrap();
        let grant = |name| token(name).grant().unwrap();
        let service = grant("service");
        assert_eq!(service.client_auth, ClientAuth::Post);
        assert_eq!(service.scopes, ["read", "write"]);
        assert_eq!(service.parameters, [("tenant".to_owned(), "7".to_owned())]);
        // No other program gets the variable.
        assert_eq!(settings.token_variables, ["ACME_SECRET"]);
        assert_eq!(grant("device").client_auth, ClientAuth::None);
        assert!(grant("device").kind.needs_person());
        let back = Some("http://127.0.0.1:8765/back".to_owned());
        assert_eq!(
            grant("person").kind,
            GrantKind::AuthorizationCode { redirect: back }
        );
        assert_eq!(
            grant("again").kind,
            GrantKind::RefreshToken(TokenSource::Keyring)
        );
        assert_eq!(grant("less").given(), [&TokenName::named("person")]);
        assert_eq!(grant("signed").client_auth, ClientAuth::PrivateKeyJwt);
        assert_eq!(grant("old").kind.id(), "password");
        let bound = token("bound");
        assert_eq!(bound.placement, Placement::Proven(bound.name.clone()));
        assert!(bound.grant().unwrap().dpop && !grant("device").dpop);
        assert_eq!(token("script").ttl.unwrap().as_secs(), 900);
        assert_eq!(token("service").source.id(), "oauth");
    }

    #[test]
    fn mistakes_in_a_grant_are_refused_with_their_place() {
        let with = |more: &str| token(&format!("{SERVICE}\n{more}"));
        for (text, says) in [
            (
                token(
                    "grant = \"client_credential\"\nissuer = \"https://a.example\"\nclient_id = \"a\"",
                ),
                "config.toml:2:9: \"client_credential\" is no grant",
            ),
            (
                token("grant = \"device_code\"\nclient_id = \"a\""),
                "config.toml:2:9: nothing says where the token",
            ),
            (
                token(
                    "grant = \"client_credentials\"\nissuer = \"https://a.example\"\nclient_id = \"a\"",
                ),
                "can prove who they are",
            ),
            (
                token(
                    "grant = \"device_code\"\nissuer = \"http://login.acme.example\"\nclient_id = \"a\"",
                ),
                "config.toml:3:10: issuer cannot be used: over http anybody",
            ),
            (
                token("grant = \"device_code\"\nissuer = \"login\"\nclient_id = \"a\""),
                "config.toml:3:10: issuer cannot be used: it is no URL",
            ),
            (
                token(
                    "grant = \"device_code\"\ntoken_url = \"https://a.example/t\"\nclient_id = \"a\"",
                ),
                "nothing says where a device asks",
            ),
            (
                token(
                    "grant = \"refresh_token\"\ntoken_url = \"https://a.example/t\"\nclient_id = \"a\"",
                ),
                "no refresh_token",
            ),
            (
                token(
                    "grant = \"token_exchange\"\ntoken_url = \"https://a.example/t\"\nclient_id = \"a\"",
                ),
                "no subject_token",
            ),
            (
                token(
                    "grant = \"token_exchange\"\ntoken_url = \"https://a.example/t\"\nclient_id = \"a\"\nsubject_token = \"acme\"",
                ),
                "tokens.acme: it is exchanged for itself",
            ),
            (
                token(
                    "grant = \"authorization_code\"\nissuer = \"https://a.example\"\nclient_id = \"a\"\nredirect_uri = \"https://b.example/\"",
                ),
                "config.toml:5:16: redirect_uri is no address on this machine",
            ),
            (
                with("client_auth = \"digest\""),
                "\"digest\" is no client_auth",
            ),
            (
                with("client_auth = \"private_key_jwt\""),
                "config.toml:6:15: client_auth private_key_jwt has no private_key",
            ),
            (
                with("user = \"kim\""),
                "config.toml:6:8: user belongs to the grant password",
            ),
            (
                with("scopes = [\"a b\"]"),
                "config.toml:6:11: \"a b\" is no scope",
            ),
            (
                with("parameters = { client_secret = \"x\" }"),
                "the parameter client_secret is sent by the grant",
            ),
            (
                format!(
                    "[tokens.acme]\nheader = \"X-Key\"\n[tokens.acme.oauth]\n{SERVICE}\ndpop = true\n"
                ),
                "bound to a key (dpop) stands behind DPoP",
            ),
            (with("scope = \"a\""), "config.toml:6:1"),
            (
                format!("{}[tokens.\"acme.secret\"]\nenv = \"A\"\n", token(SERVICE)),
                "tokens.acme.secret: it has the name of a secret",
            ),
            (
                format!("[tokens.{}.oauth]\n{SERVICE}\n", "a".repeat(31)),
                "at most 30 characters",
            ),
            (format!("{}[tokens.acme]\nenv = \"A\"\n", ""), ""),
            (
                format!("[tokens.acme]\nenv = \"A\"\n{}", token(SERVICE)),
                "exactly one source",
            ),
            (
                "[tokens.acme]\nenv = \"A\"\nttl = \"15m\"\n".to_owned(),
                "config.toml:3:7: ttl says when a command",
            ),
            (
                "[tokens.acme]\ncommand = [\"a\"]\nttl = \"soon\"\n".to_owned(),
                "config.toml:3:7: \"soon\" is not a time",
            ),
        ] {
            let read = read(&text, "config.toml");
            if says.is_empty() {
                assert!(read.is_ok());
                continue;
            }
            let error = read.unwrap_err().to_string();
            assert!(error.contains(says), "{text}\n{error}");
        }
    }

    #[test]
    fn a_value_in_the_place_of_a_source_is_refused_and_not_repeated() {
        for key in ["client_secret", "private_key", "password"] {
            for value in [
                "\"hunter2-planted\"",
                "{ value = \"hunter2-planted\" }",
                "{ env = \"A\", file = \"hunter2-planted\" }",
            ] {
                let grant = if key == "password" {
                    "password"
                } else {
                    "client_credentials"
                };
                let text = format!(
                    "[tokens.acme.oauth]\ngrant = \"{grant}\"\nissuer = \"https://a.example\"\nclient_id = \"a\"\n{key} = {value}\n"
                );
                let error = read(&text, "config.toml").unwrap_err().to_string();
                assert!(error.contains("never by its value"), "{error}");
                assert!(error.starts_with("config.toml:5:"), "{error}");
                assert!(!error.contains("planted"), "{error}");
            }
        }
        let text = "[tokens.kim]\nbasic = { user = \"kim\", password = \"hunter2-planted\" }\n";
        let error = read(text, "config.toml").unwrap_err().to_string();
        assert!(
            error.contains("never by its value") && !error.contains("planted"),
            "{error}"
        );
    }
}
