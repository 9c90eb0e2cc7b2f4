//! `httriage explain file.har`: explains the responses that somebody else got one by one, the
//! refused ones first. Nothing is sent.

use super::choice;
use super::investigate::verdict;
use super::json::{causes_json, exchange_json, notes_json};
use super::print::Out;
use super::progress::Gauge;
use super::trouble::Trouble;
use crate::engine::carried;
use crate::engine::clock;
use crate::engine::{Home, Vault, sandbox};
use crate::format::{har, sweep};
use crate::insight::Exchange;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::facts::{Case, Facts};
use crate::insight::redact::Mask;
use crate::insight::{Catalogue, Explanation, error_body};
use crate::model::{Cause, Collection, Settings, StatusClass, Timestamp, TokenName};
use serde_json::{Value, json};
use std::sync::Arc;

/// A call with what explains it.
struct Told {
    exchange: Arc<Exchange>,
    explanation: Explanation,
    knowledge: Knowledge,
    /// How many more calls were refused in the same words.
    alike: usize,
}

/// What a recording holds: the refused calls, those that are fine, and what was noticed.
struct Read {
    told: Vec<Told>,
    fine: Vec<Told>,
    collection: Collection,
}

fn read(
    text: &str,
    file: &str,
    home: &Home,
    catalogue: &Catalogue,
    with_fine: bool,
) -> Result<(Read, usize), Trouble> {
    let settings = home.settings()?;
    let vault = Vault::new(&settings, sandbox::token_value).knowing(catalogue.library.marks());
    let tokens = settings.tokens.iter();
    let taken: Vec<TokenName> = tokens.map(|token| token.name.clone()).collect();
    let file = if file == "-" { "stdin" } else { file };
    let mut gauge = Gauge::new(format!("Reading {file}"));
    let watch = &mut |done| gauge.shows(done);
    let har::Recording {
        mut collection,
        exchanges,
    } = har::read(text, file, &taken, &vault.by_value(&[]), watch)?;
    drop(gauge);
    // The recording knows its own tokens, and not those of the person who reads it.
    let known = vault.mask();
    let mask: &Mask = &known;
    sweep::known(&mut collection, mask);
    for token in &collection.tokens {
        if let Some(value) = &token.value {
            // Only to be looked at: an expired token explains much. This command sends nothing.
            vault.lend(&token.name, value.clone());
        }
    }
    let (refused, fine): (Vec<_>, Vec<_>) = exchanges.into_iter().partition(is_refused);
    let told: Vec<Told> = alike(refused)
        .into_iter()
        .map(|(exchange, alike)| tell(exchange, alike, (&vault, mask), &settings, catalogue))
        .collect();
    let count = fine.len();
    let fine = fine.into_iter().filter(|_| with_fine);
    let fine = fine.map(|exchange| tell(exchange, 0, (&vault, mask), &settings, catalogue));
    let read = Read {
        fine: fine.collect(),
        told,
        collection,
    };
    Ok((read, count))
}

/// Every call with its verdicts, the refused ones first.
pub fn document_of(
    text: &str,
    file: &str,
    home: &Home,
    catalogue: &Catalogue,
) -> Result<Value, Trouble> {
    let (read, _) = read(text, file, home, catalogue, true)?;
    let calls: Vec<Told> = read.told.into_iter().chain(read.fine).collect();
    Ok(document(&calls, &read.collection))
}

/// Prints every refused call of a HAR, those refused in the same words once, and how many there
/// were. Always 0.
pub fn explain(
    text: &str,
    file: &str,
    home: &Home,
    catalogue: &Catalogue,
    out: &mut Out,
) -> Result<u8, Trouble> {
    let (read, fine) = read(text, file, home, catalogue, false)?;
    for call in &read.told {
        show(call, catalogue, out);
    }
    let refused: usize = read.told.iter().map(|call| call.alike + 1).sum();
    let total = refused + fine;
    out.line(&match refused {
        0 => format!("None of the {total} calls was refused."),
        _ => format!("{refused} of {total} calls were refused or not answered."),
    });
    out.notes(&read.collection.notes);
    Ok(0)
}

