//! Opens the manual over whatever is in front, on the matching topic; closing it brings that back.

use crate::app::action::{Action, Place, Screen};
use crate::app::message::Effect;
use crate::app::pane::Manual;
use crate::app::state::{Overlay, State};

/// Opens the manual on the topic of what is in front; nothing if it is open already.
pub fn open(state: &mut State) {
    let topic = match (&state.overlay, state.screen) {
        (Some(Overlay::Manual(_)), _) => return,
        (Some(Overlay::Investigate(_)), _) => "why",
        (Some(Overlay::Setup(_)), _) => "config",
        (Some(Overlay::Help(_)), _) => "keys",
        (_, Screen::Explorer) => "tour",
        (_, Screen::Matrix) => "matrix",
        (_, Screen::Sessions) => "sessions",
        (_, Screen::Tokens) => "tokens",
    };
    let mut manual = Manual::at(topic);
    match state.overlay.take() {
        // What lies under the sheet of keys is already kept.
        Some(Overlay::Help(help)) => manual.over = help.over(),
        other => {
            manual.over = match &other {
                Some(Overlay::Investigate(_)) => Some(Place::Investigation),
                Some(Overlay::Isolate(_)) => Some(Place::Isolation),
                _ => None,
            };
            state.overlay = other;
            state.put_aside();
            state.under_help = state.overlay.take();
        }
    }
    state.overlay = Some(Overlay::Manual(Box::new(manual)));
}

/// What a key does in the manual.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let (content, height) = (state.painted.sheet_lines, state.painted.sheet_height);
    let width = Manual::width_on(state.size.0);
    let Some(Overlay::Manual(manual)) = &mut state.overlay else {
        return Vec::new();
    };
    let page = height.saturating_sub(1).max(1) as isize;
    let far = isize::MAX / 2;
    match action {
        Action::ManualUp => manual.step(-1, content, height),
        Action::ManualDown => manual.step(1, content, height),
        Action::ManualPageUp => manual.step(-page, content, height),
        Action::ManualPageDown => manual.step(page, content, height),
        Action::ManualFirst => manual.step(-far, content, height),
        Action::ManualLast => manual.step(far, content, height),
        Action::ManualOpen if manual.topic.is_none() => manual.open(width),
        Action::ManualOpen => manual.is_typing = false,
        Action::ManualSearch => manual.start_search(),
        Action::ManualNext => manual.step_match(1, width),
        Action::ManualPrevious => manual.step_match(-1, width),
        _ => close(state),
    }
    Vec::new()
}

/// Leaves the search, then the page, then the manual, and brings back what it was opened over.
fn close(state: &mut State) {
    if let Some(Overlay::Manual(manual)) = &mut state.overlay
        && manual.leave()
    {
        return;
    }
    let Some(Overlay::Manual(manual)) = state.overlay.take() else {
        return;
    };
    state.overlay = state.uncovered(manual.over);
}
