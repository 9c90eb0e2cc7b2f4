//! `httriage send`: one call.

use super::args::SendArgs;
use super::ask;
use super::call::{Recorder, Written, call_in, exit_code, is_stdout, served};
use super::choice;
use super::compare;
use super::grant;
use super::json::{case_json, causes_json};
use super::print::{Out, complain};
use super::seen;
use super::stream::Live;
use super::trouble::Trouble;
use crate::engine::carried;
use crate::engine::clock;
use crate::engine::sandbox;
use crate::engine::{Client, ClientOptions, Home, Vault};
use crate::insight::back_off::{NextTry, next_try};
use crate::insight::facts::{Case, Credential, Facts};
use crate::insight::redact::is_secret_name;
use crate::insight::{Explanation, explain};
use crate::model::{
    Auth, Body, Consent, Environment, Manner, Origin, Param, Part, RawExchange, RequestSpec,
    Settings, TokenName, nearest, resolve, token_names_in, visible_line,
};
use serde_json::Value;
use std::io::Read;
use std::sync::Arc;

/// Most bytes of header lines from a file or a pipe.
const HEADER_BYTES: u64 = 1_000_000;

/// Makes one call, or compares several tokens, and prints what came.
pub fn run(args: SendArgs, out: &mut Out) -> Result<u8, Trouble> {
    if args.json && is_stdout(args.output.as_deref()) {
        return Err(Trouble::usage(
            "--json and --output - both want standard output. The document holds the body too, or give --output a file.",
        ));
    }
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let mut environment = match choice::environment(&args.place, &settings)? {
        Some(environment) => environment,
        None => choice::environment_of_url(&args.url, &settings),
    };
    for pair in &args.variables {
        let (name, value) = split_pair(pair, '=', "--var")?;
        environment.variables.retain(|(known, _)| *known != name);
        environment.variables.push((name, value));
    }
    let typed = spec(&args, &environment, &settings)?;
    // Filled in, it may ask for another method than it does as text.
    let filled = resolve(&typed, &environment);
    let reads = typed.is_safe() && filled.is_ok_and(|sent| sent.is_safe());
    if environment.protected && !reads && !args.allow_writes {
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
    let mut recorder = Recorder::new(&args.record, &home, &settings, &vault);
    let client = grant::client(vault, options, &recorder);
    let tasks = choice::tasks()?;
    let case = args.record.case.clone();
    let manner = Manner {
        retries: args.retry,
        ..Manner::default()
    };
    let place = environment.clone();
    // One document, or a body for a file, is written whole or not at all.
    let is_live = !args.json && args.output.is_none();
    // A pipe gets only the body.
    let is_alone = is_live && !out.is_terminal();
    let mut live = is_live.then(|| Live::new(out, args.include));
    let calling = call(&client, typed, environment, case, manner, live.as_mut());
    let (raw, carried) = tasks.block_on(calling)?;
    let was_live = live.is_some_and(|live| live.is_on());
    if args.retry
        && let NextTry::Never(Some(why)) = next_try(&raw, raw.attempts, 0.0)
    {
        complain(&format!("Not sent again: {why}."));
    }
    tasks.shutdown_background();

    let written = Written::of(&home, args.output.as_deref(), &raw.outcome, out);
    let mut aside = out.aside();
    let code = exit_code(raw.outcome.looks());
    let exchange = Arc::new(client.shown(raw));
    recorder.remember_shared(exchange.clone());
    let facts = Facts::read(exchange.clone(), &place.base_path());
    let knowledge = catalogue.library.of_exchange(&exchange, &place);
    let now = clock::now();
    let case = Case::of(facts, carried, place, now).knowing(knowledge);
    let history = recorder.history().cloned();
    let remembered = |case| seen::remembered(case, history, client, catalogue.clone(), &settings);
    if args.json {
        let case = remembered(case);
        let explanation = explain(&case, &catalogue);
        out.json(&document(&case, &explanation));
    } else {
        let explanation = explain(&case, &catalogue);
        let is_aside = is_alone || is_stdout(args.output.as_deref());
        let head = if is_aside { &mut aside } else { &mut *out };
        let verdict = Some(explanation.verdict());
        head.exchange_head(&exchange, catalogue.beside(&case.knowledge), verdict);
        head.named(&explanation.named, now);
        head.asked_to_wait(&exchange);
        if args.include && !was_live {
            if is_aside && !is_alone {
                aside.head(&exchange)
            } else {
                out.head(&exchange)
            }
        }
        match &written {
            Written::Whole(words) => out.line(&format!("\n{words}")),
            Written::Part(words) => {
                out.body(&exchange);
                complain(words);
            }
            Written::Not if was_live => {}
            Written::Not if is_alone => out.body_alone(&exchange),
            Written::Lost(_) if is_aside => aside.body(&exchange),
            Written::Not | Written::Lost(_) => out.body(&exchange),
            Written::ToStdout => {}
        }
        // The answer is out: what is remembered of others may take its time.
        if let Some(sentence) = seen::sentence(&remembered(case)) {
            let head = if is_aside { &mut aside } else { &mut *out };
            head.line("");
            head.paragraph(&sentence);
        }
    }
    recorder.finish();
    written.trouble()?;
    Ok(code)
}

/// A call with what may have gone wrong.
pub fn document(case: &Case, explanation: &Explanation) -> Value {
    let mut document = case_json(case, explanation);
    document["causes"] = causes_json(explanation);
    if let Some(seen) = seen::in_short(case) {
        document["seen"] = seen;
    }
    document
}

async fn call(
    client: &Client,
    typed: RequestSpec,
    mut environment: Environment,
    case: Option<String>,
    manner: Manner,
    live: Option<&mut Live<'_>>,
) -> Result<(RawExchange, Credential), Trouble> {
    let served = served(&mut environment).await?;
    let is_sandbox = environment.sandbox;
    let exchange = call_in(client, typed, environment, case, manner, live).await;
    drop(served);
    let carried = carried(&exchange.sent, client.vault(), is_sandbox);
    Ok((exchange, carried))
}

/// The request that the options describe.
pub fn spec(
    args: &SendArgs,
    environment: &Environment,
    settings: &Settings,
) -> Result<RequestSpec, Trouble> {
    let mut spec = RequestSpec::new(method(args)?, &args.url);
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
                    // Somebody may have put the value where its name belongs.
                    let name = choice::mask(settings).text(&name);
                    complain(&format!(
                        "Warning: the value of {name} can be seen by others on this machine, since it stands in the command line. --header @FILE or @- keeps it out."
                    ));
                }
                spec.headers.push(Param::new(name, value));
            }
        }
    }
    spec.body = if args.form.is_empty() {
        data(&args.data)?
    } else {
        Body::Multipart(parts(&args.form)?)
    };
    if args.get {
        ask_in_query(&mut spec)?;
    }
    if let Some(name) = args.tokens.first() {
        let token = choice::token(name, environment, settings)?;
        // If the call has a place for the token, it goes there and nowhere else.
        if !spec.tokens().contains(&token) {
            spec.auth = Auth::Bearer(token);
        }
    }
    Ok(spec)
}

