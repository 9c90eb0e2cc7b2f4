//! Phrases that packs look for in the words of an answer: `exceeded * rate limit`,
//! `invalid|bad token|key`, `scope~`, `core #` for a version number. Case, punctuation and line
//! breaks do not count.

use std::sync::OnceLock;

/// How many words a `*` may stand for.
const GAP: usize = 6;

/// The reason stands within this many words; a page of a million would only cost time.
const MOST: usize = 600;

/// A text cut into lower-case words, ready to be searched for phrases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    words: Vec<String>,
    /// The bit of each word's beginning, and all of them together.
    bits: Vec<u128>,
    all: u128,
}

/// The bit of a word's first two bytes: words with different bits begin differently.
fn bit(word: &str) -> u128 {
    bit_of(word.bytes())
}

fn bit_of(mut word: impl Iterator<Item = u8>) -> u128 {
    let Some(first) = word.next() else {
        return 0;
    };
    let second = word.next().map_or(0, |second| usize::from(second) * 31);
    1 << ((usize::from(first) * 7 + second) % 128)
}

impl Words {
    /// Letters, digits and `_` make a word; `'` and `.` only inside one.
    pub fn of(text: &str) -> Words {
        let mut words = Words::default();
        let mut word = String::new();
        let end = |word: &mut String, words: &mut Words| {
            let trimmed = word.trim_matches(['\'', '.']);
            if !trimmed.is_empty() {
                words.push(trimmed.to_owned());
            }
            word.clear();
        };
        for c in text.chars() {
            if words.words.len() >= MOST {
                return words;
            }
            if c.is_alphanumeric() || matches!(c, '_' | '\'' | '.') {
                word.extend(c.to_lowercase());
            } else if c == '\u{2019}' {
                word.push('\'');
            } else {
                end(&mut word, &mut words);
            }
        }
        end(&mut word, &mut words);
        words
    }

    fn push(&mut self, word: String) {
        let bit = bit(&word);
        self.all |= bit;
        self.bits.push(bit);
        self.words.push(word);
    }

    /// The words of a program's message: dotted class names are split at their dots.
    pub fn of_program(text: &str) -> Words {
        let mut parted = String::with_capacity(text.len());
        let mut before = ' ';
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let is_inside =
                before.is_alphabetic() && chars.peek().is_some_and(|c| c.is_alphabetic());
            parted.push(if c == '.' && is_inside { ' ' } else { c });
            before = c;
        }
        Words::of(&parted)
    }

    /// Whether the text had no words at all.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Appends the words of another text; no phrase matches across the seam.
    pub fn add(&mut self, other: Words) {
        if !self.is_empty() && !other.is_empty() {
            // No phrase has an empty word, so none matches this one.
            self.push(String::new());
        }
        for word in other.words {
            self.push(word);
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Choice(Vec<Choice>),
    /// A version as programs have one: `2.1`, `v2026.13.0`.
    Version,
    Gap,
}

/// Words in a row; the last may be only the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    words: Vec<String>,
    is_beginning: bool,
}

impl Choice {
    fn new(text: &str) -> Option<Choice> {
        let start = text.strip_suffix('~');
        let words = Words::of(start.unwrap_or(text)).words;
        (!words.is_empty()).then_some(Choice {
            words,
            is_beginning: start.is_some(),
        })
    }

    fn begins(&self, text: &[String]) -> bool {
        let Some((last, whole)) = self.words.split_last() else {
            return false;
        };
        let fits = |word: &String| word == last || self.is_beginning && word.starts_with(last);
        text.starts_with(whole) && text.get(whole.len()).is_some_and(fits)
    }
}

/// A phrase of a pack. It is made ready when it is first searched for: most of a pack's phrases
/// belong to answers that nobody got.
#[derive(Clone, Debug)]
pub struct Phrase {
    text: Box<str>,
    ready: OnceLock<Ready>,
}

/// A phrase as it is searched for.
#[derive(Clone, Debug)]
struct Ready {
    pieces: Vec<Piece>,
    /// For each piece the bits of words that it can begin with.
    bits: Vec<u128>,
}

