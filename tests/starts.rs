//! Nothing is started unasked: no command starts a program by itself, and what a person
//! configured or pressed a key for gets no variable that defines a token.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::trace;
use crate::tty;

use faults::{Server, answer};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use program::{Home, finish};
use rustix::process::{Signal, kill_process};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use trace::{PRINTED, Start, Trace, until};
use tty::Tty;

/// What stands in variables that define tokens; it must reach no other program.
const VALUES: [(&str, &str); 4] = [
    ("HTTRIAGE_TOKEN_A", "planted-over-0123456789"),
    ("HTTRIAGE_TOKEN_UNNAMED", "planted-unnamed-0123456789"),
    ("ACME_A", "planted-acme-a-0123456789"),
    ("ACME_C", "planted-acme-c-0123456789"),
];

/// The variable of `a` is overruled by one of the names above.
const CONFIG: &str = "
environment = \"e\"
[environments.e]
base_url = \"http://127.0.0.1:9\"
[tokens.a]
env = \"ACME_A\"
[tokens.b]
command = [\"gives-b\", \"now\"]
[tokens.c]
env = \"ACME_C\"
[tokens.g.oauth]
grant = \"client_credentials\"
token_url = \"http://127.0.0.1:9/token\"
client_id = \"g\"
client_secret = { env = \"ACME_C\" }
";

fn settled(config: &str) -> Home {
    let home = Home::settled(config).with("OF_THE_PERSON", "reaches-everybody");
    VALUES
        .iter()
        .fold(home, |home, (name, value)| home.with(name, value))
}

#[track_caller]
fn knows_no_token(start: &Start) {
    assert!(
        start.variables.contains("reaches-everybody"),
        "{}",
        start.words
    );
    for (name, _) in VALUES {
        assert!(!start.variables.contains(name), "{}: {name}", start.words);
    }
    assert!(!start.variables.contains("planted-"), "{}", start.words);
}

#[test]
fn a_start_is_seen_in_each_way_that_there_is() {
    let home = Home::new();
    for trace in [Trace::new(), Trace::without_strace()] {
        let mut by_name = Command::new("/bin/sh");
        by_name
            .args(["-c", "tput cols; exit 0"])
            .env("SHOWN", "value");
        assert!(trace.of(&by_name).status().unwrap().success());
        assert!(trace.waits_for("tput").variables.contains("SHOWN"));
        assert!(trace.started().iter().any(|start| start == "tput cols"));
    }
    // By a whole path: as strace sees it, and as /proc shows it while it lives.
    let mut by_path = Command::new("/bin/sh");
    by_path
        .args(["-c", "/bin/cat; exit 0"])
        .current_dir(home.path(""));
    let mut traces = vec![Trace::new()];
    if trace::stands("/proc/self/task".as_ref()) {
        traces.push(Trace::without_strace());
    }
    for trace in traces {
        let mut command = trace.of(&by_path);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        trace.watch(&child);
        let cat = || {
            trace
                .started()
                .iter()
                .any(|start| start.contains("/bin/cat"))
        };
        until("cat is seen", cat);
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}

/// Every command that has none below it, as the program itself lists them.
fn leaves(home: &Home) -> Vec<String> {
    let mut leaves = Vec::new();
    let mut open = vec![String::new()];
    while let Some(words) = open.pop() {
        let mut arguments: Vec<&str> = words.split_whitespace().collect();
        arguments.push("--help");
        let help = home.run(&arguments).out;
        let listed = help.split_once("Commands:\n").map_or("", |(_, rest)| rest);
        let listed = listed.split("\n\n").next().unwrap_or("");
        // A line that goes on with an explanation is set in further.
        let names = listed.lines().filter_map(|line| line.strip_prefix("  "));
        let names = names.filter(|line| !line.starts_with(' '));
        let names = names.filter_map(|line| line.split_whitespace().next());
        let names: Vec<&str> = names.filter(|name| *name != "help").collect();
        if names.is_empty() {
            leaves.push(words.clone());
        }
        open.extend(
            names
                .iter()
                .map(|name| format!("{words} {name}").trim().to_owned()),
        );
    }
    leaves.sort();
    leaves
}

const GUIDE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/sandbox/guide.session.toml"
);

/// At least one run of each command, with what is fed to it.
const RUNS: &[(&str, &[&str], &str)] = &[
    ("answer", &["no-such.capsule", "--yes"], ""),
    ("capsule", &["000000000000", "--out", "x.capsule"], ""),
    ("completions", &["bash"], ""),
    ("doctor", &["--json"], ""),
    ("doctor", &["--offline"], ""),
    ("env add", &["https://api.acme.example/v2/orders"], ""),
    ("env list", &["--json"], ""),
    ("env remove", &["acme"], ""),
    ("env show", &["acme"], ""),
    ("explain", &["404"], ""),
    (
        "explain",
        &["-"],
        "HTTP/1.1 401 Unauthorized\r\n\r\n{\"error\":\"invalid_token\"}",
    ),
    ("export", &[GUIDE, "--as", "curl", "--env", "sandbox"], ""),
    ("export", &["ACME-1", "--as", "html"], ""),
    ("history export", &["404"], ""),
    ("history forget", &["--filter", "404", "--yes"], ""),
    ("history list", &[], ""),
    ("history list", &["--json"], ""),
    ("history save", &["kept", "404"], ""),
    ("history show", &["000000000000"], ""),
    (
        "import",
        &["-"],
        "curl https://api.acme.example/ -H 'Authorization: Bearer abcdef0123456789'",
    ),
    (
        "investigate",
        &[
            "GET",
            "/core/runbooks/9",
            "--env",
            "sandbox",
            "--token",
            "support",
        ],
        "",
    ),
    (
        "isolate",
        &[
            "GET",
            "/core/runbooks/7/tasks",
            "--env",
            "sandbox",
            "--token",
            "support",
            "--against-token",
            "admin",
        ],
        "",
    ),
    ("keys", &[], ""),
    ("knowledge check", &["Cargo.toml"], ""),
    ("knowledge list", &[], ""),
    ("knowledge show", &["github"], ""),
    ("man", &[], ""),
    (
        "matrix",
        &[GUIDE, "--tokens", "support,none", "--env", "sandbox"],
        "",
    ),
    ("mcp", &["--install"], ""),
    (
        "mcp",
        &["--env", "sandbox"],
        concat!(
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#,
            "\n",
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"send","arguments":{"url":"/core/users/me","token":"support"}}}"#,
            "\n"
        ),
    ),
    ("open", &["no-such.answer"], ""),
    ("replay", &[GUIDE], ""),
    ("resolve", &["000000000000", "--cause", "other"], ""),
    ("sandbox", &["--list"], ""),
    ("sandbox", &["--tokens"], ""),
    ("schema", &[], ""),
    ("schema", &["send"], ""),
    ("seen", &["forbidden"], ""),
    (
        "send",
        &[
            "GET",
            "/core/users/me",
            "--env",
            "sandbox",
            "--token",
            "support",
        ],
        "",
    ),
    (
        "send",
        &["GET", "http://127.0.0.1:9/x", "--token", "a", "--json"],
        "",
    ),
    ("team init", &[], ""),
    ("team pull", &[], ""),
    ("team push", &[], ""),
    ("team status", &["--json"], ""),
    ("token add", &["d", "--env", "ACME_D"], ""),
    ("token inspect", &["a"], ""),
    ("token inspect", &["-"], "abcdef0123456789"),
    ("token list", &[], ""),
    ("token login", &["g"], ""),
    ("token remove", &["d"], ""),
    ("token verify", &["a"], ""),
    ("token verify", &["-"], "abcdef0123456789"),
    ("when", &["000000000000"], ""),
];

