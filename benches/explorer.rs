//! How quick the explorer is, measured from outside: the real binary in a pseudo-terminal
//! against a small server on loopback. Prints medians, and beside them the best figure that was
//! measured for another program of this kind (slumber 5.4.0, ATAC 0.24.0, posting 2.11.1; medians
//! on a two-core 2.6 GHz machine, another run than this one, so read the ratio as a magnitude).

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const COLUMNS: u16 = 160;
const ROWS: u16 = 48;
const PATIENCE: Duration = Duration::from_secs(10);

fn main() {
    // `cargo test` builds benches and may start them; measuring is for `cargo bench` alone.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let port = serve();
    // `cargo bench -- large` takes a part of it.
    let parts: Vec<String> = std::env::args().skip(1).collect();
    let wants = |part: &str| {
        let mut named = parts.iter().filter(|part| !part.starts_with("--"));
        parts.iter().all(|part| part.starts_with("--")) || named.any(|named| named == part)
    };
    if wants("small") {
        small(port);
    }
    if wants("large") {
        large(port);
    }
}

/// Start, small answers, keys, rest.
fn small(port: u16) {
    let url = format!("http://127.0.0.1:{port}/small");
    println!(
        "{:<44}{:>10}{:>10}{:>10}{:>12}{:>8}",
        "", "least", "median", "most", "best peer", "ratio"
    );

    let mut starts = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..12 {
        let began = Instant::now();
        let mut run = Run::start(&[&url]);
        run.until(|screen| screen.contains(&url));
        starts.push(run.changed.saturating_duration_since(began));
        run.calm();
        memory.push(run.memory_mib("VmRSS:"));
    }
    row_ms("exec to first useful frame, ms", &starts, 20.9);
    row("memory at rest, MiB", &memory, 15.5);

    let mut run = Run::start(&[&url]);
    run.until(|screen| screen.contains(&url));
    run.calm();
    let mut sends = Vec::new();
    for number in 0..30 {
        run.press(b"\x12");
        let mark = format!("answer-{number}");
        sends.push(run.until(|screen| screen.contains(&mark)));
        run.calm();
    }
    row_ms("small request, key to body on screen, ms", &sends, 7.3);

    let mut moves = Vec::new();
    for _ in 0..150 {
        let before = run.screen();
        run.press(b"\t");
        moves.push(run.until(|screen| screen != before));
        run.settle();
    }
    row_ms("focus move, key to redraw, ms", &moves, 0.97);

    run.press(b"\r");
    let mut run = Run::start(&[&url]);
    run.until(|screen| screen.contains(&url));
    run.calm();
    run.press(b"\r");
    run.calm();
    let mut typed = Vec::new();
    for _ in 0..75 {
        for key in [b"a".as_slice(), b"\x7f"] {
            let before = run.screen();
            run.press(key);
            typed.push(run.until(|screen| screen != before));
            run.settle();
        }
    }
    row_ms("typed character, key to redraw, ms", &typed, 0.91);

    let before = run.usage();
    let silence = Instant::now();
    let mut bytes = 0;
    while silence.elapsed() < Duration::from_secs(5) {
        if let Ok((_, chunk)) = run.output.recv_timeout(Duration::from_millis(500)) {
            bytes += chunk.len();
        }
    }
    let after = run.usage();
    println!(
        "at rest for 5 s: {} ms of processor time, {} wake-ups, {bytes} bytes written (best peer: 9 ms, 90, 0)",
        (after.0 - before.0) * 10,
        after.1 - before.1
    );
}

