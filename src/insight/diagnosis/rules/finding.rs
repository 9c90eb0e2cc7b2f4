//! What a rule is, and what it finds.

use crate::insight::facts::Case;
use crate::model::Cause;

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
    pub rule: &'static str,
}

impl Findings {
    /// Notes evidence for a cause, or against it where the weight is below zero. Weights of one
    /// cause add up; its confidence ends where its best tier does.
    pub fn add(&mut self, cause: Cause, weight: f32, tier: Tier, says: impl Into<String>) {
        self.list.push(Finding {
            rule: self.rule,
            cause,
            weight,
            tier,
            says: says.into(),
        });
    }

    /// Notes the same weight, given above zero, against several causes, without a sentence of its
    /// own.
    pub fn against(&mut self, causes: &[Cause], weight: f32) {
        for cause in causes {
            self.add(*cause, -weight, Tier::Seen, "");
        }
    }
}

/// One question to a case. Its id, such as `auth.shape`, stands with every finding it makes.
pub struct Rule {
    pub id: &'static str,
    pub look: fn(&Case, &mut Findings),
}

/// A time as people compare it.
pub fn moment(time: crate::model::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
