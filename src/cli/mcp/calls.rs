//! Tools that make calls: one, with probes around it, mixed with another, under several tokens.

use super::given::Given;
use super::ground::Errand;
use crate::cli::call::ready;
use crate::cli::compare::{self, Asked};
use crate::cli::isolate::{against, begun, json_of as isolated_json};
use crate::cli::trouble::Trouble;
use crate::cli::{investigate as investigation, send as sending};
use crate::engine::investigate::{Investigation, known_good, past, run as investigated};
use crate::engine::isolate::{run as isolated, why_not};
use crate::engine::{carried, clock};
use crate::insight::explain;
use crate::insight::facts::{Case, Facts};
use crate::insight::isolate::Side;
use crate::model::{Environment, Manner, RequestSpec, TokenName, limits};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Probes of an investigation, as on the command line.
const PROBES: usize = 8;

/// The call that is asked for, and where it goes; the practice API is up then.
fn asked(errand: &Errand, given: &Given) -> Result<(RequestSpec, Environment), Trouble> {
    let ground = &errand.ground;
    let mut environment = ground.place(given.text("env"), given.needed("url").trim())?;
    errand.wait(ground.raise(&mut environment))?;
    let spec = ground.spec(given, &environment)?;
    Ok((spec, environment))
}

pub fn send(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let (typed, environment) = asked(errand, given)?;
    let client = &ground.client;
    let place = environment.clone();
    let case = ground.case.clone();
    let raw = match ready(client, typed, place, case, Manner::default()) {
        Ok(outgoing) => errand.wait(client.send(*outgoing, &errand.flight)),
        Err(unsent) => *unsent,
    };
    let carried = carried(&raw.sent, client.vault(), environment.sandbox);
    let exchange = Arc::new(client.shown(raw));
    errand.keep(exchange.clone());
    let facts = Facts::read(exchange.clone(), &environment.base_path());
    let knowledge = client.knowledge(&exchange, &environment);
    let case = Case::of(facts, carried, environment, clock::now()).knowing(knowledge);
    let case = ground.remembering(case);
    let explanation = explain(&case, &ground.catalogue);
    Ok(sending::document(&case, &explanation))
}

pub fn investigate(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let (mut typed, environment) = asked(errand, given)?;
    let mut others: Vec<TokenName> = Vec::new();
    for name in given.names("tokens") {
        let token = ground.token(&name, &environment)?;
        if typed.auth.token().is_none() {
            typed.auth = crate::model::Auth::Bearer(token);
        } else if typed.auth.token() != Some(&token) && !others.contains(&token) {
            others.push(token);
        }
    }
    let (client, history) = (&ground.client, &ground.history);
    let token = typed.auth.token().cloned();
    let known_good = token
        .as_ref()
        .and_then(|token| known_good(history, token, &environment));
    let past = token.as_ref().and_then(|token| {
        let token = client.vault().reference_at_rest(token, environment.sandbox);
        past(history, &token, &environment, &typed, None)
    });
    let asked = Investigation {
        typed,
        environment,
        others,
        budget: PROBES,
        allow_writes: false,
        case: ground.case.clone(),
        made: None,
        known_good,
        past,
    };
    let mut done = 0;
    let mut result = errand.wait(investigated(
        client,
        &asked,
        &errand.flight,
        |_, exchange| {
            errand.keep(exchange.clone());
            done += 1;
            errand.tell(done, Some(PROBES + 1), "calls made, at most");
        },
    ));
    result.case = ground.remembering(result.case);
    let explanation = explain(&result.case, &ground.catalogue);
    Ok(investigation::json_of(&result, &explanation))
}

pub fn isolate(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let (typed, environment) = asked(errand, given)?;
    let with_token = match given.text("against_token") {
        Some(name) => Some(ground.token(name, &environment)?),
        None => None,
    };
    let against = given.text("against");
    if let Some(what) = against {
        nameable(errand, what)?;
    }
    let client = &ground.client;
    let usual = environment.reach.clone();
    let other = against::find(
        against,
        with_token,
        &typed,
        &environment,
        &ground.home,
        &ground.settings,
        client.vault(),
    )?;
    let refused = Side {
        spec: typed,
        environment,
        cookies: false,
    };
    let search = begun(&refused, other, &usual, limits::ISOLATING, client)?;
    let allows = ground.allow_writes();
    if let Some(why) = why_not(&search, allows) {
        return Err(Trouble::usage(why));
    }
    let flight = &errand.flight;
    let told = |search: &crate::insight::isolate::Isolation, call: &Arc<_>| {
        errand.keep(Arc::clone(call));
        errand.tell(
            search.asked.len(),
            Some(search.budget),
            "calls made, at most",
        );
    };
    let search = errand.wait(isolated(client, search, allows, &ground.case, flight, told));
    Ok(isolated_json(&search))
}

/// A call of the history or a step of a session, and no file: whoever talks here may have been
/// talked into opening one.
fn nameable(errand: &Errand, what: &str) -> Result<(), Trouble> {
    if Path::new(what).exists() {
        return Err(Trouble::usage(
            "against takes the id of a call or SESSION#STEP; no file is opened.",
        ));
    }
    match what.rsplit_once('#') {
        Some((session, _)) => errand.ground.session(session).map(drop),
        None => errand.recalled(what).map(drop),
    }
}

pub fn compare(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let (typed, environment) = asked(errand, given)?;
    let names = given.names("tokens");
    for name in &names {
        ground.token(name, &environment)?;
    }
    let callers = compare::callers(&names, &typed, &environment, &ground.settings)?;
    let of = callers.len();
    let client = &ground.client;
    let asked = Asked {
        typed,
        environment,
        callers,
        retries: false,
    };
    let flight = &errand.flight;
    let make = async |spec, manner| {
        let (place, case) = (asked.environment.clone(), ground.case.clone());
        match ready(client, spec, place, case, manner) {
            Ok(outgoing) => client.send(*outgoing, flight).await,
            Err(unsent) => *unsent,
        }
    };
    let mut done = 0;
    let keep = |exchange| {
        errand.keep(Arc::new(exchange));
        done += 1;
        errand.tell(done, Some(of), "tokens tried");
    };
    let compared = compare::compared(client, &ground.catalogue, &asked, flight, make, keep);
    let (matrix, _) = errand.wait(compared);
    Ok(compare::compared_json(&matrix))
}
