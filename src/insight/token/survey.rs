//! Who a token is and what it can see, learnt by calls that change nothing. This plans one call
//! after the other and keeps what each said; it sends nothing itself. Which calls tell most, the
//! pack of the API says; of an API that no pack knows, nothing is asked.

use crate::insight::Exchange;
use crate::insight::api::endpoint::{Endpoint, endpoints_at};
use crate::insight::api::knowledge::{Knowledge, at};
use crate::insight::facts::{id_of, records};
use crate::insight::json::{self, Json};
use crate::insight::matrix::{Access, Answer};
use crate::model::{
    Auth, Environment, ExchangeId, RequestSpec, Response, TokenName, TokenRef, limits,
};
use std::sync::Arc;

/// No survey makes more calls.
pub const MOST_CALLS: usize = 10;

/// Names of an answer's items that are kept to be shown.
const NAMES: usize = 3;

/// Where an answer that no pack knows may tell whose a token is: the claims of OpenID Connect, and
/// scopes as RFC 7662 has them.
const USUAL_PLACES: [(&str, &str); 6] = [
    ("name", "/name"),
    ("name", "/preferred_username"),
    ("name", "/email"),
    ("name", "/sub"),
    ("roles", "/roles"),
    ("scopes", "/scope"),
];

/// The calls that a pack has for a survey, as they are appended to the base of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Plan {
    who: Option<Who>,
    /// What each shows, and its path, which may hold a `{place}`.
    lists: Vec<(String, String)>,
    endpoints: Vec<Endpoint>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Who {
    path: String,
    /// What is told of whoever asks, and where it stands: a pointer, or `header NAME`.
    places: Vec<(String, String)>,
}

/// What one call of a survey said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    pub id: ExchangeId,
    pub purpose: String,
    pub path: String,
    /// `200`, `403 forbidden`, or why no answer came.
    pub said: String,
    /// How many items the answer lists, where it is a list.
    pub items: Option<usize>,
    /// The first few of them by name.
    pub names: Vec<String>,
    access: Access,
    /// The id of the first item.
    first: Option<String>,
}

/// Something that the API says this token may do, and where it said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    pub may: String,
    pub of: String,
}

/// What was found out about a token so far. It is planned and filled call by call, and can be shown
/// at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The token as it went out.
    pub token: Option<TokenRef>,
    /// What the API says of the person or account behind it: a word, and what it is.
    pub who: Vec<(String, String)>,
    pub sights: Vec<Sight>,
    /// From `meta.permissions`, wherever it stood.
    pub permissions: Vec<Permission>,
    /// Why it ended before its time.
    pub ended: Option<String>,
    /// As people call the API whose pack said what to ask.
    pub api: Option<String>,
    plan: Arc<Plan>,
}

impl Sight {
    /// What was seen: how many items, and the first of them by name.
    pub fn seen(&self) -> String {
        match (self.items, self.names.as_slice()) {
            (Some(0), _) => "none of them".to_owned(),
            (Some(count), []) => format!("{count} of them"),
            (Some(count), names) if count > names.len() => {
                format!("{count}: {}, …", names.join(", "))
            }
            (Some(count), names) => format!("{count}: {}", names.join(", ")),
            (None, _) => String::new(),
        }
    }
}

impl Survey {
    /// What is to be asked of the API of an environment.
    pub fn of(knowledge: &Knowledge, environment: &Environment) -> Survey {
        let prefix = knowledge.prefix_under(&environment.base_url);
        let under = |path: &str| format!("{prefix}{path}");
        let mut plan = Plan {
            endpoints: knowledge.endpoints(&environment.base_url),
            ..Plan::default()
        };
        if let Some(calls) = knowledge.calls() {
            plan.who = calls.who_am_i.as_ref().map(|who| {
                let named = [
                    ("name", &who.name),
                    ("roles", &who.roles),
                    ("scopes", &who.scopes),
                ];
                let places = named
                    .into_iter()
                    .filter_map(|(name, place)| Some((name.to_owned(), place.clone()?)));
                Who {
                    path: under(&who.path),
                    places: places.collect(),
                }
            });
            let lists = calls.lists.iter();
            plan.lists = lists
                .map(|list| (list.title.clone(), under(&list.path)))
                .collect();
        }
        // What a person said of their own API counts more than what its pack says.
        if let Some(path) = &environment.who_am_i
            && plan.who.as_ref().is_none_or(|who| who.path != *path)
        {
            let usual = USUAL_PLACES.iter();
            let places = usual.map(|(name, place)| ((*name).to_owned(), (*place).to_owned()));
            plan.who = Some(Who {
                path: path.clone(),
                places: places.collect(),
            });
        }
        let is_empty = plan.who.is_none() && plan.lists.is_empty();
        Survey {
            ended: is_empty.then(|| {
                "No pack of knowledge says which calls of this API tell who a token is, and nothing is guessed."
                    .to_owned()
            }),
            api: knowledge.title().map(str::to_owned),
            plan: Arc::new(plan),
            ..Survey::default()
        }
    }

