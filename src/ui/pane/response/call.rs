//! The call that a response belongs to, in words: method, path, token and time.

use crate::app::State;
use crate::app::pane::{Shown, path_of};
use crate::model::visible_line;

/// `GET /core/users as support · 16:14:02`
pub fn call_of(shown: &Shown, state: &State) -> String {
    let exchange = &shown.exchange;
    let sent = &exchange.sent;
    if sent.method.is_empty() {
        return "pasted".to_owned();
    }
    let path = path_of(&sent.url);
    let rest = as_whom_and_when(shown, state);
    let gap = if rest.is_empty() { "" } else { " " };
    visible_line(&format!("{} {path}{gap}{rest}", sent.method)).into_owned()
}

/// `as support · 16:14:02`
pub fn as_whom_and_when(shown: &Shown, state: &State) -> String {
    let exchange = &shown.exchange;
    if exchange.is_received() {
        return "pasted".to_owned();
    }
    let token = match exchange.token() {
        Some(token) => format!("as {}", token.name),
        None => "without a token".to_owned(),
    };
    let local = exchange.started_at.to_zoned(state.zone.clone());
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    format!("{token} · {hour:02}:{minute:02}:{second:02}")
}
