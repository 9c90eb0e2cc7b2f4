//! Calls that are mixed of two, and steps that are sent again: what a file wrote takes nothing of
//! the person's along.

use super::faults::{Server, answer};
use super::program::Home;

const VARIABLE: &str = "variable-planted-9876543210";
const HEADER: &str = "header-planted-9876543210";

/// Refuses whatever does not ask for `x=1`.
fn picky() -> Server {
    Server::doing(|asked, stream| {
        use std::io::Write;
        let status = if asked.target.contains("x=1") {
            "200 OK"
        } else {
            "403 Forbidden"
        };
        stream.write_all(&answer(status, "", b"{}")).is_ok()
    })
}

fn home(base: &str) -> Home {
    Home::settled(&format!(
        "environment = \"prod\"\n[environments.prod]\nbase_url = \"{base}\"\nheaders = {{ X-Env = \"{HEADER}\" }}\nvariables = {{ cust = \"{VARIABLE}\", password = \"{VARIABLE}-too\" }}\n[environments.other]\nbase_url = \"http://127.0.0.1:9\"\n"
    ))
}

fn is_clean(server: &Server, what: &str) {
    let asked = format!("{:?}", server.asked());
    assert!(
        !asked.contains(VARIABLE) && !asked.contains(HEADER),
        "{what}: {asked}"
    );
}

#[test]
fn a_call_out_of_a_file_is_mixed_with_no_variable_for_another_host_and_with_no_file() {
    let (own, stranger) = (picky(), picky());
    let home = home(&own.base());
    let there = format!("{}/x", stranger.base());
    home.write("private", "file-planted-9876543210");
    for (name, text) in [
        (
            "a.session.toml",
            format!(
                "name = \"a\"\nenvironment = \"prod\"\n[[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"{there}?x=1&v={{{{cust}}}}\"\nheaders = [[\"X-A\", \"{{{{cust}}}}\"]]\n"
            ),
        ),
        (
            "b.http",
            format!("GET {there}?x=1&v={{{{cust}}}}\nX-A: {{{{cust}}}}\n"),
        ),
        (
            "c.hurl",
            format!("GET {there}?x=1&v={{{{cust}}}}\nX-A: {{{{cust}}}}\n"),
        ),
        (
            "d.sh",
            format!("curl -X GET '{there}?x=1' --data-binary @private"),
        ),
        ("e.sh", format!("curl -X GET '{there}?x=1' -T private")),
    ] {
        let file = home.write(name, &text);
        for more in [&[][..], &["--env", "prod"]] {
            let mut words = vec!["isolate", "GET", &there, "--against", &file];
            words.extend(more);
            let ran = home.run(&words);
            assert_ne!(ran.code, 0, "{name}: {}", ran.all());
            is_clean(&stranger, name);
            let asked = format!("{:?}", stranger.asked());
            assert!(!asked.contains("file-planted"), "{name}");
        }
    }
}

#[test]
fn a_step_of_a_stranger_that_is_sent_again_from_the_history_asks_for_no_variable() {
    let (own, stranger) = (picky(), picky());
    let home = home(&own.base());
    let there = stranger.base();
    let file = home.write(
        "a.session.toml",
        format!("name = \"a\"\nenvironment = \"prod\"\nvariables = {{ cust = \"inno\" }}\n[[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"{there}/x?x=1&v={{{{cust}}}}\"\nheaders = [[\"X-A\", \"{{{{cust}}}}\"]]\n"),
    );
    home.run(&["replay", &file]);
    assert_eq!(stranger.asked()[0].target, "/x?x=1&v=inno");
    let list = home.run(&["history", "list", "--json"]).json();
    let id = list["exchanges"][0]["id"].as_str().unwrap().to_owned();
    let url = format!("{there}/x");
    home.run(&["isolate", "GET", &url, "--against", &id]);
    assert!(stranger.asked().len() > 1);
    is_clean(&stranger, "isolate");
}

#[test]
fn a_variable_stays_with_its_host_where_two_calls_go_to_two_and_in_no_session() {
    let (own, stranger) = (picky(), picky());
    let home = home(&own.base());
    let url = format!("{}/x?x=1", stranger.base());
    let made = home.run(&["send", &url, "--env", "other", "--json"]).json();
    let id = made["id"].as_str().unwrap().to_owned();
    let words = [
        "isolate",
        "GET",
        "/x",
        "--env",
        "prod",
        "--param",
        "k={{cust}}",
    ];
    let mut with = words.to_vec();
    with.extend(["--against", &id]);
    let ran = home.run(&with);
    assert!(ran.err.contains("stays with the host"), "{}", ran.all());
    is_clean(&stranger, "two hosts");
    let saved = home.path("s.session.toml");
    let mut with = words.to_vec();
    with.extend(["--save", saved.to_str().unwrap()]);
    let ran = home.run(&with);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.err.contains("go into no file"), "{}", ran.err);
    assert!(!saved.exists());
    let secret = [
        "isolate",
        "GET",
        "/x",
        "--env",
        "prod",
        "-H",
        "X-P: {{password}}",
    ];
    for more in [&[][..], &["--json"]] {
        let mut with = secret.to_vec();
        with.extend(more);
        let ran = home.run(&with);
        assert!(!ran.all().contains(VARIABLE), "{}", ran.all());
    }
}
