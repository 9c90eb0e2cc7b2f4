//! What a file's program puts on the wire, as it is written down beside the file.

use std::collections::BTreeMap;
use toml::{Table, Value};

pub struct Wanted {
    /// How it is known.
    pub from: String,
    /// The values of tokens, by the names that an import gives them.
    pub tokens: BTreeMap<String, String>,
    /// Values that the program has from elsewhere: an environment in another file.
    pub variables: BTreeMap<String, String>,
    pub calls: Vec<Call>,
    /// By the form of an export: which calls it cannot hold, and the words in which it says so.
    pub left: BTreeMap<String, Said>,
    /// And which it holds in another way, as it says.
    pub changed: BTreeMap<String, Said>,
}

/// The numbers of calls, each with words that stand beside the export.
pub type Said = Vec<(usize, String)>;

pub struct Call {
    /// Method and target.
    pub line: String,
    pub headers: Vec<String>,
    pub body: String,
    /// Of a multipart body: the lines of each part's head, and what it holds.
    pub parts: Option<Vec<Vec<String>>>,
}

impl Wanted {
    pub fn read(text: &str) -> Wanted {
        let table: Table = text.parse().unwrap();
        for key in table.keys() {
            let known = ["from", "tokens", "variables", "call", "left", "changed"];
            assert!(known.contains(&key.as_str()), "{key}");
        }
        let said = |name: &str| {
            let forms = table.get(name).and_then(Value::as_table);
            let forms = forms.into_iter().flatten().map(|(form, said)| {
                let said = said.as_table().unwrap().iter();
                let said = said.map(|(number, words)| (number.parse().unwrap(), text_of(words)));
                (form.clone(), said.collect())
            });
            forms.collect()
        };
        Wanted {
            from: text_of(&table["from"]),
            tokens: texts(table.get("tokens")),
            variables: texts(table.get("variables")),
            calls: list(table.get("call")).map(Call::read).collect(),
            left: said("left"),
            changed: said("changed"),
        }
    }
}

impl Wanted {
    /// Whether the value of a token stands in a call.
    pub fn has_secret(&self, call: &Call) -> bool {
        let whole = format!("{} {} {}", call.line, call.headers.join("\n"), call.body);
        let plain = httriage::model::decoded(&whole).unwrap_or(whole);
        self.tokens
            .values()
            .any(|value| plain.contains(value.as_str()))
    }
}

impl Call {
    fn read(value: &Value) -> Call {
        let table = value.as_table().unwrap();
        let parts = table.get("parts").map(|parts| {
            let parts = list(Some(parts));
            parts.map(|part| list(Some(part)).map(text_of).collect())
        });
        Call {
            line: text_of(&table["line"]),
            headers: list(table.get("headers")).map(text_of).collect(),
            body: table.get("body").map(text_of).unwrap_or_default(),
            parts: parts.map(Iterator::collect),
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value
        .map(|value| value.as_array().unwrap())
        .into_iter()
        .flatten()
}

fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let table = value.and_then(Value::as_table).into_iter().flatten();
    table
        .map(|(name, value)| (name.clone(), text_of(value)))
        .collect()
}
