//! Known values, looked for in a text all at once: where they overlap, the one that begins first,
//! and of those the longest.

use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;
use std::ops::Range;

/// A place in the text, and which of the patterns stands there.
pub(super) type Hit = (Range<usize>, usize);

/// Up to so many patterns one pass of the library is fastest. With tens of thousands, as a
/// recording's cookies make, it would spend hundreds of times as long on each byte.
const FEW: usize = 500;

pub(super) enum Search {
    Few(AhoCorasick),
    Many(Many),
}

impl Search {
    /// `None` where there is nothing to look for. Every pattern has at least `HEAD` bytes.
    pub fn new(patterns: Vec<Vec<u8>>) -> Option<Search> {
        if patterns.is_empty() {
            return None;
        }
        if patterns.len() > FEW {
            return Some(Search::Many(Many::new(patterns)));
        }
        let mut builder = AhoCorasick::builder();
        let search = builder.match_kind(MatchKind::LeftmostLongest);
        // What the library cannot search for is still searched for.
        Some(match search.build(&patterns) {
            Ok(few) => Search::Few(few),
            Err(_) => Search::Many(Many::new(patterns)),
        })
    }

    pub fn hits<'a>(&'a self, text: &'a [u8]) -> Box<dyn Iterator<Item = Hit> + 'a> {
        match self {
            Search::Few(search) => {
                let hits = search.find_iter(text);
                Box::new(hits.map(|hit| (hit.range(), hit.pattern().as_usize())))
            }
            Search::Many(many) => Box::new(many.hits(text)),
        }
    }

    /// No pattern is longer.
    pub fn longest(&self) -> usize {
        match self {
            Search::Few(search) => search.max_pattern_len(),
            Search::Many(many) => many.longest,
        }
    }
}

/// The bytes that tell whether a pattern may begin at a place.
pub(super) const HEAD: usize = 8;

pub(super) struct Many {
    /// In order, and none twice; each with its number and the longest other that it begins with.
    patterns: Vec<(Vec<u8>, usize, Option<usize>)>,
    /// Those with the same head lie together.
    heads: HashMap<u64, Range<usize>>,
    /// A bit for the head of each pattern, so that nearly every place is passed at one look.
    filter: Vec<u64>,
    shift: u32,
    longest: usize,
}

impl Many {
    fn new(patterns: Vec<Vec<u8>>) -> Many {
        let mut patterns: Vec<_> = patterns
            .into_iter()
            .zip(0..)
            .map(|(p, n)| (p, n, None))
            .collect();
        patterns.sort();
        patterns.dedup_by(|(one, ..), (other, ..)| one == other);
        patterns.retain(|(pattern, ..)| pattern.len() >= HEAD);
        for index in 1..patterns.len() {
            // What this begins with begins the one before, or is it.
            let mut shorter = Some(index - 1);
            while let Some(other) = shorter
                && !patterns[index].0.starts_with(&patterns[other].0)
            {
                shorter = patterns[other].2;
            }
            patterns[index].2 = shorter;
        }
        let bits = (64 * patterns.len().max(1)).next_power_of_two();
        let mut many = Many {
            longest: patterns.iter().map(|(p, ..)| p.len()).max().unwrap_or(0),
            heads: HashMap::new(),
            filter: vec![0; bits.div_ceil(64)],
            shift: 64 - bits.trailing_zeros(),
            patterns,
        };
        for (index, (pattern, ..)) in many.patterns.iter().enumerate() {
            if let Some(head) = head(pattern) {
                let place = place(head, many.shift);
                many.filter[place / 64] |= 1 << (place % 64);
                let range = many.heads.entry(head).or_insert(index..index);
                range.end = index + 1;
            }
        }
        many
    }

    fn hits<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Hit> + 'a {
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Some(head) = text.get(at..).and_then(head) {
                let place = place(head, self.shift);
                let maybe = self.filter[place / 64] >> (place % 64) & 1 == 1;
                if maybe && let Some((length, number)) = self.begins(head, &text[at..]) {
                    let hit = at..at + length;
                    at = hit.end;
                    return Some((hit, number));
                }
                at += 1;
            }
            None
        })
    }

    /// The longest pattern that the text begins with: its length and number.
    fn begins(&self, head: u64, text: &[u8]) -> Option<(usize, usize)> {
        let range = self.heads.get(&head)?.clone();
        let alike = &self.patterns[range.clone()];
        let behind = alike.partition_point(|(pattern, ..)| pattern.as_slice() <= text);
        let mut candidate = (range.start + behind).checked_sub(1);
        while let Some(index) = candidate {
            let (pattern, number, shorter) = &self.patterns[index];
            if text.starts_with(pattern) {
                return Some((pattern.len(), *number));
            }
            candidate = *shorter;
        }
        None
    }
}

fn head(text: &[u8]) -> Option<u64> {
    let bytes = text.get(..HEAD)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// Its bit in the filter: the highest bits of a product that depends on every byte.
fn place(head: u64, shift: u32) -> usize {
    (head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn many_are_found_as_few_are(
            patterns in prop::collection::vec("[ab]{8,12}", 1..60),
            text in "[ab]{0,400}",
        ) {
            let patterns: Vec<Vec<u8>> = patterns.into_iter().map(String::into_bytes).collect();
            let many = Many::new(patterns.clone());
            let few = Search::new(patterns).unwrap();
            let expected: Vec<Hit> = few.hits(text.as_bytes()).collect();
            prop_assert_eq!(many.hits(text.as_bytes()).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn of_values_that_begin_alike_the_longest_is_found() {
        let values: Vec<Vec<u8>> = (0..FEW + 1)
            .map(|number| format!("eyJhbGciOi{number}").into_bytes())
            .collect();
        let search = Search::new(values).unwrap();
        assert!(matches!(search, Search::Many(_)));
        let hits: Vec<Hit> = search
            .hits(b"xeyJhbGciOi123! eyJhbGciOi eyJhbGciOi99")
            .collect();
        assert_eq!(hits, [(1..14, 123), (27..39, 99)]);
        assert_eq!(search.longest(), 13);
    }
}
