//! A case for whoever holds the token, and their answers to it, as TOML that people can read
//! before they use it. Both come from strangers: what is not understood is refused with its
//! place, nothing in them is filled in, and nothing names a file or a variable.

use super::{FormatError, toml_error};
use crate::insight::Exchange;
use crate::insight::redact::is_secret_name;
use crate::model::{
    Cause, Environment, Failure, Origin, Outcome, is_safe_method, is_unsafe, names_method,
    url_asks_to_write,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt::Write;

/// No file of either kind is larger.
pub const FILE_BYTES: u64 = 4_000_000;
/// Of one answer so much of the body goes into a file.
const BODY_BYTES: usize = 64 * 1024;
/// More answers than this belong to no investigation.
const MOST_CALLS: usize = 64;
const LONGEST_URL: usize = 8_192;
const MOST_HEADERS: usize = 100;

const VERSION: u32 = 1;

/// With this begins every mask that stands in the place of a value.
const MASKED: char = '‹';

/// The refused call without its credential, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capsule {
    pub request: Question,
    pub answer: Answered,
}

/// The shape of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// Whether a token goes along; theirs.
    pub with_token: bool,
    /// Where the API begins.
    pub base: String,
    /// The pack of knowledge that speaks there, where somebody chose it.
    pub knowledge: Option<String>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// As `curl --include` prints it.
    Text(String),
    Failed {
        cause: Cause,
        message: String,
    },
}

/// One call that was made for a capsule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub method: String,
    pub url: String,
    pub with_token: bool,
    pub answer: Answered,
}

