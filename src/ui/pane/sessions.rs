//! Saved sessions, the steps of the one that is open beside their recordings, and what differs.

use crate::app::pane::StepResult;
use crate::app::{Action, Painted, Spot, State, place_of_session, tempo_label};
use crate::insight::replay::{Change, Direction, codes_text};
use crate::model::{Expectation, Step, TokenName, cut, fit, wrap};
use crate::ui::paint::{area_of, columns, gauge};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// A value of a body that is longer is cut: the call itself shows all of it.
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
            "A session is a list of calls with what came back, to be sent again. {key} saves the selected call of the history, the marked ones, or a whole case."
        );
        put(words(&text, width, theme.dim()), area, frame);
        return;
    }
    let height = area.height as usize;
    let top = sessions.list.top(height);
    for (rect, place) in area.rows().zip(top..sessions.files.len()) {
        painted.spots.push((area_of(rect), Spot::PartRow(0, place)));
    }
    let open = sessions.open.as_ref().and_then(|open| open.path.as_ref());
    let files = sessions.files.iter().enumerate().skip(top).take(height);
    let lines = files.map(|(place, file)| {
        let mark = match open == Some(&file.path) {
            true if theme.ascii => ">",
            true => "▸",
            false => " ",
        };
        let text = fit(&format!("{mark} {}", file.name), width);
        match place == sessions.list.cursor {
            true => Line::styled(text, theme.selected()),
            false => Line::raw(text),
        }
    });
    put(lines, area, frame);
}

/// Draws the steps; returns how many rows were seen.
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
        let text = format!(
            "Choose a session: {key} opens it. Opening sends nothing; the steps are sent when you run them."
        );
        put(words(&text, width, theme.dim()), area, frame);
        return 0;
    };
    let mut lines = vec![headline(state, theme, width)];
    if !open.session.note.is_empty() && area.height >= 12 {
        lines.push(Line::styled(cut(&open.session.note, width), theme.dim()));
    }
    lines.push(standing(state, theme, width));
    let names = open.session.steps.iter().map(|step| step.name.width());
    let grid = Columns::new(names.max().unwrap_or(0), width);
    if let Some(head) = grid.head(theme) {
        lines.push(head);
    }
    let height = (area.height as usize).saturating_sub(lines.len());
    let per_step = if grid.stacked { 2 } else { 1 };
    let seen = (height / per_step).max(1);
    let top = sessions.steps.top(seen);
    for (number, rect) in area.rows().skip(lines.len()).enumerate() {
        let place = top + number / per_step;
        if place < open.session.steps.len() {
            painted.spots.push((area_of(rect), Spot::PartRow(1, place)));
        }
    }
    let steps = open.session.steps.iter().enumerate().skip(top).take(seen);
    for (place, step) in steps {
        let result = sessions.results.get(place).and_then(Option::as_ref);
        let is_next = sessions.run.as_ref().is_some_and(|run| {
            result.is_none() && run.steps.contains(&place) && place == run.steps.start + run.done
        });
        let selected = place == sessions.steps.cursor;
        lines.extend(grid.step(step, result, is_next, selected, theme));
    }
    put(lines, area, frame);
    seen
}

/// `ACME-1234 in sandbox, every step with admin`
fn headline(state: &State, theme: &Theme, width: usize) -> Line<'static> {
    let sessions = &state.sessions;
    let name = sessions.open.as_ref().map_or("", |open| &open.session.name);
    let place = place_of_session(state);
    let token = match &sessions.token {
        Some(token) => format!(", every step with {token}"),
        None => String::new(),
    };
    let tempo = tempo_label(sessions.tempo).map(|tempo| format!(", {tempo}"));
    let token = token + &tempo.unwrap_or_default();
    let badge = if place.protected { "  protected" } else { "" };
    let behind = format!(" in {}{token}", place.name);
    let room = width.saturating_sub(behind.width() + badge.width()).max(8);
    Line::from(vec![
        Span::styled(cut(name, room), theme.strong()),
        Span::raw(cut(&behind, width)),
        Span::styled(badge, theme.trouble()),
    ])
}

/// A gauge while it runs, and the counts of what came.
fn standing(state: &State, theme: &Theme, width: usize) -> Line<'static> {
    let sessions = &state.sessions;
    let mut spans = Vec::new();
    if let Some(run) = &sessions.run {
        let part = run.done as f64 / run.steps.len().max(1) as f64;
        let bar = gauge(part, 20.min(width / 3), theme);
        spans.push(Span::styled(bar, theme.name()));
        spans.push(Span::raw(format!(" {} of {}  ", run.done, run.steps.len())));
    }
    let counts: Vec<String> = Change::ALL
        .into_iter()
        .filter(|change| sessions.count(*change) > 0)
        .map(|change| {
            let glyph = change.glyph(theme.ascii);
            format!("{glyph} {} {}", sessions.count(change), change.words())
        })
        .collect();
    if counts.is_empty() && sessions.run.is_none() {
        let count = sessions.step_count();
        let key = state.keymap.hint(Action::SessionsRun).unwrap_or_default();
        let steps = if count == 1 { "step" } else { "steps" };
        let text = format!("{count} {steps}, nothing sent yet. {key} runs them.");
        spans.push(Span::styled(cut(&text, width), theme.dim()));
    } else {
        spans.push(Span::raw(counts.join("   ")));
    }
    Line::from(spans)
}

