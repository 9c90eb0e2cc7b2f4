//! The real program in a pseudo-terminal of its own, with a home of its own.
// Every test file that includes this takes only a part of it.
#![allow(dead_code)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// No test waits longer than this for anything.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a waiting test looks again.
const LOOK: Duration = Duration::from_millis(5);

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

pub struct Tty {
    seen: Arc<Mutex<Seen>>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// The terminal's modes before the program took it.
    pub modes_before: String,
    /// Kept open so that the terminal can be looked at after the program has ended.
    _slave: Box<dyn portable_pty::SlavePty + Send>,
    _home: Option<tempfile::TempDir>,
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

fn pty_size((columns, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        ..PtySize::default()
    }
}

impl Tty {
    /// Starts the program with these arguments.
    pub fn start(arguments: &[&str], size: (u16, u16)) -> Tty {
        Tty::start_with(arguments, size, &[])
    }

    pub fn start_with(arguments: &[&str], size: (u16, u16), variables: &[(&str, &str)]) -> Tty {
        let home = tempfile::tempdir().unwrap();
        let mut tty = Tty::start_in(home.path(), arguments, size, variables);
        tty._home = Some(home);
        tty
    }

    /// The same in a home that outlives the run.
    pub fn start_in(
        home: &std::path::Path,
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
    ) -> Tty {
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_httriage"));
        Tty::start_program(program, home, arguments, size, variables)
    }

    /// Another program than ours.
    pub fn start_other(
        program: &std::path::Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Tty {
        let home = tempfile::tempdir().unwrap();
        let mut tty = Tty::start_program(program, home.path(), arguments, (80, 24), variables);
        tty._home = Some(home);
        tty
    }

    pub fn start_program(
        program: &std::path::Path,
        home: &std::path::Path,
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
    ) -> Tty {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.cwd(home);
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        command.env("HOME", home);
        command.env("HTTRIAGE_CONFIG_DIR", home.join("config"));
        command.env("HTTRIAGE_DATA_DIR", home.join("data"));
        for (name, value) in variables {
            command.env(name, value);
        }
        let modes_before = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(cells(size.1), cells(size.0), 0),
            bytes: Vec::new(),
        }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let filled = seen.clone();
        std::thread::spawn(move || {
            let mut part = [0; 16 * 1024];
            while let Ok(length @ 1..) = reader.read(&mut part) {
                let mut seen = filled.lock().unwrap();
                seen.parser.process(&part[..length]);
                seen.bytes.extend_from_slice(&part[..length]);
            }
        });
        Tty {
            seen,
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            modes_before,
            _slave: pair.slave,
            _home: None,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    pub fn types(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn resize(&mut self, size: (u16, u16)) {
        {
            let mut seen = self.seen();
            seen.parser.set_size(cells(size.1), cells(size.0));
        }
        self.master.resize(pty_size(size)).unwrap();
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// What the screen shows, cell by cell.
    pub fn screen(&self) -> vt100::Screen {
        self.seen().parser.screen().clone()
    }

    /// Waits until one of the words, parted by `|`, is on the screen; returns the whole of it.
    pub fn sees(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if words.split('|').any(|word| text.contains(word)) {
                return text;
            }
            assert!(Instant::now() < until, "{words:?} never came:\n{text}");
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until the words are no longer on the screen.
    pub fn loses(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while self.text().contains(words) {
            assert!(Instant::now() < until, "{words:?} never went");
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until this is so.
    pub fn waits_until(&mut self, what: &str, is_so: impl Fn(&Tty) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < until, "it never came to this: {what}");
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until nothing was written for so long.
    pub fn is_quiet_for(&mut self, span: Duration) {
        let until = Instant::now() + PATIENCE;
        let (mut bytes, mut since) = (self.bytes_seen(), Instant::now());
        while since.elapsed() < span {
            assert!(Instant::now() < until, "the program never came to rest");
            std::thread::sleep(LOOK);
            if self.bytes_seen() != bytes {
                (bytes, since) = (self.bytes_seen(), Instant::now());
            }
        }
    }

    /// Waits for the end of the program and returns its exit code.
    pub fn ends(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "the program never ended");
            std::thread::sleep(LOOK);
        }
    }

    /// Presses Ctrl-C until the program ends, and returns its exit code: one that comes within
    /// moments of a paste or of an editor's end is taken for a part of that.
    pub fn is_left(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            self.types("\x03");
            let pressed = Instant::now();
            while pressed.elapsed() < Duration::from_millis(500) {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status.exit_code();
                }
                std::thread::sleep(LOOK);
            }
        }
        panic!("the program never ended");
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub fn signal(&mut self, name: &str) {
        let process = self.child.process_id().unwrap().to_string();
        let kill = std::process::Command::new("kill")
            .args([&format!("-{name}"), &process])
            .status();
        assert!(kill.unwrap().success());
    }

    /// The modes of the line, as the system holds them.
    pub fn modes(&self) -> String {
        modes(&*self.master)
    }

    /// Whether the program ever went to the other screen.
    pub fn took_the_screen(&self) -> bool {
        String::from_utf8_lossy(&self.bytes()).contains("\u{1b}[?1049h")
    }

    pub fn shows_alternate_screen(&self) -> bool {
        self.seen().parser.screen().alternate_screen()
    }

    /// Waits until the usual screen, the caret, the mouse and the usual way of pasting are back.
    pub fn is_given_back(&self) -> bool {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let seen = self.seen();
            let screen = seen.parser.screen();
            let mouse = screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
            let taken = screen.alternate_screen() || screen.hide_cursor();
            if !taken && !screen.bracketed_paste() && !mouse {
                return true;
            }
            drop(seen);
            std::thread::sleep(LOOK);
        }
        false
    }

    /// Every byte the program wrote so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen().bytes.clone()
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn bytes_seen(&self) -> usize {
        self.seen().bytes.len()
    }

    /// How many cells have a colour.
    pub fn colours(&self) -> usize {
        let screen = self.screen();
        let (rows, columns) = screen.size();
        let mut count = 0;
        for row in 0..rows.get() {
            for column in 0..columns.get() {
                if let Some(cell) = screen.cell(row, column)
                    && (cell.fgcolor(), cell.bgcolor())
                        != (vt100::Color::Default, vt100::Color::Default)
                {
                    count += 1;
                }
            }
        }
        count
    }

    /// What the system says of the program, from behind its name in brackets.
    #[cfg(target_os = "linux")]
    fn stat(&self) -> Vec<String> {
        let process = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        let words = stat.rsplit_once(')').unwrap().1.split_whitespace();
        words.map(String::from).collect()
    }

    /// Whether it was sent to the background.
    #[cfg(target_os = "linux")]
    pub fn is_stopped(&self) -> bool {
        self.stat()[0] == "T"
    }

    /// The processor time that the program has used.
    #[cfg(target_os = "linux")]
    pub fn cpu(&self) -> Duration {
        // User and system time are the 12th and 13th word.
        let words = self.stat();
        let ticks: u64 = words[11].parse::<u64>().unwrap() + words[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}
