//! The Errors tab: the error entries, what can be done, and the folded advice.

use super::scroll::more_below;
use super::verdict::key_style;
use crate::app::pane::{Measured, Shown, path_of};
use crate::app::{Action, Pane, State, blocked};
use crate::insight::{Entry, Grounds, Statement, StatusNote, Verdict, error_line};
use crate::model::{ErrorLine, Outcome, StatusClass, cut, fit, limits, visible_line, wrap};
use crate::ui::paint::{BEFORE_FIELD, EntryColumns, short_field};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Columns left of the text, for the sign of the row under the cursor.
pub const MARKS: u16 = 2;

/// Draws the entries, then what can be done, the folded advice, and the exchange as sent and
/// received if there is room.
pub fn draw(
    state: &State,
    shown: &Shown,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
) -> Measured {
    // Left of the text there may be room for the sign of the row under the cursor.
    let out = if area.x >= MARKS { MARKS } else { 0 };
    let area = Rect {
        x: area.x - out,
        width: area.width + out,
        ..area
    };
    let width = area.width as usize;
    let mut lines: Vec<Line> = Vec::new();
    let mut ranges = Vec::new();
    let entries = &shown.errors.entries;
    if !entries.is_empty() {
        let rows: Vec<_> = entries.iter().map(error_line).collect();
        let columns = EntryColumns::new(rows.iter(), width.saturating_sub(2));
        if let Some(titles) = columns.header(theme) {
            lines.push(marked(Span::raw("  "), titles));
        }
        for (number, (entry, row)) in entries.iter().zip(&rows).enumerate() {
            let from = lines.len();
            let is_open = state.response.open.contains(&number);
            for (part, line) in columns.entry(row, is_open, theme).into_iter().enumerate() {
                let mark = match part {
                    0 => mark(state, number, is_open, theme),
                    _ => Span::raw("  "),
                };
                lines.push(marked(mark, line));
            }
            if is_open {
                lines.extend(opened(state, shown, entry, theme, width));
            }
            ranges.push(from..lines.len());
        }
        if let Some(words) = where_fields_stand(&rows).filter(|_| area.height >= 10) {
            lines.push(Line::default());
            lines.push(Line::styled(format!("  {words}"), theme.dim()));
        }
    }
    lines.extend(indented(told(shown, width.saturating_sub(2), theme)));
    let roomy = area.height >= 10;
    if roomy && !state.is_stale() {
        lines.extend(indented(steps(state, shown, theme)));
    }
    let here = state.catalogue.beside(&shown.knowledge);
    if let Some(note) = here.answer(&shown.exchange, entries) {
        let number = entries.len();
        let folded = folded(&note, theme);
        if !folded.spans.is_empty() {
            let is_open = state.response.open.contains(&number);
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            let from = lines.len();
            lines.push(marked(mark(state, number, is_open, theme), folded));
            if is_open {
                lines.extend(indented(status_help(&note, width.saturating_sub(2), theme)));
            }
            ranges.push(from..lines.len());
        }
    }
    let measured = Measured {
        lines: lines.len(),
        height: area.height as usize,
        entries: ranges,
        ..Measured::default()
    };
    let left = (area.height as usize).saturating_sub(lines.len());
    if left >= ROOM_FOR_EXCHANGE && width >= 80 {
        let text = indented(as_it_went(shown, theme, width.saturating_sub(2), left - 1));
        lines.push(Line::default());
        lines.extend(text);
    }
    let last = measured.lines.saturating_sub(measured.height);
    let top = state.response.top.min(last);
    for (rect, line) in area.rows().zip(lines.iter().skip(top)) {
        frame.render_widget(line, rect);
    }
    more_below(top, &measured, area, theme, frame);
    measured
}

/// Rows that must be free to show the exchange as sent and received.
const ROOM_FOR_EXCHANGE: usize = 12;

/// Says `fields below /data/attributes and /data/relationships` if the names leave that out.
fn where_fields_stand(rows: &[ErrorLine]) -> Option<String> {
    let fields: Vec<&str> = rows.iter().filter_map(|row| row.field.as_deref()).collect();
    let is_left_out = |before: &&&str| {
        let mut fields = fields.iter();
        fields.any(|field| field.starts_with(**before) && short_field(field) != *field)
    };
    let before: Vec<&str> = BEFORE_FIELD.iter().filter(is_left_out).copied().collect();
    (!before.is_empty()).then(|| format!("fields below {}", before.join(" and ")))
}

fn marked(mark: Span<'static>, line: Line<'static>) -> Line<'static> {
    let mut spans = vec![mark];
    spans.extend(line.spans);
    Line::from(spans).style(line.style)
}

fn indented(lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let lines = lines.into_iter();
    lines.map(|line| marked(Span::raw("  "), line)).collect()
}

