//! Requests as commands for a POSIX shell. What the shell hands to curl is what httriage sends,
//! byte for byte; credentials are variables, and no character steers a terminal.

use crate::format::blanks::{
    Blank, Blanks, Stretch, Written, comment, unwritable, without_credentials,
};
use crate::insight::Exchange;
use crate::insight::request_ids;
use crate::model::{
    Body, Environment, Failure, Part, RequestSpec, SentRequest, Session, cut, is_unsafe, resolve,
    visible,
};
use std::fmt::Write;

/// Longer bodies go through a pipe: a system takes no argument above 128 KiB.
const LONGEST_ARGUMENT: usize = 100_000;
/// From here on curl would ask before it sends a body.
const ASKS_FIRST: usize = 1 << 20;
/// A call as it was made. It is masked already, and each mask becomes a variable.
pub fn write_exchange(exchange: &Exchange) -> Written {
    let mut writer = Writer::default();
    let sent = &exchange.sent;
    if let Some(why) = unwritable(exchange) {
        writer.lose(why.to_owned());
        return writer.finish();
    }
    for (name, value) in request_ids(exchange) {
        writer.say(&format!("{name}: {}", cut(&value, 200)));
    }
    if !exchange.redirects.is_empty() {
        writer.say(
            "The call was redirected; this command does not follow. With --location curl would.",
        );
    }
    writer.command(sent, None);
    writer.finish()
}

/// A request as it would be sent from this environment.
pub fn write_request(spec: &RequestSpec, environment: &Environment) -> Written {
    let mut writer = Writer::default();
    writer.request(spec, environment);
    writer.finish()
}

/// A request for somebody else to make, whose whole answer is wanted.
pub fn write_question(spec: &RequestSpec, environment: &Environment) -> Written {
    let mut written = write_request(spec, environment);
    if let Some(rest) = written.text.strip_prefix("curl ") {
        written.text = format!("curl --include {rest}");
    }
    written
}

/// One command a step.
pub fn write_session(session: &Session, environment: &Environment) -> Written {
    let mut writer = Writer::default();
    let many = session.steps.len() > 1;
    for (number, step) in session.steps.iter().enumerate() {
        if many {
            if number > 0 {
                writer.text.push('\n');
            }
            writer.say(&format!("{}. {}", number + 1, cut(&step.name, 100)));
        }
        writer.request(&step.spec, environment);
        for (name, pointer) in &step.capture {
            writer.say(&format!(
                "{} is in this answer, at {pointer}: set it before the next step.",
                Blank::Variable(name.clone()).shell_name()
            ));
        }
    }
    writer.finish()
}

#[derive(Default)]
struct Writer {
    text: String,
    notes: Vec<String>,
    blanks: Blanks,
}

impl Writer {
    fn finish(self) -> Written {
        let variables = self.blanks.given().into_iter().map(Blank::shell_name);
        Written {
            variables: variables.collect(),
            text: self.text,
            notes: self.notes,
        }
    }

    /// A comment above the command.
    fn say(&mut self, words: &str) {
        self.text.push_str(&comment(words));
    }

    fn lose(&mut self, why: String) {
        self.say(&why);
        self.notes.push(why);
    }

    fn request(&mut self, spec: &RequestSpec, environment: &Environment) {
        let spec = without_credentials(spec);
        let place = self.opened(&spec, environment);
        match resolve(&spec, &place) {
            Ok(sent) => self.command(&sent, Some(&spec.body)),
            Err(Failure { message, .. }) => {
                self.lose(format!("This cannot be written as a command. {message}"))
            }
        }
    }

    /// The environment, with a stand-in for every variable that has no value.
    fn opened(&mut self, spec: &RequestSpec, environment: &Environment) -> Environment {
        let before = self.blanks.opened().count();
        let place = self.blanks.open(spec, environment);
        let opened: Vec<String> = self
            .blanks
            .opened()
            .skip(before)
            .map(str::to_owned)
            .collect();
        for name in opened {
            let blank = Blank::Variable(name.clone());
            if !self.blanks.needs(&blank) {
                let variable = blank.shell_name();
                self.say(&format!("{variable} is the value of {{{{{name}}}}}."));
            }
        }
        place
    }

