//! A question of one sentence, shown in the message line, with its answers in the footer.

use crate::model::{Origin, TokenName};

/// The question, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether a call that writes goes to a protected environment.
    Write {
        environment: String,
        method: String,
        path: String,
    },
    /// Whether files go that a pasted command, a file or the history names.
    Files { files: String, host: String },
    /// Whether to open a page that the response names in the browser.
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
    /// The full sentence, and a short one for narrow screens.
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
            Question::Files { files, host } => (
                format!("This call sends {files} from this machine to {host}. Send it?"),
                format!("sends {files}"),
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
