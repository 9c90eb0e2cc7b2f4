//! Heads and bodies as they are on the wire: what `curl -i` and `http` print, with the requests
//! before the answers where those were asked for, as consoles and proxies show them as well.

use super::command;
use super::head;
use super::talk::{Talk, Turn};
use super::text::{Text, shown};

/// Whether a line begins a head, `next` being the one behind it.
pub fn is_mark(line: &str, next: &str) -> bool {
    let goes_on = next.is_empty() || head::field(next).is_some();
    head::status_line(line).is_some() || head::request_line(line).is_some() && goes_on
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PlainPart {
    Before,
    Asking,
    AskedBody,
    Answering,
    Body,
}

struct PlainReader {
    talk: Talk,
    part: PlainPart,
    /// It began with a request, so that others may follow.
    with_requests: bool,
    /// It began behind a prompt, so that others may follow.
    with_prompts: bool,
    /// Lines before a head: the command that brought it may be among them.
    before: Vec<String>,
}

/// A command is not longer.
const LINES_BEFORE: usize = 200;

/// Reads heads and bodies as they follow each other. A request counts as sent over TLS, since
/// nothing here tells.
pub fn read(text: &Text) -> Vec<Turn> {
    let mut reader = PlainReader {
        talk: Talk::default(),
        part: PlainPart::Before,
        with_requests: false,
        with_prompts: false,
        before: Vec::new(),
    };
    // What goes out in this form says nothing of TLS, and hardly anything goes without.
    reader.talk.secure(true);
    let mut lines = text.lines().peekable();
    while let Some(raw) = lines.next() {
        let line = shown(raw);
        let Some(next) = lines.peek() else {
            if !is_prompt(&line) {
                reader.line(raw, &line, "");
            }
            break;
        };
        reader.line(raw, &line, &shown(next));
    }
    reader.talk.finish()
}

impl PlainReader {
    fn line(&mut self, raw: &[u8], line: &str, next: &str) {
        match self.part {
            PlainPart::Before => {
                self.with_prompts |= is_prompt(line);
                if !self.begin(line, next) && self.before.len() < LINES_BEFORE {
                    self.before.push(line.to_owned());
                }
            }
            PlainPart::Asking if line.is_empty() => self.part = PlainPart::AskedBody,
            PlainPart::Asking if head::field(line).is_some() => self.talk.ask(line),
            PlainPart::Asking | PlainPart::AskedBody if head::status_line(line).is_some() => {
                self.answer(line)
            }
            PlainPart::Asking | PlainPart::AskedBody => {
                self.part = PlainPart::AskedBody;
                self.talk.ask_body(raw);
            }
            PlainPart::Answering if line.is_empty() => {
                self.talk.say("");
                self.part = PlainPart::Body;
            }
            PlainPart::Answering if head::status_line(line).is_some() => self.answer(line),
            PlainPart::Answering if head::field(line).is_some() => self.talk.say(line),
            // The blank line between was lost on the way.
            PlainPart::Answering | PlainPart::Body => self.body(raw, line, next),
        }
    }

    /// A head begins, if one does.
    fn begin(&mut self, line: &str, next: &str) -> bool {
        if head::status_line(line).is_some() {
            let before = std::mem::take(&mut self.before);
            if let Some(sent) = command::request(before.iter().map(String::as_str)) {
                self.talk.asked(sent);
            }
            self.answer(line);
        } else if is_mark(line, next) {
            self.talk.ask(line);
            self.part = PlainPart::Asking;
            self.with_requests = true;
        } else {
            return false;
        }
        true
    }

    fn answer(&mut self, line: &str) {
        self.talk.say(line);
        self.part = PlainPart::Answering;
    }

    fn body(&mut self, raw: &[u8], line: &str, next: &str) {
        self.part = PlainPart::Body;
        let is_over = self.talk.is_whole() != Some(false);
        if self.with_prompts && is_over && is_prompt(line) {
            self.part = PlainPart::Before;
            self.before.push(line.to_owned());
            return;
        }
        let answers = head::status_line(line).is_some() && self.talk.may_turn();
        let asks = self.with_requests && is_over && head::request_line(line).is_some();
        if !((answers || asks) && self.begin(line, next)) {
            self.talk.data(raw);
        }
    }
}

/// `$ curl -i https://…`, `PS C:\> …`, `kim@box:~$ `.
pub fn is_prompt(line: &str) -> bool {
    let line = line.trim_start();
    let lone = ["$", "%", "❯", "➜", "λ"];
    let short = lone
        .iter()
        .any(|sign| line == *sign || line.strip_prefix(sign).is_some_and(|r| r.starts_with(' ')));
    if short {
        return true;
    }
    let Some(end) = line.find(['$', '#', '>', '%']).filter(|&end| end < 120) else {
        return false;
    };
    let (place, rest) = line.split_at(end);
    let named = place.starts_with("PS ")
        || place.contains('@') && place.contains([':', ' '])
        || place.get(1..).is_some_and(|rest| rest.starts_with(":\\"));
    let plain = !place.contains(['"', '{', '<', '=']);
    named && plain && (rest.len() == 1 || rest[1..].starts_with(' ') || place.contains(":\\"))
}
