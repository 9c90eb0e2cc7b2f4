//! How quick the explorer is, measured from outside: the real binary in a pseudo-terminal
//! against a small server on loopback. Prints medians, and beside them the best figure that was
//! measured for another program of this kind (slumber 5.4.0, ATAC 0.24.0, posting 2.11.1; medians
//! on a two-core 2.6 GHz machine, another run than this one, so read the ratio as a magnitude).

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
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
        memory.push(run.memory_mib());
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

struct Run {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    /// What was written, each piece with the moment it came: what the terminal's side of this
    /// bench does with it afterwards is not the program's time.
    output: Receiver<(Instant, Vec<u8>)>,
    changed: Instant,
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
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_httriage"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("HTTRIAGE_CONFIG_DIR", home.path());
        command.env("HTTRIAGE_DATA_DIR", home.path());
        let child = pair.slave.spawn_command(command).expect("the program");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        std::thread::spawn(move || {
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

    /// Waits until nothing was written for a while.
    fn calm(&mut self) {
        while let Ok((_, chunk)) = self.output.recv_timeout(Duration::from_millis(60)) {
            self.parser.process(&chunk);
        }
    }

    fn memory_mib(&self) -> f64 {
        let status = self.proc("status");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
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
