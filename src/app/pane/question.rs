//! A question of one sentence. It stands in the line of messages, and the footer has its answers.

use crate::model::{Origin, TokenName};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether a call that writes goes to a protected environment.
    Write {
        environment: String,
        method: String,
        path: String,
    },
    /// Whether a page that the answer names is opened in the browser.
    Page { url: String },
    /// Whether a host is asked for the keys that a token is verified by.
    Host {
        token: TokenName,
        origin: Origin,
        why: String,
    },
    /// Whether a token is sent to its issuer.
    Issuer { token: TokenName, issuer: String },
}

impl Question {
    /// The sentence, whole; and a short one for where there is no room.
    pub fn says(&self) -> (String, String) {
        match self {
            Question::Write {
                environment,
                method,
                path,
            } => (
                format!(
                    "{environment} is protected; nothing was sent.  Send {method} {path} once?"
                ),
                "protected".to_owned(),
            ),
            Question::Page { url } => (
                format!("The answer names this page. Open it in the browser?  {url}"),
                url.clone(),
            ),
            Question::Host { origin, why, .. } => (
                format!("{why} Ask {origin} for its public keys? No token is sent there."),
                format!("Ask {origin} for its keys?"),
            ),
            Question::Issuer { token, issuer } => (
                format!(
                    "Ask {issuer} whether token {token} is active, and whose it is? The token is sent there, as your client."
                ),
                format!("Send {token} to {issuer}?"),
            ),
        }
    }
}
