//! What a click, a drag or the wheel does, by what the last picture showed in that place.
//! Everything the mouse can do has a key too.

use super::act::{act, leave_overlay, scroll_pane};
use super::action::{Action, Pane, Place, Screen};
use super::message::{Effect, Pointer, PointerMove};
use super::screens;
use super::state::{Border, Overlay, Painted, Spot, State};

/// Lines that one notch of the wheel scrolls.
const NOTCH: isize = 3;

/// Handles one move of the pointer.
pub fn point(state: &mut State, pointer: Pointer) -> Vec<Effect> {
    match pointer.what {
        PointerMove::Press => {
            state.notice = None;
            press(state, pointer)
        }
        PointerMove::Drag => {
            drag(state, pointer);
            Vec::new()
        }
        PointerMove::Release => {
            state.dragging = None;
            Vec::new()
        }
        PointerMove::WheelUp => wheel(state, pointer, -1),
        PointerMove::WheelDown => wheel(state, pointer, 1),
    }
}

fn press(state: &mut State, pointer: Pointer) -> Vec<Effect> {
    match state.painted.at(pointer.x, pointer.y) {
        Some(Spot::Pane(pane)) => go_to(state, pane),
        Some(Spot::Tab(pane, tab)) => {
            state.leave_field();
            state.focus = pane;
            match pane {
                Pane::Request => state.builder.to_tab(tab),
                Pane::Response => state.response.to_tab(tab),
                Pane::History => {}
            }
        }
        Some(Spot::Url) => return select(state, Pane::Request, None, Action::Edit),
        Some(Spot::Row(pane, row)) => {
            let open = match pane {
                Pane::Request => Action::Edit,
                Pane::Response => Action::OpenEntry,
                Pane::History => Action::Load,
            };
            return select(state, pane, Some(row), open);
        }
        Some(Spot::Line(line)) => {
            let again = state.focus == Pane::Response && state.response.body.cursor == line;
            go_to(state, Pane::Response);
            state.response.body.cursor = line;
            if again && state.response.can_fold() {
                return act(state, Action::ToggleFold);
            }
        }
        Some(Spot::Part(part)) => screens::point_to(state, part),
        Some(Spot::PartRow(part, row)) => {
            return act_on(screens::point_to_row(state, part, row), state);
        }
        Some(Spot::Head(column)) => state.matrix.sort_by(column),
        Some(Spot::Cell(row, column)) => {
            return act_on(screens::point_to_cell(state, row, column), state);
        }
        Some(Spot::Candidate(row)) => {
            state.builder.completion.list.cursor = row;
            return act(state, Action::CompletionTake);
        }
        Some(Spot::Choice(row)) => return choose(state, row),
        Some(Spot::Act(action)) => {
            let mut effects = Vec::new();
            if action.place() == Place::Anywhere {
                effects = leave_overlay(state);
            }
            effects.extend(act(state, action));
            return effects;
        }
        Some(Spot::Border(border)) => {
            // The cells of the pane include its titles.
            if let Some(pane) = state.painted.pane_at(pointer.x, pointer.y) {
                go_to(state, pane);
            }
            state.dragging = Some(border);
        }
        // A click beside what lies on top closes it, unless the person types a line there.
        Some(Spot::Behind)
            if matches!(
                state.overlay,
                Some(Overlay::Prompt(_) | Overlay::Secret(_) | Overlay::Setup(_))
            ) => {}
        Some(Spot::Behind) if matches!(state.overlay, Some(Overlay::Help(_))) => {
            return act(state, Action::HelpClose);
        }
        Some(Spot::Behind) if matches!(state.overlay, Some(Overlay::Manual(_))) => {
            return act(state, Action::ManualClose);
        }
        Some(Spot::Behind) => return leave_overlay(state),
        Some(Spot::Sheet) | None => {}
    }
    Vec::new()
}

fn act_on(action: Option<Action>, state: &mut State) -> Vec<Effect> {
    action.map_or_else(Vec::new, |action| act(state, action))
}

/// Moves the focus to a pane; text being typed in it goes on.
fn go_to(state: &mut State, pane: Pane) {
    if pane != state.focus {
        state.leave_field();
    }
    state.focus = pane;
}

