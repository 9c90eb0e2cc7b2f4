//! Requests as commands for a POSIX shell. What the shell hands to curl is what httriage sends,
//! byte for byte; credentials are variables, and no character steers a terminal. curl reads a
//! meaning into many of its arguments (`@file`, `name=value;type=…`, `[1-9]`), so that each is
//! written with the option that reads none.

use super::quote::{characters, octal, quote, remark};
use crate::format::export::{
    Chunk, Exporter, FormPart, Ground, Name, Names, Outbound, Pair, Payload, Placeholder, Stretch,
    Text, Written, masked,
};
use crate::insight::Exchange;
use crate::insight::request_ids;
use crate::model::{
    Auth, Capture, Environment, Origin, RequestSpec, Session, TokenName, cut, file_type,
};
use std::fmt::Write;

/// Longer bodies go through a pipe: a system takes no argument above 128 KiB.
const LONGEST_ARGUMENT: usize = 100_000;
/// From here on curl would ask before it sends a body.
const ASKS_FIRST: usize = 1 << 20;

/// A call as it was made. It is masked already, and each mask becomes a variable.
pub fn write_exchange(exchange: &Exchange, ground: &Ground) -> Written {
    let taken = ground.taken_of(exchange);
    let mut writer = Writer::new(ground, &[], &taken);
    let outbound = writer.exporter.call(exchange);
    if outbound.is_ok() {
        for (name, value) in request_ids(&masked(exchange, &ground.environment)) {
            writer.say(&format!("{name}: {}", cut(&value, 200)));
        }
        if !exchange.redirects.is_empty() {
            writer.say(
                "The call was redirected; this command does not follow. With --location it would.",
            );
        }
    }
    writer.request(outbound, Head::Hidden);
    writer.finish()
}

/// A request as it would be sent.
pub fn write_request(spec: &RequestSpec, ground: &Ground) -> Written {
    write_one(spec, ground, Head::Hidden)
}

/// A request for somebody else to make, whose whole answer is wanted. Where it goes is where
/// their token belongs; what is ours keeps the border as in any call.
pub fn write_question(spec: &RequestSpec, environment: &Environment) -> Written {
    let mut ground = Ground::of(environment.clone());
    if let Some(origin) = Origin::parse(&spec.url) {
        if let Auth::Bearer(theirs) = &spec.auth {
            let sandbox = environment.sandbox;
            ground.bindings.permit(sandbox, theirs, origin.clone());
        }
        if environment.base_url.is_empty() {
            ground.environment.base_url = origin.to_string();
        }
    }
    write_one(spec, &ground, Head::Shown)
}

fn write_one(spec: &RequestSpec, ground: &Ground, head: Head) -> Written {
    let taken = ground.taken([spec]);
    let mut writer = Writer::new(ground, &[], &taken);
    let outbound = writer.exporter.request(spec);
    writer.request(outbound, head);
    writer.finish()
}

/// One command a step.
pub fn write_session(session: &Session, ground: &Ground) -> Written {
    let taken = ground.taken(session.steps.iter().map(|step| &step.spec));
    let mut writer = Writer::new(ground, &session.variables, &taken);
    let many = session.steps.len() > 1;
    for (number, step) in session.steps.iter().enumerate() {
        if many {
            if number > 0 {
                writer.text.push('\n');
            }
            writer.say(&format!("{}. {}", number + 1, cut(&step.name, 100)));
        }
        let outbound = writer.exporter.request(&step.spec);
        writer.request(outbound, Head::Hidden);
        for (name, capture) in &step.capture {
            writer.exporter.capture(name);
            let variable = writer.name(&Placeholder::Variable(name.clone())).shell;
            let place = match capture {
                Capture::Body(pointer) => format!("in this answer, at {}", cut(pointer, 200)),
                place => format!("the {} of this answer", cut(&place.words(), 200)),
            };
            writer.say(&format!(
                "{variable} is {place}: set it before the next step."
            ));
        }
    }
    writer.finish()
}

/// Whether the status line and the headers of the answer are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Shown,
    Hidden,
}

