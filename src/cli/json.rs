//! What scripts read: calls, failures, entries and verdicts as JSON, with every name as documented.

use crate::insight::api::knowledge::Knowledge;
use crate::insight::facts::Case;
use crate::insight::{
    Deprecation, Entry, ErrorBody, Exchange, Expected, Explanation, Json, Named, Quota, Refutation,
    Remedy, Verdict, error_body, named, request_ids,
};
use crate::model::{
    Cause, ExchangeSummary, Failure, Headers, Note, Outcome, Response, StatusClass, is_unsafe,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// JSON text without characters that control, hide or reorder anything.
pub fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// A duration in milliseconds, with three decimals.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

/// A JSON document, ready to print or save.
pub fn json_text(value: &impl Serialize) -> String {
    // Our data has only strings as keys, so this cannot fail.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut text = escaped(&text);
    text.push('\n');
    text
}

/// A line of the history.
pub fn summary_json(summary: &ExchangeSummary) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), json!(summary.id.as_str()));
    object.insert("sent_at".into(), json!(summary.started_at.to_string()));
    object.insert("environment".into(), json!(summary.environment));
    if let Some(case) = &summary.case {
        object.insert("case".into(), json!(case));
    }
    if let Some(by) = &summary.by {
        object.insert("by".into(), json!(by));
    }
    if let Some(token) = &summary.token {
        object.insert("token".into(), json!(token.name.as_str()));
    }
    object.insert(
        "request".into(),
        json!({ "method": summary.method, "url": summary.url }),
    );
    let entries = summary.errors.iter().map(|error| {
        let mut entry = Map::new();
        let texts = [
            ("title", &error.title),
            ("detail", &error.detail),
            ("code", &error.code),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                entry.insert(name.into(), json!(text));
            }
        }
        Value::Object(entry)
    });
    let entries = Value::Array(entries.collect());
    let outcome = match (summary.status, summary.cause) {
        (Some(status), _) if summary.refused => {
            json!({ "status": status, "class": summary.class().id(), "refused": true, "entries": entries })
        }
        (Some(status), _) => {
            json!({ "status": status, "class": summary.class().id(), "entries": entries })
        }
        (None, cause) => {
            json!({ "kind": cause.map(|cause| cause.id()), "message": summary.message })
        }
    };
    object.insert("outcome".into(), outcome);
    object.insert("elapsed_ms".into(), json!(milliseconds(summary.took)));
    Value::Object(object)
}

/// A call with its request, its response or failure, and its time.
pub fn exchange_json(exchange: &Exchange) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), json!(exchange.id.as_str()));
    object.insert("sent_at".into(), json!(exchange.started_at.to_string()));
    object.insert("environment".into(), json!(exchange.environment));
    if let Some(case) = &exchange.case {
        object.insert("case".into(), json!(case));
    }
    if let Some(token) = exchange.token() {
        object.insert("token".into(), json!(token.name.as_str()));
    }
    object.insert("request".into(), request_json(exchange));
    let outcome = match &exchange.outcome {
        Outcome::Answered(response) => {
            let mut outcome = response_json(response);
            let known = Knowledge::default();
            let named = named(
                response,
                &ErrorBody::default(),
                &known,
                exchange.answered_at(),
            );
            if let Some(outcome) = outcome.as_object_mut() {
                insert_limits(&named, outcome);
            }
            outcome
        }
        Outcome::Failed(failure) => failure_json(failure),
    };
    object.insert("outcome".into(), outcome);
    let redirects = exchange.redirects.iter().map(|hop| {
        json!({ "status": hop.status, "location": hop.location, "token_sent": hop.token_sent })
    });
    let redirects: Vec<Value> = redirects.collect();
    object.insert("redirects".into(), json!(redirects));
    let ids = request_ids(exchange);
    if !ids.is_empty() {
        let ids: Vec<Value> = ids
            .iter()
            .map(|(name, value)| json!([name, value]))
            .collect();
        object.insert("request_ids".into(), json!(ids));
    }
    if !exchange.unverified.is_empty() {
        object.insert("unverified".into(), json!(exchange.unverified));
    }
    object.insert("attempts".into(), json!(exchange.attempts));
    object.insert("elapsed_ms".into(), json!(milliseconds(exchange.took)));
    Value::Object(object)
}

/// A request as it was sent.
pub fn request_json(exchange: &Exchange) -> Value {
    let sent = &exchange.sent;
    let mut request = json!({
        "method": sent.method,
        "url": sent.url,
        "headers": headers_json(&sent.headers),
    });
    if !sent.body.is_empty() {
        request["body"] = body_json(&sent.body, false);
    }
    request
}

