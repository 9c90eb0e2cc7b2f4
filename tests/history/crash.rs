//! Processes that are killed, and processes that write at the same time.

use super::child::Other;
use super::{SOON, call, open, query};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn nothing_acknowledged_is_lost_when_the_program_is_killed() {
    kill_again_and_again(20, 1_000);
}

#[test]
#[ignore = "takes minutes: 1,000 kills during 10,000 calls"]
fn nothing_acknowledged_is_lost_in_a_thousand_kills() {
    kill_again_and_again(1_000, 10_000);
}

fn kill_again_and_again(kills: u64, calls: u64) {
    let dir = tempfile::tempdir().unwrap();
    let mut chance = Chance(0x5eed);
    let mut acknowledged = BTreeSet::new();
    let mut first = 0;
    for _ in 0..kills {
        let mut other = Other::writing(dir.path(), first, u64::MAX / 2);
        let enough = chance.below(2 * calls / kills + 1);
        let mut new = Vec::new();
        while (new.len() as u64) < enough {
            new.push(acknowledgement(&mut other).expect("it writes until it is killed"));
        }
        // Wherever it is by then: in a commit, between two, or still opening.
        std::thread::sleep(Duration::from_micros(chance.below(4_000)));
        other.child.kill().unwrap();
        while let Some(number) = acknowledgement(&mut other) {
            new.push(number);
        }
        // What was under way then may have been written; its numbers are not used again.
        first = new.last().map_or(first, |last| last + 1) + 10;

        let start = Instant::now();
        let history = open(dir.path());
        history.recall(&query(""), 100, None).unwrap();
        assert!(start.elapsed() < Duration::from_secs(1));
        for &number in &new {
            assert_eq!(history.load(&call(number).id).unwrap(), Some(call(number)));
        }
        assert!(history.close(SOON));
        assert_eq!(integrity(dir.path()), "ok");
        acknowledged.extend(new);
    }
    let history = open(dir.path());
    let kept = history.recall(&query(""), usize::MAX, None).unwrap();
    let kept: BTreeSet<_> = kept.into_iter().map(|summary| summary.id).collect();
    let lost = acknowledged
        .iter()
        .filter(|&&n| !kept.contains(&call(n).id));
    assert_eq!(lost.count(), 0);
    println!("{kills} kills, {} acknowledged, 0 lost", acknowledged.len());
}

fn acknowledgement(other: &mut Other) -> Option<u64> {
    let said = other.says()?;
    let number = said
        .strip_prefix("ack ")
        .unwrap_or_else(|| panic!("{said}"));
    Some(number.parse().unwrap())
}

pub fn integrity(dir: &Path) -> String {
    let conn = rusqlite::Connection::open(dir.join("history.sqlite")).unwrap();
    conn.query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn four_processes_write_beside_one_that_reads_and_none_is_refused() {
    write_together(4, 500);
}

#[test]
#[ignore = "takes a minute: 10,000 calls"]
fn ten_thousand_calls_of_four_processes_are_all_kept() {
    write_together(4, 2_500);
}

fn write_together(processes: u64, each: u64) {
    let dir = tempfile::tempdir().unwrap();
    let mut others: Vec<_> = (0..processes)
        .map(|n| Other::writing(dir.path(), n * 1_000_000, each))
        .collect();
    let screen = open(dir.path());
    for other in &mut others {
        for _ in 0..each {
            acknowledgement(other).unwrap();
            screen.recall(&query("403"), 10, None).unwrap();
        }
        assert_eq!(other.says().as_deref(), Some("closed true"));
    }
    assert_eq!(screen.count(&query("")).unwrap(), processes * each);
    assert!(screen.close(SOON));
    assert_eq!(integrity(dir.path()), "ok");
}

/// The same kills in every run, as far as the machine lets them be.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }
}
