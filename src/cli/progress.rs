//! The progress of slow work, for a person at a terminal.

use crate::model::cut;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};
use unicode_width::UnicodeWidthStr;

/// Faster work needs no gauge.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often it is rewritten.
const PACE: Duration = Duration::from_millis(100);

/// A line that wraps could not be removed again.
const WIDEST: usize = 60;

/// A line on standard error that is rewritten, and removed at the end.
pub struct Gauge {
    what: String,
    /// When to write it next; `None` if nobody looks.
    due: Option<Instant>,
    is_shown: bool,
}

impl Gauge {
    /// A gauge for this work; it stays silent if standard error is no terminal.
    pub fn new(what: String) -> Gauge {
        Gauge {
            what: cut(&what, WIDEST),
            due: io::stderr()
                .is_terminal()
                .then(|| Instant::now() + PATIENCE),
            is_shown: false,
        }
    }

    /// Shows how much is done, in percent, if it is time for that.
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
        // If it cannot be written, nobody misses it.
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
