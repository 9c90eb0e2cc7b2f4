//! The visible lines of the body, and only those, in their colours.

use super::scroll::more_below;
use crate::app::pane::{BodyPlace, Measured, Search, Shown};
use crate::app::{Action, Field, Painted, Pane, Spot, State, blocked};
use crate::insight::{BodyText, Mark, Script, View, picture};
use crate::model::{cut, cut_front, size_text, visible_line, wrap};
use crate::ui::json::{Token, tokens};
use crate::ui::markup;
use crate::ui::paint::{area_of, clip, in_the_corner};
use crate::ui::search_line;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Draws the body with its path, search or filter line, and measures what was visible.
pub fn draw(
    state: &State,
    shown: &Shown,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) -> Measured {
    let place = &state.response.body;
    let mut note = filter_line(state, shown, theme, area.width as usize);
    note.extend(picture_line(state, shown, theme, area.width as usize));
    let faults = fault(shown, area.width as usize).into_iter();
    note.extend(faults.map(|text| Line::styled(text, theme.trouble())));
    let above = (note.len() as u16).min(area.height);
    for (rect, line) in area.rows().zip(note) {
        frame.render_widget(line, rect);
    }
    let jq_line = jq_line(state, theme, area.width as usize);
    let asks = match &state.response.jq.field {
        Some(_) => jq_line.len() as u16 + 1,
        None => u16::from(place.search.is_some()),
    };
    let below = asks.min(area.height.saturating_sub(above + 1));
    let with_path = shown.body.has_paths() && area.height > above + below + LINES_OVER_PATH;
    let path = u16::from(with_path);
    let lines = Rect {
        y: area.y + above,
        height: area.height - above - below - path,
        ..area
    };
    if with_path {
        let foot = Rect {
            y: lines.bottom(),
            height: 1,
            ..area
        };
        draw_path(state, theme, foot, frame);
    }
    let foot = Rect {
        y: area.bottom() - below,
        height: below,
        ..area
    };
    match (&state.response.jq.field, &place.search) {
        (Some(field), _) => draw_jq(state, field, jq_line, theme, foot, frame),
        (None, Some(search)) if below > 0 => draw_search(search, theme, foot, frame),
        _ => {}
    }
    let text = &*shown.body;
    let number_width = text.len().to_string().len();
    // Several values are numbered at their first line, in the margin.
    let value_width = match text.bare_values() {
        0 => 0,
        count => format!("#{count} ").len(),
    };
    let room = (area.width as usize).saturating_sub(number_width + 2 + value_width);
    let lines = if keeps_header(text, place, lines.height) {
        let words = text.line(shown.bytes(), 0);
        let header = vec![Span::styled(
            visible_line(&words).into_owned(),
            theme.strong(),
        )];
        let mut spans = vec![Span::raw(" ".repeat(number_width + 2))];
        spans.extend(clip(header, place.left, room));
        frame.render_widget(Line::from(spans), lines);
        Rect {
            y: lines.y + 1,
            height: lines.height - 1,
            ..lines
        }
    } else {
        lines
    };
    let measured = Measured {
        lines: text.len(),
        height: lines.height as usize,
        width: room,
        entries: Vec::new(),
    };
    if text.is_empty() {
        let words = match shown.exchange.outcome.response() {
            Some(_) if shown.filtered.is_some() => "The filter finds nothing in this body.",
            Some(_) => "The answer has no body.",
            None => "No answer came, so there is no body.",
        };
        frame.render_widget(Line::styled(words, theme.dim()), lines);
        return measured;
    }
    let current = place.current(shown.bytes()).map(|range| range.start);
    let is_typing = state.response.is_searching() || state.response.jq.field.is_some();
    let has_cursor = state.focus == Pane::Response && !is_typing;
    let cursor = place.folds.seen(text, place.cursor);
    let top = place.top(text, measured.height);
    let (mut next, mut last) = (Some(top), top);
    for rect in lines.rows() {
        let Some(number) = next else { break };
        painted.spots.push((area_of(rect), Spot::Line(number)));
        let style = if has_cursor && number == cursor {
            theme.selected()
        } else {
            theme.dim()
        };
        let mut spans = vec![
            Span::styled(format!("{:>number_width$}", number + 1), style),
            Span::raw("  "),
        ];
        if value_width > 0 {
            let value = text.value_from(number).map(|value| format!("#{value}"));
            let value = format!("{:value_width$}", value.unwrap_or_default());
            spans.push(Span::styled(value, theme.strong()));
        }
        let line = line(shown, place, number, current, theme);
        spans.extend(clip(line, place.left, room));
        frame.render_widget(Line::from(spans), rect);
        last = number;
        next = place.folds.next(text, number);
    }
    // Nothing else covers a match.
    let shows_match = last == cursor && current.is_some();
    if let Some(words) = unread(state, shown) {
        in_the_corner(words, lines, theme, frame);
    } else if place.folds.is_empty() && !shows_match {
        more_below(top, &measured, lines, theme, frame);
    } else if next.is_some() && !shows_match {
        // Counting the lines would need a walk over all of them.
        let words = if theme.ascii { "more" } else { "↓ more" };
        in_the_corner(words.to_owned(), lines, theme, frame);
    }
    measured
}

