//! The band that shows what will be sent, on its own ground, in the same place on every screen: the
//! request at the left, the key that sends it at the right.

use super::paint::line_of;
use super::theme::Theme;
use crate::app::{Action, Painted};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Words, some of which carry out an action when clicked.
pub type Words = Vec<(Span<'static>, Option<Action>)>;

/// Paints the ground, with a bar at its left edge if one is given, and returns the room for the
/// words.
pub fn ground(theme: &Theme, band: Rect, bar: Option<Style>, frame: &mut Frame) -> Rect {
    let tall = band.height >= 3;
    frame.buffer_mut().set_style(band, theme.raised());
    let row = Rect {
        y: band.y + u16::from(tall),
        height: 1.min(band.height),
        ..band
    };
    if tall && !theme.is_raised() {
        // If the raised ground looks like the rest, two thin rules mark the band.
        let line = theme.stroke(false).repeat(band.width as usize);
        for y in [band.y, band.bottom() - 1] {
            let place = Rect { y, ..row };
            let line = Line::styled(line.clone(), theme.frame(false));
            frame.render_widget(line, place);
        }
    }
    if let Some(bar) = bar {
        let stroke = if theme.ascii { "|" } else { "▌" };
        for place in band.rows() {
            let place = Rect { width: 1, ..place };
            frame.render_widget(Line::styled(stroke, bar), place);
        }
    }
    let (margin, width) = match band.width {
        60.. => (2, band.width - 4),
        _ => (1, band.width.saturating_sub(2)),
    };
    Rect {
        x: row.x + margin,
        width,
        ..row
    }
}

/// Draws the words of a screen without a field: as many of those at the left as fit.
pub fn words(
    theme: &Theme,
    band: Rect,
    left: Words,
    right: Words,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let row = ground(theme, band, None, frame);
    let width_of = |words: &Words| words.iter().map(|(span, _)| span.width()).sum::<usize>();
    let wide = (width_of(&right) as u16).min(row.width);
    let room = row.width.saturating_sub(wide + 2) as usize;
    let mut used = 0;
    let mut kept = Words::new();
    for (span, action) in left {
        let width = span.width();
        if used + width > room {
            break;
        }
        used += width;
        kept.push((span, action));
    }
    let line = line_of(kept, row, painted);
    frame.render_widget(line, row);
    let place = Rect {
        x: row.right() - wide,
        width: wide,
        ..row
    };
    let line = line_of(right, place, painted);
    frame.render_widget(line, place);
}
