//! `httriage send`: one call.

use super::args::{RecordArgs, SendArgs};
use super::ask;
use super::choice;
use super::compare;
use super::json::{case_json, causes_json};
use super::print::{Out, complain};
use super::trouble::Trouble;
use crate::engine::carried;
use crate::engine::clock;
use crate::engine::history::{History, Receipt};
use crate::engine::sandbox::{self, Sandbox};
use crate::engine::{Client, ClientOptions, Flight, Home, Outgoing, Vault};
use crate::insight::Exchange;
use crate::insight::back_off::{NextTry, next_try, wait_text};
use crate::insight::explain;
use crate::insight::facts::{Case, Credential, Facts};
use crate::insight::redact::is_secret_name;
use crate::model::{
    Auth, Author, Body, Consent, Environment, Manner, Origin, Outcome, Param, RawExchange,
    RequestSpec, Response, Settings, StatusClass, TokenName, limits, resolve, token_names_in,
};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for the history on leaving.
const CLOSING: Duration = Duration::from_secs(10);

/// Header lines from a file or a pipe may not be longer than this.
const HEADER_BYTES: u64 = 1_000_000;

pub fn run(args: SendArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let mut environment = match choice::environment(&args.place, &settings)? {
        Some(environment) => environment,
        None => choice::environment_of_url(&args.url),
    };
    for pair in &args.variables {
        let (name, value) = split_pair(pair, '=', "--var")?;
        environment.variables.retain(|(known, _)| *known != name);
        environment.variables.push((name, value));
    }
    let typed = spec(&args, &environment, &settings)?;
    if environment.protected && !typed.is_safe() && !args.allow_writes {
        return Err(Trouble::usage(format!(
            "Nothing was sent: {} writes, and environment {} is protected. Add --allow-writes if that is meant.",
            typed.method, environment.name
        )));
    }
    let mut options = options(&args, &settings, &environment)?;
    if args.tokens.len() > 1 {
        return compare::run(&args, typed, environment, options, out);
    }
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    options.library = catalogue.library.clone();
    let client = Client::new(vault, options);
    let tasks = choice::tasks()?;
    let mut recorder = Recorder::new(&args.record, &home, &settings, client.vault());
    let case = args.record.case.clone();
    let manner = Manner {
        retries: args.retry,
        ..Manner::default()
    };
    let place = environment.clone();
    let (raw, carried) = tasks.block_on(call(&client, typed, environment, case, manner))?;
    if args.retry
        && let NextTry::Never(Some(why)) = next_try(&raw, raw.attempts, 0.0)
    {
        complain(&format!("Not sent again: {why}."));
    }
    tasks.shutdown_background();

    let body = raw.outcome.response().map(Response::bytes);
    let written = put_out(&home, args.output.as_deref(), body);
    let code = exit_code(raw.outcome.looks());
    let exchange = Arc::new(client.shown(raw));
    recorder.remember_shared(exchange.clone());
    let facts = Facts::read(exchange.clone(), &place.base_path());
    let knowledge = catalogue.library.of_exchange(&exchange, &place);
    let now = clock::now();
    let case = Case::of(facts, carried, place, now).knowing(knowledge);
    let explanation = explain(&case, &catalogue);
    if args.json {
        let mut document = case_json(&case, &explanation);
        document["causes"] = causes_json(&explanation);
        out.json(&document);
    } else {
        out.exchange_head(&exchange, catalogue.beside(&case.knowledge));
        out.named(&explanation.named, now);
        out.body(&exchange);
    }
    recorder.finish();
    written?;
    Ok(code)
}

/// Writes the body where the person wants it. What goes wrong is told after the answer.
pub fn put_out(home: &Home, path: Option<&Path>, body: Option<&[u8]>) -> Result<(), Trouble> {
    let Some((path, body)) = path.zip(body) else {
        return Ok(());
    };
    home.put_out(path, body).map_err(|error| {
        Trouble::failed(format!(
            "The body could not be written to {}: {error}. Choose another file.",
            path.display()
        ))
    })
}

