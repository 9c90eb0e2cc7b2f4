//! The `WWW-Authenticate` header: how the server wants to be asked, and often why it said no
//! (RFC 9110, 11.6.1; RFC 6750, 3). Real ones are badly made, so whatever comes is read as far
//! as it can be.

use crate::model::Headers;
use std::fmt;

/// One way to ask: `Bearer realm="core", error="invalid_token"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Empty where the server forgot it.
    pub scheme: String,
    pub parameters: Vec<(String, String)>,
    /// The one unnamed value that some schemes carry instead of parameters.
    pub token68: Option<String>,
}

impl Challenge {
    /// The first parameter of that name, in any case, unless it is empty.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.scheme)?;
        if let Some(token) = &self.token68 {
            write!(f, " {token}")?;
        }
        for (place, (name, value)) in self.parameters.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            write!(f, "{comma} {name}=\"{value}\"")?;
        }
        Ok(())
    }
}

/// Every challenge of every `WWW-Authenticate` field, in order.
pub fn challenges(headers: &Headers) -> Vec<Challenge> {
    let mut found = Vec::new();
    for value in headers.all("www-authenticate") {
        let mut reader = ChallengeReader { rest: &value };
        reader.read(&mut found);
    }
    found
}

struct ChallengeReader<'a> {
    rest: &'a str,
}

impl<'a> ChallengeReader<'a> {
    fn read(&mut self, found: &mut Vec<Challenge>) {
        let earlier = found.len();
        loop {
            self.skip(|c| c == ',' || c.is_whitespace());
            if self.rest.is_empty() {
                return;
            }
            let word = self.take(is_token);
            if word.is_empty() {
                // Nothing can begin with this character; without it the rest may make sense.
                self.skip_one();
                continue;
            }
            if let Some(value) = self.value() {
                if found.len() == earlier {
                    found.push(Challenge::default());
                }
                if let Some(challenge) = found.last_mut() {
                    challenge.parameters.push((word.to_owned(), value));
                }
                continue;
            }
            let token68 = self.token68();
            found.push(Challenge {
                scheme: word.to_owned(),
                parameters: Vec::new(),
                token68,
            });
        }
    }

    /// What stands behind an equals sign, if one comes next.
    fn value(&mut self) -> Option<String> {
        let rest = self.rest.trim_start().strip_prefix('=')?;
        self.rest = rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix('"') {
            self.rest = rest;
            return Some(self.quoted());
        }
        Some(self.bare())
    }

    /// The text up to the closing quote, or to the end where that is missing.
    fn quoted(&mut self) -> String {
        let mut text = String::new();
        let mut escaped = false;
        for (place, c) in self.rest.char_indices() {
            match c {
                _ if escaped => {
                    text.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.rest = &self.rest[place + 1..];
                    return text;
                }
                _ => text.push(c),
            }
        }
        self.rest = "";
        text
    }

    /// A value without quotes. By the rules it holds no blank; servers that forget the quotes
    /// around a sentence, or the comma before the next parameter, are both understood.
    fn bare(&mut self) -> String {
        let part = |c: char| c != ',' && !c.is_whitespace();
        let mut text = self.take(part).to_owned();
        loop {
            let mut ahead = ChallengeReader {
                rest: self.rest.trim_start(),
            };
            let word = ahead.take(is_token);
            let named = !word.is_empty() && ahead.rest.trim_start().starts_with('=');
            if named || matches!(self.rest.trim_start().chars().next(), None | Some(',')) {
                return text;
            }
            self.skip(char::is_whitespace);
            text.push(' ');
            text.push_str(self.take(part));
        }
    }

    fn token68(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        let body = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
        let letters = rest.find(|c| !body(c)).unwrap_or(rest.len());
        let after = rest[letters..].trim_start_matches('=');
        let ends = after.trim_start().is_empty() || after.trim_start().starts_with(',');
        if letters == 0 || !ends {
            return None;
        }
        self.rest = after;
        Some(rest[..rest.len() - after.len()].to_owned())
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip(&mut self, fits: impl Fn(char) -> bool) {
        self.take(fits);
    }

    fn skip_one(&mut self) {
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
    }
}

/// RFC 9110, 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(fields: &[&str]) -> Vec<String> {
        let headers = Headers::from_iter(fields.iter().map(|f| ("WWW-Authenticate", *f)));
        challenges(&headers).iter().map(|c| c.to_string()).collect()
    }

    #[test]
    fn challenges_are_read_from_good_and_bad_fields() {
        let cases: &[(&[&str], &[&str])] = &[
            (&[], &[]),
            (&["", " , ,"], &[]),
            (&["Bearer"], &["Bearer"]),
            (&["Basic realm=core"], &["Basic realm=\"core\""]),
            (
                &["Bearer realm=\"a, b\", error=\"invalid_token\", Basic realm=\"c\""],
                &[
                    "Bearer realm=\"a, b\", error=\"invalid_token\"",
                    "Basic realm=\"c\"",
                ],
            ),
            (
                &["Negotiate, NTLM", "Basic realm=\"x\""],
                &["Negotiate", "NTLM", "Basic realm=\"x\""],
            ),
            (
                &["Negotiate YWJj+/==, Basic realm=\"x\""],
                &["Negotiate YWJj+/==", "Basic realm=\"x\""],
            ),
            (
                &[r#"Bearer realm="say \"hi\"""#],
                &[r#"Bearer realm="say \"hi\"""#],
            ),
            (
                &["Bearer realm = \"x\" , error = y"],
                &["Bearer realm=\"x\", error=\"y\""],
            ),
            // Broken ones.
            (
                &["Bearer realm=\"x\" error=\"y\""],
                &["Bearer realm=\"x\", error=\"y\""],
            ),
            (
                &["Bearer realm=x error=y"],
                &["Bearer realm=\"x\", error=\"y\""],
            ),
            (
                &["Bearer error_description=The token expired, error=y"],
                &["Bearer error_description=\"The token expired\", error=\"y\""],
            ),
            (&["error=\"invalid_token\""], &[" error=\"invalid_token\""]),
            (
                &["Bearer realm=\"never closed"],
                &["Bearer realm=\"never closed\""],
            ),
            (&["\"\" Bearer"], &["Bearer"]),
        ];
        for (fields, expected) in cases {
            assert_eq!(&read(fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn a_parameter_is_found_in_any_case_and_never_taken_from_the_field_before() {
        let headers = Headers::from_iter([
            ("www-authenticate", "Bearer"),
            ("www-authenticate", "Error=\"invalid_token\", realm=\"\""),
        ]);
        let found = challenges(&headers);
        assert_eq!(found[0].parameter("error"), None);
        assert_eq!(found[1].parameter("error"), Some("invalid_token"));
        assert_eq!(found[1].parameter("realm"), None);
    }

    proptest! {
        #[test]
        fn any_field_is_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let headers = Headers::from_iter([("www-authenticate", bytes)]);
            challenges(&headers);
        }

        #[test]
        fn what_is_written_is_read_back(
            scheme in "[A-Z][a-z]{1,8}",
            values in proptest::collection::vec(("[a-z_]{1,8}", "[ -~]{0,20}"), 1..5),
        ) {
            let written = Challenge { scheme, parameters: values, token68: None };
            let headers = Headers::from_iter([("www-authenticate", written.to_string())]);
            prop_assert_eq!(challenges(&headers), vec![written]);
        }
    }
}
