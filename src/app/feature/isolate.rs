//! Starts the search for the part of the call in front that its refusal hangs on; the runtime
//! carries it out.

use super::investigate::{environment_of, is_refused};
use crate::app::action::Pane;
use crate::app::message::{Chosen, Effect, Notice};
use crate::app::pane::{Isolate, path_of};
use crate::app::remember::remember_and_judge;
use crate::app::state::{Overlay, Running, State};
use crate::app::task::Job;
use crate::format::curl;
use crate::format::export::Ground;
use crate::insight::isolate::Isolation;
use crate::insight::{Exchange, summary};
use crate::model::{ExchangeId, Outcome, Progress, for_clipboard, limits};
use std::sync::Arc;

/// Why the call in front cannot be isolated.
pub fn why_not(state: &State) -> Option<&'static str> {
    let Some(shown) = &state.response.shown else {
        return Some("There is no answer in front whose refusal could hang on something.");
    };
    let exchange = &shown.exchange;
    match &exchange.outcome {
        _ if exchange.sent.method.is_empty() || exchange.is_received() => {
            Some("This answer was pasted, and its call cannot be made from here.")
        }
        Outcome::Failed(failure) if !failure.was_sent => {
            Some("Nothing was sent. The Why tab says why.")
        }
        _ if !is_refused(exchange, &shown.errors.entries) => {
            Some("This call was not refused, so there is nothing that it could hang on.")
        }
        _ => None,
    }
}

/// Opens the search for the call in front; a finished one is only reopened.
pub fn isolate(state: &mut State) -> Vec<Effect> {
    let exchange = match &state.overlay {
        Some(Overlay::Investigate(pane)) => Some(pane.exchange.clone()),
        _ => state.response.shown.as_ref().map(|s| s.exchange.clone()),
    };
    let why = match &state.overlay {
        Some(Overlay::Investigate(pane)) if pane.job.is_some() => {
            Some("The investigation is under way. Wait for its end, or stop it.")
        }
        _ => why_not(state),
    };
    if let Some(why) = why {
        state.notice = Some(Notice::info(why));
        return Vec::new();
    }
    let Some(exchange) = exchange else {
        return Vec::new();
    };
    put_aside(state);
    if let Some(last) = state.isolated.take()
        && last.exchange.id == exchange.id
    {
        state.overlay = Some(Overlay::Isolate(last));
        return Vec::new();
    }
    let mut pane = Isolate::new(exchange.clone());
    if !exchange.typed.is_safe() {
        if environment_of(state, &exchange).protected {
            state.notice = Some(Notice::info(format!(
                "{} writes, and {} is protected: nothing is sent there again and again.",
                exchange.sent.method, exchange.environment
            )));
            return Vec::new();
        }
        pane.asks = true;
    }
    let asks = pane.asks;
    state.overlay = Some(Overlay::Isolate(Box::new(pane)));
    if asks {
        Vec::new()
    } else {
        begin(state, false)
    }
}

fn begin(state: &mut State, allow_writes: bool) -> Vec<Effect> {
    if state.running.len() >= limits::JOBS {
        state.notice = Some(Notice::info("Many calls are under way. Wait for one."));
        return Vec::new();
    }
    let job = state.next_job();
    let marked = marked(state);
    let Some(pane) = on_top(state) else {
        return Vec::new();
    };
    pane.job = Some(job);
    (pane.asks, pane.search, pane.why_not) = (false, None, None);
    (pane.list.cursor, pane.top) = (0, 0);
    let (exchange, alone) = (pane.exchange.clone(), pane.alone);
    state.running.push(Running {
        job,
        method: "isolate".to_owned(),
        url: exchange.sent.url.clone(),
        began: state.now,
        progress: Progress::default(),
    });
    state.notice = None;
    vec![Effect::Isolate {
        job,
        environment: Box::new(environment_of(state, &exchange)),
        environments: state.environments.clone(),
        exchange,
        against: marked,
        alone,
        allow_writes,
        case: state.case.clone(),
    }]
}

/// The one call that the person marked to compare with.
fn marked(state: &State) -> Option<ExchangeId> {
    let rows = state.history.rows.iter();
    let mut marked = rows.filter(|row| row.marked);
    let first = marked.next()?;
    marked.next().is_none().then(|| first.summary.id.clone())
}

/// The person agreed that the call may be sent again and again.
pub fn allow_writes(state: &mut State) -> Vec<Effect> {
    match on_top(state) {
        Some(pane) if pane.asks => begin(state, true),
        _ => {
            state.notice = Some(Notice::info(
                "This call only reads, or it was allowed before.",
            ));
            Vec::new()
        }
    }
}

/// Switches between leaving parts out and comparing with a call that works.
pub fn alone(state: &mut State) -> Vec<Effect> {
    let Some(pane) = on_top(state).filter(|pane| pane.job.is_none() && !pane.asks) else {
        return Vec::new();
    };
    pane.alone = !pane.alone;
    if !pane.exchange.typed.is_safe() {
        pane.asks = true;
        return Vec::new();
    }
    begin(state, false)
}

