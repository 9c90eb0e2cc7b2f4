//! Redirects against real sockets: where they lead, what goes along and, above all, what does not
//! reach another origin.

use crate::faults;
use crate::program;

use faults::{Server, answer};
use program::{Home, Ran};
use serde_json::{Value, json};
use std::io::Write;

const VALUE: &str = "zz91-the-value-of-a-token-0042";

fn redirect(status: u16, location: &str) -> Vec<u8> {
    answer(
        &format!("{status} Elsewhere"),
        &format!("location: {location}\r\n"),
        b"moved",
    )
}

/// A server whose path `/from` leads on, and that is fine otherwise.
fn leading(status: u16, location: impl Into<String>) -> Server {
    let location = location.into();
    Server::doing(move |asked, stream| {
        let said = if asked.target.starts_with("/from") {
            redirect(status, &location)
        } else {
            answer("200 OK", "", b"arrived")
        };
        stream.write_all(&said).is_ok()
    })
}

fn fine() -> Server {
    leading(200, "/")
}

fn send(method: &str, url: &str, options: &[&str]) -> Ran {
    let mut args = vec!["send", method, url, "--json"];
    args.extend(options);
    Home::new().with("HTTRIAGE_TOKEN_SUPPORT", VALUE).run(&args)
}

#[track_caller]
fn arrives(ran: &Ran) -> Value {
    let exchange = ran.json();
    assert_eq!(exchange["outcome"]["body"]["text"], "arrived", "{exchange}");
    assert!(!ran.all().contains(VALUE), "{}", ran.all());
    exchange["redirects"].clone()
}

#[track_caller]
fn is_refused(ran: &Ran, kind: &str) -> Value {
    let outcome = ran.json()["outcome"].clone();
    assert_eq!((ran.code, &outcome["kind"]), (1, &json!(kind)), "{outcome}");
    assert_eq!(outcome["response"]["body"]["text"], "moved");
    assert!(!ran.all().contains(VALUE), "{}", ran.all());
    outcome
}

#[test]
fn no_secret_reaches_another_origin() {
    for status in [301, 302, 303, 307, 308] {
        let second = fine();
        let location = format!("{}/to?page=2&api_key=short&q={VALUE}", second.base());
        let first = leading(status, location);
        let config = format!(
            "[environments.e]\nbase_url = \"{}\"\nheaders = {{ Core-Url = \"https://acme.example\", Accept = \"a/b\" }}\n",
            first.base()
        );
        let home = Home::settled(&config).with("HTTRIAGE_TOKEN_SUPPORT", VALUE);
        let ran = home.run(&[
            "send",
            "GET",
            "/from?api_key=short",
            "--env",
            "e",
            "--token",
            "support",
            "--json",
            "--header",
            "Cookie: session=secret-session",
            "--header",
            "X-Api-Key: key-1234-5678",
            "--header",
            "X-Session: {{token:support}}",
            "--header",
            "X-Plain: 1",
            "--header",
            "Accept-Language: de",
        ]);
        let redirects = arrives(&ran);
        assert_eq!(redirects[0]["status"], status);
        assert_eq!(redirects[0]["token_sent"], false);
        assert_eq!(
            redirects[0]["location"],
            format!("{}/to?page=2", second.base())
        );
        let asked = &second.asked()[0];
        assert_eq!(asked.target, "/to?page=2");
        let mut names: Vec<_> = asked.headers.iter().map(|h| h.0.to_lowercase()).collect();
        names.sort();
        assert_eq!(
            names,
            [
                "accept",
                "accept-encoding",
                "accept-language",
                "host",
                "user-agent"
            ]
        );
        assert_eq!(asked.header("accept"), Some("*/*"), "the library's own");
        assert!(!format!("{asked:?}").contains("secret"), "{asked:?}");
        assert_eq!(first.asked()[0].all("x-api-key"), ["key-1234-5678"]);
        let text = home.run(&["send", "GET", "/from", "--env", "e", "--token", "support"]);
        let ladder = text.err.lines().nth(1).unwrap_or_default();
        assert!(ladder.contains(&format!("{status} → GET {}/to", second.base())));
        assert!(text.err.contains("authorization"), "{}", text.err);
    }
}

#[test]
fn everything_goes_along_on_the_same_origin() {
    for (status, method) in [
        (301, "GET"),
        (302, "GET"),
        (303, "GET"),
        (307, "POST"),
        (308, "POST"),
    ] {
        let server = leading(status, "../../to?x=1#part");
        let consent = [
            "--token",
            "support",
            "--header",
            "X-Api-Key: key-1234-5678",
            "--data",
            "{}",
        ];
        let redirects = arrives(&send(
            "POST",
            &format!("{}/from/a/b", server.base()),
            &consent,
        ));
        let to = format!("{}/to?x=1", server.base());
        assert_eq!(redirects.as_array().map(Vec::len), Some(1));
        assert_eq!(redirects[0]["location"], to);
        assert_eq!(redirects[0]["token_sent"], true);
        let asked = &server.asked()[1];
        assert_eq!(asked.method, method);
        assert_eq!(asked.header("x-api-key"), Some("key-1234-5678"));
        assert_eq!(
            asked.header("authorization"),
            Some(format!("Bearer {VALUE}").as_str())
        );
        let (body, kind): (&[u8], _) = match method {
            "GET" => (b"", None),
            _ => (b"{}", Some("application/json")),
        };
        assert_eq!(
            (asked.body.as_slice(), asked.header("content-type")),
            (body, kind)
        );
    }
}

