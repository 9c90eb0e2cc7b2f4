//! What is secret in a call, and the same call without it. Used at every exit: what is shown,
//! printed, kept or copied has passed through here.

mod encodings;
mod members;
mod search;
mod veil;

use crate::model::{
    Body, Exchange, Failure, Headers, MASK, Outcome, Param, RequestSpec, Response, Secret,
    TokenRef, as_text,
};
use encodings::{ESCAPE_BLOCK, LONGEST_ESCAPE, forms, unescaped};
use members::typed_values;
use search::{HEAD, Hit, Search};
use std::collections::HashMap;

pub use members::{is_secret_name, secret_spans};
pub use veil::Veil;

/// Shorter values would blot out ordinary words.
const SHORTEST_VALUE: usize = 8;
const _: () = assert!(SHORTEST_VALUE >= HEAD);

/// No mask of a token with a name is longer.
const LONGEST_MASK: usize = 100;

/// The known secret values, each with the text that stands for it.
pub struct Mask {
    search: Option<Search>,
    marks: Vec<String>,
    /// What stands for a token that has a name, and the reference that it is sent again with.
    slots: HashMap<String, String>,
}

impl Mask {
    pub fn new(secrets: &[(TokenRef, Secret)]) -> Mask {
        let named = secrets
            .iter()
            .map(|(token, secret)| (token.mask(), secret.reveal()));
        let mut mask = Mask::of_values(named.collect());
        let slot = |token: &TokenRef| format!("{{{{token:{}}}}}", token.name);
        let tokens = secrets.iter().map(|(token, _)| token);
        mask.slots = tokens.map(|token| (token.mask(), slot(token))).collect();
        mask
    }

    /// Values that have no name, of which nothing is shown.
    pub fn nameless(secrets: &[Secret]) -> Mask {
        let values = secrets
            .iter()
            .map(|secret| (MASK.to_owned(), secret.reveal()));
        Mask::of_values(values.collect())
    }

    fn of_values(values: Vec<(String, &str)>) -> Mask {
        let mut patterns = Vec::new();
        let mut marks = Vec::new();
        for (mark, value) in values {
            if value.len() < SHORTEST_VALUE {
                continue;
            }
            for form in forms(value) {
                patterns.push(form);
                marks.push(mark.clone());
            }
        }
        Mask {
            search: Search::new(patterns),
            marks,
            slots: HashMap::new(),
        }
    }

    /// The secrets that stand in a request in the clear, under names that say so.
    pub fn of_request(headers: &Headers, url: &str, body: &[u8]) -> Mask {
        Mask::of_request_with(headers, url, body, &[])
    }

