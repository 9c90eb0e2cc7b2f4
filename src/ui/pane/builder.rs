//! The request being typed: method and URL, where that leads, and a tab of what goes along.

use crate::app::pane::{BuilderTab, Editing, Table};
use crate::app::{Action, Field, Painted, Pane, Spot, State};
use crate::model::{Origin, TokenRef, cut, fit, resolve, unsafe_count};
use crate::ui::paint::{area_of, tab_row};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let builder = &state.builder;
    let focused = state.focus == Pane::Request;
    let rows: Vec<Rect> = area.rows().collect();
    let Some(first) = rows.first() else { return };

    let marker = if theme.ascii { "v" } else { "▾" };
    let method = format!(" {} {marker} ", builder.method);
    let method_width = method.width() as u16;
    let url_area = Rect {
        x: first.x + method_width.min(first.width),
        width: first.width.saturating_sub(method_width),
        ..*first
    };
    let method_area = Rect {
        width: method_width.min(first.width),
        ..*first
    };
    let style = theme.code().add_modifier(Modifier::BOLD);
    frame.render_widget(Line::styled(method, style), method_area);
    let spot = Spot::Act(Action::ChooseMethod);
    painted.spots.push((area_of(method_area), spot));
    painted.spots.push((area_of(url_area), Spot::Url));
    let on_url = focused && builder.on_url;
    if matches!(builder.editing, Some(Editing::Url)) {
        frame.render_widget(builder.url.area(), url_area);
    } else {
        let text = builder.url.text();
        let style = if on_url {
            theme.selected()
        } else {
            Style::new()
        };
        let line = if text.is_empty() {
            let key = state.keymap.hint(crate::app::Action::Edit);
            let words = format!("{}, then type a URL or a path", key.unwrap_or_default());
            Line::styled(words, theme.dim())
        } else {
            Line::styled(cut(&text, url_area.width as usize), style)
        };
        frame.render_widget(line, url_area);
    }
    if let Some(second) = rows.get(1) {
        frame.render_widget(beneath_url(state, theme, second.width), *second);
    }
    if let Some(third) = rows.get(2) {
        let spot = |place| Spot::Tab(Pane::Request, place);
        tab_row(&tab_titles(state), theme, *third, frame, painted, spot);
    }
    let skip = 3.min(area.height);
    let content = Rect {
        y: area.y + skip,
        height: area.height - skip,
        ..area
    };
    match builder.tab {
        BuilderTab::Params => table(state, &builder.params, theme, content, frame, painted),
        BuilderTab::Headers => table(state, &builder.headers, theme, content, frame, painted),
        BuilderTab::Auth => auth(state, theme, content, frame, painted),
        BuilderTab::Body => body(state, theme, content, frame),
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
    let count = |rows: &[crate::model::Param]| rows.iter().filter(|r| r.enabled).count();
    let tabs = BuilderTab::ALL.iter();
    tabs.map(|tab| {
        let number = match tab {
            BuilderTab::Params => count(&builder.params.rows),
            BuilderTab::Headers => count(&builder.headers.rows),
            BuilderTab::Auth => 0,
            BuilderTab::Body => usize::from(!builder.body.is_empty()),
        };
        let title = match (tab, number) {
            (_, 0) => tab.title().to_owned(),
            (BuilderTab::Body, _) => format!("{} ·", tab.title()),
            _ => format!("{} {number}", tab.title()),
        };
        (title, *tab == builder.tab)
    })
    .collect()
}

fn table(
    state: &State,
    table: &Table,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let builder = &state.builder;
    let sign = match builder.tab {
        BuilderTab::Headers => ": ",
        _ => " = ",
    };
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    if table.rows.is_empty() {
        let words = match builder.tab {
            BuilderTab::Headers => format!(
                "No headers of your own. {} adds one, as Name: value.",
                key(crate::app::Action::AddRow)
            ),
            _ => format!(
                "No parameters. {} adds one, as name = value.",
                key(crate::app::Action::AddRow)
            ),
        };
        frame.render_widget(
            Line::styled(cut(&words, area.width as usize), theme.dim()),
            area,
        );
        return;
    }
    let names = table.rows.iter().map(|row| row.name.width());
    let name_width = names.max().unwrap_or(0).min(area.width as usize / 2);
    let top = table.list.top(area.height as usize);
    let here = state.focus == Pane::Request && !builder.on_url;
    for (rect, (number, row)) in area.rows().zip(table.rows.iter().enumerate().skip(top)) {
        let is_current = number == table.list.cursor;
        painted
            .spots
            .push((area_of(rect), Spot::Row(Pane::Request, number)));
        if let (true, Some(Editing::Row(field))) = (is_current, &builder.editing) {
            edited(field, rect, frame);
            continue;
        }
        let mark = match (row.enabled, theme.ascii) {
            (true, _) => "  ",
            (false, false) => "✗ ",
            (false, true) => "x ",
        };
        let style = match (is_current && here, row.enabled) {
            (true, _) => theme.selected(),
            (false, true) => Style::new(),
            (false, false) => theme.dim().add_modifier(Modifier::CROSSED_OUT),
        };
        let value = cut(
            &row.value,
            (area.width as usize).saturating_sub(name_width + 5),
        );
        let line = Line::from(vec![
            Span::styled(mark, theme.dim()),
            Span::styled(fit(&row.name, name_width), style),
            Span::styled(sign.to_owned(), theme.dim()),
            Span::styled(value, style),
        ]);
        frame.render_widget(line, rect);
    }
}

