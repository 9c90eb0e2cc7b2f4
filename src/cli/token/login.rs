//! `httriage token login`: gets a token from its authorization server, with a person where the
//! grant needs one, and says what came of it.

use crate::cli::args::TokenLoginArgs;
use crate::cli::call::Recorder;
use crate::cli::grant::show;
use crate::cli::investigate::verdict;
use crate::cli::print::{Out, complain, prompt};
use crate::cli::trouble::Trouble;
use crate::cli::{ask, choice};
use crate::engine::clock;
use crate::engine::grant::{Grants, News, Person};
use crate::engine::{ClientOptions, Flight, Home, Vault, carried, keep, sandbox};
use crate::insight::back_off::wait_text;
use crate::insight::facts::{Case, Facts};
use crate::insight::token::step_up::StepUp;
use crate::insight::{Catalogue, Exchange, explain};
use crate::model::{
    Environment, Got, GrantKind, Secret, Settings, Timestamp, Token, TokenName, TokenSource,
};
use serde_json::{Map, Value, json};
use std::io::{IsTerminal, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// No address is longer.
const LONGEST_ADDRESS: u64 = 64 * 1024;

/// Gets a token from its authorization server. Exits with 1 if none came, or if the system's
/// keyring could not keep it for the next command.
pub fn run(args: &TokenLoginArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let name = known(&args.name, &settings)?;
    let catalogue = choice::catalogue(&home)?;
    let environment = place(args, &name, &settings)?;
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..choice::client_options(&args.limits, &settings)?
    };
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let recorder = Recorder::new(&args.record, &home, &settings, &vault);
    let keeps = keep::keyring();
    if let Err(why) = &keeps {
        complain(&format!(
            "Note: what is got ends with this command, since {why}. A call that needs token {name} gets it by itself; the explorer keeps it while it runs."
        ));
    }
    let person = if args.paste {
        Person::Pastes(pasted)
    } else {
        Person::Here
    };
    let last: Arc<Mutex<Option<Arc<Exchange>>>> = Arc::default();
    let end: Arc<Mutex<Option<Timestamp>>> = Arc::default();
    let keeper = recorder.keeper();
    let (seen, ends) = (last.clone(), end.clone());
    let grants = Grants::new(vault, &options, person, move |news| match news {
        News::Made(exchange) => {
            let exchange = Arc::new(*exchange);
            keeper(exchange.clone());
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(exchange);
        }
        News::Got(_) => {}
        other => {
            if let News::Device(device) = &other {
                *ends.lock().unwrap_or_else(PoisonError::into_inner) = Some(device.until);
            }
            show(other);
        }
    });
    let demand = StepUp {
        acr_values: args.acr_values.clone(),
        max_age: args.max_age,
    };
    if demand != StepUp::default() {
        in_browser(&name, &settings)?;
        grants.ask_for(&name, demand);
    }
    let tasks = choice::tasks()?;
    let flight = Flight::default();
    let got = tasks.block_on(async {
        let work = grants.login(&name, &environment, &flight);
        tokio::pin!(work);
        let mut second = tokio::time::interval(Duration::from_secs(1));
        let mut counted = false;
        let got = loop {
            tokio::select! {
                got = &mut work => break got,
                _ = tokio::signal::ctrl_c(), if !flight.is_stopped() => flight.stop(),
                _ = second.tick(), if std::io::stderr().is_terminal() && !args.paste => {
                    let until = *end.lock().unwrap_or_else(PoisonError::into_inner);
                    counted |= until.is_some_and(count);
                }
            }
        };
        if counted {
            complain("");
        }
        got
    });
    tasks.shutdown_background();
    let code = match got {
        Ok(got) => {
            if args.json {
                out.json(&got_json(&got))
            } else {
                told(&got, out)
            }
            u8::from(keeps.is_err())
        }
        Err(failure) => {
            let why = failure.message.trim_start_matches("Nothing was sent: ");
            complain(&format!("{}{}", upper(why), hinted(&failure.hint)));
            let last = last.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(exchange) = last.filter(|exchange| exchange.outcome.refusal().is_some()) {
                explained(&exchange, &environment, &catalogue, &mut out.aside());
            }
            1
        }
    };
    recorder.finish();
    Ok(code)
}

/// Only a page that a browser opens can ask for more than a sign-in.
fn in_browser(name: &TokenName, settings: &Settings) -> Result<(), Trouble> {
    let grant = settings.token(name).and_then(Token::grant);
    match grant.map(|grant| &grant.kind) {
        Some(GrantKind::AuthorizationCode { .. }) | None => Ok(()),
        Some(other) => Err(Trouble::usage(format!(
            "--acr-values and --max-age are for authorization_code; token {name} is got by {}.",
            other.words()
        ))),
    }
}

