//! The errors in a JSON value, wherever its makers put them: around, below, in lists, in maps from
//! fields to what is wrong with them, and in JSON that stands inside a text.

use super::codes::codes_of;
use super::entry::{Entry, EntryOrigin};
use super::members::{Members, Place, Setting, words};
use super::names::{Role, rank, roles, squeezed};
use super::object::entry_from;
use super::standards;
use super::words::{
    is_code_word, is_denial, is_marker, is_number, is_plain_code, is_shouted_code, leading_code,
};
use crate::insight::json::{self, Json};
use crate::insight::words::senses_of_code;

/// Levels below the outermost value in which errors are looked for.
const DEPTH: usize = 10;

/// How a value is searched.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    pub setting: Setting,
    /// The text was read to its end.
    pub complete: bool,
    /// The outer braces were missing.
    pub fragment: bool,
    /// The value is known to be about an error, so that anything in it may be.
    pub all_of_it: bool,
}

/// Every error in a value, in the order of the text.
pub fn errors_of(value: &Json, media_type: &str, search: Search) -> Vec<Entry> {
    let mut walk = Walk {
        search,
        entries: Vec::new(),
    };
    match value {
        Json::Object(_) if !search.fragment && standards::is_problem(value, media_type) => {
            walk.problem(value);
        }
        Json::Object(members) => {
            let found = walk.object(value, EntryOrigin::Vendor, Place::Top, 0);
            // Nothing but fields, each with a list of what is wrong with it.
            let lists = members.iter().all(|(_, value)| value.as_list().is_some());
            if !found && lists {
                walk.map(value, EntryOrigin::Vendor, !search.all_of_it, 0);
            }
        }
        Json::List(values) => walk.top_list(values),
        _ => {}
    }
    if search.fragment {
        for entry in &mut walk.entries {
            entry.origin = EntryOrigin::Fragment;
        }
    }
    walk.entries
}

struct Walk {
    search: Search,
    entries: Vec<Entry>,
}

impl Walk {
    /// An object that is an error, holds some, or stands around one. Whether any was found.
    fn object(&mut self, object: &Json, origin: EntryOrigin, place: Place, depth: usize) -> bool {
        if depth > DEPTH {
            return false;
        }
        let at = self.entries.len();
        let origin = standards::origin_of(object).unwrap_or(origin);
        let members = Members::of(object, place);
        let entry = entry_from(object, &members, origin, self.search.setting);
        let says = entry.says();
        let field = entry
            .field
            .clone()
            .filter(|_| place == Place::Element && !says);
        if says {
            let codes = codes_of(&members, self.search.setting);
            self.entries.push(entry);
            for code in codes.further {
                self.entries.push(Entry {
                    code: Some(code),
                    origin,
                    raw: object.to_string(),
                    ..Entry::default()
                });
            }
        }
        self.children(object, &members, origin, depth, says.then_some(at));
        if let Some(field) = field {
            // `{"name": "title", "messages": ["is too long"]}`
            self.entries[at..]
                .iter_mut()
                .for_each(|entry| in_field(entry, &field));
        }
        if says {
            self.settle(at);
        } else if self.entries.len() == at {
            self.wrapped(&members, origin, depth);
        }
        self.entries.len() > at
    }

    /// Everything below an object that is made for errors.
    fn children(
        &mut self,
        object: &Json,
        members: &Members,
        origin: EntryOrigin,
        depth: usize,
        parent: Option<usize>,
    ) {
        let has_list = members.all.iter().any(|member| {
            matches!(member.squeezed.as_str(), "errors" | "error") && !holds_no_error(member.value)
        });
        for member in &members.all {
            let is_data = matches!(member.squeezed.as_str(), "data" | "body");
            let passed = is_data && (has_list || !self.search.all_of_it && parent.is_none());
            let sentence = member.is(Role::Message) || member.is(Role::Specific);
            let said =
                sentence && member.value.as_object().is_some() && words(member.value).is_some();
            let said = said && !member.squeezed.contains("err") && member.squeezed != "fault";
            if !member.is(Role::Errors) || passed || said || holds_no_error(member.value) {
                continue;
            }
            let before = self.entries.len();
            let origin = match member.value {
                Json::List(values) => standards::origin_of_list(values, object).unwrap_or(origin),
                _ if member.squeezed == "error" && member.name.contains("odata") => {
                    EntryOrigin::Odata
                }
                _ => origin,
            };
            match inner_json(member.value) {
                Some(inner) => self.errors_in(&member.squeezed, &inner, origin, depth + 1),
                None => self.errors_in(&member.squeezed, member.value, origin, depth + 1),
            }
            if self.entries.len() > before
                && let Some(parent) = parent
                && let Some(Json::Object(meta)) = &mut self.entries[parent].meta
            {
                meta.retain(|(name, _)| name != member.name);
                if meta.is_empty() {
                    self.entries[parent].meta = None;
                }
            }
        }
    }

