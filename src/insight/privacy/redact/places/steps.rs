//! Small steps along a text: over blanks and remarks, to the end of a string or a number, and what
//! may stand in a name.

use crate::insight::redact::views::{OUTER, layer};

/// No name of a member, a header or a parameter is longer.
pub(super) const LONGEST_NAME: usize = 100;

/// Whether a name is one of a header, whose whole line is its value.
pub(super) fn is_header(name: &str) -> bool {
    let known = ["authorization", "cookie"];
    name.contains('-') || known.iter().any(|known| name.eq_ignore_ascii_case(known))
}

pub(super) fn is_quote(b: &u8) -> bool {
    matches!(*b, b'"' | b'\'' | b'`') || OUTER.contains(b)
}

pub(super) fn is_of_name(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || b"_-.".contains(b)
}

/// Names in quotation marks may hold blanks and more.
pub(super) fn may_be_in_name(b: &u8) -> bool {
    is_of_name(b) || b" $@/[]()#+".contains(b) || !b.is_ascii()
}

pub(super) fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// The same, and over remarks.
pub(super) fn skip_gap(text: &[u8], at: usize) -> usize {
    const LONGEST: usize = 1_000;
    let mut at = skip_blanks(text, at);
    for _ in 0..8 {
        let rest = text
            .get(at..text.len().min(at + LONGEST))
            .unwrap_or_default();
        let end: &[u8] = match rest {
            [b'/', b'*', ..] => b"*/",
            [b'/', b'/', ..] => b"\n",
            _ => break,
        };
        match memchr::memmem::find(rest, end) {
            Some(length) => at = skip_blanks(text, at + length + end.len()),
            None => break,
        }
    }
    at
}

/// How many blanks stand there in the line.
pub(super) fn blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default().iter().take(LONGEST_NAME);
    rest.take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The place of the quotation mark that ends a string, or the end of the text around it.
pub(super) fn string_end(text: &[u8], mut at: usize, quote: u8) -> usize {
    let is_outer = OUTER.contains(&quote);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        // The marks of outer texts need no escapes: whatever is inside has other marks.
        let step = if is_outer {
            memchr::memchr(quote, rest)
        } else {
            memchr::memchr2(quote, b'\\', rest)
        };
        let inside = &rest[..step.unwrap_or(rest.len())];
        if let Some(length) = outer_mark(inside, quote) {
            return at + length;
        }
        let Some(step) = step else {
            return text.len();
        };
        at += step;
        if text[at] == quote {
            return at;
        }
        at += 2;
    }
}

/// The first mark of a text around one that has these.
pub(super) fn outer_mark(text: &[u8], quote: u8) -> Option<usize> {
    let [one, two, three, four] = OUTER;
    let first = memchr::memchr3(one, two, three, text);
    let first = first.or_else(|| memchr::memchr(four, text))?;
    // The one of the fourth may stand before the first of the others; it is within those then.
    let first = memchr::memchr(four, &text[..first]).unwrap_or(first);
    let rest = text[first..].iter();
    let is_outer = |b: &u8| OUTER.contains(b) && layer(*b) < layer(quote);
    rest.clone().position(is_outer).map(|length| first + length)
}

pub(super) fn number_end(text: &[u8], at: usize) -> usize {
    let fits = |b: &&u8| b.is_ascii_digit() || b"+-.eE".contains(b);
    at + text[at..].iter().take_while(fits).count()
}
