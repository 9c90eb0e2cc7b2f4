//! A call without its secrets: what of it is looked through, and for what.

use super::packed;
use super::places::Named;
use super::search::{Found, Search};
use super::spared::is_kept;
use super::texts::{
    direct_values, is_made_up, lossy, url, value, values_in, values_of_cookie, values_of_headers,
    values_of_url, values_of_words,
};
use super::values::Value;
use super::{Exchange, LONGEST_MASK, Mask, is_secret, is_secret_name, without_jwts};
use crate::model::{
    Body, Failure, Headers, MASK, Outcome, Param, RawExchange, RequestSpec, Response, SentRequest,
    Slot, SlotPlace, as_text, slot as slot_text,
};
use std::collections::HashSet;

/// Values that an answer gives away and that are looked for in the rest of it.
const MOST_GIVEN: usize = 1_000;

impl Mask {
    /// The call as it may be shown and kept.
    pub fn exchange(&self, exchange: RawExchange) -> Exchange {
        let values = values_of_request(&exchange.sent);
        Exchange::masked(self.without(values, exchange))
    }

    /// A call that was recorded elsewhere, made of names, and how its request stood there. Of whose
    /// answer nobody here knows the tokens, every one that looks like one is masked.
    pub fn recorded(&self, exchange: RawExchange, stood: &SentRequest) -> Exchange {
        let mut exchange = self.without(values_of_request(stood), exchange);
        if let Outcome::Answered(response) = &mut exchange.outcome {
            let headers = response.headers.iter();
            response.headers = headers
                .map(|header| {
                    let value = without_jwts(&header.text());
                    (header.name.clone(), value.into_bytes())
                })
                .collect();
            if let Ok(text) = std::str::from_utf8(&response.body)
                && text.contains("eyJ")
            {
                response.set_body(without_jwts(text).into_bytes());
            }
        }
        Exchange::masked(exchange)
    }

    /// Without what is known here, what names say, and these values, which the call itself brought:
    /// secrets that were typed have no name, but may be echoed all the same.
    fn without(&self, mut values: Vec<Value>, mut exchange: RawExchange) -> RawExchange {
        let slots = exchange.sent.number_slots();
        values.extend(values_of_parts(&exchange.typed.body));
        values.extend(values_of_hops(&exchange));
        let response = exchange.outcome.response();
        values.extend(response.map(values_of_cookies).unwrap_or_default());
        distinct(&mut values);
        let typed = Mask::of_values(values);
        let search = Search::for_values(&[self.set(), typed.set()]).and_names();
        let mut body = response.map_or_else(Found::default, |r| search.look(&r.body));
        // What the answer gives under a secret name may stand elsewhere in it too.
        let given = response.map(|response| values_given(response, &body));
        let given = Mask::of_values(given.unwrap_or_default());
        if let Some(response) = response.filter(|_| !given.values.is_empty()) {
            let more = Search::for_values(&[given.set()]).look(&response.body);
            body.merge(more, 2);
        }
        let sets = [self.set(), typed.set(), given.set()];
        let cleaner = Cleaner {
            mask: self,
            search: Search::for_values(&sets).and_names(),
        };
        let mut exchange = cleaner.exchange(exchange, body);
        exchange.sent.name_slots(&slots);
        cleaner.mark(&mut exchange.sent);
        exchange
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
}

/// What looks through a call.
struct Cleaner<'m> {
    mask: &'m Mask,
    search: Search<'m>,
}