/// The first click selects a row, the next opens it.
fn select(state: &mut State, pane: Pane, row: Option<usize>, open: Action) -> Vec<Effect> {
    let before = (state.focus, cursor(state, pane));
    if before == (pane, row) && state.is_editing() {
        return Vec::new();
    }
    state.leave_field();
    state.focus = pane;
    if before == (pane, row) {
        return act(state, open);
    }
    match (pane, row) {
        (Pane::Request, row) => state.builder.to_row(row),
        (Pane::Response, Some(row)) => state.response.to_entry(row, &state.painted.response),
        (Pane::History, Some(row)) => state.history.list.cursor = row,
        (_, None) => {}
    }
    Vec::new()
}

/// The row that a pane's cursor is on; in the request, `None` is the URL.
fn cursor(state: &State, pane: Pane) -> Option<usize> {
    match pane {
        Pane::Request if state.builder.on_url => None,
        Pane::Request => state.builder.list().map(|list| list.cursor),
        Pane::Response => Some(state.response.entries.cursor),
        Pane::History => Some(state.history.list.cursor),
    }
}

fn choose(state: &mut State, row: usize) -> Vec<Effect> {
    match &mut state.overlay {
        Some(Overlay::Dialog(dialog)) => {
            dialog.list.cursor = row;
            act(state, Action::DialogChoose)
        }
        Some(Overlay::Palette(palette)) => {
            palette.list.cursor = row;
            act(state, Action::PaletteChoose)
        }
        Some(Overlay::Manual(manual)) => {
            manual.list.cursor = row;
            act(state, Action::ManualOpen)
        }
        _ => Vec::new(),
    }
}

fn wheel(state: &mut State, pointer: Pointer, way: isize) -> Vec<Effect> {
    let (up, down) = match &state.overlay {
        None if state.screen != Screen::Explorer => {
            if let Some(Spot::Part(part) | Spot::PartRow(part, _)) =
                state.painted.at(pointer.x, pointer.y)
            {
                screens::scroll(state, part, way * NOTCH);
                return Vec::new();
            }
            (Action::Up, Action::Down)
        }
        None => {
            let painted = &state.painted;
            return match painted.pane_at(pointer.x, pointer.y) {
                Some(pane) => scroll_pane(state, pane, way * NOTCH),
                None => Vec::new(),
            };
        }
        Some(Overlay::Dialog(_)) => (Action::DialogUp, Action::DialogDown),
        Some(Overlay::Palette(_)) => (Action::PaletteUp, Action::PaletteDown),
        Some(Overlay::Help(_)) => (Action::HelpUp, Action::HelpDown),
        Some(Overlay::Manual(_)) => (Action::ManualUp, Action::ManualDown),
        Some(Overlay::Investigate(_)) => (Action::ProbeUp, Action::ProbeDown),
        Some(Overlay::Isolate(_)) => (Action::IsolateUp, Action::IsolateDown),
        Some(Overlay::When(_)) => (Action::WhenUp, Action::WhenDown),
        Some(
            Overlay::Prompt(_)
            | Overlay::Secret(_)
            | Overlay::Setup(_)
            | Overlay::Question(_)
            | Overlay::Pasted(_)
            | Overlay::SignIn(_),
        ) => return Vec::new(),
    };
    act(state, if way < 0 { up } else { down })
}

/// Moves a border with the pointer; it is kept as a share, so that it survives a resize.
fn drag(state: &mut State, pointer: Pointer) {
    let Some(border) = state.dragging else { return };
    let Some(whole) = state.painted.whole() else {
        return;
    };
    let share = |at: u16, start: u16, length: u16| {
        let cells = u32::from((at + 1).saturating_sub(start));
        (cells * 1_000 / u32::from(length.max(1))) as u16
    };
    match border {
        Border::Columns => state.split.columns = Some(share(pointer.x, whole.x, whole.width)),
        Border::Rows => state.split.rows = Some(share(pointer.y, whole.y, whole.height)),
    }
    state.split.settle();
}

impl Painted {
    /// What stands at a place of the screen; the last drawn lies on top.
    pub fn at(&self, x: u16, y: u16) -> Option<Spot> {
        let mut spots = self.spots.iter().rev();
        let found = spots.find(|(area, _)| area.has(x, y));
        found.map(|(_, spot)| *spot)
    }

    fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        let found = self.panes.iter().find(|(_, area)| area.has(x, y));
        found.map(|(pane, _)| *pane)
    }
}
