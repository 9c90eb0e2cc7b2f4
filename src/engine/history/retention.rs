//! How much of the past is kept.

use super::error::Trouble;
use super::store;
use rusqlite::Connection;

/// What is kept; the oldest calls beyond either go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub calls: u64,
    /// Of the file, free pages left out.
    pub bytes: u64,
}

impl Default for Retention {
    /// Years of work, in a file that still fits any disk.
    fn default() -> Retention {
        Retention {
            calls: 1_000_000,
            bytes: 2 << 30,
        }
    }
}

/// Whether more is there than is kept.
pub(super) fn over(conn: &Connection, retention: Retention) -> Result<bool, Trouble> {
    let calls: i64 = conn
        .prepare_cached("SELECT calls FROM totals")?
        .query_row([], |row| row.get(0))?;
    // The newest stays, however large it is.
    let calls = u64::try_from(calls).unwrap_or(0);
    Ok(calls > 1 && (calls > retention.calls || store::bytes(conn)? > retention.bytes))
}
