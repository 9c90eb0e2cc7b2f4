//! How the response differs from another, place by place, the older side first.

use super::super::history::duration_text;
use crate::app::pane::{Measured, Shown};
use crate::app::{Action, State};
use crate::insight::Exchange;
use crate::insight::{AnswerDiff, Difference};
use crate::model::{Outcome, StatusClass, cut, visible_line, wrap};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// From this many columns on, the two sides stand next to each other.
const SIDE_BY_SIDE: usize = 70;

/// Draws the differences, or says which key starts a comparison.
pub fn draw(
    state: &State,
    shown: &Shown,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
) -> Measured {
    let width = area.width as usize;
    let lines = match &state.response.compared {
        None => {
            let key = state.keymap.hint(Action::Compare).unwrap_or_default();
            let words = format!(
                "There is no earlier answer to the same request here. In the history, {key} chooses two calls to compare."
            );
            said(&words, width, theme)
        }
        Some((_, None)) => said("The two answers are being compared.", width, theme),
        Some((was, Some(diff))) => lines(state, was, &shown.exchange, diff, theme, width),
    };
    super::scroll::scrolled(lines, state, theme, area, frame)
}

fn said(words: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let lines = wrap(words, width).into_iter();
    lines.map(|text| Line::styled(text, theme.dim())).collect()
}

fn lines(
    state: &State,
    was: &Exchange,
    is: &Exchange,
    diff: &AnswerDiff,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (sign, exchange) in [("-", was), ("+", is)] {
        let at = exchange.started_at.to_zoned(state.zone.clone());
        let token = exchange.token().map_or("no token", |t| t.name.as_str());
        let status = match &exchange.outcome {
            Outcome::Answered(response) => format!("{:03}", response.status),
            Outcome::Failed(failure) => failure.cause.id().to_owned(),
        };
        let words = format!(
            "{sign} {}  {}  {status}  {token}  {}",
            at.strftime("%Y-%m-%d %H:%M:%S"),
            exchange.outcome.looks().glyph(theme.ascii),
            duration_text(exchange.took)
        );
        lines.push(Line::styled(words, side(sign, theme)));
    }
    lines.push(Line::default());
    if diff.is_same() {
        lines.extend(said("They say the same.", width, theme));
    }
    let parts = [
        ("Outcome", &diff.outcome),
        ("Headers", &diff.headers),
        ("Body", &diff.body.differences),
    ];
    for (title, differences) in parts {
        if differences.is_empty() {
            continue;
        }
        lines.push(Line::styled(title, theme.strong()));
        for difference in differences {
            lines.extend(row(difference, theme, width));
        }
        lines.push(Line::default());
    }
    if diff.body.unlisted > 0 {
        let words = format!("{} more places of the body differ.", diff.body.unlisted);
        lines.extend(said(&words, width, theme));
    }
    if diff.body.volatile > 0 {
        let words = format!(
            "Left out: {} that change with every call, such as dates and ids.",
            diff.body.volatile
        );
        lines.extend(said(&words, width, theme));
    }
    lines
}

fn side(sign: &str, theme: &Theme) -> Style {
    let class = match sign {
        "-" => StatusClass::ServerError,
        _ => StatusClass::Success,
    };
    theme.class(class)
}

/// The place, and both sides below it.
fn row(difference: &Difference, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let place = match difference.place.as_str() {
        "" => "the whole",
        place => place,
    };
    let place = visible_line(place).into_owned();
    let mut lines: Vec<Line> = wrap(&place, width.saturating_sub(2))
        .into_iter()
        .map(|text| Line::from(vec![Span::raw("  "), Span::styled(text, theme.code())]))
        .collect();
    let text = |side: &Option<String>| match side {
        Some(text) => visible_line(text).into_owned(),
        None => "nothing".to_owned(),
    };
    let (was, is) = (text(&difference.was), text(&difference.is));
    if width < SIDE_BY_SIDE {
        for (sign, text) in [("-", was), ("+", is)] {
            for (part, text) in few(&text, width.saturating_sub(6)).into_iter().enumerate() {
                let mark = if part == 0 { sign } else { " " };
                lines.push(Line::from(vec![
                    Span::styled(format!("    {mark} "), side(sign, theme)),
                    Span::raw(text),
                ]));
            }
        }
        return lines;
    }
    let room = (width - 10) / 2;
    let (was, is) = (few(&was, room), few(&is, room));
    for row in 0..was.len().max(is.len()) {
        let cell = |side: &[String]| side.get(row).cloned().unwrap_or_default();
        let (old, new) = (cell(&was), cell(&is));
        let gap = " ".repeat(room.saturating_sub(old.width()) + 2);
        let mark = |sign: &str| {
            if row == 0 {
                format!("{sign} ")
            } else {
                "  ".to_owned()
            }
        };
        lines.push(Line::from(vec![
            Span::styled(format!("    {}", mark("-")), side("-", theme)),
            Span::raw(old + &gap),
            Span::styled(mark("+"), side("+", theme)),
            Span::raw(new),
        ]));
    }
    lines
}

/// The first lines of a side; the body has a tab of its own.
fn few(text: &str, width: usize) -> Vec<String> {
    const LINES: usize = 4;
    let mut lines = wrap(text, width);
    if lines.len() > LINES {
        let rest = lines.split_off(LINES - 1).concat();
        lines.push(cut(&rest, width));
    }
    lines
}
