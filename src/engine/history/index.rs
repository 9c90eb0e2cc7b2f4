//! Fills the index of words: after a call is acknowledged, while nothing waits to be written, in
//! short steps, each in a transaction of its own, so that the next run goes on after a kill and
//! nobody waits for the lock.

use super::error::Trouble;
use super::masking;
use super::select;
use super::store::{Store, begin};
use crate::format::record;
use crate::insight::searched::{bodies, body_text, header_text};
use crate::insight::seen::kind_key;
use crate::insight::with_spellings;
use rusqlite::{Connection, OptionalExtension};
use std::time::{Duration, Instant};

/// How many calls one step indexes, and how long it may take: a call that is to be written waits
/// no longer.
const STEP_CALLS: i64 = 128;
const STEP_TIME: Duration = Duration::from_millis(20);

/// Calls of later versions have numbers above this, those of before below it, newest first: so
/// a text with a higher number is of a newer call, and the index is read from its end.
const FIRST: i64 = 1 << 30;

/// How far the words of calls are indexed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexing {
    /// Calls that were there before there was an index, and are left.
    pub left: u64,
    /// How many there were.
    pub calls: u64,
    /// Later calls that are left.
    pub fresh: u64,
}

impl Indexing {
    /// Whether every call is found by its words.
    pub fn is_done(&self) -> bool {
        self.left == 0 && self.fresh == 0
    }

    /// How much of the calls of before is done, in percent; `None` where nothing is left of them.
    pub fn percent(&self) -> Option<u64> {
        let left = self.left.min(self.calls);
        (left > 0).then(|| (self.calls - left) * 100 / self.calls)
    }
}

/// How many calls are left.
pub(super) fn progress(conn: &Connection) -> Result<Indexing, Trouble> {
    let (next, calls) = state(conn)?;
    let left: i64 = match next {
        Some(next) => conn
            .prepare_cached("SELECT count(*) FROM calls WHERE id <= ?1")?
            .query_row([next], |row| row.get(0))?,
        None => 0,
    };
    let fresh = conn
        .prepare_cached("SELECT count(*) FROM unindexed")?
        .query_row([], |row| row.get(0))?;
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Indexing {
        left: number(left),
        calls: number(calls),
        fresh: number(fresh),
    })
}

/// The newest call of before that is left, and how many there were.
pub(super) fn state(conn: &Connection) -> Result<(Option<i64>, i64), Trouble> {
    Ok(conn
        .prepare_cached("SELECT next, calls FROM indexing")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Whether anything is left to index.
pub(super) fn is_behind(conn: &Connection) -> Result<bool, Trouble> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM unindexed)
             OR (SELECT next IS NOT NULL OR cleaning <> 0 FROM indexing)",
        )?
        .query_row([], |row| row.get(0))?)
}

