//! The whole picture, from the state alone.

use super::beside;
use super::layout::{LEAST, Layout, layout};
use super::paint::{area_of, clear, frame, guarded_frame, hide, sweep, tab_row};
use super::pane;
use super::status_bar;
use super::theme::Theme;
use crate::app::{Border, Overlay, Painted, Pane, Screen, Spot, State};
use crate::model::{cut, visible_line};
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

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
    let notice = status_bar::notice(state, theme, area.width);
    let layout = layout(state, area, notice.len() as u16);
    let header = status_bar::header(state, theme, layout.header, painted);
    screen.render_widget(header, layout.header);
    match state.screen {
        Screen::Explorer => draw_panes(state, theme, &layout, screen, painted),
        _ => painted.beside = beside::draw(state, theme, &layout, screen, painted),
    }
    for (border, rect) in borders(&layout.panes) {
        painted.spots.push((area_of(rect), Spot::Border(border)));
    }
    for (row, line) in notice
        .into_iter()
        .take(layout.notice.height as usize)
        .enumerate()
    {
        let y = layout.notice.y + row as u16;
        screen.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..layout.notice
            },
        );
    }
    let footer = status_bar::footer(state, theme, layout.footer, painted);
    screen.render_widget(footer, layout.footer);
    let room = Rect {
        height: area.height - 1,
        ..area
    };
    if let Some(overlay) = &state.overlay {
        // The hints of the last line belong to what lies on top; all else is behind it.
        painted.spots.retain(|(area, _)| area.y == layout.footer.y);
        let all = (area_of(room), Spot::Behind);
        painted.spots.insert(0, all);
        draw_overlay(overlay, state, theme, screen, painted);
    }
}

/// The frame of the request says as whom and where it would go.
fn request_frame(state: &State, theme: &Theme, width: u16) -> Block<'static> {
    let environment = state.environment();
    let token = state.token();
    let token = token.map_or_else(
        || "without a token".to_owned(),
        |t| format!("as {}", t.name),
    );
    let title = Pane::Request.title();
    let goes = format!(" {title}  {token} in {} ", visible_line(&environment.name));
    let goes = cut(&goes, width.saturating_sub(16) as usize);
    let focused = state.focus == Pane::Request;
    if !environment.protected {
        return frame(Line::raw(goes), focused, theme);
    }
    let badge = Span::styled(" PROTECTED ", theme.protected());
    // Its lines are the same in focus and out of it, so the title says which.
    let style = match focused {
        true => theme.selected(),
        false => theme.trouble(),
    };
    let title = Line::from(vec![Span::styled(goes, style), badge]);
    guarded_frame(title, theme)
}

fn draw_overlay(
    overlay: &Overlay,
    state: &State,
    theme: &Theme,
    screen: &mut Frame,
    painted: &mut Painted,
) {
    let area = screen.area();
    // The last line stays free: it says which keys work in what lies on top.
    let room = Rect {
        height: area.height - 1,
        ..area
    };
    let rect = match overlay {
        Overlay::Dialog(dialog) => pane::dialog::place(dialog, room),
        Overlay::Prompt(prompt) => pane::prompt::place(prompt, area),
        Overlay::Palette(palette) => pane::palette::place(palette, room),
        Overlay::Investigate(_) => pane::investigate::place(room),
        Overlay::Secret(_) => pane::secret::place(area),
        Overlay::Setup(setup) => pane::setup::place(setup, room),
        Overlay::Help(_) => pane::help::place(room),
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
        Overlay::Investigate(found) => {
            (painted.sheet_lines, painted.sheet_height) =
                pane::investigate::draw(state, found, theme, rect, screen);
        }
        Overlay::Help(help) => {
            (painted.sheet_lines, painted.sheet_height) =
                pane::help::draw(state, help, theme, rect, screen);
        }
    }
}

fn draw_panes(
    state: &State,
    theme: &Theme,
    layout: &Layout,
    screen: &mut Frame,
    painted: &mut Painted,
) {
    if let Some(row) = layout.call {
        pane::builder::draw_line(state, theme, row, screen, painted);
    }
    if let Some(row) = layout.tabs {
        let front = state.pane_in_front();
        let titles = Pane::ALL.map(|pane| (pane.title().to_owned(), pane == front));
        let spot = |place: usize| Pane::ALL.get(place).map_or(Spot::Sheet, |p| Spot::Pane(*p));
        tab_row(&titles, theme, row, screen, painted, spot);
    }
    for (which, rect) in &layout.panes {
        painted.panes.push((*which, area_of(*rect)));
        painted.spots.push((area_of(*rect), Spot::Pane(*which)));
        let inside = if layout.framed {
            let block = match which {
                Pane::Request => request_frame(state, theme, rect.width),
                Pane::Response => {
                    let title = pane::response::title(state, rect.width.saturating_sub(2));
                    frame(Line::raw(title), *which == state.focus, theme)
                }
                Pane::History => {
                    let title = Line::raw(format!(" {} ", which.title()));
                    frame(title, *which == state.focus, theme)
                }
            };
            let inside = block.inner(*rect);
            screen.render_widget(block, *rect);
            inside.inner(Margin::new(1, 0))
        } else {
            *rect
        };
        match which {
            Pane::Request => pane::builder::draw(state, theme, inside, screen, painted),
            Pane::Response => pane::response::draw(state, theme, inside, screen, painted),
            Pane::History => pane::history::draw(state, theme, inside, screen, painted),
        }
    }
    if let Some(row) = layout.call {
        pane::builder::draw_candidates(state, theme, row, layout.middle, screen, painted);
    }
}

/// The lines between panes side by side, two cells wide: the frames of both neighbours.
fn borders(panes: &[(Pane, Rect)]) -> Vec<(Border, Rect)> {
    let of = |pane| panes.iter().find(|(which, _)| *which == pane).map(|p| p.1);
    let (Some(history), Some(response)) = (of(Pane::History), of(Pane::Response)) else {
        return Vec::new();
    };
    let columns = Rect {
        x: response.x.saturating_sub(1),
        width: 2,
        ..response
    };
    let rows = Rect {
        y: history.y.saturating_sub(1),
        height: 2,
        width: history.width.saturating_sub(1),
        ..history
    };
    vec![(Border::Rows, rows), (Border::Columns, columns)]
}
