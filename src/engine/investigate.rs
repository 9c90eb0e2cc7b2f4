//! Performs an investigation: the call in question once, then the probes that the planner asks
//! for, one after the other and within the contract. Safe methods only, the environment's own
//! origin only, no more than the budget, and each token waits when it is told to.

use super::client::{Client, Flight, Outgoing};
use super::credential::{carried, with_cookies};
use super::history::History;
use super::pasted;
use crate::engine::clock;
use crate::insight::Exchange;
use crate::insight::asking::{request, wrong_token};
use crate::insight::back_off::retry_after;
use crate::insight::facts::{Bearer, Case, Facts, KnownToken, Probed};
use crate::insight::learned::{self, Past};
use crate::insight::probe::next;
use crate::insight::{Catalogue, Query, Want, explain, summary};
use crate::model::{
    Author, Body, CallOrigin, Environment, ExchangeId, ExchangeSummary, Failure, Jar, MASK, Manner,
    Origin, Outcome, Param, RawExchange, RequestSpec, SentRequest, StatusClass, Timestamp,
    TokenName, TokenRef, limits, names_method, resolve, without_method,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

/// The longest wait that a probe is worth; beyond it the verdict is given without.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// So many of the newest calls may hold the probes of one.
const LOOKED_THROUGH: usize = 1_000;

/// So many calls are looked through for one that worked.
const KNOWN: usize = 50;

/// Waits where a limit names none.
const WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Investigation {
    pub typed: RequestSpec,
    pub environment: Environment,
    /// Those that are compared with; the one in question stands in the request.
    pub others: Vec<TokenName>,
    /// How many probes at most.
    pub budget: usize,
    /// Whether a call that writes may be made in a protected environment.
    pub allow_writes: bool,
    /// The support case it is made for.
    pub case: Option<String>,
    /// The call in question, where it was made already; then it is not made again.
    pub made: Option<Arc<Exchange>>,
    /// A call that this token was answered with success before.
    pub known_good: Option<Url>,
    /// That this very call once worked with this token.
    pub past: Option<Past>,
}

/// What came of it: all that the judge needs, without any secret.
pub struct Investigated {
    pub exchange: Arc<Exchange>,
    pub case: Case,
    /// The call itself was not made, since it writes where that is not allowed; what it acts
    /// upon was read instead.
    pub held_back: bool,
}

/// Makes the call and the probes. `told` hears of every exchange as it is made, in the form in
/// which it may be shown and kept.
pub async fn run(
    client: &Client,
    ask: &Investigation,
    flight: &Flight,
    mut told: impl FnMut(&Case, &Arc<Exchange>),
) -> Investigated {
    let writes = ask.made.is_none() && !ask.typed.is_safe() && !ask.allow_writes;
    let held_back = ask.environment.protected && writes;
    let typed = if held_back {
        reading(&ask.typed)
    } else {
        ask.typed.clone()
    };
    let base = ask.environment.base_path();
    let resolved = resolve(&typed, &ask.environment);
    let raw_sent = resolved.as_ref().ok().cloned().unwrap_or_default();
    let exchange = match &ask.made {
        Some(made) => made.clone(),
        None => {
            let place = Place::of(&ask.environment, &ask.case, Jar::OfCase);
            let exchange = make(client, typed.clone(), resolved, place, flight).await;
            Arc::new(client.shown(exchange))
        }
    };
    let credential = carried(&raw_sent, client.vault(), ask.environment.sandbox);
    let credential = with_cookies(credential, &exchange);
    let facts = Facts::read(exchange.clone(), &base);
    let knowledge = client.knowledge(&exchange, &ask.environment);
    let now = clock::now();
    let mut case = Case::of(facts, credential, ask.environment.clone(), now).knowing(knowledge);
    case.budget = ask.budget;
    case.known_good = ask.known_good.clone();
    case.past = ask.past;
    // What their values look like is known once they were used.
    let unread = |name: &TokenName| KnownToken {
        name: name.clone(),
        report: None,
    };
    case.others = ask.others.iter().map(unread).collect();
    told(&case, &exchange);

    let mut waits = Waits::default();
    let passed = clock::now().duration_since(case.call.exchange.started_at);
    // What an older answer asks for is over.
    if passed.as_secs() < 60 {
        waits.note(Bearer::Own, &case.call);
    }
    let mut run = None;
    while !flight.is_stopped() {
        case.limited = waits.too_long();
        let Some(probe) = next(&case) else {
            break;
        };
        if !waits.wait(probe.bearer, flight).await {
            continue;
        }
        let Some((spec, environment)) = request(&probe, &typed, &raw_sent, &case) else {
            break;
        };
        if probe.bearer == Bearer::Wrong {
            let like = case.credential.report.as_ref();
            client.vault().lend_wrong(ask.environment.sandbox, like);
        }
        let resolved = resolve(&spec, &environment);
        // What is asked as nobody, or as somebody else, is asked without the cookies of this one.
        let jar = match probe.bearer {
            Bearer::Own => Jar::OfCase,
            Bearer::Other(_) | Bearer::Nobody | Bearer::Wrong => Jar::None,
        };
        let place = Place::of(&environment, &ask.case, jar);
        let mut exchange = make(client, spec, resolved, place, flight).await;
        if flight.is_stopped() && exchange.outcome.status().is_none() {
            break;
        }
        exchange.probe_of = Some(case.call.exchange.id.clone());
        exchange.origin = CallOrigin::Probe;
        exchange.run = Some(run.get_or_insert_with(|| exchange.id.clone()).clone());
        let exchange = Arc::new(client.shown(exchange));
        let facts = Facts::read(exchange.clone(), &base);
        waits.note(probe.bearer, &facts);
        if let Bearer::Other(place) = probe.bearer
            && let Some(other) = case.others.get_mut(place)
        {
            other.report = client.vault().report(&other.name, ask.environment.sandbox);
        }
        case.budget -= 1;
        case.take(Probed { probe, facts });
        told(&case, &exchange);
    }
    Investigated {
        exchange,
        case,
        held_back,
    }
}

/// Makes the one call that would prove the first verdict wrong, and judges it; what stands in the
/// way where nothing was made.
pub async fn refute(
    client: &Client,
    case: &mut Case,
    catalogue: &Catalogue,
    flight: &Flight,
) -> Result<Arc<Exchange>, String> {
    let Some(refutation) = explain(case, catalogue).refuted_by else {
        return Err("No call that only reads would prove this verdict wrong.".to_owned());
    };
    let typed = case.call.exchange.typed.clone();
    let sent = resolve(&typed, &case.environment).unwrap_or_default();
    let Some((spec, environment)) = request(&refutation.probe, &typed, &sent, case) else {
        return Err(
            "The call that would prove it wrong cannot be made from here: it goes to another host."
                .to_owned(),
        );
    };
    let resolved = resolve(&spec, &environment);
    let jar = match refutation.probe.bearer {
        Bearer::Own => Jar::OfCase,
        _ => Jar::None,
    };
    let of_case = case.call.exchange.case.clone();
    let place = Place::of(&environment, &of_case, jar);
    let mut exchange = make(client, spec, resolved, place, flight).await;
    exchange.probe_of = Some(case.call.exchange.id.clone());
    exchange.origin = CallOrigin::Probe;
    let before = case.probes.first();
    exchange.run = before.and_then(|probed| probed.facts.exchange.run.clone());
    let exchange = Arc::new(client.shown(exchange));
    let facts = Facts::read(exchange.clone(), &environment.base_path());
    case.take(Probed {
        probe: refutation.probe.clone(),
        facts,
    });
    case.tested.extend(refutation.judged(case));
    Ok(exchange)
}

/// The call that reads what a write would change.
fn reading(typed: &RequestSpec) -> RequestSpec {
    let of_body = |row: &Param| row.name.to_ascii_lowercase().starts_with("content-");
    let mut reads = typed.clone();
    reads.method = "GET".to_owned();
    reads.body = Body::Empty;
    reads.url = without_method(&typed.url);
    reads
        .headers
        .retain(|row| !of_body(row) && !names_method(&row.name));
    reads.params.retain(|row| !names_method(&row.name));
    reads
}

/// Where a call is made, for which case, by whose word and with which cookies.
pub(super) struct Place<'a> {
    pub environment: &'a Environment,
    pub case: &'a Option<String>,
    pub author: Author,
    pub jar: Jar,
}