    /// One command, as it is typed.
    fn command(&mut self, sent: &SentRequest, typed: Option<&Body>) {
        let form = match typed {
            Some(Body::Multipart(parts)) if !sent.files.is_empty() => Some(parts),
            _ => None,
        };
        let file = match &sent.files[..] {
            [(0, path)] if sent.body.is_empty() => Some(path),
            _ => None,
        };
        let has_body = !sent.body.is_empty() || file.is_some();
        let through_pipe =
            form.is_none() && (sent.body.contains(&0) || sent.body.len() > LONGEST_ARGUMENT);
        let mut parts: Vec<String> = Vec::new();
        match (sent.method.as_str(), has_body) {
            ("GET", false) | ("POST", true) => {}
            ("HEAD", false) => parts.push("--head".to_owned()),
            (method, _) => parts.push(format!("--request {}", self.word(method.as_bytes()))),
        }
        if sent.url.contains(['[', ']', '{', '}']) {
            parts.push("--globoff".to_owned());
        }
        parts.push(self.word(sent.url.as_bytes()));
        for header in sent.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length")
                || (form.is_some() && header.name.eq_ignore_ascii_case("content-type"))
            {
                continue;
            }
            let mut line = header.name.clone().into_bytes();
            if header.value.is_empty() {
                line.push(b';');
            } else {
                line.extend(b": ");
                line.extend(&header.value);
            }
            parts.push(format!("--header {}", self.word(&line)));
        }
        if has_body && !sent.headers.has("content-type") {
            // Without this curl would call it a form.
            parts.push("--header 'content-type:'".to_owned());
        }
        if sent.body.len() >= ASKS_FIRST {
            parts.push("--header 'expect:'".to_owned());
        }
        if sent.headers.has("accept-encoding") {
            parts.push("--compressed".to_owned());
        }
        match (form, file) {
            (Some(form), _) => {
                let sent = form.iter().filter(|part| !part.is_off);
                parts.extend(sent.map(|part| self.part(part)));
            }
            (None, Some(path)) => parts.push(format!(
                "--data-binary {}",
                self.word(format!("@{path}").as_bytes())
            )),
            (None, None) if through_pipe => parts.push("--data-binary @-".to_owned()),
            (None, None) if has_body => parts.push(format!("--data-raw {}", self.word(&sent.body))),
            (None, None) => {}
        }
        if through_pipe {
            let printed = self.printed(&sent.body);
            let _ = write!(self.text, "{printed} | ");
        }
        let _ = writeln!(self.text, "curl {}", parts.join(" \\\n  "));
    }

    /// A part of a form whose files curl reads itself.
    fn part(&mut self, part: &Part) -> String {
        let quoted =
            |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let mut text = format!(
            "{}={}{}",
            part.name,
            if part.is_file { "@" } else { "" },
            quoted(&part.value)
        );
        for (key, value) in [("type", &part.media_type), ("filename", &part.file_name)] {
            if let Some(value) = value {
                let _ = write!(text, ";{key}={}", quoted(value));
            }
        }
        format!("--form {}", self.word(text.as_bytes()))
    }

    /// A word of the shell that is exactly these bytes, its variables filled in.
    fn word(&mut self, bytes: &[u8]) -> String {
        let mut word = String::new();
        for stretch in self.blanks.stretches(bytes) {
            match stretch {
                Stretch::Plain(plain) => quote(plain, &mut word),
                Stretch::Blank(blank) => {
                    let name = blank.shell_name();
                    let _ = write!(word, "\"${name}\"");
                }
            }
        }
        if word.is_empty() {
            "''".to_owned()
        } else {
            word
        }
    }

    /// A command that prints exactly these bytes, NUL among them.
    fn printed(&mut self, bytes: &[u8]) -> String {
        let mut format = String::new();
        let mut arguments = String::new();
        for stretch in self.blanks.stretches(bytes) {
            match stretch {
                Stretch::Plain(plain) => {
                    for (text, raw) in characters(plain) {
                        match text {
                            Some('%') => format.push_str("%%"),
                            Some('\\') => format.push_str("\\\\"),
                            Some('\'') => format.push_str("\\047"),
                            Some('-') if format.is_empty() => format.push_str("\\055"),
                            Some(c) => format.push(c),
                            None => octal(raw, &mut format),
                        }
                    }
                }
                Stretch::Blank(blank) => {
                    let name = blank.shell_name();
                    format.push_str("%s");
                    let _ = write!(arguments, " \"${name}\"");
                }
            }
        }
        format!("printf '{format}'{arguments}")
    }
}

/// Adds the bytes to a word: within single quotes what can be seen, by `printf` what cannot.
fn quote(bytes: &[u8], word: &mut String) {
    let mut hidden = String::new();
    let mut quoted = false;
    for (text, raw) in characters(bytes) {
        let Some(c) = text else {
            if quoted {
                word.push('\'');
                quoted = false;
            }
            octal(raw, &mut hidden);
            continue;
        };
        if !hidden.is_empty() {
            let _ = write!(word, "\"$(printf '{hidden}')\"");
            hidden.clear();
        }
        if !quoted && c != '\'' {
            word.push('\'');
            quoted = true;
        }
        match c {
            '\'' if quoted => word.push_str("'\\''"),
            '\'' => word.push_str("\\'"),
            other => word.push(other),
        }
    }
    if quoted {
        word.push('\'');
    }
    if !hidden.is_empty() {
        let _ = write!(word, "\"$(printf '{hidden}')\"");
    }
}

fn octal(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        let _ = write!(out, "\\{byte:03o}");
    }
}

/// The characters that can be shown as they are, each with its bytes; `None` for the others and
/// for bytes that are no characters.
fn characters(bytes: &[u8]) -> Vec<(Option<char>, &[u8])> {
    let mut all = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        // Marks and joiners are safe only beside certain neighbours.
        let as_shown = visible(valid) == valid;
        for (at, c) in valid.char_indices() {
            let raw = &valid.as_bytes()[at..at + c.len_utf8()];
            let plain = !is_unsafe(c) && (as_shown || c.is_ascii());
            all.push((plain.then_some(c), raw));
        }
        if !chunk.invalid().is_empty() {
            all.push((None, chunk.invalid()));
        }
    }
    all
}
