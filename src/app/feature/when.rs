//! When a call stopped working: looked up in the history, shown on top of the panes.

use super::investigate::environment_of;
use crate::app::action::Pane;
use crate::app::message::{Effect, Notice};
use crate::app::pane::When;
use crate::app::state::{Overlay, State};
use crate::insight::Exchange;
use crate::insight::when::Turned;
use crate::model::ExchangeId;
use std::sync::Arc;

/// Why nothing can be said about the call in front.
pub fn why_not(state: &State) -> Option<&'static str> {
    match &state.response.shown {
        None => Some("There is no answer in front. W tells when a call stopped working."),
        Some(shown) if shown.exchange.sent.method.is_empty() => {
            Some("This answer was pasted, and nobody knows its request.")
        }
        Some(_) => None,
    }
}

/// Asks about the call in front.
pub fn of_answer(state: &mut State) -> Vec<Effect> {
    if let Some(why) = why_not(state) {
        state.notice = Some(Notice::info(why));
        return Vec::new();
    }
    let shown = state.response.shown.as_ref();
    match shown.map(|shown| shown.exchange.clone()) {
        Some(exchange) => ask(state, exchange),
        None => Vec::new(),
    }
}

/// Opens the sheet and asks the history when this call stopped working.
pub fn ask(state: &mut State, exchange: Arc<Exchange>) -> Vec<Effect> {
    let environment = Box::new(environment_of(state, &exchange));
    state.overlay = Some(Overlay::When(Box::new(When::new(exchange.clone()))));
    vec![Effect::When {
        exchange,
        environment,
    }]
}

/// Takes in what the history says, unless another call is asked about by now.
pub fn told(state: &mut State, of: &ExchangeId, found: Result<Box<Turned>, String>) -> Vec<Effect> {
    if let Some(pane) = on_top(state).filter(|pane| pane.exchange.id == *of) {
        pane.found = Some(found);
        // Start on the call that broke.
        pane.list.cursor = pane.calls().len().saturating_sub(1);
    }
    Vec::new()
}

fn on_top(state: &mut State) -> Option<&mut When> {
    match &mut state.overlay {
        Some(Overlay::When(pane)) => Some(pane),
        _ => None,
    }
}

/// Moves between the last good and the first bad call, then scrolls the text below.
pub fn step(state: &mut State, step: isize) {
    let (content, height) = (state.painted.sheet_lines, state.painted.sheet_height);
    if let Some(pane) = on_top(state) {
        pane.step(step, content, height);
    }
}

/// Closes the sheet.
pub fn close(state: &mut State) -> Vec<Effect> {
    if on_top(state).is_some() {
        state.overlay = None;
    }
    Vec::new()
}

/// Opens the call under the cursor like any other.
pub fn open_call(state: &mut State) -> Vec<Effect> {
    let Some(exchange) = on_top(state).map(|pane| pane.selected()) else {
        return Vec::new();
    };
    state.overlay = None;
    state.focus = Pane::Response;
    vec![Effect::open(exchange)]
}