impl<'a> Place<'a> {
    fn of(environment: &'a Environment, case: &'a Option<String>, jar: Jar) -> Place<'a> {
        Place {
            environment,
            case,
            author: Author::Person,
            jar,
        }
    }
}

/// One call, sent or refused here.
pub(super) async fn make(
    client: &Client,
    typed: RequestSpec,
    resolved: Result<SentRequest, Failure>,
    place: Place<'_>,
    flight: &Flight,
) -> RawExchange {
    match resolved {
        Ok(sent) => {
            let outgoing = Outgoing {
                typed,
                sent,
                environment: place.environment.clone(),
                author: place.author,
                case: place.case.clone(),
                manner: Manner {
                    jar: place.jar,
                    ..Manner::default()
                },
            };
            client.send(outgoing, flight).await
        }
        Err(failure) => RawExchange {
            environment: place.environment.name.clone(),
            case: place.case.clone(),
            sent: SentRequest {
                method: typed.method.clone(),
                url: typed.url.clone(),
                ..SentRequest::default()
            },
            typed,
            ..RawExchange::with_outcome(client.new_id(), Outcome::Failed(failure), clock::now())
        },
    }
}

/// The tokens to compare with: those that can be read without asking anybody, few.
pub fn others(
    client: &Client,
    names: Vec<TokenName>,
    exchange: &Exchange,
    sandbox: bool,
) -> Vec<TokenName> {
    let own = exchange.token().map(|token| token.name.clone());
    let can_be_read = |name: &TokenName| {
        let token = client.vault().reference_at_rest(name, sandbox);
        token.fingerprint.is_some()
    };
    names
        .into_iter()
        .filter(|name| Some(name) != own.as_ref() && can_be_read(name))
        .take(limits::OTHER_TOKENS)
        .collect()
}

