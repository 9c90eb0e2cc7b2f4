//! What a person puts into the request, in the real program: an editor of their own, and bodies
//! of every kind, each looked at where it arrives.
#![cfg(unix)]

use crate::tty;

use std::io::{Read, Write};
use std::net::TcpListener;
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
    tty.types("\x1b[B[[\r");
    tty.sees("Esc done");
    tty.types("{\"a\": \"old\", \"t\": \"{{token:support}}\"}\x1b");
    tty.sees("e editor");
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
    assert_eq!(tty.is_left(), 0);
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
        tty.types("\x1b[B[[\r");
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
    tty.types("\x1b[Be");
    tty.sees("Waiting ");
    assert_eq!(left_over(home.path()).len(), 1);
    tty.signal("TERM");
    assert_eq!(tty.ends(), 0);
    assert_eq!(left_over(home.path()), [] as [PathBuf; 0]);
    assert!(tty.is_given_back());
}

#[test]
fn ctrl_c_in_an_editor_ends_the_editor_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = editor(
        home.path(),
        "waiting",
        "echo run >> runs; printf 'Waiting %d.' $(wc -l < runs); read -r answer",
    );
    let variables = [
        ("EDITOR", path.to_str().unwrap()),
        ("PATH", "/usr/bin:/bin"),
    ];
    let mut tty = Tty::start_in(home.path(), &["http://127.0.0.1:9/"], (100, 30), &variables);
    tty.sees("GET ▾");
    for number in 1..4 {
        tty.types("\x1b[Be");
        tty.sees(&format!("Waiting {number}."));
        tty.types("\x03");
        tty.sees("The body was left as it was");
        assert!(tty.is_running());
        tty.types("\x1b");
        tty.loses("The body was left as it was");
    }
    tty.types("q");
    assert_eq!(tty.ends(), 0);
    assert_eq!(left_over(home.path()), [] as [PathBuf; 0]);
}

/// Takes one call and answers it: its head in small letters, and its body.
fn taken(server: &TcpListener) -> (String, Vec<u8>) {
    let (mut stream, _) = server.accept().unwrap();
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if bytes.len() == end + 4 + length {
                write!(
                    stream,
                    "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"
                )
                .unwrap();
                return (head, bytes[end + 4..].to_vec());
            }
        }
        let length = stream.read(&mut part).unwrap();
        assert!(length > 0);
        bytes.extend_from_slice(&part[..length]);
    }
}

#[test]
fn each_kind_of_body_arrives_as_it_was_typed() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("today.txt"), b"line\r\n\xff{{not filled}}").unwrap();
    let url = format!("http://{}/items", server.local_addr().unwrap());
    let mut tty = Tty::start_in(home.path(), &[&url], (160, 48), &[]);
    tty.sees(&url);
    let sends = |tty: &mut Tty| {
        tty.types("\x12");
        let taken = taken(&server);
        tty.sees("✓ 204 No Content");
        // The answer is on the screen; the next one is waited for anew.
        tty.types("\x1b1\x1b[B");
        taken
    };
    // Text that is JSON.
    tty.types("\x1b[B[[\r");
    tty.sees("Esc done");
    tty.types("{\"a\": 1}\x1b");
    tty.sees("Content-Type: application/json");
    let (head, body) = sends(&mut tty);
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(body, b"{\"a\": 1}");
    // A form: the list opens on text, and the form stands beneath it.
    tty.types("b");
    tty.sees("as it is typed");
    tty.types("j\r");
    tty.sees("No rows.");
    tty.types("aa b = c&d\raoff = 1\r");
    tty.sees("off = 1");
    tty.types(" ");
    tty.sees("✗ off");
    let (head, body) = sends(&mut tty);
    assert!(
        head.contains("content-type: application/x-www-form-urlencoded"),
        "{head}"
    );
    assert_eq!(body, b"a%20b=c%26d");
    // Parts take the rows over; a file is one more.
    tty.types("b");
    tty.sees("as it is typed");
    tty.types("j\r");
    tty.sees("Content-Type: multipart/form-data");
    tty.types("aupload @ today.txt\r");
    tty.sees("file");
    let (head, body) = sends(&mut tty);
    assert!(
        head.contains("content-type: multipart/form-data; boundary="),
        "{head}"
    );
    let text = String::from_utf8_lossy(&body);
    assert!(text.contains("name=\"a b\"\r\n\r\nc&d\r\n"), "{text}");
    assert!(
        text.contains("name=\"upload\"; filename=\"today.txt\""),
        "{text}"
    );
    let file = b"line\r\n\xff{{not filled}}";
    assert!(body.windows(file.len()).any(|w| w == file), "{text}");
    assert!(!text.contains("off"), "{text}");
    // A file.
    tty.types("b");
    tty.sees("as it is typed");
    tty.types("j\r");
    tty.sees("No file.");
    tty.types("\rtoday.txt\r");
    tty.sees("It is read when the call is made.");
    let (head, body) = sends(&mut tty);
    assert!(!head.contains("content-type"), "{head}");
    assert_eq!(body, b"line\r\n\xff{{not filled}}");
    // None, and the row that was taken out comes back with its form.
    tty.types("b");
    tty.sees("as it is typed");
    tty.types("kkkk\r");
    tty.sees("No body.");
    let (head, body) = sends(&mut tty);
    assert!(!head.contains("content-type") && body.is_empty(), "{head}");
    assert_eq!(tty.is_left(), 0);
}

