//! The growing tree of an investigation: the call, each probe with what it shows, and the verdict.

use super::response::{causes, seen};
use crate::app::pane::{Investigate, path_of};
use crate::app::{Action, State};
use crate::insight::facts::{Bearer, Case, Probed, Purpose};
use crate::insight::{Explanation, route_text};
use crate::model::{Cause, Outcome, cut, fit, visible_line, wrap};
use crate::ui::paint::{barred, frame, sign};
use crate::ui::sheet;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// As large as possible: evidence needs room.
pub fn place(room: Rect) -> Rect {
    let width = room.width.min(130);
    // The header stays: it says where calls go and with which token, which the investigation is
    // about.
    let above = u16::from(room.height >= 16);
    Rect {
        x: room.x + (room.width - width) / 2,
        y: room.y + above,
        width,
        height: room.height - above,
    }
}

/// Draws the tree; returns the number of lines and how many of them were visible.
pub fn draw(
    state: &State,
    pane: &Investigate,
    theme: &Theme,
    area: Rect,
    screen: &mut Frame,
) -> (usize, usize) {
    let stop = state.keymap.hint(Action::ProbeClose).unwrap_or_default();
    let does = if pane.job.is_some() { "stop" } else { "close" };
    let count = match pane.budget {
        0 => format!(" probes {}   {stop} {does} ", pane.probes()),
        budget => format!(" probes {} of {budget}   {stop} {does} ", pane.probes()),
    };
    let room = (area.width as usize).saturating_sub(count.width() + 4);
    let title = format!(" {}", cut(&question(pane), room.saturating_sub(2)));
    let block = frame(Line::raw(format!("{title} ")), true, theme)
        .title(Line::styled(count, theme.dim()).right_aligned());
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let width = sheet::width(inside);
    let head = match &pane.found {
        Some((_, explanation)) => verdict(state, pane, explanation, theme, width),
        None => Vec::new(),
    };
    let (lines, at) = lines(state, pane, theme, width);
    let height = sheet::draw(&head, &lines, at, pane.top, inside, theme, screen);
    (lines.len(), height)
}

/// `Why 404 on GET /core/runbooks/9 with support?`
fn question(pane: &Investigate) -> String {
    let exchange = &pane.exchange;
    let said = exchange.outcome.said();
    let answer = said.map_or("no answer".to_owned(), |said| format!("{:03}", said.status));
    let token = exchange
        .token()
        .map_or_else(|| "no token".to_owned(), |t| t.name.to_string());
    let path = route_text(path_of(&exchange.sent.url));
    let method = &exchange.sent.method;
    visible_line(&format!("Why {answer} on {method} {path} with {token}?")).into_owned()
}

/// All lines, and the one under the cursor.
fn lines(
    state: &State,
    pane: &Investigate,
    theme: &Theme,
    width: usize,
) -> (Vec<Line<'static>>, usize) {
    let mut lines = Vec::new();
    let mut at = 0;
    let Some((case, explanation)) = &pane.found else {
        lines.push(Line::styled(waiting(pane), theme.dim()));
        return (lines, 0);
    };
    let call = CallRow {
        glyph_of: &case.call.exchange.outcome,
        path: path_of(&case.call.exchange.sent.url),
        who: case.own_name(),
        tells: "the call in question".to_owned(),
    };
    call.draw("", pane.list.cursor == 0, theme, width, &mut lines);
    for (place, probed) in case.probes.iter().enumerate() {
        let last = place + 1 == case.probes.len() && pane.job.is_none();
        let branch = match (last, theme.ascii) {
            (false, false) => "├ ",
            (true, false) => "└ ",
            (false, true) => "| ",
            (true, true) => "` ",
        };
        let row = CallRow {
            glyph_of: &probed.facts.exchange.outcome,
            path: path_of(&probed.facts.exchange.sent.url),
            who: who(case, probed),
            tells: tells(case, probed),
        };
        let selected = pane.list.cursor == place + 1;
        if selected {
            at = lines.len();
        }
        row.draw(branch, selected, theme, width, &mut lines);
    }
    if pane.job.is_some() {
        lines.push(Line::styled(waiting(pane), theme.dim()));
    }
    lines.push(Line::default());
    if let Some(asked) = &pane.by_hand {
        lines.extend(by_hand(state, &asked.command, theme, width));
    }
    lines.extend(causes(explanation, state.now, width, theme));
    lines.extend(seen(state, case, Action::ProbeSeen, width, theme));
    (lines, at)
}

