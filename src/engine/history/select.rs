//! Calls by their ids: whole, or as much of them as is searched.

use super::body;
use super::error::Trouble;
use crate::format::record::{self, Bodies};
use crate::insight::searched::SEARCHED;
use crate::model::{ExchangeId, KnownCase, RawExchange};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// The whole call, unless it is unknown or forgotten.
pub(super) fn load(conn: &Connection, id: &ExchangeId) -> Result<Option<RawExchange>, Trouble> {
    let is_there = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM calls WHERE id = ?1 AND forgotten_by IS NULL)",
        )?
        .query_row([row_id(id)], |row| row.get(0))?;
    if is_there {
        read(conn, row_id(id))
    } else {
        Ok(None)
    }
}

/// The call of a row, forgotten or not, as it was kept.
pub(super) fn read(conn: &Connection, id: i64) -> Result<Option<RawExchange>, Trouble> {
    let view = conn.unchecked_transaction()?;
    let row = view
        .prepare_cached(
            "SELECT record, typed_body, sent_body, received_body
             FROM calls JOIN records USING (id) WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]))
        })
        .optional()?;
    let Some((packed, [typed, sent, received])) = row else {
        return Ok(None);
    };
    let bodies = Bodies {
        typed: body::unpack(&view, typed)?,
        sent: body::unpack(&view, sent)?,
        received: body::unpack(&view, received)?,
    };
    let mut exchange = record::read(&body::unpack_text(packed)?, bodies)?;
    // The row's own, in case two calls were made under one id.
    exchange.id = exchange_id(id);
    Ok(Some(exchange))
}

/// So many bytes of a body are read to search its beginning, in whatever encoding.
const HEAD: usize = 4 * SEARCHED;

/// The call of a row as it was kept, with the beginnings of its bodies alone.
pub(super) fn read_head(conn: &Connection, id: i64) -> Result<Option<RawExchange>, Trouble> {
    let row = conn
        .prepare_cached(
            "SELECT record, sent_body, received_body
             FROM calls JOIN records USING (id) WHERE id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((packed, sent, received)) = row else {
        return Ok(None);
    };
    let bodies = Bodies {
        typed: Vec::new(),
        sent: body::head(conn, sent, HEAD)?,
        received: body::head(conn, received, HEAD)?,
    };
    let mut call = record::read(&body::unpack_text(packed)?, bodies)?;
    call.id = exchange_id(id);
    Ok(Some(call))
}

/// The one call whose id begins so.
pub(super) fn find(conn: &Connection, prefix: &str) -> Result<Option<ExchangeId>, Trouble> {
    let Some((first, last)) = ExchangeId::beginning_with(prefix.trim()) else {
        return Ok(None);
    };
    let mut select = conn.prepare_cached(
        "SELECT id FROM calls WHERE id BETWEEN ?1 AND ?2 AND forgotten_by IS NULL
         ORDER BY id LIMIT 2",
    )?;
    let ids = select.query_map([row_id(&first), row_id(&last)], |row| row.get(0))?;
    let ids = ids.collect::<Result<Vec<i64>, _>>()?;
    match ids[..] {
        [] => Ok(None),
        [id] => Ok(Some(exchange_id(id))),
        [first, second, ..] => Err(Trouble::Ambiguous {
            first: exchange_id(first).to_string(),
            second: exchange_id(second).to_string(),
        }),
    }
}

/// Every case with its number of calls, the latest worked on first.
pub(super) fn cases(conn: &Connection) -> Result<Vec<(String, u64)>, Trouble> {
    // Beside max(), SQLite takes the name from the row that has it.
    let mut select = conn.prepare_cached(
        "SELECT case_name, count(*), max(id) AS latest FROM calls
         WHERE case_key IS NOT NULL AND forgotten_by IS NULL
         GROUP BY case_key ORDER BY latest DESC",
    )?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (case, count) = row?;
        Ok((case, u64::try_from(count).unwrap_or(0)))
    })
    .collect()
}

/// A case as one colleague, or oneself, works on it, and the latest call.
pub(super) struct CaseOf {
    key: String,
    name: String,
    calls: u64,
    latest: i64,
    by: Option<String>,
}

/// Every case by whose calls it has; in the file of what others share with their names.
pub(super) fn known_cases(conn: &Connection, of_others: bool) -> Result<Vec<CaseOf>, Trouble> {
    let text = if of_others {
        "SELECT case_key, case_name, count(*), max(calls.id) AS latest, name
         FROM calls JOIN others ON others.row = calls.id
         WHERE case_key IS NOT NULL AND forgotten_by IS NULL GROUP BY case_key, name_key"
    } else {
        "SELECT case_key, case_name, count(*), max(id) AS latest, NULL
         FROM calls WHERE case_key IS NOT NULL AND forgotten_by IS NULL GROUP BY case_key"
    };
    let mut select = conn.prepare_cached(text)?;
    let rows = select.query_map([], |row| {
        Ok(CaseOf {
            key: row.get(0)?,
            name: row.get(1)?,
            calls: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
            latest: row.get(3)?,
            by: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same by case, the latest worked on first.
pub(super) fn together(mut rows: Vec<CaseOf>) -> Vec<KnownCase> {
    rows.sort_by_key(|row| std::cmp::Reverse(row.latest));
    let mut cases: Vec<KnownCase> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let place = *places.entry(row.key).or_insert(cases.len());
        if place == cases.len() {
            cases.push(KnownCase {
                name: row.name,
                calls: 0,
                is_own: false,
                by: Vec::new(),
            });
        }
        let case = &mut cases[place];
        case.calls += row.calls;
        match row.by {
            None => case.is_own = true,
            Some(by) => case.by.push(by),
        }
    }
    cases
}

pub(super) fn row_id(id: &ExchangeId) -> i64 {
    // Sixty bits always fit.
    id.number() as i64
}

pub(super) fn exchange_id(id: i64) -> ExchangeId {
    ExchangeId::from_number(id as u64)
}
