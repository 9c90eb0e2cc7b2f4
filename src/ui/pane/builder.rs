//! The request being typed: method and URL, where that leads, and a tab of what goes along.

mod auth;
mod body;
mod completion;
mod table;

use crate::app::pane::{BuilderTab, Editing};
use crate::app::{Action, Painted, Pane, Spot, State};
use crate::model::{cut, resolve, unsafe_count, wrap};
use crate::ui::paint::{area_of, tab_row};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

/// Method and URL in a row of their own, and at its end the key that sends.
pub fn draw_line(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let key = state.keymap.hint(Action::Send).unwrap_or_default();
    let send = match area.width >= 60 {
        true => format!(" {key} send "),
        false => format!(" {key} "),
    };
    let width = (send.width() as u16).min(area.width);
    let right = Rect {
        x: area.right() - width,
        width,
        ..area
    };
    let rest = Rect {
        width: area.width - width,
        ..area
    };
    call(state, theme, rest, frame, painted);
    frame.render_widget(Line::styled(send, theme.dim()), right);
    let spot = Spot::Act(Action::Send);
    painted.spots.push((area_of(right), spot));
}

/// What the URL may become, beneath the row of the call and on top of the pane there.
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
    let beneath = Rect {
        y: call.y + 1,
        height: below.bottom().saturating_sub(call.y + 1),
        ..call
    };
    let indent = method_text(state, theme).width() as u16;
    completion::draw(state, theme, beneath, indent, frame, painted);
}

fn method_text(state: &State, theme: &Theme) -> String {
    let marker = if theme.ascii { "v" } else { "▾" };
    format!(" {} {marker} ", state.builder.method)
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
    let style = theme.code().add_modifier(Modifier::BOLD);
    frame.render_widget(Line::styled(method, style), method_area);
    let spot = Spot::Act(Action::ChooseMethod);
    painted.spots.push((area_of(method_area), spot));
    painted.spots.push((area_of(url_area), Spot::Url));
    if matches!(builder.editing, Some(Editing::Url)) {
        frame.render_widget(builder.url.area(), url_area);
        return;
    }
    let text = builder.url.text();
    let style = if state.is_on_call() {
        theme.selected()
    } else {
        Style::new()
    };
    let line = if text.is_empty() {
        let key = state.keymap.hint(Action::Edit);
        let words = format!("{}, then type a URL or a path", key.unwrap_or_default());
        Line::styled(words, theme.dim())
    } else {
        // Where there is little room, what every URL begins with is left out.
        let shown = match row.width < 60 {
            true => text.strip_prefix("{{base}}").unwrap_or(&text),
            false => &text,
        };
        Line::styled(cut(shown, url_area.width as usize), style)
    };
    frame.render_widget(line, url_area);
}

pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let builder = &state.builder;
    let rows: Vec<Rect> = area.rows().collect();
    let Some(first) = rows.first() else { return };
    // Where one pane is shown, the call has a row of its own above it.
    let own = usize::from(!state.shows_one_pane());
    if own == 1 {
        call(state, theme, *first, frame, painted);
    }
    if let Some(beneath) = rows.get(own) {
        frame.render_widget(beneath_url(state, theme, beneath.width), *beneath);
    }
    if let Some(tabs) = rows.get(own + 1) {
        let spot = |place| Spot::Tab(Pane::Request, place);
        tab_row(&tab_titles(state), theme, *tabs, frame, painted, spot);
    }
    let skip = (own as u16 + 2).min(area.height);
    let content = Rect {
        y: area.y + skip,
        height: area.height - skip,
        ..area
    };
    let add = state.keymap.hint(Action::AddRow).unwrap_or_default();
    match builder.tab {
        BuilderTab::Params => {
            let empty = format!("No parameters. {add} adds one, as name = value.");
            let params = &builder.params;
            table::draw(state, params, &empty, theme, content, frame, painted);
        }
        BuilderTab::Headers => {
            let empty = format!("No headers of your own. {add} adds one, as Name: value.");
            let headers = &builder.headers;
            table::draw(state, headers, &empty, theme, content, frame, painted);
        }
        BuilderTab::Auth => auth::draw(state, theme, content, frame, painted),
        BuilderTab::Body => body::draw(state, theme, content, frame, painted),
        BuilderTab::Notes => notes(state, theme, content, frame),
    }
    if own == 1 {
        draw_candidates(state, theme, *first, area, frame, painted);
    }
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
