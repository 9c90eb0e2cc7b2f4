//! Cookies as the program reports them: by name, place and time, never by value.

use super::Timestamp;

/// The jar that a call takes its cookies from and puts new ones into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Jar {
    /// The jar of its case, or of the run if it has no case.
    #[default]
    OfCase,
    /// A jar for each column of a matrix: a cookie given to one token is not for another.
    Column(usize),
    /// No jar: no cookies are sent or kept.
    None,
}

/// What happened to cookies in a call. Names only, apart from what the response set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieNews {
    /// Cookies that had expired and therefore were not sent.
    pub expired: Vec<String>,
    /// Cookies that were sent and that a response removed.
    pub taken_back: Vec<String>,
    /// Sentences about cookies that were not kept.
    pub refused: Vec<String>,
    /// Name and value of the cookies that responses set. Emptied when secrets are masked.
    pub given: Vec<(String, String)>,
}

impl CookieNews {
    /// Whether nothing happened that is worth a word.
    pub fn is_empty(&self) -> bool {
        *self == CookieNews::default()
    }

    /// What a person should know about them, as sentences.
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
    /// The port, if the host is this machine.
    pub port: Option<u16>,
    /// `None` if it ends with the session.
    pub until: Option<Timestamp>,
    /// Lets two values be compared without showing them.
    pub fingerprint: String,
}

/// What a person can do to the jars of this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieWish {
    Remove(Box<CookieRow>),
    Empty,
    /// Whether cookies are kept and sent.
    Use(bool),
}
