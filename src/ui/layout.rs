//! Which pane stands where for a size and a focus: four bands, the same on every screen.
//!
//! ```text
//! from 120 columns                         below: one pane, the others by their names
//!   header                                   header
//! ▌ call line, on raised ground            ▌ call line
//!   ── Request ─────    ── Response ───    ── Request ──── Response ──── History ──
//!                                            pane in front
//!   ── History ─────
//!   message                                  message
//!   footer                                   footer
//! ```

use crate::app::pane::BuilderTab;
use crate::app::{Pane, SIDE_BY_SIDE, Screen, Split, State};
use ratatui::layout::Rect;

/// The least columns and rows in which anything useful fits.
pub const LEAST: (u16, u16) = (20, 5);

/// The rectangles of one picture.
pub struct Layout {
    pub header: Rect,
    /// What will be sent, on its own ground; one row high or three.
    pub band: Rect,
    /// The names of the panes, if only one is shown.
    pub names: Option<Rect>,
    /// Each pane with its rule, if there are rules.
    pub panes: Vec<(Pane, Rect)>,
    /// All the room between the call line and the message.
    pub middle: Rect,
    /// Whether panes stand side by side.
    pub wide: bool,
    /// Kept blank for messages, so that a message moves nothing above it.
    pub message: Rect,
    pub footer: Rect,
    /// Whether panes begin with a rule.
    pub ruled: bool,
    /// Columns between the edge of a pane and its text.
    pub indent: u16,
}

impl Layout {
    /// The room for the text of a pane: below its rule, with a margin on both sides.
    pub fn inside(&self, pane: Rect) -> Rect {
        let rule = u16::from(self.ruled && self.wide).min(pane.height);
        let indent = self.indent.min(pane.width / 4);
        Rect {
            x: pane.x + indent,
            y: pane.y + rule,
            width: pane.width - 2 * indent,
            height: pane.height - rule,
        }
    }
}

/// Columns between panes side by side.
const GUTTER: u16 = 4;

/// Rows of the request, and of one whose body is in front.
const REQUEST: u16 = 10;
const REQUEST_WITH_BODY: u16 = 20;

/// Divides the screen for its size and for the pane in focus.
pub fn layout(state: &State, area: Rect) -> Layout {
    let wide = area.width >= SIDE_BY_SIDE;
    let ruled = wide || (area.height >= 16 && area.width >= 60);
    let row = |y: u16, height: u16| Rect {
        y: area.y + y.min(area.height),
        height: height.min(area.height.saturating_sub(y)),
        ..area
    };
    let tall = wide && area.height >= 24;
    let band = if tall { 3 } else { 1 };
    // Below the band there is a blank row if there is room for one.
    let air = u16::from(tall || (area.width >= 100 && area.height >= 26));
    let top = 1 + band + air;
    let named = ruled && !wide && matches!(state.screen, Screen::Explorer | Screen::Sessions);
    let message = u16::from(area.height >= 16);
    let below = top + u16::from(named);
    let middle = row(below, area.height.saturating_sub(below + 1 + message));
    let panes = if wide {
        side_by_side(state, middle)
    } else {
        vec![(state.pane_in_front(), middle)]
    };
    Layout {
        header: row(0, 1),
        band: row(1, band),
        names: named.then(|| row(top, 1)),
        panes,
        middle,
        wide,
        message: row(area.height.saturating_sub(1 + message), 1),
        footer: row(area.height.saturating_sub(1), 1),
        ruled,
        indent: if area.width >= 60 { 2 } else { 1 },
    }
}

/// The columns left and right of a gutter; the left one starts at the margin.
pub fn columns(middle: Rect, left: u16) -> (Rect, Rect) {
    let first = Rect {
        x: middle.x + 2,
        width: left,
        ..middle
    };
    let second = Rect {
        x: first.right() + GUTTER,
        width: middle.width.saturating_sub(left + GUTTER + 4),
        ..middle
    };
    (first, second)
}

fn side_by_side(state: &State, middle: Rect) -> Vec<(Pane, Rect)> {
    let share =
        |whole: u16, thousandths: u16| (u32::from(whole) * u32::from(thousandths) / 1_000) as u16;
    let left = match state.split.columns {
        Some(columns) => share(middle.width.saturating_sub(4), columns),
        None => share(middle.width.saturating_sub(4), Split::COLUMNS).clamp(40, 60),
    };
    let (left, response) = columns(middle, left);
    let has_body = state.builder.tab == BuilderTab::Body && !state.builder.body.is_empty();
    let request = match (state.split.rows, has_body) {
        (Some(rows), _) => share(middle.height, rows),
        (None, true) => REQUEST_WITH_BODY.min(middle.height * 3 / 5),
        (None, false) => REQUEST.min(middle.height / 2),
    };
    let request = request.max(7.min(middle.height));
    vec![
        (
            Pane::Request,
            Rect {
                height: request,
                ..left
            },
        ),
        (
            Pane::History,
            Rect {
                y: left.y + request,
                height: left.height - request,
                ..left
            },
        ),
        (Pane::Response, response),
    ]
}
