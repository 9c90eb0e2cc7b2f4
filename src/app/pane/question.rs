//! A question of one sentence. It stands in the line of messages, and the footer has its answers.

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
        }
    }
}
