//! Secrets that sentences tell: behind the word that names them and a verb, or beside a word such as
//! `code` or `ticket`.

use super::spoken::{has_both, is_made_up};
use super::{Places, blanks, is_quote, string_end};
use crate::insight::redact::names::{is_secret_name, words};
use crate::insight::redact::spared::is_algorithm;
use std::ops::Range;

/// Words between a name and its value.
const BETWEEN: [&str; 24] = [
    "id", "value", "number", "code", "you", "we", "sent", "entered", "provided", "supplied",
    "given", "received", "got", "used", "has", "been", "now", "changed", "reset", "for", "of",
    "your", "the", "account",
];
/// Of these one has to stand before it.
const VERBS: [&str; 8] = ["is", "was", "are", "to", "equals", "ist", "est", "es"];
/// So many of both are read.
const MOST_WORDS: usize = 6;
/// A password is so long at least.
const SHORTEST: usize = 6;

/// Words beside which a code lets somebody in.
const OF_CODES: [&str; 21] = [
    "your",
    "verification",
    "login",
    "security",
    "access",
    "confirmation",
    "authentication",
    "authorization",
    "auth",
    "one-time",
    "onetime",
    "sms",
    "sign-in",
    "signin",
    "2fa",
    "mfa",
    "activation",
    "recovery",
    "reset",
    "otp",
    "pin",
];
/// And beside which it only tells something.
const OF_OTHERS: [&str; 30] = [
    "error",
    "status",
    "exit",
    "zip",
    "postal",
    "post",
    "country",
    "area",
    "reason",
    "product",
    "promo",
    "promotion",
    "coupon",
    "discount",
    "order",
    "tracking",
    "booking",
    "reservation",
    "source",
    "http",
    "currency",
    "response",
    "return",
    "tax",
    "bank",
    "branch",
    "dial",
    "failure",
    "result",
    "voucher",
];

/// Words beside which a code is one that is traded for a token.
const OF_GRANTS: [&str; 12] = [
    "your",
    "authorization",
    "auth",
    "login",
    "verification",
    "device",
    "invalid",
    "expired",
    "unknown",
    "wrong",
    "used",
    "exchange",
];

