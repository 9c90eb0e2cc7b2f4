//! The matrix: where its rows and columns come from, its runs, and the calls that come of them.

use super::history;
use super::needs::Needs;
use crate::app::action::{Action, Screen};
use crate::app::message::{Effect, Exported, FillRun, Notice, OpenSession, SessionFrom, Then};
use crate::app::pane::{Choice, Dialog, MatrixPane, Pick, Rows};
use crate::app::remember::made;
use crate::app::state::{Overlay, State};
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::api::endpoint::reading_session;
use crate::insight::learned::Learned;
use crate::insight::matrix::{Caller, Cell};
use crate::model::{Environment, Session, TokenName};
use std::sync::Arc;
use std::time::Duration;

/// Where the matrix is asked.
pub fn place_of_matrix(state: &State) -> &Environment {
    state.environment_for(None, state.matrix.session.environment.as_deref())
}

/// The screen comes to the front: with every endpoint that is read where nothing was chosen, and
/// for the environment in use.
pub fn shown(state: &mut State) -> Vec<Effect> {
    if state.matrix.session.steps.is_empty() {
        let rows = endpoints_as_rows(state);
        state.matrix.set_rows(rows);
    }
    settle(state)
}

/// Every endpoint that is only read, as far as the pack of the API lists them.
fn endpoints_as_rows(state: &State) -> Session {
    let place = place_of_matrix(state);
    let knowledge = state.catalogue.library.of_environment(place);
    reading_session(&knowledge.endpoints(&place.base_url))
}

/// Sees to it that the columns are tokens of the place where the matrix is asked.
pub fn settle(state: &mut State) -> Vec<Effect> {
    let place = place_of_matrix(state).clone();
    let mut effects = Vec::new();
    if state.matrix.place != place.name {
        effects.extend(state.matrix.job.map(Effect::Cancel));
        state.matrix.move_to(&place.name);
        effects.push(Effect::LookAtTokens {
            environment: Box::new(place.clone()),
            names: Vec::new(),
            reads: false,
        });
    }
    tokens_known(state);
    effects.push(learn(state));
    effects
}

/// All tokens of the place are columns until a person chooses.
pub fn tokens_known(state: &mut State) {
    let rows = state.tokens_pane.rows(&state.matrix.place);
    if state.matrix.matrix.callers.is_empty() && !rows.is_empty() {
        let names = rows.iter().map(|row| row.token.name.clone());
        // The practice token that is always told to slow down would hold up the whole first run.
        let sandbox = place_of_matrix(state).sandbox;
        let names = names.filter(|name| !(sandbox && name.as_str() == "throttled"));
        let names: Vec<TokenName> = names.collect();
        state.matrix.set_columns(MatrixPane::columns_of(names));
    }
}

fn learn(state: &State) -> Effect {
    Effect::Learn {
        environment: state.matrix.place.clone(),
        held: state.history.made_in(&state.matrix.place),
    }
}

pub fn learned(state: &mut State, place: &str, learned: Arc<Learned>) -> Vec<Effect> {
    if state.matrix.place == place {
        state.matrix.learned = learned.clone();
    }
    state.tokens_pane.know(place, learned);
    Vec::new()
}

/// Why the matrix cannot be filled now.
pub fn no_fill(state: &State) -> Option<&'static str> {
    match &state.matrix {
        pane if pane.is_running() => Some("It is being filled already. Esc stops it."),
        pane if pane.matrix.callers.is_empty() => {
            Some("No token is chosen. Choose those that are to be compared.")
        }
        pane if pane.matrix.rows.is_empty() => Some("There are no requests. Choose some."),
        _ => None,
    }
}

pub fn needs(state: &State) -> Option<Needs<'_>> {
    let session = &state.matrix.session;
    let callers = state.matrix.matrix.callers.iter();
    Some(Needs {
        environment: place_of_matrix(state),
        session: Some(session),
        steps: 0..session.steps.len(),
        given: &state.matrix.given,
        tokens: callers
            .filter_map(|caller| caller.token().cloned())
            .collect(),
        // A column without a value says so in its cells.
        needs_all: false,
    })
}

pub fn start(state: &mut State) -> Vec<Effect> {
    let environment = place_of_matrix(state).clone();
    let run = FillRun {
        session: state.matrix.session.clone(),
        environment,
        callers: state.matrix.matrix.callers.clone(),
        given: state.matrix.given.clone(),
        writes: state.matrix.writes,
        case: state.case.clone(),
    };
    state.matrix.clear();
    let job = state.begin_job("matrix", run.session.name.clone());
    state.matrix.job = Some(job);
    vec![Effect::Fill {
        job,
        run: Box::new(run),
    }]
}

/// A cell has its answer. Every call is kept, also of a run that nobody looks at any more.
pub fn filled(
    state: &mut State,
    job: Job,
    (row, column): (usize, usize),
    cell: Cell,
    exchange: Option<Arc<Exchange>>,
) -> Vec<Effect> {
    let id = exchange.as_ref().map(|exchange| exchange.id.clone());
    if state.matrix.job == Some(job) {
        state.matrix.fill(row, column, cell, id);
    }
    exchange.map_or_else(Vec::new, |exchange| made(state, exchange))
}

pub fn paused(state: &mut State, job: Job, pause: Duration) -> Vec<Effect> {
    if state.matrix.job == Some(job) {
        state.matrix.paused = state.now.checked_add(pause).ok();
    }
    Vec::new()
}

/// The run is over; what it learnt is in the history too.
pub fn done(state: &mut State) -> Vec<Effect> {
    state.matrix.job = None;
    state.matrix.paused = None;
    vec![learn(state)]
}

