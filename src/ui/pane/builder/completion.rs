//! What the URL may become, beneath it and on top of what stands there.

use crate::app::{Painted, Spot, State};
use crate::model::{cut, fit};
use crate::ui::paint::{area_of, clear};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// More are found by typing on.
const ROWS: usize = 6;

/// `indent` is where the URL begins above it.
pub fn draw(
    state: &State,
    theme: &Theme,
    area: Rect,
    indent: u16,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let completion = &state.builder.completion;
    let count = completion.rows().count();
    let height = ROWS.min(count).min(area.height as usize);
    let place = Rect {
        height: height as u16,
        ..area
    };
    clear(place, theme, frame);
    let indent = indent.saturating_sub(2).min(place.width);
    let place = Rect {
        x: place.x + indent,
        width: place.width - indent,
        ..place
    };
    let top = completion.list.top(height);
    let bar = if theme.ascii { "| " } else { "│ " };
    let shown = completion.rows().enumerate().skip(top);
    for (rect, (number, candidate)) in place.rows().zip(shown) {
        let width = rect.width as usize;
        let url = cut(&candidate.url, width.saturating_sub(2));
        let note = format!("  {} {}", candidate.method, candidate.note);
        let note = match url.width() + note.width() + 2 <= width {
            true => note,
            false => String::new(),
        };
        let is_current = number == completion.list.cursor;
        let line = match is_current {
            true => Line::styled(fit(&format!("{bar}{url}{note}"), width), theme.selected()),
            false => Line::from(vec![
                Span::styled(bar, theme.dim()),
                Span::styled(url, Style::new()),
                Span::styled(note, theme.dim()),
            ]),
        };
        frame.render_widget(line, rect);
        painted.spots.push((area_of(rect), Spot::Candidate(number)));
    }
}