    fn of_request_with(headers: &Headers, url: &str, body: &[u8], more: &[&str]) -> Mask {
        let values = typed_values(headers, url, body);
        let values = values
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied());
        Mask::of_values(values.map(|value| (MASK.to_owned(), value)).collect())
    }

    /// Whether one of the values stands in the text, in any form.
    pub fn finds(&self, text: &str) -> bool {
        self.replace(text.into()) != text.as_bytes()
    }

    /// The call as it may be shown and kept.
    pub fn exchange(&self, mut exchange: Exchange) -> Exchange {
        let slots = exchange.sent.number_slots();
        // Secrets that were typed into the request have no name, but may be echoed all the same.
        let sent = &exchange.sent;
        let parts = secret_parts(&exchange.typed.body);
        let typed = Mask::of_request_with(&sent.headers, &sent.url, &sent.body, &parts);
        let url = |text: &str| self.url(&typed.text(text));
        if let Outcome::Failed(failure) = &mut exchange.outcome {
            for raw in [&exchange.sent.url, &exchange.typed.url] {
                if !raw.is_empty() {
                    failure.message = failure.message.replace(raw, &url(raw));
                }
            }
        }
        exchange.sent.url = url(&exchange.sent.url);
        exchange.sent.headers = self.headers(&exchange.sent.headers, &typed);
        exchange.sent.body = self.bytes(typed.replace(exchange.sent.body));
        exchange.typed = self.typed(exchange.typed, &typed);
        for hop in &mut exchange.redirects {
            hop.location = url(&hop.location);
        }
        exchange.outcome = match exchange.outcome {
            Outcome::Answered(response) => Outcome::Answered(self.response(response, &typed)),
            Outcome::Failed(failure) => Outcome::Failed(Failure {
                message: self.text(&typed.text(&failure.message)),
                partial: failure
                    .partial
                    .map(|response| Box::new(self.response(*response, &typed))),
                ..failure
            }),
        };
        exchange.sent.name_slots(&slots);
        exchange
    }

    /// The request as typed. A value that has a name becomes that name, so that the request can
    /// be sent again; one that has none is masked, and must be typed again.
    fn typed(&self, mut spec: RequestSpec, typed: &Mask) -> RequestSpec {
        let value = |name: &str, text: &str| self.value(name, &typed.text(text));
        let row = |row: &mut Param| {
            let mask = |text: &str| value(&row.name, text);
            (row.value, row.literal) = self.named(&row.value, row.literal, mask);
        };
        let url = |text: &str| self.url(&typed.text(text));
        spec.url = self.named(&spec.url, false, url).0;
        spec.notes = self.text(&typed.text(&spec.notes));
        spec.params.iter_mut().for_each(row);
        spec.headers.iter_mut().for_each(row);
        let body = |text: &str| {
            let masked = self.bytes(typed.replace(text.as_bytes().to_vec()));
            String::from_utf8_lossy(&masked).into_owned()
        };
        spec.body = match spec.body {
            Body::Empty => Body::Empty,
            Body::Text(text) => Body::Text(self.named(&text, false, body).0),
            Body::Bytes(bytes) => match std::str::from_utf8(&bytes) {
                Ok(text) => match self.named(text, true, body) {
                    (text, true) => Body::Bytes(text.into_bytes()),
                    (text, false) => Body::Text(text),
                },
                Err(_) => Body::Bytes(self.bytes(typed.replace(bytes))),
            },
            Body::Form(mut rows) => {
                rows.iter_mut().for_each(row);
                Body::Form(rows)
            }
            Body::Multipart(mut parts) => {
                for part in parts.iter_mut().filter(|part| !part.is_file) {
                    let mask = |text: &str| value(&part.name, text);
                    (part.value, part.literal) = self.named(&part.value, part.literal, mask);
                }
                Body::Multipart(parts)
            }
            Body::File(path) => Body::File(self.template(&path)),
        };
        spec
    }

    /// A text that is filled in, without known values: their names stand in their places.
    pub fn template(&self, text: &str) -> String {
        self.named(text, false, |text| self.text(text)).0
    }

    /// What the masking puts in becomes the names of its tokens; a mask that stood there before
    /// is text like any other. Data that has to hold a name is data no more, but a text that is
    /// filled in.
    fn named(&self, text: &str, literal: bool, mask: impl Fn(&str) -> String) -> (String, bool) {
        const OPEN: char = '‹';
        // Characters of no alphabet; a text with all of them in it was typed by nobody.
        let mut free = ('\u{e000}'..='\u{f8ff}').filter(|c| !text.contains(*c));
        let stand_in = free.next().unwrap_or(OPEN);
        let masked = mask(&text.replace(OPEN, stand_in.encode_utf8(&mut [0; 4])));
        let plain = |text: &str| text.replace(stand_in, OPEN.encode_utf8(&mut [0; 4]));
        match (self.with_slots(&masked, plain), literal) {
            (None, _) => (plain(&masked), literal),
            (Some(named), false) => (named, false),
            (Some(_), true) => {
                let data = |text: &str| as_text(&plain(text));
                (self.with_slots(&masked, data).unwrap_or_default(), false)
            }
        }
    }

    /// A text with references in the place of masks, and all else as it is written; `None` where
    /// there are none.
    fn with_slots(&self, text: &str, plain: impl Fn(&str) -> String) -> Option<String> {
        const CLOSE: &[u8] = "›".as_bytes();
        let mut named = String::new();
        let mut rest = text;
        let mut from = 0;
        while let Some(start) = rest[from..].find("‹token:").map(|at| from + at) {
            let near = &rest.as_bytes()[start..rest.len().min(start + LONGEST_MASK)];
            let length = memchr::memmem::find(near, CLOSE).map(|at| at + CLOSE.len());
            let end = start + length.unwrap_or(0);
            match rest.get(start..end).and_then(|mask| self.slots.get(mask)) {
                Some(slot) => {
                    named.push_str(&plain(&rest[..start]));
                    named.push_str(slot);
                    (rest, from) = (&rest[end..], 0);
                }
                None => from = start + '‹'.len_utf8(),
            }
        }
        (!named.is_empty()).then(|| named + &plain(rest))
    }

    fn response(&self, mut response: Response, typed: &Mask) -> Response {
        response.headers = self.headers(&response.headers, typed);
        response.trailers = self.headers(&response.trailers, typed);
        response.reason = self.text(&typed.text(&response.reason));
        response.received = Some(response.body_bytes());
        response.body = self.bytes(typed.replace(response.body));
        response
    }

    fn headers(&self, headers: &Headers, typed: &Mask) -> Headers {
        headers
            .iter()
            .map(|header| {
                let value = if is_secret_name(&header.name) {
                    self.value(&header.name, &header.text()).into_bytes()
                } else if header.name.eq_ignore_ascii_case("location") {
                    self.url(&typed.text(&header.text())).into_bytes()
                } else {
                    typed.replace(self.replace(header.value.clone()))
                };
                (header.name.clone(), value)
            })
            .collect()
    }

    /// A named value: whole if the name is a secret one, else what is known in it.
    fn value(&self, name: &str, value: &str) -> String {
        if !is_secret_name(name) || value.is_empty() {
            return self.text(value);
        }
        let scheme = ["Bearer ", "Basic ", "Token ", "Digest "]
            .into_iter()
            .find(|s| {
                value.len() > s.len()
                    && value.is_char_boundary(s.len())
                    && value[..s.len()].eq_ignore_ascii_case(s)
            });
        let (scheme, rest) = value.split_at(scheme.map_or(0, str::len));
        let known = self.text(rest);
        // A value that is nothing but a named token keeps that name, so that it can be sent again.
        let whole = self.slots.contains_key(&known);
        let reference = rest.starts_with("{{token:") && rest.ends_with("}}");
        if whole || reference {
            format!("{scheme}{known}")
        } else {
            format!("{scheme}{MASK}")
        }
    }

    /// A URL, or what is to become one, without known values and without those whose names say
    /// that they are secret.
    pub fn url(&self, text: &str) -> String {
        let mut text = self.text(text);
        // By hand, since what is no URL may hold a password all the same.
        if let Some(scheme) = text.find("://") {
            let start = scheme + 3;
            let end = text[start..].find(['/', '?', '#', '\\']);
            let end = end.map_or(text.len(), |length| start + length);
            if let Some(length) = text[start..end].rfind('@') {
                text.replace_range(start..start + length, MASK);
            }
        }
        let Some(query) = text.find('?') else {
            return text;
        };
        let (before, rest) = text.split_at(query + 1);
        let (query, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) if is_secret_name(name) => {
                    format!("{name}={}", self.value(name, value))
                }
                _ => pair.to_owned(),
            })
            .collect();
        format!("{before}{}{fragment}", pairs.join("&"))
    }

    /// A text without known values.
    pub fn text(&self, text: &str) -> String {
        match String::from_utf8(self.replace(text.into())) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }

    /// A body without known values and without the members that have secret names.
    fn bytes(&self, body: Vec<u8>) -> Vec<u8> {
        let body = self.replace(body);
        let spans = secret_spans(&body);
        if spans.is_empty() {
            return body;
        }
        let mut masked = Vec::with_capacity(body.len());
        let mut from = 0;
        for span in spans {
            let inside = &body[span.clone()];
            masked.extend_from_slice(&body[from..span.start]);
            let text = std::str::from_utf8(inside);
            let mask_of_one = text.is_ok_and(|text| self.slots.contains_key(text));
            let reference = inside.starts_with(b"{{token:") && inside.ends_with(b"}}");
            let named = mask_of_one || reference;
            masked.extend_from_slice(if named { inside } else { MASK.as_bytes() });
            from = span.end;
        }
        masked.extend_from_slice(&body[from..]);
        masked
    }

    /// The bytes without known values. Where there are none they come back as they are: a large
    /// body is not copied to find that out.
    fn replace(&self, bytes: Vec<u8>) -> Vec<u8> {
        let Some(search) = &self.search else {
            return bytes;
        };
        let plain = self.marked(&bytes, search.hits(&bytes)).unwrap_or(bytes);
        let hidden = behind_escapes(search, &plain).into_iter();
        self.marked(&plain, hidden).unwrap_or(plain)
    }

    /// `None` where nothing was hit.
    fn marked(&self, bytes: &[u8], hits: impl Iterator<Item = Hit>) -> Option<Vec<u8>> {
        let mut hits = hits.peekable();
        hits.peek()?;
        let mut masked = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for (span, pattern) in hits {
            masked.extend_from_slice(&bytes[from..span.start]);
            masked.extend_from_slice(self.marks[pattern].as_bytes());
            from = span.end;
        }
        masked.extend_from_slice(&bytes[from..]);
        Some(masked)
    }
}

