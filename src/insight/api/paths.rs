//! What is known of an API's paths: their prefix, and which parts of them are fixed names.

use super::endpoint::{Endpoint, endpoints_at};

/// The paths of one API as they stand on one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// The prefix of all paths: `/api/v4`; empty where they begin at the root, `None` where it is
    /// unknown.
    pub prefix: Option<String>,
    /// Paths of the API itself, without the prefix.
    pub endpoints: Vec<Endpoint>,
}

impl Paths {
    /// Whether an endpoint begins with this name, right behind the prefix.
    pub fn is_collection(&self, part: &str) -> bool {
        let mut firsts = self.endpoints.iter().map(|e| e.path.split('/').nth(1));
        firsts.any(|first| first == Some(part))
    }

    /// Whether this part of a path is a fixed name in any endpoint of the API.
    pub fn is_word(&self, part: &str) -> bool {
        self.words().any(|word| word == part)
    }

    /// Every fixed name in the paths; placeholders such as `{id}` are left out.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let parts = self.endpoints.iter().flat_map(|e| e.path.split('/'));
        parts.filter(|part| !part.is_empty() && !part.starts_with('{'))
    }

    /// The endpoints that a path without the prefix leads to.
    pub fn at(&self, path: &str) -> Vec<&Endpoint> {
        endpoints_at(&self.endpoints, path)
    }

    /// The parts of the prefix.
    pub fn prefix_parts(&self) -> Vec<&str> {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        prefix.split('/').filter(|part| !part.is_empty()).collect()
    }
}
