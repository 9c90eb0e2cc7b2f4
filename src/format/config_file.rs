//! `config.toml`: environments, tokens by name, limits. Values of tokens never stand in it.

use super::grant_table::{self, GrantTable, SecretTable};
use super::team_table::TeamTable;
use super::{FormatError, toml_error};
use crate::insight::redact::Mask;
use crate::model::{
    Address, Environment, Family, Grant, HttpVersion, Identity, Origin, Placement, Reach, Settings,
    Sigv4, Token, TokenName, TokenSource, bare_url, size, told_source,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use toml::Spanned;

/// Reads the settings; `file` is named in the error.
pub fn read(text: &str, file: &str) -> Result<Settings, FormatError> {
    let config: Config = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let remedy = "Correct the line, or take it out.";
        FormatError::at(
            file,
            text,
            offset,
            toml_error::told(error.message(), " "),
            remedy,
        )
    })?;
    let wrong = |place: String, problem: String, remedy: &str| FormatError {
        place: format!("{file}: {place}"),
        problem,
        remedy: remedy.to_owned(),
    };
    let name = |text: &str, place: &str| {
        TokenName::new(text).ok_or_else(|| {
            wrong(
                place.to_owned(),
                format!("\"{}\" cannot name a token", told_source(text)),
                "Use at most 40 lower-case letters, digits, dashes, dots or underscores.",
            )
        })
    };

    let whole = text;
    let origins = |texts: &[Spanned<String>], place: &str, key: &str| {
        let origin = |text: &Spanned<String>| {
            Origin::exactly(text.get_ref()).map_err(|why| {
                let problem = format!(
                    "\"{}\" in {key} of {place} is not an origin: {why}",
                    told_source(&Mask::default().url(text.get_ref()))
                );
                let remedy =
                    "Write scheme, host and port of each, as https://api.acme.example:8443.";
                FormatError::at(file, whole, text.span().start, problem, remedy)
            })
        };
        texts.iter().map(origin).collect::<Result<Vec<Origin>, _>>()
    };

    let person = config.name.as_ref();
    let person = person.filter(|name| !name.get_ref().trim().is_empty());
    let mut settings = Settings {
        environment: config.environment,
        name: person.map(|name| name.get_ref().clone()),
        theme: config.theme,
        mouse: config.mouse,
        plain: config.plain,
        ..Settings::default()
    };
    let bytes = |text: &Option<String>, place: &str| match text {
        None => Ok(None),
        Some(text) => size(text).map(Some).ok_or_else(|| {
            wrong(
                place.to_owned(),
                format!("\"{text}\" is not a size"),
                "Write a number of bytes, or one with KB, MB, GB, KiB, MiB or GiB.",
            )
        }),
    };
    settings.max_body = bytes(&config.max_body, "max_body")?;
    settings.history_bytes = bytes(&config.history.max_size, "history.max_size")?;
    settings.history_calls = config.history.max_calls;
    for (environment_name, table) in config.environments {
        let place = format!("environments.{environment_name}");
        let mut tokens = Vec::with_capacity(table.tokens.len());
        for token in &table.tokens {
            tokens.push(name(token, &place)?);
        }
        let insecure_origins = origins(&table.insecure_origins, &place, "insecure_origins")?;
        let identity = match (table.client_certificate, table.client_key) {
            (None, None) => None,
            (None, Some(_)) => {
                return Err(wrong(
                    format!("{place}.client_key"),
                    "a key stands without a certificate".into(),
                    "Name the certificate's PEM file as client_certificate.",
                ));
            }
            (Some(certificate), key) => Some(Identity {
                key: key.unwrap_or_else(|| certificate.clone()),
                certificate,
            }),
        };
        let who_am_i = table.who_am_i;
        if who_am_i.as_ref().is_some_and(|path| !path.starts_with('/')) {
            return Err(wrong(
                format!("{place}.who_am_i"),
                "it is no path".into(),
                "Write it under the base, as who_am_i = \"/me\".",
            ));
        }
        let mut addresses = Vec::with_capacity(table.resolve.len());
        for given in &table.resolve {
            addresses.push(Address::read(given.get_ref()).map_err(|why| {
                let problem = format!("\"{}\" in resolve of {place}: {why}", given.get_ref());
                let remedy = "Write it as api.acme.example:443:10.0.0.7.";
                FormatError::at(file, whole, given.span().start, problem, remedy)
            })?);
        }
        let both = |one: &str, other: &str| {
            wrong(
                place.clone(),
                format!("{one} and {other} are both chosen"),
                "Leave one of them out.",
            )
        };
        let reach = Reach {
            addresses,
            socket: table.unix_socket,
            family: match (table.ipv4, table.ipv6) {
                (true, true) => return Err(both("ipv4", "ipv6")),
                (true, false) => Some(Family::Ipv4),
                (false, true) => Some(Family::Ipv6),
                (false, false) => None,
            },
            version: match (table.http1.one, table.http2) {
                (true, true) => return Err(both("http1.1", "http2")),
                (true, false) => Some(HttpVersion::Http1),
                (false, true) => Some(HttpVersion::Http2),
                (false, false) => None,
            },
            public: None,
        };
        settings.environments.push(Environment {
            name: environment_name,
            base_url: bare_url(&table.base_url.unwrap_or_default()).to_owned(),
            headers: table.headers.into_iter().collect(),
            variables: table.variables.into_iter().collect(),
            tokens,
            protected: table.protected,
            no_cookies: table.no_cookies,
            sandbox: false,
            proxy: table.proxy,
            ca_file: table.ca_file,
            insecure_origins,
            identity,
            reach,
            knowledge: table.knowledge,
            who_am_i,
            chosen_by: Default::default(),
            configured: true,
            placements: Vec::new(),
        });
    }
    for (token, mut table) in config.tokens {
        let shown = match TokenName::new(&token) {
            Some(_) => token.as_str(),
            None => told_source(&token),
        };
        let place = format!("tokens.{shown}");
        let ttl = table
            .ttl
            .take()
            .map(|ttl| lifetime(&ttl, &table, (file, whole)));
        let grant = table.oauth.take().map(|oauth| oauth.read((file, whole)));
        let grant = grant.transpose()?;
        let placement = table.placement().map_err(|problem| {
            wrong(
                place.clone(),
                problem,
                "Give one of header, scheme, query, cookie, basic, digest or sigv4, each with the name that the API wants.",
            )
        })?;
        let placement = match placement {
            Placement::Bearer if grant.as_ref().is_some_and(|grant| grant.dpop) => {
                Placement::Proven(name(&token, &place)?)
            }
            _ if grant.as_ref().is_some_and(|grant| grant.dpop) => {
                return Err(wrong(
                    place,
                    "a token that is bound to a key (dpop) stands behind DPoP in Authorization and nowhere else".into(),
                    "Take out header, scheme, query or cookie, or dpop.",
                ));
            }
            placement => placement,
        };
        settings.token_variables.extend(table.env.clone());
        for (_, source) in grant.iter().flat_map(Grant::sources) {
            if let TokenSource::Variable(variable) = source {
                settings.token_variables.push(variable.clone());
            }
        }
        let own = table.origins.as_deref();
        settings.tokens.push(Token {
            placement,
            name: name(&token, &place)?,
            origins: own.map(|own| origins(own, &place, "origins")).transpose()?,
            ttl: ttl.transpose()?,
            source: table.source(grant).ok_or_else(|| {
                wrong(
                    place,
                    "it needs exactly one source".into(),
                    "Give one of env, command, keyring, file, prompt or oauth.",
                )
            })?,
        });
    }
    let team = config
        .team
        .map(|team| team.read((file, whole), &settings.tokens, person));
    settings.team = team.transpose()?;
    grant_table::check_names(&settings.tokens)
        .map_err(|(token, problem, remedy)| wrong(format!("tokens.{token}"), problem, remedy))?;
    let placed = settings.tokens.iter();
    let placed = placed.filter(|token| token.placement != Placement::Bearer);
    let placed: Vec<_> = placed
        .map(|token| (token.name.clone(), token.placement.clone()))
        .collect();
    for environment in &mut settings.environments {
        environment.placements.clone_from(&placed);
    }
    if let Some(wanted) = &settings.environment
        && wanted != Environment::SANDBOX
        && settings.environment(wanted).is_none()
    {
        return Err(wrong(
            "environment".into(),
            format!("there is no environment \"{wanted}\""),
            "Name one that stands under [environments], or \"sandbox\".",
        ));
    }
    Ok(settings)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    environment: Option<String>,
    max_body: Option<String>,
    name: Option<Spanned<String>>,
    theme: Option<String>,
    mouse: Option<bool>,
    #[serde(default)]
    plain: bool,
    #[serde(default)]
    history: HistoryTable,
    team: Option<TeamTable>,
    #[serde(default)]
    environments: BTreeMap<String, EnvironmentTable>,
    #[serde(default)]
    tokens: BTreeMap<String, TokenTable>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryTable {
    max_calls: Option<u64>,
    max_size: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvironmentTable {
    base_url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    tokens: Vec<String>,
    #[serde(default)]
    protected: bool,
    proxy: Option<String>,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    insecure_origins: Vec<Spanned<String>>,
    client_certificate: Option<PathBuf>,
    client_key: Option<PathBuf>,
    /// The id of the pack that speaks here.
    knowledge: Option<String>,
    /// The path that says whose a token is.
    who_am_i: Option<String>,
    #[serde(default)]
    no_cookies: bool,
    #[serde(default)]
    resolve: Vec<Spanned<String>>,
    unix_socket: Option<PathBuf>,
    #[serde(default)]
    ipv4: bool,
    #[serde(default)]
    ipv6: bool,
    /// `http1.1 = true` is read by TOML as a key in a table.
    #[serde(default)]
    http1: Http1,
    #[serde(default)]
    http2: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http1 {
    #[serde(default, rename = "1")]
    one: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenTable {
    env: Option<String>,
    command: Option<Vec<String>>,
    #[serde(default)]
    keyring: bool,
    file: Option<PathBuf>,
    #[serde(default)]
    prompt: bool,
    origins: Option<Vec<Spanned<String>>>,
    header: Option<String>,
    scheme: Option<String>,
    query: Option<String>,
    cookie: Option<String>,
    basic: Option<BasicTable>,
    digest: Option<BasicTable>,
    sigv4: Option<Sigv4Table>,
    oauth: Option<Box<GrantTable>>,
    #[serde(skip)]
    password: Option<TokenSource>,
    ttl: Option<Spanned<String>>,
}

/// A user, and where the password comes from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BasicTable {
    user: String,
    password: SecretTable,
}

/// What a request is signed as, and where the key comes from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sigv4Table {
    key_id: String,
    secret: SecretTable,
    region: String,
    service: String,
    session: Option<String>,
}

/// How long what a command gives is good: `90s`, `15m`, `2h`, `1d`.
fn lifetime(
    ttl: &Spanned<String>,
    table: &TokenTable,
    (file, text): (&str, &str),
) -> Result<Duration, FormatError> {
    let wrong = |problem: String, remedy: &str| {
        FormatError::at(file, text, ttl.span().start, problem, remedy)
    };
    if table.command.is_none() {
        return Err(wrong(
            "ttl says when a command runs again, and there is none".to_owned(),
            "Give command, or take ttl out.",
        ));
    }
    let given = ttl.get_ref();
    let unit = given.chars().last().and_then(|unit| match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        _ => None,
    });
    let number: Option<u64> = given
        .get(..given.len().saturating_sub(1))
        .and_then(|number| number.parse().ok());
    let seconds = unit
        .zip(number)
        .and_then(|(unit, number)| number.checked_mul(unit));
    match seconds {
        Some(seconds @ 1..=31_536_000) => Ok(Duration::from_secs(seconds)),
        _ => Err(wrong(
            format!("\"{given}\" is not a time"),
            "Write a number with s, m, h or d behind it, as 15m; at most a year.",
        )),
    }
}

