//! Writes one call as rows: columns to search, a summary to list, a record to load.

use super::body::{self, Packed};
use super::error::Trouble;
use super::select::row_id;
use crate::format::record;
use crate::insight;
use crate::insight::Exchange;
use crate::insight::seen::kind_key;
use crate::model::ExchangeSummary;
use rusqlite::{Connection, OptionalExtension};
use std::borrow::Cow;

/// The version of the masking rules; raised when they hide more.
const MASKED: i64 = 2;

/// Everything ready to be written, so that the transaction is short.
pub(super) struct Row<'a> {
    id: i64,
    summary: ExchangeSummary,
    line: String,
    search: String,
    record: Vec<u8>,
    typed: Option<Packed<'a>>,
    sent: Option<Packed<'a>>,
    received: Option<Packed<'a>>,
}

impl Row<'_> {
    /// Prepares a call for writing: searched text, record and packed bodies.
    pub fn of(exchange: &Exchange) -> Row<'_> {
        let summary = insight::summary(exchange);
        let bodies = record::bodies(exchange);
        let text = record::write(exchange);
        let record = match body::shrink(text.as_bytes()) {
            Cow::Owned(packed) => packed,
            Cow::Borrowed(_) => text.into_bytes(),
        };
        Row {
            id: row_id(&exchange.id),
            line: record::write_summary(&summary),
            search: insight::search_text(&summary),
            record,
            typed: body::pack(bodies.typed),
            sent: body::pack(bodies.sent),
            received: body::pack(bodies.received),
            summary,
        }
    }

    /// Writes the row in the caller's transaction and gives its id; does nothing where this very
    /// call is there already.
    pub fn insert(&self, conn: &Connection) -> Result<Option<i64>, Trouble> {
        let Some(id) = self.free_id(conn)? else {
            return Ok(None);
        };
        let keep = |body: &Option<Packed>| body.as_ref().map(|body| body.keep(conn)).transpose();
        let (typed, sent, received) =
            (keep(&self.typed)?, keep(&self.sent)?, keep(&self.received)?);
        let summary = &self.summary;
        conn.prepare_cached(
            "INSERT INTO calls (id, started_ms, status, class, method, host, environment, token,
                 codes, typed_body, sent_body, received_body, search, case_name, case_key, masked, kind)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(rusqlite::params![
            id,
            summary.started_at.as_millisecond(),
            summary.status,
            summary.class().id(),
            summary.method.to_lowercase(),
            insight::host(&summary.url),
            summary.environment.to_lowercase(),
            summary.token.as_ref().map(|t| t.name.as_str()),
            codes(summary),
            typed,
            sent,
            received,
            self.search,
            summary.case,
            summary.case.as_ref().map(|case| case.to_lowercase()),
            MASKED,
            kind_key(summary),
        ])?;
        conn.prepare_cached("INSERT INTO records (id, summary, record) VALUES (?1, ?2, ?3)")?
            .execute((id, &self.line, &self.record))?;
        Ok(Some(id))
    }

    /// Whether the call was made for a case.
    pub fn has_case(&self) -> bool {
        self.summary.case.is_some()
    }

    /// The call's own id, or the next free one: two processes may draw the same id within a
    /// millisecond, and neither call may be lost. `None` if this very call is there already.
    fn free_id(&self, conn: &Connection) -> Result<Option<i64>, Trouble> {
        let mut taken = conn.prepare_cached("SELECT record FROM records WHERE id = ?1")?;
        let mut id = self.id;
        loop {
            let found: Option<Vec<u8>> = taken.query_row([id], |row| row.get(0)).optional()?;
            match found {
                None => return Ok(Some(id)),
                Some(record) if record == self.record => return Ok(None),
                Some(_) => id += 1,
            }
        }
    }
}

/// Removes the oldest call, forgotten or not.
pub(super) fn remove_oldest(conn: &Connection) -> Result<(), Trouble> {
    conn.prepare_cached("DELETE FROM calls WHERE id = (SELECT min(id) FROM calls)")?
        .execute([])?;
    Ok(())
}

/// The codes between line breaks, so that a search for part of the text finds whole codes.
pub(super) fn codes(summary: &ExchangeSummary) -> String {
    let mut text = String::new();
    for code in summary.errors.iter().filter_map(|e| e.code.as_ref()) {
        text.push('\n');
        text.push_str(&code.to_lowercase());
        text.push('\n');
    }
    text
}
