//! A cursor over rows, and the window that shows them.

/// The cursor of a list; the rows themselves live elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    pub cursor: usize,
}

impl List {
    /// Moves by `step` rows and stays below `len`.
    pub fn step(&mut self, step: isize, len: usize) {
        let last = len.saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(step).min(last);
    }

    /// Moves the cursor to the first row.
    pub fn to_first(&mut self) {
        self.cursor = 0;
    }

    /// Moves the cursor to the last of `len` rows, or to zero without rows.
    pub fn to_last(&mut self, len: usize) {
        self.cursor = len.saturating_sub(1);
    }

    /// The first of `height` rows to show, so that the cursor is visible.
    pub fn top(&self, height: usize) -> usize {
        (self.cursor + 1).saturating_sub(height.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_among_the_rows() {
        let mut list = List::default();
        list.step(-3, 5);
        assert_eq!(list.cursor, 0);
        list.step(9, 5);
        assert_eq!(list.cursor, 4);
        list.step(1, 0);
        assert_eq!(list.cursor, 0);
    }
}
