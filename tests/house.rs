//! Keeps the house: which floor may name which, where each outside crate lives, and the rules
//! that no compiler looks after. Every checker is a plain function over texts, and is itself
//! tried on small made-up texts at the end.

mod circles;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each floor, the floors it may name, and the outside crates it may name.
const FLOORS: &[(&str, &[&str], &[&str])] = &[
    (
        "model",
        &[],
        &[
            "jiff",
            "secrecy",
            "serde",
            "serde_json",
            "unicode_segmentation",
            "unicode_width",
            "url",
        ],
    ),
    (
        "insight",
        &["model"],
        &[
            "base64",
            "encoding_rs",
            "flate2",
            "httpdate",
            "icu_normalizer",
            "jiff",
            "memchr",
            "quick_xml",
            "ring",
            "serde",
            "serde_json",
            "similar",
            "url",
            "zstd",
        ],
    ),
    (
        "format",
        &["insight", "model"],
        &[
            "base64",
            "flate2",
            "rmp_serde",
            "serde",
            "serde_json",
            "serde_saphyr",
            "toml",
            "toml_edit",
        ],
    ),
    (
        "engine",
        &["format", "insight", "model"],
        &[
            "base64",
            "brotli_decompressor",
            "bytes",
            "cookie_store",
            "directories",
            "flate2",
            "futures_util",
            "h2",
            "http_body_util",
            "hyper",
            "hyper_util",
            "jaq_core",
            "jaq_json",
            "jaq_std",
            "jiff",
            "keyring",
            "memchr",
            "psl",
            "reqwest",
            "ring",
            "rusqlite",
            "rustix",
            "rustls",
            "rustls_platform_verifier",
            "serde",
            "serde_json",
            "tempfile",
            "tokio",
            "tokio_postgres",
            "tokio_postgres_rustls",
            "tokio_rustls",
            "toml",
            "tower_layer",
            "tower_service",
            "url",
            "zstd",
        ],
    ),
    (
        "app",
        &["format", "insight", "model"],
        &["jiff", "nucleo_matcher", "tui_textarea"],
    ),
    (
        "ui",
        &["app", "insight", "model"],
        &["jiff", "qrcode", "ratatui", "unicode_width"],
    ),
    (
        "runtime",
        &["app", "engine", "format", "insight", "model", "ui"],
        &[
            "base64",
            "crossterm",
            "futures_util",
            "ratatui",
            "rustix",
            "shlex",
            "signal_hook",
            "signal_hook_registry",
            "tokio",
        ],
    ),
    (
        "cli",
        &["app", "engine", "format", "insight", "model", "runtime"],
        &[
            "base64",
            "clap",
            "clap_complete",
            "clap_mangen",
            "crossterm",
            "jiff",
            "rmcp",
            "serde",
            "serde_json",
            "shlex",
            "tokio",
            "unicode_width",
            "url",
        ],
    ),
];

/// Where a floor may name only some things of another: floor, other floor, its names.
const ONLY: &[(&str, &str, &[&str])] = &[(
    "cli",
    "app",
    &["Action", "Keymap", "Pasted", "Place", "Start", "ThemeName"],
)];

/// Crates that live in one room.
const ROOMS: &[(&str, &[&str])] = &[
    ("reqwest", &["engine/client/"]),
    ("rustls", &["engine/client/"]),
    ("tokio_rustls", &["engine/client/"]),
    ("h2", &["engine/client/"]),
    ("rustls_platform_verifier", &["engine/client/"]),
    ("tower_layer", &["engine/client/phases.rs"]),
    ("tower_service", &["engine/client/phases.rs"]),
    ("directories", &["engine/home.rs"]),
    ("rmcp", &["cli/mcp"]),
    ("rusqlite", &["engine/history"]),
    ("tokio_postgres", &["engine/team/"]),
    ("tokio_postgres_rustls", &["engine/team/connect.rs"]),
    (
        "rustix",
        &[
            "engine/priority.rs",
            "engine/jq.rs",
            "engine/home.rs",
            "engine/sandbox/parent.rs",
            "engine/editor_file.rs",
            "engine/whole_file.rs",
            "runtime/terminal.rs",
            "runtime/signals.rs",
        ],
    ),
    (
        "zstd",
        &[
            "engine/history",
            "engine/client/decode.rs",
            "format/library.rs",
            "insight/privacy/redact/packed.rs",
        ],
    ),
    (
        "flate2",
        &[
            "engine/client/decode.rs",
            "format/library.rs",
            "insight/privacy/redact/packed.rs",
        ],
    ),
    ("brotli_decompressor", &["engine/client/decode.rs"]),
    (
        "http_body_util",
        &["engine/sandbox/serve.rs", "engine/client/"],
    ),
    ("hyper_util", &["engine/sandbox/serve.rs", "engine/client/"]),
    ("signal_hook", &["runtime/signals.rs"]),
    ("signal_hook_registry", &["runtime/signals.rs"]),
    ("tui_textarea", &["app/field.rs"]),
    ("nucleo_matcher", &["app/pane/palette.rs"]),
    ("crossterm", &["runtime/", "cli/ask.rs", "cli/pager.rs"]),
    ("ratatui", &["ui/", "runtime/terminal.rs"]),
    ("qrcode", &["ui/pane/sign_in.rs"]),
    ("clap", &["cli/args", "cli/mod.rs", "cli/misuse.rs"]),
    ("clap_complete", &["cli/args", "cli/completions.rs"]),
    ("clap_mangen", &["cli/completions.rs"]),
    ("secrecy", &["model/token.rs"]),
    ("keyring", &["engine/vault/keep.rs"]),
    (
        "shlex",
        &["cli/pager.rs", "cli/token/", "runtime/editor.rs"],
    ),
    (
        "toml_edit",
        &["format/config_edit.rs", "format/session_edit.rs"],
    ),
    (
        "serde_saphyr",
        &["format/openapi/document.rs", "format/yaml.rs"],
    ),
    ("encoding_rs", &["insight/text/charset.rs"]),
    ("quick_xml", &["insight/answer/error_body/xml.rs"]),
    ("jaq_core", &["engine/jq"]),
    ("jaq_json", &["engine/jq"]),
    ("jaq_std", &["engine/jq"]),
];

