//! `httriage investigate`: the call once, safe probes around it, and a verdict.

mod by_hand;

use super::args::{InvestigateArgs, RecordArgs, SendArgs};
use super::ask;
use super::call::Recorder;
use super::choice;
use super::grant;
use super::json::{case_json, exchange_json, first_json, verdict_json};
use super::print::{Out, complain};
use super::seen;
use super::send::{options, spec, split_pair};
use super::trouble::Trouble;
use crate::engine::investigate::{
    Investigated, Investigation, known_good, past, refute, run as investigate,
};
use crate::engine::sandbox::{self, Sandbox};
use crate::engine::{Client, ClientOptions, Flight, Home, Vault, clock};
use crate::insight::{Catalogue, Exchange, Explanation, explain};
use crate::model::{Outcome, visible_line};
use serde_json::{Value, json};
use std::sync::Arc;

/// Makes the call and its probes, and prints each with the verdict.
pub fn run(args: InvestigateArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let chosen = choice::environment(&args.place, &settings)?;
    let mut environment =
        chosen.unwrap_or_else(|| choice::environment_of_url(&args.url, &settings));
    for pair in &args.variables {
        let (name, value) = split_pair(pair, '=', "--var")?;
        environment.variables.retain(|(known, _)| *known != name);
        environment.variables.push((name, value));
    }
    let (budget, as_json, by_hand) = (args.probes, args.json, args.by_hand);
    let is_tested = args.refute;
    let (sent, names) = as_send(args);
    let typed = spec(&sent, &environment, &settings)?;
    let mut options = if by_hand {
        ClientOptions::default()
    } else {
        options(&sent, &settings, &environment)?
    };
    options.library = catalogue.library.clone();
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let mut recorder = Recorder::new(&sent.record, &home, &settings, &vault);
    // An investigation by hand sends nothing, and gets no tokens.
    let client = if by_hand {
        Client::new(vault, options)
    } else {
        grant::client(vault, options, &recorder)
    };
    if by_hand {
        let told = |exchange: &Arc<Exchange>| recorder.remember_shared(exchange.clone());
        let result = by_hand::ask(&client, typed, environment, budget, out, told)?;
        recorder.finish();
        let explanation = explain(&result.case, &catalogue);
        if as_json {
            out.json(&json_of(&result, &explanation));
        } else {
            text(&result, &explanation, budget, &catalogue, out);
        }
        return Ok(0);
    }
    let mut others = Vec::new();
    for name in &names {
        let token = choice::token(name, &environment, &settings)?;
        if !typed.tokens().contains(&token) && !others.contains(&token) {
            others.push(token);
        }
    }
    let tasks = choice::tasks()?;
    let worked = recorder.history().zip(typed.auth.token());
    let known_good = worked.and_then(|(history, token)| known_good(history, token, &environment));
    let past = worked.and_then(|(history, token)| {
        let token = client.vault().reference_at_rest(token, environment.sandbox);
        past(history, &token, &environment, &typed, None)
    });
    let mut asked = Investigation {
        typed,
        environment,
        others,
        budget,
        allow_writes: sent.allow_writes,
        case: sent.record.case.clone(),
        made: None,
        known_good,
        past,
    };
    let result = tasks.block_on(async {
        let mut served = None;
        if asked.environment.sandbox {
            let sandbox = Sandbox::start(None).await;
            let sandbox = sandbox.map_err(|error| Trouble::failed(error.to_string()))?;
            asked.environment.base_url = sandbox.base_url();
            served = Some(sandbox);
        }
        let mut result = investigate(&client, &asked, &Flight::default(), |_, exchange| {
            recorder.remember_shared(exchange.clone());
        })
        .await;
        if is_tested {
            match refute(&client, &mut result.case, &catalogue, &Flight::default()).await {
                Ok(exchange) => recorder.remember_shared(exchange),
                Err(why) => complain(&format!("Note: {why}")),
            }
        }
        drop(served);
        Ok::<_, Trouble>(result)
    })?;
    tasks.shutdown_background();
    if result.held_back {
        complain(&format!(
            "Note: {} was not sent, since environment {} is protected; what it acts upon was read instead. --allow-writes sends it.",
            asked.typed.method, asked.environment.name
        ));
    }
    let history = recorder.history().cloned();
    let result = Investigated {
        case: seen::remembered(result.case, history, client, catalogue.clone(), &settings),
        ..result
    };
    let explanation = explain(&result.case, &catalogue);
    if as_json {
        out.json(&json_of(&result, &explanation));
    } else {
        text(&result, &explanation, budget, &catalogue, out);
    }
    recorder.finish();
    Ok(0)
}

