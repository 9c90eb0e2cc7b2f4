//! README and the manual say what is true: their commands run, their examples are read, their keys
//! are the program's.

use httriage::app::Keymap;
use httriage::app::pane::Help;
use httriage::format::{catalogue_file, config_file, session_file};
use httriage::model::Share;
use std::process::Command;

/// What is read before and beside the program, with what each page is called.
const PAGES: &[(&str, &str)] = &[
    ("README.md", include_str!("../README.md")),
    (
        "CONTRIBUTING.md",
        include_str!("../.github/CONTRIBUTING.md"),
    ),
    ("tour.md", include_str!("../assets/manual/tour.md")),
    ("send.md", include_str!("../assets/manual/send.md")),
    ("why.md", include_str!("../assets/manual/why.md")),
    ("prove.md", include_str!("../assets/manual/prove.md")),
    (
        "knowledge.md",
        include_str!("../assets/manual/knowledge.md"),
    ),
    ("tokens.md", include_str!("../assets/manual/tokens.md")),
    ("matrix.md", include_str!("../assets/manual/matrix.md")),
    ("sessions.md", include_str!("../assets/manual/sessions.md")),
    ("history.md", include_str!("../assets/manual/history.md")),
    ("team.md", include_str!("../assets/manual/team.md")),
    ("capsule.md", include_str!("../assets/manual/capsule.md")),
    ("agents.md", include_str!("../assets/manual/agents.md")),
    ("import.md", include_str!("../assets/manual/import.md")),
    ("config.md", include_str!("../assets/manual/config.md")),
    ("plain.md", include_str!("../assets/manual/plain.md")),
    ("keys.md", include_str!("../assets/manual/keys.md")),
    ("signs.md", include_str!("../assets/manual/signs.md")),
    ("safety.md", include_str!("../assets/manual/safety.md")),
];

fn page(name: &str) -> &'static str {
    let found = PAGES.iter().find(|(known, _)| *known == name);
    found.expect("the page is listed").1
}

/// The contents of the fenced blocks of one language.
fn blocks_of(page: &'static str, language: &str) -> Vec<&'static str> {
    let open = format!("```{language}\n");
    let parts = page.split(&open).skip(1);
    parts
        .filter_map(|part| part.split("\n```").next())
        .collect()
}

/// Those of all pages.
fn blocks(language: &str) -> Vec<&'static str> {
    let pages = PAGES.iter().flat_map(|(_, page)| blocks_of(page, language));
    pages.collect()
}

fn keys_table() -> String {
    let mut table = String::from("| where | keys | what |\n| --- | --- | --- |\n");
    for (place, rows) in Help::default().sections(&Keymap::default()) {
        for (keys, what) in rows {
            let keys: Vec<String> = keys.split(' ').map(|key| format!("`{key}`")).collect();
            table.push_str(&format!("| {place} | {} | {what} |\n", keys.join(" ")));
        }
    }
    table
}

#[test]
fn the_table_of_keys_is_the_programs() {
    let keys = page("keys.md");
    let start = keys.find("by a test -->\n").unwrap() + "by a test -->\n".len();
    let end = keys.find("<!-- /keys -->").unwrap();
    let written = keys[start..end].trim();
    assert_eq!(
        written,
        keys_table().trim(),
        "the manual's page of keys should have:\n{}",
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
        // Beside the body of an answer stands what it means.
        let beside = String::from_utf8(output.stderr).unwrap();
        if arguments.starts_with("send ") && !beside.is_empty() {
            assert!(beside.starts_with(['✓', '▲', '✖']), "{line}: {beside}")
        } else {
            assert!(beside.is_empty(), "{line} complained: {beside}")
        }
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
            ["cargo", "test", .., "--test", "it", room, "--", "--ignored"]
            | [
                "cargo",
                "test",
                ..,
                "--test",
                "it",
                room,
                "--",
                "--ignored",
                "--nocapture",
            ] => {
                let room = room.strip_suffix("::").unwrap();
                let rooms = include_str!("main.rs");
                assert!(rooms.contains(&format!("\nmod {room};\n")), "{line}");
            }
            ["httriage", ..] => {}
            _ => panic!("a command that nothing checks: {line}"),
        }
    }
}

