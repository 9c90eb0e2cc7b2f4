//! Negotiate (RFC 4559) and NTLM, explained from their challenge: what the server waits for, and
//! why no token stands in for it.

use crate::insight::challenge::Challenge;
use crate::insight::facts::Case;
use crate::insight::rules::finding::{Findings, Tier};
use crate::model::{Cause, Origin};

/// The first bytes of every NTLM message, in base64.
const NTLM: &str = "TlRMTVNTUAAC";

/// Wrong where a gateway in front takes tokens and writes this challenge all the same.
pub(super) fn negotiate(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let is = |challenge: &Challenge, word: &str| challenge.scheme.eq_ignore_ascii_case(word);
    let all = &call.challenges;
    let is_one = |challenge: &Challenge| is(challenge, "negotiate") || is(challenge, "ntlm");
    if !call.is_refusal() || all.is_empty() || !all.iter().all(is_one) {
        return;
    }
    let host = Origin::parse(&case.call.exchange.sent.url);
    let host = host.map_or_else(|| "the host".to_owned(), |origin| origin.host().to_owned());
    let has_kerberos = all.iter().any(|challenge| is(challenge, "negotiate"));
    let has_ntlm = all.iter().any(|challenge| is(challenge, "ntlm"));
    let mut data = all
        .iter()
        .filter_map(|challenge| challenge.token68.as_deref());
    let says = match (data.next(), has_kerberos, has_ntlm) {
        (Some(data), ..) if data.starts_with(NTLM) => {
            "Its challenge is the second message of an NTLM sign-in: one was begun on this connection, and the answer to it did not come.".to_owned()
        }
        (Some(_), ..) => {
            "Its challenge holds data: a sign-in was begun, and the server did not take what came.".to_owned()
        }
        (None, true, true) => format!(
            "It takes a Kerberos ticket for HTTP/{host}, or NTLM, and nothing else: no token is asked for."
        ),
        (None, true, false) => format!(
            "It takes a Kerberos ticket for HTTP/{host} (RFC 4559) and nothing else: no token is asked for."
        ),
        (None, false, _) => {
            "It takes NTLM and nothing else: a user's password of its domain, and no token.".to_owned()
        }
    };
    findings.add(Cause::TokenScheme, 0.5, Tier::Said, says);
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{Example, call, coded, fires, silent};
    use crate::model::Cause;

    fn refused(challenge: &str) -> Example {
        let said = coded(401, "unauthorized").with("www-authenticate", challenge);
        call("GET /core/runbooks/7", said)
    }

    #[test]
    fn a_server_that_takes_only_tickets_says_for_which_name() {
        let cause = Cause::TokenScheme;
        for challenge in [
            "Negotiate",
            "Negotiate, NTLM",
            "NTLM",
            "NTLM TlRMTVNTUAACAAAA",
        ] {
            fires("auth.negotiate", cause, &refused(challenge));
        }
        for challenge in ["Negotiate, Bearer", "Bearer", "Basic realm=\"x\""] {
            silent("auth.negotiate", cause, &refused(challenge));
        }
    }
}
