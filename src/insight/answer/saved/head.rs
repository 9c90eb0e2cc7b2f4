//! The lines of which the head of a request or an answer is made.

use crate::model::{Headers, Response, SentRequest};

/// `HTTP/1.1 403 Forbidden`
pub fn status_line(line: &str) -> Option<Response> {
    let mut words = line.trim_end().splitn(3, ' ');
    let version = words.next()?;
    if !is_version(version) {
        return None;
    }
    let status = status(words.next()?)?;
    Some(Response {
        status,
        reason: words.next().unwrap_or("").trim().to_owned(),
        version: version.to_owned(),
        ..Response::default()
    })
}

fn is_version(word: &str) -> bool {
    let number = word.strip_prefix("HTTP/").unwrap_or_default();
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (1..=3).contains(&number.len()) && plain && number.starts_with(|c: char| c.is_ascii_digit())
}

/// Three digits, as a status line has them.
pub fn status(word: &str) -> Option<u16> {
    let digits = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| word.parse().ok()).flatten()
}

/// `GET /x HTTP/1.1`: the method and the target.
pub fn request_line(line: &str) -> Option<(&str, &str)> {
    let mut words = line.trim_end().split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let fits = is_method(method) && !target.is_empty() && is_version(version);
    (fits && words.next().is_none()).then_some((method, target))
}

/// A word that says what a request does.
pub fn is_method(word: &str) -> bool {
    const KNOWN: [&str; 12] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PROPFIND",
        "MKCOL", "REPORT",
    ];
    KNOWN.contains(&word)
}

/// `Content-Type: text/html`, with or without the colon that HTTP/2 puts before its own names.
pub fn field(line: &str) -> Option<(&str, &str)> {
    let bare = line.strip_prefix(':').unwrap_or(line);
    let (name, value) = bare.split_once(':')?;
    let name = name.trim_end();
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (!name.is_empty() && name.bytes().all(token)).then(|| (name, value.trim()))
}

/// Adds a line to a head; false where it is no field, and then nothing is added.
pub fn push(headers: &mut Headers, line: &str) -> bool {
    let found = field(line);
    if let Some((name, value)) = found {
        headers.push(name, value);
    }
    found.is_some()
}

/// The request that a head and a body make. `secure` where it went out over TLS, or is thought to.
pub fn request(lines: &[String], body: Vec<u8>, secure: bool) -> Option<SentRequest> {
    let (method, target) = request_line(lines.first()?)?;
    let mut headers = Headers::new();
    for line in &lines[1..] {
        push(&mut headers, line);
    }
    let host = headers.get("host").or_else(|| headers.get("authority"));
    let url = match host {
        _ if target.contains("://") || method == "CONNECT" => target.to_owned(),
        Some(host) if secure && !is_local(&host) => format!("https://{host}{target}"),
        Some(host) => format!("http://{host}{target}"),
        None => target.to_owned(),
    };
    Some(SentRequest {
        method: method.to_owned(),
        url,
        headers,
        body,
        ..SentRequest::default()
    })
}

/// A host on the machine itself, where hardly anybody speaks TLS.
fn is_local(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    name == "localhost" || name.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_head_are_told_from_words() {
        let response = status_line("HTTP/2 404 ").unwrap();
        assert_eq!(
            (response.status, response.version.as_str()),
            (404, "HTTP/2")
        );
        let response = status_line("HTTP/1.1 403 Not for you\r").unwrap();
        assert_eq!(response.reason, "Not for you");
        for words in [
            "HTTP is down",
            "HTTP/1.1",
            "HTTP/1.1 4033",
            "HTTP/x 200 OK",
            "",
        ] {
            assert_eq!(status_line(words), None, "{words}");
        }
        assert_eq!(request_line("GET /a?b=c HTTP/1.1"), Some(("GET", "/a?b=c")));
        for words in ["GET /a", "GET a b c", "Get /a HTTP/1.1", "GET  HTTP/1.1"] {
            assert_eq!(request_line(words), None, "{words}");
        }
        assert_eq!(
            field(":authority: a.example"),
            Some(("authority", "a.example"))
        );
        assert_eq!(field("{\"a\": 1}"), None);
        assert_eq!(field("Two words: x"), None);
    }
}
