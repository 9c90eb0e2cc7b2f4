//! `httriage token verify`: whether a token is what its issuer signed, what the issuer says of it
//! when it is asked, and where that does not go together.

use super::inspect::{piped, rows};
use crate::cli::args::TokenVerifyArgs;
use crate::cli::call::{Recorder, served};
use crate::cli::grant::grants;
use crate::cli::history::CLOSING;
use crate::cli::print::{Out, complain};
use crate::cli::trouble::Trouble;
use crate::cli::{ask, choice};
use crate::engine::grant::{Allowed, Grants, Proof, Wish};
use crate::engine::history::History;
use crate::engine::{ClientOptions, Flight, Home, Vault, clock, sandbox};
use crate::insight::learned::last_word;
use crate::insight::token::signature::{Signature, Verified};
use crate::insight::token::testimony::Testimony;
use crate::insight::token::{Claims, How, Line, TokenReport, Tone, relative};
use crate::insight::{Query, Want};
use crate::model::{
    Environment, Failure, Origin, Secret, Settings, TokenName, TokenRef, visible_line,
};
use serde_json::{Map, Value, json};
use std::io::IsTerminal;
use std::sync::Arc;

/// Calls of the token that are looked through for how it stands.
const LOOKED_THROUGH: usize = 200;

/// Prints whether the signature holds and what the issuer says; exits with 1 if it does not hold,
/// so that a script goes on only with a good token.
pub fn run(args: &TokenVerifyArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    if let Some(url) = &args.url
        && Origin::exactly(&origin_of(url)).is_err()
    {
        return Err(Trouble::usage(format!(
            "--url {} is no URL. Give the issuer, or where its keys stand, as https://login.acme.example.",
            visible_line(url)
        )));
    }
    let chosen = choice::environment(&args.place, &settings)?;
    let given = given(args)?;
    let nowhere = choice::environment_of_url("", &settings);
    let mut environment = chosen.unwrap_or(nowhere);
    let name = match &given {
        Some((name, _)) => name.clone(),
        None => choice::token(&args.name, &environment, &settings)?,
    };
    if args.place.env.is_none() && args.place.base_url.is_none() {
        let mut all = settings.environments.iter();
        let naming = all.find(|environment| environment.tokens.contains(&name));
        environment = naming.cloned().unwrap_or(environment);
    }
    let catalogue = choice::catalogue(&home)?;
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..choice::client_options(&args.limits, &settings)?
    };
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    if let Some((name, value)) = given {
        vault.lend(&name, value);
    }
    let recorder = Recorder::new(&args.record, &home, &settings, &vault);
    let grants = grants(&vault, &options, &recorder);
    let tasks = choice::tasks()?;
    let flight = Flight::default();
    let heard = tasks.block_on(async {
        let _sandbox = served(&mut environment).await?;
        let work = hear(args, &name, &grants, &environment, &flight);
        tokio::pin!(work);
        loop {
            tokio::select! {
                heard = &mut work => break heard,
                _ = tokio::signal::ctrl_c(), if !flight.is_stopped() => flight.stop(),
            }
        }
    });
    tasks.shutdown_background();
    recorder.finish();
    let heard = heard?;
    let report = vault.report(&name, environment.sandbox);
    let token = vault.reference_at_rest(&name, environment.sandbox);
    let answered = answered(&token, &home, &settings, args.record.no_history);
    let claims = report.as_ref().and_then(|report| report.claims.as_ref());
    let verified = &heard.verified;
    let found = heard
        .testimony
        .contradictions(claims, Some(verified), answered, clock::now());
    if args.json {
        out.json(&as_json(&heard, &found))
    } else {
        print(&heard, &found, report.as_ref(), out)
    }
    // A script goes on only where it holds.
    Ok(u8::from(!verified.holds()))
}

/// The origin of a URL, as text; the text itself where it has none.
fn origin_of(url: &str) -> String {
    Origin::parse(url).map_or_else(|| url.to_owned(), |origin| origin.to_string())
}

/// A value on standard input, under a name that no settings have.
fn given(args: &TokenVerifyArgs) -> Result<Option<(TokenName, Secret)>, Trouble> {
    if args.name != "-" {
        return Ok(None);
    }
    let value = if std::io::stdin().is_terminal() {
        ask::hidden("The token: ").ok_or_else(|| {
            Trouble::failed("No token was given. Name one, or give it on standard input with -.")
        })?
    } else {
        piped()?
    };
    Ok(TokenName::new("given-here").map(|name| (name, value)))
}

/// What was heard.
struct Heard {
    verified: Verified,
    testimony: Testimony,
    /// What could not be heard, and why.
    troubles: Vec<Failure>,
}

