//! A short list on top of the panes, from which one row is chosen.

use crate::app::list::List;
use crate::model::{ExchangeId, Origin, TokenName};
use std::path::PathBuf;

/// What choosing a row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    Method(String),
    Token(Option<TokenName>),
    /// By its place among the environments.
    Environment(usize),
    /// Sends the request although it writes to a protected environment.
    SendAnyway,
    /// Forgets calls.
    Forget(Vec<ExchangeId>),
    Replay(PathBuf),
    /// Stops checking the certificates of an origin.
    Trust(Origin),
    Nothing,
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

    pub fn step(&mut self, step: isize) {
        self.list.step(step, self.choices.len());
    }

    pub fn picked(&self) -> Option<&Pick> {
        self.choices
            .get(self.list.cursor)
            .map(|choice| &choice.pick)
    }
}
