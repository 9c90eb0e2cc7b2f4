//! Requests by tokens as a grid. Only the cells that are seen are looked at.

use crate::app::pane::MatrixPane;
use crate::app::{Action, Painted, Spot, State, place_of_matrix};
use crate::insight::matrix::{Access, Cell, Standing};
use crate::model::{StatusClass, Timestamp, cut, cut_front, fit, visible_line, wrap};
use crate::ui::paint::{EntryColumns, area_of, gauge};
use crate::ui::theme::Theme;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Narrowest and widest column of a token.
const COLUMN: (usize, usize) = (6, 14);

/// What fits where.
struct Grid {
    /// Columns of the request.
    first: usize,
    /// Columns of each token.
    width: usize,
    /// The tokens that are seen.
    from: usize,
    to: usize,
    /// Whether each row says how many tokens may.
    sums: bool,
}

impl Grid {
    /// The columns that are seen, and where each stands in a row.
    fn cells(&self, row: Rect) -> impl Iterator<Item = (usize, Rect)> {
        let width = self.width as u16 + 1;
        let first = row.x.saturating_add(self.first as u16);
        (self.from..self.to).map(move |column| {
            let x = first.saturating_add((column - self.from) as u16 * width);
            let cell = Rect { x, width, ..row };
            (column, cell.intersection(row))
        })
    }
}

/// Draws the grid and what the cell under the cursor says; returns how many rows were seen.
pub fn draw(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) -> usize {
    let pane = &state.matrix;
    let width = area.width as usize;
    let details = match area.height {
        24.. => 8,
        14.. => 5,
        9.. => 3,
        6.. => 1,
        _ => 0,
    };
    let above = (area.height as usize).saturating_sub(details);
    let mut lines = vec![headline(state, theme, width)];
    if pane.is_empty() {
        let words = empty(state);
        lines.extend(
            wrap(&words, width)
                .into_iter()
                .map(|text| Line::styled(text, theme.dim())),
        );
        put(lines, area, frame);
        return 0;
    }
    let grid = grid(pane, width);
    if let Some(rect) = area.rows().nth(lines.len()) {
        for (column, cell) in grid.cells(rect) {
            painted.spots.push((area_of(cell), Spot::Head(column)));
        }
    }
    lines.push(head(pane, &grid, theme));
    let shown = pane.shown();
    let height = above.saturating_sub(lines.len() + 1);
    let top = pane.list.top(height);
    let rects = area.rows().skip(lines.len()).take(height);
    for (rect, row) in rects.zip(top..shown.len()) {
        // The name of a request belongs to the token under the cursor.
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
            "No row differs between these tokens, as far as answers are here.",
            theme.dim(),
        ));
    }
    lines.push(sums(pane, &grid, theme));
    lines.truncate(above);
    lines.resize(above, Line::default());
    let detail = detail(state, theme, width);
    lines.extend(detail.into_iter().take(details));
    put(lines, area, frame);
    height
}

fn put(lines: Vec<Line<'static>>, area: Rect, frame: &mut Frame) {
    for (rect, line) in area.rows().zip(lines) {
        frame.render_widget(line, rect);
    }
}

fn empty(state: &State) -> String {
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    if state.matrix.matrix.callers.is_empty() {
        return format!(
            "Here every request is sent with every token, to see who may do what. No token is chosen: {} chooses them, and httriage token add NAME defines one.",
            key(Action::MatrixColumns)
        );
    }
    format!(
        "Here every request is sent with every token, to see who may do what. {} chooses the requests.",
        key(Action::MatrixRows)
    )
}

