//! The tokens that are known, and beside them what can be told of one: what it says of itself,
//! what the API says, or how two differ. Nothing here says that a signature is valid.

mod proof;
mod told;

pub use told::rows;

use super::history::time_text;
use crate::app::pane::{TokensPart, path_of};
use crate::app::{Action, LastWord, Painted, Spot, State, TokenRow, last_word};
use crate::insight::learned::Standing;
use crate::insight::matrix::Access;
use crate::insight::survey::Survey;
use crate::insight::token::grant::got_lines;
use crate::insight::token::{
    Claims, How, Line as Told, TokenReport, Tone, Validity, beside, claim_text, differences, lines,
    passport, relative,
};
use crate::model::{
    Placement, StatusClass, Timestamp, TokenSource, cut, cut_front, fit, told_source, visible_line,
    wrap,
};
use crate::ui::band::{self, Words};
use crate::ui::paint::{Cell, area_of, barred, columns, gauge, more_in_the_corner};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use told::say;
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
    // The sign of the row that the cursor is on stands left of the text.
    let out = area.x.min(2);
    let area = Rect {
        x: area.x - out,
        width: area.width + out,
        ..area
    };
    let width = area.width as usize;
    let stands: Vec<(String, Style)> = rows.iter().map(|row| standing(row, state, theme)).collect();
    let widths = Widths::of(rows, &stands, width);
    let height = (area.height as usize).max(1);
    let top = pane.list.top(height);
    for (rect, place) in area.rows().zip(top..rows.len()) {
        painted.spots.push((area_of(rect), Spot::PartRow(0, place)));
    }
    let mut shown = Vec::new();
    for (number, row) in rows.iter().enumerate().skip(top).take(height) {
        let marked = pane.marked.contains(&row.token.name);
        let is_current = number == pane.list.cursor;
        let line = row_line(row, (marked, is_current), &stands[number], &widths, theme);
        shown.push(if is_current && pane.part == TokensPart::List {
            Line::raw(fit(&line.to_string(), width)).style(theme.selected())
        } else {
            line
        });
    }
    put(shown, area, frame);
    height
}

/// Draws how many there are and for what, and the key that adds one.
pub fn draw_band(
    state: &State,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame,
    painted: &mut Painted,
) {
    let place = &state.environment().name;
    let count = state.tokens_pane.rows(place).len();
    let tokens = if count == 1 { "token" } else { "tokens" };
    let opens = if theme.ascii { " v" } else { " ▾" };
    let choose = Some(Action::ChooseEnvironment);
    let mut left: Words = vec![
        (Span::raw(format!("{count} {tokens} for ")), choose),
        (Span::styled(place.clone(), theme.name()), choose),
        (Span::styled(opens, theme.key()), choose),
    ];
    if area.width >= 60 {
        let words = "   values are never shown";
        left.push((Span::styled(words, theme.dim()), None));
    }
    let key = state.keymap.hint(Action::AddToken).unwrap_or_default();
    let act = Some(Action::AddToken);
    let right = match crate::app::blocked(Action::AddToken, state) {
        Some(_) => Words::new(),
        None => vec![
            (Span::styled(theme.key_name(&key), theme.key()), act),
            (Span::styled(" add", theme.dim()), act),
        ],
    };
    band::words(theme, area, left, right, frame, painted);
}

/// What the rule above the inspector says: whose it is, and its fingerprint.
pub fn title(state: &State) -> (String, String) {
    let place = &state.environment().name;
    let pane = &state.tokens_pane;
    match (pane.pair(place), pane.selected(place)) {
        (Some((one, other)), _) => {
            let names = format!("{} beside {}", one.token.name, other.token.name);
            (names, String::new())
        }
        (None, Some(row)) => {
            let print = row.token.fingerprint.as_ref();
            let print = print.map_or_else(String::new, |print| format!("·{print}"));
            (row.token.name.to_string(), print)
        }
        (None, None) => (TokensPart::Inspector.title().to_owned(), String::new()),
    }
}

fn put(lines: impl IntoIterator<Item = Line<'static>>, area: Rect, frame: &mut Frame) {
    for (rect, line) in area.rows().zip(lines) {
        frame.render_widget(line, rect);
    }
}

