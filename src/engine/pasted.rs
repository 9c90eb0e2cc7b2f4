//! An answer that came to somebody else, as a call that can be judged like one of our own. What
//! the text does not show of the request is unknown.

use super::investigate::credential_from;
use super::vault::Vault;
use crate::insight::Saved;
use crate::insight::api::library::Library;
use crate::insight::facts::{Case, Credential, CredentialPlace, Facts};
use crate::model::{
    Environment, Exchange, ExchangeId, Outcome, Param, RequestSpec, SentRequest, Timestamp,
};
use std::sync::Arc;
use std::time::Duration;

/// A pasted answer, secrets included, as a call that was made elsewhere.
pub fn exchange(saved: Saved, id: ExchangeId, now: Timestamp) -> Exchange {
    let sent = saved.sent.unwrap_or_else(|| SentRequest {
        url: "pasted answer".to_owned(),
        ..SentRequest::default()
    });
    let headers = sent.headers.iter();
    let headers = headers.map(|header| Param::new(&header.name, header.text()));
    let url = match sent.method.is_empty() {
        true => "",
        false => sent.url.as_str(),
    };
    let typed = RequestSpec {
        headers: headers.collect(),
        ..RequestSpec::new(sent.method.clone(), url)
    };
    Exchange {
        id,
        environment: Environment::RECEIVED.to_owned(),
        case: None,
        typed,
        sent,
        outcome: Outcome::Answered(saved.response),
        redirects: Vec::new(),
        attempts: 0,
        unverified: Vec::new(),
        probe_of: None,
        started_at: now,
        took: Duration::ZERO,
    }
}

/// How a call carried its credential, as far as the text shows; without a request nobody knows.
pub fn credential(exchange: &Exchange, vault: &Vault) -> Credential {
    if exchange.is_received() && exchange.sent.method.is_empty() {
        return Credential {
            place: CredentialPlace::Unknown,
            ..Credential::default()
        };
    }
    credential_from(&exchange.sent, vault, false)
}

/// A pasted answer to be judged.
pub fn case(saved: Saved, vault: &Vault, library: &Library, now: Timestamp) -> Case {
    let raw = exchange(saved, ExchangeId::new(now, 0), now);
    let carried = credential(&raw, vault);
    let shown = Arc::new(vault.mask().exchange(raw));
    let facts = Facts::read(shown, "");
    let environment = Environment {
        name: Environment::RECEIVED.to_owned(),
        ..Environment::default()
    };
    let knowledge = library.of_exchange(&facts.exchange, &environment);
    Case::of(facts, carried, environment, now).knowing(knowledge)
}
