//! Where secrets stand under secret names in a text of any kind. No parser of one format: around
//! each sign of a secret name its neighbours tell what the name is and where its value stands, so
//! that broken, cut and mixed texts are read as well. A region that was walked through is not
//! walked through again, so that the time does not grow faster than the text.

mod lines;
mod markup;
mod structure;

use super::names::{is_secret_name, is_spared};
use super::signs::Sign;
use super::views::{OUTER, escape, layer};
use crate::model::{MASK, Piece, TokenName, pieces};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

/// No name of a member, a header or a parameter is longer.
const LONGEST_NAME: usize = 100;

/// A secret by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub range: Range<usize>,
    /// Where a quotation mark stands that has to stand around what is put in place of a number.
    pub quote: Option<Range<usize>>,
    /// It stands right under its name, not somewhere inside.
    pub is_direct: bool,
}

pub(super) struct Places<'t> {
    text: &'t [u8],
    pub found: Vec<Named>,
    /// Behind what was walked through.
    done: usize,
    /// Something stands there that can be read only once escapes are undone.
    pub deeper: bool,
    // What is found out once, when it is needed.
    is_form: Option<bool>,
    is_yaml: Option<bool>,
    has_columns: Option<bool>,
    last_ends: HashMap<Vec<u8>, Option<usize>>,
    // Where lines and words reach that were looked at last; signs come in order, and a long line
    // may hold many.
    line_start: Cell<Reach>,
    line_end: Cell<Reach>,
    plain_word: Reach,
}

/// What was found at `found` by looking from `from` on, or back from there.
#[derive(Clone, Copy, Default)]
struct Reach {
    from: usize,
    found: usize,
}

