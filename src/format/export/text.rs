//! Bytes with placeholders in them, and the pairs of a query or form.

use super::names::Placeholder;
use crate::model::{MASK, slot};

/// A stretch of an exported text: bytes, or a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch {
    Plain(Vec<u8>),
    Blank(Placeholder),
}

/// Bytes with placeholders. Two neighbours are never both plain, and no plain stretch is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<Stretch>);

impl Text {
    /// A text of bytes alone.
    pub fn plain(bytes: &[u8]) -> Text {
        let mut text = Text::default();
        text.push(bytes);
        text
    }

    /// The stretches in their order, for the writers.
    pub fn pieces(&self) -> &[Stretch] {
        &self.0
    }

    /// Appends bytes; joins them to bytes at the end.
    pub fn push(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            _ if bytes.is_empty() => {}
            Some(Stretch::Plain(plain)) => plain.extend_from_slice(bytes),
            _ => self.0.push(Stretch::Plain(bytes.to_vec())),
        }
    }

    /// Appends a placeholder.
    pub fn push_blank(&mut self, blank: Placeholder) {
        self.0.push(Stretch::Blank(blank));
    }

    /// Appends another text.
    pub fn extend(&mut self, other: Text) {
        for piece in other.0 {
            match piece {
                Stretch::Plain(plain) => self.push(&plain),
                Stretch::Blank(blank) => self.push_blank(blank),
            }
        }
    }

    /// Whether it has neither bytes nor placeholders.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The placeholders in their order.
    pub fn blanks(&self) -> impl Iterator<Item = &Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Stretch::Blank(blank) => Some(blank),
            Stretch::Plain(_) => None,
        })
    }

    /// Whether a value is missing, so that the text has to be filled in.
    pub fn has_blanks(&self) -> bool {
        self.blanks().next().is_some()
    }

    /// Whether it begins with a value that is not known here.
    pub fn begins_blank(&self) -> bool {
        matches!(self.0.first(), Some(Stretch::Blank(_)))
    }

    /// The bytes around the placeholders.
    pub fn plain_parts(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter_map(|piece| match piece {
            Stretch::Plain(plain) => Some(plain.as_slice()),
            Stretch::Blank(_) => None,
        })
    }

    /// All bytes; `None` where there is a placeholder.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0[..] {
            [] => Some(&[]),
            [Stretch::Plain(plain)] => Some(plain),
            _ => None,
        }
    }

    /// How many bytes are known; placeholders do not count.
    pub fn len(&self) -> usize {
        self.plain_parts().map(<[u8]>::len).sum()
    }

    /// Whether any known byte is meant, such as one that needs quotes.
    pub fn has(&self, is_meant: impl Fn(u8) -> bool) -> bool {
        self.plain_parts().any(|p| p.iter().any(|&b| is_meant(b)))
    }

    /// The text as it may be shown: names for variables and tokens, masks for other secrets.
    pub fn shown(&self) -> String {
        let shown = self.0.iter().map(|piece| match piece {
            Stretch::Plain(plain) => String::from_utf8_lossy(plain).into_owned(),
            Stretch::Blank(Placeholder::Variable(name) | Placeholder::Elsewhere(name)) => {
                format!("{{{{{name}}}}}")
            }
            Stretch::Blank(Placeholder::Token(name)) => slot(name),
            Stretch::Blank(_) => MASK.to_owned(),
        });
        shown.collect()
    }

    /// The texts before and behind the first such byte.
    pub fn split_once(&self, sign: u8) -> Option<(Text, Text)> {
        let mut before = Text::default();
        for (place, piece) in self.0.iter().enumerate() {
            match piece {
                Stretch::Plain(plain) => match plain.iter().position(|&b| b == sign) {
                    Some(at) => {
                        before.push(&plain[..at]);
                        let mut behind = Text::plain(&plain[at + 1..]);
                        behind.extend(Text(self.0[place + 1..].to_vec()));
                        return Some((before, behind));
                    }
                    None => before.push(plain),
                },
                Stretch::Blank(blank) => before.push_blank(blank.clone()),
            }
        }
        None
    }

    /// The parts between such bytes; placeholders are never split.
    pub fn split(&self, sign: u8) -> Vec<Text> {
        let mut parts = vec![Text::default()];
        for piece in &self.0 {
            match piece {
                Stretch::Plain(plain) => {
                    for (number, part) in plain.split(|&b| b == sign).enumerate() {
                        if number > 0 {
                            parts.push(Text::default());
                        }
                        if let Some(last) = parts.last_mut() {
                            last.push(part);
                        }
                    }
                }
                Stretch::Blank(blank) => {
                    if let Some(last) = parts.last_mut() {
                        last.push_blank(blank.clone());
                    }
                }
            }
        }
        parts
    }

    /// The same with every plain stretch changed; `None` where `change` fails for one.
    pub fn changed(&self, change: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Text> {
        let mut text = Text::default();
        for piece in &self.0 {
            match piece {
                Stretch::Plain(plain) => text.push(&change(plain)?),
                Stretch::Blank(blank) => text.push_blank(blank.clone()),
            }
        }
        Some(text)
    }
}

