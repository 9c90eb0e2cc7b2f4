//! README says what is true: its commands run, its examples are read, its keys are the program's.

use httriage::app::Keymap;
use httriage::app::pane::Help;
use httriage::format::{catalogue_file, config_file, session_file};
use std::process::Command;

const README: &str = include_str!("../README.md");

/// The contents of the fenced blocks of one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let open = format!("```{language}\n");
    let parts = README.split(&open).skip(1);
    parts
        .filter_map(|part| part.split("\n```").next())
        .collect()
}

fn keys_table() -> String {
    let mut table = String::from("| where | keys | what |\n| --- | --- | --- |\n");
    for (place, rows) in Help::sections(&Keymap::default()) {
        for (keys, what) in rows {
            let keys: Vec<String> = keys.split(' ').map(|key| format!("`{key}`")).collect();
            table.push_str(&format!("| {place} | {} | {what} |\n", keys.join(" ")));
        }
    }
    table
}

#[test]
fn the_table_of_keys_is_the_programs() {
    let start = README.find("by a test -->\n").unwrap() + "by a test -->\n".len();
    let end = README.find("<!-- /keys -->").unwrap();
    let written = README[start..end].trim();
    assert_eq!(
        written,
        keys_table().trim(),
        "README should have:\n{}",
        keys_table()
    );
}

#[test]
fn every_httriage_command_runs_from_a_fresh_home() {
    let home = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        let Some(arguments) = line.strip_prefix("httriage ") else {
            assert!(
                line.starts_with("cargo "),
                "a command of an unknown kind: {line}"
            );
            continue;
        };
        let output = Command::new(env!("CARGO_BIN_EXE_httriage"))
            .args(arguments.split_whitespace())
            .env("HTTRIAGE_CONFIG_DIR", home.path())
            .env("HTTRIAGE_DATA_DIR", home.path())
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        assert!([0, 4, 5].contains(&code), "{line} ended with {code}");
        assert!(!output.stdout.is_empty(), "{line} printed nothing");
        assert!(output.stderr.is_empty(), "{line} complained");
        ran += 1;
    }
    assert!(ran >= 6);
}

#[test]
fn the_cargo_commands_name_what_exists() {
    let manifest = include_str!("../Cargo.toml");
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["cargo", "run", "--release"] | ["cargo", "test"] => {}
            ["cargo", "bench"] => assert!(manifest.contains("[[bench]]")),
            ["cargo", "test", .., "--test", name, "--", "--ignored"]
            | [
                "cargo",
                "test",
                ..,
                "--test",
                name,
                "--",
                "--ignored",
                "--nocapture",
            ] => {
                let tests = format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"));
                let exists = |path: String| std::path::Path::new(&path).exists();
                assert!(
                    exists(format!("{tests}.rs")) || exists(format!("{tests}/main.rs")),
                    "{line}"
                );
            }
            ["httriage", ..] => {}
            _ => panic!("a command that nothing checks: {line}"),
        }
    }
}

#[test]
fn the_example_files_are_read_without_complaint() {
    let examples = blocks("toml");
    let settings = config_file::read(examples[2], "config.toml").unwrap();
    assert_eq!(settings.environments[0].name, "acme");
    let session = session_file::read(examples[0], "a.session.toml").unwrap();
    assert_eq!(session.steps[0].expect.as_ref().unwrap().status, Some(403));
    let pinned = session_file::read(examples[1], "a.session.toml").unwrap();
    assert_eq!(pinned.steps[0].access.len(), 2);
    let catalogue = catalogue_file::read(examples[3], "catalogue.toml").unwrap();
    assert!(catalogue.code("runbook_locked", None).is_some());
    assert!(catalogue.status(423).is_some());
}
