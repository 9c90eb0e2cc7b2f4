//! What `y` copies: a short list for what is in front, the likeliest first. Everything copied is
//! already masked, or is masked here.

use super::investigate;
use super::tell_case;
use crate::app::action::Pane;
use crate::app::message::{Effect, Notice, ThenWhy};
use crate::app::pane::{BuilderTab, Choice, Clip, Dialog, Excerpt, Pick, ResponseTab, Shown};
use crate::app::state::{Overlay, State};
use crate::format::export::{self, Exporter, Ground, Written};
use crate::format::story::Form;
use crate::format::{curl, markdown};
use crate::insight::api::knowledge::Knowledge;
use crate::insight::{Entry, Exchange, Remedy, error_body, named, request_ids};
use crate::model::{Body, Environment, cut, cut_front, for_clipboard, written};
use std::fmt::Write;
use std::sync::Arc;

/// Opens the list for the pane in focus.
pub fn open(state: &mut State) {
    match state.focus {
        Pane::Request => open_request(state),
        Pane::Response | Pane::History => {
            if let Some(shown) = &state.response.shown {
                let exchange = shown.exchange.clone();
                open_call(state, exchange);
            }
        }
    }
}

fn open_request(state: &mut State) {
    let builder = &state.builder;
    let mut clips = vec![(Clip::Curl, "the request as curl", "runs in any POSIX shell")];
    let row = builder.row();
    if row.is_some() && !builder.on_url {
        clips.push((Clip::Row, "the value under the cursor", ""));
    }
    clips.push((Clip::Url, "the URL", ""));
    if !builder.body.is_empty() {
        clips.push((Clip::Body, "the body", ""));
    }
    let first = match (builder.on_url, builder.tab) {
        (false, BuilderTab::Params | BuilderTab::Headers) => Clip::Row,
        (false, BuilderTab::Body) if row.is_some() => Clip::Row,
        (false, BuilderTab::Body) => Clip::Body,
        _ => Clip::Curl,
    };
    show(state, Vec::new(), clips, first, None);
}

/// Opens the list for a call, starting with what its tab shows.
pub fn open_call(state: &mut State, exchange: Arc<Exchange>) {
    let response = exchange.outcome.response();
    let has_body = response.is_some_and(|response| !response.body.is_empty());
    let entries = response.map(error_body).unwrap_or_default().entries;
    let shown = state.response.shown.as_ref();
    let in_front = shown.is_some_and(|shown| shown.exchange.id == exchange.id);
    let cursor = if in_front {
        state.response.entries.cursor
    } else {
        0
    };
    let at = cursor.min(entries.len().saturating_sub(1));
    // Below the last entry the cursor is on the advice, which is about the whole call.
    let on_advice = cursor >= entries.len();
    let mut clips = Vec::new();
    if !entries.is_empty() {
        clips.push((
            Clip::Entry(at),
            "the error entry as Markdown",
            "for a ticket",
        ));
    }
    if investigate::is_refused(&exchange, &entries) {
        let note = "verdict and evidence";
        clips.push((Clip::Ticket, "the whole ticket as Markdown", note));
    }
    if let Some(remedy) = remedy(&exchange, &known_of(state, &exchange)) {
        let note = match remedy.url {
            Some(_) => "the link that the answer names",
            None => "as the answer says it",
        };
        clips.push((Clip::Remedy, "the remedy", note));
    }
    // A pasted response may come without its request.
    if !exchange.sent.method.is_empty() {
        clips.push((Clip::Curl, "the call as curl", "tokens as variables"));
        clips.push((Clip::Url, "the URL", ""));
    }
    if has_body {
        let note = if in_front && state.response.is_filtered() {
            "whole, not filtered"
        } else {
            ""
        };
        clips.push((Clip::Body, "the body of the answer", note));
    }
    if response.is_some() {
        clips.push((Clip::Headers, "the headers of the answer", ""));
    }
    if !request_ids(&exchange).is_empty() {
        clips.push((
            Clip::RequestIds,
            "the request ids",
            "what a vendor asks for",
        ));
    }
    if exchange.case.is_some() {
        clips.push((
            Clip::Case(Form::Markdown),
            "the whole case as Markdown",
            "for any tracker",
        ));
        clips.push((
            Clip::Case(Form::Html),
            "the whole case as a page",
            "HTML, written into a file",
        ));
    }
    let parts = if in_front && state.reads_body() {
        parts(state)
    } else {
        Vec::new()
    };
    let first = match (state.focus, state.response.tab) {
        (Pane::Response, ResponseTab::Body) => Clip::Body,
        (Pane::Response, ResponseTab::Headers) => Clip::Headers,
        (Pane::Response, ResponseTab::Why) => Clip::Ticket,
        (Pane::Response, _) if on_advice => Clip::Ticket,
        (Pane::Response, _) => Clip::Entry(at),
        _ => Clip::Curl,
    };
    show(state, parts, clips, first, Some(exchange));
}

