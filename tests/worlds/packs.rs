//! What the maker of a practice API would write down of it, as a pack of knowledge: made from the
//! same data that the API is played from, and handed to the program as a person's own pack.

use super::land::{Does, Land};
use super::{About, Kind, Said, Style, Why};
use httriage::insight::{Entry, challenges, error_body};
use httriage::model::{Headers, Response};
use std::collections::BTreeMap;

/// The pack of a world that is told by its style.
pub fn of_style(style: &Style) -> String {
    let [workspaces, runbooks, tasks] = style.nouns;
    let mut endpoints = vec![
        ("GET", format!("/{workspaces}")),
        ("GET", format!("/{workspaces}/{{id}}")),
        ("GET", format!("/{runbooks}")),
        ("POST", format!("/{runbooks}")),
        ("GET", format!("/{runbooks}/{{id}}")),
        ("PATCH", format!("/{runbooks}/{{id}}")),
        ("PATCH", format!("/{runbooks}/{{id}}/start")),
        ("GET", format!("/{runbooks}/{{id}}/{tasks}")),
        ("POST", format!("/{runbooks}/{{id}}/{tasks}")),
        ("GET", format!("/{runbooks}/{{id}}/{tasks}/{{task}}")),
    ];
    let more = [
        "users",
        "users/{id}",
        "audit",
        "upload",
        "old",
        "down",
        "slow",
        "broken",
        "flaky",
    ];
    endpoints.extend(more.map(|path| ("GET", format!("/{path}"))));
    let archived = style.archived_filter.map(|name| format!("{name}=true"));
    let credential = match style.token {
        Kind::Hex => "length = [48, 48]\nalphabet = \"hex\"\n",
        Kind::Jwt => "prefix = \"eyJ\"\n",
        Kind::Opaque => &format!("prefix = \"{}_\"\nlength = [21, 21]\n", &style.name[..3]),
    };
    let lists = [workspaces, runbooks, "users"].map(str::to_owned);
    text(&Told {
        name: style.name,
        prefix: style.prefix,
        who: style.who_am_i.map(|path| format!("/{path}")),
        lists: &lists,
        endpoints: &endpoints,
        credential: credential.to_owned(),
        versions: &["2022-02-22"],
        archived,
        says: style.says,
    })
}

/// The pack of a land.
pub fn of_land(land: &Land) -> String {
    let mut endpoints = Vec::new();
    let mut lists = Vec::new();
    let mut who = None;
    for way in land.ways {
        let path = way.pattern.replace('*', "{id}");
        for method in way.methods.split(' ') {
            endpoints.push((method, format!("/{path}")));
        }
        match way.does {
            Does::Who => who = Some(format!("/{path}")),
            Does::Serve if !path.contains('/') => lists.push(path),
            _ => {}
        }
    }
    let values = (land.people)(0).into_iter().map(|holder| holder.value);
    let values: Vec<String> = values.filter(|value| !value.is_empty()).collect();
    let archived = land.archived.map(|(name, value)| format!("{name}={value}"));
    text(&Told {
        name: land.name,
        prefix: land.prefix,
        who,
        lists: &lists,
        endpoints: &endpoints,
        credential: credential(&values),
        versions: land.versions,
        archived,
        says: land.says,
    })
}

/// How tokens look, by those that were given out.
fn credential(values: &[String]) -> String {
    let first = &values[0];
    if first.starts_with("eyJ") {
        return "prefix = \"eyJ\"\n".to_owned();
    }
    let shared = |length: usize| {
        values
            .iter()
            .all(|value| value.starts_with(&first[..length]))
    };
    let mark = first
        .rfind(['_', '-', '.'])
        .map(|at| at + 1)
        .filter(|at| shared(*at));
    let lengths = values.iter().map(String::len);
    let (least, most) = (lengths.clone().min().unwrap(), lengths.max().unwrap());
    let prefix = mark.map_or("", |at| &first[..at]);
    let hex = values
        .iter()
        .all(|value| value.bytes().all(|b| b.is_ascii_hexdigit()));
    let more = if hex {
        "alphabet = \"hex\"\nsamples = [\"56115e8b\"]\n"
    } else {
        ""
    };
    format!("prefix = \"{prefix}\"\nlength = [{least}, {most}]\n{more}")
}