/// Columns of the rows of the list; a kind and a source without room have none.
struct Widths {
    name: usize,
    stands: usize,
    kind: usize,
    source: usize,
}

impl Widths {
    /// How a token stands comes before its kind, and that before its source; so does no row have
    /// what another lacks.
    fn of(rows: &[TokenRow], stands: &[(String, Style)], width: usize) -> Widths {
        let names = rows.iter().map(|row| row.token.name.as_str().width());
        let name = names.max().unwrap_or(0).clamp(4, 20).min(width / 3);
        let room = width.saturating_sub(name + 5);
        let widths = |of: fn(&str) -> &str| {
            let widths = stands.iter().map(|(words, _)| of(words).width());
            widths.max().unwrap_or(0)
        };
        let (whole, brief) = (widths(|words| words), widths(in_brief));
        let sources = rows.iter().filter_map(|row| row.source.as_ref());
        let source = sources.map(|source| source.id().len()).max().unwrap_or(0);
        let taken = |kind: usize, source: usize| {
            let columns = [kind, source].into_iter().filter(|column| *column > 0);
            columns.map(|column| column + 3).sum::<usize>()
        };
        let tails = [(KIND, source), (KIND, 0)].into_iter();
        let mut tails = tails.filter(|(kind, source)| room >= brief + taken(*kind, *source));
        let (kind, source) = tails.next().unwrap_or((0, 0));
        Widths {
            name,
            stands: whole.min(room.saturating_sub(taken(kind, source))),
            kind,
            source,
        }
    }
}

/// Columns of the kind of a token.
const KIND: usize = 8;

/// How a token stands without what the inspector says as well: the code, and when it ends.
fn in_brief(words: &str) -> &str {
    let before_code = words.split_once(": ").map_or(words, |(before, _)| before);
    let parts = before_code.split_once(", ");
    parts.map_or(before_code, |(before, _)| before)
}

/// `▸ export     ▲ refused 10:12: insufficient_scope   JWT   keyring`
fn row_line(
    row: &TokenRow,
    (marked, is_current): (bool, bool),
    (words, style): &(String, Style),
    widths: &Widths,
    theme: &Theme,
) -> Line<'static> {
    let mark = match (marked, is_current, theme.ascii) {
        (true, ..) => "* ",
        (false, true, true) => "> ",
        (false, true, false) => "▸ ",
        (false, false, _) => "  ",
    };
    let kind = row.report.as_ref().map_or("", |report| report.kind.id());
    let source = row.source.as_ref().map_or("", |source| source.id());
    let stands = widths.stands;
    let short = if words.width() > stands {
        in_brief(words)
    } else {
        words.as_str()
    };
    let name = cut(row.token.name.as_str(), widths.name);
    let mut spans = vec![
        Span::styled(mark, theme.focus()),
        Span::styled(fit(&name, widths.name + 3), theme.name()),
        Span::styled(fit(&cut(short, stands), stands), *style),
    ];
    if widths.kind > 0 {
        let words = format!("   {}", fit(kind, widths.kind));
        spans.push(Span::styled(words, theme.dim()));
    }
    if widths.source > 0 {
        spans.push(Span::styled(format!("   {source}"), theme.dim()));
    }
    Line::from(spans)
}

/// How a token stands, in a few words: what is known of it, the surest first.
/// With the sign of the class that it stands for.
fn standing(row: &TokenRow, state: &State, theme: &Theme) -> (String, Style) {
    let (words, style) = stands(row, state, theme);
    let sign = match words.as_str() {
        "" => "",
        words if words.starts_with("worked") || words.starts_with("active") => {
            StatusClass::Success.glyph(theme.ascii)
        }
        words if style == theme.dim() || words.starts_with("expires") => {
            if theme.ascii {
                "o"
            } else {
                "○"
            }
        }
        _ => StatusClass::ClientError.glyph(theme.ascii),
    };
    (format!("{sign} {words}").trim().to_owned(), style)
}

