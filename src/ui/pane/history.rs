//! The calls that were made, newest first; errors unfold in place.

use crate::app::pane::{HistoryRow, has_more, path_of};
use crate::app::{Action, Painted, Pane, Spot, State};
use crate::insight::asking::called;
use crate::model::{CallOrigin, StatusClass, Timestamp, cut, fit, wrap};
use crate::ui::paint::{EntryColumns, area_of, sign};
use crate::ui::search_line;
use crate::ui::theme::Theme;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// How many calls there are, for the rule of the pane.
pub fn count(state: &State) -> String {
    let history = &state.history;
    let more = if history.has_older { "+" } else { "" };
    match history.rows.len() {
        0 => String::new(),
        1 if more.is_empty() => "1 call".to_owned(),
        count => format!("{count}{more} calls"),
    }
}

/// Draws the filter and the rows around the cursor, and measures how many rows fit.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let history = &state.history;
    let mut area = area;
    if (history.filtering || history.is_filtered()) && area.height > 1 {
        let line = Rect { height: 1, ..area };
        draw_filter(state, theme, line, frame);
        area.y += 1;
        area.height -= 1;
        let said = draw_words_of_filter(state, theme, area, frame);
        area.y += said;
        area.height -= said;
    }
    // A blank line keeps the rows off the rule above them.
    if area.height >= 10 && !history.filtering && !history.is_filtered() {
        area.y += 1;
        area.height -= 1;
    }
    let told = above(state, theme, area, frame);
    area.y += told;
    area.height -= told;
    let height = area.height as usize;
    painted.history_height = height;
    if history.rows.is_empty() {
        let words = empty(state);
        for (rect, text) in area.rows().zip(wrap(&words, area.width as usize)) {
            frame.render_widget(Line::styled(text, theme.dim()), rect);
        }
        return;
    }
    // The sign of the row under the cursor is left of the text.
    let out = if area.x >= 4 || area.x == 2 { 2 } else { 0 };
    let area = Rect {
        x: area.x - out,
        width: area.width + out,
        ..area
    };
    let focused = state.focus == Pane::History && !history.filtering;
    // Unfolded rows are higher; start where the one under the cursor still fits.
    let cursor = history.list.cursor;
    let mut first = cursor;
    let mut used = lines(state, cursor, area.width, theme).len();
    while let Some(row) = history.row_above(first) {
        let above = lines(state, row, area.width, theme).len();
        if used + above > height {
            break;
        }
        used += above;
        first = row;
    }
    let mut y = area.y;
    let mut listed = Some(first);
    while let Some(number) = listed {
        listed = history.row_below(number);
        for (part, line) in lines(state, number, area.width, theme)
            .into_iter()
            .enumerate()
        {
            if y >= area.bottom() {
                return;
            }
            let line = if number == cursor && focused && part == 0 {
                selected(line, theme)
            } else {
                line
            };
            let rect = Rect {
                y,
                height: 1,
                ..area
            };
            frame.render_widget(line, rect);
            let spot = Spot::Row(Pane::History, number);
            painted.spots.push((area_of(rect), spot));
            y += 1;
        }
    }
    let area = Rect {
        x: area.x + out,
        width: area.width - out,
        ..area
    };
    let beginning = history.rows.len() == 1 && !history.is_filtered() && !state.guide.is_empty();
    if beginning && state.environment().sandbox {
        let rest = area.rows().skip((y + 1).saturating_sub(area.y) as usize);
        for (rect, line) in rest.zip(first_steps(state, theme, area.width as usize)) {
            frame.render_widget(line, rect);
        }
    }
}

