//! A question of one sentence, shown in the message line, with its answers in the footer.

/// The question, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether a call that writes goes to a protected environment.
    Write {
        environment: String,
        method: String,
        path: String,
    },
    /// Whether to open a page that the response names in the browser.
    Page { url: String },
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
            Question::Page { url } => (
                format!("The answer names this page. Open it in the browser?  {url}"),
                url.clone(),
            ),
        }
    }
}
