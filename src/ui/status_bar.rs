//! The first line and the last ones: where calls go, with which token, what happened, and the
//! keys worth knowing here.

use super::paint::line_of;
use super::theme::Theme;
use crate::app::pane::BuilderTab;
use crate::app::{
    Action, Level, Overlay, Painted, Pane, Place, Screen, State, blocked, is_refused,
};
use crate::model::{BodyKind, cut, visible_line, wrap};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Environment and token, on every screen.
pub fn header(state: &State, theme: &Theme, area: Rect, painted: &mut Painted) -> Line<'static> {
    let width = area.width;
    let environment = state.environment();
    let token = match state.token() {
        Some(token) => token.label(),
        None => "none".to_owned(),
    };
    let gap = if width >= 60 { "   " } else { " " };
    let safe = |text: &str| visible_line(text).into_owned();
    let named = |word: &'static str, name: String, action: Action| {
        [
            (Span::styled(word, theme.dim()), Some(action)),
            (Span::styled(name, theme.name()), Some(action)),
        ]
    };
    let mut parts: Vec<(Span, Option<Action>)> = Vec::new();
    if width >= 60 {
        parts.push((Span::styled(" httriage ", theme.strong()), None));
        parts.push((Span::raw("  "), None));
    }
    let name = safe(&environment.name);
    parts.extend(named("env ", name, Action::ChooseEnvironment));
    if environment.protected {
        parts.push((Span::raw(" "), None));
        parts.push((Span::styled(" PROTECTED ", theme.protected()), None));
    }
    if !environment.insecure_origins.is_empty() {
        let badge = Span::styled(" CERTIFICATES NOT CHECKED ", theme.protected());
        parts.push((Span::raw(" "), None));
        parts.push((badge, None));
    }
    if state.private {
        parts.push((Span::raw(" "), None));
        let badge = Span::styled(" PRIVATE ", theme.selected());
        parts.push((badge, Some(Action::SwitchPrivacy)));
    }
    parts.push((Span::raw(gap), None));
    // Where there is no room for the tabs, the name of the screen is worth more than the token.
    match width >= 60 || state.screen == Screen::Explorer {
        true => parts.extend(named("token ", safe(&token), Action::ChooseToken)),
        false => {
            let title = state.screen.title().to_owned();
            parts.extend(named("", title, state.screen.shown_by()));
        }
    }
    if let Some(case) = &state.case {
        parts.push((Span::raw(gap), None));
        parts.extend(named("case ", safe(case), Action::SetCase));
    }
    let used: usize = parts.iter().map(|(span, _)| span.width()).sum();
    let help = state.keymap.hint(Action::OpenHelp).unwrap_or_default();
    let help = format!("{help} help ");
    let mut gap = (width as usize).saturating_sub(used + help.width());
    let tabs = tabs(state, gap);
    gap -= tabs.iter().map(|(text, _)| text.width()).sum::<usize>();
    if !tabs.is_empty() {
        let before = gap / 2;
        gap -= before;
        parts.push((Span::raw(" ".repeat(before)), None));
    }
    for (text, screen) in tabs {
        let style = match screen == state.screen {
            true => theme.selected(),
            false => theme.dim(),
        };
        parts.push((Span::styled(text, style), Some(screen.shown_by())));
    }
    if gap > 0 {
        parts.push((Span::raw(" ".repeat(gap)), None));
        parts.push((Span::styled(help, theme.dim()), Some(Action::OpenHelp)));
    }
    line_of(parts, area, painted)
}

/// The screens with their keys, the one in front marked; where there is little room, by their keys
/// alone but for that one.
fn tabs(state: &State, room: usize) -> Vec<(String, Screen)> {
    let name = |screen: Screen, whole: bool| {
        let key = state.keymap.hint(screen.shown_by()).unwrap_or_default();
        let in_front = screen == state.screen;
        let text = match whole || in_front {
            true => format!(" {key} {} ", screen.title()),
            false => format!(" {key} "),
        };
        (text, screen)
    };
    for whole in [true, false] {
        let tabs = Screen::ALL.map(|screen| name(screen, whole));
        let width: usize = tabs.iter().map(|(text, _)| text.width()).sum();
        if width + 4 <= room {
            return tabs.to_vec();
        }
    }
    Vec::new()
}

