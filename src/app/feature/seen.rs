//! What a refusal was in the end: recorded for whoever meets it next, and the same refusal before.

use super::{history, investigate};
use crate::app::field::Field;
use crate::app::message::{Effect, Notice};
use crate::app::pane::{Asked, Choice, Dialog, Pick, Prompt, Why, Worded};
use crate::app::state::{Overlay, State};
use crate::insight::facts::Case;
use crate::insight::seen::{Seen, filter_for};
use crate::insight::{Exchange, explain, summary};
use crate::model::{Cause, ExchangeId, Resolution, ResolvedWhat, cause_id};
use std::sync::Arc;

/// The call that is meant: the one under investigation, else the one in front.
fn meant(state: &State) -> Option<Arc<Exchange>> {
    match &state.overlay {
        Some(Overlay::Investigate(pane)) => Some(pane.exchange.clone()),
        _ => Some(state.response.shown.as_ref()?.exchange.clone()),
    }
}

/// What is known of it so far.
fn case_of(state: &State) -> Option<&Case> {
    match &state.overlay {
        Some(Overlay::Investigate(pane)) => pane.found.as_ref().map(|(case, _)| &**case),
        _ => state.response.why.as_ref().map(|why| &*why.case),
    }
}

/// Why nothing can be recorded of the call in front.
pub fn why_not(state: &State) -> Option<&'static str> {
    match &state.response.shown {
        None => Some("There is no answer in front. M records what a refusal was in the end."),
        Some(shown) if !shown.says_no() => {
            Some("This call was not refused, so there is nothing to record of it.")
        }
        Some(_) => None,
    }
}

/// Why there are no earlier refusals to show.
pub fn why_not_seen(state: &State) -> Option<&'static str> {
    let seen = case_of(state).and_then(|case| case.seen.as_ref());
    match seen {
        Some(seen) if !seen.calls.is_empty() => None,
        _ => Some("No earlier refusal of this kind is in the history."),
    }
}

/// Asks what it was: the verdict's causes come first, then all others.
pub fn ask(state: &mut State) {
    let Some(exchange) = meant(state) else {
        return;
    };
    let verdicts: Vec<(Cause, String)> = match &state.overlay {
        Some(Overlay::Investigate(pane)) => pane.found.as_ref().map(|(_, found)| found),
        _ => state.response.why.as_ref().map(|why| &why.explanation),
    }
    .map(|explanation| {
        let verdicts = explanation.verdicts.iter();
        let verdicts = verdicts.filter(|verdict| verdict.cause != Cause::None);
        verdicts.map(|v| (v.cause, v.percent())).collect()
    })
    .unwrap_or_default();
    let is_judged = |cause: &Cause| verdicts.iter().any(|(own, _)| own == cause);
    let others = Cause::ALL.iter().copied();
    let others = others.filter(|cause| *cause != Cause::None && !is_judged(cause));
    let pick = |cause| Pick::Resolve {
        of: exchange.id.clone(),
        case: exchange.case.clone(),
        cause,
    };
    let mut choices: Vec<Choice> = Vec::new();
    for (place, (cause, percent)) in verdicts.iter().enumerate() {
        let note = match place {
            0 => format!("the verdict, {percent}"),
            _ => percent.clone(),
        };
        choices.push(Choice {
            label: cause.id().to_owned(),
            note,
            pick: pick(Some(*cause)),
        });
    }
    choices.extend(others.map(|cause| Choice {
        label: cause.id().to_owned(),
        note: String::new(),
        pick: pick(Some(cause)),
    }));
    choices.push(Choice {
        label: Resolution::OTHER.to_owned(),
        note: "something that has no name here".to_owned(),
        pick: pick(None),
    });
    if let Some(standing) = standing(state, &exchange.id) {
        choices.push(Choice {
            label: "take it back".to_owned(),
            note: format!("recorded as {}", standing.cause_id()),
            pick: Pick::Withdraw(exchange.id.clone(), exchange.case.clone()),
        });
    }
    investigate::put_aside(state);
    state.overlay = Some(Overlay::Dialog(Dialog::sought(
        "What was it in the end?",
        choices,
        Some(0),
    )));
}

/// What is recorded of this very call.
fn standing<'a>(state: &'a State, of: &ExchangeId) -> Option<&'a Resolution> {
    let seen = case_of(state)?.seen.as_ref()?;
    let own = |one: &&Resolution| one.of == ResolvedWhat::Call(of.clone());
    seen.resolutions.iter().find(own)
}

/// Asks for the note beside a cause.
pub fn ask_for_note(state: &mut State, of: ExchangeId, case: Option<String>, cause: Option<Cause>) {
    let word = Worded { of, case, cause };
    let title = format!("It was {}", cause_id(cause));
    state.overlay = Some(Overlay::Prompt(Box::new(Prompt {
        title,
        hint: "For the next person, without secrets; may be empty.".to_owned(),
        lines: Vec::new(),
        field: Field::line(""),
        asked: Asked::Note(Box::new(word)),
    })));
}

/// Has it recorded.
pub fn record(state: &State, word: Worded, note: &str) -> Vec<Effect> {
    vec![Effect::Resolve {
        of: word.of,
        case: word.case,
        cause: Some(word.cause),
        note: Some(note.trim().to_owned()),
        withdraw: false,
        environments: state.environments.clone(),
    }]
}

/// Has what stands taken back.
pub fn withdraw(state: &State, of: ExchangeId, case: Option<String>) -> Vec<Effect> {
    vec![Effect::Resolve {
        of,
        case,
        cause: None,
        note: None,
        withdraw: true,
        environments: state.environments.clone(),
    }]
}

/// It is recorded: what is shown of the call is looked up anew.
pub fn recorded(state: &mut State, of: &ExchangeId, notice: Notice) -> Vec<Effect> {
    state.notice = Some(notice);
    let shown = state.response.shown.as_ref();
    let Some(exchange) = shown
        .map(|shown| shown.exchange.clone())
        .filter(|e| e.id == *of)
    else {
        return Vec::new();
    };
    let environment = Box::new(investigate::environment_of(state, &exchange));
    vec![Effect::Remind {
        exchange,
        environment,
    }]
}

/// Takes in what the history says of earlier refusals; the verdict counts it.
pub fn reminded(state: &mut State, of: &ExchangeId, seen: Seen) -> Vec<Effect> {
    let catalogue = state.catalogue.clone();
    if let Some(why) = &mut state.response.why
        && why.case.call.exchange.id == *of
    {
        let mut case = why.case.clone();
        case.seen = Some(seen.clone());
        let explanation = explain(&case, &catalogue);
        *why = Why { case, explanation };
    }
    let pane = match &mut state.overlay {
        Some(Overlay::Investigate(pane)) => Some(pane),
        _ => state.investigated.as_mut(),
    };
    if let Some(pane) = pane.filter(|pane| pane.exchange.id == *of)
        && let Some((mut case, _)) = pane.found.take()
    {
        case.seen = Some(seen);
        let explanation = explain(&case, &catalogue);
        pane.found = Some((case, explanation));
    }
    Vec::new()
}

/// Lists the earlier refusals in the history.
pub fn show_seen(state: &mut State) -> Vec<Effect> {
    let Some(exchange) = meant(state) else {
        return Vec::new();
    };
    investigate::put_aside(state);
    let filter = filter_for(&summary(&exchange));
    history::filter_by(state, &filter, "of that kind")
}
