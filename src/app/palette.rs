//! What the palette offers, gathered from the whole state, and what choosing from it does.

use super::action::{Action, Pane, Place, Screen};
use super::feature::history;
use super::feature::send::choose_environment;
use super::message::{Effect, Listing, Notice, SessionFile, Then};
use super::pane::{Finding, Goal, Palette, ResponseTab, path_of};
use super::screens;
use super::state::{Overlay, State, ThemeName};
use crate::model::{Auth, Environment, KnownCase, TokenRef};

/// Most requests of the history that are offered.
const RECENT: usize = 200;
/// Most cases that are offered, the latest worked on first.
const CASES: usize = 500;

/// Opens the palette; `why_not` tells why an action cannot do anything now.
pub fn open_palette(
    state: &mut State,
    why_not: fn(Action, &State) -> Option<&'static str>,
) -> Vec<Effect> {
    let mut rows = actions(state, why_not);
    rows.extend(requests(state));
    rows.extend(tokens(state));
    rows.extend(environments(state));
    rows.extend(themes(state));
    state.overlay = Some(Overlay::Palette(Box::new(Palette::new(rows))));
    vec![Effect::ListSessions(Listing::ForPalette), Effect::ListCases]
}

/// Adds the sessions once they are listed; nothing if the palette was closed meanwhile.
pub fn know_sessions(state: &mut State, files: Vec<SessionFile>) -> Vec<Effect> {
    if let Some(Overlay::Palette(palette)) = &mut state.overlay {
        let rows = files.into_iter().map(|file| Finding {
            kind: "session",
            label: file.name,
            note: "open it".to_owned(),
            why_not: None,
            goal: Goal::Replay(file.path),
        });
        palette.add(rows.collect());
    }
    Vec::new()
}

/// Adds the support cases once they are listed; nothing if the palette was closed meanwhile.
pub fn know_cases(state: &mut State, cases: &[KnownCase]) -> Vec<Effect> {
    if let Some(Overlay::Palette(palette)) = &mut state.overlay {
        palette.add(cases.iter().take(CASES).map(case_row).collect());
    }
    Vec::new()
}

/// A case with the names of the colleagues who work on it.
fn case_row(case: &KnownCase) -> Finding {
    let calls = match case.calls {
        1 => "1 call".to_owned(),
        count => format!("{count} calls"),
    };
    let whose = case.by.join(", ");
    let note = match (case.is_own, case.by.is_empty()) {
        (_, true) => calls,
        (true, false) => format!("{calls}, yours and of {whose}"),
        (false, false) => format!("{calls} of {whose}"),
    };
    Finding {
        kind: "case",
        label: case.name.clone(),
        note,
        why_not: None,
        goal: Goal::Case(filter_of(case)),
    }
}

/// The words that find the calls of a case: the team's too, where it has some.
fn filter_of(case: &KnownCase) -> String {
    let is_word = |c: char| !c.is_whitespace() && c != '"';
    // What cannot stand in quotation marks finds more than the case, and never less.
    let name = match case.name.chars().all(is_word) {
        true => format!("case:{}", case.name),
        false => format!("case:\"{}\"", case.name.replace('"', "")),
    };
    match case.by.is_empty() {
        true => name,
        false => format!("team:all {name}"),
    }
}

/// Carries out the chosen row; an action is handed back to its own code.
pub fn choose(state: &mut State) -> (Vec<Effect>, Option<Action>) {
    let Some(Overlay::Palette(palette)) = state.overlay.take() else {
        return (Vec::new(), None);
    };
    let effects = match palette.picked().map(|finding| finding.goal.clone()) {
        Some(Goal::Act(action)) => {
            return (go_to(state, action), Some(action));
        }
        Some(Goal::Open(id)) => history::open(state, id, Then::Load),
        Some(Goal::Token(name)) => {
            state.builder.auth = Auth::Bearer(name);
            Vec::new()
        }
        Some(Goal::Environment(place)) => choose_environment(state, place),
        Some(Goal::Replay(path)) => screens::open_session(state, path),
        Some(Goal::Theme(name)) => use_theme(state, name),
        Some(Goal::Case(filter)) => history::filter_by(state, &filter, "of the case"),
        None => Vec::new(),
    };
    (effects, None)
}

