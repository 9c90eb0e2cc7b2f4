//! The value of a known token while it is still being typed.

use crate::model::TokenName;

/// A long value whose beginning was typed and replaced by its name; the characters that continue it
/// are removed too.
pub struct Begun {
    pub token: TokenName,
    pub value: String,
}
