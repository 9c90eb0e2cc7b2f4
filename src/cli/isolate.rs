//! `httriage isolate`: finds the part of a call that its refusal hangs on, by mixing it with a call
//! that works.

pub mod against;

use super::args::{IsolateArgs, SendArgs};
use super::ask;
use super::call::{Recorder, served};
use super::choice;
use super::grant;
use super::json::request_json;
use super::print::{Out, complain};
use super::send::{options, spec, split_pair};
use super::trouble::Trouble;
use crate::engine::isolate::{run as isolate, why_not};
use crate::engine::{Client, Flight, Home, Vault, sandbox};
use crate::format::session_file;
use crate::insight::Exchange;
use crate::insight::isolate::{Answer, Isolation, Matters, Side, Verdict};
use crate::insight::replay::{Keeping, session_of};
use crate::model::{Failure, Reach, Settings, StatusClass, visible_line};
use against::Other;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// Makes the calls of the search, and prints each with the result.
pub fn run(args: IsolateArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let chosen = choice::environment(&args.place, &settings)?;
    let mut environment =
        chosen.unwrap_or_else(|| choice::environment_of_url(&args.url, &settings));
    for pair in &args.variables {
        let (name, value) = split_pair(pair, '=', "--var")?;
        environment.variables.retain(|(known, _)| *known != name);
        environment.variables.push((name, value));
    }
    let with_token = match &args.against_token {
        Some(name) => Some(choice::token(name, &environment, &settings)?),
        None => None,
    };
    let what = args.against.clone();
    let (budget, as_json, save) = (args.budget, args.json, args.save.clone());
    let (mut sent, named) = as_send(args);
    let typed = spec(&sent, &environment, &settings)?;
    // Naming the host allows both tokens to go there.
    sent.tokens.extend(named);
    let mut options = options(&sent, &settings, &environment)?;
    // The way a call is made may be the reason for its refusal.
    let how = Reach {
        version: options.reach.version.take(),
        family: options.reach.family.take(),
        ..Reach::default()
    };
    let usual = environment.reach.clone();
    environment.reach = how.or(&usual);
    options.library = catalogue.library.clone();
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let mut recorder = Recorder::new(&sent.record, &home, &settings, &vault);
    let other = against::find(
        what.as_deref(),
        with_token,
        &typed,
        &environment,
        &home,
        &settings,
        &vault,
    )?;
    let client = grant::client(vault, options, &recorder);
    let tasks = choice::tasks()?;
    let mut calls: Vec<Arc<Exchange>> = Vec::new();
    let search = tasks.block_on(async {
        let served = served(&mut environment).await?;
        let refused = Side {
            spec: typed,
            environment,
            cookies: false,
        };
        let search = begun(&refused, other, &usual, budget, &client)?;
        if let Some(why) = why_not(&search, sent.allow_writes) {
            return Err(Trouble::usage(if search.is_protected() {
                why
            } else {
                format!("{why} Add --allow-writes if that is meant.")
            }));
        }
        if let Some(why) = search.why_not_saved.as_ref().filter(|_| save.is_some()) {
            return Err(Trouble::usage(why.clone()));
        }
        let case = &sent.record.case;
        let flight = Flight::default();
        let search = isolate(
            &client,
            search,
            sent.allow_writes,
            case,
            &flight,
            |_, call| {
                recorder.remember_shared(call.clone());
                calls.push(call.clone());
            },
        )
        .await;
        drop(served);
        Ok(search)
    })?;
    tasks.shutdown_background();
    if as_json {
        out.json(&json_of(&search))
    } else {
        text(&search, out)
    }
    recorder.finish();
    if let Some(path) = save {
        write(&calls, &path, &home, &settings, as_json, out)?;
    }
    Ok(match search.verdict() {
        Verdict::Found | Verdict::Together => 0,
        Verdict::Flickers | Verdict::Budget | Verdict::Nothing => 1,
    })
}

/// The search, with the call that works as it is made now.
pub fn begun(
    refused: &Side,
    other: Option<Other>,
    usual: &Reach,
    budget: usize,
    client: &Client,
) -> Result<Isolation, Trouble> {
    client.vault().know_place(&refused.environment);
    let working = match other {
        None => None,
        Some(other) => Some(other.side(refused, usual)?),
    };
    let mask = client.vault().mask();
    let unsent = |failure: Failure| {
        let message = mask.sentence(&failure.message);
        Trouble::failed(format!("{message} {}", failure.hint))
    };
    let working = working.as_ref().map(|(side, named)| (side, named.clone()));
    Isolation::new(refused, working, budget, &mask).map_err(unsent)
}

