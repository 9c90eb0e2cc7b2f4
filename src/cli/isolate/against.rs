//! The call that works: from the history, a session, a file of another program, or the same call
//! with another token.

use crate::cli::choice;
use crate::cli::history;
use crate::cli::import::FILE_BYTES;
use crate::cli::trouble::Trouble;
use crate::engine::isolate::{side_of, version_of};
use crate::engine::{Home, Vault};
use crate::format::{registry, session_file, sweep};
use crate::insight::isolate::{Against, Side};
use crate::insight::{Exchange, pattern_of};
use crate::model::{
    Auth, Author, Collection, Environment, MASK, Origin, Reach, RequestSpec, Settings, Step,
    TokenName, resolve,
};
use std::path::Path;

/// The call that was found; its target is known once the sandbox is up.
pub struct Other {
    what: Found,
    token: Option<TokenName>,
}

enum Found {
    /// The same call with another token.
    Itself,
    Made(Box<(Exchange, Environment)>),
    Step(Box<Step>, Vec<(String, String)>, String),
}

/// Finds the call to compare with; `None` if neither a call nor a token is named.
pub fn find(
    what: Option<&str>,
    token: Option<TokenName>,
    refused: &RequestSpec,
    environment: &Environment,
    home: &Home,
    settings: &Settings,
    vault: &Vault,
) -> Result<Option<Other>, Trouble> {
    let Some(what) = what else {
        return Ok(token.map(|token| Other {
            what: Found::Itself,
            token: Some(token),
        }));
    };
    let what = match what.rsplit_once('#') {
        Some((session, step)) if !Path::new(what).exists() => {
            of_session(session, Some(step), refused, home, vault)?
        }
        _ => match home.session(what) {
            Ok(_) if what.ends_with(".toml") || !Path::new(what).exists() => {
                of_session(what, None, refused, home, vault)?
            }
            _ if Path::new(what).exists() => of_file(what, refused, environment, settings, vault)?,
            _ => of_history(what, environment, home, settings)?,
        },
    };
    Ok(Some(Other { what, token }))
}

fn of_history(
    id: &str,
    environment: &Environment,
    home: &Home,
    settings: &Settings,
) -> Result<Found, Trouble> {
    let history = choice::history(home, settings)?;
    let found = history::find(&history, id).map_err(|trouble| {
        Trouble::usage(format!(
            "{id} is neither a call, nor a session, nor a file. {trouble}"
        ))
    });
    history.close(history::CLOSING);
    let exchange = found?;
    if exchange.typed.method.is_empty() {
        return Err(Trouble::usage(format!(
            "{id} is an answer that was pasted without its request. Choose a call that was made here."
        )));
    }
    let place = if exchange.environment == environment.name {
        environment.clone()
    } else {
        Environment {
            // The person named the other one, and this one only by a call that was made there.
            chosen_by: Author::File,
            ..choice::environment_of(&exchange, settings)
        }
    };
    Ok(Found::Made(Box::new((exchange, place))))
}

fn of_session(
    what: &str,
    step: Option<&str>,
    refused: &RequestSpec,
    home: &Home,
    vault: &Vault,
) -> Result<Found, Trouble> {
    let (path, text) = home.session(what)?;
    let session = session_file::read(&text, &path.display().to_string())?;
    vault.know_variables(&session.variables);
    let steps = &session.steps;
    let chosen = match step {
        Some(wanted) => {
            let number = wanted.parse::<usize>().ok();
            let by_number = number.and_then(|number| steps.get(number.checked_sub(1)?));
            let by_name = || steps.iter().find(|step| step.name == wanted);
            by_number.or_else(by_name).ok_or_else(|| {
                Trouble::usage(format!(
                    "{what} has no step {wanted}: it has {} steps. Name one by its number or its name.",
                    steps.len()
                ))
            })?
        }
        None => nearest(steps, refused).ok_or_else(|| none_fits(what, refused))?,
    };
    let name = format!("step {} of {what}", chosen.name);
    Ok(Found::Step(
        Box::new(chosen.clone()),
        session.variables.clone(),
        name,
    ))
}

fn of_file(
    file: &str,
    refused: &RequestSpec,
    environment: &Environment,
    settings: &Settings,
    vault: &Vault,
) -> Result<Found, Trouble> {
    let text = choice::text(file, FILE_BYTES)?;
    let tokens = settings.tokens.iter();
    let taken: Vec<TokenName> = tokens.map(|token| token.name.clone()).collect();
    let known = vault.by_value(&[]);
    let mut collection: Collection =
        registry::read(&text, file, None, &taken, &known, &mut |_| {})?;
    sweep::known(&mut collection, &vault.mask());
    vault.know_variables(&collection.variables);
    collection.go_to_base();
    let step = nearest(&collection.requests, refused).ok_or_else(|| none_fits(file, refused))?;
    // Its tokens go where the file sends them, and nowhere else.
    let origin = Origin::parse(&step.spec.url).or_else(|| environment.origin());
    for token in &collection.tokens {
        if let (Some(value), Some(origin)) = (&token.value, &origin) {
            vault.lend_to(&token.name, value.clone(), origin.clone());
        }
    }
    let name = format!("the call of {file}");
    Ok(Found::Step(
        Box::new(step.clone()),
        collection.variables.clone(),
        name,
    ))
}

