//! Where in a text something may stand that is looked for, told by three bytes at every second
//! place: one look at a large body, whatever is looked for and however much of it.

/// Sets of three bytes, of which five bits each count: capital letters are as small ones, and a
/// few signs are as letters. What is found has to be looked at anew.
#[derive(Clone)]
pub(super) struct Beginnings {
    bits: Box<[u64; WORDS]>,
}

const WORDS: usize = 1024;

/// The bits that count of three bytes, the first of them lowest.
const COUNTS: u64 = 0x001f_1f1f;

impl Default for Beginnings {
    fn default() -> Beginnings {
        Beginnings {
            bits: Box::new([0; WORDS]),
        }
    }
}

impl Beginnings {
    /// Something begins with these bytes; where there are only three, anything may follow.
    pub fn add(&mut self, bytes: &[u8]) {
        match *bytes {
            [a, b, c, d, ..] => {
                self.set([a, b, c]);
                self.set([b, c, d]);
            }
            [a, b, c] => {
                self.set([a, b, c]);
                (0..32).for_each(|any| self.set([b, c, any]));
            }
            _ => {}
        }
    }

    fn set(&mut self, three: [u8; 3]) {
        let [a, b, c] = three.map(u64::from);
        let bit = bit((a | b << 8 | c << 16) & COUNTS);
        self.bits[bit >> 6] |= 1 << (bit & 63);
    }

    /// Takes in all of another set, so that one walk looks for both.
    pub fn add_all(&mut self, other: &Beginnings) {
        for (bits, more) in self.bits.iter_mut().zip(other.bits.iter()) {
            *bits |= more;
        }
    }

    /// Tells every place, in order, at which something may begin, or just before which.
    pub fn each(&self, text: &[u8], mut tell: impl FnMut(usize)) {
        let (chunks, tail) = text.as_chunks::<8>();
        // The last two bytes of the chunk before.
        let mut before = 0;
        for (number, chunk) in chunks.iter().enumerate() {
            let bytes = u64::from_le_bytes(*chunk);
            let found = self.holds(before | (bytes & 0xff) << 16)
                | self.holds(bytes) << 2
                | self.holds(bytes >> 16) << 4
                | self.holds(bytes >> 32) << 6;
            before = bytes >> 48;
            if found != 0 {
                for step in [0, 2, 4, 6] {
                    let place = number * 8 + step;
                    if found >> step & 1 == 1 && place >= 2 {
                        tell(place - 2);
                    }
                }
            }
        }
        // Three bytes may end the last chunk at an odd place, with nothing behind them.
        let from = (text.len() - tail.len()).saturating_sub(3);
        for (at, bytes) in text[from..].windows(3).enumerate() {
            let [a, b, c] = [bytes[0], bytes[1], bytes[2]].map(u64::from);
            if self.holds(a | b << 8 | c << 16) != 0 {
                tell(from + at);
            }
        }
    }

    /// One where three bytes are in the set.
    #[inline(always)]
    fn holds(&self, three: u64) -> u64 {
        let bit = bit(three & COUNTS);
        self.bits[bit >> 6] >> (bit & 63) & 1
    }
}

/// The bit of three bytes. No others have the same: the product puts each five bits of theirs to
/// a place of their own.
#[inline(always)]
fn bit(three: u64) -> usize {
    ((three as u32).wrapping_mul(0x8_0041) >> 16) as usize & (WORDS * 64 - 1)
}

/// A number of three bytes, as far as they count here.
pub(super) fn number([a, b, c]: [u8; 3]) -> usize {
    let bits = |byte: u8| usize::from(byte & 31);
    bits(a) << 10 | bits(b) << 5 | bits(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_two_have_the_same_bit() {
        let mut seen = vec![false; WORDS * 64];
        for three in 0..1 << 15 {
            let three = three & 31 | (three >> 5 & 31) << 8 | (three >> 10) << 16;
            assert!(!std::mem::replace(&mut seen[bit(three)], true));
        }
    }

    #[test]
    fn three_bytes_at_the_very_end_are_told_of() {
        let mut beginnings = Beginnings::default();
        beginnings.add(b"baa");
        for length in 3..40 {
            let text = format!("{}baa", "_".repeat(length - 3));
            let mut told = Vec::new();
            beginnings.each(text.as_bytes(), |place| told.push(place));
            let at = length - 3;
            assert!(
                told.contains(&at) || told.contains(&(at + 1)),
                "{text} {told:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_is_looked_for_is_told_of(text in "[abA_1]{0,60}", words in "[ab]{3,8}") {
            let mut beginnings = Beginnings::default();
            beginnings.add(words.as_bytes());
            let mut told = Vec::new();
            beginnings.each(text.as_bytes(), |place| told.push(place));
            prop_assert!(told.is_sorted());
            for (at, _) in text.match_indices(&words) {
                prop_assert!(told.contains(&at) || told.contains(&(at + 1)), "{} {:?}", at, told);
            }
        }
    }
}
