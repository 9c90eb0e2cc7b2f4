//! The page of a sign-in; for a device with its code, and the address as a QR code where there is
//! room.

use crate::app::State;
use crate::app::pane::SignIn;
use crate::insight::back_off::wait_text;
use crate::model::{cut, wrap};
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

/// Where the sheet stands: as high as its words need, with the QR code where that fits too. Without
/// a frame it takes all the room.
pub fn place(sign_in: &SignIn, theme: &Theme, screen: Rect) -> Rect {
    if screen.width < FRAMED {
        return screen;
    }
    let width = match screen.width {
        120.. => WIDE,
        width => width,
    };
    let inner = width.saturating_sub(6) as usize;
    let words = words(sign_in, None, theme, inner);
    let room = screen.height.saturating_sub(1);
    let mut height = words.len() as u16 + 4;
    if let Some(code) = code(sign_in, theme, inner)
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

/// Draws the page, the code and the time that is left for the yes into `area`.
pub fn draw(state: &State, sign_in: &SignIn, theme: &Theme, area: Rect, screen: &mut Frame) {
    let framed = screen.area().width >= FRAMED;
    let title = format!("Token {}: say yes in a browser", sign_in.token);
    let mut lines = Vec::new();
    let inside = if framed {
        let title = Line::styled(format!(" {title} "), theme.strong());
        let block = frame(title, true, theme);
        let inside = block.inner(area);
        screen.render_widget(block, area);
        Rect {
            x: inside.x + 2,
            y: inside.y + 1,
            width: inside.width.saturating_sub(4),
            height: inside.height.saturating_sub(2),
        }
    } else {
        let width = area.width.saturating_sub(2);
        lines.push(Line::styled(cut(&title, width as usize), theme.strong()));
        Rect {
            x: area.x + 1,
            width,
            ..area
        }
    };
    let width = inside.width as usize;
    let left = sign_in.until.duration_since(state.now);
    let left = Duration::try_from(left).unwrap_or_default();
    lines.extend(words(sign_in, Some(left), theme, width));
    if let Some(code) = code(sign_in, theme, width)
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
    // However long the page's address is, the code stays on the screen.
    if let Some(code) = &sign_in.user_code {
        lines.extend(rows("code", code, theme.strong()));
    }
    let text = match (left, &sign_in.user_code) {
        (Some(left), _) if left.is_zero() => "it has run out, and nobody said yes".to_owned(),
        (left, Some(_)) => format!("good for {}", left_text(left.unwrap_or_default())),
        (left, None) => format!("waited for {}", left_text(left.unwrap_or_default())),
    };
    lines.extend(rows("", &text, theme.dim()));
    lines.extend(rows("page", &sign_in.url, theme.name()));
    lines
}

/// `9 min 40 s`: a person sees that the time goes by.
fn left_text(left: Duration) -> String {
    match left.as_secs() {
        seconds @ 120..=7_199 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => wait_text(left),
    }
}

/// The address in half blocks, dark on white in every theme: two modules one above the other are
/// one cell. `None` where it is wider than the room, where only ASCII can be shown, and where no
/// other machine may open it.
fn code(sign_in: &SignIn, theme: &Theme, room: usize) -> Option<Vec<Line<'static>>> {
    sign_in.user_code.as_ref()?;
    if theme.ascii {
        return None;
    }
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
    // Without colours the letters are taken to be light on a dark ground, so white is drawn.
    let (style, drawn) = if theme.has_colour() {
        (Style::new().fg(Paint::Black).bg(Paint::White), true)
    } else {
        (Style::new(), false)
    };
    let line = |y: usize| {
        let is_drawn = |y: usize, x: usize| is_dark(x, y) == drawn;
        let cells = (0..whole).map(|x| match (is_drawn(y, x), is_drawn(y + 1, x)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        });
        // The style is the letters' alone: what is right of them keeps its ground.
        Line::from(Span::styled(cells.collect::<String>(), style))
    };
    Some((0..whole).step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TokenName;

    fn sign_in() -> SignIn {
        SignIn {
            token: TokenName::new("me").unwrap(),
            user_code: Some("BCDF-GHJK".into()),
            url: "https://login.acme.example/device".into(),
            whole_url: None,
            until: Default::default(),
        }
    }

    #[test]
    fn a_code_has_its_three_corners_and_white_around_it() {
        let theme = Theme::new(true, false);
        let lines = code(&sign_in(), &theme, 80).unwrap();
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
        assert_eq!(code(&sign_in(), &theme, 20), None);
        assert_eq!(code(&sign_in(), &Theme::new(true, true), 80), None);
        // Its white ends with the code.
        assert!(lines.iter().all(|line| line.style == Style::new()));
        // On a terminal without colours the white around it is drawn.
        let plain = code(&sign_in(), &Theme::new(false, false), 80).unwrap();
        assert!(plain[0].to_string().chars().all(|c| c == '█'));
    }

    #[test]
    fn a_long_address_leaves_the_code_in_sight_and_a_small_screen_is_taken_whole() {
        let long = SignIn {
            url: format!("https://login.acme.example/{}", "a".repeat(500)),
            ..sign_in()
        };
        let theme = Theme::new(true, false);
        let lines = words(&long, None, &theme, 38);
        let row = lines
            .iter()
            .position(|line| line.to_string().contains("BCDF-GHJK"));
        assert!(row.is_some_and(|row| row < 6), "{row:?}");
        let screen = Rect::new(0, 0, 40, 9);
        assert_eq!(place(&long, &theme, screen), screen);
        assert_eq!(left_text(Duration::from_secs(580)), "9 min 40 s");
    }
}
