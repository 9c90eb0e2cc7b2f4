//! What crosses between the history and the rest: loading and sending again, filtering,
//! forgetting, cases, and sessions made of it.

use super::action::{Action, Pane, Screen};
use super::before;
use super::comparing;
use super::copying;
use super::explaining;
use super::message::{Effect, Notice, Then};
use super::pane::{Asked, Choice, Dialog, Pick, Prompt};
use super::saving;
use super::sending::{enter, send};
use super::state::{Overlay, State};
use crate::app::field::Field;
use crate::insight::Exchange;
use crate::insight::{blame, summary};
use crate::model::{Environment, ExchangeId, ExchangeSummary, RequestSpec, as_text, resolve};
use std::sync::Arc;

/// Asks the store for what the filter lets through, from the newest on.
pub fn recall(state: &mut State) -> Vec<Effect> {
    vec![state.recall(None)]
}

/// Asks for older rows than those shown.
pub fn recall_older(state: &mut State) -> Vec<Effect> {
    let after = state.history.oldest();
    vec![state.recall(after)]
}

pub fn recalled(
    state: &mut State,
    question: u64,
    found: Vec<ExchangeSummary>,
    has_older: bool,
    after: Option<ExchangeId>,
) -> Vec<Effect> {
    if state.history.asking != Some(question) {
        return Vec::new();
    }
    state.history.asking = None;
    state.history.recalled(found, has_older, after.as_ref());
    // The opening call is for those who have not made one; nobody else is sent anything.
    if state.opens_with_a_call {
        state.opens_with_a_call = false;
        if state.history.rows.is_empty() {
            return send(state, false);
        }
    }
    Vec::new()
}

/// Judges the latest calls of this run together; what becomes clear by it is told once.
pub fn blame_anew(state: &mut State) {
    let found = blame(state.history.latest(), state.now);
    if let Some(blame) = &found
        && state.blame.as_ref() != found.as_ref()
    {
        state.notice = Some(Notice::info(blame.says()));
    }
    state.blame = found;
}

pub fn start_filter(state: &mut State) {
    state.screen = Screen::Explorer;
    state.focus = Pane::History;
    state.history.filtering = true;
}

/// After every change of the filter's text.
pub fn refilter(state: &mut State) -> Vec<Effect> {
    let now = state.now.to_zoned(state.zone.clone());
    state.history.refilter(&now);
    recall(state)
}

/// A call that was made for something else than the builder.
pub fn made(state: &mut State, exchange: Arc<Exchange>) -> Vec<Effect> {
    let row = summary(&exchange);
    state.history.remember(exchange.clone(), row);
    vec![Effect::Remember(exchange)]
}

pub fn load(state: &mut State, then: Then) -> Vec<Effect> {
    let Some(row) = state.history.selected() else {
        return Vec::new();
    };
    let id = row.summary.id.clone();
    open(state, id, then)
}

/// The same for a call known by its id.
pub fn open(state: &mut State, id: ExchangeId, then: Then) -> Vec<Effect> {
    match state.history.held(&id) {
        Some(exchange) => fetched(state, Some(exchange), then),
        None => vec![Effect::Fetch { id, then }],
    }
}

