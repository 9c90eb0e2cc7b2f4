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

/// A text with its escapes of JSON, URLs and HTML undone.
pub(super) struct Unescaped {
    pub read: Vec<u8>,
    /// Behind each escape: the place in what is read, and the one in the text before.
    jumps: Vec<(usize, usize)>,
}

impl Unescaped {
    /// Where a byte of what is read, or its end, stood before.
    pub fn place(&self, at: usize) -> usize {
        let behind = self.jumps.partition_point(|(read, _)| *read <= at);
        match behind.checked_sub(1).and_then(|jump| self.jumps.get(jump)) {
            Some((read, before)) => before + at - read,
            None => at,
        }
    }
}

/// `None` where there are no escapes. What lies between them is copied as a whole.
pub(super) fn unescaped(text: &[u8]) -> Option<Unescaped> {
    let next = |at: usize| {
        let step = memchr::memchr3(b'\\', b'%', b'&', text.get(at..)?)?;
        Some(at + step)
    };
    let mut sign = next(0)?;
    let mut read = Vec::with_capacity(text.len());
    let mut jumps = Vec::new();
    let mut at = 0;
    loop {
        read.extend_from_slice(&text[at..sign]);
        at = match escape(&text[sign..]) {
            Some((byte, length)) => {
                read.push(byte);
                jumps.push((read.len(), sign + length));
                sign + length
            }
            None => {
                read.push(text[sign]);
                sign + 1
            }
        };
        match next(at) {
            Some(found) => sign = found,
            None => break,
        }
    }
    read.extend_from_slice(&text[at..]);
    Some(Unescaped { read, jumps })
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_byte_that_is_read_knows_where_it_stood(
            text in "([a-c]|\\\\[\"/u]|\\\\u0061|%41|%zz|&amp;|&#x41;|&|%){0,40}",
        ) {
            let text = text.as_bytes();
            let Some(plain) = unescaped(text) else {
                prop_assert!(text.iter().all(|b| !b"\\%&".contains(b)));
                return Ok(());
            };
            let mut at = 0;
            for (place, byte) in plain.read.iter().enumerate() {
                prop_assert_eq!(plain.place(place), at);
                let (expected, length) = escape(&text[at..]).unwrap_or((text[at], 1));
                prop_assert_eq!(*byte, expected);
                at += length;
            }
            prop_assert_eq!((plain.place(plain.read.len()), at), (text.len(), text.len()));
        }
    }
}
