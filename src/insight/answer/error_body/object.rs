//! One JSON object as one entry: which of its members is the sentence, which the code, which the
//! status, and where the input stands that it is about.

use super::codes::{Codes, codes_of};
use super::entry::{Entry, EntryOrigin, Remedy, member, text};
use super::members::{Member, Members, Place, Setting, words};
use super::names::{Role, roles, squeezed};
use super::words::{is_code_word, is_marker, is_phrase, link_to_follow, names_in, url_in};
use crate::insight::json::Json;

/// An object as an entry, by whatever names its makers chose.
pub fn entry_of(object: &Json, origin: EntryOrigin, place: Place, setting: Setting) -> Entry {
    entry_from(object, &Members::of(object, place), origin, setting)
}

/// The same where its members have been looked up.
pub fn entry_from(
    object: &Json,
    members: &Members,
    origin: EntryOrigin,
    setting: Setting,
) -> Entry {
    let codes = codes_of(members, setting);
    let mut used: Vec<&str> = codes.used.clone();
    let mut entry = Entry {
        status: codes.status.clone(),
        origin,
        raw: object.to_string(),
        ..Entry::default()
    };
    say(members, &codes, &mut entry, &mut used);
    entry.code = codes.code;
    locate(object, members, &mut entry, &mut used);
    if entry.code.is_some() && entry.title.is_none() && entry.detail.is_none() {
        entry.detail = only_sentence(members, &mut used);
    }
    entry.links = links_of(members, &mut used);
    rights(object, &mut entry, setting, 0);
    find_remedy(members, &mut entry);
    let meta = object.get("meta").filter(|meta| meta.as_object().is_some());
    entry.meta = match meta {
        Some(meta) => Some(meta.clone()),
        None => {
            let members = object.as_object().unwrap_or_default().iter();
            let left: Vec<_> = members
                .filter(|(name, value)| *value != Json::Null && !used.contains(&name.as_str()))
                .cloned()
                .collect();
            (!left.is_empty()).then_some(Json::Object(left))
        }
    };
    entry
}

/// Title and detail: the shorter sentence above the one that says more.
fn say<'a>(members: &'a Members, codes: &Codes, entry: &mut Entry, used: &mut Vec<&'a str>) {
    let free = |member: &Member| {
        let is_code = codes.used.contains(&member.name);
        words(member.value).filter(|_| !is_code)
    };
    let title = members.best(Role::Title, free);
    let is_error = |name: &str| matches!(squeezed(name).as_str(), "error" | "err" | "errors");
    let message = members.best(Role::Message, |m| free(m).filter(|_| !is_error(m.name)));
    let message = message.map(|(name, said)| {
        if is_marker(&said) {
            // `{"message": "NOTOK", "result": "Invalid key"}`
            sentence_in_result(members).unwrap_or((name, said))
        } else {
            (name, said)
        }
    });
    let taken = message.as_ref().map(|(name, _)| *name);
    let specific = members.best(Role::Specific, |m| {
        let is_kept = m.squeezed == "reason" && is_code_word(&free(m)?);
        free(m).filter(|_| Some(m.name) != taken && !is_kept)
    });
    let error = members
        .all
        .iter()
        .find(|member| is_error(member.name) && free(member).is_some());
    let error = error.and_then(|member| Some((member.name, free(member)?)));
    let mut take = |found: Option<(&'a str, String)>| {
        let (name, said) = found?;
        used.push(name);
        Some(said)
    };
    let (title, message, specific) = (take(title), take(message), take(specific));
    let error = take(error).filter(|error| message.as_ref() != Some(error));
    // Beside a sentence the words for the status add nothing.
    let specific = specific.filter(|said| message.is_none() || !is_phrase(said));
    entry.title = title;
    entry.detail = match (message, specific) {
        (Some(message), Some(specific)) if specific.contains(&message) => Some(specific),
        (Some(message), Some(specific)) if message.contains(&specific) => Some(message),
        (Some(message), Some(specific)) if entry.title.is_none() && error.is_none() => {
            entry.title = Some(message);
            Some(specific)
        }
        (Some(message), Some(specific)) => Some(joined(&message, &specific)),
        (message, specific) => message.or(specific),
    };
    match error {
        Some(error) if entry.detail.is_none() => entry.detail = Some(error),
        Some(error) if entry.title.is_none() => entry.title = Some(error),
        Some(error) if entry.detail.as_ref().is_some_and(|d| !d.contains(&error)) => {
            entry.detail = entry.detail.take().map(|detail| joined(&error, &detail));
        }
        _ => {}
    }
    if entry.title.is_none() {
        entry.title = codes.kind.clone();
    }
}

/// Words from which on a text is taken for a sentence.
const SENTENCE: usize = 3;