impl TokenTable {
    /// Where it stands in a request, or why that cannot be.
    fn placement(&mut self) -> Result<Placement, String> {
        let (basic, digest) = (self.basic.take(), self.digest.take());
        let sigv4 = self.sigv4.take();
        let session = sigv4.as_ref().and_then(|own| own.session.as_deref());
        let session = match session {
            Some(text) => Some(
                TokenName::new(text)
                    .ok_or("the session of sigv4 is the name of another token and never a value")?,
            ),
            None => None,
        };
        let mut given = [
            self.header.take().map(Placement::Header),
            self.scheme.take().map(Placement::Scheme),
            self.query.take().map(Placement::Query),
            self.cookie.take().map(Placement::Cookie),
            basic
                .as_ref()
                .map(|basic| Placement::Basic(basic.user.clone())),
            digest
                .as_ref()
                .map(|digest| Placement::Digest(digest.user.clone())),
            sigv4.as_ref().map(|own| {
                Placement::Sigv4(Box::new(Sigv4 {
                    key_id: own.key_id.clone(),
                    region: own.region.clone(),
                    service: own.service.clone(),
                    session,
                }))
            }),
        ]
        .into_iter()
        .flatten();
        let Some(placement) = given.next() else {
            return Ok(Placement::Bearer);
        };
        if given.next().is_some() {
            return Err("it can stand in one place only".to_owned());
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let is_word = |text: &str| !text.is_empty() && text.chars().all(fits);
        let is_right = match &placement {
            Placement::Header(text) | Placement::Scheme(text) | Placement::Cookie(text) => {
                is_word(text)
            }
            Placement::Query(text) => !text.is_empty() && !text.contains(['{', '}']),
            Placement::Basic(user) | Placement::Digest(user) => {
                !user.contains(':') && !user.chars().any(char::is_control)
            }
            Placement::Sigv4(own) => {
                let all = [&own.key_id, &own.region, &own.service];
                all.into_iter().all(|text| is_word(text))
            }
            Placement::Bearer | Placement::Proven(_) | Placement::Client(_) => true,
        };
        if !is_right {
            let words = placement.words();
            return Err(format!("it cannot stand in {}", told_source(&words)));
        }
        let (word, password) = match (basic.or(digest), sigv4) {
            (Some(table), _) => match placement {
                Placement::Digest(_) => ("digest", Some(table.password)),
                _ => ("basic", Some(table.password)),
            },
            (None, own) => ("sigv4", own.map(|own| own.secret)),
        };
        if let Some(password) = password {
            if self.has_source() {
                return Err(format!("{word} has a password with a source of its own"));
            }
            let password = password.read().ok_or_else(|| {
                format!("the password of {word} is given by one source and never by its value: password = {{ env = \"VAR\" }}")
            })?;
            self.password = Some(password);
        }
        Ok(placement)
    }

    fn has_source(&self) -> bool {
        self.env.is_some()
            || self.command.is_some()
            || self.file.is_some()
            || self.keyring
            || self.prompt
    }

    /// The one source that is given; `None` for none, several, or an empty command.
    fn source(self, grant: Option<Grant>) -> Option<TokenSource> {
        let grant = grant.map(|grant| TokenSource::Grant(Box::new(grant)));
        let command = self.command.filter(|words| !words.is_empty());
        let mut given = [
            self.env.map(TokenSource::Variable),
            command.map(TokenSource::Command),
            self.keyring.then_some(TokenSource::Keyring),
            self.file.map(TokenSource::File),
            self.prompt.then_some(TokenSource::Prompt),
            self.password,
            grant,
        ]
        .into_iter()
        .flatten();
        let source = given.next();
        if given.next().is_some() { None } else { source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_and_tokens_are_read() {
        let text = r#"
            environment = "acme"
            max_body = "1 MiB"
            [environments.acme]
            base_url = "https://api.acme.example"
            headers = { Core-Url = "https://acme.example" }
            variables = { runbook = "7" }
            tokens = ["support"]
            protected = true
            proxy = "socks5h://127.0.0.1:1080"
            ca_file = "acme.pem"
            insecure_origins = ["https://old.acme.example:8443/"]
            client_certificate = "me.pem"
            resolve = ["api.acme.example:443:10.0.0.7"]
            ipv4 = true
            http1.1 = true
            [tokens.support]
            command = ["pass", "show", "acme"]
        "#;
        let settings = read(text, "config.toml").unwrap();
        assert_eq!(settings.max_body, Some(1_048_576));
        let acme = settings.environment("acme").unwrap();
        assert!(acme.protected);
        let insecure: Vec<String> = acme
            .insecure_origins
            .iter()
            .map(Origin::to_string)
            .collect();
        assert_eq!(insecure, ["https://old.acme.example:8443"]);
        let identity = acme.identity.as_ref().unwrap();
        assert_eq!(identity.key, identity.certificate);
        let to = acme.reach.addresses_of("api.acme.example", 443).unwrap();
        assert_eq!(to, ["10.0.0.7"]);
        assert_eq!(acme.reach.family, Some(Family::Ipv4));
        assert_eq!(acme.reach.version, Some(HttpVersion::Http1));
        assert_eq!(acme.variable("runbook"), Some("7"));
        assert_eq!(acme.tokens[0].as_str(), "support");
        assert_eq!(settings.tokens[0].source.id(), "command");
    }

    #[test]
    fn a_token_says_where_it_stands_in_a_request() {
        let text = r#"
            [environments.acme]
            base_url = "https://api.acme.example"
            [tokens.bot]
            env = "A"
            scheme = "Bot"
            [tokens.key]
            file = "k"
            header = "X-Api-Key"
            [tokens.kim]
            basic = { user = "kim", password = { env = "B" } }
            [tokens.plain]
            prompt = true
        "#;
        let settings = read(text, "config.toml").unwrap();
        let acme = settings.environment("acme").unwrap();
        let of = |name| acme.placement(&TokenName::named(name));
        assert_eq!(of("bot"), Placement::Scheme("Bot".into()));
        assert_eq!(of("key"), Placement::Header("X-Api-Key".into()));
        assert_eq!(of("kim"), Placement::Basic("kim".into()));
        assert_eq!(of("plain"), Placement::Bearer);
        let kim = settings.token(&TokenName::named("kim")).unwrap();
        assert_eq!(kim.source, TokenSource::Variable("B".into()));
        for (wrong, says) in [
            ("header = \"a b\"", "cannot stand in a b"),
            ("header = \"a\"\nquery = \"b\"", "one place only"),
            (
                "basic = { user = \"a\", password = { env = \"B\" } }",
                "a source of its own",
            ),
        ] {
            let text = format!("[tokens.t]\nenv = \"A\"\n{wrong}\n");
            let error = read(&text, "config.toml").unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let cases = [
            ("environment = \n", "config.toml:1:"),
            ("colour = 1\n", "config.toml:1:1"),
            ("[environments.a]\nbase = \"x\"\n", "config.toml:2:1"),
            ("environment = \"a\"\n", "no environment \"a\""),
            ("[tokens.a]\n", "exactly one source"),
            (
                "[tokens.a]\nenv = \"A\"\nfile = \"b\"\n",
                "exactly one source",
            ),
            ("[tokens.\"A B\"]\nenv = \"A\"\n", "cannot name a token"),
            ("max_body = \"lots\"\n", "not a size"),
            (
                "[environments.a]\ninsecure_origins = [\"here\"]\n",
                "not an origin",
            ),
            (
                "[environments.a]\nresolve = [\"a:80:b\"]\n",
                "config.toml:2:12: \"a:80:b\" in resolve of environments.a",
            ),
            (
                "[environments.a]\nipv4 = true\nipv6 = true\n",
                "both chosen",
            ),
            (
                "[environments.a]\nclient_key = \"k.pem\"\n",
                "without a certificate",
            ),
        ];
        let origins = [
            ("api.acme.example", "it has no scheme"),
            ("localhost:9", "its scheme is not http or https"),
            ("https://*.acme.example", "each has to be named"),
            ("https://api.acme.example/v1", "a path stands behind it"),
            ("", "it has no scheme"),
        ];
        for (origin, says) in origins {
            let text = format!(
                "[tokens.a]\nenv = \"A\"\norigins = [\"https://a.example\", \"{origin}\"]\n"
            );
            let error = read(&text, "config.toml").unwrap_err().to_string();
            let place = "config.toml:3:33: ";
            assert!(error.starts_with(place) && error.contains(says), "{error}");
        }
        for (text, says) in cases {
            let error = read(text, "config.toml").unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
