//! What a run needs before its first call: variables and tokens are asked for in turn, so that
//! nothing is left half done for want of one.

use crate::app::field::Field;
use crate::app::message::{Effect, Notice};
use crate::app::pane::{Asked, Prompt, SecretPrompt};
use crate::app::state::{Overlay, State};
use crate::app::task::{Task, Wait};
use crate::insight::replay::taken;
use crate::model::{Environment, ExchangeId, MASK, Session, TokenName, TokenSource};
use std::ops::Range;

/// What a run needs to know.
pub struct Needs<'s> {
    pub environment: &'s Environment,
    pub session: Option<&'s Session>,
    pub steps: Range<usize>,
    pub given: &'s [(String, String)],
    pub tokens: Vec<TokenName>,
    /// Whether a token without a value stops the whole run.
    pub needs_all: bool,
}

/// What a step that is left out gave when it was last sent, if that is still here.
pub fn earlier(state: &State, step: usize, variable: &str) -> Option<String> {
    let open = state.sessions.open.as_ref()?;
    let capture = open.session.steps.get(step)?.capture.iter();
    let (_, capture) = capture.clone().find(|(name, _)| name == variable)?;
    let id: &ExchangeId = state.sessions.results.get(step)?.as_ref()?.call.as_ref()?;
    let exchange = state.history.held(id)?;
    let value = taken(exchange.outcome.response()?, capture)?;
    // What is held here holds no secrets.
    (!value.contains(MASK)).then_some(value)
}

/// The question for the value of the request's token, where that is kept nowhere and was not given
/// yet.
pub fn ask_for_token(state: &mut State) -> Option<Vec<Effect>> {
    let name = state.builder.auth.token()?.clone();
    let row = state.tokens_pane.row(&state.environment().name, &name)?;
    let is_asked = row.source == Some(TokenSource::Prompt) && row.token.fingerprint.is_none();
    is_asked.then(|| ask_for_secret(state, Task::Send, name))
}

/// A line that is typed is seen and stays in the state, which is no place for a secret.
pub fn refuse_secret(state: &mut State, name: &str) -> Vec<Effect> {
    state.notice = Some(Notice::trouble(
        format!("The session needs {{{{{name}}}}}, which is a secret that it does not hold."),
        "Write {{token:NAME}} in its place and define that token, which is then asked for unseen.",
    ));
    Vec::new()
}

pub fn ask_for_variable(state: &mut State, task: Task, name: String) -> Vec<Effect> {
    state.overlay = Some(Overlay::Prompt(Box::new(Prompt {
        title: format!("Value of {{{{{name}}}}}"),
        hint: "The session needs it, and nothing here gives it.".to_owned(),
        lines: Vec::new(),
        field: Field::line(""),
        asked: Asked::Variable(name),
    })));
    state.waits_for = Some((task, Wait::Variable));
    Vec::new()
}

pub fn ask_for_secret(state: &mut State, task: Task, token: TokenName) -> Vec<Effect> {
    state.overlay = Some(Overlay::Secret(SecretPrompt {
        token: token.clone(),
        typed: 0,
    }));
    state.waits_for = Some((task, Wait::Secret));
    vec![Effect::AskToken(token)]
}

pub fn secret_typed(state: &mut State, count: usize) -> Vec<Effect> {
    if let Some(Overlay::Secret(secret)) = &mut state.overlay {
        secret.typed = count;
    }
    // The runtime has these keys; what was told goes with them too.
    state.notice = None;
    Vec::new()
}
