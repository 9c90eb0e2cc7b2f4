//! A request ready to be sent, with its tokens still as names.

use super::{
    FilledText, Headers, TokenName, TokenRef, as_text, is_safe_method, rows_ask_to_write, template,
    url_asks_to_write,
};
use std::ops::Range;

/// A request with every variable filled in. Tokens are still names; the vault puts the values in
/// just before sending, at the places in `slots` and nowhere else: what looks like a slot in the
/// texts is text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentRequest {
    pub method: String,
    pub url: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    /// Where tokens go: first in the URL, then in the headers, then in the body, each in order.
    pub slots: Vec<Slot>,
    /// The files to insert into the body, each with its byte position, in order. They are read when
    /// the call is made; a call that was made has none left.
    pub files: Vec<(usize, String)>,
    /// The token of its `Authorization` header.
    pub token: Option<TokenRef>,
}

/// Where a token goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub name: TokenName,
    pub place: SlotPlace,
    /// The bytes to replace: `{{token:name}}`, or the token's mask in a call that is shown.
    pub range: Range<usize>,
}

/// The part of a request that a slot is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotPlace {
    /// Percent-encoded there.
    Url,
    /// In the value of the header at that position.
    Header(usize),
    /// Inserted as it is.
    Body,
    /// Percent-encoded, in a pair of a form.
    Form,
}

impl SlotPlace {
    /// Whether the token's value is percent-encoded there.
    pub fn is_encoded(self) -> bool {
        matches!(self, SlotPlace::Url | SlotPlace::Form)
    }
}

impl SentRequest {
    /// Whether it only reads (RFC 9110, 9.2.1), and asks for no other method on the side.
    pub fn is_safe(&self) -> bool {
        let rows: Vec<_> = self
            .headers
            .iter()
            .map(|row| (&*row.name, row.text()))
            .collect();
        let rows = rows.iter().map(|(name, value)| (*name, &**value));
        is_safe_method(&self.method) && !rows_ask_to_write(rows) && !url_asks_to_write(&self.url)
    }

    /// Every token that is sent, each once.
    pub fn tokens(&self) -> Vec<TokenName> {
        let mut names: Vec<TokenName> = Vec::new();
        for slot in &self.slots {
            if !names.contains(&slot.name) {
                names.push(slot.name.clone());
            }
        }
        names
    }

    /// The slots in the URL.
    pub fn slots_of_url(&self) -> impl Iterator<Item = &Slot> {
        self.slots_in(|place| place == SlotPlace::Url)
    }

    /// The slots in the header at that position.
    pub fn slots_of_header(&self, number: usize) -> impl Iterator<Item = &Slot> {
        self.slots_in(move |place| place == SlotPlace::Header(number))
    }

    /// The slots in the body, also in one that is a form.
    pub fn slots_of_body(&self) -> impl Iterator<Item = &Slot> {
        self.slots_in(|place| matches!(place, SlotPlace::Body | SlotPlace::Form))
    }

