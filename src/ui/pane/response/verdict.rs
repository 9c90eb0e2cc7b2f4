//! The verdict: what came, what it means, how sure that is, and what is needed, beside a bar in the
//! colour of its class. It has the same height on every tab of one response.

use super::super::history::duration_text;
use super::call::{as_whom_and_when, call_of};
use crate::app::pane::Shown;
use crate::app::{Action, Pane, Running, State, blocked};
use crate::insight::stream::pace;
use crate::insight::{Verdict, request_ids};
use crate::model::{Outcome, StatusClass, cut, limits, size_text, visible_line, wrap};
use crate::ui::paint::{barred, gauge, sign};
use crate::ui::theme::Theme;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Columns of the bar.
const BAR: usize = 2;

/// Columns before a named thing.
const LABEL: usize = 9;

/// The lines of a block, and the one that stays bright while the others are dimmed.
pub struct Block {
    pub lines: Vec<Line<'static>>,
    pub bright: Option<usize>,
}

/// The verdict on a response.
pub fn block(state: &State, shown: &Shown, theme: &Theme, area: Rect, small: bool) -> Block {
    let width = (area.width as usize).saturating_sub(BAR);
    let stale = state.is_stale();
    let mut lines = vec![status(state, shown, theme, width)];
    if area.width >= 80 && area.height >= 30 {
        lines.push(Line::default());
    }
    let mut bright = None;
    if stale && small {
        let call = format!("to {}", call_of(shown, state));
        lines.extend(some(&call, width, 2, Style::new()));
    } else {
        let most = if small || area.height >= 14 { 3 } else { 1 };
        lines.extend(some(&sentence(state, shown), width, most, theme.strong()));
    }
    if stale {
        bright = Some(lines.len());
        lines.push(way_back(state, theme, width));
    } else if !small {
        lines.extend(how_sure(state, shown, theme, width));
    }
    if area.height >= 14 && !small {
        lines.extend(named(state, shown, theme, width));
        lines.extend(ids(shown, theme, width));
    }
    let class = shown.exchange.outcome.looks();
    Block {
        lines: barred(lines, theme.class(class), theme),
        bright,
    }
}

/// What came, when there is no room for more.
pub fn first_line(state: &State, shown: &Shown, theme: &Theme, width: usize) -> Block {
    let class = shown.exchange.outcome.looks();
    let line = status(state, shown, theme, width.saturating_sub(BAR));
    Block {
        lines: barred(vec![line], theme.class(class), theme),
        bright: None,
    }
}

/// As much of a text as fits in some lines.
fn some(text: &str, width: usize, most: usize, style: Style) -> Vec<Line<'static>> {
    let mut lines = wrap(text, width);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(cut(&rest, width));
    }
    let lines = lines.into_iter();
    lines.map(|text| Line::styled(text, style)).collect()
}

/// `▲ 403 Forbidden   82 ms   214 B   json                      Cutover`
fn status(state: &State, shown: &Shown, theme: &Theme, width: usize) -> Line<'static> {
    let exchange = &shown.exchange;
    let headline = exchange.outcome.headline();
    let headline = visible_line(&headline);
    let class = exchange.outcome.looks();
    let refused = exchange.outcome.is_refused();
    let sign = sign(exchange.outcome.class(), refused, theme);
    let name = match &exchange.outcome {
        Outcome::Answered(_) if refused => format!("{headline}, but refused"),
        Outcome::Answered(_) => headline.into_owned(),
        Outcome::Failed(failure) => format!("{headline}  {}", failure.cause.id()),
    };
    let name = cut(&format!("{sign} {}", name.trim_end()), width);
    let whose = if exchange.is_received() {
        None
    } else {
        Some(shown.knowledge.title().unwrap_or("unknown API"))
    };
    let room = width.saturating_sub(name.width());
    let facts = facts(state, shown, width);
    let facts = match (width, facts.as_slice()) {
        // The time it took stands at the right when nothing else fits.
        (..54, [took, ..]) if !state.is_stale() && took.width() + 2 <= room => {
            format!("{took:>room$}")
        }
        _ => cut(&format!("   {}", facts.join("   ")), room),
    };
    let left = room.saturating_sub(facts.width());
    let mut spans = vec![
        Span::styled(name, theme.class(class)),
        Span::styled(facts, theme.dim()),
    ];
    // Whose knowledge judges it.
    if let Some(whose) = whose.map(visible_line)
        && whose.width() + 3 <= left
        && !state.is_stale()
        && width >= 60
    {
        spans.push(Span::raw(" ".repeat(left - whose.width())));
        spans.push(Span::styled(whose.into_owned(), theme.dim()));
    }
    Line::from(spans)
}

