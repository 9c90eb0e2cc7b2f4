//! A support case told to colleagues: which one, and in which form.

use crate::app::action::Pane;
use crate::app::message::Effect;
use crate::app::pane::{Choice, Dialog, Pick};
use crate::app::state::{Overlay, State};
use crate::format::story::Form;

/// The case that is meant: that of the row under the cursor if the history has the focus, else
/// that of the call in front, else the one that new calls belong to.
fn meant(state: &State) -> Option<String> {
    let row = state.history.selected();
    let row = row.filter(|_| state.focus == Pane::History);
    let shown = state.response.shown.as_ref();
    row.and_then(|row| row.summary.case.clone())
        .or_else(|| shown.and_then(|shown| shown.exchange.case.clone()))
        .or_else(|| state.case.clone())
}

/// Why no case can be told.
pub fn why_not(state: &State) -> Option<&'static str> {
    let nothing = meant(state).is_none();
    nothing.then_some("The call in front belongs to no case, and none is set.")
}

/// Asks in which form.
pub fn ask(state: &mut State) {
    let Some(case) = meant(state) else {
        return;
    };
    let choice = |label: &str, note: &str, form| Choice {
        label: label.to_owned(),
        note: note.to_owned(),
        pick: Pick::TellCase(case.clone(), form),
    };
    let choices = vec![
        choice("a page", "HTML, written into a file", Form::Html),
        choice("Markdown", "copied, for any tracker", Form::Markdown),
    ];
    let title = format!("Tell case {case} as");
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
}

/// Has it written.
pub fn tell(state: &State, case: String, form: Form) -> Vec<Effect> {
    vec![Effect::TellCase {
        case,
        form,
        environments: state.environments.clone(),
    }]
}
