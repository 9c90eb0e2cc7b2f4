//! Answers that come piece by piece: they are seen while they come, on the screen and in a pipe,
//! a pause does not end them, a person does, and an error inside is an error.

use crate::faults;
use crate::program;
use crate::tty;

use faults::Server;
use program::{Home, finish};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tty::Tty;

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// Answers with a head and what the test sends, piece by piece, until the test ends it.
fn stream(head: &'static str) -> (Server, Sender<String>) {
    let (pieces, sent): (Sender<String>, Receiver<String>) = channel();
    let sent = Arc::new(Mutex::new(sent));
    let server = Server::doing(move |_, stream| {
        let _ = stream.write_all(head.as_bytes());
        for piece in sent.lock().unwrap().iter() {
            if stream.write_all(piece.as_bytes()).is_err() {
                break;
            }
        }
        false
    });
    (server, pieces)
}

#[test]
fn a_pipe_gets_each_event_when_it_is_there() {
    let (server, pieces) = stream(HEAD);
    let home = Home::new();
    let mut command = home.command(&["send", "-i", "GET", &server.base()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut beside = BufReader::new(child.stderr.take().unwrap());
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    beside.read_line(&mut line).unwrap();
    assert!(
        line.contains("200 OK") && line.contains("text/event-stream"),
        "{line}"
    );
    // The head that was asked for, to the empty line that ends it.
    let mut head = String::new();
    while !head.ends_with("\n\n") {
        assert!(out.read_line(&mut head).unwrap() > 0, "{head}");
    }
    assert!(head.starts_with("HTTP/1.1 200 OK\n"), "{head}");
    for number in 1..=3 {
        pieces
            .send(format!("data: {{\"n\": {number}}}\n\n"))
            .unwrap();
        line.clear();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, format!("data: {{\"n\": {number}}}\n"));
        line.clear();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "\n");
    }
    pieces
        .send("data: the last, without an end".to_owned())
        .unwrap();
    drop(pieces);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "data: the last, without an end");
    let mut told = String::new();
    beside.read_to_string(&mut told).unwrap();
    assert!(told.contains("4 events"), "{told}");
    assert!(child.wait().unwrap().success());
}

