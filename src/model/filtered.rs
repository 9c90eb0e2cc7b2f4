//! What a jq filter makes of a body: values of its own, one a line.

/// The results of a filter, as far as they go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    pub filter: String,
    /// A result a line, as JSON.
    pub body: Vec<u8>,
    /// How many there are.
    pub results: usize,
    /// Why there are no more of them, and what else is to be known.
    pub notes: Vec<String>,
}

impl Filtered {
    pub const MEDIA_TYPE: &'static str = "application/x-ndjson";

    pub fn counted(&self) -> String {
        match self.results {
            1 => "1 result".to_owned(),
            count => format!("{count} results"),
        }
    }
}
