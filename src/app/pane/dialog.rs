//! A short list on top of the panes from which a person chooses one row. In a picker, typed letters
//! narrow the rows down.

use crate::app::action::Action;
use crate::app::answer::Source;
use crate::app::field::Field;
use crate::app::list::List;
use crate::format::story::Form;
use crate::insight::Exchange;
use crate::insight::matrix::Caller;
use crate::model::{BodyKind, Cause, CookieWish, ExchangeId, Origin, Tempo, TokenName};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// What choosing a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    Method(String),
    BodyKind(BodyKind),
    Token(Option<TokenName>),
    /// By its position among the environments.
    Environment(usize),
    /// Forgets calls.
    Forget(Vec<ExchangeId>),
    /// The requests of the matrix.
    Rows(Rows),
    /// A column of the matrix, to add or remove.
    Column(Caller),
    /// Whether the matrix makes calls that write.
    Writes(bool),
    /// The token for all steps of a run; `None` leaves each step its own.
    RunToken(Option<TokenName>),
    /// The environment of a run by name; `None` leaves it to the session.
    RunEnvironment(Option<String>),
    /// How fast the steps of a run follow each other.
    RunTempo(Tempo),
    AddEnvironment,
    ChangeEnvironment,
    AskToRemoveEnvironment,
    AddToken,
    /// Removes an environment from the settings.
    RemoveEnvironment(String),
    RemoveToken(TokenName),
    /// Records the response of a step, with its token if the step takes that over.
    Record(Option<TokenName>),
    /// Runs these steps, with or without those that write.
    RunWrites(Range<usize>, bool),
    /// Stops checking the certificates of an origin.
    Trust(Origin),
    /// Lets the tokens of the call in front go to an origin that they do not belong to.
    Permit(Origin),
    /// Copies a part of a call, or of the request being typed if there is no call.
    Copy {
        clip: Clip,
        of: Option<Arc<Exchange>>,
    },
    /// Copies a part of the body in front.
    CopyPart {
        what: &'static str,
        excerpt: Excerpt,
    },
    /// Tells a support case to colleagues.
    TellCase(String, Form),
    Theme(String),
    Cookies(CookieWish),
    /// What a refusal was in the end; its note comes next.
    Resolve {
        of: ExchangeId,
        case: Option<String>,
        cause: Option<Cause>,
    },
    /// Takes back what is recorded of a call.
    Withdraw(ExchangeId, Option<String>),
    /// A step of the guided tour, by its position.
    Lesson(usize),
    Nothing,
}

impl Pick {
    /// Whether it chooses a part of the request, so that the send key can send at once.
    pub fn is_part_of_request(&self) -> bool {
        matches!(self, Pick::Token(_) | Pick::Method(_) | Pick::BodyKind(_))
    }
}

/// Where the requests of a matrix come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Every read-only endpoint.
    Endpoints,
    /// The calls that are marked in the history.
    Marked,
    Session(PathBuf),
}

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clip {
    Curl,
    Url,
    Body,
    Headers,
    /// The value of the row under the cursor.
    Row,
    /// An error entry, by its position.
    Entry(usize),
    /// The call with its verdict, for a ticket.
    Ticket,
    RequestIds,
    /// The support case of the call, told to colleagues.
    Case(Form),
    /// What the response says fixes the problem.
    Remedy,
}

/// A part of a body, or text about one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excerpt {
    Words(String),
    /// Read only when they are copied.
    Bytes(Source, Range<usize>),
}

/// A row of the list, and what choosing it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub label: String,
    /// What sets it apart from the others; in a list with columns, its cells with a tab between
    /// them.
    pub note: String,
    pub pick: Pick,
}

impl Choice {
    /// Whether it opens something new; such rows stay at the end, whatever is typed.
    pub fn leads_on(&self) -> bool {
        matches!(self.pick, Pick::AddEnvironment | Pick::AddToken)
    }
}

/// The open list: its rows, its cursor, and in a picker the typed filter.
#[derive(Debug)]
pub struct Dialog {
    pub title: String,
    pub choices: Vec<Choice>,
    /// The cursor over the rows that match.
    pub list: List,
    /// The text typed to find a row; only in a picker.
    pub typed: Option<Box<Field>>,
    /// The action that opened it: the list is drawn below that action's word.
    pub under: Option<Action>,
    /// The names of the columns, starting with the label's; empty if notes have no columns.
    pub heads: &'static [&'static str],
    /// The rows that match the typed text, by position.
    fitting: Vec<usize>,
}

impl Dialog {
    /// Opens on the row `current`.
    pub fn new(title: impl Into<String>, choices: Vec<Choice>, current: Option<usize>) -> Dialog {
        let mut list = List::default();
        list.step(current.unwrap_or(0) as isize, choices.len());
        Dialog {
            title: title.into(),
            fitting: (0..choices.len()).collect(),
            choices,
            list,
            typed: None,
            under: None,
            heads: &[],
        }
    }

