//! One call from its request to its exchange. With `fault` and `way`, all that names reqwest.

use super::decode::{Halt, Unpacker};
use super::fault::{Stage, classify, connect_timeout, handshake_timeout, host, proxy_refused};
use super::flight::Flight;
use super::phases::{PHASES, Phases};
use super::redirect::{Leg, Trail, leads_on};
use super::way::{Way, Ways};
use crate::engine::attach::Attached;
use crate::engine::vault::{Filled, Vault};
use crate::insight::api::knowledge::Knowledge;
use crate::insight::api::library::Library;
use crate::insight::back_off::{NextTry, next_try};
use crate::model::{
    Cause, Environment, Exchange, ExchangeId, Failure, Headers, Manner, Origin, Outcome,
    RequestSpec, Response, SentRequest, Timestamp, Timing, limits,
};
use ring::rand::SecureRandom;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Longest pause inside a body that will not be kept whole, or not at all.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// For connecting, TLS included.
    pub connect: Duration,
    /// From the connection to the headers.
    pub first_byte: Duration,
    /// For each pause inside the body.
    pub idle: Duration,
    /// For the whole call.
    pub whole: Option<Duration>,
    pub body_bytes: u64,
    /// Origins that this run may send any chosen token to, since the person named them.
    pub consent: Option<Origin>,
    /// PEM files with authorities that this run trusts besides the system's.
    pub authorities: Vec<PathBuf>,
    /// Origins whose certificates this run does not check, besides the environment's.
    pub insecure: Vec<Origin>,
    /// What is known of the APIs that are called.
    pub library: Arc<Library>,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            connect: limits::CONNECT,
            first_byte: limits::FIRST_BYTE,
            idle: limits::IDLE,
            whole: None,
            body_bytes: limits::BODY_BYTES,
            consent: None,
            authorities: Vec::new(),
            insecure: Vec::new(),
            library: Arc::default(),
        }
    }
}

/// A request that is ready to go.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub typed: RequestSpec,
    pub sent: SentRequest,
    pub environment: Environment,
    /// The support case it is made for.
    pub case: Option<String>,
    pub manner: Manner,
}

/// What holds for a call through all its tries and hops.
struct Course<'a> {
    environment: &'a Environment,
    flight: &'a Flight,
    /// When this try began.
    began: Instant,
    /// When the whole call must be over.
    deadline: Option<Instant>,
    body_bytes: u64,
    /// How often an open connection turned out to be closed already.
    renewed: AtomicU32,
}

pub struct Client {
    options: ClientOptions,
    vault: Arc<Vault>,
    ways: Ways,
}

impl Client {
    /// Cheap: the HTTP library is set up by the first call, or by `warm`.
    pub fn new(vault: Arc<Vault>, options: ClientOptions) -> Client {
        Client {
            options,
            vault,
            ways: Ways::default(),
        }
    }

    /// Sets the library up ahead of the first call.
    pub fn warm(&self, environment: &Environment) {
        let _ = self.way(environment.origin().as_ref(), environment);
    }

    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// What is known of the API that a call went to.
    pub fn knowledge(&self, call: &Exchange, environment: &Environment) -> Knowledge {
        self.options.library.of_exchange(call, environment)
    }

    /// All that is known of APIs.
    pub fn library(&self) -> &Library {
        &self.options.library
    }

    /// The id of a call that is made now.
    pub fn new_id(&self) -> ExchangeId {
        ExchangeId::new(Timestamp::now(), chance())
    }

    /// Makes the call, and again where its manner allows it and the answer asks for it, and
    /// follows where its answers lead. The exchange is as it was, secrets included; see `shown`.
    pub async fn send(&self, outgoing: Outgoing, flight: &Flight) -> Exchange {
        let deadline = self.options.whole.map(|limit| Instant::now() + limit);
        let Manner { wait, retries, .. } = outgoing.manner;
        let mut attempts = 0;
        if !wait.is_zero() && !flight.pause(wait, 1).await {
            return self.unsent(outgoing);
        }
        loop {
            let mut exchange = self.attempt(&outgoing, flight, deadline).await;
            attempts += exchange.attempts;
            exchange.attempts = attempts;
            let chance = f64::from(chance()) / f64::from(u16::MAX);
            match next_try(&exchange, attempts, chance) {
                NextTry::After(wait)
                    if retries && deadline.is_none_or(|at| Instant::now() + wait < at) =>
                {
                    if !flight.pause(wait, attempts + 1).await {
                        return exchange;
                    }
                }
                _ => return exchange,
            }
        }
    }