/// Where it is asked, what of, and how far it is.
fn headline(state: &State, theme: &Theme, width: usize) -> Line<'static> {
    let pane = &state.matrix;
    let place = place_of_matrix(state);
    let (come, all) = pane.progress();
    let mut spans = Vec::new();
    if pane.is_running() {
        let part = come as f64 / all.max(1) as f64;
        spans.push(Span::styled(gauge(part, 12, theme), theme.name()));
        let mut words = format!(" {come} of {all}  ");
        if let Some(until) = pane.paused {
            let left = until
                .as_second()
                .saturating_sub(state.now.as_second())
                .max(0);
            words = format!(" {come} of {all}, waits {left} s as asked  ");
        }
        spans.push(Span::raw(words));
    }
    let writes = match (pane.writes, place.protected) {
        (true, _) => "  WRITES ARE SENT",
        (false, true) => "  protected",
        (false, false) => "",
    };
    let differing = if pane.differing {
        "  only differing"
    } else {
        ""
    };
    let used: usize = spans.iter().map(Span::width).sum();
    let words = format!("{} in {}{differing}", pane.matrix.title, place.name);
    let room = width.saturating_sub(used + writes.width());
    spans.push(Span::styled(cut(&words, room), theme.strong()));
    spans.push(Span::styled(writes, theme.trouble()));
    if !pane.is_running() && come == 0 && !pane.is_empty() {
        let key = state.keymap.hint(Action::MatrixFill).unwrap_or_default();
        let used: usize = spans.iter().map(Span::width).sum();
        let words = format!("  {key} sends; what stands in brackets is the last known");
        spans.push(Span::styled(
            cut(&words, width.saturating_sub(used)),
            theme.dim(),
        ));
    }
    Line::from(spans)
}

fn grid(pane: &MatrixPane, width: usize) -> Grid {
    let names = pane
        .matrix
        .callers
        .iter()
        .map(|caller| caller.label().width());
    let wanted = names.max().unwrap_or(0).clamp(COLUMN.0, COLUMN.1);
    let sums = width >= 60;
    let room = width.saturating_sub(if sums { 8 } else { 0 });
    let count = pane.matrix.callers.len();
    // A request that cannot be told from the next is worth less than a token further right.
    let first = room
        .saturating_sub(count * (wanted + 1))
        .clamp((room * 3 / 10).min(40), (room / 2).min(44));
    let fits = (room.saturating_sub(first) / (wanted + 1))
        .max(1)
        .min(count);
    let from = pane.column.saturating_sub(fits - 1);
    Grid {
        first,
        width: wanted,
        from,
        to: from + fits,
        sums,
    }
}

fn head(pane: &MatrixPane, grid: &Grid, theme: &Theme) -> Line<'static> {
    let hidden = pane.matrix.callers.len() - (grid.to - grid.from);
    let more = match hidden {
        0 => String::new(),
        1 => "1 more token".to_owned(),
        _ => format!("{hidden} more tokens"),
    };
    let mut spans = vec![Span::styled(fit(&more, grid.first), theme.dim())];
    for (column, caller) in pane.matrix.callers.iter().enumerate() {
        if (grid.from..grid.to).contains(&column) {
            let style = match column == pane.column {
                true => theme.selected(),
                false => theme.name(),
            };
            spans.push(Span::raw(" "));
            let sign = match pane.order {
                Some((sorted, reversed)) if sorted == column => match (reversed, theme.ascii) {
                    (false, false) => "↓",
                    (true, false) => "↑",
                    (false, true) => "v",
                    (true, true) => "^",
                },
                _ => "",
            };
            let name = fit(caller.label(), grid.width - sign.width());
            spans.push(Span::styled(format!("{name}{sign}"), style));
        }
    }
    if grid.sums {
        spans.push(Span::styled(" allowed", theme.dim()));
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
    let method = visible_line(&data.method).into_owned();
    let room = grid.first.saturating_sub(method.width() + 1);
    let name = format!("{method} {}", cut_front(data.path(), room));
    let style = match selected {
        true => theme.selected(),
        false => Style::new(),
    };
    let mut spans = vec![Span::styled(fit(&name, grid.first), style)];
    for column in grid.from..grid.to {
        let (text, mut style) = cell(pane, row, column, theme);
        if selected && column == pane.column {
            style = style.patch(theme.selected());
        }
        spans.push(Span::raw(" "));
        spans.push(Span::styled(fit(&text, grid.width), style));
    }
    if grid.sums {
        let counts = pane.matrix.row_counts(row);
        let words = match counts.total() {
            0 => String::new(),
            total => format!("{}/{total}", counts.of(Access::Allowed)),
        };
        spans.push(Span::styled(format!(" {words:>7}"), theme.dim()));
    }
    Line::from(spans)
}

