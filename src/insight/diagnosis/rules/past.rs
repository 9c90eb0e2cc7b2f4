//! What the history says: this very call worked once. What has changed since is not known, but
//! what was never so is out of the question.

use super::finding::{Findings, Rule, Tier, moment};
use crate::insight::facts::{Case, CredentialPlace};
use crate::insight::token::relative;
use crate::model::Cause;

/// That the call worked before, and that it works again with a new value of its token.
pub const RULES: &[Rule] = &[
    Rule {
        id: "past.worked",
        look: worked,
    },
    Rule {
        id: "past.renewed",
        look: renewed,
    },
];

/// Wrong where the old value was revoked by hand before its time, and got anew just then.
fn renewed(case: &Case, findings: &mut Findings) {
    let Some(at) = case.renewed.filter(|_| case.call.is_refusal()) else {
        return;
    };
    let name = case.own_name();
    let says = format!(
        "The same call worked at {} with a new value of token {name}: the old one had run out.",
        moment(at)
    );
    findings.add(Cause::TokenExpired, 6.0, Tier::Seen, says);
}

/// Wrong where the instance behind the address is another one than it was.
fn worked(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Some(past) = &case.past else {
        return;
    };
    if call.is_fine() || call.is_limited() || case.credential.place == CredentialPlace::Nowhere {
        return;
    }
    let at = format!(
        "{}, {}",
        moment(past.worked_at),
        relative(past.worked_at, case.now)
    );
    let since = match past.failed_since {
        Some(since) => format!(" It has failed since {}, or before.", moment(since)),
        None => String::new(),
    };
    let name = case.own_name();
    if past.other_value {
        if call.is_refusal() && case.works().is_none() {
            let says =
                format!("Token {name} had another value when this call last worked ({at}).{since}");
            findings.add(Cause::TokenRejected, 0.5, Tier::Said, says.clone());
            findings.add(Cause::TokenWrongShape, 0.8, Tier::Said, says.clone());
            findings.add(Cause::TokenWrongInstance, 0.4, Tier::Said, says);
        }
        return;
    }
    let says = format!("With the same token {name} this call worked until {at}.{since}");
    if call.is_refusal() && case.works().is_none() {
        // It was good, so it has ended: by its time, or by somebody's hand.
        findings.add(Cause::TokenExpired, 0.8, Tier::Said, says.clone());
        findings.add(Cause::TokenRejected, 0.8, Tier::Said, says);
        findings.against(&[Cause::TokenWrongShape, Cause::TokenWrongInstance], 2.0);
    } else if call.is_denial() || call.is_refusal() {
        findings.add(Cause::PermissionMissingRole, 1.0, Tier::Said, says.clone());
        findings.add(Cause::PermissionEdgeBlock, 0.2, Tier::Said, says);
    } else if call.is_missing() {
        findings.add(Cause::ResourceAbsent, 0.6, Tier::Said, says.clone());
        findings.add(Cause::ResourceArchived, 0.6, Tier::Said, says.clone());
        findings.add(Cause::ResourceHiddenByPermission, 0.6, Tier::Said, says);
        findings.against(&[Cause::PathUnknown, Cause::RequestBadUrl], 3.0);
    } else if call.status() >= 500 {
        findings.add(Cause::ServerError, 0.3, Tier::Said, says.clone());
        findings.add(Cause::UpstreamUnreachable, 0.3, Tier::Said, says);
        findings.against(&[Cause::EndpointNotImplemented, Cause::CoreOutdated], 1.0);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::Purpose;
    use crate::insight::learned::Past;
    use crate::insight::rules::example::listing;
    use crate::insight::rules::example::{Example, call, coded, fires, silent};
    use crate::model::{Cause, Timestamp};

    fn before(example: Example, other_value: bool) -> Example {
        example.past(Past {
            worked_at: Timestamp::from_second(1_799_900_000).unwrap(),
            failed_since: None,
            other_value,
        })
    }

    #[test]
    fn a_token_that_was_good_here_has_ended_and_was_never_of_another_form() {
        let refused = || call("GET /core/runbooks", coded(401, "unauthorized"));
        fires(
            "past.worked",
            Cause::TokenExpired,
            &before(refused(), false),
        );
        fires(
            "past.worked",
            Cause::TokenWrongShape,
            &before(refused(), true),
        );
        silent(
            "past.worked",
            Cause::TokenWrongShape,
            &before(refused(), false),
        );
        silent("past.worked", Cause::TokenExpired, &refused());
        // A token that works elsewhere has not ended.
        let works = refused().own(Purpose::Elsewhere, "/core/users", listing(&["1"]));
        silent("past.worked", Cause::TokenExpired, &before(works, false));
    }

    #[test]
    fn a_call_that_works_with_a_new_value_had_an_old_one() {
        let refused = || call("GET /core/runbooks", coded(401, "unauthorized"));
        let renewed = refused().renewed(Timestamp::from_second(1_800_000_001).unwrap());
        fires("past.renewed", Cause::TokenExpired, &renewed);
        silent("past.renewed", Cause::TokenExpired, &refused());
        let denied = call("GET /core/runbooks", coded(403, "forbidden"));
        let denied = denied.renewed(Timestamp::from_second(1_800_000_001).unwrap());
        silent("past.renewed", Cause::TokenExpired, &denied);
    }

    #[test]
    fn what_was_there_once_is_no_misspelt_address() {
        let gone = before(call("GET /core/runbooks/7", coded(404, "not_found")), false);
        fires("past.worked", Cause::ResourceArchived, &gone);
        silent("past.worked", Cause::PathUnknown, &gone);
    }
}