/// Where the value of a secret may be read.
const READERS_OF_SECRETS: &[&str] = &[
    "engine/vault.rs",
    "engine/vault/digests.rs",
    "engine/vault/keep.rs",
    "engine/vault/proof.rs",
    "engine/vault/sign.rs",
    "format/sweep.rs",
    "insight/privacy/redact/mod.rs",
];

/// Types that hold or may hold a secret in the clear.
const UNPRINTABLE: &[(&str, &str)] = &[
    ("engine/vault.rs", "Filled"),
    ("engine/vault.rs", "Vault"),
    ("engine/vault.rs", "Known"),
    ("engine/vault/sign.rs", "Key"),
    ("engine/vault/proof.rs", "Held"),
    ("engine/vault/proof.rs", "Proofs"),
    ("engine/client/proxy.rs", "Proxy"),
    ("engine/client/proxy.rs", "Proxies"),
    ("insight/privacy/redact/mod.rs", "Mask"),
    ("insight/privacy/redact/veil.rs", "Veil"),
    ("app/field.rs", "Field"),
    ("app/message.rs", "Pasted"),
    ("format/har/read.rs", "Call"),
    ("format/har/request.rs", "Recorded"),
    ("format/openapi/document.rs", "Document"),
    ("format/openapi/parameters.rs", "Parameters"),
    ("format/openapi/reader.rs", "DescriptionReader"),
    ("format/extract.rs", "Found"),
    ("format/extract.rs", "Extractor"),
    ("format/variables.rs", "Variables"),
    ("format/variables.rs", "VariableRow"),
    ("format/collection.rs", "CollectionBuilder"),
    ("format/node.rs", "Node"),
    ("format/postman/read.rs", "PostmanReader"),
    ("format/http_file/read.rs", "HttpFileReader"),
    ("model/token.rs", "Secret"),
    ("model/token.rs", "Masked"),
    ("insight/token/repair.rs", "Repair"),
];

const WITH_ASYNC: &[&str] = &["engine/", "runtime/", "cli/"];
const WITH_TASKS: &[&str] = &[
    "engine/grant/",
    "engine/history",
    "engine/jq.rs",
    "engine/sandbox/",
    "engine/team/",
    "runtime/",
    "cli/",
];
const WITHOUT_CLOCK: &[&str] = &["model/", "insight/", "format/", "app/", "ui/"];

