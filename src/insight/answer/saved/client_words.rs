//! Answers in the words of a client: `403 Client Error: Forbidden for url: https://…`,
//! `HttpClientErrorException$Forbidden: 403 Forbidden: "{…}"`. What the words tell is the status,
//! often the address, sometimes the body.

use super::beside::{self, BEFORE};
use super::head;
use super::literal;
use super::record;
use super::talk::Turn;
use super::text::last;
use crate::insight::json::{self, Json};
use crate::model::{Response, SentRequest};

/// What was found, and how plainly it was said.
pub struct Told {
    pub turn: Turn,
    /// Its line, as it stands there.
    pub line: String,
    /// The number stands with its name, or behind words that only a status has.
    pub is_plain: bool,
}

/// So many bytes before a number are looked at: an address at most.
const NEAR: usize = 400;

/// The names of statuses that clients write beside their numbers, in small letters.
const NAMES: &[(u16, &[&str])] = &[
    (400, &["bad request"]),
    (401, &["unauthorized"]),
    (402, &["payment required"]),
    (403, &["forbidden"]),
    (404, &["not found"]),
    (405, &["method not allowed"]),
    (406, &["not acceptable"]),
    (407, &["proxy authentication required"]),
    (408, &["request timeout"]),
    (409, &["conflict"]),
    (410, &["gone"]),
    (411, &["length required"]),
    (412, &["precondition failed"]),
    (
        413,
        &[
            "request entity too large",
            "payload too large",
            "content too large",
        ],
    ),
    (414, &["uri too long", "request-uri too long"]),
    (415, &["unsupported media type"]),
    (422, &["unprocessable entity", "unprocessable content"]),
    (423, &["locked"]),
    (424, &["failed dependency"]),
    (426, &["upgrade required"]),
    (428, &["precondition required"]),
    (429, &["too many requests"]),
    (431, &["request header fields too large"]),
    (451, &["unavailable for legal reasons"]),
    (500, &["internal server error"]),
    (501, &["not implemented"]),
    (502, &["bad gateway"]),
    (503, &["service unavailable"]),
    (504, &["gateway timeout", "gateway time-out"]),
    (505, &["http version not supported"]),
];

/// The first status that the words of a text tell.
pub fn read(text: &str) -> Option<Told> {
    let mut weak = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((status, at, is_plain)) = number(line) {
            if is_plain {
                return Some(told(text, start, line, status, at, true));
            }
            weak.get_or_insert((start, line, status, at));
        }
        start += line.len();
    }
    let (start, line, status, at) = weak?;
    Some(told(text, start, line, status, at, false))
}

/// The status in a line, where its number ends, and whether it is plainly one.
fn number(line: &str) -> Option<(u16, usize, bool)> {
    let bytes = line.as_bytes();
    let mut at = 0;
    let mut weak = None;
    while let Some(found) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + found;
        let length = bytes[start..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        at = start + length;
        let alone = !bytes
            .get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-')
            && !matches!(bytes.get(at), Some(b'.' | b',') if bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
        let before = &line[..start];
        let of_word = before.ends_with(|c: char| c.is_alphanumeric() || ".-_/".contains(c));
        let led = of_word && !before.ends_with("code E");
        let status =
            head::status(&line[start..at]).filter(|s| (400..=599).contains(s) && alone && !led);
        let Some(status) = status else {
            continue;
        };
        if is_named(status, &line[at..]) || is_led(before) {
            return Some((status, at, true));
        }
        if last(before, NEAR)
            .trim_end_matches([' ', ':', '=', '\'', '"'])
            .to_ascii_lowercase()
            .ends_with("status")
        {
            weak.get_or_insert((status, at, false));
        }
    }
    weak
}

/// Whether the name of the status, or that of its class, stands behind its number.
fn is_named(status: u16, behind: &str) -> bool {
    let behind = behind.trim_start_matches([' ', ')', '(', ':', '-', '"', '\'', ',']);
    let start: String = behind
        .chars()
        .take(40)
        .collect::<String>()
        .to_ascii_lowercase();
    let own = NAMES.iter().find(|(number, _)| *number == status);
    let named = own.is_some_and(|(_, names)| names.iter().any(|name| start.starts_with(name)));
    let class = if status < 500 {
        "client error"
    } else {
        "server error"
    };
    named || start.starts_with(class)
}

/// Whether words that only a status has stand right before its number.
fn is_led(before: &str) -> bool {
    let before =
        last(before, NEAR).trim_end_matches([' ', ':', '=', '(', '[', '\'', '"', '`', '#']);
    let near = before.to_ascii_lowercase();
    let plain = |word: &&str| {
        near.strip_suffix(*word)
            .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()))
    };
    // A member of that name is weaker than words.
    let is_member = near.ends_with("status") && !near.ends_with("http status");
    // `GET https://…: 403 …`
    let address = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let is_address = address.starts_with("http") && address.contains("://");
    !is_member && BEFORE.iter().any(plain) || near.ends_with("code e") || is_address
}

