//! What scripts read: calls, failures, entries and verdicts as JSON, every name as documented.

use crate::insight::{Entry, Explanation, Json, Verdict, error_body, request_ids};
use crate::model::{
    Cause, Exchange, ExchangeSummary, Failure, Headers, Note, Outcome, Response, StatusClass,
    is_unsafe,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// JSON text in which no character steers, hides or reorders anything.
fn escaped(json: &str) -> String {
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

pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

/// A JSON document as it is printed and saved.
pub fn json_text(value: &impl Serialize) -> String {
    // What we serialise has texts for keys, so that it cannot fail.
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
    let sent = &exchange.sent;
    let mut request = json!({
        "method": sent.method,
        "url": sent.url,
        "headers": headers_json(&sent.headers),
    });
    if !sent.body.is_empty() {
        request["body"] = body_json(&sent.body, false);
    }
    object.insert("request".into(), request);
    let outcome = match &exchange.outcome {
        Outcome::Answered(response) => response_json(response),
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

fn response_json(response: &Response) -> Value {
    let errors = error_body(response);
    let mut object = Map::new();
    object.insert("status".into(), json!(response.status));
    object.insert("reason".into(), json!(response.reason));
    object.insert("class".into(), json!(StatusClass::of(response.status).id()));
    object.insert("headers".into(), headers_json(&response.headers));
    object.insert("body_bytes".into(), json!(response.body_bytes()));
    if let Some(bytes) = response.packed_bytes() {
        object.insert("wire_bytes".into(), json!(bytes));
    }
    if let Some(media_type) = response.headers.media_type() {
        object.insert("media_type".into(), json!(media_type));
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
    let entries: Vec<Value> = errors.entries.iter().map(entry_json).collect();
    object.insert("entries".into(), Value::Array(entries));
    let notes: Vec<&str> = errors.notes.iter().map(|n| n.message.as_str()).collect();
    object.insert("notes".into(), json!(notes));
    object.insert("body".into(), body_json(&response.body, response.body_cut));
    Value::Object(object)
}

pub fn failure_json(failure: &Failure) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), json!(failure.cause.id()));
    object.insert("message".into(), json!(failure.message));
    object.insert("hint".into(), json!(failure.hint));
    if let Some(partial) = &failure.partial {
        let mut response = response_json(partial);
        response["partial"] = json!(true);
        object.insert("response".into(), response);
    }
    Value::Object(object)
}

/// Text where it is text, base64 where it is not.
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

/// `97 %`
/// What may have gone wrong, likeliest first; empty where nothing did.
pub fn causes_json(explanation: &Explanation) -> Value {
    let wrong = explanation
        .verdicts
        .iter()
        .filter(|v| v.cause != Cause::None);
    Value::Array(wrong.map(verdict_json).collect())
}

pub fn verdict_json(verdict: &Verdict) -> Value {
    // A number of two digits is printed as such, which an f32 widened to f64 would not be.
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

pub fn entry_json(entry: &Entry) -> Value {
    let mut object = Map::new();
    let texts = [
        ("title", &entry.title),
        ("detail", &entry.detail),
        ("code", &entry.code),
        ("status", &entry.status),
        ("pointer", &entry.pointer),
        ("parameter", &entry.parameter),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            object.insert(name.into(), json!(text));
        }
    }
    for (name, value) in [("links", &entry.links), ("meta", &entry.meta)] {
        if let Some(value) = value {
            object.insert(name.into(), as_json(value));
        }
    }
    object.insert("origin".into(), json!(entry.origin.id()));
    Value::Object(object)
}

/// Source text that JSON itself can carry; what it cannot is carried as a string.
fn as_json(value: &Json) -> Value {
    let text = value.to_string();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

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
