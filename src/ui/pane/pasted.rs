//! A pasted token: what it is and whose, what is wrong with it, and what can be done with it.

use super::tokens::{lifetime, rows};
use crate::app::pane::PastedToken;
use crate::app::{Action, State, origin_of_call};
use crate::insight::token::{Line as Told, TokenKind, Tone, Validity, lines};
use crate::model::{StatusClass, cut, wrap};
use crate::ui::paint::{barred, frame};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The width of the sheet if there is room.
const WIDE: u16 = 98;
/// From this many columns on it has a frame.
const FRAMED: u16 = 60;

/// The place below the header, as high as the content.
pub fn place(state: &State, pasted: &PastedToken, screen: Rect) -> Rect {
    let width = match screen.width {
        120.. => WIDE,
        width => width,
    };
    let framed = screen.width >= FRAMED;
    let inner = width.saturating_sub(if framed { 6 } else { 2 });
    let theme = Theme::new(true, false);
    let height = content(state, pasted, &theme, inner as usize).len() as u16;
    let height = height + if framed { 4 } else { 1 };
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + 1.min(screen.height),
        width,
        height: height.min(screen.height.saturating_sub(1)),
    }
}

/// Draws what the token says of itself, and the keys for what can be done with it.
pub fn draw(state: &State, pasted: &PastedToken, theme: &Theme, area: Rect, screen: &mut Frame) {
    let framed = screen.area().width >= FRAMED;
    let title = "Pasted: a token";
    let fact = "neither kept nor sent";
    let inside = if framed {
        let block = frame(
            Line::styled(format!(" {title} "), theme.strong()),
            true,
            theme,
        );
        let fact = Line::styled(format!(" {fact} "), theme.dim()).right_aligned();
        let block = block.title(fact);
        let inside = block.inner(area);
        screen.render_widget(block, area);
        Rect {
            x: inside.x + 2,
            y: inside.y + 1,
            width: inside.width.saturating_sub(4),
            height: inside.height.saturating_sub(1),
        }
    } else {
        let words = cut(&format!(" {title}, {fact}"), area.width as usize);
        let head = Rect {
            height: 1.min(area.height),
            ..area
        };
        screen.render_widget(Line::styled(words, theme.strong()), head);
        Rect {
            x: area.x + 1,
            y: area.y + 1,
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(1),
        }
    };
    let all = content(state, pasted, theme, inside.width as usize);
    // The keys always fit; other lines are cut for them.
    let keys = keys(state, theme, inside.width as usize);
    let height = inside.height as usize;
    let kept = height.saturating_sub(keys.len() + 1);
    let shown: Vec<Line> = if all.len() > height {
        let rest = all.len() - kept.saturating_sub(1);
        let more = Line::styled(format!("… {rest} lines more"), theme.dim());
        let first = all.into_iter().take(kept.saturating_sub(1));
        first.chain([more, Line::default()]).chain(keys).collect()
    } else {
        all
    };
    for (rect, line) in inside.rows().zip(shown) {
        screen.render_widget(line, rect);
    }
}

fn keys(state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let keep = match width {
        48.. => "keep as …        keyring, command, file, variable",
        _ => "keep as …",
    };
    let rows = [
        (Action::PastedUse, use_of(state, width)),
        (Action::PastedKeep, keep.to_owned()),
        (Action::PastedCopy, "copy what it says".to_owned()),
    ];
    let rows = rows.into_iter().map(|(action, words)| {
        let key = state.keymap.hint(action).unwrap_or_default();
        Line::from(vec![
            Span::styled(format!("{:<4}", theme.key_name(&key)), theme.key()),
            Span::raw(cut(&words, width.saturating_sub(4))),
        ])
    });
    rows.collect()
}

/// Where the token would go: asked here and nowhere else.
fn use_of(state: &State, width: usize) -> String {
    match origin_of_call(state) {
        Some(origin) if width >= 60 => format!("use for this run, at {origin} only"),
        Some(origin) => format!("use for this run: {origin}"),
        None => "use for this run".to_owned(),
    }
}

