//! What others did: read in the order in which the server committed it, from where the last
//! reading ended. Clocks have no say in it.

use super::blocking::blocking;
use super::error::TeamError;
use super::link::Link;
use crate::engine::history::{Foreign, ForeignWord, History, TakenIn};
use crate::format::record::Bodies;
use crate::model::visible_line;
use tokio_postgres::Row;

/// Rows and bytes that are fetched at once.
const ROWS: i64 = 200;
const BYTES: i64 = 8 << 20;
/// How far back the first reading goes: more than the cache holds would go again at once.
const BACK: i64 = 100_000;

/// The last number that is committed; all below it are, too.
const HIGH: &str = "
    SELECT greatest(
        (SELECT coalesce(max(change), 0) FROM httriage.calls),
        (SELECT coalesce(max(change), 0) FROM httriage.resolutions)
    )";
/// Where a page ends: after so many bytes, but not before its first row.
const PAGE: &str = "
    SELECT change, octet_length(record) + coalesce(octet_length(typed), 0)
        + coalesce(octet_length(sent), 0) + coalesce(octet_length(received), 0)
    FROM httriage.calls
    WHERE change > $1 AND change <= $2 AND writer <> $3::text::uuid
    ORDER BY change LIMIT $4";
const ROWS_OF: &str = "
    SELECT calls.writer::text, coalesce(writers.name, '?'), id, gone, record, typed, sent, received,
        left_out
    FROM httriage.calls AS calls LEFT JOIN httriage.writers AS writers USING (writer)
    WHERE change > $1 AND change <= $2 AND calls.writer <> $3::text::uuid
    ORDER BY change";

/// Reads all that is new. Returns what became of it.
pub(super) async fn pull(
    link: &Link,
    history: &History,
    writer: &str,
) -> Result<TakenIn, TeamError> {
    let high: i64 = value(link, HIGH).await?;
    let own = history.clone();
    let known = blocking(move || own.pulled()).await?;
    let team = link.schema.team.clone();
    // Another database, or this one as it was before: what is here is not of it.
    let same = known.filter(|(of, change)| *of == team && *change <= high);
    let mut anew = same.is_none();
    let mut from = same.map_or((high - BACK).max(0), |(_, change)| change);
    let mut all = TakenIn::default();
    if from == high && !anew {
        return Ok(all);
    }
    loop {
        let page = link
            .ask(link.client.query(PAGE, &[&from, &high, &writer, &ROWS]))
            .await?;
        let mut bytes = 0;
        let mut taken = 0;
        let mut to = high;
        for row in &page {
            let size: i32 = column(link, row, 1)?;
            bytes += i64::from(size);
            taken += 1;
            to = column(link, row, 0)?;
            if bytes >= BYTES {
                break;
            }
        }
        let is_last = taken == page.len() && (page.len() as i64) < ROWS;
        if is_last {
            to = high;
        }
        let mut rows = Vec::new();
        if taken > 0 {
            let found = link
                .ask(link.client.query(ROWS_OF, &[&from, &to, &writer]))
                .await?;
            for row in &found {
                rows.push(foreign(link, row)?);
            }
        }
        // Words on refusals stay for good, so the first reading takes all of them.
        let words_from = if anew { 0 } else { from };
        let found = link
            .ask(link.client.query(WORDS, &[&words_from, &to, &writer]))
            .await?;
        let words: Result<Vec<ForeignWord>, TeamError> =
            found.iter().map(|row| foreign_word(link, row)).collect();
        let words = words?;
        let (own, team) = (history.clone(), team.clone());
        let came = blocking(move || own.take_in(rows, &words, (&team, to), anew)).await?;
        all.kept += came.kept;
        all.unreadable += came.unreadable;
        anew = false;
        from = to;
        if is_last {
            return Ok(all);
        }
    }
}

const WORDS: &str = "
    SELECT id, revision, of_call, case_name, cause, note, who, at_ms, withdrawn, kinds::text
    FROM httriage.resolutions
    WHERE change > $1 AND change <= $2 AND writer <> $3::text::uuid
    ORDER BY change";

async fn value(link: &Link, question: &str) -> Result<i64, TeamError> {
    let row = link.ask(link.client.query_one(question, &[])).await?;
    column(link, &row, 0)
}

fn column<'a, T>(link: &Link, row: &'a Row, place: usize) -> Result<T, TeamError>
where
    T: tokio_postgres::types::FromSql<'a>,
{
    row.try_get(place).map_err(|error| link.unreadable(&error))
}

fn foreign(link: &Link, row: &Row) -> Result<Foreign, TeamError> {
    Ok(Foreign {
        writer: column(link, row, 0)?,
        // It stands in rows and filters, whatever somebody made of it.
        name: visible_line(&column::<String>(link, row, 1)?).to_string(),
        id: column(link, row, 2)?,
        gone: column(link, row, 3)?,
        record: column(link, row, 4)?,
        bodies: Bodies {
            typed: column(link, row, 5)?,
            sent: column(link, row, 6)?,
            received: column(link, row, 7)?,
        },
        left_out: column(link, row, 8)?,
    })
}

fn foreign_word(link: &Link, row: &Row) -> Result<ForeignWord, TeamError> {
    let kinds: String = column(link, row, 9)?;
    Ok(ForeignWord {
        id: column(link, row, 0)?,
        revision: column(link, row, 1)?,
        of_call: column(link, row, 2)?,
        case: column(link, row, 3)?,
        cause: column(link, row, 4)?,
        note: column(link, row, 5)?,
        who: column(link, row, 6)?,
        at: column(link, row, 7)?,
        withdrawn: column(link, row, 8)?,
        // Of a newer program's form nothing is known.
        kinds: serde_json::from_str(&kinds).unwrap_or_default(),
    })
}