impl Cleaner<'_> {
    fn exchange(&self, mut exchange: RawExchange, body: Found) -> RawExchange {
        if let Outcome::Failed(failure) = &mut exchange.outcome {
            for raw in [&exchange.sent.url, &exchange.typed.url] {
                if !raw.is_empty() {
                    failure.message = failure.message.replace(raw, &self.url(raw));
                }
            }
        }
        exchange.sent.url = self.url(&exchange.sent.url);
        let is_said = packed::is_said(&exchange.sent.headers);
        exchange.sent.headers = self.headers(&exchange.sent.headers);
        exchange.sent.body = self.body(exchange.sent.body, is_said);
        exchange.typed = self.typed(exchange.typed);
        exchange.case = exchange.case.map(|case| self.text(&case));
        exchange.sent.method = self.method(&exchange.sent.method);
        for hop in &mut exchange.redirects {
            hop.location = self.url(&hop.location);
            hop.method = self.method(&hop.method);
            for name in &mut hop.dropped {
                *name = self.text(name);
            }
        }
        exchange.outcome = match exchange.outcome {
            Outcome::Answered(response) => Outcome::Answered(self.response(response, body)),
            Outcome::Failed(failure) => Outcome::Failed(Failure {
                message: self.text(&failure.message),
                partial: failure
                    .partial
                    .map(|response| Box::new(self.response(*response, body))),
                ..failure
            }),
        };
        exchange
    }

    /// The request as typed. A value that has a name becomes that name, so that the request can
    /// be sent again; one that has none is masked, and must be typed again.
    fn typed(&self, mut spec: RequestSpec) -> RequestSpec {
        spec.url = self.named(&spec.url, false, |text| self.url(text)).0;
        spec.notes = self.text(&spec.notes);
        spec.method = self.method(&spec.method);
        let row = |row: &mut Param| {
            row.name = self.text(&row.name);
            let mask = |text: &str| self.value(&row.name, text);
            (row.value, row.literal) = self.named(&row.value, row.literal, mask);
            // It says what was masked, in other letters.
            row.written = row.as_written().map(str::to_owned);
            let hides = |written: &String| *written != self.text(written);
            row.written.take_if(|written| hides(written));
        };
        let is_said = spec.headers.iter().any(|row| {
            row.enabled
                && row.name.eq_ignore_ascii_case("content-encoding")
                && packed::names_coding(&row.value)
        });
        spec.params.iter_mut().for_each(row);
        spec.headers.iter_mut().for_each(row);
        let body = |text: &str| lossy(self.bytes(text.as_bytes().to_vec()));
        spec.body = match spec.body {
            Body::Empty => Body::Empty,
            Body::Text(text) => Body::Text(self.named(&text, false, body).0),
            Body::Bytes(bytes) => match std::str::from_utf8(&bytes) {
                Ok(text) => match self.named(text, true, body) {
                    (text, true) => Body::Bytes(text.into_bytes()),
                    (text, false) => Body::Text(text),
                },
                Err(_) => Body::Bytes(self.body(bytes, is_said)),
            },
            Body::Form(mut rows) => {
                rows.iter_mut().for_each(row);
                Body::Form(rows)
            }
            Body::Multipart(mut parts) => {
                for part in &mut parts {
                    part.name = self.text(&part.name);
                    let texts = part.file_name.iter_mut().chain(&mut part.media_type);
                    texts.for_each(|text| *text = self.text(text));
                    if part.is_file {
                        part.value = self.text(&part.value);
                        continue;
                    }
                    let mask = |text: &str| self.value(&part.name, text);
                    (part.value, part.literal) = self.named(&part.value, part.literal, mask);
                }
                Body::Multipart(parts)
            }
            Body::File(path) => Body::File(self.named(&path, false, |text| self.text(text)).0),
        };
        spec
    }

    fn named(&self, text: &str, literal: bool, mask: impl Fn(&str) -> String) -> (String, bool) {
        self.mask.named(text, literal, mask)
    }

    /// Tokens that still stand by name in the headers of what was sent are shown the way they are
    /// masked. What was shown before keeps its mask, which tells which value it was.
    fn mark(&self, sent: &mut SentRequest) {
        let stands_by_name = |slot: &&Slot| {
            let SlotPlace::Header(number) = slot.place else {
                return false;
            };
            let header = sent.headers.iter().nth(number);
            let text = header.and_then(|header| header.value.get(slot.range.clone()));
            text.is_some_and(|text| text == slot_text(&slot.name).as_bytes())
        };
        let named: Vec<Slot> = sent.slots.iter().filter(stands_by_name).cloned().collect();
        sent.put(|slot| {
            let text = slot_text(&slot.name);
            let mut known = self.mask.slots.iter();
            let mark = known.find_map(|(mark, slot)| (*slot == text).then(|| mark.clone()));
            mark.filter(|_| named.contains(slot))
        });
    }

    fn response(&self, mut response: Response, body: Found) -> Response {
        // Of what was unpacked the size on the wire is known.
        let is_said = response.wire_bytes.is_none() && packed::is_said(&response.headers);
        response.headers = self.headers(&response.headers);
        response.trailers = self.headers(&response.trailers);
        response.reason = self.text(&response.reason);
        response.received = Some(response.body_bytes());
        response.cookies.given = Vec::new();
        let cookies = &mut response.cookies;
        let named = cookies.expired.iter_mut().chain(&mut cookies.taken_back);
        for text in named.chain(&mut cookies.refused) {
            *text = self.text(text);
        }
        let masked = match self.left_out(&response.body, is_said) {
            Some(sentence) => Some(sentence),
            None => self.search.write(&response.body, body),
        };
        if let Some(masked) = masked {
            response.set_body(masked);
        }
        response
    }

    fn headers(&self, headers: &Headers) -> Headers {
        headers
            .iter()
            .map(|header| {
                // Under some names only what looks made up is secret.
                let text = header.text();
                let value = if is_secret_name(&header.name) || is_secret(&header.name, &text) {
                    self.value(&header.name, &text).into_bytes()
                } else {
                    self.bytes(header.value.clone())
                };
                (self.text(&header.name), value)
            })
            .collect()
    }

    /// A named value: whole if the name is a secret one, else what is secret in it.
    fn value(&self, name: &str, value: &str) -> String {
        if !is_secret(name, value) || is_kept(value) {
            return self.text(value);
        }
        let mut found = Found::default();
        found.named.push(Named {
            range: 0..value.len(),
            quote: None,
            is_direct: true,
        });
        found.merge(self.search.look_for_values(value.as_bytes()), 0);
        let masked = self.search.write(value.as_bytes(), found);
        masked.map_or_else(|| value.to_owned(), lossy)
    }

    /// A method is sent in capitals, in whatever letters it was typed.
    fn method(&self, method: &str) -> String {
        let small = method.to_ascii_lowercase();
        let masked = self.text(&small);
        if masked == small {
            method.to_owned()
        } else {
            masked
        }
    }

    fn url(&self, text: &str) -> String {
        url(&self.search, text)
    }

    fn text(&self, text: &str) -> String {
        super::texts::text(&self.search, text)
    }

    /// A body, which may be packed.
    fn body(&self, bytes: Vec<u8>, is_said: bool) -> Vec<u8> {
        let left_out = self.left_out(&bytes, is_said);
        left_out.unwrap_or_else(|| self.bytes(bytes))
    }

    /// What stands in the place of a body with packed data that holds a secret, or that should be
    /// packed and cannot be looked through; `is_said` where its headers say that it is packed.
    fn left_out(&self, body: &[u8], is_said: bool) -> Option<Vec<u8>> {
        let inside = packed::inside(body);
        let mut texts = inside.texts.iter();
        let is_unread = is_said
            && !inside.is_read
            && body.len() >= packed::SHORTEST
            && std::str::from_utf8(body).is_err();
        let why = if texts.any(|text| self.search.clean(text).is_some()) {
            "they are packed, and hold a secret"
        } else if inside.is_over || is_unread {
            "they are packed, and cannot be looked through for secrets"
        } else {
            return None;
        };
        let sentence = format!("{MASK} {} bytes are not kept: {why}.\n", body.len());
        Some(sentence.into_bytes())
    }

    fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.search.clean(&bytes).unwrap_or(bytes)
    }
}

