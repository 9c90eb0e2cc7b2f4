//! The client against servers that fail in every way a network, a protocol or a content can:
//! each fault has its name, what had arrived is kept, and nothing hostile comes through.

use crate::faults;
use crate::program;

use faults::{Server, answer, dead_port, until_gone};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use httriage::engine::{Client, ClientOptions, Flight, Outgoing, Vault};
use httriage::model::RawExchange;
use httriage::model::{
    Author, Cause, Environment, Manner, Origin, Outcome, RequestSpec, Settings, Timing, is_unsafe,
    resolve,
};
use program::{Home, Ran, finish};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest wait for anything in process.
const PATIENCE: Duration = Duration::from_secs(30);

/// One GET with these options, as JSON.
fn get(url: &str, options: &[&str]) -> Ran {
    let mut args = vec!["send", "GET", url, "--json"];
    args.extend(options);
    Home::new().run(&args)
}

/// The outcome of one GET that failed with this cause, exit code 1 and a whole sentence.
#[track_caller]
fn fails(url: &str, options: &[&str], kind: &str) -> Value {
    let ran = get(url, options);
    let outcome = ran.json()["outcome"].clone();
    assert_eq!(outcome["kind"], kind, "{outcome}");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{outcome}");
    for part in ["message", "hint"] {
        let text = outcome[part].as_str().unwrap();
        assert!(text.ends_with('.') && text.len() > 15, "{text}");
    }
    let host = Origin::parse(url).unwrap().to_string();
    let host = host.split("://").nth(1).unwrap();
    let message = outcome["message"].as_str().unwrap();
    assert!(message.contains(host), "{message} does not name {host}");
    outcome
}

/// The text of a body that was cut.
#[track_caller]
fn part(outcome: &Value) -> &str {
    let response = &outcome["response"];
    assert_eq!(response["partial"], true, "{outcome}");
    assert_eq!(response["status"], 200);
    assert_eq!(response["body"]["partial"], true);
    response["body"]["text"].as_str().unwrap()
}

#[test]
fn a_port_where_nothing_listens_is_refused() {
    let url = format!("http://127.0.0.1:{}/", dead_port());
    let outcome = fails(&url, &[], "connect.refused");
    assert!(outcome.get("response").is_none());
    let text = Home::new().run(&["send", "GET", &url]);
    assert!(
        text.err.starts_with("⚡ no answer: connect.refused"),
        "{}",
        text.err
    );
    assert_eq!(text.out, "", "there is no body");
}

#[test]
fn a_name_that_nobody_knows_is_unresolved() {
    fails("http://nowhere.invalid/", &[], "dns.unresolved");
}

#[test]
fn a_connection_closed_before_the_answer_says_so() {
    fails(&Server::saying("").base(), &[], "connect.closed");
    let halfway = Server::saying("HTTP/1.1 200 OK\r\ncontent-le");
    fails(&halfway.base(), &[], "connect.closed");
}

#[test]
fn a_large_body_that_is_not_read_may_be_why_the_connection_closed() {
    let server = Server::doing(|_, _| false);
    let home = Home::new();
    for (length, is_large) in [(1_000, false), (100_000, true)] {
        let body = home.write("body", "x".repeat(length));
        let data = format!("@{body}");
        let ran = home.run(&["send", "POST", &server.base(), "--data", &data, "--json"]);
        let outcome = &ran.json()["outcome"];
        assert_eq!(outcome["kind"], "connect.closed", "{outcome}");
        let hint = outcome["hint"].as_str().unwrap();
        assert_eq!(
            hint.contains("try the call with a small one"),
            is_large,
            "{hint}"
        );
    }
}

#[test]
fn an_invisible_character_in_a_url_is_said_and_a_zone_names_its_option() {
    let server = Server::saying(answer("200 OK", "", b"ok"));
    let home = Home::new();
    let url = format!("{}/a\u{200b}b", server.base());
    let ran = home.run(&["send", "GET", &url]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(
        ran.err.contains("an invisible character (U+200B)"),
        "{}",
        ran.err
    );
    assert_eq!(server.asked()[0].target, "/a%E2%80%8Bb");
    let ran = home.run(&["send", "GET", "http://[fe80::1%eth0]/x", "--json"]);
    let outcome = &ran.json()["outcome"];
    assert_eq!(outcome["kind"], "request.bad_url", "{outcome}");
    let hint = outcome["hint"].as_str().unwrap();
    assert!(hint.contains("--resolve NAME:PORT:"), "{hint}");
}

#[test]
fn silence_is_a_timeout_of_the_first_byte() {
    for said in ["", "HTTP/1.1 200 OK\r\nx-a: b\r\n"] {
        let began = Instant::now();
        let silent = Server::stalling(said);
        fails(&silent.base(), &["--timeout", "0.3"], "timeout.first_byte");
        assert!(began.elapsed() < PATIENCE / 2);
    }
}

#[test]
fn a_stall_inside_the_body_keeps_what_had_come() {
    let stalled = Server::stalling("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nso far");
    let outcome = fails(&stalled.base(), &["--timeout", "0.3"], "timeout.body");
    assert_eq!(part(&outcome), "so far");
}

#[test]
fn the_limit_of_the_whole_call_holds_before_and_inside_the_body() {
    let silent = Server::stalling("");
    fails(&silent.base(), &["--max-time", "0.3"], "timeout.first_byte");
    // A byte now and then is no pause, but never ends either.
    let dripping = Server::doing(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    });
    let outcome = fails(&dripping.base(), &["--max-time", "0.5"], "timeout.body");
    assert!(part(&outcome).starts_with('x'));
}

