//! The drawing that panes share: rules, frames, tabs, columns, and the last check of a finished
//! picture.

use super::theme::Theme;
use crate::app::{Action, Area, Painted, Spot};
use crate::insight::disguise;
use crate::model::{ErrorLine, StatusClass, cut, fit, is_unsafe, wrap};
use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell as ScreenCell};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};
use unicode_width::UnicodeWidthStr;

/// The drawing library's rectangle as the state keeps it.
pub fn area_of(rect: Rect) -> Area {
    Area {
        x: rect.x,
        y: rect.y,
        width: rect.width,
        height: rect.height,
    }
}

/// The sign of a status class; a success that the API refused has one of its own.
pub fn sign(class: StatusClass, refused: bool, theme: &Theme) -> &'static str {
    match (refused && class == StatusClass::Success, theme.ascii) {
        (true, false) => "✓!",
        (true, true) => "+!",
        (false, ascii) => class.glyph(ascii),
    }
}

/// A bar that is filled to a part of its width, between 0 and 1.
pub fn gauge(part: f64, width: usize, theme: &Theme) -> String {
    let filled = (part.clamp(0.0, 1.0) * width as f64).round() as usize;
    let (full, open) = if theme.ascii {
        ("#", ".")
    } else {
        ("█", "░")
    };
    full.repeat(filled) + &open.repeat(width - filled.min(width))
}

/// A box for what lies on top, drawn in ASCII if the theme asks for it.
pub fn frame<'a>(title: Line<'a>, focused: bool, theme: &Theme) -> Block<'a> {
    let set = if theme.ascii {
        border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        }
    } else {
        border::PLAIN
    };
    Block::new()
        .borders(Borders::ALL)
        .border_set(set)
        .border_style(theme.frame(focused))
        .title(title)
}

/// Clears a part of the screen for what lies on top of it.
pub fn clear(area: Rect, theme: &Theme, frame: &mut Frame) {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, theme.raised());
}

/// Dims what lies below something else: still readable, but quiet.
pub fn fade(area: Rect, theme: &Theme, frame: &mut Frame) {
    let style = theme.ground().patch(theme.faint());
    let buffer = frame.buffer_mut();
    for position in area.intersection(buffer.area).positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            cell.modifier = Modifier::empty();
            cell.set_style(style);
        }
    }
}

/// The thin line on top of a pane: its title at the left, one fact at the right. It is heavy in the
/// pane with the focus.
pub struct Rule<'a> {
    pub title: &'a str,
    pub fact: &'a str,
    pub focused: bool,
}

impl Rule<'_> {
    /// Draws the rule on one row; the fact is cut before the title.
    pub fn draw(&self, theme: &Theme, row: Rect, frame: &mut Frame) {
        let width = row.width as usize;
        let stroke = theme.stroke(self.focused);
        let line = theme.frame(self.focused);
        let title = cut(self.title, width.saturating_sub(6));
        let mut spans = vec![
            Span::styled(format!("{} ", stroke.repeat(2)), line),
            Span::styled(format!("{title} "), self.title_style(theme)),
        ];
        let used = title.width() + 4;
        let fact = cut(self.fact, width.saturating_sub(used + 6));
        if fact.is_empty() {
            spans.push(Span::styled(
                stroke.repeat(width.saturating_sub(used)),
                line,
            ))
        } else {
            let between = width.saturating_sub(used + fact.width() + 4);
            spans.push(Span::styled(stroke.repeat(between), line));
            let style = if self.focused {
                Style::new()
            } else {
                theme.dim()
            };
            spans.push(Span::styled(format!(" {fact} "), style));
            spans.push(Span::styled(stroke.repeat(2), line));
        }
        frame.render_widget(Line::from(spans), row);
    }

    fn title_style(&self, theme: &Theme) -> Style {
        if self.focused {
            theme.focus()
        } else {
            theme.dim()
        }
    }
}

/// The names of panes when only one is shown, on one line, with that pane's fact at the right. The
/// one in focus is heavy.
pub struct Names<'a> {
    pub names: &'a [(String, bool)],
    pub fact: &'a str,
    pub focused: bool,
}

