//! Saved sessions, the steps of the open one beside their recordings, and what differs.

use super::history::duration_text;
use crate::app::pane::{SessionsPart, StepResult};
use crate::app::{Action, Painted, Spot, State, environment_of_session, tempo_label};
use crate::insight::replay::{Change, Direction, StepReport, codes_text};
use crate::model::{Expectation, StatusClass, Step, TokenName, cut, fit, visible_line, wrap};
use crate::ui::band::{self, Words};
use crate::ui::paint::{area_of, barred, columns, gauge};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// Most letters of a value of a body; the call itself shows all of it.
const SHOWN: usize = 400;

fn put(lines: impl IntoIterator<Item = Line<'static>>, area: Rect, frame: &mut Frame) {
    for (rect, line) in area.rows().zip(lines) {
        frame.render_widget(line, rect);
    }
}

fn words(text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let lines = wrap(text, width).into_iter();
    lines.map(|text| Line::styled(text, style)).collect()
}

/// Draws what the replay sends, with which token and where, and the key that starts it.
pub fn draw_band(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let sessions = &state.sessions;
    let key = |action| theme.key_name(&state.keymap.hint(action).unwrap_or_default());
    let opens = if theme.ascii { " v" } else { " ▾" };
    let mut left = Words::new();
    match &sessions.open {
        None => left.push((Span::styled("no session is open", theme.dim()), None)),
        Some(open) => {
            let most = match area.width {
                ..60 => 20,
                60..100 => area.width as usize / 4,
                _ => area.width as usize / 3,
            };
            let name = cut(&visible_line(&open.session.name), most);
            left.push((Span::styled(name, theme.name()), None));
            let count = open.session.steps.len();
            let (steps, own) = match count {
                1 => ("step", "with its own token"),
                _ => ("steps", "with their own tokens"),
            };
            let token = Some(Action::SessionsToken);
            left.push((Span::raw(format!("   {count} {steps} ")), None));
            match &sessions.token {
                Some(name) => {
                    left.push((Span::raw("as "), token));
                    left.push((Span::styled(name.to_string(), theme.name()), token));
                }
                None => left.push((Span::raw(own), token)),
            }
            left.push((Span::styled(opens, theme.key()), token));
            let place = environment_of_session(state);
            let environment = Some(Action::SessionsEnvironment);
            left.push((Span::raw(" in "), environment));
            let name = visible_line(&place.name).into_owned();
            left.push((Span::styled(name, theme.name()), environment));
            left.push((Span::styled(opens, theme.key()), environment));
            if let Some(tempo) = tempo_label(sessions.tempo) {
                let words = format!("   {tempo}");
                left.push((
                    Span::styled(words, theme.dim()),
                    Some(Action::SessionsTempo),
                ));
            }
            if place.protected {
                left.push((Span::styled("   protected", theme.trouble()), None));
            }
        }
    }
    let (action, words) = if sessions.run.is_some() {
        (Action::Back, " stop")
    } else {
        (Action::SessionsRun, " replay")
    };
    let right = if sessions.open.is_some() {
        vec![
            (Span::styled(key(action), theme.key()), Some(action)),
            (Span::styled(words, theme.dim()), Some(action)),
        ]
    } else {
        Words::new()
    };
    band::words(theme, area, left, right, frame, painted);
}

/// The name of a file as people say it.
fn bare(name: &str) -> &str {
    name.strip_suffix(".session.toml").unwrap_or(name)
}

/// Draws the list of session files and makes each row clickable.
pub fn draw_files(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let sessions = &state.sessions;
    let width = area.width as usize;
    if sessions.files.is_empty() {
        let key = state.keymap.hint(Action::SaveSession).unwrap_or_default();
        let text = format!(
            "A session is a list of calls with what came back, to be sent again. {key} saves the call in front, the marked ones, or a whole case."
        );
        put(words(&text, width.min(70), theme.dim()), area, frame);
        return;
    }
    let height = area.height as usize;
    let top = sessions.list.top(height);
    // The sign of the open one is left of the text.
    let out = area.x.min(2);
    let area = Rect {
        x: area.x - out,
        width: area.width + out,
        ..area
    };
    for (rect, place) in area.rows().zip(top..sessions.files.len()) {
        painted.spots.push((area_of(rect), Spot::PartRow(0, place)));
    }
    let open = sessions.open.as_ref().and_then(|open| open.path.as_ref());
    let names = sessions.files.iter().map(|file| bare(&file.name).width());
    let longest = names
        .max()
        .unwrap_or(0)
        .min(width.saturating_sub(20).max(10));
    let files = sessions.files.iter().enumerate().skip(top).take(height);
    let lines = files.map(|(place, file)| {
        let is_open = open == Some(&file.path);
        let mark = match is_open {
            true if theme.ascii => "> ",
            true => "▸ ",
            false => "  ",
        };
        let (counts, style) = if is_open {
            worst(state, theme)
        } else {
            (String::new(), Style::new())
        };
        let name = fit(&cut(bare(&file.name), longest), longest + 3);
        let text = fit(&format!("{mark}{name}{counts}"), width + out as usize);
        if place == sessions.list.cursor && sessions.part == SessionsPart::Files {
            return Line::styled(text, theme.selected());
        }
        Line::from(vec![
            Span::styled(mark, theme.focus()),
            Span::styled(name, if is_open { theme.name() } else { Style::new() }),
            Span::styled(counts, style),
        ])
    });
    put(lines.collect::<Vec<_>>(), area, frame);
}

