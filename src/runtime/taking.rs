//! A pasted text is read off the loop. The credentials of a command go straight into the vault,
//! bound to the one place that the command itself names, and on the screen only their names.

use crate::app::{Imported, ImportedToken, Message, Notice, Pasted};
use crate::engine::Client;
use crate::format::curl;
use crate::insight;
use crate::model::{
    Environment, Exchange, Origin, Outcome, Param, RequestSpec, Timestamp, TokenName,
};
use std::sync::Arc;
use std::time::Duration;

/// Reads a command, else an answer. `sandbox` names the practice tokens where they may be meant.
pub fn take_in(
    text: &Pasted,
    was_argument: bool,
    client: &Client,
    tokens: &[TokenName],
    sandbox: &[TokenName],
) -> Message {
    if curl::is_command(&text.0) {
        return command(text, was_argument, client, tokens, sandbox);
    }
    match insight::received(text.0.as_bytes()) {
        Some(saved) => Message::Received(Arc::new(answer(saved, client))),
        None => Message::Told(Notice::trouble(
            "The text is neither a curl command nor an answer.",
            "Begin with curl, with a status line, or with the body of an answer.",
        )),
    }
}

fn command(
    text: &Pasted,
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
    let mut collection = match curl::read(&text.0, "the pasted command", &taken, &known) {
        Ok(collection) => collection,
        Err(error) => return Message::Told(Notice::trouble(error.to_string(), "")),
    };
    if collection.requests.is_empty() {
        let notes = collection.notes.iter().map(|note| note.message.as_str());
        let notes: Vec<&str> = notes.collect();
        let what = "The pasted command asks for nothing.";
        return Message::Told(Notice::trouble(what, notes.join(" ")));
    }
    let count = collection.requests.len();
    let spec = collection.requests.remove(0).spec;
    let origin = Origin::parse(&spec.url);
    let named = crate::model::tokens_of(&spec);
    let found = collection.tokens.into_iter();
    let mut tokens = Vec::new();
    for found in found.filter(|found| named.contains(&found.name)) {
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
        spec,
        count,
        tokens,
        notes: collection.notes,
        was_argument,
    }))
}

/// An answer as a call that was made elsewhere.
fn answer(saved: insight::Saved, client: &Client) -> Exchange {
    let sent = saved.sent.unwrap_or_else(|| crate::model::SentRequest {
        url: "pasted answer".to_owned(),
        ..Default::default()
    });
    let headers = sent.headers.iter();
    let headers = headers.map(|header| Param::new(&header.name, header.text()));
    let typed = RequestSpec {
        method: sent.method.clone(),
        url: if sent.method.is_empty() {
            String::new()
        } else {
            sent.url.clone()
        },
        headers: headers.collect(),
        ..RequestSpec::default()
    };
    client.shown(Exchange {
        id: client.new_id(),
        environment: Environment::RECEIVED.to_owned(),
        case: None,
        typed,
        sent,
        outcome: Outcome::Answered(saved.response),
        redirects: Vec::new(),
        attempts: 0,
        unverified: Vec::new(),
        probe_of: None,
        started_at: Timestamp::now(),
        took: Duration::ZERO,
    })
}
