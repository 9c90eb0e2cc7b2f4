//! What `doctor` says of the shared history.

use super::Team;
use super::blocking::blocking;
use crate::engine::doctor::Check;

const ID: &str = "team";

impl Team {
    /// Whether the database answers and fits, what waits here, and whether its rows can be told
    /// from those of another home.
    pub async fn checked(&self, offline: bool) -> Vec<Check> {
        let mut checks = Vec::new();
        let url = &self.settings.url;
        if offline {
            let words = format!("{url} was not asked, as --offline wants it.");
            checks.push(Check::note(ID, words, ""));
        } else {
            checks.push(match self.open().await {
                Ok(link) if link.may_write() => {
                    let words = format!("{url} answers by version {}.", link.version());
                    Check::fine(ID, words)
                }
                Ok(_) => Check::note(
                    ID,
                    format!("{url} answers, and {} may only read.", self.settings.login()),
                    "Its owner lets you add calls with httriage team init --as-owner --writer LOGIN.",
                ),
                Err(error) => Check::wrong(ID, error.to_string(), ""),
            });
        }
        let history = self.history.clone();
        let outbox = blocking(move || history.outbox()).await;
        checks.push(match outbox {
            Ok(outbox) if outbox.refused > 0 => Check::wrong(
                ID,
                format!(
                    "{} calls could not go: {}",
                    outbox.refused,
                    outbox.why.unwrap_or_default()
                ),
                "httriage team push --again tries them again.",
            ),
            Ok(outbox) if outbox.pending > 0 => Check::note(
                ID,
                match outbox.pending {
                    1 => "1 entry waits to go.".to_owned(),
                    count => format!("{count} entries wait to go."),
                },
                "They go while the explorer is open, or with httriage team push.",
            ),
            Ok(_) => Check::fine(ID, "Nothing waits to go."),
            // The check of the history says why.
            Err(_) => return checks,
        });
        checks
    }
}
