//! Every word of a call is found: in its line, its heads and its bodies, before the index is
//! filled and after, and nothing is found of what is gone.

use super::*;
use rusqlite::Connection;
use std::time::Instant;

fn with_words(number: u64) -> Exchange {
    let mut exchange = raw(number);
    exchange
        .sent
        .headers
        .push("X-Acme-Tenant", format!("tenant-{number}-north"));
    exchange.outcome = Outcome::Answered(Response {
        status: 403,
        headers: Headers::from_iter([
            ("content-type", "application/json".to_owned()),
            ("x-request-id", format!("Req-{number}-abc")),
        ]),
        body: format!(
            r#"{{"errors":[{{"code":"no"}}],"why":"The quota of M\u00fcller-{number} is used up"}}"#
        )
        .into_bytes(),
        ..Response::default()
    });
    shown(exchange)
}

fn found(history: &History, text: &str) -> Vec<ExchangeId> {
    let found = history.recall(&query(text), 100, None).unwrap();
    found.into_iter().map(|call| call.id).collect()
}

fn indexed(history: &History) {
    let until = Instant::now() + SOON;
    history.tend();
    while !history.indexing().unwrap().is_done() {
        assert!(Instant::now() < until, "{:?}", history.indexing());
        std::thread::yield_now();
    }
}

fn number(dir: &Path, what: &str) -> i64 {
    let conn = Connection::open(dir.join("history.sqlite")).unwrap();
    conn.query_row(what, [], |row| row.get(0)).unwrap()
}

/// What each filter finds of calls 1 to 3.
const FILTERS: &[(&str, &[u64])] = &[
    ("müller-2", &[2]),
    ("body:müller-2", &[2]),
    ("body:MÜLLER", &[3, 2, 1]),
    ("header:müller-2", &[]),
    ("tenant-3-north", &[3]),
    ("header:tenant-3", &[3]),
    ("header:x-acme-tenant", &[3, 2, 1]),
    ("body:tenant-3", &[]),
    ("id:req-1", &[1]),
    ("id:tenant", &[]),
    ("body:\"quota of\" -id:req-2", &[3, 1]),
    ("-body:müller", &[]),
    ("-body:müller-1", &[3, 2]),
    ("runbooks/2", &[2]),
    ("body:nowhere", &[]),
    ("403 body:quota header:north", &[3, 2, 1]),
    ("404 body:quota", &[]),
];

#[test]
fn a_word_is_found_wherever_it_stands_before_the_index_is_filled_and_after() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    for call in 1..=3 {
        remember(&history, with_words(call));
    }
    let ids = |numbers: &[u64]| -> Vec<ExchangeId> {
        numbers.iter().map(|n| with_words(*n).id.clone()).collect()
    };
    for turn in ["at once", "indexed"] {
        for (filter, numbers) in FILTERS {
            assert_eq!(found(&history, filter), ids(numbers), "{turn}: {filter}");
            let count = history.count(&query(filter)).unwrap();
            assert_eq!(count, numbers.len() as u64, "{turn}: {filter}");
        }
        indexed(&history);
    }
    // Another process sees the same.
    let other = open(dir.path());
    for (filter, numbers) in FILTERS {
        assert_eq!(found(&other, filter), ids(numbers), "{filter}");
    }
}

#[test]
fn equal_bodies_are_one_text_and_what_is_forgotten_leaves_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    let body = br#"{"errors":[{"code":"no","detail":"a sentence that all share"}]}"#;
    for call in 1..=40 {
        remember(&history, call_with_body(call, body.to_vec()));
    }
    indexed(&history);
    assert_eq!(
        number(dir.path(), "SELECT count(*) FROM body_words_docsize"),
        1
    );
    assert_eq!(
        number(dir.path(), "SELECT count(*) FROM call_words_docsize"),
        40
    );
    assert_eq!(found(&history, "body:\"that all share\"").len(), 40);
    let all = found(&history, "");
    history.forget(&all[1..]).unwrap();
    assert_eq!(found(&history, "body:share"), all[..1]);
    assert!(history.close(SOON));
    assert_eq!(
        number(dir.path(), "SELECT count(*) FROM call_words_docsize"),
        1
    );
    let history = open(dir.path());
    history.forget(&all[..1]).unwrap();
    assert!(history.close(SOON));
    for table in [
        "texts",
        "unindexed",
        "body_words_docsize",
        "call_words_docsize",
        "bodies",
    ] {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(number(dir.path(), &sql), 0, "{table}");
    }
    let said: String = Connection::open(dir.path().join("history.sqlite"))
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(said, "ok");
}

