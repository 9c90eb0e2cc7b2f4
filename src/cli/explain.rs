//! `httriage explain`: what a status, a code, a cause or an error body means, without sending anything.

use super::args::{ExplainArgs, PlaceArgs};
use super::choice;
use super::import::FILE_BYTES;
use super::json::{self, entries_json, notes_json};
use super::print::Out;
use super::recording;
use super::trouble::Trouble;
use crate::engine::{Home, Vault, clock, pasted, sandbox};
use crate::format::har;
use crate::insight::{
    CauseNote, CodeNote, ErrorBody, Explanation, Glossary, StatusNote, error_text, in_general,
    received,
};
use crate::model::{Cause, Environment, StatusClass};
use serde_json::{Map, Value, json};
use std::io::Read;
use std::path::Path;

pub fn run(args: ExplainArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let catalogue = choice::catalogue(&home)?;
    let what = args.what.as_str();
    let place = place(args.env, &home)?;
    let knowledge = catalogue.library.of_environment(&place);
    let here = catalogue.beside(&knowledge);
    if let Some(status) = status_number(what) {
        return status_of(status, here, args.json, out);
    }
    if let Some(note) = here.code(what, None) {
        code(note, args.json, out);
        return Ok(0);
    }
    if let Some(note) = Cause::from_id(what).and_then(|cause| here.cause(cause)) {
        cause(&note, args.json, out);
        return Ok(0);
    }
    let bytes = read(what)?;
    if let Ok(text) = std::str::from_utf8(&bytes)
        && har::is_recording(text)
    {
        return recording::explain(text, what, &home, &catalogue, args.json, out);
    }
    let vault = Vault::new(&home.settings()?, sandbox::token_value);
    let vault = vault.knowing(catalogue.library.marks());
    let case =
        received(&bytes).map(|saved| pasted::case(saved, &vault, &catalogue.library, clock::now()));
    let explanation = case
        .as_ref()
        .map(|case| crate::insight::explain(case, &catalogue));
    // What came to somebody else is not of the API that is called here.
    let unknown = catalogue.library.of_environment(&Environment {
        configured: true,
        ..Environment::default()
    });
    let errors = error_text(&vault.mask().bytes(bytes), None);
    let knowledge = case.as_ref().map_or(&unknown, |case| &case.knowledge);
    body(
        &errors,
        explanation.as_ref(),
        catalogue.beside(knowledge),
        args.json,
        out,
    );
    Ok(0)
}

/// Whose words are meant when a status or a code is looked up: those of the environment that is
/// named or chosen, else those of the practice API. A person's own go before them.
fn place(env: Option<String>, home: &Home) -> Result<Environment, Trouble> {
    let named = PlaceArgs {
        env,
        ..PlaceArgs::default()
    };
    let chosen = choice::environment(&named, &home.configured()?)?;
    Ok(Environment {
        configured: true,
        ..chosen.unwrap_or_else(Environment::sandbox)
    })
}

