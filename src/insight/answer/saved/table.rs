//! Calls as names with values: what PowerShell prints of an answer, what the network tab of a
//! browser and the console of Postman show of a call.

use super::head;
use super::plain;
use super::talk::Turn;
use super::text::{Text, shown};
use crate::insight::json::{self, Json};
use crate::model::{Headers, Response, SentRequest};
use std::borrow::Cow;

/// Where in such a text a name stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    General,
    Sent,
    SentBody,
    Answer,
    Body,
    Other,
}

/// Titles as they stand on a line of their own, in small letters.
const TITLES: &[(&str, Section)] = &[
    ("general", Section::General),
    ("network", Section::Other),
    ("request headers", Section::Sent),
    ("response headers", Section::Answer),
    ("request body", Section::SentBody),
    ("request payload", Section::SentBody),
    ("form data", Section::SentBody),
    ("response body", Section::Body),
    ("response payload", Section::Body),
    ("query string parameters", Section::Other),
    ("query parameters", Section::Other),
];

/// A name whose value is still to come, or goes on.
#[derive(Default)]
enum Open {
    #[default]
    Nothing,
    Below(String),
    Further(String),
}

#[derive(Default)]
struct Call {
    method: Option<String>,
    url: Option<String>,
    sent: Headers,
    sent_body: Vec<u8>,
    status: Option<u16>,
    reason: String,
    headers: Headers,
    body: Vec<u8>,
    /// An answer as it was on the wire.
    raw: Vec<u8>,
}

/// Whether a line is of such a text, and none of anything else; `next` is the one behind it.
pub fn is_mark(line: &str, next: &str) -> bool {
    if verbose(line).is_some()
        || titled(line)
            .is_some_and(|(section, _)| section != Section::Other && section != Section::General)
    {
        return true;
    }
    let Some((name, value)) = named(line) else {
        return console(line).is_some();
    };
    let value = if value.is_empty() { next.trim() } else { value };
    match name.as_str() {
        "statuscode" => head::status(value).is_some() || status_named(value).is_some(),
        "status code" => head::status(value.split(' ').next().unwrap_or_default()).is_some(),
        "request url" => value.contains("://"),
        "rawcontent" => head::status_line(value).is_some(),
        _ => false,
    }
}

/// The one call that such a text shows; `None` where it shows no answer.
pub fn read(text: &Text) -> Option<Turn> {
    let mut call = Call::default();
    let mut section = Section::General;
    let mut open = Open::Nothing;
    for raw in text.lines() {
        let line = shown(raw);
        if let Some((method, url)) = verbose(&line) {
            (call.method, call.url) = (Some(method), Some(url));
            continue;
        }
        if let Some((found, rest)) = titled(&line) {
            call.inline(found, rest);
            // A body that stands behind its title ends there.
            section = if rest.is_empty() || rest == "{" {
                found
            } else {
                Section::Other
            };
            open = Open::Nothing;
            continue;
        }
        if section == Section::General
            && let Some((method, url, status)) = console(&line)
        {
            (call.method, call.url) = (Some(method), Some(url));
            call.status = status.or(call.status);
            continue;
        }
        if section == Section::General && call.url.is_some() && call.status.is_none() {
            call.status = lone_status(&line);
        }
        match section {
            Section::SentBody => call.sent_body.extend_from_slice(raw),
            Section::Body => call.body.extend_from_slice(raw),
            Section::Other if named(&line).is_none() => {}
            _ => call.line(&line, section, &mut open),
        }
    }
    call.turn()
}

