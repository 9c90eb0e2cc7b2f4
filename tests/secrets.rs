//! Secrets planted in every place they can come from, sent to a server that repeats them in every
//! way, and then looked for in every byte the program wrote.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use faults::{Asked, Server, answer};
use program::{Home, Ran};
use serde_json::json;
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tty::Tty;

/// Another one each time, so that none stands in the repository.
fn hex48() -> String {
    let part = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}{:016x}", part(), part(), part())
}

/// With signs that most encodings change.
fn signed() -> String {
    let hex = hex48();
    format!("{}+b/c=\"d\\e~{}", &hex[..12], &hex[12..36])
}

fn percent(value: &str) -> String {
    let letters = value.bytes().map(|b| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    });
    letters.collect()
}

fn in_json(value: &str) -> String {
    json!(value).to_string().trim_matches('"').to_owned()
}

fn letters(value: &str) -> String {
    value
        .chars()
        .map(|c| format!("\\u{:04x}", c as u32))
        .collect()
}

/// Every spelling of a value, in parts that are too long to stand there by accident.
fn needles(value: &str) -> Vec<Vec<u8>> {
    let mut needles: Vec<String> = value
        .as_bytes()
        .windows(12)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    let (encoded, quoted) = (percent(value), in_json(value));
    needles.extend([
        encoded.to_lowercase(),
        encoded,
        quoted.replace('/', "\\/"),
        quoted,
    ]);
    needles.push(letters(&value[..6]));
    for shift in 0..3 {
        for engine in [&STANDARD, &URL_SAFE] {
            let text = engine.encode(format!("{}{value}", &"abc"[..shift]));
            let inside = &text[4..value.len() * 4 / 3 - 2];
            let parts = inside.as_bytes().windows(16);
            needles.extend(parts.map(|part| String::from_utf8_lossy(part).into_owned()));
        }
    }
    needles.into_iter().map(String::into_bytes).collect()
}

pub struct Planted {
    needles: Vec<(String, Vec<u8>)>,
    search: AhoCorasick,
}

impl Planted {
    pub fn new(values: &[(&str, &str)]) -> Planted {
        let of = |(name, value): &(&str, &str)| {
            let name = (*name).to_owned();
            needles(value)
                .into_iter()
                .map(move |needle| (name.clone(), needle))
        };
        let needles: Vec<(String, Vec<u8>)> = values.iter().flat_map(of).collect();
        let search = AhoCorasick::new(needles.iter().map(|(_, needle)| needle)).unwrap();
        Planted { needles, search }
    }

    /// The values that can be read out of these bytes, each with the part that betrays it.
    fn found(&self, bytes: &[u8]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for hit in self.search.find_iter(bytes) {
            let (name, needle) = &self.needles[hit.pattern().as_usize()];
            if !found.iter().any(|known| known.starts_with(name)) {
                found.push(format!("{name} as {}", String::from_utf8_lossy(needle)));
            }
        }
        found
    }

    #[track_caller]
    pub fn absent(&self, place: &str, bytes: &[u8]) {
        let found = self.found(bytes);
        assert!(found.is_empty(), "{place}: {found:#?}");
    }

    #[track_caller]
    fn absent_from(&self, place: &str, ran: &Ran) {
        self.absent(&format!("{place}, stdout"), ran.out.as_bytes());
        self.absent(&format!("{place}, stderr"), ran.err.as_bytes());
    }

