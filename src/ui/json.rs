//! The colours of one line of JSON, found when it is drawn: a line only knows whether it begins
//! inside a string.

use super::theme::Theme;
use ratatui::style::Style;
use std::ops::Range;

/// The kinds of text in a line of JSON, each with its own colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Name,
    Text,
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// A bracket, comma or colon.
    Sign,
}

impl Token {
    /// The colour of the kind in a theme.
    pub fn style(self, theme: &Theme) -> Style {
        match self {
            Token::Name => theme.code(),
            Token::Text => theme.text(),
            Token::Number | Token::Word => theme.number(),
            Token::Sign => theme.dim(),
        }
    }
}

/// The tokens of a line. `inside` means that it begins inside a string, `ends_in_name` that the
/// string which continues after it is a name.
pub fn tokens(line: &str, inside: bool, ends_in_name: bool) -> Vec<(Range<usize>, Token)> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let string = |start: usize, from: usize| {
        let (end, name) = string_end(line, from);
        let kind = if name.unwrap_or(ends_in_name) {
            Token::Name
        } else {
            Token::Text
        };
        (start..end, kind)
    };
    if inside {
        found.push(string(0, 0));
    }
    let mut at = found.last().map_or(0, |(range, _)| range.end);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let (range, kind) = string(at, at + 1);
                at = range.end;
                found.push((range, kind));
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                found.push((at..at + 1, Token::Sign));
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let end = end_of(bytes, at, b"+-.0123456789eE");
                found.push((at..end, Token::Number));
                at = end;
            }
            b'a'..=b'z' => {
                let end = end_of(bytes, at, b"truefalsn");
                found.push((at..end.max(at + 1), Token::Word));
                at = end.max(at + 1);
            }
            _ => at += 1,
        }
    }
    found
}

/// Where a string that began earlier ends, and whether it is a name, if it ends on this line.
fn string_end(line: &str, mut at: usize) -> (usize, Option<bool>) {
    let bytes = line.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => {
                let rest = line.get(at + 1..).unwrap_or_default();
                return (at + 1, Some(rest.trim_start().starts_with(':')));
            }
            _ => at += 1,
        }
    }
    (bytes.len(), None)
}

fn end_of(bytes: &[u8], start: usize, allowed: &[u8]) -> usize {
    let rest = bytes[start..].iter();
    start + rest.take_while(|byte| allowed.contains(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The tokens as one letter each, with their texts.
    fn read(line: &str, inside: bool, ends_in_name: bool) -> String {
        let found = tokens(line, inside, ends_in_name);
        let words = found.into_iter().map(|(range, token)| {
            let letter = match token {
                Token::Name => "N",
                Token::Text => "T",
                Token::Number => "0",
                Token::Word => "W",
                Token::Sign => "S",
            };
            format!("{letter}{}", &line[range])
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_kind_of_token_is_told_from_the_others() {
        assert_eq!(
            read("  \"a\\\"b\": -1.5e+3,", false, false),
            "N\"a\\\"b\" S: 0-1.5e+3 S,"
        );
        assert_eq!(read("\"a: {1}\",", false, false), "T\"a: {1}\" S,");
        assert_eq!(read("\"é\": [true", false, false), "N\"é\" S: S[ Wtrue");
        assert_eq!(read("}, null", false, false), "S} S, Wnull");
    }

    #[test]
    fn a_string_in_pieces_keeps_its_colour() {
        assert_eq!(
            read("\"name\": \"begins", false, false),
            "N\"name\" S: T\"begins"
        );
        assert_eq!(read("goes: on 12", true, false), "Tgoes: on 12");
        assert_eq!(read("ends\", ", true, false), "Tends\" S,");
        assert_eq!(read("\"long na", false, true), "N\"long na");
        assert_eq!(read("me\": 1", true, false), "Nme\" S: 01");
    }

    proptest! {
        #[test]
        fn tokens_follow_each_other_and_lie_on_characters(
            line in "([\"\\\\{}:,a-f0-9é ]|\\PC){0,60}",
            inside in any::<bool>(),
            name in any::<bool>(),
        ) {
            let mut end = 0;
            for (range, _) in tokens(&line, inside, name) {
                prop_assert!(range.start >= end && range.end > range.start || inside);
                prop_assert!(line.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