/// The verdict so far, beside a bar in the colour of the response's class. It stands above the
/// growing tree.
fn verdict(
    state: &State,
    pane: &Investigate,
    explanation: &Explanation,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let outcome = &pane.exchange.outcome;
    let class = outcome.looks();
    let room = width.saturating_sub(2);
    let first = explanation.verdict();
    let headline = outcome.headline();
    let sign = sign(outcome.class(), outcome.is_refused(), theme);
    let head = cut(
        &format!("{sign} {}", visible_line(headline.trim_end())),
        room,
    );
    let reads = match (pane.budget, pane.job.is_some()) {
        (0, _) => String::new(),
        (budget, true) => format!("   {} of {budget} reads so far", pane.probes()),
        (budget, false) => format!("   {} of {budget} reads", pane.probes()),
    };
    let reads = cut(&reads, room.saturating_sub(head.width()));
    let known = visible_line(explanation.known_as()).into_owned();
    let left = room.saturating_sub(head.width() + reads.width());
    let known = if left > known.width() + 2 {
        format!("{known:>left$}")
    } else {
        String::new()
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(head, theme.class(class)),
        Span::styled(reads, theme.dim()),
        Span::styled(known, theme.dim()),
    ])];
    let most = if width < sheet::SMALL { 2 } else { 3 };
    let mut texts = wrap(&visible_line(&first.summary), room);
    if texts.len() > most {
        let rest = texts.split_off(most - 1).join(" ");
        texts.push(cut(&rest, room));
    }
    let texts = texts.into_iter();
    lines.extend(texts.map(|text| Line::styled(text, theme.strong())));
    let mut sure = format!("{} ({})", first.sure(), first.percent());
    if pane.job.is_some() {
        sure = format!("so far {sure}");
    }
    let id = match first.cause {
        Cause::None => String::new(),
        cause => format!(" · {}", cause.id()),
    };
    let id = cut(&id, room.saturating_sub(sure.width()));
    lines.push(Line::from(vec![
        Span::raw(cut(&sure, room)),
        Span::styled(id, theme.dim()),
    ]));
    if let Some(test) = test(state, pane, explanation, room) {
        lines.push(Line::styled(cut(&test, room), theme.dim()));
    }
    let bar = if pane.job.is_some() && state.is_busy() {
        theme.focus()
    } else {
        theme.class(class)
    };
    barred(lines, bar, theme)
}

/// How the verdict could be proved wrong, or the result of that test. Its key is never cut.
fn test(
    state: &State,
    pane: &Investigate,
    explanation: &Explanation,
    room: usize,
) -> Option<String> {
    if pane.job.is_some() || pane.exchange.is_received() {
        return None;
    }
    if explanation.stood {
        return Some("It stood its test.".to_owned());
    }
    let call = explanation.refuted_by.as_ref()?;
    let key = state.keymap.hint(Action::ProbeRefute).unwrap_or_default();
    let runs = format!(" · {key} runs it");
    let says = cut(
        &visible_line(&call.short()),
        room.saturating_sub(runs.width()),
    );
    Some(format!("{says}{runs}"))
}

fn waiting(pane: &Investigate) -> String {
    let next = pane.probes() + 1;
    format!("  … probe {next} is under way; probes only read")
}

/// The next question to the person who holds the token.
fn by_hand(state: &State, command: &str, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let close = state.keymap.hint(Action::ProbeClose).unwrap_or_default();
    let words = format!(
        "Ask whoever holds the token to run this, and paste what it prints here. It was copied; {close} leaves it."
    );
    let mut lines: Vec<Line> = wrap(&words, width)
        .into_iter()
        .map(|text| Line::styled(text, theme.strong()))
        .collect();
    for row in command.lines() {
        for text in wrap(&visible_line(row), width.saturating_sub(2)) {
            lines.push(Line::styled(format!("  {text}"), theme.code()));
        }
    }
    lines.push(Line::default());
    lines
}

/// Columns of a branch of the tree.
const BRANCH: usize = 2;

/// One call in the tree of an investigation or the list of a search.
pub struct CallRow<'a> {
    pub glyph_of: &'a Outcome,
    pub path: &'a str,
    pub who: String,
    pub tells: String,
}

impl CallRow<'_> {
    /// Draws `├ ✓ 200  /core/workspaces   support   the token works`; for the selected row, the
    /// text that was cut follows in full.
    pub fn draw(
        &self,
        branch: &str,
        selected: bool,
        theme: &Theme,
        width: usize,
        lines: &mut Vec<Line<'static>>,
    ) {
        let class = self.glyph_of.looks();
        let status = match self.glyph_of.status() {
            Some(status) => format!("{status:03}"),
            None => "---".to_owned(),
        };
        let sign = format!("{} {status}", fit(class.glyph(theme.ascii), 1));
        let path = visible_line(&route_text(self.path)).into_owned();
        let room = width.saturating_sub(BRANCH + sign.width() + 2);
        // What the call shows matters most; the path is cut first, then the name.
        let for_path = (room * 2 / 5).clamp(room.min(12), 44);
        // The call itself has no branch; its columns line up with those of the probes.
        let indent = BRANCH.saturating_sub(branch.width());
        let for_who = if room >= 50 { 13 } else { 0 };
        let for_tells = room.saturating_sub(for_path + 2 + for_who);
        // The whole row is the block, except for its branch; the sign keeps the ink of its class.
        let of = |style: Style| match selected {
            true => style.patch(theme.selected()),
            false => style,
        };
        let mut spans = vec![
            Span::styled(branch.to_owned(), theme.dim()),
            Span::styled(sign, of(theme.class(class))),
            Span::styled(
                format!("  {}  ", fit(&cut(&path, for_path), for_path + indent)),
                of(Style::new()),
            ),
        ];
        if for_who > 0 {
            let who = fit(&cut(&self.who, for_who - 1), for_who);
            spans.push(Span::styled(who, of(theme.name())));
        }
        let shown = cut(&self.tells, for_tells);
        // The title already names the call itself. What follows in full does not stand here too.
        let is_cut = selected && !branch.is_empty() && shown != self.tells;
        let shown = if is_cut { String::new() } else { shown };
        let shown = if selected {
            fit(&shown, for_tells)
        } else {
            shown
        };
        spans.push(Span::styled(shown, of(Style::new())));
        lines.push(Line::from(spans));
        if !is_cut {
            return;
        }
        let trunk = match (branch.starts_with(['├', '|']), theme.ascii) {
            (true, false) => "│ ",
            (true, true) => "| ",
            (false, _) => "  ",
        };
        let whole = match for_who {
            0 if !self.who.is_empty() => format!("{}: {}", self.who, self.tells),
            _ => self.tells.clone(),
        };
        for text in wrap(&whole, width.saturating_sub(BRANCH + 2)) {
            lines.push(Line::from(vec![
                Span::styled(trunk, theme.dim()),
                Span::raw(format!("  {text}")),
            ]));
        }
    }
}