fn edited(field: &Field, area: Rect, frame: &mut Frame) {
    frame.render_widget(field.area(), area);
}

/// What stands in the header, and the tokens that can be chosen for it.
fn auth(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let mut rects = area.rows();
    let Some(first) = rects.next() else { return };
    let head = match state.token() {
        Some(token) => Line::from(vec![
            Span::styled("Authorization: ", theme.dim()),
            Span::raw("Bearer "),
            Span::styled(token.mask(), theme.name()),
        ]),
        None => {
            let words = "No token: the call goes without Authorization.";
            Line::styled(cut(words, area.width as usize), theme.dim())
        }
    };
    frame.render_widget(head, first);
    let builder = &state.builder;
    let here = state.focus == Pane::Request && !builder.on_url;
    let target = target(state);
    let names = state.tokens.iter().map(|token| token.name.as_str().width());
    let name_width = names.max().unwrap_or(0).max("no token".len());
    let height = area.height.saturating_sub(1) as usize;
    let top = match here {
        true => builder.tokens.top(height),
        false => 0,
    };
    let chosen = builder.auth.token();
    for (rect, number) in rects.zip(top..=state.tokens.len()) {
        let spot = Spot::Row(Pane::Request, number);
        painted.spots.push((area_of(rect), spot));
        let token = state.tokens.get(number);
        let mark = match token.map(|token| &token.name) == chosen {
            true => "* ",
            false => "  ",
        };
        let width = rect.width as usize;
        let cells = match token {
            Some(token) => token_cells(state, token, target.as_ref(), theme),
            None => [
                (String::new(), theme.dim()),
                (String::new(), theme.dim()),
                ("send without Authorization".to_owned(), theme.dim()),
            ],
        };
        let [print, source, goes] = cells;
        let name = token.map_or("no token", |token| token.name.as_str());
        let mut spans = vec![
            Span::styled(mark, theme.key()),
            Span::styled(fit(name, name_width), theme.name()),
            Span::styled(format!("  {}", fit(&print.0, 6)), print.1),
        ];
        if width >= 56 {
            spans.push(Span::styled(fit(&source.0, 9), source.1));
        }
        let used: usize = spans.iter().map(Span::width).sum();
        spans.push(Span::styled(
            cut(&goes.0, width.saturating_sub(used)),
            goes.1,
        ));
        let line = Line::from(spans);
        let line = match here && number == builder.tokens.cursor {
            true => Line::styled(fit(&line.to_string(), width), theme.selected()),
            false => line,
        };
        frame.render_widget(line, rect);
    }
}

/// Fingerprint, kind of source, and whether it may go where the call goes.
fn token_cells(
    state: &State,
    token: &TokenRef,
    target: Option<&Origin>,
    theme: &Theme,
) -> [(String, Style); 3] {
    let row = state
        .tokens_pane
        .row(&state.environment().name, &token.name);
    let print = match &token.fingerprint {
        Some(print) => format!("·{print}"),
        None => String::new(),
    };
    let source = row.and_then(|row| row.source.as_ref());
    let source = source.map_or("", |source| source.id()).to_owned();
    let own = state.environment().origin();
    let bound: Vec<&Origin> = match row.map_or(&[][..], |row| &row.origins[..]) {
        [] => own.iter().collect(),
        origins => origins.iter().collect(),
    };
    let goes = match (target, &bound[..]) {
        (None, _) | (_, []) => (String::new(), theme.dim()),
        (Some(target), bound) if bound.contains(&target) => {
            (format!("may go to {target}"), Style::new())
        }
        (Some(_), [only, ..]) => (format!("stays with {only}"), theme.trouble()),
    };
    [(print, theme.dim()), (source, theme.dim()), goes]
}

/// The host that the call goes to, as far as that is known.
fn target(state: &State) -> Option<Origin> {
    let environment = state.environment();
    match resolve(&state.builder.spec(), environment) {
        Ok(sent) => Origin::parse(&sent.url),
        Err(_) => environment.origin(),
    }
}

fn body(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) {
    let builder = &state.builder;
    let is_edited = matches!(builder.editing, Some(Editing::Body));
    let fault = builder.body_fault().filter(|_| area.height > 1);
    let mut area = area;
    if let Some(fault) = fault {
        area.height -= 1;
        let foot = Rect {
            y: area.bottom(),
            height: 1,
            ..area
        };
        let words = format!(
            "No JSON: line {}, column {}: {}",
            fault.line, fault.column, fault.what
        );
        let words = cut(&words, foot.width as usize);
        frame.render_widget(Line::styled(words, theme.trouble()), foot);
    }
    if is_edited {
        frame.render_widget(builder.body.area(), area);
        return;
    }
    if builder.body.is_empty() {
        let key = state
            .keymap
            .hint(crate::app::Action::Edit)
            .unwrap_or_default();
        let words = format!("No body. {key} here types one; JSON brings its content type.");
        frame.render_widget(
            Line::styled(cut(&words, area.width as usize), theme.dim()),
            area,
        );
        return;
    }
    let here = state.focus == Pane::Request && !builder.on_url;
    let style = if here { theme.strong() } else { Style::new() };
    for (rect, text) in area.rows().zip(builder.body.text().lines()) {
        frame.render_widget(Line::styled(cut(text, rect.width as usize), style), rect);
    }
}
