//! A sheet over the explorer: what was found stays in place on top, and a list scrolls beneath it.

use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Narrower than this the head has no blank line below it.
pub const SMALL: usize = 54;

/// How many columns a line of a sheet has inside its frame.
pub fn width(inside: Rect) -> usize {
    inside.width.saturating_sub(2) as usize
}

/// Rows that the list keeps, however long the head is.
const LEAST_ROWS: usize = 4;

/// Draws `head`, as many of `lines` as fit beneath it, and on the frame's edge how many lie below.
/// Line `at` is under the cursor and stays visible, unless the reader scrolled to a later `top`.
/// Gives how many lines the list has room for.
pub fn draw(
    head: &[Line<'static>],
    lines: &[Line<'static>],
    at: usize,
    top: usize,
    inside: Rect,
    theme: &Theme,
    screen: &mut Frame,
) -> usize {
    let edge = Rect {
        y: inside.bottom(),
        height: 1,
        ..inside
    };
    let most = (inside.height as usize).saturating_sub(LEAST_ROWS).max(1);
    let head = &head[..head.len().min(most)];
    let air = usize::from(width(inside) >= SMALL && !head.is_empty());
    let above = (head.len() + air) as u16;
    let row_of = |rect: Rect| Rect {
        x: rect.x + 1,
        width: rect.width.saturating_sub(2),
        ..rect
    };
    for (rect, line) in inside.rows().zip(head) {
        screen.render_widget(line, row_of(rect));
    }
    let inside = Rect {
        y: inside.y + above.min(inside.height),
        height: inside.height.saturating_sub(above),
        ..inside
    };
    let height = inside.height as usize;
    let top = top
        .max((at + 1).saturating_sub(height))
        .min(lines.len().saturating_sub(height.min(lines.len())));
    for (rect, line) in inside.rows().zip(lines.iter().skip(top)) {
        screen.render_widget(line, row_of(rect));
    }
    let below = lines.len().saturating_sub(top + height);
    if below > 0 {
        let arrow = if theme.ascii { "" } else { "↓ " };
        let words = Line::raw(format!(" {arrow}{below} more "));
        let width = (words.width() as u16).min(edge.width);
        let corner = Rect {
            x: edge.right() - width,
            width,
            ..edge
        };
        screen.render_widget(words, corner);
    }
    height
}
