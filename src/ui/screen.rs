//! The whole picture, from the state alone.

use super::layout::{LEAST, layout};
use super::paint::{area_of, frame, sweep, tabs};
use super::pane;
use super::status_bar;
use super::theme::Theme;
use crate::app::{Overlay, Painted, Pane, State};
use crate::model::cut;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::Clear;

/// Draws the state and returns what the picture measured.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame) -> Painted {
    let mut painted = Painted::default();
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let words = format!("Too small: {}x{} is the least.", LEAST.0, LEAST.1);
        frame.render_widget(Line::raw(cut(&words, area.width as usize)), area);
    } else {
        draw_explorer(state, theme, frame, &mut painted);
    }
    sweep(frame.buffer_mut(), theme);
    painted
}

fn draw_explorer(state: &State, theme: &Theme, screen: &mut Frame, painted: &mut Painted) {
    let area = screen.area();
    let notice = status_bar::notice(state, theme, area.width);
    let layout = layout(state, area, notice.len() as u16);
    screen.render_widget(
        status_bar::header(state, theme, layout.header.width),
        layout.header,
    );
    if let Some(row) = layout.tabs {
        let titles = Pane::ALL.map(|pane| (pane.title().to_owned(), pane == state.focus));
        screen.render_widget(tabs(&titles, theme), row);
    }
    for (which, rect) in &layout.panes {
        painted.panes.push((*which, area_of(*rect)));
        let inside = if layout.framed {
            let title = Line::raw(format!(" {} ", which.title()));
            let block = frame(title, *which == state.focus, theme);
            let inside = block.inner(*rect);
            screen.render_widget(block, *rect);
            inside.inner(Margin::new(1, 0))
        } else {
            *rect
        };
        match which {
            Pane::Request => pane::builder::draw(state, theme, inside, screen),
            Pane::Response => painted.response = pane::response::draw(state, theme, inside, screen),
            Pane::History => {
                painted.history_height = pane::history::draw(state, theme, inside, screen)
            }
        }
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
    screen.render_widget(
        status_bar::footer(state, theme, layout.footer.width),
        layout.footer,
    );
    // The last line stays free: it says which keys work in what lies on top.
    let room = Rect {
        height: area.height - 1,
        ..area
    };
    match &state.overlay {
        None => {}
        Some(Overlay::Dialog(dialog)) => {
            let rect = pane::dialog::place(dialog, room);
            screen.render_widget(Clear, rect);
            pane::dialog::draw(dialog, theme, rect, screen);
        }
        Some(Overlay::Prompt(prompt)) => {
            let rect = pane::prompt::place(area);
            screen.render_widget(Clear, rect);
            pane::prompt::draw(prompt, theme, rect, screen);
        }
        Some(Overlay::Palette(palette)) => {
            let rect = pane::palette::place(palette, room);
            screen.render_widget(Clear, rect);
            painted.sheet_height = pane::palette::draw(palette, theme, rect, screen);
        }
        Some(Overlay::Replay(replay)) => {
            let rect = pane::replay::place(replay, theme, area);
            screen.render_widget(Clear, rect);
            (painted.sheet_lines, painted.sheet_height) =
                pane::replay::draw(replay, theme, rect, screen);
        }
        Some(Overlay::Help(help)) => {
            let rect = pane::help::place(room);
            screen.render_widget(Clear, rect);
            (painted.sheet_lines, painted.sheet_height) =
                pane::help::draw(state, help, theme, rect, screen);
        }
    }
}
