//! Parameters as rows: what must be given with an example of its own, else as a variable; what
//! may be given is switched off.

use super::notes::Lost;
use super::reader::DescriptionReader;
use crate::model::{Param, RequestSpec, as_text, lightly_encoded};
use serde_json::Value;
use std::collections::HashMap;

/// The parameters of an operation by their places.
#[derive(Default)]
pub(super) struct Parameters<'d> {
    /// Values that are named for what stands in braces in the path.
    pub path: HashMap<&'d str, String>,
    /// Swagger 2 counts the body and the fields of a form among the parameters.
    pub body: Option<&'d Value>,
    pub form: Vec<&'d Value>,
    query: Vec<Param>,
    headers: Vec<Param>,
    cookies: Vec<String>,
}

impl<'d> DescriptionReader<'d> {
    /// Those of the path and of the operation, which wins where both have one.
    pub(super) fn parameters(&mut self, item: &'d Value, operation: &'d Value) -> Parameters<'d> {
        let mut all: Vec<&'d Value> = Vec::new();
        let mut known: HashMap<(&str, &str), usize> = HashMap::new();
        let lists = [item, operation].into_iter().filter_map(|owner| {
            let list = owner.get("parameters")?;
            Some(list.as_array().map(Vec::as_slice).unwrap_or_default())
        });
        for parameter in lists.flatten() {
            if !self.room.take(32) {
                break;
            }
            let Some(parameter) = self.follow(parameter) else {
                continue;
            };
            let text = |member: &str| parameter.get(member).and_then(Value::as_str);
            let (Some(place), Some(name)) = (text("in"), text("name")) else {
                self.lost(Lost::Odd, "a parameter without its name or place");
                continue;
            };
            match known.get(&(place, name)) {
                Some(at) => all[*at] = parameter,
                None => {
                    known.insert((place, name), all.len());
                    all.push(parameter);
                }
            }
        }
        let mut parameters = Parameters::default();
        for parameter in all {
            self.parameter(parameter, &mut parameters);
        }
        parameters
    }

    fn parameter(&mut self, parameter: &'d Value, into: &mut Parameters<'d>) {
        let text = |member: &str| {
            let text = parameter.get(member).and_then(Value::as_str);
            text.unwrap_or_default()
        };
        let (name, place) = (text("name"), text("in"));
        let required = parameter.get("required") == Some(&Value::Bool(true));
        match place {
            "body" => {
                into.body = Some(parameter);
                return;
            }
            "formData" => {
                into.form.push(parameter);
                return;
            }
            "path" => {
                if let Some(value) = self.example(parameter) {
                    into.path.insert(name, plain(&value));
                }
                return;
            }
            // The body and the client say these.
            "header" if ["content-type", "accept"].contains(&&*name.to_ascii_lowercase()) => {
                return;
            }
            "cookie" if !required => {
                self.optional(name);
                return;
            }
            "query" | "header" | "cookie" => {}
            _ => {
                self.lost(Lost::Odd, &format!("a parameter in {place}"));
                return;
            }
        }
        if !required {
            self.optional(name);
        }
        let mut rows = match self.example(parameter) {
            Some(value) => rows(parameter, &as_text(name), place, &value),
            None if required => {
                vec![Param::new(
                    as_text(name),
                    format!("{{{{{}}}}}", variable(name)),
                )]
            }
            None => vec![Param::new(as_text(name), "")],
        };
        if !self
            .room
            .take(rows.iter().map(|row| row.name.len() + 32).sum())
        {
            return;
        }
        for row in &mut rows {
            row.enabled = required;
        }
        match place {
            "query" => into.query.extend(rows),
            "header" => into.headers.extend(rows),
            _ => into
                .cookies
                .extend(rows.iter().map(|row| format!("{}={}", row.name, row.value))),
        }
    }

    /// The rows go into the request, their credentials by name.
    pub(super) fn fill(&mut self, spec: &mut RequestSpec, parameters: &mut Parameters) {
        for mut row in parameters.query.drain(..) {
            row.set_value(self.lifter.named("parameter", &row.name, &row.value));
            spec.params.push(row);
        }
        for row in parameters.headers.drain(..) {
            self.lifter.push_header(spec, row);
        }
        if !parameters.cookies.is_empty() {
            let pairs = parameters.cookies.join("; ");
            let names: Vec<&str> = pairs
                .split("; ")
                .filter_map(|pair| pair.split('=').next())
                .collect();
            self.lost(Lost::Cookie, &names.join(", "));
            self.lifter.push_header(spec, Param::new("Cookie", pairs));
        }
    }

    /// What a parameter or a field may look like, as far as it says so.
    pub(super) fn example(&mut self, parameter: &'d Value) -> Option<Value> {
        self.wants_text = true;
        let value = self.example_as_text(parameter);
        self.wants_text = false;
        value
    }

    fn example_as_text(&mut self, parameter: &'d Value) -> Option<Value> {
        if let Some(value) = self.shown(parameter) {
            return Some(value);
        }
        let content = parameter.get("content").and_then(Value::as_object);
        let content = content.and_then(|content| content.values().next());
        self.wants_text = content.is_none();
        if let Some(value) = content.and_then(|content| self.shown(content)) {
            // It stands in the parameter as a text of that media type.
            return Some(Value::String(plain(&value)));
        }
        let schema = parameter
            .get("schema")
            .or_else(|| content.and_then(|content| content.get("schema")));
        // In Swagger 2 the parameter is its own schema.
        let schema = self.follow(schema.unwrap_or(parameter))?;
        self.given(schema)
    }
}

