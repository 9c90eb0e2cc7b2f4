//! Sends one call, from its request to its exchange. Only this folder names reqwest, the HTTP
//! library.

use super::fault::{self, Bound, connect_timeout, handshake_timeout, host};
use super::flight::{Flight, SoFar};
use super::jar::{Going, Jars, Shelf};
use super::phases::{PHASES, Phases};
use super::pool::{ClientPool, Connection, Egress, Line, Protocol};
use super::proxy::{self, Proxy};
use super::redirect::{Leg, Trail, leads_on};
use super::renew::{Ready, Renew};
use super::retry::{Mishap, Reading, Tries};
use super::target::target;
use super::tunnel;
use crate::engine::attach;
use crate::engine::clock;
use crate::engine::vault::{Filled, Vault};
use crate::insight::Exchange;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::api::library::Library;
use crate::insight::back_off::{NextTry, next_try};
use crate::insight::refused;
use crate::insight::token::grant::wants_another_token;
use crate::insight::token::proof::wanted_nonce;
use crate::insight::token::step_up::demanded;
use crate::model::{
    Author, CallOrigin, Cause, Consent, CookieNews, Environment, ExchangeId, Failure, Manner,
    Origin, Outcome, RawExchange, Reach, RequestSpec, Response, SentRequest, TokenRef,
    is_safe_method, limits,
};
use ring::rand::SecureRandom;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// The settings of a client for one run: limits, trust, cookies, knowledge.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How long connecting may take, TLS included.
    pub connect: Duration,
    /// How long from the connection to the headers.
    pub first_byte: Duration,
    /// How long each pause inside the body may be.
    pub idle: Duration,
    /// How long the whole call may take; `None` for any time.
    pub whole: Option<Duration>,
    pub body_bytes: u64,
    /// Other places that this run may send tokens to, because the person named both.
    pub consent: Option<Consent>,
    /// PEM files with authorities that this run trusts besides the system's.
    pub authorities: Vec<PathBuf>,
    /// Origins whose certificates this run does not check, besides the environment's.
    pub insecure: Vec<Origin>,
    /// How this run reaches its hosts; wins over the environment's settings.
    pub reach: Reach,
    /// Whether cookies are kept and sent.
    pub cookies: bool,
    /// The packs that know the called APIs.
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
            reach: Reach::default(),
            cookies: true,
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
    pub author: Author,
    /// The customer case it is made for.
    pub case: Option<String>,
    pub manner: Manner,
}

/// The state of a call through all its tries and hops.
pub struct Course<'a> {
    pub options: &'a ClientOptions,
    environment: &'a Environment,
    pub flight: &'a Flight,
    /// When this try began.
    pub began: Instant,
    /// When the whole call must be over.
    pub deadline: Option<Instant>,
    pub body_bytes: u64,
    /// Whether redirects are left alone.
    stays: bool,
    /// The token of the call, once it is filled in.
    pub token: Option<TokenRef>,
    /// How often the call was sent again because nobody had read it.
    renewed: AtomicU32,
    /// The origins that were connected to, in order.
    met: Mutex<Vec<Origin>>,
    /// The jar whose cookies are sent; `None` for no cookies.
    shelf: Option<Shelf>,
    cookies: Mutex<CookieNews>,
}

/// The HTTP client: sends calls with their tokens, and follows, retries and renews where allowed.
pub struct Client {
    options: ClientOptions,
    vault: Arc<Vault>,
    ways: ClientPool,
    jars: Jars,
    /// What gets and renews tokens; `None` where tokens stay as they are.
    renew: Option<Arc<dyn Renew>>,
    /// Whether an agent asks for its calls, and nobody types them.
    of_agent: bool,
}

impl Client {
    /// Cheap: the HTTP library is set up by the first call, or by `warm`.
    pub fn new(vault: Arc<Vault>, options: ClientOptions) -> Client {
        Client {
            jars: Jars::new(options.cookies),
            options,
            vault,
            ways: ClientPool::default(),
            renew: None,
            of_agent: false,
        }
    }

    /// Whatever its calls are made for, an agent asked for them.
    pub fn of_agent(mut self) -> Client {
        self.of_agent = true;
        self
    }

