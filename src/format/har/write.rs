//! Writes a call as a HAR recording. Stored calls are already masked; the environment's own secrets
//! are masked here.

use crate::format::export::{self, Ground};
use crate::format::extract::{Extractor, user_of};
use crate::insight::Exchange;
use crate::insight::request_ids;
use crate::model::{
    FORM, Headers, MASK, Outcome, Piece, Response, SentRequest, as_data, as_text, cut, with_pieces,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Writes a call as a HAR document (version 1.2) with one entry.
pub fn document(exchange: &Exchange, ground: &Ground) -> Value {
    let exchange = &*export::masked(exchange, &ground.environment);
    let sent = without_credentials(exchange.sent.clone());
    let response = exchange.outcome.response();
    let mut entry = Map::new();
    entry.insert(
        "startedDateTime".into(),
        json!(exchange.started_at.to_string()),
    );
    entry.insert("time".into(), json!(ms(exchange.took)));
    entry.insert("request".into(), request(&sent, response));
    entry.insert("response".into(), answer(exchange, response));
    entry.insert("cache".into(), json!({}));
    entry.insert("timings".into(), timings(exchange, response));
    if let Outcome::Failed(failure) = &exchange.outcome {
        entry.insert("_error".into(), json!(failure.message));
    }
    let mut said: Vec<String> = request_ids(exchange)
        .into_iter()
        .map(|(name, value)| format!("{name}: {}", cut(&value, 200)))
        .collect();
    said.extend(exchange.redirects.iter().map(|hop| hop.text()));
    if !said.is_empty() {
        entry.insert("comment".into(), json!(said.join("\n")));
    }
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "httriage", "version": env!("CARGO_PKG_VERSION") },
            "entries": [entry],
        }
    })
}

/// The request without credentials that only their names give away.
fn without_credentials(mut sent: SentRequest) -> SentRequest {
    let mut lifter = Extractor::of_own(&[]);
    let (url, user) = user_of(&sent.url);
    if user.is_some_and(|user| !user.contains(MASK)) {
        sent.url = url;
    }
    sent.url = masked(&sent.url, |text| lifter.url(text));
    let headers = sent.headers.iter();
    let headers = headers.map(|header| {
        let value = masked(&header.text(), |text| lifter.header(&header.name, text));
        (header.name.clone(), value)
    });
    sent.headers = headers.collect();
    if let Ok(body) = std::str::from_utf8(&sent.body) {
        let is_form = sent.headers.media_type().is_some_and(|kind| kind == FORM);
        let body = masked(body, |text| {
            if is_form {
                lifter.pairs("form", text)
            } else {
                lifter.body(text)
            }
        });
        sent.body = body.into_bytes();
    }
    sent
}

/// Masks every credential in a text; masks and names in it stay as they are.
fn masked(text: &str, lift: impl FnOnce(&str) -> String) -> String {
    // Values with a mask are not lifted, and braces are plain text.
    let held = format!("{MASK}token:");
    let lifted = lift(&as_text(&text.replace("‹token:", &held)));
    let masked = with_pieces(&lifted, |piece| match piece {
        Piece::Token(_) => Some(MASK.to_owned()),
        Piece::Plain(_) | Piece::Name(_) | Piece::Brace => None,
    });
    let masked = as_data(&masked).unwrap_or(masked);
    masked.replace(&held, "‹token:")
}

fn request(sent: &SentRequest, response: Option<&Response>) -> Value {
    let query = sent.url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        json!({ "name": name, "value": value })
    });
    let mut request = json!({
        "method": sent.method,
        "url": sent.url,
        "httpVersion": response.map_or("", |r| &r.version),
        "cookies": [],
        "headers": headers(&sent.headers),
        "queryString": pairs.collect::<Vec<Value>>(),
        "headersSize": -1,
        "bodySize": sent.body.len(),
    });
    if !sent.body.is_empty() {
        let kind = sent.headers.get("content-type").unwrap_or_default();
        let mut data = Map::new();
        data.insert("mimeType".into(), json!(kind));
        insert_text(&mut data, &sent.body);
        request["postData"] = Value::Object(data);
    }
    request
}

/// Without an answer the status is zero, as browsers write it.
fn answer(exchange: &Exchange, response: Option<&Response>) -> Value {
    let none = Response::default();
    let response = response.unwrap_or(&none);
    let mut content = Map::new();
    content.insert("size".into(), json!(response.body_bytes()));
    let kind = response.headers.get("content-type").unwrap_or_default();
    content.insert("mimeType".into(), json!(kind));
    insert_text(&mut content, &response.body);
    json!({
        "status": exchange.outcome.status().unwrap_or(0),
        "statusText": response.reason,
        "httpVersion": response.version,
        "cookies": [],
        "headers": headers(&response.headers),
        "content": content,
        "redirectURL": response.headers.get("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": response.packed_bytes().unwrap_or(response.body_bytes()),
    })
}

fn headers(headers: &Headers) -> Value {
    let rows = headers.iter();
    rows.map(|header| json!({ "name": header.name, "value": header.text() }))
        .collect()
}

fn insert_text(object: &mut Map<String, Value>, body: &[u8]) {
    match std::str::from_utf8(body) {
        Ok(text) => object.insert("text".into(), json!(text)),
        Err(_) => {
            object.insert("encoding".into(), json!("base64"));
            object.insert("text".into(), json!(STANDARD.encode(body)))
        }
    };
}

/// Unmeasured parts are -1; the others add up to the whole time.
fn timings(exchange: &Exchange, response: Option<&Response>) -> Value {
    let timing = response.map(|r| r.timing).unwrap_or_default();
    let part = |time: Option<Duration>| time.map_or(-1.0, ms);
    let connect = match (timing.connect, timing.tls) {
        (Some(connect), tls) => Some(connect + tls.unwrap_or_default()),
        (None, tls) => tls,
    };
    let before = timing.dns.unwrap_or_default() + connect.unwrap_or_default();
    let first = timing.first_byte.unwrap_or(exchange.took);
    json!({
        "blocked": -1,
        "dns": part(timing.dns),
        "connect": part(connect),
        "ssl": part(timing.tls),
        "send": 0,
        "wait": ms(first.saturating_sub(before)),
        "receive": ms(exchange.took.saturating_sub(first)),
    })
}

/// Milliseconds with three decimals.
fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
