//! Lists of errors: those of JSON:API, GraphQL and Rails, and problems with a list of their own.

use super::entry::{Entry, EntryOrigin, entry_of, member, rest, text};
use super::found::{Document, Found};
use crate::insight::json::Json;

/// RFC 9457, by its media type or by its members.
pub fn problem(document: &Document) -> Option<Found> {
    let object = document.value.filter(|v| v.as_object().is_some())?;
    let named = document.media_type.ends_with("problem+json");
    let has = |name| object.get(name).and_then(Json::as_text).is_some();
    let is_reference = |kind: &str| kind == "about:blank" || kind.contains(['/', ':']);
    let kind = object.get("type").and_then(Json::as_text);
    let typed = kind.is_some_and(is_reference) && (has("title") || has("detail"));
    let listed = object.get("errors").and_then(Json::as_list);
    let titled = has("title") && object.get("status").is_some() && listed.is_none();
    if document.fragment || !(named || typed || titled) {
        return None;
    }

    const LISTS: [&str; 3] = ["errors", "invalid-params", "invalid_params"];
    const OWN: [&str; 9] = [
        "title",
        "detail",
        "status",
        "code",
        "type",
        "instance",
        "errors",
        "invalid-params",
        "invalid_params",
    ];
    let mut found = Found::default();
    let links: Vec<_> = ["type", "instance"]
        .iter()
        .filter_map(|name| {
            let value = object.get(name).filter(|value| **value != Json::Null)?;
            Some(((*name).to_owned(), value.clone()))
        })
        .collect();
    let main = Entry {
        title: member(object, "title"),
        detail: member(object, "detail"),
        code: member(object, "code"),
        status: member(object, "status"),
        links: (!links.is_empty()).then_some(Json::Object(links)),
        meta: rest(object, &OWN),
        origin: EntryOrigin::ProblemJson,
        raw: object.to_string(),
        ..Entry::default()
    };
    let says = main.title.is_some() || main.detail.is_some() || main.code.is_some();
    if says || main.links.is_some() {
        found.add(|| main);
    }
    for name in LISTS {
        if let Some(errors) = object.get(name) {
            add_errors(
                errors,
                EntryOrigin::ProblemJson,
                document.complete,
                &mut found,
            );
        }
    }
    found.unless_empty()
}

/// `errors`: a list of objects as JSON:API and GraphQL have it, a list of texts, one text, or an
/// object of fields as Rails has it. A message beside it comes first.
pub fn errors(document: &Document) -> Option<Found> {
    let object = document.value?;
    let errors = ["errors", "Errors", "errorMessages"]
        .iter()
        .filter_map(|name| object.get(name))
        .find(|errors| !is_empty(errors))?;
    let origin = if document.fragment {
        EntryOrigin::Fragment
    } else {
        origin_of(errors, object)
    };
    let mut list = Found::default();
    add_errors(errors, origin, document.complete, &mut list);
    let mut found = Found::default();
    if let Some(message) = message_beside(object, &list).filter(|_| origin != EntryOrigin::Graphql)
    {
        let origin = origin_or_fragment(EntryOrigin::Vendor, document);
        found.add(|| Entry { origin, ..message });
    }
    found.append(list);
    found.unless_empty()
}

/// What stands beside a list of errors, unless the list says the same.
fn message_beside(object: &Json, list: &Found) -> Option<Entry> {
    const NAMES: [&str; 4] = ["message", "error", "error_description", "detail"];
    let is_text = |name: &&str| object.get(name).is_some_and(|v| v.as_text().is_some());
    NAMES.iter().find(|name| is_text(name))?;
    let mut message = entry_of(object, EntryOrigin::Vendor);
    message.meta = None;
    let said = |text: &String| {
        let mut fields = list
            .entries
            .iter()
            .flat_map(|e| [&e.title, &e.detail, &e.code]);
        fields.any(|field| field.as_ref() == Some(text))
    };
    let has_news = [&message.title, &message.detail, &message.code]
        .iter()
        .any(|field| field.as_ref().is_some_and(|text| !said(text)));
    has_news.then_some(message)
}

/// The shape's own origin, unless the outer braces were missing.
pub fn origin_or_fragment(origin: EntryOrigin, document: &Document) -> EntryOrigin {
    if document.fragment {
        EntryOrigin::Fragment
    } else {
        origin
    }
}

pub fn is_empty(errors: &Json) -> bool {
    match errors {
        Json::Null | Json::Bool(_) => true,
        Json::List(values) => values.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Text(text) => text.trim().is_empty(),
        Json::Number(_) => true,
    }
}

