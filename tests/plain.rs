//! The explorer line by line, in a terminal of its own: what somebody hears who sees no screen.
#![cfg(unix)]

use crate::faults;
use crate::tty;

use faults::{Server, answer};
use tty::Tty;

/// High enough that nothing said scrolls away.
const SIZE: (u16, u16) = (120, 400);

/// Types a line when the program asks for one.
fn line(tty: &mut Tty, text: &str) {
    tty.types(&format!("{text}\r"));
}

#[test]
fn five_jobs_are_done_by_lines_alone() {
    let mut tty = Tty::start(&["--plain"], SIZE);
    // The first answer comes by itself, and says why.
    tty.sees("Answer: 403 Forbidden, to GET /core/runbooks/7/tasks with token support.");
    tty.sees("Error 1 of 1: Forbidden. You need a role on this runbook to list its tasks. Code forbidden.");
    // Another token.
    line(&mut tty, "token admin");
    tty.sees("Token admin.");
    line(&mut tty, "send");
    tty.sees("Answer: 200 OK, to GET /core/runbooks/7/tasks with token admin.");
    // What differs.
    line(&mut tty, "compare");
    tty.sees("outcome: 403 Forbidden, now 200 OK");
    tty.sees("token: support ·");
    // Why, and for certain.
    line(&mut tty, "token support");
    tty.sees("practice API on this machine. Token support.");
    line(&mut tty, "send");
    tty.waits_until("both answers to support", |tty| {
        tty.text().matches("with token support.").count() == 2
    });
    line(&mut tty, "investigate");
    tty.sees("Probe 1: ");
    tty.sees("Verdict: ");
    tty.sees("Because: ");
    line(&mut tty, ".");
    // Last week's 404.
    line(&mut tty, "url /core/runbooks/999");
    tty.sees("Request: GET /core/runbooks/999");
    line(&mut tty, "send");
    tty.sees("Answer: 404 Not Found");
    line(&mut tty, "filter 404 since:7d");
    line(&mut tty, "history");
    tty.sees("1. 404, GET ");
    line(&mut tty, "1");
    line(&mut tty, "quit");
    assert_eq!(tty.ends(), 0);
    let bytes = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!tty.took_the_screen());
    // No caret that jumps, no colour, no frame: lines and nothing else.
    assert!(!bytes.contains('\u{1b}'), "{bytes:?}");
    assert!(!bytes.contains(['│', '─', '┃', '╭']), "{bytes}");
}

