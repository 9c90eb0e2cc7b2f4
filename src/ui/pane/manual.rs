//! The manual: its topics, or the page of one.

use crate::app::pane::{LineKind, Manual};
use crate::app::{Painted, Spot};
use crate::model::{cut, fit, wrap};
use crate::ui::paint::{area_of, frame, more};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The middle of the screen, with the panes still visible around it if there is room.
pub fn place(screen: Rect) -> Rect {
    let wanted = Manual::width_on(screen.width) as u16 + 4;
    let side = screen.width.saturating_sub(wanted) / 2;
    let above = if screen.height > 16 { 2 } else { 0 };
    screen.inner(Margin::new(side, above))
}

/// Draws the topics or one page, with the search line above.
pub fn draw(manual: &Manual, theme: &Theme, area: Rect, screen: &mut Frame, painted: &mut Painted) {
    let title = match manual.topic {
        Some(topic) => format!(" Manual: {} ", topic.name),
        None => " Manual ".to_owned(),
    };
    let block = frame(Line::raw(title), true, theme);
    let mut inside = block.inner(area);
    inside = inside.inner(Margin::new(1.min(inside.width / 4), 0));
    if (manual.is_typing || !manual.sought.is_empty())
        && let Some(first) = inside.rows().next()
    {
        screen.render_widget(Line::styled("/ ", theme.key()), first);
        let line = Rect {
            x: first.x + 2.min(first.width),
            width: first.width.saturating_sub(2),
            ..first
        };
        if manual.is_typing {
            screen.render_widget(manual.sought.area(), line)
        } else {
            screen.render_widget(Line::raw(manual.sought.text()), line)
        }
        inside.y += 1;
        inside.height -= 1;
    }
    let height = inside.height as usize;
    painted.sheet_height = height;
    let below = match manual.topic {
        Some(_) => page(manual, theme, inside, screen, painted),
        None => topics(manual, theme, inside, screen, painted),
    };
    screen.render_widget(more(block, below, theme), area);
}

/// Draws the topics; returns how many lines are below the visible ones.
fn topics(
    manual: &Manual,
    theme: &Theme,
    inside: Rect,
    screen: &mut Frame,
    painted: &mut Painted,
) -> usize {
    let topics = manual.topics();
    let (height, width) = (inside.height as usize, inside.width as usize);
    let top = manual.list.top(height);
    painted.sheet_lines = topics.len();
    if topics.is_empty() {
        let words = wrap("No topic has these words. Fewer letters find more.", width);
        for (rect, text) in inside.rows().zip(words) {
            screen.render_widget(Line::styled(text, theme.dim()), rect);
        }
        return 0;
    }
    for (rect, (number, topic)) in inside.rows().zip(topics.iter().enumerate().skip(top)) {
        let name = fit(topic.name, 11);
        let title = cut(topic.title(), width.saturating_sub(12));
        let line = if number == manual.list.cursor {
            Line::styled(fit(&format!("{name} {title}"), width), theme.selected())
        } else {
            Line::from(vec![
                Span::styled(name, theme.name()),
                Span::raw(format!(" {title}")),
            ])
        };
        screen.render_widget(line, rect);
        painted.spots.push((area_of(rect), Spot::Choice(number)));
    }
    topics.len().saturating_sub(top + height)
}

/// Draws the page; returns how many lines are below the visible ones.
fn page(
    manual: &Manual,
    theme: &Theme,
    inside: Rect,
    screen: &mut Frame,
    painted: &mut Painted,
) -> usize {
    let lines = manual.lines(inside.width as usize);
    let height = inside.height as usize;
    painted.sheet_lines = lines.len();
    let top = manual.top.min(lines.len().saturating_sub(height));
    let words = manual.sought.text();
    let mut in_code = false;
    let mut shown = Vec::new();
    for line in lines.iter().take(top + height) {
        let (style, ink) = match line.kind {
            _ if line.has(&words) => (theme.found(false), theme.found(false)),
            LineKind::Heading => (theme.strong(), theme.key()),
            LineKind::Code => (theme.code(), theme.code()),
            LineKind::Text => (Style::new(), theme.key()),
        };
        shown.push(if line.kind == LineKind::Code {
            Line::styled(line.text.clone(), style)
        } else {
            in_code &= !line.text.is_empty();
            inked(&line.text, &mut in_code, style, ink)
        });
    }
    for (rect, line) in inside.rows().zip(shown.into_iter().skip(top)) {
        screen.render_widget(line, rect);
    }
    lines.len().saturating_sub(top + height)
}

/// A line of a page without its backticks: what stands between them is drawn in `ink`. A column
/// behind them stays where it was, and what began on the line before goes on.
fn inked(text: &str, in_code: &mut bool, style: Style, ink: Style) -> Line<'static> {
    let style_of = |in_code: bool| if in_code { ink } else { style };
    let mut spans = Vec::new();
    let mut part = String::new();
    let mut left_out = 0;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '`' {
            spans.push(Span::styled(std::mem::take(&mut part), style_of(*in_code)));
            *in_code = !*in_code;
            left_out += 1;
            continue;
        }
        if letter == ' ' && left_out > 0 && letters.peek() == Some(&' ') {
            part.push_str(&" ".repeat(left_out));
            left_out = 0;
        }
        part.push(letter);
    }
    spans.push(Span::styled(part, style_of(*in_code)));
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Modifier;

    #[test]
    fn what_stands_between_backticks_has_another_ink_and_columns_stay() {
        let ink = Style::new().add_modifier(Modifier::BOLD);
        let mut in_code = false;
        let line = inked("| `4xx`  press `a b", &mut in_code, Style::new(), ink);
        assert_eq!(line.to_string(), "| 4xx    press a b");
        assert!(in_code);
        let bold = line.spans.iter().filter(|span| span.style == ink);
        let bold: Vec<&str> = bold.map(|span| span.content.as_ref()).collect();
        assert_eq!(bold, ["4xx", "a b"]);
        assert_eq!(
            inked("c` d", &mut in_code, Style::new(), ink).to_string(),
            "c d"
        );
        assert!(!in_code);
    }
}
