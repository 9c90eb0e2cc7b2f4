//! What a person needs who says yes in a browser: a page, and for a device the code to type there.

use crate::model::{Timestamp, TokenName};

/// The sheet that shows it while its answer is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub token: TokenName,
    /// What to type there. `None` where the browser is to be on this machine, and comes back by
    /// itself.
    pub user_code: Option<String>,
    /// The page.
    pub url: String,
    /// The page with the code in its address.
    pub whole_url: Option<String>,
    /// Until when it is waited for.
    pub until: Timestamp,
}

impl SignIn {
    /// The address that needs the least typing.
    pub fn address(&self) -> &str {
        self.whole_url.as_deref().unwrap_or(&self.url)
    }
}