fn response_json(response: &Response) -> Value {
    let errors = error_body(response);
    let mut object = Map::new();
    object.insert("status".into(), json!(response.status));
    object.insert("reason".into(), json!(response.reason));
    object.insert("class".into(), json!(StatusClass::of(response.status).id()));
    if response.refused {
        object.insert("refused".into(), json!(true));
    }
    object.insert("headers".into(), headers_json(&response.headers));
    if response.trailers.iter().next().is_some() {
        object.insert("trailers".into(), headers_json(&response.trailers));
    }
    object.insert("body_bytes".into(), json!(response.body_bytes()));
    if let Some(bytes) = response.packed_bytes() {
        object.insert("wire_bytes".into(), json!(bytes));
    }
    if let Some(media_type) = response.headers.media_type() {
        object.insert("media_type".into(), json!(media_type));
    }
    if let Some(sent) = &response.as_sent {
        object.insert("charset".into(), json!(sent.charset));
    }
    let mut timing = Map::new();
    for (name, part) in [
        ("dns_ms", response.timing.dns),
        ("connect_ms", response.timing.connect),
        ("tls_ms", response.timing.tls),
        ("first_byte_ms", response.timing.first_byte),
    ] {
        if let Some(part) = part {
            timing.insert(name.into(), json!(milliseconds(part)));
        }
    }
    if response.timing.reused {
        timing.insert("reused".into(), json!(true));
    }
    timing.insert(
        "total_ms".into(),
        json!(milliseconds(response.timing.total)),
    );
    object.insert("timing".into(), Value::Object(timing));
    object.insert("entries".into(), entries_json(&errors));
    let notes: Vec<&str> = errors.notes.iter().map(|n| n.message.as_str()).collect();
    object.insert("notes".into(), json!(notes));
    object.insert("body".into(), body_json(&response.body, response.body_cut));
    Value::Object(object)
}

/// A failure with its kind, its sentence, its hint, and any part of a response.
pub fn failure_json(failure: &Failure) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), json!(failure.cause.id()));
    object.insert("message".into(), json!(failure.message));
    object.insert("hint".into(), json!(failure.hint));
    if let Some(partial) = &failure.partial {
        let mut response = response_json(partial);
        if partial.body_cut {
            response["partial"] = json!(true);
        }
        object.insert("response".into(), response);
    }
    Value::Object(object)
}

/// A body as text if it is text, else as base64.
fn body_json(body: &[u8], partial: bool) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => json!({ "text": text, "partial": partial }),
        Err(_) => json!({ "base64": STANDARD.encode(body), "partial": partial }),
    }
}

fn headers_json(headers: &Headers) -> Value {
    let pairs = headers.iter().map(|h| json!([h.name, h.text()]));
    Value::Array(pairs.collect())
}

/// A call with what only the pack of its API reads from the response.
pub fn case_json(case: &Case, explanation: &Explanation) -> Value {
    let exchange = &case.call.exchange;
    let mut document = exchange_json(exchange);
    if matches!(exchange.outcome, Outcome::Answered(_))
        && let Some(outcome) = document["outcome"].as_object_mut()
    {
        outcome.insert("entries".into(), entries_json(&case.call.errors));
        insert_limits(&explanation.named, outcome);
    }
    document
}

/// The limits that a response counts, and when its call will be deleted.
pub fn insert_limits(named: &Named, object: &mut Map<String, Value>) {
    if !named.quotas.is_empty() {
        let quotas = named.quotas.iter().map(quota_json);
        object.insert("quotas".into(), Value::Array(quotas.collect()));
    }
    if let Some(ends) = &named.deprecation {
        object.insert("deprecation".into(), deprecation_json(ends));
    }
}

fn quota_json(quota: &Quota) -> Value {
    let mut object = Map::new();
    if let Some(name) = &quota.name {
        object.insert("name".into(), json!(name));
    }
    for (name, number) in [("limit", quota.limit), ("remaining", quota.remaining)] {
        if let Some(number) = number {
            object.insert(name.into(), json!(number));
        }
    }
    if let Some(window) = quota.window {
        object.insert("window_ms".into(), json!(milliseconds(window)));
    }
    if let Some(at) = quota.resets_at {
        object.insert("resets_at".into(), json!(at.to_string()));
    }
    Value::Object(object)
}

fn deprecation_json(ends: &Deprecation) -> Value {
    let mut object = Map::new();
    for (name, at) in [("since", ends.since), ("sunset", ends.sunset)] {
        if let Some(at) = at {
            object.insert(name.into(), json!(at.to_string()));
        }
    }
    for (name, text) in [("link", &ends.link), ("words", &ends.words)] {
        if let Some(text) = text {
            object.insert(name.into(), json!(text));
        }
    }
    Value::Object(object)
}

