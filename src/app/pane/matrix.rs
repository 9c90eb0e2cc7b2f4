//! Requests by tokens: what fills the grid, where the cursor is, and the calls behind its cells.

use crate::app::list::List;
use crate::app::task::Job;
use crate::insight::learned::{Known, Learned};
use crate::insight::matrix::{Access, Caller, Cell, Matrix};
use crate::model::{ExchangeId, Session, Timestamp, TokenName};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The matrix screen: its cells, cursor and sort order, and the run that fills it.
#[derive(Debug, Default)]
pub struct MatrixPane {
    /// The requests that the rows are made from.
    pub session: Session,
    pub matrix: Matrix,
    /// The name of the environment that it calls.
    pub environment: String,
    /// The cursor over the rows shown.
    pub list: List,
    pub column: usize,
    /// Whether only rows in which tokens differ are shown.
    pub differing: bool,
    /// The column that the rows are sorted by, and whether in reverse.
    pub order: Option<(usize, bool)>,
    /// Whether calls that write are made.
    pub writes: bool,
    /// Variables given for its runs.
    pub given: Vec<(String, String)>,
    /// The session that was requested and has not arrived yet.
    pub awaits: Option<Job>,
    /// The run that fills it.
    pub job: Option<Job>,
    /// Until when the whole run waits, because the API asked for it.
    pub paused: Option<Timestamp>,
    /// What the history knows of the environment.
    pub learned: Arc<Learned>,
    calls: BTreeMap<(usize, usize), ExchangeId>,
}

impl MatrixPane {
    /// Takes in requests; empties the cells.
    pub fn set_rows(&mut self, session: Session) {
        self.session = session;
        self.list = List::default();
        self.given.clear();
        // The person allowed writing for the requests they saw.
        self.writes = false;
        self.clear();
    }

    /// Sets who calls, a column each, and empties the cells.
    pub fn set_columns(&mut self, callers: Vec<Caller>) {
        self.matrix.callers = callers;
        self.clear();
    }

    /// Moves to another environment, with the tokens that may be chosen there.
    pub fn move_to(&mut self, place: &str) {
        self.environment = place.to_owned();
        self.writes = false;
        self.learned = Arc::default();
        self.set_columns(Vec::new());
    }

    /// Adds a column, or removes it.
    pub fn toggle_column(&mut self, caller: &Caller) {
        let mut callers = self.matrix.callers.clone();
        match callers.iter().position(|known| known == caller) {
            Some(place) => drop(callers.remove(place)),
            None => callers.push(caller.clone()),
        }
        self.set_columns(callers);
    }

    /// A column for each token.
    pub fn columns_of(tokens: impl IntoIterator<Item = TokenName>) -> Vec<Caller> {
        tokens.into_iter().map(Caller::Token).collect()
    }

    /// Empties the cells, for the current rows, columns and environment.
    pub fn clear(&mut self) {
        self.matrix = Matrix::new(&self.session, &self.matrix.callers);
        self.calls.clear();
        self.job = None;
        self.paused = None;
        self.column = self.column.min(self.matrix.callers.len().saturating_sub(1));
        self.order = None;
        self.list.step(0, self.shown().len());
    }

    /// Whether a run fills it now.
    pub fn is_running(&self) -> bool {
        self.job.is_some()
    }

    /// Whether there is no row or no column.
    pub fn is_empty(&self) -> bool {
        self.matrix.rows.is_empty() || self.matrix.callers.is_empty()
    }

    /// The rows shown, by position.
    pub fn shown(&self) -> Vec<usize> {
        let rows = 0..self.matrix.rows.len();
        let mut shown: Vec<usize> = if self.differing {
            rows.filter(|row| self.matrix.row_differs(*row)).collect()
        } else {
            rows.collect()
        };
        if let Some((column, reversed)) = self.order {
            let rank = |row: &usize| {
                let access = self.matrix.access(*row, column);
                let place = access.and_then(|access| Access::ALL.iter().position(|a| *a == access));
                // Unknown cells come last in both directions.
                match (place, reversed) {
                    (Some(place), false) => place,
                    (Some(place), true) => Access::ALL.len() - place,
                    (None, _) => usize::MAX,
                }
            };
            shown.sort_by_cached_key(rank);
        }
        shown
    }

    /// Sorts the rows by a column; a second time in reverse, a third time back to the original
    /// order. The cursor stays on its row.
    pub fn sort_by(&mut self, column: usize) {
        let row = self.cursor().map(|(row, _)| row);
        self.order = match self.order {
            Some((sorted, false)) if sorted == column => Some((column, true)),
            Some((sorted, true)) if sorted == column => None,
            _ => Some((column, false)),
        };
        self.stay_on(row);
    }

    /// Row and column of the cell under the cursor.
    pub fn cursor(&self) -> Option<(usize, usize)> {
        let row = *self.shown().get(self.list.cursor)?;
        (self.column < self.matrix.callers.len()).then_some((row, self.column))
    }

