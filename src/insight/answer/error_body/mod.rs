//! The errors that an answer holds, whatever shape its makers gave them.
//!
//! `read` goes from bytes to values, `collect` through a value, `object` and `codes` make one
//! error of one object by the `names` that makers use, `standards` knows the shapes that many have
//! agreed on, `headers` adds what stands beside the body, and `refused` tells whether a success
//! was none.

mod codes;
mod collect;
mod entry;
mod found;
mod headers;
mod members;
mod names;
mod object;
mod page;
mod places;
mod read;
mod refused;
mod seen;
mod sentence;
mod skim;
mod standards;
mod words;
mod xml;

use crate::insight::api::knowledge::Knowledge;
use crate::insight::json::{self, Note};
use crate::insight::stream::is_stream;
use crate::model::{Response, StatusClass, limits};
use read::{About, read};

pub use entry::{Entry, EntryOrigin, Remedy};
pub use found::ErrorBody;
pub use refused::refused;
pub use words::{names_in, url_in};

/// Said of an error that brings no words.
pub const NO_BODY: &str = "The answer has no body.";
const NOTHING_OF_IT: &str = "A body was begun, and nothing of it came through.";
const PACKED_ONCE_MORE: &str =
    "The body is still gzip: it was packed once more than Content-Encoding says.";
const PACKED_IN_SILENCE: &str = "The body is gzip, and no Content-Encoding says so: whoever sends it, or something between, left the header out.";

/// The errors of an answer: of its body, with what its headers and its status line add. An answer
/// that is not an error has entries only where it was refused all the same.
pub fn error_body(response: &Response) -> ErrorBody {
    errors_in(response, &[])
}

/// The same with what is known of its API: where its errors have more than others, and which of
/// its headers hold a code.
pub fn error_body_knowing(response: &Response, knowledge: &Knowledge) -> ErrorBody {
    let Some(pack) = &knowledge.api else {
        return error_body(response);
    };
    let codes: Vec<&str> = pack.headers.code.iter().map(String::as_str).collect();
    let mut body = errors_in(response, &codes);
    let refuses = response.status >= 400 || response.refused;
    if refuses
        && response.body.len() <= limits::ERROR_BYTES
        && let Ok(text) = std::str::from_utf8(&response.body)
        && text.trim_start().starts_with(['{', '['])
        && let Some(root) = json::read(text).value
    {
        places::add(&pack.errors, &root, &mut body);
    }
    body
}

/// `codes` are further headers that hold a code, in small letters.
fn errors_in(response: &Response, codes: &[&str]) -> ErrorBody {
    let fine = matches!(
        StatusClass::of(response.status),
        StatusClass::Informational | StatusClass::Success | StatusClass::Redirection
    );
    let packed = response
        .packed_by()
        .filter(|_| std::str::from_utf8(&response.body).is_err())
        .map(|coding| {
            let coding: String = coding.chars().take(40).collect();
            format!("The body is packed ({coding}) and was not unpacked.")
        })
        .or_else(|| packed_in_silence(response).map(str::to_owned))
        .map(|message| ErrorBody {
            entries: Vec::new(),
            notes: vec![Note::new(message)],
            more: 0,
        });
    if fine {
        let is_refused = || response.refused || refused::refused_by_itself(response);
        let mut body = match packed {
            Some(packed) => packed,
            None if is_refused() => refused_success(response, codes),
            None => ErrorBody::default(),
        };
        body.notes.extend(body_of_none(response));
        body.notes.extend(of_cookies(response));
        return body;
    }
    let media_type = response.headers.media_type();
    let mut body = match packed {
        Some(packed) => packed,
        _ if response.body.is_empty() => ErrorBody {
            entries: Vec::new(),
            notes: vec![Note::new(if response.body_cut {
                NOTHING_OF_IT
            } else {
                NO_BODY
            })],
            more: 0,
        },
        _ => read(
            &response.body,
            media_type.as_deref(),
            About::of(response.status),
        ),
    };
    if response.body_cut && !response.body.is_empty() {
        body.notes.push(Note::new(
            "The body was cut off on its way; there may have been more.",
        ));
    }
    headers::add(response, codes, &mut body);
    body.notes.extend(of_cookies(response));
    body
}

