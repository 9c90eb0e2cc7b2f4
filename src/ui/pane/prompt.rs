//! One line to type, on top of the panes.

use crate::app::pane::Prompt;
use crate::model::{cut, width};
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The middle of the screen: the line, what it means, and what it is about.
pub fn place(prompt: &Prompt, screen: Rect) -> Rect {
    let longest = prompt.lines.iter().map(|line| width(line)).max();
    let widest = (longest.unwrap_or(0) as u16 + 4).clamp(60, 100);
    let width = screen.width.min(widest);
    let about = match prompt.lines.len() as u16 {
        0 => 0,
        lines => lines + 1,
    };
    let height = screen.height.min(4 + about);
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

/// Draws the field with its hint and the lines about it.
pub fn draw(prompt: &Prompt, theme: &Theme, area: Rect, screen: &mut Frame) {
    let block = frame(Line::raw(format!(" {} ", prompt.title)), true, theme);
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let mut rows = inside.rows();
    if let Some(row) = rows.next() {
        screen.render_widget(prompt.field.area(), row);
    }
    if let Some(row) = rows.next() {
        let hint = cut(&prompt.hint, row.width as usize);
        screen.render_widget(Line::styled(hint, theme.dim()), row);
    }
    for (row, line) in rows.skip(1).zip(&prompt.lines) {
        screen.render_widget(Line::raw(cut(line, row.width as usize)), row);
    }
}