/// How many steps of the open session ended in each way, the worst first.
fn counts(state: &State) -> Vec<(Change, Option<Direction>, &'static str, usize)> {
    let mut counts: Vec<(Change, Option<Direction>, &'static str, usize)> = Vec::new();
    let reports = state.sessions.results.iter().flatten().map(|r| &r.report);
    for report in reports {
        let word = report.word();
        match counts.iter_mut().find(|(_, _, known, _)| *known == word) {
            Some((.., count)) => *count += 1,
            None => counts.push((report.change, report.direction, word, 1)),
        }
    }
    counts.sort_by_key(|(change, direction, ..)| rank(*change, *direction));
    counts
}

/// What a reader has to see first.
fn rank(change: Change, direction: Option<Direction>) -> usize {
    match (change, direction) {
        (Change::Changed | Change::Failed, Some(Direction::Broken)) => 0,
        (Change::Failed, _) => 1,
        (Change::Changed, None) => 2,
        (Change::Changed, Some(Direction::Fixed)) => 3,
        (Change::Skipped, _) => 4,
        (Change::Reworded, _) => 5,
        (Change::Same, _) => 6,
        (Change::Unrecorded, _) => 7,
    }
}

/// Draws `≠ 1 broken` in its colour: the worst of all steps.
fn worst(state: &State, theme: &Theme) -> (String, Style) {
    match counts(state).first() {
        None => ("not replayed".to_owned(), theme.dim()),
        Some((Change::Same | Change::Reworded, _, _, _)) => {
            let sign = if theme.ascii { "+" } else { "✓" };
            let style = theme.class(StatusClass::Success);
            (format!("{sign} as recorded"), style)
        }
        Some((change, direction, word, count)) => {
            let sign = change.glyph(theme.ascii);
            let style = style_of(*change, *direction, theme);
            (format!("{sign} {count} {word}"), style)
        }
    }
}

/// The verdict on the whole session, beside its bar.
fn block(state: &State, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let sessions = &state.sessions;
    let width = (area.width as usize).saturating_sub(2);
    let tall = area.width >= 80 && state.size.1 >= 40;
    let small = state.size.1 < 16 || area.width < 54;
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    let mut lines = Vec::new();
    let mut bar = theme.dim();
    if let Some(run) = &sessions.run {
        bar = theme.focus();
        let part = run.done as f64 / run.steps.len().max(1) as f64;
        lines.push(Line::from(vec![
            Span::styled(gauge(part, 20.min(width / 3), theme), theme.focus()),
            Span::raw(format!("  {} of {} sent", run.done, run.steps.len())),
        ]));
    }
    let counts = counts(state);
    match counts.first() {
        Some((change, direction, ..)) => {
            if sessions.run.is_none() {
                bar = style_of(*change, *direction, theme);
            }
            let mut spans = Vec::new();
            for (place, (change, direction, word, count)) in counts.iter().enumerate() {
                let sign = match place {
                    0 => format!("{} ", change.glyph(theme.ascii)),
                    _ => "   ".to_owned(),
                };
                let style = style_of(*change, *direction, theme);
                spans.push(Span::styled(format!("{sign}{count} {word}"), style));
            }
            lines.push(Line::from(crate::ui::paint::clip(spans, 0, width)));
        }
        None if sessions.run.is_none() => {
            let count = sessions.step_count();
            let steps = if count == 1 { "step" } else { "steps" };
            let text = format!("{count} {steps}, nothing sent yet");
            lines.push(Line::raw(cut(&text, width)));
        }
        None => {}
    }
    if small {
        return barred(lines, bar, theme);
    }
    if tall {
        lines.push(Line::default());
    }
    let sentence = if counts.is_empty() {
        format!(
            "{} sends the steps again and compares what comes with what was recorded.",
            key(Action::SessionsRun)
        )
    } else {
        sentence(state)
    };
    lines.extend(words(&sentence, width, theme.strong()).into_iter().take(3));
    let note = sessions.open.as_ref().map(|open| &open.session.note);
    if let Some(note) = note.filter(|note| !note.is_empty()) {
        lines.push(Line::styled(cut(&visible_line(note), width), theme.dim()));
    }
    barred(lines, bar, theme)
}

/// `POST /orders/7/pay is broken: 201 became 500.`, and what was fixed.
fn sentence(state: &State) -> String {
    let reports = state.sessions.results.iter().flatten().map(|r| &r.report);
    let mut reports: Vec<&StepReport> = reports.collect();
    reports.sort_by_key(|report| rank(report.change, report.direction));
    let status = |expect: &Option<Expectation>| {
        let status = expect.as_ref().and_then(|expect| expect.status);
        status.map(|status| format!("{status:03}"))
    };
    let told = |report: &&StepReport| -> Option<String> {
        let (was, is) = (status(&report.recorded), status(&report.replayed));
        let name = visible_line(&report.name);
        let became = match (was, is) {
            (Some(was), Some(is)) if was != is => format!(": {was} became {is}"),
            _ => String::new(),
        };
        Some(match (report.change, report.direction) {
            (Change::Failed, _) => format!("{name} got no answer."),
            (Change::Changed, Some(Direction::Broken)) => format!("{name} is broken{became}."),
            (Change::Changed, Some(Direction::Fixed)) => format!("{name} is fixed{became}."),
            (Change::Changed, None) => match report.word() {
                word @ ("changed" | "refused now" | "fails now") => format!(
                    "{name} {}{became}.",
                    match word {
                        "changed" => "has changed",
                        "fails now" => "fails now, where it was refused",
                        _ => "is refused now, where it failed",
                    }
                ),
                "refused otherwise" => format!("{name} is refused otherwise{became}."),
                _ => format!("{name} fails otherwise{became}."),
            },
            _ => return None,
        })
    };
    let mut all: Vec<String> = reports.iter().filter_map(told).collect();
    let more = all.len().saturating_sub(2);
    all.truncate(2);
    if more > 0 {
        all.push(format!("{more} more."));
    }
    match (all.is_empty(), state.sessions.report()) {
        (true, Some(report)) => report.says().to_owned(),
        _ => all.join(" "),
    }
}

/// Draws the verdict and the steps; returns the number of visible rows.
pub fn draw_steps(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) -> usize {
    let sessions = &state.sessions;
    let width = area.width as usize;
    let Some(open) = &sessions.open else {
        let key = state.keymap.hint(Action::SessionsOpen).unwrap_or_default();
        let text = if sessions.files.is_empty() {
            "No session is saved yet.".to_owned()
        } else {
            format!(
                "{key} opens the session under the cursor. Opening sends nothing; the steps are sent when you run them."
            )
        };
        put(words(&text, width.min(80), theme.dim()), area, frame);
        return 0;
    };
    let mut lines = block(state, theme, area);
    lines.push(Line::default());
    let grid = Columns::new(state, width, theme);
    if let Some(head) = grid.head(theme) {
        lines.push(head);
    }
    let used = lines.len();
    put(lines, area, frame);
    // The sign of the step under the cursor is left of the text.
    let out = area.x.min(2);
    let rest = Rect {
        x: area.x - out,
        y: area.y + (used as u16).min(area.height),
        width: area.width + out,
        height: area.height.saturating_sub(used as u16),
    };
    let seen = (rest.height as usize).max(1);
    let top = sessions.steps.top(seen);
    for (rect, place) in rest.rows().zip(top..open.session.steps.len()) {
        painted.spots.push((area_of(rect), Spot::PartRow(1, place)));
    }
    let steps = open.session.steps.iter().enumerate().skip(top).take(seen);
    let lines = steps.map(|(place, step)| {
        let result = sessions.results.get(place).and_then(Option::as_ref);
        let is_next = sessions.run.as_ref().is_some_and(|run| {
            result.is_none() && run.steps.contains(&place) && place == run.steps.start + run.done
        });
        let is_current = place == sessions.steps.cursor;
        let line = grid.step(step, result, is_next, theme);
        let mark = match (is_current, theme.ascii, out) {
            (_, _, 0) => "",
            (true, true, _) => "> ",
            (true, false, _) => "▸ ",
            (false, _, _) => "  ",
        };
        let mut spans = vec![Span::styled(mark, theme.focus())];
        spans.extend(line.spans);
        let line = Line::from(spans);
        if is_current && sessions.part == SessionsPart::Steps {
            Line::styled(
                fit(&line.to_string(), rest.width as usize),
                theme.selected(),
            )
        } else {
            line
        }
    });
    put(lines.collect::<Vec<_>>(), rest, frame);
    seen
}

/// Rows that the verdict, the headings and the steps take.
pub fn height_of_steps(state: &State, theme: &Theme, area: Rect) -> u16 {
    let block = block(state, theme, area).len();
    (block + 2 + state.sessions.step_count().max(1)) as u16
}

/// `step 4 · POST /orders/7/pay`
pub fn title_of_step(state: &State) -> String {
    match state.sessions.selected() {
        Some(step) => {
            let number = state.sessions.steps.cursor + 1;
            format!("step {number} · {}", visible_line(&step.name))
        }
        None => SessionsPart::Differences.title().to_owned(),
    }
}

/// The widths of the parts of a step.
struct Columns {
    name: usize,
    token: usize,
    /// For each response.
    told: usize,
    /// Whether there are headings; if not, the two statuses stand next to each other.
    wide: bool,
}

/// Columns for `recorded` or `▲ 404`, and the blanks after it.
const TOLD: usize = 11;

impl Columns {
    fn new(state: &State, width: usize, theme: &Theme) -> Columns {
        let open = state.sessions.open.as_ref();
        let steps = open.map_or(&[][..], |open| &open.session.steps);
        let longest = steps.iter().map(|step| step.name.width()).max();
        let was = steps
            .iter()
            .map(|step| told(step.expect.as_ref(), step.expect.is_none(), theme));
        let now = state.sessions.results.iter().flatten();
        let now = now.filter_map(|result| result.report.replayed.as_ref());
        let now = now.map(|now| told(Some(now), false, theme));
        let most = was.chain(now).map(|(text, _)| text.width() + 3).max();
        let wide = width >= 58;
        let token = if width >= 90 { 14 } else { 0 };
        let rest = if wide { token + 2 * TOLD + 20 } else { 16 };
        let name = longest
            .unwrap_or(0)
            .clamp(4, width.saturating_sub(rest + 3).max(8));
        let left = width.saturating_sub(name + 3 + token + 20);
        Columns {
            name,
            token,
            told: most.unwrap_or(0).min(left / 2).max(TOLD),
            wide,
        }
    }

    fn head(&self, theme: &Theme) -> Option<Line<'static>> {
        let text = format!(
            "{}   {}{}{}difference",
            fit("step", self.name),
            if self.token > 0 {
                fit("token", self.token)
            } else {
                String::new()
            },
            fit("recorded", self.told),
            fit("now", self.told)
        );
        self.wide.then(|| Line::styled(text, theme.dim()))
    }

    fn step(
        &self,
        step: &Step,
        result: Option<&StepResult>,
        is_next: bool,
        theme: &Theme,
    ) -> Line<'static> {
        let say = if self.wide { told } else { status };
        let was = say(step.expect.as_ref(), step.expect.is_none(), theme);
        let (now, sign, word, style) = match result {
            Some(result) => {
                let report = &result.report;
                let style = style_of(report.change, report.direction, theme);
                let now = match (&report.replayed, &report.failure) {
                    (Some(now), _) => say(Some(now), false, theme),
                    (None, Some(_)) => {
                        let class = StatusClass::NoAnswer;
                        (class.glyph(theme.ascii).to_owned(), theme.class(class))
                    }
                    (None, None) => ("not sent".to_owned(), theme.dim()),
                };
                let sign = report.change.glyph(theme.ascii);
                (now, sign, report.word(), style)
            }
            None => {
                let now = match (is_next, theme.ascii) {
                    (true, true) => "...",
                    (true, false) => "◐",
                    (false, _) => "",
                };
                ((now.to_owned(), theme.focus()), "", "", Style::new())
            }
        };
        let token = match result.and_then(|result| result.report.token.as_ref()) {
            Some(token) => Some(&token.name),
            None => step.spec.auth.token(),
        };
        let name = cut(&visible_line(&step.name), self.name);
        if !self.wide {
            let arrow = if theme.ascii { " > " } else { " → " };
            let mut spans = vec![
                Span::styled(fit(sign, 2), style),
                Span::raw(fit(&name, self.name + 1)),
                Span::styled(was.0, was.1),
            ];
            if result.is_some() {
                spans.push(Span::styled(arrow, theme.dim()));
                spans.push(Span::styled(now.0, now.1));
            }
            return Line::from(spans);
        }
        let mut spans = vec![Span::raw(fit(&name, self.name + 3))];
        if self.token > 0 {
            let token = token.map_or("none", |token| token.as_str());
            let token = fit(&cut(token, self.token - 2), self.token);
            spans.push(Span::styled(token, theme.dim()));
        }
        for (text, style) in [was, now] {
            let text = fit(&cut(&text, self.told - 2), self.told);
            spans.push(Span::styled(text, style));
        }
        spans.push(Span::styled(format!("{sign} {word}"), style));
        Line::from(spans)
    }
}