/// A source file: its path under `src`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn floor(&self) -> &str {
        self.path.split('/').next().unwrap_or("")
    }

    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// The code that is shipped: no comments, no contents of texts, no tests.
    fn code(&self) -> String {
        without_tests(&bare(&self.text))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

fn all_sources() -> Vec<Source> {
    let folder = root().join("src");
    let mut paths = Vec::new();
    below(&folder, &mut paths);
    let sources: Vec<Source> = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            let parts = path.strip_prefix(&folder).unwrap().components();
            let parts: Vec<_> = parts.map(|p| p.as_os_str().to_str().unwrap()).collect();
            Source::new(&parts.join("/"), &std::fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// The shipped files.
fn sources() -> Vec<Source> {
    let mut all = all_sources();
    all.retain(|source| !source.is_test());
    all
}

#[track_caller]
fn holds(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The text with comments and the contents of strings and characters blanked, line for line.
fn bare(text: &str) -> String {
    parted(text).0
}

/// The bare text, and beside it the contents of the strings, each with the line on which it
/// begins.
fn parted(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut texts: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    let blank = |out: &mut String, c: char| out.push(if c == '\n' { '\n' } else { ' ' });
    // Lines up to a place, counted on from the place before.
    let (mut counted, mut lines) = (0, 0);
    let mut line = |out: &str| {
        lines += out[counted..].matches('\n').count();
        counted = out.len();
        lines
    };
    while at < chars.len() {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        match chars[at] {
            '/' if next == '/' => {
                while at < chars.len() && chars[at] != '\n' {
                    at += 1;
                }
            }
            '/' if next == '*' => {
                let mut depth = 0;
                while at < chars.len() {
                    let pair = (chars[at], chars.get(at + 1).copied().unwrap_or(' '));
                    match pair {
                        ('/', '*') => depth += 1,
                        ('*', '/') => depth -= 1,
                        _ => {
                            blank(&mut out, chars[at]);
                            at += 1;
                            continue;
                        }
                    }
                    at += 2;
                    if depth == 0 {
                        break;
                    }
                }
            }
            'r' if (next == '"' || next == '#') && !is_word_end(&out) => {
                let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
                if chars.get(at + 1 + hashes) != Some(&'"') {
                    out.push('r');
                    at += 1;
                    continue;
                }
                let close: Vec<char> = format!("\"{}", "#".repeat(hashes)).chars().collect();
                out.push('"');
                texts.push((line(&out), String::new()));
                at += hashes + 2;
                while at < chars.len() && !chars[at..].starts_with(&close) {
                    texts.last_mut().unwrap().1.push(chars[at]);
                    blank(&mut out, chars[at]);
                    at += 1;
                }
                out.push('"');
                at += close.len();
            }
            '"' => {
                out.push('"');
                texts.push((line(&out), String::new()));
                at += 1;
                while at < chars.len() && chars[at] != '"' {
                    let step = if chars[at] == '\\' { 2 } else { 1 };
                    for c in chars.iter().skip(at).take(step) {
                        texts.last_mut().unwrap().1.push(*c);
                        blank(&mut out, *c);
                    }
                    at += step;
                }
                out.push('"');
                at += 1;
            }
            // A lifetime has no closing quote after its first character.
            '\'' if next == '\\' || chars.get(at + 2) == Some(&'\'') => {
                at += if next == '\\' { 3 } else { 2 };
                while at < chars.len() && chars[at] != '\'' {
                    at += 1;
                }
                out.push_str("' '");
                at += 1;
            }
            c => {
                out.push(c);
                at += 1;
            }
        }
    }
    (out, texts)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether the letter that follows belongs to a word already begun, `b` of `br"` apart.
fn is_word_end(out: &str) -> bool {
    let word: String = out.chars().rev().take_while(|&c| is_word(c)).collect();
    !word.is_empty() && word != "b"
}

/// Bare code with its blocks of tests blanked, line for line.
fn without_tests(bare: &str) -> String {
    let mut rest = bare;
    let mut out = String::new();
    while let Some(start) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..start]);
        let after = &rest[start..];
        let open = after.find('{').unwrap_or(after.len());
        let end = after.find(';').unwrap_or(after.len());
        let mut length = after.len();
        if end < open {
            length = end + 1;
        } else {
            let mut depth = 0;
            for (place, c) in after.char_indices().skip_while(|(place, _)| *place < open) {
                depth += i32::from(c == '{') - i32::from(c == '}');
                if depth == 0 {
                    length = place + 1;
                    break;
                }
            }
        }
        out.extend(after[..length].chars().filter(|c| *c == '\n'));
        rest = &after[length..];
    }
    out + rest
}

/// Words and signs of bare code, in order; `::` is one sign.
fn pieces(code: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        pieces.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    pieces
}

/// What a path that ends at `at` (on its `::`) goes on with: one name, or those of its braces.
fn names_after<'a>(pieces: &[&'a str], at: usize) -> Vec<&'a str> {
    if pieces.get(at) != Some(&"::") {
        return Vec::new();
    }
    if pieces.get(at + 1) != Some(&"{") {
        return pieces.get(at + 1).copied().into_iter().collect();
    }
    let mut names = Vec::new();
    let mut depth = 0;
    let mut begins = true;
    for piece in &pieces[at + 1..] {
        match *piece {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => begins = true,
            name if depth == 1 && begins => {
                names.push(name);
                begins = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// The places where a path starts at the ground of the crate: by `crate`, or by enough `super`s.
fn grounds(source: &Source, pieces: &[&str]) -> Vec<usize> {
    let inner = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
    let depth = inner.split('/').count();
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        if pieces[at] == "crate" && pieces.get(at + 1) == Some(&"::") {
            found.push(at + 1);
        } else if pieces[at] == "super" {
            let mut supers = 1;
            while pieces.get(at + 1) == Some(&"::") && pieces.get(at + 2) == Some(&"super") {
                supers += 1;
                at += 2;
            }
            if supers >= depth {
                found.push(at + 1);
            }
        }
        at += 1;
    }
    found
}

/// What a file names of the floors: floor, and what of it.
fn floors_named(source: &Source) -> BTreeMap<String, BTreeSet<String>> {
    let code = source.code();
    let pieces = pieces(&code);
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for at in grounds(source, &pieces) {
        let floors = names_after(&pieces, at);
        let single = pieces.get(at + 1) != Some(&"{");
        for floor in floors {
            let names = named.entry(floor.to_owned()).or_default();
            if single {
                names.extend(names_after(&pieces, at + 2).into_iter().map(String::from));
            } else {
                // A group at the ground hides what is taken of each floor.
                names.insert("{}".to_owned());
            }
        }
    }
    named
}

fn wrong_floors(source: &Source) -> Vec<String> {
    let Some((floor, allowed, _)) = FLOORS.iter().find(|(floor, ..)| *floor == source.floor())
    else {
        // The two files of the ground: the plan, and the call of the command line.
        let known = ["lib.rs", "main.rs"].contains(&source.path.as_str());
        return if known {
            Vec::new()
        } else {
            vec![format!("{} stands on no floor", source.path)]
        };
    };
    let mut wrong = Vec::new();
    for (other, names) in floors_named(source) {
        if other != *floor && !allowed.contains(&other.as_str()) {
            wrong.push(format!("{} must not name crate::{other}", source.path));
        }
        for (_, _, few) in ONLY.iter().filter(|(f, o, _)| f == floor && *o == other) {
            for name in names.iter().filter(|name| !few.contains(&name.as_str())) {
                wrong.push(format!("{} must not name {name} of {other}", source.path));
            }
        }
    }
    wrong
}

/// The crates of Cargo.toml as code names them.
fn crates() -> Vec<String> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let rows = dependency_rows(&manifest);
    let names = rows.iter().map(|row| row.split('=').next().unwrap());
    names.map(|name| name.trim().replace('-', "_")).collect()
}

/// The lines of the dependency tables.
fn dependency_rows(manifest: &str) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            rows.push(line);
        }
    }
    rows
}

fn crates_named<'a>(source: &Source, crates: &'a [String]) -> BTreeSet<&'a str> {
    let code = source.code();
    let pieces = pieces(&code);
    let is_path = |at: usize| {
        let inner = at > 0 && pieces[at - 1] == "::" && at > 1 && pieces[at - 2] != ">";
        let used = at > 0 && ["use", "extern"].contains(&pieces[at - 1]);
        !inner && (used || pieces.get(at + 1) == Some(&"::"))
    };
    let named = crates
        .iter()
        .filter(|name| (0..pieces.len()).any(|at| pieces[at] == name.as_str() && is_path(at)));
    named.map(String::as_str).collect()
}

