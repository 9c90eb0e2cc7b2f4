//! An answer that came to somebody else, as a call that can be judged like one of our own. What
//! the text does not show of the request is unknown.

use super::investigate::credential_from;
use super::vault::Vault;
use crate::insight::api::library::Library;
use crate::insight::facts::{Case, Credential, CredentialPlace, Facts};
use crate::insight::{Saved, refused};
use crate::model::{
    Environment, ExchangeId, Outcome, Param, RawExchange, RequestSpec, SentRequest, Timestamp,
    as_text,
};
use std::sync::Arc;
use std::time::Duration;

/// A pasted answer, secrets included, as a call that was made elsewhere.
pub fn exchange(saved: Saved, library: &Library, id: ExchangeId, now: Timestamp) -> RawExchange {
    let mut response = saved.response;
    let sent = saved.sent.unwrap_or_else(|| SentRequest {
        url: "pasted answer".to_owned(),
        ..SentRequest::default()
    });
    response.refused = refused(&response, |body| {
        library.of_answer(&sent.url, &response, body, &elsewhere())
    });
    let headers = sent.headers.iter();
    let headers = headers.map(|header| Param::data(&header.name, header.text()));
    let url = match sent.method.is_empty() {
        true => String::new(),
        false => as_text(&sent.url),
    };
    let typed = RequestSpec {
        headers: headers.collect(),
        ..RequestSpec::new(sent.method.clone(), url)
    };
    RawExchange {
        id,
        environment: Environment::RECEIVED.to_owned(),
        case: None,
        typed,
        sent,
        outcome: Outcome::Answered(response),
        redirects: Vec::new(),
        attempts: 0,
        unverified: Vec::new(),
        probe_of: None,
        started_at: now,
        took: Duration::ZERO,
    }
}

/// How a call carried its credential, as far as the text shows; without a request nobody knows.
pub fn credential(exchange: &RawExchange, vault: &Vault) -> Credential {
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
    let raw = exchange(saved, library, ExchangeId::new(now, 0), now);
    let carried = credential(&raw, vault);
    let shown = Arc::new(vault.mask().exchange(raw));
    let facts = Facts::read(shown, "");
    let environment = elsewhere();
    let knowledge = library.of_exchange(&facts.exchange, &environment);
    Case::of(facts, carried, environment, now).knowing(knowledge)
}

/// The environment of calls that came to somebody else.
fn elsewhere() -> Environment {
    Environment {
        name: Environment::RECEIVED.to_owned(),
        ..Environment::default()
    }
}