#[test]
fn a_body_shorter_than_announced_is_cut_off() {
    let short = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":");
    let outcome = fails(&short.base(), &[], "body.cut_off");
    assert_eq!(part(&outcome), "{\"a\":");
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
    let outcome = fails(&Server::saying(chunked).base(), &[], "body.cut_off");
    assert_eq!(part(&outcome), "abc");
    let ran = Home::new().run(&["send", "GET", &short.base(), "--output", "part"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("body.cut_off") && ran.out.ends_with("{\"a\":\n"));
}

#[test]
fn trailers_without_an_end_and_a_url_that_is_too_long_are_called_so() {
    let mut said =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n".to_vec();
    said.extend("x: y\r\n".repeat(20_000).into_bytes());
    let outcome = fails(&Server::saying(said).base(), &[], "body.undecodable");
    let message = outcome["message"].as_str().unwrap();
    assert!(message.contains("more follows the last chunk"), "{message}");
    let server = Server::saying(answer("200 OK", "", b""));
    let long = format!("{}/{}", server.base(), "a".repeat(70_000));
    let outcome = get(&long, &[]).json()["outcome"].clone();
    assert_eq!(outcome["kind"], "request.bad_url", "{outcome}");
    let message = outcome["message"].as_str().unwrap();
    assert!(message.contains("no more than 65534"), "{message}");
    assert!(server.asked().is_empty());
}

#[test]
fn a_bad_chunk_is_undecodable() {
    let bad = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\nmore";
    let outcome = fails(&Server::saying(bad).base(), &[], "body.undecodable");
    assert_eq!(part(&outcome), "abc");
}

#[test]
fn what_is_not_http_is_invalid_and_told_by_what_it_is() {
    for (said, why) in [
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n", "not HTTP/1.1 but SSH"),
        ("220 mail.example ESMTP\r\n", "FTP or mail"),
        ("HTTP/7.0 200 OK\r\n\r\n", "begins with HTTP/7.0"),
        ("hello", "a text without status line"),
        // As a port of https answers plain http.
        ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{a}", "but TLS"),
        ("HTTP/1.1 099 Odd\r\n\r\n", "a status of three digits"),
        ("HTTP/1.1 2OO OK\r\n\r\n", "a status of three digits"),
        ("HTTP/1.1  200 OK\r\n\r\n", "one blank"),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
            "Content-Length is no number",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            "several that differ",
        ),
        (
            "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.0 and has a Transfer-Encoding",
        ),
        ("HTTP/1.1 200 OK\r\nx-a: a\0b\r\n\r\n", "a zero byte"),
        ("HTTP/1.1 200 OK\r\nx-a: a\rb\r\n\r\n", "a carriage return"),
    ] {
        let outcome = fails(&Server::saying(said).base(), &[], "protocol.invalid");
        let message = outcome["message"].as_str().unwrap();
        assert!(message.contains(why), "{message}");
    }
    let tls = Server::saying([0x15, 3, 3, 0, 2, 2, 10]);
    let outcome = fails(&tls.base(), &[], "protocol.invalid");
    assert!(
        outcome["hint"]
            .as_str()
            .unwrap()
            .contains("begin the URL with https://")
    );
    let banner = fails(
        &Server::saying("SSH-2.0-x\r\n").base(),
        &[],
        "protocol.invalid",
    );
    assert_eq!(banner["response"]["body"]["text"], "SSH-2.0-x\r\n");
}

#[tokio::test]
async fn a_reset_over_plain_http_is_no_failed_handshake() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // Closed at once, sometimes before this side knows that it is open.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            drop(stream);
        }
    });
    let client = client(ClientOptions::default());
    for _ in 0..60 {
        let flight = Flight::default();
        let exchange = within(client.send(outgoing(&url), &flight)).await;
        let Outcome::Failed(failure) = exchange.outcome else {
            panic!("{:?}", exchange.outcome);
        };
        assert_eq!(failure.cause, Cause::ConnectClosed, "{}", failure.message);
        assert!(failure.hint.contains("https"), "{}", failure.hint);
    }
}

