//! Requests by tokens as a grid. Only the visible cells are looked at.

use crate::app::pane::MatrixPane;
use crate::app::{Action, Painted, Spot, State, blocked, environment_of_matrix};
use crate::insight::matrix::{Access, Cell, Standing};
use crate::model::{StatusClass, Timestamp, cut, cut_front, fit, visible_line, wrap};
use crate::ui::band::{self, Words};
use crate::ui::paint::{EntryColumns, Rule, area_of, barred, gauge};
use crate::ui::theme::Theme;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The narrowest and the widest column for the name of a token.
const NAME: (usize, usize) = (7, 12);

/// Columns of a sign alone, when there is no room for the status.
const SIGN: usize = 2;

/// What fits where.
struct Grid {
    /// Columns for the request.
    first: usize,
    /// Columns for each token, with the blanks after it.
    width: usize,
    /// The first visible token.
    from: usize,
    to: usize,
    /// Columns in which each row says how many tokens are allowed; zero if there is no room.
    sums: usize,
    /// The method, if all rows share one; else each row names its own.
    method: Option<String>,
}

impl Grid {
    /// The visible columns, and the place of each in a row.
    fn cells(&self, row: Rect) -> impl Iterator<Item = (usize, Rect)> {
        let width = self.width as u16;
        let first = row.x.saturating_add(self.first as u16);
        (self.from..self.to).map(move |column| {
            let x = first.saturating_add((column - self.from) as u16 * width);
            let cell = Rect { x, width, ..row };
            (column, cell.intersection(row))
        })
    }

    fn shows_signs_alone(&self) -> bool {
        self.width == SIGN
    }
}

/// Draws what the run calls and as whom: the calls, the tokens, its progress, the key that starts
/// it.
pub fn draw_band(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let pane = &state.matrix;
    let place = environment_of_matrix(state);
    let narrow = area.width < 60;
    let key = |action| theme.key_name(&state.keymap.hint(action).unwrap_or_default());
    let opens = if theme.ascii { " v" } else { " ▾" };
    let counted = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    };
    let calls = counted(pane.matrix.rows.len(), "call", "calls");
    let title = visible_line(&pane.matrix.title);
    let calls = if narrow || title.is_empty() {
        calls
    } else {
        format!("{calls}: {}", cut(&title, area.width as usize / 3))
    };
    let callers = counted(pane.matrix.callers.len(), "token", "tokens");
    let (rows, columns) = (Some(Action::MatrixRows), Some(Action::MatrixColumns));
    let times = match (theme.ascii, narrow) {
        (true, _) => " x ",
        (false, true) => " × ",
        (false, false) => "  ×  ",
    };
    let mut left: Words = vec![
        (Span::styled(calls, theme.name()), rows),
        (Span::styled(opens, theme.key()), rows),
        (Span::styled(times, theme.dim()), None),
        (Span::styled(callers, theme.name()), columns),
        (Span::styled(opens, theme.key()), columns),
    ];
    let mut say = |words: String, style: Style| {
        left.push((Span::styled(format!("   {words}"), style), None));
    };
    if place.name != state.environment().name {
        say(format!("in {}", visible_line(&place.name)), theme.name());
    }
    if pane.differing {
        say("only differing".to_owned(), theme.strong());
    }
    if pane.is_running() {
        let (come, all) = pane.progress();
        say(
            gauge(come as f64 / all.max(1) as f64, 12, theme),
            theme.focus(),
        );
        let mut words = format!("{come} of {all}");
        if let Some(until) = pane.paused {
            let left = until.as_second().saturating_sub(state.now.as_second());
            words = format!("{words}, waits {} s as asked", left.max(0));
        }
        say(words, Style::new());
    }
    match (pane.writes, place.protected) {
        (true, _) => say("WRITES ARE SENT".to_owned(), theme.trouble()),
        (false, true) => say("protected".to_owned(), theme.trouble()),
        (false, false) if pane.is_running() => {}
        (false, false) => say("reads only; writes are skipped".to_owned(), theme.dim()),
    }
    let (action, words) = if pane.is_running() {
        (Action::Back, " stop")
    } else {
        (Action::MatrixFill, " send all")
    };
    let style = match blocked(action, state) {
        None => theme.key(),
        Some(_) => theme.dim(),
    };
    let mut right: Words = vec![(Span::styled(key(action), style), Some(action))];
    if !narrow {
        right.push((Span::styled(words, theme.dim()), Some(action)));
    }
    band::words(theme, area, left, right, frame, painted);
}

