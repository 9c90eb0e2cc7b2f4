//! Texts to fill in: `{{name}}` stands for the value of a variable, `{{token:name}}` for a token.
//! Such a text is read once, where a person or a file of ours wrote it. What replaces a name is
//! data and is never read again, be it a variable's value or a text from a file, a response or
//! another program.

use super::TokenName;
use std::ops::Range;

/// Stands for a brace that opens no name.
const BRACE: &str = "{{text:brace}}";
const BRACE_NAME: &str = "text:brace";
const TOKEN: &str = "token:";

/// A part of a text to fill in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Plain(&'a str),
    /// A variable.
    Name(&'a str),
    /// A token, if the name is a valid one.
    Token(&'a str),
    /// A literal brace.
    Brace,
}

impl<'a> Piece<'a> {
    /// The piece between two pairs of braces; `whole` includes them.
    fn named(name: &'a str, whole: &'a str) -> Piece<'a> {
        match (name, name.strip_prefix(TOKEN)) {
            (BRACE_NAME, _) => Piece::Brace,
            (_, Some(token)) if TokenName::new(token).is_some() => Piece::Token(token),
            (_, Some(_)) => Piece::Plain(whole),
            (_, None) => Piece::Name(name),
        }
    }

    /// Writes the piece as it is in a text to fill in.
    pub fn push_to(self, text: &mut String) {
        match self {
            Piece::Plain(plain) => text.push_str(plain),
            Piece::Name(name) => text.extend(["{{", name, "}}"]),
            Piece::Token(name) => text.extend(["{{", TOKEN, name, "}}"]),
            Piece::Brace => text.push_str(BRACE),
        }
    }
}

/// Splits a text at its `{{names}}`; braces without a name are plain text.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(found) = rest[from..].find("{{") {
            let open = from + found;
            // Look no further than a name can reach: a text may be full of braces that nothing
            // closes.
            let inside = &rest[open + 2..];
            let is_outside = |c: char| !(c.is_alphanumeric() || "_-.:".contains(c));
            let length = inside.find(is_outside).unwrap_or(inside.len());
            if length > 0 && inside[length..].starts_with("}}") {
                if open == 0 {
                    let (whole, behind) = rest.split_at(length + 4);
                    rest = behind;
                    return Some(Piece::named(&inside[..length], whole));
                }
                let plain = &rest[..open];
                rest = &rest[open..];
                return Some(Piece::Plain(plain));
            }
            from = open + 1;
        }
        let plain = rest;
        rest = "";
        Some(Piece::Plain(plain))
    })
}

/// The slot of a token, as typed.
pub fn slot(name: &TokenName) -> String {
    format!("{{{{{TOKEN}{name}}}}}")
}

/// Every token that a text uses.
pub fn token_names_in(text: &str) -> Vec<TokenName> {
    let named = pieces(text).filter_map(|piece| match piece {
        Piece::Token(name) => TokenName::new(name),
        _ => None,
    });
    named.collect()
}

/// Every variable that a text uses.
pub fn names_in(text: &str) -> Vec<&str> {
    let named = pieces(text).filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        _ => None,
    });
    named.collect()
}

/// Whether a text has nothing to fill in.
pub fn is_plain(text: &str) -> bool {
    pieces(text).all(|piece| matches!(piece, Piece::Plain(_)))
}

/// Turns data into a text that gives the same data when filled in.
pub fn as_text(data: &str) -> String {
    let mut text = String::with_capacity(data.len());
    let mut rest = data;
    while let Some(open) = rest.find("{{") {
        text.push_str(&rest[..open]);
        text.push_str(BRACE);
        rest = &rest[open + 1..];
    }
    text + rest
}

/// The data that a text stands for; `None` if a name must be filled in first.
pub fn as_data(text: &str) -> Option<String> {
    let mut data = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => data.push_str(plain),
            Piece::Brace => data.push('{'),
            Piece::Name(_) | Piece::Token(_) => return None,
        }
    }
    Some(data)
}

/// Replaces each variable by what `given` returns, which is again a text to fill in; for `None` the
/// name stays.
pub fn with_names(text: &str, mut given: impl FnMut(&str) -> Option<String>) -> String {
    with_pieces(text, |piece| match piece {
        Piece::Name(name) => given(name),
        _ => None,
    })
}

/// Replaces every piece that is not plain in the same way.
pub fn with_pieces(text: &str, mut given: impl FnMut(Piece) -> Option<String>) -> String {
    if !text.contains("{{") {
        return text.to_owned();
    }
    let mut written = String::with_capacity(text.len());
    let mut is_changed = false;
    for piece in pieces(text) {
        let value = match piece {
            Piece::Plain(_) => None,
            _ => given(piece),
        };
        match (value, piece) {
            (Some(value), _) => {
                is_changed = true;
                close(&mut written);
                written.push_str(&value);
                close(&mut written);
            }
            // Braces that open nothing could do so together with a value.
            (None, Piece::Plain(plain)) => written.push_str(&as_text(plain)),
            (None, _) => piece.push_to(&mut written),
        }
    }
    if is_changed { written } else { text.to_owned() }
}

