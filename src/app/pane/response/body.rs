//! Where a person is in a body: the line, what is folded, the search.

use crate::app::field::Field;
use crate::insight::{BodyText, Folds, Found, Pattern};
use crate::model::{limits, visible_line};
use std::sync::Arc;

/// The reader's place in a body; it survives a change of view.
#[derive(Debug, Default)]
pub struct BodyPlace {
    /// The line under the cursor, as the text counts lines.
    pub cursor: usize,
    /// The first column shown.
    pub left: usize,
    pub folds: Folds,
    pub search: Option<Search>,
    /// The first line shown, unless the cursor would then be out of sight.
    top: usize,
    /// The byte to go to once its line is known.
    sought: Option<usize>,
}

/// How many lines and columns of a body are visible.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub height: usize,
    pub width: usize,
}

/// A search in a body.
#[derive(Debug)]
pub struct Search {
    pub field: Field,
    pub typing: bool,
    /// The matches so far.
    pub found: Option<Arc<Found>>,
    /// The match under the cursor, counted from zero.
    pub current: usize,
    /// How much was searched, in percent, while the search runs.
    pub progress: Option<u8>,
    /// The event of a stream whose number was typed.
    pub event: Option<usize>,
    /// Where the person was before: cursor, first line, first column.
    before: (usize, usize, usize),
}

impl BodyPlace {
    /// The first of `height` lines to show.
    pub fn top(&self, text: &BodyText, height: usize) -> usize {
        let room = height.max(1) as isize - 1;
        let cursor = self.folds.seen(text, self.cursor);
        let highest = self.folds.step(text, cursor, -room);
        // No empty lines at the end as long as there are lines above.
        let last = self.folds.seen(text, text.len().saturating_sub(1));
        let lowest = self.folds.step(text, last, -room).min(cursor);
        let wished = self.folds.seen(text, self.top);
        wished.clamp(highest.min(lowest), lowest)
    }

    /// Moves the cursor by `lines` visible lines.
    pub fn step(&mut self, text: &BodyText, lines: isize, height: usize) {
        self.sought = None;
        self.top = self.top(text, height);
        self.cursor = self.folds.step(text, self.cursor, lines);
    }

    /// Scrolls the window, and the cursor with it.
    pub fn scroll(&mut self, text: &BodyText, lines: isize, height: usize) {
        self.sought = None;
        let top = self.top(text, height);
        self.top = self.folds.step(text, top, lines);
        self.cursor = self.folds.step(text, self.cursor, lines);
    }

    /// Scrolls to the right by `columns`; to the left if negative.
    pub fn scroll_left(&mut self, columns: isize) {
        self.left = self.left.saturating_add_signed(columns).min(LONGEST_SCROLL);
    }

    /// Moves to the first line and column.
    pub fn to_first(&mut self) {
        (self.cursor, self.top, self.left) = (0, 0, 0);
        self.sought = None;
    }

    /// Moves to the last line; if not all lines are known yet, as soon as they are.
    pub fn to_last(&mut self, text: &BodyText) {
        self.sought = text.is_head().then_some(usize::MAX);
        self.cursor = self.folds.seen(text, text.len().saturating_sub(1));
    }

    /// Folds or unfolds what is under the cursor.
    pub fn toggle(&mut self, text: &BodyText, height: usize) {
        self.top = self.top(text, height);
        if let Some(line) = self.folds.toggle(text, self.cursor) {
            self.cursor = line;
        }
    }

    /// Folds everything, or unfolds everything if something is folded.
    pub fn toggle_all(&mut self, text: &BodyText) {
        if self.folds.is_empty() {
            self.folds.fold_all(text);
        } else {
            self.folds.open_all();
        }
        self.cursor = self.folds.seen(text, self.cursor);
    }

    /// Finds its place again in other lines of the same body.
    pub fn move_to(&mut self, before: &BodyText, after: &BodyText) {
        let is_new = before.view() != after.view();
        if is_new {
            self.folds = Folds::default();
        }
        let here = || is_new.then(|| before.place(self.cursor).start);
        if let Some(offset) = self.sought.take().or_else(here) {
            self.seek(after, offset);
            self.top = self.cursor;
        }
    }

    /// Moves to the line of a byte, now or as soon as it is known.
    fn seek(&mut self, text: &BodyText, offset: usize) {
        let line = text.line_at(offset);
        self.folds.open_to(text, line);
        self.cursor = line;
        let is_beyond = text.is_head() && text.place(line).end <= offset;
        self.sought = is_beyond.then_some(offset);
    }

