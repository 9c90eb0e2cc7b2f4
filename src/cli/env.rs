//! `httriage env`: environments in config.toml. A URL is enough to define one.

use super::args::{EnvAddArgs, EnvArgs, EnvCommand};
use super::choice;
use super::print::Out;
use super::send::split_pair;
use super::trouble::Trouble;
use crate::engine::Home;
use crate::format::config_edit;
use crate::insight::api::library::Library;
use crate::insight::api::proposal::{Proposal, names_user, propose, why_no_name};
use crate::insight::redact::Mask;
use crate::model::{Environment, Origin, Settings, TokenName, looks_like_a_value};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Lists, shows, adds or removes environments.
pub fn run(args: EnvArgs, out: &mut Out) -> Result<u8, Trouble> {
    match args.command {
        EnvCommand::List { json } => list(json, out),
        EnvCommand::Show { name, json } => show(&name, json, out),
        EnvCommand::Add(args) => add(&args, out),
        EnvCommand::Remove { name } => remove(&name, out),
    }
}

fn list(json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let settings = Home::find()?.settings()?;
    let mask = choice::mask(&settings);
    let all = &settings.environments;
    if json {
        out.json(&environments_json(all, &mask));
        return Ok(0);
    }
    if all.is_empty() {
        out.line("No environment is defined. httriage env add URL defines one.");
    }
    let longest = all.iter().map(|e| e.name.chars().count()).max();
    for environment in all {
        let mut about = mask.url(&environment.base_url);
        if let Some(pack) = &environment.knowledge {
            about.push_str(&format!("  {pack}"));
        }
        if environment.protected {
            about.push_str("  protected");
        }
        if settings.environment.as_ref() == Some(&environment.name) {
            about.push_str("  where httriage starts");
        }
        out.columns(&[(&environment.name, longest.unwrap_or(0))], &about);
    }
    out.line("sandbox is the practice API; it is always there.");
    Ok(0)
}

/// All that are defined.
pub fn environments_json(all: &[Environment], mask: &Mask) -> Value {
    let rows = all.iter().map(|one| environment_json(one, mask));
    let rows: Vec<Value> = rows.collect();
    json!({ "environments": rows })
}

fn environment_json(environment: &Environment, mask: &Mask) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(environment.name));
    object.insert("base_url".into(), json!(mask.url(&environment.base_url)));
    if let Some(pack) = &environment.knowledge {
        object.insert("knowledge".into(), json!(pack));
    }
    if let Some(path) = &environment.who_am_i {
        object.insert("who_am_i".into(), json!(path));
    }
    object.insert("protected".into(), json!(environment.protected));
    let tokens: Vec<&str> = environment.tokens.iter().map(TokenName::as_str).collect();
    object.insert("tokens".into(), json!(tokens));
    Value::Object(object)
}

fn known<'s>(name: &str, settings: &'s Settings) -> Result<&'s Environment, Trouble> {
    settings.environment(name).ok_or_else(|| {
        Trouble::usage(format!(
            "There is no environment named {name} in config.toml. See httriage env list."
        ))
    })
}

fn show(name: &str, json: bool, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let environment = known(name, &settings)?;
    let mask = choice::mask(&settings);
    if json {
        out.json(&environment_json(environment, &mask));
        return Ok(0);
    }
    out.heading(&environment.name);
    let library = choice::catalogue(&home)?.library.clone();
    let knowledge = library.of_environment(environment);
    let tokens: Vec<&str> = environment.tokens.iter().map(TokenName::as_str).collect();
    let or = |text: &str, none: &str| match text {
        "" => none.to_owned(),
        text => text.to_owned(),
    };
    let names = |pairs: &[(String, String)]| {
        let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        or(&names.join(", "), "none")
    };
    let protected = if environment.protected {
        "yes: calls that write ask first"
    } else {
        "no"
    };
    for (label, text) in [
        ("base", or(&mask.url(&environment.base_url), "none")),
        (
            "speaks",
            or(
                knowledge.title().unwrap_or_default(),
                "unknown API: HTTP and standards only",
            ),
        ),
        (
            "who am I",
            or(
                environment.who_am_i.as_deref().unwrap_or_default(),
                "as the pack says",
            ),
        ),
        ("protected", protected.to_owned()),
        ("tokens", or(&tokens.join(", "), "all that are defined")),
        ("headers", names(&environment.headers)),
        ("variables", names(&environment.variables)),
    ] {
        out.columns(&[(label, 9)], &text);
    }
    Ok(0)
}

