//! curl commands: read as requests in every form that people paste, and written as commands
//! that run exactly. No credential that is read stays in a request.

mod assigned;
mod draft;
mod find;
mod mended;
mod options;
mod piped;
mod quote;
mod read;
mod request;
mod windows;
mod word;
mod words;
mod write;

pub use find::is_command;
pub(super) use find::{dialect, leads_to};
pub(super) use piped::{Givers, take_input};
pub use read::read;
pub(super) use read::read_within;
pub(super) use word::{Command, Unclosed, Word};
pub(super) use words::command;
pub(super) use write::has_dot_segments;
pub use write::{write_exchange, write_question, write_request, write_session};

#[cfg(test)]
mod tests;
