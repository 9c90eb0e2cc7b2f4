//! Fills in the texts of a request for an environment.

use super::template::{self, FilledText};
use super::{Cause, Environment, Failure};
use std::borrow::Cow;

/// What to do about a URL without a base, in messages.
pub const BASE_HINT: &str =
    "Write the whole URL, or give a base with --base-url, --env or base_url in config.toml.";

/// Replaces each `{{name}}` by its value, once; `{{token:NAME}}` stays for the vault. Fails for a
/// variable without a value.
pub fn fill(
    text: &str,
    environment: &Environment,
    place: &str,
    cause: Cause,
) -> Result<FilledText, Failure> {
    fill_with(text, environment, place, cause, Cow::Borrowed)
}

/// Does the same, and writes each value as the text around it needs it.
pub fn fill_with<'e>(
    text: &str,
    environment: &'e Environment,
    place: &str,
    cause: Cause,
    write: impl Fn(&'e str) -> Cow<'e, str>,
) -> Result<FilledText, Failure> {
    template::fill(text, |name| environment.variable(name).map(&write)).map_err(|name| {
        let hint = match name {
            "base" => BASE_HINT.to_owned(),
            _ => format!("Give it with --var {name}=…, or under variables in config.toml."),
        };
        Failure::unsent(
            cause,
            format!(
                "{{{{{name}}}}} in the {place} has no value in environment \"{}\".",
                environment.name
            ),
            hint,
        )
    })
}
