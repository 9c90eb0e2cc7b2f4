//! The binary filling a matrix: against the sandbox for each role, against servers that refuse,
//! and what scripts may rely on.

use crate::faults;
use crate::program;

use faults::{Asked, Server, answer};
use program::{Home, Ran, has_shape};
use serde_json::Value;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Method, path, and what is pinned of which token.
type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// A session of calls, a line each: method, path, and pins.
fn session(environment: &str, calls: &[Call]) -> String {
    let mut text = format!("name = \"who may what\"\nenvironment = \"{environment}\"\n");
    for (method, path, pins) in calls {
        text.push_str(&format!(
            "[[step]]\nname = \"{method} {path}\"\nmethod = \"{method}\"\nurl = \"{{{{base}}}}{path}\"\n[step.access]\n"
        ));
        for (token, pin) in *pins {
            text.push_str(&format!("{token} = \"{pin}\"\n"));
        }
    }
    text
}

fn matrix(home: &Home, session: &str, more: &[&str]) -> Ran {
    let path = home.write("a.session.toml", session);
    let mut args = vec!["matrix", path.as_str()];
    args.extend(more);
    home.run(&args)
}

/// The access word of every cell, row by row.
fn access(matrix: &Value) -> Vec<Vec<&str>> {
    let rows = matrix["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let cells = row["cells"].as_array().unwrap().iter();
        cells.map(|cell| cell["access"].as_str().unwrap()).collect()
    })
    .collect()
}

const ALL: &str = "admin,editor,viewer,support,user-admin,developer,revoked,expired";

