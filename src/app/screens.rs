//! The screens side by side: how to get from one to another, and what the keys that work everywhere
//! do outside the explorer.

use super::action::{Action, Screen};
use super::feature::matrix;
use super::feature::sessions;
use super::feature::sign_in;
use super::feature::tokens;
use super::message::{Effect, Listing, Notice, OpenSession};
use super::pane::{SessionsPart, TokensPart};
use super::state::State;
use super::task::Job;
use std::path::PathBuf;

/// Opens a session on its screen.
pub fn open_session(state: &mut State, path: PathBuf) -> Vec<Effect> {
    let mut effects = show(state, Screen::Sessions);
    effects.extend(sessions::open_file(state, path));
    effects
}

/// Brings a screen to the front. The old one stays as it is.
pub fn show(state: &mut State, screen: Screen) -> Vec<Effect> {
    state.screen = screen;
    match screen {
        Screen::Explorer => Vec::new(),
        Screen::Matrix => {
            let mut effects = matrix::shown(state);
            effects.push(Effect::ListSessions(Listing::ForScreens));
            effects
        }
        Screen::Sessions => {
            let mut effects = sessions::shown(state);
            effects.push(sessions::look(state));
            effects
        }
        Screen::Tokens => tokens::shown(state),
    }
}

/// What an action that works everywhere does here; `None` on the explorer, and for all other
/// actions.
pub fn act(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    if state.screen == Screen::Explorer {
        return None;
    }
    let page = state.painted.beside.list_height.saturating_sub(1).max(1) as isize;
    match action {
        Action::Up => step(state, -1),
        Action::Down => step(state, 1),
        Action::PageUp => step(state, -page),
        Action::PageDown => step(state, page),
        Action::First => step(state, isize::MIN / 2),
        Action::Last => step(state, isize::MAX / 2),
        Action::FocusNext | Action::TabNext => go(state, 1),
        Action::FocusPrevious | Action::TabPrevious => go(state, -1),
        Action::Back => return Some(back(state)),
        Action::Compare | Action::Copy | Action::Widen | Action::Narrow => {
            let key = state.keymap.hint(Action::ShowExplorer).unwrap_or_default();
            let words = format!("That works on the explorer; {key} goes there.");
            state.notice = Some(Notice::info(words));
        }
        _ => return None,
    }
    Some(Vec::new())
}

fn step(state: &mut State, step: isize) {
    let last = state.painted.beside.detail_last;
    let place = state.environment().name.clone();
    match state.screen {
        Screen::Explorer => {}
        Screen::Matrix => state.matrix.step(step),
        Screen::Sessions => state.sessions.step(step, last),
        Screen::Tokens => state.tokens_pane.step(&place, step, last),
    }
}

fn go(state: &mut State, step: isize) {
    match state.screen {
        Screen::Explorer => {}
        // The matrix has one part, and its columns lie side by side.
        Screen::Matrix => state.matrix.step_column(step),
        Screen::Sessions => state.sessions.go(step),
        Screen::Tokens => state.tokens_pane.go(),
    }
}

/// Moves the focus to a part of the screen in front, by its position.
pub fn point_to(state: &mut State, part: usize) {
    match state.screen {
        Screen::Explorer | Screen::Matrix => {}
        Screen::Sessions => {
            state.sessions.part = SessionsPart::ALL.get(part).copied().unwrap_or_default();
        }
        Screen::Tokens => {
            state.tokens_pane.part = TokensPart::ALL.get(part).copied().unwrap_or_default();
        }
    }
}

/// Scrolls the part under the pointer, whichever has the focus.
pub fn scroll(state: &mut State, part: usize, lines: isize) {
    let before = (state.sessions.part, state.tokens_pane.part);
    point_to(state, part);
    step(state, lines);
    (state.sessions.part, state.tokens_pane.part) = before;
}

/// The first click selects a row; the next one's action opens it.
pub fn point_to_row(state: &mut State, part: usize, row: usize) -> Option<Action> {
    let place = |state: &State| match state.screen {
        Screen::Sessions => {
            let list = match state.sessions.part {
                SessionsPart::Files => state.sessions.list.cursor,
                _ => state.sessions.steps.cursor,
            };
            (state.sessions.part as usize, list)
        }
        _ => {
            let pane = &state.tokens_pane;
            (pane.part as usize, pane.list.cursor)
        }
    };
    let before = place(state);
    point_to(state, part);
    if before == (part, row) {
        let open = match state.screen {
            Screen::Sessions => Action::SessionsOpen,
            _ => Action::TokensRead,
        };
        return Some(open);
    }
    let cursor = place(state).1;
    step(state, row as isize - cursor as isize);
    None
}

/// Does the same for a cell of the matrix.
pub fn point_to_cell(state: &mut State, row: usize, column: usize) -> Option<Action> {
    let pane = &mut state.matrix;
    if (pane.list.cursor, pane.column) == (row, column) {
        return Some(Action::MatrixOpen);
    }
    pane.step(row as isize - pane.list.cursor as isize);
    pane.step_column(column as isize - pane.column as isize);
    None
}

/// Leaves what is in front: the notice, else the run of this screen, else the screen.
fn back(state: &mut State) -> Vec<Effect> {
    if state.notice.take().is_some() {
        return Vec::new();
    }
    let job = job(state);
    if job.is_none() {
        state.screen = Screen::Explorer;
    }
    job.map(Effect::Cancel).into_iter().collect()
}

/// The run of the screen in front.
fn job(state: &State) -> Option<Job> {
    match state.screen {
        Screen::Explorer => None,
        Screen::Matrix => state.matrix.job,
        Screen::Sessions => state.sessions.run.as_ref().map(|run| run.job),
        Screen::Tokens => state.tokens_pane.job.as_ref().map(|(job, _)| *job),
    }
}

/// A run has ended.
pub fn done(state: &mut State, job: Job, trouble: Option<String>) -> Vec<Effect> {
    state.running.retain(|running| running.job != job);
    if matches!(&state.tokens_pane.job, Some((own, _)) if *own == job) {
        sign_in::ended(state);
    }
    if let Some(why) = trouble {
        state.notice = Some(Notice::trouble(why, ""));
    }
    if state
        .sessions
        .run
        .as_ref()
        .is_some_and(|run| run.job == job)
    {
        sessions::done(state);
    }
    if state
        .tokens_pane
        .job
        .as_ref()
        .is_some_and(|(own, _)| *own == job)
    {
        state.tokens_pane.job = None;
        if state.matrix.job != Some(job) {
            return vec![tokens::learn(state)];
        }
    }
    if state.matrix.job == Some(job) {
        matrix::done(state)
    } else {
        Vec::new()
    }
}

/// Hands a loaded session to the screen that asked for it, if that still waits.
pub fn opened(
    state: &mut State,
    job: Job,
    screen: Screen,
    session: Result<Box<OpenSession>, String>,
) -> Vec<Effect> {
    match screen {
        Screen::Matrix if state.matrix.awaits != Some(job) => Vec::new(),
        Screen::Matrix => matrix::opened(state, session),
        _ if state.sessions.awaits != Some(job) => Vec::new(),
        _ => {
            let mut effects = sessions::opened(state, session);
            effects.push(sessions::look(state));
            effects
        }
    }
}

/// The environment in use has changed: clears what belonged to the old one.
pub fn moved(state: &mut State) -> Vec<Effect> {
    state.tokens_pane.moved();
    match state.screen {
        Screen::Matrix => matrix::settle(state),
        Screen::Tokens => tokens::shown(state),
        Screen::Explorer | Screen::Sessions => Vec::new(),
    }
}
