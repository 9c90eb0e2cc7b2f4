//! The palette: a line to type in, and the rows that match, each with its kind and its keys.

use crate::app::pane::{Finding, Found, Palette};
use crate::app::{Painted, Spot};
use crate::model::{cut, fit, wrap};
use crate::ui::paint::{area_of, frame, more};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The upper middle of the screen. The height does not depend on the matches, so that nothing
/// jumps.
pub fn place(palette: &Palette, screen: Rect) -> Rect {
    let width = screen.width.min(90);
    let rows = palette.rows.len().min(20) as u16;
    let above = u16::from(screen.height >= 16);
    let height = (rows + 3 + detail_lines(width)).min(screen.height - above);
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + above,
        width,
        height,
    }
}

/// Lines at the bottom for the full text of the row under the cursor.
fn detail_lines(width: u16) -> u16 {
    if width >= 76 { 1 } else { 2 }
}

/// Draws the line and the matching rows, and makes each row clickable.
pub fn draw(
    palette: &Palette,
    theme: &Theme,
    area: Rect,
    screen: &mut Frame,
    painted: &mut Painted,
) {
    let block = frame(Line::raw(" Find anything "), true, theme);
    let inside = block.inner(area);
    let mut rects = inside.rows();
    let Some(first) = rects.next() else {
        screen.render_widget(block, area);
        return;
    };
    let detail = match inside.height {
        ..6 => 0,
        _ => detail_lines(area.width),
    };
    let height = inside.height.saturating_sub(1 + detail) as usize;
    painted.sheet_height = height;
    let top = palette.list.top(height);
    let below = palette.found.len().saturating_sub(top + height);
    screen.render_widget(more(block, below, theme), area);
    let prompt = if theme.ascii { "> " } else { "› " };
    screen.render_widget(Line::styled(prompt, theme.key()), first);
    let line = Rect {
        x: first.x + 2.min(first.width),
        width: first.width.saturating_sub(2),
        ..first
    };
    screen.render_widget(palette.field.area(), line);
    if palette.found.is_empty()
        && let Some(rect) = rects.next()
    {
        let words = "  Nothing fits. Fewer letters find more.";
        let words = cut(words, rect.width as usize);
        screen.render_widget(Line::styled(words, theme.dim()), rect);
        return;
    }
    let foot = inside.rows().skip(height + 1);
    if let Some(why) = palette.picked().and_then(|finding| finding.why_not) {
        let words = format!("Not now: {why}");
        for (rect, text) in foot.zip(wrap(&words, inside.width.saturating_sub(2) as usize)) {
            screen.render_widget(Line::raw(format!(" {text}")), rect);
        }
    }
    let rects = rects.take(height);
    for (rect, (number, found)) in rects.zip(palette.found.iter().enumerate().skip(top)) {
        let Some(finding) = palette.rows.get(found.row) else {
            continue;
        };
        let line = row(finding, found, rect.width as usize, theme);
        let line = if number == palette.list.cursor {
            let text = fit(&line.to_string(), rect.width as usize);
            Line::styled(text, theme.selected())
        } else {
            line
        };
        screen.render_widget(line, rect);
        painted.spots.push((area_of(rect), Spot::Choice(number)));
    }
}

/// Draws `  send the request                    action   ^R F5`, or why it cannot be done.
fn row(finding: &Finding, found: &Found, width: usize, theme: &Theme) -> Line<'static> {
    let kind = if width >= 56 { 12 } else { 0 };
    let note = match finding.why_not {
        Some(why) => why.to_owned(),
        None => theme.key_name(&finding.note),
    };
    let room = width.saturating_sub(kind + 4);
    let label = cut(&finding.label, room * 3 / 5);
    // What cannot be done now has a sign as well: not every theme can dim.
    let (sign, style) = match finding.why_not {
        Some(_) => ("– ", theme.faint()),
        None => ("  ", Style::new()),
    };
    // Marks count characters; if some character has another width, the label stays unmarked.
    let marks: &[usize] = if label.is_ascii() || found.marks.is_empty() {
        &found.marks
    } else {
        &[]
    };
    let mut spans = vec![Span::styled(sign, style)];
    for (place, letter) in label.chars().enumerate() {
        let fits = marks.binary_search(&place).is_ok();
        let style = if fits {
            style.patch(theme.code()).add_modifier(Modifier::UNDERLINED)
        } else {
            style
        };
        spans.push(Span::styled(letter.to_string(), style));
    }
    let used = label.width();
    let gap = (room * 3 / 5).max(used) - used;
    spans.push(Span::raw(" ".repeat(gap + 2)));
    if kind > 0 {
        spans.push(Span::styled(fit(finding.kind, kind), theme.dim()));
    }
    let left = width.saturating_sub(spans.iter().map(Span::width).sum());
    spans.push(Span::styled(cut(&note, left), theme.dim()));
    Line::from(spans)
}
