//! The token and the way it was sent. A refusal alone says little: the token's own text, its
//! times by the server's clock, and what the same token does elsewhere say more.

mod about;
mod bound;
mod instance;
mod named;
mod negotiate;
mod sent;
mod signed;
mod text;

use super::Beside;
use super::finding::{Findings, Rule, Tier, moment};
use crate::insight::facts::{Case, CredentialPlace, Purpose};
use crate::insight::token::Validity;
use crate::insight::words::Sense;
use crate::model::Cause;
use about::is_about_token;
use bound::{bound, described, step_up};
use instance::instance;
use named::{field, link};
use negotiate::negotiate;
use sent::{absent, redirect, scheme};
use signed::signed;
use text::{maker, no_jwt, shape, text};

pub use about::is_at_home;
pub use named::named_credential;
pub use sent::{belongs_as_bearer, lost_on_the_way};

/// What the call shows of its token comes first: whether one went along, how, and its text and
/// times. Then what the answers to probes say of it.
pub const RULES: &[Rule] = &[
    Rule {
        id: "auth.absent",
        look: absent,
    },
    Rule {
        id: "auth.scheme",
        look: scheme,
    },
    Rule {
        id: "auth.text",
        look: text,
    },
    Rule {
        id: "auth.shape",
        look: shape,
    },
    Rule {
        id: "auth.no_jwt",
        look: no_jwt,
    },
    Rule {
        id: "auth.maker",
        look: maker,
    },
    Rule {
        id: "auth.times",
        look: times,
    },
    Rule {
        id: "auth.refused",
        look: refused,
    },
    Rule {
        id: "auth.works",
        look: works,
    },
    Rule {
        id: "auth.instance",
        look: instance,
    },
    Rule {
        id: "auth.field",
        look: field,
    },
    Rule {
        id: "auth.link",
        look: link,
    },
    Rule {
        id: "auth.bound",
        look: bound,
    },
    Rule {
        id: "auth.step_up",
        look: step_up,
    },
    Rule {
        id: "auth.described",
        look: described,
    },
    Rule {
        id: "auth.signed",
        look: signed,
    },
    Rule {
        id: "auth.negotiate",
        look: negotiate,
    },
    Rule {
        id: "auth.redirect",
        look: redirect,
    },
];

/// The causes that a token which works somewhere cannot have.
const OF_TOKEN: &[Cause] = &[
    Cause::TokenRejected,
    Cause::TokenExpired,
    Cause::TokenNotYetValid,
    Cause::TokenWrongShape,
    Cause::TokenStrayCharacters,
    Cause::TokenScheme,
    Cause::TokenMissing,
];

/// Wrong where the server allows for clocks that differ.
fn times(case: &Case, findings: &mut Findings) {
    let Some(report) = &case.credential.report else {
        return;
    };
    let Some(claims) = report.claims.as_ref().filter(|_| is_about_token(case)) else {
        return;
    };
    let now = case.deciding_time();
    let whose = match case.server_time() {
        Some(_) => "the server's clock",
        None => "our clock, as the server tells no time",
    };
    let local = case.call.exchange.started_at;
    let skew = now.as_second() - local.as_second();
    let skewed = if report.at(local) != report.at(now) {
        format!(
            " By our own clock, {} s apart, it would look different.",
            skew.abs()
        )
    } else {
        String::new()
    };
    match report.at(now) {
        Validity::Expired => {
            let at = claims.expires_at.map(moment).unwrap_or_default();
            let says = format!(
                "Its exp is {at}, and it is {} by {whose}.{skewed}",
                moment(now)
            );
            findings.add(Cause::TokenExpired, 9.0, Tier::Seen, says);
        }
        Validity::NotYet => {
            let at = claims.not_before.map(moment).unwrap_or_default();
            let says = format!(
                "Its nbf is {at}, and it is {} by {whose}.{skewed}",
                moment(now)
            );
            findings.add(Cause::TokenNotYetValid, 9.0, Tier::Seen, says);
        }
        Validity::Valid | Validity::Unsaid => {
            let early = claims
                .issued_at
                .filter(|at| at.as_second() > now.as_second() + 1);
            if let Some(at) = early {
                let says = format!(
                    "It was issued at {}, which is ahead of {whose} ({}).",
                    moment(at),
                    moment(now)
                );
                findings.add(Cause::TokenNotYetValid, 6.0, Tier::Seen, says);
            }
            if claims.expires_at.is_some() {
                findings.against(&[Cause::TokenExpired], 2.5);
            }
        }
    }
}

