//! The answer: the verdict line, one plain sentence, and a tab of what it says.

mod body;
mod diff;
mod scroll;
mod timing;
mod why;

pub use why::causes;

use self::scroll::more_below;
use super::history::duration_text;
use crate::app::pane::{Measured, ResponseTab, Shown, path_of};
use crate::app::{Action, Painted, Pane, Running, Spot, State};
use crate::insight::stream::pace;
use crate::insight::{Entry, Grounds, Statement, StatusNote, error_line, request_ids};
use crate::model::{Outcome, Response, StatusClass, cut, limits, size_text, visible_line, wrap};
use crate::ui::paint::{EntryColumns, area_of, gauge, tab_row};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// `Response  GET /core/users as support · 16:14`: which call it answers, or that it is none of
/// what stands in the request.
pub fn title(state: &State, width: u16) -> String {
    let title = Pane::Response.title();
    let Some(shown) = &state.response.shown else {
        return format!(" {title} ");
    };
    let call = match state.is_stale() {
        true => "not this request".to_owned(),
        false => call_of(shown, state),
    };
    format!(
        " {} ",
        cut(
            &format!("{title}  {call}"),
            width.saturating_sub(2) as usize
        )
    )
}

/// `GET /core/users as support · 16:14:02`
fn call_of(shown: &Shown, state: &State) -> String {
    let exchange = &shown.exchange;
    let sent = &exchange.sent;
    if sent.method.is_empty() {
        return "pasted".to_owned();
    }
    let path = path_of(&sent.url);
    let token = match exchange.token() {
        Some(token) => format!(" as {}", token.name),
        None if exchange.is_received() => String::new(),
        None => " without a token".to_owned(),
    };
    let local = exchange.started_at.to_zoned(state.zone.clone());
    let at = match exchange.is_received() {
        true => String::new(),
        false => format!(
            " · {:02}:{:02}:{:02}",
            local.hour(),
            local.minute(),
            local.second()
        ),
    };
    visible_line(&format!("{} {path}{token}{at}", sent.method)).into_owned()
}

/// An answer that is none to what stands in the request steps back as a whole, all but the line
/// that says so.
fn fade(area: Rect, bright: Option<u16>, theme: &Theme, frame: &mut Frame) {
    let style = theme.ground().patch(theme.dim());
    let buffer = frame.buffer_mut();
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if Some(y) != bright
                && let Some(cell) = buffer.cell_mut((x, y))
            {
                cell.modifier = Modifier::empty();
                cell.set_style(style);
            }
        }
    }
}

/// Draws the answer, and measures how much of the tab in front there was to see.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let width = area.width as usize;
    let mut top = Vec::new();
    let awaited = state
        .response
        .awaiting
        .and_then(|job| state.running.iter().find(|running| running.job == job));
    if let Some(running) = awaited {
        top.push(progress(running, state, theme, width));
    }
    let Some(shown) = &state.response.shown else {
        if awaited.is_none() {
            top.extend(empty(state, theme, width));
        }
        for (rect, line) in area.rows().zip(top) {
            frame.render_widget(line, rect);
        }
        return;
    };
    let stale = state.is_stale();
    top.push(verdict(state, shown, theme, width));
    let bright = stale.then(|| area.y + top.len() as u16);
    if stale {
        let key = |action| state.keymap.hint(action).unwrap_or_default();
        let (send, back) = (key(Action::Send), key(Action::Back));
        let words = match width >= 60 {
            true => format!(
                "{send} sends what stands above   {back} brings back the call of this response"
            ),
            false => format!("{send} sends   {back} brings its call back"),
        };
        top.push(Line::styled(cut(&words, width), theme.strong()));
        if width < 60 {
            let call = format!("to {}", call_of(shown, state));
            top.push(Line::raw(cut(&call, width)));
        }
    }
    if area.height >= 16 {
        top.extend(ids(shown, theme, width));
    }
    let room = if area.height >= 12 { 3 } else { 1 };
    // Where there is little room, whose answer it is goes before what it means.
    let mut sentence = match stale && width < 60 {
        true => Vec::new(),
        false => wrap(&sentence(state, shown), width),
    };
    if sentence.len() > room {
        let rest = sentence.split_off(room - 1).join(" ");
        sentence.push(cut(&rest, width));
    }
    top.extend(sentence.into_iter().map(Line::raw));
    let tab_place = top.len();
    top.push(Line::default());
    if area.height >= 12 {
        top.push(Line::default());
    }
    let used = (top.len() as u16).min(area.height);
    for (rect, line) in area.rows().zip(top) {
        frame.render_widget(line, rect);
    }
    if let Some(row) = area.rows().nth(tab_place) {
        let spot = |place| Spot::Tab(Pane::Response, place);
        tab_row(&tab_titles(state, shown), theme, row, frame, painted, spot);
    }
    let content = Rect {
        y: area.y + used,
        height: area.height - used,
        ..area
    };
    let measured = match state.response.tab {
        ResponseTab::Errors => errors(state, shown, theme, content, frame),
        ResponseTab::Body => body::draw(state, shown, theme, content, frame, painted),
        ResponseTab::Headers => headers(state, shown, theme, content, frame),
        ResponseTab::Timing => timing::draw(state, shown, theme, content, frame),
        ResponseTab::Diff => diff::draw(state, shown, theme, content, frame),
        ResponseTab::Why => why::draw(state, theme, content, frame),
    };
    let last = measured.lines.saturating_sub(measured.height);
    let top = state.response.top.min(last);
    for (number, lines) in measured.entries.iter().enumerate() {
        let seen = content
            .rows()
            .zip(top..)
            .filter(|(_, line)| lines.contains(line));
        let spot = Spot::Row(Pane::Response, number);
        painted
            .spots
            .extend(seen.map(|(row, _)| (area_of(row), spot)));
    }
    if stale {
        fade(area, bright, theme, frame);
    }
    painted.response = measured;
}

