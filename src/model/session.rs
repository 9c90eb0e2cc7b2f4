//! A saved list of requests with what came back, to be sent again and compared.

use super::RequestSpec;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    pub name: String,
    pub note: String,
    /// The environment it was recorded in; another may be chosen for a replay.
    pub environment: Option<String>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub spec: RequestSpec,
    /// Variables for later steps, each with the JSON Pointer (RFC 6901) that finds its value in
    /// the answer of this one.
    pub capture: Vec<(String, String)>,
    pub expect: Option<Expectation>,
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
}
