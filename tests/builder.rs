//! What a person puts into the request, in the real program: an editor of their own, and bodies
//! of every kind, each looked at where it arrives.
#![cfg(unix)]

mod tty;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tty::Tty;

/// A made-up editor: a shell script.
fn editor(home: &Path, name: &str, script: &str) -> PathBuf {
    let path = home.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

/// The files that an editor was given and that are still there.
fn left_over(home: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.join("data")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let ours = |path: &PathBuf| path.to_string_lossy().contains("editing-");
    paths.filter(ours).collect()
}

#[test]
fn an_editor_has_the_terminal_and_a_private_file_and_what_it_leaves_is_the_body() {
    let home = tempfile::tempdir().unwrap();
    // It tells what it was given, waits for a key of its own, and changes the text.
    let script = "ls -l \"$1\" | cut -c1-10 > seen; cat \"$1\" >> seen; env >> seen\n\
                  printf 'Editing %s ' \"$1\"; read -r answer; printf '%s' \"$answer\" > answer\n\
                  sed 's/old/new/' \"$1\" > new; cat new > \"$1\"; echo >> \"$1\"";
    let path = editor(home.path(), "my editor", script);
    let variables = [
        ("EDITOR", "never-this-one"),
        ("VISUAL", path.to_str().unwrap()),
        ("PATH", "/usr/bin:/bin"),
        ("HTTRIAGE_TOKEN_DESK", "a-value-for-nobody-else"),
    ];
    let mut tty = Tty::start_in(home.path(), &[], (100, 30), &variables);
    let modes = tty.modes_before.clone();
    tty.sees("▲ 403 Forbidden");
    tty.types("\x1b1");
    tty.sees("GET ▾");
    tty.types("[j\r");
    tty.sees("Esc done");
    tty.types("{\"a\": \"old\", \"t\": \"{{token:support}}\"}\x1b");
    tty.sees("e edit the body");
    tty.types("e");
    tty.sees("Editing ");
    assert!(tty.is_given_back());
    assert_eq!(tty.modes(), modes);
    // What is typed now is the editor's, also what means something to the program.
    tty.types("q?\r");
    tty.sees("\"a\": \"new\"");
    tty.waits_until("it has the screen", Tty::shows_alternate_screen);
    assert_ne!(tty.modes(), modes);
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    assert_eq!(read("answer"), "q?");
    let seen = read("seen");
    assert!(
        seen.starts_with("-rw-------\n{\"a\": \"old\", \"t\": \"{{token:support}}\"}"),
        "{seen}"
    );
    assert!(!seen.contains("a-value-for-nobody-else"));
    assert_eq!(left_over(home.path()), [] as [PathBuf; 0]);
    // It still listens, and one step back brings the old text.
    tty.types("\r");
    tty.sees("Esc done");
    tty.types("\x1a\x1a");
    tty.sees("\"a\": \"old\"");
    tty.types("\x03");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn an_editor_that_is_missing_or_fails_costs_one_sentence_and_no_text() {
    let home = tempfile::tempdir().unwrap();
    let failing = editor(home.path(), "failing", "echo spoilt > \"$1\"; exit 3");
    let failing = failing.to_str().unwrap();
    let gone = format!("{failing} --gone");
    for (name, value, says) in [
        (
            "OTHER",
            "",
            "The body was left as it was: neither VISUAL nor EDITOR",
        ),
        (
            "EDITOR",
            "no-such-editor -w",
            "no-such-editor could not be started",
        ),
        ("EDITOR", failing, "ended with exit code 3"),
        ("EDITOR", &gone, "ended with exit code 3"),
        ("EDITOR", "vi 'open", "EDITOR cannot be read as a command"),
    ] {
        let variables = [(name, value), ("PATH", "/usr/bin:/bin")];
        let mut tty = Tty::start_in(home.path(), &["http://127.0.0.1:9/"], (100, 30), &variables);
        tty.sees("GET ▾");
        tty.types("[j\r");
        tty.sees("Esc done");
        tty.types("kept\x1b");
        tty.loses("Esc done");
        tty.types("e");
        let text = tty.sees(says);
        assert!(text.contains("kept") && !text.contains("spoilt"), "{text}");
        assert_eq!(left_over(home.path()), [] as [PathBuf; 0]);
        tty.types("q");
        assert_eq!(tty.ends(), 0);
    }
}

#[test]
fn the_end_of_the_program_takes_the_file_of_a_running_editor_away() {
    let home = tempfile::tempdir().unwrap();
    let path = editor(home.path(), "waiting", "printf 'Waiting '; read -r answer");
    let variables = [
        ("EDITOR", path.to_str().unwrap()),
        ("PATH", "/usr/bin:/bin"),
    ];
    let mut tty = Tty::start_in(home.path(), &["http://127.0.0.1:9/"], (100, 30), &variables);
    tty.sees("GET ▾");
    tty.types("e");
    tty.sees("Waiting ");
    assert_eq!(left_over(home.path()).len(), 1);
    tty.signal("TERM");
    assert_eq!(tty.ends(), 0);
    assert_eq!(left_over(home.path()), [] as [PathBuf; 0]);
    assert!(tty.is_given_back());
}
