//! Finds the cheapest call that would prove a verdict wrong: one request that only reads. It is
//! sent as a probe, so its answer is weighed like any other.

use crate::insight::facts::{Bearer, Case, CredentialPlace, Facts, Probe, Purpose, Tested};
use crate::model::{Cause, CauseGroup, Origin, StatusClass, TokenName};
use url::Url;

/// The answer that would prove the verdict wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Class(StatusClass),
    Status(u16),
}

impl Expected {
    /// `a success`, `a 404`
    pub fn words(self) -> String {
        match self {
            Expected::Class(StatusClass::Success) => "a success".to_owned(),
            Expected::Class(class) => format!("a {}", class.id().replace('_', " ")),
            Expected::Status(status) => format!("a {status}"),
        }
    }

    /// Whether an answer shows it.
    fn is_met(self, facts: &Facts) -> bool {
        match self {
            Expected::Class(StatusClass::Success) => facts.is_fine(),
            Expected::Class(class) => StatusClass::of(facts.status()) == class,
            Expected::Status(status) => facts.status() == status,
        }
    }
}

/// A call that only reads and that would prove a verdict wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refutation {
    pub cause: Cause,
    pub method: &'static str,
    pub url: String,
    /// The token to call with; `None` where it has no name.
    pub token: Option<TokenName>,
    pub expects: Expected,
    /// The call as a probe.
    pub probe: Probe,
}

impl Refutation {
    fn new(case: &Case, cause: Cause, probe: Probe, expects: Expected) -> Refutation {
        let token = match probe.bearer {
            Bearer::Own => case.credential.token.clone(),
            Bearer::Other(place) => case.others.get(place).map(|other| other.name.clone()),
            Bearer::Nobody | Bearer::Wrong => None,
        };
        Refutation {
            cause,
            method: probe.method,
            url: probe.url.to_string(),
            token,
            expects,
            probe,
        }
    }

    /// `GET https://… with the same token would decide: a success says that it is something else.`
    pub fn sentence(&self) -> String {
        let with = match (self.probe.bearer, &self.token) {
            (Bearer::Other(_), Some(name)) => name.to_string(),
            _ => "the same token".to_owned(),
        };
        format!(
            "{} {} with {with} would decide: {} says that it is something else.",
            self.method,
            self.url,
            self.expects.words()
        )
    }

    /// `would fall if GET /me with support: a success`
    pub fn short(&self) -> String {
        let path = self.probe.url.path();
        let query = self
            .probe
            .url
            .query()
            .map_or_else(String::new, |query| format!("?{query}"));
        let with = self
            .token
            .as_ref()
            .map_or_else(String::new, |name| format!(" with {name}"));
        // It is numbered by `about`: who saw it made once reads that this is another time.
        let again = match (self.probe.purpose, self.probe.about.as_str()) {
            (Purpose::Again, "1") => " again",
            (Purpose::Again, _) => " once more",
            _ => "",
        };
        format!(
            "would fall if {} {path}{query}{with}{again}: {}",
            self.method,
            self.expects.words()
        )
    }

    /// Judges the answer of the last probe; `None` where it proves nothing, because none came or a
    /// rate limit answered.
    pub fn judged(&self, case: &Case) -> Option<Tested> {
        let probe = case.probes.len().checked_sub(1)?;
        let facts = &case.probes[probe].facts;
        let tells = facts.sent_status() != 0 && !facts.is_limited();
        tells.then(|| Tested {
            cause: self.cause,
            probe,
            fell: self.expects.is_met(facts),
        })
    }
}

/// The call that would prove a verdict wrong; `None` where none is left to try.
pub fn refutation(case: &Case, cause: Cause) -> Option<Refutation> {
    if case.tested.iter().any(|tested| tested.cause == cause) {
        return None;
    }
    let who = who_am_i(case, cause);
    // Before an investigation only offer the call that the pack names; an investigation makes the
    // others.
    if case.probes.is_empty() || who.is_some() {
        return who;
    }
    other(case, cause).or_else(|| again(case, cause))
}

