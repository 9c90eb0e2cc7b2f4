//! Looking calls up: what the database can tell by its columns is asked of it, bare words are
//! looked for here, by the same text that the filter itself uses.

use super::error::Trouble;
use super::{body, masking, others};
use crate::format::record::{self, Bodies};
use crate::insight::redact::Mask;
use crate::insight::{Query, Sought, Team, Term, Want};
use crate::model::{CallOrigin, ExchangeId, ExchangeSummary, RawExchange};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::sync::Arc;

/// Newest first.
pub(super) fn recall(
    conn: &Connection,
    query: &Query,
    limit: usize,
    before: Option<&ExchangeId>,
    mask: impl Fn() -> Arc<Mask>,
) -> Result<Vec<ExchangeSummary>, Trouble> {
    // One view for both questions, whatever is forgotten meanwhile.
    let view = conn.unchecked_transaction()?;
    let mut found = Vec::new();
    Filter::of(&view, query, before)?.walk(&view, |id| {
        if found.len() < limit {
            found.push(id);
        }
        found.len() < limit
    })?;
    // Older rows are shown by the rules of today, though they are not yet kept so.
    let behind = masking::next(&view)?;
    let is_behind = |id: &i64| behind.is_some_and(|newest| *id <= newest);
    let mask = found.iter().any(is_behind).then(mask);
    let mut summary = view.prepare_cached("SELECT summary FROM records WHERE id = ?1")?;
    found
        .into_iter()
        .map(|id| {
            let line: String = summary.query_row([id], |row| row.get(0))?;
            let mut summary = record::read_summary(&line, exchange_id(id))?;
            summary.by = others::name(&view, id)?;
            Ok(match mask.as_ref().filter(|_| is_behind(&id)) {
                Some(mask) => mask.summary(summary),
                None => summary,
            })
        })
        .collect()
}

pub(super) fn count(conn: &Connection, query: &Query) -> Result<u64, Trouble> {
    let view = conn.unchecked_transaction()?;
    if query.is_empty() {
        let shown: i64 = view.query_row(
            "SELECT calls - (SELECT count(*) FROM calls WHERE forgotten_by IS NOT NULL) FROM totals",
            [],
            |row| row.get(0),
        )?;
        return Ok(u64::try_from(shown).unwrap_or(0));
    }
    let mut count = 0;
    Filter::of(&view, query, None)?.walk(&view, |_| {
        count += 1;
        true
    })?;
    Ok(count)
}

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

pub(super) fn row_id(id: &ExchangeId) -> i64 {
    // Sixty bits always fit.
    id.number() as i64
}

pub(super) fn exchange_id(id: i64) -> ExchangeId {
    ExchangeId::from_number(id as u64)
}

/// A query as the database takes it, and the words that are left for us.
struct Filter {
    sql: String,
    values: Vec<Value>,
    words: Vec<(bool, Sought)>,
}

impl Filter {
    fn of(
        conn: &Connection,
        query: &Query,
        before: Option<&ExchangeId>,
    ) -> Result<Filter, Trouble> {
        let mut filter = Filter {
            sql: "forgotten_by IS NULL".to_owned(),
            values: Vec::new(),
            words: Vec::new(),
        };
        if let Some(id) = before {
            filter.and("id < ?", Value::Integer(row_id(id)));
        }
        // Where words are left for us to look for, going through every row in order is quicker
        // than picking half of them by an index.
        let wordy = |term: &Term| matches!(term.want, Want::Word(_));
        let enough = if query.terms().iter().any(wordy) {
            Selectivity::Medium
        } else {
            Selectivity::Low
        };
        let terms = query.terms().iter().filter_map(selectivity);
        let best = terms.filter(|selectivity| *selectivity <= enough).min();
        let mut chosen = false;
        for term in query.terms() {
            let indexed = !chosen && best.is_some() && selectivity(term) == best;
            chosen |= indexed;
            filter.add(term, indexed);
        }
        filter.bound_ids(conn, query)?;
        let search = if filter.words.is_empty() {
            "NULL"
        } else {
            "search"
        };
        filter.sql = format!(
            "SELECT id, {search} FROM calls WHERE {} ORDER BY id DESC",
            filter.sql
        );
        Ok(filter)
    }

