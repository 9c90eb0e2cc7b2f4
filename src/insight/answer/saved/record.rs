//! A call as a record: an entry of a HAR recording, a line of a log in JSON or in `key=value`
//! pairs, the object that a client throws. Makers agree on what such a record holds, and hardly
//! on what its members are called.

use super::head;
use super::talk::Turn;
use crate::insight::json::{self, Json};
use crate::model::{Headers, Response, SentRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Deeper members are of the body.
const DEEPEST: usize = 5;

/// So many members are looked at.
const MOST: usize = 2_000;

/// Whose members are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Record,
    Request,
    Answer,
}

#[derive(Default)]
struct Found<'a> {
    status: Option<u16>,
    reason: Option<&'a str>,
    method: Option<String>,
    url: Option<String>,
    path: Option<String>,
    host: Option<String>,
    sent: Headers,
    sent_body: Option<&'a Json>,
    headers: Headers,
    body: Option<Vec<u8>>,
    /// The answer stands in an object of its own.
    with_answer: bool,
    seen: usize,
}

/// Names in small letters and without signs.
const STATUS: &[&str] = &[
    "status",
    "statuscode",
    "httpstatus",
    "httpstatuscode",
    "httpresponsestatuscode",
    "responsestatus",
    "responsestatuscode",
    "responsecode",
    "httpresponsecode",
    "edgeresponsestatus",
    "downstreamstatus",
    "elbstatuscode",
];
const REASON: &[&str] = &["statustext", "statusmessage", "reasonphrase", "reason"];
const METHOD: &[&str] = &[
    "method",
    "requestmethod",
    "httpmethod",
    "httprequestmethod",
    "clientrequestmethod",
    "verb",
];
const URL: &[&str] = &[
    "url",
    "requesturl",
    "uri",
    "requesturi",
    "fullurl",
    "httpurl",
    "urlfull",
    "targeturl",
    "clientrequesturi",
    "href",
    "endpoint",
];
const PATH: &[&str] = &[
    "path",
    "requestpath",
    "urlpath",
    "clientrequestpath",
    "httptarget",
];
const HOST: &[&str] = &[
    "host",
    "requesthost",
    "clientrequesthost",
    "authority",
    "httphost",
];
const BODY: &[&str] = &[
    "body",
    "data",
    "text",
    "content",
    "payload",
    "responsebody",
    "responsedata",
    "responsetext",
    "responsepayload",
    "respbody",
];
const OF_ANSWER: &[&str] = &["response", "res", "resp", "httpresponse", "responsestatus"];
const OF_REQUEST: &[&str] = &["request", "req", "config", "requestoptions"];
/// What a record says of its own trouble: it stands for the body, where there is none.
const TROUBLE: &[&str] = &[
    "message",
    "error",
    "errors",
    "detail",
    "title",
    "msg",
    "description",
    "desc",
    "code",
];

/// The call of a record; `None` where an object is something else, such as the body of an error.
pub fn turn(record: &Json) -> Option<Turn> {
    record.as_object()?;
    let mut found = Found::default();
    found.look(record, Whose::Record, 0);
    let status = found.status?;
    let is_addressed = found.url.as_ref().is_some_and(|url| url.contains("://"));
    let is_record = found.method.is_some() || is_addressed || found.with_answer;
    if !is_record {
        return None;
    }
    let says_itself = || {
        let members = record.as_object()?;
        let says = members
            .iter()
            .any(|(name, _)| TROUBLE.contains(&plain(name).as_str()));
        says.then(|| record.to_string().into_bytes())
    };
    let body = found.body.take().or_else(says_itself);
    let sent = found.request();
    Some(Turn {
        sent,
        answer: Some(Response {
            status,
            reason: found.reason.unwrap_or_default().to_owned(),
            headers: found.headers,
            body: body.unwrap_or_default(),
            ..Response::default()
        }),
    })
}

/// Small letters and digits of a name: `response_status-code` and `responseStatusCode` alike.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_ascii_alphanumeric());
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

impl<'a> Found<'a> {
    fn look(&mut self, object: &'a Json, whose: Whose, depth: usize) {
        let Some(members) = object.as_object().filter(|_| depth < DEEPEST) else {
            return;
        };
        for (name, value) in members {
            self.seen += 1;
            if self.seen > MOST {
                return;
            }
            let name = plain(name);
            if !self.takes(&name, value, whose) {
                self.look_into(&name, value, whose, depth);
            }
        }
    }