impl Names<'_> {
    /// Draws the names on one row and makes each clickable.
    pub fn draw(
        &self,
        theme: &Theme,
        row: Rect,
        frame: &mut Frame,
        painted: &mut Painted,
        spot: impl Fn(usize) -> Spot,
    ) {
        let (names, focused) = (self.names, self.focused);
        let mut spans = Vec::new();
        let mut x = row.x;
        for (place, (name, in_front)) in names.iter().enumerate() {
            let heavy = *in_front && focused;
            let stroke = theme.stroke(heavy);
            let line = theme.frame(heavy);
            let style = match (*in_front, focused) {
                (true, true) => theme.focus(),
                (true, false) => theme.strong(),
                (false, _) => theme.dim(),
            };
            let before = if place == 0 || heavy { 3 } else { 1 };
            let after = if heavy { 3 } else { 1 };
            spans.push(Span::styled(stroke.repeat(before), line));
            spans.push(Span::styled(format!(" {name} "), style));
            spans.push(Span::styled(stroke.repeat(after), line));
            let wide = (before + after + name.width() + 2) as u16;
            let width = wide.min(row.right().saturating_sub(x));
            let tab = Rect { x, width, ..row };
            painted.spots.push((area_of(tab), spot(place)));
            x += width;
        }
        let left = row.right().saturating_sub(x) as usize;
        let thin = theme.stroke(false);
        let fact = cut(self.fact, left.saturating_sub(6));
        if fact.is_empty() {
            spans.push(Span::styled(thin.repeat(left), theme.frame(false)))
        } else {
            let between = left.saturating_sub(fact.width() + 4);
            spans.push(Span::styled(thin.repeat(between), theme.frame(false)));
            spans.push(Span::raw(format!(" {fact} ")));
            spans.push(Span::styled(thin.repeat(2), theme.frame(false)));
        }
        frame.render_widget(Line::from(spans), row);
    }
}

/// A block of lines with a bar of the same height at its left: the one sign for a verdict.
pub fn barred(lines: Vec<Line<'static>>, bar: Style, theme: &Theme) -> Vec<Line<'static>> {
    let stroke = if theme.ascii { "| " } else { "▌ " };
    let lines = lines.into_iter().map(|line| {
        let mut spans = vec![Span::styled(stroke, bar)];
        spans.extend(line.spans);
        Line::from(spans).style(line.style)
    });
    lines.collect()
}

/// A line of words, some of them clickable.
pub fn line_of(
    parts: Vec<(Span<'static>, Option<Action>)>,
    area: Rect,
    painted: &mut Painted,
) -> Line<'static> {
    let mut x = area.x;
    for (span, action) in &parts {
        let width = (span.width() as u16).min(area.right().saturating_sub(x));
        if let Some(action) = action {
            let place = Rect { x, width, ..area };
            painted.spots.push((area_of(place), Spot::Act(*action)));
        }
        x += width;
    }
    Line::from(parts.into_iter().map(|(span, _)| span).collect::<Vec<_>>())
}

/// Columns between tabs.
const BETWEEN_TABS: usize = 3;

/// Draws tabs in a row, the one in front underlined, and makes each clickable. If they do not all
/// fit, the gaps shrink; if that is not enough, the first tabs go.
pub fn tab_row(
    titles: &[(String, bool)],
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
    spot: impl Fn(usize) -> Spot,
) {
    let width = |from: usize, gap: usize| -> usize {
        let shown = titles.iter().skip(from);
        let all: usize = shown.map(|(title, _)| title.width() + gap).sum();
        all.saturating_sub(gap)
    };
    let room = area.width as usize;
    let gap = if width(0, BETWEEN_TABS) <= room {
        BETWEEN_TABS
    } else {
        1
    };
    let in_front = titles.iter().position(|(_, front)| *front).unwrap_or(0);
    let first = (0..=in_front)
        .find(|from| width(*from, gap) <= room)
        .unwrap_or(in_front);
    let mut x = area.x;
    for (place, (title, is_front)) in titles.iter().enumerate().skip(first) {
        let width = (title.width() as u16).min(area.right().saturating_sub(x));
        let tab = Rect { x, width, ..area };
        painted.spots.push((area_of(tab), spot(place)));
        let style = if *is_front { theme.tab() } else { theme.dim() };
        let title = cut(title, width as usize);
        frame.render_widget(Line::styled(title, style), tab);
        x = (x + width + gap as u16).min(area.right());
    }
}

/// A text, the columns it gets, and its style.
pub type Cell = (String, usize, Style);

/// Texts in columns, each wrapped to its width, with three blanks between them.
pub fn columns(cells: &[Cell]) -> Vec<Line<'static>> {
    let wrapped: Vec<Vec<String>> = cells
        .iter()
        .map(|(text, width, _)| wrap(text, *width))
        .collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|row| {
            let mut spans = Vec::new();
            for ((_, width, style), lines) in cells.iter().zip(&wrapped) {
                let text = lines.get(row).map_or("", String::as_str);
                spans.push(Span::styled(fit(text, *width), *style));
                spans.push(Span::raw("   "));
            }
            Line::from(spans)
        })
        .collect()
}