fn wrong_crates(source: &Source, crates: &[String]) -> Vec<String> {
    let allowed = FLOORS.iter().find(|(floor, ..)| *floor == source.floor());
    let allowed = allowed.map_or(&[][..], |(_, _, crates)| crates);
    let named = crates_named(source, crates);
    let wrong = named.iter().filter(|name| !allowed.contains(name));
    wrong
        .map(|name| format!("{} must not name the crate {name}", source.path))
        .collect()
}

fn out_of_room(source: &Source, crates: &[String]) -> Vec<String> {
    let named = crates_named(source, crates);
    let wrong = ROOMS
        .iter()
        .filter(|(name, room)| named.contains(name) && !source.is_in(room));
    wrong
        .map(|(name, room)| format!("{}: {name} lives in {room:?} only", source.path))
        .collect()
}

/// Whether bare code holds these words and signs in a row.
fn says(code: &str, words: &str) -> bool {
    let code = pieces(code);
    let words = pieces(words);
    code.windows(words.len()).any(|window| window == words)
}

fn unwanted(source: &Source, words: &[&str]) -> Vec<String> {
    let code = source.code();
    let found = words.iter().filter(|words| says(&code, words));
    found
        .map(|words| format!("{} must not say {words}", source.path))
        .collect()
}

/// The traits that are derived for, or implemented by hand on, a type.
fn derived(text: &str, name: &str) -> Option<Vec<String>> {
    let code = bare(text);
    let pieces = pieces(&code);
    let at = (1..pieces.len())
        .find(|&at| pieces[at] == name && ["struct", "enum"].contains(&pieces[at - 1]))?;
    let begin = (0..at)
        .rev()
        .find(|&at| [";", "}"].contains(&pieces[at]))
        .map_or(0, |at| at + 1);
    let mut traits = Vec::new();
    let mut at = begin;
    while at < pieces.len() && pieces[at] != name {
        if pieces[at] == "derive" {
            while pieces[at] != ")" {
                at += 1;
                traits.push(pieces[at].to_owned());
            }
        }
        at += 1;
    }
    traits.retain(|word| word.chars().all(is_word));
    Some(traits)
}

fn lacks_reason(manifest: &str) -> Vec<String> {
    let bare = |row: &&str| row.split_once(" # ").is_none_or(|(_, why)| why.len() < 3);
    let rows = dependency_rows(manifest);
    rows.into_iter().filter(bare).map(String::from).collect()
}

/// Marks of one person's machine or network.
fn traces(text: &str) -> Vec<String> {
    // Put together here, so that this file does not hold them.
    let mut marks: Vec<String> = ["home", "root", "work", "Users"]
        .iter()
        .map(|folder| format!("/{folder}/"))
        .collect();
    for (first, second) in [
        ("index.", "crates"),
        ("crates.io", "-index"),
        ("sparse", "+http"),
        ("registry", "+http"),
        ("wt", "-"),
    ] {
        marks.push(format!("{first}{second}"));
    }
    let last = marks.pop().unwrap();
    marks.push(format!("/tmp/{last}"));
    let usual = format!("source = \"registry{}", "+https://github.com/rust-lang/");
    let lines = text.lines().filter(|line| !line.starts_with(&usual));
    lines
        .filter(|line| marks.iter().any(|mark| line.contains(mark)))
        .map(String::from)
        .collect()
}

/// Every file under version control; every file of the crate where there is no such control.
fn repository() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output();
    if let Ok(listed) = listed
        && listed.status.success()
        && !listed.stdout.is_empty()
    {
        let names = String::from_utf8(listed.stdout).unwrap();
        let names = names.split_terminator('\0');
        return names.map(|name| root().join(name)).collect();
    }
    let mut found = vec![root().join("Cargo.toml")];
    for folder in ["src", "tests", "assets"] {
        below(&root().join(folder), &mut found);
    }
    found
}

#[test]
fn every_floor_names_only_the_floors_beneath_it() {
    holds(sources().iter().flat_map(wrong_floors).collect());
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut wrong = Vec::new();
    for circle in circles::circles(&sources()) {
        let (first, count) = (&circle.files[0], circle.files.len());
        wrong.push(format!("{count} files in a circle from {first} on:"));
        wrong.extend(circle.ties);
    }
    holds(wrong);
}

#[test]
fn the_two_towers_do_not_know_each_other() {
    let allows = |floor: &str, other: &str| {
        let row = FLOORS.iter().find(|(name, ..)| *name == floor).unwrap();
        row.1.contains(&other)
    };
    assert!(!allows("app", "engine") && !allows("engine", "app"));
    for (place, (floor, allowed, _)) in FLOORS.iter().enumerate() {
        for other in *allowed {
            let beneath = FLOORS[..place].iter().any(|(name, ..)| name == other);
            assert!(beneath, "{floor} is above {other} in the table");
        }
    }
}

#[test]
fn every_floor_names_only_its_own_outside_crates() {
    let crates = crates();
    assert!(crates.contains(&"tui_textarea".to_owned()));
    let wrong = sources();
    holds(
        wrong
            .iter()
            .flat_map(|source| wrong_crates(source, &crates))
            .collect(),
    );
}

#[test]
fn crates_with_a_room_of_their_own_stay_in_it() {
    let crates = crates();
    let all = sources();
    holds(
        all.iter()
            .flat_map(|source| out_of_room(source, &crates))
            .collect(),
    );
    for (name, room) in ROOMS {
        let lives = |s: &Source| s.is_in(room) && crates_named(s, &crates).contains(name);
        assert!(all.iter().any(lives), "nobody uses {name} in {room:?}");
    }
}

