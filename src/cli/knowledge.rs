//! `httriage knowledge`: lists the packs, shows one, or checks whether one can be trusted.

use super::args::{KnowledgeArgs, KnowledgeCommand};
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::investigate::case_of;
use crate::engine::{Client, ClientOptions, Home, Vault, clock, pasted};
use crate::format::knowledge_file::{self, Example};
use crate::format::{FormatError, calibration_file, catalogue_file, library};
use crate::insight::api::knowledge::Layer;
use crate::insight::api::library::Library;
use crate::insight::{Catalogue, explain, received};
use crate::model::{Cause, Environment, Settings};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// The exit code for a pack that cannot be read, or whose examples give another cause.
const BAD_PACK: u8 = 2;

/// Lists the packs, prints one, or checks a file.
pub fn run(args: KnowledgeArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    match args.command.unwrap_or_default() {
        KnowledgeCommand::List { json } => list(&choice::catalogue(&home)?.library, json, out),
        KnowledgeCommand::Show { id } => show(&id, &home, out),
        KnowledgeCommand::Check { file, json } => check(&file, json, out),
    }
}

fn list(library: &Library, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let packs = library.list();
    if json {
        let row = |(id, title, layer): &(&str, &str, _)| json!({ "id": id, "title": title, "layer": layer_name(layer), "built_in": library.is_built_in(id) });
        out.json(&json!({ "packs": packs.iter().map(row).collect::<Vec<Value>>() }));
        return Ok(0);
    }
    let longest = packs.iter().map(|(id, _, _)| id.len()).max().unwrap_or(0);
    for (id, title, layer) in &packs {
        let layer = layer_name(layer);
        out.line(&format!("{id:longest$}  {layer:9}  {title}"));
    }
    Ok(0)
}

fn layer_name(layer: &Layer) -> &'static str {
    let known = Layer::NAMES.iter().find(|(_, known)| known == layer);
    known.map_or("", |(name, _)| name)
}

/// Prints the pack as it is written, to read or to change.
fn show(id: &str, home: &Home, out: &mut Out) -> Result<u8, Trouble> {
    for (path, text) in home.packs()? {
        let pack = knowledge_file::read(&text, &path.display().to_string())?;
        if pack.id == id {
            out.text(&text);
            return Ok(0);
        }
    }
    match library::text_of(id) {
        Some(text) => {
            out.text(&text);
            Ok(0)
        }
        None => Err(Trouble::usage(format!(
            "There is no pack {id}. `httriage knowledge list` names all."
        ))),
    }
}

fn check(file: &Path, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Trouble::usage(format!(
            "{name} cannot be read: {error}. Name the file of a pack."
        ))
    })?;
    let read = knowledge_file::read(&text, &name);
    let read = read.and_then(|pack| Ok((pack, knowledge_file::examples(&text, &name)?)));
    let (pack, examples) = match read {
        Ok(read) => read,
        Err(error) => {
            if json {
                out.json(&document(&[&error], 0, 0))
            } else {
                out.paragraph(&error.to_string())
            }
            return Ok(BAD_PACK);
        }
    };
    let id = pack.id.clone();
    let library = Arc::new(library::built_in().with_own(vec![pack]));
    let judge = Judge::new(library);
    let mut failed = 0;
    for example in &examples {
        if let Err(instead) = judge.proves(example) {
            failed += 1;
            if !json {
                out.line(&format!(
                    "{}: {} instead of {}.",
                    example.name,
                    instead,
                    example.cause.id()
                ));
            }
        }
    }
    let passed = examples.len() - failed;
    if json {
        out.json(&document(&[], passed, failed))
    } else {
        out.line(&format!(
            "{id}: it can be read; {passed} of {} examples are named rightly.",
            examples.len()
        ))
    }
    Ok(if failed == 0 { 0 } else { BAD_PACK })
}

fn document(errors: &[&FormatError], passed: usize, failed: usize) -> Value {
    let row = |error: &&FormatError| {
        let (line, column) = error.line_and_column();
        json!({ "message": format!("{} {}", error.problem, error.remedy), "line": line, "column": column })
    };
    let errors: Vec<Value> = errors.iter().map(row).collect();
    json!({ "errors": errors, "examples": { "passed": passed, "failed": failed } })
}

/// Judges examples like `explain -` judges a pasted text.
struct Judge {
    client: Client,
    catalogue: Catalogue,
}

impl Judge {
    fn new(library: Arc<Library>) -> Judge {
        let vault = Vault::new(&Settings::default(), |_| None);
        let vault = Arc::new(vault.knowing(library.marks()));
        let options = ClientOptions {
            library: library.clone(),
            ..ClientOptions::default()
        };
        Judge {
            client: Client::new(vault, options),
            catalogue: Catalogue {
                library,
                causes: catalogue_file::causes(),
                calibration: calibration_file::built_in(),
            },
        }
    }

    fn cause(&self, text: &str) -> Option<Cause> {
        let saved = received(text.as_bytes(), self.client.library())?;
        let exchange = Arc::new(pasted::taken(saved, &self.client));
        let place = Environment {
            name: Environment::RECEIVED.to_owned(),
            ..Environment::default()
        };
        let case = case_of(&self.client, exchange, place);
        Some(explain(&case, &self.catalogue).verdict().cause)
    }

    /// Fails with the cause that came first, if it is another one.
    fn proves(&self, example: &Example) -> Result<(), &'static str> {
        match self.cause(&example.transcript(clock::now())) {
            Some(cause) if cause == example.cause => Ok(()),
            Some(cause) => Err(cause.id()),
            None => Err("nothing"),
        }
    }
}
