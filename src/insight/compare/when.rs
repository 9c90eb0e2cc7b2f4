//! When a call stopped working: of the calls of one route and token, the last that worked, the
//! first that did not, and what else is recorded to have changed between them.

use crate::insight::Exchange;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::error_body::error_body_knowing;
use crate::insight::json::fields::{self, pointer};
use crate::insight::json::{self, Json};
use crate::insight::named::named;
use crate::insight::route::{path_of, pattern_of};
use crate::model::{
    CallOrigin, ExchangeId, ExchangeSummary, Headers, Origin, StatusClass, cut, decoded,
    visible_line,
};
use std::sync::Arc;

/// What is recorded to have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub what: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// It stands in the answers: something on the other side.
    pub is_theirs: bool,
}

/// Where a call turned from good to bad.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    pub last_good: Option<ExchangeId>,
    pub first_bad: Option<ExchangeId>,
    /// How often it failed since.
    pub times: usize,
    /// Only calls of the same route worked, at another address.
    pub is_of_route: bool,
}

/// Where it turned, with both calls and what changed between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turned {
    pub turn: Turn,
    pub good: Option<Arc<Exchange>>,
    pub bad: Option<Arc<Exchange>>,
    pub changed: Vec<Changed>,
}

impl Turned {
    /// The answer in a sentence or two.
    pub fn sentence(&self) -> String {
        sentence(
            &self.turn,
            self.good.as_deref(),
            self.bad.as_deref(),
            &self.changed,
        )
    }
}

/// Values longer than this are cut.
const SHOWN: usize = 80;

/// Headers that differ in every call and say nothing.
const VOLATILE: &[&str] = &[
    "authorization",
    "content-length",
    "date",
    "idempotency-key",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-amz-date",
    "x-request-id",
    "x-correlation-id",
];

/// Headers of an answer that say which program gave it.
const OF_SERVER: &[&str] = &["server", "via", "x-powered-by", "deprecation", "sunset"];

fn works(call: &ExchangeSummary) -> bool {
    let fine = matches!(
        call.looks(),
        StatusClass::Success | StatusClass::Redirection | StatusClass::Informational
    );
    fine && call.errors.is_empty()
}

/// Whether a call was changed on purpose, to tell something.
fn is_changed(call: &ExchangeSummary) -> bool {
    match call.origin {
        CallOrigin::Probe | CallOrigin::Grant => true,
        CallOrigin::Agent => call.is_probe || call.run.as_ref().is_some_and(|run| *run != call.id),
        _ => false,
    }
}

/// Looks for the turn around a call, among the calls of the history in any order. Calls that were
/// changed on purpose to tell something are none of them.
pub fn turn(calls: &[ExchangeSummary], asked: &ExchangeSummary) -> Turn {
    let token = |call: &ExchangeSummary| call.token.as_ref().map(|token| token.name.clone());
    let is_alike = |call: &&ExchangeSummary| {
        call.method == asked.method
            && token(call) == token(asked)
            && Origin::parse(&call.url) == Origin::parse(&asked.url)
            && pattern_of(&call.url) == pattern_of(&asked.url)
            && (call.status.is_some() || call.cause.is_some())
            && (call.id == asked.id || !is_changed(call))
    };
    let mut alike: Vec<&ExchangeSummary> = calls.iter().filter(is_alike).collect();
    if !alike.iter().any(|call| call.id == asked.id) {
        alike.push(asked);
    }
    alike.sort_by(|one, other| one.id.cmp(&other.id));
    let same: Vec<&ExchangeSummary> = alike
        .iter()
        .filter(|call| path_of(&call.url) == path_of(&asked.url))
        .copied()
        .collect();
    let found = around(&same, asked);
    if found.last_good.is_some() && found.first_bad.is_some() {
        return found;
    }
    let wider = around(&alike, asked);
    if wider.last_good.is_some() && wider.first_bad.is_some() {
        Turn {
            is_of_route: true,
            ..wider
        }
    } else {
        found
    }
}