    fn look_into(&mut self, name: &str, value: &'a Json, whose: Whose, depth: usize) {
        let inner = match name {
            _ if OF_ANSWER.contains(&name) => Whose::Answer,
            _ if OF_REQUEST.contains(&name) => Whose::Request,
            // What was sent and received is not looked into.
            _ if BODY.contains(&name) && whose != Whose::Record => return,
            _ => whose,
        };
        if inner == Whose::Answer && value.as_object().is_some() {
            self.with_answer = true;
        }
        self.look(value, inner, depth + 1);
    }

    /// Takes a member for what its name says; `false` where it says nothing.
    fn takes(&mut self, name: &str, value: &'a Json, whose: Whose) -> bool {
        let of_request = whose != Whose::Answer;
        if STATUS.contains(&name) && whose != Whose::Request && self.status.is_none() {
            self.status = status_of(value);
            return self.status.is_some();
        }
        // The machine that wrote the log is a `host` as well.
        let of_log = |text: &&str| name == "host" && whose == Whose::Record && !text.contains('.');
        let text = value.as_text().filter(|text| !of_log(text));
        if METHOD.contains(&name) && of_request {
            let word = text
                .map(str::to_ascii_uppercase)
                .filter(|word| head::is_method(word));
            let is_one = word.is_some();
            self.method = word.or(self.method.take());
            return is_one;
        }
        if URL.contains(&name) && value.as_object().is_some() && self.url.is_none() {
            // The Elastic Common Schema has the parts of an address one by one.
            let whole = value
                .get("full")
                .or(value.get("original"))
                .and_then(Json::as_text);
            self.url = whole.map(str::to_owned);
            return self.url.is_some();
        }
        let place = match name {
            _ if URL.contains(&name) => &mut self.url,
            _ if PATH.contains(&name) && of_request => &mut self.path,
            _ if HOST.contains(&name) && of_request => &mut self.host,
            "request" if text.is_some() => return self.takes_line(text.unwrap_or_default()),
            _ if REASON.contains(&name) && whose == Whose::Answer => {
                self.reason = text.or(self.reason);
                return text.is_some();
            }
            _ => return self.takes_content(name, value, whose),
        };
        if place.is_none() {
            *place = text.map(str::to_owned);
        }
        text.is_some()
    }

    /// `GET /x HTTP/1.1` in one member.
    fn takes_line(&mut self, line: &str) -> bool {
        let Some((method, target)) = head::request_line(line) else {
            return false;
        };
        self.method = Some(method.to_owned());
        self.url = Some(target.to_owned());
        true
    }

    fn takes_content(&mut self, name: &str, value: &'a Json, whose: Whose) -> bool {
        let is_headers = name.ends_with("headers");
        if is_headers {
            let mut headers = headers_of(value);
            let of_answer = match whose {
                Whose::Answer => true,
                Whose::Request => false,
                Whose::Record if name.starts_with("res") => true,
                Whose::Record if name.starts_with("req") => false,
                // A request says who asks, an answer who answers.
                Whose::Record => !["authorization", "user-agent", "host", "accept"]
                    .iter()
                    .any(|n| headers.has(n)),
            };
            let place = if of_answer {
                &mut self.headers
            } else {
                &mut self.sent
            };
            if place.is_empty() {
                std::mem::swap(place, &mut headers);
            }
            return true;
        }
        let is_body = BODY.contains(&name) && (whose == Whose::Answer || name.starts_with("resp"))
            || name == "body" && whose == Whose::Record
            || whose == Whose::Record && is_packed(name, value);
        if is_body && self.body.is_none() {
            self.body = body_of(value);
            return self.body.is_some();
        }
        if whose == Whose::Request && matches!(name, "body" | "data" | "postdata") {
            self.sent_body = Some(value);
            return true;
        }
        false
    }

    fn request(&mut self) -> Option<SentRequest> {
        let url = self.url.take().or(self.path.take());
        if self.method.is_none() && url.is_none() {
            return None;
        }
        let url = url.unwrap_or_default();
        let named = self.sent.get("host").map(|host| host.into_owned());
        let host = named.or(self.host.take());
        let url = match host {
            Some(host) if url.starts_with('/') => format!("https://{host}{url}"),
            _ => url,
        };
        let body = self
            .sent_body
            .and_then(|body| body_of(body.get("text").unwrap_or(body)));
        Some(SentRequest {
            method: self.method.take().unwrap_or_default(),
            url,
            headers: std::mem::take(&mut self.sent),
            body: body.unwrap_or_default(),
            ..SentRequest::default()
        })
    }
}

