//! What another program sends is what goes out from here: a file as that program writes it is
//! imported, kept as a session, replayed against a server that takes down every byte, exported in
//! each form, imported again and replayed again. Each time the same bytes arrive.
//!
//! The files stand in `files`, each beside a `.toml` that says what its program puts on the wire,
//! and how that is known: recorded from the program where it could be run, else from its sources.
//! They name 127.0.0.1:4010, which becomes the server of the test.
//!
//! Of the headers all that a file asks for are compared, and there may be no other but those of
//! the connection and those with which every client says who it is.
#![cfg(unix)]

use crate::faults;
use crate::program;

mod wanted;

use faults::{Asked, Server, answer};
use program::{Home, Ran, finish};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use wanted::{Said, Wanted};

/// Those that every client sends of its own.
const OWN: [&str; 6] = [
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
];

const ANSWER: &[u8] = b"{\"token\":\"made-up-token-1234\",\"id\":7,\"ok\":true}";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire/files")
}

/// A request as it is compared.
struct Arrived {
    line: String,
    headers: Vec<String>,
    body: Vec<u8>,
    parts: Option<Vec<Vec<String>>>,
}

impl From<&Asked> for Arrived {
    fn from(asked: &Asked) -> Arrived {
        let parts = parts_of(asked);
        let headers = asked.headers.iter();
        let headers =
            headers.map(|(name, value)| format!("{}: {value}", name.to_ascii_lowercase()));
        // The boundary is made anew for each call.
        let is_compared =
            |line: &String| parts.is_none() || !line.starts_with("content-type: multipart/");
        Arrived {
            line: format!("{} {}", asked.method, asked.target),
            headers: headers.filter(is_compared).collect(),
            body: asked.body.clone(),
            parts,
        }
    }
}

/// The lines of each part of a multipart body, and what it holds.
fn parts_of(asked: &Asked) -> Option<Vec<Vec<String>>> {
    let kind = asked.header("content-type")?;
    let boundary = kind.strip_prefix("multipart/form-data; boundary=")?;
    let body = String::from_utf8_lossy(&asked.body);
    let mut parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.pop(), Some("--\r\n"), "{body}");
    let read = parts.iter().skip(1).map(|part| {
        let part = part.strip_prefix("\r\n").unwrap();
        let part = part.strip_suffix("\r\n").unwrap();
        let (head, inside) = part.split_once("\r\n\r\n").unwrap();
        let lines = head.split("\r\n").chain([inside]);
        lines.map(str::to_owned).collect()
    });
    Some(read.collect())
}

/// One program's file in a home of its own, with the server that it calls.
struct Trip {
    home: Home,
    server: Server,
    wanted: Wanted,
    /// What is not as it should be.
    wrong: String,
}

impl Trip {
    fn start(file: &str) -> Trip {
        let server = Server::doing(|_, stream| {
            let kind = "content-type: application/json\r\n";
            stream.write_all(&answer("200 OK", kind, ANSWER)).is_ok()
        });
        let base = server.base();
        let here = base.strip_prefix("http://").unwrap();
        let read = |name: &str| {
            let text = std::fs::read_to_string(folder().join(name)).unwrap();
            text.replace("127.0.0.1:4010", here)
        };
        let wanted = Wanted::read(&read(&format!("{file}.toml")));
        let names: Vec<String> = wanted
            .tokens
            .keys()
            .map(|name| format!("{name:?}"))
            .collect();
        let home = Home::settled(&format!(
            "[environments.here]\nbase_url = \"{base}\"\ntokens = [{}]\n",
            names.join(", ")
        ));
        home.write(file, read(file));
        home.write("up.txt", "a,b\n1,2\n");
        home.write("in.json", "{\"x\": 1}");
        Trip {
            home,
            server,
            wanted,
            wrong: String::new(),
        }
    }

    /// Runs a command that has the values of the tokens.
    fn valued(&self, args: &[&str]) -> Ran {
        let mut command = self.home.command(args);
        for (name, value) in &self.wanted.tokens {
            let name = name.to_ascii_uppercase().replace('-', "_");
            command.env(format!("HTTRIAGE_TOKEN_{name}"), value);
        }
        finish(command.spawn().unwrap())
    }

