//! Floor 3: text to nouns and back, one file a format. No files are opened here.

pub mod calibration_file;
pub mod catalogue_file;
pub mod config_edit;
pub mod config_file;
pub mod curl;
mod error;
pub mod export;
mod gathered;
pub mod har;
pub mod http_file;
pub mod hurl;
pub mod keys_file;
pub mod knowledge_file;
pub mod library;
mod lift;
pub mod markdown;
pub mod matrix;
mod notes;
pub mod openapi;
pub mod postman;
pub mod record;
pub mod registry;
pub mod report;
pub mod session_edit;
pub mod session_file;
pub mod theme_file;
pub mod ticket;
mod variables;

pub use error::FormatError;
