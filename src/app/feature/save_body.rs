//! Saves a body to a file, and opens a saved file: only a picture, and only one that we saved.

use crate::app::action::Action;
use crate::app::answer::Source;
use crate::app::field::Field;
use crate::app::message::{Effect, Notice};
use crate::app::pane::{Asked, Prompt};
use crate::app::state::{Overlay, State};
use crate::insight::{Picture, picture};
use std::path::PathBuf;

/// Asks for the file, with a name already filled in.
pub fn ask(state: &mut State) {
    let Some(shown) = &state.response.shown else {
        return;
    };
    let source = shown.source();
    let title = match source {
        Source::Answer(_) | Source::AsSent(_) => "Save the body as",
        Source::Filtered(_) => "Save what the filter found as",
    };
    state.overlay = Some(Overlay::Prompt(Box::new(Prompt {
        title: title.to_owned(),
        hint: "From where the program was started; no file is replaced.".to_owned(),
        lines: Vec::new(),
        field: Field::line(&file_name(&shown.exchange.sent.url, &source)),
        asked: Asked::File(source),
    })));
}

/// Writes the body to the named file.
pub fn save(source: Source, name: &str) -> Vec<Effect> {
    let path = PathBuf::from(name.trim());
    if name.trim().is_empty() {
        Vec::new()
    } else {
        vec![Effect::SaveBody { source, path }]
    }
}

/// Notes where the body was saved, and says so.
pub fn saved(state: &mut State, source: &Source, path: PathBuf) -> Vec<Effect> {
    let mut words = format!("Saved the body to {}.", path.display());
    let is_in_front = state.response.shown.as_ref().map(|shown| shown.source());
    if is_in_front.as_ref() == Some(source) {
        state.response.saved = Some(path);
        if why_not_open(state).is_none() {
            let key = state.keymap.hint(Action::OpenBody).unwrap_or_default();
            words.push_str(&format!(" {key} opens it."));
        }
    }
    state.notice = Some(Notice::info(words));
    Vec::new()
}

/// Opens the saved picture in the system's viewer.
pub fn open(state: &mut State) -> Vec<Effect> {
    let path = state.response.saved.clone();
    path.map(Effect::OpenFile).into_iter().collect()
}

/// Why nothing can be opened. A server may send anything, and the system may run what it opens;
/// pictures are only looked at.
pub fn why_not_open(state: &State) -> Option<&'static str> {
    let Some(picture) = in_front(state) else {
        return Some("Only pictures are opened from here: a PNG, JPEG, GIF or WebP.");
    };
    let Some(path) = &state.response.saved else {
        return Some("The picture is not saved yet; save it first.");
    };
    let ends = path.extension().and_then(|ending| ending.to_str());
    (ends != Some(picture.ending))
        .then_some("The name of the saved file does not end as such pictures do; save it again.")
}

/// The picture that the response in front is, if it is one.
fn in_front(state: &State) -> Option<Picture> {
    let shown = state.response.shown.as_ref()?;
    picture(shown.bytes())
}

/// The last part of the URL's path as a file name that is safe on every system.
fn file_name(url: &str, source: &Source) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let after_host = path.split_once("://").map_or(path, |(_, rest)| rest);
    let path = after_host.split_once('/').map_or("", |(_, path)| path);
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = last.chars().filter(is_plain).take(LONGEST_NAME).collect();
    let name = name.trim_matches(['.', '-']);
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    };
    let stem = if stem.is_empty() { "body" } else { stem };
    format!("{stem}.{}", ending(source))
}

const LONGEST_NAME: usize = 60;

fn ending(source: &Source) -> &'static str {
    if let Some(picture) = picture(source.bytes()) {
        return picture.ending;
    }
    match source.media_type().as_deref().unwrap_or_default() {
        "application/json" => "json",
        "application/x-ndjson" => "ndjson",
        "text/html" => "html",
        "text/csv" => "csv",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/gzip" => "gz",
        name if name.ends_with("+json") => "json",
        name if name.ends_with("/xml") || name.ends_with("+xml") => "xml",
        name if name.starts_with("text/") => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Filtered;
    use std::sync::Arc;

    #[test]
    fn a_file_gets_a_harmless_name_that_ends_as_its_kind_does() {
        let named = |url: &str, body: &[u8]| {
            let source = Source::Filtered(Arc::new(Filtered {
                body: body.to_vec(),
                ..Filtered::default()
            }));
            file_name(url, &source)
        };
        assert_eq!(
            named("https://a.example/x/logo?size=2", b"GIF89a"),
            "logo.gif"
        );
        assert_eq!(
            named("https://a.example/x/list.json", b"1\n"),
            "list.ndjson"
        );
        assert_eq!(named("https://a.example", b"1"), "body.ndjson");
        assert_eq!(named("https://a.example/..%2f..", b"1"), "2f.ndjson");
        assert_eq!(
            named("https://a.example/\u{1b}[2J/$(rm)", b"1"),
            "rm.ndjson"
        );
    }
}