/// Calls of this version that are left, counted up to so many.
pub(super) fn waiting(conn: &Connection, most: usize) -> Result<usize, Trouble> {
    let count: i64 = conn
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM unindexed LIMIT ?1)")?
        .query_row([most as i64], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The texts of a call, as they go into the index.
struct Texts {
    call: i64,
    text: String,
    bodies: Vec<(i64, String)>,
    kind: Option<String>,
}

/// One step; true if more is to be done.
pub(super) fn step(store: &mut Store) -> Result<bool, Trouble> {
    let fresh: Vec<i64> = store
        .conn
        .prepare_cached("SELECT call FROM unindexed ORDER BY call LIMIT ?1")?
        .query_map([STEP_CALLS], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if !fresh.is_empty() {
        let (texts, _) = read(&store.conn, &fresh)?;
        write(store, texts, None)?;
        return is_behind(&store.conn);
    }
    if is_to_be_cleaned(&store.conn)? && clean(store, STEP_BLOCKS)? {
        return Ok(true);
    }
    // What may still hold a secret goes into no index.
    if masking::next(&store.conn)?.is_some() {
        return Ok(false);
    }
    let (Some(next), _) = state(&store.conn)? else {
        return Ok(false);
    };
    let older: Vec<i64> = store
        .conn
        .prepare_cached("SELECT id FROM calls WHERE id <= ?1 ORDER BY id DESC LIMIT ?2")?
        .query_map((next, STEP_CALLS), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let (texts, last) = read(&store.conn, &older)?;
    let left = last.and_then(|last| last.checked_sub(1));
    write(store, texts, Some(left))?;
    is_behind(&store.conn)
}

/// Reads calls for as long as a step may take, before any transaction; the last one that was read.
fn read(conn: &Connection, ids: &[i64]) -> Result<(Vec<Texts>, Option<i64>), Trouble> {
    let began = Instant::now();
    let mut texts = Vec::new();
    let mut last = None;
    for id in ids {
        texts.push(texts_of(conn, *id)?);
        last = Some(*id);
        if began.elapsed() > STEP_TIME {
            break;
        }
    }
    Ok((texts, last))
}

fn texts_of(conn: &Connection, id: i64) -> Result<Texts, Trouble> {
    let mut texts = Texts {
        call: id,
        text: String::new(),
        bodies: Vec::new(),
        kind: None,
    };
    let row = conn
        .prepare_cached(
            "SELECT search, sent_body, received_body, summary
             FROM calls JOIN records USING (id) WHERE id = ?1",
        )?
        .query_row([id], |row| {
            let ids: [Option<i64>; 2] = [row.get(1)?, row.get(2)?];
            Ok((row.get::<_, String>(0)?, ids, row.get::<_, String>(3)?))
        })
        .optional()?;
    let Some((search, ids, line)) = row else {
        return Ok(texts);
    };
    let summary = record::read_summary(&line, select::exchange_id(id));
    texts.kind = summary.ok().as_ref().and_then(kind_key);
    // A call that cannot be read is found by its line alone.
    let call = select::read_head(conn, id).ok().flatten();
    texts.text = search;
    if let Some(call) = call {
        texts.text.push_str(&header_text(&call));
        for (body, id) in bodies(&call).into_iter().zip(ids) {
            if let Some(id) = id.filter(|_| !body.is_empty())
                && !is_indexed(conn, id)?
            {
                texts.bodies.push((id, indexed(&body_text(body))));
            }
        }
    }
    texts.text = indexed(&texts.text);
    Ok(texts)
}

/// The text with its other spelling; a zero byte would end it early.
fn indexed(text: &str) -> String {
    with_spellings(text).replace('\0', " ")
}

fn is_indexed(conn: &Connection, body: i64) -> Result<bool, Trouble> {
    let indexed = conn
        .prepare_cached("SELECT indexed FROM bodies WHERE id = ?1")?
        .query_row([body], |row| row.get(0))
        .optional()?;
    // A body that is gone needs no index.
    Ok(indexed.unwrap_or(true))
}

/// Writes what was read; `older` is how far the calls of before are then.
fn write(
    store: &mut Store,
    mut texts: Vec<Texts>,
    older: Option<Option<i64>>,
) -> Result<(), Trouble> {
    texts.sort_by_key(|text| text.call);
    let mut bodies: Vec<(i64, String)> = Vec::new();
    for text in &mut texts {
        bodies.append(&mut text.bodies);
    }
    // The index takes texts in the order of their numbers.
    bodies.sort_by_key(|(id, _)| *id);
    bodies.dedup_by_key(|(id, _)| *id);
    let tx = begin(store)?;
    let first: i64 = match older {
        None => tx
            .prepare_cached("SELECT max(coalesce(max(number), 0), ?1) + 1 FROM texts")?
            .query_row([FIRST], |row| row.get(0))?,
        Some(_) => {
            let first: i64 = tx
                .prepare_cached("SELECT min(coalesce(min(number), ?1), ?1) FROM texts")?
                .query_row([FIRST], |row| row.get(0))?;
            first - texts.len() as i64
        }
    };
    for (number, text) in (first..).zip(&texts) {
        tx.prepare_cached("DELETE FROM unindexed WHERE call = ?1")?
            .execute([text.call])?;
        // Since it was read, another run may have removed it, or indexed it.
        let is_wanted: bool = tx
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM calls WHERE id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM texts WHERE call = ?1)",
            )?
            .query_row([text.call], |row| row.get(0))?;
        if is_wanted {
            tx.prepare_cached("INSERT INTO texts (number, call) VALUES (?1, ?2)")?
                .execute((number, text.call))?;
            tx.prepare_cached("INSERT INTO call_words (rowid, text) VALUES (?1, ?2)")?
                .execute((number, &text.text))?;
            if older.is_some() && text.kind.is_some() {
                tx.prepare_cached("UPDATE calls SET kind = ?1 WHERE id = ?2")?
                    .execute((&text.kind, text.call))?;
            }
        }
    }
    for (id, text) in &bodies {
        let is_wanted = tx
            .prepare_cached("UPDATE bodies SET indexed = 1 WHERE id = ?1 AND indexed = 0")?
            .execute([id])?;
        if is_wanted > 0 {
            tx.prepare_cached("INSERT INTO body_words (rowid, text) VALUES (?1, ?2)")?
                .execute((id, text))?;
        }
    }
    if let Some(left) = older {
        tx.prepare_cached("UPDATE indexing SET next = ?1")?
            .execute([left])?;
    }
    tx.commit()?;
    Ok(())
}

const TABLES: [&str; 2] = ["call_words", "body_words"];

/// Blocks that a step writes while something waits for nothing: some milliseconds.
const STEP_BLOCKS: i64 = 64;
/// Blocks that are written at once when something was erased. A larger index is cleaned in steps.
const AT_ONCE: i64 = 4_000;

/// Notes that texts are about to be struck off the index, in the caller's transaction. SQLite's
/// `secure-delete` does nothing for an index that holds no texts of its own; the runs of letters go
/// when what holds them is merged.
pub(super) fn to_be_cleaned(conn: &Connection) -> Result<(), Trouble> {
    conn.prepare_cached("UPDATE indexing SET cleaning = 1")?
        .execute([])?;
    Ok(())
}

/// Takes what was erased out of the index for good; a large one only in part, and the steps that
/// fill it go on.
pub(super) fn forget_removed(store: &mut Store) -> Result<(), Trouble> {
    const BLOCKS: i64 = 500;
    for _ in 0..AT_ONCE / BLOCKS {
        if !clean(store, BLOCKS)? {
            break;
        }
    }
    Ok(())
}

/// One step of that; true if more is left.
fn clean(store: &mut Store, blocks: i64) -> Result<bool, Trouble> {
    let tx = begin(store)?;
    let stage: i64 = tx
        .prepare_cached("SELECT cleaning FROM indexing")?
        .query_row([], |row| row.get(0))?;
    if stage == 0 {
        return Ok(false);
    }
    // The first step, with a negative number, has everything merged with everything.
    let blocks = if stage == 1 { -blocks } else { blocks };
    let mut worked = false;
    for table in TABLES {
        let before = tx.total_changes();
        tx.prepare_cached(&format!(
            "INSERT INTO {table} ({table}, rank) VALUES ('merge', ?1)"
        ))?
        .execute([blocks])?;
        // The command itself counts as one change.
        worked |= tx.total_changes() - before >= 2;
    }
    let next = if worked { 2 } else { 0 };
    tx.prepare_cached("UPDATE indexing SET cleaning = ?1")?
        .execute([next])?;
    tx.commit()?;
    if !worked {
        store.empty_log()?;
    }
    Ok(worked)
}

/// Whether something that was erased is still to go.
fn is_to_be_cleaned(conn: &Connection) -> Result<bool, Trouble> {
    Ok(conn
        .prepare_cached("SELECT cleaning <> 0 FROM indexing")?
        .query_row([], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::super::insert::Row;
    use super::super::place::Place;
    use super::*;
    use crate::insight::Exchange;
    use crate::insight::redact::Mask;
    use crate::model::{ExchangeId, Outcome, RawExchange, Response, Timestamp};
    use std::path::Path;

    /// A call whose answer has letters of its own.
    fn call(number: u64, word: &str) -> Exchange {
        let answered = Outcome::Answered(Response {
            status: 404,
            body: format!("the word {word} of {number}").into_bytes(),
            ..Response::default()
        });
        let at = Timestamp::from_millisecond(1_780_000_000_000 + number as i64).unwrap();
        let mut call = RawExchange::with_outcome(ExchangeId::new(at, 7), answered, at);
        call.typed.notes = word.to_owned();
        Mask::default().exchange(call)
    }

    fn holds(folder: &Path, letters: &str) -> bool {
        let files = std::fs::read_dir(folder).unwrap();
        files.into_iter().any(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
            let letters = letters.as_bytes();
            bytes.windows(letters.len()).any(|part| part == letters)
        })
    }

    #[test]
    fn what_was_erased_is_in_no_byte_of_the_files_however_small_the_steps() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path());
        let mut store = Store::open(&place, Duration::from_secs(5)).unwrap();
        let mut ids = Vec::new();
        for number in 0..300 {
            // No other text has these letters, so a run of them is this call's.
            let word = if number == 150 {
                "ʬʭʩʪʫ"
            } else {
                "common"
            };
            let tx = begin(&mut store).unwrap();
            ids.push(Row::of(&call(number, word)).insert(&tx).unwrap().unwrap());
            tx.commit().unwrap();
            while step(&mut store).unwrap() {}
        }
        assert!(holds(folder.path(), "ʭʩ"));
        let tx = begin(&mut store).unwrap();
        tx.execute("DELETE FROM calls WHERE id = ?1", [ids[150]])
            .unwrap();
        to_be_cleaned(&tx).unwrap();
        tx.commit().unwrap();
        let mut steps = 1;
        while clean(&mut store, 1).unwrap() {
            steps += 1;
        }
        assert!(steps > 2, "{steps}");
        assert!(!is_behind(&store.conn).unwrap());
        store.empty_log().unwrap();
        for letters in ["ʬʭ", "ʭʩ", "ʩʪ", "ʪʫ"] {
            assert!(!holds(folder.path(), letters), "{letters}");
        }
        // What stayed is still found, and a second look has nothing to do.
        let left: i64 = store
            .conn
            .query_row(
                "SELECT count(*) FROM body_words WHERE body_words MATCH 'com'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(left, 299);
        assert!(!clean(&mut store, 1).unwrap());
    }
}
