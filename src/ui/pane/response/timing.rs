//! Where the time of a call went, as bars on one scale.

use crate::app::State;
use crate::app::pane::{Measured, Shown};
use crate::insight::phases;
use crate::model::{Response, cut, wrap};
use crate::ui::pane::history::duration_text;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::time::Duration;

/// Columns for a phase's name and for its time.
const NAME: usize = 26;
const TIME: usize = 9;

/// Draws a bar for each phase and when the call was sent; without a response, how long it took.
pub fn draw(
    state: &State,
    shown: &Shown,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
) -> Measured {
    let width = area.width as usize;
    let mut lines = Vec::new();
    match shown.exchange.outcome.response() {
        Some(response) => lines.extend(bars(shown, response, theme, width)),
        None => {
            let took = duration_text(shown.exchange.took);
            let words = format!("No answer came; the call ended after {took}.");
            lines.extend(wrap(&words, width).into_iter().map(Line::raw));
        }
    }
    let zoned = shown.exchange.started_at.to_zoned(state.zone.clone());
    lines.push(Line::default());
    let at = zoned.strftime("Sent on %Y-%m-%d at %H:%M:%S").to_string();
    let attempts = match shown.exchange.attempts {
        0 | 1 => at,
        times => format!("{at}, the last of {times} times"),
    };
    lines.push(Line::styled(cut(&attempts, width), theme.dim()));
    super::scroll::scrolled(lines, state, theme, area, frame)
}

fn bars(shown: &Shown, response: &Response, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let timing = &response.timing;
    let phases = phases(timing, !shown.exchange.redirects.is_empty());
    let mut lines = Vec::new();
    // On a narrow screen the bar has a line of its own.
    let beside = width >= NAME + TIME + 20;
    let room = if beside {
        width - NAME - TIME - 2
    } else {
        width.saturating_sub(2)
    };
    for phase in &phases {
        let time = format!("{:>TIME$}", duration_text(phase.length));
        let mut spans = vec![
            Span::raw(format!("{:<NAME$}", phase.name)),
            Span::styled(time, theme.strong()),
        ];
        let bar = bar(phase.start, phase.length, timing.total, room, theme);
        let bar = Span::styled(bar, theme.code());
        if beside {
            spans.extend([Span::raw("  "), bar]);
            lines.push(Line::from(spans));
        } else {
            lines.push(Line::from(spans));
            lines.push(Line::from(vec![Span::raw("  "), bar]));
        }
    }
    let total = format!(
        "{:<NAME$}{:>TIME$}",
        "whole call",
        duration_text(timing.total)
    );
    lines.push(Line::styled(total, theme.strong()));
    lines.push(Line::default());
    if timing.reused {
        let words =
            "The connection was open from an earlier call, so it needed no DNS, connect or TLS.";
        lines.extend(wrap(words, width).into_iter().map(Line::raw));
    }
    for origin in &shown.exchange.unverified {
        let words = format!("The certificate of {origin} was not checked.");
        let wrapped = wrap(&words, width).into_iter();
        lines.extend(wrapped.map(|text| Line::styled(text, theme.trouble())));
    }
    lines
}

/// A bar that begins and ends where the phase does within the whole.
fn bar(start: Duration, length: Duration, whole: Duration, room: usize, theme: &Theme) -> String {
    let column = |at: Duration| {
        let part = at.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE);
        ((part * room as f64).round() as usize).min(room)
    };
    let (from, to) = (column(start), column(start + length));
    // A phase that took any time at all is visible.
    let from = from.min(room.saturating_sub(1));
    let to = to.max(from + 1);
    let sign = if theme.ascii { "#" } else { "━" };
    " ".repeat(from) + &sign.repeat(to - from)
}