pub fn exit_code(class: StatusClass) -> u8 {
    match class {
        StatusClass::Informational | StatusClass::Success | StatusClass::Redirection => 0,
        StatusClass::ClientError => 4,
        StatusClass::ServerError => 5,
        StatusClass::Nonstandard | StatusClass::NoAnswer => 1,
    }
}

/// Starts the sandbox for an environment that is one; it lives as long as what is returned.
pub async fn served(environment: &mut Environment) -> Result<Option<Sandbox>, Trouble> {
    if !environment.sandbox {
        return Ok(None);
    }
    let sandbox = Sandbox::start(None).await;
    let sandbox = sandbox.map_err(|error| Trouble::failed(error.to_string()))?;
    environment.base_url = sandbox.base_url();
    Ok(Some(sandbox))
}

async fn call(
    client: &Client,
    typed: RequestSpec,
    mut environment: Environment,
    case: Option<String>,
    manner: Manner,
) -> Result<(RawExchange, Credential), Trouble> {
    let served = served(&mut environment).await?;
    let is_sandbox = environment.sandbox;
    let exchange = call_in(client, typed, environment, case, manner).await;
    drop(served);
    let carried = carried(&exchange.sent, client.vault(), is_sandbox);
    Ok((exchange, carried))
}

/// The call in an environment that is up.
pub async fn call_in(
    client: &Client,
    typed: RequestSpec,
    environment: Environment,
    case: Option<String>,
    manner: Manner,
) -> RawExchange {
    match resolve(&typed, &environment) {
        Ok(sent) => {
            let outgoing = Outgoing {
                typed,
                sent,
                environment,
                author: Author::Person,
                case,
                manner,
            };
            send(client, outgoing).await
        }
        Err(failure) => RawExchange {
            id: client.new_id(),
            environment: environment.name,
            case,
            sent: crate::model::SentRequest {
                method: typed.method.clone(),
                url: typed.url.clone(),
                ..Default::default()
            },
            typed,
            outcome: Outcome::Failed(failure),
            redirects: Vec::new(),
            attempts: 0,
            unverified: Vec::new(),
            started_at: clock::now(),
            took: Duration::ZERO,
            probe_of: None,
        },
    }
}

/// Makes the call, and says of each wait how long it will be.
async fn send(client: &Client, outgoing: Outgoing) -> RawExchange {
    let flight = Flight::default();
    let call = client.send(outgoing, &flight);
    tokio::pin!(call);
    let mut said = 0;
    loop {
        tokio::select! {
            exchange = &mut call => return exchange,
            pause = flight.pause_after(said) => {
                said = pause.next_try;
                complain(&format!(
                    "The answer asks to wait: try {} of {} in {}.",
                    pause.next_try,
                    limits::TRIES,
                    wait_text(pause.left)
                ));
            }
        }
    }
}

/// Writes calls into the history and, at the end, says what could not be kept. The answer never
/// waits for it: it is printed first.
pub struct Recorder {
    history: Option<History>,
    receipts: Vec<Receipt>,
    vault: Arc<Vault>,
}

impl Recorder {
    /// To be made before the first call, so that the file is opened meanwhile.
    pub fn new(
        args: &RecordArgs,
        home: &Home,
        settings: &Settings,
        vault: &Arc<Vault>,
    ) -> Recorder {
        let history = choice::record(args, home, settings, vault);
        if let Some(history) = &history {
            history.tend();
        }
        Recorder {
            history,
            receipts: Vec::new(),
            vault: vault.clone(),
        }
    }

    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    pub fn remember(&mut self, exchange: Exchange) {
        self.remember_shared(Arc::new(exchange));
    }

    pub fn remember_shared(&mut self, exchange: Arc<Exchange>) {
        if let Some(history) = &self.history {
            self.receipts.push(history.remember(exchange));
        }
    }

