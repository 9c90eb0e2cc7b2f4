//! The tokens that are known, and beside them what can be told of one: what it says of itself,
//! what the API says, or how two differ. Nothing here says that a signature is valid.

use super::history::time_text;
use crate::app::{Action, LastWord, Painted, Spot, State, TokenRow, last_word};
use crate::insight::learned::Standing;
use crate::insight::matrix::Access;
use crate::insight::survey::Survey;
use crate::insight::token::{
    Claims, Line as Told, TokenReport, Tone, Validity, beside, differences, lines, relative,
};
use crate::model::{StatusClass, Timestamp, TokenSource, cut, cut_front, fit, wrap};
use crate::ui::paint::{Cell, area_of, columns, gauge};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Calls that are listed where two tokens are compared.
const MOST_APART: usize = 12;

/// Draws the list; returns how many rows were seen.
pub fn draw_list(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) -> usize {
    let pane = &state.tokens_pane;
    let place = &state.environment().name;
    let rows = pane.rows(place);
    let width = area.width as usize;
    if rows.is_empty() {
        let text = format!(
            "No token is known in {place}. {} adds one: its value is typed or pasted unseen, and kept in the safest place that works here.",
            state.keymap.hint(Action::AddToken).unwrap_or_default()
        );
        let lines = wrap(&text, width).into_iter();
        let lines = lines.map(|text| Line::styled(text, theme.dim()));
        put(lines, area, frame);
        return 0;
    }
    let names = rows.iter().map(|row| row.token.name.as_str().width());
    let name = names.max().unwrap_or(0).clamp(4, 20).min(width / 3);
    let height = (area.height as usize).saturating_sub(1).max(1);
    let top = pane.list.top(height);
    let mut shown = vec![head(name, width, theme)];
    for (rect, place) in area.rows().skip(1).zip(top..rows.len()) {
        painted.spots.push((area_of(rect), Spot::PartRow(0, place)));
    }
    for (number, row) in rows.iter().enumerate().skip(top).take(height) {
        let marked = pane.marked.contains(&row.token.name);
        let line = row_line(row, marked, (name, width), state, theme);
        shown.push(match number == pane.list.cursor {
            true => Line::raw(fit(&line.to_string(), width)).style(theme.selected()),
            false => line,
        });
    }
    put(shown, area, frame);
    height
}

fn put(lines: impl IntoIterator<Item = Line<'static>>, area: Rect, frame: &mut Frame) {
    for (rect, line) in area.rows().zip(lines) {
        frame.render_widget(line, rect);
    }
}

fn head(name: usize, width: usize, theme: &Theme) -> Line<'static> {
    let kind = if width >= 56 {
        fit("kind", 12)
    } else {
        String::new()
    };
    let text = format!("  {}  ·     {kind}state", fit("name", name));
    Line::styled(cut(&text, width), theme.dim())
}

fn row_line(
    row: &TokenRow,
    marked: bool,
    (name, width): (usize, usize),
    state: &State,
    theme: &Theme,
) -> Line<'static> {
    let mark = if marked { "* " } else { "  " };
    let print = match &row.token.fingerprint {
        Some(print) => format!("·{print}"),
        None => String::new(),
    };
    let kind = row.report.as_ref().map_or("", |report| report.kind.id());
    let (words, style) = standing(row, state, theme);
    let kind = if width >= 56 {
        fit(kind, 12)
    } else {
        String::new()
    };
    let source = row.source.as_ref().map_or("", |source| source.id());
    let used = 2 + name + 2 + 6 + kind.width();
    let room = width.saturating_sub(used);
    let (words, source) = match room > words.width() + source.len() + 2 {
        true => (fit(&words, room - source.len()), source),
        false => (cut(&words, room), ""),
    };
    Line::from(vec![
        Span::raw(mark),
        Span::styled(fit(row.token.name.as_str(), name), theme.name()),
        Span::raw(format!("  {}", fit(&print, 6))),
        Span::raw(kind),
        Span::styled(words, style),
        Span::styled(source.to_owned(), theme.dim()),
    ])
}

