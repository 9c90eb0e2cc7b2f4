//! Makes a session from calls: which ones, shown before it is written, and under which name.

use super::sessions;
use crate::app::action::{Pane, Screen};
use crate::app::field::Field;
use crate::app::message::{Chosen, Effect, Gathered, Notice};
use crate::app::pane::{Asked, Prompt, path_of};
use crate::app::state::{Overlay, State};
use crate::app::task::Job;
use crate::model::Session;

/// Most steps listed under the question for a name.
const LISTED: usize = 6;

/// The calls to save, with a name: the marked ones, else the case's, else the row under the cursor
/// if the history has the focus, else the call in front. A session in front without a file is
/// handled elsewhere.
pub fn wanted(state: &State) -> Option<(String, Chosen)> {
    if state.history.marked() > 0 {
        return state.history.chosen();
    }
    if let Some(case) = &state.case {
        return Some((case.clone(), Chosen::Case(case.clone())));
    }
    if state.screen == Screen::Explorer && state.focus == Pane::History {
        return state.history.chosen();
    }
    match &state.response.shown {
        Some(shown) => {
            let exchange = &shown.exchange;
            let name = format!("{} {}", exchange.sent.method, path_of(&exchange.sent.url));
            Some((name, Chosen::Calls(vec![exchange.id.clone()])))
        }
        None => state.history.chosen(),
    }
}

/// Makes a session from these calls, to be looked at before it is written.
pub fn gather(state: &mut State) -> Vec<Effect> {
    let Some((name, chosen)) = wanted(state) else {
        return Vec::new();
    };
    let mut held = state.history.held_of(&chosen);
    if let (Chosen::Calls(ids), Some(shown)) = (&chosen, &state.response.shown)
        && ids.contains(&shown.exchange.id)
        && held.is_empty()
    {
        held.push(shown.exchange.clone());
    }
    let front = state.response.shown.as_ref();
    let front = front.map(|shown| shown.exchange.id.clone());
    let job = state.next_job();
    state.gathers = Some(job);
    vec![Effect::GatherSession {
        job,
        name,
        chosen,
        held,
        front,
        environments: state.environments.clone(),
    }]
}

/// The session is made: asks for its name, with its calls listed below.
pub fn gathered(state: &mut State, job: Job, gathered: Result<Gathered, String>) -> Vec<Effect> {
    if state.gathers != Some(job) {
        return Vec::new();
    }
    state.gathers = None;
    let gathered = match gathered {
        Ok(gathered) => gathered,
        Err(why) => {
            state.notice = Some(Notice::trouble(why, ""));
            return Vec::new();
        }
    };
    let Gathered {
        session,
        front,
        notes,
    } = gathered;
    let count = session.steps.len();
    let mut lines = listed(&session, front);
    lines.extend(notes);
    // Whoever wants another name types it; whoever does not presses Enter.
    let mut field = Field::line(&session.name);
    field.choose_all();
    state.overlay = Some(Overlay::Prompt(Box::new(Prompt {
        title: match count {
            1 => "Save this call as a session".to_owned(),
            count => format!("Save these {count} calls as a session"),
        },
        hint: "The name; it becomes the name of the file too.".to_owned(),
        lines,
        field,
        asked: Asked::Session(Box::new(session)),
    })));
    Vec::new()
}

/// The steps as lines, the one in front first.
fn listed(session: &Session, front: Option<usize>) -> Vec<String> {
    let count = session.steps.len();
    let others = (0..count).filter(|at| Some(*at) != front);
    let order = front.filter(|at| *at < count).into_iter().chain(others);
    let mut lines: Vec<String> = order
        .take(LISTED)
        .filter_map(|at| session.steps.get(at))
        .map(|step| {
            let token = match step.spec.auth.token() {
                Some(token) => format!("as {token}"),
                None => "without a token".to_owned(),
            };
            let status = step.expect.as_ref().and_then(|expect| expect.status);
            let status = status.map_or_else(|| "no answer".to_owned(), |s| format!("{s:03}"));
            format!("{}  {token}  {status}", step.name)
        })
        .collect();
    if count > LISTED {
        lines.push(format!("and {} more", count - LISTED));
    }
    lines
}

/// Writes the session under this name, and shows it on the sessions screen.
pub fn named(state: &mut State, mut session: Session, name: &str) -> Vec<Effect> {
    let name = name.trim();
    if !name.is_empty() {
        session.name = name.to_owned();
    }
    let job = state.next_job();
    // A run that the person waits for keeps its place on the screen.
    if state.sessions.run.is_none() {
        state.sessions.awaits = Some(job);
    }
    vec![Effect::WriteSession {
        job,
        session: Box::new(session),
    }]
}

/// Why nothing can be saved.
pub fn why_not(state: &State) -> Option<&'static str> {
    let nothing = sessions::unsaved(state).is_none() && wanted(state).is_none();
    nothing.then_some("No call was made yet, or none fits the filter.")
}
