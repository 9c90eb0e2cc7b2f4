//! What is secret in a call, and the same call without it. Used at every exit: what is shown,
//! printed, kept or copied has passed through here.

mod beginnings;
mod call;
mod exchange;
mod jwt;
mod looks;
mod makers;
mod names;
mod packed;
mod paths;
mod places;
mod rows;
mod search;
mod signs;
mod spared;
mod telling;
mod texts;
mod unpack;
mod values;
mod veil;
mod views;

use crate::model::{ExchangeSummary, Headers, MASK, Secret, TokenRef, slot};
use search::Search;
use std::collections::HashMap;
use std::ops::Range;
use texts::lossy;
use values::{Value, Values};

pub use exchange::Exchange;
pub use jwt::{jwts, without_jwts};
pub use makers::add_beginnings;
pub use names::{is_scheme, is_secret_name};
pub use paths::credential_in_path;
pub use veil::Veil;

/// No mask of a token with a name is longer.
const LONGEST_MASK: usize = 100;

/// The known secret values, each with the text that stands for it.
#[derive(Default)]
pub struct Mask {
    values: Values,
    marks: Vec<String>,
    /// What stands for a token that has a name, and the reference that it is sent again with.
    slots: HashMap<String, String>,
}

impl Mask {
    /// Where two tokens have the same value, the first of them is named.
    pub fn new(secrets: &[(TokenRef, Secret)]) -> Mask {
        let values: Vec<Value> = secrets
            .iter()
            .map(|(_, secret)| Value::new(secret.reveal()))
            .collect();
        let tokens = secrets.iter().map(|(token, _)| token);
        let slot = |token: &TokenRef| slot(&token.name);
        Mask {
            values: Values::new(&values),
            marks: tokens.clone().map(TokenRef::mask).collect(),
            slots: tokens.map(|token| (token.mask(), slot(token))).collect(),
        }
    }

    /// And what has no name of ours: cookies, as `name=value`, and other values.
    pub fn with_others(
        secrets: &[(TokenRef, Secret)],
        pairs: impl IntoIterator<Item = String>,
        others: &[Secret],
    ) -> Mask {
        let mut mask = Mask::new(secrets);
        let named = secrets
            .iter()
            .map(|(_, secret)| Value::new(secret.reveal()));
        let cookies = pairs
            .into_iter()
            .flat_map(|pair| texts::values_of_cookie(&pair));
        let others = others.iter().map(|secret| Value::new(secret.reveal()));
        let values: Vec<Value> = named.chain(cookies).chain(others).collect();
        mask.values = Values::new(&values);
        mask.marks.resize(values.len(), MASK.to_owned());
        mask
    }

    /// Values that have no name, of which nothing is shown.
    pub fn nameless(secrets: &[Secret]) -> Mask {
        let values = secrets.iter().map(|secret| Value::new(secret.reveal()));
        Mask::of_values(values.collect())
    }

    fn of_values(values: Vec<Value>) -> Mask {
        Mask {
            values: Values::new(&values),
            marks: vec![MASK.to_owned(); values.len()],
            slots: HashMap::new(),
        }
    }

    /// The secrets that stand in a request in the clear, under names that say so.
    pub fn of_request(headers: &Headers, url: &str, body: &[u8]) -> Mask {
        let mut values = texts::values_of_headers(headers);
        values.extend(texts::values_of_url(url));
        values.extend(texts::values_in(body));
        Mask::of_values(values)
    }

    fn set(&self) -> (&Values, &[String]) {
        (&self.values, &self.marks)
    }

    /// Whether a value is so short that every text is full of it, so that it cannot be masked.
    pub fn is_too_short(secret: &Secret) -> bool {
        secret.reveal().len() < values::SHORTEST
    }

    /// Whether a text that is this value would not be shown as it is.
    pub fn hides(&self, secret: &Secret) -> bool {
        self.finds(secret.reveal())
    }

    /// Whether one of the values stands in the text, in any form.
    pub fn finds(&self, text: &str) -> bool {
        !Search::for_values(&[self.set()])
            .look(text.as_bytes())
            .is_empty()
    }

    /// A URL, or what is to become one, without what is secret in it.
    pub fn url(&self, text: &str) -> String {
        texts::url(&Search::for_values(&[self.set()]).and_names(), text)
    }

    /// A sentence of this program without what is secret in it. What it quotes may be an address.
    pub fn sentence(&self, text: &str) -> String {
        let search = Search::for_values(&[self.set()]).and_names();
        let parts = text.split('"').enumerate();
        let parts = parts.map(|(number, part)| match number % 2 {
            1 => texts::url(&search, part),
            _ => part.to_owned(),
        });
        let parts: Vec<String> = parts.collect();
        texts::text(&search, &parts.join("\""))
    }

    /// Any text from outside without what is secret in it.
    pub fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let search = Search::for_values(&[self.set()]).and_names();
        search.clean(&bytes).unwrap_or(bytes)
    }

    /// A line of a list whose call an older program masked.
    pub fn summary(&self, mut summary: ExchangeSummary) -> ExchangeSummary {
        let search = Search::for_values(&[self.set()]).and_names();
        let clean = |text: &mut String| *text = texts::text(&search, text);
        summary.url = texts::url(&search, &summary.url);
        clean(&mut summary.notes);
        summary.message.as_mut().map(clean);
        summary.case.as_mut().map(clean);
        for error in &mut summary.errors {
            let texts = [&mut error.title, &mut error.detail, &mut error.code];
            texts.into_iter().flatten().for_each(clean);
        }
        summary
    }

    /// What a person wrote, without known values and without what looks like a secret: by its
    /// maker's beginning, or by the name that stands before it.
    pub fn prose(&self, text: &str) -> String {
        let search = Search::for_values(&[self.set()]).and_names();
        texts::text(&search, text)
    }

    /// A text without known values.
    pub fn text(&self, text: &str) -> String {
        let search = Search::for_values(&[self.set()]);
        let found = search.look(text.as_bytes());
        match search.write(text.as_bytes(), found) {
            Some(masked) => lossy(masked),
            None => text.to_owned(),
        }
    }
}

/// Whether a value under that name is a secret, or a name in the place of one.
pub fn is_secret(name: &str, value: &str) -> bool {
    names::may_be_secret_name(name) && !spared::is_spared(name, value)
}

/// Where secrets stand under secret names in a text as it stands.
pub fn secret_spans(text: &[u8]) -> Vec<Range<usize>> {
    let search = Search::for_values(&[]).and_names();
    let found = search.look(text).named;
    let mut spans: Vec<Range<usize>> = found.into_iter().map(|named| named.range).collect();
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut end = 0;
    spans.retain(|span| {
        let is_next = span.start >= end;
        end = end.max(span.end);
        is_next
    });
    spans
}

#[cfg(test)]
mod tests;
