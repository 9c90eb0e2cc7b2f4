//! The screens beside the explorer: which of their parts stands where.
//!
//! ```text
//! from 120 columns                         below: one part, the others by their names
//!   ── Sessions ──    ── Steps ───────        ── Sessions ──── Steps ──── Differences ──
//!                                             part in focus
//!                     ── Differences ─
//! ```

use super::layout::{Layout, columns};
use super::paint::{Names, Rule, area_of};
use super::pane;
use super::theme::Theme;
use crate::app::pane::{SessionsPart, TokensPart};
use crate::app::{Beside, Painted, Screen, Spot, State};
use crate::model::{cut, visible_line};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws the screen in front, returns what it measured, and adds everything clickable to `painted`.
pub fn draw(
    state: &State,
    theme: &Theme,
    layout: &Layout,
    screen: &mut Frame,
    painted: &mut Painted,
) -> Beside {
    let mut measured = Beside::default();
    let middle = layout.middle;
    match state.screen {
        Screen::Explorer => {}
        Screen::Matrix => {
            pane::matrix::draw_band(state, theme, layout.band, screen, painted);
            let margin = if middle.width >= 60 { 2 } else { 1 };
            let area = Rect {
                x: middle.x + margin,
                width: middle.width.saturating_sub(2 * margin),
                ..middle
            };
            measured.list_height = pane::matrix::draw(state, theme, area, screen, painted);
        }
        Screen::Sessions => {
            pane::sessions::draw_band(state, theme, layout.band, screen, painted);
            let part = state.sessions.part;
            let titles =
                SessionsPart::ALL.map(|which| (session_title(state, which), which == part));
            draw_names(&titles, layout, theme, screen, painted);
            for (which, rect) in session_parts(state, theme, layout) {
                let place = SessionsPart::ALL.iter().position(|p| *p == which);
                painted
                    .spots
                    .push((area_of(rect), Spot::Part(place.unwrap_or(0))));
                let is_ruled = layout.wide
                    || (which == SessionsPart::Differences && part == SessionsPart::Steps);
                let fact = match which {
                    SessionsPart::Files => match state.sessions.files.len() {
                        0 => String::new(),
                        count => count.to_string(),
                    },
                    SessionsPart::Steps => state.sessions.progress(),
                    SessionsPart::Differences => String::new(),
                };
                let title = match which {
                    SessionsPart::Files => which.title().to_owned(),
                    SessionsPart::Steps => session_title(state, which),
                    SessionsPart::Differences => pane::sessions::title_of_step(state),
                };
                let rule = Rule {
                    title: &title,
                    fact: &fact,
                    focused: which == part,
                };
                let area = ruled(rule, is_ruled, rect, layout, theme, screen);
                match which {
                    SessionsPart::Files => {
                        pane::sessions::draw_files(state, theme, area, screen, painted);
                    }
                    SessionsPart::Steps => {
                        measured.list_height =
                            pane::sessions::draw_steps(state, theme, area, screen, painted);
                    }
                    SessionsPart::Differences => {
                        measured.detail_last =
                            pane::sessions::draw_differences(state, theme, area, screen);
                    }
                }
            }
        }
        Screen::Tokens => {
            pane::tokens::draw_band(state, theme, layout.band, screen, painted);
            let part = state.tokens_pane.part;
            let place = &state.environment().name;
            for (which, rect) in token_parts(state, layout) {
                let place_of = TokensPart::ALL.iter().position(|p| *p == which);
                painted
                    .spots
                    .push((area_of(rect), Spot::Part(place_of.unwrap_or(0))));
                let (title, fact) = match which {
                    TokensPart::List => {
                        let count = state.tokens_pane.rows(place).len();
                        (which.title().to_owned(), count.to_string())
                    }
                    TokensPart::Inspector => pane::tokens::title(state),
                };
                let rule = Rule {
                    title: &title,
                    fact: &fact,
                    focused: which == part,
                };
                let is_ruled = layout.ruled && (layout.wide || which == TokensPart::Inspector);
                let area = ruled(rule, is_ruled, rect, layout, theme, screen);
                match which {
                    TokensPart::List => {
                        measured.list_height =
                            pane::tokens::draw_list(state, theme, area, screen, painted);
                    }
                    TokensPart::Inspector => {
                        measured.detail_last =
                            pane::tokens::draw_inspector(state, theme, area, screen);
                    }
                }
            }
        }
    }
    measured.list_height = measured.list_height.max(2);
    measured
}

