//! Cases made by hand, for the tests that stand beside the rules: a call, what it was answered,
//! and what the probes around it were.

use super::{Finding, Findings, RULES};
use crate::insight::Exchange;
use crate::insight::facts::{
    Bearer, Case, Credential, CredentialPlace, Facts, KnownToken, Probe, Probed, Purpose,
};
use crate::insight::learned::Past;
use crate::insight::redact::Mask;
use crate::insight::token::inspect;
use crate::model::RawExchange;
use crate::model::{
    Cause, Environment, ExchangeId, Failure, Headers, Hop, Outcome, RequestSpec, Response,
    SentRequest, Timestamp, TokenName,
};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

pub const HOST: &str = "https://api.acme.example";

/// What an answer was, and with which headers it came.
#[derive(Clone)]
pub struct Said {
    status: u16,
    body: String,
    headers: Vec<(String, String)>,
}

/// JSON where it looks like it, a page where it looks like one, else text.
pub fn says(status: u16, body: &str) -> Said {
    let media_type = match body.chars().next() {
        Some('{' | '[') => "application/json",
        Some('<') => "text/html",
        _ => "text/plain",
    };
    Said {
        status,
        body: body.to_owned(),
        headers: vec![("content-type".to_owned(), media_type.to_owned())],
    }
}

/// An error in the shape of JSON:API, by its code alone.
pub fn coded(status: u16, code: &str) -> Said {
    says(status, &format!("{{\"errors\":[{{\"code\":\"{code}\"}}]}}"))
}

/// A list of things with these ids.
pub fn listing(ids: &[&str]) -> Said {
    let rows: Vec<String> = ids
        .iter()
        .map(|id| format!("{{\"id\":\"{id}\"}}"))
        .collect();
    says(200, &format!("{{\"data\":[{}]}}", rows.join(",")))
}

pub fn shown() -> Said {
    says(200, "{\"data\":{\"id\":\"7\",\"name\":\"Move\"}}")
}

impl Said {
    pub fn with(mut self, name: &str, value: &str) -> Said {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn outcome(&self) -> Outcome {
        Outcome::Answered(Response {
            status: self.status,
            body: self.body.clone().into_bytes(),
            headers: Headers::from_iter(self.headers.clone()),
            ..Response::default()
        })
    }
}

pub struct Example(pub Case);

fn exchange(number: u64, request: &str, outcome: Outcome) -> Exchange {
    let (method, path) = request.split_once(' ').unwrap();
    let url = match path.contains("://") {
        true => path.to_owned(),
        false => format!("{HOST}{path}"),
    };
    Mask::default().exchange(RawExchange {
        case: None,
        id: ExchangeId::from_number(number),
        environment: "acme".into(),
        typed: RequestSpec::new(method, url.clone()),
        sent: SentRequest {
            method: method.into(),
            url,
            ..SentRequest::default()
        },
        outcome,
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        probe_of: None,
        started_at: Timestamp::from_second(1_800_000_000).unwrap(),
        took: Duration::ZERO,
    })
}

/// A call with a good token as Bearer: `GET /core/runbooks/9`.
pub fn call(request: &str, said: Said) -> Example {
    of(exchange(1, request, said.outcome()))
}

/// A call that brought no usable answer.
pub fn failed(request: &str, cause: Cause) -> Example {
    let failure = Failure::new(cause, "It failed.", "Try.");
    of(exchange(1, request, Outcome::Failed(failure)))
}

/// A call whose answer came in part, or could not be read to its end.
pub fn cut(request: &str, said: Said, cause: Cause) -> Example {
    let mut failure = Failure::new(cause, "It failed.", "Try.");
    failure.partial = said.outcome().response().cloned().map(Box::new);
    of(exchange(1, request, Outcome::Failed(failure)))
}

fn of(exchange: Exchange) -> Example {
    let environment = Environment {
        base_url: HOST.into(),
        ..Environment::default()
    };
    let credential = Credential {
        place: CredentialPlace::Authorization,
        scheme: Some("Bearer".into()),
        token: TokenName::new("support"),
        report: Some(inspect(&"0123456789abcdef".repeat(3), exchange.started_at)),
    };
    let now = exchange.started_at;
    let facts = Facts::read(Arc::new(exchange), "");
    Example(Case::of(facts, credential, environment, now))
}

impl Example {
    /// Changes the call itself, which is then read anew.
    fn anew(mut self, change: impl FnOnce(&mut RawExchange)) -> Example {
        let mut exchange = (*self.0.call.exchange).clone().into_raw();
        change(&mut exchange);
        let exchange = Mask::default().exchange(exchange);
        self.0.call = Facts::read(Arc::new(exchange), "");
        self
    }

