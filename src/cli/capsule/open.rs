//! `httriage open`: judges what whoever holds the token sent back. Nothing is sent from here, and
//! only answers to questions that would have been asked here count.

use crate::cli::args::{OpenArgs, RecordArgs};
use crate::cli::call::Recorder;
use crate::cli::choice;
use crate::cli::investigate::{json_of, text};
use crate::cli::print::{Out, complain};
use crate::cli::trouble::Trouble;
use crate::engine::investigate::Investigated;
use crate::engine::{Client, ClientOptions, Home, Vault, clock, sandbox};
use crate::format::capsule::{Answered, FILE_BYTES, Made, Question, failure, read_answers};
use crate::insight::by_hand::{answer, next, their_token};
use crate::insight::facts::{Case, Credential, CredentialPlace, Facts};
use crate::insight::{Exchange, explain, received};
use crate::model::{
    Auth, Environment, Origin, Outcome, Param, RawExchange, RequestSpec, SentRequest, Settings,
    as_text,
};
use std::sync::Arc;

/// Prints what the answers to a capsule mean, and puts them into the history. Always 0, whatever
/// the verdict.
pub fn run(args: OpenArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let file = choice::text(&args.file, FILE_BYTES)?;
    let answers = read_answers(&file, &args.file)?;
    let question = &answers.request;
    let environment = place(question, &settings);
    let vault = Vault::new(&settings, sandbox::token_value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let record = RecordArgs {
        case: args.case.clone(),
        no_history: args.no_history,
    };
    let mut recorder = Recorder::new(&record, &home, &settings, &vault);
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..ClientOptions::default()
    };
    let client = Client::new(vault, options);
    let mut calls = answers.calls.iter();
    let Some(first) = calls.next() else {
        return Err(Trouble::usage("There is no answer in this file."));
    };
    let exchange = Arc::new(made(first, spec(question, first), &args.case, &client));
    recorder.remember_shared(exchange.clone());
    let credential = if first.with_token {
        Credential {
            place: CredentialPlace::Authorization,
            scheme: Some("Bearer".to_owned()),
            token: Some(their_token()),
            report: None,
        }
    } else {
        Credential::default()
    };
    let knowledge = client.knowledge(&exchange, &environment);
    let facts = Facts::read(exchange.clone(), &environment.base_path());
    let mut case = Case::of(facts, credential, environment, clock::now()).knowing(knowledge);
    let mut left: Vec<&Made> = calls.collect();
    while let Some((probe, spec)) = next(&case) {
        let fits = |call: &&Made| probe.method == call.method && probe.url.as_str() == call.url;
        let Some(place) = left.iter().position(fits) else {
            break;
        };
        let came = made(left.remove(place), spec.clone(), &args.case, &client);
        recorder.remember_shared(answer(&mut case, probe, spec, &came));
    }
    let unasked = left.len();
    let result = Investigated {
        exchange,
        case,
        held_back: first.method != question.method,
    };
    let explanation = explain(&result.case, &catalogue);
    if args.json {
        out.json(&json_of(&result, &explanation))
    } else {
        text(&result, &explanation, answers.calls.len(), &catalogue, out)
    }
    if unasked > 0 {
        complain(&format!(
            "Note: {unasked} answers are to questions that would not be asked here, and count for nothing."
        ));
    }
    recorder.finish();
    Ok(0)
}

/// One's own environment of that host, so that its words and its pack are meant.
fn place(question: &Question, settings: &Settings) -> Environment {
    let origin = Origin::parse(&question.url);
    let mut environments = settings.environments.iter();
    let own = environments.find(|own| own.origin() == origin).cloned();
    let place = own.unwrap_or_else(|| Environment {
        base_url: question.base.clone(),
        ..choice::environment_of_url(&question.url, settings)
    });
    let knowledge = place.knowledge.clone().or(question.knowledge.clone());
    Environment { knowledge, ..place }
}

fn spec(question: &Question, call: &Made) -> RequestSpec {
    let mut spec = RequestSpec::new(call.method.clone(), as_text(&question.url));
    let headers = question.headers.iter();
    spec.headers = headers
        .map(|(name, value)| Param::data(name, value))
        .collect();
    if call.with_token {
        spec.auth = Auth::Bearer(their_token());
    }
    spec
}

/// A call as it was made on the other side, without what is secret here.
fn made(call: &Made, typed: RequestSpec, case: &Option<String>, client: &Client) -> Exchange {
    let outcome = match &call.answer {
        Answered::Failed { cause, message } => Outcome::Failed(failure(*cause, message)),
        Answered::Text(text) => match received(text.as_bytes(), client.library()) {
            Some(saved) => saved.outcome,
            None => Outcome::Failed(failure(
                crate::model::Cause::ProtocolInvalid,
                "What came cannot be read.",
            )),
        },
    };
    let mut sent = SentRequest {
        method: call.method.clone(),
        url: call.url.clone(),
        ..SentRequest::default()
    };
    for row in typed.headers.iter().filter(|row| row.enabled) {
        sent.headers.push(&row.name, row.value.clone());
    }
    client.shown(RawExchange {
        case: case.clone(),
        typed,
        sent,
        ..RawExchange::with_outcome(client.new_id(), outcome, clock::now())
    })
}
