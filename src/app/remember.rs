//! The one way a call enters the state and its history.

use super::message::{Effect, Notice, Spent};
use super::state::State;
use crate::insight::{Exchange, blame, summary};
use crate::model::ExchangeSummary;
use std::sync::Arc;

/// Keeps a call on the screen and on the disk; drops what the screen no longer holds.
pub fn remember(state: &mut State, exchange: Arc<Exchange>, row: ExchangeSummary) -> Vec<Effect> {
    let exchanges = state.history.remember(exchange.clone(), row);
    let mut effects = vec![Effect::Remember(exchange)];
    if !exchanges.is_empty() {
        let body = None;
        effects.push(Effect::LetGo(Spent { exchanges, body }));
    }
    effects
}

/// Keeps a call that the builder did not make.
pub fn made(state: &mut State, exchange: Arc<Exchange>) -> Vec<Effect> {
    let row = summary(&exchange);
    remember(state, exchange, row)
}

/// Keeps a call that counts when the latest calls are judged together.
pub fn remember_and_judge(
    state: &mut State,
    exchange: Arc<Exchange>,
    row: ExchangeSummary,
) -> Vec<Effect> {
    let effects = remember(state, exchange, row);
    blame_anew(state);
    effects
}

/// Judges the latest calls of this run together, and tells a new finding once.
fn blame_anew(state: &mut State) {
    let found = blame(state.history.latest(), state.now);
    if let Some(blame) = &found
        && state.blame.as_ref() != found.as_ref()
    {
        state.notice = Some(Notice::info(blame.says()));
    }
    state.blame = found;
}
