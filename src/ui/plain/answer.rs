//! The response: which call it answers, what it says, its errors, and why.

use crate::app::State;
use crate::app::pane::{Shown, path_of};
use crate::insight::{Difference, Entry, Verdict, phases, request_ids};
use crate::model::{Outcome, cut, size_text};
use std::time::Duration;

/// Most letters of one side of a difference; the body can be read by itself.
const SIDE: usize = 200;
/// Lines of a body that are read at once.
const LINES: usize = 100;

/// Reads the response from the status to the errors.
pub fn whole(state: &State) -> Vec<String> {
    let Some(shown) = &state.response.shown else {
        return vec!["There is no answer yet. send makes the call.".to_owned()];
    };
    let exchange = &shown.exchange;
    let sent = &exchange.sent;
    let headline = match &exchange.outcome {
        Outcome::Answered(_) => exchange.outcome.headline(),
        Outcome::Failed(failure) => {
            format!("{}, {}", exchange.outcome.headline(), failure.cause.id())
        }
    };
    let whose = match exchange.token() {
        Some(token) => format!(" with token {}", token.name),
        None if exchange.is_received() => String::new(),
        None => " without a token".to_owned(),
    };
    let call = if sent.method.is_empty() {
        "a pasted answer".to_owned()
    } else {
        format!("{} {}{whose}", sent.method, path_of(&sent.url))
    };
    let mut lines = vec![format!("Answer: {}, to {call}.", headline.trim())];
    if state.is_stale() {
        lines.push("It does not answer what stands in the request now.".to_owned());
    }
    if exchange.environment != state.environment().name && !exchange.is_received() {
        lines.push(format!("It came from {}.", exchange.environment));
    }
    lines.extend(meaning(state, shown));
    if let Some(response) = exchange.outcome.response() {
        let media_type = response.headers.media_type().unwrap_or_default();
        lines.push(format!(
            "It took {} ms and has {} {media_type}.",
            exchange.took.as_millis(),
            size_text(response.body.len() as u64)
        ));
    }
    for (name, value) in request_ids(exchange) {
        lines.push(format!("{name} is {value}."));
    }
    lines.extend(errors(state));
    lines.extend(checks(state, shown));
    lines
}

/// One sentence, in the words of the catalogue or of the failure.
fn meaning(state: &State, shown: &Shown) -> Vec<String> {
    if let Outcome::Failed(failure) = &shown.exchange.outcome {
        return vec![failure.message.clone(), failure.hint.clone()];
    }
    let here = state.catalogue.beside(&shown.knowledge);
    let note = here.answer(&shown.exchange, &shown.errors.entries);
    note.map(|note| note.meaning.text).into_iter().collect()
}

/// What to do about it.
fn checks(state: &State, shown: &Shown) -> Vec<String> {
    if !shown.says_no() {
        return Vec::new();
    }
    let here = state.catalogue.beside(&shown.knowledge);
    let Some(note) = here.answer(&shown.exchange, &shown.errors.entries) else {
        return Vec::new();
    };
    let checks = note.checks.iter();
    checks
        .map(|check| format!("To check: {}", check.text))
        .collect()
}

/// Each error with everything known about it.
pub fn errors(state: &State) -> Vec<String> {
    let Some(shown) = &state.response.shown else {
        return vec!["There is no answer yet.".to_owned()];
    };
    let entries = &shown.errors.entries;
    let count = entries.len();
    let here = state.catalogue.beside(&shown.knowledge);
    let mut lines = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        lines.push(format!("Error {} of {count}: {}", number + 1, of(entry)));
        let code = entry.code.as_deref();
        if let Some(note) = code.and_then(|code| here.code(code, None)) {
            lines.push(format!("That means: {}", note.meaning.text));
        }
    }
    lines
}

fn of(entry: &Entry) -> String {
    let (title, detail) = (entry.title.as_deref(), entry.detail.as_deref());
    words(title, detail, entry.place(), entry.code.as_deref())
}

/// An error as sentences.
pub fn words(
    title: Option<&str>,
    detail: Option<&str>,
    field: Option<&str>,
    code: Option<&str>,
) -> String {
    let mut words = Vec::new();
    let ended = |text: &str| {
        if text.ends_with(['.', '!', '?', ':']) {
            text.to_owned()
        } else {
            format!("{text}.")
        }
    };
    words.extend(title.map(ended));
    words.extend(detail.map(ended));
    words.extend(field.map(|field| format!("Field {field}.")));
    words.extend(code.map(|code| format!("Code {code}.")));
    words.join(" ")
}

/// Reads the body, from the requested line on.
pub fn body(state: &State, rest: &str) -> Vec<String> {
    let Some(shown) = state
        .response
        .shown
        .as_ref()
        .filter(|s| !s.bytes().is_empty())
    else {
        return vec!["There is no body.".to_owned()];
    };
    let bytes = shown.bytes();
    let all = shown.body.len();
    let first = rest.parse::<usize>().map_or(0, |line| line.max(1) - 1);
    let mut lines = vec![format!("Body, {all} lines:")];
    for number in first..all.min(first + LINES) {
        lines.push(shown.body.line(bytes, number).into_owned());
    }
    if first + LINES < all {
        lines.push(format!(
            "There are more: body {} goes on.",
            first + LINES + 1
        ));
    }
    lines
}