fn of_cookies(response: &Response) -> impl Iterator<Item = Note> {
    response.cookies.sentences().into_iter().map(Note::new)
}

/// The errors of an answer that was refused under a status of success. Of a batch only the parts
/// that failed.
fn refused_success(response: &Response, codes: &[&str]) -> ErrorBody {
    let media_type = response.headers.media_type();
    let about = About::RefusedSuccess(response.status);
    let mut parts = ErrorBody::default();
    if media_type.as_deref().is_some_and(is_stream) {
        for data in refused::failed_events(response) {
            parts
                .entries
                .extend(read(data.as_bytes(), None, About::Refusal(response.status)).entries);
        }
        headers::add(response, codes, &mut parts);
        return parts;
    }
    let start = &response.body[..response.body.len().min(limits::ERROR_BYTES)];
    if start.starts_with(b"--")
        && let Ok(text) = std::str::from_utf8(start)
    {
        for part in refused::parts_of_multipart(text) {
            let (head, body) = part
                .split_once("\r\n\r\n")
                .or(part.split_once("\n\n"))
                .unwrap_or((part, ""));
            let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
            let body = body.split("\n--").next().unwrap_or(body);
            let found = read(
                body.as_bytes(),
                None,
                About::Refusal(status.unwrap_or(response.status)),
            );
            parts.entries.extend(found.entries);
        }
    } else if let Ok(text) = std::str::from_utf8(start)
        && let Some(value) = json::read(text).value
    {
        for part in refused::failing_parts(&value) {
            let status = refused::status_of_part(part).unwrap_or(response.status);
            let text = refused::body_of_part(part);
            let found = read(text.as_bytes(), None, About::Refusal(status));
            parts.entries.extend(found.entries);
        }
    }
    let mut body = match parts.entries.is_empty() {
        true if response.body.is_empty() => ErrorBody::default(),
        true => read(&response.body, media_type.as_deref(), about),
        false => parts,
    };
    headers::add(response, codes, &mut body);
    if body.entries.is_empty() {
        // Nothing but `{"success": false}`: the whole of it is the error.
        let text = String::from_utf8_lossy(start);
        body.entries.push(page::text_entry(text.trim()));
    }
    body
}

/// RFC 1952, 2.3.1: so begins what is packed by gzip, under a type that is something else.
fn packed_in_silence(response: &Response) -> Option<&'static str> {
    let media_type = response.headers.media_type().unwrap_or_default();
    let is_text = media_type.starts_with("text/")
        || ["json", "xml", "javascript"]
            .iter()
            .any(|end| media_type.ends_with(end));
    let is_packed = is_text && response.body.starts_with(&[0x1f, 0x8b, 8]);
    is_packed.then_some(if response.headers.has("content-encoding") {
        PACKED_ONCE_MORE
    } else {
        PACKED_IN_SILENCE
    })
}

/// RFC 9110, 15.3.5: a 204 ends with its head. One that announces a body is read no further.
fn body_of_none(response: &Response) -> Option<Note> {
    let headers = &response.headers;
    let length = headers.get("content-length").filter(|length| length != "0");
    let announced = match length {
        Some(length) => format!("{length} bytes"),
        None => headers.get("transfer-encoding").map(|_| "one".to_owned())?,
    };
    let is_none = response.status == 204 && response.body.is_empty();
    is_none.then(|| {
        Note::new(format!(
            "A 204 has no body, but this one announces {announced}; they were not read, and other programs may trip over them."
        ))
    })
}

/// The errors of a body alone, a pasted or a saved one.
pub fn error_text(text: &[u8], media_type: Option<&str>) -> ErrorBody {
    read(text, media_type, About::Unknown)
}

#[cfg(test)]
mod tests;
