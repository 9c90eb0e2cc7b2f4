//! The shapes in which errors come, most telling first; the first that fits wins. To add one,
//! write a small function and a row.

use super::entry::{entry_of, is_machine_word, member, rest, text};
use super::{Entry, EntryOrigin, ErrorBody, page};
use crate::insight::json::{Json, Note};
use crate::model::limits;

/// A body as the shapes see it.
pub struct Document<'a> {
    /// The part of it that could be read as JSON.
    pub value: Option<&'a Json>,
    pub complete: bool,
    /// The outer braces were missing.
    pub fragment: bool,
    /// All of it, without blanks around.
    pub text: &'a str,
    /// In lower case; empty where unknown.
    pub media_type: &'a str,
}

/// Entries, no more than anyone reads, and how many more there were.
#[derive(Default)]
pub struct Found {
    entries: Vec<Entry>,
    more: usize,
}

impl Found {
    pub fn add(&mut self, make: impl FnOnce() -> Entry) {
        if self.entries.len() < limits::ENTRIES {
            self.entries.push(make());
        } else {
            self.more += 1;
        }
    }

    pub fn into_body(self, mut notes: Vec<Note>) -> ErrorBody {
        if self.more > 0 {
            let (shown, more) = (self.entries.len(), self.more);
            notes.push(Note::new(format!(
                "The first {shown} errors are shown; there are {more} more."
            )));
        }
        ErrorBody {
            entries: self.entries,
            notes,
        }
    }

    fn one(entry: Entry) -> Found {
        Found {
            entries: vec![entry],
            more: 0,
        }
    }

    fn append(&mut self, other: Found) {
        for entry in other.entries {
            self.add(|| entry);
        }
        self.more += other.more;
    }

    fn unless_empty(self) -> Option<Found> {
        (!self.entries.is_empty()).then_some(self)
    }
}

pub struct Shape {
    pub read: fn(&Document) -> Option<Found>,
    /// What a person should know when this shape was met.
    pub note: Option<&'static str>,
}

const fn shape(read: fn(&Document) -> Option<Found>) -> Shape {
    Shape { read, note: None }
}

/// Problems before lists, since a problem may hold a list of its own; lists before single
/// messages, since a list says more; JSON before pages, pages before plain text.
pub const SHAPES: &[Shape] = &[
    shape(problem),
    shape(errors),
    shape(oauth),
    shape(fault),
    shape(field_checks),
    shape(error_object),
    shape(single),
    shape(top_list),
    shape(field_lists),
    shape(json_text),
    Shape {
        read: page::html,
        note: Some(
            "This is a web page, not the API's JSON: a gateway, proxy or login page said this, not the API.",
        ),
    },
    shape(page::xml),
    shape(page::form),
];

/// RFC 9457, by its media type or by its members.
fn problem(document: &Document) -> Option<Found> {
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

fn is_empty(errors: &Json) -> bool {
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

fn add_errors(errors: &Json, origin: EntryOrigin, complete: bool, found: &mut Found) {
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
fn error_of(value: &Json, origin: EntryOrigin) -> Entry {
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
fn pointer(steps: &[Json]) -> String {
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
fn add_field<'a>(path: &mut Vec<&'a str>, value: &'a Json, origin: EntryOrigin, found: &mut Found) {
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
fn start_of(name: &str) -> &str {
    match name.char_indices().nth(200) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}

/// RFC 6749, 5.2: a word for programs in `error`, and words for people beside it.
fn oauth(document: &Document) -> Option<Found> {
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

fn origin_or_fragment(origin: EntryOrigin, document: &Document) -> EntryOrigin {
    if document.fragment {
        EntryOrigin::Fragment
    } else {
        origin
    }
}

/// `fault`, as API gateways write it.
fn fault(document: &Document) -> Option<Found> {
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
fn field_checks(document: &Document) -> Option<Found> {
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
fn error_object(document: &Document) -> Option<Found> {
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
fn single(document: &Document) -> Option<Found> {
    let object = document.value.filter(|v| v.as_object().is_some())?;
    let origin = origin_or_fragment(EntryOrigin::Vendor, document);
    is_said(object).then(|| Found::one(entry_of(object, origin)))
}

/// A list at the top, of errors or of texts.
fn top_list(document: &Document) -> Option<Found> {
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
fn field_lists(document: &Document) -> Option<Found> {
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
fn json_text(document: &Document) -> Option<Found> {
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