    /// Moves the cursor by `step` rows.
    pub fn step(&mut self, step: isize) {
        self.list.step(step, self.shown().len());
    }

    /// Moves the cursor by `step` columns, and stops at the ends.
    pub fn step_column(&mut self, step: isize) {
        let last = self.matrix.callers.len().saturating_sub(1);
        self.column = self.column.saturating_add_signed(step).min(last);
    }

    /// Moves to the last row shown.
    pub fn to_last(&mut self) {
        self.list.to_last(self.shown().len());
    }

    /// Switches between all rows and only those that differ; the cursor stays on its row if it can.
    pub fn switch_differing(&mut self) {
        let row = self.cursor().map(|(row, _)| row);
        self.differing = !self.differing;
        self.stay_on(row);
    }

    fn stay_on(&mut self, row: Option<usize>) {
        let shown = self.shown();
        let place = row.and_then(|row| shown.iter().position(|other| *other == row));
        self.list.cursor = place
            .unwrap_or(self.list.cursor)
            .min(shown.len().saturating_sub(1));
    }

    /// Takes in a result. Where only differing rows are shown, the cursor keeps its row.
    pub fn fill(&mut self, row: usize, column: usize, cell: Cell, call: Option<ExchangeId>) {
        let moves = self.differing || self.order.is_some();
        let here = if moves {
            self.cursor().map(|(row, _)| row)
        } else {
            None
        };
        self.matrix.set(row, column, cell);
        if let Some(id) = call {
            self.calls.insert((row, column), id);
        }
        if moves {
            self.stay_on(here);
        }
    }

    /// The call behind a cell: from this run, else the last one in the history.
    pub fn call(&self, row: usize, column: usize) -> Option<ExchangeId> {
        let own = self.calls.get(&(row, column)).cloned();
        own.or_else(|| Some(self.known(row, column)?.last.id.clone()))
    }

    /// What the history knows of a cell.
    pub fn known(&self, row: usize, column: usize) -> Option<&Known> {
        let caller = self.matrix.callers.get(column)?;
        let row = self.matrix.rows.get(row)?;
        self.learned.at(&row.method, row.path(), caller)
    }

    /// How many cells are filled, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let all = self.matrix.rows.len() * self.matrix.callers.len();
        (self.matrix.counts().total(), all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RequestSpec, Step};

    fn pane() -> MatrixPane {
        let step = |path: &str| Step {
            name: path.to_owned(),
            spec: RequestSpec::new("GET", path),
            ..Step::default()
        };
        let mut pane = MatrixPane::default();
        pane.set_columns(MatrixPane::columns_of(
            ["a", "b"].iter().filter_map(|name| TokenName::new(name)),
        ));
        pane.set_rows(Session {
            steps: vec![step("/1"), step("/2"), step("/3")],
            ..Session::default()
        });
        pane
    }

    #[test]
    fn rows_are_sorted_by_a_column_both_ways_and_the_cursor_stays_on_its_row() {
        let mut pane = pane();
        pane.fill(2, 1, Cell::Skipped("x".into()), None);
        pane.step(1);
        pane.sort_by(1);
        assert_eq!(pane.shown(), [2, 0, 1]);
        assert_eq!(pane.cursor(), Some((1, 0)));
        pane.fill(0, 1, Cell::Skipped("x".into()), None);
        assert_eq!(pane.shown(), [0, 2, 1]);
        assert_eq!(pane.cursor(), Some((1, 0)));
        pane.sort_by(1);
        assert_eq!(pane.shown(), [0, 2, 1], "what is not known stays last");
        pane.sort_by(1);
        assert_eq!(pane.shown(), [0, 1, 2]);
        pane.sort_by(0);
        pane.clear();
        assert_eq!(pane.order, None);
    }

    #[test]
    fn rows_that_differ_are_shown_alone_and_the_cursor_stays_on_its_row() {
        let mut pane = pane();
        pane.fill(1, 0, Cell::Skipped("x".into()), None);
        pane.step(1);
        assert_eq!(pane.cursor(), Some((1, 0)));
        pane.switch_differing();
        assert_eq!((pane.shown(), pane.cursor()), (vec![], None));
        pane.switch_differing();
        pane.step(9);
        pane.step_column(9);
        assert_eq!(pane.cursor(), Some((2, 1)));
    }

    #[test]
    fn another_place_or_other_rows_switch_writing_off() {
        let mut pane = pane();
        pane.writes = true;
        pane.move_to("other");
        assert!(!pane.writes && pane.is_empty());
        pane.writes = true;
        pane.set_rows(Session::default());
        assert!(!pane.writes);
    }

    #[test]
    fn a_column_is_put_in_and_taken_out() {
        let mut pane = pane();
        pane.step_column(1);
        pane.toggle_column(&Caller::Nobody);
        assert_eq!(pane.matrix.callers.len(), 3);
        pane.toggle_column(&Caller::Nobody);
        pane.toggle_column(&Caller::Token(TokenName::new("b").unwrap()));
        assert_eq!((pane.matrix.callers.len(), pane.column), (1, 0));
    }
}
