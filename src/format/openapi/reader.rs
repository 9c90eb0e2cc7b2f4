//! The state while the operations of a description are read.

use super::document::Document;
use super::notes::{At, Lost, Notes};
use crate::format::extract::Extractor;
use crate::model::{Step, TokenName, as_text, decoded};
use serde_json::Value;
use std::collections::HashMap;

/// How many references may lead to another reference.
const HOPS: usize = 16;
/// A longer reference, in bytes, is not followed.
const LONGEST_REFERENCE: usize = 1_000;
/// How many levels of an example are compared with its schema.
const DEEPEST_MEANT: usize = 12;

/// How a security scheme sends its credential.
#[derive(Clone)]
pub(super) enum Way {
    Bearer(TokenName),
    Header {
        name: String,
        before: String,
        token: TokenName,
    },
    Query {
        name: String,
        token: TokenName,
    },
    Cookie {
        name: String,
        token: TokenName,
    },
    /// It is not supported here; its name in words.
    NotHere(String),
}

pub(super) struct DescriptionReader<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) lifter: Extractor<'d>,
    pub(super) room: Room,
    /// How each scheme signs in; `None` for one that is not described.
    pub(super) ways: HashMap<&'d str, Option<Way>>,
    /// The schemas around the value that is being made up, and the steps it may still take.
    pub(super) within: Vec<&'d Value>,
    pub(super) steps_left: usize,
    /// Whether copied values become text, as in a query or form.
    pub(super) wants_text: bool,
    pub(super) notes: Notes<'d>,
    /// The operation that is being read.
    pub(super) at: At<'d>,
    /// The URL that `{{base}}` stands for.
    pub(super) base: Option<String>,
    /// What the URLs begin with.
    pub(super) prefix: String,
    pub(super) variables: Vec<(String, String)>,
    pub(super) values: HashMap<String, usize>,
    /// The names of a few parameters that were switched off.
    pub(super) optional: Vec<&'d str>,
    pub(super) steps: Vec<Step>,
}

/// How many bytes a description may still add.
pub(super) struct Room(pub usize);

impl Room {
    /// Takes bytes of the room; `false`, and none left, where there were not enough.
    pub fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }

    /// Whether no bytes are left.
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Takes about the size of a value; `false` where there was not enough room.
    pub fn take_value(&mut self, value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.take(24),
            Value::String(text) => self.take(24 + text.len()),
            Value::Array(values) => self.take(24) && values.iter().all(|v| self.take_value(v)),
            Value::Object(members) => {
                let mut members = members.iter();
                self.take(24) && members.all(|(k, v)| self.take(k.len()) && self.take_value(v))
            }
        }
    }
}

impl<'d> DescriptionReader<'d> {
    pub(super) fn lost(&mut self, lost: Lost, first: &str) {
        self.notes.count(lost, first, self.at);
    }

    /// Notes a parameter that is switched off.
    pub(super) fn optional(&mut self, name: &'d str) {
        if self.optional.len() < 6 && !self.optional.contains(&name) {
            self.optional.push(name);
        }
        self.notes.count(Lost::Optional, "", self.at);
    }

    /// Follows the references of a node; `None`, with a note, where they lead nowhere.
    pub(super) fn follow(&mut self, node: &'d Value) -> Option<&'d Value> {
        let mut node = node;
        for _ in 0..HOPS {
            let Some(target) = node.get("$ref").and_then(Value::as_str) else {
                return Some(node);
            };
            let Some(pointer) = target.strip_prefix('#') else {
                self.lost(Lost::Elsewhere, target);
                return None;
            };
            let pointer = if target.len() > LONGEST_REFERENCE {
                None
            } else {
                decoded(pointer).or_else(|| Some(pointer.to_owned()))
            };
            match pointer.and_then(|pointer| self.document.root().pointer(&pointer)) {
                Some(found) => node = found,
                None => {
                    self.lost(Lost::Nowhere, target);
                    return None;
                }
            }
        }
        let target = node.get("$ref").and_then(Value::as_str);
        self.lost(Lost::Nowhere, target.unwrap_or_default());
        None
    }

    /// A copy with its braces escaped; `None` where the room is used up. What the schema calls a
    /// string stays a string as written, even if it looks like a number.
    pub(super) fn copied(&mut self, value: &'d Value, schema: Option<&'d Value>) -> Option<Value> {
        let has_room = self.room.take_value(value);
        has_room.then(|| self.as_meant(value, schema, 0))
    }

    fn as_meant(&mut self, value: &'d Value, schema: Option<&'d Value>, depth: usize) -> Value {
        let schema = if depth < DEEPEST_MEANT {
            schema.and_then(|schema| self.follow(schema))
        } else {
            None
        };
        match value {
            Value::String(text) => Value::String(as_text(text)),
            Value::Array(values) => {
                let items = schema.and_then(|schema| schema.get("items"));
                let values = values.iter();
                values
                    .map(|value| self.as_meant(value, items, depth + 1))
                    .collect()
            }
            Value::Object(members) => {
                let described = schema.and_then(|schema| schema.get("properties"));
                let members = members.iter().map(|(name, value)| {
                    let described = described.and_then(|all| all.get(name));
                    (as_text(name), self.as_meant(value, described, depth + 1))
                });
                Value::Object(members.collect())
            }
            plain => match self.document.written(plain) {
                Some(text) if self.wants_text || schema.is_some_and(is_text) => Value::String(text),
                _ => plain.clone(),
            },
        }
    }

    /// The example beside a schema, in the form of any version.
    pub(super) fn shown(&mut self, node: &'d Value) -> Option<Value> {
        if let Some(value) = node.get("example").or_else(|| node.get("x-example")) {
            return self.copied(value, node.get("schema").or(Some(node)));
        }
        let first = match node.get("examples")? {
            Value::Object(examples) => examples.values().next(),
            Value::Array(examples) => examples.first(),
            _ => None,
        };
        let example = self.follow(first?)?;
        let value = ["value", "dataValue", "serializedValue"]
            .iter()
            .find_map(|member| example.get(member));
        if value.is_none()
            && let Some(address) = example.get("externalValue").and_then(Value::as_str)
        {
            self.lost(Lost::Elsewhere, address);
        }
        self.copied(value?, node.get("schema"))
    }
}

/// Whether a schema asks for a string and nothing else.
fn is_text(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => {
            let is_kind = |name: &str| kinds.iter().any(|kind| kind == name);
            is_kind("string") && !["number", "integer", "boolean"].into_iter().any(is_kind)
        }
        kind => kind.is_some_and(|kind| kind == "string"),
    }
}
