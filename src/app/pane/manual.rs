//! The manual on the screen: its topics, and the page of one. Search words narrow the topics down
//! and are marked in a page.

use crate::app::action::Place;
use crate::app::field::Field;
use crate::app::list::List;
pub use crate::format::manual::Kind as LineKind;
use crate::format::manual::{Line, TOPICS, Topic, lines};

/// The open manual: its topics or one page, and the search.
#[derive(Clone, Debug)]
pub struct Manual {
    /// The cursor over the topics that match.
    pub list: List,
    /// The open page; `None` while the topics are listed.
    pub topic: Option<&'static Topic>,
    pub top: usize,
    pub sought: Box<Field>,
    pub is_typing: bool,
    /// What it was opened over, which comes back.
    pub over: Option<Place>,
}

impl Manual {
    /// The list of topics, with the cursor on this one.
    pub fn at(name: &str) -> Manual {
        let place = TOPICS.iter().position(|topic| topic.name == name);
        Manual {
            list: List {
                cursor: place.unwrap_or(0),
            },
            topic: None,
            top: 0,
            sought: Box::new(Field::line("")),
            is_typing: false,
            over: None,
        }
    }

    /// The topics that contain every search word.
    pub fn topics(&self) -> Vec<&'static Topic> {
        let words = self.sought.text();
        TOPICS.iter().filter(|topic| topic.has(&words)).collect()
    }

    /// Columns of text on a screen of that width.
    pub fn width_on(columns: u16) -> usize {
        let around = if columns > 90 { 10 } else { 4 };
        columns.saturating_sub(around).min(100) as usize
    }

    /// The lines of the open page.
    pub fn lines(&self, width: usize) -> Vec<Line> {
        self.topic
            .map_or_else(Vec::new, |topic| lines(topic.page, width))
    }

    /// Opens the topic under the cursor, at the first line with a search word.
    pub fn open(&mut self, width: usize) {
        self.is_typing = false;
        self.topic = self.topics().get(self.list.cursor).copied();
        self.top = 0;
        if !self.sought.is_empty() {
            self.step_match(1, width);
        }
    }

    /// Starts a new search.
    pub fn start_search(&mut self) {
        self.is_typing = true;
        *self.sought = Field::line("");
    }

    /// After a key in the search line.
    pub fn typed(&mut self, width: usize) {
        match self.topic {
            None => self.list.to_first(),
            Some(_) => {
                self.top = 0;
                self.step_match(1, width);
            }
        }
    }

    /// Moves to the next line with a search word, or the one before, wrapping at the ends.
    pub fn step_match(&mut self, step: isize, width: usize) {
        let words = self.sought.text();
        let lines = self.lines(width);
        let places = lines.iter().enumerate();
        let places = places.filter(|(_, line)| line.has(&words));
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        let next = if step > 0 {
            places.iter().find(|place| **place > self.top)
        } else {
            places.iter().rev().find(|place| **place < self.top)
        };
        let round = if step > 0 {
            places.first()
        } else {
            places.last()
        };
        if let Some(place) = next.or(round) {
            self.top = *place;
        }
    }

    /// Leaves the search, then the page; `false` if only the manual itself is left to leave.
    pub fn leave(&mut self) -> bool {
        if self.is_typing {
            self.is_typing = false;
            *self.sought = Field::line("");
            return true;
        }
        self.topic.take().is_some()
    }

    /// Moves by lines of the page, or by rows of the list.
    pub fn step(&mut self, step: isize, content: usize, height: usize) {
        if self.topic.is_none() {
            self.list.step(step, self.topics().len());
            return;
        }
        let last = content.saturating_sub(height);
        self.top = self.top.min(last).saturating_add_signed(step).min(last);
    }
}