/// Methods recognised when the first word is one (RFC 9110, 9.3; RFC 5789; RFC 4918).
const METHODS: [&str; 16] = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "QUERY",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
];

/// The method as given, or as the data requires.
fn method(args: &SendArgs) -> Result<String, Trouble> {
    if let Some(method) = &args.request {
        return Ok(method.to_ascii_uppercase());
    }
    let Some(typed) = &args.method else {
        let url = args.url.to_ascii_uppercase();
        if METHODS.contains(&url.as_str()) {
            return Err(Trouble::usage(format!(
                "httriage send needs a URL behind {url}, as in httriage send {url} https://api.acme.example/orders."
            )));
        }
        let has_data = !args.data.is_empty() || !args.form.is_empty();
        let method = if has_data && !args.get { "POST" } else { "GET" };
        return Ok(method.to_owned());
    };
    let method = typed.to_ascii_uppercase();
    if METHODS.contains(&method.as_str()) {
        return Ok(method);
    }
    let meant =
        nearest(&method, METHODS).map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    Err(Trouble::usage(if typed.len() > 24 {
        "The word before the URL is no method. httriage send --help shows the order.".to_owned()
    } else {
        format!(
            "{} is no method that is known.{meant} -X {} sends it as it stands.",
            visible_line(&method),
            visible_line(&method)
        )
    }))
}