/// Whether the names of the columns stay visible above scrolling lines.
fn keeps_header(text: &BodyText, place: &BodyPlace, height: u16) -> bool {
    text.is_table() && height > LINES_OVER_PATH && place.top(text, height.into()) > 0
}

/// One line in its colours, followed by what is folded.
fn line(
    shown: &Shown,
    place: &BodyPlace,
    number: usize,
    current: Option<usize>,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let (text, body) = (&*shown.body, shown.bytes());
    let found = place.search.as_ref().and_then(|s| s.found.as_ref());
    let (words, marks) = match found {
        Some(found) => text.marked_line(body, number, found),
        None => (text.line(body, number).into_owned(), Vec::new()),
    };
    let of_line = colours(text, body, number, &words);
    let mut spans = coloured(&words, &of_line, &marks, current, theme);
    if let Some(closing) = text.closing(number)
        && place.folds.is_folded(text, number)
    {
        let dots = if theme.ascii { "..." } else { "…" };
        let count = text.count(number);
        spans.push(Span::styled(format!(" {dots} {count} "), theme.strong()));
        let end = text.line(body, closing);
        let end = end.trim_start();
        spans.extend(coloured(
            end,
            &colours(text, body, closing, end),
            &[],
            None,
            theme,
        ));
    }
    spans
}

/// The tokens of the visible part of a line.
fn colours(
    text: &BodyText,
    body: &[u8],
    number: usize,
    words: &str,
) -> Vec<(std::ops::Range<usize>, Token)> {
    match text.script(body, number) {
        Script::Json => {
            let in_name = text.ends_in_name(body, number);
            tokens(words, text.begins_inside(number), in_name)
        }
        Script::Markup => markup::tokens(words),
        Script::Field => markup::field_tokens(words),
        Script::Plain => Vec::new(),
    }
}

/// The text in runs of one style: the colours of its tokens, and the marks over them.
fn coloured(
    text: &str,
    tokens: &[(std::ops::Range<usize>, Token)],
    marks: &[Mark],
    current: Option<usize>,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let mut bounds: Vec<usize> = vec![0, text.len()];
    bounds.extend(
        tokens
            .iter()
            .flat_map(|(range, _)| [range.start, range.end]),
    );
    bounds.extend(marks.iter().flat_map(|mark| [mark.at.start, mark.at.end]));
    bounds.sort_unstable();
    bounds.dedup();
    let (mut tokens, mut marks) = (tokens.iter().peekable(), marks.iter().peekable());
    let runs = bounds.windows(2).map(|run| {
        while tokens.next_if(|(range, _)| range.end <= run[0]).is_some() {}
        while marks.next_if(|mark| mark.at.end <= run[0]).is_some() {}
        let token = tokens.peek().filter(|(range, _)| range.start <= run[0]);
        let mark = marks.peek().filter(|mark| mark.at.start <= run[0]);
        let style = match (mark, token) {
            (Some(mark), _) => theme.found(current == Some(mark.start)),
            (None, Some((_, token))) => token.style(theme),
            (None, None) => Style::new(),
        };
        let text = text.get(run[0]..run[1]).unwrap_or_default();
        Span::styled(visible_line(text).into_owned(), style)
    });
    runs.collect()
}

/// What is known of a large body so far.
fn unread(state: &State, shown: &Shown) -> Option<String> {
    if !shown.body.is_head() {
        return None;
    }
    Some(match state.response.reading {
        Some((_, 0)) => "the rest is being read".to_owned(),
        Some((_, done)) => format!("the rest is being read: {done} %"),
        None => {
            let key = state.keymap.hint(Action::Last).unwrap_or_default();
            format!("this is the beginning; {key} reads the rest")
        }
    })
}

/// With no more lines than this, they get the room of the path.
const LINES_OVER_PATH: u16 = 4;

/// Draws `data › 3 › attributes › name`: the path of the value under the cursor.
fn draw_path(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let Some(path) = state.response.path() else {
        return;
    };
    let between = if theme.ascii { " > " } else { " › " };
    let words = match path.crumbs(between) {
        words if words.is_empty() => "the whole body".to_owned(),
        words => words,
    };
    let words = cut_front(&words, area.width as usize);
    frame.render_widget(Line::styled(words, theme.dim()), area);
}

