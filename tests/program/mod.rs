//! Runs the built program in a home of its own: nothing of the person's settings, variables or
//! proxies reaches it, and no run is waited for longer than it can take.

// Each test file uses its own part of this.
#![allow(dead_code)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;

/// No run of the program takes longer than this, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A fresh home, removed at the end of the test.
pub struct Home {
    dir: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run printed, and how it ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn new() -> Home {
        Home {
            dir: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    pub fn with(mut self, variable: &str, value: &str) -> Home {
        self.variables.push((variable.into(), value.into()));
        self
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(file);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A home with settings.
    pub fn settled(config: &str) -> Home {
        let home = Home::new();
        home.write("config.toml", config);
        home
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_httriage"));
        command
            .args(args)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.dir.path())
            .env("HTTRIAGE_CONFIG_DIR", self.dir.path())
            .env("HTTRIAGE_DATA_DIR", self.dir.path().join("data"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        finish(self.command(args).spawn().unwrap())
    }

    /// With this text on standard input.
    pub fn feed(&self, args: &[&str], text: impl AsRef<[u8]>) -> Ran {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // Whoever refuses its arguments reads nothing.
        let _ = child.stdin.take().unwrap().write_all(text.as_ref());
        finish(child)
    }
}

fn drain(mut pipe: impl Read + Send + 'static, done: mpsc::Sender<(usize, Vec<u8>)>, place: usize) {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = done.send((place, bytes));
    });
}

/// Waits for the end; whatever it printed is text, and it never panicked.
pub fn finish(mut child: Child) -> Ran {
    let (done, read) = mpsc::channel();
    let mut texts = [Vec::new(), Vec::new()];
    let mut open = 0;
    if let Some(out) = child.stdout.take() {
        drain(out, done.clone(), 0);
        open += 1;
    }
    if let Some(err) = child.stderr.take() {
        drain(err, done, 1);
        open += 1;
    }
    for _ in 0..open {
        let Ok((place, bytes)) = read.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the program did not end");
        };
        texts[place] = bytes;
    }
    let status = child.wait().unwrap();
    let [out, err] = texts.map(|bytes| String::from_utf8(bytes).expect("output is UTF-8"));
    assert!(!err.contains("panicked"), "{err}");
    Ran {
        code: status.code().unwrap_or(-1),
        out,
        err,
    }
}

impl Ran {
    /// The one JSON document of standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    /// Ended with this code, said one sentence or two on standard error, and nothing else.
    #[track_caller]
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.out, "");
        let lines = self.err.trim_end();
        assert!(!lines.is_empty() && !lines.contains('\n'), "{lines}");
        assert!(lines.ends_with('.'), "{lines}");
        for word in words {
            assert!(lines.contains(word), "{word} is not in: {lines}");
        }
    }

    /// The bytes of both outputs.
    pub fn all(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }
}

/// The practice API, served by the program itself on a port of its own.
pub struct Served {
    child: Child,
    pub base: String,
    // It holds the directory the program runs in.
    _home: Home,
}

impl Served {
    pub fn start() -> Served {
        let home = Home::new();
        let mut child = home.command(&["sandbox"]).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (line, said) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = BufReader::new(out).read_line(&mut text);
            let _ = line.send(text);
        });
        let text = said.recv_timeout(PATIENCE).unwrap();
        let base = text.trim_end().strip_prefix("listening on ").unwrap();
        Served {
            child,
            base: base.to_owned(),
            _home: home,
        }
    }

    pub fn port(&self) -> &str {
        self.base.rsplit(':').next().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The names of an object's members.
pub fn names(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

/// All of the first stand in the object, and nothing but those and the second.
#[track_caller]
pub fn has_shape(value: &Value, always: &[&str], sometimes: &[&str]) {
    let names = names(value);
    for name in always {
        assert!(names.contains(name), "{name} is missing: {value}");
    }
    for name in names {
        let known = always.contains(&name) || sometimes.contains(&name);
        assert!(known, "{name} is new: {value}");
    }
}

/// Whether a file stands at this path.
pub fn exists(path: &Path) -> bool {
    path.try_exists().unwrap()
}
