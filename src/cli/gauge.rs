//! How far something is that takes its time, for whoever looks at a terminal.

use crate::model::cut;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};
use unicode_width::UnicodeWidthStr;

/// What is done sooner needs no gauge.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often it is written anew.
const PACE: Duration = Duration::from_millis(100);

/// A line that breaks could not be taken away again.
const WIDEST: usize = 60;

/// A line on standard error, written over again and taken away at the end.
pub struct Gauge {
    what: String,
    /// When it is written next; `None` where nobody looks.
    due: Option<Instant>,
    is_shown: bool,
}

impl Gauge {
    pub fn new(what: String) -> Gauge {
        Gauge {
            what: cut(&what, WIDEST),
            due: io::stderr()
                .is_terminal()
                .then(|| Instant::now() + PATIENCE),
            is_shown: false,
        }
    }

    pub fn shows(&mut self, hundredths: usize) {
        if self.due.is_none_or(|due| Instant::now() < due) {
            return;
        }
        self.due = Some(Instant::now() + PACE);
        self.is_shown = true;
        self.write(&format!("\r{} … {hundredths} %", self.what));
    }

    fn write(&self, text: &str) {
        let mut error = io::stderr().lock();
        // Nobody misses it where it cannot be written.
        let _ = error
            .write_all(text.as_bytes())
            .and_then(|()| error.flush());
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        if self.is_shown {
            let length = self.what.width() + " … 100 %".len();
            self.write(&format!("\r{}\r", " ".repeat(length)));
        }
    }
}
