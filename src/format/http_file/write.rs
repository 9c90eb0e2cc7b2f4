//! Requests as an `.http` file, the text that the HTTP clients of editors run. Where those of
//! VS Code and of JetBrains differ, it is written for the first: variables come from the
//! environment of the process, and values of earlier answers by the name of their request.
//!
//! The form knows no escapes, and its clients find meaning in the beginning of any line: a new
//! request, a script, a file, a variable, a comment. So a text either stands there as it is, or
//! what it belongs to is left out, and a comment says so.

use super::line::is_request_word;
use crate::format::export::{
    Chunk, Exporter, Ground, Names, Outbound, Payload, Placeholder, Sheet, Stretch, Text, Written,
    comment, is_made_by_the_client, masked,
};
use crate::insight::Exchange;
use crate::insight::{pointer_parts, summary};
use crate::model::{Capture, Session, Step, TokenName, cut, is_unsafe, visible, visible_line};
use std::collections::HashSet;
use std::fmt::Write;

/// A call as it was made. It is masked already, and each mask becomes a variable.
pub fn write_exchange(exchange: &Exchange, ground: &Ground) -> Written {
    let taken = ground.taken_of(exchange);
    let mut writer = Writer::new(ground, &[], &taken);
    let outbound = writer.exporter.call(exchange);
    if let Ok(outbound) = &outbound {
        let errors = summary(&masked(exchange, &ground.environment)).errors;
        let codes: Vec<String> = errors.into_iter().filter_map(|error| error.code).collect();
        let url = cut(&outbound.url().shown(), 100);
        writer.begin(&format!("{} {url}", outbound.method));
        writer.expected(exchange.outcome.status(), &codes);
    }
    writer.request(outbound);
    writer.finish()
}

/// One request a step.
pub fn write_session(session: &Session, ground: &Ground) -> Written {
    let taken = ground.taken(session.steps.iter().map(|step| &step.spec));
    let mut writer = Writer::new(ground, &session.variables, &taken);
    for (number, step) in session.steps.iter().enumerate() {
        writer.begin(&format!("{}. {}", number + 1, cut(&step.name, 100)));
        writer.step(number + 1, step);
    }
    writer.finish()
}

struct Writer<'a> {
    exporter: Exporter<'a>,
    names: Names,
    text: String,
    /// What the next request takes out of the answers before it.
    taken: Vec<String>,
    /// What stands in answers at places that cannot be written here.
    lost: HashSet<String>,
    notes: Vec<String>,
    requests: usize,
}

const EXACT: &str = "As a curl command it is exact.";

impl Sheet for Writer<'_> {
    fn lines(&mut self, outbound: &Outbound) -> Result<String, String> {
        for blank in outbound.blanks() {
            if let Placeholder::Variable(name) = blank
                && self.lost.contains(name)
            {
                return Err(format!(
                    "It needs {{{{{name}}}}}, which is not taken out of the answer before it."
                ));
            }
        }
        let method = outbound.method.as_str();
        if !METHODS.contains(&method) {
            return Err(format!("Such a file knows no method {method}. {EXACT}"));
        }
        let url = outbound.url();
        if !is_plain(&url) {
            return Err(format!(
                "Its URL holds braces, which stand for variables in such a file. {EXACT}"
            ));
        }
        if url.blanks().any(|blank| self.exporter.is_secret(blank)) {
            self.say("A secret stands in the URL: give its value percent-encoded.");
        }
        let body = self.body(outbound)?;
        let mut lines = format!("{method} {} HTTP/1.1\n", self.filled(&url));
        for (name, value) in &outbound.headers {
            if is_made_by_the_client(name) {
                continue;
            }
            let is_kept = is_header(name) && is_plain(value);
            if !is_kept {
                self.lose(format!(
                    "The header {} is left out: such a file would read it as something else. {EXACT}",
                    cut(name, 100)
                ));
                continue;
            }
            let value = self.filled(value);
            let _ = writeln!(lines, "{name}: {value}");
        }
        Ok(lines + &body)
    }

    fn add(&mut self, lines: &str) {
        self.text.push_str(lines);
        self.requests += 1;
    }

    fn lose(&mut self, why: String) {
        self.say(&why);
        self.notes.push(why);
    }
}