/// The keys of the sheet or the screen that is in front; none where a pane of the explorer is.
fn keys_in_front(state: &State) -> Vec<Action> {
    let (place, common): (Place, &[Action]) = match (&state.overlay, state.screen) {
        (Some(Overlay::Dialog(_)), _) => (Place::Dialog, &[]),
        // A letter is typed then, and Esc ends the search first.
        (Some(Overlay::Help(help)), _) if help.search.is_some() => {
            return vec![Action::HelpDown, Action::FieldDone];
        }
        (Some(Overlay::Help(_)), _) => (Place::Help, &[]),
        (Some(Overlay::Palette(_)), _) => (Place::Palette, &[]),
        (Some(Overlay::Setup(_)), _) => (Place::Setup, &[Action::Send]),
        (Some(Overlay::Investigate(_)), _) => (Place::Investigation, &[]),
        (Some(Overlay::Secret(_) | Overlay::Prompt(_)), _) | (None, Screen::Explorer) => {
            return Vec::new();
        }
        (None, Screen::Matrix) => (
            Place::Screen(Screen::Matrix),
            &[Action::Back, Action::QuitPane],
        ),
        (None, Screen::Sessions) => (
            Place::Screen(Screen::Sessions),
            &[Action::FocusNext, Action::Back, Action::QuitPane],
        ),
        (None, Screen::Tokens) => (
            Place::Screen(Screen::Tokens),
            &[
                Action::FocusNext,
                Action::ChooseEnvironment,
                Action::Back,
                Action::QuitPane,
            ],
        ),
    };
    let own = Action::worth_knowing(place);
    own.chain(common.iter().copied()).collect()
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
pub fn footer(state: &State, theme: &Theme, area: Rect, painted: &mut Painted) -> Line<'static> {
    let width = area.width;
    let in_front = keys_in_front(state);
    let actions: &[Action] = match (&state.overlay, state.focus) {
        _ if !in_front.is_empty() => &in_front,
        (Some(Overlay::Prompt(_)), _) => &[Action::FieldEnter, Action::FieldDone],
        (Some(_), _) => &[],
        (None, _) if state.response.jq.field.is_some() => {
            &[Action::FieldEnter, Action::FieldUp, Action::FieldDone]
        }
        (None, _) if state.response.is_searching() => &[Action::FieldEnter, Action::FieldDone],
        (None, _) if state.history.filtering => &[Action::FieldEnter, Action::FieldClear],
        (None, _) if state.builder.search.is_some() => &[
            Action::TextNext,
            Action::TextPrevious,
            Action::TextSearchDone,
        ],
        (None, _) if state.edits_lines() => &[
            Action::Send,
            Action::FieldDone,
            Action::FieldUndo,
            Action::FieldSearch,
            Action::ChooseToken,
        ],
        (None, _) if state.builder.is_completing() => &[
            Action::CompletionTake,
            Action::CompletionDown,
            Action::CompletionClose,
            Action::Send,
        ],
        (None, _) if state.builder.is_editing() => &[
            Action::Send,
            Action::FieldDone,
            Action::FieldUndo,
            Action::ChooseToken,
        ],
        (None, Pane::Request) if state.builder.shows(BuilderTab::Body) => {
            match state.builder.body.kind {
                BodyKind::None | BodyKind::Text => &[
                    Action::Send,
                    Action::ChooseToken,
                    Action::Edit,
                    Action::OpenEditor,
                    Action::ChooseBody,
                    Action::FormatBody,
                    Action::TabNext,
                    Action::FocusNext,
                    Action::OpenPalette,
                    Action::QuitPane,
                ],
                BodyKind::Form | BodyKind::Multipart | BodyKind::File => &[
                    Action::Send,
                    Action::ChooseToken,
                    Action::Edit,
                    Action::ChooseBody,
                    Action::AddRow,
                    Action::SwitchRow,
                    Action::RemoveRow,
                    Action::TabNext,
                    Action::FocusNext,
                    Action::OpenPalette,
                    Action::QuitPane,
                ],
            }
        }
        (None, Pane::Request) if state.builder.shows(BuilderTab::Notes) => &[
            Action::Send,
            Action::Edit,
            Action::OpenEditor,
            Action::TabNext,
            Action::FocusNext,
            Action::SaveSession,
            Action::OpenPalette,
            Action::QuitPane,
        ],
        (None, Pane::Request) if state.builder.shows(BuilderTab::Auth) => &[
            Action::Send,
            Action::Edit,
            Action::Down,
            Action::TabNext,
            Action::FocusNext,
            Action::ShowTokens,
            Action::OpenPalette,
            Action::QuitPane,
        ],
        (None, Pane::Request) => &[
            Action::Send,
            Action::ChooseToken,
            Action::Edit,
            Action::ChooseMethod,
            Action::FocusNext,
            Action::TabNext,
            Action::AddRow,
            Action::OpenPalette,
            Action::ChooseEnvironment,
            Action::Filter,
            Action::QuitPane,
        ],
        (None, Pane::Response) if state.is_stale() => &[
            Action::Send,
            Action::Back,
            Action::ChooseToken,
            Action::FocusNext,
            Action::TabNext,
            Action::OpenPalette,
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
            Action::FilterBody,
            Action::StepView,
            Action::TabNext,
            Action::FocusNext,
            Action::ToggleAllFolds,
            Action::ChooseToken,
            Action::OpenPalette,
            Action::QuitPane,
        ],
        (None, Pane::Response) => &[
            next_step(state),
            Action::ChooseToken,
            second_step(state),
            Action::Copy,
            Action::FocusNext,
            Action::TabNext,
            Action::OpenEntry,
            Action::Compare,
            Action::OpenPalette,
            Action::ChooseEnvironment,
            Action::QuitPane,
        ],
        (None, Pane::History) => &[
            Action::Load,
            Action::Expand,
            Action::Compare,
            Action::SendAgain,
            Action::InvestigateRow,
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
    let mut parts: Vec<(Span, Option<Action>)> = vec![(Span::raw(" "), None)];
    let mut used = 1;
    let in_jq = state.overlay.is_none() && state.response.jq.field.is_some();
    let in_prompt = matches!(state.overlay, Some(Overlay::Prompt(_)));
    let asks = in_prompt || in_jq || state.response.is_searching();
    for action in actions {
        let key = theme.key_name(&state.keymap.hint(*action).unwrap_or_default());
        // What ends editing of a pane's own text leaves a question unanswered.
        let words = match action {
            Action::ProbeClose => closing(state),
            Action::Back if state.focus == Pane::Response && state.is_stale() => {
                "back to the call of this response"
            }
            Action::Send if matches!(state.overlay, Some(Overlay::Setup(_))) => "save",
            Action::Edit if state.builder.shows(BuilderTab::Auth) => "choose",
            Action::FieldDone if asks => "cancel",
            Action::FieldEnter if in_jq => "filter",
            Action::FieldUp if in_jq => "earlier",
            _ => action.short(),
        };
        let needed = key.width() + words.width() + 4;
        if used + needed > width as usize {
            continue;
        }
        used += needed;
        parts.push((Span::styled(key, theme.key()), Some(*action)));
        let words = Span::styled(format!(" {words}"), theme.dim());
        parts.push((words, Some(*action)));
        parts.push((Span::styled("   ", theme.dim()), None));
    }
    let busy = state.running.len();
    if busy > 1 {
        let words = format!("{busy} calls under way");
        let words = cut(&words, (width as usize).saturating_sub(used));
        parts.push((Span::raw(words), None));
    }
    line_of(parts, area, painted)
}

/// A refused answer asks for its reason.
fn second_step(state: &State) -> Action {
    let shown = state.response.shown.as_ref();
    let refused = shown.is_some_and(|shown| is_refused(&shown.exchange, &shown.errors.entries));
    match refused && blocked(Action::Investigate, state).is_none() {
        true => Action::Investigate,
        false => Action::Filter,
    }
}

/// What the answer in front itself calls for, else another call.
fn next_step(state: &State) -> Action {
    [Action::BackOff, Action::FetchLarger, Action::TrustOrigin]
        .into_iter()
        .find(|action| blocked(*action, state).is_none())
        .unwrap_or(Action::Send)
}

/// The first time it stops the work.
fn closing(state: &State) -> &'static str {
    match &state.overlay {
        Some(Overlay::Investigate(pane)) if pane.job.is_some() => "stop",
        _ => "close",
    }
}