/// The sign of the row under the cursor, or of an open entry.
fn mark(state: &State, number: usize, is_open: bool, theme: &Theme) -> Span<'static> {
    let is_current = number == state.response.entries.cursor;
    let sign = match (is_open, is_current, theme.ascii) {
        (true, _, false) => "▾ ",
        (true, _, true) => "v ",
        (false, true, false) => "▸ ",
        (false, true, true) => "> ",
        (false, false, _) => "  ",
    };
    let style = if is_current && state.focus == Pane::Response {
        theme.focus()
    } else {
        theme.dim()
    };
    Span::styled(sign, style)
}

/// What else there is to say besides the entries.
fn told(shown: &Shown, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let outcome = &shown.exchange.outcome;
    if let Outcome::Failed(failure) = outcome {
        lines.extend(section("What to try", theme).into_iter().skip(1));
        lines.extend(bullet(&failure.hint, width));
    }
    for note in &shown.errors.notes {
        let place = match (note.line, note.column) {
            (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
            _ => String::new(),
        };
        let words = format!("{}{place}", note.message);
        lines.extend(paragraph(&words, width, theme.dim()));
    }
    if let Outcome::Answered(response) = outcome
        && shown.errors.entries.is_empty()
        && response.status < 400
    {
        lines.extend(paragraph("No errors in this answer.", width, Style::new()));
    }
    lines
}

/// What can be done now, as a column of keys.
fn steps(state: &State, shown: &Shown, theme: &Theme) -> Vec<Line<'static>> {
    if !shown.says_no() {
        return Vec::new();
    }
    let can = |action: &Action| blocked(*action, state).is_none();
    let own = [Action::BackOff, Action::FetchLarger, Action::TrustOrigin];
    let own = own.into_iter().filter(can);
    let look = investigation(state);
    let mut rows: Vec<(Action, &str)> = own.map(|action| (action, action.short())).collect();
    let class = shown.exchange.outcome.looks();
    if class == StatusClass::ClientError && !shown.exchange.is_received() {
        let words = match shown.exchange.token() {
            Some(_) => "send it as another token",
            None => "send it with a token",
        };
        rows.push((Action::ChooseToken, words));
    }
    if can(&Action::ToField) {
        rows.push((Action::ToField, "to the failing field of the request"));
    }
    if can(&Action::OpenRemedy) {
        rows.push((Action::OpenRemedy, "open the page that the answer names"));
    }
    if can(&Action::Investigate) {
        rows.push((Action::Investigate, &look));
    }
    rows.push((Action::Copy, "copy it, for a ticket or as curl"));
    let keys: Vec<String> = rows
        .iter()
        .map(|(action, _)| theme.key_name(&state.keymap.hint(*action).unwrap_or_default()))
        .collect();
    let widest = keys.iter().map(|key| key.width()).max().unwrap_or(0);
    let mut lines = vec![Line::default()];
    for (key, (_, words)) in keys.iter().zip(rows) {
        lines.push(Line::from(vec![
            Span::styled(fit(key, widest), key_style(state, theme)),
            Span::raw(format!("  {words}")),
        ]));
    }
    lines
}

/// What an investigation can do here. For an API without a pack it promises no certainty, and what
/// is already certain it does not call open.
fn investigation(state: &State) -> String {
    let why = state.response.why.as_ref();
    if why.is_some_and(|why| !why.case.probes.is_empty()) {
        return "show what was found out".to_owned();
    }
    let is_certain =
        why.is_some_and(|why| why.explanation.verdict().confidence >= Verdict::CERTAIN);
    let is_known = why.is_some_and(|why| why.case.knowledge.title().is_some());
    let words = match (is_certain, is_known) {
        (true, _) => "test that",
        (false, true) => "find out for certain",
        (false, false) => "look closer",
    };
    format!("{words}, by {} reads at most", limits::PROBES)
}

/// Draws `▸ 4 things to check   ▸ 4 reasons   ▸ whom to ask`.
fn folded(note: &StatusNote, theme: &Theme) -> Line<'static> {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let titles = [
        count(note.checks.len(), "thing to check", "things to check"),
        count(note.reasons.len(), "reason", "reasons"),
        (!note.ask.is_empty()).then(|| "whom to ask".to_owned()),
    ];
    let sign = if theme.ascii { "+ " } else { "▸ " };
    let mut spans = Vec::new();
    for title in titles.into_iter().flatten() {
        if !spans.is_empty() {
            spans.push(Span::raw("   "));
        }
        spans.push(Span::styled(sign, theme.key()));
        spans.push(Span::styled(title, theme.dim()));
    }
    Line::from(spans)
}