    fn slots_in(&self, is_meant: impl Fn(SlotPlace) -> bool) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| is_meant(slot.place))
    }

    /// Adds a header, with its tokens still as names.
    pub fn push_header(&mut self, name: &str, value: FilledText) {
        let place = SlotPlace::Header(self.headers.len());
        self.slots.extend(value.slots_at(place));
        self.headers.push(name, value.text);
    }

    /// Adds `Authorization: Bearer` with this token, and notes it as the request's own (RFC 6750,
    /// 2.1).
    pub fn push_bearer(&mut self, name: &TokenName) {
        let mut value = FilledText::from("Bearer ".to_owned());
        value.push_token(name);
        self.push_header("authorization", value);
        self.token = Some(TokenRef {
            name: name.clone(),
            fingerprint: None,
        });
    }

    /// Replaces the content of slots, as for a call that is shown; `None` leaves a slot as it is.
    pub fn put(&mut self, given: impl Fn(&Slot) -> Option<String>) {
        let given: Vec<Option<String>> = self.slots.iter().map(given).collect();
        let mut given = given.into_iter();
        self.change_slots(|old| match given.next().flatten() {
            Some(text) => text.into_bytes(),
            None => old.to_vec(),
        });
    }

    /// Changes the content of each slot in turn.
    fn change_slots(&mut self, mut change: impl FnMut(&[u8]) -> Vec<u8>) {
        self.change_places(|text, slots| {
            let mut new = Vec::with_capacity(text.len());
            let mut from = 0;
            for slot in slots {
                // A range outside the text is not ours: write nothing there.
                let before = text.get(from..slot.range.start).unwrap_or_default();
                let old = text.get(slot.range.clone()).unwrap_or_default();
                new.extend_from_slice(before);
                from = from.max(slot.range.end);
                let start = new.len();
                let put = change(old);
                if !old.is_empty() {
                    new.extend_from_slice(&put);
                }
                slot.range = start..new.len();
            }
            new.extend_from_slice(text.get(from..).unwrap_or_default());
            new
        });
    }

    /// Gives each slot a name that occurs nowhere else in the request, while code that knows no
    /// slots changes the texts but leaves references to tokens alone.
    pub fn number_slots(&mut self) -> Numbered {
        self.drop_strays();
        let stems = (0_u32..).map(|number| format!("{{{{token:slot-{number}-"));
        let mut stems = stems.skip_while(|stem| !self.slots.is_empty() && self.holds(stem));
        let mut numbered = Numbered {
            stem: stems.next().unwrap_or_default(),
            texts: Vec::with_capacity(self.slots.len()),
        };
        self.change_slots(|text| {
            numbered.texts.push(text.to_vec());
            numbered.name(numbered.texts.len() - 1).into_bytes()
        });
        numbered
    }

    /// Restores the content of the slots, wherever they are now; drops those that are gone.
    pub fn name_slots(&mut self, numbered: &Numbered) {
        let mut number = 0;
        self.change_places(|text, slots| {
            let mut from = 0;
            for slot in slots {
                let name = numbered.name(number);
                number += 1;
                let rest = text.get(from..).unwrap_or_default();
                let found = match std::str::from_utf8(rest) {
                    Ok(rest) => rest.find(&name),
                    Err(_) => rest.windows(name.len()).position(|b| b == name.as_bytes()),
                };
                slot.range = match found {
                    Some(at) => from + at..from + at + name.len(),
                    None => 0..0,
                };
                from = from.max(slot.range.end);
            }
            text.to_vec()
        });
        let mut texts = Vec::with_capacity(self.slots.len());
        for (slot, text) in std::mem::take(&mut self.slots)
            .into_iter()
            .zip(&numbered.texts)
        {
            if !slot.range.is_empty() {
                self.slots.push(slot);
                texts.push(text.clone());
            }
        }
        let mut texts = texts.into_iter();
        self.change_slots(|_| texts.next().unwrap_or_default());
    }

    /// Drops every slot whose range holds neither the name nor the mask of its token.
    fn drop_strays(&mut self) {
        let is_one = |slot: &Slot, text: &[u8]| {
            let mask = format!("‹token:{}", slot.name);
            text == template::slot(&slot.name).as_bytes()
                || text.starts_with(mask.as_bytes()) && text.ends_with("›".as_bytes())
        };
        self.change_places(|text, slots| {
            for slot in slots {
                let inside = text.get(slot.range.clone()).unwrap_or_default();
                if !is_one(slot, inside) {
                    slot.range = 0..0;
                }
            }
            text.to_vec()
        });
        self.slots.retain(|slot| !slot.range.is_empty());
    }

    /// Whether a text occurs anywhere in it.
    fn holds(&self, text: &str) -> bool {
        let in_bytes = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(whole) => whole.contains(text),
            Err(_) => bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes()),
        };
        let mut headers = self.headers.iter();
        self.url.contains(text)
            || headers.any(|header| in_bytes(&header.value))
            || in_bytes(&self.body)
    }

    /// The URL as a text to fill in: all of it is data, apart from the slots.
    pub fn url_template(&self) -> String {
        self.part_of_url(0..self.url.len()).unwrap_or_default()
    }

    /// A part of the URL as such a text.
    pub fn part_of_url(&self, part: Range<usize>) -> Option<String> {
        let mut text = String::new();
        let mut from = part.start;
        for slot in self.slots_of_url() {
            if slot.range.start >= part.start && slot.range.end <= part.end {
                text.push_str(&as_text(self.url.get(from..slot.range.start)?));
                text.push_str(&template::slot(&slot.name));
                from = slot.range.end;
            }
        }
        text.push_str(&as_text(self.url.get(from..part.end)?));
        Some(text)
    }

    /// Changes the text of each place that has slots, together with the slots.
    fn change_places(&mut self, mut change: impl FnMut(&[u8], &mut [Slot]) -> Vec<u8>) {
        let is_same = |one: &Slot, other: &Slot| one.place == other.place;
        for slots in self.slots.chunk_by_mut(is_same) {
            match slots[0].place {
                SlotPlace::Url => {
                    let new = change(self.url.as_bytes(), slots);
                    self.url = String::from_utf8_lossy(&new).into_owned();
                }
                SlotPlace::Header(number) => match self.headers.value_mut(number) {
                    Some(value) => *value = change(value, slots),
                    None => drop(change(&[], slots)),
                },
                SlotPlace::Body | SlotPlace::Form => self.body = change(&self.body, slots),
            }
        }
    }

    /// Inserts bytes into the body; the slots after them move along.
    pub fn insert(&mut self, at: usize, bytes: &[u8]) {
        let at = at.min(self.body.len());
        self.body.splice(at..at, bytes.iter().copied());
        for slot in &mut self.slots {
            let is_behind = slot.range.start >= at;
            if is_behind && matches!(slot.place, SlotPlace::Body | SlotPlace::Form) {
                slot.range.start += bytes.len();
                slot.range.end += bytes.len();
            }
        }
    }
}

