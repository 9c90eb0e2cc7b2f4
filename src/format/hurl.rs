//! Requests as a file for Hurl (<https://hurl.dev>), with what was recorded as its assertions.
//! What Hurl makes of a request is what httriage sends; credentials are variables that the
//! person gives from the shell, and no character steers a terminal. What its grammar has no way
//! to write is left out, and said.

mod read;

pub use read::{is_file, read};

use crate::format::curl::has_dot_segments;
use crate::format::export::{
    Chunk, Exporter, Ground, Name, Names, Outbound, Pair, Payload, Placeholder, Sheet, Stretch,
    Text, Written, comment, form_decoded, is_made_by_the_client, masked,
};
use crate::insight::Exchange;
use crate::insight::{pointer_parts, summary};
use crate::model::{
    Capture, Expectation, Session, Step, TokenName, cut, encoded, is_unsafe, visible,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

/// A call as it was made. It is masked already, and each mask becomes a variable.
pub fn write_exchange(exchange: &Exchange, ground: &Ground) -> Written {
    let taken = ground.taken_of(exchange);
    let mut writer = Writer::new(ground, &[], &taken);
    let outbound = writer.exporter.call(exchange);
    if writer.request(outbound) {
        let errors = summary(&masked(exchange, &ground.environment)).errors;
        let expectation = Expectation {
            status: exchange.outcome.status(),
            codes: errors.into_iter().filter_map(|error| error.code).collect(),
            ..Expectation::default()
        };
        writer.response(Some(&expectation), &[]);
    }
    writer.finish(!exchange.redirects.is_empty())
}

/// One entry a step.
pub fn write_session(session: &Session, ground: &Ground) -> Written {
    let taken = ground.taken(session.steps.iter().map(|step| &step.spec));
    let mut writer = Writer::new(ground, &session.variables, &taken);
    for (number, step) in session.steps.iter().enumerate() {
        if number > 0 {
            writer.text.push('\n');
        }
        writer.say(&format!("{}. {}", number + 1, cut(&step.name, 100)));
        writer.step(step);
    }
    writer.finish(true)
}

struct Writer<'a> {
    exporter: Exporter<'a>,
    names: Names,
    text: String,
    notes: Vec<String>,
    requests: usize,
}

