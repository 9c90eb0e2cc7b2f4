//! Parses an OpenAPI text into a tree, and finds where its operations stand.

use crate::format::notes::{offset_of, plain};
use crate::format::yaml::{self, Doubled, Yaml};
use crate::format::{FormatError, outline};
use crate::model::Note;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use serde_saphyr::Spanned;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

const REMEDY: &str = "Save the description again from where it is published; it begins with openapi: 3… or swagger: 2.0. httriage import --help lists what else is read.";

/// Whether a text looks like an OpenAPI or Swagger description, by its outermost members.
pub fn is_document(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{') {
        names_version(start)
    } else {
        is_yaml(start)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Swagger,
    OpenApi,
}

pub(super) struct Document<'t> {
    pub text: &'t str,
    pub version: Version,
    /// How many other documents the same text holds.
    pub others: usize,
    /// The line that it begins in, from zero.
    first_line: usize,
    tree: Root,
}

enum Root {
    Json(Value),
    Yaml(Yaml),
}

impl<'t> Document<'t> {
    /// Parses a description in JSON or YAML; fails where it is not OpenAPI 3 or Swagger 2.
    pub fn parse(text: &'t str, file: &str) -> Result<Document<'t>, FormatError> {
        let text = text.trim_start_matches('\u{feff}');
        let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
        // YAML may begin with a brace too, but then its names have no quotes.
        let is_json = inside.is_some_and(|inside| inside.starts_with(['"', '}']));
        let (text, first_line, others) = if is_json {
            (text, 0, 0)
        } else {
            yaml::document(text, is_yaml)
        };
        let tree = if is_json {
            Root::Json(serde_json::from_str(text).map_err(|error| {
                let problem = format!("this is no OpenAPI document: {}", plain(&error));
                let offset = if error.is_eof() {
                    text.len()
                } else {
                    offset_of(text, error.line(), error.column())
                };
                FormatError::at(file, text, offset, problem, REMEDY)
            })?)
        } else {
            Root::Yaml(Yaml::parse(text).map_err(|wrong| FormatError {
                place: format!("{file}:{}:{}", wrong.line + first_line, wrong.column),
                problem: wrong.problem,
                remedy: REMEDY.to_owned(),
            })?)
        };
        let root = tree.value();
        let version = |name: &str| match root.get(name)? {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let said = version("openapi").or_else(|| version("swagger"));
        let version = match said.as_deref() {
            Some(text) if text.starts_with('3') => Version::OpenApi,
            Some(text) if text.starts_with('2') => Version::Swagger,
            Some(text) => {
                let text: String = text.chars().take(20).collect();
                let problem = format!("this is version \"{text}\", and 2.0 and 3.x are read");
                return Err(FormatError::at(file, "", 0, problem, REMEDY));
            }
            None => {
                let problem = "this is no OpenAPI document: it names no version of it";
                return Err(FormatError::at(file, text, 0, problem, REMEDY));
            }
        };
        Ok(Document {
            text,
            version,
            others,
            first_line,
            tree,
        })
    }

    /// The outermost object, which references point into.
    pub fn root(&self) -> &Value {
        self.tree.value()
    }

    /// How YAML spells a number or boolean; `None` for JSON.
    pub fn written(&self, value: &Value) -> Option<String> {
        match &self.tree {
            Root::Json(_) => None,
            Root::Yaml(yaml) => yaml.written(value),
        }
    }

    /// Names that are repeated in one object.
    pub fn doubled(&self) -> &[Doubled] {
        match &self.tree {
            Root::Json(_) => &[],
            Root::Yaml(yaml) => &yaml.doubled,
        }
    }

    /// Converts a line of this document into one of the whole text.
    pub fn line(&self, line: usize) -> usize {
        line + self.first_line
    }

    /// Line and column of operations, by path and method; an empty method means the path itself.
    pub fn places(&self, wanted: &[(&str, &str)]) -> HashMap<(String, String), (usize, usize)> {
        let mut places = HashMap::new();
        let mut add = |path: &str, method: &str, at: &dyn Fn() -> (usize, usize)| {
            if wanted.contains(&(path, method)) {
                places.insert((path.to_owned(), method.to_owned()), at());
            }
        };
        if matches!(self.tree, Root::Json(_)) {
            let at = |raw: &RawValue| {
                let offset = raw.get().as_ptr() as usize - self.text.as_ptr() as usize;
                let note = Note::at(self.text, offset, "");
                (note.line.unwrap_or(1), note.column.unwrap_or(1))
            };
            let read = serde_json::from_str::<Outline<Pairs<String, &RawValue>>>(self.text);
            for (path, item) in read.map_or_else(|_| Vec::new(), |read| read.paths.0) {
                add(&path, "", &|| at(item));
                let methods = serde_json::from_str::<Pairs<String, &RawValue>>(item.get());
                for (method, operation) in methods.map_or_else(|_| Vec::new(), |pairs| pairs.0) {
                    add(&path, &method, &|| at(operation));
                }
            }
            return places;
        }
        type Key = Spanned<String>;
        type Methods = Pairs<Key, IgnoredAny>;
        let read = serde_saphyr::from_str_with_options::<Outline<Pairs<Key, Methods>>>(
            self.text,
            yaml::options(self.text),
        );
        let at = |key: &Key| {
            let place = &key.referenced;
            (self.line(place.line() as usize), place.column() as usize)
        };
        for (path, methods) in read.map_or_else(|_| Vec::new(), |read| read.paths.0) {
            add(&path.value, "", &|| at(&path));
            for (method, _) in methods.0 {
                add(&path.value, &method.value, &|| at(&method));
            }
        }
        places
    }
}

impl Root {
    fn value(&self) -> &Value {
        match self {
            Root::Json(value) => value,
            Root::Yaml(yaml) => &yaml.root,
        }
    }
}

#[derive(Deserialize)]
struct Outline<P> {
    paths: P,
}

/// The members of an object in their order; empty for any other value.
struct Pairs<K, V>(Vec<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Members<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("members")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Pairs(Vec::new()))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Pairs(Vec::new()))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Pairs(Vec::new()))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Pairs(Vec::new()))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Pairs(Vec::new()))
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Pairs(Vec::new()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Pairs(Vec::new()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_any(Members(PhantomData))
    }
}

/// Whether a JSON object has a member that names a version.
fn names_version(text: &str) -> bool {
    let mut named =
        outline::members(text).filter(|(name, _)| ["openapi", "swagger"].contains(name));
    named.next().is_some_and(|(_, value)| is_version(value))
}

/// Whether a text is YAML with a version and a described part among its outermost members.
fn is_yaml(text: &str) -> bool {
    let (mut named, mut described) = (false, false);
    for line in text.lines() {
        if line.is_empty() || line.starts_with([' ', '\t', '#', '-', '%']) || line == "..." {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            return false;
        };
        let is_empty = value.is_empty() || value.starts_with([' ', '\t', '\r']);
        match name.trim_end().trim_matches(['"', '\'']) {
            "openapi" | "swagger" => named |= is_empty && is_version(value),
            "info" | "paths" | "webhooks" | "components" => described |= is_empty,
            name if name.contains([' ', '\t']) => return false,
            _ => {}
        }
        if named && described {
            return true;
        }
    }
    false
}

fn is_version(value: &str) -> bool {
    value
        .trim_start()
        .trim_start_matches(['"', '\''])
        .starts_with(['2', '3'])
}