    /// Runs a command that has none; what it said where it failed is kept.
    fn run(&mut self, args: &[&str]) -> Option<Ran> {
        let ran = self.home.run(args);
        if ran.code == 0 {
            return Some(ran);
        }
        let _ = writeln!(self.wrong, "{args:?}: {}{}", ran.out, ran.err);
        None
    }

    fn variables(&self) -> Vec<String> {
        let all = self.wanted.variables.iter();
        all.flat_map(|(name, value)| ["--var".to_owned(), format!("{name}={value}")])
            .collect()
    }

    /// Replays a session; what arrives is what is wanted, but for the calls that an export left
    /// out or wrote in another way, by their numbers.
    fn replay(&mut self, session: &str, stage: &str, without: &[usize], changed: &[usize]) {
        let before = self.server.asked().len();
        let variables = self.variables();
        let mut args = vec![
            "replay",
            session,
            "--env",
            "here",
            "--send-files",
            "--no-cookies",
        ];
        args.extend(variables.iter().map(String::as_str));
        let ran = self.valued(&args);
        let asked = self.server.asked();
        let arrived: Vec<Arrived> = asked[before..].iter().map(Arrived::from).collect();
        let calls = self.wanted.calls.iter().enumerate();
        let wanted: Vec<_> = calls
            .filter(|(at, _)| !without.contains(&(at + 1)))
            .collect();
        if arrived.len() != wanted.len() {
            let lines: Vec<&str> = arrived.iter().map(|one| one.line.as_str()).collect();
            let _ = writeln!(
                self.wrong,
                "{stage}: {} calls of {} arrived: {lines:?}\n{}{}",
                arrived.len(),
                wanted.len(),
                ran.out,
                ran.err
            );
            return;
        }
        for ((at, wanted), arrived) in wanted.into_iter().zip(&arrived) {
            if changed.contains(&(at + 1)) {
                continue;
            }
            for what in differences(wanted, arrived, stage) {
                let _ = writeln!(self.wrong, "{stage}, call {}: {what}", at + 1);
            }
        }
    }

    /// Exports the session in a form, imports that, and replays it.
    fn again(&mut self, session: &str, form: &str) {
        let base = self.server.base();
        let variables = self.variables();
        let mut args = vec![
            "export",
            session,
            "--as",
            form,
            "--env",
            "here",
            "--base-url",
            &base,
        ];
        args.extend(variables.iter().map(String::as_str));
        let exported = self.valued(&args);
        let (left, changed) = self.said_of(form);
        let mut words = left.iter().chain(&changed);
        // Not in silence.
        if words.any(|(_, words)| !exported.all().contains(words.as_str())) {
            let _ = writeln!(self.wrong, "{form} says only: {}", exported.err);
        }
        if left.len() == self.wanted.calls.len() {
            assert_eq!(exported.out, "");
            return;
        }
        let ending = if form == "curl" { "sh" } else { form };
        let file = format!("again.{ending}");
        self.home.write(&file, &exported.out);
        let session = format!("{form}.session.toml");
        if self.run(&["import", &file, "--out", &session]).is_none() {
            return;
        }
        let [without, changed] =
            [left, changed].map(|said| said.iter().map(|(number, _)| *number).collect::<Vec<_>>());
        self.replay(&session, &format!("again from {form}"), &without, &changed);
    }

    /// The calls that a form of export cannot hold, and those that it writes in another way.
    fn said_of(&self, form: &str) -> (Said, Said) {
        let said = |of: &BTreeMap<String, Said>| of.get(form).cloned().unwrap_or_default();
        (said(&self.wanted.left), said(&self.wanted.changed))
    }

