//! Texts as customers paste them, form by form, and texts that only look like one.

mod clients;
mod hostile;
mod logs;
mod transcripts;

use super::{Saved, received};
use crate::format::library;
use crate::insight::api::library::Library;
use crate::model::{Outcome, Response};
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(library::built_in);

#[track_caller]
fn read(text: &str) -> Saved {
    received(text.as_bytes(), &LIBRARY).unwrap()
}

#[track_caller]
fn answer(saved: &Saved) -> &Response {
    match &saved.outcome {
        Outcome::Answered(response) => response,
        Outcome::Failed(failure) => panic!("{}", failure.message),
    }
}

/// `Marked 403 GET https://…`: as what a text was read, its status, and the request it shows.
#[track_caller]
fn gist(text: &str) -> String {
    let saved = read(text);
    let status = match &saved.outcome {
        Outcome::Answered(response) => response.status.to_string(),
        Outcome::Failed(failure) => failure.cause.id().to_owned(),
    };
    let request = match &saved.sent {
        Some(sent) => format!("{} {}", sent.method, sent.url)
            .trim_start()
            .to_owned(),
        None => String::new(),
    };
    format!("{:?} {status} {request}", saved.form)
        .trim_end()
        .to_owned()
}

#[track_caller]
fn body(text: &str) -> String {
    String::from_utf8_lossy(&answer(&read(text)).body)
        .trim()
        .to_owned()
}
