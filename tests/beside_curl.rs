//! The same commands by curl and by us, to a server that keeps every byte: what curl would have
//! sent is what leaves here, and what it would have got is what is shown. Where the two differ on
//! purpose, the reason stands beside the case, and the case fails when they no longer differ.
#![cfg(unix)]

mod answers;
mod cases;
use crate::program;

use answers::answers;
use cases::cases;
use program::Home;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What curl would send, and how ours is to differ from it.
struct Case {
    words: Vec<String>,
    differs: Differs,
    /// The value of the one token that the command holds.
    secret: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Differs {
    No,
    /// Always, and why.
    By(&'static str),
    /// In some versions of curl, and why.
    Sometimes(&'static str),
    /// Nothing is sent by either, and why.
    Neither(&'static str),
}

use Differs::{By, Neither, No, Sometimes};

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    line: String,
    /// Names in lower case, by their names; values of one name in their order.
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Asked {
    fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(String::from_utf8_lossy(&found.1).into_owned())
    }
}

/// Keeps what was asked, by the header `X-Case`, and answers by the path.
struct Recorder {
    port: u16,
    asked: Arc<Mutex<BTreeMap<usize, Vec<Asked>>>>,
}

impl Recorder {
    fn start(answers: Vec<Vec<u8>>) -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<BTreeMap<usize, Vec<Asked>>>> = Arc::default();
        let (kept, answers) = (asked.clone(), Arc::new(answers));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, answers) = (kept.clone(), answers.clone());
                thread::spawn(move || serve(stream, &kept, &answers));
            }
        });
        Recorder { port, asked }
    }

    fn taken(&self) -> BTreeMap<usize, Vec<Asked>> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn serve(
    mut stream: TcpStream,
    kept: &Mutex<BTreeMap<usize, Vec<Asked>>>,
    answers: &[Vec<u8>],
) -> Option<()> {
    let asked = read(&mut stream)?;
    let path = asked.line.split(' ').nth(1).unwrap_or_default().to_owned();
    let number = asked.header("x-case").and_then(|case| case.parse().ok());
    let is_head = asked.line.starts_with("HEAD ");
    kept.lock()
        .unwrap()
        .entry(number.unwrap_or(usize::MAX))
        .or_default()
        .push(asked);
    let head = |status: &str, more: &str| {
        format!("HTTP/1.1 {status}\r\n{more}Content-Length: 2\r\nConnection: close\r\n\r\n")
    };
    let mut answer = match path.strip_prefix("/answer/") {
        Some(number) => answers[number.parse::<usize>().unwrap()].clone(),
        None if path.starts_with("/redirect/") => {
            let mut parts = path["/redirect/".len()..].splitn(2, '/');
            let status = parts.next().unwrap_or_default();
            let to = parts
                .next()
                .unwrap_or_default()
                .replace("%2F", "/")
                .replace('!', "%2F");
            let location = format!("Location: {to}\r\n");
            head(&format!("{status} Moved"), &location).into_bytes()
        }
        None if path.starts_with("/cookie/set") => {
            let cookies = "Set-Cookie: a=1; Path=/cookie\r\nSet-Cookie: b=\"q r\"; Path=/cookie\r\nSet-Cookie: c=3; Path=/elsewhere\r\n";
            head("200 OK", cookies).into_bytes()
        }
        None => head("200 OK", "").into_bytes(),
    };
    if !path.starts_with("/answer/") && !is_head {
        answer.extend(b"ok");
    }
    stream.write_all(&answer).ok()?;
    // A connection that is closed with unread bytes is reset, and the answer might be lost.
    stream.shutdown(std::net::Shutdown::Write).ok()?;
    let _ = stream.read(&mut [0; 1024]);
    Some(())
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        match end {
            Some(end) => break end,
            None => more(stream, &mut bytes)?,
        }
    };
    let head = bytes[..end].to_vec();
    let mut body = bytes.split_off(end + 4);
    let mut lines = head.split(|byte| *byte == b'\n');
    let text = |line: &[u8]| String::from_utf8_lossy(line).trim_end().to_owned();
    let line = lines.next().map(text).unwrap_or_default();
    let mut headers = Vec::new();
    for line in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        headers.push((name, value.trim_ascii().to_vec()));
    }
    headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    let asked = Asked {
        line,
        headers,
        body: Vec::new(),
    };
    let waits = asked.header("expect").is_some();
    if waits {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    if asked.header("transfer-encoding").is_some() {
        while !body.ends_with(b"0\r\n\r\n") {
            more(stream, &mut body)?;
        }
    }
    let length = asked.header("content-length").and_then(|l| l.parse().ok());
    while body.len() < length.unwrap_or(0) {
        more(stream, &mut body)?;
    }
    Some(Asked { body, ..asked })
}

