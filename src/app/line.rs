//! A line typed in plain mode, without a screen, and what it asks for: a number, an action by its
//! name or key, a part to read, or the text of an answer to a question.

use super::action::{Action, Place};
use super::keymap::Key;
use super::pane::Question;
use super::state::{Overlay, State};
use crate::model::nearest;

/// The parts that can be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    Place,
    Request,
    Answer,
    Errors,
    Body,
    Headers,
    Timing,
    Compare,
    Why,
    History,
    Screen,
    Detail,
    Actions,
    Everything,
    Help,
}

impl Reading {
    /// Every part with the word that asks for it and what that reads.
    pub const ALL: &'static [(Reading, &'static str, &'static str)] = &[
        (Reading::Help, "help", "how this works"),
        (
            Reading::Place,
            "where",
            "the environment, the token, the case",
        ),
        (
            Reading::Request,
            "request",
            "the request as it would be sent",
        ),
        (
            Reading::Answer,
            "answer",
            "the answer: what the API said and why",
        ),
        (Reading::Errors, "errors", "its errors, one after the other"),
        (
            Reading::Body,
            "body",
            "its body; body 200 goes on from line 200",
        ),
        (Reading::Headers, "headers", "its headers"),
        (Reading::Timing, "timing", "where its time went"),
        (
            Reading::Compare,
            "difference",
            "what differs from the answer before",
        ),
        (
            Reading::Why,
            "why",
            "why the call was refused, as far as can be said without sending",
        ),
        (
            Reading::History,
            "history",
            "the calls that were made; a number opens one",
        ),
        (
            Reading::Screen,
            "screen",
            "the matrix, the sessions or the tokens, where one is open; a number chooses a row",
        ),
        (
            Reading::Detail,
            "detail",
            "what is to be said of the row that is chosen there",
        ),
        (
            Reading::Actions,
            "actions",
            "all that can be done, numbered",
        ),
        (Reading::Everything, "all", "every part, in reading order"),
    ];
}

/// Short names that work besides the ids of actions.
const SHORT: &[(&str, Action)] = &[
    ("token", Action::ChooseToken),
    ("env", Action::ChooseEnvironment),
    ("environment", Action::ChooseEnvironment),
    ("url", Action::Edit),
    ("method", Action::ChooseMethod),
    ("find", Action::OpenPalette),
    ("save", Action::SaveSession),
    ("case", Action::SetCase),
    ("tour", Action::OpenGuide),
    ("matrix", Action::ShowMatrix),
    ("sessions", Action::ShowSessions),
    ("tokens", Action::ShowTokens),
    ("explorer", Action::ShowExplorer),
    ("leave", Action::Back),
    ("stop", Action::Back),
    ("wait", Action::BackOff),
];

/// What a typed line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Nothing,
    /// The text that answers the current question.
    Text(String),
    /// Leaves the current question.
    Leave,
    /// A row of the list that was read last, counted from zero.
    Row(usize),
    /// The action, and the text that goes with it.
    Act(Action, String),
    Key(Key),
    Read(Reading, String),
    /// A URL, a command or a response.
    Paste(String),
    /// Starts a text of several lines.
    Several,
    /// A line that makes no sense, and why.
    Unclear(String),
}

