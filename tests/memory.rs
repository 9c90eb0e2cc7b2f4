//! What the program remembers of its calls, from the command line and on the screen, and what
//! happens when it cannot.

use crate::faults;
use crate::program;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use faults::{Server, answer};
use program::{Home, Ran, exists, finish};
use serde_json::Value;
use std::path::PathBuf;

/// A call to the sandbox, as JSON.
fn called(home: &Home, url: &str, more: &[&str]) -> Value {
    let mut args = vec!["send", "GET", url, "--env", "sandbox", "--json"];
    args.extend(more);
    let ran = home.run(&args);
    assert_eq!(ran.err, "");
    ran.json()
}

fn listed(home: &Home, filter: &[&str]) -> Vec<String> {
    let mut args = vec!["history", "list", "--json"];
    args.extend(filter);
    let ran = home.run(&args);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let rows = ran.json();
    let rows = rows["exchanges"].as_array().unwrap().iter();
    rows.map(|row| row["request"]["url"].as_str().unwrap().to_owned())
        .collect()
}

/// What `send` prints without the causes: those are told of a call, and are no part of it.
fn call_alone(mut sent: Value) -> Value {
    assert!(sent["causes"].is_array(), "{sent}");
    sent.as_object_mut().unwrap().remove("causes");
    sent
}

fn database(home: &Home) -> PathBuf {
    home.path("data/history.sqlite")
}

#[test]
fn a_call_is_found_again_whole() {
    let body: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    let server = Server::saying(answer(
        "418 I'm a teapot",
        "x-twice: one\r\nx-once: 1\r\nx-twice: two\r\n",
        &body,
    ));
    let home = Home::new();
    let ran = home.run(&["send", "GET", &server.base(), "--json"]);
    let made = call_alone(ran.json());
    let id = made["id"].as_str().unwrap();
    for part in [id, &id[..6]] {
        let shown = home.run(&["history", "show", part, "--json"]);
        assert_eq!((shown.code, shown.json()), (0, made.clone()));
    }
    let outcome = &made["outcome"];
    let twice = outcome["headers"].as_array().unwrap().iter();
    let twice: Vec<_> = twice.filter(|h| h[0] == "x-twice").map(|h| &h[1]).collect();
    assert_eq!(twice, ["one", "two"]);
    let kept = STANDARD.decode(outcome["body"]["base64"].as_str().unwrap());
    assert_eq!(kept.unwrap(), body);
    let text = home.run(&["history", "show", id]);
    assert!(text.out.starts_with("▲ 418"), "{}", text.out);
}

#[test]
fn entries_of_a_refusal_are_kept() {
    let home = Home::new();
    let made = call_alone(called(
        &home,
        "/core/runbooks/7/tasks",
        &["--token", "support"],
    ));
    let id = made["id"].as_str().unwrap();
    let shown = home.run(&["history", "show", id, "--json"]).json();
    assert_eq!(shown, made);
    assert_eq!(shown["outcome"]["entries"][0]["code"], "forbidden");
    let rows = home.run(&["history", "list"]).out;
    assert!(rows.contains("403") && rows.contains("forbidden"), "{rows}");
}

#[test]
fn a_run_without_history_leaves_nothing_behind() {
    let home = Home::new();
    called(&home, "/core/runbooks/7", &["--no-history"]);
    assert!(!exists(&home.path("data")));
    assert_eq!(listed(&home, &[]).len(), 0);
}