/// The command that only shells ask stands in no list of commands.
const HIDDEN: &[(&str, &[&str], &str)] = &[
    ("names-for-shell", &["environments"], ""),
    ("names-for-shell", &["tokens"], ""),
];

#[test]
fn no_command_starts_anything_by_itself() {
    let home = settled(CONFIG);
    let mut ran: Vec<&str> = RUNS.iter().map(|(leaf, ..)| *leaf).collect();
    ran.dedup();
    assert_eq!(leaves(&home), ran, "each command has to be run here");
    for (leaf, arguments, fed) in RUNS.iter().chain(HIDDEN) {
        let trace = Trace::new();
        let words: Vec<&str> = leaf.split(' ').chain(arguments.iter().copied()).collect();
        let mut command = trace.of(&home.command(&words));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        trace.watch(&child);
        let _ = child.stdin.take().unwrap().write_all(fed.as_bytes());
        let ran = finish(child);
        // Otherwise it would have started nothing because it did nothing.
        let is_usage = ran.err.contains("--help shows what it takes");
        assert!(
            !is_usage && !ran.all().trim().is_empty(),
            "{words:?}: {}",
            ran.all()
        );
        assert_eq!(trace.started(), [""; 0], "{words:?}");
    }
}

#[test]
fn the_sandbox_alone_starts_nothing() {
    let home = settled("");
    let trace = Trace::new();
    let mut command = trace.of(&home.command(&["sandbox"]));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    trace.watch(&child);
    let mut line = [0; 12];
    child.stdout.take().unwrap().read_exact(&mut line).unwrap();
    assert_eq!(&line, b"listening on");
    assert_eq!(trace.started(), [""; 0]);
    kill_process(trace.process(&child), Signal::TERM).unwrap();
    child.wait().unwrap();
}

