//! The line that a search or a filter is typed into.

use crate::app::Field;
use crate::model::cut;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

/// Draws `/ 403 token:support      12 found`: what is typed, and `count` at the right end.
pub fn draw(
    field: &Field,
    is_typing: bool,
    count: String,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
) {
    frame.render_widget(Line::styled("/ ", theme.key()), area);
    let count_width = (count.width() as u16).min(area.width.saturating_sub(2));
    let text = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(2 + count_width),
        ..area
    };
    if is_typing {
        frame.render_widget(field.area(), text);
    } else {
        let words = cut(&field.text(), text.width as usize);
        frame.render_widget(Line::raw(words), text);
    }
    let right = Rect {
        x: text.right(),
        width: count_width,
        ..area
    };
    frame.render_widget(Line::styled(count, theme.dim()), right);
}
