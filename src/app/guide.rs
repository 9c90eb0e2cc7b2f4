//! The guided tour of the sandbox: a list of calls, each with a lesson. Choosing one puts it into
//! the request and sends it; the tour remembers where the person left it.

use super::action::Action;
use super::feature::send::{enter, send};
use super::message::{Effect, Notice};
use super::pane::{Choice, Dialog, Pick};
use super::state::{Overlay, State};

/// Lists the steps, with the cursor on the first one not taken yet.
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

/// Puts a step's request in front and sends it, with its lesson below.
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

/// The position of the sandbox among the environments; `None` if it has no tour.
pub fn place_of_sandbox(state: &State) -> Option<usize> {
    let place = state.environments.iter().position(|e| e.sandbox);
    place.filter(|_| !state.guide.is_empty())
}

fn next(state: &State) -> Option<usize> {
    (0..state.guide.len()).find(|place| !state.guided.contains(place))
}