fn origin_of(errors: &Json, document: &Json) -> EntryOrigin {
    const NAMES: [&str; 8] = [
        "id", "links", "status", "code", "title", "detail", "source", "meta",
    ];
    let Some(values) = errors.as_list() else {
        return EntryOrigin::Vendor;
    };
    let mut objects = values.iter().filter(|v| v.as_object().is_some()).peekable();
    if objects.peek().is_none() {
        return EntryOrigin::Vendor;
    }
    let (mut told, mut graph, mut pure) = (false, false, true);
    for object in objects {
        let has = |name: &str| object.get(name).is_some();
        told |= has("title") || has("detail");
        let traced = has("locations") || has("path") || has("extensions");
        graph |= has("message") && (traced || document.get("data").is_some());
        let members = object.as_object().unwrap_or_default();
        pure &= members
            .iter()
            .all(|(name, _)| NAMES.contains(&name.as_str()));
    }
    match (told, graph, pure) {
        (true, ..) => EntryOrigin::JsonApi,
        (_, true, _) => EntryOrigin::Graphql,
        (.., true) => EntryOrigin::JsonApi,
        _ => EntryOrigin::Vendor,
    }
}

pub fn add_errors(errors: &Json, origin: EntryOrigin, complete: bool, found: &mut Found) {
    match errors {
        Json::List(values) => {
            for value in values {
                let unfinished = !complete && is_empty(value) && value.as_object().is_some();
                if *value != Json::Null && !unfinished {
                    found.add(|| error_of(value, origin));
                }
            }
        }
        Json::Object(_) if is_one_error(errors) => found.add(|| entry_of(errors, origin)),
        Json::Object(members) => {
            for (field, value) in members {
                add_field(&mut vec![start_of(field)], value, origin, found);
            }
        }
        value => {
            if text(value).is_some() {
                found.add(|| error_of(value, origin));
            }
        }
    }
}

/// One value of a list of errors.
pub fn error_of(value: &Json, origin: EntryOrigin) -> Entry {
    if value.as_object().is_none() {
        return Entry {
            detail: text(value),
            origin,
            raw: value.to_string(),
            ..Entry::default()
        };
    }
    if origin != EntryOrigin::Graphql {
        let mut entry = entry_of(value, origin);
        if origin == EntryOrigin::ProblemJson && entry.parameter.is_none() {
            // RFC 9457 shows `name` and `reason` in a list of its own making.
            entry.parameter = member(value, "name");
        }
        return entry;
    }
    let extensions = value.get("extensions");
    let extension = |name| extensions.and_then(|e| member(e, name));
    Entry {
        title: member(value, "title"),
        detail: member(value, "message"),
        code: extension("code").or_else(|| member(value, "code")),
        status: extension("status").or_else(|| extension("statusCode")),
        pointer: value.get("path").and_then(Json::as_list).map(pointer),
        meta: rest(value, &["message", "title", "path"]),
        origin,
        raw: value.to_string(),
        ..Entry::default()
    }
}

/// Steps as a JSON Pointer (RFC 6901): `["tasks", 0]` is `/tasks/0`.
pub fn pointer(steps: &[Json]) -> String {
    let steps = steps.iter().filter_map(text);
    steps
        .map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")))
        .collect()
}

/// An object that is itself an error, and not a map from fields to what is wrong with them.
fn is_one_error(object: &Json) -> bool {
    let names = ["title", "detail", "message", "code", "status"];
    let scalar = |name: &&str| object.get(name).is_some_and(|v| v.to_text().is_some());
    let known = names.iter().filter(|name| scalar(name)).count();
    known >= 2 || (known == 1 && object.get("message").is_some_and(|v| v.as_text().is_some()))
}

/// What is wrong with one field; `path` are the names that lead to it. They are joined only for
/// an entry that is kept, since a body may hold very many.
pub fn add_field<'a>(
    path: &mut Vec<&'a str>,
    value: &'a Json,
    origin: EntryOrigin,
    found: &mut Found,
) {
    match value {
        Json::Null => {}
        Json::List(values) => {
            for value in values {
                add_field(path, value, origin, found);
            }
        }
        Json::Object(members) if !is_one_error(value) => {
            for (name, value) in members {
                path.push(start_of(name));
                add_field(path, value, origin, found);
                path.pop();
            }
        }
        _ => found.add(|| {
            let field = path.join(".");
            let entry = error_of(value, origin);
            Entry {
                pointer: entry.pointer.or_else(|| Some(field.clone())),
                raw: Json::Object(vec![(field, value.clone())]).to_string(),
                ..entry
            }
        }),
    }
}

/// A name short enough to be repeated in two hundred entries.
pub fn start_of(name: &str) -> &str {
    match name.char_indices().nth(200) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}
