//! This test binary as another process, so that one can be killed, or be someone else.

use super::{SOON, call, query, raw, vault};
use httriage::engine::history::{History, Retention};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

const ORDERS: &str = "HTTRIAGE_TEST_HISTORY_CHILD";

/// Another process with its orders; it tells what it did, line by line.
pub struct Other {
    pub child: Child,
    pub lines: std::io::Lines<BufReader<ChildStdout>>,
    pub orders: ChildStdin,
}

impl Other {
    /// Records the calls from that number on, and says `ack N` for each.
    pub fn writing(dir: &Path, first: u64, count: u64) -> Other {
        let exe = std::env::current_exe().unwrap();
        Other::start(Command::new(exe), &format!("write\n{first}\n{count}"), dir)
    }

    /// Does one thing for each line it gets.
    pub fn obeying(command: Command, dir: &Path) -> Other {
        Other::start(command, "obey", dir)
    }

    fn start(mut command: Command, orders: &str, dir: &Path) -> Other {
        let mut child = command
            .args([
                "--exact",
                "history::child::other_process",
                "--ignored",
                "--nocapture",
            ])
            .env(ORDERS, format!("{}\n{orders}", dir.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Other {
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            orders: child.stdin.take().unwrap(),
            child,
        }
    }

    /// The next line that is ours and not the test runner's.
    pub fn says(&mut self) -> Option<String> {
        self.lines.by_ref().find_map(|line| {
            let line = line.ok()?;
            // The runner may have begun the line.
            let (_, said) = line.split_once("» ")?;
            said.strip_suffix('.').map(str::to_owned)
        })
    }

    pub fn obeys(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        self.says().unwrap()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Marked at both ends, since a line may be cut by a kill.
fn say(what: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    let text = what.to_string().replace('\n', " ");
    writeln!(out, "» {text}.").unwrap();
    out.flush().unwrap();
}

#[test]
#[ignore = "the other process of the tests beside it"]
fn other_process() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let orders: Vec<&str> = orders.lines().collect();
    let history = History::at(Path::new(orders[0]), Retention::default(), vault());
    match orders[1] {
        "write" => write(
            history,
            orders[2].parse().unwrap(),
            orders[3].parse().unwrap(),
        ),
        _ => obey(history),
    }
}

fn write(history: History, first: u64, count: u64) {
    let mut under_way = std::collections::VecDeque::new();
    for number in first..first + count {
        under_way.push_back((number, history.remember(Arc::new(call(number)))));
        // Batches of different sizes.
        while under_way.len() > (number % 5) as usize {
            let (number, receipt) = under_way.pop_front().unwrap();
            match receipt.wait() {
                Ok(()) => say(format_args!("ack {number}")),
                Err(error) => say(format_args!("refused {number}: {error}")),
            }
        }
    }
    for (number, receipt) in under_way {
        match receipt.wait() {
            Ok(()) => say(format_args!("ack {number}")),
            Err(error) => say(format_args!("refused {number}: {error}")),
        }
    }
    say(format_args!("closed {}", history.close(SOON)));
}

fn obey(history: History) {
    let mut number = 5_000;
    for order in std::io::stdin().lines() {
        match order.unwrap().as_str() {
            "remember" => {
                number += 1;
                match history.remember(Arc::new(call(number))).wait() {
                    Ok(()) => say("ok"),
                    Err(error) => say(error),
                }
            }
            "count" => match history.count(&query("")) {
                Ok(count) => say(count),
                Err(error) => say(error),
            },
            "forget" => match history.forget(&[raw(1).id]) {
                Ok(count) => say(count),
                Err(error) => say(error),
            },
            _ => return,
        }
    }
}
