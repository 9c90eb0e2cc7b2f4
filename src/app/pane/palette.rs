//! Finds everything a person can do or go to by a few letters. Hides the matcher's crate.

use crate::app::action::Action;
use crate::app::field::Field;
use crate::app::list::List;
use crate::model::{ExchangeId, TokenName};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::path::PathBuf;

/// Where choosing a row leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    Act(Action),
    /// A call of the history, with its answer.
    Open(ExchangeId),
    Token(TokenName),
    /// By its position among the environments.
    Environment(usize),
    Replay(PathBuf),
    Theme(String),
    /// The calls of a support case: the words that find them.
    Case(String),
}

/// A row that the palette offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One word for what it is.
    pub kind: &'static str,
    pub label: String,
    pub note: String,
    /// Why it cannot do anything now.
    pub why_not: Option<&'static str>,
    pub goal: Goal,
}

/// A row that matches the typed words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub row: usize,
    /// The characters of its label that match.
    pub marks: Vec<usize>,
}

/// The open palette: everything it offers, and the rows that match.
#[derive(Debug)]
pub struct Palette {
    pub field: Field,
    pub list: List,
    pub rows: Vec<Finding>,
    /// The rows that match, best first.
    pub found: Vec<Found>,
}

impl Palette {
    /// Opens with these rows, all of them matching.
    pub fn new(rows: Vec<Finding>) -> Palette {
        let mut palette = Palette {
            field: Field::line(""),
            list: List::default(),
            rows,
            found: Vec::new(),
        };
        palette.refind();
        palette
    }

    /// Adds rows that arrive late; the cursor stays on its row.
    pub fn add(&mut self, rows: Vec<Finding>) {
        let here = self.found.get(self.list.cursor).map(|found| found.row);
        self.rows.extend(rows);
        self.refind();
        let place = self.found.iter().position(|found| Some(found.row) == here);
        self.list.cursor = place.unwrap_or(0);
    }

    /// Finds the rows that contain every typed word, in any order.
    pub fn refind(&mut self) {
        self.list.to_first();
        let words = self.field.text();
        let pattern = Pattern::new(
            &words,
            CaseMatching::Ignore,
            Normalization::Smart,
            AtomKind::Fuzzy,
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut marks = Vec::new();
        let mut scored = Vec::new();
        for (row, finding) in self.rows.iter().enumerate() {
            let text = finding.text();
            marks.clear();
            let hay = Utf32Str::new(&text, &mut letters);
            if let Some(score) = pattern.indices(hay, &mut matcher, &mut marks) {
                let label = finding.label.chars().count();
                let mut marks: Vec<usize> = marks.iter().map(|&mark| mark as usize).collect();
                marks.retain(|mark| *mark < label);
                marks.sort_unstable();
                marks.dedup();
                scored.push((score, Found { row, marks }));
            }
        }
        // The sort is stable: rows of the same score keep the order of the table.
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = scored.into_iter().map(|(_, found)| found).collect();
    }

    /// Moves the cursor by `step` rows.
    pub fn step(&mut self, step: isize) {
        self.list.step(step, self.found.len());
    }

    /// The row under the cursor.
    pub fn picked(&self) -> Option<&Finding> {
        let found = self.found.get(self.list.cursor)?;
        self.rows.get(found.row)
    }
}

impl Finding {
    /// The text to search: the label first, since marks count from its beginning.
    fn text(&self) -> String {
        let more = match &self.goal {
            Goal::Act(action) => format!("{} {}", action.id(), also_called(*action)),
            Goal::Open(_) | Goal::Environment(_) | Goal::Case(_) => self.note.clone(),
            _ => String::new(),
        };
        format!("{} {} {more}", self.label, self.kind)
    }
}

/// What people call what an action does, besides its own words.
fn also_called(action: Action) -> &'static str {
    match action {
        Action::Copy => "call as curl, for a ticket, repro, redacted, headers, body",
        Action::TellCase => "export, HTML page, Markdown, print, share",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(kind: &'static str, label: &str, goal: Goal) -> Finding {
        Finding {
            kind,
            label: label.to_owned(),
            note: String::new(),
            why_not: None,
            goal,
        }
    }

    fn palette() -> Palette {
        let token = |name| Goal::Token(TokenName::new(name).unwrap());
        Palette::new(vec![
            finding("action", "send the request", Goal::Act(Action::Send)),
            finding("action", "choose the token", Goal::Act(Action::ChooseToken)),
            finding("token", "admin", token("admin")),
            finding("token", "user-admin", token("user-admin")),
        ])
    }

    fn typed(palette: &mut Palette, words: &str) -> Vec<String> {
        palette.field.set(words);
        palette.refind();
        let labels = palette
            .found
            .iter()
            .map(|f| palette.rows[f.row].label.clone());
        labels.collect()
    }

    #[test]
    fn nothing_typed_finds_everything_in_the_order_of_the_table() {
        assert_eq!(palette().found.len(), 4);
        assert_eq!(palette().picked().unwrap().label, "send the request");
    }

    #[test]
    fn a_few_letters_find_a_row_by_label_kind_or_id_and_mark_the_label() {
        let mut palette = palette();
        assert_eq!(typed(&mut palette, "sndrq"), ["send the request"]);
        assert_eq!(palette.found[0].marks, [0, 2, 3, 9, 11]);
        assert_eq!(typed(&mut palette, "TOKEN adm")[0], "admin");
        assert_eq!(typed(&mut palette, "choose-token"), ["choose the token"]);
        assert!(typed(&mut palette, "zzz").is_empty());
        assert!(palette.picked().is_none());
    }

    #[test]
    fn copying_is_found_by_what_people_want_to_copy() {
        let title = "copy what is in front";
        for words in ["copy", "curl", "repro", "redact", "ticket"] {
            let row = finding("action", title, Goal::Act(Action::Copy));
            assert_eq!(typed(&mut Palette::new(vec![row]), words), [title]);
        }
    }

    #[test]
    fn signs_of_other_search_languages_are_plain_letters() {
        let mut palette = palette();
        assert!(typed(&mut palette, "!send").is_empty());
        assert!(typed(&mut palette, "^send").is_empty());
    }

    #[test]
    fn what_comes_late_does_not_move_the_cursor_to_another_row() {
        let mut palette = palette();
        palette.step(2);
        palette.add(vec![finding("session", "acme", Goal::Replay("a".into()))]);
        assert_eq!(palette.picked().unwrap().label, "admin");
        assert_eq!(palette.found.len(), 5);
    }
}