#[test]
fn what_is_no_answer_is_not_waited_for() {
    // A byte of it now and then, and never an end.
    let dripping = Server::doing(|_, stream| {
        let _ = stream.write_all(b"SSH-2.0-drip\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    });
    let began = Instant::now();
    let outcome = fails(&dripping.base(), &[], "protocol.invalid");
    assert!(outcome["message"].as_str().unwrap().contains("SSH"));
    assert!(began.elapsed() < PATIENCE / 2);
}

#[test]
fn an_answer_is_not_lost_to_a_header() {
    let lines = "X-Trace: one;\r\n two\r\n\tthree\r\nX-Blank : here\r\nno colon at all\r\n: no name\r\nX-Steers: \u{1b}[31mred\r\nX-Empty:\r\n";
    for end in ["\r\n", "\n"] {
        let lines = lines.replace("\r\n", end);
        let said = format!(
            "HTTP/1.1 403 Forbidden{end}{lines}X-Last: yes{end}Content-Length: 2{end}{end}no"
        );
        let ran = get(&Server::saying(said).base(), &[]);
        let outcome = &ran.json()["outcome"];
        assert_eq!(
            (ran.code, &outcome["status"]),
            (4, &json!(403)),
            "{outcome}"
        );
        assert_eq!(outcome["body"]["text"], "no");
        let value = |name: &str| {
            let headers = outcome["headers"].as_array().unwrap();
            let found = headers.iter().find(|header| header[0] == name);
            let words = found.map(|h| {
                h[1].as_str()
                    .unwrap()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            });
            words.unwrap_or("(none)".to_owned())
        };
        assert_eq!(value("x-trace"), "one; two three");
        assert_eq!(
            (value("x-blank"), value("x-last")),
            ("here".into(), "yes".into())
        );
        assert_eq!(
            (value("x-steers"), value("x-empty")),
            ("(none)".into(), String::new())
        );
    }
}

/// The status of a refusal is in its first line, whatever became of its body.
#[test]
fn a_refusal_whose_body_broke_off_is_a_refusal() {
    let body = r#"{"errors":[{"code":"forbidden","title":"Role X is missing"}]}"#;
    let head = "HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\n";
    let length = body.len();
    let verdict = |server: &Server| {
        let args = [
            "investigate",
            "GET",
            &server.base(),
            "--probes",
            "0",
            "--json",
        ];
        Home::new().run(&args).json()["verdict"]["cause"].clone()
    };
    let whole = format!("{head}content-length: {length}\r\n\r\n{body}");
    let likeliest = verdict(&Server::saying(whole));
    for (rest, cause, is_whole) in [
        (
            format!("content-length: 500\r\n\r\n{body}"),
            "body.cut_off",
            false,
        ),
        (
            format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n"),
            "body.cut_off",
            false,
        ),
        (
            format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\nzz\r\n"),
            "body.undecodable",
            false,
        ),
        (
            format!("content-encoding: gzip\r\ncontent-length: {length}\r\n\r\n{body}"),
            "body.undecodable",
            true,
        ),
        (
            format!("content-encoding: deflate\r\ncontent-length: {length}\r\n\r\n{body}"),
            "body.undecodable",
            true,
        ),
        (
            format!("content-encoding: utf-8\r\ncontent-length: {length}\r\n\r\n{body}"),
            "body.undecodable",
            true,
        ),
        (
            format!("content-encoding: gzip\r\ncontent-length: 500\r\n\r\n{body}"),
            "body.undecodable",
            false,
        ),
    ] {
        let server = Server::saying(format!("{head}{rest}"));
        let outcome = fails(&server.base(), &[], cause);
        let response = &outcome["response"];
        assert_eq!(response["status"], 403, "{outcome}");
        assert_eq!(response["body"]["text"], body);
        assert_eq!(response["body"]["partial"], !is_whole, "{rest}");
        assert_eq!(response.get("partial").is_some(), !is_whole, "{rest}");
        assert_eq!(response["entries"][0]["code"], "forbidden");
        let home = Home::new();
        let text = home.run(&["send", "GET", &server.base()]);
        let first = text.err.lines().next().unwrap();
        assert!(
            first.contains(&format!("403 Forbidden, but {cause}")),
            "{first}"
        );
        assert!(!text.err.contains("no answer"), "{}", text.err);
        assert_eq!(verdict(&server), likeliest, "{rest}");
    }
}

#[test]
fn trailers_are_shown_with_their_answer_and_hold_no_secret() {
    let said = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: grpc-status, x-token\r\n\r\n2\r\nok\r\n0\r\ngrpc-status: 7\r\nx-token: a-long-secret-value\r\n\r\n";
    let server = Server::saying(said);
    let home = Home::new();
    let ran = home.run(&["send", "GET", &server.base(), "--json"]);
    let outcome = &ran.json()["outcome"];
    assert_eq!(outcome["body"]["text"], "ok");
    assert_eq!(outcome["trailers"][0], json!(["grpc-status", "7"]));
    assert!(!ran.out.contains("a-long-secret-value"), "{}", ran.out);
    let text = home.run(&["send", "GET", &server.base()]);
    assert!(text.err.contains("grpc-status: 7"), "{}", text.err);
    assert_eq!(text.out, "ok");
    assert!(
        !text.all().contains("a-long-secret-value"),
        "{}",
        text.all()
    );
    let id = ran.json()["id"].as_str().unwrap().to_owned();
    let shown = home.run(&["history", "show", &id, "--json"]).json();
    assert_eq!(shown["outcome"]["trailers"][0], json!(["grpc-status", "7"]));
}

#[test]
fn what_was_packed_for_the_way_is_unpacked() {
    let bytes = gzip(b"some words, some words");
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip";
    let close = [format!("{head}\r\n\r\n").as_bytes(), &bytes].concat();
    let size = format!("{head}, chunked\r\n\r\n{:x}\r\n", bytes.len());
    let chunked = [size.as_bytes(), &bytes, b"\r\n0\r\n\r\n"].concat();
    for said in [close, chunked] {
        let outcome = get(&Server::saying(said).base(), &[]).json()["outcome"].clone();
        assert_eq!(
            outcome["body"]["text"], "some words, some words",
            "{outcome}"
        );
    }
}

#[test]
fn a_204_that_announces_a_body_says_so() {
    for field in ["content-length: 3", "transfer-encoding: chunked"] {
        let said = format!("HTTP/1.1 204 No Content\r\n{field}\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        let outcome = get(&Server::saying(said).base(), &[]).json()["outcome"].clone();
        assert_eq!(outcome["status"], 204);
        let note = outcome["notes"][0].as_str().unwrap();
        assert!(note.contains("204") && note.contains("not read"), "{note}");
    }
}

#[test]
fn a_secure_connection_that_cannot_be_set_up_is_a_failed_handshake() {
    for said in ["HTTP/1.1 400 Bad Request\r\n\r\n", "\x16\x03\x01", ""] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(said.as_bytes());
            let _ = stream.shutdown(Shutdown::Write);
            until_gone(&mut stream);
        });
        let url = format!("https://127.0.0.1:{port}/");
        let outcome = fails(&url, &[], "tls.handshake");
        assert!(outcome.get("response").is_none());
        server.join().unwrap();
    }
}

#[test]
fn many_headers_and_odd_bytes_in_them_are_kept() {
    let mut head = String::new();
    for number in 0..150 {
        head.push_str(&format!("x-many: {number}\r\n"));
    }
    let mut said = format!("HTTP/1.1 200 OK\r\n{head}x-name: J").into_bytes();
    said.extend_from_slice(b"\xf6rg\r\ncontent-length: 0\r\n\r\n");
    let ran = get(&Server::saying(said).base(), &[]);
    assert_eq!(ran.code, 0);
    let headers = ran.json()["outcome"]["headers"].clone();
    let headers = headers.as_array().unwrap();
    let many = headers.iter().filter(|h| h[0] == "x-many");
    let many: Vec<_> = many.map(|h| h[1].as_str().unwrap().to_owned()).collect();
    assert_eq!(many, (0..150).map(|n| n.to_string()).collect::<Vec<_>>());
    let name = headers.iter().find(|h| h[0] == "x-name").unwrap();
    assert_eq!(name[1], "Jörg");
}

/// A text with every kind of character that steers, hides or reorders.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]52;c;aGk=\u{7}\u{9b}31m\u{202e}oof\u{2066}\u{200b}\u{e0041}\u{2028}\u{feff}\0\u{8}\r\u{7f}end";

/// The text without the colours that are our own.
fn without_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (style, rest) = part.split_once('m').unwrap_or(("none", part));
        let is_style = style.chars().all(|c| c.is_ascii_digit() || c == ';');
        plain.push_str(if is_style { rest } else { "\u{1b}" });
    }
    plain
}

