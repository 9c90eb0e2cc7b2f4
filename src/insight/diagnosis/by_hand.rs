//! An investigation by hand: where no token of ours may be used, the customer is asked to make the
//! next call with theirs and to send what came, which is pasted here.

use crate::insight::Exchange;
use crate::insight::asking::request;
use crate::insight::facts::{Case, Facts, Probe, Probed};
use crate::insight::probe;
use crate::insight::redact::Mask;
use crate::model::{
    Auth, CallOrigin, Environment, RawExchange, RequestSpec, SentRequest, TokenName, resolve,
};
use std::sync::Arc;

/// What stands in place of their token: `$HTTRIAGE_TOKEN_THEIRS`.
pub fn their_token() -> TokenName {
    TokenName::named("theirs")
}

/// The next question, and the call that answers it. Other tokens of ours play no part, and
/// nobody is asked to try a wrong one.
pub fn next(case: &Case) -> Option<(Probe, RequestSpec)> {
    let mut theirs = case.clone();
    theirs.others.clear();
    theirs.budget = 1;
    theirs.environment.protected = true;
    let probe = probe::next(&theirs)?;
    let exchange = &case.call.exchange;
    let sent = resolve(&exchange.typed, &case.environment);
    let sent = sent.unwrap_or_else(|_| exchange.sent.clone());
    let mut typed = exchange.typed.clone();
    let with_token = exchange.token().is_some()
        || typed.auth != Auth::None
        || has_header(&sent)
        || has_header(&exchange.sent);
    if with_token {
        typed.headers.retain(|row| !is_authorization(&row.name));
        typed.auth = Auth::Bearer(their_token());
    }
    let (spec, _) = request(&probe, &typed, &sent, &theirs)?;
    Some((probe, spec))
}

fn is_authorization(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

fn has_header(sent: &SentRequest) -> bool {
    sent.headers
        .iter()
        .any(|header| is_authorization(&header.name))
}

/// Where their calls are made: what our environment adds by itself stays out of the command.
pub fn place(case: &Case) -> Environment {
    Environment {
        base_url: case.environment.base_url.clone(),
        ..Environment::default()
    }
}

/// Takes a pasted answer for that of the question; gives it as what was received, to be kept.
pub fn answer(
    case: &mut Case,
    probe: Probe,
    spec: RequestSpec,
    pasted: &Exchange,
) -> Arc<Exchange> {
    let exchange = RawExchange {
        environment: Environment::RECEIVED.to_owned(),
        sent: SentRequest {
            method: probe.method.to_owned(),
            url: probe.url.to_string(),
            ..SentRequest::default()
        },
        typed: spec,
        probe_of: Some(case.call.exchange.id.clone()),
        origin: CallOrigin::Probe,
        ..pasted.clone().into_raw()
    };
    // What was pasted was looked through before; the question is our own.
    let exchange = Arc::new(Mask::default().exchange(exchange));
    let facts = Facts::read(exchange.clone(), &case.environment.base_path());
    case.take(Probed { probe, facts });
    exchange
}
