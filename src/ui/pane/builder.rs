//! The request being typed: method and URL, where that leads, and a tab for each other part.

mod auth;
mod body;
mod completion;
mod table;

use crate::app::pane::{BuilderTab, Editing};
use crate::app::{Action, Painted, Pane, Spot, State};
use crate::model::{cut, resolve, unsafe_count, wrap};
use crate::ui::band;
use crate::ui::paint::{area_of, clear, tab_row};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The request to send, over the full width: method and URL, at the right the key that sends, and
/// below it, if the band is high, where it leads.
pub fn draw_band(
    state: &State,
    theme: &Theme,
    band: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let tall = band.height >= 3;
    let bar = match (state.is_on_call(), state.environment().protected) {
        (true, _) => Some(theme.focus()),
        (false, true) => Some(theme.trouble()),
        (false, false) => None,
    };
    let row = band::ground(theme, band, bar, frame);
    let width = row.width;
    let send = send_words(state, theme, width);
    let wide = (send.width() as u16).min(row.width);
    let right = Rect {
        x: row.right() - wide,
        width: wide,
        ..row
    };
    let rest = Rect {
        width: row.width.saturating_sub(wide + 1),
        ..row
    };
    call(state, theme, rest, frame, painted);
    frame.render_widget(send, right);
    painted
        .spots
        .push((area_of(right), Spot::Act(sends_or_stops(state))));
    // At rest the band is calm: where the call leads is shown while the person is on it, or if
    // something is wrong.
    if tall && (state.is_on_call() || leads_nowhere(state)) {
        let place = Rect {
            y: row.y + 1,
            ..row
        };
        let indent = (method_text(state, theme).width() as u16).min(place.width);
        let place = Rect {
            x: place.x + indent,
            width: place.width - indent,
            ..place
        };
        let line = beneath_url(state, theme, place.width.saturating_sub(1));
        let width = (line.width() as u16 + 1).min(place.width);
        // On the lower rule, if there is one, blanks keep the words off it.
        let blank = Rect {
            x: place.x.saturating_sub(1),
            width: width + 1,
            ..place
        };
        clear(blank, theme, frame);
        frame.render_widget(line, Rect { width, ..place });
    }
}

/// The action at the right of the band.
fn sends_or_stops(state: &State) -> Action {
    if state.response.awaiting.is_some() {
        Action::Back
    } else {
        Action::Send
    }
}

/// The key and its word, as in `^R send`, or that a write asks first.
fn send_words(state: &State, theme: &Theme, width: u16) -> Line<'static> {
    if state.response.awaiting.is_some() {
        let key = state.keymap.hint(Action::Back).unwrap_or_default();
        return Line::from(vec![
            Span::styled(key, theme.key()),
            Span::styled(" stop", theme.dim()),
        ]);
    }
    let key = state.keymap.hint(Action::Send).unwrap_or_default();
    let key = Span::styled(key, theme.key());
    if width < 56 {
        return Line::from(key);
    }
    let mut spans = vec![key];
    if state.environment().protected && !state.builder.spec().is_safe() {
        spans.insert(0, Span::styled("protected   ", theme.trouble()));
        spans.push(Span::styled(" asks first", theme.dim()));
    } else {
        spans.push(Span::styled(" send", theme.dim()));
    }
    Line::from(spans)
}

/// The completions of the URL, below the call line and on top of the pane there.
pub fn draw_candidates(
    state: &State,
    theme: &Theme,
    call: Rect,
    below: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    if !state.builder.is_completing() {
        return;
    }
    let row = call.y + u16::from(call.height >= 3);
    let beneath = Rect {
        y: row + 1,
        height: below.bottom().saturating_sub(row + 1),
        ..call
    };
    let margin = if call.width >= 60 { 2 } else { 1 };
    let indent = margin + method_text(state, theme).width() as u16;
    completion::draw(state, theme, beneath, indent, frame, painted);
}

fn method_text(state: &State, theme: &Theme) -> String {
    let marker = if theme.ascii { "v" } else { "▾" };
    format!("{} {marker}  ", state.builder.method)
}

/// Method and URL.
fn call(state: &State, theme: &Theme, row: Rect, frame: &mut Frame, painted: &mut Painted) {
    let builder = &state.builder;
    let method = method_text(state, theme);
    let method_width = method.width() as u16;
    let url_area = Rect {
        x: row.x + method_width.min(row.width),
        width: row.width.saturating_sub(method_width),
        ..row
    };
    let method_area = Rect {
        width: method_width.min(row.width),
        ..row
    };
    let marker = if theme.ascii { " v" } else { " ▾" };
    let method = Line::from(vec![
        Span::styled(builder.method.clone(), theme.name()),
        Span::styled(marker, theme.key()),
    ]);
    frame.render_widget(method, method_area);
    let spot = Spot::Act(Action::ChooseMethod);
    painted.spots.push((area_of(method_area), spot));
    painted.spots.push((area_of(url_area), Spot::Url));
    let text = builder.url.text();
    if matches!(builder.editing, Some(Editing::Url)) || state.types_call() {
        frame.render_widget(builder.url.area(), url_area);
        // Next to the caret of an empty line: what the line is for.
        let used = text.width() as u16 + 2;
        if matches!(text.as_str(), "" | "{{base}}/") && used < url_area.width {
            let words = if text.is_empty() {
                "type or paste a URL, or a path"
            } else {
                "type the path"
            };
            let place = Rect {
                x: url_area.x + used,
                width: url_area.width - used,
                ..url_area
            };
            let words = cut(words, place.width as usize);
            frame.render_widget(Line::styled(words, theme.dim()), place);
        }
        return;
    }
    let line = if text.is_empty() {
        Line::styled("no URL yet", theme.dim())
    } else {
        // In little room, leave out what every URL begins with.
        let shown = if row.width < 60 {
            text.strip_prefix("{{base}}").unwrap_or(&text)
        } else {
            &text
        };
        let shown = cut(shown, url_area.width as usize);
        // Dim what every URL begins with.
        match shown.strip_prefix("{{base}}") {
            Some(rest) => Line::from(vec![
                Span::styled("{{base}}", theme.dim()),
                Span::raw(rest.to_owned()),
            ]),
            None => Line::raw(shown),
        }
    };
    frame.render_widget(line, url_area);
}

