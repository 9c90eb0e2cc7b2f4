//! Goes through the calls that a filter may fit. Words of three letters and more are pointed out
//! by the index and then looked for in the call itself; few are read, however many calls there
//! are. What is not indexed yet is read from the newest on, up to a limit.

use super::error::Trouble;
use super::filter::{Filter, Text};
use super::index;
use super::select::read_head;
use crate::insight::Where;
use crate::insight::searched::texts;
use crate::model::RawExchange;
use rusqlite::types::Value;
use rusqlite::{Connection, Rows, Statement, params_from_iter};

/// A word that the index finds at no more places leads from there to its calls; one that is more
/// frequent is met soon by going through the newest calls.
const RARE: usize = 4_000;

/// So many calls that are not indexed yet are read; of older ones only the line is looked at.
const UNINDEXED: usize = 2_000;

/// So many places are gone through to see whether a text is among them; beyond it is read.
const PATIENCE: usize = 20_000;

/// A row that fits so far.
struct Row {
    id: i64,
    search: String,
    bodies: [Option<i64>; 2],
    /// Its number in the index; `None` where it is not there yet.
    number: Option<i64>,
}

const COLUMNS: &str = "id, search, sent_body, received_body,
    (SELECT number FROM texts WHERE texts.call = calls.id)";

/// Gives the ids that fit, newest first, until told to stop.
pub(super) fn walk(
    filter: &Filter,
    conn: &Connection,
    mut take: impl FnMut(i64) -> bool,
) -> Result<(), Trouble> {
    let deep = |text: &Text| !text.word.is_short();
    if !filter.texts.iter().any(deep) {
        return through_lines(filter, conn, take);
    }
    let asked: Vec<Asked> = filter.texts.iter().map(Asked::of).collect();
    let mut statements = Vec::new();
    for (table, words) in asked.iter().flat_map(Asked::questions) {
        let sql = format!("SELECT rowid FROM {table} WHERE {table} MATCH ?1 ORDER BY rowid DESC");
        statements.push((conn.prepare(&sql)?, words));
    }
    let mut streams = Vec::new();
    for (statement, words) in &mut statements {
        streams.push(Stream::open(statement, words)?);
    }
    let mut streams = streams.into_iter();
    let mut looks: Vec<Look> = Vec::new();
    for (text, asked) in filter.texts.iter().zip(&asked) {
        looks.push(Look {
            text,
            calls: asked.in_calls.as_ref().and_then(|_| streams.next()),
            bodies: asked.in_bodies.as_ref().and_then(|_| streams.next()),
        });
    }
    if let Some(ids) = candidates(&mut looks, conn)? {
        let sql = format!(
            "SELECT {COLUMNS} FROM calls WHERE id = ? AND {}",
            filter.condition
        );
        let mut select = conn.prepare(&sql)?;
        for id in ids {
            let values = std::iter::once(Value::Integer(id)).chain(filter.values.iter().cloned());
            let mut rows = select.query(params_from_iter(values))?;
            if let Some(row) = rows.next()? {
                let row = read(row)?;
                let mut call = Held::Unread;
                let mut fits = true;
                for look in &looks {
                    fits = fits && look.text.negated != is_in(look.text, &row, &mut call, conn)?;
                }
                if fits && !take(row.id) {
                    break;
                }
            }
        }
        return Ok(());
    }
    through_calls(filter, &mut looks, conn, take)
}

/// Goes through the lines of calls; nothing else is looked at.
fn through_lines(
    filter: &Filter,
    conn: &Connection,
    mut take: impl FnMut(i64) -> bool,
) -> Result<(), Trouble> {
    let search = if filter.texts.is_empty() {
        "NULL"
    } else {
        "search"
    };
    let sql = format!(
        "SELECT id, {search} FROM calls WHERE {} ORDER BY id DESC",
        filter.condition
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(&filter.values))?;
    while let Some(row) = rows.next()? {
        if !filter.texts.is_empty() {
            let line = row.get_ref(1)?.as_str().unwrap_or_default();
            let fits = |text: &Text| {
                let is_there = text.place == Where::Anywhere && text.word.is_in(line);
                is_there != text.negated
            };
            if !filter.texts.iter().all(fits) {
                continue;
            }
        }
        if !take(row.get(0)?) {
            break;
        }
    }
    Ok(())
}

