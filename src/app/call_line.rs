//! Typing starts at once on the call line: every key typed while it has the focus goes into it. A
//! typed path replaces the current one, and so does a whole URL; a method typed before the URL
//! becomes the method.

use super::action::{Action, Pane, Place};
use super::feature::send::send;
use super::keymap::{Key, KeyCode};
use super::message::{Effect, Notice};
use super::pane::{Builder, Editing};
use super::state::State;
use crate::model::{Origin, as_text, bare_url, cut, visible_line};

/// Most letters of a URL that a message shows.
const SHOWN: usize = 60;

/// Whether the key types something on a focused line that has no caret yet.
pub fn takes(state: &State, key: Key) -> bool {
    let moves = || match state.keymap.lookup(Place::Field, key) {
        Some(
            Action::FieldLeft
            | Action::FieldRight
            | Action::FieldWordLeft
            | Action::FieldWordRight
            | Action::FieldHome
            | Action::FieldEnd
            | Action::FieldClear
            | Action::FieldWordDelete,
        ) => true,
        _ => matches!(key.code, KeyCode::Backspace | KeyCode::Delete),
    };
    state.types_call() && (key.is_text() || moves())
}

/// Puts the caret in the line for the first key typed there.
pub fn begin(state: &mut State, key: Key) -> Vec<Effect> {
    state.builder.edit();
    if key == Key::plain(KeyCode::Char('/')) {
        clear_path(state);
    }
    vec![Effect::FindPlaces(Box::new(state.environment().clone()))]
}

/// Enter sends a call that the person wrote. For any other call it only enters the line, and says
/// what a second Enter would send.
pub fn enter(state: &mut State) -> Vec<Effect> {
    if state.builder.is_written {
        return send(state, false);
    }
    state.builder.is_written = true;
    let mut effects = Vec::new();
    if !matches!(state.builder.editing, Some(Editing::Url)) {
        state.builder.edit();
        effects = vec![Effect::FindPlaces(Box::new(state.environment().clone()))];
    }
    let key = state.keymap.hint(Action::FieldEnter).unwrap_or_default();
    let builder = &state.builder;
    let url = builder.url.text();
    let whom = match builder.auth.token() {
        Some(token) => format!(" as {token}"),
        None => String::new(),
    };
    let what = format!(
        "{key} again sends {} {}{whom}.",
        builder.method,
        cut(&visible_line(&url), SHOWN)
    );
    let mut notice = Notice::info(what);
    notice.remedy = "Or type another call.".to_owned();
    state.notice = Some(notice);
    effects
}

/// Clears the URL for a path that begins with `/`: only the part before the old path stays.
fn clear_path(state: &mut State) {
    let url = state.builder.url.text();
    let rest = url.find("://").map_or(0, |at| at + 3);
    let begin = url[rest..].find('/').map_or(url.len(), |at| rest + at);
    let is_base = url.starts_with("{{") || rest > 0;
    let kept = if is_base { &url[..begin] } else { "" };
    state.builder.url.replace(kept);
}

/// After each key: a method typed before the URL becomes the method, and a scheme typed behind the
/// URL starts a new one.
pub fn typed(state: &mut State) {
    let builder = &mut state.builder;
    if !matches!(builder.editing, Some(Editing::Url)) {
        return;
    }
    let text = builder.url.text();
    let tail = text.strip_prefix(&builder.began).unwrap_or(&text);
    if let Some(word) = tail.strip_suffix(' ')
        && let Some(method) = Builder::METHODS
            .iter()
            .find(|method| method.eq_ignore_ascii_case(word))
    {
        let before = if tail.len() == text.len() {
            String::new()
        } else {
            builder.began.clone()
        };
        builder.method = (*method).to_owned();
        builder.url.replace(&before);
        // The next key counts as the first again: a typed path replaces the current one.
        builder.finish_editing();
        return;
    }
    if matches!(tail, "http://" | "https://") && tail.len() < text.len() {
        let tail = tail.to_owned();
        builder.url.replace(&tail);
    }
}

/// Takes a pasted word while the line has the focus; `false` if it is no part of a URL.
pub fn paste(state: &mut State, text: &str) -> bool {
    let word = text.trim();
    let is_typed = matches!(state.builder.editing, Some(Editing::Url));
    let url = bare_url(text);
    let is_url = Origin::parse(url).is_some() && !url.contains(char::is_whitespace);
    let in_query = || {
        let before = state.builder.url.text();
        let caret = state.builder.url.caret().1;
        before.chars().take(caret).any(|c| c == '?')
    };
    if is_url && !(is_typed && in_query()) {
        let url = as_text(url);
        if is_typed {
            state.builder.url.replace(&url);
            state.builder.is_written = true;
        } else {
            state.builder.begin(&url);
        }
        return true;
    }
    if is_typed || word.is_empty() || word.contains(char::is_whitespace) {
        return false;
    }
    state.builder.edit();
    if word.starts_with('/') {
        clear_path(state);
    }
    state.builder.url.paste(word);
    state.builder.is_written = true;
    true
}

/// Moves the focus to the response, or to the rest of the request if there is no response yet.
pub fn leave(state: &mut State) {
    state.builder.finish_editing();
    if state.response.shown.is_some() {
        state.focus = Pane::Response
    } else {
        state.builder.on_url = false
    }
}
