//! Requests on their way to other programs. What a request may carry where it goes, and what
//! stands in it by a name alone, is settled here once; the writers of each form only write, each
//! so that the other program makes this request and nothing else.
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

use crate::format::lift::{Lifter, holds_secret};
use crate::insight::Exchange;
use crate::insight::redact::{Mask, without_jwts};
use crate::model::{
    Author, Bindings, Environment, Origin, RequestSpec, Secret, Settings, TokenName, visible_line,
};
use std::borrow::Cow;

/// Requests in the form of another program, and what should be known before they are run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    /// How many requests stand in it.
    pub requests: usize,
    /// The variables of the shell that they need, in order.
    pub variables: Vec<String>,
    /// What is not in it, and why.
    pub notes: Vec<String>,
}

/// Where requests come from that are written down, and what may go into them.
#[derive(Clone, Debug)]
pub struct Ground {
    pub environment: Environment,
    pub author: Author,
    pub bindings: Bindings,
    /// Variables that the person gives for this text.
    pub given: Vec<(String, String)>,
    /// Names that are those of tokens.
    pub tokens: Vec<TokenName>,
}

impl Ground {
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

    /// For a request that is to be made from the environment, whatever the settings say.
    pub fn of(environment: Environment) -> Ground {
        Ground::new(environment, Author::Person, &Settings::default())
    }

    /// All names that a credential without one must not get.
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

/// What of an environment is secret: values of its variables, and credentials in its headers.
pub fn secrets_of(environment: &Environment) -> Vec<Secret> {
    let variables = environment.variables.iter();
    let variables = variables.filter(|(name, value)| is_secret(name, value));
    let headers = environment.headers.iter();
    let headers = headers.filter(|(name, value)| is_secret(name, value) && !value.contains("{{"));
    let values = variables.chain(headers).flat_map(|(_, value)| {
        // A scheme is no part of the credential.
        let behind = value.split_once(' ').map(|(_, credential)| credential);
        [Some(value.as_str()), behind].into_iter().flatten()
    });
    values.map(Secret::new).collect()
}

fn is_secret(name: &str, value: &str) -> bool {
    holds_secret(name, value) || without_jwts(value) != value
}

/// Masks what of an environment is secret.
pub fn mask_of(environment: &Environment) -> Mask {
    Mask::nameless(&secrets_of(environment))
}

/// A call as it is kept, without what of its environment is secret, to be looked at.
pub fn masked<'e>(exchange: &'e Exchange, environment: &Environment) -> Cow<'e, Exchange> {
    let secrets = secrets_of(environment);
    match secrets.is_empty() {
        true => Cow::Borrowed(exchange),
        false => Cow::Owned(Mask::nameless(&secrets).exchange(exchange.clone().into_raw())),
    }
}

/// A request as a person may look at it: every credential in it a name.
pub fn without_credentials(spec: &RequestSpec) -> RequestSpec {
    let mut spec = spec.clone();
    let taken = spec.tokens();
    Lifter::of_own(&taken).spec(&mut spec);
    spec
}

/// Words as a line of comment, in the forms that are no shell's.
pub fn comment(words: &str) -> String {
    format!("# {}\n", visible_line(words))
}

/// Whether whoever makes the call says this header by itself. In what an answer may be packed is
/// for the reader of the answer to say.
pub fn is_made_by_the_client(header: &str) -> bool {
    ["content-length", "accept-encoding"]
        .iter()
        .any(|own| header.eq_ignore_ascii_case(own))
}

/// Why a call cannot be written as a request, if it cannot.
pub fn why_not_written(exchange: &Exchange) -> Option<&'static str> {
    let is_request = Origin::parse(&exchange.sent.url).is_some();
    (!is_request).then(|| match exchange.is_received() {
        true => "This answer was pasted, and nobody knows its request.",
        false => "This call never left, and cannot be written as a request.",
    })
}

/// What the tests of the writers write.
#[cfg(test)]
pub mod sample {
    use super::Ground;
    use crate::model::{Author, Environment, RequestSpec, Settings, Step};

    pub fn step(name: &str, method: &str, url: &str) -> Step {
        Step {
            name: name.to_owned(),
            spec: RequestSpec::new(method, url),
            ..Step::default()
        }
    }

    pub fn ground() -> Ground {
        let environment = Environment {
            name: "acme".to_owned(),
            base_url: "https://api.acme.example".to_owned(),
            ..Environment::default()
        };
        Ground::new(environment, Author::File, &Settings::default())
    }
}
