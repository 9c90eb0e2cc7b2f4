//! A session sent again, step by step: the one runner for the screen and for scripts. A session
//! may come from anybody, so no token leaves the environment's own origin, and nothing that an
//! answer holds can ask for one.

use super::attach;
use super::client::{Client, Flight, Outgoing};
use super::investigate::case_of;
use crate::insight::Exchange;
use crate::insight::redact::{Mask, is_secret_name};
use crate::insight::replay::{Change, ReplayReport, StepReport, judge, skipped, taken, unsent};
use crate::insight::{Catalogue, Verdict, explain};
use crate::model::{
    Auth, Author, Border, CallOrigin, Capture, Cause, Environment, ExchangeId, Failure, Manner,
    Outcome, RawExchange, RequestSpec, Secret, SentRequest, Session, StatusClass, Step, Tempo,
    TokenName, TokenRef, names_in, resolve,
};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The way to the other side: the client, or in tests an answer of our own.
pub trait Wire: Sync {
    fn send(&self, call: Outgoing, flight: &Flight) -> impl Future<Output = RawExchange> + Send;

    /// The call without the secrets that are known here.
    fn shown(&self, exchange: RawExchange) -> Exchange;

    /// Masks the secrets among these variables from now on; the mask for all that is known here.
    fn know(&self, _variables: &[(String, String)]) -> Arc<Mask> {
        Arc::default()
    }
}

impl Wire for Client {
    fn send(&self, call: Outgoing, flight: &Flight) -> impl Future<Output = RawExchange> + Send {
        Client::send(self, call, flight)
    }

    fn shown(&self, exchange: RawExchange) -> Exchange {
        Client::shown(self, exchange)
    }

    fn know(&self, variables: &[(String, String)]) -> Arc<Mask> {
        self.vault().know_variables(variables);
        self.vault().mask()
    }
}

/// What is replayed, where and how.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    pub session: Session,
    pub environment: Environment,
    /// Variables given for this run; they outdo all others.
    pub given: Vec<(String, String)>,
    /// In place of the token of every step.
    pub token: Option<TokenName>,
    /// Whether methods that write go out in a protected environment.
    pub allow_writes: bool,
    /// Whether they go out nowhere else either, as for an agent.
    pub reads_only: bool,
    /// The support case it is made for.
    pub case: Option<String>,
    /// The folder from which the files of its steps are read, once a person agreed.
    pub files: Option<PathBuf>,
    /// Steps before this one are left out, as if they were not there.
    pub from: usize,
    pub tempo: Tempo,
}

impl Replay {
    /// Whether methods that write go out.
    fn may_write(&self) -> bool {
        self.allow_writes || !(self.environment.protected || self.reads_only)
    }
}

