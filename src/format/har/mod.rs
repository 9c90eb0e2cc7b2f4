//! HAR 1.2 recordings, as browsers and proxies save them: read as requests with the answers they
//! got, and written from a call that was made. No credential that is read stays in either.

pub(super) mod multipart;
mod read;
mod reader;
mod request;
mod shape;
mod write;

pub use read::{Recording, Watch, is_recording, read};
pub use write::document;

#[cfg(test)]
mod tests;