/// `▲ 403`; in brackets where it is only what was last known.
fn cell(pane: &MatrixPane, row: usize, column: usize, theme: &Theme) -> (String, Style) {
    let Some(access) = pane.matrix.access(row, column) else {
        return match pane.known(row, column) {
            Some(known) => {
                let status = known
                    .last
                    .status
                    .map_or("---".to_owned(), |s| format!("{s:03}"));
                (format!("({status})"), theme.dim())
            }
            None => (String::new(), theme.dim()),
        };
    };
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
    let glyph = fit(access.glyph(theme.ascii), 2);
    (format!("{glyph}{said}{mark}"), style_of(access, theme))
}

fn style_of(access: Access, theme: &Theme) -> Style {
    match access {
        Access::Allowed => theme.class(StatusClass::Success),
        Access::Denied => theme.class(StatusClass::ClientError),
        Access::Hidden => theme.class(StatusClass::Redirection),
        Access::UnknownToken => theme.class(StatusClass::ServerError),
        Access::Unclear => theme.strong(),
        Access::Failed => theme.class(StatusClass::NoAnswer),
        Access::Skipped => theme.dim(),
    }
}

/// What each token may do, in numbers.
fn sums(pane: &MatrixPane, grid: &Grid, theme: &Theme) -> Line<'static> {
    let mut spans = vec![Span::styled(fit("allowed", grid.first), theme.dim())];
    for column in grid.from..grid.to {
        let counts = pane.matrix.column_counts(column);
        let words = match counts.total() {
            0 => String::new(),
            total => {
                let allowed = counts.of(Access::Allowed);
                let forms = [
                    format!("{allowed} of {total}"),
                    format!("{allowed}/{total}"),
                ];
                let fits = forms.into_iter().find(|form| form.width() <= grid.width);
                fits.unwrap_or_else(|| allowed.to_string())
            }
        };
        spans.push(Span::raw(" "));
        spans.push(Span::styled(fit(&words, grid.width), theme.dim()));
    }
    Line::from(spans)
}

/// What the cell under the cursor says, and what was known of it before.
fn detail(state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let pane = &state.matrix;
    let Some((row, column)) = pane.cursor() else {
        return Vec::new();
    };
    let data = &pane.matrix.rows[row];
    let caller = pane.matrix.callers[column].label();
    let cell = pane.matrix.cell(row, column);
    let mut lines = Vec::new();
    let mut say = |text: &str, style: Style| {
        let texts = wrap(text, width).into_iter();
        lines.extend(texts.map(|text| Line::styled(text, style)));
    };
    let call = format!("{} {} with {caller}", data.method, data.path());
    match pane.matrix.access(row, column) {
        None => say(&call, theme.strong()),
        Some(access) => say(
            &format!("{call}: {}. {}", access.words(), access.meaning()),
            theme.strong(),
        ),
    }
    if let Some(standing) = pane.matrix.standing(row, column) {
        let pin = data.pins[column].map_or("", |pin| pin.id());
        say(
            &format!("{pin} is expected: {}", standing.words()),
            Style::new(),
        );
    }
    match (cell, cell.failure()) {
        (Cell::Skipped(why), _) => say(why, Style::new()),
        (_, Some(failure)) => say(
            &format!("{} {}", failure.message, failure.hint),
            Style::new(),
        ),
        (Cell::Waiting, _) if pane.is_running() => say("It waits for its turn.", theme.dim()),
        _ => {}
    }
    if let Some(known) = pane.known(row, column) {
        let since = moment(known.since, &state.zone);
        let times = match known.times {
            1 => String::new(),
            times => format!(", {times} times in a row"),
        };
        let words = format!("The history knows {} since {since}{times}.", known.said());
        say(&words, theme.dim());
    }
    if let Some(answer) = cell.answer() {
        let errors = &answer.summary.errors;
        let columns = EntryColumns::new(errors.iter(), width);
        for error in errors {
            lines.extend(columns.entry(error, true, theme));
        }
    }
    lines
}

fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
}
