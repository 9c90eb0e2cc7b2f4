//! The few strokes that panes share: frames, tabs, cells side by side, and the last sweep over
//! a finished picture.

use super::theme::Theme;
use crate::app::{Action, Area, Painted, Spot};
use crate::insight::disguise;
use crate::model::{ErrorLine, cut, fit, is_unsafe, wrap};
use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell as ScreenCell};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};
use unicode_width::UnicodeWidthStr;

pub fn area_of(rect: Rect) -> Area {
    Area {
        x: rect.x,
        y: rect.y,
        width: rect.width,
        height: rect.height,
    }
}

/// A bar that is filled to a part of its width.
pub fn gauge(part: f64, width: usize, theme: &Theme) -> String {
    let filled = (part.clamp(0.0, 1.0) * width as f64).round() as usize;
    let (full, open) = if theme.ascii {
        ("#", ".")
    } else {
        ("█", "░")
    };
    full.repeat(filled) + &open.repeat(width - filled.min(width))
}

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
    } else if focused {
        border::THICK
    } else {
        border::PLAIN
    };
    Block::new()
        .borders(Borders::ALL)
        .border_set(set)
        .border_style(theme.frame(focused))
        .title(title)
}

/// Empties a part of the screen for what lies on top of it.
pub fn clear(area: Rect, theme: &Theme, frame: &mut Frame) {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, theme.ground());
}

/// The frame of what writes to a protected environment: other lines as well as another colour.
pub fn guarded_frame<'a>(title: Line<'a>, theme: &Theme) -> Block<'a> {
    let set = if theme.ascii {
        border::Set {
            top_left: "#",
            top_right: "#",
            bottom_left: "#",
            bottom_right: "#",
            vertical_left: "#",
            vertical_right: "#",
            horizontal_top: "=",
            horizontal_bottom: "=",
        }
    } else {
        border::DOUBLE
    };
    let style = theme.trouble();
    frame(title, true, theme)
        .border_set(set)
        .border_style(style)
}

/// A line of words, some of which do something when they are pointed at.
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

/// Draws the tabs of `tabs` in a row and makes each a spot.
pub fn tab_row(
    titles: &[(String, bool)],
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
    spot: impl Fn(usize) -> Spot,
) {
    let mut x = area.x;
    for (place, (title, _)) in titles.iter().enumerate() {
        let width = (title.width() as u16 + 2).min(area.right().saturating_sub(x));
        let tab = Rect { x, width, ..area };
        painted.spots.push((area_of(tab), spot(place)));
        x = (x + width + 1).min(area.right());
    }
    frame.render_widget(tabs(titles, theme), area);
}

/// `Errors 1 ─ Body ─ Headers`, the one in front marked.
pub fn tabs(titles: &[(String, bool)], theme: &Theme) -> Line<'static> {
    let mut spans = Vec::new();
    for (title, in_front) in titles {
        let style = if *in_front {
            theme.selected()
        } else {
            theme.dim()
        };
        spans.push(Span::styled(format!(" {title} "), style));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

/// A text, the columns it has, and its style.
pub type Cell = (String, usize, Style);

/// Texts in columns, each wrapped to its width, two blanks apart.
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
                spans.push(Span::raw("  "));
            }
            Line::from(spans)
        })
        .collect()
}

/// Below this many columns side by side breaks words; entries are then stacked.
const SIDE_BY_SIDE: usize = 40;
/// A code of this length gets its columns even where they are dear: a broken one cannot be read.
const CODE: usize = 24;

/// How wide title, detail and code may be, so that every code stands on one line if it can.
pub struct EntryColumns {
    stacked: bool,
    /// Nothing where all rows share it and there is little room.
    title: usize,
    detail: usize,
    /// Nothing where no row has one.
    field: usize,
    code: usize,
}

/// Below this, a title that all rows share gives its place to the field.
const ROOMY: usize = 90;

impl EntryColumns {
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
        let longest_field = longest(|e| &e.field);
        let mut titles = entries.clone().map(|e| e.title.as_deref());
        let first = titles.next().flatten();
        let are_alike = entries.clone().count() > 1 && titles.all(|title| title == first);
        let no_title = longest_field > 0 && are_alike && width < ROOMY;
        let gaps = 4 + if longest_field > 0 { 2 } else { 0 } - if no_title { 2 } else { 0 };
        let room = width.saturating_sub(gaps);
        let longest_code = longest(|e| &e.code);
        let most = (room / 3).max(CODE.min(room.saturating_sub(28))).max(4);
        let code = longest_code.clamp(4, most);
        // A title that is wrapped anyway takes no more than its longest line.
        let most_title = (room * 3 / 10).max(5);
        let titles = entries.clone().filter_map(|e| e.title.as_deref());
        let title_lines = titles.flat_map(|title| wrap(title, most_title));
        let title = match no_title {
            true => 0,
            false => title_lines
                .map(|line| line.width())
                .max()
                .unwrap_or(0)
                .max(5),
        };
        // What no detail needs is the field's.
        let spare = room.saturating_sub(code + title + longest(|e| &e.detail));
        let field = match longest_field {
            0 => 0,
            longest => longest.clamp(5, (room / 4).max(spare).max(5)),
        };
        EntryColumns {
            stacked: room < SIDE_BY_SIDE || longest_code > most,
            title,
            detail: room.saturating_sub(code + title + field).max(6),
            field,
            code,
        }
    }

    /// The names of the columns, where there are columns.
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

    /// The cells of the columns that there are.
    fn kept(&self, cells: [Cell; 4]) -> Vec<Cell> {
        let cells = cells.into_iter();
        cells.filter(|(_, width, _)| *width > 0).collect()
    }

    /// Title, detail, field and code side by side; what the API left out is a dash.
    pub fn entry(&self, entry: &ErrorLine, theme: &Theme) -> Vec<Line<'static>> {
        let text = |text: &Option<String>| match text {
            Some(text) => text.clone(),
            None => if theme.ascii { "-" } else { "–" }.to_owned(),
        };
        let title = (text(&entry.title), self.title, theme.strong());
        let mut detail = (text(&entry.detail), self.detail, Style::new());
        let field = (text(&entry.field), self.field, theme.strong());
        let code = (text(&entry.code), self.code, theme.code());
        if self.stacked {
            if let Some(field) = &entry.field {
                detail.0 = match &entry.detail {
                    Some(detail) => format!("{field}: {detail}"),
                    None => field.clone(),
                };
            }
            return self.stack(title, detail, code);
        }
        columns(&self.kept([title, detail, field, code]))
    }

    /// One above the other; the code beside the title where both fit on a line.
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

/// Says on the lower edge of a frame how many lines lie beneath it.
pub fn more<'a>(block: Block<'a>, below: usize, theme: &Theme) -> Block<'a> {
    if below == 0 {
        return block;
    }
    let arrow = if theme.ascii { "" } else { "↓ " };
    block.title_bottom(Line::raw(format!(" {arrow}{below} more ")).right_aligned())
}

/// The part of a line that is seen from a column on, with a sign where it goes on.
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

/// Hides in a finished picture what tells persons and things apart: whatever widget drew it.
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

/// The longest emoji are joined from ten; more are marks piled on one letter.
const CELL_CHARACTERS: usize = 12;

/// The signs that this program writes itself, for a terminal that has only ASCII.
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

/// The last guard: no cell of a finished picture holds a character that steers the terminal,
/// whatever widget put it there.
pub fn sweep(buffer: &mut Buffer, theme: &Theme) {
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
