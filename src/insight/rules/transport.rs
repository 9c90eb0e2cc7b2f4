//! No usable answer. What failed was seen by the client itself, so there is little to weigh.

use super::{Findings, Rule, Tier, left_beside};
use crate::insight::facts::Case;
use crate::model::{CauseGroup, Outcome};

pub const RULES: &[Rule] = &[Rule {
    id: "transport.failed",
    look: failed,
}];

/// Wrong only where the client itself names a failure wrongly.
fn failed(case: &Case, findings: &mut Findings) {
    let Outcome::Failed(failure) = &case.call.exchange.outcome else {
        return;
    };
    // What somebody else's client says is known by its words, and its pack says how surely.
    if case.call.exchange.is_received() && left_beside(case) < 1.0 {
        return;
    }
    let seen = failure.cause.group() == CauseGroup::Transport || !failure.was_sent;
    let weight = if seen { 9.0 } else { 4.0 };
    findings.add(failure.cause, weight, Tier::Seen, failure.message.clone());
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, failed, fires, says, silent};
    use crate::model::Cause;

    #[test]
    fn what_the_client_saw_fail_is_what_failed() {
        let lost = failed("GET /core/runbooks", Cause::ConnectRefused);
        fires("transport.failed", Cause::ConnectRefused, &lost);
        let answered = call("GET /core/runbooks", says(502, ""));
        silent("transport.failed", Cause::ConnectRefused, &answered);
    }
}
