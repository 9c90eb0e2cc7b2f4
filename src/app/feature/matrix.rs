//! The matrix: where its rows and columns come from, its runs, and the calls behind its cells.

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

/// The environment that the matrix calls.
pub fn environment_of_matrix(state: &State) -> &Environment {
    state.environment_for(None, state.matrix.session.environment.as_deref())
}

/// Brings the screen to the front: with every read-only endpoint if nothing was chosen, and for the
/// environment in use.
pub fn shown(state: &mut State) -> Vec<Effect> {
    if state.matrix.session.steps.is_empty() {
        let rows = endpoints_as_rows(state);
        state.matrix.set_rows(rows);
    }
    settle(state)
}

/// Every read-only endpoint that the pack of the API lists.
fn endpoints_as_rows(state: &State) -> Session {
    let place = environment_of_matrix(state);
    let knowledge = state.catalogue.library.of_environment(place);
    reading_session(&knowledge.endpoints(&place.base_url))
}

/// Makes sure that the columns are tokens of the environment that the matrix calls.
pub fn settle(state: &mut State) -> Vec<Effect> {
    let place = environment_of_matrix(state).clone();
    let mut effects = Vec::new();
    if state.matrix.environment != place.name {
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

/// Makes every token of the environment a column, until the person chooses.
pub fn tokens_known(state: &mut State) {
    let rows = state.tokens_pane.rows(&state.matrix.environment);
    if state.matrix.matrix.callers.is_empty() && !rows.is_empty() {
        let names = rows.iter().map(|row| row.token.name.clone());
        // The practice token that is always told to slow down would hold up the whole first run.
        let sandbox = environment_of_matrix(state).sandbox;
        let names = names.filter(|name| !(sandbox && name.as_str() == "throttled"));
        let names: Vec<TokenName> = names.collect();
        state.matrix.set_columns(MatrixPane::columns_of(names));
    }
}

fn learn(state: &State) -> Effect {
    Effect::Learn {
        environment: state.matrix.environment.clone(),
        held: state.history.made_in(&state.matrix.environment),
    }
}

/// Takes in what the history knows of an environment, for the matrix and the tokens screen.
pub fn learned(state: &mut State, place: &str, learned: Arc<Learned>) -> Vec<Effect> {
    if state.matrix.environment == place {
        state.matrix.learned = learned.clone();
    }
    state.tokens_pane.know(place, learned);
    Vec::new()
}

/// Why the matrix cannot be filled now.
pub fn why_not_fill(state: &State) -> Option<&'static str> {
    match &state.matrix {
        pane if pane.is_running() => Some("It is being filled already. Esc stops it."),
        pane if pane.matrix.callers.is_empty() => {
            Some("No token is chosen. Choose those that are to be compared.")
        }
        pane if pane.matrix.rows.is_empty() => Some("There are no requests. Choose some."),
        _ => None,
    }
}

/// The variables and tokens that a run needs; a token without a value does not stop it.
pub fn needs(state: &State) -> Option<Needs<'_>> {
    let session = &state.matrix.session;
    let callers = state.matrix.matrix.callers.iter();
    Some(Needs {
        environment: environment_of_matrix(state),
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

/// Empties the cells and starts a run over all of them.
pub fn start(state: &mut State) -> Vec<Effect> {
    let environment = environment_of_matrix(state).clone();
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

/// A cell got its response. Every call is kept, even from a run that nobody watches any more.
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

/// Notes until when the run waits, because the API asked for a pause.
pub fn paused(state: &mut State, job: Job, pause: Duration) -> Vec<Effect> {
    if state.matrix.job == Some(job) {
        state.matrix.paused = state.now.checked_add(pause).ok();
    }
    Vec::new()
}

/// The run is over; what it learned is in the history too.
pub fn done(state: &mut State) -> Vec<Effect> {
    state.matrix.job = None;
    state.matrix.paused = None;
    vec![learn(state)]
}

/// Lists where the requests can come from.
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

/// Takes the chosen source of requests: endpoints, a session file, or the marked calls.
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

/// Makes the steps of a loaded session the rows, or says why it cannot be read.
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

/// Lists the possible columns; choosing one adds or removes it, and the list stays open.
pub fn choose_columns(state: &mut State, at: usize) {
    let rows = state.tokens_pane.rows(&state.matrix.environment).iter();
    let mut callers: Vec<Caller> = rows
        .map(|row| Caller::Token(row.token.name.clone()))
        .collect();
    callers.extend([Caller::Nobody, Caller::Wrong]);
    let chosen = &state.matrix.matrix.callers;
    let choices = callers.into_iter().map(|caller| Choice {
        label: if chosen.contains(&caller) {
            format!("[x] {}", caller.label())
        } else {
            format!("[ ] {}", caller.label())
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

/// Adds or removes a column, stops a run under way, and lists the columns again.
pub fn take_column(state: &mut State, caller: &Caller, at: usize) -> Vec<Effect> {
    let stop = state.matrix.job.map(Effect::Cancel);
    state.matrix.toggle_column(caller);
    choose_columns(state, at);
    stop.into_iter().collect()
}

/// Why calls that write cannot be allowed.
pub fn why_not_write(state: &State) -> Option<&'static str> {
    environment_of_matrix(state)
        .protected
        .then_some("The environment is protected, so calls that write are never sent from here.")
}

/// Forbids calls that write at once, and asks before it allows them.
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
    let title = format!("Writing in {}", state.matrix.environment);
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
}

/// Why the cell under the cursor cannot be opened.
pub fn why_not_call(state: &State) -> Option<&'static str> {
    let pane = &state.matrix;
    let call = pane
        .cursor()
        .and_then(|(row, column)| pane.call(row, column));
    call.is_none()
        .then_some("No call was made for this cell yet.")
}

/// Opens the call behind the cell in the explorer.
pub fn open_call(state: &mut State) -> Vec<Effect> {
    take_call(state, Then::Load)
}

/// Opens it there and asks why it was refused.
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

/// Writes the matrix to a file.
pub fn export(state: &mut State) -> Vec<Effect> {
    vec![Effect::Export(Exported::Matrix(Box::new(
        state.matrix.matrix.clone(),
    )))]
}
