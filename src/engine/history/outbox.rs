//! What is still to go to the team. A call is noted here in the transaction that keeps it, and
//! struck off when the team's database has it; so neither a kill nor weeks without a network lose
//! one, and one that goes twice is the same row there.

use super::error::Trouble;
use super::parcel::Parcel;
use super::resolutions;
use super::select::{self, exchange_id, row_id};
use crate::insight::redact::Mask;
use crate::model::{ExchangeId, Resolution, Timestamp};
use rusqlite::{Connection, OptionalExtension};

/// An entry of the outbox.
#[derive(Debug)]
pub struct Leaving {
    /// Its place in the order; an entry that was changed since has another.
    pub seq: i64,
    pub id: ExchangeId,
    pub going: Going,
}

/// What is to be told to the team.
#[derive(Debug)]
pub enum Going {
    Call(Box<Parcel>),
    /// The call was forgotten.
    Gone,
    /// It cannot be read, and why.
    Unreadable(String),
}

/// A word on a refusal that is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordOut {
    pub resolution: Resolution,
    /// The kinds of refusals that it is about: key, API, and the cause as it was judged.
    pub kinds: Vec<[String; 3]>,
}

/// How the outbox stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// Calls and words on refusals that are still to go.
    pub pending: u64,
    /// Calls that the team's database did not take, and the last reason.
    pub refused: u64,
    pub why: Option<String>,
    /// Why the last attempt to reach the team failed, and when that was.
    pub trouble: Option<(String, Option<Timestamp>)>,
}

/// Notes a call, in the caller's transaction.
pub(super) fn add(conn: &Connection, id: i64) -> Result<(), Trouble> {
    conn.prepare_cached("INSERT OR REPLACE INTO outbox (id) VALUES (?1)")?
        .execute([id])?;
    Ok(())
}

/// Notes a word on a refusal, in the caller's transaction.
pub(super) fn add_word(conn: &Connection, id: i64, revision: u32) -> Result<(), Trouble> {
    conn.execute(
        "INSERT OR IGNORE INTO words_out (id, revision) VALUES (?1, ?2)",
        (id, revision),
    )?;
    Ok(())
}

/// Words that are to go, masked by what is known today; at most so many.
pub(super) fn words(conn: &Connection, limit: usize, mask: &Mask) -> Result<Vec<WordOut>, Trouble> {
    let noted: Vec<(i64, i64)> = conn
        .prepare_cached("SELECT id, revision FROM words_out ORDER BY id, revision LIMIT ?1")?
        .query_map([limit as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut words = Vec::with_capacity(noted.len());
    for (id, revision) in noted {
        if let Some((mut resolution, kinds)) = resolutions::revision(conn, id, revision)? {
            resolution.note = mask.text(&resolution.note);
            words.push(WordOut { resolution, kinds });
        }
    }
    Ok(words)
}

/// Strikes off words that the team's database has.
pub(super) fn strike_words(conn: &Connection, sent: &[WordOut]) -> Result<(), Trouble> {
    for WordOut { resolution, .. } in sent {
        conn.prepare_cached("DELETE FROM words_out WHERE id = ?1 AND revision = ?2")?
            .execute((row_id(&resolution.id), resolution.revision))?;
    }
    Ok(())
}

/// Whether the call went, or is to go.
pub(super) fn has(conn: &Connection, id: i64) -> Result<bool, Trouble> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM shared WHERE id = ?1)
                 OR EXISTS (SELECT 1 FROM outbox WHERE id = ?1 AND NOT gone)",
        )?
        .query_row([id], |row| row.get(0))?)
}

/// Every call that went is to go again.
pub(super) fn again(conn: &Connection) -> Result<usize, Trouble> {
    conn.execute("UPDATE outbox SET refused = NULL", [])?;
    let added = conn.execute(
        "INSERT OR IGNORE INTO outbox (id) SELECT id FROM shared ORDER BY id",
        [],
    )?;
    Ok(added)
}