/// Draws the grid, the meaning of its signs, and what the cell under the cursor says; returns the
/// number of visible rows.
pub fn draw(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) -> usize {
    let pane = &state.matrix;
    let width = area.width as usize;
    if pane.is_empty() {
        let words = wrap(&empty(state), width.min(90)).into_iter();
        let lines = words.map(|text| Line::styled(text, theme.dim()));
        put(lines, area, frame);
        return 0;
    }
    let roomy = area.height >= 30;
    let detail = match area.height {
        30.. => 9,
        14.. => 3,
        6.. => 2,
        _ => 0,
    };
    let legend = legend(pane, width, theme);
    let air = usize::from(roomy);
    let shown = pane.shown();
    let grid = grid(pane, width);
    let has_sums = area.height >= 12;
    let fixed =
        1 + air + usize::from(has_sums) * (1 + air) + usize::from(legend.is_some()) * (1 + air);
    let height = (area.height as usize).saturating_sub(fixed + detail).max(1);
    let height = height.min(shown.len().max(1));
    let top = pane.list.top(height);
    let mut lines = vec![head(pane, &grid, theme)];
    if let Some(rect) = area.rows().next() {
        for (column, cell) in grid.cells(rect) {
            painted.spots.push((area_of(cell), Spot::Head(column)));
        }
    }
    lines.extend((0..air).map(|_| Line::default()));
    let rects = area.rows().skip(lines.len()).take(height);
    for (rect, row) in rects.zip(top..shown.len()) {
        // A click on the name of a request selects its cell for the token under the cursor.
        painted
            .spots
            .push((area_of(rect), Spot::Cell(row, pane.column)));
        for (column, cell) in grid.cells(rect) {
            painted.spots.push((area_of(cell), Spot::Cell(row, column)));
        }
    }
    for (place, row) in shown.iter().enumerate().skip(top).take(height) {
        lines.push(row_line(
            pane,
            *row,
            place == pane.list.cursor,
            &grid,
            theme,
        ));
    }
    if shown.is_empty() {
        lines.push(Line::styled(
            "No row differs between these tokens, as far as responses are here.",
            theme.dim(),
        ));
    }
    if has_sums {
        lines.extend((0..air).map(|_| Line::default()));
        lines.push(sums(pane, &grid, theme));
    }
    if let Some(legend) = legend {
        lines.extend((0..air).map(|_| Line::default()));
        lines.push(legend);
    }
    let used = (lines.len() as u16).min(area.height);
    put(lines, area, frame);
    let gap = if roomy {
        2
    } else {
        u16::from(area.height >= 14)
    };
    let left = area.height.saturating_sub(used + gap);
    let rest = Rect {
        y: area.y + used + gap.min(area.height - used),
        height: left,
        ..area
    };
    draw_detail(state, theme, rest, frame);
    height
}

fn put(lines: impl IntoIterator<Item = Line<'static>>, area: Rect, frame: &mut Frame) {
    for (rect, line) in area.rows().zip(lines) {
        frame.render_widget(line, rect);
    }
}

fn empty(state: &State) -> String {
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    if state.matrix.matrix.callers.is_empty() {
        return format!(
            "Here every request is sent with every token, to see who may do what. No token is chosen: {} chooses them, and {} adds one.",
            key(Action::MatrixColumns),
            key(Action::ChooseToken)
        );
    }
    format!(
        "Here every request is sent with every token, to see who may do what. {} chooses the requests.",
        key(Action::MatrixRows)
    )
}