    /// Opens the search line, and remembers the place to come back to.
    pub fn start_search(&mut self) {
        self.search = Some(Search {
            field: Field::line(""),
            typing: true,
            found: None,
            current: 0,
            progress: None,
            event: None,
            before: (self.cursor, self.top, self.left),
        });
    }

    /// The pattern to search for now; drops the matches of the old one.
    pub fn pattern(&mut self, text: &BodyText) -> Option<Pattern> {
        let search = self.search.as_mut()?;
        (search.found, search.progress, search.event) = (None, None, None);
        let pattern = Pattern::new(&search.field.text(), text.view());
        if pattern.is_none() {
            self.return_from_search();
            // The search may have begun beyond what this view has.
            self.cursor = self.folds.seen(text, self.cursor);
        }
        pattern
    }

    /// Takes in the matches, and moves to the first one after the person's place.
    pub fn found(&mut self, text: &BodyText, body: &[u8], found: Arc<Found>, window: Window) {
        let Some(search) = &mut self.search else {
            return;
        };
        let from = text.place(search.before.0).start;
        search.current = match found.count_before(body, from) {
            behind if behind >= found.total() => 0,
            first => first,
        };
        let is_somewhere = found.total() > 0;
        // `#7`, if the text has no match, is the seventh event of a stream.
        let number = search.field.text();
        let number = number.strip_prefix('#').filter(|_| !is_somewhere);
        let line = number
            .and_then(|number| number.trim().parse().ok())
            .and_then(|event| Some((event, text.value_line(event)?)));
        search.event = line.map(|(event, _)| event);
        (search.found, search.progress) = (Some(found), None);
        if is_somewhere {
            self.go_to_match(text, body, window);
        } else if let Some((_, line)) = line {
            self.folds.open_to(text, line);
            (self.cursor, self.top, self.left) = (line, line, 0);
        } else {
            self.return_from_search();
        }
    }

    /// Moves to the next match or the one before, wrapping at the end.
    pub fn step_match(&mut self, text: &BodyText, body: &[u8], step: isize, window: Window) {
        let Some(search) = &mut self.search else {
            return;
        };
        let total = search.found.as_ref().map_or(0, |found| found.total());
        if total > 0 {
            let next = search.current as isize + step;
            search.current = next.rem_euclid(total as isize) as usize;
            self.go_to_match(text, body, window);
        }
    }

    /// The bytes of the match under the cursor.
    pub fn current(&self, body: &[u8]) -> Option<std::ops::Range<usize>> {
        let search = self.search.as_ref()?;
        search.found.as_ref()?.nth(body, search.current)
    }

    /// Unfolds what hides the match, and scrolls to it.
    pub fn go_to_match(&mut self, text: &BodyText, body: &[u8], window: Window) {
        let found = self.search.as_ref().and_then(|s| s.found.clone());
        let (Some(range), Some(found)) = (self.current(body), found) else {
            return;
        };
        let top = self.top(text, window.height);
        self.seek(text, range.start);
        let last = window.height.max(1) - 1;
        if self.cursor < top || self.cursor > self.folds.step(text, top, last as isize) {
            // Keep some lines above it visible.
            let above = window.height / 3;
            self.top = self.folds.step(text, self.cursor, -(above as isize));
        }
        let (shown, marks) = text.marked_line(body, self.cursor, &found);
        if let Some(mark) = marks.iter().find(|mark| mark.start == range.start) {
            let column = |at: usize| visible_line(&shown[..at]).chars().count();
            let (from, to) = (column(mark.at.start), column(mark.at.end));
            let width = window.width;
            let is_seen = from >= self.left && to <= self.left + width;
            // Without a width nothing was drawn yet.
            if !is_seen && width > 0 {
                self.left = (to + AROUND).saturating_sub(width).min(from);
                self.left = if to <= width { 0 } else { self.left };
            }
        }
    }

    /// Ends the search, and returns to the old place if nothing was chosen.
    pub fn end_search(&mut self) {
        if self.search.as_ref().is_some_and(|search| search.typing) {
            self.return_from_search();
        }
        self.search = None;
    }

    fn return_from_search(&mut self) {
        if let Some(search) = &self.search {
            (self.cursor, self.top, self.left) = search.before;
        }
    }
}

/// Columns shown behind a match that lies far to the right.
const AROUND: usize = 40;

/// No piece of a line is longer or indented further, so nothing lies further right.
const LONGEST_SCROLL: usize = limits::LINE_BYTES + 2 * limits::INDENTED_DEPTH;