fn empty(state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let key = state.keymap.hint(Action::Send).unwrap_or_default();
    let words = if state.waits_for_sandbox || state.opens_with_a_call {
        "The sandbox is starting; its first answer comes by itself.".to_owned()
    } else {
        format!(
            "The answer will stand here: what the API said, why, and what to check. {key} sends the request."
        )
    };
    wrap(&words, width)
        .into_iter()
        .map(|text| Line::styled(text, theme.dim()))
        .collect()
}

/// The spinner, the time and the bytes of a call under way.
fn progress(running: &Running, state: &State, theme: &Theme, width: usize) -> Line<'static> {
    let elapsed = state.now.duration_since(running.began).as_millis().max(0) as u64;
    let frames = if theme.ascii {
        ["-", "\\", "|", "/"]
    } else {
        ["◐", "◓", "◑", "◒"]
    };
    let spinner = frames[(elapsed / 100) as usize % frames.len()];
    let stop = state.keymap.hint(Action::Back).unwrap_or_default();
    let progress = running.progress;
    if let Some(pause) = progress.pause {
        let tries = match pause.next_try {
            1 => String::new(),
            next => format!(", try {next} of {}", limits::TRIES),
        };
        let words = format!(
            "{spinner} goes again in {} s{tries}  {stop} ends the wait  {} {}",
            pause.left.as_secs() + 1,
            running.method,
            running.url,
        );
        return Line::styled(cut(&words, width), theme.strong());
    }
    let received = match (progress.received, progress.announced) {
        (0, _) => "waiting".to_owned(),
        (bytes, None) => size_text(bytes),
        (bytes, Some(all)) => format!(
            "{} {} of {}",
            gauge(bytes as f64 / all as f64, GAUGE, theme),
            size_text(bytes),
            size_text(all)
        ),
    };
    let words = format!(
        "{spinner} {:.1} s  {received}  {stop} stops  {} {}",
        elapsed as f64 / 1_000.0,
        running.method,
        running.url,
    );
    Line::styled(cut(&words, width), theme.strong())
}

/// Columns of the gauge of a call under way.
const GAUGE: usize = 12;

