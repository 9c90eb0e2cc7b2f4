//! The calls that were made, newest first: those of this run, and those in the store.

use crate::app::field::Field;
use crate::app::list::List;
use crate::app::message::Chosen;
use crate::insight::Exchange;
use crate::insight::{Query, QueryError};
use crate::model::{ExchangeId, ExchangeSummary, limits};
use jiff::Zoned;
use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

/// How many of the latest calls are judged together.
const LATEST: usize = 30;

/// One call in the history list.
#[derive(Clone, Debug)]
pub struct HistoryRow {
    pub summary: ExchangeSummary,
    pub open: bool,
    /// Chosen together with others, to save or forget them.
    pub marked: bool,
}

/// A whole call and its row: making the row again takes time if the response is large.
#[derive(Debug)]
struct Held {
    exchange: Arc<Exchange>,
    summary: ExchangeSummary,
}

/// The history pane: its rows, filter and cursor, and the whole calls of this run.
#[derive(Debug)]
pub struct History {
    /// The rows that pass the filter, newest first.
    pub rows: Vec<HistoryRow>,
    pub list: List,
    pub filter: Field,
    /// Whether the person is typing the filter.
    pub filtering: bool,
    /// The question to the store that is still open; answers to older ones are dropped.
    pub asking: Option<u64>,
    questions: u64,
    /// Whether the store may hold rows older than those shown.
    pub has_older: bool,
    query: Query,
    /// Why a word of the filter makes no sense; the other words still apply.
    pub unreadable: Option<QueryError>,
    /// Calls of this run, whole, newest first.
    held: VecDeque<Held>,
    held_bytes: usize,
    latest: VecDeque<ExchangeSummary>,
    /// Calls that were forgotten and can be brought back until the end of the run.
    forgotten: Vec<Vec<HistoryRow>>,
    /// The runs whose calls are listed one by one.
    open_runs: HashSet<ExchangeId>,
}

impl Default for History {
    fn default() -> History {
        History {
            rows: Vec::new(),
            list: List::default(),
            filter: Field::line(""),
            filtering: false,
            asking: None,
            questions: 0,
            has_older: false,
            query: Query::default(),
            unreadable: None,
            held: VecDeque::new(),
            held_bytes: 0,
            latest: VecDeque::new(),
            forgotten: Vec::new(),
            open_runs: HashSet::new(),
        }
    }
}

impl History {
    /// The filter that is in force.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Starts a new question to the store; only its answer counts from now on.
    pub fn ask(&mut self) -> u64 {
        self.questions += 1;
        self.asking = Some(self.questions);
        self.questions
    }

