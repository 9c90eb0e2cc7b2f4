//! A practice API of any domain: routes, things, people and what each may see are written down
//! as data, and how it looks from outside is a handful of functions. Knows nothing of the rules
//! that judge it; the truth of a case follows from what was written down.

use super::{About, Said, State, Why, date};
use crate::faults::{Asked, Server, answer};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// One address, its parts divided by slashes; a star stands for an id.
pub struct Way {
    pub pattern: &'static str,
    pub methods: &'static str,
    /// Who may; nobody named is everybody.
    pub only: &'static [&'static str],
    pub does: Does,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Does {
    /// Shows a list or a thing, or takes a change.
    Serve,
    /// Who the token is.
    Who,
    Says(Why),
    /// Fails twice, then works.
    Wavers,
    /// Wants this parameter.
    Needs(&'static str),
    /// Takes a change that the state of things does not allow.
    Clashes,
}

pub const fn way(pattern: &'static str, methods: &'static str, does: Does) -> Way {
    Way {
        pattern,
        methods,
        only: &[],
        does,
    }
}

pub struct Thing {
    pub path: &'static str,
    pub archived: bool,
    pub fields: &'static [(&'static str, &'static str)],
}

pub const fn thing(path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Thing {
    Thing {
        path,
        archived: false,
        fields,
    }
}

#[derive(Clone, Debug, Default)]
pub struct Holder {
    pub name: &'static str,
    pub value: String,
    /// Paths of things; what lies below is seen too.
    pub sees: &'static [&'static str],
    pub writes: bool,
    pub scopes: Option<&'static [&'static str]>,
    pub state: State,
    pub limited: bool,
}

/// What holds for the whole world while a case runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weather {
    #[default]
    Clear,
    /// Whoever calls from this address has called too often.
    AddressLimited,
    /// What stands before the API lets nobody through.
    Walled,
    /// What stands before the API lets nobody through to this one place.
    WalledHere,
    /// The call goes to a second instance, which nobody here has a token of.
    Abroad,
    /// Nothing of the API is at this host.
    NotHere,
}

pub struct Land {
    pub name: &'static str,
    pub prefix: &'static str,
    pub ways: &'static [Way],
    pub things: &'static [Thing],
    pub people: fn(i64) -> Vec<Holder>,
    /// Says no.
    pub says: fn(Why, &About) -> Said,
    /// What stands before the API says no.
    pub wall: fn() -> Said,
    /// Another program answers at this host.
    pub stranger: fn(&str) -> Said,
    pub list: fn(Vec<Value>, usize) -> Value,
    pub one: fn(Value) -> Value,
    pub record: fn(&str, &Thing) -> Value,
    /// Headers of every answer of the API itself.
    pub marks: fn(&Holder, bool) -> Vec<(String, String)>,
    pub filters: &'static [(&'static str, &'static [&'static str])],
    /// Unknown parameters are refused.
    pub strict: bool,
    pub archived: Option<(&'static str, &'static str)>,
    pub versions: &'static [&'static str],
    pub tenant: &'static str,
    pub skew: Option<i64>,
    pub hides: bool,
    pub routes_first: bool,
    /// Whether a doubled slash is taken for one.
    pub squeezes: bool,
    /// What a token looks like here.
    pub is_shaped: fn(&str) -> bool,
    /// What an id looks like here; another one is refused as a value.
    pub id_fits: fn(&str) -> bool,
    pub needs: &'static str,
    pub most: usize,
    /// Answers of gateways and redirects at certain places: `{other}` is a second host.
    pub before: fn(&Asked, &str) -> Option<Said>,
}

pub struct Realm {
    pub land: &'static Land,
    pub server: Server,
    /// A second instance of the same.
    pub other: Server,
    pub people: Vec<Holder>,
    inside: Arc<Inside>,
}

struct Inside {
    land: &'static Land,
    people: Vec<Holder>,
    weather: Weather,
    counts: Mutex<HashMap<String, u32>>,
    limits: Mutex<HashMap<String, Instant>>,
    early: Mutex<Vec<String>>,
    /// The base of the second instance.
    other: String,
    target: String,
}

