//! Base64 that holds a text: how far it reaches, and what it says.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// So much of it is unpacked; in more of it a secret is found by its beginning, or not at all.
const MOST: usize = 64 << 10;
/// Fewer characters hold no name and no value.
const SHORTEST: usize = 24;
/// So long a line is before a break in the middle of it.
const LINE: usize = 16;

/// How far it goes on from here, over the breaks of its lines, with the signs that fill it up.
pub(super) fn packed_length(text: &[u8]) -> usize {
    let mut end = run(text);
    let mut line = end;
    while line >= LINE {
        let breaks = text[end..].iter().take(2);
        let breaks = breaks.take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let next = end + breaks;
        line = run(&text[next..]);
        // A next line belongs to it if nothing else stands there.
        let behind = text.get(next + line + fill(&text[next + line..]));
        let ends = behind.is_none_or(|b| b"\r\n\"'<\x01\x02\x03\x04".contains(b));
        if breaks == 0 || line == 0 || !ends {
            break;
        }
        end = next + line;
    }
    end + fill(&text[end..])
}

fn run(text: &[u8]) -> usize {
    let fits = |b: &&u8| b.is_ascii_alphanumeric() || b"+/-_".contains(b);
    text.iter().take_while(fits).count()
}

fn fill(text: &[u8]) -> usize {
    text.iter().take(2).take_while(|b| **b == b'=').count()
}

/// What it says, if that is JSON.
pub(super) fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    if packed.len() < SHORTEST {
        return None;
    }
    let letters = packed.iter().filter(|b| !b"=\r\n".contains(b));
    let plain = |b: &u8| match b {
        b'-' => b'+',
        b'_' => b'/',
        b => *b,
    };
    let mut letters: Vec<u8> = letters.take(MOST).map(plain).collect();
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let inside = GeneralPurpose::new(&alphabet::STANDARD, config)
        .decode(letters)
        .ok()?;
    matches!(inside.trim_ascii_start(), [b'{' | b'[', ..]).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn json_in_base64_is_read_over_its_lines_and_without_what_fills_it_up() {
        let text = "{\"user\":\"ann?>\",\"password\":\"x\"}";
        for packed in [STANDARD.encode(text), URL_SAFE_NO_PAD.encode(text)] {
            assert_eq!(unpacked(packed.as_bytes()).unwrap(), text.as_bytes());
            let (one, two) = packed.split_at(20);
            let lines = format!("{one}\r\n{two}");
            assert_eq!(
                packed_length(format!("{lines}\" and more").as_bytes()),
                lines.len()
            );
            assert_eq!(unpacked(lines.as_bytes()).unwrap(), text.as_bytes());
        }
        assert_eq!(packed_length(b"eyJhbGciOiJIUzI1NiJ9\nand more"), 20);
        assert!(unpacked(b"bm8gSlNPTiBhdCBhbGwsIG5vdCBhIGJpdA").is_none());
    }
}
