//! A body from its bytes to its errors: characters, guards around JSON, then whichever form it has.

use super::collect::{Search, errors_of, loose};
use super::entry::{Entry, EntryOrigin};
use super::found::ErrorBody;
use super::members::Setting;
use super::names::{Role, rank, squeezed};
use super::words::is_plain_code;
use super::{page, xml};
use crate::insight::json::{self, Json, Note, Reading};
use crate::model::limits;
use std::borrow::Cow;

/// What is known of the answer that a body belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Nobody knows: it may be no error at all.
    Unknown,
    /// Its status refuses.
    Refusal(u16),
    /// Its status does not, and yet it was refused.
    RefusedSuccess(u16),
}

impl About {
    /// What an error's status says; of a body that was pasted alone it is not known, which is
    /// zero.
    pub fn of(status: u16) -> About {
        match status {
            0 => About::Unknown,
            status => About::Refusal(status),
        }
    }

    fn search(self, reading: &Reading) -> Search {
        Search {
            setting: Setting {
                status: match self {
                    About::Unknown => None,
                    About::Refusal(status) | About::RefusedSuccess(status) => Some(status),
                },
            },
            complete: reading.complete,
            fragment: reading.fragment,
            all_of_it: matches!(self, About::Refusal(_)),
        }
    }
}

const WEB_PAGE: &str = "This is a web page, not the API's JSON: a gateway, proxy or login page said this, not the API.";

/// The errors of a body.
pub fn read(bytes: &[u8], media_type: Option<&str>, about: About) -> ErrorBody {
    let (text, mut notes) = characters(bytes);
    let text = unguarded(text);
    let media_type = media_type.unwrap_or("").to_ascii_lowercase();
    let is_json = media_type.contains("json");
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    let none = |notes| ErrorBody {
        entries: Vec::new(),
        notes,
        more: 0,
    };
    if trimmed.is_empty() {
        notes.push(Note::new("There is no text here."));
        return none(notes);
    }

    let looks_like_json = trimmed.starts_with(['{', '[', '"']);
    let mut reading = if looks_like_json || is_json {
        json::read(&text)
    } else {
        Reading::default()
    };
    if trimmed == "\"errors\"" {
        // The name of the list and nothing else: a fragment that was cut off, not a message.
        reading = json::read(&format!("{text}:"));
    }
    // A line such as `[ERROR] refused` begins like JSON and is none; it has no fault to report.
    let is_meant = is_json
        || !trimmed.starts_with('[')
        || reading.complete
        || reading.ended_early
        || reading.value.as_ref().and_then(Json::as_list) != Some(&[]);
    if is_meant {
        notes.extend(reading.notes.iter().cloned());
    }
    if let Some(value) = &reading.value {
        let found = in_json(value, &media_type, about, &reading);
        if !found.is_empty() {
            return ErrorBody {
                entries: found,
                notes,
                more: 0,
            };
        }
    }
    if let Some(entry) = page::html(trimmed, &media_type).filter(|_| !reading.complete) {
        notes.push(Note::new(WEB_PAGE));
        return ErrorBody {
            entries: vec![entry],
            notes,
            more: 0,
        };
    }
    let other = in_xml(trimmed, about).or_else(|| in_form(trimmed, about));
    if let Some(entries) = other {
        return ErrorBody {
            entries,
            notes,
            more: 0,
        };
    }
    if !looks_like_json && let Some(found) = json_amid_text(trimmed, &text, about) {
        return found;
    }
    if reading.ended_early && is_meant {
        return none(notes);
    }
    if reading.complete {
        notes.push(Note::new(
            "The body is JSON, but not of a shape that is known to hold errors.",
        ));
    }
    let is_bare = matches!(trimmed, "{}" | "[]" | "null" | "\"\"");
    let is_data = reading.complete && !matches!(about, About::Refusal(_));
    let entry = match &reading.value {
        Some(value) if reading.complete && !is_data => loose(value),
        _ => None,
    };
    let words = || (!is_bare && !is_data).then(|| page::text_entry(trimmed));
    ErrorBody {
        entries: entry.or_else(words).into_iter().collect(),
        notes,
        more: 0,
    }
}

fn in_json(value: &Json, media_type: &str, about: About, reading: &Reading) -> Vec<Entry> {
    if let Some(said) = value.as_text() {
        return json_text(said, reading.complete).into_iter().collect();
    }
    let problem = media_type.ends_with("problem+json");
    if about == About::Unknown && !problem && !reading.fragment && !speaks_of_errors(value) {
        return Vec::new();
    }
    errors_of(value, media_type, about.search(reading))
}

/// A text in quotes: the quotes are JSON's, the words are for people.
fn json_text(said: &str, complete: bool) -> Option<Entry> {
    if !complete || said.trim().is_empty() {
        return None;
    }
    let mut entry = page::text_entry(said);
    if is_plain_code(said) || super::words::is_machine_word(said) {
        entry.code = Some(said.to_owned());
        entry.detail = None;
    }
    Some(entry)
}

