//! What is done with a body in the real program. A filter of jq runs in a process of its own,
//! which takes neither the screen nor the memory with it, and is gone when nobody waits for it any
//! more; a body is saved where it is said, and over nothing.
#![cfg(unix)]

use crate::tty;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Instant;
use tty::Tty;

/// The program with this body in front.
fn answered(body: &str) -> Tty {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/list", server.local_addr().unwrap());
    let mut tty = Tty::start(&[&url], (160, 48));
    tty.sees(&url);
    tty.types("\x12");
    let (mut stream, _) = server.accept().unwrap();
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut part).unwrap();
        assert!(length > 0);
        request.extend_from_slice(&part[..length]);
    }
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    tty.sees("✓ 200 OK");
    tty.types("\x1b2");
    tty.sees("━━ Response");
    tty
}

/// The processes that a filter of this program runs in.
#[cfg(target_os = "linux")]
fn workers(tty: &Tty) -> usize {
    let parent = format!("PPid:\t{}\n", tty.process());
    let folders = std::fs::read_dir("/proc").unwrap().flatten();
    let is_worker = |folder: &std::fs::DirEntry| {
        let read = |file| std::fs::read_to_string(folder.path().join(file)).unwrap_or_default();
        read("status").contains(&parent) && read("cmdline").contains("jq-worker")
    };
    folders.filter(is_worker).count()
}

#[test]
fn a_filter_is_typed_and_its_results_are_shown() {
    let mut tty = answered(r#"{"data":[{"id":1.10},{"id":22}]}"#);
    tty.types("|.data[].id\r");
    let text = tty.sees("2 results");
    assert!(text.contains("filter .data[].id · 2 results"), "{text}");
    assert!(text.contains("#1 1.10"), "{text}");
    tty.types("\x1b");
    tty.loses("2 results");
    tty.sees("\"data\": [");
    tty.types("|.data | nope\r");
    tty.sees("In column 9 of the filter, there is no filter nope.");
}

#[test]
fn an_endless_filter_is_ended_with_its_process_by_esc() {
    let mut tty = answered("[1]");
    tty.types("|last(repeat(1))\r");
    tty.sees("Esc ends it");
    #[cfg(target_os = "linux")]
    tty.waits_until("a process runs", |tty| workers(tty) == 1);
    tty.types("\x1b");
    tty.loses("Esc ends it");
    #[cfg(target_os = "linux")]
    tty.waits_until("no process runs", |tty| workers(tty) == 0);
    tty.types("|.[0]\r");
    tty.sees("1 result");
}

#[test]
fn an_endless_filter_is_ended_by_its_time_and_keeps_what_it_found() {
    let mut tty = answered("[1]");
    let began = Instant::now();
    tty.types("|1, 2, last(repeat(1))\r");
    let text = tty.sees("Ended after 5 s");
    assert!(text.contains("2 results"), "{text}");
    assert!(began.elapsed().as_secs() >= 5);
    #[cfg(target_os = "linux")]
    tty.waits_until("no process runs", |tty| workers(tty) == 0);
}

#[test]
fn a_filter_that_nests_for_ever_or_fills_the_memory_takes_nothing_with_it() {
    let mut tty = answered("[1]");
    tty.types("|def f: 1 + f; f\r");
    tty.sees("The filter broke off|The filter was ended: it needed");
    tty.types("\x15[range(1000000000)]\r");
    tty.sees("of memory.");
    tty.types("\x15.[0]\r");
    tty.sees("1 result");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn a_body_is_saved_where_it_is_said_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list");
    let body = r#"{"data":[1.10]}"#;
    let mut tty = answered(body);
    tty.types("s");
    tty.sees("Save the body as");
    tty.types(&format!("\x15{}\r", path.display()));
    tty.sees("Saved the body to");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), body);
    std::fs::write(&path, "mine").unwrap();
    tty.types(&format!("s\x15{}\r", path.display()));
    tty.sees("it was left as it is");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}
