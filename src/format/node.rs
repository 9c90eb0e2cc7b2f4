//! A JSON text looked into one level at a time: what has another type than expected, stands twice
//! or lies deep costs nothing but itself, and every value knows where it stands.

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A value that nobody has looked into yet.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    raw: &'t str,
    /// Where it stands in the whole text.
    pub at: usize,
}

/// The members of an object.
#[derive(Clone, Default)]
pub struct Members<'t>(Vec<(String, Node<'t>)>);

impl<'t> Node<'t> {
    /// The value that a whole text is.
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

    /// Where the text begins that it stands in, as an address.
    fn start(self) -> usize {
        self.raw.as_ptr() as usize - self.at
    }

    pub fn is_null(self) -> bool {
        self.raw == "null"
    }

    /// A text as it is, a number or a truth value as it is written.
    pub fn text(self) -> Option<String> {
        match self.raw.as_bytes().first()? {
            b'"' => serde_json::from_str(self.raw).ok(),
            b'{' | b'[' | b'n' => None,
            _ => Some(self.raw.to_owned()),
        }
    }

    /// As it is written, texts in their quotes.
    pub fn raw(self) -> &'t str {
        self.raw
    }

    pub fn is_true(self) -> bool {
        matches!(self.raw, "true" | "\"true\"")
    }

    pub fn list(self) -> Option<Vec<Node<'t>>> {
        let values: Vec<&RawValue> = serde_json::from_str(self.raw).ok()?;
        let values = values.into_iter();
        Some(values.map(|raw| Node::within(raw, self.start())).collect())
    }

    pub fn members(self) -> Option<Members<'t>> {
        let mut reader = serde_json::Deserializer::from_str(self.raw);
        let members = reader.deserialize_map(ToMembers).ok()?.into_iter();
        let members = members.map(|(name, raw)| (name, Node::within(raw, self.start())));
        Some(Members(members.collect()))
    }
}

impl<'t> Members<'t> {
    /// The member of that name that is not null; the last where it stands twice.
    pub fn get(&self, name: &str) -> Option<Node<'t>> {
        let mut named = self.0.iter().rev().filter(|(key, _)| key == name);
        let found = named.find(|(_, node)| !node.is_null())?;
        Some(found.1)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text()
    }

    pub fn list(&self, name: &str) -> Vec<Node<'t>> {
        self.get(name).and_then(Node::list).unwrap_or_default()
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(Node::is_true)
    }

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
