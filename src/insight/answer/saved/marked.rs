//! Transcripts that mark each line: `>` before what was sent, `<` before what came, as `curl -v`
//! prints them, the wire logs of Java's HTTP clients, and the debug output of Python's.

use super::head;
use super::talk::{Talk, Turn};
use super::text::{Text, shown};

/// What was read, and what curl itself said at the end.
pub struct Marked {
    pub turns: Vec<Turn>,
    pub said: Option<String>,
}

/// Whether a line is of such a transcript, and none of anything else.
pub fn is_mark(line: &str) -> bool {
    let inner = |sign: &str| line.strip_prefix(sign).map(str::trim_start);
    inner("< ").is_some_and(|rest| head::status_line(rest).is_some())
        || inner("> ").is_some_and(|rest| head::request_line(rest).is_some())
        || wire(line).is_some_and(|(_, rest)| begins(&rest))
        || !line.starts_with("header: ") && python(line).is_some()
}

fn begins(line: &str) -> bool {
    head::status_line(line).is_some() || head::request_line(line).is_some()
}

/// Reads a whole transcript. What curl remarks behind the last body is no part of that body.
pub fn read(text: &Text) -> Marked {
    let mut reader = MarkedReader::default();
    for raw in text.lines() {
        reader.line(raw);
    }
    let mut turns = reader.talk.finish();
    if let Some(answer) = turns.last_mut().and_then(|turn| turn.answer.as_mut()) {
        without_last_remarks(&mut answer.body);
    }
    Marked {
        turns,
        said: reader.said,
    }
}

#[derive(Default)]
struct MarkedReader {
    talk: Talk,
    said: Option<String>,
    /// The last line was a remark, so that what follows need not be a body.
    was_remark: bool,
}

impl MarkedReader {
    fn line(&mut self, raw: &[u8]) {
        let line = shown(raw);
        if self.marked(&line) {
            return;
        }
        if let Some((is_ours, rest)) = wire(&line) {
            match is_ours {
                true => self.talk.ask(&rest),
                false if self.talk.is_in_head() || head::status_line(&rest).is_some() => {
                    self.talk.say(&rest);
                }
                false => self.talk.data(rest.as_bytes()),
            }
            return;
        }
        if let Some((is_ours, lines)) = python(&line)
            && (is_ours || line.starts_with("reply: ") || self.talk.is_in_head())
        {
            for line in lines {
                if is_ours {
                    self.talk.ask(&line)
                } else {
                    self.talk.say(&line)
                }
            }
            return;
        }
        if self.is_remark(&line) {
            self.remark(&line);
            return;
        }
        if line.starts_with("curl: (") {
            self.said = Some(line.trim_end().to_owned());
            return;
        }
        if !is_gauge(&line) {
            self.was_remark = false;
            self.body(raw, &line);
        }
    }

    /// A line that was sent or came, if it is one and no part of a body.
    fn marked(&mut self, line: &str) -> bool {
        let (is_ours, rest) = match line.as_bytes() {
            [b'>', ..] => (true, &line[1..]),
            [b'<', ..] => (false, &line[1..]),
            _ => return false,
        };
        if !rest.is_empty() && !rest.starts_with(' ') {
            return false;
        }
        let rest = rest.trim();
        let may_begin = self.was_remark || self.talk.may_turn();
        match is_ours {
            true if head::request_line(rest).is_some() && may_begin => self.talk.ask(rest),
            true if self.talk.is_asking() => self.talk.ask(rest),
            false if head::status_line(rest).is_some() && may_begin => self.talk.say(rest),
            false if self.talk.is_in_head() => self.talk.say(rest),
            _ => return false,
        }
        self.was_remark = false;
        true
    }

    /// A body may be a list with stars, so that there a remark has to be one that curl makes.
    fn is_remark(&self, line: &str) -> bool {
        let is_marked = line.starts_with("* ") || line == "*";
        is_marked
            && (!self.talk.is_in_body() || self.talk.is_whole() != Some(false) && of_curl(line))
    }

    fn remark(&mut self, line: &str) {
        self.was_remark = true;
        if let Some(rest) = line
            .split(" port ")
            .nth(1)
            .filter(|_| line.contains("onnected to "))
        {
            let port = rest.split(|c: char| !c.is_ascii_digit()).next();
            self.talk.secure(port == Some("443"));
        }
        let secure = line.contains("SSL connection using") || line.contains("[:scheme: https]");
        if secure || line.contains("TLSv1") {
            self.talk.secure(true);
        }
    }