/// The content of a request's slots while they have numbers.
pub struct Numbered {
    stem: String,
    texts: Vec<Vec<u8>>,
}

impl Numbered {
    fn name(&self, number: usize) -> String {
        format!("{}{number}}}}}", self.stem)
    }
}

impl FilledText {
    /// Its slots, if this is the text of that place in a request.
    pub fn slots_at(&self, place: SlotPlace) -> impl Iterator<Item = Slot> {
        let slots = self.slots.iter().cloned();
        slots.map(move |(range, name)| Slot { name, place, range })
    }
}

/// A text with its slots replaced; the slots must be in order.
pub fn with_slots<'s>(
    text: &[u8],
    slots: impl Iterator<Item = &'s Slot>,
    put: impl Fn(&Slot, &mut Vec<u8>),
) -> Vec<u8> {
    let mut written = Vec::with_capacity(text.len());
    let mut from = 0;
    for slot in slots {
        // A range outside the text is not ours; the text stays as it is.
        let Some(before) = text.get(from..slot.range.start) else {
            break;
        };
        written.extend_from_slice(before);
        put(slot, &mut written);
        from = slot.range.end;
    }
    written.extend_from_slice(text.get(from..).unwrap_or_default());
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_move_with_what_is_put_in_before_them() {
        let slot = |range: Range<usize>| Slot {
            name: TokenName::named("x"),
            place: SlotPlace::Body,
            range,
        };
        let mut sent = SentRequest {
            body: b"a{{token:x}}b{{token:x}}".to_vec(),
            slots: vec![slot(1..12), slot(13..24)],
            ..SentRequest::default()
        };
        sent.insert(13, b"{{token:x}}");
        sent.insert(1, b"{{token:slot-0-");
        let put = |_: &Slot, out: &mut Vec<u8>| out.extend(b"value");
        let out = with_slots(&sent.body, sent.slots_of_body(), put);
        assert_eq!(out, b"a{{token:slot-0-valueb{{token:x}}value");
        assert_eq!(sent.tokens(), [TokenName::named("x")]);
        // And where all around them is changed.
        let before = sent.clone();
        let numbered = sent.number_slots();
        assert_eq!(numbered.stem, "{{token:slot-1-");
        sent.body = [b"{{token:x}}", &sent.body[..]].concat();
        sent.name_slots(&numbered);
        assert_eq!(sent.body, [b"{{token:x}}", &before.body[..]].concat());
        let moved = before.slots.iter().map(|slot| slot.range.start + 11);
        assert!(moved.eq(sent.slots.iter().map(|slot| slot.range.start)));
        assert_eq!(sent.slots[0].range.len(), 11);
        // Where something else stands there is no slot left.
        let start = sent.slots[0].range.start;
        sent.body[start] = b'[';
        let numbered = sent.number_slots();
        sent.name_slots(&numbered);
        assert_eq!(sent.slots.len(), 1);
    }
}