fn variables<'a>(trace: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut variables = VALUES.to_vec();
    variables.push(("PATH", trace));
    variables.push(("OF_THE_PERSON", "reaches-everybody"));
    variables.extend(more);
    variables
}

/// The explorer in a terminal, looked at.
fn explorer(
    trace: &Trace,
    home: &std::path::Path,
    arguments: &[&str],
    more: &[(&str, &str)],
) -> Tty {
    let path = trace.path();
    let mut words = trace.before();
    words.push(env!("CARGO_BIN_EXE_httriage").to_owned());
    words.extend(arguments.iter().map(|word| (*word).to_owned()));
    let rest: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    Tty::start_program(
        words[0].as_ref(),
        home,
        &rest,
        (160, 48),
        &variables(&path, more),
    )
}

fn with_config(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("config")).unwrap();
    std::fs::write(home.path().join("config/config.toml"), config).unwrap();
    home
}

#[test]
fn the_explorer_starts_nothing_by_itself() {
    let home = with_config("");
    let trace = Trace::new();
    let mut tty = explorer(&trace, home.path(), &[], &[]);
    tty.sees("▲ 403 Forbidden");
    tty.resize((80, 24));
    tty.sees("─ Request ─");
    tty.types("4");
    tty.sees("support");
    tty.types("1\x12");
    tty.sees("▲ 403 Forbidden");
    assert_eq!(tty.is_left(), 0);
    assert_eq!(trace.started(), [""; 0]);
}

#[test]
fn the_program_that_gives_a_token_is_started_for_that_token_only_and_gets_no_other() {
    let server = Server::saying("HTTP/1.1 204 No Content\r\n\r\n");
    let home = settled(&CONFIG.replace("http://127.0.0.1:9", &server.base()));
    let trace = Trace::new();
    std::os::unix::fs::symlink("tput", trace.path() + "/gives-b").unwrap();
    let run = |token| {
        let command = home.command(&["send", "GET", "/x", "--token", token]);
        let mut command = trace.of(&command);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        finish(command.spawn().unwrap())
    };
    assert_eq!(run("a").code, 0);
    assert_eq!(trace.started(), [""; 0]);
    let ran = run("b");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let start = trace.waits_for("gives-b");
    assert_eq!(start.words, "gives-b now");
    knows_no_token(&start);
    assert_eq!(trace.starts().len(), 1);
    for call in trace.surroundings() {
        assert!(
            call.contains("gives-b") && !call.contains("planted-"),
            "{call}"
        );
    }
    let asked = server.asked();
    let sent = asked.last().unwrap().header("authorization").unwrap();
    assert_eq!(sent, format!("Bearer {PRINTED}"));
}

#[test]
fn the_opener_and_the_editor_get_no_token() {
    let mut picture = answer("200 OK", "content-type: image/png\r\n", b"?PNG\r\n\x1a\n");
    let at = picture.len() - 8;
    picture[at] = 0x89;
    let server = Server::saying(picture);
    let home = with_config(&CONFIG.replace("http://127.0.0.1:9", &server.base()));
    let trace = Trace::new();
    std::os::unix::fs::symlink("tput", trace.path() + "/my-editor").unwrap();
    let mut tty = explorer(
        &trace,
        home.path(),
        &["/a.png"],
        &[("VISUAL", "my-editor -w")],
    );
    tty.sees("GET ▾");
    tty.types("\x12");
    tty.sees("✓ 200 OK");
    assert_eq!(trace.started(), [""; 0]);
    tty.types("\x1b2s");
    tty.sees("Save");
    tty.types("\r");
    tty.sees("Saved");
    tty.types("o");
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    knows_no_token(&trace.waits_for(opener));
    tty.types("\x1b1\x1b[B");
    tty.sees("Enter edit");
    tty.types("e");
    knows_no_token(&trace.waits_for("my-editor"));
    tty.sees("✓ 200 OK");
    assert_eq!(tty.is_left(), 0);
    assert_eq!(trace.starts().len(), 2);
    for call in trace.surroundings() {
        assert!(!call.contains("planted-"), "{call}");
    }
}