/// Lines of a text that are visible before its entry is opened.
const MOST_LINES: usize = 3;

/// A text in no more than `most` lines, with a sign if it goes on.
fn in_lines(text: &str, width: usize, most: usize) -> String {
    let lines = wrap(text, width);
    if lines.len() <= most {
        return text.to_owned();
    }
    let mut kept = lines[..most].to_vec();
    if let Some(last) = kept.last_mut() {
        *last = cut(&format!("{last} …"), width.max(2));
        if !last.ends_with('…') {
            last.push('…');
        }
    }
    kept.join(" ")
}

/// With fewer columns than this, a table would break words; entries are then stacked.
const SIDE_BY_SIDE: usize = 40;
/// A code of this length gets its columns even if they are scarce: nobody can read a broken code.
const CODE: usize = 24;

/// What stands before the name of a field in JSON:API.
pub const BEFORE_FIELD: [&str; 2] = ["/data/attributes", "/data/relationships"];

/// The name of a field as people say it, without the part that all fields share.
pub fn short_field(pointer: &str) -> &str {
    let below = BEFORE_FIELD
        .iter()
        .find_map(|before| pointer.strip_prefix(before)?.strip_prefix('/'));
    let Some(name) = below.filter(|name| !name.is_empty()) else {
        return pointer;
    };
    let ends = ["/data/id", "/data/type", "/data"];
    let bare = ends.iter().find_map(|end| name.strip_suffix(end));
    bare.filter(|name| !name.is_empty()).unwrap_or(name)
}

fn fields<'a>(entries: &(impl Iterator<Item = &'a ErrorLine> + Clone)) -> usize {
    let fields = entries.clone().filter_map(|entry| entry.field.as_deref());
    let widths = fields.map(|field| short_field(field).width());
    widths.max().unwrap_or(0)
}

/// The widths of title, detail and code, chosen so that every code fits on one line if possible.
pub struct EntryColumns {
    stacked: bool,
    /// Zero if all rows share the title and there is little room.
    title: usize,
    detail: usize,
    /// Zero if no row has a field.
    field: usize,
    code: usize,
}

/// With less room than this, a title that all rows share makes way for the field.
const ROOMY: usize = 90;

