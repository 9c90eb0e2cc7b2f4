//! A body as text on the screen, and the filter that finds calls by their text.

pub(super) mod body_text;
pub mod charset;
pub(super) mod picture;
pub(super) mod query;
pub mod searched;
