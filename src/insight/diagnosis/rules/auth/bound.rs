//! What a token has to come with: the key or the certificate that it is bound to (RFC 9449,
//! RFC 8705), a sign-in that is strong and recent enough (RFC 9470), and where the API says that
//! it describes all that (RFC 9728).

use crate::insight::facts::{Case, CredentialPlace};
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::token::Bound;
use crate::model::Cause;

/// Wrong where the API takes a bound token without its proof, and refuses it for something else.
pub(super) fn bound(case: &Case, findings: &mut Findings) {
    let claims = case.credential.report.as_ref();
    let claims = claims.and_then(|report| report.claims.as_ref());
    let call = &case.call;
    let Some(bound) = claims.and_then(|claims| claims.bound) else {
        return;
    };
    if !call.is_refusal() && !call.is_denial() {
        return;
    }
    match bound {
        Bound::Key => {
            let scheme = case.credential.scheme.as_deref().unwrap_or_default();
            let has_proof = case.header("dpop").is_some();
            let says = match (has_proof, scheme.eq_ignore_ascii_case("dpop")) {
                (true, true) => return,
                (true, false) => {
                    "The token is bound to a key (cnf jkt), so it goes behind DPoP and not behind Bearer."
                }
                (false, _) => {
                    "The token is bound to a key (cnf jkt), and the call brought no DPoP proof made with it."
                }
            };
            findings.add(Cause::TokenProof, 5.5, Tier::Seen, says);
        }
        Bound::Certificate if case.environment.identity.is_none() => {
            let says = "The token is bound to a client certificate (cnf x5t#S256), and the call came without one.";
            findings.add(Cause::TlsClientCertificate, 5.5, Tier::Seen, says);
        }
        Bound::Certificate => {}
    }
}

/// Wrong where a server writes these parameters beside another refusal.
pub(super) fn step_up(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !call.is_refusal() && !call.is_denial() {
        return;
    }
    let names_it = |error: &str| error == "insufficient_user_authentication";
    for challenge in &call.challenges {
        let strength = challenge.parameter("acr_values");
        let age = challenge.parameter("max_age");
        let is_named = challenge.parameter("error").is_some_and(names_it);
        let wants = [
            strength.map(|values| format!("acr_values={values}")),
            age.map(|age| format!("max_age={age}, which is at most {age} seconds ago")),
        ];
        let wants: Vec<String> = wants.into_iter().flatten().collect();
        if wants.is_empty() {
            continue;
        }
        let says = format!("It asks for a sign-in with {}.", wants.join(" and "));
        let weight = if is_named { 6.0 } else { 3.5 };
        findings.add(Cause::TokenStepUp, weight, Tier::Said, says);
    }
}

/// Wrong where the address is there and the credential stands at another place.
pub(super) fn described(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !call.is_refusal() || case.credential.place != CredentialPlace::Nowhere {
        return;
    }
    let mut all = call.challenges.iter();
    if let Some(url) = all.find_map(|challenge| challenge.parameter("resource_metadata")) {
        let says = format!("{url} says who gives out tokens for this API (RFC 9728).");
        findings.add(Cause::TokenMissing, 0.5, Tier::Said, says);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::CredentialPlace;
    use crate::insight::rules::example::{Example, call, coded, fires, silent};
    use crate::model::Cause;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn refused(challenge: &str) -> Example {
        let said = coded(401, "unauthorized").with("www-authenticate", challenge);
        call("GET /core/runbooks/7", said)
    }

    fn holding(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let head = part("{\"alg\":\"ES256\"}");
        format!("{head}.{}.{}", part(claims), "s".repeat(86))
    }

    #[test]
    fn a_token_that_is_bound_to_a_key_needs_its_proof() {
        let token = holding("{\"cnf\":{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}}");
        let bare = || refused("Bearer").token(&token);
        fires("auth.bound", Cause::TokenProof, &bare());
        let proven = bare().header("dpop", "a.b.c");
        fires("auth.bound", Cause::TokenProof, &proven);
        silent(
            "auth.bound",
            Cause::TokenProof,
            &bare().header("dpop", "a.b.c").scheme(Some("DPoP")),
        );
        silent(
            "auth.bound",
            Cause::TokenProof,
            &refused("Bearer").token(&holding("{}")),
        );
    }

    #[test]
    fn a_token_that_is_bound_to_a_certificate_needs_it() {
        let token =
            holding("{\"cnf\":{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}}");
        let cause = Cause::TlsClientCertificate;
        fires("auth.bound", cause, &refused("Bearer").token(&token));
        silent("auth.bound", cause, &refused("Bearer"));
    }

    #[test]
    fn a_challenge_that_wants_a_stronger_sign_in_says_which() {
        let cause = Cause::TokenStepUp;
        let wants = "Bearer error=\"insufficient_user_authentication\", acr_values=\"phr\"";
        fires("auth.step_up", cause, &refused(wants));
        fires("auth.step_up", cause, &refused("Bearer max_age=\"60\""));
        silent(
            "auth.step_up",
            cause,
            &refused("Bearer error=\"invalid_token\""),
        );
    }

    #[test]
    fn where_an_api_is_described_is_said_to_whoever_brings_no_token() {
        let challenge = "Bearer resource_metadata=\"https://acme.example/.well-known/oauth-protected-resource\"";
        let bare = refused(challenge).place(CredentialPlace::Nowhere);
        fires("auth.described", Cause::TokenMissing, &bare);
        silent("auth.described", Cause::TokenMissing, &refused(challenge));
    }
}
