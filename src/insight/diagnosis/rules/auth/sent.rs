//! How the credential was sent: where it stood, under which word, and whether it arrived.

use super::about::{is_about_token, may_be_about_token};
use crate::insight::facts::{Case, CredentialPlace, Page, Purpose};
use crate::insight::redact::is_secret_name;
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::rules::known::{Beside, PROVING, beside};
use crate::model::{Cause, Hop};

/// The causes that only a credential which was sent can have.
const OF_A_VALUE: &[Cause] = &[
    Cause::TokenRejected,
    Cause::TokenExpired,
    Cause::TokenNotYetValid,
    Cause::TokenWrongShape,
    Cause::TokenWrongInstance,
    Cause::TokenWrongKind,
    Cause::TokenStrayCharacters,
    Cause::TokenScheme,
];

/// Wrong where the API needs no token and refuses for another reason.
pub(super) fn absent(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let place = match &case.credential.place {
        CredentialPlace::Nowhere if case.sends_nothing() => {
            "The call carries no credential.".to_owned()
        }
        // Any place may be right, unless the API is known to look elsewhere only.
        CredentialPlace::Elsewhere(place) if is_read_at(case, place, "") == Some(false) => {
            format!("The credential went out in the {place}, where this API does not look.")
        }
        _ => return,
    };
    let asked = !call.challenges.is_empty();
    let weight = match call.status() {
        status
            if matches!(status, 400..=599) && case.credential.place == CredentialPlace::Nowhere =>
        {
            // What was not sent cannot be wrong.
            findings.against(OF_A_VALUE, 3.0);
            match status {
                401 if call.page != Page::Html || asked => 4.8,
                401 | 403 => 2.6,
                _ if is_about_token(case) => 4.0,
                _ => return,
            }
        }
        _ if call.page == Page::Html && !asked => 2.5,
        _ if is_about_token(case) => 4.8,
        403 => 2.6,
        _ => return,
    };
    let elsewhere = case.credential.place != CredentialPlace::Nowhere;
    let (weight, tier) = if elsewhere && is_about_token(case) {
        // Who says why a credential fails has read it where it stood.
        beside(6.0, Beside::of(case).left_by_own_word_of_value())
    } else {
        (weight, Tier::Said)
    };
    findings.add(Cause::TokenMissing, weight, tier, place);
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
        Some(word) if word.eq_ignore_ascii_case("bearer") && word != "Bearer" => {
            let says = "Bearer is written in an unusual case.";
            findings.add(Cause::TokenScheme, 1.0, Tier::Said, says);
        }
        None if speaks_of_header(case) => {
            let says = "The answer speaks of the Authorization header, which holds a value without a scheme before it.";
            findings.add(Cause::TokenScheme, 4.5, Tier::Said, says);
            findings.against(&[Cause::TokenRejected], 2.0);
        }
        scheme if is_demanded(case, scheme.unwrap_or_default()) == Some(false) => {
            let says = match scheme {
                Some(word) => {
                    format!("The header begins with {word}, and the API takes another scheme.")
                }
                None => {
                    "The Authorization header holds a value without a scheme before it.".to_owned()
                }
            };
            // What its makers say is sure; a challenge may name one of several.
            let known = is_read_at(case, "header authorization", scheme.unwrap_or_default());
            let left = Beside::of(case).left_by_other_reasons();
            let (weight, tier) = match known {
                Some(_) if left > PROVING => (6.0, Tier::Seen),
                Some(_) => (6.0 * left, Tier::Said),
                None => (4.5 * left, Tier::Said),
            };
            findings.add(Cause::TokenScheme, weight, tier, says);
        }
        _ => {}
    }
}

/// Whether the answer calls the header by its name, and not the token in it.
fn speaks_of_header(case: &Case) -> bool {
    let entries = case.call.errors.first().iter();
    let texts = entries.flat_map(|e| [e.title.as_deref(), e.detail.as_deref()]);
    let mut texts = texts.flatten();
    texts.any(|text| text.to_ascii_lowercase().contains("authorization header"))
}

/// Whether the credential could be sent as Bearer where the API would read it, and was sent
/// otherwise.
pub fn belongs_as_bearer(case: &Case) -> bool {
    let sent_right = match &case.credential.place {
        CredentialPlace::Authorization => {
            is_demanded(case, case.credential.scheme.as_deref().unwrap_or_default())
        }
        CredentialPlace::Elsewhere(place) => is_read_at(case, place, ""),
        _ => return false,
    };
    let odd = case.credential.scheme.as_deref().is_some_and(|word| {
        // A word in another case is worth the question.
        word.eq_ignore_ascii_case("bearer") && word != "Bearer"
    });
    (sent_right == Some(false) || odd) && is_demanded(case, "bearer") == Some(true)
}

/// Whether the API takes credentials at that place and under that scheme, by the pack that knows
/// it; `None` where none does.
fn is_read_at(case: &Case, place: &str, scheme: &str) -> Option<bool> {
    case.knowledge.api.as_ref()?.takes(place, scheme)
}

/// Whether the scheme is one that the API's pack or its own challenge names; `None` where neither
/// says anything.
fn is_demanded(case: &Case, scheme: &str) -> Option<bool> {
    if let Some(known) = is_read_at(case, "header authorization", scheme) {
        return Some(known);
    }
    let named = case.call.challenges.iter().map(|c| c.scheme.as_str());
    let mut named = named.filter(|scheme| !scheme.is_empty()).peekable();
    named.peek()?;
    Some(named.any(|own| own.eq_ignore_ascii_case(scheme)))
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
    fn another_word_than_the_one_that_is_asked_for_is_the_scheme() {
        let asked = || coded(401, "unauthorized").with("www-authenticate", "Bearer");
        let refused = || call(HERE, asked());
        fires(
            "auth.scheme",
            Cause::TokenScheme,
            &refused().scheme(Some("Token")),
        );
        fires("auth.scheme", Cause::TokenScheme, &refused().scheme(None));
        silent("auth.scheme", Cause::TokenScheme, &refused());
        // Nobody said which scheme is wanted.
        let told = r#"{"message":"Invalid authorization header"}"#;
        let told = call(HERE, says(401, told)).scheme(None).unknown();
        fires("auth.scheme", Cause::TokenScheme, &told);
        let unasked = call(HERE, coded(401, "unauthorized"))
            .scheme(Some("Token"))
            .unknown();
        silent("auth.scheme", Cause::TokenScheme, &unasked);
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
