//! What is kept, for how long, and what nothing is left of.

use super::child::Other;
use super::*;
use std::process::Command;

#[test]
fn bodies_and_repeated_headers_come_back_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    let bodies = [
        Vec::new(),
        vec![0],
        b"{\"big\":123456789012345678901234567890, \"a\":1, \"a\":1.10}".to_vec(),
        b"\xff\xfe\0caf\xe9".to_vec(),
        vec![b' '; 3_000_000],
        noise(1_000_000, 11),
    ];
    let mut calls = Vec::new();
    for (number, body) in (0..).zip(bodies) {
        let mut exchange = raw_with_body(number, body.clone());
        exchange.sent.body = body.clone();
        exchange.typed.body = Body::Bytes(body);
        if let Outcome::Answered(response) = &mut exchange.outcome {
            for value in ["b=2", "a=1", "b=1"] {
                response.headers.push("set-cookie", value);
            }
            response.headers.push("x-name", b"caf\xe9".to_vec());
        }
        calls.push(shown(exchange));
    }
    for exchange in &calls {
        remember(&history, exchange.clone());
    }
    for exchange in calls {
        assert_eq!(history.load(&exchange.id).unwrap(), Some(exchange));
    }
}

#[test]
fn equal_bodies_are_kept_once_and_go_with_their_last_call() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    let body = noise(400_000, 5);
    for number in 0..10 {
        remember(&history, call_with_body(number, body.clone()));
    }
    let ids: Vec<_> = (0..10).map(|number| raw(number).id).collect();
    assert_eq!(history.forget(&ids[1..]).unwrap(), 9);
    assert!(history.close(SOON));
    assert!(size(dir.path()) < 800_000);

    let history = open(dir.path());
    let kept = history.load(&ids[0]).unwrap().unwrap();
    assert_eq!(kept.outcome.response().unwrap().body, body);
    history.forget(&ids).unwrap();
    assert!(history.close(SOON));
    let conn = rusqlite::Connection::open(dir.path().join("history.sqlite")).unwrap();
    let left: i64 = conn
        .query_row(
            "SELECT (SELECT count(*) FROM bodies) + (SELECT count(*) FROM contents)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
}

fn size(dir: &Path) -> u64 {
    std::fs::metadata(dir.join("history.sqlite")).unwrap().len()
}

#[test]
fn the_oldest_calls_go_when_there_are_too_many() {
    let dir = tempfile::tempdir().unwrap();
    let fewer = |calls| Retention {
        calls,
        ..Retention::default()
    };
    let history = History::open(dir.path(), fewer(700), vault()).unwrap();
    let receipts: Vec<_> = (0..1_000)
        .map(|number| history.remember(Arc::new(call(number))))
        .collect();
    for receipt in receipts {
        receipt.wait().unwrap();
    }
    assert_eq!(history.count(&query("")).unwrap(), 700);
    assert!(history.close(SOON));

    // A lower limit is reached in small steps, after the call was acknowledged.
    let history = History::open(dir.path(), fewer(50), vault()).unwrap();
    remember(&history, call(1_000));
    while history.count(&query("")).unwrap() > 50 {
        std::thread::yield_now();
    }
    let kept = history.recall(&query(""), 100, None).unwrap();
    assert_eq!(kept[0].id, raw(1_000).id);
    assert_eq!(kept[49].id, raw(951).id);
}

#[test]
fn the_oldest_calls_go_when_they_take_too_much_room_and_the_newest_stays() {
    let dir = tempfile::tempdir().unwrap();
    let retention = Retention {
        bytes: 2_000_000,
        ..Retention::default()
    };
    let history = History::open(dir.path(), retention, vault()).unwrap();
    for number in 0..40 {
        remember(&history, call_with_body(number, noise(300_000, number)));
    }
    let kept = history.count(&query("")).unwrap();
    assert!((4..=6).contains(&kept), "{kept}");
    remember(&history, call_with_body(40, noise(3_000_000, 40)));
    assert_eq!(history.count(&query("")).unwrap(), 1);
    assert!(history.close(SOON));
    assert!(size(dir.path()) < 6_000_000);
}

#[test]
fn forgotten_calls_are_hidden_at_once_and_can_be_brought_back_until_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    for number in 0..10 {
        remember(&history, call(number));
    }
    let ids = [raw(5).id, raw(6).id, raw(77).id];
    assert_eq!(history.forget(&ids).unwrap(), 2);
    assert_eq!(history.forget(&ids).unwrap(), 0);
    assert_eq!(history.count(&query("")).unwrap(), 8);
    assert_eq!(history.recall(&query(""), 99, None).unwrap().len(), 8);
    assert_eq!(history.load(&ids[0]).unwrap(), None);
    assert_eq!(history.find(ids[0].as_str()).unwrap(), None);
    assert_eq!(history.cases().unwrap(), [("ACME-1".to_owned(), 1)]);

    assert_eq!(history.restore(&ids[..1]).unwrap(), 1);
    assert_eq!(history.load(&ids[0]).unwrap(), Some(call(5)));
    assert!(history.close(SOON));
    let history = open(dir.path());
    assert_eq!(history.restore(&ids).unwrap(), 0);
    assert_eq!(history.count(&query("")).unwrap(), 9);
}