/// One text or file as it is; several joined the way curl joins them.
fn data(all: &[String]) -> Result<Body, Trouble> {
    let place = |data: &String| data.strip_prefix('@').map(str::to_owned);
    match all {
        [] => return Ok(Body::Empty),
        [data] => {
            return Ok(match place(data) {
                Some(place) => Body::Bytes(read(&place, None)?),
                None => typed_data(data),
            });
        }
        several if several.iter().all(|data| place(data).is_none()) => {
            return Ok(typed_data(&several.join("&")));
        }
        _ => {}
    }
    let mut joined = Vec::new();
    for (number, data) in all.iter().enumerate() {
        if number > 0 {
            joined.push(b'&');
        }
        match place(data) {
            Some(place) => joined.extend(read(&place, None)?),
            None if !token_names_in(data).is_empty() => {
                return Err(Trouble::usage(
                    "A --data that names a token cannot be joined with one out of a file: nothing in a file is filled in. Put both into one text.",
                ));
            }
            None => joined.extend(data.as_bytes()),
        }
    }
    Ok(Body::Bytes(joined))
}

/// `-G`: moves the data behind the question mark.
fn ask_in_query(spec: &mut RequestSpec) -> Result<(), Trouble> {
    let text = match std::mem::replace(&mut spec.body, Body::Empty) {
        Body::Text(text) => text,
        Body::Bytes(bytes) => match String::from_utf8(bytes) {
            // `{{braces}}` in a file are data, but a URL would fill them in.
            Ok(text) if !text.contains("{{") => text.trim_end().to_owned(),
            _ => {
                return Err(Trouble::usage(
                    "-G puts the data into the URL, and this is no text that can stand there. Leave -G out, or give text without {{.",
                ));
            }
        },
        _ => return Ok(()),
    };
    let (url, fragment) = match spec.url.split_once('#') {
        Some((url, fragment)) => (url, format!("#{fragment}")),
        None => (spec.url.as_str(), String::new()),
    };
    let sign = if url.contains('?') { '&' } else { '?' };
    spec.url = format!("{url}{sign}{text}{fragment}");
    Ok(())
}

/// Reads `-F name=text` and `-F name=@FILE;type=…;filename=…`.
fn parts(typed: &[String]) -> Result<Vec<Part>, Trouble> {
    let mut parts = Vec::new();
    for text in typed {
        let (name, content) = split_pair(text, '=', "--form")?;
        let Some(file) = content.strip_prefix('@') else {
            parts.push(Part {
                name,
                value: content,
                ..Part::default()
            });
            continue;
        };
        let mut words = file.split(';');
        let path = words.next().unwrap_or_default().to_owned();
        if path.is_empty() || path == "-" {
            return Err(Trouble::usage(
                "--form takes a file by its path, as in -F scan=@scan.pdf.",
            ));
        }
        if let Err(error) = std::fs::metadata(&path) {
            return Err(Trouble::usage(format!(
                "{path} cannot be read: {error}. Give a file that can."
            )));
        }
        let mut part = Part {
            name,
            value: path,
            is_file: true,
            ..Part::default()
        };
        for word in words {
            match word.trim().split_once('=') {
                Some(("type", value)) => part.media_type = Some(value.to_owned()),
                Some(("filename", value)) => {
                    part.file_name = Some(value.trim_matches('"').to_owned());
                }
                _ => {
                    return Err(Trouble::usage(
                        "Behind the file of a --form may stand ;type=… and ;filename=… only.",
                    ));
                }
            }
        }
        parts.push(part);
    }
    Ok(parts)
}

/// Data is sent byte for byte; if it names a token, it is a text to fill in.
fn typed_data(data: &str) -> Body {
    if token_names_in(data).is_empty() {
        Body::Bytes(data.as_bytes().to_vec())
    } else {
        Body::Text(data.to_owned())
    }
}

/// The client's options; naming a host together with tokens consents to their going there.
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

/// Splits `name=value` or `Name: value`; fails with a message about `option` without a name.
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

/// Reads a file, or standard input for `-`.
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