fn told(text: &str, start: usize, line: &str, status: u16, at: usize, is_plain: bool) -> Told {
    let behind = &text[start + at..];
    let own = &line[at.min(line.len())..];
    let sent = address(line).or_else(|| address(text));
    let reason = reason(status, own);
    let body = body(behind)
        .or_else(|| beside::next_line(text, start + line.len(), line))
        .or_else(|| beside::words_behind(own, &reason))
        .or_else(|| beside::words_before(line, at))
        .or_else(|| beside::said_before(line, at))
        .or_else(|| beside::line_above(&text[..start], line, at));
    let mut turn = Turn {
        sent,
        answer: Some(Response {
            status,
            reason,
            body: body.unwrap_or_default(),
            ..Response::default()
        }),
    };
    if let Some(known) = thrown(text, status) {
        turn = Turn {
            sent: known.sent.or(turn.sent),
            answer: known.answer.or(turn.answer),
        };
    }
    Told {
        turn,
        line: line.trim().to_owned(),
        is_plain,
    }
}

/// The name of the status, as it is written there.
fn reason(status: u16, behind: &str) -> String {
    let behind = behind.trim_start_matches([' ', ')', '(', ':', '-', '"', '\'', ',']);
    let own = NAMES.iter().find(|(number, _)| *number == status);
    let named = own.and_then(|(_, names)| {
        let same = |name: &&&str| {
            behind
                .get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        names.iter().find(same)
    });
    named.map_or_else(String::new, |name| behind[..name.len()].to_owned())
}

/// The body behind the status: JSON, or a page. Some clients write its line breaks as words.
fn body(behind: &str) -> Option<Vec<u8>> {
    let start = behind.find(['{', '[', '<'])?;
    let rest = &behind[start..];
    if rest.starts_with('<') {
        let is_page = ["<!doctype", "<html", "<?xml"].iter().any(|sign| {
            rest.get(..sign.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(sign))
        });
        return is_page.then(|| rest.as_bytes().to_vec());
    }
    let mut at = start;
    // Signs around a method or a class come first: `during [GET] to [https://…]`.
    for _ in 0..8 {
        let rest = &behind[at..];
        if let Some(end) = json_end(rest) {
            // Some put the body itself between brackets.
            let is_wrapped = behind[..at].ends_with("]: ") && rest.starts_with("[{");
            let json = match rest[..end].strip_suffix(']').filter(|_| is_wrapped) {
                Some(inner) => &inner[1..],
                None => &rest[..end],
            };
            return Some(json.replace("<EOL>", "\n").into_bytes());
        }
        let next = rest.get(1..).and_then(|rest| rest.find(['{', '[']))?;
        at += 1 + next;
    }
    None
}

/// Where an object, or a list of objects, at the start of a text ends: at its end where it is cut.
fn json_end(text: &str) -> Option<usize> {
    let inner = text[1..].trim_start_matches([' ', '\n', '\r', '[']);
    let plain = inner.replace("<EOL>", "");
    let begins = plain.trim_start().starts_with(['"', '{']);
    if !begins {
        return None;
    }
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    Some(text.len())
}

fn is_start(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Whether a text leads to a page to read, or to a guess, rather than to what was called.
fn is_reference(before: &str) -> bool {
    let near = last(before, 40)
        .trim_end_matches([' ', ':', '<', '(', '[', '"', '\''])
        .to_ascii_lowercase();
    let leads = [
        "see",
        "visit",
        "here",
        "check",
        "details",
        "docs",
        "documentation",
        "information",
        "info",
        "meant",
        "more",
    ];
    leads.iter().any(|word| near.ends_with(word))
}

/// The address that a client names, and the method where it stands beside it.
pub fn address(text: &str) -> Option<SentRequest> {
    let starts = text.match_indices("http").map(|(at, _)| at);
    let at = starts
        .filter(|at| is_start(&text[*at..]))
        .find(|at| !is_reference(&text[..*at]))?;
    let ends = |c: char| c.is_whitespace() || "'\"`<>)]}|,\\".contains(c);
    let url = &text[at..];
    let url = &url[..url.find(ends).unwrap_or(url.len())];
    let url = url.trim_end_matches(['.', ':', ';']);
    let before = last(&text[..at], 60);
    let mut words = before.split(|c: char| !c.is_ascii_alphabetic());
    let method = words.rfind(|word| head::is_method(word)).map(str::to_owned);
    // Go writes `Post "https://…"`.
    let go = || {
        let word = before
            .strip_suffix(" \"")?
            .rsplit(|c: char| !c.is_ascii_alphabetic())
            .next()?;
        let method = word.to_ascii_uppercase();
        head::is_method(&method).then_some(method)
    };
    Some(SentRequest {
        method: method.or_else(go).unwrap_or_default(),
        url: url.to_owned(),
        ..SentRequest::default()
    })
}

/// The object that was thrown, where it is printed: `response: { status: 403, data: … }`.
fn thrown(text: &str, status: u16) -> Option<Turn> {
    let at = text.find("response: ").map(|at| at + "response: ".len());
    let response = literal::read(&text[at?..])?.0;
    let object = Json::Object(vec![("response".to_owned(), response)]);
    let turn = record::turn(&object)?;
    let is_same = turn
        .answer
        .as_ref()
        .is_some_and(|answer| answer.status == status);
    is_same.then_some(turn)
}

/// A dictionary of Python or Ruby that somebody printed, as the JSON that it was.
pub fn printed(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let begins = ["{'", "{\"", "[{'", "{:", "{ "]
        .iter()
        .any(|sign| trimmed.starts_with(sign));
    if !begins || json::read(trimmed).complete {
        return None;
    }
    let is_printed = trimmed.contains("': ") || trimmed.contains("=>") || trimmed.contains(": '");
    let is_printed = is_printed && trimmed.ends_with(['}', ']']);
    let (value, end) = literal::read(trimmed).filter(|_| is_printed)?;
    trimmed[end..].trim().is_empty().then(|| value.to_string())
}
