//! What people found out about refusals of this kind: it was so before, so it may be so again. It
//! weighs little, since nobody looked at this call.

use super::finding::{Finding, Findings, Rule, Tier};
use crate::insight::facts::Case;
use crate::model::Cause;

pub const RULES: &[Rule] = &[Rule {
    id: RULE,
    look: resolved,
}];

const RULE: &str = "resolved.before";

/// The most that it weighs, however often it was so; a probe that tells causes apart weighs more.
const MOST: f32 = 0.9;

/// Wrong where the same answer has another reason this time.
fn resolved(case: &Case, findings: &mut Findings) {
    let Some(seen) = case.seen.as_ref().filter(|_| !case.call.is_fine()) else {
        return;
    };
    let all = seen.resolutions.len();
    for (cause, times) in seen.causes() {
        let Some(cause) = cause else { continue };
        // One made-up resolution of another cause keeps a single one from weighing all.
        let share = times as f32 / (all + 1) as f32;
        let says = match (times, all) {
            (1, 1) => format!(
                "An earlier refusal of this kind was resolved as {}.",
                cause.id()
            ),
            _ => format!(
                "{times} of {all} earlier refusals of this kind that were resolved were {}.",
                cause.id()
            ),
        };
        findings.add(cause, MOST * share, Tier::Words, says);
    }
}

/// Takes out what earlier refusals say where a probe points elsewhere: what was seen of this very
/// call decides.
pub fn behind_probes(findings: &mut Vec<Finding>, probed: impl Fn(&[Finding]) -> Option<Cause>) {
    let is_past = |finding: &Finding| finding.rule == RULE;
    if !findings.iter().any(is_past) {
        return;
    }
    let without: Vec<Finding> = findings.iter().filter(|f| !is_past(f)).cloned().collect();
    if let Some(first) = probed(&without) {
        findings.retain(|finding| !is_past(finding) || finding.cause == first);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{Example, call, coded, fires, silent};
    use crate::insight::seen::Seen;
    use crate::model::{Cause, ExchangeId, Resolution, ResolvedWhat, Timestamp};

    fn before(mut example: Example, causes: &[Option<Cause>]) -> Example {
        let resolutions = causes.iter().map(|cause| Resolution {
            id: ExchangeId::from_number(9),
            revision: 1,
            of: ResolvedWhat::Case("ACME-1".into()),
            case: Some("ACME-1".into()),
            cause: *cause,
            note: String::new(),
            who: "kim".into(),
            at: Timestamp::from_second(1_700_000_000).unwrap(),
            withdrawn: false,
        });
        example.0.seen = Some(Seen {
            calls: Vec::new(),
            resolutions: resolutions.collect(),
        });
        example
    }

    #[test]
    fn what_it_was_before_speaks_for_that_cause_and_another_reason_for_none() {
        let refused = || call("GET /core/runbooks/7", coded(403, "forbidden"));
        let role = Some(Cause::PermissionMissingRole);
        fires(
            "resolved.before",
            Cause::PermissionMissingRole,
            &before(refused(), &[None, role]),
        );
        silent(
            "resolved.before",
            Cause::PermissionMissingScope,
            &before(refused(), &[None, role]),
        );
        silent(
            "resolved.before",
            Cause::PermissionMissingRole,
            &before(refused(), &[None]),
        );
    }
}
