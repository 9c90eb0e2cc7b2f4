//! The rules that speak for and against causes. Each is a small function over a case; it adds
//! findings with a weight, in nats: how much likelier the cause becomes by what was seen. Nothing
//! is decided here; `explain` weighs them all.

mod auth;
#[cfg(test)]
pub(super) mod example;
mod foreign;
mod known;
mod limits;
mod lists;
mod pages;
mod past;
mod permission;
mod request;
mod resource;
mod said;
mod server;
mod transport;

use super::facts::{Case, Facts};
use super::json::Json;
use crate::model::Cause;

pub use auth::belongs_as_bearer;
pub use foreign::is_foreign;
pub use known::Beside;
pub use lists::{filters as lists_filters, is_steering as lists_is_steering};
pub use permission::has_reach;
pub use request::{dates_in as request_dates, is_template as request_is_template};

/// On what a finding stands. A verdict is never surer than its best ground allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// The status alone.
    Status,
    /// Wording, which may be translated or misleading.
    Words,
    /// A code, a challenge, or the request itself.
    Said,
    /// A comparison of answers, or a fact that leaves nothing else.
    Seen,
}

/// Something that was noticed, and what it makes likelier.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub rule: &'static str,
    pub cause: Cause,
    /// Below zero where it speaks against.
    pub weight: f32,
    pub tier: Tier,
    /// One sentence of evidence; empty where another finding of the same rule says it.
    pub says: String,
}

/// What the rules have found so far.
#[derive(Default)]
pub struct Findings {
    pub list: Vec<Finding>,
    rule: &'static str,
}

impl Findings {
    fn add(&mut self, cause: Cause, weight: f32, tier: Tier, says: impl Into<String>) {
        self.list.push(Finding {
            rule: self.rule,
            cause,
            weight,
            tier,
            says: says.into(),
        });
    }

    fn against(&mut self, causes: &[Cause], weight: f32) {
        for cause in causes {
            self.add(*cause, -weight, Tier::Seen, "");
        }
    }
}

pub struct Rule {
    pub id: &'static str,
    pub look: fn(&Case, &mut Findings),
}

/// Every rule of every topic.
pub const RULES: &[&[Rule]] = &[
    transport::RULES,
    known::RULES,
    said::RULES,
    auth::RULES,
    permission::RULES,
    pages::RULES,
    foreign::RULES,
    resource::RULES,
    request::RULES,
    lists::RULES,
    limits::RULES,
    server::RULES,
    past::RULES,
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

/// A time as people compare it.
fn moment(time: crate::model::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
