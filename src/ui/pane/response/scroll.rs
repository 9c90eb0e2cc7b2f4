//! The visible lines of a tab, and a mark if there are more.

use crate::app::State;
use crate::app::pane::Measured;
use crate::ui::paint::more_in_the_corner;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the lines of a tab from where the reader is, and measures how many there are.
pub fn scrolled(
    lines: Vec<Line>,
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
) -> Measured {
    let measured = Measured {
        lines: lines.len(),
        height: area.height as usize,
        ..Measured::default()
    };
    let last = measured.lines.saturating_sub(measured.height);
    let top = state.response.top.min(last);
    for (rect, line) in area.rows().zip(lines.into_iter().skip(top)) {
        frame.render_widget(line, rect);
    }
    more_below(top, &measured, area, theme, frame);
    measured
}

/// Draws a mark in the last corner if there is more to scroll to.
pub fn more_below(top: usize, measured: &Measured, area: Rect, theme: &Theme, frame: &mut Frame) {
    let below = measured.lines.saturating_sub(top + measured.height);
    more_in_the_corner(below, theme, area, frame);
}
