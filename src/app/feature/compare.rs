//! Compares two responses: the one in front with the previous one to the same request, or two
//! chosen in the history.

use crate::app::action::Action;
use crate::app::action::Pane;
use crate::app::message::{Effect, Notice, Then};
use crate::app::pane::ResponseTab;
use crate::app::state::State;
use crate::insight::AnswerDiff;
use crate::insight::Exchange;
use crate::model::ExchangeId;
use std::sync::Arc;

/// In the history, chooses the row, or compares it with the row chosen before; elsewhere compares
/// the response in front with the previous one.
pub fn compare(state: &mut State) -> Vec<Effect> {
    if state.focus != Pane::History {
        state.focus = Pane::Response;
        state.response.set_tab(ResponseTab::Diff);
        return wanted(state);
    }
    if state.history.folded().is_some() {
        state.history.expand(true);
        return Vec::new();
    }
    let Some(row) = state.history.selected() else {
        return Vec::new();
    };
    let id = row.summary.id.clone();
    match state.comparing.take() {
        Some(first) if first != id => {
            // Ids are ordered by time: the older response is `was`, the newer one `is`.
            let (was, is) = if first < id { (first, id) } else { (id, first) };
            // The older one is fetched once the newer one is in front.
            state.comparing = Some(was);
            fetch(state, is, Then::LoadToCompare)
        }
        Some(_) => {
            state.notice = Some(Notice::info("No longer chosen for comparing."));
            Vec::new()
        }
        None => {
            let key = state.keymap.hint(Action::Compare).unwrap_or_default();
            state.notice = Some(Notice::info(format!(
                "Go to another call and press {key} to compare the two."
            )));
            state.comparing = Some(id);
            Vec::new()
        }
    }
}

/// Fetches what the Compare tab in front still lacks.
pub fn wanted(state: &mut State) -> Vec<Effect> {
    let Some(shown) = &state.response.shown else {
        return Vec::new();
    };
    if state.response.tab != ResponseTab::Diff || state.response.compared.is_some() {
        return Vec::new();
    }
    match previous(state, &shown.exchange.clone()) {
        Some(id) => fetch(state, id, Then::Compare),
        None => Vec::new(),
    }
}

/// The newest older response to the same request, among the rows loaded so far.
fn previous(state: &State, exchange: &Exchange) -> Option<ExchangeId> {
    let rows = state.history.rows.iter().map(|row| &row.summary);
    let mut older = rows.filter(|row| {
        row.id < exchange.id
            && row.method == exchange.sent.method
            && row.environment == exchange.environment
            && path(&row.url) == path(&exchange.sent.url)
    });
    older.next().map(|row| row.id.clone())
}

/// The path alone, since a sandbox has another port each time.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}

fn fetch(state: &mut State, id: ExchangeId, then: Then) -> Vec<Effect> {
    let held = state.history.held(&id);
    vec![Effect::Fetch { id, held, then }]
}

/// The newer of two chosen calls is now in front: fetches the older one.
pub fn loaded(state: &mut State) -> Vec<Effect> {
    state.focus = Pane::Response;
    state.response.set_tab(ResponseTab::Diff);
    match state.comparing.take() {
        Some(was) => fetch(state, was, Then::Compare),
        None => Vec::new(),
    }
}

/// A call arrived that is to be compared with the one in front.
pub fn against(state: &mut State, was: Arc<Exchange>) -> Vec<Effect> {
    let Some(shown) = &state.response.shown else {
        return Vec::new();
    };
    let is = shown.exchange.clone();
    state.response.compared = Some((was.clone(), None));
    vec![Effect::Compare { was, is }]
}

/// Takes the differences in, unless another response is in front by now.
pub fn compared(
    state: &mut State,
    was: &ExchangeId,
    is: &ExchangeId,
    diff: Arc<AnswerDiff>,
) -> Vec<Effect> {
    let in_front = state.response.shown.as_ref().map(|s| &s.exchange.id) == Some(is);
    if let Some((other, found)) = &mut state.response.compared
        && in_front
        && other.id == *was
    {
        *found = Some(diff);
    }
    Vec::new()
}
