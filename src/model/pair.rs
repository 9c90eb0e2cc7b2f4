//! A pair of a query: what it means, and beside it the text it was written as.

use super::template::{Piece, as_data, as_text, pieces};
use super::{Param, decoded, decoded_around_names, encoded};
use url::form_urlencoded::byte_serialize;

impl Param {
    /// Reads a pair as it is written, with `{{names}}` in it. The row remembers its text if it
    /// would be written differently otherwise.
    pub fn of_query(pair: &str) -> Param {
        let (name, value) = read(pair, false);
        let mut row = Param::new(name, value);
        if row.query_pair() != pair {
            row.written = Some(pair.to_owned());
        }
        row
    }

    /// Reads a pair of a form the same way.
    pub fn of_form(pair: &str) -> Param {
        let (name, value) = read(pair, false);
        let mut row = Param::new(name, value);
        if row.form_pair() != pair {
            row.written = Some(pair.to_owned());
        }
        row
    }

    /// How the pair was written, as long as the row has not changed.
    pub fn as_written(&self) -> Option<&str> {
        let pair = self.written.as_deref()?;
        let (name, value) = read(pair, self.literal);
        // With that sign in it the pair would become two.
        let is_one = !pair.contains('&');
        (is_one && name == self.name && value == self.value).then_some(pair)
    }

    /// The pair for a query, as a text whose names are filled in encoded.
    pub fn query_pair(&self) -> String {
        self.pair(query_encoded)
    }

    /// The pair for a form, where a blank is %20, which every reader of forms accepts.
    pub fn form_pair(&self) -> String {
        self.pair(encoded)
    }

    fn pair(&self, encode: impl Fn(&str) -> String) -> String {
        match (self.as_written(), self.literal) {
            (Some(pair), false) => pair.to_owned(),
            (Some(pair), true) => as_text(pair),
            (None, true) => format!("{}={}", encode(&self.name), encode(&self.value)),
            (None, false) => {
                let around = |text: &str| around_names(text, &encode);
                format!("{}={}", around(&self.name), around(&self.value))
            }
        }
    }

    /// Gives a row another text as its value; its name stays as it was written.
    pub fn set_value(&mut self, value: String) {
        if value == self.value {
            return;
        }
        let name = self.as_written().map(|pair| match pair.split_once('=') {
            Some((name, _)) => name.to_owned(),
            None => pair.to_owned(),
        });
        self.written = name.map(|name| format!("{name}={}", around_names(&value, query_encoded)));
        self.value = value;
    }

    /// Changes name and value, and the written text if it still means the same.
    pub(super) fn change(&mut self, mut change: impl FnMut(&mut String)) {
        let mut written = self.as_written().map(str::to_owned);
        change(&mut self.name);
        change(&mut self.value);
        written.iter_mut().for_each(change);
        self.written = written;
        self.forget_stale();
    }

    /// Turns a text with nothing to fill in into the data it stands for.
    pub fn settle(&mut self) {
        if self.literal {
            return;
        }
        let written = self.as_written().and_then(as_data);
        if let (Some(name), Some(value)) = (as_data(&self.name), as_data(&self.value)) {
            self.literal = true;
            (self.name, self.value, self.written) = (name, value, written);
            *self = std::mem::replace(self, Param::new("", "")).marked();
            self.forget_stale();
        }
    }

    /// Turns data back into a text.
    pub(super) fn unsettle(&mut self) {
        if !self.literal {
            return;
        }
        let written = self.as_written().map(as_text);
        (self.name, self.value) = (as_text(&self.name), as_text(&self.value));
        (self.written, self.literal) = (written, false);
        self.forget_stale();
    }

    fn forget_stale(&mut self) {
        if self.as_written().is_none() {
            self.written = None;
        }
    }
}

/// The rows of a query; `None` if one of them has no name.
pub fn query_rows(query: &str) -> Option<Vec<Param>> {
    let pairs = query.split('&');
    let rows = pairs.map(|pair| Some(Param::of_query(pair)).filter(|row| !row.name.is_empty()));
    rows.collect()
}

