//! Where secrets stand by their names: in headers, URLs, JSON and forms.

use crate::model::Headers;
use aho_corasick::packed::Searcher;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Names that hold a secret as they stand, and parts that make a name one.
const WHOLE: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];
const PARTS: [&str; 6] = [
    "token", "secret", "password", "api-key", "apikey", "api_key",
];

/// One of these stands in each of them.
const SIGNS: [&str; 8] = [
    "authorization",
    "cookie",
    "token",
    "secret",
    "password",
    "api-key",
    "apikey",
    "api_key",
];

/// The first three letters of each sign, in small and capital letters: so few and so short that
/// a large text is searched for all of them at once.
static BEGINNINGS: LazyLock<Option<Searcher>> = LazyLock::new(|| {
    let mut beginnings = BTreeSet::new();
    for sign in SIGNS {
        for capitals in 0..8 {
            let letters = sign.bytes().take(3).enumerate();
            let written = letters.map(|(place, letter)| match capitals & (1 << place) {
                0 => letter,
                _ => letter.to_ascii_uppercase(),
            });
            beginnings.insert(written.collect::<Vec<u8>>());
        }
    }
    Searcher::new(beginnings)
});

/// Whether a sign stands anywhere in the text.
fn holds_sign(text: &[u8]) -> bool {
    let stands_at = |at: usize| {
        let signs = SIGNS.iter().map(|sign| sign.as_bytes());
        let mut texts = signs.map(|sign| (sign, text.get(at..at + sign.len())));
        texts.any(|(sign, text)| text.is_some_and(|text| text.eq_ignore_ascii_case(sign)))
    };
    match &*BEGINNINGS {
        Some(beginnings) => beginnings.find_iter(text).any(|b| stands_at(b.start())),
        // This machine cannot search so.
        None => (0..text.len()).any(stands_at),
    }
}

/// Whether a header, parameter or member of that name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WHOLE.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part))
}

/// Values under secret names of headers, URL and body, and the password of the URL, that were
/// typed rather than named.
pub(super) fn typed_values(headers: &Headers, url: &str, body: &[u8]) -> Vec<String> {
    let mut values = Vec::new();
    for header in headers.iter().filter(|h| is_secret_name(&h.name)) {
        let text = header.text();
        if text.contains("{{token:") {
            continue;
        }
        for word in text.split_whitespace() {
            let word = word.trim_matches(['"', ',', ';']);
            values.push(word.to_owned());
            // Basic holds user and password.
            let inside = STANDARD
                .decode(word)
                .ok()
                .and_then(|b| String::from_utf8(b).ok());
            if let Some((user, password)) = inside.as_deref().and_then(|t| t.split_once(':')) {
                values.push(format!("{user}:{password}"));
                values.push(password.to_owned());
            }
        }
    }
    if let Ok(url) = url::Url::parse(url) {
        if let Some(password) = url.password() {
            let password = percent_decoded(password);
            values.push(format!("{}:{password}", percent_decoded(url.username())));
            values.push(password);
        }
        let pairs = url.query_pairs().filter(|(name, _)| is_secret_name(name));
        values.extend(pairs.map(|(_, value)| value.into_owned()));
    }
    for span in secret_members(body) {
        let quoted = [b"\"", &body[span], b"\""].concat();
        values.extend(serde_json::from_slice::<String>(&quoted));
    }
    for span in secret_form_members(body) {
        let pair = [b"a=", &body[span]].concat();
        let pairs = url::form_urlencoded::parse(&pair);
        values.extend(pairs.map(|(_, value)| value.into_owned()));
    }
    // What stands by its name is no value.
    values.retain(|value| !value.contains("{{token:") && !value.contains("‹token:"));
    values
}

fn percent_decoded(text: &str) -> String {
    // A plus is itself outside a query.
    let pair = format!("a={}", text.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

/// Where the values of secret members stand in a form, `a=1&password=2`. A text with blanks or
/// brackets of JSON or HTML is none.
pub(super) fn secret_form_members(body: &[u8]) -> Vec<Range<usize>> {
    let form = body.trim_ascii_end();
    let mut spans = Vec::new();
    if form
        .iter()
        .any(|b| b.is_ascii_whitespace() || b"{<\"".contains(b))
    {
        return spans;
    }
    let mut start = 0;
    for pair in form.split(|b| *b == b'&') {
        if let Some(sign) = memchr::memchr(b'=', pair)
            && sign + 1 < pair.len()
            && url::form_urlencoded::parse(&pair[..sign]).any(|(name, _)| is_secret_name(&name))
        {
            spans.push(start + sign + 1..start + pair.len());
        }
        start += pair.len() + 1;
    }
    spans
}

/// Where secrets stand under secret names in a body: in JSON, else in a form.
pub fn secret_spans(body: &[u8]) -> Vec<Range<usize>> {
    let spans = secret_members(body);
    if spans.is_empty() {
        return secret_form_members(body);
    }
    spans
}

/// Where the string values of secret members stand in a JSON text, at any depth under such a
/// name. A scan of the text and not a parse, so that cut or broken JSON is masked as well.
pub(super) fn secret_members(body: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    // Most bodies have no such name anywhere, and this look is many times faster than the scan.
    if !holds_sign(body) {
        return spans;
    }
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[' | b'"' | 0xef)) {
        return spans;
    }
    let mut depth = 0usize;
    // The depth at which a secret container was opened; all strings inside it are masked.
    let mut secret_from: Option<usize> = None;
    let mut name_is_secret = false;
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'"' => {
                let start = at + 1;
                let end = string_end(body, start);
                let mut next = end + 1;
                while next < body.len() && body[next].is_ascii_whitespace() {
                    next += 1;
                }
                if body.get(next) == Some(&b':') {
                    name_is_secret =
                        std::str::from_utf8(&body[start..end]).is_ok_and(is_secret_name);
                    at = next + 1;
                    continue;
                }
                if (name_is_secret || secret_from.is_some()) && start < end {
                    spans.push(start..end);
                }
                name_is_secret = false;
                at = end;
            }
            b'{' | b'[' => {
                depth += 1;
                if name_is_secret && secret_from.is_none() {
                    secret_from = Some(depth);
                }
                name_is_secret = false;
            }
            b'}' | b']' => {
                if secret_from == Some(depth) {
                    secret_from = None;
                }
                depth = depth.saturating_sub(1);
            }
            b',' => name_is_secret = false,
            _ => {}
        }
        at += 1;
    }
    spans
}

/// The place of the quote that ends a string, or the end of the text.
fn string_end(body: &[u8], mut at: usize) -> usize {
    while at < body.len() {
        match body[at] {
            b'\\' => at += 2,
            b'"' => return at,
            _ => at += 1,
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_name_has_a_sign_and_every_sign_is_found() {
        for name in WHOLE.iter().chain(&PARTS) {
            assert!(SIGNS.iter().any(|sign| name.contains(sign)), "{name}");
        }
        for sign in SIGNS {
            assert!(holds_sign(sign.as_bytes()));
            assert!(holds_sign(format!("-{}-", sign.to_uppercase()).as_bytes()));
            assert!(!holds_sign(&sign.as_bytes()[1..]));
            assert!(!holds_sign(&sign.as_bytes()[..sign.len() - 1]));
        }
    }
}