/// Choices for the value under the cursor in the body, and for everything a filter found.
fn parts(state: &State) -> Vec<Choice> {
    let Some(shown) = &state.response.shown else {
        return Vec::new();
    };
    let source = shown.source();
    let mut choices = Vec::new();
    if let Some(range) = state.response.value() {
        let is_text = source.bytes().get(range.start) == Some(&b'"');
        let (range, note) = if is_text {
            (
                range.start + 1..range.end - 1,
                "as sent, without its quotes",
            )
        } else {
            (range, "as sent")
        };
        let label = "the value under the cursor";
        let excerpt = Excerpt::Bytes(source.clone(), range);
        choices.push(part("the value", label, note.to_owned(), excerpt));
    }
    choices.extend(paths(state, shown));
    if let Some(filtered) = &shown.filtered {
        let note = format!("{} of {}", filtered.counted(), filtered.filter);
        let label = "all that the filter found";
        let all = Excerpt::Bytes(source.clone(), 0..source.bytes().len());
        let note = cut(&note, LONGEST_NOTE);
        choices.push(part("what the filter found", label, note, all));
    }
    choices
}

/// The path of that value, in each notation.
fn paths(state: &State, shown: &Shown) -> Vec<Choice> {
    let Some(path) = state.response.path() else {
        return Vec::new();
    };
    let choice = |label, words: String, note: &str| {
        let note = if words.is_empty() {
            note.to_owned()
        } else {
            cut_front(&words, LONGEST_NOTE)
        };
        part("the path", label, note, Excerpt::Words(words))
    };
    let stands_in_none = path.steps.is_empty();
    let (jq, pointer) = (path.jq(), path.pointer());
    if shown.body.is_markup() {
        let elements = choice("the path of its elements", pointer, "");
        return (!stands_in_none).then_some(elements).into_iter().collect();
    }
    // A line of an event that is not JSON has no path.
    if stands_in_none && state.response.value().is_none() {
        return Vec::new();
    }
    vec![
        choice("its path for jq", jq, ""),
        choice(
            "its path as JSON Pointer",
            pointer,
            "empty: the whole of it",
        ),
    ]
}

fn part(what: &'static str, label: &str, note: String, excerpt: Excerpt) -> Choice {
    Choice {
        label: label.to_owned(),
        note,
        pick: Pick::CopyPart { what, excerpt },
    }
}

/// Most columns of a path in the list; its end says more than its beginning.
const LONGEST_NOTE: usize = 40;

