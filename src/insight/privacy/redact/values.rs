//! Known values, and the forms in which whoever repeats them may write them down: as they are,
//! cut off, or packed as base64 or hex. Where they overlap, the one that begins first counts, and
//! of those the longest. The time to find them does not grow with how a value repeats itself.

use super::beginnings::Beginnings;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::collections::HashMap;
use std::ops::Range;

/// A value of so many bytes is masked anywhere; a shorter one would blot out parts of words.
const ANYWHERE: usize = 8;
/// A value of fewer bytes would blot out whole words, and is not masked.
pub(super) const SHORTEST: usize = 4;
/// Of a value of so many bytes its beginning or its end is masked as well.
const LONG: usize = 32;
const PART: usize = 16;
/// Two JSON Web Tokens begin alike; so much is more than that.
const MORE_THAN_ALIKE: usize = 1024;
/// Of what is packed twice the characters in between; shorter ones are found by chance, and of
/// longer ones their first part would be enough.
const TWICE_FROM: usize = 28;
const TWICE_TO: usize = 4_000;
/// So much of a user's name tells that it is this one.
const JOINED: usize = 64;

/// A place in the text, and the number of the value that stands there.
pub(super) type Hit = (Range<usize>, usize);

/// A value, and how much of its beginning other texts may begin with as well.
pub(super) struct Value {
    pub text: String,
    begins: usize,
}

impl Value {
    /// A value by itself. Up to the host of a URL or the first line of a PEM other texts may begin
    /// as it does, so that this much alone is not masked.
    pub fn new(text: impl Into<String>) -> Value {
        let text = text.into();
        Value {
            begins: common_beginning(&text),
            text,
        }
    }

    /// `user:password`, as Basic packs it.
    pub fn pair(user: &str, password: &str) -> Value {
        Value {
            text: format!("{user}:{password}"),
            begins: user.len() + 1,
        }
    }
}

/// What is looked for, each with the number of its value.
#[derive(Default)]
pub(super) struct Values {
    /// Those whose whole key must stand there; such keys are short.
    whole: Table,
    /// Those of which a part is enough.
    parts: Table,
    /// A bit for the head of each key, so that nearly every place is passed at one look.
    filter: Vec<u64>,
    shift: u32,
    /// Those that stand alone, by their first four bytes.
    alone: HashMap<[u8; 4], Vec<(Vec<u8>, usize)>>,
    pub beginnings: Beginnings,
    signs: Signs,
}

/// Patterns in the order of their keys.
#[derive(Default)]
struct Table {
    patterns: Vec<Pattern>,
    /// Those whose keys have the same first eight bytes lie together.
    heads: HashMap<u64, Range<usize>>,
}

struct Pattern {
    bytes: Vec<u8>,
    /// Where its key begins, by which it is found.
    key: usize,
    kind: Kind,
    value: usize,
    /// The longest other whose key this key begins with.
    shorter: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The key is all that is secret.
    Whole,
    /// The key is not enough: what is before it must stand there too.
    Joined,
    /// The key is the end of a long value.
    End,
    /// The beginning of the key is enough.
    Start,
    /// So it is, unless the text goes on as another token does.
    CutOff,
}

/// Bytes of values that are no letters and digits.
struct Signs([bool; 256]);

impl Default for Signs {
    fn default() -> Signs {
        Signs([false; 256])
    }
}

impl Signs {
    fn add(&mut self, bytes: &[u8]) {
        for b in bytes.iter().filter(|b| !b.is_ascii_alphanumeric()) {
            self.0[usize::from(*b)] = true;
        }
    }
}

