//! What is looked for in a body, and how often it is there. Only counts are kept, one for each
//! block; the matches themselves are found again where they are looked at, so that a pattern
//! with millions of them takes no memory.

use super::view::View;
use super::watch::{LOOK, Watch};
use memchr::memchr2;
use memchr::memmem::Finder;
use std::ops::Range;

/// A text as it was typed. Without a capital letter in it, case does not matter.
#[derive(Clone, Debug)]
pub struct Pattern {
    parts: Vec<SearchPart>,
    /// Where it is nothing but bytes, which is looked for fastest.
    exact: Option<Finder<'static>>,
    /// No match is longer.
    longest: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum SearchPart {
    /// A character in the ways it may be written.
    One(Vec<u8>, Option<Vec<u8>>),
    /// Blanks that are shown otherwise than they came.
    Blanks,
}

/// More blanks between a name and its value are not stepped over.
const MOST_BLANKS: usize = 64;

/// A place in the pattern, and the two bytes that may stand there.
#[derive(Clone, Copy, Default)]
struct Rare {
    offset: usize,
    one: u8,
    other: u8,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.parts == other.parts
    }
}

impl Pattern {
    /// In indented JSON the blank after a name's colon need not be there; among numbers, pairs
    /// of digits such as `0d 0a` are bytes. `None` if nothing was typed.
    pub fn new(text: &str, view: View) -> Option<Pattern> {
        let bytes = (view == View::Hex).then(|| bytes_of(text)).flatten();
        let parts = match bytes {
            Some(bytes) => bytes
                .iter()
                .map(|b| SearchPart::One(vec![*b], None))
                .collect(),
            None => parts_of(text, view),
        };
        let bytes = parts.iter().map(|part| match part {
            SearchPart::One(bytes, None) => Some(bytes.as_slice()),
            _ => None,
        });
        let exact = bytes.collect::<Option<Vec<_>>>().map(|b| b.concat());
        let longest = parts.iter().map(|part| match part {
            SearchPart::One(one, other) => one.len().max(other.as_ref().map_or(0, Vec::len)),
            SearchPart::Blanks => MOST_BLANKS,
        });
        let longest = longest.sum();
        (!parts.is_empty()).then(|| Pattern {
            exact: exact.map(|bytes| Finder::new(&bytes).into_owned()),
            longest,
            parts,
        })
    }

    /// The matches that begin in the range, none over another.
    fn matches<'a>(
        &'a self,
        body: &'a [u8],
        mut within: Range<usize>,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        let rarest = self.rarest(body, within.start);
        std::iter::from_fn(move || {
            let found = self.next(body, within.clone(), rarest)?;
            within.start = found.end;
            Some(found)
        })
    }

    fn next(&self, body: &[u8], within: Range<usize>, rarest: Rare) -> Option<Range<usize>> {
        let mut from = within.start;
        if let Some(finder) = &self.exact {
            let length = finder.needle().len();
            let until = body.len().min(within.end.saturating_add(length - 1));
            let at = from + finder.find(body.get(from..until)?)?;
            return Some(at..at + length);
        }
        let Rare { offset, one, other } = rarest;
        while from < within.end {
            let until = body.len().min(within.end + offset);
            from += memchr2(one, other, body.get(from + offset..until)?)?;
            if let Some(end) = self.ends_at(body, from) {
                return Some(from..end);
            }
            from += 1;
        }
        None
    }

    /// Where the match that begins here ends.
    fn ends_at(&self, body: &[u8], mut at: usize) -> Option<usize> {
        for part in &self.parts {
            let rest = body.get(at..)?;
            at += match part {
                SearchPart::One(one, _) if rest.starts_with(one) => one.len(),
                SearchPart::One(_, Some(other)) if rest.starts_with(other) => other.len(),
                SearchPart::One(..) => return None,
                SearchPart::Blanks => rest
                    .iter()
                    .take(MOST_BLANKS)
                    .take_while(|b| b.is_ascii_whitespace())
                    .count(),
            };
        }
        Some(at)
    }

    /// The place whose bytes are seen least in what comes next.
    fn rarest(&self, body: &[u8], from: usize) -> Rare {
        const SAMPLE: usize = 512;
        let sample = &body[from.min(body.len())..];
        let sample = &sample[..sample.len().min(SAMPLE)];
        let mut best = (usize::MAX, Rare::default());
        if self.exact.is_some() {
            return best.1;
        }
        let mut offset = 0;
        for part in &self.parts {
            let SearchPart::One(one, other) = part else {
                break;
            };
            let other = other.as_ref().unwrap_or(one);
            let seen = memchr::memchr2_iter(one[0], other[0], sample).count();
            if seen < best.0 {
                let (one, other) = (one[0], other[0]);
                best = (seen, Rare { offset, one, other });
            }
            if one.len() != other.len() {
                break;
            }
            offset += one.len();
        }
        best.1
    }
}