impl Sheet for Writer<'_> {
    fn lines(&mut self, outbound: &Outbound) -> Result<String, String> {
        let method = &outbound.method;
        if !method.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(format!(
                "Hurl knows no method but those of capital letters, and this is {method}. {EXACT}"
            ));
        }
        let (url, open) = self.url(outbound)?;
        let mut lines = format!("{method} {url}\n");
        for (name, value) in &outbound.headers {
            if is_made_by_the_client(name) {
                continue;
            }
            // Of blanks alone there would be no header.
            let is_blank = value.as_bytes().is_some_and(|v| v.trim_ascii().is_empty());
            let value = if is_blank {
                Some(String::new())
            } else {
                self.value(value)
            };
            match value {
                Some(value) => {
                    let _ = writeln!(lines, "{}: {value}", key(name));
                }
                None => self.lose(format!(
                    "The header {} is left out: its value is no text. {EXACT}",
                    cut(name, 100)
                )),
            }
        }
        if has_dot_segments(&outbound.address) {
            lines.push_str("[Options]\npath-as-is: true\n");
        }
        if !open.is_empty() {
            lines.push_str("[QueryStringParams]\n");
            lines.push_str(&open);
        }
        match (&outbound.payload, outbound.open_form()) {
            (Payload::Bytes(_), Some(pairs)) => {
                if let Some(pairs) = self.pairs(&pairs) {
                    lines.push_str("[FormParams]\n");
                    lines.push_str(&pairs);
                } else {
                    return Err(format!(
                        "Its form holds what Hurl would write in another way. {EXACT}"
                    ));
                }
            }
            (Payload::Bytes(body), None) => self.body(body, &mut lines)?,
            (Payload::Files { chunks, .. }, _) => match &chunks[..] {
                [Chunk::File(path)] => {
                    let path = path.as_bytes().and_then(|p| std::str::from_utf8(p).ok());
                    let path = path.ok_or("The path of its file is not known here.")?;
                    let _ = writeln!(lines, "file,{};", escaped_path(path));
                }
                _ => return Err(format!("It sends files as parts of a form. {EXACT}")),
            },
        }
        Ok(lines)
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
            notes: Vec::new(),
            requests: 0,
        }
    }

    fn finish(self, follows: bool) -> Written {
        let has_secret = self.names.given().iter().any(|name| name.is_secret);
        let mut head = String::new();
        if follows && has_secret {
            head.push_str(
                "# It follows no redirect: Hurl would take a header with a secret along to another host.\n",
            );
        }
        head.push_str("# Run it with\n#   hurl --test");
        if follows && !has_secret {
            head.push_str(" --location");
        }
        for name in self.names.given() {
            let option = if name.is_secret { "secret" } else { "variable" };
            let _ = write!(
                head,
                " \\\n#     --{option} {}=\"${}\"",
                name.file, name.shell
            );
        }
        head.push_str(" FILE\n\n");
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

    fn name(&mut self, placeholder: &Placeholder) -> Name {
        let is_secret = self.exporter.is_secret(placeholder);
        self.names.of(placeholder, is_secret)
    }

    fn step(&mut self, step: &Step) {
        let outbound = self.exporter.request(&step.spec);
        if self.request(outbound) {
            self.response(step.expect.as_ref(), &step.capture);
        }
    }

    /// The URL, and the pairs that are filled in and encoded as the call is made.
    fn url(&mut self, outbound: &Outbound) -> Result<(String, String), String> {
        let (url, open) = match outbound.open_query() {
            None => (outbound.url(), String::new()),
            Some(all) => {
                // From the first that is open on, so that their order stays; where one of the
                // others would come out differently, it stays in the URL.
                let first = all.iter().position(|pair| matches!(pair, Pair::Open(_)));
                let (whole, open) = all.split_at(first.unwrap_or(all.len()));
                let (whole, section) = match self.pairs(open) {
                    Some(section) => (whole.to_vec(), section),
                    None => {
                        let is_open = |pair: &&Pair| matches!(pair, Pair::Open(_));
                        let open: Vec<Pair> = all.iter().filter(is_open).cloned().collect();
                        let whole = all.iter().filter(|pair| !is_open(pair)).cloned();
                        (whole.collect(), self.pairs(&open).unwrap_or_default())
                    }
                };
                let mut url = outbound.address.clone();
                let mut sign: &[u8] = b"?";
                for pair in whole {
                    if let Pair::Whole(text) = pair {
                        url.push(sign);
                        url.extend(text);
                        sign = b"&";
                    }
                }
                (url, section)
            }
        };
        let mut line = String::new();
        let mut is_raw = false;
        for piece in url.pieces() {
            match piece {
                Stretch::Plain(plain) => {
                    let text = std::str::from_utf8(plain).unwrap_or("\u{fffd}");
                    let fits = |c: char| c.is_ascii_alphanumeric() || IN_URLS.contains(c);
                    if let Some(odd) = text.chars().find(|c| !fits(*c)) {
                        return Err(format!(
                            "Its URL holds {odd}, which Hurl reads as something else. {EXACT}"
                        ));
                    }
                    line.push_str(text);
                }
                Stretch::Blank(blank) => {
                    is_raw |= self.exporter.is_secret(blank);
                    let name = self.name(blank).file;
                    let _ = write!(line, "{{{{{name}}}}}");
                }
            }
        }
        if is_raw {
            self.say("A secret stands in the URL: give its value percent-encoded.");
        }
        Ok((line, open))
    }

    /// Pairs that Hurl encodes, one a line; `None` where one would come out differently.
    fn pairs(&mut self, pairs: &[Pair]) -> Option<String> {
        let mut lines = String::new();
        for pair in pairs {
            // Hurl encodes values, and leaves names as they are.
            let (name, value) = match pair {
                Pair::Open(open) => (open.name.clone(), open.value.clone()),
                Pair::Whole(text) => {
                    let (name, value) = text.split_once(b'=')?;
                    let decoded = form_decoded(value.as_bytes()?)?;
                    let again = encoded(std::str::from_utf8(&decoded).ok()?);
                    let is_same = value.as_bytes()? == again.as_bytes();
                    is_same.then(|| (name, Text::plain(&decoded)))?
                }
            };
            let name = std::str::from_utf8(name.as_bytes()?).ok()?;
            if name.is_empty() {
                return None;
            }
            let _ = writeln!(lines, "{}: {}", key(name), self.value(&value)?);
        }
        Some(lines)
    }

    /// Several lines as they are where Hurl leaves them alone, all else as one line, and what is
    /// no text as base64.
    fn body(&mut self, body: &Text, lines: &mut String) -> Result<(), String> {
        if body.is_empty() {
            return Ok(());
        }
        let texts: Option<Vec<&str>> = body
            .plain_parts()
            .map(|plain| std::str::from_utf8(plain).ok())
            .collect();
        let Some(texts) = texts else {
            let Some(bytes) = body.as_bytes() else {
                return Err(
                    "Its body is no text and holds a variable, which Hurl cannot fill in there."
                        .to_owned(),
                );
            };
            let _ = writeln!(lines, "base64,{};", STANDARD.encode(bytes));
            return Ok(());
        };
        let plain_line = |text: &&str| {
            visible(text) == **text
                && !text.contains("```")
                && !text.contains("{{")
                && !text.ends_with(['`', '{'])
                && !text.starts_with('`')
                && !text.contains(|c: char| is_unsafe(c) && c != '\n')
        };
        let ends = body.pieces().last();
        let ends = matches!(ends, Some(Stretch::Plain(plain)) if plain.ends_with(b"\n"));
        let as_lines = ends && texts.iter().all(plain_line);
        let mut text = String::new();
        for piece in body.pieces() {
            match piece {
                Stretch::Plain(plain) if as_lines => text.push_str(&String::from_utf8_lossy(plain)),
                Stretch::Plain(plain) => escape(&String::from_utf8_lossy(plain), "`\\", &mut text),
                Stretch::Blank(blank) => {
                    let name = self.name(blank).file;
                    let _ = write!(text, "{{{{{name}}}}}");
                }
            }
        }
        let _ = if as_lines {
            writeln!(lines, "```\n{text}```")
        } else {
            writeln!(lines, "`{text}`")
        };
        Ok(())
    }

    fn response(&mut self, expectation: Option<&Expectation>, capture: &[(String, Capture)]) {
        let status = expectation.and_then(|expectation| expectation.status);
        match (expectation, status) {
            (Some(_), None) => {
                self.lose("This call got no answer when it was recorded.".to_owned());
                self.text.push_str("HTTP *\n");
            }
            (_, Some(status)) => {
                let _ = writeln!(self.text, "HTTP {status}");
            }
            (None, None) => self.text.push_str("HTTP *\n"),
        }
        if !capture.is_empty() {
            self.text.push_str("[Captures]\n");
        }
        for (variable, capture) in capture {
            self.exporter.capture(variable);
            let name = self.names.capture(variable).file;
            let from = match capture {
                Capture::Body(pointer) => format!("jsonpath {}", quoted(&json_path(pointer))),
                Capture::Header(header) => format!("header {}", quoted(header)),
                Capture::Cookie(cookie) => format!("cookie {}", quoted(cookie)),
            };
            let _ = writeln!(self.text, "{name}: {from}");
        }
        let Some(expectation) = expectation else {
            return;
        };
        let mut asserts: Vec<String> = Vec::new();
        for code in expectation.codes.iter().filter(|code| !code.is_empty()) {
            // Where a code stands differs from API to API, so its place is left open.
            let assert = format!("body contains {}", quoted(code));
            if !asserts.contains(&assert) {
                asserts.push(assert);
            }
        }
        for (pointer, value) in &expectation.values {
            use serde_json::Value;
            let scalar = match serde_json::from_str::<Value>(value) {
                Ok(Value::Array(_) | Value::Object(_)) => continue,
                // A number that is written in powers of ten, or that no program holds.
                Ok(Value::Number(_)) if value.trim().parse::<i64>().is_err() => continue,
                Ok(Value::String(_)) | Err(_) => quoted(value),
                Ok(other) => other.to_string(),
            };
            let path = quoted(&json_path(pointer));
            asserts.push(format!("jsonpath {path} == {scalar}"));
        }
        if !asserts.is_empty() {
            let _ = writeln!(self.text, "[Asserts]\n{}", asserts.join("\n"));
        }
    }

    /// A value at the end of a line; `None` for bytes that are no text.
    fn value(&mut self, text: &Text) -> Option<String> {
        let mut value = String::new();
        for piece in text.pieces() {
            match piece {
                Stretch::Plain(plain) => {
                    escape(std::str::from_utf8(plain).ok()?, "\\#", &mut value);
                }
                Stretch::Blank(blank) => {
                    let name = self.name(blank).file;
                    let _ = write!(value, "{{{{{name}}}}}");
                }
            }
        }
        // Blanks at the ends would be cut off.
        let blank = |c: char| c == ' ';
        let start = value.len() - value.trim_start_matches(blank).len();
        let end = value.len() - value.trim_end_matches(blank).len();
        let inside = value.trim_matches(blank);
        let space = "\\u{20}";
        Some(if inside.is_empty() {
            space.repeat(start)
        } else {
            format!("{}{inside}{}", space.repeat(start), space.repeat(end))
        })
    }
}

