//! The border that no secret crosses unasked: which tokens may go with a request to its target, and
//! whether the environment's headers and variables may go too. Everything that sends a request, or
//! writes one for another program to send, asks here, so that there is one answer.
//!
//! ```text
//! Bindings   where each token belongs: by its own `origins`, by the environments that name it
//! Consent    what the person allowed for this run: one origin, and tokens by name
//! Border     of one request: `token`, `headers_go`, `variables_go`
//! ```
//!
//! Only `SentRequest::slots` tells where tokens are in a request; nothing in its texts does.

use super::{Author, Cause, Environment, Failure, Origin, SentRequest, Settings, TokenName};
use std::collections::{HashMap, HashSet};
use url::Url;

/// Where each token belongs. A list is complete: an empty one, or one of environments whose base
/// URL cannot be read, means nowhere and never anywhere.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// By the `origins` of the token itself.
    own: HashMap<TokenName, Vec<Origin>>,
    /// The environments of the settings: each binds the tokens it names.
    environments: Vec<Environment>,
    /// Tokens whose value came together with the one origin it is for.
    lent: HashMap<TokenName, Origin>,
    /// Origins that the person allowed for the rest of the run; the flag is `true` for a token of
    /// the sandbox.
    permitted: HashSet<(bool, TokenName, Origin)>,
}

impl Bindings {
    /// The bindings that the settings give, with nothing lent or permitted yet.
    pub fn of(settings: &Settings) -> Bindings {
        let tokens = settings.tokens.iter();
        let own = tokens.filter_map(|token| Some((token.name.clone(), token.origins.clone()?)));
        Bindings {
            own: own.collect(),
            environments: settings.environments.clone(),
            ..Bindings::default()
        }
    }

    /// Takes changed settings in; what was lent and permitted in this run stays.
    pub fn settle(&mut self, settings: &Settings) {
        let Bindings {
            own, environments, ..
        } = Bindings::of(settings);
        (self.own, self.environments) = (own, environments);
    }

    /// Binds the token to this origin alone, whatever the settings say of its name.
    pub fn lend(&mut self, name: &TokenName, origin: Origin) {
        self.lent.insert(name.clone(), origin);
    }

    /// The tokens that were lent, by name.
    pub fn lent(&self) -> Vec<TokenName> {
        let mut names: Vec<TokenName> = self.lent.keys().cloned().collect();
        names.sort();
        names
    }

    /// Lets a token go to one more origin until the program ends, because the person said so.
    pub fn permit(&mut self, sandbox: bool, name: &TokenName, origin: Origin) {
        self.permitted.insert((sandbox, name.clone(), origin));
    }

    /// The origins that a token may go to from an environment; empty if it may go nowhere yet. The
    /// sandbox has its own tokens, which no settings bind.
    pub fn origins(&self, name: &TokenName, environment: &Environment) -> Vec<Origin> {
        let listed = self.listed(name, environment);
        // What binds a token to nothing leaves it to the person: whoever else chose the environment
        // brings no token along.
        let is_free = environment.sandbox || environment.chosen_by == Author::Person;
        let here = || environment.origin().filter(|_| is_free);
        let mut origins = listed.unwrap_or_else(|| here().into_iter().collect());
        let permitted = self
            .permitted
            .iter()
            .filter(|(sandbox, permitted, _)| *sandbox == environment.sandbox && permitted == name);
        origins.extend(permitted.map(|(_, _, origin)| origin.clone()));
        origins
    }

    /// The origins that are set for a token; `None` if only the environment in use tells.
    fn listed(&self, name: &TokenName, environment: &Environment) -> Option<Vec<Origin>> {
        if let Some(origin) = self.lent.get(name) {
            return Some(vec![origin.clone()]);
        }
        if environment.sandbox {
            return None;
        }
        if let Some(own) = self.own.get(name) {
            return Some(own.clone());
        }
        let naming = self.environments.iter().filter(|e| e.tokens.contains(name));
        let naming: Vec<&Environment> = naming.collect();
        // An environment without a base URL is wherever its user says it is.
        let origin = |place: &&Environment| match place.base_url.is_empty() {
            true if place.name == environment.name => environment.origin(),
            _ => place.origin(),
        };
        (!naming.is_empty()).then(|| naming.iter().filter_map(origin).collect())
    }
}

