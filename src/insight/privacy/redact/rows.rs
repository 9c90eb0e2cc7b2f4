//! Bytes that are written as rows of numbers: `[98, 101, 97]`, `62 65 61`, `62:65:61`, and the
//! dumps of programs that show them beside their letters.

use std::ops::Range;

/// Fewer are no value that is masked anywhere.
const SHORTEST: usize = 8;
/// No byte is written with more signs: `0x41`.
const WIDEST: usize = 4;
/// No line of a dump is longer.
const WIDEST_LINE: usize = 400;
/// Digits with which a line of a dump begins.
const OFFSET: Range<usize> = 4..17;

/// Bytes, and where each of them stands.
#[derive(Default)]
pub(super) struct Row {
    pub bytes: Vec<u8>,
    starts: Vec<usize>,
    /// Where what is put in place of it ends, if it is the last one: a dump shows its letters at
    /// the end of the line once more.
    ends: Vec<usize>,
}

impl Row {
    fn push(&mut self, byte: u8, place: Range<usize>) {
        self.bytes.push(byte);
        self.starts.push(place.start);
        self.ends.push(place.end);
    }

    /// Where some of them stand in the text.
    pub fn place(&self, range: &Range<usize>) -> Range<usize> {
        self.starts[range.start]..self.ends[range.end - 1]
    }
}

/// Every row of a text, in one walk over it.
pub(super) fn rows(text: &[u8], mut tell: impl FnMut(&Row)) {
    let mut at = 0;
    let mut dumped = 0;
    while at < text.len() {
        let is_line = at == 0 || matches!(text[at - 1], b'\n' | b'"' | 1..=4);
        if is_line && at >= dumped {
            let row = dump(text, at, &mut dumped);
            if row.bytes.len() >= SHORTEST {
                tell(&row);
                at = dumped;
                continue;
            }
        }
        let begins = text[at].is_ascii_hexdigit()
            && !at.checked_sub(1).is_some_and(|b| is_of_word(&text[b]));
        if !begins {
            at += 1;
            continue;
        }
        // Nearly always a word or a number stands there that is no byte.
        let word = text[at..].iter().take(WIDEST + 1);
        let word = word.take_while(|b| is_of_word(b)).count();
        let goes_on = text.get(at + word).is_some_and(is_gap);
        if word > WIDEST || !goes_on {
            at += word;
            continue;
        }
        let mut end = at + 1;
        for base in [10, 16] {
            let (row, behind) = numbers(text, at, base);
            if row.bytes.len() >= SHORTEST {
                tell(&row);
            }
            end = end.max(behind);
        }
        at = end;
    }
}

/// Numbers with signs between them, each one byte, and behind them.
fn numbers(text: &[u8], from: usize, base: u32) -> (Row, usize) {
    let mut row = Row::default();
    let mut at = from;
    loop {
        let Some((byte, end)) = number(text, at, base) else {
            // A blank may stand behind the last one.
            return (row, at.max(from + 1));
        };
        row.push(byte, at..end);
        let rest = &text[end..];
        let gap = rest.iter().take(80).take_while(|b| is_gap(b)).count();
        if gap == 0 {
            return (row, end);
        }
        at = end + gap;
    }
}

/// A byte, and where its digits end.
fn number(text: &[u8], at: usize, base: u32) -> Option<(u8, usize)> {
    let rest = text.get(at..)?;
    let prefix = match rest {
        [b'0', b'x' | b'X', ..] if base == 16 => 2,
        _ => 0,
    };
    let fits = |b: &&u8| char::from(**b).is_digit(base);
    let digits = rest[prefix..].iter().take(4).take_while(fits).count();
    let is_one = match base {
        16 => digits == 2 || digits == 1 && prefix > 0,
        _ => (1..=3).contains(&digits),
    };
    let end = at + prefix + digits;
    if !is_one || text.get(end).is_some_and(is_of_word) {
        return None;
    }
    let said = std::str::from_utf8(&text[at + prefix..end]).ok()?;
    let byte = u32::from_str_radix(said, base).ok()?;
    Some((u8::try_from(byte).ok()?, end))
}

