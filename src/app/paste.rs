//! What a paste becomes: a request in a known form fills the builder wherever the focus is; a
//! recording, a collection or an API description also becomes a session; a response is shown like
//! one of our own; anything else is text for the field.

use super::act::after_typing;
use super::action::{Action, Pane, Screen};
use super::call_line;
use super::feature::investigate;
use super::feature::pasted_token;
use super::feature::send::go_to;
use super::feature::sessions;
use super::feature::setup;
use super::message::{Effect, Imported, ImportedToken, Level, Notice, OpenSession, Pasted};
use super::pane::{Editing, SeenToken, SessionsPart};
use super::remember::remember;
use super::state::{Overlay, State};
use crate::format::registry;
use crate::insight::{self, Exchange, Form, Saved};
use crate::model::{
    Environment, Origin, Piece, TokenName, as_text, bare_url, pieces, slot, token_names_in,
};
use std::sync::Arc;

/// Most notes about a pasted text that the message shows.
const NOTES: usize = 3;

/// Most letters of a name that is pasted to find a row.
const LONGEST_NAME: usize = 20;

/// Whether the text is more than text for a field: a call or a response.
fn is_more(state: &State, text: &str) -> bool {
    if matches!(state.overlay, Some(Overlay::Setup(_))) {
        return false;
    }
    let editing = &state.builder.editing;
    let in_body = matches!(editing, Some(Editing::Body | Editing::Notes));
    let saved = insight::received(text.as_bytes(), &state.catalogue.library);
    let form = saved.as_ref().map(|saved| saved.form);
    if saved.as_ref().is_some_and(Saved::is_answer) {
        !in_body
    } else if let Some(format) = registry::told(text) {
        let is_line = !text.trim().contains('\n');
        match format.kind {
            "curl" => true,
            // A line such as `GET /x` may be something to search for.
            "http" if is_line => matches!(editing, Some(Editing::Url)) || !state.is_editing(),
            // JSON and lines may be meant for the body.
            _ => !in_body,
        }
    } else {
        // Words may be meant for a field.
        !state.is_editing() && form.is_some_and(|form| form != Form::Words)
    }
}

fn read(text: &str) -> Vec<Effect> {
    vec![Effect::TakeIn {
        text: Pasted(text.to_owned()),
        was_argument: false,
    }]
}

/// Restores line breaks: terminals send a carriage return for each in a paste.
fn with_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Takes in a text that contains values of known tokens: their names go into the field. A call or a
/// response is read as it is, since that replaces the values itself.
pub fn known(state: &mut State, text: Pasted, named: &str) -> Vec<Effect> {
    let whole = with_breaks(&text.0);
    if is_more(state, &whole) {
        return read(&whole);
    }
    let names = token_names_in(named);
    let mut listed: Vec<&str> = names.iter().map(TokenName::as_str).collect();
    listed.dedup();
    let listed = listed.join(", ");
    let only = names.len() == 1 && named.trim() == slot(&names[0]);
    if only && !state.is_editing() {
        let key = state.keymap.hint(Action::ChooseToken).unwrap_or_default();
        state.notice = Some(Notice::info(format!(
            "That is the value of {listed}, which is known here; it was not pasted. {key} sends a call with it."
        )));
        return Vec::new();
    }
    let effects = if state.fills_in() {
        paste(state, named)
    } else {
        paste(state, &plain(named))
    };
    state.notice = Some(value_was(&listed));
    effects
}

/// The text with the names of tokens as words.
fn plain(named: &str) -> String {
    let pieces = pieces(named).map(|piece| match piece {
        Piece::Token(name) => name.to_owned(),
        piece => {
            let mut text = String::new();
            piece.push_to(&mut text);
            text
        }
    });
    pieces.collect()
}

fn value_was(name: &str) -> Notice {
    let mut notice = Notice::info(format!(
        "That was the value of {name}: its name stands in its place."
    ));
    notice.remedy = "The value goes out with the call and is shown nowhere.".to_owned();
    notice
}

/// The person typed the value of a token: its name replaces it. `before` is the text up to the
/// caret, and the value begins at `start`.
pub fn name_typed(state: &mut State, start: usize, before: &str, token: &TokenName) -> Vec<Effect> {
    let name = if state.fills_in() {
        slot(token)
    } else {
        token.to_string()
    };
    let Some(field) = state.field() else {
        return Vec::new();
    };
    let text = field.text();
    let behind = text.get(before.len()..).unwrap_or_default();
    field.set(&format!("{}{name}{behind}", &before[..start]));
    state.notice = Some(value_was(token.as_str()));
    after_typing(state)
}