/// Lists where requests can come from.
pub fn choose_rows(state: &mut State) {
    let marked = state.history.marked();
    let mut choices = vec![Choice {
        label: "all endpoints that are read".to_owned(),
        note: "with the first item of each list".to_owned(),
        pick: Pick::Rows(Rows::Endpoints),
    }];
    if marked > 0 {
        choices.push(Choice {
            label: match marked {
                1 => "the marked call of the history".to_owned(),
                _ => format!("the {marked} marked calls of the history"),
            },
            note: String::new(),
            pick: Pick::Rows(Rows::Marked),
        });
    }
    choices.extend(state.sessions.files.iter().map(|file| Choice {
        label: file.name.clone(),
        note: "session".to_owned(),
        pick: Pick::Rows(Rows::Session(file.path.clone())),
    }));
    let dialog = Dialog::picker("Requests", choices, None, Action::MatrixRows);
    state.overlay = Some(Overlay::Dialog(dialog));
}

pub fn take_rows(state: &mut State, rows: Rows) -> Vec<Effect> {
    let from = match rows {
        Rows::Endpoints => {
            let stop = state.matrix.job.map(Effect::Cancel);
            state.matrix.awaits = None;
            let rows = endpoints_as_rows(state);
            state.matrix.set_rows(rows);
            return stop.into_iter().chain(settle(state)).collect();
        }
        Rows::Session(path) => SessionFrom::File(path),
        Rows::Marked => {
            let Some((name, chosen)) = state.history.chosen() else {
                return Vec::new();
            };
            let held = state.history.held_of(&chosen);
            SessionFrom::Calls {
                name,
                chosen,
                held,
                environments: state.environments.clone(),
            }
        }
    };
    let job = state.next_job();
    state.matrix.awaits = Some(job);
    vec![Effect::OpenSession {
        job,
        screen: Screen::Matrix,
        from,
    }]
}

pub fn opened(state: &mut State, session: Result<Box<OpenSession>, String>) -> Vec<Effect> {
    state.matrix.awaits = None;
    match session {
        Ok(open) => {
            let stop = state.matrix.job.map(Effect::Cancel);
            state.matrix.set_rows(open.session);
            stop.into_iter().chain(settle(state)).collect()
        }
        Err(why) => {
            state.notice = Some(Notice::trouble(why, ""));
            Vec::new()
        }
    }
}

/// Lists who may be a column; choosing puts it in or takes it out, and the list stays.
pub fn choose_columns(state: &mut State, at: usize) {
    let rows = state.tokens_pane.rows(&state.matrix.place).iter();
    let mut callers: Vec<Caller> = rows
        .map(|row| Caller::Token(row.token.name.clone()))
        .collect();
    callers.extend([Caller::Nobody, Caller::Wrong]);
    let chosen = &state.matrix.matrix.callers;
    let choices = callers.into_iter().map(|caller| Choice {
        label: match chosen.contains(&caller) {
            true => format!("[x] {}", caller.label()),
            false => format!("[ ] {}", caller.label()),
        },
        note: match caller {
            Caller::Token(_) => String::new(),
            Caller::Nobody => "without a token".to_owned(),
            Caller::Wrong => "a token that nobody was given".to_owned(),
        },
        pick: Pick::Column(caller),
    });
    let choices = choices.collect();
    let title = "Tokens to compare";
    let dialog = Dialog::picker(title, choices, Some(at), Action::MatrixColumns);
    state.overlay = Some(Overlay::Dialog(dialog));
}

pub fn take_column(state: &mut State, caller: &Caller, at: usize) -> Vec<Effect> {
    let stop = state.matrix.job.map(Effect::Cancel);
    state.matrix.toggle_column(caller);
    choose_columns(state, at);
    stop.into_iter().collect()
}

/// Why calls that write cannot be switched on.
pub fn no_writes(state: &State) -> Option<&'static str> {
    place_of_matrix(state)
        .protected
        .then_some("The environment is protected, so calls that write are never sent from here.")
}

/// Switches them off at once, and asks before it switches them on.
pub fn ask_for_writes(state: &mut State) {
    if state.matrix.writes {
        state.matrix.writes = false;
        return;
    }
    let columns = state.matrix.matrix.callers.len();
    let choices = vec![
        Choice {
            label: "Only read".to_owned(),
            note: String::new(),
            pick: Pick::Writes(false),
        },
        Choice {
            label: "Send calls that write too".to_owned(),
            note: format!("each once for every token, {columns} times"),
            pick: Pick::Writes(true),
        },
    ];
    let title = format!("Writing in {}", state.matrix.place);
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
}

/// Why the cell under the cursor cannot be opened.
pub fn no_call(state: &State) -> Option<&'static str> {
    let pane = &state.matrix;
    let call = pane
        .cursor()
        .and_then(|(row, column)| pane.call(row, column));
    call.is_none()
        .then_some("No call was made for this cell yet.")
}

/// Takes the call behind the cell to the explorer.
pub fn open_call(state: &mut State) -> Vec<Effect> {
    take_call(state, Then::Load)
}

/// Takes it there and asks why it was refused.
pub fn why(state: &mut State) -> Vec<Effect> {
    take_call(state, Then::Investigate)
}

fn take_call(state: &mut State, then: Then) -> Vec<Effect> {
    let pane = &state.matrix;
    let call = pane
        .cursor()
        .and_then(|(row, column)| pane.call(row, column));
    call.map_or_else(Vec::new, |id| history::open(state, id, then))
}

pub fn export(state: &mut State) -> Vec<Effect> {
    vec![Effect::Export(Exported::Matrix(Box::new(
        state.matrix.matrix.clone(),
    )))]
}