    fn and(&mut self, condition: &str, value: Value) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(value);
    }

    fn add(&mut self, term: &Term, indexed: bool) {
        let text = |word: &String| Value::Text(word.clone());
        let (column, value) = match &term.want {
            Want::Status(status) => ("status", Value::Integer(i64::from(*status))),
            Want::Class(class) => ("class", Value::Text(class.id().to_owned())),
            Want::Method(word) => ("method", text(word)),
            Want::Environment(word) => ("environment", text(word)),
            Want::Token(word) => ("token", text(word)),
            Want::Case(word) => ("case_key", text(word)),
            Want::Host(spellings) => return self.parts("host", spellings, term.negated),
            Want::Code(word) => {
                return self.parts("codes", &[format!("\n{word}\n")], term.negated);
            }
            Want::Refused(refused) => return self.refused(*refused != term.negated),
            Want::From(origin) => return self.made_for(*origin, term.negated),
            Want::Team(team) => return self.of_team(team, term.negated),
            Want::Since(ms) => {
                let sign = if term.negated { "<" } else { ">=" };
                return self.and(&format!("started_ms {sign} ?"), Value::Integer(*ms));
            }
            Want::Until(ms) => {
                let sign = if term.negated { ">=" } else { "<" };
                return self.and(&format!("started_ms {sign} ?"), Value::Integer(*ms));
            }
            Want::Word(word) => return self.words.push((term.negated, word.clone())),
        };
        // A plus keeps the planner from an index that fits half of all rows.
        let condition = match (term.negated, indexed) {
            (true, _) => format!("{column} IS NOT ?"),
            (false, true) => format!("{column} = ?"),
            (false, false) => format!("+{column} = ?"),
        };
        self.and(&condition, value);
    }

    /// Few successes are refused, so that it stands in their lines and has no column of its own.
    fn refused(&mut self, wanted: bool) {
        let not = if wanted { "" } else { "NOT " };
        self.sql.push_str(&format!(
            " AND {not}(class = 'success' AND EXISTS (SELECT 1 FROM records
                 WHERE records.id = calls.id AND instr(records.summary, '\"refused\":true') > 0))"
        ));
    }

    /// What a call was made for stands in its line, too.
    fn made_for(&mut self, origin: CallOrigin, negated: bool) {
        let not = if negated { "NOT " } else { "" };
        self.sql.push_str(&format!(
            " AND {not}EXISTS (SELECT 1 FROM records
                 WHERE records.id = calls.id AND instr(records.summary, '\"origin\":\"{}\"') > 0)",
            origin.id()
        ));
    }

    /// Whose it is stands beside the calls of others.
    fn of_team(&mut self, team: &Team, negated: bool) {
        let not = if negated { "NOT " } else { "" };
        let others = "EXISTS (SELECT 1 FROM others WHERE others.row = calls.id)";
        match team {
            Team::All => self.sql.push_str(&format!(" AND {not}(1)")),
            Team::Others => self.sql.push_str(&format!(" AND {not}({others})")),
            Team::Me => self.sql.push_str(&format!(" AND {not}(NOT {others})")),
            Team::Named(name) => {
                let condition = format!(
                    "{not}EXISTS (SELECT 1 FROM others WHERE others.row = calls.id AND name_key = ?)"
                );
                self.and(&condition, Value::Text(name.clone()));
            }
        }
    }

    /// Any of the parts stands in the column, or none of them.
    fn parts(&mut self, column: &str, parts: &[String], negated: bool) {
        let any = vec![format!("instr({column}, ?) > 0"); parts.len()].join(" OR ");
        let not = if negated { "NOT " } else { "" };
        self.sql.push_str(&format!(" AND {not}({any})"));
        self.values.extend(parts.iter().cloned().map(Value::Text));
    }

    /// Ids tell the time, so a filter by time need not look at every row; unless some do not.
    fn bound_ids(&mut self, conn: &Connection, query: &Query) -> Result<(), Trouble> {
        const SLACK_MS: i64 = 3_600_000;
        let limits: Vec<(&str, i64)> = query
            .terms()
            .iter()
            .filter_map(|term| match (&term.want, term.negated) {
                (Want::Since(ms), false) | (Want::Until(ms), true) => {
                    Some(("id >= ?", ms.saturating_sub(SLACK_MS)))
                }
                (Want::Until(ms), false) | (Want::Since(ms), true) => {
                    Some(("id < ?", ms.saturating_add(SLACK_MS + 1)))
                }
                _ => None,
            })
            .collect();
        if limits.is_empty() {
            return Ok(());
        }
        let astray: bool = conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM calls
                 WHERE abs((id >> 16) - started_ms) > 3600000)",
            )?
            .query_row([], |row| row.get(0))?;
        if !astray {
            for (condition, ms) in limits {
                let id = ms.clamp(0, 1 << 44) << 16;
                self.and(condition, Value::Integer(id));
            }
        }
        Ok(())
    }

    /// Gives the ids that fit, newest first, until told to stop.
    fn walk(&self, conn: &Connection, mut take: impl FnMut(i64) -> bool) -> Result<(), Trouble> {
        let mut select = conn.prepare_cached(&self.sql)?;
        let mut rows = select.query(params_from_iter(&self.values))?;
        while let Some(row) = rows.next()? {
            if !self.words.is_empty() {
                let text = row.get_ref(1)?.as_str().unwrap_or_default();
                let fits = |(negated, word): &(bool, Sought)| word.is_in(text) != *negated;
                if !self.words.iter().all(fits) {
                    continue;
                }
            }
            if !take(row.get(0)?) {
                break;
            }
        }
        Ok(())
    }
}