impl Realm {
    pub fn of(land: &'static Land, weather: Weather, target: &str) -> Realm {
        let now = jiff::Timestamp::now().as_second() + land.skew.unwrap_or(0);
        // The same values for a while, so that a case and its realm agree on them.
        let now = now - now % 300;
        let people = (land.people)(now);
        let abroad = Inside {
            land,
            people: Vec::new(),
            weather: Weather::Clear,
            counts: Mutex::default(),
            limits: Mutex::default(),
            early: Mutex::default(),
            other: String::new(),
            target: String::new(),
        };
        let other = serving(Arc::new(abroad));
        let inside = Arc::new(Inside {
            land,
            people: people.clone(),
            weather,
            counts: Mutex::default(),
            limits: Mutex::default(),
            early: Mutex::default(),
            other: other.base(),
            target: target.split('?').next().unwrap_or("").to_owned(),
        });
        Realm {
            land,
            server: serving(Arc::clone(&inside)),
            other,
            people,
            inside,
        }
    }

    pub fn early(&self) -> Vec<String> {
        self.inside.early.lock().unwrap().clone()
    }

    pub fn value(&self, name: &str) -> &str {
        let holder = self.people.iter().find(|holder| holder.name == name);
        &holder
            .unwrap_or_else(|| panic!("nobody is called {name}"))
            .value
    }
}

fn serving(inside: Arc<Inside>) -> Server {
    Server::doing(move |asked, stream| {
        let mut said = inside.answer(asked);
        if let Some(skew) = inside.land.skew {
            said = said.with("date", &date(skew));
        }
        let headers: String = said
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let body = if asked.method == "HEAD" {
            ""
        } else {
            &said.body
        };
        let bytes = answer(&format!("{} X", said.status), &headers, body.as_bytes());
        let _ = stream.write_all(&bytes);
        true
    })
}

fn fits(pattern: &str, parts: &[&str]) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    pattern.len() == parts.len()
        && pattern
            .iter()
            .zip(parts)
            .all(|(p, part)| *p == "*" && !part.is_empty() || p == part)
}

/// The same path, or one above it.
fn covers(above: &str, path: &str) -> bool {
    above == "*"
        || path == above
        || path
            .strip_prefix(above)
            .is_some_and(|rest| rest.starts_with('/'))
}

impl Inside {
    fn say(&self, why: Why, name: &str) -> Said {
        let about = About {
            name: name.to_owned(),
            pointer: format!("/{name}"),
            detail: name.to_owned(),
        };
        let about = if name.is_empty() {
            About::default()
        } else {
            about
        };
        (self.land.says)(why, &about)
    }

    fn answer(&self, asked: &Asked) -> Said {
        let land = self.land;
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        match self.weather {
            Weather::Walled => return (land.wall)(),
            Weather::WalledHere if path == self.target => return (land.wall)(),
            Weather::NotHere => return (land.stranger)(path),
            _ => {}
        }
        if let Some(mut said) = (land.before)(asked, path) {
            for (_, value) in &mut said.headers {
                *value = value.replace("{other}", &self.other);
            }
            return said;
        }
        let nobody = Holder::default();
        let bearer = asked.header("authorization").unwrap_or("");
        let value = bearer.strip_prefix("Bearer ").unwrap_or("");
        let holder = self.people.iter().find(|holder| holder.value == value);
        let mut said = if self.weather == Weather::AddressLimited {
            self.limited("everybody", &asked.target)
        } else {
            self.inner(asked, path, query, bearer, holder)
        };
        let limited = self.weather == Weather::AddressLimited || holder.is_some_and(|h| h.limited);
        said.headers
            .extend((land.marks)(holder.unwrap_or(&nobody), limited));
        said
    }

