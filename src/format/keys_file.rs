//! `keys.toml`: which keys do what, an action's id on the left, one key or several on the right.
//! Only the words and their places are read here; what they mean is known upstairs.

use super::{FormatError, toml_error};
use toml::de::{DeTable, DeValue};

/// What the file says about one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub action: Word,
    /// None at all takes the action off the keyboard.
    pub keys: Vec<Word>,
}

/// A word of the file, and the byte it begins at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub at: usize,
}

/// Reads the rows in the order of the file; `file` is named in the error.
pub fn read(text: &str, file: &str) -> Result<Vec<Row>, FormatError> {
    let refuse = |at: usize, problem: &str| {
        let remedy = "Write rows such as send = \"ctrl-r\" or quit-pane = [\"q\", \"ctrl-q\"].";
        FormatError::at(file, text, at, problem.replace('\n', ", "), remedy)
    };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        refuse(at, &toml_error::told(error.message(), ", "))
    })?;
    let mut rows = Vec::new();
    for (id, value) in table.get_ref() {
        let action = Word {
            text: id.get_ref().to_string(),
            at: id.span().start,
        };
        let mut keys = Vec::new();
        let values = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        for value in values {
            let at = value.span().start;
            let DeValue::String(key) = value.get_ref() else {
                let problem = format!("the keys of {} are not texts", action.text);
                return Err(refuse(at, &problem));
            };
            let text = key.to_string();
            keys.push(Word { text, at });
        }
        rows.push(Row { action, keys });
    }
    rows.sort_by_key(|row| row.action.at);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_and_every_word_its_place() {
        let text = "send = \"f6\"\n# mine\nquit-pane = [\"q\", \"ctrl-q\"]\nmark = []\n";
        let rows = read(text, "keys.toml").unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row.action.text.as_str()).collect();
        assert_eq!(ids, ["send", "quit-pane", "mark"]);
        assert_eq!(rows[1].keys[1].text, "ctrl-q");
        assert!(text[rows[1].keys[1].at..].starts_with("\"ctrl-q\""));
        assert!(rows[2].keys.is_empty());
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        let cases = [
            ("send = 6\n", "keys.toml:1:8: the keys of send"),
            ("a = [\"q\", 1]\n", "keys.toml:1:11"),
            ("[panes]\nsend = \"q\"\n", "keys.toml:1:1"),
            ("send = \n", "keys.toml:1:"),
            ("send = \"a\"\nsend = \"b\"\n", "keys.toml:2:1"),
        ];
        for (text, says) in cases {
            let error = read(text, "keys.toml").unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
