//! The formats that are read and written, one row each: how to recognise it, what reads it, what
//! writes it.

use super::export::{Ground, Written};
use super::har::{self, Watch};
use super::{
    FormatError, bruno, curl, duplicate_members, fetch, hoppscotch, http_file, httpie, hurl,
    insomnia, openapi, other, postman, powershell, story, sweep, ticket, wget, yaml,
};
use crate::insight::Exchange;
use crate::insight::Explanation;
use crate::insight::facts::Case;
use crate::model::{Collection, Secret, Session, TokenName};
use serde_json::Value;

type Known<'a> = &'a dyn Fn(&Secret) -> Option<TokenName>;
type Read = fn(&str, &str, &[TokenName], Known, Watch) -> Result<Collection, FormatError>;

/// One form of requests that can be read or written; `FORMATS` lists them all.
pub struct Format {
    /// The name for `--kind` and `--as`.
    pub kind: &'static str,
    /// What a sentence calls a text of it.
    pub noun: &'static str,
    /// The endings of its files.
    pub endings: &'static [&'static str],
    /// Whether it usually holds many calls, which belong together as a session.
    pub is_many: bool,
    import: Option<Import>,
    export: Option<Export>,
}

struct Import {
    fits: fn(&str) -> bool,
    read: Read,
}

/// What a format can write.
#[derive(Clone, Copy)]
pub enum Export {
    /// Requests for another program, from a session or a call.
    Requests {
        session: fn(&Session, &Ground) -> Written,
        call: fn(&Exchange, &Ground) -> Written,
    },
    /// A recording of a call with its answer.
    Recording(fn(&Exchange, &Ground) -> Value),
    /// A case as it is told to a colleague; a call likewise, unless it has a form of its own.
    Told {
        form: story::Form,
        call: Option<fn(&Case, &Explanation) -> String>,
    },
}

impl Format {
    /// Whether that many calls make a session. Commands do not: each is meant by itself.
    pub fn is_session(&self, count: usize) -> bool {
        self.is_many || (self.kind == "http" && count > 1)
    }

    /// Whether it is a command, which people paste anywhere.
    pub fn is_command(&self) -> bool {
        matches!(
            self.kind,
            "curl" | "wget" | "httpie" | "powershell" | "fetch"
        )
    }

    /// What a sentence calls a text with that many calls.
    pub fn noun_of(&self, count: usize) -> &'static str {
        if self.is_many == self.is_session(count) {
            self.noun
        } else {
            "list of requests"
        }
    }
}

/// All formats; the first that fits reads a text.
pub const FORMATS: &[Format] = &[
    Format {
        kind: "har",
        noun: "recording",
        endings: &[".har"],
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
        endings: &[],
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
        endings: &[".postman_collection", ".postman_collection.json"],
        is_many: true,
        import: Some(Import {
            fits: postman::is_collection,
            read: postman::read,
        }),
        export: None,
    },
    Format {
        kind: "insomnia",
        noun: "Insomnia collection",
        endings: &[],
        is_many: true,
        import: Some(Import {
            fits: insomnia::is_export,
            read: insomnia::read,
        }),
        export: None,
    },
    Format {
        kind: "hoppscotch",
        noun: "Hoppscotch collection",
        endings: &[],
        is_many: true,
        import: Some(Import {
            fits: hoppscotch::is_collection,
            read: hoppscotch::read,
        }),
        export: None,
    },
    Format {
        kind: "bruno",
        noun: "Bruno collection",
        endings: &[".bru"],
        is_many: true,
        import: Some(Import {
            fits: bruno::is_requests,
            read: bruno::read,
        }),
        export: None,
    },
    Format {
        kind: "hurl",
        noun: "Hurl file",
        endings: &[".hurl"],
        is_many: true,
        import: Some(Import {
            fits: hurl::is_file,
            read: hurl::read,
        }),
        export: Some(Export::Requests {
            session: hurl::write_session,
            call: hurl::write_exchange,
        }),
    },
    Format {
        kind: "http",
        noun: "request",
        endings: &[".http", ".rest"],
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
        kind: "markdown",
        noun: "ticket",
        endings: &[],
        is_many: false,
        import: None,
        export: Some(Export::Told {
            form: story::Form::Markdown,
            call: Some(ticket::write),
        }),
    },
    Format {
        kind: "html",
        noun: "page",
        endings: &[],
        is_many: false,
        import: None,
        export: Some(Export::Told {
            form: story::Form::Html,
            call: None,
        }),
    },
    Format {
        kind: "wget",
        noun: "command of wget",
        endings: &[],
        is_many: false,
        import: Some(Import {
            fits: wget::is_command,
            read: wget::read,
        }),
        export: None,
    },
    Format {
        kind: "httpie",
        noun: "command of HTTPie",
        endings: &[],
        is_many: false,
        import: Some(Import {
            fits: httpie::is_command,
            read: httpie::read,
        }),
        export: None,
    },
    Format {
        kind: "powershell",
        noun: "command of PowerShell",
        endings: &[],
        is_many: false,
        import: Some(Import {
            fits: powershell::is_command,
            read: powershell::read,
        }),
        export: None,
    },
    Format {
        kind: "fetch",
        noun: "call of fetch()",
        endings: &[],
        is_many: false,
        import: Some(Import {
            fits: fetch::is_call,
            read: fetch::read,
        }),
        export: None,
    },
    Format {
        kind: "curl",
        noun: "command",
        endings: &[".curl"],
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

/// The kinds that can be read, sorted.
pub fn imports() -> Vec<&'static str> {
    kinds(|format| format.import.is_some())
}

/// The kinds that can be written, sorted.
pub fn exports() -> Vec<&'static str> {
    kinds(|format| format.export.is_some())
}

