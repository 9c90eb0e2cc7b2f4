//! The report of a replay: each step, what was recorded, what came now.

use crate::app::pane::Replay;
use crate::insight::replay::{Change, Direction, StepReport};
use crate::model::{Expectation, cut, fit, wrap};
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The middle of the screen, with a border of what is beneath left to see.
pub fn place(screen: Rect) -> Rect {
    let side = if screen.width > 110 {
        (screen.width - 100) / 2
    } else {
        0
    };
    let above = if screen.height > 16 { 2 } else { 0 };
    screen.inner(Margin::new(side, above))
}

/// Draws the report; returns how many lines it has and how many were shown.
pub fn draw(replay: &Replay, theme: &Theme, area: Rect, screen: &mut Frame) -> (usize, usize) {
    let report = &replay.report;
    let title = cut(&report.session, area.width.saturating_sub(14) as usize);
    let block = frame(Line::raw(format!(" Replay of {title} ")), true, theme);
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let width = inside.width as usize;
    let name_width = report
        .steps
        .iter()
        .map(|step| step.name.width())
        .max()
        .unwrap_or(0);
    let name_width = name_width.clamp(4, (width / 2).max(4));
    let mut lines = Vec::new();
    for step in &report.steps {
        lines.push(summary(step, name_width, width, theme));
        for difference in &step.differences {
            for text in wrap(difference, width.saturating_sub(6)) {
                lines.push(Line::styled(format!("     {text}"), theme.dim()));
            }
        }
    }
    lines.push(Line::default());
    let count = |change| {
        report
            .steps
            .iter()
            .filter(|step| step.change == change)
            .count()
    };
    let mut words = format!(
        "{} same, {} reworded, {} changed, {} failed",
        count(Change::Same),
        count(Change::Reworded),
        count(Change::Changed),
        count(Change::Failed)
    );
    if count(Change::Skipped) > 0 {
        words.push_str(&format!(", {} skipped", count(Change::Skipped)));
    }
    lines.push(Line::styled(format!(" {words}"), theme.strong()));
    for (rect, line) in inside.rows().zip(lines.iter().skip(replay.top)) {
        screen.render_widget(line, rect);
    }
    (lines.len(), inside.height as usize)
}

fn summary(step: &StepReport, name_width: usize, width: usize, theme: &Theme) -> Line<'static> {
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
    let outcome = format!(
        "{} {arrow} {now}  {direction}",
        told(step.recorded.as_ref())
    );
    Line::from(vec![
        Span::styled(format!(" {} ", step.change.glyph(theme.ascii)), style),
        Span::styled(fit(&step.name, name_width), theme.strong()),
        Span::styled(
            format!("  {}", cut(&outcome, width.saturating_sub(name_width + 6))),
            style,
        ),
    ])
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
