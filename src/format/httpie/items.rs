//! Reads the items of an HTTPie command: headers, parameters, members of the body, files.

use crate::format::collection::CollectionBuilder;
use crate::format::curl::Word;
use crate::model::{Param, Part};
use serde_json::Value;
use std::fmt::Write;

/// The signs between name and value of an item, longest first.
const SIGNS: [&str; 9] = [":=@", "==@", ":=", "==", "=@", ":@", ":", "=", "@"];

/// The items of one command, sorted by where they go.
#[derive(Default)]
pub struct Items {
    pub query: Vec<Param>,
    pub headers: Vec<Param>,
    pub parts: Vec<Part>,
    /// A file that is the whole body.
    pub whole_file: Option<String>,
    members: Vec<(String, Member)>,
}

enum Member {
    Text(String),
    /// JSON as HTTPie writes it.
    Json(String),
}

/// A member of the body, with nested ones.
enum Tree {
    Leaf(String),
    Object(Vec<(String, Tree)>),
    List(Vec<Tree>),
}

impl Items {
    /// Whether any item makes a body.
    pub fn has_data(&self) -> bool {
        !self.members.is_empty() || !self.parts.is_empty()
    }

    /// Adds an item by its sign; what cannot be read gets a note.
    pub fn take(&mut self, gathered: &mut CollectionBuilder, word: &Word) {
        let text = word.text();
        let Some((name, sign, value)) = parted(&text) else {
            match text.strip_suffix(';') {
                Some(name) => self.headers.push(Param::new(name, "")),
                None => gathered.notes.add(
                    word.at,
                    "this item has no sign between a name and a value and was left out",
                ),
            }
            return;
        };
        match sign {
            // With nothing after the colon, HTTPie removes the header.
            ":" if value.is_empty() => {}
            ":" => self.headers.push(Param::new(name, value.trim())),
            "==" => self.query.push(Param::new(name, value)),
            "=" => self.members.push((name, Member::Text(value.to_owned()))),
            ":=" => match serde_json::from_str::<Value>(value) {
                Ok(json) => {
                    let mut text = String::new();
                    dump(&json, &mut text);
                    self.members.push((name, Member::Json(text)));
                }
                // A shell variable may be a number.
                Err(_) if value.starts_with("{{") && value.ends_with("}}") => {
                    self.members.push((name, Member::Json(value.to_owned())));
                }
                Err(_) => gathered
                    .notes
                    .add(word.at, "what stands behind := is no JSON and was left out"),
            },
            "@" if name.is_empty() => self.whole_file = Some(value.to_owned()),
            "@" => {
                let (path, kind) = match value.split_once(";type=") {
                    Some((path, kind)) => (path, Some(kind.to_owned())),
                    None => (value, None),
                };
                self.parts.push(Part {
                    name,
                    value: path.to_owned(),
                    is_file: true,
                    media_type: kind,
                    ..Part::default()
                });
            }
            _ => gathered.notes.count(
                word.at,
                "values that stand in files of their own are not read and were left out",
            ),
        }
    }

    /// The members of the body as form fields.
    pub fn form(&self) -> Vec<Param> {
        let rows = self.members.iter();
        rows.map(|(name, member)| Param::new(name.as_str(), member.text()))
            .collect()
    }

    /// The members and files as parts of a multipart form.
    pub fn all_parts(&self) -> Vec<Part> {
        let texts = self.form().into_iter().map(Part::from);
        texts.chain(self.parts.iter().cloned()).collect()
    }

    /// The JSON body as HTTPie writes it, with `user[name]=kim` nested in `user`. xh writes no
    /// spaces and does not escape letters.
    pub fn json(&self, is_xh: bool) -> String {
        let mut root = Tree::Object(Vec::new());
        for (name, member) in &self.members {
            let value = match member {
                Member::Text(text) => quoted(text),
                Member::Json(text) => text.clone(),
            };
            put(&mut root, &path(name), value, false);
        }
        let mut text = String::new();
        root.write(&mut text);
        match serde_json::from_str::<Value>(&text) {
            Ok(value) if is_xh => value.to_string(),
            _ => text,
        }
    }
}

