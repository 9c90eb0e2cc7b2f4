//! A hidden value being typed, on top of the panes. Only how much of it there is stands here;
//! the characters go past the state and are never in it.

use crate::model::TokenName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretPrompt {
    pub token: TokenName,
    /// In characters.
    pub typed: usize,
}
