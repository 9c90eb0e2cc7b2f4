//! The colours of one line of XML or HTML, and of one field of an event stream.

use super::json::Token;
use std::ops::Range;

/// The tokens of a line: names of tags and attributes, quoted text, and the signs between them.
pub fn tokens(line: &str) -> Vec<(Range<usize>, Token)> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = find(bytes, at, b"<") {
        let end = tag_end(bytes, start);
        match bytes.get(start + 1) {
            Some(b'!' | b'?') => found.push((start..end, Token::Sign)),
            _ => tag(bytes, start..end, &mut found),
        }
        at = end;
    }
    found
}

fn tag(bytes: &[u8], place: Range<usize>, found: &mut Vec<(Range<usize>, Token)>) {
    let mut at = place.start;
    let mut is_first = true;
    while at < place.end {
        let (end, token) = match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let close = find(&bytes[..place.end], at + 1, &[quote]);
                (close.map_or(place.end, |close| close + 1), Token::Text)
            }
            b'<' | b'>' | b'/' | b'=' => (at + 1, Token::Sign),
            b' ' => {
                at += 1;
                continue;
            }
            _ => {
                let name = bytes[at..place.end].iter();
                let length = name.take_while(|b| !b" <>/=\"\'".contains(b)).count();
                let token = if is_first { Token::Name } else { Token::Word };
                is_first = false;
                (at + length.max(1), token)
            }
        };
        found.push((at..end, token));
        at = end;
    }
}

/// Where a tag ends; quoted text does not end it.
fn tag_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(next) = find(bytes, at, b">\"\'") {
        if bytes[next] == b'>' {
            return next + 1;
        }
        at = find(bytes, next + 1, &bytes[next..next + 1]).map_or(bytes.len(), |close| close + 1);
    }
    bytes.len()
}

fn find(bytes: &[u8], from: usize, any: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let step = rest.iter().position(|byte| any.contains(byte))?;
    Some(from + step)
}

/// The tokens of `name: value`.
pub fn field_tokens(line: &str) -> Vec<(Range<usize>, Token)> {
    let start = match line.split_once(' ') {
        Some((number, _)) if number.starts_with('#') => number.len() + 1,
        _ => line.len() - line.trim_start().len(),
    };
    let colon = line[start..].find(':').map(|length| start + length);
    let number = (start > 0).then_some((0..start, Token::Sign));
    let name = colon.map(|colon| (start..colon, Token::Name));
    number.into_iter().chain(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> String {
        let words = tokens(line).into_iter().map(|(range, token)| {
            let letter = match token {
                Token::Name => "N",
                Token::Text => "T",
                Token::Word | Token::Number => "W",
                Token::Sign => "S",
            };
            format!("{letter}{}", &line[range])
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_attributes_and_quotes_are_told_apart() {
        assert_eq!(
            read("  <a b='1>2' c>t &amp; u</a>"),
            "S< Na Wb S= T'1>2' Wc S> S< S/ Na S>"
        );
        assert_eq!(read("<!-- <a> --> x"), "S<!-- <a>");
        assert_eq!(
            field_tokens("#2 data: x"),
            [(0..3, Token::Sign), (3..7, Token::Name)]
        );
    }

    proptest! {
        #[test]
        fn tokens_follow_each_other_and_lie_on_characters(line in "([<>/=\"\'a-c #:!é]|\\PC){0,50}") {
            for found in [tokens(&line), field_tokens(&line)] {
                let mut end = 0;
                for (range, _) in found {
                    prop_assert!(range.start >= end && range.end >= range.start);
                    prop_assert!(line.get(range.clone()).is_some(), "{:?}", range);
                    end = range.end;
                }
            }
        }
    }
}