/// Draws `▲ 404` in the colour of its class.
fn status(expect: Option<&Expectation>, is_open: bool, theme: &Theme) -> (String, Style) {
    let open = if theme.ascii { "o" } else { "○" };
    match expect.and_then(|expect| expect.status) {
        Some(status) => {
            let class = StatusClass::of(status);
            let text = format!("{}{status:03}", fit(class.glyph(theme.ascii), 2));
            (text, theme.class(class))
        }
        None if is_open => (open.to_owned(), theme.dim()),
        None => match expect {
            Some(expect) if !expect.codes.is_empty() => (codes_text(&expect.codes), Style::new()),
            _ => {
                let class = StatusClass::NoAnswer;
                (class.glyph(theme.ascii).to_owned(), theme.class(class))
            }
        },
    }
}

/// Draws the status, and the codes after it.
fn told(expect: Option<&Expectation>, is_open: bool, theme: &Theme) -> (String, Style) {
    let (mut text, style) = status(expect, is_open, theme);
    let codes = expect.map_or(&[][..], |expect| &expect.codes);
    if expect.is_some_and(|expect| expect.status.is_some())
        && codes.iter().any(|code| !code.is_empty())
    {
        text = format!("{text} {}", visible_line(&codes_text(codes)));
    }
    (text, style)
}