impl Values {
    /// Of two values that are the same the first one counts.
    pub fn new<'v>(values: impl IntoIterator<Item = &'v Value>) -> Values {
        let mut found = Values::default();
        for (number, value) in values.into_iter().enumerate() {
            found.add(value, number);
        }
        found.settle();
        found
    }

    /// Whether there is nothing to look for; values too short to be told apart are not kept.
    pub fn is_empty(&self) -> bool {
        self.whole.patterns.is_empty() && self.parts.patterns.is_empty() && self.alone.is_empty()
    }

    /// Whether an escape that reads as these bytes may hide a part of a value.
    pub fn may_hold(&self, read: &[u8]) -> bool {
        read.iter().any(|b| self.signs.0[usize::from(*b)])
    }

    fn add(&mut self, value: &Value, number: usize) {
        let Value { text, begins } = value;
        let (bytes, begins) = (text.as_bytes(), *begins);
        if bytes.len() < SHORTEST {
            return;
        }
        if bytes.len() < ANYWHERE {
            self.add_alone(bytes.to_vec(), number);
            for packed in [STANDARD.encode(bytes), URL_SAFE.encode(bytes)] {
                self.add_alone(packed.trim_end_matches('=').as_bytes().to_vec(), number);
                self.add_alone(packed.into_bytes(), number);
            }
            if text.contains(' ') {
                self.add_alone(text.replace(' ', "+").into_bytes(), number);
            }
            self.add_alone(hex(bytes, false), number);
            return;
        }
        let mut raw = vec![bytes.to_vec()];
        // Some write all in small letters, escapes and what stands between them.
        if bytes.iter().any(u8::is_ascii_uppercase) {
            raw.push(bytes.to_ascii_lowercase());
        }
        // A form writes a blank as a plus.
        if text.contains(' ') {
            raw.push(text.replace(' ', "+").into_bytes());
        }
        if !text.is_ascii() {
            let latin: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
            raw.extend(latin);
        }
        let is_jwt = text.starts_with("eyJ") && text.matches('.').count() == 2;
        let kind = if is_jwt { Kind::CutOff } else { Kind::Start };
        for form in raw {
            let begins = begins.min(form.len());
            if form.len() - begins >= LONG {
                self.push(form.clone(), form.len() - PART, Kind::End, number);
            }
            self.push_start(form, begins, kind, number);
        }
        // Inside a longer base64 text a value can begin at any of three places in a group; the
        // characters at its edges mix with its neighbours and are left out.
        for engine in [&STANDARD, &URL_SAFE] {
            for shift in 0..3 {
                let mut padded = vec![0u8; shift];
                padded.extend_from_slice(bytes);
                let text = engine.encode(&padded);
                let from = [0, 2, 3][shift];
                let whole = &text.as_bytes()[from..padded.len() * 8 / 6];
                let key = ((shift + begins) * 8).div_ceil(6) - from;
                self.push_start(whole.to_vec(), key, Kind::Start, number);
                if (TWICE_FROM..=TWICE_TO).contains(&whole.len()) {
                    self.push_packed(whole, number);
                }
            }
        }
        for capitals in [false, true] {
            self.push_start(hex(bytes, capitals), 2 * begins, Kind::Start, number);
        }
    }

    /// What is packed already, packed once more.
    fn push_packed(&mut self, bytes: &[u8], number: usize) {
        for shift in 0..3 {
            let mut padded = vec![0u8; shift];
            padded.extend_from_slice(bytes);
            let text = STANDARD.encode(&padded);
            let whole = &text.as_bytes()[[0, 2, 3][shift]..padded.len() * 8 / 6];
            self.push_start(whole.to_vec(), 0, Kind::Start, number);
        }
    }

    /// Found by what comes behind the part that other texts begin with as well.
    fn push_start(&mut self, bytes: Vec<u8>, begins: usize, kind: Kind, value: usize) {
        match bytes.len().saturating_sub(begins) {
            LONG.. => self.push(bytes, begins, kind, value),
            ANYWHERE..LONG => self.push(bytes, begins, Kind::Whole, value),
            _ => {
                let key = bytes.len().saturating_sub(ANYWHERE);
                self.push(bytes, key, Kind::Joined, value);
            }
        }
    }

    fn push(&mut self, bytes: Vec<u8>, key: usize, kind: Kind, value: usize) {
        self.signs.add(&bytes);
        let table = match kind {
            Kind::Whole | Kind::Joined | Kind::End => &mut self.whole,
            Kind::Start | Kind::CutOff => &mut self.parts,
        };
        table.patterns.push(Pattern {
            bytes,
            key,
            kind,
            value,
            shorter: None,
        });
    }

    fn add_alone(&mut self, bytes: Vec<u8>, value: usize) {
        let Some(head) = bytes.first_chunk::<4>() else {
            return;
        };
        self.signs.add(&bytes);
        self.beginnings.add(head);
        let alike = self.alone.entry(*head).or_default();
        if !alike.iter().any(|(known, _)| *known == bytes) {
            alike.push((bytes, value));
        }
    }

    fn settle(&mut self) {
        let count = self.whole.patterns.len() + self.parts.patterns.len();
        let bits = (64 * count.max(1)).next_power_of_two();
        self.filter = vec![0; bits.div_ceil(64)];
        self.shift = 64 - bits.trailing_zeros();
        for table in [&mut self.whole, &mut self.parts] {
            table.settle();
            for head in table.heads.keys() {
                let place = place(*head, self.shift);
                self.filter[place / 64] |= 1 << (place % 64);
                self.beginnings.add(&head.to_le_bytes());
            }
        }
    }

    /// The value that is found at this place, which may have begun before it, but not before
    /// `floor`.
    pub fn at(&self, text: &[u8], at: usize, floor: usize) -> Option<Hit> {
        let long = head(&text[at..]).and_then(|head| {
            let place = place(head, self.shift);
            let maybe = self.filter.get(place / 64)? >> (place % 64) & 1 == 1;
            if !maybe {
                return None;
            }
            let whole = self.whole.begins(head, text, at, floor);
            let part = self.parts.resembles(head, text, at, floor);
            [whole, part]
                .into_iter()
                .flatten()
                .max_by_key(|hit| hit.0.end)
        });
        long.or_else(|| self.alone_at(text, at))
    }

    fn alone_at(&self, text: &[u8], at: usize) -> Option<Hit> {
        if self.alone.is_empty() {
            return None;
        }
        let rest = &text[at..];
        let alike = self.alone.get(rest.first_chunk::<4>()?)?;
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || !b.is_ascii();
        let joins = |inside: Option<&u8>, outside: Option<&u8>| {
            inside.is_some_and(is_word) && outside.is_some_and(is_word)
        };
        let before = at.checked_sub(1).map(|before| &text[before]);
        let fits = |(bytes, _): &&(Vec<u8>, usize)| {
            rest.starts_with(bytes)
                && !joins(bytes.first(), before)
                && !joins(bytes.last(), rest.get(bytes.len()))
        };
        let longest = alike.iter().filter(fits);
        let (bytes, value) = longest.max_by_key(|(bytes, _)| bytes.len())?;
        Some((at..at + bytes.len(), *value))
    }
}

