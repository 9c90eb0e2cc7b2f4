//! The body of the request: its kind, its media type, and its content.

use super::table;
use crate::app::pane::Editing;
use crate::app::{Action, Painted, Pane, State, pointed_lines};
use crate::model::{BodyKind, StatusClass, cut, resolve, visible_line};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Draws the body as text, rows or a file, or says how to start one.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let body = &state.builder.body;
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    let width = area.width as usize;
    if body.kind == BodyKind::None {
        let words = format!(
            "No body. {} here types one; {} makes it a form or a file.",
            key(Action::Edit),
            key(Action::ChooseBody)
        );
        frame.render_widget(Line::styled(cut(&words, width), theme.dim()), area);
        return;
    }
    let mut rects = area.rows();
    let Some(first) = rects.next() else { return };
    frame.render_widget(head(state, theme, width), first);
    let rest = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let add = key(Action::AddRow);
    match body.kind {
        BodyKind::None => {}
        BodyKind::Text => text(state, theme, rest, frame),
        BodyKind::Form => {
            let empty = format!("No rows. {add} adds one, as name = value.");
            table::draw(state, &body.form, &empty, theme, rest, frame, painted);
        }
        BodyKind::Multipart => {
            let empty = format!("No parts. {add} adds one, as name = text or name @ file.");
            table::draw(state, &body.parts, &empty, theme, rest, frame, painted);
        }
        BodyKind::File => file(state, theme, rest, frame),
    }
}

/// The kind, and the media type that is sent with it.
fn head(state: &State, theme: &Theme, width: usize) -> Line<'static> {
    let body = &state.builder.body;
    let kind = match body.kind {
        _ if body.is_preview() => "large text",
        BodyKind::Text if body.is_kept() => "text, byte for byte",
        BodyKind::Text if body.is_literal() => "data, braces stay",
        kind => kind.title(),
    };
    let sent = resolve(&state.builder.spec(), state.environment());
    let told = match sent {
        Ok(sent) => match sent.headers.get("content-type") {
            Some(media_type) => format!("Content-Type: {}", visible_line(&media_type)),
            None => "without a Content-Type".to_owned(),
        },
        // The line below the URL says what is wrong.
        Err(_) => String::new(),
    };
    let kind = cut(kind, width);
    let room = width.saturating_sub(kind.len() + 2);
    Line::from(vec![
        Span::styled(kind, theme.code()),
        Span::styled(format!("  {}", cut(&told, room)), theme.dim()),
    ])
}

fn text(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let builder = &state.builder;
    let is_edited = matches!(builder.editing, Some(Editing::Body));
    let fault = builder.body_fault().filter(|_| area.height > 1);
    let area = search_line(state, theme, area, frame);
    let foot = match (fault, builder.body.is_preview()) {
        (Some(fault), _) => {
            let words = format!(
                "No JSON: line {}, column {}: {}",
                fault.line, fault.column, fault.what
            );
            Some((words, theme.trouble()))
        }
        (None, true) => {
            let key = state.keymap.hint(Action::OpenEditor).unwrap_or_default();
            let words = format!("Only the beginning is shown; {key} opens all of it.");
            Some((words, theme.dim()))
        }
        (None, false) => None,
    };
    let mut area = area;
    if let Some((words, style)) = foot.filter(|_| area.height > 0) {
        area.height -= 1;
        let foot = Rect {
            y: area.bottom(),
            height: 1,
            ..area
        };
        let words = cut(&words, foot.width as usize);
        frame.render_widget(Line::styled(words, style), foot);
    }
    if is_edited {
        frame.render_widget(builder.body.area.area(), area);
        marks(state, theme, area, frame);
        return;
    }
    let here = state.focus == Pane::Request && !builder.on_url;
    let style = if here { theme.strong() } else { Style::new() };
    for (rect, text) in area.rows().zip(builder.body.text().lines()) {
        frame.render_widget(Line::styled(cut(text, rect.width as usize), style), rect);
    }
    marks(state, theme, area, frame);
}

/// Marks each line that an error of the response points to with the sign of its class, if lines are
/// rows and neither scrolled nor wrapped.
fn marks(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let text = state.builder.body.text();
    let fits = |line: &str| line.width() < area.width as usize;
    let is_edited = matches!(state.builder.editing, Some(Editing::Body));
    let moves = text.lines().count() > area.height as usize || !text.lines().all(fits);
    if area.x < 2 || is_edited && moves {
        return;
    }
    let class = StatusClass::ClientError;
    for line in pointed_lines(state) {
        let Some(y) = u16::try_from(line).ok().filter(|line| *line < area.height) else {
            continue;
        };
        let place = Rect {
            x: area.x - 2,
            y: area.y + y,
            width: 1,
            height: 1,
        };
        let sign = Line::styled(class.glyph(theme.ascii), theme.class(class));
        frame.render_widget(sign, place);
    }
}

/// The path, and a note that the file is read only when the call is made.
fn file(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let builder = &state.builder;
    let mut rects = area.rows();
    let Some(first) = rects.next() else { return };
    if matches!(builder.editing, Some(Editing::File)) {
        frame.render_widget(builder.body.file.area(), first);
    } else {
        let path = builder.body.file.text();
        let here = state.focus == Pane::Request && !builder.on_url;
        let line = match (path.is_empty(), here) {
            (true, _) => {
                let key = state.keymap.hint(Action::Edit).unwrap_or_default();
                let words = format!("No file. {key} types its path.");
                Line::styled(cut(&words, first.width as usize), theme.dim())
            }
            (false, true) => Line::styled(cut(&path, first.width as usize), theme.selected()),
            (false, false) => Line::raw(cut(&path, first.width as usize)),
        };
        frame.render_widget(line, first);
    }
    if let Some(second) = rects.next() {
        let words = "It is read when the call is made.";
        let words = cut(words, second.width as usize);
        frame.render_widget(Line::styled(words, theme.dim()), second);
    }
}

/// During a search, the last line shows the text and the number of matches; returns the rest of the
/// room.
pub fn search_line(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) -> Rect {
    let Some(search) = state.builder.search.as_ref().filter(|_| area.height > 1) else {
        return area;
    };
    let rest = Rect {
        height: area.height - 1,
        ..area
    };
    let line = Rect {
        y: rest.bottom(),
        height: 1,
        ..area
    };
    let found = match (search.field.is_empty(), search.current, search.count) {
        (true, ..) => String::new(),
        (_, _, 0) => "nowhere".to_owned(),
        (_, Some(current), count) => format!("{current} of {count}"),
        (_, None, 1) => "1 place".to_owned(),
        (_, None, count) => format!("{count} places"),
    };
    let label = "search: ";
    let left = (label.len() as u16).min(line.width);
    let right = (found.len() as u16 + 1).min(line.width - left);
    frame.render_widget(Line::styled(label, theme.key()), line);
    let typed = Rect {
        x: line.x + left,
        width: line.width - left - right,
        ..line
    };
    frame.render_widget(search.field.area(), typed);
    let count = Rect {
        x: typed.right() + 1.min(right),
        width: right.saturating_sub(1),
        ..line
    };
    frame.render_widget(Line::styled(found, theme.dim()), count);
    rest
}
