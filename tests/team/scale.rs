//! Many people and many rows. They take long, so they are run by name:
//! `cargo test --test it -- --ignored --nocapture team::scale::`

use super::shared::made;
use super::{Desk, block_on, call};
use std::time::Instant;

/// How many people write at once, and how many calls each of them.
const WRITERS: u64 = 20;
const CALLS: u64 = 10_000;

/// A variable's number, else the usual one.
fn wanted(variable: &str, usual: u64) -> u64 {
    let given = std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok());
    given.unwrap_or(usual)
}

#[test]
#[ignore = "minutes: many homes with many calls each"]
fn twenty_writers_lose_nothing_while_the_server_is_killed() {
    let writers = wanted("WRITERS", WRITERS);
    let names: Vec<String> = (0..writers).map(|n| format!("w{n}")).collect();
    let logins: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some(mut cluster) = made(&logins, &["rae"]) else {
        return;
    };
    let calls = wanted("CALLS", CALLS);
    let desks: Vec<Desk> = logins
        .iter()
        .map(|login| Desk::new(&cluster, login, "all"))
        .collect();
    let begun = Instant::now();
    for desk in &desks {
        let receipts: Vec<_> = (0..calls)
            .map(|number| desk.history.remember(std::sync::Arc::new(call(number))))
            .collect();
        for receipt in receipts {
            receipt.wait().unwrap();
        }
    }
    eprintln!(
        "{writers} homes kept {calls} calls each in {:?}",
        begun.elapsed()
    );
    let begun = Instant::now();
    let all = writers * calls;
    let count = "SELECT count(*) FROM httriage.calls";
    std::thread::scope(|scope| {
        for desk in &desks {
            scope.spawn(move || {
                // As the explorer does, until nothing is left to go.
                block_on(async {
                    let mut turn = desk.turn();
                    while desk.history.outbox().unwrap().pending > 0 {
                        turn.beat().await;
                    }
                });
            });
        }
        for part in [1, 2] {
            while cluster.count(count) < all * part / 3 {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            cluster.kill();
            cluster.restart();
        }
    });
    let took = begun.elapsed();
    eprintln!(
        "they went in {took:?}, {:.0} a second, the server killed twice",
        all as f64 / took.as_secs_f64()
    );
    assert_eq!(cluster.count(count), all);
    assert_eq!(
        cluster.count("SELECT count(DISTINCT (writer, id)) FROM httriage.calls"),
        all
    );
    assert_eq!(
        cluster.count("SELECT count(DISTINCT change) FROM httriage.calls"),
        all
    );
    for desk in &desks {
        assert_eq!(desk.history.outbox().unwrap(), Default::default());
    }
}

/// What filters and the reading of what is new ask of the server.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "what is new: the last number",
        "SELECT coalesce(max(change), 0) FROM httriage.calls",
    ),
    (
        "what is new: a page",
        "SELECT change, octet_length(record) FROM httriage.calls WHERE change > (SELECT max(change) - 200 FROM httriage.calls) AND writer <> '00000000-0000-0000-0000-000000000001' ORDER BY change LIMIT 200",
    ),
    (
        "a case",
        "SELECT id FROM httriage.calls WHERE case_key = 'acme-77777' ORDER BY id DESC LIMIT 100",
    ),
    (
        "a status",
        "SELECT id FROM httriage.calls WHERE status = 403 ORDER BY id DESC LIMIT 100",
    ),
    (
        "a host",
        "SELECT id FROM httriage.calls WHERE host = 'api7.acme.example' ORDER BY id DESC LIMIT 100",
    ),
    (
        "a rare code (seen before)",
        "SELECT id FROM httriage.calls WHERE codes @> ARRAY['code_4711'] AND codes <> '{}' LIMIT 100",
    ),
    (
        "a status of a host since a week",
        "SELECT id FROM httriage.calls WHERE host = 'api7.acme.example' AND status = 403 AND id > ((extract(epoch FROM now() - interval '7 days') * 1000)::bigint << 16) ORDER BY id DESC LIMIT 100",
    ),
];