/// The possible causes, likeliest first, the first with the facts from the response; empty if
/// nothing went wrong.
pub fn causes_json(explanation: &Explanation) -> Value {
    let ranked = explanation.verdicts.iter().enumerate();
    let wrong = ranked.filter(|(_, v)| v.cause != Cause::None);
    let values = wrong.map(|(place, verdict)| match place {
        0 => first_json(explanation),
        _ => verdict_json(verdict),
    });
    Value::Array(values.collect())
}

/// The likeliest verdict with the rights and the remedy that the response names.
pub fn first_json(explanation: &Explanation) -> Value {
    let named = &explanation.named;
    let mut value = verdict_json(explanation.verdict());
    for (name, names) in [("needed", &named.needed), ("held", &named.held)] {
        if !names.is_empty() {
            value[name] = json!(names);
        }
    }
    if let Some(remedy) = &named.remedy {
        value["remedy"] = remedy_json(remedy);
    }
    if !named.asked_there.is_empty() {
        let there = named.asked_there.iter().map(remedy_json);
        value["ask"] = Value::Array(there.collect());
    }
    if explanation.stood {
        value["stood"] = json!(true);
    }
    if let Some(call) = &explanation.refuted_by {
        value["refuted_by"] = refutation_json(call);
    }
    value
}

fn refutation_json(call: &Refutation) -> Value {
    let expects = match call.expects {
        Expected::Class(class) => json!({ "class": class.id() }),
        Expected::Status(status) => json!({ "status": status }),
    };
    let mut value = json!({ "method": call.method, "url": call.url, "expects": expects });
    if let Some(token) = &call.token {
        value["token"] = json!(token.as_str());
    }
    value
}

/// A verdict with its cause, its confidence between 0 and 1, and its evidence.
pub fn verdict_json(verdict: &Verdict) -> Value {
    // Two decimals print as such; an f32 widened to f64 would not.
    let confidence = (f64::from(verdict.confidence) * 100.0).round() / 100.0;
    json!({
        "cause": verdict.cause.id(),
        "confidence": confidence,
        "summary": verdict.summary,
        "evidence": verdict.evidence,
        "next_steps": verdict.next_steps,
        "knowledge": verdict.knowledge,
    })
}

/// Every entry, however many.
pub fn entries_json(errors: &ErrorBody) -> Value {
    Value::Array(errors.entries.iter().map(entry_json).collect())
}

fn entry_json(entry: &Entry) -> Value {
    let mut object = Map::new();
    let texts = [
        ("title", &entry.title),
        ("detail", &entry.detail),
        ("code", &entry.code),
        ("status", &entry.status),
        ("field", &entry.field),
        ("pointer", &entry.pointer),
        ("parameter", &entry.parameter),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            object.insert(name.into(), json!(text));
        }
    }
    for (name, names) in [("needed", &entry.needed), ("held", &entry.held)] {
        if !names.is_empty() {
            object.insert(name.into(), json!(names));
        }
    }
    if let Some(remedy) = &entry.remedy {
        object.insert("remedy".into(), remedy_json(remedy));
    }
    for (name, value) in [("links", &entry.links), ("meta", &entry.meta)] {
        if let Some(value) = value {
            object.insert(name.into(), as_json(value));
        }
    }
    object.insert("origin".into(), json!(entry.origin.id()));
    Value::Object(object)
}

fn remedy_json(remedy: &Remedy) -> Value {
    match &remedy.url {
        Some(url) => json!({ "text": remedy.text, "url": url }),
        None => json!({ "text": remedy.text }),
    }
}

/// A JSON value as JSON itself can carry it, else as a string.
fn as_json(value: &Json) -> Value {
    let text = value.to_string();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Notes about a text, with line and column if known.
pub fn notes_json(notes: &[Note]) -> Value {
    let note = |note: &Note| {
        let mut object = Map::new();
        object.insert("message".into(), json!(note.message));
        for (name, number) in [("line", note.line), ("column", note.column)] {
            if let Some(number) = number {
                object.insert(name.into(), json!(number));
            }
        }
        Value::Object(object)
    };
    Value::Array(notes.iter().map(note).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_characters_in_json_are_escapes_and_read_back_the_same() {
        let text = "a\u{1b}[31m\u{202e}\u{e0041}ä\u{9b}";
        let printed = escaped(&json!({ "a": text }).to_string());
        assert!(!printed.chars().any(is_unsafe));
        let back: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(back["a"], text);
    }
}