/// `Response Headers (12)`, `Response Body: {`: the section, and what stands behind its title.
fn titled(line: &str) -> Option<(Section, &str)> {
    let trimmed = line.trim().trim_start_matches(['▼', '▶', '"', ' ']);
    let lower = trimmed
        .get(..30.min(trimmed.len()))
        .unwrap_or(trimmed)
        .to_ascii_lowercase();
    let (title, section) = TITLES.iter().find(|(title, _)| lower.starts_with(title))?;
    let rest = trimmed[title.len()..].trim_start_matches('"').trim_start();
    let counted =
        rest.starts_with('(') && rest.len() < 20 || rest.eq_ignore_ascii_case("view source");
    let rest = rest
        .strip_prefix(':')
        .unwrap_or(if counted { "" } else { rest });
    let is_title = counted
        || rest.is_empty()
        || trimmed[title.len()..]
            .trim_start_matches('"')
            .trim_start()
            .starts_with(':');
    is_title.then(|| (*section, rest.trim()))
}

/// `Name   : value` and `Name: value`; the value may stand on the next line.
fn named(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.trim().split_once(':')?;
    let name = name.trim_matches(['"', ' ']);
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_ ".contains(c);
    let is_name = (1..=60).contains(&name.len()) && name.chars().all(fits);
    is_name.then(|| (name.to_ascii_lowercase(), value.trim()))
}

/// `Request URL:` with nothing behind it, and no columns before it.
fn is_lone(line: &str) -> bool {
    let name = line.trim().strip_suffix(':').unwrap_or_default();
    !name.is_empty() && !name.ends_with(' ')
}

/// `VERBOSE: GET https://… with 0-byte payload`
fn verbose(line: &str) -> Option<(String, String)> {
    let rest = line.trim().strip_prefix("VERBOSE: ")?;
    let mut words = rest.split(' ');
    let (method, url) = (words.next()?, words.next()?);
    (head::is_method(method) && url.contains("://")).then(|| (method.to_owned(), url.to_owned()))
}

/// `POST https://… 401 120 ms`, `POST https://…: {`: the first line of a call in a console.
fn console(line: &str) -> Option<(String, String, Option<u16>)> {
    let mut words = line
        .trim()
        .trim_start_matches(['▶', '▼', ' '])
        .split_whitespace();
    let (method, url) = (words.next()?, words.next()?);
    let fits = head::is_method(method) && url.contains("://");
    let status = words.next().and_then(head::status);
    let url = url.trim_end_matches([':', ',']);
    fits.then(|| (method.to_owned(), url.to_owned(), status))
}

/// `Forbidden`: the name of a status, as .NET writes it.
fn status_named(word: &str) -> Option<u16> {
    const NAMES: [(&str, u16); 18] = [
        ("OK", 200),
        ("BadRequest", 400),
        ("Unauthorized", 401),
        ("PaymentRequired", 402),
        ("Forbidden", 403),
        ("NotFound", 404),
        ("MethodNotAllowed", 405),
        ("NotAcceptable", 406),
        ("ProxyAuthenticationRequired", 407),
        ("Conflict", 409),
        ("Gone", 410),
        ("UnsupportedMediaType", 415),
        ("UnprocessableEntity", 422),
        ("TooManyRequests", 429),
        ("InternalServerError", 500),
        ("BadGateway", 502),
        ("ServiceUnavailable", 503),
        ("GatewayTimeout", 504),
    ];
    let found = NAMES.iter().find(|(name, _)| *name == word);
    found.map(|(_, status)| *status)
}

/// A value without its quotes, and what was escaped in it as it was.
fn unquoted(value: &str) -> Cow<'_, str> {
    if value.starts_with('"')
        && let Some(Json::Text(text)) = json::read(value).value
    {
        return Cow::Owned(text);
    }
    Cow::Borrowed(value.trim_matches('"'))
}

