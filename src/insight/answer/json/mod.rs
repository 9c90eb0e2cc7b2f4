//! A tolerant reader for the JSON of error bodies. It keeps what a usual reader loses (the digits
//! of numbers, the order of members, repeated members), reads as much as it can of a truncated
//! text, accepts members without their outer braces, and says where the text broke.

pub mod fields;
mod reader;

pub use crate::model::Note;
use std::fmt;

pub use reader::read;

/// Splits a JSON Pointer (RFC 6901) into its names, escapes undone.
pub fn pointer_parts(pointer: &str) -> impl Iterator<Item = String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| part.replace("~1", "/").replace("~0", "~"))
}

/// A JSON value as the text spelled it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// In the digits of the source.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// In the order of the source, repeats included.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member with that name; of repeated members the first that is not null.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        let mut named = members.iter().filter(|(key, _)| key == name);
        let first = named.next()?;
        if first.1 != Json::Null {
            return Some(&first.1);
        }
        let other = named.find(|(_, value)| *value != Json::Null);
        Some(&other.unwrap_or(first).1)
    }

    /// A text, number or truth value in words; `None` for null, lists and objects.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Json::Bool(value) => Some(value.to_string()),
            Json::Number(digits) => Some(digits.clone()),
            Json::Text(text) => Some(text.clone()),
            Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// The elements; `None` where the value is no list.
    pub fn as_list(&self) -> Option<&[Json]> {
        match self {
            Json::List(values) => Some(values),
            _ => None,
        }
    }

    /// The members in the order of the source; `None` where the value is no object.
    pub fn as_object(&self) -> Option<&[(String, Json)]> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The text without quotes; `None` for every other kind, numbers included.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// JSON on one line.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(digits) => f.write_str(digits),
            Json::Text(text) => write_text(f, text),
            Json::List(values) => {
                f.write_str("[")?;
                for (place, value) in values.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                for (place, (name, value)) in members.iter().enumerate() {
                    f.write_str(if place == 0 { "" } else { "," })?;
                    write_text(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn write_text(f: &mut fmt::Formatter, text: &str) -> fmt::Result {
    let quoted = serde_json::to_string(text).map_err(|_| fmt::Error)?;
    f.write_str(&quoted)
}

/// What came of reading a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The value, or the part of it that could be read.
    pub value: Option<Json>,
    /// The outer braces were missing.
    pub fragment: bool,
    /// The value was read to its end.
    pub complete: bool,
    /// The text stopped before the value did.
    pub ended_early: bool,
    /// What was odd, and where; the place where it broke stands last.
    pub notes: Vec<Note>,
}

#[cfg(test)]
mod tests;