/// The meaning of each sign, in as many words as fit.
fn legend(pane: &MatrixPane, width: usize, theme: &Theme) -> Option<Line<'static>> {
    let long = [
        (Access::Allowed, "allowed"),
        (Access::Denied, "denied"),
        (Access::Hidden, "hidden: 404 where another token gets 200"),
        (Access::UnknownToken, "token not accepted"),
        (Access::Unclear, "unclear"),
        (Access::Failed, "no answer"),
        (Access::Skipped, "skipped"),
    ];
    let short = [
        (Access::Allowed, "allowed"),
        (Access::Denied, "denied"),
        (Access::Hidden, "hidden"),
        (Access::UnknownToken, "not accepted"),
        (Access::Unclear, "unclear"),
        (Access::Failed, "none"),
        (Access::Skipped, "skipped"),
    ];
    let mut columns = 0..pane.matrix.callers.len();
    let waits = columns.any(|column| matches!(pane.matrix.cell(0, column), Cell::Waiting));
    let line = |words: &[(Access, &'static str)], gap: &'static str| {
        let mut spans: Vec<Span> = Vec::new();
        if waits {
            spans.push(Span::styled("(403) last time", theme.dim()));
        }
        for (access, words) in words {
            if !spans.is_empty() {
                spans.push(Span::raw(gap));
            }
            let sign = access.glyph(theme.ascii);
            spans.push(Span::styled(sign, style_of(*access, theme)));
            spans.push(Span::styled(format!(" {words}"), theme.dim()));
        }
        Line::from(spans)
    };
    [line(&long, "   "), line(&short, "  ")]
        .into_iter()
        .find(|line| line.width() <= width)
}

fn grid(pane: &MatrixPane, width: usize) -> Grid {
    let rows = &pane.matrix.rows;
    let count = pane.matrix.callers.len();
    let mut methods = rows.iter().map(|row| &row.method);
    let first = methods.next();
    let is_one = methods.all(|method| Some(method) == first);
    let method = first
        .filter(|_| is_one)
        .map(|m| visible_line(m).into_owned());
    if width < 58 {
        let fits = (width / 2 / SIGN).min(count).max(1);
        let from = pane.column.saturating_sub(fits - 1);
        return Grid {
            first: width.saturating_sub(fits * SIGN),
            width: SIGN,
            from,
            to: from + fits,
            sums: 0,
            method,
        };
    }
    let names = rows.iter().map(|row| match &method {
        Some(_) => row.path().width(),
        None => row.method.width() + 1 + row.path().width(),
    });
    let longest = names.max().unwrap_or(0);
    let sums = match width {
        116.. => 9,
        90.. => 5,
        _ => 0,
    };
    let room = width.saturating_sub(sums);
    let tokens = pane.matrix.callers.iter().map(|c| c.label().width());
    let wanted = tokens.max().unwrap_or(0).clamp(NAME.0, NAME.1);
    let most = wanted + if wanted > NAME.0 { 2 } else { 3 };
    let least = NAME.0 + 1;
    // A request that looks like the next one is worth less than one more token.
    let least_first = longest.min(room * 3 / 10).max(24.min(longest)) + 2;
    let for_each = room.saturating_sub(least_first) / count.max(1);
    let width_each = for_each.clamp(least, most);
    let fits = (room.saturating_sub(least_first) / width_each).clamp(1, count.max(1));
    let from = pane.column.saturating_sub(fits - 1);
    // The table is no wider than its content.
    let first = (room - (fits * width_each).min(room)).min(longest + 4);
    Grid {
        first,
        width: width_each,
        from,
        to: (from + fits).min(count),
        sums,
        method,
    }
}

/// The path of a request, with its method if they differ.
fn row_name(row: &crate::insight::matrix::Row, method: &Option<String>) -> String {
    match method {
        Some(_) => row.path().to_owned(),
        None => format!("{} {}", visible_line(&row.method), row.path()),
    }
}

fn head(pane: &MatrixPane, grid: &Grid, theme: &Theme) -> Line<'static> {
    let count = pane.matrix.callers.len();
    let method = grid.method.clone().unwrap_or_default();
    if grid.shows_signs_alone() {
        let caller = pane.matrix.callers.get(pane.column);
        let name = caller.map_or("", |caller| caller.label());
        let words = format!("{method} column {} of {count}: ", pane.column + 1);
        let words = words.trim_start().to_owned();
        return Line::from(vec![
            Span::styled(words, theme.dim()),
            Span::styled(name.to_owned(), theme.focus()),
        ]);
    }
    let hidden = count - (grid.to - grid.from);
    let more = match (hidden, theme.ascii) {
        (0, _) => String::new(),
        (_, true) => format!("{hidden} more >"),
        (_, false) => format!("{hidden} more ›"),
    };
    let room = grid.first.saturating_sub(more.width() + 2);
    let mut spans = vec![Span::styled(
        format!("{}{more}  ", fit(&method, room)),
        theme.dim(),
    )];
    for (column, caller) in pane.matrix.callers.iter().enumerate() {
        if (grid.from..grid.to).contains(&column) {
            let style = if column == pane.column {
                theme.focus()
            } else {
                theme.name()
            };
            let sign = match pane.order {
                Some((sorted, reversed)) if sorted == column => match (reversed, theme.ascii) {
                    (false, false) => "↓",
                    (true, false) => "↑",
                    (false, true) => "v",
                    (true, true) => "^",
                },
                _ => "",
            };
            let room = grid.width - 1 - sign.width();
            let name = cut(caller.label(), room);
            spans.push(Span::styled(
                fit(&format!("{name}{sign}"), grid.width),
                style,
            ));
        }
    }
    if grid.sums > 0 {
        let words = if grid.sums > 5 { "allowed" } else { "may" };
        let words = format!("{words:>width$}", width = grid.sums);
        spans.push(Span::styled(words, theme.dim()));
    }
    Line::from(spans)
}

