//! The form for an environment and its token: a row for each thing, what was suggested, and what is
//! wrong.

use crate::app::pane::{KeepIn, Setup, SetupKind, SetupRow};
use crate::app::{Action, State};
use crate::model::{StatusClass, cut, fit, wrap};
use crate::ui::paint::frame;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Columns of the labels.
const LABEL: u16 = 11;

/// Full width if there is little room, else below the environment's name.
pub fn place(setup: &Setup, screen: Rect) -> Rect {
    let wide = screen.width >= 120;
    let width = if wide {
        100.min(screen.width)
    } else {
        screen.width
    };
    let rows = 12 + setup.typed.says.len() as u16 + 6;
    let top = 1.min(screen.height.saturating_sub(1));
    Rect {
        x: screen.x + if wide { 10 } else { 0 },
        y: screen.y + top,
        width,
        height: rows.min(screen.height.saturating_sub(top)),
    }
}

/// Draws the rows of the form, and what is wrong with the one under the cursor.
pub fn draw(state: &State, setup: &Setup, theme: &Theme, area: Rect, screen: &mut Frame) {
    let title = match &setup.kind {
        SetupKind::Add => "Add an environment".to_owned(),
        SetupKind::Change(name) => format!("Change {name}"),
        SetupKind::Token => format!("Add a token of {}", state.environment().name),
    };
    let title = cut(&title, area.width.saturating_sub(4) as usize);
    let mut block = frame(Line::raw(format!(" {title} ")), true, theme);
    if area.width >= 70 {
        let words = Line::styled(" writes config.toml, comments kept ", theme.dim());
        block = block.title_top(words.right_aligned());
    }
    let inside = block.inner(area);
    screen.render_widget(block, area);
    let narrow = inside.width < 50;
    let inside = if narrow {
        inside
    } else {
        inside.inner(Margin::new(2, u16::from(inside.height > 16)))
    };
    let rows = setup.rows();
    let at = rows.iter().position(|row| *row == setup.row).unwrap_or(0);
    let mut y = inside.y;
    // If not everything fits, the rows before the one under the cursor go first.
    let first = match inside.height {
        height if height as usize >= rows.len() + setup.typed.says.len() + 3 => 0,
        height => at.saturating_sub((height as usize / 2).max(1) - 1),
    };
    for row in rows.iter().skip(first) {
        if y >= inside.bottom() {
            return;
        }
        draw_row(
            setup,
            *row,
            theme,
            Rect {
                y,
                height: 1,
                ..inside
            },
            screen,
        );
        y += 1;
        if *row == SetupRow::Token {
            for (is_mistake, words) in &setup.typed.says {
                let (sign, style) = match (is_mistake, theme.ascii) {
                    (true, false) => ("▲ ", theme.class(StatusClass::ClientError)),
                    (true, true) => ("! ", theme.class(StatusClass::ClientError)),
                    (false, false) => ("✓ ", theme.class(StatusClass::Success)),
                    (false, true) => ("+ ", theme.class(StatusClass::Success)),
                };
                if y < inside.bottom() {
                    let room = inside.width.saturating_sub(LABEL + 4) as usize;
                    let line = Line::from(vec![
                        Span::raw(" ".repeat(LABEL as usize + 2)),
                        Span::styled(sign, style),
                        Span::raw(cut(words, room)),
                    ]);
                    screen.render_widget(
                        line,
                        Rect {
                            y,
                            height: 1,
                            ..inside
                        },
                    );
                    y += 1;
                }
            }
        }
    }
    y += 1;
    let mut lines: Vec<Line> = Vec::new();
    if let Some(trouble) = &setup.trouble {
        let texts = wrap(trouble, inside.width as usize).into_iter();
        lines.extend(texts.map(|text| Line::styled(text, theme.trouble())));
    } else if setup.is_saving {
        lines.push(Line::styled("It is being written.", theme.dim()));
    } else {
        lines.push(Line::styled(
            cut(&hint(state, setup), inside.width as usize),
            theme.dim(),
        ));
    }
    for line in lines {
        if y < inside.bottom() {
            screen.render_widget(
                line,
                Rect {
                    y,
                    height: 1,
                    ..inside
                },
            );
            y += 1;
        }
    }
}

fn draw_row(setup: &Setup, row: SetupRow, theme: &Theme, area: Rect, screen: &mut Frame) {
    let here = row == setup.row;
    let mark = match (here, theme.ascii) {
        (false, _) => "  ",
        (true, false) => "▸ ",
        (true, true) => "> ",
    };
    let label = match (row, setup.goes_in.under()) {
        (SetupRow::Under, Some(_)) => "under",
        _ => row.label(),
    };
    let style = if here { theme.strong() } else { theme.dim() };
    let head = Line::from(vec![
        Span::styled(mark, theme.key()),
        Span::styled(fit(label, LABEL as usize), style),
    ]);
    screen.render_widget(head, area);
    let used = (LABEL + 2).min(area.width);
    let side = aside(setup, row);
    let room = area.width - used;
    let side = if side.width() as u16 + 12 < room {
        side
    } else {
        String::new()
    };
    let value_width = room.saturating_sub(side.width() as u16 + u16::from(!side.is_empty()));
    let value = Rect {
        x: area.x + used,
        width: value_width,
        ..area
    };
    match value_of(setup, row, theme) {
        Value::Field(field) if here => screen.render_widget(field.area(), value),
        Value::Field(field) => {
            let text = field.text();
            screen.render_widget(Line::raw(cut(&text, value.width as usize)), value);
        }
        Value::Words(text, style) => {
            let text = cut(&text, value.width as usize);
            screen.render_widget(Line::styled(text, style), value);
        }
    }
    let right = Rect {
        x: area.right().saturating_sub(side.width() as u16),
        width: side.width() as u16,
        ..area
    };
    screen.render_widget(Line::styled(side, theme.dim()), right);
}

