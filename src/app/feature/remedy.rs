//! The page that a response names as its remedy: shown in full and opened in a browser only after a
//! question.

use crate::app::message::Effect;
use crate::app::pane::{Question, ResponseTab};
use crate::app::state::{Overlay, State};
use crate::insight::named;

const NONE: &str =
    "The answer names no page that mends it or says why. What to do stands under Why.";

/// The address, if it may be opened: a web page, with nothing hidden in it.
fn page(state: &State) -> Option<String> {
    let shown = state.response.shown.as_ref()?;
    let response = shown.exchange.outcome.response()?;
    let at = shown.exchange.answered_at();
    let named = named(response, &shown.errors, &shown.knowledge, at);
    let url = named.page()?.to_owned();
    let is_page = url.starts_with("https://") && url.len() > "https://".len();
    let is_plain = url.chars().all(|c| c.is_ascii_graphic());
    (is_page && is_plain).then_some(url)
}

/// Why no page can be opened.
pub fn why_not(state: &State) -> Option<&'static str> {
    let is_here = matches!(state.response.tab, ResponseTab::Errors | ResponseTab::Why);
    (!is_here || page(state).is_none()).then_some(NONE)
}

/// Shows the whole address and asks whether to open it.
pub fn ask(state: &mut State) {
    if let Some(url) = page(state) {
        state.notice = None;
        state.overlay = Some(Overlay::Question(Question::Page { url }));
    }
}

fn asked(state: &mut State) -> Option<String> {
    match state.overlay.take()? {
        Overlay::Question(Question::Page { url }) => Some(url),
        _ => None,
    }
}

/// Opens the page; without a browser its address is copied.
pub fn open(state: &mut State) -> Vec<Effect> {
    asked(state).map(Effect::OpenPage).into_iter().collect()
}

/// Copies the address that the question shows.
pub fn copy(state: &mut State) -> Vec<Effect> {
    let url = asked(state).map(|text| Effect::Copy {
        what: "the address".to_owned(),
        text,
    });
    url.into_iter().collect()
}
