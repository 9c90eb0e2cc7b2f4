//! From an error entry to the part of the request that it is about.

use crate::app::action::Pane;
use crate::app::pane::{Builder, BuilderTab};
use crate::app::state::State;
use crate::insight::pointed;
use crate::model::BodyKind;
use std::collections::BTreeSet;

/// The places that the errors point to, the error under the cursor first.
fn places(state: &State) -> Vec<String> {
    let Some(shown) = &state.response.shown else {
        return Vec::new();
    };
    let entries = &shown.errors.entries;
    let chosen = entries.get(state.response.entries.cursor).into_iter();
    let all = chosen.chain(entries);
    all.filter_map(|entry| entry.place().map(str::to_owned))
        .collect()
}

/// A place in the request.
enum At {
    /// Line and column of the body.
    Body(usize, usize),
    Row(BuilderTab, usize),
    /// A value in the URL's query, by its position in characters.
    Url(usize),
}

/// Finds the part of the request that an error points to.
fn located(builder: &Builder, place: &str) -> Option<At> {
    if builder.body.kind == BodyKind::Text
        && let Some((line, column)) = pointed(&builder.body.text(), place)
    {
        return Some(At::Body(line, column));
    }
    let name = place.rsplit(['/', '.']).next().unwrap_or(place);
    let is_it = |row: &str| {
        row == place || row.eq_ignore_ascii_case(name) || row.ends_with(&format!("[{name}]"))
    };
    let tabs = [BuilderTab::Body, BuilderTab::Params, BuilderTab::Headers];
    let row = tabs.into_iter().find_map(|tab| {
        let rows = &builder.table_of(tab)?.rows;
        let at = rows.iter().position(|row| is_it(&row.name))?;
        Some(At::Row(tab, at))
    });
    row.or_else(|| {
        let url = builder.url.text();
        let begin = url.find('?')? + 1;
        let mut at = begin;
        for pair in url[begin..].split('&') {
            let (name, _) = pair.split_once('=').unwrap_or((pair, ""));
            if is_it(name) {
                let value = (at + name.len() + 1).min(at + pair.len());
                return Some(At::Url(url[..value].chars().count()));
            }
            at += pair.len() + 1;
        }
        None
    })
}

/// Why no field of the request can be jumped to.
pub fn why_not(state: &State) -> Option<&'static str> {
    let places = places(state);
    let is_there = |place: &String| located(&state.builder, place).is_some();
    match (state.response.of.is_some(), places.is_empty()) {
        (_, true) => Some("No error of this answer names a field."),
        (false, _) => Some("The request of this answer is not known here."),
        (true, false) if !places.iter().any(is_there) => {
            Some("Nothing that this answer points to stands in the request.")
        }
        _ => None,
    }
}

/// Lines of the body that errors of the response in front point to.
pub fn pointed_lines(state: &State) -> BTreeSet<usize> {
    if state.response.of.is_none() || state.builder.body.kind != BodyKind::Text {
        return BTreeSet::new();
    }
    let text = state.builder.body.text();
    let places = places(state).into_iter();
    let found = places.filter_map(|place| pointed(&text, &place));
    found.map(|(line, _)| line).collect()
}

/// Jumps to the first of these places that the request has.
pub fn go(state: &mut State) {
    let places = places(state);
    let mut all = places.iter();
    let at = all.find_map(|place| located(&state.builder, place));
    let builder = &mut state.builder;
    match at {
        Some(At::Body(line, column)) => {
            builder.tab = BuilderTab::Body;
            builder.on_url = false;
            builder.body_at((line, column));
        }
        Some(At::Row(tab, row)) => {
            builder.tab = tab;
            builder.to_row(Some(row));
        }
        Some(At::Url(column)) => {
            builder.on_url = true;
            builder.edit();
            builder.url.jump((0, column));
        }
        None => return,
    }
    state.focus = Pane::Request;
}