/// Sends every step in order, each once unless it is told to come back. `on_step` gets each
/// report in the order of the session, to add to it, and the call as it may be shown and kept
/// where one was made. When the flight is stopped, what is left is skipped.
pub async fn run(
    replay: &Replay,
    wire: &impl Wire,
    flight: &Flight,
    mut on_step: impl FnMut(&mut StepReport, Option<Exchange>),
) -> ReplayReport {
    let steps = &replay.session.steps;
    let steps = steps.get(replay.from..).unwrap_or_default();
    let mut report = ReplayReport {
        session: replay.session.name.clone(),
        steps: Vec::with_capacity(steps.len()),
    };
    let mut answers = Answers::default();
    answers.know(replay, wire);
    // Those that are done before an earlier one is.
    let mut early: BTreeMap<usize, (StepReport, Option<Exchange>)> = BTreeMap::new();
    let mut under_way = FuturesUnordered::new();
    let mut sent: BTreeSet<usize> = BTreeSet::new();
    let at_once = if replay.tempo.pace.is_zero() {
        replay.tempo.at_once.max(1)
    } else {
        1
    };
    let mut next = 0;
    let mut last_start: Option<Instant> = None;
    while report.steps.len() < steps.len() {
        while let Some(step) = steps.get(next)
            && sent.len() < at_once
            && sent.iter().all(|at| !needs(step, &steps[*at]))
        {
            let begun = if flight.is_stopped() {
                Begun::Over(Box::new(skipped(step, "the replay was stopped before it")))
            } else {
                answers.begin(replay, step)
            };
            match begun {
                Begun::Over(step_report) => drop(early.insert(next, (*step_report, None))),
                Begun::Call(call, said) => {
                    let pause = last_start.map(|at| replay.tempo.pace.saturating_sub(at.elapsed()));
                    wait(pause.unwrap_or_default(), flight).await;
                    last_start = Some(Instant::now());
                    let at = next;
                    sent.insert(at);
                    under_way.push(async move { (at, said, wire.send(*call, flight).await) });
                }
            }
            next += 1;
        }
        while let Some((mut step_report, exchange)) = early.remove(&report.steps.len()) {
            on_step(&mut step_report, exchange);
            report.steps.push(step_report);
        }
        if let Some((at, said, exchange)) = under_way.next().await {
            sent.remove(&at);
            early.insert(at, answers.finish(&steps[at], said, exchange, wire));
        }
    }
    report
}

/// Why a step that changed is refused now, as far as its answer tells.
pub fn why(
    report: &StepReport,
    exchange: &Exchange,
    environment: &Environment,
    client: &Client,
    catalogue: &Catalogue,
) -> Option<Verdict> {
    let is_refused = matches!(
        exchange.outcome.looks(),
        StatusClass::ClientError | StatusClass::ServerError
    );
    if report.change != Change::Changed || !is_refused {
        return None;
    }
    let case = case_of(client, Arc::new(exchange.clone()), environment.clone());
    explain(&case, catalogue).verdicts.into_iter().next()
}

async fn wait(pause: Duration, flight: &Flight) {
    if !pause.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = flight.stopped() => {}
        }
    }
}

/// Whether a step must wait for one that is under way: because it uses what that one captures,
/// or because one of them changes what the other may see.
fn needs(step: &Step, other: &Step) -> bool {
    let writes = |step: &Step| !step.spec.is_safe();
    let captures = other.capture.iter();
    writes(step)
        || writes(other)
        || captures
            .into_iter()
            .any(|(name, _)| names(&step.spec, name))
}

/// What becomes of a step at its turn.
enum Begun {
    /// It is not sent, and this is its report.
    Over(Box<StepReport>),
    /// With what should be said of it.
    Call(Box<Outgoing>, Option<String>),
}

/// What earlier answers left for later steps.
#[derive(Default)]
pub(super) struct Answers {
    captured: Vec<(String, String)>,
    /// Variables that were to be captured and were not, with the reason.
    missing: Vec<(String, String)>,
    /// Captured values that are secret by their names.
    secrets: Vec<(TokenRef, Secret)>,
    /// The mask for what was known before the first call.
    known: Arc<Mask>,
    /// The first call that was made.
    first: Option<ExchangeId>,
}

impl Answers {
    /// Has what is secret among the variables of a run masked in all that follows.
    pub(super) fn know(&mut self, replay: &Replay, wire: &impl Wire) {
        let own = [
            &replay.given,
            &replay.session.variables,
            &replay.environment.variables,
        ];
        for variables in own {
            self.known = wire.know(variables);
        }
    }

    /// Notes which run a call belongs to.
    pub(super) fn mark(&mut self, exchange: &mut RawExchange) {
        let first = self.first.get_or_insert_with(|| exchange.id.clone());
        exchange.run = Some(first.clone());
    }

