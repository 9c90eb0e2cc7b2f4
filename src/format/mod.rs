//! Floor 3: text to nouns and back, one file a format. No files are opened here.

pub mod bruno;
mod call;
pub mod catalogue_file;
mod commands;
pub mod config_edit;
pub mod config_file;
mod credentials;
pub mod curl;
mod doubled;
mod error;
pub mod export;
pub mod fetch;
mod gathered;
pub mod har;
pub mod hoppscotch;
pub mod http_file;
pub mod httpie;
pub mod hurl;
pub mod insomnia;
pub mod keys_file;
pub mod knowledge_file;
pub mod library;
mod lift;
pub mod markdown;
pub mod matrix;
mod node;
mod notes;
pub mod openapi;
mod other;
mod outline;
pub mod postman;
pub mod powershell;
pub mod record;
pub mod registry;
pub mod report;
#[cfg(test)]
mod sample;
pub mod session_edit;
pub mod session_file;
mod statement;
pub mod theme_file;
pub mod ticket;
mod variables;
pub mod wget;
mod yaml;

pub use error::FormatError;
