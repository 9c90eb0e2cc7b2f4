//! A short list on top of the panes: below the word that it changes, if there is one.

use crate::app::pane::{Choice, Dialog};
use crate::app::{Action, Painted, Spot};
use crate::model::{StatusClass, cut, fit};
use crate::ui::paint::{area_of, frame, more};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// From this many columns on, lists have a frame; with fewer they fill the room below the header.
const FRAMED: u16 = 60;
/// From this many columns on, they open below their word; with fewer they take the full width.
const BENEATH: u16 = 120;
/// Columns between the columns of a list.
const GAP: usize = 3;

/// The place below the word that it changes; high enough for all rows, even while few of them
/// match.
pub fn place(dialog: &Dialog, screen: Rect, painted: &Painted) -> Rect {
    let below = Rect {
        y: screen.y + 1.min(screen.height),
        height: screen.height.saturating_sub(1),
        ..screen
    };
    if screen.width < FRAMED {
        return below;
    }
    let rows = dialog.choices.len() + above(dialog, screen.height) + behind(dialog, screen.height);
    let height = ((rows + 2).min(below.height as usize)) as u16;
    let is_picker = dialog.typed.is_some();
    if screen.width < BENEATH && is_picker {
        return Rect { height, ..below };
    }
    let widest: usize = widths(dialog).iter().map(|width| width + GAP).sum();
    let edge = if is_picker { 46 } else { 0 };
    let width = (widest + 6).max(dialog.title.width() + 24).max(edge);
    let width = width.min(screen.width as usize) as u16;
    let word = dialog.under.and_then(|action| word(action, painted));
    let x = match word {
        Some(x) => x.saturating_sub(1).min(screen.width - width),
        None => (screen.width - width) / 2,
    };
    Rect {
        x: screen.x + x,
        y: below.y,
        width,
        height,
    }
}

/// The column of the first word on the screen that belongs to an action.
fn word(action: Action, painted: &Painted) -> Option<u16> {
    let mut spots = painted.spots.iter();
    let found = spots.find(|(_, spot)| *spot == Spot::Act(action));
    found.map(|(area, _)| area.x)
}

/// Lines above the rows: the typed text, a blank line, the names of the columns.
fn above(dialog: &Dialog, height: u16) -> usize {
    let air = usize::from(height >= 16);
    if dialog.typed.is_some() {
        1 + air + usize::from(!dialog.heads.is_empty())
    } else {
        0
    }
}

/// Blank lines before the rows that open something new, and at the end.
fn behind(dialog: &Dialog, height: u16) -> usize {
    let air = usize::from(height >= 16 && dialog.typed.is_some());
    air + air * usize::from(dialog.choices.iter().any(Choice::leads_on))
}

fn cells(choice: &Choice) -> impl Iterator<Item = &str> {
    std::iter::once(choice.label.as_str()).chain(choice.note.split('\t'))
}