/// Bodies of many megabytes: from the key to the first lines, the slowest key meanwhile, memory,
/// and pages turned. The last figure of each row is that of a program which does nothing else
/// (receive, indent on a second thread, draw), the practical limit.
fn large(port: u16) {
    // Kind, size, then: key to shown, slowest key, memory at rest and at most, of the limit.
    const LIMITS: [(&str, usize, [f64; 4]); 4] = [
        ("minified", 10, [25.0, 8.0, 27.0, 30.0]),
        ("indented", 10, [23.0, 10.0, 19.0, 25.0]),
        ("minified", 100, [147.0, 71.0, 228.0, 259.0]),
        ("indented", 100, [176.0, 71.0, 149.0, 207.0]),
    ];
    println!(
        "\n{:<44}{:>10}{:>10}{:>10}{:>12}{:>8}",
        "", "least", "median", "most", "limit", "ratio"
    );
    // What the slowest of many keys waits for where nothing is under way: the machine's own.
    let mut quiet = Vec::new();
    let url = format!("http://127.0.0.1:{port}/small");
    for _ in 0..9 {
        let mut run = Run::start(&[&url]);
        run.until(|screen| screen.contains(&url));
        run.calm();
        run.press(b"\x12");
        run.until(|screen| screen.contains("answer-"));
        quiet.push(run.slowest_key(|_| true));
    }
    keys_row("without a body", &quiet, 2.0);
    for (kind, mib, [shown, slowest, at_rest, at_most]) in LIMITS {
        let url = format!("http://127.0.0.1:{port}/{kind}/{mib}");
        let runs = if mib > 10 { 5 } else { 9 };
        let name = |what: &str| format!("{mib} MiB {kind}, {what}");
        let plain: Vec<Duration> = (0..runs).map(|_| plainly_read(port, kind, mib)).collect();
        let mut first_lines = Vec::new();
        let mut all_lines = Vec::new();
        let mut keys = Vec::new();
        let mut rests = Vec::new();
        let mut peaks = Vec::new();
        let mut pages = Vec::new();
        for _ in 0..runs {
            let mut run = Run::start(&[&url]);
            run.until(|screen| screen.contains(&url));
            run.calm();
            run.press(b"\x12");
            first_lines.push(run.until(|screen| screen.contains("the-first-one")));
            let is_whole = |screen: &str| !screen.contains("the rest is");
            all_lines.push(run.until(is_whole));
            run.rest();
            rests.push(run.memory_mib("VmRSS:"));
            peaks.push(run.memory_mib("VmHWM:"));
            run.press(b"\t");
            run.calm();
            for _ in 0..20 {
                let before = run.screen();
                run.press(b"\x1b[6~");
                pages.push(run.until(|screen| screen != before));
                run.settle();
            }
            // The first key too: what it waits for is freeing the answer before.
            let mut run = Run::start(&[&url]);
            run.until(|screen| screen.contains(&url));
            run.calm();
            run.press(b"\x12");
            let shows_all = |screen: &str| screen.contains("the-first-one") && is_whole(screen);
            keys.push(run.slowest_key(shows_all));
            run.press(b"\x12");
            keys.push(run.slowest_key(shows_all));
        }
        row_ms(&name("plainly read, ms"), &plain, shown);
        row_ms(&name("key to first lines, ms"), &first_lines, shown);
        row_ms(&name("key to all lines, ms"), &all_lines, shown);
        keys_row(&format!("{mib} MiB {kind}"), &keys, slowest);
        row(&name("memory at rest, MiB"), &rests, at_rest);
        row(&name("memory at most, MiB"), &peaks, at_most);
        row_ms(&name("page, ms"), &pages, 0.7);
    }
}