#[test]
fn a_value_that_is_asked_for_is_not_shown_and_goes_where_it_belongs() {
    let server = Server::saying(answer("200 OK", "", b"{\"a\":1}"));
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config");
    std::fs::create_dir_all(&config).unwrap();
    let settings = format!(
        "environment = \"acme\"\nplain = true\n[environments.acme]\nbase_url = \"{}\"\ntokens = [\"asked\"]\n[tokens.asked]\nprompt = true\n",
        server.base()
    );
    std::fs::write(config.join("config.toml"), settings).unwrap();
    let mut tty = Tty::start_in(home.path(), &["/orders"], SIZE, &[]);
    tty.sees("Environment acme. Token asked.");
    tty.sees("> ");
    line(&mut tty, "send");
    tty.sees("value of asked: ");
    line(&mut tty, "quite-a-secret-value");
    tty.sees("Answer: 200 OK");
    let asked = server.asked();
    assert_eq!(
        asked.last().unwrap().header("authorization"),
        Some("Bearer quite-a-secret-value")
    );
    line(&mut tty, "body");
    tty.sees("\"a\": 1");
    let bytes = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!bytes.contains("quite-a-secret"), "{bytes}");
    // What is typed next is shown again.
    line(&mut tty, "snd");
    tty.sees("\"snd\" is nothing that can be done here. Did you mean send?");
    line(&mut tty, "quit");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn lists_are_chosen_from_by_number_and_every_part_can_be_read() {
    let mut tty = Tty::start(&["--plain"], SIZE);
    tty.sees("Answer: 403 Forbidden");
    line(&mut tty, "method");
    tty.sees("2. POST");
    tty.sees("A number or a name chooses, a dot leaves.");
    line(&mut tty, "2");
    tty.sees("Request: POST ");
    line(&mut tty, "method");
    line(&mut tty, "get");
    for (said, heard) in [
        (
            "where",
            "Environment sandbox, a practice API on this machine.",
        ),
        ("headers", "content-type: application/json"),
        ("errors", "Error 1 of 1"),
        ("why", "Verdict: "),
        ("timing", "first byte|waiting"),
        ("actions", ". investigate: investigate why it was refused"),
        ("tokens", "support"),
        ("help", "Type a line and press Enter."),
    ] {
        line(&mut tty, said);
        tty.sees(heard);
    }
    tty.types("\x04");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn the_matrix_the_sessions_and_the_tokens_are_read_row_by_row() {
    let mut tty = Tty::start(&["--plain"], (160, 900));
    tty.sees("Answer: 403 Forbidden");
    line(&mut tty, "save");
    tty.sees("An empty line takes ");
    line(&mut tty, "first-case");
    tty.sees("first-case");
    line(&mut tty, "sessions");
    tty.sees("1. first-case");
    line(&mut tty, "1");
    tty.sees("Session first-case in sandbox.");
    tty.sees(": recorded 403 forbidden.");
    line(&mut tty, "sessions-run");
    tty.sees("Everything is as recorded. 1 same.");
    tty.sees("recorded 403 forbidden, now 403 forbidden, same.");
    line(&mut tty, "tokens");
    tty.sees("Tokens in sandbox:");
    tty.sees(", refused ");
    line(&mut tty, "2");
    let text = tty.sees("Chosen: ");
    assert!(!text.contains('│'), "{text}");
    line(&mut tty, "matrix");
    tty.sees("Matrix of ");
    line(&mut tty, "matrix-fill");
    tty.sees("support denied 403");
    tty.sees(" allowed.");
    line(&mut tty, "explorer");
    line(&mut tty, "where");
    line(&mut tty, "quit");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn an_environment_and_its_token_are_defined_line_by_line() {
    let server = Server::saying(answer("200 OK", "", b"{}"));
    let home = tempfile::tempdir().unwrap();
    let mut tty = Tty::start_in(home.path(), &["--plain"], SIZE, &[]);
    tty.sees("Answer: 403 Forbidden");
    line(&mut tty, "add-environment");
    tty.sees("A new environment; send saves it");
    line(&mut tty, &format!("{}/v2/orders", server.base()));
    tty.sees("name: ");
    line(&mut tty, "mine");
    // The base that is proposed, who speaks there, and what says whose a token is.
    line(&mut tty, "");
    line(&mut tty, "");
    line(&mut tty, "");
    tty.sees("protected (1 no, 2 yes): ");
    line(&mut tty, "yes");
    tty.sees("protected: yes, calls that write ask first");
    tty.sees("token: ");
    line(&mut tty, "an-odd-value-0123456789");
    tty.sees("token: 23 characters");
    line(&mut tty, "send");
    tty.sees("Environment mine. Token local.");
    tty.sees("Answer: 200 OK");
    let asked = server.asked();
    assert_eq!(
        asked.last().unwrap().header("authorization"),
        Some("Bearer an-odd-value-0123456789")
    );
    let bytes = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!bytes.contains("an-odd-value"), "{bytes}");
    let config = std::fs::read_to_string(home.path().join("config/config.toml")).unwrap();
    assert!(config.contains("[environments.mine]"), "{config}");
    assert!(!config.contains("an-odd-value"), "{config}");
    line(&mut tty, "quit");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn an_answer_of_several_lines_is_pasted_between_a_word_and_a_dot() {
    let mut tty = Tty::start(&["--plain"], SIZE);
    tty.sees("Answer: 403 Forbidden");
    line(&mut tty, "paste");
    tty.sees("a dot alone ends them");
    for said in [
        "HTTP/1.1 429 Too Many Requests",
        "retry-after: 7",
        "",
        "{\"errors\":[{\"title\":\"Slow down\",\"code\":\"slow\"}]}",
        ".",
    ] {
        line(&mut tty, said);
    }
    tty.sees("Answer: 429 Too Many Requests, to a pasted answer.");
    tty.sees("Error 1 of 1: Slow down. Code slow.");
    // A signal ends it as a person would, and the terminal shows again what is typed.
    tty.signal("TERM");
    assert_eq!(tty.ends(), 0);
}
