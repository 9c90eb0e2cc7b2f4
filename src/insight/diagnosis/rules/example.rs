//! Cases made by hand, for the tests that stand beside the rules: a call, what it was answered,
//! and what the probes around it were.

use super::RULES;
use super::finding::{Finding, Findings};
use crate::insight::Exchange;
use crate::insight::api::calls::{
    Assumptions, Calls, HeaderForm, HeaderSays, ListCall, RequestHeader, WhoAmI,
};
use crate::insight::api::endpoint::Endpoint;
use crate::insight::api::knowledge::{
    CredentialKind, Knowledge, Pack, RecognisedBy, StatusRow, said,
};
use crate::insight::api::marks::Marks;
use crate::insight::facts::{
    Bearer, Case, Credential, CredentialPlace, Facts, KnownToken, Probe, Probed, Purpose,
};
use crate::insight::learned::Past;
use crate::insight::redact::Mask;
use crate::insight::token::inspect;
use crate::insight::{Grounds, StatusNote};
use crate::model::RawExchange;
use crate::model::{
    Cause, CookieNews, Environment, ExchangeId, Failure, Headers, Hop, Outcome, RequestSpec,
    Response, SentRequest, Timestamp, TokenName,
};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Where every call of an example goes unless its request names a host.
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

/// A single thing, as a 200 with its data.
pub fn shown() -> Said {
    says(200, "{\"data\":{\"id\":\"7\",\"name\":\"Move\"}}")
}

impl Said {
    /// The same with one header more.
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

/// An API as the home's is, as its pack would say.
pub fn home() -> Knowledge {
    let endpoint = |path: &&str| Endpoint {
        method: "GET".into(),
        path: (*path).into(),
        purpose: String::new(),
        grounds: Grounds::Inferred,
    };
    let paths = [
        "/users/me",
        "/users",
        "/users/{user}",
        "/workspaces",
        "/runbooks",
        "/runbooks/{runbook}",
        "/runbooks/{runbook}/tasks",
        "/runbooks/{runbook}/tasks/{task}",
    ];
    let header = |name: &str, says, form, cause| RequestHeader {
        name: name.into(),
        says,
        form: Some(form),
        known: Vec::new(),
        needed_at: Vec::new(),
        cause,
    };
    let list = |path: &str| ListCall {
        title: path.into(),
        path: path.into(),
    };
    let likely = |status, likely: &[(Cause, f32)]| StatusRow {
        note: StatusNote {
            status,
            name: String::new(),
            meaning: said("", &None),
            causes: Vec::new(),
            reasons: Vec::new(),
            checks: Vec::new(),
            ask: Vec::new(),
            see: Vec::new(),
        },
        likely: likely.to_vec(),
    };
    let pack = Arc::new(Pack {
        id: String::from("home"),
        title: "Home".into(),
        base_path: "/core".into(),
        web_paths: vec!["/app/**".into()],
        credentials: vec![CredentialKind {
            id: String::from("token"),
            kind: "token".into(),
            places: vec!["header authorization bearer".into()],
            ..CredentialKind::default()
        }],
        endpoints: paths.iter().map(endpoint).collect(),
        request_headers: vec![
            header(
                "Api-Version",
                HeaderSays::Version,
                HeaderForm::Date,
                Cause::VersionUnsupported,
            ),
            header(
                "Core-Url",
                HeaderSays::Tenant,
                HeaderForm::Url,
                Cause::RequestCoreUrl,
            ),
        ],
        statuses: vec![likely(501, &[(Cause::CoreOutdated, 0.7)])],
        calls: Calls {
            who_am_i: Some(WhoAmI {
                path: "/users/me".into(),
                idle: vec!["developer".into()],
                ..WhoAmI::default()
            }),
            lists: ["/workspaces", "/runbooks", "/users"].map(list).to_vec(),
            ..Calls::default()
        },
        probes: Assumptions {
            parents: true,
            lists: true,
            hidden_404: true,
            scoped_lists: true,
            asks_first: true,
            relations: true,
            archived: Some("archived=true".into()),
        },
        ..Pack::default()
    });
    Knowledge {
        packs: vec![pack.clone()],
        api: Some(pack),
        by: RecognisedBy::Name,
    }
}

/// A case under construction: a call, to which each method adds or changes one thing.
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
        run: None,
        origin: Default::default(),
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
        report: Some(inspect(
            &"0123456789abcdef".repeat(3),
            exchange.started_at,
            &Marks::default(),
        )),
    };
    let now = exchange.started_at;
    let facts = Facts::read(Arc::new(exchange), "");
    Example(Case::of(facts, credential, environment, now).knowing(home()))
}

