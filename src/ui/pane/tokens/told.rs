//! Lines of what is told of a token: what it is about, the text, and how it is known where there
//! is room for that.

use crate::insight::token::{Line as Told, Tone};
use crate::model::{StatusClass, wrap};
use crate::ui::paint::{Cell, columns};
use crate::ui::theme::Theme;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

/// Columns of how something is known, and from which width on it is said.
const HOW: usize = 16;
const ROOM_FOR_HOW: usize = 72;

/// Adds a text, wrapped at so many columns.
pub fn say(lines: &mut Vec<Line<'static>>, text: &str, width: usize, style: Style) {
    let texts = wrap(text, width).into_iter();
    lines.extend(texts.map(|text| Line::styled(text, style)));
}

/// Lines of what is told, in columns: label, text, and how it is known where `width` has room for
/// that. Scopes and roles stand one below the other.
pub fn rows(told: Vec<Told>, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let labels = told.iter().map(|line| line.label.width());
    let label = labels.max().unwrap_or(0).clamp(9, 14).min(width / 3);
    let mut all = Vec::new();
    for line in told {
        let style = match line.tone {
            Tone::Bad => theme.trouble(),
            Tone::Doubt => theme.class(StatusClass::ClientError),
            Tone::Plain => Style::new(),
        };
        // Scopes are read one by one.
        let texts = match line.label.as_str() {
            "scopes" | "roles" => line.text.split(", ").map(str::to_owned).collect(),
            _ => vec![line.text],
        };
        for (place, text) in texts.into_iter().enumerate() {
            let shown = if place == 0 {
                line.label.clone()
            } else {
                String::new()
            };
            // How it is known stands where there is room for it.
            let how = match (place, width >= ROOM_FOR_HOW) {
                (0, true) => line.how.words(),
                _ => "",
            };
            let beside = if width >= ROOM_FOR_HOW { HOW + 3 } else { 0 };
            let room = width.saturating_sub(label + 4 + beside).max(4);
            let mut cells: Vec<Cell> = vec![(shown, label, theme.dim()), (text, room, style)];
            if beside > 0 {
                cells.push((how.to_owned(), HOW, theme.dim()));
            }
            all.extend(columns(&cells));
        }
    }
    all
}