/// The search with this job, on top or set aside.
fn of(state: &mut State, job: Job) -> Option<&mut Isolate> {
    let pane = match &mut state.overlay {
        Some(Overlay::Isolate(pane)) => Some(pane),
        _ => state.isolated.as_mut(),
    };
    pane.map(|pane| &mut **pane)
        .filter(|pane| pane.job == Some(job))
}

/// Takes in one more response. It goes into the history even if nobody watches any more.
pub fn came(
    state: &mut State,
    job: Job,
    search: Box<Isolation>,
    exchange: Arc<Exchange>,
) -> Vec<Effect> {
    if let Some(pane) = of(state, job) {
        // Keep following the newest call.
        if pane.list.cursor + 1 >= pane.calls() {
            pane.list.cursor = search.asked.len().saturating_sub(1);
        }
        pane.search = Some(search);
    }
    let row = summary(&exchange);
    remember_and_judge(state, exchange, row)
}

/// The search is over: shows its result, or why it could not go on.
pub fn ended(
    state: &mut State,
    job: Job,
    search: Option<Box<Isolation>>,
    why_not: Option<String>,
) -> Vec<Effect> {
    state.running.retain(|running| running.job != job);
    if let Some(pane) = of(state, job) {
        pane.job = None;
        pane.why_not = why_not;
        if search.is_some() {
            pane.search = search;
        }
    }
    Vec::new()
}

fn on_top(state: &mut State) -> Option<&mut Isolate> {
    match &mut state.overlay {
        Some(Overlay::Isolate(pane)) => Some(pane),
        _ => None,
    }
}

/// Moves the cursor among the calls by `step` rows, then scrolls the text below them.
pub fn step(state: &mut State, step: isize) {
    let (content, height) = (state.painted.sheet_lines, state.painted.sheet_height);
    if let Some(pane) = on_top(state) {
        pane.step(step, content, height);
    }
}

/// Scrolls the sheet by whole pages.
pub fn page(state: &mut State, pages: isize) {
    let (content, height) = (state.painted.sheet_lines, state.painted.sheet_height);
    if let Some(pane) = on_top(state) {
        pane.scroll(pages * height.max(1) as isize, content, height);
    }
}

/// The first press stops the work, the second closes the sheet.
pub fn close(state: &mut State) -> Vec<Effect> {
    let Some(pane) = on_top(state) else {
        return Vec::new();
    };
    if let Some(job) = pane.job {
        return vec![Effect::Cancel(job)];
    }
    put_aside(state);
    Vec::new()
}

/// Keeps a search when something else comes to the front.
pub fn put_aside(state: &mut State) {
    state.put_aside();
}

/// Opens the call under the cursor like any other.
pub fn open_call(state: &mut State) -> Vec<Effect> {
    let Some(exchange) = on_top(state).map(|pane| pane.selected()) else {
        return Vec::new();
    };
    put_aside(state);
    state.focus = Pane::Response;
    vec![Effect::open(exchange)]
}

/// Saves the calls as a session, so that they can be replayed.
pub fn save(state: &mut State) -> Vec<Effect> {
    let Some(pane) = on_top(state) else {
        return Vec::new();
    };
    let Some(search) = pane.search.as_ref().filter(|s| !s.asked.is_empty()) else {
        return Vec::new();
    };
    if let Some(why) = search.why_not_saved.clone() {
        state.notice = Some(Notice::info(why));
        return Vec::new();
    }
    let held: Vec<Arc<Exchange>> = search.asked.iter().map(|a| a.exchange.clone()).collect();
    let sent = &pane.exchange.sent;
    vec![Effect::SaveSession {
        name: format!("isolate {} {}", sent.method, path_of(&sent.url)),
        chosen: Chosen::Calls(held.iter().map(|exchange| exchange.id.clone()).collect()),
        held,
        environments: state.environments.clone(),
    }]
}

/// Copies what the refusal hangs on, and the smallest call that is refused the same way.
pub fn copy(state: &mut State) -> Vec<Effect> {
    let place = state.environments.clone();
    let Some(pane) = on_top(state) else {
        return Vec::new();
    };
    let Some(search) = &pane.search else {
        return Vec::new();
    };
    let mut text = format!("{}\n", search.sentence());
    if let Some(minimal) = search.minimal() {
        let exchange = &minimal.exchange;
        let named = |e: &&crate::model::Environment| e.name == exchange.environment;
        let own = place.iter().find(named).cloned().unwrap_or_default();
        let written = curl::write_request(&exchange.typed, &Ground::of(own));
        text.push_str(&format!(
            "\nThe smallest call that is refused the same ({}):\n\n{}\n",
            minimal.said.words(),
            written.text.trim_end()
        ));
    }
    vec![Effect::Copy {
        what: "what it turns on".to_owned(),
        text: for_clipboard(&text),
    }]
}
