//! The response: its tabs, the verdict beside its bar, and below it the tab in front.

mod body;
mod call;
mod diff;
mod errors;
mod scroll;
mod timing;
mod verdict;
mod why;

pub use why::{causes, seen};

use self::call::{as_whom_and_when, call_of, call_within};
use self::errors::MARKS;
use self::scroll::more_below;
use crate::app::pane::{Measured, ResponseTab, Shown, path_of};
use crate::app::{Action, Painted, Pane, Running, Spot, State};
use crate::model::{Response, cut, visible_line, wrap};
use crate::ui::paint::{area_of, fade, tab_row};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The text on the rule of the pane: which call this response belongs to, or that it does not
/// belong to the request on the screen.
pub fn title(state: &State, width: u16) -> String {
    let width = width as usize;
    if let Some(running) = awaited(state) {
        let words = format!("{} {} · under way", running.method, path_of(&running.url));
        return if words.width() <= width {
            visible_line(&words).into_owned()
        } else {
            "under way".to_owned()
        };
    }
    let Some(shown) = &state.response.shown else {
        return String::new();
    };
    let stale = state.is_stale();
    let call = call_of(shown, state);
    let words = if stale {
        format!("not this request · {call}")
    } else {
        call
    };
    if words.width() <= width {
        return words;
    }
    let before = if stale { "not this request · " } else { "" };
    let room = width.saturating_sub(before.width());
    if let Some(call) = call_within(shown, state, room) {
        return format!("{before}{call}");
    }
    // The call line names method and path if they belong to it.
    match (stale, &state.response.of) {
        (true, _) => "not this request".to_owned(),
        (false, Some(_)) => as_whom_and_when(shown, state),
        (false, None) => cut(&words, width),
    }
}

fn awaited(state: &State) -> Option<&Running> {
    let job = state.response.awaiting?;
    state.running.iter().find(|running| running.job == job)
}

/// Draws the response, and measures how much of the tab in front was visible.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let width = area.width as usize;
    let under_way = awaited(state);
    let small = is_small(area);
    let shown = match (&state.response.shown, under_way) {
        (Some(shown), _) => shown,
        (None, Some(running)) => {
            let block = verdict::under_way(running, None, state, theme, area, small);
            let skip = if small { 0 } else { 2 };
            for (rect, line) in area.rows().skip(skip).zip(block.lines) {
                frame.render_widget(line, rect);
            }
            return;
        }
        (None, None) => {
            for (rect, line) in area.rows().skip(1).zip(empty(state, theme, width)) {
                frame.render_widget(line, rect);
            }
            return;
        }
    };
    let stale = state.is_stale();
    // In little room, the tabs are shown once another tab than the first is in front.
    let usual = if shown.says_no() {
        ResponseTab::Errors
    } else {
        ResponseTab::Body
    };
    let has_tabs = !small || state.response.tab != usual;
    let mut y = area.y;
    if has_tabs && area.height > 1 {
        let row = Rect { height: 1, ..area };
        let spot = |place| Spot::Tab(Pane::Response, place);
        tab_row(&tab_titles(state, shown), theme, row, frame, painted, spot);
        y += if small { 1 } else { 2 };
    }
    let room = Rect {
        y,
        height: area.bottom().saturating_sub(y),
        ..area
    };
    let block = match under_way {
        Some(running) => verdict::under_way(running, Some(shown), state, theme, room, small),
        None if small && has_tabs => verdict::first_line(state, shown, theme, width),
        None => verdict::block(state, shown, theme, room, small),
    };
    let bright = block.bright.map(|line| room.y + line as u16);
    let used = (block.lines.len() as u16).min(room.height);
    for (rect, line) in room.rows().zip(block.lines) {
        frame.render_widget(line, rect);
    }
    let used = (used + u16::from(!small)).min(room.height);
    let content = Rect {
        y: room.y + used,
        height: room.height - used,
        ..room
    };
    let measured = match state.response.tab {
        ResponseTab::Errors => errors::draw(state, shown, theme, content, frame),
        ResponseTab::Body => body::draw(state, shown, theme, content, frame, painted),
        ResponseTab::Headers => headers(state, shown, theme, content, frame),
        ResponseTab::Timing => timing::draw(state, shown, theme, content, frame),
        ResponseTab::Diff => diff::draw(state, shown, theme, content, frame),
        ResponseTab::Why => why::draw(state, theme, content, frame),
    };
    let left = area.x.saturating_sub(MARKS);
    let whole = Rect {
        x: left,
        width: area.right() - left,
        ..area
    };
    let last = measured.lines.saturating_sub(measured.height);
    let top = state.response.top.min(last);
    for (number, lines) in measured.entries.iter().enumerate() {
        let rows = whole.rows().skip((content.y - whole.y) as usize);
        let seen = rows
            .take(content.height as usize)
            .zip(top..)
            .filter(|(_, line)| lines.contains(line));
        let spot = Spot::Row(Pane::Response, number);
        painted
            .spots
            .extend(seen.map(|(row, _)| (area_of(row), spot)));
    }
    if stale && under_way.is_none() {
        fade_but(whole, bright, theme, frame);
    } else if under_way.is_some() && state.response.coming != state.response.awaiting {
        // What is shown below belongs to the call before.
        fade(
            Rect {
                y: content.y,
                height: content.height,
                ..whole
            },
            theme,
            frame,
        );
    }
    painted.response = measured;
}

