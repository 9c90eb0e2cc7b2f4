//! The whole picture, from the state alone.

use super::layout::{LEAST, Layout, layout};
use super::paint::{Names, Rule, area_of, clear, fade, hide, sweep};
use super::pane;
use super::screen_parts;
use super::status_bar;
use super::theme::Theme;
use crate::app::{Border, Overlay, Painted, Pane, Screen, Spot, State};
use crate::model::cut;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::Clear;

/// From this many columns on, what lies on top has its keys on its lower edge.
const EDGED: u16 = 60;
/// Rows of a sheet that has room for a message.
const ROOMY: u16 = 6;
/// Columns of that edge that say how many lines lie below.
const MORE: u16 = 12;

/// Draws the state and returns what the picture measured.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame) -> Painted {
    let mut painted = Painted::default();
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.ground());
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let words = format!("Too small: {}x{} is the least.", LEAST.0, LEAST.1);
        frame.render_widget(Line::raw(cut(&words, area.width as usize)), area);
    } else {
        draw_whole(state, theme, frame, &mut painted);
    }
    if state.private {
        hide(frame.buffer_mut());
    }
    sweep(frame.buffer_mut(), theme);
    painted
}

fn draw_whole(state: &State, theme: &Theme, screen: &mut Frame, painted: &mut Painted) {
    let area = screen.area();
    let layout = layout(state, area);
    let header = status_bar::header(state, theme, layout.header, painted);
    screen.render_widget(header, layout.header);
    match state.screen {
        Screen::Explorer => draw_panes(state, theme, &layout, screen, painted),
        _ => painted.beside = screen_parts::draw(state, theme, &layout, screen, painted),
    }
    for (border, rect) in borders(&layout.panes) {
        painted.spots.push((area_of(rect), Spot::Border(border)));
    }
    // What lies on top has its keys on its own lower edge, if it has one.
    let asks = matches!(state.overlay, Some(Overlay::Question(_)));
    if state.overlay.is_none() || asks || area.width < EDGED {
        let footer = status_bar::footer(state, theme, layout.footer, painted);
        screen.render_widget(footer, layout.footer);
    }
    let room = Rect {
        height: area.height - 1,
        ..area
    };
    let mut over = None;
    if let Some(overlay) = &state.overlay {
        // The hints of the last line belong to what lies on top; everything else is behind it.
        let words = painted.clone();
        painted.spots.retain(|(area, _)| area.y == layout.footer.y);
        let all = (area_of(room), Spot::Behind);
        painted.spots.insert(0, all);
        // A question is one line: what it is about stays readable.
        if !asks {
            fade(room, theme, screen);
        }
        over = draw_overlay(overlay, state, theme, screen, &words, painted);
    }
    match over.filter(|over| over.width >= EDGED && over.height >= ROOMY) {
        Some(over) => draw_message_in(over, state, theme, screen),
        None => draw_message(state, theme, &layout, screen),
    }
}

/// In a sheet with room for it, a message takes the last rows.
fn draw_message_in(sheet: Rect, state: &State, theme: &Theme, screen: &mut Frame) {
    let inside = sheet.inner(Margin::new(1, 1));
    let lines = status_bar::notice(state, theme, inside.width);
    let height = (lines.len() as u16).min(inside.height / 2);
    let place = Rect {
        y: inside.bottom() - height,
        height,
        ..inside
    };
    clear(place, theme, screen);
    for (rect, line) in place.rows().zip(lines) {
        screen.render_widget(line, rect);
    }
}

/// A message has its own line above the keys, and grows upwards over what is there: nothing moves.
/// In little room it replaces the keys.
fn draw_message(state: &State, theme: &Theme, layout: &Layout, screen: &mut Frame) {
    let area = screen.area();
    let (lines, most) = match &state.overlay {
        Some(Overlay::Question(question)) => {
            let lines = pane::question::lines(question, state, theme, area.width);
            (lines, area.height.saturating_sub(2))
        }
        _ => {
            let lines = status_bar::notice(state, theme, area.width);
            (lines, (area.height / 3).max(1))
        }
    };
    let most = most.max(1);
    let height = (lines.len() as u16).min(most);
    let end = match layout.message.height {
        0 => layout.footer.bottom(),
        _ => layout.message.bottom(),
    };
    let place = Rect {
        y: end.saturating_sub(height),
        height,
        ..area
    };
    if height > 1 || state.overlay.is_some() {
        clear(place, theme, screen);
    } else if height == 1 {
        screen.render_widget(Clear, place);
        screen.buffer_mut().set_style(place, theme.ground());
    }
    for (rect, line) in place.rows().zip(lines) {
        screen.render_widget(line, rect);
    }
}