/// The variables of what a process started, as the system shows them.
#[cfg(target_os = "linux")]
fn of_children(process: u32) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let children = threads
        .flatten()
        .map(|thread| thread.path().join("children"));
    let children = children.filter_map(|file| std::fs::read_to_string(file).ok());
    let children: String = children.collect();
    let read = |process: &str| {
        let words = std::fs::read_to_string(format!("/proc/{process}/cmdline")).ok()?;
        let variables = std::fs::read_to_string(format!("/proc/{process}/environ")).ok()?;
        words.contains("jq").then_some(variables)
    };
    children.split_whitespace().filter_map(read).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_of_a_filter_gets_no_variable_at_all() {
    let server = Server::saying(answer(
        "200 OK",
        "content-type: application/json\r\n",
        b"{}",
    ));
    let home = with_config("");
    let path = Trace::new().path();
    let url = server.base() + "/x";
    let mut tty = Tty::start_in(home.path(), &[&url], (160, 48), &variables(&path, &[]));
    tty.sees("GET ▾");
    tty.types("\x12");
    tty.sees("✓ 200 OK");
    tty.types("\x1b2|last(range(1e12))\r");
    let process = tty.process();
    tty.waits_until("the filter runs", |_| !of_children(process).is_empty());
    assert_eq!(of_children(process), [""]);
    assert_eq!(tty.is_left(), 0);
}

/// The program in a window of its own, which this thread holds alone.
struct Window {
    master: Box<dyn MasterPty + Send>,
    reader: Box<dyn Read + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Window {
    /// With these words on it. Where it is not in control, closing it sends no signal.
    fn open(
        home: &std::path::Path,
        path: &str,
        in_control: bool,
        arguments: &[&str],
        words: &str,
    ) -> Window {
        let size = |rows, cols| PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size(24, 80)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_httriage"));
        command.args(arguments);
        command.env_clear();
        command.cwd(home);
        command.env("TERM", "xterm-256color");
        command.env("HOME", home);
        for (name, value) in variables(path, &[]) {
            command.env(name, value);
        }
        command.set_controlling_tty(in_control);
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let cells = |number| std::num::NonZeroU16::new(number).unwrap();
        let mut seen = vt100::Parser::new(cells(24), cells(80), 0);
        let mut part = [0; 4096];
        while !seen.screen().contents().contains(words) {
            let length = reader.read(&mut part).unwrap();
            assert!(length > 0, "it ended: {}", seen.screen().contents());
            seen.process(&part[..length]);
        }
        Window {
            master: pair.master,
            reader,
            child,
        }
    }

    fn close(self) -> Box<dyn Child + Send + Sync> {
        drop((self.master, self.reader));
        self.child
    }
}

fn exit_code_of(child: Box<dyn Child + Send + Sync>) -> u32 {
    let child = Mutex::new(child);
    let ended = || child.lock().unwrap().try_wait().unwrap();
    until("the program ends", || ended().is_some());
    ended().unwrap().exit_code()
}

#[test]
fn a_window_that_is_closed_ends_the_program_with_0_and_starts_nothing() {
    let trace = Trace::without_strace();
    for turn in 0..12u16 {
        // The first call goes by itself in a new home only.
        let home = with_config("");
        let in_control = turn % 2 == 0;
        let window = Window::open(home.path(), &trace.path(), in_control, &[], "403 Forbidden");
        // A window that gets another size as it closes made the terminal's library start tput.
        for step in 0..turn {
            let size = PtySize {
                rows: 24 + step,
                cols: 80,
                ..PtySize::default()
            };
            window.master.resize(size).unwrap();
        }
        assert_eq!(exit_code_of(window.close()), 0, "turn {turn}");
        assert_eq!(trace.started(), [""; 0], "turn {turn}");
    }
}

#[test]
fn a_question_in_a_window_that_is_closed_ends_too() {
    let trace = Trace::without_strace();
    let home = with_config("");
    let asks = ["token", "inspect"];
    let window = Window::open(home.path(), &trace.path(), false, &asks, "The token:");
    let size = PtySize {
        rows: 20,
        cols: 70,
        ..PtySize::default()
    };
    window.master.resize(size).unwrap();
    assert_eq!(exit_code_of(window.close()), 1);
    assert_eq!(trace.started(), [""; 0]);
}
