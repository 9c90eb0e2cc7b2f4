//! `httriage seen`: the same refusal before, and what it was in the end. Nothing is sent.

use super::args::SeenArgs;
use super::choice;
use super::history;
use super::json::summary_json;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::history::History;
use crate::engine::investigate::case_of;
use crate::engine::seen::Judge;
use crate::engine::{Client, ClientOptions, Home, Vault, clock, sandbox};
use crate::insight::facts::Case;
use crate::insight::seen::Seen;
use crate::insight::{Catalogue, Exchange};
use crate::model::{Resolution, ResolvedWhat, Settings, visible_line};
use serde_json::{Map, Value, json};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Nobody waits longer than this to hear that something was seen before: a read takes some
/// milliseconds, and a history that is stuck holds up the record of the call for as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Prints earlier refusals of a kind, or of a code; of the newest refusal where nothing is named.
pub fn run(args: SeenArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let history = choice::history(&home, &settings)?;
    let client = looker(&settings, &catalogue);
    let found = find(
        args.what.as_deref(),
        &history,
        &client,
        &catalogue,
        &settings,
    );
    history.close(history::CLOSING);
    let seen = found?;
    if args.json {
        out.json(&document(&seen));
        return Ok(0);
    }
    match seen.sentence(clock::now()) {
        Some(sentence) => out.paragraph(&visible_line(&sentence)),
        None => out.line("This was not seen before, and nothing is recorded of it."),
    }
    if !seen.resolutions.is_empty() {
        out.line("");
        out.heading("What it was");
    }
    for resolution in &seen.resolutions {
        out.indented(&line_of(resolution));
    }
    if !seen.calls.is_empty() {
        out.line("");
        out.heading("Earlier calls");
    }
    for call in &seen.calls {
        out.summary(call);
        if out.is_closed() {
            break;
        }
    }
    Ok(0)
}

/// A client that sends nothing: it knows the tokens and the packs.
pub fn looker(settings: &Settings, catalogue: &Catalogue) -> Client {
    let vault = Vault::new(settings, sandbox::token_value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..ClientOptions::default()
    };
    Client::new(vault, options)
}

/// Refusals like a call of the history, or with a code.
pub fn find(
    what: Option<&str>,
    history: &History,
    client: &Client,
    catalogue: &Catalogue,
    settings: &Settings,
) -> Result<Seen, Trouble> {
    let judge = Judge {
        client,
        catalogue,
        environments: &settings.environments,
    };
    let call = match what {
        None => history.newest_refusal()?,
        // A code may look like the beginning of an id; a call that is there comes first.
        Some(what) => match history.find(what)? {
            None => return Ok(judge.seen_code(history, what)?),
            call => call,
        },
    };
    let Some(exchange) = call.map(|id| history.load(&id)).transpose()?.flatten() else {
        return Err(Trouble::failed(
            "No call of the history was refused, so there is nothing to look for. httriage seen CODE takes an error code.",
        ));
    };
    if let Some(seen) = of_call(exchange, history, &judge, settings)? {
        return Ok(seen);
    }
    Err(Trouble::failed(
        "This call was not refused, so there is nothing to look for. httriage history list 4xx shows those that were.",
    ))
}

fn of_call(
    exchange: Exchange,
    history: &History,
    judge: &Judge,
    settings: &Settings,
) -> Result<Option<Seen>, Trouble> {
    let place = choice::environment_of(&exchange, settings);
    let case = case_of(judge.client, Arc::new(exchange), place);
    Ok(judge.seen(history, &case)?)
}

/// The case with what was seen of its kind, where the history says so soon enough: whoever made a
/// call waits for its answer, not for this.
pub fn remembered(
    case: Case,
    history: Option<History>,
    client: Client,
    catalogue: Catalogue,
    settings: &Settings,
) -> Case {
    let Some(history) = history.filter(|_| !case.call.is_fine()) else {
        return case;
    };
    let environments = settings.environments.clone();
    let asked = case.clone();
    let (found, answer) = mpsc::channel();
    // A thread of its own, which ends with the process.
    let began = std::thread::Builder::new()
        .name("seen".to_owned())
        .spawn(move || {
            let judge = Judge {
                client: &client,
                catalogue: &catalogue,
                environments: &environments,
            };
            let _ = found.send(judge.seen(&history, &asked).ok().flatten());
        });
    let seen = match began {
        Ok(_) => answer.recv_timeout(PATIENCE).ok().flatten(),
        Err(_) => None,
    };
    Case { seen, ..case }
}

/// What was seen of a case, for the documents of other commands; `None` where that is nothing.
pub fn in_short(case: &Case) -> Option<Value> {
    let sentence = sentence(case)?;
    let seen = case.seen.as_ref()?;
    let mut short = document(seen);
    if let Some(members) = short.as_object_mut() {
        // Their ids come with httriage seen.
        members.remove("exchanges");
        members.insert("sentence".into(), json!(sentence));
    }
    Some(short)
}

/// What was seen of a case, as a sentence; `None` where that is nothing.
pub fn sentence(case: &Case) -> Option<String> {
    let seen = case.seen.as_ref()?;
    let sentence = seen.sentence(clock::now())?;
    Some(visible_line(&sentence).into_owned())
}

/// `38g9…  permission.missing_role  2026-05-12  ACME-1234, Kim: needed Runbook Admin`
pub fn line_of(resolution: &Resolution) -> String {
    let whose = resolution
        .case
        .iter()
        .chain(std::iter::once(&resolution.who));
    let whose: Vec<&str> = whose.map(String::as_str).collect();
    let note = resolution.note.replace('\n', " ");
    let line = format!(
        "{}  {}  {}{}{note}",
        resolution.cause_id(),
        resolution.at.strftime("%Y-%m-%d"),
        whose.join(", "),
        if note.is_empty() { "" } else { ": " },
    );
    visible_line(&line).into_owned()
}

/// Earlier calls with what they were.
pub fn document(seen: &Seen) -> Value {
    let mut document = Map::new();
    document.insert("count".into(), json!(seen.calls.len()));
    if let Some(since) = seen.since() {
        document.insert("since".into(), json!(since.to_string()));
    }
    let resolutions = seen.resolutions.iter().map(resolution_json);
    document.insert("resolutions".into(), Value::Array(resolutions.collect()));
    let calls = seen.calls.iter().map(summary_json);
    document.insert("exchanges".into(), Value::Array(calls.collect()));
    Value::Object(document)
}

/// What a refusal was, by whom and when.
pub fn resolution_json(resolution: &Resolution) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), json!(resolution.id.as_str()));
    object.insert("revision".into(), json!(resolution.revision));
    if let ResolvedWhat::Call(call) = &resolution.of {
        object.insert("call".into(), json!(call.as_str()));
    }
    object.insert("cause".into(), json!(resolution.cause_id()));
    object.insert("note".into(), json!(resolution.note));
    object.insert("who".into(), json!(resolution.who));
    object.insert("at".into(), json!(resolution.at.to_string()));
    if let Some(case) = &resolution.case {
        object.insert("case".into(), json!(case));
    }
    if resolution.withdrawn {
        object.insert("withdrawn".into(), json!(true));
    }
    Value::Object(object)
}
