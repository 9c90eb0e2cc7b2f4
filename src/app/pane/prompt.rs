//! One line to type, on top of the panes.

use crate::app::answer::Source;
use crate::app::field::Field;
use crate::model::{Cause, ExchangeId, Session};

/// What the line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The support case for calls from now on; empty for none.
    Case,
    /// The value of a variable, for the run that waits for it.
    Variable(String),
    /// The file to save a body to.
    File(Source),
    /// The name of a session to write.
    Session(Box<Session>),
    /// What the next person should know of a refusal.
    Note(Box<Worded>),
}

/// What a refusal was in the end, before its note is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded {
    pub of: ExchangeId,
    /// The support case of the call.
    pub case: Option<String>,
    /// `None` is a cause that is none of ours.
    pub cause: Option<Cause>,
}

/// A question that the person answers with one line of text.
#[derive(Debug)]
pub struct Prompt {
    pub title: String,
    /// What an empty line means.
    pub hint: String,
    /// Lines below the question that show what it is about.
    pub lines: Vec<String>,
    pub field: Field,
    pub asked: Asked,
}