struct Told<'a> {
    name: &'a str,
    prefix: &'a str,
    who: Option<String>,
    lists: &'a [String],
    endpoints: &'a [(&'a str, String)],
    credential: String,
    versions: &'a [&'a str],
    archived: Option<String>,
    says: fn(Why, &About) -> Said,
}

fn text(told: &Told) -> String {
    let mut text = format!(
        "id = \"{0}\"\ntitle = \"{0}\"\nbase_path = \"{1}\"\nweb_paths = [\"/#/app/**\", \"/app/**\"]\n\
         [[credential]]\nid = \"token\"\nkind = \"token\"\nplaces = [\"header authorization bearer\"]\n\
         reading = true\n{2}",
        told.name, told.prefix, told.credential
    );
    let versions: Vec<String> = told.versions.iter().map(|v| format!("{v:?}")).collect();
    text.push_str(&format!(
        "[[request_header]]\nname = \"Api-Version\"\nsays = \"version\"\nform = \"date\"\n\
         known = [{}]\ncause = \"version.unsupported\"\nreading = true\n",
        versions.join(", ")
    ));
    if let Some(who) = &told.who {
        text.push_str(&format!("[calls.who_am_i]\npath = \"{who}\"\n"));
    }
    for list in told.lists {
        text.push_str(&format!(
            "[[calls.list]]\ntitle = \"{list}\"\npath = \"/{list}\"\n"
        ));
    }
    for (method, path) in told.endpoints {
        text.push_str(&format!(
            "[[endpoint]]\nmethod = \"{method}\"\npath = \"{path}\"\npurpose = \"\"\nreading = true\n"
        ));
    }
    text.push_str(&codes(told.says));
    text.push_str(&sentences(told.says));
    let archived = told
        .archived
        .as_ref()
        .map(|query| format!("archived = \"{query}\""));
    let family = include_str!("family.toml");
    text.push_str(&family.replace("ARCHIVED", &archived.unwrap_or_default()));
    text
}

/// What the documentation says of each code: what it means where it means one thing alone.
fn codes(says: fn(Why, &About) -> Said) -> String {
    let mut meanings: BTreeMap<(u16, String), Vec<&str>> = BTreeMap::new();
    for (why, causes) in MEANINGS {
        let said = says(*why, &About::default());
        for code in codes_of(&said) {
            let known = meanings.entry((said.status, code)).or_default();
            known.extend(
                causes
                    .iter()
                    .filter(|cause| !known.contains(cause))
                    .copied()
                    .collect::<Vec<_>>(),
            );
        }
    }
    let mut text = String::new();
    let mut named: Vec<&str> = Vec::new();
    for ((status, code), causes) in &meanings {
        if !named.contains(&code.as_str()) {
            named.push(code);
            text.push_str(&format!(
                "[[code]]\ncode = {code:?}\ncauses = {causes:?}\nreading = true\n"
            ));
        }
        let of_token = causes.iter().all(|cause| cause.starts_with("token."));
        if of_token && causes.len() > 1 {
            let rejected = causes.iter().find(|cause| **cause == "token.rejected");
            let first = rejected.unwrap_or(&causes[0]);
            let also: Vec<_> = causes.iter().filter(|cause| *cause != first).collect();
            // The more a code stands for, the less it says.
            let sure = 0.35 + 0.25 / also.len() as f32;
            text.push_str(&format!(
                "[[answer]]\nstatus = [{status}]\ncode = [{code:?}]\ncause = \"{first}\"\nalso = {also:?}\nsure = {sure:.2}\nreading = true\n"
            ));
            if causes.contains(&"token.missing") {
                text.push_str(&format!(
                    "[[answer]]\nstatus = [{status}]\ncode = [{code:?}]\ncredential = [\"none\"]\ncause = \"token.missing\"\nsure = 0.9\nreading = true\n"
                ));
            }
        }
        if let [cause] = causes[..] {
            text.push_str(&format!(
                "[[answer]]\nstatus = [{status}]\ncode = [{code:?}]\ncause = \"{cause}\"\nsure = 0.85\nreading = true\n"
            ));
        }
    }
    text
}

