//! The guided tour of the sandbox: a list of calls, each with what it teaches. A chosen one goes
//! into the request and is sent; the tour waits where it was left.

use super::action::Action;
use super::feature::send::{enter, send};
use super::message::{Effect, Notice};
use super::pane::{Choice, Dialog, Pick};
use super::state::{Overlay, State};

/// Lists the steps, on the first that was not taken yet.
pub fn open_guide(state: &mut State) {
    let steps = state.guide.iter().enumerate();
    let choices = steps.map(|(place, step)| {
        let status = step.expect.as_ref().and_then(|expected| expected.status);
        let taken = if state.guided.contains(&place) {
            "*"
        } else {
            " "
        };
        Choice {
            label: format!(
                "{taken} {}",
                status.map_or_else(String::new, |s| s.to_string())
            ),
            note: step.name.clone(),
            pick: Pick::Lesson(place),
        }
    });
    let title = format!(
        "Guided tour  {} of {}",
        state.guided.len(),
        state.guide.len()
    );
    let dialog = Dialog::sought(title, choices.collect(), next(state));
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// Puts a step's request in front and sends it, with what it teaches beneath.
pub fn take_step(state: &mut State, place: usize) -> Vec<Effect> {
    let Some((step, sandbox)) = state.guide.get(place).zip(place_of_sandbox(state)) else {
        return Vec::new();
    };
    let (name, spec) = (step.name.clone(), step.spec.clone());
    let mut effects = enter(state, sandbox);
    state.leave_field();
    state.builder.load(&spec);
    effects.extend(send(state, false));
    state.guided.insert(place);
    let key = state.keymap.hint(Action::OpenGuide).unwrap_or_default();
    let mut notice = Notice::info(format!("{name}."));
    notice.remedy = match next(state) {
        Some(_) => format!("{key} goes on with the tour."),
        None => format!(
            "That was the tour. {} adds your own API.",
            state
                .keymap
                .hint(Action::AddEnvironment)
                .unwrap_or_default()
        ),
    };
    state.notice = Some(notice);
    effects
}

/// Where the sandbox stands among the environments, if there is a tour through it.
pub fn place_of_sandbox(state: &State) -> Option<usize> {
    let place = state.environments.iter().position(|e| e.sandbox);
    place.filter(|_| !state.guide.is_empty())
}

fn next(state: &State) -> Option<usize> {
    (0..state.guide.len()).find(|place| !state.guided.contains(place))
}