    /// The next call; `None` when all is asked, or going on would teach nothing.
    pub fn next(&self, token: &TokenName) -> Option<RequestSpec> {
        if self.ended.is_some() || self.sights.len() >= MOST_CALLS {
            return None;
        }
        let path = self.paths().into_iter().find(|path| !self.has(path))?;
        let mut spec = RequestSpec::new("GET", format!("{{{{base}}}}{path}"));
        spec.auth = Auth::Bearer(token.clone());
        Some(spec)
    }

    /// All that is to be asked, as far as it is known by now.
    fn paths(&self) -> Vec<String> {
        let who = self.plan.who.iter().map(|who| who.path.clone());
        let lists = self
            .plan
            .lists
            .iter()
            .filter_map(|(_, path)| self.filled(path));
        who.chain(lists).collect()
    }

    /// The path with its place filled from the first item of the list before it; `None` while
    /// that list was not seen.
    fn filled(&self, path: &str) -> Option<String> {
        let Some((list, rest)) = path.split_once("/{") else {
            return Some(path.to_owned());
        };
        let (_, behind) = rest.split_once('}')?;
        let sight = self.sights.iter().find(|sight| sight.path == list)?;
        Some(format!("{list}/{}{behind}", sight.first.as_ref()?))
    }

    /// What a call is for: by the endpoint that it is of, else by the list.
    fn purpose(&self, path: &str) -> String {
        let bare = path.split('?').next().unwrap_or(path);
        if let Some(endpoint) = endpoints_at(&self.plan.endpoints, bare).first() {
            return endpoint.purpose.clone();
        }
        let is_it = |own: &str| self.filled(own).as_deref() == Some(path);
        let lists = self.plan.lists.iter();
        let mut titles = lists
            .filter(|(_, own)| is_it(own))
            .map(|(title, _)| title.clone());
        let who = self.plan.who.iter().filter(|who| who.path == path);
        let who = who.map(|_| "who this token is".to_owned());
        who.chain(titles.next()).next().unwrap_or_default()
    }

    fn has(&self, path: &str) -> bool {
        self.sights.iter().any(|sight| sight.path == path)
    }

    /// Takes an answer in.
    pub fn take(&mut self, exchange: &Exchange, knowledge: &Knowledge) {
        let answer = Answer::of(exchange, knowledge);
        let typed = exchange.typed.url.as_str();
        let path = typed.strip_prefix("{{base}}").unwrap_or(typed).to_owned();
        let purpose = self.purpose(&path);
        if self.token.is_none() {
            self.token = exchange.token().cloned();
        }
        let body = exchange
            .outcome
            .response()
            .filter(|response| response.body.len() <= limits::ERROR_BYTES);
        let text = body.and_then(|response| std::str::from_utf8(&response.body).ok());
        let document = text.and_then(|text| json::read(text).value);
        let access = answer.alone();
        if let Some(document) = document.as_ref().filter(|_| access == Access::Allowed) {
            if let Some(who) = self.plan.who.as_ref().filter(|who| who.path == path) {
                self.who = told(who, document, body);
            }
            self.permit(document, &path);
        }
        let first = document.as_ref().and_then(records);
        let first = first.and_then(<[Json]>::first).and_then(id_of);
        self.sights.push(Sight {
            id: exchange.id.clone(),
            purpose,
            said: answer.said(),
            items: answer.items,
            names: document.as_ref().map(names).unwrap_or_default(),
            access,
            first: first.filter(|id| is_plain(id) && access == Access::Allowed),
            path,
        });
        self.ended = self.why_to_end(&answer);
    }

