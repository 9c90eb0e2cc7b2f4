//! The members of a HAR file that mean something here. Programs differ in what they write, so a
//! member may be missing, null or of another type, and those that are not known are passed over.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub struct File<'a> {
    #[serde(borrow)]
    pub log: Log<'a>,
}

#[derive(Deserialize)]
pub struct Log<'a> {
    /// Each is read by itself: an odd one must not cost the others.
    #[serde(borrow)]
    pub entries: Vec<&'a RawValue>,
}

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub method: String,
    pub url: String,
    headers: Option<Vec<Pair>>,
    cookies: Option<Vec<Pair>>,
    pub post_data: Option<PostData>,
}

#[derive(Deserialize)]
pub struct Pair {
    pub name: String,
    value: Option<Loose>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostData {
    mime_type: Option<Loose>,
    text: Option<Loose>,
    encoding: Option<Loose>,
    params: Option<Vec<Field>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    pub name: String,
    value: Option<Loose>,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
}

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    size: Option<Loose>,
    mime_type: Option<Loose>,
    text: Option<Loose>,
    encoding: Option<Loose>,
}

/// In milliseconds; below zero where a part does not apply.
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
    pub fn started(&mut self) -> String {
        text(self.started_date_time.take())
    }

    pub fn time(&self) -> Option<f64> {
        number(&self.time)
    }

    /// What a browser says of a call that failed: `net::ERR_CONNECTION_REFUSED`.
    pub fn error(&mut self) -> String {
        let response = self.response.as_mut().and_then(|r| r.error.take());
        text(self.error.take().or(response))
    }
}

impl Request {
    pub fn headers(&mut self) -> Vec<(String, String)> {
        pairs(&mut self.headers)
    }

    /// What a browser asks before a call from one origin to another.
    pub fn asks_for_other_origin(&self) -> bool {
        let asks = |row: &Pair| {
            row.name
                .eq_ignore_ascii_case("access-control-request-method")
        };
        self.headers.as_ref().is_some_and(|h| h.iter().any(asks))
    }

    pub fn cookies(&mut self) -> Vec<(String, String)> {
        pairs(&mut self.cookies)
    }
}

impl PostData {
    pub fn media_type(&mut self) -> String {
        text(self.mime_type.take())
    }

    pub fn text(&mut self) -> String {
        text(self.text.take())
    }

    pub fn is_base64(&mut self) -> bool {
        text(self.encoding.take()).eq_ignore_ascii_case("base64")
    }

    pub fn fields(&mut self) -> Vec<Field> {
        self.params.take().unwrap_or_default()
    }
}

impl Field {
    pub fn value(&mut self) -> String {
        text(self.value.take())
    }
}

impl Response {
    /// Zero where there was no answer.
    pub fn status(&self) -> u16 {
        let status = number(&self.status).filter(|status| (1.0..1000.0).contains(status));
        status.map_or(0, |status| status as u16)
    }

    pub fn reason(&mut self) -> String {
        text(self.status_text.take())
    }

    pub fn version(&mut self) -> String {
        text(self.http_version.take())
    }

    pub fn headers(&mut self) -> Vec<(String, String)> {
        pairs(&mut self.headers)
    }

    pub fn media_type(&self) -> &str {
        match self.content.as_ref().and_then(|c| c.mime_type.as_ref()) {
            Some(Loose::Text(text)) => text,
            _ => "",
        }
    }

    /// The size that the body had, whether or not it was kept.
    pub fn size(&self) -> u64 {
        let size = self.content.as_ref().and_then(|c| number(&c.size));
        size.map_or(0, |size| size.max(0.0) as u64)
    }

    /// The body, and whether it stands in base64.
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

/// The parts of a call in milliseconds, each where it was measured.
pub struct Parts {
    pub dns: Option<f64>,
    pub connect: Option<f64>,
    pub tls: Option<f64>,
    pub first_byte: Option<f64>,
    pub reused: bool,
}

impl Timings {
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
            // The time for TLS is counted in it.
            connect: connect.map(|all| (all - tls.unwrap_or(0.0)).max(0.0)),
            tls,
            first_byte: measured(&self.wait).map(|_| before.into_iter().flatten().sum()),
            reused: number(&self.connect).is_some_and(|ms| ms < 0.0),
        }
    }
}
