//! What clients say of calls that got no answer: curl, and the exceptions of every language. What
//! their words mean is a pack of knowledge; here the line that tells it is found, and what the
//! message shows of the request.

use super::text::{first, last};
use super::{access, client_words};
use crate::insight::api::Words;
use crate::insight::api::knowledge::{Heard, Pack};
use crate::insight::api::library::{CLIENT, Library};
use crate::model::{Cause, CauseGroup, Failure, MASK, SentRequest, cut};
use std::borrow::Cow;

/// So many bytes at each end of a text are looked through: a message stands first in a stack, or
/// last in a log.
const LOOKED_AT: usize = 12_000;

/// A message is quoted up to here.
const QUOTED: usize = 400;

/// Before what a client said.
pub const SAYS: &str = "The client says: ";

/// What a client said, and as much of the request as it shows.
pub struct Said {
    pub failure: Failure,
    pub sent: Option<SentRequest>,
    /// The line that tells it.
    pub line: String,
}

/// The most telling line of a text, by what is known of clients.
pub fn read(text: &str, library: &Library) -> Option<Said> {
    let pack = library.pack(CLIENT)?;
    let near = ends(text);
    let (line, cause, hint) = most_telling(&near, &pack)?;
    let (shown, value) = without_value(line);
    let failure = Failure {
        // A value that cannot stand in a header, or an address that is none, stops a call at home.
        was_sent: !matches!(cause.group(), CauseGroup::Token | CauseGroup::Request),
        ..Failure::new(cause, format!("{SAYS}{}", cut(shown.trim(), QUOTED)), hint)
    };
    let mut sent = access::asked_in(line)
        .or_else(|| client_words::address(line))
        .or_else(|| client_words::address(&near));
    if let Some(value) = value {
        // Looked at like the credential of any call, and masked like it.
        sent.get_or_insert_with(SentRequest::default)
            .headers
            .push("Authorization", value);
    }
    Some(Said {
        failure,
        sent,
        line: line.trim().to_owned(),
    })
}

fn ends(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * LOOKED_AT {
        return text.into();
    }
    format!("{}\n{}", first(text, LOOKED_AT), last(text, LOOKED_AT)).into()
}

/// Whether a line says it, rather than where in the program it was: `at connResetException {`.
fn is_sentence(line: &str) -> bool {
    let line = line.trim_start();
    !line.starts_with("at ") && line.split(' ').nth(2).is_some()
}

/// The line by which a row of the pack speaks most surely; of two alike the last.
fn most_telling<'t>(text: &'t str, pack: &Pack) -> Option<(&'t str, Cause, String)> {
    let spoken = |text: &str| {
        let heard = Heard {
            words: Words::of_program(text),
            ..Heard::default()
        };
        let rows = pack.spoken(&heard).into_iter();
        let best = rows.max_by(|a, b| a.meaning.sure.total_cmp(&b.meaning.sure))?;
        let hint = best.meaning.steps.first().cloned().unwrap_or_default();
        Some((best.meaning.sure, best.meaning.cause?, hint))
    };
    let mut best: Option<(f32, &str, Cause, String)> = None;
    for line in text.lines().filter(|line| line.len() > 3) {
        if let Some((sure, cause, hint)) = spoken(line)
            && best.as_ref().is_none_or(|(known, other, ..)| {
                sure > *known || sure == *known && is_sentence(line) >= is_sentence(other)
            })
        {
            best = Some((sure, line, cause, hint));
        }
    }
    best.map(|(_, line, cause, hint)| (line, cause, hint))
}

/// The line without the value that it quotes, where it is about the value of a header, and that
/// value.
fn without_value(line: &str) -> (String, Option<String>) {
    let lower = line.to_ascii_lowercase();
    if !lower.contains("value") || !lower.contains("header") && !lower.contains("authorization") {
        return (line.to_owned(), None);
    }
    let mut from = 0;
    while let Some(found) = line[from..].find(['"', '\'', '`']) {
        let start = from + found;
        let quote = &line[start..=start];
        let inner = &line[start + 1..];
        let Some(length) = inner.find(quote) else {
            break;
        };
        from = start + 1 + length + 1;
        let value = &inner[..length];
        if value.len() >= 8 && !is_name(value) && !value.contains("://") {
            return (
                line.replacen(value, MASK, 1),
                Some(value.replace("\\n", "").replace("\\r", "")),
            );
        }
    }
    // `… in Authorization value: Bearer …`
    match lower.rfind("value: ") {
        Some(at) => {
            let (before, value) = line.split_at(at + "value: ".len());
            (format!("{before}{MASK}"), Some(value.trim().to_owned()))
        }
        None => (line.to_owned(), None),
    }
}

/// The name of a header, which is no value.
fn is_name(text: &str) -> bool {
    text.split('-').all(|part| {
        !part.is_empty() && part.len() < 20 && part.bytes().all(|b| b.is_ascii_alphabetic())
    })
}
