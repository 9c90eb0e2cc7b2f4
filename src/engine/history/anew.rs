//! Masks old calls again by the rules of this version: from the newest on, in short steps while
//! nothing waits to be written, each in its own transaction, so that the next run continues after a
//! kill. At the end the file is rewritten.

use super::error::Trouble;
use super::index;
use super::insert::Row;
use super::masking::{is_behind, next};
use super::outbox;
use super::select;
use super::store::{Store, begin};
use crate::engine::vault::Vault;
use rusqlite::OptionalExtension;
use std::time::{Duration, Instant};

/// How many calls one step masks, and how long it may take: a writer waits no longer.
const STEP_CALLS: i64 = 64;
const STEP_TIME: Duration = Duration::from_millis(40);

/// One step; true if more is to be done.
pub(super) fn step(store: &mut Store, vault: &Vault) -> Result<bool, Trouble> {
    let Some(newest) = next(&store.conn)? else {
        return rewrite(store);
    };
    let ids: Vec<i64> = store
        .conn
        .prepare_cached("SELECT id FROM calls WHERE id <= ?1 ORDER BY id DESC LIMIT ?2")?
        .query_map((newest, STEP_CALLS), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    // The work is done before the transaction: nobody waits for it.
    let began = Instant::now();
    let mask = vault.mask();
    let mut changed = Vec::new();
    let mut done = None;
    for id in &ids {
        // One that cannot be read cannot be shown either.
        if let Ok(Some(was)) = select::read(&store.conn, *id) {
            let is = mask.exchange(was.clone());
            if *is != was {
                changed.push((*id, is));
            }
        }
        done = Some(*id);
        if began.elapsed() > STEP_TIME {
            break;
        }
    }
    let rows: Vec<(i64, Row)> = changed
        .iter()
        .map(|(id, call)| (*id, Row::of(call)))
        .collect();
    let next = done.and_then(|done| done.checked_sub(1));
    let tx = begin(store)?;
    for (id, row) in &rows {
        // Since it was read, another run may have removed it, or hidden it.
        let hidden: Option<Option<i64>> = tx
            .prepare_cached("SELECT forgotten_by FROM calls WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        if let Some(hidden) = hidden {
            let is_shared = outbox::has(&tx, *id)?;
            tx.prepare_cached("DELETE FROM calls WHERE id = ?1")?
                .execute([id])?;
            row.insert(&tx)?;
            if is_shared {
                outbox::add(&tx, *id)?;
            }
            tx.prepare_cached("UPDATE calls SET forgotten_by = ?1 WHERE id = ?2")?
                .execute((hidden, id))?;
        }
    }
    tx.prepare_cached("UPDATE masking SET next = ?1")?
        .execute([next])?;
    tx.commit()?;
    Ok(true)
}

/// Removes old text from between the pages, and from the log. Others can read meanwhile.
fn rewrite(store: &mut Store) -> Result<bool, Trouble> {
    if !is_behind(&store.conn)? {
        return Ok(false);
    }
    index::to_be_cleaned(&store.conn)?;
    index::forget_removed(store)?;
    // A copy of the whole file does not belong into memory.
    store.conn.execute_batch("PRAGMA temp_store = FILE")?;
    let written = store.conn.execute_batch("VACUUM");
    store.conn.execute_batch("PRAGMA temp_store = MEMORY")?;
    written?;
    store.conn.execute("UPDATE masking SET rewritten = 1", [])?;
    store.empty_log()?;
    Ok(false)
}
