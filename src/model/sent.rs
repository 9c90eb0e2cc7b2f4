//! A request as it leaves this machine, its tokens still by name.

use super::{FilledText, Headers, TokenName, TokenRef, template};
use std::ops::Range;

/// A request with every variable filled in. Tokens still stand by name; the vault puts the values
/// in just before the wire, at the places that `slots` says and nowhere else: what looks like a
/// slot in the texts is text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentRequest {
    pub method: String,
    pub url: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    /// Where tokens go: first in the URL, then in the headers, then in the body, each in order.
    pub slots: Vec<Slot>,
    /// The files whose contents belong into the body, each with its place in it, in order. They
    /// are read as the call is made, and none are left in a call that was.
    pub files: Vec<(usize, String)>,
    /// The token of its `Authorization` header.
    pub token: Option<TokenRef>,
}

/// Where a token goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub name: TokenName,
    pub place: SlotPlace,
    /// The bytes that make way: `{{token:name}}`, or the mask of the token in a call that is shown.
    pub range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotPlace {
    /// Percent-encoded there.
    Url,
    /// The value of the header with that number.
    Header(usize),
    /// As it is.
    Body,
    /// Percent-encoded, in a pair of a form.
    Form,
}

impl SlotPlace {
    pub fn is_encoded(self) -> bool {
        matches!(self, SlotPlace::Url | SlotPlace::Form)
    }
}

impl SentRequest {
    /// Every token that goes along, each once.
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

    /// The slots in the header of that number.
    pub fn slots_of_header(&self, number: usize) -> impl Iterator<Item = &Slot> {
        self.slots_in(move |place| place == SlotPlace::Header(number))
    }

    pub fn slots_of_body(&self) -> impl Iterator<Item = &Slot> {
        self.slots_in(|place| matches!(place, SlotPlace::Body | SlotPlace::Form))
    }

    fn slots_in(&self, is_meant: impl Fn(SlotPlace) -> bool) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| is_meant(slot.place))
    }

    /// Adds a header, its tokens still by name.
    pub fn push_header(&mut self, name: &str, value: FilledText) {
        let place = SlotPlace::Header(self.headers.len());
        self.slots.extend(value.slots_at(place));
        self.headers.push(name, value.text);
    }

    /// RFC 6750, 2.1: the token that the request is made with.
    pub fn push_bearer(&mut self, name: &TokenName) {
        let mut value = FilledText::from("Bearer ".to_owned());
        value.push_token(name);
        self.push_header("authorization", value);
        self.token = Some(TokenRef {
            name: name.clone(),
            fingerprint: None,
        });
    }

    /// Writes something else in the place of slots, as in a call that is shown; where nothing is
    /// given, what stands there stays.
    pub fn put(&mut self, given: impl Fn(&Slot) -> Option<String>) {
        self.change_places(|text, slots| {
            let mut new = Vec::with_capacity(text.len());
            let mut from = 0;
            for slot in slots {
                // A range that fits nowhere is none of ours.
                let (Some(before), Some(old)) = (
                    text.get(from..slot.range.start),
                    text.get(slot.range.clone()),
                ) else {
                    continue;
                };
                new.extend_from_slice(before);
                from = slot.range.end;
                let start = new.len();
                match given(slot) {
                    Some(text) => new.extend_from_slice(text.as_bytes()),
                    None => new.extend_from_slice(old),
                }
                slot.range = start..new.len();
            }
            new.extend_from_slice(text.get(from..).unwrap_or_default());
            new
        });
    }

    /// Finds the slots again after the texts around them were changed; those that are gone are
    /// none any more.
    pub fn find_slots(&mut self) {
        self.change_places(|text, slots| {
            let mut from = 0;
            for slot in slots {
                let typed = template::slot(&slot.name);
                let rest = text.get(from..).unwrap_or_default();
                let found = match std::str::from_utf8(rest) {
                    Ok(rest) => rest.find(&typed),
                    Err(_) => rest
                        .windows(typed.len())
                        .position(|b| b == typed.as_bytes()),
                };
                slot.range = match found {
                    Some(at) => from + at..from + at + typed.len(),
                    None => 0..0,
                };
                from = from.max(slot.range.end);
            }
            text.to_vec()
        });
        self.slots.retain(|slot| !slot.range.is_empty());
    }

    /// Changes the text of each place that has slots, together with them.
    fn change_places(&mut self, mut change: impl FnMut(&[u8], &mut [Slot]) -> Vec<u8>) {
        let is_same = |one: &Slot, other: &Slot| one.place == other.place;
        for slots in self.slots.chunk_by_mut(is_same) {
            match slots[0].place {
                SlotPlace::Url => {
                    let new = change(self.url.as_bytes(), slots);
                    self.url = String::from_utf8_lossy(&new).into_owned();
                }
                SlotPlace::Header(number) => {
                    if let Some(value) = self.headers.value_mut(number) {
                        *value = change(value, slots);
                    }
                }
                SlotPlace::Body | SlotPlace::Form => self.body = change(&self.body, slots),
            }
        }
    }

    /// Puts bytes into the body; the slots behind them move along.
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

impl FilledText {
    /// Its slots in a request, where this is the text of that place.
    pub fn slots_at(&self, place: SlotPlace) -> impl Iterator<Item = Slot> {
        let slots = self.slots.iter().cloned();
        slots.map(move |(range, name)| Slot { name, place, range })
    }
}

/// A text with something else in the place of its slots, which stand in it in order.
pub fn with_slots<'s>(
    text: &[u8],
    slots: impl Iterator<Item = &'s Slot>,
    put: impl Fn(&Slot, &mut Vec<u8>),
) -> Vec<u8> {
    let mut written = Vec::with_capacity(text.len());
    let mut from = 0;
    for slot in slots {
        // A range that fits nowhere is none of ours; the text stays as it is.
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
        sent.insert(1, b"--");
        let put = |_: &Slot, out: &mut Vec<u8>| out.extend(b"value");
        let out = with_slots(&sent.body, sent.slots_of_body(), put);
        assert_eq!(out, b"a--valueb{{token:x}}value");
        assert_eq!(sent.tokens(), [TokenName::named("x")]);
    }
}