const EXACT: &str = "As a curl command it is exact.";

/// What Hurl lets stand in a URL besides letters and digits; it knows no escapes there.
const IN_URLS: &str = ":/.-?=&_%*,@~+!$'();[]";

/// A name before a colon.
fn key(name: &str) -> String {
    let mut key = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') {
            key.push(c);
        } else {
            let _ = write!(key, "\\u{{{:x}}}", u32::from(c));
        }
    }
    key
}

/// A path in which nothing means anything to Hurl.
fn escaped_path(path: &str) -> String {
    let mut escaped = String::new();
    for c in path.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/') {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
        }
    }
    escaped
}

/// Adds a text in which these characters mean something, and braces a variable.
fn escape(text: &str, special: &str, out: &mut String) {
    let as_shown = visible(text) == text;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        // Behind the last one a variable may follow.
        let opens = c == '{' && matches!(characters.peek(), Some('{') | None);
        let steers = is_unsafe(c) || !(as_shown || c.is_ascii());
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if opens || steers => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c if special.contains(c) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    escape(text, "\"\\", &mut out);
    out.push('"');
    out
}

/// A JSON Pointer (RFC 6901) as a JSONPath (RFC 9535); a number is taken for a place in a list.
fn json_path(pointer: &str) -> String {
    let mut path = String::from("$");
    for part in pointer_parts(pointer) {
        let is_place = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let _ = if is_place {
            write!(path, "[{part}]")
        } else {
            write!(
                path,
                "['{}']",
                part.replace('\\', "\\\\").replace('\'', "\\'")
            )
        };
    }
    path
}

#[cfg(test)]
mod tests;