impl Example {
    /// Changes the call itself, which is then read anew.
    fn anew(mut self, change: impl FnOnce(&mut RawExchange)) -> Example {
        let mut exchange = (*self.0.call.exchange).clone().into_raw();
        change(&mut exchange);
        let exchange = Mask::default().exchange(exchange);
        self.0.call = Facts::read(Arc::new(exchange), "");
        let knowledge = self.0.knowledge.clone();
        Example(self.0.knowing(knowledge))
    }

    /// The same at an API that no pack knows.
    pub fn unknown(self) -> Example {
        Example(self.0.knowing(Knowledge::default()))
    }

    /// With more that its pack says.
    pub fn packed(self, change: impl FnOnce(&mut Pack)) -> Example {
        let mut pack = self.0.knowledge.api.as_deref().cloned().unwrap_or_default();
        change(&mut pack);
        let pack = Arc::new(pack);
        let knowledge = Knowledge {
            packs: vec![pack.clone()],
            api: Some(pack),
            by: RecognisedBy::Name,
        };
        Example(self.0.knowing(knowledge))
    }

    /// With one header more in the request.
    pub fn header(self, name: &str, value: &str) -> Example {
        self.anew(|exchange| exchange.sent.headers.push(name, value))
    }

    /// With a body of this media type in the request.
    pub fn body(self, media_type: &str, body: &str) -> Example {
        let example = self.header("content-type", media_type);
        example.anew(|exchange| exchange.sent.body = body.as_bytes().to_vec())
    }

    /// With another URL as a person typed it; the one that was sent stays.
    pub fn typed_url(self, url: &str) -> Example {
        self.anew(|exchange| exchange.typed.url = url.to_owned())
    }

    /// A redirect that took the token along.
    pub fn led_to(self, location: &str) -> Example {
        let led = self.led("GET", true);
        led.anew(|exchange| exchange.redirects[0].location = location.to_owned())
    }

    /// With one redirect (302) to a path of the same host, after which `method` was used. Where no
    /// token went along, `authorization` counts as left out.
    pub fn led(self, method: &str, token_sent: bool) -> Example {
        self.anew(|exchange| {
            exchange.redirects.push(Hop {
                status: 302,
                location: format!("{HOST}/elsewhere"),
                method: method.to_owned(),
                token_sent,
                dropped: if token_sent {
                    Vec::new()
                } else {
                    vec!["authorization".to_owned()]
                },
            });
        })
    }

    /// With another text as its token, which is inspected at the time of the call.
    pub fn token(mut self, text: &str) -> Example {
        self.0.credential.report = Some(inspect(text, self.0.now, &Marks::default()));
        self
    }

    /// With another word before its credential; `None` for a bare value.
    pub fn scheme(mut self, word: Option<&str>) -> Example {
        self.0.credential.scheme = word.map(str::to_owned);
        self
    }

    /// With its credential at another place of the request.
    pub fn place(mut self, place: CredentialPlace) -> Example {
        self.0.credential.place = place;
        self
    }

    /// With what became of cookies in this exchange.
    pub fn cookies(self, news: CookieNews) -> Example {
        self.anew(|exchange| {
            if let Outcome::Answered(response) = &mut exchange.outcome {
                response.cookies = news;
            }
        })
    }

    /// The same call worked at this moment with a new value of its token.
    pub fn renewed(mut self, at: Timestamp) -> Example {
        self.0.renewed = Some(at);
        self
    }

    /// This very call worked before, as the history has it.
    pub fn past(mut self, past: Past) -> Example {
        self.0.past = Some(past);
        self
    }

    /// A token to compare with, by its text.
    pub fn other(mut self, text: &str) -> Example {
        self.0.others.push(KnownToken {
            name: TokenName::new("admin").unwrap(),
            report: Some(inspect(text, self.0.now, &Marks::default())),
        });
        self
    }

    /// With a probe that went out with the call's own token.
    pub fn own(self, purpose: Purpose, path: &str, said: Said) -> Example {
        self.probe(purpose, Bearer::Own, path, said)
    }

    /// With a GET to `path` as a probe, and what it was answered.
    pub fn probe(self, purpose: Purpose, bearer: Bearer, path: &str, said: Said) -> Example {
        self.probe_about(purpose, bearer, path, "", said)
    }

    /// The same, told apart from other probes of its purpose by `about`, such as a parameter's
    /// name.
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
            Purpose::TenantDropped => vec![("Core-Url".to_owned(), None)],
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
