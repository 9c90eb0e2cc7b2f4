//! The real program in a pseudo-terminal: what a person sees who starts it, types and leaves.
#![cfg(unix)]

use crate::faults;
use crate::tty;

use faults::{Server, answer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tty::Tty;

#[test]
fn the_first_refusal_is_on_the_screen_by_itself() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    let text = tty.sees("You need a role on this runbook to list its tasks.");
    for words in [
        "title",
        "detail",
        "code",
        "Forbidden",
        "forbidden",
        "Errors 1",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_body_is_indented_and_coloured_on_a_terminal_and_steers_nothing() {
    let body = br#"{"id":7,"name":"\u001b[2Jpear","open":true,"tags":["a"],"odd":"x\u202ey"}"#;
    let json = "content-type: application/json\r\n";
    let server = Server::saying(answer("200 OK", json, body));
    let mut tty = Tty::start(&["send", &server.base()], (100, 40));
    assert_eq!(tty.ends(), 0);
    tty.sees("    \"a\"");
    let text = tty.text();
    for line in ["✓ 200 OK", "{", "  \"id\": 7,", "  \"open\": true,", "}"] {
        let is_there = text.lines().any(|seen| seen.trim_end().starts_with(line));
        assert!(is_there, "{line}: {text}");
    }
    assert!(tty.colours() > 20, "names, texts and numbers have a colour");
    let bytes = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(
        !bytes.contains("\u{1b}[2J") && !bytes.contains('\u{202e}'),
        "{bytes:?}"
    );
    // Without colour the lines are the same.
    let plain = ["send", &server.base(), "--color", "never"];
    let mut tty = Tty::start(&plain, (100, 40));
    assert_eq!(tty.ends(), 0);
    tty.sees("  \"id\": 7,");
    assert_eq!(tty.colours(), 0);
}

#[test]
fn lines_that_end_as_on_windows_end_on_a_terminal_too() {
    let server = Server::saying(answer(
        "200 OK",
        "content-type: text/plain\r\n",
        b"first pear\r\nsecond pear\r\n",
    ));
    let mut tty = Tty::start(&["send", &server.base()], (100, 40));
    assert_eq!(tty.ends(), 0);
    tty.sees("second pear");
    let text = tty.text();
    let line = |start: &str| text.lines().find(|line| line.starts_with(start));
    assert_eq!(
        line("first").map(str::trim_end),
        Some("first pear"),
        "{text}"
    );
    assert_eq!(
        line("second").map(str::trim_end),
        Some("second pear"),
        "{text}"
    );
}

#[test]
fn a_refusal_is_investigated_to_a_verdict() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.types("i");
    tty.sees("· permission.missing_role");
    let text = tty.sees("Esc close");
    assert!(text.contains("the token works"), "{text}");
    tty.types("\x1b");
    tty.sees("things to check");
}

#[test]
fn every_single_key_is_answered_at_once() {
    let mut tty = Tty::start(&[], (80, 24));
    tty.sees("▲ 403 Forbidden");
    for _ in 0..4 {
        let before = Instant::now();
        tty.types("\t");
        tty.sees("Every call you make is listed here.|▸ ▲ 403");
        tty.types("\t");
        tty.sees("Enter send");
        tty.types("\t");
        tty.sees("Nothing set.");
        tty.types("\t");
        tty.sees("things to check");
        assert!(before.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn another_token_gets_another_answer() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.types("\x14");
    tty.sees("Tokens of sandbox");
    // The list opens on support; viewer stands one row above.
    tty.types("\x1b[A\x1b[B\x1b[A\r");
    tty.sees("viewer ▾");
    tty.types("\x12");
    tty.sees("✓ 200 OK");
}

#[test]
fn a_path_is_typed_and_sent() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.types("\x1b1");
    tty.sees("Enter send");
    tty.types("/core/users/me");
    tty.sees("{{base}}/core/users/me");
    tty.types("\r");
    tty.sees("✓ 200 OK");
    tty.types("\x1b1/core/runbooks/999\x12");
    tty.sees("▲ 404 Not Found");
}

#[test]
fn a_paste_is_text_and_no_keys() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.types("\x1b1");
    tty.sees("Enter send");
    tty.types("\x15\x1b[200~/core/runbooks/7\nq\x1b[201~");
    tty.sees("/core/runbooks/7q");
    assert!(tty.is_running());
}

#[test]
fn a_slow_call_is_stopped_by_esc_and_the_next_one_goes() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.types("\x1b1\x1b[B]a");
    tty.sees("Esc done");
    tty.types("Core-Url: core-slow\r\x12");
    tty.sees("Esc stops");
    let pressed = Instant::now();
    tty.types("\x1b");
    tty.sees("⚡");
    assert!(pressed.elapsed() < Duration::from_secs(1));
    tty.loses("Esc stops");
    tty.types("d\x12");
    tty.sees("▲ 403 Forbidden");
}

