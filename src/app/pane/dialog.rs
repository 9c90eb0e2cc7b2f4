//! A short list on top of the panes, from which one row is chosen.

use crate::app::answer::Source;
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
    /// Sends the request although it writes to a protected environment.
    SendAnyway,
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
    pub note: String,
    pub pick: Pick,
}

#[derive(Clone, Debug)]
pub struct Dialog {
    pub title: String,
    pub choices: Vec<Choice>,
    pub list: List,
}

impl Dialog {
    /// Opens on the row that `current` points out.
    pub fn new(title: impl Into<String>, choices: Vec<Choice>, current: Option<usize>) -> Dialog {
        let mut list = List::default();
        list.step(current.unwrap_or(0) as isize, choices.len());
        Dialog {
            title: title.into(),
            choices,
            list,
        }
    }

    /// A step beyond an end goes on at the other.
    pub fn step(&mut self, step: isize) {
        let last = self.choices.len().saturating_sub(1);
        match (step, self.list.cursor) {
            (-1, 0) => self.list.cursor = last,
            (1, at) if at == last => self.list.cursor = 0,
            _ => self.list.step(step, self.choices.len()),
        }
    }

    pub fn picked(&self) -> Option<&Pick> {
        self.choices
            .get(self.list.cursor)
            .map(|choice| &choice.pick)
    }
}
