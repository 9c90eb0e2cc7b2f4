//! The tokens that a request can use.

use crate::app::{Painted, Pane, Spot, State};
use crate::model::{Origin, TokenRef, cut, fit, resolve};
use crate::ui::paint::area_of;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Draws what the header holds, and the tokens to choose from.
pub fn draw(state: &State, theme: &Theme, area: Rect, frame: &mut Frame, painted: &mut Painted) {
    let mut rects = area.rows();
    let Some(first) = rects.next() else { return };
    let head = match state.token() {
        Some(token) => Line::from(vec![
            Span::styled("Authorization: ", theme.dim()),
            Span::raw("Bearer "),
            Span::styled(token.mask(), theme.name()),
        ]),
        None => {
            let words = "No token: the call goes without Authorization.";
            Line::styled(cut(words, area.width as usize), theme.dim())
        }
    };
    frame.render_widget(head, first);
    let builder = &state.builder;
    let here = state.focus == Pane::Request && !builder.on_url;
    let target = target(state);
    let names = state.tokens.iter().map(|token| token.name.as_str().width());
    let name_width = names.max().unwrap_or(0).max("no token".len());
    let height = area.height.saturating_sub(1) as usize;
    let top = if here { builder.tokens.top(height) } else { 0 };
    let chosen = builder.auth.token();
    for (rect, number) in rects.zip(top..=state.tokens.len()) {
        let spot = Spot::Row(Pane::Request, number);
        painted.spots.push((area_of(rect), spot));
        let token = state.tokens.get(number);
        let mark = if token.map(|token| &token.name) == chosen {
            "* "
        } else {
            "  "
        };
        let width = rect.width as usize;
        let cells = match token {
            Some(token) => token_cells(state, token, target.as_ref(), theme),
            None => [
                (String::new(), theme.dim()),
                (String::new(), theme.dim()),
                ("send without Authorization".to_owned(), theme.dim()),
            ],
        };
        let [print, source, goes] = cells;
        let name = token.map_or("no token", |token| token.name.as_str());
        let mut spans = vec![
            Span::styled(mark, theme.key()),
            Span::styled(fit(name, name_width), theme.name()),
            Span::styled(format!("  {}", fit(&print.0, 6)), print.1),
        ];
        if width >= 56 {
            spans.push(Span::styled(fit(&source.0, 9), source.1));
        }
        let used: usize = spans.iter().map(Span::width).sum();
        spans.push(Span::styled(
            cut(&goes.0, width.saturating_sub(used)),
            goes.1,
        ));
        let line = Line::from(spans);
        let line = if here && number == builder.tokens.cursor {
            Line::styled(fit(&line.to_string(), width), theme.selected())
        } else {
            line
        };
        frame.render_widget(line, rect);
    }
}

/// Fingerprint, kind of source, and whether the token may go where the call goes.
fn token_cells(
    state: &State,
    token: &TokenRef,
    target: Option<&Origin>,
    theme: &Theme,
) -> [(String, Style); 3] {
    let row = state
        .tokens_pane
        .row(&state.environment().name, &token.name);
    let print = match &token.fingerprint {
        Some(print) => format!("·{print}"),
        None => String::new(),
    };
    let source = row.and_then(|row| row.source.as_ref());
    let source = source.map_or("", |source| source.id()).to_owned();
    let own = state.environment().origin();
    let bound: Vec<&Origin> = match row.map_or(&[][..], |row| &row.origins[..]) {
        [] => own.iter().collect(),
        origins => origins.iter().collect(),
    };
    let goes = match (target, &bound[..]) {
        (None, _) | (_, []) => (String::new(), theme.dim()),
        (Some(target), bound) if bound.contains(&target) => {
            (format!("may go to {target}"), Style::new())
        }
        (Some(_), [only, ..]) => (format!("stays with {only}"), theme.trouble()),
    };
    [(print, theme.dim()), (source, theme.dim()), goes]
}

/// The origin that the call goes to, if known.
fn target(state: &State) -> Option<Origin> {
    let environment = state.environment();
    match resolve(&state.builder.spec(), environment) {
        Ok(sent) => Origin::parse(&sent.url),
        Err(_) => environment.origin(),
    }
}