impl<'a> Writer<'a> {
    fn new(ground: &'a Ground, own: &'a [(String, String)], taken: &'a [TokenName]) -> Writer<'a> {
        Writer {
            exporter: Exporter::new(ground, own, taken),
            names: Names::default(),
            text: String::new(),
            taken: Vec::new(),
            lost: HashSet::new(),
            notes: Vec::new(),
            requests: 0,
        }
    }

    fn finish(self) -> Written {
        let mut head = String::new();
        for name in self.names.given() {
            let _ = writeln!(head, "@{} = {{{{$processEnv {}}}}}", name.file, name.shell);
        }
        if !head.is_empty() {
            head.insert_str(
                0,
                "# Values come from the environment of VS Code. Other clients name them in a file of their own.\n",
            );
            head.push('\n');
        }
        Written {
            text: format!("{head}{}", self.text),
            requests: self.requests,
            variables: self.names.variables(),
            notes: self.notes,
        }
    }

    fn say(&mut self, words: &str) {
        self.text.push_str(&comment(words));
    }

    fn begin(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let _ = writeln!(self.text, "### {}", visible_line(name));
    }

    fn expected(&mut self, status: Option<u16>, codes: &[String]) {
        let status = match status {
            Some(status) => status.to_string(),
            None => "no answer".to_owned(),
        };
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let said = format!("Recorded: {status} {}", codes.join(", "));
        self.say(said.trim_end());
    }

    fn step(&mut self, number: usize, step: &Step) {
        if let Some(expect) = &step.expect {
            self.expected(expect.status, &expect.codes);
        }
        for line in std::mem::take(&mut self.taken) {
            self.text.push_str(&line);
        }
        let captures: Vec<(&String, String)> = step
            .capture
            .iter()
            .filter_map(|(name, capture)| Some((name, place(capture)?)))
            .collect();
        for (name, capture) in &step.capture {
            if place(capture).is_none() {
                self.lost.insert(name.clone());
                self.lose(format!(
                    "{{{{{name}}}}} is the {} of this answer, and no client reads such a place.",
                    cut(&capture.words(), 200)
                ));
            }
        }
        if !captures.is_empty() {
            let _ = writeln!(self.text, "# @name step_{number}");
        }
        let outbound = self.exporter.request(&step.spec);
        if !self.request(outbound) {
            self.lost
                .extend(step.capture.iter().map(|(name, _)| name.clone()));
            return;
        }
        for (variable, place) in captures {
            self.exporter.capture(variable);
            self.lost.remove(variable);
            let name = self.names.capture(variable).file;
            let line = format!("@{name} = {{{{step_{number}.response.{place}}}}}\n");
            self.taken.push(line);
        }
    }

    /// The body with the empty line before it; refused where a client would read anything else
    /// in it, since a request without its body is another one.
    fn body(&mut self, outbound: &Outbound) -> Result<String, String> {
        match &outbound.payload {
            Payload::Bytes(body) if body.is_empty() => Ok(String::new()),
            Payload::Bytes(body) => {
                let type_of = outbound.headers.iter();
                let mut types =
                    type_of.filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
                let is_of_parts = types.any(|(_, value)| {
                    let begins = value.plain_parts().next().unwrap_or_default();
                    begins
                        .to_ascii_lowercase()
                        .starts_with(b"multipart/form-data")
                });
                let body = lines_of(body, is_of_parts).map_err(|why| format!("{why} {EXACT}"))?;
                if outbound.open_form().is_some() {
                    self.say("A variable stands in the form: give its value percent-encoded.");
                }
                if body.ends_newline {
                    self.say("The line break at the end of the body is left out.");
                }
                Ok(format!("\n{}\n", self.filled(&body.text)))
            }
            Payload::Files { chunks, .. } => match &chunks[..] {
                [Chunk::File(path)] => {
                    let plain = path
                        .as_bytes()
                        .filter(|plain| is_plain(path) && is_path(plain));
                    let path = plain.and_then(|plain| std::str::from_utf8(plain).ok());
                    match path {
                        Some(path) => Ok(format!("\n< {path}\n")),
                        None => Err(format!("The path of its file cannot stand here. {EXACT}")),
                    }
                }
                _ => Err(format!("It sends files as parts of a form. {EXACT}")),
            },
        }
    }

    fn filled(&mut self, text: &Text) -> String {
        let mut filled = String::new();
        for piece in text.pieces() {
            match piece {
                Stretch::Plain(plain) => filled.push_str(&String::from_utf8_lossy(plain)),
                Stretch::Blank(blank) => {
                    let name = self.name(blank);
                    let _ = write!(filled, "{{{{{name}}}}}");
                }
            }
        }
        filled
    }

    fn name(&mut self, blank: &Placeholder) -> String {
        let is_secret = self.exporter.is_secret(blank);
        self.names.of(blank, is_secret).file
    }
}

/// The methods that all of these clients know; any other word they take for a URL.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];

/// Whether a text stands within a line for itself alone: it neither ends the line nor opens a
/// variable, not even together with one behind it.
fn is_plain(text: &Text) -> bool {
    let mut pieces = text.pieces().iter().peekable();
    while let Some(piece) = pieces.next() {
        let Stretch::Plain(plain) = piece else {
            continue;
        };
        let Ok(plain) = std::str::from_utf8(plain) else {
            return false;
        };
        let is_shown =
            visible(plain) == plain && !plain.contains(|c: char| is_unsafe(c) || c == '\n');
        let opens = plain.contains("{{") || (plain.ends_with('{') && pieces.peek().is_some());
        if !is_shown || opens {
            return false;
        }
    }
    true
}

/// Whether a header of that name is one to these clients: no part of the URL (`&`, `?`), no
/// comment, no order for the client itself.
fn is_header(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    name.bytes().all(fits)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !name.eq_ignore_ascii_case("x-request-type")
}

/// Whether a path stands in a line for itself: no blanks at its ends, and none of the signs that
/// say how the file is read.
fn is_path(path: &[u8]) -> bool {
    path.trim_ascii() == path && !path.is_empty() && !path.contains(&b'<') && !path.contains(&b'>')
}

struct Lines {
    text: Text,
    ends_newline: bool,
}

/// A body whose lines these clients send as they are, each ended as they end it.
fn lines_of(body: &Text, is_of_parts: bool) -> Result<Lines, String> {
    let text = |plain: &[u8]| std::str::from_utf8(plain).ok().map(str::to_owned);
    if body.plain_parts().any(|plain| text(plain).is_none()) {
        return Err("Its body is no text.".to_owned());
    }
    // The lines of such a body are ended as in HTTP, and the clients know it.
    let body = if is_of_parts {
        let changed = body.changed(|plain| {
            let lines = text(plain)?;
            let rest = lines.replace("\r\n", "");
            let is_whole = !rest.contains(['\r', '\n']);
            is_whole.then(|| lines.replace("\r\n", "\n").into_bytes())
        });
        changed.ok_or("Its body holds line breaks of several kinds.")?
    } else {
        body.clone()
    };
    let mut lines = body.split(b'\n');
    let ends_newline = lines.len() > 1 && lines.last().is_some_and(Text::is_empty);
    if ends_newline {
        lines.pop();
    }
    let is_empty = |line: &Text| line.as_bytes().is_some_and(|l| l.trim_ascii().is_empty());
    if lines.first().is_some_and(is_empty) || lines.last().is_some_and(is_empty) {
        return Err("Its body begins or ends with an empty line.".to_owned());
    }
    let mut whole = Text::default();
    for (number, line) in lines.into_iter().enumerate() {
        if !is_plain(&line) {
            return Err(
                "Its body holds braces or characters that such a file reads as something else."
                    .to_owned(),
            );
        }
        let begins = line.pieces().first().map(|piece| match piece {
            Stretch::Plain(plain) => String::from_utf8_lossy(plain).into_owned(),
            Stretch::Blank(_) => String::new(),
        });
        if begins.is_some_and(|begins| means_more(&begins)) {
            return Err(
                "A line of its body begins with a sign that such a file takes for its own."
                    .to_owned(),
            );
        }
        if number > 0 {
            whole.push(b"\n");
        }
        whole.extend(line);
    }
    Ok(Lines {
        text: whole,
        ends_newline: ends_newline && !is_of_parts,
    })
}

/// Whether a line of a body that begins so is more than a line to one of the clients: a request
/// or comment (`#`, `//`), a variable (`@`), a script or a file (`<`, `>`), tests (a fence, `??`,
/// which may hold code), an answer (`HTTP/`), a query (`query`, `mutation`), a file behind a word,
/// the line of a request. Markup begins with `<` and its name.
fn means_more(line: &str) -> bool {
    let line = line.trim_start();
    if is_request_line(line) {
        return true;
    }
    let signs = [
        "#", "//", "@", ">", "```", "??", "HTTP/", "curl ", "query", "mutation",
    ];
    if signs.iter().any(|sign| line.starts_with(sign)) {
        return true;
    }
    let mut words = line.split_whitespace();
    let begins = words.next().unwrap_or("");
    if matches!(begins, "gql" | "proto" | "fragment" | "subscription") && words.next().is_some() {
        return true;
    }
    let Some(inside) = line.strip_prefix('<') else {
        return false;
    };
    let closes = inside.strip_prefix('/');
    let name = closes.unwrap_or(inside).trim_start_matches(['?', '!']);
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || "_-[".contains(c));
    let path = line.trim_end();
    let is_path = closes.is_some_and(|rest| rest.contains('/'))
        || (!path.contains(char::is_whitespace) && !path.ends_with('>'));
    !is_name || is_path
}