    /// Whether more calls would teach nothing, or do harm.
    fn why_to_end(&self, answer: &Answer) -> Option<String> {
        if let Some(failure) = &answer.failure {
            return Some(format!("{} {}", failure.message, failure.hint));
        }
        if matches!(answer.summary.status, Some(429 | 503)) {
            return Some("The API asks to be left alone, so nothing more was asked.".to_owned());
        }
        let refused = |sight: &Sight| sight.access == Access::UnknownToken;
        (self.sights.len() == 2 && self.sights.iter().all(refused))
            .then(|| "The API does not accept this token, so nothing more was asked.".to_owned())
    }

    /// Whether the token was not accepted anywhere.
    pub fn is_refused(&self) -> bool {
        let refused = |sight: &Sight| sight.access == Access::UnknownToken;
        self.sights.len() >= 2 && self.sights.iter().all(refused)
    }

    /// What a call says beside the others: a token that is accepted elsewhere is known.
    pub fn access(&self, sight: &Sight) -> Access {
        let known = |other: &Sight| matches!(other.access, Access::Allowed | Access::Denied);
        match sight.access {
            Access::UnknownToken if self.sights.iter().any(known) => Access::Denied,
            access => access,
        }
    }

    /// Takes `meta.permissions` from wherever it stands.
    fn permit(&mut self, document: &Json, path: &str) {
        let mut found = Vec::new();
        gather(document, path, &mut found);
        for permission in found {
            if !self.permissions.contains(&permission) {
                self.permissions.push(permission);
            }
        }
    }
}

/// An id that can stand in a path as it is. It comes from the server and goes into a URL.
fn is_plain(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    !id.is_empty() && id.len() <= 64 && id.chars().all(fits)
}

/// What an answer says of whoever asks: all that is short, and what stands where the pack says.
fn told(who: &Who, document: &Json, response: Option<&Response>) -> Vec<(String, String)> {
    let mut rows = attributes(document);
    for (name, place) in &who.places {
        let text = match place.strip_prefix("header ") {
            Some(header) => response
                .and_then(|response| response.headers.get(header))
                .map(|text| text.into_owned()),
            None => {
                let found: Vec<String> = at(document, place)
                    .flat_map(|value| match value {
                        Json::List(values) => values.iter().filter_map(described).collect(),
                        other => described(other).into_iter().collect::<Vec<_>>(),
                    })
                    .collect();
                (!found.is_empty()).then(|| found.join(", "))
            }
        };
        if let Some(text) = text.filter(|text| !rows.iter().any(|(_, known)| known == text)) {
            rows.push((name.clone(), text));
        }
    }
    rows.truncate(MOST_ROWS);
    rows
}

/// More is not read by anybody.
const MOST_ROWS: usize = 24;

fn attributes(document: &Json) -> Vec<(String, String)> {
    let data = document.get("data").unwrap_or(document);
    let attributes = data.get("attributes").unwrap_or(data);
    let mut who = Vec::new();
    let id = data.get("id").and_then(Json::to_text);
    who.extend(id.map(|id| ("id".to_owned(), id)));
    for (name, value) in attributes.as_object().unwrap_or_default() {
        match value {
            Json::List(values) => {
                let words: Vec<String> = values.iter().filter_map(described).collect();
                if !words.is_empty() {
                    who.push((name.clone(), words.join(", ")));
                }
            }
            value => who.extend(value.to_text().map(|text| (name.clone(), text))),
        }
    }
    who
}

/// A role, or whatever else stands in a list: its name, and what it is for.
fn described(value: &Json) -> Option<String> {
    if let Some(text) = value.to_text() {
        return Some(text);
    }
    let text = |name: &str| value.get(name).and_then(Json::to_text);
    let name = text("name")
        .or_else(|| text("key"))
        .or_else(|| text("id"))?;
    Some(match (text("resource_type"), text("resource_id")) {
        (Some(kind), Some(id)) => format!("{name} of {kind} {id}"),
        _ => name,
    })
}

