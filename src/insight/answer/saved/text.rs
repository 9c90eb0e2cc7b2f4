//! A pasted text as lines, without what stands around them: time stamps of a log, marks of a
//! quotation, indentation, fences, colours of a terminal. What stands around them is told by the
//! first lines, so that a text of any size is walked through once.

use memchr::memmem;
use std::borrow::Cow;

/// So many lines that hold something tell what stands around all of them.
const SAMPLE: usize = 200;

/// No quotation is deeper.
const DEEPEST_QUOTATION: usize = 4;

/// A text of which every line can be had without what stands around it.
pub struct Text<'a> {
    bytes: Cow<'a, [u8]>,
    around: Around,
}

/// What stands around the lines.
#[derive(Clone, Copy, Default)]
struct Around {
    /// So many `>` of a quotation.
    quotes: usize,
    /// So many blanks.
    indent: usize,
    /// A time stamp before each.
    stamps: bool,
    /// `name | ` before each, as several programs in one log have it.
    names: bool,
    /// Lines that count stand between fences.
    fences: bool,
}

impl<'a> Text<'a> {
    /// Finds out what stands around the lines, without copying a text that has no escapes to undo.
    pub fn of(bytes: &'a [u8]) -> Text<'a> {
        let bytes = plain(bytes);
        let around = Around::of(&bytes);
        Text { bytes, around }
    }

    /// Each line with its line break.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let around = self.around;
        let mut inside = !around.fences;
        self.bytes
            .split_inclusive(|&b| b == b'\n')
            .filter_map(move |raw| {
                let line = around.off(raw);
                if around.fences && is_fence(line) {
                    inside = !inside;
                    return None;
                }
                inside.then_some(line)
            })
    }

    /// All that counts of it.
    pub fn whole(&self) -> Cow<'_, [u8]> {
        if self.around.is_nothing() {
            return Cow::Borrowed(&self.bytes);
        }
        Cow::Owned(self.lines().collect::<Vec<_>>().concat())
    }
}

/// At most so many bytes from the start of a text.
pub fn first(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// At most so many bytes from the end of a text.
pub fn last(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// A line as text, without its line break. Where a gauge was drawn over and over, its last state.
pub fn shown(line: &[u8]) -> Cow<'_, str> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let end = line
        .iter()
        .rposition(|&b| b != b'\r')
        .map_or(0, |at| at + 1);
    let line = &line[..end];
    let start = memchr::memrchr(b'\r', line).map_or(0, |at| at + 1);
    String::from_utf8_lossy(&line[start..])
}

/// UTF-16 as UTF-8, no byte order mark, no colours, and the signs that forms of tickets escape.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    if let Some((rest, unit)) = wide {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let chars = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        return Cow::Owned(chars.collect::<String>().into_bytes());
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let bytes = match memchr::memchr(0x1b, bytes) {
        Some(_) => Cow::Owned(without_colours(bytes)),
        None => Cow::Borrowed(bytes),
    };
    let escaped = [&b"&lt; HTTP/"[..], b"&gt; GET /", b"&gt; POST /"];
    if escaped
        .iter()
        .any(|sign| memmem::find(&bytes, sign).is_some())
    {
        Cow::Owned(unescaped(&bytes))
    } else {
        bytes
    }
}