#[test]
fn the_value_of_a_secret_is_read_in_few_places() {
    let all = sources();
    let elsewhere = all.iter().filter(|s| !s.is_in(READERS_OF_SECRETS));
    let words = [".reveal(", "Secret::reveal", "expose_secret"];
    let elsewhere = elsewhere.filter(|s| s.path != "model/token.rs");
    holds(elsewhere.flat_map(|s| unwanted(s, &words)).collect());
    for path in READERS_OF_SECRETS {
        let source = all.iter().find(|s| s.path == *path).unwrap();
        assert!(says(&source.code(), ".reveal("), "{path} reads none");
    }
}

#[test]
fn only_the_outer_floors_wait() {
    let all = sources();
    let inner = all.iter().filter(|s| !s.is_in(WITH_ASYNC));
    holds(
        inner
            .flat_map(|s| unwanted(s, &["async", ".await"]))
            .collect(),
    );
}

#[test]
fn nothing_below_the_roof_starts_tasks_but_the_sandbox_the_historys_writer_and_a_filters_process() {
    let all = sources();
    let inner = all.iter().filter(|s| !s.is_in(WITH_TASKS));
    let words = ["spawn", "spawn_blocking", "spawn_local", "block_on"];
    holds(inner.flat_map(|s| unwanted(s, &words)).collect());
}

#[test]
fn other_programs_are_started_in_one_room() {
    let all = sources();
    let elsewhere = all.iter().filter(|s| s.path != "engine/child.rs");
    let words = ["Command::new", "CommandExt"];
    holds(elsewhere.flat_map(|s| unwanted(s, &words)).collect());
    let room = all.iter().find(|s| s.path == "engine/child.rs").unwrap();
    assert!(says(&room.code(), "Command::new"), "the check cannot fail");
}

#[test]
fn the_time_of_day_is_read_in_one_room() {
    // The library's own way panics where a clock is set beyond its dates.
    let all = sources();
    let elsewhere = all.iter().filter(|s| s.path != "engine/clock.rs");
    let words = ["Timestamp::now", "SystemTime::now", "Zoned::now"];
    holds(elsewhere.flat_map(|s| unwanted(s, &words)).collect());
}

#[test]
fn the_pure_floors_have_no_clock() {
    let all = sources();
    let pure = all.iter().filter(|s| s.is_in(WITHOUT_CLOCK));
    let words = [
        "Instant::now",
        "Timestamp::now",
        "SystemTime::now",
        "Zoned::now",
        ".elapsed(",
        "TimeZone::system",
    ];
    holds(pure.flat_map(|s| unwanted(s, &words)).collect());
}

#[test]
fn the_pure_floors_touch_neither_files_nor_sockets_nor_variables() {
    let all = sources();
    let pure = all.iter().filter(|s| s.is_in(WITHOUT_CLOCK));
    let words = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
    ];
    holds(pure.flat_map(|s| unwanted(s, &words)).collect());
}

#[test]
fn nothing_is_printed_past_the_one_writer_and_nothing_is_left_undone() {
    let words = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "dbg!",
        "todo!",
        "unimplemented!",
    ];
    holds(sources().iter().flat_map(|s| unwanted(s, &words)).collect());
}

#[test]
fn the_size_of_the_terminal_is_asked_for_in_one_room() {
    // The library's own way starts a program where it cannot tell.
    let all = sources();
    let elsewhere = all.iter().filter(|s| s.path != "runtime/terminal.rs");
    holds(elsewhere.filter_map(asks_for_the_size).collect());
    let asks = |text: &str| asks_for_the_size(&Source::new("cli/a.rs", text)).is_some();
    assert!(asks("let a = crossterm::terminal::size();"));
    assert!(asks("use crossterm::terminal::{window_size, Clear};"));
    assert!(!asks(
        "use crossterm::terminal::{Clear}; let size = runtime::terminal_size();"
    ));
}

fn asks_for_the_size(source: &Source) -> Option<String> {
    let code = source.code();
    let pieces = pieces(&code);
    let rooms = (0..pieces.len()).filter(|&at| pieces[at] == "terminal");
    let mut named = rooms.flat_map(|at| names_after(&pieces, at + 1));
    let asks = named.any(|name| ["size", "window_size"].contains(&name));
    (asks && pieces.contains(&"crossterm"))
        .then(|| format!("{} asks for the terminal's size", source.path))
}

#[test]
fn nothing_is_put_into_the_systems_folder_for_what_is_temporary() {
    // It can be missing, and others can look into it.
    let words = [
        "temp_dir",
        "tempfile::tempfile",
        "tempfile::tempdir",
        ".tempdir(",
        ".tempfile(",
    ];
    holds(sources().iter().flat_map(|s| unwanted(s, &words)).collect());
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    const EMPTY: &[&str] = &[
        "util", "utils", "common", "helper", "helpers", "manager", "handler", "data", "logic",
        "misc",
    ];
    let all = all_sources();
    let empty = all.iter().filter(|source| {
        let mut parts = source.path.trim_end_matches(".rs").split('/');
        parts.any(|part| EMPTY.contains(&part))
    });
    holds(empty.map(|source| source.path.clone()).collect());
}

#[test]
fn what_holds_a_secret_cannot_be_printed_by_accident() {
    let all = sources();
    for (path, name) in UNPRINTABLE {
        let source = all.iter().find(|s| s.path == *path);
        let source = source.unwrap_or_else(|| panic!("{path} is gone"));
        let traits = derived(&source.text, name);
        let traits = traits.unwrap_or_else(|| panic!("{name} is not in {path}"));
        for word in ["Debug", "Serialize", "Display"] {
            assert!(!traits.contains(&word.to_owned()), "{name} derives {word}");
        }
    }
    let code: String = all.iter().map(Source::code).collect();
    for words in [
        "Debug for Filled",
        "Display for Filled",
        "Display for Secret",
        "Serialize for Secret",
    ] {
        assert!(!says(&code, words), "{words}");
    }
}