#[test]
fn every_role_of_the_sandbox_may_do_what_it_may() {
    let calls: [Call; 6] = [
        ("GET", "/core/users/me", &[]),
        ("GET", "/core/runbooks/7", &[]),
        ("GET", "/core/runbooks/7/tasks", &[]),
        ("GET", "/core/runbooks/9", &[]),
        ("GET", "/core/users", &[]),
        ("GET", "/core/runbooks/999", &[]),
    ];
    let ran = matrix(
        &Home::new(),
        &session("sandbox", &calls),
        &["--tokens", ALL, "--json"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let [yes, no, hidden, unknown] = ["allowed", "denied", "hidden", "unknown_token"];
    let found = ran.json();
    assert_eq!(
        access(&found),
        [
            [yes, yes, yes, yes, yes, yes, unknown, unknown],
            [yes, yes, yes, yes, hidden, hidden, unknown, unknown],
            [yes, yes, yes, no, hidden, hidden, unknown, unknown],
            [
                yes, hidden, hidden, hidden, hidden, hidden, unknown, unknown
            ],
            [yes, no, no, no, yes, no, unknown, unknown],
            // Nobody finds it, so nothing is said about anybody.
            ["unclear"; 8].map(|word| word),
        ]
        .map(|row| row.to_vec())
        .into_iter()
        .enumerate()
        .map(|(place, mut row)| {
            if place == 5 {
                (row[6], row[7]) = (unknown, unknown);
            }
            row
        })
        .collect::<Vec<_>>()
    );
}

#[test]
fn the_json_has_the_documented_shape() {
    let calls: [Call; 2] = [
        ("GET", "/core/runbooks/7/tasks", &[("support", "deny")]),
        ("DELETE", "/core/runbooks/7", &[]),
    ];
    let home = Home::new();
    let args = ["--tokens", "support,admin", "--json"];
    let found = matrix(&home, &session("sandbox", &calls), &args).json();
    has_shape(&found, &["tokens", "rows"], &[]);
    assert_eq!(found["tokens"], serde_json::json!(["support", "admin"]));
    for row in found["rows"].as_array().unwrap() {
        has_shape(row, &["request", "cells"], &[]);
        has_shape(&row["request"], &["method", "url"], &[]);
        for cell in row["cells"].as_array().unwrap() {
            let sometimes = ["status", "failure", "reason", "expected", "as_expected"];
            has_shape(cell, &["token", "codes", "skipped", "access"], &sometimes);
        }
    }
    let cell = &found["rows"][0]["cells"][0];
    assert_eq!(cell["token"], "support");
    assert_eq!(cell["status"], 403);
    assert_eq!(cell["codes"], serde_json::json!(["forbidden"]));
    assert_eq!(cell["skipped"], false);
    assert_eq!(cell["as_expected"], true);
    let skipped = &found["rows"][1]["cells"][0];
    assert_eq!(skipped["skipped"], true);
    assert!(skipped.get("status").is_none() && skipped.get("failure").is_none());
    let same = matrix(
        &home,
        &session("sandbox", &calls),
        &["--tokens", "support,admin", "--report", "json"],
    );
    assert_eq!(same.json()["tokens"], found["tokens"]);
}

#[test]
fn pins_decide_the_exit_code_and_are_told_apart() {
    let home = Home::new();
    let tasks = "/core/runbooks/7/tasks";
    let as_it_is: [Call; 1] = [("GET", tasks, &[("support", "deny"), ("admin", "allow")])];
    let ran = matrix(&home, &session("sandbox", &as_it_is), &[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.out.contains("Everything is as expected."));

    let turned: [Call; 2] = [
        ("GET", tasks, &[("support", "allow"), ("admin", "deny")]),
        ("GET", "/core/runbooks/999", &[("admin", "deny")]),
    ];
    let ran = matrix(&home, &session("sandbox", &turned), &[]);
    assert_eq!(ran.code, 1);
    for words in [
        "unexpected allow: 1",
        "admin: deny is expected, and it is allowed (200)",
        "unexpected deny: 1",
        "support: allow is expected, and it is denied (403 forbidden)",
        "undecided: 1",
        "admin: deny is expected, and it is unclear (404 not_found)",
        "Not everything is as expected.",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    // What is skipped was not tried, and a pin on it does not hold.
    let writes: [Call; 1] = [("DELETE", "/core/runbooks/2", &[("viewer", "deny")])];
    assert_eq!(matrix(&home, &session("sandbox", &writes), &[]).code, 1);
}

#[test]
fn no_answer_is_a_failure_and_never_a_denial() {
    let home = Home::settled(&format!(
        "[environments.e]\nbase_url = \"http://127.0.0.1:{}\"\n",
        faults::dead_port()
    ))
    .with("HTTRIAGE_TOKEN_A", "0123456789abcdef");
    let calls: [Call; 1] = [("GET", "/x", &[])];
    let ran = matrix(&home, &session("e", &calls), &["--tokens", "a", "--json"]);
    assert_eq!(ran.code, 1);
    let found = ran.json();
    let cell = &found["rows"][0]["cells"][0];
    assert_eq!(cell["access"], "failed");
    has_shape(&cell["failure"], &["kind", "message", "hint"], &[]);
    assert_eq!(cell["failure"]["kind"], "connect.refused");
    let pinned: [Call; 1] = [("GET", "/x", &[("a", "deny")])];
    let ran = matrix(&home, &session("e", &pinned), &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("undecided: 1"), "{}", ran.out);
}

#[test]
fn wrong_usage_is_said_in_one_sentence() {
    let home = Home::new();
    let calls: [Call; 1] = [("GET", "/core/users/me", &[])];
    let text = session("sandbox", &calls);
    matrix(&home, &text, &["--tokens", "nobody"]).refused(2, &["no token named nobody", "support"]);
    matrix(&home, &text, &[]).refused(2, &["names no token", "--tokens a,b"]);
    home.run(&["matrix", "gone", "--tokens", "a"])
        .refused(2, &["gone"]);
    let value = "0123456789abcdef".repeat(3);
    let ran = matrix(&home, &text, &["--tokens", &value]);
    ran.refused(2, &["not its value"]);
    assert!(!ran.err.contains(&value));
    let odd = text.replace("[step.access]", "[step.access]\nsupport = \"perhaps\"");
    matrix(&home, &odd, &[]).refused(
        2,
        &["\"perhaps\" is not what a token may be expected to do"],
    );
}

/// When each request came, and by whom.
type Seen = Arc<Mutex<Vec<(Instant, String)>>>;

/// A server that refuses one token for too many calls, once, and notes when calls came.
fn busy(after: &'static str) -> (Server, Seen) {
    let times: Arc<Mutex<Vec<(Instant, String)>>> = Arc::default();
    let kept = times.clone();
    let server = Server::doing(move |asked: &Asked, stream| {
        let token = asked.header("authorization").unwrap_or("").to_owned();
        let mut times = kept.lock().unwrap();
        times.push((Instant::now(), token.clone()));
        let first = token.ends_with('1') && times.iter().filter(|(_, t)| *t == token).count() == 1;
        drop(times);
        let bytes = if first {
            answer(
                "429 Too Many Requests",
                &format!("retry-after: {after}\r\n"),
                b"",
            )
        } else {
            answer("200 OK", "", b"{}")
        };
        let _ = stream.write_all(&bytes);
        true
    });
    (server, times)
}

#[test]
fn the_whole_run_waits_when_the_api_asks_for_it() {
    let (server, times) = busy("1");
    let home = Home::settled(&format!(
        "[environments.e]\nbase_url = \"{}\"\n",
        server.base()
    ))
    .with("HTTRIAGE_TOKEN_A", "00000000-0001")
    .with("HTTRIAGE_TOKEN_B", "00000000-0002");
    let calls: Vec<Call> = ["/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8"]
        .map(|path| ("GET", path, &[][..]))
        .to_vec();
    let ran = matrix(&home, &session("e", &calls), &["--tokens", "a,b", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.err.contains("the whole run waits 1 s"), "{}", ran.err);
    let found = ran.json();
    assert!(access(&found).iter().all(|row| *row == ["allowed"; 2]));
    let times = times.lock().unwrap();
    let refused = times
        .iter()
        .find(|(_, token)| token.ends_with('1'))
        .unwrap()
        .0;
    let over = refused + Duration::from_millis(950);
    let early = times.iter().filter(|(time, _)| *time < over).count();
    // What the other token had sent before the refusal arrived, and no more.
    assert!(early <= 6, "{early} of {}", times.len());
    assert_eq!(times.len(), 17);
}

#[test]
fn writes_go_out_only_when_asked_for_and_never_where_it_is_protected() {
    let server = Server::saying(answer("200 OK", "connection: close\r\n", b"{}"));
    let config = |protected| {
        format!(
            "[environments.e]\nbase_url = \"{}\"\nprotected = {protected}\n",
            server.base()
        )
    };
    let calls: [Call; 1] = [("DELETE", "/x", &[])];
    let text = session("e", &calls);
    let run = |protected, more: &[&str]| {
        let home = Home::settled(&config(protected)).with("HTTRIAGE_TOKEN_A", "0123456789");
        let mut args = vec!["--tokens", "a", "--json"];
        args.extend(more);
        matrix(&home, &text, &args).json()["rows"][0]["cells"][0]["access"].clone()
    };
    assert_eq!(run(false, &[]), "skipped");
    assert_eq!(run(true, &["--allow-writes"]), "skipped");
    assert_eq!(server.asked().len(), 0);
    assert_eq!(run(false, &["--allow-writes"]), "allowed");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn the_forms_of_a_report_say_the_same() {
    let calls: [Call; 1] = [("GET", "/core/runbooks/9", &[])];
    let text = session("sandbox", &calls);
    let run = |more: &[&str]| {
        let mut args = vec!["--tokens", "support,admin"];
        args.extend(more);
        matrix(&Home::new(), &text, &args).out
    };
    assert!(run(&[]).contains("GET /core/runbooks/9  ◌ 404 not_found  ✓ 200"));
    let markdown = run(&["--report", "markdown"]);
    assert!(
        markdown.contains("| GET /core/runbooks/9 | ◌ hidden (404 not_found) | ✓ allowed (200) |"),
        "{markdown}"
    );
    let csv = run(&["--report", "csv"]);
    assert!(
        csv.contains("GET,/core/runbooks/9,support,hidden,404,not_found,"),
        "{csv}"
    );
}

#[test]
fn every_call_of_a_matrix_is_in_the_history() {
    let calls: [Call; 2] = [
        ("GET", "/core/users/me", &[]),
        ("GET", "/core/runbooks", &[]),
    ];
    let home = Home::new();
    let args = ["--tokens", "support,admin", "--case", "A-1", "--json"];
    matrix(&home, &session("sandbox", &calls), &args);
    let listed = home.run(&["history", "list", "case:A-1", "--json"]).json();
    assert_eq!(listed["exchanges"].as_array().unwrap().len(), 4);
}

#[test]
fn a_secret_typed_into_a_session_is_not_repeated() {
    let calls: [Call; 1] = [("GET", "/core/users/me?api_key=hunter2hunter2", &[])];
    let text = session("sandbox", &calls);
    for form in ["text", "json", "markdown", "csv"] {
        let args = ["--tokens", "support", "--report", form];
        let ran = matrix(&Home::new(), &text, &args);
        assert_eq!(ran.code, 0);
        assert!(!ran.all().contains("hunter2"), "{form}: {}", ran.all());
    }
}

#[test]
fn two_hundred_requests_under_many_tokens_are_all_answered() {
    let paths: Vec<String> = (0..200).map(|n| format!("/core/runbooks/{n}")).collect();
    let calls: Vec<Call> = paths
        .iter()
        .map(|path| ("GET", path.as_str(), &[][..]))
        .collect();
    let tokens = "admin,editor,viewer,support,user-admin,developer,revoked,expired,none";
    let ran = matrix(
        &Home::new(),
        &session("sandbox", &calls),
        &["--tokens", tokens, "--json", "--no-history"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let found = ran.json();
    let words = access(&found);
    assert_eq!(words.len(), 200);
    assert!(
        words
            .iter()
            .flatten()
            .all(|word| *word != "failed" && *word != "skipped")
    );
}
