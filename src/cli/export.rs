//! `httriage export`: a session or a call in another program's format.

use super::args::ExportArgs;
use super::choice;
use super::history;
use super::print::{Out, complain};
use super::send::split_pair;
use super::trouble::Trouble;
use crate::engine::investigate::recalled;
use crate::engine::{Client, ClientOptions, Home, HomeError, Vault, sandbox};
use crate::format::export::{Ground, Written};
use crate::format::registry::{self, Export};
use crate::format::{session_file, sweep};
use crate::insight::facts::Case;
use crate::insight::{Exchange, Explanation, explain};
use crate::model::{Author, Environment, Settings, for_clipboard};
use std::sync::Arc;

/// Prints the session or the call in the chosen format, without the values of secrets.
pub fn run(args: ExportArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let Some(export) = registry::export(&args.form) else {
        return Err(Trouble::usage(format!(
            "Nothing is written as {}.",
            args.form
        )));
    };
    let (of_session, of_call) = match export {
        Export::Recording(write) => {
            no_session(
                &home,
                &args.what,
                "a HAR recording is made of calls with their answers",
            )?;
            let call = call(&home, &settings, &args.what)?;
            let ground = Ground::of(environment_of(&call, &settings));
            out.json(&write(&call, &ground));
            return Ok(0);
        }
        Export::Ticket(write) => {
            no_session(&home, &args.what, "a ticket is written for one call")?;
            let text = ticket_of(write, &args.what, &home, &settings)?;
            out.finished(text.trim_end_matches('\n'));
            return Ok(0);
        }
        Export::Requests { session, call } => (session, call),
    };
    let written = match home.session(&args.what) {
        Ok((path, text)) => {
            let mut session = session_file::read(&text, &path.display().to_string())?;
            let vault = Vault::new(&settings, sandbox::token_value);
            sweep::session(&mut session, &vault.mask());
            let mut ground = ground(&args, session.environment.as_deref(), &settings)?;
            for pair in &args.variables {
                ground.given.push(split_pair(pair, '=', "--var")?);
            }
            of_session(&session, &ground)
        }
        Err(HomeError::NoSession { .. }) => {
            let call = call(&home, &settings, &args.what)?;
            let environment = environment_of(&call, &settings);
            of_call(&call, &Ground::new(environment, Author::Person, &settings))
        }
        Err(error) => return Err(error.into()),
    };
    print(&written, out)
}

fn print(written: &Written, out: &mut Out) -> Result<u8, Trouble> {
    if written.requests == 0 {
        return Err(Trouble::failed(format!(
            "Nothing was exported. {}",
            written.notes.join(" ")
        )));
    }
    // Already safe, and must stay unchanged: somebody will run it.
    out.finished(written.text.trim_end_matches('\n'));
    if !written.variables.is_empty() {
        complain(&format!(
            "Set before running: {}.",
            written.variables.join(", ")
        ));
    }
    for note in &written.notes {
        complain(note);
    }
    Ok(0)
}

/// Refuses a session for a format that needs responses, which a session does not have.
fn no_session(home: &Home, what: &str, why: &str) -> Result<(), Trouble> {
    match home.session(what) {
        Ok(_) => Err(Trouble::usage(format!(
            "{what} is a session, and {why}. Give the id of a call; httriage history list shows them."
        ))),
        Err(_) => Ok(()),
    }
}

/// The environment in which a call was made, as far as the settings still have it.
fn environment_of(call: &Exchange, settings: &Settings) -> Environment {
    match settings.environment(&call.environment) {
        Some(environment) => environment.clone(),
        None if call.environment == Environment::SANDBOX => Environment::sandbox(),
        None => Environment {
            name: call.environment.clone(),
            ..Environment::default()
        },
    }
}

/// A call for a ticket, with the result of its investigation.
pub fn ticket_of(
    write: fn(&Case, &Explanation) -> String,
    id: &str,
    home: &Home,
    settings: &Settings,
) -> Result<String, Trouble> {
    let catalogue = choice::catalogue(home)?;
    let history = choice::history(home, settings).map_err(|e| Trouble::failed(e.to_string()))?;
    let exchange = history::find(&history, id)?;
    let environment = choice::environment_of(&exchange, settings);
    let vault =
        Arc::new(Vault::new(settings, sandbox::token_value).knowing(catalogue.library.marks()));
    // Read what can be read, so that the last check knows the value.
    if let Some(token) = exchange.token() {
        vault.read_at_rest(&token.name, environment.sandbox);
    }
    for token in &settings.tokens {
        vault.read_at_rest(&token.name, false);
    }
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..ClientOptions::default()
    };
    let client = Client::new(vault, options);
    let case = recalled(&client, &history, Arc::new(exchange), environment);
    history.close(history::CLOSING);
    let text = write(&case, &explain(&case, &catalogue));
    if client.vault().mask().finds(&text) {
        return Err(Trouble::failed(
            "Nothing was written: the value of a token stands in the ticket. Forget the call, make it again, and say so to the makers.".to_owned(),
        ));
    }
    Ok(for_clipboard(&text))
}

fn call(home: &Home, settings: &Settings, id: &str) -> Result<Exchange, Trouble> {
    let history = choice::history(home, settings).map_err(|e| Trouble::failed(e.to_string()))?;
    let exchange = history::find(&history, id).map_err(|trouble| {
        Trouble::usage(format!("{id} is neither a session nor a call. {trouble}"))
    });
    history.close(history::CLOSING);
    exchange
}

/// Where the session should go: by the options, else where it was recorded. An environment that is
/// unknown here stays open, with its base URL as a variable.
fn ground(
    args: &ExportArgs,
    recorded: Option<&str>,
    settings: &Settings,
) -> Result<Ground, Trouble> {
    let named = args.place.env.is_some() || args.place.base_url.is_some();
    let environment = match (named, recorded) {
        (false, Some(name)) => settings.environment(name).cloned(),
        _ => choice::environment(&args.place, settings)?,
    };
    let environment = environment.unwrap_or_default();
    Ok(Ground::new(environment, Author::File, settings))
}