#[test]
fn every_pane_that_is_held_has_a_twin_that_is_drawn() {
    let all = all_sources();
    // A pane that outgrew its file has a folder of the same name, with rooms of its own.
    let names = |place: &str| -> BTreeSet<String> {
        let paths = all.iter().filter_map(|s| s.path.strip_prefix(place));
        let names = paths.map(|path| path.split('/').next().unwrap_or(path));
        names
            .map(|name| name.trim_end_matches(".rs").to_owned())
            .collect()
    };
    let held = names("app/pane/");
    assert!(held.contains("response"));
    assert_eq!(held, names("ui/pane/"));
}

#[test]
fn a_pane_never_names_another_pane() {
    let all = sources();
    let panes = all.iter().filter(|s| s.path.starts_with("app/pane/"));
    let mut wrong = Vec::new();
    for source in panes.filter(|s| !s.path.ends_with("mod.rs")) {
        wrong.extend(unwanted(source, &["super::", "crate::app::pane"]));
    }
    holds(wrong);
}

#[test]
fn the_repository_holds_no_trace_of_a_machine() {
    let mut found = Vec::new();
    let mut read = 0;
    for path in repository() {
        // A file that is listed but deleted, or not text, holds no words.
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        read += 1;
        for line in traces(&text) {
            found.push(format!("{}: {line}", path.display()));
        }
    }
    assert!(read > 60, "only {read} files were read");
    holds(found);
}

#[test]
fn every_dependency_has_its_reason_beside_it() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(dependency_rows(&manifest).len() > 20);
    holds(lacks_reason(&manifest));
}

#[test]
fn every_file_opens_by_saying_what_lives_there() {
    let all = all_sources();
    let silent = all.iter().filter(|s| !s.text.starts_with("//! "));
    holds(silent.map(|s| s.path.clone()).collect());
}

#[test]
fn the_checker_of_floors_sees_every_way_to_name_one() {
    let wrong = |path: &str, text: &str| wrong_floors(&Source::new(path, text)).len();
    assert_eq!(wrong("model/a.rs", "use super::Headers;"), 0);
    assert_eq!(wrong("model/a.rs", "use crate::insight::Entry;"), 1);
    assert_eq!(wrong("model/a.rs", "fn f() { crate::insight::f() }"), 1);
    assert_eq!(wrong("model/a.rs", "use crate::{insight, engine};"), 2);
    assert_eq!(wrong("model/a.rs", "use crate::{insight::{A, B}};"), 1);
    assert_eq!(wrong("model/a.rs", "use super::super::app::State;"), 1);
    assert_eq!(wrong("model/mod.rs", "use super::app::State;"), 1);
    assert_eq!(wrong("app/act.rs", "use crate :: engine :: Client;"), 1);
    assert_eq!(wrong("engine/vault.rs", "use crate::app::State;"), 1);
    assert_eq!(wrong("cli/a.rs", "use crate::app::Start;"), 0);
    assert_eq!(wrong("cli/a.rs", "use crate::app::{Start, State};"), 1);
    assert_eq!(wrong("cli/a.rs", "use crate::{app::State};"), 1);
    assert_eq!(wrong("cellar/a.rs", ""), 1);
    let hidden = "// use crate::app;\nconst A: &str = \"use crate::app\";\n";
    assert_eq!(wrong("model/a.rs", hidden), 0);
    let tested = "#[cfg(test)]\nmod tests { use crate::app::A; }\nuse crate::ui::B;";
    assert_eq!(wrong("model/a.rs", tested), 1);
}

#[test]
fn the_checker_of_crates_tells_a_crate_from_a_word() {
    let crates = ["url", "tokio", "reqwest"].map(String::from);
    let named = |text: &str| crates_named(&Source::new("model/a.rs", text), &crates).len();
    assert_eq!(named("use url::Url;"), 1);
    assert_eq!(named("use tokio;"), 1);
    assert_eq!(
        named("fn f(u: &tokio::A) { let url = 1; super::url::f() }"),
        1
    );
    assert_eq!(
        named("self.url(x); url(y); // tokio::spawn\n\"reqwest::A\""),
        0
    );
    let source = Source::new("model/a.rs", "use tokio::net;");
    assert_eq!(wrong_crates(&source, &crates).len(), 1);
    let source = Source::new("engine/vault.rs", "use reqwest::Url;");
    assert_eq!(wrong_crates(&source, &crates).len(), 0);
    assert_eq!(out_of_room(&source, &crates).len(), 1);
    let source = Source::new("engine/client/a.rs", "use reqwest::Url;");
    assert_eq!(out_of_room(&source, &crates).len(), 0);
}

#[test]
fn the_checker_of_words_reads_code_and_not_texts() {
    let found = |text: &str| unwanted(&Source::new("ui/a.rs", text), &["Instant::now", "async"]);
    assert_eq!(found("let a = Instant::now();").len(), 1);
    assert_eq!(found("let a = std::time::Instant\n  ::now();").len(), 1);
    assert_eq!(found("async fn f() {}").len(), 1);
    assert_eq!(
        found("/* async */ let asynchronous = \"async\"; // async").len(),
        0
    );
    assert_eq!(found("let q = '\"'; async {}; let r = '\"';").len(), 1);
    assert_eq!(found("let q = r#\"a \" async \"#; fn f<'a>() {}").len(), 0);
    assert_eq!(
        found("let q = b'\\''; let c = '\\u{1b}'; async {}").len(),
        1
    );
    assert!(says("x.reveal()", ".reveal(") && !says("x.reveals()", ".reveal("));
    assert!(says("println!(\"\")", "println!") && !says("my_println!()", "println!"));
}