/// Has the text read if it is more than text; `None` leaves it to the field.
pub fn take_in(state: &mut State, text: &str) -> Option<Vec<Effect>> {
    let text = &with_breaks(text);
    if is_more(state, text) {
        return Some(read(text));
    }
    let url = bare_url(text);
    let is_url = Origin::parse(url).is_some() && !url.contains(char::is_whitespace);
    let is_typed = matches!(state.builder.editing, Some(Editing::Url));
    if (state.types_call() || !state.is_editing()) && state.overlay.is_none() && is_url {
        return Some(at_url(state, url));
    }
    if (state.types_call() || state.overlay.is_none() && is_typed) && call_line::paste(state, text)
    {
        return Some(after_typing(state));
    }
    if state.is_editing() || state.overlay.is_some() || text.trim().is_empty() {
        return None;
    }
    let key = state.keymap.hint(Action::Edit).unwrap_or_default();
    state.notice = Some(Notice::info(format!(
        "The pasted text is words, with no call and no answer in them. {key} opens a field to paste it into."
    )));
    Some(Vec::new())
}

/// A URL pasted while nobody types becomes the call, in the environment of its host; the next key
/// sends it.
fn at_url(state: &mut State, url: &str) -> Vec<Effect> {
    let was = state.environment;
    state.screen = Screen::Explorer;
    let mut effects = go_to(state, Origin::parse(url));
    state.builder.begin(&as_text(url));
    state.focus = Pane::Request;
    if was != state.environment {
        let send = state.keymap.hint(Action::FieldEnter).unwrap_or_default();
        let place = state.environment();
        let words = match (place.configured, state.builder.auth.token()) {
            (_, Some(token)) => format!("Now in {}: {send} sends it as {token}.", place.name),
            (true, None) => format!("Now in {}: {send} sends it without a token.", place.name),
            (false, None) => format!("{send} sends it without a token; paste one to use it."),
        };
        state.notice = Some(Notice::info(words));
    }
    effects.push(Effect::ReadTokens(Box::new(state.environment().clone())));
    effects
}

/// Loads a pasted command into the builder, in the environment of its host.
pub fn imported(state: &mut State, imported: Imported) -> Vec<Effect> {
    let Imported {
        mut spec,
        noun,
        count,
        tokens,
        notes,
        mut session,
        was_argument,
    } = imported;
    state.overlay = None;
    state.history.filtering = false;
    state.screen = Screen::Explorer;
    let effects = go_to(state, Origin::parse(&spec.url));
    let (given, named): (Vec<_>, Vec<_>) = tokens.into_iter().partition(|token| token.with_value);
    let mut words = vec![match &session {
        None => format!("The pasted {noun} is in the builder; nothing was sent."),
        Some(_) => {
            let key = state.keymap.hint(Action::ShowSessions).unwrap_or_default();
            let save = state.keymap.hint(Action::SaveSession).unwrap_or_default();
            match count {
                1 => format!(
                    "The one call of the pasted {noun} is in the builder, and {key} shows it as a session, which {save} saves there; nothing was sent."
                ),
                count => format!(
                    "The pasted {noun} holds {count} calls: the first is in the builder, and {key} shows all as a session, which {save} saves there; nothing was sent."
                ),
            }
        }
    }];
    let is_session = session.is_some();
    if !given.is_empty() {
        words.push(format!(
            "Found {}, for this run and {} only.",
            listed(&given),
            if is_session {
                "the host of each"
            } else {
                "this host"
            }
        ));
    }
    // The author of the text must not get at our tokens by knowing their names.
    let is_foreign = is_foreign(state.environment());
    if is_foreign {
        let steps = session.iter_mut().flat_map(|session| &mut session.steps);
        for spec in steps.map(|step| &mut step.spec).chain([&mut spec]) {
            let ours = |name: &TokenName| given.iter().all(|found| found.token.name != *name);
            for name in spec.tokens().into_iter().filter(ours) {
                spec.forget_token(&name);
            }
        }
    }
    if is_foreign && !named.is_empty() {
        let key = state.keymap.hint(Action::ChooseToken).unwrap_or_default();
        words.push(format!(
            "It names {}, which nobody bound to this host and which was left out; {key} chooses a token.",
            listed(&named)
        ));
    }
    if count > 1 && !is_session {
        words.push(format!(
            "It is the first of {count} requests; httriage import takes all."
        ));
    }
    if was_argument && !given.is_empty() {
        words.push("It stood in the command line, where others on this machine can see it: httriage - reads it from a pipe.".to_owned());
    }
    state.builder.load(&spec);
    // The keys that the message names work on the URL.
    state.builder.on_url = false;
    state.focus = Pane::Request;
    let mut effects = effects;
    if let Some(session) = session {
        let open = OpenSession {
            path: None,
            session: *session,
        };
        effects.extend(sessions::opened(state, Ok(Box::new(open))));
        // It is in no list of files yet, so where one part is visible, show its steps.
        state.sessions.part = SessionsPart::Steps;
    }
    let mut remedy: Vec<String> = notes.iter().map(|note| note.message.clone()).collect();
    if remedy.len() > NOTES {
        let more = remedy.len() - NOTES;
        remedy.truncate(NOTES);
        remedy.push(format!(
            "And {more} more; httriage import shows them with their places."
        ));
    }
    state.notice = Some(Notice {
        level: Level::Info,
        what: words.join(" "),
        remedy: remedy.join(" "),
    });
    effects.push(Effect::ReadTokens(Box::new(state.environment().clone())));
    effects
}