impl<'t> Places<'t> {
    pub fn new(text: &'t [u8]) -> Places<'t> {
        Places {
            text,
            found: Vec::new(),
            done: 0,
            deeper: false,
            is_form: None,
            is_yaml: None,
            has_columns: None,
            last_ends: HashMap::new(),
            line_start: Cell::default(),
            line_end: Cell::default(),
            plain_word: Reach::default(),
        }
    }

    /// Looks around a sign; signs are given in the order of the text.
    pub fn look(&mut self, sign: Sign, place: &Range<usize>) {
        if place.start < self.done {
            return;
        }
        match sign {
            Sign::Authority => self.authority(place.end),
            Sign::PrivateKey => self.private_key(place.end),
            Sign::Name if self.passes_mark(place) => {}
            Sign::Name => {
                self.columns(place);
                match self.string_around(place) {
                    Some(string) => self.quoted(string),
                    None => self.bare(place),
                }
            }
        }
    }

    /// Whether the sign is that of a mask or a slot, as `‹token:support·a361›`.
    fn passes_mark(&mut self, place: &Range<usize>) -> bool {
        let text = self.text;
        let before = &text[..place.start];
        let (open, close) = match (before.ends_with(b"{{"), before.ends_with("‹".as_bytes())) {
            (true, _) => ("{{", "}}"),
            (_, true) => ("‹", "›"),
            _ => return false,
        };
        let start = place.start - open.len();
        let near = &text[place.end..text.len().min(place.end + LONGEST_NAME)];
        let end = memchr::memmem::find(near, close.as_bytes());
        let end = place.end + end.map_or(0, |length| length + close.len());
        let is_mark = std::str::from_utf8(&text[start..end]).is_ok_and(is_kept);
        if is_mark {
            self.done = end;
        }
        is_mark
    }

    /// What stands between quotation marks around a sign, if it may be a name.
    fn string_around(&mut self, place: &Range<usize>) -> Option<Range<usize>> {
        let from = place.start.saturating_sub(LONGEST_NAME);
        let before = self.text[from..place.start].iter().rev();
        let inside = before.take_while(|b| may_be_in_name(b)).count();
        let start = place.start - inside;
        let quote = *self.text.get(start.checked_sub(1)?)?;
        let after = self.text[place.end..].iter().take(LONGEST_NAME);
        let end = place.end + after.take_while(|b| may_be_in_name(b)).count();
        let ends = self.text.get(end).copied();
        let is_quote = is_quote(&quote);
        if is_quote && start >= 2 && self.text[start - 2] == b'\\' || ends == Some(b'\\') {
            self.deeper = true;
        }
        let is_open = start < 2 || self.text[start - 2] != b'\\';
        (is_quote && is_open && ends == Some(quote)).then_some(start..end)
    }

    fn quoted(&mut self, string: Range<usize>) {
        let name = self.name(&string);
        let after = skip_blanks(self.text, string.end + 1);
        match self.separator(after) {
            Some(value) if is_secret_name(&name) => {
                let quote = string.end..string.end + 1;
                self.value(value, &name, Some(quote));
            }
            Some(_) => {}
            None if is_secret_name(&name) => self.pair(string, &name),
            None => {}
        }
    }

    /// Where a value begins behind `:`, `=`, `=>` or `:=`.
    fn separator(&self, at: usize) -> Option<usize> {
        let length = match self.text.get(at..)? {
            [b'=', b'>', ..] | [b':', b'=', ..] => 2,
            [b'=', b'=', ..] | [b':', b':', ..] => return None,
            [b':' | b'=', ..] => 1,
            _ => return None,
        };
        Some(skip_blanks(self.text, at + length))
    }

    /// A value as programs write it: in quotes, in brackets, as a number.
    fn value(&mut self, mut at: usize, name: &str, quote: Option<Range<usize>>) {
        // Python and C++ write letters before their strings.
        if let [b'b' | b'B' | b'u' | b'U' | b'r' | b'L', sign, ..] =
            &self.text[at.min(self.text.len())..]
            && is_quote(sign)
        {
            at += 1;
        }
        match self.text.get(at) {
            Some(sign) if is_quote(sign) => self.string_value(at, name),
            Some(b'{' | b'[') => self.container(at, name, quote),
            Some(b'0'..=b'9' | b'-') => self.number(at, name, quote, true),
            Some(b'\\' | b'%' | b'&') if escape(self.text, at).is_some() => self.deeper = true,
            _ => {}
        }
    }

    fn string_value(&mut self, at: usize, name: &str) {
        let sign = self.text[at];
        let (start, end) = match self.text[at..].starts_with(b"\"\"\"") {
            true => {
                let start = at + 3;
                let end = memchr::memmem::find(&self.text[start..], b"\"\"\"");
                (start, end.map_or(self.text.len(), |length| start + length))
            }
            false => (at + 1, string_end(self.text, at + 1, sign)),
        };
        let end = end.min(self.text.len());
        let complains = || is_complaint(&self.name(&(start..end))) && self.is_among_errors(at);
        if !self.spares(name, &(start..end)) && !complains() {
            self.add(start..end, None, true);
            self.done = end + 1;
        }
    }

    /// Numbers of six digits or more.
    fn number(&mut self, at: usize, name: &str, quote: Option<Range<usize>>, is_direct: bool) {
        let end = number_end(self.text, at);
        let digits = self.text[at..end].iter().filter(|b| b.is_ascii_digit());
        if digits.count() >= 6 && !self.spares(name, &(at..end)) {
            self.add(at..end, quote, is_direct);
        }
    }

    /// A name that stands without quotation marks.
    fn bare(&mut self, place: &Range<usize>) {
        let text = self.text;
        let from = place.start.saturating_sub(LONGEST_NAME);
        let before = text[from..place.start].iter().rev();
        let start = place.start - before.take_while(|b| is_of_name(b)).count();
        let after = text[place.end..].iter().take(LONGEST_NAME);
        let mut end = place.end + after.take_while(|b| is_of_name(b)).count();
        if text.get(end) == Some(&b']') {
            end += 1;
        }
        if end < text.len() && escape(text, end).is_some() {
            self.deeper = true;
        }
        let name = self.name(&(start..end));
        if !is_secret_name(&name) {
            return;
        }
        let sign_before = start.checked_sub(1).map(|before| text[before]);
        let opens = sign_before == Some(b'<')
            || sign_before == Some(b':')
                && text[..start - 1].iter().rev().find(|b| !is_of_name(b)) == Some(&b'<');
        if opens {
            return self.element(start, end, &name);
        }
        if sign_before == Some(b'>') && text[end..].starts_with(b"</") {
            return self.pair_of_elements(start, &name);
        }
        let blanks = text[end..].iter().take(LONGEST_NAME);
        let blanks = blanks.take_while(|b| matches!(b, b' ' | b'\t')).count();
        let Some(value) = self.separator(end + blanks) else {
            return self.pair_of_lines(start, end, &name);
        };
        if value < text.len() && escape(text, value).is_some() {
            self.deeper = true;
        }
        let starts_line = self.starts_line(start);
        match text[end + blanks] {
            b'=' if blanks > 0 && !starts_line => {}
            _ if text.get(value).is_some_and(is_quote) => self.bare_string(value, &name),
            b'=' => self.after_equals(end + blanks + 1, start, &name, starts_line && blanks > 0),
            _ if text[end + blanks..].starts_with(b"://") => {}
            _ => self.after_colon(value, start, &name, starts_line),
        }
    }

    /// A string behind a name without quotation marks, unless the mark ends a string in which the
    /// name stands: `"label": "Token:", "n": 1`.
    fn bare_string(&mut self, at: usize, name: &str) {
        let text = self.text;
        let after = text[at + 1..].iter().find(|b| !b.is_ascii_whitespace());
        if after.is_none_or(|b| b",}]:)>".contains(b)) {
            return;
        }
        // Apostrophes do not reach out of such a string either.
        if text[at] != b'"' {
            let end = string_end(text, at + 1, text[at]);
            if memchr::memchr2(b'"', b'\n', &text[at + 1..end]).is_some() {
                return self.word_after_colon(at + 1, name);
            }
        }
        self.value(at, name, None);
    }

    /// `name=value` in a query, a form, a log.
    fn after_equals(&mut self, at: usize, start: usize, name: &str, is_setting: bool) {
        let text = self.text;
        let at = match is_setting || text.get(at) == Some(&b'>') {
            true => skip_blanks(text, at + usize::from(text.get(at) == Some(&b'>'))),
            false => at,
        };
        let before = start.checked_sub(1).map(|before| text[before]);
        let in_query = matches!(before, Some(b'?' | b'&' | b'#'));
        let rest = &text[at..];
        let end = if self.is_form() {
            let end = rest.iter().position(|b| b"&\n\r\x01\x02\x03".contains(b));
            at + end.unwrap_or(rest.len())
        } else {
            let length = (0..rest.len()).find(|length| {
                let next = rest.get(length + 1);
                match rest[*length] {
                    b if b.is_ascii_whitespace() => true,
                    b'&' | b'"' | b'\'' | b'`' | b'<' | b'>' => true,
                    b if OUTER.contains(&b) => true,
                    b'#' => in_query,
                    b'?' | b'/' => before == Some(b';'),
                    b'\\' => matches!(next, Some(b'"' | b'\'' | b'n' | b'r' | b't' | b'\\')),
                    b',' | b';' => {
                        let then = rest[length + 1..].iter().take(LONGEST_NAME);
                        let word = then.take_while(|b| is_of_name(b)).count();
                        let sign = rest.get(length + 1 + word);
                        !in_query
                            && (word == 0 && sign.is_none_or(|b| b.is_ascii_whitespace())
                                || word > 0 && sign == Some(&b'='))
                    }
                    _ => false,
                }
            });
            let mut end = at + length.unwrap_or(rest.len());
            while !in_query && end > at && b")]},;.".contains(&text[end - 1]) {
                end -= 1;
            }
            end
        };
        if at < end && !self.spares(name, &(at..end)) {
            self.add(at..end, None, true);
            self.done = end;
        }
    }

    /// Whether the whole text is one form, in which blanks are a part of values.
    fn is_form(&mut self) -> bool {
        let text = self.text;
        *self.is_form.get_or_insert_with(|| {
            let text = text.trim_ascii();
            let pair = |pair: &[u8]| {
                let name = memchr::memchr(b'=', pair).map(|sign| &pair[..sign]);
                name.is_some_and(|name| {
                    !name.is_empty()
                        && name.len() <= LONGEST_NAME
                        && name.iter().all(|b| is_of_name(b) || b"[]%+$*".contains(b))
                })
            };
            memchr::memchr2(b'\n', b'\r', text).is_none() && text.split(|b| *b == b'&').all(pair)
        })
    }

    /// `user:password@`, or a long user alone, behind `://`.
    fn authority(&mut self, at: usize) {
        const LONGEST: usize = 2_000;
        let rest = &self.text[at..self.text.len().min(at + LONGEST)];
        let mut sign = None;
        for (at, b) in rest.iter().enumerate() {
            match b {
                b'@' => sign = Some(at),
                b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b',' => break,
                b' ' | b'\n' | b'\r' | b'\t' | 1..=3 => break,
                _ => {}
            }
        }
        let Some(sign) = sign else {
            return;
        };
        let user = &rest[..sign];
        let is_long = user.len() >= 16 && user.iter().any(u8::is_ascii_digit);
        if user.contains(&b':') || is_long {
            self.add(at..at + sign, None, true);
        }
    }

    /// What stands between the lines that begin and end a private key.
    fn private_key(&mut self, at: usize) {
        // No key is longer.
        const LONGEST: usize = 32_000;
        let rest = &self.text[at..self.text.len().min(at + LONGEST)];
        let end = memchr::memmem::find(rest, b"-----END").unwrap_or(rest.len());
        let end = string_end(&rest[..end], 0, b'"');
        if !rest[..end].trim_ascii().is_empty() {
            self.add(at..at + end, None, true);
            self.done = at + end;
        }
    }

    fn add(&mut self, range: Range<usize>, quote: Option<Range<usize>>, is_direct: bool) {
        self.found.push(Named {
            range,
            quote,
            is_direct,
        });
    }

    /// Whether what stands there is no secret though its name is one.
    fn spares(&self, name: &str, range: &Range<usize>) -> bool {
        const LONGEST: usize = 300;
        let text = &self.text[range.clone()];
        if text.is_empty() {
            return true;
        }
        // Only short texts are told by their look.
        if text.len() > LONGEST {
            return false;
        }
        let value = String::from_utf8_lossy(text);
        is_spared(name, &value)
    }

    fn name(&self, range: &Range<usize>) -> Cow<'t, str> {
        let end = range.end.min(range.start + 300);
        String::from_utf8_lossy(&self.text[range.start..end])
    }
}

