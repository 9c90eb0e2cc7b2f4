//! The binary comparing one call under several tokens and two controls.

use crate::faults;
use crate::program;

use faults::{Asked, Server, answer};
use program::{Home, Ran, has_shape};
use serde_json::{Value, json};
use std::io::Write;

fn compared(tokens: &[&str], path: &str, more: &[&str]) -> Ran {
    let mut args = vec!["send", "GET", path, "--env", "sandbox"];
    args.extend(tokens.iter().flat_map(|token| ["--token", token]));
    args.extend(more);
    Home::new().run(&args)
}

fn column<'a>(found: &'a Value, name: &str) -> &'a Value {
    let columns = found["columns"].as_array().unwrap();
    let named = |column: &&Value| column["token"] == name || column["control"] == name;
    columns.iter().find(named).unwrap()
}

#[test]
fn one_call_under_several_tokens_is_a_table_with_two_controls() {
    let ran = compared(&["support", "admin"], "/core/runbooks/9", &[]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    let line = |name: &str| {
        let found = lines.iter().find(|line| line.starts_with(name));
        *found.unwrap_or_else(|| panic!("{name}: {}", ran.out))
    };
    for word in ["▲ 404", "not_found", "hidden", "131 B"] {
        assert!(line("support ").contains(word), "{word}: {}", ran.out);
    }
    assert!(line("admin ").contains("✓ 200") && line("admin ").ends_with("status, codes"));
    assert!(line("none ").contains("▲ 401"));
    assert!(line("wrong ").contains("▲ 401"));
    assert!(ran.out.contains("Another answer than support gets: admin."));
}

#[test]
fn the_comparison_as_json_names_what_differs_from_the_first() {
    let ran = compared(&["admin", "support"], "/core/runbooks/7/tasks", &["--json"]);
    assert_eq!(ran.code, 0, "the first token is the one in question");
    let found = ran.json();
    has_shape(&found, &["request", "columns"], &[]);
    for column in found["columns"].as_array().unwrap() {
        let sometimes = [
            "token",
            "control",
            "id",
            "class",
            "status",
            "failure",
            "reason",
            "title",
            "detail",
            "elapsed_ms",
            "body_bytes",
            "access",
            "differs",
        ];
        has_shape(column, &["codes", "skipped"], &sometimes);
    }
    assert!(column(&found, "admin").get("differs").is_none());
    let support = column(&found, "support");
    assert_eq!(support["status"], 403);
    assert_eq!(support["codes"], json!(["forbidden"]));
    assert_eq!(support["differs"], json!(["status", "codes"]));
    assert_eq!(support["access"], "denied");
}

#[test]
fn the_same_answer_for_everybody_is_said_to_be_the_same() {
    let ran = compared(&["admin", "support"], "/core/nope", &[]);
    assert!(
        ran.out.contains("All tokens get the same answer"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("Without a token the same comes back."));
}

#[test]
fn one_token_alone_is_no_comparison() {
    let ran = compared(&["support"], "/core/users/me", &["--json"]);
    assert!(ran.json().get("columns").is_none());
    assert_eq!(ran.json()["outcome"]["status"], 200);
}

#[test]
fn what_cannot_be_compared_is_refused_with_nothing_sent() {
    let server = Server::saying(answer("200 OK", "", b"{}"));
    let home = Home::new()
        .with("HTTRIAGE_TOKEN_A", "0123456789")
        .with("HTTRIAGE_TOKEN_B", "0123456780");
    let url = server.base();
    let both = ["--token", "a", "--token", "b"];
    let run = |method: &str, more: &[&str]| {
        let mut args = vec!["send", method, &url];
        args.extend(both);
        args.extend(more);
        home.run(&args)
    };
    let ran = run("POST", &["--allow-writes"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("would send it once for each"),
        "{}",
        ran.err
    );
    let ran = run("GET", &["--header", "authorization: {{token:a}}"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("exclude each other"), "{}", ran.err);
    assert_eq!(server.asked().len(), 0);
}

/// A server that knows one token and is busy for another.
fn picky(asked: &Asked, stream: &mut std::net::TcpStream) -> bool {
    let token = asked.header("authorization").unwrap_or("none");
    let bytes = match token {
        "Bearer 0123456789" => answer("200 OK", "", b"{}"),
        "Bearer busy-0123456789" => answer("429 Too Many Requests", "", b""),
        _ => answer("401 Unauthorized", "", b""),
    };
    let _ = stream.write_all(&bytes);
    true
}

#[test]
fn a_wrong_token_has_the_shape_of_a_real_one_and_is_tried_once() {
    let server = Server::doing(picky);
    let home = Home::settled(&format!(
        "[environments.e]\nbase_url = \"{0}\"\n[environments.p]\nbase_url = \"{0}\"\nprotected = true\n",
        server.base()
    ))
    .with("HTTRIAGE_TOKEN_A", "0123456789")
    .with("HTTRIAGE_TOKEN_B", "9876543210")
    .with("HTTRIAGE_TOKEN_BUSY", "busy-0123456789");
    let run = |environment: &str, second: &str| {
        let args = [
            "send",
            "GET",
            "/x",
            "--env",
            environment,
            "--token",
            "a",
            "--token",
            second,
            "--json",
        ];
        home.run(&args).json()
    };
    let found = run("e", "b");
    assert_eq!(column(&found, "wrong")["status"], 401);
    let asked = server.asked();
    let wrong: Vec<&str> = asked
        .iter()
        .filter_map(|asked| asked.header("authorization")?.strip_prefix("Bearer "))
        .filter(|value| value.len() == 48)
        .collect();
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].bytes().all(|b| b.is_ascii_hexdigit()));
    // It is masked like any other.
    let listed = home.run(&["history", "export"]);
    assert!(!listed.out.contains(wrong[0]) && listed.out.contains("wrong-on-purpose"));

    assert_eq!(column(&run("e", "busy"), "wrong")["skipped"], true);
    assert_eq!(column(&run("p", "b"), "wrong")["skipped"], true);
    let sent = server.asked();
    let wrong = sent
        .iter()
        .filter_map(|asked| asked.header("authorization"));
    assert_eq!(wrong.filter(|value| value.len() == 48 + 7).count(), 1);
}