/// A call of the history that this token was answered with success, the newest first; blocks.
pub fn known_good(history: &History, token: &TokenName, environment: &Environment) -> Option<Url> {
    let home = environment.origin()?;
    let query = Query::of([
        Want::token(token.as_str()),
        Want::Class(StatusClass::Success),
        Want::environment(&environment.name),
    ]);
    let found = history.recall(&query, KNOWN, None).ok()?;
    let fits = |call: &ExchangeSummary| {
        let own = call.token.as_ref().map(|t| &t.name) == Some(token);
        own && call.method == "GET" && call.errors.is_empty() && !call.url.contains(MASK)
    };
    found
        .iter()
        .filter(|call| fits(call))
        .filter_map(|call| Url::parse(&call.url).ok())
        .find(|url| Origin::of(url).as_ref() == Some(&home))
}

/// When this call worked last with this token, by the history; blocks.
pub fn past(
    history: &History,
    token: &TokenRef,
    environment: &Environment,
    typed: &RequestSpec,
    until: Option<&ExchangeId>,
) -> Option<Past> {
    let query = Query::of([
        Want::token(token.name.as_str()),
        Want::method(&typed.method),
        Want::environment(&environment.name),
    ]);
    let found = history.recall(&query, LOOKED_THROUGH, None).ok()?;
    let sent = resolve(typed, environment).ok();
    let url = sent.as_ref().map_or(&typed.url, |sent| &sent.url);
    learned::past(&found, &typed.method, url, token, until)
}

/// What came later is no renewal for that call.
const RENEWAL_MS: i64 = 120_000;

/// When the same call worked right after, with another value of its token; blocks.
fn renewed(history: &History, exchange: &Exchange) -> Option<Timestamp> {
    let refused = summary(exchange);
    let token = refused.token.as_ref()?;
    let query = Query::of([
        Want::token(token.name.as_str()),
        Want::method(&refused.method),
        Want::environment(&refused.environment),
        Want::Since(refused.started_at.as_millisecond()),
        Want::Until(refused.started_at.as_millisecond() + RENEWAL_MS),
    ]);
    let found = history.recall(&query, LOOKED_THROUGH, None).ok()?;
    learned::renewed(&found, &refused)
}

/// Whether a call that was made can be looked into where it went. A write always can: it is
/// never made again.
pub fn is_still_there(exchange: &Exchange, environment: &Environment) -> bool {
    let there = Origin::parse(&exchange.sent.url);
    !environment.sandbox || there == environment.origin() || !exchange.typed.is_safe()
}