impl Phrase {
    /// `None` for a phrase that holds no word, or begins or ends with a gap.
    pub fn new(text: &str) -> Option<Phrase> {
        let has_word = |choice: &str| choice.contains(|c: char| c.is_alphanumeric() || c == '_');
        let means = |part: &str| matches!(part, "*" | "#") || part.split('|').all(has_word);
        let mut parts = text.split_whitespace();
        let (first, last) = (parts.clone().next()?, parts.clone().next_back()?);
        let holds = first != "*" && last != "*" && parts.all(means);
        holds.then(|| Phrase::proven(text))
    }

    /// A phrase that `new` took before.
    pub fn proven(text: &str) -> Phrase {
        Phrase {
            text: text.into(),
            ready: OnceLock::new(),
        }
    }

    /// Whether the phrase stands anywhere in a text.
    pub fn is_in(&self, words: &Words) -> bool {
        let Ready { pieces, bits } = match self.ready.get() {
            Some(ready) => ready,
            // Most phrases contain a word that begins like none in the text.
            None if self
                .text
                .split_whitespace()
                .any(|part| bits(part) & words.all == 0) =>
            {
                return false;
            }
            None => self.ready.get_or_init(|| Ready::of(&self.text)),
        };
        if bits.iter().any(|bits| bits & words.all == 0) {
            return false;
        }
        let first = bits.first().copied().unwrap_or(u128::MAX);
        let mut places = words.bits.iter().enumerate();
        places.any(|(at, bit)| bit & first != 0 && fits(pieces, &words.words[at..]))
    }
}

impl PartialEq for Phrase {
    fn eq(&self, other: &Phrase) -> bool {
        self.text == other.text
    }
}

impl Eq for Phrase {}

impl Ready {
    fn of(text: &str) -> Ready {
        let piece = |part: &str| match part {
            "*" => Piece::Gap,
            "#" => Piece::Version,
            _ => Piece::Choice(part.split('|').filter_map(Choice::new).collect()),
        };
        let pieces: Vec<Piece> = text.split_whitespace().map(piece).collect();
        let bits = text.split_whitespace().map(bits).collect();
        Ready { pieces, bits }
    }
}

/// The bits of words that a part of a phrase can begin with; all of them where that is not plain.
fn bits(part: &str) -> u128 {
    if matches!(part, "*" | "#") || !part.is_ascii() {
        return u128::MAX;
    }
    let of_choice = |choice: &str| {
        let start = choice.strip_suffix('~');
        let is_sign = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '\'' | '.'));
        let words = start.unwrap_or(choice).split(is_sign);
        let mut words = words.map(|word| word.trim_matches(['\'', '.']));
        match words.find(|word| !word.is_empty()) {
            // The beginning of a word may end before its second byte.
            Some(first) if start.is_some() && first.len() < 2 => u128::MAX,
            Some(first) => bit_of(first.bytes().map(|byte| byte.to_ascii_lowercase())),
            None => u128::MAX,
        }
    };
    part.split('|').map(of_choice).fold(0, |all, bit| all | bit)
}

fn fits(pieces: &[Piece], text: &[String]) -> bool {
    match pieces {
        [] => true,
        [Piece::Gap, rest @ ..] => {
            let ends = text.iter().take(GAP).position(String::is_empty);
            let most = ends.unwrap_or(GAP.min(text.len()));
            (0..=most).any(|skipped| fits(rest, &text[skipped..]))
        }
        [Piece::Version, rest @ ..] => {
            let here = text.first().is_some_and(|word| is_version(word));
            here && fits(rest, &text[1..])
        }
        [Piece::Choice(choices), rest @ ..] => choices
            .iter()
            .any(|choice| choice.begins(text) && fits(rest, &text[choice.words.len()..])),
    }
}

