//! Floor 3: text to nouns and back, one file a format. No files are opened here.

mod error;

pub use error::FormatError;