    fn begin(&mut self, replay: &Replay, step: &Step) -> Begun {
        let mut spec = step.spec.clone();
        if let Some(token) = &replay.token {
            spec.auth = Auth::Bearer(token.clone());
        }
        if let Some(why) = self.obstacle(replay, &spec) {
            self.not_captured(step, "was not sent");
            return Begun::Over(Box::new(skipped(step, why)));
        }
        let prepared = match self.prepare(replay, spec) {
            Ok(prepared) => prepared,
            Err(failure) => {
                self.not_captured(step, "could not be sent");
                let failure = self.masked(failure);
                return Begun::Over(Box::new(unsent(step, &failure)));
            }
        };
        let recorded = step.expect.as_ref().and_then(|expect| expect.status);
        let manner = Manner {
            retries: replay.tempo.retries && !matches!(recorded, Some(429 | 503)),
            ..Manner::default()
        };
        let call = Outgoing {
            typed: prepared.spec,
            sent: prepared.sent,
            environment: prepared.environment,
            author: Author::File,
            case: replay.case.clone(),
            manner,
        };
        Begun::Call(Box::new(call), prepared.said)
    }

    fn finish(
        &mut self,
        step: &Step,
        said: Option<String>,
        mut exchange: RawExchange,
        wire: &impl Wire,
    ) -> (StepReport, Option<Exchange>) {
        exchange.origin = CallOrigin::Replay;
        self.mark(&mut exchange);
        let misses = self.capture(step, &exchange.outcome);
        // The wire's own mask comes last: it knows the tokens by name.
        let exchange = wire.shown(self.without_secrets(exchange));
        let mut report = judge(step, &exchange);
        report.differences.extend(said);
        report.differences.extend(misses);
        (report, Some(exchange))
    }

    /// Why a step is not sent at all.
    pub(super) fn obstacle(&self, replay: &Replay, spec: &RequestSpec) -> Option<String> {
        let environment = &replay.environment;
        if environment.protected && !spec.is_safe() && !replay.allow_writes {
            return Some(format!(
                "{} writes, and environment {} is protected; --allow-writes allows it",
                spec.method, environment.name
            ));
        }
        let given = |name: &str| replay.given.iter().any(|(known, _)| known == name);
        let missing = self.missing.iter();
        let mut needed = missing.filter(|(name, _)| !given(name) && names(spec, name));
        let (name, why) = needed.next()?;
        Some(format!("it needs {{{{{name}}}}}, and {why}"))
    }

    /// Fills the request in. Refused when a token would leave its environment in a place from
    /// which it cannot be left out.
    pub(super) fn prepare(
        &self,
        replay: &Replay,
        mut spec: RequestSpec,
    ) -> Result<Prepared, Failure> {
        let own = &replay.environment;
        let mut sent = resolve(&spec, &self.filled(replay, &own.variables))?;
        let border = Border::of(own, Author::File, &sent)?;
        let mut said = None;
        if let Some(away) = border.away() {
            if sent.token.is_some() {
                spec.auth = Auth::None;
                said = Some(format!("no token went along: {away}"));
            }
            // The person's own variables stay at home as well: the file may have been written to
            // collect them.
            let run = self.filled(replay, &[]);
            sent = resolve(&spec, &run).map_err(|failure| Failure {
                hint: format!(
                    "Variables of an environment stay with its host, and of this step {away}. {}",
                    failure.hint
                ),
                ..failure
            })?;
            if let Some(slot) = sent.slots.first() {
                return Err(Failure::unsent(
                    Cause::TokenWrongInstance,
                    format!("the step holds token {}: {away}.", slot.name),
                    "Choose the environment of that host with --env or --base-url, or take the token out of the step.",
                ));
            }
            // Sent again from the history it is what was sent, and asks for no variable.
            spec.fill_in(&run.variables);
        }
        // Filled in, it may ask for another method than it did as text.
        if !sent.is_safe() && !replay.may_write() {
            return Err(Failure::unsent(
                Cause::RequestWrongMethod,
                format!(
                    "{} asks for another method once its variables are filled in, and so writes.",
                    sent.method
                ),
                "Take that header or parameter out of the step.",
            ));
        }
        let files = std::mem::take(&mut sent.files);
        sent.files = attach::below(replay.files.as_deref(), files)?;
        // The vault and the record know the environment as it is configured.
        Ok(Prepared {
            spec,
            sent,
            environment: own.clone(),
            said,
        })
    }

