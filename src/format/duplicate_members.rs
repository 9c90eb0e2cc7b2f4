//! Names that stand twice in one object of a JSON text. Readers keep one of the two values, and a
//! person has to be told that there is another.

use super::yaml::Doubled;
use crate::model::Note;
use std::collections::HashSet;

/// Names told of: nobody reads more, and the place of each costs a look through the text.
const MOST: usize = 10;

/// The doubled names of a text, with their places; none for a text that is not JSON.
pub fn in_json(text: &str) -> Vec<Doubled> {
    let mut doubled = Vec::new();
    if !text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with(['{', '['])
    {
        return doubled;
    }
    // For each open object its names; `None` for a list.
    let mut open: Vec<Option<HashSet<&str>>> = Vec::new();
    let mut takes_name = false;
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'{' => {
                open.push(Some(HashSet::new()));
                takes_name = true;
            }
            b'[' => open.push(None),
            b'}' | b']' => {
                open.pop();
                takes_name = false;
            }
            b',' => takes_name = open.last().is_some_and(Option::is_some),
            b'"' => {
                let Some(length) = quoted(&text.as_bytes()[at + 1..]) else {
                    break;
                };
                let name = &text[at + 1..at + 1 + length];
                if takes_name
                    && let Some(Some(names)) = open.last_mut()
                    && !names.insert(name)
                    && doubled.len() < MOST
                {
                    let note = Note::at(text, at, "");
                    doubled.push(Doubled {
                        name: name.to_owned(),
                        line: note.line.unwrap_or(1),
                        column: note.column.unwrap_or(1),
                    });
                }
                takes_name = false;
                at += length + 1;
            }
            _ => {}
        }
        at += 1;
    }
    doubled
}

/// How far it is to the quote that closes.
fn quoted(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let mut rest = bytes.get(at..)?.iter();
        at += rest.position(|byte| matches!(byte, b'"' | b'\\'))?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_same_object_are_doubled() {
        let text = r#"{"a": {"a": 1, "b": "a"}, "b": ["x", "x", {"c": 1}, {"c": 2}],
  "q\"": 1, "q\"": 2, "a": "\\"}"#;
        let found = in_json(text);
        let found: Vec<(&str, usize, usize)> = found
            .iter()
            .map(|d| (d.name.as_str(), d.line, d.column))
            .collect();
        assert_eq!(found, [("q\\\"", 2, 13), ("a", 2, 23)]);
        for text in [
            "",
            "a: 1\na: 2",
            "{\"a",
            "{\"a\\",
            "[[[",
            "}}]",
            "{\"a\":1,\"a",
        ] {
            assert!(in_json(text).is_empty(), "{text}");
        }
    }
}