    /// The value of a member that is made for errors.
    fn errors_in(&mut self, name: &str, value: &Json, origin: EntryOrigin, depth: usize) {
        if depth > DEPTH {
            return;
        }
        match value {
            Json::List(values) => {
                if let Some(entry) = as_tuple(values, origin, value) {
                    self.entries.push(entry);
                    return;
                }
                for value in values {
                    self.element(name, value, origin, depth);
                }
            }
            Json::Object(members) => {
                let before = self.entries.len();
                let lists = members.iter().all(|(_, value)| value.as_list().is_some());
                let is_map = lists && !holds_errors(value);
                let plural = is_plural(name);
                let one = !is_map && (!plural || is_one_error(value) || holds_errors(value));
                if one && self.object(value, origin, Place::Top, depth) {
                    return;
                }
                if (plural || matches!(name, "error" | "message" | "detail"))
                    && self.entries.len() == before
                {
                    let strict = !matches!(name, "errors" | "error" | "modelstate");
                    self.map(value, origin, strict && !is_map, depth);
                }
            }
            _ => {}
        }
    }

    fn element(&mut self, name: &str, value: &Json, origin: EntryOrigin, depth: usize) {
        match value {
            Json::Object(_) => {
                let unfinished = !self.search.complete && holds_no_error(value);
                if unfinished {
                    return;
                }
                if let Some(entry) = standards::element(value, origin, self.search.setting) {
                    self.entries.push(entry);
                } else if !self.object(value, origin, Place::Element, depth) && is_plural(name) {
                    self.map(value, origin, name != "errors", depth);
                }
            }
            Json::List(_) => self.errors_in(name, value, origin, depth + 1),
            Json::Text(said) => {
                // Words that list scopes or fields are no errors.
                let fits = name != "params" && name != "fields" && name != "body";
                let fits = fits && (name != "errorcodes" || is_code_word(said));
                if fits && let Some(entry) = text_entry(said, origin) {
                    self.entries.push(entry);
                }
            }
            _ => {}
        }
    }

    /// An object whose members are fields of the input, each with what is wrong with it. `strict`
    /// where such an object may be anything else: then only sentences count.
    fn map(&mut self, object: &Json, origin: EntryOrigin, strict: bool, depth: usize) {
        let mut path = Vec::new();
        self.field(&mut path, object, origin, strict, depth);
    }

