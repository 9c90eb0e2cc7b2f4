//! The method: what `Allow` says to it, and what a redirect made of it.

use crate::insight::facts::{Case, Facts, Page, Purpose};
use crate::insight::rules::Beside;
use crate::insight::rules::finding::{Findings, Tier};
use crate::model::Cause;

/// Wrong where `Allow` is a list for the whole server.
pub(super) fn method(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let method = &call.exchange.sent.method;
    let turned = call
        .exchange
        .redirects
        .iter()
        .find(|hop| !method.is_empty() && &hop.method != method);
    if let Some(hop) = turned
        && call.page != Page::Html
    {
        let says = format!(
            "A redirect turned {method} into {}: {}.",
            hop.method,
            hop.text()
        );
        findings.add(Cause::RequestWrongMethod, 9.0, Tier::Seen, says);
        findings.against(&[Cause::None], 4.0);
    }
    let asked = case.first(Purpose::Allowed);
    let asked_allow = asked.and_then(|p| p.facts.header("allow"));
    if call.status() == 405 {
        let own = call.header("allow");
        let allow = own.clone().or(asked_allow.clone());
        let tier = Tier::Seen;
        match allow.filter(|text| !text.trim().is_empty()) {
            Some(allow) if method.is_empty() => {
                // RFC 9110, 15.5.6: the list holds what may be asked, and this was refused.
                let says = format!("Allow names only {allow}.");
                findings.add(Cause::RequestWrongMethod, 3.2, tier, says);
            }
            Some(allow) if !lists(&allow, method) => {
                let says = format!("Allow names {allow}, and not {method}.");
                findings.add(
                    Cause::RequestWrongMethod,
                    if own.is_some() { 4.6 } else { 3.2 },
                    tier,
                    says,
                );
            }
            Some(allow) => {
                let says =
                    format!("Allow names {allow}, {method} among them, and still it is refused.");
                // Unless the answer says by itself why it is refused.
                let weight = 4.0 * Beside::of(case).left_for(Cause::EndpointNotImplemented);
                findings.add(Cause::EndpointNotImplemented, weight, tier, says);
                findings.against(&[Cause::RequestWrongMethod], 2.0);
            }
            None => {
                findings.add(
                    Cause::EndpointNotImplemented,
                    2.0,
                    Tier::Status,
                    format!("{}, and no Allow.", call.line()),
                );
            }
        }
    } else if call.is_missing()
        && case.writes()
        && let Some(allow) = asked_allow.filter(|text| !text.trim().is_empty())
        && !lists(&allow, method)
        && case
            .first(Purpose::Target)
            .is_some_and(|p| p.facts.is_fine())
    {
        let says = format!("Asked what is allowed, the API names {allow}, and not {method}.");
        findings.add(Cause::RequestWrongMethod, 5.0, Tier::Seen, says);
    }
}

fn lists(allow: &str, method: &str) -> bool {
    allow
        .split([',', ' ', ';'])
        .any(|word| word.trim().eq_ignore_ascii_case(method) || word.trim() == "*")
}

/// `v3.80.0`, `2026.13`: a version that people give to programs.
pub fn names_release(call: &Facts) -> bool {
    let texts = call
        .errors
        .entries
        .iter()
        .flat_map(|e| [&e.detail, &e.title])
        .flatten();
    texts.into_iter().any(|text| {
        text.split(|c: char| c.is_whitespace() || "(),;:\"'".contains(c))
            .any(|word| {
                let word = word.trim_end_matches('.').trim_start_matches(['v', 'V']);
                let parts: Vec<&str> = word.split('.').collect();
                (2..=4).contains(&parts.len())
                    && parts.iter().all(|p| {
                        !p.is_empty() && p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit())
                    })
            })
    })
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, coded, fires, silent};
    use crate::model::Cause;

    #[test]
    fn a_method_that_allow_lacks_is_the_wrong_one() {
        let put = |allow: &str| {
            call(
                "PUT /core/runbooks/7",
                coded(405, "no").with("allow", allow),
            )
        };
        fires(
            "request.method",
            Cause::RequestWrongMethod,
            &put("GET, PATCH"),
        );
        silent(
            "request.method",
            Cause::RequestWrongMethod,
            &put("GET, PUT"),
        );
        fires(
            "request.method",
            Cause::EndpointNotImplemented,
            &put("GET, PUT"),
        );
        let turned = call("POST /core/runbooks", coded(404, "no")).led("GET", true);
        fires("request.method", Cause::RequestWrongMethod, &turned);
        // Of a pasted answer the method may be unknown: no redirect turned it.
        let unknown = call(" /core/runbooks", coded(404, "no")).led("GET", true);
        silent("request.method", Cause::RequestWrongMethod, &unknown);
    }
}