#[test]
fn half_a_line_is_not_shown_since_it_may_hold_half_a_secret() {
    let (server, pieces) = stream(HEAD);
    let home = Home::new();
    let mut command = home.command(&["send", "GET", &server.base()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    pieces
        .send("data: {\"access_token\": \"made-up-va".to_owned())
        .unwrap();
    pieces.send("lue-of-a-token\"}\n".to_owned()).unwrap();
    drop(pieces);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("access_token"), "{rest}");
    assert!(!rest.contains("made-up"), "{rest}");
    assert!(!finish(child).err.contains("made-up"));
}

#[test]
fn what_is_hidden_in_a_stream_moves_nothing_of_its_end() {
    let (server, pieces) = stream(HEAD);
    let home = Home::new();
    let mut command = home.command(&["send", "GET", &server.base()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let value = "made-up-value-of-a-token-".repeat(20);
    pieces
        .send(format!("data: {{\"access_token\": \"{value}\"}}\n\n"))
        .unwrap();
    pieces
        .send("data: first of the end\n\ndata: last of the end".to_owned())
        .unwrap();
    drop(pieces);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("made-up"), "{rest}");
    assert!(
        rest.ends_with("data: first of the end\n\ndata: last of the end"),
        "{rest}"
    );
    assert_eq!(rest.matches("first of the end").count(), 1, "{rest}");
    child.wait().unwrap();
}

#[test]
fn a_stream_that_pauses_within_the_limit_is_alive_and_comments_keep_it_so() {
    let (server, pieces) = stream(HEAD);
    let home = Home::new();
    let mut command = home.command(&["send", "GET", &server.base(), "--timeout", "1"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let feeding = std::thread::spawn(move || {
        let (_never, pause) = channel::<()>();
        for _ in 0..4 {
            // Longer than nothing and shorter than the limit; all together longer than it.
            let _ = pause.recv_timeout(Duration::from_millis(400));
            pieces.send(": alive\n\n".to_owned()).unwrap();
        }
        pieces.send("data: done\n\n".to_owned()).unwrap();
    });
    let ran = finish(child);
    feeding.join().unwrap();
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("data: done"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_stream_and_what_came_is_kept() {
    let (server, pieces) = stream(HEAD);
    let home = Home::new();
    let mut command = home.command(&["send", "GET", &server.base()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    pieces.send("data: first\n\n".to_owned()).unwrap();
    while !line.contains("first") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0);
    }
    let id = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let ran = finish(child);
    assert!(ran.err.contains("call.cancelled"), "{}", ran.err);
    assert_eq!(ran.code, 1);
    let kept = home.run(&["history", "list", "--json"]);
    assert!(kept.out.contains("call.cancelled"), "{}", kept.out);
    drop(pieces);
}

#[test]
fn an_error_inside_a_stream_is_decoded_and_counts() {
    let bodies = [
        (
            HEAD,
            "data: {\"n\": 1}\n\nevent: error\ndata: {\"error\": {\"type\": \"overloaded_error\", \"message\": \"The model is busy.\"}}\n\n",
            "overloaded_error",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n",
            "{\"status\": \"pulling\"}\n{\"error\": {\"code\": \"denied\", \"message\": \"You may not pull this.\"}}\n",
            "denied",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json-seq\r\nconnection: close\r\n\r\n",
            "\u{1e}{\"status\": \"pulling\"}\n\u{1e}{\"error\":\n {\"code\": \"denied\", \"message\": \"You may not pull this.\"}}\n",
            "denied",
        ),
    ];
    for (head, body, code) in bodies {
        let (server, pieces) = stream(head);
        pieces.send(body.to_owned()).unwrap();
        drop(pieces);
        let ran = Home::new().run(&["send", "GET", &server.base(), "--json"]);
        let told = ran.json();
        assert_eq!(told["outcome"]["refused"], true, "{told}");
        assert_eq!(told["outcome"]["entries"][0]["code"], code, "{told}");
        assert_eq!(ran.code, 4);
    }
}

#[test]
fn records_of_failures_in_a_stream_are_data() {
    let (server, pieces) = stream(
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n",
    );
    pieces
        .send("{\"error\": \"disk full\", \"host\": \"a\", \"id\": 1}\n{\"id\": 2, \"host\": \"b\", \"level\": \"info\"}\n".to_owned())
        .unwrap();
    drop(pieces);
    let ran = Home::new().run(&["send", "GET", &server.base(), "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn a_sequence_of_json_is_shown_value_by_value() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json-seq\r\nconnection: close\r\n\r\n";
    let (server, pieces) = stream(head);
    let mut tty = Tty::start(&[&format!("{}/live", server.base())], (160, 48));
    tty.sees("GET ▾");
    tty.types("\x12");
    pieces
        .send("\u{1e}{\"n\":\n \"one\"}\n".to_owned())
        .unwrap();
    tty.sees("\"one\"");
    pieces.send("\u{1e}{\"n\": \"two\"}\n".to_owned()).unwrap();
    tty.sees("\"two\"");
    tty.sees("2 events");
    drop(pieces);
    tty.sees("200 OK");
}

#[test]
fn the_screen_shows_a_stream_while_it_comes_and_esc_keeps_what_came() {
    let (server, pieces) = stream(HEAD);
    let mut tty = Tty::start(&[&format!("{}/live", server.base())], (160, 48));
    tty.sees("GET ▾");
    tty.types("\x12");
    pieces
        .send("data: {\"n\": \"one\"}\n\n".to_owned())
        .unwrap();
    tty.sees("200 OK");
    tty.sees("\"one\"");
    tty.sees("Esc stops");
    pieces
        .send("data: {\"n\": \"two\"}\n\n".to_owned())
        .unwrap();
    tty.sees("\"two\"");
    tty.sees("2 events");
    tty.types("\x1b");
    tty.sees("call.cancelled");
    tty.sees("\"two\"");
    drop(pieces);
}
