//! Answers side by side: two of them, a session replayed, a matrix of tokens.

pub(super) mod diff;
pub mod matrix;
pub mod replay;
pub mod when;