/// The time that is left, on the line where it stood; whether it was written.
fn count(until: Timestamp) -> bool {
    let left = until.duration_since(clock::now());
    let left = Duration::try_from(left).unwrap_or_default();
    prompt(&format!(
        "\rwaiting for the yes, {} left  ",
        wait_text(left)
    ));
    true
}

fn known(text: &str, settings: &Settings) -> Result<TokenName, Trouble> {
    let token = TokenName::new(text).and_then(|name| settings.token(&name));
    let Some(token) = token else {
        return Err(Trouble::usage(
            "There is no token of that name. See httriage token list.",
        ));
    };
    match &token.source {
        TokenSource::Grant(_) => Ok(token.name.clone()),
        _ => Err(Trouble::usage(format!(
            "Token {text} is not got from a server: it has another source. Give it oauth = {{ … }} in config.toml; httriage help tokens shows how."
        ))),
    }
}

/// The environment whose proxy and authorities are used: the one that is chosen, else the one
/// that names the token.
fn place(
    args: &TokenLoginArgs,
    name: &TokenName,
    settings: &Settings,
) -> Result<Environment, Trouble> {
    if args.place.env.is_some() || args.place.base_url.is_some() {
        let chosen = choice::environment(&args.place, settings)?;
        return Ok(chosen.unwrap_or_default());
    }
    let mut all = settings.environments.iter();
    let naming = all.find(|environment| environment.tokens.contains(name));
    let usual = || Environment {
        name: Environment::COMMAND_LINE.to_owned(),
        ..Environment::default()
    };
    Ok(naming.cloned().unwrap_or_else(usual))
}

/// The address that the browser ended at, from the person or from a pipe.
fn pasted() -> Option<Secret> {
    if ask::is_possible() {
        return ask::hidden("The address that the browser ended at: ");
    }
    let mut text = String::new();
    let read = std::io::stdin()
        .lock()
        .take(LONGEST_ADDRESS)
        .read_to_string(&mut text);
    read.is_ok().then(|| Secret::new(text.trim()))
}

/// The result under `--json`: names, scopes and the end, never the value. The scopes given are
/// absent where the server did not say.
pub fn got_json(got: &Got) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(got.name.as_str()));
    object.insert("grant".into(), json!(got.grant));
    object.insert("scopes_asked".into(), json!(got.asked));
    if let Some(scopes) = got.scopes() {
        object.insert("scopes_given".into(), json!(scopes));
    }
    if let Some(until) = got.until {
        object.insert("expires_at".into(), json!(format!("{until:.0}")));
    }
    Value::Object(object)
}

fn told(got: &Got, out: &mut Out) {
    out.line(&format!("Token {} was got by {}.", got.name, got.grant));
    let listed = |scopes: &[String]| {
        if scopes.is_empty() {
            "none".to_owned()
        } else {
            scopes.join(" ")
        }
    };
    out.line(&format!("asked for  {}", listed(&got.asked)));
    let given = got.scopes().map(listed);
    out.line(&format!(
        "given      {}",
        given.unwrap_or_else(|| "the server does not say".to_owned())
    ));
    let until = match got.until {
        Some(until) => {
            let left = Duration::try_from(until.duration_since(clock::now()));
            let left = wait_text(left.unwrap_or_default());
            format!("{until:.0}, in {left}")
        }
        None => "the server does not say".to_owned(),
    };
    out.line(&format!("good until {until}"));
    let missing = got.asked.iter().filter(|scope| {
        let given = got.scopes().unwrap_or_default();
        got.given.is_some() && !given.contains(scope)
    });
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    if !missing.is_empty() {
        out.line(&format!("not given  {}", missing.join(" ")));
    }
}

/// Why a call to an authorization server was refused, as of any call.
fn explained(
    exchange: &Arc<Exchange>,
    environment: &Environment,
    catalogue: &Catalogue,
    out: &mut Out,
) {
    let place = Environment {
        name: environment.name.clone(),
        ..Environment::default()
    };
    let nobody = Vault::new(&Default::default(), |_| None);
    let credential = carried(&exchange.sent, &nobody, false);
    let facts = Facts::read(exchange.clone(), "");
    let knowledge = catalogue.library.of_exchange(exchange, &place);
    let case = Case::of(facts, credential, place, clock::now()).knowing(knowledge);
    let explanation = explain(&case, catalogue);
    out.exchange_head(exchange, catalogue.beside(&case.knowledge), None);
    verdict(&explanation, "Likely", out);
}

fn upper(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

fn hinted(hint: &str) -> String {
    if hint.is_empty() {
        String::new()
    } else {
        format!(" {hint}")
    }
}
