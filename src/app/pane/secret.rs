//! A hidden value while the person types it. Only its length is here; its characters bypass the
//! state.

use crate::model::TokenName;

/// The sheet that asks for the value of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretPrompt {
    pub token: TokenName,
    /// How many characters are typed.
    pub typed: usize,
}
