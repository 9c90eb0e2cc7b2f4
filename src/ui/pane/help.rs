//! The sheet of all keys.

use crate::app::State;
use crate::app::pane::Help;
use crate::model::fit;
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};

/// The middle of the screen, with a border of what is beneath left to see.
pub fn place(screen: Rect) -> Rect {
    let side = if screen.width > 90 {
        (screen.width - 76) / 2
    } else {
        1
    };
    let above = if screen.height > 16 { 2 } else { 0 };
    screen.inner(Margin::new(side, above))
}

/// Draws the sheet; returns how many lines it has and how many were shown.
pub fn draw(
    state: &State,
    help: &Help,
    theme: &Theme,
    area: Rect,
    screen: &mut Frame,
) -> (usize, usize) {
    let block = frame(Line::raw(" Keys "), true, theme);
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let mut lines = Vec::new();
    for (title, rows) in Help::sections(&state.keymap) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(format!(" {title}"), theme.strong()));
        for (keys, what) in rows {
            lines.push(Line::from(vec![
                Span::styled(format!("   {} ", fit(&keys, 16)), theme.code()),
                Span::raw(what),
            ]));
        }
    }
    let height = inside.height as usize;
    let top = help.top.min(lines.len().saturating_sub(height));
    for (rect, line) in inside.rows().zip(lines.iter().skip(top)) {
        screen.render_widget(line, rect);
    }
    (lines.len(), height)
}
