//! The planner of an investigation: which safe call would tell most, given what is known. It
//! sends nothing, and it knows the rules that its calls keep: GET, HEAD or OPTIONS, the
//! environment's own origin, one made-up token at most and none after a limit.

mod asks;
mod lists;
mod missing;
mod plan;
mod refusals;

use crate::insight::explain::{Standing, rank};
use crate::insight::facts::{Case, Probe};
use crate::insight::rules;
use crate::model::Cause;
use plan::Plan;
use url::Url;
use url::form_urlencoded::{Serializer, parse};

/// A value that nothing has.
pub(super) const NOTHING: &str = "httriage-no-such-value";

/// The next probe, or `None` where nothing more would tell.
pub fn next(case: &Case) -> Option<Probe> {
    if case.budget == 0 {
        return None;
    }
    let mut plan = Plan::new(case)?;
    plan.questions();
    let settled = is_settled(&rank(&rules::look(case)));
    let open = plan
        .open
        .into_iter()
        .filter(|question| question.must || !settled);
    open.map(|question| question.probe).next()
}

/// Sure enough, with nothing close behind.
fn is_settled(standings: &[Standing]) -> bool {
    standings.first().is_some_and(|s| s.confidence >= 0.93)
}

/// The URL with another value of a parameter, or without it.
pub(super) fn with_parameter(url: &Url, name: &str, value: Option<&str>) -> Url {
    let query = url.query().unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| {
        let (key, _) = parse(pair.as_bytes()).next()?;
        match (key == name, value) {
            (false, _) => Some(pair.to_owned()),
            (true, None) => None,
            (true, Some(value)) => {
                let pair = Serializer::new(String::new())
                    .append_pair(name, value)
                    .finish();
                Some(pair)
            }
        }
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let mut changed = url.clone();
    changed.set_fragment(None);
    changed.set_query((!query.is_empty()).then_some(&query));
    changed
}

/// The causes that a person may still hold for possible, for a caption.
pub fn open_causes(case: &Case) -> Vec<Cause> {
    let standings = rank(&rules::look(case));
    standings
        .iter()
        .filter(|s| s.confidence >= 0.1)
        .map(|s| s.cause)
        .collect()
}