/// Goes through all calls, newest first, and reads those that the index points out.
fn through_calls(
    filter: &Filter,
    looks: &mut [Look],
    conn: &Connection,
    mut take: impl FnMut(i64) -> bool,
) -> Result<(), Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM calls WHERE {} ORDER BY id DESC",
        filter.condition
    );
    let mut select = conn.prepare(&sql)?;
    let mut rows = select.query(params_from_iter(&filter.values))?;
    let mut unindexed = UNINDEXED;
    while let Some(row) = rows.next()? {
        let row = read(row)?;
        let mut call = Held::Unread;
        let mut fits = true;
        for look in looks.iter_mut() {
            let is_there =
                look.may_be_in(&row, &mut unindexed)? && is_in(look.text, &row, &mut call, conn)?;
            if is_there == look.text.negated {
                fits = false;
                break;
            }
        }
        if fits && !take(row.id) {
            break;
        }
    }
    Ok(())
}

fn read(row: &rusqlite::Row) -> Result<Row, Trouble> {
    Ok(Row {
        id: row.get(0)?,
        search: row.get(1)?,
        bodies: [row.get(2)?, row.get(3)?],
        number: row.get(4)?,
    })
}

/// A call that is read once it is needed.
enum Held {
    Unread,
    Read(Option<Box<RawExchange>>),
}

/// Whether the word stands in the call itself.
fn is_in(text: &Text, row: &Row, call: &mut Held, conn: &Connection) -> Result<bool, Trouble> {
    if text.place == Where::Anywhere && text.word.is_in(&row.search) {
        return Ok(true);
    }
    if text.word.is_short() {
        return Ok(false);
    }
    if let Held::Unread = call {
        // One that cannot be read has only its line.
        *call = Held::Read(read_head(conn, row.id).ok().flatten().map(Box::new));
    }
    let Held::Read(Some(call)) = call else {
        return Ok(false);
    };
    Ok(texts(call, text.place)
        .iter()
        .any(|own| text.word.is_in(own)))
}

/// What the index is asked for a word; `None` where it can tell nothing.
struct Asked {
    in_calls: Option<String>,
    in_bodies: Option<String>,
}

impl Asked {
    fn of(text: &Text) -> Asked {
        let words = if text.word.is_short() {
            None
        } else {
            text.word.trigrams().map(|spellings| matched(&spellings))
        };
        let of_body = matches!(text.place, Where::Anywhere | Where::Body);
        let of_call = text.place != Where::Body;
        Asked {
            in_calls: words.clone().filter(|_| of_call),
            in_bodies: words.filter(|_| of_body),
        }
    }

    fn questions(&self) -> impl Iterator<Item = (&'static str, String)> {
        let calls = self
            .in_calls
            .iter()
            .map(|words| ("call_words", words.clone()));
        let bodies = self
            .in_bodies
            .iter()
            .map(|words| ("body_words", words.clone()));
        calls.chain(bodies)
    }
}

/// All runs of one spelling, or all of another, as the index is asked for them.
fn matched(spellings: &[Vec<String>]) -> String {
    let all = |runs: &Vec<String>| {
        let runs = runs
            .iter()
            .map(|run| format!("\"{}\"", run.replace('"', "\"\"")));
        format!("({})", runs.collect::<Vec<_>>().join(" AND "))
    };
    let spellings: Vec<String> = spellings.iter().map(all).collect();
    spellings.join(" OR ")
}

/// The numbers of texts that may hold a word, the highest first, fetched as they are needed.
struct Stream<'s> {
    rows: Rows<'s>,
    found: Vec<i64>,
    is_done: bool,
}

impl<'s> Stream<'s> {
    fn open(statement: &'s mut Statement, words: &str) -> Result<Stream<'s>, Trouble> {
        Ok(Stream {
            rows: statement.query([words])?,
            found: Vec::new(),
            is_done: false,
        })
    }

    /// Fetches one more.
    fn pull(&mut self) -> Result<(), Trouble> {
        match self.rows.next()? {
            Some(row) => self.found.push(row.get(0)?),
            None => self.is_done = true,
        }
        Ok(())
    }

    /// Fetches until there are so many, or no more.
    fn fill(&mut self, most: usize) -> Result<(), Trouble> {
        while !self.is_done && self.found.len() < most {
            self.pull()?;
        }
        Ok(())
    }

    /// Whether a text is among them; `None` where finding out takes too long.
    fn has(&mut self, number: i64) -> Result<Option<bool>, Trouble> {
        let mut patience = PATIENCE;
        while !self.is_done && self.found.last().is_none_or(|last| *last > number) {
            if patience == 0 {
                return Ok(None);
            }
            patience -= 1;
            self.pull()?;
        }
        let is_there = self.found.binary_search_by(|own| number.cmp(own)).is_ok();
        Ok(Some(is_there))
    }
}

/// A word, and where the index says that it may be.
struct Look<'s> {
    text: &'s Text,
    calls: Option<Stream<'s>>,
    bodies: Option<Stream<'s>>,
}

