//! What a kill leaves: nothing that the next start of any command does not take away, and never
//! half a file under a name that a person knows.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use faults::{Server, answer};
use program::Home;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tty::Tty;

const FEW: u64 = 25;
const MANY: u64 = 1_000;

/// What is typed and must not lie anywhere once nobody edits it.
const TYPED: &str = "planted-typed-0123456789";

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found
}

fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        memchr::memmem::find(&bytes, text.as_bytes()).is_some()
    };
    files(folder).into_iter().filter(holds).collect()
}

/// What is there under a name of an unfinished thing.
fn left_over(folder: &Path) -> Vec<PathBuf> {
    let ours = |name: &str| name.starts_with("editing-") || name.starts_with(".saving-");
    let is_left = |path: &PathBuf| {
        let below = path.strip_prefix(folder).unwrap();
        below.iter().any(|part| part.to_str().is_some_and(ours))
    };
    files(folder).into_iter().filter(is_left).collect()
}

/// Another moment for each turn, and all of them over a span.
fn moment(turn: u64, of: u64, span: Duration) -> Duration {
    span.mul_f64((turn * 7 % of) as f64 / of as f64)
}

/// Any command, started after something was killed.
fn next_start(home: &Path) {
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_httriage"))
        .args(["explain", "404"])
        .env_clear()
        .env("HOME", home)
        .env("HTTRIAGE_CONFIG_DIR", home.join("config"))
        .env("HTTRIAGE_DATA_DIR", home.join("data"))
        .stdout(Stdio::null())
        .status();
    assert!(ended.unwrap().success());
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// The explorer with that text in its body, which an editor may be given.
fn with_body(home: &Path, editor: &Path, more: &[(&str, &str)]) -> Tty {
    let mut variables = vec![
        ("EDITOR", editor.to_str().unwrap()),
        ("PATH", "/usr/bin:/bin"),
    ];
    variables.extend(more);
    let mut tty = Tty::start_in(home, &["http://127.0.0.1:9/"], (100, 30), &variables);
    tty.sees("GET ▾");
    tty.types("\x1b[B[[\r");
    tty.sees("Esc done");
    tty.types(&format!("{{\"password\": \"{TYPED}\"}}\x1b"));
    tty.sees("e editor");
    tty
}

fn kills_while_editing(turns: u64) {
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor");
    // It keeps a copy beside the text, as editors do.
    script(
        &editor,
        "cp \"$1\" \"${1%/*}/.copy.swp\"; printf 'Waiting '; read -r _",
    );
    let mut seen = 0;
    for turn in 0..turns {
        let mut tty = with_body(home.path(), &editor, &[]);
        tty.types("e");
        if turn % 3 == 0 {
            tty.sees("Waiting ");
            assert!(!holding(home.path(), TYPED).is_empty());
        } else {
            // What is slept is the moment of the kill.
            std::thread::sleep(moment(turn, turns, Duration::from_millis(60)));
        }
        seen += left_over(home.path()).len();
        tty.signal("KILL");
        tty.ends();
        // The editor dies of the terminal that goes away, a little later.
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            next_start(home.path());
            let left = (left_over(home.path()), holding(home.path(), TYPED));
            if left.0.is_empty() && left.1.is_empty() {
                break;
            }
            assert!(Instant::now() < until, "turn {turn}: {left:?}");
        }
    }
    // Otherwise nothing was there to be taken away.
    assert!(seen as u64 > turns / 3, "{seen}");
}

#[test]
fn a_kill_while_a_text_is_edited_leaves_nothing_after_the_next_start() {
    kills_while_editing(FEW);
}

#[test]
#[ignore = "takes minutes"]
fn a_thousand_kills_while_a_text_is_edited_leave_nothing() {
    kills_while_editing(MANY);
}

#[test]
fn the_sheet_of_an_editor_that_outlives_the_program_stays_until_it_ends() {
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor");
    let (begun, end) = (home.path().join("begun"), home.path().join("end"));
    let text = format!(
        "trap '' HUP; echo $$ >'{}'; while [ ! -e '{}' ]; do sleep 0.01; done; exec >/dev/null",
        begun.display(),
        end.display()
    );
    script(&editor, &text);
    let mut tty = with_body(home.path(), &editor, &[]);
    tty.types("e");
    tty.waits_until("the editor runs", |_| begun.exists());
    tty.signal("KILL");
    tty.ends();
    drop(tty);
    next_start(home.path());
    let left = holding(home.path(), TYPED);
    assert_eq!(left.len(), 1, "a sheet in use was taken away");
    std::fs::write(&end, "").unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while !left_over(home.path()).is_empty() {
        next_start(home.path());
        assert!(Instant::now() < until, "{:?}", left_over(home.path()));
    }
    assert_eq!(holding(home.path(), TYPED), [] as [PathBuf; 0]);
}

#[test]
fn a_second_program_leaves_the_sheet_of_the_first_alone() {
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor");
    script(
        &editor,
        "printf 'Waiting '; read -r _; sed 's/password/changed/' \"$1\" > new; cat new > \"$1\"",
    );
    let mut tty = with_body(home.path(), &editor, &[]);
    tty.types("e");
    tty.sees("Waiting ");
    next_start(home.path());
    tty.types("\r");
    tty.sees("changed");
    assert_eq!(tty.is_left(), 0);
}