    /// Whether there is any text in the filter.
    pub fn is_filtered(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Puts a call on top; the cursor stays on its row, unless that was the newest. Returns the
    /// calls that are no longer held.
    pub fn remember(
        &mut self,
        exchange: Arc<Exchange>,
        summary: ExchangeSummary,
    ) -> Vec<Arc<Exchange>> {
        let fits = self.query.fits(&summary, &exchange);
        self.latest.push_front(summary.clone());
        self.latest.truncate(LATEST);
        self.held_bytes += bytes(&exchange);
        self.held.push_front(Held {
            exchange,
            summary: summary.clone(),
        });
        let full = |history: &History| {
            history.held.len() > limits::CALLS_HELD
                || (history.held_bytes > limits::HELD_BODY_BYTES && history.held.len() > 1)
        };
        let mut let_go = Vec::new();
        while full(self) {
            let oldest = self.held.pop_back().map(|held| held.exchange);
            self.held_bytes -= oldest.as_ref().map_or(0, |exchange| bytes(exchange));
            let_go.extend(oldest);
        }
        if fits {
            let row = HistoryRow {
                summary,
                open: false,
                marked: false,
            };
            self.rows.insert(0, row);
            if self.list.cursor > 0 {
                self.list.cursor += 1;
            }
            self.settle();
        }
        let_go
    }

    /// The whole exchange, if it was made in this run.
    pub fn held(&self, id: &ExchangeId) -> Option<Arc<Exchange>> {
        self.held
            .iter()
            .find(|held| &held.summary.id == id)
            .map(|held| held.exchange.clone())
    }

    /// The latest calls of this run, newest first, whatever the filter.
    pub fn latest(&self) -> impl Iterator<Item = &ExchangeSummary> {
        self.latest.iter()
    }

    /// The calls made in an environment in this run, without the forgotten ones.
    pub fn made_in(&self, environment: &str) -> Vec<ExchangeSummary> {
        let forgotten = |id: &ExchangeId| {
            let mut rows = self.forgotten.iter().flatten();
            rows.any(|row| &row.summary.id == id)
        };
        let held = self.held.iter().map(|held| &held.summary);
        held.filter(|summary| summary.environment == environment && !forgotten(&summary.id))
            .cloned()
            .collect()
    }

    /// Applies the changed filter: to the rows here at once, and to the store with a question.
    pub fn refilter(&mut self, now: &Zoned) {
        (self.query, self.unreadable) = Query::readable(&self.filter.text(), now);
        let rows = std::mem::take(&mut self.rows);
        let query = &self.query;
        let kept = rows.into_iter().filter(|row| query.matches(&row.summary));
        self.rows = kept.collect();
        self.list.to_first();
    }

    /// Removes the filter and shows every row again.
    pub fn clear_filter(&mut self, now: &Zoned) {
        self.filter.set("");
        self.filtering = false;
        self.refilter(now);
    }

    /// Takes in the store's answer. Calls of this run that the store has not written yet stay; open
    /// and marked rows and the cursor keep their place.
    pub fn recalled(
        &mut self,
        found: Vec<ExchangeSummary>,
        has_older: bool,
        after: Option<&ExchangeId>,
    ) {
        self.has_older = has_older;
        let here = self.selected().map(|row| row.summary.id.clone());
        let was_first = self.list.cursor == 0;
        let mut rows = std::mem::take(&mut self.rows);
        if after.is_none() {
            // The answer replaces all rows but the newest of this run.
            let newest = found.first().map(|summary| summary.id.clone());
            let listed: HashSet<&ExchangeId> = found.iter().map(|s| &s.id).collect();
            let held = |id: &ExchangeId| self.held.iter().any(|held| &held.summary.id == id);
            rows.retain(|row| {
                let id = &row.summary.id;
                listed.contains(id) || (held(id) && newest.as_ref().is_none_or(|n| id > n))
            });
        }
        let known: HashSet<ExchangeId> = rows.iter().map(|row| row.summary.id.clone()).collect();
        let fresh = found
            .into_iter()
            .filter(|summary| !known.contains(&summary.id));
        rows.extend(fresh.map(|summary| HistoryRow {
            summary,
            open: false,
            marked: false,
        }));
        let held = self.held.iter().filter(|_| after.is_none());
        let missing: Vec<_> = held
            .filter(|held| !rows.iter().any(|row| row.summary.id == held.summary.id))
            .filter(|held| self.query.fits(&held.summary, &held.exchange))
            .map(|held| &held.summary)
            .filter(|s| {
                !self
                    .forgotten
                    .iter()
                    .flatten()
                    .any(|row| row.summary.id == s.id)
            })
            .cloned()
            .collect();
        rows.extend(missing.into_iter().map(|summary| HistoryRow {
            summary,
            open: false,
            marked: false,
        }));
        rows.sort_by(|a, b| b.summary.id.cmp(&a.summary.id));
        self.rows = rows;
        let place = here.and_then(|id| self.rows.iter().position(|row| row.summary.id == id));
        self.list.cursor = if was_first { 0 } else { place.unwrap_or(0) };
        self.settle();
    }

    /// The row under the cursor; `None` in an empty list.
    pub fn selected(&self) -> Option<&HistoryRow> {
        self.rows.get(self.list.cursor)
    }

    /// Moves the cursor; `true` if older rows are needed now.
    pub fn step(&mut self, step: isize) -> bool {
        self.step_over_runs(step);
        let end = self.folded().map_or(self.list.cursor + 1, |rows| rows.end);
        self.has_older && self.asking.is_none() && end >= self.rows.len()
    }

    /// Moves to the last row; `true` if older rows are needed now.
    pub fn to_last(&mut self) -> bool {
        self.step(isize::MAX)
    }

    /// The oldest row shown: older ones are requested from here.
    pub fn oldest(&self) -> Option<ExchangeId> {
        self.rows.last().map(|row| row.summary.id.clone())
    }

    /// Unfolds or folds the selected row, if it has more to show; for a run, its calls.
    pub fn expand(&mut self, open: bool) {
        if self.expand_run(open) {
            return;
        }
        if let Some(row) = self.rows.get_mut(self.list.cursor) {
            row.open = open && has_more(&row.summary);
        }
    }

    /// Marks the selected row or removes its mark, and moves to the next.
    pub fn mark(&mut self) {
        let Some(first) = self.selected() else {
            return;
        };
        let marked = !first.marked;
        let chosen = self.chosen_rows();
        for row in self.rows.get_mut(chosen).unwrap_or_default() {
            row.marked = marked;
        }
        self.step_over_runs(1);
    }

    /// Marks every row from the selected one to the newest; removes the marks if all have one.
    pub fn mark_since(&mut self) {
        let since = self.chosen_rows().end.min(self.rows.len());
        let rows = &mut self.rows[..since];
        let all = rows.iter().all(|row| row.marked);
        for row in rows {
            row.marked = !all;
        }
    }

    /// The number of marked rows.
    pub fn marked(&self) -> usize {
        self.rows.iter().filter(|row| row.marked).count()
    }

    /// Those of the chosen calls that were made in this run.
    pub fn held_of(&self, chosen: &Chosen) -> Vec<Arc<Exchange>> {
        let is_chosen = |exchange: &&Arc<Exchange>| match chosen {
            Chosen::Calls(ids) => ids.contains(&exchange.id),
            Chosen::Case(case) => exchange.case.as_ref() == Some(case) && exchange.is_own(),
        };
        let forgotten = |exchange: &&Arc<Exchange>| {
            let mut rows = self.forgotten.iter().flatten();
            rows.any(|row| row.summary.id == exchange.id)
        };
        let held = self.held.iter().map(|held| &held.exchange);
        let held = held.filter(is_chosen);
        held.filter(|exchange| !forgotten(exchange))
            .cloned()
            .collect()
    }

    /// The rows that an action on several applies to: the marked ones, else the one under the
    /// cursor.
    pub fn chosen_ids(&self) -> Vec<ExchangeId> {
        let marked = self.rows.iter().filter(|row| row.marked);
        let ids: Vec<_> = marked.map(|row| row.summary.id.clone()).collect();
        if ids.is_empty() {
            let chosen = self.rows.get(self.chosen_rows()).unwrap_or_default();
            chosen.iter().map(|row| row.summary.id.clone()).collect()
        } else {
            ids
        }
    }

    /// The calls for a session, with a name: the marked rows, else the whole case of the selected
    /// row, else that row.
    pub fn chosen(&self) -> Option<(String, Chosen)> {
        let selected = self.selected()?;
        let alone = format!(
            "{} {}",
            selected.summary.method,
            path_of(&selected.summary.url)
        );
        match (&selected.summary.case, self.marked()) {
            (Some(case), 0) => Some((case.clone(), Chosen::Case(case.clone()))),
            (case, _) => {
                let name = case.clone().unwrap_or(alone);
                Some((name, Chosen::Calls(self.chosen_ids())))
            }
        }
    }

    /// Hides rows; `restore` brings them back.
    pub fn forget(&mut self, ids: &[ExchangeId]) {
        let rows = std::mem::take(&mut self.rows);
        let (gone, kept) = rows
            .into_iter()
            .partition(|row| ids.contains(&row.summary.id));
        self.rows = kept;
        self.forgotten.push(gone);
        self.list.step(0, self.rows.len());
        self.settle();
    }

    /// Brings back the rows that were forgotten last, and returns their ids.
    pub fn restore(&mut self) -> Vec<ExchangeId> {
        let Some(rows) = self.forgotten.pop() else {
            return Vec::new();
        };
        let ids: Vec<_> = rows.iter().map(|row| row.summary.id.clone()).collect();
        let query = &self.query;
        let shown = rows.into_iter().filter(|row| query.matches(&row.summary));
        self.rows.extend(shown.map(|row| HistoryRow {
            marked: false,
            ..row
        }));
        self.rows.sort_by(|a, b| b.summary.id.cmp(&a.summary.id));
        let first = ids.first();
        let place = self
            .rows
            .iter()
            .position(|row| Some(&row.summary.id) == first);
        self.list.cursor = place.unwrap_or(0);
        self.settle();
        ids
    }

    // The calls of one run, such as a matrix or a replay, make one row that unfolds.

    /// Whether the row is hidden inside the folded run of a row above it. With a filter, every call
    /// is listed.
    pub fn is_hidden(&self, number: usize) -> bool {
        let run = |number: usize| self.rows.get(number)?.summary.run.as_ref();
        let Some(above) = number.checked_sub(1) else {
            return false;
        };
        let same = run(number).filter(|own| run(above) == Some(own));
        !self.is_filtered() && same.is_some_and(|run| !self.open_runs.contains(run))
    }

    /// The rows that a row stands for, if it is a folded run of several calls.
    pub fn run_at(&self, number: usize) -> Option<Range<usize>> {
        if number >= self.rows.len() || self.is_hidden(number) {
            return None;
        }
        let mut end = number + 1;
        while end < self.rows.len() && self.is_hidden(end) {
            end += 1;
        }
        (end > number + 1).then_some(number..end)
    }

    /// The rows of the folded run under the cursor.
    pub fn folded(&self) -> Option<Range<usize>> {
        self.run_at(self.list.cursor)
    }

    /// The rows that the one under the cursor stands for.
    pub fn chosen_rows(&self) -> Range<usize> {
        let at = self.list.cursor.min(self.rows.len());
        let end = (at + 1).min(self.rows.len());
        self.folded().unwrap_or(at..end)
    }

    /// The nearest visible row above.
    pub fn row_above(&self, number: usize) -> Option<usize> {
        (0..number).rev().find(|row| !self.is_hidden(*row))
    }

    /// The nearest visible row below.
    pub fn row_below(&self, number: usize) -> Option<usize> {
        (number + 1..self.rows.len()).find(|row| !self.is_hidden(*row))
    }

    /// Puts the cursor on a visible row.
    fn settle(&mut self) {
        while self.is_hidden(self.list.cursor) {
            self.list.cursor -= 1;
        }
    }

    fn step_over_runs(&mut self, step: isize) {
        if step.unsigned_abs() >= self.rows.len() {
            self.list.step(step, self.rows.len());
            return self.settle();
        }
        for _ in 0..step.unsigned_abs() {
            let next = if step < 0 {
                self.row_above(self.list.cursor)
            } else {
                self.row_below(self.list.cursor)
            };
            let Some(next) = next else { break };
            self.list.cursor = next;
        }
        self.list.step(0, self.rows.len());
    }

    /// Unfolds the run under the cursor, or folds the one that the row belongs to; `false` if there
    /// is none.
    fn expand_run(&mut self, open: bool) -> bool {
        if open && self.folded().is_none() {
            return false;
        }
        let Some(row) = self.rows.get(self.list.cursor) else {
            return false;
        };
        let Some(run) = row.summary.run.clone() else {
            return false;
        };
        // What is unfolded inside the row is folded first.
        if open {
            return self.open_runs.insert(run);
        }
        let is_folded = !row.open && self.open_runs.remove(&run);
        self.settle();
        is_folded
    }

    /// Unfolds the run that a row belongs to, and moves to that row.
    pub fn show_row(&mut self, number: usize) {
        if let Some(row) = self.rows.get(number) {
            if self.is_hidden(number) {
                self.open_runs.extend(row.summary.run.clone());
            }
            self.list.cursor = number;
        }
    }

    /// Whether `restore` has anything to bring back.
    pub fn has_forgotten(&self) -> bool {
        !self.forgotten.is_empty()
    }
}

/// Whether a row has errors to unfold.
pub fn has_more(summary: &ExchangeSummary) -> bool {
    !summary.errors.is_empty() || summary.message.is_some()
}

/// Path and query of a URL.
pub fn path_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    match url[after_scheme..].find('/') {
        Some(slash) => &url[after_scheme + slash..],
        None => url,
    }
}

