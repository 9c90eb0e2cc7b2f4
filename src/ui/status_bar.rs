//! The first line and the last ones: where calls go, with which token, the last message, and the
//! keys worth knowing here.

use super::paint::line_of;
use super::theme::Theme;
use crate::app::pane::{BuilderTab, Editing, Manual, Pick, Question};
use crate::app::{
    Action, Level, Overlay, Painted, Pane, Place, Screen, State, blocked, is_refused,
};
use crate::model::{BodyKind, TokenRef, cut, visible_line, wrap};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The environment and the token, on every screen; at the right the screens, and the keys for
/// finding and help.
pub fn header(state: &State, theme: &Theme, area: Rect, painted: &mut Painted) -> Line<'static> {
    let width = area.width as usize;
    let (wide, narrow) = (width >= 120, width < 60);
    let environment = state.environment();
    let margin = if narrow { " " } else { "  " };
    let gap = if wide { "   " } else { margin };
    let safe = |text: &str| visible_line(text).into_owned();
    let opens = if theme.ascii { " v" } else { " ▾" };
    let named = |name: String, action: Action| {
        [
            (Span::styled(name, theme.name()), Some(action)),
            (Span::styled(opens, theme.key()), Some(action)),
        ]
    };
    let mut parts: Vec<(Span, Option<Action>)> = vec![(Span::raw(margin), None)];
    if wide {
        parts.push((Span::styled("httriage", theme.dim()), None));
        parts.push((Span::raw("     "), None));
    }
    let name = safe(&environment.name);
    parts.extend(named(name, Action::ChooseEnvironment));
    let mut warns = |words: &'static str, action: Option<Action>, style: Style| {
        parts.push((Span::raw(gap), None));
        parts.push((Span::styled(words, style), action));
    };
    if environment.protected {
        warns("PROTECTED", None, theme.protected());
    }
    if !environment.insecure_origins.is_empty() {
        warns("CERTIFICATES NOT CHECKED", None, theme.protected());
    }
    if state.team_trouble.is_some() {
        warns("TEAM NOT REACHED", None, theme.strong());
    }
    if state.private {
        warns("PRIVATE", Some(Action::SwitchPrivacy), theme.strong());
    }
    let before_token = parts.len();
    parts.push((Span::raw(gap), None));
    let token = state.token();
    let name = token.as_ref().map_or("no token", |t| t.name.as_str());
    parts.extend(named(safe(name), Action::ChooseToken));
    if width >= 100
        && let Some(known) = token.and_then(|token| known_of(state, &token))
    {
        let known = cut(&known, if wide { 28 } else { 16 });
        parts.push((Span::raw(gap), None));
        parts.push((Span::styled(known, theme.dim()), Some(Action::ShowTokens)));
    }
    let width_of = |parts: &[(Span, Option<Action>)]| -> usize {
        parts.iter().map(|(span, _)| span.width()).sum()
    };
    // If there is no room for both, the name of the screen beats the token.
    let screen = state.screen.title().width() + 4;
    if narrow && width_of(&parts) + screen > width && state.screen != Screen::Explorer {
        parts.truncate(before_token);
    }
    if let Some(case) = &state.case {
        parts.push((Span::raw(gap), None));
        parts.push((Span::styled("case ", theme.dim()), Some(Action::SetCase)));
        parts.push((
            Span::styled(safe(case), theme.name()),
            Some(Action::SetCase),
        ));
    }
    let used = width_of(&parts);
    let right = at_the_right(state, theme, width, width.saturating_sub(used + 1));
    let taken = width_of(&right);
    parts.push((
        Span::raw(" ".repeat(width.saturating_sub(used + taken))),
        None,
    ));
    parts.extend(right);
    line_of(parts, area, painted)
}

/// What the API said about a token, in a few words: a role that it has, else whose it is.
fn known_of(state: &State, token: &TokenRef) -> Option<String> {
    let place = &state.environment().name;
    let survey = state.tokens_pane.survey(place, &token.name)?;
    let said = |wanted: &str| survey.who.iter().find(|(name, _)| name == wanted);
    let (_, value) = said("roles").or_else(|| said("name"))?;
    let first = value.split(", ").next().unwrap_or(value);
    Some(visible_line(first).into_owned())
}