fn row_line(
    pane: &MatrixPane,
    row: usize,
    selected: bool,
    grid: &Grid,
    theme: &Theme,
) -> Line<'static> {
    let data = &pane.matrix.rows[row];
    let name = row_name(data, &grid.method);
    let room = grid.first.saturating_sub(2);
    // The end of a path says more than its beginning; a method stays.
    let name = match (&grid.method, name.split_once(' ')) {
        (None, Some((method, path))) => {
            let room = room.saturating_sub(method.width() + 1);
            format!("{method} {}", cut_front(path, room))
        }
        _ => cut_front(&name, room),
    };
    let style = if selected {
        theme.focus()
    } else {
        Style::new()
    };
    let mut spans = vec![Span::styled(fit(&name, grid.first), style)];
    for column in grid.from..grid.to {
        let (text, mut style) = cell(pane, row, column, grid, theme);
        let is_current = selected && column == pane.column;
        if is_current {
            style = theme.selected();
        }
        // The block under the cursor has a blank at its right too.
        let block = match (is_current, grid.shows_signs_alone()) {
            (true, false) => fit(&text, (text.width() + 1).clamp(6, grid.width)),
            _ => text,
        };
        let gap = grid.width.saturating_sub(block.width());
        spans.push(Span::styled(block, style));
        spans.push(Span::raw(" ".repeat(gap)));
    }
    if grid.sums > 0 {
        let counts = pane.matrix.row_counts(row);
        let words = match counts.total() {
            0 => String::new(),
            total => format!("{}/{total}", counts.of(Access::Allowed)),
        };
        let words = format!("{words:>width$}", width = grid.sums);
        spans.push(Span::styled(words, theme.dim()));
    }
    Line::from(spans)
}

