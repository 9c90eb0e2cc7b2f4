//! What the text of the token shows: mistakes of pasting, and a form unlike that of its kind.

use super::{accepted, is_about_token, may_be_about_token};
use crate::insight::facts::Case;
use crate::insight::rules::{Findings, Tier};
use crate::insight::token::{TokenKind, TokenReport};
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
        findings.add(problem.cause, weight, Tier::Seen, says);
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
    let doubt = report
        .problems
        .iter()
        .find(|p| p.cause == Cause::TokenWrongShape);
    let others = accepted(case);
    let alike = others.iter().find(|(_, other)| other.shape == report.shape);
    if let Some((name, _)) = alike {
        if doubt.is_some() {
            let says = format!("Token {name} has the same form and is accepted.");
            findings.add(Cause::TokenWrongShape, -3.0, Tier::Seen, says);
        }
        return;
    }
    if let Some(doubt) = doubt {
        let says = format!("Looking at the token's text: {}.", doubt.says);
        // Many an API hands such out.
        let unusual = matches!(report.kind, TokenKind::Hex | TokenKind::Uuid);
        findings.add(
            Cause::TokenWrongShape,
            if unusual { 1.0 } else { 3.8 },
            Tier::Said,
            says,
        );
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
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{Example, call, coded, fires, listing, silent};
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
