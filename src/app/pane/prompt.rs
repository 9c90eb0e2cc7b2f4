//! One line to be typed, on top of the panes.

use crate::app::answer::Source;
use crate::app::field::Field;
use crate::model::Session;

/// What the line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The support case that calls are made for from now on; empty for none.
    Case,
    /// The value of a variable, for the run that waits for it.
    Variable(String),
    /// The file that a body is saved to.
    File(Source),
    /// The name of a session that is to be written.
    Session(Box<Session>),
}

#[derive(Debug)]
pub struct Prompt {
    pub title: String,
    /// What an empty line means.
    pub hint: String,
    /// What it is about, beneath.
    pub lines: Vec<String>,
    pub field: Field,
    pub asked: Asked,
}