/// Draws the tabs and the one in front, and makes both clickable.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let builder = &state.builder;
    let mut rows = area.rows();
    let Some(tabs) = rows.next() else { return };
    let spot = |place| Spot::Tab(Pane::Request, place);
    tab_row(&tab_titles(state), theme, tabs, frame, painted, spot);
    // With one pane the band has no room to say where the call would go.
    if let Some(beneath) = rows.next()
        && state.shows_one_pane()
    {
        frame.render_widget(beneath_url(state, theme, beneath.width), beneath);
    }
    let skip = 2.min(area.height);
    let content = Rect {
        y: area.y + skip,
        height: area.height - skip,
        ..area
    };
    let add = state.keymap.hint(Action::AddRow).unwrap_or_default();
    match builder.tab {
        BuilderTab::Params => {
            let empty = format!("Nothing set. {add} adds a parameter, as name = value.");
            let params = &builder.params;
            table::draw(state, params, &empty, theme, content, frame, painted);
        }
        BuilderTab::Headers => {
            let empty = format!("Nothing set. {add} adds a header, as Name: value.");
            let headers = &builder.headers;
            table::draw(state, headers, &empty, theme, content, frame, painted);
        }
        BuilderTab::Auth => auth::draw(state, theme, content, frame, painted),
        BuilderTab::Body => body::draw(state, theme, content, frame, painted),
        BuilderTab::Notes => notes(state, theme, content, frame),
    }
}

/// Whether the request cannot be sent as it is.
fn leads_nowhere(state: &State) -> bool {
    let environment = state.environment();
    let waits = environment.sandbox && environment.base_url.is_empty();
    let hidden = unsafe_count(&state.builder.url.text()) > 0;
    waits || hidden || resolve(&state.builder.spec(), environment).is_err()
}

/// Where the call would go, or why it cannot.
fn beneath_url(state: &State, theme: &Theme, width: u16) -> Line<'static> {
    let width = width as usize;
    let hidden = unsafe_count(&state.builder.url.text());
    if hidden > 0 {
        let words = format!("contains {hidden} invisible characters");
        return Line::styled(cut(&words, width), theme.trouble());
    }
    let environment = state.environment();
    if environment.sandbox && environment.base_url.is_empty() {
        let words = if state.sandbox_starting {
            "the sandbox is starting"
        } else {
            "the sandbox is not running; sending starts it"
        };
        return Line::styled(cut(words, width), theme.dim());
    }
    match resolve(&state.builder.spec(), environment) {
        Ok(sent) => {
            let arrow = if theme.ascii { "> " } else { "→ " };
            Line::styled(cut(&format!("{arrow}{}", sent.url), width), theme.dim())
        }
        Err(failure) => {
            let why = failure.message.trim_start_matches("Nothing was sent: ");
            Line::styled(cut(why, width), theme.trouble())
        }
    }
}

fn tab_titles(state: &State) -> Vec<(String, bool)> {
    let builder = &state.builder;
    let tabs = BuilderTab::ALL.iter();
    tabs.map(|tab| {
        let body = &builder.body;
        let number = match tab {
            BuilderTab::Params => builder.params.count(),
            BuilderTab::Headers => builder.headers.count(),
            BuilderTab::Auth | BuilderTab::Notes => 0,
            BuilderTab::Body => body.count().unwrap_or(0),
        };
        let title = match (tab, number) {
            (BuilderTab::Notes, _) if !builder.notes.is_empty() => format!("{} ·", tab.title()),
            (BuilderTab::Body, 0) if !body.is_empty() => format!("{} ·", tab.title()),
            (_, 0) => tab.title().to_owned(),
            _ => format!("{} {number}", tab.title()),
        };
        (title, *tab == builder.tab)
    })
    .collect()
}

fn notes(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let builder = &state.builder;
    let area = body::search_line(state, theme, area, frame);
    if matches!(builder.editing, Some(Editing::Notes)) {
        frame.render_widget(builder.notes.area(), area);
        return;
    }
    let here = state.focus == Pane::Request && !builder.on_url;
    let width = area.width as usize;
    let lines: Vec<Line> = if builder.notes.is_empty() {
        let key = state.keymap.hint(Action::Edit).unwrap_or_default();
        let words = format!(
            "No notes. {key} here types some: they are kept with the call and in its session, and never sent."
        );
        let words = wrap(&words, width).into_iter();
        words.map(|line| Line::styled(line, theme.dim())).collect()
    } else {
        let style = if here { theme.strong() } else { Style::new() };
        let text = builder.notes.text();
        let lines = text.lines().flat_map(|line| wrap(line, width));
        lines.map(|line| Line::styled(line, style)).collect()
    };
    for (rect, line) in area.rows().zip(lines) {
        frame.render_widget(line, rect);
    }
}
