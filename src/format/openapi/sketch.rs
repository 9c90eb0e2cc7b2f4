//! A value that a schema would accept, made of what must be there. Schemas may lead back to
//! themselves: depth and size are bounded.

use super::reader::DescriptionReader;
use crate::insight::redact::is_secret_name;
use crate::model::as_text;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Levels of a body that is made up.
const DEEPEST: usize = 6;
/// Schemas looked at for one body.
const MOST_STEPS: usize = 5_000;
/// Parts of one `allOf`, one within the other.
const DEEPEST_PARTS: usize = 16;

/// What a schema and the parts of its `allOf` say together.
#[derive(Default)]
struct CollectionBuilder<'d> {
    members: Vec<(&'d str, &'d Value)>,
    required: HashSet<&'d str>,
    kind: Option<&'d str>,
    schemas: Vec<&'d Value>,
}

impl<'d> DescriptionReader<'d> {
    /// A small value that fits a schema; `name` is the member that it stands under.
    pub(super) fn sketch(&mut self, schema: &'d Value, name: &str, depth: usize) -> Value {
        if depth == 0 {
            self.steps_left = MOST_STEPS;
        }
        if !self.steps() {
            return Value::Null;
        }
        if let Some(value) = self.given(schema) {
            return value;
        }
        let Some(schema) = self.follow(schema) else {
            return Value::Null;
        };
        if let Some(value) = self.given(schema) {
            return value;
        }
        if self.within.iter().any(|outer| std::ptr::eq(*outer, schema)) {
            return json!({});
        }
        self.within.push(schema);
        let value = self.made_up(schema, name, depth);
        self.within.pop();
        value
    }

    fn made_up(&mut self, schema: &'d Value, name: &str, depth: usize) -> Value {
        let mut gathered = CollectionBuilder::default();
        self.gather(schema, &mut gathered, 0);
        let kind = gathered.kind.unwrap_or(if gathered.members.is_empty() {
            ""
        } else {
            "object"
        });
        let said = |member: &str| {
            let mut schemas = gathered.schemas.iter();
            schemas.find_map(|schema| schema.get(member))
        };
        match kind {
            "object" => {
                let mut object = Map::new();
                if depth == DEEPEST {
                    return Value::Object(object);
                }
                for (member, schema) in &gathered.members {
                    let is_wanted = gathered.required.contains(*member);
                    if is_wanted && !object.contains_key(*member) && !is_read_only(schema) {
                        if !self.room.take(member.len()) {
                            break;
                        }
                        let value = self.sketch(schema, member, depth + 1);
                        object.insert(as_text(member), value);
                    }
                }
                Value::Object(object)
            }
            "array" => {
                let wanted = said("minItems").and_then(Value::as_u64).unwrap_or(0);
                match said("items") {
                    Some(items) if wanted > 0 && depth < DEEPEST => {
                        json!([self.sketch(items, name, depth + 1)])
                    }
                    _ => json!([]),
                }
            }
            "integer" | "number" => {
                let least = said("minimum").filter(|least| least.is_number());
                let above = said("exclusiveMinimum").and_then(Value::as_i64);
                match (least, above) {
                    (Some(least), _) => least.clone(),
                    (None, Some(above)) => json!(above.saturating_add(1)),
                    (None, None) => json!(0),
                }
            }
            "boolean" => json!(false),
            "null" => Value::Null,
            "string" => {
                let format = said("format").and_then(Value::as_str).unwrap_or("");
                if is_secret_name(name) || format == "password" {
                    return Value::String(format!("{{{{{}}}}}", super::parameters::variable(name)));
                }
                json!(sample(format))
            }
            _ => Value::Null,
        }
    }

    /// One schema more, while that is allowed.
    fn steps(&mut self) -> bool {
        self.steps_left = self.steps_left.saturating_sub(1);
        self.steps_left > 0 && self.room.take(64)
    }

    /// The value that a schema itself names.
    pub(super) fn given(&mut self, schema: &'d Value) -> Option<Value> {
        let first = |member: &str| schema.get(member).and_then(Value::as_array)?.first();
        let value = ["example", "const", "default"]
            .iter()
            .find_map(|member| schema.get(member))
            .or_else(|| first("examples"))
            .or_else(|| first("enum"))?;
        self.copied(value, Some(schema))
    }

    fn gather(&mut self, schema: &'d Value, gathered: &mut CollectionBuilder<'d>, depth: usize) {
        if depth == DEEPEST_PARTS || !self.steps() {
            return;
        }
        let Some(schema) = self.follow(schema) else {
            return;
        };
        gathered.schemas.push(schema);
        let of = |member: &str| schema.get(member).and_then(Value::as_array);
        // In 3.1 a type may be a list, with null for what may be absent.
        let kind = schema.get("type").and_then(|kind| match kind {
            Value::Array(kinds) => {
                let mut kinds = kinds.iter().filter_map(Value::as_str);
                kinds.find(|kind| *kind != "null")
            }
            kind => kind.as_str(),
        });
        gathered.kind = gathered.kind.or(kind);
        if let Some(members) = schema.get("properties").and_then(Value::as_object)
            && self.room.take(16 * members.len())
        {
            let members = members.iter().map(|(name, schema)| (name.as_str(), schema));
            gathered.members.extend(members);
        }
        if let Some(required) = of("required")
            && self.room.take(16 * required.len())
        {
            gathered
                .required
                .extend(required.iter().filter_map(Value::as_str));
        }
        for part in of("allOf").into_iter().flatten() {
            self.gather(part, gathered, depth + 1);
        }
        for member in ["oneOf", "anyOf"] {
            let parts = of(member).into_iter().flatten();
            let mut parts = parts.filter(|part| part.get("type").is_none_or(|kind| kind != "null"));
            if let Some(part) = parts.next() {
                self.gather(part, gathered, depth + 1);
            }
        }
    }
}

fn is_read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&Value::Bool(true))
}

fn sample(format: &str) -> &'static str {
    match format {
        "date-time" => "2026-01-01T00:00:00Z",
        "date" => "2026-01-01",
        "time" => "00:00:00Z",
        "duration" => "PT1H",
        "email" | "idn-email" => "name@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "url" | "iri" => "https://example.com/",
        "uri-reference" | "iri-reference" => "/",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "byte" => "dGV4dA==",
        _ => "text",
    }
}