/// A pair of a query or form whose value the other program fills in and has to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPair {
    /// Encoded, as sent.
    pub name: Text,
    /// Not encoded.
    pub value: Text,
}

/// A pair that is encoded already, or one to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pair {
    Whole(Text),
    Open(OpenPair),
}

/// Splits a query or form into pairs. A pair with a placeholder in its name, or with bad encoding
/// in its value, stays as it is.
pub fn pairs(text: &Text) -> Vec<Pair> {
    let pairs = text.split(b'&').into_iter();
    pairs
        .map(|pair| match open(&pair) {
            Some(open) => Pair::Open(open),
            None => Pair::Whole(pair),
        })
        .collect()
}

fn open(pair: &Text) -> Option<OpenPair> {
    let (name, value) = pair.split_once(b'=')?;
    let fits = !name.is_empty() && !name.has_blanks() && value.has_blanks();
    let value = fits.then(|| value.changed(form_decoded))??;
    Some(OpenPair { name, value })
}

/// Decodes a query or form value; `None` where an escape is not valid.
pub fn form_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(*rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TokenName;

    fn blank() -> Placeholder {
        Placeholder::Token(TokenName::named("a"))
    }

    fn text(parts: &[&str]) -> Text {
        let mut text = Text::default();
        for part in parts {
            match *part {
                "{}" => text.push_blank(blank()),
                plain => text.push(plain.as_bytes()),
            }
        }
        text
    }

    #[test]
    fn a_query_is_split_around_what_is_not_known() {
        let all = text(&["a=1&b=x%20+", "{}", "&c=%zz", "{}", "&", "{}", "=1&d"]);
        let pairs = pairs(&all);
        assert_eq!(pairs.len(), 5);
        assert_eq!(pairs[0], Pair::Whole(text(&["a=1"])));
        assert_eq!(
            pairs[1],
            Pair::Open(OpenPair {
                name: text(&["b"]),
                value: text(&["x  ", "{}"]),
            })
        );
        assert_eq!(pairs[2], Pair::Whole(text(&["c=%zz", "{}"])));
        assert_eq!(pairs[3], Pair::Whole(text(&["{}", "=1"])));
        assert_eq!(pairs[4], Pair::Whole(text(&["d"])));
    }

    #[test]
    fn a_text_is_cut_at_its_first_sign() {
        let (before, behind) = text(&["a", "{}", "b?c", "{}", "?"])
            .split_once(b'?')
            .unwrap();
        assert_eq!(before, text(&["a", "{}", "b"]));
        assert_eq!(behind, text(&["c", "{}", "?"]));
        assert_eq!(text(&["{}"]).split_once(b'?'), None);
        assert_eq!(text(&["ab"]).as_bytes(), Some(&b"ab"[..]));
        assert_eq!(text(&["ab", "{}"]).len(), 2);
    }
}