/// `▲ 403 Forbidden   82 ms   214 B   application/json`
fn verdict(state: &State, shown: &Shown, theme: &Theme, width: usize) -> Line<'static> {
    let exchange = &shown.exchange;
    let headline = exchange.outcome.headline();
    let class = exchange.outcome.looks();
    let name = match &exchange.outcome {
        Outcome::Answered(_) => visible_line(&headline).into_owned(),
        Outcome::Failed(failure) => format!("{}  {}", visible_line(&headline), failure.cause.id()),
    };
    let badge = format!(
        " {} {} ",
        class.glyph(theme.ascii),
        cut(name.trim_end(), width.saturating_sub(6))
    );
    let mut facts = vec![duration_text(exchange.took)];
    if exchange.is_received() {
        facts = vec!["pasted, nothing was sent".to_owned()];
    } else if exchange.environment != state.environment().name {
        // The answer stays when another environment is chosen; it must not pass for that one's.
        facts.insert(0, format!("from {}", exchange.environment));
    }
    if let Some(response) = exchange.outcome.response() {
        facts.push(response.size_text());
        facts.extend(match exchange.token() {
            Some(token) => Some(format!("as {}", token.name)),
            None => (!exchange.is_received()).then(|| "no token".to_owned()),
        });
        facts.extend(response.headers.media_type());
        facts.extend(pace(exchange));
    }
    if exchange.attempts > 1 {
        facts.push(format!("sent {} times", exchange.attempts));
    }
    if state.is_stale() {
        facts = match width >= 60 {
            true => vec![format!("to {}", call_of(shown, state))],
            false => vec!["not this request".to_owned()],
        };
    }
    if !exchange.unverified.is_empty() {
        facts.insert(0, "CERTIFICATE NOT CHECKED".to_owned());
    }
    let room = width.saturating_sub(badge.width() + 1);
    Line::from(vec![
        Span::styled(badge, theme.badge(class)),
        Span::raw(" "),
        Span::styled(cut(&format!("  {}", facts.join("   ")), room), theme.dim()),
    ])
}

/// Under which ids the other side has written the call down.
fn ids(shown: &Shown, theme: &Theme, width: usize) -> Option<Line<'static>> {
    let ids = request_ids(&shown.exchange).into_iter();
    let ids: Vec<String> = ids.map(|(name, value)| format!("{name} {value}")).collect();
    let words = cut(&ids.join("   "), width);
    (!ids.is_empty()).then(|| Line::styled(words, theme.dim()))
}

/// What it means, in the catalogue's words or the failure's own.
fn sentence(state: &State, shown: &Shown) -> String {
    match &shown.exchange.outcome {
        Outcome::Failed(failure) => failure.message.clone(),
        Outcome::Answered(response) => match state
            .catalogue
            .beside(&shown.knowledge)
            .answer(&shown.exchange, &shown.errors.entries)
        {
            Some(note) => note.meaning.text,
            None => unknown_status(response.status),
        },
    }
}

