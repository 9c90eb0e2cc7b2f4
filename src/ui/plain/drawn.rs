//! Parts that are read as they are drawn: the picture is made in a high room that nobody sees, and
//! its lines are read without frames.

use super::super::pane;
use super::super::screen;
use crate::app::{Overlay, Painted, State};
use crate::ui::theme::Theme;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

/// Columns of the room.
const WIDTH: u16 = 100;
/// Its rows: what is longer is read in parts.
const HEIGHT: u16 = 300;

/// The screen beside the explorer.
pub fn screen(state: &State, theme: &Theme) -> Vec<String> {
    drawn(|frame| {
        screen::draw(state, theme, frame);
    })
}

/// The tab of the answer that is in front.
pub fn tab(state: &State, theme: &Theme) -> Vec<String> {
    drawn(|frame| {
        let area = frame.area();
        pane::response::draw(state, theme, area, frame, &mut Painted::default());
    })
}

/// The form, or the sheet of keys.
pub fn overlay(state: &State, theme: &Theme) -> Vec<String> {
    drawn(|frame| match &state.overlay {
        Some(Overlay::Setup(setup)) => {
            let area = Rect {
                height: 40,
                ..frame.area()
            };
            pane::setup::draw(state, setup, theme, area, frame);
        }
        Some(Overlay::Help(help)) => {
            let area = frame.area();
            pane::help::draw(state, help, theme, area, frame);
        }
        _ => {}
    })
}

fn drawn(draw: impl FnOnce(&mut ratatui::Frame)) -> Vec<String> {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(WIDTH, HEIGHT));
    let Ok(_) = terminal.draw(draw);
    let buffer = terminal.backend().buffer();
    let mut lines = Vec::new();
    for row in buffer.content().chunks(WIDTH as usize) {
        let text: String = row.iter().map(|cell| cell.symbol()).collect();
        let text: String = text.chars().map(without_frame).collect();
        let text = text.trim();
        if !text.is_empty() {
            lines.push(text.to_owned());
        }
    }
    lines
}

/// What frames, rules and bars are made of is nothing to be read.
fn without_frame(c: char) -> char {
    match c {
        '\u{2500}'..='\u{259f}' => ' ',
        c => c,
    }
}