fn more(stream: &mut TcpStream, into: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 16_384];
    let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
    into.extend_from_slice(&piece[..length]);
    Some(())
}

/// Without what differs in every call, for reasons that hold for all of them.
fn compared(asked: &Asked) -> Asked {
    let boundary = asked.header("content-type").and_then(|value| {
        let boundary = value.split("boundary=").nth(1)?;
        Some(boundary.split(';').next()?.to_owned())
    });
    let in_bytes = |bytes: &[u8]| match &boundary {
        Some(boundary) => replaced(bytes, boundary.as_bytes(), b"BOUNDARY"),
        None => bytes.to_vec(),
    };
    let (mut headers, body) = (Vec::new(), in_bytes(&asked.body));
    for (name, value) in &asked.headers {
        let text = String::from_utf8_lossy(value);
        let is_standing = match name.as_str() {
            // Each says who it is.
            "user-agent" => text.starts_with("curl/") || text.starts_with("httriage/"),
            // We ask for JSON first, since that is what is read best here.
            "accept" => matches!(&*text, "*/*" | "application/json, */*;q=0.8"),
            // We unpack what came packed, and ask for it always.
            "accept-encoding" => {
                text == "gzip, deflate, br, zstd" || text == "deflate, gzip, br, zstd"
            }
            // Curl asks before it uploads; our bodies are sent at once.
            "expect" => text == "100-continue",
            // The number of the case, which both send.
            "x-case" => true,
            // Our boundaries are shorter than curl's.
            "content-length" => boundary.is_some(),
            _ => false,
        };
        if !is_standing {
            headers.push((name.clone(), in_bytes(value)));
        }
    }
    Asked {
        line: asked.line.clone(),
        headers,
        body,
    }
}

fn replaced(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(what) {
            out.extend_from_slice(with);
            at += what.len();
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A curl that takes nothing from where it runs; `None` where there is none.
fn curl() -> Option<Command> {
    let found = Command::new("curl")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        eprintln!("There is no curl here, so nothing is compared with it.");
        return None;
    }
    let mut curl = Command::new("curl");
    curl.env_clear().stdin(Stdio::null()).stderr(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        curl.env("PATH", path);
    }
    // Before all others: no settings of the person's own.
    curl.args(["--disable", "--silent", "--max-time", "20"]);
    Some(curl)
}

/// Does the work for each of so many numbers, a few at a time.
fn each(count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    work(number);
                }
            });
        }
    });
}

const FILES: [(&str, &[u8]); 6] = [
    ("lines.txt", b"x=1\r\ny=2\n"),
    ("bytes", b"one\ntwo\r\nthree\x00\xff"),
    ("a.json", b"{\"j\":\n1}"),
    ("a name", b"with a blank"),
    ("p.png", b"no picture"),
    ("heads", b"X-One: 1\nX-Two: 2\n"),
];