fn around(calls: &[&ExchangeSummary], asked: &ExchangeSummary) -> Turn {
    let place = calls.iter().position(|call| call.id == asked.id);
    let Some(place) = place else {
        return Turn::default();
    };
    let bad_from = if works(asked) {
        // It works: the next that does not is looked for.
        (place..calls.len()).find(|at| !works(calls[*at]))
    } else {
        Some(place)
    };
    let Some(bad) = bad_from else {
        return Turn {
            last_good: Some(asked.id.clone()),
            ..Turn::default()
        };
    };
    let good = (0..bad).rev().find(|at| works(calls[*at]));
    let first = good.map_or(0, |good| good + 1);
    let after = calls[first..].iter();
    Turn {
        last_good: good.map(|at| calls[at].id.clone()),
        first_bad: Some(calls[first].id.clone()),
        times: after.take_while(|call| !works(call)).count(),
        is_of_route: false,
    }
}

/// What differs between two calls, beside how they were answered: of the token, the request, and
/// what the answers say of the other side.
pub fn changes(good: &Exchange, bad: &Exchange, knowledge: &Knowledge) -> Vec<Changed> {
    let mut found = Found::default();
    if let (Some(one), Some(other)) = (good.token(), bad.token()) {
        let print = |text: &Option<String>| text.clone();
        let (one, other) = (print(&one.fingerprint), print(&other.fingerprint));
        if one.is_some() && other.is_some() {
            found.ours("value of the token", one, other);
        }
    }
    let held = |exchange: &Exchange| {
        let response = exchange.outcome.response()?;
        let errors = error_body_knowing(response, knowledge);
        let held = named(response, &errors, knowledge, exchange.answered_at()).held;
        (!held.is_empty()).then(|| held.join(" "))
    };
    let (before, after) = (held(good), held(bad));
    // An answer that says nothing of rights does not say that there are none.
    if before.is_some() && after.is_some() {
        found.theirs("rights of the token", before, after);
    }
    found.ours(
        "environment",
        Some(good.environment.clone()),
        Some(bad.environment.clone()),
    );
    request(good, bad, &mut found);
    answers(good, bad, &mut found);
    found.list
}

#[derive(Default)]
struct Found {
    list: Vec<Changed>,
}

impl Found {
    fn ours(&mut self, what: &str, before: Option<String>, after: Option<String>) {
        self.add(what, before, after, false);
    }

    fn theirs(&mut self, what: &str, before: Option<String>, after: Option<String>) {
        self.add(what, before, after, true);
    }

    fn add(&mut self, what: &str, before: Option<String>, after: Option<String>, is_theirs: bool) {
        if before == after {
            return;
        }
        let short = |text: String| cut(&text, SHOWN);
        self.list.push(Changed {
            what: visible_line(what).into_owned(),
            before: before.map(short),
            after: after.map(short),
            is_theirs,
        });
    }
}

fn request(good: &Exchange, bad: &Exchange, found: &mut Found) {
    let (one, other) = (&good.sent, &bad.sent);
    let place = |url: &str| Origin::parse(url).map(|origin| origin.to_string());
    found.ours("host", place(&one.url), place(&other.url));
    let path = |url: &str| Some(path_of(url).to_owned());
    found.ours("path", path(&one.url), path(&other.url));
    let pairs = |url: &str| -> Vec<(String, String)> {
        let query = url.split('#').next().and_then(|url| url.split_once('?'));
        let pairs = query.map_or("", |(_, query)| query).split('&');
        let pairs = pairs.filter(|pair| !pair.is_empty());
        let read = |text: &str| decoded(&text.replace('+', " ")).unwrap_or_else(|| text.to_owned());
        pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (read(name), read(value)))
            .collect()
    };
    let (before, after) = (pairs(&one.url), pairs(&other.url));
    for name in names(before.iter().chain(&after).map(|(name, _)| name.as_str())) {
        let values = |pairs: &[(String, String)]| {
            let own = pairs.iter().filter(|(known, _)| *known == name);
            joined(own.map(|(_, value)| value.clone()).collect())
        };
        found.ours(
            &format!("parameter {name}"),
            values(&before),
            values(&after),
        );
    }
    of_headers(&one.headers, &other.headers, |name, before, after| {
        if !VOLATILE.contains(&name.to_ascii_lowercase().as_str()) {
            found.ours(&format!("header {name}"), before, after);
        }
    });
    let json = |body: &[u8]| -> Option<Json> {
        let reading = json::read(std::str::from_utf8(body).ok()?);
        let whole = reading.complete && !reading.fragment;
        reading
            .value
            .filter(|value| whole && value.as_object().is_some())
    };
    match (json(&one.body), json(&other.body)) {
        (Some(one), Some(other)) => {
            for steps in fields::differences(&one, &other) {
                let text = |value: &Json| fields::at(value, &steps).map(Json::to_string);
                let what = format!("field {}", pointer(&steps));
                found.ours(&what, text(&one), text(&other));
            }
        }
        _ => {
            let text = |body: &[u8]| {
                (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned())
            };
            found.ours("body", text(&one.body), text(&other.body));
        }
    }
}

