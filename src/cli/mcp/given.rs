//! What an agent gives to a tool: arguments by name, each of one kind. Names that a tool does not
//! take are refused, so that a slip is not taken for a wish.

use crate::cli::trouble::Trouble;
use crate::model::visible_line;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Names and values, as they stand in results.
    Pairs,
    Names,
}

/// Every argument there is, with its kind and what it says.
pub const ARGUMENTS: &[(&str, Kind, &str)] = &[
    ("method", Kind::Text, "The method, as GET. Left out, GET."),
    (
        "url",
        Kind::Text,
        "An absolute URL, or a path that begins with / under the environment's base URL.",
    ),
    (
        "params",
        Kind::Pairs,
        "Query parameters, as [[\"name\", \"value\"], …].",
    ),
    (
        "headers",
        Kind::Pairs,
        "Headers, as [[\"name\", \"value\"], …]. None that carries a credential: that is what token is for.",
    ),
    ("data", Kind::Text, "The body, sent byte for byte."),
    (
        "token",
        Kind::Text,
        "The name of a token, as token_list shows it. Never a value.",
    ),
    (
        "tokens",
        Kind::Names,
        "Names of tokens, the one in question first. Never values.",
    ),
    (
        "name",
        Kind::Text,
        "The name of a token, as token_list shows it.",
    ),
    (
        "id",
        Kind::Text,
        "The id of a call in the history, or the first characters of it.",
    ),
    (
        "cause",
        Kind::Text,
        "What a refusal was in the end: the id of a cause such as permission.missing_role, or other.",
    ),
    (
        "note",
        Kind::Text,
        "What the next person should know of a refusal, without secrets.",
    ),
    (
        "session",
        Kind::Text,
        "The name of a session in the sessions folder.",
    ),
    (
        "text",
        Kind::Text,
        "A status, an error code, a cause such as token.expired, or an answer that somebody pasted: with its headers where there are any.",
    ),
    (
        "filter",
        Kind::Text,
        "Words such as: 403 token:support path:/orders since:2d case:A-1, and -404 for all but those.",
    ),
    (
        "against",
        Kind::Text,
        "A call that works: the id of one in the history, or SESSION#STEP. Left out, parts of the call are left out one by one.",
    ),
    (
        "against_token",
        Kind::Text,
        "The name of the token of the call that works; alone, the same call with that token.",
    ),
    (
        "env",
        Kind::Text,
        "The environment, as env_list shows it; sandbox is the practice API.",
    ),
];

/// What a tool takes: what it needs, and what it may be given besides.
pub struct Takes {
    pub tool: &'static str,
    pub needs: &'static [&'static str],
    pub may: &'static [&'static str],
}

impl Takes {
    fn has(&self, name: &str) -> bool {
        self.needs.contains(&name) || self.may.contains(&name)
    }
}

/// Longest text that is no body and no pasted answer.
const SHORT: usize = 8_192;
/// Longest body, and longest pasted answer.
const LONG: usize = 2_000_000;
/// Most pairs or names.
const MANY: usize = 200;

/// The schema of what a tool takes.
pub fn schema(takes: &Takes) -> Map<String, Value> {
    let mut properties = Map::new();
    for (name, kind, says) in ARGUMENTS.iter().filter(|(name, ..)| takes.has(name)) {
        let mut property = match kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::Names => {
                json!({ "type": "array", "items": { "type": "string" }, "maxItems": MANY })
            }
            Kind::Pairs => json!({
                "type": "array",
                "maxItems": MANY,
                "items": { "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 },
            }),
        };
        property["description"] = json!(says);
        properties.insert((*name).to_owned(), property);
    }
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": takes.needs,
        "additionalProperties": false,
    });
    schema.as_object().cloned().unwrap_or_default()
}

/// What was given, of the kinds that it should be.
pub struct Given(Map<String, Value>);

impl Given {
    pub fn read(takes: &Takes, arguments: Map<String, Value>) -> Result<Given, Trouble> {
        for (name, value) in &arguments {
            let known = ARGUMENTS.iter().find(|(known, ..)| known == name);
            let Some((name, kind, _)) = known.filter(|(name, ..)| takes.has(name)) else {
                let all = ARGUMENTS.iter().map(|(name, ..)| *name);
                let all: Vec<&str> = all.filter(|name| takes.has(name)).collect();
                return Err(Trouble::usage(format!(
                    "{} takes no argument named {}. It takes {}.",
                    takes.tool,
                    visible_line(&name.chars().take(40).collect::<String>()),
                    if all.is_empty() {
                        "none".to_owned()
                    } else {
                        all.join(", ")
                    }
                )));
            };
            let is_kind = match kind {
                Kind::Text => value.is_string(),
                Kind::Names => is_list(value, |member| member.is_string()),
                Kind::Pairs => is_list(value, |pair| {
                    is_list(pair, |part| part.is_string())
                        && pair.as_array().map(Vec::len) == Some(2)
                }),
            };
            if !is_kind {
                let wanted = match kind {
                    Kind::Text => "a text",
                    Kind::Names => "a list of names",
                    Kind::Pairs => "a list of pairs, as [[\"name\", \"value\"]]",
                };
                return Err(Trouble::usage(format!("{name} has to be {wanted}.")));
            }
            let most = match *name {
                "data" | "text" => LONG,
                _ => SHORT,
            };
            if is_longer(value, most) {
                return Err(Trouble::usage(format!(
                    "{name} is too long: a text of it may have {most} bytes, and a list {MANY} members."
                )));
            }
        }
        if let Some(missing) = takes
            .needs
            .iter()
            .find(|name| !arguments.contains_key(**name))
        {
            return Err(Trouble::usage(format!("{} needs {missing}.", takes.tool)));
        }
        Ok(Given(arguments))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Of an argument that the tool needs.
    pub fn needed(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub fn names(&self, name: &str) -> Vec<String> {
        let list = self.0.get(name).and_then(Value::as_array);
        let names = list.into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    }

    pub fn pairs(&self, name: &str) -> Vec<(&str, &str)> {
        let list = self.0.get(name).and_then(Value::as_array);
        let pairs = list.into_iter().flatten();
        pairs
            .filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?)))
            .collect()
    }

    /// Everything that was given, as one text.
    pub fn all(&self) -> String {
        let mut all = String::new();
        gather(&Value::Object(self.0.clone()), &mut all);
        all
    }
}

fn gather(value: &Value, all: &mut String) {
    match value {
        Value::String(text) => {
            all.push_str(text);
            all.push('\n');
        }
        Value::Array(members) => members.iter().for_each(|member| gather(member, all)),
        Value::Object(members) => members.values().for_each(|member| gather(member, all)),
        _ => {}
    }
}

fn is_list(value: &Value, is_member: impl Fn(&Value) -> bool) -> bool {
    value
        .as_array()
        .is_some_and(|list| list.iter().all(is_member))
}

fn is_longer(value: &Value, most: usize) -> bool {
    match value {
        Value::String(text) => text.len() > most,
        Value::Array(members) => {
            members.len() > MANY || members.iter().any(|member| is_longer(member, most))
        }
        _ => false,
    }
}
