//! No usable answer. What failed was seen by the client itself, so there is little to weigh.

use super::Beside;
use super::finding::{Findings, Rule, Tier};
use super::pages::is_login;
use crate::insight::facts::Case;
use crate::model::{Cause, CauseGroup, Outcome};

/// A single rule: the failure already has a cause.
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
    if case.call.exchange.is_received() && Beside::of(case).left() < 1.0 {
        return;
    }
    let seen = failure.cause.group() == CauseGroup::Transport || !failure.was_sent;
    let mut weight = if seen { 9.0 } else { 4.0 };
    let mut hops = case.call.exchange.redirects.iter();
    if let Some(hop) = hops.next_back().filter(|hop| is_login(&hop.location)) {
        // The API's own server was reached, and sent the call to people.
        let says = format!("The call was sent on to sign in at {}.", hop.location);
        findings.add(Cause::PermissionEdgeBlock, 9.0, Tier::Seen, says);
        weight *= 0.5;
    }
    if case.call.exchange.outcome.refusal().is_some() {
        // It was refused, and that its reasons broke off is not why.
        weight = 0.3;
    }
    findings.add(failure.cause, weight, Tier::Seen, failure.message.clone());
}

#[cfg(test)]
mod tests {
    use crate::insight::explain::rank;
    use crate::insight::rules::example::{Example, call, cut, failed, fires, says, silent};
    use crate::insight::rules::look;
    use crate::model::Cause;

    fn likeliest(example: &Example) -> Cause {
        rank(&look(&example.0))[0].cause
    }

    #[test]
    fn what_the_client_saw_fail_is_what_failed() {
        let lost = failed("GET /core/runbooks", Cause::ConnectRefused);
        fires("transport.failed", Cause::ConnectRefused, &lost);
        let answered = call("GET /core/runbooks", says(502, ""));
        silent("transport.failed", Cause::ConnectRefused, &answered);
    }

    #[test]
    fn a_sign_in_that_a_call_is_sent_to_is_why_even_where_it_cannot_be_reached() {
        let lost = || failed("GET /core/runbooks", Cause::DnsUnresolved);
        let led = lost().led_to("https://id.acme.example/oauth2/sign_in");
        assert_eq!(likeliest(&led), Cause::PermissionEdgeBlock);
        let moved = lost().led_to("https://old.acme.example/core/runbooks");
        assert_eq!(likeliest(&moved), Cause::DnsUnresolved);
    }

    #[test]
    fn a_refusal_whose_body_broke_off_is_judged_as_what_it_is() {
        let body = r#"{"errors":[{"code":"forbidden"}]}"#;
        for cause in [
            Cause::BodyCutOff,
            Cause::BodyUndecodable,
            Cause::TimeoutBody,
        ] {
            let refused = cut("GET /core/runbooks", says(403, body), cause);
            let whole = call("GET /core/runbooks", says(403, body));
            assert_eq!(likeliest(&refused), likeliest(&whole));
            let lost = cut("GET /core/runbooks", says(200, "{}"), cause);
            assert_eq!(likeliest(&lost), cause);
        }
    }
}
