//! Floor 3: text to nouns and back, one file a format. No files are opened here.

pub mod config_file;
pub mod catalogue_file;
mod error;
mod size;

pub use error::FormatError;
pub use size::{size, size_text};