#[test]
fn filters_find_what_they_say_newest_first() {
    let home = Home::new();
    called(&home, "/core/runbooks/7", &["--token", "support"]);
    let case = ["--token", "support", "--case", "ACME-1"];
    called(&home, "/core/runbooks/7/tasks", &case);
    called(&home, "/core/runbooks/999", &["--token", "admin"]);
    called(&home, "/core/runbooks/12/tasks", &["--token", "admin"]);
    let ends: [&[&str]; 4] = [&["/12/tasks"], &["/999"], &["/7/tasks"], &["/7"]];
    let of = |filter: &[&str]| -> Vec<String> {
        let found = listed(&home, filter);
        found
            .iter()
            .map(|u| u.split_once("/runbooks").unwrap().1.to_owned())
            .collect()
    };
    assert_eq!(of(&[]), ends.concat());
    for (filter, found) in [
        (&["403"][..], &["/7/tasks"][..]),
        (&["4xx"], &["/999", "/7/tasks"]),
        (&["5xx"], &["/12/tasks"]),
        (&["token:support"], &["/7/tasks", "/7"]),
        (&["case:acme-1"], &["/7/tasks"]),
        (&["code:forbidden"], &["/7/tasks"]),
        (&["env:sandbox", "tasks"], &["/12/tasks", "/7/tasks"]),
        (&["method:get", "since:1h", "999"], &[]),
        (&["since:1h", "/999"], &["/999"]),
        (&["until:1h"], &[]),
        (&["--", "-4xx"], &["/12/tasks", "/7"]),
        (&["-4xx"], &["/12/tasks", "/7"]),
        (&["tasks", "-403", "--limit", "5"], &["/12/tasks"]),
        (&["since:1.5h", "/7/"], &["/7/tasks"]),
        (&["since:2020-01-02T03:04", "/7/"], &["/7/tasks"]),
        (&["since:2020-01-02", "03:04", "/7/"], &["/7/tasks"]),
        (&["--limit", "2"], &["/12/tasks", "/999"]),
        (&["no-such-word"], &[]),
    ] {
        assert_eq!(of(filter), found, "{filter:?}");
    }
    let none = home.run(&["history", "list", "nothing-fits"]);
    assert!(
        none.code == 0 && none.out.starts_with("No call fits."),
        "{}",
        none.out
    );
    let text = home.run(&["history", "list", "case:ACME-1"]).out;
    assert!(
        text.contains("case ACME-1") && text.lines().count() == 1,
        "{text}"
    );
}

#[test]
fn a_filter_that_means_nothing_is_an_error_with_its_place_and_nothing_is_done() {
    let home = Home::new();
    called(&home, "/core/runbooks/7", &[]);
    for arguments in [
        &["list", "403", "since:soon"][..],
        &["export", "403", "since:soon"],
        &["save", "kept", "403", "since:soon"],
        &["forget", "--yes", "--filter", "403 since:soon"],
    ] {
        let ran = home.run(&[&["history"], arguments].concat());
        ran.refused(2, &["at column 5: since:soon names no time", "yesterday"]);
    }
    assert_eq!(listed(&home, &[]).len(), 1);
    let forgotten = home.run(&["history", "forget", "--yes", "--filter", "-5xx"]);
    assert_eq!(forgotten.out, "1 call forgotten.\n");
}

#[test]
fn days_begin_where_the_person_is_and_that_is_said() {
    let home = Home::new().with("TZ", "XYZ-5");
    let ran = home.run(&[
        "history",
        "list",
        "since:2026-05-12",
        "until:2026-05-12T10:30:15",
    ]);
    assert_eq!(
        ran.err,
        "since:2026-05-12 is from 2026-05-12 00:00 in UTC+05:00.\n\
         until:2026-05-12T10:30:15 is before 2026-05-12 10:30:16 in UTC+05:00.\n"
    );
    let ran = home.run(&["history", "list", "since:2h", "since:2026-05-12T10:30Z"]);
    assert_eq!(ran.err, "");
}

#[test]
fn words_are_found_as_they_were_typed_into_the_url() {
    let home = Home::new();
    for url in [
        "/core/stra\u{df}e",
        "/core/x?name=M\u{fc}ller",
        "/core/mu\u{308}ll",
    ] {
        called(&home, url, &[]);
    }
    called(&home, "/core/y", &["--param", "city=K\u{f6}ln S\u{fc}d"]);
    for (word, count) in [
        ("stra\u{df}e", 1),
        ("m\u{fc}ll", 2),
        ("mu\u{308}ller", 1),
        ("\"k\u{f6}ln s\u{fc}d\"", 1),
        ("-\u{fc}", 1),
        ("\u{fc}ber", 0),
    ] {
        assert_eq!(listed(&home, &[word]).len(), count, "{word}");
    }
}