/// ECMA-48: `ESC [ … letter` is an order to a terminal, and so is `ESC ] … BEL`.
fn without_colours(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let order = match rest {
            [0x1b, b'[', inner @ ..] => {
                let inner = &inner[..inner.len().min(40)];
                inner
                    .iter()
                    .position(|b| (0x40..=0x7e).contains(b))
                    .map(|n| n + 3)
            }
            [0x1b, b']', inner @ ..] => {
                let inner = &inner[..inner.len().min(400)];
                inner.iter().position(|&b| b == 0x07).map(|n| n + 3)
            }
            _ => None,
        };
        match order {
            Some(length) => at += length,
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    const SIGNS: [(&[u8], u8); 5] = [
        (b"&lt;", b'<'),
        (b"&gt;", b'>'),
        (b"&quot;", b'"'),
        (b"&#39;", b'\''),
        (b"&amp;", b'&'),
    ];
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match SIGNS.iter().find(|(sign, _)| bytes[at..].starts_with(sign)) {
            Some((sign, byte)) => {
                out.push(*byte);
                at += sign.len();
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

impl Around {
    fn of(bytes: &[u8]) -> Around {
        let lines = bytes.split_inclusive(|&b| b == b'\n');
        let full = lines.filter(|line| !line.trim_ascii().is_empty());
        let sample: Vec<&[u8]> = full.take(SAMPLE).collect();
        let mut around = Around::default();
        // The outer is taken off before the inner can be seen.
        for _ in 0..3 {
            let seen = around.seen(&sample);
            let before = (around.quotes, around.indent, around.stamps, around.names);
            around.look(&seen);
            if before == (around.quotes, around.indent, around.stamps, around.names) {
                break;
            }
        }
        let seen = around.seen(&sample);
        around.fences = seen.iter().any(|line| is_fence(line)) && !seen.iter().all(|l| is_fence(l));
        // A fence whose other end was not pasted is one line that says nothing.
        if around.fences
            && seen.iter().rposition(|l| is_fence(l)) == seen.iter().position(|l| is_fence(l))
        {
            around.fences = is_fence(seen[0]) || !seen.last().is_some_and(|l| is_fence(l));
        }
        around
    }

    fn seen<'l>(&self, sample: &[&'l [u8]]) -> Vec<&'l [u8]> {
        let off = sample.iter().map(|line| self.off(line));
        off.filter(|line| !line.trim_ascii().is_empty()).collect()
    }

    fn look(&mut self, lines: &[&[u8]]) {
        let most = |fits: fn(&[u8]) -> bool| {
            let count = lines.iter().filter(|line| fits(line)).count();
            count > 0 && count * 10 >= lines.len() * 8
        };
        if self.quotes < DEEPEST_QUOTATION && is_quotation(lines) {
            self.quotes += 1;
        } else if !self.stamps && most(|line| stamp(line) > 0) {
            self.stamps = true;
        } else if !self.names && most(|line| name_before(line) > 0) {
            self.names = true;
        } else if self.indent == 0 {
            let blanks = lines.iter().map(|line| blanks(line));
            self.indent = blanks.min().unwrap_or(0);
        }
    }

    fn is_nothing(&self) -> bool {
        self.quotes == 0 && self.indent == 0 && !self.stamps && !self.names && !self.fences
    }

    /// The line without what stands around it; as it is where that does not stand there.
    fn off<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let mut rest = line;
        for _ in 0..self.quotes {
            let trimmed = rest.trim_ascii_start();
            let Some(inner) = trimmed.strip_prefix(b">") else {
                break;
            };
            rest = inner.strip_prefix(b" ").unwrap_or(inner);
        }
        if self.names {
            rest = &rest[name_before(rest)..];
        }
        if self.stamps {
            rest = &rest[stamp(rest)..];
        }
        &rest[blanks(rest).min(self.indent)..]
    }
}

/// Blanks before a line that holds something.
fn blanks(line: &[u8]) -> usize {
    let count = line.iter().take_while(|&&b| b == b' ').count();
    if line[count..].trim_ascii().is_empty() {
        0
    } else {
        count
    }
}

/// `> ` before every line is a quotation where something stands behind it that no request has.
fn is_quotation(lines: &[&[u8]]) -> bool {
    let starts = lines.iter().map(|line| line.trim_ascii_start());
    let quoted = starts.filter_map(|line| line.strip_prefix(b">"));
    let quoted: Vec<&[u8]> = quoted.map(|rest| rest.trim_ascii()).collect();
    let of_another = |rest: &&[u8]| {
        [&b"HTTP/"[..], b"<", b">", b"* ", b"{", b"curl: ", b"```"]
            .iter()
            .any(|sign| rest.starts_with(sign))
    };
    !quoted.is_empty() && quoted.len() * 10 >= lines.len() * 8 && quoted.iter().any(of_another)
}

/// A line that only says that code begins or ends.
fn is_fence(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let word = |rest: &[u8]| rest.len() < 20 && !rest.contains(&b'`') && !rest.contains(&b' ');
    let marked = [&b"```"[..], b"~~~"]
        .iter()
        .any(|sign| line.strip_prefix(*sign).is_some_and(word));
    let braced = line.len() < 40
        && [&b"{code"[..], b"{noformat"]
            .iter()
            .any(|sign| line.starts_with(sign))
        && line.ends_with(b"}");
    marked || braced
}

