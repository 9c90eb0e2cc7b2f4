//! The request as it was made: its address, method, body, parameters and version.

mod address;
mod body;
mod headers;
mod method;
mod parameters;
mod places;

use super::finding::{Findings, Rule, Tier};
use crate::insight::facts::Case;
use crate::model::Cause;
use address::{address, tenant, version};
use body::body;
use headers::asked;
use method::method;
use parameters::parameters;
use places::places;

pub use address::{dates_in, is_template};
pub use headers::asked_header;
pub use method::names_release;

/// Each looks at one part of the request and at what the answer says of that part; the last at the
/// status alone.
pub const RULES: &[Rule] = &[
    Rule {
        id: "request.url",
        look: address,
    },
    Rule {
        id: "request.method",
        look: method,
    },
    Rule {
        id: "request.body",
        look: body,
    },
    Rule {
        id: "request.places",
        look: places,
    },
    Rule {
        id: "request.parameters",
        look: parameters,
    },
    Rule {
        id: "request.status",
        look: status,
    },
    Rule {
        id: "request.version",
        look: version,
    },
    Rule {
        id: "request.asked_header",
        look: asked,
    },
    Rule {
        id: "request.tenant",
        look: tenant,
    },
];

/// By the status alone.
fn status(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let method = &call.exchange.sent.method;
    let says = format!("{}.", call.line());
    if call.status() == 407 && !call.exchange.is_received() {
        // What a proxy answers itself is a failure of the call, and no answer.
        let says = format!(
            "{} No proxy that is set here answered so: it came from the server itself, or from a gateway in front of it.",
            call.line()
        );
        return findings.add(Cause::PermissionEdgeBlock, 2.5, Tier::Said, says);
    }
    let (cause, weight, tier) = match call.status() {
        409 => (Cause::RequestConflict, 3.5, Tier::Said),
        412 | 423 | 428 => (Cause::RequestConflict, 2.5, Tier::Status),
        413 => (Cause::RequestTooLarge, 4.5, Tier::Said),
        431 => (Cause::RequestTooLarge, 2.0, Tier::Status),
        414 => (Cause::RequestBadUrl, 3.0, Tier::Said),
        415 => (Cause::RequestContentType, 4.0, Tier::Said),
        406 => (Cause::RequestContentType, 3.5, Tier::Said),
        407 => (Cause::ProxyRefused, 5.0, Tier::Said),
        422 if !call.exchange.sent.body.is_empty() => (Cause::RequestValidation, 2.5, Tier::Status),
        422 if !matches!(method.as_str(), "GET" | "HEAD") => {
            (Cause::RequestValidation, 2.0, Tier::Status)
        }
        400 if call.is_refusal() => return,
        400 => (Cause::RequestValidation, 0.5, Tier::Status),
        _ => return,
    };
    if call.status() == 406 || call.status() == 415 {
        let accept = case.header("accept").unwrap_or_default();
        let is_known = !accept.is_empty() || call.exchange.shows_head();
        if call.status() == 406 && is_known && !accept.contains("json") && !accept.contains("*/*") {
            findings.add(
                Cause::RequestContentType,
                2.5,
                Tier::Seen,
                format!("The request accepts {accept} only."),
            );
        }
    }
    findings.add(cause, weight, tier, says);
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{call, coded, fires, silent};
    use crate::model::Cause;

    #[test]
    fn a_status_that_says_it_all_is_taken_at_its_word() {
        let call = |status| call("POST /core/runbooks", coded(status, "no"));
        fires("request.status", Cause::RequestConflict, &call(409));
        fires("request.status", Cause::RequestTooLarge, &call(413));
        silent("request.status", Cause::RequestConflict, &call(403));
        // A proxy's own refusal never is an answer here.
        fires("request.status", Cause::PermissionEdgeBlock, &call(407));
        silent("request.status", Cause::ProxyRefused, &call(407));
    }
}