/// Reads a line by what is in front.
pub fn read(line: &str, state: &mut State) -> Said {
    let text = line.trim();
    if text == "." {
        return Said::Leave;
    }
    let is_typing = state.overlay.is_none() && state.field().is_some();
    let number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    match &state.overlay {
        Some(Overlay::Secret(_)) => return Said::Text(line.to_owned()),
        Some(Overlay::Dialog(dialog)) => {
            if let Some(number) = number {
                return Said::Row(number);
            }
            let row = row_of(
                text,
                dialog.choices.iter().map(|choice| choice.label.as_str()),
            );
            if let Some(row) = row {
                return Said::Row(row);
            }
        }
        Some(Overlay::Palette(_)) if number.is_some() => return Said::Row(number.unwrap_or(0)),
        Some(Overlay::Question(question)) => {
            let yes = match question {
                Question::Write { .. } | Question::Files { .. } => Action::WriteOnce,
                Question::Page { .. } => Action::PageOpen,
                Question::Host { .. } | Question::Issuer { .. } => Action::HostAsk,
            };
            match text.to_lowercase().as_str() {
                "yes" | "y" => return Said::Act(yes, String::new()),
                "no" | "n" => return Said::Leave,
                _ => {}
            }
        }
        // In a form every other word may be a name.
        Some(Overlay::Setup(_)) if text == "send" => return Said::Act(Action::Send, String::new()),
        Some(Overlay::Prompt(_) | Overlay::Palette(_) | Overlay::Setup(_)) => {
            return Said::Text(line.to_owned());
        }
        _ if is_typing => return Said::Text(line.to_owned()),
        _ => {}
    }
    if text.is_empty() {
        return Said::Nothing;
    }
    if let Some(number) = number {
        return Said::Row(number);
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim().to_owned();
    let lower = word.to_lowercase();
    if lower == "paste" && rest.is_empty() {
        return Said::Several;
    }
    if lower == "?" {
        return Said::Read(Reading::Help, rest);
    }
    if let Some((reading, ..)) = Reading::ALL.iter().find(|(_, name, _)| *name == lower) {
        return Said::Read(*reading, rest);
    }
    if let Some(action) = action_named(&lower, state) {
        return Said::Act(action, rest);
    }
    let is_text = text.contains("://") || text.starts_with('/') || text.starts_with("curl ");
    if is_text || text.contains('\n') || text.starts_with(['{', '[']) {
        return Said::Paste(text.to_owned());
    }
    let key = lower.replace('^', "ctrl-");
    if rest.is_empty()
        && let Some(key) = Key::parse(match word.chars().count() {
            1 => word,
            _ => &key,
        })
    {
        return Said::Key(key);
    }
    let names = Action::ALL.iter().map(|action| action.id());
    let names = names.chain(SHORT.iter().map(|(name, _)| *name));
    let names = names.chain(Reading::ALL.iter().map(|(_, name, _)| *name));
    let meant = match nearest(&lower, names) {
        Some(near) => format!(" Did you mean {near}?"),
        None => String::new(),
    };
    Said::Unclear(format!(
        "\"{word}\" is nothing that can be done here.{meant} actions lists all of it, help says how."
    ))
}

/// The action with that name; among several places, the one in front wins.
fn action_named(name: &str, state: &State) -> Option<Action> {
    let short = SHORT.iter().find(|(short, _)| *short == name);
    let own = Action::ALL.iter().find(|action| action.id() == name);
    let here = Action::ALL.iter().find(|action| {
        let in_front = match &state.overlay {
            Some(Overlay::Investigate(_)) => action.place() == Place::Investigation,
            Some(Overlay::Isolate(_)) => action.place() == Place::Isolation,
            Some(Overlay::When(_)) => action.place() == Place::When,
            None => action.place() == Place::Screen(state.screen),
            _ => false,
        };
        in_front && action.short() == name
    });
    let by_short = short.map(|(_, action)| *action);
    here.copied().or(by_short).or(own.copied())
}

/// The row whose label begins with the text, if only one does; an exact match wins.
pub fn row_of<'a>(text: &str, labels: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let text = text.to_lowercase();
    if text.is_empty() {
        return None;
    }
    let is = |label: &str| label.to_lowercase() == text;
    if let Some(row) = labels.clone().position(is) {
        return Some(row);
    }
    let mut begins = labels
        .enumerate()
        .filter(|(_, label)| label.to_lowercase().starts_with(&text));
    let first = begins.next()?;
    begins.next().is_none().then_some(first.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_its_name_or_by_the_one_beginning_that_fits() {
        let labels = ["support", "admin", "user-admin", "supporter"];
        assert_eq!(row_of("support", labels.into_iter()), Some(0));
        assert_eq!(row_of("ADM", labels.into_iter()), Some(1));
        assert_eq!(row_of("supp", labels.into_iter()), None);
        assert_eq!(row_of("x", labels.into_iter()), None);
        assert_eq!(row_of("", labels.into_iter()), None);
    }
}
