//! What is exported is run by what it is written for, whatever stands in it: the request that
//! arrives is the one that httriage would have sent, and there is no other; no file is read, no
//! variable but ours, and nothing is started.
#![cfg(unix)]

mod border;
mod editor;
mod hostile;
mod hurl_file;
mod recorder;

use hostile::{CANARY, CANARY_FILE, PLACES, TEXTS, ground, meant, session};
use httriage::format::{curl, http_file, hurl, registry};
use httriage::model::{
    Body, Environment, Piece, RequestSpec, SentRequest, Session, Step, is_unsafe, resolve,
    with_pieces,
};
use proptest::prelude::*;
use recorder::{Recorder, Request};
use std::path::Path;
use std::process::{Command, Stdio};

const UPLOAD: &[u8] = b"the file that is sent";

/// A folder with the file that may be sent, and one that may not.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("up.txt"), UPLOAD).unwrap();
    std::fs::write(folder.path().join(CANARY_FILE), CANARY).unwrap();
    folder
}

/// Every value that is asked for is this one.
const VALUE: &str = "1";

fn run(program: &str, arguments: &[&str], variables: &[String], folder: &Path) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.env("HTTRIAGE_CANARY", CANARY).env("HOME", folder);
    command.envs(variables.iter().map(|name| (name, VALUE)));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn has(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What arrives of a request.
fn arriving(sent: &SentRequest) -> Request {
    let (_, rest) = sent.url.split_once("://").unwrap();
    let target = rest.find('/').map_or("/", |at| &rest[at..]);
    let mut body = sent.body.clone();
    for (at, path) in sent.files.iter().rev() {
        if path == "up.txt" {
            body.splice(*at..*at, UPLOAD.iter().copied());
        }
    }
    let headers = sent.headers.iter();
    let headers = headers.map(|h| (h.name.to_ascii_lowercase(), h.value.clone()));
    let request = Request {
        method: sent.method.clone(),
        target: target.split('#').next().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
    };
    request.plain()
}

/// The folder is as it was, and nothing that was to stay there has arrived.
fn check_harmless(folder: &Path, seen: &[Request], what: &str) {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("exported"))
        .collect();
    names.sort();
    assert_eq!(names, [CANARY_FILE, "up.txt"], "{what}");
    for request in seen {
        let whole = format!("{request:?} {}", String::from_utf8_lossy(&request.body));
        assert!(!whole.contains(CANARY), "{what}: {whole}");
    }
}

fn is_safe_to_show(text: &str, what: &str) {
    assert!(!text.contains(is_unsafe), "{what}: {text:?}");
}

/// A step whose file is none of the folder is not there to be compared.
fn sends_a_file_that_is_not_there(step: &Step) -> bool {
    matches!(&step.spec.body, Body::File(path) if path != "up.txt")
}

#[test]
fn curl_makes_of_every_hostile_text_the_request_that_was_meant() {
    let mut cells = 0;
    for (place, put) in PLACES {
        let recorder = Recorder::new();
        let session = session(*put, TEXTS);
        let written = curl::write_session(&session, &ground(&recorder.base));
        is_safe_to_show(&written.text, place);
        let folder = folder();
        let script = folder.path().join("exported.sh");
        std::fs::write(&script, &written.text).unwrap();
        let mut wanted = Vec::new();
        for (step, text) in session.steps.iter().zip(TEXTS) {
            cells += 1;
            if let Some(sent) = meant(step, &recorder.base)
                && !sends_a_file_that_is_not_there(step)
            {
                wanted.push((text, arriving(&sent)));
            }
        }
        if !has("curl") {
            eprintln!("There is no curl here, and what it makes of {place} is not tried.");
            continue;
        }
        let script = script.to_str().unwrap();
        run("sh", &[script], &written.variables, folder.path());
        let seen: Vec<Request> = recorder.take().into_iter().map(Request::plain).collect();
        check_harmless(folder.path(), &seen, place);
        if session.steps.iter().any(sends_a_file_that_is_not_there) {
            // Of a file that is not there curl sends nothing, and goes on.
            let known = |body: &[u8]| body.is_empty() || body == UPLOAD;
            assert!(seen.iter().all(|request| known(&request.body)), "{place}");
            continue;
        }
        for ((text, wanted), seen) in wanted.iter().zip(&seen) {
            if written.variables.is_empty() {
                assert_eq!(seen, wanted, "{place}: {text:?}")
            } else {
                // What curl encodes itself is written in another way.
                assert_eq!(
                    decoded(seen.clone()),
                    decoded(wanted.clone()),
                    "{place}: {text:?}\n{}",
                    written.text
                )
            }
        }
        assert_eq!(seen.len(), wanted.len(), "{place}\n{}", written.text);
    }
    println!("{cells} cells of curl");
}

