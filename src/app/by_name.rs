//! What is asked for by its name or its number, where nothing is pointed at with keys: the same
//! actions on the same state.

use super::act::{act, leave_overlay};
use super::action::{Action, Pane, Place};
use super::feature::investigate;
use super::message::{Effect, Notice};
use super::palette;
use super::pane::ResponseTab;
use super::state::{Overlay, State};

/// Does what the action's key would do in the place that it belongs to.
pub fn act_by_name(state: &mut State, action: Action) -> Vec<Effect> {
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
    // Of the request, editing begins with the URL.
    if action == Action::Edit {
        state.builder.on_url = true;
    }
    effects.extend(act(state, action));
    effects
}

/// Takes the row of that number in the list that is in front, counted from nought.
pub fn choose(state: &mut State, row: usize) -> Vec<Effect> {
    let (len, action) = match &mut state.overlay {
        Some(Overlay::Dialog(dialog)) => {
            let len = dialog.choices.len();
            dialog.list.cursor = row.min(len.saturating_sub(1));
            (len, Action::DialogChoose)
        }
        Some(Overlay::Palette(palette)) => {
            let len = palette.found.len();
            palette.list.cursor = row.min(len.saturating_sub(1));
            (len, Action::PaletteChoose)
        }
        Some(_) => (0, Action::Back),
        None => {
            let len = state.history.rows.len();
            if row < len {
                state.leave_field();
                state.focus = Pane::History;
                state.history.list.cursor = row;
            }
            (len, Action::Load)
        }
    };
    if row >= len {
        state.notice = Some(Notice::info("There is no row of that number."));
        return Vec::new();
    }
    act(state, action)
}

/// Opens a tab of the answer.
pub fn open_tab(state: &mut State, tab: ResponseTab) -> Vec<Effect> {
    let mut effects = act_by_name(state, Action::FocusResponse);
    for _ in ResponseTab::ALL {
        if state.response.tab == tab {
            break;
        }
        effects.extend(act(state, Action::TabNext));
    }
    effects
}
