//! What the text of the token shows: mistakes of pasting, and a form unlike that of its kind.

use super::about::{accepted, is_about_token, may_be_about_token};
use crate::insight::api::Phrase;
use crate::insight::facts::{Case, CredentialPlace};
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::rules::known::{Beside, heard};
use crate::insight::token::{Misfit, TokenKind, TokenProblem, TokenReport, Weight};
use crate::model::Cause;

/// Wrong where an API strips what does not belong to the token.
pub(super) fn text(case: &Case, findings: &mut Findings) {
    let Some(report) = case
        .credential
        .report
        .as_ref()
        .filter(|_| may_be_about_token(case))
    else {
        return;
    };
    let scheme = case.credential.scheme.as_deref();
    if scheme.is_some_and(|word| !word.eq_ignore_ascii_case("bearer")) {
        // Under another scheme its value has another form.
        return;
    }
    // The first mistake is the outermost one: what stands around the value, then its scheme.
    if let Some(problem) = report.sure_problem() {
        let says = format!("Looking at the token's text: {}.", problem.says);
        let weight = if is_about_token(case) { 9.0 } else { 3.5 };
        let left = match problem.cause {
            // What stands around a value is no part of it, whatever the answer says.
            Cause::TokenStrayCharacters => 1.0,
            _ => Beside::of(case).left_by_other_reasons(),
        };
        findings.add(problem.cause, weight * left, Tier::Seen, says);
    }
}

/// Wrong where an API hands out tokens of several forms.
pub(super) fn shape(case: &Case, findings: &mut Findings) {
    let Some(report) = case
        .credential
        .report
        .as_ref()
        .filter(|_| is_about_token(case))
    else {
        return;
    };
    if case.works().is_some() || report.sure_problem().is_some() {
        return;
    }
    let misfits = misfits(case, report);
    let of_shape = |problem: &&TokenProblem| problem.cause == Cause::TokenWrongShape;
    // Where nobody knows the API's form, what looks odd may be right there.
    let own = report.problems.iter().find(of_shape).map(|problem| Misfit {
        problem: problem.clone(),
        weight: Weight::Faint,
    });
    let fitting = misfits.iter().filter(|m| of_shape(&&m.problem)).cloned();
    let doubt = own.into_iter().chain(fitting).next();
    let others = accepted(case);
    let alike = others.iter().find(|(_, other)| other.shape == report.shape);
    if let Some((name, _)) = alike {
        if doubt.is_some() {
            let says = format!("Token {name} has the same form and is accepted.");
            findings.add(Cause::TokenWrongShape, -3.0, Tier::Seen, says);
        }
        return;
    }
    let changed = misfits
        .iter()
        .find(|m| m.problem.cause == Cause::TokenRejected);
    if let Some(changed) = changed {
        let says = format!("Looking at the token's text: {}.", changed.problem.says);
        findings.add(Cause::TokenRejected, 1.5, Tier::Seen, says);
    }
    if let Some(doubt) = doubt {
        let says = format!("Looking at the token's text: {}.", doubt.problem.says);
        let (weight, tier) = match (doubt.problem.is_sure, doubt.weight) {
            (true, _) => (9.0, Tier::Seen),
            (false, Weight::Fair) => (5.0, Tier::Seen),
            (false, Weight::Faint) => (1.0, Tier::Said),
        };
        findings.add(Cause::TokenWrongShape, weight, tier, says);
    }
    let jwt = |r: &TokenReport| r.kind == TokenKind::Jwt;
    let unlike = others.iter().find(|(_, other)| {
        jwt(other) != jwt(report) || !jwt(other) && other.length != report.length
    });
    if let Some((name, other)) = unlike {
        let says = format!(
            "Token {name} is accepted and has another form: {} characters against {}.",
            other.length, report.length
        );
        let weight = if jwt(other) == jwt(report) { 3.5 } else { 1.5 };
        findings.add(Cause::TokenWrongShape, weight, Tier::Seen, says);
        // An API that says *invalid* of a token that was cut off says nothing else.
        findings.against(&[Cause::TokenRejected], 0.6);
    }
}

/// Wrong where the answer speaks of a JWT of its own making.
pub(super) fn no_jwt(case: &Case, findings: &mut Findings) {
    let report = case.credential.report.as_ref();
    let Some(report) = report.filter(|_| is_about_token(case) && case.works().is_none()) else {
        return;
    };
    let is_jwt = matches!(report.kind, TokenKind::Jwt | TokenKind::Encrypted);
    let speaks = Phrase::new("jwt|jws").is_some_and(|phrase| phrase.is_in(&heard(case).words));
    let is_bearer =
        case.credential.scheme.as_deref().is_none_or(|word| {
            word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("jwt")
        });
    if speaks && !is_jwt && is_bearer {
        let says = "The answer speaks of a JWT, and what was sent is none.";
        findings.add(Cause::TokenWrongShape, 5.0, Tier::Seen, says);
        findings.add(Cause::TokenWrongKind, 3.5, Tier::Seen, says);
        findings.against(&[Cause::TokenRejected], 1.5);
    }
}