/// Name and value of a pair.
fn read(pair: &str, literal: bool) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let plain = |text: &str| {
        let spaced = text.replace('+', " ");
        let read = if literal {
            decoded(&spaced)
        } else {
            decoded_around_names(&spaced)
        };
        // Bytes that are not text are shown as they were written.
        read.unwrap_or_else(|| text.to_owned())
    };
    (plain(name), plain(value))
}

/// Encodes a text for a query as little as possible: only what cannot be in a query, what ends a
/// pair, and the bytes in `also`; `{{names}}` stay.
pub fn lightly_encoded(text: &str, also: &[u8]) -> String {
    let mut written = String::with_capacity(text.len());
    let push = |text: &str, written: &mut String| {
        for byte in text.bytes() {
            if byte.is_ascii_graphic() && !b"\"#&<>".contains(&byte) && !also.contains(&byte) {
                written.push(byte as char);
            } else {
                written.push_str(&format!("%{byte:02X}"));
            }
        }
    };
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => push(plain, &mut written),
            Piece::Brace => push("{", &mut written),
            named => named.push_to(&mut written),
        }
    }
    written
}

/// Encodes like a form in a browser.
pub fn query_encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// Encodes a text, but leaves `{{names}}` as they are.
fn around_names(text: &str, encode: impl Fn(&str) -> String) -> String {
    let mut written = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => written.push_str(&encode(plain)),
            Piece::Brace => written.push_str(&encode("{")),
            named => named.push_to(&mut written),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: &[&str] = &[
        "ids[]=1",
        "k=abc==",
        "fields=a,b",
        "$filter=x",
        "x=%5b%2f%7E",
        "q=a+b",
        "q=a%20b",
        "flag",
        "empty=",
        "a=1;b=2",
        "bad=%zz%ff",
        "n%C3%A4me=%C3%A4",
        "q={{word}},{{token:x}}",
        "{{name}}=a,b",
        "braces=%7B%7Bx%7D%7D",
    ];

    #[test]
    fn a_pair_that_was_read_is_written_as_it_was() {
        for pair in PAIRS {
            let mut row = Param::of_query(pair);
            assert_eq!(row.query_pair(), *pair);
            let before = row.clone();
            row.settle();
            assert_eq!(row.query_pair(), *pair, "settled");
            row.unsettle();
            assert_eq!(row, before, "{pair}");
        }
        assert_eq!(Param::of_query("page=2").written, None);
        assert_eq!(Param::of_query("q=a+b"), Param::new("q", "a b"));
    }

    #[test]
    fn a_row_that_is_edited_is_encoded() {
        let mut row = Param::of_query("ids[]=a,b");
        row.value = "a, c".to_owned();
        assert_eq!(row.query_pair(), "ids%5B%5D=a%2C+c");
        row.value = "a,b".to_owned();
        assert_eq!(row.query_pair(), "ids[]=a,b");
        row.set_value("{{token:x}}&".to_owned());
        assert_eq!(row.query_pair(), "ids[]={{token:x}}%26");
        assert_eq!(row.as_written(), Some("ids[]={{token:x}}%26"));
        let mut flag = Param::of_query("flag");
        flag.set_value("1".to_owned());
        assert_eq!(flag.query_pair(), "flag=1");
    }

    #[test]
    fn names_are_changed_in_both_forms_or_the_written_one_is_gone() {
        let put = |text: &mut String, value: &str| *text = text.replace("{{v}}", value);
        let mut row = Param::of_query("q=a,{{v}}");
        row.change(|text| put(text, "7"));
        assert_eq!(row.query_pair(), "q=a,7");
        let mut row = Param::of_query("q=a,{{v}}");
        row.change(|text| put(text, "b&c"));
        assert_eq!(
            (row.query_pair(), row.written),
            ("q=a%2Cb%26c".to_owned(), None)
        );
    }

    #[test]
    fn a_query_with_a_nameless_pair_has_no_rows() {
        for query in ["", "a=1&", "a=1&&b=2", "=1"] {
            assert_eq!(query_rows(query), None, "{query}");
        }
        assert_eq!(query_rows("a=1&b").unwrap().len(), 2);
    }
}
