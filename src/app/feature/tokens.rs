//! Tokens: reading a value to look at it, getting one anew, asking the API whose it is, and taking
//! one for the request.

use crate::app::message::{Effect, Notice};
use crate::app::remember::made;
use crate::app::state::State;
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::learned::{Standing, last_word as last_word_of};
use crate::insight::survey::Survey;
use crate::model::{Auth, ExchangeSummary, TokenName, TokenRef, TokenSource};
use std::sync::Arc;

/// What the screen needs when it comes up: a look at the tokens, and what the history knows of
/// them.
pub fn shown(state: &mut State) -> Vec<Effect> {
    vec![look(state), learn(state)]
}

/// Asks what the history shows of the tokens of the environment in use.
pub fn learn(state: &State) -> Effect {
    let place = &state.environment().name;
    Effect::Learn {
        environment: place.clone(),
        held: state.history.made_in(place),
    }
}

/// What is known of how a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastWord<'s> {
    /// Nobody has looked into the history yet.
    Unasked,
    NeverSent,
    Call(&'s ExchangeSummary),
}

/// The call that says how a token stands in the environment in use: of this run, else of the
/// history.
pub fn last_word<'s>(state: &'s State, token: &TokenRef) -> LastWord<'s> {
    let place = &state.environment().name;
    let latest = state.history.latest();
    let latest = latest.filter(|call| &call.environment == place);
    let now = last_word_of(latest, token);
    let learned = state.tokens_pane.learned(place);
    let known = match (now, learned) {
        (Some(call), _) if Standing::of(call) != Standing::Answered => Some(call),
        (now, Some(learned)) => learned.last_word(token).or(now),
        (now, None) => now,
    };
    match (known, learned) {
        (Some(call), _) => LastWord::Call(call),
        (None, Some(_)) => LastWord::NeverSent,
        (None, None) => LastWord::Unasked,
    }
}

/// Looks at the tokens of the environment in use, as far as that starts nothing.
pub fn look(state: &State) -> Effect {
    Effect::LookAtTokens {
        environment: Box::new(state.environment().clone()),
        names: Vec::new(),
        reads: false,
    }
}

/// Why nothing can be done with a token.
pub fn why_no_token(state: &State) -> Option<&'static str> {
    let place = &state.environment().name;
    let row = state.tokens_pane.selected(place);
    row.is_none().then_some("No token is known here. Add one.")
}

/// Why the API cannot be asked about a token; `None` where it can. One question runs at a time.
pub fn why_not_ask(state: &State) -> Option<&'static str> {
    match &state.tokens_pane.job {
        Some(_) => Some("The API is being asked already. Esc stops it."),
        None => why_no_token(state),
    }
}

/// Why no other value of a token can be got here.
pub fn why_not_change(state: &State) -> Option<&'static str> {
    if state.tokens_pane.job.is_some() {
        return Some("Something is asked already. Esc stops it.");
    }
    let place = &state.environment().name;
    let Some(row) = state.tokens_pane.selected(place) else {
        return why_no_token(state);
    };
    match &row.source {
        Some(TokenSource::Grant(_) | TokenSource::Command(_)) => None,
        _ => Some("Only what a server or a command gives can be got anew."),
    }
}

/// Gets the value of the chosen token from the beginning.
pub fn get_anew(state: &mut State) -> Vec<Effect> {
    selected(state).map_or_else(Vec::new, |token| get(state, token))
}

/// The same for a token by its name.
pub fn get(state: &mut State, token: TokenName) -> Vec<Effect> {
    let environment = Box::new(state.environment().clone());
    let job = state.begin_job("get", token.to_string());
    state.tokens_pane.job = Some((job, token.clone()));
    vec![Effect::GetToken {
        job,
        token,
        environment,
    }]
}

/// The token under the cursor; `None` where the environment in use has none.
pub fn selected(state: &State) -> Option<TokenName> {
    let row = state.tokens_pane.selected(&state.environment().name)?;
    Some(row.token.name.clone())
}

/// Reads one token's value, even where that starts its command or asks a person for it.
pub fn read(state: &mut State, name: TokenName) -> Vec<Effect> {
    vec![Effect::LookAtTokens {
        environment: Box::new(state.environment().clone()),
        names: vec![name],
        reads: true,
    }]
}

/// Begins to ask the API who a token belongs to; what an earlier survey found is gone from here on.
pub fn start_survey(state: &mut State, token: TokenName) -> Vec<Effect> {
    let environment = state.environment().clone();
    let job = state.begin_job("who am I", token.to_string());
    let place = environment.name.clone();
    state
        .tokens_pane
        .surveyed(&place, &token, Survey::default());
    state.tokens_pane.top = 0;
    state.tokens_pane.job = Some((job, token.clone()));
    vec![Effect::Survey {
        job,
        token,
        environment: Box::new(environment),
        case: state.case.clone(),
    }]
}

/// Takes in what a survey has found after one more call, which comes into the history as every call
/// does. A survey that is no longer the one under way is not shown.
pub fn surveyed(
    state: &mut State,
    job: Job,
    survey: Survey,
    exchange: Arc<Exchange>,
) -> Vec<Effect> {
    let place = exchange.environment.clone();
    if let Some((own, token)) = state.tokens_pane.job.clone()
        && own == job
    {
        state.tokens_pane.surveyed(&place, &token, survey);
    }
    made(state, exchange)
}

/// From now on the request goes with this token.
pub fn take(state: &mut State) {
    if let Some(name) = selected(state) {
        state.notice = Some(Notice::info(format!("The request goes with {name} now.")));
        state.builder.auth = Auth::Bearer(name);
    }
}
