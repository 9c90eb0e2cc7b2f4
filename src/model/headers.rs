//! HTTP header fields in order: names compare without case, repeated names stay, values are the
//! bytes that came.

use std::borrow::Cow;

/// One header field (RFC 9110, 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// As received; the HTTP library gives names in lower case.
    pub name: String,
    pub value: Vec<u8>,
}

impl Header {
    /// The value as text: UTF-8 if it is valid, else Latin-1, since RFC 9110, 5.5, allows such
    /// bytes.
    pub fn text(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.value) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.value.iter().map(|&b| b as char).collect()),
        }
    }
}

/// The header fields of a message, in the order they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<Header>,
}

impl Headers {
    /// No fields.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Adds a field, beside any other of the same name.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.fields.push(Header {
            name: name.into(),
            value: value.into(),
        });
    }

    /// The first value of that name, as text.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.named(name).next().map(Header::text)
    }

    /// Every value of that name, in order, as text.
    pub fn all(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        self.named(name).map(Header::text)
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Header> {
        let matches = |field: &&Header| field.name.eq_ignore_ascii_case(name);
        self.fields.iter().filter(matches)
    }

    /// Whether a field of that name exists, in either case of letters.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Header> {
        self.fields.iter()
    }

    /// The value of the field at that position.
    pub fn value_mut(&mut self, number: usize) -> Option<&mut Vec<u8>> {
        self.fields.get_mut(number).map(|field| &mut field.value)
    }

    /// The number of fields; a repeated name counts each time.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The media type without parameters, in lower case: `application/json`.
    pub fn media_type(&self) -> Option<String> {
        let value = self.get("content-type")?;
        let essence = value.split(';').next().unwrap_or("").trim();
        (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
    }
}

impl<N: Into<String>, V: Into<Vec<u8>>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in pairs {
            headers.push(name, value);
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_repeats_keep_their_order() {
        let headers = Headers::from_iter([("Set-Cookie", "a=1"), ("X", "y"), ("set-cookie", "b")]);
        let values: Vec<_> = headers.all("SET-COOKIE").collect();
        assert_eq!(values, ["a=1", "b"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_read_as_latin_1_and_kept() {
        let mut headers = Headers::new();
        headers.push("x-name", b"caf\xe9".to_vec());
        assert_eq!(headers.get("x-name").as_deref(), Some("café"));
        assert_eq!(headers.iter().next().unwrap().value, b"caf\xe9");
    }

    #[test]
    fn media_type_leaves_out_parameters() {
        let headers = Headers::from_iter([("content-type", "Application/JSON; charset=utf-8")]);
        assert_eq!(headers.media_type().as_deref(), Some("application/json"));
    }
}
