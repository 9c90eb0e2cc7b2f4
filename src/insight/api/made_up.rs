//! Values of the right shape for the examples of packs, which hold no credential, not even an old
//! one: `{alnum:ghp_:36}` is a prefix and as many characters, `{basic:me:24}` a user with a
//! password, `{jwt:aud=x;exp=-60}` a token with these claims, times in seconds from now, and
//! `{now}` a date.

use crate::model::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::fmt::rfc2822;
use serde_json::{Map, Value, json};
use url::{Position, Url};

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A call as `curl -v` prints it, as far as it is known what was asked (`GET https://…`).
pub fn transcript(request: Option<&str>, sent: &[String], answer: &str, now: Timestamp) -> String {
    let asked = request.and_then(|text| {
        let (method, url) = text.split_once(' ')?;
        Some((method, Url::parse(url.trim()).ok()?))
    });
    let (Some((method, url)), true) = (asked, answer.starts_with("HTTP/")) else {
        return filled(answer, now);
    };
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    let mut text = format!("> {method} {target} HTTP/1.1\n> Host: {authority}\n");
    for header in sent {
        text.push_str(&format!("> {header}\n"));
    }
    text.push_str(">\n");
    let (head, body) = answer.split_once("\n\n").unwrap_or((answer, ""));
    for line in head.lines() {
        text.push_str(&format!("< {}\n", line.trim_end()));
    }
    text.push_str("<\n");
    text.push_str(body);
    filled(&text, now)
}

/// The text with a value in each such place; what is none of them stays as it is.
pub fn filled(text: &str, now: Timestamp) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        let inside = rest[start + 1..].find('}').map(|end| start + 1 + end);
        match inside.and_then(|end| Some((end, value(&rest[start + 1..end], now)?))) {
            Some((end, value)) => {
                filled.push_str(&value);
                rest = &rest[end + 1..];
            }
            None => {
                filled.push('{');
                rest = &rest[start + 1..];
            }
        }
    }
    filled + rest
}

fn value(what: &str, now: Timestamp) -> Option<String> {
    let (kind, more) = what.split_once(':').unwrap_or((what, ""));
    match kind {
        "now" if more.is_empty() => rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&now)
            .ok(),
        "jwt" => Some(jwt(more, now)),
        "basic" => {
            let (user, length) = more.rsplit_once(':')?;
            let password = characters(LETTERS, length.parse().ok()?);
            Some(STANDARD.encode(format!("{user}:{password}")))
        }
        _ => {
            let alphabet = match kind {
                "alnum" => LETTERS.to_owned(),
                "hex" => "0123456789abcdef".to_owned(),
                "upper" => LETTERS.replace(|c: char| c.is_ascii_lowercase(), ""),
                "b64" => format!("{LETTERS}-_"),
                _ => return None,
            };
            let (prefix, length) = more.rsplit_once(':')?;
            Some(prefix.to_owned() + &characters(&alphabet, length.parse().ok()?))
        }
    }
}

/// Some that look like chance and are the same every time.
fn characters(alphabet: &str, count: usize) -> String {
    const LONGEST: usize = 4096;
    let alphabet = alphabet.as_bytes();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let one = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(state >> 33).unwrap_or(0) % alphabet.len();
        char::from(alphabet[place])
    };
    (0..count.min(LONGEST)).map(one).collect()
}

fn jwt(claims: &str, now: Timestamp) -> String {
    let claims = claims.split(';').filter_map(|claim| claim.split_once('='));
    let read = |(name, text): (&str, &str)| {
        let number = text.parse::<i64>().ok();
        let value = match (name, number) {
            ("exp" | "iat" | "nbf" | "auth_time", Some(from_now)) => {
                json!(now.as_second() + from_now)
            }
            (_, Some(number)) => json!(number),
            (_, None) => json!(text),
        };
        (name.to_owned(), value)
    };
    let claims: Map<String, Value> = claims.map(read).collect();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({ "alg": "ES256", "typ": "JWT" }));
    let signature = characters(&format!("{LETTERS}-_"), 86);
    format!("{head}.{}.{signature}", part(&Value::Object(claims)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_with_what_they_ask_for_and_all_else_stays() {
        let filled = |text: &str| super::filled(text, Timestamp::UNIX_EPOCH);
        assert_eq!(filled("{\"a\": {}} {x"), "{\"a\": {}} {x");
        let token = filled("token {alnum:ghp_:36}");
        assert!(token.starts_with("token ghp_") && token.len() == "token ghp_".len() + 36);
        assert_eq!(filled("{now}"), "Thu, 01 Jan 1970 00:00:00 GMT");
        let jwt = filled("{jwt:aud=x;exp=-60}");
        let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap());
        let claims: Value = serde_json::from_slice(&claims.unwrap()).unwrap();
        assert_eq!(claims, json!({ "aud": "x", "exp": -60 }));
        let basic = STANDARD
            .decode(filled("{basic:me@acme.example:8}"))
            .unwrap();
        assert!(basic.starts_with(b"me@acme.example:") && basic.len() == 24);
    }
}