fn unknown_status(status: u16) -> String {
    let says = match StatusClass::of(status) {
        StatusClass::Informational => "the server is still at it",
        StatusClass::Success => "it worked",
        StatusClass::Redirection => "the answer is elsewhere",
        StatusClass::ClientError => "something in the request is refused",
        StatusClass::ServerError => "the server failed",
        StatusClass::Nonstandard | StatusClass::NoAnswer => "HTTP gives this number no meaning",
    };
    format!("The catalogue does not know status {status}; by its class, {says}.")
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

/// The entries, then what the status means and what to do about it.
fn errors(state: &State, shown: &Shown, theme: &Theme, area: Rect, frame: &mut Frame) -> Measured {
    let width = area.width as usize;
    let mut lines: Vec<Line> = Vec::new();
    let mut ranges = Vec::new();
    let entries = &shown.errors.entries;
    if !entries.is_empty() {
        let rows: Vec<_> = entries.iter().map(error_line).collect();
        let columns = EntryColumns::new(rows.iter(), width.saturating_sub(2));
        if let Some(titles) = columns.header(theme) {
            let mut header = vec![Span::raw("  ")];
            header.extend(titles.spans);
            lines.push(Line::from(header));
        }
        for (number, (entry, row)) in entries.iter().zip(&rows).enumerate() {
            let from = lines.len();
            let is_open = state.response.open.contains(&number);
            let is_current =
                state.focus == Pane::Response && number == state.response.entries.cursor;
            let mark = match (is_open, theme.ascii) {
                (true, false) => "▾ ",
                (false, false) => "▸ ",
                (true, true) => "v ",
                (false, true) => "> ",
            };
            for (part, line) in columns.entry(row, theme).into_iter().enumerate() {
                let mark = if part == 0 { mark } else { "  " };
                let style = if is_current && part == 0 {
                    theme.selected()
                } else {
                    theme.dim()
                };
                let mut spans = vec![Span::styled(mark, style)];
                spans.extend(line.spans);
                lines.push(Line::from(spans));
            }
            if is_open {
                lines.extend(opened(state, shown, entry, theme, width));
            }
            ranges.push(from..lines.len());
        }
    }
    if let Outcome::Failed(failure) = &shown.exchange.outcome {
        lines.extend(section("What to try", theme));
        lines.extend(bullet(&failure.hint, width));
    }
    for note in &shown.errors.notes {
        let place = match (note.line, note.column) {
            (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
            _ => String::new(),
        };
        lines.extend(paragraph(
            &format!("{}{place}", note.message),
            width,
            theme.dim(),
        ));
    }
    let outcome = &shown.exchange.outcome;
    let here = state.catalogue.beside(&shown.knowledge);
    if let Outcome::Answered(response) = outcome
        && entries.is_empty()
        && response.status < 400
    {
        lines.extend(paragraph("No errors in this answer.", width, Style::new()));
    }
    if let Some(note) = here.answer(&shown.exchange, entries) {
        lines.extend(status_help(&note, width, theme));
    }
    let measured = Measured {
        lines: lines.len(),
        height: area.height as usize,
        entries: ranges,
        ..Measured::default()
    };
    let last = measured.lines.saturating_sub(measured.height);
    let top = state.response.top.min(last);
    for (rect, line) in area.rows().zip(lines.iter().skip(top)) {
        frame.render_widget(line, rect);
    }
    more_below(top, &measured, area, theme, frame);
    measured
}

/// All there is to say about one entry, beneath it.
fn opened(
    state: &State,
    shown: &Shown,
    entry: &Entry,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut add = |name, text: Option<String>| {
        if let Some(text) = text {
            rows.push((name, text));
        }
    };
    add("pointer", entry.pointer.clone());
    add("parameter", entry.parameter.clone());
    add("status", entry.status.clone());
    add("links", entry.links.as_ref().map(ToString::to_string));
    add("meta", entry.meta.as_ref().map(ToString::to_string));
    if let Some(code) = &entry.code {
        let status = shown.exchange.outcome.status();
        match state.catalogue.beside(&shown.knowledge).code(code, status) {
            Some(note) => {
                add("code says", Some(with_grounds(&note.meaning)));
                for check in &note.checks {
                    add("check", Some(check.text.clone()));
                }
            }
            None => add(
                "code says",
                Some("The catalogue does not know this code.".to_owned()),
            ),
        }
    }
    add("read as", Some(entry.origin.id().to_owned()));
    if !entry.raw.is_empty() {
        add("raw", Some(entry.raw.clone()));
    }
    let mut lines = Vec::new();
    for (name, text) in rows {
        for (part, text) in wrap(&text, width.saturating_sub(16))
            .into_iter()
            .enumerate()
        {
            let name = if part == 0 { name } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("    {name:<10}  "), theme.dim()),
                Span::raw(text),
            ]));
        }
    }
    lines
}

fn status_help(note: &StatusNote, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut list = |title: &str, statements: &[Statement], text: fn(&Statement) -> String| {
        if !statements.is_empty() {
            lines.extend(section(title, theme));
            for statement in statements {
                lines.extend(bullet(&text(statement), width));
            }
        }
    };
    // Advice claims nothing; what is said of the API says how surely it is known.
    list("What to check next", &note.checks, |s| s.text.clone());
    list("Why it happens", &note.reasons, with_grounds);
    list("Whom to ask", &note.ask, |s| s.text.clone());
    if !note.see.is_empty() {
        let see: Vec<String> = note.see.iter().map(u16::to_string).collect();
        lines.extend(section("See also", theme));
        lines.extend(bullet(&format!("status {}", see.join(", ")), width));
    }
    lines
}

/// Statements that are not documented say so.
fn with_grounds(statement: &Statement) -> String {
    match &statement.grounds {
        Grounds::Documented(_) => statement.text.clone(),
        Grounds::Observed(source) => format!("{} (seen: {source})", statement.text),
        Grounds::Inferred => format!("{} (our reading)", statement.text),
    }
}

fn section(title: &str, theme: &Theme) -> Vec<Line<'static>> {
    vec![
        Line::default(),
        Line::styled(title.to_owned(), theme.strong()),
    ]
}

fn paragraph(text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    wrap(text, width)
        .into_iter()
        .map(|text| Line::styled(text, style))
        .collect()
}

fn bullet(text: &str, width: usize) -> Vec<Line<'static>> {
    let lines = wrap(text, width.saturating_sub(2)).into_iter().enumerate();
    lines
        .map(|(part, text)| Line::raw(format!("{}{text}", if part == 0 { "- " } else { "  " })))
        .collect()
}

/// The headers of the answer, then the request as it left.
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
