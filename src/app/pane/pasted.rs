//! A token that was pasted where no text is typed: what can be told of it. Its value never stands
//! here.

use crate::insight::token::TokenReport;

/// What was seen of a pasted value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenToken {
    pub report: TokenReport,
    pub fingerprint: String,
    /// The mistakes of copying that were taken off.
    pub mended: Vec<String>,
    /// Whether it can be nothing but a token.
    pub is_certain: bool,
}

/// The sheet on which it is looked at.
#[derive(Debug)]
pub struct PastedToken {
    pub seen: SeenToken,
}
