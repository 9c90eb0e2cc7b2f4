//! The report of a replay: each step, what was recorded, what came now.

use crate::app::pane::Replay;
use crate::insight::replay::{Change, Direction, StepReport};
use crate::model::{Expectation, cut, fit, wrap};
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// In the middle, as high as the report needs.
pub fn place(replay: &Replay, theme: &Theme, screen: Rect) -> Rect {
    let width = screen.width.min(110);
    let lines = lines(replay, theme, width.saturating_sub(2) as usize).len() as u16;
    let height = lines.saturating_add(2).min(screen.height);
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

/// Draws the report; returns how many lines it has and how many were shown.
pub fn draw(replay: &Replay, theme: &Theme, area: Rect, screen: &mut Frame) -> (usize, usize) {
    let title = cut(
        &replay.report.session,
        area.width.saturating_sub(14) as usize,
    );
    let block = frame(Line::raw(format!(" Replay of {title} ")), true, theme);
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let lines = lines(replay, theme, inside.width as usize);
    for (rect, line) in inside.rows().zip(lines.iter().skip(replay.top)) {
        screen.render_widget(line, rect);
    }
    (lines.len(), inside.height as usize)
}

fn lines(replay: &Replay, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let report = &replay.report;
    let names = report.steps.iter().map(|step| step.name.width());
    let name_width = names.max().unwrap_or(0).clamp(4, (width / 2).max(4));
    let mut lines = Vec::new();
    for step in &report.steps {
        lines.extend(summary(step, name_width, width, theme));
        for difference in &step.differences {
            for text in wrap(difference, width.saturating_sub(6)) {
                lines.push(Line::styled(format!("     {text}"), theme.dim()));
            }
        }
    }
    lines.push(Line::default());
    let counts = Change::ALL
        .into_iter()
        .filter(|change| report.count(*change) > 0);
    let counts: Vec<String> = counts
        .map(|change| format!("{} {}", report.count(change), change.id()))
        .collect();
    lines.push(Line::styled(
        format!(" {}", counts.join(", ")),
        theme.strong(),
    ));
    lines
}

fn summary(
    step: &StepReport,
    name_width: usize,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let style = match step.change {
        Change::Same | Change::Reworded => Style::new(),
        Change::Changed | Change::Failed => theme.trouble(),
        Change::Skipped => theme.dim(),
    };
    let direction = match step.direction {
        Some(Direction::Fixed) => "fixed",
        Some(Direction::Broken) => "broken",
        None => "",
    };
    let now = match (&step.replayed, step.change) {
        (Some(expectation), _) => told(Some(expectation)),
        (None, Change::Skipped) => "not sent".to_owned(),
        (None, _) => "no answer".to_owned(),
    };
    let arrow = if theme.ascii { "->" } else { "→" };
    let token = step.token.as_ref().map_or("", |token| token.name.as_str());
    let outcome = format!(
        "{} {arrow} {now}  {token}  {direction}",
        told(step.recorded.as_ref())
    );
    let sign = Span::styled(format!(" {} ", step.change.glyph(theme.ascii)), style);
    let outcome = outcome.trim_end();
    // What came is the point of the line: where it does not fit beside the name, it goes beneath.
    if name_width + outcome.width() + 6 > width {
        let name = cut(&step.name, width.saturating_sub(4));
        let mut lines = vec![Line::from(vec![sign, Span::styled(name, theme.strong())])];
        let rows = wrap(outcome, width.saturating_sub(6));
        lines.extend(
            rows.into_iter()
                .map(|row| Line::styled(format!("     {row}"), style)),
        );
        return lines;
    }
    vec![Line::from(vec![
        sign,
        Span::styled(fit(&step.name, name_width), theme.strong()),
        Span::styled(format!("  {}", cut(outcome, width)), style),
    ])]
}

/// `403 forbidden`
fn told(expectation: Option<&Expectation>) -> String {
    let Some(expectation) = expectation else {
        return "nothing".to_owned();
    };
    let status = expectation
        .status
        .map_or_else(|| "no answer".to_owned(), |s| s.to_string());
    let codes: Vec<&str> = expectation
        .codes
        .iter()
        .map(String::as_str)
        .filter(|c| !c.is_empty())
        .collect();
    if codes.is_empty() {
        status
    } else {
        format!("{status} {}", codes.join(", "))
    }
}
