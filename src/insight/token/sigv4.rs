//! Signatures of whole requests (Signature Version 4): the canonical text of a request, what is
//! signed of it, and where the server's own text differs from ours.
//! https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use crate::insight::json::{self, Json};
use crate::model::{MASK, Timestamp};
use ring::digest::{SHA256, digest};
use ring::hmac;

/// The header with the time of a signature.
pub const DATE: &str = "x-amz-date";
/// The header with the hash of the body, which storage wants.
pub const BODY_HASH: &str = "x-amz-content-sha256";
/// The header with the token of a session.
pub const SESSION: &str = "x-amz-security-token";
/// The one service whose paths are encoded once.
const STORAGE: &str = "s3";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The request that is signed, with its values in place.
pub struct Signed<'a> {
    pub method: &'a str,
    pub url: &'a str,
    /// Every header that goes out, in any order.
    pub headers: Vec<(String, String)>,
    pub body: &'a [u8],
    pub region: &'a str,
    pub service: &'a str,
}

/// A time as signatures write it: `20150830T123600Z`.
pub fn date(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Whether the service wants the hash of the body in a header of its own.
pub fn wants_body_hash(service: &str) -> bool {
    service == STORAGE
}

/// SHA-256 in hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Signed<'_> {
    /// Which headers are signed, each with its value as it is signed, sorted.
    fn signed_headers(&self) -> Vec<(String, String)> {
        let mut rows: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            let is_signed = name == "host" || name == "content-type" || name.starts_with("x-amz-");
            if is_signed {
                let words: Vec<&str> = value.split_ascii_whitespace().collect();
                rows.push((name, words.join(" ")));
            }
        }
        if !rows.iter().any(|(name, _)| name == "host") {
            rows.push(("host".to_owned(), host(self.url).to_owned()));
        }
        rows.sort();
        rows
    }

    /// The text that both sides have to agree on.
    pub fn canonical(&self) -> String {
        let rows = self.signed_headers();
        let headers: String = rows
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let (path, query) = target(self.url);
        let path = if self.service == STORAGE {
            encoded(&decoded(path), true)
        } else {
            encoded(path.as_bytes(), true)
        };
        format!(
            "{}\n{path}\n{}\n{headers}\n{}\n{}",
            self.method,
            sorted(query),
            names.join(";"),
            hash(self.body)
        )
    }

    /// The value of `Authorization`; `None` where no date is among the headers.
    pub fn authorization(&self, key_id: &str, secret: &str) -> Option<String> {
        let rows = self.signed_headers();
        let at = rows.iter().find(|(name, _)| name == DATE)?.1.clone();
        let day = at.get(..8)?;
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!(
            "{ALGORITHM}\n{at}\n{scope}\n{}",
            hash(self.canonical().as_bytes())
        );
        let sign = |key: &[u8], text: &str| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
        };
        let mut key = sign(format!("AWS4{secret}").as_bytes(), day);
        for part in [self.region, self.service, "aws4_request"] {
            key = sign(key.as_ref(), part);
        }
        let signature = hex(sign(key.as_ref(), &text).as_ref());
        let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        Some(format!(
            "{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={}, Signature={signature}",
            names.join(";")
        ))
    }
}

/// Host and port of a URL, as they are sent.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// Path and query as they are sent.
fn target(url: &str) -> (&str, &str) {
    let url = url.split('#').next().unwrap_or_default();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (if path.is_empty() { "/" } else { path }, query)
}

/// Everything but letters, digits and `-._~` as `%XX`.
fn encoded(bytes: &[u8], keeps_slashes: bool) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
        if is_plain || keeps_slashes && *byte == b'/' {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// The pairs of a query, each encoded anew, in order.
fn sorted(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<String> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let part = |text: &str| encoded(&decoded(&text.replace('+', "%20")), false);
            format!("{}={}", part(name), part(value))
        })
        .collect();
    pairs.sort();
    pairs.join("&")
}

/// The canonical text that a refusal says the server made of the request.
pub fn theirs(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    if let Some((_, rest)) = text.split_once("<CanonicalRequest>") {
        let (inner, _) = rest.split_once("</CanonicalRequest>")?;
        let plain = inner.replace("&lt;", "<").replace("&gt;", ">");
        return Some(plain.replace("&quot;", "\"").replace("&amp;", "&"));
    }
    let value = json::read(text).value;
    let message = value.as_ref().and_then(|value| {
        let message = value.get("message").or_else(|| value.get("Message"));
        message.and_then(Json::as_text)
    });
    let (_, rest) = message
        .unwrap_or(text)
        .split_once("Canonical String for this request should have been")?;
    let (_, rest) = rest.split_once('\'')?;
    Some(rest.split_once('\'')?.0.to_owned())
}

/// The first line in which both texts differ: its number, the server's and ours. What is masked on
/// one side cannot be compared.
pub fn first_difference(theirs: &str, ours: &str) -> Option<(usize, String, String)> {
    let (mut one, mut other) = (theirs.lines(), ours.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (a, b) = (one.next(), other.next());
        if a.is_none() && b.is_none() {
            return None;
        }
        let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
        let is_masked = |line: &str| line.contains(MASK) || line.contains('‹');
        if a != b && !is_masked(a) && !is_masked(b) {
            return Some((number, a.to_owned(), b.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn signed<'a>(url: &'a str, service: &'a str) -> Signed<'a> {
        Signed {
            method: "GET",
            url,
            headers: vec![
                ("X-Amz-Date".to_owned(), "20150830T123600Z".to_owned()),
                ("Accept".to_owned(), "*/*".to_owned()),
            ],
            body: b"",
            region: "us-east-1",
            service,
        }
    }

    #[test]
    fn the_plainest_request_of_the_makers_tests_gets_its_signature() {
        let call = signed("https://example.amazonaws.com/", "service");
        assert_eq!(
            hash(call.canonical().as_bytes()),
            "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63"
        );
        let value = call.authorization("AKIDEXAMPLE", SECRET).unwrap();
        assert_eq!(
            value,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }

    #[test]
    fn queries_are_sorted_and_paths_encoded_once_for_storage_and_twice_else() {
        let line = |url: &str, service: &str, number: usize| {
            let text = signed(url, service).canonical();
            text.lines().nth(number).unwrap().to_owned()
        };
        let url = "https://a.example/x%20y?b=2&a=1+1&a=0&c";
        assert_eq!(line(url, "s3", 1), "/x%20y");
        assert_eq!(line(url, "service", 1), "/x%2520y");
        assert_eq!(line(url, "s3", 2), "a=0&a=1%201&b=2&c=");
        assert_eq!(host("https://kim@a.example:8443/x"), "a.example:8443");
    }

    #[test]
    fn the_servers_text_is_found_in_its_refusal_and_held_beside_ours() {
        let ours = signed("https://a.example/x%20y", "s3").canonical();
        let xml = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{}</CanonicalRequest></Error>",
            ours.replace("/x%20y", "/x%2520y").replace('&', "&amp;")
        );
        let found = theirs(xml.as_bytes()).unwrap();
        let (number, a, b) = first_difference(&found, &ours).unwrap();
        assert_eq!((number, a.as_str(), b.as_str()), (2, "/x%2520y", "/x%20y"));
        let json = serde_json::json!({
            "message": format!("The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'{ours}'\n\nThe String-to-Sign should have been\n'x'")
        });
        let found = theirs(json.to_string().as_bytes()).unwrap();
        assert_eq!(first_difference(&found, &ours), None);
        assert_eq!(theirs(b"<Error/>"), None);
    }
}
