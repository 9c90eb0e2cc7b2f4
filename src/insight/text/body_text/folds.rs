//! Which objects and arrays are folded. No cost here grows with the number of lines: each line
//! leads to its container directly, without a search.

use super::{BodyText, shape};
use std::collections::BTreeSet;

/// Everything is open with exceptions, or everything is folded with exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    all: bool,
    /// The opening lines that are the exceptions.
    others: BTreeSet<usize>,
}

impl Folds {
    /// Whether nothing is folded.
    pub fn is_empty(&self) -> bool {
        !self.all && self.others.is_empty()
    }

    /// Folds everything but the outermost value; where there are several values, folds them too.
    pub fn fold_all(&mut self, text: &BodyText) {
        self.all = true;
        let outermost = text.lines.first_opening();
        self.others = outermost
            .filter(|_| text.values.is_empty())
            .into_iter()
            .collect();
    }

    /// Opens everything, as in a fresh body.
    pub fn open_all(&mut self) {
        *self = Folds::default();
    }

    /// Whether the line opens something that is folded now.
    pub fn is_folded(&self, text: &BodyText, line: usize) -> bool {
        self.all != self.others.contains(&line) && text.closing(line).is_some()
    }

    /// Folds or opens what the line opens, closes or stands in. Returns the line that stays
    /// visible; `None` where there is nothing to fold.
    pub fn toggle(&mut self, text: &BodyText, line: usize) -> Option<usize> {
        let opening = text.container(line)?;
        text.closing(opening)?;
        self.flip(opening);
        Some(self.seen(text, opening))
    }

    /// Opens everything that hides a line.
    pub fn open_to(&mut self, text: &BodyText, line: usize) {
        for opening in text.around(line) {
            if self.is_folded(text, opening) {
                self.flip(opening);
            }
        }
    }

    fn flip(&mut self, opening: usize) {
        if !self.others.remove(&opening) {
            self.others.insert(opening);
        }
    }

    /// The visible line for this one: itself, or the outermost fold that hides it.
    pub fn seen(&self, text: &BodyText, line: usize) -> usize {
        let line = line.min(text.len().saturating_sub(1));
        if self.is_empty() {
            return line;
        }
        let hides = |opening: &usize| self.is_folded(text, *opening);
        text.around(line).filter(hides).last().unwrap_or(line)
    }

    /// The next visible line; `None` at the end.
    pub fn next(&self, text: &BodyText, line: usize) -> Option<usize> {
        let next = match text.closing(line) {
            Some(closing) if self.is_folded(text, line) => closing + 1,
            _ => line + 1,
        };
        (next < text.len()).then_some(next)
    }

    /// Moves by that many visible lines (back if negative), and stops at the ends.
    pub fn step(&self, text: &BodyText, line: usize, lines: isize) -> usize {
        let last = text.len().saturating_sub(1);
        if self.is_empty() {
            return line.saturating_add_signed(lines).min(last);
        }
        let mut line = self.seen(text, line);
        for _ in 0..lines.unsigned_abs() {
            let stepped = if lines > 0 {
                self.next(text, line)
            } else {
                line.checked_sub(1).map(|above| self.seen(text, above))
            };
            match stepped {
                Some(stepped) => line = stepped,
                None => break,
            }
        }
        line
    }
}

impl BodyText {
    /// The line that closes what this line opens; `None` where it opens nothing or the end is
    /// missing.
    pub fn closing(&self, line: usize) -> Option<usize> {
        self.lines.closing(line)
    }

    /// How many members or elements are in what the line opens.
    pub fn count(&self, opening: usize) -> usize {
        self.lines.count(opening)
    }

    /// The line that opens what this line opens, closes or stands in.
    pub fn container(&self, line: usize) -> Option<usize> {
        if self.lines.is(line, shape::OPENS) {
            Some(line)
        } else {
            self.lines.around(line).next()
        }
    }

    /// The lines that open what this line is in, from the inside out. What a line closes is
    /// among them, what it opens is not.
    pub fn around(&self, line: usize) -> impl Iterator<Item = usize> {
        self.lines.around(line)
    }

    /// The position among its siblings of what the line begins, ends or belongs to, from zero.
    pub fn seat(&self, line: usize) -> usize {
        self.lines.seat_of(line)
    }
}