#[test]
fn the_method_changes_only_where_it_must() {
    for (status, method, then) in [
        (301, "PUT", "PUT"),
        (302, "DELETE", "DELETE"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (307, "DELETE", "DELETE"),
    ] {
        let server = leading(status, "/to");
        send(method, &format!("{}/from", server.base()), &[]);
        let asked: Vec<_> = server.asked().into_iter().map(|a| a.method).collect();
        assert_eq!(asked, [method, then], "{status}");
    }
}

#[test]
fn a_body_is_not_taken_to_another_origin() {
    for (status, method) in [(307, "POST"), (308, "POST"), (301, "PUT"), (302, "PATCH")] {
        let second = fine();
        let first = leading(status, format!("{}/to", second.base()));
        let ran = send(
            method,
            &format!("{}/from", first.base()),
            &["--data", "private"],
        );
        let outcome = is_refused(&ran, "redirect.refused");
        assert_eq!(outcome["response"]["status"], status);
        assert!(outcome["message"].as_str().unwrap().contains("body"));
        assert_eq!((first.asked().len(), second.asked().len()), (1, 0));
    }
    // Without its body it may go there, as the answer asked for.
    let second = fine();
    let first = leading(303, format!("{}/to", second.base()));
    arrives(&send(
        "POST",
        &format!("{}/from", first.base()),
        &["--data", "private"],
    ));
    assert_eq!(
        (
            second.asked()[0].method.as_str(),
            second.asked()[0].body.len()
        ),
        ("GET", 0)
    );
}

#[test]
fn a_secret_in_the_path_of_the_location_stays_here() {
    let second = fine();
    let first = leading(302, format!("{}/to/{VALUE}", second.base()));
    let ran = send(
        "GET",
        &format!("{}/from", first.base()),
        &["--token", "support"],
    );
    is_refused(&ran, "redirect.refused");
    assert_eq!(second.asked().len(), 0);
}

#[test]
fn what_was_left_out_once_does_not_come_back() {
    let first = fine();
    let back = leading(302, format!("{}/home", first.base()));
    let there = leading(302, format!("{}/from", back.base()));
    let ran = send(
        "GET",
        &format!("{}/from", there.base()),
        &["--token", "support"],
    );
    let redirects = arrives(&ran);
    assert_eq!(redirects.as_array().map(Vec::len), Some(2));
    assert_eq!(first.asked()[0].header("authorization"), None);
}

#[test]
fn loops_end_and_nothing_is_sent_twice_to_the_same_place() {
    for (method, status) in [("GET", 302), ("POST", 307)] {
        let server = leading(status, "/from");
        let ran = send(method, &format!("{}/from", server.base()), &["--data", "x"]);
        is_refused(&ran, "redirect.loop");
        assert_eq!(server.asked().len(), 1);
    }
    let pair = Server::doing(|asked, stream| {
        let to = if asked.target == "/a" { "/b" } else { "/a" };
        stream.write_all(&redirect(302, to)).is_ok()
    });
    is_refused(
        &send("GET", &format!("{}/a#x", pair.base()), &[]),
        "redirect.loop",
    );
    assert_eq!(pair.asked().len(), 2);
    let endless = Server::doing(|asked, stream| {
        stream
            .write_all(&redirect(302, &format!("{}x", asked.target)))
            .is_ok()
    });
    let ran = send("GET", &endless.base(), &[]);
    is_refused(&ran, "redirect.loop");
    assert_eq!(endless.asked().len(), 11);
    assert_eq!(ran.json()["redirects"].as_array().map(Vec::len), Some(10));
    // A form that is sent and then shown again is no loop.
    let form = Server::doing(|asked, stream| {
        let said = match asked.method.as_str() {
            "POST" => redirect(302, ""),
            _ => answer("200 OK", "", b"arrived"),
        };
        stream.write_all(&said).is_ok()
    });
    arrives(&send("POST", &form.base(), &[]));
}

#[test]
fn a_location_that_leads_nowhere_is_refused_and_none_is_an_answer() {
    for location in [
        "ftp://127.0.0.1/x",
        "javascript:alert(1)",
        "http://[::1",
        "http://",
    ] {
        let server = leading(302, location);
        is_refused(
            &send("GET", &format!("{}/from", server.base()), &[]),
            "redirect.refused",
        );
    }
    // It grows with every hop, until it is longer than what can be sent.
    let growing = Server::doing(|asked, stream| {
        let location = format!("{}{}", asked.target, "a".repeat(20_000));
        stream.write_all(&redirect(302, &location)).is_ok()
    });
    let ran = send("GET", &format!("{}/from", growing.base()), &[]);
    let outcome = is_refused(&ran, "redirect.refused");
    let message = outcome["message"].as_str().unwrap();
    assert!(message.contains("longer than the 65534 bytes"), "{message}");
    let server = Server::saying(answer("302 Found", "", b"no place"));
    let ran = send("GET", &server.base(), &[]);
    assert_eq!(
        (ran.code, &ran.json()["outcome"]["status"]),
        (0, &json!(302))
    );
    for status in [300, 304, 305, 399] {
        let server = leading(status, "/to");
        let ran = send("GET", &format!("{}/from", server.base()), &[]);
        assert_eq!(ran.json()["outcome"]["status"], status);
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn a_name_and_password_in_the_location_are_not_used() {
    let second = fine();
    let location = second.base().replace("://", "://user:pass@");
    let first = leading(302, location);
    let redirects = arrives(&send("GET", &format!("{}/from", first.base()), &[]));
    assert_eq!(redirects[0]["location"], format!("{}/", second.base()));
    assert_eq!(second.asked()[0].header("authorization"), None);
}

#[test]
fn a_redirect_whose_body_stalls_is_followed_all_the_same() {
    let second = fine();
    let first = Server::stalling(format!(
        "HTTP/1.1 302 Found\r\nlocation: {}/\r\ncontent-length: 9\r\n\r\n",
        second.base()
    ));
    arrives(&send("GET", &first.base(), &[]));
}
