//! What others share, kept as a cache: a history file of its own, beside which stands whose each
//! call is. How far the team's database was read is kept in the same transaction as what came.

use super::error::Trouble;
use super::index;
use super::insert::{Row, remove_oldest};
use super::parcel::unpack;
use super::retention::{Retention, over};
use super::select::row_id;
use crate::format::record::Bodies;
use crate::insight::redact::Mask;
use crate::model::ExchangeId;
use rusqlite::{Connection, OptionalExtension};

/// What the cache holds; more is in the team's database.
pub(super) const KEPT: Retention = Retention {
    calls: 100_000,
    bytes: 512 << 20,
};

/// A row of somebody else, as the database gives it.
#[derive(Debug)]
pub struct Foreign {
    /// The id of the home it comes from.
    pub writer: String,
    /// The name of its owner.
    pub name: String,
    /// Its id there.
    pub id: i64,
    /// Taken back by its owner.
    pub gone: bool,
    pub record: Vec<u8>,
    pub bodies: Bodies<Option<Vec<u8>>>,
    /// Bytes of bodies that stayed with the owner.
    pub left_out: i64,
}

/// A word of somebody else on a refusal, as the database gives it.
#[derive(Debug)]
pub struct ForeignWord {
    pub id: i64,
    pub revision: i32,
    pub of_call: Option<i64>,
    pub case: Option<String>,
    pub cause: String,
    pub note: String,
    pub who: String,
    /// Since 1970, in milliseconds.
    pub at: i64,
    pub withdrawn: bool,
    /// Key, API, and the cause as it was judged, of each kind of refusal.
    pub kinds: Vec<[String; 3]>,
}

/// What became of rows that came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    pub kept: usize,
    /// Rows that only a newer program can read.
    pub unreadable: usize,
}

/// Whose a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    pub name: String,
    /// Bytes of bodies that stayed with the owner.
    pub left_out: u64,
}

/// The colleague who made the call of that row; `None` for one's own.
pub(super) fn name(conn: &Connection, row: i64) -> Result<Option<String>, Trouble> {
    Ok(whose(conn, row)?.map(|whose| whose.name))
}

/// As `name`, with what is missing of the call.
pub(super) fn whose(conn: &Connection, row: i64) -> Result<Option<Whose>, Trouble> {
    Ok(conn
        .prepare_cached("SELECT name, left_out FROM others WHERE row = ?1")?
        .query_row([row], |row| {
            Ok(Whose {
                name: row.get(0)?,
                left_out: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            })
        })
        .optional()?)
}

/// Which database was read, and how far; `None` before the first time.
pub(super) fn pulled(conn: &Connection) -> Result<Option<(String, i64)>, Trouble> {
    Ok(conn
        .prepare_cached("SELECT team, change FROM pulled")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The rows, ready to be written: unpacking and masking take time, and hold no lock.
pub(super) fn ready(foreign: Vec<Foreign>, mask: &Mask) -> (Vec<Ready>, usize) {
    let mut unreadable = 0;
    let mut ready = Vec::with_capacity(foreign.len());
    for row in foreign {
        let call = match row.gone {
            true => None,
            false => match unpack(&row.record, &row.bodies) {
                Ok(mut call) => {
                    // By its key there, whatever its record says.
                    call.id = ExchangeId::from_number(row.id as u64);
                    Some(mask.exchange(call))
                }
                Err(_) => {
                    unreadable += 1;
                    continue;
                }
            },
        };
        ready.push(Ready { row, call });
    }
    (ready, unreadable)
}

pub(super) struct Ready {
    row: Foreign,
    call: Option<crate::insight::Exchange>,
}

/// Writes what came and how far that is, in the caller's transaction. `anew`: it is another
/// database, or an older state of it, so what was there goes first.
pub(super) fn take_in(
    conn: &Connection,
    (rows, words): (&[Ready], &[ForeignWord]),
    (team, to): (&str, i64),
    anew: bool,
) -> Result<usize, Trouble> {
    if anew {
        for table in ["calls", "pulled", "resolutions", "resolved"] {
            conn.execute(&format!("DELETE FROM {table}"), [])?;
        }
    }
    for word in words {
        keep_word(conn, word)?;
    }
    if anew || rows.iter().any(|ready| ready.row.gone) {
        index::to_be_cleaned(conn)?;
    }
    let mut kept = 0;
    for Ready { row, call } in rows {
        conn.prepare_cached(
            "DELETE FROM calls WHERE id = (SELECT row FROM others WHERE writer = ?1 AND id = ?2)",
        )?
        .execute((&row.writer, row.id))?;
        let Some(call) = call else { continue };
        // Two homes may have drawn one id: the second gets the next free one here.
        let Some(place) = Row::of(call).insert(conn)? else {
            continue;
        };
        conn.prepare_cached(
            "INSERT INTO others (row, writer, id, name, name_key, left_out)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            place,
            &row.writer,
            row_id(&call.id),
            &row.name,
            row.name.to_lowercase(),
            row.left_out,
        ))?;
        kept += 1;
    }
    let known = conn.execute(
        "UPDATE pulled SET team = ?1, change = max(change, ?2)",
        (team, to),
    )?;
    if known == 0 {
        conn.execute(
            "INSERT INTO pulled (team, change) VALUES (?1, ?2)",
            (team, to),
        )?;
    }
    let mut room = rows.len() + 8;
    while room > 0 && over(conn, KEPT)? {
        room -= 1;
        remove_oldest(conn)?;
    }
    Ok(kept)
}

fn keep_word(conn: &Connection, word: &ForeignWord) -> Result<(), Trouble> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO resolutions
             (id, revision, of_call, case_name, case_key, cause, note, who, at_ms, withdrawn)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(rusqlite::params![
        word.id,
        word.revision,
        word.of_call,
        word.case,
        word.case.as_ref().map(|case| case.to_lowercase()),
        word.cause,
        word.note,
        word.who,
        word.at,
        word.withdrawn,
    ])?;
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO resolved (kind, api, judged, resolution) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for [kind, api, judged] in &word.kinds {
        insert.execute((kind, api, judged, word.id))?;
    }
    Ok(())
}
