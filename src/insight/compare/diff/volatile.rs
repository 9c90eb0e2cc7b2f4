//! What differs between any two answers: dates, ids of requests and of things made anew, links
//! that hold such ids. A rule looks at both sides, so that a date that becomes a word is a
//! difference all the same.

use crate::insight::request_ids::is_request_id;

/// Whether a change from one JSON source to another says nothing about the answer.
pub fn is_volatile(name: &str, was: &str, is: &str) -> bool {
    let (was, is) = (unquoted(was), unquoted(is));
    if was.is_empty() || is.is_empty() {
        return false;
    }
    let both = |rule: fn(&str) -> bool| rule(was) && rule(is);
    both(is_date)
        || both(is_uuid)
        || (is_time_name(name) && both(is_number))
        || (is_id_name(name) && both(is_plain_id))
        || both(is_link) && steady(was) == steady(is)
}

fn unquoted(source: &str) -> &str {
    let inner = source.strip_prefix('"').and_then(|s| s.strip_suffix('"'));
    inner.unwrap_or(source)
}

/// `2026-05-12T10:00:00Z`, `2026-05-12`, and the date of an HTTP header.
fn is_date(text: &str) -> bool {
    let starts = text.get(..10).is_some_and(|day| {
        day.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    });
    let follows = text.as_bytes().get(10);
    starts && matches!(follows, None | Some(b'T' | b't' | b' '))
        || httpdate::parse_http_date(text).is_ok()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn is_time_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["_at", "time", "timestamp", "_ms", "duration", "elapsed"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// `id`, `request_id`, `traceId`, `etag`
fn is_id_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(lower.as_str(), "id" | "uuid" | "guid" | "etag" | "nonce")
        || ["_id", "-id", "_uuid"]
            .iter()
            .any(|end| lower.ends_with(end))
        || name.ends_with("Id")
}

fn is_plain_id(text: &str) -> bool {
    text.len() <= 128 && !text.contains(char::is_whitespace) && !text.starts_with(['{', '['])
}

fn is_link(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// A link without its origin, its ids and its query's values.
fn steady(link: &str) -> String {
    let path = link.splitn(4, '/').nth(3).unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| {
        if is_uuid(part) || part.bytes().all(|b| b.is_ascii_digit()) {
            "#".to_owned()
        } else {
            part.to_owned()
        }
    };
    let path: Vec<String> = path.split('/').map(part).collect();
    let names = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default());
    format!("{}?{}", path.join("/"), names.collect::<Vec<_>>().join("&"))
}

/// Headers whose values say nothing about what was answered, and the one that follows the body.
pub fn is_volatile_header(name: &str) -> bool {
    const NAMES: [&str; 11] = [
        "age",
        "content-length",
        "date",
        "etag",
        "expires",
        "last-modified",
        "nel",
        "report-to",
        "set-cookie",
        "tracestate",
        "via",
    ];
    let is_quota = name.contains("ratelimit") || name.contains("rate-limit");
    let is_duration = name.ends_with("time") || name.ends_with("timing");
    NAMES.contains(&name) || is_request_id(name) || is_quota || is_duration
}
