//! A short list on top of the panes.

use crate::app::pane::Dialog;
use crate::app::{Painted, Spot};
use crate::model::{cut, fit};
use crate::ui::paint::{area_of, frame, more};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// In the middle, as large as its rows need.
pub fn place(dialog: &Dialog, screen: Rect) -> Rect {
    let labels = dialog.choices.iter().map(|choice| choice.label.width());
    let notes = dialog.choices.iter().map(|choice| choice.note.width());
    let widest = labels.max().unwrap_or(0) + notes.max().unwrap_or(0) + 2;
    let width = (widest.max(dialog.title.width() + 2) + 4).min(screen.width as usize) as u16;
    let height = (dialog.choices.len() + 2).min(screen.height as usize) as u16;
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

pub fn draw(dialog: &Dialog, theme: &Theme, area: Rect, screen: &mut Frame, painted: &mut Painted) {
    let title = cut(&dialog.title, area.width.saturating_sub(4) as usize);
    let block = frame(Line::raw(format!(" {title} ")), true, theme);
    let inside = block.inner(area);
    let height = inside.height as usize;
    let top = dialog.list.top(height);
    let below = dialog.choices.len().saturating_sub(top + height);
    screen.render_widget(more(block, below, theme), area);
    let labels = dialog.choices.iter().map(|choice| choice.label.width());
    let label_width = labels.max().unwrap_or(0).min(inside.width as usize);
    for (rect, (number, choice)) in inside
        .rows()
        .zip(dialog.choices.iter().enumerate().skip(top))
    {
        let note = cut(
            &choice.note,
            (inside.width as usize).saturating_sub(label_width + 4),
        );
        let line = Line::from(vec![
            Span::raw(format!(" {}  ", fit(&choice.label, label_width))),
            Span::styled(note, theme.dim()),
        ]);
        let line = if number == dialog.list.cursor {
            Line::raw(fit(&line.to_string(), inside.width as usize)).style(theme.selected())
        } else {
            line
        };
        screen.render_widget(line, rect);
        painted.spots.push((area_of(rect), Spot::Choice(number)));
    }
}
