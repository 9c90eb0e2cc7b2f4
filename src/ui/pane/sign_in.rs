//! The page of a sign-in; for a device with its code, and the address as a QR code where there is
//! room.

use crate::app::State;
use crate::app::pane::SignIn;
use crate::insight::back_off::wait_text;
use crate::model::wrap;
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use qrcode::{Color, EcLevel, QrCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color as Paint, Style};
use ratatui::text::{Line, Span};
use std::time::Duration;

/// The sheet is as wide as this where there is room.
const WIDE: u16 = 90;
/// From here on it has a frame.
const FRAMED: u16 = 60;
/// White around a QR code, in modules; the standard asks for four, readers take two.
const QUIET: usize = 2;

pub fn place(sign_in: &SignIn, screen: Rect) -> Rect {
    let width = match screen.width {
        120.. => WIDE,
        width => width,
    };
    let framed = screen.width >= FRAMED;
    let edges = if framed { 4 } else { 0 };
    let words = words(
        sign_in,
        None,
        &Theme::new(true, false),
        inner(width, framed),
    );
    let room = screen.height.saturating_sub(1);
    let mut height = words.len() as u16 + edges;
    if let Some(code) = code(sign_in, inner(width, framed))
        && height + (code.len() as u16) < room
    {
        height += code.len() as u16 + 1;
    }
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + 1.min(screen.height),
        width,
        height: height.min(room),
    }
}

fn inner(width: u16, framed: bool) -> usize {
    width.saturating_sub(if framed { 6 } else { 2 }) as usize
}

pub fn draw(state: &State, sign_in: &SignIn, theme: &Theme, area: Rect, screen: &mut Frame) {
    let framed = screen.area().width >= FRAMED;
    let inside = if framed {
        let title = format!(" Token {}: say yes in a browser ", sign_in.token);
        let block = frame(Line::styled(title, theme.strong()), true, theme);
        let inside = block.inner(area);
        screen.render_widget(block, area);
        Rect {
            x: inside.x + 2,
            y: inside.y + 1,
            width: inside.width.saturating_sub(4),
            height: inside.height.saturating_sub(2),
        }
    } else {
        Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        }
    };
    let width = inside.width as usize;
    let left = sign_in.until.duration_since(state.now);
    let left = Duration::try_from(left).unwrap_or_default();
    let mut lines = words(sign_in, Some(left), theme, width);
    let drawn = code(sign_in, width).filter(|_| !theme.ascii);
    if let Some(code) = drawn
        && lines.len() + 1 + code.len() <= inside.height as usize
    {
        lines.push(Line::default());
        lines.extend(code);
    }
    for (rect, line) in inside.rows().zip(lines) {
        screen.render_widget(line, rect);
    }
}

/// What is to be done, and how long there is for it.
fn words(
    sign_in: &SignIn,
    left: Option<Duration>,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let intro = match &sign_in.user_code {
        Some(_) => "On this machine or any other: open the page, compare the code, and say yes.",
        None => {
            "In a browser on this machine: open the page and say yes; it comes back by itself. From a browser elsewhere, paste here the address that it ends at."
        }
    };
    let mut lines: Vec<Line> = wrap(intro, width).into_iter().map(Line::raw).collect();
    lines.push(Line::default());
    // Nothing of an address that has to be typed is left out.
    let rows = |label: &str, text: &str, style: Style| {
        let parts = wrap(text, width.saturating_sub(6).max(4));
        let rows = parts.into_iter().enumerate().map(|(place, part)| {
            let label = if place == 0 { label } else { "" };
            Line::from(vec![
                Span::styled(format!("{label:<6}"), theme.dim()),
                Span::styled(part, style),
            ])
        });
        rows.collect::<Vec<Line>>()
    };
    lines.extend(rows("page", &sign_in.url, theme.name()));
    if let Some(code) = &sign_in.user_code {
        lines.extend(rows("code", code, theme.strong()));
    }
    let text = match (left, &sign_in.user_code) {
        (Some(left), _) if left.is_zero() => "it has run out".to_owned(),
        (left, Some(_)) => format!("good for {}", wait_text(left.unwrap_or_default())),
        (left, None) => format!("waited for {}", wait_text(left.unwrap_or_default())),
    };
    lines.extend(rows("", &text, theme.dim()));
    lines
}

/// The address in half blocks, dark on white in every theme: two modules one above the other are
/// one cell. `None` where it is wider than the room, and where no other machine may open it.
fn code(sign_in: &SignIn, room: usize) -> Option<Vec<Line<'static>>> {
    sign_in.user_code.as_ref()?;
    let code = QrCode::with_error_correction_level(sign_in.address(), EcLevel::L).ok()?;
    let side = code.width();
    let whole = side + 2 * QUIET;
    if whole > room {
        return None;
    }
    let colors = code.to_colors();
    let is_dark = |x: usize, y: usize| {
        let inside = (QUIET..QUIET + side).contains(&x) && (QUIET..QUIET + side).contains(&y);
        inside && colors.get((y - QUIET) * side + x - QUIET) == Some(&Color::Dark)
    };
    let style = Style::new().fg(Paint::Black).bg(Paint::White);
    let line = |y: usize| {
        let cells = (0..whole).map(|x| match (is_dark(x, y), is_dark(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        });
        Line::styled(cells.collect::<String>(), style)
    };
    Some((0..whole).step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TokenName;

    #[test]
    fn a_code_has_its_three_corners_and_white_around_it() {
        let sign_in = SignIn {
            token: TokenName::new("me").unwrap(),
            user_code: Some("BCDF-GHJK".into()),
            url: "https://login.acme.example/device".into(),
            whole_url: None,
            until: Default::default(),
        };
        let lines = code(&sign_in, 80).unwrap();
        let rows: Vec<Vec<char>> = lines
            .iter()
            .map(|line| line.to_string().chars().collect())
            .collect();
        let width = rows[0].len();
        assert_eq!(rows.len(), width.div_ceil(2));
        assert!(rows[0].iter().all(|c| *c == ' '));
        // The upper edge of a corner is seven dark modules.
        for start in [QUIET, width - QUIET - 7] {
            assert!(rows[1][start..start + 7].iter().all(|c| "█▀".contains(*c)));
        }
        assert_eq!(code(&sign_in, 20), None);
    }
}
