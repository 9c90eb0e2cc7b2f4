//! The visible lines of a tab, and a mark if there are more.

use crate::app::State;
use crate::app::pane::Measured;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

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
    if below > 0 {
        let arrow = if theme.ascii { "" } else { "↓ " };
        in_the_corner(format!("{arrow}{below} more"), area, theme, frame);
    }
}

/// Draws words at the right of the last line; nothing in fewer than three rows.
pub fn in_the_corner(words: String, area: Rect, theme: &Theme, frame: &mut Frame) {
    if area.height < 3 {
        return;
    }
    let words = format!(" {words} ");
    let width = (words.width() as u16).min(area.width);
    let corner = Rect {
        x: area.right() - width,
        y: area.bottom() - 1,
        width,
        height: 1,
    };
    frame.render_widget(Line::styled(words, theme.dim()), corner);
}
