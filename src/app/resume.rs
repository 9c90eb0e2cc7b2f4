//! Continues what waited: a run that now has what it needs, a call that was fetched, a typed line.

use super::action::{Pane, Screen};
use super::feature::needs::{self, Needs};
use super::feature::send::{self, enter, send, send_as};
use super::feature::{
    compare, copy, investigate, matrix, proof, save_body, save_session, seen, sessions, setup,
    tokens, when,
};
use super::message::{Effect, Notice, Then, TokenRow};
use super::pane::{Asked, AskedCall};
use super::screens;
use super::state::{Overlay, Start, State};
use super::task::{Task, Wait};
use crate::insight::Exchange;
use crate::insight::redact::is_secret_name;
use crate::insight::replay::wanted;
use crate::model::{
    Environment, ExchangeId, ExchangeSummary, RequestSpec, TokenSource, as_text, limits, resolve,
};
use std::ops::Range;
use std::sync::Arc;

/// Opens the explorer, and requests what it needs first.
pub fn open(mut start: Start) -> (State, Vec<Effect>) {
    let (session, pasted) = (start.session.take(), start.pasted.take());
    let was_argument = start.was_argument;
    let mut state = State::new(start);
    let mut effects = vec![Effect::ReadTokens(Box::new(state.environment().clone()))];
    if state.mouse {
        effects.push(Effect::UseMouse(true));
    }
    effects.extend(state.start_sandbox());
    effects.push(state.recall(None));
    if let Some(path) = session {
        effects.extend(screens::open_session(&mut state, path));
    }
    if let Some(text) = pasted {
        effects.push(Effect::TakeIn { text, was_argument });
    }
    if !state.opens_with_a_call {
        setup::offer(&mut state);
    }
    (state, effects)
}

/// Fills the matrix, once its variables and tokens are known.
pub fn fill(state: &mut State) -> Vec<Effect> {
    begin(state, Task::Fill)
}

/// Replays the whole open session.
pub fn run_all(state: &mut State) -> Vec<Effect> {
    run(state, 0..state.sessions.step_count())
}

/// Replays the open session from the step under the cursor on.
pub fn run_from(state: &mut State) -> Vec<Effect> {
    run(
        state,
        state.sessions.steps.cursor..state.sessions.step_count(),
    )
}

/// Runs the step under the cursor alone.
pub fn run_one(state: &mut State) -> Vec<Effect> {
    let at = state.sessions.steps.cursor;
    run(state, at..at + 1)
}

fn run(state: &mut State, steps: Range<usize>) -> Vec<Effect> {
    begin(state, Task::Replay(steps))
}

/// Reads a token's value, by asking for it or by running the program that prints it.
pub fn ask_to_read(state: &mut State) -> Vec<Effect> {
    let place = state.environment().name.clone();
    let Some(name) = tokens::selected(state) else {
        return Vec::new();
    };
    // A token that could not be read may be fixed by now.
    match state.tokens_pane.row(&place, &name) {
        Some(row) if row.trouble.is_some() => tokens::read(state, name),
        _ => begin(state, Task::Read(name)),
    }
}

/// Surveys the token under the cursor: what it may do at each endpoint.
pub fn survey(state: &mut State) -> Vec<Effect> {
    tokens::selected(state).map_or_else(Vec::new, |name| begin(state, Task::Survey(name)))
}

pub fn verify(state: &mut State) -> Vec<Effect> {
    tokens::selected(state).map_or_else(Vec::new, |name| begin(state, Task::Verify(name)))
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
                return needs::refuse_secret(state, &first.name);
            }
            let earlier = first
                .giver
                .and_then(|step| needs::earlier(state, step, &first.name));
            return match earlier {
                Some(value) => give(state, task, first.name, value),
                None => needs::ask_for_variable(state, task, first.name),
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
        return needs::ask_for_secret(state, task, name);
    }
    start(state, task)
}