/// Reads the headers of the response, one on each line.
pub fn headers(state: &State) -> Vec<String> {
    let shown = state.response.shown.as_ref();
    let Some(response) = shown.and_then(|shown| shown.exchange.outcome.response()) else {
        return vec!["There is no answer with headers.".to_owned()];
    };
    let rows = response.headers.iter();
    rows.map(|header| format!("{}: {}", header.name, header.text()))
        .collect()
}

/// Reads where the time went.
pub fn timing(state: &State) -> Vec<String> {
    let Some(shown) = &state.response.shown else {
        return vec!["There is no answer yet.".to_owned()];
    };
    let exchange = &shown.exchange;
    let Some(response) = exchange.outcome.response() else {
        let took = took(exchange.took);
        return vec![format!("No answer came; the call ended after {took}.")];
    };
    let timing = &response.timing;
    let mut lines = vec![format!("The whole call: {}", took(timing.total))];
    let phases = phases(timing, !exchange.redirects.is_empty()).into_iter();
    lines.extend(phases.map(|phase| format!("{}: {}", phase.name, took(phase.length))));
    if timing.reused {
        lines.push(
            "The connection was open from an earlier call, so it needed no DNS, connect or TLS."
                .to_owned(),
        );
    }
    let unverified = exchange.unverified.iter();
    lines.extend(unverified.map(|origin| format!("The certificate of {origin} was not checked.")));
    let at = exchange.started_at.to_zoned(state.zone.clone());
    lines.push(at.strftime("Sent on %Y-%m-%d at %H:%M:%S.").to_string());
    lines
}

fn took(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// How the response differs from the one before, place by place.
pub fn compared(state: &State) -> Vec<String> {
    let Some(shown) = &state.response.shown else {
        return vec!["There is no answer yet.".to_owned()];
    };
    let (was, diff) = match &state.response.compared {
        None => return vec!["There is no earlier answer to the same request.".to_owned()],
        Some((_, None)) => return vec!["The two answers are being compared.".to_owned()],
        Some((was, Some(diff))) => (was, diff),
    };
    let mut lines = vec!["Compared, the older answer first:".to_owned()];
    for exchange in [was, &shown.exchange] {
        let at = exchange.started_at.to_zoned(state.zone.clone());
        let token = match exchange.token() {
            Some(token) => format!("token {}", token.name),
            None => "no token".to_owned(),
        };
        lines.push(format!(
            "{}, {token}, {}",
            exchange.outcome.headline().trim(),
            at.strftime("%Y-%m-%d %H:%M:%S")
        ));
    }
    if diff.is_same() {
        lines.push("They say the same.".to_owned());
    }
    let parts = [&diff.outcome, &diff.headers, &diff.body.differences];
    lines.extend(parts.into_iter().flatten().map(difference));
    if diff.body.unlisted > 0 {
        lines.push(format!(
            "{} more places of the body differ.",
            diff.body.unlisted
        ));
    }
    if diff.body.volatile > 0 {
        lines.push(format!(
            "Left out: {} that change with every call, such as dates and ids.",
            diff.body.volatile
        ));
    }
    lines
}

/// A difference as a sentence: `codes: forbidden, now none`.
pub fn difference(difference: &Difference) -> String {
    let place = match difference.place.as_str() {
        "" => "the whole",
        place => place,
    };
    let side = |text: &Option<String>| match text {
        Some(text) => cut(text, SIDE),
        None => "nothing".to_owned(),
    };
    let (was, is) = (side(&difference.was), side(&difference.is));
    format!("{place}: {was}, now {is}")
}

/// Reads the verdict, the evidence for it, and what else it could be.
pub fn why(state: &State) -> Vec<String> {
    match &state.response.why {
        Some(why) => explained(&why.explanation, state),
        None => vec!["The answer is being read.".to_owned()],
    }
}

/// Reads an explanation: verdict, facts, evidence, what to do and the other causes.
pub fn explained(explanation: &crate::insight::Explanation, state: &State) -> Vec<String> {
    let first = explanation.verdict();
    let mut lines = vec![
        format!("Verdict: {}", judged(first)),
        format!("By what is known of {}.", explanation.known_as()),
    ];
    let named = explanation.named.rows(state.now).into_iter();
    lines.extend(named.map(|(label, text)| format!("{label}: {text}")));
    lines.extend(first.evidence.iter().map(|text| format!("Because: {text}")));
    lines.extend(first.next_steps.iter().map(|text| format!("To do: {text}")));
    let others = explanation.alternatives().iter();
    lines.extend(others.map(|other| format!("Or: {}", judged(other))));
    lines
}

/// A verdict on one line: its summary, the id of its cause, and how likely it is.
pub fn judged(verdict: &Verdict) -> String {
    format!(
        "{} {}, {}",
        verdict.summary,
        verdict.cause.id(),
        verdict.percent()
    )
}