    fn field<'a>(
        &mut self,
        path: &mut Vec<&'a str>,
        value: &'a Json,
        origin: EntryOrigin,
        strict: bool,
        depth: usize,
    ) {
        if depth > DEPTH {
            return;
        }
        match value {
            Json::Object(members) if path.is_empty() || !is_one_error(value) => {
                for (name, value) in members {
                    if let Some(entry) = said_under_code(name, value, origin) {
                        self.entries.push(entry);
                        continue;
                    }
                    let named = !is_whole(name) && !stands_for_errors(name, value);
                    if named {
                        path.push(start_of(name));
                    }
                    self.field(path, value, origin, strict, depth + 1);
                    if named {
                        path.pop();
                    }
                }
            }
            Json::List(values) => {
                for value in values {
                    self.field(path, value, origin, strict, depth + 1);
                }
            }
            Json::Object(_) => {
                let at = self.entries.len();
                self.object(value, origin, Place::Element, depth);
                let field = path.join(".");
                for entry in &mut self.entries[at..] {
                    in_field(entry, &field);
                }
            }
            Json::Text(said) if !strict || said.trim().contains(' ') => {
                let Some(mut entry) = text_entry(said, origin) else {
                    return;
                };
                if is_bare_word(said) {
                    // What is wrong with a field: `required`.
                    entry.code = None;
                }
                let field = path.join(".");
                in_field(&mut entry, &field);
                entry.raw = Json::Object(vec![(field, value.clone())]).to_string();
                self.entries.push(entry);
            }
            _ => {}
        }
    }

    /// What stands around an error and says nothing: one member after the other, until one holds
    /// errors.
    fn wrapped(&mut self, members: &Members, origin: EntryOrigin, depth: usize) {
        let at = self.entries.len();
        for member in &members.all {
            let known = member.is(Role::Wrapper);
            if !known && !self.search.all_of_it || member.is(Role::Link) {
                continue;
            }
            let inner = inner_json(member.value);
            match inner.as_ref().unwrap_or(member.value) {
                value @ Json::Object(_) => {
                    self.object(value, origin, Place::Top, depth + 1);
                }
                Json::List(values) if values.iter().any(|v| v.as_object().is_some()) => {
                    for value in values {
                        if value.as_object().is_some() {
                            self.object(value, origin, Place::Element, depth + 1);
                        }
                    }
                }
                _ => {}
            }
            if self.entries.len() > at {
                let only = members.all.len() == 1 && roles(&member.squeezed).is_empty();
                if only && is_plain_code(member.name) && origin != EntryOrigin::Xml {
                    // `{"itemNotFound": {"code": 404, "message": "…"}}`
                    let entry = &mut self.entries[at];
                    let repeats = entry.code == entry.status;
                    if entry.code.is_none() || repeats {
                        entry.code = Some(member.name.to_owned());
                    }
                }
                return;
            }
        }
    }

    /// An error and those below it say some things twice: each is kept once.
    fn settle(&mut self, at: usize) {
        if self.entries.len() == at + 1 {
            return;
        }
        let mut below = self.entries.split_off(at + 1);
        let parent = &mut self.entries[at];
        let has_word = |entry: &Entry| entry.code.as_ref().is_some_and(|code| !is_number(code));
        let repeats_status = parent.code.is_some() && parent.code == parent.status;
        if let [only] = below.as_slice()
            && only.code.is_some()
            && only.field.is_none()
            && (parent.code.is_none() || repeats_status)
            && [&only.title, &only.detail]
                .into_iter()
                .flatten()
                .all(|said| {
                    parent.title.as_ref() == Some(said) || parent.detail.as_ref() == Some(said)
                })
        {
            parent.code = only.code.clone();
        }
        let mut kept = Vec::with_capacity(below.len());
        for mut entry in below.drain(..) {
            let is_part = entry.code.as_ref().is_some_and(|code| {
                let own = parent.code.as_deref().unwrap_or_default();
                own.split('/').any(|part| part == code)
            });
            let only_code = entry.title.is_none() && entry.detail.is_none();
            let field_is_new = entry.field.is_some() && entry.field != parent.field;
            if (entry.is_within(parent) || is_part && only_code) && !field_is_new {
                parent.take_rest(entry);
                continue;
            }
            if entry.detail.is_some() && entry.detail == parent.detail && has_word(parent) {
                // The same sentence under another code.
                entry.detail = None;
                if !entry.says() {
                    parent.take_rest(entry);
                    continue;
                }
            }
            kept.push(entry);
        }
        let status_only = parent.code.is_some() && parent.code == parent.status;
        let mut without = parent.clone();
        if status_only && kept.iter().any(has_word) {
            without.code = None;
        }
        if kept.iter().any(|entry| without.is_within(entry)) && !kept.is_empty() {
            let mut parent = self.entries.remove(at);
            parent.field = None;
            parent.pointer = None;
            parent.parameter = None;
            kept[0].take_rest(parent);
        }
        self.entries.append(&mut kept);
    }

    /// RFC 9457, with the lists that makers add.
    fn problem(&mut self, object: &Json) {
        let at = self.entries.len();
        let entry = standards::problem(object, self.search.setting);
        let says = entry.says() || entry.links.is_some();
        if says {
            self.entries.push(entry);
        }
        let members = Members::of(object, Place::Top);
        self.children(
            object,
            &members,
            EntryOrigin::ProblemJson,
            0,
            says.then_some(at),
        );
    }

    /// A list at the top, of errors or of texts.
    fn top_list(&mut self, values: &[Json]) {
        let whole = Json::List(values.to_vec());
        if let Some(entry) = as_tuple(values, EntryOrigin::Vendor, &whole) {
            self.entries.push(entry);
            return;
        }
        let origin = standards::origin_of_list(values, &Json::Null).unwrap_or(EntryOrigin::Vendor);
        for value in values {
            self.element("errors", value, origin, 0);
        }
    }
}

