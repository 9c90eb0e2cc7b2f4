//! What is known of APIs, as data, and how it is asked.

pub mod calls;
pub mod checksum;
pub mod completion;
pub mod endpoint;
pub mod knowledge;
pub mod library;
pub mod made_up;
pub mod marks;
pub mod paths;
pub mod pattern;
mod phrase;
pub mod pointer;
pub mod proposal;
pub(super) mod route;
pub(super) mod statement;

pub use phrase::{Phrase, Words};
