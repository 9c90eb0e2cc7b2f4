//! The places that an answer names: a parameter, a header, a pointer into the body.

use super::address::failed;
use crate::insight::facts::{Case, Facts};
use crate::insight::route::Route;
use crate::insight::rules::auth::named_credential;
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::rules::known::{Beside, PROVING};
use crate::insight::words::Sense;
use crate::model::Cause;

/// Wrong where an API names a place that has nothing to do with the refusal.
pub(super) fn places(case: &Case, findings: &mut Findings) {
    let start = findings.list.len();
    look(case, findings);
    if findings.list.len() == start {
        return;
    }
    // Where its own API is known to mean something else by the code, the place is only where.
    let left = Beside::of(case).left_by_own_code();
    for finding in &mut findings.list[start..] {
        if finding.weight > 0.0 {
            finding.weight *= left;
        }
        if left < PROVING {
            finding.tier = finding.tier.min(Tier::Said);
        }
    }
}

fn look(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !failed(call) || matches!(call.status(), 401 | 403 | 429) || call.status() >= 500 {
        return;
    }
    let sent = &call.exchange.sent;
    let has_body = !sent.body.is_empty();
    // A transcript rarely shows what was written.
    let is_unseen = !has_body && case.writes() && call.exchange.is_received();
    let Some(route) = &call.route else {
        return;
    };
    if named_credential(case).is_some() {
        // Weighed with the token.
        return;
    }
    let given = |name: &str| {
        route
            .url
            .query_pairs()
            .any(|(key, _)| same_name(&key, name))
    };
    for entry in call.errors.first() {
        if let Some(name) = &entry.parameter {
            let plain = name.rsplit(['.', '/']).next().unwrap_or(name);
            if let Some(cause) = of_header(case, plain) {
                let says = format!("The answer names header {plain}.");
                findings.add(cause, 5.0, Tier::Said, says);
            } else if plain.eq_ignore_ascii_case("authorization") {
                // Weighed with the token.
            } else if given(plain) || given(name) {
                let says = format!("The answer names parameter {name}, which the request holds.");
                findings.add(Cause::RequestInvalidParameter, 6.0, Tier::Seen, says);
            } else if has_body && (body_names(call, plain) || call.says(Sense::Validation)) {
                findings.add(
                    Cause::RequestValidation,
                    4.0,
                    Tier::Said,
                    format!("The answer names {name} of the body."),
                );
            } else if in_path(route, plain) {
                findings.add(
                    Cause::RequestInvalidParameter,
                    5.0,
                    Tier::Seen,
                    format!("The answer names {name} of the path."),
                );
            } else if has_body || is_unseen {
                findings.add(
                    Cause::RequestMissingParameter,
                    2.8,
                    Tier::Said,
                    format!("The answer names parameter {name}."),
                );
                findings.add(Cause::RequestValidation, 2.0, Tier::Said, "");
            } else if !call.is_missing() {
                let says =
                    format!("The answer names parameter {name}, and the request does not hold it.");
                findings.add(Cause::RequestMissingParameter, 6.0, Tier::Seen, says);
            }
        }
        if let Some(pointer) = &entry.pointer {
            let last = pointer
                .trim_start_matches('#')
                .rsplit(['/', '.'])
                .next()
                .unwrap_or("");
            let speaks_of_query = pointer.to_ascii_lowercase().contains("query");
            if speaks_of_query || !has_body && given(last) {
                if given(last) {
                    findings.add(
                        Cause::RequestInvalidParameter,
                        6.0,
                        Tier::Seen,
                        format!("The answer points at parameter {last}."),
                    );
                } else {
                    findings.add(Cause::RequestMissingParameter, 5.5, Tier::Seen, format!("The answer points at parameter {last}, and the request does not hold it."));
                }
            } else if (has_body || case.writes()) && !call.is_missing() {
                findings.add(
                    Cause::RequestValidation,
                    5.0,
                    Tier::Seen,
                    format!("The answer points at {pointer} of the body."),
                );
                findings.against(&[Cause::RequestMalformedBody], 1.0);
            } else if !call.is_missing() && !last.is_empty() {
                findings.add(
                    Cause::RequestMissingParameter,
                    3.5,
                    Tier::Said,
                    format!("The answer points at {pointer}."),
                );
            }
        }
    }
}

/// What is wrong where an answer names this header; `None` where it is no header that chooses
/// anything.
fn of_header(case: &Case, name: &str) -> Option<Cause> {
    let known = case
        .knowledge
        .api
        .iter()
        .flat_map(|pack| &pack.request_headers);
    let mut known = known.filter(|row| row.name.eq_ignore_ascii_case(name));
    if let Some(row) = known.next() {
        return Some(row.cause);
    }
    let sent = || case.header(name).is_some();
    match name.to_ascii_lowercase().as_str() {
        "content-type" | "accept" => Some(Cause::RequestContentType),
        lower if lower.ends_with("version") && sent() => Some(Cause::VersionUnsupported),
        _ => None,
    }
}

/// Whether the body has a member of that name at any depth.
fn body_names(call: &Facts, name: &str) -> bool {
    let text = String::from_utf8_lossy(&call.exchange.sent.body);
    text.contains(&format!("\"{name}\""))
}

/// `filter[stage]` and `stage`.
pub(super) fn same_name(key: &str, name: &str) -> bool {
    let bare = |text: &str| {
        let inner = text
            .rsplit('[')
            .next()
            .unwrap_or(text)
            .trim_end_matches(']')
            .to_ascii_lowercase();
        inner.replace(['-', '_'], "")
    };
    key == name || bare(key) == bare(name) && !bare(key).is_empty()
}

/// A name of an id in the path: `runbook_id` for `/runbooks/…`.
fn in_path(route: &Route, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.trim_end_matches("_id").trim_end_matches("id");
    if name == "id" {
        return route.id().is_some() || route.id_above().is_some();
    }
    !plain.is_empty()
        && name.ends_with("id")
        && route
            .parts
            .windows(2)
            .any(|two| two[0].trim_end_matches('s') == plain && !two[1].is_empty())
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, fires, says, silent};
    use crate::model::Cause;

    #[test]
    fn a_parameter_that_is_named_is_wrong_where_it_was_sent_and_missing_where_not() {
        let named = "{\"errors\":[{\"source\":{\"parameter\":\"stage\"}}]}";
        let sent = call("GET /core/runbooks?stage=x", says(400, named));
        fires("request.places", Cause::RequestInvalidParameter, &sent);
        silent("request.places", Cause::RequestMissingParameter, &sent);
        let absent = call("GET /core/runbooks", says(400, named));
        fires("request.places", Cause::RequestMissingParameter, &absent);
    }

    #[test]
    fn a_pointer_into_the_body_is_a_value_that_was_refused() {
        let said = says(422, "{\"errors\":[{\"source\":{\"pointer\":\"/name\"}}]}");
        let written = call("POST /core/runbooks", said.clone()).body("application/json", "{}");
        fires("request.places", Cause::RequestValidation, &written);
        silent(
            "request.places",
            Cause::RequestValidation,
            &call("GET /core/runbooks", said),
        );
    }
}
