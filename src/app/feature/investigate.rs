//! Why the call in front was refused: first what can be said without sending anything, then the
//! investigation that sends safe probes.

use crate::app::action::Pane;
use crate::app::message::{CaseToTest, Chosen};
use crate::app::message::{Effect, Notice, Then, ThenWhy};
use crate::app::pane::{ByHand, Investigate, ResponseTab, Shown, Why};
use crate::app::remember::remember_and_judge;
use crate::app::state::{Overlay, Running, State};
use crate::app::task::Job;
use crate::format::{curl, ticket};
use crate::insight::Exchange;
use crate::insight::facts::Case;
use crate::insight::{Entry, by_hand as next_by_hand, explain, summary};
use crate::model::{Environment, Outcome, Progress, StatusClass, for_clipboard, limits};
use std::sync::Arc;

/// Whether a call was refused, failed, or succeeded with errors in it; `entries` are those of its
/// response.
pub fn is_refused(exchange: &Exchange, entries: &[Entry]) -> bool {
    !entries.is_empty()
        || !matches!(
            exchange.outcome.looks(),
            StatusClass::Informational | StatusClass::Success | StatusClass::Redirection
        )
}

/// Why the call in front cannot be investigated.
pub fn nothing_to_explain(state: &State) -> Option<&'static str> {
    match &state.response.shown {
        None => Some("There is no answer in front to investigate."),
        Some(shown) if shown.exchange.sent.method.is_empty() => Some(
            "This answer was pasted, and nobody knows its request. The Why tab says what it tells by itself.",
        ),
        Some(shown) if is_unsent(&shown.exchange) => {
            Some("Nothing was sent, so there is nothing to probe. The Why tab says why.")
        }
        Some(_) => None,
    }
}

fn is_unsent(exchange: &Exchange) -> bool {
    matches!(&exchange.outcome, Outcome::Failed(failure) if !failure.was_sent)
}

/// Explains the call in front if a refusal or the Why tab needs it and nothing has yet.
pub fn wanted(state: &mut State) -> Vec<Effect> {
    let Some(shown) = &state.response.shown else {
        return Vec::new();
    };
    let is_asked_for = state.response.tab == ResponseTab::Why || shown.says_no();
    let exchange = shown.exchange.clone();
    if !is_asked_for || !state.response.asks_why() {
        return Vec::new();
    }
    ask(state, exchange, ThenWhy::Show)
}

/// Has a call explained; a finished investigation of it counts for more and is shown instead.
pub fn ask(state: &mut State, exchange: Arc<Exchange>, then: ThenWhy) -> Vec<Effect> {
    let known = state.investigated.as_ref().and_then(|last| {
        let (case, _) = last.found.as_ref()?;
        (last.exchange.id == exchange.id).then(|| case.clone())
    });
    if let Some(case) = known {
        return explained(state, case, then);
    }
    let environment = Box::new(environment_of(state, &exchange));
    vec![Effect::Explain {
        exchange,
        environment,
        then,
    }]
}

/// Reads a call with the knowledge of the API that answered it.
pub fn shown(state: &State, exchange: Arc<Exchange>) -> Shown {
    let place = environment_of(state, &exchange);
    let library = &state.catalogue.library;
    let knowledge = library.of_exchange(&exchange, &place);
    Shown::new(exchange, knowledge)
}

pub(super) fn environment_of(state: &State, exchange: &Exchange) -> Environment {
    let named = |e: &&Environment| e.name == exchange.environment;
    let known = state.environments.iter().find(named);
    known.cloned().unwrap_or_else(|| Environment {
        name: exchange.environment.clone(),
        ..Environment::default()
    })
}

/// Takes an explanation: shows it if the call is still in front, or writes it down.
pub fn explained(state: &mut State, case: Box<Case>, then: ThenWhy) -> Vec<Effect> {
    let explanation = explain(&case, &state.catalogue);
    if then == ThenWhy::CopyTicket {
        return vec![Effect::Copy {
            what: "the ticket".to_owned(),
            text: for_clipboard(&ticket::write(&case, &explanation)),
        }];
    }
    if then == ThenWhy::AskByHand {
        let pane = Investigate::apart(case, explanation);
        state.overlay = Some(Overlay::Investigate(Box::new(pane)));
        return by_hand(state);
    }
    let shown = state.response.shown.as_ref();
    if shown.is_some_and(|shown| shown.exchange.id == case.call.exchange.id) {
        state.response.why = Some(Why { case, explanation });
    }
    Vec::new()
}

