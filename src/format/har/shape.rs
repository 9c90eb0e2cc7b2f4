//! The members of a HAR file that are used here. Programs differ in what they write, so a member
//! may be missing, null or of another type; unknown ones are ignored.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// A HAR file: one log.
#[derive(Deserialize)]
pub struct File<'a> {
    #[serde(borrow)]
    pub log: Log<'a>,
}

/// The log of a HAR file.
#[derive(Deserialize)]
pub struct Log<'a> {
    /// Each entry is read by itself, so that an odd one does not break the others.
    #[serde(borrow)]
    pub entries: Vec<&'a RawValue>,
}

/// One recorded call with its answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    started_date_time: Option<Loose>,
    time: Option<Loose>,
    pub request: Request,
    pub response: Option<Response>,
    pub timings: Option<Timings>,
    #[serde(rename = "_error")]
    error: Option<Loose>,
}

/// The request of a recorded call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub method: String,
    pub url: String,
    headers: Option<Vec<Pair>>,
    cookies: Option<Vec<Pair>>,
    pub post_data: Option<PostData>,
}

/// A name with a value: a header or a cookie.
#[derive(Deserialize)]
pub struct Pair {
    pub name: String,
    value: Option<Loose>,
}

/// The body of a request, as text or as form fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostData {
    mime_type: Option<Loose>,
    text: Option<Loose>,
    encoding: Option<Loose>,
    params: Option<Vec<Field>>,
}

/// A field of a posted form; may be a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    pub name: String,
    value: Option<Loose>,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
}

/// The answer of a recorded call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    status: Option<Loose>,
    status_text: Option<Loose>,
    http_version: Option<Loose>,
    headers: Option<Vec<Pair>>,
    content: Option<Content>,
    #[serde(rename = "_error")]
    error: Option<Loose>,
}

/// The body of an answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    size: Option<Loose>,
    mime_type: Option<Loose>,
    text: Option<Loose>,
    encoding: Option<Loose>,
}

/// Times in ms; negative where a part does not apply.
#[derive(Deserialize)]
pub struct Timings {
    blocked: Option<Loose>,
    dns: Option<Loose>,
    connect: Option<Loose>,
    ssl: Option<Loose>,
    send: Option<Loose>,
    wait: Option<Loose>,
}

/// A text or a number, whichever was written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Number(f64),
    Other(IgnoredAny),
}

fn text(value: Option<Loose>) -> String {
    match value {
        Some(Loose::Text(text)) => text,
        Some(Loose::Number(number)) => number.to_string(),
        Some(Loose::Other(_)) | None => String::new(),
    }
}

fn number(value: &Option<Loose>) -> Option<f64> {
    match value {
        Some(Loose::Number(number)) => Some(*number),
        Some(Loose::Text(text)) => text.trim().parse().ok(),
        Some(Loose::Other(_)) | None => None,
    }
    .filter(|number: &f64| number.is_finite())
}

fn pairs(rows: &mut Option<Vec<Pair>>) -> Vec<(String, String)> {
    let rows = rows.take().unwrap_or_default().into_iter();
    rows.map(|row| (row.name, text(row.value))).collect()
}

impl Entry {
    /// The start of the call as written, usually an ISO 8601 time; can be taken only once.
    pub fn started(&mut self) -> String {
        text(self.started_date_time.take())
    }

    /// How long the call took, in ms; `None` where that is missing.
    pub fn time(&self) -> Option<f64> {
        number(&self.time)
    }

    /// A browser's error for a failed call: `net::ERR_CONNECTION_REFUSED`.
    pub fn error(&mut self) -> String {
        let response = self.response.as_mut().and_then(|r| r.error.take());
        text(self.error.take().or(response))
    }
}

impl Request {
    /// The headers in their order; can be taken only once.
    pub fn headers(&mut self) -> Vec<(String, String)> {
        pairs(&mut self.headers)
    }

    /// Whether this is a browser's preflight request before a call to another origin (CORS).
    pub fn asks_for_other_origin(&self) -> bool {
        let asks = |row: &Pair| {
            row.name
                .eq_ignore_ascii_case("access-control-request-method")
        };
        self.headers.as_ref().is_some_and(|h| h.iter().any(asks))
    }

    /// The cookies of the request; can be taken only once.
    pub fn cookies(&mut self) -> Vec<(String, String)> {
        pairs(&mut self.cookies)
    }
}

impl PostData {
    /// The media type of the body; empty where it is missing. Can be taken only once.
    pub fn media_type(&mut self) -> String {
        text(self.mime_type.take())
    }

    /// The body as text; empty where it is missing. Can be taken only once.
    pub fn text(&mut self) -> String {
        text(self.text.take())
    }

    /// Whether the text is base64; can be asked only once.
    pub fn is_base64(&mut self) -> bool {
        text(self.encoding.take()).eq_ignore_ascii_case("base64")
    }

    /// The fields of a form; can be taken only once.
    pub fn fields(&mut self) -> Vec<Field> {
        self.params.take().unwrap_or_default()
    }
}

impl Field {
    /// The value as text; can be taken only once.
    pub fn value(&mut self) -> String {
        text(self.value.take())
    }
}

impl Response {
    /// The status; zero where there was no answer.
    pub fn status(&self) -> u16 {
        let status = number(&self.status).filter(|status| (1.0..1000.0).contains(status));
        status.map_or(0, |status| status as u16)
    }

    /// The reason phrase; can be taken only once.
    pub fn reason(&mut self) -> String {
        text(self.status_text.take())
    }

    /// The HTTP version as written: `http/2.0`; can be taken only once.
    pub fn version(&mut self) -> String {
        text(self.http_version.take())
    }

    /// The headers of the answer in their order; can be taken only once.
    pub fn headers(&mut self) -> Vec<(String, String)> {
        pairs(&mut self.headers)
    }

    /// The media type of the answer's body; empty where it is missing.
    pub fn media_type(&self) -> &str {
        match self.content.as_ref().and_then(|c| c.mime_type.as_ref()) {
            Some(Loose::Text(text)) => text,
            _ => "",
        }
    }

    /// The size of the body in bytes, even if it was not kept.
    pub fn size(&self) -> u64 {
        let size = self.content.as_ref().and_then(|c| number(&c.size));
        size.map_or(0, |size| size.max(0.0) as u64)
    }

    /// The body, and whether it is base64.
    pub fn body(&mut self) -> (String, bool) {
        match self.content.take() {
            None => (String::new(), false),
            Some(content) => (
                text(content.text),
                text(content.encoding).eq_ignore_ascii_case("base64"),
            ),
        }
    }
}

/// The parts of a call in ms, where they were measured.
pub struct Parts {
    pub dns: Option<f64>,
    pub connect: Option<f64>,
    pub tls: Option<f64>,
    pub first_byte: Option<f64>,
    pub reused: bool,
}

impl Timings {
    /// The measured parts; a part that does not apply is `None`.
    pub fn parts(&self) -> Parts {
        let measured = |value| number(value).filter(|ms| *ms >= 0.0);
        let (dns, tls) = (measured(&self.dns), measured(&self.ssl));
        let connect = measured(&self.connect);
        let before = [
            measured(&self.blocked),
            dns,
            connect,
            measured(&self.send),
            measured(&self.wait),
        ];
        Parts {
            dns,
            // `connect` includes the time for TLS.
            connect: connect.map(|all| (all - tls.unwrap_or(0.0)).max(0.0)),
            tls,
            first_byte: measured(&self.wait).map(|_| before.into_iter().flatten().sum()),
            reused: number(&self.connect).is_some_and(|ms| ms < 0.0),
        }
    }
}
