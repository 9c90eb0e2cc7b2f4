//! `httriage import`: the requests of other programs, as text, JSON or a session.

use super::args::ImportArgs;
use super::choice;
use super::json::notes_json;
use super::print::Out;
use super::progress::Gauge;
use super::trouble::Trouble;
use crate::engine::sandbox;
use crate::engine::{Home, Vault};
use crate::format::{registry, session_file, sweep};
use crate::model::{Body, Collection, FoundToken, Param, Part, Step, TokenName, written};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Most bytes read from a file; browser recordings are large.
pub const FILE_BYTES: u64 = 256_000_000;

/// Reads a file, or standard input for `-`, and prints or saves its requests.
pub fn run(args: ImportArgs, out: &mut Out) -> Result<u8, Trouble> {
    let text = choice::text(&args.file, FILE_BYTES)?;
    read(&args, text, out)
}

/// Prints the requests in a text that came through a pipe without a question.
pub fn shown(text: &str, out: &mut Out) -> Result<u8, Trouble> {
    let args = ImportArgs {
        file: "-".to_owned(),
        out: None,
        kind: None,
        json: false,
    };
    read(&args, text.to_owned(), out)
}

fn read(args: &ImportArgs, text: String, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let file = if args.file == "-" {
        "stdin"
    } else {
        &args.file
    };
    let taken: Vec<TokenName> = settings
        .tokens
        .iter()
        .map(|token| token.name.clone())
        .collect();
    let vault = Vault::new(&settings, sandbox::token_value);
    let kind = args.kind.as_deref();
    let known = vault.by_value(&[]);
    let mut gauge = Gauge::new(format!("Reading {file}"));
    let watch = &mut |done| gauge.shows(done);
    let mut collection = registry::read(&text, file, kind, &taken, &known, watch)?;
    sweep::known(&mut collection, &vault.mask());
    drop((gauge, text));
    let prints = collection
        .tokens
        .iter()
        .map(|token| fingerprint(&vault, token));
    let prints: Vec<Option<String>> = prints.collect();
    let mut saved = None;
    if let Some(path) = &args.out {
        let stem = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let stem = stem.unwrap_or_default();
        let name = stem.split('.').next().filter(|name| !name.is_empty());
        let (session, notes) = collection.session(name.unwrap_or(&collection.title));
        home.save(path, &session_file::write(&session))?;
        collection.notes.extend(notes);
        saved = Some(path);
    }
    if args.json {
        out.json(&collection_json(&collection, &prints));
        return Ok(0);
    }
    show(&collection, &prints, out);
    if let Some(path) = saved {
        let count = collection.requests.len();
        let steps = if count == 1 { "step" } else { "steps" };
        out.line("");
        out.line(&format!("{count} {steps} written to {}", path.display()));
    }
    Ok(0)
}

/// Tells one value from another without showing it. The vault gets the value only for this: the
/// command sends nothing.
fn fingerprint(vault: &Vault, token: &FoundToken) -> Option<String> {
    let value = token.value.as_ref()?;
    vault.lend(&token.name, value.clone());
    vault.reference_at_rest(&token.name, false).fingerprint
}