/// Draws `/ text      3 of 128`.
fn draw_search(search: &Search, theme: &Theme, area: Rect, frame: &mut Frame) {
    let count = match (&search.found, search.progress) {
        (Some(found), _) if found.total() == 0 && search.event.is_some() => " event".to_owned(),
        (Some(found), _) if found.total() == 0 => " not found".to_owned(),
        (Some(found), _) => format!(" {} of {}", search.current + 1, found.total()),
        (None, Some(done)) => format!(" {done} %"),
        (None, None) => String::new(),
    };
    search_line::draw(&search.field, search.typing, count, theme, area, frame);
}

/// Draws `filter .data[] · 12 results`, and what else there is to know about them.
fn filter_line(state: &State, shown: &Shown, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let Some(filtered) = &shown.filtered else {
        return Vec::new();
    };
    let dot = if theme.ascii { "," } else { " ·" };
    let key = state.keymap.hint(Action::Back).unwrap_or_default();
    let count = format!("{dot} {}", filtered.counted());
    let way_back = format!("  {key} shows the whole body");
    let room = width.saturating_sub("filter ".len() + count.width());
    let filter = cut(&filtered.filter, room);
    let mut spans = vec![
        Span::styled("filter ", theme.dim()),
        Span::styled(filter, theme.strong()),
        Span::raw(count),
    ];
    let used: usize = spans.iter().map(Span::width).sum();
    if used + way_back.width() <= width {
        spans.push(Span::styled(way_back, theme.dim()));
    }
    let mut lines = vec![Line::from(spans)];
    for note in &filtered.notes {
        let notes = wrap(note, width).into_iter();
        lines.extend(notes.map(|text| Line::styled(text, theme.trouble())));
    }
    lines
}

/// Draws `PNG picture, 64 × 48, 154 B`, and what can be done with a body that is not text.
fn picture_line(state: &State, shown: &Shown, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    if shown.body.view() != View::Hex {
        return Vec::new();
    }
    let mut words = Vec::new();
    let found = picture(shown.bytes());
    words.push(match found {
        Some(picture) => format!("{} picture", picture.kind),
        None => "Bytes".to_owned(),
    });
    if let Some((wide, high)) = found.and_then(|picture| picture.size) {
        let by = if theme.ascii { 'x' } else { '×' };
        words.push(format!("{wide} {by} {high}"));
    }
    words.push(size_text(shown.bytes().len() as u64));
    let can_open = found.is_some() && blocked(Action::OpenBody, state).is_none();
    let (action, does) = if can_open {
        (Action::OpenBody, "opens what was saved")
    } else {
        (Action::SaveBody, "saves it to a file")
    };
    let key = state.keymap.hint(action).unwrap_or_default();
    let words = format!("{}  {key} {does}", words.join(", "));
    vec![Line::styled(cut(&words, width), theme.strong())]
}

/// What is wrong with the typed filter.
fn jq_line(state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let trouble = state.response.jq.trouble.iter();
    let lines = trouble.flat_map(|why| wrap(why, width));
    lines
        .map(|text| Line::styled(text, theme.trouble()))
        .collect()
}

/// The line to type a filter in, below what is wrong with it.
fn draw_jq(
    state: &State,
    field: &Field,
    above: Vec<Line<'static>>,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
) {
    let rows = area.height.saturating_sub(1);
    for (rect, line) in area.rows().take(rows as usize).zip(above) {
        frame.render_widget(line, rect);
    }
    let Some(row) = area.rows().next_back() else {
        return;
    };
    let stop = state.keymap.hint(Action::FieldDone).unwrap_or_default();
    let running = match state.response.jq.running {
        Some(_) => format!(" runs; {stop} ends it"),
        None => String::new(),
    };
    let width = (running.width() as u16).min(row.width.saturating_sub(3));
    frame.render_widget(Line::styled("jq ", theme.key()), row);
    let text = Rect {
        x: row.x + 3.min(row.width),
        width: row.width.saturating_sub(3 + width),
        ..row
    };
    frame.render_widget(field.area(), text);
    let right = Rect {
        x: text.right(),
        width,
        ..row
    };
    frame.render_widget(Line::styled(running, theme.dim()), right);
}

/// Where the body is not the JSON that it should be.
fn fault(shown: &Shown, width: usize) -> Vec<String> {
    let Some(fault) = shown.body.fault() else {
        return Vec::new();
    };
    let words = format!(
        "Not shown as {}: in line {}, column {}, {}.",
        fault.of, fault.line, fault.column, fault.what
    );
    wrap(&words, width)
}
