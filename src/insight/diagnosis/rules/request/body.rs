//! The body: does it parse, and was it announced as what it is?

use crate::insight::facts::Case;
use crate::insight::rules::finding::{Findings, Tier};
use crate::insight::words::Sense;
use crate::model::Cause;

/// Wrong where the API reads a form of body that we take for broken.
pub(super) fn body(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let sent = &call.exchange.sent;
    if !matches!(call.status(), 400..=500) || matches!(call.status(), 401 | 403 | 404 | 405 | 429) {
        return;
    }
    let media_type = sent.headers.media_type();
    let is_json_type = media_type.as_deref().is_some_and(|t| t.ends_with("json"));
    if sent.body.is_empty() && call.exchange.is_received() {
        // Hardly a transcript shows what was sent.
        return;
    }
    if sent.body.is_empty() {
        let writes = matches!(sent.method.as_str(), "POST" | "PUT" | "PATCH");
        if writes && matches!(call.status(), 400 | 411 | 422) {
            findings.add(
                Cause::RequestValidation,
                1.5,
                Tier::Said,
                "The request has no body.",
            );
        }
        return;
    }
    let text = String::from_utf8_lossy(&sent.body);
    let start = text.trim_start().chars().next().unwrap_or(' ');
    let looks_like_json = "{[\"".contains(start);
    let broken = serde_json::from_slice::<serde::de::IgnoredAny>(&sent.body).err();
    let refuses = matches!(call.status(), 400 | 422 | 500);
    if let Some(error) = &broken
        && (is_json_type || looks_like_json)
    {
        let says = format!(
            "The body is no JSON from line {}, column {} on.",
            error.line(),
            error.column()
        );
        let weight = if refuses { 7.0 } else { 3.0 };
        findings.add(Cause::RequestMalformedBody, weight, Tier::Seen, says);
        return;
    }
    let kind = media_type
        .clone()
        .unwrap_or_else(|| "no Content-Type".to_owned());
    if !is_json_type
        && !call.says(Sense::Validation)
        && matches!(call.status(), 400 | 406 | 415 | 422)
    {
        let says = format!("The body went out with {kind}.");
        let speaks = matches!(call.status(), 406 | 415);
        let weight = match (speaks, broken.is_none()) {
            (true, true) => 4.5,
            (true, false) => 3.5,
            (false, true) => 2.5,
            // A form or a file may be what the API reads.
            (false, false) => 0.8,
        };
        findings.add(Cause::RequestContentType, weight, Tier::Said, says);
        return;
    }
    if broken.is_none() && refuses && call.status() != 500 {
        let says = "The body is sound JSON, so its values are what was refused.";
        findings.add(Cause::RequestValidation, 2.0, Tier::Said, says);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::rules::example::{Example, call, coded, fires, silent};
    use crate::model::Cause;

    fn sent(media_type: &str, body: &str) -> Example {
        call("POST /core/runbooks", coded(400, "bad_request")).body(media_type, body)
    }

    #[test]
    fn a_body_that_does_not_parse_is_malformed_and_one_of_another_type_is_that() {
        let json = "application/json";
        fires(
            "request.body",
            Cause::RequestMalformedBody,
            &sent(json, "{\"a\":1,}"),
        );
        silent(
            "request.body",
            Cause::RequestMalformedBody,
            &sent(json, "{\"a\":1}"),
        );
        fires(
            "request.body",
            Cause::RequestContentType,
            &sent("text/csv", "a,b"),
        );
        silent(
            "request.body",
            Cause::RequestContentType,
            &sent(json, "{\"a\":1}"),
        );
    }
}