fn stands(row: &TokenRow, state: &State, theme: &Theme) -> (String, Style) {
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
    let place = &state.environment().name;
    let proven = state.tokens_pane.proof(place, &row.token);
    let is_active =
        proven.and_then(|proven| Some(proven.testimony.introspected.as_ref()?.is_active));
    if is_active == Some(false) {
        return ("not active, its issuer says".to_owned(), theme.trouble());
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
        (_, end) if is_active == Some(true) => {
            let end = end.map(|end| format!(", expires {}", relative(end, now)));
            let style = theme.class(StatusClass::Success);
            (format!("active{}", end.unwrap_or_default()), style)
        }
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
        (None, Some(row)) => inspected(row, state, theme, area),
        (None, None) => Vec::new(),
    };
    let last = lines.len().saturating_sub(area.height as usize);
    let top = state.tokens_pane.top.min(last);
    put(lines.into_iter().skip(top), area, frame);
    more_in_the_corner(last - top, theme, area, frame);
    last
}

/// What is known of it, beside a bar in the colour of that.
fn block(row: &TokenRow, state: &State, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let width = (area.width as usize).saturating_sub(2);
    let (words, style) = standing(row, state, theme);
    let first = if words.is_empty() {
        row.token.name.to_string()
    } else {
        words
    };
    let mut lines = vec![Line::styled(cut(&first, width), style)];
    if area.width >= 80 && area.height >= 30 {
        lines.push(Line::default());
    }
    let mut sentence = String::new();
    if let LastWord::Call(call) = last_word(state, &row.token) {
        let path = visible_line(path_of(&call.url)).into_owned();
        let status = call.status.map(|status| format!("{status:03}"));
        let status = status.unwrap_or_else(|| "no answer".to_owned());
        let words = match Standing::of(call) {
            Standing::Worked => "worked on",
            Standing::Refused => "was refused on",
            Standing::Answered => "was answered on",
        };
        let name = &row.token.name;
        sentence = format!("{name} {words} {} {path}: {status}.", call.method);
    } else if row.trouble.is_none() && row.source.is_some() {
        sentence = match proof::is_heard(row, state) {
            true => "No call was made with it yet.".to_owned(),
            false => "Nothing was sent with it yet: what is told here is its form.".to_owned(),
        };
    }
    if let Some(why) = &row.trouble {
        sentence.clone_from(why);
    }
    say(&mut lines, &sentence, width, theme.strong());
    lines.extend(proof::in_short(row, state, theme, width));
    barred(lines, style, theme)
}

