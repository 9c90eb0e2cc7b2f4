//! One walk over a text for everything that is secret in it: known values, and what stands under
//! secret names; in the text as it stands, and as it reads once its escapes are undone.

use super::beginnings::Beginnings;
use super::makers;
use super::places::{Named, Places};
use super::rows::rows;
use super::signs;
use super::spared::is_kept;
use super::unpack::unpacked;
use super::values::Values;
use super::views::{OUTER, Reading, WayBack, escape, escapes, read, wraps};
use crate::model::MASK;
use std::ops::Range;

/// Escapes of escapes are undone so often: a text in JSON in a text in JSON, and so on.
const DEEPEST: u8 = OUTER.len() as u8;
/// Larger texts are read without their escapes in blocks of this size, to spare memory.
const BLOCK: usize = 4 << 20;
/// What two blocks have in common, so that nothing is cut in two.
const OVERLAP: usize = 256 << 10;

/// So often the zeros of wide letters are left out: four bytes a letter have three of them.
const WIDEST: u8 = 3;

/// Base64 in base64 is unpacked so often.
const MOST_UNPACKED: u8 = 2;

pub(super) struct Search<'v> {
    sets: Vec<(&'v Values, &'v [String])>,
    /// Whether secret names count as well.
    by_name: bool,
    /// How often what is looked through was unpacked.
    unpacked: u8,
    beginnings: Beginnings,
}

/// A known value: where it stands, of which set it is, and its number there.
type Known = (Range<usize>, usize, usize);

/// What was found, in any order, overlapping or not.
#[derive(Default)]
pub(super) struct Found {
    pub named: Vec<Named>,
    known: Vec<Known>,
}

