//! A history that an older program kept is masked by the rules of this one: in the background,
//! however often that is cut off, and whoever writes meanwhile.

use super::child::Other;
use super::*;
use httriage::engine::history::{Masking, Trouble};
use httriage::format::record;
use httriage::insight::search_text;
use httriage::model::MASK;
use rusqlite::Connection;

/// Stands under secret names, which older programs did not know.
const FRESH: &str = "CANARYv4lue0123456789";
/// The value of a token that is configured, and was not when the calls were made.
const KNOWN: &str = "kn0wn-t0ken-of-today";

/// As it was made: with both in the clear, in the URL, in headers, in words and in bodies.
fn planted(number: u64) -> RawExchange {
    let mut call = raw(number);
    call.typed.url = format!("{{{{base}}}}/x/{number}?sig={FRESH}");
    call.sent.url = format!("http://127.0.0.1:9/x/{number}?sig={FRESH}");
    call.sent.body = format!("{{\"passphrase\":\"{FRESH}\",\"n\":{number}}}").into_bytes();
    call.typed.notes = format!("they use {KNOWN}");
    call.outcome = Outcome::Answered(Response {
        status: 403,
        headers: Headers::from_iter([("location", format!("/cb#access_token={FRESH}"))]),
        body: format!(
            "{{\"errors\":[{{\"code\":\"no\",\"detail\":\"{KNOWN} was refused\"}}],\"log\":\"{{\\\"pwd\\\":\\\"{FRESH}\\\"}}\"}}"
        )
        .into_bytes(),
        ..Response::default()
    });
    call
}

/// The same, as this program shows it.
fn masked(number: u64) -> Exchange {
    knowing().mask().exchange(planted(number))
}

fn knowing() -> Arc<Vault> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("known.token");
    std::fs::write(&path, KNOWN).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let settings = Settings {
        tokens: vec![Token {
            name: TokenName::new("known").unwrap(),
            source: TokenSource::File(path),
            origins: None,
            placement: Default::default(),
            ttl: None,
        }],
        ..Settings::default()
    };
    let vault = Arc::new(Vault::new(&settings, |_| None));
    // It reads its file once.
    assert!(vault.mask().finds(KNOWN));
    vault
}

/// A file of the version before, with so many calls in it, one of them forgotten.
fn old_file(dir: &Path, calls: u64) {
    let conn = Connection::open(dir.join("history.sqlite")).unwrap();
    for step in [
        include_str!("../../assets/history/0001_base.sql"),
        include_str!("../../assets/history/0002_cases.sql"),
    ] {
        conn.execute_batch(step).unwrap();
    }
    conn.pragma_update(None, "user_version", 2).unwrap();
    conn.execute_batch("BEGIN").unwrap();
    for number in 0..calls {
        old_row(&conn, number);
    }
    conn.execute(
        "UPDATE calls SET forgotten_by = 7 WHERE id = ?1",
        [raw(0).id.number() as i64],
    )
    .unwrap();
    conn.execute_batch("COMMIT").unwrap();
}

fn old_row(conn: &Connection, number: u64) {
    let call = planted(number);
    // What masks it here is undone in the texts that are kept.
    let shown = masked(number);
    let line = summary(&shown);
    let clear = |text: String| {
        text.replace(MASK, FRESH)
            .replace(&known_mark(), KNOWN)
            .replace("{{token:known}}", KNOWN)
    };
    let received = &call.outcome.response().unwrap().body;
    let keep = |body: &[u8]| {
        let digest = ring::digest::digest(&ring::digest::SHA256, body);
        conn.execute(
            "INSERT INTO bodies (digest, size, uses) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING",
            (digest.as_ref(), body.len() as i64),
        )
        .unwrap();
        let id: i64 = conn
            .query_row(
                "SELECT id FROM bodies WHERE digest = ?1",
                [digest.as_ref()],
                |row| row.get(0),
            )
            .unwrap();
        conn.execute(
            "INSERT OR IGNORE INTO contents VALUES (?1, 0, ?2)",
            (id, body),
        )
        .unwrap();
        id
    };
    let (sent, received) = (keep(&call.sent.body), keep(received));
    conn.execute(
        "INSERT INTO calls (id, started_ms, status, class, method, host, environment, codes,
             sent_body, received_body, search)
         VALUES (?1, ?2, 403, 'client_error', 'get', '127.0.0.1:9', 'sandbox',
             char(10) || 'no' || char(10), ?3, ?4, ?5)",
        (
            call.id.number() as i64,
            call.started_at.as_millisecond(),
            sent,
            received,
            clear(search_text(&line)),
        ),
    )
    .unwrap();
    conn.execute(
        "INSERT INTO records VALUES (?1, ?2, ?3)",
        (
            call.id.number() as i64,
            clear(record::write_summary(&line)),
            clear(record::write(&shown)).into_bytes(),
        ),
    )
    .unwrap();
}