/// Three digits, as a status line has them.
fn status_number(text: &str) -> Option<u16> {
    let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn status_of(status: u16, here: Glossary, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let class = StatusClass::of(status);
    let note = here.status(status);
    if json {
        let mut object = Map::new();
        object.insert("status".into(), json!(status));
        object.insert("class".into(), json!(class.id()));
        if let Some(note) = &note {
            object.insert("meaning".into(), json!(note.meaning.text));
        }
        object.insert(
            "causes".into(),
            causes_json(note.as_ref().map_or(&[], |n| &n.causes)),
        );
        object.insert("entries".into(), json!([]));
        object.insert("notes".into(), json!([]));
        out.json(&Value::Object(object));
        return Ok(0);
    }
    match note {
        Some(note) => status_text(&note, out),
        None => out.line(&format!(
            "{} {status}: the catalogue does not know this status; its class is {}.",
            class.glyph(false),
            class.id().replace('_', " ")
        )),
    }
    Ok(0)
}

fn status_text(note: &StatusNote, out: &mut Out) {
    let glyph = StatusClass::of(note.status).glyph(false);
    out.heading(&format!("{glyph} {} {}", note.status, note.name));
    out.line(&note.meaning.text);
    out.statements("Why it happens", &note.reasons);
    out.advice("What to check", &note.checks);
    out.advice("Whom to ask", &note.ask);
    causes_text(&note.causes, out);
    if !note.see.is_empty() {
        let see: Vec<String> = note.see.iter().map(u16::to_string).collect();
        out.line(&format!("See also status {}.", see.join(", ")));
    }
}

fn code(note: &CodeNote, json: bool, out: &mut Out) {
    if json {
        let mut object = Map::new();
        if let [status] = note.statuses[..] {
            object.insert("status".into(), json!(status));
            object.insert("class".into(), json!(StatusClass::of(status).id()));
        }
        object.insert("meaning".into(), json!(note.meaning.text));
        object.insert("causes".into(), causes_json(&note.causes));
        object.insert("entries".into(), json!([]));
        object.insert("notes".into(), json!([]));
        out.json(&Value::Object(object));
        return;
    }
    out.heading(&note.code);
    out.line(&note.meaning.text);
    if !note.statuses.is_empty() {
        let statuses: Vec<String> = note.statuses.iter().map(u16::to_string).collect();
        out.line(&format!("Comes with status {}.", statuses.join(", ")));
    }
    out.advice("What to check", &note.checks);
    out.advice("Whom to ask", &note.ask);
    causes_text(&note.causes, out);
}

fn cause(note: &CauseNote, json: bool, out: &mut Out) {
    if json {
        let mut object = Map::new();
        object.insert("meaning".into(), json!(note.meaning.text));
        object.insert("causes".into(), causes_json(&[note.cause]));
        object.insert("entries".into(), json!([]));
        object.insert("notes".into(), json!([]));
        out.json(&Value::Object(object));
        return;
    }
    out.heading(note.cause.id());
    out.line(&note.meaning.text);
    out.statements("How it is told", &note.signs);
    out.list(
        "What to do",
        note.steps.iter().map(|step| in_general(&step.text)),
    );
}

fn body(
    errors: &ErrorBody,
    explanation: Option<&Explanation>,
    here: Glossary,
    json: bool,
    out: &mut Out,
) {
    let statuses = errors.entries.iter().filter_map(|e| e.status.as_deref());
    let status = statuses.filter_map(status_number).next();
    let codes: Vec<&str> = errors
        .entries
        .iter()
        .filter_map(|e| e.code.as_deref())
        .collect();
    let mut causes: Vec<Cause> = Vec::new();
    let notes = codes.iter().filter_map(|code| here.code(code, status));
    let by_code = notes.flat_map(|note| note.causes.iter());
    let of_status = status.and_then(|status| here.status(status));
    let by_status = of_status.iter().flat_map(|note| note.causes.iter());
    for cause in by_code.chain(by_status) {
        if !causes.contains(cause) {
            causes.push(*cause);
        }
    }
    if json {
        let mut object = Map::new();
        if let Some(status) = status {
            object.insert("status".into(), json!(status));
            object.insert("class".into(), json!(StatusClass::of(status).id()));
            if let Some(note) = &of_status {
                object.insert("meaning".into(), json!(note.meaning.text));
            }
        }
        object.insert("causes".into(), causes_json(&causes));
        if let Some(explanation) = explanation {
            object.insert("verdicts".into(), json::causes_json(explanation));
            json::insert_limits(&explanation.named, &mut object);
        }
        object.insert("entries".into(), entries_json(errors));
        object.insert("notes".into(), notes_json(&errors.notes));
        out.json(&Value::Object(object));
        return;
    }
    let errors = errors.clone().for_people();
    if errors.entries.is_empty() {
        out.line("No error entries were found in this text.");
    }
    out.table(&errors.entries);
    out.notes(&errors.notes);
    match explanation {
        Some(explanation) if explanation.verdict().cause != Cause::None => {
            out.line("");
            super::investigate::verdict(explanation, "Likely", out);
        }
        Some(explanation) => out.named(&explanation.named, clock::now()),
        None => {}
    }
    let mut told: Vec<&str> = Vec::new();
    for code in codes {
        if told.contains(&code) {
            continue;
        }
        told.push(code);
        out.line("");
        match here.code(code, status) {
            Some(note) => {
                out.heading(&note.code);
                out.line(&note.meaning.text);
                out.advice("What to check", &note.checks);
            }
            None => out.line(&format!(
                "{code}: this code is not in the catalogue. catalogue.toml can add it."
            )),
        }
    }
    if let Some(note) = of_status {
        out.line("");
        status_text(&note, out);
    } else {
        causes_text(&causes, out);
    }
}

fn causes_text(causes: &[Cause], out: &mut Out) {
    if !causes.is_empty() {
        let ids: Vec<&str> = causes.iter().map(|cause| cause.id()).collect();
        out.line("");
        out.line(&format!("Usual causes: {}", ids.join(", ")));
    }
}

fn causes_json(causes: &[Cause]) -> Value {
    causes.iter().map(|cause| json!(cause.id())).collect()
}

fn read(what: &str) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let result = if what == "-" {
        std::io::stdin()
            .lock()
            .take(FILE_BYTES)
            .read_to_end(&mut bytes)
    } else if !Path::new(what).exists() {
        return Err(Trouble::failed(format!(
            "{what} is no status, no code and no cause of the catalogue, and there is no file of that name. catalogue.toml can add a code."
        )));
    } else {
        std::fs::File::open(what).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes))
    };
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Trouble::usage(format!(
            "{what} cannot be read: {error}. Give a file that can, or - for standard input."
        ))),
    }
}