enum Value<'s> {
    Field(&'s crate::app::Field),
    Words(String, Style),
}

fn value_of<'s>(setup: &'s Setup, row: SetupRow, theme: &Theme) -> Value<'s> {
    let marker = if theme.ascii { "v" } else { "▾" };
    let choice = |words: &str| Value::Words(format!("{words} {marker}"), Style::new());
    match row {
        SetupRow::Url => Value::Field(&setup.url),
        SetupRow::Name => Value::Field(&setup.name),
        SetupRow::Base => Value::Field(&setup.base),
        SetupRow::Speaks if setup.speaks.is_empty() && setup.row != row => {
            let words = setup.pack.clone();
            let words = words.unwrap_or_else(|| "unknown API".to_owned());
            Value::Words(words, Style::new())
        }
        SetupRow::Speaks => Value::Field(&setup.speaks),
        SetupRow::WhoAmI if setup.who.is_empty() && setup.row != row => {
            Value::Words("none known".to_owned(), theme.dim())
        }
        SetupRow::WhoAmI => Value::Field(&setup.who),
        SetupRow::TokenName => Value::Field(&setup.token_name),
        SetupRow::Under => Value::Field(&setup.under),
        SetupRow::From => Value::Field(&setup.from),
        SetupRow::Issuer => Value::Field(&setup.issuer),
        SetupRow::Client => Value::Field(&setup.client),
        SetupRow::ClientSecret => Value::Field(&setup.client_secret),
        SetupRow::Scopes => Value::Field(&setup.scopes),
        SetupRow::Protected => {
            let (on, off) = if theme.ascii {
                ("(*)", "( )")
            } else {
                ("●", "○")
            };
            let (yes, no) = if setup.protected {
                (on, off)
            } else {
                (off, on)
            };
            Value::Words(format!("{yes} yes   {no} no"), Style::new())
        }
        SetupRow::Token => {
            let dot = if theme.ascii { "*" } else { "•" };
            match setup.typed.count {
                0 => Value::Words("paste or type it; it is not shown".to_owned(), theme.dim()),
                count => Value::Words(dot.repeat(count.min(40)), Style::new()),
            }
        }
        SetupRow::GoesIn => choice(setup.goes_in.words()),
        SetupRow::KeepIn => choice(setup.keep_in.words()),
    }
}

/// The text at the right of a row.
fn aside(setup: &Setup, row: SetupRow) -> String {
    match row {
        SetupRow::Name | SetupRow::Base | SetupRow::WhoAmI if setup.is_proposed(row) => {
            "proposed".to_owned()
        }
        SetupRow::Url => "any URL of the API".to_owned(),
        SetupRow::Speaks if setup.row == row => "the id of a pack, or nothing".to_owned(),
        SetupRow::Speaks => match &setup.pack {
            Some(_) => String::new(),
            None => "HTTP and standards only".to_owned(),
        },
        SetupRow::WhoAmI => "a path such as /me, or nothing".to_owned(),
        SetupRow::Protected => "yes: writes ask first".to_owned(),
        SetupRow::Token => "unseen".to_owned(),
        SetupRow::Under => setup
            .goes_in
            .under()
            .map_or("", |(what, _)| what)
            .to_owned(),
        SetupRow::From => match setup.keep_in {
            KeepIn::Variable => "the name of the variable".to_owned(),
            _ => "as in a shell: pass show acme".to_owned(),
        },
        SetupRow::Issuer => "a URL; its metadata says the rest".to_owned(),
        SetupRow::Client => "as it is registered there".to_owned(),
        SetupRow::ClientSecret => "the name of a variable".to_owned(),
        SetupRow::Scopes => "with blanks between, or nothing".to_owned(),
        _ => String::new(),
    }
}

fn hint(state: &State, setup: &Setup) -> String {
    let key = |action| state.keymap.hint(action).unwrap_or_default();
    let save = key(Action::Send);
    match &setup.kind {
        SetupKind::Add if setup.has_token() => {
            format!("{save}  save, and send GET {} with it", setup.path)
        }
        SetupKind::Add if setup.base.is_empty() => {
            "Paste any URL of the API; all else is proposed from it.".to_owned()
        }
        SetupKind::Add => format!("{save}  save, and send GET {}", setup.path),
        SetupKind::Change(_) => format!("{save}  save"),
        SetupKind::Token if setup.keep_in.is_got() => {
            format!("{save}  save, get it, and take it for the request")
        }
        SetupKind::Token => format!("{save}  save, and take it for the request"),
    }
}