fn known_mark() -> String {
    let reference = knowing().reference_at_rest(&TokenName::new("known").unwrap(), false);
    reference.mask()
}

/// How many files hold one of these values, in any row, page or log.
fn left(dir: &Path, values: &[&str]) -> usize {
    let files = std::fs::read_dir(dir).unwrap();
    let files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let holds = |bytes: &[u8]| {
        values
            .iter()
            .any(|value| memchr::memmem::find(bytes, value.as_bytes()).is_some())
    };
    files.filter(|bytes| holds(bytes)).count()
}

fn done(history: &History) -> Masking {
    let until = std::time::Instant::now() + SOON;
    loop {
        let masking = history.masking().unwrap();
        if masking.is_done() {
            return masking;
        }
        assert!(std::time::Instant::now() < until, "{masking:?}");
        std::thread::yield_now();
    }
}

fn open_knowing(dir: &Path) -> History {
    History::open(dir, Retention::default(), knowing()).unwrap()
}

#[track_caller]
fn is_all_there(history: &History, dir: &Path, calls: u64) {
    // The one that was forgotten is gone by now, or still hidden.
    for number in 1..calls {
        let found = history.load(&raw(number).id).unwrap();
        assert_eq!(found, Some(masked(number)), "{number}");
    }
    assert_eq!(history.load(&raw(0).id).unwrap(), None);
    let conn = Connection::open(dir.join("history.sqlite")).unwrap();
    let number = |what: &str| -> i64 { conn.query_row(what, [], |row| row.get(0)).unwrap() };
    assert_eq!(
        number("SELECT calls FROM totals"),
        number("SELECT count(*) FROM calls")
    );
    let uses = "SELECT count(*) FROM bodies b WHERE uses IS NOT
        (SELECT sum((typed_body IS b.id) + (sent_body IS b.id) + (received_body IS b.id)) FROM calls)";
    assert_eq!(number(uses), 0, "uses of bodies are counted right");
    let said: String = conn
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(said, "ok");
}

#[test]
fn old_calls_are_masked_anew_and_nothing_is_left_of_them_in_any_file() {
    let dir = tempfile::tempdir().unwrap();
    old_file(dir.path(), 300);
    assert!(left(dir.path(), &[FRESH, KNOWN]) > 0);
    let history = open_knowing(dir.path());
    let masking = done(&history);
    assert_eq!((masking.left, masking.calls), (0, 300));
    is_all_there(&history, dir.path(), 300);
    assert_eq!(history.count(&query("code:no")).unwrap(), 299);
    assert_eq!(history.count(&query("canaryv4lue")).unwrap(), 0);
    assert!(history.close(SOON));
    assert_eq!(left(dir.path(), &[FRESH, KNOWN]), 0);
    // A second start has nothing to do.
    let history = open_knowing(dir.path());
    assert!(history.masking().unwrap().is_done());
    is_all_there(&history, dir.path(), 300);
}

