//! One line to be typed, on top of the panes.

use crate::app::answer::Source;
use crate::app::field::Field;

/// What the line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The support case that calls are made for from now on; empty for none.
    Case,
    /// The value of a variable, for the run that waits for it.
    Variable(String),
    /// The file that a body is saved to.
    File(Source),
}

#[derive(Debug)]
pub struct Prompt {
    pub title: String,
    /// What an empty line means.
    pub hint: &'static str,
    pub field: Field,
    pub asked: Asked,
}