#[track_caller]
fn is_harmless(ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        let bad = text.chars().find(|&c| is_unsafe(c));
        assert_eq!(bad, None, "{:?}", text);
    }
}

#[test]
fn no_byte_of_a_hostile_server_steers_the_terminal() {
    let error = json!({"errors": [{
        "title": HOSTILE, "detail": HOSTILE, "code": HOSTILE,
        "status": HOSTILE, "source": {"pointer": HOSTILE, "parameter": HOSTILE},
        "links": {"about": HOSTILE}, "meta": {HOSTILE: HOSTILE},
    }]});
    let page = format!("<html><title>{HOSTILE}</title><h1>{HOSTILE}</h1>");
    let problem = json!({"type": HOSTILE, "title": HOSTILE, "detail": HOSTILE});
    let oauth = json!({"error": HOSTILE, "error_description": HOSTILE});
    let bodies = [
        ("application/json", error.to_string()),
        ("application/problem+json", problem.to_string()),
        ("application/json", oauth.to_string()),
        ("text/html", page),
        ("text/plain", HOSTILE.to_owned()),
        ("application/json", HOSTILE.to_owned()),
        ("application/json", format!("{{\"{HOSTILE}\": ")),
    ];
    for (media_type, body) in bodies {
        // A reason phrase may hold any byte above 127; a header value may too.
        let headers = format!(
            "content-type: {media_type}; a=\u{202e}\u{2028}\r\nx-odd: \u{202e}\u{e0041}\u{2066}\r\n\
             www-authenticate: Bearer error=\"\u{202e}\", error_description=\"\u{2028}\u{9b}\"\r\n\
             location: /\u{202e}\r\nretry-after: \u{2028}\r\n"
        );
        let said = answer("418 \u{202e}\u{2028}\u{9b}31m", &headers, body.as_bytes());
        let server = Server::saying(said);
        let json = get(&server.base(), &[]);
        assert_eq!(json.code, 4, "{}", json.all());
        is_harmless(&json);
        assert_eq!(json.json()["outcome"]["body"]["text"], body);
        let text = Home::new().run(&["send", "GET", &server.base()]);
        assert_eq!(text.code, 4);
        // Into a pipe goes the data as it came, and nothing else of it is raw.
        assert_eq!(text.out, body);
        assert!(
            text.err.contains('␛') || text.err.contains("⟨U+"),
            "{}",
            text.err
        );
        let beside = Ran {
            out: String::new(),
            ..text
        };
        is_harmless(&beside);
        let shown = Home::new().run(&["send", "GET", &server.base(), "--color", "always"]);
        let plain = without_styles(&shown.out);
        assert_eq!(plain.chars().find(|&c| is_unsafe(c)), None, "{plain:?}");
        for more in [&["--json"][..], &[]] {
            let mut args = vec!["explain", "-"];
            args.extend(more);
            let explained = Home::new().feed(&args, &body);
            assert_eq!(explained.code, 0);
            is_harmless(&explained);
        }
        let home = Home::new();
        home.run(&["send", "GET", &server.base(), "--output", "exact"]);
        assert_eq!(std::fs::read(home.path("exact")).unwrap(), body.as_bytes());
    }
}

