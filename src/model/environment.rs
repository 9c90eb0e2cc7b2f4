//! Where calls go.

use super::{Author, Origin, Placement, Reach, TokenName};
use std::path::PathBuf;
use url::Url;

/// An API: a base URL with what every call to it carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub name: String,
    /// Empty while unknown, as for a sandbox that has not started yet.
    pub base_url: String,
    pub headers: Vec<(String, String)>,
    pub variables: Vec<(String, String)>,
    /// The tokens that belong here; if empty, any token may be chosen.
    pub tokens: Vec<TokenName>,
    /// Whether to ask before a call that writes.
    pub protected: bool,
    /// Whether this process serves it itself, with practice data.
    pub sandbox: bool,
    /// The proxy to use instead of the one that the shell's variables name.
    pub proxy: Option<String>,
    /// A PEM file with authorities to trust here besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Origins whose certificates are not checked.
    pub insecure_origins: Vec<Origin>,
    /// The client certificate to show to a server that asks for one.
    pub identity: Option<Identity>,
    /// How to reach its hosts, if not in the system's way.
    pub reach: Reach,
    /// The pack that the person chose for this API.
    pub knowledge: Option<String>,
    /// The path below the base that tells whose a token is; without it the pack's own.
    pub who_am_i: Option<String>,
    /// Whether cookies are neither kept nor sent here.
    pub no_cookies: bool,
    /// Whether it comes from the person's own settings.
    pub configured: bool,
    /// Who chose it for this run. An answer, an older call or an agent that did brings no token
    /// along that the settings bind to nothing.
    pub chosen_by: Author,
    /// Tokens that do not go behind `Bearer`, and where they go instead.
    pub placements: Vec<(TokenName, Placement)>,
}

/// PEM files with a client certificate and its key; one file may hold both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Environment {
    /// The name of the built-in sandbox.
    pub const SANDBOX: &'static str = "sandbox";
    /// The name of an environment that only options or a URL define.
    pub const COMMAND_LINE: &'static str = "command line";
    /// The name under which pasted responses are kept: nothing was sent for them.
    pub const RECEIVED: &'static str = "received";

    /// The built-in sandbox, without a base URL until its server has started.
    pub fn sandbox() -> Environment {
        Environment {
            name: Environment::SANDBOX.to_owned(),
            sandbox: true,
            knowledge: Some("cutover".to_owned()),
            ..Environment::default()
        }
    }

    /// Scheme, host and port of the base URL; `None` if it cannot be read as a URL.
    pub fn origin(&self) -> Option<Origin> {
        Origin::parse(&self.base_url)
    }

    /// The path of the base URL, such as `/gateway/acme`; `/` if it has none.
    pub fn base_path(&self) -> String {
        let base = Url::parse(&self.base_url).ok();
        base.map_or_else(String::new, |url| url.path().to_owned())
    }

    /// Where a token goes in a request.
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