#[test]
#[ignore = "minutes and gigabytes: ROWS=10000000 by default"]
fn questions_stay_quick_among_many_rows() {
    let Some(cluster) = made(&["kim"], &[]) else {
        return;
    };
    let rows = wanted("ROWS", 10_000_000);
    block_on(Desk::new(&cluster, "kim", "all").meets());
    let begun = Instant::now();
    // Twelve months, evenly; what a trigger gives is given here, since each would cost its time.
    let fill = format!(
        "SELECT httriage.make_room(array_agg((extract(epoch FROM now() - make_interval(days => d)) * 1000)::bigint << 16)) FROM generate_series(0, 364) AS d;
         ALTER TABLE httriage.calls DISABLE TRIGGER stamp;
         INSERT INTO httriage.calls (writer, id, change, started_ms, status, class, method, host, environment, codes, case_name, case_key, summary, record)
         SELECT (SELECT writer FROM httriage.writers LIMIT 1), ((ms)::bigint << 16) + n % 65536, n, ms, CASE n % 10 WHEN 0 THEN 403 WHEN 1 THEN 404 ELSE 200 END, 'x', 'get', 'api' || n % 50 || '.acme.example', 'acme', CASE WHEN n % 10 < 2 THEN ARRAY['code_' || n % 10000] ELSE '{{}}' END, 'ACME-' || n % 100000, 'acme-' || n % 100000, repeat('s', 200), decode(repeat('00', 300), 'hex')
         FROM (SELECT n, (extract(epoch FROM now() - make_interval(secs => n * 31000000.0 / {rows})) * 1000)::bigint AS ms FROM generate_series(1, {rows}::bigint) AS n) AS all_rows;
         ALTER TABLE httriage.calls ENABLE TRIGGER stamp;
         ANALYZE httriage.calls"
    );
    cluster.asks("owner", &fill).unwrap();
    eprintln!("{rows} rows in {:?}", begun.elapsed());
    for (what, question) in QUESTIONS {
        let plan = cluster
            .asks("kim", &format!("EXPLAIN (ANALYZE, BUFFERS) {question}"))
            .unwrap();
        // Once more: what a person waits for is the second page as well.
        let plan_2 = cluster
            .asks("kim", &format!("EXPLAIN (ANALYZE, BUFFERS) {question}"))
            .unwrap();
        let times = |plan: &[String]| -> f64 {
            let time = |line: &String| {
                let (_, rest) = line.split_once(" Time: ")?;
                rest.strip_suffix(" ms")?.parse::<f64>().ok()
            };
            plan.iter().filter_map(time).sum()
        };
        eprintln!(
            "{what}: {:.1} ms, then {:.1} ms\n  {}",
            times(&plan),
            times(&plan_2),
            plan_2.join("\n  ")
        );
        assert!(times(&plan_2) <= 100.0, "{what}");
    }
}

/// What the program asks of its own cache while a person works.
const FILTERS: &[&str] = &[
    "",
    "team:all",
    "case:ACME-1",
    "403",
    "host:api.acme",
    "code:not_allowed",
    "since:1d 4xx",
];

#[test]
#[ignore = "minutes: as many calls as the cache of the team holds"]
fn a_cache_that_is_full_is_still_quick_to_ask() {
    let dir = tempfile::tempdir().unwrap();
    let config = "[team]\nurl = \"postgres://127.0.0.1/x\"\nname = \"kim\"\nshare = \"none\"\n";
    let (history, _) = super::home::opened(dir.path(), config);
    let calls = wanted("CACHED", 100_000);
    let begun = Instant::now();
    for first in (0..calls).step_by(1_000) {
        let batch = (first..calls.min(first + 1_000)).map(call);
        let receipts: Vec<_> = batch
            .map(|call| history.remember(std::sync::Arc::new(call)))
            .collect();
        for receipt in receipts {
            receipt.wait().unwrap();
        }
    }
    eprintln!("{calls} calls kept in {:?}", begun.elapsed());
    let measured = |what: &str, ask: &dyn Fn() -> usize| {
        let mut times: Vec<f64> = Vec::new();
        let mut found = 0;
        for _ in 0..9 {
            let begun = Instant::now();
            found = ask();
            times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        eprintln!(
            "{what}: {found} in {:.1} ms, {:.1} ms at most",
            times[4], times[8]
        );
        assert!(times[4] <= 100.0, "{what}");
    };
    for filter in FILTERS {
        let query = super::query(filter);
        measured(&format!("filter {filter:?}, the first page"), &|| {
            history.recall(&query, 100, None).unwrap().len()
        });
    }
    let refused = httriage::insight::summary(&call(3));
    let key = httriage::insight::seen::kind_key(&refused).unwrap();
    measured("seen before", &|| history.alike(&key, 200).unwrap().len());
    measured("every case with whose it is", &|| {
        history.known_cases().unwrap().len()
    });
    history.close(std::time::Duration::from_secs(60));
}