fn style_of(change: Change, direction: Option<Direction>, theme: &Theme) -> Style {
    match (change, direction) {
        (Change::Same | Change::Reworded, _) => theme.class(StatusClass::Success),
        (Change::Changed, Some(Direction::Fixed)) => theme.class(StatusClass::Success),
        (Change::Changed | Change::Failed, Some(Direction::Broken)) => {
            theme.class(StatusClass::ServerError)
        }
        (Change::Failed, _) => theme.class(StatusClass::NoAnswer),
        (Change::Changed, None) => theme.class(StatusClass::ClientError),
        (Change::Skipped | Change::Unrecorded, _) => theme.dim(),
    }
}

/// What differs, in words; without what the two columns of values already show.
fn sentences(report: &StepReport) -> Vec<&str> {
    let both = report.recorded.is_some() && report.replayed.is_some();
    let is_told =
        |words: &str| words.starts_with("status was ") || words.starts_with("codes were ");
    let all = report.differences.iter().map(String::as_str);
    all.filter(|words| !(both && is_told(words))).collect()
}

/// The differences between the two responses that have values: was, and is.
fn values(report: &StepReport, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let (Some(was), Some(is)) = (&report.recorded, &report.replayed) else {
        return Vec::new();
    };
    let none = || if theme.ascii { "-" } else { "–" }.to_owned();
    let arrow = if theme.ascii { " -> " } else { " → " };
    let mut lines = Vec::new();
    let mut row = |label: &str, was: (String, Style), is: (String, Style)| {
        if was.0 != is.0 {
            let room = width.saturating_sub(11 + was.0.width() + arrow.len());
            lines.push(Line::from(vec![
                Span::styled(format!("{label:<11}"), theme.dim()),
                Span::styled(was.0, was.1),
                Span::styled(arrow, theme.dim()),
                Span::styled(cut(&is.0, room), is.1),
            ]));
        }
    };
    row(
        "status",
        status(Some(was), false, theme),
        status(Some(is), false, theme),
    );
    let first = |texts: &[String]| {
        let text = texts.iter().find(|text| !text.is_empty()).cloned();
        cut(&visible_line(&text.unwrap_or_else(none)), width / 2)
    };
    let plain = |text: String| (text, Style::new());
    row("title", plain(first(&was.titles)), plain(first(&is.titles)));
    row("code", plain(first(&was.codes)), plain(first(&is.codes)));
    let took = |expect: &Expectation| {
        let took = expect.elapsed_ms.map(Duration::from_millis);
        took.map_or_else(none, duration_text)
    };
    // The time is never compared, since it always differs; it is shown if something else differs.
    if !matches!(report.change, Change::Same | Change::Reworded) && was.elapsed_ms.is_some() {
        row("took", plain(took(was)), plain(took(is)));
    }
    lines
}