    /// A call that was given up before it went.
    fn unsent(&self, outgoing: Outgoing) -> Exchange {
        let failure = Failure::unsent(
            Cause::CallCancelled,
            "you ended the wait before it.",
            "Send it when you like.",
        );
        Exchange {
            id: self.new_id(),
            environment: outgoing.environment.name,
            case: outgoing.case,
            typed: outgoing.typed,
            sent: outgoing.sent,
            outcome: Outcome::Failed(failure),
            redirects: Vec::new(),
            attempts: 0,
            unverified: Vec::new(),
            started_at: Timestamp::now(),
            took: Duration::ZERO,
            probe_of: None,
        }
    }

    async fn attempt(
        &self,
        outgoing: &Outgoing,
        flight: &Flight,
        deadline: Option<Instant>,
    ) -> Exchange {
        let started_at = Timestamp::now();
        let Outgoing {
            typed,
            mut sent,
            environment,
            case,
            manner,
        } = outgoing.clone();
        let course = Course {
            environment: &environment,
            flight,
            began: Instant::now(),
            deadline,
            body_bytes: manner.body_bytes.unwrap_or(self.options.body_bytes),
            renewed: AtomicU32::new(0),
        };
        let consent = self.options.consent.as_ref();
        let mut redirects = Vec::new();
        let mut unverified = Vec::new();
        let attached = Attached::read(&mut sent);
        let filled = match attached {
            Ok(_) => self.vault.fill(&sent, &environment, consent).await,
            Err(ref failure) => Err(failure.clone()),
        };
        let attached = attached.unwrap_or_default();
        let outcome = match filled {
            Err(failure) => Outcome::Failed(failure),
            Ok((mut filled, token)) => {
                filled.body = attached.put(filled.body);
                sent.body = attached.put(sent.body);
                sent.token = token;
                let mut leg = Leg {
                    method: sent.method.clone(),
                    filled,
                };
                let mut trail = Trail::new(&sent, &leg, &environment, self.vault.mask());
                let outcome = match self.follow(&mut leg, &mut trail, &course).await {
                    Ok(response) => Outcome::Answered(response),
                    Err(failure) => Outcome::Failed(failure),
                };
                redirects = trail.hops;
                let hops = redirects.iter().map(|hop| hop.location.as_str());
                let origins = std::iter::once(sent.url.as_str()).chain(hops);
                let origins = origins.filter_map(Origin::parse);
                let unchecked = origins.filter(|o| self.is_unchecked(o, &environment));
                unverified = unchecked.map(|origin| origin.to_string()).collect();
                unverified.dedup();
                outcome
            }
        };
        let was_sent = !matches!(&outcome, Outcome::Failed(failure) if !failure.was_sent);
        let took = course.began.elapsed();
        let renewed = course.renewed.load(Ordering::Relaxed);
        Exchange {
            id: ExchangeId::new(started_at, self::chance()),
            environment: environment.name,
            case,
            typed,
            sent,
            outcome,
            redirects,
            attempts: u32::from(was_sent) + renewed,
            unverified,
            started_at,
            took,
            probe_of: None,
        }
    }

    /// The exchange without the secrets this program knows.
    pub fn shown(&self, exchange: Exchange) -> Exchange {
        let known = self.vault.known();
        let mask = self.vault.mask();
        let mut exchange = mask.exchange(exchange);
        // Tokens still stand as slots in what was sent; show them the way they are masked.
        exchange.sent.headers = exchange
            .sent
            .headers
            .iter()
            .map(|header| {
                let mut value = header.value.clone();
                if let Ok(text) = std::str::from_utf8(&header.value) {
                    let mut text = text.to_owned();
                    for (token, _) in &known {
                        text =
                            text.replace(&format!("{{{{token:{}}}}}", token.name), &token.mask());
                    }
                    value = text.into_bytes();
                }
                (header.name.clone(), value)
            })
            .collect();
        exchange
    }

