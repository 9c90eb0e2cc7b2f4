//! JSON that holds one error, or a list in some maker's own words: token endpoints, gateways,
//! clouds and web frameworks.

use super::entry::{Entry, EntryOrigin, entry_of, is_machine_word, member, rest, text};
use super::found::{Document, Found};
use super::list::{
    add_errors, add_field, error_of, is_empty, origin_or_fragment, pointer, start_of,
};
use super::page;
use crate::insight::json::Json;

/// RFC 6749, 5.2: a word for programs in `error`, and words for people beside it.
pub fn oauth(document: &Document) -> Option<Found> {
    const WORDS: [&str; 15] = [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "invalid_token",
        "insufficient_scope",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "access_denied",
        "server_error",
        "temporarily_unavailable",
        "authorization_pending",
        "slow_down",
        "expired_token",
    ];
    let object = document.value?;
    let word = object.get("error")?.as_text()?;
    let described = object.get("error_description").is_some() || object.get("error_uri").is_some();
    let alone = WORDS.contains(&word) && object.get("message").is_none();
    if !(alone || described && !word.contains(' ')) {
        return None;
    }
    let used = ["error", "error_description", "error_uri", "status", "title"];
    Some(Found::one(Entry {
        title: member(object, "title"),
        detail: member(object, "error_description"),
        code: member(object, "error"),
        status: member(object, "status"),
        links: object.get("error_uri").map(|uri| {
            let link = ("error_uri".to_owned(), uri.clone());
            Json::Object(vec![link])
        }),
        meta: rest(object, &used),
        origin: origin_or_fragment(EntryOrigin::Oauth, document),
        raw: object.to_string(),
        ..Entry::default()
    }))
}

/// `fault`, as API gateways write it.
pub fn fault(document: &Document) -> Option<Found> {
    let fault = document.value?.get("fault")?;
    fault.as_object()?;
    let mut entry = entry_of(fault, origin_or_fragment(EntryOrigin::Vendor, document));
    if let Some(detail) = fault.get("detail").filter(|d| d.as_object().is_some()) {
        entry.detail = member(fault, "faultstring");
        entry.code = member(detail, "errorcode").or(entry.code);
        entry.meta = None;
    }
    Some(Found::one(entry))
}

/// `detail` as a list of `loc`, `msg`, `type`, as FastAPI writes it.
pub fn field_checks(document: &Document) -> Option<Found> {
    let checks = document.value?.get("detail")?.as_list()?;
    let mut found = Found::default();
    for check in checks {
        let place = check.get("loc").and_then(Json::as_list);
        let (root, steps) = match place {
            Some([root, steps @ ..]) => (root.as_text().unwrap_or(""), steps),
            _ => ("", &[][..]),
        };
        let outside_body = matches!(root, "query" | "path" | "header" | "cookie");
        found.add(|| {
            let plain = error_of(check, origin_or_fragment(EntryOrigin::Vendor, document));
            if place.is_none() {
                return plain;
            }
            let names: Vec<String> = steps.iter().filter_map(text).collect();
            Entry {
                title: None,
                code: member(check, "type"),
                pointer: (!outside_body).then(|| pointer(steps)),
                parameter: outside_body.then(|| names.join(".")),
                meta: rest(check, &["loc", "msg", "type"]),
                ..plain
            }
        });
    }
    found.unless_empty()
}

/// `error` (or `detail`) as an object: Google, Stripe, Azure, and many more.
pub fn error_object(document: &Document) -> Option<Found> {
    let object = document.value?;
    let origin = origin_or_fragment(EntryOrigin::Vendor, document);
    let inner = ["error", "Error", "detail"]
        .iter()
        .filter_map(|name| object.get(name))
        .find(|v| !is_empty(v) && (v.as_object().is_some() || v.as_list().is_some()))?;
    let mut found = Found::default();
    if inner.as_object().is_none() || !is_said(inner) {
        add_errors(inner, origin, document.complete, &mut found);
        return found.unless_empty();
    }
    let mut entry = entry_of(inner, origin);
    let outer = entry_of(object, origin);
    entry.status = entry.status.or(outer.status);
    entry.code = entry.code.or(outer.code);
    found.add(|| entry);
    let details = inner
        .get("details")
        .and_then(Json::as_list)
        .unwrap_or_default();
    for detail in details {
        if detail.get("code").is_some() && detail.get("message").is_some() {
            found.add(|| entry_of(detail, origin));
        }
    }
    Some(found)
}

/// Whether an object says anything that an entry shows first.
fn is_said(object: &Json) -> bool {
    let entry = entry_of(object, EntryOrigin::Vendor);
    entry.title.is_some() || entry.detail.is_some() || entry.code.is_some()
}

/// One message with what its maker puts beside it.
pub fn single(document: &Document) -> Option<Found> {
    let object = document.value.filter(|v| v.as_object().is_some())?;
    let origin = origin_or_fragment(EntryOrigin::Vendor, document);
    is_said(object).then(|| Found::one(entry_of(object, origin)))
}

/// A list at the top, of errors or of texts.
pub fn top_list(document: &Document) -> Option<Found> {
    let list = document.value?;
    let values = list.as_list()?;
    let fits = |v: &Json| v.as_text().is_some() || (v.as_object().is_some() && is_said(v));
    if !values.iter().any(fits) {
        return None;
    }
    let mut found = Found::default();
    add_errors(list, EntryOrigin::Vendor, document.complete, &mut found);
    found.unless_empty()
}

/// An object of nothing but fields, each with a list of texts, as Django writes it.
pub fn field_lists(document: &Document) -> Option<Found> {
    let members = document.value?.as_object()?;
    let is_texts = |value: &Json| {
        let values = value.as_list().unwrap_or_default();
        !values.is_empty() && values.iter().all(|v| v.as_text().is_some())
    };
    if members.is_empty() || !members.iter().all(|(_, value)| is_texts(value)) {
        return None;
    }
    let mut found = Found::default();
    for (field, value) in members {
        add_field(
            &mut vec![start_of(field)],
            value,
            EntryOrigin::Vendor,
            &mut found,
        );
    }
    found.unless_empty()
}

/// A text in quotes: the quotes are JSON's, the words are for people.
pub fn json_text(document: &Document) -> Option<Found> {
    let said = document.value?.as_text()?;
    if !document.complete || said.trim().is_empty() {
        return None;
    }
    let mut entry = page::text_entry(said);
    if is_machine_word(said) {
        entry.code = Some(said.to_owned());
        entry.detail = None;
    }
    Some(Found::one(entry))
}
