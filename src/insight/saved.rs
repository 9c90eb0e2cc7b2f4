//! A whole answer as text, as people save and paste it: with status line and headers as
//! `curl -i` prints it, amid the remarks of `curl -v`, or the body alone. The headers often hold
//! half of the story.

use super::api::knowledge::Knowledge;
use super::error_body::{error_text, refused};
use crate::model::{Headers, Response, SentRequest};

/// An answer, and the request it answers where the text tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    pub sent: Option<SentRequest>,
    pub response: Response,
}

/// The last answer of a text that has a status line; `None` where it has none.
pub fn saved(text: &[u8]) -> Option<Saved> {
    let plain = || {
        let response = answer(text)?;
        Some(Saved {
            sent: None,
            response,
        })
    };
    let mut saved = plain().or_else(|| remarked(text))?;
    saved.response.refused = refused(&saved.response, |_| Knowledge::default());
    Some(saved)
}

/// Any text that may be an answer: with a status line, or a body that begins like JSON or a
/// page. A body alone has the status that its entries name, else none, which is zero.
pub fn received(text: &[u8]) -> Option<Saved> {
    if let Some(saved) = saved(text) {
        return Some(saved);
    }
    let first = text.iter().find(|b| !b.is_ascii_whitespace())?;
    if !matches!(first, b'{' | b'[' | b'<') {
        return None;
    }
    let errors = error_text(text, None);
    let statuses = errors
        .entries
        .iter()
        .filter_map(|entry| entry.status.as_deref());
    let statuses: Vec<u16> = statuses.filter_map(|status| status.parse().ok()).collect();
    let one = statuses
        .first()
        .filter(|first| statuses.iter().all(|s| s == *first));
    Some(Saved {
        sent: None,
        response: Response {
            status: one.copied().unwrap_or(0),
            body: text.to_vec(),
            ..Response::default()
        },
    })
}

/// The last answer of a text that begins with a status line.
fn answer(text: &[u8]) -> Option<Response> {
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
    let mut response = status_line(&line(text, &mut at)?)?;
    while let Some(field) = line(text, &mut at) {
        if field.is_empty() {
            break;
        }
        push(&mut response.headers, &field);
    }
    Some((response, at))
}

/// `HTTP/1.1 403 Forbidden`
fn status_line(text: &str) -> Option<Response> {
    let mut words = text.splitn(3, ' ');
    let version = words.next()?.to_owned();
    if !version.starts_with("HTTP/") {
        return None;
    }
    let status = words.next()?.parse().ok()?;
    Some(Response {
        status,
        reason: words.next().unwrap_or("").to_owned(),
        version,
        ..Response::default()
    })
}

fn push(headers: &mut Headers, field: &str) {
    if let Some((name, value)) = field.split_once(':') {
        headers.push(name.trim(), value.trim());
    }
}

/// What `curl -v` prints: `>` before what was sent, `<` before the head of the answer, `*`
/// before remarks, and the body as it is.
fn remarked(text: &[u8]) -> Option<Saved> {
    let mut found: Option<Response> = None;
    let mut sent: Vec<String> = Vec::new();
    let mut in_request = false;
    let mut secure = false;
    let mut body: Vec<u8> = Vec::new();
    for raw in text.split_inclusive(|&b| b == b'\n') {
        let line = String::from_utf8_lossy(raw);
        let line = line.trim_end_matches(['\n', '\r']);
        let asks = line
            .strip_prefix('>')
            .filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let says = line
            .strip_prefix('<')
            .filter(|rest| rest.is_empty() || rest.starts_with(' '));
        if let Some(rest) = asks {
            if !in_request {
                sent.clear();
            }
            in_request = true;
            sent.push(rest.trim().to_owned());
            continue;
        }
        in_request = false;
        if let Some(rest) = says {
            match (status_line(rest.trim_start()), &mut found) {
                (Some(response), _) => {
                    found = Some(response);
                    body.clear();
                }
                (None, Some(response)) => push(&mut response.headers, rest),
                (None, None) => {}
            }
            continue;
        }
        if line.starts_with("* ") || line == "*" {
            secure |= line.contains("TLS") || line.contains("SSL connection");
            continue;
        }
        let meter = line.contains("--:--:--") || line.contains("% Total") || line.contains("Dload");
        let counts =
            (line.starts_with("{ [") || line.starts_with("} [")) && line.ends_with("data]");
        if found.is_some() && !meter && !counts {
            body.extend(raw);
        }
    }
    let mut response = found?;
    // A last remark stands right behind a body that ends without a line break.
    let text = String::from_utf8_lossy(&body);
    let remark = ["* Connection #", "* Closing connection"]
        .iter()
        .filter_map(|words| text.rfind(words))
        .min();
    if let Some(at) = remark
        && !text[at..].trim_end().contains('\n')
    {
        body = text[..at].as_bytes().to_vec();
    }
    response.body = body;
    Some(Saved {
        sent: request(&sent, secure),
        response,
    })
}

