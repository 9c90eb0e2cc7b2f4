//! The real program says when a call stopped working, and what is recorded to have changed.

use crate::faults::{Server, answer};
use crate::program::{Home, has_shape};
use crate::worlds::measure::variable;
use std::io::Write;

/// Refuses what asks for version 2, or carries the second value of the token.
fn server() -> Server {
    Server::doing(|asked, stream| {
        let is_new = asked.header("api-version") == Some("2");
        let is_other = asked
            .header("authorization")
            .is_some_and(|v| v.ends_with("second-of-two"));
        let (status, body) = if is_new || is_other {
            ("403 Forbidden", r#"{"errors":[{"code":"no_way"}]}"#)
        } else {
            ("200 OK", "{}")
        };
        let headers = "content-type: application/json\r\nserver: acme\r\n";
        let _ = stream.write_all(&answer(status, headers, body.as_bytes()));
        true
    })
}

fn send(home: &Home, base: &str, more: &[&str]) -> String {
    let mut args = vec!["send", "GET"];
    args.extend(more);
    args.extend(["--base-url", base, "--json"]);
    home.run(&args).json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_turn_is_found_with_what_changed_between() {
    let server = server();
    let base = server.base();
    let home = Home::new();
    let good = send(&home, &base, &["/orders/7?page=1", "-H", "Api-Version: 1"]);
    let bad = send(&home, &base, &["/orders/7?page=2", "-H", "Api-Version: 2"]);
    let later = send(&home, &base, &["/orders/7?page=2", "-H", "Api-Version: 2"]);
    let asked = server.asked().len();
    for id in [&bad, &later, &good] {
        let ran = home.run(&["when", id, "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let found = ran.json();
        has_shape(
            &found,
            &["last_good", "first_bad", "changed", "sentence"],
            &[],
        );
        assert_eq!(found["last_good"]["id"], good.as_str());
        assert_eq!(found["first_bad"]["id"], bad.as_str());
        let changed: Vec<&str> = found["changed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["what"].as_str().unwrap())
            .collect();
        assert_eq!(changed, ["parameter page", "header Api-Version"]);
        assert_eq!(found["changed"][1]["before"], "1");
        assert_eq!(found["changed"][1]["after"], "2");
        let sentence = found["sentence"].as_str().unwrap();
        assert!(
            sentence.contains("failed first on") && sentence.contains("403 no_way"),
            "{sentence}"
        );
    }
    assert_eq!(server.asked().len(), asked, "nothing is sent");
    let shown = home.run(&["when", &bad]);
    assert!(shown.out.contains("What changed"), "{}", shown.out);
}

#[test]
fn another_value_of_the_token_is_named_and_no_value_is_shown() {
    let server = server();
    let base = server.base();
    let home = Home::new().with(&variable("own"), "first-of-the-two");
    send(&home, &base, &["/orders", "-t", "own"]);
    let home = home.with(&variable("own"), "value-second-of-two");
    let bad = send(&home, &base, &["/orders", "-t", "own"]);
    let ran = home.run(&["when", &bad, "--json"]);
    let found = ran.json();
    assert_eq!(found["changed"][0]["what"], "value of the token");
    assert!(!ran.all().contains("second-of-two") && !ran.all().contains("first-of-the-two"));
}

#[test]
fn where_nothing_changed_or_nothing_ever_worked_it_is_said() {
    let server = server();
    let base = server.base();
    let home = Home::new();
    let bad = send(&home, &base, &["/orders", "-H", "Api-Version: 2"]);
    let ran = home.run(&["when", &bad]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("is known to have worked"), "{}", ran.out);
    let good = send(&home, &base, &["/things"]);
    let ran = home.run(&["when", &good]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("no later call"), "{}", ran.out);
    home.run(&["when", "zzzz"])
        .refused(1, &["no call with the id"]);
}

#[test]
fn another_address_of_the_same_route_counts_where_this_one_never_worked() {
    let server = server();
    let base = server.base();
    let home = Home::new();
    let good = send(&home, &base, &["/orders/7", "-H", "Api-Version: 1"]);
    let bad = send(&home, &base, &["/orders/8", "-H", "Api-Version: 2"]);
    let found = home.run(&["when", &bad, "--json"]).json();
    assert_eq!(found["last_good"]["id"], good.as_str());
    let sentence = found["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("another address of the same route"),
        "{sentence}"
    );
}
