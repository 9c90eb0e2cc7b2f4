//! Requests as a file for Hurl (<https://hurl.dev>), with what was recorded as its assertions.
//! What Hurl makes of a request is what httriage sends; credentials are variables that the
//! person gives from the shell, and no character steers a terminal.

use crate::format::blanks::{
    Blanks, FILES_LEFT_OUT, Stretch, Written, comment, is_made_by_the_client, unwritable,
    without_credentials,
};
use crate::insight::Exchange;
use crate::insight::{pointer_parts, summary};
use crate::model::{
    Environment, Expectation, Failure, RequestSpec, SentRequest, Session, Step, cut, is_unsafe,
    resolve, visible, visible_line,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

/// A call as it was made. It is masked already, and each mask becomes a variable.
pub fn write_exchange(exchange: &Exchange) -> Written {
    let mut writer = Writer::default();
    if let Some(why) = unwritable(exchange) {
        writer.lose(why.to_owned());
        return writer.finish(false);
    }
    writer.request(&exchange.sent);
    let errors = summary(exchange).errors;
    let expectation = Expectation {
        status: exchange.outcome.status(),
        codes: errors.into_iter().filter_map(|error| error.code).collect(),
        ..Expectation::default()
    };
    writer.response(Some(&expectation), &[]);
    writer.finish(!exchange.redirects.is_empty())
}

/// One entry a step.
pub fn write_session(session: &Session, environment: &Environment) -> Written {
    let mut writer = Writer::default();
    for (number, step) in session.steps.iter().enumerate() {
        if number > 0 {
            writer.text.push('\n');
        }
        writer.say(&format!("{}. {}", number + 1, cut(&step.name, 100)));
        writer.step(step, environment);
    }
    writer.finish(true)
}

#[derive(Default)]
struct Writer {
    text: String,
    notes: Vec<String>,
    blanks: Blanks,
}

impl Writer {
    fn finish(self, follows: bool) -> Written {
        let given = self.blanks.given();
        let mut head = String::from("# Run it with\n#   hurl --test");
        if follows {
            head.push_str(" --location");
        }
        for blank in &given {
            let option = if blank.is_secret() {
                "secret"
            } else {
                "variable"
            };
            let _ = write!(
                head,
                " \\\n#     --{option} {}=\"${}\"",
                blank.name(),
                blank.shell_name()
            );
        }
        head.push_str(" FILE\n\n");
        Written {
            text: format!("{head}{}", self.text),
            variables: given.iter().map(|blank| blank.shell_name()).collect(),
            notes: self.notes,
        }
    }

    fn say(&mut self, words: &str) {
        self.text.push_str(&comment(words));
    }

    fn lose(&mut self, why: String) {
        self.say(&why);
        self.notes.push(why);
    }

    fn step(&mut self, step: &Step, environment: &Environment) {
        let spec: RequestSpec = without_credentials(&step.spec);
        let place = self.blanks.open(&spec, environment);
        match resolve(&spec, &place) {
            Ok(sent) => {
                self.request(&sent);
                self.response(step.expect.as_ref(), &step.capture);
            }
            Err(Failure { message, .. }) => {
                self.lose(format!("This step cannot be written. {message}"));
            }
        }
    }

    fn request(&mut self, sent: &SentRequest) {
        let url = self.value(sent.url.as_bytes());
        let _ = writeln!(self.text, "{} {url}", sent.method);
        for header in sent.headers.iter() {
            if !is_made_by_the_client(&header.name) {
                let value = self.value(&header.value);
                let _ = writeln!(self.text, "{}: {value}", key(&header.name));
            }
        }
        match &sent.files[..] {
            [] => self.body(&sent.body),
            [(0, path)] if sent.body.is_empty() => {
                let path = self.file(path);
                let _ = writeln!(self.text, "file,{path};");
            }
            _ => self.lose(FILES_LEFT_OUT.to_owned()),
        }
    }

    fn file(&mut self, path: &str) -> String {
        let escaped = |c: char| match c {
            ' ' | ';' | '#' | '\\' | '{' | '}' | '[' | ']' | ':' => format!("\\{c}"),
            c => c.to_string(),
        };
        visible_line(path).chars().map(escaped).collect()
    }

    /// Several lines as they are where Hurl leaves them alone, all else as one line, and what is
    /// no text as base64.
    fn body(&mut self, body: &[u8]) {
        if body.is_empty() {
            return;
        }
        let stretches = self.blanks.stretches(body);
        let texts: Option<Vec<&str>> = stretches
            .iter()
            .filter_map(|stretch| match stretch {
                Stretch::Plain(plain) => Some(std::str::from_utf8(plain).ok()),
                Stretch::Blank(_) => None,
            })
            .collect();
        let Some(texts) = texts else {
            if stretches.len() > 1 {
                self.lose(
                    "The body is no text and holds a token, which Hurl cannot fill in there."
                        .to_owned(),
                );
                return;
            }
            let _ = writeln!(self.text, "base64,{};", STANDARD.encode(body));
            return;
        };
        let plain_line = |text: &&str| {
            visible(text) == **text
                && !text.contains("```")
                && !text.contains("{{")
                && !text.contains(|c: char| is_unsafe(c) && c != '\n')
        };
        let as_lines = body.ends_with(b"\n") && texts.iter().all(plain_line);
        let mut text = String::new();
        for stretch in &stretches {
            match stretch {
                Stretch::Plain(plain) if as_lines => text.push_str(&String::from_utf8_lossy(plain)),
                Stretch::Plain(plain) => escape(&String::from_utf8_lossy(plain), "`\\", &mut text),
                Stretch::Blank(blank) => {
                    let _ = write!(text, "{{{{{}}}}}", blank.name());
                }
            }
        }
        let _ = if as_lines {
            writeln!(self.text, "```\n{text}```")
        } else {
            writeln!(self.text, "`{text}`")
        };
    }

    fn response(&mut self, expectation: Option<&Expectation>, capture: &[(String, String)]) {
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
        for (name, pointer) in capture {
            let name = self.blanks.capture(name);
            let _ = writeln!(
                self.text,
                "{name}: jsonpath {}",
                quoted(&json_path(pointer))
            );
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
            let scalar = match serde_json::from_str::<serde_json::Value>(value) {
                Ok(serde_json::Value::Array(_) | serde_json::Value::Object(_)) => continue,
                Ok(serde_json::Value::String(_)) | Err(_) => quoted(value),
                Ok(other) => other.to_string(),
            };
            let path = quoted(&json_path(pointer));
            asserts.push(format!("jsonpath {path} == {scalar}"));
        }
        if !asserts.is_empty() {
            let _ = writeln!(self.text, "[Asserts]\n{}", asserts.join("\n"));
        }
    }

    /// A value at the end of a line.
    fn value(&mut self, bytes: &[u8]) -> String {
        let mut value = String::new();
        for stretch in self.blanks.stretches(bytes) {
            match stretch {
                Stretch::Plain(plain) => {
                    escape(&String::from_utf8_lossy(plain), "\\#", &mut value);
                }
                Stretch::Blank(blank) => {
                    let _ = write!(value, "{{{{{}}}}}", blank.name());
                }
            }
        }
        // Blanks at the ends would be cut off.
        let blank = |c: char| c == ' ';
        let start = value.len() - value.trim_start_matches(blank).len();
        let end = value.len() - value.trim_end_matches(blank).len();
        let inside = value.trim_matches(blank);
        let space = "\\u{20}";
        match inside.is_empty() {
            true => space.repeat(start),
            false => format!("{}{inside}{}", space.repeat(start), space.repeat(end)),
        }
    }
}

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

/// Adds a text in which these characters mean something, and braces a variable.
fn escape(text: &str, special: &str, out: &mut String) {
    let as_shown = visible(text) == text;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let opens = c == '{' && characters.peek() == Some(&'{');
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
        let _ = match is_place {
            true => write!(path, "[{part}]"),
            false => write!(
                path,
                "['{}']",
                part.replace('\\', "\\\\").replace('\'', "\\'")
            ),
        };
    }
    path
}

#[cfg(test)]
mod tests;
