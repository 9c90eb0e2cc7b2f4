//! The outermost members of a JSON text without reading what is in them: enough to tell whether a
//! success is a refusal, at the price of one pass over the bytes.

use crate::insight::json::{self, Json};

/// Bytes that are gone through: errors stand before or right behind what else there is, and a
/// larger answer is data.
const SKIMMED: usize = 16_000_000;

/// Values up to this size are read whole; so are errors and parts of a batch, up to the other.
const READ: usize = 8_000;
const ERRORS_READ: usize = 500_000;

/// The outermost object or list. Large values in it are there, but empty of what they hold.
pub fn outline(bytes: &[u8]) -> Option<Json> {
    let bytes = &bytes[..bytes.len().min(SKIMMED)];
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    match bytes[start] {
        b'{' => Some(object(bytes, start + 1)),
        b'[' => Some(list(bytes, start)),
        _ => None,
    }
}

fn object(bytes: &[u8], mut at: usize) -> Json {
    let mut members = Vec::new();
    while let Some(quote) = next(bytes, at, |b| matches!(b, b'"' | b'}')) {
        if bytes[quote] == b'}' {
            break;
        }
        let Some(end) = string_end(bytes, quote + 1) else {
            break;
        };
        let name = String::from_utf8_lossy(&bytes[quote + 1..end]).into_owned();
        let Some(colon) = next(bytes, end + 1, |b| b == b':') else {
            break;
        };
        let Some(start) = next(bytes, colon + 1, |b| !b.is_ascii_whitespace()) else {
            break;
        };
        let end = value_end(bytes, start);
        members.push((name.clone(), value(&name, &bytes[start..end])));
        match next(bytes, end, |b| matches!(b, b',' | b'}')) {
            Some(comma) if bytes[comma] == b',' => at = comma + 1,
            _ => break,
        }
    }
    Json::Object(members)
}

/// A list is read where it is short; of a longer one the first elements tell what it is.
fn list(bytes: &[u8], start: usize) -> Json {
    let mut values = Vec::new();
    let mut at = start + 1;
    let mut left = ERRORS_READ;
    while let Some(begin) = next(bytes, at, |b| !b.is_ascii_whitespace()) {
        if bytes[begin] == b']' {
            break;
        }
        let end = value_end(bytes, begin);
        if end - begin > left || end <= begin {
            break;
        }
        left -= end - begin;
        let element = value("errors", &bytes[begin..end]);
        let is_part = super::seen::is_part(&element);
        values.push(element);
        // Records are not gone through.
        if !is_part && values.len() > 3 {
            break;
        }
        match next(bytes, end, |b| matches!(b, b',' | b']')) {
            Some(comma) if bytes[comma] == b',' => at = comma + 1,
            _ => break,
        }
    }
    Json::List(values)
}

fn value(name: &str, bytes: &[u8]) -> Json {
    let most = if super::seen::may_refuse(name) {
        ERRORS_READ
    } else {
        READ
    };
    if bytes.len() <= most
        && let Ok(text) = std::str::from_utf8(bytes)
        && let Some(value) = json::read(text).value
    {
        return value;
    }
    match bytes.first() {
        Some(b'{') => Json::Object(vec![("…".to_owned(), Json::Text("…".to_owned()))]),
        Some(b'[') => Json::List(vec![Json::Null]),
        _ => Json::Text("…".to_owned()),
    }
}

fn next(bytes: &[u8], at: usize, fits: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = bytes.get(at..)?;
    rest.iter().position(|b| fits(*b)).map(|place| at + place)
}

/// Where the value that begins here ends; the end of the text where it does not.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => match string_end(bytes, at + 1) {
                Some(end) => at = end,
                None => return bytes.len(),
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
            return at;
        }
    }
    bytes.len()
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        outline(text.as_bytes()).map_or("nothing".to_owned(), |value| value.to_string())
    }

    #[test]
    fn outer_members_are_seen_and_what_is_large_is_passed_over() {
        assert_eq!(
            shown(r#" {"a": "\"", "b": [1, {}], "errors" : [ {"x":"y"} ], "c":-1.5}"#),
            r#"{"a":"\"","b":[1,{}],"errors":[{"x":"y"}],"c":-1.5}"#
        );
        let large = format!(
            r#"{{"data":[{}1],"errors":[{{"m":1}}]}}"#,
            "1,".repeat(5_000)
        );
        assert_eq!(shown(&large), r#"{"data":[null],"errors":[{"m":1}]}"#);
        assert_eq!(shown("\u{feff}{\"a\":1"), r#"{"a":1}"#);
        assert_eq!(shown("hello"), "nothing");
        assert_eq!(shown("{"), "{}");
    }

    #[test]
    fn sixty_megabytes_are_outlined_in_a_moment() {
        let mut text = String::from("{\"data\":[");
        text.push_str(&"{\"a\":\"b\",\"n\":12345},".repeat(3_000_000));
        text.push_str("1]}");
        let began = std::time::Instant::now();
        assert!(outline(text.as_bytes()).is_some());
        // Debug builds share their processor with other tests.
        assert!(began.elapsed().as_secs() < 20);
    }

    proptest! {
        #[test]
        fn any_bytes_are_outlined_without_harm(text in "([\\[\\]{}:,\"\\\\]|[a-z0-9 ]|\"(errors|a)\":){0,40}") {
            let _ = outline(text.as_bytes());
        }
    }
}