#[test]
fn a_value_that_is_known_is_a_name_before_it_could_lie_on_the_sheet() {
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor");
    script(
        &editor,
        "cp \"$1\" seen; sed 's/password/changed/' \"$1\" > new; cat new > \"$1\"",
    );
    let known = [("HTTRIAGE_TOKEN_DESK", TYPED)];
    let mut tty = with_body(home.path(), &editor, &known);
    tty.types("e");
    tty.sees("changed");
    let seen = std::fs::read_to_string(home.path().join("seen")).unwrap();
    assert_eq!(seen, "{\"password\": \"{{token:desk}}\"}");
    tty.sees("{\"changed\": \"{{token:desk}}\"}");
    assert_eq!(tty.is_left(), 0);
    assert_eq!(holding(home.path(), TYPED), [] as [PathBuf; 0]);
}

/// A body that takes a while to be written.
fn body(of: u8) -> Vec<u8> {
    vec![of; 8_000_000]
}

fn kills_while_saving(turns: u64) {
    let (old, new) = (body(b'o'), body(b'n'));
    let server = Server::saying(answer("200 OK", "", &new));
    let home = Home::new();
    let (over, fresh) = (home.path("out/over.bin"), home.path("out/fresh.bin"));
    std::fs::create_dir(home.path("out")).unwrap();
    let url = server.base() + "/x";
    // How long one takes here, so that the kills fall into it.
    let began = Instant::now();
    let send = |path: &Path| {
        let arguments = ["send", "GET", &url, "--no-history", "--json", "--output"];
        let mut arguments = arguments.to_vec();
        arguments.push(path.to_str().unwrap());
        home.command(&arguments)
    };
    let whole = send(&home.path("out/first.bin")).output().unwrap();
    assert!(whole.status.success());
    let span = began.elapsed();
    std::fs::remove_file(home.path("out/first.bin")).unwrap();
    let mut replaced = 0;
    for turn in 0..turns {
        std::fs::write(&over, &old).unwrap();
        let path = [&over, &fresh][(turn % 2) as usize];
        let mut command = send(path);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // What is slept is the moment of the kill.
        std::thread::sleep(moment(turn, turns, span));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(home.run(&["explain", "404"]).code == 0);
        let seen = std::fs::read(&over).unwrap();
        assert!(
            seen == old || seen == new,
            "turn {turn}: {} bytes",
            seen.len()
        );
        replaced += u64::from(seen == new);
        if let Ok(seen) = std::fs::read(&fresh) {
            assert!(seen == new, "turn {turn}: {} bytes", seen.len());
            std::fs::remove_file(&fresh).unwrap();
            replaced += 1;
        }
        assert_eq!(
            left_over(home.path("").as_path()),
            [] as [PathBuf; 0],
            "turn {turn}"
        );
    }
    assert!(replaced < turns, "no kill came while a body was saved");
}

#[test]
fn a_kill_while_a_body_is_saved_leaves_the_old_file_or_the_new_one() {
    kills_while_saving(FEW);
}

#[test]
#[ignore = "takes minutes"]
fn a_thousand_kills_while_a_body_is_saved_leave_nothing() {
    kills_while_saving(MANY);
}

#[test]
fn what_is_written_out_is_for_its_owner_alone_and_an_old_file_keeps_its_mode() {
    let server = Server::saying(answer("200 OK", "", b"exact"));
    let home = Home::new();
    let url = server.base() + "/x";
    let mode = |name: &str| {
        let metadata = std::fs::metadata(home.path(name)).unwrap();
        assert_eq!(std::fs::read(home.path(name)).unwrap(), b"exact");
        metadata.permissions().mode() & 0o777
    };
    home.write("old", "an old text that is longer");
    std::fs::set_permissions(home.path("old"), PermissionsExt::from_mode(0o644)).unwrap();
    for name in ["new", "old"] {
        let ran = home.run(&["send", "GET", &url, "--output", name]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!((mode("new"), mode("old")), (0o600, 0o644));
}

#[test]
fn a_body_that_cannot_be_written_costs_neither_the_answer_nor_its_record() {
    let server = Server::saying(answer("200 OK", "", b"the answer"));
    let home = Home::new();
    let url = server.base() + "/x";
    for to in ["no/such/folder/x", ".", "/dev/full"] {
        if to == "/dev/full" && !Path::new(to).exists() {
            continue;
        }
        let ran = home.run(&["send", "GET", &url, "--output", to]);
        assert_eq!(ran.code, 1, "{to}: {}", ran.all());
        assert!(ran.out.contains("the answer"), "{to}: {}", ran.out);
        let said = "The body could not be written to ";
        assert!(
            ran.err.contains(said) && ran.err.trim_end().ends_with('.'),
            "{}",
            ran.err
        );
    }
    let listed = home.run(&["history", "list", "--json"]).json();
    assert!(listed["exchanges"].as_array().unwrap().len() >= 2);
}