/// Whether a value is nothing but a name in the place of a secret: a slot or a mask.
pub(super) fn is_kept(value: &str) -> bool {
    let value = value.trim();
    let value = match value.split_once([' ', '\t']) {
        Some((scheme, rest)) if super::names::is_scheme(scheme) => rest.trim_start(),
        _ => value,
    };
    if value == MASK {
        return true;
    }
    if let Some(inside) = value
        .strip_prefix("‹token:")
        .and_then(|v| v.strip_suffix('›'))
    {
        let (name, print) = inside.split_once('·').unwrap_or((inside, "0000"));
        let is_print = print.len() == 4 && print.bytes().all(|b| b.is_ascii_hexdigit());
        return is_print && TokenName::new(name).is_some();
    }
    let plain = value
        .replace("%7B", "{")
        .replace("%7D", "}")
        .replace("%3A", ":");
    let mut pieces = pieces(&plain);
    let is_name = matches!(pieces.next(), Some(Piece::Name(_) | Piece::Token(_)));
    is_name && pieces.next().is_none()
}

/// Whether a text says what is wrong with a value instead of being one.
fn is_complaint(value: &str) -> bool {
    const WORDS: [&str; 22] = [
        "must",
        "should",
        "cannot",
        "can't",
        "required",
        "invalid",
        "blank",
        "empty",
        "short",
        "long",
        "least",
        "characters",
        "expired",
        "match",
        "missing",
        "allowed",
        "unknown",
        "wrong",
        "incorrect",
        "not",
        "weak",
        "common",
    ];
    let mut words = value.split(|c: char| !c.is_alphanumeric() && c != '\'');
    value.trim().contains(' ')
        && value.len() < 300
        && words.any(|word| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

fn is_quote(b: &u8) -> bool {
    matches!(*b, b'"' | b'\'' | b'`') || OUTER.contains(b)
}

fn is_of_name(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || b"_-.".contains(b)
}

/// Names in quotation marks may hold blanks and more.
fn may_be_in_name(b: &u8) -> bool {
    is_of_name(b) || b" $@/[]()#+".contains(b) || !b.is_ascii()
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// The place of the quotation mark that ends a string, or the end of the text around it.
fn string_end(text: &[u8], mut at: usize, quote: u8) -> usize {
    let is_outer = OUTER.contains(&quote);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        // The marks of outer texts need no escapes: whatever is inside has other marks.
        let step = match is_outer {
            true => memchr::memchr(quote, rest),
            false => memchr::memchr2(quote, b'\\', rest),
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
fn outer_mark(text: &[u8], quote: u8) -> Option<usize> {
    let [one, two, three] = OUTER;
    let first = memchr::memchr3(one, two, three, text)?;
    let rest = text[first..].iter();
    let is_outer = |b: &u8| OUTER.contains(b) && layer(*b) < layer(quote);
    rest.clone().position(is_outer).map(|length| first + length)
}

fn number_end(text: &[u8], at: usize) -> usize {
    let fits = |b: &&u8| b.is_ascii_digit() || b"+-.eE".contains(b);
    at + text[at..].iter().take_while(fits).count()
}
