//! A saved list of requests with what came back, to be sent again and compared.

use super::{RequestSpec, TokenName};
use std::time::Duration;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    pub name: String,
    pub note: String,
    /// The environment it was recorded in; another may be chosen for a replay.
    pub environment: Option<String>,
    /// Values for what stands in braces, where neither the person nor the environment has others.
    pub variables: Vec<(String, String)>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub spec: RequestSpec,
    /// Variables for later steps, each with the place of its value in the answer of this one.
    pub capture: Vec<(String, Capture)>,
    pub expect: Option<Expectation>,
    /// Who may make this call and who may not, as it should be.
    pub access: Vec<(TokenName, Pin)>,
}

/// Where in an answer a value is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capture {
    /// By the JSON Pointer (RFC 6901) into its body.
    Body(String),
    Header(String),
    /// Set by the answer, or on the way to it.
    Cookie(String),
}

impl Capture {
    /// `JSON at /data/id`, `header X-Csrf`, `cookie sid`
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

/// What is expected of one token at one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pin {
    Allow,
    Deny,
}

impl Pin {
    pub const ALL: [Pin; 2] = [Pin::Allow, Pin::Deny];

    /// The word that files and scripts use.
    pub fn id(self) -> &'static str {
        match self {
            Pin::Allow => "allow",
            Pin::Deny => "deny",
        }
    }

    pub fn from_id(id: &str) -> Option<Pin> {
        Pin::ALL.into_iter().find(|pin| pin.id() == id)
    }
}

/// What was recorded. Status and codes decide; titles and details never do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Absent where no answer came.
    pub status: Option<u16>,
    /// One for each entry, in order; an entry without a code stands as an empty text.
    pub codes: Vec<String>,
    /// In parallel to `codes`.
    pub titles: Vec<String>,
    pub details: Vec<String>,
    /// In parallel to `codes`: the pointer, else the parameter, that each entry names.
    pub places: Vec<String>,
    /// How long it took, in milliseconds. Never compared: it is there to be read.
    pub elapsed_ms: Option<u64>,
    /// SHA-256 of the body as it may be shown, in hex. The same digest is the same body.
    pub body_sha256: Option<String>,
    /// The body itself, where it was asked for: then its paths and types are compared.
    pub body: Option<String>,
    /// Values that must stand in the body, by JSON Pointer: a text as it is, anything else as JSON.
    pub values: Vec<(String, String)>,
    /// Places of the body that are not compared, by JSON Pointer.
    pub ignore: Vec<String>,
}
/// How fast steps follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tempo {
    /// Steps under way at once, as far as they do not need each other; none is the same as one.
    pub at_once: usize,
    /// The least time from one step to the next, which then go one by one.
    pub pace: Duration,
    /// Whether a step that reads goes again where the answer asks to come back later, and was
    /// not recorded so.
    pub retries: bool,
}

impl Tempo {
    /// One step after the other, as soon as it can be.
    pub const STEADY: Tempo = Tempo {
        at_once: 0,
        pace: Duration::ZERO,
        retries: false,
    };
}
