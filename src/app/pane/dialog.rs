//! A short list on top of the panes, from which one row is chosen. In a picker letters are text:
//! what fits them is left.

use crate::app::action::Action;
use crate::app::answer::Source;
use crate::app::field::Field;
use crate::app::list::List;
use crate::insight::Exchange;
use crate::insight::matrix::Caller;
use crate::model::{BodyKind, CookieWish, ExchangeId, Origin, Tempo, TokenName};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// What choosing a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    Method(String),
    BodyKind(BodyKind),
    Token(Option<TokenName>),
    /// By its place among the environments.
    Environment(usize),
    /// Forgets calls.
    Forget(Vec<ExchangeId>),
    /// The requests of the matrix.
    Rows(Rows),
    /// A column of the matrix, put in or taken out.
    Column(Caller),
    /// Whether calls of the matrix that write go out.
    Writes(bool),
    /// The token of a whole run; `None` leaves each step its own.
    RunToken(Option<TokenName>),
    /// The environment of a run by its name; `None` leaves it to the session.
    RunPlace(Option<String>),
    /// How fast the steps of a run follow each other.
    RunTempo(Tempo),
    AddEnvironment,
    ChangeEnvironment,
    AskToRemoveEnvironment,
    AddToken,
    /// Takes it out of the settings.
    RemoveEnvironment(String),
    RemoveToken(TokenName),
    /// Records what came of a step, with its token where the step takes that over.
    Record(Option<TokenName>),
    /// Runs these steps, with those that write or without them.
    RunWrites(Range<usize>, bool),
    /// Stops checking the certificates of an origin.
    Trust(Origin),
    /// Lets the tokens of the call in front go to an origin that they do not belong to.
    Permit(Origin),
    /// Copies a part of a call; of the request being typed where there is none.
    Copy {
        clip: Clip,
        of: Option<Arc<Exchange>>,
    },
    /// Copies a part of the body in front.
    CopyPart {
        what: &'static str,
        excerpt: Excerpt,
    },
    Theme(String),
    Cookies(CookieWish),
    /// A step of the guided tour, by its place.
    Lesson(usize),
    Nothing,
}

impl Pick {
    /// Whether it is a part of the request, with which that can be sent at once.
    pub fn is_part_of_request(&self) -> bool {
        matches!(self, Pick::Token(_) | Pick::Method(_) | Pick::BodyKind(_))
    }
}

/// Where the requests of a matrix come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Every endpoint that is only read.
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
    /// An error entry, by its place.
    Entry(usize),
    /// The call with its verdict, for a ticket.
    Ticket,
    RequestIds,
    /// What the answer says mends it.
    Remedy,
}

/// A part of a body, or what was said about one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excerpt {
    Words(String),
    /// They are read only when they are copied.
    Bytes(Source, Range<usize>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub label: String,
    /// What tells it from the others. In a list with columns one cell after another, parted by
    /// tabs.
    pub note: String,
    pub pick: Pick,
}

impl Choice {
    /// Whether it leads on to something new; such rows stay at the end, whatever is typed.
    pub fn leads_on(&self) -> bool {
        matches!(self.pick, Pick::AddEnvironment | Pick::AddToken)
    }
}

#[derive(Debug)]
pub struct Dialog {
    pub title: String,
    pub choices: Vec<Choice>,
    /// The cursor, over those that fit.
    pub list: List,
    /// What is typed to find a row; in a picker alone.
    pub typed: Option<Box<Field>>,
    /// What opened it: it stands beneath the word that does so.
    pub under: Option<Action>,
    /// The names of the columns, the label's first; none where notes are whole.
    pub heads: &'static [&'static str],
    /// Those that fit what is typed, by their places.
    fitting: Vec<usize>,
}

impl Dialog {
    /// Opens on the row that `current` points out.
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

    /// The same, beneath the word that it changes, with a line to type in.
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

    /// The same, beneath no word.
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

    /// The same, its notes in columns of these names.
    pub fn with_columns(self, heads: &'static [&'static str]) -> Dialog {
        Dialog { heads, ..self }
    }

    /// A step beyond an end goes on at the other.
    pub fn step(&mut self, step: isize) {
        let last = self.fitting.len().saturating_sub(1);
        match (step, self.list.cursor) {
            (-1, 0) => self.list.cursor = last,
            (1, at) if at == last => self.list.cursor = 0,
            _ => self.list.step(step, self.fitting.len()),
        }
    }

    /// After a key in its line: the rows that hold every word of it are left, and the cursor is on
    /// the first of them.
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
        // A name that begins so is meant rather than one that has it somewhere.
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

    /// The rows that fit, in the order in which they are shown.
    pub fn rows(&self) -> impl Iterator<Item = &Choice> {
        self.fitting.iter().filter_map(|row| self.choices.get(*row))
    }

    /// How many of the rows that can be chosen fit.
    pub fn count(&self) -> (usize, usize) {
        let own = |choice: &&Choice| !choice.leads_on();
        (
            self.rows().filter(own).count(),
            self.choices.iter().filter(own).count(),
        )
    }

    /// The place of the row under the cursor among all.
    pub fn at(&self) -> usize {
        self.fitting.get(self.list.cursor).copied().unwrap_or(0)
    }

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