/// A call with what an earlier investigation brought, as far as the history still holds it:
/// the planner asks the same questions again, and the probes that were sent answer them; blocks.
pub fn recalled(
    client: &Client,
    history: &History,
    exchange: Arc<Exchange>,
    mut environment: Environment,
) -> Case {
    // Each sandbox has a port of its own; the probes went to the one of then.
    if environment.sandbox
        && let Some(origin) = Origin::parse(&exchange.sent.url)
    {
        environment.base_url = origin.to_string();
    }
    let mut case = case_of(client, exchange.clone(), environment);
    if let Some(token) = exchange.token() {
        let (place, typed) = (&case.environment, &exchange.typed);
        case.past = past(history, token, place, typed, Some(&exchange.id));
        case.renewed = renewed(history, &exchange);
    }
    let sent = probes_of(history, &exchange);
    for token in sent.iter().filter_map(|probe| probe.token()) {
        let is_own = Some(&token.name) == case.credential.token.as_ref();
        let is_known = case.others.iter().any(|other| other.name == token.name);
        if !is_own && !is_known && token.name != wrong_token() {
            case.others.push(KnownToken {
                name: token.name.clone(),
                report: client
                    .vault()
                    .report_at_rest(&token.name, case.environment.sandbox),
            });
        }
    }
    let base = case.environment.base_path();
    for exchange in sent {
        case.budget = 1;
        let asked = |case: &Case| {
            let url = Url::parse(&exchange.sent.url).ok();
            next(case).filter(|p| p.method == exchange.sent.method && Some(&p.url) == url.as_ref())
        };
        let mut probe = asked(&case);
        if probe.is_none() && case.known_good.is_none() {
            case.known_good = Url::parse(&exchange.sent.url).ok();
            probe = asked(&case);
        }
        let Some(probe) = probe else {
            break;
        };
        let facts = Facts::read(Arc::new(exchange), &base);
        case.take(Probed { probe, facts });
    }
    case.budget = 0;
    case
}

/// The probes that were sent around a call, the oldest first.
fn probes_of(history: &History, exchange: &Exchange) -> Vec<Exchange> {
    let later = Query::default();
    let Ok(found) = history.recall(&later, LOOKED_THROUGH, None) else {
        return Vec::new();
    };
    let probes = found
        .iter()
        .filter(|call| call.is_probe && call.id > exchange.id);
    let mut probes: Vec<Exchange> = probes
        .filter_map(|call| history.load(&call.id).ok().flatten())
        .filter(|probe| probe.probe_of.as_ref() == Some(&exchange.id))
        .collect();
    probes.sort_by(|a, b| a.id.cmp(&b.id));
    probes
}

/// A call alone, as far as it can be judged without sending anything.
pub fn case_of(client: &Client, exchange: Arc<Exchange>, environment: Environment) -> Case {
    let sent = resolve(&exchange.typed, &environment).unwrap_or_else(|_| exchange.sent.clone());
    let facts = Facts::read(exchange, &environment.base_path());
    let knowledge = client.knowledge(&facts.exchange, &environment);
    let credential = if facts.exchange.is_received() {
        pasted::credential(&facts.exchange, client.vault())
    } else {
        let credential = carried(&sent, client.vault(), environment.sandbox);
        with_cookies(credential, &facts.exchange)
    };
    Case::of(facts, credential, environment, clock::now()).knowing(knowledge)
}

/// Until when each token is to be left alone.
#[derive(Default)]
pub(super) struct Waits {
    until: HashMap<Bearer, Instant>,
    times: HashMap<Bearer, usize>,
}

impl Waits {
    /// Reads an answer for a limit.
    pub(super) fn note(&mut self, bearer: Bearer, facts: &Facts) {
        let Some(response) = facts.response() else {
            return;
        };
        let asked = retry_after(&response.headers, clock::now());
        let limited = response.status == 429 || response.status == 503 && asked.is_some();
        if !limited {
            return;
        }
        let times = self.times.entry(bearer).or_default();
        let wait = asked.unwrap_or(WAITS[(*times).min(WAITS.len() - 1)]);
        *times += 1;
        self.until.insert(bearer, Instant::now() + wait);
    }

    /// Those whose wait is longer than a probe is worth.
    fn too_long(&self) -> Vec<Bearer> {
        let now = Instant::now();
        let long = |until: &Instant| until.saturating_duration_since(now) > LONGEST_WAIT;
        self.until
            .iter()
            .filter(|(_, until)| long(until))
            .map(|(bearer, _)| *bearer)
            .collect()
    }

    /// Waits until the token may be used; `false` where it may not be, or the person stopped.
    pub(super) async fn wait(&mut self, bearer: Bearer, flight: &Flight) -> bool {
        let Some(until) = self.until.get(&bearer).copied() else {
            return true;
        };
        if until.saturating_duration_since(Instant::now()) > LONGEST_WAIT {
            return false;
        }
        tokio::select! {
            () = tokio::time::sleep_until(until.into()) => true,
            () = flight.stopped() => false,
        }
    }
}
