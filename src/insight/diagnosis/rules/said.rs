//! What the answer itself says, by its codes first and by its words far behind: a code is meant
//! for programs, a sentence may be translated, misleading, or both.

use super::auth::named_credential;
use super::finding::{Findings, Rule, Tier};
use crate::insight::facts::{Case, CredentialPlace, Facts, Page, Purpose};
use crate::insight::words::Sense;
use crate::model::Cause;

/// Codes and words are two rules, since words weigh far less.
pub const RULES: &[Rule] = &[
    Rule {
        id: "said.code",
        look: codes,
    },
    Rule {
        id: "said.words",
        look: words,
    },
];

/// How much a code that expresses the idea speaks for the cause.
const MEANS: &[(Sense, Cause, f32)] = &[
    (Sense::Expired, Cause::TokenExpired, 4.0),
    (Sense::NotYet, Cause::TokenNotYetValid, 4.0),
    (Sense::Revoked, Cause::TokenRejected, 4.0),
    (Sense::Invalid, Cause::TokenRejected, 0.5),
    (Sense::Elsewhere, Cause::TokenWrongInstance, 4.0),
    (Sense::Scheme, Cause::TokenScheme, 4.0),
    (Sense::MalformedToken, Cause::TokenWrongShape, 4.0),
    (Sense::Scope, Cause::PermissionMissingScope, 4.5),
    (Sense::Role, Cause::PermissionMissingRole, 4.0),
    (Sense::Denied, Cause::PermissionMissingRole, 2.5),
    (Sense::Edge, Cause::PermissionEdgeBlock, 4.0),
    (Sense::AddressList, Cause::PermissionIpNotAllowed, 4.5),
    (Sense::Version, Cause::VersionUnsupported, 4.5),
    (Sense::OldServer, Cause::EndpointNotImplemented, 2.5),
    (Sense::NotImplemented, Cause::EndpointNotImplemented, 4.5),
    (Sense::Method, Cause::RequestWrongMethod, 1.5),
    (Sense::Archived, Cause::ResourceArchived, 7.0),
    (Sense::Deleted, Cause::ResourceAbsent, 3.0),
    (Sense::ParentAbsent, Cause::ResourceParentAbsent, 3.5),
    (Sense::NotFound, Cause::ResourceAbsent, 0.7),
    (Sense::NotFound, Cause::ResourceHiddenByPermission, 0.5),
    (Sense::Route, Cause::PathUnknown, 4.0),
    (Sense::Tenant, Cause::RequestMissingHeader, 2.0),
    (Sense::MissingParameter, Cause::RequestMissingParameter, 4.0),
    (Sense::InvalidParameter, Cause::RequestInvalidParameter, 3.5),
    (Sense::MissingField, Cause::RequestValidation, 3.0),
    (Sense::Syntax, Cause::RequestMalformedBody, 3.0),
    (Sense::MediaType, Cause::RequestContentType, 4.0),
    (Sense::Validation, Cause::RequestValidation, 2.5),
    (Sense::Conflict, Cause::RequestConflict, 5.0),
    (Sense::TooLarge, Cause::RequestTooLarge, 4.0),
    (Sense::BadUrl, Cause::RequestBadUrl, 3.5),
    (Sense::Upstream, Cause::UpstreamUnreachable, 3.0),
    (Sense::Timeout, Cause::UpstreamTimeout, 3.5),
    (Sense::Internal, Cause::ServerError, 1.5),
];

fn weight_in(case: &Case, sense: Sense, weight: f32) -> f32 {
    let call = &case.call;
    let status = call.status();
    match sense {
        // A 501 says that it is not implemented by being one.
        Sense::NotImplemented if status == 501 => 0.5,
        // A limit is weighed with the limits, whatever else its code names.
        _ if call.is_limited() => 0.3 * weight,
        // What cannot be an answer to a call without a body.
        Sense::Syntax | Sense::MissingField if call.exchange.sent.body.is_empty() => 0.4 * weight,
        Sense::Conflict if status != 409 && status != 422 && status != 412 => 0.3 * weight,
        Sense::Archived if status == 401 => 0.2 * weight,
        // The parameter is a credential.
        Sense::InvalidParameter | Sense::MissingParameter | Sense::Validation
            if named_credential(case).is_some() =>
        {
            0.1 * weight
        }
        // There it may be an address that was written into the request.
        Sense::AddressList if !matches!(status, 200..=299 | 401 | 403) => 0.3 * weight,
        Sense::Upstream | Sense::Timeout if status < 500 => 0.3 * weight,
        // The scheme was right, so the code means the credential as a whole.
        Sense::Scheme if scheme_is_right(case) => 0.4 * weight,
        _ => weight,
    }
}

fn scheme_is_right(case: &Case) -> bool {
    let scheme = case.credential.scheme.as_deref();
    scheme.is_some_and(|s| s.eq_ignore_ascii_case("bearer"))
        && case.credential.place == CredentialPlace::Authorization
        && case
            .credential
            .report
            .as_ref()
            .is_some_and(|r| r.problems.is_empty())
}