#[test]
fn resizing_down_to_one_cell_and_back_keeps_working() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.resize((80, 24));
    tty.sees("─ Request ─");
    tty.resize((40, 10));
    tty.sees("GET ▾");
    tty.resize((1, 1));
    tty.sees("…");
    // Each size is waited for before a key is pressed: the terminal library leaves a key that
    // comes together with a new size unread until the next one.
    tty.resize((80, 24));
    tty.sees("▲ 403 Forbidden");
    tty.resize((160, 48));
    tty.sees("── History");
    tty.types("\x12\t");
    tty.sees("━━ History");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn leaving_gives_the_terminal_back() {
    for leave in ["q", "\x03"] {
        let mut tty = Tty::start(&[], (80, 24));
        let modes = tty.modes_before.clone();
        tty.sees("▲ 403 Forbidden");
        assert!(tty.shows_alternate_screen());
        assert_ne!(tty.modes(), modes);
        tty.types(leave);
        assert_eq!(tty.ends(), 0);
        assert!(tty.is_given_back(), "{leave:?}");
        assert_eq!(tty.modes(), modes);
    }
}

#[test]
fn the_mouse_points_and_is_left_to_the_terminal_on_request() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    let mode = |tty: &Tty| tty.screen().mouse_protocol_mode();
    assert_eq!(mode(&tty), vt100::MouseProtocolMode::ButtonMotion);
    // A press and a release in the history, whose rows begin below the middle.
    tty.types("\x1b[<0;10;30M\x1b[<0;10;30m");
    tty.sees("━━ History");
    tty.types("\x1b[19~");
    tty.sees("The mouse is the terminal's");
    assert_eq!(mode(&tty), vt100::MouseProtocolMode::None);
    tty.types("\x1b[19~");
    tty.sees("The mouse points here");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
    assert!(tty.is_given_back());
}

#[test]
fn a_signal_to_end_gives_the_terminal_back() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut tty = Tty::start(&[], (80, 24));
        let modes = tty.modes_before.clone();
        tty.sees("▲ 403 Forbidden");
        tty.signal(signal);
        assert_eq!(tty.ends(), 0, "{signal}");
        assert!(tty.is_given_back(), "{signal}");
        assert_eq!(tty.modes(), modes);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn at_rest_nothing_runs() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.is_quiet_for(Duration::from_millis(300));
    let (bytes, cpu) = (tty.bytes_seen(), tty.cpu());
    // What is measured is a stretch of time in which nothing happens.
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(tty.bytes_seen(), bytes);
    let used = tty.cpu() - cpu;
    assert!(used <= Duration::from_millis(10), "{used:?}");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn a_url_is_filled_in_and_sent_only_when_asked() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hello", server.local_addr().unwrap());
    let mut tty = Tty::start(&[&url], (160, 48));
    tty.sees(&url);
    tty.types("\x12");
    let (mut stream, _) = server.accept().unwrap();
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut part).unwrap();
        assert!(length > 0);
        request.extend_from_slice(&part[..length]);
    }
    assert!(request.starts_with(b"GET /hello HTTP/1.1\r\n"));
    // The body tries to clear the screen and to set its title.
    let body = "good day \x1b[2J\x1b]0;mine\x07to you";
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let text = tty.sees("✓ 200 OK");
    assert!(text.contains("good day ␛[2J␛]0;mine␇to you"), "{text}");
}

