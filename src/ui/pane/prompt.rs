//! One line to be typed, on top of the panes.

use crate::app::pane::Prompt;
use crate::model::cut;
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// In the middle, two lines high inside its frame.
pub fn place(screen: Rect) -> Rect {
    let width = screen.width.min(60);
    let height = screen.height.min(4);
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

pub fn draw(prompt: &Prompt, theme: &Theme, area: Rect, screen: &mut Frame) {
    let block = frame(Line::raw(format!(" {} ", prompt.title)), true, theme);
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let mut rows = inside.rows();
    if let Some(row) = rows.next() {
        screen.render_widget(prompt.field.area(), row);
    }
    if let Some(row) = rows.next() {
        let hint = cut(prompt.hint, row.width as usize);
        screen.render_widget(Line::styled(hint, theme.dim()), row);
    }
}
