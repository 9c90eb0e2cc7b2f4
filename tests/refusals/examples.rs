//! The examples that packs carry, each judged as `explain -` judges it.

use httriage::engine::investigate::case_of;
use httriage::engine::{Client, ClientOptions, Vault, clock, pasted};
use httriage::format::knowledge_file::{self, Example};
use httriage::insight::{Catalogue, explain, received};
use httriage::model::{Environment, Settings};
use std::path::PathBuf;
use std::sync::Arc;

/// What comes first for each example that is not named as its pack says.
pub fn named_otherwise(catalogue: &Catalogue) -> (usize, Vec<String>) {
    let examples = all();
    let half = examples.len().div_ceil(2);
    let wrong = std::thread::scope(|scope| {
        let tasks: Vec<_> = examples
            .chunks(half)
            .map(|some| scope.spawn(|| some.iter().filter_map(|e| other(e, catalogue)).collect()))
            .collect();
        let lists = tasks.into_iter().map(|task| task.join().unwrap());
        lists.flat_map(|list: Vec<String>| list).collect()
    });
    (examples.len(), wrong)
}

fn all() -> Vec<(String, Example)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/knowledge");
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|path| !path.ends_with("index.toml"));
    files.sort();
    let mut examples = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        let own = knowledge_file::examples(&text, &id).unwrap();
        examples.extend(own.into_iter().map(|example| (id.clone(), example)));
    }
    examples
}

fn other((id, example): &(String, Example), catalogue: &Catalogue) -> Option<String> {
    let vault = Vault::new(&Settings::default(), |_| None);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..ClientOptions::default()
    };
    let client = Client::new(vault, options);
    let text = example.transcript(clock::now());
    let saved = received(text.as_bytes(), client.library()).unwrap();
    let exchange = Arc::new(pasted::taken(saved, &client));
    let place = Environment {
        name: Environment::RECEIVED.to_owned(),
        ..Environment::default()
    };
    let case = case_of(&client, exchange, place);
    let named = explain(&case, catalogue).verdict().cause;
    (named != example.cause).then(|| {
        let (named, meant) = (named.id(), example.cause.id());
        format!("{id}, {}: {named} and not {meant}", example.name)
    })
}