/// How few rows a term is likely to leave, fewest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Selectivity {
    High,
    Medium,
    Low,
}

/// `None` where no index helps.
fn selectivity(term: &Term) -> Option<Selectivity> {
    match term.want {
        _ if term.negated => None,
        Want::Case(_) => Some(Selectivity::High),
        Want::Status(_) | Want::Token(_) => Some(Selectivity::Medium),
        Want::Class(_) | Want::Environment(_) => Some(Selectivity::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::insert::Row;
    use super::super::place::Place;
    use super::super::store::Store;
    use super::*;
    use crate::format::record::tests::any_exchange;
    use crate::insight::Exchange;
    use crate::insight::summary;
    use crate::model::{Outcome, Response, Timestamp, TokenName, TokenRef};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use std::time::Duration;

    const NOW: &str = "2026-05-12T12:00:00Z";
    const TERMS: [&str; 34] = [
        "403",
        "404",
        "2xx",
        "4xx",
        "class:no_answer",
        "class:nonstandard",
        "method:get",
        "host:acme",
        "host:müller",
        "host:9",
        "env:sandbox",
        "env:\"two words\"",
        "token:support",
        "token:viewer",
        "code:not_allowed",
        "code:not",
        "code:\"a b\"",
        "case:acme-1",
        "case:É",
        "refused:yes",
        "refused:no",
        "from:person",
        "from:probe",
        "since:1h",
        "since:2d",
        "until:30m",
        "until:2026-05-11",
        "runbooks",
        "ß",
        "straße",
        "\"a b\"",
        "denied",
        "x",
        "\"\n\"",
    ];

    fn now_in_utc() -> jiff::Zoned {
        let now: Timestamp = NOW.parse().unwrap();
        now.to_zoned(jiff::tz::TimeZone::UTC)
    }

    /// Calls that share few words, so that filters find some of them and not others.
    fn any_call() -> impl Strategy<Value = Exchange> {
        let answer = (
            select(vec![200_u16, 403, 404, 503, 0, 999]),
            select(vec![
                "{\"errors\":[{\"code\":\"NOT_ALLOWED\",\"title\":\"Denied\"}]}",
                "{\"errors\":[{\"code\":\"a b\",\"detail\":\"Straße\"},{\"code\":\"not\"}]}",
                "",
            ]),
            0..5_u8,
        );
        let texts = (
            select(vec!["GET", "get", "é"]),
            select(vec![
                "http://api.ACME.example/runbooks/7?x=1",
                "http://127.0.0.1:9/a b",
                "{{base}}/runbooks",
                "http://u@[::1]:9",
                "http://xn--mller-kva.example/stra%C3%9Fe",
                "",
            ]),
            select(vec!["sandbox", "Sandbox", "two words", ""]),
            select(vec![None, Some("ACME-1"), Some("acme-1"), Some("é")]),
            select(vec![None, Some("support"), Some("viewer")]),
        );
        let times = (0..4_000_000_i64, any::<bool>());
        (any_exchange(), answer, texts, times).prop_map(
            |(call, (status, body, kept), (method, url, env, case, token), (ago, astray))| {
                let mut call = call.into_raw();
                call.sent.method = method.into();
                call.sent.url = url.into();
                call.environment = env.into();
                call.case = case.map(str::to_owned);
                call.sent.token = token.map(|name| TokenRef {
                    name: TokenName::new(name).unwrap(),
                    fingerprint: None,
                });
                if kept > 0 {
                    call.outcome = Outcome::Answered(Response {
                        status,
                        body: body.into(),
                        refused: kept > 2,
                        ..Response::default()
                    });
                }
                let now: Timestamp = NOW.parse().unwrap();
                call.started_at = now - Duration::from_millis(ago as u64 * 50);
                if !astray {
                    call.id = ExchangeId::new(call.started_at, call.id.number() as u16);
                }
                Mask::default().exchange(call)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_database_finds_what_the_filter_finds(
            calls in vec(any_call(), 1..16),
            queries in vec(vec((any::<bool>(), select(TERMS.to_vec())), 0..4), 12),
            all_in_order in any::<bool>(),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(&Place::new(dir.path()), Duration::ZERO).unwrap();
            let mut kept = std::collections::BTreeMap::new();
            for call in calls {
                let mut call = call.into_raw();
                if all_in_order {
                    call.id = ExchangeId::new(call.started_at, call.id.number() as u16);
                }
                let call = Mask::default().exchange(call);
                if !kept.contains_key(&call.id) {
                    Row::of(&call).insert(&store.conn).unwrap();
                    kept.insert(call.id.clone(), call);
                }
            }
            for terms in queries {
                let text: Vec<_> = terms
                    .iter()
                    .map(|(negated, term)| format!("{}{term}", if *negated { "-" } else { "" }))
                    .collect();
                let query = Query::parse(&text.join(" "), &now_in_utc()).unwrap();
                let expected: Vec<_> = kept
                    .values()
                    .rev()
                    .map(summary)
                    .filter(|summary| query.matches(summary))
                    .collect();
                prop_assert_eq!(count(&store.conn, &query)?, expected.len() as u64);
                let found = recall(&store.conn, &query, usize::MAX, None, Arc::default)?;
                prop_assert_eq!(found, expected, "{:?}", query);
            }
            for (id, call) in kept {
                prop_assert!(load(&store.conn, &id)?.is_some_and(|read| read == *call));
            }
        }
    }

    impl From<Trouble> for TestCaseError {
        fn from(trouble: Trouble) -> TestCaseError {
            TestCaseError::fail(format!("{trouble:?}"))
        }
    }
}
