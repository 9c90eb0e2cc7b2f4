//! Sends a request: from what the builder holds to the effect that sends it, and the choice of
//! where it goes.

use super::needs;
use crate::app::action::{Action, Pane, Screen};
use crate::app::message::{Effect, Notice};
use crate::app::pane::{AskedCall, Question, path_of};
use crate::app::screens;
use crate::app::state::{Overlay, Running, State};
use crate::model::{
    Auth, Environment, Manner, Origin, Progress, SentRequest, resolve, visible_line,
};

/// Sends what the builder holds, or says why it cannot.
pub fn send(state: &mut State, although_protected: bool) -> Vec<Effect> {
    send_as(state, Manner::default(), although_protected)
}

/// Sends like `send`, in another manner: after a wait, or with room for a larger body.
pub fn send_as(state: &mut State, manner: Manner, although_protected: bool) -> Vec<Effect> {
    let environment = state.environment().clone();
    if environment.sandbox && environment.base_url.is_empty() {
        state.waits_for_sandbox = true;
        return state.start_sandbox();
    }
    if let Some(effects) = needs::ask_for_token(state) {
        return effects;
    }
    let typed = state.builder.spec();
    let sent = match resolve(&typed, &environment) {
        Ok(sent) => sent,
        Err(failure) => {
            state.notice = Some(Notice::trouble(failure.message, failure.hint));
            return Vec::new();
        }
    };
    if !state.builder.is_written && !sent.files.is_empty() {
        ask_before_sending_files(state, &sent);
        return Vec::new();
    }
    if environment.protected && !(typed.is_safe() && sent.is_safe()) && !although_protected {
        ask_before_writing(state, &environment.name, &sent.url);
        return Vec::new();
    }
    state.notice = None;
    if state.builder.url.text() != typed.url {
        state.builder.url.set(&typed.url);
        let words = "What stood around the URL was left out.";
        state.notice = Some(Notice::info(words.to_owned()));
    }
    state.builder.completion.close();
    state.builder.is_written = true;
    state.screen = Screen::Explorer;
    // Sending from the call line ends the work there.
    if state.shows_one_pane() || state.is_on_call() {
        state.builder.finish_editing();
        state.focus = Pane::Response;
    }
    let job = state.next_job();
    state.response.awaiting = Some(job);
    state.response.asked = Some(AskedCall {
        spec: typed.clone(),
        environment: environment.name.clone(),
    });
    state.running.push(Running {
        job,
        method: sent.method.clone(),
        url: sent.url.clone(),
        began: state.now,
        progress: Progress::default(),
    });
    vec![Effect::Send {
        job,
        typed: Box::new(typed),
        sent: Box::new(sent),
        environment: Box::new(environment),
        case: state.case.clone(),
        manner,
    }]
}

fn ask_before_writing(state: &mut State, environment: &str, url: &str) {
    state.notice = None;
    state.overlay = Some(Overlay::Question(Question::Write {
        environment: environment.to_owned(),
        method: state.builder.method.clone(),
        path: path_of(url).to_owned(),
    }));
}

/// A command from elsewhere may name any file of this machine.
fn ask_before_sending_files(state: &mut State, sent: &SentRequest) {
    let files: Vec<String> = sent
        .files
        .iter()
        .map(|(_, path)| visible_line(path).into_owned())
        .collect();
    let host = Origin::parse(&sent.url).map_or_else(String::new, |origin| origin.to_string());
    state.overlay = Some(Overlay::Question(Question::Files {
        files: files.join(", "),
        host,
    }));
}

/// Switches to the chosen environment, and says so.
pub fn choose_environment(state: &mut State, place: usize) -> Vec<Effect> {
    let effects = enter(state, place);
    if !effects.is_empty() {
        let name = state.environment().name.clone();
        let key = state.keymap.hint(Action::ChooseToken).unwrap_or_default();
        state.notice = Some(Notice::info(match state.builder.auth.token() {
            Some(token) => format!("Now in {name}, as {token}. {key} chooses another token."),
            None => format!("Now in {name}. Choose a token with {key}."),
        }));
    }
    effects
}

/// Switches to another environment. The token stays if that environment lists it too; else its
/// first token is chosen.
pub fn enter(state: &mut State, place: usize) -> Vec<Effect> {
    if place == state.environment || place >= state.environments.len() {
        return Vec::new();
    }
    let before = state.environment().clone();
    state.environment = place;
    state.tokens.clear();
    let here = state.environment();
    let both = state.builder.auth.token().filter(|token| {
        !before.sandbox && before.tokens.contains(token) && here.tokens.contains(token)
    });
    let token = both.or(here.tokens.first()).cloned();
    state.builder.auth = token.map_or(Auth::None, Auth::Bearer);
    state.waits_for_sandbox = false;
    let mut effects = vec![Effect::ReadTokens(Box::new(state.environment().clone()))];
    effects.extend(state.start_sandbox());
    effects.extend(screens::moved(state));
    effects
}

/// Switches to the environment with that origin, or to a new one if there is none.
pub fn go_to(state: &mut State, origin: Option<Origin>) -> Vec<Effect> {
    let Some(origin) = origin else {
        return Vec::new();
    };
    let is_there = |environment: &Environment| environment.origin().as_ref() == Some(&origin);
    if is_there(state.environment()) {
        return Vec::new();
    }
    if let Some(place) = state.environments.iter().position(is_there) {
        return enter(state, place);
    }
    state.environments.push(Environment {
        name: origin.to_string(),
        base_url: origin.to_string(),
        placements: state.placements.clone(),
        ..Environment::default()
    });
    enter(state, state.environments.len() - 1)
}
