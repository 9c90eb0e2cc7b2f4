//! Practice APIs that differ in all that an investigation must not rely on: the shapes of errors
//! and lists, words and languages, codes, statuses, prefixes, ids, kinds of tokens. What they
//! share is what is true: who may see what. Each case says the true cause of one broken call.

#![allow(dead_code)]

pub mod land;
pub mod lands;
pub mod measure;
pub mod packs;
pub mod styles;

use crate::faults::{Asked, Server, answer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a world has to say no for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    NoToken,
    Scheme,
    Malformed,
    Unknown,
    Revoked,
    Expired,
    NotYet,
    Elsewhere,
    Role,
    Scope,
    NotFound,
    Archived,
    Parent,
    Route,
    Method,
    NotBuilt,
    CoreOld,
    Version,
    CoreUrl,
    Json,
    MediaType,
    MissingParameter,
    InvalidParameter,
    Values,
    Conflict,
    TooLarge,
    Limit,
    Broken,
    Unreachable,
    Slow,
}

/// How a world says it: status, headers, body.
pub struct Said {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Said {
    pub fn json(status: u16, body: Value) -> Said {
        Said {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string(),
        }
    }

    pub fn text(status: u16, media_type: &str, body: &str) -> Said {
        Said {
            status,
            headers: vec![("content-type".into(), media_type.into())],
            body: body.to_owned(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Said {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// What a refusal is about, for worlds that name it.
#[derive(Clone, Default)]
pub struct About {
    pub name: String,
    pub pointer: String,
    pub detail: String,
}

/// What one world looks like from outside.
#[derive(Clone)]
pub struct Style {
    pub name: &'static str,
    pub prefix: &'static str,
    /// The names of workspaces, runbooks and tasks here.
    pub nouns: [&'static str; 3],
    /// An id as this world writes it.
    pub id: fn(u32) -> String,
    pub says: fn(Why, &About) -> Said,
    /// A list and one thing.
    pub list: fn(Vec<Value>) -> Value,
    pub one: fn(Value) -> Value,
    /// Attributes inside or beside the id.
    pub nested: bool,
    pub who_am_i: Option<&'static str>,
    pub token: Kind,
    /// Seconds by which the server's clock is ahead of ours; `None` sends no Date.
    pub skew: Option<i64>,
    /// An item that may not be seen is 404, else 403.
    pub hides: bool,
    pub archived_filter: Option<&'static str>,
    /// Whether a made-up route is refused before the token is looked at.
    pub routes_first: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Hex,
    Jwt,
    Opaque,
}

/// Who a token stands for.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub workspaces: Vec<u32>,
    pub runbooks: Vec<u32>,
    pub may_write: bool,
    pub admin: bool,
    pub state: State,
    pub scopes: Option<Vec<&'static str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Good,
    Revoked,
    Expired,
    Elsewhere,
}

pub struct World {
    pub style: Style,
    pub server: Server,
    pub tokens: HashMap<String, String>,
    inside: Arc<Inside>,
}

/// Things that a world does beside its style; switched on by the target's query or headers, which
/// would not be in a real one, or by the place that is asked for.
struct Inside {
    style: Style,
    people: HashMap<String, Person>,
    counts: Mutex<HashMap<String, u32>>,
    limits: Mutex<HashMap<String, Instant>>,
    violations: Mutex<Vec<String>>,
}

pub const TENANT: &str = "https://acme.example";

impl World {
    pub fn of(style: Style) -> World {
        let mut tokens = HashMap::new();
        let mut people = HashMap::new();
        let sees = |workspaces: &[u32], runbooks: &[u32]| Person {
            workspaces: workspaces.to_vec(),
            runbooks: runbooks.to_vec(),
            ..Person::default()
        };
        let cast: Vec<(&str, Person)> = vec![
            (
                "admin",
                Person {
                    admin: true,
                    may_write: true,
                    ..sees(&[1, 2], &[1, 2, 3, 9, 10])
                },
            ),
            ("reader", sees(&[1], &[1, 2])),
            ("nobody", sees(&[], &[])),
            (
                "revoked",
                Person {
                    state: State::Revoked,
                    ..sees(&[1], &[1])
                },
            ),
            (
                "expired",
                Person {
                    state: State::Expired,
                    ..sees(&[1], &[1])
                },
            ),
            (
                "foreign",
                Person {
                    state: State::Elsewhere,
                    ..sees(&[1], &[1])
                },
            ),
            (
                "scoped",
                Person {
                    scopes: Some(vec!["read"]),
                    may_write: true,
                    ..sees(&[1], &[1, 2])
                },
            ),
            ("limited", sees(&[1], &[1, 2])),
        ];
        for (place, (name, person)) in cast.into_iter().enumerate() {
            let value = value_of(&style, name, place as u32, &person);
            people.insert(value.clone(), person);
            tokens.insert(name.to_owned(), value);
        }
        let inside = Arc::new(Inside {
            style: style.clone(),
            people,
            counts: Mutex::default(),
            limits: Mutex::default(),
            violations: Mutex::default(),
        });
        let limited = tokens["limited"].clone();
        let serving = Arc::clone(&inside);
        let server = Server::doing(move |asked, stream| {
            let inside = &serving;
            let said = inside.answer(asked, &limited);
            let mut headers = String::new();
            for (name, value) in &said.headers {
                headers.push_str(&format!("{name}: {value}\r\n"));
            }
            if let Some(skew) = inside.style.skew {
                headers.push_str(&format!("date: {}\r\n", date(skew)));
            }
            let body = if asked.method == "HEAD" {
                ""
            } else {
                &said.body
            };
            let status = format!("{} {}", said.status, "X");
            let _ = stream.write_all(&answer(&status, &headers, body.as_bytes()));
            true
        });
        World {
            style,
            server,
            tokens,
            inside,
        }
    }

    /// Requests that came before the wait was over.
    pub fn early(&self) -> Vec<String> {
        self.inside.violations.lock().unwrap().clone()
    }

    /// The name of the filter by workspace.
    pub fn filter(&self) -> String {
        filter_of(&self.style)
    }

    pub fn path(&self, rest: &str) -> String {
        let [workspaces, runbooks, tasks] = self.style.nouns;
        let mut path = String::new();
        for part in rest.split('/') {
            let (part, query) = part
                .split_once('?')
                .map_or((part, None), |(p, q)| (p, Some(q)));
            path.push('/');
            path.push_str(&match part {
                "W" => workspaces.to_owned(),
                "R" => runbooks.to_owned(),
                "T" => tasks.to_owned(),
                _ => match part.strip_prefix('#').and_then(|n| n.parse().ok()) {
                    Some(number) => (self.style.id)(number),
                    None => part.to_owned(),
                },
            });
            if let Some(query) = query {
                path.push('?');
                path.push_str(query);
            }
        }
        format!("{}{}", self.style.prefix, path.replace("//", "/"))
    }
}

fn filter_of(style: &Style) -> String {
    format!("{}_id", style.nouns[0].trim_end_matches('s'))
}

pub fn date(skew: i64) -> String {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(skew);
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&now)
        .unwrap()
}

pub fn now_by(style: &Style) -> i64 {
    jiff::Timestamp::now().as_second() + style.skew.unwrap_or(0)
}

pub fn jwt(claims: Value) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({"alg": "HS256", "typ": "JWT"}));
    format!("{head}.{}.{}", part(claims), "Sg".repeat(22).split_at(43).0)
}

fn value_of(style: &Style, name: &str, place: u32, person: &Person) -> String {
    match style.token {
        Kind::Hex => {
            let mut value = String::new();
            for step in 0..12 {
                value.push_str(&format!("{:04x}", (place + 3) * 7919 * (step + 5) % 65_521));
            }
            value
        }
        Kind::Opaque => format!(
            "{}_{}{:016x}",
            &style.name[..3],
            name.len(),
            u64::from(place + 11).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1
        ),
        Kind::Jwt => {
            let now = now_by(style);
            let audience = if person.state == State::Elsewhere {
                "https://globex.example"
            } else {
                TENANT
            };
            let end = if person.state == State::Expired {
                now - 300
            } else {
                now + 7200
            };
            let mut claims = json!({
                "iss": "https://id.example", "aud": audience, "sub": name, "iat": now - 600, "exp": end,
            });
            if let Some(scopes) = &person.scopes {
                claims["scope"] = json!(scopes.join(" "));
            }
            jwt(claims)
        }
    }
}

impl Inside {
    fn say(&self, why: Why) -> Said {
        (self.style.says)(why, &About::default())
    }

    fn answer(&self, asked: &Asked, limited: &str) -> Said {
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let bearer = asked.header("authorization").unwrap_or("").to_owned();
        if let Some(said) = self.gateway(asked, path) {
            return said;
        }
        let rest = path
            .strip_prefix(self.style.prefix)
            .filter(|rest| rest.starts_with('/'));
        let parts: Vec<&str> = rest
            .map(|r| r[1..].split('/').collect())
            .unwrap_or_default();
        if rest.is_none() || self.style.routes_first && !self.is_route(&parts) {
            return self.say(Why::Route);
        }
        if let Some(version) = asked.header("api-version")
            && version != "2022-02-22"
        {
            return self.say(Why::Version);
        }
        if let Some(core) = asked.header("core-url") {
            if !core.starts_with("https://") {
                return self.say(Why::CoreUrl);
            }
            if core != TENANT {
                return self.say(if self.style.token == Kind::Hex {
                    Why::Unknown
                } else {
                    Why::Elsewhere
                });
            }
        }
        let value = match bearer.split_once(' ') {
            None if bearer.is_empty() => return self.say(Why::NoToken),
            Some(("Bearer", value)) => value.to_owned(),
            _ => return self.say(Why::Scheme),
        };
        if let Some(until) = self.limits.lock().unwrap().get(&value)
            && Instant::now() < *until
        {
            self.violations
                .lock()
                .unwrap()
                .push(format!("{} too early", asked.target));
        }
        let person = match self.people.get(&value) {
            Some(person) => person.clone(),
            None => {
                let shaped = self.style.token == Kind::Hex && value.len() != 48;
                return self.say(if shaped { Why::Malformed } else { Why::Unknown });
            }
        };
        match person.state {
            State::Good => {}
            State::Revoked => return self.say(Why::Revoked),
            State::Expired => return self.say(Why::Expired),
            State::Elsewhere => return self.say(Why::Elsewhere),
        }
        if value == limited {
            self.limits
                .lock()
                .unwrap()
                .insert(value, Instant::now() + Duration::from_millis(900));
            return self.say(Why::Limit);
        }
        self.route(asked, &parts, &query, &person)
    }

    /// What stands before the API.
    fn gateway(&self, asked: &Asked, path: &str) -> Option<Said> {
        let html = "text/html; charset=utf-8";
        if path.ends_with("/blocked-docs")
            || asked.header("x-forwarded-for") == Some("198.51.100.9")
        {
            return Some(
                Said::text(403, html, "<html><head><title>Request blocked</title></head><body><h1>403</h1>Incident id 7781-22</body></html>")
                    .with("server", "edge-waf"),
            );
        }
        if path.ends_with("/sso-area") {
            return Some(Said::text(302, html, "").with("location", "/login?return=1"));
        }
        if path == "/login" {
            return Some(Said::text(
                200,
                html,
                "<!doctype html><title>Sign in to continue</title><form><input type=\"password\"></form>",
            ));
        }
        if path.starts_with("/app") {
            return Some(Said::text(
                200,
                html,
                "<!doctype html><html><head><title>Runbooks</title></head><body><div id=\"root\"></div><script src=\"/a.js\"></script></body></html>",
            ));
        }
        if path.ends_with("/gateway-down") {
            return Some(Said::text(
                502,
                html,
                "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>",
            ));
        }
        if path.ends_with("/gateway-busy") {
            return Some(Said::text(503, "text/plain", "no healthy upstream"));
        }
        if path.ends_with("/moved") && asked.method == "POST" {
            return Some(Said::text(301, html, "").with(
                "location",
                &format!("{}/{}", self.style.prefix, self.style.nouns[1]),
            ));
        }
        None
    }

    fn is_route(&self, parts: &[&str]) -> bool {
        let [w, r, t] = self.style.nouns;
        match parts {
            [one] => {
                [
                    w, r, "users", "audit", "reports", "upload", "slow", "down", "broken", "flaky",
                    "old", "moved",
                ]
                .contains(one)
                    || Some(*one) == self.style.who_am_i
            }
            ["users", "me"] => self.style.who_am_i == Some("users/me"),
            [one, _] => [w, r, "users"].contains(one),
            [one, _, three] => *one == r && ([t, "start", "pause"].contains(three)),
            [one, _, three, _] => *one == r && *three == t,
            _ => false,
        }
    }

    fn number(&self, text: &str) -> Option<u32> {
        (0..1000).find(|number| (self.style.id)(*number) == text)
    }

    fn thing(&self, kind: &str, number: u32, more: Value) -> Value {
        let mut attributes =
            json!({"name": format!("{kind} {number}"), "created_at": "2026-01-05T08:00:00Z"});
        for (name, value) in more.as_object().into_iter().flatten() {
            attributes[name] = value.clone();
        }
        let id = (self.style.id)(number);
        if self.style.nested {
            json!({"id": id, "type": kind, "attributes": attributes})
        } else {
            attributes["id"] = json!(id);
            attributes
        }
    }

    fn shown(&self, number: u32) -> Value {
        let workspace = if number == 9 || number == 3 { 2 } else { 1 };
        let stage = if number == 2 { "active" } else { "planning" };
        self.thing("runbook", number, json!({"stage": stage, "archived": number == 10, "workspace_id": (self.style.id)(workspace)}))
    }

    fn route(
        &self,
        asked: &Asked,
        parts: &[&str],
        query: &[(String, String)],
        person: &Person,
    ) -> Said {
        let [w, r, t] = self.style.nouns;
        let fine = |body: Value| Said::json(200, body);
        let get = asked.method == "GET" || asked.method == "HEAD";
        let param = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        if asked.method == "OPTIONS" {
            return Said::text(204, "text/plain", "").with("allow", "GET, HEAD, OPTIONS");
        }
        if Some(parts.join("/").as_str()) == self.style.who_am_i {
            return fine((self.style.one)(self.thing("user", 5, json!({}))));
        }
        match parts {
            [one] if *one == "slow" => self.say(Why::Slow),
            [one] if *one == "down" => self.say(Why::Unreachable),
            [one] if *one == "broken" => self.say(Why::Broken),
            [one] if *one == "old" => self.say(Why::CoreOld),
            [one] if *one == "flaky" => {
                let mut counts = self.counts.lock().unwrap();
                let count = counts.entry(asked.target.clone()).or_default();
                *count += 1;
                if count.is_multiple_of(3) {
                    fine((self.style.list)(vec![self.shown(1)]))
                } else {
                    self.say(Why::Broken)
                }
            }
            [one] if *one == "upload" => self.say(Why::NotBuilt),
            [one] if *one == "audit" => {
                if param("runbook_id").is_none() {
                    let about = About {
                        name: "runbook_id".into(),
                        detail: "runbook_id".into(),
                        ..About::default()
                    };
                    return (self.style.says)(Why::MissingParameter, &about);
                }
                fine((self.style.list)(vec![]))
            }
            ["users"] if person.admin => {
                fine((self.style.list)(vec![self.thing("user", 5, json!({}))]))
            }
            ["users"] => self.say(Why::Role),
            ["users", _] if person.admin => {
                fine((self.style.one)(self.thing("user", 5, json!({}))))
            }
            ["users", _] => self.say(Why::Role),
            [one] if *one == w && get => {
                let list = person
                    .workspaces
                    .iter()
                    .map(|n| self.thing("workspace", *n, json!({})))
                    .collect();
                fine((self.style.list)(list))
            }
            [one, id] if *one == w && get => match self.number(id) {
                Some(n) if person.workspaces.contains(&n) => {
                    fine((self.style.one)(self.thing("workspace", n, json!({}))))
                }
                Some(1 | 2) => self.hidden(),
                _ => self.say(Why::NotFound),
            },
            [one] if *one == r && get => {
                let archived = self
                    .style
                    .archived_filter
                    .is_some_and(|name| param(name) == Some("true"));
                if let Some(stage) = param("stage")
                    && !["planning", "active", "paused"].contains(&stage)
                {
                    let about = About {
                        name: "stage".into(),
                        detail: stage.to_owned(),
                        ..About::default()
                    };
                    return (self.style.says)(Why::InvalidParameter, &about);
                }
                let list = person
                    .runbooks
                    .iter()
                    .filter(|n| (**n == 10) == archived)
                    .filter(|n| {
                        let stage = if **n == 2 { "active" } else { "planning" };
                        param("stage").is_none_or(|wanted| wanted == stage)
                    })
                    .filter(|n| {
                        param(&filter_of(&self.style)).is_none_or(|id| {
                            id == (self.style.id)(if **n == 9 || **n == 3 { 2 } else { 1 })
                        })
                    })
                    .map(|n| self.shown(*n))
                    .collect();
                fine((self.style.list)(list))
            }
            [one] if *one == r && asked.method == "POST" => self.written(asked, person),
            [one] if *one == r => self.say(Why::Method).with("allow", "GET, POST"),
            [one, id] if *one == r => {
                let Some(n) = self.number(id) else {
                    return self.say(Why::NotFound);
                };
                if n == 10 {
                    return self.say(Why::Archived);
                }
                if ![1, 2, 3, 9].contains(&n) {
                    return self.say(Why::NotFound);
                }
                if !person.runbooks.contains(&n) {
                    return self.hidden();
                }
                match asked.method.as_str() {
                    "GET" | "HEAD" => fine((self.style.one)(self.shown(n))),
                    "PATCH" => self.written(asked, person),
                    _ => self.say(Why::Method).with("allow", "GET, PATCH"),
                }
            }
            [one, id, rest @ ..] if *one == r => {
                let n = self.number(id).unwrap_or(0);
                if n == 10 {
                    return self.say(Why::Archived);
                }
                if ![1, 2, 3, 9].contains(&n) {
                    return self.say(Why::Parent);
                }
                if !person.runbooks.contains(&n) {
                    return self.hidden();
                }
                match rest {
                    [two] if *two == t && get => fine((self.style.list)(vec![
                        self.thing("task", 1, json!({})),
                        self.thing("task", 2, json!({})),
                    ])),
                    [two] if *two == t && asked.method == "POST" => self.written(asked, person),
                    [two, task] if *two == t && get => match self.number(task) {
                        Some(1 | 2) => fine((self.style.one)(self.thing("task", 1, json!({})))),
                        _ => self.say(Why::NotFound),
                    },
                    ["start"] if asked.method == "PATCH" => {
                        if person.admin && n == 2 {
                            self.say(Why::Conflict)
                        } else {
                            self.written(asked, person)
                        }
                    }
                    _ => self.say(Why::Route),
                }
            }
            _ => self.say(Why::Route),
        }
    }

    fn hidden(&self) -> Said {
        self.say(if self.style.hides {
            Why::NotFound
        } else {
            Why::Role
        })
    }

    fn written(&self, asked: &Asked, person: &Person) -> Said {
        if person
            .scopes
            .as_ref()
            .is_some_and(|s| !s.contains(&"write"))
        {
            return self.say(Why::Scope);
        }
        if !person.may_write {
            return self.say(Why::Role);
        }
        let media_type = asked.header("content-type").unwrap_or("");
        if !media_type.contains("json") {
            return self.say(Why::MediaType);
        }
        let Ok(body) = serde_json::from_slice::<Value>(&asked.body) else {
            return self.say(Why::Json);
        };
        if body
            .get("name")
            .and_then(Value::as_str)
            .is_none_or(|name| name.trim().is_empty())
        {
            let about = About {
                pointer: "/name".into(),
                name: "name".into(),
                detail: "name".into(),
            };
            return (self.style.says)(Why::Values, &about);
        }
        Said::json(201, (self.style.one)(self.shown(1)))
    }
}
