//! The forms that are read and written: how each is told from the others, who reads it, and who
//! writes it. One row a form.

use super::export::{Ground, Written};
use super::har::{self, Watch};
use super::{FormatError, curl, http_file, hurl, openapi, postman, ticket};
use crate::insight::Exchange;
use crate::insight::Explanation;
use crate::insight::facts::Case;
use crate::model::{Collection, Secret, Session, TokenName};
use serde_json::Value;

type Known<'a> = &'a dyn Fn(&Secret) -> Option<TokenName>;
type Read = fn(&str, &str, &[TokenName], Known, Watch) -> Result<Collection, FormatError>;

pub struct Format {
    /// As `--kind` and `--as` name it.
    pub kind: &'static str,
    /// As a sentence names a text of it.
    pub noun: &'static str,
    /// Whether it is many calls by nature, which belong together as a session.
    pub is_many: bool,
    import: Option<Import>,
    export: Option<Export>,
}

struct Import {
    fits: fn(&str) -> bool,
    read: Read,
}

/// What is written, and of what.
#[derive(Clone, Copy)]
pub enum Export {
    /// Requests for another program, of a session or of a call.
    Requests {
        session: fn(&Session, &Ground) -> Written,
        call: fn(&Exchange, &Ground) -> Written,
    },
    /// A recording of a call with its answer.
    Recording(fn(&Exchange, &Ground) -> Value),
    /// What is known of a call, for people.
    Ticket(fn(&Case, &Explanation) -> String),
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
        import: Some(Import {
            fits: har::is_recording,
            read: |text, file, taken, known, watch| {
                Ok(har::read(text, file, taken, known, watch)?.collection)
            },
        }),
        export: Some(Export::Recording(har::document)),
    },
    Format {
        kind: "openapi",
        noun: "OpenAPI document",
        is_many: true,
        import: Some(Import {
            fits: openapi::is_document,
            read: openapi::read,
        }),
        export: None,
    },
    Format {
        kind: "postman",
        noun: "Postman collection",
        is_many: true,
        import: Some(Import {
            fits: postman::is_collection,
            read: postman::read,
        }),
        export: None,
    },
    Format {
        kind: "http",
        noun: "request",
        is_many: false,
        import: Some(Import {
            fits: http_file::is_requests,
            read: http_file::read,
        }),
        export: Some(Export::Requests {
            session: http_file::write_session,
            call: http_file::write_exchange,
        }),
    },
    Format {
        kind: "hurl",
        noun: "Hurl file",
        is_many: true,
        import: None,
        export: Some(Export::Requests {
            session: hurl::write_session,
            call: hurl::write_exchange,
        }),
    },
    Format {
        kind: "markdown",
        noun: "ticket",
        is_many: false,
        import: None,
        export: Some(Export::Ticket(ticket::write)),
    },
    Format {
        kind: "curl",
        noun: "command",
        is_many: false,
        import: Some(Import {
            fits: curl::is_command,
            read: |text, file, taken, known, _| curl::read(text, file, taken, known),
        }),
        export: Some(Export::Requests {
            session: curl::write_session,
            call: curl::write_exchange,
        }),
    },
];

/// The kinds that are read, in the order of their names.
pub fn imports() -> Vec<&'static str> {
    kinds(|format| format.import.is_some())
}

/// The kinds that are written.
pub fn exports() -> Vec<&'static str> {
    kinds(|format| format.export.is_some())
}

fn kinds(is_meant: fn(&Format) -> bool) -> Vec<&'static str> {
    let meant = FORMATS.iter().filter(|format| is_meant(format));
    let mut kinds: Vec<&str> = meant.map(|format| format.kind).collect();
    kinds.sort_unstable();
    kinds
}

pub fn export(kind: &str) -> Option<Export> {
    FORMATS.iter().find(|format| format.kind == kind)?.export
}

/// What a text is for certain, by its beginning.
pub fn told(text: &str) -> Option<&'static Format> {
    let fits = |import: &Import| (import.fits)(text);
    FORMATS
        .iter()
        .find(|format| format.import.as_ref().is_some_and(fits))
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
    let Some((format, import)) = found.and_then(|f| Some((f, f.import.as_ref()?))) else {
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
    (import.read)(text, file, taken, known, watch)
}