/// How wide the parts of a step are.
struct Columns {
    name: usize,
    token: usize,
    told: usize,
    stacked: bool,
    width: usize,
}

impl Columns {
    fn new(longest: usize, width: usize) -> Columns {
        let room = width.saturating_sub(4);
        let token = if width >= 90 { 12 } else { 0 };
        let name = longest.clamp(8, (room * 2 / 5).max(8));
        let told = room.saturating_sub(name + token + 4 + 7) / 2;
        Columns {
            name,
            token,
            told,
            stacked: told < 14,
            width,
        }
    }

    fn head(&self, theme: &Theme) -> Option<Line<'static>> {
        let text = format!(
            "   {}  {}{}  {}",
            fit("step", self.name),
            fit("token", self.token),
            fit("recorded", self.told),
            fit("now", self.told)
        );
        (!self.stacked).then(|| Line::styled(text, theme.dim()))
    }

    fn step(
        &self,
        step: &Step,
        result: Option<&StepResult>,
        is_next: bool,
        selected: bool,
        theme: &Theme,
    ) -> Vec<Line<'static>> {
        let (sign, style) = match result {
            Some(result) => {
                let change = result.report.change;
                (change.glyph(theme.ascii), style_of(change, theme))
            }
            None if is_next && theme.ascii => (">", theme.name()),
            None if is_next => ("▸", theme.name()),
            None => (" ", Style::new()),
        };
        let was = told(step.expect.as_ref());
        let now = result.map_or_else(String::new, now);
        let direction = match result.and_then(|result| result.report.direction) {
            Some(Direction::Fixed) => "fixed",
            Some(Direction::Broken) => "broken",
            None => "",
        };
        let name_style = match selected {
            true => theme.selected(),
            false => theme.strong(),
        };
        let token = match result.and_then(|result| result.report.token.as_ref()) {
            Some(token) => Some(&token.name),
            None => step.spec.auth.token(),
        };
        let token = token.map_or("none", |token| token.as_str());
        let sign = Span::styled(fit(sign, 2), style);
        if self.stacked {
            let arrow = if theme.ascii { "->" } else { "→" };
            let room = self.width.saturating_sub(3);
            let outcome = match now.is_empty() {
                true => was,
                false => format!("{was} {arrow} {now} {direction}"),
            };
            return vec![
                Line::from(vec![sign, Span::styled(fit(&step.name, room), name_style)]),
                Line::styled(format!("   {}", cut(outcome.trim_end(), room)), style),
            ];
        }
        vec![Line::from(vec![
            sign,
            Span::raw(" "),
            Span::styled(fit(&step.name, self.name), name_style),
            Span::raw("  "),
            Span::styled(fit(token, self.token), theme.name()),
            Span::raw(fit(&was, self.told)),
            Span::raw("  "),
            Span::styled(fit(&now, self.told), style),
            Span::styled(format!(" {direction}"), style),
        ])]
    }
}

fn style_of(change: Change, theme: &Theme) -> Style {
    match change {
        Change::Same | Change::Reworded => Style::new(),
        Change::Changed | Change::Failed => theme.trouble(),
        Change::Skipped | Change::Unrecorded => theme.dim(),
    }
}

/// `403 forbidden`
fn told(expect: Option<&Expectation>) -> String {
    let Some(expect) = expect else {
        return "nothing recorded".to_owned();
    };
    let status = expect.status.map(|status| format!("{status:03}"));
    let codes = match expect.codes.iter().any(|code| !code.is_empty()) {
        true => codes_text(&expect.codes),
        false => String::new(),
    };
    match (status, codes.as_str()) {
        (None, "") => "no answer".to_owned(),
        (None, codes) => codes.to_owned(),
        (Some(status), codes) => format!("{status} {codes}").trim_end().to_owned(),
    }
}

fn now(result: &StepResult) -> String {
    let report = &result.report;
    match (&report.replayed, &report.failure) {
        (Some(now), _) => told(Some(now)),
        (None, Some(failure)) => failure.cause.id().to_owned(),
        (None, None) => "not sent".to_owned(),
    }
}

/// Draws what is to be said of the step under the cursor, from `top` on; returns the last place
/// it can begin from. Only what is seen is made.
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
    // Each part is a sentence or a place of the body.
    let count = 1 + report.differences.len() + body_count;
    let last = count.saturating_sub(1);
    let mut lines = Vec::new();
    for part in sessions.top.min(last)..count {
        if lines.len() >= area.height as usize {
            break;
        }
        match part.checked_sub(1) {
            None => {
                lines.extend(head.iter().cloned());
                if report.differences.is_empty() {
                    lines.push(Line::styled("As it was recorded.", theme.dim()));
                }
                if let Some(verdict) = &report.verdict {
                    let text = format!(
                        "{} ({}): {}",
                        verdict.cause.id(),
                        verdict.percent(),
                        verdict.summary
                    );
                    lines.extend(words(&text, width, theme.strong()));
                }
            }
            Some(place) if place < report.differences.len() => {
                lines.extend(words(&report.differences[place], width, Style::new()));
            }
            Some(place) => {
                let place = place - report.differences.len();
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

/// The call of a step as it stands in the session.
fn request(step: &Step, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    request_of(step, step.spec.auth.token(), theme, width)
}

/// The call of a step, and the token that went along.
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
