//! The real program records what a refusal was in the end, and says so to whoever meets it next.

use crate::faults::{Server, answer};
use crate::program::{Home, has_shape};
use rusqlite::Connection;
use serde_json::Value;

/// Refuses everything, in the same way.
fn refusing() -> Server {
    Server::saying(answer(
        "403 Forbidden",
        "content-type: application/json\r\n",
        br#"{"errors":[{"code":"no_role","title":"Forbidden","detail":"You need a role."}]}"#,
    ))
}

fn send(home: &Home, base: &str, path: &str, more: &[&str]) -> Value {
    let mut args = vec!["send", "GET", path, "--base-url", base, "--json"];
    args.extend(more);
    home.run(&args).json()
}

fn id_of(call: &Value) -> String {
    call["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_refusal_was_is_told_to_whoever_meets_it_next() {
    let server = refusing();
    let base = server.base();
    let home = Home::settled("name = \"Kim\"\n");
    let first = send(&home, &base, "/runbooks/7/tasks", &["--case", "ACME-1234"]);
    assert_eq!(first["seen"], Value::Null, "nothing was seen yet");
    let id = id_of(&first);
    let asked = server.asked().len();
    let ran = home.run(&[
        "resolve",
        &id,
        "--cause",
        "permission.missing_role",
        "--note",
        "needed Runbook Admin",
    ]);
    assert_eq!(
        (ran.code, ran.out.trim()),
        (0, "Recorded: it was permission.missing_role.")
    );
    assert_eq!(server.asked().len(), asked, "nothing is sent");

    // Another item of the same route is the same kind of refusal.
    let next = send(&home, &base, "/runbooks/9/tasks", &[]);
    let seen = &next["seen"];
    assert_eq!(seen["count"], 1);
    let sentence = seen["sentence"].as_str().unwrap();
    assert!(
        sentence
            .ends_with("it was permission.missing_role (ACME-1234, Kim: needed Runbook Admin)."),
        "{sentence}"
    );
    let ran = home.run(&["send", "GET", "/runbooks/10/tasks", "--base-url", &base]);
    assert!(ran.err.contains("Seen 2 times "), "{}", ran.all());
    let pasted = "GET /runbooks/11/tasks HTTP/1.1\nHost: api.acme.example\n\nHTTP/1.1 403 Forbidden\ncontent-type: application/json\n\n{\"errors\":[{\"code\":\"no_role\"}]}";
    let ran = home.feed(&["explain", "-"], pasted);
    assert_eq!(ran.code, 0, "{}", ran.all());

    let found = home.run(&["seen", &id, "--json"]).json();
    has_shape(&found, &["count", "since", "resolutions", "exchanges"], &[]);
    assert_eq!(found["count"], 2);
    let resolution = &found["resolutions"][0];
    assert_eq!(resolution["cause"], "permission.missing_role");
    assert_eq!(resolution["who"], "Kim");
    assert_eq!(resolution["case"], "ACME-1234");
    let by_code = home.run(&["seen", "no_role", "--json"]).json();
    assert_eq!(by_code["count"], 3);
    assert_eq!(by_code["resolutions"][0], *resolution);
    let newest = home.run(&["seen", "--json"]).json();
    assert_eq!(newest["resolutions"][0], *resolution);

    // Another route, another code, another host: not the same.
    for (path, other) in [
        ("/orders/7", &base),
        ("/runbooks/7/tasks", &refusing().base()),
    ] {
        let call = send(&home, other, path, &[]);
        let resolutions = &call["seen"]["resolutions"];
        assert!(
            resolutions.as_array().is_none_or(Vec::is_empty),
            "{path} {call}"
        );
    }
    let ran = home.run(&["seen", "unheard_of"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("not seen before"), "{}", ran.out);
}

#[test]
fn an_answer_without_its_request_is_known_by_its_code() {
    let server = refusing();
    let base = server.base();
    let home = Home::settled("name = \"Kim\"\n");
    let id = id_of(&send(&home, &base, "/runbooks/7", &[]));
    home.run(&["resolve", &id, "--cause", "other", "--note", "their proxy"]);
    let pasted = "{\"errors\":[{\"code\":\"no_role\",\"title\":\"Forbidden\"}]}";
    let ran = home.feed(&["explain", "-"], pasted);
    assert!(
        ran.out.contains("it was other (Kim: their proxy)."),
        "{}",
        ran.all()
    );
    let document = home.feed(&["explain", "-", "--json"], pasted).json();
    assert_eq!(document["seen"]["resolutions"][0]["cause"], "other");
}

#[test]
fn a_word_is_changed_and_taken_back_and_its_past_is_kept() {
    let server = refusing();
    let base = server.base();
    let home = Home::new();
    let id = id_of(&send(&home, &base, "/runbooks/7", &[]));
    home.run(&["resolve", &id, "--note", "first"])
        .refused(2, &["needs its cause"]);
    home.run(&["resolve", &id, "--cause", "token.expird"])
        .refused(2, &["Did you mean token.expired?"]);
    home.run(&["resolve", &id, "--withdraw"])
        .refused(1, &["Nothing stands there"]);
    home.run(&[
        "resolve",
        &id,
        "--cause",
        "token.expired",
        "--note",
        "first",
    ]);
    let ran = home.run(&["resolve", &id, "--cause", "permission.missing_role"]);
    assert!(
        ran.out
            .starts_with("Changed: it was permission.missing_role"),
        "{}",
        ran.out
    );
    let known = home.run(&["resolve", &id, "--json"]).json();
    assert_eq!(
        known["resolution"]["note"], "first",
        "what is not given stays"
    );
    assert_eq!(known["resolution"]["revision"], 2);
    assert_eq!(known["past"][0]["cause"], "token.expired");
    let ran = home.run(&["resolve", &id, "--withdraw"]);
    assert!(ran.out.starts_with("Taken back"), "{}", ran.out);
    let known = home.run(&["resolve", &id, "--json"]).json();
    assert_eq!(known["resolution"], Value::Null);
    assert_eq!(known["past"].as_array().unwrap().len(), 3);
    let seen = home.run(&["seen", &id, "--json"]).json();
    assert_eq!(seen["resolutions"], Value::Array(Vec::new()));
    // What comes next is a new one.
    home.run(&["resolve", &id, "--cause", "other"]);
    let known = home.run(&["resolve", &id, "--json"]).json();
    assert_eq!(known["resolution"]["revision"], 1);
}

#[test]
fn a_case_is_resolved_for_all_its_refusals() {
    let server = refusing();
    let base = server.base();
    let home = Home::new();
    send(&home, &base, "/runbooks/7", &["--case", "ACME-1"]);
    send(&home, &base, "/orders/7", &["--case", "ACME-1"]);
    home.run(&["resolve", "NO-CASE", "--cause", "other"])
        .refused(1, &["no case of that name"]);
    let ran = home.run(&["resolve", "acme-1", "--cause", "account.plan", "--json"]);
    let known = ran.json();
    assert_eq!(known["resolution"]["case"], "ACME-1");
    assert_eq!(known["resolution"]["call"], Value::Null);
    for path in ["/runbooks/8", "/orders/8"] {
        let call = send(&home, &base, path, &[]);
        assert_eq!(
            call["seen"]["resolutions"][0]["cause"], "account.plan",
            "{path}"
        );
    }
}

#[test]
fn a_call_that_worked_is_not_resolved() {
    let server = Server::saying(answer(
        "200 OK",
        "content-type: application/json\r\n",
        b"{}",
    ));
    let home = Home::new();
    let id = id_of(&send(&home, &server.base(), "/x", &[]));
    home.run(&["resolve", &id, "--cause", "other"])
        .refused(1, &["was not refused"]);
    home.run(&["seen", &id]).refused(1, &["was not refused"]);
    home.run(&["seen"]).refused(1, &["nothing to look for"]);
}

#[test]
fn no_secret_gets_into_a_note_or_into_the_index() {
    const VALUE: &str = "s3cr3t-v4lue-of-this-desk-000111";
    const FOREIGN: &str = "glpat-x7Kd93mQpLz82VnBt5Rw";
    let server = Server::doing(move |_, stream| {
        use std::io::Write;
        let body = format!(
            "{{\"errors\":[{{\"code\":\"no\",\"detail\":\"{VALUE} is no good\"}}],\"access_token\":\"CANARY-{FOREIGN}\"}}"
        );
        let head =
            format!("content-type: application/json\r\nx-echo: {VALUE}\r\nkeepmark: there\r\n");
        let _ = stream.write_all(&answer("403 Forbidden", &head, body.as_bytes()));
        true
    });
    let home = Home::settled("[tokens.desk]\nenv = \"DESK\"\n").with("DESK", VALUE);
    let id = id_of(&send(&home, &server.base(), "/x/1", &["-t", "desk"]));
    let note = format!("they used {VALUE}\nand {FOREIGN}");
    let ran = home.run(&["resolve", &id, "--cause", "other", "--note", &note]);
    assert!(ran.err.contains("kept as a mask"), "{}", ran.all());
    let known = home.run(&["resolve", &id, "--json"]);
    assert!(known.out.contains("they used ‹token:desk"), "{}", known.out);

    // The index is filled by hand: whoever makes one call leaves that to others.
    let path = home.path("data");
    let history = httriage::engine::history::History::open(
        std::path::Path::new(&path),
        Default::default(),
        std::sync::Arc::new(httriage::engine::Vault::new(&Default::default(), |_| None)),
    )
    .unwrap();
    while !history.indexing().unwrap().is_done() {
        std::thread::yield_now();
    }
    assert!(history.close(std::time::Duration::from_secs(60)));
    for text in ["header:keepmark", "header:x-echo", "body:\"no good\""] {
        let found = home.run(&["history", "list", text, "--json"]).json();
        assert_eq!(found["exchanges"].as_array().unwrap().len(), 1, "{text}");
    }
    for secret in [VALUE, FOREIGN] {
        for key in ["", "body:", "header:"] {
            let found = home.run(&["history", "list", &format!("{key}{secret}"), "--json"]);
            assert_eq!(found.json()["exchanges"], Value::Array(Vec::new()), "{key}");
        }
        for file in std::fs::read_dir(&path).unwrap() {
            let file = file.unwrap().path();
            let bytes = std::fs::read(&file).unwrap_or_default();
            let found = memchr::memmem::find(&bytes, secret.as_bytes());
            assert_eq!(found, None, "{}", file.display());
        }
        // The letters of the index: a run of three that only the secret has is not among them.
        let conn = Connection::open(std::path::Path::new(&path).join("history.sqlite")).unwrap();
        for table in ["call_words", "body_words"] {
            let run = &secret[secret.len() - 6..secret.len() - 3].to_lowercase();
            let sql = format!("SELECT count(*) FROM {table} WHERE {table} MATCH ?1");
            let asked = format!("\"{run}\"");
            let count: i64 = conn.query_row(&sql, [asked], |row| row.get(0)).unwrap();
            assert_eq!(count, 0, "{table} {run}");
        }
    }
}
