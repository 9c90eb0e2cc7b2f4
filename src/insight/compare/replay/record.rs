//! How calls become the steps of a session: as they were typed, with tokens by name and without
//! the secrets that were typed, and with what came back as the expectation.

use super::hoist::{hoist_base, hoist_ids};
use super::{captured, expectation, expectation_with_body};
use crate::insight::Exchange;
use crate::insight::asking::wrong_token;
use crate::insight::redact::{Mask, is_secret_name};
use crate::model::{
    Body, Environment, Expectation, MASK, Note, Param, RequestSpec, Session, Step, as_text, cut,
    slot, token_names_in, written,
};

/// Calls in the order they were made, as a session; the notes name what it could not take over.
pub fn session_of<'a>(
    name: impl Into<String>,
    note: impl Into<String>,
    exchanges: impl IntoIterator<Item = &'a Exchange>,
    keeping: Keeping,
) -> (Session, Vec<Note>) {
    let mut session = Session {
        name: name.into(),
        note: note.into(),
        ..Session::default()
    };
    let mut notes = Vec::new();
    let mut environments: Vec<&str> = Vec::new();
    for exchange in exchanges {
        if exchange.typed.method.is_empty() {
            notes.push(Note::new(
                "A pasted answer has no request, and is not in the session.",
            ));
            continue;
        }
        if !is_saved(exchange) {
            notes.push(Note::new(
                "A call with a made-up token is not in the session: no later run could send it.",
            ));
            continue;
        }
        let (mut step, about) = step_of(exchange);
        if keeping.bodies {
            step.expect = Some(expectation_with_body(exchange));
        }
        session.steps.push(step);
        notes.extend(about);
        if !exchange.is_received() && !environments.contains(&exchange.environment.as_str()) {
            environments.push(&exchange.environment);
        }
    }
    session.environment = environments.first().map(|name| (*name).to_owned());
    if environments.len() > 1 {
        notes.push(Note::new(format!(
            "The calls were made in {}; the session names the first, and all are replayed there.",
            environments.join(", ")
        )));
    }
    hoist_base(&mut session, keeping.environments);
    hoist_ids(&mut session, keeping.environments);
    (session, notes)
}

/// Whether a call becomes a step: it has a request, and a token that a later run knows too.
pub fn is_saved(exchange: &Exchange) -> bool {
    let made_up = exchange.typed.auth.token() == Some(&wrong_token());
    !exchange.typed.method.is_empty() && !made_up
}

/// What goes into a session beside the calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keeping<'a> {
    /// Whether the bodies of answers are kept, to be compared by their paths and types.
    pub bodies: bool,
    /// Those that are known here, by whose base URLs whole URLs are shortened.
    pub environments: &'a [Environment],
}

/// A call, as it may be shown, as a step: as typed, its token by name, with what came back.
/// Secrets that were typed stay behind: a place that is masked becomes a variable, so that a
/// replay asks for its value instead of sending the mask.
pub fn step_of(exchange: &Exchange) -> (Step, Vec<Note>) {
    let exchange = without_secrets(exchange);
    let mut spec = exchange.typed.clone();
    let mut notes = Vec::new();
    let mut masked = Vec::new();
    open(&mut spec.url, false, "url", "the URL", &mut masked);
    let rows = [
        (&mut spec.params, "parameter"),
        (&mut spec.headers, "header"),
    ];
    let mut off = 0;
    for (rows, what) in rows {
        let all = rows.len();
        rows.retain(|row| row.enabled);
        off += all - rows.len();
        for row in rows {
            let place = format!("{what} {}", row.name);
            row.literal = open(&mut row.value, row.literal, &row.name, &place, &mut masked);
        }
    }
    if off > 0 {
        notes.push("rows that are switched off were left out.".to_owned());
    }
    let mut files = String::new();
    let mut literal = false;
    if let Some(written) = written(&spec.body) {
        literal = written.literal;
        let named = |row: &Param| row.name.eq_ignore_ascii_case("content-type");
        if let Some(media_type) = written.media_type
            && !spec.headers.iter().any(named)
        {
            spec.headers.push(Param::new("Content-Type", media_type));
        }
        if !written.files.is_empty() {
            files = written.files.join(", ");
        }
    }
    spec.body = match String::from_utf8(exchange.sent.body.clone()) {
        _ if !files.is_empty() => {
            notes.push(format!("a session reads no files, so {files} is not in it. {{{{body}}}} stands in its place, and nothing is sent while it does."));
            Body::Text("{{body}}".to_owned())
        }
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => {
            let mut text = masked_form(text);
            if open(&mut text, literal, "body", "the body", &mut masked) {
                Body::Bytes(text.into_bytes())
            } else {
                Body::Text(text)
            }
        }
        Err(_) => {
            notes.push("the body is not text and cannot be kept in a session. {{body}} stands in its place, and nothing is sent while it does.".to_owned());
            Body::Text("{{body}}".to_owned())
        }
    };
    if !masked.is_empty() {
        let places = masked.join(", ");
        notes.push(format!("a secret was taken out of {places} and cannot be replayed. A variable stands there instead; {{{{token:NAME}}}} sends a token."));
    }
    let name = step_name(&spec);
    let notes = notes
        .iter()
        .map(|text| Note::new(format!("{name}: {text}")));
    let notes = notes.collect();
    let step = Step {
        name,
        spec,
        capture: Vec::new(),
        access: Vec::new(),
        expect: Some(expectation(&exchange)),
    };
    (step, notes)
}

