//! `httriage export`: a session or a call in the form of another program.

use super::args::ExportArgs;
use super::choice;
use super::history;
use super::print::{Out, complain};
use super::send::split_pair;
use super::trouble::Trouble;
use crate::engine::investigate::recalled;
use crate::engine::{Client, ClientOptions, Home, HomeError, Vault, sandbox};
use crate::format::blanks::Written;
use crate::format::{curl, har, http_file, hurl, session_file, ticket};
use crate::insight::explain;
use crate::model::{Environment, Exchange, Session, Settings, for_clipboard};
use std::sync::Arc;

type OfSession = fn(&Session, &Environment) -> Written;
type OfCall = fn(&Exchange) -> Written;

pub fn run(args: ExportArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    if args.form == "har" {
        return recording(&home, &settings, &args.what, out);
    }
    if args.form == "markdown" {
        return ticket_of(&args.what, &home, &settings, out);
    }
    let (of_session, of_call): (OfSession, OfCall) = match args.form.as_str() {
        "http" => (http_file::write_session, http_file::write_exchange),
        "hurl" => (hurl::write_session, hurl::write_exchange),
        _ => (curl::write_session, curl::write_exchange),
    };
    let written = match home.session(&args.what) {
        Ok((path, text)) => {
            let session = session_file::read(&text, &path.display().to_string())?;
            let mut environment = environment(&args, session.environment.as_deref(), &settings)?;
            for (name, value) in &session.variables {
                if environment.variable(name).is_none() {
                    environment.variables.push((name.clone(), value.clone()));
                }
            }
            of_session(&session, &environment)
        }
        Err(HomeError::NoSession { .. }) => of_call(&call(&home, &settings, &args.what)?),
        Err(error) => return Err(error.into()),
    };
    // Safe already, and not to be changed by a sign: it is to be run.
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

/// A HAR recording is made of answers, which a session does not hold.
fn recording(home: &Home, settings: &Settings, what: &str, out: &mut Out) -> Result<u8, Trouble> {
    if home.session(what).is_ok() {
        return Err(Trouble::usage(format!(
            "{what} is a session, and a HAR recording is made of calls with their answers. Give the id of a call, which httriage history list shows."
        )));
    }
    out.json(&har::document(&call(home, settings, what)?));
    Ok(0)
}

/// A call for a ticket, with what an investigation of it found out.
fn ticket_of(id: &str, home: &Home, settings: &Settings, out: &mut Out) -> Result<u8, Trouble> {
    if home.session(id).is_ok() {
        return Err(Trouble::usage(format!(
            "{id} is a session, and a ticket is written for one call. Give the id of a call; httriage history list shows them."
        )));
    }
    let catalogue = choice::catalogue(home)?;
    let history = choice::history(home, settings).map_err(|e| Trouble::failed(e.to_string()))?;
    let exchange = history::find(&history, id)?;
    let environment = choice::environment_of(&exchange, settings);
    let vault =
        Arc::new(Vault::new(settings, sandbox::token_value).knowing(catalogue.library.marks()));
    // Read what can be read, so that the last look knows it.
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
    let text = ticket::write(&case, &explain(&case, &catalogue));
    if client.vault().mask().finds(&text) {
        return Err(Trouble::failed(
            "Nothing was written: the value of a token stands in the ticket. Forget the call, make it again, and say so to the makers.".to_owned(),
        ));
    }
    out.finished(for_clipboard(&text).trim_end_matches('\n'));
    Ok(0)
}

fn call(home: &Home, settings: &Settings, id: &str) -> Result<Exchange, Trouble> {
    let history = choice::history(home, settings).map_err(|e| Trouble::failed(e.to_string()))?;
    let exchange = history::find(&history, id).map_err(|trouble| {
        Trouble::usage(format!("{id} is neither a session nor a call. {trouble}"))
    });
    history.close(history::CLOSING);
    exchange
}

/// Where the session is to go: by the options, else where it was recorded. A place that is not
/// known here stays open, and its base URL is a variable.
fn environment(
    args: &ExportArgs,
    recorded: Option<&str>,
    settings: &Settings,
) -> Result<Environment, Trouble> {
    let named = args.place.env.is_some() || args.place.base_url.is_some();
    let mut environment = match (named, recorded) {
        (false, Some(name)) => settings.environment(name).cloned(),
        _ => choice::environment(&args.place, settings)?,
    }
    .unwrap_or_default();
    for pair in &args.variables {
        let (name, value) = split_pair(pair, '=', "--var")?;
        environment.variables.retain(|(known, _)| *known != name);
        environment.variables.push((name, value));
    }
    Ok(environment)
}