#[test]
fn hostile_words_on_the_command_line_come_back_harmless() {
    let odd = HOSTILE.replace('\0', "");
    for args in [
        &["explain", &odd][..],
        &["send", "GET", &odd],
        &["send", &odd, "http://127.0.0.1:1/", "--json"],
        &["send", "GET", "/", "--env", &odd],
        &["send", "GET", "/", "--token", &odd],
        &["send", "GET", "/", "--max-body", &odd],
        &["send", "GET", "/", "--header", &odd],
        &["send", "GET", "/", "--timeout", &odd],
        &[&odd, &odd],
    ] {
        let ran = Home::new().run(args);
        assert_ne!(ran.code, 0);
        is_harmless(&ran);
    }
}

#[test]
fn every_status_has_its_class_and_its_exit_code() {
    for (status, class, code) in [
        (200, "success", 0),
        (299, "success", 0),
        (399, "redirection", 0),
        (418, "client_error", 4),
        (499, "client_error", 4),
        (500, "server_error", 5),
        (599, "server_error", 5),
        (600, "nonstandard", 1),
        (999, "nonstandard", 1),
    ] {
        let server = Server::saying(answer(&format!("{status} Odd"), "", b"x"));
        let ran = get(&server.base(), &[]);
        let outcome = &ran.json()["outcome"];
        assert_eq!(
            (&outcome["status"], &outcome["class"]),
            (&json!(status), &json!(class))
        );
        assert_eq!((ran.code, &outcome["reason"]), (code, &json!("Odd")));
        assert_eq!(outcome["body"]["text"], "x");
        let text = Home::new().run(&["send", "GET", &server.base()]);
        assert_eq!(text.code, code);
        assert!(
            text.err.contains(&format!(" {status} Odd  ")),
            "{}",
            text.err
        );
    }
}

#[test]
fn an_interim_answer_is_passed_over() {
    let mut said = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".to_vec();
    said.extend(answer("200 OK", "", b"final"));
    let outcome = get(&Server::saying(said).base(), &[]).json()["outcome"].clone();
    assert_eq!(
        (&outcome["status"], &outcome["body"]["text"]),
        (&json!(200), &json!("final"))
    );
}

