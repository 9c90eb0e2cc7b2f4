//! How fast a session is replayed, measured from outside: the real binary, ten thousand steps
//! with status and codes checked, against a small server on loopback. The figure beside it is
//! hurl 8.0.1 with a status and a JSONPath check, measured in another run than this one, so read
//! the ratio as a magnitude.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FEW: usize = 200;
const MANY: usize = 10_000;
/// Microseconds for each of hurl's 200 requests with checks.
const HURL: f64 = 246.0;

fn main() {
    // `cargo test` builds benches and may start them; measuring is for `cargo bench` alone.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let port = serve();
    println!("{:<40}{:>10}{:>10}{:>10}", "", "ours", "hurl", "ratio");
    for (what, options) in [
        ("in order, without history", &["--no-history"][..]),
        (
            "four at once, without history",
            &["--no-history", "--parallel", "4"],
        ),
        ("in order, each call recorded", &[]),
    ] {
        let mut steps = Vec::new();
        let mut memory = Vec::new();
        for _ in 0..3 {
            let (few, _) = replay(port, FEW, options);
            let (many, peak) = replay(port, MANY, options);
            let each = many.saturating_sub(few).as_secs_f64() / (MANY - FEW) as f64;
            steps.push(each * 1e6);
            memory.push(peak);
        }
        let each = median(steps);
        let ratio = each / HURL;
        println!("{what:<40}{each:>7.0} us{HURL:>7.0} us{ratio:>10.2}");
        println!("{:<40}{:>6.0} MiB at its peak", "", median(memory));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The time of a whole run, and its peak memory in MiB.
fn replay(port: u16, steps: usize, options: &[&str]) -> (Duration, f64) {
    let home = tempfile::tempdir().unwrap();
    let mut text = String::from("name = \"rate\"\n");
    for number in 0..steps {
        text.push_str(&format!(
            "[[step]]\nname = \"{number}\"\nmethod = \"GET\"\nurl = \"/step/{number}\"\n[step.expect]\nstatus = 200\n"
        ));
    }
    let file = home.path().join("rate.session.toml");
    std::fs::write(&file, text).unwrap();
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_httriage"))
        .arg("replay")
        .arg(&file)
        .args(["--base-url", &format!("http://127.0.0.1:{port}"), "--json"])
        .args(options)
        .env_clear()
        .env("HTTRIAGE_CONFIG_DIR", home.path())
        .env("HTTRIAGE_DATA_DIR", home.path().join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak: f64 = 0.0;
    let code = loop {
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
        peak = peak.max(kib.unwrap_or(0.0) / 1024.0);
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(code.success());
    (began.elapsed(), peak)
}

/// Answers every request on every connection with the same small body.
fn serve() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    port
}

fn answer(mut stream: TcpStream) {
    let body = "{\"data\":{\"id\":\"1\",\"type\":\"runbook\"}}";
    let said = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.set_nodelay(true);
    let mut bytes = [0; 8192];
    let mut ends = 0;
    while let Ok(length @ 1..) = stream.read(&mut bytes) {
        for byte in &bytes[..length] {
            ends = match (byte, ends) {
                (b'\r', 0 | 2) | (b'\n', 1 | 3) => ends + 1,
                _ => 0,
            };
            if ends == 4 {
                ends = 0;
                if stream.write_all(said.as_bytes()).is_err() {
                    return;
                }
            }
        }
    }
}
