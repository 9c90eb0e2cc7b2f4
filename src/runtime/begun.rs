//! The value of a known token that is still being typed.

use crate::model::TokenName;

/// A long value of which the beginning was typed and taken away; what goes on so is taken too.
pub struct Begun {
    pub token: TokenName,
    pub value: String,
}
