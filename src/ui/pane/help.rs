//! The sheet of all keys.

use crate::app::State;
use crate::app::pane::Help;
use crate::model::wrap;
use crate::ui::paint::{columns, frame, more};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// How wide one column of the sheet is.
const COLUMN: u16 = 74;

/// How many columns fit in a sheet.
fn columns_in(width: u16) -> u16 {
    if width >= 2 * COLUMN { 2 } else { 1 }
}

/// The middle of the screen, with a border of the panes still visible.
pub fn place(screen: Rect) -> Rect {
    let wanted = columns_in(screen.width.saturating_sub(4)) * COLUMN + 2;
    let side = if screen.width > 90 {
        (screen.width - wanted) / 2
    } else {
        1
    };
    let above = if screen.height > 16 { 2 } else { 0 };
    screen.inner(Margin::new(side, above))
}

/// Draws the sheet; returns the number of its lines and how many of them were visible.
pub fn draw(
    state: &State,
    help: &Help,
    theme: &Theme,
    area: Rect,
    screen: &mut Frame,
) -> (usize, usize) {
    let block = frame(Line::raw(" Keys "), true, theme);
    let mut inside = block.inner(area);
    if let Some(field) = &help.search
        && let Some(first) = inside.rows().next()
    {
        let prompt = Line::styled(" / ", theme.key());
        screen.render_widget(prompt, first);
        let line = Rect {
            x: first.x + 3.min(first.width),
            width: first.width.saturating_sub(3),
            ..first
        };
        screen.render_widget(field.area(), line);
        inside.y += 1;
        inside.height -= 1;
    }
    let number = columns_in(inside.width);
    let width = inside.width / number;
    let lines = lines(state, help, theme, width as usize);
    let parts = parted(lines, number as usize);
    let (height, content) = (
        inside.height as usize,
        parts.iter().map(Vec::len).max().unwrap_or(0),
    );
    let top = help.top.min(content.saturating_sub(height));
    let below = content.saturating_sub(top + height);
    screen.render_widget(more(block, below, theme), area);
    let places = (0..number).map(|number| Rect {
        x: inside.x + number * width,
        width,
        ..inside
    });
    for (place, lines) in places.zip(&parts) {
        for (rect, line) in place.rows().zip(lines.iter().skip(top)) {
            screen.render_widget(line, rect);
        }
    }
    (content, height)
}

/// The rows of the sheet under the names of their places, with a blank line between places.
fn lines(state: &State, help: &Help, theme: &Theme, width: usize) -> Vec<Line<'static>> {
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
    if lines.is_empty() {
        let words = "No key fits. Fewer letters find more.";
        let words = wrap(words, width.saturating_sub(2)).into_iter();
        lines.extend(words.map(|text| Line::styled(format!(" {text}"), theme.dim())));
    }
    lines
}

/// Splits the lines into columns at the blank line nearest to the middle.
fn parted(mut lines: Vec<Line<'static>>, number: usize) -> Vec<Vec<Line<'static>>> {
    let middle = lines.len() / 2;
    let blanks = (0..lines.len()).filter(|at| lines[*at].spans.is_empty());
    match blanks.min_by_key(|at| at.abs_diff(middle)) {
        Some(at) if number == 2 => {
            let second = lines.split_off(at + 1);
            lines.pop();
            vec![lines, second]
        }
        _ => vec![lines],
    }
}