/// Draws `▲ 403`, or in brackets if it is only the last known result.
fn cell(
    pane: &MatrixPane,
    row: usize,
    column: usize,
    grid: &Grid,
    theme: &Theme,
) -> (String, Style) {
    let alone = grid.shows_signs_alone();
    let Some(access) = pane.matrix.access(row, column) else {
        return match pane.known(row, column) {
            Some(known) => {
                let class = known.last.looks();
                let status = known.last.status;
                let status = status.map_or("---".to_owned(), |s| format!("{s:03}"));
                let text = if alone {
                    class.glyph(theme.ascii).to_owned()
                } else {
                    format!("({status})")
                };
                (text, theme.dim())
            }
            None => (String::new(), theme.dim()),
        };
    };
    let glyph = access.glyph(theme.ascii);
    if alone {
        return (glyph.to_owned(), style_of(access, theme));
    }
    let cell = pane.matrix.cell(row, column);
    let said = match (cell, cell.answer().and_then(|answer| answer.summary.status)) {
        (Cell::Skipped(_), _) => String::new(),
        (_, Some(status)) => format!("{status:03}"),
        (_, None) => cell.said(),
    };
    let mark = match pane.matrix.standing(row, column) {
        Some(Standing::UnexpectedAllow | Standing::UnexpectedDeny) => "!",
        _ => "",
    };
    let glyph = fit(glyph, 2);
    (
        cut(&format!("{glyph}{said}{mark}"), grid.width - 1),
        style_of(access, theme),
    )
}

/// Hidden is as yellow as denied; the sign tells them apart. A token that is not accepted says
/// nothing about permission, and is dimmed.
fn style_of(access: Access, theme: &Theme) -> Style {
    match access {
        Access::Allowed => theme.class(StatusClass::Success),
        Access::Denied | Access::Hidden => theme.class(StatusClass::ClientError),
        Access::Failed => theme.class(StatusClass::NoAnswer),
        Access::Unclear => Style::new(),
        Access::UnknownToken | Access::Skipped => theme.dim(),
    }
}

/// How many calls each token may make.
fn sums(pane: &MatrixPane, grid: &Grid, theme: &Theme) -> Line<'static> {
    let words = format!("allowed, of {}", pane.matrix.rows.len());
    let mut spans = vec![Span::styled(fit(&words, grid.first), theme.dim())];
    for column in grid.from..grid.to {
        let counts = pane.matrix.column_counts(column);
        let allowed = match counts.total() {
            0 => String::new(),
            _ => counts.of(Access::Allowed).to_string(),
        };
        let text = if grid.shows_signs_alone() {
            allowed
        } else {
            // Below the status.
            format!("{allowed:>5}")
        };
        spans.push(Span::styled(fit(&text, grid.width), theme.dim()));
    }
    Line::from(spans)
}

/// What the cell under the cursor says, beside its bar; with the call above it if there is room.
fn draw_detail(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let pane = &state.matrix;
    let Some((row, column)) = pane.cursor().filter(|_| area.height > 0) else {
        return;
    };
    let data = &pane.matrix.rows[row];
    let cell = pane.matrix.cell(row, column);
    let mut area = area;
    let caller = pane.matrix.callers[column].label();
    let call = format!("{} {}", visible_line(&data.method), data.path());
    if area.height >= 6 {
        let title = format!("{caller}, {call}");
        let time = cell.answer().map(|answer| &answer.summary);
        let time = time.map_or_else(String::new, |s| moment(s.started_at, &state.zone));
        let rule = Rule {
            title: &title,
            fact: &time,
            focused: false,
        };
        rule.draw(theme, Rect { height: 1, ..area }, frame);
        let indent = 2.min(area.width / 4);
        area = Rect {
            x: area.x + indent,
            y: area.y + 2,
            width: area.width - 2 * indent,
            height: area.height - 2,
        };
    }
    let width = (area.width as usize).saturating_sub(2);
    let small = area.height < 4;
    let mut lines = detail(state, (row, column), &call, small, width, theme);
    let key = |action| theme.key_name(&state.keymap.hint(action).unwrap_or_default());
    let known = pane.call(row, column).is_some();
    if !small && known && lines.len() + 2 <= area.height as usize {
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled(key(Action::MatrixWhy), theme.key()),
            Span::styled("  investigates why   ", theme.dim()),
            Span::styled(key(Action::MatrixOpen), theme.key()),
            Span::styled("  opens the call", theme.dim()),
        ]));
    }
    lines.truncate(area.height as usize);
    let style = match pane.matrix.access(row, column) {
        Some(access) => style_of(access, theme),
        None => theme.dim(),
    };
    put(barred(lines, style, theme), area, frame);
}

