//! Reads JSON one level at a time: a value of an unexpected type, a repeated or a deep one spoils
//! only itself, and every value knows its place.

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON value that is not parsed yet.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    raw: &'t str,
    /// Where it begins in the whole text, in bytes.
    pub at: usize,
}

/// The members of an object.
#[derive(Clone, Default)]
pub struct Members<'t>(Vec<(String, Node<'t>)>);

impl<'t> Node<'t> {
    /// Reads a whole text as one value; fails where it is not JSON.
    pub fn of(text: &'t str) -> Result<Node<'t>, serde_json::Error> {
        let raw: &RawValue = serde_json::from_str(text)?;
        Ok(Node::within(raw, text.as_ptr() as usize))
    }

    fn within(raw: &'t RawValue, start: usize) -> Node<'t> {
        let raw = raw.get();
        Node {
            raw,
            at: raw.as_ptr() as usize - start,
        }
    }

    /// The address of the start of the whole text.
    fn start(self) -> usize {
        self.raw.as_ptr() as usize - self.at
    }

    /// Whether it is `null`; `Members::get` skips those.
    pub fn is_null(self) -> bool {
        self.raw == "null"
    }

    /// A string's text, or a number or boolean as written; `None` for lists, objects and null.
    pub fn text(self) -> Option<String> {
        match self.raw.as_bytes().first()? {
            b'"' => serde_json::from_str(self.raw).ok(),
            b'{' | b'[' | b'n' => None,
            _ => Some(self.raw.to_owned()),
        }
    }

    /// The value as written, strings in quotes.
    pub fn raw(self) -> &'t str {
        self.raw
    }

    /// Whether it is `true`, or the text "true", which some programs write.
    pub fn is_true(self) -> bool {
        matches!(self.raw, "true" | "\"true\"")
    }

    /// The elements of a list; `None` for any other kind of value.
    pub fn list(self) -> Option<Vec<Node<'t>>> {
        let values: Vec<&RawValue> = serde_json::from_str(self.raw).ok()?;
        let values = values.into_iter();
        Some(values.map(|raw| Node::within(raw, self.start())).collect())
    }

    /// The members of an object, repeated ones too; `None` for any other kind of value.
    pub fn members(self) -> Option<Members<'t>> {
        let mut reader = serde_json::Deserializer::from_str(self.raw);
        let members = reader.deserialize_map(ToMembers).ok()?.into_iter();
        let members = members.map(|(name, raw)| (name, Node::within(raw, self.start())));
        Some(Members(members.collect()))
    }
}

impl<'t> Members<'t> {
    /// The member with this name that is not null; the last of repeated ones.
    pub fn get(&self, name: &str) -> Option<Node<'t>> {
        let mut named = self.0.iter().rev().filter(|(key, _)| key == name);
        let found = named.find(|(_, node)| !node.is_null())?;
        Some(found.1)
    }

    /// The text of a member; `None` where it is missing or has no text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text()
    }

    /// The elements of a member; empty where it is missing or no list.
    pub fn list(&self, name: &str) -> Vec<Node<'t>> {
        self.get(name).and_then(Node::list).unwrap_or_default()
    }

    /// Whether the member is true; a missing one is not.
    pub fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(Node::is_true)
    }

    /// The members in their order, repeated ones too.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Node<'t>)> {
        self.0.iter().map(|(name, node)| (name.as_str(), *node))
    }
}

struct ToMembers;

impl<'t> Visitor<'t> for ToMembers {
    type Value = Vec<(String, &'t RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