/// `403` or `403 Forbidden` on a line of its own, below the call.
fn lone_status(line: &str) -> Option<u16> {
    let (first, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let is_name = rest.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    head::status(first).filter(|_| is_name)
}

impl Call {
    /// What stands behind the title of a section, on its line.
    fn inline(&mut self, section: Section, rest: &str) {
        let text = rest.trim_end_matches(',');
        let text = match json::read(text).value {
            Some(Json::Text(text)) if rest.starts_with('"') => text,
            _ => text.to_owned(),
        };
        match section {
            Section::Body => self.body.extend_from_slice(text.as_bytes()),
            Section::SentBody => self.sent_body.extend_from_slice(text.as_bytes()),
            _ => {}
        }
    }

    fn line(&mut self, line: &str, section: Section, open: &mut Open) {
        let inner = line.trim();
        match std::mem::take(open) {
            // A browser puts the value below the name, and it may look like a name itself.
            Open::Below(name) if !inner.is_empty() && !is_lone(line) => {
                return self.take(&name, inner, section);
            }
            // A value goes on further in than its name stands.
            Open::Further(name) if line.starts_with("      ") => {
                self.more(&name, line);
                *open = Open::Further(name);
                return;
            }
            _ => {}
        }
        match named(line) {
            Some((name, "")) if is_lone(line) => *open = Open::Below(name),
            Some((name, value)) => {
                self.take(&name, value, section);
                if matches!(name.as_str(), "rawcontent" | "requestmessage") {
                    *open = Open::Further(name);
                }
            }
            None => {}
        }
    }

    fn more(&mut self, name: &str, line: &str) {
        if name == "rawcontent" {
            self.raw.extend_from_slice(line.trim().as_bytes());
            self.raw.push(b'\n');
        } else if name == "requestmessage" {
            self.message(line.trim());
        }
    }

    fn take(&mut self, name: &str, value: &str, section: Section) {
        let value = &*unquoted(value.trim_end_matches(','));
        let first = value.split(' ').next().unwrap_or_default();
        match name {
            "request url" | "responseuri" => self.url = Some(value.to_owned()),
            "request method" => self.method = Some(value.to_owned()),
            "method" if section == Section::General && head::is_method(value) => {
                self.method = Some(value.to_owned());
            }
            "status code" | "statuscode" | "status" if self.status.is_none() => {
                self.status = head::status(first).or_else(|| status_named(value));
                let rest = value[first.len()..].trim();
                if !rest.is_empty() {
                    self.reason = rest.to_owned();
                }
            }
            "statusdescription" | "reasonphrase" => self.reason = value.to_owned(),
            "rawcontent" => self.raw = format!("{value}\n").into_bytes(),
            "content" if value.starts_with(['{', '[', '<']) && !value.starts_with("{}") => {
                self.body = value.as_bytes().to_vec();
            }
            "requestmessage" => self.message(value),
            _ if section == Section::Sent => self.sent.push(name, value),
            // The network tab has the headers right below what it says in general.
            _ if section == Section::Answer || !name.contains(' ') && name.contains('-') => {
                self.headers.push(name, value);
            }
            _ => {}
        }
    }

    /// `Method: GET, RequestUri: 'https://…', Version: 1.1, …`
    fn message(&mut self, text: &str) {
        for part in text.split(", ") {
            match part.split_once(": ") {
                Some(("Method", method)) => self.method = Some(method.to_owned()),
                Some(("RequestUri", url)) => self.url = Some(url.trim_matches('\'').to_owned()),
                Some((name, value)) if name.trim() == "Authorization" => {
                    self.sent.push("Authorization", value);
                }
                _ => {}
            }
        }
    }

    fn turn(self) -> Option<Turn> {
        let mut answer = Response {
            status: self.status.unwrap_or_default(),
            reason: self.reason,
            headers: self.headers,
            body: self.body,
            ..Response::default()
        };
        let raw = plain::read(&Text::of(&self.raw)).pop();
        if let Some(whole) = raw.and_then(|turn| turn.answer) {
            answer = whole;
        }
        let is_asked = self.method.is_some() || self.url.is_some();
        let sent = SentRequest {
            method: self.method.unwrap_or_default(),
            url: self.url.unwrap_or_default(),
            headers: self.sent,
            body: self.sent_body,
            ..SentRequest::default()
        };
        let is_there = answer.status > 0 || !answer.headers.is_empty() || !answer.body.is_empty();
        is_there.then_some(Turn {
            sent: is_asked.then_some(sent),
            answer: Some(answer),
        })
    }
}