fn draw_overlay(
    overlay: &Overlay,
    state: &State,
    theme: &Theme,
    screen: &mut Frame,
    words: &Painted,
    painted: &mut Painted,
) -> Option<Rect> {
    let area = screen.area();
    // The last line stays free: it says which keys work in what lies on top.
    let room = Rect {
        height: area.height - 1,
        ..area
    };
    let rect = match overlay {
        Overlay::Dialog(dialog) => pane::dialog::place(dialog, room, words),
        Overlay::Prompt(prompt) => pane::prompt::place(prompt, area),
        Overlay::Palette(palette) => pane::palette::place(palette, room),
        Overlay::Investigate(_) => pane::investigate::place(room),
        Overlay::Isolate(_) => pane::isolate::place(room),
        Overlay::When(_) => pane::when::place(room),
        Overlay::Secret(_) => pane::secret::place(area),
        Overlay::Setup(setup) => pane::setup::place(setup, room),
        Overlay::Help(_) => pane::help::place(room),
        Overlay::Manual(_) => pane::manual::place(room),
        Overlay::Pasted(pasted) => pane::pasted::place(state, pasted, room),
        Overlay::SignIn(shown) => pane::sign_in::place(shown, theme, room),
        // It is in the message line.
        Overlay::Question(_) => return None,
    };
    clear(rect, theme, screen);
    painted.spots.push((area_of(rect), Spot::Sheet));
    match overlay {
        Overlay::Dialog(dialog) => pane::dialog::draw(dialog, theme, rect, screen, painted),
        Overlay::Prompt(prompt) => pane::prompt::draw(prompt, theme, rect, screen),
        Overlay::Palette(palette) => pane::palette::draw(palette, theme, rect, screen, painted),
        Overlay::Secret(secret) => {
            pane::secret::draw(secret, theme, rect, screen);
        }
        Overlay::Setup(setup) => pane::setup::draw(state, setup, theme, rect, screen),
        Overlay::Pasted(pasted) => pane::pasted::draw(state, pasted, theme, rect, screen),
        Overlay::SignIn(shown) => pane::sign_in::draw(state, shown, theme, rect, screen),
        Overlay::Question(_) => {}
        Overlay::Investigate(found) => {
            (painted.sheet_lines, painted.sheet_height) =
                pane::investigate::draw(state, found, theme, rect, screen);
        }
        Overlay::Manual(manual) => pane::manual::draw(manual, theme, rect, screen, painted),
        Overlay::Isolate(found) => {
            (painted.sheet_lines, painted.sheet_height) =
                pane::isolate::draw(state, found, theme, rect, screen);
        }
        Overlay::When(found) => {
            (painted.sheet_lines, painted.sheet_height) =
                pane::when::draw(state, found, theme, rect, screen);
        }
        Overlay::Help(help) => {
            (painted.sheet_lines, painted.sheet_height) =
                pane::help::draw(state, help, theme, rect, screen);
        }
    }
    if area.width >= EDGED && rect.height > 1 {
        let edge = Rect {
            x: rect.x + 2,
            y: rect.bottom() - 1,
            width: rect.width.saturating_sub(MORE + 4),
            height: 1,
        };
        let keys = status_bar::footer(state, theme, edge, painted);
        let width = (keys.width() as u16).min(edge.width);
        screen.render_widget(keys, Rect { width, ..edge });
    }
    Some(rect)
}

fn draw_panes(
    state: &State,
    theme: &Theme,
    layout: &Layout,
    screen: &mut Frame,
    painted: &mut Painted,
) {
    pane::builder::draw_band(state, theme, layout.band, screen, painted);
    let fact = |pane: Pane, width: u16| match pane {
        Pane::Request => String::new(),
        Pane::Response => pane::response::title(state, width),
        Pane::History => pane::history::count(state),
    };
    if let Some(row) = layout.names {
        let front = state.pane_in_front();
        let names = Pane::ALL.map(|pane| {
            let calls = state.history.rows.len();
            let name = match (pane, calls) {
                (Pane::History, 1..) => format!("{} {calls}", pane.title()),
                _ => pane.title().to_owned(),
            };
            (name, pane == front)
        });
        let names = Names {
            names: &names,
            fact: &fact(front, row.width.saturating_sub(50)),
            focused: front == state.focus && !state.is_on_call(),
        };
        let spot = |place: usize| Pane::ALL.get(place).map_or(Spot::Sheet, |p| Spot::Pane(*p));
        names.draw(theme, row, screen, painted, spot);
    }
    for (which, rect) in &layout.panes {
        painted.panes.push((*which, area_of(*rect)));
        painted.spots.push((area_of(*rect), Spot::Pane(*which)));
        if layout.wide {
            let rule = Rule {
                title: which.title(),
                fact: &fact(*which, rect.width.saturating_sub(16)),
                focused: *which == state.focus && !(*which == Pane::Request && state.is_on_call()),
            };
            let row = Rect { height: 1, ..*rect };
            rule.draw(theme, row, screen);
        }
        let inside = layout.inside(*rect);
        match which {
            Pane::Request => pane::builder::draw(state, theme, inside, screen, painted),
            Pane::Response => pane::response::draw(state, theme, inside, screen, painted),
            Pane::History => pane::history::draw(state, theme, inside, screen, painted),
        }
    }
    pane::builder::draw_candidates(state, theme, layout.band, layout.middle, screen, painted);
}

/// The lines between panes side by side that the mouse can move: the gutter, and the rule of the
/// history.
fn borders(panes: &[(Pane, Rect)]) -> Vec<(Border, Rect)> {
    let of = |pane| panes.iter().find(|(which, _)| *which == pane).map(|p| p.1);
    let (Some(history), Some(response)) = (of(Pane::History), of(Pane::Response)) else {
        return Vec::new();
    };
    let columns = Rect {
        x: history.right(),
        width: response.x.saturating_sub(history.right()),
        ..response
    };
    let rows = Rect {
        height: 1,
        ..history
    };
    vec![(Border::Rows, rows), (Border::Columns, columns)]
}