/// The screens with their keys, the one in front underlined, and the keys for finding and help: as
/// many as fit.
fn at_the_right(
    state: &State,
    theme: &Theme,
    whole: usize,
    room: usize,
) -> Vec<(Span<'static>, Option<Action>)> {
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    let find = key(Action::OpenPalette);
    // A letter would be typed into a field; the other key for help works there too.
    let help = if state.is_typing() {
        state.keymap.hint_while_typing(Action::OpenHelp)
    } else {
        state.keymap.hint(Action::OpenHelp)
    };
    let help = help.unwrap_or_default();
    let screens = |gap: &'static str, is_named: &dyn Fn(Screen) -> bool| {
        let mut parts: Vec<(Span<'static>, Option<Action>)> = Vec::new();
        for screen in Screen::ALL {
            if !parts.is_empty() {
                parts.push((Span::raw(gap), None));
            }
            let (act, in_front) = (Some(screen.shown_by()), screen == state.screen);
            parts.push((Span::styled(key(screen.shown_by()), theme.dim()), act));
            if is_named(screen) {
                let style = if in_front { theme.tab() } else { theme.dim() };
                parts.push((Span::styled(" ", theme.dim()), act));
                parts.push((Span::styled(screen.title(), style), act));
            }
        }
        parts
    };
    let hint = |key: &str, word: &str, action: Action| {
        [
            (Span::styled(key.to_owned(), theme.key()), Some(action)),
            (Span::styled(word.to_owned(), theme.dim()), Some(action)),
        ]
    };
    let space = |width: usize| (Span::raw(" ".repeat(width)), None);
    let in_front = |screen| screen == state.screen;
    let mut wide = screens("   ", &|_| true);
    wide.push(space(8));
    wide.extend(hint(&find, " find", Action::OpenPalette));
    wide.push(space(4));
    wide.extend(hint(&help, " help", Action::OpenHelp));
    wide.push(space(2));
    let mut usual = screens("  ", &|_| true);
    usual.push(space(3));
    usual.extend(hint(&find, "", Action::OpenPalette));
    usual.push(space(3));
    usual.extend(hint(&help, "", Action::OpenHelp));
    usual.push(space(2));
    let mut close = screens(" ", &|_| true);
    close.push(space(2));
    close.extend(hint(&help, "", Action::OpenHelp));
    close.push(space(2));
    let mut short = screens("  ", &in_front);
    short.push(space(2));
    short.extend(hint(&help, "", Action::OpenHelp));
    short.push(space(2));
    let mut alone = vec![
        (
            Span::styled(key(state.screen.shown_by()), theme.dim()),
            Some(state.screen.shown_by()),
        ),
        space(1),
        (
            Span::styled(state.screen.title(), theme.tab()),
            Some(state.screen.shown_by()),
        ),
    ];
    alone.push(space(1));
    let mut help_alone = hint(&help, " help", Action::OpenHelp).to_vec();
    help_alone.push(space(1));
    // The form of the words does not depend on the length of a name, as long as there is room.
    let forms = match whole {
        120.. => vec![wide, usual, close, short, help_alone],
        100..120 => vec![usual, close, short, help_alone],
        60..100 => vec![close, short, help_alone],
        _ => vec![alone, help_alone],
    };
    let fits = |form: &Vec<(Span, Option<Action>)>| {
        form.iter().map(|(span, _)| span.width()).sum::<usize>() <= room
    };
    forms.into_iter().find(fits).unwrap_or_default()
}

