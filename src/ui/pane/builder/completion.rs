//! The completions of the URL, below it and on top of the pane.

use crate::app::{Action, Painted, Spot, State};
use crate::model::{cut, fit};
use crate::ui::paint::{area_of, clear};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Most rows shown; typing on finds the others.
const ROWS: usize = 6;

/// Columns between the columns of the list.
const GAP: usize = 3;

/// Draws the list; `indent` is the column where the URL starts above it.
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
    // The lower edge names the key that takes a row; if there is no room for both, the rows win.
    let edged = area.height as usize > ROWS;
    let height = ROWS.min(count).min(area.height as usize);
    let place = Rect {
        height: (height + usize::from(edged)) as u16,
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
    let shown: Vec<_> = completion
        .rows()
        .enumerate()
        .skip(top)
        .take(height)
        .collect();
    let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.width()).max();
    let urls = widest(&mut shown.iter().map(|(_, row)| row.url.as_str())).unwrap_or(0);
    let methods = widest(&mut shown.iter().map(|(_, row)| row.method.as_str())).unwrap_or(0);
    let width = place.width as usize;
    // What a path is for is shown if that leaves it half of the room.
    let path = urls.min(
        width
            .saturating_sub(2 + GAP + methods + GAP + 10)
            .max(width / 2),
    );
    for (rect, (number, candidate)) in place.rows().zip(shown) {
        let is_current = number == completion.list.cursor;
        let mark = match (is_current, theme.ascii) {
            (true, true) => "> ",
            (true, false) => "▸ ",
            (false, _) => "  ",
        };
        let style = if is_current {
            theme.strong()
        } else {
            Style::new()
        };
        let url = fit(&cut(&candidate.url, path), path + GAP);
        let method = fit(&candidate.method, methods + GAP);
        let note = cut(
            &candidate.note,
            width.saturating_sub(2 + url.width() + method.width()),
        );
        let line = Line::from(vec![
            Span::styled(mark, theme.focus()),
            Span::styled(url, style),
            Span::styled(method, theme.dim()),
            Span::styled(note, theme.dim()),
        ]);
        frame.render_widget(line, rect);
        painted.spots.push((area_of(rect), Spot::Candidate(number)));
    }
    let Some(edge) = place.rows().nth(height).filter(|_| edged) else {
        return;
    };
    let key = |action| theme.key_name(&state.keymap.hint(action).unwrap_or_default());
    let line = theme.stroke(false);
    let mut spans = vec![
        Span::styled(line.repeat(2), theme.frame(false)),
        Span::styled(format!(" {}", key(Action::CompletionTake)), theme.key()),
        Span::styled(" takes it ", theme.dim()),
    ];
    let more = count.saturating_sub(top + height);
    if more > 0 {
        let words = format!(" {more} more ");
        spans.push(Span::styled(words, theme.dim()));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    let rest = line.repeat(width.saturating_sub(used));
    spans.push(Span::styled(rest, theme.frame(false)));
    frame.render_widget(Line::from(spans), edge);
}