/// A bad token fails a who-am-I call; one that only lacks a right passes it.
fn who_am_i(case: &Case, cause: Cause) -> Option<Refutation> {
    let was_sent = !matches!(
        case.credential.place,
        CredentialPlace::Nowhere | CredentialPlace::Unknown
    );
    let expects = match cause.group() {
        CauseGroup::Token if was_sent => Expected::Class(StatusClass::Success),
        CauseGroup::Permission if was_sent && cause != Cause::PermissionEdgeBlock => {
            Expected::Status(401)
        }
        _ => return None,
    };
    let who = case.knowledge.calls()?.who_am_i.as_ref()?;
    let route = case.call.route.as_ref()?;
    let home = route.home(&case.environment.base_path())?;
    let url = route.below(&home, &who.path);
    let is_asked = case.own().any(|own| own.probe.url == url);
    // The same call again would say nothing new.
    let is_new = url.path() != route.url.path() && !is_asked;
    is_new.then(|| {
        let probe = plain(Purpose::WhoAmI, "GET", url, Bearer::Own, "");
        Refutation::new(case, cause, probe, expects)
    })
}

/// A resource that does not exist is missing for every token.
fn other(case: &Case, cause: Cause) -> Option<Refutation> {
    if !matches!(cause, Cause::ResourceAbsent | Cause::ResourceParentAbsent) {
        return None;
    }
    let url = same_call(case)?;
    let is_asked = |place: usize| {
        let mut probes = case.probes.iter();
        probes.any(|p| p.probe.bearer == Bearer::Other(place) && p.probe.url == url)
    };
    let place = (0..case.others.len()).find(|place| !is_asked(*place))?;
    let probe = plain(Purpose::Other, "GET", url, Bearer::Other(place), "");
    let expects = Expected::Class(StatusClass::Success);
    Some(Refutation::new(case, cause, probe, expects))
}

/// A fault of the call itself comes back with the next try.
fn again(case: &Case, cause: Cause) -> Option<Refutation> {
    let lasts = !matches!(
        cause.group(),
        CauseGroup::Rate | CauseGroup::Transport | CauseGroup::Fine
    );
    if !lasts || cause == Cause::ServerIntermittent {
        return None;
    }
    let url = same_call(case)?;
    let method = match case.call.exchange.sent.method.as_str() {
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "GET",
    };
    let times = case.with(Purpose::Again).count() + 1;
    let probe = plain(Purpose::Again, method, url, Bearer::Own, &times.to_string());
    let expects = Expected::Class(StatusClass::Success);
    Some(Refutation::new(case, cause, probe, expects))
}

/// The call's own URL, where the call only reads and goes to the environment's host.
fn same_call(case: &Case) -> Option<Url> {
    let mut url = Url::parse(&case.call.exchange.sent.url).ok()?;
    url.set_fragment(None);
    let is_home = Origin::of(&url) == case.environment.origin();
    (is_home && case.is_safe() && !case.call.exchange.is_received()).then_some(url)
}

fn plain(purpose: Purpose, method: &'static str, url: Url, bearer: Bearer, about: &str) -> Probe {
    Probe {
        purpose,
        method,
        url,
        bearer,
        headers: Vec::new(),
        about: about.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::rules::example::{call, coded};

    #[test]
    fn who_the_token_is_tells_a_bad_token_from_a_missing_right() {
        let refused = call("GET /core/runbooks", coded(401, "unauthorized"));
        let call = refutation(&refused.0, Cause::TokenRejected).unwrap();
        assert!(call.url.ends_with("/me"), "{}", call.url);
        assert_eq!(call.expects, Expected::Class(StatusClass::Success));
        let sentence = call.sentence();
        assert!(sentence.contains("a success says"), "{sentence}");
        let call = refutation(&refused.0, Cause::PermissionMissingRole).unwrap();
        assert_eq!(call.expects, Expected::Status(401));
        assert_eq!(refutation(&refused.0, Cause::ServerError), None);
    }

    #[test]
    fn of_an_api_that_nobody_knows_no_call_is_named() {
        let refused = call("GET /core/runbooks", coded(401, "unauthorized")).unknown();
        assert_eq!(refutation(&refused.0, Cause::TokenRejected), None);
    }
}