impl Member {
    fn text(&self) -> &str {
        match self {
            Member::Text(text) | Member::Json(text) => text,
        }
    }
}

/// Splits an item into name, sign and value; a sign after a backslash belongs to the name.
fn parted(text: &str) -> Option<(String, &'static str, &str)> {
    let mut name = String::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        // A `{{token:name}}` holds a colon that is no sign.
        if rest.starts_with("{{")
            && let Some(end) = rest.find("}}")
        {
            name.push_str(&rest[..end + 2]);
            at += end + 2;
            continue;
        }
        if c == '\\'
            && let Some(next) = rest[1..].chars().next()
        {
            if !":=@\\[]".contains(next) {
                name.push('\\');
            }
            name.push(next);
            at += 1 + next.len_utf8();
            continue;
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            return Some((name, sign, &rest[sign.len()..]));
        }
        name.push(c);
        at += c.len_utf8();
    }
    None
}

/// Splits `user[roles][]` into its steps; a name with unmatched brackets is one step.
fn path(name: &str) -> Vec<&str> {
    let Some(open) = name.find('[').filter(|_| name.ends_with(']')) else {
        return vec![name];
    };
    let mut steps = match open {
        0 => Vec::new(),
        open => vec![&name[..open]],
    };
    let mut rest = &name[open..];
    while let Some(inside) = rest.strip_prefix('[') {
        let Some((step, behind)) = inside.split_once(']') else {
            return vec![name];
        };
        steps.push(step);
        rest = behind;
    }
    if rest.is_empty() && steps.len() <= 20 && !steps[0].is_empty() {
        steps
    } else {
        vec![name]
    }
}

/// Puts a value at a path; only nested objects may become lists.
fn put(tree: &mut Tree, steps: &[&str], value: String, is_inside: bool) {
    let Some((first, rest)) = steps.split_first() else {
        *tree = Tree::Leaf(value);
        return;
    };
    let is_place = first.is_empty() || first.bytes().all(|b| b.is_ascii_digit());
    let is_new = matches!(tree, Tree::Object(members) if members.is_empty());
    if is_inside && is_place && is_new {
        *tree = Tree::List(Vec::new());
    }
    if let Tree::List(values) = tree {
        let place = first.parse().unwrap_or(values.len()).min(values.len());
        if place == values.len() {
            values.push(Tree::Object(Vec::new()));
        }
        return put(&mut values[place], rest, value, true);
    }
    if !matches!(tree, Tree::Object(_)) {
        *tree = Tree::Object(Vec::new());
    }
    if let Tree::Object(members) = tree {
        let place = members.iter().position(|(name, _)| name == first);
        let place = place.unwrap_or_else(|| {
            members.push(((*first).to_owned(), Tree::Object(Vec::new())));
            members.len() - 1
        });
        put(&mut members[place].1, rest, value, true);
    }
}

impl Tree {
    fn write(&self, out: &mut String) {
        match self {
            Tree::Leaf(text) => out.push_str(text),
            Tree::Object(members) => {
                out.push('{');
                for (number, (name, tree)) in members.iter().enumerate() {
                    if number > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(&quoted(name));
                    out.push_str(": ");
                    tree.write(out);
                }
                out.push('}');
            }
            Tree::List(trees) => {
                out.push('[');
                for (number, tree) in trees.iter().enumerate() {
                    if number > 0 {
                        out.push_str(", ");
                    }
                    tree.write(out);
                }
                out.push(']');
            }
        }
    }
}

/// Writes JSON as Python does: spaces after commas and colons, and only ASCII.
fn dump(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Array(values) => {
            out.push('[');
            for (number, value) in values.iter().enumerate() {
                if number > 0 {
                    out.push_str(", ");
                }
                dump(value, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (number, (name, value)) in members.iter().enumerate() {
                if number > 0 {
                    out.push_str(", ");
                }
                out.push_str(&quoted(name));
                out.push_str(": ");
                dump(value, out);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing into a text cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}