#[test]
fn what_curl_would_send_leaves_here_byte_for_byte() {
    let Some(_) = curl() else {
        return;
    };
    let recorder = Recorder::start(Vec::new());
    let base = format!("http://127.0.0.1:{}", recorder.port);
    let cases = cases(&base);
    assert!(cases.len() > 300, "{}", cases.len());

    let home = Home::settled(&format!("[environments.here]\nbase_url = \"{base}\"\n"));
    for (name, bytes) in FILES {
        home.write(name, bytes);
    }
    each(cases.len(), |number| {
        let mut curl = curl().unwrap();
        curl.current_dir(home.path("")).stdout(Stdio::null());
        curl.args(&cases[number].words);
        curl.args(case_header(&cases[number], number));
        curl.status().unwrap();
    });
    let theirs = recorder.taken();

    let mut commands = String::new();
    for (number, case) in cases.iter().enumerate() {
        let words = case.words.iter().cloned();
        let words = words.chain(case_header(case, number));
        let words: Vec<String> = words.map(|word| quoted(&word)).collect();
        let _ = writeln!(commands, "curl {}", words.join(" "));
    }
    let file = home.write("commands.sh", &commands);
    let read = home.run(&["import", &file, "--out", "made.session.toml", "--json"]);
    assert_eq!(read.code, 0, "{}", read.all());
    let mut home = home;
    for (name, secret) in secrets(&read.json(), &cases) {
        home = home.with(&name, secret);
    }
    let ran = home.run(&[
        "replay",
        "made.session.toml",
        "--env",
        "here",
        "--send-files",
        "--no-history",
    ]);
    assert!(ran.code <= 1, "{}", ran.all());
    let ours = recorder.taken();

    let mut wrong = String::new();
    for (number, case) in cases.iter().enumerate() {
        let of = |all: &BTreeMap<usize, Vec<Asked>>| -> Vec<Asked> {
            let asked = all.get(&number).map(Vec::as_slice).unwrap_or_default();
            asked.iter().map(compared).collect()
        };
        let (theirs, ours) = (of(&theirs), of(&ours));
        let is_right = match case.differs {
            No => theirs == ours && !theirs.is_empty(),
            By(_) => theirs != ours,
            Sometimes(_) => true,
            Neither(_) => theirs.is_empty() && ours.is_empty(),
        };
        if !is_right {
            let differs = case.differs;
            let words = case.words.join(" ");
            let _ = writeln!(
                wrong,
                "{words}\n  ({differs:?})\n  curl {}\n  ours {}",
                shown(&theirs),
                shown(&ours)
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn case_header(case: &Case, number: usize) -> Vec<String> {
    // Behind `--next` begins another call.
    assert!(!case.words.iter().any(|word| word == "--next"));
    vec!["--header".to_owned(), format!("X-Case: {number}")]
}

fn shown(asked: &[Asked]) -> String {
    let shown = asked.iter().map(|one| {
        let headers = one.headers.iter();
        let headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}: {}", value.escape_ascii()))
            .collect();
        format!(
            "{} | {} | {}",
            one.line,
            headers.join(", "),
            one.body.escape_ascii()
        )
    });
    shown.collect::<Vec<_>>().join("\n       ")
}

/// For each token that the import made, the variable that gives it and the value it stands for.
fn secrets<'c>(read: &Value, cases: &'c [Case]) -> Vec<(String, &'c str)> {
    let mut found = Vec::new();
    for request in read["requests"].as_array().unwrap() {
        let headers = request["headers"].as_array().unwrap();
        let number = headers.iter().find(|row| row[0] == "X-Case");
        let number = number.and_then(|row| row[1].as_str()?.parse::<usize>().ok());
        let Some(case) = number.map(|number| &cases[number]) else {
            continue;
        };
        for token in read["tokens"].as_array().unwrap() {
            let name = token["name"].as_str().unwrap();
            let slot = format!("{{{{token:{name}}}}}");
            let is_in = request.to_string().contains(&slot) || request["token"] == name;
            if is_in {
                assert!(!case.secret.is_empty(), "{name}: {:?}", case.words);
                let variable = token["variable"].as_str().unwrap();
                found.push((variable.to_owned(), case.secret));
            }
        }
    }
    found
}

/// What came of a call: the status, whether all went well, and the body.
#[derive(Debug, PartialEq, Eq)]
struct Got {
    status: u64,
    is_whole: bool,
    body: Vec<u8>,
}

#[test]
fn what_curl_would_get_is_shown_with_the_same_status_and_body() {
    let Some(_) = curl() else {
        return;
    };
    let answers = answers();
    assert!(answers.len() > 100, "{}", answers.len());
    let recorder = Recorder::start(answers.iter().map(|a| a.bytes.clone()).collect());
    let base = format!("http://127.0.0.1:{}", recorder.port);
    let home = Home::new();
    let wrong = Mutex::new(String::new());
    each(answers.len(), |number| {
        let answer = &answers[number];
        let url = format!("{base}/answer/{number}");
        let file = |who: &str| home.path(&format!("{who}-{number}"));
        let body = |who: &str| std::fs::read(file(who)).unwrap_or_default();

        let mut curl = curl().unwrap();
        curl.args(["--compressed", "--write-out", "%{http_code}", "--output"]);
        let ran = curl.arg(file("curl")).arg(&url).output().unwrap();
        let theirs = Got {
            status: String::from_utf8_lossy(&ran.stdout).parse().unwrap_or(0),
            is_whole: ran.status.success(),
            body: body("curl"),
        };
        let out = file("ours");
        let out = out.to_str().unwrap();
        let ran = home.run(&[
            "send",
            "GET",
            &url,
            "--no-history",
            "--output",
            out,
            "--json",
        ]);
        let outcome = &ran.json()["outcome"];
        let response = match &outcome["response"] {
            Value::Null => outcome,
            response => response,
        };
        let ours = Got {
            status: response["status"].as_u64().unwrap_or(0),
            is_whole: [0, 4, 5].contains(&ran.code),
            body: body("ours"),
        };
        let is_right = match answer.differs {
            No => theirs == ours,
            By(_) => theirs != ours,
            Sometimes(_) | Neither(_) => true,
        };
        if !is_right {
            let _ = writeln!(
                wrong.lock().unwrap(),
                "{} ({:?})\n  curl {theirs:?}\n  ours {ours:?}",
                answer.name,
                answer.differs
            );
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong}");
}