impl Table {
    fn settle(&mut self) {
        // Those with the same key keep their order, so that the first of them counts.
        let patterns = &mut self.patterns;
        patterns.sort_by(|a, b| a.key().cmp(b.key()));
        patterns.dedup_by(|b, a| a.kind == b.kind && a.key() == b.key() && a.bytes == b.bytes);
        patterns.retain(|pattern| head(pattern.key()).is_some());
        for index in 1..patterns.len() {
            // What this begins with begins the one before, or is it.
            let mut shorter = Some(index - 1);
            while let Some(other) = shorter
                && !patterns[index].key().starts_with(patterns[other].key())
            {
                shorter = patterns[other].shorter;
            }
            patterns[index].shorter = shorter;
        }
        for (index, pattern) in patterns.iter().enumerate() {
            if let Some(head) = head(pattern.key()) {
                let range = self.heads.entry(head).or_insert(index..index);
                range.end = index + 1;
            }
        }
    }

    /// Those with this head, and the first of them that comes behind the text in order.
    fn beside(&self, head: u64, text: &[u8]) -> Option<(Range<usize>, usize)> {
        let range = self.heads.get(&head)?.clone();
        let alike = &self.patterns[range.clone()];
        let behind = alike.partition_point(|pattern| pattern.key() <= text);
        Some((range.clone(), range.start + behind))
    }

