//! What the history and other parts do together: load and resend calls, filter, forget, cases, and
//! sessions made from calls.

use crate::app::action::{Action, Pane, Screen};
use crate::app::field::Field;
use crate::app::message::{Effect, Notice, Then};
use crate::app::pane::{Asked, Choice, Dialog, Pick, Prompt};
use crate::app::state::{Overlay, State};
use crate::model::ExchangeId;

/// Asks the store for the rows that pass the filter, newest first.
pub fn recall(state: &mut State) -> Vec<Effect> {
    vec![state.recall(None)]
}

/// Asks for rows older than those shown.
pub fn recall_older(state: &mut State) -> Vec<Effect> {
    let after = state.history.oldest();
    vec![state.recall(after)]
}

/// Goes to the history and lets the person type a filter.
pub fn start_filter(state: &mut State) {
    state.screen = Screen::Explorer;
    state.focus = Pane::History;
    state.history.filtering = true;
    state.history.filter.choose_all();
}

/// Applies the filter after each change of its text.
pub fn refilter(state: &mut State) -> Vec<Effect> {
    let now = state.now.to_zoned(state.zone.clone());
    state.history.refilter(&now);
    recall(state)
}

/// Opens the call under the cursor for `then`; a folded run of calls is unfolded instead.
pub fn load(state: &mut State, then: Then) -> Vec<Effect> {
    let Some(row) = state.history.selected() else {
        return Vec::new();
    };
    let id = row.summary.id.clone();
    if let Some(rows) = state.history.folded() {
        state.history.expand(true);
        if then != Then::Load {
            state.notice = Some(Notice::info(format!(
                "That row stood for {} calls of one run: here they are. Choose one of them.",
                rows.len()
            )));
        }
        return Vec::new();
    }
    open(state, id, then)
}

/// Opens a call by its id.
pub fn open(state: &mut State, id: ExchangeId, then: Then) -> Vec<Effect> {
    let held = state.history.held(&id);
    vec![Effect::Fetch { id, held, then }]
}

/// Asks before it forgets any call.
pub fn ask_to_forget(state: &mut State) {
    let ids = state.history.chosen_ids();
    let (title, label) = match ids.len() {
        0 => return,
        1 => ("Forget this call?".to_owned(), "Forget it".to_owned()),
        count => (
            format!("Forget these {count} calls?"),
            format!("Forget {count} calls"),
        ),
    };
    let undo = state.keymap.hint(Action::UndoHistory).unwrap_or_default();
    let choices = vec![
        Choice {
            label: "Keep".to_owned(),
            note: String::new(),
            pick: Pick::Nothing,
        },
        Choice {
            label,
            note: format!("{undo} brings back, until you quit"),
            pick: Pick::Forget(ids),
        },
    ];
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
}

/// Hides these calls and has the store forget them; `restore` brings them back.
pub fn forget(state: &mut State, ids: Vec<ExchangeId>) -> Vec<Effect> {
    state.history.forget(&ids);
    vec![Effect::Forget(ids)]
}

/// Brings back the calls that were forgotten last in this run.
pub fn restore(state: &mut State) -> Vec<Effect> {
    vec![Effect::Restore(state.history.restore())]
}

/// Goes to the history, filtered by these words; `which` says what their calls have in common.
pub fn filter_by(state: &mut State, words: &str, which: &str) -> Vec<Effect> {
    state.leave_field();
    state.screen = Screen::Explorer;
    state.focus = Pane::History;
    state.history.filter.set(words);
    let back = state.keymap.hint(Action::Back).unwrap_or_default();
    state.notice = Some(Notice::info(format!(
        "These are the calls {which}; {back} shows all again."
    )));
    refilter(state)
}

/// Asks which support case new calls belong to.
pub fn ask_for_case(state: &mut State) {
    state.overlay = Some(Overlay::Prompt(Box::new(Prompt {
        title: "Case".to_owned(),
        hint: "New calls carry it; empty for none.".to_owned(),
        lines: Vec::new(),
        field: Field::line(state.case.as_deref().unwrap_or("")),
        asked: Asked::Case,
    })));
}
