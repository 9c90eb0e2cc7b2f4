//! `config.toml`: environments, tokens by name, limits. Values of tokens never stand in it.

use super::FormatError;
use crate::model::{
    Environment, Identity, Origin, Settings, Token, TokenName, TokenSource, bare_url, size,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
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
            error.message().replace('\n', " "),
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
                format!("\"{text}\" cannot name a token"),
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
                    text.get_ref()
                );
                let remedy =
                    "Write scheme, host and port of each, as https://api.acme.example:8443.";
                FormatError::at(file, whole, text.span().start, problem, remedy)
            })
        };
        texts.iter().map(origin).collect::<Result<Vec<Origin>, _>>()
    };

    let mut settings = Settings {
        environment: config.environment,
        theme: config.theme,
        mouse: config.mouse,
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
            knowledge: table.knowledge,
            configured: true,
        });
    }
    for (token, table) in config.tokens {
        let place = format!("tokens.{token}");
        let own = table.origins.as_deref();
        settings.token_variables.extend(table.env.clone());
        settings.tokens.push(Token {
            name: name(&token, &place)?,
            origins: own.map(|own| origins(own, &place, "origins")).transpose()?,
            source: table.source().ok_or_else(|| {
                wrong(
                    place,
                    "it needs exactly one source".into(),
                    "Give one of env, command, keyring, file or prompt.",
                )
            })?,
        });
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
    theme: Option<String>,
    mouse: Option<bool>,
    #[serde(default)]
    history: HistoryTable,
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
    #[serde(default)]
    no_cookies: bool,
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
}

impl TokenTable {
    /// The one source that is given; `None` for none, several, or an empty command.
    fn source(self) -> Option<TokenSource> {
        let command = self.command.filter(|words| !words.is_empty());
        let mut given = [
            self.env.map(TokenSource::Variable),
            command.map(TokenSource::Command),
            self.keyring.then_some(TokenSource::Keyring),
            self.file.map(TokenSource::File),
            self.prompt.then_some(TokenSource::Prompt),
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
        assert_eq!(acme.variable("runbook"), Some("7"));
        assert_eq!(acme.tokens[0].as_str(), "support");
        assert_eq!(settings.tokens[0].source.id(), "command");
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
