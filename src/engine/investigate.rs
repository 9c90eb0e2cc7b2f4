//! Performs an investigation: the call in question once, then the probes that the planner asks
//! for, one after the other and within the contract. Safe methods only, the environment's own
//! origin only, no more than the budget, and each token waits when it is told to.

use super::client::{Client, Flight, Outgoing};
use super::history::History;
use super::pasted;
use super::vault::Vault;
use crate::engine::clock;
use crate::insight::Exchange;
use crate::insight::Query;
use crate::insight::api::marks::Marks;
use crate::insight::asking::{request, wrong_token};
use crate::insight::back_off::retry_after;
use crate::insight::facts::{Bearer, Case, Credential, CredentialPlace, Facts, KnownToken, Probed};
use crate::insight::learned::{self, Past};
use crate::insight::probe::next;
use crate::insight::redact::is_secret_name;
use crate::insight::token::{TokenReport, inspect};
use crate::model::{
    Author, Body, Environment, ExchangeId, ExchangeSummary, Failure, MASK, Manner, Origin, Outcome,
    Param, RawExchange, RequestSpec, SentRequest, Slot, Timestamp, TokenName, TokenRef, limits,
    resolve,
};
use std::collections::HashMap;
use std::ops::Range;
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
            let exchange = make(client, typed.clone(), resolved, ask, flight).await;
            Arc::new(client.shown(exchange))
        }
    };
    let credential = credential(&raw_sent, client, ask.environment.sandbox);
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
        let asked = Investigation {
            environment,
            ..ask.clone()
        };
        let mut exchange = make(client, spec, resolved, &asked, flight).await;
        if flight.is_stopped() && exchange.outcome.status().is_none() {
            break;
        }
        exchange.probe_of = Some(case.call.exchange.id.clone());
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

/// The call that reads what a write would change.
fn reading(typed: &RequestSpec) -> RequestSpec {
    let of_body = |row: &Param| !row.name.to_ascii_lowercase().starts_with("content-");
    RequestSpec {
        method: "GET".to_owned(),
        body: Body::Empty,
        headers: typed
            .headers
            .iter()
            .filter(|row| of_body(row))
            .cloned()
            .collect(),
        ..typed.clone()
    }
}

/// One call, sent or refused here.
async fn make(
    client: &Client,
    typed: RequestSpec,
    resolved: Result<SentRequest, Failure>,
    ask: &Investigation,
    flight: &Flight,
) -> RawExchange {
    match resolved {
        Ok(sent) => {
            let outgoing = Outgoing {
                typed,
                sent,
                environment: ask.environment.clone(),
                author: Author::Person,
                case: ask.case.clone(),
                manner: Manner::default(),
            };
            client.send(outgoing, flight).await
        }
        Err(failure) => RawExchange {
            id: client.new_id(),
            environment: ask.environment.name.clone(),
            case: ask.case.clone(),
            sent: SentRequest {
                method: typed.method.clone(),
                url: typed.url.clone(),
                ..SentRequest::default()
            },
            typed,
            outcome: Outcome::Failed(failure),
            redirects: Vec::new(),
            attempts: 0,
            unverified: Vec::new(),
            started_at: clock::now(),
            took: Duration::ZERO,
            probe_of: None,
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
    let filter = format!(
        "token:{token} status:2xx env:\"{}\"",
        environment.name.replace('"', "")
    );
    let query = Query::parse(&filter, clock::now());
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
    let filter = format!(
        "token:{} method:{} env:\"{}\"",
        token.name,
        typed.method,
        environment.name.replace('"', "")
    );
    let query = Query::parse(&filter, clock::now());
    let found = history.recall(&query, LOOKED_THROUGH, None).ok()?;
    let sent = resolve(typed, environment).ok();
    let url = sent.as_ref().map_or(&typed.url, |sent| &sent.url);
    learned::past(&found, &typed.method, url, token, until)
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
    let carried = match facts.exchange.is_received() {
        true => pasted::credential(&facts.exchange, client.vault()),
        false => credential(&sent, client, environment.sandbox),
    };
    Case::of(facts, carried, environment, clock::now()).knowing(knowledge)
}

/// How a call that was made carries its token, by the request before the values were put in.
pub fn credential(sent: &SentRequest, client: &Client, sandbox: bool) -> Credential {
    credential_from(sent, client.vault(), sandbox)
}

/// The same, where there is only a vault.
pub fn credential_from(sent: &SentRequest, vault: &Vault, sandbox: bool) -> Credential {
    let mut reports: HashMap<TokenName, TokenReport> = HashMap::new();
    for name in sent.tokens() {
        if let Some(report) = vault.report_at_rest(&name, sandbox) {
            reports.insert(name, report);
        }
    }
    let now = clock::now();
    let headers = sent.headers.iter().enumerate();
    let mut authorizations =
        headers.filter(|(_, header)| header.name.eq_ignore_ascii_case("authorization"));
    match (authorizations.next(), authorizations.next()) {
        (Some((number, _)), None) => authorization(
            &Carried::in_header(sent, number),
            &reports,
            now,
            vault.marks(),
        ),
        (Some(_), Some(_)) => Credential {
            place: CredentialPlace::Repeated,
            ..Credential::default()
        },
        (None, _) => elsewhere(sent, &reports, now, vault.marks()).unwrap_or_default(),
    }
}

/// A text that may be a credential, and the tokens in it.
struct Carried {
    text: String,
    slots: Vec<(Range<usize>, TokenName)>,
}

impl Carried {
    fn in_header(sent: &SentRequest, number: usize) -> Carried {
        let header = sent.headers.iter().nth(number);
        Carried {
            text: header.map_or_else(String::new, |header| header.text().into_owned()),
            slots: placed(sent.slots_of_header(number), 0),
        }
    }

    /// What stands from a byte on.
    fn from(&self, start: usize) -> Carried {
        let text = self.text.get(start..).unwrap_or_default();
        let blanks = text.len() - text.trim_start().len();
        let slots = self.slots.iter();
        let slots = slots.filter_map(|(range, name)| {
            let start = range.start.checked_sub(start + blanks)?;
            Some((start..start + range.len(), name.clone()))
        });
        Carried {
            slots: slots.collect(),
            text: text.trim().to_owned(),
        }
    }
}

/// Slots in a part of a text that begins at this byte of it.
fn placed<'s>(
    slots: impl Iterator<Item = &'s Slot>,
    start: usize,
) -> Vec<(Range<usize>, TokenName)> {
    let placed = slots.filter_map(|slot| {
        let start = slot.range.start.checked_sub(start)?;
        Some((start..start + slot.range.len(), slot.name.clone()))
    });
    placed.collect()
}

fn authorization(
    value: &Carried,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
    marks: &Marks,
) -> Credential {
    let mut credential = Credential {
        place: CredentialPlace::Authorization,
        ..Credential::default()
    };
    let trimmed = value.from(0);
    let text = trimmed.text.as_str();
    if text.is_empty() || text.eq_ignore_ascii_case("bearer") {
        credential.place = CredentialPlace::Nowhere;
        return credential;
    }
    let mut start = 0;
    if let Some((scheme, _)) = text.split_once(' ')
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        credential.scheme = Some(scheme.to_owned());
        start = scheme.len() + 1;
    }
    fill(&mut credential, &trimmed, start, reports, now, marks);
    credential
}