    /// Says that it was too much, and notes who came back too early.
    fn limited(&self, who: &str, target: &str) -> Said {
        let mut limits = self.limits.lock().unwrap();
        let key = who.to_owned();
        let now = Instant::now();
        // The address as a whole is not one caller: each token waits for itself.
        if who != "everybody" && limits.get(&key).is_some_and(|until| now < *until) {
            self.early
                .lock()
                .unwrap()
                .push(format!("{target} too early"));
        }
        limits.insert(key, now + Duration::from_millis(900));
        self.say(Why::Limit, "")
    }

    fn inner(
        &self,
        asked: &Asked,
        path: &str,
        query: &str,
        bearer: &str,
        holder: Option<&Holder>,
    ) -> Said {
        let land = self.land;
        let squeezed = path.replace("//", "/");
        let path = if land.squeezes { &squeezed } else { path };
        let Some(rest) = path
            .strip_prefix(land.prefix)
            .and_then(|r| r.strip_prefix('/'))
        else {
            return self.say(Why::Route, "");
        };
        let parts: Vec<&str> = rest.split('/').collect();
        let found = land
            .ways
            .iter()
            .find(|way| way.pattern == rest)
            .or_else(|| land.ways.iter().find(|way| fits(way.pattern, &parts)));
        if land.routes_first && found.is_none() {
            return self.say(Why::Route, "");
        }
        if let Some(version) = asked.header("api-version")
            && !land.versions.contains(&version)
        {
            return self.say(Why::Version, version);
        }
        if let Some(core) = asked.header("core-url") {
            if !core.starts_with("https://") {
                return self.say(Why::CoreUrl, "");
            }
            if core != land.tenant {
                return self.say(Why::Elsewhere, "");
            }
        }
        if bearer.is_empty() {
            return self.say(Why::NoToken, "");
        }
        let Some(value) = bearer.strip_prefix("Bearer ") else {
            return self.say(Why::Scheme, "");
        };
        let Some(holder) = holder else {
            let why = if (land.is_shaped)(value) {
                Why::Unknown
            } else {
                Why::Malformed
            };
            return self.say(why, "");
        };
        match holder.state {
            State::Good => {}
            State::Revoked => return self.say(Why::Revoked, ""),
            State::Expired => return self.say(Why::Expired, ""),
            State::Elsewhere => return self.say(Why::Elsewhere, ""),
        }
        if holder.limited {
            return self.limited(holder.name, &asked.target);
        }
        let Some(found) = found else {
            return self.say(Why::Route, "");
        };
        let mut methods = found.methods.split(' ');
        if asked.method == "OPTIONS" {
            return Said::text(204, "text/plain", "").with(
                "allow",
                &format!("OPTIONS, {}", found.methods.replace(' ', ", ")),
            );
        }
        let method = if asked.method == "HEAD" {
            "GET"
        } else {
            &asked.method
        };
        if !methods.any(|known| known == method) {
            let allow = found.methods.replace(' ', ", ");
            return self.say(Why::Method, "").with("allow", &allow);
        }
        if !found.only.is_empty() && !found.only.contains(&holder.name) {
            return self.say(Why::Role, "");
        }
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        match found.does {
            Does::Serve | Does::Clashes => {}
            Does::Who => return Said::json(200, (land.one)(json!({"id": "7", "name": "Sam"}))),
            Does::Says(why) => return self.say(why, ""),
            Does::Wavers => {
                let mut counts = self.counts.lock().unwrap();
                let count = counts.entry(path.to_owned()).or_default();
                *count += 1;
                if !count.is_multiple_of(3) {
                    return self.say(Why::Broken, "");
                }
                return Said::json(200, (land.list)(Vec::new(), 0));
            }
            Does::Needs(name) => {
                if !query.iter().any(|(known, _)| known == name) {
                    return self.say(Why::MissingParameter, name);
                }
                return Said::json(200, (land.list)(Vec::new(), 0));
            }
        }
        self.serve(asked, found, rest, &parts, &query, holder)
    }

