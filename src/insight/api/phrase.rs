//! Phrases that packs look for in the words of an answer: `exceeded * rate limit`,
//! `invalid|bad token|key`, `scope~`, `core #` for a version number. Case, punctuation and line
//! breaks do not count.

/// How many words a `*` may stand for.
const GAP: usize = 6;

/// A text cut into its words, as phrases see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Letters, digits and `_` make a word; `'` and `.` only inside one.
    pub fn of(text: &str) -> Words {
        let mut words = Vec::new();
        let mut word = String::new();
        let mut end = |word: &mut String| {
            let trimmed = word.trim_matches(['\'', '.']);
            if !trimmed.is_empty() {
                words.push(trimmed.to_owned());
            }
            word.clear();
        };
        for c in text.chars() {
            if c.is_alphanumeric() || matches!(c, '_' | '\'' | '.') {
                word.extend(c.to_lowercase());
            } else if c == '\u{2019}' {
                word.push('\'');
            } else {
                end(&mut word);
            }
        }
        end(&mut word);
        Words(words)
    }

    /// The words of what a program says: the names of its classes are parted at their dots.
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

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Joins the words of another text behind these; no phrase reaches across.
    pub fn add(&mut self, other: Words) {
        if !self.0.is_empty() && !other.0.is_empty() {
            // No text has an empty word, so nothing matches it.
            self.0.push(String::new());
        }
        self.0.extend(other.0);
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
        let words = Words::of(start.unwrap_or(text)).0;
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

/// A phrase, ready to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase(Vec<Piece>);

impl Phrase {
    /// `None` for a phrase that holds no word, or begins or ends with a gap.
    pub fn new(text: &str) -> Option<Phrase> {
        let mut pieces = Vec::new();
        for part in text.split_whitespace() {
            if part == "*" {
                pieces.push(Piece::Gap);
                continue;
            }
            if part == "#" {
                pieces.push(Piece::Version);
                continue;
            }
            let choices = part.split('|').map(Choice::new);
            pieces.push(Piece::Choice(choices.collect::<Option<_>>()?));
        }
        let edges = [pieces.first()?, pieces.last()?];
        (!edges.contains(&&Piece::Gap)).then_some(Phrase(pieces))
    }

    pub fn is_in(&self, words: &Words) -> bool {
        (0..words.0.len()).any(|at| fits(&self.0, &words.0[at..]))
    }
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
    fn what_is_no_phrase_is_refused() {
        for text in ["", "*", "* a", "a *", "...", "a|", "a ~"] {
            assert_eq!(Phrase::new(text), None, "{text}");
        }
    }
}
