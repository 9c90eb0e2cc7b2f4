//! The forms that are read: how each is told from the others, and who reads it.

use super::har::{self, Watch};
use super::{FormatError, curl};
use crate::model::{Collection, Secret, TokenName};

type Known<'a> = &'a dyn Fn(&Secret) -> Option<TokenName>;
type Read = fn(&str, &str, &[TokenName], Known, Watch) -> Result<Collection, FormatError>;

pub struct Format {
    /// As `--kind` names it.
    pub kind: &'static str,
    fits: fn(&str) -> bool,
    read: Read,
}

/// The first that fits reads a text; curl is looked for in whatever is left.
pub const FORMATS: &[Format] = &[
    Format {
        kind: "har",
        fits: har::is_recording,
        read: har::read,
    },
    Format {
        kind: "curl",
        fits: |_| true,
        read: |text, file, taken, known, _| curl::read(text, file, taken, known),
    },
];

/// Reads a text as the kind that is named, else as the one that it looks like.
pub fn read(
    text: &str,
    file: &str,
    kind: Option<&str>,
    taken: &[TokenName],
    known: Known,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let fits = |format: &&Format| match kind {
        Some(kind) => format.kind == kind,
        None => (format.fits)(text),
    };
    let Some(format) = FORMATS.iter().find(fits) else {
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
            "this is JSON, and no HAR recording",
            "A recording begins with \"log\" and has \"entries\"; curl commands begin with curl. httriage explain reads the body of an answer.",
        ));
    }
    (format.read)(text, file, taken, known, watch)
}