/// The first entries, masked by what is known today; at most so many, and not much above so many
/// bytes. What a person may still bring back waits.
pub(super) fn next(
    conn: &Connection,
    calls: usize,
    bytes: usize,
    mask: &Mask,
) -> Result<Vec<Leaving>, Trouble> {
    let entries: Vec<(i64, i64, bool)> = conn
        .prepare_cached(
            "SELECT seq, outbox.id, gone FROM outbox LEFT JOIN calls ON calls.id = outbox.id
             WHERE refused IS NULL AND (gone OR calls.id IS NOT NULL AND forgotten_by IS NULL)
             ORDER BY seq LIMIT ?1",
        )?
        .query_map([calls as i64], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut weight = 0;
    let mut leaving = Vec::with_capacity(entries.len());
    for (seq, id, gone) in entries {
        let going = match gone {
            true => Going::Gone,
            false => match select::read(conn, id) {
                Ok(Some(call)) => Going::Call(Box::new(Parcel::of(&mask.exchange(call)))),
                // It went meanwhile.
                Ok(None) => continue,
                Err(trouble) if trouble.leaves_connection() || is_altered(&trouble) => {
                    Going::Unreadable("what is kept of it cannot be read".to_owned())
                }
                Err(trouble) => return Err(trouble),
            },
        };
        if let Going::Call(parcel) = &going {
            weight += parcel.weight();
        }
        leaving.push(Leaving {
            seq,
            id: exchange_id(id),
            going,
        });
        if weight >= bytes {
            break;
        }
    }
    Ok(leaving)
}

fn is_altered(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Other(_))
}

/// Strikes off what the team's database has.
pub(super) fn strike(conn: &Connection, sent: &[Leaving]) -> Result<(), Trouble> {
    for entry in sent {
        let struck = conn
            .prepare_cached("DELETE FROM outbox WHERE seq = ?1")?
            .execute([entry.seq])?;
        // One that was changed meanwhile has an entry of its own.
        if struck > 0 && matches!(entry.going, Going::Call(_)) {
            conn.prepare_cached("INSERT OR IGNORE INTO shared (id) VALUES (?1)")?
                .execute([row_id(&entry.id)])?;
        }
    }
    Ok(())
}

/// Sets an entry aside, with the reason.
pub(super) fn refuse(conn: &Connection, seq: i64, why: &str) -> Result<(), Trouble> {
    conn.prepare_cached("UPDATE outbox SET refused = ?2 WHERE seq = ?1")?
        .execute((seq, why))?;
    Ok(())
}

/// How many entries wait, without reading any.
pub(super) fn state(conn: &Connection) -> Result<Outbox, Trouble> {
    let count = |sql: &str| -> Result<u64, Trouble> {
        let count: i64 = conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    let last = "SELECT refused FROM outbox WHERE refused IS NOT NULL ORDER BY seq DESC LIMIT 1";
    let trouble = conn
        .query_row("SELECT trouble, trouble_ms FROM team", [], |row| {
            Ok((
                row.get::<_, Option<String>>(0)?,
                row.get::<_, Option<i64>>(1)?,
            ))
        })
        .optional()?;
    let trouble = trouble.and_then(|(words, ms)| {
        let at = ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Some((words?, at))
    });
    Ok(Outbox {
        pending: count(
            "SELECT (SELECT count(*) FROM outbox WHERE refused IS NULL)
                 + (SELECT count(*) FROM words_out)",
        )?,
        refused: count("SELECT count(*) FROM outbox WHERE refused IS NOT NULL")?,
        why: conn.query_row(last, [], |row| row.get(0)).optional()?,
        trouble,
    })
}

/// This home's id for the team, made at the first need: sixteen random bytes as a UUID.
pub(super) fn writer(conn: &Connection, chance: [u8; 16]) -> Result<String, Trouble> {
    let known: Option<Vec<u8>> = conn
        .query_row("SELECT writer FROM team", [], |row| row.get(0))
        .optional()?;
    let bytes = match known {
        Some(known) => known,
        None => {
            conn.execute("INSERT INTO team (writer) VALUES (?1)", [&chance[..]])?;
            chance.to_vec()
        }
    };
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| digits.get(part));
    let parts: Option<Vec<&str>> = parts.into_iter().collect();
    let unusable = || Trouble::Other("the id of this home is not one".to_owned());
    parts.map(|parts| parts.join("-")).ok_or_else(unusable)
}

/// Remembers why the team could not be reached; `None` once it could.
pub(super) fn note(conn: &Connection, trouble: Option<(&str, i64)>) -> Result<(), Trouble> {
    let (words, ms) = trouble.unzip();
    conn.execute(
        "UPDATE team SET trouble = ?1, trouble_ms = ?2 WHERE trouble IS NOT ?1",
        (words, ms),
    )?;
    Ok(())
}
