//! Texts and URLs without what is secret in them, and the values that stand in them under secret
//! names.

use super::names::{is_scheme, is_secret_name, may_be_secret_name};
use super::paths::credential_in_path;
use super::search::{Found, Search};
use super::spared::is_kept;
use super::values::Value;
use super::views::{Reading, read};
use crate::model::{Headers, MASK};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A URL, or what is to become one.
pub fn url(search: &Search, url: &str) -> String {
    let mut url = text(search, url);
    // By hand, since what is no URL may hold a password all the same.
    if let Some(start) = authority(&url) {
        let end = url[start..].find(['/', '?', '#', '\\']);
        let end = end.map_or(url.len(), |length| start + length);
        let user = url[start..end].rfind('@');
        if let Some(length) = user.filter(|length| !is_host(&url[start..start + length])) {
            url.replace_range(start..start + length, MASK);
        }
    }
    if let Some(range) = credential_in_path(&url) {
        url.replace_range(range, MASK);
    }
    url
}

/// Where the host of a URL begins, with the user before it, however many slashes were typed.
fn authority(url: &str) -> Option<usize> {
    let colon = url.find(':')?;
    let is_scheme = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    if colon > 0 && url[..colon].bytes().all(is_scheme) {
        let behind = url[colon + 1..].trim_start_matches(['/', '\\']);
        return Some(url.len() - behind.len());
    }
    url.find("://").map(|at| at + 3)
}

/// Whether what stands in the place of a user is the name of a host: whoever writes an address
/// before an `@` means another one than is asked.
pub fn is_host(user: &str) -> bool {
    let (host, port) = user.split_once(':').unwrap_or((user, ""));
    let is_number = |text: &str| text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    // Behind a name digits may be a password.
    let is_local = host == "localhost" || is_address(host);
    if is_local {
        return is_number(port);
    }
    let labels = host.split('.');
    let fits = |label: &str| {
        (1..=30).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && label.bytes().filter(u8::is_ascii_digit).count() < 6
    };
    let last = labels.clone().next_back().unwrap_or_default();
    let is_last = last.len() > 1 && last.bytes().all(|b| b.is_ascii_lowercase());
    !user.contains(':') && is_last && labels.clone().count() > 1 && labels.into_iter().all(fits)
}

/// `127.0.0.1`
fn is_address(host: &str) -> bool {
    let parts = host.split('.');
    parts.clone().count() == 4 && parts.into_iter().all(|part| part.parse::<u8>().is_ok())
}

/// A text with a mask for each secret in it; bytes that are then no UTF-8 become `U+FFFD`.
pub fn text(search: &Search, text: &str) -> String {
    match search.clean(text.as_bytes()) {
        Some(masked) => lossy(masked),
        None => text.to_owned(),
    }
}

/// The secrets in headers: the credential of one with a secret name, those in the text of any
/// other. A name in braces, as `{{token:support}}`, is no secret.
pub fn values_of_headers(headers: &Headers) -> Vec<Value> {
    let mut values = Vec::new();
    for header in headers.iter() {
        let text = header.text();
        if !is_secret_name(&header.name) {
            values.extend(values_in(&header.value));
        } else if header.name.eq_ignore_ascii_case("cookie") {
            values.extend(text.split(';').flat_map(values_of_cookie));
        } else if !text.contains("{{token:") {
            values.extend(values_of_words(&text));
        }
    }
    values
}

/// The credential in the value of a header, without the scheme before it.
pub fn values_of_words(text: &str) -> Vec<Value> {
    let mut values = Vec::new();
    for word in text.split_whitespace().filter(|w| !is_scheme(w)) {
        let word = word.trim_matches(['"', ',', ';']);
        values.extend(value(word));
        values.extend(values_of_basic(word));
    }
    values
}

/// Basic holds user and password.
pub fn values_of_basic(word: &str) -> Vec<Value> {
    let inside = STANDARD.decode(word).ok();
    let inside = inside.and_then(|bytes| String::from_utf8(bytes).ok());
    match inside.as_deref().and_then(|text| text.split_once(':')) {
        Some((user, password)) => {
            let mut values = vec![Value::pair(user, password)];
            values.extend(value(password));
            values
        }
        None => Vec::new(),
    }
}

