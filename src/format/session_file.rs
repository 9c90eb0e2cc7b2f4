//! `*.session.toml`: requests with what came back, as a person reads, edits and compares them.
//! Values of tokens never stand in it. Written by hand rather than by a serializer, so that a
//! difference shows one thing a line and no character in the file steers a terminal.

mod carried;
mod writer;

pub use carried::{is_below, is_carried};

use super::{FormatError, toml_error};
use crate::model::{
    Auth, Body, Capture, Expectation, Param, Piece, Pin, RequestSpec, Session, Step, TokenName,
    is_plain, pieces, query_rows, written,
};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;
use writer::{File, bare_or_quoted};

/// The version of the form that is written where nothing needs a later one.
const VERSION: i64 = 1;
/// The highest that is read; since this one, texts can be data, and a query stands as it is
/// written.
const HIGHEST: i64 = 2;

/// Reads a session; `file` is named in the error.
pub fn read(text: &str, file: &str) -> Result<Session, FormatError> {
    let wrong = |offset: usize, problem: String, remedy: &str| {
        Err(FormatError::at(file, text, offset, problem, remedy))
    };
    // Before all else, since what a later version adds would be called an unknown key.
    if let Ok(Versioned {
        version: Some(version),
    }) = toml::from_str(text)
        && !(VERSION..=HIGHEST).contains(version.get_ref())
    {
        let number = version.get_ref();
        let (problem, remedy) = if *number > HIGHEST {
            (
                format!("this session has version {number}, and this httriage reads {HIGHEST}"),
                "Update httriage, or save the session again with the older one.",
            )
        } else {
            (
                format!("there is no version {number} of session files"),
                "Write version = 1, or leave it out.",
            )
        };
        return wrong(version.span().start, problem, remedy);
    }
    let session: SessionTable = match toml::from_str(text) {
        Ok(session) => session,
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            let problem = toml_error::told(error.message(), " ");
            return wrong(offset, problem, "Correct the line, or take it out.");
        }
    };
    let mut steps = Vec::with_capacity(session.step.len());
    for table in session.step {
        let mut spec = RequestSpec::new(table.method.to_ascii_uppercase(), table.url);
        spec.notes = table.note;
        spec.params = match &table.query {
            Some(query) => match query_rows(query) {
                Some(rows) => rows,
                None => {
                    spec.url.push_str(&format!("?{query}"));
                    Vec::new()
                }
            },
            None => Vec::new(),
        };
        spec.params.iter_mut().for_each(Param::settle);
        spec.params
            .extend(table.params.into_iter().map(|row| row.0));
        spec.headers = table.headers.into_iter().map(|row| row.0).collect();
        let given = [
            table.body.is_some(),
            !table.parts.is_empty(),
            table.body_file.is_some(),
            table.body_base64.is_some(),
        ];
        if given.iter().filter(|given| **given).count() > 1 {
            return wrong(
                0,
                format!("the step \"{}\" has more than one body", table.name),
                "Leave one of body, parts, body_file and body_base64.",
            );
        }
        let carried = match (table.body_file, &table.body_base64) {
            (Some(path), _) => Some(carried::file(path)),
            (None, Some(text)) => Some(carried::bytes(text)),
            (None, None) => {
                let parts = Some(table.parts).filter(|parts| !parts.is_empty());
                parts.map(carried::parts)
            }
        };
        spec.body = match table.body {
            Some(text) if text.is_empty() => Body::Empty,
            Some(text) if table.literal && !is_plain(&text) => Body::Bytes(text.into_bytes()),
            Some(text) => Body::Text(text),
            None => Body::Empty,
        };
        match carried {
            None => {}
            Some(Ok(body)) => spec.body = body,
            Some(Err((at, problem, remedy))) => return wrong(at, problem, remedy),
        }
        if let Some(name) = table.token {
            match TokenName::new(name.get_ref()) {
                Some(token) => spec.auth = Auth::Bearer(token),
                // What cannot be a name may be a pasted value, and is not repeated.
                None => {
                    return wrong(
                        name.span().start,
                        "this cannot be the name of a token".to_owned(),
                        "Give the name and never the value: at most 40 lower-case letters, digits, dashes, dots or underscores.",
                    );
                }
            }
        }
        for (name, capture) in &table.capture {
            let at = capture.span().start;
            if name == "base" || !is_variable(name) {
                return wrong(
                    at,
                    format!("an answer cannot set the variable \"{name}\""),
                    "Use letters, digits, dashes, dots and underscores, and another name than base.",
                );
            }
            if let Capture::Body(pointer) = &capture.get_ref().0
                && !is_pointer(pointer)
            {
                return wrong(
                    at,
                    format!("\"{pointer}\" is not a JSON Pointer"),
                    POINTER_HINT,
                );
            }
        }
        let mut access = Vec::with_capacity(table.access.len());
        for (name, pin) in &table.access {
            let at = pin.span().start;
            let Some(token) = TokenName::new(name) else {
                return wrong(
                    at,
                    "what is pinned here cannot be the name of a token".to_owned(),
                    "Give the name and never the value: at most 40 lower-case letters, digits, dashes, dots or underscores.",
                );
            };
            let Some(pin) = Pin::from_id(pin.get_ref()) else {
                return wrong(
                    at,
                    format!(
                        "\"{}\" is not what a token may be expected to do",
                        pin.get_ref()
                    ),
                    "Write \"allow\" or \"deny\".",
                );
            };
            access.push((token, pin));
        }
        let expect = match table.expect.map(expectation).transpose() {
            Ok(expect) => expect,
            Err((at, pointer)) => {
                let problem = format!("\"{pointer}\" is not a JSON Pointer");
                return wrong(at, problem, POINTER_HINT);
            }
        };
        let capture = table.capture.into_iter();
        steps.push(Step {
            name: table.name,
            spec,
            capture: capture
                .map(|(name, capture)| (name, capture.into_inner().0))
                .collect(),
            expect,
            access,
        });
    }
    Ok(Session {
        name: session.name,
        note: session.note,
        environment: session.environment,
        variables: session.variables.into_iter().collect(),
        steps,
    })
}

