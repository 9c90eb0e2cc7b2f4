//! Lines of logs in JSON that are no record of a call: what a client says in one of their members.

use super::talk::Turn;
use super::text::first;
use super::{client, client_words};
use crate::insight::api::library::Library;
use crate::insight::json::Json;

/// What a client says in a line of a log: the member that tells it, rather than the whole line.
pub fn said(record: Option<&Json>, words: &str, library: &Library) -> Option<client::Said> {
    let members = record.and_then(Json::as_object).unwrap_or_default();
    let mut texts = members.iter().filter_map(|(_, value)| value.as_text());
    let said = texts.find_map(|text| client::read(text, library));
    said.or_else(|| client::read(words, library))
}

/// The answer that a client tells in a line of a log, with what it said.
pub fn answered(record: Option<&Json>) -> Option<Turn> {
    let members = record?.as_object()?.iter();
    let mut texts = members.filter_map(|(_, value)| value.as_text());
    let told = texts.find_map(|text| client_words::read(text).filter(|told| told.is_plain))?;
    let answer = told.turn.answer.as_ref();
    answer
        .is_some_and(|answer| !answer.body.is_empty())
        .then_some(told.turn)
}

/// Whether an object is a line of a log, or an error that a program printed, by its members.
pub fn is_log(object: &str) -> bool {
    /// Members that tell it stand near the start.
    const LOOKED_AT: usize = 16_000;
    const NAMES: &[&str] = &[
        "\"stack\"",
        "\"syscall\"",
        "\"stack_trace\"",
        "\"exception\"",
        "\"errno\"",
        "\"level\"",
        "\"lvl\"",
        "\"log.level\"",
        "\"loglevel\"",
        "\"logger\"",
    ];
    let object = first(object, LOOKED_AT).to_ascii_lowercase();
    NAMES.iter().any(|name| object.contains(name))
        || object.contains("\"severity\"")
            && ["\"timestamp\"", "\"time\""]
                .iter()
                .any(|n| object.contains(n))
}