/// What is told of the text behind the scheme: of the token it names, or of itself.
fn fill(
    credential: &mut Credential,
    carried: &Carried,
    start: usize,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
    marks: &Marks,
) {
    let text = carried.text.get(start..).unwrap_or_default();
    let inside = carried
        .slots
        .iter()
        .filter(|(range, _)| range.start >= start);
    let inside: Vec<&(Range<usize>, TokenName)> = inside.collect();
    credential.token = inside.first().map(|(_, name)| name.clone());
    credential.report = match &inside[..] {
        [(range, name)] if *range == (start..carried.text.len()) => reports.get(name).cloned(),
        // What was masked cannot be judged.
        [] if text.contains(MASK) || text.contains('‹') => None,
        [] => Some(inspect(text, now, marks)),
        // Something stands around the slot: the text as a whole is what counts.
        slots => {
            let mut whole = String::new();
            let mut from = start;
            for (range, _) in slots {
                whole.push_str(carried.text.get(from..range.start).unwrap_or_default());
                whole.push_str(&"0123456789abcdef".repeat(3));
                from = range.end;
            }
            whole.push_str(carried.text.get(from..).unwrap_or_default());
            Some(inspect(&whole, now, marks))
        }
    };
}

/// A token in a place where the API does not look.
fn elsewhere(
    sent: &SentRequest,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
    marks: &Marks,
) -> Option<Credential> {
    let mut headers = sent.headers.iter().enumerate();
    let header = headers.find(|(number, header)| {
        is_secret_name(&header.name) || sent.slots_of_header(*number).next().is_some()
    });
    let url = Url::parse(&sent.url).ok()?;
    let (place, carried) = if let Some((number, header)) = header {
        (
            format!("header {}", header.name),
            Carried::in_header(sent, number),
        )
    } else if let Some((name, value)) = parameter(sent) {
        (format!("parameter {name}"), value)
    } else if url.password().is_some() || !url.username().is_empty() {
        // The HTTP library makes Basic of it.
        return Some(Credential {
            place: CredentialPlace::Authorization,
            scheme: Some("Basic".to_owned()),
            ..Credential::default()
        });
    } else {
        return None;
    };
    let mut credential = Credential {
        place: CredentialPlace::Elsewhere(place),
        ..Credential::default()
    };
    let start = match carried.text.starts_with("Bearer ") {
        true => "Bearer ".len(),
        false => 0,
    };
    fill(&mut credential, &carried, start, reports, now, marks);
    Some(credential)
}

/// The first parameter of the URL that holds a secret.
fn parameter(sent: &SentRequest) -> Option<(String, Carried)> {
    let (before, query) = sent.url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let mut start = before.len() + 1;
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let begin = start + name.len() + 1;
        let within = |slot: &&Slot| (begin..=start + pair.len()).contains(&slot.range.end);
        let slots = placed(sent.slots_of_url().filter(within), begin);
        let read = url::form_urlencoded::parse(pair.as_bytes()).next();
        if let Some((shown, plain)) = read
            && (is_secret_name(&shown) || !slots.is_empty())
        {
            let text = match slots.is_empty() {
                true => plain.into_owned(),
                false => value.to_owned(),
            };
            return Some((shown.into_owned(), Carried { text, slots }));
        }
        start += pair.len() + 1;
    }
    None
}

/// Until when each token is to be left alone.
#[derive(Default)]
struct Waits {
    until: HashMap<Bearer, Instant>,
    times: HashMap<Bearer, usize>,
}

impl Waits {
    /// Reads an answer for a limit.
    fn note(&mut self, bearer: Bearer, facts: &Facts) {
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
    async fn wait(&mut self, bearer: Bearer, flight: &Flight) -> bool {
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