#[test]
fn an_answer_without_a_body_is_whole() {
    let server = Server::saying("HTTP/1.1 204 No Content\r\n\r\n");
    let ran = get(&server.base(), &[]);
    assert_eq!(
        (ran.code, &ran.json()["outcome"]["body_bytes"]),
        (0, &json!(0))
    );
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
    let ran = Home::new().run(&["send", "HEAD", &server.base(), "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(server.asked()[0].method, "HEAD");
    let outcome = ran.json()["outcome"].clone();
    assert_eq!(
        (&outcome["status"], &outcome["body_bytes"]),
        (&json!(200), &json!(0))
    );
}

#[test]
fn a_body_above_the_limit_is_cut_there() {
    let big = Server::saying(answer("200 OK", "", &[b'x'; 5_000]));
    let outcome = fails(&big.base(), &["--max-body", "1KB"], "body.too_large");
    assert_eq!(part(&outcome), "x".repeat(1_000));
    assert_eq!(get(&big.base(), &["--max-body", "5000"]).code, 0);
    let home = Home::settled("max_body = \"10\"\n");
    let ran = home.run(&["send", "GET", &big.base(), "--json", "--output", "part"]);
    assert_eq!(ran.json()["outcome"]["kind"], "body.too_large");
    assert_eq!(std::fs::read(home.path("part")).unwrap(), b"xxxxxxxxxx");
}

#[test]
fn a_body_that_is_announced_above_the_limit_is_not_waited_for() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\nso far";
    for server in [Server::saying(head), Server::stalling(head)] {
        let outcome = fails(&server.base(), &["--max-body", "100"], "body.too_large");
        assert_eq!(part(&outcome), "so far");
    }
}

#[test]
fn an_endless_body_ends_at_the_limit() {
    let endless = Server::doing(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'y'; 8192]).is_ok() {}
        false
    });
    let outcome = fails(&endless.base(), &["--max-body", "3MB"], "body.too_large");
    assert_eq!(part(&outcome).len(), 3_000_000);
}

#[test]
fn a_length_that_lies_costs_no_memory() {
    let said = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\nabc", u64::MAX);
    let ran = get(&Server::saying(said).base(), &[]);
    assert_eq!(ran.code, 1);
    let kind = ran.json()["outcome"]["kind"].clone();
    let known = ["body.cut_off", "body.too_large", "protocol.invalid"];
    assert!(known.iter().any(|k| kind == *k), "{kind}");
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

/// An answer whose body is said to be packed so.
fn packed(status: &str, coding: &str, body: &[u8]) -> Server {
    let headers = format!("content-encoding: {coding}\r\ncontent-type: application/json\r\n");
    Server::saying(answer(status, &headers, body))
}

#[test]
fn a_packed_answer_is_unpacked_and_says_both_sizes() {
    let text = format!(
        "{{\"errors\": [{{\"code\": \"forbidden\", \"title\": \"{}\"}}]}}",
        "No. ".repeat(2_000)
    );
    let bytes = gzip(text.as_bytes());
    let server = packed("403 Forbidden", "gzip", &bytes);
    let home = Home::new();
    let ran = home.run(&["send", "GET", &server.base(), "--json", "--output", "body"]);
    assert_eq!(ran.code, 4);
    let outcome = &ran.json()["outcome"];
    assert_eq!(outcome["body"]["text"], text);
    assert_eq!(outcome["entries"][0]["code"], "forbidden");
    assert_eq!(outcome["body_bytes"], text.len());
    assert_eq!(outcome["wire_bytes"], bytes.len());
    assert!(outcome["headers"].to_string().contains("content-encoding"));
    assert_eq!(std::fs::read(home.path("body")).unwrap(), text.as_bytes());
    let asked = server.asked();
    assert_eq!(asked[0].all("accept-encoding"), ["gzip, deflate, br, zstd"]);
    let ran = home.run(&["send", "GET", &server.base()]);
    let first = ran.err.lines().next().unwrap();
    let sizes = format!("8 KB ({} B packed)", bytes.len());
    assert!(first.contains(&sizes), "{first}");
    let identity = ["--header", "Accept-Encoding: identity"];
    get(&server.base(), &identity);
    let asked = server.asked();
    assert_eq!(asked[2].all("accept-encoding"), ["identity"]);
}

#[test]
fn what_is_not_packed_as_it_says_is_kept_as_it_came() {
    let whole = gzip(b"some words, some words, some words");
    let cut = &whole[..whole.len() - 9];
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, zstd"] {
        for bytes in [&b"{\"plain\": 1}"[..], cut] {
            if coding == "gzip, zstd" && bytes == cut {
                continue;
            }
            let server = packed("200 OK", coding, bytes);
            let home = Home::new();
            let ran = home.run(&["send", "GET", &server.base(), "--json", "--output", "raw"]);
            let outcome = &ran.json()["outcome"];
            assert_eq!(outcome["kind"], "body.undecodable", "{coding}: {outcome}");
            assert_eq!(std::fs::read(home.path("raw")).unwrap(), bytes);
            assert!(outcome["hint"].as_str().unwrap().contains("as they came"));
            assert!(outcome["response"].get("wire_bytes").is_none());
        }
    }
    let followed = packed("200 OK", "gzip", &[&whole[..], b"garbage"].concat());
    let outcome = fails(&followed.base(), &[], "body.undecodable");
    assert_eq!(part(&outcome), "some words, some words, some words");
}

