//! What is asked, and what can be chosen, each with its number.

use super::answer::explained;
use super::drawn;
use crate::app::pane::{Investigate, SetupRow};
use crate::app::{Overlay, State};
use crate::model::visible_line;
use crate::ui::theme::Theme;

/// Rows that are read of what fits in the palette.
const FOUND: usize = 20;

/// All of what is in front of the parts.
pub fn overlay(state: &State, theme: &Theme) -> Vec<String> {
    let Some(overlay) = &state.overlay else {
        return Vec::new();
    };
    let lines = match overlay {
        Overlay::Dialog(dialog) => {
            let mut lines = vec![format!("{}:", dialog.title)];
            for (number, choice) in dialog.choices.iter().enumerate() {
                let chosen = match number == dialog.list.cursor {
                    true => ", in use or first",
                    false => "",
                };
                let note = match choice.note.is_empty() {
                    true => String::new(),
                    false => format!(", {}", choice.note),
                };
                lines.push(format!("{}. {}{note}{chosen}", number + 1, choice.label));
            }
            lines.push("A number or a name chooses, a dot leaves.".to_owned());
            lines
        }
        Overlay::Prompt(prompt) => {
            let mut lines = vec![prompt.title.clone()];
            lines.extend(prompt.lines.iter().cloned());
            lines.push(prompt.hint.clone());
            let now = prompt.field.text();
            lines.push(match now.is_empty() {
                true => "Type it; a dot leaves.".to_owned(),
                false => format!("An empty line takes {now}; a dot leaves."),
            });
            lines
        }
        Overlay::Palette(palette) => {
            let mut lines = vec!["Find:".to_owned()];
            let found = palette.found.iter().take(FOUND).enumerate();
            for (number, found) in found {
                if let Some(row) = palette.rows.get(found.row) {
                    lines.push(format!(
                        "{}. {} {}, {}",
                        number + 1,
                        row.kind,
                        row.label,
                        row.note
                    ));
                }
            }
            lines.push("A number chooses, other words look again, a dot leaves.".to_owned());
            lines
        }
        Overlay::Investigate(found) => investigation(found, state),
        Overlay::Secret(secret) => vec![format!(
            "Token {} has no value yet. Type or paste it; it is not shown. A dot leaves.",
            secret.token
        )],
        Overlay::Setup(_) | Overlay::Help(_) => drawn::overlay(state, theme),
    };
    let lines = lines.into_iter().filter(|line| !line.trim().is_empty());
    lines.map(|line| visible_line(&line).into_owned()).collect()
}

fn investigation(found: &Investigate, state: &State) -> Vec<String> {
    let Some((case, explanation)) = &found.found else {
        return vec!["It is being investigated with calls that only read.".to_owned()];
    };
    let mut lines = Vec::new();
    if found.job.is_some() {
        lines.push(format!("{} probes so far.", case.probes.len()));
        return lines;
    }
    for (number, probed) in case.probes.iter().enumerate() {
        lines.push(format!("Probe {}: {}", number + 1, case.cite(probed)));
    }
    lines.extend(explained(explanation, state));
    lines.push("probe-ticket copies it for a ticket, a dot leaves.".to_owned());
    lines
}

/// The question before the caret, and whether its answer is hidden.
pub fn asks(state: &mut State) -> (String, bool) {
    let is_typing = state.overlay.is_none() && state.field().is_some();
    match &state.overlay {
        Some(Overlay::Secret(secret)) => (format!("value of {}: ", secret.token), true),
        Some(Overlay::Setup(setup)) => {
            let hidden = setup.row == SetupRow::Token;
            (format!("{}: ", setup.row.label()), hidden)
        }
        Some(Overlay::Dialog(_)) => ("choose: ".to_owned(), false),
        Some(Overlay::Palette(_)) => ("find: ".to_owned(), false),
        Some(Overlay::Prompt(prompt)) => (
            format!(
                "{}: ",
                visible_line(prompt.title.trim_end_matches(['?', ':']))
            ),
            false,
        ),
        _ if state.history.filtering => ("filter: ".to_owned(), false),
        _ if is_typing => ("text: ".to_owned(), false),
        _ => ("> ".to_owned(), false),
    }
}