/// Whether a line begins a request to one of the clients: a method and where it goes, or a URL
/// alone. What follows the method may be filled in.
fn is_request_line(line: &str) -> bool {
    let is_url = |text: &str| {
        let scheme = text.split("://").next().unwrap_or(text);
        let is_scheme = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric());
        scheme.len() < text.len() && is_scheme
    };
    if is_url(line) {
        return true;
    }
    let Some((word, rest)) = line.split_once(char::is_whitespace) else {
        return is_request_word(line);
    };
    let rest = rest.trim_start();
    let is_address = || {
        let begins = ["/", "*", "{{"];
        rest.is_empty() || is_url(rest) || begins.iter().any(|sign| rest.starts_with(sign))
    };
    let is_word = word.len() >= 2 && word.bytes().all(|b| b.is_ascii_uppercase());
    is_request_word(word) || is_word && is_address()
}

/// Where clients look for a value of an answer; `None` where they cannot.
fn place(capture: &Capture) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match capture {
        Capture::Body(pointer) => Some(format!("body.{}", path(pointer)?)),
        Capture::Header(name) if !name.is_empty() && name.chars().all(is_name) => {
            Some(format!("headers.{name}"))
        }
        _ => None,
    }
}

/// A JSON Pointer (RFC 6901) as the path that these clients read; `None` where one of them could
/// read anything else in it, since some paths hold code.
fn path(pointer: &str) -> Option<String> {
    let mut path = String::from("$");
    for part in pointer_parts(pointer) {
        let is_place = part == "0"
            || (!part.starts_with('0')
                && !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_digit()));
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_plain = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(is_word);
        let is_quotable = !part.is_empty() && part.chars().all(|c| is_word(c) || c == '-');
        let _ = match (is_place, is_plain, is_quotable) {
            (true, ..) => write!(path, "[{part}]"),
            (_, true, _) => write!(path, ".{part}"),
            (.., true) => write!(path, "['{part}']"),
            _ => return None,
        };
    }
    Some(path)
}