impl Look<'_> {
    /// Whether the word may stand in that call, so that it is worth reading.
    fn may_be_in(&mut self, row: &Row, unindexed: &mut usize) -> Result<bool, Trouble> {
        let is_anywhere = self.text.place == Where::Anywhere;
        if self.text.word.is_short() || (is_anywhere && self.text.word.is_in(&row.search)) {
            return Ok(true);
        }
        let Some(number) = row.number else {
            // Its bodies may be known by another call; that tells nothing of its heads.
            let may = *unindexed > 0;
            *unindexed = unindexed.saturating_sub(1);
            return Ok(may);
        };
        if self.calls.is_none() && self.bodies.is_none() {
            return Ok(true);
        }
        if let Some(calls) = &mut self.calls
            && calls.has(number)? != Some(false)
        {
            return Ok(true);
        }
        if let Some(bodies) = &mut self.bodies {
            for body in row.bodies.into_iter().flatten() {
                if bodies.has(body)? != Some(false) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// How many texts may hold the word, where that is known and few.
    fn few(&mut self) -> Result<Option<usize>, Trouble> {
        if self.text.negated || (self.calls.is_none() && self.bodies.is_none()) {
            return Ok(None);
        }
        let mut count = 0;
        for stream in [&mut self.calls, &mut self.bodies].into_iter().flatten() {
            stream.fill(RARE + 1)?;
            if !stream.is_done {
                return Ok(None);
            }
            count += stream.found.len();
        }
        Ok((count <= RARE).then_some(count))
    }
}

/// The calls that may fit, newest first, where a word is so rare that they are few; `None` where
/// it is quicker to go through all.
fn candidates(looks: &mut [Look], conn: &Connection) -> Result<Option<Vec<i64>>, Trouble> {
    let mut rarest: Option<(usize, usize)> = None;
    for (place, look) in looks.iter_mut().enumerate() {
        if let Some(count) = look.few()?
            && rarest.is_none_or(|(fewest, _)| count < fewest)
        {
            rarest = Some((count, place));
        }
    }
    let Some((_, place)) = rarest else {
        return Ok(None);
    };
    let Some(mut ids) = not_indexed(conn)? else {
        return Ok(None);
    };
    let look = &looks[place];
    if let Some(calls) = &look.calls {
        let mut select = conn.prepare_cached("SELECT call FROM texts WHERE number = ?1")?;
        for number in &calls.found {
            let mut rows = select.query([number])?;
            if let Some(row) = rows.next()? {
                ids.push(row.get(0)?);
            }
        }
    }
    if let Some(bodies) = &look.bodies {
        let mut select = conn.prepare_cached(
            "SELECT id FROM calls WHERE received_body = ?1
             UNION ALL SELECT id FROM calls WHERE sent_body = ?1",
        )?;
        for body in &bodies.found {
            let mut rows = select.query([body])?;
            while let Some(row) = rows.next()? {
                ids.push(row.get(0)?);
            }
            // A body of very many calls makes a rare word a common one.
            if ids.len() > 4 * RARE {
                return Ok(None);
            }
        }
    }
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.dedup();
    Ok(Some(ids))
}

/// Those that are not indexed yet; `None` where they are many.
fn not_indexed(conn: &Connection) -> Result<Option<Vec<i64>>, Trouble> {
    let mut ids: Vec<i64> = Vec::new();
    let most = UNINDEXED as i64 + 1;
    let mut take = |sql: &str, values: &[i64]| -> Result<(), Trouble> {
        let mut select = conn.prepare_cached(sql)?;
        let rows = select.query_map(params_from_iter(values), |row| row.get(0))?;
        for id in rows {
            ids.push(id?);
        }
        Ok(())
    };
    take(
        "SELECT call FROM unindexed ORDER BY call DESC LIMIT ?1",
        &[most],
    )?;
    if let (Some(next), _) = index::state(conn)? {
        take(
            "SELECT id FROM calls WHERE id <= ?1 ORDER BY id DESC LIMIT ?2",
            &[next, most],
        )?;
    }
    Ok((ids.len() <= UNINDEXED).then_some(ids))
}