/// How a token stands, in a few words: what is known of it, the surest first.
fn standing(row: &TokenRow, state: &State, theme: &Theme) -> (String, Style) {
    let now = state.now;
    let doubt = theme.class(StatusClass::ClientError);
    if row.source.is_none() {
        return ("unknown".to_owned(), theme.trouble());
    }
    if row.trouble.is_some() {
        return ("no value".to_owned(), theme.trouble());
    }
    let report = row.report.as_ref();
    if report.is_some_and(|report| report.sure_problem().is_some()) {
        return ("has a mistake".to_owned(), theme.trouble());
    }
    let expires = report.and_then(|r| r.claims.as_ref()?.expires_at);
    match (report.map(|report| report.at(now)), expires) {
        (Some(Validity::Expired), Some(at)) => {
            return (format!("expired {}", relative(at, now)), theme.trouble());
        }
        (Some(Validity::Expired), None) => return ("expired".to_owned(), theme.trouble()),
        (Some(Validity::NotYet), _) => return ("not valid yet".to_owned(), theme.trouble()),
        _ => {}
    }
    let word = last_word(state, &row.token);
    if let LastWord::Call(call) = word {
        let at = time_text(call.started_at, &state.zone, now);
        let code = call.errors.iter().find_map(|error| error.code.as_deref());
        let status = call.status.map(|status| format!("{status:03}"));
        let status = status.unwrap_or_default();
        return match Standing::of(call) {
            Standing::Worked => {
                let end = expires.map(|end| format!(", expires {}", relative(end, now)));
                let style = theme.class(StatusClass::Success);
                (format!("worked {at}{}", end.unwrap_or_default()), style)
            }
            Standing::Refused => {
                let style = match call.status {
                    Some(401) => theme.trouble(),
                    _ => doubt,
                };
                (format!("refused {at}: {}", code.unwrap_or(&status)), style)
            }
            Standing::Answered => (format!("answered {status} {at}"), Style::new()),
        };
    }
    match (report, expires) {
        (None, _) if row.source == Some(TokenSource::Prompt) => {
            ("asked for".to_owned(), theme.dim())
        }
        (None, _) => ("not read yet".to_owned(), theme.dim()),
        (_, Some(at)) => (format!("expires {}", relative(at, now)), Style::new()),
        (Some(report), _) if !report.problems.is_empty() => ("unusual".to_owned(), doubt),
        _ if word == LastWord::Unasked => (String::new(), theme.dim()),
        _ => ("never sent".to_owned(), theme.dim()),
    }
}

/// Draws what can be told; returns the last line it can begin from.
pub fn draw_inspector(state: &State, theme: &Theme, area: Rect, frame: &mut Frame) -> usize {
    let place = &state.environment().name;
    let width = area.width as usize;
    let lines = match (
        state.tokens_pane.pair(place),
        state.tokens_pane.selected(place),
    ) {
        (Some((one, other)), _) => compared(one, other, state, theme, width),
        (None, Some(row)) => inspected(row, state, theme, width),
        (None, None) => Vec::new(),
    };
    let last = lines.len().saturating_sub(area.height as usize);
    put(
        lines.into_iter().skip(state.tokens_pane.top.min(last)),
        area,
        frame,
    );
    last
}

fn say(lines: &mut Vec<Line<'static>>, text: &str, width: usize, style: Style) {
    let texts = wrap(text, width).into_iter();
    lines.extend(texts.map(|text| Line::styled(text, style)));
}

fn inspected(row: &TokenRow, state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut all = vec![Line::styled(cut(&row.token.label(), width), theme.strong())];
    let source = match &row.source {
        Some(TokenSource::Variable(name)) => format!("the environment variable {name}"),
        Some(TokenSource::Command(words)) => {
            let program = words.first().map_or("", String::as_str);
            format!("the output of {program}")
        }
        Some(TokenSource::Keyring) => "the system's keyring".to_owned(),
        Some(TokenSource::File(path)) => format!("the file {}", path.display()),
        Some(TokenSource::Prompt) => "asked for, and kept for this run only".to_owned(),
        Some(TokenSource::Sandbox) => "the sandbox's own".to_owned(),
        None => "none: no token of that name is known here".to_owned(),
    };
    say(&mut all, &format!("from  {source}"), width, theme.dim());
    if let Some(why) = &row.trouble {
        say(&mut all, why, width, theme.trouble());
    }
    match &row.report {
        Some(report) => all.extend(report_lines(report, state, theme, width)),
        None if row.trouble.is_none() => {
            let key = state.keymap.hint(Action::TokensRead).unwrap_or_default();
            let text = match row.source {
                Some(TokenSource::Prompt) => format!("{key} asks for its value."),
                _ => format!(
                    "Its value was not read yet, since that starts something. {key} reads it."
                ),
            };
            say(&mut all, &text, width, theme.dim());
        }
        None => {}
    }
    all.push(Line::default());
    let survey = state
        .tokens_pane
        .survey(&state.environment().name, &row.token.name);
    match survey {
        Some(survey) => all.extend(survey_lines(survey, state, theme, width)),
        None => {
            let key = state.keymap.hint(Action::TokensSurvey).unwrap_or_default();
            let text = format!(
                "{key} asks the API who this is and what it can see, by calls that only read."
            );
            say(&mut all, &text, width, theme.dim());
        }
    }
    all
}

