//! Values of a file with their places in it, for words about what is wrong with them.

use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// A value with its place in the text, which the quick form of a built-in pack has no need of.
pub struct Placed<T> {
    value: T,
    /// The byte where it begins.
    at: Option<usize>,
}

impl<T> Placed<T> {
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    pub fn into_inner(self) -> T {
        self.value
    }

    pub fn at(&self) -> usize {
        self.at.unwrap_or(0)
    }

    /// Whether it comes from the quick form of a built-in pack, whose text a test has checked.
    pub fn is_proven(&self) -> bool {
        self.at.is_none()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Placed<T>, D::Error> {
        if source.is_human_readable() {
            let value = Spanned::deserialize(source)?;
            let at = Some(value.span().start);
            return Ok(Placed {
                value: value.into_inner(),
                at,
            });
        }
        T::deserialize(source).map(|value| Placed { value, at: None })
    }
}