impl<'v> Search<'v> {
    /// For values, each set with the marks that stand for its values.
    pub fn for_values(sets: &[(&'v Values, &'v [String])]) -> Search<'v> {
        let mut beginnings = Beginnings::default();
        for (values, _) in sets {
            beginnings.add_all(&values.beginnings);
        }
        Search {
            sets: sets.to_vec(),
            by_name: false,
            unpacked: 0,
            beginnings,
        }
    }

    /// And for what stands under secret names.
    pub fn and_names(mut self) -> Search<'v> {
        self.beginnings.add_all(&signs::ALL.beginnings);
        self.beginnings.add_all(&makers::ALL.beginnings);
        if let Some(own) = makers::own() {
            self.beginnings.add_all(&own.beginnings);
        }
        self.by_name = true;
        self
    }

    fn has_values(&self) -> bool {
        self.sets.iter().any(|(values, _)| !values.is_empty())
    }

    /// Everything secret in a text: as it stands, across wrapped lines, in bytes written as
    /// numbers, in event streams, in two bytes a letter, and behind escapes and base64 where there
    /// are signs of them.
    pub fn look(&self, text: &[u8]) -> Found {
        self.look_in(text, WIDEST)
    }

    fn look_in(&self, text: &[u8], wide: u8) -> Found {
        if !self.has_values() && !self.by_name {
            return Found::default();
        }
        let (mut found, deeper) = self.walk(text);
        found.add(self.look_across_lines(text), 0);
        found.add(self.look_at_bytes(text), 0);
        let letters = hidden(text, |read| read.iter().any(is_letter));
        if self.by_name && (deeper || letters) {
            found.add(self.for_names(self.unpacked).look_behind(text, 1), 0);
        }
        found.add(self.look_in_events(text), 0);
        if self.hides_values(text) {
            let values = Search::for_values(&self.sets);
            found.add(values.look_behind(text, 1), 0);
        }
        if wide > 0
            && let Some(narrow) = read(text, Reading::Wide)
        {
            let inside = self.look_in(&narrow, wide - 1);
            found.add(inside.brought_back(text, Reading::Wide), 0);
        }
        found
    }

    /// The data of events, whose values may go on in a next line.
    fn look_in_events(&self, text: &[u8]) -> Found {
        match read(text, Reading::Events).filter(|_| self.by_name) {
            Some(data) => {
                let inside = self.for_names(self.unpacked).walk(&data).0;
                inside.brought_back(text, Reading::Events)
            }
            None => Found::default(),
        }
    }

    /// Known values whose bytes are written as numbers, or as mails write signs.
    fn look_at_bytes(&self, text: &[u8]) -> Found {
        let mut found = Found::default();
        if !self.has_values() {
            return found;
        }
        let values = Search::for_values(&self.sets);
        rows(text, |row| {
            let known = values.walk(&row.bytes).0.known.into_iter();
            let placed = known.map(|(range, set, number)| (row.place(&range), set, number));
            found.known.extend(placed);
        });
        if let Some(mail) = read(text, Reading::Mail) {
            let inside = values.walk(&mail).0;
            found.add(inside.brought_back(text, Reading::Mail), 0);
        }
        found
    }

    /// Base64 and hex that are wrapped.
    fn look_across_lines(&self, text: &[u8]) -> Found {
        if !self.has_values() || wraps(text, 0).is_none() {
            return Found::default();
        }
        let joined = read(text, Reading::Joined).unwrap_or_default();
        let known = self.walk(&joined).0.known;
        let found = Found {
            known,
            ..Found::default()
        };
        found.brought_back(text, Reading::Joined)
    }

    /// The text as it reads without its escapes, and without those that this brings to light. Of
    /// names, quotation marks tell where a text ends that stands in another one.
    fn look_behind(&self, text: &[u8], depth: u8) -> Found {
        let reading = if self.by_name {
            Reading::Layers(depth)
        } else {
            Reading::Plain
        };
        let mut found = Found::default();
        let (mut start, mut size) = (0, BLOCK);
        while start < text.len() {
            let end = if text.len() - start > 2 * size {
                start + size
            } else {
                text.len()
            };
            let block = &text[start..end];
            if let Some(plain) = read(block, reading) {
                let (mut inside, deeper) = self.walk(&plain);
                inside.add(self.look_across_lines(&plain), 0);
                inside.add(self.look_in_events(&plain), 0);
                inside.add(self.look_at_bytes(&plain), 0);
                let goes_on = if self.by_name {
                    deeper || hidden(&plain, |read| read.iter().any(is_letter))
                } else {
                    self.hides_values(&plain)
                };
                if goes_on && depth < DEEPEST {
                    inside.add(self.look_behind(&plain, depth + 1), 0);
                }
                // What may go on behind the block is looked at in a larger one.
                if end < text.len() && inside.reaches(plain.len()) {
                    size *= 2;
                    continue;
                }
                found.add(inside.brought_back(block, reading), start);
            }
            if end == text.len() {
                break;
            }
            start = end - OVERLAP;
            size = BLOCK;
        }
        found
    }

    /// Whether parts of a value may stand there as escapes.
    fn hides_values(&self, text: &[u8]) -> bool {
        let holds = |read: &[u8]| {
            read.iter().any(is_letter) || self.sets.iter().any(|(values, _)| values.may_hold(read))
        };
        self.has_values()
            && (hidden(text, holds) || wraps_behind_escapes(text) || dumps_behind_escapes(text))
    }

    /// The text as it stands, and whether names in it have to be read without their escapes.
    fn walk(&self, text: &[u8]) -> (Found, bool) {
        let mut places = Places::new(text);
        let mut made = makers::Seen::of(text);
        let own = makers::own();
        let mut known = Vec::new();
        let mut floor = 0;
        let mut next = 0;
        let has_values = self.has_values();
        self.beginnings.each(text, |place| {
            // It begins here or just before.
            for at in next.max(place.saturating_sub(1))..=place {
                if self.by_name
                    && let Some((sign, place)) = signs::ALL.at(text, at)
                {
                    places.look(sign, &place);
                }
                if self.by_name {
                    let made_here = makers::ALL.at(text, at, &mut made);
                    let made_here =
                        made_here.or_else(|| own.and_then(|own| own.at(text, at, &mut made)));
                    made_here.into_iter().for_each(|range| places.mark(range));
                }
                if has_values
                    && at >= floor
                    && let Some(hit) = self.value_at(text, at, floor)
                {
                    floor = hit.0.end;
                    known.push(hit);
                }
            }
            next = place + 1;
        });
        let (mut named, deeper, packed) = (places.found, places.deeper, places.packed);
        for range in packed {
            if self.hides_packed(&text[range.clone()]) {
                named.push(Named {
                    range,
                    quote: None,
                    is_direct: false,
                });
            }
        }
        (Found { named, known }, deeper)
    }

    /// Whether base64 holds JSON in which something is secret.
    fn hides_packed(&self, packed: &[u8]) -> bool {
        if self.unpacked >= MOST_UNPACKED {
            return false;
        }
        let inside = unpacked(packed);
        inside.is_some_and(|inside| {
            let search = self.for_names(self.unpacked + 1);
            !search.look(&inside).named.is_empty()
        })
    }

    /// A search for names alone.
    fn for_names(&self, unpacked: u8) -> Search<'static> {
        Search {
            unpacked,
            ..Search::for_values(&[]).and_names()
        }
    }

    /// The value that stands at a place: its range, its set and its number there.
    fn value_at(&self, text: &[u8], at: usize, floor: usize) -> Option<Known> {
        let mut best: Option<Known> = None;
        for (set, (values, _)) in self.sets.iter().enumerate() {
            if let Some((range, number)) = values.at(text, at, floor)
                && best.as_ref().is_none_or(|(best, ..)| range.end > best.end)
            {
                best = Some((range, set, number));
            }
        }
        best
    }

    /// The text without what is secret in it; `None` where nothing is.
    pub fn clean(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.write(text, self.look(text))
    }

    /// Known values alone.
    pub fn look_for_values(&self, text: &[u8]) -> Found {
        Search::for_values(&self.sets).look(text)
    }

    /// Where known values stand, in order, and what each is shown as.
    pub fn known(&self, text: &[u8]) -> Vec<(Range<usize>, &str)> {
        let spots = self.known_spots(text, self.look_for_values(text).known);
        spots
            .into_iter()
            .map(|spot| (spot.range, spot.mark))
            .collect()
    }

    /// The text with a mark in the place of each secret; `None` where there was none.
    pub fn write(&self, text: &[u8], found: Found) -> Option<Vec<u8>> {
        let spots = self.spots(text, found);
        if spots.is_empty() {
            return None;
        }
        let mut masked = Vec::with_capacity(text.len());
        let mut from = 0;
        for spot in spots {
            masked.extend_from_slice(&text[from..spot.range.start]);
            let quote = spot.quote.map_or(&[][..], |quote| &text[quote]);
            for part in [quote, spot.mark.as_bytes(), quote] {
                masked.extend_from_slice(part);
            }
            from = spot.range.end;
        }
        masked.extend_from_slice(&text[from..]);
        Some(masked)
    }

    /// What is replaced, in order, and nothing twice.
    fn spots<'s>(&'s self, text: &[u8], found: Found) -> Vec<Spot<'s>> {
        let known = self.known_spots(text, found.known);
        let mut known = known.into_iter().peekable();
        let mut spots: Vec<Spot> = Vec::new();
        for mut named in united(found.named) {
            // A known value may reach out of the one before into this one.
            let behind = spots.last().map_or(0, |spot| spot.range.end);
            if named.range.start < behind {
                named.range.start = behind.min(named.range.end);
                named.quote = None;
            }
            if named.range.is_empty() {
                continue;
            }
            while let Some(spot) = known.next_if(|spot| spot.range.end <= named.range.start) {
                spots.push(spot);
            }
            let mut inside: Vec<Spot> = Vec::new();
            let mut range = named.range.clone();
            while let Some(spot) = known.next_if(|spot| spot.range.start < range.end) {
                range = range.start.min(spot.range.start)..range.end.max(spot.range.end);
                inside.push(spot);
            }
            let value = &text[range.clone()];
            let start = range.start + scheme_length(value);
            // A value that is nothing but a named token keeps that name.
            if let [one] = &mut inside[..]
                && one.range == (start..range.end)
            {
                one.quote = named.quote;
                spots.append(&mut inside);
                continue;
            }
            if is_kept(&String::from_utf8_lossy(
                &text[start..range.end.min(start + 200)],
            )) {
                continue;
            }
            spots.push(Spot {
                quote: named.quote.filter(|_| named.range == range),
                range: start..range.end,
                mark: MASK,
            });
        }
        spots.extend(known);
        spots
    }

    /// Whether a place lies in a mask that already stands for one of the values, which may be named
    /// as another one reads.
    fn is_in_mark(&self, text: &[u8], range: &Range<usize>) -> bool {
        const LONGEST: usize = 100;
        const OPEN: &[u8] = "‹".as_bytes();
        const CLOSE: &[u8] = "›".as_bytes();
        let from = range.start.saturating_sub(LONGEST);
        let Some(open) = memchr::memmem::rfind(&text[from..range.start], OPEN) else {
            return false;
        };
        let behind = &text[range.end..text.len().min(range.end + LONGEST)];
        let Some(close) = memchr::memmem::find(behind, CLOSE) else {
            return false;
        };
        let mark = &text[from + open..range.end + close + CLOSE.len()];
        let marks = self.sets.iter().flat_map(|(_, marks)| marks.iter());
        marks.into_iter().any(|known| known.as_bytes() == mark)
    }

    fn known_spots(&self, text: &[u8], mut known: Vec<Known>) -> Vec<Spot<'_>> {
        known.retain(|(range, ..)| !self.is_in_mark(text, range));
        known.sort_by_key(|(range, ..)| (range.start, std::cmp::Reverse(range.end)));
        let mut spots: Vec<Spot> = Vec::new();
        for (range, set, number) in known {
            match spots.last_mut() {
                Some(last) if range.start < last.range.end => {
                    last.range.end = last.range.end.max(range.end);
                }
                _ => spots.push(Spot {
                    range,
                    mark: &self.sets[set].1[number],
                    quote: None,
                }),
            }
        }
        spots
    }
}