fn detail(
    state: &State,
    (row, column): (usize, usize),
    call: &str,
    small: bool,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let pane = &state.matrix;
    let data = &pane.matrix.rows[row];
    let caller = pane.matrix.callers[column].label();
    let cell = pane.matrix.cell(row, column);
    let mut lines = Vec::new();
    match (pane.matrix.access(row, column), cell.answer()) {
        (Some(access), answer) => {
            let style = style_of(access, theme);
            let status = answer.and_then(|answer| answer.summary.status);
            let status = status.map_or_else(|| cell.said(), |status| format!("{status:03}"));
            let sign = access.glyph(theme.ascii);
            let took = answer.map(|answer| super::history::duration_text(answer.summary.took));
            let facts = match (small, took) {
                (true, _) => format!("   {caller}, {call}"),
                (false, Some(took)) => format!("   {took}"),
                (false, None) => String::new(),
            };
            let first = format!("{sign} {status} {}", access.words());
            let room = width.saturating_sub(first.width());
            lines.push(Line::from(vec![
                Span::styled(cut(&first, width), style),
                Span::styled(cut(&facts, room), theme.dim()),
            ]));
            let texts = wrap(access.meaning(), width).into_iter();
            lines.extend(texts.map(|text| Line::styled(text, theme.strong())));
        }
        (None, _) if pane.is_running() => {
            lines.push(Line::raw("It waits for its turn."));
        }
        (None, _) => {
            let key = state.keymap.hint(Action::MatrixFill).unwrap_or_default();
            let words = if small {
                format!("{caller}, {call}: not sent. {key} sends all.")
            } else {
                format!("Not sent in this run. {key} sends every call with every token.")
            };
            lines.push(Line::styled(cut(&words, width), theme.strong()));
        }
    }
    let mut say = |text: &str, style: Style| {
        let texts = wrap(text, width).into_iter();
        lines.extend(texts.map(|text| Line::styled(text, style)));
    };
    if let Some(standing) = pane.matrix.standing(row, column) {
        let pin = data.pins[column].map_or("", |pin| pin.id());
        let words = format!("{pin} is expected: {}", standing.words());
        say(&words, Style::new());
    }
    match (cell, cell.failure()) {
        (Cell::Skipped(why), _) => say(why, Style::new()),
        (_, Some(failure)) => say(
            &format!("{} {}", failure.message, failure.hint),
            Style::new(),
        ),
        _ => {}
    }
    if let Some(answer) = cell.answer() {
        let errors = &answer.summary.errors;
        let columns = EntryColumns::new(errors.iter(), width);
        for error in errors {
            lines.extend(columns.entry(error, true, theme));
        }
    }
    if let Some(known) = pane.known(row, column) {
        let since = moment(known.since, &state.zone);
        let times = match known.times {
            1 => String::new(),
            times => format!(", {times} times in a row"),
        };
        let words = format!("Last time: {} since {since}{times}.", known.said());
        let texts = wrap(&words, width).into_iter();
        lines.extend(texts.map(|text| Line::styled(text, theme.dim())));
    }
    lines
}

fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
}