/// What the documentation says of fixed sentences that stand for one thing alone.
fn sentences(says: fn(Why, &About) -> Said) -> String {
    let mut meanings: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (why, causes) in MEANINGS {
        for detail in details_of(&says(*why, &About::default())) {
            let known = meanings.entry(detail).or_default();
            let new: Vec<&str> = causes
                .iter()
                .filter(|cause| !known.contains(cause))
                .copied()
                .collect();
            known.extend(new);
        }
    }
    let mut text = String::new();
    let all: Vec<String> = meanings.keys().cloned().collect();
    for (sentence, causes) in meanings {
        let words = sentence.split_whitespace().count();
        // What another sentence begins with would be found in that one, too.
        let stem = sentence.trim_end_matches('.');
        if all
            .iter()
            .any(|other| *other != sentence && other.contains(stem))
        {
            continue;
        }
        let (also, sure) = match (causes.as_slice(), words) {
            ([_], 2..=9) => (&causes[1..], 0.85),
            // Said of a token whose time has come, or has not; probes tell the rest apart.
            (["token.expired", "token.not_yet_valid"], 2..=9) => (&causes[1..], 0.7),
            _ => continue,
        };
        text.push_str(&format!(
            "[[answer]]\nwords = [{sentence:?}]\ncause = \"{}\"\nalso = {also:?}\nsure = {sure}\nreading = true\n",
            causes[0]
        ));
    }
    text
}

fn details_of(said: &Said) -> Vec<String> {
    let entries = entries_of(said).into_iter();
    let details = entries.filter_map(|entry| entry.detail);
    // Phrases have signs of their own.
    let plain = |text: String| text.replace(['*', '|', '~', '#', ':'], " ");
    details.map(plain).collect()
}

fn entries_of(said: &Said) -> Vec<Entry> {
    error_body(&response(said)).entries
}

fn response(said: &Said) -> Response {
    Response {
        status: said.status,
        headers: Headers::from_iter(said.headers.clone()),
        body: said.body.clone().into_bytes(),
        ..Response::default()
    }
}

fn codes_of(said: &Said) -> Vec<String> {
    let response = response(said);
    let entries = entries_of(said);
    let mut codes: Vec<String> = entries.into_iter().filter_map(|entry| entry.code).collect();
    for challenge in challenges(&response.headers) {
        codes.extend(challenge.parameter("error").map(str::to_owned));
    }
    codes.dedup();
    codes
}

/// What a reason is called; several where the documentation leaves it open.
const MEANINGS: &[(Why, &[&str])] = &[
    (Why::NoToken, &["token.missing"]),
    (Why::Scheme, &["token.scheme"]),
    (Why::Malformed, &["token.wrong_shape"]),
    (Why::Unknown, &["token.rejected"]),
    (Why::Revoked, &["token.rejected"]),
    (Why::Expired, &["token.expired"]),
    (Why::NotYet, &["token.not_yet_valid"]),
    (Why::Elsewhere, &["token.wrong_instance"]),
    (Why::Role, &["permission.missing_role"]),
    (Why::Scope, &["permission.missing_scope"]),
    (
        Why::NotFound,
        &["resource.absent", "resource.hidden_by_permission"],
    ),
    (Why::Archived, &["resource.archived"]),
    (Why::Parent, &["resource.parent_absent"]),
    (Why::Route, &["path.unknown"]),
    (Why::Method, &["request.wrong_method"]),
    (Why::NotBuilt, &["endpoint.not_implemented"]),
    (Why::CoreOld, &["core.outdated"]),
    (Why::Version, &["version.unsupported"]),
    (Why::CoreUrl, &["request.core_url"]),
    (Why::Json, &["request.malformed_body"]),
    (Why::MediaType, &["request.content_type"]),
    (Why::MissingParameter, &["request.missing_parameter"]),
    (Why::InvalidParameter, &["request.invalid_parameter"]),
    (Why::Values, &["request.validation"]),
    (Why::Conflict, &["request.conflict"]),
    (Why::TooLarge, &["request.too_large"]),
    (Why::Limit, &["rate.token", "rate.ip"]),
    (Why::Broken, &["server.error", "server.intermittent"]),
    (Why::Unreachable, &["upstream.unreachable"]),
    (Why::Slow, &["upstream.timeout"]),
];
