//! The ticket and the investigation by hand, as commands: what is written, and that nothing is
//! sent or given away by it.

mod program;

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
}
