//! A million calls: what they cost to fill, to keep and to look through. Prints its figures.

use super::*;
use std::time::Instant;

#[test]
#[ignore = "takes minutes; to be read, with --nocapture and --release"]
fn a_million_calls_stay_quick_to_look_through() {
    const CALLS: u64 = 1_000_000;
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    remember(&history, call(0));
    let before = resident();
    let start = Instant::now();
    let mut waiting = std::collections::VecDeque::new();
    for number in 1..CALLS {
        let mut exchange = raw(number);
        if number == 1_234 {
            exchange.sent.url.push_str("/a-rare-word");
        }
        waiting.push_back(history.remember(Arc::new(shown(exchange))));
        if waiting.len() > 512 {
            waiting.pop_front().unwrap().wait().unwrap();
        }
    }
    for receipt in waiting {
        receipt.wait().unwrap();
    }
    println!("fill: {:.1} s", start.elapsed().as_secs_f64());
    for text in [
        "",
        "a-rare-word",
        "a-word-that-is-nowhere",
        "403",
        "418",
        "5xx",
        "code:not_allowed call",
        "since:1000d a-word-that-is-nowhere",
        "env:sandbox method:GET -403 a-rare-word",
    ] {
        let start = Instant::now();
        let found = history.recall(&query(text), 100, None).unwrap().len();
        println!("{text:45} {found:3} in {:?}", start.elapsed());
    }
    let start = Instant::now();
    assert_eq!(history.count(&query("")).unwrap(), CALLS);
    println!("count: {:?}", start.elapsed());
    println!("memory: {} KiB more", resident().saturating_sub(before));
    assert!(history.close(SOON));
    let bytes = std::fs::metadata(dir.path().join("history.sqlite"))
        .unwrap()
        .len();
    println!("file: {} MB", bytes / 1_000_000);
    let start = Instant::now();
    let history = open(dir.path());
    println!("open: {:?}", start.elapsed());
    history.recall(&query(""), 100, None).unwrap();
    println!("open and newest 100: {:?}", start.elapsed());
}

/// Words that answers are made of.
const WORDS: [&str; 24] = [
    "runbook",
    "stakeholder",
    "permission",
    "workspace",
    "archived",
    "customer",
    "integration",
    "release",
    "timeline",
    "dashboard",
    "template",
    "approval",
    "validation",
    "schedule",
    "recipient",
    "attachment",
    "duration",
    "milestone",
    "snapshot",
    "communication",
    "category",
    "location",
    "assignee",
    "dependency",
];

/// A body of two thousand bytes that no other call has.
fn wordy(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut body = format!("{{\"id\":{number},\"items\":[");
    while body.len() < 2_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let word = WORDS[(state % 24) as usize];
        body.push_str(&format!("{{\"{word}\":\"{:x}\"}},", state >> 40));
    }
    body.push_str("{}]}");
    body.into_bytes()
}

/// Fills a history, indexes it, and looks for words; prints what it costs.
fn words_of(calls: u64) {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path());
    let start = Instant::now();
    let mut waiting = std::collections::VecDeque::new();
    for number in 0..calls {
        let mut body = wordy(number);
        if number == calls / 3 {
            body.extend(b" zebrafish");
        }
        let mut call = raw_with_body(number, body);
        if let Outcome::Answered(response) = &mut call.outcome {
            response.headers = Headers::from_iter([("content-type", "application/json")]);
        }
        let call = shown(call);
        waiting.push_back(history.remember(Arc::new(call)));
        if waiting.len() > 512 {
            waiting.pop_front().unwrap().wait().unwrap();
        }
    }
    for receipt in waiting {
        receipt.wait().unwrap();
    }
    let written = start.elapsed();
    println!(
        "written: {:.0} calls a second",
        calls as f64 / written.as_secs_f64()
    );
    let bytes = |what: &str| {
        let file = std::fs::metadata(dir.path().join("history.sqlite")).unwrap();
        println!("file {what}: {:.1} MB", file.len() as f64 / 1e6);
    };
    bytes("when all is acknowledged");
    let start = Instant::now();
    while !history.indexing().unwrap().is_done() {
        std::thread::sleep(Duration::from_millis(20));
    }
    println!(
        "indexed after another {:.1} s",
        start.elapsed().as_secs_f64()
    );
    bytes("with its index");
    let before = resident();
    for (text, expected) in [
        ("zebrafish", 1),
        ("body:zebrafish", 1),
        ("wildebeest", 0),
        ("dependencies", 0),
        ("stakeholder", 100),
        ("body:runbook header:json", 100),
        ("-body:zebrafish", 100),
    ] {
        let start = Instant::now();
        let found = history.recall(&query(text), 100, None).unwrap().len();
        println!("{text:28} {found:3} in {:?}", start.elapsed());
        assert_eq!(found, expected.min(calls as usize), "{text}");
    }
    println!("memory: {} KiB more", resident().saturating_sub(before));
    assert!(history.close(SOON));
}

#[test]
fn words_are_found_among_many_calls() {
    words_of(600);
}

#[test]
#[ignore = "takes an hour; to be read, with --nocapture and --release"]
fn words_are_found_among_a_million_calls() {
    let calls = std::env::var("HTTRIAGE_MANY").ok();
    words_of(
        calls
            .and_then(|calls| calls.parse().ok())
            .unwrap_or(1_000_000),
    );
}

/// KiB of this process in memory; 0 where the system does not tell.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let field = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    field.unwrap_or(0_u64) * 4
}