/// Wrong where a sound token meets an API that refuses everyone.
fn refused(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.is_refusal() {
        let says = format!("{}.", call.line());
        findings.add(Cause::TokenRejected, 1.2, Tier::Status, says);
    }
    if matches!(case.credential.place, CredentialPlace::Nowhere) || call.is_fine() {
        return;
    }
    if case.is_refused_everywhere() && (call.is_refusal() || call.is_denial() || call.is_missing())
    {
        let asked: Vec<String> = case
            .own()
            .filter(|p| {
                matches!(
                    p.probe.purpose,
                    Purpose::WhoAmI | Purpose::KnownGood | Purpose::List | Purpose::Elsewhere
                )
            })
            .map(|p| case.cite(p))
            .collect();
        let says = format!("It is refused elsewhere too: {}.", asked.join("; "));
        // It shuts out what the token may do; which fault of the token it is, it does not tell.
        let weight = match (call.is_refusal(), call.is_denial()) {
            (true, _) => 1.2,
            (false, true) => 2.6,
            (false, false) => 5.0,
        };
        findings.add(Cause::TokenRejected, weight, Tier::Seen, says);
        if !call.is_refusal() {
            let weight = if call.is_denial() { 5.0 } else { 3.0 };
            findings.against(
                &[
                    Cause::ResourceAbsent,
                    Cause::ResourceHiddenByPermission,
                    Cause::ResourceParentAbsent,
                    Cause::PermissionMissingRole,
                    Cause::PermissionNoRoles,
                    Cause::PathUnknown,
                ],
                weight,
            );
        }
    }
    let denied = call.is_denial() && case.is_refused_everywhere();
    let wrong = case
        .first(Purpose::Wrong)
        .filter(|p| call.is_refusal() && p.facts.is_refusal() || denied && p.facts.is_denial());
    if let Some(wrong) = wrong {
        let cited = case.cite(wrong);
        if wrong.facts.is_like(call) {
            let says = format!("A made-up token gets the same answer: {cited}.");
            findings.add(Cause::TokenRejected, 0.6, Tier::Seen, says);
            // What is said of a token that nobody gave out is said of any.
            findings.against(&[Cause::TokenExpired, Cause::TokenNotYetValid], 2.0);
        } else if !call.errors.entries.is_empty() {
            // The API knows the token and refuses it all the same, so its time is the likeliest.
            let says =
                format!("A made-up token gets another answer, so this one is known: {cited}.");
            // Unless the answer says by itself what is wrong with it.
            let weight = 3.4 * Beside::of(case).left_for(Cause::TokenExpired);
            findings.add(Cause::TokenExpired, weight, Tier::Seen, says.clone());
            findings.add(Cause::TokenRejected, 0.3, Tier::Seen, says);
        }
    }
}

/// Wrong where the API answers anyone, which the control without a token would show.
fn works(case: &Case, findings: &mut Findings) {
    let Some(works) = case.works() else {
        return;
    };
    findings.against(OF_TOKEN, 7.0);
    let call = &case.call;
    if call.is_refusal() && is_at_home(case) && lost_on_the_way(case).is_none() {
        let says = case.proof(works);
        // Whatever its status says, a refusal of a working token is about what it may do.
        if call.says(Sense::Scope) {
            findings.add(Cause::PermissionMissingScope, 3.0, Tier::Seen, says);
        } else {
            findings.add(Cause::PermissionMissingRole, 6.0, Tier::Seen, says);
        }
        findings.against(&[Cause::TokenWrongInstance], 3.0);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{Example, call, coded, fires, listing, silent};
    use crate::model::Cause;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn refused() -> Example {
        call("GET /core/runbooks/7", coded(401, "unauthorized"))
    }

    /// A JWT that ends so many seconds after the call was made.
    fn ending(seconds: i64) -> String {
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        let claims = format!("{{\"exp\":{}}}", 1_800_000_000 + seconds);
        let head = part("{\"alg\":\"HS256\"}".to_owned());
        format!("{head}.{}.{}", part(claims), "s".repeat(43))
    }

    #[test]
    fn a_token_past_its_end_is_expired_and_one_before_it_is_not() {
        fires(
            "auth.times",
            Cause::TokenExpired,
            &refused().token(&ending(-60)),
        );
        silent(
            "auth.times",
            Cause::TokenExpired,
            &refused().token(&ending(60)),
        );
    }

    #[test]
    fn what_is_refused_everywhere_is_rejected_and_what_a_made_up_token_is_not_told_is_expired() {
        fires("auth.refused", Cause::TokenRejected, &refused());
        let made_up = |code| {
            let said = coded(401, code);
            refused().probe(Purpose::Wrong, Bearer::Wrong, "/core/runbooks/7", said)
        };
        fires("auth.refused", Cause::TokenExpired, &made_up("unknown"));
        silent(
            "auth.refused",
            Cause::TokenExpired,
            &made_up("unauthorized"),
        );
    }

    #[test]
    fn a_refusal_of_a_token_that_works_elsewhere_is_about_what_it_may() {
        let works = refused().own(Purpose::List, "/core/runbooks", listing(&["8"]));
        fires("auth.works", Cause::PermissionMissingRole, &works);
        silent("auth.works", Cause::PermissionMissingRole, &refused());
        // Unless it never arrived.
        let lost = refused().led("GET", false);
        let lost = lost.own(Purpose::List, "/core/runbooks", listing(&["8"]));
        silent("auth.works", Cause::PermissionMissingRole, &lost);
    }

    #[test]
    fn whoever_is_told_that_a_place_does_not_exist_was_let_in() {
        let asked = |said| {
            refused()
                .own(Purpose::WhoAmI, "/core/users/me", coded(404, "not_found"))
                .probe(Purpose::Stranger, Bearer::Nobody, "/core/users/me", said)
        };
        fires(
            "auth.works",
            Cause::PermissionMissingRole,
            &asked(coded(401, "who")),
        );
        silent(
            "auth.works",
            Cause::PermissionMissingRole,
            &asked(coded(404, "not_found")),
        );
    }
}