fn is_letter(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || b"_-".contains(b)
}

/// Whether something that matters stands there as an escape, or as an escape of one.
fn hidden(text: &[u8], matters: impl Fn(&[u8]) -> bool) -> bool {
    let mut from = 0;
    while let Some(change) = escapes(text, from) {
        from = change.at + change.length;
        if matters(change.read()) {
            return true;
        }
        if let [lead @ (b'\\' | b'%' | b'&')] = *change.read() {
            let mut inner = vec![lead];
            inner.extend_from_slice(&text[from..text.len().min(from + 16)]);
            let inner = escape(&inner, 0);
            let goes_on = |read: &[u8]| matters(read) || b"\\%&\"".contains(&read[0]);
            if inner.is_some_and(|change| goes_on(change.read())) {
                return true;
            }
        }
    }
    false
}

/// Whether lines of a dump stand behind escaped breaks.
fn dumps_behind_escapes(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"\\n").any(|at| {
        let line = &text[at + 2..text.len().min(at + 24)];
        let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        digits >= 4 && matches!(line.get(digits), Some(b':' | b' '))
    })
}

/// Whether the lines of wrapped base64 end with escapes.
fn wraps_behind_escapes(text: &[u8]) -> bool {
    let mut from = 0;
    while let Some(change) = escapes(text, from) {
        from = change.at + change.length;
        let before = &text[change.at.saturating_sub(32)..change.at];
        if matches!(change.read(), b"\n" | b"\r")
            && before.len() == 32
            && before.iter().all(u8::is_ascii_alphanumeric)
        {
            return true;
        }
    }
    false
}

