//! What an answer says beside its body: the challenge, codes and sentences in headers, and words
//! in the status line. They add to the error of the body, and stand alone where it has none.

use super::entry::{Entry, EntryOrigin, Remedy};
use super::found::ErrorBody;
use super::words::{is_code_word, is_number, is_phrase, names_in, url_in};
use crate::insight::challenge::{Challenge, challenges};
use crate::insight::json::Json;
use crate::model::{Headers, Response};
use std::borrow::Cow;

/// The names of gRPC's status codes, in the order of their numbers.
const GRPC: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Adds all of it. `codes` are further headers that hold a code at this API, in small letters.
pub fn add(response: &Response, codes: &[&str], body: &mut ErrorBody) {
    let silent = body.entries.is_empty();
    for challenge in challenges(&response.headers) {
        let says_why = ["error", "error_description", "oauth_problem"]
            .iter()
            .any(|name| challenge.parameter(name).is_some());
        if says_why || silent {
            add_challenge(&challenge, body);
        }
    }
    for said in said(&response.headers, codes) {
        add_said(said, body);
    }
    add_status_line(response, body);
}

/// Whether headers alone say that the call was refused.
pub fn say_no(headers: &Headers) -> bool {
    said(headers, &[]).iter().any(|said| said.code.is_some())
}

/// A code or a sentence out of headers.
#[derive(Default)]
struct Said {
    code: Option<String>,
    words: Option<String>,
    origin: EntryOrigin,
    raw: String,
}

fn said(headers: &Headers, codes: &[&str]) -> Vec<Said> {
    let mut found: Vec<Said> = Vec::new();
    let mut words: Option<String> = None;
    for header in headers.iter() {
        let name = header.name.to_ascii_lowercase();
        let Some(holds) = holds(&name, codes) else {
            continue;
        };
        let text = header.text();
        let value = text.trim();
        // `Denied:http://…` is a code with the address of its description.
        let value = value.split(":http").next().unwrap_or(value).trim();
        let raw = format!("{}: {}", header.name, header.text());
        let is_none = value.is_empty() || matches!(value, "0" | "none" | "OK" | "ok" | "false");
        if is_none || value.len() > 2_000 {
            continue;
        }
        let is_code = !value.contains(' ') && (is_code_word(value) || is_number(value));
        match holds {
            Holds::Grpc => {
                let number = value.parse::<usize>().ok();
                let code = number
                    .and_then(|n| GRPC.get(n))
                    .map(|name| (*name).to_owned());
                let origin = EntryOrigin::GoogleRpc;
                found.push(Said {
                    code,
                    origin,
                    raw,
                    ..Said::default()
                });
            }
            Holds::Words if !is_code => words = words.or(Some(decoded(value).into_owned())),
            _ if is_code => found.push(Said {
                code: Some(value.to_owned()),
                origin: EntryOrigin::Vendor,
                raw,
                ..Said::default()
            }),
            _ => words = words.or(Some(decoded(value).into_owned())),
        }
    }
    match found.first_mut() {
        Some(first) => first.words = words,
        None if words.is_some() => found.push(Said {
            words,
            origin: EntryOrigin::Vendor,
            ..Said::default()
        }),
        None => {}
    }
    found
}

enum Holds {
    Code,
    Words,
    Grpc,
}

/// What a header of that name holds of an error.
fn holds(name: &str, codes: &[&str]) -> Option<Holds> {
    if name == "grpc-status" {
        return Some(Holds::Grpc);
    }
    if name == "grpc-message" {
        return Some(Holds::Words);
    }
    const CODES: [&str; 7] = [
        "errortype",
        "error-type",
        "errorcode",
        "error-code",
        "error_code",
        "denied-reason",
        "-error",
    ];
    const WORDS: [&str; 6] = [
        "error-message",
        "errormessage",
        "error-msg",
        "error-description",
        "error-detail",
        "error-reason",
    ];
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&WORDS) {
        return Some(Holds::Words);
    }
    (ends(&CODES) || name == "error" || codes.contains(&name)).then_some(Holds::Code)
}

/// Percent signs as characters, as gRPC writes its messages.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    crate::insight::route::decoded(text).into()
}

/// Whether an entry has a code that tells more than the status.
fn has_code(entry: &Entry) -> bool {
    entry.code.is_some() && entry.code != entry.status
}

fn add_code(code: String, origin: EntryOrigin, raw: String, body: &mut ErrorBody) {
    let known = body
        .entries
        .iter()
        .any(|e| e.code.as_deref() == Some(&code));
    if known {
        return;
    }
    match body.entries.first_mut().filter(|first| !has_code(first)) {
        Some(first) => first.code = Some(code),
        None => body.entries.push(Entry {
            code: Some(code),
            origin,
            raw,
            ..Entry::default()
        }),
    }
}

