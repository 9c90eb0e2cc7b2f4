//! Why the call was refused, as far as that can be said without sending anything; after an
//! investigation, with its findings.

use crate::app::pane::Measured;
use crate::app::{Action, State, blocked};
use crate::insight::facts::Case;
use crate::insight::{Explanation, Verdict, probe};
use crate::model::{Timestamp, visible_line, wrap};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Draws the explanation, with what only an investigation could find out.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) -> Measured {
    let width = area.width as usize;
    let lines = match &state.response.why {
        None => paragraph("The answer is being read.", "", width, theme.dim()),
        Some(why) => {
            let mut lines = causes(&why.explanation, state.now, width, theme);
            lines.extend(seen(state, &why.case, Action::Seen, width, theme));
            lines.extend(outlook(state, &why.case, width, theme));
            lines.extend(ids(&why.explanation, width, theme));
            lines
        }
    };
    super::scroll::scrolled(lines, state, theme, area, frame)
}

/// The facts that the response names, the evidence for the verdict, what to do, and what else it
/// could be. The verdict itself is above, beside its bar.
pub fn causes(
    explanation: &Explanation,
    now: Timestamp,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let first = explanation.verdict();
    let mut lines = named_rows(explanation, now, width, theme);
    let lists = [
        ("What to do", &first.next_steps),
        ("Because", &first.evidence),
    ];
    for (title, rows) in lists {
        if rows.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(title, theme.strong()));
        for row in rows {
            let wrapped = wrap(&visible_line(row), width.saturating_sub(4));
            for (part, text) in wrapped.into_iter().enumerate() {
                let mark = match (part, theme.ascii) {
                    (0, false) => "  · ",
                    (0, true) => "  - ",
                    _ => "    ",
                };
                lines.push(Line::raw(format!("{mark}{text}")));
            }
        }
    }
    for (place, other) in explanation.alternatives().iter().enumerate() {
        if place == 0 && !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(named("Or", other, theme.dim(), theme));
        lines.extend(paragraph(&other.summary, "  ", width, theme.dim()));
    }
    lines
}

/// What earlier refusals of this kind were, and the key that lists them.
pub fn seen(
    state: &State,
    case: &Case,
    key: Action,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let Some(seen) = &case.seen else {
        return Vec::new();
    };
    let Some(sentence) = seen.sentence(state.now) else {
        return Vec::new();
    };
    let mut lines = vec![Line::default()];
    lines.extend(paragraph(&sentence, "", width, theme.strong()));
    let key = state.keymap.hint(key).filter(|_| !seen.calls.is_empty());
    if let Some(key) = key {
        let count = match seen.calls.len() {
            1 => "the call".to_owned(),
            count => format!("the {count} calls"),
        };
        lines.extend(paragraph(
            &format!("{key} lists {count}."),
            "",
            width,
            theme.dim(),
        ));
    }
    lines
}

/// What is needed, held, a remedy and the like, with labels in one column.
fn named_rows(
    explanation: &Explanation,
    now: Timestamp,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (label, text) in explanation.named.rows(now) {
        let style = match label {
            "needed" => theme.strong(),
            _ => Style::new(),
        };
        let wrapped = wrap(&visible_line(&text), width.saturating_sub(LABEL).max(10));
        for (part, text) in wrapped.into_iter().enumerate() {
            let label = if part == 0 { label } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("{label:LABEL$}"), theme.dim()),
                Span::styled(text, style),
            ]));
        }
    }
    lines
}

/// Columns before a named thing.
const LABEL: usize = 9;

/// `Or  token.expired (86 %)`
fn named(title: &str, verdict: &Verdict, style: Style, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("{title}  "), style),
        Span::styled(verdict.cause.id(), theme.code()),
        Span::styled(format!(" ({})", verdict.percent()), theme.dim()),
    ])
}

/// The id of the cause in files and filters, and whose knowledge it rests on.
fn ids(explanation: &Explanation, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let first = explanation.verdict();
    let words = format!(
        "Its name is {} ({}); judged as {}.",
        first.cause.id(),
        first.percent(),
        explanation.known_as()
    );
    paragraph(&words, "", width, theme.dim())
}

/// What only a probe could settle.
fn outlook(state: &State, case: &Case, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let key = state.keymap.hint(Action::Investigate).unwrap_or_default();
    let open = probe::open_causes(case);
    let words = if !case.probes.is_empty() {
        format!(
            "After {} probes around the call. {key} shows them.",
            case.probes.len()
        )
    } else if let Some(why) = blocked(Action::Investigate, state) {
        why.to_owned()
    } else if open.len() > 1 {
        let ids: Vec<&str> = open.iter().map(|cause| cause.id()).collect();
        format!(
            "Nothing was sent for this. Only probes can tell {} apart: {key} sends them, reading only.",
            ids.join(" and ")
        )
    } else {
        format!("Nothing was sent for this. {key} tests it with probes that only read.")
    };
    let mut lines = vec![Line::default()];
    lines.extend(paragraph(&words, "", width, theme.dim()));
    lines
}

fn paragraph(words: &str, indent: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    wrap(&visible_line(words), width.saturating_sub(indent.len()))
        .into_iter()
        .map(|text| Line::styled(format!("{indent}{text}"), style))
        .collect()
}
