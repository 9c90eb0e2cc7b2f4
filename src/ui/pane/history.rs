//! The calls of this run, newest first, errors expanding in place.

use crate::app::pane::Row;
use crate::app::{Action, Pane, State};
use crate::model::{Outcome, cut, cut_front, fit, visible_line, wrap};
use crate::ui::paint::EntryColumns;
use crate::ui::theme::Theme;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::time::Duration;

/// Draws the rows around the cursor and returns the height they had.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) -> usize {
    let height = area.height as usize;
    let history = &state.history;
    if history.rows.is_empty() {
        let key = state.keymap.hint(Action::Send).unwrap_or_default();
        let words = format!("Every call you make is listed here. {key} makes one.");
        for (rect, text) in area.rows().zip(wrap(&words, area.width as usize)) {
            frame.render_widget(Line::styled(text, theme.dim()), rect);
        }
        return height;
    }
    let focused = state.focus == Pane::History;
    // Rows are as high as they are open; begin where the one under the cursor still fits.
    let cursor = history.list.cursor;
    let mut first = cursor;
    let mut used = lines(state, cursor, area.width, theme).len();
    while first > 0 {
        let above = lines(state, first - 1, area.width, theme).len();
        if used + above > height {
            break;
        }
        used += above;
        first -= 1;
    }
    let mut y = area.y;
    for number in first..history.rows.len() {
        for (part, line) in lines(state, number, area.width, theme)
            .into_iter()
            .enumerate()
        {
            if y >= area.bottom() {
                return height;
            }
            let line = if number == cursor && focused && part == 0 {
                line.patch_style(theme.selected())
            } else {
                line
            };
            frame.render_widget(
                line,
                Rect {
                    y,
                    height: 1,
                    ..area
                },
            );
            y += 1;
        }
    }
    height
}

fn lines(state: &State, number: usize, width: u16, theme: &Theme) -> Vec<Line<'static>> {
    let Some(row) = state.history.rows.get(number) else {
        return Vec::new();
    };
    let mut lines = vec![summary(row, width as usize, &state.zone, theme)];
    if row.open {
        let width = (width as usize).saturating_sub(4);
        let columns = EntryColumns::new(row.entries.iter(), width);
        if let Outcome::Failed(failure) = &row.exchange.outcome {
            for text in wrap(&format!("{} {}", failure.message, failure.hint), width) {
                lines.push(Line::raw(format!("    {text}")));
            }
        }
        for entry in &row.entries {
            for line in columns.entry(entry, theme) {
                let mut spans = vec![Span::raw("    ")];
                spans.extend(line.spans);
                lines.push(Line::from(spans));
            }
        }
    }
    lines
}

/// `▸▲ 403 GET …/runbooks/7/tasks  support  82 ms 12:01`
fn summary(row: &Row, width: usize, zone: &TimeZone, theme: &Theme) -> Line<'static> {
    let exchange = &row.exchange;
    let class = exchange.outcome.class();
    let more = !row.entries.is_empty() || matches!(exchange.outcome, Outcome::Failed(_));
    let fold = match (more, row.open, theme.ascii) {
        (false, _, _) => " ",
        (true, true, false) => "▾",
        (true, false, false) => "▸",
        (true, true, true) => "v",
        (true, false, true) => ">",
    };
    let status = match &exchange.outcome {
        Outcome::Answered(response) => format!("{:03}", response.status),
        Outcome::Failed(_) => "---".to_owned(),
    };
    let method = fit(&exchange.sent.method, 6);
    let local = exchange.started_at.to_zoned(zone.clone());
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    let took = fit_right(&duration_text(exchange.took), 7);
    let token = exchange
        .token()
        .map_or("no token", |t| t.name.as_str())
        .to_owned();
    let token_width = if width >= 60 { 12 } else { 0 };
    let tail_width = if width >= 34 { 14 } else { 0 };
    let path = path_of(exchange.sent.url.as_str(), exchange.typed.url.as_str());
    let room = width.saturating_sub(14 + token_width + tail_width);
    let mut spans = vec![
        Span::styled(fold, theme.dim()),
        Span::styled(
            // One sign is two columns wide, so both are fitted together.
            format!("{}{status} ", fit(class.glyph(theme.ascii), 2)),
            theme.class(class),
        ),
        Span::styled(format!("{method} "), theme.code()),
        Span::raw(fit(&cut_front(&path, room), room)),
    ];
    if token_width > 0 {
        spans.push(Span::styled(
            format!(" {}", fit(&visible_line(&token), token_width - 1)),
            theme.name(),
        ));
    }
    if tail_width > 0 {
        spans.push(Span::styled(format!(" {took} {time}"), theme.dim()));
    }
    Line::from(spans)
}

/// Path and query of a URL; what could not be sent is shown as typed.
fn path_of(sent: &str, typed: &str) -> String {
    let text = if sent.is_empty() { typed } else { sent };
    let after_scheme = text.find("://").map_or(0, |at| at + 3);
    match text[after_scheme..].find('/') {
        Some(slash) => text[after_scheme + slash..].to_owned(),
        None => text.to_owned(),
    }
}

fn fit_right(text: &str, width: usize) -> String {
    format!("{:>width$}", cut(text, width))
}

/// `82 ms`, `1.24 s`
pub fn duration_text(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1_000.0;
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else if ms < 1_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.2} s", ms / 1_000.0)
    }
}