/// Investigates the call in front; a finished investigation is only reopened.
pub fn investigate(state: &mut State) -> Vec<Effect> {
    if let Some(why_not) = nothing_to_explain(state) {
        state.notice = Some(Notice::info(why_not));
        return Vec::new();
    }
    let Some(shown) = &state.response.shown else {
        return Vec::new();
    };
    let exchange = shown.exchange.clone();
    if let Some(last) = state.investigated.take() {
        if last.exchange.id == exchange.id {
            state.overlay = Some(Overlay::Investigate(last));
            return Vec::new();
        }
        state.investigated = Some(last);
    }
    // A call that somebody else made can only be investigated by them.
    if exchange.is_received() {
        return ask(state, exchange, ThenWhy::AskByHand);
    }
    if state.running.len() >= limits::JOBS {
        state.notice = Some(Notice::info("Many calls are under way. Wait for one."));
        return Vec::new();
    }
    let job = state.next_job();
    state.running.push(Running {
        job,
        method: "investigate".to_owned(),
        url: exchange.sent.url.clone(),
        began: state.now,
        progress: Progress::default(),
    });
    state.notice = None;
    let pane = Investigate::new(exchange.clone(), job, limits::PROBES);
    state.overlay = Some(Overlay::Investigate(Box::new(pane)));
    vec![Effect::Investigate {
        job,
        environment: Box::new(environment_of(state, &exchange)),
        exchange,
        budget: limits::PROBES,
        case: state.case.clone(),
    }]
}

/// The investigation with this job, on top or set aside.
fn of(state: &mut State, job: Job) -> Option<&mut Investigate> {
    let pane = match &mut state.overlay {
        Some(Overlay::Investigate(pane)) => Some(pane),
        _ => state.investigated.as_mut(),
    };
    pane.map(|pane| &mut **pane)
        .filter(|pane| pane.job == Some(job))
}

/// Takes in one more probe. It goes into the history even if nobody watches any more.
pub fn probed(state: &mut State, job: Job, case: Box<Case>) -> Vec<Effect> {
    let newest = match case.probes.last() {
        Some(probed) => probed.facts.exchange.clone(),
        None => case.call.exchange.clone(),
    };
    let explanation = explain(&case, &state.catalogue);
    let mut is_new = true;
    if let Some(pane) = of(state, job) {
        is_new = newest.id != pane.exchange.id;
        if case.probes.is_empty() {
            pane.exchange = case.call.exchange.clone();
        }
        // Keep following the newest probe.
        if pane.list.cursor == pane.probes() && !case.probes.is_empty() {
            pane.list.cursor = case.probes.len();
        }
        pane.found = Some((case, explanation));
    }
    if is_new {
        let row = summary(&newest);
        remember_and_judge(state, newest, row)
    } else {
        Vec::new()
    }
}

/// The investigation is over: shows its verdict, also beside the call it is about.
pub fn investigated(state: &mut State, job: Job, case: Box<Case>) -> Vec<Effect> {
    state.running.retain(|running| running.job != job);
    let explanation = explain(&case, &state.catalogue);
    let shown = state.response.shown.as_ref().map(|s| s.exchange.id.clone());
    if shown.as_ref() == Some(&case.call.exchange.id) {
        state.response.why = Some(Why {
            case: case.clone(),
            explanation: explanation.clone(),
        });
    }
    let exchange = case.call.exchange.clone();
    if let Some(pane) = of(state, job) {
        pane.job = None;
        pane.found = Some((case, explanation));
    }
    vec![Effect::Remind {
        environment: Box::new(environment_of(state, &exchange)),
        exchange,
    }]
}

fn on_top(state: &mut State) -> Option<&mut Investigate> {
    match &mut state.overlay {
        Some(Overlay::Investigate(pane)) => Some(pane),
        _ => None,
    }
}

/// Moves the cursor among the probes by `step` rows, then scrolls the text below them.
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
    if pane.by_hand.take().is_some() {
        return Vec::new();
    }
    if let Some(job) = pane.job {
        return vec![Effect::Cancel(job)];
    }
    put_aside(state);
    Vec::new()
}

/// Keeps an investigation when something else comes to the front.
pub fn put_aside(state: &mut State) {
    state.put_aside();
}

