//! `httriage token`: the tokens known by name.

use super::args::{TokenArgs, TokenCommand};
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::sandbox;
use crate::engine::{Home, Vault};
use crate::model::TokenName;
use serde_json::{Map, Value, json};

pub fn run(args: TokenArgs, out: &mut Out) -> Result<u8, Trouble> {
    let TokenCommand::List { place, json } = args.command;
    let settings = Home::find()?.settings()?;
    let environment = choice::environment(&place, &settings)?;
    let vault = Vault::new(&settings, sandbox::token_value);
    let in_sandbox = environment.as_ref().is_some_and(|e| e.sandbox);
    let names: Vec<(TokenName, &'static str)> = if in_sandbox {
        sandbox::token_names()
            .into_iter()
            .map(|name| (name, "sandbox"))
            .collect()
    } else {
        let own = environment.map(|e| e.tokens).unwrap_or_default();
        let tokens = settings.tokens.iter();
        tokens
            .filter(|token| own.is_empty() || own.contains(&token.name))
            .map(|token| (token.name.clone(), token.source.id()))
            .collect()
    };
    let tokens: Vec<_> = names
        .into_iter()
        .map(|(name, source)| (vault.reference_at_rest(&name, in_sandbox), source))
        .collect();
    if json {
        let token = |(token, source): &(crate::model::TokenRef, &str)| {
            let mut object = Map::new();
            object.insert("name".into(), json!(token.name.as_str()));
            object.insert("source".into(), json!(source));
            if let Some(print) = &token.fingerprint {
                object.insert("fingerprint".into(), json!(print));
            }
            Value::Object(object)
        };
        let list: Vec<Value> = tokens.iter().map(token).collect();
        out.json(&json!({ "tokens": list }));
        return Ok(0);
    }
    if tokens.is_empty() {
        out.line("No tokens are known. Define one under [tokens.NAME] in config.toml, or in a variable HTTRIAGE_TOKEN_<NAME>.");
        return Ok(0);
    }
    for (token, source) in tokens {
        let print = token.fingerprint.as_deref();
        let print = print.map_or_else(|| "no value read".to_owned(), |print| format!("·{print}"));
        out.columns(&[(token.name.as_str(), 20), (source, 8)], &print);
    }
    Ok(0)
}