    /// The call, and the ones that its redirects ask for.
    async fn follow(
        &self,
        leg: &mut Leg,
        trail: &mut Trail,
        course: &Course<'_>,
    ) -> Result<Response, Failure> {
        loop {
            let response = match self.call(leg, course).await {
                Ok(response) => response,
                Err(mut failure) => {
                    // Nobody needs the body of a redirect, as long as there is time.
                    let is_over = course.deadline.is_some_and(|at| Instant::now() >= at);
                    let is_over = is_over || course.flight.is_stopped();
                    let leads_on = |r: &Response| leads_on(&leg.filled.url, r).is_some();
                    match failure.partial.take() {
                        Some(part) if !is_over && leads_on(&part) => *part,
                        part => {
                            failure.partial = part;
                            return Err(failure);
                        }
                    }
                }
            };
            match trail.next(leg, &response) {
                Ok(true) => {}
                Ok(false) => return Ok(response),
                Err(mut failure) => {
                    failure.partial = Some(Box::new(response));
                    return Err(failure);
                }
            }
        }
    }

    /// A server may close an open connection just when it is used again (RFC 9112, 9.3.1): a call
    /// that asks for no change then goes over another one.
    async fn call(&self, leg: &Leg, course: &Course<'_>) -> Result<Response, Failure> {
        loop {
            let phases = Arc::new(Phases::default());
            let result = self.call_once(leg, course, &phases).await;
            let was_closed =
                matches!(&result, Err(failure) if failure.cause == Cause::ConnectClosed);
            let is_safe = matches!(leg.method.as_str(), "GET" | "HEAD" | "OPTIONS");
            if !(was_closed && is_safe && phases.timing().reused)
                || course.renewed.fetch_add(1, Ordering::Relaxed) + 1 >= limits::TRIES
            {
                return result;
            }
        }
    }

    async fn call_once(
        &self,
        leg: &Leg,
        course: &Course<'_>,
        phases: &Arc<Phases>,
    ) -> Result<Response, Failure> {
        let origin = Origin::parse(&leg.filled.url);
        let way = self.way(origin.as_ref(), course.environment)?;
        let request = request(&way.http, &leg.method, &leg.filled)?;
        let hop_began = Instant::now();
        let host = host(request.url());
        let proxy = way.proxy_for(request.url());
        let answer = PHASES.scope(phases.clone(), way.http.execute(request));
        let (flight, proxy) = (course.flight, proxy.as_deref());
        let answer = tokio::select! {
            answer = answer => answer,
            failure = self.first_byte_limit(phases, &host, hop_began, proxy) => return Err(failure),
            _ = flight.stopped() => return Err(stopped(&host, course.began)),
            _ = until(course.deadline) => return Err(self.too_long(&host, Cause::TimeoutFirstByte)),
        };
        let ahead = proxy.filter(|_| phases.connected_at().is_none());
        let answer = answer.map_err(|error| classify(error, &host, Stage::Answer, ahead))?;
        let response = self.receive(answer, &host, phases.timing(), course).await?;
        if response.status == 407 && proxy.is_some() {
            let mut failure = proxy_refused(&host, Some(407));
            failure.partial = Some(Box::new(response));
            return Err(failure);
        }
        Ok(response)
    }

    fn way(&self, to: Option<&Origin>, environment: &Environment) -> Result<Arc<Way>, Failure> {
        let unchecked = to.is_some_and(|origin| self.is_unchecked(origin, environment));
        let authorities = &self.options.authorities;
        self.ways.of(environment, authorities, unchecked)
    }

    fn is_unchecked(&self, origin: &Origin, environment: &Environment) -> bool {
        let insecure = &environment.insecure_origins;
        origin.is_secure() && (insecure.contains(origin) || self.options.insecure.contains(origin))
    }