fn add(args: &EnvAddArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let proposal = proposed(args, &settings, &catalogue.library)?;
    let environment = &proposal.environment;
    let (text, file) = config(&home)?;
    let changed = config_edit::add_environment(&text, &file.display().to_string(), environment)?;
    home.save(&file, &changed)?;
    let mask = choice::mask(&settings);
    if args.json {
        out.json(&environment_json(environment, &mask));
        return Ok(0);
    }
    let name = &environment.name;
    out.line(&format!(
        "Environment {name} is defined in {}: {}.",
        file.display(),
        mask.url(&environment.base_url)
    ));
    out.line(&match &proposal.pack {
        Some(pack) => format!("It speaks {pack}; --knowledge would fix another pack."),
        None => "No pack knows this API, so it is judged by HTTP and the standards.".to_owned(),
    });
    if environment.protected {
        out.line("It is protected: calls that write ask first, and need --allow-writes here.");
    }
    if environment.tokens.is_empty() {
        out.line(&format!(
            "httriage token add NAME --for {name} defines its first token."
        ));
    }
    let token = environment.tokens.first();
    let token = token.map_or_else(String::new, |token| format!(" --token {token}"));
    out.line(&format!(
        "httriage send GET {} --env {name}{token} makes its first call.",
        mask.url(&proposal.path)
    ));
    Ok(0)
}

/// What the arguments say, completed by what the URL suggests.
fn proposed(
    args: &EnvAddArgs,
    settings: &Settings,
    library: &Library,
) -> Result<Proposal, Trouble> {
    let is_url = |text: &&String| text.contains("://");
    let given = args.what.iter().find(is_url).or(args.base_url.as_ref());
    let Some(url) = given else {
        return Err(Trouble::usage(
            "A URL of the API is needed: httriage env add https://api.acme.example/v2/orders. Its name and base are taken from that, or given.",
        ));
    };
    let mut names = args.what.iter().filter(|text| !is_url(text));
    let name = args.name.as_ref().or(names.next());
    if names.next().is_some() || args.what.iter().filter(is_url).count() > 1 {
        return Err(Trouble::usage(
            "One name and one URL define an environment.",
        ));
    }
    if names_user(url) {
        return Err(Trouble::usage(
            "A user or a password stands in that URL. Leave them out: httriage token add NAME --basic USER keeps the password by name.",
        ));
    }
    let taken: Vec<&str> = settings
        .environments
        .iter()
        .map(|e| e.name.as_str())
        .collect();
    // Do not repeat a text that is not a URL: it may be a token in the wrong place.
    let mut proposal = propose(url, &taken, library).ok_or_else(|| {
        Trouble::usage("That is no URL of an API. Write it as https://api.acme.example/v2.")
    })?;
    let environment = &mut proposal.environment;
    environment.protected |= args.protected;
    if let Some(name) = name {
        if let Some(why) = why_no_name(name).filter(|_| !looks_like_a_value(name)) {
            return Err(Trouble::usage(format!(
                "{name} cannot name an environment: {why}."
            )));
        }
        if looks_like_a_value(name) {
            return Err(Trouble::usage(
                "That cannot name an environment: it looks like the value of a token.",
            ));
        }
        if taken.contains(&name.as_str()) {
            return Err(Trouble::usage(format!(
                "There is an environment {name} already. Give another name, or remove it first with httriage env remove {name}."
            )));
        }
        environment.name.clone_from(name);
    }
    if let Some(base) = &args.base_url {
        if Origin::parse(base).is_none() || !base.starts_with("http") {
            return Err(Trouble::usage(
                "--base-url is no URL. Write it as https://api.acme.example/v2.",
            ));
        }
        environment.base_url = base.trim_end_matches('/').to_owned();
        proposal.path = "/".to_owned();
    }
    if let Some(pack) = &args.knowledge {
        let Some(known) = library.pack(pack) else {
            return Err(Trouble::usage(format!(
                "There is no pack of knowledge named {pack}. See httriage knowledge list."
            )));
        };
        environment.knowledge = Some(pack.clone());
        proposal.pack = Some(known.title.clone());
    }
    for name in &args.tokens {
        environment
            .tokens
            .push(choice::token(name, environment, settings)?);
    }
    for pair in &args.headers {
        let (name, value) = split_pair(pair, ':', "--header")?;
        environment.headers.push((name, value.trim().to_owned()));
    }
    Ok(proposal)
}

fn remove(name: &str, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    known(name, &settings)?;
    let (text, file) = config(&home)?;
    let removed = config_edit::remove_environment(&text, &file.display().to_string(), name)?;
    let (changed, bound) = removed;
    home.save(&file, &changed)?;
    out.line(&format!("Environment {name} is gone from config.toml."));
    for token in bound {
        out.line(&format!(
            "Token {token} stays, bound to the host it was for. httriage token remove {token} removes it too."
        ));
    }
    Ok(0)
}

fn config(home: &Home) -> Result<(String, PathBuf), Trouble> {
    let text = home.text("config.toml")?.unwrap_or_default();
    Ok((text, home.config_dir().join("config.toml")))
}
