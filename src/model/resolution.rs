//! What a refusal was in the end, as somebody found out and recorded.

use super::{Cause, ExchangeId, Timestamp};

/// One word on what a refusal was in the end. What is changed or taken back stays, as an earlier
/// revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Drawn like the id of a call.
    pub id: ExchangeId,
    /// Counted from 1.
    pub revision: u32,
    pub of: ResolvedWhat,
    /// The support case of the call, or the one that it is about.
    pub case: Option<String>,
    /// One of our causes; `None` is any other.
    pub cause: Option<Cause>,
    /// In the words of whoever found out, without secrets; may be empty, may have several lines.
    pub note: String,
    /// Who recorded it.
    pub who: String,
    pub at: Timestamp,
    /// It was taken back.
    pub withdrawn: bool,
}

/// What a resolution is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolvedWhat {
    Call(ExchangeId),
    /// Every refusal of a support case.
    Case(String),
}

impl Resolution {
    /// The word for a cause that is none of ours.
    pub const OTHER: &'static str = "other";

    /// The cause by its id, or `other`.
    pub fn cause_id(&self) -> &'static str {
        cause_id(self.cause)
    }
}

/// The id of a cause; `other` for one that is none of ours.
pub fn cause_id(cause: Option<Cause>) -> &'static str {
    cause.map_or(Resolution::OTHER, Cause::id)
}

/// Reads the id of a cause, or `other`; `None` where it is neither.
pub fn cause_from_id(id: &str) -> Option<Option<Cause>> {
    if id.eq_ignore_ascii_case(Resolution::OTHER) {
        return Some(None);
    }
    Cause::from_id(id)
        .filter(|cause| *cause != Cause::None)
        .map(Some)
}
