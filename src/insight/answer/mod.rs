//! What an answer says: its errors, its times, its limits, and answers out of pasted texts.

pub(super) mod blame;
pub(super) mod challenge;
mod elsewhere;
pub(super) mod error_body;
pub(super) mod json;
pub(super) mod named;
pub(super) mod phases;
pub(super) mod pointed;
pub(super) mod quota;
pub(super) mod request_ids;
pub(super) mod saved;
pub mod stream;
pub(super) mod summary;
pub(super) mod words;
