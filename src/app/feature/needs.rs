//! What a run needs before its first call: asks for variables and tokens one by one, so that a run
//! never stops halfway for lack of one.

use crate::app::field::Field;
use crate::app::message::{Effect, Notice};
use crate::app::pane::{Asked, Prompt, SecretPrompt};
use crate::app::state::{Overlay, State};
use crate::app::task::{Task, Wait};
use crate::insight::replay::taken;
use crate::model::{Environment, ExchangeId, MASK, Session, TokenName, TokenSource};
use std::ops::Range;

/// The variables and tokens that a run uses, and where their values may come from.
pub struct Needs<'s> {
    pub environment: &'s Environment,
    pub session: Option<&'s Session>,
    pub steps: Range<usize>,
    pub given: &'s [(String, String)],
    pub tokens: Vec<TokenName>,
    /// Whether a token without a value stops the whole run.
    pub needs_all: bool,
}

/// The value that a skipped step gave when it was last sent, if that call is still held.
pub fn earlier(state: &State, step: usize, variable: &str) -> Option<String> {
    let open = state.sessions.open.as_ref()?;
    let capture = open.session.steps.get(step)?.capture.iter();
    let (_, capture) = capture.clone().find(|(name, _)| name == variable)?;
    let id: &ExchangeId = state.sessions.results.get(step)?.as_ref()?.call.as_ref()?;
    let exchange = state.history.held(id)?;
    let value = taken(exchange.outcome.response()?, capture)?;
    // Calls held here contain no secrets.
    (!value.contains(MASK)).then_some(value)
}

/// Asks for the value of the request's token if it is kept nowhere and was not given yet.
pub fn ask_for_token(state: &mut State) -> Option<Vec<Effect>> {
    let name = state.builder.auth.token()?.clone();
    let row = state.tokens_pane.row(&state.environment().name, &name)?;
    let is_asked = row.source == Some(TokenSource::Prompt) && row.token.fingerprint.is_none();
    is_asked.then(|| ask_for_secret(state, Task::Send, name))
}

/// Refuses a secret as a variable: a typed line is visible and stays in the state, which is no
/// place for a secret.
pub fn refuse_secret(state: &mut State, name: &str) -> Vec<Effect> {
    state.notice = Some(Notice::trouble(
        format!("The session needs {{{{{name}}}}}, which is a secret that it does not hold."),
        "Write {{token:NAME}} in its place and define that token, which is then asked for unseen.",
    ));
    Vec::new()
}

/// Asks for the value of a variable; the task waits for it.
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

/// Asks for the value of a token, typed unseen; the task waits for it.
pub fn ask_for_secret(state: &mut State, task: Task, token: TokenName) -> Vec<Effect> {
    state.overlay = Some(Overlay::Secret(SecretPrompt {
        token: token.clone(),
        typed: 0,
    }));
    state.waits_for = Some((task, Wait::Secret));
    vec![Effect::AskToken(token)]
}

/// Shows how many characters of a hidden value are typed.
pub fn secret_typed(state: &mut State, count: usize) -> Vec<Effect> {
    if let Some(Overlay::Secret(secret)) = &mut state.overlay {
        secret.typed = count;
    }
    // These keys go to the runtime, and dismiss the message like any other key.
    state.notice = None;
    Vec::new()
}
