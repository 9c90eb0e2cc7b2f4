//! Proving a token: its signature by the keys of its issuer, and what the issuer says of it. Each
//! host is asked for first, and so is sending the token to its issuer.

use super::tokens::{LastWord, last_word};
use crate::app::message::{Came, Effect, Proven, TokenRow};
use crate::app::pane::Question;
use crate::app::state::{Overlay, State};
use crate::app::task::Job;
use crate::model::{TokenName, TokenRef};

/// Begins to verify; `asks_issuer` is whether somebody said yes to sending the token there.
pub fn start(state: &mut State, token: TokenName, asks_issuer: bool) -> Vec<Effect> {
    let environment = state.environment().clone();
    let job = state.begin_job("verify", token.to_string());
    state.tokens_pane.job = Some((job, token.clone()));
    vec![Effect::Verify {
        job,
        token,
        environment: Box::new(environment),
        allowed: state.tokens_pane.allowed.clone(),
        asks_issuer,
    }]
}

/// What came of it, or what has to be asked first.
pub fn came(state: &mut State, job: Job, place: &str, token: TokenRef, came: Came) -> Vec<Effect> {
    let is_own = matches!(&state.tokens_pane.job, Some((own, _)) if *own == job);
    let question = match came {
        Came::Asks { origin, why } => Some(Question::Host {
            token: token.name,
            origin,
            why,
        }),
        Came::Told(proven) => {
            let issuer = proven.issuer.clone().filter(|_| proven.is_unheard());
            let name = token.name.clone();
            state.tokens_pane.proven(place, token, *proven);
            state.tokens_pane.top = 0;
            issuer.map(|issuer| Question::Issuer {
                token: name,
                issuer,
            })
        }
    };
    // Whoever stopped it, or is elsewhere by now, is not asked.
    let is_here = state.environment().name == place && state.overlay.is_none();
    if is_own && is_here {
        state.overlay = question.map(Overlay::Question);
    }
    Vec::new()
}

/// The person said yes.
pub fn agreed(state: &mut State) -> Vec<Effect> {
    match state.overlay.take() {
        Some(Overlay::Question(Question::Host { token, origin, .. })) => {
            state.tokens_pane.allowed.push(origin);
            start(state, token, false)
        }
        Some(Overlay::Question(Question::Issuer { token, .. })) => start(state, token, true),
        other => {
            state.overlay = other;
            Vec::new()
        }
    }
}

/// Where what was heard of a token, what it says itself and what the API did do not go together.
pub fn contradictions(proven: &Proven, row: &TokenRow, state: &State) -> Vec<String> {
    let report = row.report.as_ref();
    let claims = report.and_then(|report| report.claims.as_ref());
    let answered = match last_word(state, &row.token) {
        LastWord::Call(call) => call.status,
        _ => None,
    };
    let verified = Some(&proven.verified);
    let testimony = &proven.testimony;
    testimony.contradictions(claims, verified, answered, state.now)
}