fn needs<'s>(state: &'s State, task: &Task) -> Option<Needs<'s>> {
    match task {
        Task::Replay(steps) => sessions::needs(state, steps.clone()),
        Task::Fill => matrix::needs(state),
        Task::Send => Some(Needs {
            environment: state.environment(),
            session: None,
            steps: 0..0,
            given: &[],
            tokens: Vec::new(),
            needs_all: false,
        }),
        Task::Survey(name) | Task::Verify(name) | Task::Read(name) => Some(Needs {
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
        Task::Replay(steps) => sessions::start_or_ask(state, steps),
        Task::Fill => matrix::start(state),
        Task::Survey(name) => tokens::start_survey(state, name),
        Task::Verify(name) => proof::start(state, name, false),
        Task::Read(name) => tokens::read(state, name),
        Task::Send => send::send(state, false),
    }
}

/// Takes the typed value of a variable; the run goes on with it.
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

/// The value of a token was given and is in the vault; or the person left the question, and the run
/// ends.
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

/// Takes in what is known of tokens; a run that waited for it goes on.
pub fn looked(state: &mut State, place: &str, rows: Vec<TokenRow>) -> Vec<Effect> {
    state.tokens_pane.looked(place, rows);
    matrix::tokens_known(state);
    match state.waits_for.take() {
        Some((task, Wait::Tokens(awaited))) if awaited == place => begin(state, task),
        waits => {
            state.waits_for = waits;
            Vec::new()
        }
    }
}

/// Puts a fetched call into the builder, and its response beside it.
pub fn fetched(state: &mut State, exchange: Option<Arc<Exchange>>, then: Then) -> Vec<Effect> {
    let Some(exchange) = exchange else {
        state.notice = Some(Notice::trouble(
            "This call is no longer in the history.",
            "Another instance may have forgotten it, or it was too old to keep.",
        ));
        return Vec::new();
    };
    if then == Then::Compare {
        return compare::against(state, exchange);
    }
    if then == Then::Copy {
        copy::open_call(state, exchange);
        return Vec::new();
    }
    if then == Then::When {
        return when::ask(state, exchange);
    }
    let named = |e: &crate::model::Environment| e.name == exchange.environment;
    let mut effects = match state.environments.iter().position(named) {
        Some(place) => enter(state, place),
        None => Vec::new(),
    };
    if !effects.is_empty() {
        state.notice = Some(Notice::info(format!(
            "Now in {}, where this call was made.",
            exchange.environment
        )));
    }
    state.screen = Screen::Explorer;
    let is_request = !exchange.typed.method.is_empty();
    if is_request {
        let typed = as_sendable(&exchange, state.environment());
        state.builder.load(&typed);
    }
    state.response.awaiting = None;
    let answer = investigate::shown(state, exchange);
    effects.extend(state.response.show(answer));
    effects.extend(investigate::wanted(state));
    state.response.of = is_request.then(|| AskedCall {
        spec: state.builder.spec(),
        environment: state.environment().name.clone(),
    });
    if state.shows_one_pane() || state.is_on_call() {
        state.leave_field();
        state.focus = Pane::Response;
    }
    match then {
        Then::SendAgain if !is_request => {
            state.notice = Some(Notice::info(
                "This answer was pasted, and nobody knows its request; there is nothing to send.",
            ));
        }
        Then::SendAgain => effects.extend(send(state, false)),
        Then::Resend(manner) => effects.extend(send_as(state, manner, false)),
        Then::Investigate => effects.extend(investigate::investigate(state)),
        Then::LoadToCompare => effects.extend(compare::loaded(state)),
        Then::Load | Then::Compare | Then::Copy | Then::When => {}
    }
    effects
}

/// Puts the call of the response in front back into the request.
pub fn bring_back(state: &mut State) -> Vec<Effect> {
    let Some(of) = state.response.of.clone() else {
        return Vec::new();
    };
    let named = |e: &Environment| e.name == of.environment;
    let effects = match state.environments.iter().position(named) {
        Some(place) => enter(state, place),
        None => Vec::new(),
    };
    state.builder.load(&of.spec);
    effects
}

/// The request as typed; as it was sent, if a finished run filled it in, so that it can be sent
/// again.
fn as_sendable(exchange: &Exchange, environment: &Environment) -> RequestSpec {
    let mut typed = exchange.typed.clone();
    // What was sent is data, apart from its tokens.
    let base = as_text(environment.base_url.trim_end_matches('/'));
    let sent = exchange.sent.url_template();
    if resolve(&typed, environment).is_ok() || sent.is_empty() || base.is_empty() {
        return typed;
    }
    let path = sent.strip_prefix(&base);
    let Some(path) = path.filter(|path| path.starts_with('/')) else {
        return typed;
    };
    let filled = RequestSpec {
        url: format!("{{{{base}}}}{path}"),
        params: Vec::new(),
        ..typed.clone()
    };
    if resolve(&filled, environment).is_ok() {
        typed = filled;
    }
    typed
}

/// Takes in the rows that the store found, if the question is still open.
pub fn recalled(
    state: &mut State,
    question: u64,
    found: Vec<ExchangeSummary>,
    has_older: bool,
    after: Option<ExchangeId>,
) -> Vec<Effect> {
    if state.history.asking != Some(question) {
        return Vec::new();
    }
    state.history.asking = None;
    state.history.recalled(found, has_older, after.as_ref());
    // The opening call is only for people who never made one.
    if state.opens_with_a_call {
        state.opens_with_a_call = false;
        if state.history.rows.is_empty() {
            return send(state, false);
        }
    }
    Vec::new()
}

/// Takes the typed line as the answer to its question.
pub fn answer_prompt(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Prompt(prompt)) = state.overlay.take() else {
        return Vec::new();
    };
    let text = prompt.field.text();
    match prompt.asked {
        Asked::Case => {
            let case = text.trim();
            state.case = (!case.is_empty()).then(|| case.to_owned());
        }
        Asked::Variable(name) => return variable_given(state, name, text),
        Asked::File(source) => return save_body::save(source, &text),
        Asked::Note(word) => return seen::record(state, *word, &text),
        Asked::Session(session) => return save_session::named(state, *session, &text),
    }
    Vec::new()
}
