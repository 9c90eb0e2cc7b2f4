//! Work in the background: its number, and what it may have to wait for.

use crate::model::TokenName;
use std::ops::Range;

/// A piece of work under way. The state counts them up, so that the same keys give the same jobs in
/// every test.
pub type Job = u64;

/// A run that may have to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// These steps of the open session.
    Replay(Range<usize>),
    Fill,
    Survey(TokenName),
    /// Its signature is checked.
    Verify(TokenName),
    /// Only reads the value of a token.
    Read(TokenName),
    /// The request of the builder.
    Send,
}

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    Variable,
    /// Looking up the tokens of this environment.
    Tokens(String),
    Secret,
}
