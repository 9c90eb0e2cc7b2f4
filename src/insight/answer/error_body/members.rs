//! The members of an object, with what the name of each may mean.

use super::names::{Role, roles, squeezed};
use crate::insight::json::Json;

/// Where an object stands: some names mean one thing around an error and another in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The whole body, or what a wrapper holds.
    Top,
    /// One of several: a name or a path is that of the input.
    Element,
}

/// One member of an object, with what its name may mean.
pub struct Member<'a> {
    pub name: &'a str,
    pub squeezed: String,
    pub value: &'a Json,
    roles: &'static [(Role, usize)],
}

impl Member<'_> {
    /// How telling its name is for a role, zero the most; `None` where the name is not of that
    /// role.
    pub fn rank(&self, role: Role) -> Option<usize> {
        let found = self.roles.iter().find(|(known, _)| *known == role);
        found.map(|(_, rank)| *rank)
    }

    /// Whether its name is one of those for a role.
    pub fn is(&self, role: Role) -> bool {
        self.rank(role).is_some()
    }
}

/// The members of an object that are not null, each name once.
pub struct Members<'a> {
    pub all: Vec<Member<'a>>,
    pub place: Place,
}

impl<'a> Members<'a> {
    /// The members of an object at its place; none of a value that is no object.
    pub fn of(object: &'a Json, place: Place) -> Members<'a> {
        let mut all: Vec<Member> = Vec::new();
        Members::add(object, &mut all);
        Members { all, place }
    }

    /// What GraphQL puts aside as `extensions` says the same as members of one's own.
    pub fn with_extensions(object: &'a Json) -> Members<'a> {
        let mut members = Members::of(object, Place::Top);
        members
            .all
            .retain(|m| m.squeezed != "path" && m.squeezed != "locations");
        let mut inner = object.get("extensions");
        while let Some(extension) = inner {
            Members::add(extension, &mut members.all);
            inner = ["originalError", "exception", "response"]
                .iter()
                .find_map(|name| extension.get(name));
        }
        if let Some(http) = object.get("extensions").and_then(|e| e.get("http")) {
            let status = http.get("status").map(|status| ("status", status));
            members
                .all
                .extend(status.map(|(name, value)| one(name, value)));
        }
        members
    }

    fn add(object: &'a Json, all: &mut Vec<Member<'a>>) {
        for (name, value) in object.as_object().unwrap_or_default() {
            let known = all.len() < 100 && all.iter().any(|member| member.name == name);
            if *value != Json::Null && !known {
                all.push(one(name, value));
            }
        }
    }

    /// The member that is best at a role, of those that `read` takes something from.
    pub fn best<T>(&self, role: Role, read: impl Fn(&Member) -> Option<T>) -> Option<(&str, T)> {
        let mut fitting: Vec<(usize, &Member)> = self
            .all
            .iter()
            .filter_map(|member| Some((member.rank(role)?, member)))
            .collect();
        fitting.sort_by_key(|(rank, _)| *rank);
        fitting
            .into_iter()
            .find_map(|(_, member)| Some((member.name, read(member)?)))
    }

    /// A member's value by its squeezed name, as `errorcode` for `Error_Code`.
    pub fn get(&self, squeezed: &str) -> Option<&'a Json> {
        let named = |member: &&Member| member.squeezed == squeezed;
        self.all.iter().find(named).map(|member| member.value)
    }
}

fn one<'a>(name: &'a str, value: &'a Json) -> Member<'a> {
    let squeezed = squeezed(name);
    Member {
        name,
        roles: roles(&squeezed),
        squeezed,
        value,
    }
}

/// The sentence that a value is, or holds in one language: `{"lang": "en", "value": "…"}`.
pub fn words(value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => {
            let said = text.trim();
            let is_json = said.starts_with(['{', '[']) && said.ends_with(['}', ']']);
            (!said.is_empty() && !is_json).then(|| text.clone())
        }
        Json::Object(members) if members.len() <= 4 => {
            const NAMES: [&str; 7] = [
                "value",
                "#text",
                "_",
                "text",
                "defaultmessage",
                "translation",
                "content",
            ];
            let said = |wanted: &str| {
                let found = members.iter().find(|(name, value)| {
                    let own = squeezed(name);
                    (own == wanted || name == wanted) && value.as_text().is_some()
                });
                found.and_then(|(_, value)| words(value))
            };
            NAMES.iter().find_map(|name| said(name))
        }
        Json::List(values) => match values.as_slice() {
            [one] if one.as_list().is_none() => words(one),
            _ => None,
        },
        _ => None,
    }
}

/// How an object is read.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The status of the answer, where it is known.
    pub status: Option<u16>,
}
