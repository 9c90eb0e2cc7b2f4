//! The call that a response belongs to, in words: method, path, token and time.

use crate::app::State;
use crate::app::pane::{Shown, path_of};
use crate::model::{cut, visible_line};
use unicode_width::UnicodeWidthStr;

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

/// Columns of a path below which it says nothing any more.
const LEAST_PATH: usize = 12;

/// The same in no more than `room` columns, with its path cut; `None` where too little would be
/// left of that.
pub fn call_within(shown: &Shown, state: &State, room: usize) -> Option<String> {
    let whole = call_of(shown, state);
    if whole.width() <= room {
        return Some(whole);
    }
    let sent = &shown.exchange.sent;
    let rest = as_whom_and_when(shown, state);
    let around = sent.method.width() + rest.width() + 2;
    let left = room
        .checked_sub(around)
        .filter(|left| *left >= LEAST_PATH)?;
    let path = cut(&visible_line(path_of(&sent.url)), left);
    Some(visible_line(&format!("{} {path} {rest}", sent.method)).into_owned())
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