fn none_fits(what: &str, refused: &RequestSpec) -> Trouble {
    Trouble::usage(format!(
        "{what} holds no {} call to compare with. Choose a call of the same method.",
        refused.method
    ))
}

/// The step most like the refused call: with the same method, recorded as one that worked,
/// preferring the same path to the same route.
fn nearest<'s>(steps: &'s [Step], refused: &RequestSpec) -> Option<&'s Step> {
    let path = |url: &str| {
        let url = url.strip_prefix("{{base}}").unwrap_or(url);
        let url = url.split(['?', '#']).next().unwrap_or_default();
        match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]).to_owned(),
            None => url.to_owned(),
        }
    };
    let likeness = |step: &Step| {
        let status = step.expect.as_ref().and_then(|expect| expect.status);
        let worked = match status {
            Some(200..=399) => 2,
            None => 1,
            Some(_) => 0,
        };
        let same = path(&step.spec.url) == path(&refused.url);
        let alike = pattern_of(&step.spec.url) == pattern_of(&refused.url);
        (worked, same, alike)
    };
    let fits = steps
        .iter()
        .filter(|step| step.spec.method == refused.method);
    // Among equally similar ones the first.
    fits.rev().max_by_key(|step| likeness(step))
}

impl Other {
    /// The call of the history that was found, and the environment that it was made in.
    pub fn made(&self) -> Option<(&Exchange, &Environment)> {
        match &self.what {
            Found::Made(made) => Some((&made.0, &made.1)),
            _ => None,
        }
    }

    /// The call as it is made now, next to the refused one.
    pub fn side(self, refused: &Side, usual: &Reach) -> Result<(Side, Against), Trouble> {
        let place = Environment {
            reach: usual.clone(),
            ..refused.environment.clone()
        };
        let (mut side, against) = match self.what {
            Found::Itself => {
                let name = self
                    .token
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string);
                let named = Against {
                    name: format!("the same call with {name}"),
                    author: Author::Person,
                };
                (refused.clone(), named)
            }
            Found::Made(made) => {
                let (exchange, own) = *made;
                let own = if own.name == refused.environment.name {
                    place
                } else {
                    own
                };
                let mut side = side_of(&exchange, own);
                // The version of HTTP it used then is part of why it worked, if this call names
                // another.
                if refused.environment.reach.version.is_some() {
                    side.environment.reach.version = version_of(&exchange);
                }
                let named = Against {
                    name: format!("call {}", exchange.id),
                    author: Author::Person,
                };
                (side, named)
            }
            Found::Step(step, variables, name) => {
                let side = of_file_step(*step, &variables, refused)?;
                let named = Against {
                    name,
                    author: Author::File,
                };
                (side, named)
            }
        };
        if let Some(token) = self.token {
            side.spec.auth = Auth::Bearer(token);
        }
        side.unmask(&refused.spec);
        if side.spec.url.contains(MASK) {
            return Err(Trouble::usage(
                "The URL of the call to compare with holds a secret that was masked when it was kept. Make that call again with a token by name, and compare with it.",
            ));
        }
        Ok((side, against))
    }
}

/// A step from a file goes where the refused call goes, or nowhere. Somebody may have written the
/// file to collect what it is mixed with.
fn of_file_step(
    step: Step,
    variables: &[(String, String)],
    refused: &Side,
) -> Result<Side, Trouble> {
    let mut spec = step.spec;
    spec.fill_in(variables);
    let environment = &refused.environment;
    let bare = Environment {
        variables: Vec::new(),
        ..environment.clone()
    };
    let place = |spec: &RequestSpec| {
        let spec = RequestSpec::new("GET", spec.url.clone());
        let sent = resolve(&spec, &bare).or_else(|_| resolve(&spec, environment));
        sent.ok().and_then(|sent| Origin::parse(&sent.url))
    };
    let (there, here) = (place(&spec), place(&refused.spec));
    if let Some(there) = there.filter(|there| Some(there) != here.as_ref()) {
        return Err(Trouble::usage(format!(
            "Nothing was sent: the call to compare with goes to {there}, and a file is not obeyed in that. Make that call here, in an environment of its own, and compare with it by its id."
        )));
    }
    Ok(Side {
        spec,
        environment: environment.clone(),
        cookies: false,
    })
}
