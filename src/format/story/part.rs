//! What was sent and what came back, as lines to read.

use crate::insight::{BodyText, Script};
use crate::model::{Headers, Response, SentRequest, size_text};

/// More of a body is no reading matter, in bytes.
const MOST: usize = 64 * 1024;

/// A request or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub head: Head,
    pub body: Body,
}

/// The first line, and the headers in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub first: String,
    pub headers: Vec<(String, String)>,
}

/// A body, as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// `None` where there is none, or none that is text.
    pub text: Option<String>,
    /// What is not shown of it.
    pub note: Option<String>,
}

/// The request as it was sent.
pub fn of_request(sent: &SentRequest, url: &str) -> Part {
    let media_type = sent.headers.media_type();
    Part {
        head: Head {
            first: format!("{} {url}", sent.method).trim_start().to_owned(),
            headers: rows(&sent.headers),
        },
        body: body(&sent.body, sent.body.len() as u64, media_type.as_deref()),
    }
}

/// The answer as it came, or the part of it that did.
pub fn of_answer(answer: &Response) -> Part {
    let media_type = answer.headers.media_type();
    let mut headers = rows(&answer.headers);
    headers.extend(rows(&answer.trailers));
    let first = format!("{} {:03} {}", answer.version, answer.status, answer.reason);
    let mut body = body(&answer.body, answer.body_bytes(), media_type.as_deref());
    if answer.body_cut {
        let cut = "It broke off here.".to_owned();
        body.note = Some(match body.note {
            Some(note) => format!("{note} {cut}"),
            None => cut,
        });
    }
    Part {
        head: Head {
            first: first.trim().to_owned(),
            headers,
        },
        body,
    }
}

fn rows(headers: &Headers) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|header| (header.name.clone(), header.text().into_owned()))
        .collect()
}

fn body(bytes: &[u8], all: u64, media_type: Option<&str>) -> Body {
    if bytes.is_empty() {
        return Body::default();
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        let kind = media_type.map_or_else(String::new, |kind| format!(" of {kind}"));
        return Body {
            text: None,
            note: Some(format!("{}{kind}, which is no text.", size_text(all))),
        };
    };
    let mut shown = text.len().min(MOST);
    while !text.is_char_boundary(shown) {
        shown -= 1;
    }
    let note = (shown < text.len()).then(|| cut_note(shown, all));
    let text = match note.is_none().then(|| on_lines(bytes, media_type)) {
        Some(Some(lines)) => lines,
        _ => text[..shown].replace("\r\n", "\n").replace('\t', "    "),
    };
    Body {
        text: Some(text),
        note,
    }
}

/// JSON with a line for each member; `None` for anything else.
fn on_lines(bytes: &[u8], media_type: Option<&str>) -> Option<String> {
    let lines = BodyText::new(bytes, media_type);
    if !lines.is_indented() || lines.script(bytes, 0) != Script::Json {
        return None;
    }
    let mut text = String::with_capacity(bytes.len() * 2);
    for number in 0..lines.len() {
        text.push_str(&lines.line(bytes, number));
        // A long text goes on over several lines.
        if !lines.begins_inside(number + 1) {
            text.push('\n');
        }
    }
    Some(text)
}

/// A size in words, where a part of a body is left out.
fn cut_note(shown: usize, all: u64) -> String {
    format!(
        "The first {} of {}.",
        size_text(shown as u64),
        size_text(all)
    )
}
