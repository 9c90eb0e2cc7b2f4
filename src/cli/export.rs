//! `httriage export`: a session, a call or a case in another form.

use super::args::ExportArgs;
use super::choice;
use super::history;
use super::print::{Out, complain};
use super::resolve::name_of;
use super::seen::looker;
use super::send::split_pair;
use super::trouble::Trouble;
use crate::engine::investigate::recalled;
use crate::engine::seen::Judge;
use crate::engine::{Client, ClientOptions, Home, HomeError, Vault, sandbox, story};
use crate::format::export::{Ground, Written};
use crate::format::registry::{self, Export};
use crate::format::story::Form;
use crate::format::{session_file, sweep};
use crate::insight::facts::Case;
use crate::insight::{Exchange, Explanation, explain};
use crate::model::{Author, Environment, Settings, for_clipboard, visible_line};
use std::path::Path;
use std::sync::Arc;

/// Prints what is meant in the chosen form, without the values of secrets.
pub fn run(args: ExportArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let Some(export) = registry::export(&args.form) else {
        return Err(Trouble::usage(format!(
            "Nothing is written as {}.",
            args.form
        )));
    };
    let file = args.out.as_deref();
    let (of_session, of_call) = match export {
        Export::Recording(write) => {
            no_session(
                &home,
                &args.what,
                "a HAR recording is made of calls with their answers",
            )?;
            let call = call(&home, &settings, &args.what)?;
            let ground = Ground::of(environment_of(&call, &settings));
            let text = super::json::json_text(&write(&call, &ground));
            return deliver(text.trim_end_matches('\n'), file, &home, out);
        }
        Export::Told { form, call } => {
            let text = told(form, call, &args.what, &home, &settings)?;
            return deliver(text.trim_end_matches('\n'), file, &home, out);
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
    requests(&written, file, &home, out)
}

fn requests(
    written: &Written,
    file: Option<&Path>,
    home: &Home,
    out: &mut Out,
) -> Result<u8, Trouble> {
    if written.requests == 0 {
        return Err(Trouble::failed(format!(
            "Nothing was exported. {}",
            written.notes.join(" ")
        )));
    }
    let done = deliver(written.text.trim_end_matches('\n'), file, home, out)?;
    if !written.variables.is_empty() {
        complain(&format!(
            "Set before running: {}.",
            written.variables.join(", ")
        ));
    }
    for note in &written.notes {
        complain(note);
    }
    Ok(done)
}

/// Prints a text or writes it to a file. It is already safe, and must stay unchanged: somebody will
/// run it, or open it.
fn deliver(text: &str, file: Option<&Path>, home: &Home, out: &mut Out) -> Result<u8, Trouble> {
    match file {
        None => out.finished(text),
        Some(path) => {
            home.save(path, &format!("{text}\n"))?;
            out.line(&format!("Written to {}", path.display()));
        }
    }
    Ok(0)
}

/// The case of that name, else the call with that id, as it is told to a colleague.
fn told(
    form: Form,
    write: Option<fn(&Case, &Explanation) -> String>,
    what: &str,
    home: &Home,
    settings: &Settings,
) -> Result<String, Trouble> {
    let store = choice::history(home, settings)?;
    let catalogue = choice::catalogue(home)?;
    let client = looker(settings, &catalogue);
    // Read what can be read, so that the last check knows the value.
    for token in &settings.tokens {
        client.vault().read_at_rest(&token.name, false);
    }
    let judge = Judge {
        client: &client,
        catalogue: &catalogue,
        environments: &settings.environments,
    };
    let tell = || -> Result<Option<String>, Trouble> {
        let by = name_of(settings);
        let story = match story::of_case(&judge, &store, what, by.clone())? {
            Some(story) => story,
            None => {
                no_session(home, what, "a call or a case is told in this form")?;
                let exchange = history::find(&store, what).map_err(|_| nothing(what))?;
                if let Some(token) = exchange.token() {
                    let is_practice = judge.environment(&exchange).sandbox;
                    client.vault().read_at_rest(&token.name, is_practice);
                }
                if write.is_some() {
                    return Ok(None);
                }
                story::of_call(&judge, &store, exchange, by)?
            }
        };
        let text = story::written(&judge, &story, form);
        text.map(Some)
            .map_err(|why| Trouble::failed(why.to_owned()))
    };
    let text = tell();
    store.close(history::CLOSING);
    match (text?, write) {
        (Some(text), _) => Ok(text),
        (None, Some(write)) => ticket_of(write, what, home, settings),
        (None, None) => Err(nothing(what)),
    }
}

fn nothing(what: &str) -> Trouble {
    Trouble::usage(format!(
        "{} is neither a case nor the id of a call. httriage history list shows both.",
        visible_line(what)
    ))
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
        let cases = history.cases().unwrap_or_default();
        let is_case = |(case, _): &(String, u64)| case.to_lowercase() == id.to_lowercase();
        if cases.iter().any(is_case) {
            return Trouble::usage(format!(
                "{0} is a case, and this form is made of a session or a call. --as html and --as markdown tell a case; httriage history save {0} case:{0} makes a session of it.",
                visible_line(id)
            ));
        }
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