/// What whoever holds the token sends back. The first call is the one in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    pub request: Question,
    pub calls: Vec<Made>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CapsuleFile {
    capsule: toml::Spanned<u32>,
    request: toml::Spanned<QuestionTable>,
    answer: toml::Spanned<AnsweredTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswersFile {
    answers: toml::Spanned<u32>,
    request: toml::Spanned<QuestionTable>,
    #[serde(default)]
    call: Vec<toml::Spanned<MadeTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionTable {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    with_token: bool,
    base: String,
    knowledge: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnsweredTable {
    text: Option<String>,
    cause: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MadeTable {
    method: String,
    url: String,
    with_token: bool,
    text: Option<String>,
    cause: Option<String>,
    message: Option<String>,
}

/// Reads what `write` wrote.
pub fn read(text: &str, file: &str) -> Result<Capsule, FormatError> {
    let reader = Reader { text, file };
    let read: CapsuleFile = reader.parse("httriage capsule ID --out FILE writes one")?;
    reader.version(&read.capsule)?;
    let at = read.answer.span().start;
    let answer = read.answer.into_inner();
    Ok(Capsule {
        request: reader.question(read.request)?,
        answer: reader.answered(at, answer.text, answer.cause, answer.message)?,
    })
}

/// Reads what `write_answers` wrote.
pub fn read_answers(text: &str, file: &str) -> Result<Answers, FormatError> {
    let reader = Reader { text, file };
    let read: AnswersFile = reader.parse("httriage answer FILE writes one")?;
    reader.version(&read.answers)?;
    let request = reader.question(read.request)?;
    if read.call.is_empty() || read.call.len() > MOST_CALLS {
        return Err(reader.refuse(0, format!("it holds {} calls", read.call.len())));
    }
    let home = Origin::parse(&request.url);
    let mut calls = Vec::new();
    for call in read.call {
        let at = call.span().start;
        let call = call.into_inner();
        reader.reads(at, &call.method, calls.is_empty())?;
        reader.url(at, &call.url)?;
        if Origin::parse(&call.url) != home {
            return Err(reader.refuse(at, "this call went to another host".to_owned()));
        }
        calls.push(Made {
            method: call.method,
            url: call.url,
            with_token: call.with_token,
            answer: reader.answered(at, call.text, call.cause, call.message)?,
        });
    }
    Ok(Answers { request, calls })
}

struct Reader<'t> {
    text: &'t str,
    file: &'t str,
}

impl Reader<'_> {
    fn refuse(&self, at: usize, problem: String) -> FormatError {
        let remedy = "Let whoever made the file make it anew.";
        FormatError::at(self.file, self.text, at, problem, remedy)
    }

    fn parse<T: DeserializeOwned>(&self, remedy: &str) -> Result<T, FormatError> {
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let problem = toml_error::told(error.message(), ", ");
            let remedy = format!("{}.", upper(remedy));
            FormatError::at(self.file, self.text, at, problem, remedy)
        })
    }

    fn version(&self, version: &toml::Spanned<u32>) -> Result<(), FormatError> {
        match *version.as_ref() {
            VERSION => Ok(()),
            other => Err(FormatError::at(
                self.file,
                self.text,
                version.span().start,
                format!("it is of version {other}, and this program knows version {VERSION}"),
                "Take a newer httriage, or have the file made by an older one.",
            )),
        }
    }

    fn reads(&self, at: usize, method: &str, may_write: bool) -> Result<(), FormatError> {
        let is_word = !method.is_empty()
            && method.len() <= 24
            && method.bytes().all(|b| b.is_ascii_uppercase());
        if is_word && (may_write || is_safe_method(method)) {
            Ok(())
        } else {
            Err(self.refuse(at, "the method of this call is none that reads".to_owned()))
        }
    }

    fn url(&self, at: usize, url: &str) -> Result<(), FormatError> {
        let why = if url.len() > LONGEST_URL {
            "it is too long"
        } else if !url.starts_with("http://") && !url.starts_with("https://") {
            "it does not begin with http:// or https://"
        } else if Origin::parse(url).is_none() {
            "it names no host"
        } else if url.contains("{{") || url.contains("%7B%7B") || url.contains("%7b%7b") {
            "something would have to be filled in"
        } else if url_asks_to_write(url) {
            "it asks for another method than the call has"
        } else if url.contains(MASKED) {
            "a secret was masked in it"
        } else if authority(url).contains('@') {
            "it names a user"
        } else if url.chars().any(|c| is_unsafe(c) || c == '\n' || c == ' ') {
            "it holds characters that no URL holds"
        } else {
            return Ok(());
        };
        Err(self.refuse(at, format!("this URL cannot be used: {why}")))
    }

    fn question(&self, table: toml::Spanned<QuestionTable>) -> Result<Question, FormatError> {
        let at = table.span().start;
        let table = table.into_inner();
        self.reads(at, &table.method, true)?;
        self.url(at, &table.url)?;
        self.url(at, &table.base)?;
        if Origin::parse(&table.base) != Origin::parse(&table.url) {
            return Err(self.refuse(at, "base is of another host than the call".to_owned()));
        }
        if table.headers.len() > MOST_HEADERS {
            return Err(self.refuse(at, "it has too many headers".to_owned()));
        }
        for (name, value) in &table.headers {
            let is_name = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            let is_bad = name.is_empty()
                || !name.chars().all(is_name)
                || value.chars().any(|c| is_unsafe(c) || c == '\n')
                || value.contains(MASKED)
                || !may_go(name);
            if is_bad {
                let shown: String = name.chars().filter(|c| is_name(*c)).take(40).collect();
                return Err(self.refuse(at, format!("the header {shown} may not stand here")));
            }
        }
        Ok(Question {
            method: table.method,
            url: table.url,
            headers: table.headers,
            with_token: table.with_token,
            base: table.base,
            knowledge: table.knowledge,
        })
    }

    fn answered(
        &self,
        at: usize,
        text: Option<String>,
        cause: Option<String>,
        message: Option<String>,
    ) -> Result<Answered, FormatError> {
        match (text, cause) {
            (Some(text), None) => Ok(Answered::Text(text)),
            (None, Some(cause)) => {
                let known = Cause::from_id(&cause);
                let cause = known
                    .ok_or_else(|| self.refuse(at, "there is no cause of that name".to_owned()))?;
                Ok(Answered::Failed {
                    cause,
                    message: message.unwrap_or_default(),
                })
            }
            _ => Err(self.refuse(at, "an answer has either text or a cause".to_owned())),
        }
    }
}