/// The refused call as options of `send`, and the name of the other token.
fn as_send(args: IsolateArgs) -> (SendArgs, Option<String>) {
    let send = SendArgs {
        method: Some(args.method),
        url: args.url,
        place: args.place,
        tokens: args.token.into_iter().collect(),
        headers: args.headers,
        params: args.params,
        data: args.data,
        variables: args.variables,
        limits: args.limits,
        allow_writes: args.allow_writes,
        record: args.record,
        json: args.json,
        ..SendArgs::default()
    };
    (send, args.against_token)
}

/// What the search found, part by part.
pub fn json_of(search: &Isolation) -> Value {
    let finding = search.finding();
    let parts = search.parts().into_iter().map(|(number, part)| {
        let mut value = json!({
            "part": part.name(),
            "value": part.refused,
            "matters": word(finding.matters[number]),
        });
        if search.against.is_some() {
            value["against"] = json!(part.working);
        }
        value
    });
    let mut document = json!({
        "result": search.verdict().id(),
        "sentence": search.sentence(),
        "parts": parts.collect::<Vec<Value>>(),
        "calls": search.asked.len(),
    });
    if let Some(minimal) = search.minimal() {
        document["minimal"] = request_json(&minimal.exchange);
    }
    document
}

fn word(matters: Matters) -> &'static str {
    match matters {
        Matters::Yes => "yes",
        Matters::No => "no",
        Matters::Unknown => "unknown",
    }
}

fn text(search: &Isolation, out: &mut Out) {
    let finding = search.finding();
    out.paragraph(&search.sentence());
    out.line("");
    let parts = search.parts();
    if !parts.is_empty() {
        out.heading(match search.against {
            Some(_) => "Where the two calls differ",
            None => "What the call can do without",
        });
    }
    for (number, part) in parts {
        let sign = match finding.matters[number] {
            Matters::Yes => "it is this",
            Matters::No => "may stay",
            Matters::Unknown => "not known",
        };
        let own = part.refused.as_deref().unwrap_or("–");
        let beside = match (&search.against, part.working.as_deref()) {
            (None, _) => String::new(),
            (Some(_), other) => format!("   (works: {})", other.unwrap_or("–")),
        };
        out.indented(&visible_line(&format!(
            "{sign:<11} {}  {own}{beside}",
            part.name()
        )));
    }
    out.line("");
    out.heading(&format!(
        "Calls: {} of {}",
        search.asked.len(),
        search.budget
    ));
    for asked in &search.asked {
        let class = asked.exchange.outcome.looks();
        let class = match (asked.answer, class) {
            (Answer::Works, class) => class,
            (_, StatusClass::Success) => StatusClass::ClientError,
            (_, class) => class,
        };
        out.indented(&visible_line(&format!(
            "{} {}  {}",
            class.glyph(false),
            asked.said.words(),
            search.label(asked)
        )));
    }
    if let Some(minimal) = search.minimal() {
        let sent = &minimal.exchange.sent;
        out.line("");
        out.heading("The smallest call that is refused the same");
        out.indented(&visible_line(&format!("{} {}", sent.method, sent.url)));
        for row in minimal
            .exchange
            .typed
            .headers
            .iter()
            .filter(|row| row.enabled)
        {
            out.indented(&visible_line(&format!("{}: {}", row.name, row.value)));
        }
        if let Some(token) = minimal.exchange.token() {
            out.indented(&format!("token {}", token.name));
        }
        if !sent.body.is_empty() {
            out.indented(&visible_line(&String::from_utf8_lossy(&sent.body)));
        }
    }
}

/// Saves the calls as a session, so that they can be replayed.
fn write(
    calls: &[Arc<Exchange>],
    path: &Path,
    home: &Home,
    settings: &Settings,
    as_json: bool,
    out: &mut Out,
) -> Result<(), Trouble> {
    let keeping = Keeping {
        bodies: false,
        environments: &settings.environments,
    };
    let stem = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let stem = stem.unwrap_or_default();
    let name = stem.split('.').next().filter(|name| !name.is_empty());
    let exchanges = calls.iter().map(|call| &**call);
    let (session, notes) = session_of(name.unwrap_or("isolated"), "", exchanges, keeping);
    home.save(path, &session_file::write(&session))?;
    for note in &notes {
        complain(&note.message);
    }
    let told = format!(
        "{} steps written to {}",
        session.steps.len(),
        path.display()
    );
    if as_json {
        complain(&told)
    } else {
        out.line(&told)
    }
    Ok(())
}
