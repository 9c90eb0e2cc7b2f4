//! The records of an answer, whatever its makers call the list, the id and the archived.

use crate::insight::json::Json;

/// The list in a body: itself, or the member that holds one.
pub fn records(body: &Json) -> Option<&[Json]> {
    if let Some(list) = body.as_list() {
        return Some(list);
    }
    const NAMES: [&str; 10] = [
        "data", "items", "results", "records", "value", "values", "content", "entries", "list",
        "objects",
    ];
    for name in NAMES {
        match body.get(name) {
            Some(inner @ Json::List(_)) => return inner.as_list(),
            Some(inner @ Json::Object(_)) if name == "data" => {
                let nested = NAMES[1..]
                    .iter()
                    .find_map(|name| inner.get(name)?.as_list());
                if nested.is_some() {
                    return nested;
                }
            }
            _ => {}
        }
    }
    if let Some(inner) = body.get("_embedded").and_then(Json::as_object) {
        return inner.iter().find_map(|(_, value)| value.as_list());
    }
    // One list among small things: counts, links, cursors.
    let members = body.as_object()?;
    if body.get("id").is_some() || body.get("error").is_some() {
        return None;
    }
    let skipped = [
        "errors",
        "included",
        "links",
        "warnings",
        "notes",
        "roles",
        "permissions",
        "scopes",
    ];
    let mut lists = members
        .iter()
        .filter(|(name, value)| value.as_list().is_some() && !skipped.contains(&name.as_str()));
    let first = lists.next()?;
    lists.next().is_none().then(|| first.1.as_list()).flatten()
}

/// The id of a record, by the names ids go by.
pub fn id_of(record: &Json) -> Option<String> {
    ["id", "_id", "uuid", "key", "slug", "uid", "number", "ref"]
        .iter()
        .find_map(|name| record.get(name).and_then(Json::to_text))
}

/// A member of a record, or of its attributes.
pub fn attribute<'a>(record: &'a Json, name: &str) -> Option<&'a Json> {
    record
        .get(name)
        .or_else(|| record.get("attributes").and_then(|inner| inner.get(name)))
}

/// Whether a record says that it is archived.
pub fn is_archived(record: &Json) -> bool {
    let set = |name: &str| match attribute(record, name) {
        None | Some(Json::Null) | Some(Json::Bool(false)) => false,
        Some(value) => value
            .to_text()
            .is_none_or(|text| !text.is_empty() && text != "false" && text != "0"),
    };
    let state = ["status", "state", "stage", "lifecycle", "lifecycle_state"]
        .iter()
        .any(|name| {
            let text = attribute(record, name)
                .and_then(Json::to_text)
                .unwrap_or_default();
            text.eq_ignore_ascii_case("archived")
        });
    let named = [
        "archived",
        "is_archived",
        "isArchived",
        "archived_at",
        "archivedAt",
        "archived_on",
    ];
    state
        || named.iter().any(|name| set(name))
        || record.get("meta").is_some_and(|meta| {
            named
                .iter()
                .any(|name| matches!(meta.get(name), Some(Json::Bool(true))))
        })
}