/// Keeps the last brace of a text from opening a name together with what follows.
fn close(text: &mut String) {
    if text.ends_with('{') {
        text.pop();
        text.push_str(BRACE);
    }
}

/// A text with its variables filled in, and where tokens go in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilledText {
    pub text: String,
    /// In order; each range still holds the slot as typed.
    pub slots: Vec<(Range<usize>, TokenName)>,
}

impl FilledText {
    /// Adds a token at the end.
    pub fn push_token(&mut self, name: &TokenName) {
        let from = self.text.len();
        self.text.push_str(&slot(name));
        self.slots.push((from..self.text.len(), name.clone()));
    }

    /// Appends another text; its slots keep their places in it.
    pub fn push(&mut self, other: FilledText) {
        let by = self.text.len();
        self.text.push_str(&other.text);
        let slots = other.slots.into_iter();
        let slots = slots.map(|(range, name)| (range.start + by..range.end + by, name));
        self.slots.extend(slots);
    }

    /// Changes everything except the slots.
    pub fn around_slots(&self, change: impl Fn(&str) -> String) -> FilledText {
        let mut changed = FilledText::default();
        let mut from = 0;
        for (range, name) in &self.slots {
            changed
                .text
                .push_str(&change(&self.text[from..range.start]));
            changed.push_token(name);
            from = range.end;
        }
        changed.text.push_str(&change(&self.text[from..]));
        changed
    }
}

/// Data alone.
impl From<String> for FilledText {
    fn from(text: String) -> FilledText {
        FilledText {
            text,
            slots: Vec::new(),
        }
    }
}

/// Fills a text in; fails with the name of a variable that has no value.
pub fn fill<V: AsRef<str>>(
    text: &str,
    value: impl Fn(&str) -> Option<V>,
) -> Result<FilledText, &str> {
    let mut filled = FilledText::default();
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => filled.text.push_str(plain),
            Piece::Brace => filled.text.push('{'),
            Piece::Name(name) => filled.text.push_str(value(name).ok_or(name)?.as_ref()),
            Piece::Token(token) => {
                if let Some(name) = TokenName::new(token) {
                    filled.push_token(&name);
                }
            }
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> FilledText {
        let value = |name: &str| match name {
            "a" => Some("1"),
            "evil" => Some("{{token:x}}"),
            _ => None,
        };
        fill(text, value).unwrap()
    }

    #[test]
    fn what_comes_in_the_place_of_a_name_is_not_read_again() {
        let out = filled("{{a}}{{token:x}}{{evil}} {{ a }} {{");
        assert_eq!(out.text, "1{{token:x}}{{token:x}} {{ a }} {{");
        assert_eq!(out.slots, [(1..12, TokenName::named("x"))]);
        assert_eq!(fill("{{b}}", |_| None::<&str>), Err("b"));
        // What can be no name is text.
        assert!(
            filled("{{token:A B}} {{token:X}} {{token:}}")
                .slots
                .is_empty()
        );
    }

    #[test]
    fn data_comes_out_of_a_text_as_it_was() {
        for data in [
            "",
            "{{token:x}}",
            "{{{{token:x}}}}",
            "{{{token:x}}}",
            "{\"a\":{\"b\":{{c}}}}",
            "{{text:brace}}",
            "{{{text:brace}}}",
            "{",
            "a{{",
        ] {
            let text = as_text(data);
            assert_eq!(as_data(&text).as_deref(), Some(data), "{text}");
            assert!(names_in(&text).is_empty() && token_names_in(&text).is_empty());
            assert_eq!(filled(&text), FilledText::from(data.to_owned()));
        }
        assert_eq!(as_data("{{a}}"), None);
    }

    #[test]
    fn a_value_makes_no_name_with_what_stands_beside_it() {
        for (text, value) in [
            ("{{{v}}", "{token:x}}"),
            ("{{v}}{token:x}}", "{"),
            ("{{v}}token:x}}", "{{"),
            ("{{{{v}}", "token:x}}"),
            ("{{v}}{{v}}token:x}}", "{"),
            ("{{tok{{v}}", "en:x}}"),
        ] {
            let written = with_names(text, |_| Some(as_text(value)));
            let whole = filled(&written);
            assert!(whole.slots.is_empty(), "{text} {value}: {written}");
            assert_eq!(whole.text, text.replace("{{v}}", value), "{written}");
        }
    }
}
