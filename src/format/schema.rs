//! The shapes of results, as JSON schemas (draft 2020-12): one table, from which each schema is
//! made whole, with those parts that it names.

use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The dialect that the schemas are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// How a schema names a part of another.
const PART: &str = "#/$defs/";

static TABLE: LazyLock<Value> = LazyLock::new(|| {
    // A test reads it.
    serde_json::from_str(include_str!("../../assets/schema/results.json")).unwrap_or_default()
});

/// The name of each result, with what prints it.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows().filter_map(|row| Some((row["name"].as_str()?, row["of"].as_str()?)))
}

/// The schema of a result, whole in itself.
pub fn of(name: &str) -> Option<Value> {
    let row = rows().find(|row| row["name"] == name)?;
    let own = row["schema"].as_object()?;
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!(DIALECT));
    schema.insert("title".into(), json!(name));
    schema.extend(own.clone());
    let mut named = Vec::new();
    gather(&row["schema"], &mut named);
    if !named.is_empty() {
        named.sort_unstable();
        let parts = named.into_iter();
        let parts = parts.map(|name| (name.to_owned(), TABLE["$defs"][name].clone()));
        schema.insert("$defs".into(), Value::Object(parts.collect()));
    }
    Some(Value::Object(schema))
}

fn rows() -> impl Iterator<Item = &'static Value> {
    TABLE["results"].as_array().into_iter().flatten()
}

/// The parts that a schema names, and those that they name.
fn gather(schema: &'static Value, named: &mut Vec<&'static str>) {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str);
            if let Some(name) = name.and_then(|name| name.strip_prefix(PART))
                && !named.contains(&name)
            {
                named.push(name);
                gather(&TABLE["$defs"][name], named);
            }
            members.values().for_each(|member| gather(member, named));
        }
        Value::Array(members) => members.iter().for_each(|member| gather(member, named)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_an_object_and_names_only_parts_that_it_holds() {
        let mut used = Vec::new();
        assert!(names().count() > 20);
        for (name, _) in names() {
            let schema = of(name).unwrap();
            assert_eq!(schema["type"], "object", "{name}");
            let row = rows().find(|row| row["name"] == name).unwrap();
            let mut named = Vec::new();
            gather(&row["schema"], &mut named);
            for part in &named {
                assert!(schema["$defs"][part].is_object(), "{name}: {part}");
            }
            used.extend(named);
        }
        let parts = TABLE["$defs"].as_object().unwrap();
        let in_vain: Vec<_> = parts
            .keys()
            .filter(|name| !used.contains(&name.as_str()))
            .collect();
        // These stand in the table once more as results of their own.
        assert_eq!(in_vain, [""; 0]);
        assert_eq!(of("nothing"), None);
    }
}