impl Places<'_> {
    /// `Your API key is 0f1e…`; tells whether a value stood there.
    pub(super) fn told(&mut self, at: usize, name: &str) -> bool {
        let text = self.text;
        let mut at = at;
        let (mut has_verb, mut has_id, mut is_whose) = (false, false, false);
        for _ in 0..MOST_WORDS {
            let rest = &text[at.min(text.len())..];
            let letters = rest.iter().take(20).take_while(|b| b.is_ascii_alphabetic());
            let length = letters.count();
            let word = self.name(&(at..at + length)).to_ascii_lowercase();
            let gap = blanks(text, at + length);
            let is_verb = VERBS.contains(&&*word);
            let fits = is_verb || is_whose || BETWEEN.contains(&&*word);
            if length == 0 || !fits {
                break;
            }
            has_verb |= is_verb;
            has_id |= word == "id";
            is_whose = word == "for" || word == "of";
            at += length + gap;
            // `is: 0f1e…`
            if gap == 0 && has_verb && text.get(at) == Some(&b':') {
                at += 1 + blanks(text, at + 1);
                break;
            }
            if gap == 0 {
                return false;
            }
        }
        if has_id && !has_verb {
            let word = self.word(at);
            let is_one = is_made_up(&text[word.clone()]) && !self.spares(name, &word);
            if is_one {
                self.done = word.end;
                self.add(word, None, true);
            }
            return is_one;
        }
        has_verb && self.told_value(at, name)
    }

    fn told_value(&mut self, at: usize, name: &str) -> bool {
        let text = self.text;
        let quote = text.get(at).filter(|b| is_quote(b)).copied();
        let word = match quote {
            Some(quote) => {
                let limit = text.len().min(at + 300);
                at + 1..string_end(&text[..limit], at + 1, quote).min(limit)
            }
            None => self.word(at),
        };
        let value = &text[word.clone()];
        let is_code = words(name)
            .iter()
            .any(|word| word.ends_with("otp") || word.ends_with("code") || word == "pin");
        let is_number = value.iter().all(u8::is_ascii_digit);
        let fits = if is_number {
            is_code && (4..=10).contains(&value.len())
        } else {
            value.len() >= SHORTEST && has_both(value) && !is_measure(value)
        };
        let told = self.name(&word);
        if !fits || is_algorithm(&told) || self.spares(name, &word) {
            return false;
        }
        self.done = word.end;
        self.add(word, None, true);
        true
    }

    /// A word behind which a code, a ticket or the id of a session may stand.
    pub(super) fn spoken(&mut self, place: &Range<usize>) {
        let text = self.text;
        let before = place.start.checked_sub(1).map(|before| text[before]);
        if before.is_some_and(|b| b.is_ascii_alphanumeric() || b"_-.?&".contains(&b)) {
            return;
        }
        let is_code = text[place.start] | 32 == b'c';
        let mut at = place.end;
        if is_code && !matches!(text.get(at), Some(b' ' | b':')) {
            return self.number_before(place);
        }
        if !is_code {
            at -= 1;
        }
        let mut steps = 0;
        while steps < 3 {
            steps += 1;
            at += blanks(text, at);
            match &text[at.min(text.len())..] {
                [b':', ..] => at += 1,
                [b'i', b's' | b'd', b' ' | b':', ..] => at += 2,
                [b'w', b'a', b's', b' ' | b':', ..] => at += 3,
                _ => break,
            }
        }
        at += blanks(text, at);
        at += usize::from(text.get(at).is_some_and(is_quote));
        let word = self.word(at);
        let value = &text[word.clone()];
        let is_one = if value.len() >= 4 && value.len() <= 9 && is_code {
            let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
            let is_number = digits >= 4
                && value
                    .iter()
                    .all(|b| b.is_ascii_digit() || b"-G".contains(b));
            is_number && self.is_of_code(place)
        } else {
            let is_small = value.iter().any(u8::is_ascii_lowercase);
            let is_told = !is_code || is_small && self.speaks_of(place, &OF_GRANTS);
            is_made_up(value) && is_told && !(is_code && self.is_of_other(place))
        };
        if is_one {
            self.done = word.end;
            self.add(word, None, true);
        } else if is_code {
            self.number_before(place);
        }
    }

    /// `123456 is your code`
    fn number_before(&mut self, place: &Range<usize>) {
        const FAR: usize = 60;
        let text = self.text;
        let line = self.sentence_before(place.start, FAR);
        let before = &text[line.clone()];
        let Some(last) = before.iter().rposition(u8::is_ascii_digit) else {
            return;
        };
        let digits = before[..=last]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let start = last + 1 - digits;
        let joined = match &before[..start] {
            // `G-123456`
            [.., b'A'..=b'Z', b'-'] => false,
            [.., sign] => !b" \"'>:".contains(sign),
            [] => false,
        };
        let behind = before[last + 1..].to_ascii_lowercase();
        let says = [
            &b" is your "[..],
            b" as your ",
            b" is the ",
            b" as the ",
            b" to ",
        ]
        .iter()
        .any(|words| behind.starts_with(words));
        if (4..=8).contains(&digits) && !joined && says && self.is_of_code(place) {
            let start = line.start + start;
            self.add(start..start + digits, None, true);
        }
    }

    fn sentence_before(&self, at: usize, far: usize) -> Range<usize> {
        let from = at.saturating_sub(far);
        let ends = |b: &u8| matches!(b, b'\n' | b'\r' | b'"' | b'<' | b'{' | 1..=4);
        let last = self.text[from..at].iter().rposition(ends);
        last.map_or(from, |last| from + last + 1)..at
    }

    fn is_of_code(&self, place: &Range<usize>) -> bool {
        self.speaks_of(place, &OF_CODES) && !self.is_of_other(place)
    }

    fn is_of_other(&self, place: &Range<usize>) -> bool {
        self.speaks_of(place, &OF_OTHERS)
    }

    fn speaks_of(&self, place: &Range<usize>, known: &[&str]) -> bool {
        const FAR: usize = 60;
        let before = self.sentence_before(place.start, FAR);
        let before = String::from_utf8_lossy(&self.text[before]).to_ascii_lowercase();
        let mut words = before.split(|c: char| !c.is_alphanumeric() && c != '-');
        words.any(|word| known.contains(&word))
    }

    /// `Key (user, token)=(7, 0f1e…) already exists`: a row of a database that is refused.
    pub(super) fn row_of_key(&mut self, start: usize, end: usize, name: &str) -> bool {
        const FAR: usize = 400;
        let text = self.text;
        if !matches!(text.get(end), Some(b')' | b',')) {
            return false;
        }
        let from = start.saturating_sub(FAR);
        let Some(open) = memchr::memrchr2(b'(', b')', &text[from..start]) else {
            return false;
        };
        let near = &text[end..text.len().min(end + FAR)];
        let close = memchr::memchr(b')', near).unwrap_or(near.len());
        if text[from + open] != b'(' || !near[close..].starts_with(b")=(") {
            return false;
        }
        let column = text[from + open..start]
            .iter()
            .filter(|b| **b == b',')
            .count();
        let last = !near[..close].contains(&b',');
        let mut at = end + close + 3;
        for _ in 0..column {
            let rest = &text[at..text.len().min(at + FAR)];
            match memchr::memmem::find(rest, b", ") {
                Some(length) => at += length + 2,
                None => return false,
            }
        }
        let rest = &text[at..text.len().min(at + 4_000)];
        let ends = |(place, b): (usize, &u8)| match b {
            b')' => matches!(
                rest.get(place + 1),
                None | Some(b' ' | b'.' | b'"' | b'\n' | b'\\' | b'\r' | 1..=4)
            ),
            b',' => !last,
            b'\n' | 1..=4 => true,
            _ => false,
        };
        let length = rest
            .iter()
            .enumerate()
            .position(|(place, b)| ends((place, b)));
        let value = at..at + length.unwrap_or(rest.len());
        if !self.spares(name, &value) {
            self.done = value.end;
            self.add(value, None, true);
        }
        true
    }

    /// `Duplicate entry '0f1e…' for key 'users.token'`: the value stands before the name.
    pub(super) fn entry_before(&mut self, string: &Range<usize>, name: &str) -> bool {
        const FAR: usize = 1_000;
        let text = self.text;
        let Some(before) = string.start.checked_sub(1).map(|quote| &text[..quote]) else {
            return false;
        };
        let words = [&b" for key "[..], b" for column ", b" for field "];
        let Some(words) = words.into_iter().find(|words| before.ends_with(words)) else {
            return false;
        };
        let before = &before[..before.len() - words.len()];
        let Some((quote, inside)) = before.split_last().filter(|(b, _)| is_quote(b)) else {
            return false;
        };
        let from = inside.len().saturating_sub(FAR);
        let Some(start) = memchr::memrchr(*quote, &inside[from..]) else {
            return false;
        };
        let value = from + start + 1..inside.len();
        let is_one = is_secret_name(name) && !value.is_empty() && !self.spares(name, &value);
        if is_one {
            self.add(value, None, true);
        }
        is_one
    }
}

/// `8-characters`, `256bit`, `30days`
fn is_measure(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &value[digits..];
    digits > 0 && digits <= 4 && rest.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
}
