//! What an import brings, and notes about what it could not bring.

use super::{Secret, Session, Step, TokenName, TokenRef};

/// The requests, tokens and variables read from an imported text.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// The format it was read as, such as `curl`.
    pub kind: &'static str,
    pub title: String,
    /// Each as a step, ready for a session.
    pub requests: Vec<Step>,
    pub tokens: Vec<FoundToken>,
    /// Values that the file gives to `{{names}}`.
    pub variables: Vec<(String, String)>,
    /// The value of `{{base}}`, if the file has one.
    pub base: Option<String>,
    pub notes: Vec<Note>,
}

/// The words of the note that tells that the beginning of the URLs became `{{base}}`.
pub const IS_BASE: &str = "is {{base}} here";

impl Collection {
    /// Puts the base that the text itself names into the requests: when they are used right away,
    /// that host is meant.
    pub fn go_to_base(&mut self) {
        if let Some(base) = self.base.take() {
            self.notes.retain(|note| !note.message.contains(IS_BASE));
            let value = [("base".to_owned(), base)];
            for step in &mut self.requests {
                step.spec.fill_in(&value);
            }
        }
    }

    /// The requests as a session, and notes on what a session cannot hold.
    pub fn session(&self, name: &str) -> (Session, Vec<Note>) {
        let mut notes = Vec::new();
        let mut steps = self.requests.clone();
        for step in &mut steps {
            let files = step.spec.files_mut();
            if files.is_empty() {
                continue;
            }
            let mut names = Vec::new();
            for path in files {
                *path = below(path);
                names.push(path.clone());
            }
            notes.push(Note::new(format!(
                "{}: a session does not hold {}. A replay reads it from the folder of the session, after it has asked.",
                step.name,
                names.join(", "),
            )));
        }
        let session = Session {
            name: name.to_owned(),
            note: self.base.as_ref().map_or_else(String::new, |base| {
                format!("In the file {{{{base}}}} is {base}")
            }),
            variables: self.variables.clone(),
            steps,
            ..Session::default()
        };
        (session, notes)
    }
}

/// The path of a file below a folder; the name alone if the path leads out of the folder.
fn below(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    let path = path.trim_start_matches("./");
    let leads_out = path.starts_with(['/', '~'])
        || path.contains(':') && !path.contains("{{")
        || path.split('/').any(|part| part == "..");
    let kept = if leads_out {
        path.rsplit(['/', ':']).next().unwrap_or_default()
    } else {
        path
    };
    match kept {
        "" | "." | ".." | "~" => "file".to_owned(),
        kept => kept.to_owned(),
    }
}

/// A credential from an imported text: its value was taken out and replaced by its name.
#[derive(Clone, Debug)]
pub struct FoundToken {
    pub name: TokenName,
    /// Where it was: `header Authorization`.
    pub place: String,
    /// Exactly the text that was taken out; `None` if there was only a name.
    pub value: Option<Secret>,
    /// Whether the value is that of a token already known by this name.
    pub is_known: bool,
}

impl FoundToken {
    /// Its name and its value, if there is a value.
    pub fn valued(&self) -> Option<(TokenRef, Secret)> {
        let name = TokenRef {
            name: self.name.clone(),
            fingerprint: None,
        };
        Some((name, self.value.clone()?))
    }
}

/// Something that a person should know about a text; line and column count from one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    pub message: String,
    pub line: Option<usize>,
    /// In characters.
    pub column: Option<usize>,
}

impl Note {
    /// A note about the whole text.
    pub fn new(message: impl Into<String>) -> Note {
        Note {
            message: message.into(),
            line: None,
            column: None,
        }
    }

    /// A note about a byte offset of `text`.
    pub fn at(text: &str, offset: usize, message: impl Into<String>) -> Note {
        let before = text.get(..offset).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |place| place + 1);
        Note {
            message: message.into(),
            line: Some(before.matches('\n').count() + 1),
            column: Some(before[start..].chars().count() + 1),
        }
    }
}