#[test]
fn the_checker_of_derives_sees_all_attributes() {
    let text = "use a;\n/// Debug\n#[derive(Clone, Debug)]\n#[must_use]\npub struct A { x: u8 }\n\
                pub(crate) enum B { C }";
    assert_eq!(derived(text, "A").unwrap(), ["Clone", "Debug"]);
    assert!(derived(text, "B").unwrap().is_empty());
    assert!(derived(text, "C").is_none());
}

#[test]
fn the_checker_of_reasons_and_the_one_of_traces_can_fail() {
    let manifest = "[package]\nname = \"a\"\n[dependencies]\n# screen\na = \"1\" # why it is here\n\
                    b = \"2\"\n[dev-dependencies]\nc = \"3\" #\n[profile.dev]\nd = 1";
    assert_eq!(lacks_reason(manifest), ["b = \"2\"", "c = \"3\" #"]);
    let machine = format!("see /{}/me/x", "home");
    assert_eq!(traces(&machine).len(), 1);
    assert_eq!(traces(&format!("https://index.{}.io", "crates")).len(), 1);
    let lock = format!("source = \"registry{}\"", "+https://mirror.example/x");
    assert_eq!(traces(&lock).len(), 1);
    let lock = format!("source = \"registry{}\"", "+https://github.com/rust-lang/x");
    assert_eq!(traces(&lock).len(), 0);
    assert_eq!(traces("api/homework and /workspaces/1").len(), 0);
}

/// Each rule is shown at work, and beside a neighbour for which it must keep silent.
fn untested_rules(all: &[Source]) -> Vec<String> {
    let rooms = all
        .iter()
        .filter(|s| s.path.starts_with("insight/diagnosis/rules/"));
    let texts: Vec<&str> = rooms.map(|s| s.text.as_str()).collect();
    let ids = texts
        .iter()
        .flat_map(|text| text.split("        id: \"").skip(1))
        .filter_map(|rest| rest.split('"').next());
    let tight: Vec<String> = texts
        .iter()
        .map(|text| text.split_whitespace().collect())
        .collect();
    let lacks = |id: &&str| {
        ["fires", "silent"].iter().any(|word| {
            !tight
                .iter()
                .any(|t| t.contains(&format!("{word}(\"{id}\"")))
        })
    };
    ids.filter(lacks)
        .map(|id| format!("rule {id} has no test beside it, or none in which it is silent"))
        .collect()
}

#[test]
fn every_rule_has_a_test_beside_it() {
    holds(untested_rules(&all_sources()));
    let bare = "        id: \"x.y\",\n fires(\"x.y\", ";
    let found = untested_rules(&[Source::new("insight/diagnosis/rules/x.rs", bare)]);
    assert_eq!(found.len(), 1, "the check cannot fail");
}

/// Where names of makers may stand: files of other programs that are read and written, the
/// practice API with its environment, what the rules are tried on, and the list of the packs.
const MAY_NAME_MAKERS: &[&str] = &[
    "engine/sandbox/",
    "format/curl/",
    "format/har/",
    "format/http_file/",
    "format/library.rs",
    "format/postman/",
    "insight/diagnosis/rules/example.rs",
    "model/environment.rs",
];

/// Names of makers that are English words, too, or words of this program.
const ALSO_WORDS: &[&str] = &[
    "ad",
    "alb",
    "amp",
    "an",
    "and",
    "api",
    "apis",
    "app",
    "application",
    "authorize",
    "big",
    "boot",
    "bot",
    "box",
    "center",
    "cloud",
    "com",
    "container",
    "core",
    "data",
    "devise",
    "distribution",
    "dns",
    "door",
    "enterprise",
    "express",
    "face",
    "framework",
    "front",
    "gateway",
    "grape",
    "graph",
    "home",
    "hub",
    "hugging",
    "id",
    "iis",
    "in",
    "ingress",
    "key",
    "linear",
    "mail",
    "management",
    "manager",
    "meta",
    "monday",
    "net",
    "new",
    "node",
    "notion",
    "of",
    "on",
    "power",
    "rails",
    "registries",
    "registry",
    "resource",
    "rest",
    "robot",
    "secret",
    "security",
    "segment",
    "sentry",
    "server",
    "service",
    "services",
    "slack",
    "space",
    "spring",
    "square",
    "storage",
    "threads",
    "together",
    "vault",
    "waf",
    "web",
    "zoom",
];

/// What is so of one API alone.
struct Maker {
    id: String,
    names: BTreeSet<String>,
    hosts: Vec<String>,
    headers: Vec<String>,
    paths: Vec<String>,
    prefixes: Vec<String>,
}

/// What the packs of APIs, gateways and frameworks say of themselves.
fn makers() -> Vec<Maker> {
    let mut files = Vec::new();
    below(&root().join("assets/knowledge"), &mut files);
    let texts = files
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let packs: Vec<toml::Table> = texts.map(|text| toml::from_str(&text).unwrap()).collect();
    let packs = packs.iter().filter(|pack| {
        let layer = pack.get("layer").and_then(toml::Value::as_str);
        pack.contains_key("id") && layer != Some("standard")
    });
    packs.map(maker).collect()
}

