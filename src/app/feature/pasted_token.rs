//! A pasted token: look at it, use it in this run, keep it, or forget it. Its value waits outside
//! the state until the person decides.

use super::send::go_to;
use super::setup;
use crate::app::message::{Effect, Notice, Pasted};
use crate::app::pane::{PastedToken, SeenToken};
use crate::app::state::{Overlay, State};
use crate::insight::token::{Tone, lines};
use crate::model::{Auth, Origin, TokenName, resolve};

/// The name of a token that is used without being kept.
const NAME: &str = "pasted";

/// Opens the sheet that shows what the token says of itself.
pub fn open(state: &mut State, text: Pasted, seen: SeenToken) -> Vec<Effect> {
    state.notice = None;
    state.overlay = Some(Overlay::Pasted(Box::new(PastedToken { seen })));
    vec![Effect::HoldToken(text)]
}

fn seen(state: &mut State) -> Option<SeenToken> {
    match state.overlay.take()? {
        Overlay::Pasted(pasted) => Some(pasted.seen),
        _ => None,
    }
}

/// Uses the token for the request from now on, at this one place and nowhere else.
pub fn take(state: &mut State) -> Vec<Effect> {
    let Some(origin) = origin(state) else {
        state.notice = Some(Notice::info(
            "Nobody knows yet where it may go: this environment has no address.",
        ));
        return Vec::new();
    };
    if seen(state).is_none() {
        return Vec::new();
    }
    // A call to another host than the environment's takes the person there.
    let mut effects = go_to(state, Some(origin.clone()));
    let place = state.environment().clone();
    let known = |name: &str| {
        let mut all = state.tokens.iter().map(|token| &token.name);
        all.any(|token| token.as_str() == name)
            || state.all_tokens.iter().any(|token| token.as_str() == name)
    };
    let mut names = std::iter::once(NAME.to_owned()).chain((2..).map(|n| format!("{NAME}-{n}")));
    let name = names.find(|name| !known(name));
    let Some(name) = name.and_then(|name| TokenName::new(&name)) else {
        return Vec::new();
    };
    state.builder.auth = Auth::Bearer(name.clone());
    state.notice = Some(Notice::info(format!(
        "The request goes with {name} now. It is known in this run alone, and goes to {origin} only."
    )));
    effects.push(Effect::UseToken { name, origin });
    effects.push(Effect::ReadTokens(Box::new(place)));
    effects
}

/// Where the call in front goes, and so where its token may go: the sheet names it first.
pub fn origin(state: &State) -> Option<Origin> {
    let place = state.environment();
    let sent = resolve(&state.builder.spec(), place).ok();
    sent.and_then(|sent| Origin::parse(&sent.url))
        .or(place.origin())
}

/// Goes on to the form that keeps it.
pub fn keep(state: &mut State) -> Vec<Effect> {
    match seen(state) {
        Some(seen) => setup::keep(state, seen),
        None => Vec::new(),
    }
}

/// Copies what the token says of itself, without its value; the sheet stays open.
pub fn copy(state: &State) -> Vec<Effect> {
    let Some(Overlay::Pasted(pasted)) = &state.overlay else {
        return Vec::new();
    };
    vec![Effect::Copy {
        what: "what the token says".to_owned(),
        text: said(state, &pasted.seen),
    }]
}

fn said(state: &State, seen: &SeenToken) -> String {
    let place = state.environment();
    let knowledge = state.catalogue.library.of_environment(place);
    let api = knowledge.api.as_deref();
    let mut text = format!("token ·{}\n", seen.fingerprint);
    for line in lines(&seen.report, state.now, Some(place), api) {
        let mark = match line.tone {
            Tone::Bad => "! ",
            Tone::Doubt | Tone::Plain => "",
        };
        text.push_str(&format!("{mark}{}: {}\n", line.label, line.text));
    }
    for mended in &seen.mended {
        text.push_str(&format!("{mended}\n"));
    }
    text
}

/// Closes the sheet and drops the value.
pub fn forget(state: &mut State) -> Vec<Effect> {
    state.overlay = None;
    vec![Effect::ForgetTyped]
}
