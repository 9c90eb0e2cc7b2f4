//! What one API alone has in its errors: its pack names the places, and what the general reading
//! missed there is added.

use super::entry::{Entry, EntryOrigin, Remedy};
use super::found::ErrorBody;
use super::members::words;
use super::object::pointer;
use super::words::{as_status, names_in, url_in};
use crate::insight::api::knowledge::{ErrorPlaces, at};
use crate::insight::json::Json;

/// Adds what stands in the places of a pack.
pub fn add(places: &ErrorPlaces, root: &Json, body: &mut ErrorBody) {
    let elements: Vec<&Json> = places
        .each
        .iter()
        .flat_map(|list| at(root, list).flat_map(|list| list.as_list().unwrap_or_default()))
        .collect();
    // A place may be counted from the whole body or from one element of a list of errors.
    let values = |pointers: &[String]| -> Vec<Json> {
        for pointer in pointers {
            let of_root = at(root, pointer);
            let of_elements = elements.iter().flat_map(|element| at(element, pointer));
            let found: Vec<Json> = of_root.chain(of_elements).cloned().collect();
            if found.iter().any(|value| !is_blank(value)) {
                return found;
            }
        }
        Vec::new()
    };
    let texts = |pointers: &[String]| {
        let found = values(pointers);
        let texts: Vec<String> = found.iter().filter_map(words).collect();
        texts
    };

    let title = texts(&places.title).into_iter().next();
    let detail = texts(&places.detail).into_iter().next();
    if body.entries.is_empty() && (title.is_some() || detail.is_some()) {
        body.entries.push(Entry {
            title: title.as_ref().filter(|_| detail.is_some()).cloned(),
            detail: detail.or(title),
            origin: EntryOrigin::Vendor,
            raw: root.to_string(),
            ..Entry::default()
        });
    }
    for code in values(&places.code).iter().filter_map(Json::to_text) {
        add_code(code.trim(), root, body);
    }
    let Some(first) = body.entries.first_mut() else {
        return;
    };
    for (names, pointers) in [
        (&mut first.needed, &places.needed),
        (&mut first.held, &places.held),
    ] {
        for value in values(pointers) {
            add_names(&value, names);
        }
    }
    if first.field.is_none() {
        first.field = values(&places.field).iter().find_map(|value| match value {
            Json::List(steps) => Some(pointer(steps)).filter(|path| !path.is_empty()),
            value => value.to_text().filter(|text| !text.is_empty()),
        });
    }
    if first.remedy.is_none() {
        let told = texts(&places.remedy).into_iter().next();
        first.remedy = told.map(|text| match url_in(&text) {
            Some(url) if url == text.trim() => Remedy::link(url),
            url => Remedy {
                url: url.map(str::to_owned),
                text,
            },
        });
    }
}

fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Text(text) => text.trim().is_empty(),
        Json::List(values) => values.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn add_code(code: &str, root: &Json, body: &mut ErrorBody) {
    let known = body
        .entries
        .iter()
        .any(|entry| entry.code.as_deref() == Some(code) || entry.status.as_deref() == Some(code));
    if code.is_empty() || code.contains(char::is_whitespace) || code.len() > 120 || known {
        return;
    }
    let repeats = |entry: &Entry| {
        let own = entry.code.as_deref().and_then(as_status);
        entry.code.is_none() || own.is_some() && entry.code == entry.status
    };
    match body.entries.first_mut().filter(|first| repeats(first)) {
        Some(first) => first.code = Some(code.to_owned()),
        None => body.entries.push(Entry {
            code: Some(code.to_owned()),
            origin: EntryOrigin::Vendor,
            raw: root.to_string(),
            ..Entry::default()
        }),
    }
}

fn add_names(value: &Json, names: &mut Vec<String>) {
    let found = match value {
        Json::Text(text) => names_in(text),
        Json::List(values) => values.iter().filter_map(Json::to_text).collect(),
        _ => Vec::new(),
    };
    for name in found {
        if !names.contains(&name) && names.len() < 100 {
            names.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::json;

    fn places(each: &[&str], code: &[&str], needed: &[&str]) -> ErrorPlaces {
        let texts = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        ErrorPlaces {
            each: texts(each),
            code: texts(code),
            needed: texts(needed),
            ..ErrorPlaces::default()
        }
    }

    #[test]
    fn the_places_of_a_pack_add_what_the_general_reading_missed() {
        let root = json::read(r#"{"odd":{"k":"X1"},"list":[{"n":["a","b"]},{"n":"b c"}]}"#);
        let root = root.value.unwrap();
        let mut body = ErrorBody::default();
        body.entries.push(Entry {
            detail: Some("No.".into()),
            ..Entry::default()
        });
        let places = places(&["/list"], &["/none", "/odd/k"], &["/n"]);
        add(&places, &root, &mut body);
        let first = &body.entries[0];
        assert_eq!(first.code.as_deref(), Some("X1"));
        assert_eq!(first.needed, ["a", "b", "c"]);
        add(&places, &root, &mut body);
        assert_eq!(body.entries.len(), 1);
    }

    #[test]
    fn a_second_code_is_an_entry_of_its_own_and_a_sentence_is_no_code() {
        let root = json::read(r#"{"a":"X1","b":"it broke"}"#).value.unwrap();
        let mut body = ErrorBody::default();
        body.entries.push(Entry {
            code: Some("other".into()),
            ..Entry::default()
        });
        add(&places(&[], &["/a"], &[]), &root, &mut body);
        add(&places(&[], &["/b"], &[]), &root, &mut body);
        let codes: Vec<_> = body
            .entries
            .iter()
            .filter_map(|e| e.code.as_deref())
            .collect();
        assert_eq!(codes, ["other", "X1"]);
    }
}