/// How long `web_1  | ` is before a line.
fn name_before(line: &[u8]) -> usize {
    let head = &line[..line.len().min(40)];
    let Some(bar) = memmem::find(head, b" | ") else {
        return 0;
    };
    let name = head[..bar].trim_ascii();
    let is_name = !name.is_empty()
        && name
            .iter()
            .all(|&b| b.is_ascii_alphanumeric() || b"._-/[]".contains(&b))
        && name[0] != b'[';
    if is_name { bar + 3 } else { 0 }
}

/// How long the time stamp before a line is, with one blank behind it: `2026-01-31T12:00:00.1Z`,
/// `[2026-01-31 12:00:00,123]`, `12:00:00.123456`.
fn stamp(line: &[u8]) -> usize {
    let mut at = 0;
    let open = line.first() == Some(&b'[');
    at += usize::from(open);
    let date = fits(&line[at..], b"0000-00-00");
    if date {
        at += 10;
        match line.get(at) {
            Some(b'T' | b' ' | b'_') => at += 1,
            _ => return 0,
        }
    }
    if !fits(&line[at..], b"00:00:00") {
        return 0;
    }
    at += 8;
    let digits = |from: usize| {
        line[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    if let Some(b'.' | b',') = line.get(at)
        && digits(at + 1) > 0
    {
        at += 1 + digits(at + 1);
    }
    match line.get(at) {
        Some(b'Z') => at += 1,
        Some(b'+' | b'-') if digits(at + 1) >= 2 => {
            at += 1 + digits(at + 1);
            if line.get(at) == Some(&b':') && digits(at + 1) == 2 {
                at += 3;
            }
        }
        _ => {}
    }
    if open {
        match line.get(at) {
            Some(b']') => at += 1,
            _ => return 0,
        }
    }
    match line.get(at) {
        Some(b' ' | b'\t') => at + 1,
        _ => 0,
    }
}

/// Whether a text begins in that form, `0` for any digit.
fn fits(text: &[u8], form: &[u8]) -> bool {
    let same = |(byte, wanted): (&u8, &u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    };
    text.len() >= form.len() && text.iter().zip(form).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        String::from_utf8_lossy(&Text::of(text.as_bytes()).whole()).into_owned()
    }

    #[test]
    fn what_stands_around_every_line_is_taken_off() {
        let plain = "HTTP/1.1 403 Forbidden\nContent-Type: text/plain\n\nNo.\n";
        let around = |before: &str| {
            let lines = plain.lines().map(|line| format!("{before}{line}\n"));
            lines.collect::<String>()
        };
        assert_eq!(read(plain), plain);
        for before in [
            "> ",
            ">> ",
            "    ",
            "2026-01-31T12:00:00.123Z ",
            "api_1  | ",
        ] {
            let text = read(&around(before));
            assert!(
                text.starts_with("HTTP/1.1 403 Forbidden\nContent-Type"),
                "{before}: {text}"
            );
            assert!(text.ends_with("No.\n"), "{before}: {text}");
        }
        let fenced = format!("We got this:\n\n```http\n{plain}```\nWhat now?\n");
        assert_eq!(read(&fenced), plain);
    }

    #[test]
    fn the_marks_of_a_transcript_are_no_quotation() {
        let text = "> GET / HTTP/1.1\n> Host: a.example\n>\n";
        assert_eq!(read(text), text);
        let quoted = "> > GET / HTTP/1.1\n> > Host: a.example\n> >\n> < HTTP/1.1 403 Forbidden\n";
        assert!(
            read(quoted).starts_with("> GET / HTTP/1.1\n"),
            "{}",
            read(quoted)
        );
        assert!(read(quoted).ends_with("< HTTP/1.1 403 Forbidden\n"));
    }

    #[test]
    fn colours_wide_characters_and_escaped_signs_are_undone() {
        assert_eq!(
            read("\u{1b}[1;31mHTTP/1.1\u{1b}[0m 403\n"),
            "HTTP/1.1 403\n"
        );
        assert_eq!(
            read("&gt; GET /a&amp;b HTTP/1.1\n&lt; HTTP/1.1 403\n"),
            "> GET /a&b HTTP/1.1\n< HTTP/1.1 403\n"
        );
        let wide: Vec<u8> = "\u{feff}HTTP/1.1 403"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(&*Text::of(&wide).whole(), b"HTTP/1.1 403");
        assert_eq!(shown(b"  0 0\r 50 50\r100 100\r\n"), "100 100");
    }
}