fn parts_of(text: &str, view: View) -> Vec<SearchPart> {
    let is_exact = text.chars().any(char::is_uppercase);
    let mut parts = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let after_name = parts.last() == Some(&SearchPart::One(vec![b'"'], None));
        if view == View::Pretty && c == ':' && after_name {
            parts.extend([
                SearchPart::Blanks,
                SearchPart::One(vec![b':'], None),
                SearchPart::Blanks,
            ]);
            while characters.next_if_eq(&' ').is_some() {}
            continue;
        }
        let written = |c: char| c.to_string().into_bytes();
        let other = if is_exact {
            None
        } else {
            // What becomes several letters is left as it is.
            c.to_uppercase().next().filter(|upper| *upper != c)
        };
        parts.push(SearchPart::One(written(c), other.map(written)));
    }
    // A blank at the end would only make the match longer.
    if parts.last() == Some(&SearchPart::Blanks) {
        parts.pop();
    }
    parts
}

/// `0d 0a`, `0xff`.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let (digits, said) = match text.strip_prefix("0x") {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let words: Vec<&str> = digits.split_ascii_whitespace().collect();
    let pair = |word: &&str| {
        if word.len() == 2 && word.is_ascii() {
            u8::from_str_radix(word, 16).ok()
        } else {
            None
        }
    };
    (said || words.len() > 1)
        .then(|| words.iter().map(pair).collect())
        .flatten()
        .filter(|bytes: &Vec<u8>| !bytes.is_empty())
}

/// A match on a line: where in its text, and where in the body it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub at: Range<usize>,
    pub start: usize,
}

/// A pattern, and how often it begins in each block of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pattern: Pattern,
    blocks: Vec<Block>,
    total: usize,
}

/// A part of the body: the matches before it, and where the last of them ends if that is in here.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Block {
    before: usize,
    from: usize,
}

const BLOCK: usize = 1 << 13;

impl Found {
    /// `None` if the watch ended it.
    pub fn new(body: &[u8], pattern: Pattern, watch: Watch) -> Option<Found> {
        let mut found = Found {
            pattern,
            blocks: Vec::with_capacity(body.len().div_ceil(BLOCK)),
            total: 0,
        };
        let mut last = 0;
        for start in (0..body.len()).step_by(BLOCK) {
            found.blocks.push(Block {
                before: found.total,
                from: start.max(last),
            });
            let (mut count, mut end) = (0, last);
            for range in found.in_block(body, start / BLOCK) {
                (count, end) = (count + 1, range.end);
            }
            found.total += count;
            last = end;
            if start % LOOK == 0 && !watch(start) {
                return None;
            }
        }
        Some(found)
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The bytes of one of them, counted from zero.
    pub fn nth(&self, body: &[u8], number: usize) -> Option<Range<usize>> {
        if number >= self.total {
            return None;
        }
        let behind = self.blocks.partition_point(|block| block.before <= number);
        let block = behind.checked_sub(1)?;
        let earlier = self.blocks[block].before;
        self.in_block(body, block).nth(number - earlier)
    }

    /// How many begin before a byte: the number of the first that does not.
    pub fn count_before(&self, body: &[u8], offset: usize) -> usize {
        let block = offset / BLOCK;
        let Some(Block { before, .. }) = self.blocks.get(block) else {
            return self.total;
        };
        let earlier = self.in_block(body, block);
        before + earlier.take_while(|range| range.start < offset).count()
    }

    /// Those of which some byte lies in the range.
    pub fn within(&self, body: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
        if range.is_empty() {
            return Vec::new();
        }
        let first = (range.start + 1).saturating_sub(self.pattern.longest) / BLOCK;
        let last = (range.end - 1) / BLOCK;
        let all = (first..=last).flat_map(|block| self.in_block(body, block));
        all.skip_while(|found| found.end <= range.start)
            .take_while(|found| found.start < range.end)
            .collect()
    }

    fn in_block<'a>(
        &'a self,
        body: &'a [u8],
        block: usize,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        let end = body.len().min((block + 1) * BLOCK);
        let from = self.blocks.get(block).map_or(end, |block| block.from);
        self.pattern.matches(body, from.min(end)..end)
    }
}
