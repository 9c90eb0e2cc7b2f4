//! What the API says of a token when it is asked, for `token inspect --ask`: whose it is and what it
//! sees, and who gives out tokens for that API, where the refusal of a call says where it is
//! described. Each is asked for first.

use crate::cli::args::TokenInspectArgs;
use crate::cli::call::{Recorder, served};
use crate::cli::grant::{client, grants};
use crate::cli::print::complain;
use crate::cli::trouble::Trouble;
use crate::cli::{ask, choice};
use crate::engine::grant::{Allowed, Described, Grants, Wish};
use crate::engine::{ClientOptions, Flight, Home, Vault, sandbox, survey};
use crate::insight::Exchange;
use crate::insight::survey::Survey;
use crate::insight::token::described::{Description, described_at};
use crate::insight::token::{Claims, Line, passport};
use crate::model::{Environment, Origin, Settings, TokenName};
use std::sync::Arc;

/// The lines of what was said, with a call beside it where one was named.
pub fn lines(
    args: &TokenInspectArgs,
    name: &TokenName,
    claims: Option<&Claims>,
    environment: Option<&Environment>,
    call: Option<&Exchange>,
    (home, settings): (&Home, &Settings),
) -> Result<Vec<Line>, Trouble> {
    let mut place = place(name, environment, settings)?;
    let catalogue = choice::catalogue(home)?;
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..choice::client_options(&args.limits, settings)?
    };
    let vault = Vault::new(settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let recorder = Recorder::new(&args.record, home, settings, &vault);
    let flight = Flight::default();
    let tasks = choice::tasks()?;
    let asked = tasks.block_on(async {
        let _sandbox = served(&mut place).await?;
        let origin = place.origin();
        let origin = origin.map_or_else(|| place.name.clone(), |origin| origin.to_string());
        may_ask(
            args,
            &format!("Ask {origin} whose token {name} is and what it sees? Its calls only read, and the token goes there."),
            &format!("token {name} would be sent to {origin}"),
        )?;
        let work = async {
            let client = client(vault.clone(), options.clone(), &recorder);
            let keeper = recorder.keeper();
            let knowledge = client.library().of_environment(&place);
            let kept = |exchange: Exchange, _: &Survey| keeper(Arc::new(exchange));
            let survey =
                survey::run(name, &place, None, &client, &knowledge, &flight, kept).await;
            let mut lines = passport::surveyed(&survey);
            if let Some((call, address)) = call.and_then(pointed) {
                let grants = grants(&vault, &options, &recorder);
                match described(args, name, &grants, &place, call, &address, &flight).await {
                    Ok(found) => lines.extend(found.lines(claims)),
                    Err(trouble) => complain(&trouble.to_string()),
                }
            }
            Ok::<_, Trouble>(lines)
        };
        tokio::pin!(work);
        loop {
            tokio::select! {
                lines = &mut work => break lines,
                _ = tokio::signal::ctrl_c(), if !flight.is_stopped() => flight.stop(),
            }
        }
    });
    tasks.shutdown_background();
    recorder.finish();
    asked
}

/// The environment that is asked: the one that is chosen, else the one that names the token.
fn place(
    name: &TokenName,
    environment: Option<&Environment>,
    settings: &Settings,
) -> Result<Environment, Trouble> {
    let mut all = settings.environments.iter();
    let naming = all.find(|environment| environment.tokens.contains(name));
    environment.or(naming).cloned().ok_or_else(|| {
        Trouble::usage(format!(
            "No environment names token {name}, so nobody can be asked about it. --env NAME says where."
        ))
    })
}

/// Asks the person at the terminal, unless `--yes` said it beforehand.
fn may_ask(args: &TokenInspectArgs, question: &str, would: &str) -> Result<(), Trouble> {
    if args.yes {
        return Ok(());
    }
    if !ask::is_possible() {
        return Err(Trouble::failed(format!(
            "Nothing was asked: {would}, and nobody said yes to that. --yes says it."
        )));
    }
    if ask::agrees(question) {
        return Ok(());
    }
    Err(Trouble::failed(
        "Nothing was asked. Without --ask nothing is sent.",
    ))
}

/// A call whose refusal says where its API is described.
fn pointed(call: &Exchange) -> Option<(&Exchange, String)> {
    let address = described_at(call.outcome.response()?)?;
    Some((call, address))
}

async fn described(
    args: &TokenInspectArgs,
    name: &TokenName,
    grants: &Grants,
    place: &Environment,
    call: &Exchange,
    address: &str,
    flight: &Flight,
) -> Result<Description, Trouble> {
    let mut wish = Wish {
        token: name.clone(),
        url: None,
        allowed: if args.yes {
            Allowed::All
        } else {
            Allowed::These(Vec::new())
        },
    };
    loop {
        let said = grants.described(&wish, address, &call.sent.url, place, flight);
        match said
            .await
            .map_err(|failure| Trouble::failed(format!("{} {}", failure.message, failure.hint)))?
        {
            Described::Told(found) => return Ok(*found),
            Described::Asks { origin, why } => {
                let question = format!("{why} Read it at {origin}? No token is sent there.");
                may_ask(args, &question, &format!("{origin} would be asked"))?;
                allow(&mut wish, origin);
            }
        }
    }
}

fn allow(wish: &mut Wish, origin: Origin) {
    if let Allowed::These(list) = &mut wish.allowed {
        list.push(origin);
    }
}
