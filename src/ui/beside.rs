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
use crate::app::pane::{Part, TokensPart};
use crate::app::{Beside, Painted, Screen, Spot, State};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws the screen that is in front and returns what it measured.
/// What can be pointed at goes into `painted`.
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
            let place = match layout.wide {
                true => Rect {
                    x: middle.x + 2,
                    width: middle.width - 4,
                    ..middle
                },
                false => middle,
            };
            let area = ruled("Matrix", true, place, layout, theme, screen);
            measured.list_height = pane::matrix::draw(state, theme, area, screen, painted);
        }
        Screen::Sessions => {
            let part = state.sessions.part;
            let titles = Part::ALL.map(|p| (p.title().to_owned(), p == part));
            draw_names(&titles, layout, theme, screen, painted);
            for (which, rect) in session_parts(state, middle, layout.wide) {
                let place = Part::ALL.iter().position(|p| *p == which);
                painted
                    .spots
                    .push((area_of(rect), Spot::Part(place.unwrap_or(0))));
                let area = ruled(which.title(), which == part, rect, layout, theme, screen);
                match which {
                    Part::Files => {
                        pane::sessions::draw_files(state, theme, area, screen, painted);
                    }
                    Part::Steps => {
                        measured.list_height =
                            pane::sessions::draw_steps(state, theme, area, screen, painted);
                    }
                    Part::Differences => {
                        measured.detail_last =
                            pane::sessions::draw_differences(state, theme, area, screen);
                    }
                }
            }
        }
        Screen::Tokens => {
            let part = state.tokens_pane.part;
            let titles = TokensPart::ALL.map(|p| (p.title().to_owned(), p == part));
            draw_names(&titles, layout, theme, screen, painted);
            for (which, rect) in token_parts(state, middle, layout.wide) {
                let place = TokensPart::ALL.iter().position(|p| *p == which);
                painted
                    .spots
                    .push((area_of(rect), Spot::Part(place.unwrap_or(0))));
                let area = ruled(which.title(), which == part, rect, layout, theme, screen);
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

/// Draws the rule of a part, and says where its text stands.
fn ruled(
    title: &str,
    focused: bool,
    rect: Rect,
    layout: &Layout,
    theme: &Theme,
    screen: &mut Frame,
) -> Rect {
    if layout.wide {
        let rule = Rule {
            title,
            fact: "",
            focused,
        };
        rule.draw(theme, Rect { height: 1, ..rect }, screen);
    }
    layout.inside(rect)
}

fn session_parts(state: &State, middle: Rect, wide: bool) -> Vec<(Part, Rect)> {
    if !wide {
        return vec![(state.sessions.part, middle)];
    }
    let left = middle.width * 26 / 100;
    let (files, right) = columns(middle, left);
    let upper = right.height * 55 / 100;
    let steps = Rect {
        height: upper,
        ..right
    };
    let differences = Rect {
        y: right.y + upper,
        height: right.height - upper,
        ..right
    };
    vec![
        (Part::Files, files),
        (Part::Steps, steps),
        (Part::Differences, differences),
    ]
}

fn token_parts(state: &State, middle: Rect, wide: bool) -> Vec<(TokensPart, Rect)> {
    if !wide {
        return vec![(state.tokens_pane.part, middle)];
    }
    let (list, inspector) = columns(middle, middle.width * 42 / 100);
    vec![(TokensPart::List, list), (TokensPart::Inspector, inspector)]
}