impl EntryColumns {
    /// Fits the columns to these entries in `width` columns.
    pub fn new<'a>(
        entries: impl Iterator<Item = &'a ErrorLine> + Clone,
        width: usize,
    ) -> EntryColumns {
        let longest = |text: fn(&ErrorLine) -> &Option<String>| {
            let widths = entries
                .clone()
                .filter_map(|e| text(e).as_ref().map(|t| t.width()));
            widths.max().unwrap_or(0)
        };
        let longest_field = fields(&entries);
        let mut titles = entries.clone().map(|e| e.title.as_deref());
        let first = titles.next().flatten();
        let are_alike = entries.clone().count() > 1 && titles.all(|title| title == first);
        let no_title = longest_field > 0 && are_alike && width < ROOMY;
        let gaps = 6 + if longest_field > 0 { 3 } else { 0 } - if no_title { 3 } else { 0 };
        let room = width.saturating_sub(gaps);
        let longest_code = longest(|e| &e.code);
        let most = (room / 3).max(CODE.min(room.saturating_sub(28))).max(4);
        let code = longest_code.clamp(4, most);
        // A title that wraps anyway needs no more than its longest line.
        let most_title = (room * 3 / 10).max(5);
        let titles = entries.clone().filter_map(|e| e.title.as_deref());
        let title_lines = titles.flat_map(|title| wrap(title, most_title));
        let title = if no_title {
            0
        } else {
            title_lines
                .map(|line| line.width())
                .max()
                .unwrap_or(0)
                .max(5)
        };
        // What the details do not need goes to the field.
        let longest_detail = longest(|e| &e.detail);
        let spare = room.saturating_sub(code + title + longest_detail);
        let field = match longest_field {
            0 => 0,
            longest => longest.clamp(5, (room / 4).max(spare).max(5)),
        };
        let stacked = room < SIDE_BY_SIDE || longest_code > most;
        let left = room.saturating_sub(code + title + field).max(6);
        EntryColumns {
            stacked,
            title,
            // A table is as wide as its content.
            detail: if stacked {
                left
            } else {
                left.min(longest_detail.max(6))
            },
            field,
            code,
        }
    }

    /// The headings of the columns; `None` if entries are stacked.
    pub fn header(&self, theme: &Theme) -> Option<Line<'static>> {
        if self.stacked {
            return None;
        }
        let cells = self.kept([
            ("title".to_owned(), self.title, theme.dim()),
            ("detail".to_owned(), self.detail, theme.dim()),
            ("field".to_owned(), self.field, theme.dim()),
            ("code".to_owned(), self.code, theme.dim()),
        ]);
        columns(&cells).pop()
    }

    /// The cells of the columns that exist.
    fn kept(&self, cells: [Cell; 4]) -> Vec<Cell> {
        let cells = cells.into_iter();
        cells.filter(|(_, width, _)| *width > 0).collect()
    }

    /// Title, detail, field and code side by side, with a dash for what the API left out. A text is
    /// cut after three lines, unless the entry is open.
    pub fn entry(&self, entry: &ErrorLine, opened: bool, theme: &Theme) -> Vec<Line<'static>> {
        let text = |text: &Option<String>| match text {
            Some(text) => text.clone(),
            None => if theme.ascii { "-" } else { "–" }.to_owned(),
        };
        let mut title = (text(&entry.title), self.title, theme.strong());
        let mut detail = (text(&entry.detail), self.detail, Style::new());
        let named = entry
            .field
            .as_deref()
            .map(|field| short_field(field).to_owned());
        let mut field = (text(&named), self.field, theme.strong());
        let mut code = (text(&entry.code), self.code, Style::new());
        let shorten = |cell: &mut Cell, width: usize| {
            if !opened && width > 0 {
                cell.0 = in_lines(&cell.0, width, MOST_LINES);
            }
        };
        if self.stacked {
            if let Some(field) = &named {
                detail.0 = match &entry.detail {
                    Some(detail) => format!("{field}: {detail}"),
                    None => field.clone(),
                };
            }
            let width = self.title + self.detail + self.field + self.code;
            for cell in [&mut title, &mut detail, &mut code] {
                shorten(cell, width);
            }
            return self.stack(title, detail, code);
        }
        for cell in [&mut title, &mut detail, &mut field, &mut code] {
            let width = cell.1;
            shorten(cell, width);
        }
        columns(&self.kept([title, detail, field, code]))
    }

    /// The cells one above the other; the code beside the title if both fit on one line.
    fn stack(&self, mut title: Cell, mut detail: Cell, mut code: Cell) -> Vec<Line<'static>> {
        let width = self.title + self.detail + self.field + self.code;
        let beside = title.0.width() + 2 + code.0.width() <= width;
        detail.1 = width;
        let mut lines = if beside {
            (title.1, code.1) = (title.0.width(), code.0.width());
            columns(&[title, code.clone()])
        } else {
            title.1 = width;
            columns(&[title])
        };
        lines.extend(columns(&[detail]));
        if !beside {
            code.1 = width;
            lines.extend(columns(&[code]));
        }
        lines
    }
}

/// Says on the lower edge of a frame how many lines lie below.
pub fn more<'a>(block: Block<'a>, below: usize, theme: &Theme) -> Block<'a> {
    if below == 0 {
        return block;
    }
    let arrow = if theme.ascii { "" } else { "↓ " };
    block.title_bottom(Line::raw(format!(" {arrow}{below} more ")).right_aligned())
}

/// Draws `↓ 3 more` at the right of the last line; nothing in fewer than three rows.
pub fn more_in_the_corner(below: usize, theme: &Theme, area: Rect, frame: &mut Frame) {
    if below > 0 {
        let arrow = if theme.ascii { "" } else { "↓ " };
        in_the_corner(format!("{arrow}{below} more"), area, theme, frame);
    }
}

/// Draws words at the right of the last line; nothing in fewer than three rows.
pub fn in_the_corner(words: String, area: Rect, theme: &Theme, frame: &mut Frame) {
    if area.height < 3 {
        return;
    }
    let words = format!(" {words} ");
    let width = (words.width() as u16).min(area.width);
    let corner = Rect {
        x: area.right() - width,
        y: area.bottom() - 1,
        width,
        height: 1,
    };
    frame.render_widget(Line::styled(words, theme.dim()), corner);
}