/// Whether a log holds the body of the answer as text: `"error":"{\"code\":…}"`.
fn is_packed(name: &str, value: &Json) -> bool {
    let is_named = OF_ANSWER.contains(&name) || TROUBLE.contains(&name);
    let text = value.as_text().map_or("", str::trim_start);
    is_named
        && text.starts_with(['{', '['])
        && json::read(text)
            .value
            .is_some_and(|read| read.as_text().is_none())
}

/// `403`, `"403"`, `"403 Forbidden"`
fn status_of(value: &Json) -> Option<u16> {
    let text = match value {
        Json::Number(digits) => digits.as_str(),
        Json::Text(text) => text.split(' ').next().unwrap_or_default(),
        _ => return None,
    };
    head::status(text).filter(|status| *status >= 100)
}

/// Headers as an object, as a list of `{name, value}`, or as a list of pairs.
fn headers_of(value: &Json) -> Headers {
    let mut headers = Headers::new();
    let mut push = |name: &str, value: &Json| {
        let fits = |name: &str| head::field(&format!("{name}: x")).is_some();
        let name = name.trim_start_matches(':');
        match value {
            Json::List(values) if fits(name) => {
                let texts = values.iter().filter_map(Json::to_text);
                texts.for_each(|text| headers.push(name, text));
            }
            value if fits(name) => {
                if let Some(text) = value.to_text() {
                    headers.push(name, text);
                }
            }
            _ => {}
        }
    };
    match value {
        Json::Object(members) => members.iter().for_each(|(name, value)| push(name, value)),
        Json::List(rows) => {
            for row in rows {
                let named = row.get("name").or(row.get("key")).and_then(Json::as_text);
                if let (Some(name), Some(value)) = (named, row.get("value")) {
                    push(name, value);
                } else if let Some([Json::Text(name), value]) = row.as_list() {
                    push(name, value);
                }
            }
        }
        _ => {}
    }
    headers
}

/// The body that a member holds: its text, or an object that was read already.
fn body_of(value: &Json) -> Option<Vec<u8>> {
    match value {
        Json::Text(text) => Some(text.clone().into_bytes()),
        Json::Object(_) => match value.get("text").and_then(Json::as_text) {
            // The content of a HAR entry.
            Some(text) if value.get("mimeType").is_some() || value.get("size").is_some() => {
                let packed = value.get("encoding").and_then(Json::as_text) == Some("base64");
                let bytes = STANDARD.decode(text.trim()).ok().filter(|_| packed);
                Some(bytes.unwrap_or_else(|| text.as_bytes().to_vec()))
            }
            _ if value.get("mimeType").is_some() && value.get("size").is_some() => None,
            _ => match value
                .get("content")
                .or(value.get("body"))
                .and_then(Json::as_text)
            {
                Some(text) => Some(text.as_bytes().to_vec()),
                None => Some(value.to_string().into_bytes()),
            },
        },
        Json::List(_) => Some(value.to_string().into_bytes()),
        _ => None,
    }
}

/// The pairs of a line such as `level=error method=GET path=/x status=403 msg="not allowed"`.
pub fn pairs(line: &str) -> Option<Json> {
    let mut members = Vec::new();
    let mut rest = line;
    while let Some(sign) = rest.find('=') {
        let name_start = rest[..sign].rfind([' ', '\t']).map_or(0, |at| at + 1);
        let name = &rest[name_start..sign];
        let value = &rest[sign + 1..];
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        let (text, length) = match value.strip_prefix('"') {
            Some(inner) => quoted(inner)?,
            None => {
                let end = value.find([' ', '\t']).unwrap_or(value.len());
                (value[..end].to_owned(), end)
            }
        };
        if is_name {
            members.push((name.to_owned(), Json::Text(text)));
        }
        rest = &value[length..];
    }
    (members.len() >= 3).then_some(Json::Object(members))
}

/// A quoted value, and how long it is with its quotes.
fn quoted(inner: &str) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, at + 2)),
            '\\' => text.push(chars.next()?.1),
            c => text.push(c),
        }
    }
    None
}