/// The person named a host and tokens in one command: these tokens may go there too, in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub origin: Origin,
    pub tokens: Vec<TokenName>,
}

impl Consent {
    /// The tokens that could not go there without this consent, to tell the person so.
    pub fn widens(&self, bindings: &Bindings, environment: &Environment) -> Vec<&TokenName> {
        let goes = |name: &&TokenName| {
            let origins = bindings.origins(name, environment);
            !origins.contains(&self.origin)
        };
        self.tokens.iter().filter(goes).collect()
    }
}

/// The border of one request: what may go with it.
#[derive(Clone, Debug)]
pub struct Border<'e> {
    environment: &'e Environment,
    author: Author,
    /// The origin of the URL; `None` if it has none.
    target: Option<Origin>,
    /// What a `Host` header names instead.
    stray_host: Option<String>,
}

impl<'e> Border<'e> {
    /// The border of a request to this URL with these values of `Host` headers. Fails with two of
    /// them: nobody can tell which one the server reads.
    pub fn new(
        environment: &'e Environment,
        author: Author,
        url: &Url,
        hosts: &[&str],
    ) -> Result<Border<'e>, Failure> {
        let target = Origin::of(url);
        if hosts.len() > 1 {
            return Err(Failure::unsent(
                Cause::RequestInvalidParameter,
                format!(
                    "the request has {} Host headers, and whoever takes it may obey either.",
                    hosts.len()
                ),
                "Leave one of them, or none: the URL names the host.",
            ));
        }
        // The settings of the environment are the person's own word for its host.
        let own = |host: &&str| {
            let headers = environment.headers.iter();
            let mut headers = headers.filter(|(name, _)| name.eq_ignore_ascii_case("host"));
            target == environment.origin() && headers.any(|(_, value)| value == host)
        };
        let same = |host: &&str| target.is_some() && authority(url.scheme(), host) == target;
        let stray = hosts.iter().find(|host| !same(host) && !own(host));
        Ok(Border {
            environment,
            author,
            stray_host: stray.map(|host| (*host).to_owned()),
            target,
        })
    }

    /// The border of a request as it will be sent.
    pub fn of(
        environment: &'e Environment,
        author: Author,
        sent: &SentRequest,
    ) -> Result<Border<'e>, Failure> {
        let url = Url::parse(&sent.url).map_err(|error| {
            Failure::unsent(
                Cause::RequestBadUrl,
                format!("\"{}\" is no URL: {error}.", sent.url),
                "Correct the URL.",
            )
        })?;
        let hosts: Vec<_> = sent.headers.all("host").collect();
        let hosts: Vec<&str> = hosts.iter().map(|host| host.as_ref()).collect();
        Border::new(environment, author, &url, &hosts)
    }

    /// Whether the environment's headers may go: only to its own origin.
    pub fn headers_go(&self) -> bool {
        self.is_home()
    }

    /// Whether values of the environment's variables may go. A person puts a variable where it
    /// should go; a file may have been written to collect them.
    pub fn variables_go(&self) -> bool {
        self.author == Author::Person || self.is_home()
    }

    /// Whether a token may go; fails with the reason if not.
    pub fn token(
        &self,
        name: &TokenName,
        bindings: &Bindings,
        consent: Option<&Consent>,
    ) -> Result<(), Failure> {
        let stays = |why: String, hint: &str| {
            let why = format!("token {name} {why}.");
            Err(Failure::unsent(Cause::TokenWrongInstance, why, hint))
        };
        if let Some(host) = &self.stray_host {
            // A permission for an origin would not help, so do not ask for one.
            return Err(Failure::unsent(
                Cause::RequestInvalidParameter,
                format!(
                    "token {name} goes to the host of the URL, and the Host header names \"{host}\"."
                ),
                "Take the Host header out, or send the call without the token.",
            ));
        }
        if self.author == Author::File
            && let Some(away) = self.away()
        {
            return stays(
                format!("stays with the environment of a session: {away}"),
                "Choose the environment of that host with --env or --base-url, or take the token out of the step.",
            );
        }
        let origins = bindings.origins(name, self.environment);
        let consents = |consent: &Consent| {
            self.target.as_ref() == Some(&consent.origin) && consent.tokens.contains(name)
        };
        let is_bound = self.target.as_ref().is_some_and(|to| origins.contains(to));
        if is_bound || consent.is_some_and(consents) {
            return Ok(());
        }
        let list: Vec<String> = origins.iter().map(Origin::to_string).collect();
        let belongs = if list.is_empty() {
            "no host yet".to_owned()
        } else {
            list.join(", ")
        };
        stays(
            format!(
                "belongs to {belongs}, and this call goes to {}",
                self.target()
            ),
            "Choose the environment of that host, another token or none; origins in config.toml binds a token to more.",
        )
    }

    /// Says where a request goes that leaves the environment's origin, and where that is; `None` if
    /// it stays: `it goes to https://b.example, and environment acme is at https://a.example`.
    pub fn away(&self) -> Option<String> {
        if self.is_home() {
            return None;
        }
        let goes = match &self.stray_host {
            Some(host) => format!("its Host header names \"{host}\""),
            None => format!("it goes to {}", self.target()),
        };
        let home = match self.environment.origin() {
            Some(home) => format!("environment {} is at {home}", self.environment.name),
            None => "there is no base URL that tokens belong to".to_owned(),
        };
        Some(format!("{goes}, and {home}"))
    }

    fn is_home(&self) -> bool {
        let home = self.environment.origin();
        home.is_some() && self.target == home && self.stray_host.is_none()
    }

    fn target(&self) -> String {
        let target = self.target.as_ref();
        target.map_or_else(|| "an unknown place".to_owned(), Origin::to_string)
    }
}

