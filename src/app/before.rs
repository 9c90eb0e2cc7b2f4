//! Before the first call of a run: the variables and tokens that it needs are named and asked
//! for in turn, so that nothing is left half done for want of one.

use super::filling;
use super::knowing;
use super::message::{Effect, Notice, TokenRow};
use super::pane::{Asked, Prompt, SecretPrompt};
use super::replaying;
use super::sending;
use super::state::{Overlay, State};
use crate::app::field::Field;
use crate::insight::redact::is_secret_name;
use crate::insight::replay::{taken, wanted};
use crate::model::{Environment, ExchangeId, MASK, Session, TokenName, TokenSource, limits};
use std::ops::Range;

/// A run that may have to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// These steps of the session that is open.
    Replay(Range<usize>),
    Fill,
    Survey(TokenName),
    /// Only the value of a token is wanted.
    Read(TokenName),
    /// The request of the builder.
    Send,
}

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    Variable,
    /// Looking at the tokens of this environment.
    Tokens(String),
    Secret,
}

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

/// Begins a run, or asks for what it needs first.
pub fn begin(state: &mut State, task: Task) -> Vec<Effect> {
    state.waits_for = None;
    if state.running.len() >= limits::JOBS {
        state.notice = Some(Notice::info(
            "Many calls are under way. Wait for one, or stop one with Esc.",
        ));
        return Vec::new();
    }
    let Some(needs) = needs(state, &task) else {
        return Vec::new();
    };
    if let Some(session) = needs.session {
        let wanted = wanted(session, needs.steps.clone(), needs.environment, needs.given);
        if let Some(first) = wanted.into_iter().next() {
            if is_secret_name(&first.name) {
                return refuse_secret(state, &first.name);
            }
            let earlier = first
                .giver
                .and_then(|step| earlier(state, step, &first.name));
            return match earlier {
                Some(value) => give(state, task, first.name, value),
                None => ask_for_variable(state, task, first.name),
            };
        }
    }
    let place = needs.environment.name.clone();
    let rows: Vec<Option<&TokenRow>> = needs
        .tokens
        .iter()
        .map(|name| state.tokens_pane.row(&place, name))
        .collect();
    if rows.iter().any(Option::is_none) {
        let effect = Effect::LookAtTokens {
            environment: Box::new(needs.environment.clone()),
            names: needs.tokens.clone(),
            reads: false,
        };
        state.waits_for = Some((task, Wait::Tokens(place)));
        return vec![effect];
    }
    let mut rows = rows.into_iter().flatten();
    let asked = rows
        .clone()
        .find(|row| row.source == Some(TokenSource::Prompt) && row.token.fingerprint.is_none());
    let trouble = rows.find_map(|row| Some((&row.token.name, row.trouble.as_ref()?)));
    if let Some((_, why)) = trouble
        && needs.needs_all
    {
        let hint = "Choose another token for the run, or give this one a value.";
        state.notice = Some(Notice::trouble(why.clone(), hint));
        return Vec::new();
    }
    if let Some(row) = asked {
        let name = row.token.name.clone();
        return ask_for_secret(state, task, name);
    }
    start(state, task)
}

fn needs<'s>(state: &'s State, task: &Task) -> Option<Needs<'s>> {
    match task {
        Task::Replay(steps) => replaying::needs(state, steps.clone()),
        Task::Fill => filling::needs(state),
        Task::Send => Some(Needs {
            environment: state.environment(),
            session: None,
            steps: 0..0,
            given: &[],
            tokens: Vec::new(),
            needs_all: false,
        }),
        Task::Survey(name) | Task::Read(name) => Some(Needs {
            environment: state.environment(),
            session: None,
            steps: 0..0,
            given: &[],
            tokens: vec![name.clone()],
            needs_all: true,
        }),
    }
}

fn start(state: &mut State, task: Task) -> Vec<Effect> {
    match task {
        Task::Replay(steps) => replaying::start_or_ask(state, steps),
        Task::Fill => filling::start(state),
        Task::Survey(name) => knowing::start_survey(state, name),
        Task::Read(name) => knowing::read(state, name),
        Task::Send => sending::send(state, false),
    }
}

/// What a step that is left out gave when it was last sent, if that is still here.
fn earlier(state: &State, step: usize, variable: &str) -> Option<String> {
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
fn refuse_secret(state: &mut State, name: &str) -> Vec<Effect> {
    state.notice = Some(Notice::trouble(
        format!("The session needs {{{{{name}}}}}, which is a secret that it does not hold."),
        "Write {{token:NAME}} in its place and define that token, which is then asked for unseen.",
    ));
    Vec::new()
}

fn ask_for_variable(state: &mut State, task: Task, name: String) -> Vec<Effect> {
    state.overlay = Some(Overlay::Prompt(Box::new(Prompt {
        title: format!("Value of {{{{{name}}}}}"),
        hint: "The session needs it, and nothing here gives it.",
        field: Field::line(""),
        asked: Asked::Variable(name),
    })));
    state.waits_for = Some((task, Wait::Variable));
    Vec::new()
}

/// The value that was typed; the run goes on with it.
pub fn variable_given(state: &mut State, name: String, value: String) -> Vec<Effect> {
    match state.waits_for.take() {
        Some((task, Wait::Variable)) if !value.is_empty() => give(state, task, name, value),
        _ => Vec::new(),
    }
}

fn give(state: &mut State, task: Task, name: String, value: String) -> Vec<Effect> {
    match task {
        Task::Fill => state.matrix.given.push((name, value)),
        _ => state.sessions.given.push((name, value)),
    }
    begin(state, task)
}

fn ask_for_secret(state: &mut State, task: Task, token: TokenName) -> Vec<Effect> {
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
    Vec::new()
}

/// A value was given and lent to the vault; or the question was left, and the run with it.
pub fn secret_given(state: &mut State, row: Option<TokenRow>) -> Vec<Effect> {
    if matches!(state.overlay, Some(Overlay::Secret(_))) {
        state.overlay = None;
    }
    let waits = state.waits_for.take();
    let Some(row) = row else {
        return Vec::new();
    };
    state.tokens_pane.given(&row);
    let known = state.tokens.iter_mut();
    for token in known.filter(|token| token.name == row.token.name) {
        token.fingerprint = row.token.fingerprint.clone();
    }
    match waits {
        Some((task, Wait::Secret)) => begin(state, task),
        _ => Vec::new(),
    }
}

/// Tokens were looked at; a run that waited for that goes on.
pub fn looked(state: &mut State, place: &str, rows: Vec<TokenRow>) -> Vec<Effect> {
    state.tokens_pane.looked(place, rows);
    filling::tokens_known(state);
    match state.waits_for.take() {
        Some((task, Wait::Tokens(awaited))) if awaited == place => begin(state, task),
        waits => {
            state.waits_for = waits;
            Vec::new()
        }
    }
}