fn inspected(row: &TokenRow, state: &State, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let width = area.width as usize;
    let mut all = block(row, state, theme, area);
    // What was just asked for stands where the eye is.
    let place = &state.environment().name;
    let survey = state.tokens_pane.survey(place, &row.token.name);
    if state.tokens_pane.proof(place, &row.token).is_some() {
        all.extend(proof::lines(row, state, theme, width));
    }
    if let Some(survey) = survey {
        all.push(Line::default());
        all.extend(survey_lines(survey, state, theme, width));
    }
    if area.height >= 8 {
        all.push(Line::default());
    }
    let source = match &row.source {
        Some(TokenSource::Variable(name)) => {
            format!("the environment variable {}", told_source(name))
        }
        Some(TokenSource::Command(words)) => {
            let program = words.first().map_or("", String::as_str);
            format!("the output of {}", told_source(program))
        }
        Some(TokenSource::Keyring) => "the system's keyring".to_owned(),
        Some(TokenSource::File(path)) => {
            format!("the file {}", told_source(&path.to_string_lossy()))
        }
        Some(TokenSource::Prompt) => "asked for, and kept for this run only".to_owned(),
        Some(TokenSource::Sandbox) => "the sandbox's own".to_owned(),
        Some(TokenSource::Grant(grant)) => {
            let from = grant.server.issuer.as_ref();
            let from = from.or(grant.server.token_url.as_ref());
            let from = from.map_or_else(String::new, |from| format!(" of {from}"));
            format!("got by {}{from}", grant.kind.words())
        }
        None => "none: no token of that name is known here".to_owned(),
    };
    let mut first = vec![Told::new("kept in", source, Tone::Plain, How::Settings)];
    let placement = state.environment().placement(&row.token.name);
    // The usual way needs no words.
    if placement != Placement::Bearer || !row.origins.is_empty() {
        first.extend(passport::sent(&placement, &row.origins));
    }
    if let Some(got) = &row.got {
        first.extend(got_lines(got, state.now));
    }
    all.extend(rows(first, theme, width));
    match &row.report {
        Some(report) => all.extend(report_lines(report, row, state, theme, width)),
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
    if state.tokens_pane.proof(place, &row.token).is_none() {
        all.extend(proof::lines(row, state, theme, width));
    }
    if survey.is_none() {
        let key = state.keymap.hint(Action::TokensSurvey).unwrap_or_default();
        let text =
            format!("{key} asks the API who this is and what it can see, by calls that only read.");
        all.push(Line::default());
        say(&mut all, &text, width, theme.dim());
    }
    all.extend(where_it_went(row, state, theme, width));
    all
}

/// Mistakes first, then what it says of itself.
fn report_lines(
    report: &TokenReport,
    row: &TokenRow,
    state: &State,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let ahead = clock_of(state);
    let now = passport::by_theirs(state.now, ahead);
    let place = state.environment();
    let knowledge = state.catalogue.library.of_environment(place);
    let mut told = lines(report, now, Some(place), knowledge.api.as_deref());
    told.extend(passport::clock(ahead));
    let proven = state.tokens_pane.proof(&place.name, &row.token);
    proof::correct(&mut told, proven);
    told.sort_by_key(|line| match line.tone {
        Tone::Bad => 0,
        Tone::Doubt => 1,
        Tone::Plain => 2,
    });
    let mut all = rows(told, theme, width);
    if let Some(claims) = &report.claims {
        all.extend(lifetime(claims, now, theme, width));
    }
    let word = last_word(state, &row.token);
    let is_told = proven.is_some_and(|proven| proven.testimony.introspected.is_some())
        || matches!(word, LastWord::Call(call) if Standing::of(call) != Standing::Answered);
    if report.problems.is_empty() && !is_told {
        let text = "Whether it was revoked, or belongs to another instance, only the API knows.";
        say(&mut all, text, width, theme.dim());
    }
    all.extend(call_lines(report, state, theme, width));
    all
}

/// How far the clock of the API in use is ahead, by the answer in front.
fn clock_of(state: &State) -> Option<i64> {
    let exchange = &state.response.shown.as_ref()?.exchange;
    let is_here = exchange.environment == state.environment().name;
    let response = exchange.outcome.response().filter(|_| is_here)?;
    passport::ahead(&response.headers, exchange.started_at)
}

/// The last calls that were made with this value in this run.
fn where_it_went(row: &TokenRow, state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let told = passport::uses(state.history.latest(), &row.token, state.now);
    if told.is_empty() || row.token.fingerprint.is_none() {
        return Vec::new();
    }
    let mut all = vec![
        Line::default(),
        Line::styled("Where it went", theme.strong()),
    ];
    for line in told {
        let style = match line.tone {
            Tone::Plain => Style::new(),
            _ => theme.class(StatusClass::ClientError),
        };
        all.push(Line::styled(cut(&line.text, width), style));
    }
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

/// The time between its beginning and its end as a bar.
pub fn lifetime(
    claims: &Claims,
    now: Timestamp,
    theme: &Theme,
    width: usize,
) -> Option<Line<'static>> {
    let part = passport::passed(claims, now)?;
    let style = if part >= 1.0 {
        theme.trouble()
    } else {
        theme.name()
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
    let title = if running {
        format!("What the API says ({} calls so far)", survey.sights.len())
    } else {
        "What the API says".to_owned()
    };
    all.push(Line::styled(cut(&title, width), theme.strong()));
    let is_empty =
        survey.who.is_empty() && survey.sights.is_empty() && survey.permissions.is_empty();
    if is_empty && survey.ended.is_none() {
        let words = if running {
            "The API is being asked."
        } else {
            "Nothing: no call of this API is known that tells it."
        };
        say(&mut all, words, width, theme.dim());
    }
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
        let seen = sight.seen();
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
        let said = |value: Option<String>| {
            value.map_or_else(|| "–".to_owned(), |value| claim_text(&name, value))
        };
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
