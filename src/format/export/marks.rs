//! Words that stand for placeholders while a request is resolved. They are letters and digits,
//! which no encoding changes; afterwards the text is cut at them.

use super::names::Placeholder;
use super::text::Text;
use std::collections::HashMap;

/// The host that stands for an unknown base URL, because a URL must have one.
const BASE_BEFORE: &str = "http://";
const BASE_BEHIND: &str = ".invalid";

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mark {
    Base,
    Blank(Placeholder),
}

/// The words that stand for placeholders in one request, and what each stands for.
#[derive(Clone, Debug)]
pub struct Marks {
    salt: usize,
    marks: Vec<Mark>,
    known: HashMap<Mark, usize>,
}

impl Marks {
    /// New marks that occur in none of these texts.
    pub fn outside_of(texts: &[&str]) -> Marks {
        let lower: Vec<String> = texts.iter().map(|t| t.to_ascii_lowercase()).collect();
        let stands = |salt: &usize| {
            let (prefix, other) = (prefix(*salt), prefix(salt + 1));
            !lower
                .iter()
                .any(|t| t.contains(&prefix) || t.contains(&other))
        };
        // Each text holds only finitely many.
        let salt = (1..).step_by(2).find(stands).unwrap_or_default();
        Marks {
            salt,
            marks: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// The word for a placeholder; the same placeholder always gets the same word.
    pub fn blank(&mut self, placeholder: Placeholder) -> String {
        self.word(Mark::Blank(placeholder))
    }

    /// A URL for a base that the person will give.
    pub fn base(&mut self) -> String {
        format!("{BASE_BEFORE}{}{BASE_BEHIND}", self.word(Mark::Base))
    }

    fn word(&mut self, mark: Mark) -> String {
        let next = self.marks.len();
        let number = *self.known.entry(mark.clone()).or_insert(next);
        if number == next {
            self.marks.push(mark);
        }
        format!("{}{number}z", prefix(self.salt))
    }

    /// The same placeholders with other words. What both cut out was put in here, and is not text
    /// that an encoding turned into a mark.
    pub fn others(&self) -> Marks {
        Marks {
            salt: self.salt + 1,
            ..self.clone()
        }
    }

    /// Replaces these marks in a text by the others.
    pub fn in_others(&self, text: &str) -> String {
        text.replace(&prefix(self.salt), &prefix(self.salt + 1))
    }

    /// Cuts a resolved text at the words and puts the placeholders back.
    pub fn cut(&self, bytes: &[u8]) -> Text {
        let prefix = prefix(self.salt).into_bytes();
        let mut text = Text::default();
        let (mut from, mut at) = (0, 0);
        while let Some(found) = bytes[at..].iter().position(|&b| b == b'z') {
            let start = at + found;
            at = start + 1;
            let Some((mark, length)) = self.mark_at(&bytes[start..], &prefix) else {
                continue;
            };
            let before = &bytes[from..start];
            at = start + length;
            match mark {
                Mark::Blank(placeholder) => {
                    text.push(before);
                    text.push_blank(placeholder.clone());
                }
                Mark::Base => {
                    text.push(
                        before
                            .strip_suffix(BASE_BEFORE.as_bytes())
                            .unwrap_or(before),
                    );
                    text.push_blank(Placeholder::Variable("base".to_owned()));
                    if bytes[at..].starts_with(BASE_BEHIND.as_bytes()) {
                        at += BASE_BEHIND.len();
                    }
                }
            }
            from = at;
        }
        text.push(&bytes[from..]);
        text
    }

    fn mark_at(&self, bytes: &[u8], prefix: &[u8]) -> Option<(&Mark, usize)> {
        let rest = bytes.strip_prefix(prefix)?;
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[..digits]).ok()?;
        let mark = self.marks.get(number.parse::<usize>().ok()?)?;
        (rest.get(digits) == Some(&b'z')).then_some((mark, prefix.len() + digits + 1))
    }

    /// Replaces the marks in a sentence by the names they stand for.
    pub fn named(&self, sentence: &str) -> String {
        self.cut(sentence.as_bytes()).shown()
    }
}

fn prefix(salt: usize) -> String {
    format!("zq{salt}q")
}

#[cfg(test)]
mod tests {
    use super::super::text::Stretch;
    use super::*;

    #[test]
    fn texts_are_cut_at_marks_and_at_nothing_that_only_looks_like_one() {
        let mut marks = Marks::outside_of(&["a ZQ1q0z", "zq4q"]);
        let word = marks.blank(Placeholder::Masked(1));
        assert_eq!(word, "zq5q0z");
        assert_eq!(marks.blank(Placeholder::Masked(1)), word);
        let base = marks.base();
        let text = format!("zz{word}zq1q0zq5q{base}/x");
        let cut = marks.cut(text.as_bytes());
        assert_eq!(
            cut.pieces(),
            [
                Stretch::Plain(b"zz".to_vec()),
                Stretch::Blank(Placeholder::Masked(1)),
                Stretch::Plain(b"zq1q0zq5q".to_vec()),
                Stretch::Blank(Placeholder::Variable("base".into())),
                Stretch::Plain(b"/x".to_vec()),
            ]
        );
        assert_eq!(
            marks.others().cut(marks.in_others(&word).as_bytes()).len(),
            0
        );
    }
}
