//! An investigation that somebody else carries out: it prints each call for them, and reads the
//! response that they paste. Nothing is sent from here.

use crate::cli::print::{Out, complain};
use crate::cli::trouble::Trouble;
use crate::engine::investigate::Investigated;
use crate::engine::{Client, clock};
use crate::format::curl;
use crate::insight::Exchange;
use crate::insight::by_hand::{answer, next, place, their_token};
use crate::insight::facts::{Case, Credential, CredentialPlace, Facts};
use crate::insight::received;
use crate::model::{Auth, Environment, RawExchange, RequestSpec, SentRequest, resolve};
use std::io::BufRead;
use std::sync::Arc;

/// Longest pasted response, in bytes.
const ANSWER_BYTES: usize = 64_000_000;

/// Prints calls and reads responses until the budget or the input ends; fails if the first is
/// missing.
pub fn ask(
    client: &Client,
    mut typed: RequestSpec,
    environment: Environment,
    budget: usize,
    out: &mut Out,
    mut told: impl FnMut(&Arc<Exchange>),
) -> Result<Investigated, Trouble> {
    let has_own = |row: &crate::model::Param| row.name.eq_ignore_ascii_case("authorization");
    if !typed.headers.iter().any(has_own) {
        typed.auth = Auth::Bearer(their_token());
    }
    let sent = resolve(&typed, &environment).map_err(|failure| Trouble::usage(failure.message))?;
    complain(
        "Nothing is sent. Let whoever holds the token run each command, and paste what it prints, then a line with a single dot. Without an answer the verdict is given on what is known.",
    );
    print(&typed, &environment, out);
    let Some(pasted) = pasted(client)? else {
        return Err(Trouble::usage(
            "No answer was pasted, so there is nothing to explain.",
        ));
    };
    let exchange = client.shown(RawExchange {
        typed,
        sent: SentRequest {
            method: sent.method,
            url: sent.url,
            ..SentRequest::default()
        },
        ..pasted.into_raw()
    });
    let exchange = Arc::new(exchange);
    told(&exchange);
    let knowledge = client.knowledge(&exchange, &environment);
    let case = Case::of(
        Facts::read(exchange.clone(), &environment.base_path()),
        Credential {
            place: CredentialPlace::Authorization,
            scheme: Some("Bearer".to_owned()),
            token: Some(their_token()),
            report: None,
        },
        environment,
        clock::now(),
    );
    let mut case = case.knowing(knowledge);
    while case.probes.len() < budget
        && let Some((probe, spec)) = next(&case)
    {
        print(&spec, &place(&case), out);
        let Some(pasted) = self::pasted(client)? else {
            break;
        };
        told(&answer(&mut case, probe, spec, &pasted));
    }
    Ok(Investigated {
        exchange,
        case,
        held_back: false,
    })
}

fn print(spec: &RequestSpec, environment: &Environment, out: &mut Out) {
    let written = curl::write_question(spec, environment);
    out.finished(written.text.trim_end());
    for note in &written.notes {
        complain(note);
    }
}

/// The next response on standard input; `None` at its end.
fn pasted(client: &Client) -> Result<Option<Exchange>, Trouble> {
    let mut lines = std::io::stdin().lock();
    loop {
        let mut text = Vec::new();
        let mut ended = false;
        while text.len() < ANSWER_BYTES {
            let mut line = Vec::new();
            let read = lines.read_until(b'\n', &mut line);
            let count = read.map_err(|error| {
                Trouble::failed(format!("The pasted answer cannot be read: {error}."))
            })?;
            ended = count == 0;
            if ended || line.trim_ascii() == b"." {
                break;
            }
            text.extend(line);
        }
        match received(&text, client.library()) {
            Some(saved) => {
                let (id, now) = (client.new_id(), clock::now());
                let exchange = RawExchange::with_outcome(id, saved.outcome, now);
                return Ok(Some(client.shown(exchange)));
            }
            None if ended => return Ok(None),
            None => complain(
                "This is no answer. Begin with its status line, as curl --include prints it.",
            ),
        }
    }
}
