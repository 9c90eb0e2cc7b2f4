//! `httriage token`: the tokens known by name. How one is defined, and what can be told of
//! one, are beside.

mod add;
mod asked;
pub mod inspect;
mod login;
mod passport;
mod verify;

use super::args::{PlaceArgs, TokenArgs, TokenCommand};
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::sandbox;
use crate::engine::{Home, Vault};
use crate::model::{Environment, Settings, TokenName, TokenRef};
use serde_json::{Map, Value, json};

/// Lists, defines, inspects, gets, verifies or removes tokens.
pub fn run(args: TokenArgs, out: &mut Out) -> Result<u8, Trouble> {
    match args.command {
        TokenCommand::List { place, json } => list(&place, json, out),
        TokenCommand::Add(args) => add::run(&args, out),
        TokenCommand::Inspect(args) => inspect::run(&args, out),
        TokenCommand::Login(args) => login::run(&args, out),
        TokenCommand::Verify(args) => verify::run(&args, out),
        TokenCommand::Remove { name } => add::remove(&name, out),
    }
}

fn list(place: &PlaceArgs, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let settings = Home::find()?.settings()?;
    let environment = choice::environment(place, &settings)?;
    let vault = Vault::new(&settings, sandbox::token_value);
    let tokens = known(environment.as_ref(), &settings, &vault);
    if json {
        out.json(&known_json(&tokens));
        return Ok(0);
    }
    if tokens.is_empty() {
        out.line("No tokens are known. httriage token add NAME defines one; a variable HTTRIAGE_TOKEN_<NAME> does so for one run.");
        return Ok(0);
    }
    for (token, source) in tokens {
        let print = token.fingerprint.as_deref();
        let print = print.map_or_else(|| "no value read".to_owned(), |print| format!("·{print}"));
        out.columns(&[(token.name.as_str(), 20), (source, 8)], &print);
    }
    Ok(0)
}

/// The tokens of an environment, or all there are, each with its kind of source.
pub fn known(
    environment: Option<&Environment>,
    settings: &Settings,
    vault: &Vault,
) -> Vec<(TokenRef, &'static str)> {
    let in_sandbox = environment.is_some_and(|e| e.sandbox);
    let names: Vec<(TokenName, &'static str)> = if in_sandbox {
        sandbox::token_names()
            .into_iter()
            .map(|name| (name, "sandbox"))
            .collect()
    } else {
        let own = environment.map_or(&[][..], |e| &e.tokens);
        let tokens = settings.tokens.iter();
        tokens
            .filter(|token| own.is_empty() || own.contains(&token.name))
            .map(|token| (token.name.clone(), token.source.id()))
            .collect()
    };
    names
        .into_iter()
        .map(|(name, source)| (vault.reference_at_rest(&name, in_sandbox), source))
        .collect()
}

/// Names, sources and fingerprints.
pub fn known_json(tokens: &[(TokenRef, &str)]) -> Value {
    let token = |(token, source): &(TokenRef, &str)| {
        let mut object = Map::new();
        object.insert("name".into(), json!(token.name.as_str()));
        object.insert("source".into(), json!(source));
        if let Some(print) = &token.fingerprint {
            object.insert("fingerprint".into(), json!(print));
        }
        Value::Object(object)
    };
    let list: Vec<Value> = tokens.iter().map(token).collect();
    json!({ "tokens": list })
}