/// A call is here: into the builder with it, and its answer beside it.
pub fn fetched(state: &mut State, exchange: Option<Arc<Exchange>>, then: Then) -> Vec<Effect> {
    let Some(exchange) = exchange else {
        state.notice = Some(Notice::trouble(
            "This call is no longer in the history.",
            "Another instance may have forgotten it, or it was too old to keep.",
        ));
        return Vec::new();
    };
    if then == Then::Compare {
        return comparing::against(state, exchange);
    }
    if then == Then::Copy {
        copying::open_call(state, exchange);
        return Vec::new();
    }
    let named = |e: &crate::model::Environment| e.name == exchange.environment;
    let mut effects = match state.environments.iter().position(named) {
        Some(place) => enter(state, place),
        None => Vec::new(),
    };
    if !effects.is_empty() {
        state.notice = Some(Notice::info(format!(
            "Now in {}, where this call was made.",
            exchange.environment
        )));
    }
    state.screen = Screen::Explorer;
    let is_request = !exchange.typed.method.is_empty();
    if is_request {
        let typed = as_sendable(&exchange, state.environment());
        state.builder.load(&typed);
    }
    state.response.awaiting = None;
    let answer = explaining::shown(state, exchange);
    effects.extend(state.response.show(answer));
    if state.shows_one_pane() {
        state.focus = Pane::Response;
    }
    match then {
        Then::SendAgain if !is_request => {
            state.notice = Some(Notice::info(
                "This answer was pasted, and nobody knows its request; there is nothing to send.",
            ));
        }
        Then::SendAgain => effects.extend(send(state, false)),
        Then::Investigate => effects.extend(explaining::investigate(state)),
        Then::LoadToCompare => effects.extend(comparing::loaded(state)),
        Then::Load | Then::Compare | Then::Copy => {}
    }
    effects
}

/// The request as it was typed; where it was filled in by a run that is over, as it was sent, so
/// that it can be sent again.
fn as_sendable(exchange: &Exchange, environment: &Environment) -> RequestSpec {
    let mut typed = exchange.typed.clone();
    // What was sent is data, but for its tokens.
    let base = as_text(environment.base_url.trim_end_matches('/'));
    let sent = exchange.sent.url_template();
    if resolve(&typed, environment).is_ok() || sent.is_empty() || base.is_empty() {
        return typed;
    }
    let path = sent.strip_prefix(&base);
    let Some(path) = path.filter(|path| path.starts_with('/')) else {
        return typed;
    };
    let filled = RequestSpec {
        url: format!("{{{{base}}}}{path}"),
        params: Vec::new(),
        ..typed.clone()
    };
    if resolve(&filled, environment).is_ok() {
        typed = filled;
    }
    typed
}

/// Asks before anything is forgotten.
pub fn ask_to_forget(state: &mut State) {
    let ids = state.history.chosen_ids();
    let (title, label) = match ids.len() {
        0 => return,
        1 => ("Forget this call?".to_owned(), "Forget it".to_owned()),
        count => (
            format!("Forget these {count} calls?"),
            format!("Forget {count} calls"),
        ),
    };
    let undo = state.keymap.hint(Action::UndoHistory).unwrap_or_default();
    let choices = vec![
        Choice {
            label: "Keep".to_owned(),
            note: String::new(),
            pick: Pick::Nothing,
        },
        Choice {
            label,
            note: format!("{undo} brings back, until you quit"),
            pick: Pick::Forget(ids),
        },
    ];
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
}

pub fn forget(state: &mut State, ids: Vec<ExchangeId>) -> Vec<Effect> {
    state.history.forget(&ids);
    vec![Effect::Forget(ids)]
}

pub fn restore(state: &mut State) -> Vec<Effect> {
    vec![Effect::Restore(state.history.restore())]
}

pub fn ask_for_case(state: &mut State) {
    state.overlay = Some(Overlay::Prompt(Box::new(Prompt {
        title: "Case".to_owned(),
        hint: "New calls carry it; empty for none.",
        field: Field::line(state.case.as_deref().unwrap_or("")),
        asked: Asked::Case,
    })));
}

/// Takes the line that was typed.
pub fn answer_prompt(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Prompt(prompt)) = state.overlay.take() else {
        return Vec::new();
    };
    let text = prompt.field.text();
    match prompt.asked {
        Asked::Case => {
            let case = text.trim();
            state.case = (!case.is_empty()).then(|| case.to_owned());
        }
        Asked::Variable(name) => return before::variable_given(state, name, text),
        Asked::File(source) => return saving::save(source, &text),
    }
    Vec::new()
}

pub fn save_session(state: &mut State) -> Vec<Effect> {
    match state.history.chosen() {
        Some((name, chosen)) => vec![Effect::SaveSession {
            name,
            held: state.history.held_of(&chosen),
            chosen,
        }],
        None => Vec::new(),
    }
}
