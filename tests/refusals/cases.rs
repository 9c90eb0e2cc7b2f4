//! The cases as they stand in the files.

use httriage::model::Cause;
use serde::Deserialize;

/// From what the cause can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tell {
    /// An expert can tell it from the answer.
    #[default]
    Answer,
    /// Only who knows that API's ways, or asks around, can.
    World,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub vendor: String,
    pub source: String,
    pub note: String,
    /// `GET https://…`
    pub request: String,
    #[serde(default)]
    pub sent: Vec<String>,
    pub data: Option<String>,
    /// As `curl -i` prints it, or whatever else was pasted: what a client or a log says.
    pub answer: String,
    pub cause: String,
    /// What an expert would accept as well.
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub tell: Tell,
}

impl Case {
    /// Whether no server said it in these words, so that only `explain` can judge it.
    pub fn is_pasted(&self) -> bool {
        !self.answer.trim_start().starts_with("HTTP/")
    }

    pub fn accepts(&self, cause: Cause) -> bool {
        let mut known = std::iter::once(&self.cause).chain(&self.also);
        known.any(|id| id == cause.id())
    }
}

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

pub fn read(which: &str) -> Vec<Case> {
    parsed(match which {
        "seen" => include_str!("seen.toml"),
        "held" => include_str!("held.toml"),
        _ => include_str!("fresh.toml"),
    })
}

/// The cases of a file's text.
pub fn parsed(text: &str) -> Vec<Case> {
    let file: File = toml::from_str(text).unwrap();
    for case in &file.case {
        for id in std::iter::once(&case.cause).chain(&case.also) {
            assert!(Cause::from_id(id).is_some(), "{}: {id}", case.name);
        }
    }
    file.case
}