/// The exchange as sent and received, with secrets as names: the proof for a doubtful reader.
fn as_it_went(shown: &Shown, theme: &Theme, width: usize, room: usize) -> Vec<Line<'static>> {
    let exchange = &shown.exchange;
    let title = if exchange.is_received() {
        " as received "
    } else {
        " as sent, as received "
    };
    let stroke = if theme.ascii { "-" } else { "╌" };
    let rule = |count: usize| Span::styled(stroke.repeat(count), theme.frame(false));
    let mut lines = vec![
        Line::from(vec![
            rule(2),
            Span::styled(title, theme.dim()),
            rule(width.saturating_sub(title.width() + 2)),
        ]),
        Line::default(),
    ];
    let (out, back) = if theme.ascii {
        (">", "<")
    } else {
        ("→", "←")
    };
    let mut add = |arrow: &'static str, name: String, value: String| {
        let value = cut(&value, width.saturating_sub(name.width() + 3));
        lines.push(Line::from(vec![
            Span::styled(format!("{arrow}  {name}"), theme.dim()),
            Span::raw(value),
        ]));
    };
    let sent = &exchange.sent;
    let version = exchange.outcome.response().map(|r| r.version.to_string());
    let version = version.unwrap_or_default();
    if !exchange.is_received() {
        let first = format!("{} {} {version}", sent.method, path_of(&sent.url));
        add(
            out,
            String::new(),
            visible_line(first.trim_end()).into_owned(),
        );
        for header in sent.headers.iter() {
            add(
                out,
                format!("{}: ", header.name),
                header.text().into_owned(),
            );
        }
    }
    if let Some(response) = exchange.outcome.response() {
        if !exchange.is_received() {
            add(" ", String::new(), String::new());
        }
        let first = format!("{version} {}", exchange.outcome.headline());
        add(back, String::new(), visible_line(first.trim()).into_owned());
        for header in response.headers.iter() {
            add(
                back,
                format!("{}: ", header.name),
                header.text().into_owned(),
            );
        }
        lines.push(Line::default());
        let text = &shown.body;
        let left = room.saturating_sub(lines.len());
        let count = match text.len() {
            all if all > left => left.saturating_sub(1),
            all => all,
        };
        for number in 0..count {
            let words = text.line(shown.bytes(), number);
            lines.push(Line::raw(cut(&visible_line(&words), width)));
        }
        if count < text.len() && left > 0 {
            let dots = if theme.ascii { "..." } else { "…" };
            let words = format!("{dots} {} lines more", text.len() - count);
            lines.push(Line::styled(words, theme.dim()));
        }
    }
    lines.truncate(room);
    lines
}

/// Everything about one entry, below it.
fn opened(
    state: &State,
    shown: &Shown,
    entry: &Entry,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut add = |name, text: Option<String>| {
        if let Some(text) = text {
            rows.push((name, text));
        }
    };
    add("pointer", entry.pointer.clone());
    add("parameter", entry.parameter.clone());
    add("status", entry.status.clone());
    add("links", entry.links.as_ref().map(ToString::to_string));
    add("meta", entry.meta.as_ref().map(ToString::to_string));
    if let Some(code) = &entry.code {
        let status = shown.exchange.outcome.status();
        match state.catalogue.beside(&shown.knowledge).code(code, status) {
            Some(note) => {
                add("code says", Some(with_grounds(&note.meaning)));
                for check in &note.checks {
                    add("check", Some(check.text.clone()));
                }
            }
            None => add(
                "code says",
                Some("The catalogue does not know this code.".to_owned()),
            ),
        }
    }
    add("read as", Some(entry.origin.id().to_owned()));
    if !entry.raw.is_empty() {
        add("raw", Some(entry.raw.clone()));
    }
    let mut lines = Vec::new();
    for (name, text) in rows {
        for (part, text) in wrap(&text, width.saturating_sub(16))
            .into_iter()
            .enumerate()
        {
            let name = if part == 0 { name } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("    {name:<10}  "), theme.dim()),
                Span::raw(text),
            ]));
        }
    }
    lines
}

fn status_help(note: &StatusNote, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut list = |title: &str, statements: &[Statement], text: fn(&Statement) -> String| {
        if !statements.is_empty() {
            lines.extend(section(title, theme));
            for statement in statements {
                lines.extend(bullet(&text(statement), width));
            }
        }
    };
    // Advice claims nothing; a statement about the API says how certain it is.
    list("What to check next", &note.checks, |s| s.text.clone());
    list("Why it happens", &note.reasons, with_grounds);
    list("Whom to ask", &note.ask, |s| s.text.clone());
    if !note.see.is_empty() {
        let see: Vec<String> = note.see.iter().map(u16::to_string).collect();
        lines.extend(section("See also", theme));
        lines.extend(bullet(&format!("status {}", see.join(", ")), width));
    }
    lines
}

/// A statement, marked if it is not documented.
fn with_grounds(statement: &Statement) -> String {
    match &statement.grounds {
        Grounds::Documented(_) => statement.text.clone(),
        Grounds::Observed(source) => format!("{} (seen: {source})", statement.text),
        Grounds::Inferred => format!("{} (our reading)", statement.text),
    }
}

fn section(title: &str, theme: &Theme) -> Vec<Line<'static>> {
    vec![
        Line::default(),
        Line::styled(title.to_owned(), theme.strong()),
    ]
}

fn paragraph(text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    wrap(text, width)
        .into_iter()
        .map(|text| Line::styled(text, style))
        .collect()
}

fn bullet(text: &str, width: usize) -> Vec<Line<'static>> {
    let lines = wrap(text, width.saturating_sub(2)).into_iter().enumerate();
    lines
        .map(|(part, text)| Line::raw(format!("{}{text}", if part == 0 { "- " } else { "  " })))
        .collect()
}