/// Where a value stands with some of its characters escaped, and which it is. Encoders differ
/// in what they escape, so the text is searched as it reads once every escape is undone; block
/// by block, since the places of a large body would take more memory than the body.
fn behind_escapes(search: &Search, text: &[u8]) -> Vec<Hit> {
    let overlap = search.longest() * LONGEST_ESCAPE;
    let block = ESCAPE_BLOCK + 2 * overlap;
    let mut found: Vec<Hit> = Vec::new();
    let mut start = 0;
    loop {
        let end = text.len().min(start + block);
        if let Some(plain) = unescaped(&text[start..end]) {
            for (hit, pattern) in search.hits(&plain.read) {
                let span = start + plain.place(hit.start)..start + plain.place(hit.end);
                if found.last().is_none_or(|(last, _)| last.end <= span.start) {
                    found.push((span, pattern));
                }
            }
        }
        if end == text.len() {
            return found;
        }
        start = end - overlap;
    }
}

/// The values of parts that have secret names: in the body as sent only their typed form tells
/// where they stand.
fn secret_parts(body: &Body) -> Vec<&str> {
    let Body::Multipart(parts) = body else {
        return Vec::new();
    };
    let secret = parts
        .iter()
        .filter(|part| !part.is_file && is_secret_name(&part.name));
    let values = secret.map(|part| part.value.as_str());
    values.filter(|value| !value.contains("{{token:")).collect()
}

#[cfg(test)]
mod tests;
