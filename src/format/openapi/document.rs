//! The text as a tree of values, and where in the text an operation stands.

use crate::format::FormatError;
use crate::format::notes::{offset_of, plain};
use crate::insight::redact::without_jwts;
use crate::model::{Note, cut};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Options, Spanned};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

/// Levels of a YAML text; JSON has a limit of its own, 128.
const DEEPEST: usize = 100;
/// What the aliases of a YAML text may add to it, in nodes: many descriptions use a few.
const MOST_REPEATED: usize = 200_000;
/// And in bytes.
const MOST_REPEATED_BYTES: usize = 8_000_000;

const REMEDY: &str = "Save the description again from where it is published; it begins with openapi: 3… or swagger: 2.0. httriage import --help lists what else is read.";

/// Whether a text is such a description rather than something else, by its outermost members.
pub fn is_document(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    match start.starts_with('{') {
        true => names_version(start),
        false => is_yaml(start),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Swagger,
    OpenApi,
}

pub(super) struct Document<'t> {
    pub text: &'t str,
    pub root: Value,
    pub version: Version,
    is_json: bool,
}

impl<'t> Document<'t> {
    pub fn parse(text: &'t str, file: &str) -> Result<Document<'t>, FormatError> {
        let text = text.trim_start_matches('\u{feff}');
        let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
        // A YAML text may begin with a brace as well, but then its names have no quotes.
        let is_json = inside.is_some_and(|inside| inside.starts_with(['"', '}']));
        let root: Value = match is_json {
            true => serde_json::from_str(text).map_err(|error| {
                let problem = format!("this is no OpenAPI document: {}", plain(&error));
                let offset = match error.is_eof() {
                    true => text.len(),
                    false => offset_of(text, error.line(), error.column()),
                };
                FormatError::at(file, text, offset, problem, REMEDY)
            })?,
            false => serde_saphyr::from_str_with_options(text, options(text)).map_err(|error| {
                let (line, column) = error
                    .location()
                    .map_or((1, 1), |place| (place.line(), place.column()));
                FormatError {
                    place: format!("{file}:{line}:{column}"),
                    problem: trouble(&error),
                    remedy: REMEDY.to_owned(),
                }
            })?,
        };
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
            root,
            version,
            is_json,
        })
    }

    /// Line and column of operations, by path and method; without a method it is the path's own.
    pub fn places(&self, wanted: &[(&str, &str)]) -> HashMap<(String, String), (usize, usize)> {
        let mut places = HashMap::new();
        let mut add = |path: &str, method: &str, at: &dyn Fn() -> (usize, usize)| {
            if wanted.contains(&(path, method)) {
                places.insert((path.to_owned(), method.to_owned()), at());
            }
        };
        if self.is_json {
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
            options(self.text),
        );
        let at = |key: &Key| {
            let place = &key.referenced;
            (place.line() as usize, place.column() as usize)
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

#[derive(Deserialize)]
struct Outline<P> {
    paths: P,
}

/// The members of an object in their order, and none of anything else.
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

/// Members given twice are common in files that people write; the last one counts, as in JSON.
fn options(text: &str) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_documents: 2,
            // A text has no more nodes than characters, but for what its aliases add.
            max_nodes: text.len() + MOST_REPEATED,
            max_events: 2 * text.len() + 2 * MOST_REPEATED,
            max_total_scalar_bytes: text.len() + MOST_REPEATED_BYTES,
            max_recorded_anchor_bytes: MOST_REPEATED_BYTES,
            simple_key_max_lookahead: 4_096,
            enforce_alias_anchor_ratio: false,
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_REPEATED,
        },
        // What a person did not mean as a number, a truth or nothing stays the text that it is.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        null_as_string: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        ignore_binary_tag_for_string: true,
    }
}

/// In our words: a library's tell of its limits, and run over many lines.
fn trouble(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    let says = |words: &str| text.contains(words);
    if says("budget breached") || says("limit exceeded: total") {
        return "with its aliases this YAML comes to too much".to_owned();
    }
    if says("recursion limit") {
        return "this YAML is nested too deeply".to_owned();
    }
    let first = text.lines().next().unwrap_or_default();
    let first = first.split(" at line ").next().unwrap_or_default();
    let first = first.split(" (").next().unwrap_or_default();
    format!(
        "this is no YAML that can be read: {}",
        cut(&without_jwts(first), 120)
    )
}

/// Whether a JSON object has a member of its own that names a version. Only that is looked for,
/// so that a text of any size and kind is told in one pass.
fn names_version(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return false,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let name = bytes.get(start..at).unwrap_or_default();
                let after = text.get(at + 1..).unwrap_or_default().trim_start();
                if depth == 1
                    && (name == b"openapi" || name == b"swagger")
                    && let Some(value) = after.strip_prefix(':')
                {
                    return is_version(value);
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Whether the outermost lines of a text are members, a version and what is described among them.
fn is_yaml(text: &str) -> bool {
    let (mut named, mut described) = (false, false);
    for line in text.lines() {
        if line.is_empty() || line.starts_with([' ', '\t', '#', '-', '%']) {
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