/// The request line and the headers that went out.
fn request(lines: &[String], secure: bool) -> Option<SentRequest> {
    let mut words = lines.first()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let mut headers = Headers::new();
    for field in lines[1..].iter().filter(|field| !field.is_empty()) {
        push(&mut headers, field);
    }
    let host = headers.get("host").map(|host| host.into_owned())?;
    let url = match target.contains("://") {
        true => target.to_owned(),
        false => format!("http{}://{host}{target}", if secure { "s" } else { "" }),
    };
    Some(SentRequest {
        method,
        url,
        headers,
        ..SentRequest::default()
    })
}

fn line(text: &[u8], at: &mut usize) -> Option<String> {
    let rest = text.get(*at..).filter(|rest| !rest.is_empty())?;
    let length = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
    *at += (length + 1).min(rest.len());
    let line = String::from_utf8_lossy(&rest[..length]).into_owned();
    Some(line.trim_end_matches('\r').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_answer_that_counts_stands_behind_the_others() {
        let text = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/2 403 \r\ncontent-type: application/json\r\nx-a: 1\r\n\r\n{\"a\":1}\n";
        let saved = saved(text).unwrap();
        assert_eq!(saved.response.status, 403);
        assert_eq!(saved.response.headers.get("x-a").unwrap(), "1");
        assert_eq!(saved.response.body, b"{\"a\":1}\n");
        assert_eq!(saved.sent, None);
    }

    #[test]
    fn remarks_are_told_from_the_answer_and_the_request_is_found() {
        let text = "*   Trying 10.0.0.1:443...\n* SSL connection using TLSv1.3\n> GET /core/runbooks/9 HTTP/2\n> Host: api.acme.example\n> Authorization: Bearer abc\n>\n{ [5 bytes data]\n< HTTP/2 404 \n< content-type: application/json\n< \n{\"errors\":[\n> quoted\n{\"code\":\"not_found\"}]}* Connection #0 to host api.acme.example left intact\n";
        let saved = saved(text.as_bytes()).unwrap();
        assert_eq!(saved.response.status, 404);
        assert!(saved.response.body.ends_with(b"{\"code\":\"not_found\"}]}"));
        assert!(saved.response.body.starts_with(b"{\"errors\":["));
        let text = text.replace("> quoted\n", "");
        let sent = super::saved(text.as_bytes()).unwrap().sent.unwrap();
        assert_eq!(
            (sent.method.as_str(), sent.url.as_str()),
            ("GET", "https://api.acme.example/core/runbooks/9")
        );
        assert_eq!(sent.headers.get("authorization").unwrap(), "Bearer abc");
    }

    #[test]
    fn a_body_alone_has_the_status_its_entries_name() {
        let body = b" {\"errors\":[{\"status\":\"422\",\"title\":\"No\"}]}";
        assert_eq!(received(body).unwrap().response.status, 422);
        assert_eq!(received(b"<html>").unwrap().response.status, 0);
        assert_eq!(received(b"just words"), None);
        assert_eq!(received(b""), None);
    }

    proptest! {
        #[test]
        fn any_text_is_an_answer_or_none(text in "(HTTP/1.1 |< |> |\\* |\\{)?[ -~\n\r]{0,60}(\n< HTTP/2 200\n)?[ -~\n]{0,40}") {
            let _ = received(text.as_bytes());
        }
    }
}