/// Secrets of a URL, its user and password and a credential in its path among them.
pub fn values_of_url(text: &str) -> Vec<Value> {
    let mut values = values_in(text.as_bytes());
    if let Ok(url) = url::Url::parse(text)
        && let Some(password) = url.password()
    {
        let (user, password) = (unescaped(url.username()), unescaped(password));
        values.push(Value::pair(&user, &password));
        values.extend(value(&password));
    }
    values.extend(credential_in_path(text).and_then(|range| value(&text[range])));
    values
}

/// What stands right under secret names in a text.
pub fn values_in(text: &[u8]) -> Vec<Value> {
    let found = Search::for_values(&[]).and_names().look(text);
    direct_values(text, &found)
}

/// What stands right under secret names in a text that was searched already, as it stands and with
/// its escapes undone once and twice; of a Basic credential, the password too.
pub fn direct_values(text: &[u8], found: &Found) -> Vec<Value> {
    let direct = found.named.iter().filter(|named| named.is_direct);
    let mut values = Vec::new();
    for named in direct {
        // Without the zeros of wide letters.
        let stood = String::from_utf8_lossy(&text[named.range.clone()]).replace('\0', "");
        let credential = match stood.split_once(' ') {
            Some((scheme, rest)) if is_scheme(scheme) => rest.trim_start(),
            _ => &stood,
        };
        let mut forms = vec![credential.to_owned()];
        let mut plain = credential.to_owned();
        if credential.contains(['\\', '%', '&']) {
            plain = unescaped(credential);
            forms.push(plain.clone());
            forms.push(unescaped(&plain));
        }
        if plain.contains('+') {
            plain = plain.replace('+', " ");
            forms.push(plain);
        }
        forms.dedup();
        values.extend(values_of_basic(credential));
        values.extend(forms.iter().filter_map(|form| value(form)));
    }
    values
}

/// What stands by its name is no value.
pub fn value(text: &str) -> Option<Value> {
    let is_name = text.contains("{{token:") || is_kept(text);
    (!is_name && !text.contains("‹token:")).then(|| Value::new(text))
}

/// A text with its escapes undone once: those of JSON, URLs and HTML.
pub fn unescaped(text: &str) -> String {
    read(text.as_bytes(), Reading::Plain).map_or_else(|| text.to_owned(), lossy)
}

/// A number of so many digits under a name for sessions counts nothing.
const SHORTEST_NUMBER: usize = 6;

/// The value of `name=value`, as it stands and as it reads. Words and small numbers, such as the
/// name of a theme or a page, would be blotted out everywhere.
pub fn values_of_cookie(pair: &str) -> Vec<Value> {
    let Some((name, text)) = pair.split_once('=') else {
        return Vec::new();
    };
    let text = text.trim().trim_matches('"');
    let is_told = may_be_secret_name(name.trim()) || name.to_ascii_lowercase().contains("sid");
    let is_mixed = text.bytes().any(|b| b.is_ascii_alphabetic());
    // So short a one is as likely the version of something as a secret.
    let is_short = text.len() < 8 && !(is_told && (is_mixed || text.len() >= SHORTEST_NUMBER));
    if !is_made_up(text) || is_short {
        return Vec::new();
    }
    let plain = unescaped(text);
    let mut forms = vec![text.to_owned(), plain.replace('+', " ")];
    // What is signed has a mark before it and the signature behind it.
    let signed = plain
        .strip_prefix("s:")
        .and_then(|signed| signed.split_once('.'));
    forms.extend(
        signed
            .map(|(id, _)| id.to_owned())
            .filter(|id| is_made_up(id)),
    );
    forms.push(plain.trim_matches('"').to_owned());
    forms.sort();
    forms.dedup();
    forms.iter().filter_map(|form| value(form)).collect()
}

/// Whether a text was likely made by a machine: 16 bytes or more, or with a digit in it.
pub fn is_made_up(text: &str) -> bool {
    text.len() >= 16 || text.bytes().any(|b| b.is_ascii_digit())
}

/// Bytes as text, without a copy where they are UTF-8.
pub fn lossy(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}