fn names(document: &Json) -> Vec<String> {
    let items = records(document).unwrap_or_default();
    let name = |item: &Json| {
        let attributes = item.get("attributes").unwrap_or(item);
        let named = ["name", "email", "title", "id"].iter();
        let mut named = named.filter_map(|name| attributes.get(name)?.to_text());
        named.next().or_else(|| item.get("id")?.to_text())
    };
    items.iter().filter_map(name).take(NAMES).collect()
}

fn gather(value: &Json, of: &str, found: &mut Vec<Permission>) {
    match value {
        Json::List(values) => values.iter().for_each(|value| gather(value, of, found)),
        Json::Object(members) => {
            let text = |name: &str| value.get(name).and_then(Json::to_text);
            let own = text("type").zip(text("id"));
            let own = own.map_or_else(|| of.to_owned(), |(kind, id)| format!("{kind} {id}"));
            let listed = value.get("meta").and_then(|meta| meta.get("permissions"));
            for permission in listed.and_then(Json::as_list).unwrap_or_default() {
                let words = match permission {
                    Json::Object(members) => {
                        let words = members.iter().filter_map(|(_, value)| value.to_text());
                        words.collect::<Vec<_>>().join(" ")
                    }
                    other => other.to_text().unwrap_or_default(),
                };
                if !words.is_empty() {
                    found.push(Permission {
                        may: words,
                        of: own.clone(),
                    });
                }
            }
            let inner = members.iter().filter(|(name, _)| name != "meta");
            inner.for_each(|(_, value)| gather(value, &own, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::api::calls::{Calls, ListCall, WhoAmI};
    use crate::insight::api::knowledge::Pack;
    use crate::model::{Outcome, Timestamp, resolve};
    use std::time::Duration;

    #[test]
    fn a_call_that_a_person_named_is_asked_before_what_the_pack_has() {
        let own = Environment {
            base_url: "https://own.example".into(),
            who_am_i: Some("/self".into()),
            ..Environment::default()
        };
        let token = TokenName::new("desk").unwrap();
        for knowledge in [Knowledge::default(), knowledge()] {
            let survey = Survey::of(&knowledge, &own);
            assert_eq!(survey.next(&token).unwrap().url, "{{base}}/self");
        }
    }

    /// What a pack says of an API of shelves and books.
    fn knowledge() -> Knowledge {
        let list = |path: &str| ListCall {
            title: path.rsplit('/').next().unwrap_or_default().to_owned(),
            path: path.to_owned(),
        };
        let paths = [
            "/shelves",
            "/shelves/{shelf}/folders",
            "/books",
            "/books/{book}",
            "/books/{book}/pages",
            "/readers",
        ];
        let pack = Arc::new(Pack {
            id: "library".into(),
            title: "Library".into(),
            base_path: "/api".into(),
            calls: Calls {
                who_am_i: Some(WhoAmI {
                    path: "/me".into(),
                    scopes: Some("header x-scopes".into()),
                    ..WhoAmI::default()
                }),
                lists: paths.iter().map(|path| list(path)).collect(),
                ..Calls::default()
            },
            ..Pack::default()
        });
        Knowledge {
            packs: vec![pack.clone()],
            api: Some(pack),
            ..Knowledge::default()
        }
    }

    fn token() -> TokenName {
        TokenName::new("support").unwrap()
    }

    /// A server that says this to each path.
    fn surveyed(say: impl Fn(&str) -> (u16, &'static str)) -> Survey {
        let place = Environment {
            base_url: "https://api.acme.example".into(),
            ..Environment::default()
        };
        let knowledge = knowledge();
        let mut survey = Survey::of(&knowledge, &place);
        let mut number = 0;
        while let Some(typed) = survey.next(&token()) {
            number += 1;
            let (status, body) = say(typed.url.strip_prefix("{{base}}").unwrap());
            let exchange =
                crate::insight::redact::Mask::default().exchange(crate::model::RawExchange {
                    case: None,
                    id: ExchangeId::from_number(number),
                    environment: "acme".into(),
                    sent: resolve(&typed, &place).unwrap(),
                    typed,
                    outcome: Outcome::Answered(Response {
                        status,
                        body: body.as_bytes().to_vec(),
                        ..Response::default()
                    }),
                    redirects: Vec::new(),
                    attempts: 1,
                    unverified: Vec::new(),
                    probe_of: None,
                    run: None,
                    origin: Default::default(),
                    started_at: Timestamp::UNIX_EPOCH,
                    took: Duration::ZERO,
                });
            assert!(exchange.sent.method == "GET", "a survey changes nothing");
            survey.take(&exchange, &knowledge);
            assert!(number <= MOST_CALLS as u64);
        }
        survey
    }

    #[test]
    fn the_first_item_of_a_list_is_looked_into() {
        let survey = surveyed(|path| match path {
            "/api/books" => (
                200,
                "{\"data\":[{\"id\":\"7\",\"type\":\"runbook\",\"attributes\":{\"name\":\"Move\"}}]}",
            ),
            "/api/books/7/pages" => (403, "{\"errors\":[{\"code\":\"forbidden\"}]}"),
            "/api/me" => (404, "{}"),
            _ => (200, "{\"data\":[]}"),
        });
        let paths: Vec<&str> = survey.sights.iter().map(|s| s.path.as_str()).collect();
        assert!(paths.contains(&"/api/books/7") && paths.contains(&"/api/books/7/pages"));
        let books = survey
            .sights
            .iter()
            .find(|s| s.path == "/api/books")
            .unwrap();
        assert_eq!(
            (books.items, books.names[0].as_str(), books.purpose.as_str()),
            (Some(1), "Move", "books")
        );
        assert!(survey.ended.is_none());
    }

    #[test]
    fn permissions_are_collected_from_wherever_they_stand() {
        let survey = surveyed(|path| match path {
            "/api/shelves" => (200, "{\"data\":[{\"id\":\"1\"}]}"),
            "/api/shelves/1/folders" => (
                200,
                "{\"data\":[{\"id\":\"4\",\"type\":\"folder\",\"meta\":{\"permissions\":[{\"type\":\"create\",\"resource\":\"runbook\"},\"show\"]}}]}",
            ),
            _ => (200, "{\"data\":[]}"),
        });
        let said: Vec<_> = survey
            .permissions
            .iter()
            .map(|p| format!("{}: {}", p.of, p.may))
            .collect();
        assert_eq!(said, ["folder 4: create runbook", "folder 4: show"]);
    }

    #[test]
    fn a_token_that_is_not_accepted_is_not_asked_about_further() {
        let survey = surveyed(|_| (401, "{}"));
        assert_eq!(survey.sights.len(), 2);
        assert!(survey.ended.unwrap().contains("does not accept"));
        // One that is accepted somewhere is known.
        let survey = surveyed(|path| match path {
            "/api/me" => (401, "{}"),
            _ => (200, "{\"data\":[]}"),
        });
        assert_eq!(survey.access(&survey.sights[0]), Access::Denied);
    }

    #[test]
    fn a_server_that_has_enough_is_left_alone_and_a_strange_id_goes_nowhere() {
        assert_eq!(surveyed(|_| (429, "")).sights.len(), 1);
        let survey = surveyed(|_| (200, "{\"data\":[{\"id\":\"../{{token:admin}}\"}]}"));
        let paths: Vec<&str> = survey.sights.iter().map(|s| s.path.as_str()).collect();
        assert_eq!(
            paths,
            ["/api/me", "/api/shelves", "/api/books", "/api/readers"]
        );
    }

    #[test]
    fn who_it_is_is_told_with_the_roles() {
        let survey = surveyed(|path| match path {
            "/api/me" => (
                200,
                "{\"data\":{\"id\":\"3\",\"attributes\":{\"name\":\"Sam\",\"archived\":false,\"roles\":[{\"name\":\"Runbook Editor\",\"resource_type\":\"runbook\",\"resource_id\":7},{\"name\":\"Developer\"}]}}}",
            ),
            _ => (200, "{\"data\":[]}"),
        });
        let said = |word: &str| {
            survey
                .who
                .iter()
                .find(|(name, _)| name == word)
                .unwrap()
                .1
                .as_str()
        };
        assert_eq!(said("name"), "Sam");
        assert_eq!(said("roles"), "Runbook Editor of runbook 7, Developer");
    }

    #[test]
    fn of_an_api_that_no_pack_knows_nothing_is_asked() {
        let survey = Survey::of(&Knowledge::default(), &Environment::default());
        assert_eq!(survey.next(&token()), None);
        assert!(survey.ended.unwrap().contains("nothing is guessed"));
    }
}
