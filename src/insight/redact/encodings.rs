//! The ways in which a value may be written down by whoever repeats it: encoded as a whole, or
//! with some of its characters escaped.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The ways a value may be written down by whoever repeats it.
pub(super) fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![value.as_bytes().to_vec()];
    let mut add = |form: Vec<u8>| {
        if !forms.contains(&form) {
            forms.push(form);
        }
    };
    let json = serde_json::Value::from(value).to_string();
    add(json.trim_matches('"').as_bytes().to_vec());
    let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    add(encoded.to_ascii_lowercase().into_bytes());
    add(encoded.into_bytes());
    // Inside a longer base64 text a value can begin at any of three places in a group; the
    // characters at its edges mix with its neighbours and are left out.
    for engine in [&STANDARD, &URL_SAFE] {
        for shift in 0..3 {
            let mut padded = vec![0u8; shift];
            padded.extend_from_slice(value.as_bytes());
            let text = engine.encode(&padded);
            let from = [0, 2, 3][shift];
            let whole_bits = padded.len() * 8 / 6;
            add(text.as_bytes()[from..whole_bits].to_vec());
        }
    }
    forms
}

/// How many bytes one character takes at most when it is escaped: `&#x002b;`.
pub(super) const LONGEST_ESCAPE: usize = 8;

pub(super) const ESCAPE_BLOCK: usize = 1 << 18;

/// The text with its escapes of JSON, URLs and HTML undone, and where each byte of it, and its
/// end, stood before; `None` where there are no escapes.
pub(super) fn unescaped(text: &[u8]) -> Option<(Vec<u8>, Vec<usize>)> {
    memchr::memchr3(b'\\', b'%', b'&', text)?;
    let mut read = Vec::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = escape(&text[at..]).unwrap_or((text[at], 1));
        read.push(byte);
        places.push(at);
        at += length;
    }
    places.push(at);
    Some((read, places))
}

/// The ASCII character that an escape at the start of the text stands for, and its length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let number = |digits: &[u8], radix| {
        let digits = std::str::from_utf8(digits).ok()?;
        let is_plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, radix)
            .ok()
            .filter(|_| is_plain)?;
        u8::try_from(number).ok().filter(u8::is_ascii)
    };
    match text {
        [b'\\', b'u', a, b, c, d, ..] => Some((number(&[*a, *b, *c, *d], 16)?, 6)),
        [b'\\', sign @ (b'"' | b'/' | b'\\'), ..] => Some((*sign, 2)),
        [b'%', a, b, ..] => Some((number(&[*a, *b], 16)?, 3)),
        [b'&', ..] => {
            let end = text.iter().take(LONGEST_ESCAPE).position(|&b| b == b';')?;
            let sign = match &text[1..end] {
                b"amp" => b'&',
                b"quot" => b'"',
                b"apos" => b'\'',
                b"lt" => b'<',
                b"gt" => b'>',
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
                [b'#', digits @ ..] => number(digits, 10)?,
                _ => return None,
            };
            Some((sign, end + 1))
        }
        _ => None,
    }
}