fn bytes(exchange: &Exchange) -> usize {
    exchange.outcome.response().map_or(0, |r| r.body.len()) + exchange.sent.body.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::summary;
    use crate::model::ExchangeId;

    /// Newest first: a call, a run of three, a call, a run of one.
    fn history() -> History {
        let mut history = History::default();
        let run = |number: u64| Some(ExchangeId::from_number(number));
        for (number, run) in [
            (9, None),
            (8, run(6)),
            (7, run(6)),
            (6, run(6)),
            (5, None),
            (4, run(4)),
        ] {
            let mut summary =
                summary(&crate::insight::redact::Mask::default().exchange(raw(number)));
            summary.run = run;
            history.rows.push(HistoryRow {
                summary,
                open: false,
                marked: false,
            });
        }
        history
    }

    fn raw(number: u64) -> crate::model::RawExchange {
        crate::model::RawExchange {
            id: ExchangeId::from_number(number),
            environment: String::new(),
            case: None,
            typed: Default::default(),
            sent: Default::default(),
            outcome: crate::model::Outcome::Failed(crate::model::Failure::new(
                crate::model::Cause::CallCancelled,
                "",
                "",
            )),
            redirects: Vec::new(),
            attempts: 1,
            unverified: Vec::new(),
            started_at: Default::default(),
            took: Default::default(),
            probe_of: None,
            run: None,
            origin: Default::default(),
        }
    }

    fn listed(history: &History) -> Vec<usize> {
        let rows = 0..history.rows.len();
        rows.filter(|row| !history.is_hidden(*row)).collect()
    }

    #[test]
    fn a_run_of_several_calls_is_one_row_that_opens_and_folds() {
        let mut history = history();
        assert_eq!(listed(&history), [0, 1, 4, 5]);
        history.step(1);
        assert_eq!(history.folded(), Some(1..4));
        assert_eq!(history.chosen_ids().len(), 3);
        history.expand(true);
        assert_eq!(listed(&history), [0, 1, 2, 3, 4, 5]);
        history.step(2);
        assert_eq!(history.list.cursor, 3);
        history.expand(false);
        // The cursor goes to the row that stands for all of them.
        assert_eq!(history.list.cursor, 1);
        assert_eq!(listed(&history), [0, 1, 4, 5]);
        history.step(isize::MAX);
        assert_eq!(history.list.cursor, 5);
        history.step(-2);
        assert_eq!(history.list.cursor, 1);
    }

    #[test]
    fn marking_a_folded_run_marks_all_of_it() {
        let mut history = history();
        history.step(1);
        history.mark();
        assert_eq!(history.marked(), 3);
        assert_eq!(history.list.cursor, 4);
        history.step(-1);
        history.mark();
        assert_eq!(history.marked(), 0);
    }

    #[test]
    fn what_a_filter_finds_is_listed_call_by_call() {
        let mut history = history();
        history.filter.set("403");
        assert_eq!(listed(&history).len(), 6);
        history.filter.set("");
        history.show_row(2);
        assert_eq!((history.list.cursor, listed(&history).len()), (2, 6));
    }
}