const POINTER_HINT: &str =
    "Begin with /, as in /data/0/id; in a name ~ is written ~0 and / is written ~1.";

/// What is expected; on a pointer that is none, its place and its text.
fn expectation(table: ExpectTable) -> Result<Expectation, (usize, String)> {
    let mut ignore = Vec::with_capacity(table.ignore.len());
    for pointer in table.ignore {
        if !is_pointer(pointer.get_ref()) {
            return Err((pointer.span().start, pointer.into_inner()));
        }
        ignore.push(pointer.into_inner());
    }
    let mut values = Vec::with_capacity(table.values.len());
    for (pointer, value) in table.values {
        if !is_pointer(&pointer) {
            return Err((value.span().start, pointer));
        }
        values.push((pointer, plain(value.get_ref())));
    }
    Ok(Expectation {
        status: table.status,
        codes: table.codes,
        titles: table.titles,
        details: table.details,
        places: table.places,
        elapsed_ms: table.elapsed_ms,
        body_sha256: table.body_sha256,
        body: table.body,
        values,
        ignore,
    })
}

/// The session as text. Rows that are switched off are not in it, but for the one that keeps a
/// body without a type.
pub fn write(session: &Session) -> String {
    let mut file = File::default();
    file.key("version", version_of(session));
    file.text("name", &session.name);
    if !session.note.is_empty() {
        file.text("note", &session.note);
    }
    if let Some(environment) = &session.environment {
        file.text("environment", environment);
    }
    file.table("variables", &session.variables);
    for step in &session.steps {
        file.line("\n[[step]]");
        file.text("name", &step.name);
        if !step.spec.notes.is_empty() {
            file.text("note", &step.spec.notes);
        }
        if let Auth::Bearer(token) = &step.spec.auth {
            file.text("token", token.as_str());
        }
        file.text("method", &step.spec.method.to_ascii_uppercase());
        file.text("url", &step.spec.url);
        match query_of(&step.spec) {
            Some(query) => file.text("query", &query),
            None => {
                let rows = step.spec.params.iter().filter(|row| row.enabled);
                file.pairs("params", &rows.cloned().collect::<Vec<_>>());
            }
        }
        let is_carried = is_carried(&step.spec);
        let written = if is_carried {
            None
        } else {
            written(&step.spec.body)
        };
        let mut headers = step.spec.headers.clone();
        let is_type = |row: &Param| row.name.eq_ignore_ascii_case("content-type");
        let named = |row: &Param| row.enabled && is_type(row);
        if let Some(media_type) = written.as_ref().and_then(|w| w.media_type.as_ref())
            && !headers.iter().any(named)
        {
            headers.push(Param::new("Content-Type", media_type));
        }
        let keeps = |row: &Param| row.enabled || step.spec.has_no_type() && is_type(row);
        headers.retain(keeps);
        file.pairs("headers", &headers);
        match written {
            Some(written) => {
                file.body(&written.text);
                if written.literal {
                    file.key("literal", true);
                }
            }
            None => carried::write(&step.spec.body, &mut file),
        }
        file.captures(&step.capture);
        if let Some(expect) = &step.expect {
            file.line("[step.expect]");
            match expect.status {
                Some(status) => file.key("status", status),
                None if expect.codes.is_empty() => file.line("# No answer came."),
                None => {}
            }
            file.list("codes", &expect.codes);
            for (key, texts) in [
                ("titles", &expect.titles),
                ("details", &expect.details),
                ("places", &expect.places),
            ] {
                if texts.iter().any(|text| !text.is_empty()) {
                    file.list(key, texts);
                }
            }
            if let Some(elapsed_ms) = expect.elapsed_ms {
                file.key("elapsed_ms", elapsed_ms);
            }
            if let Some(digest) = &expect.body_sha256 {
                file.text("body_sha256", digest);
            }
            if let Some(body) = &expect.body {
                file.text("body", body);
            }
            file.list("ignore", &expect.ignore);
            file.table("values", &expect.values);
        }
        if !step.access.is_empty() {
            file.line("[step.access]");
            let pins: BTreeMap<&str, Pin> = step
                .access
                .iter()
                .map(|(token, pin)| (token.as_str(), *pin))
                .collect();
            for (token, pin) in pins {
                file.text(&bare_or_quoted(token), pin.id());
            }
        }
    }
    file.0
}

