//! Carries out the search for the part that a refusal hangs on: one call after the other, each as
//! the search asks for it, with the border, the waits and the records of an investigation.

use super::client::{Client, Flight};
use super::history::History;
use super::investigate::{Place, Waits, make};
use crate::insight::facts::{Bearer, Facts};
use crate::insight::isolate::{Isolation, Side, Stopped};
use crate::insight::{Exchange, Query, Want, pattern_of};
use crate::model::{
    Auth, CallOrigin, Environment, ExchangeId, HttpVersion, MASK, Origin, RequestSpec, StatusClass,
    resolve,
};
use std::sync::Arc;
use url::Url;

/// How often a call is made again that was told to slow down.
const LIMITED: usize = 3;

/// So many calls are looked through for one that worked.
const LOOKED_THROUGH: usize = 2_000;

/// So many of those that fit are read.
const TRIED: usize = 20;

/// Why nothing may be sent.
pub fn why_not(search: &Isolation, allow_writes: bool) -> Option<String> {
    if !search.writes() {
        return None;
    }
    let method = search.method();
    if search.is_protected() {
        return Some(format!(
            "Nothing was sent: {method} writes, and the environment is protected, where nothing is written again and again."
        ));
    }
    (!allow_writes).then(|| {
        format!(
            "Nothing was sent: {method} writes, and the search sends it up to {} times.",
            search.budget
        )
    })
}

/// Makes the calls until the search has its answer. `told` hears of each as it is made, in the
/// form in which it may be shown and kept.
pub async fn run(
    client: &Client,
    mut search: Isolation,
    allow_writes: bool,
    case: &Option<String>,
    flight: &Flight,
    mut told: impl FnMut(&Isolation, &Arc<Exchange>),
) -> Isolation {
    if why_not(&search, allow_writes).is_some() {
        search.stopped = Some(Stopped::ByPerson);
        return search;
    }
    let mut waits = Waits::default();
    let mut first: Option<ExchangeId> = None;
    let mut limited = 0;
    while let Some(call) = search.next() {
        let bearer = match &call.spec.auth {
            Auth::None => Bearer::Nobody,
            auth if search.is_own(auth) => Bearer::Own,
            Auth::Bearer(_) => Bearer::Other(0),
        };
        if !waits.wait(bearer, flight).await {
            search.stopped = Some(if flight.is_stopped() {
                Stopped::ByPerson
            } else {
                Stopped::Limited
            });
            break;
        }
        let resolved = resolve(&call.spec, &call.environment);
        let place = Place {
            environment: &call.environment,
            case,
            author: call.author,
            jar: call.jar,
        };
        let mut exchange = make(client, call.spec, resolved, place, flight).await;
        if flight.is_stopped() && exchange.outcome.status().is_none() {
            search.stopped = Some(Stopped::ByPerson);
            break;
        }
        exchange.origin = CallOrigin::Probe;
        exchange.run = Some(first.get_or_insert_with(|| exchange.id.clone()).clone());
        let exchange = Arc::new(client.shown(exchange));
        let mut facts = Facts::read(exchange.clone(), &call.environment.base_path());
        facts.know(&client.knowledge(&exchange, &call.environment));
        waits.note(bearer, &facts);
        if facts.is_limited() && limited < LIMITED {
            // It says nothing of any part, and was a call all the same.
            limited += 1;
            search.spend();
        } else if facts.is_limited() {
            search.stopped = Some(Stopped::Limited);
        } else {
            limited = 0;
            search.take(call.mixture, &facts);
        }
        told(&search, &exchange);
        if flight.is_stopped() {
            search.stopped.get_or_insert(Stopped::ByPerson);
        }
    }
    if let Some((own, other)) = search.tokens() {
        let report = |name| client.vault().report(name, search.is_sandbox());
        if let (Some(own), Some(other)) = (report(&own), report(&other)) {
            search.compare_tokens(&own, &other);
        }
    }
    search
}

/// The request of a call that was made, with what of it only the answer tells.
pub fn side_of(exchange: &Exchange, environment: Environment) -> Side {
    let typed = |name: &str| {
        let mut rows = exchange.typed.headers.iter();
        rows.any(|row| row.enabled && row.name.eq_ignore_ascii_case(name))
    };
    Side {
        cookies: exchange.sent.headers.has("cookie") && !typed("cookie"),
        spec: exchange.typed.clone(),
        environment,
    }
}

/// The version of HTTP that an answer came in.
pub fn version_of(exchange: &Exchange) -> Option<HttpVersion> {
    let version = &exchange.outcome.response()?.version;
    match version.as_str() {
        "HTTP/1.1" | "HTTP/1.0" => Some(HttpVersion::Http1),
        text if text.starts_with("HTTP/2") => Some(HttpVersion::Http2),
        _ => None,
    }
}

/// The call of the history that is nearest to a refused one and worked: the same address before
/// another of the same kind, the newest first; blocks.
pub fn worked(
    history: &History,
    refused: &RequestSpec,
    environment: &Environment,
    but: &ExchangeId,
) -> Option<Exchange> {
    let sent = resolve(refused, environment).ok()?;
    let url = Url::parse(&sent.url).ok()?;
    let query = Query::of([
        Want::method(&refused.method),
        Want::Class(StatusClass::Success),
        Want::environment(&environment.name),
    ]);
    let found = history.recall(&query, LOOKED_THROUGH, None).ok()?;
    let pattern = pattern_of(&sent.url);
    let mut same = Vec::new();
    let mut alike = Vec::new();
    for call in &found {
        let works = call.errors.is_empty() && !call.refused && !call.url.contains(MASK);
        let Some(own) = Url::parse(&call.url).ok().filter(|_| works) else {
            continue;
        };
        match own.path() == url.path() {
            _ if call.id == *but => {}
            true => same.push(call),
            false if pattern_of(&call.url) == pattern => alike.push(call),
            false => {}
        }
    }
    let home = Origin::of(&url);
    let near = same.into_iter().chain(alike).take(TRIED);
    let mut loaded = near.filter_map(|call| history.load(&call.id).ok().flatten());
    // One of a practice API that is gone, or of another host, cannot be made again from here.
    loaded.find(|call| {
        let sent = resolve(&call.typed, environment).ok();
        sent.is_some_and(|sent| Origin::parse(&sent.url) == home)
    })
}