#[test]
fn a_call_that_nobody_answers_says_so_and_the_screen_stays() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut tty = Tty::start(&[&format!("http://127.0.0.1:{port}/x")], (160, 48));
    tty.sees("GET ▾");
    tty.types("\x12");
    tty.sees("connect.refused");
    tty.types("?");
    tty.sees("Keys");
}

#[test]
fn without_colour_no_colour_is_written() {
    let mut tty = Tty::start_with(&[], (160, 48), &[("NO_COLOR", "1")]);
    tty.sees("▲ 403 Forbidden");
    let colours = tty.colours();
    assert_eq!(colours, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn going_to_the_background_gives_the_terminal_back_and_coming_back_takes_it_again() {
    let mut tty = Tty::start(&[], (80, 24));
    let modes = tty.modes_before.clone();
    tty.sees("▲ 403 Forbidden");
    // By a signal from elsewhere, and by the key.
    for key in ["", "\x1a"] {
        match key {
            "" => tty.signal("TSTP"),
            key => tty.types(key),
        }
        tty.waits_until("it has stopped", |tty| tty.is_stopped());
        assert!(tty.is_given_back(), "{key:?}");
        assert_eq!(tty.modes(), modes);
        tty.signal("CONT");
        tty.sees("▲ 403 Forbidden");
        tty.waits_until("it has the screen", |tty| tty.shows_alternate_screen());
        assert_ne!(tty.modes(), modes);
        // It still listens.
        tty.types("?");
        tty.sees("Keys");
        tty.types("?");
        tty.loses("Keys");
    }
    tty.types("q");
    assert_eq!(tty.ends(), 0);
    assert!(tty.is_given_back());
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    let program = std::env::current_exe().unwrap();
    let mut owner = Command::new(program)
        .args([
            "--exact",
            "terminal::a_terminal_that_will_go_away",
            "--ignored",
        ])
        .arg("--nocapture")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let process = lines.find_map(|line| line.unwrap().strip_prefix("process ").map(String::from));
    let process = process.unwrap();
    // The owner of the terminal is gone at once, and the terminal with it.
    owner.kill().unwrap();
    owner.wait().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    // One that has ended may still be listed until somebody asks for its exit code.
    let runs = || {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    while runs() {
        assert!(Instant::now() < until, "it lives on without a terminal");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What the test above starts; by itself it is nothing to run.
#[test]
#[ignore = "started by another test"]
fn a_terminal_that_will_go_away() {
    let mut tty = Tty::start(&[], (80, 24));
    tty.sees("▲ 403 Forbidden");
    println!("\nprocess {}", tty.process());
    // Killed meanwhile.
    tty.waits_until("the end", |_| false);
}

#[test]
fn a_panic_in_any_thread_gives_the_terminal_back_and_ends_the_program() {
    for place in ["here", "elsewhere"] {
        let test = [
            "--exact",
            "terminal::a_program_that_panics",
            "--ignored",
            "--nocapture",
        ];
        let program = std::env::current_exe().unwrap();
        let mut tty = Tty::start_other(&program, &test, &[("PANIC", place)]);
        let modes = tty.modes_before.clone();
        assert_eq!(tty.ends(), 101, "{place}");
        // What it wrote may still be on its way.
        tty.waits_until("it took the screen", Tty::took_the_screen);
        tty.waits_until("it says why", |tty| {
            String::from_utf8_lossy(&tty.bytes()).contains("on purpose")
        });
        assert!(tty.is_given_back(), "{place}");
        assert_eq!(tty.modes(), modes);
    }
}

/// What the test above starts; by itself it is nothing to run.
#[test]
#[ignore = "started by another test"]
fn a_program_that_panics() {
    let (_taken, _screen) = httriage::runtime::Taken::new().unwrap();
    match std::env::var("PANIC").as_deref() {
        Ok("here") => panic!("on purpose"),
        Ok("elsewhere") => {
            let thread = std::thread::spawn(|| panic!("on purpose"));
            let _ = thread.join();
            unreachable!("the program goes on after a panic");
        }
        _ => {}
    }
}

fn head_of_request(stream: &mut std::net::TcpStream) -> String {
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut part).unwrap();
        assert!(length > 0);
        request.extend_from_slice(&part[..length]);
    }
    String::from_utf8(request).unwrap()
}

#[test]
fn a_pasted_credential_reaches_its_host_and_nothing_else() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = server.local_addr().unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut tty = Tty::start_in(home.path(), &[], (160, 48), &[]);
    tty.sees("▲ 403 Forbidden");
    let secret = "pasted-abcdef0123456789";
    tty.types(&format!(
        "\x1b[200~curl 'http://{host}/hello' \\\r  -H 'Authorization: Bearer {secret}'\x1b[201~"
    ));
    tty.sees("The pasted command is in the builder");
    tty.sees("bearer ▾");
    tty.types("\x12");
    let (mut stream, _) = server.accept().unwrap();
    let request = head_of_request(&mut stream);
    assert!(
        request.contains(&format!("authorization: Bearer {secret}\r\n")),
        "{request}"
    );
    let body = format!("{{\"echo\": \"{secret}\"}}");
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nx-request-id: r-1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    tty.sees("✓ 200 OK");
    tty.sees("x-request-id r-1");
    // The same token stays at home elsewhere.
    tty.types("\x1b1");
    tty.sees("Enter send");
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let elsewhere = other.local_addr().unwrap();
    tty.types(&format!("\x15http://{elsewhere}/\x12"));
    tty.sees("Nothing was sent: token bearer belongs to");
    // Unless the person says otherwise, who is asked once.
    tty.sees(&format!("Send bearer to http://{elsewhere}?"));
    tty.types("\r");
    tty.loses("Send it there in this run");
    tty.types("\x12");
    tty.sees("Send it there in this run");
    tty.types("\x1b[B\r");
    let (mut stream, _) = other.accept().unwrap();
    assert!(head_of_request(&mut stream).contains(secret));
    write!(
        stream,
        "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    tty.sees("✓ 204 No Content");
    drop(stream);
    tty.types("\x12");
    let (mut stream, _) = other.accept().unwrap();
    assert!(head_of_request(&mut stream).contains(secret));
    write!(
        stream,
        "HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n"
    )
    .unwrap();
    tty.sees("✓ 205 Reset Content");
    tty.types("\x03");
    assert_eq!(tty.ends(), 0);
    let shown = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!shown.contains(secret));
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

#[test]
fn a_terminal_that_cannot_be_drawn_on_is_told_what_to_use_instead() {
    let mut tty = Tty::start_with(&[], (80, 24), &[("TERM", "dumb")]);
    let text = tty.sees("httriage send METHOD URL");
    assert!(text.contains("TERM=dumb"), "{text}");
    assert_eq!(tty.ends(), 2);
    assert!(!tty.bytes().contains(&0x1b));
    let mut tty = Tty::start_with(&["explain", "404"], (80, 24), &[("TERM", "dumb")]);
    tty.sees("404");
    assert_eq!(tty.ends(), 0);
    assert!(!tty.bytes().contains(&0x1b));
}

#[test]
fn a_paste_that_never_ends_leaves_ctrl_c() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.types("\x1b[200~the beginning of a paste");
    tty.types("q");
    tty.is_quiet_for(Duration::from_millis(200));
    assert!(tty.is_running());
    tty.types("\x03");
    assert_eq!(tty.ends(), 0);
    assert!(tty.is_given_back());
}

#[test]
fn ctrl_c_within_a_paste_is_no_key() {
    let mut tty = Tty::start(&["http://127.0.0.1:9/"], (160, 48));
    tty.sees("127.0.0.1:9");
    tty.types("\x1b[200~one \x03two\x1b[201~");
    tty.is_quiet_for(Duration::from_millis(300));
    assert!(tty.is_running());
    tty.types("\x03");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn a_url_that_was_copied_with_something_around_it_is_sent_without() {
    let server = Server::saying(answer("200 OK", "", b"good day"));
    let url = server.base() + "/hello";
    let mut tty = Tty::start(&[&format!("<{url}>")], (160, 48));
    tty.sees(&url);
    tty.types("\x12");
    tty.sees("good day");
    assert_eq!(server.asked()[0].target, "/hello");
}

/// A tmux of its own around the program, as it is installed: nothing is configured.
struct Tmux {
    home: tempfile::TempDir,
}

impl Tmux {
    /// `None` where there is none on this machine.
    fn start() -> Option<Tmux> {
        Command::new("tmux").arg("-V").output().ok()?;
        let tmux = Tmux {
            home: tempfile::tempdir().unwrap(),
        };
        let program = env!("CARGO_BIN_EXE_httriage");
        let began = tmux.run(&["new-session", "-d", "-x", "130", "-y", "34", program]);
        assert!(began.status.success(), "{began:?}");
        Some(tmux)
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        let home = self.home.path();
        Command::new("tmux")
            .args(["-S", "socket", "-f", "/dev/null"])
            .args(arguments)
            .current_dir(home)
            .env("HOME", home)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("HTTRIAGE_CONFIG_DIR", home.join("config"))
            .env("HTTRIAGE_DATA_DIR", home.join("data"))
            .env_remove("TMUX")
            .output()
            .unwrap()
    }

    fn says(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&self.run(arguments).stdout).into_owned()
    }

    /// Waits until the program shows these words.
    fn sees(&self, words: &str) -> String {
        let began = Instant::now();
        loop {
            let text = self.says(&["capture-pane", "-p", "-J"]);
            if text.contains(words) {
                return text;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{words}: {text}");
            std::thread::yield_now();
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

#[test]
fn what_is_copied_inside_tmux_reaches_its_buffer_and_that_is_said() {
    let Some(tmux) = Tmux::start() else {
        eprintln!("There is no tmux on this machine, so nothing was tried.");
        return;
    };
    tmux.sees("403");
    tmux.run(&["send-keys", "y"]);
    tmux.sees("the error entry as Markdown");
    tmux.run(&["send-keys", "Enter"]);
    tmux.sees("Copied the error entry to tmux's buffer");
    let buffer = tmux.says(&["show-buffer"]);
    assert!(
        buffer.starts_with("**Forbidden** (`forbidden`)"),
        "{buffer}"
    );
}

#[test]
fn what_tmux_does_not_take_is_written_to_a_file() {
    let home = tempfile::tempdir().unwrap();
    let around = [("TMUX", "/no/such/socket,1,0"), ("PATH", "/no/such/folder")];
    let mut tty = Tty::start_in(home.path(), &[], (160, 48), &around);
    tty.sees("▲ 403 Forbidden");
    tty.types("\x1b1\x1b[By\r");
    tty.sees("tmux could not be started");
    let copied = std::fs::read_to_string(home.path().join("data/copied.txt")).unwrap();
    assert!(copied.starts_with("curl 'http://127.0.0.1:"), "{copied}");
}

#[test]
fn what_is_copied_goes_through_the_terminal_or_into_a_file() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.types("y");
    tty.sees("the error entry as Markdown");
    tty.types("\r");
    tty.sees("Copied the error entry to the clipboard, through the terminal.");
    // **Forbidden** (`forbidden`) in base64, between the marks of OSC 52.
    let written = tty.bytes();
    let start = b"\x1b]52;c;KipGb3JiaWRkZW4qKiAoYGZvcmJpZGRlbmAp";
    assert!(written.windows(start.len()).any(|w| w == start));
    let home = tempfile::tempdir().unwrap();
    let mut tty = Tty::start_in(home.path(), &[], (160, 48), &[("TERM", "linux")]);
    tty.sees("▲ 403 Forbidden");
    tty.types("\x1b1\x1b[By\r");
    tty.sees("this terminal has no clipboard");
    let copied = std::fs::read_to_string(home.path().join("data/copied.txt")).unwrap();
    assert!(copied.starts_with("curl 'http://127.0.0.1:"), "{copied}");
}

/// A person's first minutes: every step of the tour, in order, by two keys each.
#[test]
fn the_guided_tour_leads_through_every_refusal_and_says_what_it_teaches() {
    let mut tty = Tty::start(&[], (160, 48));
    tty.sees("▲ 403 Forbidden");
    tty.sees("a tour of 13 calls");
    for (number, (status, teaches)) in [
        ("▲ 401 Unauthorized", "401 is about who asks"),
        ("▲ 401 Unauthorized", "unknown everywhere"),
        ("▲ 403 Forbidden", "403 is about permission"),
        ("✓ 200 OK", "so it was the role"),
        ("▲ 404 Not Found", "hidden from support"),
        ("✓ 200 OK", "before you believe a 404"),
        ("▲ 405 Method Not Allowed", "the Allow header"),
        ("✖ 501 Not Implemented", "older than the function"),
        ("▲ 422 Unprocessable", "a value is refused"),
        ("▲ 429 Too Many Requests", "wait as Retry-After says"),
        ("✖ 500 Internal Server Error", "report it"),
        ("✖ 503 Service Unavailable", "Core behind it"),
        ("✖ 503 Service Unavailable", "never saw the call"),
    ]
    .into_iter()
    .enumerate()
    {
        tty.types("\x1bOQ");
        tty.sees(&format!("Guided tour  {number} of 13"));
        tty.types("\r");
        tty.loses("Guided tour");
        tty.sees(teaches);
        tty.sees(status);
    }
    tty.sees("That was the tour.");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
}

#[test]
fn two_hundred_requests_under_ten_tokens_leave_every_key_alive() {
    let server = Server::doing(|asked, stream| {
        let refused = asked
            .header("authorization")
            .is_some_and(|value| value.ends_with('7'));
        let status = if refused { "403 Forbidden" } else { "200 OK" };
        stream
            .write_all(&answer(status, "", b"{\"data\":[]}"))
            .is_ok()
    });
    let home = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..10).map(|number| format!("t{number}")).collect();
    let config = format!(
        "environment = \"here\"\n[environments.here]\nbase_url = \"{}\"\ntokens = {names:?}\n",
        server.base()
    );
    std::fs::create_dir_all(home.path().join("config")).unwrap();
    std::fs::write(home.path().join("config/config.toml"), config).unwrap();
    let sessions = home.path().join("data/sessions");
    std::fs::create_dir_all(&sessions).unwrap();
    let mut session = "name = \"many\"\nenvironment = \"here\"\n".to_owned();
    for number in 0..200 {
        session.push_str(&format!(
            "[[step]]\nname = \"n{number}\"\nmethod = \"GET\"\nurl = \"{{{{base}}}}/core/runbooks/{number}\"\n"
        ));
    }
    std::fs::write(sessions.join("many.session.toml"), session).unwrap();
    let values = (0..10).map(|n| {
        (
            format!("HTTRIAGE_TOKEN_T{n}"),
            format!("value-of-token-{n}"),
        )
    });
    let values: Vec<(String, String)> = values.collect();
    let variables = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let mut tty = Tty::start_in(home.path(), &[], (160, 48), &variables.collect::<Vec<_>>());
    tty.sees("here ▾");
    tty.types("\t3");
    tty.sees("200 steps, nothing sent yet");
    tty.types("2s");
    tty.sees("with the first item of each list");
    tty.types("\x1b[B\r");
    tty.sees("200 calls: many");
    tty.types("r");
    tty.sees(" of 2000");
    let mut slowest = Duration::ZERO;
    let mut presses = 0;
    for row in 1..200 {
        let pressed = Instant::now();
        tty.types("j");
        tty.sees(&format!("── t0, GET /core/runbooks/{row} ─"));
        slowest = slowest.max(pressed.elapsed());
        presses += 1;
        if !tty.text().contains(" of 2000") {
            break;
        }
    }
    println!("the slowest of {presses} keys while the matrix filled took {slowest:?}");
    assert!(
        presses > 3,
        "the run was over before a key could be pressed"
    );
    // Generous, for a machine that does other things; what is wanted is far below.
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    tty.loses(" of 2000");
    tty.types("G");
    tty.sees("── t0, GET /core/runbooks/199 ─");
    tty.sees("✓ 200 allowed");
    tty.types("q");
    assert_eq!(tty.ends(), 0);
}
