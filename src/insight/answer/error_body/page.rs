//! Errors that are neither JSON nor XML: web pages of gateways and logins, form data of old token
//! endpoints, and plain text. Everything here walks over the text once.

use super::entry::Remedy;
use super::entry::{Entry, EntryOrigin};
use super::words::{as_status, code_within, is_phrase, link_to_follow};
use crate::insight::json::Json;

/// Characters of a page or text that are quoted as the detail; nobody reads more in a table,
/// and the whole stays in `raw`.
const QUOTED: usize = 2_000;

/// Plain text: words for people, and the code that they may hold.
pub fn text_entry(text: &str) -> Entry {
    Entry {
        detail: Some(quote(text)),
        code: code_within(text).map(str::to_owned),
        remedy: link_to_follow(text).map(Remedy::link),
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
pub fn html(text: &str, media_type: &str) -> Option<Entry> {
    let lower = text.to_ascii_lowercase();
    let named = media_type.contains("html") && lower.contains('<');
    let starts = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<h1",
        "<h2",
        "<center",
        "<p>",
        "<pre>",
    ];
    let begun = starts.iter().any(|start| lower.starts_with(start));
    let commented = lower.starts_with("<!--") || lower.starts_with("<?xml");
    let later = commented && lower.contains("<html");
    if !(named || begun || later) {
        return None;
    }

    let page = Page::read(text, &lower);
    let title = [&page.title, &page.heading]
        .into_iter()
        .find(|title| !title.is_empty());
    let words = page.sentence(title.map_or("", String::as_str));
    Some(Entry {
        title: title.cloned(),
        code: code_within(words).map(str::to_owned),
        remedy: link_to_follow(words).map(Remedy::link),
        detail: (!words.is_empty()).then(|| quote(words)),
        origin: EntryOrigin::Html,
        raw: text.to_owned(),
        ..Entry::default()
    })
}

#[derive(Default)]
struct Page {
    title: String,
    heading: String,
    words: String,
}

impl Page {
    /// The words without those in front that only repeat the title or the status.
    fn sentence(&self, title: &str) -> &str {
        let mut words = self.words.as_str();
        for known in [title, self.title.as_str(), self.heading.as_str()] {
            let status = as_status(known).is_some_and(|_| is_phrase(known.get(3..).unwrap_or("")));
            if known.is_empty() || !(status || title.contains(known)) {
                continue;
            }
            let behind = words.strip_prefix(known).map(str::trim_start);
            words = behind.filter(|rest| !rest.is_empty()).unwrap_or(words);
        }
        words
    }

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
                "noscript" if !closes => end("</noscript"),
                "nav" if !closes => end("</nav"),
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
            if matches!(name, "script" | "style" | "svg" | "noscript" | "nav") && !closes {
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

/// HTML's entities as the characters they stand for; an unknown one stays as it stands.
pub fn decode_entities(text: &str) -> String {
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

/// The character that an entity stands for.
pub fn entity(name: &str) -> Option<char> {
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

/// `error=…&error_description=…`, as some token endpoints still answer, as members.
pub fn form(text: &str) -> Option<Json> {
    const STARTS: [&str; 4] = ["error=", "error_code=", "errorcode=", "oauth_problem="];
    let lower = text.get(..30).unwrap_or(text).to_ascii_lowercase();
    let begins = STARTS.iter().any(|start| lower.starts_with(start));
    if !begins || text.contains(char::is_whitespace) {
        return None;
    }
    let pairs = url::form_urlencoded::parse(text.as_bytes()).take(100);
    let members = pairs
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into_owned(), Json::Text(value.into_owned())));
    Some(Json::Object(members.collect()))
}
