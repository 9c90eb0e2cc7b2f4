//! A text as it reads once its escapes are undone, or its wrapped lines joined, and the way back
//! from a place in what is read to the one in the text.

/// Some bytes of a text that read as others.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub at: usize,
    pub length: usize,
    out: [u8; 4],
    out_length: usize,
}

impl Change {
    /// What they read as.
    pub fn read(&self) -> &[u8] {
        &self.out[..self.out_length]
    }

    fn of_bytes(at: usize, length: usize, bytes: &[u8]) -> Change {
        let mut out = [0; 4];
        out[..bytes.len()].copy_from_slice(bytes);
        Change {
            at,
            length,
            out,
            out_length: bytes.len(),
        }
    }
}

/// How a text is read.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// Without its escapes.
    Plain,
    /// The same, and quotation marks that are not escaped as `outer` ones of this number.
    Layers(u8),
    /// Wrapped lines as one.
    Joined,
    /// The data of an event stream, whose lines each begin with its name.
    Events,
    /// Mail, whose signs are written as `=3D` and whose long lines end with `=`.
    Mail,
    /// Two bytes a letter, of which one is zero.
    Wide,
}

impl Reading {
    /// The next change at or behind a place.
    fn next(self, text: &[u8], from: usize) -> Option<Change> {
        match self {
            Reading::Plain => escapes(text, from),
            Reading::Layers(number) => layers(text, from, number),
            Reading::Joined => wraps(text, from),
            Reading::Events => events(text, from),
            Reading::Mail => mail(text, from),
            Reading::Wide => wide(text, from),
        }
    }
}

/// The text as it reads; `None` where it reads as it stands.
pub(super) fn read(text: &[u8], reading: Reading) -> Option<Vec<u8>> {
    let mut change = reading.next(text, 0)?;
    let mut read = Vec::with_capacity(text.len());
    let mut from = 0;
    loop {
        read.extend_from_slice(&text[from..change.at]);
        read.extend_from_slice(change.read());
        from = change.at + change.length;
        match reading.next(text, from) {
            Some(next) => change = next,
            None => break,
        }
    }
    read.extend_from_slice(&text[from..]);
    Some(read)
}

/// Takes places of what is read, in ascending order, back to the text, in one walk along it.
pub(super) struct WayBack<'t> {
    text: &'t [u8],
    reading: Reading,
    /// How far the walk is, in what is read and in the text.
    read: usize,
    at: usize,
    next: Option<Change>,
}