fn maker(pack: &toml::Table) -> Maker {
    let list = |value: Option<&toml::Value>| -> Vec<toml::Value> {
        value
            .and_then(toml::Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let text = |value: &toml::Value| value.as_str().unwrap_or_default().to_owned();
    let rows = |table: &str, field: &str| -> Vec<String> {
        let rows = list(pack.get(table)).into_iter();
        rows.filter_map(|row| row.get(field).map(text)).collect()
    };
    let title = text(&pack["title"]).to_lowercase();
    let names = title.split(|c: char| !c.is_alphanumeric());
    let names = names.filter(|name| name.len() > 2 && !ALSO_WORDS.contains(name));
    let recognise = pack.get("recognise");
    let recognised = |field: &str| list(recognise.and_then(|row| row.get(field)));
    let headers = recognised("headers").into_iter();
    // Some, as `server`, say something by their values alone.
    let headers = headers.filter(|row| row.get(1).is_some_and(|value| text(value).is_empty()));
    let headers = headers.filter_map(|row| row.get(0).map(text));
    let hosts = recognised("hosts").iter().map(text).collect::<Vec<_>>();
    let calls = pack.get("calls").and_then(toml::Value::as_table);
    let lists = calls.and_then(|calls| calls.get("list"));
    let me = calls.and_then(|calls| calls.get("who_am_i"));
    let mut paths = rows("endpoint", "path");
    paths.extend(
        list(lists)
            .iter()
            .chain(me)
            .filter_map(|row| row.get("path").map(text)),
    );
    Maker {
        id: text(&pack["id"]),
        names: names.map(str::to_owned).collect(),
        hosts: hosts
            .iter()
            .map(|host| host.trim_start_matches("*.").to_owned())
            .collect(),
        headers: headers.collect(),
        paths: paths.into_iter().filter(|path| path.len() > 4).collect(),
        prefixes: rows("credential", "prefix"),
    }
}

/// Names of standards that hold a maker's name: any API may follow them.
const STANDARDS: [&str; 2] = ["google.rpc", "google_rpc"];

/// What a shipped file says in its code and its texts that is so of one API alone.
fn of_one_api(source: &Source, makers: &[Maker]) -> Vec<String> {
    let (bare, texts) = parted(&source.text);
    let code = without_tests(&bare);
    let shipped: Vec<&str> = code.lines().collect();
    let words = shipped.iter().enumerate().flat_map(|(line, code)| {
        let names = code.split(|c: char| !c.is_alphanumeric());
        names.map(move |name| (line, name.to_lowercase()))
    });
    let is_shipped = |line: &usize| shipped.get(*line).is_some_and(|line| line.contains('"'));
    let texts = texts.iter().filter(|(line, _)| is_shipped(line));
    let plain = |text: &String| {
        STANDARDS
            .iter()
            .fold(text.clone(), |t, name| t.replace(name, ""))
    };
    let texts: Vec<(usize, String)> = texts.map(|(line, text)| (*line, plain(text))).collect();
    let said = texts.iter().flat_map(|(line, text)| {
        let names = text.split(|c: char| !c.is_alphanumeric());
        names.map(|name| (*line, name.to_lowercase()))
    });
    let mut found = BTreeSet::new();
    let names = makers.iter().flat_map(|maker| &maker.names);
    let names: BTreeSet<&String> = names.collect();
    for (line, word) in words.chain(said) {
        if !names.contains(&word) {
            continue;
        }
        let named = makers.iter().filter(|maker| maker.names.contains(&word));
        found.extend(named.map(|maker| (line, word.clone(), maker.id.as_str())));
    }
    for (line, text) in &texts {
        let lower = text.to_lowercase();
        for maker in makers {
            let by_sign = |sign: &&String| {
                let name = sign.trim_end_matches(['_', '-']);
                name.len() > 2 && name != sign.as_str() && !ALSO_WORDS.contains(&name)
            };
            let signs = maker.prefixes.iter().filter(by_sign);
            let inside = maker.hosts.iter().chain(signs);
            let inside = inside.filter(|sign| text.contains(sign.as_str()));
            let whole = maker.headers.iter().chain(&maker.paths);
            let whole = whole.filter(|sign| **sign == lower);
            let signs = inside.chain(whole);
            found.extend(signs.map(|sign| (*line, sign.clone(), maker.id.as_str())));
        }
    }
    let row = |(line, what, id): (usize, String, &str)| {
        format!("{}:{}: {what} is of {id}", source.path, line + 1)
    };
    found.into_iter().map(row).collect()
}

#[test]
fn what_is_so_of_one_api_is_data_and_not_code() {
    let makers = makers();
    assert!(makers.len() > 40, "the packs were not found");
    let all = sources();
    let elsewhere = all.iter().filter(|s| !s.is_in(MAY_NAME_MAKERS));
    holds(elsewhere.flat_map(|s| of_one_api(s, &makers)).collect());
}

#[test]
fn the_checker_of_makers_reads_code_and_texts_and_neither_tests_nor_reasons() {
    let makers = [Maker {
        id: "acme".into(),
        names: BTreeSet::from(["acme".to_owned()]),
        hosts: vec!["acme.test".into()],
        headers: vec!["x-am-id".into()],
        paths: vec!["/rockets/{id}".into()],
        prefixes: vec!["amk_".into(), "key".into()],
    }];
    let found = |text: &str| of_one_api(&Source::new("insight/a.rs", text), &makers).len();
    assert_eq!(found("fn is_acme() {}"), 1);
    assert_eq!(found("const A: &str = \"Ask Acme.\";"), 1);
    assert_eq!(found("const A: &str = r#\"api.acme.test\"#;"), 2);
    assert_eq!(found("if name == \"x-am-id\" {}"), 1);
    assert_eq!(found("if path == \"/rockets/{id}\" {}"), 1);
    assert_eq!(found("if value.starts_with(\"amk_\") {}"), 1);
    assert_eq!(found("// Acme writes it so.\nlet key = \"key\";"), 0);
    let tested = "fn a() {}\n#[cfg(test)]\nmod tests {\n const A: &str = \"acme\";\n}\n";
    assert_eq!(found(tested), 0);
    assert_eq!(found(&format!("{tested}const B: &str = \"acme\";")), 1);
}