#[test]
fn what_is_let_go_for_room_leaves_the_index_too() {
    let dir = tempfile::tempdir().unwrap();
    let retention = Retention {
        calls: 10,
        ..Retention::default()
    };
    let history = History::open(dir.path(), retention, vault()).unwrap();
    for call in 1..=40 {
        remember(&history, with_words(call));
    }
    indexed(&history);
    assert_eq!(found(&history, "body:quota").len(), 10);
    assert_eq!(found(&history, "id:req-1-"), []);
    assert_eq!(
        number(dir.path(), "SELECT count(*) FROM call_words_docsize"),
        10
    );
    assert_eq!(
        number(dir.path(), "SELECT count(*) FROM body_words_docsize"),
        10
    );
}

#[test]
fn a_body_is_searched_to_its_limit_and_says_nothing_of_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    let mut body = "x ".repeat(9_000);
    body.insert_str(0, "at the beginning ");
    body.push_str(" at the end");
    remember(&history, call_with_body(1, body.into_bytes()));
    for _ in 0..2 {
        assert_eq!(found(&history, "body:beginning").len(), 1);
        assert_eq!(found(&history, "body:\"the end\"").len(), 0);
        indexed(&history);
    }
}

/// Takes a file back to the version before there was an index.
fn as_before(dir: &Path) {
    let conn = Connection::open(dir.join("history.sqlite")).unwrap();
    conn.execute_batch(
        "DROP TRIGGER call_withdrawn; DROP TABLE outbox; DROP TABLE shared; DROP TABLE words_out;
         DROP TABLE team; DROP TABLE others; DROP TABLE pulled;
         DROP TRIGGER call_unindexed; DROP TRIGGER call_let_go; DROP TRIGGER body_let_go;
         DROP TABLE texts; DROP TABLE call_words; DROP TABLE body_words; DROP TABLE unindexed;
         DROP TABLE indexing; DROP TABLE resolutions; DROP TABLE resolved;
         DROP INDEX calls_by_sent; DROP INDEX calls_by_received; DROP INDEX calls_by_kind;
         ALTER TABLE calls DROP COLUMN kind; ALTER TABLE bodies DROP COLUMN indexed;
         PRAGMA user_version = 4;",
    )
    .unwrap();
}

#[test]
fn calls_of_an_older_version_are_found_and_indexed_and_new_ones_are_not_held_up() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    for call in 1..=500 {
        remember(&history, with_words(call));
    }
    assert!(history.close(SOON));
    as_before(dir.path());

    // To look at it does not begin the work, and finds everything.
    let looking = History::at(dir.path(), Retention::default(), vault());
    let before = looking.indexing().unwrap();
    assert_eq!(
        (before.left, before.calls, before.percent()),
        (500, 500, Some(0))
    );
    let rare = with_words(17).id.clone();
    assert_eq!(
        found(&looking, "\"müller-17 is\""),
        std::slice::from_ref(&rare)
    );
    assert_eq!(
        looking
            .alike("no\nclient_error\nGET /core/runbooks/*", 9)
            .unwrap(),
        []
    );

    let history = open(dir.path());
    remember(&history, with_words(9_000));
    indexed(&history);
    assert_eq!(history.indexing().unwrap().percent(), None);
    assert_eq!(found(&history, "\"müller-17 is\""), [rare]);
    assert_eq!(found(&history, "müller-9000").len(), 1);
    let newest = found(&history, "body:quota");
    assert_eq!(newest.len(), 100);
    assert!(newest.windows(2).all(|two| two[0] > two[1]), "newest first");
    let alike = history.alike("no\nclient_error\nGET /core/runbooks/*", 999);
    assert_eq!(alike.unwrap().len(), 501, "their kinds are known too");
}

#[test]
fn the_index_is_filled_by_another_process_while_this_one_writes() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    for call in 1..=60 {
        let history = if call % 2 == 0 { &one } else { &other };
        remember(history, with_words(call));
    }
    indexed(&one);
    assert_eq!(found(&other, "body:quota").len(), 60);
    assert_eq!(number(dir.path(), "SELECT count(*) FROM texts"), 60);
    assert_eq!(
        number(dir.path(), "SELECT count(*) FROM call_words_docsize"),
        60
    );
}
