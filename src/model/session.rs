//! A saved list of requests with the responses they got, to send again and compare.

use super::{RequestSpec, TokenName};
use std::time::Duration;

/// A list of requests as a session file holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    pub name: String,
    pub note: String,
    /// The environment it was recorded in; a replay may choose another.
    pub environment: Option<String>,
    /// Values for `{{names}}` that neither the person nor the environment sets.
    pub variables: Vec<(String, String)>,
    pub steps: Vec<Step>,
}

/// One request of a session, with what to take from its response and what to expect of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub spec: RequestSpec,
    /// Variables for later steps, each with the place of its value in this step's response.
    pub capture: Vec<(String, Capture)>,
    pub expect: Option<Expectation>,
    /// Who should be allowed to make this call, and who should not.
    pub access: Vec<(TokenName, Pin)>,
}

/// Where to take a value from in a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capture {
    /// By JSON Pointer (RFC 6901) into its body.
    Body(String),
    Header(String),
    /// A cookie set by the response, or by a redirect before it.
    Cookie(String),
}

impl Capture {
    /// The place in words: `JSON at /data/id`, `header X-Csrf`, `cookie sid`.
    pub fn words(&self) -> String {
        match self {
            Capture::Body(pointer) if pointer.is_empty() => "JSON at the whole".to_owned(),
            Capture::Body(pointer) => format!("JSON at {pointer}"),
            Capture::Header(name) => format!("header {name}"),
            Capture::Cookie(name) => format!("cookie {name}"),
        }
    }
}

impl From<&str> for Capture {
    fn from(pointer: &str) -> Capture {
        Capture::Body(pointer.to_owned())
    }
}

impl From<String> for Capture {
    fn from(pointer: String) -> Capture {
        Capture::Body(pointer)
    }
}

/// What to expect of one token at one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pin {
    Allow,
    Deny,
}

impl Pin {
    /// Both expectations.
    pub const ALL: [Pin; 2] = [Pin::Allow, Pin::Deny];

    /// The word for files and scripts.
    pub fn id(self) -> &'static str {
        match self {
            Pin::Allow => "allow",
            Pin::Deny => "deny",
        }
    }

    /// The expectation with this word; `None` for any other text.
    pub fn from_id(id: &str) -> Option<Pin> {
        Pin::ALL.into_iter().find(|pin| pin.id() == id)
    }
}

/// The recorded response. Status and codes decide a comparison; titles and details never do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// `None` if no response came.
    pub status: Option<u16>,
    /// One for each entry, in order; an empty text for an entry without a code.
    pub codes: Vec<String>,
    /// In parallel to `codes`.
    pub titles: Vec<String>,
    pub details: Vec<String>,
    /// In parallel to `codes`: the pointer that each entry names, else the parameter.
    pub places: Vec<String>,
    /// How long it took, in milliseconds. Only for people, never compared.
    pub elapsed_ms: Option<u64>,
    /// SHA-256 in hex of the body as it may be shown. Equal digests mean equal bodies.
    pub body_sha256: Option<String>,
    /// The body itself, if it was asked for: then its paths and types are compared.
    pub body: Option<String>,
    /// Values that the body must contain, by JSON Pointer: a text as it is, anything else as JSON.
    pub values: Vec<(String, String)>,
    /// Places of the body that are not compared, by JSON Pointer.
    pub ignore: Vec<String>,
}
/// How fast steps follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tempo {
    /// The most steps under way at once, if they do not need each other; zero means one.
    pub at_once: usize,
    /// The least time from one step to the next; they then go one by one.
    pub pace: Duration,
    /// Whether to repeat a step that reads if the response says to come back later and was not
    /// recorded like that.
    pub retries: bool,
}

impl Tempo {
    /// One step after the other, without a pause.
    pub const STEADY: Tempo = Tempo {
        at_once: 0,
        pace: Duration::ZERO,
        retries: false,
    };
}