/// A sentence goes below the one that is there, which becomes the title.
fn add_words(words: &str, entry: &mut Entry) {
    let own = [&entry.title, &entry.detail];
    let known = own.into_iter().flatten().any(|text| text.contains(words));
    if known {
        return;
    }
    match (&entry.title, &entry.detail) {
        (_, None) => entry.detail = Some(words.to_owned()),
        (None, Some(_)) => {
            entry.title = entry.detail.take();
            entry.detail = Some(words.to_owned());
        }
        (Some(_), Some(detail)) => entry.detail = Some(format!("{detail} {words}")),
    }
}

fn add_said(said: Said, body: &mut ErrorBody) {
    if let Some(code) = said.code {
        add_code(code, said.origin, said.raw.clone(), body);
    }
    let Some(words) = said.words else {
        return;
    };
    match body.entries.first_mut() {
        Some(first) if first.origin != EntryOrigin::Html => add_words(&words, first),
        _ => body.entries.push(Entry {
            detail: Some(words),
            origin: said.origin,
            raw: said.raw,
            ..Entry::default()
        }),
    }
}

/// A challenge adds to the error of the body. It is one of its own where the body has none, or
/// another code.
fn add_challenge(challenge: &Challenge, body: &mut ErrorBody) {
    let own = entry_of(challenge);
    if body.entries.is_empty() {
        body.entries.push(own);
        return;
    }
    let same = body
        .entries
        .iter()
        .position(|e| e.code.is_some() && e.code == own.code);
    let target = match same {
        Some(place) => place,
        None if own.code.is_none() || !has_code(&body.entries[0]) => 0,
        None => {
            body.entries.push(own);
            return;
        }
    };
    let entry = &mut body.entries[target];
    if let Some(words) = &own.detail {
        add_words(words, entry);
    }
    if !has_code(entry) {
        entry.code = own.code.clone().or(entry.code.take());
    }
    entry.take_rest(Entry { links: None, ..own });
}

fn entry_of(challenge: &Challenge) -> Entry {
    const OWN: [&str; 6] = [
        "realm",
        "error",
        "error_description",
        "error_uri",
        "oauth_problem",
        "oauth_problem_advice",
    ];
    let own = |name: &str| OWN.iter().any(|o| o.eq_ignore_ascii_case(name));
    let text = |name: &str| challenge.parameter(name).map(str::to_owned);
    let title = match challenge.parameter("realm") {
        Some(realm) => format!("{} realm=\"{realm}\"", challenge.scheme),
        None => challenge.scheme.clone(),
    };
    let others: Vec<_> = challenge
        .parameters
        .iter()
        .filter(|(name, _)| !own(name))
        .map(|(name, value)| (name.clone(), Json::Text(value.clone())))
        .collect();
    let links = text("error_uri").map(|uri| {
        let member = ("error_uri".to_owned(), Json::Text(uri));
        Json::Object(vec![member])
    });
    let title = title.trim();
    Entry {
        title: (!title.is_empty()).then(|| title.to_owned()),
        detail: text("error_description").or_else(|| text("oauth_problem_advice")),
        code: text("error").or_else(|| text("oauth_problem")),
        needed: challenge
            .parameter("scope")
            .map(names_in)
            .unwrap_or_default(),
        remedy: challenge
            .parameter("error_uri")
            .and_then(url_in)
            .map(Remedy::link),
        links,
        meta: (!others.is_empty()).then_some(Json::Object(others)),
        origin: EntryOrigin::WwwAuthenticate,
        raw: challenge.to_string(),
        ..Entry::default()
    }
}

/// Words of the server's own behind the status: the only ones where the body is empty.
fn add_status_line(response: &Response, body: &mut ErrorBody) {
    let reason = response.reason.trim();
    if reason.is_empty() || is_phrase(reason) || !reason.contains(' ') {
        return;
    }
    let bare = body
        .entries
        .iter()
        .all(|entry| entry.origin == EntryOrigin::WwwAuthenticate && entry.detail.is_none());
    match body.entries.first_mut() {
        Some(first) if !bare => {
            let texts = [&first.title, &first.detail];
            let known = texts
                .into_iter()
                .flatten()
                .any(|text| text.contains(reason));
            if !known && first.title.is_none() {
                first.title = Some(reason.to_owned());
            }
        }
        _ => body.entries.insert(
            0,
            Entry {
                detail: Some(reason.to_owned()),
                origin: EntryOrigin::Text,
                raw: reason.to_owned(),
                ..Entry::default()
            },
        ),
    }
}
