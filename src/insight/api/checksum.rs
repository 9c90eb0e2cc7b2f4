//! Checksums that vendors put into their tokens. They tell a mistyped token from a revoked one
//! without a call.

/// How a token's last characters follow from those before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// The last six characters are the CRC-32 of everything between the prefix and them, in base 62
    /// (`0-9A-Za-z`), padded with zeros.
    Crc32Base62,
}

impl Checksum {
    /// The names that packs use.
    pub const NAMES: &'static [(&'static str, Checksum)] =
        &[("crc32_base62_6", Checksum::Crc32Base62)];

    /// Its name in packs.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        let own = names.find(|(_, checksum)| *checksum == self);
        own.map_or("", |(name, _)| *name)
    }

    /// Whether the part behind a token's prefix carries the right checksum.
    pub fn holds(self, rest: &str) -> bool {
        match self {
            Checksum::Crc32Base62 => {
                let at = rest.len().checked_sub(6);
                let parts = at.and_then(|at| rest.split_at_checked(at));
                parts.is_some_and(|(own, sum)| sum == base62(crc32(own.as_bytes())))
            }
        }
    }
}

/// The CRC of IEEE 802.3, as zip files have it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let divides = sum & 1 == 1;
            sum >>= 1;
            if divides {
                sum ^= 0xEDB8_8320;
            }
        }
    }
    !sum
}

/// Six digits of base 62.
fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_zip_files() {
        // The check value that every table of CRCs gives for this one.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn one_changed_letter_a_lost_one_and_two_that_changed_places_are_noticed() {
        let own = "0123456789abcdefghijABCDEFGHIJ";
        let whole = format!("{own}{}", base62(crc32(own.as_bytes())));
        let holds = |text: &str| Checksum::Crc32Base62.holds(text);
        assert!(holds(&whole));
        assert!(!holds(&whole[1..]));
        assert!(!holds(&whole.replacen("01", "10", 1)));
        assert!(!holds(&whole.replacen('a', "b", 1)));
        assert!(!holds("") && !holds("12345") && !holds("äöüäöü"));
    }

    #[test]
    fn small_sums_are_filled_up_with_zeros() {
        assert_eq!(base62(0), "000000");
        assert_eq!(base62(61), "00000z");
        assert_eq!(base62(u32::MAX), "4gfFC3");
    }
}