/// Mistakes first, then what it says of itself.
fn report_lines(
    report: &TokenReport,
    state: &State,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let now = state.now;
    let place = state.environment();
    let knowledge = state.catalogue.library.of_environment(place);
    let mut told = lines(report, now, Some(place), knowledge.api.as_deref());
    told.sort_by_key(|line| match line.tone {
        Tone::Bad => 0,
        Tone::Doubt => 1,
        Tone::Plain => 2,
    });
    let mut all = rows(told, theme, width);
    if let Some(claims) = &report.claims {
        all.extend(lifetime(claims, now, theme, width));
    }
    if report.problems.is_empty() {
        let text = "Whether it was revoked, or belongs to another instance, only the API knows.";
        say(&mut all, text, width, theme.dim());
    }
    all.extend(call_lines(report, state, theme, width));
    all
}

/// What the call in front shows of the token that it carried.
fn call_lines(
    report: &TokenReport,
    state: &State,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let selected = state.tokens_pane.selected(&state.environment().name);
    let shown = state.response.shown.as_ref().map(|shown| &shown.exchange);
    let carried = shown.filter(|exchange| {
        let token = exchange.token().map(|token| &token.name);
        token.is_some() && token == selected.map(|row| &row.token.name)
    });
    let Some(exchange) = carried else {
        return Vec::new();
    };
    let told = beside(report, exchange);
    if told.is_empty() {
        return Vec::new();
    }
    let status = match exchange.outcome.status() {
        Some(status) => format!("{status:03}"),
        None => "no answer".to_owned(),
    };
    let glyph = exchange.outcome.looks().glyph(theme.ascii);
    let sent = &exchange.sent;
    let title = format!(
        "In the call in front: {glyph} {status} {} {}",
        sent.method, sent.url
    );
    let mut all = vec![
        Line::default(),
        Line::styled(cut(&title, width), theme.strong()),
    ];
    all.extend(rows(told, theme, width));
    all
}

fn rows(told: Vec<Told>, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let labels = told.iter().map(|line| line.label.width());
    let label = labels.max().unwrap_or(0).min(14).min(width / 3);
    let mut all = Vec::new();
    for line in told {
        let style = match line.tone {
            Tone::Bad => theme.trouble(),
            Tone::Doubt => theme.class(StatusClass::ClientError),
            Tone::Plain => Style::new(),
        };
        // Scopes are read one by one.
        let texts = match line.label.as_str() {
            "scopes" | "roles" => line.text.split(", ").map(str::to_owned).collect(),
            _ => vec![line.text],
        };
        for (place, text) in texts.into_iter().enumerate() {
            let shown = if place == 0 {
                line.label.clone()
            } else {
                String::new()
            };
            let cells: [Cell; 2] = [
                (shown, label, theme.dim()),
                (text, width.saturating_sub(label + 4).max(4), style),
            ];
            all.extend(columns(&cells));
        }
    }
    all
}

/// The time between its beginning and its end as a bar.
fn lifetime(claims: &Claims, now: Timestamp, theme: &Theme, width: usize) -> Option<Line<'static>> {
    let begin = claims.not_before.or(claims.issued_at)?;
    let end = claims.expires_at?;
    let whole = end.as_second().saturating_sub(begin.as_second());
    if whole <= 0 {
        return None;
    }
    let passed = now.as_second().saturating_sub(begin.as_second());
    let part = passed as f64 / whole as f64;
    let style = match part >= 1.0 {
        true => theme.trouble(),
        false => theme.name(),
    };
    let words = match part {
        part if part >= 1.0 => " its time is over".to_owned(),
        part if part < 0.0 => " its time has not begun".to_owned(),
        part => format!(" {:.0} % of its time is over", part * 100.0),
    };
    let bar = gauge(part, width.saturating_sub(words.width()).min(30), theme);
    Some(Line::from(vec![Span::styled(bar, style), Span::raw(words)]))
}