    pub fn header(self, name: &str, value: &str) -> Example {
        self.anew(|exchange| exchange.sent.headers.push(name, value))
    }

    pub fn body(self, media_type: &str, body: &str) -> Example {
        let example = self.header("content-type", media_type);
        example.anew(|exchange| exchange.sent.body = body.as_bytes().to_vec())
    }

    pub fn typed_url(self, url: &str) -> Example {
        self.anew(|exchange| exchange.typed.url = url.to_owned())
    }

    /// A redirect that took no token along.
    pub fn led(self, method: &str, token_sent: bool) -> Example {
        self.anew(|exchange| {
            exchange.redirects.push(Hop {
                status: 302,
                location: format!("{HOST}/elsewhere"),
                method: method.to_owned(),
                token_sent,
                dropped: match token_sent {
                    true => Vec::new(),
                    false => vec!["authorization".to_owned()],
                },
            });
        })
    }

    pub fn token(mut self, text: &str) -> Example {
        self.0.credential.report = Some(inspect(text, self.0.now));
        self
    }

    pub fn scheme(mut self, word: Option<&str>) -> Example {
        self.0.credential.scheme = word.map(str::to_owned);
        self
    }

    pub fn place(mut self, place: CredentialPlace) -> Example {
        self.0.credential.place = place;
        self
    }

    pub fn past(mut self, past: Past) -> Example {
        self.0.past = Some(past);
        self
    }

    /// A token to compare with, by its text.
    pub fn other(mut self, text: &str) -> Example {
        self.0.others.push(KnownToken {
            name: TokenName::new("admin").unwrap(),
            report: Some(inspect(text, self.0.now)),
        });
        self
    }

    pub fn own(self, purpose: Purpose, path: &str, said: Said) -> Example {
        self.probe(purpose, Bearer::Own, path, said)
    }

    pub fn probe(self, purpose: Purpose, bearer: Bearer, path: &str, said: Said) -> Example {
        self.probe_about(purpose, bearer, path, "", said)
    }

    pub fn probe_about(
        mut self,
        purpose: Purpose,
        bearer: Bearer,
        path: &str,
        about: &str,
        said: Said,
    ) -> Example {
        let number = self.0.probes.len() as u64 + 2;
        let exchange = exchange(number, &format!("GET {path}"), said.outcome());
        let headers = match purpose {
            Purpose::VersionDropped => vec![("Api-Version".to_owned(), None)],
            Purpose::CoreUrlDropped => vec![("Core-Url".to_owned(), None)],
            _ => Vec::new(),
        };
        let probe = Probe {
            purpose,
            method: "GET",
            url: Url::parse(&exchange.sent.url).unwrap(),
            bearer,
            headers,
            about: about.to_owned(),
        };
        let facts = Facts::read(Arc::new(exchange), "");
        self.0.take(Probed { probe, facts });
        self
    }

    /// What one rule finds in it.
    fn found(&self, id: &'static str) -> Vec<Finding> {
        let mut rules = RULES.iter().flat_map(|rules| rules.iter());
        let rule = rules.find(|rule| rule.id == id);
        let rule = rule.unwrap_or_else(|| panic!("no rule is called {id}"));
        let mut findings = Findings {
            rule: id,
            ..Findings::default()
        };
        (rule.look)(&self.0, &mut findings);
        findings.list
    }
}

/// The rule speaks for the cause.
pub fn fires(id: &'static str, cause: Cause, example: &Example) {
    let found = example.found(id);
    let speaks = found.iter().any(|f| f.cause == cause && f.weight > 0.0);
    assert!(speaks, "{id} does not speak for {}: {found:?}", cause.id());
}

/// The rule does not speak for the cause.
pub fn silent(id: &'static str, cause: Cause, example: &Example) {
    let found = example.found(id);
    let speaks = found.iter().any(|f| f.cause == cause && f.weight > 0.0);
    assert!(!speaks, "{id} speaks for {}: {found:?}", cause.id());
}