/// The part of a line that is visible from a column on, with a sign if it goes on.
pub fn clip(spans: Vec<Span<'static>>, left: usize, room: usize) -> Vec<Span<'static>> {
    let mut skip = left;
    let mut seen = Vec::new();
    for span in spans {
        let length = span.content.chars().count();
        if skip >= length {
            skip -= length;
            continue;
        }
        let rest: String = span.content.chars().skip(skip).collect();
        skip = 0;
        seen.push(Span::styled(rest, span.style));
    }
    let width: usize = seen.iter().map(Span::width).sum();
    if width <= room {
        return seen;
    }
    let mut used = 0;
    let mut kept = Vec::new();
    for span in seen {
        let free = room - used;
        used += span.width();
        if used >= room {
            let text = cut(&format!("{}…", span.content), free);
            kept.push(Span::styled(text, span.style));
            break;
        }
        kept.push(span);
    }
    kept
}

/// Hides whatever identifies people and things in a finished picture, whichever widget drew it.
pub fn hide(buffer: &mut Buffer) {
    let width = buffer.area.width.max(1) as usize;
    for row in buffer.content.chunks_mut(width) {
        let first = |cell: &ScreenCell| cell.symbol().chars().next().unwrap_or(' ');
        let text: String = row.iter().map(first).collect();
        for (cell, c) in row.iter_mut().zip(disguise(&text).chars()) {
            if first(cell) != c {
                cell.set_char(c);
            }
        }
    }
}

/// The longest emoji consist of ten characters; anything longer is marks piled on one letter.
const CELL_CHARACTERS: usize = 12;

/// An ASCII stand-in for each sign that this program draws.
fn plain(symbol: &str) -> Option<&'static str> {
    let first = symbol.chars().next()?;
    Some(match first {
        '…' | '·' => ".",
        '‹' | '⟨' => "<",
        '›' | '⟩' | '→' => ">",
        '–' => "-",
        '\u{2400}'..='\u{243f}' | '\u{fffd}' => "?",
        _ => return None,
    })
}

/// In ASCII, what was cut off ends with two dots: one could be the end of a sentence.
fn dots(buffer: &mut Buffer) {
    let width = buffer.area.width.max(1) as usize;
    for row in buffer.content.chunks_mut(width) {
        for place in 1..row.len() {
            let before = row[place - 1].symbol();
            let gives_way = before.len() == 1 && before.is_ascii() && before != "|";
            if row[place].symbol() == "…" && gives_way {
                row[place - 1].set_symbol(".");
            }
        }
    }
}

/// The last guard: removes every character that controls a terminal from a finished picture,
/// whichever widget drew it.
pub fn sweep(buffer: &mut Buffer, theme: &Theme) {
    if theme.ascii {
        dots(buffer);
    }
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if !symbol.is_ascii() || symbol.len() > 1 {
            let steers = symbol.chars().any(|c| is_unsafe(c) || c == '\n');
            if steers || symbol.chars().nth(CELL_CHARACTERS).is_some() {
                cell.set_symbol("\u{fffd}");
            }
            if theme.ascii
                && let Some(plain) = plain(cell.symbol())
            {
                cell.set_symbol(plain);
            }
        } else if symbol.bytes().any(|b| b < 32 || b == 127) {
            cell.set_symbol("\u{fffd}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_the_name_that_people_say() {
        let short = [
            ("/data/attributes/ends_at", "ends_at"),
            ("/data/relationships/buyer/data/id", "buyer"),
            ("/data/relationships/buyer/data", "buyer"),
            ("/data/attributes/", "/data/attributes/"),
            ("/orders/0/price", "/orders/0/price"),
            ("stage", "stage"),
        ];
        for (pointer, name) in short {
            assert_eq!(short_field(pointer), name);
        }
    }

    #[test]
    fn no_text_of_an_entry_takes_more_than_three_lines_before_it_is_opened() {
        let long = "long words ".repeat(50);
        let entry = ErrorLine {
            title: Some(long.clone()),
            detail: Some(long.clone()),
            code: Some("forbidden".to_owned()),
            ..ErrorLine::default()
        };
        let theme = Theme::new(true, false);
        for width in [120, 80, 30] {
            let columns = EntryColumns::new([&entry].into_iter(), width);
            let closed = columns.entry(&entry, false, &theme).len();
            assert!(closed <= 3 * MOST_LINES, "{width}: {closed}");
            assert!(columns.entry(&entry, true, &theme).len() > closed);
        }
    }

    #[test]
    fn what_is_cut_off_ends_with_two_dots_in_ascii() {
        let mut buffer = Buffer::with_lines(["abc…", "…d"]);
        sweep(&mut buffer, &Theme::new(true, true));
        let text: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(text, "ab...d  ");
    }

    #[test]
    fn the_sweep_leaves_no_control_character_in_a_picture() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        buffer[(0, 0)].set_symbol("\u{1b}");
        buffer[(1, 0)].set_symbol("a\u{202e}");
        buffer[(2, 0)].set_symbol("é");
        sweep(&mut buffer, &Theme::new(true, false));
        let symbols: Vec<_> = buffer.content.iter().map(|c| c.symbol()).collect();
        assert_eq!(symbols, ["\u{fffd}", "\u{fffd}", "é"]);
    }
}