#[test]
fn a_connection_lost_inside_a_packed_body_keeps_what_could_be_unpacked() {
    let bytes = gzip("different words 1234567890 ".repeat(500).as_bytes());
    let length = bytes.len();
    let mut said = answer("200 OK", "content-encoding: gzip\r\n", &bytes);
    said.truncate(said.len() - length / 2);
    let outcome = fails(&Server::saying(said).base(), &[], "body.cut_off");
    assert!(part(&outcome).starts_with("different words"));
}

#[test]
fn an_unknown_coding_or_too_many_are_said_and_the_body_is_left_as_it_is() {
    for (coding, why) in [
        ("exi", "exi"),
        (&["gzip"; 100].join(", "), "more than 4 times"),
    ] {
        for status in ["200 OK", "404 Not Found"] {
            let server = packed(status, coding, b"\x80\xff");
            let outcome = fails(&server.base(), &[], "body.undecodable");
            let message = outcome["message"].as_str().unwrap();
            assert!(message.contains(why), "{message}");
            let body = &outcome["response"]["body"];
            assert_eq!(body, &json!({ "base64": "gP8=", "partial": false }));
        }
    }
}

#[test]
fn no_body_needs_no_unpacking() {
    assert_eq!(get(&packed("200 OK", "gzip", b"").base(), &[]).code, 0);
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 90\r\n\r\n";
    let server = Server::saying(head);
    let ran = Home::new().run(&["send", "HEAD", &server.base(), "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

/// The most memory that this process has had so far, in kilobytes.
#[cfg(target_os = "linux")]
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(target_os = "linux")]
#[test]
fn a_gigabyte_in_a_small_packet_ends_at_the_limit_and_fills_no_memory() {
    // A block that stands for itself, a thousand times.
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflate.write_all(&[b' '; 1_000_000]).unwrap();
    deflate.flush().unwrap();
    let block = deflate.get_ref().clone();
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0];
    bomb.extend(block.repeat(1_000));
    let server = packed("200 OK", "gzip", &bomb);
    let home = Home::new();
    let mut child = home
        .command(&["send", "GET", &server.base()])
        .spawn()
        .unwrap();
    let id = child.id();
    let mut out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        out.read_to_end(&mut text).unwrap();
        text
    });
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak(id).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    let body = reader.join().unwrap();
    assert!(
        finish(child)
            .err
            .starts_with("⚡ 200 OK, but body.too_large")
    );
    assert!(body.len() >= 64_000_000 && body.iter().all(|byte| *byte == b' '));
    assert!((64_000..300_000).contains(&most), "{most} KB");
}

fn client(options: ClientOptions) -> Client {
    Client::new(
        Arc::new(Vault::new(&Settings::default(), |_| None)),
        options,
    )
}

fn outgoing(url: &str) -> Outgoing {
    let environment = Environment::default();
    let typed = RequestSpec::new("GET", url);
    let sent = resolve(&typed, &environment).unwrap();
    Outgoing {
        case: None,
        typed,
        sent,
        environment,
        author: Author::Person,
        manner: Manner::default(),
    }
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work)
        .await
        .expect("it takes too long")
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Server::doing(|asked, stream| {
        let body = asked.target.clone();
        stream
            .write_all(&answer("200 OK", "", body.as_bytes()))
            .is_ok()
    });
    let client = client(ClientOptions::default());
    for number in 0..5 {
        let url = format!("{}/{number}", server.base());
        let exchange = within(client.send(outgoing(&url), &Flight::default())).await;
        let body = &exchange.outcome.response().unwrap().body;
        assert_eq!(body, format!("/{number}").as_bytes());
    }
    let used: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.connection)
        .collect();
    assert_eq!(used, [0; 5]);
}

async fn timing_of(client: &Client, url: &str) -> Timing {
    let exchange = within(client.send(outgoing(url), &Flight::default())).await;
    exchange.outcome.response().unwrap().timing
}

#[tokio::test]
async fn the_parts_of_a_call_are_timed_and_a_used_connection_says_so() {
    let server = Server::doing(|_, stream| stream.write_all(&answer("200 OK", "", b"x")).is_ok());
    let client = client(ClientOptions::default());
    let url = server.base().replace("127.0.0.1", "localhost");
    let first = timing_of(&client, &url).await;
    // A connection is kept a moment after its answer was read: until then a call opens another.
    let mut second = timing_of(&client, &url).await;
    let begun = Instant::now();
    while !second.reused && begun.elapsed() < PATIENCE {
        second = timing_of(&client, &url).await;
    }
    assert!(first.dns.is_some() && first.connect.is_some(), "{first:?}");
    assert!(first.tls.is_none() && !first.reused);
    assert!(first.dns <= first.first_byte && first.first_byte <= Some(first.total));
    assert!(second.reused && second.dns.is_none() && second.connect.is_none());
    let timing = get(&url, &[]).json()["outcome"]["timing"].clone();
    for part in ["dns_ms", "connect_ms", "first_byte_ms", "total_ms"] {
        assert!(timing[part].is_number(), "{timing}");
    }
}

