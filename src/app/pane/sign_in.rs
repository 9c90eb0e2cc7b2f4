//! What a person needs who lets a device in: a page, and the code to type there.

use crate::model::{Timestamp, TokenName};

/// The sheet that shows it while its answer is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub token: TokenName,
    pub user_code: String,
    /// The page.
    pub url: String,
    /// The page with the code in its address.
    pub whole_url: Option<String>,
    /// Until when the code is good.
    pub until: Timestamp,
}

impl SignIn {
    /// The address that needs the least typing.
    pub fn address(&self) -> &str {
        self.whole_url.as_deref().unwrap_or(&self.url)
    }
}
