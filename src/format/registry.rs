//! The forms that are read: how each is told from the others, and who reads it.

use super::har::{self, Watch};
use super::{FormatError, curl, http_file, openapi, postman};
use crate::model::{Collection, Secret, TokenName};

type Known<'a> = &'a dyn Fn(&Secret) -> Option<TokenName>;
type Read = fn(&str, &str, &[TokenName], Known, Watch) -> Result<Collection, FormatError>;

pub struct Format {
    /// As `--kind` names it.
    pub kind: &'static str,
    /// As a sentence names a text of it.
    pub noun: &'static str,
    /// Whether it is many calls by nature, which belong together as a session.
    pub is_many: bool,
    fits: fn(&str) -> bool,
    read: Read,
}

impl Format {
    /// Whether so many calls are a session. Commands come one by one, and each is meant by itself.
    pub fn is_session(&self, count: usize) -> bool {
        self.is_many || (self.kind == "http" && count > 1)
    }

    /// As a sentence names a text with so many calls.
    pub fn noun_of(&self, count: usize) -> &'static str {
        match self.is_many == self.is_session(count) {
            true => self.noun,
            false => "list of requests",
        }
    }
}

/// The first that fits reads a text; curl is looked for in whatever is left, and stands last.
pub const FORMATS: &[Format] = &[
    Format {
        kind: "har",
        noun: "recording",
        is_many: true,
        fits: har::is_recording,
        read: |text, file, taken, known, watch| {
            Ok(har::read(text, file, taken, known, watch)?.collection)
        },
    },
    Format {
        kind: "openapi",
        noun: "OpenAPI document",
        is_many: true,
        fits: openapi::is_document,
        read: openapi::read,
    },
    Format {
        kind: "postman",
        noun: "Postman collection",
        is_many: true,
        fits: postman::is_collection,
        read: postman::read,
    },
    Format {
        kind: "http",
        noun: "request",
        is_many: false,
        fits: http_file::is_requests,
        read: http_file::read,
    },
    Format {
        kind: "curl",
        noun: "command",
        is_many: false,
        fits: curl::is_command,
        read: |text, file, taken, known, _| curl::read(text, file, taken, known),
    },
];

/// What a text is for certain, by its beginning.
pub fn told(text: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| (format.fits)(text))
}

/// Reads a text as the kind that is named, else as the one that it looks like.
pub fn read(
    text: &str,
    file: &str,
    kind: Option<&str>,
    taken: &[TokenName],
    known: Known,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let found = match kind {
        Some(kind) => FORMATS.iter().find(|format| format.kind == kind),
        None => told(text).or(FORMATS.last()),
    };
    let Some(format) = found else {
        return Err(FormatError::at(
            file,
            text,
            0,
            "nothing here reads this kind",
            "Name one of those that --help lists.",
        ));
    };
    let begins_json = text.trim_start().starts_with(['{', '[']);
    if kind.is_none() && begins_json && format.kind == "curl" {
        return Err(FormatError::at(
            file,
            text,
            0,
            "this is JSON, but no HAR recording, no OpenAPI document and no Postman collection",
            "A recording begins with \"log\" and has \"entries\", an OpenAPI document names its version, a collection has \"info\" and \"item\"; curl commands begin with curl. httriage explain reads the body of an answer.",
        ));
    }
    (format.read)(text, file, taken, known, watch)
}