fn is_version(word: &str) -> bool {
    let numbers = word.strip_prefix('v').unwrap_or(word).split('.');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    numbers.clone().count() > 1 && numbers.clone().all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(phrase: &str, text: &str) -> bool {
        Phrase::new(phrase).unwrap().is_in(&Words::of(text))
    }

    #[test]
    fn a_phrase_is_found_whatever_the_case_and_the_signs_around_it() {
        let text = "You have exceeded a *secondary* rate-limit. Please wait!";
        assert!(is_in("exceeded a secondary", text));
        assert!(is_in("secondary rate-limit please", text));
        assert!(is_in("rate limit", text));
        assert!(is_in("sign-in|login required", "Sign in required."));
        assert!(is_in("don't", "We don\u{2019}t know"));
        assert!(!is_in("limit", "limits"));
    }

    #[test]
    fn a_phrase_that_is_not_ready_yet_is_sought_like_one_that_is() {
        let phrases = [
            "a-b",
            "A|Bad~",
            "x~",
            "'quoted'",
            "é|e",
            "don't",
            "core #",
            "no *  way",
        ];
        let texts = [
            "a b", "bad", "badly", "xylo", "quoted", "é", "don't", "core 1.2", "no way",
        ];
        for phrase in phrases {
            for text in texts {
                let words = Words::of(text);
                let phrase = Phrase::new(phrase).unwrap();
                let first = phrase.is_in(&words);
                phrase.ready.get_or_init(|| Ready::of(&phrase.text));
                assert_eq!(phrase.is_in(&words), first, "{phrase:?} in {text}");
            }
            let own = phrase
                .trim_matches(['~', '*'])
                .replace("#", "1.2")
                .replace('*', "");
            assert!(
                Phrase::new(phrase)
                    .unwrap()
                    .is_in(&Words::of(&own.replace('|', " ")))
            );
        }
    }

    #[test]
    fn classes_of_programs_are_parted_and_numbers_are_not() {
        let words = Words::of_program("java.net.UnknownHostException: a 1.2");
        assert!(
            Phrase::new("net unknownhostexception a 1.2")
                .unwrap()
                .is_in(&words)
        );
    }

    #[test]
    fn choices_beginnings_and_gaps_stand_for_what_they_say() {
        assert!(is_in("invalid|bad token|key", "A bad key was sent"));
        assert!(!is_in("invalid|bad token|key", "A bad old key was sent"));
        assert!(is_in("missing scope~", "Missing scopes: a, b"));
        assert!(is_in(
            "requires * scope~",
            "requires one of the following scopes"
        ));
        assert!(!is_in("requires * scope", "requires a b c d e f g scope"));
        assert!(is_in("a * b", "a b"));
    }

    #[test]
    fn a_version_is_told_from_other_numbers_in_any_language() {
        assert!(is_in("core #", "Hace falta Core v2026.4.0."));
        assert!(is_in("core * #", "Core muss 3.80 sein"));
        assert!(!is_in("core * #", "Core has 7 endpoints"));
        assert!(!is_in("core #", "The score is 2026.4.0."));
    }

    #[test]
    fn a_phrase_does_not_reach_from_one_text_into_the_next() {
        let mut words = Words::of("token");
        words.add(Words::of("expired"));
        assert!(!Phrase::new("token expired").unwrap().is_in(&words));
        assert!(!Phrase::new("token * expired").unwrap().is_in(&words));
        assert!(Phrase::new("expired").unwrap().is_in(&words));
    }

    #[test]
    fn a_text_without_end_is_read_no_further_than_anybody_would() {
        let page = format!("token expired {} core", "<b></b>".repeat(200_000));
        let words = Words::of(&page);
        assert_eq!(words.words.len(), MOST);
        assert!(Phrase::new("token expired").unwrap().is_in(&words));
        assert!(!Phrase::new("core").unwrap().is_in(&words));
    }

    #[test]
    fn what_is_no_phrase_is_refused() {
        for text in ["", "*", "* a", "a *", "...", "a|", "a ~"] {
            assert_eq!(Phrase::new(text), None, "{text}");
        }
    }
}
