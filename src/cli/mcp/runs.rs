//! Tools that send the steps of a session: again, and under several tokens.

use super::given::Given;
use super::ground::Errand;
use crate::cli::trouble::Trouble;
use crate::cli::{matrix as table, replay as report};
use crate::engine::matrix::{self, MatrixRun, News};
use crate::engine::replay::{self, Replay};
use crate::model::Tempo;
use serde_json::Value;
use std::sync::Arc;

/// Every step of a session with each caller, as a table. Steps that write are not sent unless the
/// person allowed it.
pub fn matrix(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let session = ground.session(given.needed("session"))?;
    let mut environment = ground.place_of_session(given.text("env"), &session)?;
    errand.wait(ground.raise(&mut environment))?;
    let callers = table::callers(
        &given.names("tokens"),
        &session,
        &environment,
        &ground.settings,
    )?;
    let of = callers.len() * session.steps.len();
    let asked = MatrixRun {
        callers,
        session,
        environment,
        allow_writes: ground.allow_writes(),
        case: ground.case.clone(),
        ..MatrixRun::default()
    };
    let mut done = 0;
    let on_news = |news| {
        if let News::Cell { exchange, .. } = news {
            if let Some(exchange) = exchange {
                errand.keep(Arc::new(*exchange));
            }
            done += 1;
            errand.tell(done, Some(of.max(done)), "cells filled");
        }
    };
    let (client, flight) = (&ground.client, &errand.flight);
    let filled = matrix::run(&asked, client, &ground.catalogue, flight, on_news);
    Ok(table::matrix_json(&errand.wait(filled)))
}

/// Sends the steps of a session one after the other, and says of each whether it came out as
/// recorded.
pub fn replay(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let session = ground.session(given.needed("session"))?;
    let mut environment = ground.place_of_session(given.text("env"), &session)?;
    errand.wait(ground.raise(&mut environment))?;
    let token = match given.text("token") {
        Some(name) => Some(ground.token(name, &environment)?),
        None => None,
    };
    let of = session.steps.len();
    let asked = Replay {
        token,
        session,
        environment,
        case: ground.case.clone(),
        reads_only: !ground.allow_writes(),
        tempo: Tempo {
            at_once: 1,
            ..Tempo::default()
        },
        ..Replay::default()
    };
    let mut done = 0;
    let (client, flight) = (&ground.client, &errand.flight);
    let sent = replay::run(&asked, client, flight, |step, exchange| {
        if let Some(exchange) = exchange {
            let place = &asked.environment;
            step.verdict = replay::why(step, &exchange, place, client, &ground.catalogue);
            errand.keep(Arc::new(exchange));
        }
        done += 1;
        errand.tell(done, Some(of), "steps done");
    });
    let sent = errand.wait(sent);
    // What we serialise has texts for keys, so that it cannot fail.
    Ok(serde_json::to_value(report::ReportJson(&sent)).unwrap_or_default())
}