#[test]
fn nothing_is_left_of_a_forgotten_call_in_any_file() {
    let dir = tempfile::tempdir().unwrap();
    let marker = "a-word-that-nobody-may-find-again";
    let history = open(dir.path());
    for number in 0..50 {
        remember(&history, call(number));
    }
    let mut marked = raw_with_body(50, marker.as_bytes().to_vec());
    marked.sent.url = format!("http://127.0.0.1:9/{marker}?{marker}");
    marked.case = Some(marker.to_owned());
    marked.typed.headers = vec![Param::new("x-note", marker)];
    remember(&history, shown(marked));
    remember(&history, call(51));
    assert!(holding(dir.path(), marker) > 0);
    history.forget(&[raw(50).id]).unwrap();
    assert!(history.close(SOON));
    assert_eq!(holding(dir.path(), marker), 0);
    assert_eq!(open(dir.path()).count(&query("")).unwrap(), 51);
}

/// Files that hold these bytes.
fn holding(dir: &Path, marker: &str) -> usize {
    let files = std::fs::read_dir(dir).unwrap();
    files
        .filter(|file| {
            let bytes = std::fs::read(file.as_ref().unwrap().path()).unwrap();
            memchr::memmem::find(&bytes, marker.as_bytes()).is_some()
        })
        .count()
}

#[test]
fn what_a_killed_run_forgot_is_erased_by_the_next_and_a_live_one_is_left_its_choice() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    for number in 0..3 {
        remember(&history, call(number));
    }
    let exe = std::env::current_exe().unwrap();
    let mut other = Other::obeying(Command::new(exe), dir.path());
    assert_eq!(other.obeys("forget"), "1");
    assert!(history.close(SOON));
    assert_eq!(rows(dir.path()), 3);

    // It is still there, and may change its mind.
    assert!(open(dir.path()).close(SOON));
    assert_eq!(rows(dir.path()), 3);
    other.child.kill().unwrap();
    other.child.wait().unwrap();
    assert!(open(dir.path()).close(SOON));
    assert_eq!(rows(dir.path()), 2);
    let left = std::fs::read_dir(dir.path()).unwrap();
    let undo = left.filter(|f| {
        f.as_ref()
            .unwrap()
            .path()
            .to_string_lossy()
            .contains("undo")
    });
    assert_eq!(undo.count(), 0);
}

fn rows(dir: &Path) -> i64 {
    let conn = rusqlite::Connection::open(dir.join("history.sqlite")).unwrap();
    conn.query_row("SELECT count(*) FROM calls", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_file_of_the_first_version_keeps_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let mut old = raw(3);
    old.case = None;
    let old = shown(old);
    {
        let conn = rusqlite::Connection::open(dir.path().join("history.sqlite")).unwrap();
        conn.execute_batch(include_str!("../../assets/history/0001_base.sql"))
            .unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        let line = summary(&old);
        conn.execute(
            "INSERT INTO bodies (id, digest, size, uses) VALUES (1, ?1, ?2, 0)",
            (
                digest(&old),
                old.outcome.response().unwrap().body.len() as i64,
            ),
        )
        .unwrap();
        conn.execute(
            "INSERT INTO contents VALUES (1, 0, ?1)",
            [&old.outcome.response().unwrap().body],
        )
        .unwrap();
        conn.execute(
            "INSERT INTO calls (id, started_ms, status, class, method, host, environment, codes,
                 received_body, search)
             VALUES (?1, ?2, 403, 'client_error', 'get', '127.0.0.1:9', 'sandbox',
                 char(10) || 'not_allowed' || char(10), 1, ?3)",
            (
                old.id.number() as i64,
                old.started_at.as_millisecond(),
                httriage::insight::search_text(&line),
            ),
        )
        .unwrap();
        conn.execute(
            "INSERT INTO records VALUES (?1, ?2, ?3)",
            (
                old.id.number() as i64,
                httriage::format::record::write_summary(&line),
                httriage::format::record::write(&old).into_bytes(),
            ),
        )
        .unwrap();
    }
    let history = open(dir.path());
    remember(&history, call(5));
    assert_eq!(history.load(&old.id).unwrap(), Some(old.clone()));
    let found = history.recall(&query("-case:ACME-1 code:not_allowed"), 9, None);
    assert_eq!(found.unwrap(), [summary(&old)]);
    assert_eq!(history.cases().unwrap(), [("ACME-1".to_owned(), 1)]);
    assert_eq!(history.count(&query("")).unwrap(), 2);
}

fn digest(exchange: &Exchange) -> Vec<u8> {
    let body = &exchange.outcome.response().unwrap().body;
    ring::digest::digest(&ring::digest::SHA256, body)
        .as_ref()
        .to_vec()
}

#[test]
#[cfg(unix)]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("new").join("httriage");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let history = open(&home);
    remember(&history, call(1));
    history.forget(&[raw(1).id]).unwrap();
    assert_eq!(mode(&home), 0o700);
    let mut files = 0;
    for file in std::fs::read_dir(&home).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
        files += 1;
    }
    assert!(
        files >= 4,
        "the database, its log, its index and the undo file"
    );
    assert!(history.close(SOON));

    let path = home.join("history.sqlite");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    open(&home);
    assert_eq!(mode(&path), 0o600);
}
