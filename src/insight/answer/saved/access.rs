//! Lines of access logs: the request between quotation marks, as nginx, Apache, Envoy, HAProxy,
//! load balancers and many frameworks write it, with the status before or behind it.

use super::head;
use super::talk::Turn;
use crate::model::{Response, SentRequest};

/// The call of a line, if it is one.
pub fn turn(line: &str) -> Option<Turn> {
    let Some((start, end, method, target)) = asked(line) else {
        return by_parts(line);
    };
    let before = line[..start].trim_end();
    let behind = line[end..].trim_start();
    let mut words = behind.split_whitespace();
    let first = words.next().unwrap_or_default();
    let (status, reason) = match head::status(first) {
        Some(status) => (status, reason(status, &behind[first.len()..])),
        None => (status_before(before)?, String::new()),
    };
    // Some write the origin before the request.
    let word = before.rsplit(' ').next().unwrap_or_default();
    let origin = word
        .find("http")
        .map(|at| &word[at..])
        .filter(|word| word.contains("://"));
    let url = match origin {
        Some(origin) if target.starts_with('/') => {
            format!("{}{target}", origin.trim_end_matches('/'))
        }
        _ => target.to_owned(),
    };
    Some(Turn {
        sent: Some(SentRequest {
            method: method.to_owned(),
            url,
            ..SentRequest::default()
        }),
        answer: Some(Response {
            status,
            reason,
            ..Response::default()
        }),
    })
}

/// The call in words of its own, only its target between quotation marks:
/// `… - 401 - GET https api.example.com "/x" …`.
fn by_parts(line: &str) -> Option<Turn> {
    let (before, behind) = line.split_once(" \"/")?;
    let (target, _) = behind.split_once('"')?;
    let words: Vec<&str> = before.split_whitespace().collect();
    let [words @ .., method, scheme @ ("http" | "https"), host] = words.as_slice() else {
        return None;
    };
    let status = words.iter().rev().find_map(|word| head::status(word))?;
    head::is_method(method).then(|| Turn {
        sent: Some(SentRequest {
            method: (*method).to_owned(),
            url: format!("{scheme}://{host}/{target}"),
            ..SentRequest::default()
        }),
        answer: Some(Response {
            status,
            ..Response::default()
        }),
    })
}

/// The request that an error log of a server quotes: `request: "GET /x HTTP/1.1", …, host: "…"`.
pub fn asked_in(line: &str) -> Option<SentRequest> {
    let (.., method, target) = asked(line)?;
    let host = line
        .split_once("host: \"")
        .and_then(|(_, rest)| rest.split('"').next());
    let url = match host {
        Some(host) if target.starts_with('/') => format!("https://{host}{target}"),
        _ => target.to_owned(),
    };
    Some(SentRequest {
        method: method.to_owned(),
        url,
        ..SentRequest::default()
    })
}

/// Where the quoted request stands, and what it asks.
fn asked(line: &str) -> Option<(usize, usize, &str, &str)> {
    let version = line.find(" HTTP/")?;
    let start = line[..version].rfind('"')?;
    let length = line[start + 1..].find('"')?;
    let end = start + 1 + length;
    let (method, target) = head::request_line(&line[start + 1..end])?;
    Some((start, end + 1, method, target))
}

/// Words of the log itself about the status: the flags of Envoy, the reason of some frameworks.
fn reason(status: u16, behind: &str) -> String {
    let words = behind.split_whitespace().take_while(|word| {
        let is_flag = word.len() >= 2 && word.bytes().all(|b| b.is_ascii_uppercase() || b == b',');
        let is_detail = word.contains('_') && word.starts_with(|c: char| c.is_ascii_lowercase());
        let is_word = word.len() > 2 && word.chars().all(char::is_alphabetic);
        status >= 400 && (is_flag || is_detail || is_word)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The status behind the times of HAProxy (`0/0/30/69/109 403`) and of load balancers
/// (`0.000 0.001 0.000 502 502 34 366`).
fn status_before(before: &str) -> Option<u16> {
    let words: Vec<&str> = before.split_whitespace().collect();
    let is_time = |word: &str| {
        let times = word.matches('/').count() >= 4;
        let seconds = word.parse::<f64>().is_ok() && (word.contains('.') || word == "-1");
        times || seconds
    };
    let pair = words
        .windows(2)
        .find(|pair| is_time(pair[0]) && head::status(pair[1]).is_some())?;
    head::status(pair[1])
}
