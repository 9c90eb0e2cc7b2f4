//! What was heard when a token was verified: its signature, the word of its issuer, and what does
//! not go together.

use super::told::{rows, say};
use crate::app::{Action, Proven, State, TokenRow, contradictions};
use crate::insight::token::testimony::Testimony;
use crate::insight::token::{How, Line as Told, TokenKind};
use crate::ui::theme::Theme;
use ratatui::text::Line;

/// What was heard of the value that it has now, else how it is heard.
pub fn lines(row: &TokenRow, state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut all = Vec::new();
    let place = &state.environment().name;
    let Some(proven) = state.tokens_pane.proof(place, &row.token) else {
        let kind = row.report.as_ref().map(|report| report.kind);
        if kind == Some(TokenKind::Jwt) {
            let key = state.keymap.hint(Action::TokensVerify).unwrap_or_default();
            let text = format!("{key} checks its signature with its issuer's keys.");
            say(&mut all, &text, width, theme.dim());
        }
        return all;
    };
    let is_heard = proven.verified.holds() || proven.testimony != Testimony::default();
    let title = if is_heard { "Verified" } else { "Not verified" };
    all.push(Line::default());
    all.push(Line::styled(title, theme.strong()));
    let mut told = proven.verified.lines();
    told.extend(proven.testimony.lines(state.now));
    all.extend(rows(told, theme, width));
    for says in contradictions(proven, row, state) {
        say(&mut all, &says, width, theme.trouble());
    }
    for says in &proven.troubles {
        say(&mut all, says, width, theme.dim());
    }
    all
}

/// What is told of a form says no more that nothing was verified, and what its issuer signed is
/// known so.
pub fn correct(told: &mut [Told], proven: Option<&Proven>) {
    let Some(proven) = proven else {
        return;
    };
    for line in told {
        if line.label == "kind" {
            line.text = line.text.replace("; its signature was not verified", "");
        }
        if line.how == How::Claim && proven.verified.holds() {
            line.how = How::Verified;
        }
    }
}