fn draw_names(
    titles: &[(String, bool)],
    layout: &Layout,
    theme: &Theme,
    screen: &mut Frame,
    painted: &mut Painted,
) {
    if let Some(row) = layout.names {
        let names = Names {
            names: titles,
            fact: "",
            focused: true,
        };
        names.draw(theme, row, screen, painted, Spot::Part);
    }
}

/// Draws the rule of a part, and returns the room for its text.
fn ruled(
    rule: Rule,
    is_ruled: bool,
    rect: Rect,
    layout: &Layout,
    theme: &Theme,
    screen: &mut Frame,
) -> Rect {
    let above = u16::from(is_ruled).min(rect.height);
    if is_ruled {
        rule.draw(
            theme,
            Rect {
                height: above,
                ..rect
            },
            screen,
        );
    }
    // If there is room, a blank line keeps the text off the rule.
    let air = u16::from(layout.ruled && rect.height > 8).min(rect.height - above);
    let indent = layout.indent.min(rect.width / 4);
    Rect {
        x: rect.x + indent,
        y: rect.y + above + air,
        width: rect.width - 2 * indent,
        height: rect.height - above - air,
    }
}

/// The title of a part; the steps are named after the open session.
fn session_title(state: &State, part: SessionsPart) -> String {
    let open = state.sessions.open.as_ref();
    match (part, open, state.sessions.files.len()) {
        (SessionsPart::Steps, Some(open), _) => cut(&visible_line(&open.session.name), 28),
        (SessionsPart::Files, _, count @ 1..) => format!("{} {count}", part.title()),
        _ => part.title().to_owned(),
    }
}

fn session_parts(state: &State, theme: &Theme, layout: &Layout) -> Vec<(SessionsPart, Rect)> {
    let middle = layout.middle;
    let steps_and_differences = |area: Rect| {
        let wanted = pane::sessions::height_of_steps(state, theme, layout.inside(area)) + 3;
        let upper = wanted.min(area.height * 3 / 5).max(area.height / 4);
        let steps = Rect {
            height: upper,
            ..area
        };
        let differences = Rect {
            y: area.y + upper,
            height: area.height - upper,
            ..area
        };
        vec![
            (SessionsPart::Steps, steps),
            (SessionsPart::Differences, differences),
        ]
    };
    if !layout.wide {
        return match state.sessions.part {
            SessionsPart::Steps if middle.height >= 16 && state.sessions.open.is_some() => {
                steps_and_differences(middle)
            }
            part => vec![(part, middle)],
        };
    }
    let left = (middle.width * 36 / 100).clamp(40, 60);
    let (files, right) = columns(middle, left);
    let mut parts = vec![(SessionsPart::Files, files)];
    parts.extend(steps_and_differences(right));
    parts
}

/// The list and the details of a token, side by side or one above the other.
fn token_parts(state: &State, layout: &Layout) -> Vec<(TokensPart, Rect)> {
    let middle = layout.middle;
    if layout.wide {
        let left = (middle.width * 36 / 100).clamp(40, 60);
        let (list, inspector) = columns(middle, left);
        return vec![(TokensPart::List, list), (TokensPart::Inspector, inspector)];
    }
    let count = state.tokens_pane.rows(&state.environment().name).len() as u16;
    if count == 0 {
        return vec![(TokensPart::List, middle)];
    }
    // The part in focus gets more of the room.
    let most = match state.tokens_pane.part {
        TokensPart::List => middle.height / 2,
        TokensPart::Inspector => middle.height * 3 / 10,
    };
    let air = u16::from(layout.ruled);
    let upper = (count + 2 * air).min(most.max(2 + air)).min(middle.height);
    let list = Rect {
        height: upper,
        ..middle
    };
    let inspector = Rect {
        y: middle.y + upper,
        height: middle.height - upper,
        ..middle
    };
    vec![(TokensPart::List, list), (TokensPart::Inspector, inspector)]
}
