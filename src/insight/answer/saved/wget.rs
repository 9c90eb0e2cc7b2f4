//! What wget prints: the status behind `awaiting response...`, with `-S` the head of each answer
//! set in below it, with `-d` request and answer between lines that say so.

use super::head;
use super::talk::{Talk, Turn};
use super::text::{Text, shown};

const AWAITS: &str = "HTTP request sent, awaiting response...";

/// Whether a line tells of a request that went out or is waited for.
pub fn is_mark(line: &str) -> bool {
    line.starts_with("---request begin---") || behind_awaits(line).is_some()
}

/// What stands behind the words, wherever they do.
fn behind_awaits(line: &str) -> Option<&str> {
    let at = line.find(AWAITS)?;
    Some(line[at + AWAITS.len()..].trim())
}

#[derive(Default)]
struct WgetReader {
    talk: Talk,
    /// Between the lines that say where a request or an answer begins and ends.
    inside: Option<bool>,
    with_heads: bool,
    awaits: bool,
}

/// Reads a whole output. Without `-S` or `-d` an answer is its status alone.
pub fn read(text: &Text) -> Vec<Turn> {
    let mut reader = WgetReader::default();
    for raw in text.lines() {
        reader.line(&shown(raw), raw);
    }
    reader.talk.finish()
}

impl WgetReader {
    fn line(&mut self, line: &str, raw: &[u8]) {
        match line.trim() {
            "---request begin---" => {
                self.inside = Some(true);
                self.with_heads = true;
            }
            "---response begin---" => self.inside = Some(false),
            "---request end---" | "---response end---" => {
                self.talk.say("");
                self.inside = None;
            }
            inner => match self.inside {
                Some(true) => self.talk.ask(inner),
                Some(false) => self.talk.say(inner),
                None => self.outside(line, raw),
            },
        }
    }

    fn outside(&mut self, line: &str, raw: &[u8]) {
        if let Some(url) = begins(line) {
            self.talk.secure(url.starts_with("https:"));
            // With `-d` the request itself follows.
            if !self.with_heads {
                self.talk.ask(&format!("GET {url} HTTP/1.1"));
            }
            return;
        }
        if let Some(status) = behind_awaits(line) {
            self.awaits = true;
            if head::status(status.split(' ').next().unwrap_or_default()).is_some()
                && !self.with_heads
            {
                self.talk.say(&format!("HTTP/1.1 {status}"));
                self.awaits = false;
            }
            return;
        }
        let inner = line.trim();
        let set_in = line.starts_with("  ");
        let is_head =
            self.talk.is_in_head() || head::status_line(inner).is_some() && !self.with_heads;
        if set_in && is_head {
            self.talk.say(inner);
        } else if self.talk.is_in_head() && !self.awaits && line.starts_with("Location: ") {
            self.talk.say(line.trim_end_matches("[following]"));
        } else if line.starts_with(['{', '[', '<']) || self.talk.is_in_body() && !inner.is_empty() {
            let is_ours = head::status(inner.get(..3).unwrap_or_default()).is_some()
                || inner.starts_with("20") && inner.contains(" ERROR ");
            if !is_ours && !self.awaits_nothing() {
                self.talk.data(raw);
            }
        }
    }

    /// No answer came yet, so that nothing can be of its body.
    fn awaits_nothing(&self) -> bool {
        !self.talk.is_in_head() && !self.talk.is_in_body()
    }
}

/// `--2026-01-31 12:00:00--  https://…`
fn begins(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("--")?;
    let (_, url) = rest.split_once("--  ")?;
    url.contains("://").then(|| url.trim())
}