/// Whether JSON of which nothing is known may be about an error. A record has an id and no word of
/// an error.
fn speaks_of_errors(value: &Json) -> bool {
    match value {
        Json::List(values) => values.iter().take(50).any(|value| match value {
            Json::Text(text) => text.trim().contains(' '),
            value => speaks_of_errors(value),
        }),
        Json::Object(members) => {
            let mut tells = false;
            let mut is_record = false;
            let mut lists = 0;
            let inner = members.len() == 1;
            for (name, value) in members {
                let name = squeezed(name);
                let empty = super::collect::holds_no_error(value) && value.to_text().is_none();
                if empty {
                    continue;
                }
                let named = [
                    "error",
                    "fault",
                    "exception",
                    "violation",
                    "problem",
                    "fail",
                    "invalid",
                ];
                let errs = named.iter().any(|part| name.contains(part)) || name == "err";
                let is_text = value.to_text().is_some();
                if errs && !(is_text && value == &Json::Bool(false)) {
                    return true;
                }
                let flag = matches!(name.as_str(), "ok" | "success") && *value == Json::Bool(false);
                let words =
                    rank(&name, Role::Message).is_some() || rank(&name, Role::Title).is_some();
                let code = rank(&name, Role::Code).is_some() && is_text;
                tells |= flag
                    || code
                    || words
                    || matches!(name.as_str(), "detail" | "reason" | "details");
                let id = matches!(
                    name.as_str(),
                    "id" | "uuid" | "guid" | "createdat" | "updatedat"
                );
                is_record |= id && !value.as_text().is_some_and(is_plain_code);
                lists += usize::from(value.as_list().is_some());
                if inner && speaks_of_errors(value) {
                    return true;
                }
            }
            tells && !is_record || lists == members.len() && lists > 0
        }
        _ => false,
    }
}

fn in_xml(text: &str, about: About) -> Option<Vec<Entry>> {
    if !text.starts_with('<') {
        return None;
    }
    let root = xml::read(text)?;
    let lower = text.get(..20_000).unwrap_or(text).to_ascii_lowercase();
    let named = ["error", "fault", "exception", "fail", "<err"];
    if about == About::Unknown && !named.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let whole = Reading {
        complete: true,
        ..Reading::default()
    };
    let search = Search {
        all_of_it: true,
        ..about.search(&whole)
    };
    let mut entries = errors_of(&root, "", search);
    for entry in &mut entries {
        entry.origin = EntryOrigin::Xml;
    }
    if let [only] = entries.as_mut_slice() {
        only.raw = text.to_owned();
    }
    (!entries.is_empty()).then_some(entries)
}

fn in_form(text: &str, about: About) -> Option<Vec<Entry>> {
    let members = page::form(text)?;
    let whole = Reading {
        complete: true,
        ..Reading::default()
    };
    let mut entries = errors_of(&members, "", about.search(&whole));
    for entry in &mut entries {
        entry.origin = EntryOrigin::Oauth;
        entry.raw = text.to_owned();
    }
    (!entries.is_empty()).then_some(entries)
}

/// JSON behind other words, as a log line or a client's message has it. The words before it are
/// blanked out, so that lines and columns stay true.
fn json_amid_text(trimmed: &str, text: &str, about: About) -> Option<ErrorBody> {
    let starts = [text.find('{'), text.find("\"errors\"")];
    let start = starts.into_iter().flatten().min()?;
    let reading = json::read(&blanked(text, start));
    let value = reading.value.as_ref()?;
    let is_object = value.as_object().is_some_and(|members| !members.is_empty());
    if !is_object || trimmed.starts_with('<') {
        return None;
    }
    let entries = in_json(value, "", about, &reading);
    let mut notes = vec![Note::new("The JSON stands behind other text.")];
    notes.extend(reading.notes.iter().cloned());
    (!entries.is_empty()).then_some(ErrorBody {
        entries,
        notes,
        more: 0,
    })
}

/// A text with blanks in place of all that stands before.
fn blanked(text: &str, start: usize) -> String {
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    let mut blanked: String = text[..start].chars().map(blank).collect();
    blanked.push_str(&text[start..]);
    blanked
}

/// JSON without what keeps a browser from running it: `)]}',`, `while(1);`, `callback(…)`.
fn unguarded(text: Cow<'_, str>) -> Cow<'_, str> {
    const GUARDS: [&str; 7] = [
        ")]}',",
        ")]}'",
        ")]}",
        "while(1);",
        "while (1);",
        "for(;;);",
        "for (;;);",
    ];
    let lead = text.len() - text.trim_start().len();
    let rest = &text[lead..];
    for guard in GUARDS {
        if rest.starts_with(guard) {
            return blanked(&text, lead + guard.len()).into();
        }
    }
    let call = rest.strip_prefix("/**/").unwrap_or(rest).trim_start();
    let name = call.find(|c: char| !(c.is_ascii_alphanumeric() || "_.$".contains(c)));
    let Some(name) = name.filter(|length| *length > 0) else {
        return text;
    };
    let begins = call[name..].starts_with("({") || call[name..].starts_with("([");
    let tail = call.trim_end().trim_end_matches(';').trim_end();
    if !begins || !tail.ends_with(')') {
        return text;
    }
    let start = text.len() - call.len() + name + 1;
    let end = text.len() - call.len() + tail.len() - 1;
    blanked(&text[..end], start).into()
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
