//! Cookies as they are told of: by name, place and time, and never by value.

use super::Timestamp;

/// Which jar a call takes its cookies from, and puts those of its answer into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Jar {
    /// That of its case; of the run where it has none.
    #[default]
    OfCase,
    /// One for each caller of a matrix: what one was given is not for another.
    Column(usize),
    /// None at all.
    None,
}

/// What became of cookies in a call. Names alone, but for what the answer gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieNews {
    /// Those that had expired and so did not go along.
    pub expired: Vec<String>,
    /// Those that went along, and that an answer took back.
    pub taken_back: Vec<String>,
    /// Sentences about those that were not kept.
    pub refused: Vec<String>,
    /// Name and value of what the answers set. Gone where secrets were masked.
    pub given: Vec<(String, String)>,
}

impl CookieNews {
    pub fn is_empty(&self) -> bool {
        *self == CookieNews::default()
    }

    /// What a person should know of them.
    pub fn sentences(&self) -> Vec<String> {
        let expired = self.expired.iter();
        let expired = expired.map(|name| {
            format!("Cookie {name} had expired before this call, so it did not go along.")
        });
        let back = self.taken_back.iter();
        let back =
            back.map(|name| format!("The answer takes back cookie {name}, which went along."));
        expired.chain(back).chain(self.refused.clone()).collect()
    }
}

/// A cookie in a jar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieRow {
    /// The case whose jar it is in.
    pub case: Option<String>,
    pub name: String,
    /// The host, or the domain with a dot before it.
    pub domain: String,
    pub path: String,
    /// The port, where the host is this machine.
    pub port: Option<u16>,
    /// Absent where it ends with the session.
    pub until: Option<Timestamp>,
    /// So that two values can be compared.
    pub fingerprint: String,
}

/// What is done with the jars of this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieWish {
    Remove(Box<CookieRow>),
    Empty,
    /// Whether cookies are kept and sent.
    Use(bool),
}