#[test]
fn old_calls_are_shown_by_the_rules_of_today_before_they_are_kept_so() {
    let dir = tempfile::tempdir().unwrap();
    old_file(dir.path(), 3);
    let path = dir.path().join("history.sqlite");
    // To look at it does not begin the work.
    let history = History::at(dir.path(), Retention::default(), knowing());
    let found = history.recall(&query(""), 9, None).unwrap();
    assert_eq!(found, [summary(&masked(2)), summary(&masked(1))]);
    assert_eq!(history.load(&raw(2).id).unwrap(), Some(masked(2)));
    assert!(!history.masking().unwrap().is_done());
    let bytes = std::fs::read(&path).unwrap();
    assert!(memchr::memmem::find(&bytes, FRESH.as_bytes()).is_some());
}

#[test]
fn a_new_file_has_nothing_to_be_masked_anew() {
    let dir = tempfile::tempdir().unwrap();
    let history = open_knowing(dir.path());
    let masking = history.masking().unwrap();
    assert!(masking.is_done());
    assert_eq!(masking.calls, 0);
}

#[test]
fn work_that_is_killed_goes_on_where_it_was_and_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    old_file(dir.path(), 600);
    let mut new = Vec::new();
    for turn in 0..8_u64 {
        let first = 10_000 + turn * 1_000;
        let mut other = Other::writing(dir.path(), first, u64::MAX / 2);
        for _ in 0..(turn % 4) * 15 {
            let said = other.says().unwrap();
            new.push(said.strip_prefix("ack ").unwrap().parse::<u64>().unwrap());
        }
        other.child.kill().unwrap();
        other.child.wait().unwrap();
    }
    let history = open_knowing(dir.path());
    done(&history);
    is_all_there(&history, dir.path(), 600);
    for number in new {
        assert_eq!(history.load(&raw(number).id).unwrap(), Some(call(number)));
    }
    assert!(history.close(SOON));
    // The others knew no token.
    assert_eq!(left(dir.path(), &[FRESH]), 0);
}

#[test]
fn whoever_writes_meanwhile_is_not_held_up() {
    let dir = tempfile::tempdir().unwrap();
    old_file(dir.path(), 600);
    let history = open_knowing(dir.path());
    let mut other = Other::writing(dir.path(), 20_000, 200);
    let mut acknowledged = 0;
    while let Some(said) = other.says() {
        assert!(!said.contains("refused"), "{said}");
        acknowledged += u32::from(said.starts_with("ack "));
    }
    assert_eq!(acknowledged, 200);
    for number in 30_000..30_050 {
        remember(&history, call(number));
    }
    done(&history);
    is_all_there(&history, dir.path(), 600);
    assert_eq!(history.count(&query("")).unwrap(), 599 + 200 + 50);
}

#[test]
fn a_program_of_before_that_is_still_there_adds_nothing_and_is_told_of_the_newer_one() {
    let dir = tempfile::tempdir().unwrap();
    old_file(dir.path(), 2);
    let old = Connection::open(dir.path().join("history.sqlite")).unwrap();
    let insert =
        "INSERT INTO calls (id, started_ms, status, class, method, host, environment, token,
            codes, typed_body, sent_body, received_body, search, case_name, case_key)
         VALUES (?1, 0, 200, 'success', 'get', '', '', NULL, '', NULL, NULL, NULL, '', NULL, NULL)";
    old.execute(insert, [77]).unwrap();
    let history = open_knowing(dir.path());
    done(&history);
    let refused = old.execute(insert, [78]).unwrap_err();
    assert!(refused.to_string().contains("newer program"), "{refused}");
    // It opens the file again then, and finds a number that it does not know.
    let version: i64 = old
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert!(version > 2);
    drop(old);
    // As this program does with one that is newer still.
    let conn = Connection::open(dir.path().join("history.sqlite")).unwrap();
    conn.pragma_update(None, "user_version", version + 1)
        .unwrap();
    let said = history.remember(Arc::new(call(1))).wait().unwrap_err();
    assert_eq!(
        said.trouble,
        Trouble::Newer {
            found: version + 1,
            known: version
        }
    );
}
