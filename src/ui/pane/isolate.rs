//! The growing list of a search: what each call changed and how it was answered, and what the
//! refusal hangs on.

use super::investigate::{CallRow, place as place_of_sheet};
use crate::app::pane::{Isolate, path_of};
use crate::app::{Action, State};
use crate::insight::isolate::{Answer, Isolation, Matters, Verdict};
use crate::insight::route_text;
use crate::model::{StatusClass, cut, fit, visible_line, wrap};
use crate::ui::paint::{barred, frame};
use crate::ui::sheet;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The same place as the sheet of an investigation.
pub fn place(room: Rect) -> Rect {
    place_of_sheet(room)
}

/// Draws the list; returns the number of lines and how many of them were visible.
pub fn draw(
    state: &State,
    pane: &Isolate,
    theme: &Theme,
    area: Rect,
    screen: &mut Frame,
) -> (usize, usize) {
    let stop = state.keymap.hint(Action::IsolateClose).unwrap_or_default();
    let does = if pane.job.is_some() { "stop" } else { "close" };
    let count = match &pane.search {
        None => format!(" {stop} {does} "),
        Some(search) => format!(
            " calls {} of {}   {stop} {does} ",
            search.asked.len(),
            search.budget
        ),
    };
    let room = (area.width as usize).saturating_sub(count.width() + 4);
    let title = format!(" {}", cut(&question(pane), room.saturating_sub(2)));
    let block = frame(Line::raw(format!("{title} ")), true, theme)
        .title(Line::styled(count, theme.dim()).right_aligned());
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let width = sheet::width(inside);
    let head = head(state, pane, theme, width);
    let (lines, at) = lines(pane, theme, width);
    let height = sheet::draw(&head, &lines, at, pane.top, inside, theme, screen);
    (lines.len(), height)
}

/// `What does 403 on GET /core/runbooks/9 hang on?`
fn question(pane: &Isolate) -> String {
    let exchange = &pane.exchange;
    let said = exchange.outcome.said();
    let answer = said.map_or("no answer".to_owned(), |said| format!("{:03}", said.status));
    let path = route_text(path_of(&exchange.sent.url));
    let method = &exchange.sent.method;
    visible_line(&format!("What does {answer} on {method} {path} hang on?")).into_owned()
}

/// The result as a sentence, beside a bar.
fn head(state: &State, pane: &Isolate, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let class = pane.exchange.outcome.looks();
    let (text, about) = match (&pane.search, &pane.why_not) {
        (_, Some(why)) => (why.clone(), String::new()),
        _ if pane.asks => {
            let key = state.keymap.hint(Action::IsolateWrites).unwrap_or_default();
            let text = format!(
                "{} writes. The search sends it again and again, up to {} times, each time with other parts.",
                pane.exchange.sent.method,
                crate::model::limits::ISOLATING
            );
            (text, format!("{key} sends it all the same"))
        }
        (None, _) => (
            "A call that works is looked for in the history.".to_owned(),
            String::new(),
        ),
        (Some(search), _) => (search.sentence(), beside(search)),
    };
    let room = width.saturating_sub(2);
    let mut lines: Vec<Line> = wrap(&visible_line(&text), room)
        .into_iter()
        .take(4)
        .map(|text| Line::styled(text, theme.strong()))
        .collect();
    if !about.is_empty() {
        lines.push(Line::styled(cut(&about, room), theme.dim()));
    }
    let bar = match (pane.job.is_some() && state.is_busy(), &pane.search) {
        (true, _) => theme.focus(),
        (false, Some(search)) if search.verdict() == Verdict::Nothing => theme.dim(),
        _ => theme.class(class),
    };
    barred(lines, bar, theme)
}

fn beside(search: &Isolation) -> String {
    match &search.against {
        Some(against) => format!("beside {}", against.name),
        None => "parts are left out; no call that works was given".to_owned(),
    }
}

/// All lines, and the one under the cursor.
fn lines(pane: &Isolate, theme: &Theme, width: usize) -> (Vec<Line<'static>>, usize) {
    let mut lines = Vec::new();
    let mut at = 0;
    let Some(search) = &pane.search else {
        return (lines, 0);
    };
    for (number, asked) in search.asked.iter().enumerate() {
        let last = number + 1 == search.asked.len() && pane.job.is_none();
        let branch = match (number, last, theme.ascii) {
            (0, ..) => "",
            (_, false, false) => "├ ",
            (_, true, false) => "└ ",
            (_, false, true) => "| ",
            (_, true, true) => "` ",
        };
        let row = CallRow {
            glyph_of: &asked.exchange.outcome,
            path: path_of(&asked.exchange.sent.url),
            who: match asked.answer {
                Answer::Works => "works".to_owned(),
                Answer::Same => "refused".to_owned(),
                Answer::Other => "otherwise".to_owned(),
            },
            tells: search.label(asked),
        };
        let selected = pane.list.cursor == number;
        if selected {
            at = lines.len();
        }
        row.draw(branch, selected, theme, width, &mut lines);
    }
    if pane.job.is_some() {
        let next = search.asked.len() + 1;
        lines.push(Line::styled(
            format!("  … call {next} is under way"),
            theme.dim(),
        ));
    }
    lines.push(Line::default());
    lines.extend(parts(search, theme, width));
    (lines, at)
}

/// Each part, whether the refusal hangs on it, and its values.
fn parts(search: &Isolation, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let finding = search.finding();
    let parts = search.parts();
    let longest = parts.iter().map(|(_, part)| part.name().width()).max();
    let for_name = longest.unwrap_or(0).min(width / 3).max(4);
    let mut lines = Vec::new();
    for (number, part) in parts {
        let (sign, ink) = match finding.matters[number] {
            Matters::Yes => (
                fit(StatusClass::ClientError.glyph(theme.ascii), 1),
                theme.class(StatusClass::ClientError),
            ),
            Matters::No => (fit("·", 1), theme.dim()),
            Matters::Unknown => (fit("?", 1), theme.dim()),
        };
        let sign = if theme.ascii {
            sign.replace('·', ".")
        } else {
            sign
        };
        let name = visible_line(&part.name()).into_owned();
        let own = part.refused.as_deref().unwrap_or("–");
        let values = match (&search.against, part.working.as_deref()) {
            (None, _) => own.to_owned(),
            (Some(_), other) => format!("{own}   works: {}", other.unwrap_or("–")),
        };
        let values = if theme.ascii {
            values.replace('–', "-")
        } else {
            values
        };
        let is_it = finding.matters[number] == Matters::Yes;
        let name = fit(&cut(&name, for_name), for_name);
        let room = width.saturating_sub(for_name + 4);
        lines.push(Line::from(vec![
            Span::styled(format!("{sign} "), ink),
            Span::styled(name, if is_it { theme.strong() } else { theme.dim() }),
            Span::raw("  "),
            Span::styled(
                cut(&visible_line(&values), room),
                if is_it { theme.name() } else { theme.dim() },
            ),
        ]));
    }
    lines
}
