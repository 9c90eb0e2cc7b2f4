//! Whether a refusal is about the token, and where the call went.

use crate::insight::facts::{Bearer, Case, Facts};
use crate::insight::token::TokenReport;
use crate::model::Origin;

/// The call itself, or everything around it, was refused for its token.
pub fn is_about_token(case: &Case) -> bool {
    case.call.is_refusal() || case.is_refused_everywhere() && !case.call.is_fine()
}

/// As `is_about_token`, or a 400 or 403 while no probe proves that the API accepts the token.
pub fn may_be_about_token(case: &Case) -> bool {
    is_about_token(case) || matches!(case.call.status(), 400 | 403) && case.works().is_none()
}

/// Other tokens that the API did not refuse.
pub fn accepted(case: &Case) -> Vec<(&str, &TokenReport)> {
    let mut found = Vec::new();
    for (place, other) in case.others.iter().enumerate() {
        let mut asked = case
            .probes
            .iter()
            .filter(|p| p.probe.bearer == Bearer::Other(place) && p.probe.headers.is_empty());
        let taken = |facts: &Facts| {
            facts.status() != 0
                && facts.status() < 500
                && !facts.is_refusal()
                && !facts.is_limited()
                && facts.status() != 400
        };
        if asked.any(|p| taken(&p.facts))
            && let Some(report) = &other.report
        {
            found.push((other.name.as_str(), report));
        }
    }
    found
}

/// Whether the call went to the place that probes go to.
pub fn is_at_home(case: &Case) -> bool {
    let base = case.environment.origin();
    base.is_none() || base == Origin::parse(&case.call.exchange.sent.url)
}