    /// In no file beneath the folder but those the test wrote, by name and by content.
    #[track_caller]
    fn absent_below(&self, folder: &Path, own: &[&str]) {
        for path in files(folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            self.absent("a file's name", name.as_bytes());
            if !own.contains(&name.as_str()) {
                self.absent(&name, &std::fs::read(&path).unwrap());
            }
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Files are for their owner alone, and so are folders.
#[track_caller]
fn is_private(folder: &Path) {
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700, "{}", folder.display());
    for path in files(folder) {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let parent = path.parent().unwrap();
        assert_eq!(mode(parent), 0o700, "{}", parent.display());
    }
}

/// What the server makes up itself.
#[derive(Clone)]
struct Issued {
    access: String,
    session: String,
}

/// Repeats credentials, query and body in every spelling and every place of an answer.
fn echo(issued: Issued) -> Server {
    Server::doing(move |asked, stream| {
        let _ = stream.write_all(&echoed(asked, &issued));
        false
    })
}

fn echoed(asked: &Asked, issued: &Issued) -> Vec<u8> {
    let mut said: Vec<String> = Vec::new();
    for name in ["authorization", "x-api-key", "x-secret"] {
        let values = asked.all(name);
        said.extend(
            values
                .iter()
                .map(|v| v.trim_start_matches("Bearer ").to_owned()),
        );
    }
    let query = asked.target.split_once('?').map_or("", |(_, query)| query);
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    said.extend(pairs.map(|(_, value)| value.into_owned()));
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    if let Ok(members) = serde_json::from_str::<serde_json::Value>(&body) {
        said.extend(members["password"].as_str().map(str::to_owned));
        said.extend(members["inner"]["password"].as_str().map(str::to_owned));
    }
    if !body.starts_with('{') {
        let pairs = url::form_urlencoded::parse(&asked.body);
        said.extend(pairs.map(|(_, value)| value.into_owned()));
    }
    said.retain(|value| value.len() >= 8);
    let mut headers = String::from("content-type: application/json\r\n");
    let mut entries = Vec::new();
    for value in &said {
        let (packed, packed_url) = (STANDARD.encode(value), URL_SAFE.encode(value));
        let prefixed = STANDARD.encode(format!("Bearer {value}"));
        let encoded = percent(value);
        headers.push_str(&format!(
            "x-raw: {value}\r\nx-packed: {packed}\r\nx-packed: {packed_url}\r\nx-packed: {prefixed}\r\n\
             x-url: {encoded}\r\nx-json: {}\r\nset-cookie: echo={value}\r\n\
             location: /next?a={encoded}&token={encoded}#{packed}\r\n\
             www-authenticate: Bearer error=\"invalid_token\", error_description=\"{}\"\r\n",
            in_json(value),
            in_json(value),
        ));
        entries.push(json!({
            "title": format!("{value} was refused"),
            "detail": format!("You sent {value}, {packed}, {packed_url}, {prefixed}, {encoded}"),
            "code": value,
            "meta": { "quoted": in_json(value), "lower": encoded.to_lowercase(), "letters": letters(value) },
        }));
    }
    headers.push_str(&format!(
        "set-cookie: session={}; Path=/\r\n",
        issued.session
    ));
    let answered = json!({
        "errors": entries,
        "access_token": issued.access,
        "sent": { "query": query, "body": body },
    });
    let reason = said.first().map_or("Unauthorized", String::as_str);
    answer(
        &format!("401 {reason}"),
        &headers,
        answered.to_string().as_bytes(),
    )
}

/// Made up at the start of a test.
struct Plot {
    home: Home,
    server: Server,
    values: Vec<(&'static str, String)>,
}

const SOURCES: [&str; 6] = [
    "plain",
    "signed",
    "by-env",
    "by-file",
    "by-command",
    "by-signed",
];
/// Where the test itself puts values.
const OWN: [&str; 5] = [
    "file.token",
    "command.token",
    "signed.token",
    "lines.txt",
    "config.toml",
];

impl Plot {
    fn new() -> Plot {
        let issued = Issued {
            access: hex48(),
            session: hex48(),
        };
        let values = vec![
            ("plain", hex48()),
            ("signed", signed()),
            ("by-env", hex48()),
            ("by-file", hex48()),
            ("by-command", hex48()),
            ("by-signed", signed()),
            ("access", issued.access.clone()),
            ("session", issued.session.clone()),
        ];
        let value = |name: &str| values.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        let server = echo(issued);
        let config = format!(
            "environment = \"echo\"\n[environments.echo]\nbase_url = \"{}\"\n\
             [tokens.by-env]\nenv = \"ACME_KEY\"\n[tokens.by-file]\nfile = \"file.token\"\n\
             [tokens.by-signed]\nfile = \"signed.token\"\n\
             [tokens.by-command]\ncommand = [\"sh\", \"-c\", \"cat /proc/$$/environ >seen.environ 2>/dev/null; cat /proc/$$/cmdline >seen.cmdline 2>/dev/null; cat command.token\"]\n",
            server.base()
        );
        let home = Home::settled(&config)
            .with("HTTRIAGE_TOKEN_PLAIN", &value("plain"))
            .with("HTTRIAGE_TOKEN_SIGNED", &value("signed"))
            .with("ACME_KEY", &value("by-env"));
        for (file, name) in [
            ("file.token", "by-file"),
            ("command.token", "by-command"),
            ("signed.token", "by-signed"),
        ] {
            let path = home.write(file, format!("{}\n", value(name)));
            std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
        }
        Plot {
            home,
            server,
            values,
        }
    }

    fn plant(&mut self, name: &'static str, value: String) -> String {
        self.values.push((name, value.clone()));
        value
    }

    fn planted(&self) -> Planted {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        Planted::new(&values)
    }

    fn value(&self, name: &str) -> &str {
        &self.values.iter().find(|(n, _)| *n == name).unwrap().1
    }

    /// Everything kept is read back in every way there is, and searched.
    fn inspect(&self) {
        let planted = self.planted();
        let data = self.home.path("data");
        let listed = self
            .home
            .run(&["history", "list", "--json", "--limit", "1000"]);
        planted.absent_from("list as JSON", &listed);
        for args in [
            &["history", "list"][..],
            &["history", "export"],
            &["token", "list"],
        ] {
            planted.absent_from(&format!("{args:?}"), &self.home.run(args));
        }
        let rows = listed.json();
        let rows = rows["exchanges"].as_array().unwrap();
        assert!(!rows.is_empty());
        for row in rows {
            let id = row["id"].as_str().unwrap();
            for args in [
                &["history", "show", id][..],
                &["history", "show", id, "--json"],
                &["export", id, "--as", "html"],
            ] {
                let ran = self.home.run(args);
                assert_eq!(ran.code, 0, "{}", ran.err);
                planted.absent_from(&format!("{args:?}"), &ran);
            }
        }
        let cases = rows.iter().filter_map(|row| row["case"].as_str());
        for case in cases.collect::<BTreeSet<&str>>() {
            for form in ["html", "markdown"] {
                let ran = self.home.run(&["export", case, "--as", form]);
                assert_eq!(ran.code, 0, "{}", ran.err);
                planted.absent_from(&format!("{case} as {form}"), &ran);
                // As a browser reads it.
                let read = httriage::format::story::unescaped(&ran.out);
                planted.absent(form, read.as_bytes());
            }
        }
        let ran = self.home.run(&["history", "export", "--out", "all.json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        planted.absent_below(
            data.parent().unwrap(),
            &[&OWN[..], &["seen.environ"]].concat(),
        );
        is_private(&data);
        let mode = std::fs::metadata(self.home.path("all.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_search_finds_a_value_in_every_spelling() {
    for value in [hex48(), signed()] {
        let planted = Planted::new(&[("it", &value)]);
        for text in [
            value.clone(),
            percent(&value),
            percent(&value).to_lowercase(),
            in_json(&value),
            letters(&value),
            STANDARD.encode(&value),
            STANDARD.encode(format!("Bearer {value} x")),
            URL_SAFE.encode(format!("a{value}")),
        ] {
            assert!(!planted.found(text.as_bytes()).is_empty(), "{text}");
        }
        planted.absent("another", hex48().as_bytes());
    }
}

#[test]
fn a_named_token_from_any_source_is_nowhere_to_be_read_after_a_call() {
    let plot = Plot::new();
    let planted = plot.planted();
    for source in SOURCES {
        for more in [&[][..], &["--json"]] {
            let query = format!("/x?q={{{{token:{source}}}}}");
            let data = format!("{{\"note\":\"{{{{token:{source}}}}}\"}}");
            // What does not fit between quotes stays out of the JSON.
            let body = if source.contains("signed") {
                "plain words"
            } else {
                &data
            };
            let mut args = vec!["send", "POST", &query, "--token", source, "--data", body];
            args.extend(["--case", "ACME-7"]);
            args.extend(more);
            let header = format!("Authorization: Bearer {{{{token:{source}}}}}");
            args.extend(["--header", &header]);
            let ran = plot.home.run(&args);
            assert_eq!(ran.code, 4, "{source}: {}", ran.err);
            let bearer = format!("Bearer {}", plot.value(source));
            let asked = plot.server.asked().pop().unwrap();
            assert_eq!(asked.header("authorization"), Some(bearer.as_str()));
            planted.absent_from(source, &ran);
            assert!(
                ran.out.contains(&format!("‹token:{source}·")),
                "{}",
                ran.out
            );
        }
    }
    plot.inspect();
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_gives_a_token_is_told_what_its_parent_knows_but_no_token() {
    let plot = Plot::new();
    let base = plot.server.base();
    let args = ["send", "GET", "/x", "--token", "by-command"];
    let ran = plot.home.run(&args);
    assert_eq!(ran.code, 4, "{}{base}", ran.err);
    let given = plot.home.command(&args);
    let mut given: Vec<String> = given
        .get_envs()
        .filter_map(|(name, value)| {
            let (name, value) = (name.to_str()?, value?.to_str()?);
            Some(format!("{name}={value}"))
        })
        .collect();
    given.sort();
    let seen = std::fs::read_to_string(plot.home.path("seen.environ")).unwrap();
    let mut seen: Vec<&str> = seen.split_terminator('\0').collect();
    seen.sort_unstable();
    // The variables that hold tokens are the only ones it does not get.
    let is_token = |pair: &String| {
        SOURCES
            .iter()
            .any(|source| pair.ends_with(plot.value(source)))
    };
    assert!(given.iter().any(is_token));
    given.retain(|pair| !is_token(pair));
    assert_eq!(seen, given);
    let words = std::fs::read(plot.home.path("seen.cmdline")).unwrap();
    assert!(words.starts_with(b"sh\0-c\0"));
    plot.planted().absent("the words of the program", &words);
}

#[test]
fn a_secret_that_was_typed_is_nowhere_to_be_read_after_a_call() {
    let mut plot = Plot::new();
    let base = plot.server.base();
    let key = plot.plant("key", signed());
    let lined = plot.plant("lined", hex48());
    let bearer = plot.plant("bearer", hex48());
    let param = plot.plant("param", signed());
    let password = plot.plant("password", hex48());
    let member = plot.plant("member", signed());
    let form = plot.plant("form", hex48());
    let lines = plot.home.write(
        "lines.txt",
        format!("X-Secret: {lined}\nAuthorization: Bearer {bearer}\n"),
    );
    let with_user = base.replace("http://", &format!("http://ann:{password}@")) + "/u";
    let key = format!("X-Api-Key: {key}");
    let param = format!("api_key={param}");
    let member = json!({ "user": "ann", "password": member, "inner": { "password": member } });
    let member = member.to_string();
    let form = format!("user=ann&password={form}");
    let lines = format!("@{lines}");
    let url = format!("{base}/x");
    let planted = plot.planted();
    let calls: [&[&str]; 6] = [
        &["GET", &url, "--header", &key],
        &["GET", &url, "--header", &lines],
        &["GET", &url, "--param", &param],
        &["GET", &with_user],
        &["POST", &url, "--data", &member],
        &["POST", &url, "--data", &form],
    ];
    for call in calls {
        for more in [&[][..], &["--json"]] {
            let mut args = vec!["send"];
            args.extend(call);
            args.extend(more);
            let ran = plot.home.run(&args);
            assert_eq!(ran.code, 4, "{}", ran.err);
            planted.absent_from(call[call.len() - 2], &ran);
        }
    }
    assert_eq!(plot.server.asked().len(), 12);
    plot.inspect();
}

#[test]
fn a_typed_secret_is_nowhere_to_be_read_when_nobody_answers() {
    let mut plot = Plot::new();
    let password = plot.plant("password", hex48());
    let param = plot.plant("param", signed());
    let url = format!("http://ann:{password}@127.0.0.1:{}/x", faults::dead_port());
    let param = format!("access_token={param}");
    for more in [&[][..], &["--json"]] {
        let mut args = vec!["send", "GET", &url, "--param", &param];
        args.extend(more);
        let ran = plot.home.run(&args);
        assert_eq!(ran.code, 1);
        plot.planted().absent_from("refused", &ran);
    }
    plot.inspect();
}

#[test]
fn the_screen_a_saved_session_and_its_replay_hold_no_secret() {
    let mut plot = Plot::new();
    let typed = plot.plant("typed", hex48());
    let planted = plot.planted();
    let folder = plot.home.path("");
    let config = folder.to_str().unwrap().trim_end_matches('/').to_owned();
    let variables: Vec<(&str, &str)> = vec![
        ("HTTRIAGE_CONFIG_DIR", &config),
        ("HTTRIAGE_TOKEN_PLAIN", plot.value("plain")),
        ("HTTRIAGE_TOKEN_SIGNED", plot.value("signed")),
        ("ACME_KEY", plot.value("by-env")),
    ];
    for source in SOURCES {
        let args = ["--token", source, "--case", source, "/x"];
        let mut tty = Tty::start_in(&folder, &args, (200, 60), &variables);
        tty.sees("GET ▾");
        no_core_files(tty.process());
        // A header of the person's own goes along.
        tty.types("\x1b[B]a");
        tty.sees("Esc done");
        tty.types(&format!("X-Secret: {{{{token:{source}}}}}\r"));
        tty.loses("Esc done");
        tty.types("\x12");
        // The frame says it before; with three blanks it is the answer that does.
        tty.sees(&format!("as {source} ·"));
        // Body and headers of the answer, then its row with all errors.
        tty.types("\x1b2]");
        tty.types("]");
        tty.sees("x-raw");
        tty.types("\x1b3\x1b[C");
        tty.sees("▾ ▲ 401");
        // It is saved from what is written.
        let case = format!("case:{source}");
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !plot
            .home
            .run(&["history", "list", &case])
            .out
            .contains("401")
        {
            assert!(
                std::time::Instant::now() < until,
                "the call was never written"
            );
        }
        tty.types("\x13");
        tty.sees("Save this call as a session");
        tty.types("\r");
        tty.sees("Saved 1 step");
        tty.types("q");
        assert_eq!(tty.ends(), 0);
        planted.absent(source, &tty.bytes());
        let bearer = format!("Bearer {}", plot.value(source));
        let asked = plot.server.asked().pop().unwrap();
        assert_eq!(asked.header("authorization"), Some(bearer.as_str()));
        for more in [&[][..], &["--json"]] {
            let mut args = vec!["replay", source];
            args.extend(more);
            let before = plot.server.asked().len();
            let ran = plot.home.run(&args);
            planted.absent_from("replay", &ran);
            assert_eq!(plot.server.asked().len(), before + 1, "{}", ran.all());
            let asked = plot.server.asked().pop().unwrap();
            assert_eq!(asked.header("authorization"), Some(bearer.as_str()));
        }
    }
    // What is typed into the URL is on the screen while it is typed, and never again.
    let url = format!("{}/typed?api_key={typed}", plot.server.base());
    let ran = plot.home.run(&["send", "GET", &url]);
    planted.absent_from("typed", &ran);
    let mut tty = Tty::start_in(&folder, &[], (200, 60), &variables);
    tty.sees("/typed");
    tty.types("\x1b3\r");
    tty.sees("no token   application/json|Errors");
    tty.types("\x13");
    tty.sees("Save this call as a session");
    tty.types("\r");
    tty.sees("Saved 1 step");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
    planted.absent("a call loaded again", &tty.bytes());
    plot.inspect();
}

#[test]
fn a_matrix_and_a_comparison_hold_no_secret_in_any_form() {
    let plot = Plot::new();
    let planted = plot.planted();
    let tokens = SOURCES.join(",");
    let mut text = "name = \"who\"\nenvironment = \"echo\"\n".to_owned();
    for source in SOURCES {
        text.push_str(&format!(
            "[[step]]\nname = \"{source}\"\ntoken = \"{source}\"\nmethod = \"GET\"\n\
             url = \"/x?q={{{{token:{source}}}}}\"\nheaders = [[\"X-Secret\", \"{{{{token:{source}}}}}\"]]\n\
             [step.access]\n{source} = \"deny\"\n"
        ));
    }
    let session = plot.home.write("who.session.toml", text);
    for form in ["text", "json", "markdown", "csv"] {
        let args = ["matrix", &session, "--tokens", &tokens, "--report", form];
        let ran = plot.home.run(&args);
        assert_eq!(ran.code, 0, "{}", ran.all());
        planted.absent_from(form, &ran);
    }
    for source in SOURCES {
        let bearer = format!("Bearer {}", plot.value(source));
        let asked = plot.server.asked();
        let with = |asked: &&Asked| asked.header("authorization") == Some(bearer.as_str());
        assert_eq!(asked.iter().filter(with).count(), 4 * SOURCES.len());
        // A row that names a token goes out with the one of its column, and with no other.
        let own = |asked: &&Asked| asked.header("x-secret") == Some(plot.value(source));
        assert!(asked.iter().filter(with).all(|asked| own(&asked)));
    }
    let mut args = vec!["send", "GET", "/x"];
    args.extend(SOURCES.iter().flat_map(|source| ["--token", source]));
    for more in [&[][..], &["--json"]] {
        let ran = plot.home.run(&[&args, more].concat());
        assert_eq!(ran.code, 4, "{}", ran.err);
        planted.absent_from("compare", &ran);
    }
    for source in SOURCES {
        for more in [&[][..], &["plain"], &["--json"]] {
            let args = [&["token", "inspect", source], more].concat();
            let ran = plot.home.run(&args);
            assert_eq!(ran.code, 0, "{}", ran.err);
            planted.absent_from("inspect", &ran);
        }
    }
    plot.inspect();
}

#[test]
fn a_value_that_is_typed_unseen_is_nowhere_but_where_it_is_to_be_kept() {
    let mut plot = Plot::new();
    let asked_for = plot.plant("asked-for", hex48());
    let kept = plot.plant("kept", signed());
    let planted = plot.planted();
    let config = plot.home.path("config.toml");
    let mut text = std::fs::read_to_string(&config).unwrap();
    text.push_str("[tokens.asked-for]\nprompt = true\n");
    std::fs::write(&config, text).unwrap();
    let folder = plot.home.path("");
    let place = folder.to_str().unwrap().trim_end_matches('/').to_owned();
    let variables = [("HTTRIAGE_CONFIG_DIR", place.as_str())];
    for more in [&[][..], &["--json"]] {
        let args = [&["send", "GET", "/x", "--token", "asked-for"], more].concat();
        let mut tty = Tty::start_in(&folder, &args, (200, 60), &variables);
        tty.sees("Value of token asked-for");
        no_core_files(tty.process());
        tty.types(&format!("{asked_for}\r"));
        tty.sees("‹token:asked-for·");
        assert_eq!(tty.ends(), 4);
        planted.absent("the terminal", &tty.bytes());
    }
    let bearer = format!("Bearer {asked_for}");
    let asked = plot.server.asked().pop().unwrap();
    assert_eq!(asked.header("authorization"), Some(bearer.as_str()));

    let args = ["token", "add", "kept", "--file", "kept.token"];
    let mut tty = Tty::start_in(&folder, &args, (200, 60), &variables);
    tty.sees("Value of token kept");
    tty.types(&format!("\x1b[200~{kept}\x1b[201~\r"));
    tty.sees("Token kept");
    assert_eq!(tty.ends(), 0);
    planted.absent("the terminal", &tty.bytes());
    let text = std::fs::read_to_string(plot.home.path("kept.token")).unwrap();
    assert_eq!(text, format!("{kept}\n"));
    std::fs::remove_file(plot.home.path("kept.token")).unwrap();
    let ran = plot.home.run(&["token", "remove", "kept"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    planted.absent("the settings", &std::fs::read(&config).unwrap());
    plot.inspect();
}

fn no_core_files(process: u32) {
    if cfg!(target_os = "linux") {
        let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let core = limits
            .lines()
            .find(|l| l.starts_with("Max core file size"))
            .unwrap();
        let words: Vec<&str> = core.split_whitespace().collect();
        assert_eq!(words[4..6], ["0", "0"], "{core}");
    }
}

#[test]
fn a_sentence_about_settings_or_words_repeats_no_value() {
    const OURS: &str = "ours0123known4567token89ab";
    const FRESH: &str = "fr3shT0ken9876typed5432Secret10";
    let settings = [
        format!("[tokens]\nq = \"{FRESH}\"\n"),
        format!("[tokens.z]\ncommand = \"echo {FRESH}\"\n"),
        format!("[tokens.z]\nbasic = \"u:{FRESH}\"\n"),
        format!("[tokens.z]\nenv = \"A\"\norigins = [\"https://u:{FRESH}@h\"]\n"),
        format!("[tokens.z]\nenv = \"A\"\norigins = [\"{FRESH}\"]\n"),
        format!("[tokens.z]\nenv = \"A\"\nheader = \"{FRESH}: x\"\n"),
        format!("[tokens.z]\nenv = \"A\"\nscheme = \"Bearer {FRESH}\"\n"),
        format!("[tokens.\"{FRESH}\"]\nenv = \"A\"\n"),
        format!("[tokens.z]\n{FRESH} = \"A\"\n"),
    ];
    for text in &settings {
        let ran = Home::settled(text).run(&["token", "list"]);
        assert_eq!(ran.code, 2, "{text}: {}", ran.all());
        assert!(!ran.all().contains(FRESH), "{text}: {}", ran.all());
    }
    let own = format!(
        "[environments.e]\nbase_url = \"http://u:{FRESH}@127.0.0.1/?access_token={FRESH}\"\n\n[tokens.k]\nenv = \"KK\"\n"
    );
    let home = Home::settled(&own).with("KK", OURS);
    home.write(
        "s.session.toml",
        format!("name = \"n\"\n[[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"/\"\nheaders = [\"Authorization: Bearer {FRESH}\"]\n"),
    );
    let base = format!("htp:/u:{FRESH}@x/?token={FRESH}");
    let url = format!("https://h.example/{OURS}/v1");
    let file = format!("@{OURS}");
    for args in [
        &["env", "list"][..],
        &["env", "list", "--json"],
        &["env", "show", "e"],
        &["env", "show", "e", "--json"],
        &["send", "--base-url", base.as_str(), "/x"],
        &["send", "--env", OURS, "/x"],
        &["env", "show", OURS],
        &["history", "show", OURS],
        &["replay", OURS],
        &["replay", "s.session.toml"],
        &["explain", OURS],
        &["send", "https://127.0.0.1/", "-d", file.as_str()],
        &["env", "add", url.as_str()],
    ] {
        let said = home.run(args).all();
        assert!(said.trim().len() > 5, "{args:?}");
        assert!(
            !said.contains(OURS) && !said.contains(FRESH),
            "{args:?}: {said}"
        );
    }
}
