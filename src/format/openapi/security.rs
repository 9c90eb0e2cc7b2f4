//! How requests sign in: each scheme becomes the name of a token, which has no value here.

use super::notes::Lost;
use super::reader::{DescriptionReader, Way};
use crate::model::{Auth, Param, RequestSpec, TokenName, slot};
use serde_json::Value;

/// Schemes that one request signs in by.
const MOST_AT_ONCE: usize = 20;

/// Schemes that answer a challenge or prove a key: no value that could be given once.
const NOT_HERE: [&str; 8] = [
    "digest",
    "negotiate",
    "ntlm",
    "hoba",
    "mutual",
    "dpop",
    "concealed",
    "privatetoken",
];

impl<'d> DescriptionReader<'d> {
    /// Signs a request as its operation, else the whole document, demands. The result is the
    /// scopes that are asked for.
    pub(super) fn sign(&mut self, spec: &mut RequestSpec, operation: &'d Value) -> Vec<&'d str> {
        let root = self.document.root();
        let security = operation.get("security").or_else(|| root.get("security"));
        let choices = security.and_then(Value::as_array);
        let choices = choices.iter().flat_map(|choices| choices.iter());
        // An empty one says that it works without, too.
        let mut choices = choices
            .filter_map(Value::as_object)
            .filter(|choice| !choice.is_empty());
        let Some(choice) = choices.next() else {
            return Vec::new();
        };
        if choices.next().is_some() {
            let names: Vec<&str> = choice.keys().take(3).map(String::as_str).collect();
            self.lost(Lost::Either, &names.join(" with "));
        }
        let mut scopes = Vec::new();
        for (name, wanted) in choice.iter().take(MOST_AT_ONCE) {
            if !self.room.take(name.len() + 16) {
                break;
            }
            let wanted = wanted.as_array().into_iter().flatten();
            scopes.extend(wanted.filter_map(Value::as_str).take(20));
            match self.way(name) {
                Some(way) => self.go(spec, way),
                None => self.lost(Lost::Unknown, name),
            }
        }
        scopes
    }

    fn go(&mut self, spec: &mut RequestSpec, way: Way) {
        let is_named = |row: &Param, name: &str| row.name.eq_ignore_ascii_case(name);
        match way {
            Way::Bearer(token) => {
                self.lifter.refer(token.as_str(), "header Authorization");
                spec.headers.retain(|row| !is_named(row, "authorization"));
                if spec.auth == Auth::None {
                    spec.auth = Auth::Bearer(token);
                }
            }
            Way::Header {
                name,
                before,
                token,
            } => {
                self.lifter.refer(token.as_str(), &format!("header {name}"));
                if before.starts_with("Basic ") {
                    self.lost(Lost::Basic, token.as_str());
                }
                spec.headers.retain(|row| !is_named(row, &name));
                let value = format!("{before}{}", slot(&token));
                spec.headers.push(Param::new(name, value));
            }
            Way::Query { name, token } => {
                self.lifter
                    .refer(token.as_str(), &format!("parameter {name}"));
                spec.params.retain(|row| row.name != name);
                spec.params.push(Param::new(name, slot(&token)));
            }
            Way::Cookie { name, token } => {
                self.lifter.refer(token.as_str(), &format!("cookie {name}"));
                let pair = format!("{name}={}", slot(&token));
                match spec.headers.iter_mut().find(|row| is_named(row, "cookie")) {
                    Some(row) => row.value = format!("{}; {pair}", row.value),
                    None => spec.headers.push(Param::new("Cookie", pair)),
                }
            }
            Way::NotHere(how) => self.lost(Lost::Scheme, &how),
        }
    }

    /// The scheme of a name, found out once.
    fn way(&mut self, name: &'d str) -> Option<Way> {
        if let Some(known) = self.ways.get(name) {
            return known.clone();
        }
        let root = self.document.root();
        let described = root
            .pointer("/components/securitySchemes")
            .or_else(|| root.get("securityDefinitions"))
            .and_then(|schemes| schemes.get(name));
        let scheme = described.and_then(|scheme| self.follow(scheme));
        let way = scheme.map(|scheme| way_of(name, scheme));
        self.ways.insert(name, way.clone());
        way
    }
}

fn way_of(name: &str, scheme: &Value) -> Way {
    let text = |member: &str| scheme.get(member).and_then(Value::as_str).unwrap_or("");
    let token = TokenName::nearest(&in_words(name));
    let kind = text("type").to_ascii_lowercase();
    let header = |before: &str, token| Way::Header {
        name: "Authorization".to_owned(),
        before: before.to_owned(),
        token,
    };
    match kind.as_str() {
        "oauth2" | "openidconnect" => Way::Bearer(token),
        "basic" => header("Basic ", token),
        "http" => match text("scheme").to_ascii_lowercase().as_str() {
            "bearer" => Way::Bearer(token),
            "basic" => header("Basic ", token),
            "" => Way::NotHere("HTTP without a scheme".to_owned()),
            scheme if NOT_HERE.contains(&scheme) || scheme.starts_with("scram") => {
                Way::NotHere(format!("HTTP {scheme}"))
            }
            _ => header(&format!("{} ", text("scheme").trim()), token),
        },
        "apikey" => {
            let key = text("name").to_owned();
            let place = text("in").to_ascii_lowercase();
            // Swagger 2 has no bearer, so that a header of this name stands for one: our reading,
            // held to what the file itself says of it.
            let bearer = key.eq_ignore_ascii_case("authorization")
                && text("description").to_ascii_lowercase().contains("bearer");
            match place.as_str() {
                "header" if bearer => Way::Bearer(token),
                "header" if !key.is_empty() => Way::Header {
                    name: key,
                    before: String::new(),
                    token,
                },
                "query" if !key.is_empty() => Way::Query { name: key, token },
                "cookie" if !key.is_empty() => Way::Cookie { name: key, token },
                _ => Way::NotHere("an API key without its place".to_owned()),
            }
        }
        "mutualtls" => Way::NotHere("a client certificate (set it in the environment)".to_owned()),
        _ => Way::NotHere("a scheme of an unknown type".to_owned()),
    }
}

/// `bearerAuth` as `bearer-auth`.
fn in_words(name: &str) -> String {
    let mut words = String::new();
    let mut was_small = false;
    for c in name.chars().take(80) {
        if c.is_uppercase() && was_small {
            words.push('-');
        }
        was_small = c.is_lowercase() || c.is_ascii_digit();
        words.push(c);
    }
    words
}
