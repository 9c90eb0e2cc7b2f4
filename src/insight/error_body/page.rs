//! Errors that are not JSON: web pages of gateways and logins, XML of storage services, form
//! data of old token endpoints, and plain text. Everything here walks over the text once.

use super::entry::{Entry, EntryOrigin, is_machine_word};
use super::found::{Document, Found};
use crate::insight::json::Json;

/// Characters of a page or text that are quoted as the detail; nobody reads more in a table,
/// and the whole stays in `raw`.
const QUOTED: usize = 2_000;

/// Plain text: words for people, and nothing more is known.
pub fn text_entry(text: &str) -> Entry {
    Entry {
        detail: Some(quote(text)),
        origin: EntryOrigin::Text,
        raw: text.to_owned(),
        ..Entry::default()
    }
}

fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A web page: its title, or else its first heading, and the words a reader would see.
pub fn html(document: &Document) -> Option<Found> {
    let lower = document.text.to_ascii_lowercase();
    let named = document.media_type.contains("html") && lower.contains('<');
    let starts = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<h1",
        "<center",
    ];
    let begun = starts.iter().any(|start| lower.starts_with(start));
    let commented = lower.starts_with("<!--") || lower.starts_with("<?xml");
    let later = commented && lower.contains("<html");
    if !(named || begun || later) {
        return None;
    }

    let page = Page::read(document.text, &lower);
    let title = [page.title, page.heading]
        .into_iter()
        .find(|title| !title.is_empty());
    let mut found = Found::default();
    found.add(|| Entry {
        title,
        detail: (!page.words.is_empty()).then(|| quote(&page.words)),
        origin: EntryOrigin::Html,
        raw: document.text.to_owned(),
        ..Entry::default()
    });
    Some(found)
}

#[derive(Default)]
struct Page {
    title: String,
    heading: String,
    words: String,
}

impl Page {
    /// `lower` is `text` in lower case, byte for byte as long.
    fn read(text: &str, lower: &str) -> Page {
        let mut words = String::new();
        let mut title = String::new();
        let mut heading = String::new();
        let mut inside = "";
        let (mut titled, mut headed) = (false, false);
        let mut at = 0;
        while at < text.len() {
            let tag = lower[at..].find('<').map_or(text.len(), |place| at + place);
            let piece = &text[at..tag];
            match inside {
                "title" => title.push_str(piece),
                "h1" => {
                    heading.push_str(piece);
                    words.push_str(piece);
                }
                _ => words.push_str(piece),
            }
            if tag == text.len() {
                break;
            }
            let rest = &lower[tag..];
            // What is never closed takes the rest of the page with it, as in a browser.
            let end = |close: &str| {
                rest.find(close)
                    .map_or(text.len(), |p| tag + p + close.len())
            };
            if rest.starts_with("<!--") {
                at = end("-->");
                continue;
            }
            let is_tag =
                rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
            if !is_tag {
                words.push('<');
                at = tag + 1;
                continue;
            }
            let name = rest[1..].trim_start_matches('/');
            let length = name.find(|c: char| !c.is_ascii_alphanumeric());
            let name = &name[..length.unwrap_or(name.len())];
            let closes = rest.starts_with("</");
            at = match name {
                "script" if !closes => end("</script"),
                "style" if !closes => end("</style"),
                "svg" if !closes => end("</svg"),
                _ => end(">"),
            };
            match (name, closes) {
                ("title" | "h1", true) => inside = "",
                ("title", false) if !titled => (inside, titled) = ("title", true),
                ("h1", false) if !headed => (inside, headed) = ("h1", true),
                _ => {}
            }
            if !matches!(name, "a" | "b" | "i" | "em" | "strong" | "span" | "code") {
                words.push(' ');
                heading.push(' ');
            }
            if matches!(name, "script" | "style" | "svg") && !closes {
                // The closing tag's own end.
                at += lower[at..]
                    .find('>')
                    .map_or(text.len() - at, |place| place + 1);
            }
        }
        Page {
            title: plain(&title),
            heading: plain(&heading),
            words: plain(&words),
        }
    }
}

/// Entities as characters, and every run of blanks as one.
fn plain(text: &str) -> String {
    let decoded = decode_entities(text);
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut pieces = text.split('&');
    decoded.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        let name_length = piece.bytes().take(10).position(|b| b == b';');
        let character = name_length.and_then(|length| entity(&piece[..length]));
        match (character, name_length) {
            (Some(character), Some(length)) => {
                decoded.push(character);
                decoded.push_str(&piece[length + 1..]);
            }
            _ => {
                decoded.push('&');
                decoded.push_str(piece);
            }
        }
    }
    decoded
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let point = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(point.ok()?);
    }
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" => '\'',
        "nbsp" => ' ',
        "copy" => '©',
        "reg" => '®',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        "middot" => '·',
        "bull" => '•',
        "laquo" => '«',
        "raquo" => '»',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        _ => return None,
    };
    Some(character)
}

/// XML that names a code and a message, as storage services and SOAP answer.
pub fn xml(document: &Document) -> Option<Found> {
    let text = document.text;
    if !text.starts_with('<') {
        return None;
    }
    let code = ["Code", "code", "faultcode"]
        .iter()
        .find_map(|n| element(text, n));
    let says = ["Message", "message", "faultstring"];
    let detail = says.iter().find_map(|n| element(text, n));
    if code.is_none() && detail.is_none() {
        return None;
    }
    let mut found = Found::default();
    found.add(|| Entry {
        code,
        detail,
        origin: EntryOrigin::Vendor,
        raw: text.to_owned(),
        ..Entry::default()
    });
    Some(found)
}

/// The words of the first element of that name that holds no other.
fn element(text: &str, name: &str) -> Option<String> {
    let open = format!("<{name}>");
    let start = text.find(&open)? + open.len();
    let rest = &text[start..];
    let words = plain(&rest[..rest.find('<')?]);
    (!words.is_empty()).then_some(words)
}

/// `error=…&error_description=…`, as some token endpoints still answer.
pub fn form(document: &Document) -> Option<Found> {
    let text = document.text;
    if !text.starts_with("error=") || text.contains(char::is_whitespace) {
        return None;
    }
    let value = |name: &str| {
        url::form_urlencoded::parse(text.as_bytes())
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    };
    let code = value("error").filter(|code| is_machine_word(code))?;
    let links = value("error_uri").map(|uri| {
        let link = ("error_uri".to_owned(), Json::Text(uri));
        Json::Object(vec![link])
    });
    let mut found = Found::default();
    found.add(|| Entry {
        detail: value("error_description"),
        code: Some(code),
        links,
        origin: EntryOrigin::Oauth,
        raw: text.to_owned(),
        ..Entry::default()
    });
    Some(found)
}