fn who(case: &Case, probed: &Probed) -> String {
    match probed.probe.bearer {
        Bearer::Own => case.own_name(),
        Bearer::Other(place) => {
            let other = case.others.get(place);
            other.map_or_else(String::new, |token| token.name.to_string())
        }
        Bearer::Nobody => "no token".to_owned(),
        Bearer::Wrong => "made up".to_owned(),
    }
}

/// What a response means for the question, in a few words.
fn tells(case: &Case, probed: &Probed) -> String {
    let facts = &probed.facts;
    let fine = facts.is_fine();
    let same = facts.is_like(&case.call);
    let empty = facts.list().is_some_and(<[_]>::is_empty);
    let words = match (probed.probe.purpose, fine) {
        _ if facts.is_limited() => "too many calls",
        _ if facts.status() == 0 => "no answer",
        (Purpose::Again | Purpose::Target, true) => "this time it works",
        (Purpose::Again, false) if same => "same again: not a passing fault",
        (Purpose::Again, false) => "another answer this time",
        (Purpose::Target, false) => "what it acts upon cannot be read",
        (Purpose::WhoAmI, true) => "the token works",
        (Purpose::Anybody, true) => "this call is answered",
        (Purpose::KnownGood, true) => "what worked before still does",
        (Purpose::KnownGood, false) => "what worked before does no more",
        (Purpose::Above, true) => "what it belongs to is there",
        (Purpose::Above, false) => "what it belongs to is not in reach",
        (Purpose::OtherAbove, true) => "another token reaches what it belongs to",
        (Purpose::Other | Purpose::Archived, true)
            if probed.probe.purpose == Purpose::Other && empty =>
        {
            "empty for that token too"
        }
        (Purpose::Other, true) => "another token gets it",
        (Purpose::Other | Purpose::OtherAbove, false) if same => "the same for another token",
        (Purpose::Without, true) => "no token is needed",
        (Purpose::Without, false) if same => "the same without a token",
        (Purpose::Without, false) => "without a token it is another answer",
        (Purpose::Wrong, true) => "the token is not looked at",
        (Purpose::Wrong, false) if same => "a made-up token gets the same",
        (Purpose::Wrong, false) => "a made-up token gets another answer",
        (Purpose::List | Purpose::ListAbove | Purpose::Elsewhere, true) if empty => {
            "the list is empty for this token"
        }
        (Purpose::List | Purpose::ListAbove | Purpose::Elsewhere, true) => {
            "the token works, and this list answers"
        }
        (Purpose::Archived, true) if empty => "not among what is archived",
        (Purpose::Archived, true) => "something is archived there",
        (Purpose::Allowed, _) => "which methods are allowed",
        (Purpose::VersionDropped | Purpose::TenantDropped, true) => {
            let header = probed.probe.headers.first();
            return format!("without {} it works", header.map_or("it", |(name, _)| name));
        }
        (Purpose::VersionAsked, true) => {
            let header = probed.probe.headers.first();
            return format!(
                "with that {} it works",
                header.map_or("value", |(name, _)| name)
            );
        }
        (Purpose::Fewer, true) => "without that parameter it works",
        (Purpose::Nonsense, true) => "a value that nothing has is taken too",
        (Purpose::Named, true) => "what the filter names is there",
        (Purpose::Named, false) => "what the filter names is not in reach",
        (Purpose::Corrected, true) => "written so, it works",
        (Purpose::Placed, true) => "as Bearer in Authorization the token works",
        (Purpose::Stranger, false) if facts.is_missing() => "not there without a token either",
        (Purpose::Stranger, _) => "without a token it is another answer",
        (_, false) if facts.is_refusal() => "refused: not who it asks for",
        (_, false) if facts.is_denial() => "refused: not what the token may",
        (_, false) if facts.is_missing() => "not there",
        (_, false) if facts.status() >= 500 => "the server fails there too",
        (_, true) => "it works",
        (_, false) => "refused",
    };
    words.to_owned()
}