/// Into memory, and nothing else: what this machine needs at this moment.
fn plainly_read(port: u16, kind: &str, mib: usize) -> Duration {
    let began = Instant::now();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let ask = format!("GET /{kind}/{mib} HTTP/1.1\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).expect("a request");
    let mut body = Vec::with_capacity((mib + 1) << 20);
    stream.read_to_end(&mut body).expect("an answer");
    assert!(body.ends_with(b"]"));
    began.elapsed()
}

/// The slowest of many keys: as it was, and without what was spent in the queue for a processor,
/// which on a busy machine is not the program's.
#[derive(Clone, Copy, Default)]
struct Key {
    whole: Duration,
    own: Duration,
}

fn keys_row(name: &str, keys: &[Key], limit: f64) {
    let whole: Vec<_> = keys.iter().map(|key| key.whole).collect();
    let own: Vec<_> = keys.iter().map(|key| key.own).collect();
    row_ms(&format!("{name}, slowest key, ms"), &whole, limit);
    row_ms(&format!("{name}, the same unqueued, ms"), &own, limit);
}

fn row_ms(name: &str, times: &[Duration], peer: f64) {
    let times: Vec<f64> = times.iter().map(|t| t.as_secs_f64() * 1_000.0).collect();
    row(name, &times, peer);
}

fn row(name: &str, values: &[f64], peer: f64) {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let median = values[values.len() / 2];
    let (least, most) = (values[0], values[values.len() - 1]);
    println!(
        "{name:<44}{least:>10.2}{median:>10.2}{most:>10.2}{peer:>12.2}{:>8.2}",
        median / peer
    );
}

/// Answers every request with a numbered body, on kept connections.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let number = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let number = number.clone();
            std::thread::spawn(move || {
                let _ = stream.set_nodelay(true);
                let mut buffer = [0; 4096];
                while let Ok(length) = stream.read(&mut buffer) {
                    if length == 0 {
                        return;
                    }
                    let asked = String::from_utf8_lossy(&buffer[..length]).into_owned();
                    let path = asked.split(' ').nth(1).unwrap_or("/");
                    let mut parts = path.split('/').skip(1);
                    let (kind, mib) = (parts.next().unwrap_or(""), parts.next());
                    if let Some(Ok(mib)) = mib.map(str::parse) {
                        let body = body(kind == "indented", mib);
                        let head = format!(
                            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                            body.len()
                        );
                        let sent = stream.write_all(head.as_bytes());
                        let sent = sent.and_then(|()| stream.write_all(&body));
                        if sent.is_err() || asked.contains("connection: close") {
                            return;
                        }
                        continue;
                    }
                    let number = number.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let body = format!("{{\"id\":1,\"mark\":\"answer-{number}\"}}");
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

/// A list of objects as APIs have them, some 300 bytes each, made once.
fn body(is_indented: bool, mib: usize) -> Arc<Vec<u8>> {
    type Made = (bool, usize, Arc<Vec<u8>>);
    static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());
    let mut made = MADE.lock().expect("the bodies");
    if let Some((.., body)) = made.iter().find(|m| (m.0, m.1) == (is_indented, mib)) {
        return body.clone();
    }
    const FIELDS: &str = r#"{"id":#,"kind":"runbook","name":"Core banking upgrade","owner":"support.desk@acme.example","archived":false,"progress":0.#,"tags":["finance","weekend","rehearsed"],"place":{"building":"12 Harbour Street","city":"Bristol","at":{"latitude":51.45#,"longitude":-2.58#}},"note":null}"#;
    let indented = |text: &str, depth: usize| {
        let mut out = String::new();
        let mut depth = depth;
        let mut inside = false;
        for c in text.chars() {
            inside ^= c == '"';
            match c {
                '{' | '[' if !inside => {
                    depth += 1;
                    out.push_str(&format!("{c}\n{}", "  ".repeat(depth)));
                }
                '}' | ']' if !inside => {
                    depth -= 1;
                    out.push_str(&format!("\n{}{c}", "  ".repeat(depth)));
                }
                ',' if !inside => out.push_str(&format!(",\n{}", "  ".repeat(depth))),
                ':' if !inside => out.push_str(": "),
                c => out.push(c),
            }
        }
        out
    };
    let (open, between, fields) = if is_indented {
        ("[\n  ", ",\n  ", indented(FIELDS, 1))
    } else {
        ("[", ",", FIELDS.to_owned())
    };
    let mut text = format!("{open}\"the-first-one\"");
    let mut number = 1_000_000;
    while text.len() < mib << 20 {
        number += 1;
        text.push_str(between);
        text.push_str(&fields.replace('#', &number.to_string()));
    }
    text.push_str(if is_indented { "\n]" } else { "]" });
    let body = Arc::new(text.into_bytes());
    made.push((is_indented, mib, body.clone()));
    body
}

struct Run {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    /// What was written, each piece with the moment it came: what the terminal's side of this
    /// bench does with it afterwards is not the program's time.
    output: Receiver<(Instant, Vec<u8>)>,
    changed: Instant,
    /// The thread that reads the output, as the system lists it.
    reader: PathBuf,
    parser: vt100::Parser,
    pressed: Instant,
    _home: tempfile::TempDir,
    _master: Box<dyn MasterPty + Send>,
}

impl Run {
    fn start(arguments: &[&str]) -> Run {
        let home = tempfile::tempdir().expect("a home");
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        // Another build may be measured by the same bench, to compare the two.
        let other = std::env::var("HTTRIAGE_MEASURED").ok();
        let binary = other.unwrap_or_else(|| env!("CARGO_BIN_EXE_httriage").to_owned());
        let config = home.path().join("config.toml");
        std::fs::write(config, "max_body = \"1GiB\"\n").expect("the settings");
        let mut command = CommandBuilder::new(binary);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("HTTRIAGE_CONFIG_DIR", home.path());
        command.env("HTTRIAGE_DATA_DIR", home.path());
        let child = pair.slave.spawn_command(command).expect("the program");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        let (here, reader_is) = channel();
        std::thread::spawn(move || {
            let place = std::fs::read_link("/proc/thread-self").unwrap_or_default();
            let _ = here.send(Path::new("/proc").join(place));
            let mut buffer = [0; 65_536];
            while let Ok(length) = reader.read(&mut buffer) {
                if length == 0
                    || sender
                        .send((Instant::now(), buffer[..length].to_vec()))
                        .is_err()
                {
                    return;
                }
            }
        });
        Run {
            child,
            keys,
            output,
            parser: vt100::Parser::new(
                ROWS.try_into().expect("rows"),
                COLUMNS.try_into().expect("columns"),
                0,
            ),
            pressed: Instant::now(),
            changed: Instant::now(),
            reader: reader_is.recv().unwrap_or_default(),
            _home: home,
            _master: pair.master,
        }
    }

    fn press(&mut self, keys: &[u8]) {
        self.pressed = Instant::now();
        self.keys
            .write_all(keys)
            .and_then(|()| self.keys.flush())
            .expect("a key press");
    }

    fn screen(&self) -> String {
        let screen = self.parser.screen();
        // The caret's place and the styles count as a change too.
        String::from_utf8_lossy(screen.contents_formatted().as_ref()).into_owned()
            + &screen.contents()
    }

    /// Waits until the screen is as wanted; returns the time since the last key press.
    fn until(&mut self, wanted: impl Fn(&str) -> bool) -> Duration {
        loop {
            if wanted(&self.screen()) {
                return self.changed.saturating_duration_since(self.pressed);
            }
            match self.output.recv_timeout(PATIENCE) {
                Ok((at, chunk)) => {
                    self.changed = at;
                    self.parser.process(&chunk);
                }
                Err(_) => panic!(
                    "not on the screen:
{}",
                    self.parser.screen().contents()
                ),
            }
        }
    }

    /// How long the threads between a key and its picture have waited for a processor so far:
    /// the one that draws, the one that reads keys, and the one here that takes the picture in.
    fn queued(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.id()));
        let tasks = tasks
            .into_iter()
            .flatten()
            .flatten()
            .map(|task| task.path());
        let name = |task: &Path| std::fs::read_to_string(task.join("comm")).unwrap_or_default();
        let main = name(Path::new(&format!("/proc/{}", self.id())));
        let drawing = tasks.filter(|task| name(task) == main);
        let all = drawing.chain([self.reader.clone()]);
        let nanos = all.filter_map(|task| {
            let text = std::fs::read_to_string(task.join("schedstat")).ok()?;
            text.split_whitespace().nth(1)?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// Takes in the rest of a picture, so that it does not pass for the answer to the next key.
    fn settle(&mut self) {
        while let Ok((_, chunk)) = self.output.recv_timeout(Duration::from_millis(15)) {
            self.parser.process(&chunk);
        }
    }

    /// Waits until nothing was written for a while.
    fn calm(&mut self) {
        while let Ok((_, chunk)) = self.output.recv_timeout(Duration::from_millis(60)) {
            self.parser.process(&chunk);
        }
    }

    /// Waits until the program has used no processor time for a while.
    fn rest(&mut self) {
        let until = Instant::now() + PATIENCE;
        let mut before = u64::MAX;
        while self.usage().0 != before && Instant::now() < until {
            before = self.usage().0;
            std::thread::sleep(Duration::from_millis(300));
            self.calm();
        }
    }

    /// Opens and closes the sheet of keys until the screen beneath is as wanted, and a while
    /// longer; the longest that it took.
    fn slowest_key(&mut self, wanted: impl Fn(&str) -> bool) -> Key {
        let sent = self.pressed;
        let mut slowest = Key::default();
        let mut is_there = false;
        while !is_there || sent.elapsed() < Duration::from_millis(400) {
            for (key, opens) in [(b"?", true), (b"q", false)] {
                let queued = self.queued();
                self.press(key);
                let took = self.until(|screen| screen.contains("Anywhere, also") == opens);
                let queued = self.queued().saturating_sub(queued);
                slowest.whole = slowest.whole.max(took);
                slowest.own = slowest.own.max(took.saturating_sub(queued));
            }
            is_there = wanted(&self.screen());
        }
        slowest
    }

    fn memory_mib(&self, which: &str) -> f64 {
        let status = self.proc("status");
        let line = status
            .lines()
            .find(|line| line.starts_with(which))
            .unwrap_or("");
        let kib: f64 = line
            .split_whitespace()
            .nth(1)
            .and_then(|n| n.parse().ok())
            .unwrap_or(0.0);
        kib / 1_024.0
    }

    /// Hundredths of a second of processor time, and voluntary context switches of all threads.
    fn usage(&self) -> (u64, u64) {
        let stat = self.proc("stat");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .split_whitespace()
            .collect();
        let number = |at: usize| {
            fields
                .get(at)
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0)
        };
        let mut switches = 0;
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.id()));
        for task in tasks.into_iter().flatten().flatten() {
            let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
            let line = status
                .lines()
                .find(|line| line.starts_with("voluntary_ctxt_switches"));
            let count = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
            switches += count.unwrap_or(0);
        }
        (number(11) + number(12), switches)
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.id())).unwrap_or_default()
    }

    fn id(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