fn kinds(is_meant: fn(&Format) -> bool) -> Vec<&'static str> {
    let meant = FORMATS.iter().filter(|format| is_meant(format));
    let mut kinds: Vec<&str> = meant.map(|format| format.kind).collect();
    kinds.sort_unstable();
    kinds
}

/// The writer for a kind; `None` where that kind is not written.
pub fn export(kind: &str) -> Option<Export> {
    FORMATS.iter().find(|format| format.kind == kind)?.export
}

/// The format that a text surely has, by its beginning; `None` where no format fits.
pub fn told(text: &str) -> Option<&'static Format> {
    let text = text.trim_start_matches('\u{feff}');
    let fits = |import: &Import| (import.fits)(text);
    FORMATS
        .iter()
        .find(|format| format.import.as_ref().is_some_and(fits))
}

/// The format by the file's name, unless the text surely has another.
fn named(file: &str, text: &str) -> Option<&'static Format> {
    let name = file.to_ascii_lowercase();
    let ends = |ending: &&str| name.ends_with(*ending);
    let format = FORMATS
        .iter()
        .find(|format| format.import.is_some() && format.endings.iter().any(ends))?;
    match told(text) {
        // Files of requests look alike, so there the name decides.
        Some(other) if other.is_many && !["hurl", "bruno"].contains(&other.kind) => Some(other),
        _ => Some(format),
    }
}

/// The format of a text that begins with other words: a command further on, else a URL alone.
fn further_on(text: &str) -> Option<&'static Format> {
    let commands = FORMATS.iter().filter(|format| format.is_command());
    let fits = |format: &&Format, line: &str| {
        let import = format.import.as_ref();
        import.is_some_and(|import| (import.fits)(line))
    };
    if !text.trim_start().starts_with(['{', '[', '<']) {
        let found = text
            .lines()
            .find_map(|line| commands.clone().find(|format| fits(format, line)));
        if found.is_some() {
            return found;
        }
    }
    let first = text.trim_start_matches('\u{feff}').lines();
    let first = first.map(str::trim).find(|line| !line.is_empty())?;
    let is_url = first.starts_with("http://") || first.starts_with("https://");
    if is_url && !first.contains(char::is_whitespace) {
        FORMATS.iter().find(|format| format.kind == "http")
    } else {
        None
    }
}

/// Reads a text as the given kind, else by its file's name and its beginning. An error names the
/// place and the remedy.
pub fn read(
    text: &str,
    file: &str,
    kind: Option<&str>,
    taken: &[TokenName],
    known: Known,
    watch: Watch,
) -> Result<Collection, FormatError> {
    // The byte order mark is not part of the text.
    let text = text.trim_start_matches('\u{feff}');
    let found = match kind {
        Some(kind) => FORMATS.iter().find(|format| format.kind == kind),
        None => named(file, text)
            .or_else(|| told(text))
            .or_else(|| further_on(text)),
    };
    let Some(format) = found else {
        return Err(other::refusal(text, file, &imports()));
    };
    let Some(import) = &format.import else {
        return Err(FormatError::at(
            file,
            text,
            0,
            "nothing here reads this kind",
            "Name one of those that --help lists.",
        ));
    };
    let mut collection = (import.read)(text, file, taken, known, watch)?;
    sweep::sweep(&mut collection);
    let doubled = duplicate_members::in_json(text);
    if let Some(first) = doubled.first() {
        collection.notes.push(yaml::note_of(&doubled, first.line));
    }
    Ok(collection)
}
