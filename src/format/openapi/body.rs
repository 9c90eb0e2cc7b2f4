//! The body of a request: an example if there is one, else what its schema must have.

use super::document::Version;
use super::notes::Lost;
use super::parameters::{Parameters, plain, variable};
use super::reader::DescriptionReader;
use crate::model::{Body, Param, Part, RequestSpec, as_text};
use serde_json::{Map, Value};

const FORM: &str = "application/x-www-form-urlencoded";

/// How much a media type is wanted, the least first.
fn rank(media_type: &str) -> usize {
    let kind = essence(media_type);
    if is_json(&kind) {
        return if kind == "application/json" { 0 } else { 1 };
    }
    match kind.as_str() {
        FORM => 2,
        kind if kind.starts_with("multipart/") => 3,
        "text/plain" => 4,
        _ => 5,
    }
}

fn essence(media_type: &str) -> String {
    let kind = media_type.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn is_json(kind: &str) -> bool {
    kind.ends_with("/json") || kind.ends_with("+json") || kind == "*/*" || kind == "application/*"
}

impl<'d> DescriptionReader<'d> {
    pub(super) fn body(
        &mut self,
        spec: &mut RequestSpec,
        operation: &'d Value,
        parameters: &Parameters<'d>,
    ) {
        if self.document.version == Version::Swagger {
            self.swagger_body(spec, operation, parameters);
            return;
        }
        let Some(body) = operation.get("requestBody") else {
            return;
        };
        let Some(body) = self.follow(body) else {
            return;
        };
        let content = body.get("content").and_then(Value::as_object);
        let content = content.iter().flat_map(|content| content.iter());
        let Some((kind, media)) = content.min_by_key(|(kind, _)| rank(kind)) else {
            self.lost(Lost::Odd, "a body without content");
            return;
        };
        let Some(media) = self.follow(media) else {
            return;
        };
        let schema = media.get("schema").or_else(|| media.get("itemSchema"));
        // A form is made of texts.
        self.wants_text = !is_json(&essence(kind));
        let example = self.shown(media);
        self.typed(spec, kind, example, schema);
    }

    /// The body or the form of Swagger 2, which is given by parameters.
    fn swagger_body(
        &mut self,
        spec: &mut RequestSpec,
        operation: &'d Value,
        parameters: &Parameters<'d>,
    ) {
        let consumes = operation
            .get("consumes")
            .or_else(|| self.document.root().get("consumes"))
            .and_then(Value::as_array);
        let kinds = consumes.iter().flat_map(|kinds| kinds.iter());
        let kinds = kinds.filter_map(Value::as_str);
        let kind = kinds.min_by_key(|kind| rank(kind));
        if let Some(body) = parameters.body {
            let example = self.shown(body);
            let kind = kind.unwrap_or("application/json");
            self.typed(spec, kind, example, body.get("schema"));
            return;
        }
        let is_file = |field: &&Value| field.get("type").is_some_and(|kind| kind == "file");
        let is_multipart = parameters.form.iter().any(is_file)
            || kind.is_some_and(|kind| kind.starts_with("multipart/"));
        let mut parts = Vec::new();
        for field in &parameters.form {
            let name = field.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default();
            let required = field.get("required") == Some(&Value::Bool(true));
            if !required {
                self.optional(name);
            }
            let mut part = match is_file(field) {
                true if required => self.upload(name),
                true => Part {
                    is_file: true,
                    ..Part::default()
                },
                false => {
                    let value = self.example(field).as_ref().map(plain);
                    let open = || {
                        if required {
                            format!("{{{{{}}}}}", variable(name))
                        } else {
                            String::new()
                        }
                    };
                    Part::from(Param::new(name, value.unwrap_or_else(open)))
                }
            };
            part.name = as_text(name);
            part.is_off = !required;
            parts.push(part);
        }
        spec.body = match (parts.is_empty(), is_multipart) {
            (true, _) => Body::Empty,
            (_, true) => self.multipart(parts),
            (_, false) => self.form(parts.into_iter().map(Param::from).collect()),
        };
    }

    /// A body of a media type, from its example, else from its schema.
    fn typed(
        &mut self,
        spec: &mut RequestSpec,
        media_type: &str,
        example: Option<Value>,
        schema: Option<&'d Value>,
    ) {
        let kind = essence(media_type);
        self.wants_text = !is_json(&kind);
        self.typed_as(spec, media_type, &kind, example, schema);
        self.wants_text = false;
    }

    fn typed_as(
        &mut self,
        spec: &mut RequestSpec,
        media_type: &str,
        kind: &str,
        example: Option<Value>,
        schema: Option<&'d Value>,
    ) {
        if is_json(kind) {
            let value = example.or_else(|| schema.map(|schema| self.sketch(schema, "", 0)));
            let Some(value) = value else {
                self.lost(Lost::Media, kind);
                return;
            };
            let text = match value {
                // An example may be given as the text that goes out.
                Value::String(text) if text.trim_start().starts_with(['{', '[']) => text,
                value => serde_json::to_string_pretty(&value).unwrap_or_default(),
            };
            if kind != "application/json" && !kind.contains('*') {
                spec.headers.push(Param::new("Content-Type", media_type));
            }
            spec.body = self.lifter.text_body(text, false);
            return;
        }
        if kind == FORM || kind.starts_with("multipart/") {
            let is_multipart = kind != FORM;
            let parts = self.fields(example, schema, is_multipart);
            spec.body = if is_multipart {
                self.multipart(parts)
            } else {
                self.form(parts.into_iter().map(Param::from).collect())
            };
            return;
        }
        let binary = schema.and_then(|schema| self.follow(schema));
        if kind == "application/octet-stream" || binary.is_some_and(is_binary) {
            spec.headers.push(Param::new("Content-Type", media_type));
            spec.body = Body::File(self.upload("file").value);
            return;
        }
        let value = example.or_else(|| self.given(schema?));
        match value {
            Some(Value::String(text)) => {
                spec.headers.push(Param::new("Content-Type", media_type));
                spec.body = self.lifter.text_body(text, false);
            }
            _ => self.lost(Lost::Media, kind),
        }
    }

    /// The fields of a form, from an example or from what the schema must have.
    fn fields(
        &mut self,
        example: Option<Value>,
        schema: Option<&'d Value>,
        is_multipart: bool,
    ) -> Vec<Part> {
        let schema = schema.and_then(|schema| self.follow(schema));
        let value = example.or_else(|| schema.map(|schema| self.sketch(schema, "", 0)));
        let members = match value {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        };
        let described = schema.and_then(|schema| schema.get("properties"));
        let mut parts = Vec::new();
        for (name, value) in members {
            let field = described.and_then(|members| members.get(&name));
            let field = field.and_then(|field| self.follow(field));
            if is_multipart && field.is_some_and(is_binary) {
                parts.push(self.upload(&name));
                continue;
            }
            match value {
                Value::Array(values) => {
                    let rows = values.iter().map(|value| Param::new(&name, plain(value)));
                    parts.extend(rows.map(Part::from));
                }
                value => parts.push(Part::from(Param::new(name, plain(&value)))),
            }
        }
        parts
    }

    fn upload(&mut self, name: &str) -> Part {
        let value = format!("{{{{{}}}}}", variable(name));
        self.lost(Lost::Upload, &value);
        Part {
            name: name.to_owned(),
            value,
            is_file: true,
            ..Part::default()
        }
    }

    fn form(&mut self, mut rows: Vec<Param>) -> Body {
        for row in &mut rows {
            row.value = self.lifter.named("form", &row.name, &row.value);
        }
        if rows.is_empty() {
            Body::Empty
        } else {
            Body::Form(rows)
        }
    }

    fn multipart(&mut self, mut parts: Vec<Part>) -> Body {
        for part in parts.iter_mut().filter(|part| !part.is_file) {
            part.value = self.lifter.named("part", &part.name, &part.value);
            part.value = self.lifter.body(&part.value);
        }
        if parts.is_empty() {
            Body::Empty
        } else {
            Body::Multipart(parts)
        }
    }
}

fn is_binary(schema: &Value) -> bool {
    let says = |member: &str, text: &str| schema.get(member).is_some_and(|value| value == text);
    says("format", "binary")
        || says("type", "file")
        || says("contentMediaType", "application/octet-stream")
}
