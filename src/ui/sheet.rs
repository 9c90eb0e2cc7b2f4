//! A sheet over the explorer: what was found stays in place on top, and a list scrolls beneath it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Narrower than this the head has no blank line below it.
const SMALL: usize = 54;

/// How many columns a line of a sheet has inside its frame.
pub fn width(inside: Rect) -> usize {
    inside.width.saturating_sub(2) as usize
}

/// Draws `head`, and as many of `lines` as fit beneath it. Line `at` is under the cursor and stays
/// visible, unless the reader scrolled to a later `top`. Gives how many lines the list has room for.
pub fn draw(
    head: &[Line<'static>],
    lines: &[Line<'static>],
    at: usize,
    top: usize,
    inside: Rect,
    screen: &mut Frame,
) -> usize {
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
    height
}
