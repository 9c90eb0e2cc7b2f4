//! The binary replaying sessions: what it prints, how it ends, and what it keeps to itself.

use httriage::model::is_unsafe;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Instant;

struct Room {
    dir: tempfile::TempDir,
    variables: Vec<(&'static str, &'static str)>,
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}{}", self.out, self.err))
    }

    /// The change of every step.
    fn changes(&self) -> Vec<String> {
        let json = self.json();
        let steps = json["steps"].as_array().unwrap().iter();
        steps
            .map(|s| s["change"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Room {
    fn new() -> Room {
        Room {
            dir: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    fn config(self, text: &str) -> Room {
        std::fs::write(self.dir.path().join("config.toml"), text).unwrap();
        self
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.dir.path().join("a.session.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.httriage(&[&["replay"], arguments].concat())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_httriage"));
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env("HTTRIAGE_CONFIG_DIR", self.dir.path())
            .env("HTTRIAGE_DATA_DIR", self.dir.path().join("data"))
            .envs(self.variables.iter().copied())
            .env("NO_PROXY", "127.0.0.1");
        command
    }

    fn httriage(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Replays a session given as text.
    fn replay(&self, session: &str, options: &[&str]) -> Ran {
        let path = self.file(session);
        let mut arguments = vec![path.to_str().unwrap()];
        arguments.extend(options);
        self.run(&arguments)
    }
}

const RECORDED: &str = r#"
name = "ACME-1234 runbook tasks refused"
environment = "sandbox"

[[step]]
name = "list tasks"
token = "support"
method = "GET"
url = "{{base}}/core/runbooks/7/tasks"
[step.expect]
status = 403
codes = ["forbidden"]

[[step]]
name = "who am I"
token = "support"
method = "GET"
url = "/core/users/me"
[step.expect]
status = 200

[[step]]
name = "no token"
method = "GET"
url = "/core/users/me"
[step.expect]
status = 401
"#;

/// Answers a call by its path: 404 for order 7, 200 for all else.
fn orders() -> (String, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let length = stream.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let status = if path.ends_with("/7") {
                "404 Not Found"
            } else {
                "200 OK"
            };
            seen.lock().unwrap().push(path);
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
            );
        }
    });
    (base, asked)
}

#[test]
fn a_session_replays_what_was_recorded_whatever_the_environment_calls_by_the_same_name() {
    let (base, asked) = orders();
    let room = Room::new().config(&format!(
        "environment = \"acme\"\n[environments.acme]\nbase_url = \"{base}\"\nvariables = {{ order = \"3\" }}\n"
    ));
    assert_eq!(room.httriage(&["send", "GET", "/orders/7"]).code, 4);
    let saved = room.httriage(&["history", "save", "order seven", "404"]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let ran = room.run(&["order-seven", "--json"]);
    assert_eq!((ran.code, ran.changes()), (0, vec!["same".to_owned()]));
    // So does a file of an earlier version, whose variable has the environment's name.
    let old = "name = \"old\"\nenvironment = \"acme\"\nvariables = { order = \"7\" }\n[[step]]\nname = \"one\"\nmethod = \"GET\"\nurl = \"{{base}}/orders/{{order}}\"\n[step.expect]\nstatus = 404\n";
    assert_eq!(room.replay(old, &["--json"]).changes(), ["same"]);
    let other = room.replay(old, &["--json", "--var", "order=3"]);
    assert_eq!(other.changes(), ["changed"]);
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked, ["/orders/7", "/orders/7", "/orders/7", "/orders/3"]);
}

#[test]
fn a_case_is_saved_without_probes_and_made_up_tokens_and_replays_in_another_run() {
    let (base, _) = orders();
    let mut room = Room::new().config(&format!(
        "environment = \"acme\"\n[environments.acme]\nbase_url = \"{base}\"\ntokens = [\"desk\"]\n"
    ));
    room.variables = vec![("HTTRIAGE_TOKEN_DESK", "the-value-of-the-desk")];
    let sent = room.httriage(&[
        "send",
        "GET",
        "/orders/7",
        "--token",
        "desk",
        "--case",
        "A-1",
    ]);
    assert_eq!(sent.code, 4, "{}", sent.err);
    let asked = room.httriage(&[
        "investigate",
        "GET",
        "/orders/7",
        "--token",
        "desk",
        "--case",
        "A-1",
        "--json",
    ]);
    assert_eq!(asked.code, 0, "{}", asked.err);
    let probes = asked.json()["probes"].as_array().unwrap().len();
    assert!(probes > 0);
    let saved = room.httriage(&["history", "save", "A-1", "case:A-1"]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    assert!(
        saved
            .err
            .contains(&format!("{probes} that fit were left out")),
        "{}",
        saved.err
    );
    let ran = room.run(&["A-1", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(ran.changes(), ["same", "same"]);
}

#[test]
fn steps_that_recorded_nothing_are_never_called_the_same() {
    let (base, _) = orders();
    let step = |expect: &str| {
        format!("[[step]]\nname = \"one\"\nmethod = \"GET\"\nurl = \"{base}/x\"\n{expect}")
    };
    let open = format!("name = \"a\"\n{}{}", step(""), step(""));
    let room = Room::new();
    let ran = room.replay(&open, &[]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.contains("○ one  nothing recorded → 200"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.ends_with(
            "2 steps: 2 nothing recorded. Nothing was recorded, so there is nothing to compare.\n"
        ),
        "{}",
        ran.out
    );
    let json = room.replay(&open, &["--json"]);
    assert_eq!(json.changes(), ["unrecorded", "unrecorded"]);
    assert_eq!(
        (&json.json()["unrecorded"], &json.json()["same"]),
        (&2.into(), &0.into())
    );
    let mixed = format!(
        "name = \"a\"\n{}{}",
        step("[step.expect]\nstatus = 200\n"),
        step("")
    );
    let ran = room.replay(&mixed, &[]);
    assert!(
        ran.out.contains(
            "1 same, 1 nothing recorded. What was recorded is as it was; the rest recorded nothing."
        ),
        "{}",
        ran.out
    );
    let junit = room.replay(&open, &["--report", "junit"]);
    assert!(junit.out.contains("failures=\"0\""), "{}", junit.out);
}

#[test]
fn a_session_that_comes_out_as_recorded_ends_with_0() {
    let room = Room::new();
    let ran = room.replay(RECORDED, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.is_empty());
    assert!(
        ran.out.starts_with("ACME-1234 runbook tasks refused\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("= list tasks  403 forbidden → 403 forbidden  token support ·"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("3 steps: 3 same. Everything is as recorded."),
        "{}",
        ran.out
    );

    for option in ["--json", "--report=json"] {
        let ran = room.replay(RECORDED, &[option]);
        assert_eq!(ran.code, 0);
        let json = ran.json();
        assert_eq!(json["session"], "ACME-1234 runbook tasks refused");
        assert_eq!(json["same"], 3);
        assert_eq!(json["changed"], 0);
        let step = &json["steps"][0];
        assert_eq!(
            step["recorded"],
            serde_json::json!({"status": 403, "codes": ["forbidden"]})
        );
        assert_eq!(step["replayed"], step["recorded"]);
        assert_eq!(step["change"], "same");
        assert_eq!(step["differences"], serde_json::json!([]));
        assert!(step.get("direction").is_none());
    }
}

/// Calls of the sandbox, all of one case.
fn with_calls(paths: &[&str]) -> Room {
    let room = Room::new();
    for path in paths {
        let sent = [
            "send", "GET", path, "--env", "sandbox", "--token", "support",
        ];
        room.httriage(&[&sent[..], &["--case", "A-1"]].concat());
    }
    room
}

#[test]
fn the_calls_of_a_case_are_saved_and_replay_as_recorded() {
    let room = with_calls(&[
        "/core/runbooks",
        "/core/runbooks/7",
        "/core/runbooks/7/tasks",
    ]);
    let saved = room.httriage(&[
        "history",
        "save",
        "A-1 refused",
        "case:A-1",
        "--note",
        "since Monday",
        "--body",
    ]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let path = saved
        .out
        .trim()
        .strip_prefix("3 steps written to ")
        .unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    for part in [
        "name = \"A-1 refused\"",
        "note = \"since Monday\"",
        "environment = \"sandbox\"",
        "url = \"/core/runbooks/{{runbook}}\"",
        "token = \"support\"",
        "body = ",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let place = |part: &str| text.find(part).unwrap();
    assert!(place("GET /core/runbooks\"") < place("GET /core/runbooks/7\""));
    let replayed = room.run(&[path, "--json"]);
    assert_eq!(replayed.changes(), ["same"; 3], "{}", replayed.out);

    // Once more, and the file that is there stays.
    let again = room.httriage(&["history", "save", "A-1 refused", "case:A-1"]);
    let other = again
        .out
        .trim()
        .strip_prefix("3 steps written to ")
        .unwrap();
    assert_ne!(other, path);
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    let without = std::fs::read_to_string(other).unwrap();
    assert!(!without.contains("body = "), "{without}");
}

#[test]
fn what_came_since_a_call_is_saved_without_what_came_before() {
    let room = with_calls(&["/core/runbooks", "/core/runbooks/7", "/core/workspaces"]);
    let listed = room.httriage(&["history", "list", "--json"]).json();
    let second = listed["exchanges"][1]["id"].as_str().unwrap();
    let saved = [
        "history",
        "save",
        "later",
        "--from",
        second,
        "--out",
        "later.session.toml",
    ];
    let saved = room.httriage(&saved);
    assert_eq!(
        saved.out, "2 steps written to later.session.toml\n",
        "{}",
        saved.err
    );
    let text = std::fs::read_to_string(room.dir.path().join("later.session.toml")).unwrap();
    assert!(
        text.contains("/core/workspaces") && !text.contains("GET /core/runbooks\""),
        "{text}"
    );
    for (filter, what) in [
        (&["case:none"][..], "No call fits, so no session was saved."),
        (&["--from", "zzzz"], "There is no call with the id zzzz"),
    ] {
        let refused = room.httriage(&[&["history", "save", "x"], filter].concat());
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains(what), "{}", refused.err);
    }
}

#[test]
fn a_save_that_is_killed_leaves_the_old_file_or_the_new_one() {
    let room = with_calls(&["/core/runbooks", "/core/runbooks/7"]);
    let old = room.httriage(&["history", "save", "old", "--out", "s.session.toml"]);
    assert_eq!(old.code, 0, "{}", old.err);
    let path = room.dir.path().join("s.session.toml");
    let old = std::fs::read_to_string(&path).unwrap();
    let new = [
        "history",
        "save",
        "new",
        "--note",
        "n",
        "--out",
        "s.session.toml",
    ];
    let began = Instant::now();
    assert_eq!(room.httriage(&new).code, 0);
    let whole = began.elapsed();
    let new_text = std::fs::read_to_string(&path).unwrap();
    const KILLS: u32 = 30;
    let mut came_through = 0;
    for kill in 0..KILLS {
        std::fs::write(&path, &old).unwrap();
        let mut child = room
            .command(&new)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + whole * kill / KILLS;
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text == old || text == new_text, "{text}");
        came_through += u32::from(text == new_text);
    }
    assert!(
        came_through < KILLS,
        "no kill came early enough to tell anything"
    );
    // Nor is the folder of it.
    assert_eq!(room.httriage(&new).code, 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), new_text);
}

#[test]
fn a_change_is_named_with_its_direction() {
    let room = Room::new();
    let session = RECORDED.replace("status = 403\ncodes = [\"forbidden\"]", "status = 200");
    let ran = room.replay(&session, &[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("≠ list tasks  200 → 403 forbidden"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("  broken\n    status was 200, is 403\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("1 changed. Not everything"), "{}", ran.out);
    assert!(ran.out.contains("\n    why: permission."), "{}", ran.out);
    let json = room.replay(&session, &["--json"]).json();
    let verdict = &json["steps"][0]["verdict"];
    assert!(
        verdict["cause"]
            .as_str()
            .unwrap()
            .starts_with("permission.")
    );
    assert!(verdict["confidence"].as_f64().unwrap() > 0.0);
    assert!(json["steps"][1].get("verdict").is_none());
    let markdown = room.replay(&session, &["--report", "markdown"]).out;
    assert!(markdown.contains("\n- why: permission."), "{markdown}");

    let session = RECORDED.replace("status = 200", "status = 403");
    let ran = room.replay(&session, &["--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.changes(), ["same", "changed", "same"]);
    assert_eq!(ran.json()["steps"][1]["direction"], "fixed");

    let session = RECORDED.replace("[\"forbidden\"]", "[\"hidden\"]");
    let ran = room.replay(&session, &["--json"]);
    let differences = &ran.json()["steps"][0]["differences"];
    assert_eq!(
        differences,
        &serde_json::json!(["codes were hidden, are forbidden"])
    );
}

#[test]
fn other_words_alone_end_with_0() {
    let codes = "codes = [\"forbidden\"]";
    let session = RECORDED.replace(codes, &format!("{codes}\ntitles = [\"Verboten\"]"));
    let ran = Room::new().replay(&session, &[]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("~ list tasks"), "{}", ran.out);
    assert!(
        ran.out
            .contains("title of forbidden was \"Verboten\", is \""),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("Only words differ"), "{}", ran.out);
}

#[test]
fn another_token_may_take_the_place_of_each_steps_own() {
    let room = Room::new();
    let ran = room.replay(RECORDED, &["--token", "editor", "--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["steps"][0]["direction"], "fixed");
    assert_eq!(ran.json()["steps"][0]["token"], "editor");
    let ran = room.replay(RECORDED, &["--token", "nobody"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("There is no token named nobody"));
}

#[test]
fn a_port_that_nobody_listens_on_is_failed_with_its_cause() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let session = format!(
        "name = \"a\"\n[[step]]\nname = \"s\"\nmethod = \"GET\"\nurl = \"http://127.0.0.1:{port}/\"\n[step.expect]\nstatus = 200\n"
    );
    let room = Room::new();
    let ran = room.replay(&session, &["--json"]);
    assert_eq!(ran.code, 1);
    let step = &ran.json()["steps"][0];
    assert_eq!(step["change"], "failed");
    assert_eq!(step["direction"], "broken");
    assert_eq!(step["replayed"]["kind"], "connect.refused");
    assert!(step["replayed"]["message"].is_string());
    assert!(
        room.replay(&session, &[])
            .out
            .contains("⚡ s  200 → connect.refused  broken")
    );

    let again = session.replace("status = 200\n", "");
    let again = again.replace("[[step]]", "environment = \"command line\"\n[[step]]");
    assert_eq!(room.replay(&again, &[]).code, 0);
}

#[test]
fn what_an_answer_gave_is_used_later_in_the_same_sandbox() {
    let session = r#"
name = "a"
environment = "sandbox"
[[step]]
name = "make"
token = "editor"
method = "POST"
url = "/core/runbooks"
body = '{"data":{"type":"runbook","attributes":{"name":"Rehearsal"},"relationships":{"workspace":{"data":{"type":"workspace","id":"1"}}}}}'
capture = { runbook = "/data/id", nothing = "/data/nothing" }
[step.expect]
status = 201
[[step]]
name = "read"
token = "editor"
method = "GET"
url = "{{base}}/core/runbooks/{{runbook}}"
[step.expect]
status = 200
[[step]]
name = "lost"
token = "editor"
method = "GET"
url = "/core/runbooks/{{nothing}}"
"#;
    let room = Room::new();
    let ran = room.replay(session, &["--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.changes(), ["same", "same", "skipped"], "{}", ran.out);
    let json = ran.json();
    assert_eq!(json["skipped"], 1);
    assert!(json["steps"][2].get("replayed").is_none());
    let ran = room.replay(session, &[]);
    assert!(
        ran.out
            .contains("nothing was not captured: the answer has no JSON at /data/nothing")
    );
    assert!(
        ran.out
            .contains("– lost  nothing recorded → not sent\n    it needs {{nothing}}, and"),
        "{}",
        ran.out
    );
    let ran = room.replay(session, &["--var", "nothing=7"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn bad_files_and_usage_end_with_2_and_send_nothing() {
    let room = Room::new();
    let ran = room.replay(&format!("{RECORDED}colour = 1\n"), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.is_empty());
    assert!(
        ran.err
            .contains("a.session.toml:28:1: unknown field `colour`"),
        "{}",
        ran.err
    );

    let ran = room.run(&["missing.session.toml"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("There is no session missing.session.toml"),
        "{}",
        ran.err
    );

    let ran = room.replay(&RECORDED.replace("\"sandbox\"", "\"customer\""), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("environment customer"), "{}", ran.err);
    let ran = room.replay(
        &RECORDED.replace("\"sandbox\"", "\"customer\""),
        &["--env", "sandbox"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);

    let ran = room.replay(&format!("version = 3\n{RECORDED}"), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("Update httriage"), "{}", ran.err);
    std::fs::write(room.dir.path().join("b"), [0xff, 0xfe]).unwrap();
    assert!(room.run(&["b"]).err.contains("not UTF-8"));
    assert_eq!(room.replay(RECORDED, &["--var", "x"]).code, 2);
    assert_eq!(room.replay(RECORDED, &["--report", "other"]).code, 2);
}

#[test]
fn a_session_is_found_by_its_name_in_the_folder() {
    let room = Room::new();
    let folder = room.dir.path().join("data/sessions");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("ACME-1234.session.toml"), RECORDED).unwrap();
    for name in ["ACME-1234", "ACME-1234.session.toml"] {
        let ran = room.run(&[name]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

/// A server that answers every call with the same body and gives back what it was sent.
fn server(status: &str, body: &str, calls: usize) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let work = thread::spawn(move || {
        let mut heads = Vec::new();
        for _ in 0..calls {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            heads.push(String::from_utf8(head).unwrap().to_ascii_lowercase());
        }
        heads
    });
    (base, work)
}

#[test]
fn hostile_text_never_reaches_the_terminal() {
    // As JSON and TOML both write them: a title of a terminal, a reversal, an invisible tag.
    let bad = "\\u001b]0;x\\u0007\\u009b31m\\u202e\\u2028";
    let body = format!(r#"{{"errors":[{{"code":"{bad}","title":"{bad}","detail":"{bad}"}}]}}"#);
    let (base, work) = server("403 \u{7f}no", &body, 2);
    let session = format!(
        r#"
name = "{bad}"
[[step]]
name = "{bad}\nsecond line"
method = "GET"
url = "{base}/x"
[step.expect]
status = 403
codes = ["{bad}!"]
titles = ["{bad}"]
[[step]]
name = "{bad}"
method = "GET"
url = "{bad}"
"#
    );
    let room = Room::new();
    for options in [&[][..], &["--json"]] {
        let ran = room.replay(&session, options);
        assert_eq!(ran.code, 1);
        assert!(!ran.out.contains(is_unsafe), "{:?}", ran.out);
        assert!(!ran.err.contains(is_unsafe), "{:?}", ran.err);
        if options.is_empty() {
            assert!(ran.out.contains("␛]0;x␇"), "{}", ran.out);
        } else {
            let name = ran.json()["session"].as_str().unwrap().to_owned();
            assert!(name.starts_with("\u{1b}]0;x\u{7}"));
        }
    }
    work.join().unwrap();
    let ran = room.replay(&format!("\"{bad}\" = 1\nname = \"a\"\n"), &[]);
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains(is_unsafe), "{:?}", ran.err);
}

#[test]
fn a_step_on_another_host_gets_no_token_and_says_so() {
    let (home, at_home) = server("200 OK", "{}", 1);
    let (away, elsewhere) = server("200 OK", "{}", 2);
    let mut room = Room::new().config(&format!(
        "[environments.acme]\nbase_url = \"{home}\"\nheaders = {{ X-Tenant = \"one\" }}\nvariables = {{ internal = \"inside\" }}\n"
    ));
    room.variables = vec![("HTTRIAGE_TOKEN_SUPPORT", "the-value-of-support")];
    let session = format!(
        r#"
name = "a"
environment = "acme"
[[step]]
name = "home"
token = "support"
method = "GET"
url = "/x"
[[step]]
name = "away"
token = "support"
method = "GET"
url = "{away}/x"
[[step]]
name = "away in a header"
method = "GET"
url = "{away}/x?token={{{{token:support}}}}"
headers = [["X-Key", "{{{{token:support}}}}"]]
[[step]]
name = "away with a variable"
method = "GET"
url = "{away}/{{{{internal}}}}"
[[step]]
name = "away bare"
method = "GET"
url = "{away}/y"
"#
    );
    let ran = room.replay(&session, &["--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.changes(),
        ["unrecorded", "unrecorded", "failed", "failed", "unrecorded"],
        "{}",
        ran.out
    );
    let json = ran.json();
    let said = json["steps"][1]["differences"].to_string();
    assert!(said.contains("no token went along"), "{said}");
    assert_eq!(json["steps"][2]["replayed"]["kind"], "token.wrong_instance");
    let head = &at_home.join().unwrap()[0];
    assert!(
        head.contains("authorization: bearer the-value-of-support"),
        "{head}"
    );
    for head in elsewhere.join().unwrap() {
        for word in ["authorization", "the-value", "x-tenant", "inside"] {
            assert!(!head.contains(word), "{word}: {head}");
        }
    }
    assert!(!ran.out.contains("the-value-of-support"));
}

#[test]
fn a_base_url_takes_no_token_away_from_its_environment_unless_both_are_named() {
    let (away, calls) = server("200 OK", "{}", 1);
    let mut room = Room::new().config(
        "[environments.acme]\nbase_url = \"https://api.acme.example\"\ntokens = [\"support\"]\n",
    );
    room.variables = vec![("HTTRIAGE_TOKEN_SUPPORT", "the-value-of-support")];
    let session = "name = \"a\"\nenvironment = \"acme\"\n[[step]]\nname = \"s\"\ntoken = \"support\"\nmethod = \"GET\"\nurl = \"/x\"\n";
    let ran = room.replay(session, &["--base-url", &away, "--json"]);
    assert_eq!(ran.changes(), ["failed"]);
    assert_eq!(
        ran.json()["steps"][0]["replayed"]["kind"],
        "token.wrong_instance"
    );
    let ran = room.replay(session, &["--base-url", &away, "--token", "support"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.err.contains("names both"), "{}", ran.err);
    assert!(calls.join().unwrap()[0].contains("bearer the-value"));
}

#[test]
fn a_protected_environment_is_not_written_to() {
    let (base, calls) = server("200 OK", "{}", 1);
    let room = Room::new().config(&format!(
        "[environments.acme]\nbase_url = \"{base}\"\nprotected = true\n"
    ));
    let session = "name = \"a\"\nenvironment = \"acme\"\n[[step]]\nname = \"s\"\nmethod = \"post\"\nurl = \"/x\"\n";
    let ran = room.replay(session, &[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("– s  nothing recorded → not sent"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("protected"), "{}", ran.out);
    let ran = room.replay(session, &["--allow-writes"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("nothing was recorded"), "{}", ran.out);
    assert_eq!(calls.join().unwrap().len(), 1);
}

#[test]
fn every_call_worth_trying_is_the_same_when_replayed() {
    use httriage::engine::sandbox::CALLS;
    use httriage::format::session_file;
    use httriage::model::{Auth, Body, Expectation, Param, RequestSpec, Session, Step, TokenName};
    // Each in a fresh sandbox: some of them change the world for the ones after.
    let room = Room::new();
    for call in CALLS.iter().step_by(4) {
        let mut spec = RequestSpec::new(call.method, call.url);
        let headers = call.headers.iter();
        spec.headers = headers.map(|(n, v)| Param::new(*n, *v)).collect();
        spec.auth = call
            .token
            .and_then(TokenName::new)
            .map_or(Auth::None, Auth::Bearer);
        spec.body = call
            .data
            .map_or(Body::Empty, |text| Body::Text(text.into()));
        let step = Step {
            name: call.note.into(),
            spec,
            expect: Some(Expectation {
                status: Some(call.status),
                ..Expectation::default()
            }),
            ..Step::default()
        };
        let session = Session {
            name: "one".into(),
            environment: Some("sandbox".into()),
            steps: vec![step],
            ..Session::default()
        };
        let ran = room.replay(&session_file::write(&session), &[]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_report_for_a_ci_system_counts_what_changed_and_what_failed() {
    let room = Room::new();
    let refusal = "status = 403\ncodes = [\"forbidden\"]";
    let changed = RECORDED.replace(refusal, "status = 200");
    let ran = room.replay(&changed, &["--report", "junit"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"0\"")
    );
    assert!(
        ran.out
            .contains("<failure message=\"status was 200, is 403\""),
        "{}",
        ran.out
    );
    let ran = room.replay(&changed, &["--report", "markdown"]);
    assert!(
        ran.out
            .contains("| ≠ changed broken | list tasks | support"),
        "{}",
        ran.out
    );
}

#[test]
fn a_replay_may_begin_later_and_send_several_at_once() {
    let room = Room::new();
    let ran = room.replay(
        RECORDED,
        &["--from", "who am I", "--parallel", "3", "--json"],
    );
    assert_eq!((ran.code, ran.changes().len()), (0, 2));
    let ran = room.replay(RECORDED, &["--from", "3", "--json"]);
    assert_eq!(ran.json()["steps"][0]["name"], "no token");
    let ran = room.replay(RECORDED, &["--from", "4"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("from 1 to 3"), "{}", ran.err);
}