struct Writer<'a> {
    exporter: Exporter<'a>,
    names: Names,
    text: String,
    notes: Vec<String>,
    requests: usize,
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

    fn finish(self) -> Written {
        Written {
            text: self.text,
            requests: self.requests,
            variables: self.names.variables(),
            notes: self.notes,
        }
    }

    /// A comment above the command.
    fn say(&mut self, words: &str) {
        self.text.push_str(&remark(words));
    }

    fn lose(&mut self, why: String) {
        self.say(&why);
        self.notes.push(why);
    }

    fn name(&mut self, placeholder: &Placeholder) -> Name {
        let is_secret = self.exporter.is_secret(placeholder);
        self.names.of(placeholder, is_secret)
    }

    /// One command, or why there is none.
    fn request(&mut self, outbound: Result<Outbound, String>, head: Head) {
        let is_exact = |outbound: &Outbound| {
            !has_dot_segments(&outbound.address) || outbound.open_query().is_none()
        };
        let outbound = match outbound {
            Ok(outbound) if is_exact(&outbound) => outbound,
            Ok(_) => {
                return self.lose("This cannot be written as a command. Its path holds dots, and curl takes them away where it encodes a value of the query.".to_owned());
            }
            Err(why) => {
                return self.lose(format!("This cannot be written as a command. {why}"));
            }
        };
        for said in &outbound.said {
            self.lose(said.clone());
        }
        self.introduce(&outbound);
        let command = self.command(&outbound, head);
        self.text.push_str(&command);
        self.requests += 1;
    }

    /// Says of each variable what it is the value of.
    fn introduce(&mut self, outbound: &Outbound) {
        for blank in outbound.blanks() {
            if let Placeholder::Variable(name) | Placeholder::Elsewhere(name) = blank
                && self.names.is_new(blank)
            {
                let variable = self.name(blank).shell;
                self.say(&format!("{variable} is the value of {{{{{name}}}}}."));
            }
        }
    }

    fn command(&mut self, outbound: &Outbound, head: Head) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut before = String::new();
        let has_body = match &outbound.payload {
            Payload::Bytes(body) => !body.is_empty(),
            Payload::Files { .. } => true,
        };
        match (outbound.method.as_str(), has_body) {
            ("GET", false) | ("POST", true) => {}
            ("HEAD", false) => parts.push("--head".to_owned()),
            (method, _) => {
                let method = self.word(&Text::plain(method.as_bytes()));
                parts.push(format!("--request {method}"));
            }
        }
        self.url(outbound, has_body, &mut parts);
        let mut headers: Vec<(bool, String)> = Vec::new();
        for (name, value) in &outbound.headers {
            if !name.eq_ignore_ascii_case("content-length") {
                let is_type = name.eq_ignore_ascii_case("content-type");
                let line = self.word(&header(name, value));
                headers.push((is_type, format!("--header {line}")));
            }
        }
        let has_type = headers.iter().any(|(is_type, _)| *is_type);
        let payload = self.payload(outbound);
        // A form that curl puts together has a boundary of curl's.
        let is_form = matches!(payload, Sent::Form(_));
        headers.retain(|(is_type, _)| !(is_form && *is_type));
        parts.extend(headers.into_iter().map(|(_, option)| option));
        if has_body && !is_form && !has_type {
            // Without this it would be called a form.
            parts.push("--header 'content-type:'".to_owned());
        }
        if outbound.length() >= ASKS_FIRST {
            parts.push("--header 'expect:'".to_owned());
        }
        if outbound.has("accept-encoding") {
            parts.push("--compressed".to_owned());
        }
        match payload {
            Sent::Nothing => {}
            Sent::Options(options) | Sent::Form(options) => parts.extend(options),
            Sent::Piped(command) => {
                before = format!("{command} | ");
                parts.push("--data-binary @-".to_owned());
            }
        }
        let include = match head {
            Head::Shown => "--include ",
            Head::Hidden => "",
        };
        format!("{before}curl {include}{}\n", parts.join(" \\\n  "))
    }

    /// The URL, as it stands or with pairs that curl encodes.
    fn url(&mut self, outbound: &Outbound, has_body: bool, parts: &mut Vec<String>) {
        let whole = outbound.url();
        let open = outbound.open_query();
        if whole.has(|b| b"[]{}".contains(&b)) || whole.has_blanks() {
            parts.push("--globoff".to_owned());
        }
        if has_dot_segments(&outbound.address) {
            parts.push("--path-as-is".to_owned());
        }
        let mut url = outbound.address.clone();
        let mut pairs = open.into_iter().flatten().peekable();
        let is_open = pairs.peek().is_some();
        if !is_open {
            url = whole;
        }
        let mut sign: &[u8] = b"?";
        while let Some(Pair::Whole(text)) = pairs.next_if(|p| matches!(p, Pair::Whole(_))) {
            url.push(sign);
            url.extend(text);
            sign = b"&";
        }
        let place = parts.len();
        let word = self.word(&url);
        // What begins with a value nobody knows yet may begin like an option.
        parts.insert(
            place,
            if url.begins_blank() {
                format!("--url {word}")
            } else {
                word
            },
        );
        if !is_open {
            return;
        }
        if !has_body {
            parts.push("--get".to_owned());
        }
        for pair in pairs {
            let option = match (&pair, has_body) {
                (Pair::Whole(text), false) => format!("--data-raw {}", self.word(text)),
                (Pair::Whole(text), true) => {
                    let mut as_is = Text::plain(b"+");
                    as_is.extend(text.clone());
                    format!("--url-query {}", self.word(&as_is))
                }
                (Pair::Open(_), false) => self.encoded(&pair),
                (Pair::Open(_), true) => {
                    self.encoded(&pair)
                        .replacen("--data-urlencode", "--url-query", 1)
                }
            };
            parts.push(option);
        }
    }

    /// A pair that curl encodes itself. Before the first `=` stands the name, which it takes as
    /// it is; so nothing is taken for the name of a file.
    fn encoded(&mut self, pair: &Pair) -> String {
        let mut text = Text::default();
        if let Pair::Open(open) = pair {
            text.extend(open.name.clone());
            text.push(b"=");
            text.extend(open.value.clone());
        }
        format!("--data-urlencode {}", self.word(&text))
    }

    fn payload(&mut self, outbound: &Outbound) -> Sent {
        match &outbound.payload {
            Payload::Bytes(body) if body.is_empty() => Sent::Nothing,
            Payload::Bytes(body) => {
                let is_long = body.len() > LONGEST_ARGUMENT;
                if is_long || body.has(|b| b == 0) {
                    return Sent::Piped(self.printed(body));
                }
                let Some(pairs) = outbound.open_form() else {
                    return Sent::Options(vec![format!("--data-raw {}", self.word(body))]);
                };
                let options = pairs.iter().map(|pair| match pair {
                    Pair::Whole(text) => format!("--data-raw {}", self.word(text)),
                    Pair::Open(_) => self.encoded(pair),
                });
                Sent::Options(options.collect())
            }
            Payload::Files { chunks, parts } => {
                self.read_files(chunks);
                if let [Chunk::File(path)] = &chunks[..] {
                    let mut at = Text::plain(b"@");
                    at.extend(no_option(path));
                    return Sent::Options(vec![format!("--data-binary {}", self.word(&at))]);
                }
                let options: Option<Vec<String>> =
                    parts.iter().map(|part| self.part(part)).collect();
                match options.filter(|options| !options.is_empty()) {
                    Some(options) => Sent::Form(options),
                    None => Sent::Piped(self.gathered(chunks)),
                }
            }
        }
    }

    /// Says which files the command reads.
    fn read_files(&mut self, chunks: &[Chunk]) {
        for chunk in chunks {
            if let Chunk::File(path) = chunk {
                let shown = self.shown(path);
                self.say(&format!("This command sends the file {shown}."));
            }
        }
    }

    fn shown(&mut self, text: &Text) -> String {
        let pieces = text.pieces().iter().map(|piece| match piece {
            Stretch::Plain(plain) => String::from_utf8_lossy(plain).into_owned(),
            Stretch::Blank(blank) => self.name(blank).shell,
        });
        pieces.collect()
    }

    /// A part of a form whose files curl reads itself; `None` where its words would mean
    /// something else to curl.
    fn part(&mut self, part: &FormPart) -> Option<String> {
        let is_plain = |c: char| !c.is_control() && !"=\"\\;".contains(c);
        let is_named = !part.name.is_empty() && part.name.chars().all(is_plain);
        if !is_named || part.value.has(|b| b == 0) || part.value.len() > LONGEST_ARGUMENT {
            return None;
        }
        let mut text = Text::plain(part.name.as_bytes());
        text.push(b"=");
        if !part.is_file && part.media_type.is_none() && part.file_name.is_none() {
            text.extend(part.value.clone());
            return Some(format!("--form-string {}", self.word(&text)));
        }
        // Of a text it takes no name of a file, and within quotes no variable is safe.
        let value = part.value.as_bytes()?;
        if !part.is_file && part.file_name.is_some() {
            return None;
        }
        if part.is_file {
            text.push(b"@");
        }
        let value = std::str::from_utf8(value).ok()?;
        let value = if part.is_file && value.starts_with('-') {
            format!("./{value}")
        } else {
            value.to_owned()
        };
        text.push(in_quotes(&value)?.as_bytes());
        let base = value.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = part.file_name.as_deref().unwrap_or(base);
        let media_type = part.media_type.as_deref();
        let media_type = media_type.unwrap_or_else(|| file_type(name));
        text.push(format!(";type={}", plain_type(media_type)?).as_bytes());
        if let Some(name) = &part.file_name {
            text.push(format!(";filename={}", in_quotes(name)?).as_bytes());
        }
        Some(format!("--form {}", self.word(&text)))
    }

    /// A word of the shell that is exactly these bytes, its variables filled in.
    fn word(&mut self, text: &Text) -> String {
        let mut word = String::new();
        for piece in text.pieces() {
            match piece {
                Stretch::Plain(plain) => quote(plain, &mut word),
                Stretch::Blank(blank) => {
                    let name = self.name(blank).shell;
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

    /// Commands that print a body, files among it.
    fn gathered(&mut self, chunks: &[Chunk]) -> String {
        let commands = chunks.iter().map(|chunk| match chunk {
            Chunk::Bytes(text) => self.printed(text),
            Chunk::File(path) => format!("cat {}", self.word(&no_option(path))),
        });
        let commands: Vec<String> = commands.collect();
        format!("{{ {}; }}", commands.join("; "))
    }

    /// A command that prints exactly these bytes, NUL among them.
    fn printed(&mut self, text: &Text) -> String {
        let mut format = String::new();
        let mut arguments = String::new();
        for piece in text.pieces() {
            match piece {
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
                    let name = self.name(blank).shell;
                    format.push_str("%s");
                    let _ = write!(arguments, " \"${name}\"");
                }
            }
        }
        format!("printf '{format}'{arguments}")
    }
}

/// How a body goes to curl.
enum Sent {
    Nothing,
    Options(Vec<String>),
    /// As a form that curl puts together.
    Form(Vec<String>),
    /// By a command before it.
    Piped(String),
}

/// `name: value`; one without a value is sent as such.
fn header(name: &str, value: &Text) -> Text {
    let mut line = Text::plain(name.as_bytes());
    let is_blank = value.as_bytes().is_some_and(|v| v.trim_ascii().is_empty());
    if is_blank {
        line.push(b";");
    } else {
        line.push(b": ");
        line.extend(value.clone());
    }
    line
}

/// Whether a segment of the path is `.` or `..`, which curl and what is built on it would take out.
pub fn has_dot_segments(address: &Text) -> bool {
    let is_dots = |segment: &Text| {
        let segment = segment.as_bytes().unwrap_or_default().to_ascii_lowercase();
        let segment = String::from_utf8_lossy(&segment).replace("%2e", ".");
        matches!(segment.as_str(), "." | "..")
    };
    address.split(b'/').iter().any(is_dots)
}

/// A path that is not taken for an option or for standard input.
fn no_option(path: &Text) -> Text {
    let begins = path.pieces().first().is_some_and(|piece| match piece {
        Stretch::Plain(plain) => plain.starts_with(b"-"),
        Stretch::Blank(_) => true,
    });
    if !begins {
        return path.clone();
    }
    let mut text = Text::plain(b"./");
    text.extend(path.clone());
    text
}

fn in_quotes(text: &str) -> Option<String> {
    let fits = !text.contains(|c: char| c.is_control());
    fits.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A media type in the one form that curl reads: without quotes.
fn plain_type(text: &str) -> Option<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c);
    let (kind, rest) = text.split_once('/')?;
    let (sub, parameter) = rest.split_once("; charset=").unwrap_or((rest, "utf-8"));
    let parts = [kind, sub, parameter];
    let is_plain = |part: &&str| !part.is_empty() && part.len() < 60 && part.chars().all(fits);
    parts.iter().all(is_plain).then_some(text)
}
