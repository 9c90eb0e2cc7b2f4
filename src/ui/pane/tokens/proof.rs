//! What was heard when a token was verified: its signature, the word of its issuer, and what does
//! not go together.

use super::told::{rows, say};
use crate::app::{Action, Proven, State, TokenRow, contradictions};
use crate::insight::token::signature::Signature;
use crate::insight::token::testimony::Testimony;
use crate::insight::token::{How, Line as Told, TokenKind};
use crate::model::{cut, visible_line};
use crate::ui::theme::Theme;
use ratatui::style::Style;
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

/// Whether its issuer said anything of the value that it has now.
pub fn is_heard(row: &TokenRow, state: &State) -> bool {
    let proven = state
        .tokens_pane
        .proof(&state.environment().name, &row.token);
    proven.is_some_and(|proven| proven.testimony != Testimony::default())
}

/// Columns of what one thing says in the block.
const SHORT: usize = 40;
/// Things that an API says of a person, in the block.
const MOST: usize = 3;

/// What was heard in a line or two, for the block above all else: the signature, the word of the
/// issuer, and who it is.
pub fn in_short(row: &TokenRow, state: &State, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let place = &state.environment().name;
    let mut lines = Vec::new();
    let proven = state.tokens_pane.proof(place, &row.token);
    if let Some(proven) = proven {
        let signature = match &proven.verified.signature {
            Signature::Holds => "signature holds",
            Signature::UnknownKey => "signed by a key that its issuer does not have now",
            Signature::Altered => "altered: its issuer did not sign this text",
            Signature::CannotBeChecked(_) => "signature not verified",
        };
        let active = proven.testimony.introspected.as_ref();
        let active = active.map(|said| match said.is_active {
            true => "active, its issuer says",
            false => "not active, its issuer says",
        });
        let words: Vec<&str> = [Some(signature), active].into_iter().flatten().collect();
        let is_bad = proven.verified.signature == Signature::Altered
            || active.is_some_and(|said| said.starts_with("not"));
        let style = if is_bad {
            theme.trouble()
        } else {
            Style::new()
        };
        lines.push(Line::styled(cut(&words.join(" · "), width), style));
    }
    let heard = proven.and_then(|proven| proven.testimony.userinfo.as_ref());
    let asked = state.tokens_pane.survey(place, &row.token.name);
    let who = asked
        .map(|survey| &survey.who)
        .filter(|who| !who.is_empty());
    if let Some(who) = who.or(heard).filter(|who| !who.is_empty()) {
        let said = who.iter().take(MOST).map(|(name, value)| {
            let text = format!("{name} {value}");
            cut(&visible_line(&text), SHORT)
        });
        let words = said.collect::<Vec<_>>().join(" · ");
        lines.push(Line::raw(cut(&words, width)));
    }
    lines
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