/// What came, as the new expectation of a step. What a person left out stays out, what is not
/// compared stays so, and values that were pinned are pinned as they are now.
pub fn rerecorded(step: &Step, exchange: &Exchange) -> Expectation {
    let exchange = without_secrets(exchange);
    let Some(was) = &step.expect else {
        return expectation(&exchange);
    };
    let mut now = match was.body {
        Some(_) => expectation_with_body(&exchange),
        None => expectation(&exchange),
    };
    let had_words = was.codes.is_empty() || !was.titles.is_empty() || !was.details.is_empty();
    if !had_words {
        (now.titles, now.details) = (Vec::new(), Vec::new());
    }
    if was.places.is_empty() && !was.codes.is_empty() {
        now.places = Vec::new();
    }
    now.elapsed_ms = now.elapsed_ms.filter(|_| was.elapsed_ms.is_some());
    now.body_sha256 = now.body_sha256.filter(|_| was.body_sha256.is_some());
    let response = exchange.outcome.response();
    let value = |pointer: &str| captured(response?, pointer);
    let values = was.values.iter();
    now.values = values
        .map(|(pointer, was)| {
            let now = value(pointer).unwrap_or_else(|| was.clone());
            (pointer.clone(), now)
        })
        .collect();
    now.ignore = was.ignore.clone();
    now
}

/// Method and path, which is what a list of steps is read for.
fn step_name(spec: &RequestSpec) -> String {
    const LONGEST: usize = 80;
    let path = spec.url.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix("{{base}}").unwrap_or(path);
    cut(&format!("{} {path}", spec.method), LONGEST)
}

/// Gives every mask a variable that is named after its place; whether the text is still data.
fn open(
    text: &mut String,
    literal: bool,
    name: &str,
    place: &str,
    masked: &mut Vec<String>,
) -> bool {
    let pieces = around_masks(text);
    if pieces.len() == 1 {
        return literal;
    }
    let fits = |c: &char| c.is_alphanumeric() || "_-.".contains(*c);
    let name: String = name.chars().filter(fits).collect();
    let pieces = pieces.into_iter().map(|piece| {
        if literal {
            as_text(piece)
        } else {
            piece.to_owned()
        }
    });
    let opened = pieces.collect::<Vec<_>>();
    let opened = opened.join(&format!("{{{{secret.{name}}}}}"));
    *text = opened;
    masked.push(place.to_owned());
    false
}

/// What stands between the masks of a text, of secrets with a name and without.
fn around_masks(text: &str) -> Vec<&str> {
    const LONGEST: usize = 100;
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(start) = text[at..].find('‹').map(|found| at + found) {
        let rest = &text[start..];
        let inside = rest
            .find('›')
            .filter(|_| rest.starts_with(MASK) || rest.starts_with("‹token:"));
        match inside.filter(|length| *length < LONGEST) {
            Some(length) => {
                pieces.push(&text[from..start]);
                at = start + length + '›'.len_utf8();
                from = at;
            }
            None => at = start + '‹'.len_utf8(),
        }
    }
    pieces.push(&text[from..]);
    pieces
}

/// The call with its typed secrets masked, body included, which is left in what was sent.
fn without_secrets(exchange: &Exchange) -> Exchange {
    let mut exchange = exchange.clone().into_raw();
    exchange.sent.body = match &exchange.typed.body {
        Body::Bytes(bytes) if std::str::from_utf8(bytes).is_err() => bytes.clone(),
        body => written(body).map_or_else(Vec::new, |written| written.text.into_bytes()),
    };
    Mask::default().exchange(exchange)
}

/// A form without the values of its secret members; any other text as it is.
fn masked_form(text: String) -> String {
    if !text.contains('=') || text.trim_start().starts_with(['{', '[', '"', '<']) {
        return text;
    }
    let pairs = text.split('&').map(|pair| {
        let name = url::form_urlencoded::parse(pair.as_bytes()).next();
        match (name, pair.split_once('=')) {
            (Some((name, _)), Some((typed, value)))
                if is_secret_name(&name) && !value.is_empty() && !is_reference(value) =>
            {
                format!("{typed}={MASK}")
            }
            _ => pair.to_owned(),
        }
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Whether a text is a token by its name and nothing else.
fn is_reference(text: &str) -> bool {
    matches!(&token_names_in(text)[..], [name] if text == slot(name))
}