fn facts(state: &State, shown: &Shown, width: usize) -> Vec<String> {
    let exchange = &shown.exchange;
    if state.is_stale() {
        return match width {
            ..40 => vec!["not this request".to_owned()],
            40..80 => vec![format!("to {}", call_of(shown, state))],
            _ => Vec::new(),
        };
    }
    let mut facts = Vec::new();
    if !exchange.unverified.is_empty() {
        facts.push("CERTIFICATE NOT CHECKED".to_owned());
    }
    if exchange.is_received() {
        facts.push("pasted, nothing was sent".to_owned());
    } else {
        // The response stays when the person switches the environment, and must not pass for that
        // one's.
        if exchange.environment != state.environment().name {
            facts.push(format!("from {}", exchange.environment));
        }
        facts.push(duration_text(exchange.took));
    }
    if let Some(response) = exchange.outcome.response() {
        facts.push(response.size_text());
        facts.extend(response.headers.media_type().as_deref().map(kind));
        facts.extend(pace(exchange));
    }
    if exchange.attempts > 1 {
        facts.push(format!("sent {} times", exchange.attempts));
    }
    if width < 60 && exchange.token().is_none() && !exchange.is_received() {
        facts.push(as_whom_and_when(shown, state));
    }
    facts
}

/// A short name for a media type: `application/vnd.api+json` is `json`.
fn kind(media_type: &str) -> String {
    let last = media_type.rsplit(['/', '+']).next();
    match last.unwrap_or(media_type) {
        "plain" => "text".to_owned(),
        last => visible_line(last).into_owned(),
    }
}

/// What it means: who may not do what, and why. If no cause is likely, what the status or the
/// failure says by itself.
fn sentence(state: &State, shown: &Shown) -> String {
    if let Outcome::Failed(failure) = &shown.exchange.outcome {
        return failure.message.clone();
    }
    let why = state.response.why.as_ref().filter(|_| shown.says_no());
    if let Some(why) = why
        && why.explanation.verdict().confidence >= Verdict::LIKELY
    {
        return why.explanation.verdict().summary.clone();
    }
    let catalogue = state.catalogue.beside(&shown.knowledge);
    let answer = catalogue.answer(&shown.exchange, &shown.errors.entries);
    match (answer, &shown.exchange.outcome) {
        (Some(note), _) => note.meaning.text,
        (None, Outcome::Answered(response)) => unknown_status(response.status),
        (None, Outcome::Failed(failure)) => failure.message.clone(),
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

/// Draws `likely · i finds out for certain`; blank until it is known.
fn how_sure(state: &State, shown: &Shown, theme: &Theme, width: usize) -> Option<Line<'static>> {
    if !shown.says_no() || matches!(shown.exchange.outcome, Outcome::Failed(_)) {
        return None;
    }
    let Some(why) = &state.response.why else {
        return Some(Line::default());
    };
    let verdict = why.explanation.verdict();
    let sure = format!("{} ({})", verdict.sure(), verdict.percent());
    let mut spans = vec![Span::raw(sure)];
    let is_open = verdict.confidence < Verdict::CERTAIN;
    if blocked(Action::Investigate, state).is_none() {
        let words = match (why.case.probes.is_empty(), is_open) {
            (true, true) if why.case.knowledge.title().is_none() => "looks closer",
            (true, true) => "finds out for certain",
            (true, false) => "tests it",
            (false, _) => "shows what was found out",
        };
        let key = state.keymap.hint(Action::Investigate).unwrap_or_default();
        let used = spans[0].width() + key.width() + words.width() + 4;
        if used <= width {
            spans.push(Span::styled(" · ", theme.dim()));
            spans.push(Span::styled(key, key_style(state, theme)));
            spans.push(Span::styled(format!(" {words}"), theme.dim()));
        }
    }
    Some(Line::from(spans))
}

/// The style of a key: coloured only while it works here.
pub fn key_style(state: &State, theme: &Theme) -> Style {
    if state.focus == Pane::Response {
        theme.key()
    } else {
        theme.dim()
    }
}

/// The way out when the response does not belong to the request above it.
fn way_back(state: &State, theme: &Theme, width: usize) -> Line<'static> {
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    let (send, back) = (key(Action::Send), key(Action::Back));
    let words = match width {
        58.. => {
            format!("{send} sends what stands above   {back} brings back the call of this response")
        }
        _ => format!("{send} sends   {back} brings its call back"),
    };
    Line::styled(cut(&words, width), theme.strong())
}

