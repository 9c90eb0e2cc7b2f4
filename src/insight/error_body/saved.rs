//! A whole answer as text, with its status line and headers, as `curl -i` prints it: people
//! save and paste these, and the headers often hold half of the story.

use crate::model::{Headers, Response};

/// The last answer of such a text; `None` where it does not begin with a status line.
pub fn answer(text: &[u8]) -> Option<Response> {
    let mut last = None;
    let mut rest = text;
    // Interim answers and redirects stand before the one that counts.
    while let Some((response, start)) = one(rest) {
        rest = &rest[start..];
        last = Some(response);
    }
    let mut response = last?;
    response.body = rest.to_vec();
    Some(response)
}

/// One status line with its headers, and where its body begins.
fn one(text: &[u8]) -> Option<(Response, usize)> {
    let mut at = 0;
    let first = line(text, &mut at)?;
    let mut words = first.splitn(3, ' ');
    let version = words.next()?.to_owned();
    if !version.starts_with("HTTP/") {
        return None;
    }
    let status = words.next()?.parse().ok()?;
    let reason = words.next().unwrap_or("").to_owned();
    let mut headers = Headers::new();
    while let Some(field) = line(text, &mut at) {
        if field.is_empty() {
            break;
        }
        if let Some((name, value)) = field.split_once(':') {
            headers.push(name.trim(), value.trim());
        }
    }
    let response = Response {
        status,
        reason,
        version,
        headers,
        ..Response::default()
    };
    Some((response, at))
}

fn line(text: &[u8], at: &mut usize) -> Option<String> {
    let rest = text.get(*at..).filter(|rest| !rest.is_empty())?;
    let length = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
    *at += (length + 1).min(rest.len());
    let line = String::from_utf8_lossy(&rest[..length]).into_owned();
    Some(line.trim_end_matches('\r').to_owned())
}
