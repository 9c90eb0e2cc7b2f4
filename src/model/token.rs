//! Credentials by name. The value lives in a `Secret`, which cannot be printed; everything kept,
//! shown or passed between floors holds a `TokenRef` instead.

use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// The name a person gives to a credential: lower-case letters, digits, `-`, `_`, `.`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenName(String);

impl TokenName {
    /// `None` if the text cannot be a name; a pasted value is usually too long for one.
    pub fn new(text: &str) -> Option<TokenName> {
        let fits = !text.is_empty()
            && text.len() <= 40
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
        fits.then(|| TokenName(text.to_owned()))
    }

    /// The variable of the process that always defines a token: `HTTRIAGE_TOKEN_USER_ADMIN` for
    /// `user-admin`.
    pub fn variable(&self) -> String {
        let name = self.0.replace(['-', '.'], "_").to_ascii_uppercase();
        format!("HTTRIAGE_TOKEN_{name}")
    }

    /// A name that this program itself gives.
    pub fn named(name: &'static str) -> TokenName {
        debug_assert!(TokenName::new(name).is_some(), "{name}");
        TokenName(name.to_owned())
    }

    /// The valid name closest to any text.
    pub fn nearest(text: &str) -> TokenName {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        let text = text.to_ascii_lowercase();
        let name: String = text
            .chars()
            .map(|c| if fits(c) { c } else { '-' })
            .collect();
        let name: String = name.trim_matches('-').chars().take(40).collect();
        TokenName(if name.is_empty() {
            "token".to_owned()
        } else {
            name
        })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A credential's value. It has no Display, its Debug is dots, and it is wiped when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a value; from here on it can only be read by `reveal`.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(SecretString::from(value.into()))
    }

    /// The value itself. The few places that may call this are listed in tests/house.rs.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Secret(••••)")
    }
}

/// A value while it is typed: never shown, not printable, and wiped afterwards.
pub struct Masked(String);

impl Masked {
    /// No credential is longer, in bytes; what is typed beyond this is ignored.
    const LONGEST: usize = 64 * 1024;

    /// An empty value, with all the room it will ever need.
    pub fn new() -> Masked {
        // A string that grows leaves copies of itself behind.
        Masked(String::with_capacity(Masked::LONGEST))
    }

    /// Adds a character; nothing once the value has its greatest length.
    pub fn push(&mut self, c: char) {
        if self.0.len() + c.len_utf8() <= Masked::LONGEST {
            self.0.push(c);
        }
    }

    /// Adds a whole text, up to the greatest length.
    pub fn paste(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c));
    }

    /// Removes the last character.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Wipes the value from memory.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }

    /// The length in characters.
    pub fn count(&self) -> usize {
        self.0.chars().count()
    }

    /// A copy, to look at before the value is given.
    pub fn copy(&self) -> Secret {
        Secret::new(self.0.as_str())
    }

    /// Takes the whole value out; nothing stays here.
    pub fn take(&mut self) -> Secret {
        let secret = Secret::new(self.0.as_str());
        self.clear();
        secret
    }
}

impl Default for Masked {
    fn default() -> Masked {
        Masked::new()
    }
}

impl Drop for Masked {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Masked(••••)")
    }
}

/// A token as calls and records name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRef {
    pub name: TokenName,
    /// First four hex digits of a hash of the value, the same on every machine, so that two people
    /// can tell whether they hold the same token. `None` while the value is unread.
    pub fingerprint: Option<String>,
}

impl TokenRef {
    /// Name and fingerprint: `support ·a361`.
    pub fn label(&self) -> String {
        match &self.fingerprint {
            Some(print) => format!("{} ·{print}", self.name),
            None => self.name.to_string(),
        }
    }

    /// What replaces the value wherever it is shown: `‹token:support·a361›`.
    pub fn mask(&self) -> String {
        match &self.fingerprint {
            Some(print) => format!("‹token:{}·{print}›", self.name),
            None => format!("‹token:{}›", self.name),
        }
    }
}

/// Where a token goes in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Placement {
    /// `Authorization: Bearer …` (RFC 6750, 2.1).
    #[default]
    Bearer,
    /// In `Authorization`, behind this word.
    Scheme(String),
    /// In `Authorization`, behind `DPoP`, with a proof made by the key of the token with that name
    /// (RFC 9449, 7.1).
    Proven(TokenName),
    /// As the password of this user (RFC 7617).
    Basic(String),
    /// As the password of this user, which answers the challenge of the server and does not go out
    /// itself (RFC 7616).
    Digest(String),
    /// As the secret of the client with that id, both encoded as in a form (RFC 6749, 2.3.1).
    Client(String),
    /// As the key that the whole request is signed with, and that does not go out itself (Signature
    /// Version 4).
    Sigv4(Box<Sigv4>),
    /// In the header of that name, alone.
    Header(String),
    /// In the query, under that name.
    Query(String),
    /// In `Cookie`, under that name.
    Cookie(String),
}

/// What a signature of a whole request names besides its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sigv4 {
    pub key_id: String,
    pub region: String,
    pub service: String,
    /// The token of the session that the key belongs to, by its name.
    pub session: Option<TokenName>,
}

impl Placement {
    /// The place in words: `Authorization: Bearer …`, `X-Api-Key: …`, `?api_key=…`.
    pub fn words(&self) -> String {
        match self {
            Placement::Bearer => "Authorization: Bearer …".to_owned(),
            Placement::Scheme(scheme) => format!("Authorization: {scheme} …"),
            Placement::Proven(_) => "Authorization: DPoP …, with a proof".to_owned(),
            Placement::Basic(user) => format!("Authorization: Basic, as password of {user}"),
            Placement::Digest(user) => format!("Authorization: Digest, by password of {user}"),
            Placement::Client(id) => format!("Authorization: Basic, as client {id}"),
            Placement::Sigv4(own) => format!(
                "Authorization, signed as {} for {} in {}",
                own.key_id, own.service, own.region
            ),
            Placement::Header(name) => format!("{name}: …"),
            Placement::Query(name) => format!("?{name}=…"),
            Placement::Cookie(name) => format!("Cookie: {name}=…"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_in_debug() {
        let secret = Secret::new("a-value-nobody-may-see");
        assert!(!format!("{secret:?}").contains("nobody"));
        assert_eq!(secret.reveal(), "a-value-nobody-may-see");
    }

    #[test]
    fn what_is_typed_unseen_is_counted_and_given_once() {
        let mut masked = Masked::new();
        masked.paste("nobody-sees");
        masked.push('x');
        masked.pop();
        assert_eq!(masked.count(), 11);
        assert!(!format!("{masked:?}").contains("nobody"));
        assert_eq!(masked.take().reveal(), "nobody-sees");
        assert_eq!(masked.count(), 0);
        masked.paste(&"a".repeat(Masked::LONGEST + 5));
        assert_eq!(masked.count(), Masked::LONGEST);
    }

    #[test]
    fn a_pasted_value_is_not_a_name() {
        assert!(TokenName::new("support").is_some());
        assert!(TokenName::new("user-admin").is_some());
        assert!(TokenName::new("").is_none());
        assert!(TokenName::new("Bearer x").is_none());
        assert!(TokenName::new(&"a1".repeat(24)).is_none());
    }
}
