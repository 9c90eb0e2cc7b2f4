//! Reads a pasted text off the loop. The credentials in a command go straight into the vault, bound
//! to the one origin that the command names; the screen only gets their names.

use crate::app::{Imported, ImportedToken, Message, Notice, Pasted};
use crate::engine::Client;
use crate::engine::pasted;
use crate::format::registry::{self, Format};
use crate::format::sweep;
use crate::insight;
use crate::model::{Origin, RequestSpec, TokenName};
use std::sync::Arc;

/// Reads requests in any form that can be told for certain, else a response. `sandbox` names the
/// practice tokens if they may be meant.
pub fn take_in(
    text: &Pasted,
    was_argument: bool,
    client: &Client,
    tokens: &[TokenName],
    sandbox: &[TokenName],
) -> Message {
    let saved = insight::received(text.0.as_bytes(), client.library());
    // If a command stands above its output, the output is what needs explaining.
    if let Some(format) = registry::told(&text.0)
        && !saved.as_ref().is_some_and(insight::Saved::is_answer)
    {
        return requests(text, format, was_argument, client, tokens, sandbox);
    }
    match saved {
        Some(saved) if saved.form != insight::Form::Words => {
            let says = saved.says();
            Message::Received(Arc::new(pasted::taken(saved, client)), says)
        }
        _ => Message::Told(Notice::trouble(
            "The text is words, with no call and no answer in them.",
            "Paste a request, or what came as its answer.",
        )),
    }
}

fn requests(
    text: &Pasted,
    format: &'static Format,
    was_argument: bool,
    client: &Client,
    tokens: &[TokenName],
    sandbox: &[TokenName],
) -> Message {
    let vault = client.vault();
    let mut taken = tokens.to_vec();
    taken.extend(vault.lent());
    taken.extend_from_slice(sandbox);
    let known = vault.by_value(sandbox);
    let file = format!("the pasted {}", format.noun);
    let kind = Some(format.kind);
    let read = registry::read(&text.0, &file, kind, &taken, &known, &mut |_| {});
    let mut collection = match read {
        Ok(collection) => collection,
        Err(error) => return Message::Told(Notice::trouble(error.to_string(), "")),
    };
    sweep::known(&mut collection, &vault.mask());
    if collection.requests.is_empty() {
        let notes = collection.notes.iter().map(|note| note.message.as_str());
        let notes: Vec<&str> = notes.collect();
        let what = if format.is_many {
            format!(
                "The pasted {} holds no call that could be made.",
                format.noun
            )
        } else {
            format!("The pasted {} asks for nothing.", format.noun)
        };
        return Message::Told(Notice::trouble(what, notes.join(" ")));
    }
    let count = collection.requests.len();
    let mut session = None;
    collection.go_to_base();
    let noun = format.noun_of(count);
    if format.is_session(count) {
        let name = match Origin::parse(&collection.requests[0].spec.url) {
            _ if format.kind == "postman" && !collection.title.is_empty() => {
                collection.title.clone()
            }
            Some(origin) => format!("{noun} of {origin}"),
            None => noun.to_owned(),
        };
        let (recorded, lost) = collection.session(&name);
        collection.notes.extend(lost);
        session = Some(Box::new(recorded));
    }
    let mut spec = collection.requests.remove(0).spec;
    spec.fill_in(&collection.variables);
    let others = session.iter().flat_map(|session| &session.steps);
    let specs: Vec<&RequestSpec> = match &session {
        Some(_) => others.map(|step| &step.spec).collect(),
        None => vec![&spec],
    };
    // A token goes to the first host that it is sent to, and to no other.
    let origin_of = |token: &TokenName| {
        let mut specs = specs.iter();
        let first = specs.find(|spec| spec.tokens().contains(token))?;
        Some(Origin::parse(&first.url))
    };
    let found = collection.tokens.into_iter();
    let mut tokens = Vec::new();
    for found in found {
        let Some(origin) = origin_of(&found.name) else {
            continue;
        };
        let with_value = found.value.is_some();
        if let (Some(value), false, Some(origin)) = (found.value, found.is_known, &origin) {
            vault.lend_to(&found.name, value, origin.clone());
        }
        let in_sandbox = sandbox.contains(&found.name);
        tokens.push(ImportedToken {
            token: vault.reference_at_rest(&found.name, in_sandbox),
            place: found.place,
            with_value,
        });
    }
    Message::Imported(Box::new(Imported {
        spec: spec.clone(),
        noun,
        count,
        tokens,
        notes: collection.notes,
        session: session.clone(),
        was_argument,
    }))
}