/// The sentence beside a code, whatever its name, where there is one alone.
fn only_sentence<'a>(members: &'a Members, used: &mut Vec<&'a str>) -> Option<String> {
    let is_sentence = |text: &str| {
        let is_words = text.split_whitespace().count() >= SENTENCE;
        is_words && text.len() <= 2_000 && text.contains(char::is_alphabetic)
    };
    let free = members.all.iter().filter(|member| {
        let is_apart = member.is(Role::Link) || member.is(Role::Remedy) || member.is(Role::Needed);
        !used.contains(&member.name) && !is_apart && !member.is(Role::Held)
    });
    let found = free.filter_map(|member| {
        let text = member.value.as_text().filter(|text| is_sentence(text))?;
        Some((member.name, text.trim().to_owned()))
    });
    let mut found = found.collect::<Vec<_>>().into_iter();
    match (found.next(), found.next()) {
        (Some((name, said)), None) => {
            used.push(name);
            Some(said)
        }
        _ => None,
    }
}

/// What stands where the result would, where that is a sentence.
fn sentence_in_result<'a>(members: &'a Members) -> Option<(&'a str, String)> {
    let mut members = members.all.iter();
    let result = members.find(|member| matches!(member.squeezed.as_str(), "result" | "data"))?;
    let said = result.value.as_text()?;
    said.trim()
        .contains(' ')
        .then(|| (result.name, said.to_owned()))
}

/// Two sentences as one text.
fn joined(first: &str, second: &str) -> String {
    let first = first.trim_end();
    if first.ends_with(['.', '!', '?', ':']) {
        format!("{first} {second}")
    } else {
        format!("{first}: {second}")
    }
}

/// Where the input stands that is wrong.
fn locate<'a>(object: &Json, members: &'a Members, entry: &mut Entry, used: &mut Vec<&'a str>) {
    let code = entry.code.clone();
    let short = |member: &Member| {
        let text = place_text(member, members.place)?;
        (text.len() <= 300 && Some(&text) != code.as_ref()).then_some(text)
    };
    let mut take = |role| {
        let (name, found) = members.best(role, short)?;
        used.push(name);
        Some(found)
    };
    entry.pointer = take(Role::Pointer);
    entry.parameter = take(Role::Parameter);
    if let Some(place) = members.get("loc").and_then(Json::as_list) {
        let (root, steps) = match place {
            [root, steps @ ..] => (root.as_text().unwrap_or(""), steps),
            [] => ("", &[][..]),
        };
        if matches!(root, "query" | "path" | "header" | "cookie") {
            let names: Vec<String> = steps.iter().filter_map(text).collect();
            entry.parameter = Some(names.join(".")).filter(|name| !name.is_empty());
        } else {
            entry.pointer = Some(pointer(steps)).filter(|path| !path.is_empty());
        }
        used.push("loc");
    }
    if let Some(source) = object.get("source").filter(|s| s.as_object().is_some()) {
        used.push("source");
        entry.pointer = member(source, "pointer").or(entry.pointer.take());
        entry.parameter = member(source, "parameter")
            .or_else(|| member(source, "header"))
            .or(entry.parameter.take());
    }
    // The kind of place, where it is named beside: a field of the query is a parameter.
    let kind = ["location", "in", "source"].iter().find_map(|name| {
        let kind = members.get(name)?.as_text()?;
        is_kind_of_place(kind).then(|| kind.to_ascii_lowercase())
    });
    match kind.as_deref() {
        Some("body") if entry.pointer.is_none() => entry.pointer = entry.parameter.take(),
        Some("body") | None => {}
        Some(_) if entry.parameter.is_none() => entry.parameter = entry.pointer.take(),
        Some(_) => {}
    }
    entry.field = entry.pointer.clone().or_else(|| entry.parameter.clone());
    if entry.field.is_none() {
        let found = members.best(Role::Field, short);
        used.extend(found.as_ref().map(|(name, _)| *name));
        entry.field = found.map(|(_, found)| found);
        match kind.as_deref() {
            Some("body") => entry.pointer = entry.field.clone(),
            Some(_) => entry.parameter = entry.field.clone(),
            None => {}
        }
    }
}

fn is_kind_of_place(text: &str) -> bool {
    let kinds =
        "body query querystring path header headers cookie cookies params url formdata form";
    let text = text.to_ascii_lowercase();
    kinds.split(' ').any(|kind| kind == text)
}