fn survey_lines(survey: &Survey, state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut all = Vec::new();
    let running = state.tokens_pane.job.is_some() && survey.ended.is_none();
    let title = match running {
        true => format!("What the API says ({} calls so far)", survey.sights.len()),
        false => "What the API says".to_owned(),
    };
    all.push(Line::styled(cut(&title, width), theme.strong()));
    for (name, value) in &survey.who {
        let cells: [Cell; 2] = [
            (name.clone(), 12.min(width / 3), theme.dim()),
            (value.clone(), width.saturating_sub(16).max(4), Style::new()),
        ];
        all.extend(columns(&cells));
    }
    for sight in &survey.sights {
        let access = survey.access(sight);
        let style = match access {
            Access::Allowed => theme.class(StatusClass::Success),
            Access::Denied | Access::Hidden => theme.class(StatusClass::ClientError),
            Access::UnknownToken => theme.class(StatusClass::ServerError),
            Access::Failed => theme.class(StatusClass::NoAnswer),
            Access::Unclear | Access::Skipped => Style::new(),
        };
        let seen = match (sight.items, sight.names.as_slice()) {
            (Some(0), _) => "none of them".to_owned(),
            (Some(count), []) => format!("{count} of them"),
            (Some(count), names) if count > names.len() => {
                format!("{count}: {}, …", names.join(", "))
            }
            (Some(count), names) => format!("{count}: {}", names.join(", ")),
            (None, _) => String::new(),
        };
        let path = (width / 3).min(34);
        let said = 18.min(width / 4);
        let cells: [Cell; 3] = [
            (cut_front(&sight.path, path), path, Style::new()),
            (sight.said.clone(), said, style),
            (
                seen,
                width.saturating_sub(path + said + 9).max(4),
                Style::new(),
            ),
        ];
        let sign = access.glyph(theme.ascii);
        for (place, line) in columns(&cells).into_iter().enumerate() {
            let sign = if place == 0 { sign } else { "" };
            let mut spans = vec![Span::styled(fit(sign, 2), style)];
            spans.extend(line.spans);
            all.push(Line::from(spans));
        }
    }
    if !survey.permissions.is_empty() {
        all.push(Line::styled("It may, as the API says", theme.strong()));
        for permission in &survey.permissions {
            let text = format!("{}: {}", permission.of, permission.may);
            say(&mut all, &text, width, Style::new());
        }
    }
    if let Some(why) = &survey.ended {
        say(&mut all, why, width, theme.trouble());
    }
    all
}

/// Two tokens, claim by claim.
fn compared(
    one: &TokenRow,
    other: &TokenRow,
    state: &State,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let mut all = Vec::new();
    let (Some(first), Some(second)) = (&one.report, &other.report) else {
        let key = state.keymap.hint(Action::TokensRead).unwrap_or_default();
        let text =
            format!("To compare them both must be read. {key} reads the one under the cursor.");
        say(&mut all, &text, width, theme.dim());
        return all;
    };
    let claim = 14.min(width / 4);
    let side = (width.saturating_sub(claim + 6) / 2).max(4);
    let row = |name: &str, a: &str, b: &str, style: Style| -> [Cell; 3] {
        [
            (name.to_owned(), claim, theme.dim()),
            (a.to_owned(), side, style),
            (b.to_owned(), side, style),
        ]
    };
    let (a, b) = (one.token.label(), other.token.label());
    all.extend(columns(&row("", &a, &b, theme.strong())));
    let found = differences(first, second);
    let place = &state.environment().name;
    let same = one.token.fingerprint == other.token.fingerprint;
    let (apart, alike) = match state.tokens_pane.learned(place) {
        Some(learned) if !same => learned.apart(&one.token.name, &other.token.name),
        _ => (Vec::new(), 0),
    };
    if same {
        say(&mut all, "Both are the same token.", width, Style::new());
    } else if found.is_empty() {
        let text = match (apart.len(), alike) {
            (0, 0) => {
                let key = state.keymap.hint(Action::TokensSurvey).unwrap_or_default();
                format!(
                    "Their form tells no difference, and no call was made with both yet. {key} asks the API who each is."
                )
            }
            (0, _) => {
                "Their form tells no difference, and the calls made with both came out alike."
                    .to_owned()
            }
            _ => "Their form tells no difference; what the API did with them does.".to_owned(),
        };
        say(&mut all, &text, width, Style::new());
    }
    for (name, a, b) in found {
        let said = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        all.extend(columns(&row(&name, &said(a), &said(b), Style::new())));
    }
    let surveys =
        [&one.token, &other.token].map(|token| state.tokens_pane.survey(place, &token.name));
    if let [Some(first), Some(second)] = surveys {
        for (name, a) in &first.who {
            let b = second.who.iter().find(|(known, _)| known == name);
            let b = b.map_or("–", |(_, b)| b);
            if a != b {
                all.extend(columns(&row(name, a, b, Style::new())));
            }
        }
    }
    if !apart.is_empty() {
        all.push(Line::default());
        all.push(Line::styled("What each got", theme.strong()));
    }
    let count = apart.len();
    for (call, a, b) in apart.into_iter().take(MOST_APART) {
        say(&mut all, &call, width, theme.dim());
        all.extend(columns(&row("", &a, &b, Style::new())));
    }
    if count > MOST_APART {
        let text = format!(
            "and {} more calls that came out otherwise",
            count - MOST_APART
        );
        say(&mut all, &text, width, theme.dim());
    }
    if alike > 0 && count > 0 {
        let calls = if alike == 1 { "call" } else { "calls" };
        let text = format!("{alike} {calls} came out alike.");
        say(&mut all, &text, width, theme.dim());
    }
    let key = state.keymap.hint(Action::TokensMark).unwrap_or_default();
    all.push(Line::default());
    let text = format!("{key} takes a mark away.");
    say(&mut all, &text, width, theme.dim());
    all
}
