//! Requests on their way to other programs. This folder decides once what a request may carry, and
//! which values become placeholders. The writers of each form only write, so that the other program
//! makes exactly this request.
//!
//! ```text
//! Ground     whose request it is, and what there is to fill it in with
//! Exporter   request or call in, Outbound out
//! Outbound   method, URL, headers, body, as bytes with placeholders; what was left out, and why
//! Names      what the placeholders are called in the text that is written
//! ```

mod marks;
mod names;
mod outbound;
mod sheet;
#[cfg(test)]
mod tests;
mod text;

pub use names::{Name, Names, Placeholder};
pub use outbound::{Chunk, Exporter, FormPart, Outbound, Payload};
pub use sheet::Sheet;
pub use text::{OpenPair, Pair, Stretch, Text, form_decoded, pairs};

use crate::format::extract::{Extractor, holds_secret};
use crate::insight::Exchange;
use crate::insight::redact::{Mask, without_jwts};
use crate::model::{
    Author, Bindings, Environment, Origin, RequestSpec, Secret, Settings, TokenName, visible_line,
};
use std::borrow::Cow;

/// Requests in the form of another program, with what a person should know before running them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    /// How many requests it holds.
    pub requests: usize,
    /// The shell variables that they need, in order.
    pub variables: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Where exported requests come from, and what may go into them.
#[derive(Clone, Debug)]
pub struct Ground {
    pub environment: Environment,
    pub author: Author,
    pub bindings: Bindings,
    /// Variables that the person gives for this export.
    pub given: Vec<(String, String)>,
    /// The names of all tokens.
    pub tokens: Vec<TokenName>,
}

impl Ground {
    /// The ground of an environment; `author` is who wrote the requests, a person or a file.
    pub fn new(environment: Environment, author: Author, settings: &Settings) -> Ground {
        Ground {
            environment,
            author,
            bindings: Bindings::of(settings),
            given: Vec::new(),
            tokens: settings
                .tokens
                .iter()
                .map(|token| token.name.clone())
                .collect(),
        }
    }

    /// A ground without settings, for a person's request to this environment.
    pub fn of(environment: Environment) -> Ground {
        Ground::new(environment, Author::Person, &Settings::default())
    }

    /// All names that are in use, so that a nameless credential gets none of them.
    pub fn taken<'s>(&self, specs: impl IntoIterator<Item = &'s RequestSpec>) -> Vec<TokenName> {
        let mut taken: Vec<TokenName> = specs.into_iter().flat_map(RequestSpec::tokens).collect();
        taken.extend(self.tokens.iter().chain(&self.environment.tokens).cloned());
        taken.sort();
        taken.dedup();
        taken
    }

    /// The same for a call that was made.
    pub fn taken_of(&self, exchange: &Exchange) -> Vec<TokenName> {
        let mut taken = self.taken([&exchange.typed]);
        taken.extend(exchange.sent.tokens());
        taken.extend(exchange.token().map(|token| token.name.clone()));
        taken.sort();
        taken.dedup();
        taken
    }
}

/// The secrets of an environment: values of its variables, and credentials in its headers.
pub fn secrets_of(environment: &Environment) -> Vec<Secret> {
    let variables = environment.variables.iter();
    let variables = variables.filter(|(name, value)| is_secret(name, value));
    let headers = environment.headers.iter();
    let headers = headers.filter(|(name, value)| is_secret(name, value) && !value.contains("{{"));
    let values = variables.chain(headers).flat_map(|(_, value)| {
        // The scheme is not part of the credential.
        let behind = value.split_once(' ').map(|(_, credential)| credential);
        [Some(value.as_str()), behind].into_iter().flatten()
    });
    values.map(Secret::new).collect()
}

fn is_secret(name: &str, value: &str) -> bool {
    holds_secret(name, value) || without_jwts(value) != value
}

/// A mask for the secrets of an environment.
pub fn mask_of(environment: &Environment) -> Mask {
    Mask::nameless(&secrets_of(environment))
}

/// A stored call without its environment's secrets, to be shown.
pub fn masked<'e>(exchange: &'e Exchange, environment: &Environment) -> Cow<'e, Exchange> {
    let secrets = secrets_of(environment);
    if secrets.is_empty() {
        Cow::Borrowed(exchange)
    } else {
        Cow::Owned(Mask::nameless(&secrets).exchange(exchange.clone().into_raw()))
    }
}

/// A request that may be shown: every credential is a name.
pub fn without_credentials(spec: &RequestSpec) -> RequestSpec {
    let mut spec = spec.clone();
    let taken = spec.tokens();
    Extractor::of_own(&taken).spec(&mut spec);
    spec
}

/// A comment line for files that no shell reads.
pub fn comment(words: &str) -> String {
    format!("# {}\n", visible_line(words))
}

/// Whether the calling program sets this header itself. How an answer may be packed depends on its
/// reader.
pub fn is_made_by_the_client(header: &str) -> bool {
    ["content-length", "accept-encoding"]
        .iter()
        .any(|own| header.eq_ignore_ascii_case(own))
}

/// Why a call cannot be written as a request; `None` where it can.
pub fn why_not_written(exchange: &Exchange) -> Option<&'static str> {
    let is_request = Origin::parse(&exchange.sent.url).is_some();
    (!is_request).then(|| {
        if exchange.is_received() {
            "This answer was pasted, and nobody knows its request."
        } else {
            "This call never left, and cannot be written as a request."
        }
    })
}

/// Requests for the tests of the writers.
#[cfg(test)]
pub mod sample {
    use super::Ground;
    use crate::model::{Author, Environment, RequestSpec, Settings, Step};

    /// A step with only a name, a method and a URL.
    pub fn step(name: &str, method: &str, url: &str) -> Step {
        Step {
            name: name.to_owned(),
            spec: RequestSpec::new(method, url),
            ..Step::default()
        }
    }

    /// The ground of an environment `acme` and a session file.
    pub fn ground() -> Ground {
        let environment = Environment {
            name: "acme".to_owned(),
            base_url: "https://api.acme.example".to_owned(),
            ..Environment::default()
        };
        Ground::new(environment, Author::File, &Settings::default())
    }
}
