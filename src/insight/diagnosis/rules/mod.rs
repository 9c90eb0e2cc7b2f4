//! The rules that speak for and against causes. Each is a small function over a case; it adds
//! findings with a weight, in nats: how much likelier the cause becomes by what was seen. Nothing
//! is decided here; `explain` weighs them all.

mod auth;
mod cookies;
#[cfg(test)]
pub(super) mod example;
mod filters;
mod finding;
mod foreign;
mod known;
mod limits;
mod lists;
mod pages;
mod past;
mod permission;
mod request;
mod resolved;
mod resource;
mod said;
mod server;
mod transport;

use crate::insight::facts::{Case, Facts};
use crate::insight::json::Json;
use finding::{Findings, Rule};

pub use auth::belongs_as_bearer;
pub use filters::{filters as lists_filters, is_steering as lists_is_steering};
pub use finding::{Finding, Tier};
pub use foreign::is_foreign;
pub use known::Beside;
pub use permission::has_reach;
pub use request::{dates_in as request_dates, is_template as request_is_template};
pub use resolved::behind_probes;

/// Every rule of every topic.
pub const RULES: &[&[Rule]] = &[
    transport::RULES,
    known::RULES,
    said::RULES,
    auth::RULES,
    cookies::RULES,
    permission::RULES,
    pages::RULES,
    foreign::RULES,
    resource::RULES,
    request::RULES,
    lists::RULES,
    limits::RULES,
    server::RULES,
    past::RULES,
    resolved::RULES,
];

pub fn look(case: &Case) -> Vec<Finding> {
    let mut findings = Findings::default();
    for rule in RULES.iter().flat_map(|rules| rules.iter()) {
        findings.rule = rule.id;
        (rule.look)(case, &mut findings);
    }
    findings.list
}

/// Whether a list itself shows that a filter was obeyed; `None` where it does not tell.
pub fn lists_judged(records: &[Json], call: &Facts, name: &str) -> Option<bool> {
    let filters = lists_filters(call);
    let (_, value) = filters.iter().find(|(known, _)| known == name)?;
    lists::judged(records, name, value)
}