    /// Reads the body chunk by chunk. Whatever ends it early comes back with what had arrived.
    async fn receive(
        &self,
        mut answer: reqwest::Response,
        host: &str,
        timing: Timing,
        course: &Course<'_>,
    ) -> Result<Response, Failure> {
        let Course {
            flight,
            began,
            deadline,
            body_bytes: limit,
            ..
        } = *course;
        let announced = answer.content_length().unwrap_or(0);
        flight.announce(announced);
        let mut response = head(&answer);
        response.timing = timing;
        response.timing.first_byte = Some(began.elapsed());
        // Too large by its own word: it is not waited for longer than it takes to see its kind.
        let oversized = announced > limit;
        let idle = self.options.idle;
        let is_passed = leads_on(answer.url().as_str(), &response).is_some();
        let idle = if oversized || is_passed {
            idle.min(LOOK)
        } else {
            idle
        };
        let mut body = Vec::with_capacity(announced.min(limit) as usize);
        // Of a packed body, `body` is what came, for as long as it may have to be shown so.
        let mut unpacker = Unpacker::new(&response.headers, limit);
        let mut unpacked = Vec::new();
        let mut halt = None;
        let mut failure = None;
        loop {
            let chunk = tokio::select! {
                biased;
                _ = flight.stopped() => {
                    failure = Some(stopped(host, began));
                    break;
                }
                _ = until(deadline) => {
                    failure = Some(self.too_long(host, Cause::TimeoutBody));
                    break;
                }
                chunk = tokio::time::timeout(idle, answer.chunk()) => chunk,
            };
            match chunk {
                Err(_) => failure = Some(self.paused(host)),
                Ok(Err(error)) => failure = Some(classify(error, host, Stage::Body, None)),
                Ok(Ok(None)) => {}
                Ok(Ok(Some(chunk))) => {
                    let room = limit.saturating_sub(body.len() as u64) as usize;
                    body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                    flight.receive(body.len() as u64);
                    if let Some(unpacker) = &mut unpacker
                        && halt.is_none()
                    {
                        halt = unpacker.push(&chunk, &mut unpacked).err();
                    }
                    // What cannot be unpacked is still read, to be kept whole.
                    if chunk.len() <= room && matches!(halt, None | Some(Halt::Broken(_))) {
                        continue;
                    }
                    if halt.is_none() || chunk.len() > room {
                        failure = Some(too_large(host, limit));
                    }
                }
            }
            break;
        }
        if let Some(unpacker) = unpacker {
            if failure.is_none() && halt.is_none() {
                halt = unpacker.finish().err();
            }
            if !matches!(halt, Some(Halt::Broken(_))) {
                response.wire_bytes = Some(body.len() as u64);
                body = unpacked;
            }
        }
        let is_stopped = failure
            .as_ref()
            .is_some_and(|f| f.cause == Cause::CallCancelled);
        if let Some(halt) = halt.filter(|_| !is_stopped) {
            failure = Some(not_unpacked(host, limit, halt));
        }
        if oversized && failure.is_some() && !is_stopped {
            failure = Some(too_large(host, limit));
        }
        response.body = body;
        response.timing.total = began.elapsed();
        match failure {
            None => Ok(response),
            Some(mut failure) => {
                response.body_cut = true;
                failure.partial = Some(Box::new(response));
                Err(failure)
            }
        }
    }

    /// Ends when the connection, or then the first byte, is overdue.
    async fn first_byte_limit(
        &self,
        phases: &Phases,
        host: &str,
        began: Instant,
        proxy: Option<&str>,
    ) -> Failure {
        tokio::time::sleep_until(
            (began + self.options.connect.min(self.options.first_byte)).into(),
        )
        .await;
        loop {
            let due = if phases.is_connecting() {
                began + self.options.connect
            } else {
                phases.connected_at().unwrap_or(began) + self.options.first_byte
            };
            if Instant::now() < due {
                tokio::time::sleep_until(due.into()).await;
                continue;
            }
            if phases.is_securing() {
                return handshake_timeout(host, self.options.connect);
            }
            if phases.is_connecting() {
                return connect_timeout(host, Some(self.options.connect), proxy);
            }
            let limit = self.options.first_byte.as_secs_f32();
            return Failure::new(
                Cause::TimeoutFirstByte,
                format!("{host} took the call, but no answer came within {limit} s."),
                "The server may be busy. Send again later, or allow longer with --timeout.",
            );
        }
    }

