//! A text that another program is to change: the known values in it stand by their names while
//! they are away, and come back as they were.

use super::Mask;
use super::search::Search;
use memchr::memmem;

/// What stands for what. It holds values and cannot be printed.
#[derive(Default)]
pub struct Veil {
    /// A name that stands nowhere else in the text, and the bytes it stands for.
    names: Vec<(String, Vec<u8>)>,
}

impl Mask {
    /// The text without known values, and what brings them back.
    pub fn veil(&self, text: &[u8]) -> (Vec<u8>, Veil) {
        let search = Search::for_values(&[self.set()]);
        let mut veil = Veil::default();
        let mut veiled = Vec::with_capacity(text.len());
        let mut from = 0;
        for (span, mark) in search.known(text) {
            veiled.extend_from_slice(&text[from..span.start]);
            let name = veil.name_of(&text[span.clone()], mark, text);
            veiled.extend_from_slice(name.as_bytes());
            from = span.end;
        }
        veiled.extend_from_slice(&text[from..]);
        (veiled, veil)
    }
}

impl Veil {
    /// The usual mask, with a number where that stands for something else already: a value can
    /// be there in several encodings, and a text can hold what looks like a mask.
    fn name_of(&mut self, value: &[u8], mark: &str, text: &[u8]) -> &str {
        let bare = mark.strip_suffix('›').unwrap_or(mark);
        let numbered = |number: usize| match number {
            1 => mark.to_owned(),
            _ => format!("{bare}·{number}›"),
        };
        let mut number = 1;
        let place = loop {
            let name = numbered(number);
            let taken = self.names.iter().position(|(known, _)| *known == name);
            match taken {
                Some(place) if self.names[place].1 == value => break place,
                None if memmem::find(text, name.as_bytes()).is_none() => {
                    self.names.push((name, value.to_owned()));
                    break self.names.len() - 1;
                }
                _ => number += 1,
            }
        };
        &self.names[place].0
    }

    /// The changed text with the values where their names stand.
    pub fn lift(&self, text: Vec<u8>) -> Vec<u8> {
        const OPEN: &[u8] = "‹".as_bytes();
        if self.names.is_empty() {
            return text;
        }
        let mut lifted = Vec::with_capacity(text.len());
        let mut rest = text.as_slice();
        while let Some(at) = memmem::find(rest, OPEN) {
            lifted.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            let named = |(name, _): &&(String, Vec<u8>)| rest.starts_with(name.as_bytes());
            let (taken, put) = match self.names.iter().find(named) {
                Some((name, value)) => (name.len(), value.as_slice()),
                None => (OPEN.len(), OPEN),
            };
            lifted.extend_from_slice(put);
            rest = &rest[taken..];
        }
        lifted.extend_from_slice(rest);
        lifted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Secret, TokenName, TokenRef};

    const VALUE: &str = "desk-value-0123456789";

    fn mask() -> Mask {
        let token = TokenRef {
            name: TokenName::named("desk"),
            fingerprint: Some("1a2b".to_owned()),
        };
        Mask::new(&[(token, Secret::new(VALUE))])
    }

    #[test]
    fn a_known_value_stands_by_its_name_while_it_is_away() {
        let text = format!("{{\"password\":\"{VALUE}\",\"again\":\"{VALUE}\"}}");
        let (veiled, veil) = mask().veil(text.as_bytes());
        let shown = String::from_utf8(veiled.clone()).unwrap();
        let name = "‹token:desk·1a2b›";
        assert_eq!(
            shown,
            format!("{{\"password\":\"{name}\",\"again\":\"{name}\"}}")
        );
        assert_eq!(veil.lift(veiled), text.as_bytes());
        // A name that was moved, doubled or left out is still one.
        let changed = format!("‹a› {name}{name} ‹");
        let lifted = veil.lift(changed.into_bytes());
        assert_eq!(
            String::from_utf8(lifted).unwrap(),
            format!("‹a› {VALUE}{VALUE} ‹")
        );
    }

    #[test]
    fn each_encoding_comes_back_as_it_was_and_a_mask_in_the_text_stays_text() {
        let escaped = VALUE.replace("desk", "\\u0064esk");
        let percent = VALUE.replace('-', "%2D");
        let text = format!("‹token:desk·1a2b› {VALUE} {escaped} {percent} \u{fffd}");
        let mut bytes = text.into_bytes();
        bytes.push(0xff);
        let (veiled, veil) = mask().veil(&bytes);
        let shown = String::from_utf8_lossy(&veiled).into_owned();
        for part in [VALUE, &escaped, &percent] {
            assert!(!shown.contains(part), "{shown}");
        }
        assert!(
            shown.starts_with("‹token:desk·1a2b› ‹token:desk·1a2b·2›"),
            "{shown}"
        );
        assert_eq!(veil.lift(veiled), bytes);
    }

    #[test]
    fn a_text_without_values_stays_as_it_is() {
        let (veiled, veil) = mask().veil("‹token:desk·1a2b›".as_bytes());
        assert_eq!(veiled, "‹token:desk·1a2b›".as_bytes());
        assert_eq!(veil.lift(veiled.clone()), veiled);
        let (veiled, _) = Mask::new(&[]).veil(b"a\xffb");
        assert_eq!(veiled, b"a\xffb");
    }
}