/// Whether there is only room for the verdict and the first line below it.
fn is_small(area: Rect) -> bool {
    area.width < 54 || area.height < 12
}

/// Dims a response that does not belong to the request on the screen, except for the line that says
/// so.
fn fade_but(area: Rect, bright: Option<u16>, theme: &Theme, frame: &mut Frame) {
    for row in area.rows().filter(|row| Some(row.y) != bright) {
        fade(row, theme, frame);
    }
}

/// What to see before anything was sent: what the pane is for, and the keys that fill it.
fn empty(state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let dim = |words: &str| -> Vec<Line<'static>> {
        let lines = wrap(words, width).into_iter();
        lines.map(|text| Line::styled(text, theme.dim())).collect()
    };
    if state.waits_for_sandbox || state.opens_with_a_call {
        return dim("The sandbox is starting; its first answer comes by itself.");
    }
    let mut lines = vec![Line::raw("Nothing sent yet."), Line::default()];
    lines.extend(dim(
        "The answer will stand here: first what was said and why, then errors, body, headers and timing.",
    ));
    lines.push(Line::default());
    let key = |action| {
        let hint = if state.is_typing() {
            state.keymap.hint_while_typing(action)
        } else {
            state.keymap.hint(action)
        };
        hint.unwrap_or_default()
    };
    let rows = [
        (key(Action::Send), "sends the call above"),
        (
            "paste".to_owned(),
            "a URL, a curl command, a token, an answer, at any time",
        ),
        (key(Action::OpenPalette), "finds a call, a token, a session"),
        (key(Action::OpenHelp), "every key of this screen"),
    ];
    for (key, words) in rows {
        lines.push(Line::from(vec![
            Span::styled(format!("{key:<8}"), theme.key()),
            Span::styled(cut(words, width.saturating_sub(8)), theme.dim()),
        ]));
    }
    lines
}

fn tab_titles(state: &State, shown: &Shown) -> Vec<(String, bool)> {
    let tabs = ResponseTab::ALL.into_iter();
    tabs.map(|tab| {
        let count = match tab {
            ResponseTab::Errors => shown.errors.entries.len() + shown.errors.more,
            _ => 0,
        };
        let title = if tab == ResponseTab::Body && state.response.has_views() {
            format!("{} {}", tab.title(), shown.body.view().title())
        } else if count > 0 {
            format!("{} {count}", tab.title())
        } else {
            tab.title().to_owned()
        };
        (title, tab == state.response.tab)
    })
    .collect()
}

/// The headers of the response, then the request as it was sent.
fn headers(state: &State, shown: &Shown, theme: &Theme, area: Rect, frame: &mut Frame) -> Measured {
    let width = area.width as usize;
    let mut lines = Vec::new();
    let list = |lines: &mut Vec<Line<'static>>, headers: &crate::model::Headers| {
        for header in headers.iter() {
            let text = format!("{}: {}", header.name, header.text());
            for (part, text) in wrap(&text, width.saturating_sub(2)).into_iter().enumerate() {
                lines.push(match (part, text.split_once(": ")) {
                    (0, Some((name, value))) => Line::from(vec![
                        Span::styled(format!("{name}: "), theme.code()),
                        Span::raw(value.to_owned()),
                    ]),
                    _ => Line::raw(format!("  {text}")),
                });
            }
        }
    };
    let redirects = &shown.exchange.redirects;
    if !redirects.is_empty() {
        lines.push(Line::styled("Redirects", theme.strong()));
        for hop in redirects {
            let mut text = hop.text();
            if theme.ascii {
                text = text.replacen('→', "->", 1);
            }
            let wrapped = wrap(&text, width.saturating_sub(2)).into_iter().enumerate();
            for (part, text) in wrapped {
                let indent = if part == 0 { "" } else { "  " };
                lines.push(Line::raw(format!("{indent}{text}")));
            }
        }
        lines.push(Line::default());
    }
    if let Some(Response {
        version,
        headers,
        trailers,
        ..
    }) = shown.exchange.outcome.response()
    {
        lines.push(Line::styled(format!("Answer  {version}"), theme.strong()));
        list(&mut lines, headers);
        lines.push(Line::default());
        if trailers.iter().next().is_some() {
            lines.push(Line::styled("Trailers", theme.strong()));
            list(&mut lines, trailers);
            lines.push(Line::default());
        }
    }
    let sent = &shown.exchange.sent;
    lines.push(Line::styled("Request as it left", theme.strong()));
    for text in wrap(&format!("{} {}", sent.method, sent.url), width) {
        lines.push(Line::raw(text));
    }
    list(&mut lines, &sent.headers);
    let measured = Measured {
        lines: lines.len(),
        height: area.height as usize,
        ..Measured::default()
    };
    let top = state
        .response
        .top
        .min(measured.lines.saturating_sub(measured.height));
    for (rect, line) in area.rows().zip(lines.iter().skip(top)) {
        frame.render_widget(line, rect);
    }
    more_below(top, &measured, area, theme, frame);
    measured
}
