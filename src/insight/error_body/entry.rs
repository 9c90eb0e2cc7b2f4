//! What one error is, and how one JSON object becomes one. Makers agree on what an error has to say and not on how its
//! members are called, so each field has a list of names, the standard's own first.

use crate::insight::json::Json;

/// What kind of text an entry was taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EntryOrigin {
    /// `errors`, a list of objects (jsonapi.org, error objects).
    JsonApi,
    /// Members without the braces around them, as some error pages print them.
    Fragment,
    /// RFC 9457.
    ProblemJson,
    /// RFC 6749, 5.2.
    Oauth,
    /// A header instead of the body.
    WwwAuthenticate,
    Graphql,
    /// JSON of some maker's own shape.
    Vendor,
    Text,
    /// A page for people: a gateway, a proxy or a login said this.
    Html,
    #[default]
    None,
}

impl EntryOrigin {
    /// The name that scripts read.
    pub fn id(self) -> &'static str {
        match self {
            EntryOrigin::JsonApi => "json_api",
            EntryOrigin::Fragment => "fragment",
            EntryOrigin::ProblemJson => "problem_json",
            EntryOrigin::Oauth => "oauth",
            EntryOrigin::WwwAuthenticate => "www_authenticate",
            EntryOrigin::Graphql => "graphql",
            EntryOrigin::Vendor => "vendor",
            EntryOrigin::Text => "text",
            EntryOrigin::Html => "html",
            EntryOrigin::None => "none",
        }
    }
}

/// One error. What the answer did not say stays absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// May be reworded or translated by the API: for people, never for decisions.
    pub title: Option<String>,
    /// The same holds for the detail.
    pub detail: Option<String>,
    /// What decides, spelled as it came.
    pub code: Option<String>,
    pub status: Option<String>,
    /// The place in the request's body.
    pub pointer: Option<String>,
    /// The parameter or header of the request.
    pub parameter: Option<String>,
    pub links: Option<Json>,
    pub meta: Option<Json>,
    pub origin: EntryOrigin,
    /// The piece of the answer it was taken from; JSON on one line.
    pub raw: String,
}

const TITLE: &[&str] = &["title", "Title", "summary"];
const DETAIL: &[&str] = &[
    "detail",
    "message",
    "Message",
    "msg",
    "error_message",
    "errorMessage",
    "error_description",
    "faultstring",
    "description",
    "reason",
    "error",
];
const CODE: &[&str] = &[
    "code",
    "Code",
    "error_code",
    "errorCode",
    "ErrorCode",
    "errorcode",
    "__type",
];
const STATUS: &[&str] = &["status", "statusCode", "status_code", "httpStatus"];
const POINTER: &[&str] = &["pointer", "field", "property"];
const PARAMETER: &[&str] = &["parameter", "param"];
const LINKS: &[&str] = &[
    "links",
    "doc_url",
    "documentation_url",
    "error_uri",
    "moreInfo",
    "more_info",
    "help",
];

/// A text worth showing: scalars in words, lists and objects on one line, and nothing for null
/// and for blank text.
pub fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::List(_) | Json::Object(_) => Some(value.to_string()),
        _ => value.to_text().filter(|text| !text.trim().is_empty()),
    }
}

/// The member of that name as text.
pub fn member(object: &Json, name: &str) -> Option<String> {
    object.get(name).and_then(text)
}

/// `unauthorized`, `invalid_grant`, `auth.token-expired`: a word for programs, not for people.
pub fn is_machine_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 100
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
}

/// The members but those named, as an object.
pub fn rest(object: &Json, used: &[&str]) -> Option<Json> {
    let members: Vec<_> = object
        .as_object()?
        .iter()
        .filter(|(name, value)| *value != Json::Null && !used.contains(&name.as_str()))
        .cloned()
        .collect();
    (!members.is_empty()).then_some(Json::Object(members))
}

/// An object as an entry; what it does not say stays absent.
pub fn entry_of(object: &Json, origin: EntryOrigin) -> Entry {
    let standard = matches!(origin, EntryOrigin::JsonApi | EntryOrigin::Fragment);
    let mut used = vec!["meta"];
    let mut first = |names: &[&'static str]| {
        let (name, found) = names
            .iter()
            .find_map(|name| member(object, name).map(|text| (*name, text)))?;
        used.push(name);
        Some(found)
    };
    let mut entry = Entry {
        title: first(TITLE),
        detail: first(DETAIL),
        code: first(CODE),
        status: first(STATUS),
        pointer: first(POINTER),
        parameter: first(PARAMETER),
        origin,
        raw: object.to_string(),
        ..Entry::default()
    };
    if let Some(source) = object.get("source").filter(|s| s.as_object().is_some()) {
        used.push("source");
        entry.pointer = member(source, "pointer").or(entry.pointer);
        entry.parameter = member(source, "parameter")
            .or_else(|| member(source, "header"))
            .or(entry.parameter);
    }
    sort_out_error_word(object, &mut entry, &mut used);
    if entry.title.is_none() && !standard {
        entry.title = member(object, "type");
        used.push("type");
    }
    if let (Some(code), Some(status)) = (&entry.code, &entry.status)
        && is_status(code)
        && status.starts_with(|c: char| c.is_ascii_alphabetic())
        && is_shouted(status)
    {
        // Google's way round: the number is the status, the word is the code.
        std::mem::swap(&mut entry.code, &mut entry.status);
    }
    if !standard && entry.status.as_deref().is_some_and(|s| !is_status(s)) {
        // `"status": "error"` is no status; it stays with the rest.
        entry.status = None;
        used.retain(|name| !STATUS.contains(name));
    }

    let (links, names) = links_of(object);
    used.extend(names);
    entry.links = links;
    let meta = object.get("meta").filter(|meta| **meta != Json::Null);
    entry.meta = match meta {
        Some(meta) => Some(meta.clone()),
        None if standard => None,
        None => rest(object, &used),
    };
    entry
}

/// `error` beside other members: a machine word is the code, words for people are the title.
fn sort_out_error_word(object: &Json, entry: &mut Entry, used: &mut Vec<&'static str>) {
    let Some(word) = object.get("error").and_then(Json::as_text) else {
        return;
    };
    if word.trim().is_empty() {
        return;
    }
    let alone = entry.detail.as_deref() == Some(word) && used.contains(&"error");
    if is_machine_word(word) && entry.code.is_none() {
        entry.code = Some(word.to_owned());
        if alone {
            entry.detail = None;
        }
        used.push("error");
    } else if !alone && entry.title.is_none() {
        entry.title = Some(word.to_owned());
        used.push("error");
    }
}

/// `links` as it stands, or an object of the single links that makers add.
fn links_of(object: &Json) -> (Option<Json>, Vec<&'static str>) {
    let mut names = Vec::new();
    let mut members = Vec::new();
    for name in LINKS {
        match object.get(name) {
            None | Some(Json::Null) => {}
            Some(value) if *name == "links" => return (Some(value.clone()), vec![name]),
            Some(value) => {
                names.push(*name);
                members.push(((*name).to_owned(), value.clone()));
            }
        }
    }
    (
        (!members.is_empty()).then_some(Json::Object(members)),
        names,
    )
}

fn is_status(text: &str) -> bool {
    text.parse().is_ok_and(|n: u16| (100..=599).contains(&n))
}

fn is_shouted(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}