async fn hear(
    args: &TokenVerifyArgs,
    name: &TokenName,
    grants: &Grants,
    environment: &Environment,
    flight: &Flight,
) -> Result<Heard, Trouble> {
    let mut wish = Wish {
        token: name.clone(),
        url: args.url.clone(),
        allowed: if args.yes {
            Allowed::All
        } else {
            Allowed::These(Vec::new())
        },
    };
    let verified = loop {
        let proof = grants.verify(&wish, environment, flight).await;
        match proof.map_err(failed)? {
            Proof::Told(verified) => break *verified,
            Proof::Asks { origin, why } => agreed(&mut wish, origin, &why)?,
        }
    };
    let mut heard = Heard {
        verified,
        testimony: Testimony::default(),
        troubles: Vec::new(),
    };
    if args.introspect {
        match grants.introspect(name, environment, flight).await {
            Ok(said) => heard.testimony.introspected = Some(said),
            Err(failure) => heard.troubles.push(failure),
        }
    }
    if args.userinfo {
        match grants.userinfo(name, environment, flight).await {
            Ok(said) => heard.testimony.userinfo = Some(said),
            Err(failure) => heard.troubles.push(failure),
        }
    }
    Ok(heard)
}

/// Whether this host may be asked as well.
fn agreed(wish: &mut Wish, origin: Origin, why: &str) -> Result<(), Trouble> {
    let question = format!("{why} Ask {origin} for its public keys? No token is sent there.");
    if !ask::is_possible() {
        return Err(Trouble::failed(format!(
            "Nothing was asked: {origin} would be asked for its public keys, and nobody said yes to that. {why} --yes says it, or issuer = \"…\" of the token in config.toml."
        )));
    }
    if !ask::agrees(&question) {
        return Err(Trouble::failed(
            "Nothing was asked. --url names another place where the keys stand.",
        ));
    }
    if let Allowed::These(list) = &mut wish.allowed {
        list.push(origin);
    }
    Ok(())
}

fn failed(failure: Failure) -> Trouble {
    let why = failure.message.trim_start_matches("Nothing was sent: ");
    let mut chars = why.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    Trouble::failed(format!("{first}{} {}", chars.as_str(), failure.hint))
}

/// The status with which the API answered the token last.
fn answered(token: &TokenRef, home: &Home, settings: &Settings, is_left_out: bool) -> Option<u16> {
    if is_left_out || !History::is_there(home.data_dir()) {
        return None;
    }
    let history = choice::history(home, settings).ok()?;
    let query = Query::of([Want::token(token.name.as_str())]);
    let calls = history.recall(&query, LOOKED_THROUGH, None);
    history.close(CLOSING);
    let calls = calls.ok()?;
    last_word(&calls, token)?.status
}

fn print(heard: &Heard, found: &[String], report: Option<&TokenReport>, out: &mut Out) {
    let now = clock::now();
    let mut first = heard.verified.lines();
    if let Some(Claims {
        expires_at: Some(end),
        ..
    }) = report.and_then(|report| report.claims.as_ref())
    {
        let (label, tone) = if *end <= now {
            ("expired", Tone::Bad)
        } else {
            ("expires", Tone::Plain)
        };
        let text = format!("{end} ({})", relative(*end, now));
        first.push(Line::new(label, text, tone, How::Claim));
    }
    rows(&first, out);
    let said = heard.testimony.lines(now);
    if !said.is_empty() {
        out.line("");
        rows(&said, out);
    }
    if !found.is_empty() {
        out.line("");
        out.heading("This does not go together");
        found.iter().for_each(|says| out.paragraph(says));
    }
    for failure in &heard.troubles {
        complain(&format!("{} {}", failure.message, failure.hint));
    }
}

fn as_json(heard: &Heard, found: &[String]) -> Value {
    let Verified {
        signature,
        algorithm,
        key,
        issuer,
        remarks,
    } = &heard.verified;
    let mut object = Map::new();
    object.insert("signature".into(), json!(signature.id()));
    for (name, value) in [("alg", algorithm), ("kid", key), ("issuer", issuer)] {
        if let Some(value) = value {
            object.insert(name.into(), json!(value));
        }
    }
    if let Signature::CannotBeChecked(why) = signature {
        object.insert("why".into(), json!(why));
    }
    if !remarks.is_empty() {
        object.insert("remarks".into(), json!(remarks));
    }
    let pairs = |pairs: &[(String, String)]| {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)));
        pairs.collect::<Map<String, Value>>()
    };
    if let Some(said) = &heard.testimony.introspected {
        let mut own = pairs(&said.others);
        own.insert("active".into(), json!(said.is_active));
        if let Some(scopes) = &said.scopes {
            own.insert("scopes".into(), json!(scopes));
        }
        if let Some(until) = said.until {
            own.insert("expires_at".into(), json!(until.to_string()));
        }
        if let Some(subject) = &said.subject {
            own.insert("sub".into(), json!(subject));
        }
        object.insert("introspection".into(), Value::Object(own));
    }
    if let Some(said) = &heard.testimony.userinfo {
        object.insert("userinfo".into(), Value::Object(pairs(said)));
    }
    if !found.is_empty() {
        object.insert("contradictions".into(), json!(found));
    }
    let troubles = heard.troubles.iter();
    let troubles: Vec<&str> = troubles.map(|failure| failure.message.as_str()).collect();
    if !troubles.is_empty() {
        object.insert("not_heard".into(), json!(troubles));
    }
    Value::Object(object)
}