/// What to do after the very first call.
fn first_steps(state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let key = |action| theme.key_name(&state.keymap.hint(action).unwrap_or_default());
    let says = wrap("A practice API on this machine.", width).into_iter();
    let mut lines: Vec<Line> = says.map(|text| Line::styled(text, theme.dim())).collect();
    lines.push(Line::default());
    let count = state.guide.len();
    let rows = [
        (
            key(Action::OpenGuide),
            format!("a tour of {count} calls, from 401 to 503"),
        ),
        (key(Action::ChooseEnvironment), "your own API".to_owned()),
        (key(Action::OpenPalette), "finds everything else".to_owned()),
    ];
    for (key, words) in rows {
        lines.push(Line::from(vec![
            Span::styled(format!("{key:<4}"), theme.key()),
            Span::styled(cut(&words, width.saturating_sub(4)), theme.dim()),
        ]));
    }
    lines
}

/// The latest calls as a strip, and what they say together; returns the number of lines it took.
fn above(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) -> u16 {
    let width = area.width as usize;
    let mut lines = Vec::new();
    if let (Some(blame), 8..) = (&state.blame, area.height) {
        let says = wrap(&blame.says(), width).into_iter();
        lines.extend(says.map(|text| Line::styled(text, theme.strong())));
    }
    // The strip tells what the rows below do not.
    let listed = std::iter::successors(Some(0), |row| state.history.row_below(*row));
    let is_more = listed.take(area.height as usize).count() >= area.height as usize;
    if area.height >= 10 && is_more {
        lines.push(strip(&state.history.rows, width, theme));
        lines.push(Line::default());
    }
    for (rect, line) in area.rows().zip(&lines) {
        frame.render_widget(line, rect);
    }
    (lines.len() as u16).min(area.height)
}

/// A bar for each call: its class as colour, its time as height, the newest at the right.
fn strip(rows: &[HistoryRow], width: usize, theme: &Theme) -> Line<'static> {
    let shown = rows.len().min(width.saturating_sub(28)).min(60);
    let rows = &rows[..shown];
    let slowest = rows.iter().map(|row| row.summary.took).max();
    let longest = duration_text(slowest.unwrap_or_default());
    let bars = rows.iter().rev().map(|row| {
        let style = theme.class(row.summary.looks());
        Span::styled(bar(row.summary.took, theme.ascii).to_string(), style)
    });
    let mut spans: Vec<Span> = bars.collect();
    let words = format!("  last {shown}, up to {longest}");
    spans.push(Span::styled(words, theme.dim()));
    Line::from(spans)
}

/// One of eight heights between a millisecond and half a minute, each about four times the one
/// before.
fn bar(took: Duration, ascii: bool) -> char {
    let heights = if ascii {
        ['_', '.', '-', '~', '=', '+', '*', '#']
    } else {
        ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
    };
    let ms = (took.as_secs_f64() * 1_000.0).max(1.0);
    let place = (ms.log10() / 30_000_f64.log10() * 8.0) as usize;
    heights[place.min(heights.len() - 1)]
}