/// Whether a header belongs to the shape of a call: not a credential, and not what says where it
/// goes or how long it is.
pub fn may_go(name: &str) -> bool {
    const OWN: [&str; 5] = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "cookie",
    ];
    let is_own = |own: &&str| name.eq_ignore_ascii_case(own);
    !OWN.iter().any(is_own) && !names_method(name) && !names_place(name) && !is_secret_name(name)
}

/// Whether a header may tell a server, or one in front of it, that the call is for another host or
/// path than its URL: `X-Forwarded-Host`, `X-Original-URL`.
fn names_place(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "forward", "host", "original", "override", "path", "proxy", "real-ip", "rewrite",
        "upgrade", "via",
    ];
    let name = name.to_ascii_lowercase().replace('_', "-");
    WORDS.iter().any(|word| name.contains(word))
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !text.starts_with("httriage") => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// The capsule of a call that was made; why there is none.
pub fn of(exchange: &Exchange, environment: &Environment) -> Result<Capsule, &'static str> {
    let sent = &exchange.sent;
    let origin = Origin::parse(&sent.url).filter(|_| !exchange.is_received());
    let Some(origin) = origin else {
        return Err(
            "This call names no host, so nobody could make it. Choose a call that was made here.",
        );
    };
    let url = without_token(&sent.url);
    if url.contains(MASKED) {
        return Err(
            "A secret was masked in the URL of this call, so that nobody could make it. Make it with a token by name, and take that one.",
        );
    }
    let headers = sent.headers.iter();
    let headers = headers.map(|header| (header.name.to_string(), header.text().into_owned()));
    let goes = |(name, value): &(String, String)| {
        let is_secret = value.contains(MASKED) || holds_token(value);
        may_go(name) && !is_secret && !is_ours(name, value)
    };
    let headers = headers.filter(goes);
    let is_home = environment.origin().as_ref() == Some(&origin);
    Ok(Capsule {
        request: Question {
            method: sent.method.clone(),
            url,
            headers: headers.collect(),
            with_token: exchange.token().is_some() || !sent.slots.is_empty(),
            base: if is_home {
                environment.base_url.clone()
            } else {
                origin.to_string()
            },
            knowledge: environment.knowledge.clone().filter(|_| is_home),
        },
        answer: told(&exchange.outcome),
    })
}

/// Whether a token stands there, by its name or its mask.
fn holds_token(text: &str) -> bool {
    text.contains("‹token:") || text.contains("{{token:")
}

/// Whether this program adds the header by itself, as theirs does.
fn is_ours(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("accept-encoding") || value.starts_with("httriage/")
}

/// The URL without a parameter that is the token: theirs goes where their settings say.
pub fn without_token(url: &str) -> String {
    let (head, fragment) = match url.split_once('#') {
        Some((head, fragment)) => (head, format!("#{fragment}")),
        None => (url, String::new()),
    };
    let Some((path, query)) = head.split_once('?') else {
        return url.to_owned();
    };
    let is_token = |pair: &&str| holds_token(pair);
    let pairs: Vec<&str> = query.split('&').filter(|pair| !is_token(pair)).collect();
    if pairs.is_empty() {
        format!("{path}{fragment}")
    } else {
        format!("{path}?{}{fragment}", pairs.join("&"))
    }
}

/// A capsule, with what its reader should know above it.
pub fn write(capsule: &Capsule) -> String {
    let mut text = String::from(
        "# A refused call, for whoever holds its token. Nothing secret stands here.\n# httriage answer FILE makes the call and the questions around it with your own token: it shows\n# each of them before it is sent, only reads, and writes what came, without secrets, beside this\n# file.\n",
    );
    // Writing to a String cannot fail.
    let _ = writeln!(text, "capsule = {VERSION}\n\n[request]");
    question(&capsule.request, &mut text);
    text.push_str("\n# What was answered before.\n[answer]\n");
    answered(&capsule.answer, &mut text);
    text
}

