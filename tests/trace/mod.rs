//! What a run starts: every program that it finds by name, and with strace every process at all.
//!
//! The run's PATH holds stand-ins only, one for each program of this machine, which write down
//! that they were started and with which variables. Where strace is installed, and may trace,
//! each process is seen besides, by whatever path. Where it is not, processes that were started
//! by a whole path are looked for in /proc while the run lasts. On a system without either, only
//! the stand-ins are left: what is started by name is seen everywhere, what is started by a
//! whole path is not.

// Each test file uses its own part of this.
#![allow(dead_code)]

use rustix::process::Pid;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// No test waits longer than this for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the stand-ins print: a token, should somebody ask for one.
pub const PRINTED: &str = "of-the-stand-in-0123456789";

pub struct Trace {
    folder: tempfile::TempDir,
    strace: Option<PathBuf>,
    /// What was seen in /proc.
    seen: Arc<Mutex<Vec<String>>>,
}

/// What a stand-in wrote down of its start.
pub struct Start {
    /// Its name and its arguments.
    pub words: String,
    pub variables: String,
}

impl Trace {
    /// By the best way that this machine has.
    pub fn new() -> Trace {
        let mut trace = Trace::without_strace();
        let strace = programs().into_iter().find(|path| path.ends_with("strace"));
        let may_trace = |strace: &PathBuf| {
            let tried = Command::new(strace)
                .args(["-o", "/dev/null", "/bin/sh", "-c", "exit 0"])
                .stderr(Stdio::null())
                .status();
            tried.is_ok_and(|status| status.success())
        };
        trace.strace = strace.filter(may_trace);
        trace
    }

    pub fn without_strace() -> Trace {
        let folder = tempfile::tempdir().unwrap();
        let (started, bin) = (folder.path().join("started"), folder.path().join("bin"));
        std::fs::create_dir(&started).unwrap();
        std::fs::create_dir(&bin).unwrap();
        // Nothing but what the shell does by itself.
        let script = format!(
            "#!/bin/sh\n{{ echo \"${{0##*/}} $*\"; export -p; echo end; }} >'{}'/$$\necho {PRINTED}\n",
            started.display()
        );
        let stand_in = folder.path().join("stand-in");
        std::fs::write(&stand_in, script).unwrap();
        std::fs::set_permissions(&stand_in, PermissionsExt::from_mode(0o755)).unwrap();
        // Those that such a program may start, should this machine lack them.
        let more = ["tput", "stty", "xdg-open", "open"].map(PathBuf::from);
        for program in programs().iter().chain(&more) {
            let Some(name) = program.file_name() else {
                continue;
            };
            // One that stands in two folders is there already.
            let _ = std::os::unix::fs::symlink(&stand_in, bin.join(name));
        }
        Trace {
            folder,
            strace: None,
            seen: Arc::default(),
        }
    }

    /// The PATH of a run that is looked at.
    pub fn path(&self) -> String {
        self.folder.path().join("bin").to_str().unwrap().to_owned()
    }

    fn calls(&self) -> PathBuf {
        self.folder.path().join("calls")
    }

    /// What stands before the words of a command so that it is looked at.
    pub fn before(&self) -> Vec<String> {
        let Some(strace) = &self.strace else {
            return Vec::new();
        };
        let calls = self.calls();
        let words = [
            strace.to_str().unwrap(),
            "-f",
            "-qq",
            "-v",
            "-s",
            "10000",
            "-e",
            "trace=execve,execveat,fork,vfork,clone,clone3",
            "-e",
            "signal=none",
            "-o",
            calls.to_str().unwrap(),
        ];
        words.map(String::from).to_vec()
    }

    /// The same command, to be looked at; its streams are to be set again.
    pub fn of(&self, command: &Command) -> Command {
        let program = command.get_program().to_str().unwrap();
        let arguments = command.get_args().map(|word| word.to_str().unwrap());
        let mut words = self.before();
        words.push(program.to_owned());
        words.extend(arguments.map(String::from));
        let mut looked_at = Command::new(&words[0]);
        looked_at.args(&words[1..]).env_clear();
        for (name, value) in command.get_envs() {
            looked_at.envs(value.map(|value| (name, value)));
        }
        if let Some(folder) = command.get_current_dir() {
            looked_at.current_dir(folder);
        }
        looked_at.env("PATH", self.path());
        looked_at
    }

