//! Shapes that many makers have agreed on: JSON:API, problems (RFC 9457), OAuth, GraphQL, OData,
//! google.rpc, SCIM. What they fix is read as they fix it.

use super::codes::codes_of;
use super::entry::{Entry, EntryOrigin, member, rest};
use super::members::{Members, Place, Setting, words};
use super::names::Role;
use super::object::{entry_from, entry_of};
use super::words::{is_code_word, is_number};
use crate::insight::json::Json;

/// RFC 6749, 5.2; RFC 6750, 3.1; RFC 8628, 3.5.
const OAUTH_WORDS: [&str; 15] = [
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

const SCIM_ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The standard that an object follows, where its members tell.
pub fn origin_of(object: &Json) -> Option<EntryOrigin> {
    let schemas = object.get("schemas").and_then(Json::as_list);
    if schemas.is_some_and(|list| list.iter().any(|s| s.as_text() == Some(SCIM_ERROR))) {
        return Some(EntryOrigin::Scim);
    }
    if let Some(word) = object.get("error").and_then(Json::as_text) {
        let described =
            object.get("error_description").is_some() || object.get("error_uri").is_some();
        let alone = OAUTH_WORDS.contains(&word) && object.get("message").is_none();
        if alone || described && !word.contains(' ') {
            return Some(EntryOrigin::Oauth);
        }
    }
    let message = object.get("message")?;
    let in_language = message.get("value").is_some() && message.get("lang").is_some();
    let has_inner = ["innererror", "innerError"]
        .iter()
        .any(|n| object.get(n).is_some());
    if object.get("code").is_some() && (in_language || has_inner) {
        return Some(EntryOrigin::Odata);
    }
    let details = object.get("details").and_then(Json::as_list);
    let is_typed = |detail: &Json| {
        let kind = detail.get("@type").and_then(Json::as_text);
        kind.is_some_and(|kind| kind.contains("google.rpc."))
    };
    let typed = details.is_some_and(|list| list.iter().any(is_typed));
    let number = matches!(object.get("code"), Some(Json::Number(_)));
    let status = object.get("status").and_then(Json::as_text);
    let named = status.is_some_and(|s| is_code_word(s) && s == s.to_ascii_uppercase());
    (typed || number && (named || details.is_some())).then_some(EntryOrigin::GoogleRpc)
}

/// The standard that a list of errors follows, inside the object that holds it.
pub fn origin_of_list(values: &[Json], document: &Json) -> Option<EntryOrigin> {
    const NAMES: [&str; 8] = [
        "id", "links", "status", "code", "title", "detail", "source", "meta",
    ];
    let mut objects = values.iter().filter(|v| v.as_object().is_some()).peekable();
    objects.peek()?;
    let is_errors = document.get("errors").and_then(Json::as_list) == Some(values);
    if !is_errors {
        return None;
    }
    let (mut told, mut graph, mut pure) = (false, false, true);
    for object in objects {
        let has = |name: &str| object.get(name).is_some();
        told |= (has("title") || has("detail")) && !has("message");
        let traced = has("locations") || has("path") || has("extensions");
        graph |= has("message") && (traced || document.get("data").is_some());
        let members = object.as_object().unwrap_or_default();
        pure &= members
            .iter()
            .all(|(name, _)| NAMES.contains(&name.as_str()));
    }
    match (told, graph, pure) {
        (true, ..) => Some(EntryOrigin::JsonApi),
        (_, true, _) => Some(EntryOrigin::Graphql),
        (.., true) => Some(EntryOrigin::JsonApi),
        _ => Some(EntryOrigin::Vendor),
    }
}

/// An element of a list whose standard says what its members mean.
pub fn element(value: &Json, origin: EntryOrigin, setting: Setting) -> Option<Entry> {
    match origin {
        EntryOrigin::JsonApi => json_api(value, setting),
        EntryOrigin::Graphql => Some(graphql(value, setting)),
        EntryOrigin::ProblemJson => {
            let mut entry = entry_of(value, origin, Place::Element, setting);
            if entry.parameter.is_none() && entry.pointer.is_none() {
                // RFC 9457 shows `name` and `reason` in a list of its own making.
                entry.parameter = member(value, "name");
                let reason = member(value, "reason").filter(|r| entry.code.as_ref() == Some(r));
                if let Some(reason) = reason.filter(|_| entry.detail.is_none()) {
                    entry.detail = Some(reason);
                    entry.code = None;
                }
            }
            entry.field = entry.field.or_else(|| entry.parameter.clone());
            entry.says().then_some(entry)
        }
        _ => None,
    }
}

/// jsonapi.org, error objects: only where nothing else stands in it is the code nowhere else.
fn json_api(value: &Json, setting: Setting) -> Option<Entry> {
    const NAMES: [&str; 8] = [
        "id", "links", "status", "code", "title", "detail", "source", "meta",
    ];
    let members = value.as_object()?;
    let pure = members
        .iter()
        .all(|(name, _)| NAMES.contains(&name.as_str()));
    let mut entry = entry_of(value, EntryOrigin::JsonApi, Place::Element, setting);
    if !pure {
        return entry.says().then_some(entry);
    }
    entry.title = member(value, "title");
    entry.detail = member(value, "detail");
    entry.code = member(value, "code");
    entry.status = member(value, "status");
    let meta = value.get("meta").filter(|meta| **meta != Json::Null);
    entry.meta = meta.cloned();
    let places = value
        .get("source")
        .filter(|source| source.as_object().is_some());
    if places.is_none() {
        (entry.field, entry.pointer, entry.parameter) = (None, None, None);
    }
    Some(entry)
}

/// GraphQL, 7.1.2: `path` leads into the answer and not into the request; makers put their own
/// into `extensions`.
fn graphql(value: &Json, setting: Setting) -> Entry {
    let members = Members::with_extensions(value);
    let mut entry = entry_from(value, &members, EntryOrigin::Graphql, setting);
    let said = value.get("message").and_then(words);
    if let Some(said) = said {
        let lacks = entry
            .detail
            .as_ref()
            .is_none_or(|detail| !detail.contains(&said));
        if lacks && entry.title.as_ref() != Some(&said) {
            entry.detail = Some(said);
        }
    }
    let extensions = value.get("extensions");
    let code = extensions
        .and_then(|e| member(e, "code"))
        .filter(|code| !is_number(code));
    entry.code = code.or(entry.code);
    entry.meta = rest(value, &["message", "title"]);
    entry
}

/// RFC 9457, by its media type or by its members.
pub fn is_problem(object: &Json, media_type: &str) -> bool {
    let named = media_type.ends_with("problem+json");
    let has = |name| object.get(name).and_then(Json::as_text).is_some();
    let is_reference = |kind: &str| kind == "about:blank" || kind.contains(['/', ':']);
    let kind = object.get("type").and_then(Json::as_text);
    let typed = kind.is_some_and(is_reference) && (has("title") || has("detail"));
    let listed = object.get("errors").and_then(Json::as_list);
    let titled = has("title") && object.get("status").is_some() && listed.is_none();
    let messages = has("message") || has("msg");
    named || typed || titled && !messages
}

/// The problem itself; its lists are read apart.
pub fn problem(object: &Json, setting: Setting) -> Entry {
    let members = Members::of(object, Place::Top);
    let mut entry = entry_from(object, &members, EntryOrigin::ProblemJson, setting);
    let links: Vec<_> = ["type", "instance"]
        .iter()
        .filter_map(|name| {
            let value = object.get(name).filter(|value| **value != Json::Null)?;
            Some(((*name).to_owned(), value.clone()))
        })
        .collect();
    entry.title = member(object, "title").or(entry.title);
    if let Some(detail) = object.get("detail").and_then(words) {
        entry.detail = Some(detail);
    }
    entry.status = member(object, "status").or(entry.status);
    let kind = member(object, "type");
    let own_code = codes_of(&members, setting).code;
    let repeats = own_code == entry.status || own_code == kind;
    entry.code = own_code.filter(|_| !repeats);
    if entry.code.is_none() {
        entry.code = kind.filter(|kind| names_a_problem(kind));
    }
    let used = ["title", "detail", "status", "code", "type", "instance"];
    let is_list = |name: &str| super::names::rank(&super::names::squeezed(name), Role::Errors);
    let left = rest(object, &used).and_then(|left| {
        let members = left.as_object()?.iter();
        let kept = members.filter(|(name, _)| {
            !matches!(
                name.as_str(),
                "errors" | "invalid-params" | "invalid_params"
            ) && (is_list(name).is_none() || entry.code.as_ref() != Some(name))
        });
        let kept: Vec<_> = kept.cloned().collect();
        (!kept.is_empty()).then_some(Json::Object(kept))
    });
    entry.meta = left;
    entry.links = (!links.is_empty()).then_some(Json::Object(links));
    (entry.field, entry.pointer, entry.parameter) = (None, None, None);
    entry
}

/// Whether the type of a problem tells it from others; many only lead to a page about the status.
fn names_a_problem(kind: &str) -> bool {
    let lower = kind.to_ascii_lowercase();
    let last = lower.rsplit(['/', '#', ':']).find(|part| !part.is_empty());
    let about_status = lower == "about:blank"
        || lower.contains("/rfc")
        || lower.contains("rfc-editor")
        || lower.contains("section-")
        || lower.contains("httpstatus")
        || lower.contains("http-status")
        || lower.contains("/web/http/");
    let last = last.unwrap_or_default();
    !about_status && !is_number(last) && last.chars().any(|c| c.is_ascii_alphabetic())
}
