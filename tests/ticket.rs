//! The ticket and the investigation by hand, as commands: what is written, and that nothing is
//! sent or given away by it.

use crate::faults;
use crate::program;

use faults::{Server, answer};
use program::Home;

#[test]
fn the_ticket_of_a_call_holds_what_its_investigation_found_out() {
    let home = Home::new();
    let found = home
        .run(&[
            "investigate",
            "GET",
            "/core/runbooks/9",
            "--token",
            "support",
            "--token",
            "admin",
            "--env",
            "sandbox",
            "--json",
        ])
        .json();
    let id = found["exchange"]["id"].as_str().unwrap();
    let ticket = home.run(&["export", id, "--as", "markdown"]).out;
    let cause = found["verdict"]["cause"].as_str().unwrap();
    for part in [
        cause,
        "### Probes",
        "with admin: 200",
        "HTTRIAGE_TOKEN_SUPPORT",
        "```sh",
    ] {
        assert!(ticket.contains(part), "{part}\n{ticket}");
    }
    let probes = found["probes"].as_array().unwrap().len();
    assert!(ticket.contains(&format!("\n{probes}. ")), "{ticket}");
}

#[test]
fn by_hand_each_question_is_printed_and_each_pasted_answer_goes_on() {
    let home = Home::new();
    let answers = "HTTP/1.1 404 Not Found\ncontent-type: application/json\n\n{\"errors\":[{\"code\":\"not_found\"}]}\n.\nHTTP/1.1 200 OK\ncontent-type: application/json\n\n{\"data\":[{\"id\":\"3\"}]}\n.\n";
    let run = home.feed(
        &[
            "investigate",
            "GET",
            "/core/runbooks/9",
            "--by-hand",
            // Nothing listens there, and nothing is to be sent.
            "--base-url",
            "http://127.0.0.1:9",
        ],
        answers,
    );
    let text = run.out;
    assert!(
        text.contains("curl --include 'http://127.0.0.1:9/core/runbooks/9'"),
        "{text}"
    );
    assert!(text.contains("\"$HTTRIAGE_TOKEN_THEIRS\""), "{text}");
    assert!(text.contains("Verdict: resource.absent"), "{text}");
    assert!(text.contains("200 (probe 1)"), "{text}");
    // What came is kept, as something that was received and never as a call of ours.
    let kept = home.run(&["history", "list", "--json"]).json();
    let kept = kept["exchanges"].as_array().unwrap();
    assert_eq!(kept.len(), 2, "{kept:?}");
    for call in kept {
        assert_eq!(call["environment"], "received", "{call}");
        let id = call["id"].as_str().unwrap();
        let shown = home.run(&["history", "show", id, "--json"]).json();
        assert_eq!(shown["attempts"], 0, "{shown}");
    }
}

#[test]
fn a_value_that_became_a_token_since_is_masked_in_the_ticket() {
    let value = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";
    let body = format!("{{\"errors\":[{{\"code\":\"forbidden\",\"detail\":\"seen {value}\"}}]}}");
    let server = Server::saying(answer(
        "403 Forbidden",
        "content-type: application/json\r\n",
        body.as_bytes(),
    ));
    // The value was nobody's token when it came, so nothing masked it.
    let home = Home::new();
    let sent = home.run(&[
        "send",
        "GET",
        "/core/runbooks",
        "--base-url",
        &server.base(),
        "--json",
    ]);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let ticket = ["export", &id, "--as", "markdown"];
    assert!(home.run(&ticket).out.contains(value));
    let home = home.with("HTTRIAGE_TOKEN_DESK", value);
    let written = home.run(&ticket);
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(!written.all().contains(value));
    assert!(written.out.contains("‹token:desk·"), "{}", written.out);
}