/// Goes to the place where an action works.
pub fn go_to(state: &mut State, action: Action) -> Vec<Effect> {
    match action.place() {
        Place::Pane(pane) => {
            state.leave_field();
            state.screen = Screen::Explorer;
            state.focus = pane;
        }
        Place::Body => {
            state.leave_field();
            state.screen = Screen::Explorer;
            state.focus = Pane::Response;
        }
        Place::Screen(screen) if screen != state.screen => return screens::show(state, screen),
        _ => {}
    }
    Vec::new()
}

fn actions(state: &State, why_not: fn(Action, &State) -> Option<&'static str>) -> Vec<Finding> {
    let offered =
        |action: &&Action| action.place().can_be_gone_to() && **action != Action::OpenPalette;
    let finding = |action: &Action| {
        let keys: Vec<String> = state.keymap.keys(*action).map(|k| k.to_string()).collect();
        Finding {
            kind: match action.place() {
                Place::Pane(pane) => pane.title(),
                Place::Body => ResponseTab::Body.title(),
                Place::Screen(screen) => screen.title(),
                _ => "action",
            },
            label: action.title().to_owned(),
            note: keys.join(" "),
            why_not: why_not(*action, state),
            goal: Goal::Act(*action),
        }
    };
    let rows = Action::ALL.iter().filter(offered).map(finding);
    // Two keys for one thing, one of them for use while typing, make one row.
    let mut once: Vec<Finding> = Vec::new();
    for row in rows {
        if row.kind != "action" || once.iter().all(|other| other.label != row.label) {
            once.push(row);
        }
    }
    once
}

/// The latest calls, each request once.
fn requests(state: &State) -> Vec<Finding> {
    let mut rows: Vec<Finding> = Vec::new();
    for summary in state.history.rows.iter().map(|row| &row.summary) {
        if rows.len() == RECENT {
            break;
        }
        let token = summary
            .token
            .as_ref()
            .map_or("no token", |t| t.name.as_str());
        let label = format!("{} {}", summary.method, path_of(&summary.url));
        let whose = format!("{token} {}", summary.environment);
        if rows
            .iter()
            .any(|r| r.label == label && r.note.ends_with(&whose))
        {
            continue;
        }
        let status = summary
            .status
            .map_or("---".to_owned(), |s| format!("{s:03}"));
        rows.push(Finding {
            kind: "request",
            label,
            note: format!("{status} {whose}"),
            why_not: None,
            goal: Goal::Open(summary.id.clone()),
        });
    }
    rows
}

/// Chooses a theme for this run.
pub fn use_theme(state: &mut State, name: String) -> Vec<Effect> {
    state.theme = name.clone();
    state.notice = Some(Notice::info(format!(
        "The theme is {name} now. To keep it, write theme = \"{name}\" at the top of config.toml."
    )));
    vec![Effect::UseTheme(name)]
}

fn themes(state: &State) -> Vec<Finding> {
    let finding = |theme: &ThemeName| Finding {
        kind: "theme",
        label: theme.name.clone(),
        note: theme.note.clone(),
        why_not: (theme.name == state.theme).then_some("It is the one in use."),
        goal: Goal::Theme(theme.name.clone()),
    };
    state.themes.iter().map(finding).collect()
}

/// What the list says about an environment besides its name.
pub fn environment_note(environment: &Environment) -> String {
    match (environment.sandbox, environment.protected) {
        (true, _) => "practice API on this machine".to_owned(),
        (false, true) => format!("{}  protected", environment.base_url),
        (false, false) => environment.base_url.clone(),
    }
}

fn tokens(state: &State) -> Vec<Finding> {
    let finding = |token: &TokenRef| Finding {
        kind: "token",
        label: token.name.to_string(),
        note: match &token.fingerprint {
            Some(print) => format!("·{print}"),
            None => "no value yet".to_owned(),
        },
        why_not: None,
        goal: Goal::Token(token.name.clone()),
    };
    state.tokens.iter().map(finding).collect()
}

fn environments(state: &State) -> Vec<Finding> {
    let rows = state.environments.iter().enumerate();
    rows.map(|(place, environment)| Finding {
        kind: "environment",
        label: environment.name.clone(),
        note: environment_note(environment),
        why_not: (place == state.environment).then_some("You are in it."),
        goal: Goal::Environment(place),
    })
    .collect()
}