    /// Waits for the commits.
    pub fn finish(self) {
        for token in self.vault.unmaskable() {
            complain(&format!(
                "Note: token {token} is too short to be masked. Where an answer repeats it, it stands in what is printed and kept."
            ));
        }
        let mut told: Vec<String> = Vec::new();
        for receipt in self.receipts {
            if let Err(error) = receipt.wait() {
                let words = error.to_string();
                if !told.contains(&words) {
                    complain(&words);
                    told.push(words);
                }
            }
        }
        if let Some(history) = self.history {
            history.close(CLOSING);
        }
    }
}

/// The request as the options type it.
pub fn spec(
    args: &SendArgs,
    environment: &Environment,
    settings: &Settings,
) -> Result<RequestSpec, Trouble> {
    let mut spec = RequestSpec::new(args.method.to_ascii_uppercase(), &args.url);
    for pair in &args.params {
        let (name, value) = split_pair(pair, '=', "--param")?;
        spec.params.push(Param::new(name, value));
    }
    for header in &args.headers {
        match header.strip_prefix('@') {
            Some(place) => {
                let text = read(place, Some(HEADER_BYTES))?;
                let text = String::from_utf8_lossy(&text).into_owned();
                for line in text.lines().filter(|line| !line.trim().is_empty()) {
                    let (name, value) = split_pair(line, ':', "--header @")?;
                    spec.headers.push(Param::data(name, value));
                }
            }
            None => {
                let (name, value) = split_pair(header, ':', "--header")?;
                if is_secret_name(&name) && token_names_in(&value).is_empty() {
                    complain(&format!(
                        "Warning: the value of {name} can be seen by others on this machine, since it stands in the command line. --header @FILE or @- keeps it out."
                    ));
                }
                spec.headers.push(Param::new(name, value));
            }
        }
    }
    spec.body = match &args.data {
        None => Body::Empty,
        Some(data) => match data.strip_prefix('@') {
            Some(place) => Body::Bytes(read(place, None)?),
            None => typed_data(data),
        },
    };
    if let Some(name) = args.tokens.first() {
        let token = choice::token(name, environment, settings)?;
        // Where a token has a place of its own in the call, it goes there and nowhere else.
        if !spec.tokens().contains(&token) {
            spec.auth = Auth::Bearer(token);
        }
    }
    Ok(spec)
}

/// Data goes out byte for byte; one that names a token is a text that is filled in.
fn typed_data(data: &str) -> Body {
    match token_names_in(data).is_empty() {
        true => Body::Bytes(data.as_bytes().to_vec()),
        false => Body::Text(data.to_owned()),
    }
}

pub fn options(
    args: &SendArgs,
    settings: &Settings,
    environment: &Environment,
) -> Result<ClientOptions, Trouble> {
    let mut options = choice::client_options(&args.limits, settings)?;
    // Naming a host together with a token is consent.
    let named = Origin::parse(&args.url).or_else(|| Origin::parse(args.place.base_url.as_deref()?));
    let tokens = args.tokens.iter().filter_map(|name| TokenName::new(name));
    options.consent = named.map(|origin| Consent {
        origin,
        tokens: tokens.collect(),
    });
    choice::say_consent(&options, settings, environment);
    Ok(options)
}

pub fn split_pair(text: &str, sign: char, option: &str) -> Result<(String, String), Trouble> {
    let pair = text
        .split_once(sign)
        .filter(|(name, _)| !name.trim().is_empty());
    match pair {
        Some((name, value)) if sign == ':' => Ok((
            name.trim().to_owned(),
            value.trim_matches([' ', '\t']).to_owned(),
        )),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Trouble::usage(format!(
            "{option} needs a name, a {sign} and a value."
        ))),
    }
}

/// A file, or standard input for `-`.
fn read(place: &str, most: Option<u64>) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let limit = most.unwrap_or(u64::MAX);
    let result = if place == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(place).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Trouble::usage(format!(
            "{place} cannot be read: {error}. Give a file that can, or - for standard input."
        ))),
    }
}
