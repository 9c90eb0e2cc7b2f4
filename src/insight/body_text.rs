//! A body as lines to read: JSON indented, everything else as it came. Works on the text as it
//! was sent and never through parsed values, so numbers, escapes and the order of members stay.

use crate::model::limits;
use memchr::memchr_iter;
use std::borrow::Cow;
use std::ops::Range;

/// A line that is longer is shown in pieces of this many bytes.
const LONGEST_LINE: usize = 1_000;

/// Where the lines of a body are. The body itself stays where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyText {
    /// The indented text, where one was made.
    pretty: Option<Vec<u8>>,
    lines: Vec<Range<u32>>,
}

impl BodyText {
    pub fn new(body: &[u8]) -> BodyText {
        let pretty = (body.len() <= limits::PRETTY_BYTES)
            .then(|| indented(body))
            .flatten();
        let lines = lines(pretty.as_deref().unwrap_or(body));
        BodyText { pretty, lines }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn is_indented(&self) -> bool {
        self.pretty.is_some()
    }

    /// One line; `body` is the one that the lines were made of.
    pub fn line<'a>(&'a self, body: &'a [u8], number: usize) -> Cow<'a, str> {
        let text = self.pretty.as_deref().unwrap_or(body);
        let line = self.lines.get(number).cloned().unwrap_or_default();
        let bytes = text.get(line.start as usize..line.end as usize);
        String::from_utf8_lossy(bytes.unwrap_or_default())
    }
}

fn lines(text: &[u8]) -> Vec<Range<u32>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let ends = memchr_iter(b'\n', text).chain((!text.ends_with(b"\n")).then_some(text.len()));
    for end in ends.filter(|_| !text.is_empty()) {
        let stop = if end > start && text[end - 1] == b'\r' {
            end - 1
        } else {
            end
        };
        loop {
            let mut cut = stop.min(start + LONGEST_LINE);
            // Never inside a character: continuation bytes belong to the one before.
            while cut < stop && cut > start && text[cut] & 0xc0 == 0x80 {
                cut -= 1;
            }
            // Offsets beyond 32 bits do not occur: bodies are limited far below.
            lines.push(start as u32..cut as u32);
            start = cut.max(start + 1);
            if cut >= stop {
                break;
            }
        }
        start = end + 1;
    }
    lines
}

/// The text with a line for each member, if it is one whole JSON object or list.
fn indented(body: &[u8]) -> Option<Vec<u8>> {
    let first = body.iter().find(|b| !b.is_ascii_whitespace())?;
    if !matches!(first, b'{' | b'[') {
        return None;
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(body).ok()?;
    let mut text = Vec::with_capacity(body.len() * 2);
    let mut depth = 0usize;
    let mut at = 0;
    let line = |text: &mut Vec<u8>, depth: usize| {
        text.push(b'\n');
        text.extend(std::iter::repeat_n(b' ', depth * 2));
    };
    while at < body.len() {
        let byte = body[at];
        match byte {
            b'"' => {
                let mut end = at + 1;
                while end < body.len() && body[end] != b'"' {
                    end += if body[end] == b'\\' { 2 } else { 1 };
                }
                let end = (end + 1).min(body.len());
                text.extend_from_slice(&body[at..end]);
                at = end;
                continue;
            }
            b'{' | b'[' => {
                let close = byte + 2;
                let next = body[at + 1..].iter().position(|b| !b.is_ascii_whitespace());
                text.push(byte);
                if let Some(next) = next
                    && body[at + 1 + next] == close
                {
                    text.push(close);
                    at += next + 2;
                    continue;
                }
                depth += 1;
                line(&mut text, depth);
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(&mut text, depth);
                text.push(byte);
            }
            b',' => {
                text.push(byte);
                line(&mut text, depth);
            }
            b':' => text.extend_from_slice(b": "),
            _ if byte.is_ascii_whitespace() => {}
            _ => text.push(byte),
        }
        at += 1;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(body: &[u8]) -> Vec<String> {
        let text = BodyText::new(body);
        (0..text.len())
            .map(|n| text.line(body, n).into_owned())
            .collect()
    }

    #[test]
    fn json_is_indented_with_its_own_numbers_and_escapes() {
        let body = br#"{"b":1.10,"a":[{},[ ],"\u00e4,{"],"b":123456789012345678901}"#;
        assert_eq!(
            shown(body),
            [
                "{",
                "  \"b\": 1.10,",
                "  \"a\": [",
                "    {},",
                "    [],",
                "    \"\\u00e4,{\"",
                "  ],",
                "  \"b\": 123456789012345678901",
                "}"
            ]
        );
    }

    #[test]
    fn other_text_is_shown_as_it_came() {
        assert_eq!(shown(b"a\r\n\r\nb\n"), ["a", "", "b"]);
        assert_eq!(shown(b"{\"cut\": "), ["{\"cut\": "]);
        assert!(shown(b"").is_empty());
    }

    #[test]
    fn a_long_line_is_shown_in_pieces_that_keep_characters_whole() {
        let body = "ä".repeat(1_200);
        let lines = shown(body.as_bytes());
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.concat(), body);
    }

    #[test]
    fn deep_nesting_is_shown_raw() {
        let body = "[".repeat(100_000);
        assert_eq!(shown(body.as_bytes()).len(), 100);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it_and_none_are_lost(body in prop::collection::vec(any::<u8>(), 0..3000)) {
            let text = BodyText::new(&body);
            let shown: usize = text.lines.iter().map(|l| l.len()).sum();
            let left_out = body.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
            prop_assert!(text.is_indented() || shown + left_out >= body.len());
        }
    }
}
