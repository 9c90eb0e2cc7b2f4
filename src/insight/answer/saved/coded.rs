//! Answers that clients tell by a code and words, with neither a status nor a head.

use super::client_words::address;
use super::talk::Turn;
use crate::insight::json::Json;
use crate::model::Response;

/// An answer by its code and its words, with neither status nor head, as the tools of clouds tell
/// it: `An error occurred (AccessDenied) when calling …: …`, `ERROR: (NotAllowed) …`,
/// `rpc error: code = PermissionDenied desc = …`.
pub fn read(text: &str) -> Option<Turn> {
    let (code, words) = text.lines().find_map(code_and_words)?;
    let member = |name: &str, text: &str| (name.to_owned(), Json::Text(text.to_owned()));
    let body = Json::Object(vec![member("code", code), member("message", words)]);
    Some(Turn {
        sent: address(text),
        answer: Some(Response {
            body: body.to_string().into_bytes(),
            ..Response::default()
        }),
    })
}

fn code_and_words(line: &str) -> Option<(&str, &str)> {
    let is_code = |code: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        code.len() >= 4
            && code.bytes().all(fits)
            && code.starts_with(|c: char| c.is_ascii_uppercase())
    };
    let bracketed = |text: &str| -> Option<usize> { text.find(')') };
    let parts = if let Some((_, rest)) = line.split_once("An error occurred (") {
        let end = bracketed(rest)?;
        let words = rest[end + 1..]
            .split_once(": ")
            .map_or("", |(_, words)| words);
        Some((&rest[..end], words))
    } else if let Some((_, rest)) = line.split_once("ERROR: (") {
        let end = bracketed(rest)?;
        Some((&rest[..end], &rest[end + 1..]))
    } else if let Some((_, rest)) = line.split_once("code = ") {
        let (code, words) = rest.split_once(" desc = ")?;
        Some((code, words))
    } else {
        return joined_code(line);
    };
    let (code, words) = parts?;
    is_code(code).then_some((code, words.trim()))
}

/// A code of words that are joined, behind a colon or a bracket in a line that speaks of an error:
/// `Error: An API error occurred: missing_scope`, `ERROR running login: LIMIT_EXCEEDED: …`.
fn joined_code(line: &str) -> Option<(&str, &str)> {
    const SIGNS: [char; 8] = ['(', ')', '[', ']', ':', ',', '"', '\''];
    let lower = line.to_ascii_lowercase();
    if !["error", "exception", "fail"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return None;
    }
    let is_code = |code: &str| {
        let letters = || code.bytes().filter(u8::is_ascii_alphabetic);
        code.len() >= 8
            && code.trim_matches('_').contains('_')
            && code.starts_with(|c: char| c.is_ascii_alphabetic())
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && (letters().all(|b| b.is_ascii_lowercase())
                || letters().all(|b| b.is_ascii_uppercase()))
    };
    let mut at = 0;
    for word in line.split_inclusive(' ') {
        let start = at;
        at += word.len();
        let code = word.trim().trim_matches(SIGNS);
        let before = line[..start].trim_end();
        let is_led = before.is_empty() || before.ends_with([':', '(', '[', '=']);
        if is_led && is_code(code) {
            return Some((code, line[at..].trim_start_matches([':', ' ']).trim()));
        }
    }
    None
}