/// Opens the probe under the cursor like any other call.
pub fn open_probe(state: &mut State) -> Vec<Effect> {
    let Some(exchange) = on_top(state).map(|pane| pane.selected()) else {
        return Vec::new();
    };
    put_aside(state);
    state.focus = Pane::Response;
    vec![Effect::Fetch {
        id: exchange.id.clone(),
        held: Some(exchange),
        then: Then::Load,
    }]
}

/// Saves the call and its probes as a session, so that they can be replayed.
pub fn save(state: &mut State) -> Vec<Effect> {
    let Some(pane) = on_top(state) else {
        return Vec::new();
    };
    let mut held = vec![pane.exchange.clone()];
    if let Some((case, _)) = &pane.found {
        let probes = case.probes.iter();
        held.extend(probes.map(|probed| probed.facts.exchange.clone()));
    }
    let sent = &pane.exchange.sent;
    vec![Effect::SaveSession {
        name: format!(
            "why {} {}",
            sent.method,
            crate::app::pane::path_of(&sent.url)
        ),
        chosen: Chosen::Calls(held.iter().map(|exchange| exchange.id.clone()).collect()),
        held,
        environments: state.environments.clone(),
    }]
}

/// Copies the whole investigation as a ticket; nothing before its first results.
pub fn copy_ticket(state: &mut State) -> Vec<Effect> {
    let case = on_top(state).and_then(|pane| pane.found.as_ref().map(|(case, _)| case.clone()));
    match case {
        Some(case) => explained(state, case, ThenWhy::CopyTicket),
        None => Vec::new(),
    }
}

/// Why the verdict in front cannot be tested.
pub fn why_not_test(state: &State) -> Option<&'static str> {
    let Some(Overlay::Investigate(pane)) = &state.overlay else {
        return None;
    };
    let refuted_by = pane.found.as_ref().map(|(_, known)| &known.refuted_by);
    match refuted_by {
        _ if pane.job.is_some() => Some("The investigation is under way. Wait for its end."),
        _ if pane.exchange.is_received() => {
            Some("The calls of this investigation are made by somebody else.")
        }
        Some(Some(_)) => None,
        _ => Some("No further call that only reads would prove this verdict wrong."),
    }
}

/// Sends the call that would prove the verdict wrong.
pub fn refute(state: &mut State) -> Vec<Effect> {
    if let Some(why) = why_not_test(state) {
        state.notice = Some(Notice::info(why));
        return Vec::new();
    }
    let job = state.next_job();
    let now = state.now;
    let Some(pane) = on_top(state) else {
        return Vec::new();
    };
    let Some((case, _)) = &pane.found else {
        return Vec::new();
    };
    let case = CaseToTest(case.clone());
    pane.job = Some(job);
    let url = pane.exchange.sent.url.clone();
    state.running.push(Running {
        job,
        method: "test".to_owned(),
        url,
        began: now,
        progress: Progress::default(),
    });
    vec![Effect::Refute { job, case }]
}

/// Shows and copies the next question as a command without our token, for the person who holds the
/// right one.
pub fn by_hand(state: &mut State) -> Vec<Effect> {
    let Some(pane) = on_top(state).filter(|pane| pane.job.is_none()) else {
        return Vec::new();
    };
    let Some((case, _)) = &pane.found else {
        return Vec::new();
    };
    let Some((probe, spec)) = next_by_hand::next(case) else {
        state.notice = Some(Notice::info(
            "No further question would tell more than what is known.",
        ));
        return Vec::new();
    };
    let text = curl::write_question(&spec, &next_by_hand::place(case)).text;
    pane.by_hand = Some(ByHand {
        probe,
        spec,
        command: text.clone(),
    });
    vec![Effect::Copy {
        what: "the next question".to_owned(),
        text,
    }]
}

/// A pasted response goes to the investigation that waits for it, and is kept as received; `None`
/// if none waits.
pub fn answered_by_hand(state: &mut State, exchange: &Exchange) -> Option<Vec<Effect>> {
    let catalogue = state.catalogue.clone();
    let pane = on_top(state)?;
    let (asked, (case, explanation)) = (pane.by_hand.take()?, pane.found.as_mut()?);
    let received = next_by_hand::answer(case, asked.probe, asked.spec, exchange);
    *explanation = explain(case, &catalogue);
    pane.list.cursor = case.probes.len();
    let row = summary(&received);
    Some(remember_and_judge(state, received, row))
}
