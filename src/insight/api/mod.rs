//! What is known of APIs, as data, and how it is asked.

pub mod knowledge;
pub mod library;
mod phrase;

pub use phrase::{Phrase, Words};