/// The rows of a value, by the style that the parameter asks for.
fn rows(parameter: &Value, name: &str, place: &str, value: &Value) -> Vec<Param> {
    let text = |member: &str| parameter.get(member).and_then(Value::as_str);
    let explode = parameter.get("explode").and_then(Value::as_bool);
    let style = text("style").unwrap_or(if place == "query" { "form" } else { "simple" });
    // Swagger 2 has a word of its own, and no repetition unless it is asked for.
    let format = text("collectionFormat");
    let is_swagger = parameter.get("schema").is_none() && parameter.get("type").is_some();
    let (repeats, sign) = match (format, style) {
        (Some("multi"), _) => (true, ","),
        (Some("ssv"), _) | (_, "spaceDelimited") => (explode == Some(true), " "),
        (Some("pipes"), _) | (_, "pipeDelimited") => (explode == Some(true), "|"),
        (Some("tsv"), _) => (false, "\t"),
        _ => (!is_swagger && explode.unwrap_or(place == "query"), ","),
    };
    let row = |name: &str, values: Vec<String>| match place {
        "query" => query_row(name, &values, sign),
        _ => Param::new(name, values.join(sign)),
    };
    match value {
        Value::Array(values) if repeats && place == "query" => {
            let values = values.iter();
            values.map(|value| row(name, vec![plain(value)])).collect()
        }
        Value::Array(values) => vec![row(name, values.iter().map(plain).collect())],
        Value::Object(members) if style == "deepObject" => {
            let members = members.iter();
            members
                .map(|(member, value)| row(&format!("{name}[{member}]"), vec![plain(value)]))
                .collect()
        }
        Value::Object(members) if repeats && place == "query" => {
            let members = members.iter();
            members
                .map(|(member, value)| row(member, vec![plain(value)]))
                .collect()
        }
        Value::Object(members) => {
            let pairs = members.iter();
            let values = pairs.flat_map(|(member, value)| [member.clone(), plain(value)]);
            vec![row(name, values.collect())]
        }
        value => vec![row(name, vec![plain(value)])],
    }
}

/// A pair as the description writes it: what parts its values stands as it is, and in a value
/// only what must be is encoded.
fn query_row(name: &str, values: &[String], sign: &str) -> Param {
    /// What RFC 3986 has no room for, and what a query reads in another way.
    const NEVER: &[u8] = b"%+\\^`{|}";
    let taken = [
        NEVER,
        if values.len() > 1 {
            sign.as_bytes()
        } else {
            b""
        },
    ]
    .concat();
    let encoded = values.iter().map(|value| lightly_encoded(value, &taken));
    let sign_written = lightly_encoded(sign, NEVER);
    let value = encoded.collect::<Vec<_>>().join(&sign_written);
    let name_written = lightly_encoded(name, &[NEVER, b"="].concat());
    let written = Param::of_query(&format!("{name_written}={value}"));
    let plain = Param::new(name, values.join(sign));
    match (written.name == plain.name, written.value == plain.value) {
        (true, true) => written,
        _ => plain,
    }
}

/// A text as it is, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

/// A name as a variable may have it. What httriage means by `base` stays its own.
pub(super) fn variable(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let name: String = name
        .chars()
        .take(80)
        .map(|c| if fits(c) { c } else { '-' })
        .collect();
    match name.trim_matches('-') {
        "" => "value".to_owned(),
        "base" => "base-value".to_owned(),
        name => name.to_owned(),
    }
}
