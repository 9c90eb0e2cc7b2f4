//! The calls that a filter finds, as lines: their columns are asked of the database, their words
//! are looked for in the same texts as the filter itself does.

use super::error::Trouble;
use super::filter::Filter;
use super::masking;
use super::others;
use super::search::walk;
use super::select::exchange_id;
use crate::format::record;
use crate::insight::Query;
use crate::insight::redact::Mask;
use crate::model::{ExchangeId, ExchangeSummary};
use rusqlite::Connection;
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
    walk(&Filter::of(&view, query, before)?, &view, |id| {
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
    walk(&Filter::of(&view, query, None)?, &view, |_| {
        count += 1;
        true
    })?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::index;
    use super::super::insert::Row;
    use super::super::place::Place;
    use super::super::select::load;
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
    const TERMS: [&str; 42] = [
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
        "body:denied",
        "body:straße",
        "header:accept",
        "header:\"x-a\"",
        "id:abc",
        "needle",
        "body:needle",
        "header:needle",
        "ß",
        "straße",
        "\"a b\"",
        "denied",
        "x",
        "\"\n\"",
    ];

    /// Makes a file as one of before the index is once it was brought up to date.
    pub(in super::super) const BEFORE: &str = "
        DELETE FROM unindexed;
        DELETE FROM call_words WHERE rowid IN (SELECT number FROM texts);
        DELETE FROM texts;
        UPDATE indexing SET next = (SELECT max(id) FROM calls), calls = (SELECT calls FROM totals);";

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
            indexed in 0..3_usize,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut store = Store::open(&Place::new(dir.path()), Duration::ZERO).unwrap();
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
            // Found alike before the index is filled and after, and when it is lost again.
            if indexed > 0 {
                while index::step(&mut store)? {}
            }
            if indexed > 1 {
                store.conn.execute_batch(BEFORE).unwrap();
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
                    .map(|call| (summary(call), call))
                    .filter(|(summary, call)| query.fits(summary, call))
                    .map(|(summary, _)| summary)
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
