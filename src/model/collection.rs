//! What an import brings, and what it could not bring.

use super::{Body, Secret, Session, Step, TokenName, TokenRef, written};

#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// What it was read as: `curl`.
    pub kind: &'static str,
    pub title: String,
    /// Each as the step of a session that it may become.
    pub requests: Vec<Step>,
    pub tokens: Vec<FoundToken>,
    /// Values that the file gives to what stands in braces.
    pub variables: Vec<(String, String)>,
    /// What `{{base}}` stands for, where the file says so.
    pub base: Option<String>,
    pub notes: Vec<Note>,
}

/// How a note says what became of the beginning of the URLs.
pub const IS_BASE: &str = "is {{base}} here";

const BODY_IS_OPEN: &str = "{{body}} stands in its place, and nothing is sent while it does.";

impl Collection {
    /// Writes into the requests what the text itself says of their base: where they are used right
    /// here, its host is the one that is meant.
    pub fn go_to_base(&mut self) {
        if let Some(base) = self.base.take() {
            self.notes.retain(|note| !note.message.contains(IS_BASE));
            let value = [("base".to_owned(), base)];
            for step in &mut self.requests {
                step.spec.fill_in(&value);
            }
        }
    }

    /// The requests as a session, and what a session cannot hold of them.
    pub fn session(&self, name: &str) -> (Session, Vec<Note>) {
        let mut notes = Vec::new();
        let mut steps = self.requests.clone();
        for step in &mut steps {
            let written = written(&step.spec.body);
            let files = written.as_ref().map_or(&[][..], |w| &w.files[..]);
            let lost = if written.is_none() {
                step.spec.body = Body::Text("{{body}}".to_owned());
                format!("the body is not text and cannot be kept in a session. {BODY_IS_OPEN}")
            } else if !files.is_empty() {
                let files = files.join(", ");
                step.spec.body = Body::Text("{{body}}".to_owned());
                format!("a session reads no files, so {files} is not in it. {BODY_IS_OPEN}")
            } else {
                continue;
            };
            notes.push(Note::new(format!("{}: {lost}", step.name)));
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

/// A credential that stood in what was imported. It was lifted out, and its name stands there.
#[derive(Clone, Debug)]
pub struct FoundToken {
    pub name: TokenName,
    /// Where it stood: `header Authorization`.
    pub place: String,
    /// Exactly the text that was lifted out; `None` where only a name stood there.
    pub value: Option<Secret>,
    /// Whether the value is that of a token which was known by this name before.
    pub is_known: bool,
}

impl FoundToken {
    /// Its name and its value, where that is here.
    pub fn valued(&self) -> Option<(TokenRef, Secret)> {
        let name = TokenRef {
            name: self.name.clone(),
            fingerprint: None,
        };
        Some((name, self.value.clone()?))
    }
}

/// Something about a text that a person should know, and where; both count from one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    pub message: String,
    pub line: Option<usize>,
    /// In characters.
    pub column: Option<usize>,
}

impl Note {
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