/// The value of a `Host` header as an origin; `None` for anything but a host and a port as an
/// origin is written: a server that chooses by the letters sees no name but this one.
fn authority(scheme: &str, host: &str) -> Option<Origin> {
    let written = format!("{scheme}://{}", host.to_ascii_lowercase());
    let origin = Origin::exactly(&written).ok()?;
    let default = match scheme {
        "https" => ":443",
        _ => ":80",
    };
    let short = written.strip_suffix(default).unwrap_or(&written);
    (short == origin.to_string()).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Token, TokenSource};

    fn name(text: &str) -> TokenName {
        TokenName::new(text).unwrap()
    }

    fn at(base_url: &str) -> Environment {
        Environment {
            name: "here".into(),
            base_url: base_url.into(),
            ..Environment::default()
        }
    }

    fn origin(text: &str) -> Origin {
        Origin::exactly(text).unwrap()
    }

    /// `own` is bound by its own list, `none` by an empty one, `named` by an environment,
    /// `lost` by one whose base URL cannot be read, `open` by one that has none.
    fn bindings() -> Bindings {
        let token = |text: &str, origins: Option<Vec<Origin>>| Token {
            name: name(text),
            source: TokenSource::Prompt,
            origins,
            placement: Default::default(),
            ttl: None,
        };
        let naming = |place: &str, base: &str, token: &str| Environment {
            name: place.into(),
            base_url: base.into(),
            tokens: vec![name(token)],
            ..Environment::default()
        };
        Bindings::of(&Settings {
            tokens: vec![
                token("own", Some(vec![origin("https://own.example")])),
                token("none", Some(vec![])),
                token("free", None),
            ],
            environments: vec![
                naming("a", "https://a.example/v1", "named"),
                naming("b", "b.example", "lost"),
                naming("here", "", "open"),
                naming("here", "https://own.example", "own"),
            ],
            ..Settings::default()
        })
    }

    fn goes(token: &str, environment: &Environment, url: &str, consent: Option<&Consent>) -> bool {
        let url = Url::parse(url).unwrap();
        let border = Border::new(environment, Author::Person, &url, &[]).unwrap();
        border.token(&name(token), &bindings(), consent).is_ok()
    }

    #[test]
    fn a_token_goes_to_what_binds_it_most_closely_and_nowhere_else() {
        let here = at("https://here.example");
        let home = "https://here.example/x";
        let goes = |token, url| goes(token, &here, url, None);
        assert!(goes("own", "https://own.example/x") && !goes("own", home));
        assert!(goes("named", "https://a.example/x") && !goes("named", home));
        assert!(goes("free", home) && !goes("free", "https://a.example/x"));
        assert!(goes("unheard-of", home));
        assert!(goes("open", home));
        for token in ["none", "lost"] {
            for url in [home, "https://a.example/x", "https://b.example/x"] {
                assert!(!goes(token, url), "{token} {url}");
            }
        }
    }

    #[test]
    fn consent_is_for_one_origin_and_for_the_tokens_that_were_named() {
        let here = at("https://here.example");
        let consent = Consent {
            origin: origin("https://b.example"),
            tokens: vec![name("own"), name("free")],
        };
        let goes = |token, url| goes(token, &here, url, Some(&consent));
        assert!(goes("own", "https://b.example/x"));
        assert!(!goes("own", "https://b.example:8443/x") && !goes("own", "http://b.example/x"));
        assert!(!goes("named", "https://b.example/x"));
        assert_eq!(
            consent.widens(&bindings(), &at("https://b.example")),
            [&name("own")]
        );
    }

    #[test]
    fn what_is_lent_belongs_to_its_origin_and_what_is_permitted_to_its_realm() {
        let mut bindings = bindings();
        bindings.lend(&name("own"), origin("https://lent.example"));
        bindings.permit(true, &name("own"), origin("https://more.example"));
        let here = at("https://here.example");
        assert_eq!(
            bindings.origins(&name("own"), &here),
            [origin("https://lent.example")]
        );
        assert_eq!(bindings.lent(), [name("own")]);
        let sandbox = Environment {
            base_url: "http://127.0.0.1:9".into(),
            ..Environment::sandbox()
        };
        let named = bindings.origins(&name("named"), &sandbox);
        assert_eq!(named, [origin("http://127.0.0.1:9")]);
    }

    #[test]
    fn a_host_header_that_names_another_authority_keeps_everything_here() {
        let mut here = at("https://here.example");
        let border = |environment: &Environment, host: &str| {
            let url = Url::parse("https://here.example/x").unwrap();
            let border = Border::new(environment, Author::Person, &url, &[host]).unwrap();
            let token = border.token(&name("free"), &bindings(), None);
            (token.is_ok(), border.headers_go())
        };
        for same in ["here.example", "HERE.example", "here.example:443"] {
            assert_eq!(border(&here, same), (true, true), "{same}");
        }
        for other in [
            "evil.example",
            "here.example:80",
            "here.example.",
            "here.example@evil.example",
            "here.example/x",
            "here.example, evil.example",
            "here.example:0443",
            "here.example/",
            "h%65re.example",
            "here\u{3002}example",
            "\u{ff48}ere.example",
            "he\u{ad}re.example",
            "",
            " ",
            "{{token:free}}",
        ] {
            assert_eq!(border(&here, other), (false, false), "{other}");
        }
        here.headers = vec![("Host".into(), "inside.example".into())];
        assert_eq!(border(&here, "inside.example"), (true, true));
        let url = Url::parse("https://here.example/x").unwrap();
        let two = Border::new(&here, Author::Person, &url, &["here.example"; 2]);
        assert!(two.unwrap_err().message.contains("2 Host headers"));
    }

    #[test]
    fn what_a_file_wrote_takes_nothing_away_from_home() {
        let here = at("https://here.example");
        let of = |author, url: &str| {
            let url = Url::parse(url).unwrap();
            let border = Border::new(&here, author, &url, &[]).unwrap();
            let token = border.token(&name("own"), &bindings(), None).is_ok();
            (token, border.headers_go(), border.variables_go())
        };
        assert_eq!(
            of(Author::Person, "https://own.example/"),
            (true, false, true)
        );
        assert_eq!(
            of(Author::File, "https://own.example/"),
            (false, false, false)
        );
        assert_eq!(
            of(Author::File, "https://here.example/"),
            (false, true, true)
        );
    }
}