/// Draws what there is to say about the step under the cursor, from `top` on; returns the last
/// position it can begin from. Only the visible part is built.
pub fn draw_differences(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) -> usize {
    let sessions = &state.sessions;
    let width = area.width as usize;
    let Some(step) = sessions.selected() else {
        return 0;
    };
    let Some(result) = sessions.result() else {
        let key = |action| state.keymap.hint(action).unwrap_or_default();
        let mut lines = request(step, theme, width);
        let text = format!(
            "Not sent yet. {} sends this step, {} all of them.",
            key(Action::SessionsRunOne),
            key(Action::SessionsRun)
        );
        lines.extend(words(&text, width, theme.dim()));
        put(lines, area, frame);
        return 0;
    };
    let report = &result.report;
    let body = report.body.as_ref();
    let body_count = body.map_or(0, |body| body.differences.len());
    let head = request_of(step, report.token.as_ref().map(|t| &t.name), theme, width);
    // Each part is a sentence or a place in the body.
    let told = sentences(report);
    let count = 1 + told.len() + body_count;
    let last = count.saturating_sub(1);
    let mut lines = Vec::new();
    for part in sessions.top.min(last)..count {
        if lines.len() >= area.height as usize {
            break;
        }
        match part.checked_sub(1) {
            None => {
                lines.extend(head.iter().cloned());
                lines.extend(values(report, theme, width));
                if report.differences.is_empty() {
                    lines.push(Line::styled("As it was recorded.", theme.dim()));
                }
                if let Some(verdict) = &report.verdict {
                    lines.extend(words(&verdict.summary, width, theme.strong()));
                    let id = format!("{} ({})", verdict.cause.id(), verdict.percent());
                    lines.extend(words(&id, width, theme.dim()));
                }
            }
            Some(place) if place < told.len() => {
                lines.extend(words(told[place], width, Style::new()));
            }
            Some(place) => {
                let place = place - told.len();
                if place == 0 {
                    lines.push(body_head(width, theme));
                }
                if let Some(difference) = body.and_then(|body| body.differences.get(place)) {
                    let third = (width.saturating_sub(6) / 3).max(4);
                    let side = |text: &Option<String>| match text {
                        Some(text) => cut(text, SHOWN),
                        None => if theme.ascii { "-" } else { "–" }.to_owned(),
                    };
                    lines.extend(columns(&[
                        (difference.place.clone(), third, theme.code()),
                        (side(&difference.was), third, Style::new()),
                        (side(&difference.is), third, theme.strong()),
                    ]));
                }
            }
        }
    }
    if let Some(body) = body
        && lines.len() < area.height as usize
        && (body.unlisted > 0 || body.volatile > 0)
    {
        let text = format!(
            "{} more places, and {} that change with every call.",
            body.unlisted, body.volatile
        );
        lines.extend(words(&text, width, theme.dim()));
    }
    put(lines, area, frame);
    last
}

fn body_head(width: usize, theme: &Theme) -> Line<'static> {
    let third = (width.saturating_sub(6) / 3).max(4);
    let text = format!(
        "{}  {}  {}",
        fit("body at", third),
        fit("recorded", third),
        fit("now", third)
    );
    Line::styled(text, theme.dim())
}

/// The call of a step as the session has it.
fn request(step: &Step, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    request_of(step, step.spec.auth.token(), theme, width)
}

/// The call of a step, and the token it was sent with.
fn request_of(
    step: &Step,
    sent: Option<&TokenName>,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let own = step.spec.auth.token();
    let token = match (sent, own) {
        (Some(sent), Some(own)) if sent != own => format!("with {sent} in place of {own}"),
        (Some(sent), None) => format!("with {sent}, where the step has no token"),
        (Some(sent), Some(_)) => format!("with {sent}"),
        (None, _) => "no token".to_owned(),
    };
    let text = format!("{} {}  {token}", step.spec.method, step.spec.url);
    words(&text, width, theme.code())
}
