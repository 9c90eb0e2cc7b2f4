//! A hidden value while the person types it: a dot for each character.

use crate::app::pane::SecretPrompt;
use crate::model::cut;
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The middle of the screen, two lines high inside its frame.
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

/// Draws a dot for each typed character, their number, and the keys that end it.
pub fn draw(secret: &SecretPrompt, theme: &Theme, area: Rect, screen: &mut Frame) {
    let title = cut(
        &format!("Value of token {}", secret.token),
        area.width.saturating_sub(4) as usize,
    );
    let block = frame(Line::raw(format!(" {title} ")), true, theme);
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let dot = if theme.ascii { "*" } else { "•" };
    let dots = dot.repeat(secret.typed.min(inside.width.saturating_sub(1) as usize));
    let mut rows = inside.rows();
    if let Some(row) = rows.next() {
        screen.render_widget(Line::raw(dots), row);
    }
    if let Some(row) = rows.next() {
        let words = match secret.typed {
            0 => "Not shown and not kept. Esc leaves.".to_owned(),
            count => format!("{count} typed. Enter gives it, Esc leaves."),
        };
        let words = cut(&words, row.width as usize);
        screen.render_widget(Line::styled(words, theme.dim()), row);
    }
}