/// Two ideas that exclude each other prove neither.
fn is_torn(senses: &[Sense], sense: Sense) -> bool {
    let has = |other| senses.contains(&other);
    match sense {
        Sense::Expired => has(Sense::Invalid) || has(Sense::Revoked) || has(Sense::NotYet),
        Sense::Revoked => has(Sense::Expired) || has(Sense::Invalid) && has(Sense::Expired),
        Sense::Archived | Sense::Deleted => has(Sense::Archived) && has(Sense::Deleted),
        _ => false,
    }
}

fn told(call: &Facts, sense: Sense) -> String {
    let code = call.errors.entries.iter().filter_map(|e| e.code.as_deref());
    let code = code
        .into_iter()
        .find(|code| crate::insight::words::senses_of_code(code).contains(&sense));
    match (code, call.problem_type()) {
        (Some(code), _) => format!("The answer's code is {code}."),
        (None, Some(kind)) => format!("The problem's type is {kind}."),
        (None, None) => "The challenge in the answer's headers says so.".to_owned(),
    }
}

/// Wrong where an API gives a code another meaning than its words have.
fn codes(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    for (sense, cause, weight) in MEANS {
        if !call.codes.contains(sense) {
            continue;
        }
        let mut weight = weight_in(case, *sense, *weight);
        if is_torn(&call.codes, *sense) {
            weight *= 0.15;
        }
        findings.add(*cause, weight, Tier::Said, told(call, *sense));
    }
}

/// Wrong wherever words mislead, so they never outweigh a code or a probe.
fn words(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.is_fine() || call.page == Page::Html && call.status() < 300 {
        return;
    }
    let spoken: f32 = MEANS
        .iter()
        .filter(|(sense, ..)| call.codes.contains(sense) && !is_torn(&call.codes, *sense))
        .map(|(sense, _, weight)| weight_in(case, *sense, *weight))
        .fold(0.0, f32::max);
    let trust = if spoken >= 3.5 {
        0.2
    } else if spoken >= 2.0 {
        0.7
    } else {
        1.0
    };
    for (sense, cause, weight) in MEANS {
        let full = trusted(case, *sense) * trust * weight_in(case, *sense, *weight).min(4.5);
        if call.words.contains(sense) && !is_torn(&call.words, *sense) && !matters_not(call, *sense)
        {
            let says = "The words of the answer hint at it.";
            findings.add(*cause, full, Tier::Words, says);
        } else if call.titles.contains(sense)
            && call.words.is_empty()
            && !is_torn(&call.titles, *sense)
            && !matters_not(call, *sense)
        {
            findings.add(
                *cause,
                full * 0.4,
                Tier::Words,
                "The title of the answer hints at it.",
            );
        }
    }
}

/// How far the words for an idea are believed, against a code for it. A refusal is the default
/// of every bad token, so who goes on to say which fault it has, mostly means it; unless a
/// token that cannot have that fault is told the same.
fn trusted(case: &Case, sense: Sense) -> f32 {
    const USUAL: f32 = 0.42;
    let of_times = matches!(sense, Sense::Expired | Sense::NotYet | Sense::Revoked);
    if !case.call.is_refusal() || !(of_times || sense == Sense::Elsewhere) {
        return USUAL;
    }
    let told_alike = case
        .first(Purpose::Wrong)
        .map(|p| p.facts.is_like(&case.call));
    match told_alike {
        Some(true) if of_times => 0.2,
        Some(false) if of_times => 0.8,
        None if of_times => 0.6,
        _ => 1.0,
    }
}

/// Words that such an answer uses for anything.
fn matters_not(call: &Facts, sense: Sense) -> bool {
    let status = call.status();
    match sense {
        Sense::Expired | Sense::NotYet | Sense::Elsewhere | Sense::Revoked => !call.is_refusal(),
        Sense::Invalid => true,
        Sense::Edge => !matches!(status, 401 | 403 | 405 | 406 | 451),
        Sense::Route => status != 404,
        Sense::Upstream | Sense::Timeout => status < 500,
        Sense::Archived => !matches!(status, 403 | 404 | 409 | 410 | 422),
        Sense::OldServer => !matches!(status, 400 | 404 | 405 | 406 | 500 | 501),
        Sense::NotImplemented => !matches!(status, 404 | 405 | 500),
        Sense::Version => !matches!(status, 400 | 404 | 405 | 406 | 410 | 415 | 422 | 501),
        Sense::Role | Sense::Denied | Sense::Scope => !matches!(status, 401 | 403 | 404),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, coded, fires, says, silent};
    use crate::model::Cause;

    const HERE: &str = "GET /core/runbooks";

    #[test]
    fn a_code_speaks_for_its_cause_and_two_that_exclude_each_other_for_little() {
        let expired = call(HERE, coded(401, "token_expired"));
        fires("said.code", Cause::TokenExpired, &expired);
        let vague = call(HERE, coded(401, "unauthorized"));
        silent("said.code", Cause::TokenExpired, &vague);
    }

    #[test]
    fn words_hint_where_such_an_answer_means_them_and_not_where_it_says_them_for_anything() {
        let refused = call(HERE, says(401, "{\"message\":\"Le jeton a expiré.\"}"));
        fires("said.words", Cause::TokenExpired, &refused);
        let denied = call(HERE, says(403, "{\"message\":\"Le jeton a expiré.\"}"));
        silent("said.words", Cause::TokenExpired, &denied);
    }
}
