//! Which pane stands where for a size and a focus.
//!
//! ```text
//! from 120 columns                    below: one pane, the others as tabs
//! ┌ header ───────────────────────┐   ┌ header ─────────┐
//! ├ Request ─────┬ Response ──────┤   │ call line       │
//! │              │                │   │ tabs            │
//! ├ History ─────┤                │   ├ pane in front ──┤
//! ├ notice ──────┴────────────────┤   ├ notice ─────────┤
//! └ footer ───────────────────────┘   └ footer ─────────┘
//! ```

use crate::app::{Pane, SIDE_BY_SIDE, Screen, Split, State};
use ratatui::layout::Rect;

/// Nothing useful fits below this.
pub const LEAST: (u16, u16) = (20, 5);

pub struct Layout {
    pub header: Rect,
    /// Method and URL, where only one pane is shown.
    pub call: Option<Rect>,
    /// The names of the panes, where only one is shown.
    pub tabs: Option<Rect>,
    pub panes: Vec<(Pane, Rect)>,
    /// All the room between the header and the notice.
    pub middle: Rect,
    /// Whether panes stand side by side.
    pub wide: bool,
    pub notice: Rect,
    pub footer: Rect,
    /// Whether panes have frames.
    pub framed: bool,
}

/// `notice_lines` is how many lines the notice would like.
pub fn layout(state: &State, area: Rect, notice_lines: u16) -> Layout {
    let wide = area.width >= SIDE_BY_SIDE;
    let framed = area.height >= 16 && area.width >= 60;
    let row = |y: u16, height: u16| Rect {
        y: area.y + y,
        height,
        ..area
    };
    let notice = notice_lines.min(area.height / 3);
    let calls = !wide && state.screen == Screen::Explorer;
    let has_tabs = !wide && framed && state.screen != Screen::Matrix;
    let top = 1 + u16::from(calls) + u16::from(has_tabs);
    let middle = row(top, area.height.saturating_sub(top + 1 + notice));
    let panes = if wide {
        let share = |whole: u16, thousandths: u16| {
            (u32::from(whole) * u32::from(thousandths) / 1_000) as u16
        };
        let left = share(area.width, state.split.columns.unwrap_or(Split::COLUMNS));
        let least = 7.min(middle.height);
        let request = match state.split.rows {
            Some(rows) => share(middle.height, rows).max(least),
            None => (middle.height * 2 / 5).clamp(least, 14),
        };
        let column = Rect {
            width: left,
            ..middle
        };
        vec![
            (
                Pane::Request,
                Rect {
                    height: request,
                    ..column
                },
            ),
            (
                Pane::History,
                Rect {
                    y: column.y + request,
                    height: middle.height - request,
                    ..column
                },
            ),
            (
                Pane::Response,
                Rect {
                    x: middle.x + left,
                    width: middle.width - left,
                    ..middle
                },
            ),
        ]
    } else {
        vec![(state.pane_in_front(), middle)]
    };
    Layout {
        header: row(0, 1),
        call: calls.then(|| row(1, 1)),
        tabs: has_tabs.then(|| row(top - 1, 1)),
        panes,
        middle,
        wide,
        notice: row(area.height.saturating_sub(1 + notice), notice),
        footer: row(area.height.saturating_sub(1), 1),
        framed,
    }
}