/// The place that a member names.
fn place_text(member: &Member, place: Place) -> Option<String> {
    // Around an error these name the call, not its input.
    const IN_LISTS: [&str; 6] = ["path", "name", "key", "context", "input", "location"];
    let name = member.squeezed.as_str();
    if IN_LISTS.contains(&name) && place == Place::Top || member.name.starts_with('@') {
        return None;
    }
    match member.value {
        Json::List(steps) if matches!(name, "loc" | "path") => {
            Some(pointer(steps)).filter(|path| !path.is_empty())
        }
        Json::List(names) => {
            let names: Vec<&str> = names.iter().filter_map(Json::as_text).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        Json::Text(text) if IN_LISTS.contains(&name) && text.contains(' ') => None,
        Json::Text(text) => {
            let is_address = text.contains("://");
            (!text.trim().is_empty() && !is_kind_of_place(text) && !is_address)
                .then(|| text.clone())
        }
        _ => None,
    }
}

/// Steps as a JSON Pointer (RFC 6901): `["tasks", 0]` is `/tasks/0`.
pub fn pointer(steps: &[Json]) -> String {
    let steps = steps.iter().filter_map(text);
    steps
        .map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")))
        .collect()
}

/// `links` as it stands, or an object of the single links that makers add.
fn links_of<'a>(members: &'a Members, used: &mut Vec<&'a str>) -> Option<Json> {
    let mut found = Vec::new();
    for member in members.all.iter().filter(|member| member.is(Role::Link)) {
        let is_plain = matches!(
            member.squeezed.as_str(),
            "url" | "uri" | "link" | "href" | "help"
        );
        let is_link = match member.value {
            Json::Text(text) => !text.trim().is_empty() && (!is_plain || url_in(text).is_some()),
            _ => member.squeezed == "links",
        };
        if member.name == "links" {
            used.push(member.name);
            return Some(member.value.clone());
        }
        if is_link {
            used.push(member.name);
            found.push((member.name.to_owned(), member.value.clone()));
        }
    }
    (!found.is_empty()).then_some(Json::Object(found))
}

/// Rights that are named by members, also one object further down.
fn rights(object: &Json, entry: &mut Entry, setting: Setting, depth: usize) {
    // `required` in a refusal of the input names members that are missing, not rights.
    let about_input = matches!(setting.status, Some(400 | 422)) && !speaks_of_rights(entry);
    for (name, value) in object.as_object().unwrap_or_default() {
        let short = squeezed(name);
        let known = roles(&short);
        let is = |role| known.iter().any(|(own, _)| *own == role);
        let plain = matches!(
            short.as_str(),
            "required" | "requires" | "provided" | "granted" | "needs" | "has"
        );
        let scope = short == "scope" && speaks_of(entry, "scope");
        if (is(Role::Needed) || scope) && !(plain && about_input) {
            add_names(value, &mut entry.needed);
        } else if is(Role::Held) && !(plain && about_input) {
            add_names(value, &mut entry.held);
        } else if depth < 2
            && !matches!(short.as_str(), "error" | "errors" | "err")
            && value.as_object().is_some()
            && value.get("message").is_none()
        {
            rights(value, entry, setting, depth + 1);
        }
    }
}

fn speaks_of(entry: &Entry, word: &str) -> bool {
    let texts = [&entry.title, &entry.detail, &entry.code];
    let mut texts = texts.into_iter().flatten();
    texts.any(|text| text.to_ascii_lowercase().contains(word))
}

fn speaks_of_rights(entry: &Entry) -> bool {
    [
        "scope",
        "permission",
        "role",
        "privilege",
        "right",
        "access",
    ]
    .iter()
    .any(|word| speaks_of(entry, word))
}

fn add_names(value: &Json, names: &mut Vec<String>) {
    let found: Vec<String> = match value {
        Json::Text(text) if text.len() <= 2_000 => names_in(text),
        Json::List(values) => {
            let texts = values.iter().filter_map(Json::as_text);
            texts.map(|text| text.trim().to_owned()).collect()
        }
        _ => return,
    };
    for name in found {
        if !name.is_empty() && !names.contains(&name) && names.len() < 100 {
            names.push(name);
        }
    }
}

/// What leads to the mending: a member made for it, also one object further down, then a page
/// that explains, then an address that the sentence leads to.
fn find_remedy(members: &Members, entry: &mut Entry) {
    let made_for = members
        .best(Role::Remedy, |m| remedy_in(m.value))
        .map(|(_, found)| found);
    let below = || {
        let inner = [
            "metadata",
            "extra",
            "context",
            "data",
            "details",
            "extensions",
        ];
        inner.iter().find_map(|name| {
            let inner = members
                .get(name)
                .filter(|inner| inner.as_object().is_some())?;
            let inner = Members::of(inner, Place::Top);
            inner
                .best(Role::Remedy, |m| remedy_in(m.value))
                .map(|(_, found)| found)
        })
    };
    let page = || {
        let linked = |m: &Member| first_link(m.value).map(|url| Remedy::link(&url));
        members.best(Role::Link, linked).map(|(_, found)| found)
    };
    let said = || {
        entry
            .detail
            .as_deref()
            .and_then(link_to_follow)
            .map(Remedy::link)
    };
    entry.remedy = made_for.or_else(below).or_else(page).or_else(said);
}

fn remedy_in(value: &Json) -> Option<Remedy> {
    let text = value.as_text().filter(|text| text.contains([' ', '/']))?;
    Some(match url_in(text) {
        Some(url) if url == text.trim() => Remedy::link(url),
        url => Remedy {
            text: text.trim().to_owned(),
            url: url.map(str::to_owned),
        },
    })
}

/// The first web address in a text, a list of links or an object of links.
fn first_link(value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => url_in(text).map(str::to_owned),
        Json::List(values) => values.iter().take(10).find_map(first_link),
        Json::Object(members) => members
            .iter()
            .take(10)
            .find_map(|(_, value)| first_link(value)),
        _ => None,
    }
}
