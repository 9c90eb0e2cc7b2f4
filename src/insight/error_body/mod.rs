//! The errors that an answer holds, whatever shape its makers gave them. The shapes themselves
//! are in the rooms beside this one, listed in `shapes`.

mod entry;
mod found;
mod list;
mod page;
mod shapes;
mod vendor;

use super::challenge::{Challenge, challenges};
use super::json::{self, Json, Note};
use crate::insight::saved::saved;
use crate::model::{Response, StatusClass, limits};
use found::{Document, Found};
use shapes::SHAPES;
use std::borrow::Cow;

pub use entry::{Entry, EntryOrigin};
pub use found::ErrorBody;

/// The errors of an answer: of its body first, then of its `WWW-Authenticate` header. An answer
/// that is not an error has entries only if its body holds a list of errors with something in it.
pub fn error_body(response: &Response) -> ErrorBody {
    let fine = matches!(
        StatusClass::of(response.status),
        StatusClass::Informational | StatusClass::Success | StatusClass::Redirection
    );
    let packed = response
        .packed_by()
        .filter(|_| std::str::from_utf8(&response.body).is_err())
        .map(|coding| {
            let coding: String = coding.chars().take(40).collect();
            let message = format!("The body is packed ({coding}) and was not unpacked.");
            ErrorBody {
                entries: Vec::new(),
                notes: vec![Note::new(message)],
            }
        });
    if fine {
        let mut body = packed.unwrap_or_else(|| errors_amid_success(&response.body));
        body.notes.extend(body_of_none(response));
        return body;
    }
    let media_type = response.headers.media_type();
    let mut body = match packed {
        Some(packed) => packed,
        _ if response.body.is_empty() => ErrorBody {
            entries: Vec::new(),
            notes: vec![Note::new("The answer has no body.")],
        },
        _ => read(&response.body, media_type.as_deref()),
    };
    if response.body_cut {
        body.notes.push(Note::new(
            "The body was cut off on its way; there may have been more.",
        ));
    }
    let silent = body.entries.is_empty();
    for challenge in challenges(&response.headers) {
        let says_why = challenge.parameter("error").is_some()
            || challenge.parameter("error_description").is_some();
        if (says_why || silent) && body.entries.len() < limits::ENTRIES {
            body.entries.push(challenge_entry(&challenge));
        }
    }
    body
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

/// The errors of a saved or pasted body; a whole answer with its status line is understood too.
pub fn error_text(text: &[u8], media_type: Option<&str>) -> ErrorBody {
    if let Some(saved) = saved(text) {
        return error_body(&saved.response);
    }
    read(text, media_type)
}

const ERRORS: &str = "\"errors\"";

/// Whether the outermost object has a member of that name.
fn has_outer_errors(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' if depth == 1 && bytes[at..].starts_with(ERRORS.as_bytes()) => {
                let rest = &text[at + ERRORS.len()..];
                if rest.trim_start().starts_with(':') {
                    return true;
                }
                at += ERRORS.len() - 1;
            }
            b'"' => match string_end(bytes, at + 1) {
                Some(end) => at = end,
                None => return false,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    false
}

/// The quote that ends a string.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

fn errors_amid_success(bytes: &[u8]) -> ErrorBody {
    let (text, _) = characters(bytes);
    // A large answer is read only where it may be about errors, and not for a word deep in it.
    if !text.contains(ERRORS) || !has_outer_errors(&text) {
        return ErrorBody::default();
    }
    let reading = json::read(&text);
    let value = reading.value.unwrap_or(Json::Null);
    let errors = value.get("errors").and_then(Json::as_list);
    if reading.fragment || errors.is_none_or(<[Json]>::is_empty) {
        return ErrorBody::default();
    }
    let document = Document {
        value: Some(&value),
        complete: reading.complete,
        fragment: false,
        text: &text,
        media_type: "",
    };
    match list::errors(&document) {
        Some(found) => found.into_body(reading.notes),
        None => ErrorBody::default(),
    }
}

fn read(bytes: &[u8], media_type: Option<&str>) -> ErrorBody {
    let (text, mut notes) = characters(bytes);
    let media_type = media_type.unwrap_or("").to_ascii_lowercase();
    let is_json = media_type.contains("json");
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    if trimmed.is_empty() {
        notes.push(Note::new("There is no text here."));
        return ErrorBody {
            entries: Vec::new(),
            notes,
        };
    }

    let looks_like_json = trimmed.starts_with(['{', '[', '"']);
    let mut reading = if looks_like_json || is_json {
        json::read(&text)
    } else {
        json::Reading::default()
    };
    if trimmed == "\"errors\"" {
        // The name of the list and nothing else: a fragment that was cut off, not a message.
        reading = json::read(&format!("{text}:"));
    }
    // A line such as `[ERROR] refused` begins like JSON and is none; it has no fault to report.
    let is_meant = is_json
        || !trimmed.starts_with('[')
        || reading.complete
        || reading.value.as_ref().and_then(Json::as_list) != Some(&[]);
    let document = Document {
        value: reading.value.as_ref(),
        complete: reading.complete,
        fragment: reading.fragment,
        text: trimmed,
        media_type: &media_type,
    };
    if is_meant {
        notes.extend(reading.notes.iter().cloned());
    }
    for shape in SHAPES {
        if let Some(found) = (shape.read)(&document) {
            notes.extend(shape.note.map(Note::new));
            return found.into_body(notes);
        }
    }
    if !looks_like_json && let Some(found) = json_amid_text(trimmed, &text) {
        return found;
    }
    if reading.ended_early && is_meant {
        return ErrorBody {
            entries: Vec::new(),
            notes,
        };
    }
    if reading.complete {
        notes.push(Note::new(
            "The body is JSON, but not of a shape that is known to hold errors.",
        ));
    }
    let mut found = Found::default();
    if !matches!(trimmed, "{}" | "[]" | "null" | "\"\"") {
        found.add(|| page::text_entry(trimmed));
    }
    found.into_body(notes)
}

/// JSON behind other words, as a log line or a client's message has it. The words before it are
/// blanked out, so that lines and columns stay true.
fn json_amid_text(trimmed: &str, text: &str) -> Option<ErrorBody> {
    let starts = [text.find('{'), text.find("\"errors\"")];
    let start = starts.into_iter().flatten().min()?;
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    let mut blanked: String = text[..start].chars().map(blank).collect();
    blanked.push_str(&text[start..]);
    let reading = json::read(&blanked);
    let document = Document {
        value: reading.value.as_ref(),
        complete: reading.complete,
        fragment: reading.fragment,
        text: trimmed,
        media_type: "",
    };
    let found = SHAPES.iter().find_map(|shape| (shape.read)(&document))?;
    let mut notes = vec![Note::new("The JSON stands behind other text.")];
    notes.extend(reading.notes);
    Some(found.into_body(notes))
}

/// Bytes as characters: UTF-16 where its mark stands in front, as some shells save it, else
/// UTF-8. What cannot be read becomes `�`.
fn characters(bytes: &[u8]) -> (Cow<'_, str>, Vec<Note>) {
    let utf16 = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    if let Some((rest, unit)) = utf16 {
        let rest = &rest[..rest.len().min(2 * limits::ERROR_BYTES)];
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        let note = Note::new("The text is UTF-16 and was read as such.");
        return (text.into(), vec![note]);
    }
    // A few bytes more than are searched, so that the reader can tell that it was too long.
    let mut kept = &bytes[..bytes.len().min(limits::ERROR_BYTES + 8)];
    if kept.len() < bytes.len()
        && let Err(error) = std::str::from_utf8(kept)
        && error.error_len().is_none()
    {
        kept = &kept[..error.valid_up_to()];
    }
    let text = String::from_utf8_lossy(kept);
    let notes = match text {
        Cow::Owned(_) => vec![Note::new("Some bytes are not UTF-8; they show as �.")],
        Cow::Borrowed(_) => Vec::new(),
    };
    (text, notes)
}

fn challenge_entry(challenge: &Challenge) -> Entry {
    const OWN: [&str; 4] = ["realm", "error", "error_description", "error_uri"];
    let own = |name: &str| OWN.iter().any(|o| o.eq_ignore_ascii_case(name));
    let text = |name: &str| challenge.parameter(name).map(str::to_owned);
    let title = match challenge.parameter("realm") {
        Some(realm) => format!("{} realm=\"{realm}\"", challenge.scheme),
        None => challenge.scheme.clone(),
    };
    let others: Vec<_> = challenge
        .parameters
        .iter()
        .filter(|(name, _)| !own(name))
        .map(|(name, value)| (name.clone(), Json::Text(value.clone())))
        .collect();
    let links = text("error_uri").map(|uri| {
        let member = ("error_uri".to_owned(), Json::Text(uri));
        Json::Object(vec![member])
    });
    let title = title.trim();
    Entry {
        title: (!title.is_empty()).then(|| title.to_owned()),
        detail: text("error_description"),
        code: text("error"),
        links,
        meta: (!others.is_empty()).then_some(Json::Object(others)),
        origin: EntryOrigin::WwwAuthenticate,
        raw: challenge.to_string(),
        ..Entry::default()
    }
}

#[cfg(test)]
mod tests;