fn in_field(entry: &mut Entry, field: &str) {
    if field.is_empty() {
        return;
    }
    if entry.field.is_none() {
        entry.pointer = entry.pointer.take().or_else(|| Some(field.to_owned()));
    }
    entry.field = entry.field.take().or_else(|| Some(field.to_owned()));
}

/// Names under which makers put what is wrong with the whole input.
fn is_whole(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "",
        "errors",
        "base",
        "nonfielderrors",
        "all",
        "schema",
        "general",
        "global",
        "*",
    ];
    NAMES.contains(&squeezed(name).as_str()) || name == "__all__"
}

/// A member that is made for errors and holds some is no field of the input.
fn stands_for_errors(name: &str, value: &Json) -> bool {
    const NAMES: [&str; 6] = ["message", "messages", "error", "errors", "code", "status"];
    let holds = match value {
        Json::List(values) => values.iter().any(|value| value.as_object().is_some()),
        Json::Object(_) => true,
        _ => false,
    };
    holds && NAMES.contains(&squeezed(name).as_str())
}

/// `{"VALID_TOKEN_REQUIRED": "Invalid CSRF token"}`: a code, and the sentence for it.
fn said_under_code(name: &str, value: &Json, origin: EntryOrigin) -> Option<Entry> {
    let said = value.as_text().filter(|said| said.contains(' '))?;
    let denies = is_denial(name) || name.ends_with("_REQUIRED") || name.contains("MISSING");
    // A column of a table may be shouted too: `CREDIT_LIMIT`.
    let is_code = is_shouted_code(name) && denies && !senses_of_code(name).is_empty();
    is_code.then(|| Entry {
        code: Some(name.to_owned()),
        detail: Some(said.to_owned()),
        origin,
        raw: Json::Object(vec![(name.to_owned(), value.clone())]).to_string(),
        ..Entry::default()
    })
}

/// Whether a name is one of several errors, or of what is wrong with several fields.
fn is_plural(name: &str) -> bool {
    const NAMES: [&str; 23] = [
        "errors",
        "errormessages",
        "messages",
        "details",
        "validationerrors",
        "validationmessages",
        "fielderrors",
        "fieldviolations",
        "modelstate",
        "params",
        "fields",
        "invalidfields",
        "invalidparams",
        "invalidparameters",
        "parametererrors",
        "formerrors",
        "globalerrors",
        "validation",
        "issues",
        "violations",
        "constraintviolations",
        "errordetails",
        "suberrors",
    ];
    NAMES.contains(&name) || name.ends_with("errors")
}

/// JSON that was put into a text.
fn inner_json(value: &Json) -> Option<Json> {
    let text = value.as_text()?.trim();
    let framed = text.starts_with('{') && text.ends_with('}')
        || text.starts_with('[') && text.ends_with(']');
    if !framed || text.len() > 100_000 {
        return None;
    }
    let reading = json::read(text);
    reading
        .value
        .filter(|_| reading.complete && !reading.fragment)
}

/// Whether no error can stand in a value: numbers, booleans and blanks say nothing of one.
pub fn holds_no_error(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => true,
        Json::List(values) => values.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Text(text) => text.trim().is_empty(),
    }
}

/// An object that is itself an error, and not a map from fields to what is wrong with them.
fn is_one_error(object: &Json) -> bool {
    let members = object.as_object().unwrap_or_default();
    let mut known = 0;
    for (name, value) in members {
        let name = squeezed(name);
        let said = words(value).is_some() && value.as_list().is_none();
        let scalar = value.to_text().is_some();
        if said
            && matches!(
                name.as_str(),
                "message" | "msg" | "errormessage" | "errmsg" | "error"
            )
        {
            return true;
        }
        let is = |role| rank(&name, role).is_some();
        let tells = is(Role::Title) || is(Role::Message) || is(Role::Specific);
        let counts = is(Role::Code) || is(Role::Status) || is(Role::CodeWord);
        known += usize::from(said && tells || scalar && counts);
    }
    known >= 2
}

/// An object around errors: `{"Error": [{…}]}`.
fn holds_errors(object: &Json) -> bool {
    let members = object.as_object().unwrap_or_default();
    members.iter().any(|(name, value)| {
        let is_list = matches!(value, Json::List(_) | Json::Object(_));
        let name = squeezed(name);
        let named = matches!(
            name.as_str(),
            "error" | "errors" | "errordetail" | "err" | "fault"
        );
        let objects = value.as_list().unwrap_or_default();
        let of_objects = objects
            .first()
            .is_some_and(|value| value.as_object().is_some());
        let in_fields = matches!(
            name.as_str(),
            "message" | "messages" | "fields" | "violations"
        );
        is_list && named || of_objects && in_fields
    })
}