    /// A last remark stands right behind a body that ends without a line break.
    fn body(&mut self, raw: &[u8], line: &str) {
        let ends = ["* Connection #", "* Closing connection"];
        let inner = behind_gauge(line);
        let end = ends.iter().filter_map(|words| inner.rfind(words)).min();
        match end.filter(|at| self.talk.lacks().is_none_or(|bytes| bytes <= *at)) {
            Some(at) => {
                self.talk.data(&inner.as_bytes()[..at]);
                self.was_remark = true;
            }
            None if inner.len() < line.len() => {
                self.talk.data(inner.as_bytes());
                self.talk.data(b"\n");
            }
            // As it came, since bytes need not be text.
            None => self.talk.data(raw),
        }
    }
}

/// A body that somebody made shorter is not as long as was announced, and what curl said behind
/// it is not of it.
fn without_last_remarks(body: &mut Vec<u8>) {
    loop {
        let inner = body.trim_ascii_end();
        let start = memchr::memrchr(b'\n', inner).map_or(0, |at| at + 1);
        let end = inner.len();
        let line = String::from_utf8_lossy(&inner[start..]);
        if start == end || !of_curl(&line) && !line.starts_with("curl: (") {
            return;
        }
        body.truncate(start);
    }
}

/// What curl remarks while a body comes, and behind it.
fn of_curl(line: &str) -> bool {
    const STARTS: [&str; 16] = [
        "Connection ",
        "Closing connection",
        "Ignoring the response-body",
        "Issue another request",
        "Re-using ",
        "Reusing ",
        "Found bundle",
        "Host ",
        "  Trying ",
        "Connected to ",
        "The requested URL returned",
        "Maximum (",
        "TLSv1",
        "HTTP",
        "Recv failure",
        "transfer closed",
    ];
    let rest = line.strip_prefix("* ").unwrap_or_default();
    STARTS.iter().any(|start| rest.starts_with(start))
}

/// How far a transfer is, in the columns that curl prints, or how many bytes went by.
fn is_gauge(line: &str) -> bool {
    let counts = (line.starts_with("{ [") || line.starts_with("} [")) && line.ends_with("data]");
    let head = line.contains("% Total") && line.contains("% Received");
    let under = line.trim_start().starts_with("Dload") && line.contains("Upload");
    let row = line.contains(":--:--") && gauge_end(line) == Some(line.len());
    counts || head || under || row
}

/// Where a row of the gauge ends: `--:--:--  311`.
fn gauge_end(line: &str) -> Option<usize> {
    let last = line.rfind("--:--")? + 5;
    let rest = &line[last..];
    let row = |c: char| c.is_ascii_digit() || ":- kMG".contains(c);
    Some(last + rest.find(|c: char| !row(c)).unwrap_or(rest.len()))
}

/// The line without a row of the gauge, which the body may stand right behind of.
fn behind_gauge(line: &str) -> &str {
    let is_row =
        line.trim_start().starts_with(|c: char| c.is_ascii_digit()) && line.contains(":--:--");
    let end = gauge_end(line).filter(|_| is_row);
    &line[end.unwrap_or(0)..]
}

/// `… http-outgoing-0 >> "GET /x HTTP/1.1[\r][\n]"`: whether it was sent, and the line.
fn wire(line: &str) -> Option<(bool, String)> {
    let at = line
        .find("http-outgoing-")
        .or_else(|| line.find("[http.wire]"))?;
    let rest = &line[at..];
    let (is_ours, inner) = match (rest.find(" >> "), rest.find(" << ")) {
        (Some(at), None) => (true, &rest[at + 4..]),
        (None, Some(at)) => (false, &rest[at + 4..]),
        _ => return None,
    };
    let inner = inner
        .strip_prefix('"')
        .map_or(inner, |inner| inner.strip_suffix('"').unwrap_or(inner));
    Some((
        is_ours,
        inner
            .replace("[\\r]", "")
            .replace("[\\n]", "\n")
            .trim_end_matches('\n')
            .to_owned(),
    ))
}

/// `send: b'GET /x HTTP/1.1\r\nHost: …'`, `reply: 'HTTP/1.1 403 …'`, `header: Date: …`.
fn python(line: &str) -> Option<(bool, Vec<String>)> {
    let quoted = |text: &str| {
        let text = text.trim().trim_start_matches('b');
        let inner = text.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?;
        let lines = inner.split("\\r\\n").map(str::to_owned);
        Some(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>())
    };
    if let Some(rest) = line.strip_prefix("send: ") {
        let lines = quoted(rest)?;
        return head::request_line(lines.first()?)
            .is_some()
            .then_some((true, lines));
    }
    if let Some(rest) = line.strip_prefix("reply: ") {
        return Some((false, quoted(rest)?));
    }
    let rest = line.strip_prefix("header: ")?;
    head::field(rest)?;
    Some((false, vec![rest.to_owned()]))
}