impl<'t> WayBack<'t> {
    /// A way back from the start of the text; `reading` has to be the one by which it was read.
    pub fn new(text: &'t [u8], reading: Reading) -> WayBack<'t> {
        WayBack {
            text,
            reading,
            read: 0,
            at: 0,
            next: reading.next(text, 0),
        }
    }

    /// Where the byte at this place began.
    pub fn start(&mut self, place: usize) -> usize {
        self.place(place, false)
    }

    /// Where the byte before this place ended.
    pub fn end(&mut self, place: usize) -> usize {
        self.place(place, true)
    }

    fn place(&mut self, place: usize, is_end: bool) -> usize {
        while let Some(change) = self.next {
            let begins = self.read + (change.at - self.at);
            let ends = begins + change.out_length;
            if place < begins || place == begins && is_end {
                break;
            }
            if place < ends {
                return if is_end {
                    change.at + change.length
                } else {
                    change.at
                };
            }
            // An end just behind it is still its own.
            if place == ends && is_end {
                return change.at + change.length;
            }
            self.read = ends;
            self.at = change.at + change.length;
            self.next = self.reading.next(self.text, self.at);
        }
        self.at + (place - self.read)
    }
}

/// No escape is longer: `&#x0002b;`, or the two halves of a character in JSON.
pub(super) const LONGEST_ESCAPE: usize = 12;

/// Escapes of JSON, URLs and HTML.
pub(super) fn escapes(text: &[u8], from: usize) -> Option<Change> {
    escapes_before(text, from, text.len())
}

/// Those that begin before a place.
fn escapes_before(text: &[u8], from: usize, limit: usize) -> Option<Change> {
    let mut at = from;
    loop {
        at += memchr::memchr3(b'\\', b'%', b'&', text.get(at..limit)?)?;
        if let Some(change) = escape(text, at) {
            return Some(change);
        }
        at += 1;
    }
}

/// What stands in the view of a text in a text where a quotation mark of an outer one was, the
/// outermost first: so they are told from those of the inner one.
pub(super) const OUTER: [u8; 4] = [1, 2, 3, 4];

/// Of a text in which such marks of the outer texts stand already.
fn layers(text: &[u8], from: usize, number: u8) -> Option<Change> {
    // In growing steps: where one of the two is rare, it is not looked for again and again.
    let (mut start, mut size) = (from, 64);
    while start < text.len() {
        let end = text.len().min(start + size);
        let quote = memchr::memchr(b'"', &text[start..end]).map(|step| start + step);
        let escape = escapes_before(text, start, quote.unwrap_or(end));
        if escape.is_some() {
            return escape;
        }
        if let Some(quote) = quote {
            return Some(Change::of_bytes(quote, 1, &[number]));
        }
        (start, size) = (end, size * 2);
    }
    None
}

/// How far inside a quotation mark is: the marks of outer texts have lower numbers.
pub(super) fn layer(quote: u8) -> u8 {
    if OUTER.contains(&quote) {
        quote
    } else {
        OUTER.len() as u8 + 1
    }
}

/// The escape that begins at this place.
pub(super) fn escape(text: &[u8], at: usize) -> Option<Change> {
    let rest = &text[at..text.len().min(at + LONGEST_ESCAPE)];
    let is = |length, bytes: &[u8]| Some(Change::of_bytes(at, length, bytes));
    let letter = |length, number: u32| {
        let letter = char::from_u32(number)?;
        let mut bytes = [0; 4];
        is(length, letter.encode_utf8(&mut bytes).as_bytes())
    };
    match rest {
        [b'\\', b'u', b'{', digits @ ..] => {
            let end = digits.iter().position(|b| *b == b'}')?;
            letter(end + 4, number(&digits[..end], 16)?)
        }
        [b'\\', b'u', digits @ ..] => {
            let first = number(digits.get(..4)?, 16)?;
            match first {
                0xd800..0xdc00 => {
                    let second = digits.get(4..10).filter(|rest| rest.starts_with(b"\\u"))?;
                    let second = number(&second[2..], 16)?;
                    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    letter(12, 0x1_0000 + ((first - 0xd800) << 10) + low)
                }
                _ => letter(6, first),
            }
        }
        [b'\\', b'U', digits @ ..] => letter(10, number(digits.get(..8)?, 16)?),
        [b'\\', b'x', a, b, ..] => is(4, &[number(&[*a, *b], 16)? as u8]),
        // As shells write bytes: in three digits to the base of eight, or with a nought before.
        [b'\\', b'0', a @ b'0'..=b'3', b, c, ..] if is_octal(&[*b, *c]) => {
            is(5, &[octal(&[*a, *b, *c])])
        }
        [b'\\', a @ b'0'..=b'3', b, c, ..] if is_octal(&[*b, *c]) => is(4, &[octal(&[*a, *b, *c])]),
        // A shell takes a sign behind a stroke as it stands.
        [b'\\', sign, ..] if *sign == b' ' || sign.is_ascii_punctuation() => is(2, &[*sign]),
        [b'\\', b'n', ..] => is(2, b"\n"),
        [b'\\', b'r', ..] => is(2, b"\r"),
        [b'\\', b't', ..] => is(2, b"\t"),
        [b'%', a, b, ..] => is(3, &[number(&[*a, *b], 16)? as u8]),
        [b'&', name @ ..] => {
            let end = name.iter().position(|&b| b == b';')?;
            let length = end + 2;
            match &name[..end] {
                b"amp" => is(length, b"&"),
                b"quot" => is(length, b"\""),
                b"apos" => is(length, b"'"),
                b"lt" => is(length, b"<"),
                b"gt" => is(length, b">"),
                [b'#', b'x' | b'X', digits @ ..] => letter(length, number(digits, 16)?),
                [b'#', digits @ ..] => letter(length, number(digits, 10)?),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_octal(digits: &[u8]) -> bool {
    digits.iter().all(|b| (b'0'..=b'7').contains(b))
}

fn octal(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |byte, b| byte * 8 + (b - b'0'))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let is_plain = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_plain)?;
    u32::from_str_radix(digits, radix).ok()
}

/// So many letters of base64 stand before a break that wraps it.
const WRAPPED: usize = 32;

/// Breaks in a long text of base64 or hex, with the blanks that set the next line in.
pub(super) fn wraps(text: &[u8], from: usize) -> Option<Change> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'\n', text.get(at..)?)?;
        let mut start = at;
        if start > 0 && text[start - 1] == b'\r' {
            start -= 1;
        }
        let before = &text[start.saturating_sub(WRAPPED)..start];
        if start >= from && before.len() == WRAPPED && before.iter().rev().all(is_packed) {
            let blanks = text[at + 1..].iter().take(WRAPPED);
            let blanks = blanks.take_while(|b| matches!(b, b' ' | b'\t')).count();
            return Some(Change::of_bytes(start, at + 1 + blanks - start, b""));
        }
        at += 1;
    }
}

/// Where the data of an event goes on in a next line.
pub(super) fn events(text: &[u8], from: usize) -> Option<Change> {
    let at = from + memchr::memmem::find(text.get(from..)?, b"\ndata:")?;
    let blank = usize::from(text.get(at + 6) == Some(&b' '));
    Some(Change::of_bytes(at, 6 + blank, b"\n"))
}

