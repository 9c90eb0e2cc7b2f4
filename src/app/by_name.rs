//! Actions called by name and rows chosen by number, for the plain mode without a screen: the same
//! actions on the same state.

use super::act::{act, leave_overlay};
use super::action::{Action, Pane, Place, Screen};
use super::feature::{investigate, setup};
use super::message::{Effect, Notice};
use super::palette;
use super::pane::{ResponseTab, SessionsPart, TokensPart};
use super::state::{Overlay, State};

/// Does what the action's key would do, after going to the place where that key works.
pub fn act_by_name(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Send && matches!(state.overlay, Some(Overlay::Setup(_))) {
        return setup::save(state);
    }
    if !action.place().can_be_gone_to() {
        return act(state, action);
    }
    investigate::put_aside(state);
    let mut effects = leave_overlay(state);
    state.leave_field();
    if action.place() == Place::Body {
        state.response.tab = ResponseTab::Body;
    }
    effects.extend(palette::go_to(state, action));
    // In the request, editing starts at the URL.
    if action == Action::Edit {
        state.builder.on_url = true;
    }
    effects.extend(act(state, action));
    effects
}

/// Chooses a row, counted from zero, of the list in front.
pub fn choose(state: &mut State, row: usize) -> Vec<Effect> {
    let (len, action) = match &mut state.overlay {
        Some(Overlay::Dialog(dialog)) => {
            let len = dialog.choices.len();
            dialog.list.cursor = row.min(len.saturating_sub(1));
            (len, Some(Action::DialogChoose))
        }
        Some(Overlay::Palette(palette)) => {
            let len = palette.found.len();
            palette.list.cursor = row.min(len.saturating_sub(1));
            (len, Some(Action::PaletteChoose))
        }
        Some(Overlay::Manual(manual)) if manual.topic.is_none() => {
            let len = manual.topics().len();
            manual.list.cursor = row.min(len.saturating_sub(1));
            (len, Some(Action::ManualOpen))
        }
        Some(_) => (0, None),
        None => point_at(state, row),
    };
    if row >= len {
        state.notice = Some(Notice::info("There is no row of that number."));
        return Vec::new();
    }
    action.map_or_else(Vec::new, |action| act(state, action))
}

/// Puts the cursor on a row of the screen in front; gives the number of rows, and the action that
/// opens one if choosing a row opens it.
fn point_at(state: &mut State, row: usize) -> (usize, Option<Action>) {
    match state.screen {
        Screen::Explorer => {
            let len = state.history.rows.len();
            if row < len {
                state.leave_field();
                state.focus = Pane::History;
                state.history.show_row(row);
            }
            (len, Some(Action::Load))
        }
        Screen::Matrix => {
            let len = state.matrix.shown().len();
            state.matrix.list.cursor = row.min(len.saturating_sub(1));
            (len, None)
        }
        Screen::Sessions if state.sessions.part == SessionsPart::Files => {
            let len = state.sessions.files.len();
            state.sessions.list.cursor = row.min(len.saturating_sub(1));
            (len, Some(Action::SessionsOpen))
        }
        Screen::Sessions => {
            let len = state.sessions.step_count();
            state.sessions.part = SessionsPart::Steps;
            state.sessions.steps.cursor = row.min(len.saturating_sub(1));
            (len, None)
        }
        Screen::Tokens => {
            let len = state.tokens_pane.rows(&state.environment().name).len();
            state.tokens_pane.part = TokensPart::List;
            state.tokens_pane.list.cursor = row.min(len.saturating_sub(1));
            (len, None)
        }
    }
}
