//! The request of an entry: as it may be sent again, its credentials by name.

use super::multipart;
use super::reader::HarReader;
use super::shape::{PostData, Request};
use crate::model::{Auth, Body, Param, Part, RequestSpec, as_text, decoded};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What every client writes itself, and what only a browser does.
const OWN: [&str; 7] = [
    "host",
    "content-length",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "accept-encoding",
    "proxy-connection",
];

/// The request as it was recorded, secrets included: what is looked for in its answer.
#[derive(Default)]
pub(super) struct Recorded {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl HarReader<'_> {
    pub(super) fn request(&mut self, mut request: Request, at: usize) -> (RequestSpec, Recorded) {
        let mut recorded = Recorded {
            url: request.url.clone(),
            headers: request.headers(),
            body: String::new(),
        };
        let cookies = request.cookies();
        let is_cookie = |(name, _): &(String, String)| name.eq_ignore_ascii_case("cookie");
        if !cookies.is_empty() && !recorded.headers.iter().any(is_cookie) {
            let pairs = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let pairs = pairs.collect::<Vec<_>>().join("; ");
            recorded.headers.push(("Cookie".to_owned(), pairs));
        }
        let mut spec = RequestSpec::new(request.method, "");
        let url = self.without_user(request.url, at);
        (spec.url, spec.params) = if holds_braces(&url) {
            (self.lifter.url(&as_text(&url)), Vec::new())
        } else {
            self.lifter.taken_apart(&url)
        };
        for (name, value) in &recorded.headers {
            let lower = name.to_ascii_lowercase();
            if lower.starts_with(':') || OWN.contains(&lower.as_str()) {
                continue;
            }
            if lower.starts_with("sec-ch-") || lower.starts_with("sec-fetch-") {
                self.left_out.browser_headers += 1;
                continue;
            }
            self.lifter
                .push_header(&mut spec, Param::new(as_text(name), as_text(value)));
        }
        if spec.auth == Auth::None && !spec.headers.iter().any(|h| is_credential(&h.name)) {
            self.without_credential += 1;
        }
        if let Some(data) = request.post_data {
            spec.body = self.body(data, &mut spec.headers, &mut recorded, at);
        }
        spec.keep_untyped();
        spec.settle();
        (spec, recorded)
    }

    fn body(
        &mut self,
        mut data: PostData,
        headers: &mut Vec<Param>,
        recorded: &mut Recorded,
        at: usize,
    ) -> Body {
        let named = headers
            .iter()
            .find(|h| h.name.eq_ignore_ascii_case("content-type"));
        let media_type = named.map_or_else(|| data.media_type(), |header| header.value.clone());
        let is_named = named.is_some();
        let kind = media_type.to_ascii_lowercase();
        let text = data.text();
        let is_base64 = data.is_base64();
        if kind.starts_with("multipart/") {
            let bytes = is_base64
                .then(|| STANDARD.decode(text.trim()).ok())
                .flatten();
            let text = match &bytes {
                Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                None => text,
            };
            let parts = if text.is_empty() {
                Some(self.fields(&mut data, at))
            } else {
                multipart::parts(&text, &media_type)
            };
            let is_binary = bytes
                .as_ref()
                .is_some_and(|bytes| std::str::from_utf8(bytes).is_err());
            if let (Some(bytes), true, Some(parts)) = (bytes, is_binary, &parts)
                && is_named
                && !parts.iter().any(holds_secret_part)
            {
                // As it was, byte for byte; its type names the boundary in it.
                recorded.body = text;
                return Body::Bytes(bytes);
            }
            recorded.body = text;
            let Some(mut parts) = parts else {
                self.note(
                    at,
                    "the multipart body cannot be taken apart and was left out",
                );
                return Body::Empty;
            };
            for part in &mut parts {
                self.file_of(part, at);
            }
            for part in parts.iter_mut().filter(|part| !part.is_file) {
                let value = as_text(&part.value);
                part.value = self.lifter.named("part", &part.name, &value);
                part.value = self.lifter.body(&part.value);
            }
            // It names a boundary that is written anew.
            headers.retain(|h| !h.name.eq_ignore_ascii_case("content-type"));
            return Body::Multipart(parts);
        }
        if text.is_empty() {
            let fields = self.fields(&mut data, at);
            let rows = fields.into_iter().filter(|field| !field.is_file);
            let rows = rows.map(|f| Param::new(as_text(&f.name), as_text(&f.value)));
            let mut rows: Vec<Param> = rows.collect();
            for row in &mut rows {
                row.value = self.lifter.named("form", &row.name, &row.value);
            }
            return if rows.is_empty() {
                Body::Empty
            } else {
                Body::Form(rows)
            };
        }
        if !is_named && !media_type.is_empty() {
            headers.push(Param::new("Content-Type", &media_type));
        }
        let bytes = if is_base64 {
            match STANDARD.decode(text.trim()) {
                Ok(bytes) => bytes,
                Err(_) => {
                    self.note(
                        at,
                        "the body is said to be base64 and is not; it was left out",
                    );
                    return Body::Empty;
                }
            }
        } else {
            text.into_bytes()
        };
        recorded.body = String::from_utf8_lossy(&bytes).into_owned();
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        match String::from_utf8(bytes) {
            Ok(text) => self.lifter.text_body(as_text(&text), is_form),
            Err(error) => Body::Bytes(error.into_bytes()),
        }
    }

