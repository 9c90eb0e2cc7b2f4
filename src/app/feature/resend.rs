//! Makes the call in front once more in another way: after the wait that the response asks for,
//! with room for a larger body, without checking a certificate, or with a token that belongs
//! elsewhere.

use super::tokens;
use crate::app::message::{Effect, Notice, Then};
use crate::app::pane::{Choice, Dialog, Pick};
use crate::app::state::{Overlay, State};
use crate::insight::Exchange;
use crate::insight::back_off::{NextTry, next_try};
use crate::model::{Cause, Manner, Origin, Outcome, TokenName, limits};
use std::sync::Arc;
use std::time::Duration;

/// Why the call in front cannot go again after a wait.
pub fn why_not_back_off(state: &State) -> Option<&'static str> {
    match shown(state).map(|exchange| next_try(exchange, 1, 0.0)) {
        Some(NextTry::After(_)) if state.response.awaiting.is_some() => {
            Some("A call is under way already.")
        }
        Some(NextTry::After(_)) => None,
        Some(NextTry::Never(Some(_))) if shown(state).is_some_and(|e| !e.typed.is_safe()) => {
            Some("A call that writes is never sent again by itself. Send it when the wait is over.")
        }
        Some(NextTry::Never(Some(_))) => {
            Some("The answer asks for more than a minute. Send again when that is over.")
        }
        _ => Some("The answer in front asks for no wait: only a 429 or a 503 does."),
    }
}

/// Waits for the rest of the time that the response asks for, then sends again.
pub fn back_off(state: &mut State) -> Vec<Effect> {
    let Some(exchange) = shown(state).cloned() else {
        return Vec::new();
    };
    // No randomness here: the same keys do the same in every test.
    let NextTry::After(wait) = next_try(&exchange, 1, 0.5) else {
        return Vec::new();
    };
    let answered_at = exchange.started_at.checked_add(exchange.took);
    let passed = answered_at.map(|at| state.now.duration_since(at));
    let passed = passed.map_or(Duration::ZERO, |p| p.try_into().unwrap_or_default());
    let wait = wait.saturating_sub(passed);
    let manner = Manner {
        wait,
        retries: true,
        ..Manner::default()
    };
    again(exchange, manner)
}

/// Why the call in front cannot be made again with room for a larger body.
pub fn why_not_load_more(state: &State) -> Option<&'static str> {
    match shown(state) {
        Some(exchange) if failed(exchange, &[Cause::BodyTooLarge]) => (!exchange.typed.is_safe())
            .then_some(
                "A call that writes is never sent again by itself. Send it if that is meant.",
            ),
        _ => Some("The answer in front was not cut at a limit."),
    }
}

/// Sends again with room for a body several times as large, or as large as announced, within a
/// limit.
pub fn larger(state: &mut State) -> Vec<Effect> {
    let Some(exchange) = shown(state).cloned() else {
        return Vec::new();
    };
    let response = exchange.outcome.response();
    let announced = response.and_then(|r| r.headers.get("content-length")?.parse().ok());
    let came = response.map_or(0, |r| r.body_bytes());
    let usual = state.body_bytes.max(came);
    let wanted = usual.saturating_mul(limits::LARGER);
    let manner = Manner {
        body_bytes: Some(wanted.max(announced.unwrap_or(0)).min(limits::LARGEST_BODY)),
        ..Manner::default()
    };
    again(exchange, manner)
}

/// Why there is no unchecked certificate to trust.
pub fn why_not_trust(state: &State) -> Option<&'static str> {
    let causes = [
        Cause::TlsUntrusted,
        Cause::TlsExpired,
        Cause::TlsWrongHost,
        Cause::TlsIncompleteChain,
    ];
    let refused = shown(state).is_some_and(|exchange| failed(exchange, &causes));
    (!refused).then_some("No certificate was refused by the call in front.")
}

/// Asks before it stops checking the certificates of an origin.
pub fn ask_to_trust(state: &mut State) {
    let Some(origin) = shown(state).and_then(|exchange| {
        let last = exchange.redirects.last().map(|hop| hop.location.as_str());
        Origin::parse(last.unwrap_or(&exchange.sent.url))
    }) else {
        return;
    };
    let choices = vec![
        choice("Keep checking", "", Pick::Nothing),
        choice(
            "Do not check in this run",
            "anybody could answer in its place, and get the token",
            Pick::Trust(origin.clone()),
        ),
    ];
    let title = format!("The certificate of {origin}");
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
}

/// Stops checking the certificates of this origin, in this environment, from now on.
pub fn trust(state: &mut State, origin: Origin) -> Vec<Effect> {
    let Some(exchange) = shown(state).cloned() else {
        return Vec::new();
    };
    let at = state.environment;
    if let Some(environment) = state.environments.get_mut(at)
        && !environment.insecure_origins.contains(&origin)
    {
        environment.insecure_origins.push(origin);
    }
    // A hop before the refused one may already have had an effect.
    if !exchange.typed.is_safe() && !exchange.redirects.is_empty() {
        state.notice = Some(Notice::info(
            "Not checked from now on. Send it when you like.",
        ));
        return Vec::new();
    }
    again(exchange, Manner::default())
}

/// Asks whether a token may go where the call that was just held back would have taken it.
pub fn ask_to_permit(state: &mut State) {
    let Some(exchange) = shown(state).filter(|exchange| was_held_back(exchange)) else {
        return;
    };
    let Some(origin) = Origin::parse(&exchange.sent.url) else {
        return;
    };
    let tokens = exchange.typed.tokens();
    let names: Vec<&str> = tokens.iter().map(TokenName::as_str).collect();
    if names.is_empty() || state.overlay.is_some() {
        return;
    }
    let title = format!("Send {} to {origin}?", names.join(" and "));
    let choices = vec![
        choice("Do not send", "it belongs to another host", Pick::Nothing),
        choice(
            "Send it there in this run",
            "whoever answers there can use it; origins in config.toml says so for good",
            Pick::Permit(origin),
        ),
    ];
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
}

/// Lets the tokens of the call in front go to this origin too from now on, and sends it.
pub fn permit(state: &mut State, origin: Origin) -> Vec<Effect> {
    let held_back = shown(state).filter(|exchange| was_held_back(exchange));
    let Some(exchange) = held_back.cloned() else {
        return Vec::new();
    };
    let sandbox = state.environment().sandbox;
    let mut effects = vec![Effect::Permit {
        sandbox,
        tokens: exchange.typed.tokens(),
        origin,
    }];
    effects.push(tokens::look(state));
    effects.extend(again(exchange, Manner::default()));
    effects
}

/// Whether nothing was sent, because a token would have gone where it does not belong.
fn was_held_back(exchange: &Exchange) -> bool {
    let unsent = matches!(&exchange.outcome, Outcome::Failed(failure) if !failure.was_sent);
    unsent && failed(exchange, &[Cause::TokenWrongInstance])
}

fn again(exchange: Arc<Exchange>, manner: Manner) -> Vec<Effect> {
    vec![Effect::Fetch {
        id: exchange.id.clone(),
        held: Some(exchange),
        then: Then::Resend(manner),
    }]
}

fn choice(label: &str, note: &str, pick: Pick) -> Choice {
    Choice {
        label: label.to_owned(),
        note: note.to_owned(),
        pick,
    }
}

fn shown(state: &State) -> Option<&Arc<Exchange>> {
    state.response.shown.as_ref().map(|shown| &shown.exchange)
}

fn failed(exchange: &Exchange, causes: &[Cause]) -> bool {
    matches!(&exchange.outcome, Outcome::Failed(failure) if causes.contains(&failure.cause))
}