    /// Exports each call that was made as a recording, and sends it from there.
    fn recorded(&mut self) {
        let Some(listed) = self.run(&["history", "list", "--json"]) else {
            return;
        };
        let listed = listed.json();
        let calls = listed["exchanges"].as_array().unwrap().iter().rev();
        let ids: Vec<&str> = calls.map(|call| call["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), self.wanted.calls.len());
        for (at, id) in ids.iter().enumerate() {
            let before = self.server.asked().len();
            let Some(exported) = self.run(&["export", id, "--as", "har"]) else {
                continue;
            };
            let (file, session) = (format!("{at}.har"), format!("{at}.session.toml"));
            self.home.write(&file, &exported.out);
            self.run(&["import", &file, "--out", &session]);
            let ran = self.valued(&["replay", &session, "--env", "here", "--no-cookies"]);
            let asked = self.server.asked();
            let wanted = &self.wanted.calls[at];
            let wrong = match &asked[before..] {
                [asked] => differences(wanted, &Arrived::from(asked), "har"),
                // What is secret is masked in a recording, and has to be given anew.
                [] if self.wanted.has_secret(wanted) && ran.out.contains("secret") => Vec::new(),
                others => vec![format!("{} calls arrived: {}", others.len(), ran.out)],
            };
            for what in wrong {
                let _ = writeln!(self.wrong, "again from har, call {}: {what}", at + 1);
            }
        }
    }
}

/// Where what arrived is not what was wanted. An editor writes a form in its own way, and only
/// what it reads as can be compared there.
fn differences(wanted: &wanted::Call, arrived: &Arrived, stage: &str) -> Vec<String> {
    let mut found = Vec::new();
    if arrived.line != wanted.line {
        found.push(format!(
            "\n  wanted {}\n  came   {}",
            wanted.line, arrived.line
        ));
    }
    let mut rest = arrived.headers.clone();
    for header in &wanted.headers {
        match rest.iter().position(|line| line == header) {
            Some(at) => {
                rest.remove(at);
            }
            None => found.push(format!("no header {header}; there are {rest:?}")),
        }
    }
    rest.retain(|line| !OWN.iter().any(|own| line.starts_with(&format!("{own}:"))));
    if !rest.is_empty() {
        found.push(format!("headers that nobody asked for: {rest:?}"));
    }
    match &wanted.parts {
        Some(parts) if arrived.parts.as_ref() != Some(parts) => {
            found.push(format!(
                "\n  wanted {parts:?}\n  came   {:?}",
                arrived.parts
            ));
        }
        Some(_) => {}
        None => {
            let is_form = wanted
                .headers
                .iter()
                .any(|line| line.contains("x-www-form"));
            let read = |body: &[u8]| -> String {
                let text = String::from_utf8_lossy(body).into_owned();
                if stage == "again from http" && is_form {
                    httriage::model::decoded(&text.replace('+', " ")).unwrap_or(text)
                } else {
                    text
                }
            };
            let (body, came) = (read(wanted.body.as_bytes()), read(&arrived.body));
            if body != came {
                found.push(format!("\n  wanted {body:?}\n  came   {came:?}"));
            }
        }
    }
    found
}

/// Every file that stands in the folder, with its room beside it.
fn files() -> Vec<String> {
    let all = std::fs::read_dir(folder()).unwrap();
    let names = all.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".toml")).collect();
    names.sort();
    names
}

fn tried(file: &str) -> String {
    let mut trip = Trip::start(file);
    let session = "first.session.toml";
    if trip.run(&["import", file, "--out", session]).is_some() {
        trip.replay(session, "imported", &[], &[]);
        trip.recorded();
        for form in ["curl", "http", "hurl"] {
            trip.again(session, form);
        }
    }
    if trip.wrong.is_empty() {
        String::new()
    } else {
        format!("=== {file} ({})\n{}\n", trip.wanted.from, trip.wrong)
    }
}

#[test]
fn what_another_program_sends_is_sent_from_here_and_from_every_export_of_it() {
    let files = files();
    // One of each form that is read and has no room of its own elsewhere.
    for ending in ["bru", "json", "yaml", "hurl", "ps1", "js", "sh"] {
        let ends = |name: &&String| name.ends_with(&format!(".{ending}"));
        assert!(files.iter().any(|name| ends(&name)), "{ending}");
    }
    let (one, other) = files.split_at(files.len() / 2);
    let wrong = std::thread::scope(|scope| {
        let halves = [one, other].map(|half| {
            scope.spawn(move || half.iter().map(|file| tried(file)).collect::<String>())
        });
        halves.map(|half| half.join().unwrap()).concat()
    });
    assert!(wrong.is_empty(), "{wrong}");
}
