//! The cookies of this run: list them, remove them, switch them off. Their values never get here.

use crate::app::message::{Effect, Notice};
use crate::app::pane::{Choice, Dialog, Pick};
use crate::app::state::{Overlay, State};
use crate::model::{CookieRow, CookieWish};

/// Asks the runtime for the cookies; `shown` lists them once they arrive.
pub fn show() -> Vec<Effect> {
    vec![Effect::LookAtCookies]
}

/// Opens the list of cookies, with a row for each thing that can be done.
pub fn shown(state: &mut State, rows: Vec<CookieRow>, are_used: bool) -> Vec<Effect> {
    let title = match (rows.len(), are_used) {
        (_, false) => "Cookies: none are kept or sent".to_owned(),
        (0, true) => "Cookies: no answer has set one in this run".to_owned(),
        (1, true) => "1 cookie, in memory until the end of this run".to_owned(),
        (count, true) => format!("{count} cookies, in memory until the end of this run"),
    };
    let mut choices = vec![choice("Close", "", Pick::Nothing)];
    let has_rows = !rows.is_empty();
    for row in rows {
        let label = format!("Remove {}", row.name);
        let note = note(state, &row);
        choices.push(choice(
            &label,
            &note,
            Pick::Cookies(CookieWish::Remove(Box::new(row))),
        ));
    }
    if has_rows {
        choices.push(choice(
            "Remove all",
            "sessions that rest on them are left",
            Pick::Cookies(CookieWish::Empty),
        ));
    }
    let (label, note) = if are_used {
        (
            "Keep and send no cookies",
            "what answers set is passed over",
        )
    } else {
        ("Keep and send cookies", "where they belong, by RFC 6265")
    };
    choices.push(choice(
        label,
        note,
        Pick::Cookies(CookieWish::Use(!are_used)),
    ));
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
    Vec::new()
}

/// Removes cookies or switches them on or off, and says so.
pub fn change(state: &mut State, wish: CookieWish) -> Vec<Effect> {
    let words = match &wish {
        CookieWish::Remove(row) => format!("Cookie {} was removed.", row.name),
        CookieWish::Empty => "All cookies of this run were removed.".to_owned(),
        CookieWish::Use(true) => "Cookies are kept and sent where they belong.".to_owned(),
        CookieWish::Use(false) => "Cookies are neither kept nor sent from now on.".to_owned(),
    };
    state.notice = Some(Notice::info(words));
    vec![Effect::ChangeCookies(wish)]
}

/// `127.0.0.1:4000/core · until 12:30 · ·a361`
fn note(state: &State, row: &CookieRow) -> String {
    let port = row.port.map_or_else(String::new, |port| format!(":{port}"));
    let mut parts = vec![format!("{}{port}{}", row.domain, row.path)];
    if let Some(until) = row.until {
        let local = until.to_zoned(state.zone.clone());
        let is_today = local.date() == state.now.to_zoned(state.zone.clone()).date();
        let form = if is_today { "%H:%M" } else { "%Y-%m-%d" };
        parts.push(format!("until {}", local.strftime(form)));
    }
    if let Some(case) = &row.case {
        parts.push(format!("case {case}"));
    }
    if !state.private {
        parts.push(format!("·{}", row.fingerprint));
    }
    parts.join(", ")
}

fn choice(label: &str, note: &str, pick: Pick) -> Choice {
    Choice {
        label: label.to_owned(),
        note: note.to_owned(),
        pick,
    }
}