    /// Opens it below the word that it changes, with a line to type in.
    pub fn picker(
        title: impl Into<String>,
        choices: Vec<Choice>,
        current: Option<usize>,
        under: Action,
    ) -> Dialog {
        Dialog {
            typed: Some(Box::new(Field::line(""))),
            under: Some(under),
            ..Dialog::new(title, choices, current)
        }
    }

    /// Opens it with a line to type in, below no word.
    pub fn sought(
        title: impl Into<String>,
        choices: Vec<Choice>,
        current: Option<usize>,
    ) -> Dialog {
        Dialog {
            typed: Some(Box::new(Field::line(""))),
            ..Dialog::new(title, choices, current)
        }
    }

    /// Shows the notes in columns with these names.
    pub fn with_columns(self, heads: &'static [&'static str]) -> Dialog {
        Dialog { heads, ..self }
    }

    /// Moves the cursor and wraps at the ends.
    pub fn step(&mut self, step: isize) {
        let last = self.fitting.len().saturating_sub(1);
        match (step, self.list.cursor) {
            (-1, 0) => self.list.cursor = last,
            (1, at) if at == last => self.list.cursor = 0,
            _ => self.list.step(step, self.fitting.len()),
        }
    }

    /// After a key in its line: keeps the rows that contain every typed word, and puts the cursor
    /// on the first.
    pub fn refit(&mut self) {
        let Some(typed) = &self.typed else { return };
        let typed = typed.text().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let holds = |choice: &Choice| {
            let label = choice.label.to_lowercase();
            let note = choice.note.to_lowercase();
            let mut words = words.iter();
            words.all(|word| label.contains(word) || note.contains(word))
        };
        let mut rows: Vec<usize> = (0..self.choices.len()).collect();
        rows.retain(|row| self.choices[*row].leads_on() || holds(&self.choices[*row]));
        // A name that begins with the word beats one that only contains it.
        let first = words.first().copied().unwrap_or_default();
        rows.sort_by_key(|row| {
            let choice = &self.choices[*row];
            let label = choice.label.to_lowercase();
            let rank = match (label.starts_with(first), label.contains(first)) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
            (choice.leads_on(), rank)
        });
        if rows != self.fitting {
            self.list.to_first();
        }
        self.fitting = rows;
    }

    /// The rows that match, in the order shown.
    pub fn rows(&self) -> impl Iterator<Item = &Choice> {
        self.fitting.iter().filter_map(|row| self.choices.get(*row))
    }

    /// How many of the rows that can be chosen match, and how many there are.
    pub fn count(&self) -> (usize, usize) {
        let own = |choice: &&Choice| !choice.leads_on();
        (
            self.rows().filter(own).count(),
            self.choices.iter().filter(own).count(),
        )
    }

    /// The position of the row under the cursor among all rows.
    pub fn at(&self) -> usize {
        self.fitting.get(self.list.cursor).copied().unwrap_or(0)
    }

    /// What choosing the row under the cursor would do; `None` if no row matches.
    pub fn picked(&self) -> Option<&Pick> {
        let choice = self.rows().nth(self.list.cursor);
        choice.map(|choice| &choice.pick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker(labels: &[&str]) -> Dialog {
        let mut choices: Vec<Choice> = labels
            .iter()
            .map(|label| Choice {
                label: (*label).to_owned(),
                note: String::new(),
                pick: Pick::Method((*label).to_owned()),
            })
            .collect();
        choices.push(Choice {
            label: "+ add".to_owned(),
            note: String::new(),
            pick: Pick::AddToken,
        });
        Dialog::picker("", choices, Some(1), Action::ChooseToken)
    }

    fn typed(dialog: &mut Dialog, text: &str) -> Vec<String> {
        dialog.typed.as_mut().unwrap().set(text);
        dialog.refit();
        dialog.rows().map(|choice| choice.label.clone()).collect()
    }

    #[test]
    fn what_is_typed_leaves_the_rows_that_have_it_and_the_way_to_a_new_one() {
        let mut dialog = picker(&["user-admin", "viewer", "admin"]);
        assert_eq!(typed(&mut dialog, "ad"), ["admin", "user-admin", "+ add"]);
        assert_eq!(dialog.picked(), Some(&Pick::Method("admin".to_owned())));
        assert_eq!((dialog.at(), dialog.count()), (2, (2, 3)));
        assert_eq!(typed(&mut dialog, "zzz"), ["+ add"]);
        assert_eq!(dialog.picked(), Some(&Pick::AddToken));
        assert_eq!(typed(&mut dialog, "").len(), 4);
    }

    #[test]
    fn a_step_beyond_an_end_goes_on_at_the_other() {
        let mut dialog = picker(&["a", "b"]);
        dialog.step(1);
        dialog.step(1);
        assert_eq!(dialog.list.cursor, 0);
        dialog.step(-1);
        assert_eq!(dialog.picked(), Some(&Pick::AddToken));
    }
}