/// Answers to a capsule, each call with what it was answered; a comment above says what to do with
/// them.
pub fn write_answers(answers: &Answers) -> String {
    let mut text = String::from(
        "# What was answered to a capsule, without secrets. Read it before you send it back;\n# httriage open FILE judges it.\n",
    );
    let _ = writeln!(text, "answers = {VERSION}\n\n[request]");
    question(&answers.request, &mut text);
    for call in &answers.calls {
        let _ = writeln!(text, "\n[[call]]");
        let _ = writeln!(text, "method = {}", quoted(&call.method));
        let _ = writeln!(text, "url = {}", quoted(&call.url));
        let _ = writeln!(text, "with_token = {}", call.with_token);
        answered(&call.answer, &mut text);
    }
    text
}

fn question(question: &Question, text: &mut String) {
    let _ = writeln!(text, "method = {}", quoted(&question.method));
    let _ = writeln!(text, "url = {}", quoted(&question.url));
    if !question.headers.is_empty() {
        text.push_str("headers = [\n");
        for (name, value) in &question.headers {
            let _ = writeln!(text, "    [{}, {}],", quoted(name), quoted(value));
        }
        text.push_str("]\n");
    }
    let _ = writeln!(text, "with_token = {}", question.with_token);
    let _ = writeln!(text, "base = {}", quoted(&question.base));
    if let Some(knowledge) = &question.knowledge {
        let _ = writeln!(text, "knowledge = {}", quoted(knowledge));
    }
}

fn answered(answer: &Answered, text: &mut String) {
    let _ = match answer {
        Answered::Text(said) => writeln!(text, "text = {}", lines(said)),
        Answered::Failed { cause, message } => writeln!(
            text,
            "cause = {}\nmessage = {}",
            quoted(cause.id()),
            quoted(message)
        ),
    };
}

/// A TOML string on one line, in which nothing steers or hides.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            c => push(c, &mut quoted),
        }
    }
    quoted.push('"');
    quoted
}

/// The same over several lines.
fn lines(text: &str) -> String {
    let mut quoted = String::from("\"\"\"\n");
    for c in text.chars() {
        push(c, &mut quoted);
    }
    quoted.push_str("\"\"\"");
    quoted
}

fn push(c: char, quoted: &mut String) {
    match c {
        '"' | '\\' => quoted.extend(['\\', c]),
        '\t' => quoted.push_str("\\t"),
        '\r' => quoted.push_str("\\r"),
        c if is_unsafe(c) => {
            let _ = match c as u32 {
                code @ 0..=0xffff => write!(quoted, "\\u{code:04X}"),
                code => write!(quoted, "\\U{code:08X}"),
            };
        }
        c => quoted.push(c),
    }
}

/// An outcome as it goes into a file: its head, and its body where that is text. What carries a
/// credential stays out, masked or not.
pub fn told(outcome: &Outcome) -> Answered {
    let response = match outcome {
        Outcome::Answered(response) => response,
        Outcome::Failed(failure) => {
            return Answered::Failed {
                cause: failure.cause,
                message: failure.message.clone(),
            };
        }
    };
    let mut text = format!("HTTP/1.1 {:03} {}", response.status, response.reason);
    text.truncate(text.trim_end().len());
    text.push('\n');
    for header in response.headers.iter() {
        let value = header.text();
        if may_go(&header.name) && !header.name.eq_ignore_ascii_case("set-cookie") {
            let _ = writeln!(
                text,
                "{}: {}",
                header.name,
                value.replace(['\r', '\n'], " ")
            );
        }
    }
    text.push('\n');
    let body = &response.body[..response.body.len().min(BODY_BYTES)];
    text.push_str(match std::str::from_utf8(body) {
        Ok(body) => body,
        // Cut in the middle of a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&body[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "",
    });
    Answered::Text(text)
}

/// A failure as it was told, for an answer that is none.
pub fn failure(cause: Cause, message: &str) -> Failure {
    Failure::new(cause, message, "")
}
