//! A token that was pasted while nobody typed text: what it says of itself. Its value is never
//! here.

use crate::insight::token::TokenReport;

/// What can be told of a pasted value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenToken {
    pub report: TokenReport,
    pub fingerprint: String,
    /// Copying mistakes that were removed.
    pub mended: Vec<String>,
    /// Whether it can only be a token.
    pub is_certain: bool,
}

/// The sheet that shows it.
#[derive(Debug)]
pub struct PastedToken {
    pub seen: SeenToken,
}
