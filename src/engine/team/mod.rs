//! The team's shared history, in a PostgreSQL of its own: what one's history notes as going is
//! sent there, and what others did is read from there. No call waits for any of it. Only this
//! module speaks with that database.

mod blocking;
mod check;
mod connect;
mod error;
mod link;
mod pull;
mod push;
mod schema;
mod turn;

pub use error::{TeamError, Use};
pub use link::Link;
pub use schema::{Wish, set_up};
pub use turn::{TeamNews, Turn};

use super::history::{History, TakenIn};
use super::vault::Vault;
use crate::model::TeamSettings;
use blocking::blocking;
use std::sync::Arc;

/// This home's side of the shared history; clones share it.
#[derive(Clone)]
pub struct Team {
    settings: TeamSettings,
    vault: Arc<Vault>,
    history: History,
}

impl Team {
    /// The team of the settings, for this home; touches no network and no file.
    pub fn new(settings: TeamSettings, vault: Arc<Vault>, history: History) -> Team {
        Team {
            settings,
            vault,
            history,
        }
    }

    /// Connects, and says who this home is where it may write.
    pub async fn open(&self) -> Result<Link, TeamError> {
        let link = Link::open(&self.settings, &self.vault).await?;
        if link.may_write() && link.may(Use::Write).is_ok() {
            let writer = self.writer().await?;
            push::introduce(&link, &writer, &self.settings.name).await?;
        }
        Ok(link)
    }

    /// Sends all that is to go. Returns how many calls went.
    pub async fn push(&self, link: &Link) -> Result<usize, TeamError> {
        let writer = self.writer().await?;
        push::push(link, &self.history, &writer).await
    }

    /// Reads all that others did since the last time.
    pub async fn pull(&self, link: &Link) -> Result<TakenIn, TeamError> {
        let writer = self.writer().await?;
        pull::pull(link, &self.history, &writer).await
    }

    async fn writer(&self) -> Result<String, TeamError> {
        let history = self.history.clone();
        blocking(move || history.writer_id()).await
    }
}