/// Values under secret names of what was sent, and cookies, that were typed rather than named.
fn values_of_request(sent: &SentRequest) -> Vec<Value> {
    let mut values = values_of_headers(&sent.headers);
    values.extend(values_of_url(&sent.url));
    values.extend(values_in(&sent.body));
    let packed = packed::inside(&sent.body).texts.into_iter();
    values.extend(packed.flat_map(|text| values_in(&text)));
    values
}

/// The values of parts that have secret names: in the body as sent only their typed form tells
/// where they stand.
fn values_of_parts(body: &Body) -> Vec<Value> {
    let Body::Multipart(parts) = body else {
        return Vec::new();
    };
    let secret = parts
        .iter()
        .filter(|part| !part.is_file && is_secret_name(&part.name));
    secret.filter_map(|part| value(&part.value)).collect()
}

/// What the addresses gave away to which answers led on.
fn values_of_hops(exchange: &RawExchange) -> Vec<Value> {
    let hops = exchange.redirects.iter();
    let mut values: Vec<Value> = hops.flat_map(|hop| values_of_url(&hop.location)).collect();
    values.retain(|value| value.text.len() >= 8 && is_made_up(&value.text));
    values
}

/// Cookies that an answer sets.
fn values_of_cookies(response: &Response) -> Vec<Value> {
    let set = ["set-cookie", "set-cookie2"];
    let set = set.iter().flat_map(|name| response.headers.all(name));
    let pairs = set.filter_map(|text| Some(text.split(';').next()?.to_owned()));
    pairs.flat_map(|pair| values_of_cookie(&pair)).collect()
}

fn distinct(values: &mut Vec<Value>) {
    let mut seen = HashSet::new();
    values.retain(|value| seen.insert(value.text.clone()));
}

/// What an answer gives away: new tokens, which it may repeat elsewhere.
fn values_given(response: &Response, body: &Found) -> Vec<Value> {
    let mut values = direct_values(&response.body, body);
    for header in response.headers.iter() {
        match is_secret_name(&header.name) {
            true if header.name.eq_ignore_ascii_case("set-cookie") => {}
            true => values.extend(values_of_words(&header.text())),
            false => values.extend(values_in(&header.value)),
        }
    }
    values.retain(|value| value.text.len() >= 8 && is_made_up(&value.text));
    distinct(&mut values);
    // A list of thousands does not repeat its values elsewhere; each is masked where it stands.
    values.truncate(MOST_GIVEN);
    values
}
