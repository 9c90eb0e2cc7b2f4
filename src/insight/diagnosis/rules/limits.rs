//! Too many calls: of this token, of this address, or of whom cannot be told.

use super::finding::{Findings, Rule, Tier};
use crate::insight::facts::{Bearer, Case, CredentialPlace, Page, Purpose};
use crate::insight::words::{Sense, senses_of_code};
use crate::model::Cause;

/// Whose the limit is, by the answer's own words and headers, and by the answers to probes.
pub const RULES: &[Rule] = &[
    Rule {
        id: "limits.whose",
        look: whose,
    },
    Rule {
        id: "limits.compared",
        look: compared,
    },
];

/// What the answer says of whose limit it is. Wrong where the words belong to every such answer.
fn whose(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !call.is_limited() {
        return;
    }
    let says = format!("{}.", call.line());
    findings.add(Cause::RateUnknown, 2.0, Tier::Said, says.clone());
    findings.add(Cause::RateToken, 0.5, Tier::Status, says.clone());
    findings.add(Cause::RateIp, 0.5, Tier::Status, says);
    let (token, address) = (call.says(Sense::OfToken), call.says(Sense::OfAddress));
    let code = |rule: &str| format!("The answer's code says that the limit is {rule}.");
    if token && !address {
        findings.add(Cause::RateToken, 5.0, Tier::Said, code("the token's"));
    } else if address && !token {
        findings.add(Cause::RateIp, 5.0, Tier::Said, code("the address's"));
    } else {
        let (token, address) = (call.hints(Sense::OfToken), call.hints(Sense::OfAddress));
        if token && !address {
            findings.add(
                Cause::RateToken,
                2.5,
                Tier::Words,
                "The words of the answer name the token.",
            );
        } else if address && !token {
            findings.add(
                Cause::RateIp,
                2.5,
                Tier::Words,
                "The words of the answer name the address.",
            );
        }
    }
    if call.page == Page::Html {
        findings.add(
            Cause::RateIp,
            2.2,
            Tier::Said,
            "A gateway's page says so, before any token is looked at.",
        );
    }
    for header in call.response().iter().flat_map(|r| r.headers.iter()) {
        let name = header.name.to_ascii_lowercase();
        if !["limit", "throttl", "quota"]
            .iter()
            .any(|word| name.contains(word))
        {
            continue;
        }
        let senses = senses_of_code(&format!("rate {name} {}", header.text()));
        let ip = senses.contains(&Sense::OfAddress);
        let token = senses.contains(&Sense::OfToken);
        if ip != token {
            let cause = if ip { Cause::RateIp } else { Cause::RateToken };
            findings.add(
                cause,
                3.5,
                Tier::Said,
                format!("The header {name} says whose limit it is."),
            );
        }
    }
}

/// Wrong where the limit ran out between two probes.
fn compared(case: &Case, findings: &mut Findings) {
    if !case.call.is_limited() {
        return;
    }
    for probed in case.with(Purpose::Other) {
        let cited = case.cite(probed);
        if probed.facts.is_limited() {
            findings.add(
                Cause::RateIp,
                5.5,
                Tier::Seen,
                format!("Another token is limited as well: {cited}."),
            );
        } else if probed.facts.status() != 0 && probed.facts.status() < 500 {
            let weight = if probed.facts.is_fine() { 6.0 } else { 4.0 };
            findings.add(
                Cause::RateToken,
                weight,
                Tier::Seen,
                format!("Another token is not limited: {cited}."),
            );
            findings.against(&[Cause::RateIp], 4.0);
        }
    }
    if let Some(bare) = case.first(Purpose::Without)
        && case.credential.place != CredentialPlace::Nowhere
    {
        let cited = case.cite(bare);
        if bare.facts.is_limited() {
            findings.add(
                Cause::RateIp,
                4.5,
                Tier::Seen,
                format!("Without any token it is limited as well: {cited}."),
            );
        } else if bare.facts.status() != 0 {
            findings.add(
                Cause::RateToken,
                0.8,
                Tier::Seen,
                format!("Without a token it is not limited: {cited}."),
            );
            findings.against(&[Cause::RateIp], 1.5);
        }
    }
    let mut others = case.probes.iter().filter(|p| {
        let own = matches!(p.probe.bearer, Bearer::Own);
        !own && !p.facts.is_limited()
    });
    let left = others.find_map(|p| Some((p, p.facts.calls_left()?)));
    if let (Some((probed, left)), Some(0)) = (left, case.call.calls_left()) {
        let cited = case.cite(probed);
        if left > 0 {
            let says = format!("Another caller has {left} calls left: {cited}.");
            findings.add(Cause::RateToken, 4.0, Tier::Seen, says);
        } else {
            let says = format!("Another caller is counted along: {cited}.");
            findings.add(Cause::RateIp, 3.0, Tier::Seen, says);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::listing;
    use crate::insight::rules::example::{call, coded, fires, silent};
    use crate::model::Cause;

    const HERE: &str = "GET /core/runbooks";

    #[test]
    fn whose_limit_it_is_stands_in_the_code_or_in_any_header_of_the_limit() {
        let coded_so = call(HERE, coded(429, "ip_rate_limited"));
        fires("limits.whose", Cause::RateIp, &coded_so);
        let said = coded(429, "slow").with("X-Quota-Scope", "credential");
        fires("limits.whose", Cause::RateToken, &call(HERE, said));
        silent(
            "limits.whose",
            Cause::RateToken,
            &call(HERE, coded(403, "forbidden")),
        );
    }

    #[test]
    fn another_caller_tells_the_token_from_the_address() {
        let limited = || call(HERE, coded(429, "slow").with("x-ratelimit-remaining", "0"));
        let other = Bearer::Other(0);
        let free =
            limited()
                .other("0a")
                .probe(Purpose::Other, other, "/core/runbooks", listing(&[]));
        fires("limits.compared", Cause::RateToken, &free);
        silent("limits.compared", Cause::RateIp, &free);
        let both = limited().other("0a").probe(
            Purpose::Other,
            other,
            "/core/runbooks",
            coded(429, "slow"),
        );
        fires("limits.compared", Cause::RateIp, &both);
        // One that is refused for want of a token may be counted all the same.
        let left = coded(401, "unauthorized").with("x-ratelimit-remaining", "57");
        let bare = limited().probe(Purpose::Without, Bearer::Nobody, "/core/runbooks", left);
        fires("limits.compared", Cause::RateToken, &bare);
    }
}