/// The lines of a dump: an offset, groups of two or four digits, and what they read as.
fn dump(text: &[u8], from: usize, behind: &mut usize) -> Row {
    let mut row = Row::default();
    let mut at = from;
    loop {
        let rest = &text[at..];
        let begins = |b: &u8| b.is_ascii_hexdigit() || *b == b' ';
        if !rest.first().is_some_and(begins) {
            return row;
        }
        let near = &rest[..rest.len().min(WIDEST_LINE)];
        let line = &near[..memchr::memchr(b'\n', near).unwrap_or(near.len())];
        let blanks = line.iter().take_while(|b| **b == b' ').count();
        let offset = line[blanks..]
            .iter()
            .take(20)
            .take_while(|b| b.is_ascii_hexdigit())
            .count();
        let mut place = blanks + offset;
        if !OFFSET.contains(&offset) || !matches!(line.get(place), Some(b':' | b' ')) {
            return row;
        }
        place += usize::from(line[place] == b':');
        let before = row.bytes.len();
        loop {
            let gap = line[place..]
                .iter()
                .take(4)
                .take_while(|b| **b == b' ')
                .count();
            let group = &line[(place + gap).min(line.len())..];
            let digits = group
                .iter()
                .take(5)
                .take_while(|b| b.is_ascii_hexdigit())
                .count();
            let ends = group.get(digits).is_none_or(|b| b" \r".contains(b));
            // Two blanks stand before the letters, and in the middle of the line.
            if gap == 0
                || gap > 3
                || !ends
                || !matches!(digits, 2 | 4)
                || row.bytes.len() - before >= 32
            {
                break;
            }
            for two in group[..digits].chunks(2) {
                let said = std::str::from_utf8(two).unwrap_or_default();
                if let Ok(byte) = u8::from_str_radix(said, 16) {
                    row.push(byte, at + place + gap..at + line.len());
                }
            }
            place += gap + digits;
        }
        if row.bytes.len() == before {
            return row;
        }
        let end = at + letters_end(line, place, row.bytes.len() - before);
        row.ends[before..].fill(end);
        *behind = end;
        let next = text[end..].iter().take_while(|b| b" \r".contains(b));
        let next = end + next.count();
        if text.get(next) != Some(&b'\n') {
            return row;
        }
        at = next + 1;
    }
}

/// Where the letters end that a line of a dump shows for so many bytes, behind their digits.
fn letters_end(line: &[u8], digits_end: usize, bytes: usize) -> usize {
    let rest = &line[digits_end..];
    let gap = rest.iter().take_while(|b| **b == b' ').count();
    let bar = usize::from(rest.get(gap) == Some(&b'|'));
    let end = digits_end + gap + bar + bytes;
    if gap == 0 || end > line.len() {
        return digits_end;
    }
    end + usize::from(bar > 0 && line.get(end) == Some(&b'|'))
}

fn is_gap(b: &u8) -> bool {
    b.is_ascii_whitespace() || b",:;-".contains(b)
}

fn is_of_word(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        rows(text.as_bytes(), |row| {
            let text = String::from_utf8_lossy(&row.bytes).into_owned();
            if text.contains("bearer") {
                found.push(text);
            }
        });
        found
    }

    #[test]
    fn rows_of_numbers_read_as_their_bytes() {
        for text in [
            "[98, 101, 97, 114, 101, 114, 33, 33]",
            "[98 101 97 114 101 114 33 33]",
            "{0x62, 0x65, 0x61, 0x72, 0x65, 0x72, 0x21, 0x21}",
            "62 65 61 72 65 72 21 21",
            "x=62:65:61:72:65:72:21:21;",
            "00000000: 6265 6172 6572 2121  bearer!!\n",
            "00000000  62 65 61 72 65 72 21 21  |bearer!!|\n",
        ] {
            assert_eq!(said(text), ["bearer!!"], "{text}");
        }
        assert_eq!(said("1, 2, 3 and 62 65 61"), Vec::<String>::new());
    }
}