    /// Looks in /proc for what this process starts, as long as it lives, where strace does not.
    pub fn watch(&self, child: &Child) {
        if self.strace.is_some() {
            return;
        }
        let tasks = format!("/proc/{}/task", child.id());
        let seen = self.seen.clone();
        std::thread::spawn(move || {
            while let Ok(threads) = std::fs::read_dir(&tasks) {
                for thread in threads.flatten() {
                    let children = std::fs::read_to_string(thread.path().join("children"));
                    for process in children.unwrap_or_default().split_whitespace() {
                        let words = std::fs::read(format!("/proc/{process}/cmdline"));
                        let words =
                            String::from_utf8_lossy(&words.unwrap_or_default()).replace('\0', " ");
                        let mut seen = seen.lock().unwrap();
                        if !words.is_empty() && !seen.contains(&words) {
                            seen.push(words);
                        }
                    }
                }
                std::thread::yield_now();
            }
        });
    }

    /// The process that is looked at, by the child that was made for it.
    pub fn process(&self, child: &Child) -> Pid {
        let calls = std::fs::read_to_string(self.calls()).unwrap_or_default();
        let first = calls.split_whitespace().next();
        let process = first.map_or(child.id() as i32, |process| process.parse().unwrap());
        Pid::from_raw(process).unwrap()
    }

    /// What the stand-ins wrote down.
    pub fn starts(&self) -> Vec<Start> {
        let records = std::fs::read_dir(self.folder.path().join("started")).unwrap();
        let records = records.map(|record| std::fs::read_to_string(record.unwrap().path()));
        let starts = records.map(|text| {
            let text = text.unwrap();
            let (words, variables) = text.split_once('\n').unwrap_or((&text, ""));
            Start {
                words: words.to_owned(),
                variables: variables.to_owned(),
            }
        });
        starts.collect()
    }

    /// Waits for the start of a program, and returns what it got.
    pub fn waits_for(&self, name: &str) -> Start {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut starts = self.starts().into_iter();
            let whole = |start: &Start| start.variables.ends_with("end\n");
            let of_it = |start: &Start| start.words.split(' ').next() == Some(name);
            if let Some(start) = starts.find(|start| of_it(start) && whole(start)) {
                return start;
            }
            assert!(Instant::now() < until, "{name} was never started");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Everything that was started so far, by each way of seeing it.
    pub fn started(&self) -> Vec<String> {
        let mut started: Vec<String> = self.starts().into_iter().map(|s| s.words).collect();
        started.extend(self.seen.lock().unwrap().iter().cloned());
        let calls = std::fs::read_to_string(self.calls()).unwrap_or_default();
        let of_processes = calls.lines().filter(|line| starts_a_process(line));
        // The first is the run itself.
        started.extend(of_processes.skip(1).map(String::from));
        started
    }

    /// The variables of the programs that were started, as strace saw them.
    pub fn surroundings(&self) -> Vec<String> {
        let calls = std::fs::read_to_string(self.calls()).unwrap_or_default();
        let programs = calls.lines().filter(|line| line.contains(" execve("));
        programs.skip(1).map(String::from).collect()
    }
}

/// Threads are made by the same calls.
fn starts_a_process(call: &str) -> bool {
    let made = ["fork(", "clone(", "clone3("];
    let is_made = made.iter().any(|made| call.contains(made));
    call.contains(" execve(")
        || call.contains(" execveat(")
        || (is_made && !call.contains("CLONE_THREAD"))
}

fn programs() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap();
    let folders = std::env::split_paths(&path);
    let entries = folders.filter_map(|folder| std::fs::read_dir(folder).ok());
    entries.flatten().flatten().map(|e| e.path()).collect()
}

/// Waits until this is so.
#[track_caller]
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a file stands there.
pub fn stands(path: &Path) -> bool {
    path.try_exists().unwrap()
}
