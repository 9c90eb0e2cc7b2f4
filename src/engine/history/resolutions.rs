//! What refusals were in the end, as people recorded it, and the refusals of one kind. Nothing is
//! overwritten: a change is a new revision.

use super::error::Trouble;
use super::select::{exchange_id, row_id};
use crate::insight::seen::{Kind, keys_with_code};
use crate::model::{ExchangeId, Resolution, ResolvedWhat, Timestamp, cause_from_id};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Writes a resolution as its next revision, with the kinds of refusals that it is about. Returns
/// that revision.
pub(super) fn insert(
    conn: &Connection,
    resolution: &Resolution,
    kinds: &[Kind],
) -> Result<u32, Trouble> {
    let id = row_id(&resolution.id);
    let revision: u32 = conn
        .prepare_cached("SELECT coalesce(max(revision), 0) + 1 FROM resolutions WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    let of_call = match &resolution.of {
        ResolvedWhat::Call(call) => Some(row_id(call)),
        ResolvedWhat::Case(_) => None,
    };
    conn.prepare_cached(
        "INSERT INTO resolutions
             (id, revision, of_call, case_name, case_key, cause, note, who, at_ms, withdrawn)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        id,
        revision,
        of_call,
        resolution.case,
        resolution.case.as_ref().map(|case| case.to_lowercase()),
        resolution.cause_id(),
        resolution.note,
        resolution.who,
        resolution.at.as_millisecond(),
        resolution.withdrawn,
    ])?;
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO resolved (kind, api, judged, resolution) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for kind in kinds {
        insert.execute((&kind.key, &kind.api, kind.judged.id(), id))?;
    }
    Ok(revision)
}

/// A revision, with the kinds that it is about: key, API, and the cause as it was judged.
pub(super) type Revision = (Resolution, Vec<[String; 3]>);

/// One revision of a resolution, if there is one of that number.
pub(super) fn revision(
    conn: &Connection,
    id: i64,
    revision: i64,
) -> Result<Option<Revision>, Trouble> {
    let sql = format!("SELECT {COLUMNS} FROM resolutions WHERE id = ?1 AND revision = ?2");
    let found = conn
        .prepare_cached(&sql)?
        .query_row((id, revision), read)
        .optional()?;
    let Some(resolution) = found else {
        return Ok(None);
    };
    let mut select =
        conn.prepare_cached("SELECT kind, api, judged FROM resolved WHERE resolution = ?1")?;
    let kinds = select.query_map([id], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
    Ok(Some((resolution, kinds.collect::<Result<_, _>>()?)))
}

const COLUMNS: &str = "id, revision, of_call, case_name, cause, note, who, at_ms, withdrawn";

/// In force, and not withdrawn.
const IN_FORCE: &str = "withdrawn = 0 AND revision =
    (SELECT max(later.revision) FROM resolutions AS later WHERE later.id = resolutions.id)";

/// Of refusals of this kind, the newest first.
pub(super) fn of_kind(conn: &Connection, kind: &Kind) -> Result<Vec<Resolution>, Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM resolutions
         WHERE id IN (SELECT resolution FROM resolved
                      WHERE kind = ?1 AND api = ?2 AND judged = ?3)
         AND {IN_FORCE} ORDER BY at_ms DESC"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map((&kind.key, &kind.api, kind.judged.id()), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Of refusals with this code, whatever their route, the newest first.
pub(super) fn of_code(conn: &Connection, code: &str) -> Result<Vec<Resolution>, Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM resolutions
         WHERE id IN (SELECT resolution FROM resolved WHERE kind >= ?1 AND kind < ?2)
         AND {IN_FORCE} ORDER BY at_ms DESC"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map(keys_with_code(code), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All that was recorded of a call or of a whole case, the newest word first; what was changed or
/// taken back too.
pub(super) fn of(conn: &Connection, what: &ResolvedWhat) -> Result<Vec<Resolution>, Trouble> {
    let (condition, value) = match what {
        ResolvedWhat::Call(id) => ("of_call = ?1", rusqlite::types::Value::Integer(row_id(id))),
        ResolvedWhat::Case(case) => (
            "of_call IS NULL AND case_key = ?1",
            rusqlite::types::Value::Text(case.to_lowercase()),
        ),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM resolutions WHERE {condition} ORDER BY at_ms DESC, revision DESC"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map([value], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The calls of a kind, the newest first.
pub(super) fn alike(
    conn: &Connection,
    key: &str,
    limit: usize,
) -> Result<Vec<ExchangeId>, Trouble> {
    let mut select = conn.prepare_cached(
        "SELECT id FROM calls WHERE kind = ?1 AND forgotten_by IS NULL
         ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = select.query_map((key, limit as i64), |row| row.get(0))?;
    rows.map(|id| Ok(exchange_id(id?))).collect()
}

/// The refused calls with a code, the newest first.
pub(super) fn with_code(
    conn: &Connection,
    code: &str,
    limit: usize,
) -> Result<Vec<ExchangeId>, Trouble> {
    let (first, end) = keys_with_code(code);
    let mut select = conn.prepare_cached(
        "SELECT id FROM calls WHERE kind >= ?1 AND kind < ?2 AND forgotten_by IS NULL
         ORDER BY id DESC LIMIT ?3",
    )?;
    let rows = select.query_map((first, end, limit as i64), |row| row.get(0))?;
    rows.map(|id| Ok(exchange_id(id?))).collect()
}

/// The newest refusal that somebody met; `None` where there is none.
pub(super) fn newest(conn: &Connection) -> Result<Option<ExchangeId>, Trouble> {
    let mut select = conn.prepare_cached(
        "SELECT id FROM calls WHERE kind IS NOT NULL AND forgotten_by IS NULL
         AND NOT EXISTS (SELECT 1 FROM records WHERE records.id = calls.id
                         AND instr(records.summary, '\"probe\":true') > 0)
         ORDER BY id DESC LIMIT 1",
    )?;
    let mut rows = select.query_map([], |row| row.get(0))?;
    rows.next().map(|id| Ok(exchange_id(id?))).transpose()
}

fn read(row: &Row) -> rusqlite::Result<Resolution> {
    let of_call: Option<i64> = row.get(2)?;
    let case: Option<String> = row.get(3)?;
    let cause: String = row.get(4)?;
    Ok(Resolution {
        id: exchange_id(row.get(0)?),
        revision: row.get(1)?,
        of: match of_call {
            Some(call) => ResolvedWhat::Call(exchange_id(call)),
            None => ResolvedWhat::Case(case.clone().unwrap_or_default()),
        },
        case,
        // A cause of a newer version is none of ours.
        cause: cause_from_id(&cause).flatten(),
        note: row.get(5)?,
        who: row.get(6)?,
        at: Timestamp::from_millisecond(row.get(7)?).unwrap_or_default(),
        withdrawn: row.get(8)?,
    })
}