#[test]
fn a_shell_that_knows_no_comments_does_nothing_for_one() {
    for shell in ["sh", "zsh"].into_iter().filter(|shell| has_shell(shell)) {
        let texts: Vec<&str> = TEXTS
            .iter()
            .filter(|t| !t.contains('\0'))
            .copied()
            .collect();
        let (_, put) = PLACES
            .iter()
            .find(|(name, _)| *name == "step's name")
            .unwrap();
        let written = curl::write_session(&session(*put, &texts), &ground("http://127.0.0.1:9"));
        let lines = written.text.lines().filter(|line| line.starts_with("# "));
        // As at a prompt, where the sign is the name of a program that is not there.
        let script: String = lines.map(|line| format!(": {}\n", &line[2..])).collect();
        let folder = folder();
        let file = folder.path().join("exported.sh");
        std::fs::write(&file, format!("set +e\n{script}: end > exported.end\n")).unwrap();
        run(shell, &[file.to_str().unwrap()], &[], folder.path());
        check_harmless(folder.path(), &[], shell);
    }
}

fn has_shell(shell: &str) -> bool {
    Command::new(shell)
        .args(["-c", ":"])
        .status()
        .is_ok_and(|status| status.success())
}

/// The one request of a file, as httriage imports it.
fn imported(text: &str, what: &str) -> SentRequest {
    let read = registry::read(text, "x", Some("http"), &[], &|_| None, &mut |_| ());
    let read = read.expect(what);
    assert_eq!(read.requests.len(), 1, "{what}");
    let mut spec = read.requests[0].spec.clone();
    // As if every credential had the one value.
    spec.change_templates(|text| {
        *text = with_pieces(text, |piece| match piece {
            Piece::Token(_) => Some(VALUE.to_owned()),
            Piece::Plain(_) | Piece::Name(_) | Piece::Brace => None,
        });
    });
    resolve(&spec, &Environment::default()).expect(what)
}

/// A query and a form as they are read, since they are not written in one way alone.
fn decoded(mut request: Request) -> Request {
    let plain = |text: &[u8]| {
        let text = String::from_utf8_lossy(text).replace('+', " ");
        httriage::model::decoded(&text).unwrap_or(text)
    };
    request.target = plain(request.target.as_bytes());
    if request.header("content-type") == Some(b"application/x-www-form-urlencoded") {
        request.body = plain(&request.body).into_bytes();
    }
    request
}

#[test]
fn an_http_file_is_read_as_the_requests_that_were_meant_and_what_it_cannot_hold_is_said() {
    let base = "http://127.0.0.1:9";
    let mut cells = 0;
    let mut left_out = 0;
    for (place, put) in PLACES {
        for text in TEXTS {
            cells += 1;
            let step = hostile::step(*put, text);
            let session = Session {
                steps: vec![step.clone()],
                ..Session::default()
            };
            let written = http_file::write_session(&session, &ground(base));
            let what = format!("{place}: {text:?}\n{}", written.text);
            is_safe_to_show(&written.text, &what);
            let wanted = meant(&step, base).map(|sent| arriving(&sent));
            // As VS Code reads it.
            let read = editor::requests(&written.text, &what);
            assert_eq!(read.len(), written.requests, "{what}");
            let said = !written.notes.is_empty();
            if read.is_empty() {
                left_out += 1;
                assert!(said, "{what}");
                continue;
            }
            let wanted = wanted.expect(&what);
            compare(&read[0], &wanted, said, &what);
            // As httriage reads it.
            let again = imported(&written.text, &what);
            compare(&decoded(arriving(&again)), &decoded(wanted), said, &what);
        }
    }
    println!("{cells} cells of .http, {left_out} of them left out");
}

/// A request is the one that was meant; where something is said, headers may be missing, and a
/// line break at the end of the body.
fn compare(read: &Request, wanted: &Request, said: bool, what: &str) {
    let mut wanted = wanted.clone();
    if said {
        wanted
            .headers
            .retain(|header| read.headers.contains(header));
    }
    if wanted.body.ends_with(b"\n") && !read.body.ends_with(b"\n") {
        assert!(what.contains("line break at the end") || said, "{what}");
        wanted.body.pop();
    }
    assert_eq!(*read, wanted, "{what}");
}