fn show(collection: &Collection, prints: &[Option<String>], out: &mut Out) {
    for step in &collection.requests {
        let spec = &step.spec;
        out.heading(&format!("{} {}", spec.method, spec.url));
        let row = |sign: &str, row: &Param| format!("{}{sign}{}", row.name, row.value);
        for param in sent(&spec.params) {
            out.indented(&row(" = ", param));
        }
        for header in sent(&spec.headers) {
            out.indented(&row(": ", header));
        }
        if let Some(token) = spec.auth.token() {
            out.indented(&format!("token {token}"));
        }
        match &spec.body {
            Body::Empty => {}
            Body::Form(rows) => sent(rows).for_each(|pair| out.indented(&row(" = ", pair))),
            Body::Multipart(parts) => {
                let parts = parts.iter().filter(|part| !part.is_off);
                parts.for_each(|part| out.indented(&part_text(part)));
            }
            Body::File(path) => out.indented(&format!("the contents of {path}")),
            body => match written(body) {
                Some(written) => out.indented(&written.text),
                None => out.indented("a body that is not text"),
            },
        }
    }
    for (number, (token, print)) in collection.tokens.iter().zip(prints).enumerate() {
        if number == 0 {
            out.line("");
            out.heading("Credentials, by name");
        }
        let print = print
            .as_ref()
            .map_or_else(String::new, |print| format!("·{print}"));
        let place = if token.is_known {
            format!("{}, the value of a token you have", token.place)
        } else {
            token.place.clone()
        };
        out.columns(
            &[
                (token.name.as_str(), 20),
                (&print, 5),
                (&token.name.variable(), 36),
            ],
            &place,
        );
    }
    let base = collection.base.iter().map(|base| ("base", base.as_str()));
    let variables = collection.variables.iter();
    let variables = variables.map(|(name, value)| (name.as_str(), value.as_str()));
    for (number, (name, value)) in base.chain(variables).enumerate() {
        if number == 0 {
            out.line("");
            out.heading("Variables");
        }
        out.columns(&[(name, 20)], value);
    }
    if !collection.notes.is_empty() {
        out.line("");
    }
    out.notes(&collection.notes);
}

/// The rows that are switched on.
fn sent(rows: &[Param]) -> impl Iterator<Item = &Param> {
    rows.iter().filter(|row| row.enabled)
}

fn part_text(part: &Part) -> String {
    let sign = if part.is_file { "@" } else { "" };
    format!("{} = {sign}{}", part.name, part.value)
}

fn collection_json(collection: &Collection, prints: &[Option<String>]) -> Value {
    let requests: Vec<Value> = collection.requests.iter().map(request_json).collect();
    let tokens = collection.tokens.iter().zip(prints).map(|(token, print)| {
        let mut object = Map::new();
        object.insert("name".into(), json!(token.name.as_str()));
        object.insert("place".into(), json!(token.place));
        object.insert("variable".into(), json!(token.name.variable()));
        if let Some(print) = print {
            object.insert("fingerprint".into(), json!(print));
        }
        Value::Object(object)
    });
    let tokens: Vec<Value> = tokens.collect();
    json!({
        "kind": collection.kind,
        "requests": requests,
        "tokens": tokens,
        "notes": notes_json(&collection.notes),
    })
}

fn request_json(step: &Step) -> Value {
    let spec = &step.spec;
    let pairs =
        |rows: &[Param]| -> Value { sent(rows).map(|row| json!([row.name, row.value])).collect() };
    let mut object = Map::new();
    object.insert("name".into(), json!(step.name));
    object.insert("method".into(), json!(spec.method));
    object.insert("url".into(), json!(spec.url));
    object.insert("params".into(), pairs(&spec.params));
    object.insert("headers".into(), pairs(&spec.headers));
    let body = match &spec.body {
        Body::Empty => None,
        Body::Text(text) => Some(json!({ "text": text })),
        Body::Bytes(bytes) => Some(match std::str::from_utf8(bytes) {
            Ok(text) => json!({ "text": text }),
            Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
        }),
        Body::Form(rows) => Some(json!({ "form": pairs(rows) })),
        Body::Multipart(parts) => {
            let parts = parts.iter().filter(|part| !part.is_off);
            let parts: Vec<Value> = parts.map(part_json).collect();
            Some(json!({ "multipart": parts }))
        }
        Body::File(path) => Some(json!({ "file": path })),
    };
    if let Some(body) = body {
        object.insert("body".into(), body);
    }
    if let Some(token) = spec.auth.token() {
        object.insert("token".into(), json!(token.as_str()));
    }
    Value::Object(object)
}

fn part_json(part: &Part) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(part.name));
    let key = if part.is_file { "file" } else { "text" };
    object.insert(key.into(), json!(part.value));
    for (key, value) in [
        ("file_name", &part.file_name),
        ("media_type", &part.media_type),
    ] {
        if let Some(value) = value {
            object.insert(key.into(), json!(value));
        }
    }
    Value::Object(object)
}