/// `["ERROR_TOKEN", "The token is invalid"]`, `["error", 10100, "apikey: invalid"]`: one error, its
/// parts by place.
fn as_tuple(values: &[Json], origin: EntryOrigin, whole: &Json) -> Option<Entry> {
    if !(2..=4).contains(&values.len()) || values.iter().any(|v| v.to_text().is_none()) {
        return None;
    }
    let first = values[0].as_text()?;
    let coded = first.contains('_') && is_plain_code(first);
    let marked = is_marker(first) && first.eq_ignore_ascii_case("error");
    if !coded && !marked {
        return None;
    }
    let rest = &values[1..];
    let sentence = rest
        .iter()
        .filter_map(Json::as_text)
        .find(|text| text.contains(' '))?;
    let number = rest.iter().find(|value| matches!(value, Json::Number(_)));
    let code = if coded {
        Some(first.to_owned())
    } else {
        number.and_then(Json::to_text)
    };
    Some(Entry {
        code,
        detail: Some(sentence.to_owned()),
        origin,
        raw: whole.to_string(),
        ..Entry::default()
    })
}

/// A text in a list of errors.
fn text_entry(said: &str, origin: EntryOrigin) -> Option<Entry> {
    let trimmed = said.trim();
    if trimmed.is_empty() {
        return None;
    }
    let mut entry = Entry {
        origin,
        raw: Json::Text(said.to_owned()).to_string(),
        ..Entry::default()
    };
    if is_plain_code(trimmed) {
        entry.code = Some(trimmed.to_owned());
        // `unauthorized` may be meant for people as well.
        entry.detail = is_bare_word(trimmed).then(|| said.to_owned());
        return Some(entry);
    }
    entry.detail = Some(said.to_owned());
    entry.code = leading_code(said).map(str::to_owned);
    if entry.code.is_none() && is_coded_sentence(trimmed) {
        entry.code = Some(trimmed.to_owned());
    }
    Some(entry)
}

fn is_bare_word(text: &str) -> bool {
    text.trim().bytes().all(|b| b.is_ascii_lowercase())
}

/// `EAPI:Invalid key`: the group, a colon and the words are one code.
fn is_coded_sentence(text: &str) -> bool {
    let Some((group, words)) = text.split_once(':') else {
        return false;
    };
    text.len() <= 60
        && (2..=20).contains(&group.len())
        && group.starts_with(|c: char| c.is_ascii_uppercase())
        && group.bytes().all(|b| b.is_ascii_alphanumeric())
        && words.starts_with(|c: char| c.is_ascii_alphabetic())
        && !is_marker(group)
}

/// A name short enough to be repeated in many entries.
fn start_of(name: &str) -> &str {
    match name.char_indices().nth(200) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}

/// What may be made of JSON in no known shape whose answer refuses: its longest sentence, and the
/// first word that looks like a code.
pub fn loose(value: &Json) -> Option<Entry> {
    let mut sentence: Option<&str> = None;
    let mut code: Option<&str> = None;
    let mut left = 2_000;
    look(value, &mut left, &mut |text| {
        let is_sentence = text.split_whitespace().count() >= 3;
        if is_sentence && sentence.is_none_or(|known| known.len() < text.len()) {
            sentence = Some(text);
        }
        let joined = text.contains('_') || !text.bytes().any(|b| b.is_ascii_lowercase());
        if code.is_none() && joined && is_plain_code(text.trim()) {
            code = Some(text.trim());
        }
    });
    let detail = sentence.map(str::to_owned);
    detail.as_ref()?;
    Some(Entry {
        detail,
        code: code.map(str::to_owned),
        origin: EntryOrigin::Vendor,
        raw: value.to_string(),
        ..Entry::default()
    })
}

fn look<'a>(value: &'a Json, left: &mut usize, see: &mut impl FnMut(&'a str)) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    match value {
        Json::Text(text) => see(text),
        Json::List(values) => values.iter().for_each(|value| look(value, left, see)),
        Json::Object(members) => {
            members.iter().for_each(|(_, value)| look(value, left, see));
        }
        _ => {}
    }
}
