//! The first line and the last ones: where calls go, with which token, what happened, and the
//! keys worth knowing here.

use super::theme::Theme;
use crate::app::{Action, Level, Overlay, Pane, State, blocked};
use crate::model::{cut, visible_line, wrap};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Environment and token, on every screen.
pub fn header(state: &State, theme: &Theme, width: u16) -> Line<'static> {
    let environment = state.environment();
    let token = match state.token() {
        Some(token) => token.label(),
        None => "none".to_owned(),
    };
    let mut spans = Vec::new();
    if width >= 60 {
        spans.push(Span::styled(" httriage ", theme.strong()));
        spans.push(Span::raw("  "));
    }
    spans.push(Span::styled("env ", theme.dim()));
    spans.push(Span::styled(
        visible_line(&environment.name).into_owned(),
        theme.name(),
    ));
    if environment.protected {
        spans.push(Span::raw(" "));
        spans.push(Span::styled(" PROTECTED ", theme.protected()));
    }
    if !environment.insecure_origins.is_empty() {
        spans.push(Span::raw(" "));
        spans.push(Span::styled(
            " CERTIFICATES NOT CHECKED ",
            theme.protected(),
        ));
    }
    spans.push(Span::raw(if width >= 60 { "   " } else { " " }));
    spans.push(Span::styled("token ", theme.dim()));
    spans.push(Span::styled(
        visible_line(&token).into_owned(),
        theme.name(),
    ));
    if let Some(case) = &state.case {
        spans.push(Span::raw(if width >= 60 { "   " } else { " " }));
        spans.push(Span::styled("case ", theme.dim()));
        spans.push(Span::styled(visible_line(case).into_owned(), theme.name()));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    let help = state.keymap.hint(Action::OpenHelp).unwrap_or_default();
    let help = format!("{help} help ");
    let gap = (width as usize).saturating_sub(used + help.width());
    if gap > 0 {
        spans.push(Span::raw(" ".repeat(gap)));
        spans.push(Span::styled(help, theme.dim()));
    }
    Line::from(spans)
}

/// What happened and what to try, on as many lines as it takes.
pub fn notice(state: &State, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    let Some(notice) = &state.notice else {
        return Vec::new();
    };
    let style = match notice.level {
        Level::Info => Style::new(),
        Level::Trouble => theme.trouble(),
    };
    let width = width.saturating_sub(2) as usize;
    let mut lines: Vec<Line> = Vec::new();
    for text in wrap(&notice.what, width) {
        lines.push(Line::styled(format!(" {text}"), style));
    }
    if !notice.remedy.is_empty() {
        for text in wrap(&notice.remedy, width) {
            lines.push(Line::raw(format!(" {text}")));
        }
    }
    lines
}

/// The keys of this place, the most useful first, as many as fit.
pub fn footer(state: &State, theme: &Theme, width: u16) -> Line<'static> {
    let actions: &[Action] = match (&state.overlay, state.focus) {
        (Some(Overlay::Dialog(_)), _) => &[
            Action::DialogDown,
            Action::DialogChoose,
            Action::DialogClose,
        ],
        (Some(Overlay::Help(_)), _) => &[Action::HelpDown, Action::HelpClose],
        (Some(Overlay::Replay(_)), _) => &[Action::ReportDown, Action::ReportClose],
        (Some(Overlay::Palette(_)), _) => &[
            Action::PaletteChoose,
            Action::PaletteDown,
            Action::PaletteClose,
        ],
        (Some(Overlay::Prompt(_)), _) => &[Action::FieldEnter, Action::FieldDone],
        (None, _) if state.response.is_searching() => &[Action::FieldEnter, Action::FieldDone],
        (None, _) if state.history.filtering => &[Action::FieldEnter, Action::FieldClear],
        (None, _) if state.builder.is_editing() => &[
            Action::Send,
            Action::FieldDone,
            Action::FieldUndo,
            Action::ChooseToken,
        ],
        (None, Pane::Request) => &[
            Action::Send,
            Action::ChooseToken,
            Action::Edit,
            Action::ChooseMethod,
            Action::FocusNext,
            Action::TabNext,
            Action::AddRow,
            Action::ChooseEnvironment,
            Action::OpenPalette,
            Action::Filter,
            Action::QuitPane,
        ],
        (None, Pane::Response) if state.reads_body() => &[
            Action::Send,
            Action::SearchBody,
            if state.response.has_matches() {
                Action::NextMatch
            } else {
                Action::ToggleFold
            },
            Action::StepView,
            Action::TabNext,
            Action::FocusNext,
            Action::ToggleAllFolds,
            Action::ChooseToken,
            Action::QuitPane,
        ],
        (None, Pane::Response) => &[
            next_step(state),
            Action::ChooseToken,
            Action::FocusNext,
            Action::TabNext,
            Action::OpenEntry,
            Action::Compare,
            Action::ChooseEnvironment,
            Action::OpenPalette,
            Action::QuitPane,
        ],
        (None, Pane::History) => &[
            Action::Load,
            Action::Expand,
            Action::Compare,
            Action::SendAgain,
            Action::Filter,
            Action::Mark,
            Action::SaveSession,
            Action::Replay,
            Action::Forget,
            Action::SetCase,
            Action::FocusNext,
            Action::OpenPalette,
            Action::QuitPane,
        ],
    };
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    let asks = matches!(state.overlay, Some(Overlay::Prompt(_))) || state.response.is_searching();
    for action in actions {
        let key = theme.key_name(&state.keymap.hint(*action).unwrap_or_default());
        // What ends editing of a pane's own text leaves a question unanswered.
        let words = match action {
            Action::FieldDone if asks => "cancel",
            _ => short(*action),
        };
        let needed = key.width() + words.width() + 4;
        if used + needed > width as usize {
            continue;
        }
        used += needed;
        spans.push(Span::styled(key, theme.key()));
        spans.push(Span::styled(format!(" {words}   "), theme.dim()));
    }
    let busy = state.running.len();
    if busy > 1 {
        spans.push(Span::raw(cut(
            &format!("{busy} calls under way"),
            (width as usize).saturating_sub(used),
        )));
    }
    Line::from(spans)
}

/// What the answer in front itself calls for, else another call.
fn next_step(state: &State) -> Action {
    [Action::BackOff, Action::FetchLarger, Action::TrustOrigin]
        .into_iter()
        .find(|action| blocked(*action, state).is_none())
        .unwrap_or(Action::Send)
}

/// A title without the words that the place already says.
fn short(action: Action) -> &'static str {
    let title = action.title();
    match (action, title.split_once(" the ")) {
        (Action::StepView, _) => "view",
        (Action::Compare, _) => "compare",
        (Action::BackOff, _) => "wait and send again",
        (Action::FetchLarger, _) => "fetch all of it",
        (Action::SearchBody, _) => "search",
        (Action::ToggleFold, _) => "fold",
        (Action::ToggleAllFolds, _) => "fold all",
        (Action::NextMatch, _) => "next",
        (Action::FieldEnter, _) => "done",
        (Action::FieldClear, _) => "clear",
        (Action::Mark, _) => "mark",
        (Action::SaveSession, _) => "save session",
        (Action::Replay, _) => "replay",
        (Action::OpenPalette, _) => "palette",
        (Action::FocusNext, _) => "pane",
        (Action::TabNext, _) => "tab",
        (_, Some(("choose" | "set", rest))) => rest,
        (_, Some((verb @ ("send" | "load" | "expand" | "filter"), _))) => verb,
        (_, Some(("open or close", _))) => "open",
        _ => title,
    }
}
