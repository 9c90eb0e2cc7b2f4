//! What a jq filter makes of a body: values of its own, one on each line.

/// The results of a filter, as far as it got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    pub filter: String,
    /// One result on each line, as JSON.
    pub body: Vec<u8>,
    /// The number of results.
    pub results: usize,
    /// Why there are no more of them, and what else a person should know.
    pub notes: Vec<String>,
}

impl Filtered {
    /// The media type of JSON values on lines of their own.
    pub const MEDIA_TYPE: &'static str = "application/x-ndjson";

    /// The number of results, with the word for them.
    pub fn counted(&self) -> String {
        match self.results {
            1 => "1 result".to_owned(),
            count => format!("{count} results"),
        }
    }
}
