//! What must not be shown, and what stands in its place.

pub(super) mod disguise;
pub mod redact;