    /// Lets this get and renew the tokens of calls.
    pub fn renewing(mut self, renew: Arc<dyn Renew>) -> Client {
        self.renew = Some(renew);
        self
    }

    /// Sets the HTTP library up ahead of the first call, to save its time there.
    pub fn warm(&self, environment: &Environment) {
        let line = Line {
            connection: Connection::Kept,
            protocol: self.protocol(environment),
        };
        let way = self.way(environment.origin().as_ref(), environment);
        let _ = way.and_then(|way| way.client(line));
    }

    /// The vault that the values of tokens come from.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The cookies of this run.
    pub fn jars(&self) -> &Jars {
        &self.jars
    }

    /// The packs that apply to a call.
    pub fn knowledge(&self, call: &Exchange, environment: &Environment) -> Knowledge {
        self.options.library.of_exchange(call, environment)
    }

    /// All packs of knowledge.
    pub fn library(&self) -> &Library {
        &self.options.library
    }

    /// A new id for a call that starts now.
    pub fn new_id(&self) -> ExchangeId {
        ExchangeId::new(clock::now(), chance())
    }

    /// Sends the call, retries where its manner allows it, and follows redirects. The exchange
    /// still holds its secrets; see `shown`.
    pub async fn send(&self, outgoing: Outgoing, flight: &Flight) -> RawExchange {
        let deadline = self.options.whole.map(|limit| Instant::now() + limit);
        let Manner { wait, retries, .. } = outgoing.manner;
        let mut attempts = 0;
        let mut has_renewed = false;
        let mut has_answered = false;
        if !wait.is_zero() && !flight.pause(wait, 1).await {
            return self.unsent(outgoing, waited_in_vain());
        }
        loop {
            let ready = tokio::select! {
                ready = self.ready(&outgoing, flight) => ready,
                _ = until(deadline) => Err(overdue()),
            };
            let ready = match ready {
                Ok(ready) => ready,
                Err(failure) => return self.unsent(outgoing, failure),
            };
            let mut exchange = self.attempt(&outgoing, flight, deadline).await;
            attempts += exchange.attempts;
            exchange.attempts = attempts;
            // The server asked for its nonce (RFC 9449, 9) or for Digest, so the call goes once more.
            let is_read = outgoing.typed.is_safe() && is_safe_method(&exchange.sent.method);
            let is_asked =
                self.took_nonce(&exchange) || self.took_digest(&exchange, &outgoing.environment);
            if is_asked && is_read && !has_answered && !flight.is_stopped() {
                has_answered = true;
                continue;
            }
            let demand = exchange.outcome.response().and_then(demanded);
            if let Some((renew, demand)) = self.renew.as_ref().zip(demand)
                && exchange.redirects.is_empty()
            {
                renew.needs_stronger(&ready, &demand);
            }
            if let Some(renew) = self.renew.as_ref().filter(|_| !has_renewed)
                && self.wants_another_token(&exchange, &ready, &outgoing.environment)
            {
                // A refused write may have been done in part: only a person may send it again.
                let goes_again = is_read && !flight.is_stopped();
                let place = &outgoing.environment;
                let anew = renew.anew(&ready, &exchange, goes_again, place, flight);
                let is_other = tokio::select! {
                    is_other = anew => is_other,
                    _ = until(deadline) => false,
                };
                has_renewed = true;
                if is_other && goes_again {
                    attempts = 0;
                    continue;
                }
            } else if let Some(renew) = self.renew.as_ref().filter(|_| has_renewed) {
                renew.came(&ready, &exchange);
            }
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

    /// Remembers the nonce that an answer to a proven call brings, and tells whether it was refused
    /// for the lack of it.
    fn took_nonce(&self, exchange: &RawExchange) -> bool {
        let Outcome::Answered(response) = &exchange.outcome else {
            return false;
        };
        // After a redirect somebody else may have answered.
        let is_direct = exchange.redirects.is_empty() && exchange.sent.headers.has("dpop");
        let origin = Origin::parse(&exchange.sent.url).filter(|_| is_direct);
        let Some((origin, nonce)) = origin.zip(response.headers.get("dpop-nonce")) else {
            return false;
        };
        let is_new = self.vault.take_nonce(origin, &nonce);
        is_new && wanted_nonce(response).is_some()
    }

    /// Remembers the challenge of a server that wants Digest, and tells whether it is a new one.
    fn took_digest(&self, exchange: &RawExchange, environment: &Environment) -> bool {
        let Outcome::Answered(response) = &exchange.outcome else {
            return false;
        };
        let is_direct = exchange.redirects.is_empty();
        is_direct
            && self
                .vault
                .take_digest(&exchange.sent, environment, response)
    }

    /// Gets the tokens of a call ready, if they may be sent there at all.
    async fn ready(&self, outgoing: &Outgoing, flight: &Flight) -> Result<Ready, Failure> {
        let (sent, environment) = (&outgoing.sent, &outgoing.environment);
        let tokens = sent.tokens();
        let consent = self.options.consent.as_ref();
        let Some(renew) = &self.renew else {
            return Ok(Ready::default());
        };
        if tokens.is_empty() || environment.sandbox {
            return Ok(Ready::default());
        }
        let vault = &self.vault;
        vault.check_border(sent, environment, outgoing.author, consent)?;
        renew.ready(&tokens, environment, flight).await
    }

    /// Whether an answer rejects a token that can be renewed.
    fn wants_another_token(
        &self,
        exchange: &RawExchange,
        ready: &Ready,
        environment: &Environment,
    ) -> bool {
        let Outcome::Answered(response) = &exchange.outcome else {
            return false;
        };
        // After a redirect to another host the server saw no token.
        let went = exchange.redirects.iter().all(|hop| hop.token_sent);
        if ready.0.is_empty() || response.status != 401 || !went {
            return false;
        }
        let url = &exchange.sent.url;
        let knowledge = self
            .options
            .library
            .of_answer(url, response, None, environment);
        wants_another_token(response, &knowledge)
    }

    /// The exchange of a call that was given up before it was sent.
    fn unsent(&self, outgoing: Outgoing, failure: Failure) -> RawExchange {
        let outcome = Outcome::Failed(failure);
        RawExchange {
            environment: outgoing.environment.name,
            case: outgoing.case,
            typed: outgoing.typed,
            sent: outgoing.sent,
            ..RawExchange::with_outcome(self.new_id(), outcome, clock::now())
        }
    }

    async fn attempt(
        &self,
        outgoing: &Outgoing,
        flight: &Flight,
        deadline: Option<Instant>,
    ) -> RawExchange {
        let started_at = clock::now();
        let Outgoing {
            typed,
            mut sent,
            environment,
            author,
            case,
            manner,
        } = outgoing.clone();
        let mut course = Course {
            options: &self.options,
            environment: &environment,
            flight,
            began: Instant::now(),
            deadline,
            body_bytes: manner.body_bytes.unwrap_or(self.options.body_bytes),
            stays: manner.stays,
            token: None,
            renewed: AtomicU32::new(0),
            met: Mutex::default(),
            shelf: Shelf::of(case.as_ref(), manner.jar).filter(|_| !environment.no_cookies),
            cookies: Mutex::default(),
        };
        let consent = self.options.consent.as_ref();
        let mut redirects = Vec::new();
        let mut unverified = Vec::new();
        let filled = match attach::read(&mut sent) {
            Ok(()) => {
                let vault = &self.vault;
                vault.date(&mut sent, &environment, started_at);
                vault.fill(&sent, &environment, author, consent).await
            }
            Err(failure) => Err(failure),
        };
        let outcome = match filled {
            Err(failure) => Outcome::Failed(failure),
            Ok((filled, token)) => {
                course.token = token.clone();
                sent.token = token;
                let mut leg = Leg {
                    method: sent.method.clone(),
                    filled,
                };
                let cookies = self.going(&leg, &course).header;
                let mask = self.vault.mask();
                let mut trail = Trail::new(&sent, &leg, &environment, mask, &cookies);
                if !cookies.is_empty() {
                    sent.headers.push("cookie", cookies);
                }
                let mut outcome = match self.follow(&mut leg, &mut trail, &course).await {
                    Ok(mut response) => {
                        let library = &self.options.library;
                        let url = &leg.filled.url;
                        response.refused = refused(&response, |body| {
                            library.of_answer(url, &response, body, &environment)
                        });
                        Outcome::Answered(response)
                    }
                    Err(failure) => Outcome::Failed(failure),
                };
                let news = course
                    .cookies
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                if let Some(response) = outcome.response_mut() {
                    response.cookies = news.clone();
                }
                drop(news);
                redirects = trail.hops;
                let met = course.met.lock().unwrap_or_else(PoisonError::into_inner);
                let origins = met.iter();
                let unchecked = origins.filter(|o| self.is_unchecked(o, &environment));
                unverified = unchecked.map(|origin| origin.to_string()).collect();
                unverified.dedup();
                outcome
            }
        };
        let was_sent = !matches!(&outcome, Outcome::Failed(failure) if !failure.was_sent);
        let took = course.began.elapsed();
        let renewed = course.renewed.load(Ordering::Relaxed);
        RawExchange {
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
            run: None,
            origin: Default::default(),
        }
    }

    /// What came of a stream so far, as an exchange without secrets.
    pub fn so_far(&self, outgoing: &Outgoing, so_far: SoFar, took: Duration) -> Exchange {
        let mut sent = outgoing.sent.clone();
        sent.token = so_far.token;
        self.shown(RawExchange {
            id: self.new_id(),
            environment: outgoing.environment.name.clone(),
            case: outgoing.case.clone(),
            typed: outgoing.typed.clone(),
            sent,
            outcome: Outcome::Answered(so_far.response),
            redirects: Vec::new(),
            attempts: 1,
            unverified: Vec::new(),
            started_at: clock::now(),
            took,
            probe_of: None,
            run: None,
            origin: Default::default(),
        })
    }

    /// The call without the secrets this program knows, ready to be shown and kept.
    pub fn shown(&self, mut exchange: RawExchange) -> Exchange {
        if self.of_agent {
            exchange.origin = CallOrigin::Agent;
        }
        self.vault.mask().exchange(exchange)
    }

    /// Sends the call and follows its redirects.
    async fn follow(
        &self,
        leg: &mut Leg,
        trail: &mut Trail,
        course: &Course<'_>,
    ) -> Result<Response, Failure> {
        loop {
            let going = self.going(leg, course);
            let response = match self.call(leg, &going.header, course).await {
                Ok(response) => response,
                Err(mut failure) => {
                    if let Some(part) = failure.partial.as_deref().filter(|_| failure.is_of_body())
                    {
                        self.take_cookies(leg, part, &going, course);
                    }
                    // The body of a redirect does not matter, so follow it while there is time.
                    let is_over = course.deadline.is_some_and(|at| Instant::now() >= at);
                    let is_over = is_over || course.flight.is_stopped();
                    // An answer of the proxy is not the host's, so do not follow it.
                    let of_host = failure.is_of_body();
                    let leads_on = |r: &Response| leads_on(&leg.filled.url, r).is_some();
                    match failure.partial.take() {
                        Some(part) if of_host && !is_over && leads_on(&part) => *part,
                        part => {
                            failure.partial = part;
                            return Err(failure);
                        }
                    }
                }
            };
            self.take_cookies(leg, &response, &going, course);
            if course.stays {
                return Ok(response);
            }
            match trail.next(leg, &response, |leg| self.going(leg, course).header) {
                Ok(true) => {}
                Ok(false) => return Ok(response),
                Err(mut failure) => {
                    failure.partial = Some(Box::new(response));
                    return Err(failure);
                }
            }
        }
    }

    /// The cookies to send; none where the person typed a `Cookie` header.
    fn going(&self, leg: &Leg, course: &Course<'_>) -> Going {
        let has_own = leg.filled.headers.has("cookie");
        let shelf = course.shelf.as_ref().filter(|_| !has_own);
        let url = Url::parse(&leg.filled.url).ok();
        let going = shelf
            .zip(url)
            .map(|(shelf, url)| self.jars.going(shelf, &url));
        going.unwrap_or_default()
    }

    /// Keeps the cookies of an answer and masks them before anything is shown.
    fn take_cookies(&self, leg: &Leg, response: &Response, going: &Going, course: &Course<'_>) {
        let (Some(shelf), Ok(url)) = (&course.shelf, Url::parse(&leg.filled.url)) else {
            return;
        };
        let mut sent = going.names.clone();
        if let Some(own) = leg.filled.headers.get("cookie") {
            let names = own.split(';').filter_map(|pair| pair.split_once('='));
            sent.extend(names.map(|(name, _)| name.trim().to_owned()));
        }
        let news = self.jars.take(shelf, &url, &response.headers, &sent);
        self.vault.know_cookies(&news.given);
        let mut told = course
            .cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        told.expired.extend(going.expired.iter().cloned());
        told.taken_back.extend(news.taken_back);
        told.refused.extend(news.refused);
        told.given.extend(news.given);
    }

    /// Sends one hop, and again where nobody can have read it.
    async fn call(
        &self,
        leg: &Leg,
        cookies: &str,
        course: &Course<'_>,
    ) -> Result<Response, Failure> {
        let own = self.protocol(course.environment);
        let mut tries = Tries::new(&leg.method, &leg.filled, own);
        loop {
            let phases = Arc::new(Phases::towards(&leg.filled.url));
            let result = self
                .call_once(leg, cookies, tries.line(), course, &phases)
                .await;
            if result.is_ok() || phases.connected_at().is_some() {
                let mut met = course.met.lock().unwrap_or_else(PoisonError::into_inner);
                met.extend(Origin::parse(&leg.filled.url));
            }
            let mishap = match result {
                Ok(response) if tries.was_crossed_by(&response) => {
                    course.renewed.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                Ok(response) => return Ok(response),
                Err(mishap) => mishap,
            };
            if !tries.goes_again(&mishap, phases.timing().reused) {
                return Err(tries.told(mishap));
            }
            course.renewed.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn call_once(
        &self,
        leg: &Leg,
        cookies: &str,
        line: Line,
        course: &Course<'_>,
        phases: &Arc<Phases>,
    ) -> Result<Response, Mishap> {
        let origin = Origin::parse(&leg.filled.url);
        let way = self.way(origin.as_ref(), course.environment)?;
        let http = way.client(line)?;
        let request = request(&http, &leg.method, &leg.filled, cookies)?;
        let hop_began = Instant::now();
        let url = request.url().clone();
        let host = match &self.reach(course.environment).socket {
            Some(socket) => format!("{} at {}", host(&url), socket.display()),
            None => host(&url),
        };
        let proxy = way.proxy_for(&url)?;
        // The proxy may repeat its own credentials in an answer.
        self.vault.know(proxy.iter().flat_map(Proxy::secrets));
        let through = proxy.as_ref().map(Proxy::name);
        let bound = Bound {
            host: &host,
            is_https: url.scheme() == "https",
            proxy: through.as_deref(),
            phases,
        };
        let answer = PHASES.scope(phases.clone(), way.answer(&http, request, &bound));
        let answer = tokio::select! {
            answer = answer => answer,
            failure = self.first_byte_limit(&bound, hop_began) => return Err(failure.into()),
            _ = course.flight.stopped() => return Err(fault::stopped(&host, course.began).into()),
            _ = until(course.deadline) => {
                return Err(Mishap {
                    failure: course.too_long(&host, Cause::TimeoutFirstByte),
                    reading: if phases.is_connecting() { Reading::NotSent } else { Reading::Unknown },
                });
            }
        };
        let trouble = match answer {
            Ok(answer) => {
                let response = course.receive(answer, &url, phases.timing()).await?;
                // Through a tunnel the status is the host's own.
                let is_proxys = response.status == 407 && !bound.is_https;
                return match proxy.filter(|_| is_proxys) {
                    Some(proxy) => Err(proxy::denied(&proxy, &host, Some(response)).into()),
                    None => Ok(response),
                };
            }
            Err(trouble) => trouble,
        };
        let reading = Reading::of(&trouble);
        let failure = match proxy.filter(|_| fault::is_denied(&trouble)) {
            Some(proxy) => tokio::select! {
                said = tunnel::asked(&proxy, way.tls(), &url) => proxy::denied(&proxy, &host, said),
                _ = course.flight.stopped() => fault::stopped(&host, course.began),
                _ = until(course.deadline) => course.too_long(&host, Cause::TimeoutFirstByte),
            },
            None => fault::no_answer(&trouble, &bound),
        };
        let failure = match line.protocol {
            Protocol::Http2 => fault::may_be_older(failure),
            _ => failure,
        };
        Err(Mishap { failure, reading })
    }

    fn way(&self, to: Option<&Origin>, environment: &Environment) -> Result<Arc<Egress>, Failure> {
        let unchecked = to.is_some_and(|origin| self.is_unchecked(origin, environment));
        let authorities = &self.options.authorities;
        let reach = self.reach(environment);
        self.ways.of(environment, authorities, unchecked, reach)
    }

    /// The HTTP version for calls to this environment.
    fn protocol(&self, environment: &Environment) -> Protocol {
        Protocol::of(self.reach(environment).version)
    }

    fn reach(&self, environment: &Environment) -> Reach {
        // The sandbox is always on this machine.
        if environment.sandbox {
            Reach::USUAL
        } else {
            self.options.reach.or(&environment.reach)
        }
    }

    fn is_unchecked(&self, origin: &Origin, environment: &Environment) -> bool {
        let insecure = &environment.insecure_origins;
        origin.is_secure() && (insecure.contains(origin) || self.options.insecure.contains(origin))
    }

    /// Resolves with a failure when the connection or then the first byte is overdue.
    async fn first_byte_limit(&self, bound: &Bound<'_>, began: Instant) -> Failure {
        let Bound {
            host,
            proxy,
            phases,
            ..
        } = *bound;
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
                // A call without TLS of its own can only be in a handshake with its proxy.
                let proxy = proxy.filter(|_| !bound.is_https);
                let who = proxy.map(|proxy| format!("The proxy {proxy}"));
                return handshake_timeout(who.as_deref().unwrap_or(host), self.options.connect);
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
}

fn waited_in_vain() -> Failure {
    Failure::unsent(
        Cause::CallCancelled,
        "you ended the wait before it.",
        "Send it when you like.",
    )
}

fn overdue() -> Failure {
    Failure::unsent(
        Cause::TokenMissing,
        "its token was not got within the time for the whole call.",
        "Allow longer with --max-time, or get the token first.",
    )
}

/// Waits until a deadline; never ends without one.
pub async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

fn request(
    http: &reqwest::Client,
    method_name: &str,
    filled: &Filled,
    cookies: &str,
) -> Result<reqwest::Request, Failure> {
    let unsendable = |what: &str| {
        Failure::unsent(
            Cause::RequestInvalidParameter,
            format!("{what} holds a character that HTTP does not allow."),
            "Remove line breaks and control characters.",
        )
    };
    let method = reqwest::Method::from_bytes(method_name.as_bytes())
        .map_err(|_| unsendable("the method"))?;
    let url = target(&filled.url).ok_or_else(|| unsendable("the URL"))?;
    let mut builder = http.request(method, url);
    for header in filled.headers.iter() {
        let mut value = reqwest::header::HeaderValue::from_bytes(&header.value)
            .map_err(|_| unsendable(&format!("header {}", header.name)))?;
        value.set_sensitive(crate::insight::redact::is_secret_name(&header.name));
        builder = builder.header(header.name.as_str(), value);
    }
    if !cookies.is_empty() {
        let value = reqwest::header::HeaderValue::from_bytes(cookies.as_bytes());
        let mut value = value.map_err(|_| unsendable("a cookie"))?;
        value.set_sensitive(true);
        builder = builder.header("cookie", value);
    }
    if !filled.body.is_empty() {
        builder = builder.body(filled.body.clone());
    } else if matches!(method_name, "POST" | "PUT" | "PATCH")
        && !filled.headers.has("content-length")
    {
        // RFC 9110, 8.6: some servers answer 411 to such a call without a length.
        builder = builder.header("content-length", "0");
    }
    builder.build().map_err(|_| unsendable("the URL"))
}

fn chance() -> u16 {
    let mut bytes = [0u8; 2];
    // Without randomness ids still sort by time, and two calls in one millisecond are rare.
    let _ = ring::rand::SystemRandom::new().fill(&mut bytes);
    u16::from_le_bytes(bytes)
}
