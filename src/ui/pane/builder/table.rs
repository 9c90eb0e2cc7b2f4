//! Rows of names and values, one of them possibly being edited.

use crate::app::pane::Editing;
use crate::app::{Painted, Pane, Spelling, Spot, State, Table};
use crate::model::{Part, cut, fit};
use crate::ui::paint::area_of;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Draws the rows, or `empty` if there are none.
pub fn draw(
    state: &State,
    table: &Table,
    empty: &str,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let builder = &state.builder;
    if table.rows.is_empty() {
        let words = cut(empty, area.width as usize);
        frame.render_widget(Line::styled(words, theme.dim()), area);
        return;
    }
    let names = table.rows.iter().map(|row| row.name.width());
    let name_width = names.max().unwrap_or(0).min(area.width as usize / 2);
    let top = table.list.top(area.height as usize);
    let here = state.focus == Pane::Request && !builder.on_url;
    for (rect, (number, row)) in area.rows().zip(table.rows.iter().enumerate().skip(top)) {
        let is_current = number == table.list.cursor;
        painted
            .spots
            .push((area_of(rect), Spot::Row(Pane::Request, number)));
        if let (true, Some(Editing::Row(text))) = (is_current, &builder.editing) {
            frame.render_widget(text.field.area(), rect);
            continue;
        }
        let mark = match (row.is_off, theme.ascii) {
            (false, _) => "  ",
            (true, false) => "✗ ",
            (true, true) => "x ",
        };
        let style = match (is_current && here, row.is_off) {
            (true, _) => theme.selected(),
            (false, false) => Style::new(),
            (false, true) => theme.dim().add_modifier(Modifier::CROSSED_OUT),
        };
        let sign = match (table.spelling, row.is_file) {
            (Spelling::Header, _) => ": ",
            (_, true) => " @ ",
            (_, false) => " = ",
        };
        let more = beside(row);
        let room = (area.width as usize).saturating_sub(name_width + 5 + more.width());
        let line = Line::from(vec![
            Span::styled(mark, theme.dim()),
            Span::styled(fit(&row.name, name_width), style),
            Span::styled(sign, theme.dim()),
            Span::styled(cut(&row.value, room), style),
            Span::styled(more, theme.dim()),
        ]);
        frame.render_widget(line, rect);
    }
}

/// What a row has besides its name and its value.
fn beside(row: &Part) -> String {
    let mut words = Vec::new();
    if row.is_file {
        words.push("file".to_owned());
    }
    words.extend(row.file_name.as_ref().map(|name| format!("as {name}")));
    words.extend(row.media_type.clone());
    if row.literal {
        words.push("data, braces stay".to_owned());
    }
    if words.is_empty() {
        String::new()
    } else {
        format!("  {}", cut(&words.join(", "), 30))
    }
}
