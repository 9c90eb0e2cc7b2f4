//! When a call stopped working: the two calls around the turn, and what changed between them.

use super::investigate::{CallRow, place as place_of_sheet};
use crate::app::pane::{When, path_of};
use crate::app::{Action, State};
use crate::model::{StatusClass, cut, fit, visible_line, wrap};
use crate::ui::paint::{barred, frame};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The same place as the sheet of an investigation.
pub fn place(room: Rect) -> Rect {
    place_of_sheet(room)
}

/// Draws the sheet; returns the number of lines and how many of them were visible.
pub fn draw(
    state: &State,
    pane: &When,
    theme: &Theme,
    area: Rect,
    screen: &mut Frame,
) -> (usize, usize) {
    let close = state.keymap.hint(Action::WhenClose).unwrap_or_default();
    let count = format!(" {close} close ");
    let sent = &pane.exchange.sent;
    let question = format!("When did {} {} change?", sent.method, path_of(&sent.url));
    let room = (area.width as usize).saturating_sub(count.width() + 4);
    let title = cut(&visible_line(&question), room.saturating_sub(2));
    let block = frame(Line::raw(format!(" {title} ")), true, theme)
        .title(Line::styled(count, theme.dim()).right_aligned());
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let width = inside.width.saturating_sub(2) as usize;
    let lines = lines(state, pane, theme, width);
    let height = inside.height as usize;
    let top = pane.top.min(lines.len().saturating_sub(height));
    for (rect, line) in inside.rows().zip(lines.iter().skip(top)) {
        let row = Rect {
            x: rect.x + 1,
            width: rect.width.saturating_sub(2),
            ..rect
        };
        screen.render_widget(line, row);
    }
    (lines.len(), height)
}

fn lines(state: &State, pane: &When, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let turned = match &pane.found {
        None => {
            let text = "The history is looked through. Nothing is sent.";
            return vec![Line::styled(text, theme.dim())];
        }
        Some(Err(why)) => {
            let texts = wrap(&visible_line(why), width).into_iter();
            return texts.map(Line::raw).collect();
        }
        Some(Ok(turned)) => turned,
    };
    let room = width.saturating_sub(2);
    // The sentence has the times of the rows below it.
    let text = pane
        .calls()
        .into_iter()
        .fold(turned.sentence(), |text, (_, call)| {
            let said = format!("{:.0}", call.started_at);
            let at = call.started_at.to_zoned(state.zone.clone());
            text.replace(&said, &at.strftime("%Y-%m-%d %H:%M:%S").to_string())
        });
    let words = wrap(&visible_line(&text), room).into_iter();
    let words = words.map(|text| Line::styled(text, theme.strong()));
    let class = pane.exchange.outcome.looks();
    let mut lines = barred(words.collect(), theme.class(class), theme);
    lines.push(Line::default());
    for (number, (what, call)) in pane.calls().into_iter().enumerate() {
        let at = call.started_at.to_zoned(state.zone.clone());
        let row = CallRow {
            glyph_of: &call.outcome,
            path: path_of(&call.sent.url),
            who: what.to_owned(),
            tells: at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        };
        row.draw("", pane.list.cursor == number, theme, width, &mut lines);
    }
    if turned.changed.is_empty() {
        return lines;
    }
    lines.push(Line::default());
    let longest = turned
        .changed
        .iter()
        .map(|change| change.what.width())
        .max();
    let for_name = longest.unwrap_or(0).min(width / 3).max(4);
    let (nothing, arrow) = if theme.ascii {
        ("-", "->")
    } else {
        ("–", "→")
    };
    for change in &turned.changed {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| nothing.to_owned());
        let values = format!("{} {arrow} {}", text(&change.before), text(&change.after));
        let sign = StatusClass::Redirection.glyph(theme.ascii);
        let whose = if change.is_theirs { "theirs" } else { "ours" };
        lines.push(Line::from(vec![
            Span::styled(format!("{} ", fit(sign, 1)), theme.dim()),
            Span::raw(fit(&cut(&change.what, for_name), for_name)),
            Span::styled(format!("  {whose:<6}  "), theme.dim()),
            Span::styled(
                cut(&visible_line(&values), width.saturating_sub(for_name + 12)),
                theme.name(),
            ),
        ]));
    }
    lines
}
