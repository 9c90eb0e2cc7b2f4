//! Bodies that are not plain text: multipart forms with files, a file, and bytes. A file must be
//! below the session's folder, and is only read when the person agrees.

use super::writer::{File, quoted};
use crate::model::{Body, Part, RequestSpec, is_plain};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use toml::Spanned;

/// One part of `parts = […]` in a session file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartTable {
    name: String,
    #[serde(default)]
    value: String,
    file: Option<Spanned<String>>,
    file_name: Option<String>,
    #[serde(rename = "type")]
    media_type: Option<String>,
    #[serde(default)]
    literal: bool,
}

/// A problem: its byte offset, the words, and the remedy.
pub type Wrong = (usize, String, &'static str);

/// Whether a body needs keys of its own in the file.
pub fn is_carried(spec: &RequestSpec) -> bool {
    // A typed `Content-Type` may lack the boundary, which only sending can add.
    let mut headers = spec.headers.iter().filter(|row| row.enabled);
    let is_typed = headers.any(|row| row.name.eq_ignore_ascii_case("content-type"));
    match &spec.body {
        Body::File(_) => true,
        Body::Bytes(bytes) => std::str::from_utf8(bytes).is_err(),
        Body::Multipart(parts) => is_typed || parts.iter().any(|part| part.is_file && !part.is_off),
        Body::Empty | Body::Text(_) | Body::Form(_) => false,
    }
}

pub(super) fn write(body: &Body, file: &mut File) {
    match body {
        Body::File(path) => file.text("body_file", path),
        Body::Bytes(bytes) => file.text("body_base64", &STANDARD.encode(bytes)),
        Body::Multipart(parts) => {
            file.line("parts = [");
            for part in parts.iter().filter(|part| !part.is_off) {
                let key = if part.is_file { "file" } else { "value" };
                let mut row = format!(
                    "name = {}, {key} = {}",
                    quoted(&part.name),
                    quoted(&part.value)
                );
                for (key, text) in [("file_name", &part.file_name), ("type", &part.media_type)] {
                    if let Some(text) = text {
                        row.push_str(&format!(", {key} = {}", quoted(text)));
                    }
                }
                if part.literal {
                    row.push_str(", literal = true");
                }
                file.line(&format!("  {{ {row} }},"));
            }
            file.line("]");
        }
        Body::Empty | Body::Text(_) | Body::Form(_) => {}
    }
}

/// Makes a multipart body of the tables; fails for a file outside the session's folder.
pub fn parts(tables: Vec<PartTable>) -> Result<Body, Wrong> {
    let mut parts = Vec::with_capacity(tables.len());
    for table in tables {
        let mut part = Part {
            name: table.name,
            value: table.value,
            file_name: table.file_name,
            media_type: table.media_type,
            ..Part::default()
        };
        match table.file {
            Some(path) => {
                part.value = path_of(path)?;
                part.is_file = true;
            }
            None => part.literal = table.literal && !is_plain(&part.value),
        }
        parts.push(part);
    }
    Ok(Body::Multipart(parts))
}

/// A body from `body_file`; fails for a file outside the session's folder.
pub fn file(path: Spanned<String>) -> Result<Body, Wrong> {
    Ok(Body::File(path_of(path)?))
}

/// A body from `body_base64`; fails where it is not base64.
pub fn bytes(text: &Spanned<String>) -> Result<Body, Wrong> {
    match STANDARD.decode(text.get_ref()) {
        Ok(bytes) => Ok(Body::Bytes(bytes)),
        Err(_) => Err((
            text.span().start,
            "this is not base64".to_owned(),
            "Write the bytes in base64, or name their file with body_file.",
        )),
    }
}

/// The author of a session must not choose another folder of this machine.
fn path_of(path: Spanned<String>) -> Result<String, Wrong> {
    let at = path.span().start;
    let path = path.into_inner();
    if is_below(&path) {
        Ok(path)
    } else {
        Err((
            at,
            "this file does not lie below the folder of the session".to_owned(),
            "Put it beside the session, and name it from there: body.json, or files/body.json.",
        ))
    }
}

/// Whether a path stays below the folder that it is read from.
pub fn is_below(path: &str) -> bool {
    let plain = path.replace("{{", "").replace("}}", "");
    !path.trim().is_empty()
        && !plain.starts_with(['/', '\\', '~'])
        && !plain.contains(':')
        && !plain.split(['/', '\\']).any(|part| part == "..")
}
