//! What a client says beside the status of an answer that it tells: in the same line, in the one
//! above or below.

use super::text::{first, last};

/// Words before a number that only a status has.
pub const BEFORE: &[&str] = &[
    "status code",
    "statuscode",
    "status",
    "http error",
    "http status",
    "http",
    "response code",
    "responded with",
    "returned error",
    "requested url returned error",
    "returned",
    "response",
    "got",
    "resulted in a",
    "resulted in",
    "httpcode",
    "http code",
    "error",
    "error code",
    "http/1.1",
    "http/2",
    "http/2.0",
    "http/1.0",
    "failed with",
];

/// What the line says behind the status and its name.
pub fn words_behind(behind: &str, reason: &str) -> Option<Vec<u8>> {
    let rest = behind.trim_start_matches([' ', ')', '(', ':', '-', '"', '\'', ',']);
    let rest = rest.get(reason.len()..).unwrap_or_default();
    let rest = rest.trim_matches([
        ' ', ')', '(', ':', '-', '.', '\'', '"', '\n', '\r', ',', '`',
    ]);
    let says = rest
        .split_whitespace()
        .filter(|w| w.chars().all(|c| c.is_alphabetic() || "'.,:".contains(c)))
        .count();
    let address = rest.contains("://") && says < 6;
    let lower = rest.to_ascii_lowercase();
    let is_id = ["request id", "request-id", "requestid", "trace id"]
        .iter()
        .any(|name| lower.starts_with(name));
    (says >= 2 && !address && !is_id).then(|| rest.as_bytes().to_vec())
}

/// What stands before the status, where that is only added to it: `gh: Not allowed here (HTTP 403)`.
pub fn words_before(line: &str, at: usize) -> Option<Vec<u8>> {
    let behind = line.get(at..)?.trim();
    let (says, added) = line[..at].rsplit_once('(')?;
    let is_added =
        behind.starts_with(')') && behind.len() < 3 && added.starts_with(char::is_alphabetic);
    // The program that says it comes first.
    let says = match says.split_once(": ") {
        Some((name, rest)) if !name.contains(' ') => rest,
        _ => says,
    };
    let says = says.trim();
    (is_added && says.split(' ').count() >= 3).then(|| says.as_bytes().to_vec())
}

/// What a client says of an answer before it names the status:
/// `the API returned an error: Invalid session, Status: 403`.
pub fn said_before(line: &str, at: usize) -> Option<Vec<u8>> {
    const SIGNS: [char; 12] = [' ', ':', '=', '(', '[', '\'', '"', '`', '#', ',', '-', '<'];
    // Such a word leads to the number, so that what stands before it says nothing of its own.
    const LEADS: &[&str] = &[
        "a", "an", "the", "with", "of", "by", "in", "to", "got", "is", "was", "returned",
        "received", "code", "status", "success",
    ];
    let mut said = line[..at].trim_end_matches(|c: char| c.is_ascii_digit());
    for _ in 0..3 {
        said = said.trim_end_matches(SIGNS);
        let lower = said.to_ascii_lowercase();
        let led = BEFORE.iter().filter(|word| {
            lower
                .strip_suffix(**word)
                .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()))
        });
        let Some(word) = led.max_by_key(|word| word.len()) else {
            break;
        };
        said = &said[..said.len() - word.len()];
    }
    let said = last(said.trim(), QUOTED).trim();
    let end = said.rsplit(' ').next().unwrap_or_default();
    let leads = LEADS.iter().any(|word| end.eq_ignore_ascii_case(word)) || end.contains("://");
    (!leads && plain_words(said) >= 5).then(|| said.as_bytes().to_vec())
}

/// The line above, where a line only adds the status to it: `    status code: 403, request id: …`.
pub fn line_above(above: &str, line: &str, at: usize) -> Option<Vec<u8>> {
    const SHORT: usize = 24;
    let is_added = line[..at].trim_start().len() <= SHORT;
    let said = above.lines().rev().find(|line| !line.trim().is_empty())?;
    let said = last(said.trim(), QUOTED);
    (is_added && is_sentence(said)).then(|| said.as_bytes().to_vec())
}

/// The line below, where a line leads to it: `Received an error response (403 Forbidden) from …:`.
pub fn next_line(text: &str, end: usize, line: &str) -> Option<Vec<u8>> {
    let leads = line.trim_end().ends_with(':');
    let below = text.get(end..)?.lines();
    let said = below.map(str::trim).find(|line| !line.is_empty())?;
    let said = first(said.trim_matches('"'), QUOTED);
    (leads && is_sentence(said)).then(|| said.as_bytes().to_vec())
}

/// So much of a line is taken for what was said.
const QUOTED: usize = 400;

/// Whether a line says something, rather than where in the program it was.
fn is_sentence(line: &str) -> bool {
    let line = line.trim_start();
    let is_place = ["at ", "#", "File ", "Traceback", "from ", "in "]
        .iter()
        .any(|sign| line.starts_with(sign));
    !is_place && plain_words(line) >= 3
}

/// How many words of a text are plain ones.
fn plain_words(text: &str) -> usize {
    let is_plain = |word: &&str| {
        word.starts_with(char::is_alphabetic)
            && word
                .chars()
                .all(|c| c.is_alphabetic() || "'.,:;!?".contains(c))
    };
    text.split_whitespace().filter(is_plain).count()
}