fn show(
    state: &mut State,
    mut choices: Vec<Choice>,
    clips: Vec<(Clip, &str, &str)>,
    first: Clip,
    of: Option<Arc<Exchange>>,
) {
    let at = clips.iter().position(|(clip, ..)| *clip == first);
    // The value under the cursor is the likeliest choice, unless it is the whole body.
    let whole = state.response.stands_on_the_whole();
    let at = match choices.len() {
        0 => at,
        before if whole => at.map(|at| before + at),
        _ => Some(0),
    };
    choices.extend(clips.into_iter().map(|(clip, label, note)| Choice {
        label: label.to_owned(),
        note: note.to_owned(),
        pick: Pick::Copy {
            clip,
            of: of.clone(),
        },
    }));
    let dialog = Dialog::sought("Copy", choices, at);
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// Copies a part of a body, and reads no more of it than that.
pub fn copy_part(state: &mut State, what: &str, excerpt: &Excerpt) -> Vec<Effect> {
    let text = match excerpt {
        Excerpt::Words(words) => Some(words.as_str()),
        Excerpt::Bytes(source, range) => {
            let bytes = source.bytes().get(range.clone());
            bytes.and_then(|bytes| std::str::from_utf8(bytes).ok())
        }
    };
    let Some(text) = text else {
        let words = format!("Part of {what} is not text, and it was not copied.");
        let remedy = "The view in numbers shows the bytes.";
        state.notice = Some(Notice::trouble(words, remedy));
        return Vec::new();
    };
    vec![Effect::Copy {
        what: what.to_owned(),
        text: for_clipboard(text),
    }]
}

/// Copies what was chosen.
pub fn copy(state: &mut State, clip: Clip, of: Option<Arc<Exchange>>) -> Vec<Effect> {
    if let (Clip::Ticket, Some(exchange)) = (clip, &of) {
        return investigate::ask(state, exchange.clone(), ThenWhy::CopyTicket);
    }
    if let (Clip::Case(form), Some(exchange)) = (clip, &of)
        && let Some(case) = exchange.case.clone()
    {
        return tell_case::tell(state, case, form);
    }
    let (what, text) = match &of {
        Some(exchange) => {
            let named = |place: &&Environment| place.name == exchange.environment;
            let known = state.environments.iter().find(named).cloned();
            let ground = state.ground(&known.unwrap_or_default());
            of_call(clip, exchange, &ground, &known_of(state, exchange))
        }
        None => of_request(state, clip),
    };
    match text {
        Ok(text) => vec![Effect::Copy {
            what: what.to_owned(),
            text,
        }],
        Err(why) => {
            state.notice = Some(Notice::trouble(why, ""));
            Vec::new()
        }
    }
}

type Copied = (&'static str, Result<String, String>);

fn of_request(state: &State, clip: Clip) -> Copied {
    let typed = state.builder.spec();
    let ground = state.ground(state.environment());
    // A person looks at the row under the cursor; a secret in it must not reach the clipboard.
    let spec = export::without_credentials(&typed);
    match clip {
        Clip::Url => {
            let taken = ground.taken([&typed]);
            let outbound = Exporter::new(&ground, &[], &taken).request(&typed);
            let url = outbound.map(|outbound| for_clipboard(&outbound.url().shown()));
            ("the URL", url)
        }
        Clip::Body => match written(&spec.body) {
            Some(body) => ("the body", Ok(for_clipboard(&body.text))),
            None => (
                "the body",
                Err("The body is not text, and was not copied.".to_owned()),
            ),
        },
        Clip::Row => {
            let at = state.builder.list().map_or(0, |list| list.cursor);
            let value = match (state.builder.tab, &spec.body) {
                (BuilderTab::Headers, _) => spec.headers.get(at).map(|row| &row.value),
                (BuilderTab::Body, Body::Form(rows)) => rows.get(at).map(|row| &row.value),
                (BuilderTab::Body, Body::Multipart(parts)) => parts.get(at).map(|row| &row.value),
                _ => spec.params.get(at).map(|row| &row.value),
            };
            let text = value.map(|value| for_clipboard(value));
            (
                "the value",
                text.ok_or_else(|| "There is no row under the cursor.".to_owned()),
            )
        }
        _ => (
            "the request as curl",
            commands(curl::write_request(&typed, &ground)),
        ),
    }
}

/// What is known of the API of a call that is in front.
fn known_of(state: &State, exchange: &Exchange) -> Knowledge {
    let shown = state.response.shown.as_ref();
    let shown = shown.filter(|shown| shown.exchange.id == exchange.id);
    shown
        .map(|shown| shown.knowledge.clone())
        .unwrap_or_default()
}

/// What the answer says mends it, or else where the API says why.
fn remedy(exchange: &Exchange, known: &Knowledge) -> Option<Remedy> {
    let response = exchange.outcome.response()?;
    let errors = error_body(response);
    let named = named(response, &errors, known, exchange.answered_at());
    named
        .remedy
        .or_else(|| named.asked_there.into_iter().next())
}

fn of_call(clip: Clip, made: &Exchange, ground: &Ground, known: &Knowledge) -> Copied {
    let exchange = &*export::masked(made, &ground.environment);
    let response = exchange.outcome.response();
    match clip {
        Clip::Url => ("the URL", Ok(for_clipboard(&exchange.sent.url))),
        Clip::Body => {
            let body = response.map(|response| std::str::from_utf8(&response.body));
            let text = match body {
                Some(Ok(text)) => Ok(for_clipboard(text)),
                _ => Err("The body is not text, and was not copied.".to_owned()),
            };
            ("the body", text)
        }
        Clip::Headers => {
            let mut text = String::new();
            for header in response.iter().flat_map(|response| response.headers.iter()) {
                let _ = writeln!(text, "{}: {}", header.name, header.text());
            }
            ("the headers", Ok(for_clipboard(&text)))
        }
        Clip::Remedy => {
            let text = remedy(exchange, known).map(|remedy| remedy.url.unwrap_or(remedy.text));
            ("the remedy", Ok(for_clipboard(&text.unwrap_or_default())))
        }
        Clip::RequestIds => {
            let ids = request_ids(exchange).into_iter();
            let lines: Vec<String> = ids
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            ("the request ids", Ok(for_clipboard(&lines.join("\n"))))
        }
        Clip::Entry(at) => {
            let entries = response.map(error_body).unwrap_or_default().entries;
            let entry = entries.get(at).map(|entry| entry_markdown(entry, exchange));
            (
                "the error entry",
                entry.ok_or_else(|| "There is no error entry.".to_owned()),
            )
        }
        _ => (
            "the call as curl",
            commands(curl::write_exchange(made, ground)),
        ),
    }
}

/// Commands are safe as they are and must not change.
fn commands(written: Written) -> Result<String, String> {
    match written.requests {
        0 => Err(written.notes.join(" ")),
        _ => Ok(written.text),
    }
}

/// An entry for a ticket: what the API said, where, and the ids by which the vendor finds the call.
fn entry_markdown(entry: &Entry, exchange: &Exchange) -> String {
    let mut text = String::new();
    let title = entry.title.as_deref().unwrap_or("Error");
    let _ = write!(text, "**{}**", markdown::text(title));
    if let Some(known) = &entry.code {
        let _ = write!(text, " ({})", markdown::code(known));
    }
    text.push('\n');
    if let Some(detail) = &entry.detail {
        let _ = write!(text, "\n{}", markdown::quotation(detail));
    }
    text.push('\n');
    let status = exchange.outcome.status();
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    if !exchange.sent.method.is_empty() {
        let call = markdown::code(&format!("{} {}", exchange.sent.method, exchange.sent.url));
        let _ = writeln!(text, "- {status} on {call}, {}", exchange.started_at);
    } else {
        let _ = writeln!(text, "- {status}");
    }
    for (name, value) in [("pointer", &entry.pointer), ("parameter", &entry.parameter)] {
        if let Some(value) = value {
            let _ = writeln!(text, "- {name}: {}", markdown::code(value));
        }
    }
    for (name, value) in request_ids(exchange) {
        let _ = writeln!(
            text,
            "- {}: {}",
            markdown::text(&name),
            markdown::code(&value)
        );
    }
    text
}
