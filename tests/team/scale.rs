//! Many people and many rows. They take long, so they are run by name:
//! `cargo test --test it -- --ignored --nocapture team::scale::`

use super::shared::made;
use super::{Desk, block_on, call};
use std::time::Instant;

/// How many people write at once, and how many calls each of them.
const WRITERS: usize = 20;
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
    let names: Vec<String> = (0..WRITERS).map(|n| format!("w{n}")).collect();
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
        "{WRITERS} homes kept {calls} calls each in {:?}",
        begun.elapsed()
    );
    let begun = Instant::now();
    let all = WRITERS as u64 * calls;
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