/// The keys of the sheet or the screen in front; none if that is a pane of the explorer.
fn keys_in_front(state: &State) -> Vec<Action> {
    let (place, common): (Place, &[Action]) = match (&state.overlay, state.screen) {
        (Some(Overlay::Dialog(dialog)), _) => {
            let part = dialog.picked().is_some_and(Pick::is_part_of_request);
            let keys = [
                (true, Action::DialogChoose),
                (part, Action::Send),
                (true, Action::DialogClose),
            ];
            let shown = keys.into_iter().filter(|(is_shown, _)| *is_shown);
            return shown.map(|(_, action)| action).collect();
        }
        // Letters are typed then, and Esc ends the search first.
        (Some(Overlay::Help(help)), _) if help.search.is_some() => {
            return vec![Action::HelpDown, Action::FieldDone];
        }
        (Some(Overlay::Help(_)), _) => (Place::Help, &[]),
        (Some(Overlay::Manual(manual)), _) => return keys_of_the_manual(manual),
        (Some(Overlay::Palette(_)), _) => (Place::Palette, &[]),
        (Some(Overlay::Setup(_)), _) => (Place::Setup, &[Action::Send]),
        // The other keys are on the sheet, each with what it does.
        (Some(Overlay::Pasted(_)), _) => return vec![Action::PastedForget],
        (Some(Overlay::SignIn(_)), _) => (Place::SignIn, &[]),
        (Some(Overlay::Question(Question::Write { .. } | Question::Files { .. })), _) => {
            (Place::Write, &[])
        }
        (Some(Overlay::Question(Question::Page { .. })), _) => (Place::Page, &[]),
        (Some(Overlay::Question(Question::Host { .. } | Question::Issuer { .. })), _) => {
            (Place::Host, &[])
        }
        (Some(Overlay::Investigate(_)), _) => (Place::Investigation, &[]),
        (Some(Overlay::Isolate(pane)), _) if pane.asks => {
            return vec![Action::IsolateWrites, Action::IsolateClose];
        }
        (Some(Overlay::Isolate(_)), _) => (Place::Isolation, &[]),
        (Some(Overlay::When(_)), _) => (Place::When, &[]),
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

/// In the list of topics, the key that opens one; in a page, the keys that turn it.
fn keys_of_the_manual(manual: &Manual) -> Vec<Action> {
    let keys = [
        (manual.topic.is_none(), Action::ManualOpen),
        (manual.topic.is_some(), Action::ManualPageDown),
        (true, Action::ManualClose),
        (!manual.is_typing, Action::ManualSearch),
        (
            manual.topic.is_some() && !manual.sought.is_empty(),
            Action::ManualNext,
        ),
    ];
    let shown = keys.into_iter().filter(|(is_shown, _)| *is_shown);
    shown.map(|(_, action)| action).collect()
}

/// What happened and what to try, on as many lines as that takes.
pub fn notice(state: &State, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    let Some(notice) = &state.notice else {
        return Vec::new();
    };
    let style = match notice.level {
        Level::Info => Style::new(),
        Level::Trouble => theme.trouble(),
    };
    let margin = if width >= 60 { "  " } else { " " };
    let room = (width as usize).saturating_sub(2 * margin.len());
    let sign = match (notice.level, theme.ascii) {
        (Level::Info, _) => "",
        (Level::Trouble, false) => "▲ ",
        (Level::Trouble, true) => "! ",
    };
    let what = format!("{sign}{}", notice.what);
    // On one line if both fit there.
    if what.width() + 2 + notice.remedy.width() <= room {
        return vec![Line::from(vec![
            Span::styled(format!("{margin}{what}"), style),
            Span::raw(format!("  {}", notice.remedy)),
        ])];
    }
    let mut lines: Vec<Line> = Vec::new();
    for text in wrap(&what, room) {
        lines.push(Line::styled(format!("{margin}{text}"), style));
    }
    if !notice.remedy.is_empty() {
        for text in wrap(&notice.remedy, room) {
            lines.push(Line::raw(format!("{margin}{text}")));
        }
    }
    lines
}

/// The keys that work here, the most useful first, as many as fit.
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
        (None, _) if state.is_on_call() => &[
            Action::FieldEnter,
            Action::ChooseToken,
            Action::ChooseMethod,
            Action::FocusNext,
            Action::FieldDone,
            Action::OpenPalette,
            Action::OpenHelp,
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
                    Action::OpenHelp,
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
                    Action::OpenHelp,
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
            Action::OpenHelp,
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
            Action::OpenHelp,
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
            Action::OpenHelp,
            Action::QuitPane,
        ],
        (None, Pane::Response) if state.response.awaiting.is_some() => &[
            Action::Back,
            Action::FocusNext,
            Action::TabNext,
            Action::OpenPalette,
            Action::OpenHelp,
            Action::QuitPane,
        ],
        (None, Pane::Response) if state.is_stale() => &[
            Action::Send,
            Action::Back,
            Action::ChooseToken,
            Action::FocusNext,
            Action::TabNext,
            Action::OpenPalette,
            Action::OpenHelp,
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
            Action::OpenHelp,
            Action::QuitPane,
        ],
        (None, Pane::Response) => &[
            next_step(state),
            Action::ChooseToken,
            second_step(state),
            Action::Copy,
            Action::FocusNext,
            Action::TabNext,
            Action::OpenPalette,
            Action::OpenHelp,
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
            Action::OpenHelp,
            Action::QuitPane,
        ],
    };
    let margin = if width >= 60 { "  " } else { " " };
    let mut parts: Vec<(Span, Option<Action>)> = vec![(Span::raw(margin), None)];
    let mut used = margin.len();
    let in_jq = state.overlay.is_none() && state.response.jq.field.is_some();
    let on_line = matches!(state.builder.editing, Some(Editing::Url)) || state.types_call();
    let on_call = on_line && state.overlay.is_none() && !state.builder.is_completing();
    let in_history = state.overlay.is_none() && state.focus == Pane::History;
    let in_prompt = matches!(state.overlay, Some(Overlay::Prompt(_)));
    let asks = in_prompt || in_jq || state.response.is_searching();
    for action in actions {
        let hint = if on_call {
            state.keymap.hint_while_typing(*action)
        } else {
            state.keymap.hint(*action)
        };
        let Some(hint) = hint else { continue };
        let key = theme.key_name(&hint);
        // The key that ends typing in a pane leaves a question unanswered.
        let words = match action {
            Action::ProbeClose => closing(state),
            Action::Back if state.response.awaiting.is_some() => "stop",
            Action::Back if state.focus == Pane::Response && state.is_stale() => {
                "back to the call of this response"
            }
            Action::Send if matches!(state.overlay, Some(Overlay::Setup(_))) => "save",
            Action::Send if matches!(state.overlay, Some(Overlay::Dialog(_))) => "take and send",
            Action::Expand if in_history && state.history.folded().is_some() => continue,
            Action::Load if in_history && state.history.folded().is_some() => "open the run",
            Action::Edit if state.builder.shows(BuilderTab::Auth) => "choose",
            Action::FieldEnter if on_call && !state.builder.is_written => "type here",
            Action::FieldEnter if on_call => "send",
            Action::FieldDone if on_call => "leave",
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
        // A key has its ink only where it works now.
        let style = match blocked(*action, state) {
            None => theme.key(),
            Some(_) => theme.dim(),
        };
        parts.push((Span::styled(key, style), Some(*action)));
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

/// The best next key: for a refused response, the one that asks why.
fn second_step(state: &State) -> Action {
    let shown = state.response.shown.as_ref();
    let refused = shown.is_some_and(|shown| is_refused(&shown.exchange, &shown.errors.entries));
    if refused && blocked(Action::Investigate, state).is_none() {
        Action::Investigate
    } else {
        Action::Filter
    }
}

/// The key that the response in front calls for, else the one for another call.
fn next_step(state: &State) -> Action {
    [Action::BackOff, Action::FetchLarger, Action::TrustOrigin]
        .into_iter()
        .find(|action| blocked(*action, state).is_none())
        .unwrap_or(Action::Send)
}

/// The word for the closing key: the first press stops the work.
fn closing(state: &State) -> &'static str {
    match &state.overlay {
        Some(Overlay::Investigate(pane)) if pane.job.is_some() => "stop",
        Some(Overlay::Isolate(pane)) if pane.job.is_some() => "stop",
        _ => "close",
    }
}