fn content(state: &State, pasted: &PastedToken, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let report = &pasted.seen.report;
    let place = state.environment();
    let knowledge = state.catalogue.library.of_environment(place);
    let told = lines(report, state.now, Some(place), knowledge.api.as_deref());
    let worst = |tone: Tone| told.iter().find(|line| line.tone == tone).cloned();
    let what = match report.kind {
        TokenKind::Jwt => "JWT",
        TokenKind::Encrypted => "encrypted JWT",
        TokenKind::Hex => "hexadecimal token",
        TokenKind::Uuid => "UUID",
        _ => "token",
    };
    let (sign, style) = match (worst(Tone::Bad), worst(Tone::Doubt)) {
        (Some(_), _) => (StatusClass::ClientError, theme.trouble()),
        (None, Some(_)) => (
            StatusClass::ClientError,
            theme.class(StatusClass::ClientError),
        ),
        (None, None) => (StatusClass::Success, theme.class(StatusClass::Success)),
    };
    let first = format!("{} {what}", sign.glyph(theme.ascii));
    let facts = format!(
        "   fingerprint {}   {} characters",
        pasted.seen.fingerprint, report.length
    );
    let room = width.saturating_sub(2);
    let facts = cut(&facts, room.saturating_sub(first.chars().count()));
    let mut block = vec![Line::from(vec![
        Span::styled(first, style),
        Span::styled(facts, theme.dim()),
    ])];
    let said = worst(Tone::Bad).or(worst(Tone::Doubt));
    let sentence = match &said {
        Some(line) => sentence(line),
        None if report.at(state.now) == Validity::Valid => {
            "Its own claims say that it is valid now.".to_owned()
        }
        None => "Nothing is wrong with its form.".to_owned(),
    };
    let texts = wrap(&sentence, room).into_iter();
    block.extend(texts.map(|text| Line::styled(text, theme.strong())));
    let how = if report.claims.is_some() {
        "by claim, not verified · whether it still works only the API knows"
    } else {
        "by form · whether it works, and whose it is, only the API knows"
    };
    block.extend(
        wrap(how, room)
            .into_iter()
            .map(|text| Line::styled(text, theme.dim())),
    );
    let mut all = barred(block, style, theme);
    all.push(Line::default());
    for mended in &pasted.seen.mended {
        let sign = StatusClass::ClientError.glyph(theme.ascii);
        all.push(Line::from(vec![
            Span::styled(format!("{sign} "), theme.class(StatusClass::ClientError)),
            Span::styled(cut(mended, width.saturating_sub(2)), Style::new()),
        ]));
    }
    if !pasted.seen.mended.is_empty() {
        all.push(Line::default());
    }
    // Do not repeat what the block says.
    let mut told = told;
    told.retain(|line| Some(line) != said.as_ref() && line.label != "kind");
    if !told.is_empty() {
        all.extend(rows(told, theme, width));
        if let Some(claims) = &report.claims {
            all.extend(lifetime(claims, state.now, theme, width));
        }
        all.push(Line::default());
    }
    all.extend(keys(state, theme, width));
    all
}

/// The problem as a sentence.
fn sentence(line: &Told) -> String {
    match line.label.as_str() {
        "mistake" | "unusual" => {
            let mut letters = line.text.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            let text = format!("{}{}", first.unwrap_or_default(), letters.as_str());
            if text.ends_with('.') {
                text
            } else {
                format!("{text}.")
            }
        }
        "meant for" => format!("It is meant for {}, which is another host.", line.text),
        "issued by" => format!("It was issued by {}, which is another house.", line.text),
        "expired" => format!("It expired: {}.", line.text),
        "valid from" => format!("It is not valid yet: {}.", line.text),
        label => format!("{label}: {}", line.text),
    }
}
