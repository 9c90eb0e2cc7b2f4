//! The tables on the server: made and brought up to date by their owner, a step a version.

use super::connect::{Bare, bare, in_time};
use super::error::{TeamError, Use};
use crate::engine::Vault;
use crate::model::TeamSettings;
use tokio_postgres::{Client, Error};

/// Each step brings the tables from the version before it to its own, which is its place in the
/// row.
const STEPS: [&str; 1] = [include_str!("../../../assets/team/0001_base.sql")];
const ROLES: &str = include_str!("../../../assets/team/roles.sql");

/// The version that this program makes and needs.
pub(super) const KNOWN: i32 = STEPS.len() as i32;
/// The oldest programs that can still read and write these tables.
const READS_FROM: i32 = 1;
const WRITES_FROM: i32 = 1;

/// What the tables say of themselves, and what this login may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schema {
    /// Which team it is: another database is another one.
    pub team: String,
    pub version: i32,
    pub reads_from: i32,
    pub writes_from: i32,
    pub may_write: bool,
}

/// Looks at the tables; `None` where there are none.
pub(super) async fn look(client: &Client) -> Result<Option<Schema>, Error> {
    let there = "SELECT to_regnamespace('httriage') IS NOT NULL";
    if !client.query_one(there, &[]).await?.try_get(0)? {
        return Ok(None);
    }
    let row = client
        .query_one(
            "SELECT team::text, version, reads_from, writes_from,
                 pg_has_role(session_user, 'httriage_writer', 'USAGE') FROM httriage.about",
            &[],
        )
        .await?;
    Ok(Some(Schema {
        team: row.try_get(0)?,
        version: row.try_get(1)?,
        reads_from: row.try_get(2)?,
        writes_from: row.try_get(3)?,
        may_write: row.try_get(4)?,
    }))
}

/// What the owner wants of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// How many months of calls the server keeps; `None` leaves it.
    pub keep_months: Option<i32>,
    /// Logins that may add rows of their own.
    pub writers: Vec<String>,
    /// Logins that may only read.
    pub readers: Vec<String>,
}

/// Makes the roles and tables, or brings them up to date, and gives rights. Returns the versions
/// before and after.
pub async fn set_up(
    settings: &TeamSettings,
    vault: &Vault,
    wish: &Wish,
) -> Result<(i32, i32), TeamError> {
    let Bare { mut client, driver } = bare(settings, vault).await?;
    let done = in_time(settings, made(&mut client, wish)).await;
    driver.abort();
    match done? {
        (found, _) if found > KNOWN => Err(TeamError::Newer {
            found,
            known: KNOWN,
            does: Use::Write,
        }),
        versions => Ok(versions),
    }
}

async fn made(client: &mut Client, wish: &Wish) -> Result<(i32, i32), Error> {
    let tx = client.transaction().await?;
    // Two owners at once: one after the other.
    tx.batch_execute("SELECT pg_advisory_xact_lock(7017565573)")
        .await?;
    tx.batch_execute(ROLES).await?;
    for (role, logins) in [
        ("httriage_writer", &wish.writers),
        ("httriage_reader", &wish.readers),
    ] {
        for login in logins {
            let grant = "SELECT format('GRANT %I TO %I', $1::text, $2::text)";
            let grant: String = tx.query_one(grant, &[&role, login]).await?.try_get(0)?;
            tx.batch_execute(&grant).await?;
        }
    }
    tx.batch_execute("SET LOCAL ROLE httriage_owner").await?;
    let there = "SELECT to_regclass('httriage.about') IS NOT NULL";
    let there: bool = tx.query_one(there, &[]).await?.try_get(0)?;
    let found: i32 = match there {
        true => {
            let row = tx
                .query_one("SELECT version FROM httriage.about", &[])
                .await?;
            row.try_get(0)?
        }
        false => 0,
    };
    if found > KNOWN {
        return Ok((found, found));
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.batch_execute(step).await?;
    }
    tx.execute(
        "UPDATE httriage.about SET version = $1, reads_from = $2, writes_from = $3,
             keep_months = coalesce($4, keep_months)",
        &[&KNOWN, &READS_FROM, &WRITES_FROM, &wish.keep_months],
    )
    .await?;
    tx.batch_execute("SELECT httriage.retire()").await?;
    tx.commit().await?;
    Ok((found, KNOWN))
}