    fn serve(
        &self,
        asked: &Asked,
        found: &Way,
        rest: &str,
        parts: &[&str],
        query: &[(String, String)],
        holder: &Holder,
    ) -> Said {
        let land = self.land;
        let stars: Vec<bool> = found.pattern.split('/').map(|part| part == "*").collect();
        let last = parts.len() - 1;
        for (place, _) in stars.iter().enumerate().filter(|(_, star)| **star) {
            if !(land.id_fits)(parts[place]) {
                return self.say(Why::InvalidParameter, "id");
            }
            let path = parts[..=place].join("/");
            let Some(known) = land.things.iter().find(|thing| thing.path == path) else {
                let why = if place == last {
                    Why::NotFound
                } else {
                    Why::Parent
                };
                return self.say(why, "");
            };
            let seen = holder
                .sees
                .iter()
                .any(|above| covers(above, &path) || covers(&path, above));
            if !seen {
                return self.say(if land.hides { Why::NotFound } else { Why::Role }, "");
            }
            if known.archived {
                return self.say(Why::Archived, "");
            }
        }
        if asked.method != "GET" && asked.method != "HEAD" {
            return self.written(asked, found, holder);
        }
        if stars[last] {
            let known = land.things.iter().find(|thing| thing.path == rest);
            return match known {
                Some(known) => Said::json(200, (land.one)((land.record)(parts[last - 1], known))),
                None => self.say(Why::NotFound, ""),
            };
        }
        for (name, value) in query {
            let filter = land.filters.iter().find(|(known, _)| known == name);
            let steers =
                name.starts_with("page") || Some(name.as_str()) == land.archived.map(|a| a.0);
            match filter {
                Some((_, values)) if !values.is_empty() && !values.contains(&value.as_str()) => {
                    return self.say(Why::InvalidParameter, name);
                }
                None if land.strict && !steers => return self.say(Why::InvalidParameter, name),
                _ => {}
            }
        }
        let put_away = land
            .archived
            .is_some_and(|(name, value)| query.iter().any(|(n, v)| n == name && v == value));
        let shown: Vec<Value> = land
            .things
            .iter()
            .filter(|thing| {
                let inside = thing
                    .path
                    .strip_prefix(rest)
                    .and_then(|r| r.strip_prefix('/'));
                inside.is_some_and(|id| !id.contains('/'))
            })
            .filter(|thing| {
                holder
                    .sees
                    .iter()
                    .any(|a| covers(a, thing.path) || covers(thing.path, a))
            })
            .filter(|thing| thing.archived == put_away)
            .filter(|thing| {
                query.iter().all(|(name, value)| {
                    let filtered = land.filters.iter().any(|(known, _)| known == name);
                    !filtered || thing.fields.iter().any(|(f, v)| f == name && v == value)
                })
            })
            .map(|thing| (land.record)(parts[last], thing))
            .collect();
        let count = shown.len();
        Said::json(200, (land.list)(shown, count))
    }

    fn written(&self, asked: &Asked, found: &Way, holder: &Holder) -> Said {
        let land = self.land;
        if holder
            .scopes
            .is_some_and(|scopes| !scopes.contains(&"write"))
        {
            return self.say(Why::Scope, "write");
        }
        if !holder.writes {
            return self.say(Why::Role, "");
        }
        if asked.body.len() > land.most {
            return self.say(Why::TooLarge, "");
        }
        if asked.method != "DELETE" {
            let media_type = asked.header("content-type").unwrap_or("");
            if !media_type.contains("json") {
                return self.say(Why::MediaType, "");
            }
            let Ok(body) = serde_json::from_slice::<Value>(&asked.body) else {
                return self.say(Why::Json, "");
            };
            let name = body.get(land.needs).and_then(Value::as_str);
            if name.is_none_or(|name| name.trim().is_empty()) {
                return self.say(Why::Values, land.needs);
            }
        }
        if found.does == Does::Clashes {
            return self.say(Why::Conflict, "");
        }
        Said::json(201, (land.one)((land.record)("x", &land.things[0])))
    }
}
