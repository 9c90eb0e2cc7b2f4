//! The shared history as the settings name it: which database, whose rows, and what is shared.

use super::TokenName;
use std::fmt;
use std::path::PathBuf;
use url::{Host, Url};

/// `[team]` of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSettings {
    pub url: TeamUrl,
    /// The password's name; `None` where the server asks for none.
    pub token: Option<TokenName>,
    /// The name that colleagues see: its own where the table gives one, else that of the person.
    pub name: String,
    pub share: Share,
    /// PEM files with further authorities, as for calls.
    pub ca_file: Option<PathBuf>,
}

impl TeamSettings {
    /// Whom the database knows: the user of the URL, else the name.
    pub fn login(&self) -> &str {
        self.url.user.as_deref().unwrap_or(&self.name)
    }
}

/// Which calls go to the team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// What others share is read, and nothing goes.
    None,
    /// Calls that were made for a case.
    #[default]
    Cases,
    All,
}

impl Share {
    /// Every choice; `from_id` looks through them.
    pub const ALL: [Share; 3] = [Share::Cases, Share::All, Share::None];

    /// The word for it in `config.toml`.
    pub fn id(self) -> &'static str {
        match self {
            Share::None => "none",
            Share::Cases => "cases",
            Share::All => "all",
        }
    }

    /// The choice with this word.
    pub fn from_id(id: &str) -> Option<Share> {
        Share::ALL.into_iter().find(|share| share.id() == id)
    }

    /// Whether a call goes to the team, by whether it was made for a case.
    pub fn takes(self, has_case: bool) -> bool {
        match self {
            Share::None => false,
            Share::Cases => has_case,
            Share::All => true,
        }
    }
}

/// Where the database is. It never holds a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamUrl {
    pub user: Option<String>,
    pub host: String,
    pub port: u16,
    pub database: String,
}

/// PostgreSQL's own port.
const PORT: u16 = 5432;

impl TeamUrl {
    /// Reads `postgres://USER@HOST:PORT/DATABASE`. The reason for a refusal repeats no part of it.
    pub fn read(text: &str) -> Result<TeamUrl, &'static str> {
        let url = Url::parse(text).map_err(|_| "it is no URL")?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err("it does not begin with postgres://");
        }
        if url.password().is_some() {
            return Err("it holds a password, which belongs into a token");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it has more behind the name of the database");
        }
        let decoded = |text: &str| percent_decoded(text).ok_or("it is not UTF-8");
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() {
            return Err("it names no host");
        }
        let database = decoded(url.path().trim_start_matches('/'))?;
        if database.is_empty() || database.contains('/') {
            return Err("it names no database");
        }
        let user = Some(url.username()).filter(|user| !user.is_empty());
        Ok(TeamUrl {
            user: user.map(decoded).transpose()?,
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(PORT),
            database,
        })
    }

    /// Whether nothing leaves this machine on the way there.
    pub fn is_loopback(&self) -> bool {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match Host::parse(&host) {
            // Other spellings of an address are read in other ways elsewhere.
            Ok(Host::Ipv4(address)) => address.is_loopback() && address.to_string() == host,
            Ok(Host::Ipv6(address)) => address.is_loopback(),
            Ok(Host::Domain(name)) => name == "localhost",
            Err(_) => false,
        }
    }
}

impl fmt::Display for TeamUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match self.host.contains(':') {
            true => write!(f, "[{}]", self.host)?,
            false => f.write_str(&self.host)?,
        }
        if self.port != PORT {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "/{}", self.database)
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Why a name cannot stand for a colleague; `None` if it can.
pub fn why_no_team_name(name: &str) -> Option<&'static str> {
    const TAKEN: [&str; 3] = ["me", "others", "all"];
    let fits = |c: char| c.is_alphanumeric() || "._-@".contains(c);
    if name.is_empty() || name.chars().count() > 40 || !name.chars().all(fits) {
        return Some("it is not made of 1 to 40 letters, digits, dots, dashes, underscores or @");
    }
    let is_taken = TAKEN.contains(&name.to_lowercase().as_str());
    is_taken.then_some("a filter means something else by it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_host_port_user_and_database_and_never_a_password() {
        let url = TeamUrl::read("postgres://db.acme.example/httriage").unwrap();
        assert_eq!(url.to_string(), "postgres://db.acme.example/httriage");
        assert_eq!((url.port, url.user.clone()), (5432, None));
        assert!(!url.is_loopback());
        let url = TeamUrl::read("postgresql://k%40m@[::1]:6000/a%20b").unwrap();
        assert_eq!(url.user.as_deref(), Some("k@m"));
        assert_eq!((url.host.as_str(), url.database.as_str()), ("::1", "a b"));
        assert!(url.is_loopback());
        for (host, is_loopback) in [
            ("127.0.0.1", true),
            ("localhost", true),
            ("127.1", false),
            ("127.0.0.1.acme.example", false),
            ("10.0.0.7", false),
        ] {
            let url = TeamUrl::read(&format!("postgres://{host}/x")).unwrap();
            assert_eq!(url.is_loopback(), is_loopback, "{host}");
        }
        assert_eq!(url.to_string(), "postgres://k@m@[::1]:6000/a b");
        for (bad, why) in [
            ("db.acme.example", "no URL"),
            ("https://db.acme.example/x", "postgres://"),
            ("postgres://kim:hunter2@db/x", "password"),
            ("postgres://db", "no database"),
            ("postgres:///x", "no host"),
            ("postgres://db/x?sslmode=disable", "more behind"),
        ] {
            let told = TeamUrl::read(bad).unwrap_err();
            assert!(
                told.contains(why) && !told.contains("hunter2"),
                "{bad}: {told}"
            );
        }
    }

    #[test]
    fn a_name_is_one_word_that_no_filter_means_otherwise() {
        for good in ["kim", "Kim.O-1", "å_b@acme"] {
            assert_eq!(why_no_team_name(good), None, "{good}");
        }
        for bad in ["", "kim o", "Me", "all", "a\nb", &"x".repeat(41)] {
            assert!(why_no_team_name(bad).is_some(), "{bad}");
        }
    }
}