/// The row under the cursor as one bar of one colour, except for the sign of the class.
fn selected(line: Line<'static>, theme: &Theme) -> Line<'static> {
    let spans = line.spans.into_iter().enumerate();
    let spans = spans.map(|(place, span)| match place {
        1 => span.patch_style(theme.selected()),
        _ => span.style(theme.selected()),
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// `/ 403 token:support      12 calls`
fn draw_filter(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let history = &state.history;
    let more = if history.has_older { "+" } else { "" };
    let count = format!(" {}{more} found", history.rows.len());
    search_line::draw(
        &history.filter,
        history.filtering,
        count,
        theme,
        area,
        frame,
    );
}

/// Why the filter makes no sense, or which times it means; returns the number of lines that took.
fn draw_words_of_filter(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) -> u16 {
    let history = &state.history;
    let (text, style) = match &history.unreadable {
        Some(error) => (error.to_string(), theme.trouble()),
        None => (history.query().told().join(" "), theme.dim()),
    };
    if text.is_empty() {
        return 0;
    }
    let lines = wrap(&text, area.width as usize);
    let rows = area.rows().take((area.height / 2) as usize);
    let mut drawn = 0;
    for (rect, line) in rows.zip(lines) {
        frame.render_widget(Line::styled(line, style), rect);
        drawn += 1;
    }
    drawn
}

fn empty(state: &State) -> String {
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    if state.history.is_filtered() {
        format!(
            "No call fits this filter. Words and status:4xx token:name code:not_found host:acme case:A-1 since:2d narrow it, a dash before one turns it round; {} clears it.",
            key(Action::Back)
        )
    } else {
        format!(
            "Every call you make is listed here, newest first. {} makes one. {} leads through the refusals an API knows.",
            key(Action::Send),
            key(Action::OpenGuide)
        )
    }
}

fn lines(state: &State, number: usize, width: u16, theme: &Theme) -> Vec<Line<'static>> {
    let Some(row) = state.history.rows.get(number) else {
        return Vec::new();
    };
    if let Some(rows) = state.history.run_at(number) {
        let rows = state.history.rows.get(rows).unwrap_or_default();
        return vec![run_line(state, rows, width as usize, theme)];
    }
    let mut lines = vec![line(state, number, row, width as usize, theme)];
    if row.open {
        let width = (width as usize).saturating_sub(4);
        let columns = EntryColumns::new(row.summary.errors.iter(), width);
        if let Some(message) = &row.summary.message {
            for text in wrap(message, width) {
                lines.push(Line::raw(format!("    {text}")));
            }
        }
        for error in &row.summary.errors {
            for line in columns.entry(error, true, theme) {
                let mut spans = vec![Span::raw("    ")];
                spans.extend(line.spans);
                lines.push(Line::from(spans));
            }
        }
    }
    lines
}

/// The name of a run.
fn run_name(origin: CallOrigin) -> &'static str {
    match origin {
        CallOrigin::Probe => "investigation",
        CallOrigin::Matrix => "matrix",
        CallOrigin::Replay => "replay",
        CallOrigin::Survey => "who am I",
        CallOrigin::Agent => "agent",
        CallOrigin::Grant => "getting a token",
        CallOrigin::Person | CallOrigin::Unknown => "run",
    }
}

/// `+ matrix   88 calls   ✓ 40   ▲ 44   ✖ 4                02:07`
fn run_line(state: &State, rows: &[HistoryRow], width: usize, theme: &Theme) -> Line<'static> {
    let Some(newest) = rows.first().map(|row| &row.summary) else {
        return Line::default();
    };
    let fold = match rows.iter().all(|row| row.marked) {
        true => "* ",
        false => "+ ",
    };
    let time = format!(" {}", time_text(newest.started_at, &state.zone, state.now));
    let mut spans = vec![
        Span::styled(fold, theme.dim()),
        Span::styled(format!("{}   ", run_name(newest.origin)), theme.name()),
        Span::styled(format!("{} calls", rows.len()), theme.dim()),
    ];
    let mut used: usize = spans.iter().map(Span::width).sum();
    let end = width.saturating_sub(time.width());
    for class in StatusClass::ALL {
        let of = rows.iter().filter(|row| row.summary.looks() == class);
        let count = of.count();
        let text = format!("   {} {count}", sign(class, false, theme).trim_end());
        if count == 0 || used + text.width() > end {
            continue;
        }
        used += text.width();
        spans.push(Span::styled(text, theme.class(class)));
    }
    spans.push(Span::raw(" ".repeat(end.saturating_sub(used))));
    spans.push(Span::styled(time, theme.dim()));
    Line::from(spans)
}

/// The width of the method column: that of the longest method near a row, so that rows of one
/// picture line up.
fn method_width(rows: &[HistoryRow], number: usize) -> usize {
    // No terminal has more rows than this.
    const AROUND: usize = 200;
    let page = number / AROUND * AROUND;
    let around = rows
        .iter()
        .skip(page.saturating_sub(AROUND))
        .take(3 * AROUND);
    let longest = around.map(|row| row.summary.method.width()).max();
    longest.unwrap_or(0).clamp(3, 7)
}

/// Whether a row is the call whose answer is in front, or the one under the cursor where none is.
fn is_in_front(state: &State, number: usize, row: &HistoryRow) -> bool {
    match &state.response.shown {
        Some(shown) => shown.exchange.id == row.summary.id,
        None => number == state.history.list.cursor,
    }
}

/// `▸ ▲ 403 GET    /core/runbooks/7/tasks  support  82 ms 12:01`: what stands first says that it is
/// marked, open, in front, or that more of it can be opened.
fn line(
    state: &State,
    number: usize,
    row: &HistoryRow,
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let summary = &row.summary;
    let method = method_width(&state.history.rows, number);
    let class = summary.looks();
    let in_front = is_in_front(state, number, row);
    let is_open = row.open && has_more(summary);
    let fold = match (is_open, in_front, theme.ascii) {
        _ if row.marked => "*",
        (true, _, false) => "▾",
        (true, _, true) => "v",
        (false, true, false) => "▸",
        (false, true, true) => ">",
        (false, false, _) if has_more(summary) => "+",
        (false, false, _) => " ",
    };
    let fold_style = if in_front { theme.focus() } else { theme.dim() };
    let status = summary
        .status
        .map_or_else(|| "---".to_owned(), |status| format!("{status:03}"));
    let sign = sign(summary.class(), summary.refused, theme);
    let time = time_text(summary.started_at, &state.zone, state.now);
    let took = fit_right(&duration_text(summary.took), 7);
    let token = summary
        .token
        .as_ref()
        .map_or("no token", |t| called(&t.name));
    // What a narrow pane leaves out: first the time it took, then the case, the token, the time of
    // day.
    let tail = match width {
        ..34 => String::new(),
        34..66 => format!(" {time}"),
        _ => format!(" {took} {time}"),
    };
    // A probe is not one of the person's own calls.
    let probe = match (summary.is_probe, theme.ascii) {
        (false, _) => "",
        (true, false) => "◦ ",
        (true, true) => "- ",
    };
    let token = if width >= 44 {
        format!(" {}", fit(token, 10))
    } else {
        String::new()
    };
    // The environment of a call is named if it is not the one in use.
    let elsewhere = summary.environment != state.environment().name && width >= 60;
    let place = if elsewhere {
        format!(" in {}", cut(&summary.environment, 12))
    } else {
        String::new()
    };
    let case = summary.case.as_ref().filter(|_| width >= 50);
    let case = case.map_or_else(String::new, |case| format!(" {}", cut(case, 12)));
    // Whose it is, where it is not one's own.
    let by = summary.by.as_ref();
    let by = by.map_or_else(String::new, |by| format!(" {}", cut(by, 12)));
    let beside = [&token, &tail, &case, &place, &by].map(|text| text.width());
    let room = width.saturating_sub(11 + method + beside.iter().sum::<usize>() + probe.width());
    let path = fit(&cut(path_of(&summary.url), room), room);
    let spans = vec![
        Span::styled(format!("{fold} "), fold_style),
        Span::styled(
            // A sign is two columns wide, so both are fitted together.
            format!("{}{status}  ", fit(sign, 2)),
            theme.class(class),
        ),
        Span::styled(fit(&summary.method, method + 2), theme.name()),
        Span::styled(probe, theme.dim()),
        Span::raw(path),
        Span::styled(by, theme.name()),
        Span::styled(case, theme.dim()),
        Span::raw(token),
        Span::styled(place, theme.dim()),
        Span::styled(tail, theme.dim()),
    ];
    Line::from(spans)
}

/// When a call was made: the time if today, the day if this year, else the date.
pub fn time_text(at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    let local = at.to_zoned(zone.clone());
    let today = now.to_zoned(zone.clone());
    if local.date() == today.date() {
        format!("{:02}:{:02}", local.hour(), local.minute())
    } else if local.year() == today.year() {
        format!("{:02}-{:02}", local.month(), local.day())
    } else {
        local.date().to_string()
    }
}

fn fit_right(text: &str, width: usize) -> String {
    format!("{:>width$}", cut(text, width))
}

/// A duration as people read it: `82 ms`, `1.24 s`.
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