#[test]
fn a_handshake_that_stalls_is_not_a_missing_connection() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        until_gone(&mut stream);
    });
    fails(&url, &["--timeout", "0.3"], "tls.handshake");
    server.join().unwrap();
}

#[tokio::test]
async fn after_a_fault_the_next_call_works() {
    let server = Server::doing(|asked, stream| {
        let said = match asked.target.as_str() {
            "/closed" => Vec::new(),
            "/garbage" => b"no http\r\n\r\n".to_vec(),
            "/short" => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".to_vec(),
            _ => answer("200 OK", "", b"fine"),
        };
        let _ = stream.write_all(&said);
        asked.target == "/fine"
    });
    let client = client(ClientOptions::default());
    for (target, cause) in [
        ("/closed", Cause::ConnectClosed),
        ("/garbage", Cause::ProtocolInvalid),
        ("/short", Cause::BodyCutOff),
    ] {
        for target in [target, "/fine"] {
            let url = format!("{}{target}", server.base());
            let exchange = within(client.send(outgoing(&url), &Flight::default())).await;
            match &exchange.outcome {
                Outcome::Failed(failure) => assert_eq!(failure.cause, cause, "{target}"),
                Outcome::Answered(response) => assert_eq!(response.body, b"fine"),
            }
            assert_eq!(exchange.outcome.status().is_some(), target == "/fine");
        }
    }
    assert_eq!(server.asked().len(), 6, "nothing is sent twice");
}

/// Makes a call, stops it once so many bytes have come, and says how long the stop took.
async fn stopped(server: &Server, bytes: u64) -> (RawExchange, Duration) {
    let client = Arc::new(client(ClientOptions::default()));
    let flight = Arc::new(Flight::default());
    let call = tokio::spawn({
        let (client, flight) = (Arc::clone(&client), Arc::clone(&flight));
        let outgoing = outgoing(&server.base());
        async move { client.send(outgoing, &flight).await }
    });
    let has_come = async {
        while server.asked().is_empty() || flight.progress().received < bytes {
            tokio::task::yield_now().await;
        }
    };
    within(has_come).await;
    let began = Instant::now();
    flight.stop();
    let exchange = within(call).await.unwrap();
    (exchange, began.elapsed())
}

#[tokio::test]
async fn a_stopped_call_ends_at_once_and_keeps_what_had_come() {
    let stalled =
        Server::stalling("HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 100\r\n\r\nso far");
    let (exchange, took) = stopped(&stalled, 6).await;
    assert!(took < Duration::from_millis(200), "{took:?}");
    let Outcome::Failed(failure) = &exchange.outcome else {
        panic!("it was answered");
    };
    assert_eq!(failure.cause, Cause::CallCancelled);
    let part = failure.partial.as_ref().unwrap();
    assert_eq!((part.status, part.body.as_slice()), (200, &b"so far"[..]));
    assert!(part.body_cut);
    assert_eq!(part.headers.get("x-a").unwrap(), "b");
}

#[tokio::test]
async fn a_call_stopped_before_its_answer_ends_at_once() {
    let silent = Server::stalling("");
    let (exchange, took) = stopped(&silent, 0).await;
    assert!(took < Duration::from_millis(200), "{took:?}");
    let Outcome::Failed(failure) = &exchange.outcome else {
        panic!("it was answered");
    };
    assert_eq!(
        (failure.cause, failure.partial.is_none()),
        (Cause::CallCancelled, true)
    );
}

#[tokio::test]
async fn a_call_that_was_stopped_before_it_began_does_not_wait() {
    let silent = Server::stalling("");
    let flight = Flight::default();
    flight.stop();
    let client = client(ClientOptions::default());
    let exchange = within(client.send(outgoing(&silent.base()), &flight)).await;
    assert!(matches!(&exchange.outcome, Outcome::Failed(f) if f.cause == Cause::CallCancelled));
}

#[tokio::test]
async fn the_limits_are_told_apart() {
    let short = Duration::from_millis(200);
    let options = ClientOptions {
        first_byte: short,
        ..ClientOptions::default()
    };
    let silent = Server::stalling("");
    let slow = within(client(options).send(outgoing(&silent.base()), &Flight::default())).await;
    assert!(matches!(&slow.outcome, Outcome::Failed(f) if f.cause == Cause::TimeoutFirstByte));
    assert!(slow.took >= short);
    let options = ClientOptions {
        idle: short,
        ..ClientOptions::default()
    };
    let stalled = Server::stalling("HTTP/1.1 200 OK\r\n\r\nx");
    let slow = within(client(options).send(outgoing(&stalled.base()), &Flight::default())).await;
    assert!(matches!(&slow.outcome, Outcome::Failed(f) if f.cause == Cause::TimeoutBody));
}