struct Spot<'s> {
    range: Range<usize>,
    mark: &'s str,
    quote: Option<Range<usize>>,
}

/// Without those that lie inside others; those that overlap become one.
fn united(mut named: Vec<Named>) -> Vec<Named> {
    named.sort_by_key(|named| (named.range.start, std::cmp::Reverse(named.range.end)));
    let mut united: Vec<Named> = Vec::new();
    for named in named {
        match united.last_mut() {
            Some(last) if named.range.start < last.range.end => {
                last.range.end = last.range.end.max(named.range.end);
            }
            _ => united.push(named),
        }
    }
    united
}

/// How long the scheme before a credential is, with its blanks: `Bearer `.
fn scheme_length(value: &[u8]) -> usize {
    let word = value.iter().position(|b| matches!(b, b' ' | b'\t'));
    let Some(word) = word.filter(|word| *word <= 20) else {
        return 0;
    };
    let blanks = value[word..]
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    let is_scheme = std::str::from_utf8(&value[..word]).is_ok_and(super::names::is_scheme);
    if is_scheme && word + blanks < value.len() {
        word + blanks
    } else {
        0
    }
}

impl Found {
    /// Whether nothing secret was found.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.known.is_empty()
    }

    /// What was found in a part of a text that begins at `offset`.
    fn add(&mut self, part: Found, offset: usize) {
        let moved = |range: Range<usize>| range.start + offset..range.end + offset;
        self.named.extend(part.named.into_iter().map(|named| Named {
            range: moved(named.range),
            quote: named.quote.map(moved),
            is_direct: named.is_direct,
        }));
        let known = part.known.into_iter();
        self.known
            .extend(known.map(|(range, set, number)| (moved(range), set, number)));
    }

    /// Adds what another search of the same text found, whose sets come behind `sets` others.
    pub fn merge(&mut self, other: Found, sets: usize) {
        self.named.extend(other.named);
        let known = other.known.into_iter();
        self.known
            .extend(known.map(|(range, set, number)| (range, set + sets, number)));
    }

    fn reaches(&self, end: usize) -> bool {
        let named = self.named.iter().map(|named| &named.range);
        let known = self.known.iter().map(|(range, ..)| range);
        named.chain(known).any(|range| range.end >= end)
    }

    /// The same, in the text that was read so.
    fn brought_back(mut self, text: &[u8], reading: Reading) -> Found {
        let mut starts: Vec<&mut usize> = Vec::new();
        let mut ends: Vec<&mut usize> = Vec::new();
        let named = self.named.iter_mut();
        let named =
            named.flat_map(|named| std::iter::once(&mut named.range).chain(&mut named.quote));
        for range in named.chain(self.known.iter_mut().map(|(range, ..)| range)) {
            starts.push(&mut range.start);
            ends.push(&mut range.end);
        }
        starts.sort();
        ends.sort();
        let mut way = WayBack::new(text, reading);
        starts
            .into_iter()
            .for_each(|place| *place = way.start(*place));
        let mut way = WayBack::new(text, reading);
        ends.into_iter().for_each(|place| *place = way.end(*place));
        self
    }
}
