//! Waiting for somebody to say yes in a browser: what is shown meanwhile, and how it ends.

use crate::app::message::{Effect, Notice, Pasted};
use crate::app::pane::SignIn;
use crate::app::state::{Overlay, State};
use crate::model::{TokenName, is_way_back};

/// Shows the page and the code; where something else is in front, in the line of messages.
pub fn shown(state: &mut State, sign_in: SignIn) -> Vec<Effect> {
    if matches!(state.overlay, None | Some(Overlay::SignIn(_))) {
        state.notice = None;
        state.overlay = Some(Overlay::SignIn(Box::new(sign_in)));
        return Vec::new();
    }
    let SignIn { token, url, .. } = &sign_in;
    let (what, remedy) = match &sign_in.user_code {
        Some(code) => (
            format!("Token {token}: open {url} and type {code}."),
            "In a browser on any machine.",
        ),
        None => (
            format!("Token {token}: open {url}"),
            "In a browser on this machine; it comes back by itself.",
        ),
    };
    let mut notice = Notice::info(what);
    notice.remedy = remedy.to_owned();
    state.notice = Some(notice);
    Vec::new()
}

/// Takes a pasted address of this machine as the one that a browser elsewhere ended at; `None`
/// where nobody waits for one, or it is something else.
pub fn came_back(state: &State, text: &str) -> Option<Vec<Effect>> {
    let is_awaited =
        matches!(&state.overlay, Some(Overlay::SignIn(shown)) if shown.user_code.is_none());
    let address = text.trim();
    let is_one = !address.contains(char::is_whitespace);
    let is_here = address
        .split_once('?')
        .is_some_and(|(page, _)| is_way_back(page));
    (is_awaited && is_one && is_here).then(|| vec![Effect::CameBack(Pasted(address.to_owned()))])
}

/// The token is there.
pub fn got(state: &mut State, token: &TokenName) -> Vec<Effect> {
    if matches!(&state.overlay, Some(Overlay::SignIn(shown)) if shown.token == *token) {
        state.overlay = None;
    }
    Vec::new()
}

/// Whatever waited for it has ended.
pub fn ended(state: &mut State) {
    if matches!(state.overlay, Some(Overlay::SignIn(_))) {
        state.overlay = None;
    }
}

/// Stops waiting: the run that wanted the token, or the call.
pub fn stop(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::SignIn(shown)) = &state.overlay else {
        return Vec::new();
    };
    let run = state.tokens_pane.job.as_ref();
    let run = run.filter(|(_, token)| *token == shown.token);
    let run = run.map(|(job, _)| *job);
    let job = run.or(state.response.awaiting);
    state.overlay = None;
    job.map(Effect::Cancel).into_iter().collect()
}

/// Asks for the page to be opened in this machine's browser; nothing where no sign-in is shown.
pub fn open(state: &State) -> Vec<Effect> {
    let url = address(state).map(Effect::OpenPage);
    url.into_iter().collect()
}

/// Puts the page's address on the clipboard, with the code in it where the server gave such a one.
pub fn copy(state: &State) -> Vec<Effect> {
    let url = address(state).map(|text| Effect::Copy {
        what: "the address".to_owned(),
        text,
    });
    url.into_iter().collect()
}

fn address(state: &State) -> Option<String> {
    match &state.overlay {
        Some(Overlay::SignIn(shown)) => Some(shown.address().to_owned()),
        _ => None,
    }
}
