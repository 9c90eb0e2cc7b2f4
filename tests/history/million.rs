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

/// KiB of this process in memory; 0 where the system does not tell.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let field = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    field.unwrap_or(0_u64) * 4
}