fn is_refused(exchange: &Exchange) -> bool {
    let fine = [
        StatusClass::Informational,
        StatusClass::Success,
        StatusClass::Redirection,
    ];
    let told = exchange.outcome.response().map(error_body);
    !fine.contains(&exchange.outcome.looks()) || told.is_some_and(|told| !told.entries.is_empty())
}

/// Groups calls that were refused in the same words: the first of each, and how many more.
fn alike(calls: Vec<Exchange>) -> Vec<(Exchange, usize)> {
    let mut first: std::collections::HashMap<String, usize> = Default::default();
    let mut told: Vec<(Exchange, usize)> = Vec::new();
    for call in calls {
        let errors = call.outcome.response().map(error_body);
        let codes: Vec<String> = errors
            .map(|errors| errors.entries)
            .unwrap_or_default()
            .into_iter()
            .map(|entry| format!("{:?} {:?}", entry.code, entry.detail))
            .collect();
        let path = call.sent.url.split(['?', '#']).next().unwrap_or_default();
        let key = format!(
            "{} {path} {:?} {:?} {codes:?}",
            call.sent.method,
            call.outcome.status(),
            call.token().map(|token| &token.name),
        );
        match first.get(&key) {
            Some(&number) => told[number].1 += 1,
            None => {
                first.insert(key, told.len());
                told.push((call, 0));
            }
        }
    }
    told
}

fn tell(
    exchange: Exchange,
    alike: usize,
    (vault, mask): (&Vault, &Mask),
    settings: &Settings,
    catalogue: &Catalogue,
) -> Told {
    let exchange = mask.exchange(exchange.into_raw());
    let carried = carried(&exchange.sent, vault, false);
    // A token that has expired since was still good then.
    let now = exchange.started_at;
    let now = if now == Timestamp::UNIX_EPOCH {
        clock::now()
    } else {
        now
    };
    let exchange = Arc::new(exchange);
    let place = choice::environment_of_received(&exchange, settings);
    let facts = Facts::read(exchange.clone(), &place.base_path());
    let knowledge = catalogue.library.of_exchange(&facts.exchange, &place);
    let case = Case::of(facts, carried, place, now).knowing(knowledge.clone());
    Told {
        knowledge,
        explanation: crate::insight::explain(&case, catalogue),
        exchange,
        alike,
    }
}

fn show(call: &Told, catalogue: &Catalogue, out: &mut Out) {
    let sent = &call.exchange.sent;
    out.heading(&format!("{} {}", sent.method, sent.url));
    if call.exchange.started_at != Timestamp::UNIX_EPOCH {
        out.indented(&format!("{:.0}", call.exchange.started_at));
    }
    if let Some(token) = call.exchange.token() {
        out.indented(&format!("token {}", token.name));
    }
    out.exchange_head(&call.exchange, catalogue.beside(&call.knowledge), None);
    if call.explanation.verdict().cause != Cause::None {
        verdict(&call.explanation, "Likely", out);
    }
    match call.alike {
        0 => {}
        1 => out.line("One more call was refused in the same words."),
        number => out.line(&format!(
            "{number} more calls were refused in the same words."
        )),
    }
    out.line("");
}

fn document(calls: &[Told], collection: &Collection) -> Value {
    let mut causes: Vec<&str> = Vec::new();
    let mut entries: Vec<Value> = Vec::new();
    for call in calls {
        let cause = call.explanation.verdict().cause;
        if cause != Cause::None && !causes.contains(&cause.id()) {
            causes.push(cause.id());
        }
        entries.push(json!({
            "exchange": exchange_json(&call.exchange),
            "causes": causes_json(&call.explanation),
            "alike": call.alike,
        }));
    }
    json!({
        "causes": causes,
        "entries": [],
        "calls": entries,
        "notes": notes_json(&collection.notes),
    })
}
