//! Where calls go.

use super::{Origin, Placement, Reach, TokenName};
use std::path::PathBuf;
use url::Url;

/// A base URL with what goes along on every call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub name: String,
    /// Empty while it is not known, as for a sandbox that has not started yet.
    pub base_url: String,
    pub headers: Vec<(String, String)>,
    pub variables: Vec<(String, String)>,
    /// The tokens that belong here; empty means that any may be chosen.
    pub tokens: Vec<TokenName>,
    /// Calls that write ask first.
    pub protected: bool,
    /// Served by this very process, with practice data.
    pub sandbox: bool,
    /// The proxy to go through, in place of the one that the shell's variables name.
    pub proxy: Option<String>,
    /// A PEM file with authorities that are trusted here besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Origins whose certificates are not checked.
    pub insecure_origins: Vec<Origin>,
    /// What this side shows to a server that asks who it is.
    pub identity: Option<Identity>,
    /// How its hosts are reached, where that is not left to the system.
    pub reach: Reach,
    /// The pack of knowledge that speaks here, where a person chose it.
    pub knowledge: Option<String>,
    /// The path, under the base, that says whose a token is; a pack's own where none stands here.
    pub who_am_i: Option<String>,
    /// Cookies are neither kept nor sent here.
    pub no_cookies: bool,
    /// It stands in the person's own settings.
    pub configured: bool,
    /// Tokens that do not stand behind `Bearer`, and where they do.
    pub placements: Vec<(TokenName, Placement)>,
}

/// PEM files with a client certificate and its key; both may stand in one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Environment {
    pub const SANDBOX: &'static str = "sandbox";
    /// A place that options or a URL alone name.
    pub const COMMAND_LINE: &'static str = "command line";
    /// Where answers are from that were pasted rather than asked for: nothing was sent.
    pub const RECEIVED: &'static str = "received";

    pub fn sandbox() -> Environment {
        Environment {
            name: Environment::SANDBOX.to_owned(),
            sandbox: true,
            knowledge: Some("cutover".to_owned()),
            ..Environment::default()
        }
    }

    pub fn origin(&self) -> Option<Origin> {
        Origin::parse(&self.base_url)
    }

    /// The path under which the API is kept, as `/gateway/acme`; `/` where it has none.
    pub fn base_path(&self) -> String {
        let base = Url::parse(&self.base_url).ok();
        base.map_or_else(String::new, |url| url.path().to_owned())
    }

    /// Where a token stands in a request.
    pub fn placement(&self, token: &TokenName) -> Placement {
        let mut placements = self.placements.iter();
        let own = placements.find(|(name, _)| name == token);
        own.map_or_else(Placement::default, |(_, placement)| placement.clone())
    }

    /// The value of a variable; `base` is the base URL without a slash at its end.
    pub fn variable(&self, name: &str) -> Option<&str> {
        if name == "base" {
            let base = self.base_url.trim_end_matches('/');
            return (!base.is_empty()).then_some(base);
        }
        self.variables
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_is_a_variable_without_its_last_slash() {
        let mut environment = Environment::sandbox();
        assert_eq!(environment.variable("base"), None);
        environment.base_url = "http://127.0.0.1:9/".into();
        assert_eq!(environment.variable("base"), Some("http://127.0.0.1:9"));
    }
}
