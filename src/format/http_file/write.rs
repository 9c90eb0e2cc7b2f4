//! Requests as an `.http` file, the text that the HTTP clients of editors run. Where those of
//! VS Code and of JetBrains differ, it is written for the first: variables come from the
//! environment of the process, and values of earlier answers by the name of their request.

use crate::format::blanks::{
    Blanks, FILES_LEFT_OUT, Stretch, Written, comment, is_made_by_the_client, unwritable,
    without_credentials,
};
use crate::insight::Exchange;
use crate::insight::{pointer_parts, summary};
use crate::model::{
    Environment, Failure, RequestSpec, SentRequest, Session, Step, cut, is_unsafe, resolve,
    visible_line,
};
use std::fmt::Write;

/// A call as it was made. It is masked already, and each mask becomes a variable.
pub fn write_exchange(exchange: &Exchange) -> Written {
    let mut writer = Writer::default();
    let sent = &exchange.sent;
    if let Some(why) = unwritable(exchange) {
        writer.lose(why.to_owned());
        return writer.finish();
    }
    let errors = summary(exchange).errors;
    let codes: Vec<String> = errors.into_iter().filter_map(|error| error.code).collect();
    writer.begin(&format!("{} {}", sent.method, cut(&sent.url, 100)));
    writer.expected(exchange.outcome.status(), &codes);
    writer.request(sent);
    writer.finish()
}

/// One request a step.
pub fn write_session(session: &Session, environment: &Environment) -> Written {
    let mut writer = Writer::default();
    for (number, step) in session.steps.iter().enumerate() {
        writer.begin(&format!("{}. {}", number + 1, cut(&step.name, 100)));
        writer.step(number + 1, step, environment);
    }
    writer.finish()
}

#[derive(Default)]
struct Writer {
    text: String,
    /// What the next request takes out of the answers before it.
    taken: Vec<String>,
    notes: Vec<String>,
    blanks: Blanks,
}

impl Writer {
    fn finish(self) -> Written {
        let given = self.blanks.given();
        let mut head = String::new();
        for blank in &given {
            let (name, variable) = (blank.name(), blank.shell_name());
            let _ = writeln!(head, "@{name} = {{{{$processEnv {variable}}}}}");
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

    fn step(&mut self, number: usize, step: &Step, environment: &Environment) {
        if let Some(expect) = &step.expect {
            self.expected(expect.status, &expect.codes);
        }
        for line in std::mem::take(&mut self.taken) {
            self.text.push_str(&line);
        }
        if !step.capture.is_empty() {
            let _ = writeln!(self.text, "# @name step_{number}");
        }
        let spec: RequestSpec = without_credentials(&step.spec);
        let place = self.blanks.open(&spec, environment);
        match resolve(&spec, &place) {
            Ok(sent) => self.request(&sent),
            Err(Failure { message, .. }) => {
                self.lose(format!("This step cannot be written. {message}"));
            }
        }
        for (name, pointer) in &step.capture {
            let name = self.blanks.capture(name);
            let path = path(pointer);
            let line = format!("@{name} = {{{{step_{number}.response.body.{path}}}}}\n");
            self.taken.push(line);
        }
    }

    fn request(&mut self, sent: &SentRequest) {
        let url = self.filled(sent.url.as_bytes(), "the URL");
        let _ = writeln!(self.text, "{} {url} HTTP/1.1", sent.method);
        for header in sent.headers.iter() {
            let name = &header.name;
            if !is_made_by_the_client(name) {
                let value = self.filled(&header.value, &format!("the header {name}"));
                let _ = writeln!(self.text, "{name}: {value}");
            }
        }
        match &sent.files[..] {
            [] if sent.body.is_empty() => {}
            [] => self.body(&sent.body),
            [(0, path)] if sent.body.is_empty() => {
                let _ = writeln!(self.text, "\n< {}", visible_line(path));
            }
            _ => self.lose(FILES_LEFT_OUT.to_owned()),
        }
    }

    fn body(&mut self, body: &[u8]) {
        let text = std::str::from_utf8(body);
        let Ok(text) = text else {
            return self.lose(
                "The body is no text, and is left out: write it to a file, and put < and its path here."
                    .to_owned(),
            );
        };
        let means_more = |line: &str| {
            line.starts_with("###") || line.starts_with("< ") || line.starts_with("> ")
        };
        if text.lines().any(means_more) {
            self.lose(
                "A line of the body begins with ###, < or >, which an editor takes for its own."
                    .to_owned(),
            );
        }
        let filled = self.filled(body, "the body");
        let _ = writeln!(self.text, "\n{}", filled.trim_end_matches(['\n', '\r']));
    }

    /// The text with its variables; what these files have no way to write is said.
    fn filled(&mut self, bytes: &[u8], what: &str) -> String {
        let mut filled = String::new();
        let mut is_exact = true;
        for stretch in self.blanks.stretches(bytes) {
            match stretch {
                Stretch::Plain(plain) => {
                    let text = String::from_utf8_lossy(plain);
                    let safe = |c: char| !is_unsafe(c) || matches!(c, '\n' | '\r' | '\t');
                    is_exact &= std::str::from_utf8(plain).is_ok()
                        && text.chars().all(safe)
                        && !text.contains("{{");
                    let kept = text.chars().map(|c| if safe(c) { c } else { '\u{fffd}' });
                    filled.extend(kept);
                }
                Stretch::Blank(blank) => {
                    let _ = write!(filled, "{{{{{}}}}}", blank.name());
                }
            }
        }
        if !is_exact {
            let what = cut(what, 100);
            self.notes.push(format!(
                "In {}, characters stand that such a file cannot hold, or braces that it takes for a variable: as a curl command it is exact.",
                visible_line(&what)
            ));
        }
        filled
    }
}

/// A JSON Pointer (RFC 6901) as the path that these clients read.
fn path(pointer: &str) -> String {
    let mut path = String::from("$");
    for part in pointer_parts(pointer) {
        let is_place = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let is_plain = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let _ = match (is_place, is_plain) {
            (true, _) => write!(path, "[{part}]"),
            (false, true) => write!(path, ".{part}"),
            (false, false) => write!(path, "['{part}']"),
        };
    }
    path
}
