//! A connection to the team's tables: their version is compared with ours, and every question is
//! bounded in time.

use super::connect::{Bare, bare, in_time};
use super::error::{TeamError, Use};
use super::schema::{self, Schema};
use crate::engine::Vault;
use crate::model::TeamSettings;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Error};

/// A connection that is open.
pub struct Link {
    pub(super) client: Client,
    pub(super) schema: Schema,
    settings: TeamSettings,
    driver: JoinHandle<()>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Connects, and reads for whom the tables are.
    pub async fn open(settings: &TeamSettings, vault: &Vault) -> Result<Link, TeamError> {
        let Bare { client, driver } = bare(settings, vault).await?;
        let found = in_time(settings, schema::look(&client)).await;
        let schema = match found {
            Ok(Some(schema)) => schema,
            Ok(None) => {
                driver.abort();
                return Err(TeamError::NotSetUp {
                    url: settings.url.to_string(),
                });
            }
            Err(error) => {
                driver.abort();
                return Err(error);
            }
        };
        let link = Link {
            client,
            schema,
            settings: settings.clone(),
            driver,
        };
        if schema::KNOWN > link.schema.version {
            return Err(TeamError::Older {
                found: link.schema.version,
                known: schema::KNOWN,
            });
        }
        link.may(Use::Read)?;
        Ok(link)
    }

    /// Fails where a newer program made the tables, and this one can no longer do that.
    pub(super) fn may(&self, does: Use) -> Result<(), TeamError> {
        let from = match does {
            Use::Read => self.schema.reads_from,
            Use::Write => self.schema.writes_from,
        };
        if from > schema::KNOWN {
            return Err(TeamError::Newer {
                found: self.schema.version,
                known: schema::KNOWN,
                does,
            });
        }
        Ok(())
    }

    /// The version of the tables.
    pub fn version(&self) -> i32 {
        self.schema.version
    }

    /// Whether this login may add rows of its own.
    pub fn may_write(&self) -> bool {
        self.schema.may_write
    }

    /// A column that is not what the tables of this version hold.
    pub(super) fn unreadable(&self, error: &Error) -> TeamError {
        TeamError::of(&self.settings.url, error)
    }

    /// Waits for an answer, within its time.
    pub(super) async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, TeamError> {
        in_time(&self.settings, question).await
    }
}