    /// The environment with the variables of this run, the strongest first: what was recorded
    /// stays what it was, whatever the environment calls by the same name.
    fn filled(&self, replay: &Replay, variables: &[(String, String)]) -> Environment {
        let mut all = replay.given.clone();
        all.extend(self.captured.iter().cloned());
        all.extend(replay.session.variables.iter().cloned());
        all.extend(variables.iter().cloned());
        Environment {
            variables: all,
            ..replay.environment.clone()
        }
    }

    /// Takes what the step wants from its answer; the result names what was not there.
    pub(super) fn capture(&mut self, step: &Step, outcome: &Outcome) -> Vec<String> {
        let Outcome::Answered(response) = outcome else {
            self.not_captured(step, "had no answer");
            return Vec::new();
        };
        let mut misses = Vec::new();
        for (name, capture) in &step.capture {
            self.forget(name);
            match taken(response, capture) {
                Some(value) => {
                    let is_secret = match capture {
                        Capture::Body(pointer) => {
                            is_secret_name(pointer.rsplit('/').next().unwrap_or_default())
                        }
                        Capture::Header(header) => is_secret_name(header),
                        Capture::Cookie(_) => true,
                    };
                    if is_secret || is_secret_name(name) {
                        self.secrets.extend(secret(name, &value));
                    }
                    self.captured.push((name.clone(), value));
                }
                None => {
                    let place = capture.words();
                    misses.push(format!(
                        "{name} was not captured: the answer has no {place}"
                    ));
                    let had = match capture {
                        Capture::Body(_) => place.replace("JSON", "nothing"),
                        _ => format!("no {place}"),
                    };
                    let why = format!("the answer of \"{}\" had {had}", step.name);
                    self.missing.push((name.clone(), why));
                }
            }
        }
        misses
    }

    pub(super) fn not_captured(&mut self, step: &Step, why: &str) {
        for (name, _) in &step.capture {
            self.forget(name);
            let why = format!("\"{}\", which was to give it, {why}", step.name);
            self.missing.push((name.clone(), why));
        }
    }

    /// A later step of the session sets the variable anew.
    fn forget(&mut self, name: &str) {
        self.captured.retain(|(known, _)| known != name);
        self.missing.retain(|(known, _)| known != name);
    }

    /// The call without the values that were captured under secret names.
    pub(super) fn without_secrets(&self, exchange: RawExchange) -> RawExchange {
        if self.secrets.is_empty() {
            exchange
        } else {
            Mask::new(&self.secrets).exchange(exchange).into_raw()
        }
    }

    pub(super) fn masked(&self, failure: Failure) -> Failure {
        let message = Mask::new(&self.secrets).text(&failure.message);
        Failure {
            message: self.known.sentence(&message),
            ..failure
        }
    }
}

/// A request that is ready, and what the person should know of it.
pub(super) struct Prepared {
    pub(super) spec: RequestSpec,
    pub(super) sent: SentRequest,
    pub(super) environment: Environment,
    pub(super) said: Option<String>,
}

/// Whether a request names a variable.
fn names(spec: &RequestSpec, variable: &str) -> bool {
    let mut texts = spec.sent_templates().into_iter();
    texts.any(|text| names_in(text).contains(&variable))
}

/// A captured value as a token of this run, so that it is masked wherever it surfaces.
fn secret(variable: &str, value: &str) -> Option<(TokenRef, Secret)> {
    let name = TokenName::new(&variable.to_ascii_lowercase());
    let token = TokenRef {
        name: name.or_else(|| TokenName::new("captured"))?,
        fingerprint: None,
    };
    Some((token, Secret::new(value)))
}

#[cfg(test)]
mod tests;