/// The parameters as they are written, where our encoder would write one in another way.
fn query_of(spec: &RequestSpec) -> Option<String> {
    let rows = spec.params.iter().filter(|row| row.enabled);
    let is_odd = rows.clone().any(|row| row.as_written().is_some());
    let pairs = rows.map(Param::query_pair).collect::<Vec<_>>();
    is_odd.then(|| pairs.join("&"))
}

/// An older program would fill in what is data, and is told that it cannot read it.
fn version_of(session: &Session) -> i64 {
    let is_later = |spec: &RequestSpec| {
        let rows = spec.params.iter().chain(&spec.headers);
        let escaped = |text: &str| pieces(text).any(|piece| piece == Piece::Brace);
        let written = written(&spec.body).unwrap_or_default();
        is_carried(spec)
            || spec.has_no_type()
            || rows.filter(|row| row.enabled).any(|row| row.literal)
            || spec.sent_templates().into_iter().any(escaped)
            || query_of(spec).is_some()
            || written.literal
            || escaped(&written.text)
    };
    let is_elsewhere = |step: &Step| {
        let mut captures = step.capture.iter();
        captures.any(|(_, capture)| !matches!(capture, Capture::Body(_)))
    };
    let mut steps = session.steps.iter();
    if steps.any(|step| is_later(&step.spec) || is_elsewhere(step)) {
        HIGHEST
    } else {
        VERSION
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionTable {
    #[serde(rename = "version")]
    _version: Option<i64>,
    name: String,
    #[serde(default)]
    note: String,
    environment: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    step: Vec<StepTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepTable {
    name: String,
    #[serde(default)]
    note: String,
    token: Option<Spanned<String>>,
    method: String,
    url: String,
    /// Pairs that go out as they are written here.
    query: Option<String>,
    #[serde(default)]
    params: Vec<ParamRow>,
    #[serde(default)]
    headers: Vec<ParamRow>,
    body: Option<String>,
    /// The body is data.
    #[serde(default)]
    literal: bool,
    #[serde(default)]
    parts: Vec<carried::PartTable>,
    body_file: Option<Spanned<String>>,
    body_base64: Option<Spanned<String>>,
    #[serde(default)]
    capture: BTreeMap<String, Spanned<CaptureValue>>,
    expect: Option<ExpectTable>,
    #[serde(default)]
    access: BTreeMap<String, Spanned<String>>,
}

/// `["name", "value"]`, or `{ name = …, value = …, literal = true, off = true }`.
struct ParamRow(Param);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowTable {
    name: String,
    value: String,
    #[serde(default)]
    literal: bool,
    /// Switched off.
    #[serde(default)]
    off: bool,
}

impl<'de> Deserialize<'de> for ParamRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ParamRow, D::Error> {
        struct Rows;

        impl<'de> Visitor<'de> for Rows {
            type Value = ParamRow;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a name and a value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<ParamRow, A::Error> {
                let texts = [row.next_element::<String>()?, row.next_element()?];
                match (texts, row.next_element::<IgnoredAny>()?) {
                    ([Some(name), Some(value)], None) => Ok(ParamRow(Param::new(name, value))),
                    (_, more) => {
                        let length = 1 + 2 * usize::from(more.is_some());
                        Err(A::Error::invalid_length(length, &self))
                    }
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, row: A) -> Result<ParamRow, A::Error> {
                let row = RowTable::deserialize(MapAccessDeserializer::new(row))?;
                let enabled = !row.off;
                let read = if row.literal {
                    Param::data(row.name, row.value)
                } else {
                    Param::new(row.name, row.value)
                };
                Ok(ParamRow(Param { enabled, ..read }))
            }
        }

        deserializer.deserialize_any(Rows)
    }
}

/// `"/pointer"`, `{ header = "X-Csrf" }` or `{ cookie = "sid" }`.
struct CaptureValue(Capture);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaptureTable {
    header: Option<String>,
    cookie: Option<String>,
}

impl<'de> Deserialize<'de> for CaptureValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CaptureValue, D::Error> {
        struct Captures;

        impl<'de> Visitor<'de> for Captures {
            type Value = CaptureValue;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a JSON Pointer, or a table with one header or one cookie")
            }

            fn visit_str<E: Error>(self, pointer: &str) -> Result<CaptureValue, E> {
                Ok(CaptureValue(pointer.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, place: A) -> Result<CaptureValue, A::Error> {
                let place = CaptureTable::deserialize(MapAccessDeserializer::new(place))?;
                match (place.header, place.cookie) {
                    (Some(name), None) => Ok(CaptureValue(Capture::Header(name))),
                    (None, Some(name)) => Ok(CaptureValue(Capture::Cookie(name))),
                    _ => Err(A::Error::custom("give one header or one cookie")),
                }
            }
        }

        deserializer.deserialize_any(Captures)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectTable {
    status: Option<u16>,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    titles: Vec<String>,
    #[serde(default)]
    details: Vec<String>,
    #[serde(default)]
    places: Vec<String>,
    elapsed_ms: Option<u64>,
    body_sha256: Option<String>,
    body: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    ignore: Vec<Spanned<String>>,
}

/// A text as it is, anything else the way it is written in JSON.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// What a template can name; a colon would lead to the tokens.
fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// RFC 6901, 3.
fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/'))
        && escapes.into_iter().all(|rest| rest.starts_with(['0', '1']))
}

#[cfg(test)]
mod tests;