    /// The longest whose key the text begins with.
    fn begins(&self, head: u64, text: &[u8], at: usize, floor: usize) -> Option<Hit> {
        let (range, behind) = self.beside(head, &text[at..])?;
        let mut candidate = behind.checked_sub(1).filter(|index| range.contains(index));
        while let Some(index) = candidate {
            let hit = self.patterns[index].hit(text, at, floor);
            if hit.is_some() {
                return hit;
            }
            candidate = self.patterns[index].shorter;
        }
        None
    }

    /// The one that is like the text for longest: in order it stands right beside it.
    fn resembles(&self, head: u64, text: &[u8], at: usize, floor: usize) -> Option<Hit> {
        let (range, behind) = self.beside(head, &text[at..])?;
        let beside = [behind.checked_sub(1), Some(behind)];
        let beside = beside.into_iter().flatten().filter(|i| range.contains(i));
        let hits = beside.filter_map(|index| self.patterns[index].hit(text, at, floor));
        // Of two that are alike for as long, the first.
        hits.reduce(|best, hit| if hit.0.end > best.0.end { hit } else { best })
    }
}

impl Pattern {
    fn key(&self) -> &[u8] {
        &self.bytes[self.key..]
    }

    /// The time this takes is bounded where nothing is hit; a hit is walked over once.
    fn hit(&self, text: &[u8], at: usize, floor: usize) -> Option<Hit> {
        let (key, rest) = (self.key(), &text[at..]);
        let alike = key.iter().zip(rest).take_while(|(a, b)| a == b).count();
        let is_hit = match self.kind {
            Kind::Whole | Kind::Joined | Kind::End => alike == key.len(),
            Kind::Start => alike >= PART,
            Kind::CutOff => {
                let goes_on = rest.get(alike).is_some_and(is_of_token);
                alike == key.len() || alike >= MORE_THAN_ALIKE || alike >= PART && !goes_on
            }
        };
        if !is_hit {
            return None;
        }
        // What stands before its key belongs to it too.
        let before = self.bytes[..self.key].iter().rev();
        let room = text[floor.min(at)..at].iter().rev();
        let before = before.zip(room).take_while(|(a, b)| a == b).count();
        if self.kind == Kind::Joined && before < self.key.min(JOINED) {
            return None;
        }
        Some((at - before..at + alike, self.value))
    }
}

fn is_of_token(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || b"-_.".contains(b)
}

/// How much of a value other texts may begin with as well: a URL its host, user and password the
/// user, a key in PEM its first line.
fn common_beginning(value: &str) -> usize {
    let behind = |sign: &str| value.find(sign).map(|at| at + sign.len());
    if value.starts_with("-----BEGIN") {
        return behind("\n").unwrap_or(0);
    }
    if let Some(host) = behind("://").filter(|_| value.starts_with("http")) {
        return value[host..].find('/').map_or(0, |slash| host + slash + 1);
    }
    0
}

fn hex(bytes: &[u8], capitals: bool) -> Vec<u8> {
    const SMALL: &[u8; 16] = b"0123456789abcdef";
    let digit = |digit: u8| {
        if capitals {
            SMALL[usize::from(digit)].to_ascii_uppercase()
        } else {
            SMALL[usize::from(digit)]
        }
    };
    let digits = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
    digits.map(digit).collect()
}

fn head(text: &[u8]) -> Option<u64> {
    text.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Its bit in the filter: the highest bits of a product that depends on every byte.
fn place(head: u64, shift: u32) -> usize {
    (head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize
}
