//! From what the options ask for to requests, with their credentials by name.

use super::draft::{Datum, Draft};
use super::read::{CurlReader, MOST};
use crate::format::written::without_dots;
use crate::model::{
    Auth, Body, Param, Piece, RequestSpec, Step, as_data, cut, decoded_around_names,
    encoded_around_names, pieces, slot,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

impl CurlReader<'_, '_> {
    /// One request for each URL.
    pub(super) fn requests_of(&mut self, mut draft: Draft) {
        if draft.urls.is_empty() {
            return self.note(
                draft.at,
                "this command has no URL and was left out".to_owned(),
            );
        }
        let urls = std::mem::take(&mut draft.urls);
        if urls.len() > 1 {
            self.note(
                urls[1].1,
                format!(
                    "the command has {} URLs; each is a request of its own",
                    urls.len()
                ),
            );
        }
        let mut spec = RequestSpec::default();
        let mut query = std::mem::take(&mut draft.query);
        if draft.get {
            for datum in std::mem::take(&mut draft.data) {
                match datum.file {
                    Some(_) => self.note(
                        datum.at,
                        "the file with data for the URL is not read; it was left out".to_owned(),
                    ),
                    None => query.push(String::from_utf8_lossy(&datum.bytes).into_owned()),
                }
            }
        }
        if let Some(method) = &draft.method
            && method.chars().any(|c| c.is_ascii_lowercase())
        {
            let text = format!(
                "curl sends the method as it is written, {}; httriage writes it in capitals",
                cut(method, 40)
            );
            self.note(draft.at, text);
        }
        self.headers_of(&mut spec, &mut draft);
        self.body_of(&mut spec, &draft);
        let calls = self.calls_of(urls, &draft);
        let room = MOST.saturating_sub(self.requests.len());
        if let Some((_, at, _)) = calls.get(room) {
            self.note(
                *at,
                "further requests were left out, for there are too many".to_owned(),
            );
        }
        for (url, at, upload) in calls.into_iter().take(room) {
            let mut spec = spec.clone();
            spec.method = method(&draft, upload.is_some());
            let url = match &upload {
                Some(path) => with_file_name(url, path),
                None => url,
            };
            match upload.as_deref() {
                Some("-" | ".") => self.note(
                    at,
                    "the upload comes from standard input, which is not here; it was left out"
                        .to_owned(),
                ),
                Some(path) => spec.body = Body::File(path.to_owned()),
                None => {}
            }
            let url = self.user_of(&mut spec, url, at);
            let url = self.with_scheme(url, at);
            let mut url = if draft.globoff {
                url
            } else {
                self.globs(url, at)
            };
            if !draft.path_as_is {
                url = without_dots(&url);
            }
            for pairs in &query {
                let sign = if url.contains('?') { '&' } else { '?' };
                let behind = url.find('#').unwrap_or(url.len());
                url.insert_str(behind, &format!("{sign}{pairs}"));
            }
            (spec.url, spec.params) = self.lifter.taken_apart(&url);
            let path = spec
                .url
                .split("://")
                .nth(1)
                .map_or(spec.url.as_str(), |rest| {
                    rest.find('/').map_or("/", |at| &rest[at..])
                });
            let path = path.split(['?', '#']).next().unwrap_or_default();
            let name = cut(&format!("{} {path}", spec.method), 80);
            self.requests.push(Step {
                name,
                spec,
                ..Step::default()
            });
        }
    }

    /// Each URL with what is uploaded to it: the first with the first, and several where braces
    /// name them.
    fn calls_of(
        &mut self,
        urls: Vec<(String, usize)>,
        draft: &Draft,
    ) -> Vec<(String, usize, Option<String>)> {
        if let Some((_, at)) = draft.uploads.get(urls.len()) {
            self.note(*at, "this upload has no URL and was left out".to_owned());
        }
        let mut calls = Vec::new();
        for (number, (url, at)) in urls.into_iter().enumerate() {
            let Some((path, _)) = draft.uploads.get(number) else {
                calls.push((url, at, None));
                continue;
            };
            let named = path.split_once('{').filter(|_| !draft.globoff);
            let named = named.and_then(|(before, rest)| {
                let (names, behind) = rest.split_once('}')?;
                (names.contains(',') && !behind.contains('{')).then_some((before, names, behind))
            });
            match named {
                None => calls.push((url, at, Some(path.clone()))),
                Some((before, names, behind)) => {
                    for name in names.split(',').take(1_000) {
                        let path = format!("{before}{name}{behind}");
                        calls.push((url.clone(), at, Some(path)));
                    }
                }
            }
        }
        calls
    }

    fn headers_of(&mut self, spec: &mut RequestSpec, draft: &mut Draft) {
        let mut headers = std::mem::take(&mut draft.headers);
        let named = |headers: &[Param], name: &str| {
            headers.iter().any(|h| h.name.eq_ignore_ascii_case(name))
        };
        // A header of one's own wins over the option.
        if !draft.cookies.is_empty() && !named(&headers, "cookie") {
            headers.push(Param::new("Cookie", draft.cookies.join("; ")));
        }
        for (name, value) in std::mem::take(&mut draft.said) {
            if !named(&headers, name) && !draft.removed.iter().any(|gone| gone == name) {
                headers.push(Param::new(title_case(name), value));
            }
        }
        let mut add = |name: &str, value: &str| {
            if !named(&headers, name) && !draft.removed.iter().any(|gone| gone == name) {
                headers.push(Param::new(title_case(name), value));
            }
        };
        if draft.is_json {
            add("content-type", "application/json");
            add("accept", "application/json");
        } else if draft.has_data && !draft.get && !draft.has_form {
            add("content-type", "application/x-www-form-urlencoded");
        }
        if draft.removed.iter().any(|gone| gone == "content-type")
            && draft.data.iter().any(|d| is_json(&d.bytes))
        {
            self.note(
                draft.at,
                "the command takes the content type out; httriage adds application/json to JSON"
                    .to_owned(),
            );
        }
        if let Some(bearer) = draft
            .bearer
            .take()
            .filter(|_| !named(&headers, "authorization"))
        {
            spec.auth = Auth::Bearer(
                self.lifter
                    .lift("bearer", "option --oauth2-bearer", &bearer),
            );
        }
        for header in headers {
            self.lifter.push_header(spec, header);
        }
        if let Some((user, at)) = draft.user.take() {
            self.basic(spec, draft.scheme, &user, at, "option --user");
        } else if let Some(scheme) = draft.scheme {
            self.note(
                draft.at,
                format!("--{scheme} was left out: httriage proves who it is by tokens alone"),
            );
        }
    }

    /// User and password as `Authorization: Basic`.
    fn basic(
        &mut self,
        spec: &mut RequestSpec,
        scheme: Option<&str>,
        user: &str,
        at: usize,
        place: &str,
    ) {
        if let Some(scheme) = scheme {
            self.note(at, format!("user and password were left out: httriage cannot answer a challenge of {scheme}"));
            return;
        }
        let named = |header: &Param| header.name.eq_ignore_ascii_case("authorization");
        if spec.headers.iter().any(named) || spec.auth != Auth::None {
            self.note(
                at,
                "user and password were left out, since a header Authorization is there".to_owned(),
            );
            return;
        }
        let whole = as_data(user).filter(|user| user.contains(':'));
        let value = match &whole {
            Some(user) => STANDARD.encode(user),
            None => "{{basic}}".to_owned(),
        };
        let token = self.lifter.lift("basic", place, &value);
        if whole.is_none() {
            let missing = if user.contains(':') {
                "user and password are variables of the shell"
            } else {
                "curl would ask for the password"
            };
            self.note(
                at,
                format!("{missing}; the token {token} is the base64 of user:password"),
            );
        }
        spec.headers.push(Param::new(
            "Authorization",
            format!("Basic {}", slot(&token)),
        ));
    }

    fn body_of(&mut self, spec: &mut RequestSpec, draft: &Draft) {
        if draft.has_form {
            let parts = draft.parts.iter().cloned().map(|mut part| {
                if !part.is_file {
                    part.value = self.lifter.named("part", &part.name, &part.value);
                }
                part
            });
            spec.body = Body::Multipart(parts.collect());
            return;
        }
        if let [
            Datum {
                file: Some(path), ..
            },
        ] = &draft.data[..]
        {
            spec.body = Body::File(path.clone());
            return;
        }
        let mut bytes = Vec::new();
        for (number, datum) in draft.data.iter().enumerate() {
            if datum.file.is_some() {
                self.note(
                    datum.at,
                    "a file among other data is not read; it was left out".to_owned(),
                );
                continue;
            }
            if number > 0 && datum.joined {
                bytes.push(b'&');
            }
            bytes.extend(&datum.bytes);
        }
        let media_type = spec
            .headers
            .iter()
            .find(|h| h.name.eq_ignore_ascii_case("content-type"));
        let is_form =
            media_type.is_some_and(|h| h.value.starts_with("application/x-www-form-urlencoded"));
        if is_form && is_json(&bytes) {
            self.note(draft.at, "this JSON goes out as application/x-www-form-urlencoded, as curl sends it: the command names no content type".to_owned());
        }
        spec.body = match String::from_utf8(bytes) {
            Ok(text) => self.lifter.text_body(text, is_form),
            Err(error) => Body::Bytes(error.into_bytes()),
        };
    }

    /// Takes user and password out of a URL; curl sends them as Basic.
    fn user_of(&mut self, spec: &mut RequestSpec, url: String, at: usize) -> String {
        let start = url.find("://").map_or(0, |scheme| scheme + 3);
        let end = url[start..].find(['/', '?', '#', '\\']);
        let end = end.map_or(url.len(), |length| start + length);
        let Some(length) = url[start..end].rfind('@') else {
            return url;
        };
        let user = url[start..start + length].to_owned();
        let user = decoded_around_names(&user).unwrap_or(user);
        let user = if user.contains(':') {
            user
        } else {
            format!("{user}:")
        };
        self.basic(spec, None, &user, at, "URL");
        format!("{}{}", &url[..start], &url[start + length + 1..])
    }

    fn with_scheme(&mut self, url: String, at: usize) -> String {
        let url = url.trim().to_owned();
        // One slash, or three, are as good as two.
        let one = ["http:/", "https:/"].into_iter().find_map(|scheme| {
            let start = url.get(..scheme.len())?;
            let is_scheme = start.eq_ignore_ascii_case(scheme);
            is_scheme.then(|| (scheme, url[scheme.len()..].trim_start_matches('/')))
        });
        if let Some((scheme, rest)) = one.filter(|_| !url.contains("://")) {
            return format!("{scheme}/{rest}");
        }
        if url.contains("://") || url.starts_with("{{") || url.is_empty() {
            return url;
        }
        self.note(
            at,
            "the URL has no scheme; curl takes http://, and so does httriage".to_owned(),
        );
        format!("http://{url}")
    }

    fn globs(&mut self, url: String, at: usize) -> String {
        let is_range = |piece: Piece| match piece {
            Piece::Plain(plain) => plain.contains(['{', '}', '[', ']']),
            Piece::Brace => true,
            Piece::Name(_) | Piece::Token(_) => false,
        };
        if pieces(&url).any(is_range) {
            self.note(at, "curl makes several calls of brackets and braces in a URL, unless --globoff is given; here they stay one call, sent as it is written".to_owned());
        }
        url
    }
}

fn method(draft: &Draft, is_upload: bool) -> String {
    let implied = if draft.head {
        "HEAD"
    } else if is_upload {
        "PUT"
    } else if draft.has_form || (draft.has_data && !draft.get) {
        "POST"
    } else {
        "GET"
    };
    let method = draft.method.clone();
    method.unwrap_or_else(|| implied.to_owned())
}

/// A URL that names a folder is completed by the name of the file, as curl does.
fn with_file_name(url: String, path: &str) -> String {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url[start..].find(['?', '#']);
    let (before, behind) = url.split_at(end.map_or(url.len(), |length| start + length));
    let rest = &before[start..];
    let is_folder = rest.ends_with('/') || !rest.contains('/');
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    if !is_folder || matches!(name, "" | "-" | ".") {
        return url;
    }
    let sign = if rest.ends_with('/') { "" } else { "/" };
    format!("{before}{sign}{}{behind}", encoded_around_names(name))
}

fn is_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
        && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.collect::<Vec<_>>().join("-")
}
