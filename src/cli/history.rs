//! `httriage history`: find, show, export and forget earlier calls.

use super::args::{HistoryArgs, HistoryCommand};
use super::choice;
use super::json::{exchange_json, summary_json};
use super::print::{Out, complain};
use super::trouble::Trouble;
use crate::engine::Home;
use crate::engine::clock;
use crate::engine::history::{History, Whose};
use crate::format::session_file;
use crate::insight::Exchange;
use crate::insight::Query;
use crate::insight::replay::{Keeping, session_of};
use crate::model::{ExchangeId, ExchangeSummary, Note, Session, Settings, size_text};
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

/// Rows fetched at once while exporting.
const PAGE: usize = 1_000;
/// Longest wait for the store to finish at the end.
pub const CLOSING: Duration = Duration::from_secs(10);

/// Carries out one command on the history.
pub fn run(args: HistoryArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let history = choice::history(&home, &settings).map_err(|e| Trouble::failed(e.to_string()))?;
    let result = match args.command {
        HistoryCommand::List {
            filter,
            limit,
            json,
        } => list(&history, &settings, &filter, limit, json, out),
        HistoryCommand::Show { id, json } => {
            let exchange = find(&history, &id)?;
            if json {
                out.json(&exchange_json(&exchange));
            } else {
                let catalogue = choice::catalogue(&home)?;
                let place = choice::environment_of(&exchange, &settings);
                let knowledge = catalogue.library.of_exchange(&exchange, &place);
                if let Some(whose) = history.whose(&exchange.id)? {
                    out.line(&theirs(&whose));
                }
                out.exchange_head(&exchange, catalogue.beside(&knowledge), None);
                out.body(&exchange);
            }
            Ok(0)
        }
        HistoryCommand::Export { filter, out: file } => export(&home, &history, &filter, file, out),
        HistoryCommand::Save {
            name,
            filter,
            from,
            body,
            note,
            out: file,
        } => {
            let keeping = Keeping {
                bodies: body,
                environments: &settings.environments,
            };
            let ids = chosen(&history, &filter, from.as_deref())?;
            let mut exchanges = loaded(&history, &ids)?;
            let before = exchanges.len();
            // What was sent to explain a call is not told, unless there is nothing else.
            if exchanges.iter().any(|exchange| exchange.is_own()) {
                exchanges.retain(|exchange| exchange.is_own());
            }
            let (session, mut notes) = session_of(name, note, &exchanges, keeping);
            let left = before - exchanges.len();
            if left > 0 {
                notes.push(Note::new(format!(
                    "{left} that fit were left out: probes, cells of a matrix, surveys and replays are made about other calls."
                )));
            }
            save(&home, &session, &notes, file, out)
        }
        HistoryCommand::Forget {
            ids,
            filter,
            all,
            yes,
        } => forget(&history, &ids, &filter, all, yes, out),
    };
    history.close(CLOSING);
    result
}

fn list(
    history: &History,
    settings: &Settings,
    filter: &[String],
    limit: usize,
    json: bool,
    out: &mut Out,
) -> Result<u8, Trouble> {
    let query = read_filter(&filter.join(" "), !json)?;
    if query.is_of_team() && settings.team.is_none() {
        return Err(Trouble::usage(
            "team: asks for the calls of colleagues, and no team is set up here. httriage help team says how; in quotation marks it is looked for as text.",
        ));
    }
    let found = history.recall(&query, limit, None)?;
    if query.has_words()
        && let Some(percent) = history.indexing()?.percent()
    {
        complain(&format!(
            "Note: the calls of before are still being indexed ({percent} % done); of the oldest only the lines were searched."
        ));
    }
    if json {
        out.json(&found_json(&found));
        return Ok(0);
    }
    if found.is_empty() {
        out.line("No call fits. Without a filter every call is listed; httriage send makes one.");
    }
    for summary in &found {
        out.summary(summary);
        if out.is_closed() {
            break;
        }
    }
    Ok(0)
}

/// Whose call it is, and what of it stayed there.
fn theirs(whose: &Whose) -> String {
    let made = format!("Made by {}.", whose.name);
    match whose.left_out {
        0 => made,
        bytes => format!(
            "{made} A body was too long to share: {} stayed there.",
            size_text(bytes)
        ),
    }
}

/// The calls that fit, without their bodies.
pub fn found_json(found: &[ExchangeSummary]) -> Value {
    let rows: Vec<Value> = found.iter().map(summary_json).collect();
    json!({ "exchanges": rows })
}

/// Times without a zone are those of the person; which ones that makes is said.
pub fn read_filter(text: &str, for_people: bool) -> Result<Query, Trouble> {
    let now = clock::now().to_zoned(jiff::tz::TimeZone::system());
    let query = Query::parse(text, &now).map_err(|error| Trouble::usage(error.to_string()))?;
    for sentence in query.told().iter().filter(|_| for_people) {
        complain(sentence);
    }
    Ok(query)
}

