//! A walk over JSON that is known to be valid: where the parts of a value begin and end, and
//! nothing more.

use std::ops::Range;

/// The type of a JSON value (RFC 8259, 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

impl Kind {
    /// Every type, in the order of the bits.
    pub const ALL: [Kind; 6] = [
        Kind::Null,
        Kind::Bool,
        Kind::Number,
        Kind::Text,
        Kind::List,
        Kind::Object,
    ];

    /// One bit for each type, so that a byte can hold the set of types seen at a path.
    pub fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The type with its article, for sentences: `a number`.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "true or false",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::List => "a list",
            Kind::Object => "an object",
        }
    }
}

/// A value by its place in the body, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Value {
    /// Where the value stands in the body, as a byte range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// The value that begins at a byte, or after the white space there.
pub fn value(body: &[u8], at: usize) -> Value {
    let start = blank(body, at);
    let (kind, end) = match body.get(start) {
        Some(b'{') => (Kind::Object, closing(body, start)),
        Some(b'[') => (Kind::List, closing(body, start)),
        Some(b'"') => (Kind::Text, string(body, start)),
        first => {
            let rest = body.get(start..).unwrap_or_default();
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b",]}".contains(byte);
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            let kind = match first {
                Some(b't' | b'f') => Kind::Bool,
                Some(b'n') | None => Kind::Null,
                Some(_) => Kind::Number,
            };
            (kind, start + length)
        }
    };
    Value { kind, start, end }
}

/// The members of an object, in their order, names without escapes.
pub fn members(body: &[u8], object: Value) -> Vec<(String, Value)> {
    let mut members = Vec::new();
    let mut at = blank(body, object.start + 1);
    while at + 1 < object.end && body.get(at) == Some(&b'"') {
        let end = string(body, at);
        let name = body.get(at..end).unwrap_or_default();
        let name = serde_json::from_slice(name);
        let name = name.unwrap_or_else(|_| String::from_utf8_lossy(&body[at..end]).into_owned());
        let colon = blank(body, end);
        let value = value(body, colon + 1);
        at = next(body, value.end);
        members.push((name, value));
    }
    members
}

/// The elements of a list, in their order.
pub fn elements(body: &[u8], list: Value) -> Vec<Value> {
    let mut elements = Vec::new();
    let mut at = blank(body, list.start + 1);
    while at + 1 < list.end {
        let value = value(body, at);
        at = next(body, value.end);
        elements.push(value);
    }
    elements
}

/// An element's type and id, as JSON:API names resources; `None` without an id.
pub fn identity(body: &[u8], element: Value) -> Option<String> {
    if element.kind != Kind::Object {
        return None;
    }
    let members = members(body, element);
    let part = |wanted: &str| {
        let found = members.iter().find(|(name, _)| name == wanted);
        let value = found.map(|(_, value)| *value)?;
        let is_plain = matches!(value.kind, Kind::Text | Kind::Number);
        is_plain.then(|| String::from_utf8_lossy(&body[value.range()]).into_owned())
    };
    let id = part("id")?;
    Some(format!("{} {id}", part("type").unwrap_or_default()))
}

/// Behind a comma, or at the closing bracket.
fn next(body: &[u8], at: usize) -> usize {
    let at = blank(body, at);
    match body.get(at) {
        Some(b',') => blank(body, at + 1),
        _ => at,
    }
}

fn blank(body: &[u8], mut at: usize) -> usize {
    while body.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Behind the bracket that closes the one here.
fn closing(body: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' => {
                at = string(body, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    body.len()
}

/// Behind the quote that closes the string here.
fn string(body: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = body
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found;
        if body[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    body.len()
}
