//! What the TOML reader says of a file, without the values that it found there: somebody may have
//! written one in the wrong place.

use crate::model::looks_like_a_value;

/// The message with one break between its lines, and with types in the place of values.
pub fn told(message: &str, between_lines: &str) -> String {
    // What is expected comes last, and is of this program.
    let (found, expected) = match message.rfind(", expected ") {
        Some(at) => message.split_at(at),
        None => (message, ""),
    };
    let is_found = ["invalid type: ", "invalid value: ", "invalid length "];
    let shown = if is_found.iter().any(|start| found.starts_with(start)) {
        found
            .split(['"', '`'])
            .next()
            .unwrap_or_default()
            .trim_end()
    } else {
        found
    };
    // A name is worth repeating, unless it may be a value.
    let words = shown.split_inclusive('`').map(|word| {
        let name = word.trim_end_matches('`');
        if looks_like_a_value(name) && !name.contains(' ') {
            "…`"
        } else {
            word
        }
    });
    let shown: String = words.collect();
    format!("{shown}{expected}").replace('\n', between_lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_by_its_type_and_a_name_by_itself() {
        for (message, is) in [
            (
                "invalid type: string \"fr3sh, expected \\\"s3cret\\\"\", expected struct TokenTable",
                "invalid type: string, expected struct TokenTable",
            ),
            (
                "invalid type: integer `73519284617350`, expected a string",
                "invalid type: integer, expected a string",
            ),
            (
                "unknown field `colour`, expected one of `env`, `file`\nhere",
                "unknown field `colour`, expected one of `env`, `file`; here",
            ),
            (
                "unknown field `fr3sh0s3cret0v4lue`, expected `env`",
                "unknown field `…`, expected `env`",
            ),
            ("duplicate key", "duplicate key"),
        ] {
            assert_eq!(told(message, "; "), is);
        }
    }
}