#[test]
fn a_pasted_curl_command_fills_the_rows_of_its_body() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = server.local_addr().unwrap();
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.txt"), "contents").unwrap();
    let mut tty = Tty::start_in(home.path(), &[], (160, 48), &[]);
    tty.sees("▲ 403 Forbidden");
    tty.types(&format!(
        "\x1b[200~curl http://{host}/up -F note=hello -F 'log=@a.txt;type=text/plain'\x1b[201~"
    ));
    tty.sees("The pasted command is in the builder");
    tty.sees("Body 2");
    tty.types("\x1b[B[[");
    tty.sees("log  @ a.txt  file, text/plain");
    // A part that is switched off stays at home.
    tty.types(" \x12");
    // Somebody else named the file, so that nothing goes unasked.
    tty.sees("This call sends a.txt from this machine");
    tty.types("Y");
    let (_, body) = taken(&server);
    let text = String::from_utf8_lossy(&body).into_owned();
    assert!(
        text.contains("Content-Type: text/plain\r\n\r\ncontents\r\n"),
        "{text}"
    );
    assert!(!text.contains("hello"), "{text}");
    tty.sees("✓ 204 No Content");
    tty.types(&format!(
        "\x1b[200~curl http://{host}/up -d 'q=a%20b&page=2'\x1b[201~"
    ));
    tty.sees("page = 2");
    tty.types("\x12");
    let (head, body) = taken(&server);
    assert!(head.contains("x-www-form-urlencoded"), "{head}");
    assert_eq!(body, b"q=a%20b&page=2");
    assert_eq!(tty.is_left(), 0);
}

#[test]
fn notes_stay_with_the_call_and_its_session_and_are_never_sent() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = tempfile::tempdir().unwrap();
    let url = format!("http://{}/items", server.local_addr().unwrap());
    let path = editor(home.path(), "more", "echo 'from the editor' >> \"$1\"");
    let variables = [
        ("EDITOR", path.to_str().unwrap()),
        ("PATH", "/usr/bin:/bin"),
    ];
    let mut tty = Tty::start_in(home.path(), &[&url], (160, 48), &variables);
    tty.sees(&url);
    tty.types("\x1b[B[\r");
    tty.sees("Esc done");
    tty.types("ACME-1234: since the release.\r\x1b");
    tty.sees("e editor");
    tty.types("e");
    tty.sees("from the editor");
    tty.types("\x12");
    let (head, body) = taken(&server);
    assert!(!head.contains("acme") && body.is_empty(), "{head}");
    tty.sees("✓ 204 No Content");
    tty.types("\x13");
    tty.sees("Save this call as a session");
    tty.types("\r");
    tty.sees("Saved");
    assert_eq!(tty.is_left(), 0);
    let sessions = std::fs::read_dir(home.path().join("data/sessions")).unwrap();
    let session = sessions.map(|entry| entry.unwrap().path()).next().unwrap();
    let text = std::fs::read_to_string(session).unwrap();
    assert!(text.contains("ACME-1234: since the release."), "{text}");
    assert!(text.contains("from the editor"), "{text}");
    // The next run has them too, with the call they were made for.
    let mut tty = Tty::start_in(home.path(), &[&url], (160, 48), &variables);
    tty.sees("204  GET");
    tty.types("\x1b3\r");
    tty.sees("Notes ·");
    tty.types("\x1b1\x1b[B[");
    tty.sees("ACME-1234: since the release.");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn the_credential_of_a_pasted_recording_reaches_its_host_and_no_file() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = server.local_addr().unwrap();
    let home = tempfile::tempdir().unwrap();
    let secret = "recorded-abcdef0123456789";
    let call = |path: &str| {
        format!(
            r#"{{"startedDateTime":"2024-05-12T09:30:00Z","time":1,"request":{{"method":"GET","url":"http://{host}{path}","httpVersion":"h2","headers":[{{"name":"authorization","value":"Bearer {secret}"}}]}},"response":{{"status":403,"statusText":"","httpVersion":"h2","headers":[],"content":{{"size":0,"mimeType":"","text":""}}}},"timings":{{"send":0,"wait":1,"receive":1}}}}"#
        )
    };
    let text = format!(
        r#"{{"log":{{"version":"1.2","entries":[{},{}]}}}}"#,
        call("/a"),
        call("/b")
    );
    let mut tty = Tty::start_in(home.path(), &[], (160, 48), &[]);
    tty.sees("▲ 403 Forbidden");
    tty.types(&format!("\x1b[200~{text}\x1b[201~"));
    tty.sees("The pasted recording holds 2 calls");
    tty.types("\x12");
    let (head, _) = taken(&server);
    assert!(head.starts_with("get /a "), "{head}");
    assert!(
        head.contains(&format!("authorization: bearer {secret}")),
        "{head}"
    );
    tty.sees("✓ 204 No Content");
    tty.types("\x1b3");
    tty.sees("/a");
    tty.types("3");
    tty.sees("recording of http://127.0.0.1");
    // It is in no file until that is asked for, and then without the value.
    assert!(!home.path().join("data/sessions").exists());
    tty.types("\x13");
    tty.sees("Saved 2 steps as");
    tty.sees("▸ recording-of-http-127-0-0-1");
    assert_eq!(tty.is_left(), 0);
    assert!(!String::from_utf8_lossy(&tty.bytes()).contains(secret));
    let mut folders = vec![home.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}