/// The width of each column.
fn widths(dialog: &Dialog) -> Vec<usize> {
    let mut widths: Vec<usize> = dialog.heads.iter().map(|head| head.width()).collect();
    for choice in &dialog.choices {
        // A row of another kind has one cell, which may be longer than the first column.
        let is_row = dialog.heads.is_empty() || choice.note.contains('\t');
        for (place, text) in cells(choice).enumerate().filter(|_| is_row) {
            // A status gets its sign.
            let width = text.width() + if status(text).is_some() { 2 } else { 0 };
            match widths.get_mut(place) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    widths
}

/// The status class of a cell that begins with a status.
fn status(text: &str) -> Option<StatusClass> {
    let number = text.get(..3)?;
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    let ends = matches!(text.as_bytes().get(3), None | Some(b' '));
    (is_number && ends).then(|| {
        number
            .parse()
            .map_or(StatusClass::Nonstandard, StatusClass::of)
    })
}

/// Draws the list and makes each row clickable.
pub fn draw(dialog: &Dialog, theme: &Theme, area: Rect, screen: &mut Frame, painted: &mut Painted) {
    let framed = screen.area().width >= FRAMED;
    let (fits, all) = dialog.count();
    let counted = match (&dialog.typed, fits == all) {
        (Some(_), false) => format!(" {fits} of {all} fit "),
        _ => String::new(),
    };
    let room = (area.width as usize).saturating_sub(counted.width() + 6);
    let title = cut(&dialog.title, room);
    let height = screen.area().height;
    let mut inside = if framed {
        let title = Line::styled(format!(" {title} "), theme.strong());
        let block = frame(title, true, theme);
        let block = block.title(Line::styled(counted, theme.dim()).right_aligned());
        let inside = block.inner(area);
        let lists =
            (inside.height as usize).saturating_sub(above(dialog, height) + behind(dialog, height));
        let below = dialog
            .rows()
            .count()
            .saturating_sub(dialog.list.top(lists) + lists);
        screen.render_widget(more(block, below, theme), area);
        let inner = u16::from(dialog.typed.is_some());
        Rect {
            x: inside.x + inner,
            width: inside.width.saturating_sub(2 * inner),
            ..inside
        }
    } else {
        let head = Rect {
            height: 1.min(area.height),
            ..area
        };
        let line = Line::styled(format!(" {title}"), theme.strong());
        screen.render_widget(line, head);
        let count = Line::styled(counted, theme.dim()).right_aligned();
        screen.render_widget(count, head);
        Rect {
            x: area.x,
            y: area.y + head.height,
            width: area.width,
            height: area.height - head.height,
        }
    };
    let mut skip = |lines: usize| {
        let lines = (lines as u16).min(inside.height);
        let row = Rect {
            height: 1.min(inside.height),
            ..inside
        };
        inside.y += lines;
        inside.height -= lines;
        row
    };
    let air = usize::from(height >= 16);
    if let Some(typed) = &dialog.typed {
        let row = skip(1);
        let sign = if theme.ascii { " > " } else { " › " };
        screen.render_widget(Line::styled(sign, theme.dim()), row);
        let field = Rect {
            x: row.x + 3.min(row.width),
            width: row.width.saturating_sub(4),
            ..row
        };
        screen.render_widget(typed.area(), field);
        skip(air);
    }
    let widths = widths(dialog);
    if dialog.typed.is_some() && !dialog.heads.is_empty() {
        let row = skip(1);
        let heads = dialog.heads.iter().zip(&widths);
        let heads: String = heads.map(|(head, width)| fit(head, width + GAP)).collect();
        let heads = cut(heads.trim_end(), (row.width as usize).saturating_sub(4));
        screen.render_widget(Line::styled(format!("   {heads}"), theme.dim()), row);
    }
    let rows = (inside.height as usize).saturating_sub(behind(dialog, height));
    let top = dialog.list.top(rows);
    let mut y = inside.y;
    let mut before = false;
    // Said above what adds one, which always fits.
    if fits == 0 && dialog.choices.iter().any(|choice| !choice.leads_on()) && rows > 1 {
        let rect = Rect {
            y,
            height: 1,
            ..inside
        };
        screen.render_widget(Line::styled("   Nothing fits that.", theme.dim()), rect);
        y += 1 + air as u16;
    }
    for (number, choice) in dialog.rows().enumerate().skip(top).take(rows) {
        if choice.leads_on() && !before && air > 0 && dialog.typed.is_some() && number > top {
            y += 1;
        }
        before = choice.leads_on();
        if y >= inside.bottom() {
            break;
        }
        let rect = Rect {
            y,
            height: 1,
            ..inside
        };
        let is_current = number == dialog.list.cursor;
        let line = line(
            dialog,
            choice,
            &widths,
            is_current,
            rect.width as usize,
            theme,
        );
        screen.render_widget(line, rect);
        painted.spots.push((area_of(rect), Spot::Choice(number)));
        y += 1;
    }
}

fn line(
    dialog: &Dialog,
    choice: &Choice,
    widths: &[usize],
    is_current: bool,
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let in_columns = dialog.heads.is_empty() || choice.note.contains('\t');
    let mark = match (is_current && dialog.typed.is_some(), theme.ascii) {
        (true, true) => " > ",
        (true, false) => " ▸ ",
        (false, _) if dialog.typed.is_some() => "   ",
        (false, _) => " ",
    };
    let mut spans = vec![Span::raw(mark)];
    let texts: Vec<&str> = cells(choice).collect();
    let last = texts.iter().rposition(|text| !text.is_empty()).unwrap_or(0);
    for (place, text) in texts.into_iter().enumerate().take(last + 1) {
        let room = if in_columns {
            widths.get(place).copied().unwrap_or(0)
        } else {
            text.width()
        };
        let class = status(text).filter(|_| place > 0);
        let (text, style) = match (class, place) {
            (Some(class), _) => {
                let sign = class.glyph(theme.ascii);
                (format!("{} {text}", fit(sign, 1)), theme.class(class))
            }
            (None, 0) if choice.leads_on() => (text.to_owned(), theme.key()),
            (None, 0) => (text.to_owned(), Style::new()),
            (None, _) => (text.to_owned(), theme.dim()),
        };
        let text = if place == last {
            text
        } else {
            fit(&text, room + GAP)
        };
        spans.push(Span::styled(text, style));
    }
    let text = Line::from(spans.clone()).to_string();
    if is_current {
        Line::styled(fit(text.trim_end(), width), theme.selected())
    } else {
        Line::from(crate::ui::paint::clip(spans, 0, width))
    }
}