/// Finds a call by its id, or by the first characters of it.
pub fn find(history: &History, id: &str) -> Result<Exchange, Trouble> {
    let missing = || {
        Trouble::failed(format!(
            "There is no call with the id {id}. httriage history list shows ids; the first characters of one suffice."
        ))
    };
    let id = history.find(id)?.ok_or_else(missing)?;
    history.load(&id)?.ok_or_else(missing)
}

fn export(
    home: &Home,
    history: &History,
    filter: &[String],
    file: Option<PathBuf>,
    out: &mut Out,
) -> Result<u8, Trouble> {
    let query = read_filter(&filter.join(" "), true)?;
    let mut exchanges = Vec::new();
    for id in all_ids(history, &query)? {
        if let Some(exchange) = history.load(&id)? {
            exchanges.push(exchange_json(&exchange));
        }
    }
    let count = exchanges.len();
    let document = json!({ "exchanges": exchanges });
    match file {
        None => out.json(&document),
        Some(path) => {
            home.save(&path, &super::json::json_text(&document))?;
            out.line(&format!("{count} calls written to {}", path.display()));
        }
    }
    Ok(0)
}

/// A session with more calls than this is nothing anybody reads.
const MOST_STEPS: usize = 10_000;

/// The calls that match, oldest first.
fn chosen(
    history: &History,
    filter: &[String],
    from: Option<&str>,
) -> Result<Vec<ExchangeId>, Trouble> {
    let query = read_filter(&filter.join(" "), true)?;
    let mut ids = all_ids(history, &query)?;
    if let Some(from) = from {
        let missing = || {
            Trouble::failed(format!(
                "There is no call with the id {from}, so no session was saved. httriage history list shows ids."
            ))
        };
        let first = history.find(from)?.ok_or_else(missing)?;
        ids.retain(|id| *id >= first);
    }
    ids.reverse();
    match ids.len() {
        0 => Err(Trouble::failed(
            "No call fits, so no session was saved. httriage history list shows what there is.",
        )),
        count if count > MOST_STEPS => Err(Trouble::failed(format!(
            "{count} calls fit, and a session holds at most {MOST_STEPS}. Words such as case:A-1 or since:2h leave fewer."
        ))),
        _ => Ok(ids),
    }
}

fn loaded(history: &History, ids: &[ExchangeId]) -> Result<Vec<Exchange>, Trouble> {
    let mut exchanges = Vec::new();
    for id in ids {
        exchanges.extend(history.load(id)?);
    }
    Ok(exchanges)
}

/// Writes the session; says where, and what it could not include.
fn save(
    home: &Home,
    session: &Session,
    notes: &[Note],
    file: Option<PathBuf>,
    out: &mut Out,
) -> Result<u8, Trouble> {
    if session.steps.is_empty() {
        return Err(Trouble::failed(
            "What fits was pasted and never sent, so there is nothing to replay and no session was saved.",
        ));
    }
    let text = session_file::write(session);
    let path = match file {
        Some(path) => home.save(&path, &text).map(|()| path)?,
        None => home.save_new(&session.name, &text)?,
    };
    for note in notes {
        complain(&note.message);
    }
    let count = session.steps.len();
    let steps = if count == 1 { "step" } else { "steps" };
    out.line(&format!("{count} {steps} written to {}", path.display()));
    Ok(0)
}

fn forget(
    history: &History,
    ids: &[String],
    filter: &Option<String>,
    all: bool,
    yes: bool,
    out: &mut Out,
) -> Result<u8, Trouble> {
    let mut chosen: Vec<ExchangeId> = Vec::new();
    for id in ids {
        let missing = || {
            Trouble::failed(format!(
                "There is no call with the id {id}. Nothing was forgotten."
            ))
        };
        chosen.push(history.find(id)?.ok_or_else(missing)?);
    }
    if all || filter.is_some() {
        let query = read_filter(filter.as_deref().unwrap_or(""), true)?;
        chosen.extend(all_ids(history, &query)?);
    }
    if chosen.is_empty() {
        out.line("No call fits, so nothing was forgotten.");
        return Ok(0);
    }
    if !yes && !confirmed(chosen.len())? {
        out.line("Nothing was forgotten.");
        return Ok(0);
    }
    let count = history.forget(&chosen)?;
    out.line(&match count {
        1 => "1 call forgotten.".to_owned(),
        _ => format!("{count} calls forgotten."),
    });
    Ok(0)
}

/// Asks the person; a script passes `--yes`.
fn confirmed(count: usize) -> Result<bool, Trouble> {
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::usage(format!(
            "{count} calls would be forgotten for good, and nobody can be asked here. Add --yes if that is meant."
        )));
    }
    complain(&format!("Forget {count} calls for good? y or n"));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    Ok(read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes"))
}

fn all_ids(history: &History, query: &Query) -> Result<Vec<ExchangeId>, Trouble> {
    let mut ids: Vec<ExchangeId> = Vec::new();
    loop {
        let page = history.recall(query, PAGE, ids.last())?;
        let whole = page.len() < PAGE;
        ids.extend(page.into_iter().map(|summary| summary.id));
        if whole {
            return Ok(ids);
        }
    }
}