/// The call in question as options of `send`, and the names of all tokens.
fn as_send(args: InvestigateArgs) -> (SendArgs, Vec<String>) {
    let send = SendArgs {
        method: Some(args.method),
        request: None,
        url: args.url,
        place: args.place,
        tokens: args.tokens.clone(),
        headers: args.headers,
        params: args.params,
        data: args.data,
        form: Vec::new(),
        get: false,
        include: false,
        variables: args.variables,
        limits: args.limits,
        output: None,
        retry: false,
        allow_writes: args.allow_writes,
        record: RecordArgs {
            case: args.record.case,
            no_history: args.record.no_history,
        },
        json: args.json,
    };
    (send, args.tokens)
}

/// The call, its verdicts and all that was asked for them.
pub fn json_of(result: &Investigated, explanation: &Explanation) -> Value {
    let probes = result
        .case
        .probes
        .iter()
        .map(|p| exchange_json(&p.facts.exchange));
    let mut document = json!({
        "exchange": case_json(&result.case, explanation),
        "verdict": first_json(explanation),
        "alternatives": explanation.alternatives().iter().map(verdict_json).collect::<Vec<_>>(),
        "probes": probes.collect::<Vec<Value>>(),
    });
    if let Some(seen) = seen::in_short(&result.case) {
        document["seen"] = seen;
    }
    document
}

/// The call, what was asked for it, and the verdicts.
pub fn text(
    result: &Investigated,
    explanation: &Explanation,
    budget: usize,
    catalogue: &Catalogue,
    out: &mut Out,
) {
    let case = &result.case;
    out.exchange_head(&result.exchange, catalogue.beside(&case.knowledge), None);
    if !case.probes.is_empty() {
        out.line("");
        out.heading(&format!("Probes: {} of {budget}", case.probes.len()));
        for probed in &case.probes {
            let glyph = probed.facts.exchange.outcome.looks().glyph(false);
            out.indented(&visible_line(&format!("{glyph} {}", case.cite(probed))));
        }
    }
    out.line("");
    told(explanation, "Verdict", true, out);
    if let Some(sentence) = seen::sentence(case) {
        out.paragraph(&sentence);
    }
    for other in explanation.alternatives() {
        let line = format!(
            "Or {} ({}): {}",
            other.cause.id(),
            other.percent(),
            other.summary
        );
        out.paragraph(&line);
    }
    if matches!(&result.exchange.outcome, Outcome::Failed(f) if !f.was_sent) {
        out.line("Nothing was sent, so there was nothing to probe.");
    }
}

/// Prints the first verdict with the facts from the response, its evidence, and whose knowledge it
/// rests on.
pub fn verdict(explanation: &Explanation, title: &str, out: &mut Out) {
    told(explanation, title, false, out);
}

fn told(explanation: &Explanation, title: &str, with_test: bool, out: &mut Out) {
    let verdict = explanation.verdict();
    out.heading(&format!(
        "{title}: {} ({}), {}",
        verdict.cause.id(),
        verdict.percent(),
        visible_line(explanation.known_as())
    ));
    out.paragraph(&verdict.summary);
    out.named(&explanation.named, clock::now());
    out.list("Because", verdict.evidence.iter().cloned());
    if let Some(call) = explanation.refuted_by.as_ref().filter(|_| with_test) {
        out.paragraph(&call.sentence());
    }
    out.list("What to do", verdict.next_steps.iter().cloned());
}
