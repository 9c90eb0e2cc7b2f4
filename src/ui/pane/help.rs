//! The sheet of all keys.

use crate::app::State;
use crate::app::pane::Help;
use crate::ui::paint::{columns, frame, more};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
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
    let (width, height) = (inside.width as usize, inside.height as usize);
    let keys_width = if width >= 60 { 24 } else { 12 };
    let what_width = width.saturating_sub(keys_width + 6).max(6);
    let mut lines = Vec::new();
    for (title, rows) in help.sections(&state.keymap) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(format!(" {title}"), theme.strong()));
        for (keys, what) in rows {
            let row = columns(&[
                (theme.key_name(&keys), keys_width, theme.code()),
                (what.to_owned(), what_width, Style::new()),
            ]);
            lines.extend(row.into_iter().map(|mut line| {
                line.spans.insert(0, Span::raw("   "));
                line
            }));
        }
    }
    let top = help.top.min(lines.len().saturating_sub(height));
    let below = lines.len().saturating_sub(top + height);
    screen.render_widget(more(block, below, theme), area);
    for (rect, line) in inside.rows().zip(lines.iter().skip(top)) {
        screen.render_widget(line, rect);
    }
    (lines.len(), height)
}