    fn too_long(&self, host: &str, cause: Cause) -> Failure {
        let limit = self.options.whole.unwrap_or_default().as_secs_f32();
        Failure::new(
            cause,
            format!("The call to {host} was not done within {limit} s."),
            "--max-time allows longer.",
        )
    }

    fn paused(&self, host: &str) -> Failure {
        let limit = self.options.idle.as_secs_f32();
        Failure::new(
            Cause::TimeoutBody,
            format!("{host} began its answer and then sent nothing for {limit} s."),
            "What had arrived is kept. Send again, or allow longer with --timeout.",
        )
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

fn request(
    http: &reqwest::Client,
    method: &str,
    filled: &Filled,
) -> Result<reqwest::Request, Failure> {
    let unsendable = |what: &str| {
        Failure::unsent(
            Cause::RequestInvalidParameter,
            format!("{what} holds a character that HTTP does not allow."),
            "Remove line breaks and control characters.",
        )
    };
    let method =
        reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| unsendable("the method"))?;
    let mut builder = http.request(method, filled.url.as_str());
    for header in filled.headers.iter() {
        let mut value = reqwest::header::HeaderValue::from_bytes(&header.value)
            .map_err(|_| unsendable(&format!("header {}", header.name)))?;
        value.set_sensitive(crate::insight::redact::is_secret_name(&header.name));
        builder = builder.header(header.name.as_str(), value);
    }
    if !filled.body.is_empty() {
        builder = builder.body(filled.body.clone());
    }
    builder.build().map_err(|_| unsendable("the URL"))
}

/// Everything of an answer but its body.
fn head(answer: &reqwest::Response) -> Response {
    let status = answer.status();
    let reason = match answer.extensions().get::<hyper::ext::ReasonPhrase>() {
        Some(phrase) => phrase.as_bytes().iter().map(|&b| b as char).collect(),
        None => status.canonical_reason().unwrap_or("").to_owned(),
    };
    let headers: Headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    Response {
        status: status.as_u16(),
        reason,
        version: format!("{:?}", answer.version()),
        headers,
        timing: Timing::default(),
        ..Response::default()
    }
}

fn stopped(host: &str, began: Instant) -> Failure {
    Failure::new(
        Cause::CallCancelled,
        format!(
            "You stopped the call to {host} after {:.1} s.",
            began.elapsed().as_secs_f32()
        ),
        "Send again when you like. The server may have acted on it all the same.",
    )
}

fn too_large(host: &str, limit: u64) -> Failure {
    Failure::new(
        Cause::BodyTooLarge,
        format!(
            "The answer of {host} is larger than {}; the first part is kept.",
            crate::model::size_text(limit)
        ),
        "--max-body allows more; --output FILE writes the part that came.",
    )
}

fn not_unpacked(host: &str, limit: u64, halt: Halt) -> Failure {
    let (what, kept) = match halt {
        Halt::TooLarge => return too_large(host, limit),
        Halt::Broken(why) => (
            format!("cannot be unpacked: {why}"),
            "The bytes are kept as they came, still packed.",
        ),
        Halt::Trailing => (
            "goes on after the end of its packed data".to_owned(),
            "The unpacked part is kept, and what followed it left out.",
        ),
    };
    Failure::new(
        Cause::BodyUndecodable,
        format!("The answer of {host} {what}."),
        format!("{kept} With the header Accept-Encoding: identity it may come unpacked."),
    )
}

fn chance() -> u16 {
    let mut bytes = [0u8; 2];
    // Without chance an id is still ordered by time, and two calls in one millisecond are rare.
    let _ = ring::rand::SystemRandom::new().fill(&mut bytes);
    u16::from_le_bytes(bytes)
}