/// What of the token does not fit the API, by its pack.
fn misfits(case: &Case, report: &TokenReport) -> Vec<Misfit> {
    // A path alone tells of no API for sure, and of its tokens nothing.
    let api = case.knowledge.api.as_ref();
    let Some(pack) = api.filter(|_| case.knowledge.is_sure_of_api()) else {
        return Vec::new();
    };
    let scheme = case.credential.scheme.as_deref().unwrap_or_default();
    let place = match &case.credential.place {
        CredentialPlace::Authorization => Some(("header authorization", scheme)),
        CredentialPlace::Elsewhere(place) => Some((place.as_str(), "")),
        _ => None,
    };
    // Where nothing is read, the form of what stands there says nothing.
    let place = place.filter(|(place, scheme)| pack.takes(place, scheme) == Some(true));
    report.misfits(pack, place)
}

/// Wrong where a host that nobody knows belongs to the maker all the same.
pub(super) fn maker(case: &Case, findings: &mut Findings) {
    let report = case.credential.report.as_ref();
    let Some(report) = report.filter(|_| is_about_token(case)) else {
        return;
    };
    if case.works().is_some() {
        return;
    }
    let causes = [Cause::TokenWrongInstance, Cause::TokenWrongKind];
    for misfit in misfits(case, report) {
        if causes.contains(&misfit.problem.cause) {
            let says = format!("Looking at the token's text: {}.", misfit.problem.says);
            let weight = match misfit.weight {
                Weight::Fair => 6.5,
                Weight::Faint => 1.5,
            };
            findings.add(misfit.problem.cause, weight, Tier::Said, says);
        }
    }
    let unknown = case.knowledge.api.is_none();
    if let Some(marked) = report.marks.first().filter(|_| unknown) {
        let says = format!(
            "It begins like a {} of {}; whether this host is theirs cannot be told from here.",
            marked.kind, marked.maker
        );
        findings.add(Cause::TokenWrongInstance, 1.5, Tier::Words, says);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::api::marks::Marked;
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{Example, call, coded, fires, listing, says, silent};
    use crate::model::Cause;

    const LONG: &str = "tk-Zm9vYmFyYmF6cXV4cXV1eA-4711-abcdefgh";

    fn refused(token: &str) -> Example {
        call("GET /core/runbooks", coded(401, "unauthorized")).token(token)
    }

    #[test]
    fn a_mistake_of_pasting_is_named_and_a_clean_token_is_not() {
        let quoted = refused("'0123456789abcdef0123456789abcdef0123456789abcdef'");
        fires("auth.text", Cause::TokenStrayCharacters, &quoted);
        silent("auth.text", Cause::TokenStrayCharacters, &refused(LONG));
    }

    #[test]
    fn who_asks_for_a_jwt_and_gets_another_text_says_so() {
        let asked = |token: &str, text: &str| {
            let body = format!("{{\"message\":\"{text}\"}}");
            call("GET /core/runbooks", says(401, &body)).token(token)
        };
        let shape = Cause::TokenWrongShape;
        fires("auth.no_jwt", shape, &asked(LONG, "Invalid JWT token"));
        silent("auth.no_jwt", shape, &asked(LONG, "Invalid token"));
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJraW0ifQ.c2lnbmF0dXJl";
        silent("auth.no_jwt", shape, &asked(jwt, "Invalid JWT token"));
    }

    /// Of a maker that is known, at an API that is his or another.
    fn marked(pack: &str) -> Example {
        let mut example = refused("zq_0123456789abcdef");
        let report = example.0.credential.report.as_mut().unwrap();
        report.marks.push(Marked {
            pack: pack.into(),
            maker: "Zenquil".into(),
            kind: "key".into(),
            prefix: "zq_".into(),
            live: None,
            misses: None,
            sum_holds: None,
        });
        example
    }

    #[test]
    fn a_token_of_another_maker_is_named_and_one_of_this_api_is_not() {
        let wrong = Cause::TokenWrongInstance;
        fires("auth.maker", wrong, &marked("zenquil"));
        silent("auth.maker", wrong, &marked("home"));
        silent("auth.maker", wrong, &refused(LONG));
        // Whose host it is, nobody knows there, so it is only a hint.
        fires("auth.maker", wrong, &marked("zenquil").unknown());
    }

    #[test]
    fn a_token_shorter_than_one_that_is_accepted_was_cut() {
        let compared = |token: &str| {
            let list = listing(&["1"]);
            refused(token).other(LONG).probe(
                Purpose::Other,
                Bearer::Other(0),
                "/core/runbooks",
                list,
            )
        };
        fires("auth.shape", Cause::TokenWrongShape, &compared(&LONG[..30]));
        silent("auth.shape", Cause::TokenWrongShape, &compared(LONG));
    }
}
