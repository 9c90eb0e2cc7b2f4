//! Floor 2: what the nouns mean. Every function is total: not knowing is a value.

pub mod redact;