    /// A part that was a file: browsers leave the contents out, and what is no text cannot stand
    /// in a part.
    fn file_of(&mut self, part: &mut Part, at: usize) {
        let is_lost = part.value.is_empty() || part.value.contains(char::REPLACEMENT_CHARACTER);
        if part.is_file || !is_lost {
            return;
        }
        if let Some(name) = part.file_name.as_deref().and_then(base_name) {
            self.note(at, &format!("the file {name} is not in the recording; it is read from here when the call is made"));
            part.is_file = true;
            part.value = as_text(&name);
        }
    }

    /// Fields of a form that stand by themselves; files are named and not in them.
    fn fields(&mut self, data: &mut PostData, at: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        for mut field in data.fields() {
            let value = field.value();
            // The author of the recording must not choose a folder of this machine.
            let file = field.file_name.as_deref().and_then(base_name);
            if let Some(name) = &file
                && value.is_empty()
            {
                self.note(at, &format!("the file {name} is not in the recording; it is read from here when the call is made"));
            }
            parts.push(Part {
                name: field.name,
                is_file: file.is_some() && value.is_empty(),
                value: match &file {
                    Some(name) if value.is_empty() => as_text(name),
                    _ => value,
                },
                file_name: file,
                media_type: field.content_type.filter(|kind| !kind.is_empty()),
                ..Part::default()
            });
        }
        parts
    }

    fn without_user(&mut self, url: String, at: usize) -> String {
        let start = url.find("://").map_or(0, |scheme| scheme + 3);
        let end = url[start..].find(['/', '?', '#', '\\']);
        let end = end.map_or(url.len(), |length| start + length);
        let Some(length) = url[start..end].rfind('@') else {
            return url;
        };
        self.note(at, "user and password in the URL were left out");
        format!("{}{}", &url[..start], &url[start + length + 1..])
    }
}

/// Whether the text of a part is a credential, or holds one.
fn holds_secret_part(part: &Part) -> bool {
    part.file_name.is_none()
        && (crate::format::extract::holds_secret(&part.name, &part.value)
            || !crate::insight::redact::secret_spans(part.value.as_bytes()).is_empty())
}

fn base_name(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next()?;
    (!matches!(name, "" | "." | "..")).then(|| name.to_owned())
}

fn holds_braces(text: &str) -> bool {
    text.contains("{{") || decoded(text).is_some_and(|plain| plain.contains("{{"))
}

fn is_credential(name: &str) -> bool {
    ["authorization", "cookie"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
        || crate::insight::redact::is_secret_name(name)
}
