//! How the credential was sent: where it stood, under which word, and whether it arrived.

use super::{is_about_token, may_be_about_token};
use crate::insight::facts::{Case, CredentialPlace, Page, Purpose};
use crate::insight::redact::is_secret_name;
use crate::insight::rules::{Findings, Tier};
use crate::model::{Cause, Hop};

/// Wrong where the API needs no token and refuses for another reason.
pub(super) fn absent(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let place = match &case.credential.place {
        CredentialPlace::Nowhere => "No Authorization header was sent.".to_owned(),
        CredentialPlace::Elsewhere(place) => {
            format!("The token went out in the {place}, and the API reads Authorization only.")
        }
        _ => return,
    };
    let seen = is_about_token(case) || call.status() == 403 && call.page != Page::Html;
    if seen {
        let weight = if call.page == Page::Html { 3.0 } else { 6.5 };
        findings.add(Cause::TokenMissing, weight, Tier::Seen, place);
    }
    if let Some(placed) = case.first(Purpose::Placed).filter(|p| p.facts.is_fine()) {
        findings.add(Cause::TokenMissing, 7.0, Tier::Seen, case.cite(placed));
    }
}

/// Wrong where an API takes another scheme than the documented one.
pub(super) fn scheme(case: &Case, findings: &mut Findings) {
    if !may_be_about_token(case) {
        return;
    }
    if case.credential.place == CredentialPlace::Repeated {
        let says = "Authorization stands in the request more than once.";
        findings.add(Cause::TokenScheme, 5.5, Tier::Seen, says);
    }
    if case.credential.place != CredentialPlace::Authorization {
        return;
    }
    if let Some(placed) = case.first(Purpose::Placed).filter(|p| p.facts.is_fine()) {
        let says = format!(
            "Sent as Bearer, the same token works: {}.",
            case.cite(placed)
        );
        findings.add(Cause::TokenScheme, 7.0, Tier::Seen, says);
    }
    match case.credential.scheme.as_deref() {
        Some("Bearer") => {}
        Some(word) if word.eq_ignore_ascii_case("bearer") => {
            let says = "Bearer is written in an unusual case.";
            findings.add(Cause::TokenScheme, 1.0, Tier::Said, says);
        }
        Some(word) => {
            let says = format!("The header begins with {word}, and the API wants Bearer.");
            findings.add(Cause::TokenScheme, 6.5, Tier::Seen, says);
        }
        None => {
            let says = "The Authorization header holds no scheme: the word Bearer is missing.";
            findings.add(Cause::TokenScheme, 6.5, Tier::Seen, says);
        }
    }
}

/// The redirect that took no credential along.
pub fn lost_on_the_way(case: &Case) -> Option<&Hop> {
    let mut hops = case.call.exchange.redirects.iter();
    let lost =
        hops.find(|hop| !hop.token_sent && hop.dropped.iter().any(|name| is_credential(name)));
    lost.filter(|_| case.credential.place != CredentialPlace::Nowhere)
}

/// Wrong where the place that the redirect led to needs no token.
pub(super) fn redirect(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Some(hop) = lost_on_the_way(case) else {
        return;
    };
    let failed = matches!(call.status(), 400..=499) || call.is_refusal();
    if failed {
        let says = format!("The redirect to {} took no token along.", hop.location);
        let weight = if call.page == Page::Html { 2.0 } else { 8.5 };
        findings.add(Cause::TokenDroppedOnRedirect, weight, Tier::Seen, says);
    }
}

fn is_credential(name: &str) -> bool {
    let name = name.trim_start_matches("parameter ");
    is_secret_name(name)
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{CredentialPlace, Purpose};
    use crate::insight::rules::example::{call, coded, fires, says, shown, silent};
    use crate::model::Cause;

    const HERE: &str = "GET /core/runbooks";

    #[test]
    fn no_credential_is_missing_where_one_is_asked_for() {
        let nobody = |said| call(HERE, said).place(CredentialPlace::Nowhere);
        fires(
            "auth.absent",
            Cause::TokenMissing,
            &nobody(coded(401, "unauthorized")),
        );
        silent(
            "auth.absent",
            Cause::TokenMissing,
            &nobody(coded(404, "not_found")),
        );
        silent(
            "auth.absent",
            Cause::TokenMissing,
            &call(HERE, coded(401, "unauthorized")),
        );
    }

    #[test]
    fn another_word_than_bearer_is_the_scheme_and_bearer_itself_is_not() {
        let refused = || call(HERE, coded(401, "unauthorized"));
        fires(
            "auth.scheme",
            Cause::TokenScheme,
            &refused().scheme(Some("Token")),
        );
        fires("auth.scheme", Cause::TokenScheme, &refused().scheme(None));
        silent("auth.scheme", Cause::TokenScheme, &refused());
        let placed = refused().scheme(Some("bearer"));
        fires(
            "auth.scheme",
            Cause::TokenScheme,
            &placed.own(Purpose::Placed, "/core/runbooks", shown()),
        );
    }

    #[test]
    fn a_redirect_that_took_no_token_along_lost_it() {
        let led = |sent| call(HERE, says(401, "{}")).led("GET", sent);
        fires("auth.redirect", Cause::TokenDroppedOnRedirect, &led(false));
        silent("auth.redirect", Cause::TokenDroppedOnRedirect, &led(true));
    }
}
