//! Sessions between the screen and the disk: calls become a file, a file becomes a replay.

use crate::app::{Chosen, Notice};
use crate::engine::Home;
use crate::engine::history::History;
use crate::engine::replay::Replay;
use crate::format::session_file;
use crate::insight::Query;
use crate::insight::replay::{Keeping, session_of};
use crate::model::{Environment, Exchange, ExchangeId, Timestamp};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// More calls than this in one case are not one story any more.
const MOST_STEPS: usize = 1_000;

/// Saves the chosen calls, oldest first, and says where. Those that are `held` need not be in the
/// history yet, or at all.
pub fn save(
    history: Option<History>,
    home: &Home,
    name: &str,
    chosen: &Chosen,
    held: Vec<Arc<Exchange>>,
) -> Result<Notice, String> {
    let mut exchanges: BTreeMap<ExchangeId, Arc<Exchange>> = held
        .into_iter()
        .map(|exchange| (exchange.id.clone(), exchange))
        .collect();
    if let Some(history) = history {
        let ids: Vec<ExchangeId> = match chosen {
            Chosen::Calls(ids) => ids.clone(),
            Chosen::Case(case) => {
                let query = Query::parse(&format!("case:\"{case}\""), Timestamp::UNIX_EPOCH);
                let found = history.recall(&query, MOST_STEPS, None);
                let found = found.map_err(|error| error.to_string())?;
                found.into_iter().map(|summary| summary.id).collect()
            }
        };
        for id in ids {
            if !exchanges.contains_key(&id)
                && let Some(exchange) = history.load(&id).map_err(|error| error.to_string())?
            {
                exchanges.insert(id, Arc::new(exchange));
            }
        }
    }
    if exchanges.is_empty() {
        return Err(
            "The chosen calls are no longer in the history, so no session was saved.".to_owned(),
        );
    }
    let exchanges = exchanges.values().map(|exchange| &**exchange);
    let (session, notes) = session_of(name, "", exchanges, Keeping::default());
    let text = session_file::write(&session);
    let path = home
        .save_new(name, &text)
        .map_err(|error| error.to_string())?;
    let count = session.steps.len();
    let steps = if count == 1 {
        "1 step".to_owned()
    } else {
        format!("{count} steps")
    };
    let mut notice = Notice::info(format!("Saved {steps} as {}.", path.display()));
    notice.remedy = notes
        .iter()
        .map(|note| note.message.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    Ok(notice)
}

/// Reads a session and finds the place it was made for. Nothing is sent by that.
pub fn prepare(
    home: &Home,
    path: &Path,
    environments: Vec<Environment>,
    environment: Environment,
    case: Option<String>,
) -> Result<Replay, String> {
    let what = path.to_string_lossy();
    let (path, text) = home.session(&what).map_err(|error| error.to_string())?;
    let session = session_file::read(&text, &path.display().to_string());
    let session = session.map_err(|error| error.to_string())?;
    let environment = match &session.environment {
        None => environment,
        Some(name) => environments.into_iter().find(|e| &e.name == name).ok_or_else(|| {
            format!("The session was made in environment {name}, which is not known here. Define it in config.toml as [environments.{name}].")
        })?,
    };
    Ok(Replay {
        session,
        environment,
        case,
        ..Replay::default()
    })
}
