//! How far calls of older versions are masked by this version's rules.

use super::error::Trouble;
use rusqlite::Connection;

/// The progress of masking old calls again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masking {
    /// How many calls are left to mask.
    pub left: u64,
    /// How many there were in all.
    pub calls: u64,
    /// Whether the file was rewritten since, so that no old bytes remain in it.
    pub rewritten: bool,
}

impl Masking {
    /// Whether every old call is masked and the file was rewritten since.
    pub fn is_done(&self) -> bool {
        self.left == 0 && self.rewritten
    }
}

pub(super) fn masking(conn: &Connection) -> Result<Masking, Trouble> {
    let (next, calls, rewritten) =
        conn.query_row("SELECT next, calls, rewritten FROM masking", [], |row| {
            Ok((
                row.get::<_, Option<i64>>(0)?,
                row.get::<_, i64>(1)?,
                row.get(2)?,
            ))
        })?;
    let left: i64 = match next {
        Some(next) => {
            conn.query_row("SELECT count(*) FROM calls WHERE id <= ?1", [next], |row| {
                row.get(0)
            })?
        }
        None => 0,
    };
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Masking {
        left: number(left),
        calls: number(calls),
        rewritten,
    })
}

/// Whether something is left to do.
pub(super) fn is_behind(conn: &Connection) -> Result<bool, Trouble> {
    Ok(conn
        .prepare_cached("SELECT next IS NOT NULL OR NOT rewritten FROM masking")?
        .query_row([], |row| row.get(0))?)
}

/// The newest call that only an older version masked.
pub(super) fn next(conn: &Connection) -> Result<Option<i64>, Trouble> {
    Ok(conn
        .prepare_cached("SELECT next FROM masking")?
        .query_row([], |row| row.get(0))?)
}