/// The facts that the response names, with labels in one column.
fn named(state: &State, shown: &Shown, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let Some(why) = state.response.why.as_ref().filter(|_| shown.says_no()) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (label, text) in why.explanation.named.rows(state.now) {
        let style = match label {
            "needed" => theme.strong(),
            _ => Style::new(),
        };
        let text = visible_line(&text);
        let texts = some(&text, width.saturating_sub(LABEL).max(10), 2, style);
        for (part, text) in texts.into_iter().enumerate() {
            let label = if part == 0 { label } else { "" };
            let mut spans = vec![Span::styled(format!("{label:LABEL$}"), theme.dim())];
            spans.extend(text.spans.into_iter().map(|span| span.style(style)));
            lines.push(Line::from(spans));
        }
    }
    lines
}

/// The ids under which the vendor has logged the call.
fn ids(shown: &Shown, theme: &Theme, width: usize) -> Option<Line<'static>> {
    let ids = request_ids(&shown.exchange).into_iter();
    let ids: Vec<String> = ids.map(|(name, value)| format!("{name} {value}")).collect();
    let words = cut(&ids.join("   "), width);
    (!ids.is_empty()).then(|| Line::styled(words, theme.dim()))
}

/// Columns of the gauge of a call under way.
const GAUGE: usize = 48;

/// A call under way, beside a bar in the colour of the focus until its status arrives: as high as
/// the verdict that will replace it.
pub fn under_way(
    running: &Running,
    shown: Option<&Shown>,
    state: &State,
    theme: &Theme,
    area: Rect,
    small: bool,
) -> Block {
    let width = (area.width as usize).saturating_sub(BAR);
    let elapsed = state.now.duration_since(running.began).as_millis().max(0) as u64;
    let frames = if theme.ascii {
        ["-", "\\", "|", "/"]
    } else {
        ["◐", "◓", "◑", "◒"]
    };
    let spinner = frames[(elapsed / 100) as usize % frames.len()];
    let stop = state.keymap.hint(Action::Back).unwrap_or_default();
    let progress = running.progress;
    let seconds = elapsed as f64 / 1_000.0;
    // For a stream, the status is already here.
    let coming = shown.filter(|_| state.response.coming == state.response.awaiting);
    let (first, says, then) = match progress.pause {
        Some(pause) => {
            let tries = match pause.next_try {
                1 => String::new(),
                next => format!(", try {next} of {}", limits::TRIES),
            };
            let left = pause.left.as_secs() + 1;
            (
                format!("{spinner} goes again in {left} s{tries}"),
                "It waits as the API asked, and then sends the call again.",
                "ends the wait",
            )
        }
        None => {
            let pace = coming.and_then(|shown| pace(&shown.exchange));
            let pace = pace.map_or_else(String::new, |pace| format!("   {pace}"));
            let says = match (coming, progress.received) {
                (None, 0) => "Sent; waiting for the response.",
                _ => "The response is coming in.",
            };
            (format!("{spinner} {seconds:.1} s{pace}"), says, "stops")
        }
    };
    let mut spans = Vec::new();
    let mut bar = theme.focus();
    if let Some(shown) = coming {
        let class = shown.exchange.outcome.looks();
        bar = theme.class(class);
        let headline = shown.exchange.outcome.headline();
        let words = format!(
            "{} {}   ",
            class.glyph(theme.ascii),
            visible_line(&headline)
        );
        spans.push(Span::styled(cut(&words, width), bar));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(Span::styled(
        cut(&first, width.saturating_sub(used)),
        theme.strong(),
    ));
    let mut lines = vec![Line::from(spans)];
    if area.width >= 80 && area.height >= 30 {
        lines.push(Line::default());
    }
    if !small {
        lines.push(Line::styled(cut(says, width), theme.strong()));
    }
    let mut spans = vec![
        Span::styled(stop, theme.key()),
        Span::styled(format!(" {then}"), theme.dim()),
    ];
    match (progress.received, progress.announced) {
        _ if progress.pause.is_some() => {}
        (0, _) => {}
        (bytes, None) => spans.push(Span::raw(format!("   {}", size_text(bytes)))),
        (bytes, Some(all)) => {
            let part = bytes as f64 / all.max(1) as f64;
            let bar = gauge(part, GAUGE.min(width / 3), theme);
            spans.push(Span::raw("   "));
            spans.push(Span::styled(bar, theme.focus()));
            let words = format!("  {} of {}", size_text(bytes), size_text(all));
            spans.push(Span::raw(words));
        }
    }
    lines.push(Line::from(crate::ui::paint::clip(spans, 0, width)));
    Block {
        lines: barred(lines, bar, theme),
        bright: None,
    }
}