/// `bearer ·a361 (header Authorization)`
fn listed(tokens: &[ImportedToken]) -> String {
    let labels = tokens
        .iter()
        .map(|found| format!("{} ({})", found.token.label(), found.place));
    labels.collect::<Vec<_>>().join(", ")
}

/// Takes in a pasted text as what it is, else as text for the field.
pub fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    // Nobody pastes more than a name into the line of a picker.
    let is_picker =
        matches!(&state.overlay, Some(Overlay::Dialog(dialog)) if dialog.typed.is_some());
    if is_picker && (text.trim().chars().count() > LONGEST_NAME || text.trim().contains('\n')) {
        state.overlay = None;
    }
    if let Some(effects) = take_in(state, text) {
        return effects;
    }
    if state.edits_lines()
        && let Some(notice) = state.builder.paste_large(text)
    {
        state.notice = Some(notice);
        return Vec::new();
    }
    if let Some(field) = state.field() {
        field.paste(text);
    }
    if matches!(state.overlay, Some(Overlay::Setup(_))) {
        return setup::changed(state);
    }
    after_typing(state)
}

/// A token was pasted: shows what it says of itself, unless it may be meant for a text being typed.
pub fn token(state: &mut State, text: Pasted, seen: SeenToken) -> Vec<Effect> {
    if let Some(effects) = setup::take_value(state, &text, &seen) {
        return effects;
    }
    // A line with a whole URL needs no id.
    let is_whole = Origin::parse(&state.builder.url.text()).is_some();
    let is_meant = if state.types_call() {
        seen.is_certain || is_whole
    } else {
        !state.is_editing()
    };
    if is_meant {
        pasted_token::open(state, text, seen)
    } else {
        paste(state, &text.0)
    }
}

/// Whether nobody set this environment up: it comes from a command or a URL alone.
fn is_foreign(environment: &Environment) -> bool {
    let by_origin = environment
        .origin()
        .is_some_and(|origin| origin.to_string() == environment.name);
    by_origin || environment.name == Environment::COMMAND_LINE
}

/// Shows and remembers a pasted response, marked as one that nobody here asked for.
pub fn received(state: &mut State, exchange: Arc<Exchange>, says: String) -> Vec<Effect> {
    if let Some(effects) = investigate::answered_by_hand(state, &exchange) {
        return effects;
    }
    let is_answered = exchange.outcome.status().is_some();
    state.overlay = None;
    state.history.filtering = false;
    state.builder.finish_editing();
    state.screen = Screen::Explorer;
    let answer = investigate::shown(state, exchange.clone());
    let mut effects = remember(state, exchange, answer.summary());
    state.response.awaiting = None;
    effects.extend(state.response.show(answer));
    effects.extend(investigate::wanted(state));
    state.focus = Pane::Response;
    let what = if is_answered { "answer" } else { "message" };
    let mut notice = Notice::info(format!(
        "The pasted {what} is shown like one of your own calls; nothing was sent."
    ));
    notice.remedy = says;
    state.notice = Some(notice);
    effects
}