fn answers(good: &Exchange, bad: &Exchange, found: &mut Found) {
    let unverified = |exchange: &Exchange| joined(exchange.unverified.clone());
    found.ours(
        "certificates that were not checked",
        unverified(good),
        unverified(bad),
    );
    let ends = |exchange: &Exchange| exchange.redirects.last().map(|hop| hop.location.clone());
    found.theirs("redirect", ends(good), ends(bad));
    let (Some(one), Some(other)) = (good.outcome.response(), bad.outcome.response()) else {
        return;
    };
    let version = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    found.theirs(
        "HTTP version",
        version(&one.version),
        version(&other.version),
    );
    of_headers(&one.headers, &other.headers, |name, before, after| {
        let lower = name.to_ascii_lowercase();
        if OF_SERVER.contains(&lower.as_str()) || lower.ends_with("version") {
            found.theirs(&format!("{name} of the answer"), before, after);
        }
    });
}

fn of_headers(
    one: &Headers,
    other: &Headers,
    mut tell: impl FnMut(&str, Option<String>, Option<String>),
) {
    let all = one.iter().chain(other.iter());
    let mut told: Vec<String> = Vec::new();
    for header in all {
        let lower = header.name.to_ascii_lowercase();
        if told.contains(&lower) {
            continue;
        }
        let values = |headers: &Headers| {
            joined(
                headers
                    .all(&lower)
                    .map(|value| value.into_owned())
                    .collect(),
            )
        };
        tell(&header.name, values(one), values(other));
        told.push(lower);
    }
}

fn names<'n>(all: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut found: Vec<&str> = Vec::new();
    for name in all {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn joined(values: Vec<String>) -> Option<String> {
    (!values.is_empty()).then(|| values.join(", "))
}

/// `403 forbidden`
fn said(exchange: &Exchange) -> String {
    let errors = exchange
        .outcome
        .response()
        .map(crate::insight::error_body::error_body);
    let code = errors.and_then(|errors| errors.entries.into_iter().find_map(|entry| entry.code));
    match (exchange.outcome.said(), code) {
        (Some(said), Some(code)) => format!("{:03} {code}", said.status),
        (Some(said), None) => format!("{:03}", said.status),
        (None, _) => "no answer".to_owned(),
    }
}

fn sentence(
    turn: &Turn,
    good: Option<&Exchange>,
    bad: Option<&Exchange>,
    changed: &[Changed],
) -> String {
    let at = |exchange: &Exchange| format!("{:.0}", exchange.started_at);
    let (good, bad) = match (good, bad) {
        (Some(good), Some(bad)) => (good, bad),
        (Some(_), None) => {
            return "It works, and no later call of this route and token failed.".to_owned();
        }
        (None, Some(bad)) => {
            return format!(
                "No call of this route and token is known to have worked before {}; since then it failed {}.",
                at(bad),
                times(turn.times)
            );
        }
        (None, None) => return "Nothing is known of this call.".to_owned(),
    };
    let route = if turn.is_of_route {
        " at another address of the same route"
    } else {
        ""
    };
    let mut text = format!(
        "It worked last on {}{route}, and failed first on {} with {}.",
        at(good),
        at(bad),
        visible_line(&said(bad))
    );
    let list = |theirs: bool| {
        let own = changed.iter().filter(|change| change.is_theirs == theirs);
        let names: Vec<String> = own.map(|change| format!("the {}", change.what)).collect();
        match &names[..] {
            [] => None,
            [name] => Some(name.clone()),
            [names @ .., last] => Some(format!("{} and {last}", names.join(", "))),
        }
    };
    match (list(false), list(true)) {
        (None, None) => text.push_str(
            " Nothing that is recorded changed between them: look on the other side, at the rights of the token or at what it asks for.",
        ),
        (Some(ours), None) => text.push_str(&format!(" Between them changed {ours}.")),
        (None, Some(theirs)) => text.push_str(&format!(
            " The call itself did not change; on the other side did {theirs}."
        )),
        (Some(ours), Some(theirs)) => text.push_str(&format!(
            " Between them changed {ours}; on the other side {theirs}."
        )),
    }
    text
}

/// `once`, `3 times`
fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
