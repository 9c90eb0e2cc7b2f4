//! Kills on both sides: nothing that was acknowledged is lost for the team, and nothing is there
//! twice.

use super::home::opened;
use super::shared::{made, works};
use super::{Desk, SOON, block_on, call};
use httriage::engine::team::Turn;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const ORDERS: &str = "HTTRIAGE_TEST_TEAM_CHILD";

/// A run that records calls from that number on and shares them, until it is killed.
fn run(dir: &Path, config: &str, first: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "team::crash::other_process",
            "--ignored",
            "--nocapture",
        ])
        .env(ORDERS, format!("{}\n{first}\n{config}", dir.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "the other process of the test beside it"]
fn other_process() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let mut orders = orders.splitn(3, '\n');
    let dir = orders.next().unwrap().to_owned();
    let first: u64 = orders.next().unwrap().parse().unwrap();
    let (history, team) = opened(Path::new(&dir), orders.next().unwrap());
    let _news = works(Turn::new(team));
    for number in first..first + 100_000 {
        history.remember(Arc::new(call(number))).wait().unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "» {number}.").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn kills_on_both_sides_lose_nothing_and_double_nothing() {
    let Some(mut cluster) = made(&["kim", "bob"], &[]) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let config = cluster.config("kim", "all");
    let mut acknowledged = BTreeSet::new();
    for round in 0..8_u64 {
        let mut child = run(dir.path(), &config, round * 100_000);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut came = 0;
        for line in lines.map_while(Result::ok) {
            // The runner may have begun the line.
            let said = line
                .split_once("» ")
                .and_then(|(_, said)| said.strip_suffix('.'));
            let Some(number) = said.and_then(|said| said.parse::<u64>().ok()) else {
                continue;
            };
            acknowledged.insert(number);
            came += 1;
            // The server goes in the middle of it, in every third round.
            if round % 3 == 1 && came == 20 {
                cluster.kill();
            }
            if round % 3 == 1 && came == 60 {
                cluster.restart();
            }
            if came > 40 + (round * 37) % 100 {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if round % 3 == 1 && came < 60 {
            cluster.restart();
        }
    }
    let bob = Desk::new(&cluster, "bob", "none");
    let (history, team) = opened(dir.path(), &config);
    let kim = Desk { dir, history, team };
    block_on(async {
        kim.meets().await;
        bob.meets().await;
    });
    let own: BTreeSet<u64> = kim
        .finds("")
        .into_iter()
        .map(|(n, _)| n.parse().unwrap())
        .collect();
    let found = bob.finds("team:kim");
    let theirs: BTreeSet<u64> = found.iter().map(|(n, _)| n.parse().unwrap()).collect();
    assert!(acknowledged.len() > 300, "{}", acknowledged.len());
    assert_eq!(acknowledged.difference(&theirs).count(), 0, "lost");
    assert_eq!(found.len(), theirs.len(), "doubled");
    assert_eq!(theirs, own);
    assert_eq!(
        cluster.count("SELECT count(*) FROM httriage.calls"),
        own.len() as u64
    );
    let left = kim.history.outbox().unwrap();
    assert_eq!((left.pending, left.refused), (0, 0));
    assert!(kim.history.close(SOON));
}