#[test]
fn a_hurl_file_is_read_as_the_requests_that_were_meant_and_what_it_cannot_hold_is_said() {
    let recorder = Recorder::new();
    let base = &recorder.base;
    let folder = folder();
    let file = folder.path().join("exported.hurl");
    let is_run = has("hurl");
    if !is_run {
        eprintln!("There is no hurl here; its files are read by the rules of its grammar alone.");
    }
    let mut cells = 0;
    let mut left_out = 0;
    for (place, put) in PLACES {
        for text in TEXTS {
            cells += 1;
            let step = hostile::step(*put, text);
            let session = Session {
                steps: vec![step.clone()],
                ..Session::default()
            };
            let written = hurl::write_session(&session, &ground(base));
            let what = format!("{place}: {text:?}\n{}", written.text);
            is_safe_to_show(&written.text, &what);
            let read = hurl_file::requests(&written.text, UPLOAD, &what);
            assert_eq!(read.len(), written.requests, "{what}");
            if read.is_empty() {
                left_out += 1;
                assert!(!written.notes.is_empty(), "{what}");
                continue;
            }
            let sent = meant(&step, base).expect(&what);
            let wanted = arriving(&sent);
            let said = !written.notes.is_empty();
            let is_there = !sends_a_file_that_is_not_there(&step);
            if is_there {
                compare(
                    &decoded(read[0].clone().plain()),
                    &decoded(wanted.clone()),
                    said,
                    &what,
                );
            }
            if is_run && is_there {
                std::fs::write(&file, &written.text).unwrap();
                let mut arguments = vec!["--no-color".to_owned()];
                for name in hurl_file::variables(&written.text) {
                    arguments.extend(["--variable".to_owned(), format!("{name}={VALUE}")]);
                }
                arguments.push(file.to_str().unwrap().to_owned());
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                run("hurl", &arguments, &[], folder.path());
                let seen: Vec<Request> = recorder.take().into_iter().map(Request::plain).collect();
                assert_eq!(seen.len(), 1, "{what}");
                compare(&decoded(seen[0].clone()), &decoded(wanted), said, &what);
                check_harmless(folder.path(), &seen, &what);
            }
        }
    }
    println!("{cells} cells of Hurl, {left_out} of them left out");
}

fn any_text() -> impl Strategy<Value = String> {
    let signs = "[-#@<>/={}&$'\"`\\\\\n\r\t ;:,|+%~!?.*()a-c0\\[\\]\u{2028}\u{1b}é]{0,14}";
    prop_oneof![
        signs.prop_map(|text: String| text),
        any::<String>().prop_map(|text| text.chars().take(30).collect()),
        (0..TEXTS.len(), 0..TEXTS.len()).prop_map(|(a, b)| format!("{}{}", TEXTS[a], TEXTS[b])),
        (0..TEXTS.len()).prop_map(|a| format!("a\n{}", TEXTS[a])),
    ]
    // What has no name is no row.
    .prop_filter("empty", |text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_in_any_place_is_held_as_it_is_or_left_out(
        texts in proptest::collection::vec(any_text(), 1..3),
        places in proptest::collection::vec(0..PLACES.len(), 1..3),
    ) {
        let base = "http://127.0.0.1:9";
        let mut step = Step { spec: RequestSpec::new("GET", "{{base}}/p"), ..Step::default() };
        for (text, place) in texts.iter().zip(&places) {
            (PLACES[*place].1)(&mut step, text);
        }
        let wanted = meant(&step, base).map(|sent| arriving(&sent));
        let session = Session { steps: vec![step.clone()], ..Session::default() };

        let written = http_file::write_session(&session, &ground(base));
        let what = format!("{texts:?}\n{}", written.text);
        let read = editor::requests(&written.text, &what);
        prop_assert_eq!(read.len(), written.requests, "{}", what);
        // What is lifted out has a value of its own.
        if let Some(read) = read.first()
            && written.variables.is_empty()
        {
            compare(read, wanted.as_ref().expect(&what), !written.notes.is_empty(), &what);
            let again = imported(&written.text, &what);
            let wanted = decoded(wanted.clone().expect(&what));
            compare(&decoded(arriving(&again)), &wanted, !written.notes.is_empty(), &what);
        }

        let written = hurl::write_session(&session, &ground(base));
        let what = format!("{texts:?}\n{}", written.text);
        let read = hurl_file::requests(&written.text, UPLOAD, &what);
        prop_assert_eq!(read.len(), written.requests, "{}", what);
        if let Some(read) = read.first()
            && written.variables.is_empty()
            && !sends_a_file_that_is_not_there(&step)
        {
            let wanted = decoded(wanted.clone().expect(&what));
            compare(&decoded(read.clone().plain()), &wanted, !written.notes.is_empty(), &what);
        }

        let written = curl::write_session(&session, &ground(base));
        let is_written = wanted.is_some() && !written.text.contains("sends the file");
        prop_assert!(written.requests == 1 || !is_written, "{}", written.text);
        is_safe_to_show(&written.text, "curl");
    }
}