#[test]
fn the_history_is_exported_to_a_file_of_ones_own() {
    let home = Home::new();
    let made = called(&home, "/core/runbooks/7", &["--case", "A"]);
    let other = called(&home, "/core/runbooks/999", &[]);
    let printed = home.run(&["history", "export"]).json();
    assert_eq!(printed["exchanges"][0]["id"], other["id"]);
    assert_eq!(printed["exchanges"][1]["outcome"], made["outcome"]);
    let ran = home.run(&["history", "export", "case:A", "--out", "kept.json"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let text = std::fs::read_to_string(home.path("kept.json")).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(kept["exchanges"].as_array().unwrap().len(), 1);
    assert_eq!(kept["exchanges"][0]["id"], made["id"]);
}

#[test]
fn nothing_is_forgotten_without_being_asked_for() {
    let home = Home::new();
    let made = called(&home, "/core/runbooks/7", &[]);
    called(&home, "/core/runbooks/999", &[]);
    called(&home, "/core/users/me", &[]);
    let id = made["id"].as_str().unwrap();
    for which in [&[id][..], &["--filter", "4xx"], &["--all"]] {
        let mut args = vec!["history", "forget"];
        args.extend(which);
        home.run(&args).refused(2, &["--yes"]);
    }
    assert_eq!(home.run(&["history", "forget"]).code, 2);
    home.run(&["history", "forget", "zzzz", "--yes"])
        .refused(1, &["zzzz"]);
    home.run(&["history", "show", "zzzz"]).refused(1, &["zzzz"]);
    assert_eq!(listed(&home, &[]).len(), 3);
    assert_eq!(home.run(&["history", "forget", id, "--yes"]).code, 0);
    home.run(&["history", "show", id]).refused(1, &[id]);
    let filter = ["history", "forget", "--filter", "/999", "--yes"];
    assert_eq!(home.run(&filter).code, 0);
    assert_eq!(listed(&home, &[]).len(), 1);
    assert_eq!(home.run(&["history", "forget", "--all", "--yes"]).code, 0);
    assert_eq!(listed(&home, &[]).len(), 0);
    let again = home.run(&["history", "forget", "--all", "--yes"]);
    assert!(again.code == 0 && again.out.contains("nothing was forgotten"));
}

#[test]
fn several_processes_write_one_history_at_once() {
    let home = Home::new();
    let args = ["send", "GET", "/core/runbooks/7", "--env", "sandbox"];
    let running: Vec<_> = (0..6)
        .map(|_| home.command(&args).spawn().unwrap())
        .collect();
    for child in running {
        let ran = finish(child);
        assert_eq!(ran.code, 4, "{}", ran.all());
        assert!(ran.err.starts_with("▲ 401 Unauthorized"), "{}", ran.err);
        assert!(!ran.err.contains("not recorded"), "{}", ran.err);
    }
    assert_eq!(listed(&home, &[]).len(), 6);
}

/// The answer is there with its exit code, and one line says that it was not kept.
#[track_caller]
fn answered_but_not_kept(home: &Home, why: &str) -> Ran {
    let args = [
        "send",
        "GET",
        "/core/runbooks/7/tasks",
        "--token",
        "support",
        "--env",
        "sandbox",
    ];
    let ran = home.run(&args);
    assert_eq!(ran.code, 4, "{}", ran.all());
    assert!(ran.out.starts_with("{\"errors\":["), "{}", ran.out);
    assert!(ran.err.starts_with("▲ 403 Forbidden"), "{}", ran.err);
    let line = ran.err.lines().last().unwrap();
    assert!(line.starts_with("The call was not recorded: "), "{line}");
    assert!(line.contains(why) && line.ends_with('.'), "{line}");
    assert_eq!(ran.err.matches("not recorded").count(), 1, "{}", ran.err);
    ran
}

#[test]
fn trouble_with_the_disk_never_costs_the_answer() {
    let home = Home::new();
    home.write("data", "not a folder");
    answered_but_not_kept(&home, "something else than a history");
    assert_eq!(std::fs::read(home.path("data")).unwrap(), b"not a folder");

    let home = Home::new();
    std::fs::create_dir_all(database(&home)).unwrap();
    answered_but_not_kept(&home, "something else than a history");

    let home = Home::new();
    called(&home, "/core/runbooks/7", &[]);
    let connection = rusqlite::Connection::open(database(&home)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    answered_but_not_kept(&home, "newer httriage");
    home.run(&["history", "list"])
        .refused(1, &["newer httriage"]);

    let home = Home::new();
    called(&home, "/core/runbooks/7", &[]);
    let garbage = b"just some notes ".repeat(600);
    std::fs::write(database(&home), &garbage).unwrap();
    answered_but_not_kept(&home, "kept as");
    let files = std::fs::read_dir(home.path("data")).unwrap();
    let aside = files.filter(|f| std::fs::read(f.as_ref().unwrap().path()).unwrap() == garbage);
    assert_eq!(aside.count(), 1);
    called(&home, "/core/runbooks/7", &[]);
    assert_eq!(listed(&home, &[]).len(), 1);
}

#[test]
fn a_replay_remembers_its_calls() {
    let home = Home::new();
    let session = "name = \"two\"\nenvironment = \"sandbox\"\n\
        [[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"{{base}}/core/users/me\"\ntoken = \"viewer\"\n\
        [[step]]\nname = \"b\"\nmethod = \"GET\"\nurl = \"{{base}}/core/runbooks/999\"\ntoken = \"admin\"\n";
    home.write("two.session.toml", session);
    let ran = home.run(&["replay", "two.session.toml", "--case", "ACME-9"]);
    assert_eq!(ran.err, "");
    assert_eq!(listed(&home, &["case:ACME-9"]).len(), 2);
    let silent = home.run(&["replay", "two.session.toml", "--no-history"]);
    assert_eq!(silent.code, ran.code);
    assert_eq!(listed(&home, &[]).len(), 2);
}

#[cfg(unix)]
mod screen {
    use super::*;
    use crate::tty::Tty;

    /// The explorer in a home that outlives it.
    fn opened(home: &Home, more: &[&str]) -> Tty {
        Tty::start_in(&home.path(""), more, (160, 48), &[])
    }

    fn left(mut tty: Tty) {
        tty.types("\x03");
        assert_eq!(tty.ends(), 0);
    }

    /// Three calls of an earlier run: 200, 403 with a case, 404.
    fn filled() -> Home {
        let home = Home::new();
        called(&home, "/core/runbooks/7", &["--token", "support"]);
        let case = ["--token", "support", "--case", "ACME-1"];
        called(&home, "/core/runbooks/7/tasks", &case);
        called(&home, "/core/runbooks/999", &["--token", "admin"]);
        home
    }

    #[test]
    fn the_opening_call_goes_only_when_nothing_is_remembered() {
        let home = Home::new();
        let mut tty = opened(&home, &[]);
        tty.sees("▸ ▲ 403");
        left(tty);
        assert_eq!(listed(&home, &[]).len(), 1);
        let mut tty = opened(&home, &[]);
        tty.sees("▸ ▲ 403");
        left(tty);
        assert_eq!(listed(&home, &[]).len(), 1);
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_said_and_hides_nothing() {
        let home = filled();
        let mut tty = opened(&home, &[]);
        tty.sees("▸ ▲ 404");
        tty.types("\t\t/404 since:so");
        tty.sees("names no|no time|since:so names");
        // What can be read of it holds, once the store has answered.
        tty.sees("▸ ▲ 404");
        tty.loses("No call fits");
        tty.types("\x7f\x7f2d");
        tty.loses("no time");
        tty.sees("1 found");
        tty.types("\x7f\x7ftoday");
        tty.sees("since:today is from ");
        tty.types("\x03");
        assert_eq!(tty.ends(), 0);
    }

    #[test]
    fn the_calls_of_the_last_run_are_listed_loaded_and_sent_again() {
        let home = filled();
        let mut tty = opened(&home, &[]);
        let text = tty.sees("▸ ▲ 404");
        let place = |words: &str| {
            text.find(words)
                .unwrap_or_else(|| panic!("{words}: {text}"))
        };
        assert!(place("▲ 404") < place("▲ 403") && place("▲ 403") < place("✓ 200"));
        // Focus on the history, one row down, and its answer comes without a call.
        tty.types("\x1b3\x1b[B\x1b[C");
        let text = tty.sees("▾ ▲ 403");
        assert!(
            text.contains("need a role") && text.contains("forbidden"),
            "{text}"
        );
        tty.types("\r");
        tty.sees("▲ 403 Forbidden");
        tty.sees("GET ▾  {{base}}/core/runbooks/7/tasks|GET ▾  /core/runbooks/7/tasks");
        assert_eq!(listed(&home, &[]).len(), 3);
        // The sandbox of this run has another port; the request goes there.
        tty.types("r");
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while listed(&home, &["403"]).len() < 2 {
            assert!(std::time::Instant::now() < until, "{}", tty.text());
        }
        left(tty);
    }

    #[test]
    fn the_filter_narrows_while_it_is_typed() {
        let home = filled();
        let mut tty = opened(&home, &[]);
        tty.sees("▸ ▲ 404");
        tty.types("\x1b3/");
        tty.sees("3 found");
        tty.types("4x");
        tty.sees("0 found");
        tty.types("x");
        tty.sees("2 found");
        tty.types(" case:ACME-1");
        tty.sees("1 found");
        tty.loses("▲ 404");
        tty.types("\r");
        tty.sees("1 found");
        tty.types("\x1b");
        tty.loses("found");
        let text = tty.sees("▲ 404");
        assert!(text.contains("✓ 200"), "{text}");
        left(tty);
    }

    #[test]
    fn what_is_forgotten_comes_back_until_the_end_and_then_is_gone() {
        let home = Home::new();
        let mark = "needle-in-the-history-4711";
        let server = Server::saying(answer("200 OK", "", mark.as_bytes()));
        let url = format!("{}/{mark}", server.base());
        assert_eq!(home.run(&["send", "GET", &url]).code, 0);
        assert!(is_in_the_files(&home, mark));
        called(&home, "/core/runbooks/999", &["--token", "admin"]);
        let mut tty = opened(&home, &[]);
        tty.sees("▸ ▲ 404");
        tty.types("\x1b3\x1b[Bd");
        tty.sees("Forget this call?");
        // The first choice keeps it.
        tty.types("\r");
        tty.loses("Forget this call?");
        assert!(tty.text().contains("✓ 200"));
        for again in [true, false] {
            tty.types("d");
            tty.sees("Forget this call?");
            tty.types("\x1b[B\r");
            tty.loses("✓ 200");
            if again {
                tty.types("u");
                tty.sees("✓ 200");
            }
        }
        left(tty);
        assert_eq!(listed(&home, &[]).len(), 1);
        assert!(!is_in_the_files(&home, mark));
    }

    fn is_in_the_files(home: &Home, words: &str) -> bool {
        let files = std::fs::read_dir(home.path("data")).unwrap();
        let mut files = files
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file());
        files.any(|path| {
            let bytes = std::fs::read(path).unwrap();
            memchr::memmem::find(&bytes, words.as_bytes()).is_some()
        })
    }

    #[test]
    fn a_case_is_set_saved_and_replayed() {
        let home = filled();
        let mut tty = opened(&home, &[]);
        tty.sees("▸ ▲ 404");
        tty.types("\x0b");
        tty.sees("New calls carry it");
        tty.types("ACME-2\r");
        tty.sees("case ACME-2");
        // The newest call again, under the case; then the whole case as a session.
        tty.types("\x1b3r");
        tty.sees("ACME-2 admin");
        // It is saved from what is written.
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while listed(&home, &["case:ACME-2"]).is_empty() {
            assert!(std::time::Instant::now() < until, "{}", tty.text());
        }
        tty.types("g\x13");
        tty.sees("Save this call as a session");
        tty.types("\r");
        tty.sees("Saved 1 step");
        tty.types("R");
        // The screen of the sessions opens on the newest, and sends nothing by itself.
        tty.sees("nothing sent yet");
        tty.types("\r");
        tty.types("r");
        tty.sees("= 1 same");
        left(tty);
        assert_eq!(listed(&home, &["case:ACME-2", "404"]).len(), 2);
        let ran = home.run(&["replay", "ACME-2"]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    }

    #[test]
    fn trouble_with_the_disk_is_told_beside_the_answer() {
        let home = Home::new();
        home.write("data", "not a folder");
        let mut tty = opened(&home, &[]);
        tty.sees("something else than a history|▲ 403");
        tty.types("\x12");
        tty.sees("▲ 403 Forbidden");
        tty.sees("was not recorded");
        assert!(tty.text().contains("▲ 403 Forbidden"));
        left(tty);
    }
}
