//! What the logging of OkHttp prints: `-->` before a request, `<--` before an answer, each with
//! its head and body below, and lines that end them.

use super::head;
use super::talk::{Talk, Turn};
use super::text::{Text, shown};

/// What was read, and what the client said of a call that failed.
pub struct Logged {
    pub turns: Vec<Turn>,
    pub said: Option<String>,
}

const FAILED: &str = "HTTP FAILED: ";

/// Whether a line begins a request or an answer as OkHttp logs them.
pub fn is_mark(line: &str) -> bool {
    asked(line).is_some() || answered(line).is_some()
}

/// `--> GET https://… http/1.1`
fn asked(line: &str) -> Option<String> {
    let rest = &line[line.find("--> ")? + 4..];
    let mut words = rest.split_whitespace();
    let (method, url) = (words.next()?, words.next()?);
    (head::is_method(method) && url.contains("://")).then(|| format!("{method} {url} HTTP/1.1"))
}

/// `<-- 403 Forbidden https://… (120ms)`
fn answered(line: &str) -> Option<String> {
    let rest = &line[line.find("<-- ")? + 4..];
    let (status, rest) = rest.split_once(' ')?;
    head::status(status)?;
    let end = rest.find("http").or_else(|| rest.find('('))?;
    Some(format!("HTTP/1.1 {status} {}", rest[..end].trim()))
}

/// Reads a whole log, whatever the logger puts before each line; `said` is why a call failed, where
/// the last one did.
pub fn read(text: &Text) -> Logged {
    let mut talk = Talk::default();
    let mut said = None;
    let mut before = String::new();
    let mut is_asking = false;
    let mut in_head = false;
    for raw in text.lines() {
        let line = shown(raw);
        if let Some(ask) = asked(&line) {
            before = line[..line.find("-->").unwrap_or(0)].to_owned();
            talk.ask(&ask);
            (is_asking, in_head) = (true, true);
            continue;
        }
        if let Some(say) = answered(&line) {
            before = line[..line.find("<--").unwrap_or(0)].to_owned();
            talk.say(&say);
            (is_asking, in_head) = (false, true);
            continue;
        }
        let inner = match line.strip_prefix(before.as_str()) {
            Some(inner) => inner,
            None if line.trim_end() == before.trim_end() => "",
            None => &line,
        };
        if let Some(why) = inner
            .strip_prefix("<-- ")
            .and_then(|rest| rest.strip_prefix(FAILED))
        {
            said = Some(why.trim().to_owned());
        } else if inner.starts_with("--> END") || inner.starts_with("<-- END") {
            in_head = false;
            is_asking = false;
            talk.say("");
            before.clear();
            if inner.starts_with("<-- END") {
                talk.rest();
            }
        } else if in_head && head::field(inner).is_some() {
            if is_asking {
                talk.ask(inner)
            } else {
                talk.say(inner)
            }
        } else {
            in_head = false;
            let bytes = format!("{inner}\n");
            if is_asking {
                talk.ask_body(bytes.as_bytes())
            } else {
                talk.data(bytes.as_bytes())
            }
        }
    }
    Logged {
        turns: talk.finish(),
        said,
    }
}