/// A byte of quoted-printable, or the end of a line that goes on (RFC 2045, 6.7).
fn mail(text: &[u8], from: usize) -> Option<Change> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'=', text.get(at..)?)?;
        let change = match &text[at + 1..] {
            [b'\r', b'\n', ..] => Some(Change::of_bytes(at, 3, b"")),
            [b'\n', ..] => Some(Change::of_bytes(at, 2, b"")),
            [a, b, ..] => number(&[*a, *b], 16).map(|byte| Change::of_bytes(at, 3, &[byte as u8])),
            _ => None,
        };
        if change.is_some() {
            return change;
        }
        at += 1;
    }
}

/// A zero beside a letter, where every second byte is one: text in UTF-16, in either order.
fn wide(text: &[u8], from: usize) -> Option<Change> {
    let is_zero = |at: usize| text.get(at) == Some(&0);
    let is_letter = |at: usize| {
        let byte = text.get(at);
        byte.is_some_and(|b| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
    };
    let mut at = from;
    loop {
        at += memchr::memchr(0, text.get(at..)?)?;
        let ends = at >= 2 && is_letter(at - 1) && is_zero(at - 2);
        if ends || is_letter(at + 1) && is_zero(at + 2) {
            return Some(Change::of_bytes(at, 1, b""));
        }
        at += 1;
    }
}

fn is_packed(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || b"+/-_".contains(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &str) -> String {
        let read = read(text.as_bytes(), Reading::Plain);
        String::from_utf8(read.unwrap_or(text.into())).unwrap()
    }

    #[test]
    fn an_escape_reads_as_the_character_it_stands_for() {
        for (text, read) in [
            (r#"\u0041\u00e9\ud83d\ude00\"\/\\\n\t"#, "Aé😀\"/\\\n\t"),
            ("%41%c3%A9%2f", "Aé/"),
            (
                "&amp;&quot;&lt;&gt;&apos;&#65;&#x41;&#xe9;&#233;",
                "&\"<>'AAéé",
            ),
            (r"\x41\101\0101\u{41}\U00000041", "AAAAA"),
            (
                r"\u+041\ud83d\u00\x4%+1%4&#;&#x;&nbsp;&",
                r"\u+041\ud83d\u00\x4%+1%4&#;&#x;&nbsp;&",
            ),
        ] {
            assert_eq!(plain(text), read);
        }
    }

    #[test]
    fn base64_that_is_wrapped_reads_as_one_line() {
        let line = "QUJD".repeat(15);
        for wrap in ["\n", "\r\n", "\n    "] {
            let text = format!("{{\n \"a\": 1,\n{line}{wrap}{line}{wrap}QQ==\n}}");
            let joined = format!("{{\n \"a\": 1,\n{line}{line}QQ==\n}}");
            assert_eq!(
                read(text.as_bytes(), Reading::Joined).unwrap(),
                joined.as_bytes()
            );
        }
        assert!(read(b"{\n \"a\": 1\n}", Reading::Joined).is_none());
    }

    #[test]
    fn two_bytes_a_letter_read_as_one() {
        let letters = "{\"k\":\"v\"}\r\n".encode_utf16();
        let little: Vec<u8> = letters.clone().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = letters.flat_map(u16::to_be_bytes).collect();
        for wide in [little, big] {
            let narrow = read(&wide, Reading::Wide).unwrap();
            assert_eq!(narrow, b"{\"k\":\"v\"}\r\n");
            let mut way = WayBack::new(&wide, Reading::Wide);
            let at = way.start(2);
            assert_eq!(wide[at], b'k');
        }
        assert!(read(b"a\0\0\0b", Reading::Wide).is_none());
        assert!(read("no zero".as_bytes(), Reading::Wide).is_none());
    }

    proptest! {
        #[test]
        fn every_place_of_what_is_read_knows_where_it_stood(
            text in "([a-c]|\\\\[\"/un]|\\\\u00e9|\\\\ud83d\\\\ude00|%41|%zz|&amp;|&#x41;|&|%){0,40}",
        ) {
            let text = text.as_bytes();
            let Some(plain) = read(text, Reading::Plain) else {
                prop_assert!(escapes(text, 0).is_none());
                return Ok(());
            };
            let (mut starts, mut ends) = (WayBack::new(text, Reading::Plain), WayBack::new(text, Reading::Plain));
            for (place, byte) in plain.iter().enumerate() {
                let start = starts.start(place);
                let end = ends.end(place + 1);
                let stood = read(&text[start..end], Reading::Plain).unwrap_or(text[start..end].into());
                prop_assert!(stood.contains(byte));
                prop_assert!(end - start <= LONGEST_ESCAPE);
            }
            prop_assert_eq!(WayBack::new(text, Reading::Plain).end(plain.len()), text.len());
        }
    }
}
