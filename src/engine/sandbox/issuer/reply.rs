//! Forms that come in, and JSON, text and pages that go out.

use crate::model::{Headers, Response};
use hyper::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

/// The pairs of a form or a query.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `name=value&…` as a form sends it; nothing is an error, and what has no `=` has no
    /// value.
    pub fn read(text: &[u8]) -> Form {
        Form(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(known, _)| known == name)?;
        Some(found.1.as_str())
    }
}

pub(super) fn json_reply(status: u16, value: &Value) -> Response {
    let headers = [
        ("content-type", "application/json"),
        // RFC 6749, 5.1
        ("cache-control", "no-store"),
    ];
    reply(
        status,
        Headers::from_iter(headers),
        value.to_string().into(),
    )
}

pub(super) fn text_reply(status: u16, text: &str) -> Response {
    let headers = Headers::from_iter([("content-type", "text/plain; charset=utf-8")]);
    reply(status, headers, text.into())
}

/// A page with no script and nothing from elsewhere, that no other page may frame.
pub(super) fn html_reply(status: u16, inner: &str) -> Response {
    let headers = [
        ("content-type", "text/html; charset=utf-8"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ];
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><title>Practice sign-in</title></head>\n<body>\n<h1>Practice sign-in</h1>\n{inner}</body></html>\n"
    );
    reply(status, Headers::from_iter(headers), page.into())
}

/// RFC 6749, 5.2
pub(super) fn oauth_error(status: u16, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    json_reply(status, &body)
}

pub(super) fn redirect(to: &str) -> Response {
    let headers = Headers::from_iter([("location", to), ("cache-control", "no-store")]);
    reply(303, headers, Vec::new())
}

/// As text between tags or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn reply(status: u16, headers: Headers, body: Vec<u8>) -> Response {
    let reason = StatusCode::from_u16(status).ok();
    let reason = reason.and_then(|status| status.canonical_reason());
    Response {
        status,
        reason: reason.unwrap_or_default().to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body,
        ..Response::default()
    }
}