#[test]
fn the_example_files_are_read_without_complaint() {
    let session = blocks_of(page("sessions.md"), "toml")[0];
    let session = session_file::read(session, "a.session.toml").unwrap();
    assert_eq!(session.steps[0].expect.as_ref().unwrap().status, Some(403));
    let pinned = blocks_of(page("matrix.md"), "toml")[0];
    let pinned = session_file::read(pinned, "a.session.toml").unwrap();
    assert_eq!(pinned.steps[0].access.len(), 2);
    for settings in [
        blocks_of(page("config.md"), "toml")[0],
        blocks_of(page("README.md"), "toml")[0],
    ] {
        let settings = config_file::read(settings, "config.toml").unwrap();
        assert_eq!(settings.environments[0].name, "acme");
    }
    let team = blocks_of(page("team.md"), "toml")[0];
    let team = config_file::read(team, "config.toml")
        .unwrap()
        .team
        .unwrap();
    assert_eq!((team.name.as_str(), team.share), ("kim", Share::Cases));
    let catalogue = blocks_of(page("config.md"), "toml")[1];
    let catalogue = catalogue_file::read(catalogue, "catalogue.toml").unwrap();
    assert!(catalogue.code("runbook_locked", None).is_some());
    assert!(catalogue.status(423).is_some());
}

fn httriage(arguments: &[&str]) -> std::process::Output {
    let home = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_httriage"))
        .args(arguments)
        .env("HTTRIAGE_CONFIG_DIR", home.path())
        .env("HTTRIAGE_DATA_DIR", home.path())
        .output()
        .unwrap()
}

#[test]
fn the_pack_of_the_manual_proves_itself_and_a_wrong_one_is_refused_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("acme.toml");
    let pack = blocks_of(page("knowledge.md"), "toml")[0];
    std::fs::write(&file, pack).unwrap();
    let check = |arguments: &[&str]| {
        let mut all = vec!["knowledge", "check", file.to_str().unwrap()];
        all.extend(arguments);
        httriage(&all)
    };
    let output = check(&["--json"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        said["examples"],
        serde_json::json!({ "passed": 1, "failed": 0 })
    );
    assert_eq!(output.status.code(), Some(0));

    std::fs::write(
        &file,
        pack.replace(
            "\ncause = \"account.plan\"\n",
            "\ncause = \"token.expired\"\n",
        ),
    )
    .unwrap();
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(2));

    std::fs::write(&file, pack.replace("hosts =", "hostz =")).unwrap();
    let output = check(&["--json"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["errors"][0]["line"], 6);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_manual_is_listed_and_read_by_topic_and_by_command() {
    let said = |arguments: &[&str]| String::from_utf8(httriage(arguments).stdout).unwrap();
    let overview = said(&["help"]);
    for name in ["tour", "safety", "investigate"] {
        assert!(overview.contains(&format!("  {name} ")), "{overview}");
    }
    assert!(said(&["help", "why"]).contains("# Why it said no"));
    assert!(said(&["help", "replay"]).contains("--pace"));
    let unknown = httriage(&["help", "fingerprint"]);
    assert_eq!(unknown.status.code(), Some(2));
    let complaint = String::from_utf8(unknown.stderr).unwrap();
    assert!(complaint.contains("stands in"), "{complaint}");
}

/// The built-in packs were written before they were judged; what misses is to be mended in the
/// packs or in the judge, never here. Of 604 examples 552 came to their cause when this was
/// written.
#[test]
fn the_examples_of_the_built_in_packs_come_to_their_causes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/knowledge");
    let (mut passed, mut failed) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("index.toml") {
            continue;
        }
        let output = httriage(&["knowledge", "check", path.to_str().unwrap(), "--json"]);
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(said["errors"], serde_json::json!([]), "{}", path.display());
        passed += said["examples"]["passed"].as_u64().unwrap();
        failed += said["examples"]["failed"].as_u64().unwrap();
    }
    assert!(passed + failed >= 600, "{passed} and {failed}");
    assert!(passed >= 548, "{passed} of {} examples", passed + failed);
}
